// schema.js - answers of the API against what it says of itself.

'use strict';
const assert = require('node:assert/strict');

class Described {
	constructor(doc) {
		this.doc = doc;
		this.operations = [];
		for (const [path, methods] of Object.entries(doc.paths))
			for (const [method, o] of Object.entries(methods))
				this.operations.push({ ...o, method: method.toUpperCase(),
					parts: path.split('/') });
	}

	at(ref) {
		return ref.split('/').slice(1).reduce((o, k) => o[k], this.doc);
	}

	whole(s) {
		return s && s.$ref ? this.at(s.$ref) : s;
	}

	// As much of JSON Schema as the description uses; what is wrong, or ''.
	// some: members may be missing, because only some were asked for.
	fault(schema, value, { some, where = '' } = {}) {
		const s = this.whole(schema);
		const is = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
		const types = [].concat(s.type || is);
		const whole = types.includes('integer') && Number.isInteger(value);
		if (!types.includes(is) && !whole)
			return `${where}: ${is} instead of ${types}`;
		if (s.enum && !s.enum.includes(value))
			return `${where}: ${value} is not in the list`;
		if (s.pattern && !new RegExp(s.pattern).test(value)) return `${where}: ${value}`;
		if (s.format === 'date-time' && value !== null &&
			!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value))
			return `${where}: ${value} is no time`;
		for (const k of some ? [] : s.required || [])
			if (!(k in value)) return `${where}: no ${k}`;
		for (const [k, v] of Object.entries(is === 'object' ? value : {})) {
			if (s.additionalProperties === false && !s.properties[k])
				return `${where}: ${k} is not described`;
			const f = s.properties?.[k] && this.fault(s.properties[k], v,
				{ some, where: `${where}/${k}` });
			if (f) return f;
		}
		for (const v of is === 'array' && s.items ? value : []) {
			const f = this.fault(s.items, v, { some, where: `${where}[]` });
			if (f) return f;
		}
		return '';
	}

	// The operation of a request; literal parts before {names}.
	find(method, path) {
		const parts = path.split('/');
		const fits = (o) => o.method === method && o.parts.length === parts.length &&
			o.parts.every((p, i) => p === parts[i] || (p.startsWith('{') && parts[i]));
		const names = (o) => o.parts.filter((p) => p.startsWith('{')).length;
		return this.operations.filter(fits).sort((a, b) => names(a) - names(b))[0];
	}

	// The operation whose answer the shell prints: the longest command.
	// It waits for a job's end, and prints that.
	command(words) {
		for (let n = words.length; n > 0; n--) {
			const id = words.slice(0, n).join('_').replaceAll(/[ /\-{}.]/g, '_');
			const o = this.operations.find((op) => op.operationId === id);
			if (o) return this.schema(o)?.properties.job ? undefined : o;
		}
		return undefined;
	}

	schema(o) {
		return o.responses[200].content['application/json']?.schema;
	}

	success(o, json, some) {
		const schema = this.schema(o);
		if (schema)
			assert.equal(this.fault(schema, json, { some }), '',
				`${o.operationId}: ${JSON.stringify(json).slice(0, 400)}`);
	}

	// An answer to target below /api/v1 that was 200.
	check(method, target, json) {
		const [path, query] = target.split('?');
		const o = this.find(method, path);
		if (o)
			this.success(o, json, /(^|&)fields=/.test(query || ''));
	}
}

module.exports = { Described };

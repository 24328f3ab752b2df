// The API's description of itself, against what it really answers.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { Site } = require('./lib/site.js');
const { Api } = require('./lib/api.js');

let site, root, doc, operations, described;

before(async () => {
	site = await Site.start({ listeners: [],
		people: [['sip:+15550100001@example.org', 'alice']] });
	root = await Api.first(site);
	doc = (await root.get('/openapi.json')).json;
	described = await site.described();
	operations = (await root.get('/operations')).json.items;
});

after(async () => {
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

function fits(operation, r) {
	const d = described.whole(operation.responses[r.status] || operation.responses.default);
	const type = r.headers['content-type'].split(';')[0];
	assert.ok(d.content[type], `${operation.operationId}: ${r.status} ${type}`);
	if (d.content[type].schema)
		assert.equal(described.fault(d.content[type].schema, r.json), '',
			`${operation.operationId}: ${r.text.slice(0, 300)}`);
}

test('it is complete, and every reference leads somewhere', () => {
	assert.equal(doc.openapi, '3.1.0');
	const ids = new Set();
	for (const o of operations) {
		const d = doc.paths[o.path.slice(7)][o.method.toLowerCase()];
		assert.ok(d, `${o.method} ${o.path}`);
		assert.ok(!ids.has(d.operationId), d.operationId);
		ids.add(d.operationId);
		const named = (o.path.match(/\{[^}]*\}/g) || []).map((n) => n.slice(1, -1));
		assert.deepEqual(d.parameters.filter((p) => p.in === 'path')
			.map((p) => p.name), named);
		assert.equal(d['x-capability'], o.capability);
	}
	JSON.stringify(doc, (k, v) => {
		if (k === '$ref') assert.ok(described.at(v), v);
		return v;
	});
	assert.equal(Object.values(doc.paths).flatMap((p) => Object.keys(p)).length,
		operations.length);
});

test('every operation answers as it is described', async () => {
	for (const [path, methods] of Object.entries(doc.paths))
		for (const [method, o] of Object.entries(methods)) {
			if (/^\/(events$|auth|setup\/token$)/.test(path))
				continue;
			const target = path.replace(/\{address\}/, 'sip:+15550100001@example.org')
				.replace(/\{[^}]*\}/g, 'none-such');
			const r = await root.call(method.toUpperCase(), method === 'get' ? target :
				target.replace('sip:+15550100001', 'sip:none'),
			method === 'get' ? undefined : { none: 1 }, { 'If-Match': '*' });
			fits(o, r);
			if (method !== 'get')
				assert.equal(r.status, 400, `${path}: ${r.text}`);
		}
});

const isTime = (s) => s.type === 'string' && !s.enum && !s.maxLength && !s['x-range'];

function good(s) {
	return s.type === 'array' ? [good(s.items)] :
		s.type === 'integer' ? s.default ?? s.minimum :
		s.type === 'boolean' ? true : s.enum ? s.enum[0] :
		s['x-range'] || isTime(s) ? '5m' :
			'x'.repeat(Math.min(20, s.maxLength ?? 20));
}

// Just outside; undefined: there is nothing that it may not be.
function bad(s) {
	return s.type === 'array' ? bad(s.items) : s.type === 'integer' ?
		s.maximum === undefined ? s.minimum - 1 : s.maximum + 1 :
		s.enum ? 'no-such' : s['x-range'] || isTime(s) ? 'nonsense' :
			s.maxLength < 5000 ? 'x'.repeat(s.maxLength + 1) : undefined;
}

/* proves APP-03 */
test('a value outside of what is described is refused by the name of its argument', async () => {
	let tried = 0;
	for (const [path, methods] of Object.entries(doc.paths))
		for (const [method, o] of Object.entries(methods)) {
			if (/^\/(events$|auth|setup)/.test(path))
				continue;
			const body = o.requestBody?.content['application/json'].schema;
			const here = o.parameters.filter((p) => p.schema);
			const fixed = Object.fromEntries(here.filter((p) => p.in === 'path')
				.map((p) => [p.name, good(p.schema)]));
			const asked = here.filter((p) => p.in === 'query' && p.name !== 'sort');
			const all = body ? Object.entries(body.properties) :
				asked.map((p) => [p.name, p.schema]);
			const needed = body ? body.required :
				asked.filter((p) => p.required).map((p) => p.name);
			for (const [name, s] of all) {
				const value = s.type && name !== 'cursor' ? bad(s) : undefined;
				if (value === undefined)
					continue;
				const args = Object.fromEntries(all.filter(([n]) =>
					needed.includes(n)).map(([n, x]) => [n, good(x)]));
				args[name] = value;
				const query = body ? '' : `?${new URLSearchParams(args)}`;
				const target = path.replace(/\{([^}]*)\}/g,
					(_, n) => encodeURIComponent(fixed[n]));
				const r = await root.call(method.toUpperCase(), target + query,
					body && args, { 'If-Match': '*' });
				const about = `${method} ${path} ${name}: ${r.text}`;
				// of what is not there is said that alone
				assert.ok([422, 413].includes(r.status) ||
					(method === 'patch' && r.status === 404), about);
				if (r.status === 422)
					assert.ok(r.json.detail.startsWith(`${name} `), about);
				tried++;
			}
		}
	assert.ok(tried > 150, `${tried} arguments`);
});

test('what is refused is refused as described', async () => {
	const get = (path) => doc.paths[path].get;
	const { token } = (await root.post('/admin/tokens', { name: 'v', role: ['viewer'] })).json;
	fits(get('/subscribers'), await new Api(site).get('/subscribers'));
	fits(get('/subscribers'), await new Api(site, { token }).get('/subscribers'));
	fits(get('/subscribers'), await root.get('/subscribers?limit=x'));
	fits(get('/subscribers'), await root.get('/subscribers?cursor=x'));
	const one = doc.paths['/subscribers/{address}'];
	const target = '/subscribers/sip:+15550100001@example.org';
	assert.ok(one.patch.parameters.some((p) => described.whole(p).name === 'If-Match'));
	for (const tag of [null, '"0"'])
		fits(one.patch, await root.patch(target, { name: 'x' }, { 'If-Match': tag }));
	assert.ok(doc.paths['/subscribers'].post.parameters
		.some((p) => described.whole(p).name === 'Idempotency-Key'));
	assert.deepEqual(doc.paths['/health/live'].get.security, []);
});

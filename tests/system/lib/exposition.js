// exposition.js - the text form of Prometheus, read strictly.

'use strict';
const assert = require('node:assert/strict');

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (NaN|[+-]Inf|[+-]?[0-9.e+-]+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y;

function readLabels(text, line) {
	const labels = {};
	for (let at = 0; at < text.length;) {
		LABEL.lastIndex = at;
		const m = LABEL.exec(text);
		assert.ok(m, `labels: ${line}`);
		assert.ok(!(m[1] in labels), `twice ${m[1]}: ${line}`);
		labels[m[1]] = m[2];
		at = LABEL.lastIndex;
		assert.ok(m[3] === '' || at < text.length, `a comma at the end: ${line}`);
	}
	return labels;
}

const family = (name, type) => type === 'histogram' ?
	name.replace(/_(bucket|sum|count)$/, '') : name;

// Buckets rise to +Inf, which is the count; there is a sum.
function checkHistogram(name, samples) {
	const sets = new Map();
	for (const s of samples) {
		const { le, ...rest } = s.labels, key = JSON.stringify(rest);
		const set = sets.get(key) || { buckets: [] };
		sets.set(key, set);
		if (s.name === `${name}_bucket`)
			set.buckets.push([le === '+Inf' ? Infinity : Number(le), s.value]);
		else
			set[s.name.slice(name.length + 1)] = s.value;
	}
	for (const [key, set] of sets) {
		const b = set.buckets, what = `${name}${key}`;
		assert.ok(b.length > 1 && set.sum >= 0, what);
		for (let i = 1; i < b.length; i++)
			assert.ok(b[i][0] > b[i - 1][0] && b[i][1] >= b[i - 1][1], what);
		assert.equal(b.at(-1)[0], Infinity, what);
		assert.equal(b.at(-1)[1], set.count, what);
	}
}

// { name: { type, help, samples: [{ name, labels, value }] } }; throws.
function readExposition(text) {
	const all = {}, seen = new Set();
	let now = null;
	assert.ok(text.endsWith('\n'), 'the last line ends');
	for (const line of text.slice(0, -1).split('\n')) {
		const about = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
		if (about) {
			const [, what, name, rest] = about;
			assert.match(name, NAME);
			if (what === 'HELP') {
				assert.ok(!all[name], `${name} is there twice`);
				now = all[name] = { help: rest, samples: [] };
				continue;
			}
			assert.equal(all[name], now, `TYPE without HELP: ${line}`);
			assert.ok(!now.type &&
				['counter', 'gauge', 'histogram'].includes(rest), line);
			now.type = rest;
			assert.equal(rest === 'counter', name.endsWith('_total'), line);
			continue;
		}
		const m = SAMPLE.exec(line);
		assert.ok(m, `no sample: ${line}`);
		const labels = m[2] === undefined ? {} : readLabels(m[2], line);
		const key = line.slice(0, line.lastIndexOf(' '));
		assert.ok(!seen.has(key), `twice: ${key}`);
		seen.add(key);
		assert.ok(now?.type && all[family(m[1], now.type)] === now, `apart: ${line}`);
		const value = Number(m[3].replace('Inf', 'Infinity'));
		assert.ok(!Number.isNaN(value) && (now.type === 'gauge' || value >= 0), line);
		now.samples.push({ name: m[1], labels, value });
	}
	for (const [name, f] of Object.entries(all)) {
		assert.ok(f.samples.length, `nothing of ${name}`);
		if (f.type === 'histogram')
			checkHistogram(name, f.samples);
	}
	return all;
}

module.exports = { readExposition };

// Bad input to the API, on the socket and over HTTPS: a clear problem, and
// nothing changes.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const http = require('node:http');
const net = require('node:net');
const path = require('node:path');
const tls = require('node:tls');
const { once } = require('node:events');
const { Site } = require('./lib/site.js');
const { isProblem } = require('./lib/api.js');

const ALICE = 'sip:+15550100001@example.org';
const SUBSCRIBERS = '/api/v1/subscribers';
const MIB = 1 << 20;

let site, was;

before(async () => {
	site = await Site.start({ people: [[ALICE, 'alice']] });
	was = await state();
});

after(async () => {
	assert.deepEqual(await state(), was, 'nothing changed');
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

const state = async () => [await site.items('show', 'subscribers'),
	await site.items('show', 'configuration'),
	(await site.items('show', 'audit')).length];

const call = (...args) => site.call(...args);
const alive = async () => assert.equal((await site.get('/api/v1/health/live')).status, 200);

// title, body, status, what the problem names
const BODIES = [
	['no JSON', 'address=x', 400],
	['nothing', '', 400],
	['half a document', '{"address":"sip:x@example.org"', 400],
	['something behind the document', '{"address":"sip:x@example.org"} x', 400],
	['broken UTF-8', Buffer.from('{"address":"sip:x@example.org","name":"\xff"}', 'latin1'),
		400],
	['a lone surrogate', '{"address":"sip:x@example.org","name":"\\ud800"}', 400],
	['a NUL in a name', '{"address":"sip:x@example.org","name":"a\\u0000b"}', 400],
	['arrays 100,000 deep', '['.repeat(100000), 400],
	['objects 10,000 deep', '{"a":'.repeat(10000), 400],
	['a member twice', '{"address":"sip:x@example.org","address":"sip:y@example.org"}', 400],
	['an unknown member', '{"address":"sip:x@example.org","nmae":"x"}', 400, /nmae/],
	['an object for a name', '{"address":"sip:x@example.org","name":{}}', 400, /name/],
	['no address', '{"name":"x"}', 422, /address/],
	['an array', '["sip:x@example.org"]', 400],
	['an address that is none', '{"address":"x"}', 422, /address/],
	['an address of 10,000 octets',
		JSON.stringify({ address: `sip:${'x'.repeat(10000)}@example.org` }), 422],
];

for (const [title, body, status, names] of BODIES)
	test(`a body with ${title} is answered ${status}`, async () => {
		const p = isProblem(await call('POST', SUBSCRIBERS, body), status);
		if (names)
			assert.match(p.detail, names);
		await alive();
	});

test('a body that is too large is refused before it is all there', async () => {
	const announced = await new Promise((resolve, reject) => {
		const q = http.request({ socketPath: path.join(site.data, 'admin.sock'),
			method: 'POST', path: SUBSCRIBERS, headers: {
				'Content-Type': 'application/json', 'Content-Length': 3 * MIB } });
		q.on('response', (res) => { resolve(res.statusCode); q.destroy(); });
		q.on('error', reject);
		q.flushHeaders();
	});
	assert.equal(announced, 413);
	const chunked = await call('POST', SUBSCRIBERS, Buffer.alloc(3 * MIB, 0x20),
		{ 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' })
		.catch((e) => ({ status: e.code }));
	assert.ok([413, 'EPIPE', 'ECONNRESET'].includes(chunked.status), String(chunked.status));
	await alive();
});

test('an unknown path, method or type is a problem of its own', async () => {
	isProblem(await call('GET', '/api/v1/nonsense'), 404);
	isProblem(await call('DELETE', SUBSCRIBERS), 405);
	isProblem(await call('GET', '/nonsense'), 404);
	isProblem(await call('GET', `${SUBSCRIBERS}/sip:nobody@example.org`), 404);
	isProblem(await call('GET', `${SUBSCRIBERS}?limit=nonsense`), 422);
});

for (const target of ['/../../../etc/passwd', '/..%2f..%2f..%2fetc%2fpasswd',
	'/%2e%2e/%2e%2e/etc/passwd', '/index.html/../../etc/passwd', '//etc/passwd',
	'/api/v1/../../etc/passwd', '/index.html%00.js', '/api/v1/subscribers/..%2f..%2fx'])
	test(`the path ${target} leads nowhere`, async () => {
		const r = await call('GET', target);
		assert.ok([400, 404].includes(r.status), `${r.status} ${r.text.slice(0, 80)}`);
		assert.ok(!r.text.includes('root:'));
	});

test('a browser may not use the socket', async () => {
	isProblem(await call('GET', SUBSCRIBERS, undefined,
		{ Origin: 'https://evil.example' }), 403);
});

// Octets to a stream; what it says until it ends or says something whole.
async function say(stream, octets, enough = /\r\n\r\n/) {
	let text = '';
	const end = new Promise((resolve) => { stream.on('close', resolve); });
	stream.on('error', () => {});
	stream.on('data', (d) => { text += d; if (enough.test(text)) stream.emit('enough'); });
	stream.write(octets);
	await Promise.race([new Promise((resolve) => { stream.on('enough', resolve); }), end]);
	stream.destroy();
	return text;
}

const NO_HTTP = [['no HTTP at all', '\x16\x03\x01\x00\xff\x00\r\n\r\n'],
	['no version', 'GET /\r\n\r\n'], ['two lengths', 'POST /api/v1/subscribers HTTP/1.1\r\n' +
		'Host: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello'],
	['a length below zero', 'POST /api/v1/subscribers HTTP/1.1\r\nHost: x\r\n' +
		'Content-Length: -1\r\n\r\n'],
	['a header of 1 MB', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(MIB)}\r\n\r\n`]];

for (const [title, octets] of NO_HTTP)
	test(`a request with ${title} is refused on the socket and over HTTPS`, async () => {
		const socket = net.connect(path.join(site.data, 'admin.sock'));
		const a = await say(socket, octets);
		assert.match(a, /^$|^HTTP\/1\.[01] (400|413|414|431|405) /);
		const secure = tls.connect({ host: '127.0.0.1', port: site.admin,
			rejectUnauthorized: false });
		await once(secure, 'secureConnect');
		const b = await say(secure, octets);
		assert.match(b, /^$|^HTTP\/1\.[01] (400|401|413|414|421|431|405) /);
		await alive();
	});

// A proxy before the daemon may see another request in these than the daemon does.
const LIVE = 'GET /api/v1/health/live HTTP/1.1\r\nHost: localhost\r\n';
const AMBIGUOUS = [
	['a length and a coding', `${LIVE}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n` +
		'0\r\n\r\n'],
	['two lengths that differ', `${LIVE}Content-Length: 2\r\nContent-Length: 60\r\n\r\n{}`],
	['two codings', `${LIVE}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n` +
		'0\r\n\r\n'],
	['a blank before a colon', `${LIVE}Content-Length : 3\r\n\r\nabc`],
	['a folded header', `${LIVE}X-A: a\r\n b: c\r\n\r\n`],
	['two hosts', `${LIVE}Host: elsewhere.example\r\n\r\n`],
];

for (const [title, octets] of AMBIGUOUS)
	test(`a request with ${title} is refused, and nothing behind it is read`, async () => {
		const secure = tls.connect({ host: '127.0.0.1', port: site.admin,
			rejectUnauthorized: false });
		await once(secure, 'secureConnect');
		for (const s of [net.connect(path.join(site.data, 'admin.sock')), secure]) {
			const text = await say(s, `${octets}${LIVE}\r\n`, /no end but the close/);
			assert.match(text, /^HTTP\/1\.1 400 /);
			assert.match(text, /invalid-request/);
			assert.equal(text.split('HTTP/1.1 ').length, 2, text);
		}
		await alive();
	});

test('slow clients do not keep others waiting', async () => {
	const slow = [];
	for (let i = 0; i < 50; i++) {
		const s = net.connect(site.admin, '127.0.0.1');
		s.on('error', () => {}).on('close', () => { s.over = true; });
		await once(s, 'connect');
		slow.push(s);
		const u = net.connect(path.join(site.data, 'admin.sock'));
		u.on('error', () => {}).on('close', () => { u.over = true; });
		u.write('POST /api/v1/subscribers HTTP/1.1\r\nHost: x\r\n' +
			'Content-Length: 9\r\n\r\n{');
		slow.push(u);
	}
	await alive();
	assert.equal((await site.items('show', 'subscribers')).length, 1);
	for (const odd of [0, 1])	// of some the console hung up at once
		assert.ok(slow.some((s, i) => i % 2 === odd && !s.over), 'they were there');
	slow.forEach((s) => s.destroy());
});

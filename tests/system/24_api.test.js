// The API over HTTPS: conditions, repetitions, pages, limits, bad input.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const https = require('node:https');
const net = require('node:net');
const tls = require('node:tls');
const { Site } = require('./lib/site.js');
const { Api, isProblem } = require('./lib/api.js');
const { until } = require('./lib/until.js');

const ALICE = 'sip:+15550100001@example.org';
const ONE = `/subscribers/${encodeURIComponent(ALICE)}`;

let site, root;

before(async () => {
	site = await Site.start({ listeners: [], config: [
		'set admin connections-per-address 40', 'set admin connections 50'],
	people: [[ALICE, 'alice'], ...Array.from({ length: 30 },
		(_, i) => [`sip:user${i + 100}@example.org`, ''])] });
	root = await Api.first(site);
});

after(async () => {
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

const people = () => site.items('show', 'subscribers', '--limit', '500');

/* --- conditions ------------------------------------------------------------------------ */

test('a change over HTTPS needs the tag of what it changes', async () => {
	const before = await people();
	const none = { 'If-Match': null };
	isProblem(await root.patch(ONE, { name: 'x' }, none), 428, 'precondition-required');
	isProblem(await root.delete(ONE, none), 428, 'precondition-required');
	assert.deepEqual(await people(), before);
	const seen = await root.get(ONE);
	assert.match(seen.headers.etag, /^"[0-9a-f]{32}"$/);
	const first = await root.patch(ONE, { name: 'one' }, { 'If-Match': seen.headers.etag });
	assert.equal(first.status, 200, first.text);
	const late = await root.patch(ONE, { name: 'two' }, { 'If-Match': seen.headers.etag });
	assert.equal(isProblem(late, 412, 'precondition-failed').current.name, 'one');
	const again = await root.patch(ONE, { name: 'two' }, { 'If-Match': late.headers.etag });
	assert.equal(again.status, 200);
	isProblem(await root.delete(ONE, { 'If-Match': '"0"' }), 412);
	assert.equal((await root.patch(ONE, { name: '' }, { 'If-Match': '*' })).status, 200);
	isProblem(await root.delete('/subscribers/sip:none@example.org', { 'If-Match': '*' }), 404);
});

test('of many changes with one tag at once one is made', async () => {
	const { headers } = await root.get(ONE);
	const all = await Promise.all(Array.from({ length: 8 }, (_, i) => root.patch(ONE,
		{ name: `at once ${i}` }, { 'If-Match': headers.etag })));
	const made = all.filter((r) => r.status === 200);
	assert.equal(made.length, 1, all.map((r) => r.status).join());
	for (const r of all.filter((one) => one.status !== 200))
		assert.ok([409, 412].includes(isProblem(r, r.status).status));
	assert.equal((await root.get(ONE)).json.name, made[0].json.name);
});

// Without a tag on the socket: what is on its way to the disk is seen all the same.
const bySocket = async (body) => (await site.call('PATCH', `/api/v1${ONE}`, body)).status;

test('a change with a tag never covers one that the socket made meanwhile', async () => {
	for (let i = 0; i < 20; i++) {
		const { headers } = await root.get(ONE);
		const [plain, tagged] = await Promise.all([bySocket({ name: `socket ${i}` }),
			root.patch(ONE, { name: `tag ${i}` }, { 'If-Match': headers.etag })]);
		assert.equal(plain, 200);
		assert.ok([200, 409, 412].includes(tagged.status), tagged.text);
		assert.equal((await root.get(ONE)).json.name, `socket ${i}`);
	}
});

test('the shell changes without one, as on the socket nobody else is meant', async () => {
	await site.parley(['subscriber', 'set', ALICE, '--name', 'by the shell']);
	assert.equal((await root.get(ONE)).json.name, 'by the shell');
});

test('what has not changed is not sent again', async () => {
	const { headers } = await root.get(ONE);
	const r = await root.get(ONE, { 'If-None-Match': headers.etag });
	assert.deepEqual([r.status, r.text], [304, '']);
	assert.equal((await root.get(ONE, { 'If-None-Match': '"x"' })).status, 200);
});

/* --- pace ---------------------------------------------------------------------------------- */

test('who asks too much is told to wait, and nobody else is', async () => {
	await site.configure(['set admin requests-per-second 10']);
	// over connections that are there, or a slow machine would not ask too much
	root.agent = new https.Agent({ keepAlive: true, maxSockets: 5 });
	const all = await Promise.all(Array.from({ length: 80 }, () => root.get(ONE)));
	root.agent.destroy();
	root.agent = false;
	const refused = all.filter((r) => r.status !== 200);
	assert.ok(refused.length > 0 && refused.length <= 60, `${refused.length} of 80`);
	for (const r of refused) {
		isProblem(r, 429, 'rate-limited');
		assert.equal(r.headers['retry-after'], '1');
	}
	// somebody else (without a session: by his address), and the socket
	const other = await new Api(site).get('/health/live');
	assert.equal(other.status, 200, other.text);
	assert.equal((await site.get('/api/v1/health/live')).status, 200);
	await site.configure(['set admin requests-per-second 1000']);
	assert.equal((await root.get(ONE)).status, 200);
});

/* --- repetitions ------------------------------------------------------------------------- */

test('the same request with the same key is done once', async () => {
	const key = { 'Idempotency-Key': 'k1' };
	const body = { address: 'sip:once@example.org' };
	const a = await root.post('/subscribers', body, key);
	assert.equal(a.status, 200, a.text);
	const b = await root.post('/subscribers', body, key);
	assert.deepEqual([b.status, b.text, b.headers['idempotent-replayed']],
		[200, a.text, 'true']);
	isProblem(await root.post('/subscribers', body), 409);
	isProblem(await root.post('/subscribers', { address: 'sip:twice@example.org' }, key), 422);
	isProblem(await root.post('/subscribers', body,
		{ 'Idempotency-Key': 'x'.repeat(300) }), 400);
	// what was in the way may be gone when it is asked again
	const again = () => root.post('/subscribers', body, { 'Idempotency-Key': 'k3' });
	isProblem(await again(), 409);
	assert.equal((await root.delete(`/subscribers/${body.address}`)).status, 200);
	assert.equal((await again()).status, 200);
	const two = await Promise.all([1, 2, 3].map(() => root.post('/subscribers',
		{ address: 'sip:race@example.org' }, { 'Idempotency-Key': 'k2' })));
	assert.ok(two.every((r) => r.status === 200 || r.status === 409), two[0].text);
	assert.ok(two.some((r) => r.status === 200));
	assert.equal((await people())
		.filter((p) => p.address === 'sip:race@example.org').length, 1);
});

/* --- pages --------------------------------------------------------------------------------- */

test('a list is read page by page with cursors that only it gave', async () => {
	const all = [];
	let next = '';
	do {
		const r = await root.get(`/subscribers?limit=7${next && `&cursor=${next}`}`);
		assert.equal(r.status, 200, r.text);
		all.push(...r.json.items.map((i) => i.address));
		next = r.json.next;
		if (next) assert.match(next, /^[A-Za-z0-9._-]+$/);
	} while (next);
	assert.deepEqual(all, (await people()).map((p) => p.address));
	const { next: good } = (await root.get('/subscribers?limit=7')).json;
	isProblem(await root.get(`/groups?cursor=${good}`), 400);
	for (const bad of ['x', '', good.slice(1), `${good}A`, 'sip:+15550100001@example.org',
		'A'.repeat(6000)])
		isProblem(await root.get(`/subscribers?cursor=${bad}`), 400);
	isProblem(await root.get('/subscribers?limit=501'), 422);
});

test('only the fields that are asked for are sent', async () => {
	const r = await root.get('/subscribers?fields=address,state&limit=1');
	assert.deepEqual(Object.keys(r.json.items[0]), ['address', 'state']);
	assert.match(isProblem(await root.get('/subscribers?fields=address,stat'), 422).detail,
		/stat/);
	assert.deepEqual((await root.get(`${ONE}?fields=class`)).json, { class: 'standard' });
	isProblem(await root.post('/subscribers',
		{ address: 'sip:f@example.org', fields: 'x' }), 400);
});

/* --- bad input ------------------------------------------------------------------------------ */

// title, method, target, body, status, what the problem names
const BAD = [
	['an unknown field', 'POST', '/subscribers', '{"address":"sip:x@e.org","nmae":"x"}', 400,
		/nmae.*name/],
	['a wrong type', 'POST', '/subscribers', '{"address":["sip:x@e.org"]}', 400, /address/],
	['no JSON', 'POST', '/subscribers', 'address', 400, /byte 1/],
	['half a document', 'POST', '/subscribers', '{"address":', 400],
	['broken UTF-8', 'POST', '/subscribers', Buffer.from('{"address":"\xff"}', 'latin1'), 400],
	['17 levels', 'POST', '/subscribers', '['.repeat(17) + ']'.repeat(17), 400, /deep/],
	['100,000 levels', 'POST', '/subscribers', '{"a":'.repeat(100000), 400, /deep/],
	['1,001 members', 'POST', '/subscribers', JSON.stringify(Object.fromEntries(
		Array.from({ length: 1001 }, (_, i) => [`k${i}`, 1]))), 400, /wide/],
	['a body of 2 MB', 'POST', '/subscribers', ' '.repeat(2 << 20), 413],
	['an unknown query', 'GET', '/subscribers?x=1', undefined, 400, /"x"/],
	['a bad escape', 'GET', '/subscribers/%zz', undefined, 400, /escape/],
	['a NUL', 'GET', '/subscribers/%00', undefined, 400, /escape/],
	['a path that climbs', 'GET', '/subscribers/..%2f..%2fetc%2fpasswd', undefined, 404],
	['a path out of the API', 'GET', '//api/v1/../../etc/passwd', undefined, 404],
	['a method that is not for it', 'PUT', '/subscribers', '{}', 405],
	['a method nobody has', 'BREW', '/subscribers', '{}', 405],
	['a file of the disk', 'GET', '//..%2f..%2fetc%2fpasswd', undefined, 404],
];

for (const [title, method, target, body, status, names] of BAD)
	test(`${title} is answered ${status}, and nothing changes`, async () => {
		const before = await people();
		const p = await root.call(method, target, body, {}, { raw: true }).then((r) =>
			isProblem413(r, status));
		if (names)
			assert.match(p.detail, names);
		assert.deepEqual(await people(), before);
	});

// The server itself refuses a body before it knows whose request it is.
function isProblem413(r, status) {
	if (status !== 413)
		return isProblem(r, status);
	assert.equal(r.status, 413);
	return r.json;
}

function raw(text, wait = 5000) {
	return new Promise((resolve) => {
		let said = '';
		const s = tls.connect({ host: '127.0.0.1', port: site.admin,
			rejectUnauthorized: false }, () => s.write(text));
		s.setTimeout(wait, () => s.destroy());
		s.on('data', (d) => { said += d; });
		s.on('error', () => {});
		s.on('close', () => resolve(said));
	});
}

test('headers of more than 16 KiB are refused', async () => {
	const line = `X-Pad: ${'x'.repeat(1000)}\r\n`;
	const said = await raw('GET /api/v1/health/live HTTP/1.1\r\nHost: localhost\r\n' +
		`${line.repeat(30)}Connection: close\r\n\r\n`);
	assert.match(said, /^$|^HTTP\/1\.1 (431|413|400) /);
});

test('a thousand connections of one address leave room for others',
    { timeout: 60000 }, async () => {
	// Few are let in.  A closed one may not learn of it: with its queue full the
	// kernel forgets a peer that believes to be connected and says nothing.
	const many = Array.from({ length: 1000 }, () => {
		const s = net.connect(site.admin, '127.0.0.1').resume();
		s.tried = new Promise((over) => {
			for (const event of ['connect', 'error', 'close'])
				s.on(event, over);
		});
		return s;
	});
	await Promise.all(many.map((s) => s.tried));
	const began = Date.now();	// they would be let go in 20 s
	assert.equal((await site.get('/api/v1/health/live')).status, 200);
	assert.ok(Date.now() - began < 10000, `${Date.now() - began} ms`);
	many.forEach((s) => s.destroy());
	const r = await until('the server has seen that they are gone', () =>
		root.get('/health/live').catch(() => null));
	assert.equal(r.status, 200);
});

test('connections that say nothing keep nobody out for long', { timeout: 60000 }, async () => {
	const idle = [];
	for (let i = 0; i < 45; i++) {
		const s = tls.connect({ host: '127.0.0.1', port: site.admin,
			rejectUnauthorized: false });
		s.on('error', () => {});
		s.ended = new Promise((over) => { s.on('close', over); s.resume(); });
		await Promise.race([s.ended, new Promise((on) => { s.on('secureConnect', on); })]);
		idle.push(s);
	}
	// one that sends a letter now and then is no better
	const drip = idle.find((s) => !s.destroyed);
	drip.write('GET / HTTP/1.1\r\nX: ');
	const dripping = setInterval(() => drip.write('x'), 500);
	const began = Date.now();
	await site.get('/api/v1/health/live');
	assert.ok(!drip.destroyed, 'the socket has its own');
	await drip.ended;
	clearInterval(dripping);
	assert.ok(Date.now() - began < 40000, `${Date.now() - began} ms`);
	const r = await until('the server has counted that it is gone', () =>
		root.get('/health/live').catch(() => null));
	assert.equal(r.status, 200);
	idle.forEach((s) => s.destroy());
});

test('a list is sorted and filtered, and its pages go on in the same order', async () => {
	const walk = async (query) => {
		const seen = [];
		for (let next = ''; next !== null;) {
			const q = `limit=3${query && `&${query}`}${next && `&cursor=${next}`}`;
			const r = await root.get(`/subscribers?${q}`);
			assert.equal(r.status, 200, r.text);
			assert.ok(r.json.items.length <= 3);
			seen.push(...r.json.items);
			({ next } = r.json);
		}
		return seen;
	};
	const all = await walk('');
	assert.ok(all.length > 7, `${all.length} subscribers`);
	const text = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));
	for (const field of ['address', 'name', 'created']) {
		const up = (await walk(`sort=${field}`)).map((s) => s[field]);
		assert.deepEqual(up, all.map((s) => s[field]).sort(text), field);
		const down = (await walk(`sort=-${field}`)).map((s) => s[field]);
		assert.deepEqual(down, up.reverse(), field);
		assert.equal(new Set((await walk(`sort=-${field}`)).map((s) => s.address)).size,
			all.length, 'each of them once');
	}
	const [, one] = all;
	const q = encodeURIComponent(`address!="${one.address}" and created>2020-01-01`);
	assert.deepEqual((await walk(`filter=${q}`)).map((s) => s.address),
		all.filter((s) => s !== one).map((s) => s.address));
	assert.deepEqual((await walk(`address=${encodeURIComponent(one.address)}`)), [one]);
	assert.deepEqual((await walk('address=sip:*&sort=-address')).map((s) => s.address),
		all.map((s) => s.address).filter((a) => a.startsWith('sip:')).reverse());
});

test('a cursor is for the question it was given to, and unknown fields are named', async () => {
	const { next } = (await root.get('/subscribers?limit=2&sort=-address')).json;
	assert.equal((await root.get(`/subscribers?limit=9&sort=-address&cursor=${next}`)).status,
		200, 'the limit may change');
	for (const other of ['', '&sort=address', '&sort=-name', '&sort=-address&filter=name!=x',
		'&sort=-address&class=gold'])
		isProblem(await root.get(`/subscribers?cursor=${next}${other}`), 400);
	for (const [query, says] of [
		['sort=adress', /did you mean address\?/],
		['sort=class', /only by address, name, created/],
		['filter=adress=x', /did you mean address\?/], ['filter=name', /no condition/],
		['filter=state=gone', /one of active\|suspended/],
		['adress=x', /did you mean address\?/],
		['filter=created<soon', /is a time/], ['sort=', /no field/]]) {
		const r = await root.get(`/subscribers?${query}`);
		assert.match(isProblem(r, 400).detail, says, query);
	}
	const checks = async (q) => (await root.get(`/health/checks?${q}`)).json.items
		.map((c) => c.check);
	assert.deepEqual(await checks('sort=check'), (await checks('')).sort());
	assert.deepEqual(await checks('check=audit'), ['audit']);
});

test('an import that is cancelled keeps whole batches and says how many', async () => {
	const before = (await root.get('/stats?name=parley_subscribers')).json.items;
	const csv = 'address,name,class,password,aliases\n' + Array.from({ length: 100000 },
		(_, i) => `tel:+1777${String(i).padStart(7, '0')},Many ${i},,,\n`).join('');
	const { job } = (await root.call('POST', '/imports', csv, { 'Content-Type': 'text/csv' },
		{ raw: true })).json;
	const r = await root.post(`/imports/${job}/cancel`);
	assert.equal(r.status, 200, r.text);
	assert.equal(r.json.state, 'cancelled', r.text);
	assert.ok(r.json.added < 100000 && r.json.added % 1000 === 0, r.text);
	assert.equal(r.json.done, r.json.added);
	await site.log(/action="import cancel" object="import \d+"/);
	const { items } = (await root.get('/subscribers?prefix=tel:%2B1777&limit=500')).json;
	assert.equal(items.length, Math.min(r.json.added, 500));
	const now = (await root.get(`/imports/${job}`)).json;
	assert.equal(now.state, 'cancelled');
	isProblem(await root.post(`/imports/${job}/cancel`), 409);
	isProblem(await root.post('/imports/999999/cancel'), 404);
	const sum = (list) => list.reduce((n, i) => n + i.value, 0);
	const after = (await root.get('/stats?name=parley_subscribers')).json.items;
	assert.equal(sum(after) - sum(before), before.length ? r.json.added : 0);
});

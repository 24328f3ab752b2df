// The way into the console: setup, sessions, cross-site requests, guessing.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { Site } = require('./lib/site.js');
const { Api, isProblem, PASSWORD } = require('./lib/api.js');
const { until } = require('./lib/until.js');

let site, root;

before(async () => {
	site = await Site.start({ listeners: [] });
});

after(async () => {
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

test('before the setup HTTPS has the wizard and says that it lives', async () => {
	const api = new Api(site);
	assert.equal((await api.get('/health/live')).status, 200);
	assert.deepEqual((await api.get('/setup')).json, { needed: true, token: false });
	assert.equal((await api.get('//')).status, 200);
	isProblem(await api.get('/subscribers'), 503, 'not-set-up');
	isProblem(await api.post('/auth/login', { name: 'x', password: 'y' }), 503, 'not-set-up');
	isProblem(await api.get('/nonsense'), 503, 'not-set-up');
});

test('the setup needs the token of this machine, and ten wrong ones end it', async () => {
	const api = new Api(site);
	const body = { name: 'root1', password: PASSWORD };
	isProblem(await api.post('/setup', { ...body, token: 'x' }), 403);
	isProblem(await api.post('/setup/token'), 503);
	const { token } = await site.json(['setup', 'token']);
	assert.match(token, /^[0-9a-f]{32}$/);
	for (let i = 0; i < 10; i++)
		isProblem(await api.post('/setup', { ...body, token: '0'.repeat(32) }), 403);
	isProblem(await api.post('/setup', { ...body, token }), 403);
	assert.ok(!site.daemon.log.includes(token), 'the token is in no log');
});

test('two who set up at once make one administrator', async () => {
	const { token } = await site.json(['setup', 'token']);
	for (const password of ['short', 'aaaaaaaaaaaaaaaa', 'password1234', 'root1root1root1'])
		isProblem(await new Api(site).post('/setup',
			{ token, name: 'root1', password }), 422);
	isProblem(await new Api(site).post('/setup', { token, name: 'Röt', password: PASSWORD }),
		422);
	const tries = [1, 2, 3].map((i) => new Api(site));
	const done = await Promise.all(tries.map((api, i) => api.post('/setup',
		{ token, name: `root${i + 1}`, password: PASSWORD })));
	assert.deepEqual(done.map((r) => r.status).sort(), [200, 409, 409]);
	root = tries[done.findIndex((r) => r.status === 200)];
	assert.equal((await site.items('show', 'admins')).length, 1);
	root.name = (await site.items('show', 'admins'))[0].name;
});

test('after the setup it is as if there had never been one', async () => {
	isProblem(await root.get('/setup'), 404);
	isProblem(await root.post('/setup', { token: 'x', name: 'x',
		password: 'a quite good one' }), 404);
	await site.parley(['setup', 'token'], '', 3);
	await site.restart();
	isProblem(await new Api(site).get('/setup'), 404);
	root = Object.assign(await Api.login(site, root.name), { name: root.name });
});

test('a login gives a cookie for this host alone, and a new one each time', async () => {
	const api = new Api(site);
	const r = await api.post('/auth/login', { name: root.name, password: PASSWORD });
	const [set] = r.headers['set-cookie'];
	assert.match(set, new RegExp('^__Host-parley=[0-9a-f]{64}; Secure; HttpOnly; ' +
		'SameSite=Strict; Path=/$'));
	assert.equal(r.headers['cache-control'], 'no-store');
	const first = api.cookie;
	await api.post('/auth/login', { name: root.name, password: PASSWORD });
	assert.notEqual(api.cookie, first);
	isProblem(await api.get('/auth/session', { Cookie: `__Host-parley=${first}` }), 401);
	assert.equal((await api.get('/auth/session')).json.name, root.name);
	const fixed = 'f'.repeat(64);
	const victim = Object.assign(new Api(site), { cookie: fixed });
	await victim.post('/auth/login', { name: root.name, password: PASSWORD });
	assert.notEqual(victim.cookie, fixed, 'a session cannot be planted');
	isProblem(await victim.get('/auth/session', { Cookie: `__Host-parley=${fixed}` }), 401);
});

test('every operation of the table works over HTTPS as over the socket', async () => {
	for (const o of (await root.get('/operations')).json.items
		.filter((o) => o.method === 'GET' && !/[{]|events|auth|setup/.test(o.path))) {
		const r = await root.get(o.path.slice(7));
		assert.ok([200, 422].includes(r.status), `${o.path}: ${r.status} ${r.text}`);
		assert.match(r.headers['x-request-id'], /^[0-9a-f]{16}$/);
	}
});

// What a page of another site can make a browser send.
const FORGED = [['no CSRF token', { 'X-Parley-CSRF': null }],
	['a wrong CSRF token', { 'X-Parley-CSRF': '0'.repeat(32) }],
	['a page of another site', { 'Sec-Fetch-Site': 'cross-site' }],
	['a page of a neighbour', { 'Sec-Fetch-Site': 'same-site' }],
	['another origin', { 'Sec-Fetch-Site': null, Origin: 'https://evil.example' }],
	['no word of where it comes from', { 'Sec-Fetch-Site': null }],
	['a null origin', { 'Sec-Fetch-Site': null, Origin: 'null' }]];

for (const [title, headers] of FORGED)
	test(`a change with ${title} is refused`, async () => {
		const people = await site.items('show', 'subscribers');
		isProblem(await root.post('/subscribers', { address: 'sip:x@example.org' },
			headers), 403, 'forbidden');
		assert.deepEqual(await site.items('show', 'subscribers'), people);
	});

test('the origin is enough for a browser that does not say more', async () => {
	const origin = `https://127.0.0.1:${site.admin}`;
	const r = await root.post('/auth/reauth', { password: PASSWORD },
		{ 'Sec-Fetch-Site': null, Origin: origin });
	assert.equal(r.status, 200, r.text);
});

test('forms cannot be posted', async () => {
	isProblem(await root.call('POST', '/subscribers', 'address=sip:x@example.org',
		{ 'Content-Type': 'application/x-www-form-urlencoded' }, { raw: true }), 400);
	isProblem(await new Api(site).call('POST', '/auth/login',
		JSON.stringify({ name: root.name, password: PASSWORD }),
		{ 'Content-Type': 'text/plain' }, { raw: true }), 400);
});

test('a name that is not ours is not answered', async () => {
	for (const host of ['evil.example', `evil.example:${site.admin}`, '127.0.0.1.evil.example'])
		isProblem(await new Api(site, { host }).get('/health/live'), 421);
	for (const host of ['localhost', `127.0.0.1:${site.admin}`, '[::1]:8443'])
		assert.equal((await new Api(site, { host }).get('/health/live')).status, 200);
	await site.configure(['set admin hosts console.example.org,cpm.example.org']);
	assert.equal((await new Api(site, { host: 'CPM.example.org:8443' })
		.get('/health/live')).status, 200);
});

const HEADERS = { 'x-content-type-options': /^nosniff$/, 'referrer-policy': /^no-referrer$/,
	'cross-origin-opener-policy': /^same-origin$/, 'permissions-policy': /camera=\(\)/,
	'cross-origin-resource-policy': /^same-origin$/,
	'content-security-policy': /default-src 'none'.*require-trusted-types-for 'script'/ };

test('every answer has the headers that keep a browser in', async () => {
	for (const target of ['//', '//nonsense.js', '//metrics', '/health/live', '/nonsense',
		'/auth/session']) {
		const r = await root.get(target);
		for (const [name, is] of Object.entries(HEADERS))
			assert.match(r.headers[name] || '', is, `${target}: ${name}`);
		assert.equal(r.headers['access-control-allow-origin'], undefined);
		if (!target.startsWith('//'))
			assert.equal(r.headers['cache-control'], 'no-store');
	}
});

test('logging out ends the session and clears the browser', async () => {
	const api = await Api.login(site, root.name);
	const { cookie } = api;
	const r = await api.post('/auth/logout');
	assert.equal(r.status, 200);
	assert.match(r.headers['clear-site-data'], /"cookies", "storage"/);
	assert.match(r.headers['set-cookie'][0], /Max-Age=0/);
	isProblem(await api.get('/auth/session', { Cookie: `__Host-parley=${cookie}` }), 401);
});

test('an unknown name is refused like a wrong password', async () => {
	const a = isProblem(await new Api(site).post('/auth/login',
		{ name: root.name, password: 'wrong wrong wrong' }), 401, 'unauthenticated');
	const b = isProblem(await new Api(site).post('/auth/login',
		{ name: 'nobody', password: 'wrong wrong wrong' }), 401, 'unauthenticated');
	assert.equal(a.detail, b.detail);
	await site.log(/login refused name=nobody from=127\.0\.0\.1/);
	const noted = async () => (await site.items('show', 'audit', '--limit', '5'))
		.some((a) => a.action === 'POST /auth/login' && a.object === 'nobody');
	await until('the audit has it', noted);	// the disk comes after the answer
});

test('who guesses many at once has no more tries than one after the other', async () => {
	const began = Date.now();
	const tries = await Promise.all(Array.from({ length: 12 }, (_, i) => new Api(site)
		.post('/auth/login', { name: root.name, password: `wrong wrong wrong ${i}` })));
	const heard = tries.filter((r) => r.status === 401).length;
	// the waits are 1, 2, 4... s: on a slow machine some are over by then
	const over = Math.ceil(Math.log2(1 + (Date.now() - began) / 1000));
	assert.ok(heard <= 4 + over, `${heard} of them know that they were wrong`);
	for (const r of tries.filter((r) => r.status !== 401))
		isProblem(r, 429, 'rate-limited');
	await site.parley(['admin', 'unlock']);
});

test('who guesses waits longer each time; the host can forgive', async () => {
	const wrong = { name: 'guessed', password: 'wrong wrong wrong' };
	let r;
	for (let i = 0; i < 12; i++) {
		r = await new Api(site).post('/auth/login', wrong);
		if (r.status === 429) break;
		isProblem(r, 401);
	}
	isProblem(r, 429, 'rate-limited');
	assert.ok(Number(r.headers['retry-after']) >= 1);
	isProblem(await new Api(site).post('/auth/login',
		{ name: root.name, password: PASSWORD }), 429);	// from the same network
	assert.equal((await root.get('/health/checks')).status, 200, 'who is in stays in');
	await site.parley(['admin', 'unlock']);
	await Api.login(site, root.name);
});

// Tokens, second factors, sessions: what lets somebody in, and until when.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { Site } = require('./lib/site.js');
const { totp } = require('./lib/totp.js');
const { Api, isProblem, PASSWORD } = require('./lib/api.js');

let site, root;

before(async () => {
	site = await Site.start({ listeners: [] });
	root = await Api.first(site);
});

after(async () => {
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

/* --- tokens --------------------------------------------------------------------------- */

const token = async (more) => (await root.post('/admin/tokens',
	{ name: 'ci', role: ['viewer'], ...more })).json;

test('a token is shown once, works until it is deleted, and survives a restart', async () => {
	const made = await token();
	assert.match(made.token, /^parley_[0-9a-f]{12}_[0-9a-f]{64}$/);
	const api = new Api(site, { token: made.token });
	assert.equal((await api.get('/health/checks')).status, 200);
	assert.ok(!JSON.stringify((await root.get('/admin/tokens')).json)
		.includes(made.token.split('_')[2]));
	assert.ok((await root.get('/admin/tokens')).json.items[0].used);
	await site.restart();
	root = await Api.login(site, 'root1');
	assert.equal((await api.get('/health/checks')).status, 200);
	assert.ok((await root.get('/admin/tokens')).json.items[0].used, 'kept over the restart');
	assert.equal((await root.delete(`/admin/tokens/${made.id}`)).status, 200);
	isProblem(await api.get('/health/checks'), 401, 'unauthenticated');
});

test('a token is good only from its addresses', async () => {
	const here = new Api(site, { token: (await token({ from: '127.0.0.0/8,::1' })).token });
	assert.equal((await here.get('/health/checks')).status, 200);
	const away = new Api(site, { token: (await token({ from: '192.0.2.0/24' })).token });
	isProblem(await away.get('/health/checks'), 401);
	isProblem(await root.post('/admin/tokens', { name: 'x', role: ['viewer'], from: 'mars' }),
		422);
});

test('a token is no more than who makes it, and makes none itself', async () => {
	await root.post('/admin/users', { name: 'sec', role: ['security'], password: PASSWORD });
	const sec = await Api.login(site, 'sec');
	isProblem(await sec.post('/admin/tokens', { name: 'x', role: ['operator'] }), 403);
	isProblem(await sec.post('/admin/tokens',
		{ name: 'x', role: ['operator'], admin: 'root1' }), 403);
	const { token: t } = (await sec.post('/admin/tokens', { name: 'x', role: ['security'] }))
		.json;
	isProblem(await new Api(site, { token: t }).post('/admin/tokens',
		{ name: 'y', role: ['security'] }), 403);
	isProblem(await sec.post('/admin/tokens', { name: 'x', role: ['security'], days: 400 }),
		422);
	isProblem(await sec.post('/admin/tokens', { name: 'x', role: ['boss'] }), 422);
});

for (const bad of ['parley_', 'parley_000000000000_', `parley_000000000000_${'0'.repeat(64)}`,
	'x', 'parley', `parley_${'0'.repeat(5000)}`])
	test(`the token ${bad.slice(0, 30)} lets nobody in`, async () => {
		isProblem(await new Api(site, { token: bad }).get('/health/checks'), 401);
		isProblem(await new Api(site, { token: bad }).get('/health/live'), 401);
	});

test('a cookie and a token do not go together', async () => {
	const { token: t } = await token();
	isProblem(await root.get('/health/checks', { Authorization: `Bearer ${t}` }), 400);
});

/* --- sessions ------------------------------------------------------------------------- */

test('sessions are listed and can be ended, one\'s own by oneself', async () => {
	const other = await Api.login(site, 'root1');
	const mine = (await root.get('/auth/sessions')).json.items;
	assert.equal(mine.filter((s) => s.this).length, 1);
	const id = (await other.get('/auth/session')).json.session;
	assert.ok(mine.some((s) => s.session === id && s.from === '127.0.0.1'));
	await root.post('/admin/users', { name: 'vic', role: ['viewer'], password: PASSWORD });
	const vic = await Api.login(site, 'vic');
	isProblem(await vic.delete(`/auth/sessions/${id}`), 404);
	isProblem(await vic.delete(`/admin/sessions/${id}`), 403);
	const { token } = (await root.post('/admin/tokens',
		{ name: 'weak', role: ['viewer'] })).json;
	const weak = new Api(site, { token });
	isProblem(await weak.get('/auth/sessions'), 403);
	isProblem(await weak.delete(`/auth/sessions/${id}`), 404);
	assert.equal((await other.get('/auth/session')).status, 200);
	assert.equal((await root.delete(`/auth/sessions/${id}`)).status, 200);
	isProblem(await other.get('/auth/session'), 401);
	const theirs = (await vic.get('/auth/session')).json.session;
	assert.equal((await root.delete(`/admin/sessions/${theirs}`)).status, 200);
	isProblem(await vic.get('/auth/session'), 401);
});

test('a new password ends the other sessions', async () => {
	const a = await Api.login(site, 'vic'), b = await Api.login(site, 'vic');
	isProblem(await a.post('/auth/password', { old: 'wrong wrong wrong',
		new: 'a quite different one' }), 401);
	isProblem(await a.post('/auth/password', { old: PASSWORD, new: 'short' }), 422);
	const other = 'a quite different one';
	assert.equal((await a.post('/auth/password', { old: PASSWORD, new: other })).status, 200);
	assert.equal((await a.get('/auth/session')).status, 200);
	isProblem(await b.get('/auth/session'), 401);
	isProblem(await new Api(site).post('/auth/login',
		{ name: 'vic', password: PASSWORD }), 401);
	await Api.login(site, 'vic', other);
});

/* --- the second factor ------------------------------------------------------------------ */

test('with a second factor the password alone is not enough', async () => {
	await root.post('/admin/users', { name: 'tot', role: ['viewer'], password: PASSWORD });
	const api = await Api.login(site, 'tot');
	isProblem(await api.post('/auth/totp/confirm', { code: '000000' }), 409);
	const { secret, uri } = (await api.post('/auth/totp')).json;
	assert.match(uri, new RegExp(`^otpauth://totp/Parley:tot\\?secret=${secret}&`));
	isProblem(await api.post('/auth/totp/confirm', { code: '12345' }), 422);
	const begun = Date.now();
	const on = await api.post('/auth/totp/confirm', { code: totp(secret, begun) });
	assert.equal(on.status, 200, on.text);
	const codes = on.json.recovery_codes;
	assert.equal(codes.length, 10);

	const login = (more) => new Api(site).post('/auth/login',
		{ name: 'tot', password: PASSWORD, ...more });
	isProblem(await login({}), 401, 'totp-required');
	isProblem(await login({ code: totp(secret, begun) }), 401);	// a replay
	assert.equal((await login({ code: codes[3].toLowerCase() })).status, 200);
	isProblem(await login({ code: codes[3] }), 401, 'unauthenticated');
	await site.parley(['admin', 'unlock']);
	const next = totp(secret, begun + 30000);
	const two = await Promise.all([login({ code: next }), login({ code: next })]);
	assert.deepEqual(two.map((r) => r.status).sort(), [200, 401], 'one code, one login');
	const text = JSON.stringify([await site.items('show', 'audit'), await site.items('show',
		'admins')]) + site.daemon.log;
	for (const s of [secret, PASSWORD, ...codes])
		assert.ok(!text.includes(s), 'no secret is shown or logged');

	assert.equal((await root.patch('/admin/users/tot', { 'reset-totp': true })).status, 200);
	await site.parley(['admin', 'unlock']);
	assert.equal((await login({})).status, 200);
});

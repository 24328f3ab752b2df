// Each role and each operation: who may what, by the table of the operations.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { Site } = require('./lib/site.js');
const { Api, isProblem, PASSWORD } = require('./lib/api.js');
const { asNobody } = require('./lib/nobody.js');

const ROLES = ['viewer', 'support', 'operator', 'config', 'security', 'auditor'];
// Who has what, as the design says; nobody else.
const MAY = {
	view: ROLES,
	traffic: ['support', 'operator', 'config', 'auditor'],
	'people-read': ['support', 'operator', 'config', 'auditor'],
	people: ['operator'],
	operate: ['operator', 'config'],
	draft: ['operator', 'config', 'security'],
	commit: ['config', 'security'],
	security: ['security'],
	audit: ['security', 'auditor'],
};

let site, root, operations;
const tokens = {};

before(async () => {
	site = await Site.start({ listeners: [] });
	root = await Api.first(site);
	operations = (await root.get('/operations')).json.items;
	for (const role of ROLES)
		tokens[role] = (await root.post('/admin/tokens', { name: role, role: [role] }))
			.json.token;
	tokens.nobody = null;
});

after(async () => {
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

const target = (o) => o.path.slice(7).replace(/\{[^}]*\}/g, 'none-such');
const may = (role, o) => o.capability === 'anyone' || (role !== 'nobody' &&
	(o.capability === 'self' || MAY[o.capability].includes(role)));

/* proves APP-04 */
for (const role of [...ROLES, 'nobody'])
	test(`what ${role} may and may not is as the table says`, async () => {
		const api = new Api(site, { token: tokens[role] });
		let refused = 0;
		for (const o of operations) {
			if (o.path.endsWith('/events') || (may(role, o) && o.method !== 'GET'))
				continue;	// streams; what changes something
			const r = await api.call(o.method, target(o),
				o.method === 'GET' ? undefined : {});
			const what = `${role}: ${o.method} ${o.path}: ${r.status} ${r.text}`;
			if (may(role, o)) {
				assert.ok(![401, 403, 405, 500].includes(r.status) ||
					/console/.test(r.text), what);
			} else {
				assert.equal(r.status, role === 'nobody' ? 401 : 403, what);
				refused++;
			}
		}
		assert.ok(refused > 10, `${refused}`);
	});

test('the changes that a role may make reach their operation', async () => {
	for (const role of ROLES)
		for (const o of operations.filter((o) => o.method !== 'GET' && may(role, o) &&
			/[{]/.test(o.path) && o.capability !== 'self')) {
			const r = await new Api(site, { token: tokens[role] })
				.call(o.method, target(o), {});
			assert.ok(![401, 403, 405, 500].includes(r.status),
				`${role}: ${o.method} ${o.path}: ${r.status} ${r.text}`);
		}
});

// Refused for its member, and so by nobody before.
test('a change that names nothing reaches its operation too, and does nothing', async () => {
	const wrong = [];
	let tried = 0;
	for (const role of ROLES)
		for (const o of operations.filter((o) => o.method !== 'GET' && may(role, o) &&
			!/[{]/.test(o.path))) {
			const r = await new Api(site, { token: tokens[role] }).call(o.method,
				target(o), { 'no-such-member': 1 }, { 'If-Match': '*' });
			// an upload is no JSON, whatever it is
			if (r.status !== 400 || !(/upload$/.test(o.path) ||
				r.text.includes('no-such-member')))
				wrong.push(`${role}: ${o.method} ${o.path}: ${r.status} ${r.text}`);
			tried++;
		}
	assert.deepEqual(wrong, []);
	assert.ok(tried > 50, `${tried}`);
});

test('a large file is taken from those alone who may bring one', async () => {
	const size = 2 << 20, path = '/config/drafts/big/load';
	for (const role of ['nobody', 'viewer'])
		isProblem(await new Api(site, { token: tokens[role] }).call('POST', path, undefined,
			{ 'Content-Type': 'text/plain', 'Content-Length': 2 * size }), 413);
	const r = await new Api(site, { token: tokens.config }).call('POST', path,
		' '.repeat(size), { 'Content-Type': 'text/plain' }, { raw: true });
	assert.equal(r.status, 200, r.text);
});

test('names are offered to those who may see the lists', async () => {
	await site.parley(['subscriber', 'add', 'sip:comp@example.org']);
	const offered = async (role, kind) => (await new Api(site, { token: tokens[role] })
		.get(`/complete?kind=${kind}&prefix=`)).json.items.length > 0;
	assert.deepEqual([await offered('viewer', 'subscriber'),
		await offered('support', 'subscriber'), await offered('support', 'admin'),
		await offered('security', 'admin')], [false, true, false, true]);
});

test('every operation says what it is about', () => {
	for (const o of operations) {
		assert.ok(['anyone', 'self', ...Object.keys(MAY)].includes(o.capability), o.path);
		if (MAY[o.capability])
			assert.equal(o.role, MAY[o.capability].join(', '), o.path);
	}
});

test('someone must be left who can let others in', async () => {
	isProblem(await root.patch('/admin/users/root1', { role: ['config'] }), 409);
	isProblem(await root.delete('/admin/users/root1'), 409);
	assert.equal((await root.post('/admin/users',
		{ name: 'eve', role: ['security'], password: PASSWORD })).status, 200);
	assert.equal((await root.delete('/admin/users/eve')).status, 200);
	isProblem(await root.delete('/admin/users/root1'), 409);
});

test('who loses a role or the post loses it at once', async () => {
	await root.post('/admin/users', { name: 'bob', role: ['operator'], password: PASSWORD });
	const bob = await Api.login(site, 'bob');
	assert.equal((await bob.get('/subscribers')).status, 200);
	// somebody else's is made on the machine itself
	isProblem(await root.post('/admin/tokens',
		{ name: 'bobs', admin: 'bob', role: ['operator'] }), 403);
	const { token } = await site.json(['token', 'add', 'bobs', '--admin', 'bob', '--role',
		'operator']);
	assert.equal((await new Api(site, { token }).get('/subscribers')).status, 200);
	assert.equal((await root.patch('/admin/users/bob', { role: ['viewer'] })).status, 200);
	const [row] = await site.items('show', 'audit', '--action', 'admin set');
	assert.deepEqual([row.object, row.detail, row.actor],
		['bob', 'roles: operator -> viewer; ', 'root1']);
	isProblem(await bob.get('/subscribers'), 401);	// his sessions have ended
	isProblem(await new Api(site, { token }).get('/subscribers'), 403);
	assert.equal((await root.delete('/admin/users/bob')).status, 200);
	isProblem(await new Api(site, { token }).get('/health/checks'), 401);
});

test('who may commit settings gives nobody a role by them', async () => {
	const config = new Api(site, { token: tokens.config });
	const security = new Api(site, { token: tokens.security });
	for (const line of ['set admin group-admin games', 'set admin group-operator games',
		'set admin group-view games']) {
		const r = await config.post('/config/running', { lines: [line], revert_in_s: 60 });
		assert.match(isProblem(r, 403, 'forbidden').detail, /security/);
	}
	await config.patch('/config/drafts/main', { lines: ['set admin group-view games'] });
	isProblem(await config.post('/config/drafts/main/commit', { revert_in_s: 60 }), 403);
	const was = (await config.get('/config/revisions')).json.items[0].revision;
	const r = await security.post('/config/running',
		{ lines: ['set admin group-view games'], revert_in_s: 60 });
	assert.equal(r.status, 200, r.text);
	assert.equal((await security.post('/config/pending/undo')).status, 200);
	isProblem(await config.post('/config/rollback',
		{ revision: r.json.revision, revert_in_s: 60 }), 403);
	assert.equal((await config.get('/config/revisions')).json.items[0].revision, was + 2);
});

test('an administrator of this machine is the person he is linked to', {
	skip: process.getuid() !== 0 && 'needs root',
}, async (t) => {
	const run = await asNobody(site, 'group-view', t);
	if (!run)
		return;
	assert.equal((await run('show', 'roles')).code, 0);
	assert.equal((await run('show', 'subscribers')).code, 4);
	await site.parley(['admin', 'add', 'ann', '--role', 'support', '--unix-user', 'nobody']);
	assert.equal((await run('show', 'subscribers')).code, 0);
	assert.equal((await run('show', 'audit')).code, 4);
});

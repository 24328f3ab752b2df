// What one person alone may not do: read messages, and change the settings.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { Site } = require('./lib/site.js');
const { Api, isProblem, PASSWORD } = require('./lib/api.js');
const { asNobody } = require('./lib/nobody.js');

const ALICE = 'sip:alice@example.org', BOB = 'sip:bob@example.org';
const WHY = 'ticket 4711: bob asks where it is';

let site, root, reader, second, message;

before(async () => {
	site = await Site.start({ people: [[ALICE, 'a secret'], [BOB, 'b secret']] });
	root = await Api.first(site);
	const add = async (name, ...role) => {
		const r = await root.post('/admin/users', { name, password: PASSWORD, role });
		assert.equal(r.status, 200, r.text);
		return Api.login(site, name);
	};
	reader = await add('rita', 'support');
	second = await add('sam', 'security', 'auditor');
	({ message } = (await root.post('/test/message', { from: ALICE, to: BOB,
		text: 'see you at nine' })).json);
});

after(async () => {
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

const read = (api, body = { reason: WHY }) => api.post(`/messages/${message}/content`, body);

test('nobody reads a message before it is switched on, and granted to him', async () => {
	assert.match(isProblem(await read(reader), 403).detail, /content-reveal is off/);
	isProblem(await root.post('/admin/grants/rita', { reason: WHY }), 403);
	await site.configure(['set privacy content-reveal on']);
	assert.match(isProblem(await read(reader), 403).detail, /role security/);
	isProblem(await read(root), 403);
});

test('nobody grants it to himself when there is somebody else', async () => {
	assert.match(isProblem(await root.post('/admin/grants/root1', { reason: WHY }), 403)
		.detail, /to himself/);
	isProblem(await reader.post('/admin/grants/rita', { reason: WHY }), 403);
	isProblem(await root.post('/admin/grants/nobody', { reason: WHY }), 404);
	for (const body of [{}, { reason: '' }, { reason: 'x' }, { reason: WHY, hours: 0 },
		{ reason: WHY, hours: 169 }])
		isProblem(await root.post('/admin/grants/rita', body), 422);
	assert.deepEqual((await root.get('/admin/grants')).json.items, []);
});

test('who was granted it reads one with a reason, and the audit has each reading', async () => {
	const r = await root.post('/admin/grants/rita', { reason: WHY, hours: 2 });
	assert.equal(r.status, 200, r.text);
	const left = Date.parse(r.json.until) - Date.now();
	assert.ok(left > 7000000 && left <= 7200000, r.text);
	isProblem(await read(reader, {}), 422);
	isProblem(await read(reader, { reason: 'x' }), 422);
	const { json } = await read(reader);
	assert.match(json.content, /see you at nine/);
	assert.equal(json.coding, 'text');
	assert.equal(json.id, message);
	isProblem(await read(root), 403);
	isProblem(await reader.post('/messages/0000000000000001/content', { reason: WHY }), 404);
	const { items } = (await second.get('/audit?actor=rita&action=message%20content')).json;
	assert.deepEqual(items.filter((i) => i.result === 'ok')
		.map((i) => [i.object, i.detail]), [[message, WHY]]);
	assert.ok(items.some((i) => i.result === 'refused 403') || items.length === 1);
	const [grant] = (await second.get('/admin/grants')).json.items;
	assert.deepEqual([grant.admin, grant.by, grant.reason, grant.state],
		['rita', 'root1', WHY, 'good']);
	assert.equal(await site.metric('parley_content_access_total'), 1);
});

test('no token and no socket reads a message, and a grant can be ended', async () => {
	const of = { name: 't', admin: 'rita', role: ['support'] };
	isProblem(await reader.post('/admin/tokens', of), 403);
	assert.match(isProblem(await root.post('/admin/tokens', of), 403).detail,
		/each makes his own/);
	const { token: made } = await site.json(['token', 'add', 't', '--admin', 'rita',
		'--role', 'support']);
	isProblem(await read(new Api(site, { token: made })), 403);
	assert.equal((await root.delete('/admin/grants/rita')).status, 200);
	isProblem(await read(reader), 403);
	isProblem(await root.delete('/admin/grants/rita'), 404);
});

test('with four eyes a draft is committed by somebody else, and nothing past it', async () => {
	await site.configure(['set policy commit four-eyes on']);
	const line = { lines: ['set site country-code 49'] };
	assert.equal((await root.patch('/config/drafts/work', line)).status, 200);
	isProblem(await root.post('/config/drafts/work/commit', {}), 403);
	const { token } = (await root.post('/admin/tokens',
		{ name: 'own', role: ['config'] })).json;
	isProblem(await new Api(site, { token }).post('/config/drafts/work/commit',
		{ owner: 'root1' }), 403);
	isProblem(await root.post('/config/running', line), 403);
	isProblem(await root.post('/config/rollback', { revision: 1 }), 403);
	isProblem(await reader.get('/config/drafts?all=on'), 403);
	const { items } = (await second.get('/config/drafts?all=on')).json;
	assert.deepEqual(items.map((d) => [d.owner, d.draft, d.staged]), [['root1', 'work', 1]]);
	const diff = (await second.get('/config/drafts/work?owner=root1')).json;
	assert.equal(diff.changes[0].will, '49');
	isProblem(await second.post('/config/drafts/other/commit', { owner: 'root1' }), 404);
	assert.match(isProblem(await second.post('/config/drafts/work/commit',
		{ owner: 'root1' }), 422).detail, /which draft of root1 you have seen/);
	await root.patch('/config/drafts/work', { lines: ['set site country-code 48'] });
	isProblem(await second.post('/config/drafts/work/commit',
		{ owner: 'root1', expect_tag: diff.tag }), 409);
	const shown = await site.parley(['configuration', 'draft', 'show', 'work', '--owner',
		'root1']);
	const tag = Number(/^tag\W+(\d+)/mi.exec(shown)[1]);
	assert.notEqual(tag, diff.tag);
	const r = await second.post('/config/drafts/work/commit',
		{ owner: 'root1', expect_tag: tag });
	assert.equal(r.status, 200, r.text);
	assert.deepEqual((await root.get('/config/drafts')).json.items, []);
	const [newest] = (await root.get('/config/revisions?limit=1')).json.items;
	assert.equal(newest.actor, 'sam');
});

test('with four eyes nobody restores a backup but root on the machine itself', async () => {
	const { name } = await site.json(['backup', 'create']);
	assert.match(isProblem(await second.post(`/backups/${name}/restore`,
		{ site: 'example.org' }), 403).detail, /two persons/);
	assert.equal((await site.json(['backup', 'job'])).what, 'create');
	const mark = site.mark();
	await site.parley(['backup', 'restore', name, '--site', 'example.org', '--yes']);
	await site.log(/restored; what was there/, mark);
	await site.ready(mark);
	root = await Api.login(site, 'root1');
});

test('a user of this machine whom nobody knows is not the second person', {
	skip: process.getuid() !== 0 && 'needs root',
}, async (t) => {
	const run = await asNobody(site, 'group-admin', t);
	root = await Api.login(site, 'root1');
	if (!run)
		return;
	const { tag } = (await root.patch('/config/drafts/work',
		{ lines: ['set site country-code 47'] })).json;
	const commit = ['configuration', 'draft', 'commit', 'work', '--owner', 'root1',
		'--expect-tag', String(tag)];
	const grant = ['content', 'grant', 'root1', '--reason', WHY];
	for (const words of [commit, grant]) {
		const r = await run(...words);
		assert.notEqual(r.code, 0, r.text);
		assert.match(r.text, /link your user to an administrator first/);
	}
	assert.deepEqual((await root.get('/admin/grants')).json.items, []);
	const own = JSON.parse((await run('configuration', 'draft', 'change', 'own',
		'set site country-code 46')).text);
	assert.match(isProblem(await root.post('/config/drafts/own/commit',
		{ owner: 'uid:65534', expect_tag: own.tag }), 403).detail, /could be yours/);
	const token = await run('token', 'add', 'x', '--admin', 'root1', '--role', 'security');
	assert.match(token.text, /each makes his own/);
	await site.parley(['admin', 'set', 'sam', '--role', 'security', '--role', 'config',
		'--unix-user', 'nobody']);
	for (const words of [grant, commit]) {
		const r = await run(...words);
		assert.equal(r.code, 0, r.text);
	}
});

test('root on the machine itself is never shut out by it', async () => {
	await site.configure(['set policy commit four-eyes off']);
	const line = { lines: ['set site country-code 1'] };
	assert.equal((await root.patch('/config/drafts/work', line)).status, 200);
	assert.equal((await root.post('/config/drafts/work/commit', {})).status, 200);
});

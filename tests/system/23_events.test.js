// The stream of events: what comes, to whom, and from where it goes on.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { Site } = require('./lib/site.js');
const { Api, isProblem, PASSWORD } = require('./lib/api.js');
const { Stream } = require('./lib/stream.js');

let site, root;

before(async () => {
	site = await Site.start({ config: ['set admin connections-per-address 60'] });
	root = await Api.first(site);
});

after(async () => {
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

test('figures come each second, and at once', async () => {
	const s = await Stream.open(root, 'stats');
	assert.equal(s.status, 200);
	assert.match(s.headers['content-type'], /^text\/event-stream/);
	const a = await s.wait((e) => e.event === 'stats');
	assert.ok(a.data.items.some((i) => i.name === 'accepted'));
	const b = await s.wait((e) => e.event === 'stats');
	assert.notEqual(a.id, b.id);
	s.close();
});

test('a change of the configuration is told to who watches it', async () => {
	const s = await Stream.open(root, 'config,log');
	await s.wait((e) => e.event === 'config');
	const { revision } = await root.get('/config/revisions?limit=1')
		.then((r) => r.json.items[0]);
	await site.configure(['set site country-code 44']);
	const e = await s.wait((e) => e.event === 'config' &&
		e.data.items[0].revision > revision);
	assert.match(e.data.items[0].changes, /country-code 1 -> 44/);
	const l = await s.wait((e) => e.event === 'log' && /settings changed/.test(e.data.text));
	assert.equal(l.data.level, 'info');
	s.close();
});

test('who comes back gets what he missed, or is told that he must ask anew', async () => {
	const s = await Stream.open(root, 'config');
	const first = await s.wait((e) => e.event === 'config');
	s.close();
	const other = await Stream.open(root, 'config');
	await other.wait((e) => e.event === 'config');
	await site.configure(['set site country-code 45']);
	const missed = await other.wait((e) => /45/.test(e.data.items[0].changes));
	const back = await Stream.open(root, 'config', { 'Last-Event-ID': first.id });
	assert.equal((await back.wait((e) => e.id === missed.id)).event, 'config');
	for (const id of ['00000000-1', 'x', `${first.id}999999`, '-', ''.padEnd(500, '1')]) {
		const lost = await Stream.open(root, 'config', { 'Last-Event-ID': id });
		assert.equal((await lost.wait((e) => e.event === 'resync')).event, 'resync', id);
		lost.close();
	}
	other.close();
	back.close();
});

test('who may not see something may not watch it', async () => {
	const { token } = (await root.post('/admin/tokens', { name: 'v', role: ['viewer'] })).json;
	const viewer = new Api(site, { token });
	isProblem(await viewer.get('/events?topics=queues'), 403);
	isProblem(await viewer.get('/events?topics=stats,log'), 403);
	isProblem(await viewer.get('/events?topics=audit'), 403);
	isProblem(await viewer.get('/events?topics=nonsense'), 422);
	isProblem(await viewer.get('/events?topics=trace:'), 422);
	isProblem(await viewer.get('/events?topics='), 422);
	isProblem(await viewer.get('/events'), 422);
	isProblem(await new Api(site).get('/events?topics=stats'), 401);
	const s = await Stream.open(viewer, 'stats,gateways,config,alerts');
	assert.equal(s.status, 200);
	s.close();
});

test('the rows of the audit are not in the log of who may not read them', async () => {
	const { token } = (await root.post('/admin/tokens', { name: 's', role: ['support'] })).json;
	const s = await Stream.open(new Api(site, { token }), 'log');
	const modules = [];
	let told = false;
	const heard = s.wait((e) => {
		modules.push(e.data.module);
		return /administrator changed/.test(e.data.text);
	}).then(() => { told = true; });
	await root.post('/admin/users', { name: 'ina', role: ['viewer'], password: PASSWORD });
	while (!told)	// the row comes before that line
		await root.patch('/admin/users/ina', { role: ['viewer'] });
	await heard;
	s.close();
	assert.equal((await root.delete('/admin/users/ina')).status, 200);
	assert.ok(!modules.includes('audit'), `${modules}`);
});

test('a stream ends with the session and with the role', async () => {
	await root.post('/admin/users', { name: 'amy', role: ['operator'], password: PASSWORD });
	const amy = await Api.login(site, 'amy');
	const s = await Stream.open(amy, 'queues');
	await s.wait((e) => e.event === 'queues');
	await amy.post('/auth/logout');
	await s.ended;
	const again = await Api.login(site, 'amy');
	const two = await Stream.open(again, 'queues');
	assert.equal((await root.patch('/admin/users/amy', { role: ['viewer'] })).status, 200);
	await two.ended;
});

test('who logs in and out is told to who may know it, and told again after a break', async () => {
	assert.equal((await root.post('/admin/users', { name: 'lola', password: PASSWORD,
		role: ['operator'] })).status, 200);
	const s = await Stream.open(root, 'sessions');
	assert.equal(s.status, 200);
	const lola = await Api.login(site, 'lola');
	const came = await s.wait((e) => e.event === 'sessions' && e.data.what === 'login');
	assert.equal(came.data.admin, 'lola');
	assert.equal(came.data.from, '127.0.0.1');
	assert.match(came.data.session, /^[0-9a-f]{12}$/);
	const refused = await Stream.open(lola, 'sessions');
	assert.equal(refused.status, 403);
	s.close();
	assert.equal((await lola.post('/auth/logout')).status, 200);
	const again = await Stream.open(root, 'sessions', { 'Last-Event-ID': came.id });
	const gone = await again.wait((e) => e.event === 'sessions');
	assert.equal(gone.data.what, 'ended');
	assert.equal(gone.data.session, came.data.session);
	again.close();
});

test('one sees what happens to his drafts, and who may commit those of others', async () => {
	const mia = await (async () => {
		assert.equal((await root.post('/admin/users', { name: 'mia', password: PASSWORD,
			role: ['operator'] })).status, 200);
		return Api.login(site, 'mia');
	})();
	const all = await Stream.open(root, 'drafts');
	const own = await Stream.open(mia, 'drafts');
	const line = (n) => ({ lines: [`set site country-code ${n}`] });
	assert.equal((await root.patch('/config/drafts/mine', line(84))).status, 200);
	assert.equal((await mia.patch('/config/drafts/hers', line(81))).status, 200);
	assert.equal((await mia.patch('/config/drafts/hers', line(82))).status, 200);
	assert.equal((await mia.delete('/config/drafts/hers')).status, 200);
	const seen = async (s, owner, what) => (await s.wait((e) => e.event === 'drafts' &&
		e.data.owner === owner && e.data.what === what)).data;
	assert.equal((await seen(all, 'root1', 'created')).draft, 'mine');
	assert.equal((await seen(all, 'mia', 'created')).staged, 1);
	await seen(all, 'mia', 'changed');
	await seen(all, 'mia', 'discarded');
	await seen(own, 'mia', 'discarded');
	assert.equal((await root.post('/config/drafts/mine/commit',
		{ comment: 'one more' })).status, 200);
	assert.equal((await seen(all, 'root1', 'committed')).draft, 'mine');
	assert.deepEqual(own.events.filter((e) => e.event === 'drafts' &&
		e.data.owner !== 'mia'), [], 'those of others are not for everybody');
	all.close();
	own.close();
});

test('there are at most 32 streams, and the others go on', async () => {
	const many = [];
	do {	// those of the tests before end at the next beat
		many.push(await Stream.open(root, 'alerts'));
	} while (many.at(-1).status === 200);
	many.pop();
	assert.ok(many.length > 8 && many.length <= 32, `${many.length}`);
	isProblem(await root.get('/events?topics=alerts'), 503, 'busy');
	for (const s of many)
		await s.wait((e) => e.event === 'alerts');
	many.forEach((s) => s.close());
});

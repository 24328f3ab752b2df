// Gateways and queues at work: tests of links, drains, rates, holds, purges.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const tls = require('node:tls');
const { Site } = require('./lib/site.js');
const { Sim, gateway } = require('./lib/sim.js');
const { Smsc } = require('./lib/npmsmsc.js');
const { Client } = require('./lib/client.js');
const { Api } = require('./lib/api.js');
const { freePort } = require('./lib/ports.js');
const { until } = require('./lib/until.js');

const ALICE = 'sip:+15550100001@example.org';
const BOB = 'sip:+15550100002@example.org';

let site, sim, npm, alice, root;
const centre = {};

let next = 0;
const number = (prefix = '+1777') => prefix + String(++next).padStart(7, '0');

before(async () => {
	sim = new Sim();
	npm = await Smsc.listen();
	for (const name of ['one', 'two'])
		centre[name] = await sim.smsc(name);
	site = await Site.start({ people: [[ALICE, 'alice'], [BOB, 'bob']],
		config: ['set policy delivery answer-wait 10s'] });
	await site.configure([
		...gateway('one', centre.one, site, { pattern: '' }),
		...gateway('two', centre.two, site, { pattern: 'tel:+1778*' }),
		...gateway('npm', npm.port, site, { pattern: 'tel:+1776*' }),
		'set route both to tel:+1777*', 'set route both via one,two',
	]);
	for (const name of ['one', 'two', 'npm'])
		await up(name);
	root = await Api.first(site);
	await root.post('/admin/users', { name: 'olga', role: ['operator'],
		password: 'seven green bicycles sleep' });
	alice = await Client.open(site, ALICE, 'alice');
	assert.equal((await alice.register()).status, 200);
});

after(async () => {
	alice.end();
	await sim.end();
	await npm.close();
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

const up = (name, since) => site.log(new RegExp(`gateway is up gateway=${name} `), since);
const shown = async (name) => (await site.items('show', 'gateways', name))[0];
const post = async (target, body, status = 200) => {
	const r = await root.post(target, body);
	assert.equal(r.status, status, r.text);
	return r.json;
};
const job = async (id) => (await root.get(`/jobs/${id}`)).json;

const ended = (id) => until(`job ${id} ends`, async () => {
	const j = await job(id);
	return j.state !== 'running' && j;
}, { ms: 60000 });
const results = (j) => Object.fromEntries(j.stages.map((s) => [s.stage, s.result]));

async function restart() {
	assert.equal(await site.restart(), 0);
	root = await Api.login(site, 'root1');	// sessions end with the daemon
}

/* proves APP-03 */
test('a link is tried step by step, and the running session stays', async () => {
	const before = await shown('npm'), bound = npm.sessions.size;
	const started = await post('/gateways/npm/test', {});
	assert.match(started.job, /^\/api\/v1\/jobs\/\d+$/);
	const j = await ended(started.id);
	assert.equal(j.state, 'done', JSON.stringify(j));
	assert.deepEqual(results(j), { resolve: 'ok', connect: 'ok', tls: 'skipped', bind: 'ok',
		echo: 'ok', unbind: 'ok' });
	assert.match(j.stages[1].detail, new RegExp(`127.0.0.1:${npm.port}`));
	assert.ok(j.stages.every((s) => s.ms < 5000));
	const now = await shown('npm');
	assert.deepEqual([now.state, now.since], ['bound', before.since]);
	await until('the session of the test ends', () => npm.sessions.size === bound);
	assert.ok(npm.events.some((e) => e.command === 'bind_transmitter'),
		'beside a session that takes messages it is none that gets them');
});

test('who answered is said, in the shell too', async () => {
	const out = await site.parley(['test', 'gateway', 'one']);
	assert.match(out, /bind +ok .* ms +bound as transmitter, .* calls itself "/);
	assert.match(out, /unbind +ok/);
});

test('a test message goes out with the test', async () => {
	const to = number('+1776');
	const j = await ended((await post('/gateways/npm/test', { to, text: 'Probe €' })).id);
	assert.equal(j.state, 'done', JSON.stringify(j));
	const sm = await npm.wait({ command: 'submit_sm', to: to.slice(1) });
	assert.equal(sm.text, 'Probe €');
	assert.equal(j.stages.find((s) => s.stage === 'submit').detail,
		`taken, message id ${sm.id}`);
	assert.equal((await root.post('/gateways/npm/test', { to: 'nobody' })).status, 422);
});

test('what is wrong is said at the step where it is, with what to do', async () => {
	const closed = await freePort();
	// only in a draft: nothing of it is committed, or opens a link
	await root.patch('/config/drafts/main', { ops: [
		['bad', 'address', `127.0.0.1:${closed}`], ['bad', 'system-id', 'parley'],
		['nowhere', 'address', 'none.invalid:2775'], ['nowhere', 'system-id', 'parley'],
		['key', 'address', `127.0.0.1:${centre.one}`], ['key', 'system-id', 'parley'],
		['key', 'password', 'wrong'],
	].map(([name, key, value]) => ({ op: 'set', path: ['gateway', name, key], value })) },
	{ 'If-Match': '*' });
	const fails = async (name, stage, detail, remedy) => {
		const j = await ended((await post(`/gateways/${name}/test`,
			{ draft: 'main' })).id);
		assert.equal(j.state, 'failed', name);
		assert.match(j.why, new RegExp(`^${stage} failed: `));
		const s = j.stages.find((x) => x.stage === stage);
		assert.equal(s.result, 'failed');
		assert.match(s.detail, detail);
		assert.match(s.remedy, remedy);
		const after = j.stages.slice(j.stages.indexOf(s) + 1);
		assert.ok(after.every((x) => x.result === 'skipped'), JSON.stringify(after));
	};
	await fails('bad', 'connect', /refused/i, /nothing listens there/);
	await fails('nowhere', 'resolve', /none\.invalid/, /DNS/);
	await fails('key', 'bind', /ESME_R(INVPASWD|BINDFAIL)/, /password/);
	assert.equal((await root.post('/gateways/bad/test', {})).status, 404);
	assert.equal((await root.post('/gateways/one/test', { draft: 'other' })).status, 404);
	for (const [name, port] of [['deaf', await freePort()], ['far', centre.one]])
		await site.configure(gateway(name, port, site, { pattern: '',
			more: name === 'far' ? ['enabled off', 'system-id wrong'] :
				['enabled off'] }));
	for (const name of ['deaf', 'far'])
		await site.parley(['test', 'gateway', name], '', 11);
	await site.configure(['delete gateway deaf', 'delete gateway far']);
	const shell = await site.shell(['test', 'gateway', 'none-such']);
	assert.equal(shell.status, 3, shell.stderr);
	await root.delete('/config/drafts/main', { 'If-Match': '*' });
});

test('TLS is a step of its own', async (t) => {
	const key = path.join(site.dir, 't.key'), cert = path.join(site.dir, 't.pem');
	execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt',
		'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost',
		'-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert],
	{ stdio: 'ignore' });
	const front = tls.createServer({ key: fs.readFileSync(key),
		cert: fs.readFileSync(cert) }, (c) => {
		const back = net.connect(npm.port, '127.0.0.1');
		const end = () => { c.destroy(); back.destroy(); };
		c.on('error', end).on('close', end);
		back.on('error', end).on('close', end);
		c.pipe(back).pipe(c);
	});
	front.on('tlsClientError', () => {});
	front.listen(0, '127.0.0.1');
	await once(front, 'listening');
	t.after(() => front.close());
	await root.patch('/config/drafts/main', { ops: [
		['address', `localhost:${front.address().port}`], ['system-id', 'parley'],
		['tls', 'on'],
	].map(([k, value]) => ({ op: 'set', path: ['gateway', 'sec', k], value })) },
	{ 'If-Match': '*' });
	let j = await ended((await post('/gateways/sec/test', { draft: 'main' })).id);
	assert.deepEqual([results(j).connect, results(j).tls], ['ok', 'failed']);
	assert.match(j.stages[2].remedy, /tls-ca/);
	await root.patch('/config/drafts/main', { ops: [{ op: 'set',
		path: ['gateway', 'sec', 'tls-ca'], value: cert }] }, { 'If-Match': '*' });
	j = await ended((await post('/gateways/sec/test', { draft: 'main' })).id);
	assert.deepEqual([j.state, results(j).tls], ['done', 'ok'], JSON.stringify(j));
	await root.delete('/config/drafts/main', { 'If-Match': '*' });
});

test('one that never answers ends in time, or when somebody cancels it', async (t) => {
	const mute = net.createServer((c) => c.on('error', () => {})).listen(0, '127.0.0.1');
	await once(mute, 'listening');
	const sockets = new Set();
	mute.on('connection', (c) => sockets.add(c));
	t.after(() => { sockets.forEach((c) => c.destroy()); mute.close(); });
	await root.patch('/config/drafts/main', { ops: [
		['address', `127.0.0.1:${mute.address().port}`], ['system-id', 'parley'],
	].map(([k, value]) => ({ op: 'set', path: ['gateway', 'mute', k], value })) },
	{ 'If-Match': '*' });
	const { id } = await post('/gateways/mute/test', { draft: 'main' });
	await until('it binds', async () => results(await job(id)).bind === 'running');
	const c = await post(`/jobs/${id}/cancel`, {});
	assert.deepEqual([c.state, results(c).bind], ['cancelled', 'skipped']);
	assert.equal((await root.post(`/jobs/${id}/cancel`, {})).status, 409);
	const j = await ended((await post('/gateways/mute/test', { draft: 'main' })).id);
	assert.equal(results(j).bind, 'failed');
	assert.match(j.stages[3].detail, /no answer in 10 s/);
	await root.delete('/config/drafts/main', { 'If-Match': '*' });
});

test('a drained gateway finishes what is out, and others take over', async () => {
	const first = number(), second = number(), third = number();
	const mark = site.mark();
	await sim.set('one', { 'response-delay-ms': 3000 });
	const out = alice.message(`tel:${first}`, 'first', { messageId: 'd1',
		wants: 'positive-delivery' });
	await sim.wait({ event: 'submit', dst: first.slice(1) });
	const d = await post('/gateways/one/drain', { reason: 'cable' });
	assert.equal(d.overrides[0].what, 'drain');
	assert.match(d.override, /^drained by root1 since .* \(cable\)$/);
	assert.equal((await shown('one')).state, 'draining');
	assert.equal((await alice.message(`tel:${second}`, 'second')).status, 200);
	await sim.wait({ event: 'submit', smsc: 'two', dst: second.slice(1) });
	assert.equal((await out).status, 200, 'what was out was finished');
	await until('it is drained', async () => (await shown('one')).state === 'drained');
	await sim.set('one', { 'response-delay-ms': 0 });
	assert.deepEqual(site.logged(mark, /may have gone out/), []);
	const e = await site.parley(['explain', '--from', ALICE, '--to', `tel:${third}`]);
	assert.match(e, /one is drained by root1/);
	assert.match(e, /through gateway two/);
	// it outlives the daemon
	await restart();
	assert.equal((await shown('one')).state, 'drained');
	assert.match((await shown('one')).override, /drained by root1/);
	const health = (await root.get('/health/checks')).json.items;
	assert.match(health.find((h) => h.check === 'operated').says, /one drained by root1/);
	assert.equal(await site.metric('parley_gateway_state{gateway="one",state="aside"}'), 1);
	const again = site.mark();
	await site.parley(['gateway', 'enable', 'one']);
	await up('one', again);
	assert.equal((await alice.register()).status, 200);
	assert.equal((await alice.message(`tel:${third}`, 'third')).status, 200);
	await sim.wait({ event: 'submit', smsc: 'one', dst: third.slice(1) });
	assert.equal((await root.post('/gateways/one/enable', {})).status, 409);
	assert.equal((await root.post('/gateways/none/drain', {})).status, 404);
	const audit = (await site.items('show', 'audit')).map((a) => a.action);
	assert.ok(audit.includes('gateway drain') && audit.includes('gateway enable'));
});

test('a gateway that is disabled at once comes back when its time is over', async () => {
	const to = number('+1778'), mark = site.mark();
	await post('/gateways/two/disable', { for: '4s' });
	assert.equal((await shown('two')).state, 'disabled');
	assert.equal((await alice.message(`tel:${to}`, 'waits')).status, 202);
	await up('two', mark);
	await sim.wait({ event: 'submit', smsc: 'two', dst: to.slice(1) });
	assert.equal((await shown('two')).override, '');
	for (const body of [{ for: '0s' }, { for: 'soon' }, { until: '2001-01-01' },
		{ for: '1h', until: '2036-01-01' }, { reason: 'x'.repeat(201) }])
		assert.equal((await root.post('/gateways/two/drain', body)).status, 422,
			JSON.stringify(body));
	assert.equal((await shown('two')).state, 'bound');
});

test('a rate set at run time holds until it is lifted', async () => {
	await site.parley(['gateway', 'rate', 'two', '4/s', '--for', '1h']);
	const g = await shown('two');
	assert.deepEqual([g.rate, g.overrides[0].what, g.overrides[0].value], [4, 'rate', 4]);
	const began = Date.now();
	await Promise.all(Array.from({ length: 6 }, () =>
		alice.message(`tel:${number('+1778')}`, 'paced')));
	assert.ok(Date.now() - began > 1000, `6 at 4 a second took ${Date.now() - began} ms`);
	await site.parley(['gateway', 'clear-override', 'two']);
	assert.equal((await shown('two')).rate, 0);
	assert.equal((await root.post('/gateways/two/rate', { rate: 'fast' })).status, 422);
	assert.equal((await root.post('/gateways/two/rate', { rate: '0' })).status, 422);
});

test('a held queue keeps all it has, over a restart, until it is released', async (t) => {
	const bob = await Client.open(site, BOB, 'bob');
	t.after(() => bob.end());
	assert.equal((await bob.register()).status, 200);
	const h = await post(`/queues/${encodeURIComponent(BOB)}/hold`, { reason: 'abuse' });
	assert.deepEqual([h.held, h.by, h.reason], [true, 'root1', 'abuse']);
	assert.equal((await alice.message('tel:+15550100002', 'kept')).status, 202);
	const [m] = await site.items('show', 'messages', '--to', BOB, '--limit', '1');
	assert.match((await site.json(['show', 'message', m.id])).legs[0].says,
		/its queue is held by root1/);
	await restart();
	assert.equal((await bob.register()).status, 200);
	assert.equal((await alice.register()).status, 200);
	const [q] = (await site.items('show', 'queues')).filter((x) => x.held);
	assert.deepEqual([q.waiting, q.held_by, q.held_reason], [1, 'root1', 'abuse']);
	assert.deepEqual(bob.texts('kept'), []);
	await site.parley(['queue', 'release', BOB]);
	await bob.got('kept');
	await bob.request('REGISTER', 'sip:example.org', { to: BOB,
		headers: { Contact: '*', Expires: 0 } });
	assert.equal((await root.post('/queues/none-such/hold', {})).status, 404);
	assert.equal((await root.post('/queues/one/release', {})).status, 409);
});

test('a purge counts first, and each sender hears of it once', async () => {
	const to = Array.from({ length: 5 }, () => number('+1776'));
	await post('/gateways/npm/disable', {});
	for (const [i, n] of to.entries())
		assert.equal((await alice.message(`tel:${n}`, 'p', { messageId: `p${i}`,
			wants: 'positive-delivery, negative-delivery' })).status, 202);
	await until('five wait', async () => (await site.items('show', 'queues'))
		.some((q) => q.queue === 'npm' && q.waiting === 5));
	const look = await post('/queues/npm/purge', { from: ALICE });
	assert.deepEqual([look.state, look.matching], ['preview', 5]);
	assert.equal((await post('/queues/npm/purge', { from: BOB })).matching, 0);
	assert.equal((await post('/queues/npm/purge', { older_than: '1h' })).matching, 0);
	assert.equal((await post('/queues/npm/purge', { to: to[0] })).matching, 1);
	await post('/queues/npm/purge', { expect: '4' }, 409);
	await post('/queues/npm/purge', { reason: 'NONSENSE' }, 422);
	await post('/queues/npm/purge', { state: 'sent' }, 422);
	assert.equal((await site.shell(['queue', 'purge', 'npm', '--expect', '4', '--yes']))
		.status, 6);
	const j = await ended((await post('/queues/npm/purge',
		{ expect: String(look.matching), upto: look.upto })).id);
	assert.deepEqual([j.state, j.done, j.total, j.skipped], ['done', 5, 5, 0]);
	for (const i of to.keys())
		await alice.gotReport(`p${i}`, 'failed');
	const mark = site.mark();
	await site.parley(['gateway', 'enable', 'npm']);
	await up('npm', mark);
	const last = number('+1776');
	assert.equal((await alice.message(`tel:${last}`, 'after')).status, 200);
	assert.deepEqual(npm.events.filter((e) => to.includes('+' + e.to)), []);
	for (const i of to.keys())
		assert.deepEqual(alice.reports(`p${i}`), ['failed']);
	const rows = (await site.items('show', 'audit')).filter((a) => a.action === 'queue purge');
	assert.match(rows[0].detail, /5 of 5 messages removed/);
});

test('what waits for its time is tried now when an operator says so', async () => {
	const to = number('+1776');
	npm.status = 0x08;		// ESME_RSYSERR: again later
	assert.equal((await alice.message(`tel:${to}`, 'later')).status, 202);
	await npm.wait({ command: 'submit_sm', to: to.slice(1) });
	await until('it waits', async () => (await site.items('show', 'queues'))
		.some((q) => q.queue === 'npm'));
	npm.status = 0;
	const out = await site.parley(['queue', 'retry', 'npm']);
	assert.match(out, /done +1/);
	await npm.wait({ command: 'submit_sm', to: to.slice(1) });
	await site.settled('npm');
	const [m] = await site.items('show', 'messages', '--limit', '1');
	assert.equal((await root.post(`/messages/${m.id}/retry`, {})).status, 404);
	assert.equal((await root.post('/messages/xyz/retry', {})).status, 422);
});

test('an operator may, a viewer may not', async () => {
	const olga = await Api.login(site, 'olga');
	assert.equal((await olga.post('/gateways/one/rate', { rate: 9 })).status, 200);
	assert.match((await shown('one')).override, /limited to 9\/s by olga/);
	assert.equal((await olga.post('/gateways/one/clear-override', {})).status, 200);
	assert.equal((await olga.get('/jobs')).status, 200);
});

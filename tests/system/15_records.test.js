// Figures, traces, audit, charging records and backups of a running site.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { Site } = require('./lib/site.js');
const { Sim, gateway } = require('./lib/sim.js');
const { until } = require('./lib/until.js');

const ALICE = 'sip:+15550100001@example.org';
const BOB = 'sip:+15550100002@example.org';
const CAROL = 'sip:+15550100003@example.org';
const DAVE = '+17770000002';

let site, sim;

before(async () => {
	sim = new Sim();
	const port = await sim.smsc('s1');
	sim.write(`phone start ${DAVE} smsc s1`);
	site = await Site.start({
		people: [[ALICE, 'alice'], [BOB, 'bob'], [CAROL, 'carol']],
	});
	await site.configure(gateway('smsc1', port, site));
	await sim.wait({ event: 'bind', status: '0x00000000' });
	await sim.ua('alice', ALICE, 'alice', site);
	await sim.ua('bob', BOB, 'bob', site);
	sim.write('ua bob auto imdn on');
});

after(async () => {
	await sim.end();
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

// the columns by name, and the rest
async function series(...args) {
	const got = await site.json(['stats', 'series', ...args]);
	got.by = {};
	got.series.forEach((s, i) => { got.by[s.name] = got.columns[i]; });
	return got;
}

const sum = (column) => (column || []).reduce((a, b) => a + (b || 0), 0);

/* proves APP-03 */
test('charts have messages by edge and gateway, delays, queues and commits', async () => {
	sim.message('alice', BOB, 'to be counted', 'imdn delivery id c1');
	await sim.wait({ event: 'imdn', ua: 'alice', 'message-id': 'c1' });
	sim.message('alice', `tel:${DAVE}`, 'by the gateway', 'imdn delivery id c2');
	await sim.wait({ event: 'imdn', ua: 'alice', 'message-id': 'c2' });
	sim.message('alice', CAROL, 'for later', 'id c3');
	await sim.wait({ event: 'response', ua: 'alice', 'message-id': 'c3' });
	await until('all are counted', async () => {
		const { by } = await series('--range', '10m');
		return sum(by['accepted']) >= 3 &&
		    sum(by['gateway.messages.smsc1.out']) >= 1 &&
		    by['queue.messages.users']?.includes(1);
	});
	const got = await series('--range', '10m');
	assert.equal(got.step, 1);
	assert.equal(got.columns.length, got.series.length);
	for (const column of got.columns)
		assert.equal(column.length, got.n);
	assert.ok(Math.abs(got.start + got.n - Date.now() / 1000) < 5);
	for (const name of ['messages.sip.in', 'messages.sip.out',
	    'messages.sms.out', 'latency.ip.p99', 'latency.sms.p50',
	    'registrations', 'loop.lag.p99', 'process.memory', 'db.size.store'])
		assert.ok(got.by[name], name);
	assert.ok(got.marks.length >= 1, 'the commits are marked');
	assert.ok(got.marks.every((m) => m.revision > 0 && m.actor));
	const few = await series('--names', 'latency.*,queue.age.users');
	assert.ok(few.series.length >= 4);
	assert.ok(few.series.every((s) => /^(latency\.|queue\.age\.users$)/.test(s.name)));
});

/* proves APP-03 */
test('a snapshot has the same figures of now', async () => {
	const figures = async () => Object.fromEntries(
		(await site.items('stats', 'snapshot')).map((i) => [i.name, i]));
	const now = await until('figures of the first second', async () => {
		const all = await figures();
		return all['process.memory'].minute !== null && all;
	});
	assert.equal(now.registrations.now, 2);
	assert.ok(now['process.memory'].minute > 1e6);
});

/* proves APP-02 */
test('the audit says by which way, is whole, and can be exported', async () => {
	const [row] = await site.items('show', 'audit', '--action', 'configuration commit',
		'--limit', '1');
	assert.equal(row.via, 'socket');
	assert.equal(row.result, 'ok');
	assert.match(row.request, /^[0-9a-f]{16}$/);
	const v = await site.json(['audit', 'verify']);
	assert.equal(v.state, 'ok');
	assert.ok(v.rows >= 3);
	const lines = (await site.parley(['audit', 'export'])).trim().split('\n')
		.map((l) => JSON.parse(l));
	assert.equal(lines.length, v.rows);
	assert.equal(lines[0].hash, v.hash);
	assert.equal(lines[0].former, lines[1].hash);
	assert.match(await site.parley(['audit', 'export', '--format', 'csv']),
		/^id,time,actor,via,/);
	await site.log(/audit: row=1 actor=uid:/);
});

/* proves APP-03 */
test('a message is found by every name it has, and by its parties', async () => {
	const [leg] = await site.items('show', 'messages', '--gateway', 'smsc1', '--limit', '1');
	const whole = await site.json(['show', 'message', leg.id]);
	const ref = whole.legs[0].ref;
	const decimal = String(parseInt(ref, 16));
	const by = {
		[leg.id]: 'id', [whole.imdn_id]: 'Message-ID', [whole.in_ref]: 'Call-ID',
		[whole.conversation]: 'Conversation-ID', [whole.contribution]: 'Contribution-ID',
		[ref]: "next hop's id",
	};
	for (const [text, name] of Object.entries(by)) {
		const found = (await site.items('message', 'search', text))
			.filter((m) => m.kind !== 'report');
		assert.equal(found.length, 1, `${name} ${text}`);
		assert.equal(found[0].id, leg.id);
		assert.equal(found[0].matched, name);
		assert.equal((await site.items('trace', text)).length,
			(await site.items('trace', leg.id)).length);
	}
	if (/^[0-9a-f]+$/i.test(ref) && Number.isSafeInteger(parseInt(ref, 16)))
		assert.equal((await site.items('message', 'search', decimal))[0]?.id, leg.id);
	const alices = await site.items('message', 'search', '+15550100001', '--limit', '500');
	assert.ok(alices.length >= 3);
	assert.ok(alices.every((m) => /sender|recipient/.test(m.matched)));
	const some = await site.json(['message', 'search', '+15550100001', '--limit', '1']);
	const next = await site.items('message', 'search', '+15550100001', '--limit', '1',
		'--cursor', some.next);
	assert.equal(next[0].id, alices[1].id);
	assert.deepEqual(await site.items('message', 'search', 'nobody knows this'), []);
});

/* proves APP-03 */
test('a story can be taken away as text, as a drawing and as events', async () => {
	const [leg] = await site.items('show', 'messages', '--gateway', 'smsc1', '--limit', '1');
	const steps = await site.items('trace', leg.id);
	assert.ok(steps.length > 4);
	assert.match(await site.parley(['trace', leg.id, '--format', 'text']), /─▶/);
	const events = JSON.parse(await site.parley(['trace', leg.id, '--format', 'json']));
	assert.equal(events.message, leg.id);
	assert.deepEqual(events.steps.map((e) => e.step), steps.map((e) => e.step));
	const svg = await site.parley(['trace', leg.id, '--format', 'svg']);
	assert.match(svg, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
	assert.equal(svg.match(/marker-end/g).length,
		steps.filter((e) => e.from !== e.to).length);
	assert.doesNotMatch(svg, /<script|javascript:|<foreignObject|href=|on[a-z]+=/i);
	require('node:child_process').execFileSync('xmllint', ['--noout', '-'], { input: svg });
	if (process.env.KEEP_SVG)
		require('node:fs').writeFileSync(process.env.KEEP_SVG, svg);
	await site.parley(['trace', leg.id, '--format', 'png'], '', 5);
	const state = await site.json(['show', 'trace']);
	assert.equal(state.dropped, 0);
	assert.ok(state.steps > steps.length && state.size > 0 && state.oldest);
});

test('health says what is wrong before it hurts, with what to do', async () => {
	const checks = async () => Object.fromEntries(JSON.parse((await site.shell(
		['health', '--json'])).stdout).items.map((c) => [c.check, c]));
	for (const [name, c] of Object.entries(await checks())) {
		assert.ok(c.says, name);
		assert.equal(c.state === 'ok', c.remedy === '', `${name}: ${c.says}`);
	}
	// one that ends within days
	require('node:child_process').execFileSync('openssl', ['req', '-x509', '-newkey',
		'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '5',
		'-subj', '/CN=x', '-keyout', '/dev/null',
		'-out', `${site.data}/tls/soon.pem`], { stdio: 'ignore' });
	await site.restart();
	let now;
	await until('all is looked at', async () => {
		now = await checks();
		return !Object.values(now).some((c) => c.says === 'is being looked at');
	});
	for (const name of ['disk', 'store', 'charging', 'audit', 'backup', 'descriptors',
		'database-logs', 'certificates', 'clock', 'backlog', 'trace'])
		assert.ok(now[name], name);
	assert.equal(now.certificates.state, 'warn');
	assert.match(now.certificates.says, /^soon.pem .* in [45] days$/);
	assert.match(now.certificates.remedy, /tls\/soon.pem/);
});

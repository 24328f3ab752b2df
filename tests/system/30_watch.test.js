// What an operator watches: a message's trace, /metrics, health.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { Site, program } = require('./lib/site.js');
const { Api, PASSWORD } = require('./lib/api.js');
const { Authority } = require('./lib/ca.js');
const { readExposition } = require('./lib/exposition.js');
const { freePort } = require('./lib/ports.js');
const { Sim, gateway } = require('./lib/sim.js');
const { Stream } = require('./lib/stream.js');
const { enrol } = require('./lib/totp.js');
const { until } = require('./lib/until.js');

const LIMIT = { timeout: 60000 };
const ALICE = 'sip:+15550100001@example.org';
const BOB = 'sip:+15550100002@example.org';

let site, sim, api;

before(async () => {
	sim = new Sim();
	site = await Site.start({ people: [[ALICE, 'alice'], [BOB, 'bob']],
		config: ['set admin connections-per-address 60'] });
	api = await Api.first(site);
	await sim.ua('alice', ALICE, 'alice', site);
}, LIMIT);

after(async () => {
	await sim.end();
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

/* proves APP-03 */
test('the trace of one message grows before who watches it, by any of its ids', LIMIT,
	async () => {
		const id = `watched-${'x'.repeat(100)}`;
		const early = await Stream.open(api, `trace:${id}`);
		sim.message('alice', BOB, 'to be followed', `imdn delivery id ${id}`);
		await sim.wait({ event: 'response', ua: 'alice', 'message-id': id });
		const first = await early.wait({ event: `trace:${id}` });
		const [leg] = await site.items('show', 'messages', '--limit', '1');
		const late = await Stream.open(api, `trace:${leg.id}`);
		const now = await late.wait({ event: `trace:${leg.id}` });
		assert.deepEqual(now.data.items.slice(0, first.data.items.length),
			first.data.items, 'who comes later gets what there is');
		await sim.ua('bob', BOB, 'bob', site);
		sim.write('ua bob auto imdn on');
		for (const [s, name] of [[early, id], [late, leg.id]]) {
			const more = await s.wait((e) => e.event === `trace:${name}` &&
				e.data.items.some((i) => /200/.test(i.step) && i.from === 'far'));
			assert.ok(more.data.items.length > now.data.items.length);
			assert.deepEqual(more.data.items.slice(0, now.data.items.length),
				now.data.items, 'what was told stays');
			s.close();
		}
	});

// --- /metrics ----------------------------------------------------------------

const metrics = async () => readExposition((await site.get('/metrics')).body);
const value = (all, name, labels = {}) => all[name].samples.find((s) => s.name === name &&
	Object.entries(labels).every(([k, v]) => s.labels[k] === v))?.value;

test('the reader of the exposition is strict', () => {
	const good = '# HELP a_total Of.\n# TYPE a_total counter\na_total{b="c\\"d",e=""} 1\n';
	assert.equal(readExposition(good).a_total.samples[0].labels.b, 'c\\"d');
	for (const bad of [good.slice(0, -1), good.replace('counter', 'gauge'),
		good.replace(' Of.', ''), good.replace('e=""', 'e="'), good + good,
		good.replace('e=""', 'b=""'), `${good}a_total{b="c\\"d",e=""} 2\n`,
		`${good}b 1\n`, good.replace('} 1', '} x'), good.replace('e=""', 'e="",'),
		good.replace('a_total{b', 'a{b'), good.replace('} 1', '} -1')])
		assert.throws(() => readExposition(bad), bad);
	const h = ['# HELP h Of.', '# TYPE h histogram', 'h_bucket{le="1"} 1',
		'h_bucket{le="+Inf"} 2', 'h_sum 2.5', 'h_count 2', ''];
	assert.equal(readExposition(h.join('\n')).h.samples.length, 4);
	for (const i of [2, 3, 4, 5])
		assert.throws(() => readExposition(h.filter((l, k) => k !== i).join('\n')));
	assert.throws(() => readExposition(h.join('\n').replace('h_count 2', 'h_count 3')));
});

/* proves APP-03 */
test('all of /metrics can be read by Prometheus, and says what runs', LIMIT, async () => {
	const { revision } = (await site.items('show', 'configuration', 'history',
		'--limit', '1'))[0];
	let all;
	await until('the revision is told', async () => {
		all = await metrics();
		return value(all, 'parley_config_revision') === revision;
	});
	const [build] = all.parley_build_info.samples;
	assert.equal(build.value, 1);
	assert.equal(`parleyd ${build.labels.version}`,
		execFileSync(program('parleyd'), ['--version']).toString().trim());
	assert.match(build.labels.build, /^[0-9a-f]{16,40}$/);
	assert.match(build.labels.schema, /^\d+\.\d+\.\d+$/);
	const start = value(all, 'parley_start_time_seconds');
	assert.ok(Math.abs(start - value(all, 'process_start_time_seconds')) <= 1);
	assert.ok(Date.now() / 1000 - start < 600);
	assert.equal(value(all, 'parley_config_pending_confirm'), 0);
	assert.equal(value(all, 'parley_config_safe_mode'), 0);
	const checks = (await api.get('/health/checks')).json.items;
	all = await metrics();
	const told = Object.fromEntries(all.parley_health_check_status.samples
		.map((s) => [s.labels.check, s.value]));
	assert.deepEqual(Object.keys(told).sort(), checks.map((c) => c.check).sort());
	for (const c of checks)
		assert.equal(['ok', 'warn', 'critical'][told[c.check]], c.state, c.check);
});

/* proves APP-03 */
test('requests are timed by what they ask for and how they end', LIMIT, async () => {
	const count = (all, kind, code) => all.parley_admin_request_duration_seconds.samples
		.find((s) => s.name.endsWith('_count') && s.labels.class === kind &&
		    s.labels.code_class === code).value;
	const before = await metrics();
	await api.get('/health/checks');
	await api.get('/subscribers/nobody');
	await api.post('/health/checks/run');
	await new Api(site).get('/health/checks');
	await new Api(site).post('/auth/login', { name: 'root1', password: 'x'.repeat(12) });
	await api.get('//');
	const after = await metrics();
	for (const [kind, code, n] of [['read', '2xx', 1], ['read', '4xx', 1],
		['change', '2xx', 1], ['refused', '4xx', 1], ['login', '4xx', 1],
		['page', '2xx', 1], ['metrics', '2xx', 1], ['read', '5xx', 0]])
		assert.equal(count(after, kind, code) - count(before, kind, code), n,
			`${kind} ${code}`);
});

/* proves APP-03 */
test('the end of each certificate is told, by its name', LIMIT, async () => {
	const s = new Authority(site.dir).server('DNS:localhost,IP:127.0.0.1');
	assert.equal((await api.post('/tls/certificates/good/install',
		{ chain: s.chain, key: s.key })).status, 200);
	const { items } = (await api.get('/tls/certificates')).json;
	const ends = Object.fromEntries(items.map((c) => [c.name,
		Math.floor(Date.parse(c.not_after) / 1000)]));
	assert.ok(ends.good && ends.console);
	await until('both are told', async () => {
		const told = (await metrics()).parley_tls_certificate_expiry_seconds.samples;
		return Object.entries(ends).every(([name, at]) =>
			told.some((t) => t.labels.name === name && t.value === at));
	});
	await api.call('DELETE', '/tls/certificates/good', undefined, { 'If-Match': '*' });
	await until('one is gone', async () => !(await metrics())
		.parley_tls_certificate_expiry_seconds.samples.some((t) =>
			t.labels.name === 'good'));
});

// --- the log ---------------------------------------------------------------------

const log = async (...args) => (await site.items('show', 'log', ...args));

test('every module that logs is known', async () => {
	const src = path.join(__dirname, '../../src'), units = new Set();
	for (const f of fs.readdirSync(src, { recursive: true }))
		if (f.endsWith('.c')) {
			const text = fs.readFileSync(path.join(src, f), 'utf8');
			const m = /^#define LOG_UNIT "(.*)"/m.exec(text);
			if (m) units.add(m[1]);
		}
	const { items } = await site.json(['log', 'levels']);
	assert.deepEqual(items.map((i) => i.module), [...[...units].sort(), 'all']);
	for (const i of items)
		assert.deepEqual([i.level, i.until], ['info', null], i.module);
});

/* proves APP-03 */
test('the newest lines are there, by time, level, module, words and message', LIMIT, async () => {
	await site.configure(['set site country-code 44']);
	await site.configure(['set site country-code 1']);
	const all = await log('--module', 'conf');
	assert.ok(all.length >= 2 && all.every((l) => l.module === 'conf'));
	assert.ok(all.every((l, i) => i === 0 || l.time >= all[i - 1].time), 'in order');
	assert.match(all.at(-1).text, /settings changed/);
	assert.deepEqual(await log('--module', 'conf', '--limit', '1'), all.slice(-1));
	assert.deepEqual(await log('--text', 'settings changed', '--limit', '1'), all.slice(-1));
	assert.equal((await log('--module', 'conf', '--level', 'error')).length, 0);
	assert.equal((await log('--since', '2100-01-01')).length, 0);
	assert.ok((await log('--since', '1h', '--limit', '8192')).length >= all.length);
	const lines = site.daemon.log.split('\n').filter((l) => l.includes('settings changed'));
	assert.ok(lines.at(-1).endsWith(all.at(-1).text), 'as on standard error');
	await site.parley(['show', 'log', '--level', 'loud'], '', 5);
	await site.parley(['show', 'log', '--module', 'smss'], '', 3);
	await site.parley(['show', 'log', '--limit', '0'], '', 5);
	const told = (await metrics()).parley_log_events_total.samples;
	assert.ok(told.find((s) => s.labels.level === 'info').value >= all.length);
});

test('rows of the audit are in the log of those alone who may read it', LIMIT, async () => {
	const rows = async (role) => {
		const { token } = (await api.post('/admin/tokens', { name: `log-${role.join('-')}`,
			role })).json;
		return (await new Api(site, { token }).get('/log?module=audit')).json.items;
	};
	assert.ok((await log('--module', 'audit')).length > 0);
	assert.equal((await rows(['support'])).length, 0);
	assert.ok((await rows(['auditor'])).length > 0);
});

/* proves APP-03 */
test('a module is written about for a while, the others are not', LIMIT, async () => {
	const debug = async (name) => (await log('--module', name, '--limit', '8192'))
		.filter((l) => l.level === 'debug').length;
	const levels = async (name) => (await site.items('log', 'levels'))
		.find((l) => l.module === name);
	assert.equal(await debug('leg'), 0);
	const set = await site.json(['log', 'level', 'leg', 'debug', '--for', '1h']);
	assert.equal(set.level, 'debug');
	assert.ok(Math.abs(Date.parse(set.until) - Date.now() - 3600000) < 60000);
	sim.message('alice', BOB, 'is told of', 'id told');
	await sim.wait({ event: 'response', ua: 'alice', 'message-id': 'told' });
	await until('lines for who looks for a fault', () => debug('leg'));
	assert.equal(await debug('access') + await debug('sip') + await debug('devices'), 0);
	const [message] = await site.items('show', 'messages', '--limit', '1');
	const [leg] = (await site.json(['show', 'message', message.id])).legs;
	assert.ok((await log('--trace', leg.leg)).every((l) => l.text.includes(leg.leg)));
	assert.ok((await log('--trace', leg.leg)).length > 0, 'by the id of a leg');
	assert.equal((await levels('flow')).level, 'info');
	await site.parley(['log', 'reset', 'leg']);
	assert.deepEqual(await levels('leg'), { module: 'leg', level: 'info', until: null });
	// less of all for a moment; the audit goes on, and it ends by itself
	await site.parley(['log', 'level', 'all', 'error', '--for', '2s']);
	const mark = site.mark();
	await site.configure(['set site country-code 44']);
	await site.log(/audit: .*configuration commit/, mark);
	assert.equal(site.logged(mark, /conf: /).length, 0);
	await site.log(/log level back module=all/, mark);
	await site.configure(['set site country-code 1']);
	await site.log(/conf: settings changed/, mark);
	await site.parley(['log', 'level', 'audit', 'error'], '', 5);
	await site.parley(['log', 'level', 'sip', 'loud'], '', 5);
	await site.parley(['log', 'level', 'sip', 'debug', '--for', '48h'], '', 5);
	const rows = await site.items('show', 'audit', '--action', 'log level');
	assert.deepEqual(rows.map((r) => r.object), ['all', 'leg', 'leg']);
});

// --- the system --------------------------------------------------------------------

/* proves APP-03 */
test('the system says what runs, since when, on what, and where it listens', LIMIT, async () => {
	const s = await site.json(['show', 'system']);
	assert.equal(`parleyd ${s.version}`,
		execFileSync(program('parleyd'), ['--version']).toString().trim());
	assert.equal(s.build, (await metrics()).parley_build_info.samples[0].labels.build);
	assert.equal(s.pid, site.daemon.process.pid);
	assert.equal(s.host, os.hostname());
	assert.ok(Math.abs(Date.now() - Date.parse(s.since) - s.uptime * 1000) < 10000);
	assert.ok(s.memory > 1e6 && s.descriptors > 5 && s.descriptors < s.max_descriptors);
	assert.equal(s.directories[0].path, site.data);
	assert.ok(s.directories.every((d) => d.free > 0 && d.size >= d.free));
	assert.deepEqual(s.databases.map((d) => d.name), ['config', 'store', 'trace']);
	for (const d of s.databases)
		assert.equal(d.size, fs.statSync(path.join(site.data, `${d.name}.db`)).size);
	const at = Object.fromEntries(s.listeners.map((l) => [l.name, l]));
	assert.deepEqual(at.udp, { name: 'udp', transport: 'udp', address: site.address.udp,
		open: true });
	assert.equal(at.admin.address, `127.0.0.1:${site.admin}`);
	assert.ok(s.libraries.length >= 6);
	for (const l of s.libraries)
		assert.ok(/^\d+\.\d+/.test(l.version) && l.licence, l.name);
});

// --- health --------------------------------------------------------------------

const check = async (name, args = ['health']) => JSON.parse((await site.shell(
	[...args, '--json'])).stdout).items.find((c) => c.check === name);
const becomes = (name, state, says, args) => until(`${name} is ${state}`, async () => {
	const c = await check(name, args);
	if (c.state !== state || !says.test(c.says))
		return false;
	assert.equal(c.remedy === '', state === 'ok', c.says);
	assert.ok(Date.now() - Date.parse(c.since) < 3600000);
	return true;
});

test('an administrator without a second factor is named, until he has one', LIMIT, async () => {
	await becomes('second-factor', 'warn', /password alone .*: root1$/);
	assert.equal((await check('second-factor')).since, (await check('second-factor')).since);
	assert.equal(value(await metrics(), 'parley_health_check_status',
		{ check: 'second-factor' }), 1);
	await enrol(api);
	await becomes('second-factor', 'ok', /need a code/);
});

test('settings that do not fit together are named with what to set', LIMIT, async () => {
	await becomes('review', 'ok', /no settings/);
	for (const [lines, says, undo] of [
		[['set admin metrics-from 10.0.0.0/8,0.0.0.0/0'], /everybody may read/,
			['delete admin metrics-from']],
		[['set policy commit four-eyes on'], /another person/,
			['delete policy commit four-eyes']],
		[['delete site domain'], /no domain/, ['set site domain example.org']],
	]) {
		await site.configure(lines);
		await becomes('review', 'warn', says);
		await site.configure(undo);
		await becomes('review', 'ok', /no settings/);
	}
});

test('a gateway that no route leads to is named; so is one that trusts anybody', LIMIT,
	async () => {
		const port = await freePort();
		await becomes('routes', 'ok', /^0 routes/);
		await site.configure([...gateway('far', port, site, { pattern: null }),
			'set gateway far enabled off', 'set gateway far tls on',
			'set gateway far tls-verify off', 'delete site country-code']);
		await becomes('routes', 'warn', /no route leads to a gateway: .* by far$/);
		await becomes('review', 'warn', /not verified: far; .*without a country/);
		await site.configure(['set route far to tel:+1777*', 'set route far via far']);
		await becomes('routes', 'ok', /^1 routes .*none of them are refused/);
		await site.configure(['set route far to tel:+*']);
		await becomes('routes', 'ok', /^1 routes lead to gateways$/);
		await site.configure(['delete route far', 'delete gateway far',
			'set site country-code 1']);
	});

test('descriptors that come to an end, and a look on demand', LIMIT, async () => {
	await becomes('descriptors', 'ok', /descriptors are open/);
	const open = (await check('descriptors')).says.split(' ')[0];
	const pid = String(site.daemon.process.pid);
	const was = /(\d+) +(\d+) +files/.exec(execFileSync('prlimit',
		['--pid', pid, '--nofile']).toString());
	const limit = Math.floor(open * 1.2);	// some are left for who asks
	execFileSync('prlimit', ['--pid', pid, `--nofile=${limit}:${was[2]}`]);
	await until('few are left', async () => {
		const c = await check('descriptors', ['health', 'run']);
		return c.state !== 'ok' && c.says.includes(` of ${limit} `) &&
		    /LimitNOFILE/.test(c.remedy);
	});
	execFileSync('prlimit', ['--pid', pid, `--nofile=${was[1]}:${was[2]}`]);
	await becomes('descriptors', 'ok', /descriptors are open/, ['health', 'run']);
});

test('a port that another program has is named: the console, XCAP', LIMIT, async () => {
	await becomes('console', 'ok', new RegExp(`:${site.admin}$`));
	const xcap = await freePort();
	await site.configure([`set xcap address 127.0.0.1:${xcap}`]);
	await becomes('xcap', 'ok', new RegExp(`:${xcap}$`));
	await site.down();
	const others = await Promise.all([site.admin, xcap].map((port) =>
		new Promise((done) => {
			const s = net.createServer().listen(port, '127.0.0.1', () => done(s));
		})));
	await site.run();
	await becomes('console', 'warn', /nothing can listen/);
	await becomes('xcap', 'warn', /nothing listens .* lists/);
	for (const s of others) s.close();
	await site.restart();
	await becomes('console', 'ok', /listens on/);
	await becomes('xcap', 'ok', /127/);
});

test('a damaged database is named, and what to do', LIMIT, async () => {
	await becomes('integrity', 'ok', /were whole 0 h ago/, ['health', 'run']);
	await site.down();
	const file = path.join(site.data, 'trace.db');
	const db = fs.readFileSync(file);
	for (let at = 4096; at + 4096 <= db.length; at += 4096)
		if (db[at] === 13 || db[at] === 10)	// leaves of tables and indexes
			db.fill(0xa5, at + 8, at + 64);
	fs.writeFileSync(file, db);
	await site.run();
	await becomes('integrity', 'critical', /trace\.db: /, ['health', 'run']);
});

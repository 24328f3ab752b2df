// The shell against a live daemon: its commands, exit codes, scripts, secrets,
// the interactive session; and the doors behind it, socket and HTTPS.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const https = require('node:https');
const path = require('node:path');
const { execFileSync, spawn } = require('node:child_process');
const { Site, program } = require('./lib/site.js');
const { Client, taken } = require('./lib/client.js');
const { Sim, gateway } = require('./lib/sim.js');
const { expect } = require('./lib/expect.js');
const { until } = require('./lib/until.js');

const ALICE = 'sip:+15550100001@example.org', BOB = 'sip:+15550100002@example.org';
const CAROL = 'sip:carol@example.org', DAVE = 'tel:+17770000002';
const CANARY = 'canary-4f1d9c-never-to-be-seen';
const GATEWAY_CANARY = 'cnry8tst';	// SMPP passwords have 8 octets

let site, sim, alice, bob;

before(async () => {
	sim = new Sim();
	const port = await sim.smsc('s1', 'parley', GATEWAY_CANARY);
	sim.write('phone start +17770000002 smsc s1');
	site = await Site.start({ people: [[ALICE, CANARY], [BOB, 'bob']] });
	await site.configure([...gateway('smsc1', port, site),
		`set gateway smsc1 password @${site.file('canary', GATEWAY_CANARY + '\n')}`]);
	await sim.wait({ event: 'bind', status: '0x00000000' });
	alice = await Client.open(site, ALICE, CANARY);
	bob = await Client.open(site, BOB, 'bob');
	await alice.register();
	await bob.register();
});

after(async () => {
	[alice, bob].filter(Boolean).forEach((c) => c.end());
	await sim.end();
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

// Run; the exit code and what is on stderr must be these.
async function fails(args, status, stderr, input) {
	const r = await site.shell(args, input);
	assert.equal(r.status, status, `${args.join(' ')}: ${r.stderr}`);
	assert.match(r.stderr, stderr);
	return r;
}

/* --- subscribers -------------------------------------------------------------- */

test('a subscriber is added, shown, changed, suspended, resumed and deleted', async () => {
	const file = site.file('carol', 'secret\n');
	await site.parley(['subscriber', 'add', CAROL, '--name', 'Carol "C"', '--class', 'gold',
		'--password-file', file, '--alias', 'tel:+15550100009']);
	let c = await site.json(['subscriber', 'show', CAROL]);
	assert.deepEqual([c.name, c.class, c.state, c.aliases, c.password],
		['Carol "C"', 'gold', 'active', 'tel:+15550100009', true]);
	assert.equal((await site.json(['subscriber', 'show', 'tel:+1 555-010-0009'])).address,
		CAROL, 'by another address in another spelling');
	await site.parley(['subscriber', 'set', CAROL, '--name', 'Caro']);
	await site.parley(['subscriber', 'suspend', CAROL]);
	c = await site.json(['subscriber', 'show', CAROL]);
	assert.deepEqual([c.name, c.state], ['Caro', 'suspended']);
	const client = await Client.open(site, CAROL, 'secret');
	assert.equal((await client.register()).status, 403);
	await site.parley(['subscriber', 'resume', CAROL]);
	assert.equal((await client.register()).status, 200);
	client.end();
	await site.parley(['subscriber', 'delete', CAROL, '--yes']);
	await fails(['subscriber', 'show', CAROL], 3, /there is no subscriber/);
	await until('its registrations go too', async () =>	// a moment later
		!(await site.items('show', 'registrations')).some((r) =>
			r.contact.includes('carol')));
});

test('what is there already, or is no address, is refused and changes nothing', async () => {
	const was = await site.parley(['show', 'subscribers']);
	await fails(['subscriber', 'add', ALICE], 6, /exists already: use subscriber set/);
	await fails(['subscriber', 'add', CAROL, '--alias', ALICE], 6, /15550100001/);
	await fails(['subscriber', 'add', 'carol'], 5, /no sip: or tel: address: "carol"/);
	await fails(['subscriber', 'set', CAROL, '--name', 'x'], 3, /there is no subscriber/);
	assert.equal(await site.parley(['show', 'subscribers']), was);
});

test('an import with errors names line and column and changes nothing', async () => {
	const was = await site.parley(['show', 'subscribers']);
	const file = site.file('bad.csv', 'address,name,class,password,aliases\n' +
		'sip:new1@example.org,,,x,\n' +
		'nonsense,,,x,\n' +
		'sip:new2@example.org,,,x,"sip:new9@example.org sip:"\n' +
		'sip:new1@example.org,,,x,\n');
	const r = await site.shell(['subscriber', 'import', file]);
	assert.equal(r.status, 5, r.stderr);
	for (const line of [/bad\.csv:3:.*address.*nonsense/, /bad\.csv:4:.*"sip:"/,
		/bad\.csv:5:.*on line 2/])
		assert.match(r.stderr, line);
	const open = site.file('quote.csv', 'address,name\nsip:n@example.org,"x\n');
	await fails(['subscriber', 'import', open], 5, /quote\.csv:2: column \d+: /);
	assert.equal(await site.parley(['show', 'subscribers']), was);
	const unknown = site.file('head.csv', 'address,nmae\nsip:new1@example.org,x\n');
	await fails(['subscriber', 'import', unknown], 5, /head\.csv:1:.*nmae/);
	const broken = path.join(site.dir, 'latin1.csv');
	fs.writeFileSync(broken, 'address,name\nsip:n@example.org,Ren\xe9\n', 'latin1');
	await fails(['subscriber', 'import', broken], 5, /latin1\.csv.*UTF-8/);
	assert.equal(await site.parley(['show', 'subscribers']), was);
});

test('100,000 subscribers are imported in seconds', async (t) => {
	const big = await Site.start({ listeners: [] });
	t.after(() => big.stop());
	const seconds = async (from, to) => {
		const rows = ['address,name,class,password,aliases'];
		for (let i = from; i < to; i++)
			rows.push(`sip:user${i}@example.org,User ${i},,secret${i},` +
				`tel:+1999${1000000 + i}`);
		const file = big.file('many.csv', rows.join('\n') + '\n'), began = Date.now();
		const r = await big.shell(['subscriber', 'import', file]);
		assert.equal(r.status, 0, r.stderr);
		return (Date.now() - began) / 1000;
	};
	const few = await seconds(0, 5000), many = await seconds(5000, 100000);
	t.diagnostic(`${few} s, then ${many} s`);
	// 19 times as many, on whatever machine
	assert.ok(many < Math.max(15, 40 * few), `it took ${many} s after ${few} s`);
	assert.equal(await big.metric('parley_subscribers{state="active"}'), 100000);
	assert.equal((await big.json(['subscriber', 'show', 'tel:+19991099999'])).address,
		'sip:user99999@example.org');
});

/* --- looking -------------------------------------------------------------------- */

const SHOW = ['subscribers', 'registrations', 'messages', 'queues', 'gateways', 'stats',
	'configuration', 'devices', 'audit', 'configuration history', 'imports'];

for (const what of SHOW)
	test(`show ${what} speaks to people, to programs and to spreadsheets`, async () => {
		const words = ['show', ...what.split(' ')];
		const one = await site.json(words);
		assert.ok(Array.isArray(one.items) && 'next' in one, JSON.stringify(one));
		const csv = (await site.parley([...words, '--csv'])).split('\r\n');
		const people = await site.parley(words);
		if (one.items.length) {
			const columns = csv[0].split(',');
			for (const key of Object.keys(one.items[0]))
				assert.ok(columns.includes(key), `${key}: ${csv[0]}`);
			assert.ok(csv.length > one.items.length, 'RFC 4180: a line each');
			assert.ok(people.split('\n').length > one.items.length);
		}
		assert.ok(!/\x1b/.test(people), 'no colour where there is no terminal');
	});

test('a message is tried out, traced, drawn and explained', async () => {
	const out = await site.parley(['test', 'message', '--from', ALICE, '--to', BOB,
		'--text', 'tried out']);
	assert.match(out, /answer +200/);
	await bob.got('tried out');
	const messageId = /message +(\S+)/.exec(out)[1];
	// steps are written a few times a second
	const ladder = await until('the way is there, also as the last', async () => {
		const one = await site.parley(['trace', messageId, '--ladder']);
		return / 200$/m.test(one) &&
			await site.parley(['trace', 'last', '--ladder']) === one && one;
	});
	assert.match(ladder, /conversation/);
	assert.match(ladder, /MESSAGE/);
	assert.ok((await site.items('trace', 'last')).length > 2);
	assert.ok(!ladder.includes('tried out'), 'content is never traced');
	await fails(['trace', '123'], 3, /no message has the id "123"/);
	const why = await site.parley(['explain', '--from', ALICE, '--to', DAVE]);
	assert.match(why, /route smsc1 \(tel:\+1777\*\) is the longest match/);
	assert.match(why, /leg 1: port sms, to smsc1/);
	const without = await site.parley(['explain', '--from', ALICE, '--to', DAVE,
		'--assume', 'gateway:smsc1:down']);
	assert.notEqual(without, why);
});

test('the health is 0, and 10 or more with a gateway down', async (t) => {
	assert.match(await site.parley(['health']), /gateways +ok/);
	await site.configure(['set gateway dead kind smpp', 'set gateway dead address 127.0.0.1:1',
		'set gateway dead system-id x']);
	t.after(() => site.configure(['delete gateway dead']));
	const r = await site.shell(['health', '--json']);
	assert.ok([10, 11].includes(r.status), `exit ${r.status}`);
	const row = JSON.parse(r.stdout).items.find((c) => c.check === 'gateways');
	assert.notEqual(row.state, 'ok');
	assert.ok(row.remedy.length > 10, 'it says what to do');
});

/* --- errors and scripts ---------------------------------------------------------- */

test('an unknown word is answered with the nearest one and exit 2', async () => {
	await fails(['shwo', 'subscribers'], 2, /unknown word "shwo" \(did you mean show\?\)/);
	await fails(['show', 'subscribrs'], 2, /did you mean subscribers\?/);
	await fails(['show', 'subscribers', '--jsn'], 2, /there is no option --jsn/);
	await fails(['explain', '--from', ALICE], 2, /to is missing; usage: explain/);
	await fails(['show'], 2, /more is expected/);
});

test('a daemon that is not there is exit 7', async () => {
	const r = await new Promise((resolve) => {
		const p = spawn(program('parley'), ['--data-dir', '/nonexistent', 'health']);
		let text = '';
		p.stderr.on('data', (d) => { text += d; });
		p.on('close', (status) => resolve({ status, text }));
	});
	assert.equal(r.status, 7);
	assert.match(r.text, /is parleyd running/);
});

test('a script stops at the first line that fails and says which', async () => {
	const lines = `# a comment\n\nsubscriber add ${CAROL}\nshow subscribrs\n` +
		`subscriber delete ${CAROL} --yes\n`;
	await fails(['-'], 2, /stdin:4: unknown word "subscribrs"/, lines);
	const file = site.file('script', lines);
	await fails(['-f', file], 6, /script:3: .*exists already/);
	await site.parley(['-'], `subscriber delete ${CAROL} --yes\n`);
	await fails(['-f', '/nonexistent'], 1, /No such file/);
});

test('a configuration with a wrong line changes nothing and names the nearest', async () => {
	const was = await site.parley(['show', 'configuration']);
	const revision = (await site.items('show', 'configuration', 'history')).length;
	const good = 'set site country-code 44\n';
	const args = ['configure', '-f', '-', '--commit'];
	await fails(args, 5, /:2: gateway has no setting "windw" \(did you mean window\?\)/,
		good + 'set gateway smsc1 windw 3\n');
	await fails(args, 5, /:2: .*window.*between 1 and 1000/,
		good + 'set gateway smsc1 window 99999\n');
	await fails(args, 5, /:2: .*did you mean gateway/, good + 'set gatway smsc1 window 3\n');
	await fails(args, 5, /:2: /, good + 'set listener udp transport sctp\n');
	await fails(args, 5, /smsc9/, good + 'set route x to tel:+1888*\nset route x via smsc9\n');
	await fails(args, 1, /:2: .*nonexistent/,
		good + 'set gateway smsc1 password @/nonexistent\n');
	const dry = await site.shell(['configure', '-f', '-'], good);
	assert.equal(dry.status, 0);
	assert.match(dry.stderr, /nothing was changed: add --commit/);
	assert.equal(await site.parley(['show', 'configuration']), was);
	assert.equal((await site.items('show', 'configuration', 'history')).length, revision);
});

/* --- secrets ----------------------------------------------------------------------- */

test('no password is ever shown, logged, traced or on disk in clear text', async () => {
	taken(await alice.message(BOB, 'hush'));
	await bob.got('hush');
	await site.shell(['subscriber', 'set', ALICE, '--password', CANARY]);
	const seen = [site.daemon.log + site.logs, (await site.get('/metrics')).body,
		await site.parley(['trace', 'last', '--ladder']),
		await site.parley(['subscriber', 'show', ALICE, '--json'])];
	for (const what of SHOW)
		for (const form of [[], ['--json'], ['--csv']])
			seen.push(await site.parley(['show', ...what.split(' '), ...form]));
	for (const target of ['/api/v1/subscribers', '/api/v1/settings', '/api/v1/audit'])
		seen.push((await site.get(target)).body);
	for (const f of fs.readdirSync(site.data).filter((f) => !/sock$/.test(f)))
		if (fs.statSync(path.join(site.data, f)).isFile())
			seen.push(fs.readFileSync(path.join(site.data, f), 'latin1'));
	for (const text of seen)
		for (const secret of [CANARY, GATEWAY_CANARY])
			assert.ok(!text.includes(secret), text.slice(
				Math.max(0, text.indexOf(secret) - 100)).slice(0, 200));
	assert.match(await site.parley(['show', 'configuration']),
		/gateway smsc1 password +\(set\)/);
});

/* --- the interactive session --------------------------------------------------------- */

const expectRun = (lines, env) => expect(site, lines, { env });

test('the interactive session helps, completes and remembers', () => {
	const env = { XDG_STATE_HOME: path.join(site.dir, 'state') };
	expectRun(['want "parley> "', 'send "?"', 'want "subscriber"', 'want "parley> "',
		'send "sh\\t"', 'want "ow "', 'send "subscr\\t\\r"', 'want "ADDRESS"',
		'want "parley> "', 'send "subscriber show tel:+155501000\\t"', 'send "\\t"',
		'want "tel:+15550100001"', 'want "tel:+15550100002"', 'send "1\\t\\r"',
		'want "sip:+15550100001@example.org"', 'want "parley> "', 'send "shwo\\r"',
		'want "did you mean show?"', 'want "parley> "', 'send "configure\\r"',
		'want "parley(config)# "', 'send "set gateway smsc1 windo\\t"', 'want "w "',
		'send "?"', 'want "(default 10)"', 'send "25\\r"', 'want "parley(config)*# "',
		'send "discard\\r"', 'want "parley(config)# "',
		'send "set gateway smsc1 password hidden1\\r"', 'want "parley(config)*# "',
		'send "discard\\r"', 'want "parley(config)# "', 'send "exit\\r"',
		'want "parley> "', 'send "quit\\r"'], env);
	const history = path.join(site.dir, 'state/parley/history');
	const text = fs.readFileSync(history, 'utf8');
	assert.match(text, /subscriber/);
	assert.ok(!text.includes('hidden1'), 'a line with a secret is not kept');
	assert.equal(fs.statSync(history).mode & 0o777, 0o600);
	expectRun(['want "parley> "', 'send "\\033\\[A"', 'want "quit"', 'send "\\033\\[A"',
		'want "exit"', 'idle', 'send "\\003"', 'want "parley> "', 'send "\\004"'], env);
});

test('Ctrl-C clears the line and Ctrl-D leaves', () => {
	expectRun(['want "parley> "', 'send "show nonsense"', 'want "nonsense"',
		'idle', 'send "\\003"', 'want "parley> "', 'send "version\\r"', 'want "parley 0"',
		'want "parley> "', 'send "\\004"'], {});
});

test('an import shows its progress on a terminal', () => {
	const rows = Array.from({ length: 20000 }, (_, i) => `sip:many${i}@example.org,,,x,\n`);
	const file = site.file('many.csv', 'address,name,class,password,aliases\n' + rows.join(''));
	expectRun([`want "parley> "`, `send "subscriber import ${file}\\r"`,
		'want "of 20000, 0 errors"', 'want "parley> "', 'send "quit\\r"'], {});
});

/* --- the doors -------------------------------------------------------------------------- */

function httpsGet(target, options = {}) {
	return new Promise((resolve, reject) => {
		https.request({ host: '127.0.0.1', port: site.admin, path: target,
			rejectUnauthorized: false, agent: false, ...options }, (res) => {
			let body = '';
			res.on('data', (d) => { body += d; });
			res.on('end', () => resolve({ status: res.statusCode, body,
				headers: res.headers }));
		}).on('error', reject).end(options.body);
	});
}

/* proves APP-03 */
test('health and metrics answer on the socket and over HTTPS', async () => {
	for (const target of ['/api/v1/health/live', '/api/v1/health/ready']) {
		assert.equal((await site.get(target)).status, 200);
		const r = await httpsGet(target);
		assert.equal(r.status, 200, target);
		assert.equal(JSON.parse(r.body).status, 'ok');
	}
	const checks = JSON.parse((await site.get('/api/v1/health/checks')).body).items;
	assert.ok(checks.some((c) => c.check === 'gateways'));
	const { status, body } = await site.get('/metrics');
	assert.equal(status, 200);
	assert.match(body, /^# TYPE parley_messages_accepted_total counter$/m);
	for (const line of body.trim().split('\n'))
		assert.match(line, /^(# (HELP|TYPE) .+|[a-z_]+(\{[^}]*\})? -?[\d.e+-]+)$/);
});

test('before the setup nothing else answers over HTTPS', async () => {
	for (const target of ['/api/v1/subscribers', '/api/v1/nonsense', '/api/v1/settings',
		'/api/v1/operations']) {
		const r = await httpsGet(target);
		assert.equal(r.status, 503, `${target}: ${r.status}`);
		assert.match(r.headers['content-type'], /^application\/problem\+json/);
		assert.equal(JSON.parse(r.body).code, 'not-set-up');
	}
	assert.equal((await httpsGet('/..%2f..%2fetc/passwd')).status, 404);
	for (const method of ['POST', 'PUT', 'DELETE', 'PATCH'])
		assert.equal((await httpsGet('/api/v1/subscribers', { method })).status, 503);
});

/* --- life of the daemon ------------------------------------------------------------------- */

test('SIGHUP drops nobody', async () => {
	const mark = site.mark();
	site.daemon.signal('SIGHUP');
	taken(await alice.message(BOB, 'after the SIGHUP'));
	await bob.got('after the SIGHUP');
	assert.equal((await httpsGet('/api/v1/health/live')).status, 200);
	assert.deepEqual(site.logged(mark, /^<[0-3]>/), []);
});

test('a second daemon on the same folder is refused', async () => {
	const p = spawn(program('parleyd'), ['--data-dir', site.data]);
	let text = '';
	p.stderr.on('data', (d) => { text += d; });
	const status = await new Promise((resolve) => p.on('close', resolve));
	assert.notEqual(status, 0);
	assert.match(text, /another daemon runs on it/);
	assert.equal((await site.get('/api/v1/health/live')).status, 200);
});

for (const db of ['config', 'store', 'trace'])
	test(`a ${db} database that is newer is exit 78 and stays as it is`, async (t) => {
		const old = await Site.start({ listeners: [], people: [[ALICE, 'x']] });
		t.after(() => old.stop());
		assert.equal(await old.down(), 0);
		const file = path.join(old.data, `${db}.db`);
		const sql = (text) => execFileSync('sqlite3', [file, text], { encoding: 'utf8' });
		const version = Number(sql('PRAGMA user_version'));
		sql(`PRAGMA user_version = ${version + 1}`);
		const was = ['config', 'store', 'trace'].map((n) =>
			fs.readFileSync(path.join(old.data, `${n}.db`)));
		const p = spawn(program('parleyd'), ['--data-dir', old.data]);
		let text = '';
		p.stderr.on('data', (d) => { text += d; });
		assert.equal(await new Promise((resolve) => p.on('close', resolve)), 78);
		assert.match(text, new RegExp(`${db}.*newer`));
		['config', 'store', 'trace'].forEach((n, i) => assert.ok(was[i].equals(
			fs.readFileSync(path.join(old.data, `${n}.db`))), `${n}.db changed`));
		sql(`PRAGMA user_version = ${version}`);
		await old.run();
	});

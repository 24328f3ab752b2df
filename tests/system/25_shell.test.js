// The shell as a place to work in: filters, pager, notices, monitor,
// completion.  In a real terminal where it needs one.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const tls = require('node:tls');
const { execFileSync, spawnSync } = require('node:child_process');
const { Site, program } = require('./lib/site.js');
const { Api, isProblem } = require('./lib/api.js');
const { expect } = require('./lib/expect.js');
const { enrol } = require('./lib/totp.js');
const { until } = require('./lib/until.js');

const PEOPLE = 40;
const SOURCE = path.resolve(__dirname, '../..');
let site;

before(async () => {
	site = await Site.start({ listeners: [], people: Array.from({ length: PEOPLE },
		(_, i) => [`sip:user${String(i).padStart(2, '0')}@example.org`, 'x']) });
	await enrol(await Api.first(site));	// or the health would not be ok
});

after(async () => {
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

const script = (line) => site.parley(['-'], line + '\n');

// Of the API, for one who may change settings.
const token = async (name) => (await site.json(['token', 'add', name, '--admin', 'root1',
	'--role', 'config'])).token;

async function fails(lines, status, stderr) {
	const r = await site.shell(['-'], lines);
	assert.equal(r.status, status, r.stderr);
	assert.match(r.stderr, stderr);
}

/* --- filters ------------------------------------------------------------------- */

/* proves APP-04 */
test('an answer is filtered line by line behind |', async () => {
	assert.equal(await script('show subscribers --limit 500 | count'), `${PEOPLE}\n`);
	const some = (await script('show subscribers | match user0 | except user03'))
		.trim().split('\n');
	assert.match(some[0], /^ADDRESS/, 'the heading stays');
	assert.equal(some.length, 10);
	const csv = (await script('show subscribers | csv | last 2')).trim().split('\n');
	assert.match(csv[0], /^address,/);
	assert.equal(csv.length, 3);
	assert.equal(JSON.parse(await script('show subscribers --limit 3 | json')).items.length,
		3);
	await fails('health\nhealth | mtach x\n', 2, /stdin:2: .*did you mean match\?/);
	await fails('show subscribers "|" count\n', 2, /one word too many/);
});

test('an answer is saved to a file that others may not read', async () => {
	const file = path.join(site.dir, 'saved');
	await script(`show subscribers | match user07 | save ${file}`);
	assert.match(fs.readFileSync(file, 'utf8'), /^ADDRESS.*\nsip:user07@.*\n$/);
	assert.equal(fs.statSync(file).mode & 0o777, 0o600);
	await fails('health | save /nonexistent/x\n', 1, /nonexistent/);
});

test('columns, order and rows are chosen for every form', async () => {
	const args = ['show', 'subscribers', '--columns', 'state,address', '--sort', '-address',
		'--limit', '500'];
	const rows = await site.items(...args);
	assert.equal(rows.length, PEOPLE);
	assert.deepEqual(rows[0], { state: 'active', address: 'sip:user39@example.org' });
	assert.match(await site.parley([...args, '--csv']),
		/^state,address\r\nactive,sip:user39@/);
	assert.match(await site.parley(args), /^STATE +ADDRESS\nactive +sip:user39@/);
	assert.equal((await site.items('show', 'subscribers', '--filter', 'address=sip:user3*'))
		.length, 10);
	const bad = await site.shell(['show', 'subscribers', '--filter', 'adress=x']);
	assert.notEqual(bad.status, 0);
	assert.match(bad.stderr, /adress/);
	const r = await site.shell(['health', '--columns', 'sate']);
	assert.equal(r.status, 2);
	assert.match(r.stderr, /no column "sate" \(did you mean state\?\)/);
	assert.equal((await site.items('health', '--limit', '2')).length, 2);
});

/* --- the pager ------------------------------------------------------------------- */

test('what is taller than the screen goes through the pager, and only that', () => {
	const env = { PARLEY_PAGER: 'sed s/^/PAGED-/' };
	const want = ['want "parley> "', 'send "show subscribers\\r"',
		'want "PAGED-sip:user30@"', 'want "parley> "',
		'send "show subscribers | first 3\\r"',
		'never "PAGED" "parley> "', 'send "show subscribers | no-more\\r"',
		'never "PAGED" "user39"', 'want "parley> "',
		'send "show subscribers --no-pager\\r"', 'never "PAGED" "user39"',
		'want "parley> "', 'send "quit\\r"'];
	expect(site, want, { env });
	expect(site, ['want "parley> "', 'send "show subscribers\\r"', 'never "PAGED" "user39"',
		'want "parley> "', 'send "quit\\r"'], { env, rows: 60 });
});

test('who leaves the pager early has had a success; less may run nothing', () => {
	const ask = (want, env) => expect(site, want, { env, args: ['help'] });
	ask(['want "secure=1"'],
		{ PAGER: `sh -c 'echo secure=$LESSSECURE; head -1'` });
	ask(['want "subscriber add"', 'want ":"', 'send "q"'], { PARLEY_PAGER: 'less', LESS: '' });
	ask(['want "audit verify"', 'want "Every command"'],
		{ PARLEY_PAGER: '/nonexistent/pager' });
});

/* --- what happens meanwhile -------------------------------------------------------- */

// A line for expect: others commit this.
const commit = (lines, ...more) => `exec ${program('parley')} --data-dir ${site.data} ` +
	`configure -f ${site.file('others', lines.join('\n') + '\n')} --commit ${more.join(' ')}`;

/* proves APP-04 */
test('what others do appears above the line that is being typed', () => {
	expect(site, ['want "parley> "', 'send "show subscr"', 'want "subscr"',
		commit(['set site country-code 44'], '--revert-in', '60s'),
		'want "*** revision"', 'want "will be undone in"',
		'want "\\[confirm"', 'want "show subscr"',
		`exec ${program('parley')} --data-dir ${site.data} configuration undo`,
		'want "was undone"',
		'want "parley> show subscr"', 'send "ibers --limit 1\\r"', 'want "ADDRESS"',
		'want "parley> "', 'send "quit\\r"']);
});

test('a gateway that is down is told at once, in as many rows as it takes', async () => {
	const file = site.file('dead', 'set gateway dead kind smpp\n' +
		'set gateway dead address 127.0.0.1:1\nset gateway dead system-id x\n');
	expect(site, ['want "parley> "', 'send "version"', 'want "version"',
		'send [string repeat "x" 120]', 'want "xxxx"',
		`exec ${program('parley')} --data-dir ${site.data} configure -f ${file} --commit`,
		'want "*** "', 'want "gateway dead: down"', 'want "parley> version"',
		'send "\\025quit\\r"']);
	await site.configure(['delete gateway dead']);
});

test('what a session does itself is no news to it', () => {
	expect(site, ['want "parley> "', 'send "configure\\r"', 'want "# "',
		'send "se site country-code 46\\r"', 'want "(config)*"', 'send "com\\r"',
		'want "compare, commit"',
		'send "comm\\r"',
		'want "is in force"', 'want "parley(config)# "', 'send "exit\\r"',
		'want "parley> "', commit(['set site country-code 47']),
		'never "46)" "country-code 46 -> 47"', 'want "parley> "', 'send "quit\\r"']);
});

test('monitor says in a line what happens, until it is enough', async () => {
	const watched = site.shell(['monitor', 'config', '--timeout', '60', '--json']);
	const first = site.shell(['-'], 'monitor config | match country-code | first 1\n');
	const log = site.shell(['-'], 'monitor log | match "conf: settings" | first 1\n');
	let done, code = 50;
	Promise.all([first, log]).then(() => { done = true; });
	await until('both have seen one', async () => {
		await site.configure([`set site country-code ${++code % 2 ? 51 : 52}`]);
		return done;
	});
	assert.match((await first).stdout,
		/^\d\d:\d\d:\d\d revision \d+: kept \(.*country-code \d+ -> \d+\)\n$/);
	assert.match((await log).stdout, /^\d\d:\d\d:\d\d info conf: settings/);
	assert.deepEqual([(await first).status, (await log).status], [0, 0]);
	await site.down();
	const r = await watched;
	await site.run();
	assert.equal(r.status, 7, 'the daemon has ended');
	const events = r.stdout.trim().split('\n').map((l) => JSON.parse(l));
	assert.ok(events.some((e) => e.event === 'config' && e.data.items.length));
});

test('monitor ends at q and at Ctrl-C, and names what it can watch', async () => {
	for (const end of ['q', '\\003'])
		expect(site, ['want "(q ends)"', 'idle', `send "${end}"`], { args: ['monitor'] });
	expect(site, ['want "parley> "', 'send "moni gatew\\r"', 'want "(q ends)"', 'idle',
		'send "q"', 'want "parley> "', 'send "quit\\r"']);
	const r = await site.shell(['monitor', 'gateway']);
	assert.equal(r.status, 2);
	assert.match(r.stderr, /did you mean gateways\?/);
	assert.match(await site.parley(['monitor', '--help']), /registrations +devices/);
	assert.match(await site.parley(['help', 'monitor']), /as it happens/);
});

test('the loss of the daemon is told at the prompt', async () => {
	expect(site, ['want "parley> "', 'send "show"', 'want "show"',
		`exec kill ${site.daemon.process.pid}`, 'want "does not answer any more"',
		'want "parley> show"', 'send "\\025quit\\r"']);
	await site.down();	// it may still be ending
	await site.run();
});

test('what a queue loses is shown first, and its name asked for', async () => {
	const [from, to] = ['sip:user00@example.org', 'sip:user01@example.org'];
	await site.parley(['test', 'message', '--from', from, '--to', to, '--text', 'a']);
	await site.parley(['test', 'message', '--from', from, '--to', to, '--text', 'b']);
	assert.match(await site.parley(['queue', 'purge', to]), /2 would be removed/);
	const ask = ['want "2 would be removed"', `want "to do it type ${to}: "`];
	expect(site, [...ask, 'send "yes\\r"', 'want "nothing was changed"'],
		{ args: ['queue', 'purge', to], status: 12 });
	assert.equal((await site.items('show', 'queues'))[0].waiting, 2);
	expect(site, ['want "parley> "', `send "queue purge ${to}\\r"`, ...ask,
		`send "${to}\\r"`, 'want "2 of 2"', 'want "parley> "', 'send "quit\\r"']);
	assert.deepEqual(await site.items('show', 'queues'), []);
	// a script says how many it means, and that it means it
	await site.parley(['test', 'message', '--from', from, '--to', to, '--text', 'c']);
	const purge = async (...more) => (await site.shell(['queue', 'purge', to, ...more])).status;
	assert.equal(await purge('--expect', '1'), 12);
	assert.equal(await purge('--expect', '2', '--yes'), 6);
	assert.equal((await site.items('show', 'queues'))[0].waiting, 1);
	assert.equal(await purge('--expect', '1', '--yes'), 0);
	assert.deepEqual(await site.items('show', 'queues'), []);
});

/* --- the mode configure --------------------------------------------------------------- */

/* proves APP-04 */
test('paths begin at a place of the settings, which the prompt shows', async () => {
	expect(site, ['want "parley> "', 'send "configure\\r"', 'want "parley(config)# "',
		'send "edit policy delivery\\r"', 'want "parley(config policy delivery)# "',
		'send "up\\r"', 'want "parley(config policy)# "', 'send "edit gatway\\r"',
		'want "no settings called"', 'send "top\\r"', 'want "parley(config)# "',
		'send "edit gatway g1\\r"', 'want "did you mean gateway?"',
		'send "edit gateway g1\\r"', 'want "parley(config gateway g1)# "',
		'send "set windo\\t"', 'want "w "', 'send "?"', 'want "1-1000 (default 10)"',
		'send "25\\r"', 'want "parley(config gateway g1)*# "', 'send "show\\r"',
		'want "set gateway g1 window 25"', 'send "delete window\\r"',
		'send "exit discard\\r"', 'want "parley> "', 'send "quit\\r"']);
	expect(site, ['want "parley> "', 'send "configure\\r"', 'want "(config)# "',
		'send "set gat g9 wind 7\\r"', 'want "(config)*# "', 'send "show gatew\\r"',
		'want "set gateway g9 window 7"', 'send "ed gatew g9\\r"', 'want "g9)*# "',
		'send "set system-i abc # re\\r"', 'want "g9)*# "', 'send "show\\r"',
		'want "set gateway g9 system-id abc"', 'send "set re 5\\r"',
		'want "no setting"', 'send "del wind\\r"', 'want "g9)*# "', 'send "top\\r"',
		'want "(config)*# "', 'send "discard gatew g9\\r"', 'want "(config)# "',
		'send "edit gateway g9\\r"', 'want "g9)# "', 'send "set password\\r"',
		'want "password: "', 'send "hid den\\r"', 'want "again, password: "',
		'send "hid den\\r"', 'never "hid" "(config gateway g9)*# "',
		'send "compare\\r"', 'want "password"', 'send "exit discard\\r"',
		'want "parley> "', 'send "quit\\r"']);
	const lines = ['configure', 'edit gateway', 'copy g1 g2', 'discard', 'edit g1',
		'set kind smpp', 'up', 'rename g1 g3', 'edit g3', 'show', 'show kind', 'top',
		'show gateway', 'exit discard', ''].join('\n');
	await fails(lines, 5, /stdin:3: .*g1/);
	const out = await site.parley(['-'], lines.replace('copy g1 g2\ndiscard\n', ''));
	assert.equal(out, 'set gateway g3 kind smpp\n'.repeat(3));
	await fails('configure\nedit gateway g1 window\n', 5, /"window" is no place/);
	await fails('configure\nset gateway g1 window 1\nedit\n', 2, /usage: edit PATH/);
	await site.parley(['-'], 'configure\nexit discard\n');
});

/* proves APP-04 */
test('who configures exclusively commits alone, until the mode is left', async () => {
	const bob = new Api(site, { token: await token('bob') });
	const put = (line) => bob.post('/config/running', { lines: [line] });
	const unlock = (whose) => bob.call('DELETE', `/config/lock${whose}`, undefined,
		{ 'If-Match': '*' });
	const held = 'configure exclusive\nrun show configuration lock --json\nset site ' +
		'country-code 31\ncommit\nexit\nshow configuration lock --json\n';
	const out = (await site.parley(['-'], held)).trim().split('\n');
	const first = JSON.parse(out[0]), last = JSON.parse(out[out.length - 1]);
	assert.deepEqual([first.locked, last.locked], [true, false]);
	assert.ok(first.left_s > 200 && first.left_s <= 300);
	await site.parley(['configuration', 'lock']);
	isProblem(await put('set site country-code 32'), 409);
	isProblem(await bob.post('/config/lock', {}), 409);
	isProblem(await unlock(''), 409);
	await site.parley(['configuration', 'lock'], '', 0);
	assert.equal((await unlock(`?holder=${first.holder}`)).status, 200);
	assert.equal((await put('set site country-code 32')).status, 200);
	assert.equal((await bob.post('/config/lock', {})).status, 200);
	await fails('configure --exclusive\n', 6, /alone may commit/);
	const r = await site.shell(['configure', '-f', site.file('l', 'set site country-code 1\n'),
		'--commit']);
	assert.equal(r.status, 6, r.stderr);
	assert.equal((await unlock('')).status, 200);
	const rows = await site.items('show', 'audit', '--action', 'configuration unlock');
	assert.equal(rows[0].result, 'ok');
});

/* --- words of one's own, files, screens ------------------------------------------------ */

const home = () => {
	const dir = path.join(site.dir, 'home');
	fs.mkdirSync(dir, { recursive: true });
	return { HOME: dir, XDG_STATE_HOME: '', XDG_CONFIG_HOME: '' };
};

test('an alias is kept for its user and stands for a command at the prompt', async () => {
	const env = home();
	expect(site, ['want "parley> "', 'send "alias some = show subscribers | match user0 ' +
		'| count\\r"', 'want "parley> "', 'send "some\\r"', 'want "10\\r"',
		'send "alias show = version\\r"', 'want "is a command already"',
		'send "alias top3 = \\"show subscribers --limit\\"\\r"', 'want "parley> "',
		'send "top3 2 | count\\r"', 'want "2\\r"', 'send "quit\\r"'], { env });
	const file = path.join(env.HOME, '.config/parley/aliases');
	assert.equal(fs.readFileSync(file, 'utf8'),
		'some = show subscribers | match user0 | count\ntop3 = show subscribers --limit\n');
	assert.equal(fs.statSync(file).mode & 0o777, 0o600);
	expect(site, ['want "parley> "', 'send "som?"', 'want "match user0"', 'send "e\\r"',
		'want "10\\r"', 'send "alias some =\\r"', 'want "parley> "',
		'send "alias some\\r"', 'want "there is no alias"', 'send "quit\\r"'], { env });
	await fails('top3 2\n', 2, /unknown word "top3"/);
});

test('source runs the lines of a file, in which no word is cut short', async () => {
	const good = site.file('good', 'version\nshow subscribers --limit 1 --csv\n');
	const bad = site.file('bad', 'version\nsh gateways\nversion\n');
	assert.match(await site.parley(['-'], `source ${good}\n`), /^parley .*\naddress,/);
	await fails(`version\nsource ${bad}\n`, 2, /bad:2: unknown word "sh"/);
	await fails(`source ${site.file('loop', `source ${path.join(site.dir, 'loop')}\n`)}\n`, 2,
		/8 deep/);
	expect(site, ['want "parley> "', `send "source ${bad}\\r"`, 'want "bad:2: unknown"',
		'want "parley> "', 'send "sh subsc | count\\r"', 'want "40\\r"',
		'send "history 2\\r"', 'want "sh subsc"', 'want "history 2"', 'want "parley> "',
		'send "quit\\r"'], { env: home() });
});

test('a list without rows says so on a terminal, and nowhere else', async () => {
	expect(site, ['want "no gateways yet"', 'want "set gateway NAME"'],
		{ args: ['show', 'gateways'] });
	expect(site, ['want "no groups yet"', 'want "group add ADDRESS"'],
		{ args: ['show', 'groups'] });
	expect(site, ['want "no queues now"'], { args: ['show', 'queues'] });
	expect(site, ['want "nothing fits"'], { args: ['show', 'messages', '--state', 'held'] });
	expect(site, ['never "no queues" "\\"items\\""'], { args: ['show', 'queues', '--json'] });
	for (const form of [[], ['--csv'], ['--jsonl']]) {
		const r = await site.shell(['show', 'groups', ...form]);
		assert.deepEqual([r.status, r.stdout, r.stderr], [0, '', '']);
	}
});

test('rows are JSON Lines, sorted rows or sorted lines', async () => {
	const rows = (await site.parley(['show', 'subscribers', '--jsonl', '--limit', '3']))
		.trim().split('\n').map((l) => JSON.parse(l));
	assert.deepEqual(rows.map((r) => r.state), ['active', 'active', 'active']);
	assert.equal(JSON.parse(await site.parley(['show', 'configuration', 'pending', '--jsonl']))
		.pending, false);
	assert.match(await script('show subscribers | sort -address | first 1'), /\nsip:user39@/);
	assert.match(await script('show subscribers | jsonl | last 1'), /^\{.*user39.*\}\n$/);
	assert.match(await script('show subscribers --sort -address | sort | first 1'),
		/\nsip:user00@/);
	await fails('show subscribers | count | sort address\n', 2, /stand first/);
	const r = await site.shell(['show', 'subscribers', '--nonsense', '--jsonl']);
	assert.equal(r.status, 2);
});

test('colours come when they are asked for', async () => {
	const red = /\x1b\[/;
	const health = async (...args) => site.parley(['health', ...args]);
	assert.match(await health('--color', 'always'), red);
	assert.ok(!red.test(await health('--color=auto')));
	const seen = (env, ...args) => expect(site, [], { env, args: ['health', ...args] })
		.split('\n').slice(1).join('\n');
	const env = { TERM: 'xterm', PAGER: 'cat' };
	assert.match(seen(env), red);
	assert.ok(!red.test(seen(env, '--color', 'never')));
	assert.ok(!red.test(seen({ ...env, NO_COLOR: '1' })));
	assert.match(seen({ ...env, NO_COLOR: '1' }, '--color', 'always'), red);
	assert.equal((await site.shell(['health', '--color', 'red'])).status, 2);
	assert.equal((await site.shell(['--color', 'never', 'version'])).status, 0);
});

test('top is one screen that ends at q, and text for a pipe', async () => {
	// a daemon has figures once it has run for a second
	await until('top has rates', async () => {
		const text = await site.parley(['top']);
		for (const part of [/^Messages$/m, /^accepted +\d/m, /^loop.lag.p99 /m,
			/^Gateways\nnothing$/m])
			assert.match(text, part);
		return true;
	});
	const all = await site.json(['top']);
	assert.ok(all.rates.items.length && Array.isArray(all.gateways.items));
	expect(site, ['want "q ends"', 'want "Messages"', 'idle', 'send "q"'],
		{ args: ['top', '1'] });
	expect(site, ['want "parley> "', 'send "top\\r"', 'want "loop.lag"', 'idle', 'send "\\003"',
		'want "parley> "', 'send "quit\\r"']);
	assert.equal((await site.shell(['top', 'soon'])).status, 2);
	const seen = await site.parley(['-'], 'watch 1 show stats --timeout 2 | match accepted\n');
	assert.ok(seen.trim().split('\n').length >= 2, seen);
});

test('no key runs a command of the line editor', () => {
	expect(site, ['want "parley> "', 'send "\\033x"', 'send "bind\\r"',
		'want "unknown word"', 'want "parley> "', 'send "quit\\r"']);
});

test('what ends for good is asked for at a terminal, and needs --yes in scripts', async () => {
	const people = async () =>
		(await site.items('show', 'subscribers', '--limit', '500')).length;
	await site.parley(['subscriber', 'add', 'sip:zed@example.org']);
	expect(site, ['want "it? \\[y/N\\] "', 'send "n\\r"', 'want "nothing was changed"'],
		{ args: ['subscriber', 'delete', 'sip:zed@example.org'], status: 12 });
	assert.equal(await people(), PEOPLE + 1);
	expect(site, ['want "parley> "', 'send "subscriber delete sip:zed@example.org\\r"',
		'want "sip:zed@example.org: "', 'want "it? \\[y/N\\] "', 'send "y\\r"',
		'want "parley> "', 'send "quit\\r"']);
	assert.equal(await people(), PEOPLE);
	await site.parley(['subscriber', 'add', 'sip:zed@example.org']);
	expect(site, ['never "\\[y/N\\]" "sip:zed"'],
		{ args: ['subscriber', 'delete', 'sip:zed@example.org', '--yes'] });
	await site.parley(['subscriber', 'add', 'sip:zed@example.org']);
	await fails('subscriber delete sip:zed@example.org\n', 12, /needs --yes: nothing was/);
	assert.equal(await people(), PEOPLE + 1);
	await site.parley(['subscriber', 'delete', 'sip:zed@example.org', '--yes']);
	assert.equal(await people(), PEOPLE);
});

/* --- other machines -------------------------------------------------------------------- */

// The shell, told nothing of the socket.
function remote(args, env = {}, input = '') {
	const r = spawnSync(program('parley'), args, { encoding: 'utf8', input, timeout: 60000,
		env: { ...process.env, ...home(), ...env } });
	return { status: r.status, stdout: r.stdout, stderr: r.stderr };
}

// The file of the one that the daemon shows.
const certificate = async () => site.file('ca.pem', await new Promise((resolve) => {
	const s = tls.connect({ port: site.admin, rejectUnauthorized: false }, () => {
		resolve('-----BEGIN CERTIFICATE-----\n' + s.getPeerCertificate().raw
			.toString('base64') + '\n-----END CERTIFICATE-----\n');
		s.destroy();
	});
}));

/* proves APP-04 */
test('a daemon elsewhere is reached over TLS, with a token that nobody sees', async () => {
	const PARLEY_TOKEN = await token('far'), where = ['-H', `https://127.0.0.1:${site.admin}`];
	const file = site.file('token', PARLEY_TOKEN + '\n');
	const unknown = remote([...where, 'health'], { PARLEY_TOKEN });
	assert.equal(unknown.status, 7);
	assert.match(unknown.stderr,
		/no authority vouches .*fingerprint [0-9a-f]{64};.*--fingerprint/);
	const print = /fingerprint ([0-9a-f]{64})/.exec(unknown.stderr)[1];
	const at = (args, env) => remote([...where, '--fingerprint', print, ...args], env);
	assert.equal(at(['show', 'tokens']).status, 7, 'a token is needed');
	assert.match(at(['--token-file', file, 'health']).stderr, /others may read this token/);
	fs.chmodSync(file, 0o600);
	assert.equal(at(['--token-file', file, 'health']).status, 0);
	const colons = print.toUpperCase().match(/../g).join(':');
	assert.equal(remote([...where, '--fingerprint', `SHA256:${colons}`, 'health'],
		{ PARLEY_TOKEN }).status, 0);
	const wrong = remote([...where, '--fingerprint', 'ab'.repeat(32), 'health'],
		{ PARLEY_TOKEN });
	assert.equal(wrong.status, 7);
	assert.match(wrong.stderr, /not the one that was named/);
	assert.equal(at(['health'], { PARLEY_TOKEN: 'pt_nonsense' }).status, 4);
	assert.equal(at(['subscriber', 'delete', 'sip:user01@example.org', '--yes'],
		{ PARLEY_TOKEN }).status, 4);
	assert.equal(remote(['-H', 'https://127.0.0.1:1', 'health'], { PARLEY_TOKEN }).status, 7);
	assert.equal(remote(['-H', 'http://x', 'health'], { PARLEY_TOKEN }).status, 7);
	assert.equal(remote([...where, '--ca', '/nonexistent', 'health'],
		{ PARLEY_TOKEN }).status, 7);
	const out = remote([...where, '--fingerprint', print, '-'], { PARLEY_TOKEN },
		'configure\nset site country-code 33\ndiscard\nset site country-code 34\n' +
		'commit\nexit\n' +
		'show configuration site country-code --json\n');
	assert.equal(out.status, 0, out.stderr);
	assert.match(out.stdout, /"value":"34"/);
	const [seen] = await site.items('show', 'audit', '--action', 'configuration commit',
		'--limit', '1');
	assert.equal(seen.via, 'token');
	const ca = await certificate();
	const named = (host) => remote(['-H', `${host}:${site.admin}`, '--ca', ca, 'health'],
		{ PARLEY_TOKEN });
	assert.deepEqual(['127.0.0.1', 'localhost', '127.1'].map((h) => named(h).status),
		[0, 0, 7]);
	assert.match(named('127.1').stderr, /not to be trusted: host.?name mismatch/i);
});

test('a certificate that nobody vouches for is asked about once, and then must stay', async () => {
	const env = { ...home(), PARLEY_TOKEN: await token('far2') };
	const args = ['-H', `127.0.0.1:${site.admin}`];
	const kept = path.join(env.HOME, '.local/state/parley/known-hosts');
	expect(site, ['want "fingerprint is"', 'want "\\[y/N\\] "', 'send "n\\r"',
		'want "is not trusted"'], { env, args: [...args, 'health'], status: 7 });
	assert.ok(!fs.existsSync(kept));
	expect(site, ['want "\\[y/N\\] "', 'send "y\\r"', 'want "parley@127.0.0.1> "',
		'send "show subscr\\t"', 'want "ibers "', 'send -- "--limit 1\\r"',
		'want "ADDRESS"',
		'want "parley@127.0.0.1> "', 'send "monitor config\\r"', 'want "(q ends)"',
		commit(['set site country-code 61']), 'want "-> 61"', 'send "q"',
		'want "parley@127.0.0.1> "', 'send "quit\\r"'], { env, args });
	const line = fs.readFileSync(kept, 'utf8');
	assert.match(line, new RegExp(`^127.0.0.1:${site.admin} [0-9a-f]{64}\n$`));
	assert.equal(fs.statSync(kept).mode & 0o777, 0o600);
	assert.equal(remote([...args, 'health'], env).status, 0);
	fs.writeFileSync(kept, line.replace(/[0-9a-f]{64}/, 'cd'.repeat(32)));
	const r = remote([...args, 'health'], env);
	assert.equal(r.status, 7);
	assert.match(r.stderr, /NOT the one that was trusted before.*somebody may be in between/);
	assert.match(r.stderr, /take the line of 127\.0\.0\.1:\d+ out of .*known-hosts/);
});

/* proves APP-04 */
test('a restricted shell reads and writes in one folder and runs nothing', async () => {
	const env = { ...process.env, ...home(), PAGER: 'sh -c "echo ESCAPED"', PARLEY_PAGER: '' };
	const user = os.userInfo().homedir;
	const run = (argv0, args, more = {}) => spawnSync(program('parley'), args, { argv0,
		encoding: 'utf8', input: '', timeout: 60000, env: { ...env, ...more } });
	const line = (text, more) => run('parley',
		['--data-dir', site.data, '--restricted', '-c', text], more);
	assert.equal(line('version').status, 0);
	const secret = site.file('secret', 'hidden\n');
	for (const text of [`source ${secret}`, `health | save ${site.dir}/x`, 'health | save ../x',
		'health | save .profile', 'health | save ~/.profile', `subscriber import ${secret}`,
		`configure -f ${secret} --commit`, 'health | save ~/parley-out/../x',
		`subscriber set sip:user01@example.org --password-file ${secret}`]) {
		const r = line(text);
		assert.notEqual(r.status, 0, text);
		assert.match(r.stderr, /plain names in ~\/parley-out/, text);
		assert.ok(!r.stderr.includes('hidden'));
	}
	const lines = `configure\nset site domain @${secret}\n`;
	const script = spawnSync(program('parley'), ['--data-dir', site.data, '--restricted', '-'],
		{ encoding: 'utf8', input: lines, env });
	assert.match(script.stderr, /plain names/);
	assert.equal(fs.existsSync(path.join(site.dir, 'x')), false);
	const name = `parley-test-${process.pid}`, saved = path.join(user, 'parley-out', name);
	const was = fs.existsSync(path.dirname(saved));
	assert.equal(line(`health | save ${name}`).status, 0);
	assert.match(fs.readFileSync(saved, 'utf8'), /^CHECK/);
	fs.rmSync(saved);
	fs.symlinkSync(secret, saved);
	assert.notEqual(line(`source ~/parley-out/${name}`).status, 0, 'no links');
	fs.rmSync(saved);
	if (!was)
		fs.rmdirSync(path.dirname(saved));
	const asked = run('parley', ['--data-dir', site.data, '--restricted'],
		{ SSH_ORIGINAL_COMMAND: 'show subscribers | count' });
	assert.equal(asked.stdout, `${PEOPLE}\n`);
	const login = run('-parley', ['--data-dir', site.data, '-c', `source ${secret}`]);
	assert.match(login.stderr, /plain names/);
	expect(site, ['want "parley> "', 'send "help\\r"', 'never "ESCAPED" "subscriber add"',
		'send "q"', 'want "parley> "', 'send "quit\\r"'],
	{ args: ['--restricted'], env: { PAGER: 'sh -c "echo ESCAPED"', LESS: '' } });
	// what less(1) takes from its surroundings, it takes from nobody
	const marked = { LESS_TERMCAP_ce: 'ESCAPED' };
	expect(site, ['want "parley> "', 'send "help\\r"', 'want "ESCAPED"', 'send "q"',
		'want "parley> "', 'send "quit\\r"'], { env: { ...marked, PARLEY_PAGER: 'less' } });
	expect(site, ['want "parley> "', 'send "help\\r"', 'never "ESCAPED" "subscriber add"',
		'send "q"', 'never "ESCAPED" "parley> "', 'send "quit\\r"'],
	{ args: ['--restricted'], env: marked });
});

/* --- completion, scripts, terminals ----------------------------------------------------- */

/* proves APP-04 */
test('bash completes by the same words', async () => {
	const complete = (...words) => site.parley(['__complete', '--', '--data-dir', site.data,
		...words]);
	assert.equal(await complete('sh'), 'show\n');
	assert.equal(await complete('show', 'gat'), 'gateways\n');
	assert.equal(await complete('subscriber', 'show', 'sip:user07'),
		'sip:user07@example.org\n');
	assert.match(await complete('show', 'subscribers', '--'), /^--state$[^]*^--columns$/m);
	assert.equal(await complete('--data'), '--data-dir\n');
	assert.equal(await complete('to'), 'top\ntoken\n');
	assert.match(await complete('configure', ''), /^exclusive$[^]*^--draft$[^]*^-f$/m);
	assert.equal(await complete('watch', '5', 'show', 'gat'), 'gateways\n');
	assert.equal(await complete('health', '--color', 'a'), 'auto\nalways\n');
	assert.equal(await complete('queue', 'purge', 'x', '--older'), '--older-than\n');
	assert.equal(await complete('--to'), '--token-file\n');
	const out = execFileSync('bash', ['-c', `source ${SOURCE}/packaging/parley.bash
		COMP_WORDS=(parley --data-dir ${site.data} show gatew); COMP_CWORD=4
		_parley ${program('parley')}; echo "\${COMPREPLY[*]}"`], { encoding: 'utf8' });
	assert.equal(out, 'gateways\n');
});

test('a script can go on behind a line that fails', async () => {
	const lines = 'version\nshow nonsense\nversion\n';
	const file = site.file('script', lines);
	const stop = await site.shell(['-f', file]);
	assert.deepEqual([stop.status, stop.stdout.split('\n').length], [2, 2]);
	const go = await site.shell(['--keep-going', '-f', file]);
	assert.deepEqual([go.status, go.stdout.split('\n').length], [9, 3]);
	assert.match(go.stderr, /script:2: /);
	await fails('sh gateways\n', 2, /stdin:1: unknown word "sh" \(did you mean show\?\)/);
	await fails('configure\nse site country-code 1\n', 2, /stdin:2: unknown word "se"/);
});

/* --- how it ends -------------------------------------------------------------------------- */

const EXITS = [
	[0, 'an empty list', ['show', 'groups'], /^$/],
	[1, 'a file that is not there', ['-f', '/nonexistent'], /No such file/],
	[2, 'an unknown word', ['shwo'], /did you mean show\?/],
	[2, 'an unknown option', ['show', 'groups', '--jsno'], /did you mean --json|no option/],
	[2, 'a value that is none', ['show', 'groups', '--timeout', 'many'], /takes a number/],
	[2, 'an abbreviation', ['sh', 'groups'], /unknown word/],
	[3, 'no such object', ['subscriber', 'show', 'sip:nobody@example.org'], /no subscriber/],
	[5, 'a bad value', ['subscriber', 'add', 'nobody'], /no sip: or tel: address/],
	[6, 'what is there already', ['subscriber', 'add', 'sip:user01@example.org'], /already/],
	[7, 'no daemon', ['--socket', '/nonexistent', 'health'], /is parleyd running/],
	[9, 'a script of which a part fails', ['--keep-going', '-'], /stdin:2/, 'version\nx\n'],
	[2, 'a script of which all fails', ['--keep-going', '-'], /stdin:1/, 'x\ny\n'],
	[2, 'a line that is given whole', ['-c', 'health | mtach ok'], /did you mean match/],
];

/* proves APP-04 */
for (const [status, what, args, stderr, input] of EXITS)
	test(`${what} is exit ${status}`, async () => {
		const r = await site.shell(args, input);
		assert.equal(r.status, status, r.stdout + r.stderr);
		assert.match(r.stderr, stderr);
	});

test('who may not is exit 4, also without a name', async () => {
	const where = ['-H', `127.0.0.1:${site.admin}`, '--ca', await certificate(),
		'audit', 'export'];
	assert.equal(remote(where, { PARLEY_TOKEN: await token('four') }).status, 4);
	assert.equal(remote(where, { PARLEY_TOKEN: 'nobody' }).status, 4);
});

test('a daemon that does not answer in time is exit 8, Ctrl-C 130', async (t) => {
	const silent = path.join(site.dir, 'silent.sock');
	const server = net.createServer(() => {}).listen(silent);
	await once(server, 'listening');
	t.after(() => server.close());
	const r = spawnSync(program('parley'), ['--socket', silent, '--timeout', '1', 'health'],
		{ encoding: 'utf8', timeout: 30000 });
	assert.deepEqual([r.status, /in time/.test(r.stderr)], [8, true]);
	expect(site, ['idle', 'send "\\003"', 'want "interrupted"'],
		{ args: ['--socket', silent, 'health'], status: 130 });
	expect(site, ['idle', 'send "\\003"', 'want "parley> "', 'send "health\\r"',
		'want "health"',
		'idle', 'send "\\003"', 'want "interrupted"', 'want "parley> "', 'send "quit\\r"'],
	{ args: ['--socket', silent] });
});

test('a state is waited for, as long as it takes or --timeout allows', async () => {
	assert.equal((await site.shell(['health', '--wait', 'ok'])).status, 0);
	await site.configure(['set gateway dead kind smpp', 'set gateway dead address 127.0.0.1:1',
		'set gateway dead system-id x']);
	const late = await site.shell(['health', '--wait', 'ok', '--timeout', '1']);
	assert.equal(late.status, 8);
	assert.match(late.stderr, /not ok within 1 s/);
	const waits = site.shell(['show', 'gateways', 'dead', '--json',
		'--wait', 'disabled,drained']);
	await site.parley(['gateway', 'disable', 'dead']);
	const r = await waits;
	assert.equal(r.status, 0, r.stderr);
	assert.match(JSON.parse(r.stdout).items[0].state, /^disabled/);
	await site.configure(['delete gateway dead']);
	assert.equal((await site.shell(['show', 'roles', '--wait', 'x'])).status, 2);
	assert.equal((await site.shell(['charging', 'close', '--wait', 'x'])).status, 2);
});

test('health is exit 10 when something needs attention', async () => {
	await site.configure(['set gateway dead kind smpp', 'set gateway dead address 127.0.0.1:1',
		'set gateway dead system-id x']);
	const r = await site.shell(['health']);
	await site.configure(['delete gateway dead']);
	assert.equal(r.status, 10, r.stdout);
});

test('an audit that is not whole is exit 11', async () => {
	await site.down();
	execFileSync('sqlite3', [path.join(site.data, 'config.db'),
		'UPDATE audit SET object = "x" WHERE id = (SELECT max(id) - 3 FROM audit)']);
	await site.run();
	const r = await site.shell(['audit', 'verify']);
	assert.equal(r.status, 11, r.stdout + r.stderr);
});

test('a text of others cannot steer the terminal in any form', async () => {
	const evil = 'x\u009b31m\u202eevil';
	await site.parley(['configure', '-f', site.file('evil', 'set site country-code 7\n'),
		'--commit', '--comment', evil]);
	const words = ['show', 'configuration', 'history', '--limit', '1'];
	for (const form of [[], ['--json'], ['--csv'], ['--columns', 'comment']]) {
		const out = await site.parley([...words, ...form]);
		assert.match(out, /evil/);
		assert.ok(!/[\u007f-\u009f\u202e]/.test(out), JSON.stringify(out));
	}
	assert.equal((await site.items(...words))[0].comment, evil, 'programs get what it is');
});

// The shell for those who watch and write scripts: what a plugin is told, what
// pictures do not show, what is said beside an answer.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { Site, program } = require('./lib/site.js');
const { expect } = require('./lib/expect.js');
const { until } = require('./lib/until.js');

const ALICE = 'sip:alice@example.org', BOB = 'sip:bob@example.org';
const NUMBER = '+358501234567';
let site;

before(async () => {
	site = await Site.start({ listeners: [], people: [[ALICE, 'x', `tel:${NUMBER}`],
		[BOB, 'y']] });
});

after(async () => {
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

const smsc = (name, ...more) => ['kind smpp', 'address 127.0.0.1:1', 'system-id x', ...more]
	.map((l) => `set gateway ${name} ${l}`);

async function fails(lines, status, stderr) {
	const r = await site.shell(['-'], lines);
	assert.equal(r.status, status, r.stderr);
	assert.match(r.stderr, stderr);
}

/* --- plugins ---------------------------------------------------------------------- */

const nagios = (...args) => site.shell(['health', '--nagios', ...args]);

/* proves APP-04 */
test('health is told to a plugin in one line, and 0 to 3', async () => {
	const well = await nagios('--check', 'gateways');
	assert.equal(well.status, 0);
	assert.match(well.stdout, /^PARLEY OK - all is well \| ok=1 warn=0 critical=0\n$/);
	await site.configure(['set gateway dead kind smpp',
		'set gateway dead address 127.0.0.1:1', 'set gateway dead system-id x']);
	await site.parley(['health', '--check', 'gateways', '--wait', 'critical,warn'], '', 10);
	const bad = await nagios();
	assert.equal(bad.status, 1, bad.stdout);
	const [first, ...more] = bad.stdout.trim().split('\n');
	assert.match(first, /^PARLEY WARNING - .*gateways: [^|]*dead[^|]* \| ok=\d+ warn=\d+ c/);
	assert.match(more.join('\n'), /^gateways is warn: \S/m);
	assert.equal(bad.stderr, '');
	assert.equal((await nagios('--check', 'disk', '--check', 'gateways')).status, 1);
	await site.configure(['delete gateway dead']);
});

test('whatever keeps a plugin from looking is unknown, and said where it is read', async () => {
	for (const [args, why] of [
		[['health', '--nagios', '--check', 'gateway'], /no check.*did you mean gateways/],
		[['health', '--nagios', '--chekc', 'x'], /usage: health --nagios/],
		[['--socket', '/nonexistent', 'health', '--nagios'], /is parleyd running/],
	]) {
		const r = await site.shell(args);
		assert.deepEqual([r.status, r.stderr], [3, '']);
		assert.match(r.stdout, /^PARLEY UNKNOWN - .*\n$/);
		assert.match(r.stdout, why);
	}
	const far = spawnSync(program('parley'), ['-H', 'https://127.0.0.1:1', 'health',
		'--nagios'], { encoding: 'utf8', timeout: 60000,
		env: { ...process.env, PARLEY_TOKEN: 'x' } });
	assert.equal(far.status, 3);
	await fails('show groups --nagios\n', 2, /--nagios is for health alone/);
});

test('one check is looked at alone, by its name', async () => {
	const rows = await site.items('health', '--check', 'gateways', '--check', 'disk');
	assert.deepEqual(rows.map((r) => r.check).sort(), ['disk', 'gateways']);
	const r = await site.shell(['health', '--check', 'gatways']);
	assert.equal(r.status, 3);
	assert.match(r.stderr, /did you mean gateways/);
	expect(site, ['want "parley> "', 'send "health --check gatew\\t"', 'want "ays"',
		'send "\\r"', 'want "gateways"', 'want "parley> "', 'send "health --n?"',
		'want "plugins of"', 'send "\\025quit\\r"']);
});

/* --- pictures --------------------------------------------------------------------- */

const SHOWN = /\+358501234567|alice@|bob@/;

/* proves APP-04 */
test('with --mask no form of an answer has a number or an address', async () => {
	for (const form of [[], ['--json'], ['--jsonl'], ['--csv']]) {
		const r = await site.parley(['show', 'subscribers', '--mask', ...form]);
		assert.ok(!SHOWN.test(r), r);
		assert.match(r, /sip:a••••@example\.org/);
		assert.match(r, /tel:\+358•••••••67/);
	}
	const explained = await site.parley(['explain', '--from', ALICE, '--to', BOB, '--mask']);
	assert.ok(!SHOWN.test(explained), explained);
	assert.match(explained, /sip:b••@example\.org/);
	const r = await site.shell(['--mask', 'subscriber', 'show', 'sip:carol@example.org']);
	assert.equal(r.status, 3);
	assert.match(r.stderr, /sip:c••••@example\.org/);
	const json = await site.shell(['subscriber', 'show', 'sip:carol@example.org', '--mask',
		'--json']);
	assert.ok(!/carol@/.test(json.stdout + json.stderr), json.stderr);
	const exported = await site.parley(['audit', 'export', '--mask']);
	assert.ok(!SHOWN.test(exported), exported);
});

test('--mask before the command is for a whole session, and ends with it', async () => {
	const out = expect(site, ['want "parley> "', 'send "show subscribers\\r"', 'want "sip:b"',
		'want "parley> "', 'send "watch 1 show subscribers --timeout 1\\r"', 'want "sip:b"',
		'want "parley> "', 'send "quit\\r"'], { args: ['--mask'] });
	assert.ok(!SHOWN.test(out), out);
	const lines = (await site.parley(['-'], 'show subscribers --mask | match sip:b\n' +
		'show subscribers | match sip:b\n')).split('\n');
	assert.match(lines[1], /^sip:b••@/);
	assert.match(lines[3], /^sip:bob@/);
	let over = false, i = 0;
	const seen = site.shell(['-'], 'monitor audit --mask | match "subscriber add" | first 1\n')
		.finally(() => { over = true; });
	await until('one was seen', async () => {
		await site.parley(['subscriber', 'add', `sip:carol${++i}@example.org`]);
		return over;
	});
	assert.match((await seen).stdout, /subscriber add, sip:c•••••+@example\.org/);
});

/* --- one message ------------------------------------------------------------------- */

test('the trace of a message is followed from its first step on', async () => {
	await site.parley(['test', 'message', '--from', ALICE, '--to', BOB, '--text', 'a']);
	const id = (await site.items('show', 'messages', '--limit', '1'))[0].id;
	// the newest now stays the one that is followed
	const seen = site.shell(['-'], 'trace last --follow --timeout 60 | match expunge|cancel|' +
		'delete|purge|remov | first 1\n');
	const json = site.shell(['-'], `trace ${id} --follow --json | first 1\n`);
	const shown = await site.shell(['trace', id, '--follow', '--timeout', '2']);
	assert.match(shown.stdout, /^\d\d:\d\d:\d\d\.\d{3} \S.*: \S/m);
	assert.equal(shown.stdout.trim().split('\n').length,
		JSON.parse(await site.parley(['trace', id, '--json'])).items.length);
	const event = JSON.parse((await json).stdout);
	assert.equal(event.event, 'trace');
	assert.ok(event.data.items.length);
	await site.parley(['queue', 'purge', BOB, '--expect', '1', '--yes']);
	const end = await seen;
	assert.equal(end.stdout.trim().split('\n').length, 1, end.stdout + end.stderr);
	await fails('trace --follow\n', 2, /usage: trace ID --follow/);
	expect(site, ['want "parley> "', 'send "trace last --fol\\t"', 'want "low"',
		'send "\\r"', 'want "(q ends)"', 'want ": "', 'idle', 'send "q"',
		'want "parley> "', 'send "quit\\r"']);
});

/* --- subscribers as a file -------------------------------------------------------- */

/* proves APP-04 */
test('what subscriber export writes, subscriber import takes back identically', async () => {
	await site.parley(['subscriber', 'import', site.file('odd.csv',
		'address,name,class,password,aliases\r\n' +
		`sip:odd1@example.org,"=1+1, ""x""",vip,geheim,'+15550001 tel:+15550002\r\n` +
		"'+15550003,'@home,,,\r\n")]);
	await site.parley(['subscriber', 'suspend', '+15550003']);
	const all = await site.parley(['subscriber', 'export']);
	assert.match(all, /^address,name,class,password,aliases\r\n/);
	assert.ok(all.includes(`sip:odd1@example.org,"'=1+1, ""x""",vip,,'+15550001 tel:+15550002` +
		"\r\n"), all);
	assert.ok(all.includes("'+15550003,'@home,standard,,\r\n"), all);
	assert.ok(!/geheim/.test(all));
	const file = site.file('all.csv', all);
	const rows = await site.items('show', 'subscribers', '--limit', '500');
	await site.parley(['subscriber', 'import', file]);
	assert.equal(await site.parley(['subscriber', 'export']), all);
	assert.deepEqual(await site.items('show', 'subscribers', '--limit', '500'), rows,
		'passwords and states stay too');
	const other = await Site.start({ listeners: [] });
	try {
		await other.parley(['subscriber', 'import', file]);
		assert.equal(await other.parley(['subscriber', 'export']), all);
	} finally {
		assert.equal(await other.stop(), 0);
	}
	const lines = async (...args) => (await site.parley(['subscriber', 'export', ...args]))
		.trim().split('\r\n').length - 1;
	assert.deepEqual([await lines('sip:odd'), await lines('--class', 'vip'),
		await lines('--state', 'suspended'), await lines('sip:nobody')], [1, 1, 1, 0]);
	assert.equal((await site.shell(['subscriber', 'export', '--state', 'x'])).status, 5);
});

/* --- what would be ---------------------------------------------------------------- */

/* proves APP-04 */
test('explain answers by a draft, and leaves nothing of it behind', async () => {
	await site.configure([...smsc('g1'), 'set route r to tel:+1*', 'set route r via g1']);
	const why = (...more) => site.parley(['explain', '--from', ALICE, '--to',
		'tel:+15550109999', ...more]);
	const now = await why();
	assert.match(now, /through gateway g1 /);
	await site.parley(['-'], ['configure --draft plan', ...smsc('g2'),
		'insert route r via g2 first', 'set route x to tel:+1555010*',
		'set route x via g2', 'exit', ''].join('\n'));
	const then = await why('--draft', 'plan');
	assert.match(then, /^by draft plan, which is not in force\n\n/);
	assert.match(then, /route x \(tel:\+1555010\*\) is the longest match/);
	assert.match(then, /through gateway g2 /);
	assert.match(await why('--draft', 'plan', '--assume', 'gateway:g2:down'), /gateway g2 /);
	assert.equal(await why(), now);
	assert.equal((await site.items('show', 'gateways')).length, 1);
	const none = await site.shell(['explain', '--from', ALICE, '--to', BOB, '--draft', 'x']);
	assert.deepEqual([none.status, /you have no draft "x"/.test(none.stderr)], [3, true]);
	await site.parley(['-'], 'configure --draft plan\nset policy screening anonymous ' +
		'refused\nexit\n');
	const anonymous = ['explain', '--from', ALICE, '--to', BOB, '--assume', 'anonymous'];
	assert.match(await site.parley([...anonymous, '--draft', 'plan']), /^refused: /m);
	assert.doesNotMatch(await site.parley(anonymous), /^refused: /m);
	await site.parley(['configuration', 'draft', 'discard', 'plan']);
	await site.configure(['delete route r', 'delete gateway g1']);
});

test('explain answers as of another time of the day', async () => {
	await site.configure(['set policy screening time-zone utc']);
	await site.parley(['screening', 'dnd', 'set', BOB, '22:00-07:00']);
	const at = (when) => site.shell(['explain', '--from', ALICE, '--to', BOB, '--at', when]);
	const quiet = /not to be disturbed|disturb|quiet/i;
	const night = await at('22:00'), day = await at('21:59');
	assert.match(night.stdout, /^at 22:00\n\n/);
	assert.match(night.stdout, quiet);
	assert.match(day.stdout, /^at 21:59\n\n/);
	assert.doesNotMatch(day.stdout, quiet);
	assert.match((await at('2026-11-20T06:59Z')).stdout, quiet);
	assert.doesNotMatch((await at('2026-11-20T07:00Z')).stdout, quiet);
	for (const bad of ['24:00', '7:00', '12:60', 'noon', '12:3x'])
		assert.equal((await at(bad)).status, 5, bad);
	await site.parley(['screening', 'dnd', 'clear', BOB]);
	await site.configure(['delete policy screening time-zone']);
});

/* --- settings --------------------------------------------------------------------- */

/* proves APP-04 */
test('a gateway is put into the list of a route at its place', async () => {
	await site.configure([...smsc('g1'), ...smsc('g2'), ...smsc('g3'),
		'set route r to tel:+1*', 'set route r via g1,g2']);
	const out = await site.parley(['-'], 'configure\ninsert route r via g3 before g2\n' +
		'show route r via\nedit route r\ninsert via g2 first\ninsert via g1 last\n' +
		'show via\ncommit\nexit\n');
	assert.match(out, /^set route r via g1,g3,g2\nset route r via g2,g3,g1\n/);
	await fails('configure\ninsert route r via g3 before g9\n', 5, /has no "g9".*g2,g3,g1/);
	await fails('configure\ninsert route r before s\n', 5, /no setting "before"/);
	expect(site, ['want "parley> "', 'send "configure\\r"', 'want "# "',
		'send "ins route r via g1 ?"', 'want "before"', 'want "last"',
		'send "bef\\t"', 'want "ore "', 'send "?"', 'want "g3"', 'send "g3\\r"',
		'want "(config)*# "', 'send "compare\\r"', 'want "g2,g1,g3"',
		'send "exit discard\\r"', 'want "parley> "', 'send "quit\\r"']);
});

test('a copy of a gateway has no password, and the shell says so', async () => {
	await site.configure([`set gateway g1 password @${site.file('pw', 'geheim\n')}`]);
	const r = await site.shell(['-'], 'configure\ncopy gateway g1 g4\nshow gateway g4\n' +
		'exit discard\n');
	assert.equal(r.status, 0, r.stderr);
	assert.match(r.stderr, /^password is not copied.*: set gateway g4 password\n$/);
	assert.match(r.stdout, /^set gateway g4 system-id x$/m);
	assert.ok(!/password/.test(r.stdout), r.stdout);
	await site.configure(['delete route r', ...['g1', 'g2', 'g3'].map((g) =>
		`delete gateway ${g}`)]);
});

/* --- beside an answer ------------------------------------------------------------- */

test('--quiet keeps to the answer: no hints, no counts, no more rows', async () => {
	const loud = await site.shell(['show', 'subscribers', '--limit', '1']);
	assert.match(loud.stderr, /more rows/);
	const quiet = await site.shell(['show', 'subscribers', '--limit', '1', '--quiet']);
	assert.deepEqual([quiet.stdout, quiet.stderr], [loud.stdout, '']);
	const file = path.join(site.dir, 'saved');
	for (const [args, said] of [[[], /lines are in/], [['--quiet'], /^$/]])
		assert.match((await site.shell([...args, '-'], `show groups | save ${file}\n`))
			.stderr, said);
	expect(site, ['never "no groups yet" "parley> "', 'send "show groups\\r"',
		'never "no groups yet" "parley> "', 'send "quit\\r"'], { args: ['--quiet'] });
	const r = await site.shell(['--quiet', 'configure', '-f', '-'],
		'set site country-code 1\n');
	assert.equal(r.stderr, '');
	await fails('shwo --quiet\n', 2, /did you mean show\?/);
});

test('who saves as elsewhere is told that there is nothing to save', async () => {
	const running = (await site.items('show', 'configuration', 'history'))[0].revision;
	for (const word of ['save', 'write', 'persist', 'write memory']) {
		const r = await site.shell(['-'], `${word}\n`);
		assert.deepEqual([r.status, r.stdout], [0,
			`nothing to save: revision ${running} is already on disk\n`]);
	}
});

test('--watch shows anew in place, for programs a document each time', async () => {
	const out = expect(site, ['want "show gateways"', 'want "Ctrl-C ends"', 'idle',
		'want "every 1 s"', 'idle', 'send "\\003"'],
	{ args: ['show', 'gateways', '--watch', '1'], rows: 30 });
	assert.ok(out.split('\x1b[H\x1b[J').length >= 3, 'it draws over what was there');
	const lines = (await site.parley(['show', 'subscribers', '--watch', '1', '--timeout', '3']))
		.trim().split('\n').map((l) => JSON.parse(l));
	assert.ok(lines.length >= 2);
	assert.ok(lines.every((l) => l.items.length >= 2));
});

test('monitor work tells of long operations', async () => {
	let over = false;
	const seen = site.shell(['-'], 'monitor work | match purge | first 1\n')
		.finally(() => { over = true; });
	await until('one was seen', async () => {
		await site.parley(['test', 'message', '--from', ALICE, '--to', BOB, '--text', 'x']);
		await site.parley(['queue', 'purge', BOB, '--expect', '1', '--yes']);
		return over;
	});
	assert.match((await seen).stdout, /^\d\d:\d\d:\d\d work \d+: \w+ \(.*purge/);
});

// The shell as a place to work in: filters, pager, notices, monitor,
// completion.  In a real terminal where it needs one.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const { Site, program } = require('./lib/site.js');
const { expect } = require('./lib/expect.js');

const PEOPLE = 40;
const SOURCE = path.resolve(__dirname, '../..');
let site;

before(async () => {
	site = await Site.start({ listeners: [], people: Array.from({ length: PEOPLE },
		(_, i) => [`sip:user${String(i).padStart(2, '0')}@example.org`, 'x']) });
});

after(async () => {
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

const script = (line) => site.parley(['-'], line + '\n');

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
		commit(['set site country-code 44'], '--revert-in', '2s'),
		'want "*** revision"', 'want "will be undone in"',
		'want "\\[confirm"', 'want "show subscr"', 'want "was undone"',
		'want "parley> show subscr"', 'send "ibers --limit 1\\r"', 'want "ADDRESS"',
		'want "parley> "', 'send "quit\\r"']);
});

test('a gateway that is down is told at once, in as many rows as it takes', () => {
	const file = site.file('dead', 'set gateway dead kind smpp\n' +
		'set gateway dead address 127.0.0.1:1\nset gateway dead system-id x\n');
	expect(site, ['want "parley> "', 'send "version"', 'want "version"',
		'send [string repeat "x" 120]', 'want "xxxx"',
		`exec ${program('parley')} --data-dir ${site.data} configure -f ${file} --commit`,
		'want "*** "', 'want "gateway dead: down"', 'want "parley> version"',
		'send "\\025quit\\r"']);
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
	let done;
	Promise.all([first, log]).then(() => { done = true; });
	for (let code = 50; !done; code++)
		await site.configure([`set site country-code ${code % 2 ? 51 : 52}`]);
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
	await site.run();
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

test('a text of others cannot steer the terminal in any form', async () => {
	const evil = 'x\u009b31m\u202eevil\u007f';
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

// The shell as a place to work in: filters, pager, notices, monitor,
// completion.  In a real terminal where it needs one.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { Site } = require('./lib/site.js');
const { expect } = require('./lib/expect.js');

const PEOPLE = 40;
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

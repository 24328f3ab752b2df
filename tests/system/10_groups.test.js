// Pre-defined groups: one address, a message for each member.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { Site } = require('./lib/site.js');
const { Sim, gateway } = require('./lib/sim.js');
const { Client, taken } = require('./lib/client.js');
const { cpim } = require('./lib/cpim.js');
const { until } = require('./lib/until.js');

const ALICE = 'sip:+15550100001@example.org';
const BOB = 'sip:+15550100002@example.org';
const CAROL = 'sip:+15550100003@example.org';
const DAVE = '+17770000004';
const TEAM = 'sip:team@example.org';
const CROWD = 'sip:crowd@example.org';

// Members of the crowd: 0 is the sender; the last one's key is the greatest.
const MANY = 1000;
const one = (i) => `sip:+1556${String(i).padStart(7, '0')}@example.org`;

let site, sim, alice, tablet, bob;

before(async () => {
	sim = new Sim();
	const port = await sim.smsc('s1');
	sim.write(`phone start ${DAVE} smsc s1`);
	const crowd = Array.from({ length: MANY }, (_, i) => [one(i), 'many']);
	site = await Site.start({ people: [[ALICE, 'alice'], [BOB, 'bob'],
		[CAROL, 'carol'], ...crowd] });
	await site.configure(gateway('smsc1', port, site));
	await sim.wait({ event: 'bind', status: '0x00000000' });
	await site.parley(['group', 'add', TEAM, '--subject', 'The team',
		'--copy-to-sender', 'on']);
	for (const member of [ALICE, BOB, CAROL, `tel:${DAVE}`])
		await site.parley(['group', 'member', 'add', TEAM, member]);
	await site.parley(['group', 'add', CROWD]);
	await site.parley(['group', 'import', site.file('crowd.csv', 'group,member\n' +
		crowd.map(([a]) => `${CROWD},${a}\n`).join(''))]);
	alice = await Client.open(site, ALICE, 'alice',
		{ transport: 'tcp', instance: 'urn:uuid:a1' });
	tablet = await Client.open(site, ALICE, 'alice',
		{ transport: 'tcp', instance: 'urn:uuid:a2' });
	bob = await Client.open(site, BOB, 'bob');
	for (const c of [alice, tablet, bob])
		assert.equal((await c.register()).status, 200);
});

after(async () => {
	for (const c of [alice, tablet, bob])
		c.end();
	await sim.end();
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

// A client that is registered, for one test.
async function member(t, aor, password, options) {
	const c = await Client.open(site, aor, password, options);
	t.after(() => c.end());
	assert.equal((await c.register()).status, 200);
	return c;
}

// To whom this sender's messages go, each leg by itself.
async function recipients(sender) {
	const all = [];
	for (let cursor = []; cursor;) {
		const page = await site.json(['show', 'messages', '--from', sender,
			'--limit', '500', ...cursor]);
		all.push(...page.items.map((l) => l.to));
		cursor = page.next ? ['--cursor', page.next] : null;
	}
	return all;
}

/* proves DEF-03 FLOW-3 MSG-01 MSG-05 MSG-08 */
test('a message to a group reaches devices, an offline member and a phone', async (t) => {
	const answer = await alice.message(TEAM, 'Lunch?',
		{ messageId: 'g1', wants: 'positive-delivery, negative-delivery' });
	assert.equal(answer.status, 200, 'the group answers itself');
	const got = await bob.got('Lunch?');
	assert.match(got.get('p-asserted-identity'), /\+15550100001/, 'from the sender');
	assert.match(got.body.toString(), /To: <sip:team@example\.org>/, 'byte for byte');
	const sms = await sim.wait({ event: 'sms', text: 'Lunch?' });
	assert.equal(sms.from, '15550100001');
	await alice.gotReport('g1', 'delivered');	// by the receipt
	const carol = await member(t, CAROL, 'carol');
	await carol.got('Lunch?');
	taken(await bob.report(ALICE, 'g1', 'delivered'));
	await alice.gotReport('g1', 'delivered');
	taken(await carol.report(ALICE, 'g1', 'delivered'));
	await alice.gotReport('g1', 'delivered');
	taken(await carol.report(ALICE, 'g1', 'delivered'));	// again
	assert.equal((await site.json(['show', 'message', 'g1'])).to, TEAM);
});

/* proves DEF-03 MLD-018 */
test("the sender's other device has a copy, the one that sent has none", async () => {
	await tablet.got('Lunch?');
	assert.equal((await bob.message(ALICE, 'after lunch')).status, 200);
	await alice.got('after lunch');
	assert.equal(alice.texts('Lunch?').length, 0);
	assert.equal(tablet.texts('Lunch?').length, 1);
	assert.deepEqual(alice.reports('g1'), ['delivered', 'delivered', 'delivered']);
});

/* proves DEF-03 MSG-05 */
test('who is no member may not send, and a suspended group takes nothing', async (t) => {
	const mallory = await Client.open(site, one(1), 'many');
	t.after(() => mallory.end());
	const answer = await mallory.message(TEAM, 'buy this');
	assert.equal(answer.status, 403);
	assert.match(answer.get('warning'), /127 Service not authorised/);
	await site.parley(['group', 'set', TEAM, '--state', 'suspended']);
	assert.equal((await alice.message(TEAM, 'anybody?')).status, 403);
	await site.parley(['group', 'set', TEAM, '--state', 'active']);
	const why = await site.parley(['explain', '--from', one(1), '--to', TEAM]);
	assert.match(why, /may not send: only its members may/);
	assert.match(await site.parley(['explain', '--from', ALICE, '--to', TEAM]),
		/leg 1: port group, to sip:team@example\.org/);
});

/* proves MSG-06 DEF-03 */
test('a phone that is a member writes to a group that has a number', async () => {
	await site.parley(['group', 'add', 'tel:+15550199000', '--who-may-send', 'members']);
	for (const member of [BOB, `tel:${DAVE}`])
		await site.parley(['group', 'member', 'add', 'tel:+15550199000', member]);
	sim.mo('s1', DAVE, '+15550199000', 'from the phone');
	const got = await bob.got('from the phone');
	assert.match(got.get('p-asserted-identity'), new RegExp(`\\${DAVE}`));
	sim.mo('s1', '+17770009999', '+15550199000', 'from a stranger');
	await site.log(/message not taken .*from=tel:\+17770009999 .*why=UNAUTHORISED/);
});

// A body with a list (RFC 5365) and a CPIM, in either order.
function list(recipients, cpimBody, listFirst) {
	const parts = ['Content-Type: message/cpim\r\n\r\n' + cpimBody,
		'Content-Type: application/resource-lists+xml\r\n' +
		'Content-Disposition: recipient-list\r\n\r\n' +
		'<?xml version="1.0" encoding="UTF-8"?>\r\n' +
		'<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"\r\n' +
		' xmlns:cp="urn:ietf:params:xml:ns:copycontrol"><list>\r\n' +
		recipients.map((r) => `<entry uri="${r}" cp:copyControl="bcc"/>`)
			.join('\r\n') + '</list></resource-lists>'];
	if (listFirst)
		parts.reverse();
	return parts.map((p) => `--li5t\r\n${p}\r\n`).join('') + '--li5t--\r\n';
}
const listHeaders = { Require: 'recipient-list-message',
	'Content-Type': 'multipart/mixed; boundary="li5t"' };

/* proves MSG-08 */
test('a message with a list reaches each on it once, and shows nobody the list', async () => {
	const to = 'sip:exploder@example.org';
	for (const [n, first] of [[1, true], [2, false]]) {
		const text = `To some of you ${n}`;
		const body = list(['tel:+1-555-010-0002', BOB, ALICE, TEAM, `tel:${DAVE}`],
			cpim({ from: ALICE, to, text, messageId: `list${n}`,
				wants: 'positive-delivery' }), first);
		const answer = await alice.message(to, '', { body, headers: listHeaders });
		assert.equal(answer.status, 202, answer.text);
		const got = await bob.got(text);
		assert.match(got.get('content-type'), /^message\/cpim/);
		assert.doesNotMatch(got.body.toString(), /resource-lists|copyControl/);
		await sim.wait({ event: 'sms', text });
		await alice.gotReport(`list${n}`, 'delivered');
		assert.equal(bob.texts(text).length, 1, 'also by the group once');
		assert.equal(alice.texts(text).length, 0);
	}
});

/* proves MSG-08 */
test('recipients see those whom the sender marked to or cc, if the site wants it', async () => {
	await site.configure(['set policy group list-history on']);
	const to = 'sip:exploder@example.org', text = 'All of you may know';
	const entry = (uri, copy, more = '') =>
		`<entry uri="${uri}" cp:copyControl="${copy}"${more}/>`;
	const body = list([], cpim({ from: ALICE, to, text, messageId: 'shown',
		wants: 'negative-delivery' }), true)
		.replace('<list>', '<list>' + entry(BOB, 'to') + entry(CAROL, 'cc') +
			entry('sip:ghost@elsewhere.example', 'cc', ' cp:anonymize="true"') +
			entry(`tel:${DAVE}`, 'bcc'));
	assert.equal((await alice.message(to, '', { body, headers: listHeaders })).status, 202);
	const got = await bob.got(text);
	assert.match(got.get('content-type'), /^multipart\/mixed/);
	const shown = got.body.toString();
	assert.match(shown, /Content-Disposition: recipient-list-history/);
	assert.match(shown, new RegExp(`uri="${BOB.replace('+', '\\+')}" cp:copyControl="to"`));
	assert.ok(shown.includes('uri="sip:anonymous@anonymous.invalid" ' +
		'cp:copyControl="cc" cp:count="1"'));
	assert.doesNotMatch(shown, new RegExp(`ghost|${DAVE.slice(1)}`));
	await sim.wait({ event: 'sms', text });		// the text alone
	await alice.gotReport('shown', 'failed');		// of the ghost
	await site.configure(['set policy group list-history off']);
});

/* proves MSG-08 */
test('a list that is wrong or too long is refused', async () => {
	const body = (recipients) => list(recipients,
		cpim({ from: ALICE, to: BOB, text: 'x' }), true);
	const eleven = Array.from({ length: 11 }, (_, i) => one(i));
	for (const [what, status] of [[body(eleven), 413], [body([]), 400],
		[body(['tel:nonsense']), 400], ['no parts', 400]]) {
		const answer = await alice.message(BOB, '', { body: what, headers: listHeaders });
		assert.equal(answer.status, status, answer.text);
	}
	const plain = await alice.request('MESSAGE', BOB, { body: 'x', headers: {
		Require: 'recipient-list-message', 'Content-Type': 'text/plain' } });
	assert.equal(plain.status, 415);
});

/* proves DEF-03 MSG-05 */
test('a group of 1,000, most of them offline, is served once over a kill', async (t) => {
	const sender = await member(t, one(0), 'many', { instance: 'urn:uuid:s' });
	const first = await member(t, one(1), 'many');
	const last = await member(t, one(MANY - 1), 'many');
	const answer = await sender.message(CROWD, 'All hands', { messageId: 'g1000' });
	assert.equal(answer.status, 200);
	await site.restart('SIGKILL');
	await first.got('All hands');
	await last.got('All hands');
	await site.parley(['health']);
	const members = (await recipients(one(0))).filter((to) => to !== CROWD);
	assert.equal(members.length, MANY - 1, 'one message for each but the sender');
	assert.equal(new Set(members).size, MANY - 1, 'and nobody twice');
	const late = await member(t, one(500), 'many');
	await late.got('All hands');
	assert.equal(sender.texts('All hands').length, 0);
});

/* --- many members at once ---------------------------------------------------------- */

const LINES = 90000;

async function importMany(group) {
	await site.parley(['group', 'add', group, '--max-size', '100000']);
	const file = 'group,member\n' + Array.from({ length: LINES },
		(_, i) => `${group},tel:+1888${String(i).padStart(7, '0')}\n`).join('');
	const r = await site.call('POST', '/api/v1/groups/import', { file });
	assert.equal(r.status, 200, r.text);
	const { id } = r.json;
	const job = async () => (await site.get(`/api/v1/jobs/${id}`)).json;
	await until('some lines are written', async () => (await job()).done > 0);
	return { id, job, file };
}

const size = async (group) => (await site.get(
	`/api/v1/groups/${encodeURIComponent(group)}`))
	.json.members;

test('an import of members that is cancelled keeps what was written', async () => {
	const { id, job } = await importMany('sip:half@example.org');
	await site.parley(['job', 'cancel', `${id}`]);
	await until('it has ended', async () => (await job()).state !== 'running');
	const end = await job();
	assert.equal(end.state, 'cancelled');
	assert.ok(end.done > 0 && end.done < LINES && end.done % 500 === 0, `${end.done}`);
	assert.equal(end.added, end.done);
	assert.match(end.why, new RegExp(`^${end.done} of ${LINES} lines were imported, and stay`));
	assert.equal(await size('sip:half@example.org'), end.done);
});

test('an import that the end of the daemon cuts short is told by the next one', async () => {
	const group = 'sip:cut@example.org';
	const { id, job, file } = await importMany(group);
	await site.restart('SIGKILL');
	const end = await job();
	assert.equal(end.state, 'interrupted');
	assert.equal(end.kind, 'group-import');
	assert.match(end.why, /stay: import the same file again/);
	assert.ok((await site.items('show', 'jobs')).some((j) => j.id === id));
	const members = await size(group);
	assert.ok(members > 0 && members < LINES && members % 500 === 0, `${members}`);
	await site.parley(['group', 'import', site.file('again.csv', file)]);
	assert.equal(await size(group), LINES, 'the same file again does the rest');
	await site.restart();
	assert.equal((await job()).state, 'interrupted', 'also after one more start');
});

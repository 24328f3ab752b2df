// Screening: who is blocked, spam and its folder, quiet times, floods.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { Site } = require('./lib/site.js');
const { Client, taken } = require('./lib/client.js');
const { id } = require('./lib/sipmsg.js');

const aor = (n) => `sip:+1555010${String(n).padStart(4, '0')}@example.org`;
const tel = (n) => `tel:+1555010${String(n).padStart(4, '0')}`;
const password = (n) => `secret${n}`;
const ALICE = aor(1), BOB = aor(2), CAROL = aor(3);

let site, alice, bob, carol;
const open = [];

async function online(n) {
	const c = await Client.open(site, aor(n), password(n));
	open.push(c);
	assert.equal((await c.register()).status, 200);
	return c;
}

const screen = (...args) => site.parley(['screening', ...args]);
const spam = () => site.items('spam', 'show');

before(async () => {
	site = await Site.start({ config: ['set policy delivery answer-wait 2s',
		'set policy screening time-zone utc'],
	people: Array.from({ length: 9 }, (_, i) => [aor(i + 1), password(i + 1)]) });
	alice = await online(1);
	bob = await online(2);
	carol = await online(3);
	// what registered a moment ago may count as offline for an instant
	for (const c of [bob, carol])
		await alice.message(c.aor, 'warm').then(() => c.got('warm'));
});

after(async () => {
	open.forEach((c) => c.end());
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

/* proves DEF-06 */
test('a blocked sender is refused with 403, counted, logged and explained', async () => {
	await screen('block', 'add', tel(1), '--subscriber', BOB);
	const mark = site.mark();
	const answer = await alice.message(BOB, 'unwanted');
	assert.equal(answer.status, 403);
	assert.match(answer.get('warning'), /127 Service not authorised/);
	assert.equal(await site.metric('parley_screened_total{effect="refused"}'), 1);
	await site.log(/screened from=tel:\+15550100001 to=tel:\+15550100002 why=rule/, mark);
	const why = await site.parley(['explain', '--from', ALICE, '--to', BOB]);
	assert.match(why, /screening +rule tel:\+15550100001 of the recipient: refused/);
	assert.match(why, /refused: barred by policy \(SIP 403\)/);
	taken(await alice.message(CAROL, 'others get it'));
	await carol.got('others get it');
	await screen('block', 'remove', tel(1), '--subscriber', BOB);
	taken(await alice.message(BOB, 'wanted again'));
	await bob.got('wanted again');
	assert.equal(bob.texts('unwanted').length, 0);
});

/* proves DEF-06 */
test('spam is answered and reported like any message, and kept', async () => {
	await screen('block', 'add', 'tel:+1555*', '--effect', 'silent');
	const messageId = id();
	taken(await alice.message(BOB, 'cheap watches', { messageId,
		wants: 'positive-delivery, display' }));
	await alice.gotReport(messageId, 'delivered');
	const [kept] = await spam();
	assert.equal(kept.from, tel(1));
	assert.equal(kept.to, tel(2));
	assert.equal(kept.state, 'spam');
	assert.deepEqual((await site.items('show', 'messages', '--state', 'spam'))
		.map((m) => m.id), [kept.id]);

	await screen('allow', 'add', tel(1), '--subscriber', CAROL);
	taken(await alice.message(CAROL, 'from a friend'));
	await carol.got('from a friend');

	assert.equal(bob.texts('cheap watches').length, 0);
	await site.parley(['spam', 'release', kept.id]);
	await bob.got('cheap watches');
	assert.equal((await bob.report(ALICE, messageId, 'delivered')).status, 200);
	assert.equal((await bob.report(ALICE, messageId, 'displayed')).status, 200);
	await alice.gotReport(messageId, 'displayed');
	assert.deepEqual(alice.reports(messageId), ['delivered', 'displayed']);
	assert.deepEqual(await spam(), []);
	await site.parley(['spam', 'release', kept.id], '', 3);
});

/* proves DEF-06 */
test('spam outlives a kill, is thrown away, and all is in the audit', async () => {
	taken(await alice.message(BOB, 'more watches'));
	assert.equal((await spam()).length, 1);
	await site.restart('SIGKILL');
	const [kept] = await spam();
	assert.equal(kept.from, tel(1));
	await site.parley(['spam', 'delete', kept.id, '--yes']);
	assert.deepEqual(await spam(), []);
	await screen('block', 'remove', 'tel:+1555*');
	const actions = (await site.items('show', 'audit')).map((a) => a.action);
	for (const action of ['spam delete', 'spam release', 'screening block add',
		'screening block remove', 'screening allow add'])
		assert.ok(actions.includes(action), `${action} in ${actions}`);
});

/* proves DEF-06 */
test('who will not have anonymous messages gets none', async () => {
	await screen('anonymous', BOB, 'refused');
	const answer = await alice.message(BOB, 'guess who', { headers: { Privacy: 'id' } });
	assert.equal(answer.status, 433);
	assert.match(answer.get('warning'), /121 Anonymity not allowed/);
	taken(await alice.message(CAROL, 'guess me', { headers: { Privacy: 'id' } }));
	await carol.got('guess me');
	await screen('anonymous', BOB, 'site');
});

/* proves DEF-08 */
test('a subscriber who is not to be disturbed gets reports, and messages later', async () => {
	const messageId = id();
	taken(await bob.message(ALICE, 'before the night', { messageId,
		wants: 'positive-delivery' }));
	await alice.got('before the night');
	await screen('dnd', 'set', BOB, '00:00-12:00,12:00-24:00');
	assert.match(await site.parley(['explain', '--from', ALICE, '--to', BOB]),
		/waits on disk: \S+ is not to be disturbed/);
	assert.equal((await alice.message(BOB, 'first')).status, 202);
	assert.equal((await alice.message(BOB, 'second')).status, 202);
	assert.equal((await alice.report(BOB, messageId, 'delivered')).status, 200);
	await bob.gotReport(messageId, 'delivered');
	await bob.register();
	assert.deepEqual((await site.items('show', 'messages', '--reason', 'QUIET'))
		.map((m) => m.state), ['held', 'held']);
	await site.restart('SIGKILL');
	assert.equal(bob.texts('first').length, 0);
	await screen('dnd', 'clear', BOB);
	await bob.got('second');
	assert.deepEqual(bob.texts('').map((m) => /(first|second)$/.exec(m.body)?.[1])
		.filter(Boolean), ['first', 'second']);
});

/* proves DEF-06 */
test('a flood from one subscriber is slowed, others are not', async () => {
	await site.configure(['set policy screening rate 20', 'set policy screening burst 5']);
	const answers = [];
	for (let i = 0; i < 8; i++)
		answers.push(await alice.message(CAROL, `flood ${i}`));
	const refused = answers.filter((a) => a.status === 503);
	assert.ok(refused.length >= 1 && refused.length <= 3, `${refused.length} refused`);
	assert.match(refused[0].get('retry-after'), /^[1-4]$/);
	assert.equal((await bob.message(CAROL, 'calm')).status, 200);
	await site.configure(['delete policy screening rate', 'delete policy screening burst']);
});

/* proves DEF-06 */
test('one text to too many recipients becomes spam where that is set', async () => {
	await site.configure(['set policy screening duplicate-texts 3',
		'set policy screening limit-effect spam']);
	for (let n = 3; n <= 7; n++)
		assert.ok([200, 202].includes((await alice.message(aor(n), 'win now')).status));
	const kept = (await spam()).map((m) => m.to).sort();
	assert.deepEqual(kept, [tel(6), tel(7)]);
	await site.configure(['set policy screening limit-effect refused']);
	assert.equal((await alice.message(aor(8), 'win now')).status, 403);
	assert.equal((await alice.message(aor(8), 'other words')).status, 202);
});

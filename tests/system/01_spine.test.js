// The spine: a CPM message becomes an SMS, the receipt an IMDN, the reply comes
// back, and what nobody can take now waits on disk.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { Site } = require('./lib/site.js');
const { Sim, gateway } = require('./lib/sim.js');

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
	await sim.ua('bob', BOB, 'bob', site, { transport: 'tcp' });
	sim.write('ua alice auto imdn off');
	sim.write('ua bob auto imdn on');
	sim.write('ua bob auto display on');
});

after(async () => {
	await sim.end();
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

/* proves APP-01 MSG-01 MSG-03 MSG-04 MSG-10 MLD-004 MLD-005 */
test('a message reaches the other client, and each report comes once', async () => {
	sim.message('alice', BOB, 'Hello Bob', 'imdn delivery,display id m1');
	const got = await sim.wait({ event: 'message', ua: 'bob', text: 'Hello Bob' });
	assert.equal(got['message-id'], 'm1');
	assert.match(got['asserted-identity'], /\+15550100001/);
	const answer = await sim.wait({ event: 'response', ua: 'alice', 'message-id': 'm1' });
	assert.match(String(answer.status), /^20[02]$/);
	await sim.wait({ event: 'imdn', ua: 'alice', 'message-id': 'm1', status: 'delivered' });
	await sim.wait({ event: 'imdn', ua: 'alice', 'message-id': 'm1', status: 'displayed' });
	sim.write(`ua bob imdn delivered for m1 to ${ALICE}`);
	sim.write(`ua bob imdn displayed for m1 to ${ALICE}`);
	sim.message('bob', ALICE, 'after the reports');
	await sim.wait({ event: 'message', ua: 'alice', text: 'after the reports' });
	assert.equal(sim.seen({ event: 'imdn', ua: 'alice', 'message-id': 'm1' }).length, 2);
});

/* proves FLOW-1 IWK-01 IOP-003 IWK-08 */
test('a message to a number without CPM leaves by SMS and its receipt comes back', async () => {
	sim.message('alice', `tel:${DAVE}`, 'Hello Dave', 'imdn delivery id m2');
	const sms = await sim.wait({ event: 'sms', text: 'Hello Dave' });
	assert.equal(sms.from, '15550100001');
	const answer = await sim.wait({ event: 'response', ua: 'alice', 'message-id': 'm2' });
	assert.equal(String(answer.status), '200', 'answered after the service centre');
	await sim.wait({ event: 'imdn', ua: 'alice', 'message-id': 'm2', status: 'delivered' });
});

/* proves FLOW-2 IWK-09 MSG-06 */
test('an SMS reply reaches the client and carries the service it came by', async () => {
	sim.write(`smsc s1 mo from ${DAVE} to +15550100001 text "Hi Alice"`);
	const got = await sim.wait({ event: 'message', ua: 'alice', text: 'Hi Alice' });
	assert.match(got['non-cpm-service'], /^sms/);
	const resp = await sim.wait({ event: 'deliver-resp', kind: 'mo' });
	assert.equal(resp.status, '0x00000000');
});

/* proves MSG-09 */
test('a message to an offline client waits on disk over a restart', async () => {
	sim.message('alice', CAROL, 'See you at eight', 'id m3');
	const answer = await sim.wait({ event: 'response', ua: 'alice', 'message-id': 'm3' });
	assert.equal(String(answer.status), '202');
	const waiting = async () => (await site.items('show', 'queues'))
		.find((q) => q.queue.includes('5550100003'))?.waiting;
	assert.equal(await waiting(), 1);
	await site.restart();
	assert.equal(await waiting(), 1);
	await sim.ua('carol', CAROL, 'carol', site);
	await sim.wait({ event: 'message', ua: 'carol', text: 'See you at eight' });
});

/* proves MSG-02 */
test('a sender with a wrong password is refused and nothing is stored', async () => {
	const accepted = await site.metric('parley_messages_accepted_total');
	await sim.ua('mallory', ALICE, 'wrong', site, { register: false });
	sim.message('mallory', BOB, 'let me in', 'id m4');
	const answer = await sim.wait({ event: 'response', ua: 'mallory' });
	assert.match(String(answer.status), /^40[13]$/);
	assert.equal(await site.metric('parley_messages_accepted_total'), accepted);
});

test('a message to nobody is answered 404', async () => {
	sim.message('alice', 'sip:nobody@example.org', 'hello?', 'id m5');
	const answer = await sim.wait({ event: 'response', ua: 'alice', 'message-id': 'm5' });
	assert.equal(String(answer.status), '404');
});

// The phone with the SIM has no IP: text by SMS, a notification of anything
// else, and one report of each kind, whatever arrives where and in which order.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { Site } = require('./lib/site.js');
const { Sim, gateway } = require('./lib/sim.js');
const { Client } = require('./lib/client.js');

const ALICE = 'sip:+15550100001@example.org';
const BOB = 'sip:+15550100002@example.org';
const KEY = 'tel:+15550100002';
const NUMBER = '15550100002';
const INSTANCE = {
	phone: 'urn:uuid:6f474eac-f1a1-4085-b654-c9ed5c9cf1c1',
	tablet: 'urn:uuid:6f474eac-f1a1-4085-b654-c9ed5c9cf1c2',
};
const PNG = '\x89PNG\r\n\x1a\n' + '\x00\xff'.repeat(600);

let site, sim, alice, phone, tablet;

const bob = async (name) => {
	const c = await Client.open(site, BOB, 'bob', { instance: INSTANCE[name] });
	assert.equal((await c.register()).status, 200);
	return c;
};
const offline = (c) => c.register({ expires: 0 });

let last = 0;
const message = (text, more = {}) => {
	const messageId = `m${++last}`;
	return alice.message(BOB, text, { messageId,
		wants: 'positive-delivery, negative-delivery', ...more })
		.then((answer) => ({ answer, messageId }));
};
const image = () => message('', { type: 'image/png', content: PNG });

const sms = () => sim.wait({ event: 'sms', to: NUMBER });
const smsSeen = (text) => sim.seen({ event: 'sms', to: NUMBER }).filter((s) => s.text === text);

// alert_notification of the service centre: the phone is there again.
const alert = () => {
	const body = '0101' + Buffer.from(NUMBER + '\0').toString('hex') +
		'0101' + Buffer.from('15550100001\0').toString('hex');
	const hex = (n) => n.toString(16).padStart(8, '0');
	sim.write(`smsc centre raw ${hex(16 + body.length / 2)}00000102` +
		`00000000${hex(77)}${body}`);
	return sim.done();
};

before(async () => {
	sim = new Sim();
	const port = await sim.smsc('centre');
	site = await Site.start({ people: [[ALICE, 'alice'], [BOB, 'bob']] });
	await site.configure([
		...gateway('centre', port, site, { pattern: 'tel:+1555*' }),
		'set policy primary grace 0',
		'set policy ucn text "{sender} sent {type}, {size}. {id}"',
		'set policy ucn interval 0',
	]);
	await site.log(/gateway is up gateway=centre /);
	alice = await Client.open(site, ALICE, 'alice');
	assert.equal((await alice.register()).status, 200);
	phone = await bob('phone');
	tablet = await bob('tablet');
	const items = await site.items('show', 'devices', '--subscriber', KEY);
	const name = items.find((d) => d.instance === INSTANCE.phone).name;
	await site.parley(['device', 'make-primary', KEY, name]);
});

after(async () => {
	for (const c of [alice, phone, tablet])
		c.end();
	await sim.end();
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

/* proves MLD-027 */
test('one device is the primary one, and its access is shown', async () => {
	const items = await site.items('show', 'devices', '--subscriber', KEY);
	assert.deepEqual(items.filter((d) => d.primary).map((d) => d.access), ['ip']);
	const says = await site.parley(['explain', '--from', ALICE, '--to', BOB,
		'--assume', 'primary-no-ip']);
	assert.match(says, /port sms, to centre, copy/);
	assert.doesNotMatch(await site.parley(['explain', '--from', ALICE, '--to', BOB]),
		/port sms/);
});

/* proves MLD-028 MLD-028a MLD-004 */
test('the tablet has the text over IP and the phone by SMS; it is delivered once', async () => {
	await offline(phone);
	const { answer, messageId } = await message('to both');
	assert.equal(answer.status, 200);
	await tablet.got('to both');
	assert.equal((await sms()).text, 'to both');
	await alice.gotReport(messageId, 'delivered');		// the receipt of the SMS
	await tablet.report(ALICE, messageId, 'delivered');
	await tablet.report(ALICE, messageId, 'delivered');
	const next = await message('behind it');
	await alice.gotReport(next.messageId, 'delivered');
	assert.deepEqual(alice.reports(messageId), ['delivered']);
	assert.equal(smsSeen('to both').length, 1);
});

/* proves MLD-029 MLD-030 MLD-034 */
test('of an image the phone is told by SMS, and gets it when it has IP', async () => {
	const { messageId } = await image();
	await tablet.got('image/png');
	let told;
	do
		told = await sms();
	while (!told.text.includes(messageId));
	assert.match(told.text, /^\+15550100001 sent a picture, 1/);
	await alice.gotReport(messageId, 'delivered');
	await tablet.report(ALICE, messageId, 'delivered');
	assert.equal((await phone.register()).status, 200);
	const original = await phone.got('image/png');
	assert.ok(original.body.includes(`imdn.Message-ID: ${messageId}`));
	await phone.report(ALICE, messageId, 'delivered');
	const next = await message('over IP to both');
	await phone.got('over IP to both');
	await phone.report(ALICE, next.messageId, 'delivered');
	await alice.gotReport(next.messageId, 'delivered');
	assert.deepEqual(alice.reports(messageId), ['delivered']);
	assert.equal(phone.texts('to both').length, 1, 'the SMS was enough');
	const { items } = await site.json(['show', 'messages', '--to', BOB]);
	const { legs } = await site.json(['show', 'message',
		items.find((m) => m.size > PNG.length).id]);
	assert.deepEqual(legs.map((l) => l.role), ['whole', 'whole', 'ucn-replaced']);
});

/* proves MLD-035 */
test('attached to the radio network, then IP: CPM only', async () => {
	await offline(phone);
	await site.configure(['set policy primary grace 60s']);
	await alert();
	await site.log(/a phone can be reached again gateway=centre/);
	const { messageId } = await message('CPM, please');
	await tablet.got('CPM, please');
	const { items } = await site.json(['show', 'messages', '--state', 'held']);
	assert.deepEqual(items.map((m) => m.hop), ['centre'], 'it waits');
	assert.equal((await phone.register()).status, 200);
	await phone.got('CPM, please');
	await phone.report(ALICE, messageId, 'delivered');
	await alice.gotReport(messageId, 'delivered');
	assert.deepEqual((await site.items('show', 'messages', '--state', 'held')), []);
	assert.equal(smsSeen('CPM, please').length, 0);
});

/* proves MLD-035 MLD-028 */
test('the wait outlives a restart, and the SMS is not forgotten', async () => {
	await site.configure(['set policy primary grace 3s']);
	await offline(phone);
	await alert();
	await message('after the wait');
	await tablet.got('after the wait');
	await site.restart('SIGKILL');
	let got;
	do
		got = await sms();
	while (got.text !== 'after the wait');
	assert.equal(smsSeen('after the wait').length, 1);
});

/* proves MLD-004 */
test('an SMS that asks for an acknowledgement has one, of several devices', async () => {
	await site.configure(['set gateway centre acknowledge on']);
	assert.equal((await phone.register()).status, 200);
	const peer = '17770000009';
	sim.mo('centre', `+${peer}`, `+${NUMBER}`, 'please confirm', 'registered');
	const acks = () => sim.seen({ event: 'submit', dst: peer, 'esm-class': 8 }).length;
	for (const device of [phone, tablet]) {
		const m = await device.got('please confirm');
		const id = /imdn\.Message-ID: (\S+)/.exec(m.body)[1];
		const from = /<([^>]*)>/.exec(m.get('from'))[1];
		assert.match(m.body, /positive-delivery/);
		assert.equal((await device.report(from, id, 'delivered')).status, 200);
	}
	await sim.wait({ event: 'submit', dst: peer, 'esm-class': 8 });
	const { messageId } = await message('behind the acknowledgement');
	await phone.got('behind the acknowledgement');
	await phone.report(ALICE, messageId, 'delivered');
	await alice.gotReport(messageId, 'delivered');
	assert.equal(acks(), 1);
});

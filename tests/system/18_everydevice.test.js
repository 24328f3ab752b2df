// Every device, exactly one report: clients that others wrote on the devices of
// one user, a phone without IP among them, and all kinds of recipients.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const { Site } = require('./lib/site.js');
const { Sim, gateway } = require('./lib/sim.js');
const { Client, taken } = require('./lib/client.js');
const { cpim } = require('./lib/cpim.js');
const { Linphone, Baresip } = require('./lib/others.js');
const { freePort } = require('./lib/ports.js');
const { until } = require('./lib/until.js');

const ALICE = 'sip:+15550100001@example.org';
const BOB = 'sip:+15550100002@example.org';
const CAROL = 'sip:+15550100003@example.org';
const KEY = 'tel:+15550100002', NUMBER = '15550100002';
const DAVE = '+17770000004';
const TEAM = 'sip:team@example.org';
const PHONE = 'urn:uuid:6f474eac-f1a1-4085-b654-c9ed5c9cf1c1';
const PNG = '\x89PNG\r\n\x1a\n' + '\x00\xff'.repeat(600);
const wants = 'positive-delivery, negative-delivery, display';

let last = 0;
let site, sim, url, alice, other, carol, phone, tablet, laptop, baresip;

const reports = (messageId) => alice.reports(messageId).sort();
const sms = (to, text) => sim.wait({ event: 'sms', to, text });
const smsSeen = (to, text) => sim.seen({ event: 'sms', to, text }).length;
const lines = (device, text) => device.seen({ text }).length;
const devices = () => site.items('show', 'devices', '--subscriber', KEY);

async function send(text, messageId, more = {}) {
	taken(await alice.message(BOB, text, { messageId, wants, ...more }));
}

// What follows has arrived and is reported: so has all before it.
async function settled() {
	const messageId = `settled-${++last}`;
	await send(messageId, messageId);
	await tablet.wait({ text: messageId });
	await alice.gotReport(messageId, 'delivered');
}

// So many devices of bob's are there, those without an instance id aside.
async function online(many) {
	await until(`${many} devices are online`, async () =>
		(await devices()).filter((d) => d.online).length === many);
}

before(async () => {
	const port = await freePort();
	url = `https://127.0.0.1:${port}/`;
	sim = new Sim();
	const centre = await sim.smsc('centre');
	site = await Site.start({ config: ['set policy sip digest-sha256 off',
		`set link address 127.0.0.1:${port}`, `set link url ${url}`,
		'set policy primary grace 0', 'set policy ucn interval 0',
		'set policy ucn text "{sender} sent {type}: {link} {id}"'],
	people: [[ALICE, 'alice'], [BOB, 'bob'], [CAROL, 'carol']] });
	await site.configure([...gateway('centre', centre, site, { pattern: '' }),
		'set route phones to tel:+1*', 'set route phones via centre']);
	await site.log(/gateway is up gateway=centre /);
	sim.write(`phone start ${DAVE} smsc centre`);
	const open = (aor, password, more) => Client.open(site, aor, password,
		{ algorithm: 'MD5', ...more });
	alice = await open(ALICE, 'alice', { instance: 'urn:uuid:a1' });
	other = await open(ALICE, 'alice', { instance: 'urn:uuid:a2' });
	carol = await open(CAROL, 'carol');
	phone = await open(BOB, 'bob', { instance: PHONE });
	for (const c of [alice, other, carol, phone])
		assert.equal((await c.register()).status, 200);
	tablet = Linphone.start(site, BOB, 'bob', '-tablet');
	laptop = Linphone.start(site, BOB, 'bob', '-laptop');
	await online(3);
	baresip = Baresip.start(site, BOB, 'bob', ALICE);
	await baresip.wait({ line: /registered successfully|200 OK/ });
});

after(async () => {
	for (const c of [alice, other, carol, phone])
		c.end();
	for (const c of [tablet, laptop, baresip, sim])
		await c.end();
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

/* proves MLD-001 MLD-004 MLD-005 MLD-015 MLD-018 */
test('two Linphones, a baresip and a phone have the message; one report of each kind',
	async () => {
		await send('to every device', 'every~device');
		for (const c of [tablet, laptop, baresip])
			await c.wait({ text: 'to every device' });
		await phone.got('to every device');
		for (const status of ['delivered', 'displayed', 'displayed'])
			taken(await phone.report(ALICE, 'every~device', status));
		await alice.gotReport('every~device', 'displayed');
		await settled();
		assert.deepEqual(reports('every~device'), ['delivered', 'displayed']);
		for (const c of [tablet, laptop, baresip])
			assert.equal(lines(c, 'to every device'), 1);
		assert.equal(await site.metric('parley_sip_reports_unknown_total'), 0);
		assert.equal((await devices()).filter((d) => d.online).length, 3,
			'baresip says no instance id');
	});

/* proves MLD-027 MLD-028 MLD-028a MLD-004 */
test('a phone without IP has the text by SMS while Linphone has it over IP', async () => {
	const { name } = (await devices()).find((d) => d.instance === PHONE);
	await site.parley(['device', 'make-primary', KEY, name]);
	await phone.register({ expires: 0 });
	await send('over IP and by SMS', 'copy+by*sms');
	for (const c of [tablet, laptop, baresip])
		await c.wait({ text: 'over IP and by SMS' });
	assert.equal((await sms(NUMBER, 'over IP and by SMS')).from, '15550100001');
	await alice.gotReport('copy+by*sms', 'delivered');
	await settled();
	assert.deepEqual(reports('copy+by*sms'), ['delivered'], 'of Linphone and the receipt one');
	assert.equal(smsSeen(NUMBER, 'over IP and by SMS'), 1);
	assert.equal(phone.texts('over IP and by SMS').length, 0);
});

/* proves MLD-029 MLD-030 MLD-031 MLD-033 MLD-004 */
test('of a picture the phone is told by SMS, and the link opens it', async () => {
	await send('', 'picture-1', { type: 'image/png', content: PNG });
	const { text } = await sms(NUMBER, /^\+15550100001 sent a picture: https:.* picture-1$/);
	const link = /https:\S+/.exec(text)[0];
	assert.ok(link.startsWith(url), text);
	const get = (target) => execFileSync('curl', ['-sS', '--max-time', '10', '--cacert',
		path.join(site.data, 'tls', 'link.pem'), target], { encoding: 'latin1' });
	assert.equal(get(link), PNG);
	assert.notEqual(get(link.slice(0, -1) + (link.endsWith('A') ? 'B' : 'A')), PNG);
	await alice.gotReport('picture-1', 'delivered');
	await phone.register();
	assert.match((await phone.got('image/png')).body, /imdn\.Message-ID: picture-1\r/);
	await phone.report(ALICE, 'picture-1', 'delivered');
	await phone.report(ALICE, 'picture-1', 'displayed');
	await alice.gotReport('picture-1', 'displayed');
	await settled();
	assert.deepEqual(reports('picture-1'), ['delivered', 'displayed']);
	assert.equal(phone.texts('over IP and by SMS').length, 0, 'it had the SMS');
	assert.equal(smsSeen(NUMBER, /sent a picture/), 1);
});

/* proves MLD-018 MLD-001 MLD-004 */
test('a Linphone that was away has all it missed, in order, over a kill', async () => {
	laptop.write('quit');
	await laptop.ended;
	await online(2);
	const missed = ['one', 'two', 'three'].map((t) => `missed ${t}`);
	for (const text of missed) {
		await send(text, text.replace(' ', '-'));
		await alice.gotReport(text.replace(' ', '-'), 'delivered');
	}
	await settled();
	await site.restart('SIGKILL');
	laptop = Linphone.start(site, BOB, 'bob', '-laptop');
	for (const text of missed)
		await laptop.wait({ text });
	await settled();
	assert.deepEqual(laptop.seen({ text: /^missed/ }).map((e) => e.text), missed);
	for (const text of missed) {
		assert.deepEqual(reports(text.replace(' ', '-')), ['delivered']);
		assert.equal(lines(tablet, text), 1);
	}
});

/* proves DEF-06 MLD-028 MLD-029 */
test('of a blocked sender neither a device nor the SMS of the phone hears', async () => {
	await phone.register({ expires: 0 });
	await site.parley(['screening', 'block', 'add', 'tel:+15550100001', '--subscriber', BOB]);
	assert.equal((await alice.message(BOB, 'unwanted', { wants })).status, 403);
	assert.equal((await alice.message(BOB, '', { wants, type: 'image/png',
		content: PNG })).status, 403);
	await site.parley(['screening', 'block', 'remove', 'tel:+15550100001', '--subscriber',
		BOB]);
	const pictures = smsSeen(NUMBER, /sent a picture/);
	await send('wanted', 'wanted-again');
	await sms(NUMBER, 'wanted');
	await tablet.wait({ text: 'wanted' });
	await alice.gotReport('wanted-again', 'delivered');
	assert.equal(smsSeen(NUMBER, 'unwanted'), 0);
	assert.equal(smsSeen(NUMBER, /sent a picture/), pictures);
	for (const c of [tablet, laptop, baresip])
		assert.equal(lines(c, 'unwanted'), 0);
});

/* proves MLD-027 MLD-028 */
test('a phone that is blocked, stolen perhaps, has no SMS either', async () => {
	const { name } = (await devices()).find((d) => d.primary);
	await site.parley(['device', 'block', KEY, name]);
	await send('not for thieves', 'stolen-phone');
	await tablet.wait({ text: 'not for thieves' });
	await site.parley(['device', 'unblock', KEY, name]);
	await send('found again', 'found-again');
	await sms(NUMBER, 'found again');
	assert.equal(smsSeen(NUMBER, 'not for thieves'), 0);
	await alice.gotReport('stolen-phone', 'delivered');
	await settled();
	assert.deepEqual(reports('stolen-phone'), ['delivered']);
});

/* proves MLD-028 MLD-029 DEF-06 */
test('an SMS shows nothing of a sender who asks for privacy', async () => {
	const headers = { Privacy: 'id' };
	const before = sim.seen({ event: 'sms', to: NUMBER }).length;
	await send('hidden one', 'hidden-one', { headers });
	await tablet.wait({ text: 'hidden one' });
	await phone.register();
	await phone.got('hidden one');
	assert.equal(sim.seen({ event: 'sms', to: NUMBER }).length, before,
		'refused, and it waited for IP');
	await phone.register({ expires: 0 });
	assert.match(await site.parley(['explain', '--from', ALICE, '--to', `tel:${DAVE}`,
		'--assume', 'anonymous']), /centre would show the sender.*SIP 433/s);
	await site.configure(['set gateway centre anonymous-source Hidden']);
	await send('hidden two', 'hidden-two', { headers });
	assert.equal((await sms(NUMBER, 'hidden two')).from, 'Hidden');
	await send('', 'hidden-picture', { headers, type: 'image/png', content: PNG });
	const told = await sms(NUMBER, /hidden-picture$/);
	assert.equal(told.from, 'Hidden');
	assert.match(told.text, /^Somebody sent a picture/);
	assert.ok(!reports('hidden-one').includes('failed'));
});

/* proves DEF-03 MSG-05 MLD-028 MLD-034 */
test('a group: every device, phones by SMS, a copy for the other device, reports of each',
	async () => {
		await site.parley(['group', 'add', TEAM, '--copy-to-sender', 'on']);
		await site.parley(['group', 'import', site.file('team.csv', 'group,member\n' +
			[ALICE, BOB, CAROL, `tel:${DAVE}`].map((m) => `${TEAM},${m}\n`)
				.join(''))]);
		assert.equal((await alice.message(TEAM, 'to the team',
			{ messageId: 'team-note', wants })).status, 200);
		for (const c of [tablet, laptop, baresip])
			await c.wait({ text: 'to the team' });
		await sms(NUMBER, 'to the team');
		await sms(DAVE.slice(1), 'to the team');
		await carol.got('to the team');
		await carol.report(ALICE, 'team-note', 'delivered');
		await other.got('to the team');
		for (let i = 0; i < 3; i++)
			await alice.gotReport('team-note', 'delivered');
		await carol.report(ALICE, 'team-note', 'displayed');
		await alice.gotReport('team-note', 'displayed');
		await settled();
		assert.deepEqual(reports('team-note'),
			['delivered', 'delivered', 'delivered', 'displayed']);
		assert.equal(alice.texts('to the team').length, 0);
		assert.deepEqual([NUMBER, DAVE.slice(1)].map((n) => smsSeen(n, 'to the team')),
			[1, 1]);
	});

/* proves MSG-08 MLD-028 MLD-004 */
test('a list: each recipient once by each name it has, on every device', async () => {
	const to = 'sip:exploder@example.org';
	const entries = [BOB, KEY, `tel:${DAVE}`, CAROL, TEAM].map((u) => `<entry uri="${u}"/>`);
	const body = '--b0\r\nContent-Type: application/resource-lists+xml\r\n' +
		'Content-Disposition: recipient-list\r\n\r\n<?xml version="1.0"?>' +
		'<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list>' +
		`${entries.join('')}</list></resource-lists>\r\n` +
		'--b0\r\nContent-Type: message/cpim\r\n\r\n' +
		cpim({ from: ALICE, to, text: 'to a list', messageId: 'list-note', wants }) +
		'\r\n--b0--\r\n';
	const answer = await alice.message(to, '', { body, headers: {
		Require: 'recipient-list-message',
		'Content-Type': 'multipart/mixed; boundary=b0' } });
	assert.equal(answer.status, 202, answer.text);
	for (const c of [tablet, laptop, baresip])
		await c.wait({ text: 'to a list' });
	for (const number of [NUMBER, DAVE.slice(1)])
		await sms(number, 'to a list');
	await carol.got('to a list');
	await carol.report(ALICE, 'list-note', 'delivered');
	for (let i = 0; i < 3; i++)
		await alice.gotReport('list-note', 'delivered');
	await settled();
	assert.deepEqual(reports('list-note'), ['delivered', 'delivered', 'delivered']);
	assert.equal(carol.texts('to a list').length, 1);
	for (const c of [tablet, laptop, baresip])
		assert.equal(lines(c, 'to a list'), 1);
});

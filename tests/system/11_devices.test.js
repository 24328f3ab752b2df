// One address, several devices: each of them has every message, the sender has
// one report of each kind, and devices are named, blocked and forgotten.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const { Site } = require('./lib/site.js');
const { Client, taken } = require('./lib/client.js');
const { Sim } = require('./lib/sim.js');
const { until } = require('./lib/until.js');

const ALICE = 'sip:+15550100001@example.org';
const BOB = 'sip:+15550100002@example.org';
const KEY = 'tel:+15550100002';
const INSTANCE = {
	phone: 'urn:uuid:6f474eac-f1a1-4085-b654-c9ed5c9cf1c1',
	tablet: 'urn:uuid:6f474eac-f1a1-4085-b654-c9ed5c9cf1c2',
	watch: 'urn:uuid:6f474eac-f1a1-4085-b654-c9ed5c9cf1c3',
};

let site, sim;

const start = (name) => sim.ua(name, BOB, 'bob', site,
	{ more: `instance ${INSTANCE[name]}` });

const register = async (name) => {
	sim.write(`ua ${name} register`);
	await sim.wait({ event: 'registered', ua: name });
};

const texts = (name) => sim.seen({ event: 'message', ua: name }).map((m) => m.text);
const reports = (id) => sim.seen({ event: 'imdn', ua: 'alice', 'message-id': id })
	.map((r) => r.status);

// What follows on the same way: everything before has been said.
const settled = async (name, text) => {
	sim.message('alice', BOB, text);
	await sim.wait({ event: 'message', ua: name, text });
};

before(async () => {
	sim = new Sim();
	site = await Site.start({ people: [[ALICE, 'alice'], [BOB, 'bob']] });
	await sim.ua('alice', ALICE, 'alice', site);
	sim.write('ua alice auto imdn off');
	for (const name of ['phone', 'tablet', 'watch']) {
		await start(name);
		sim.write(`ua ${name} auto imdn on`);
		sim.write(`ua ${name} auto display on`);
	}
});

after(async () => {
	await sim.end();
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

/* proves MLD-015 MLD-018 */
test('three devices register under one address and have names', async () => {
	await site.parley(['device', 'rename', KEY, INSTANCE.phone, "Bob's phone"]);
	await site.parley(['device', 'rename', KEY, INSTANCE.tablet, 'tablet']);
	const { items } = await site.json(['show', 'devices', '--subscriber', KEY]);
	assert.equal(items.length, 3);
	assert.ok(items.every((d) => d.online));
	assert.deepEqual(items.map((d) => d.name).sort(), ["Bob's phone", 'device-3', 'tablet']);
});

/* proves MLD-001 MLD-004 MLD-005 MLD-011 */
test('a message reaches all three devices and is reported once', async () => {
	sim.message('alice', BOB, 'to all', 'imdn delivery,display id m1');
	for (const name of ['phone', 'tablet', 'watch'])
		await sim.wait({ event: 'message', ua: name, text: 'to all' });
	await sim.wait({ event: 'imdn', ua: 'alice', 'message-id': 'm1', status: 'displayed' });
	await settled('phone', 'behind it');
	assert.deepEqual(reports('m1').sort(), ['delivered', 'displayed']);
});

/* proves MLD-001 MLD-004 MLD-005 */
test('a device that was away gets what it missed, in order, without a report', async () => {
	sim.write('ua watch unregister');
	await sim.wait({ event: 'unregistered', ua: 'watch' });
	assert.match(await site.parley(['explain', '--from', ALICE, '--to', BOB]),
		/1 known but not online/);
	for (const id of ['l1', 'l2', 'l3']) {
		sim.message('alice', BOB, `late ${id}`, `imdn delivery,display id ${id}`);
		await sim.wait({ event: 'imdn', ua: 'alice', 'message-id': id,
			status: 'displayed' });
	}
	assert.ok(!texts('watch').includes('late l1'));
	await register('watch');
	await sim.wait({ event: 'message', ua: 'watch', text: 'late l3' });
	assert.deepEqual(texts('watch').filter((t) => /^late/.test(t)),
		['late l1', 'late l2', 'late l3']);
	await settled('watch', 'behind the late ones');
	for (const id of ['l1', 'l2', 'l3'])
		assert.deepEqual(reports(id).sort(), ['delivered', 'displayed']);
	for (const name of ['phone', 'tablet'])
		assert.equal(texts(name).filter((t) => t === 'late l1').length, 1);
});

/* proves MLD-001 MLD-018 */
test('what waits for devices outlives a restart, also of a user wholly offline', async () => {
	for (const name of ['phone', 'tablet', 'watch']) {
		sim.write(`ua ${name} unregister`);
		await sim.wait({ event: 'unregistered', ua: name });
	}
	sim.message('alice', BOB, 'to nobody yet', 'imdn delivery id n1');
	await sim.wait({ event: 'response', ua: 'alice', 'message-id': 'n1' });
	await register('tablet');
	await sim.wait({ event: 'imdn', ua: 'alice', 'message-id': 'n1', status: 'delivered' });
	await site.restart();
	await register('phone');
	await sim.wait({ event: 'message', ua: 'phone', text: 'to nobody yet' });
	await register('watch');
	await sim.wait({ event: 'message', ua: 'watch', text: 'to nobody yet' });
	await settled('watch', 'behind the restart');
	assert.deepEqual(reports('n1'), ['delivered']);
	assert.equal(texts('tablet').filter((t) => t === 'to nobody yet').length, 1);
});

/* proves MLD-027 */
test('a blocked device is refused and gets nothing; unblocked it gets what it missed', async () => {
	await site.parley(['device', 'make-primary', KEY, "Bob's"]);
	await site.parley(['device', 'block', KEY, 'tablet']);
	sim.message('alice', BOB, 'not for the tablet', 'id b1');
	await sim.wait({ event: 'message', ua: 'phone', text: 'not for the tablet' });
	sim.write('ua tablet register');
	const refused = await sim.wait({ event: 'register-failed', ua: 'tablet' });
	assert.equal(String(refused.status), '403');
	const { items } = await site.json(['show', 'devices', '--subscriber', KEY]);
	const tablet = items.find((d) => d.name === 'tablet');
	assert.ok(tablet.blocked && !tablet.online);
	assert.deepEqual(items.filter((d) => d.primary).map((d) => d.name), ["Bob's phone"]);
	await site.parley(['device', 'unblock', KEY, 'tablet']);
	await register('tablet');
	await settled('tablet', 'for the tablet, too');
	assert.ok(!texts('tablet').includes('not for the tablet'), 'it was blocked then');
});

const reportsAt = (name, id) => sim.seen({ event: 'imdn', ua: name, 'message-id': id })
	.map((r) => r.status);

/* proves MLD-003a MLD-023 */
test('reports go to the device that sent the message and to no other', async () => {
	await sim.ua('alice2', ALICE, 'alice', site,
		{ more: 'instance urn:uuid:6f474eac-f1a1-4085-b654-c9ed5c9cf1d2' });
	sim.write('ua alice2 auto imdn off');
	sim.message('alice2', BOB, 'from the second', 'imdn delivery,display id r1');
	await sim.wait({ event: 'imdn', ua: 'alice2', 'message-id': 'r1', status: 'displayed' });
	sim.message('phone', ALICE, 'behind the reports');
	for (const name of ['alice', 'alice2'])
		await sim.wait({ event: 'message', ua: name, text: 'behind the reports' });
	assert.deepEqual(reportsAt('alice2', 'r1'), ['delivered', 'displayed']);
	assert.deepEqual(reportsAt('alice', 'r1'), []);
});

/* proves MLD-003b */
test('by policy the other devices of the sender get a copy of each report', async () => {
	await site.configure(['set policy reports copy all']);
	sim.message('alice2', BOB, 'with copies', 'imdn delivery,display id r2');
	for (const name of ['alice', 'alice2'])
		await sim.wait({ event: 'imdn', ua: name, 'message-id': 'r2',
			status: 'displayed' });
	sim.message('phone', ALICE, 'behind the copies');
	for (const name of ['alice', 'alice2']) {
		await sim.wait({ event: 'message', ua: name, text: 'behind the copies' });
		assert.deepEqual(reportsAt(name, 'r2'), ['delivered', 'displayed']);
	}
	await site.configure(['set policy reports copy none']);
});

/* proves MLD-003a MLD-003b */
test('a report for a device that was forgotten goes to another', async () => {
	await sim.ua('alice3', ALICE, 'alice', site,
		{ more: 'instance urn:uuid:6f474eac-f1a1-4085-b654-c9ed5c9cf1d3' });
	for (const name of ['phone', 'tablet', 'watch'])
		sim.write(`ua ${name} auto imdn off`);
	sim.message('alice3', BOB, 'from the third', 'imdn delivery id r3');
	await sim.wait({ event: 'message', ua: 'phone', text: 'from the third' });
	await site.parley(['device', 'forget', ALICE, '6f474eac-f1a1-4085-b654-c9ed5c9cf1d3',
		'--yes']);
	sim.write(`ua phone imdn delivered for r3 to ${ALICE}`);
	for (const name of ['alice', 'alice2'])
		await sim.wait({ event: 'imdn', ua: name, 'message-id': 'r3',
			status: 'delivered' });
	assert.deepEqual(reportsAt('alice3', 'r3'), []);
});

/* proves MLD-005 MLD-023 */
test('who keeps to himself what he has read is not reported as a reader', async () => {
	await site.parley(['subscriber', 'set', BOB, '--read-reports', 'off']);
	for (const name of ['phone', 'tablet', 'watch'])
		sim.write(`ua ${name} auto imdn on`);
	sim.message('alice2', BOB, 'read it', 'imdn delivery,display id r4');
	await sim.wait({ event: 'imdn', ua: 'alice2', 'message-id': 'r4', status: 'delivered' });
	sim.write(`ua phone imdn displayed for r4 to ${ALICE}`);
	await sim.wait({ event: 'response', ua: 'phone', status: 200 });
	sim.message('phone', ALICE, 'behind the reading');
	await sim.wait({ event: 'message', ua: 'alice2', text: 'behind the reading' });
	assert.deepEqual(reportsAt('alice2', 'r4'), ['delivered']);
});

/* proves MLD-001 MLD-018 */
test('what waits for a device that was forgotten just before a kill ends', async () => {
	sim.write('ua watch unregister');
	await sim.wait({ event: 'unregistered', ua: 'watch' });
	sim.message('alice2', BOB, 'left over', 'imdn delivery id r5');
	await sim.wait({ event: 'message', ua: 'phone', text: 'left over' });
	const leg = async () => (await site.json(['show', 'message', 'r5'])).legs
		.find((l) => l.device === INSTANCE.watch)?.state;
	await until('it waits', async () => await leg() === 'held');
	await site.down('SIGKILL');
	execFileSync('sqlite3', [path.join(site.data, 'config.db'),
		`DELETE FROM device WHERE instance = '${INSTANCE.watch}'`]);
	await site.run();
	await site.listening();
	await site.log(/a device is gone, what waits for it ends user=tel:\+15550100002/);
	await until('it has ended', async () => await leg() === 'cancelled');
});

/* proves MLD-004 MSG-10 */
test('a softphone reports about the Call-ID: the Message-ID, also a short one', async (t) => {
	const sender = await Client.open(site, ALICE, 'alice');
	const softphone = await Client.open(site, BOB, 'bob', { plain: true });
	t.after(() => [sender, softphone].forEach((c) => c.end()));
	for (const c of [sender, softphone])
		taken(await c.register());
	for (const name of ['phone', 'tablet', 'watch'])
		sim.write(`ua ${name} auto imdn off`);
	await sim.done();
	taken(await sender.message(BOB, 'short name', { messageId: 'q1',
		wants: 'positive-delivery' }));
	const got = await softphone.got('short name');
	assert.equal(got.get('call-id'), 'q1');
	taken(await softphone.report(ALICE, got.get('call-id'), 'delivered'));
	await sender.gotReport('q1', 'delivered');
});

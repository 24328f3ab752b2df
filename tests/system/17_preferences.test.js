// Which device gets the whole message, which a notification; what the operator
// lets pass of a content; copies of reports as the sender wants them.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { Site } = require('./lib/site.js');
const { Client, taken } = require('./lib/client.js');
const { readImdn } = require('./lib/cpim.js');
const { until } = require('./lib/until.js');

const ALICE = 'sip:+15550100001@example.org';
const BOB = 'sip:+15550100002@example.org';
const CAROL = 'sip:+15550100003@example.org';
const KEY = 'tel:+15550100002';
const instance = (n) => `urn:uuid:6f474eac-f1a1-4085-b654-c9ed5c9cf1d${n}`;
const PICTURE = 'p'.repeat(20000);

let site, alice, alice2, phone, watch, tablet, carol;
const open = [];

async function online(aor, password, n, features = '') {
	const c = await Client.open(site, aor, password, { transport: 'udp',
		instance: instance(n), features });
	open.push(c);
	assert.equal((await c.register()).status, 200);
	return c;
}

const profile = (...args) => site.parley(['profile', ...args]);
const picture = (messageId, content = PICTURE, wants = 'positive-delivery, negative-delivery') =>
	alice.message(BOB, '', { messageId, type: 'image/png', content, wants });
const pictures = (c, messageId) => c.texts(`imdn.Message-ID: ${messageId}`).length;

before(async () => {
	site = await Site.start({ config: ['set policy delivery answer-wait 2s',
		'set policy screening time-zone utc',
		'set policy notice text "{type} from {sender}, {size}"'],
	people: [[ALICE, 'alice'], [BOB, 'bob'], [CAROL, 'carol']] });
	alice = await online(ALICE, 'alice', 1);
	phone = await online(BOB, 'bob', 3);
	watch = await online(BOB, 'bob', 4);
	tablet = await online(BOB, 'bob', 5);
	carol = await online(CAROL, 'carol', 6);
	for (const [i, name] of [[3, 'phone'], [4, 'watch'], [5, 'my tablet']])
		await site.parley(['device', 'rename', BOB, instance(i), name]);
	await alice.message(BOB, 'warm');
	for (const c of [phone, watch, tablet])
		await c.got('warm');
	await alice.message(CAROL, 'warm').then(() => carol.got('warm'));
});

after(async () => {
	open.forEach((c) => c.end());
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

/* proves MLD-001 DEF-08 */
test('two devices get the picture, the third a notification of it, and one report is sent',
	async () => {
		await profile('add', BOB, 'home', '--rule', 'notice device=watch over=10k');
		await profile('activate', BOB, 'home');
		taken(await picture('m1'));
		for (const c of [phone, tablet])
			await c.got('imdn.Message-ID: m1');
		const notice = await watch.got('a picture from +15550100001, 20 kB');
		assert.match(notice.body, /Content-Type: text\/plain/);
		assert.match(notice.body, /^imdn\.Message-ID: notice-[0-9a-f]{16}\r$/m);
		assert.doesNotMatch(notice.body, /Disposition-Notification/);
		assert.match(notice.get('from'), /\+15550100001/);
		for (const c of [phone, tablet])
			await c.report(ALICE, 'm1', 'delivered');
		await alice.gotReport('m1', 'delivered');
		taken(await alice.message(BOB, 'small'));
		await watch.got('small');
		assert.equal(pictures(watch, 'm1'), 0);
		assert.deepEqual(alice.reports('m1'), ['delivered']);
		const rows = await site.items('show', 'messages', '--to', BOB, '--state', 'held');
		assert.equal(rows[0].reason, 'NOTICED');
	});

/* proves MLD-001 */
test('explain says which device gets what, and why', async () => {
	await site.configure(['set device-rule nopng rule "nothing type=image/x-icon"']);
	const why = await site.parley(['explain', '--from', ALICE, '--to', BOB,
		'--content', 'image/png:20000']);
	assert.match(why, /✓ device +phone: whole\n/);
	assert.match(why, /✓ device +watch: notice, by its profile: notice device=watch over=10k/);
	const small = await site.parley(['explain', '--from', ALICE, '--to', BOB, '--content',
		'image/x-icon:20']);
	assert.match(small, /✗ device +phone: nothing, by nopng: nothing type=image\/x-icon/);
	await site.configure(['delete device-rule nopng']);
});

/* proves MLD-001 DEF-08 */
test('when another profile counts the device gets what it was only told of', async () => {
	await profile('add', BOB, 'wifi');
	await profile('activate', BOB, 'wifi');
	await watch.got('imdn.Message-ID: m1');
	assert.equal(watch.texts('a picture from').length, 1);
	const { items } = await site.json(['show', 'profiles', BOB]);
	assert.deepEqual(items.map((p) => [p.profile, p.active]),
		[['home', false], ['wifi', true]]);
	assert.deepEqual(items[0].rules, ['notice device=watch over=10k']);
	assert.equal(pictures(phone, 'm1'), 1, 'no device gets it twice');
});

/* proves MLD-001 */
test('only notifications: 202, no report, and nothing is lost over a restart', async () => {
	await site.configure(['set device-rule small rule "notice type=image/*"',
		'set device-rule small class standard']);
	const answer = await picture('m2', 'png');
	assert.equal(answer.status, 202);
	for (const c of [phone, watch, tablet])
		await c.got('a picture from +15550100001, 0.1 kB');
	await site.restart();
	for (const c of open) {
		assert.equal((await c.register()).status, 200);
	}
	await alice.message(BOB, 'behind it').then(() => phone.got('behind it'));
	assert.equal(pictures(phone, 'm2'), 0);
	assert.deepEqual(alice.reports('m2'), []);
	await site.configure(['delete device-rule small']);
	for (const c of [phone, watch, tablet])
		await c.got('imdn.Message-ID: m2');
	await phone.report(ALICE, 'm2', 'delivered');
	await alice.gotReport('m2', 'delivered');
});

/* proves MLD-001 */
test('a device that asks gets whole what it was told of, the others do not', async () => {
	await site.configure(['set device-rule small rule "notice type=image/*"']);
	await picture('m7', 'png');
	await watch.got('a picture from +15550100001');
	assert.equal((await watch.message('sip:deferred@example.org', 'please')).status, 200);
	await watch.got('imdn.Message-ID: m7');
	await alice.message(BOB, 'after m7').then(() => phone.got('after m7'));
	assert.equal(pictures(phone, 'm7'), 0);
	await site.configure(['delete device-rule small']);
	await phone.got('imdn.Message-ID: m7');
});

/* proves MLD-001 */
test('a device that asked gets it whole also when a kill comes between', async () => {
	await site.configure(['set device-rule small rule "notice type=image/*"']);
	await picture('m8', 'png');
	await watch.got('a picture from +15550100001');
	watch.answer = null;
	assert.equal((await watch.message('sip:deferred@example.org', 'please')).status, 200);
	await watch.got('imdn.Message-ID: m8');		// and it falls silent
	await site.down('SIGKILL');
	watch.answer = 200;
	await site.run();
	await site.listening();
	await watch.got('imdn.Message-ID: m8');
	assert.equal(pictures(phone, 'm8'), 0);
	await site.configure(['delete device-rule small']);
	await phone.got('imdn.Message-ID: m8');
});

/* proves DEF-06 */
test('links and pictures are taken out, the rest of the message is as it was', async () => {
	await site.parley(['subscriber', 'set', CAROL, '--class', 'child']);
	await site.configure(['set content-rule links effect strip-links',
		'set content-rule links class child', 'set content-rule links text "[link]"',
		'set content-rule pictures effect replace',
		'set content-rule pictures types image/*',
		'set content-rule pictures class child',
		'set content-rule pictures text "[picture]"',
		'set content-rule exe effect refuse',
		'set content-rule exe types application/x-msdownload']);
	taken(await alice.message(CAROL, 'see http://shop.example/?a=b, now',
		{ messageId: 'm3', wants: 'positive-delivery' }));
	const got = await carol.got('see [link], now');
	assert.match(got.body, /^Content-Length: 15\r\n\r\nsee \[link\], now$/m);
	assert.match(got.body, /^imdn\.Message-ID: m3\r$/m);
	assert.match(got.body, /^imdn\.Disposition-Notification: positive-delivery\r$/m);
	assert.equal(got.get('content-length'),
		String(Buffer.byteLength(got.body, 'latin1')));
	const [row] = await site.items('show', 'messages', '--to', CAROL, '--limit', '1');
	await until('its trace', async () => /amended by content-rule links/.test(
		await site.parley(['trace', row.id])));
	taken(await alice.message(CAROL, '', { type: 'image/png', content: 'png' }));
	assert.match((await carol.got('[picture]')).body,
		/Content-Type: text\/plain; charset=UTF-8/);
	const refused = await alice.message(BOB, '', { type: 'application/x-msdownload',
		content: 'MZ' });
	assert.equal(refused.status, 403);
	assert.match(refused.get('warning'), /127 Service not authorised/);
	const why = await site.parley(['explain', '--from', ALICE, '--to', CAROL]);
	assert.match(why, /✓ content +content-rule links: strip-links/);
	assert.equal(await site.metric('parley_screened_total{effect="amended"}'), 2);
});

/* proves MLD-003b DEF-08 */
test('the sender chooses which of its devices get copies of reports', async () => {
	alice2 = await online(ALICE, 'alice', 2);
	await site.parley(['device', 'rename', ALICE, instance(2), 'second']);
	await profile('add', ALICE, 'mine', '--copies', 'second');
	await profile('activate', ALICE, 'mine');
	taken(await alice.message(BOB, 'copy', { messageId: 'm4', wants: 'positive-delivery' }));
	await phone.got('copy');
	await phone.report(ALICE, 'm4', 'delivered');
	await alice.gotReport('m4', 'delivered');
	await alice2.gotReport('m4', 'delivered');
	const { items } = await site.json(['show', 'profiles', ALICE]);
	assert.equal(items[0].copies, 'second');
	await profile('set', ALICE, 'mine', '--copies', 'none');
	taken(await alice.message(BOB, 'no copy', { messageId: 'm5', wants: 'positive-delivery' }));
	await phone.got('no copy');
	await phone.report(ALICE, 'm5', 'delivered');
	await alice.gotReport('m5', 'delivered');
	taken(await carol.message(ALICE, 'behind'));
	await alice2.got('behind');
	assert.equal(alice2.raw.seen((m) => m.method && readImdn(m.body)?.id === 'm5').length, 0);
});

/* proves MLD-001 MLD-018 */
test('what waits for a device ends when it is forgotten, and the sender is told', async () => {
	await site.parley(['device', 'block', BOB, 'my tablet']);
	await watch.register({ expires: 0 });
	phone.answer = 603;
	const answer = await alice.message(BOB, 'for the watch', { messageId: 'm6',
		wants: 'negative-delivery' });
	assert.equal(answer.status, 202);
	await site.parley(['device', 'forget', BOB, 'watch', '--yes']);
	await alice.gotReport('m6', 'failed');
	const [row] = await site.items('show', 'messages', '--to', KEY, '--limit', '1');
	assert.equal(row.state, 'cancelled');
	phone.answer = 200;
});

// Who a message is from is what the edge knows, never what the client says.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { Site, moved } = require('./lib/site.js');
const { Client, taken } = require('./lib/client.js');
const { RawSip } = require('./lib/rawsip.js');
const { request, respond } = require('./lib/sipmsg.js');
const { cpim, ICSI } = require('./lib/cpim.js');

const ALICE = 'sip:+15550100001@example.org';
const BOB = 'sip:+15550100002@example.org';
const EVE = 'sip:+15550100003@example.org';
const ZOE = 'sip:zoe@example.org';
const PROXY = '127.0.0.2';	// a trusted peer's address on loopback
const CORE = '127.0.0.3';	// an IMS core's

let site, alice, bob, eve, zoe;

const online = async (aor, password, options) => {
	const c = await Client.open(site, aor, password, options);
	assert.equal((await c.register()).status, 200);
	return c;
};

before(async () => {
	site = await Site.start({
		people: [[ALICE, 'alice'], [BOB, 'bob'], [EVE, 'eve'],
			[ZOE, 'zoe', 'tel:+15550100009']],
		config: [`set peer proxy address ${PROXY}`,
			`set peer core address ${CORE}`, 'set peer core kind core'],
	});
	alice = await online(ALICE, 'alice');
	bob = await online(BOB, 'bob');
	eve = await online(EVE, 'eve');
	zoe = await online(ZOE, 'zoe');
});

after(async () => {
	for (const c of [alice, bob, eve, zoe])
		c.end();
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

const HIS_OWN = /^<sip:\+15550100003@example\.org(;user=phone)?>, <tel:\+15550100003>$/;

/* proves MSG-02 MSG-03 */
test('headers that only a trusted peer may send are ignored, logged and counted', async () => {
	const mark = site.mark(), before = await site.counters();
	const answer = await eve.message(BOB, 'believe me', { headers: {
		'P-Asserted-Identity': '<sip:+15550100001@example.org>',
		'P-Asserted-Service': 'urn:urn-7:3gpp-service.ims.icsi.mmtel',
		'P-Served-User': '<sip:+15550100001@example.org>;sescase=orig',
		'P-Charging-Vector': 'icid-value=forged',
		'History-Info': '<sip:+15550100001@example.org>;index=1' } });
	assert.equal(answer.status, 200);
	const got = await bob.got('believe me');
	assert.match(got.get('p-asserted-identity'), HIS_OWN);
	assert.equal(got.get('p-asserted-service'), ICSI);
	assert.match(got.get('from'), /\+15550100003@example\.org/);
	for (const name of ['p-served-user', 'p-charging-vector', 'history-info',
		'p-preferred-service', 'p-preferred-identity'])
		assert.equal(got.get(name), undefined, name);
	const d = moved(before, await site.counters());
	assert.ok(d['parley_sip_forged_headers_total'] >= 5);
	assert.ok(site.logged(mark, /ignored header=P-Asserted-Identity/).length >= 1);
});

test('P-Preferred-Identity names one of the user\'s own addresses or nothing', async () => {
	await eve.message(BOB, 'preferring another', { headers: {
		'P-Preferred-Identity': '<sip:+15550100001@example.org>' } });
	assert.match((await bob.got('preferring another')).get('p-asserted-identity'), HIS_OWN);
	await eve.message(BOB, 'preferring his number', { headers: {
		'P-Preferred-Identity': '<tel:+15550100003>' } });
	const got = await bob.got('preferring his number');
	assert.match(got.get('p-asserted-identity'), /tel:\+15550100003/);
	assert.equal(got.get('p-preferred-identity'), undefined);
});

test('the CPIM From is kept byte for byte and not believed', async () => {
	const body = cpim({ from: ALICE, to: BOB, text: 'I am Alice', messageId: 'forged1',
		wants: 'positive-delivery, display' });
	assert.equal((await eve.message(BOB, '', { body })).status, 200);
	const got = await bob.got('I am Alice');
	assert.equal(got.body, body);
	assert.match(got.get('p-asserted-identity'), HIS_OWN);
	assert.equal((await bob.report(EVE, 'forged1', 'delivered')).status, 200);
	await eve.gotReport('forged1', 'delivered');
	assert.deepEqual(alice.reports('forged1'), [], 'the one who was named learns nothing');
});

test('the author of a plain text is the one who logged in', async (t) => {
	const softphone = await online(BOB, 'bob', { plain: true });
	t.after(async () => {
		await softphone.register({ expires: 0 });
		softphone.end();
	});
	await eve.message(BOB, 'I am Alice again', { headers: {
		'P-Asserted-Identity': '<sip:+15550100001@example.org>' } });
	const got = await softphone.got('I am Alice again');
	assert.match(got.get('content-type'), /^text\/plain/);
	assert.match(got.get('from'), /\+15550100003@example\.org/);
	await bob.got('I am Alice again');
});

/* proves MSG-02 */
test('a user cannot send with another\'s From', async () => {
	const accepted = await site.metric('parley_messages_accepted_total');
	const before = await site.counters();
	const answer = await eve.request('MESSAGE', BOB, { from: ALICE, body: 'forged From',
		headers: { 'Content-Type': 'text/plain' } });
	assert.equal(answer.status, 403);
	const d = moved(before, await site.counters());
	assert.equal(d['parley_sip_auth_failures_total{reason="identity"}'], 1);
	assert.equal(await site.metric('parley_messages_accepted_total'), accepted);
});

/* proves MSG-02 */
test('a suspended user neither registers nor sends nor receives', async (t) => {
	const c = await online(ALICE, 'alice', { instance: 'urn:uuid:suspended' });
	t.after(async () => {
		await site.parley(['subscriber', 'resume', ALICE]);
		c.end();
	});
	await site.parley(['subscriber', 'suspend', ALICE]);
	const answer = await c.message(BOB, 'from a suspended one');
	assert.equal(answer.status, 403);
	assert.match(answer.get('warning'), /127 Service not authorised/);
	assert.equal((await c.register()).status, 403);
	assert.equal((await bob.message(ALICE, 'to a suspended one')).status, 403);
});

/* proves APP-07 */
test('the word of a trusted peer is enough', async (t) => {
	const proxy = await RawSip.open(site.address.udp, 'udp', { local: PROXY });
	t.after(() => proxy.end());
	const answer = await proxy.ask(request(proxy, 'MESSAGE', BOB, { from: ALICE,
		body: 'by way of a peer', headers: { 'Content-Type': 'text/plain',
			'P-Asserted-Identity': '<sip:+15550100001@example.org>' } }));
	assert.equal(answer.status, 200);
	const got = await bob.got('by way of a peer');
	assert.match(got.get('p-asserted-identity'), /sip:\+15550100001@example\.org/);
	const stranger = await RawSip.open(site.address.udp);
	t.after(() => stranger.end());
	assert.equal((await stranger.ask(request(stranger, 'MESSAGE', BOB, { from: ALICE,
		body: 'by a stranger', headers: { 'Content-Type': 'text/plain',
			'P-Asserted-Identity': '<sip:+15550100001@example.org>' } }))).status, 401,
	'the same words from elsewhere need a password');
});

test('a trusted peer that asserts nothing lets its user be asked for a password', async (t) => {
	const proxy = await RawSip.open(site.address.udp, 'udp', { local: PROXY });
	t.after(() => proxy.end());
	assert.equal((await proxy.ask(request(proxy, 'MESSAGE', BOB, { from: ALICE, body: 'x',
		headers: { 'Content-Type': 'text/plain' } }))).status, 401);
});

test('a peer asserts a stranger of another network, who is delivered as such', async (t) => {
	const proxy = await RawSip.open(site.address.udp, 'udp', { local: PROXY });
	t.after(() => proxy.end());
	const answer = await proxy.ask(request(proxy, 'MESSAGE', BOB, {
		from: 'sip:carl@example.net', body: 'from the other network',
		headers: { 'Content-Type': 'text/plain',
			'P-Asserted-Identity': '<sip:carl@example.net>' } }));
	assert.equal(answer.status, 200);
	assert.match((await bob.got('from the other network')).get('p-asserted-identity'),
		/sip:carl@example\.net/);
});

/* proves MSG-01 APP-07 */
test('an IMS core says whom we serve with P-Served-User, an honest proxy may not', async (t) => {
	const core = await RawSip.open(site.address.udp, 'udp', { local: CORE });
	t.after(() => core.end());
	const send = (raw, served, text) => raw.ask(request(raw, 'MESSAGE', BOB, { from: ALICE,
		body: text, headers: { 'Content-Type': 'text/plain', 'P-Served-User': served,
			'P-Asserted-Identity': '<sip:+15550100001@example.org>' } }));
	assert.equal((await send(core, '<sip:+15550100001@example.org>;sescase=orig',
		'orig')).status, 200);
	await bob.got('orig');
	assert.equal((await send(core, '<sip:+15550100002@example.org>;sescase=term',
		'term')).status, 200);
	await bob.got('term');
	assert.equal((await send(core, '<sip:nobody@example.org>;sescase=orig',
		'none')).status, 404);
});

/* proves APP-07 */
test('an IMS core registers a user for us, and his messages go by way of it', async (t) => {
	const core = await RawSip.open(site.address.udp, 'udp', { local: CORE });
	t.after(() => core.end());
	const answer = await core.ask(request(core, 'REGISTER', `sip:${site.address.udp}`, {
		from: `sip:scscf@${core.local}`, to: ZOE,
		headers: { Contact: `<sip:scscf@${core.local}>`, Expires: 600 } }));
	assert.equal(answer.status, 200, answer.text);
	const sending = alice.message(ZOE, 'through the core');
	const m = await core.wait((e) => e.method === 'MESSAGE');
	assert.match(m.uri, /zoe@example\.org/);
	assert.match(m.get('route'), new RegExp(core.local.replace(/\./g, '\\.')));
	core.send(respond(m, 200));
	taken(await sending);
	await zoe.got('through the core');
});

const spellings = {
	'sip:, with +': 'sip:+15550100002@example.org',
	'sip:, without +': 'sip:15550100002@example.org',
	'sip:, user=phone': 'sip:+15550100002@example.org;user=phone',
	'sip:, without + and user=phone': 'sip:15550100002@example.org;user=phone',
	'sip:, + escaped': 'sip:%2B15550100002@example.org',
	'sip:, with visual separators': 'sip:+1-555-010-0002@example.org;user=phone',
	'sip:, upper-case domain': 'sip:+15550100002@EXAMPLE.ORG',
	'tel:, with +': 'tel:+15550100002',
	'tel:, without +': 'tel:15550100002',
	'tel:, with visual separators': 'tel:+1-555-010.0002',
	'tel:, national with phone-context': 'tel:5550100002;phone-context=+1',
};
for (const [name, uri] of Object.entries(spellings))
	/* proves MSG-01 APP-07 */
	test(`a number is found when written ${name}`, async () => {
		const answer = await alice.message(uri, `to ${name}`);
		assert.equal(answer.status, 200, answer.text);
		await bob.got(`to ${name}`);
	});

test('the address of a listener as host means the home domain', async () => {
	const uri = `sip:+15550100002@${site.address.udp}`;
	assert.equal((await alice.message(uri, 'to the host')).status, 200);
	await bob.got('to the host');
});

test('an alias of a subscriber finds him, and he can log in by it', async (t) => {
	assert.equal((await alice.message('tel:+15550100009', 'to the alias')).status, 200);
	await zoe.got('to the alias');
	const c = await Client.open(site, 'sip:+15550100009@example.org', 'zoe');
	t.after(() => c.end());
	assert.equal((await c.register()).status, 200);
	assert.equal((await c.register({ expires: 0 })).status, 200);
});

test('a sender who asks for privacy is not named to the recipient', async () => {
	await alice.message(BOB, 'guess who', { headers: { Privacy: 'id' }, plain: true });
	const got = await bob.got('guess who');
	assert.equal(got.get('p-asserted-identity'), undefined);
	assert.match(got.get('from'), /anonymous/i);
	assert.ok(!got.text.includes('15550100001'));
});

// Peers that others wrote: sipp, Linphone, baresip, Kamailio, npm's smpp.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { Site } = require('./lib/site.js');
const { Client, taken } = require('./lib/client.js');
const { RawSip } = require('./lib/rawsip.js');
const { request, SipMessage } = require('./lib/sipmsg.js');
const { sipp, Linphone, Baresip, Kamailio } = require('./lib/others.js');
const { freePort, portTaken } = require('./lib/ports.js');
const { Smsc } = require('./lib/npmsmsc.js');
const { gateway } = require('./lib/sim.js');
const { until } = require('./lib/until.js');

const aor = (n) => `sip:+1555010${String(n).padStart(4, '0')}@example.org`;
const user = (n) => `+1555010${String(n).padStart(4, '0')}`;
const password = (n) => `secret${n}`;
const EDGE = '127.0.0.2';	// Kamailio's address, a trusted peer

let site, alice;

before(async () => {
	site = await Site.start({ config: [`set peer edge address ${EDGE}`],
		people: Array.from({ length: 12 }, (_, i) => [aor(i + 1), password(i + 1)]) });
	alice = await Client.open(site, aor(1), password(1));
	assert.equal((await alice.register()).status, 200);
});

after(async () => {
	alice.end();
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

// For clients that know MD5 alone and give up when SHA-256 is offered first.
async function onlyMd5(t) {
	await site.configure(['set policy sip digest-sha256 off']);
	t.after(() => site.configure(['delete policy sip digest-sha256']));
	alice.challenge = null;
	alice.algorithm = 'MD5';
	t.after(() => { alice.challenge = null; alice.algorithm = 'SHA-256'; });
}

test('both digests cannot be switched off', async () => {
	const r = await site.shell(['configure', '-f', '-', '--commit'],
		'set policy sip digest-sha256 off\nset policy sip digest-md5 off\n');
	assert.equal(r.status, 5);
	assert.match(r.stderr, /nobody could log in/);
});

/* proves APP-07 MSG-10 */
test('sipp registers with a password, sends messages and gets one', async (t) => {
	await onlyMd5(t);
	const port = await freePort();
	const fields = [user(2), `[authentication username=${user(2)} password=${password(2)}]`,
		'example.org', user(1)];
	await sipp(site, 'register', { fields, port,
		args: ['-m', '1', '-auth_uri', 'example.org'] });
	await sipp(site, 'message_uac', { fields, port,
		args: ['-m', '20', '-r', '50', '-auth_uri', `${user(1)}@example.org`] });
	for (let i = 1; i <= 20; i++)
		await alice.got(`Hello number ${i} from sipp`);
	const receiving = sipp(site, 'message_uas', { fields, port, args: ['-m', '1'] });
	await portTaken(port);
	const sent = await alice.message(aor(2), 'from a client of CPM');
	await receiving;
	taken(sent);
});

/* proves APP-07 MSG-10 MSG-09 */
test('Linphone registers, gets what waited and chats both ways', async () => {
	assert.equal((await alice.message(aor(3), 'you were away')).status, 202);
	const linphone = Linphone.start(site, aor(3), password(3));
	const first = await linphone.wait({ text: 'you were away' });
	assert.match(first.from, /\+15550100001@example\.org/);
	linphone.chat(aor(1), 'hello from Linphone');
	const got = await alice.got('hello from Linphone');
	assert.equal(got.get('content-type'), 'message/cpim');
	assert.match(got.get('p-asserted-identity'), /\+15550100003@example\.org/);
	assert.equal((await alice.message(aor(3), 'Grüße an Linphone')).status, 200);
	await linphone.wait({ text: 'Grüße an Linphone' });
	linphone.write('quit');
	await linphone.ended;
});

/* proves MLD-004 */
test('Linphone\'s own reports, deflated and outside CPIM, are understood', async () => {
	const linphone = Linphone.start(site, aor(4), password(4));
	const unknown = await site.metric('parley_sip_reports_unknown_total');
	const reports = await site.metric('parley_sip_requests_total');
	assert.ok(reports > 0);
	taken(await alice.message(aor(4), 'report, please', { messageId: 'linphone-report-1',
		wants: 'positive-delivery' }));
	await linphone.wait({ text: 'report, please' });
	await alice.gotReport('linphone-report-1', 'delivered');
	linphone.chat(aor(1), 'after the report');
	await alice.got('after the report');
	linphone.write('quit');
	await linphone.ended;
	assert.deepEqual(alice.reports('linphone-report-1'), ['delivered']);
	assert.equal(await site.metric('parley_sip_reports_unknown_total'), unknown);
});

/* proves APP-07 MSG-10 MSG-09 */
test('baresip registers, gets what waited and chats both ways', async (t) => {
	await onlyMd5(t);
	assert.equal((await alice.message(aor(5), 'you were away, baresip')).status, 202);
	const baresip = Baresip.start(site, aor(5), password(5), aor(1));
	t.after(() => baresip.end());
	const first = await baresip.wait({ text: 'you were away, baresip' });
	assert.match(first.from, /\+15550100001@example\.org/);
	baresip.write('/contact_next');
	baresip.message('hello from baresip');
	assert.match((await alice.got('hello from baresip')).get('from'), /\+15550100005/);
	assert.equal((await alice.message(aor(5), 'and back to baresip')).status, 200);
	await baresip.wait({ text: 'and back to baresip' });
});

/* proves APP-07 MSG-01 MSG-04 */
test('Kamailio in front: clients register, send and receive through it', async (t) => {
	const kamailio = await Kamailio.start(site, EDGE);
	t.after(() => kamailio.end());
	// the first OPTIONS that it passes on tells that it is up
	const probe = await RawSip.open(kamailio.address, 'udp', { local: '127.0.0.1' });
	t.after(() => probe.end());
	await until('Kamailio passes something on', () =>
		probe.ask(request(probe, 'OPTIONS', 'sip:example.org'), 300).catch(() => null));
	const c = await Client.open(site, aor(6), password(6), { address: kamailio.address,
		local: '127.0.0.1' });
	t.after(() => c.end());
	const registered = await c.register({ headers: { Supported: 'path' } });
	assert.equal(registered.status, 200, registered.text);
	assert.match(registered.get('path'), new RegExp(EDGE.replace(/\./g, '\\.')));

	taken(await alice.message(aor(6), 'by the Path'));
	const got = await c.got('by the Path');
	assert.equal(got.all('via').length, 2, 'it came through the proxy');

	assert.equal((await c.message(aor(1), 'through the proxy')).status, 200);
	assert.match((await alice.got('through the proxy')).get('p-asserted-identity'), /100006/);

	assert.equal((await c.message(aor(1), 'forged through the proxy', { headers: {
		'P-Asserted-Identity': `<${aor(7)}>` } })).status, 200);
	assert.match((await alice.got('forged through')).get('p-asserted-identity'), /100006/);

	c.challenge = null;
	const known = await c.request('MESSAGE', aor(1), { tries: 1, body: 'known to the edge',
		headers: { 'Content-Type': 'text/plain', 'X-Known': 'yes' } });
	assert.equal(known.status, 200, 'the word of the trusted proxy is enough');
	await alice.got('known to the edge');
	assert.ok(alice.raw.events.every((e) => !(e instanceof SipMessage) ||
		!e.text.includes('X-Known')));
});

/* proves FLOW-1 FLOW-2 IWK-01 IOP-003 */
test('a service centre by npm\'s smpp: texts, receipts and answers both ways', async (t) => {
	const smsc = await Smsc.listen();
	t.after(() => smsc.close());
	await site.configure(gateway('npm', smsc.port, site, { more: ['enquire-link 1s'] }));
	t.after(() => site.configure(['delete route npm', 'delete gateway npm']));
	const bind = await smsc.wait({ command: 'bind_transceiver' });
	assert.equal(bind.system_id, 'parley');
	assert.equal(bind.password, 'secret');
	await site.log(/gateway is up gateway=npm/);

	assert.equal((await alice.message('tel:+17770000001', 'Hello {€} from CPM', {
		messageId: 'npm-1', wants: 'positive-delivery' })).status, 200);
	const sm = await smsc.wait({ command: 'submit_sm', to: '17770000001' });
	assert.equal(sm.text, 'Hello {€} from CPM');
	assert.equal(sm.from, '15550100001');
	smsc.receipt(sm, 'DELIVRD');
	await alice.gotReport('npm-1', 'delivered');
	assert.equal((await smsc.wait({ command: 'deliver_sm_resp' })).command_status, 0);

	await alice.message('tel:+17770000001', 'Привет \u{1f600}');
	assert.equal((await smsc.wait({ command: 'submit_sm', data_coding: 8 })).text,
		'Привет \u{1f600}');

	const long = 'a long text '.repeat(20).trim();
	await alice.message('tel:+17770000001', long);
	const parts = [await smsc.wait({ command: 'submit_sm', parts: 2 }),
		await smsc.wait({ command: 'submit_sm', parts: 2 })];
	assert.equal(parts.sort((a, b) => a.part - b.part).map((p) => p.text).join(''), long);

	smsc.text('17770000001', '15550100001', 'Hi Alice, ça va? ñ');
	const got = await alice.got('Hi Alice');
	assert.match(got.get('non-cpm-service'), /^sms;via=npm/);
	assert.ok(got.body.endsWith(Buffer.from('Hi Alice, ça va? ñ').toString('latin1')));
	assert.equal((await smsc.wait({ command: 'deliver_sm_resp' })).command_status, 0);
	await smsc.wait({ command: 'enquire_link' });
});

test('npm\'s smpp refuses, goes away and comes back', async (t) => {
	const smsc = await Smsc.listen();
	t.after(() => smsc.close());
	await site.configure(gateway('npm2', smsc.port, site, { pattern: 'tel:+1888*' }));
	t.after(() => site.configure(['delete route npm2', 'delete gateway npm2']));
	await site.log(/gateway is up gateway=npm2/);
	smsc.status = 0x0b;
	assert.equal((await alice.message('tel:+18880000001', 'nobody there')).status, 404);
	smsc.status = 0;
	const mark = site.mark();
	smsc.hangUp();
	await site.log(/gateway is up gateway=npm2/, mark);
	assert.equal((await alice.message('tel:+18880000001', 'back again')).status, 200);
	await smsc.wait({ command: 'submit_sm', text: 'back again' });
});

// Pager mode: octets kept, answers right, duplicates once, what waits in order.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { Site, moved } = require('./lib/site.js');
const { Client, taken } = require('./lib/client.js');
const { RawSip } = require('./lib/rawsip.js');
const { request, authorize, id, octets } = require('./lib/sipmsg.js');
const { cpim, cpmHeaders, imdnXml, readImdn } = require('./lib/cpim.js');

const aor = (n) => `sip:+1555010${String(n).padStart(4, '0')}@example.org`;
const password = (n) => `secret${n}`;
const ALICE = aor(1), BOB = aor(2);
const PHONE = 'urn:uuid:00000000-0000-4000-8000-00000000000a';
const TABLET = 'urn:uuid:00000000-0000-4000-8000-00000000000b';

let site, alice, bob;
const open = [];	// clients to close in the end

async function client(n, options) {
	const c = await Client.open(site, aor(n), password(n), options);
	open.push(c);
	return c;
}

async function online(n, options) {
	const c = await client(n, options);
	assert.equal((await c.register()).status, 200);
	return c;
}

// The first answer that is not 202: a device that registered a moment ago
// may count as offline until what waited for it was looked up.
async function firmly(send) {
	for (let tries = 0; tries < 50; tries++) {
		const answer = await send();
		if (answer.status !== 202)
			return answer;
	}
	return { status: 202 };
}

before(async () => {
	site = await Site.start({ config: ['set policy delivery answer-wait 2s'],
		people: Array.from({ length: 40 }, (_, i) => [aor(i + 1), password(i + 1)]) });
	alice = await online(1);
	bob = await online(2);
});

after(async () => {
	open.forEach((c) => c.end());
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

/* proves MSG-01 MSG-03 MSG-04 MSG-10 */
test('ids and CPIM travel byte for byte', async () => {
	const body = [`from:   "Alice, the 1st" <${ALICE}>`, `To: <${BOB}>`,
		'DateTime: 2026-03-01T10:00:00.123+02:00', 'NS: imdn <urn:ietf:params:imdn>',
		'NS: MyFeatures <mailto:features@example.com>', 'imdn.Message-ID: byte-1',
		'imdn.Disposition-Notification: positive-delivery',
		'MyFeatures.PANI: 3GPP-E-UTRAN; utran-cell-id-3gpp=001', 'Subject:;lang=fi Hei',
		'', 'Content-Type: text/plain; charset="UTF-8"', 'X-Own:  two  blanks ', '',
		octets('Grüße, 你好 \u{1f600}\r\n\r\n\0 after a NUL')].join('\r\n');
	const headers = { 'Conversation-ID': 'f81d4fae-7DEC-11d0/a765+00a0c91e6bf6',
		'Contribution-ID': 'C!#$%&\'*+-._`|~', 'InReplyTo-Contribution-ID': 'abc==' };
	taken(await alice.message(BOB, '', { body, headers }));
	const got = await bob.got((m) => m.body.includes('byte-1'));
	assert.equal(got.body, body);
	for (const [name, value] of Object.entries(headers))
		assert.equal(got.get(name), value);
	assert.equal(got.get('content-type'), 'message/cpim');
	assert.match(got.get('p-called-party-id'),
		/^<sip:\+15550100002@example\.org(;user=phone)?>$/);
	assert.equal(got.get('contact'), undefined, 'RFC 3428 forbids a Contact');
	assert.notEqual(got.get('date'), undefined);
});

test('Accept-Contact travels byte for byte, what the client preferred does not', async () => {
	const accept = '*;+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.msg"';
	await alice.message(BOB, 'tags', { headers: { 'Accept-Contact': accept,
		'Request-Disposition': 'no-fork', 'User-Agent': 'Private/1.0' } });
	const got = await bob.got('tags');
	assert.equal(got.get('accept-contact'), accept);
	assert.equal(got.get('request-disposition'), undefined);
	assert.ok(!got.text.includes('Private/1.0'));
});

test('ids that are missing are made up', async () => {
	await alice.message(BOB, 'no ids', { headers: { 'Conversation-ID': null,
		'Contribution-ID': null } });
	const got = await bob.got('no ids');
	assert.match(got.get('conversation-id'), /^[!-~]{8,128}$/);
	assert.match(got.get('contribution-id'), /^[!-~]{8,128}$/);
});

test('an id that is too long or has blanks inside is refused', async () => {
	for (const value of ['x'.repeat(129), 'two words'])
		assert.equal((await alice.message(BOB, 'bad id', {
			headers: { 'Conversation-ID': value } })).status, 400);
	taken(await alice.message(BOB, 'good id', {
		headers: { 'Conversation-ID': 'x'.repeat(128) } }));
	await bob.got('good id');
	assert.equal(bob.texts('bad id').length, 0);
});

/* proves MSG-10 */
test('a plain text reaches a CPM client wrapped and a softphone plain', async (t) => {
	const softphone = await online(2, { plain: true });
	t.after(() => softphone.register({ expires: 0 }));
	const other = await online(3, { plain: true });
	taken(await other.message(BOB, 'Gruß € \u{1f600}'));
	const plain = await softphone.got('Gruß');
	assert.match(plain.get('content-type'), /^text\/plain/i);
	assert.equal(plain.body, octets('Gruß € \u{1f600}'));
	const wrapped = await bob.got('Gruß');
	assert.equal(wrapped.get('content-type'), 'message/cpim');
	assert.match(wrapped.body, /^From: .*\+15550100003/m);
	assert.match(wrapped.body, /^imdn\.Message-ID: \S+/m);
	assert.ok(wrapped.body.endsWith('\r\n\r\n' + octets('Gruß € \u{1f600}')));
});

/* proves MSG-10 */
test('a CPM message reaches a softphone as plain text', async () => {
	const softphone = await online(4, { plain: true });
	taken(await alice.message(aor(4), 'from CPM: ü'));
	const got = await softphone.got('from CPM');
	assert.match(got.get('content-type'), /^text\/plain/i);
	assert.equal(got.body, octets('from CPM: ü'));
});

test('a client that turns out to read no CPIM gets plain text', async () => {
	const c = await client(5, { answer: (m) => /cpim/i.test(m.get('content-type')) ?
		{ status: 415, headers: { Accept: 'text/plain' } } : 200 });
	await c.register();
	taken(await alice.message(aor(5), 'read me'));
	await c.got((m) => /^text\/plain/i.test(m.get('content-type')) &&
		m.body === 'read me');
});

/* proves MSG-04 MSG-10 */
test('any media type passes between CPM clients', async () => {
	const content = Buffer.from([0, 255, 13, 10, 13, 10, 0x89, 0x50]).toString('latin1');
	const body = cpim({ from: ALICE, to: BOB, messageId: 'png1', type: 'image/png', content });
	taken(await alice.message(BOB, '', { body }));
	assert.equal((await bob.got((m) => m.body.includes('png1'))).body, body);
});

/* proves MSG-04 MLD-004 MLD-005 */
test('each report comes once, however often the device sends it', async () => {
	await alice.message(BOB, 'report me', { messageId: 'rep1',
		wants: 'positive-delivery, display' });
	await bob.got('report me');
	for (const status of ['delivered', 'delivered', 'displayed', 'delivered', 'displayed'])
		assert.equal((await bob.report(ALICE, 'rep1', status)).status, 200);
	await alice.gotReport('rep1', 'delivered');
	await alice.gotReport('rep1', 'displayed');
	await bob.message(ALICE, 'after rep1');
	await alice.got('after rep1');
	assert.deepEqual(alice.reports('rep1'), ['delivered', 'displayed']);
});

test('a report travels byte for byte, with its own ids', async () => {
	await alice.message(BOB, 'bytes of a report', { messageId: 'rep2',
		wants: 'positive-delivery' });
	await bob.got('bytes of a report');
	const headers = { 'Conversation-ID': 'conv-rep2', 'Contribution-ID': 'fresh-rep2' };
	await bob.report(ALICE, 'rep2', 'delivered', headers);
	const sent = bob.last.slice(bob.last.indexOf('\r\n\r\n') + 4);
	const got = await alice.gotReport('rep2');
	assert.equal(got.body, sent);
	assert.equal(got.get('contribution-id'), 'fresh-rep2');
	assert.equal(got.get('conversation-id'), 'conv-rep2');
});

test('what nobody asked for is not reported', async () => {
	await alice.message(BOB, 'no report please', { messageId: 'rep3' });
	await bob.got('no report please');
	assert.equal((await bob.report(ALICE, 'rep3', 'delivered')).status, 200);
	await bob.message(ALICE, 'after rep3');
	await alice.got('after rep3');
	assert.deepEqual(alice.reports('rep3'), []);
});

test('a read report alone brings the delivery report before it', async () => {
	await alice.message(BOB, 'read at once', { messageId: 'rep4',
		wants: 'positive-delivery, display' });
	await bob.got('read at once');
	await bob.report(ALICE, 'rep4', 'displayed');
	await alice.gotReport('rep4', 'displayed');
	assert.deepEqual(alice.reports('rep4'), ['delivered', 'displayed']);
});

test('a third person cannot report on a message', async () => {
	const eve = await online(6);
	await alice.message(BOB, 'for Bob only', { messageId: 'rep5', wants: 'positive-delivery' });
	await bob.got('for Bob only');
	assert.equal((await eve.report(ALICE, 'rep5', 'displayed')).status, 200);
	await bob.report(ALICE, 'rep5', 'delivered');
	await alice.gotReport('rep5');
	await eve.message(ALICE, 'after rep5');
	await alice.got('after rep5');
	assert.deepEqual(alice.reports('rep5'), ['delivered']);
});

/* proves MLD-018 MLD-004 */
test('with two devices one report of each kind comes, and only to the sending device', async () => {
	const phone = await online(7, { instance: PHONE });
	const tablet = await online(7, { instance: TABLET });
	const sender = await online(8, { instance: PHONE });
	const other = await online(8, { instance: TABLET });
	await sender.message(aor(7), 'to two devices', { messageId: 'two1',
		wants: 'positive-delivery, display' });
	await phone.got('to two devices');
	await tablet.got('to two devices');
	for (const c of [phone, tablet])
		for (const status of ['delivered', 'displayed'])
			assert.equal((await c.report(aor(8), 'two1', status)).status, 200);
	await sender.gotReport('two1', 'displayed');
	await phone.message(aor(8), 'after two1');
	await sender.got('after two1');
	await other.got('after two1');
	assert.deepEqual(sender.reports('two1'), ['delivered', 'displayed']);
	assert.deepEqual(other.reports('two1'), []);
});

test('the first device that takes a message makes the answer 200', async () => {
	await online(9, { instance: PHONE, answer: 480 });
	const good = await online(9, { instance: TABLET });
	assert.equal((await firmly(() => alice.message(aor(9), 'one of two'))).status, 200);
	await good.got('one of two');
});

test('the answer is 202 when a device takes its time', async () => {
	const slow = await online(10);
	assert.equal((await firmly(() => alice.message(aor(10), 'at once'))).status, 200);
	slow.answer = null;
	const answer = await alice.message(aor(10), 'slowly');
	assert.equal(answer.status, 202);
	assert.ok(slow.texts('slowly').length > 0, 'the device had it before');
});

test('a device that refuses for good makes the answer a refusal', async () => {
	await online(11, { answer: 603 });
	assert.equal((await firmly(() => alice.message(aor(11), 'unwanted'))).status, 603);
	await online(12, { answer: 488 });
	assert.equal((await firmly(() => alice.message(aor(12), 'not acceptable'))).status, 415);
});

/* proves MSG-09 */
test('a device that is unreachable makes the answer 202 and the message waits', async () => {
	let calls = 0;
	const c = await client(13, { answer: () => ++calls > 1 ? 200 : 480 });
	await c.register();
	assert.equal((await alice.message(aor(13), 'try again')).status, 202);
	const queues = await site.items('show', 'queues');
	assert.ok(JSON.stringify(queues).includes('5550100013'));
	await c.register();
	await c.raw.wait((m) => m.method === 'MESSAGE' && calls > 1);
});

/* proves MSG-09 */
test('a device that is busy is tried again when it said', async () => {
	let calls = 0;
	await online(25, { answer: () => ++calls > 1 ? 200 :
		{ status: 503, headers: { 'Retry-After': 1 } } });
	taken(await alice.message(aor(25), 'in a second'));
	await alice.message(aor(25), 'and one behind it');
	const c = open[open.length - 1];
	await c.got('in a second');
	await c.got('in a second');
	await c.got('and one behind it');
	assert.equal(c.texts('in a second').length, 2);
});

test('Expires: 0 means now or never', async () => {
	const now = { headers: { Expires: 0 } };
	assert.equal((await alice.message(aor(26), 'never', now)).status, 480);
	const c = await online(26);
	assert.equal((await firmly(() => alice.message(aor(26), 'now', now))).status, 200);
	await c.got('now');
	assert.equal(c.texts('never').length, 0);
});

test('no more messages are under way to one user than the policy allows', async (t) => {
	await site.configure(['set policy sip device-parallel 2']);
	t.after(() => site.configure(['delete policy sip device-parallel']));
	const c = await online(27, { answer: null });
	const senders = await Promise.all([28, 29, 30, 31].map((n) => online(n)));
	const answers = await Promise.all(senders.map((s) => s.message(aor(27), 'parallel')));
	assert.deepEqual(answers.map((a) => a.status), [202, 202, 202, 202]);
	const calls = () => new Set(c.texts('parallel').map((m) => m.get('call-id'))).size;
	assert.equal(calls(), 2);
	c.answer = 200;
	while (calls() < 4)
		await c.got('parallel');
});

/* proves MSG-09 */
test('messages that wait are delivered in the order in which they came', async () => {
	const texts = Array.from({ length: 20 }, (_, i) => `waiting number ${i};`);
	for (const text of texts)
		assert.equal((await alice.message(aor(14), text)).status, 202);
	const c = await online(14);
	await c.got(texts[19]);
	assert.deepEqual(c.texts('waiting number')
		.map((m) => texts.findIndex((t) => m.body.includes(t))),
	texts.map((_, i) => i));
});

/* proves MSG-09 */
test('a message that waited says so to a client that knows deferred delivery', async () => {
	assert.equal((await alice.message(aor(15), 'waited')).status, 202);
	const c = await online(15);
	const got = await c.got('waited');
	assert.match(got.get('p-asserted-service'), /oma\.cpm\.(msg|deferred)$/);
});

/* proves MSG-09 */
test('a message expires when its sender said, and he is told if he asked', async () => {
	assert.equal((await alice.message(aor(16), 'short-lived', { messageId: 'exp1',
		wants: 'negative-delivery', headers: { Expires: 1 } })).status, 202);
	assert.equal((await alice.message(aor(16), 'silent', { messageId: 'exp2',
		wants: 'positive-delivery', headers: { Expires: 1 } })).status, 202);
	assert.equal((await alice.message(aor(16), 'long-lived', {
		headers: { Expires: 600 } })).status, 202);
	const report = await alice.gotReport('exp1', 'failed');
	assert.match(report.get('from'), /5550100016/);
	const c = await online(16);
	await c.got('long-lived');
	assert.equal(c.texts('short-lived').length, 0);
	assert.equal(c.texts('silent').length, 0);
	assert.deepEqual(alice.reports('exp2'), []);
});

/* proves MSG-09 */
test('the policy bounds how long a message waits', async (t) => {
	await site.configure(['set policy delivery max-deferral 1s']);
	t.after(() => site.configure(['delete policy delivery max-deferral']));
	assert.equal((await alice.message(aor(17), 'bounded', { messageId: 'exp3',
		wants: 'negative-delivery', headers: { Expires: 86400 } })).status, 202);
	await alice.gotReport('exp3', 'failed');
});

test('an Expires that is past is refused', async () => {
	const answer = await alice.message(BOB, 'too late', { headers: {
		Expires: 'Thu, 01 Jan 2015 00:00:00 GMT' } });
	assert.equal(answer.status, 400);
});

test('the same message again is answered as before and sent to nobody', async () => {
	const body = cpim({ from: ALICE, to: BOB, text: 'only once', messageId: 'dup1' });
	const again = async () => (await alice.message(BOB, '', { body })).status;
	const first = await again(), before = await site.counters();
	assert.equal(first, 200);
	assert.equal(await again(), first);
	assert.equal(await again(), first);
	const d = moved(before, await site.counters());
	assert.equal(d['parley_messages_duplicate_suppressed_total'], 2);
	assert.equal(d['parley_messages_accepted_total'], undefined);
	await alice.message(BOB, 'after dup1');
	await bob.got('after dup1');
	assert.equal(bob.texts('only once').length, 1);
});

test('the same message to somebody else is another message', async () => {
	const c = await online(18);
	const body = cpim({ from: ALICE, to: BOB, text: 'to each', messageId: 'dup2' });
	for (const to of [BOB, aor(18)])
		taken(await alice.message(to, '', { body }));
	await bob.got('to each');
	await c.got('to each');
});

test('a duplicate of a message that waits is answered 202 and waits once', async () => {
	const body = cpim({ from: ALICE, to: aor(19), text: 'waits once', messageId: 'dup3' });
	for (let i = 0; i < 3; i++)
		assert.equal((await alice.message(aor(19), '', { body })).status, 202);
	const c = await online(19);
	await c.got('waits once');
	await alice.message(aor(19), 'after dup3');
	await c.got('after dup3');
	assert.equal(c.texts('waits once').length, 1);
});

test('a duplicate is known after a restart', async () => {
	const body = cpim({ from: ALICE, to: BOB, text: 'before the crash', messageId: 'dup4' });
	taken(await alice.message(BOB, '', { body }));
	await bob.got('before the crash');
	await site.settled('tel:+15550100002');	/* what is in flight at a kill may come again */
	await site.restart('SIGKILL');
	taken(await alice.message(BOB, '', { body }));
	await alice.message(BOB, 'after dup4');
	await bob.got('after dup4');
	assert.equal(bob.texts('before the crash').length, 1);
});

test('a retransmission is never processed again', async () => {
	const before = await site.counters();
	await alice.message(BOB, 'retransmitted', { plain: true });
	const octetsSent = alice.last;
	for (let i = 0; i < 3; i++)
		assert.equal((await alice.raw.ask(octetsSent)).status, 200);
	await alice.message(BOB, 'after the retransmissions');
	await bob.got('after the retransmissions');
	assert.equal(bob.texts('retransmitted').filter((m) => !m.body.includes('after')).length, 1);
	assert.equal(moved(before, await site.counters())['parley_messages_accepted_total'], 2);
});

test('a retransmission before the answer is not processed again', async () => {
	const c = await online(20);
	const raw = alice.raw, uri = aor(20);
	const bare = { from: ALICE, body: 'twice at once',
		headers: { 'Content-Type': 'text/plain' } };
	const challenge = await raw.ask(request(raw, 'MESSAGE', uri, bare));
	assert.equal(challenge.status, 401);
	const text = request(raw, 'MESSAGE', uri, { ...bare, headers: { ...bare.headers,
		Authorization: authorize(challenge.get('www-authenticate'), { method: 'MESSAGE',
			uri, user: '+15550100001', password: password(1) }) } });
	raw.send(text);
	raw.send(text);
	raw.send(text);
	assert.equal((await raw.ask(text)).status, 200);
	await alice.message(uri, 'and the end');
	await c.got('and the end');
	assert.equal(c.texts('twice at once').length, 1);
});

test('typing outside a session is answered and dropped', async () => {
	const answer = await alice.request('MESSAGE', BOB, {
		headers: { 'Content-Type': 'application/im-iscomposing+xml' },
		body: '<?xml version="1.0"?>' +
			'<isComposing xmlns="urn:ietf:params:xml:ns:im-iscomposing">' +
			'<state>active</state></isComposing>' });
	assert.equal(answer.status, 200);
	await alice.message(BOB, 'after typing');
	await bob.got('after typing');
	assert.equal(bob.texts('isComposing').length, 0);
});

test('a report outside CPIM, deflated as liblinphone does, is understood', async () => {
	const zlib = require('node:zlib');
	await alice.message(BOB, 'deflate it', { messageId: 'defl1', wants: 'positive-delivery' });
	await bob.got('deflate it');
	const answer = await bob.request('MESSAGE', ALICE, {
		headers: { 'Content-Type': 'message/imdn+xml', 'Content-Encoding': 'deflate',
			Priority: 'non-urgent' },
		body: zlib.deflateSync(imdnXml('defl1', 'delivered')).toString('latin1') });
	assert.equal(answer.status, 200);
	await alice.gotReport('defl1', 'delivered');
});

test('a body that would inflate without end is refused', async () => {
	const zlib = require('node:zlib');
	const bomb = zlib.deflateSync(Buffer.alloc(16 << 20, 'x')).toString('latin1');
	const answer = await bob.request('MESSAGE', ALICE, { body: bomb, headers: {
		'Content-Type': 'text/plain', 'Content-Encoding': 'deflate' } });
	assert.match(String(answer.status), /^4(00|13)$/);
});

const methods = [
	['INVITE', 405], ['INFO', 405], ['UPDATE', 405], ['REFER', 405], ['SUBSCRIBE', 489],
	['PUBLISH', 489], ['BYE', 481], ['NOTIFY', 481], ['PRACK', 481], ['CANCEL', 481],
	['NEWMETHOD', 501],
];
for (const [method, status] of methods)
	test(`${method} outside what we do is answered ${status}`, async () => {
		const raw = await RawSip.open(site.address.udp);
		open.push(raw);
		const headers = status === 489 ? { Event: 'presence' } : {};
		const answer = await raw.ask(request(raw, method, BOB, { headers }));
		assert.equal(answer.status, status);
		if (status === 405 || status === 501)
			assert.match(answer.get('allow'), /MESSAGE/);
	});

const refusals = {
	'a MESSAGE inside a dialog that does not exist is 481':
		[{ headers: { To: `<${BOB}>;tag=gone` } }, 481],
	'an extension that is required is 420 and named in Unsupported':
		[{ headers: { Require: 'precondition' } }, 420,
			['unsupported', 'precondition']],
	'an extension that a proxy must know is 420 as well':
		[{ headers: { 'Proxy-Require': 'sec-agree' } }, 420, ['unsupported', 'sec-agree']],
	'a URI scheme that nobody knows is 416': [{ uri: 'weird:bob@example.org' }, 416],
	'Max-Forwards: 0 is 483': [{ headers: { 'Max-Forwards': 0 } }, 483],
};
for (const [name, [how, status, header]] of Object.entries(refusals))
	test(name, async () => {
		const { uri = BOB, ...options } = how;
		const answer = await alice.request('MESSAGE', uri, { body: 'x', ...options,
			headers: { 'Content-Type': 'text/plain', ...options.headers } });
		assert.equal(answer.status, status);
		if (header)
			assert.equal(answer.get(header[0]), header[1]);
	});

test('a Content-Encoding that nobody knows is 415 with Accept', async () => {
	const answer = await alice.request('MESSAGE', BOB, { body: 'x', headers: {
		'Content-Type': 'text/plain', 'Content-Encoding': 'compress-more' } });
	assert.equal(answer.status, 415);
	assert.match(answer.get('accept'), /message\/cpim/);
	assert.match(answer.get('accept-encoding'), /deflate/);
});

test('a request larger than the setting is 413, and the connection lives on', async (t) => {
	await site.configure(['set policy sip max-message 4096']);
	t.after(() => site.configure(['delete policy sip max-message']));
	const c = await client(21, { transport: 'tcp' });
	const answer = await c.request('MESSAGE', BOB, { body: 'x'.repeat(8000),
		headers: { 'Content-Type': 'text/plain' } });
	assert.equal(answer.status, 413);
});

test('a MESSAGE to nobody is 404 and nothing is stored', async () => {
	const before = await site.counters();
	for (const to of ['sip:nobody@example.org', 'tel:+19995550000', 'sip:bob@example.net'])
		assert.equal((await alice.message(to, 'hello?')).status, 404, to);
	const d = moved(before, await site.counters());
	assert.equal(d['parley_messages_accepted_total'], undefined);
});

test('whoever writes to himself gets it', async () => {
	taken(await alice.message(ALICE, 'note to self'));
	await alice.got('note to self');
});

/* proves MSG-09 */
test('a report waits for the sender who is offline', async () => {
	const sender = await online(22);
	await sender.message(BOB, 'report later', { messageId: 'late1',
		wants: 'positive-delivery' });
	await bob.got('report later');
	assert.equal((await sender.register({ expires: 0 })).status, 200);
	await bob.report(aor(22), 'late1', 'delivered');
	const back = await online(22);
	assert.equal(readImdn((await back.gotReport('late1')).body).status, 'delivered');
});

test('many messages at once all arrive once', async () => {
	const c = await online(23);
	const texts = Array.from({ length: 50 }, (_, i) => `burst ${i};`);
	const raw = await Client.open(site, aor(24), password(24));
	open.push(raw);
	await raw.register();
	const statuses = await Promise.all(texts.map((text) => raw.request('MESSAGE', aor(23), {
		callId: id(), body: cpim({ from: aor(24), to: aor(23), text }),
		headers: cpmHeaders(), tries: 3 })));
	assert.deepEqual(statuses.map((a) => a.status).filter((s) => s !== 200 && s !== 202), []);
	for (const text of texts)
		await c.got(text);
	assert.equal(c.texts('burst ').length, 50);
});

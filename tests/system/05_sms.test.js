// Interworking with SMS: how texts travel, and what service centres do wrong.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { Site } = require('./lib/site.js');
const { Sim, gateway } = require('./lib/sim.js');
const { Client } = require('./lib/client.js');
const { octets, utf8, param } = require('./lib/sipmsg.js');
const { readImdn } = require('./lib/cpim.js');
const { until } = require('./lib/until.js');

const ALICE = 'sip:+15550100001@example.org';
const CAROL = 'sip:+15550100002@example.org';
const OK = '0x00000000';

// Each test has phones of its own: what a peer wrote last is remembered.
let next = 0;
const number = (prefix = '+1777') => prefix + String(++next).padStart(7, '0');

let site, sim, alice;
const centre = {};	// port by name

before(async () => {
	sim = new Sim();
	for (const name of ['one', 'two', 'fixed', 'pair'])
		centre[name] = await sim.smsc(name);
	site = await Site.start({ people: [[ALICE, 'alice'], [CAROL, 'carol']],
		config: ['set policy delivery answer-wait 10s'] });
	await site.configure([
		...gateway('one', centre.one, site),
		...gateway('two', centre.two, site, { pattern: 'tel:+1778*' }),
		...gateway('fixed', centre.fixed, site, { pattern: 'tel:+1776*',
			more: ['network fixed'] }),
		...gateway('pair', centre.pair, site, { pattern: 'tel:+1775*',
			more: ['bind tx-rx'] }),
		'set route both to tel:+1779*', 'set route both via one,two',
	]);
	for (const name of ['one', 'two', 'fixed', 'pair'])
		await up(name);
	alice = await Client.open(site, ALICE, 'alice');
	assert.equal((await alice.register()).status, 200);
});

after(async () => {
	alice.end();
	await sim.end();
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

// since: a mark of the log
const up = (name, since) => site.log(new RegExp(`gateway is up gateway=${name} `), since);
const down = (name, since) => site.log(new RegExp(`gateway is down gateway=${name} `), since);

// Settings of a service centre for one test.
const usual = { receipts: 'on', 'receipt-state': 'DELIVRD', 'receipt-delay-ms': 0,
	'receipt-before-response': 'off', 'receipt-id': 'same', 'receipt-other-bind': 'off',
	'message-id': 'hex', response: 'on', 'response-delay-ms': 0,
	'response-status': '0x00', 'half-open': 'off', 'wrong-sequence': 'off',
	'bind-status': '0x00', 'close-after': 0, alphabet: 'gsm7', 'retry-ms': 0, window: 0 };
async function behave(t, name, settings) {
	await sim.set(name, settings);
	t.after(() => sim.set(name, Object.fromEntries(Object.keys(settings)
		.map((k) => [k, usual[k]]))));
}

// Settings of a gateway for one test.
async function tune(t, name, rows) {
	await site.configure(rows.map((r) => `set gateway ${name} ${r}`));
	t.after(() => site.configure(rows.map((r) =>
		`delete gateway ${name} ${r.split(' ')[0]}`)));
}

const submits = (to) => sim.seen({ event: 'submit', dst: to.slice(1) });
const submit = (to) => sim.wait({ event: 'submit', dst: to.slice(1) });
const sms = (to, ms) => sim.wait({ event: 'sms', to: to.slice(1) }, ms);

// 200, or the way of the last message says why not.
async function at200(answer) {
	if (answer.status !== 200)
		assert.fail(`${answer.status}\n` +
			await site.parley(['trace', 'last', '--ladder']));
}

/* proves FLOW-1 IWK-01 IWK-08 */
const alphabets = [
	['GSM 7 bit', 'Hello @ £$¥ èéùì Øø Åå Δ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ ¤!"#%&\'()*+,-./', 0, 'gsm7'],
	['the GSM extension', '€ ^ { } \\ [ ~ ] |', 0, 'gsm7'],
	['UCS-2', 'Привет, 你好', 8, 'ucs2'],
	['UCS-2 with surrogates', 'smile \u{1f600} and \u{1f468}\u{200d}\u{1f469}', 8, 'ucs2'],
];
for (const [name, text, dcs] of alphabets)
	test(`a text goes out in ${name}`, async () => {
		const to = number();
		assert.equal((await alice.message(`tel:${to}`, text)).status, 200);
		const got = await sms(to);
		assert.equal(got.text, text);
		assert.equal(got['data-coding'], dcs);
		assert.equal(got.from, '15550100001');
		assert.equal(submits(to)[0]['src-ton'], 1);
		assert.equal(submits(to)[0]['dst-ton'], 1);
	});

test('typographic marks do not cost the whole alphabet', async () => {
	const to = number();
	await alice.message(`tel:${to}`, '“It’s” – fine…');
	const got = await sms(to);
	assert.equal(got['data-coding'], 0);
	assert.equal(got.text, '"It\'s" - fine...');
});

// The vectors of spec/interworking.md 3.5: text, parts by 8 and 16 bit UDH.
const a = (n) => 'a'.repeat(n), zh = (n) => 'ж'.repeat(n);
const cuts = [
	['160 letters', a(160), 1, 1],
	['161 letters', a(161), 2, 2],
	['a euro sign over the edge', a(152) + '€' + a(20), 2, 2],
	['307 letters', a(307), 3, 3],
	['70 Cyrillic letters', zh(70), 1, 1],
	['71 Cyrillic letters', zh(71), 2, 2],
	['a surrogate pair over the edge', zh(66) + '\u{1f600}' + zh(10), 2, 2],
];
for (const [carriage, column] of [['udh8', 0], ['udh16', 1], ['sar', 0]])
	test(`long texts are cut right and tied by ${carriage}`, async (t) => {
		await tune(t, 'one', [`concat ${carriage}`]);
		for (const [name, text, ...parts] of cuts) {
			const to = number();
			assert.equal((await alice.message(`tel:${to}`, text)).status, 200, name);
			const got = await sms(to);
			assert.equal(got.text, text, name);
			assert.equal(got.parts, parts[column], name);
			if (got.parts > 1) {
				assert.equal(got.kind, carriage, name);
				const refs = new Set(submits(to).map((s) => s.ref));
				assert.equal(refs.size, 1, 'one reference for all parts');
			}
		}
	});

test('long texts are sent whole as message_payload', async (t) => {
	await tune(t, 'one', ['concat payload']);
	const to = number();
	await alice.message(`tel:${to}`, a(400));
	const got = await sms(to);
	assert.equal(got.text, a(400));
	assert.equal(submits(to).length, 1);
	assert.equal(submits(to)[0]['sm-length'], 0);
});

test('what needs more parts than the gateway may send is 413', async () => {
	const to = number();
	assert.equal((await alice.message(`tel:${to}`, a(153 * 6 + 1))).status, 413);
	assert.equal((await alice.message(`tel:${to}`, a(153 * 6))).status, 200);
	assert.equal((await sms(to)).parts, 6);
	assert.equal(submits(to).length, 6);
});

/* proves DEF-10 */
test('the charging record of an SMS says how many segments were submitted', async () => {
	const [short, long] = [number(), number()];
	for (const [to, text] of [[short, 'short'], [long, a(400)]]) {
		assert.equal((await alice.message(`tel:${to}`, text)).status, 200);
		await sms(to);
	}
	// an outcome is on disk a moment after the answer
	await until('the records are there', async () => {
		await site.json(['charging', 'close']);
		const all = (await site.parley(['charging', 'export'])).trim().split('\n')
			.map((l) => JSON.parse(l));
		const of = (to, event) => all.filter((r) => r.event === event &&
			r.other_party === `tel:${to}`).map((r) => r.segments);
		assert.deepEqual(of(short, 'delivery'), [1]);
		assert.deepEqual(of(long, 'delivery'), [3]);
		assert.deepEqual(of(long, 'submission'), [null]);
		return true;
	});
});

test('what is no text is 415', async () => {
	const answer = await alice.message(`tel:${number()}`, '', { type: 'image/png',
		content: 'abc' });
	assert.equal(answer.status, 415);
});

for (const form of ['text', 'tlv'])
	/* proves FLOW-1 IWK-01 */
	test(`a receipt as ${form} becomes one delivery notification`, async (t) => {
		await behave(t, 'one', { receipts: form });
		const to = number(), id = `rec-${form}`;
		assert.equal((await alice.message(`tel:${to}`, 'report', { messageId: id,
			wants: 'positive-delivery, negative-delivery' })).status, 200);
		const got = await alice.gotReport(id, 'delivered');
		assert.match(got.get('from'), new RegExp(to.slice(1)));
		assert.match(got.body, /Content-Disposition:\s*notification/i);
		assert.equal(submits(to)[0]['registered-delivery'] & 3, 1);
	});

test('no receipt is asked for when the sender wants no report', async () => {
	const to = number();
	await alice.message(`tel:${to}`, 'quiet');
	await sms(to);
	assert.equal(submits(to)[0]['registered-delivery'] & 3, 0);
});

const states = [['UNDELIV', 'failed'], ['EXPIRED', 'failed'], ['DELETED', 'failed'],
	['UNKNOWN', 'error'], ['REJECTD', 'forbidden']];
for (const [state, status] of states)
	test(`the receipt state ${state} becomes ${status}`, async (t) => {
		await behave(t, 'one', { 'receipt-state': state });
		const id = `state-${state}`;
		await alice.message(`tel:${number()}`, 'x', { messageId: id,
			wants: 'positive-delivery, negative-delivery' });
		await alice.gotReport(id, status);
	});

test('progress is no delivery', async (t) => {
	await behave(t, 'one', { 'receipt-state': 'ENROUTE' });
	const to = number();
	await alice.message(`tel:${to}`, 'under way', { messageId: 'enroute1',
		wants: 'positive-delivery' });
	await sim.wait({ event: 'deliver-resp', kind: 'receipt', from: to.slice(1) });
	await alice.message(ALICE, 'after enroute1');
	await alice.got('after enroute1');
	assert.deepEqual(alice.reports('enroute1'), []);
});

const forms = [['hex', 'decimal'], ['decimal', 'hex'], ['decimal', 'padded'], ['uuid', 'same']];
for (const [submitted, reported] of forms)
	test(`ids ${submitted} in answers and ${reported} in receipts are matched`, async (t) => {
		await behave(t, 'two', { 'message-id': submitted, 'receipt-id': reported });
		const id = `ids-${submitted}-${reported}`;
		await alice.message(`tel:${number('+1778')}`, 'x', { messageId: id,
			wants: 'positive-delivery' });
		await alice.gotReport(id, 'delivered');
	});

test('a receipt that comes before the answer is matched', async (t) => {
	await behave(t, 'one', { 'receipt-before-response': 'on', 'response-delay-ms': 300 });
	await alice.message(`tel:${number()}`, 'early', { messageId: 'early1',
		wants: 'positive-delivery' });
	await alice.gotReport('early1', 'delivered');
	assert.deepEqual(alice.reports('early1'), ['delivered']);
});

test('a receipt that comes after a restart is matched', async (t) => {
	await behave(t, 'one', { 'receipt-delay-ms': 1500 });
	await alice.message(`tel:${number()}`, 'wait for it', { messageId: 'restart1',
		wants: 'positive-delivery' });
	await site.restart('SIGKILL');
	await up('one');
	await alice.gotReport('restart1', 'delivered');
	assert.deepEqual(alice.reports('restart1'), ['delivered']);
});

test('the receipt of the last part decides', async () => {
	const to = number();
	await alice.message(`tel:${to}`, a(400), { messageId: 'parts1',
		wants: 'positive-delivery' });
	await alice.gotReport('parts1', 'delivered');
	await sms(to);
	assert.deepEqual(submits(to).map((s) => s['registered-delivery'] & 1), [0, 0, 1]);
});

test('a receipt for every part: all must be delivered, and one report comes', async (t) => {
	await tune(t, 'one', ['receipt-all-segments on']);
	const to = number();
	await alice.message(`tel:${to}`, a(400), { messageId: 'parts2',
		wants: 'positive-delivery' });
	await alice.gotReport('parts2', 'delivered');
	await sms(to);
	assert.deepEqual(submits(to).map((s) => s['registered-delivery'] & 1), [1, 1, 1]);
	await alice.message(ALICE, 'after parts2');
	await alice.got('after parts2');
	assert.deepEqual(alice.reports('parts2'), ['delivered']);
});

test('validity tells the service centre when the message expires', async () => {
	const to = number();
	await alice.message(`tel:${to}`, 'for two hours', { headers: { Expires: 7200 } });
	await sms(to);
	assert.match(submits(to)[0].validity, /^0000000[12]\d{4}000R$/);
});

test('throttling stops the flow, then all go out once', async (t) => {
	await behave(t, 'one', { 'response-status': '0x58 count 3' });
	const to = Array.from({ length: 5 }, () => number());
	const answers = await Promise.all(to.map((n) => alice.message(`tel:${n}`, 'throttled')));
	for (const x of answers)
		assert.match(String(x.status), /^20[02]$/);
	for (const n of to)
		await sms(n);
	for (const n of to)
		assert.equal(submits(n).filter((s) => s.status === OK).length, 1);
	assert.ok(await site.metric('parley_gateway_throttled_total{gateway="one"}') >= 1);
});

test('a lost answer brings no second SMS', async (t) => {
	await tune(t, 'one', ['response-timeout 1s']);
	await behave(t, 'one', { response: 'none' });
	const to = number(), mark = site.mark();
	const answer = await alice.message(`tel:${to}`, 'once only');
	assert.match(String(answer.status), /^20[02]$/);
	await sms(to);
	await site.log(/not answered, may have gone out/, mark);
	await sim.set('one', { response: 'on' });
	const after = number();
	await alice.message(`tel:${after}`, 'after it');
	await sms(after);
	assert.equal(submits(to).length, 1);
});

test('answers of a wrong sequence are counted and change nothing', async (t) => {
	await behave(t, 'two', { 'wrong-sequence': 'on' });
	const to = number('+1778');
	const bad = 'parley_gateway_bad_pdus_total{gateway="two",fault="sequence"}';
	const before = await site.metric(bad);
	const answer = await alice.message(`tel:${to}`, 'wrong number');
	assert.match(String(answer.status), /^20[02]$/);
	await sms(to);
	assert.ok(await site.metric(bad) > before);
	assert.equal(submits(to).length, 1);
});

test('a half-open link is found, closed and opened again', async (t) => {
	await tune(t, 'one', ['enquire-link 1s', 'response-timeout 1s']);
	const mark = site.mark();
	await behave(t, 'one', { 'half-open': 'on' });
	await site.log(/session ended gateway=one/, mark);
	await sim.set('one', { 'half-open': 'off' });
	await up('one', mark);
	const to = number();
	assert.match(String((await alice.message(`tel:${to}`, 'after half-open')).status), /^20/);
	await sms(to);
});

test('a lost link is opened again and what waited goes out', async () => {
	const mark = site.mark();
	sim.write('smsc two stop');
	await down('two', mark);
	const to = number('+1778');
	assert.equal((await alice.message(`tel:${to}`, 'while it is down')).status, 202);
	sim.write('smsc two listen');
	await up('two', mark);
	await sms(to);
	assert.equal(submits(to).length, 1);
});

test('an unbind of the service centre is answered and the link opened again', async () => {
	const mark = site.mark();
	sim.write('smsc two unbind');
	await sim.wait({ event: 'response-received', smsc: 'two', pdu: 'unbind_resp' });
	await up('two', mark);
	const to = number('+1778');
	await alice.message(`tel:${to}`, 'after unbind');
	await sms(to);
});

/* proves IWK-08 */
test('a gateway that is down gives way to the next one of the route', async (t) => {
	let to = number('+1779');
	await alice.message(`tel:${to}`, 'by the first');
	assert.equal((await sms(to)).smsc, 'one');
	const mark = site.mark();
	sim.write('smsc one stop');
	t.after(async () => {
		sim.write('smsc one listen');
		await up('one', mark);
	});
	await down('one', mark);
	to = number('+1779');
	await at200(await alice.message(`tel:${to}`, 'by the second'));
	assert.equal((await sms(to)).smsc, 'two');
});

test('a route shares its numbers among gateways by their weights', async (t) => {
	await site.configure(['set route both mode weighted', 'set route both weights 3,1']);
	t.after(() => site.configure(['delete route both mode', 'delete route both weights']));
	const by = { one: 0, two: 0 };
	for (let i = 0; i < 20; i++) {
		const to = number('+1779');
		await at200(await alice.message(`tel:${to}`, 'shared'));
		by[(await sms(to)).smsc]++;
	}
	assert.deepEqual(by, { one: 15, two: 5 });
});

test('a barred number is 403 and a route may name the home country', async (t) => {
	await site.configure(['set route barred to tel:+17799*', 'set route barred refuse on']);
	t.after(() => site.configure(['delete route barred']));
	assert.equal((await alice.message('tel:+17799000001', 'barred')).status, 403);
});

test('no more messages are under way than the window allows', async (t) => {
	await tune(t, 'one', ['window 2']);
	await behave(t, 'one', { 'response-delay-ms': 50, window: 2 });
	const errors = sim.seen({ event: 'window-exceeded' }).length;
	const all = Array.from({ length: 12 }, () => number());
	const answers = await Promise.all(all.map((to) => alice.message(`tel:${to}`, 'window')));
	for (const answer of answers)
		await at200(answer);
	assert.equal(sim.seen({ event: 'window-exceeded' }).length, errors);
	for (const to of all)
		assert.equal((await submit(to)).status, OK);
});

test('a dead gateway delays only its own traffic', async (t) => {
	await behave(t, 'one', { 'response-delay-ms': 1500 });
	let over = false;
	const waiting = alice.message(`tel:${number()}`, 'slow')
		.finally(() => { over = true; });
	await at200(await alice.message(`tel:${number('+1778')}`, 'quick'));
	assert.ok(!over, 'the quick one was first');
	await at200(await waiting);
});

test('transmitter and receiver work as a pair', async () => {
	const kinds = sim.seen({ event: 'bind', smsc: 'pair', status: OK }).map((e) => e.kind);
	assert.deepEqual([...new Set(kinds)].sort(), ['rx', 'tx']);
	const to = number('+1775');
	await alice.message(`tel:${to}`, 'by tx', { messageId: 'pair1',
		wants: 'positive-delivery' });
	assert.equal((await sms(to)).text, 'by tx');
	await alice.gotReport('pair1', 'delivered');
	sim.mo('pair', to, '+15550100001', 'by rx');
	await alice.got('by rx');
});

/* proves IWK-02 */
test('a fixed network has its own limits and its own service name', async () => {
	const to = number('+1776');
	assert.equal((await alice.message(`tel:${to}`, a(153 * 2 + 1))).status, 413);
	assert.equal((await alice.message(`tel:${to}`, a(153 * 2))).status, 200);
	assert.equal((await sms(to)).smsc, 'fixed');
	sim.mo('fixed', to, '+15550100001', 'from a fixed line');
	const got = await alice.got('from a fixed line');
	assert.match(got.get('non-cpm-service'), /^sms-fixed\b/);
});

/* proves FLOW-2 IWK-01 IWK-09 */
test('an SMS reaches the client as CPM and is answered after the commit', async () => {
	const from = number();
	sim.mo('one', from, '+15550100001', 'Grüße ñ €');
	const got = await alice.got('Grüße ñ €');
	assert.equal(got.get('content-type'), 'message/cpim');
	assert.match(got.get('p-asserted-identity'), new RegExp(`tel:\\${from}`));
	assert.match(got.get('from'), new RegExp(from.slice(1)));
	assert.match(got.get('non-cpm-service'), /^sms;via=one/);
	assert.match(got.get('conversation-id'), /^\S{8,}$/);
	assert.match(got.get('contribution-id'), /^\S{8,}$/);
	assert.match(got.body, /^imdn\.Message-ID: \S+/m);
	const resp = await sim.wait({ event: 'deliver-resp', kind: 'mo', from: from.slice(1) });
	assert.equal(resp.status, OK);
});

/* proves IWK-09 MSG-09 */
test('an SMS to a client who is offline waits for him', async () => {
	const from = number();
	sim.mo('one', from, '+15550100002', 'for Carol');
	const resp = await sim.wait({ event: 'deliver-resp', kind: 'mo', from: from.slice(1) });
	assert.equal(resp.status, OK);
	const carol = await Client.open(site, CAROL, 'carol');
	await carol.register();
	await carol.got('for Carol');
	assert.equal((await carol.register({ expires: 0 })).status, 200);
	carol.end();
});

const incoming = [['gsm7', 'Hello @ {€}', ''], ['UCS-2', 'Привет \u{1f600}', ''],
	['Latin-1', 'Grüße', 'dcs 3'], ['IA5', 'Hello', 'dcs 1'],
	['the general group with class 1', 'Hello', 'dcs 0x11'], ['F1', 'Hello', 'dcs 0xf1']];
for (const [name, text, more] of incoming)
	test(`an SMS in ${name} is read`, async () => {
		sim.mo('one', number(), '+15550100001', `${text} by ${name}`, more);
		await alice.got(`${text} by ${name}`);
	});

for (const [name, more] of [['in order', ''], ['in reversed order', 'order reversed']])
	for (const kind of ['udh8', 'udh16', 'sar'])
		test(`the parts of a long SMS by ${kind} are joined ${name}`, async () => {
			const text = `${kind} ${name} ` + 'long text '.repeat(40) + 'end';
			sim.mo('one', number(), '+15550100001', text, `${kind} ${more}`);
			await alice.got(text);
		});

test('a long SMS as message_payload is read', async () => {
	const text = 'payload ' + 'long text '.repeat(40) + 'end';
	sim.mo('one', number(), '+15550100001', text, 'payload');
	await alice.got(text);
});

test('the parts of a long SMS are joined across a restart', async () => {
	const from = number(), text = 'half now, half later '.repeat(12);
	sim.mo('one', from, '+15550100001', text, 'udh8 ref 77 drop 2');
	await sim.wait({ event: 'deliver-resp', kind: 'mo', from: from.slice(1), status: OK });
	await site.restart('SIGKILL');
	await up('one');
	sim.mo('one', from, '+15550100001', text, 'udh8 ref 77 drop 1');
	await alice.got(text);
	assert.equal(alice.texts(text).length, 1);
});

test('a part that comes twice is one part', async () => {
	const from = number(), text = 'twice the first part '.repeat(12);
	for (const drop of [2, 2, 1])
		sim.mo('one', from, '+15550100001', text, `udh8 ref 78 drop ${drop}`);
	await alice.got(text);
	sim.mo('one', from, '+15550100001', 'after the parts');
	await alice.got('after the parts');
	assert.equal(alice.texts('twice the first part').length, 1);
});

test('parts that never come are given up after the time set', async (t) => {
	await tune(t, 'one', ['concat-timeout 1s']);
	const from = number(), text = 'only the first part comes '.repeat(9);
	sim.mo('one', from, '+15550100001', text, 'udh8 ref 79 drop 2');
	const got = await alice.got('only the first part');
	assert.ok(!utf8(got.body).includes(text));
});

test('a flash SMS says so', async () => {
	sim.mo('one', number(), '+15550100001', 'flash!', 'flash');
	const got = await alice.got('flash!');
	assert.match(got.text, /Flash message/);
});

test('an SMS to nobody is acknowledged, counted and delivered to nobody', async () => {
	const from = number(), name = 'parley_gateway_delivers_total';
	const before = await site.metric(`${name}{gateway="one",result="unknown"}`);
	sim.mo('one', from, '+15559998877', 'hello?');
	const resp = await sim.wait({ event: 'deliver-resp', kind: 'mo', from: from.slice(1) });
	assert.equal(resp.status, OK);
	assert.equal(await site.metric(`${name}{gateway="one",result="unknown"}`), before + 1);
});

test('an SMS to nobody is refused if the gateway is set so', async (t) => {
	await tune(t, 'one', ['nack-unknown on']);
	const from = number();
	sim.mo('one', from, '+15559998877', 'hello?');
	const resp = await sim.wait({ event: 'deliver-resp', kind: 'mo', from: from.slice(1) });
	assert.equal(resp.status, '0x0000000b');
});

test('an SMS from a name cannot be answered', async () => {
	sim.mo('one', 'Bank', '+15550100001', 'your code is 1234');
	const got = await alice.got('your code is 1234');
	const from = /<([^>;]*)/.exec(got.get('from'))[1];
	assert.match(from, /^sip:Bank@/i);
	assert.match(String((await alice.message(from, 'thanks')).status), /^40[34]$/);
});

test('an SMS that expects a receipt, type 0 or for an application port is swallowed', async () => {
	const name = 'parley_gateway_delivers_total{gateway="one",result="dropped"}';
	const before = await site.metric(name);
	const deliver = (protocol, esm, text) => {
		const z = (s) => s + '\0';
		const body = Buffer.from('\0' + '\x01\x01' + z('17770001111') + '\x01\x01' +
			z('15550100001') + String.fromCharCode(esm, protocol) + '\0\0\0\0\0\0\0' +
			String.fromCharCode(text.length) + text, 'latin1');
		const head = Buffer.alloc(16);
		head.writeUInt32BE(16 + body.length, 0);
		head.writeUInt32BE(5, 4);
		head.writeUInt32BE(0x4000 + protocol + esm, 12);
		sim.write(`smsc one raw ${Buffer.concat([head, body]).toString('hex')}`);
	};
	deliver(0x40, 0, 'silent');
	deliver(0, 0x40, '\x06\x05\x04\x0b\x84\x23\xf0push');
	sim.mo('one', number(), '+15550100001', 'after the silent ones');
	await alice.got('after the silent ones');
	assert.equal(await site.metric(name), before + 2);
	assert.equal(alice.texts('silent').filter((m) => !m.body.includes('after')).length, 0);
});

// Two service centres serve the same numbers: a reply leaves by its own.
async function from_(name, text, from = number('+1779')) {
	sim.mo(name, from, '+15550100001', text);
	return { from, got: await alice.got(text) };
}

/* proves MSG-06 */
test('a reply leaves by the service that its header names, whatever came last', async () => {
	const { from, got } = await from_('two', 'echo my header');
	await from_('one', 'by another way now', from);
	assert.equal((await alice.message(`tel:${from}`, 'by header', { headers: {
		'Non-CPM-Service': got.get('non-cpm-service'),
		'InReplyTo-Contribution-ID': got.get('contribution-id') } })).status, 200);
	assert.equal((await sms(from)).smsc, 'two');
});

/* proves MSG-06 */
test('a reply leaves by the service in the address it goes to', async (t) => {
	await site.configure(['set route both via one,two,fixed']);
	t.after(() => site.configure(['set route both via one,two']));
	const { from, got } = await from_('fixed', 'echo my address');
	const uri = /<([^>]*)>/.exec(got.get('from'))[1];
	assert.equal(param(uri, 'x-noncpm'), 'sms-fixed');
	await from_('one', 'and by another way', from);
	assert.equal((await alice.message(uri, 'by parameter')).status, 200);
	assert.equal((await sms(from)).smsc, 'fixed');
});

/* proves MSG-06 */
test('a reply leaves by the service that its Accept-Contact names', async (t) => {
	await site.configure(['set route both via one,two,fixed']);
	t.after(() => site.configure(['set route both via one,two']));
	const { from } = await from_('one', 'name it in a tag');
	const tag = 'urn%3Aurn-7%3A3gpp-application.ims.iari.noncpm.sms-fixed';
	assert.equal((await alice.message(`tel:${from}`, 'by a tag', { headers: {
		'Accept-Contact': `*;+g.3gpp.iari-ref="${tag}"` } })).status, 200);
	assert.equal((await sms(from)).smsc, 'fixed');
});

/* proves MSG-06 */
test('a reply that echoes nothing leaves by the gateway it came from', async () => {
	const { from } = await from_('two', 'echo nothing');
	await alice.message(`tel:${from}`, 'by memory');
	assert.equal((await sms(from)).smsc, 'two');
});

/* proves MSG-06 */
test('the memory of the service survives a restart', async () => {
	const { from } = await from_('two', 'remember me');
	await sim.wait({ event: 'deliver-resp', kind: 'mo', from: from.slice(1) });
	await site.restart();
	await up('one');
	await up('two');
	await alice.message(`tel:${from}`, 'by memory on disk');
	assert.equal((await sms(from)).smsc, 'two');
});

/* proves MSG-07 */
test('a new message names no service and the choice is free', async () => {
	const to = number('+1779');
	await alice.message(`tel:${to}`, 'a new one');
	assert.equal((await sms(to)).smsc, 'one');
});

/* proves MSG-06 */
test('a service that the rules do not allow is ignored, never an error', async () => {
	const to = number();
	assert.equal((await alice.message(`tel:${to}`, 'by a foreign service', { headers: {
		'Non-CPM-Service': 'sms;via=two' } })).status, 200);
	assert.equal((await sms(to)).smsc, 'one');
	const other = number();
	assert.equal((await alice.message(`tel:${other}`, 'by pigeon', { headers: {
		'Non-CPM-Service': 'pigeon;via=nowhere' } })).status, 200);
	await sms(other);
});

// spec/interworking.md 3.8
const refusals = [['0x0b', 404], ['0x50', 404], ['0x51', 404], ['0x0a', 403], ['0x65', 403],
	['0x66', 403], ['0x01', 413]];
for (const [status, answer] of refusals)
	test(`the answer ${status} of the service centre becomes ${answer}`, async () => {
		const to = number();
		sim.write(`smsc one set status-for ${to} ${status}`);
		await sim.done();
		assert.equal((await alice.message(`tel:${to}`, 'refuse me')).status, answer);
	});

for (const status of ['0x08', '0x64'])
	test(`the answer ${status} is for a while only`, async () => {
		const to = number();
		sim.write(`smsc one set status-for ${to} ${status}`);
		await sim.done();
		assert.equal((await alice.message(`tel:${to}`, 'later')).status, 202);
	});

test('a full queue of the service centre makes us pause, then it goes out', async () => {
	const to = number();
	sim.write(`smsc one set status-for ${to} 0x14`);
	await sim.done();
	const mark = site.mark();
	assert.equal((await alice.message(`tel:${to}`, 'queue full')).status, 202);
	sim.write(`smsc one set status-for ${to} 0x00`);
	await up('one', mark);
	await sms(to);
});

test('what is refused after the answer becomes a negative report', async (t) => {
	await site.configure(['set policy delivery answer-wait 1s']);
	t.after(() => site.configure(['set policy delivery answer-wait 10s']));
	await behave(t, 'one', { 'response-delay-ms': 3000 });
	const to = number();
	sim.write(`smsc one set status-for ${to} 0x0b`);
	await sim.done();
	assert.equal((await alice.message(`tel:${to}`, 'slowly refused', { messageId: 'neg1',
		wants: 'negative-delivery' })).status, 202);
	assert.equal(readImdn((await alice.gotReport('neg1')).body).status, 'failed');
});

test('the answer that a validity is wrong makes us try without', async () => {
	const to = number();
	sim.write(`smsc one set status-for ${to} 0x62`);
	await sim.done();
	await alice.message(`tel:${to}`, 'no validity');
	const tries = [await submit(to), await submit(to)];
	assert.notEqual(tries[0].validity, '');
	assert.equal(tries[1].validity, '');
});

/* proves IWK-08 IOP-003 */
test('explain tells the gateway that a message really takes', async () => {
	const to = number('+1778');
	const text = await site.parley(['explain', '--from', ALICE, '--to', `tel:${to}`]);
	assert.match(text, /\btwo\b/);
	await alice.message(`tel:${to}`, 'as explained');
	assert.equal((await sms(to)).smsc, 'two');
});

/* proves IOP-003 */
test('a subscriber who is offline gets an SMS if the policy says so', async (t) => {
	await site.configure(['set policy interworking offline-user sms',
		'set route own to tel:+1555*', 'set route own via one']);
	t.after(() => site.configure(['delete policy interworking offline-user',
		'delete route own']));
	assert.equal((await alice.message(CAROL, 'by SMS, Carol')).status, 200);
	const got = await sms('+15550100002');
	assert.equal(got.text, 'by SMS, Carol');
});

test('text that came in by SMS is not sent back out in a loop', async () => {
	const from = number();
	sim.mo('one', from, '+17770009999', 'transit?');
	const resp = await sim.wait({ event: 'deliver-resp', kind: 'mo', from: from.slice(1) });
	assert.equal(resp.status, OK);
	assert.equal(submits('+17770009999').length, 0);
});

test('each gateway shows its state', async () => {
	const rows = await site.items('show', 'gateways');
	assert.deepEqual(rows.map((r) => r.name).sort(), ['fixed', 'one', 'pair', 'two']);
	for (const name of ['one', 'two', 'fixed', 'pair'])
		assert.equal(await site.metric(`parley_gateway_up{gateway="${name}"}`), 1);
});

test('the password of a gateway is shown to nobody', async () => {
	const shown = await site.parley(['show', 'configuration']);
	assert.ok(!shown.includes('secret\n') && !/password \S*secret/.test(shown));
	assert.ok(!site.daemon.log.includes('secret '));
	assert.ok(octets(shown).length > 0);
});

test('whoever stops the daemon unbinds the links first', async () => {
	const before = sim.events.length;
	assert.equal(await site.down(), 0);
	for (const name of ['one', 'two', 'fixed', 'pair'])
		await sim.wait((e) => e.event === 'unbind' && e.smsc === name &&
			sim.events.indexOf(e) >= before);
	await site.run();
	await site.listening();
	await up('one');
});

// Bad SIP input: each gets its precise answer, one line in the log and one
// count, changes nothing, and whoever comes next is served as before.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { Site } = require('./lib/site.js');
const { Client, taken } = require('./lib/client.js');
const { RawSip } = require('./lib/rawsip.js');
const { Watch } = require('./lib/watch.js');
const { request } = require('./lib/sipmsg.js');

const ALICE = 'sip:+15550100001@example.com';
const BOB = 'sip:+15550100002@example.com';
const EVE = 'sip:+15550100003@example.com';
const SUE = 'sip:+15550100004@example.com';	// suspended
const PEER = '127.0.0.2';
const MAX = 32768;	// policy sip max-message

let site, alice, bob, eve, prober;

const online = async (aor, password, options) => {
	const c = await Client.open(site, aor, password, options);
	assert.equal((await c.register()).status, 200);
	return c;
};

before(async () => {
	site = await Site.start({
		people: [[ALICE, 'alice'], [BOB, 'bob'], [EVE, 'eve'], [SUE, 'sue']],
		config: ['set site domain example.com', `set policy sip max-message ${MAX}`,
			`set peer test address ${PEER}`],
	});
	alice = await online(ALICE, 'alice');
	bob = await online(BOB, 'bob');
	eve = await online(EVE, 'eve');
	prober = await RawSip.open(site.address.udp);
	taken(await alice.message(BOB, 'before it all'));
	await bob.got('before it all');
});

after(async () => {
	[alice, bob, eve, prober].filter(Boolean).forEach((c) => c.end());
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

// What was sent before this has been read when it returns.
async function alive() {
	const answer = await prober.ask(request(prober, 'OPTIONS', 'sip:example.com'));
	assert.equal(answer.status, 200);
	const { body } = await site.get('/api/v1/health/checks');
	for (const check of JSON.parse(body).items)
		assert.equal(check.state, 'ok', JSON.stringify(check));
}

/*
 * The torture messages, and what we answer by UDP and TCP; 0: nothing.  Each
 * is sent with the transport of its first Via made right, for a server drops
 * what claims another.  Responses are strays: nothing waits for them.
 */
const REQUESTS = {
	// 3.1.1: valid, however odd
	wsinv: [481],		// INVITE with a To tag: a dialog we do not have
	intmeth: [0, 0],	// the library reads no NUL in a quoted string
	esc01: [405], esc02: [501], escnull: [401], lwsdisp: [401],
	longreq: [405], dblreq: [401], semiuri: [401],
	transports: [401], mpart01: [401],
	// 3.1.2: invalid; where the RFC allows it we are lenient
	badinv01: [0, 0],	// no Via to answer by
	clerr: [400, 0],	// by TCP the rest is still awaited
	ncl: [400], scalar02: [400], quotbal: [400], ltgtruri: [400],
	lwsruri: [0, 0],	// the library reads no such request line
	lwsstart: [405], trws: [401], escruri: [405],
	baddate: [400], regbadct: [400], badaspec: [401],
	baddn: [400, 0],	// the library looks for the host of the Via
	badvers: [0, 505], mismatch01: [400], mismatch02: [400],
	// 3.2 and 3.3: what the transaction and the application refuse
	badbranch: [401], insuf: [400], unkscm: [416], novelsc: [416],
	unksm2: [401], bext01: [420], invut: [405], regaut01: [401],
	multi01: [400], mcl01: [400], zeromf: [483], cparam01: [401],
	cparam02: [401], regescrt: [401], sdp01: [405],
	inv2543: [405, 400],	// 3.4: without a length a stream has no end
	test: [0, 0],		// no version: not SIP at all
};
const RESPONSES = ['bcast', 'bigcode', 'noreason', 'scalarlg', 'unreason'];
const STRAYS = 3;		// of those can be read

const DAT = path.join(__dirname, '../wire/rfc4475');
const readAll = () => fs.readdirSync(DAT).filter((f) => f.endsWith('.dat'))
	.map((f) => [f.slice(0, -4), fs.readFileSync(path.join(DAT, f), 'latin1')]);

// Answers go to the port of the Via, so that is where we send from.
async function sender(text, transport, n) {
	const sentBy = /^v(?:ia)?\s*:[^\n]*?\/\s*(?:UDP|TCP)\s+[^\s;:]+:(\d+)/im.exec(text);
	const local = `127.${process.pid % 200 + 10}.${transport === 'udp' ? 1 : 2}.${n + 1}`;
	return RawSip.open(site.address[transport], transport, { local,
		localPort: transport === 'udp' ? Number(sentBy ? sentBy[1] : 5060) : 0 });
}

async function answersTo(text, transport, n, want) {
	const raw = await sender(text, transport, n);
	// and no transaction of the one transport is taken for one of the other
	raw.send(text.replace(/(\/\s*2\.0\s*\/\s*)(?:UDP|TCP|TLS)\b/,
		`$1${transport.toUpperCase()}`)
		.replace(/z9hG4bK(?=[^\s;])/g, `z9hG4bK${transport}`)
		.replace(/^((?:call-id|i)\s*:\s*)/im, `$1${transport}-`));
	const got = [];
	while (got.length < want.length)
		got.push((await raw.wait((m) => m.status >= 200)).status);
	await alive();
	const calls = new Set(raw.seen((m) => m.status >= 200).map((m) => m.text));
	raw.end();
	return calls.size > want.length ? [...calls] : got;
}

// What the library refused or dropped before we saw it is counted and logged
// once a second, all together.
async function unreadable(mark, expected) {
	let n = 0;
	while (n < expected)
		n += Number(/n=(\d+)/.exec(await site.log(/unreadable SIP messages/, mark))[1]);
	assert.equal(n, expected);
}

// a stream has what is behind dblreq's first as well: one more, and rubbish
for (const [i, [transport, read]] of [['udp', 50], ['tcp', 52]].entries())
	test(`the torture messages of RFC 4475 are answered right over ${transport}`,
		async () => {
			const w = await Watch.start(site);
			let n = 0;
			for (const [name, text] of readAll()) {
				const row = REQUESTS[name] || [0];
				assert.ok(REQUESTS[name] || RESPONSES.includes(name), name);
				const want = [row[i] ?? row[0]].flat().filter((s) => s);
				assert.deepEqual(await answersTo(text, transport, n++, want),
					want, name);
			}
			const d = await w.moved();
			const handled = Object.entries(d).reduce((sum, [k, v]) =>
				/sip_requests_total/.test(k) ? sum + v : sum, 0) - n;
			await unreadable(w.mark, read - handled - STRAYS);
			assert.deepEqual(Object.keys(d).filter((k) => /messages/.test(k)), []);
			assert.equal((await site.items('show', 'registrations')).length, 3);
		});

/* --- messages of clients ---------------------------------------------------- */

const IN = 'parley_sip_requests_total{direction="in",method="MESSAGE"}';
const OUT_4XX = 'parley_sip_responses_total{code_class="4xx",direction="out"}';
const ACCEPTED = 'parley_messages_accepted_total';
const REFUSED = 'parley_messages_refused_total';
const auth = (reason) => `parley_sip_auth_failures_total{reason="${reason}"}`;

const part = (lines, text = 'x') => [...lines, '', text].join('\r\n');
const HEAD = [`From: <${ALICE}>`, `To: <${BOB}>`, 'DateTime: 2026-03-01T10:00:00Z',
	'NS: imdn <urn:ietf:params:imdn>', 'imdn.Message-ID: bad-1'];
const TEXT = ['Content-Type: text/plain; charset=UTF-8'];

// title, what is sent, the answer, more counters
const MESSAGES = [
	['a CPIM without headers', { body: 'Hello' }, 400],
	['an empty CPIM', { body: '' }, 400],
	['a CPIM header without a colon', { body: part([...HEAD, 'oops', '', ...TEXT]) }, 400],
	['a deflated body that is none', { plain: true, body: 'no deflate',
		headers: { 'Content-Encoding': 'deflate' } }, 400],
	['an encoding nobody knows', { plain: true, body: 'x',
		headers: { 'Content-Encoding': 'br' } }, 415],
	['a Conversation-ID with a blank', { headers: { 'Conversation-ID': 'a b' } }, 400],
	['an Expires that is past',
		{ headers: { Expires: 'Thu, 01 Jan 2015 00:00:00 GMT' } }, 400],
	['an unknown subscriber', { to: 'sip:nobody@example.com' }, 404, { [REFUSED]: 1 }],
	['a domain that is not ours', { to: 'sip:bob@example.net' }, 404, { [REFUSED]: 1 }],
	['a scheme we do not route', { to: 'https://example.com/' }, 416],
	['an extension we do not have', { headers: { Require: 'teleport' } }, 420],
	['no hops left', { headers: { 'Max-Forwards': '0' } }, 483],
	['a dialog that is not there', { headers: { To: `<${BOB}>;tag=1` } }, 481],
	['the name of another as its sender',
		{ headers: { From: `<${BOB}>;tag=1` } }, 403, { [auth('identity')]: 1 }],
];

for (const [title, { to = BOB, ...how }, status, more] of MESSAGES)
	/* proves MSG-02 */
	test(`a message with ${title} is answered ${status} and nothing else happens`,
		async () => {
			if (!alice.challenge) await alice.register();
			const w = await Watch.start(site);
			const answer = await alice.message(to, 'bad', how);
			assert.equal(answer.status, status, answer.text);
			assert.ok(answer.reason.length > 3);
			await w.did({ [IN]: 1, [OUT_4XX]: 1, ...more },
				RegExp(`refused method=MESSAGE status=${status} why="[^"]{5}`));
			assert.equal(bob.texts('bad').length, 0);
			await alive();
		});

/*
 * What clients of today send and others can read all the same (spec 9): the
 * length that counts is the request's, and octets are passed on as they are.
 */
const ODD = [
	['a CPIM length beyond the body', part([...HEAD, '', ...TEXT, 'Content-Length: 999'])],
	['a CPIM length that is too short', part([...HEAD, '', ...TEXT, 'Content-Length: 1'])],
	['a CPIM length that is no number', part([...HEAD, '', ...TEXT, 'Content-Length: -1'])],
	['no inner headers', part(HEAD)],
	['a subject that is no UTF-8', part(['Subject: \xff\xfe', ...HEAD, '', ...TEXT])],
	['a text that is not of its charset', part([...HEAD, '', ...TEXT], 'caf\xe9')],
	['a charset nobody knows',
		part([...HEAD, '', 'Content-Type: text/plain; charset=x-none'])],
];

for (const [i, [title, body]] of ODD.entries())
	test(`a CPIM with ${title} is passed on octet by octet`, async () => {
		const own = body.replace('bad-1', `odd-${i}`);
		taken(await alice.message(BOB, '', { body: own }));
		const got = await bob.got((m) => m.body.includes(`odd-${i}`));
		assert.equal(got.body, own);
	});

test('a request shorter than its Content-Length is answered 400 over UDP', async () => {
	const w = await Watch.start(site);
	const text = request(alice.raw, 'MESSAGE', BOB, { from: ALICE, body: 'short',
		headers: { 'Content-Type': 'text/plain', 'Content-Length': 999 } });
	assert.equal((await alice.raw.ask(text)).status, 400);
	await w.did({ 'parley_sip_parse_errors_total{result="dropped"}': 1 },
		/unreadable SIP messages refused or dropped n=1$/);
	await alive();
});

for (const transport of ['udp', 'tcp'])
	test(`a body that is too large is answered 413 over ${transport}`, async (t) => {
		const c = await Client.open(site, EVE, 'eve', { transport });
		t.after(() => c.end());
		await c.register();
		const w = await Watch.start(site);
		const answer = await c.message(BOB, 'x'.repeat(MAX + 1000));
		assert.equal(answer.status, 413, answer.text);
		await w.did({ [IN]: 1, [OUT_4XX]: 1 },
			/refused method=MESSAGE status=413 why="larger than max-message"/);
		await alive();
	});

test('a body too large to be read at all is answered 413 and the stream closed', async (t) => {
	const raw = await RawSip.open(site.address.tcp, 'tcp');
	t.after(() => raw.end());
	const w = await Watch.start(site);
	const answer = raw.wait((m) => m.status >= 200);
	raw.send(request(raw, 'MESSAGE', BOB, { from: ALICE, body: 'x'.repeat(3 * MAX) }));
	assert.equal((await answer).status, 413);
	await raw.closed;
	await w.did({ 'parley_sip_parse_errors_total{result="dropped"}': 1 },
		/unreadable SIP messages refused or dropped n=1$/);
	await alive();
});

/* --- who sends -------------------------------------------------------------- */

/* proves MSG-02 */
test('a sender with a wrong password is answered 403 and nothing else happens', async (t) => {
	const c = await Client.open(site, ALICE, 'wrong');
	t.after(() => c.end());
	assert.equal((await c.message(BOB, 'x')).status, 403, 'a challenge, then this');
	await site.log(/wrong user name/);
	const w = await Watch.start(site);
	assert.equal((await c.message(BOB, 'let me in')).status, 403);
	await w.did({ [IN]: 1, [OUT_4XX]: 1, [auth('password')]: 1 },
		/status=403 why="wrong user name or password/);
	assert.equal(bob.texts('let me in').length, 0);
});

/* proves MSG-02 */
test('a suspended sender is answered 403 and nothing else happens', async (t) => {
	const c = await online(SUE, 'sue');
	t.after(() => c.end());
	await site.parley(['subscriber', 'suspend', SUE]);
	const w = await Watch.start(site);
	const answer = await c.message(BOB, 'let me in');
	assert.equal(answer.status, 403);
	assert.match(answer.get('warning'), /127 Service not authorised/);
	await w.did({ [IN]: 1, [OUT_4XX]: 1 }, /status=403 why="user \S+ is suspended"/);
});

test('a nonce that is not ours is answered stale, and nothing else happens', async () => {
	eve.challenge = eve.challenge.replace(/nonce="[^"]*"/, 'nonce="0123456789abcdef"');
	const w = await Watch.start(site);
	const answer = await eve.request('MESSAGE', BOB, { tries: 1, body: 'stale',
		headers: { 'Content-Type': 'text/plain' } });
	assert.equal(answer.status, 401);
	assert.match(answer.get('www-authenticate'), /stale=true/i);
	await w.did({ [IN]: 1, [OUT_4XX]: 1, [auth('stale')]: 1 }, /nonce is stale/);
});

test('credentials that were used once are challenged, and nothing else happens', async () => {
	taken(await eve.message(BOB, 'only once'));
	await bob.got('only once');
	const w = await Watch.start(site);
	const again = eve.last.replace(/branch=z9hG4bK/, 'branch=z9hG4bKother')
		.replace(/Call-ID: /, 'Call-ID: other');
	assert.equal((await eve.raw.ask(again)).status, 401);
	await w.did({ [IN]: 1, [OUT_4XX]: 1, [auth('replay')]: 1 }, /nonce count used before/);
	assert.equal(bob.texts('only once').length, 1);
});

test('the same octets once more get the same answer and are not a message', async () => {
	taken(await eve.message(BOB, 'again and again'));
	await bob.got('again and again');
	const w = await Watch.start(site);
	taken(await eve.raw.ask(eve.last));
	assert.deepEqual(await w.moved(), { parley_sip_repeats_total: 1 });
	await alive();
	assert.equal(bob.texts('again and again').length, 1);
});

test('an asserted identity of a stranger changes nothing but one count', async () => {
	const w = await Watch.start(site);
	const answer = await eve.message('sip:nobody@example.com', 'forged', {
		headers: { 'P-Asserted-Identity': `<${ALICE}>` } });
	assert.equal(answer.status, 404);
	await site.log(/status=404/, w.mark);
	assert.equal((await w.moved())['parley_sip_forged_headers_total'], 1);
	assert.equal(site.logged(w.mark, /ignored header=P-Asserted-Identity/).length, 1);
});

test('a peer that asserts no address is answered 400', async (t) => {
	const raw = await RawSip.open(site.address.udp, 'udp', { local: PEER });
	t.after(() => raw.end());
	const w = await Watch.start(site);
	const answer = await raw.ask(request(raw, 'MESSAGE', BOB, { from: ALICE, body: 'x',
		headers: { 'P-Asserted-Identity': 'nobody', 'Content-Type': 'text/plain' } }));
	assert.equal(answer.status, 400);
	await w.did({ [IN]: 1, [OUT_4XX]: 1 }, /status=400 why="peer test asserts no address"/);
});

test('after all of it a message passes as before', async () => {
	taken(await alice.message(BOB, 'after it all'));
	await bob.got('after it all');
	await alive();
});

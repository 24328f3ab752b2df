// Bad PDUs: each gets its precise answer, one line in the log and one count,
// no message comes of it, and the link is up again at once.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { Site } = require('./lib/site.js');
const { Client } = require('./lib/client.js');
const { gateway } = require('./lib/sim.js');
const { Watch } = require('./lib/watch.js');
const { RawSmsc, ID, RESP, NACK, bytes, cstring, pdu, tlv, deliver } =
	require('./lib/rawsmsc.js');

const ALICE = 'sip:+15550100001@example.org';
const OK = 0, MSGLEN = 0x01, CMDLEN = 0x02, CMDID = 0x03, P_APPN = 0x65, TLVS = 0xc0,
	PARLEN = 0xc2;
const counter = (name, labels) => `parley_gateway_${name}{gateway="raw",${labels}}`;
const MALFORMED = counter('bad_pdus_total', 'fault="malformed"');
const SEQUENCE = counter('bad_pdus_total', 'fault="sequence"');
const AGAIN = counter('reconnects_total', 'reason="malformed"');
const DELIVERS = (result) => counter('delivers_total', `result="${result}"`);

let site, smsc, alice;

before(async () => {
	smsc = await RawSmsc.start();
	site = await Site.start({ people: [[ALICE, 'alice']] });
	await site.configure(gateway('raw', smsc.port, site, {
		more: ['reconnect-max 200ms', 'nack-unknown on'] }));
	await smsc.wait({ bound: true });
	alice = await Client.open(site, ALICE, 'alice');
	assert.equal((await alice.register()).status, 200);
	await passes('before it all');
});

after(async () => {
	if (alice) alice.end();
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
	smsc.end();
});

async function passes(text) {
	const seq = ++smsc.seq;
	smsc.send(pdu(ID.deliver_sm, seq, deliver({ sm: Buffer.from(text) })));
	await alice.got(text);
	const answer = await smsc.wait({ id: ID.deliver_sm + RESP, seq });
	assert.equal(answer.status, OK);
}

async function healthy() {
	const { body } = await site.get('/api/v1/health/checks');
	for (const check of JSON.parse(body).items)
		assert.equal(check.state, 'ok', JSON.stringify(check));
}

/* --- what ends the session: the stream cannot be trusted any more ------------ */

const whole = (more) => (seq) => pdu(ID.deliver_sm, seq, deliver(more));
const many = Array.from({ length: 1000 }, (_, i) => tlv(0x1400 + i, Buffer.alloc(0)));

// title, the PDU, the status of the generic_nack, whether it has our sequence
const BROKEN = [
	['a command_length below a header', (seq) => pdu(ID.enquire_link, seq, undefined,
		{ length: 15 }), CMDLEN, false],
	['a command_length of nothing', (seq) => pdu(ID.enquire_link, seq, undefined,
		{ length: 0 }), CMDLEN, false],
	['a command_length of 4 GB', (seq) => pdu(ID.enquire_link, seq, undefined,
		{ length: 0xffffffff }), CMDLEN, false],
	['a command_length above all we take', (seq) => pdu(ID.deliver_sm, seq, undefined,
		{ length: 100000 }), CMDLEN, false],
	['no body at all', (seq) => pdu(ID.deliver_sm, seq), CMDLEN, true],
	['a body that ends inside a field', (seq) => pdu(ID.deliver_sm, seq,
		deliver().subarray(0, 20)), CMDLEN, true],
	['an address without its end', (seq) => pdu(ID.deliver_sm, seq,
		bytes(0, 1, 1, '1777000')), CMDLEN, true],
	['an address that is too long', whole({ from: '1'.repeat(21) }), PARLEN, true],
	['a service type that is too long', (seq) => pdu(ID.deliver_sm, seq,
		bytes(cstring('SERVICE'), deliver().subarray(1))), PARLEN, true],
	['an sm_length beyond the body', whole({ smLength: 200 }), MSGLEN, true],
	['1,000 optional parameters', whole({ tlvs: many }), TLVS, true],
	['an optional parameter cut short', whole({ tlvs: [tlv(0x424, Buffer.from('x'), 500)] }),
		TLVS, true],
	['an sm_length that leaves text behind', whole({ smLength: 2 }), TLVS, true],
];

for (const [title, octets, status, known] of BROKEN)
	/* proves IWK-01 */
	test(`a PDU with ${title} is refused, the session ends and comes back`, async () => {
		const w = await Watch.start(site), seq = ++smsc.seq;
		smsc.send(octets(seq));
		const nack = await smsc.wait({ id: NACK });
		assert.equal(nack.status, status);
		assert.equal(nack.seq, known ? seq : 0);
		await smsc.wait({ closed: true });
		await smsc.wait({ bound: true });
		await site.log(/gateway is up/, w.mark);
		assert.deepEqual(await w.moved(), { [MALFORMED]: 1, [AGAIN]: 1 });
		assert.equal(site.logged(w.mark, /session ended .*malformed PDU: /).length, 1);
		await healthy();
	});

/* --- what is refused alone: the session goes on ------------------------------ */

const udh = (...octets) => ({ esm: 0x40, sm: bytes(...octets) });
const RAW_RESP = (id) => id + RESP;

// title, the PDU, the answer or null, its status, the counter, the line
const WRONG = [
	['an unknown command', (seq) => pdu(0x777, seq), NACK, CMDID, MALFORMED,
		/unknown command gateway=raw/],
	['a command of a client', (seq) => pdu(ID.submit_sm, seq, deliver()),
		RAW_RESP(ID.submit_sm), CMDID, MALFORMED, /command out of place .*submit_sm/],
	['a header longer than the text', whole(udh(0x20, 0, 3, 1, 2, 1, 'hi')),
		RAW_RESP(ID.deliver_sm), P_APPN, DELIVERS('malformed'),
		/message refused: its user data header is wrong/],
	['a header element longer than the header', whole(udh(5, 0, 40, 1, 2, 1, 'hi')),
		RAW_RESP(ID.deliver_sm), P_APPN, DELIVERS('malformed'),
		/message refused: its user data header is wrong/],
	['a header without any text', whole(udh()), RAW_RESP(ID.deliver_sm), P_APPN,
		DELIVERS('malformed'), /message refused: its user data header is wrong/],
	['an address that is no address', whole({ to: '' }), RAW_RESP(ID.deliver_sm),
		P_APPN, DELIVERS('malformed'), /message refused: its addresses are wrong/],
	['content that is no text', whole({ coding: 4 }), RAW_RESP(ID.deliver_sm),
		P_APPN, DELIVERS('refused'), /message refused: it is no text/],
	['an unknown recipient', whole({ to: '15559999999' }), RAW_RESP(ID.deliver_sm),
		0x0b, DELIVERS('unknown'), /message not taken .*why=/],
	['an answer to nothing', (seq) => pdu(ID.submit_sm + RESP, seq, cstring('id')),
		null, 0, SEQUENCE, /answer to nothing we asked .*pdu=submit_sm_resp/],
	['an answer to no enquiry', (seq) => pdu(ID.enquire_link + RESP, seq),
		null, 0, SEQUENCE, /answer to nothing we asked .*pdu=enquire_link_resp/],
	['an answer to a bind of long ago', (seq) => pdu(ID.bind_transceiver + RESP, seq,
		cstring('raw')), null, 0, SEQUENCE, /answer to nothing .*bind_transceiver_resp/],
	['a refusal of nothing', (seq) => pdu(NACK, seq, undefined, { status: CMDID }),
		null, 0, SEQUENCE, /answer to nothing we asked .*pdu=generic_nack/],
	['a receipt that names no message', whole({ esm: 4, sm: Buffer.from('delivered!') }),
		RAW_RESP(ID.deliver_sm), P_APPN, counter('receipts_total', 'result="malformed"'),
		/receipt without id or state/],
];

for (const [title, octets, id, status, series, line] of WRONG)
	/* proves IWK-01 */
	test(`a PDU with ${title} is ${id === null ? 'ignored' : 'answered'} ` +
		'and the session goes on', async () => {
		const w = await Watch.start(site), seq = ++smsc.seq;
		smsc.send(octets(seq));
		if (id !== null)
			assert.equal((await smsc.wait({ id, seq })).status, status);
		await smsc.echo();
		const more = title === 'an unknown recipient' ?
			{ parley_messages_refused_total: 1 } : {};
		await w.did({ [series]: 1, ...more }, line);
		assert.equal(smsc.seen({ closed: true }).filter((e) => !e.taken).length, 0);
		await healthy();
	});

// TS 23.040 9.2.3.24.1: such an element is ignored as a whole
for (const [title, total, part] of [['beyond its total', 2, 3], ['of 0', 2, 0]])
	test(`a part number ${title} is ignored and the text taken`, async () => {
		const seq = ++smsc.seq, text = `part ${title}`;
		smsc.send(pdu(ID.deliver_sm, seq, deliver(udh(5, 0, 3, 9, total, part, text))));
		await alice.got(text);
		assert.equal((await smsc.wait({ id: ID.deliver_sm + RESP, seq })).status, OK);
	});

test('an optional parameter of a wrong length is left out and the text taken', async () => {
	const seq = ++smsc.seq;
	smsc.send(pdu(ID.deliver_sm, seq, deliver({ sm: Buffer.from('odd length'),
		tlvs: [tlv(0x20c, Buffer.from('123'))] })));
	await alice.got('odd length');
	assert.equal((await smsc.wait({ id: ID.deliver_sm + RESP, seq })).status, OK);
});

test('a PDU in many pieces is one PDU', async () => {
	const seq = ++smsc.seq;
	smsc.socket.setNoDelay(true);
	for (const octet of pdu(ID.deliver_sm, seq, deliver({ sm: Buffer.from('in pieces') }))) {
		smsc.send(Buffer.from([octet]));
		await new Promise(setImmediate);
	}
	await alice.got('in pieces');
	assert.equal((await smsc.wait({ id: ID.deliver_sm + RESP, seq })).status, OK);
});

test('every truncation of a good PDU is refused and nothing comes of it', async () => {
	const good = deliver({ sm: Buffer.from('truncated') });
	for (let n = 0; n < good.length; n += 5) {
		smsc.send(pdu(ID.deliver_sm, ++smsc.seq, good.subarray(0, n)));
		const nack = await smsc.wait({ id: NACK, seq: smsc.seq });
		assert.ok([CMDLEN, MSGLEN].includes(nack.status), `${n}: ${nack.status}`);
		await smsc.wait({ closed: true });
		await smsc.wait({ bound: true });
	}
	await passes('after it all');
	assert.equal(alice.texts('truncated').length, 0);
	await healthy();
});

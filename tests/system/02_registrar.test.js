// The registrar: who may register, for how long, with how many devices, and
// over what transport.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const tls = require('node:tls');
const { once } = require('node:events');
const { execFileSync } = require('node:child_process');
const { Site, moved } = require('./lib/site.js');
const { Client, taken } = require('./lib/client.js');
const { RawSip } = require('./lib/rawsip.js');
const { SipMessage, request, respond, authorize, param, id } = require('./lib/sipmsg.js');

const aor = (n) => `sip:+1555010${String(n).padStart(4, '0')}@example.org`;
const ALICE = aor(1);
const password = (n) => `secret${n}`;
const PHONE = 'urn:uuid:00000000-0000-4000-8000-000000000001';
const TABLET = 'urn:uuid:00000000-0000-4000-8000-000000000002';
const IPV6 = Object.values(os.networkInterfaces()).flat().some((i) => i.address === '::1');
const MIN = 60, DEFAULT = 3600, MAX = 86400;	// policy sip register-*

let site, certificate;

// A self-signed pair under NAME, in the files that the listener reads.
function makeCertificate(name) {
	execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt',
		'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', `/CN=${name}`,
		'-keyout', `${certificate}.key`, '-out', `${certificate}.crt`], { stdio: 'pipe' });
}

before(async () => {
	certificate = path.join(fs.mkdtempSync('/tmp/parley-tls-'), 'edge');
	makeCertificate('first.example.org');
	site = await Site.start({
		listeners: ['udp', 'tcp', ['tls', 'tls', '127.0.0.1',
			`certificate ${certificate}.crt`, `key ${certificate}.key`],
		...IPV6 ? [['udp6', 'udp', '[::1]']] : []],
		people: Array.from({ length: 30 }, (_, i) => [aor(i + 1), password(i + 1)]),
	});
});

after(async () => {
	fs.rmSync(path.dirname(certificate), { recursive: true, force: true });
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

const open = (n, options) => Client.open(site, aor(n), password(n), options);

// A client that is registered.
async function online(n, options) {
	const c = await open(n, options);
	const answer = await c.register();
	assert.equal(answer.status, 200, answer.text);
	return c;
}

const expiresOf = (answer) => answer.list('contact').map((c) => Number(param(c, 'expires')));

for (const algorithm of ['SHA-256', 'MD5'])
	/* proves APP-07 */
	test(`a client registers with digest ${algorithm}`, async (t) => {
		const c = await open(1, { algorithm });
		t.after(() => c.end());
		const first = await c.register({ tries: 1 });
		assert.equal(first.status, 401);
		const offers = first.all('www-authenticate');
		assert.deepEqual(offers.map((o) => param(o, 'algorithm')), ['SHA-256', 'MD5'],
			'the stronger one is offered first (RFC 8760 2.3)');
		for (const o of offers) {
			assert.equal(param(o, 'realm'), 'example.org');
			assert.equal(param(o, 'qop'), 'auth');
			assert.equal(param(o, 'stale'), undefined);
		}
		const answer = await c.register({ tries: 1 });
		assert.equal(answer.status, 200);
		assert.deepEqual(expiresOf(answer), [600]);
		assert.match(answer.get('p-associated-uri'),
			/^<sip:\+15550100001@example\.org(;user=phone)?>, <tel:\+15550100001>$/);
		assert.match(answer.get('service-route'),
			new RegExp(`<sip:${site.address.udp.replace(/\./g, '\\.')}[^>]*;lr>`));
		assert.equal((await c.register({ expires: 0 })).status, 200);
	});

test('a wrong password is refused, logged once and counted, and nothing is bound', async (t) => {
	const c = await Client.open(site, aor(2), 'wrong');
	t.after(() => c.end());
	assert.equal((await c.register({ tries: 1 })).status, 401);
	const mark = site.mark(), before = await site.counters();
	assert.equal((await c.register({ tries: 1 })).status, 403);
	const d = moved(before, await site.counters());
	assert.equal(d['parley_sip_auth_failures_total{reason="password"}'], 1);
	assert.equal(site.logged(mark, /wrong user name or password/).length, 1);
	const rows = await site.items('show', 'registrations');
	assert.ok(!JSON.stringify(rows).includes('5550100002'));
});

test('a user that does not exist gets the same answers as a wrong password', async (t) => {
	const c = await Client.open(site, 'sip:+15559999999@example.org', 'wrong');
	t.after(() => c.end());
	assert.equal((await c.register({ tries: 1 })).status, 401);
	assert.equal((await c.register({ tries: 1 })).status, 403);
});

test('a nonce that is not ours is answered stale=true, and the new one works', async (t) => {
	const c = await open(3);
	t.after(() => c.end());
	assert.equal((await c.register({ tries: 1 })).status, 401);
	c.challenge = c.challenge.replace(/nonce="[^"]*"/, 'nonce="0123456789abcdef"');
	const before = await site.counters();
	const stale = await c.register({ tries: 1 });
	assert.equal(stale.status, 401);
	assert.match(stale.get('www-authenticate'), /stale=true/i);
	const d = moved(before, await site.counters());
	assert.equal(d['parley_sip_auth_failures_total{reason="stale"}'], 1);
	assert.equal((await c.register({ tries: 1 })).status, 200);
});

test('a nonce count that was used before is not taken again', async (t) => {
	const c = await online(4);
	t.after(() => c.end());
	c.nc--;		// the same count once more
	const mark = site.mark(), before = await site.counters();
	const again = await c.register({ tries: 1 });
	assert.equal(again.status, 401);
	assert.notEqual(param(again.get('www-authenticate'), 'nonce'), undefined);
	const d = moved(before, await site.counters());
	assert.equal(d['parley_sip_auth_failures_total{reason="replay"}'], 1);
	assert.equal(site.logged(mark, /nonce count used before/).length, 1);
	assert.equal((await c.register({ tries: 1 })).status, 200);
});

test('the octets of an old REGISTER, sent again, register nobody', async (t) => {
	const c = await online(5);
	t.after(() => c.end());
	const old = c.last;
	assert.equal((await c.register({ expires: 0 })).status, 200);
	const answer = await c.raw.ask(old.replace(/branch=z9hG4bK/, 'branch=z9hG4bKx'));
	assert.notEqual(answer.status, 200);
	const rows = await site.items('show', 'registrations');
	assert.ok(!JSON.stringify(rows).includes('5550100005'));
});

test('credentials without qop, of another realm or unreadable register nobody', async (t) => {
	const c = await open(6);
	t.after(() => c.end());
	const uri = 'sip:example.org';
	assert.equal((await c.register({ tries: 1 })).status, 401);
	const good = authorize(c.challenge, { method: 'REGISTER', uri,
		user: '+15550100006', password: password(6) });
	const bad = [
		[good.replace(/, qop=auth, nc=.*/, ''), 401],
		[good.replace('realm="example.org"', 'realm="example.com"'), 401],
		[good.replace('algorithm=SHA-256', 'algorithm=SHA-1024'), 401],
		[good.replace(/response="[^"]*"/, `response="${'0'.repeat(64)}"`), 403],
		[good.replace(/response="[^"]*"/, 'response="00"'), 400],
		[good.replace(/uri="[^"]*"/, 'uri="sip:example.com"'), 400],
		['Digest', 400],
		['Digest username="', 400],
		['Basic YWxpY2U6YWxpY2U=', 401],
	];
	for (const [value, status] of bad) {
		const answer = await c.raw.ask(request(c.raw, 'REGISTER', uri, { from: c.aor,
			to: c.aor, headers: { Contact: c.contact, Authorization: value } }));
		assert.equal(answer.status, status, value);
	}
	assert.equal((await c.raw.ask(request(c.raw, 'REGISTER', uri, { from: c.aor, to: c.aor,
		headers: { Contact: c.contact, Authorization: good } }))).status, 200,
	'the good one still works');
});

/* proves MLD-018 */
test('two devices of one user both get a message', async (t) => {
	const phone = await online(7, { instance: PHONE, features: ';reg-id=1' });
	const tablet = await open(7, { instance: TABLET, features: ';reg-id=1' });
	const sender = await online(8);
	t.after(() => [phone, tablet, sender].forEach((c) => c.end()));
	const answer = await tablet.register({ headers: { Supported: 'path, outbound' } });
	assert.equal(answer.list('contact').length, 2);
	taken(await sender.message(aor(7), 'to both'));
	await phone.got('to both');
	await tablet.got('to both');
	const rows = await site.items('show', 'registrations');
	assert.equal(rows.filter((r) => JSON.stringify(r).includes('5550100007')).length, 2);
});

test('a device that registers anew replaces its old binding', async (t) => {
	const old = await online(9, { instance: PHONE, features: ';reg-id=1' });
	const now = await open(9, { instance: PHONE, features: ';reg-id=1' });
	const sender = await online(8);
	t.after(() => [old, now, sender].forEach((c) => c.end()));
	const answer = await now.register();
	assert.equal(answer.list('contact').length, 1);
	assert.ok(answer.get('contact').includes(now.raw.local));
	taken(await sender.message(aor(9), 'to the new one'));
	await now.got('to the new one');
	assert.equal(old.texts('to the new one').length, 0);
});

test('a contact without an instance is replaced by its URI', async (t) => {
	const c = await online(10);
	t.after(() => c.end());
	const answer = await c.register({ expires: 900 });
	assert.deepEqual(expiresOf(answer), [900]);
});

test('Contact: * removes every binding, but only with Expires: 0 and alone', async (t) => {
	const phone = await online(11, { instance: PHONE });
	const tablet = await online(11, { instance: TABLET });
	t.after(() => [phone, tablet].forEach((c) => c.end()));
	assert.equal((await phone.register({ contact: '*', expires: 600 })).status, 400);
	assert.equal((await phone.register({ contact: `*, ${phone.contact}`, expires: 0 })).status,
		400);
	assert.equal((await phone.register({ contact: null })).list('contact').length, 2,
		'nothing was removed');
	const answer = await phone.register({ contact: '*', expires: 0 });
	assert.equal(answer.status, 200);
	assert.equal(answer.all('contact').length, 0);
});

test('the registration time is kept within its bounds', async (t) => {
	const c = await open(12);
	t.after(() => c.end());
	const short = await c.register({ expires: MIN - 1 });
	assert.equal(short.status, 423);
	assert.equal(Number(short.get('min-expires')), MIN);
	assert.deepEqual(expiresOf(await c.register({ expires: MIN })), [MIN]);
	assert.deepEqual(expiresOf(await c.register({ expires: MAX + 1 })), [MAX]);
	assert.deepEqual(expiresOf(await c.register({ expires: 4294967295 })), [MAX]);
	assert.deepEqual(expiresOf(await c.register({ expires: null })), [DEFAULT]);
	assert.deepEqual(expiresOf(await c.register({ expires: 600, params: ';expires=700' })),
		[700], 'the contact\'s own time goes before the header\'s');
	assert.equal((await c.register({ expires: 0 })).all('contact').length, 0);
});

test('an older REGISTER of the same call does not undo a newer one', async (t) => {
	const c = await online(13);
	t.after(() => c.end());
	await c.register({ expires: 900 });
	const n = c.cseq;
	c.cseq = n - 3;
	assert.equal((await c.register({ expires: 0, tries: 1 })).status, 500);
	c.cseq = n;
	assert.deepEqual(expiresOf(await c.register({ contact: null })).length, 1);
});

test('the Path of a proxy is answered and used for every message', async (t) => {
	const proxy = await RawSip.open(site.address.udp);
	const c = await open(14);
	const sender = await online(8);
	t.after(() => [proxy, c, sender].forEach((x) => x.end()));
	const path_ = `<sip:edge@${proxy.local};lr>`;
	const answer = await c.register({ headers: { Path: path_, Supported: 'path' } });
	assert.equal(answer.status, 200);
	assert.equal(answer.get('path'), path_);
	const sending = sender.message(aor(14), 'by way of the proxy');
	const m = await proxy.wait((e) => e.method === 'MESSAGE');
	assert.match(m.get('route'), new RegExp(`edge@${proxy.local.replace(/\./g, '\\.')}`));
	assert.match(m.uri, new RegExp(`@${c.raw.local.replace(/\./g, '\\.')}`));
	proxy.send(respond(m, 200));
	taken(await sending);
});

test('outbound through a proxy that knows nothing of it is 439', async (t) => {
	const c = await open(15, { instance: PHONE, features: ';reg-id=1' });
	t.after(() => c.end());
	const via = `SIP/2.0/UDP ${c.raw.local};branch=z9hG4bK${id()};rport`;
	const behind = { Via: [via, 'SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKclient'],
		Supported: 'path, outbound' };
	assert.equal((await c.register({ headers: { ...behind, Path: '<sip:192.0.2.8;lr>' } }))
		.status, 439);
	const ob = await c.register({ headers: { ...behind, Path: '<sip:192.0.2.8;lr;ob>',
		Via: [via + 'x', behind.Via[1]] } });
	assert.equal(ob.status, 200);
	assert.match(ob.get('require'), /outbound/);
	assert.ok(Number(ob.get('flow-timer')) > 0);
});

test('no more devices register than the policy allows', async (t) => {
	await site.configure(['set policy registration max-contacts 3']);
	const devices = [];
	t.after(() => devices.forEach((c) => c.end()));
	t.after(() => site.configure(['delete policy registration max-contacts']));
	for (let i = 0; i < 3; i++)
		devices.push(await online(16, { instance: `urn:uuid:${i}` }));
	const more = await open(16, { instance: 'urn:uuid:3' });
	devices.push(more);
	assert.equal((await more.register()).status, 403);
	assert.equal((await devices[0].register()).status, 200, 'a refresh is no new one');
	assert.equal((await devices[0].register({ expires: 0 })).status, 200);
	assert.equal((await more.register()).status, 200, 'there is room again');
});

test('a malformed contact, a foreign domain or an unknown extension is refused', async (t) => {
	const c = await open(17);
	t.after(() => c.end());
	assert.equal((await c.register({ contact: '<tel:+15550100017>' })).status, 400);
	assert.equal((await c.register({ contact: '<sip:>' })).status, 400);
	const require_ = await c.register({ headers: { Require: 'path, teleport' } });
	assert.equal(require_.status, 420);
	assert.equal(require_.get('unsupported'), 'teleport');
	assert.equal((await c.request('REGISTER', 'sip:example.com', { to: 'sip:a@example.com',
		headers: { Contact: c.contact } })).status, 404);
	assert.equal((await c.request('REGISTER', 'tel:+15550100017', { to: c.aor,
		headers: { Contact: c.contact } })).status, 416);
});

test('one user cannot register another', async (t) => {
	const c = await open(18);
	t.after(() => c.end());
	const answer = await c.request('REGISTER', 'sip:example.org', { to: aor(19),
		headers: { Contact: c.contact } });
	assert.equal(answer.status, 403);
});

test('compact header names register as the long ones do', async (t) => {
	const c = await open(20);
	t.after(() => c.end());
	const send = (headers) => c.raw.ask(request(c.raw, 'REGISTER', 'sip:example.org', {
		headers: { Via: null, From: null, To: null, 'Call-ID': null, 'Content-Length': null,
			v: `SIP/2.0/UDP ${c.raw.local};branch=z9hG4bK${id()};rport`,
			f: `<${c.aor}>;tag=1`, t: `<${c.aor}>`, i: id(), m: c.contact,
			k: 'path', ...headers } }).replace(/Content-Length: 0/, 'l: 0'));
	const first = await send({});
	assert.equal(first.status, 401);
	const answer = await send({ Authorization: authorize(first.get('www-authenticate'), {
		method: 'REGISTER', uri: 'sip:example.org', user: '+15550100020',
		password: password(20) }) });
	assert.equal(answer.status, 200, answer.text);
});

test('CRLF keep-alives on TCP are answered and the connection lives on', async (t) => {
	const c = await online(21, { transport: 'tcp' });
	t.after(() => c.end());
	c.raw.send('\r\n\r\n');
	await c.raw.wait({ pong: true });
	c.raw.send('\r\n\r\n');
	await c.raw.wait({ pong: true });
	assert.equal((await c.register()).status, 200);
});

test('a request that comes in many pieces over TCP is one request', async (t) => {
	const c = await open(22, { transport: 'tcp' });
	t.after(() => c.end());
	c.raw.socket.setNoDelay(true);
	const text = request(c.raw, 'OPTIONS', 'sip:example.org', { from: c.aor });
	const done = c.raw.wait((m) => m.status >= 200);
	for (const octet of text) {
		c.raw.socket.write(octet);
		await new Promise(setImmediate);
	}
	assert.equal((await done).status, 200);
});

test('a message reaches a device over the TCP connection it registered by', async (t) => {
	const c = await online(23, { transport: 'tcp' });
	const sender = await online(8);
	t.after(() => [c, sender].forEach((x) => x.end()));
	taken(await sender.message(aor(23), 'over tcp'));
	await c.got('over tcp');
});

test('clients register and get messages over IPv6', {
	skip: !IPV6 && 'this machine has none',
}, async (t) => {
	const c = await Client.open(site, aor(24), password(24), { address: site.address.udp6 });
	const sender = await online(8);
	t.after(() => [c, sender].forEach((x) => x.end()));
	assert.equal((await c.register()).status, 200);
	taken(await sender.message(aor(24), 'over IPv6'));
	await c.got('over IPv6');
});

test('a new certificate is used after SIGHUP and no connection is dropped', async (t) => {
	const c = await online(25, { transport: 'tls' });
	const sender = await online(8);
	t.after(() => [c, sender].forEach((x) => x.end()));
	assert.equal(c.raw.socket.getPeerCertificate().subject.CN, 'first.example.org');
	assert.match(c.raw.socket.getProtocol(), /^TLSv1\.[23]$/);
	makeCertificate('second.example.org');
	site.daemon.signal('SIGHUP');
	await site.daemon.wait({ log: /certificate read again listener=tls/ });
	const next = await open(26, { transport: 'tls' });
	t.after(() => next.end());
	assert.equal(next.raw.socket.getPeerCertificate().subject.CN, 'second.example.org');
	assert.equal((await next.register()).status, 200);
	assert.equal((await c.register()).status, 200, 'the old connection is still there');
	taken(await sender.message(aor(25), 'over the old one'));
	await c.got('over the old one');
});

test('a broken certificate file changes nothing', async (t) => {
	const pem = fs.readFileSync(`${certificate}.crt`);
	fs.writeFileSync(`${certificate}.crt`, 'no certificate\n');
	t.after(() => fs.writeFileSync(`${certificate}.crt`, pem));
	const mark = site.mark();
	site.daemon.signal('SIGHUP');
	await site.log(/^<3>.*certificate/, mark);
	const c = await open(26, { transport: 'tls' });
	t.after(() => c.end());
	assert.equal((await c.register()).status, 200);
});

test('old TLS versions are not spoken', async () => {
	const [host, port] = site.address.tls.split(':');
	const socket = tls.connect({ host, port, rejectUnauthorized: false,
		minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
	const [error] = await once(socket, 'error');
	assert.match(String(error), /alert|version|protocol/i);
});

test('OPTIONS tells what the edge can do, without a password', async (t) => {
	const raw = await RawSip.open(site.address.udp);
	t.after(() => raw.end());
	const answer = await raw.ask(request(raw, 'OPTIONS', 'sip:example.org'));
	assert.equal(answer.status, 200);
	for (const word of ['MESSAGE', 'REGISTER', 'OPTIONS'])
		assert.match(answer.get('allow'), new RegExp(`\\b${word}\\b`));
	assert.match(answer.get('accept'), /message\/cpim/);
	assert.match(answer.get('contact'), /icsi-ref/);
});

test('OPTIONS about a user needs a password and tells his devices\' capabilities', async (t) => {
	const c = await online(27), asker = await online(28);
	const raw = await RawSip.open(site.address.udp);
	t.after(() => [c, asker, raw].forEach((x) => x.end()));
	assert.equal((await raw.ask(request(raw, 'OPTIONS', aor(27)))).status, 401);
	const answer = await asker.request('OPTIONS', aor(27));
	assert.equal(answer.status, 200);
	assert.match(answer.get('contact'), /cpm\.msg/);
	assert.equal((await asker.request('OPTIONS', aor(29))).status, 480);
	assert.equal((await asker.request('OPTIONS', 'sip:nobody@example.org')).status, 404);
});

test('registrations and nonces survive kill -9', async (t) => {
	const c = await online(30), sender = await online(8);
	t.after(() => [c, sender].forEach((x) => x.end()));
	await site.restart('SIGKILL');
	const again = await c.register({ tries: 1, contact: null });
	if (again.status === 401)
		assert.match(again.get('www-authenticate'), /stale=true/i);
	else
		assert.equal(again.status, 200);
	taken(await sender.message(aor(30), 'after the crash'));
	assert.ok(await c.got('after the crash') instanceof SipMessage);
});

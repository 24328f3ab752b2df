// Links open the content of one leg over HTTPS: whole, in parts, until they end.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { execFile, execFileSync } = require('node:child_process');
const { Site } = require('./lib/site.js');
const { Client } = require('./lib/client.js');
const { cpim, cpmHeaders } = require('./lib/cpim.js');
const { freePort } = require('./lib/ports.js');
const { Sim, gateway } = require('./lib/sim.js');
const { until } = require('./lib/until.js');

const ALICE = 'sip:+15550100001@example.org';
const BOB = 'sip:+15550100002@example.org';
const CAROL = 'sip:+15550100003@example.org';
const PHONE = 'urn:uuid:6f474eac-f1a1-4085-b654-c9ed5c9cf1c5';
const bytes = (n) => crypto.createHash('shake256', { outputLength: n })
	.update('content').digest().toString('latin1');
const PICTURE = bytes(5000), VIDEO = bytes(300000);

let site, sim, alice, carol, url, port;

// As docs/parley-flow.7 says it: made here from the key file alone.
function token(leg) {
	const mac = (key, data) => crypto.createHmac('sha256', key).update(data).digest();
	const key = mac(fs.readFileSync(path.join(site.data, 'secret.key')), 'link');
	const bin = Buffer.from(leg, 'hex');
	return Buffer.concat([bin, mac(key, bin).subarray(0, 16)]).toString('base64url');
}

// curl trusts only the certificate of the link server.
function curl(target, ...args) {
	const pem = path.join(site.data, 'tls', 'link.pem');
	return new Promise((resolve, reject) => {
		execFile('curl', ['-sS', '-i', '--path-as-is', '--max-time', '10', '--cacert', pem,
			...args, url + target], { encoding: 'latin1', maxBuffer: 1 << 24 },
		(e, out) => {
			if (e) return reject(e);
			const end = out.indexOf('\r\n\r\n');
			const lines = out.slice(0, end).split('\r\n');
			return resolve({ status: Number(lines[0].split(' ')[1]),
				headers: new Map(lines.slice(1).map((l) => [
					l.slice(0, l.indexOf(':')).toLowerCase(),
					l.slice(l.indexOf(':') + 2)])),
				body: out.slice(end + 4) });
		});
	});
}

// Bob is away: the message stays. Its leg's id.
async function send(messageId, type, content, inner = []) {
	const body = cpim({ from: ALICE, to: BOB, messageId, type, content, inner });
	return sendBody(messageId, body, cpmHeaders());
}

async function sendBody(messageId, body, headers) {
	const answer = await alice.request('MESSAGE', BOB, { body, headers });
	assert.equal(answer.status, 202);
	const [row] = await site.items('show', 'messages', '--to', BOB, '--limit', '1');
	return row.id + '00';
}

before(async () => {
	port = await freePort();
	url = `https://127.0.0.1:${port}/`;
	site = await Site.start({ people: [[ALICE, 'alice'], [BOB, 'bob'], [CAROL, 'carol']],
		config: [`set link address 127.0.0.1:${port}`, `set link url ${url}`,
			'set link rate 100000', 'set policy delivery answer-wait 0s'] });
	alice = await Client.open(site, ALICE, 'alice', { transport: 'tcp' });
	await alice.register();
	await site.log(/link ready/);
	sim = new Sim();
	await site.configure([...gateway('centre', await sim.smsc('centre'), site,
		{ pattern: 'tel:+1555*' }), 'set policy primary grace 0s',
	'set policy ucn interval 0s']);
	await site.log(/gateway is up gateway=centre /);
	carol = await Client.open(site, CAROL, 'carol', { instance: PHONE });
	await carol.register();
	const devices = await site.items('show', 'devices', '--subscriber', CAROL);
	await site.parley(['device', 'make-primary', CAROL, devices[0].name]);
	await carol.register({ expires: 0 });
});

after(async () => {
	alice.end();
	carol.end();
	await sim.end();
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

/* proves MLD-033 */
test('a link opens a picture as it was sent, with headers that keep it harmless', async () => {
	const t = token(await send('picture', 'image/jpeg', PICTURE));
	const a = await curl(t);
	assert.equal(a.status, 200);
	assert.equal(a.body, PICTURE);
	assert.equal(a.headers.get('content-type'), 'image/jpeg');
	assert.equal(a.headers.get('content-length'), String(PICTURE.length));
	assert.equal(a.headers.get('content-disposition'), 'inline; filename="picture.jpg"');
	assert.equal(a.headers.get('x-content-type-options'), 'nosniff');
	assert.equal(a.headers.get('cache-control'), 'no-store');
	assert.equal(a.headers.get('referrer-policy'), 'no-referrer');
	assert.match(a.headers.get('content-security-policy'), /default-src 'none'.*sandbox/);
	assert.match(a.headers.get('x-robots-tag'), /noindex/);
});

/* proves MLD-029 MLD-031 MLD-033 */
test('a phone without IP is told in its language, and the link in the SMS opens the content',
	async () => {
		await site.parley(['subscriber', 'set', CAROL, '--language', 'de-AT']);
		await alice.message(CAROL, '', { messageId: 'told', type: 'image/jpeg',
			content: PICTURE });
		const { text } = await sim.wait({ event: 'sms', to: '15550100003' });
		const link = text.match(/https:\S+/)[0];
		assert.ok(link.startsWith(url), text);
		assert.match(text, /^\+15550100001 hat Ihnen ein Bild \(5,0 kB\) gesendet/);
		const a = await curl(link.slice(url.length));
		assert.equal(a.status, 200);
		assert.equal(a.body, PICTURE);
		await site.configure(['set ucn de text "Neu: {type} {link}"']);
		await alice.message(CAROL, '', { messageId: 'told2', type: 'video/mp4',
			content: VIDEO.slice(0, 900) });
		const next = await sim.wait({ event: 'sms', to: '15550100003' });
		assert.match(next.text, /^Neu: ein Video https:/);
		await site.parley(['subscriber', 'set', CAROL, '--language', '']);
	});

test('HEAD says the same without the content', async () => {
	const t = token(await send('head', 'image/png', PICTURE));
	const a = await curl(t, '--head');
	assert.equal(a.status, 200);
	assert.equal(a.headers.get('content-length'), String(PICTURE.length));
	assert.equal(a.body, '');
});

test('a large content comes from its file, whole and in ranges', async () => {
	const t = token(await send('video', 'video/mp4', VIDEO));
	const whole = await curl(t);
	assert.equal(whole.status, 200);
	assert.equal(whole.body, VIDEO);
	const tag = whole.headers.get('etag');
	const ranges = [['0-99', 0, 100], ['299000-', 299000, 300000], ['-500', 299500, 300000],
		['100-999999', 100, 300000]];
	for (const [range, from, to] of ranges) {
		const a = await curl(t, '-H', `Range: bytes=${range}`, '-H', `If-Range: ${tag}`);
		assert.equal(a.status, 206, range);
		assert.equal(a.headers.get('content-range'), `bytes ${from}-${to - 1}/300000`);
		assert.ok(a.body === VIDEO.slice(from, to), range);
	}
	const outside = await curl(t, '-H', 'Range: bytes=300000-');
	assert.equal(outside.status, 416);
	assert.equal(outside.headers.get('content-range'), 'bytes */300000');
	const other = await curl(t, '-H', 'Range: bytes=0-9', '-H', 'If-Range: "other"');
	assert.equal(other.status, 200);
	assert.equal(other.body.length, VIDEO.length);
});

test('what a browser would run is saved, never shown', async () => {
	const html = '<script>alert(1)</script>';
	const a = await curl(token(await send('html', 'text/html', html)));
	assert.equal(a.status, 200);
	assert.equal(a.body, html);
	assert.equal(a.headers.get('content-type'), 'application/octet-stream');
	assert.match(a.headers.get('content-disposition'), /^attachment;/);
	const svg = await curl(token(await send('svg', 'image/svg+xml', '<svg/>')));
	assert.match(svg.headers.get('content-disposition'), /^attachment;/);
	const vcf = await curl(token(await send('vcf', 'text/vcard', 'BEGIN:VCARD')));
	assert.equal(vcf.headers.get('content-type'), 'text/vcard');
	assert.match(vcf.headers.get('content-disposition'), /^attachment;/);
});

test('encodings of the sender are undone, and a text is UTF-8', async () => {
	const b64 = await curl(token(await send('b64', 'image/gif',
		Buffer.from(PICTURE, 'latin1').toString('base64'),
		['Content-Transfer-Encoding: base64'])));
	assert.equal(b64.body, PICTURE);
	const text = await curl(token(await send('text', 'text/plain; charset=ISO-8859-1',
		'Gr\xfc\xdfe')));
	assert.equal(text.headers.get('content-type'), 'text/plain; charset=utf-8');
	assert.equal(Buffer.from(text.body, 'latin1').toString('utf8'), 'Grüße');
});

test('a message of several parts is a page that leads to each', async () => {
	const parts = ['--b', 'Content-Type: text/plain', '', 'look', '--b',
		'Content-Type: image/png', '', PICTURE, '--b--', ''].join('\r\n');
	const t = token(await send('parts', 'multipart/mixed; boundary=b', parts));
	const page = await curl(t);
	assert.equal(page.status, 200);
	assert.match(page.headers.get('content-security-policy'), /sandbox/);
	assert.deepEqual([...page.body.matchAll(/href="([^"]*)"/g)].map((m) => m[1]),
		[`${t}/1`, `${t}/2`]);
	assert.equal((await curl(`${t}/1`)).body, 'look');
	const second = await curl(`${t}/2`);
	assert.equal(second.body, PICTURE);
	assert.equal(second.headers.get('content-type'), 'image/png');
	assert.equal((await curl(`${t}/3`)).status, 404);
	assert.equal((await curl(`${t}/0`)).status, 404);
});

/* proves MLD-033 */
test('no other token opens anything', async () => {
	const leg = await send('secret', 'image/png', PICTURE);
	const t = token(leg);
	const other = t.slice(0, -1) + (t.endsWith('A') ? 'B' : 'A');
	for (const wrong of ['', 'robots.txt', other, t.slice(1), `${t}A`, `${t}=`, `${t}/..`,
		'A'.repeat(32), `${t}%00`, `..%2f${t}`])
		assert.equal((await curl(wrong)).status, 404, wrong);
	assert.equal((await curl(`any/prefix/${t}`)).status, 200);
	assert.equal((await curl(t, '-X', 'POST', '-d', 'x')).status, 405);
	assert.equal((await curl(t, '-X', 'DELETE')).headers.get('allow'), 'GET, HEAD');
	// a token of ours for a leg that is not there any more
	assert.equal((await curl(token('00000000000001ff'))).status, 410);
});

test('opening reports nothing, and is traced once', async () => {
	const leg = await send('watched', 'image/png', PICTURE);
	const t = token(leg);
	await curl(t, '--head');
	await curl(t);
	await curl(t);
	const story = await until('its trace', async () => {
		const now = await site.parley(['trace', leg]);
		return /GET link/.test(now) && now;
	});
	assert.equal(story.match(/GET link/g).length, 1);
	const [row] = await site.items('show', 'messages', '--to', BOB, '--limit', '1');
	assert.equal(row.state, 'held');
	assert.deepEqual(alice.reports('watched'), []);
});

test('when the message has expired its link has, in plain words', async () => {
	const body = cpim({ from: ALICE, to: BOB, messageId: 'short', type: 'image/png',
		content: PICTURE });
	const leg = await sendBody('short', body, cpmHeaders({ Expires: 1 }));
	await until('it expires', async () => (await site.items('show', 'messages', '--to', BOB,
		'--limit', '1'))[0].state === 'expired');
	const a = await curl(token(leg));
	assert.equal(a.status, 410);
	assert.match(a.body, /This link has ended/);
	assert.equal((await curl(token(leg), '--head')).status, 410);
});

test('links work after a restart, and one address cannot ask without end', async () => {
	const t = token(await send('again', 'image/png', PICTURE));
	await site.restart();
	assert.equal((await curl(t)).status, 200);
	const mark = site.mark();
	await site.configure(['set link rate 3']);
	await site.log(/link ready/, mark);
	const last = await until('it is too much', async () => {
		const a = await curl(t);
		return a.status !== 200 && a;
	}, { every: 0 });
	assert.equal(last.status, 429);
	assert.equal(last.headers.get('retry-after'), '60');
});

test('a new certificate is read at SIGHUP, and a bad one is a warning', async () => {
	const tls = path.join(site.data, 'tls');
	const make = (cn) => execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt',
		'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${cn}`,
		'-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', path.join(tls, 'link.key'),
		'-out', path.join(tls, 'link.pem')], { stdio: 'ignore' });
	const reload = async (pattern) => {
		const mark = site.mark();
		site.daemon.process.kill('SIGHUP');
		await site.log(pattern, mark);
	};
	await site.configure(['delete link rate']);
	make('replaced');
	await reload(/certificate read again link/);
	assert.equal((await curl('x')).status, 404);
	fs.writeFileSync(path.join(tls, 'link.key'), 'no key');
	await reload(/link goes on with what it has/);
	assert.equal((await curl('x')).status, 404, 'with the one of before');
	await site.restart();
	assert.match(await site.shell(['health']).then((r) => r.stdout),
		/nothing listens on 127\.0\.0\.1:\d+: links open nothing/);
	make('again');
	await reload(/link ready/);
	assert.equal((await curl('x')).status, 404);
});

test('without an address nobody answers', async () => {
	await site.configure(['delete link']);
	await assert.rejects(curl('x'), /Failed to connect|Connection refused/i);
});

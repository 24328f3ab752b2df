// Certificates by operation: who has which, requests, new ones without a lost
// connection, and whatever else somebody may upload.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const https = require('node:https');
const path = require('node:path');
const tls = require('node:tls');
const { once } = require('node:events');
const { execFileSync } = require('node:child_process');
const { Site } = require('./lib/site.js');
const { Api, isProblem } = require('./lib/api.js');
const { Authority } = require('./lib/ca.js');
const { freePort } = require('./lib/ports.js');
const { Client, taken } = require('./lib/client.js');
const { until, pause } = require('./lib/until.js');

const LIMIT = { timeout: 120000 };
const ALICE = 'sip:+15550100001@example.org', BOB = 'sip:+15550100002@example.org';
let site, api, ca;

before(async () => {
	site = await Site.start({ listeners: ['udp', 'tls'],
		people: [[ALICE, 'alice'], [BOB, 'bob']] });
	ca = new Authority(site.dir);
	api = await Api.first(site);
}, LIMIT);

after(async () => {
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

// What a new connection is shown: { subject, fingerprint }.
async function shown(port, timeout = 10000) {
	const s = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false, timeout });
	s.on('timeout', () => s.destroy(new Error('no handshake')));
	await once(s, 'secureConnect');
	const c = s.getPeerCertificate(true);
	s.destroy();
	return { cn: c.subject.CN, fingerprint: c.fingerprint256.replace(/:/g, '').toLowerCase(),
		chain: c.issuerCertificate ? c.issuerCertificate.subject.CN : null };
}

const sipPort = () => Number(site.address.tls.split(':')[1]);
const use = async (name) => (await api.get('/tls/uses')).json.items.find((u) => u.use === name);
const install = (name, body) => api.post(`/tls/certificates/${name}/install`, body);
const assign = (name, to) => api.post(`/tls/certificates/${name}/assign`, { to });

test('each use says what it has: at first its own, self-signed', async () => {
	for (const [name, port] of [['console', site.admin], ['listener:tls', sipPort()]]) {
		const u = await use(name);
		assert.equal(u.source, 'own');
		assert.equal(u.usable, true, u.why);
		assert.equal(u.self_signed, true);
		assert.equal(u.issuer, u.subject);
		assert.ok(u.names.includes('127.0.0.1'), `${u.names}`);
		assert.equal(u.key, 'EC P-256');
		assert.equal(u.fingerprint, (await shown(port)).fingerprint);
		assert.ok(u.days_left > 390 && Date.parse(u.not_after) > Date.now());
	}
});

test('a chain and its key are looked at, kept and shown; the key never', async () => {
	const s = ca.server('DNS:sip.example.org,IP:127.0.0.1', { cn: 'kept' });
	const r = await install('kept', { chain: s.chain, key: s.key });
	assert.equal(r.status, 200, r.text);
	assert.deepEqual(r.json.warnings, []);
	assert.deepEqual(r.json.names, ['sip.example.org', '127.0.0.1']);
	assert.equal(r.json.issuer, 'CN=Test Issuing');
	assert.equal(r.json.chain_length, 2);
	const { json } = await api.get('/tls/certificates/kept');
	assert.equal(json.state, 'unused');
	assert.equal(json.pem.trim(), s.chain.trim());
	assert.deepEqual(json.chain.map((c) => c.subject), ['CN=kept', 'CN=Test Issuing']);
	const files = fs.readdirSync(`${site.data}/tls`);
	assert.ok(files.includes('kept.key'));
	assert.equal(fs.statSync(`${site.data}/tls/kept.key`).mode & 0o777, 0o600);
});

// Whatever is refused leaves everything as it was.
test('what does not fit is refused in one sentence, and nothing changes', LIMIT, async (t) => {
	const good = ca.server('DNS:a.example.org'), other = ca.server('DNS:b.example.org');
	const many = Array(1000).fill(good.cert).join('');
	const encrypted = ca.openssl('pkey', '-in', ca.file(good.key), '-aes-256-cbc',
		'-passout', 'pass:x');
	const legacy = ca.openssl('ec', '-in', ca.file(good.key), '-aes-256-cbc', '-passout',
		'pass:x');
	const weak = ca.server('DNS:a.example.org', { key: ['-newkey', 'rsa:1024'] });
	const [curve, spelled, ed448] = [
		['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1'],
		['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-pkeyopt',
			'ec_param_enc:explicit'],
		['-newkey', 'ed448']].map((key) => ca.server('DNS:a.example.org', { key }));
	const sha1 = ca.sign(ca.request({ san: 'DNS:a.example.org' }), { digest: 'sha1' });
	const bare = ca.sign(ca.request());
	const ended = ca.server('DNS:a.example.org', { days: -1 });
	const client = ca.server('DNS:a.example.org', { ext: 'extendedKeyUsage=clientAuth' });
	const rows = [
		['nothing', '', good.key, /chain is empty/],
		['no PEM', 'hello', good.key, /no certificate/],
		['a thousand certificates', many, good.key, /chain has \d+ bytes: give/],
		['eleven certificates', Array(11).fill(good.cert).join(''), good.key,
			/more than 10 certificates/],
		['a broken second one', good.cert + good.cert.replace(/[A-Za-z0-9+/]{8}/, '!'),
			good.key, /certificate 2 cannot be read/],
		['the key of another', good.chain, other.key, /does not belong/],
		['no key', good.chain, undefined, /no key for this certificate/],
		['a certificate as the key', good.chain, good.cert, /no private key/],
		['an encrypted key', good.chain, encrypted, /encrypted/],
		['an encrypted key of old', good.chain, legacy, /encrypted/],
		['a key of a megabyte', good.chain, 'x'.repeat(900000), /key has \d+ bytes: give/],
		['the wrong order', ca.below.cert + good.cert, good.key, /does not belong/],
		['a gap in the chain', good.cert + ca.root.cert, good.key,
			/certificate 1 is not signed by certificate 2/],
		['an authority', ca.below.cert, ca.below.key, /authority/],
		['one for clients', client.chain, client.key, /not for servers/],
		['no names', bare.cert, bare.key, /no names/],
		['one that has ended', ended.chain, ended.key, /certificate 1 ended on 2/],
		['a weak key', weak.chain, weak.key, /too weak/],
		['a curve that not all know', curve.chain, curve.key, /kind that cannot be used/],
		['a curve spelled out', spelled.chain, spelled.key, /kind that cannot be used/],
		['a key of Ed448', ed448.chain, ed448.key, /kind that cannot be used/],
		['a weak signature', sha1.cert, sha1.key, /SHA-1/],
	];
	// a day may end meanwhile
	const list = async () => (await api.get('/tls/certificates')).text
		.replace(/"days_left":\d+/g, '');
	const was = await list();
	for (const [what, chain, key, says] of rows)
		for (const name of ['fresh', 'console', 'kept'])
			await t.test(`${what}, as ${name}`, async () => {
				const p = isProblem(await install(name, { chain, key }), 422);
				assert.match(p.detail, says);
				// an argument out of its bounds gets no further
				assert.match(p.detail, /nothing was changed|: give \d/);
				assert.ok(!/[A-Za-z0-9+/]{30}/.test(p.detail), p.detail);
			});
	// every truncation of one certificate, and of its key
	for (let n = 0; n < good.cert.length - 10; n += 7)
		isProblem(await install('fresh', { chain: good.cert.slice(0, n), key: good.key }),
			422);
	for (let n = 0; n < good.key.length - 10; n += 7)
		isProblem(await install('fresh', { chain: good.cert, key: good.key.slice(0, n) }),
			422);
	for (const name of ['..', '.x', 'a.b', '1a', 'x'.repeat(33), 'a%2fb', '%00'])
		assert.ok((await install(name, { chain: good.chain, key: good.key })).status >= 400,
			name);
	assert.equal(await list(), was);
	assert.equal((await shown(site.admin)).fingerprint, (await use('console')).fingerprint);
});

for (const [type, key] of [['ec-p256', 'EC P-256'], ['rsa-3072', 'RSA 3072']])
	test(`a request with a key made here (${type}) comes back signed`, LIMIT, async () => {
		const name = type.replace('-', '_');
		const r = await api.post(`/tls/certificates/${name}/request`, { key_type: type,
			names: ['sip.example.org', '*.example.net', '2001:db8::1'],
			organization: 'Example Ltd' });
		assert.equal(r.status, 200, r.text);
		assert.equal(r.json.request_key, key);
		const text = ca.openssl('req', '-in', ca.file(r.json.request), '-noout', '-verify',
			'-text');
		assert.match(text, /DNS:sip.example.org, DNS:\*.example.net, IP Address:2001:DB8/);
		assert.match(text, /O = Example Ltd/);
		isProblem(await api.post(`/tls/certificates/${name}/request`,
			{ names: ['x.example'] }), 409);
		const shows = (await api.get(`/tls/certificates/${name}`)).json;
		assert.equal(shows.state, 'waiting');
		assert.equal(shows.request, r.json.request);
		isProblem(await assign(name, 'console'), 404);
		const wrong = ca.server('DNS:sip.example.org');
		assert.match(isProblem(await install(name, { chain: wrong.chain }), 422).detail,
			/another request/);
		const signed = ca.sign({ csr: r.json.request });
		const back = await install(name, { chain: signed.cert + ca.below.cert });
		assert.equal(back.status, 200, back.text);
		assert.equal(back.json.key, key);
		const now = (await api.get(`/tls/certificates/${name}`)).json;
		assert.deepEqual([now.state, now.waiting, now.request], ['unused', false, null]);
	});

test('a request with a bad name, and one that is forgotten', async () => {
	for (const names of [['a b'], ['x,DNS:y'], ['-a.example'], [''], ['a..b'],
		['otherName:1.2.3;UTF8:x'], ['x'.repeat(300)], Array(101).fill('a.example')])
		isProblem(await api.post('/tls/certificates/bad/request', { names }), 422);
	isProblem(await api.delete('/tls/certificates/bad/request'), 404);
	await api.post('/tls/certificates/bad/request', { names: ['a.example'] });
	assert.equal((await api.delete('/tls/certificates/bad/request')).status, 200);
	isProblem(await api.get('/tls/certificates/bad'), 404);
});

// A connection to the console that stays, with one request after the other.
function keepAlive() {
	const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
	const get = () => new Promise((resolve, reject) => {
		const q = https.get({ host: '127.0.0.1', port: site.admin, agent, timeout: 10000,
			path: '/api/v1/auth/session', rejectUnauthorized: false,
			headers: { Cookie: `__Host-parley=${api.cookie}` } }, (res) => {
			res.resume();
			res.on('end', () => resolve({ status: res.statusCode,
				port: q.socket.localPort }));
		});
		q.on('timeout', () => q.destroy(new Error('no answer')));
		q.on('error', reject);
	});
	return { get, end: () => agent.destroy() };
}

test('SIGHUP reads the files of every server again, and no connection is lost', LIMIT,
	async (t) => {
		const ports = { link: await freePort(), xcap: await freePort() };
		for (const [name, port] of Object.entries(ports))
			await site.configure([`set ${name} address 127.0.0.1:${port}`,
				...(name === 'link' ? ['set link url https://127.0.0.1/'] : [])]);
		const open = [];
		t.after(() => open.forEach((s) => s.destroy()));
		for (const [name, port] of [...Object.entries(ports), ['console', site.admin]]) {
			const s = tls.connect({ host: '127.0.0.1', port,
				rejectUnauthorized: false });
			open.push(s);
			await once(s, 'secureConnect');
			const by = ca.server(`DNS:${name}.example.org`, { cn: `${name}.hand` });
			fs.writeFileSync(`${site.data}/tls/${name}.pem`, by.chain);
			fs.writeFileSync(`${site.data}/tls/${name}.key`, by.key);
		}
		const since = site.mark();
		site.daemon.signal('SIGHUP');
		for (const [name, port] of [...Object.entries(ports), ['console', site.admin]]) {
			await site.log(new RegExp(`certificate read again ${name}`), since);
			assert.equal((await shown(port)).cn, `${name}.hand`);
		}
		for (const s of open) {	// each is answered where it was
			s.write('GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n');
			const [data] = await once(s, 'data',
				{ signal: AbortSignal.timeout(30000) });
			assert.match(String(data), /^HTTP\/1\.1 [34]/);
		}
		await site.configure(['delete link address', 'delete xcap address',
			'delete link url']);
		for (const end of ['pem', 'key'])
			fs.unlinkSync(`${site.data}/tls/console.${end}`);
		const again = site.mark();
		site.daemon.signal('SIGHUP');
		await site.log(/certificate read again console/, again);
	});

test('a new one is there for the next handshake, no connection is lost', LIMIT, async (t) => {
	const old = keepAlive();
	const alice = await Client.open(site, ALICE, 'alice', { transport: 'tls' });
	const bob = await Client.open(site, BOB, 'bob');
	t.after(() => [old, alice, bob].forEach((x) => x.end()));
	const first = await old.get();
	for (const c of [alice, bob]) assert.equal((await c.register()).status, 200);
	for (const to of ['console', 'listener:tls']) {
		const r = await assign('ec_p256', to);
		assert.equal(r.status, 200, r.text);
		assert.deepEqual([r.json.use, r.json.source, r.json.certificate],
			[to, 'assigned', 'ec_p256']);
	}
	for (const port of [site.admin, sipPort()])
		assert.deepEqual([(await shown(port)).cn, (await shown(port)).chain],
			['sip.example.org', 'Test Issuing']);
	// renewed in place, with a key that is given: both have it
	const next = ca.server('DNS:sip.example.org', { cn: 'renewed' });
	const r = await install('ec_p256', { chain: next.chain, key: next.key });
	assert.equal(r.status, 200, r.text);
	assert.deepEqual(r.json.warnings, ['*.example.net is no longer among its names',
		'2001:db8::1 is no longer among its names']);
	for (const port of [site.admin, sipPort()])
		assert.equal((await shown(port)).cn, 'renewed');
	assert.deepEqual((await api.get('/tls/certificates/ec_p256')).json.used_by.sort(),
		['console', 'listener:tls']);
	const again = await old.get();
	assert.deepEqual([again.status, again.port], [200, first.port], 'the same connection');
	taken(await bob.message(ALICE, 'over the connection of before'));
	await alice.got('over the connection of before');
	isProblem(await api.delete('/tls/certificates/ec_p256'), 409);
});

test('while handshakes go on, a hundred new ones come', LIMIT, async () => {
	const pairs = ['one', 'two'].map((cn) => ca.server('DNS:sip.example.org', { cn }))
		.map(({ chain, key }) => ({ chain, key }));
	let over = false, n = 0;
	// one after the other, with a breath: threads of the console give way to others
	const knock = async (port) => {
		for (; !over; await pause(20)) {
			assert.match((await shown(port)).cn, /^(renewed|one|two)$/);
			n++;
		}
	};
	const all = [site.admin, site.admin, sipPort()].map(knock);
	for (let i = 0; i < 50; i++)
		for (const p of pairs)
			assert.equal((await install('ec_p256', p)).status, 200);
	over = true;
	await Promise.all(all);
	assert.ok(n > 20, `${n} handshakes`);
});

test('what is assigned is there after a start; the own one comes back by self-sign', LIMIT,
	async () => {
		await site.restart();
		api = await Api.login(site, 'root1');
		for (const port of [site.admin, sipPort()])
			assert.equal((await shown(port)).cn, 'two');
		for (const [to, port] of [['console', site.admin], ['listener:tls', sipPort()]]) {
			isProblem(await api.post(`/tls/uses/${to}/self-sign`), 409);
			const r = await api.post(`/tls/uses/${to}/self-sign`, { replace: true });
			assert.equal(r.status, 200, r.text);
			assert.deepEqual([r.json.source, r.json.self_signed, r.json.usable],
				['own', true, true]);
			assert.equal((await shown(port)).fingerprint, r.json.fingerprint);
		}
		assert.equal((await api.delete('/tls/certificates/ec_p256')).status, 200);
		isProblem(await api.get('/tls/certificates/ec_p256'), 404);
		isProblem(await api.post('/tls/uses/none/self-sign'), 404);
		isProblem(await assign('kept', 'listener:none'), 404);
	});

test('a console that was given what cannot be served starts with its own', LIMIT, async () => {
	const good = ca.server('DNS:odd.example.org', { cn: 'odd' });
	const bad = ca.server('DNS:odd.example.org', { cn: 'odd',
		key: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1'] });
	assert.equal((await install('odd', { chain: good.chain, key: good.key })).status, 200);
	assert.equal((await assign('odd', 'console')).status, 200);
	fs.writeFileSync(`${site.data}/tls/odd.pem`, bad.chain);
	fs.writeFileSync(`${site.data}/tls/odd.key`, bad.key);
	await site.restart();
	await site.log(/certificate odd, which console was given, cannot be used/);
	assert.equal((await shown(site.admin)).cn, 'Parley');
	api = await Api.login(site, 'root1');
	assert.equal((await api.post('/tls/uses/console/self-sign', { replace: true })).status,
		200);
	assert.equal((await api.delete('/tls/certificates/odd')).status, 200);
});

test('files that the settings name are shown, and not replaced behind their back', async () => {
	const s = ca.server('DNS:set.example.org', { cn: 'set' });
	await site.configure([`set listener tls certificate ${ca.file(s.chain)}`,
		`set listener tls key ${ca.file(s.key)}`]);
	const u = await use('listener:tls');
	assert.deepEqual([u.source, u.certificate, u.subject], ['file', null, 'CN=set']);
	for (const r of [await assign('kept', 'listener:tls'),
		await api.post('/tls/uses/listener:tls/self-sign', { replace: true })])
		assert.match(isProblem(r, 409).detail, /settings/);
	await site.configure(['delete listener tls certificate', 'delete listener tls key']);
});

test('a self-signed one of ours that ends soon is made anew, somebody else\'s is kept', LIMIT,
	async () => {
		const put = (s) => {
			fs.writeFileSync(`${site.data}/tls/console.key`, s.key);
			fs.writeFileSync(`${site.data}/tls/console.pem`, s.cert);
			const mark = site.mark();
			site.daemon.signal('SIGHUP');
			return site.log(/certificate read again console/, mark);
		};
		await put(ca.own({ subject: '/CN=Mine', san: 'DNS:localhost', days: 20 }));
		assert.equal((await shown(site.admin)).cn, 'Mine');
		await put(ca.own({ subject: '/CN=Parley', san: 'DNS:localhost', days: 20 }));
		const u = await use('console');
		assert.ok(u.days_left > 390, `${u.days_left}`);
		assert.equal((await shown(site.admin)).fingerprint, u.fingerprint);
	});

test('one that cannot be made anew is said once, and left until its time', LIMIT, async () => {
	const folder = `${site.data}/tls`, mark = site.mark();
	const s = ca.own({ subject: '/CN=Parley', san: 'DNS:localhost', days: 20 });
	// also root cannot write there
	fs.mkdirSync(`${folder}/console.next/full`, { recursive: true });
	fs.writeFileSync(`${folder}/console.key`, s.key);
	fs.writeFileSync(`${folder}/console.pem`, s.cert);
	// a change of another one lets it look
	const looks = async () => {
		assert.equal((await api.post('/tls/certificates/look/request',
			{ names: ['a.example'] })).status, 200);
		await until('it is forgotten', async () =>
			(await api.delete('/tls/certificates/look/request')).status === 200);
	};
	await looks();
	await site.log(/of console, which ends soon, cannot be renewed/, mark);
	await until('it rests', async () => {
		const was = fs.statSync(folder).mtimeMs;
		for (let i = 0; i < 7; i++, await pause(100))
			await api.get('/tls/uses');
		return fs.statSync(folder).mtimeMs === was;
	});
	assert.equal(site.logged(mark, /cannot be renewed/).length, 1);
	fs.rmSync(`${folder}/console.next`, { recursive: true });
	await looks();
	await until('it is made anew', async () => (await use('console')).days_left > 390);
});

test('health says when one ends: 30 days, a week, a day', LIMIT, async () => {
	const health = async () => (await api.get('/health/checks')).json.items
		.find((c) => c.check === 'certificates');
	for (const [days, state, says] of [[31, 'ok', /396 days|30 days/], [20, 'warn', /19 days/],
		[5, 'warn', /4 days/], [1, 'critical', /0 days/]]) {
		const s = ca.server('DNS:sip.example.org', { days });
		const r = await install('ending', { chain: s.chain, key: s.key });
		assert.equal(r.status, 200, r.text);
		assert.equal(r.json.warnings.length, days < 14 ? 1 : 0);
		const h = await until(`${days} days`, async () => {
			const now = await health();
			return now.state === state && says.test(now.says) && now;
		});
		if (state !== 'ok')
			assert.match(h.remedy, /certificate install ending/);
	}
	assert.equal((await api.delete('/tls/certificates/ending')).status, 200);
	await until('well again', async () => (await health()).state === 'ok');
});

test('the shell does the same, from files', async () => {
	const s = ca.server('DNS:shell.example.org', { cn: 'shell' });
	const asked = await site.parley(['certificate', 'request', 'shell', '--names',
		'shell.example.org']);
	assert.match(asked, /^-----BEGIN CERTIFICATE REQUEST-----$/m);
	await site.parley(['certificate', 'install', 'shell', '--chain-file', ca.file(s.chain),
		'--key-file', ca.file(s.key)]);
	assert.match(await site.parley(['certificate', 'list']), /shell +unused/);
	assert.match(await site.parley(['certificate', 'show', 'shell']),
		/^-----BEGIN CERTIFICATE-----$/m);
	await site.parley(['certificate', 'assign', 'shell', '--to', 'console']);
	assert.equal((await shown(site.admin)).cn, 'shell');
	await site.parley(['certificate', 'self-sign', 'console', '--replace']);
	await site.parley(['certificate', 'delete', 'shell', '--yes']);
});

/* proves APP-04 */
test('a change needs a fresh password and the role security; it is in the audit', async () => {
	const s = ca.server('DNS:audit.example.org', { cn: 'audited' });
	const token = (await api.post('/admin/tokens', { name: 'conf', role: ['config'] }))
		.json.token;
	const config = new Api(site, { token });
	isProblem(await config.get('/tls/certificates'), 403);
	isProblem(await config.post('/tls/certificates/x/install',
		{ chain: s.chain, key: s.key }), 403);
	assert.equal((await install('audited', { chain: s.chain, key: s.key })).status, 200);
	const rows = await until('its row', async () => {
		const { items } = (await api.get(
			'/audit?action=certificate%20install&object=audited')).json;
		return items.length && items;
	});
	assert.equal(rows.length, 1);
	assert.equal(rows[0].actor, 'root1');
	assert.match(rows[0].detail, /CN=audited, names audit.example.org, sha256 [0-9a-f]{64}/);
});

test('no key is in an answer, the log, the audit, a database or a plain backup', LIMIT,
	async () => {
		const key = fs.readFileSync(`${site.data}/tls/kept.key`, 'utf8');
		const secret = key.split('\n')[1].slice(10, 50);
		const seen = (what, text) => assert.ok(!text.includes(secret) &&
			!/PRIVATE KEY-----/.test(text), what);
		for (const target of ['/tls/certificates', '/tls/certificates/kept', '/tls/uses',
			'/audit?limit=500', '/operations'])
			seen(target, (await api.get(target)).text);
		await site.parley(['backup', 'create']);
		await until('the backup', async () =>
			(await site.json(['backup', 'job'])).state === 'done');
		const [backup] = fs.readdirSync(`${site.data}/backup`)
			.filter((f) => f.endsWith('.cpmbak'));
		const names = execFileSync('tar', ['-tf', `${site.data}/backup/${backup}`],
			{ encoding: 'utf8' });
		assert.ok(!/tls/.test(names), names);
		const passphrase = site.file('passphrase', 'correct horse battery');
		await site.parley(['backup', 'create', '--passphrase-file', passphrase]);
		await until('the other backup', async () =>
			(await site.json(['backup', 'job'])).state === 'done');
		const both = fs.readdirSync(`${site.data}/backup`)
			.filter((f) => f.endsWith('.cpmbak'));
		const sealed = both.find((f) => f !== backup);
		await site.parley(['backup', 'verify', sealed, '--passphrase-file', passphrase]);
		await until('it is verified', async () =>
			(await site.json(['backup', 'job'])).state === 'done');
		const listed = execFileSync('tar', ['-tf', `${site.data}/backup/${sealed}`],
			{ encoding: 'utf8' });
		assert.match(listed, /tls\/kept.key/);
		assert.match(listed, /tls\/assigned/);
		for (const f of both)
			seen(f, execFileSync('tar', ['-xOf', `${site.data}/backup/${f}`],
				{ encoding: 'latin1', maxBuffer: 1 << 28 }));
		seen('log', site.daemon.log);
		for (const f of fs.readdirSync(site.data).filter((n) => /\.db/.test(n)))
			seen(f, fs.readFileSync(path.join(site.data, f), 'latin1'));
	});

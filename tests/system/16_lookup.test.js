// Where a phone is: asked over HTTPS, told by the service centre's alert.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const https = require('node:https');
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const { once } = require('node:events');
const { Site } = require('./lib/site.js');
const { Sim, gateway } = require('./lib/sim.js');
const { Client } = require('./lib/client.js');
const { until } = require('./lib/until.js');

const ALICE = 'sip:+15550100001@example.org';
const BOB = 'sip:+15550100002@example.org';
const CAROL = 'sip:+15550100003@example.org';
const PHONE = 'urn:uuid:6f474eac-f1a1-4085-b654-c9ed5c9cf1c3';
const NUMBER = 'tel:+15550100002';

let site, sim, alice, tablet, phone, server, ca, base;
const asked = [];		// requests, as they came
let answer;			// (request, response) => {}

const json = (value) => (request, response) => {
	response.writeHead(200, { 'Content-Type': 'application/json' });
	response.end(JSON.stringify(value));
};
const ask = (number = NUMBER) => site.json(['lookup', 'ask', number]);

before(async () => {
	sim = new Sim();
	const centre = await sim.smsc('centre');
	site = await Site.start({ people: [[ALICE, 'alice'], [BOB, 'bob'], [CAROL, 'carol']] });
	ca = path.join(site.dir, 'hlr.pem');
	const key = path.join(site.dir, 'hlr.key');
	execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt',
		'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost',
		'-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', ca],
	{ stdio: 'ignore' });
	server = https.createServer({ cert: fs.readFileSync(ca), key: fs.readFileSync(key) },
		(request, response) => {
			asked.push({ url: request.url, login: request.headers.authorization });
			answer(request, response);
		});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	base = `https://localhost:${server.address().port}`;
	await site.configure([
		...gateway('centre', centre, site, { pattern: 'tel:+1555*', more: ['alerts on'] }),
		'set policy primary grace 0s',
		`set lookup url ${base}/at/{digits}?n={number}`, `set lookup ca ${ca}`,
		'set lookup user parley',
		`set lookup password @${site.file('hlr.password', 'sesame')}`]);
	await site.log(/gateway is up gateway=centre /);
	alice = await Client.open(site, ALICE, 'alice');
	await alice.register();
	tablet = await Client.open(site, CAROL, 'carol',
		{ instance: 'urn:uuid:6f474eac-f1a1-4085-b654-c9ed5c9cf1c4' });
	await tablet.register();
	phone = await Client.open(site, CAROL, 'carol', { instance: PHONE });
	await phone.register();
	const devices = await site.items('show', 'devices', '--subscriber', CAROL);
	await site.parley(['device', 'make-primary', CAROL,
		devices.find((d) => d.instance === PHONE).name]);
	await phone.register({ expires: 0 });
});

after(async () => {
	alice.end();
	tablet.end();
	phone.end();
	await sim.end();
	server.closeAllConnections();
	server.close();
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

/* proves MLD-035 */
test('the question has the number and the password, and the answer is heard', async () => {
	answer = json({ state: 'attached', access: 'lte' });
	assert.equal((await ask()).state, 'attached');
	await site.log(/action="lookup ask" object="tel:\+15550100002"/);
	assert.deepEqual(asked.pop(), { url: '/at/15550100002?n=%2B15550100002',
		login: 'Basic ' + Buffer.from('parley:sesame').toString('base64') });
	answer = json({ state: 'detached' });
	assert.equal((await ask()).state, 'detached');
	assert.equal(await site.metric('parley_lookup_questions_total{result="detached"}'), 1);
	const shown = await site.parley(['show', 'configuration', '--all']);
	assert.doesNotMatch(shown, /sesame/);
	assert.doesNotMatch(site.daemon.log, /sesame/);
});

test('a service that does not know the number says nothing', async () => {
	answer = (request, response) => { response.writeHead(404); response.end(); };
	const a = await ask();
	assert.equal(a.state, 'unknown');
	assert.equal(a.why, '');
});

for (const [what, reply, why] of [
	['an error', (q, r) => { r.writeHead(500); r.end('{"state":"attached"}'); }, /500/],
	['another page', (q, r) => { r.end('<html>'); }, /./],
	['a long answer', (q, r) => { r.end(' '.repeat(100000)); }, /./],
	['a way to elsewhere', (q, r) => {
		r.writeHead(302, { Location: 'https://localhost:1/' }); r.end(); }, /302/],
	['a broken connection', (q, r) => { r.socket.destroy(); }, /./],
]) test(`${what} is no answer`, async () => {
	answer = reply;
	const a = await ask();
	assert.equal(a.state, 'unknown');
	assert.match(a.why, why);
});

/* proves MLD-035 */
test('a slow service is not waited for, and nothing else waits for it', async () => {
	let slow;
	answer = (request, response) => { slow = response; };
	let over = false;
	const a = ask().finally(() => { over = true; });
	while (!slow)
		await once(server, 'request');
	assert.equal((await site.get('/api/v1/health/checks')).status, 200);
	assert.ok(!over, 'nobody waited for it');
	assert.equal((await a).state, 'unknown');
	assert.ok((await a).ms >= 900 && (await a).ms < 5000, `${(await a).ms} ms`);
	slow.destroy();
});

test('questions that are too many at once are refused', async () => {
	const waiting = [];
	answer = (request, response) => { waiting.push(response); };
	const all = await Promise.all(Array.from({ length: 40 }, (_, i) =>
		site.shell(['lookup', 'ask', `tel:+1777000${1000 + i}`, '--json'])));
	const refused = all.filter((r) => r.status !== 0);
	assert.ok(refused.every((r) => /too many questions/.test(r.stderr)));
	waiting.forEach((r) => r.destroy());
	answer = json({ state: 'attached' });
	assert.equal((await ask()).state, 'attached');
});

/* proves MLD-035 */
test('a message for a phone asks once, then goes by SMS', async () => {
	answer = json({ state: 'attached' });
	asked.length = 0;
	await alice.message(CAROL, 'one');
	await tablet.got('one');
	await sim.wait({ event: 'sms', to: '15550100003', text: 'one' });
	await alice.message(CAROL, 'two');
	await sim.wait({ event: 'sms', to: '15550100003', text: 'two' });
	assert.deepEqual(asked.map((a) => a.url), ['/at/15550100003?n=%2B15550100003']);
	const submits = sim.seen({ event: 'submit', dst: '15550100003' });
	assert.ok(submits.length >= 2 && submits.every((s) => s.tlvs.includes('0421=01')),
		'set_dpf');
});

/* proves MLD-035 */
test('the service centre tells that a phone is there again', async () => {
	const alerts = 'parley_access_signals_total{signal="alert"}';
	const before = await site.metric(alerts);
	sim.write('smsc centre alert from 15550100003');
	await site.log(/a phone can be reached again gateway=centre/);
	assert.equal(await site.metric(alerts), before + 1);
	sim.write('smsc centre alert from 15550100003 status 2');
	const absent = () => site.metric('parley_access_signals_total{signal="absent"}');
	await until('the other one is counted', async () => await absent() > 0);
	assert.equal(await absent(), 1);
});

test('a certificate that is not trusted is no answer, and no password goes there', async () => {
	asked.length = 0;
	await site.configure(['delete lookup ca']);
	const a = await ask();
	assert.equal(a.state, 'unknown');
	assert.match(a.why, /certificate|SSL/);
	assert.equal(asked.length, 0);
});

test('a wrong address is refused, and without one nobody is asked', async () => {
	const wrong = await site.shell(['configure', '-f', '-', '--commit'],
		'set lookup url http://hlr.example.net/{number}\n');
	assert.notEqual(wrong.status, 0);
	assert.match(wrong.stderr + wrong.stdout, /https:\/\/ only/);
	await site.configure(['delete lookup']);
	const r = await site.shell(['lookup', 'ask', NUMBER]);
	assert.notEqual(r.status, 0);
	assert.match(r.stderr, /set lookup url/);
});

// A service centre behind TLS: its certificate is checked unless told not to.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const tls = require('node:tls');
const { Site } = require('./lib/site.js');
const { Sim, gateway } = require('./lib/sim.js');

const ALICE = 'sip:+15550100001@example.org';
const DAVE = '+17770000002';

let site, sim, front, port;

function certificate(dir) {
	const key = path.join(dir, 'smsc.key'), cert = path.join(dir, 'smsc.pem');
	execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt',
		'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost',
		'-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert],
	{ stdio: 'ignore' });
	return { key, cert };
}

// TLS in front of the simulated service centre.
async function listen(target, files) {
	const server = tls.createServer({ key: fs.readFileSync(files.key),
		cert: fs.readFileSync(files.cert) }, (c) => {
		const back = net.connect(target, '127.0.0.1');
		const end = () => { c.destroy(); back.destroy(); };
		c.on('error', end).on('close', end);
		back.on('error', end).on('close', end);
		c.pipe(back).pipe(c);
	});
	server.on('tlsClientError', () => {});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return server;
}

before(async () => {
	sim = new Sim();
	const plain = await sim.smsc('s1');
	sim.write(`phone start ${DAVE} smsc s1`);
	site = await Site.start({ people: [[ALICE, 'alice']] });
	const files = certificate(site.dir);
	front = await listen(plain, files);
	port = front.address().port;
	await site.configure([...gateway('smsc1', port, site),
		`set gateway smsc1 address localhost:${port}`,
		'set gateway smsc1 tls on']);
});

after(async () => {
	await sim.end();
	assert.equal(await site.stop(), 0);
	front.close();
});

test('a certificate that nobody vouches for is refused in words', async () => {
	await site.daemon.wait((e) => /gateway=smsc1/.test(e.log) && /certificate/i.test(e.log));
	const shown = await site.json(['show', 'gateways']);
	assert.notEqual(shown.items[0].state, 'bound');
	assert.match(shown.items[0].why, /certificate/i);
});

/* proves IWK-01 */
test('with its authority known the link binds and carries messages', async () => {
	await site.configure([
		`set gateway smsc1 tls-ca ${path.join(site.dir, 'smsc.pem')}`]);
	await sim.wait({ event: 'bind', status: '0x00000000' });
	await sim.ua('alice', ALICE, 'alice', site);
	sim.message('alice', `tel:${DAVE}`, 'over TLS', 'imdn delivery id t1');
	await sim.wait({ event: 'sms', text: 'over TLS' });
	await sim.wait({ event: 'imdn', ua: 'alice', 'message-id': 't1', status: 'delivered' });
});

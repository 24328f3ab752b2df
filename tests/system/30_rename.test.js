// What lives by the name of a gateway or listener follows when it is renamed.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const tls = require('node:tls');
const { once } = require('node:events');
const { Site } = require('./lib/site.js');
const { Sim, gateway } = require('./lib/sim.js');
const { Client, taken } = require('./lib/client.js');
const { Api } = require('./lib/api.js');
const { Authority } = require('./lib/ca.js');
const { until } = require('./lib/until.js');

const LIMIT = { timeout: 120000 };
const ALICE = 'sip:+15550100001@example.org';
let site, sim, alice;

before(async () => {
	sim = new Sim();
	const port = await sim.smsc('centre');
	site = await Site.start({ people: [[ALICE, 'alice']], listeners: ['udp', 'tls'],
		config: ['set policy delivery answer-wait 0s',
			'set policy commit health-gate off'] });
	await site.configure(gateway('old', port, site));
	await up('old');
	alice = await Client.open(site, ALICE, 'alice');
	assert.equal((await alice.register()).status, 200);
}, LIMIT);

after(async () => {
	alice.end();
	await sim.end();
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

const up = (name, since) => site.log(new RegExp(`gateway is up gateway=${name} `), since);
const shown = async (name) => (await site.items('show', 'gateways', name))[0];
const queue = async (name) => (await site.items('show', 'queues'))
	.find((q) => q.queue === name);
const what = (g) => g.overrides.map((o) => o.what).sort();

/* proves APP-03 */
test('a drain, a rate, a hold, what waits and its receipts go with a gateway', async () => {
	await sim.set('centre', { 'receipt-delay-ms': 3000 });
	taken(await alice.message('tel:+17770000001', 'gone out', { messageId: 'r1',
		wants: 'positive-delivery' }));
	await sim.wait({ event: 'submit', dst: '17770000001' });
	const since = site.mark();
	await site.configure(['rename gateway old mid']);
	await up('mid', since);
	await alice.gotReport('r1', 'delivered');
	await site.configure(['rename gateway mid old']);
	await site.parley(['queue', 'hold', 'old', '--reason', 'cable']);
	await site.parley(['gateway', 'rate', 'old', '40/s']);
	taken(await alice.message('tel:+17770000002', 'waits', { messageId: 'r2' }));
	await until('it waits', () => queue('old'));
	await site.parley(['gateway', 'drain', 'old']);
	await site.configure(['rename gateway old new']);
	const g = await shown('new');
	assert.deepEqual(what(g), ['drain', 'rate']);
	assert.equal(g.rate, 40);
	assert.equal(g.state, 'drained');
	await until('what waited waits for the new name', () => queue('new'));
	assert.equal(await queue('old'), undefined);
	// it is so on disk, too
	assert.equal(await site.restart(), 0);
	assert.deepEqual(what(await shown('new')), ['drain', 'rate']);
	const again = site.mark();
	await site.parley(['gateway', 'enable', 'new']);
	await up('new', again);
	await site.parley(['queue', 'release', 'new']);
	await sim.wait({ event: 'submit', dst: '17770000002' });
});

test('a rename that is undone or rolled back takes them back', async () => {
	const [{ revision }] = await site.items('show', 'configuration', 'history');
	await site.parley(['gateway', 'drain', 'new']);
	await site.parley(['configure', '-f', '-', '--commit', '--revert-in', '5m'],
		'rename gateway new third\nset gateway third window 7\n');
	assert.deepEqual(what(await shown('third')), ['drain', 'rate']);
	await site.parley(['configuration', 'undo']);
	assert.deepEqual(what(await shown('new')), ['drain', 'rate']);
	await site.configure(['rename gateway new fourth']);
	await site.configure(['rename gateway fourth fifth', 'set gateway fifth window 8']);
	assert.deepEqual(what(await shown('fifth')), ['drain', 'rate']);
	// nobody keeps it, and the daemon is killed
	await site.parley(['configure', '-f', '-', '--commit', '--revert-in', '5m'],
		'rename gateway fifth sixth\n');
	await site.restart('SIGKILL');
	assert.deepEqual(what(await shown('fifth')), ['drain', 'rate']);
	await site.parley(['configuration', 'rollback', String(revision)]);
	assert.deepEqual(what(await shown('new')), ['drain', 'rate']);
	await site.parley(['gateway', 'clear-override', 'new']);
	await site.configure(['rename gateway new old']);
	assert.deepEqual(what(await shown('old')), []);
});

test('a draft remembers what it renames, and two names may change places', async () => {
	await site.configure(['copy gateway old other', 'set gateway other window 4']);
	await site.parley(['gateway', 'rate', 'old', '11/s']);
	await site.parley(['gateway', 'rate', 'other', '22/s']);
	const api = await Api.first(site);
	const change = (lines) => api.patch('/config/drafts/d', { lines });
	await change(['rename gateway old tmp', 'rename gateway other old']);
	assert.equal(await site.restart(), 0);
	const again = await Api.login(site, 'root1');
	let r = await again.patch('/config/drafts/d', { lines: ['rename gateway tmp other'] });
	assert.equal(r.status, 200, r.text);
	await again.patch('/config/drafts/d', { lines: ['set gateway old window 3'] });
	r = await again.post('/config/drafts/d/commit', {});
	assert.equal(r.status, 200, r.text);
	assert.deepEqual([(await shown('old')).rate, (await shown('other')).rate], [22, 11]);
	assert.equal(await site.restart(), 0);
	assert.deepEqual([(await shown('old')).rate, (await shown('other')).rate], [22, 11]);
	// a copy is another one, and what is deleted and made anew too
	await site.configure(['copy gateway old copied']);
	assert.deepEqual(what(await shown('copied')), []);
});

async function fingerprint() {
	const s = tls.connect({ host: '127.0.0.1', port: Number(site.address.tls.split(':')[1]),
		rejectUnauthorized: false, timeout: 10000 });
	s.on('timeout', () => s.destroy(new Error('no handshake')));
	await once(s, 'secureConnect');
	const c = s.getPeerCertificate();
	s.destroy();
	return c.fingerprint256;
}

test('a listener keeps its certificate under a new name', async () => {
	const rename = async (from, to) => {
		const since = site.mark();
		await site.configure([`rename listener ${from} ${to}`]);
		await site.log(new RegExp(`listening listener=${to} `), since);
	};
	const own = await fingerprint();
	await rename('tls', 'phones');
	assert.equal(await fingerprint(), own, 'its own');
	const { chain, key } = new Authority(site.dir).server('DNS:given.example.org');
	await site.parley(['certificate', 'install', 'given', '--chain-file',
		site.file('chain.pem', chain), '--key-file', site.file('key.pem', key)]);
	await site.parley(['certificate', 'assign', 'given', '--to', 'listener:phones']);
	const given = await fingerprint();
	assert.notEqual(given, own);
	await rename('phones', 'clients');
	assert.equal(await fingerprint(), given, 'the one it was given');
	const uses = await site.items('certificate', 'uses');
	assert.equal(uses.find((u) => u.use === 'listener:clients').certificate, 'given');
	await rename('clients', 'tls');
	assert.equal(await fingerprint(), given);
});

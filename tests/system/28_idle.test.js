// Ten thousand connections that say nothing, at the console and at the SIP
// listeners: messages flow, the machine's own socket answers, memory is
// bounded, and all of them end by themselves.
//
// Nothing here may wait for ever: each look has a limit, and a connection
// that the kernel forgot (its queue was full) is one that does not answer.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const net = require('node:net');
const tls = require('node:tls');
const { execFileSync } = require('node:child_process');
const { Site } = require('./lib/site.js');
const { Api } = require('./lib/api.js');
const { Client, taken } = require('./lib/client.js');
const { until, pause } = require('./lib/until.js');

const LIMIT = { timeout: 300000 };
const IDLE_S = 20;
const aor = (n) => `sip:+1555010000${n}@example.org`;
// The daemon and we have the same limit, and both need some for other things.
const files = Number(execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' })
	.replace('unlimited', '1000000'));
const MANY = Math.min(10000, Math.floor(files * 0.6));
const BATCH = 250;

let site, api, alice, bob;

before(async () => {
	site = await Site.start({ listeners: ['udp', 'tcp', 'tls'],
		config: [`set policy sip idle-time ${IDLE_S}s`],
		people: [1, 2].map((n) => [aor(n), `secret${n}`]) });
	api = await Api.first(site);
	[alice, bob] = await Promise.all([1, 2].map((n) =>
		Client.open(site, aor(n), `secret${n}`)));
	for (const c of [alice, bob]) assert.equal((await c.register()).status, 200);
}, LIMIT);

after(async () => {
	for (const c of [alice, bob]) if (c) c.end();
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
}, { timeout: 60000 });

const limited = (promise, ms) => Promise.race([promise, pause(ms)]);
const memory = () => Number(/VmRSS:\s+(\d+)/.exec(
	fs.readFileSync(`/proc/${site.daemon.pid}/status`, 'utf8'))[1]) / 1024;	// MB

// One that connects and says nothing; from the n-th address of this machine.
function idle(port, n) {
	const s = net.connect({ port, host: '127.0.0.1',
		localAddress: `127.0.1.${1 + n % 200}` });
	s.resume();
	s.on('error', () => {});
	s.on('close', () => { s.over = true; });
	s.tried = new Promise((done) => {
		for (const event of ['connect', 'error', 'close']) s.on(event, done);
	});
	return s;
}

// How many the daemon has open towards these ports.
function open(port) {
	const hex = port.toString(16).toUpperCase().padStart(4, '0');
	return fs.readFileSync('/proc/net/tcp', 'utf8').split('\n')
		.filter((l) => new RegExp(`^ *\\d+: [0-9A-F]{8}:${hex} [0-9A-F:]+ 01 `).test(l))
		.length;
}

async function flood(port) {
	const all = [];
	while (all.length < MANY) {
		const batch = Array.from({ length: Math.min(BATCH, MANY - all.length) },
			(_, i) => idle(port, all.length + i));
		await limited(Promise.all(batch.map((s) => s.tried)), 5000);
		all.push(...batch);
	}
	return all;
}

// A message, and a look over the machine's own socket: how long each took.
async function works(text) {
	const began = Date.now();
	assert.equal((await site.get('/api/v1/health/live')).status, 200);
	const looked = Date.now() - began;
	taken(await alice.message(aor(2), text));
	await bob.got(text);
	return { looked, delivered: Date.now() - began - looked };
}

// What all floods have in common; during: what else must hold meanwhile.
async function endure(t, port, name, { most, megabytes, during = () => {} }) {
	const before = memory();
	const calm = await works(`${name} is calm`);
	const began = Date.now();
	const all = await flood(port);
	t.after(() => all.forEach((s) => s.destroy()));
	const took = await works(`${name} is full`);
	// some may still be in the kernel's queue
	await until(`${most} of ${name} are left`, () => open(port) <= most);
	const there = open(port);
	const grown = memory() - before;
	t.diagnostic(`${name}: ${MANY} opened in ${Date.now() - began} ms, ${there} held, ` +
		`+${grown.toFixed(0)} MB, message ${took.delivered} ms, socket ${took.looked} ms`);
	assert.ok(grown < megabytes, `${grown} MB more`);
	assert.ok(took.looked < 1000 + 20 * calm.looked &&
		took.delivered < 2000 + 20 * calm.delivered, JSON.stringify([calm, took]));
	await during(all);
	await until(`the idle ones of ${name} end`, () => open(port) === 0,
		{ ms: (IDLE_S + 60) * 1000, every: 250 });
	await works(`${name} is empty`);
}

const portOf = (name) => Number(site.address[name].split(':')[1]);

/* ten thousand idle connections: issue 4, "Bad input" */
test('at the console: few are held, and whoever has something to say gets in', LIMIT,
	async (t) => {
		const asked = Date.now();
		assert.equal((await api.get('/health/live')).status, 200);
		const calm = Date.now() - asked;
		const during = async (all) => {
			const began = Date.now();
			assert.equal((await limited(api.get('/health/live'), 20000))?.status, 200,
				'the administrator');
			const took = Date.now() - began;
			assert.ok(took < 2000 + 20 * calm, `${took} ms, ${calm} ms before`);
			await limited(Promise.all(all.map((s) => s.tried)), 5000);
		};
		await endure(t, site.admin, 'console', { most: 64 + 64, megabytes: 60, during });
	});

test('at a TCP listener', LIMIT, (t) =>
	endure(t, portOf('tcp'), 'tcp', { most: MANY, megabytes: 200, during: async () => {
		assert.ok(open(portOf('tcp')) > MANY * 0.9, 'all of them are held');
		const c = await Client.open(site, aor(1), 'secret1', { transport: 'tcp' });
		t.after(() => c.end());
		assert.equal((await c.register()).status, 200);
		c.end();
	} }));

test('at a TLS listener, some with a handshake', LIMIT, (t) =>
	endure(t, portOf('tls'), 'tls', { most: MANY + 200, megabytes: 800, during: async () => {
		const some = await Promise.all(Array.from({ length: 100 }, () =>
			new Promise((done) => {
				const s = tls.connect({ port: portOf('tls'), host: '127.0.0.1',
					rejectUnauthorized: false, timeout: 30000 }, () => done(s));
				s.on('timeout', () => s.destroy());
				s.on('error', () => {}).on('close', () => done(null)).resume();
			})));
		assert.ok(some.every(Boolean), 'handshakes go on');
		await works('tls is full, with handshakes');
		t.after(() => some.forEach((s) => s.destroy()));
	} }));

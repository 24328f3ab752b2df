// Clients of the console that stop reading, or send a byte now and then: they
// cost a bounded amount, are ended in time, and messages do not wait for them.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const tls = require('node:tls');
const { Site } = require('./lib/site.js');
const { Api } = require('./lib/api.js');
const { Sim } = require('./lib/sim.js');
const { Stream } = require('./lib/stream.js');
const { until } = require('./lib/until.js');

const LIMIT = { timeout: 240000 };
const ALICE = 'sip:+15550100001@example.org';
const BOB = 'sip:+15550100002@example.org';
const STREAMS = 20, READERS = 20, SENDERS = 10, MESSAGES = 150;

let site, sim, api, token;

before(async () => {
	sim = new Sim();
	site = await Site.start({ people: [[ALICE, 'alice'], [BOB, 'bob']],
		config: ['set admin connections 80', 'set admin connections-per-address 80'] });
	api = await Api.first(site);
	token = (await api.post('/admin/tokens', { name: 'slow', role: ['support'] })).json.token;
	await sim.ua('alice', ALICE, 'alice', site);
	await sim.ua('bob', BOB, 'bob', site);
}, LIMIT);

after(async () => {
	await sim.end();
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

// How long messages take to be answered, one after the other; sorted, in ms.
async function latency(prefix) {
	const times = [];
	for (let i = 0; i < MESSAGES; i++) {
		const begun = performance.now();
		sim.message('alice', BOB, `number ${i}`, `id ${prefix}${i}`);
		await sim.wait({ event: 'response', ua: 'alice', 'message-id': `${prefix}${i}` });
		times.push(performance.now() - begun);
	}
	return times.sort((a, b) => a - b);
}
const at = (times, q) => times[Math.floor(times.length * q)];

// A connection that says this and reads nothing.
function deaf(text) {
	return new Promise((resolve, reject) => {
		const s = tls.connect({ host: '127.0.0.1', port: site.admin,
			rejectUnauthorized: false }, () => {
			s.write(text, () => {
				s.pause();
				resolve(s);
			});
		});
		s.on('error', reject);
		s.on('error', () => {});
		s.ended = new Promise((over) => { s.on('close', over); });
	});
}

const get = (target) => `GET /api/v1${target} HTTP/1.1\r\nHost: localhost\r\n` +
	`Authorization: Bearer ${token}\r\n\r\n`;
const memory = () => site.metric('process_resident_memory_bytes');

/* proves APP-03 */
test('clients that stop reading or hardly send cost little, and no message waits', LIMIT,
	async (t) => {
		await latency('warm');
		const alone = await latency('alone'), before = await memory();
		const streams = [], readers = [], senders = [];
		for (let i = 0; i < STREAMS; i++)
			streams.push(await deaf(get('/events?topics=stats,messages,log,queues')));
		// answers of a megabyte and more, asked for again and again
		for (let i = 0; i < READERS; i++)
			readers.push(await deaf(get('/openapi.json').repeat(20)));
		for (let i = 0; i < SENDERS; i++) {
			const s = await deaf('GET / HTTP/1.1\r\nX-Slow: ');
			s.begun = performance.now();
			s.ticks = setInterval(() => s.write('x'), 1000);
			s.resume();
			s.ended.then(() => {
				clearInterval(s.ticks);
				s.lived = performance.now() - s.begun;
			});
			senders.push(s);
		}
		const well = await Stream.open(api, 'stats');
		assert.equal(await site.metric('parley_sse_clients'), STREAMS + 1);
		const among = await latency('among');
		t.diagnostic(`answer to a message p50 ${at(alone, 0.5).toFixed(1)} ms, p95 ` +
			`${at(alone, 0.95).toFixed(1)} ms; among slow clients ` +
			`${at(among, 0.5).toFixed(1)} and ${at(among, 0.95).toFixed(1)} ms`);
		assert.ok(at(among, 0.5) < 4 * at(alone, 0.5) + 20, 'messages do not wait');
		assert.ok(at(among, 0.95) < 4 * at(alone, 0.95) + 100, 'nor do the slowest');
		await Promise.all(senders.map((s) => s.ended));
		for (const s of senders)
			assert.ok(s.lived < 40000, `a slow sender is ended: ${s.lived} ms`);
		const grown = await memory() - before;
		t.diagnostic(`memory grew by ${(grown / 1048576).toFixed(1)} MiB with ` +
			`${STREAMS + READERS} clients that do not read`);
		assert.ok(grown < (STREAMS + READERS) * 2 * 1048576, 'a bound for each');
		// who reads goes on being told
		const mark = well.events.length;
		await until('news come', () => well.events.length > mark + 1);
		well.close();
		for (const s of [...streams, ...readers]) s.destroy();
		await until('their places are free', async () =>
			await site.metric('parley_sse_clients') === 0);
		const s = await Stream.open(api, 'stats');
		await s.wait({ event: 'stats' });
		s.close();
	});

test('a stream whose client takes nothing is ended, the others are not', LIMIT, async () => {
	const stuck = await deaf(get('/events?topics=log')), well = await Stream.open(api, 'log');
	let over = false;
	// each is a line of the log
	const lines = async () => {
		while (!over)
			await api.post('/log/levels/sms', { level: 'info' });
	};
	const ended = until('the stuck one is ended', async () =>
		await site.metric('parley_sse_clients') === 1, { ms: 100000, every: 500 })
		.finally(() => { over = true; });
	await Promise.all([ended, ...Array.from({ length: 8 }, lines)]);
	assert.equal(await site.metric('parley_sse_clients'), 1);
	await well.wait({ event: 'log' });
	well.close();
	stuck.destroy();
});

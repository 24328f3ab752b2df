// What was accepted is never lost: the daemon is killed at random moments
// under load, and everything is counted.  SEED=N repeats a run's choices;
// SOAK_MINUTES=N makes it last (make soak).

'use strict';
const { test } = require('node:test');
const assert = require('node:assert/strict');
const { Site } = require('./lib/site.js');
const { Sim, gateway } = require('./lib/sim.js');
const { Load, PEER } = require('./lib/load.js');

const aor = (n) => `sip:+1555010${String(n).padStart(4, '0')}@example.org`;
const ALICE = aor(1), BOB = aor(2), CAROL = aor(3), OFF = aor(5);
const CYCLES = 20;
const SOAK_MS = (Number(process.env.SOAK_MINUTES) || 0) * 60000;
const seed = Number(process.env.SEED) || Math.floor(Math.random() * 1e9);

// more: of the site; offset: a seed of its own for each test
async function world(t, offset, more = []) {
	t.diagnostic(`seed ${seed}`);
	const w = {};
	w.site = await Site.start({ config: [`set peer load address ${PEER}`, ...more],
		people: [ALICE, BOB, CAROL, OFF].map((a, i) => [a, `secret${i}`]) });
	t.after(() => w.site.stop());
	w.load = await Load.open(w.site, ALICE, { password: 'secret0', seed: seed + offset });
	t.after(() => w.load.end());
	await w.load.device(BOB, 'secret1');
	await w.load.device(CAROL, 'secret2');
	return w;
}

// The daemon dies somewhere behind the next answers, and lives again.
async function kill({ site, load }) {
	await load.answered(1 + Math.floor(load.random() * 200));
	await load.arrived(Math.floor(load.random() * 8));
	await site.down('SIGKILL');
	await load.newEpoch();
	await site.run();
	await site.listening();
}

// Who was not there takes what waits; then everything is counted.
async function count({ site, load }) {
	await load.stop();
	const waiting = [...load.taken.values()].filter((to) => to === OFF).length;
	const rows = await site.items('show', 'queues');
	assert.equal(rows.find((r) => r.queue.includes('5550100005'))?.waiting ?? 0, waiting,
		'what waits is all that was accepted for who is away');
	await load.device(OFF, 'secret3');
	await load.allArrived();
	await load.allReported();
	assert.deepEqual([...load.refused.keys()].filter((s) => s !== 503), []);
	assert.deepEqual(load.repeated(), [], 'no duplicate without a crash');
	assert.deepEqual(load.doubled(), [], 'no report twice');
}

/* proves MSG-09 MLD-004 */
test('nothing accepted is lost when the daemon is killed again and again', async (t) => {
	const w = await world(t, 0);
	w.load.start([BOB, CAROL, BOB, CAROL, OFF]);
	const end = Date.now() + SOAK_MS;
	for (let i = 0; i < CYCLES || Date.now() < end; i++)
		await kill(w);
	await count(w);
	t.diagnostic(`${w.load.taken.size} accepted, ${w.load.got.size} arrived`);
});

/* proves APP-01 */
test('SIGTERM under load ends the daemon in time and nothing accepted is lost', async (t) => {
	const w = await world(t, 1);
	w.load.start([BOB, CAROL, BOB, CAROL, OFF]);
	for (let i = 0; i < 3; i++) {
		await w.load.answered(1 + Math.floor(w.load.random() * 300));
		const began = Date.now();
		assert.equal(await w.site.down('SIGTERM'), 0);
		// 5 s for what is in flight, and what a slow machine needs
		assert.ok(Date.now() - began < 10000, `it took ${Date.now() - began} ms`);
		await w.load.newEpoch();
		await w.site.run();
		await w.site.listening();
	}
	await count(w);
});

/* proves IWK-01 FLOW-1 */
test('no SMS and no receipt is lost when the daemon is killed again and again', async (t) => {
	const sim = new Sim();
	t.after(() => sim.end());
	const port = await sim.smsc('s1');
	sim.write('phone start +17770000001 smsc s1');
	const w = await world(t, 2);
	await w.site.configure(gateway('smsc1', port, w.site, {
		more: ['window 50', 'reconnect-max 200ms'] }));
	const sms = new Map();		// text -> how often it came
	sim.add = (e) => {
		if (e.event !== 'sms') return;
		sms.set(e.text, (sms.get(e.text) || 0) + 1);
		w.load.emit('change');
	};
	w.load.start(['tel:+17770000001']);
	for (let i = 0; i < 6; i++)
		await kill(w);
	await w.load.stop();
	const { load } = w, missing = () => [...load.taken.keys()].filter((m) => !sms.has(m));
	const unreported = () => [...load.taken.keys()]
		.filter((m) => !load.reports.has(`${m}/delivered`));
	await load.until(() => !missing().length, () => `${missing().length} SMS are lost`);
	await load.until(() => !unreported().length,
		() => `${unreported().length} of ${load.taken.size} have no report`);
	assert.deepEqual(load.doubled(), [], 'no report twice');
	assert.deepEqual([...load.refused.keys()].filter((s) => s !== 503), []);
	t.diagnostic(`${load.taken.size} accepted, ${sms.size} texts reached the phone`);
});

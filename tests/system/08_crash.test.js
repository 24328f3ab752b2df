// What was accepted is never lost: the daemon is killed at random moments
// under load, and everything is counted.  SEED=N repeats a run.

'use strict';
const { test } = require('node:test');
const assert = require('node:assert/strict');
const { Site } = require('./lib/site.js');
const { Load, PEER } = require('./lib/load.js');

const aor = (n) => `sip:+1555010${String(n).padStart(4, '0')}@example.org`;
const ALICE = aor(1), BOB = aor(2), CAROL = aor(3), OFF = aor(5);
const CYCLES = Number(process.env.CYCLES) || 20;
const seed = Number(process.env.SEED) || Math.floor(Math.random() * 1e9);

async function world(t, offset) {
	t.diagnostic(`seed ${seed}`);
	const w = {};
	w.site = await Site.start({ config: [`set peer load address ${PEER}`],
		people: [ALICE, BOB, CAROL, OFF].map((a, i) => [a, `secret${i}`]) });
	t.after(() => w.site.stop());
	w.load = await Load.open(w.site, ALICE, { password: 'secret0', seed: seed + offset });
	t.after(() => w.load.end());
	await w.load.device(BOB, 'secret1');
	await w.load.device(CAROL, 'secret2');
	return w;
}

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

// The daemon dies somewhere behind the next answers, and lives again.
async function kill({ site, load }) {
	await load.answered(1 + Math.floor(load.random() * 200));
	await pause(load.random() * 20);	// not always right behind an answer
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
	w.load.start([BOB, CAROL, OFF]);
	for (let i = 0; i < CYCLES; i++)
		await kill(w);
	await count(w);
	t.diagnostic(`${w.load.taken.size} accepted, ${w.load.got.size} arrived`);
});

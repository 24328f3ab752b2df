// Charging records: every fact once, in files without a gap, also when the
// daemon is killed again and again while messages flow.

'use strict';
const { test } = require('node:test');
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { Site } = require('./lib/site.js');
const { Load, PEER } = require('./lib/load.js');
const { until } = require('./lib/until.js');

const aor = (n) => `sip:+1555010${String(n).padStart(4, '0')}@example.org`;
const [ALICE, BOB, CAROL] = [aor(1), aor(2), aor(3)];
const CYCLES = 12;
const seed = Number(process.env.SEED) || Math.floor(Math.random() * 1e9);

// All records of all files in the order of the files; open ones too.
function records(site, ext = 'jsonl') {
	const dir = path.join(site.data, 'cdr');
	if (!fs.existsSync(dir))
		return [];
	const files = fs.readdirSync(dir).sort()
		.filter((f) => f.endsWith(`.${ext}`) || f.endsWith(`.${ext}.tmp`));
	return files.flatMap((f) => fs.readFileSync(path.join(dir, f), 'utf8')
		.split(ext === 'csv' ? '\r\n' : '\n').filter(Boolean).slice(ext === 'csv' ? 1 : 0)
		.map((l) => (ext === 'csv' ? { seq: Number(l.split(',')[1]) } : JSON.parse(l))));
}

function assertWhole(list) {
	list.forEach((r, i) => assert.equal(r.seq, i + 1, `record ${i + 1} of ${list.length}`));
}

function assertHashes(site) {
	const dir = path.join(site.data, 'cdr');
	const hashed = fs.readdirSync(dir).filter((f) => f.endsWith('.sha256'));
	for (const f of hashed) {
		const name = f.slice(0, -'.sha256'.length);
		if (!fs.existsSync(path.join(dir, name)))
			continue;	// its file is not closed yet
		const sum = crypto.createHash('sha256')
			.update(fs.readFileSync(path.join(dir, name))).digest('hex');
		assert.equal(fs.readFileSync(path.join(dir, f), 'utf8'), `${sum}  ${name}\n`);
	}
	return hashed.length;
}

/* proves DEF-10 */
test('records have no gap and no repetition over kills, and each message is there', async (t) => {
	t.diagnostic(`seed ${seed}`);
	const site = await Site.start({
		config: [`set peer load address ${PEER}`, 'set charging csv on',
			'set charging max-size 4k', 'set charging max-age 1s'],
		people: [ALICE, BOB, CAROL].map((a, i) => [a, `secret${i}`]),
	});
	t.after(() => site.stop());
	const load = await Load.open(site, ALICE, { password: 'secret0', seed });
	t.after(() => load.end());
	await load.device(BOB, 'secret1');
	await load.device(CAROL, 'secret2');
	load.start([BOB, CAROL]);
	for (let i = 0; i < CYCLES; i++) {
		await load.answered(1 + Math.floor(load.random() * 200));
		// while a batch or a close is under way, which come once a second
		await load.arrived(Math.floor(load.random() * 400));
		await site.down('SIGKILL');
		assertWhole(records(site).slice(0, -1));
		await load.newEpoch();
		await site.run();
		await site.listening();
	}
	await load.stop();
	await load.allArrived();
	await load.allReported();
	await site.settled();
	const state = await site.json(['charging', 'close']);
	assert.equal(state.backlog, 0);
	const all = records(site);
	assertWhole(all);
	assertWhole(records(site, 'csv'));
	assert.equal(all.length, state.written);
	assert.ok(assertHashes(site) > 2);
	const submitted = new Set(all.filter((r) => r.event === 'submission')
		.map((r) => r.charging_correlation));
	assert.equal(submitted.size, all.filter((r) => r.event === 'submission').length,
		'no message is charged twice');
	assert.ok(submitted.size >= load.taken.size, 'every accepted message is charged');
	const delivered = all.filter((r) => r.event === 'delivery');
	assert.equal(new Set(delivered.map((r) => r.charging_correlation)).size,
		delivered.length, 'no delivery is charged twice');
	t.diagnostic(`${all.length} records, ${submitted.size} messages`);

	// the same by the shell; a fast machine makes more than one export may have
	const from = all[Math.max(10, all.length - 5000)].ts_end;
	const late = all.filter((r) => r.ts_end >= from);
	const exported = (await site.parley(['charging', 'export', '--from', from])).trim();
	assert.deepEqual(exported.split('\n').map((l) => JSON.parse(l)), late);
	const csv = await site.parley(['charging', 'export', '--format', 'csv', '--from', from]);
	assert.match(csv, /^record_id,seq,event,/);
	assert.equal(csv.trim().split(/\r?\n/).length, late.length + 1);
	assert.equal(await site.parley(['charging', 'export', '--to', '2020-01-01']), '');
	const files = await site.items('charging', 'files');
	assert.ok(files.every((f) => f.state === 'closed' && f.sha256.length === 64));
	const health = (await site.items('health')).find((h) => h.check === 'charging');
	assert.equal(health.state, 'ok');
});

/* proves DEF-10 */
test('what cannot be written waits and is written later', async (t) => {
	const site = await Site.start({
		config: [`set peer load address ${PEER}`],
		people: [ALICE, BOB].map((a, i) => [a, `secret${i}`]),
	});
	t.after(() => site.stop());
	fs.writeFileSync(path.join(site.data, 'cdr'), 'not a folder');
	const load = await Load.open(site, ALICE, { password: 'secret0', seed });
	t.after(() => load.end());
	await load.device(BOB, 'secret1');
	load.start([BOB]);
	await load.answered(20);
	await load.stop();
	await load.allArrived();
	await site.log(/charging: .*Not a directory/);
	const health = JSON.parse((await site.shell(['health', '--json'])).stdout)
		.items.find((h) => h.check === 'charging');
	assert.equal(health.state, 'warn');
	assert.match(health.remedy, /cdr/);
	fs.unlinkSync(path.join(site.data, 'cdr'));
	await until('all is written', async () => {
		const state = await site.json(['charging', 'close']);
		return state.backlog === 0 && state.written >= 40;
	});
	assertWhole(records(site));
});

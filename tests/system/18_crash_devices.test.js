// Exactly one report and nothing lost, also when the daemon is killed while a
// phone without IP, tablets and a group are served.  SEED=N repeats a run.

'use strict';
const { test } = require('node:test');
const assert = require('node:assert/strict');
const { Site } = require('./lib/site.js');
const { Sim, gateway } = require('./lib/sim.js');
const { Client } = require('./lib/client.js');
const { Load, PEER } = require('./lib/load.js');
const { pause } = require('./lib/until.js');

const aor = (n) => `sip:+1555010${String(n).padStart(4, '0')}@example.org`;
const ALICE = aor(1), BOB = aor(2), CAROL = aor(3);
const NUMBER = '15550100002', DAVE = '17770000004';
const TEAM = 'sip:team@example.org';
const PHONE = 'urn:uuid:6f474eac-f1a1-4085-b654-c9ed5c9cf1c1';
const TABLET = 'urn:uuid:6f474eac-f1a1-4085-b654-c9ed5c9cf1c2';
const PICTURE = { to: BOB, type: 'image/png', content: '\x89PNG\r\n\x1a\n' + '\xff'.repeat(99) };
const KILLS = 8, WINDOW = 10;
const seed = Number(process.env.SEED) || Math.floor(Math.random() * 1e9);

let site, sim, load;
const sms = new Map();		// "number text" -> how often it came

// Where each must arrive, and how many reports come back: one of a recipient.
// Of pictures that come close together one notification tells.
function expected(messageId, to) {
	if (to === PICTURE)
		return { got: ['tablet'], sms: [], reports: 1 };
	if (to === BOB)
		return { got: ['tablet'], sms: [`${NUMBER} ${messageId}`], reports: 1 };
	if (to === CAROL)
		return { got: ['carol'], sms: [], reports: 1 };
	return { got: ['tablet', 'carol'], sms: [`${NUMBER} ${messageId}`,
		`${DAVE} ${messageId}`], reports: 3 };
}

const all = () => [...load.taken].map(([m, to]) => ({ m, ...expected(m, to) }));
const missing = () => all().flatMap(({ m, got, sms: texts, reports }) => [
	...got.filter((name) => !load.got.has(`${m} ${name}`)).map((name) => `${m} at ${name}`),
	...texts.filter((t) => !sms.has(t)).map((t) => `SMS ${t}`),
	...((load.reports.get(`${m}/delivered`)?.size ?? 0) < reports ? [`report of ${m}`] : []),
]);

const settled = () => load.until(() => !missing().length,
	() => `of ${load.taken.size} messages ${missing().length} things are lost: ` +
		missing().slice(0, 5).join(', '));

async function setUp(t) {
	t.diagnostic(`seed ${seed}`);
	sim = new Sim();
	t.after(() => sim.end());
	const port = await sim.smsc('centre');
	site = await Site.start({ people: [[ALICE, 'alice'], [BOB, 'bob'], [CAROL, 'carol']] });
	t.after(async () => assert.equal(await site.stop(), 0));
	await site.configure([`set peer load address ${PEER}`,
		...gateway('centre', port, site, { pattern: 'tel:+1*',
			more: [`window ${WINDOW}`, 'reconnect-max 200ms'] }),
		'set policy primary grace 0', 'set policy ucn interval 0',
		'set policy ucn text "ucn {id}"']);
	await site.log(/gateway is up gateway=centre /);
	sim.write(`phone start +${DAVE} smsc centre`);
	await site.parley(['group', 'add', TEAM, '--who-may-send', 'anyone']);
	for (const member of [BOB, CAROL, `tel:+${DAVE}`])
		await site.parley(['group', 'member', 'add', TEAM, member]);
	const phone = await Client.open(site, BOB, 'bob', { instance: PHONE });
	await phone.register();
	const [{ name }] = await site.items('show', 'devices', '--subscriber', BOB);
	await site.parley(['device', 'make-primary', BOB, name]);
	await phone.register({ expires: 0 });
	phone.end();
	load = await Load.open(site, ALICE, { password: 'alice', seed });
	t.after(() => load.end());
	await load.device(BOB, 'bob', { name: 'tablet', instance: TABLET });
	await load.device(CAROL, 'carol', { name: 'carol' });
	sim.add = (e) => {
		if (e.event !== 'sms') return;
		const key = `${e.to.replace('+', '')} ${e.text}`;
		sms.set(key, (sms.get(key) || 0) + 1);
		load.arrivals++;
		load.emit('change');
	};
}

async function kill() {
	await load.answered(1 + Math.floor(load.random() * 60));
	await pause(load.random() * 20);	// not always right behind an answer
	await site.down('SIGKILL');
	await load.newEpoch();
	await site.run();
	await site.listening();
}

const repeatedSms = () => [...sms.values()].reduce((n, times) => n + times - 1, 0);
const tooManyReports = () => all().filter(({ m, reports }) =>
	load.reports.get(`${m}/delivered`).size > reports).map(({ m }) => m);

/* proves MSG-09 MLD-004 MLD-005 MLD-018 MLD-028 MLD-028a MLD-029 MLD-030 DEF-03 */
test('a phone without IP, tablets and a group over kills: all arrives, one report each',
	async (t) => {
		await setUp(t);
		load.start([BOB, PICTURE, TEAM, BOB, CAROL]);
		for (let i = 0; i < KILLS; i++)
			await kill();
		await load.stop();
		await settled();
		assert.deepEqual([...load.refused.keys()].filter((r) => r !== 503), []);
		assert.deepEqual(tooManyReports(), [], 'one report of a recipient');
		assert.deepEqual(load.repeated(), [], 'over IP nothing twice without a kill');
		assert.ok(repeatedSms() <= KILLS * WINDOW,
			`${repeatedSms()} SMS came again: more than were on their way`);
		const last = await load.one(PICTURE);
		await load.until(() => sms.has(`${NUMBER} ucn ${last}`),
			() => 'the phone is not told of the next picture');
		await settled();
		const pictures = [...load.taken].filter(([, to]) => to === PICTURE)
			.map(([m]) => m);
		await load.device(BOB, 'bob', { name: 'phone', instance: PHONE });
		const late = () => pictures.filter((m) => !load.got.has(`${m} phone`));
		await load.until(() => !late().length, () => `${late().length} pictures are lost`);
		assert.equal([...load.got.keys()].filter((k) => k.endsWith(' phone')).length,
			pictures.length, 'the phone had the texts by SMS');
		assert.deepEqual(tooManyReports(), [], 'a late device makes no second report');
		t.diagnostic(`${load.taken.size} accepted, ${sms.size} SMS, ` +
			`${repeatedSms()} again`);
	});

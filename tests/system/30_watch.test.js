// What an operator watches: a message's trace as it grows.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { Site } = require('./lib/site.js');
const { Api } = require('./lib/api.js');
const { Sim } = require('./lib/sim.js');
const { Stream } = require('./lib/stream.js');

const LIMIT = { timeout: 60000 };
const ALICE = 'sip:+15550100001@example.org';
const BOB = 'sip:+15550100002@example.org';

let site, sim, api;

before(async () => {
	sim = new Sim();
	site = await Site.start({ people: [[ALICE, 'alice'], [BOB, 'bob']],
		config: ['set admin connections-per-address 60'] });
	api = await Api.first(site);
	await sim.ua('alice', ALICE, 'alice', site);
}, LIMIT);

after(async () => {
	await sim.end();
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

/* proves APP-03 */
test('the trace of one message grows before who watches it, by any of its ids', LIMIT,
	async () => {
		const id = `watched-${'x'.repeat(100)}`;
		const early = await Stream.open(api, `trace:${id}`);
		sim.message('alice', BOB, 'to be followed', `imdn delivery id ${id}`);
		await sim.wait({ event: 'response', ua: 'alice', 'message-id': id });
		const first = await early.wait({ event: `trace:${id}` });
		const [leg] = await site.items('show', 'messages', '--limit', '1');
		const late = await Stream.open(api, `trace:${leg.id}`);
		const now = await late.wait({ event: `trace:${leg.id}` });
		assert.deepEqual(now.data.items.slice(0, first.data.items.length),
			first.data.items, 'who comes later gets what there is');
		await sim.ua('bob', BOB, 'bob', site);
		sim.write('ua bob auto imdn on');
		for (const [s, name] of [[early, id], [late, leg.id]]) {
			const more = await s.wait((e) => e.event === `trace:${name}` &&
				e.data.items.some((i) => /200/.test(i.step) && i.from === 'far'));
			assert.ok(more.data.items.length > now.data.items.length);
			assert.deepEqual(more.data.items.slice(0, now.data.items.length),
				now.data.items, 'what was told stays');
			s.close();
		}
	});

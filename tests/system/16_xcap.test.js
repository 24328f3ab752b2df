// 16_xcap.test.js - lists, blocked contacts and groups over XCAP, with curl.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { Site } = require('./lib/site.js');
const { Client, taken } = require('./lib/client.js');
const { curl: request } = require('./lib/curl.js');
const { freePort } = require('./lib/ports.js');

const ALICE = 'sip:+15550100001@example.org';
const BOB = 'sip:+15550100002@example.org';
const CAROL = 'sip:carol@example.org';
const LISTS = 'application/resource-lists+xml';
const GROUPS = 'application/vnd.oma.poc.groups+xml';
const ELEMENT = 'application/xcap-el+xml';
const NS = 'urn:ietf:params:xml:ns:resource-lists';

let site, port;

before(async () => {
	port = await freePort();
	site = await Site.start({ config: [`set xcap address 127.0.0.1:${port}`],
		people: [[ALICE, 'alice'], [BOB, 'bob'], [CAROL, 'carol', 'tel:+15550100003']] });
});
after(async () => assert.equal(await site.stop(), 0, 'the daemon stops with status 0'));

const curl = (url, options) => request(site, port, url, options);
const get = (url, options) => curl(url, options);
const put = (url, type, body, options) => curl(url, { ...options, method: 'PUT', type, body });
const del = (url, options) => curl(url, { ...options, method: 'DELETE' });
const tree = (who, rest = 'index') => `/resource-lists/users/${who}/${rest}`;
const doc = (inside) => `<?xml version="1.0" encoding="UTF-8"?>\n` +
	`<resource-lists xmlns="${NS}">${inside}</resource-lists>`;
const BLOCKED = 'list[@name="rcs_blockedcontacts"]';
const selector = (s) => '/~~/' + s.split('/').map(encodeURIComponent).join('/');

async function member(t, aor, password) {
	const c = await Client.open(site, aor, password);
	t.after(() => c.end());
	taken(await c.register());
	return c;
}

/* proves DEF-06 */
test('blocked contacts of a document are the block list of the shell, and the other way round',
	async (t) => {
		assert.equal((await get(tree(ALICE))).status, 404);
		const made = await put(tree(ALICE), LISTS, doc(
			'<list name="friends"><entry uri="sip:x@example.com"/></list>' +
			'<list name="rcs_blockedcontacts"><entry uri="tel:+1-555-010-0002">' +
			'<display-name>Bob</display-name></entry></list>'));
		assert.equal(made.status, 201);
		const got = await get(tree(ALICE));
		assert.equal(got.status, 200);
		assert.match(got.get('content-type'), /^application\/resource-lists\+xml/);
		assert.equal(got.get('etag'), made.get('etag'));
		assert.match(got.body, /<display-name>Bob<\/display-name>/);

		const rules = await site.items('screening', 'block', 'show', '--subscriber', ALICE);
		assert.deepEqual(rules.map((r) => [r.pattern, r.effect]),
			[['tel:+15550100002', 'refused']]);
		const bob = await member(t, BOB, 'bob');
		assert.equal((await bob.message(ALICE, 'not wanted')).status, 403);

		await site.parley(['screening', 'block', 'add', 'sip:mallory@example.com',
			'--subscriber', ALICE, '--effect', 'silent']);
		const both = await get(tree(ALICE));
		assert.match(both.body, /rcs_revokedcontacts.*sip:mallory@example.com/s);
		await site.parley(['screening', 'block', 'remove', 'tel:+15550100002',
			'--subscriber', ALICE]);
		assert.doesNotMatch((await get(tree(ALICE))).body, /Bob/);
		taken(await bob.message(ALICE, 'again'));

		assert.equal((await del(tree(ALICE))).status, 200);
		assert.equal((await get(tree(ALICE))).status, 404);
		assert.equal((await site.items('screening', 'block', 'show')).length, 0);
	});

/* proves DEF-06 */
test('one entry is put, read and deleted by its uri', async () => {
	const one = tree(ALICE) + selector(`resource-lists/${BLOCKED}/entry[@uri="${BOB}"]`);
	const entry = `<entry uri="${BOB}"/>`;
	const none = await put(one, ELEMENT, entry);
	assert.equal(none.status, 409);
	assert.match(none.get('content-type'), /^application\/xcap-error\+xml/);
	assert.match(none.body, /<no-parent /);

	assert.equal((await put(tree(ALICE), LISTS,
		doc('<list name="rcs_blockedcontacts"/>'))).status, 201);
	assert.equal((await put(one, ELEMENT, entry)).status, 201);
	assert.equal((await put(one, ELEMENT, entry)).status, 200);
	assert.equal((await put(one, ELEMENT, '<entry uri="sip:other@example.org"/>')).status, 409);
	const got = await get(one);
	assert.equal(got.status, 200);
	assert.match(got.get('content-type'), /^application\/xcap-el\+xml/);
	assert.equal(got.body, entry);
	assert.equal((await site.items('screening', 'block', 'show'))[0].pattern,
		'tel:+15550100002');

	const attribute = await get(one + '/@uri');
	assert.equal(attribute.body, BOB);
	assert.match(attribute.get('content-type'), /^application\/xcap-att\+xml/);
	assert.match((await get(one + '/namespace::*')).body, new RegExp(`xmlns="${NS}"`));
	assert.equal((await get(tree(ALICE) + '/~~/r:resource-lists/r:list/@name?' +
		encodeURIComponent(`xmlns(r=${NS})`))).body, 'rcs_blockedcontacts');

	assert.equal((await del(one)).status, 200);
	assert.equal((await get(one)).status, 404);
	assert.equal((await site.items('screening', 'block', 'show')).length, 0);
	await del(tree(ALICE));
});

test('a change of another version is refused', async () => {
	const first = await put(tree(ALICE), LISTS, doc('<list name="a"/>'),
		{ headers: ['If-None-Match: *'] });
	assert.equal(first.status, 201);
	const old = `If-Match: ${first.get('etag')}`;
	assert.equal((await put(tree(ALICE), LISTS, doc('<list name="b"/>'),
		{ headers: ['If-None-Match: *'] })).status, 412);
	const second = await put(tree(ALICE), LISTS, doc('<list name="b"/>'), { headers: [old] });
	assert.equal(second.status, 200);
	assert.equal((await put(tree(ALICE), LISTS, doc('<list name="c"/>'),
		{ headers: [old] })).status, 412);
	assert.equal((await del(tree(ALICE), { headers: [old] })).status, 412);
	assert.equal((await get(tree(ALICE),
		{ headers: [`If-None-Match: ${second.get('etag')}`] })).status, 304);
	await site.restart('SIGKILL');
	assert.equal((await get(tree(ALICE))).get('etag'), second.get('etag'), 'over a kill');
	assert.equal((await del(tree(ALICE),
		{ headers: [`If-Match: ${second.get('etag')}`] })).status, 200);
});

const bomb = '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' +
	doc('<list name="&b;"/>').slice(39);
const refusals = {
	'no XML is 409': [LISTS, 'x', 409, /not-well-formed/],
	'entities are 409': [LISTS, bomb, 409, /not-well-formed/],
	'Latin-1 is 409': [LISTS, Buffer.from(doc('<list name="\xe9"/>'), 'latin1'), 409,
		/not-utf-8/],
	'another root is 409': [LISTS, '<a/>', 409, /schema-validation-error/],
	'the same uri twice is 409': [LISTS, doc('<list><entry uri="sip:a@b"/>' +
		'<entry uri="sip:a@b"/></list>'), 409, /uniqueness-failure/],
	'a blocked contact that is no address is 409': [LISTS,
		doc('<list name="rcs_blockedcontacts"><entry uri="tel:x"/></list>'), 409,
		/constraint-failure/],
	'another type is 415': ['text/plain', doc(''), 415, /resource-lists/],
	'too large is 413': [LISTS, doc(' '.repeat(70000)), 413, /./],
};
for (const [what, [type, body, status, says]] of Object.entries(refusals))
	test(`a document that is wrong changes nothing: ${what}`, async () => {
		const answer = await put(tree(ALICE), type, body);
		assert.equal(answer.status, status, answer.body);
		assert.match(answer.body, says);
		assert.equal((await get(tree(ALICE))).status, 404);
	});

test('addresses that are nothing, methods that are none, trees of others', async () => {
	assert.equal((await get('/no-such-usage/users/x/index')).status, 404);
	assert.equal((await get('/')).status, 404);
	assert.equal((await get(tree(ALICE, 'other'))).status, 404);
	assert.equal((await put(tree(ALICE, 'other'), LISTS, doc(''))).status, 409);
	assert.equal((await get(tree(ALICE, 'index/~~/a%zz'))).status, 400);
	assert.equal((await get(tree(BOB))).status, 403);
	assert.equal((await put(tree(BOB), LISTS, doc(''))).status, 403);
	assert.equal((await get(tree('sip:nobody@example.org'))).status, 403);
	assert.equal((await get(tree(encodeURIComponent('tel:+15550100001')))).status, 404,
		'the same subscriber by its number');
	const patch = await curl(tree(ALICE), { method: 'PATCH' });
	assert.equal(patch.status, 405);
	assert.match(patch.get('allow'), /PUT/);
	const caps = await get('/xcap-caps/global/index');
	assert.match(caps.body, /<auid>resource-lists<\/auid>/);
	const head = await curl('/xcap-caps/global/index', { method: 'HEAD' });
	assert.equal(head.status, 200);
	assert.equal(head.get('etag'), caps.get('etag'));
	assert.equal((await put('/xcap-caps/global/index', 'application/xcap-caps+xml',
		caps.body)).status, 405);
});

test('who gives no or wrong credentials gets a challenge, the second after a pause', async () => {
	const none = await get(tree(ALICE), { digest: false });
	assert.equal(none.status, 401);
	const offers = none.all['www-authenticate'];
	assert.deepEqual(offers.map((o) => /algorithm="?([^",]+)/.exec(o)[1]), ['SHA-256', 'MD5']);
	assert.ok(offers.every((o) => o.startsWith('Digest ')));
	const began = process.hrtime.bigint();
	assert.equal((await get(tree(ALICE), { password: 'wrong' })).status, 401);
	assert.ok(process.hrtime.bigint() - began > 900000000n, 'at least a second');
	assert.equal((await get(tree(ALICE), { user: 'nobody' })).status, 401);
	assert.equal((await get(tree(ALICE))).status, 404, 'the right one still gets in');
	await site.configure(['set policy sip digest-sha256 off']);
	assert.equal((await get(tree(ALICE))).status, 404, 'with MD5 alone');
	await site.configure(['set policy sip digest-sha256 on']);
	await site.parley(['subscriber', 'suspend', BOB]);
	assert.equal((await get(tree(BOB), { user: '+15550100002', password: 'bob' })).status, 403);
	await site.parley(['subscriber', 'resume', BOB]);
});

test('a stop waits for nobody who is kept waiting', async () => {
	const wrong = get(tree(ALICE), { password: 'wrong' }).catch(() => ({ status: 503 }));
	await site.log(/wrong user name or password .*failures=3/);
	assert.equal(await site.restart(), 0);
	assert.equal((await wrong).status, 503, 'not the 401 that comes after 4 s');
});

/* proves MLD-015 DEF-08 */
test('a subscriber names the own devices and says when to be left alone', async (t) => {
	const url = `/x-cpm-prefs/users/${BOB}/index`;
	const own = { user: '+15550100002', password: 'bob' };
	const phone = await Client.open(site, BOB, 'bob', { instance: 'urn:uuid:p1' });
	t.after(() => phone.end());
	taken(await phone.register());
	await site.parley(['profile', 'add', BOB, 'work', '--rule', 'nothing type=image/*']);
	const first = await get(url, own);
	assert.equal(first.status, 200);
	assert.match(first.body, /<device instance="urn:uuid:p1" name="device-1"\/>/);

	const name = url + selector('prefs/device[@instance="urn:uuid:p1"]') + '/@name';
	assert.equal((await put(name, 'application/xcap-att+xml', 'My phone', own)).status, 200);
	assert.equal((await site.items('show', 'devices', '--subscriber', BOB))[0].name,
		'My phone');
	assert.equal((await put(url + selector('prefs/dnd[1]'), ELEMENT,
		'<dnd from="22:00" to="07:00"/>', own)).status, 201);
	const reject = url + '/~~/prefs/anonymous/@reject';
	assert.equal((await put(reject, 'application/xcap-att+xml', 'yes', own)).status, 200);
	const shown = await site.json(['screening', 'show', BOB]);
	assert.deepEqual([shown.quiet, shown.anonymous], ['22:00-07:00', 'refused']);
	const reads = url + '/~~/prefs/imdn/@send-display';
	assert.equal((await put(reads, 'application/xcap-att+xml', 'no', own)).status, 200);
	assert.equal((await site.json(['subscriber', 'show', BOB]))['read-reports'], 'off');
	const work = url + selector('prefs/profile[@name="work"]') + '/@active';
	const active = await put(work, 'application/xcap-att+xml', 'yes', own);
	assert.equal(active.status, 200);
	assert.equal((await site.items('show', 'profiles', BOB))[0].active, true);
	await site.restart('SIGKILL');
	const last = await get(url, own);
	assert.equal(last.get('etag'), active.get('etag'), 'over a kill');

	for (const [body, status] of [[last.body.replace('My phone', ''), 409],
		[last.body.replace(/<device.*/, ''), 409], [last.body.replace('22:00', '9'), 409],
		[last.body.replace('"work"', '"other"'), 409], [last.body, 200]])
		assert.equal((await put(url, 'application/x-cpm-prefs+xml', body, own)).status,
			status, body);
	assert.equal((await del(url, own)).status, 409);
	await site.parley(['screening', 'dnd', 'clear', BOB]);
});

/* proves DEF-03 MSG-05 */
test('a subscriber makes a group, sends to it, changes and deletes it', async (t) => {
	const url = `/org.openmobilealliance.groups/users/${ALICE}/friends.xml`;
	const group = (members, name = 'Friends') => '<?xml version="1.0" encoding="UTF-8"?>' +
		'<group xmlns="urn:oma:xml:poc:list-service">' +
		'<list-service uri="sip:friends@example.org">' +
		`<display-name>${name}</display-name><list>` +
		members.map((m) => `<entry uri="${m}"/>`).join('') +
		'</list><max-participant-count>20</max-participant-count></list-service></group>';
	assert.equal((await get(url)).status, 404);
	const made = await put(url, GROUPS, group([BOB, 'tel:+15550100003']));
	assert.equal(made.status, 201, made.body);
	const show = () => site.json(['group', 'show', 'sip:friends@example.org']);
	const shown = await show();
	assert.deepEqual([shown.subject, shown.members, shown.max_size], ['Friends', 3, 20]);
	const roles = await site.items('show', 'members', 'sip:friends@example.org');
	assert.deepEqual(roles.filter((m) => m.role === 'admin').map((m) => m.address),
		['tel:+15550100001']);

	const alice = await member(t, ALICE, 'alice');
	const bob = await member(t, BOB, 'bob');
	taken(await alice.message('sip:friends@example.org', 'to all friends'));
	await bob.got('to all friends');

	const got = await get(url);
	assert.equal(got.get('etag'), made.get('etag'));
	assert.equal(got.body.match(/<entry /g).length, 3);
	const carol = url + selector(`group/list-service/list/entry[@uri="${CAROL}"]`);
	assert.equal((await del(carol)).status, 200);
	assert.equal((await show()).members, 2);
	const name = url + selector('group/list-service/display-name');
	assert.equal((await put(name, ELEMENT, '<display-name>Both</display-name>')).status, 200);
	assert.equal((await show()).subject, 'Both');

	const other = { user: '+15550100002', password: 'bob' };
	const byId = '/org.openmobilealliance.groups/global/byGroupID/sip:friends@example.org';
	const theirs = `/org.openmobilealliance.groups/users/${BOB}/friends.xml`;
	assert.equal((await get(byId, other)).status, 200, 'a member sees it');
	assert.equal((await put(byId, GROUPS, group([BOB]), other)).status, 405);
	assert.equal((await get(byId, { user: 'carol', password: 'carol' })).status, 404);
	assert.equal((await get(theirs, other)).status, 404);
	assert.equal((await put(theirs, GROUPS, group([BOB]), other)).status, 409);
	for (const bad of [group([BOB]).replace('friends@', 'others@'), group(['tel:x']),
		group(Array.from({ length: 21 }, (_, i) => `tel:+1555020${1000 + i}`)),
		group(['sip:friends@example.org'])])
		assert.equal((await put(url, GROUPS, bad)).status, 409);

	assert.equal((await del(url)).status, 200);
	assert.equal((await get(url)).status, 404);
	await site.parley(['group', 'show', 'sip:friends@example.org'], '', 3);
	assert.equal((await put(`/org.openmobilealliance.groups/users/${ALICE}/carol`, GROUPS,
		group([]).replace('friends@', 'carol@'))).status, 409, 'it is a subscriber');
	await site.configure(['set xcap create-groups off']);
	assert.equal((await put(url, GROUPS, group([BOB]))).status, 403);
});

/* proves DEF-03 */
test('who may comes into an open group, and goes again; nobody moves anybody else', async () => {
	const uri = 'sip:chess@example.org', other = { user: '+15550100002', password: 'bob' };
	const carol = { user: 'carol', password: 'carol' };
	await site.parley(['group', 'add', uri, '--membership', 'open', '--see-members', 'members',
		'--max-size', '2', '--subject', 'Chess']);
	await site.parley(['group', 'member', 'add', uri, ALICE, '--role', 'admin']);
	const doc = `/org.openmobilealliance.groups/global/byGroupID/${uri}`;
	const entry = (who) => doc + selector(`group/list-service/list/entry[@uri="${who}"]`);
	const join = (who, as) => put(entry(who), ELEMENT, `<entry uri="${who}"/>`, as);
	const members = async () => (await site.items('show', 'members', uri))
		.map((m) => m.address).sort();

	assert.equal((await get(doc, other)).status, 404, 'not seen from outside');
	assert.equal((await join(CAROL, other)).status, 403, 'not somebody else');
	for (const who of ['tel:+15550100001', 'tel:+15550100009'])
		assert.equal((await join(who, other)).status, 403, 'who is in it is not said');
	assert.equal((await join(BOB, other)).status, 201);
	assert.deepEqual(await members(), ['tel:+15550100001', 'tel:+15550100002']);
	assert.match((await get(doc, other)).body, /tel:\+15550100002/);
	assert.equal((await join(CAROL, carol)).status, 409, 'it is full');
	assert.equal((await del(entry('tel:+15550100001'), other)).status, 403);
	assert.equal((await put(doc + selector('group/list-service/display-name'), ELEMENT,
		'<display-name>Go</display-name>', other)).status, 403);
	assert.equal((await del(entry('tel:+15550100002'), other)).status, 200);
	assert.equal((await del(entry('tel:+15550100001'))).status, 403, 'an admin stays');
	await site.parley(['group', 'set', uri, '--membership', 'closed']);
	assert.equal((await join(BOB, other)).status, 409);
	assert.deepEqual(await members(), ['tel:+15550100001']);
	await site.parley(['group', 'member', 'add', uri, BOB]);
	assert.equal((await del(entry('tel:+15550100002'), other)).status, 200, 'goes anywhere');
	assert.deepEqual(await members(), ['tel:+15550100001']);
});

// 19_lists.test.js - lists of subscribers over the API, the shell and XCAP: one document.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { Site } = require('./lib/site.js');
const { Api, isProblem } = require('./lib/api.js');
const { Client, taken } = require('./lib/client.js');
const { cpim } = require('./lib/cpim.js');
const { curl } = require('./lib/curl.js');
const { freePort } = require('./lib/ports.js');
const { until } = require('./lib/until.js');

const ALICE = 'sip:+15550100001@example.org';
const BOB = 'sip:+15550100002@example.org';
const CAROL = 'sip:carol@example.org';
const LISTS = 'application/resource-lists+xml';
const NS = 'urn:ietf:params:xml:ns:resource-lists';
const INDEX = `/resource-lists/users/${ALICE}/index`;
const ALL = `/subscribers/${encodeURIComponent(ALICE)}/lists`;
const FRIENDS = `${ALL}/friends`;

const LIMIT = { timeout: 120000 };

let site, root, port;

before(async () => {
	port = await freePort();
	site = await Site.start({ config: [`set xcap address 127.0.0.1:${port}`],
		people: [[ALICE, 'alice'], [BOB, 'bob'], [CAROL, 'carol']] });
	root = await Api.first(site);
});
after(async () => assert.equal(await site.stop(), 0, 'the daemon stops with status 0'));

const doc = (inside) => `<?xml version="1.0" encoding="UTF-8"?>\n` +
	`<resource-lists xmlns="${NS}" xmlns:x="urn:example:x">${inside}</resource-lists>`;
const xcap = (options) => curl(site, port, INDEX, options);
const put = (body, headers = []) => xcap({ method: 'PUT', type: LISTS, body, headers });
const members = async () => (await site.items('list', 'members', ALICE, 'friends'))
	.map((m) => [m.address, m.name]);

/* proves DEF-06 */
test('what a client puts an administrator sees and changes, and the other way round', async () => {
	assert.deepEqual(await site.items('show', 'lists', ALICE), []);
	const made = await put(doc('<!-- mine --><list name="friends" x:color="red">' +
		'<display-name>Friends</display-name><x:sort by="age"/>' +
		'<entry uri="tel:+1-555-010-0002" x:rank="1"><x:photo>abc</x:photo></entry>' +
		'</list>'));
	assert.equal(made.status, 201);
	assert.deepEqual(await site.items('show', 'lists', ALICE), [{ list: 'friends',
		title: 'Friends', members: 1, lists: 0, references: 0, blocks: '' }]);

	const seen = await root.get(FRIENDS);
	assert.equal(seen.json.etag, made.get('etag'), 'the tag of the document');
	const added = await root.post(`${FRIENDS}/members`, { address: CAROL, name: 'Carol & co' });
	assert.equal(added.status, 200, added.text);
	const got = await xcap();
	assert.notEqual(got.get('etag'), made.get('etag'));
	assert.equal(got.get('etag'), (await root.get(FRIENDS)).json.etag);
	for (const kept of ['<!-- mine -->', 'x:color="red"', '<x:sort by="age"/>',
		'uri="tel:+1-555-010-0002" x:rank="1"><x:photo>abc</x:photo>'])
		assert.ok(got.body.includes(kept), `${kept} in ${got.body}`);
	assert.match(got.body, new RegExp('<entry uri="sip:carol@example.org">' +
		'<display-name>Carol &amp; co</display-name></entry>'));

	assert.equal((await put(doc('<list name="friends"/>'),
		[`If-Match: ${made.get('etag')}`])).status, 412, 'the client has to look again');
	await site.parley(['list', 'member', 'remove', ALICE, 'friends', 'tel:+15550100002']);
	assert.deepEqual(await members(), [[CAROL, 'Carol & co']]);
	await site.restart('SIGKILL');
	assert.deepEqual(await members(), [[CAROL, 'Carol & co']]);
	const audit = await site.items('show', 'audit', '--object',
		'tel:+15550100001');
	assert.ok(audit.some((r) => r.action === 'list member add' &&
		/friends: sip:carol@example.org/.test(r.detail)), JSON.stringify(audit));
});

test('a change over HTTPS needs the tag, which any other change makes old', async () => {
	root = await Api.login(site, 'root1');
	isProblem(await root.patch(FRIENDS, { title: 'x' }, { 'If-Match': null }), 428);
	const { headers } = await root.get(FRIENDS);
	await put(doc('<list name="friends"><entry uri="sip:x@example.com"/></list>'));
	const late = await root.patch(FRIENDS, { title: 'x' }, { 'If-Match': headers.etag });
	assert.equal(isProblem(late, 412, 'precondition-failed').current.title, '');
	isProblem(await root.delete(FRIENDS, { 'If-Match': headers.etag }), 412);
	const now = await root.patch(FRIENDS, { title: 'Mates' },
		{ 'If-Match': late.headers.etag });
	assert.equal(now.status, 200, now.text);
	assert.equal(now.json.title, 'Mates');
	isProblem(await root.get(`${ALL}/none`), 404);
	isProblem(await root.post(ALL, { list: 'friends' }), 409);
	isProblem(await root.post(`${FRIENDS}/members`, { address: 'nonsense' }), 422);
	isProblem(await root.delete(`${FRIENDS}/members/${encodeURIComponent(BOB)}`), 404);
	const at = await Promise.all(Array.from({ length: 8 }, (_, i) => root.patch(FRIENDS,
		{ title: `at once ${i}` }, { 'If-Match': now.headers.etag ||
			late.headers.etag })));
	assert.ok(at.filter((r) => r.status === 200).length <= 1, at.map((r) => r.status).join());
});

/* proves DEF-06 */
test('an administrator blocks by a list, as the client would', async (t) => {
	await site.parley(['list', 'add', ALICE, 'rcs_blockedcontacts']);
	await site.parley(['list', 'member', 'add', ALICE, 'rcs_blockedcontacts', BOB]);
	const bob = await Client.open(site, BOB, 'bob');
	t.after(() => bob.end());
	taken(await bob.register());
	assert.equal((await bob.message(ALICE, 'not wanted')).status, 403);
	await site.parley(['list', 'delete', ALICE, 'rcs_blockedcontacts', '--yes']);
	taken(await bob.message(ALICE, 'wanted'));
});

/* proves DEF-06 */
test('a file is tried, imported, exported, and imported as it was exported', async () => {
	const lines = ['subscriber,list,title,member,name',
		`${ALICE},team,The team,${BOB},Bob`, `${ALICE},team,,tel:+15550100003,"C, D"`,
		`${BOB},empty,,,`];
	const file = site.file('lists.csv', lines.join('\n') + '\n');
	const dry = await site.json(['list', 'import', file, '--dry-run']);
	assert.deepEqual([dry.total, dry.subscribers, dry.lists, dry.added, dry.dry_run],
		[3, 2, 2, 2, true]);
	assert.deepEqual(await site.items('show', 'lists', BOB), []);
	assert.equal((await site.json(['list', 'import', file])).added, 2);
	assert.match((await xcap()).body, /<list name="team"><display-name>The team</);

	const text = await site.parley(['list', 'export']);
	assert.ok(text.includes(`,team,The team,tel:+15550100003,"C, D"\r\n`), text);
	const again = await site.json(['list', 'import', site.file('again.csv', text)]);
	assert.deepEqual([again.lists, again.added, again.changed], [0, 0, 0]);

	const wrong = site.file('wrong.csv', lines.join('\n') +
		'\nsip:nobody@example.org,a,,,\n' + `${ALICE},a,,nonsense,\n`);
	const r = await site.shell(['list', 'import', wrong]);
	assert.equal(r.status, 5);
	assert.match(r.stderr, /wrong\.csv:6: .*nonsense/);
	const problem = isProblem(await root.post('/lists/import', {
		file: `${lines[0]}\nsip:nobody@example.org,a,,,\n` }), 422);
	assert.match(JSON.stringify(problem), /"line":2,.*no subscriber/);
});

test('a long import says how far it is, and ends where it is when it is cancelled', LIMIT,
	async () => {
		const n = 12000, each = 4, who = (i) => `tel:+1888${String(i).padStart(7, '0')}`;
		const people = 'address,name,class,password,aliases\n' + Array.from({ length: n },
			(_, i) => `${who(i)},,,,\n`).join('');
		await site.parley(['subscriber', 'import', site.file('people.csv', people)]);
		const file = 'subscriber,list,title,member,name\n' +
			Array.from({ length: n * each }, (_, i) =>
				`${who(Math.floor(i / each))},l${i % each},,${BOB},\n`).join('');
		let over = false;
		const answer = root.post('/lists/import', { file }).finally(() => { over = true; });
		const running = async () => (await root.get('/jobs')).json.items.find((j) =>
			j.kind === 'list-import' && j.state === 'running' && j.done > 0);
		const job = await until('it is seen at work', async () => over || running(),
			{ every: 0 });
		assert.ok(job.id, 'it is still at work');
		assert.equal(job.total, n * each);
		assert.ok(job.done < job.total, `${job.done}`);
		assert.deepEqual([job.object, job.by], ['lists', 'root1']);
		const shown = (await root.get(`/jobs/${job.id}`)).json;
		assert.ok(shown.done >= job.done, `${shown.done}`);
		const cancel = await root.post(`/jobs/${job.id}/cancel`);
		assert.equal(cancel.status, 200, cancel.text);

		const { detail } = isProblem(await answer, 409);
		const lines = Number(/cancelled it: (\d+) of 48000 lines/.exec(detail)[1]);
		assert.ok(lines >= shown.done && lines < n * each, detail);
		const end = (await root.get(`/jobs/${job.id}`)).json;
		assert.deepEqual([end.state, end.done], ['cancelled', lines]);
		// that many are there, and no subscriber has half of his
		const kept = (await site.parley(['list', 'export'])).split('\r\n')
			.filter((l) => l.startsWith('tel:+1888'));
		assert.equal(kept.length, lines);
		assert.equal(lines % each, 0);
		isProblem(await root.post(`/jobs/${job.id}/cancel`), 409);
		isProblem(await root.post('/jobs/999999/cancel'), 404);
	});

/* proves MSG-08 DEF-06 */
test('a client reads the list that an administrator has made and writes to all on it',
	async (t) => {
		const all = await Promise.all([[ALICE, 'alice'], [BOB, 'bob'], [CAROL, 'carol']]
			.map(async ([aor, password]) => {
				const c = await Client.open(site, aor, password);
				t.after(() => c.end());
				taken(await c.register());
				return c;
			}));
		assert.equal((await root.post(ALL, { list: 'party', title: 'Party' })).status, 200);
		for (const address of [BOB, CAROL])
			assert.equal((await root.post(`${ALL}/party/members`, { address })).status,
				200);
		const part = await curl(site, port, INDEX + '/~~/resource-lists/' +
			encodeURIComponent('list[@name="party"]'));
		assert.equal(part.status, 200);
		const to = 'sip:exploder@example.org', text = 'Party at eight';
		const body = '--l\r\nContent-Type: application/resource-lists+xml\r\n' +
			'Content-Disposition: recipient-list\r\n\r\n' +
			`<resource-lists xmlns="${NS}">${part.body}</resource-lists>` +
			'\r\n--l\r\nContent-Type: message/cpim\r\n\r\n' +
			cpim({ from: ALICE, to, text, messageId: 'party1' }) + '\r\n--l--\r\n';
		const answer = await all[0].message(to, '', { body, headers: {
			Require: 'recipient-list-message',
			'Content-Type': 'multipart/mixed; boundary="l"' } });
		assert.equal(answer.status, 202, answer.text);
		await all[1].got(text);
		await all[2].got(text);
	});

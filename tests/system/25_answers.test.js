// Every operation, done: what it answers is what its row says.  The library
// holds each answer against the description; here none is left out.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const { Site } = require('./lib/site.js');
const { Sim } = require('./lib/sim.js');
const { Api, PASSWORD } = require('./lib/api.js');
const { freePort } = require('./lib/ports.js');
const { until } = require('./lib/until.js');

const ALICE = 'sip:+15550100001@example.org', BOB = 'sip:+15550100002@example.org';
const CAROL = 'sip:+15550100003@example.org', GROUP = 'sip:team@example.org';
const PHONE = 'urn:uuid:6f474eac-f1a1-4085-b654-c9ed5c9cf1c1';
const at = encodeURIComponent;

// What has no JSON, and what other files prove because it takes a peer: totp
// and setup/token 20_login and 22_credentials, lookup 16_lookup, undo and
// cancel what is at work 23_config, 26_operate and 17_backup.
const ELSEWHERE = ['GET /events', 'GET /backups/{name}/file', 'POST /setup/token',
	'GET /setup', 'POST /lookup/ask', 'POST /auth/totp', 'POST /auth/totp/confirm',
	'DELETE /auth/totp', 'POST /config/pending/undo', 'POST /jobs/{id}/cancel',
	'POST /backups/cancel', 'POST /backups/{name}/restore', 'POST /imports/{id}/cancel',
	'POST /config/drafts/{draft}/resolve'];

// What says POST only because it takes an argument or time: it changes nothing.
const NO_CHANGE = ['POST /ucn/preview', 'POST /routing/explain',
	'POST /config/drafts/{draft}/check', 'POST /audit/verify', 'POST /health/checks/run'];

let site, sim, root, described;
const done = new Set();
const changes = [];	// [operation, request]

async function call(method, target, body, { status = 200, api = root, headers, raw,
	dry = false } = {}) {
	const r = await api.call(method, target, method === 'GET' ? undefined : body ?? {},
		{ 'If-Match': '*', ...headers }, { raw });
	assert.equal(r.status, status, `${method} ${target}: ${r.text}`);
	const o = described.find(method, target.split('?')[0]);
	const name = `${o.method} ${o.parts.join('/')}`;
	done.add(name);
	if (method !== 'GET' && !dry) changes.push([name, r.headers['x-request-id']]);
	return r.json;
}

const get = (target) => call('GET', target);
const post = (target, body, more) => call('POST', target, body, more);
const patch = (target, body) => call('PATCH', target, body);
const remove = (target) => call('DELETE', target);

// Until what was begun has ended.
const ended = (target) => until(`${target} ends`, async () => {
	const j = await get(target);
	return !['running', 'waiting'].includes(j.state) && j;
}, { ms: 60000 });

before(async () => {
	site = await Site.start({ people: [[ALICE, 'alice'], [BOB, 'bob'], [CAROL, 'carol']],
		config: ['set gateway smsc1 system-id parley',
			`set gateway smsc1 address 127.0.0.1:${await freePort()}`] });
	root = await Api.first(site);
	done.add('POST /setup');
	described = await site.described();
	sim = new Sim();
	await sim.ua('alice', ALICE, 'alice', site);
	await sim.ua('phone', BOB, 'bob', site, { more: `instance ${PHONE}` });
});

after(async () => {
	await sim.end();
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

test('subscribers and their devices', async () => {
	const one = 'sip:+15550100009@example.org', of = `/subscribers/${at(one)}`;
	await post('/subscribers', { address: one, name: 'Nina', class: 'standard',
		password: 'nina nina' });
	await get(of);
	await patch(of, { name: 'Nora' });
	await post(`${of}/suspend`);
	await post(`${of}/resume`);
	await remove(of);
	await get('/subscribers');
	await get('/registrations');
	const { items } = await get('/devices');
	const phone = items.find((d) => d.instance === PHONE);
	const device = `/subscribers/${at(BOB)}/devices/${at(phone.name)}`;
	await patch(device, { name: 'phone' });
	const named = `/subscribers/${at(BOB)}/devices/phone`;
	await post(`${named}/make-primary`);
	await post(`${named}/block`);
	await post(`${named}/unblock`);
	await post(`${named}/deregister`);
	await get('/devices');
	await remove(named);
	const csv = 'address,name,class,password,aliases\ntel:+15550100055,Ina,,,\n';
	const { job } = await post('/imports', csv, { headers: { 'Content-Type': 'text/csv' },
		raw: true });
	assert.equal((await ended(`/imports/${job}`)).state, 'done');
	await get('/imports');
	await get('/subscribers/export');
	await get('/complete?kind=subscriber&prefix=tel:');
});

test('lists, profiles, screening and groups', async () => {
	const of = `/subscribers/${at(BOB)}`;
	await post(`${of}/lists`, { list: 'friends', title: 'Friends' });
	await patch(`${of}/lists/friends`, { title: 'Good friends' });
	await post(`${of}/lists/friends/members`, { address: ALICE, name: 'Alice' });
	await get(`${of}/lists`);
	await get(`${of}/lists/friends`);
	await get(`${of}/lists/friends/members`);
	await get('/lists/export');
	await remove(`${of}/lists/friends/members/${at(ALICE)}`);
	await remove(`${of}/lists/friends`);
	await post('/lists/import', { file: 'subscriber,list,title,member,name\n' +
		`${BOB},work,,${ALICE},Alice\n`, 'dry-run': true }, { dry: true });
	await post(`${of}/profiles`, { profile: 'mine' });
	await patch(`${of}/profiles/mine`, { copies: 'none' });
	await post(`${of}/profiles/mine/activate`);
	await get(`${of}/profiles`);
	await post(`${of}/profiles/mine/deactivate`);
	await remove(`${of}/profiles/mine`);
	const about = `/screening/subscribers/${at(BOB)}`;
	for (const list of ['block', 'allow']) {
		await post(`/screening/${list}`, { pattern: 'sip:x@*', subscriber: BOB });
		await get(`/screening/${list}`);
		await remove(`/screening/${list}/${at('sip:x@*')}?subscriber=${at(BOB)}`);
	}
	await post(`${about}/dnd`, { times: '22:00-07:00' });
	await get(about);
	await remove(`${about}/dnd`);
	await post(`${about}/anonymous`, { effect: 'refused' });
	await post('/groups', { address: GROUP, subject: 'Team' });
	await patch(`/groups/${at(GROUP)}`, { subject: 'The team' });
	await post(`/groups/${at(GROUP)}/members`, { address: BOB });
	await get(`/groups/${at(GROUP)}`);
	await get(`/groups/${at(GROUP)}/members`);
	await get('/groups');
	await remove(`/groups/${at(GROUP)}/members/${at(BOB)}`);
	const { id } = await post('/groups/import',
		{ file: `group,member,role\n${GROUP},${CAROL},member\n` });
	assert.equal((await ended(`/jobs/${id}`)).state, 'done');
	await remove(`/groups/${at(GROUP)}`);
	await post('/ucn/preview', {});
});

test('messages, queues and gateways', async () => {
	const { message } = await post('/test/message', { from: ALICE, to: CAROL, text: 'hello' });
	await get('/messages');
	await get(`/messages/${message}`);
	await get(`/messages/search?text=${message}`);
	await get(`/messages/${message}/trace`);
	await get(`/messages/${message}/trace?ladder=on`);
	await get('/trace');
	await post(`/messages/${message}/retry`);
	await post('/routing/explain', { from: ALICE, to: CAROL });
	const { items: [queue] } = await get('/queues');
	const waits = `/queues/${at(queue.queue)}`;
	await post(`${waits}/hold`, { reason: 'to look' });
	await get('/queues');
	await post(`${waits}/release`);
	const retry = await post(`${waits}/retry`);
	await ended(`/jobs/${/\d+$/.exec(retry.job)[0]}`);
	const what = await post(`${waits}/purge`, {}, { dry: true });
	await post(`${waits}/purge`, { expect: what.matching, upto: what.upto });
	await get('/jobs');
	await get('/gateways');
	for (const action of ['drain', 'enable', 'disable'])
		await post(`/gateways/smsc1/${action}`);
	await get('/gateways');
	await post('/gateways/smsc1/rate', { rate: 5 });
	await post('/gateways/smsc1/clear-override');
	await post('/gateways/smsc1/test', {});
	await post('/screening/block', { pattern: ALICE, subscriber: CAROL, effect: 'silent' });
	for (const act of [(id) => post(`/spam/${id}/release`), (id) => remove(`/spam/${id}`)]) {
		await post('/test/message', { from: ALICE, to: CAROL, text: 'buy' });
		const { items } = await get('/spam');
		assert.ok(items.length, 'it lies in the folder');
		await act(items[0].id);
	}
	await site.configure(['set privacy content-reveal on']);
	await post('/admin/users', { name: 'rita', password: PASSWORD, role: ['support'] });
	await post('/admin/grants/rita', { reason: 'ticket 4711' });
	await get('/admin/grants');
	const rita = await Api.login(site, 'rita');
	await post(`/messages/${message}/content`, { reason: 'ticket 4711' }, { api: rita,
		status: (await get(`/messages/${message}`)).type ? 200 : 404 });
	await remove('/admin/grants/rita');
	await get('/charging');
	await post('/charging/close');
	await get('/charging/files');
	await get('/charging/export');
});

test('settings', async () => {
	await post('/config/running', { lines: ['set site country-code 44'] });
	await post('/config/running', { lines: ['set site country-code 45'], check: true },
		{ dry: true });
	await get('/config/running');
	await get('/config/running?lines=on');
	await get('/config/schema');
	const draft = '/config/drafts/main';
	await patch(draft, { lines: ['set site country-code 46'] });
	await get('/config/drafts');
	await get(draft);
	await get(`${draft}/diff`);
	await post(`${draft}/check`);
	await post(`${draft}/load`, { text: 'set site country-code 47\n' });
	await post(`${draft}/rollback`, { revision: 1 });
	await remove(draft);
	await patch(draft, { lines: ['set site country-code 46'] });
	const { revision } = await post(`${draft}/commit`, { revert_in_s: 60 });
	await get('/config/pending');
	await post('/config/pending/keep');
	await get('/config/revisions');
	await get(`/config/revisions/${revision}`);
	await get(`/config/revisions/${revision - 1}/diff/${revision}`);
	await post(`/config/revisions/${revision}/pin`);
	await post('/config/rollback', { revision: revision - 1 });
	await get('/config/export');
	await post('/config/lock');
	await get('/config/lock');
	await remove('/config/lock');
});

test('administrators, and what they look at', async () => {
	await get('/admin/users');
	await get('/admin/roles');
	await get('/admin/users/rita');
	await patch('/admin/users/rita', { role: ['viewer'] });
	const rita = await Api.login(site, 'rita');
	done.add('POST /auth/login');
	await post('/auth/reauth', { password: PASSWORD }, { api: rita });
	await post('/auth/password', { old: PASSWORD, new: `${PASSWORD} well` }, { api: rita });
	await get('/auth/session');
	await get('/auth/sessions');
	const { items } = await get('/admin/sessions');
	const hers = items.find((s) => s.admin === 'rita');
	await remove(`/admin/sessions/${hers.session}`);
	await Api.login(site, 'root1');
	const other = (await get('/auth/sessions')).items.find((s) => !s.this);
	await remove(`/auth/sessions/${other.session}`);
	const { id } = await post('/admin/tokens', { name: 't', role: ['viewer'], days: 1 });
	await get('/admin/tokens');
	await remove(`/admin/tokens/${id}`);
	await post('/admin/unlock');
	await remove('/admin/users/rita');
	await post('/auth/logout', {}, { api: await Api.login(site, 'root1') });
	for (const target of ['/operations', '/openapi.json', '/stats', '/stats/snapshot',
		'/stats/series', '/health/live', '/health/ready', '/health/checks', '/audit',
		'/audit/export'])
		await get(target);
	await post('/audit/verify');
	await post('/health/checks/run');
	await get('/system');
	await get('/log?limit=5');
	await get('/log/levels');
	await post('/log/levels/sms', { level: 'debug', for: '1m' });
	await remove('/log/levels/sms');
});

test('certificates and backups', async () => {
	const key = path.join(site.dir, 'k.pem'), cert = path.join(site.dir, 'c.pem');
	execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt',
		'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert, '-days', '30',
		'-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
	{ stdio: 'ignore' });
	const text = (f) => fs.readFileSync(f, 'utf8');
	await post('/tls/certificates/mine/install', { chain: text(cert), key: text(key) });
	await get('/tls/certificates');
	await get('/tls/certificates/mine');
	await get('/tls/uses');
	await post('/tls/certificates/mine/assign', { to: 'console' });
	await post('/tls/uses/console/self-sign', { replace: true });
	await post('/tls/certificates/next/request', { names: ['localhost'] });
	await remove('/tls/certificates/next/request');
	await remove('/tls/certificates/mine');
	await post('/backups');
	const { name } = await ended('/backups/job');
	await get('/backups');
	await get(`/backups/${name}`);
	await post(`/backups/${name}/verify`);
	assert.equal((await ended('/backups/job')).state, 'done');
	const bytes = fs.readFileSync(path.join(site.data, 'backup', name));
	await post('/backups/upload', bytes, { raw: true,
		headers: { 'Content-Type': 'application/octet-stream' } });
	await remove(`/backups/${name}`);
});

// The requests that have a row.
async function noted() {
	const all = new Set();
	for (let cursor = ''; cursor !== null;) {
		const page = await get(`/audit?limit=500${cursor && `&cursor=${at(cursor)}`}`);
		for (const row of page.items) all.add(row.request);
		cursor = page.next;
	}
	return all;
}

// Some rows are written behind the answer, and those of a job when it ends.
test('each change is in the audit', async () => {
	assert.ok(changes.every(([, request]) => request), 'each answer names its request');
	const missing = await until('all that changed something is there', async () => {
		const all = await noted();
		const not = [...new Set(changes.filter(([, request]) => !all.has(request))
			.map(([name]) => name))];
		assert.deepEqual(not.filter((name) => !NO_CHANGE.includes(name)), []);
		return not;
	});
	assert.deepEqual(NO_CHANGE.filter((name) => !missing.includes(name)), []);
});

/* proves APP-04 */
test('no operation was left out', () => {
	const all = described.operations.map((o) => `${o.method} ${o.parts.join('/')}`);
	assert.deepEqual(all.filter((o) => !done.has(o) && !ELSEWHERE.includes(o)), []);
	assert.deepEqual(ELSEWHERE.filter((o) => !all.includes(o)), []);
});

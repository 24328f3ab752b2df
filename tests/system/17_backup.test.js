// One file with everything, made while messages flow: verified, restored here
// and elsewhere, by the shell and by parleyd itself; and what is no backup.

'use strict';
const { test } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { execFileSync, spawnSync } = require('node:child_process');
const { Site, program } = require('./lib/site.js');
const { Sim } = require('./lib/sim.js');
const { Load, PEER } = require('./lib/load.js');
const { Api, isProblem, PASSWORD } = require('./lib/api.js');
const { until } = require('./lib/until.js');
const https = require('node:https');

const aor = (n) => `sip:+1555010${String(n).padStart(4, '0')}@example.org`;
const [ALICE, BOB, CAROL] = [aor(1), aor(2), aor(3)];
const LARGE = 'large '.repeat(20000);

async function started(t, more = []) {
	const site = await Site.start({
		config: [`set peer load address ${PEER}`, ...more],
		people: [ALICE, BOB, CAROL].map((a, i) => [a, `secret${i}`]),
	});
	t.after(() => site.stop());
	return site;
}

const job = (site, ...args) => site.json(['backup', ...args]);
const backups = (site) => path.join(site.data, 'backup');

// A message for Carol, who is away, with a content that is in a file.
async function keepOne(site) {
	const sim = new Sim();
	await sim.ua('bob', BOB, 'secret1', site, { transport: 'tcp' });
	sim.message('bob', CAROL, LARGE, 'id large1');
	await sim.wait({ event: 'response', ua: 'bob', 'message-id': 'large1' });
	await sim.end();
}

async function carolGets(site) {
	const sim = new Sim();
	await sim.ua('carol', CAROL, 'secret2', site, { transport: 'tcp' });
	const got = await sim.wait({ event: 'message', ua: 'carol' });
	assert.equal(got['message-id'], 'large1');
	await sim.end();
}

/* proves APP-02 */
test('a backup under load restores what was there, and nobody is let in by it', async (t) => {
	const site = await started(t);
	await keepOne(site);
	const load = await Load.open(site, ALICE, { password: 'secret0', seed: 7 });
	t.after(() => load.end());
	await load.device(BOB, 'secret1');
	load.start([BOB]);
	await load.answered(50);
	const word = site.file('passphrase', 'correct horse\n');
	const made = await job(site, 'create', '--passphrase-file', word);
	assert.equal(made.state, 'done');
	await load.answered(50);
	await load.stop();
	assert.deepEqual((await job(site, 'list')).items.map((b) => b.name), [made.name]);
	assert.equal(fs.statSync(path.join(backups(site), made.name)).mode & 0o777, 0o600);
	const shown = await site.parley(['backup', 'show', made.name]);
	assert.match(shown, /^in settings/m);
	assert.match(shown, /^out sessions and tokens/m);
	assert.match(shown, /^encrypted/m);

	const verified = await job(site, 'verify', made.name, '--passphrase-file', word);
	assert.equal(verified.state, 'done');
	assert.match(verified.found, /3 subscribers/);
	assert.match(verified.found, /1 contents, each as its name says/);
	const wrong = site.file('wrong', 'wrong horse\n');
	await site.parley(['backup', 'verify', made.name, '--passphrase-file', wrong], '', 1);
	assert.match((await job(site, 'job')).why, /passphrase is wrong/);
	await site.parley(['backup', 'verify', made.name], '', 1);
	assert.match((await job(site, 'job')).why, /is encrypted/);
	assert.deepEqual(fs.readdirSync(site.data).filter((f) => f.startsWith('.verify')), []);

	// what happens after it goes, but for the audit and the charging
	await site.configure(['set policy delivery max-deferral 3d']);
	await site.parley(['subscriber', 'delete', CAROL, '--yes']);
	const audit = (await site.json(['audit', 'verify'])).rows;
	const charged = (await site.json(['charging', 'close'])).written;
	await site.parley(['backup', 'restore', made.name, '--passphrase-file', word, '--yes'],
		'', 5);
	const mark = site.mark();
	await site.parley(['backup', 'restore', made.name, '--passphrase-file', word,
		'--site', 'example.org', '--yes']);
	await site.log(/restored; what was there/, mark);
	await site.ready(mark);
	assert.ok((await site.items('show', 'subscribers'))
		.some((s) => s.address.includes('0003')));
	assert.doesNotMatch(await site.parley(['show', 'configuration']), /max-deferral/);
	const [revision] = await site.items('show', 'configuration', 'history', '--limit', '1');
	assert.match(revision.comment, /^restored from parley-/);
	const after = await site.json(['audit', 'verify']);
	assert.equal(after.state, 'ok');
	assert.ok(after.rows > audit, 'the audit is not set back');
	assert.ok((await site.items('show', 'audit')).some((r) => r.action === 'backup restore'));
	await carolGets(site);
	const close = await site.json(['charging', 'close']);
	assert.ok(close.written > charged, 'charging counts on');
	assert.ok(fs.existsSync(path.join(site.data, 'restore.old', 'config.db')));
});

/* proves APP-02 */
test('without a passphrase no secret is in it, and those of now stay', async (t) => {
	const site = await started(t);
	await keepOne(site);
	const made = await job(site, 'create');
	const dir = path.join(site.dir, 'x');
	fs.mkdirSync(dir);
	execFileSync('tar', ['xf', path.join(backups(site), made.name), '-C', dir]);
	assert.ok(!fs.existsSync(path.join(dir, 'secret.key')));
	const query = (db, sql) => execFileSync('sqlite3', [path.join(dir, db), sql])
		.toString().trim();
	assert.equal(query('config.db', 'SELECT count(*) FROM subscriber WHERE secrets ' +
		'IS NOT NULL'), '0');
	const mark = site.mark();
	await site.parley(['backup', 'restore', made.name, '--site', 'example.org', '--yes']);
	await site.log(/restored; what was there/, mark);
	await site.ready(mark);
	await carolGets(site);	// she can log in
});

/* proves APP-02 */
test('parleyd restores to an empty machine, and not beside a running daemon', async (t) => {
	const site = await started(t);
	await keepOne(site);
	const word = site.file('passphrase', 'correct horse\n');
	const made = await job(site, 'create', '--passphrase-file', word);
	const file = path.join(site.dir, 'moved.cpmbak');
	fs.copyFileSync(path.join(backups(site), made.name), file);
	const restore = (data) => spawnSync(program('parleyd'), ['--data-dir', data,
		'--restore', file, '--passphrase-file', word]);
	const refused = restore(site.data);
	assert.equal(refused.status, 1);
	assert.match(String(refused.stderr), /another daemon runs/);
	await site.down();
	fs.rmSync(site.data, { recursive: true });
	assert.equal(restore(site.data).status, 0);
	await site.run();
	await site.listening();
	await carolGets(site);
	assert.equal((await site.json(['audit', 'verify'])).state, 'ok');
});

/* proves APP-02 */
test('parleyd restores where the databases in force are damaged', async (t) => {
	const site = await started(t);
	await keepOne(site);
	const word = site.file('passphrase', 'correct horse\n');
	const made = await job(site, 'create', '--passphrase-file', word);
	await site.down();
	for (const db of ['config.db', 'store.db'])
		fs.writeFileSync(path.join(site.data, db), Buffer.alloc(65536, 'x'));
	const cannot = spawnSync(program('parleyd'), ['--data-dir', site.data],
		{ timeout: 30000 });
	assert.notEqual(cannot.status, 0);
	const restored = spawnSync(program('parleyd'), ['--data-dir', site.data, '--restore',
		path.join(backups(site), made.name), '--passphrase-file', word],
	{ timeout: 60000 });
	assert.equal(restored.status, 0, String(restored.stderr));
	assert.match(String(restored.stderr), /cannot be read and is set aside/);
	assert.ok(fs.existsSync(path.join(site.data, 'restore.old', 'config.db')));
	await site.run();
	await site.listening();
	await carolGets(site);
	assert.equal((await site.json(['audit', 'verify'])).state, 'ok');
});

test('a job that is cancelled or killed leaves nothing behind', async (t) => {
	const site = await started(t);
	await fatten(site);
	const began = await site.get('/api/v1/backups/job');
	assert.equal(JSON.parse(began.body).state, 'idle');
	const post = async (target) => (await site.call('POST', `/api/v1/${target}`, {})).status;
	const state = async () => (await site.get('/api/v1/backups/job')).json;
	assert.equal(await post('backups'), 200);
	assert.equal(await post('backups'), 409, 'one at a time');
	assert.equal(await post('backups/cancel'), 200);
	await site.log(/action="backup cancel" object="create"/);
	let now = await until('it ends', async () => {
		const j = await state();
		return j.state !== 'running' && j;
	});
	assert.equal(now.state, 'cancelled');
	assert.deepEqual(fs.readdirSync(backups(site)), []);

	// and a kill: the next start takes away what is half done
	assert.equal(await post('backups'), 200);
	now = await until('it begins', async () => {
		const j = await state();
		return (j.state !== 'running' || j.total > 0) && j;
	}, { every: 0 });
	assert.equal(now.state, 'running');
	await site.down('SIGKILL');
	assert.notDeepEqual(fs.readdirSync(backups(site)), []);
	await site.run();
	assert.deepEqual(fs.readdirSync(backups(site)), []);
});

// Enough messages that there is time to say no.
async function fatten(site) {
	await site.down();
	execFileSync('sqlite3', [path.join(site.data, 'store.db'), `WITH RECURSIVE n(i) AS
		(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
		INSERT INTO message (id, kind, origin, wants, sender, recipient, received,
		expires, port, hops, type, size, body) SELECT i, 3, 0, 0, 'a', 'b', 0, 0, 'sip',
		0, 'x', 5000, randomblob(5000) FROM n`]);
	await site.run();
}

/* proves APP-02 */
test('a restore that is cancelled or killed leaves what is in force', async (t) => {
	const site = await started(t);
	await fatten(site);
	const { name } = await job(site, 'create');
	await site.parley(['subscriber', 'set', ALICE, '--name', 'After the backup']);
	const post = (target, body = {}) => site.call('POST', `/api/v1/${target}`, body);
	const state = async () => (await site.get('/api/v1/backups/job')).json;
	const restore = async () => {
		const r = await post(`backups/${name}/restore`, { site: 'example.org' });
		assert.equal(r.status, 200, r.text);
		const at = await until('it shows how far it is', async () => {
			const j = await state();
			return (j.state !== 'running' || (j.total > 0 && j.done > 0)) && j;
		}, { every: 0 });
		assert.equal(at.state, 'running');
		assert.equal(at.what, 'restore');
		assert.ok(at.done < at.total, JSON.stringify(at));
	};
	const asBefore = async () => {
		assert.equal((await site.json(['subscriber', 'show', ALICE])).name,
			'After the backup');
		assert.deepEqual(fs.readdirSync(site.data)
			.filter((f) => /^(\.verify|restore)/.test(f)), []);
	};
	await restore();
	assert.equal((await post('backups/cancel')).status, 200);
	const now = await until('it ends', async () => {
		const j = await state();
		return j.state !== 'running' && j;
	});
	assert.equal(now.state, 'cancelled');
	await asBefore();
	await until('the audit has it', async () => (await site.items('show', 'audit'))
		.some((a) => a.action === 'backup restore' && a.result === 'cancelled'));

	await restore();
	await site.restart('SIGKILL');
	await asBefore();
	assert.equal((await state()).state, 'idle');
	await site.call('DELETE', `/api/v1/backups/${name}`);
});

test('files that are no backups are refused and change nothing', async (t) => {
	const site = await started(t);
	await keepOne(site);
	const made = await job(site, 'create');
	const whole = fs.readFileSync(path.join(backups(site), made.name));
	const dir = path.join(site.dir, 'x');
	fs.mkdirSync(dir);
	execFileSync('tar', ['xf', path.join(backups(site), made.name), '-C', dir]);
	const signed = fs.readFileSync(path.join(dir, 'MANIFEST'), 'utf8');
	const good = signed.replace(/^mac box [0-9a-f]{64}\n$/m, '');
	assert.notEqual(good, signed);
	const names = ['MANIFEST', ...good.split('\n').filter((l) => l.startsWith('file '))
		.map((l) => l.split(' ')[3])];
	const pack = (name, list, more = []) => execFileSync('tar', ['czf',
		path.join(backups(site), name), '-C', dir, ...more, ...list]);
	const manifest = (text) => fs.writeFileSync(path.join(dir, 'MANIFEST'), text);
	const refused = async (name, why) => {
		const r = await site.shell(['backup', 'verify', name, '--force']);
		assert.equal(r.status, 1, `${name}: ${r.stdout}`);
		assert.match((await job(site, 'job')).why, why, name);
	};
	// what was changed is refused unless root insists
	const unsigned = async (name, why) => {
		await site.parley(['backup', 'verify', name], '', 1);
		assert.match((await job(site, 'job')).why, why, name);
		const r = await site.shell(['backup', 'restore', name, '--site', 'example.org',
			'--yes']);
		assert.equal(r.status, 1, `${name}: ${r.stdout}`);
		assert.match((await job(site, 'job')).why, why, name);
	};
	const put = (name, bytes) => fs.writeFileSync(path.join(backups(site), name), bytes);

	pack('good.cpmbak', names);
	assert.equal((await job(site, 'verify', 'good.cpmbak')).state, 'done');
	manifest(signed.replace(/^host .*$/m, 'host elsewhere'));
	pack('changed.cpmbak', names);
	await unsigned('changed.cpmbak', /another machine, or somebody changed it/);
	assert.equal((await job(site, 'show', 'changed.cpmbak')).signed, 'elsewhere');
	assert.equal((await job(site, 'verify', 'changed.cpmbak', '--force')).state, 'done');
	manifest(good);
	pack('bare.cpmbak', names);
	await unsigned('bare.cpmbak', /not signed/);
	manifest(`${good}mac passphrase ${'0'.repeat(64)}\n`);
	pack('pass.cpmbak', names);
	await unsigned('pass.cpmbak', /not signed/);
	manifest(`${signed}out of nothing\n`);
	pack('after.cpmbak', names);
	await unsigned('after.cpmbak', /after its signature/);
	manifest(signed);

	for (const n of [0, 1, 100, 1000, whole.length >> 1, whole.length - 1]) {
		put('cut.cpmbak', whole.subarray(0, n));
		await refused('cut.cpmbak', /cannot be used|no backup/);
	}
	// one bit, anywhere: what passes has every content as it was all the same
	const { found } = await job(site, 'verify', made.name);
	let passed = 0;
	for (let at = 8; at < whole.length; at += whole.length >> 4) {
		const flipped = Buffer.from(whole);
		flipped[at] ^= 1;
		put('flipped.cpmbak', flipped);
		const r = await site.shell(['backup', 'verify', 'flipped.cpmbak', '--force']);
		const now = await job(site, 'job');
		if (r.status === 0) assert.equal(now.found, found, `bit of byte ${at}`);
		else assert.ok(now.why.length > 10, `bit of byte ${at}`);
		passed += r.status === 0;
	}
	assert.ok(passed <= 4, `${passed} passed`);
	const db = path.join(dir, 'store.db'), octets = fs.readFileSync(db);
	octets[octets.length >> 1] ^= 1;
	fs.writeFileSync(db, octets);
	pack('bit.cpmbak', names);
	await refused('bit.cpmbak', /not as the manifest says/);
	octets[octets.length >> 1] ^= 1;
	fs.writeFileSync(db, octets);
	put('noise.cpmbak', Buffer.alloc(100000, 'x'));
	await refused('noise.cpmbak', /cannot be used/);
	pack('missing.cpmbak', names.filter((n) => n !== 'store.db'));
	await refused('missing.cpmbak', /missing/);
	fs.writeFileSync(path.join(dir, 'more'), 'x');
	pack('more.cpmbak', [...names, 'more']);
	await refused('more.cpmbak', /manifest does not have/);
	pack('twice.cpmbak', [...names, 'config.db'], ['--hard-dereference']);
	await refused('twice.cpmbak', /manifest does not have/);
	for (const evil of ['../evil', '/etc/evil', 'content/../../evil', 'tls/../evil',
		'content/ab/../x', 'tls/.hidden', 'other.db']) {
		manifest(`${good}file ${'0'.repeat(64)} 1 ${evil}\n`);
		pack('evil.cpmbak', names);
		await refused('evil.cpmbak', /no place here/);
	}
	manifest(good.replace(/^file (\S+) \d+ store.db$/m, 'file $1 999999999999999 store.db'));
	pack('huge.cpmbak', names);
	await refused('huge.cpmbak', /no room|manifest does not have/);
	manifest(good.replace('parley-backup 1', 'parley-backup 2'));
	pack('newer.cpmbak', names);
	await refused('newer.cpmbak', /newer/);
	manifest(good);
	pack('last.cpmbak', [...names.slice(1), 'MANIFEST']);
	await refused('last.cpmbak', /begin with a manifest/);

	// a link instead of a file
	fs.renameSync(path.join(dir, 'config.db'), path.join(dir, 'real'));
	fs.symlinkSync('/etc/passwd', path.join(dir, 'config.db'));
	pack('link.cpmbak', names);
	await refused('link.cpmbak', /manifest does not have/);
	fs.unlinkSync(path.join(dir, 'config.db'));
	fs.renameSync(path.join(dir, 'real'), path.join(dir, 'config.db'));

	// a database with something slipped in, well hashed; also under a name that looks
	// like one of SQLite's own
	for (const name of ['x', 'sqlitex']) {
		execFileSync('sqlite3', [path.join(dir, 'config.db'), `CREATE TRIGGER ${name}
			AFTER INSERT ON audit BEGIN DELETE FROM setting; END`]);
		const config = fs.readFileSync(path.join(dir, 'config.db'));
		const sum = require('node:crypto').createHash('sha256').update(config)
			.digest('hex');
		manifest(good.replace(/^file \S+ \d+ config.db$/m,
			`file ${sum} ${config.length} config.db`));
		pack('trigger.cpmbak', names);
		await refused('trigger.cpmbak', /tables are not ours/);
		execFileSync('sqlite3', [path.join(dir, 'config.db'), `DROP TRIGGER ${name}`]);
	}

	await site.parley(['backup', 'verify', '../../etc/passwd'], '', 3);
	await site.parley(['backup', 'delete', 'nothing.cpmbak', '--yes'], '', 3);
	assert.deepEqual(fs.readdirSync(site.data)
		.filter((f) => /^(\.verify|restore)/.test(f)), []);
	assert.equal((await site.items('show', 'subscribers')).length, 3);
});

// The bytes of an answer over HTTPS, as the browser has them.
function fetchFile(site, api, target) {
	return new Promise((resolve, reject) => {
		https.get({ host: '127.0.0.1', port: site.admin, rejectUnauthorized: false,
			agent: false, path: `/api/v1${target}`,
			headers: { Cookie: `__Host-parley=${api.cookie}` } }, (res) => {
			const parts = [];
			res.on('data', (d) => parts.push(d));
			res.on('end', () => resolve({ status: res.statusCode, headers: res.headers,
				bytes: Buffer.concat(parts) }));
		}).on('error', reject);
	});
}

const OCTETS = { 'Content-Type': 'application/octet-stream' };

test('a backup leaves by the API, comes in again and is restored', async (t) => {
	const site = await started(t);
	const api = await Api.first(site);
	await keepOne(site);
	const made = await job(site, 'create');
	const r = await fetchFile(site, api, `/backups/${made.name}/file`);
	assert.equal(r.status, 200);
	assert.match(r.headers['content-disposition'], /^attachment; filename="parley-/);
	assert.ok(r.bytes.equals(fs.readFileSync(path.join(backups(site), made.name))));
	await site.parley(['backup', 'delete', made.name, '--yes']);
	await site.parley(['subscriber', 'delete', ALICE, '--yes']);

	const send = (bytes, headers = OCTETS) => api.call('POST', '/backups/upload', bytes,
		headers, { raw: true });
	const up = await send(r.bytes);
	assert.equal(up.status, 200, up.text);
	assert.equal(up.json.signed, 'box');
	assert.match(up.json.name, /^upload-/);
	const health = JSON.stringify((await api.get('/health/checks')).json);
	assert.match(health, /there is no backup yet/);
	assert.deepEqual((await api.get('/backups')).json.items.map((b) => b.name),
		[up.json.name]);
	await site.log(/action="backup download"/);
	await site.log(/action="backup upload"/);

	// nothing else gets a name, and nothing is left of it
	for (const bytes of [Buffer.alloc(0), Buffer.alloc(3 << 20, 'x'), r.bytes.subarray(0, 900)])
		isProblem(await send(bytes), 422);
	isProblem(await send(JSON.stringify({ file: 'x' }), { 'Content-Type': 'text/plain' }), 422);
	assert.deepEqual(fs.readdirSync(backups(site)), [up.json.name]);
	isProblem(await api.get('/backups/nothing.cpmbak/file'), 404);
	isProblem(await api.get('/backups/..%2f..%2fconfig.db/file'), 404);
	await api.post('/admin/users', { name: 'vera', password: PASSWORD, role: ['operator'] });
	const vera = await Api.login(site, 'vera');
	isProblem(await vera.get(`/backups/${up.json.name}/file`), 403);
	assert.ok((await vera.call('POST', '/backups/upload', r.bytes, OCTETS, { raw: true }))
		.status >= 400);
	isProblem(await api.post(`/backups/${up.json.name}/restore`,
		{ site: 'example.org', force: true }), 403);

	const mark = site.mark();
	await site.parley(['backup', 'restore', up.json.name, '--site', 'example.org',
		'--yes']);
	await site.ready(mark);
	assert.equal((await site.items('show', 'subscribers')).length, 3);
	await carolGets(site);
});

/* proves APP-02 */
test('a security administrator restores over HTTPS, nobody else does', async (t) => {
	const site = await started(t);
	const api = await Api.first(site);
	const { name } = await job(site, 'create');
	await site.parley(['subscriber', 'delete', ALICE, '--yes']);
	const restore = `/backups/${name}/restore`;
	const is = { site: 'example.org' };
	for (const [who, role] of [['sue', 'security'], ['carl', 'config']])
		await api.post('/admin/users', { name: who, password: PASSWORD, role: [role] });
	isProblem(await (await Api.login(site, 'carl')).post(restore, is), 403);
	const sue = await Api.login(site, 'sue');
	isProblem(await sue.post(restore, { site: 'example.net' }), 422);
	isProblem(await sue.post('/backups/parley-none.cpmbak/restore', is), 404);
	assert.equal((await site.items('show', 'subscribers')).length, 2);

	const described = await site.described();
	const mark = site.mark();
	const r = await sue.post(restore, is);
	assert.equal(r.status, 200, r.text);
	described.check('POST', restore, r.json);
	assert.deepEqual([r.json.what, r.json.name, r.json.job],
		['restore', name, '/api/v1/backups/job']);
	await site.log(/restored; what was there/, mark);
	await site.ready(mark);
	assert.equal((await site.items('show', 'subscribers')).length, 3);
	assert.ok((await site.items('show', 'audit')).some((a) => a.action === 'backup restore' &&
		a.object === name && a.actor === 'sue'));
});

test('a look at a backup that is cancelled leaves nothing', { timeout: 120000 }, async (t) => {
	const site = await started(t);
	const api = await Api.first(site);
	const word = site.file('passphrase', 'correct horse\n');
	const { name } = await job(site, 'create', '--passphrase-file', word);
	isProblem(await api.post('/backups/cancel'), 404);
	// the key of a passphrase takes its time; yet it may end before, or begin after
	await until('a look is cancelled', async () => {
		const [begun, r] = await Promise.all([
			site.call('POST', `/api/v1/backups/${name}/verify`,
				{ passphrase: 'correct horse' }),
			site.call('POST', '/api/v1/backups/cancel', {})]);
		assert.equal(begun.status, 200, begun.text);
		assert.ok([200, 404].includes(r.status), r.text);
		const { state } = await until('it ends', async () => {
			const { json } = await site.get('/api/v1/backups/job');
			return json.state !== 'running' && json;
		});
		assert.ok(state === 'cancelled' || state === 'done', state);
		return state === 'cancelled';
	}, { ms: 60000 });
	assert.deepEqual(fs.readdirSync(site.data).filter((f) => f.startsWith('.verify')), []);
	assert.deepEqual(fs.readdirSync(backups(site)), [name]);
});

test('a large upload is not kept in memory', async (t) => {
	const site = await started(t);
	const api = await Api.first(site);
	const resident = () => Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(
		`/proc/${site.daemon.process.pid}/status`, 'utf8'))[1]);
	const before = resident();
	const r = await api.call('POST', '/backups/upload', Buffer.alloc(200 << 20, 'y'), OCTETS,
		{ raw: true });
	isProblem(r, 422);
	assert.ok(resident() - before < 50 << 10, `${resident() - before} KiB more`);
	assert.deepEqual(fs.readdirSync(backups(site)), []);
});

test('an upload leaves room on the disk while others fill it', {
	skip: process.getuid() !== 0 && 'needs root',
}, async (t) => {
	const site = await started(t);
	const api = await Api.first(site);
	const dir = backups(site), MIB = 1 << 20;
	fs.mkdirSync(dir, { recursive: true });
	if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=300m,mode=700', 'none', dir]).status)
		return;		// not in this container
	try {
		const free = () => { const f = fs.statfsSync(dir); return f.bavail * f.bsize; };
		const before = free();
		const q = https.request({ host: '127.0.0.1', port: site.admin, method: 'POST',
			rejectUnauthorized: false, agent: false, path: '/api/v1/backups/upload',
			headers: { ...OCTETS, 'Content-Length': 40 * MIB,
				'Sec-Fetch-Site': 'same-origin', 'X-Parley-CSRF': api.csrf,
				Cookie: `__Host-parley=${api.cookie}` } });
		const answer = new Promise((resolve, reject) => {
			q.on('response', (res) => { res.resume(); resolve(res.statusCode); });
			q.on('error', reject);
		});
		q.write(Buffer.alloc(4 * MIB, 'x'));
		await until('the first of it has come', () => before - free() >= 2 * MIB);
		fs.writeFileSync(path.join(dir, 'of-others'), Buffer.alloc(30 * MIB));
		q.end(Buffer.alloc(36 * MIB, 'x'));
		assert.equal(await answer, 413);
	} finally {
		execFileSync('umount', ['-l', dir]);
	}
});

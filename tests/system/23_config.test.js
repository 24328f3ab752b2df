// Settings as transactions: drafts, conflicts, commits that undo themselves,
// a kill within the window, rescue after starts that fail; shell and API.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const https = require('node:https');
const net = require('node:net');
const path = require('node:path');
const { execFileSync, spawnSync } = require('node:child_process');
const { Site, program } = require('./lib/site.js');
const { Sim, gateway } = require('./lib/sim.js');
const { Api, isProblem } = require('./lib/api.js');
const { expect } = require('./lib/expect.js');
const { freePort } = require('./lib/ports.js');
const { until } = require('./lib/until.js');

let site, sim, root, alice, bob;

before(async () => {
	sim = new Sim();
	const port = await sim.smsc('s1', 'parley', 'secret');
	site = await Site.start({ listeners: ['tcp'] });
	await site.configure(gateway('smsc1', port, site));
	await sim.wait({ event: 'bind', status: '0x00000000' });
	await gatewayIs(true);
	root = await Api.first(site);
	const token = async (name) => new Api(site, { token: (await root.post('/admin/tokens',
		{ name, role: ['config'] })).json.token });
	alice = await token('alice');
	bob = await token('bob');
});

after(async () => {
	await sim.end();
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

const gatewayIs = (up) => until(`the gateway is ${up ? 'up' : 'down'}`, async () =>
	((await site.items('show', 'gateways', 'smsc1'))[0].state === 'bound') === up);

const change = async (api, ...lines) => {
	const r = await api.patch('/config/drafts/main', { lines });
	assert.equal(r.status, 200, r.text);
	return r.json;
};
const commit = (api, body = {}) => api.post('/config/drafts/main/commit', body);
const done = async (api, body) => {
	const r = await commit(api, body);
	assert.equal(r.status, 200, r.text);
	return r.json;
};
const pending = async () => site.json(['show', 'configuration', 'pending']);
const value = async (...words) => {
	const rows = await site.items('show', 'configuration', ...words, '--all');
	return rows[0].value;
};
const window = () => value('gateway', 'smsc1', 'window');
const latest = async () => (await site.items('show', 'configuration', 'history',
	'--limit', '2'));

// Until the revision that waits is kept or undone.
const over = () => until('no revision waits', async () => !(await pending()).pending);

/* --- drafts ------------------------------------------------------------------ */

/* proves APP-02 */
test('two people meet in one setting: both values, both names, nothing is lost', async () => {
	await change(alice, 'set gateway smsc1 window 40', 'set site country-code 44');
	await change(bob, 'set gateway smsc1 window 30');
	assert.equal((await done(bob, { comment: 'bob was first' })).state, 'kept');
	const clash = await commit(alice);
	assert.match(isProblem(clash, 409, 'conflict').detail, /made it 30 .* you 40/);
	assert.equal(await window(), '30');
	const checked = (await alice.post('/config/drafts/main/check')).json;
	assert.equal(checked.ok, false);
	assert.deepEqual([checked.conflicts[0].mine, checked.conflicts[0].theirs], ['40', '30']);
	assert.match(checked.conflicts[0].their_actor, /bob/);
	await alice.post('/config/drafts/main/resolve',
		{ path: 'gateway smsc1 window', choose: 'mine' });
	await done(alice);
	assert.equal(await window(), '40');
	assert.equal(await value('site', 'country-code'), '44');
	await site.configure(['delete gateway smsc1 window', 'set site country-code 1']);
});

test('operations as JSON, a whole file, and a refusal that leaves the draft', async () => {
	const ops = (list) => alice.patch('/config/drafts/main', { ops: list });
	let r = await ops([{ op: 'set', path: ['gateway', 'smsc1', 'window'], value: 12 },
		{ op: 'set', path: ['policy', 'sip', 'digest-md5'], value: true }]);
	assert.equal(r.json.staged, 2, r.text);
	r = await ops([{ op: 'set', path: ['gateway', 'smsc1', 'window'], value: 13 },
		{ op: 'set', path: ['gateway', 'smsc1', 'windo'], value: 13 }]);
	assert.equal(isProblem(r, 422).line, 2);
	assert.match(r.json.detail, /did you mean window\?/);
	r = await alice.post('/config/drafts/main/load',
		{ mode: 'replace', text: 'set site domain example.org\nset nothing x 1\n' });
	assert.equal(isProblem(r, 422).line, 2);
	r = await alice.get('/config/drafts/main/diff?format=set');
	assert.deepEqual(r.json.text.split('\n').sort(),
		['', 'set gateway smsc1 window 12', 'set policy sip digest-md5 on']);
	assert.equal((await bob.get('/config/drafts')).json.items.length, 0, 'private');
	await alice.delete('/config/drafts/main');
	assert.equal((await alice.get('/config/drafts')).json.items.length, 0);
});

test('a draft that nothing is left of goes with its commit, on disk too', async () => {
	await change(alice, 'set gateway smsc1 window 21');
	await site.configure(['set gateway smsc1 window 21']);
	assert.equal((await done(alice)).state, 'unchanged');
	assert.equal((await alice.get('/config/drafts')).json.items.length, 0);
	await change(alice, 'set gateway smsc1 window 22');
	await alice.delete('/config/drafts/main');
	await site.configure(['delete gateway smsc1 window']);
});

/* --- windows -------------------------------------------------------------------- */

/* proves APP-02 */
test('a kill within the window undoes the revision at the next start', async () => {
	const was = await window();
	await change(alice, 'set gateway smsc1 window 77');
	const made = await done(alice, { revert_in_s: 600 });
	assert.equal(made.state, 'pending');
	assert.equal(await window(), '77');
	isProblem(await (await change(bob, 'set site country-code 49'), commit(bob)), 409,
		'confirm-pending');
	await site.restart('SIGKILL');
	assert.equal(await window(), was);
	const [undo, undone] = await latest();
	assert.deepEqual([undo.kind, undone.revision, undone.state],
		['undo', made.revision, 'undone']);
	assert.match(undo.comment, /not kept before the daemon ended/);
	assert.equal((await bob.get('/config/drafts')).json.items[0].staged, 1,
		'drafts outlive a kill');
	await bob.delete('/config/drafts/main');
	await gatewayIs(true);
});

/* proves APP-02 */
test('what cannot be undone at the start is undone as soon as the disk takes it', async () => {
	const was = await window();
	await change(alice, 'set gateway smsc1 window 78');
	assert.equal((await done(alice, { revert_in_s: 600 })).state, 'pending');
	const sql = (text) => execFileSync('sqlite3', [path.join(site.data, 'config.db'),
		`PRAGMA busy_timeout=5000; ${text}`]);
	await site.down('SIGKILL');
	const no = "BEGIN SELECT RAISE(ROLLBACK, 'no'); END;";
	sql(`CREATE TRIGGER full1 BEFORE DELETE ON pending ${no}` +
		`CREATE TRIGGER full2 BEFORE INSERT ON start ${no}`);
	await site.run();
	await site.listening();
	assert.equal(await window(), '78');
	sql('DROP TRIGGER full1; DROP TRIGGER full2');
	await over();
	assert.equal(await window(), was);
	assert.equal((await latest())[0].kind, 'undo');
	await gatewayIs(true);
});

/* proves APP-02 */
test('a commit that was answered is there after a kill at any moment', async () => {
	for (let round = 0, n = 100; round < 6; round++) {
		let answered = 0, made = 0;
		const commits = (async () => {
			for (;; answered = n++, made++) {
				const r = await site.shell(['configure', '-f', '-', '--commit'],
					`set gateway smsc1 window ${n}\n`);
				if (r.status !== 0) return;
			}
		})();
		let moment = 0;		// somewhere in the commit after the second
		while (made < 2 || moment++ < 40 * round)
			await new Promise((resolve) => setImmediate(resolve));
		await site.down('SIGKILL');
		await commits;
		await site.run();
		const now = Number(await window());
		assert.ok(now === answered || now === answered + 1, `${now} ${answered}`);
		n = now + 1;
	}
	await site.configure(['delete gateway smsc1 window']);
	await gatewayIs(true);
});

/* proves APP-02 */
test('a commit with a time is undone by itself, and kept by the shell', async () => {
	const args = ['configure', '-f', '-', '--commit', '--revert-in', '4s'];
	await site.parley(args, 'set gateway smsc1 window 78\n');
	const busy = await site.shell(['configure', '-f', '-', '--commit'],
		'set site country-code 44\n');
	assert.equal(busy.status, 6, busy.stderr);
	assert.match(busy.stderr, /waits to be kept until/);
	await over();
	assert.notEqual(await window(), '78');
	await site.parley([...args.slice(0, 5), '60s'],
		'set gateway smsc1 window 79\n');
	await site.parley(['configuration', 'keep']);
	assert.equal(await window(), '79');
	await site.configure(['delete gateway smsc1 window']);
});

/* proves APP-02 */
test('a change that locks the console out undoes itself; a kept one stays', async () => {
	const from = site.admin, to = await freePort();
	const move = async (seconds) => {
		await change(alice, `set admin address 127.0.0.1:${to}`);
		const r = await done(alice, { revert_in_s: seconds });
		assert.equal(r.state, 'pending', 'answered before the old listener went');
		assert.equal(r.plan[0].impact, 'lockout');
	};
	await change(alice, `set admin address 127.0.0.1:${to}`);
	const final = await commit(alice, { revert_in_s: 0 });
	assert.match(isProblem(final, 422).detail, /can cut you off/);
	await move(5);
	await assert.rejects(alice.get('/config/pending'), /ECONNREFUSED/);
	await over();		// nobody got in
	assert.equal((await alice.get('/config/pending')).status, 200);
	await move(60);
	site.admin = to;	// over the listener of the new configuration
	const kept = await alice.post('/config/pending/keep');
	assert.equal(kept.status, 200, kept.text);
	await site.configure([`set admin address 127.0.0.1:${from}`]);
	site.admin = from;
	await until('the console is back', () => alice.get('/config/pending').catch(() => null));
});

// One connection for all, older than what is to be kept.
function overOne(agent, method, target, body) {
	const text = JSON.stringify(body || {});
	return new Promise((resolve, reject) => {
		const q = https.request({ host: '127.0.0.1', port: site.admin, method, agent,
			path: `/api/v1${target}`, rejectUnauthorized: false, headers: {
				Authorization: `Bearer ${alice.token}`,
				'Sec-Fetch-Site': 'same-origin',
				...method === 'GET' ? {} : { 'Content-Type': 'application/json',
					'Content-Length': Buffer.byteLength(text) } } }, (res) => {
			let all = '';
			res.on('data', (d) => { all += d; });
			res.on('end', () => resolve({ status: res.statusCode, json: JSON.parse(all),
				headers: res.headers, text: all, port: q.socket.localPort }));
		});
		q.on('error', reject);
		q.end(method === 'GET' ? undefined : text);
	});
}

test('a connection from before the commit cannot keep it', async () => {
	const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
	const first = await overOne(agent, 'GET', '/config/pending');
	await change(alice, 'set gateway smsc1 window 80');
	await done(alice, { revert_in_s: 60 });
	const old = await overOne(agent, 'POST', '/config/pending/keep');
	assert.equal(old.port, first.port, 'the same connection');
	assert.match(isProblem(old, 409).detail, /older than revision/);
	agent.destroy();
	assert.equal((await alice.post('/config/pending/undo')).status, 200);
	assert.notEqual(await window(), '80');
});

/* --- the health gate ------------------------------------------------------------- */

test('a password that takes a gateway down is undone, exit 13; off lets it pass', async () => {
	await site.configure(['set policy commit gate-time 2s']);
	const bad = `set gateway smsc1 password @${site.file('bad', 'wrong')}\n`;
	const args = ['configure', '-f', '-', '--commit'];
	const r = await site.shell(args, bad);
	assert.equal(r.status, 13, r.stdout + r.stderr);
	assert.match(r.stdout, /gateway smsc1 does not come up: .*undone/s);
	await gatewayIs(true);
	const [undo] = await latest();
	assert.equal(undo.kind, 'undo');
	const port = await freePort(), taken = net.createServer();
	await new Promise((done_) => taken.listen(port, '127.0.0.1', done_));
	const check = await site.shell(['configure', '-f', '-'],
		`set listener tcp address 127.0.0.1:${port}\n`);
	assert.match(check.stdout, /warning: listener tcp: another program has/);
	assert.equal((await site.shell(args, `set listener tcp address 127.0.0.1:${port}\n`))
		.status, 13);
	taken.close();
	await site.configure(['set policy commit health-gate off']);
	await site.parley(args, bad);
	await gatewayIs(false);
	await site.parley(['configuration', 'rollback', String(undo.revision), 'gateway smsc1']);
	await gatewayIs(true);		// the old password is back
	await site.configure(['delete policy commit']);
});

/* --- export ------------------------------------------------------------------------ */

/* proves APP-02 */
test('an export imports to the same digest, and a secret is not in it', async () => {
	const one = await site.json(['configuration', 'export']);
	assert.match(one.text, /set gateway smsc1 password secret:[0-9a-f]{16}\n/);
	for (const format of ['set', 'json']) {
		const file = site.file(`export.${format}`,
			(await site.json(['configuration', 'export', format])).text);
		await site.configure(['delete gateway smsc1 network', 'set site country-code 7']);
		assert.notEqual((await site.json(['configuration', 'export'])).sha256, one.sha256);
		await site.parley(['-'], `configure\nload replace ${file}\ncommit\nexit\n`);
		assert.equal((await site.json(['configuration', 'export'])).sha256, one.sha256);
	}
	const other = await Site.start({ listeners: [] });
	try {
		const r = await other.shell(['configure', '-f', '-'], one.text);
		assert.equal(r.status, 5);
		assert.match(r.stderr, /a secret that is not kept here: set it again/);
	} finally {
		await other.stop();
	}
});

/* --- rescue -------------------------------------------------------------------------- */

test('after three starts that fail the last kept revision comes back', async () => {
	const s = await Site.start({ listeners: [] });
	try {
		await s.configure(['set site country-code 44']);
		assert.equal(await s.down(), 0);
		// another program in the place of the admin socket: no start
		const socket = path.join(s.data, 'admin.sock');
		const thief = net.createServer((c) => c.destroy());
		await new Promise((resolve) => thief.listen(socket, resolve));
		for (let i = 0; i < 3; i++)
			assert.equal(spawnSync(program('parleyd'), ['--data-dir', s.data],
				{ timeout: 20000 }).status, 1);
		await new Promise((resolve) => thief.close(resolve));
		await s.run();
		await s.log(/revision 2 did not start 3 times/);
		const p = await s.json(['show', 'configuration', 'pending']);
		assert.match(p.notice, /revision 2 did not start 3 times; revision 1 is in force/);
		const rows = await s.items('show', 'configuration', 'site');
		assert.equal(rows.find((r) => r.setting === 'site country-code').value, '1');
		const health = await s.shell(['health']);
		assert.equal(health.status, 10);
		assert.match(health.stdout, /configuration +.*warn.*did not start/);
	} finally {
		await s.stop();
	}
});

/* --- the shell ------------------------------------------------------------------------ */

const expectRun = (lines) => expect(site, lines,
	{ env: { XDG_STATE_HOME: path.join(site.dir, 'state') } });

const send = (line) => `send "${line}\\r"`;

/* proves APP-04 */
test('configure: staged, compared, checked, committed, kept, with a countdown', () => {
	const clean = 'want "parley(config)# "', staged = 'want "parley(config)*# "';
	const out = expectRun(['want "parley> "', send('configure'), clean,
		send('set gateway smsc1 window 41'), staged, send('compare'),
		'want "+   window 41"', staged, send('check'), 'want "this can be done"', staged,
		send('commit comment \\"night load\\" revert-in 5m'),
		'want "unless you type: commit keep"', 'want "parley(config)\\[confirm "',
		'want "# "', send('set gateway smsc1 window 42'),
		'want "parley(config)*\\[confirm"',
		send('commit'), 'want "waits to be kept"', 'want "# "',
		send('commit keep'), 'want " kept"', staged,
		send('discard'), clean, send('save'), 'want "nothing to save: revision "',
		'want "is already on disk"', clean, send('rollback 1 gateway'), staged,
		send('exit'), 'want "keeps "', 'want "parley> "', send('configure'),
		'want "compare shows them"', staged, send('exit discard'), 'want "parley> "',
		send('write'), 'want "nothing to save"', 'want "parley> "', send('quit')]);
	assert.ok(!/error/.test(out.replace(/error: revision \d+ of/, '')), out);
});

test('? and Tab know the settings, and words are near', () => {
	expectRun(['want "parley> "', send('configure'), 'want "# "',
		'send "set gatew\\t"', 'want "ay "', 'send "sms\\t"', 'want "c1 "',
		'send "windo\\t"', 'want "w "', 'send "?"', 'want "1-1000"', send('43'),
		'want "*# "', 'send "com?"', 'want "compare"', 'want "commit"', send('mit keep'),
		'want "no revision waits"', send('comit'), 'want "did you mean commit?"',
		send('set gateway smsc1 windw 3'), 'want "did you mean window?"',
		send('discard gateway smsc1 window'), 'want "(config)# "', send('exit'),
		'want "parley> "', send('quit')]);
});

test('a shell that waits hears what others do', () => {
	expectRun(['want "parley> "', 'send "show gatew"', 'want "gatew"',
		`exec printf "set gateway smsc1 window 44\\n" | ${program('parley')} --data-dir ` +
			`${site.data} configure -f - --commit --revert-in 60s`,
		'want "*** revision "', 'want "unless it is kept"', 'want "show gatew"',
		`exec ${program('parley')} --data-dir ${site.data} configuration undo`,
		'want "was undone"', 'want "show gatew"', 'send "ays\\r"', 'want "smsc1"',
		'want "> "', send('quit')]);
});

test('a script that ends with changes keeps them in the draft and says so', async () => {
	const r = await site.shell(['-'], 'configure\nset site country-code 44\n');
	assert.equal(r.status, 6);
	assert.match(r.stderr, /not committed; draft main keeps them/);
	await site.parley(['-'], 'configure\ndiscard\nexit\n');
});

test('no secret is in a draft, a diff, an answer, the audit or the log', async () => {
	const canary = 'cnry7z4q';
	await site.configure(['set policy commit health-gate off']);
	await change(alice, `set gateway smsc1 password ${canary}`);
	const seen = [];
	for (const t of ['', '/diff', '/diff?format=set', '/diff?format=sentences'])
		seen.push((await alice.get(`/config/drafts/main${t}`)).text);
	seen.push((await alice.post('/config/drafts/main/check')).text);
	const r = await done(alice);
	seen.push(JSON.stringify(r));
	for (const t of [`/config/revisions/${r.revision}`, '/config/revisions', '/config/export',
		'/config/running', '/config/running?lines=on',
		`/config/revisions/${r.revision - 1}/diff/${r.revision}`])
		seen.push((await alice.get(t)).text);
	seen.push(await site.parley(['show', 'audit']), site.daemon.log + site.logs);
	for (const f of fs.readdirSync(site.data).filter((n) => /\.db/.test(n)))
		seen.push(fs.readFileSync(path.join(site.data, f), 'latin1'));
	for (const text of seen)
		assert.ok(!text.includes(canary) && text.length > 1);
	for (const text of seen.slice(0, 12))
		assert.ok(!text.includes('sealed1:'), text.slice(0, 200));
	await site.parley(['configuration', 'rollback', String(r.revision - 1), 'gateway smsc1']);
	await site.configure(['delete policy commit']);
});

// What keeps others out of the console: HSTS, reports of the content security
// policy, the list of addresses that may come.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const https = require('node:https');
const os = require('node:os');
const path = require('node:path');
const { Site } = require('./lib/site.js');
const { Api, isProblem, PASSWORD } = require('./lib/api.js');
const { Authority } = require('./lib/ca.js');
const { until } = require('./lib/until.js');

const LIMIT = { timeout: 60000 };
let site, api;

before(async () => {
	site = await Site.start({ listeners: [] });
	api = await Api.first(site);
}, LIMIT);

after(async () => {
	assert.equal(await site.stop(), 0, 'the daemon stops with status 0');
});

// --- HSTS --------------------------------------------------------------------

test('browsers are held to HTTPS only by a certificate that somebody signed', LIMIT, async () => {
	const hsts = async () => (await api.get('/health/live'))
		.headers['strict-transport-security'];
	assert.equal(await hsts(), undefined);
	const s = new Authority(site.dir).server('DNS:localhost,IP:127.0.0.1');
	await api.post('/tls/certificates/good/install', { chain: s.chain, key: s.key });
	assert.equal((await api.post('/tls/certificates/good/assign', { to: 'console' })).status,
		200);
	assert.equal(await hsts(), `max-age=${180 * 86400}`);
	assert.equal((await api.get('//')).headers['strict-transport-security'],
		`max-age=${180 * 86400}`);
	await site.configure(['set admin hsts 0s']);
	assert.equal(await hsts(), undefined);
	await site.configure(['delete admin hsts']);
	await api.post('/tls/uses/console/self-sign', { replace: true });
	assert.equal(await hsts(), undefined);
});

// --- reports -------------------------------------------------------------------

const REPORTS = '/csp-reports';
const old = (directive, blocked) => ({ 'csp-report': { 'effective-directive': directive,
	'blocked-uri': blocked, 'document-uri': 'https://console/' } });
const modern = (directive, blocked) => [{ type: 'csp-violation', age: 1, body: {
	effectiveDirective: directive, blockedURL: blocked, documentURL: 'https://console/' } }];

test('a browser is told where to report, and each kind is logged once', async () => {
	const { headers } = await api.get('//');
	assert.match(headers['content-security-policy'],
		/; report-uri \/api\/v1\/csp-reports; report-to csp$/);
	assert.equal(headers['reporting-endpoints'], 'csp="/api/v1/csp-reports"');
	const mark = site.mark(), anybody = new Api(site);
	const send = (body, type) => anybody.call('POST', REPORTS, body, { 'Content-Type': type,
		'Sec-Fetch-Site': null });
	for (let i = 0; i < 3; i++) {
		assert.equal((await send(old('script-src', 'https://evil.example/x.js'),
			'application/csp-report')).status, 204);
		assert.equal((await send(modern('style-src', 'inline\n<3>forged: line'),
			'application/reports+json')).status, 204);
	}
	const lines = site.logged(mark, /browser stopped/);
	assert.equal(lines.length, 2, lines.join('\n'));
	assert.match(lines[0], /directive="script-src" blocked="https:\/\/evil.example\/x.js"/);
	assert.equal(site.logged(mark, /^<3>forged/).length, 0);
	assert.equal(await site.metric('parley_admin_csp_reports_total{result="logged"}'), 2);
	assert.equal(await site.metric('parley_admin_csp_reports_total{result="repeated"}'), 4);
});

test('what is no report is refused, and so are too many', LIMIT, async () => {
	const anybody = new Api(site);
	for (const body of ['', 'x', '[]', '{}', '{"csp-report":1}', '[{"body":[]}]',
		'['.repeat(1000), '\0', '{"csp-report":{"blocked-uri":"\ud800"}'])
		isProblem(await anybody.call('POST', REPORTS, body, {}, { raw: true }), 400);
	assert.equal((await anybody.call('POST', REPORTS, 'x'.repeat(20000), {}, { raw: true }))
		.status, 413);
	isProblem(await anybody.get(REPORTS), 405);
	const mark = site.mark();
	const all = [];		// within the minute, also on a slow machine
	for (let i = 0; i < 100; i += 5)
		all.push(...await Promise.all([0, 1, 2, 3, 4].map(async (n) => (await anybody
			.post(REPORTS, old('img-src', `https://e.example/${i + n}`))).status)));
	assert.ok(all.filter((s) => s === 204).length <= 60, `${all}`);
	assert.equal(all.at(-1), 429);
	assert.ok(site.logged(mark, /browser stopped/).length <= 32, 'the log stays short');
});

// --- who may come --------------------------------------------------------------------

// A status, or why there is none; from an address of this machine.
function from(localAddress, agent) {
	return new Promise((resolve) => {
		const q = https.get({ host: '127.0.0.1', port: site.admin, localAddress,
			path: '/api/v1/health/live', rejectUnauthorized: false, timeout: 5000,
			agent: agent || false }, (res) => {
			res.resume();
			res.on('end', () => resolve(res.statusCode));
		});
		q.on('timeout', () => q.destroy(new Error('no answer')));
		q.on('error', (e) => resolve(e.code || e.message));
	});
}

const propose = async (line, seconds) => {
	const r = await api.patch('/config/drafts/main', { lines: [line] });
	assert.equal(r.status, 200, r.text);
	return api.post('/config/drafts/main/commit', { comment: 'who may come',
		revert_in_s: seconds });
};

const SHUT = /ECONNRESET|EPIPE|EPROTO|socket hang up/;

test('a list that shuts its author out is undone by itself', LIMIT, async () => {
	const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
	assert.equal(await from('127.0.0.1', agent), 200);
	const r = await propose('set admin allow-from 192.0.2.0/24', 5);
	assert.equal(r.status, 200, r.text);
	assert.equal(r.json.state, 'pending');
	assert.equal(r.json.plan[0].impact, 'lockout');
	assert.equal(await from('127.0.0.1', agent), 403, 'an old connection learns why');
	assert.match(String(await from('127.0.0.1')), SHUT);
	await until('it is undone', async () => await from('127.0.0.1') === 200);
	assert.equal((await api.get('/config/pending')).status, 200);
	agent.destroy();
	assert.ok(await site.metric('parley_admin_sources_refused_total') >= 2);
});

test('those who are listed come in, others do not, the machine itself always does', LIMIT,
	async () => {
		const r = await propose('set admin allow-from 127.0.0.1,10.0.0.0/8,2001:db8::/32',
			60);
		assert.equal(r.json.state, 'pending', r.text);
		const kept = await api.post('/config/pending/keep');
		assert.equal(kept.status, 200, kept.text);
		assert.equal(await from('127.0.0.1'), 200);
		for (const other of ['127.0.0.2', '127.1.2.3'])
			assert.match(String(await from(other)), SHUT);
		assert.equal((await site.get('/api/v1/health/live')).status, 200);
		const long = Array.from({ length: 400 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`);
		const bad = await site.shell(['configure', '-f', '-', '--commit'],
			`set admin allow-from ${long.join(',')}\n`);
		assert.match(bad.stderr + bad.stdout, /at most 64 members/);
		await site.configure(['delete admin allow-from']);
		assert.equal(await from('127.0.0.2'), 200);
	});

// --- secrets ---------------------------------------------------------------------------

test('a reference to a secret is taken only where it was set, also after a start', LIMIT,
	async () => {
		const secret = site.file('secret', 'correct horse battery');
		await site.configure([`set backup passphrase @${secret}`]);
		await site.configure(['delete backup passphrase']);
		await site.configure([`set backup passphrase @${secret}`]);
		const export_ = async () => (await site.json(['configuration', 'export'])).text;
		const ref = /set backup passphrase (secret:[0-9a-f]{16})/.exec(await export_())[1];
		for (let turn = 0; turn < 2; turn++) {
			const r = await site.shell(['configure', '-f', '-', '--commit'],
				`set gateway evil password ${ref}\n`);
			assert.equal(r.status, 5);
			assert.match(r.stderr, /set as backup passphrase and is not sent/);
			assert.ok(!/evil/.test(await export_()));
			await site.configure(['set backup keep 9',
				`set backup passphrase ${ref}`]);
			await site.configure(['delete backup keep']);
			await site.restart();
		}
	});

// --- the first start by a file -------------------------------------------------------------

const admin = { name: 'first', password: PASSWORD };
const text = (o) => typeof o === 'string' ? o : JSON.stringify(o);

// A daemon that was never set up, with such a file; done: what must hold.
async function firstStart(content, done, prepare = () => {}) {
	const s = new Site();
	s.dir = fs.mkdtempSync(path.join(os.tmpdir(), 'parley-'));
	const file = path.join(s.dir, 'bootstrap.json');
	fs.writeFileSync(file, text(content), { mode: 0o600 });
	prepare(file);
	Object.assign(s, { data: path.join(s.dir, 'data'), args: ['--bootstrap', file],
		address: {}, logs: '' });
	try {
		await s.run();
		await done(s, file);
	} finally {
		assert.equal(await s.stop(), 0);
	}
}

test('a file sets up the first start, once, and is removed', LIMIT, () =>
	firstStart({ administrator: admin, settings: ['set site domain boot.example',
		'set admin address 127.0.0.1:0'] }, async (s, file) => {
		await s.log(/set up by=first from a file/);
		assert.ok(!fs.existsSync(file));
		s.admin = Number(/console ready address=127.0.0.1:0 port=(\d+)/.exec(
			await s.log(/console ready address=127.0.0.1:0/))[1]);
		const first = await Api.login(s, 'first');
		assert.equal((await first.get('/setup')).status, 404);
		assert.match((await s.json(['configuration', 'export'])).text,
			/set site domain boot.example/);
		assert.ok(!s.daemon.log.includes(PASSWORD));
		// another one later is not for us
		fs.writeFileSync(file, text({ administrator: { ...admin, name: 'second' } }),
			{ mode: 0o600 });
		await s.restart();
		await s.log(/is not read: this system is set up already; remove it/);
		assert.ok(fs.existsSync(file));
		assert.equal((await s.items('show', 'admins')).length, 1);
	}));

test('a daemon that ends while it is set up ends well', LIMIT, () =>
	firstStart({ administrator: admin, settings: ['set admin address 127.0.0.1:0'] },
		async (s) => assert.ok(s.daemon)));

const open = (file) => fs.chmodSync(file, 0o640);
const link = (file) => {
	fs.renameSync(file, `${file}.real`);
	fs.symlinkSync(`${file}.real`, file);
};
for (const [what, content, says, prepare] of [
	['that others may read', { administrator: admin }, /others may read/, open],
	['that is a link', { administrator: admin }, /it is a link/, link],
	['that is no JSON', '{"administrator":', /not JSON/],
	['that is a list', [], /object/],
	['of two megabytes', 'x'.repeat(2 << 20), /more than 1024 KiB/],
	['with an unknown member', { administrator: admin, setings: [] }, /setings/],
	['with an unknown member of the administrator',
		{ administrator: { ...admin, role: 'x' } }, /role/],
	['without an administrator', { settings: [] }, /administrator/],
	['with a weak password', { administrator: { name: 'a', password: 'short' } }, /twelve|12/],
	['with a bad name', { administrator: { name: 'a b/c', password: PASSWORD } }, /name/],
	['with an unknown setting', { administrator: admin,
		settings: ['set site domain x.example', 'set site domian y'] },
	/settings, line 2: .*did you mean domain/],
	['with a value out of range', { administrator: admin,
		settings: ['set admin connections 1'] }, /line 1/],
	['with settings that do not fit together', { administrator: admin,
		settings: ['set listener a transport udp'] }, /needs address/],
	['with another command', { administrator: admin, settings: ['delete site'] },
		/begins with set/],
	['with a number as a line', { administrator: admin, settings: [1] }, /is a text/],
])
	test(`a file ${what} changes nothing, and the log says why`, LIMIT, () =>
		firstStart(content, async (s, file) => {
			assert.match(await s.log(/bootstrap file/), says);
			assert.ok(fs.existsSync(file));
			const r = JSON.parse((await s.get('/api/v1/setup')).body);
			assert.equal(r.needed, true);
			assert.equal((await s.items('show', 'configuration', 'history')).length, 0);
		}, prepare));

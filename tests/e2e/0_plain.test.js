// A build without Node has a plain page instead of the console; whatever this
// build has, the daemon is linked once more as configure makes it without Node.

'use strict';
const { test } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { execFileSync } = require('node:child_process');

const BUILT = path.resolve(process.env.BUILDDIR || '.');
const SRC = path.resolve(__dirname, '../..');
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'parley-plain-'));

process.env.BUILDDIR = scratch;
const { Site } = require('../system/lib/site.js');
const { Browser } = require('./lib/browser.js');

const sh = (script, env = process.env) => execFileSync('sh', ['-euc', script],
	{ cwd: scratch, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'],
		timeout: 240000 });

// The options of this build, quoted for a shell, as its Makefile keeps them.
function options() {
	const makefile = fs.readFileSync(path.join(BUILT, 'Makefile'), 'utf8');
	return /^\t\S*configure ?(.*)$/m.exec(makefile)[1];
}

// Configured where node does not run; then the same objects, other assets.
function build() {
	const env = { ...process.env, PATH: `${scratch}/bin:${process.env.PATH}`,
		MAKEFLAGS: '', MFLAGS: '' };
	fs.mkdirSync(path.join(scratch, 'bin'));
	for (const name of ['node', 'nodejs', 'npm'])
		fs.writeFileSync(path.join(scratch, 'bin', name), '#!/bin/sh\nexit 127\n',
			{ mode: 0o755 });
	const mode = fs.existsSync(`${SRC}/web/dist/index.html.gz`) ? 'minimal' : 'auto';
	const said = sh(`${SRC}/configure ${options()} --with-web=${mode}`, env);
	fs.mkdirSync(path.join(scratch, 'build/src'), { recursive: true });
	sh(`cp '${BUILT}/build/libparley.a' build/
		cp '${BUILT}/build/src/main.o' build/src/
		make build/gen/web_assets.o
		ar r build/libparley.a build/gen/web_assets.o
		make -o build/libparley.a -o build/src/main.o parleyd
		ln -s '${BUILT}/parley' parley`, env);
	return said;
}

test('a build without Node serves a plain page that says so, and what to do', async (t) => {
	let site, b;
	t.after(async () => {
		await b?.close();
		await site?.stop();
		fs.rmSync(scratch, { recursive: true });
	});
	assert.match(build(), /^ +console +minimal$/m);
	site = await Site.start();
	for (const file of ['/', '/app.js', '/style.css'])
		assert.equal((await site.get(file)).status, 200, file);
	const { body } = await site.get('/');
	assert.match(body, /built without its console/);
	assert.match(body, /no Node/);
	assert.match(body, /in the\s+shell on the machine itself: <code>parley</);
	assert.match(body, /build again\s+where there is Node: <code>.\/configure --deps/);
	b = await Browser.open(site);
	await b.page.goto(b.base);
	await b.page.getByText('ready', { exact: true }).waitFor();
	await b.check('plain page');
	await b.look('dark', true);
	await b.check('plain page, dark, 360 px');
});

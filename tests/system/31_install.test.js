// What `make install` puts where.

'use strict';
const { test } = require('node:test');
const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const BUILD = path.resolve(process.env.BUILDDIR || '.');

test('programs, manual pages and completion are installed, and nothing empty', (t) => {
	const to = fs.mkdtempSync(path.join(os.tmpdir(), 'parley-install-'));
	t.after(() => fs.rmSync(to, { recursive: true }));
	const { MAKEFLAGS, MAKELEVEL, MFLAGS, ...env } = process.env;
	execFileSync('make', ['-C', BUILD, 'install', `DESTDIR=${to}`],
		{ env, timeout: 300000, stdio: 'pipe' });
	const all = fs.readdirSync(to, { recursive: true });
	const at = (end) => all.find((f) => f.endsWith(end));
	for (const f of ['sbin/parleyd', 'bin/parley', 'bin/parley-sim',
		'bash-completion/completions/parley'])
		assert.ok(at(f), f);
	const docs = path.join(__dirname, '..', '..', 'docs');
	for (const page of fs.readdirSync(docs).filter((f) => /\.[1-8]$/.test(f)))
		assert.ok(at(`man${page.slice(-1)}/${page}`), page);
	assert.deepEqual(all.filter((f) => fs.statSync(path.join(to, f)).isDirectory() &&
		fs.readdirSync(path.join(to, f)).length === 0), []);
	assert.match(execFileSync(path.join(to, at('sbin/parleyd')), ['--version'])
		.toString(), /parleyd/);
});

// nobody.js - the shell as a user of this machine who is no administrator.

'use strict';
const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const { program } = require('./site.js');

const NOBODY = 65534;

// A function that runs the shell as nobody, who may open the socket and has the
// role of the setting; null, with t skipped: nobody cannot run our programs here.
async function asNobody(site, setting, t) {
	const group = execFileSync('getent', ['group', 'games'], { encoding: 'utf8' });
	const gid = Number(group.split(':')[2]);
	fs.chmodSync(site.dir, 0o711);
	fs.chmodSync(site.data, 0o711);
	await site.configure(['set admin socket-group games', `set admin ${setting} games`]);
	await site.restart();
	const run = (...args) => new Promise((resolve, reject) => {
		const p = spawn(program('parley'), ['--data-dir', site.data, ...args, '--json'],
			{ uid: NOBODY, gid });
		let text = '';
		p.stdout.on('data', (d) => { text += d; });
		p.stderr.on('data', (d) => { text += d; });
		p.on('error', reject);
		p.on('close', (code) => resolve({ code, text }));
	});
	const first = await run('--version').catch((e) => ({ code: e.code }));
	if (first.code === 0)
		return run;
	t.skip('nobody cannot run the programs where they are');
	return null;
}

module.exports = { asNobody };

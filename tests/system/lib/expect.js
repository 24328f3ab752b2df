// expect.js - the interactive shell of a site in a real terminal.

'use strict';
const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { program } = require('./site.js');

// What expect does; a word that does not come in 60 s ends it.  It takes its
// braces for cases only when they begin with a line end.  args: of parley;
// status: how it must end.
function expect(site, lines, { env = {}, args = [], status = 0, rows = 24 } = {}) {
	const file = site.file('session.exp', ['set timeout 60',
		`set stty_init "rows ${rows} columns 100"`,
		'proc stop {why} { send_user "\\n$why\\n"; exec kill [exp_pid]; exit 9 }',
		'proc want {s} { expect {\n-ex $s {}\ntimeout { stop "MISSING $s" }\n' +
			'eof { send_user "\\nENDED before $s"; exit 8 }\n} }',
		'proc never {s t} { expect {\n-ex $s { stop "SEEN $s" }\n-ex $t {}\n' +
			'timeout { stop "MISSING $t" }\n} }',
		// a signal that comes while nobody reads would clear no line
		'proc idle {} { while {[lindex [split [read [set f [open ' +
			'/proc/[exp_pid]/stat]]]] 2] ne "S"} { close $f }; close $f }',
		`spawn ${program('parley')} --data-dir ${site.data} ${args.join(' ')}`, ...lines,
		'expect {\neof {}\ntimeout { stop STAYS }\n}',
		`set ended [lindex [wait] 3]`,
		`if {$ended != ${status}} { send_user "\\nSTATUS $ended"; exit 7 }`].join('\n'));
	const r = spawnSync('expect', ['-f', file], { encoding: 'utf8', timeout: 180000,
		env: { ...process.env, TERM: 'vt100', ...env } });
	assert.equal(r.status, 0, r.stdout.slice(-1500).replace(/[^ -~\n]/g, '.'));
	return r.stdout;
}

module.exports = { expect };

// child.js - a process of ours whose lines are events one can wait for.

'use strict';
const { spawn } = require('node:child_process');
const { Inbox } = require('./inbox.js');

class Child extends Inbox {
	// lines of stdout go through parse(); what it returns is an event
	constructor(file, args, { parse, env, cwd } = {}) {
		super();
		this.log = '';
		this.parse = parse || ((line) => ({ line }));
		this.process = spawn(file, args, {
			stdio: ['pipe', 'pipe', 'pipe'], cwd,
			env: { ...process.env, ...env },
		});
		this.process.on('error', (e) => { this.log += `${file}: ${e.message}\n`; });
		this.ended = new Promise((resolve) => {
			this.process.on('close', resolve);
			this.process.on('error', resolve);
		}).then(() => this.close());
		this.process.stdin.on('error', () => {});
		this.#lines(this.process.stdout, (line) => {
			const event = this.parse(line);
			if (event) this.add(event);
		});
		this.#lines(this.process.stderr, (line) => {
			this.log += line + '\n';
			const event = this.parseLog && this.parseLog(line);
			if (event) this.add(event);
		});
	}

	#lines(stream, each) {
		let rest = '';
		stream.setEncoding('utf8');
		stream.on('data', (s) => {
			const lines = (rest + s).split('\n');
			rest = lines.pop();
			lines.forEach(each);
		});
	}

	report() {
		const { exitCode, signalCode } = this.process;
		return (this.over ? `it ended with ${signalCode || exitCode}\n` : '') +
			`its log ends:\n${this.log.slice(-4000)}`;
	}

	write(line) {
		this.process.stdin.write(line + '\n');
	}

	get pid() {
		return this.process.pid;
	}

	signal(name) {
		this.process.kill(name);
	}

	// The exit status; null when a signal ended it.
	async end(signal = 'SIGTERM') {
		if (this.process.exitCode === null && this.process.signalCode === null)
			this.process.kill(signal);
		await this.ended;
		return this.process.exitCode;
	}
}

module.exports = { Child };

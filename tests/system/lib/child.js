// child.js - a process of ours whose lines are events one can wait for.

'use strict';
const { spawn } = require('node:child_process');
const { EventEmitter, once } = require('node:events');

const WAIT_MS = 15000;

class Child extends EventEmitter {
	// lines of stdout go through parse(); what it returns is an event
	constructor(file, args, { parse, env } = {}) {
		super();
		this.setMaxListeners(100);
		this.events = [];
		this.log = '';
		this.parse = parse || ((line) => ({ line }));
		this.process = spawn(file, args, {
			stdio: ['pipe', 'pipe', 'pipe'],
			env: { ...process.env, ...env },
		});
		this.ended = once(this.process, 'exit');
		this.ended.then(() => this.emit('event'), () => {});
		this.process.stdin.on('error', () => {});
		this.#lines(this.process.stdout, (line) => {
			const event = this.parse(line);
			if (event) this.#add(event);
		});
		this.#lines(this.process.stderr, (line) => {
			this.log += line + '\n';
			const event = this.parseLog && this.parseLog(line);
			if (event) this.#add(event);
		});
	}

	#add(event) {
		this.events.push(event);
		this.emit('event');
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

	// The first event that nobody waited for yet and that matches.
	async wait(what, ms = WAIT_MS) {
		const matches = typeof what === 'function' ? what :
			(e) => Object.entries(what).every(([k, v]) =>
				v instanceof RegExp ? v.test(e[k]) : e[k] === v);
		const deadline = Date.now() + ms;
		for (;;) {
			const i = this.events.findIndex((e) => !e.taken && matches(e));
			if (i >= 0) {
				Object.defineProperty(this.events[i], 'taken', { value: true });
				return this.events[i];
			}
			const left = deadline - Date.now();
			if (left <= 0 || this.process.exitCode !== null) {
				const seen = this.events.slice(-12)
					.map((e) => JSON.stringify(e).slice(0, 300)).join('\n  ');
				throw new Error(`no event ${JSON.stringify(what,
					(k, v) => v instanceof RegExp ? String(v) : v)}; seen:\n  ${seen}\n` +
					`its log ends:\n${this.log.slice(-2000)}`);
			}
			let timer;
			await Promise.race([once(this, 'event'),
				new Promise((r) => { timer = setTimeout(r, left); })]);
			clearTimeout(timer);
		}
	}

	seen(what) {
		return this.events.filter((e) =>
			Object.entries(what).every(([k, v]) =>
				v instanceof RegExp ? v.test(e[k]) : e[k] === v));
	}

	write(line) {
		this.process.stdin.write(line + '\n');
	}

	async end(signal = 'SIGTERM') {
		if (this.process.exitCode === null && this.process.signalCode === null)
			this.process.kill(signal);
		await this.ended;
		return this.process.exitCode;
	}
}

module.exports = { Child };

// inbox.js - things that happened, in order, that a test can wait for.

'use strict';
const { EventEmitter, once } = require('node:events');

const WAIT_MS = 30000;

const matcher = (what) => typeof what === 'function' ? what :
	(e) => Object.entries(what).every(([k, v]) =>
		v instanceof RegExp ? v.test(e[k]) : e[k] === v);

class Inbox extends EventEmitter {
	constructor() {
		super();
		this.setMaxListeners(1000);
		this.events = [];
		this.over = false;	// nothing more will come
	}

	add(event) {
		this.events.push(event);
		this.emit('event');
	}

	close() {
		this.over = true;
		this.emit('event');
	}

	// The first event that nobody waited for yet and that matches.
	async wait(what, ms = WAIT_MS) {
		const matches = matcher(what), deadline = performance.now() + ms;
		for (;;) {
			const i = this.events.findIndex((e) => !e.taken && matches(e));
			if (i >= 0) {
				Object.defineProperty(this.events[i], 'taken', { value: true });
				return this.events[i];
			}
			const left = deadline - performance.now();
			if (left <= 0 || this.over)
				throw new Error(this.#missing(what));
			let timer;
			await Promise.race([once(this, 'event'),
				new Promise((r) => { timer = setTimeout(r, left); })]);
			clearTimeout(timer);
		}
	}

	#missing(what) {
		const seen = this.events.slice(-12)
			.map((e) => JSON.stringify(e).slice(0, 300)).join('\n  ');
		const wanted = typeof what === 'function' ? String(what) :
			JSON.stringify(what, (k, v) => v instanceof RegExp ? String(v) : v);
		return `no event ${wanted}; the last seen:\n  ${seen}\n${this.report()}`;
	}

	// What else helps whoever reads a failure.
	report() {
		return '';
	}

	seen(what) {
		return this.events.filter(matcher(what));
	}
}

module.exports = { Inbox, WAIT_MS };

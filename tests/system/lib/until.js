// until.js - ask again until something is so, with an end.

'use strict';
const assert = require('node:assert/strict');
const { inspect } = require('node:util');
const { setTimeout: pause } = require('node:timers/promises');

// What ask() answered when it was first true-like.  An ask() that throws an
// AssertionError has not come yet either.  what: the sentence that says what
// never came; ms is for the slowest of machines, every: between two asks.
async function until(what, ask, { ms = 30000, every = 25 } = {}) {
	const end = performance.now() + ms;
	for (;;) {
		let got, last;
		try {
			got = await ask();
		} catch (e) {
			if (!(e instanceof assert.AssertionError)) throw e;
			last = e.message;
		}
		if (got) return got;
		if (performance.now() > end)
			assert.fail(`not within ${ms} ms: ${what}; at last ` +
				(last ?? inspect(got)));
		await pause(every);
	}
}

module.exports = { until, pause };

// watch.js - what one input did: counters that moved, lines that were logged.

'use strict';
const assert = require('node:assert/strict');
const { moved } = require('./site.js');

// Series that move by themselves, or because a test looks.
const NOISE = new RegExp('^(process_|parley_(loop|db|admin|hop|trace|log|cdr|edge|' +
	'delivery_duration|queue|failures|gateway_(window|response|sessions|up|' +
	'messages|reports)|registrations|sip_transactions|health|config|tls))');

class Watch {
	static async start(site) {
		const w = new Watch();
		Object.assign(w, { site, mark: site.mark(), before: await site.counters() });
		return w;
	}

	async moved() {
		const d = moved(this.before, await this.site.counters());
		return Object.fromEntries(Object.entries(d).filter(([k]) => !NOISE.test(k)));
	}

	// These series moved by so much and no others; one line was logged.
	async did(series, line) {
		if (line)
			await this.site.log(line, this.mark);
		assert.deepEqual(await this.moved(), series);
		const lines = this.site.logged(this.mark);
		assert.equal(lines.length, line ? 1 : 0, lines.join('\n'));
	}
}

module.exports = { Watch };

// load.js - steady messages whose fate is counted, whatever happens meanwhile.

'use strict';
const { EventEmitter, once } = require('node:events');
const { Client } = require('./client.js');
const { freePort } = require('./ports.js');
const { RawSip } = require('./rawsip.js');
const { request, respond, param, id } = require('./sipmsg.js');
const { cpim, imdn, cpmHeaders, readImdn } = require('./cpim.js');

const PEER = '127.0.0.2';	// set peer load address ...: its word is believed
const RESEND_MS = 500, RESEND_MAX_MS = 4000;	// timers T1 and T2 of SIP

// A seeded source of numbers from 0 to below 1 (xorshift32).
function random(seed) {
	let x = seed | 0 || 1;
	return () => {
		x ^= x << 13;
		x ^= x >>> 17;
		x ^= x << 5;
		return (x >>> 0) / 4294967296;
	};
}

// Requests of a peer, each repeated until it is answered.
class Sender extends EventEmitter {
	static async open(site) {
		const s = new Sender();
		s.raw = await RawSip.open(site.address.udp, 'udp', { local: PEER });
		s.raw.add = (m) => s.#answered(m);
		s.waiting = new Map();	// Call-ID -> what was asked
		s.timer = setInterval(() => s.#again(Date.now()), 50);
		return s;
	}

	// Resolves with the final answer.
	ask(from, to, body, headers) {
		const callId = id();
		const text = request(this.raw, 'MESSAGE', to, { from, callId, body,
			headers: { ...cpmHeaders(headers), 'P-Asserted-Identity': `<${from}>` } });
		return new Promise((resolve) => {
			this.waiting.set(callId, { text, resolve, pause: RESEND_MS,
				at: Date.now() + RESEND_MS });
			this.raw.send(text);
		});
	}

	#again(now) {
		for (const w of this.waiting.values())
			if (now >= w.at) {
				w.pause = Math.min(2 * w.pause, RESEND_MAX_MS);
				w.at = now + w.pause;
				this.raw.send(w.text);
			}
	}

	#answered(m) {
		const w = this.waiting.get(m.get('call-id'));
		if (!w || m.status < 200) return;
		this.waiting.delete(m.get('call-id'));
		w.resolve(m);
	}

	end() {
		clearInterval(this.timer);
		this.raw.end();
	}
}

/*
 * from sends to everyone of `to` in turn and asks for delivery reports; the
 * recipients report whatever they receive, as often as they receive it.  One
 * of `to` is an address, or { to, type, content } for what is no text.
 */
class Load extends EventEmitter {
	static async open(site, from, { password, width = 16, seed }) {
		const l = new Load();
		l.setMaxListeners(100);
		Object.assign(l, { site, from, width, random: random(seed) });
		l.taken = new Map();	// Message-ID -> one of to: answered 2xx
		l.refused = new Map();	// status -> how many
		l.got = new Map();	// Message-ID -> epochs of its arrivals
		l.reports = new Map();	// Message-ID/status -> set of the reports' own ids
		l.reported = new Set();	// Message-ID: report answered 2xx
		l.answers = 0;
		l.arrivals = 0;
		l.epoch = 0;		// counts the lives of the daemon
		l.to = [];
		l.clients = [];
		l.sender = await Sender.open(site);
		await l.device(from, password);
		return l;
	}

	// A device that registers and takes all there is; name: what comes to it
	// is counted apart, as "Message-ID name".
	async device(aor, password, { name, instance } = {}) {
		// What is long is tried by TCP first (RFC 3261 18.1.1).  A connection
		// to a port that nobody has, of those the kernel gives away, may be
		// given that very port: the daemon would talk to itself.
		const c = await Client.open(this.site, aor, password,
			{ localPort: await freePort(), instance });
		const seen = new Set();		// transactions
		if ((await c.register({ expires: 3600 })).status !== 200)
			throw new Error(`${aor} cannot register`);
		c.raw.add = (m) => {
			if (!m.method) return;
			c.raw.send(respond(m, 200));
			const branch = param(m.get('via'), 'branch');
			if (seen.has(branch)) return;
			seen.add(branch);
			this.#came(aor, m, name);
		};
		this.clients.push(c);
		return c;
	}

	// Call it while no daemon runs: what the last one sent has come.
	async newEpoch() {
		let before;
		do {
			before = this.arrivals;
			for (let i = 0; i < 5; i++)
				await new Promise(setImmediate);
		} while (this.arrivals !== before);
		this.epoch++;
	}

	#came(aor, m, name) {
		this.arrivals++;
		const own = (/^imdn\.Message-ID: (\S+)/m.exec(m.body) || [])[1];
		const about = readImdn(m.body);
		if (about) {
			const key = `${about.id}/${about.status}`;
			if (!this.reports.has(key))
				this.reports.set(key, new Set());
			this.reports.get(key).add(own);
		} else {
			const key = name ? `${own} ${name}` : own;
			if (!this.got.has(key))
				this.got.set(key, []);
			this.got.get(key).push(this.epoch);
			this.#report(aor, own);
		}
		this.emit('change');
	}

	async #report(aor, messageId) {
		const answer = await this.sender.ask(aor, this.from, imdn({ from: aor,
			to: this.from, messageId, status: 'delivered' }));
		if (answer.status < 300)
			this.reported.add(messageId);
		this.emit('change');
	}

	start(to = this.to) {
		this.to = to;
		this.running = true;
		for (let i = 0; i < this.width; i++)
			this.#lane(i);
	}

	async #lane(i) {
		for (let n = i; this.running; n++)
			await this.one(this.to[n % this.to.length]);
		this.idle = (this.idle || 0) + 1;
		this.emit('change');
	}

	// Sends one message; its Message-ID.
	async one(next) {
		const { to, ...more } = next.to ? next : { to: next };
		const messageId = id();
		const answer = await this.sender.ask(this.from, to, cpim({ from: this.from,
			to, text: messageId, messageId, wants: 'positive-delivery', ...more }));
		this.answers++;
		if (answer.status < 300)
			this.taken.set(messageId, next);
		else
			this.refused.set(answer.status,
				(this.refused.get(answer.status) || 0) + 1);
		this.emit('change');
		return messageId;
	}

	// Until it holds; fails with what missing() says when nothing comes any more.
	async until(holds, missing, ms = 30000) {
		let deadline = 0, seen = -1;
		while (!holds()) {
			const now = Date.now(), come = this.arrivals + this.answers;
			if (come !== seen)
				deadline = now + ms;
			seen = come;
			const left = deadline - now;
			if (left <= 0)
				throw new Error(missing());
			const over = new AbortController();
			const timer = setTimeout(() => over.abort(), left);
			await once(this, 'change', { signal: over.signal }).catch(() => {});
			clearTimeout(timer);
		}
	}

	// That many more answers have come.
	answered(n) {
		const target = this.answers + n;
		return this.until(() => this.answers >= target, () => 'no answers come');
	}

	// That many more messages have arrived: not always right behind an answer.
	arrived(n) {
		const target = this.arrivals + n;
		return this.until(() => this.arrivals >= target, () => 'nothing arrives');
	}

	// Send no more; all that was sent is answered.
	async stop() {
		this.running = false;
		await this.until(() => this.idle === this.width && !this.sender.waiting.size,
			() => `${this.sender.waiting.size} requests have no answer`);
		this.idle = 0;
	}

	lost() {
		return [...this.taken.keys()].filter((m) => !this.got.has(m));
	}

	// Every message that was answered 2xx is there.
	allArrived() {
		return this.until(() => this.lost().length === 0 && !this.sender.waiting.size,
			() => `${this.lost().length} of ${this.taken.size} did not arrive, ` +
				`the first ${this.lost()[0]}`);
	}

	unreported() {
		return [...this.reported].filter((m) => this.taken.has(m) &&
			!this.reports.has(`${m}/delivered`));
	}

	// Every report that was answered 2xx is there.
	allReported() {
		return this.until(() => this.unreported().length === 0,
			() => `${this.unreported().length} of ${this.reported.size} reports ` +
				`did not arrive, the first about ${this.unreported()[0]}`);
	}

	// Arrived twice although the daemon did not end in between.
	repeated() {
		return [...this.got].filter(([, epochs]) =>
			new Set(epochs).size < epochs.length).map(([m]) => m);
	}

	// Reports of one kind that came more than once, each with an id of its own.
	doubled() {
		return [...this.reports].filter(([, own]) => own.size > 1).map(([key]) => key);
	}

	end() {
		this.running = false;
		this.sender.end();
		this.clients.forEach((c) => c.end());
	}
}

module.exports = { Load, random, PEER };

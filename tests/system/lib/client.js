// client.js - a SIP client of the tests' own, that shows every octet.

'use strict';
const assert = require('node:assert/strict');
const { RawSip } = require('./rawsip.js');
const { SipMessage, request, respond, authorize, id, octets } = require('./sipmsg.js');
const { cpim, imdn, cpmHeaders, readImdn, ICSI_TAG } = require('./cpim.js');

const user = (aor) => /^sip:([^@]*)@/.exec(aor)[1];
const domain = (aor) => /@([^;]*)/.exec(aor)[1];

class Client {
	// answer: a status, null for none, or a function of the request
	static async open(site, aor, password, { transport = 'udp', instance, features = '',
		answer = 200, local, localPort, algorithm = 'SHA-256', address,
		plain = false } = {}) {
		const c = new Client();
		c.raw = await RawSip.open(address || site.address[transport], transport,
			{ local, localPort });
		Object.assign(c, { aor, password, instance, features, answer, algorithm, plain });
		c.callId = id();
		c.cseq = 0;
		c.nc = 0;
		c.raw.on('event', () => c.#answerNew());
		return c;
	}

	get contact() {
		const t = this.raw.transport === 'udp' ? '' : `;transport=${this.raw.transport}`;
		return `<sip:${user(this.aor)}@${this.raw.local}${t}>` +
			(this.plain ? '' : `;${ICSI_TAG}`) + this.features +
			(this.instance ? `;+sip.instance="<${this.instance}>"` : '');
	}

	#answerNew() {
		const e = this.raw.events[this.raw.events.length - 1];
		if (!(e instanceof SipMessage) || !e.method || e.answered) return;
		e.answered = true;
		const a = typeof this.answer === 'function' ? this.answer(e) : this.answer;
		if (a !== null)
			this.raw.send(respond(e, a.status || a, a));
	}

	#credentials(method, uri) {
		return this.challenge ? { Authorization: authorize(this.challenge, { method, uri,
			user: user(this.aor), password: this.password, nc: ++this.nc }) } : {};
	}

	#keep(answer) {
		const all = answer.all('www-authenticate');
		this.challenge = all.find((c) => new RegExp(`algorithm="?${this.algorithm}`, 'i')
			.test(c)) || all[0];
		this.nc = 0;
	}

	// The final answer; credentials are added when asked for.
	async request(method, uri, { headers = {}, tries = 2, cseq, ...rest } = {}) {
		const options = { from: this.aor, callId: id(), ...rest };
		let n = cseq || 1, answer;
		while (tries-- > 0) {
			const text = request(this.raw, method, uri, { ...options, cseq: n++,
				headers: { ...this.#credentials(method, uri), ...headers } });
			this.last = text;
			answer = await this.raw.ask(text);
			if (answer.status !== 401) break;
			this.#keep(answer);
		}
		return answer;
	}

	async register({ expires = 600, contact = this.contact, headers = {}, params = '',
		...rest } = {}) {
		const answer = await this.request('REGISTER', `sip:${domain(this.aor)}`, {
			to: this.aor, callId: this.callId, cseq: this.cseq + 1, ...rest,
			headers: { ...(contact ? { Contact: contact + params } : {}),
				...(expires === null ? {} : { Expires: expires }), ...headers } });
		this.cseq = Number(answer.get('cseq').split(' ')[0]);
		return answer;
	}

	// A CPM message, or with plain a text/plain one.
	message(to, text, { headers = {}, plain = this.plain, body, ...more } = {}) {
		if (plain)
			return this.request('MESSAGE', to, { body: body ?? octets(text),
				headers: { 'Content-Type': 'text/plain;charset=UTF-8',
					...headers } });
		return this.request('MESSAGE', to, {
			body: body ?? cpim({ from: this.aor, to, text, ...more }),
			headers: cpmHeaders(headers) });
	}

	report(to, messageId, status, headers = {}) {
		return this.request('MESSAGE', to, { headers: cpmHeaders(headers),
			body: imdn({ from: this.aor, to, messageId, status }) });
	}

	// The next request that came; what: a text in its body, or a function.
	got(what, ms) {
		const fits = typeof what === 'function' ? what :
			(m) => what === undefined || m.body.includes(octets(what));
		return this.raw.wait((m) => m instanceof SipMessage && m.method && fits(m), ms);
	}

	// The next IMDN about a message.
	gotReport(messageId, status, ms) {
		return this.got((m) => {
			const r = readImdn(m.body);
			return r && r.id === messageId && (!status || r.status === status);
		}, ms);
	}

	// Each request once: repeated octets are UDP's, for an answer that was late.
	#requests(fits) {
		const all = this.raw.seen((m) => m instanceof SipMessage && m.method && fits(m));
		return [...new Map(all.map((m) => [m.text, m])).values()];
	}

	reports(messageId) {
		return this.#requests((m) => readImdn(m.body)?.id === messageId)
			.map((m) => readImdn(m.body).status);
	}

	texts(text) {
		return this.#requests((m) => m.body.includes(octets(text)));
	}

	end() {
		this.raw.end();
	}
}

// 200, or 202: a device that registered a moment ago may count as offline
// until what waited for it was looked up.
const taken = (answer) => assert.match(String(answer.status), /^20[02]$/, answer.text);

module.exports = { Client, taken };

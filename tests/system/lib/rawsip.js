// rawsip.js - SIP octets as the test writes them, over UDP or TCP.

'use strict';
const dgram = require('node:dgram');
const net = require('node:net');
const { once } = require('node:events');
const crypto = require('node:crypto');

class RawSip {
	static async open(address, transport = 'udp') {
		const r = new RawSip();
		const colon = address.lastIndexOf(':');
		r.host = address.slice(0, colon).replace(/[[\]]/g, '');
		r.port = Number(address.slice(colon + 1));
		r.transport = transport;
		r.got = [];
		if (transport === 'udp') {
			r.socket = dgram.createSocket('udp4');
			r.socket.bind(0, '127.0.0.1');
			await once(r.socket, 'listening');
			r.socket.on('message', (m) => r.#add(m.toString('latin1')));
			r.local = `127.0.0.1:${r.socket.address().port}`;
		} else {
			r.socket = net.connect(r.port, r.host);
			await once(r.socket, 'connect');
			let rest = '';
			r.socket.on('data', (d) => {
				rest += d.toString('latin1');
				for (let m; (m = /^([\s\S]*?)\r\n\r\n/.exec(rest));) {
					const n = Number((/^(?:content-length|l)\s*:\s*(\d+)/im.exec(m[1]) || [0, 0])[1]);
					if (rest.length < m[0].length + n) break;
					r.#add(rest.slice(0, m[0].length + n));
					rest = rest.slice(m[0].length + n);
				}
			});
			r.socket.on('error', () => {});
			r.local = `127.0.0.1:${r.socket.localPort}`;
		}
		return r;
	}

	#add(text) {
		this.got.push(text);
		if (this.wake) this.wake();
	}

	send(text) {
		const bytes = Buffer.isBuffer(text) ? text : Buffer.from(text, 'latin1');
		if (this.transport === 'udp')
			this.socket.send(bytes, this.port, this.host);
		else
			this.socket.write(bytes);
	}

	// The next response or request; null after ms.
	async next(ms = 5000) {
		if (this.got.length === 0)
			await new Promise((resolve) => {
				const t = setTimeout(resolve, ms);
				this.wake = () => { clearTimeout(t); resolve(); };
			});
		this.wake = null;
		return this.got.shift() || null;
	}

	// Send and return the status of the first final response, or null.
	async ask(text, ms = 5000) {
		this.send(text);
		for (;;) {
			const r = await this.next(ms);
			if (!r) return null;
			const m = /^SIP\/2.0 (\d{3})/.exec(r);
			if (m && m[1] >= 200) return { status: Number(m[1]), text: r,
				header: (n) => (new RegExp(`^${n}\\s*:\\s*(.*)$`, 'im').exec(r) || [])[1]?.trim() };
		}
	}

	close() {
		if (this.transport === 'udp') this.socket.close();
		else this.socket.destroy();
	}
}

const id = () => crypto.randomBytes(8).toString('hex');

// A request with all that RFC 3261 8.1.1 asks for; headers override by name.
function request(raw, method, uri, { from = 'sip:+15550100001@example.org',
	to, headers = {}, body = '', cseq = 1, callId = id(), branch = 'z9hG4bK' + id() } = {}) {
	const h = {
		Via: `SIP/2.0/${raw.transport.toUpperCase()} ${raw.local};branch=${branch};rport`,
		'Max-Forwards': '70',
		From: `<${from}>;tag=${id()}`,
		To: `<${to || uri}>`,
		'Call-ID': callId,
		CSeq: `${cseq} ${method}`,
		...headers,
		'Content-Length': headers['Content-Length'] ?? Buffer.byteLength(body, 'latin1'),
	};
	return `${method} ${uri} SIP/2.0\r\n` +
		Object.entries(h).filter(([, v]) => v !== null).flatMap(([k, v]) =>
			(Array.isArray(v) ? v : [v]).map((x) => `${k}: ${x}\r\n`)).join('') +
		'\r\n' + body;
}

const hash = (algorithm, s) => crypto.createHash(
	algorithm === 'MD5' ? 'md5' : 'sha256').update(s).digest('hex');

// Authorization for a challenge (RFC 7616), qop=auth.
function authorize(challenge, { method, uri, user, password, nc = 1, algorithm }) {
	const get = (k) => (new RegExp(`${k}="?([^",]*)`, 'i').exec(challenge) || [])[1];
	const alg = algorithm || get('algorithm') || 'MD5';
	const realm = get('realm'), nonce = get('nonce');
	const cnonce = id(), count = nc.toString(16).padStart(8, '0');
	const ha1 = hash(alg, `${user}:${realm}:${password}`);
	const ha2 = hash(alg, `${method}:${uri}`);
	const response = hash(alg, `${ha1}:${nonce}:${count}:${cnonce}:auth:${ha2}`);
	return `Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", ` +
		`response="${response}", algorithm=${alg}, qop=auth, nc=${count}, cnonce="${cnonce}"`;
}

module.exports = { RawSip, request, authorize };

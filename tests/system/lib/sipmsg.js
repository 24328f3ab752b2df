// sipmsg.js - SIP requests and answers as text; octets are latin1 characters.

'use strict';
const crypto = require('node:crypto');

const id = () => crypto.randomBytes(8).toString('hex');
const octets = (s) => Buffer.from(s, 'utf8').toString('latin1');
const utf8 = (s) => Buffer.from(s, 'latin1').toString('utf8');

const compact = { v: 'via', f: 'from', t: 'to', i: 'call-id', m: 'contact',
	l: 'content-length', c: 'content-type', e: 'content-encoding',
	k: 'supported', s: 'subject' };
const full = (name) => compact[name.toLowerCase()] || name.toLowerCase();

class SipMessage {
	constructor(text) {
		const end = text.indexOf('\r\n\r\n');
		const [first, ...lines] = (end < 0 ? text : text.slice(0, end))
			.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
		const answer = /^SIP\/2\.0 (\d{3}) ?(.*)$/.exec(first);
		this.text = text;
		this.first = first;
		this.body = end < 0 ? '' : text.slice(end + 4);
		this.headers = lines.map((l) => {
			const colon = l.indexOf(':');
			return [l.slice(0, colon).trim(), l.slice(colon + 1).trim()];
		});
		if (answer) {
			this.status = Number(answer[1]);
			this.reason = answer[2];
		} else {
			[this.method, this.uri] = first.split(' ');
		}
	}

	all(name) {
		return this.headers.filter(([n]) => full(n) === full(name))
			.map(([, v]) => v);
	}

	get(name) {
		return this.all(name)[0];
	}

	// every value of every line of a list header
	list(name) {
		return this.all(name).flatMap((v) =>
			v.match(/(?:"(?:[^"\\]|\\.)*"|<[^>]*>|[^,"<])+/g) || [])
			.map((v) => v.trim());
	}

	toJSON() {
		return this.text.slice(0, 500);
	}
}

// Whole messages off the front of a stream; the rest is returned.
function cut(text, each) {
	for (let m; (m = /^(?:\r\n)*([\s\S]+?)\r\n\r\n/.exec(text));) {
		const n = Number((/^(?:content-length|l)[ \t]*:\s*(\d+)/im
			.exec(m[1]) || [0, 0])[1]);
		if (text.length < m[0].length + n) break;
		each(text.slice(m[0].length - m[1].length - 4, m[0].length + n));
		text = text.slice(m[0].length + n);
	}
	return text;
}

// A request with all that RFC 3261 8.1.1 asks for; headers override by name,
// null leaves one out, an array makes several lines.
function request(raw, method, uri, { from = 'sip:+15550100001@example.org',
	to, headers = {}, body = '', cseq = 1, callId = id(),
	branch = 'z9hG4bK' + id() } = {}) {
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

// The answer to a request that came (RFC 3261 8.2.6).
function respond(m, status, { reason = 'Tested', headers = {}, body = '' } = {}) {
	const to = m.get('to');
	const lines = [`SIP/2.0 ${status} ${reason}`,
		...m.all('via').map((v) => `Via: ${v}`),
		`From: ${m.get('from')}`,
		`To: ${/;\s*tag=/i.test(to) ? to : `${to};tag=${id()}`}`,
		`Call-ID: ${m.get('call-id')}`, `CSeq: ${m.get('cseq')}`,
		...Object.entries(headers).map(([k, v]) => `${k}: ${v}`),
		`Content-Length: ${body.length}`];
	return lines.join('\r\n') + '\r\n\r\n' + body;
}

const hash = (algorithm, s) => crypto.createHash(
	algorithm === 'MD5' ? 'md5' : 'sha256').update(s).digest('hex');

const param = (value, name) =>
	(new RegExp(`(?:^|[\\s,;])${name}\\s*=\\s*(?:"([^"]*)"|([^\\s",;]*))`, 'i')
		.exec(value) || []).slice(1).find((x) => x !== undefined);

// Authorization for a challenge (RFC 7616), qop=auth.
function authorize(challenge, { method, uri, user, password, nc = 1, algorithm,
	nonce = param(challenge, 'nonce'), cnonce = id() }) {
	const alg = algorithm || param(challenge, 'algorithm') || 'MD5';
	const realm = param(challenge, 'realm');
	const count = nc.toString(16).padStart(8, '0');
	const ha1 = hash(alg, `${user}:${realm}:${password}`);
	const ha2 = hash(alg, `${method}:${uri}`);
	const response = hash(alg, `${ha1}:${nonce}:${count}:${cnonce}:auth:${ha2}`);
	return `Digest username="${user}", realm="${realm}", nonce="${nonce}", ` +
		`uri="${uri}", response="${response}", algorithm=${alg}, qop=auth, ` +
		`nc=${count}, cnonce="${cnonce}"`;
}

module.exports = { SipMessage, cut, request, respond, authorize, param, id, octets, utf8 };

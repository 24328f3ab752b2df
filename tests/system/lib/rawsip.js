// rawsip.js - SIP octets as the test writes them, over UDP, TCP or TLS.

'use strict';
const dgram = require('node:dgram');
const net = require('node:net');
const tls = require('node:tls');
const { once } = require('node:events');
const { Inbox } = require('./inbox.js');
const { SipMessage, cut, request, respond, authorize } = require('./sipmsg.js');

const bracket = (host) => host.includes(':') ? `[${host}]` : host;

class RawSip extends Inbox {
	// address: HOST:PORT; local: our own host, of the same family; localPort
	// is for those whose answers go to the port of their Via
	static async open(address, transport = 'udp', { local, localPort = 0 } = {}) {
		const r = new RawSip();
		const colon = address.lastIndexOf(':');
		r.host = address.slice(0, colon).replace(/[[\]]/g, '');
		r.port = Number(address.slice(colon + 1));
		r.transport = transport;
		r.from = local || (r.host.includes(':') ? '::1' : '127.0.0.1');
		r.localPort = localPort;
		r.pongs = 0;
		if (transport === 'udp') await r.#openUdp();
		else await r.#openStream();
		return r;
	}

	async #openUdp() {
		this.socket = dgram.createSocket(this.host.includes(':') ? 'udp6' : 'udp4');
		this.socket.bind(this.localPort, this.from);
		await once(this.socket, 'listening');
		this.socket.on('message', (m) => this.#came(m.toString('latin1')));
		this.local = `${bracket(this.from)}:${this.socket.address().port}`;
	}

	async #openStream() {
		const to = { host: this.host, port: this.port, localAddress: this.from };
		this.socket = this.transport === 'tls' ?
			tls.connect({ ...to, rejectUnauthorized: false }) : net.connect(to);
		await once(this.socket, this.transport === 'tls' ? 'secureConnect' : 'connect');
		let rest = '';
		this.socket.on('data', (d) => {
			if (rest === '' && d.toString('latin1') === '\r\n')
				this.#pong();
			else
				rest = cut(rest + d.toString('latin1'), (m) => this.#came(m));
		});
		this.socket.on('error', () => {});
		this.closed = once(this.socket, 'close').catch(() => {}).then(() => this.close());
		this.local = `${bracket(this.from)}:${this.socket.localPort}`;
	}

	#pong() {
		this.pongs++;
		this.add({ pong: true });
	}

	#came(text) {
		this.add(new SipMessage(text));
	}

	send(text) {
		const bytes = Buffer.isBuffer(text) ? text : Buffer.from(text, 'latin1');
		if (this.transport === 'udp')
			this.socket.send(bytes, this.port, this.host);
		else
			this.socket.write(bytes);
	}

	// Send; the first final answer of the same call, whatever the request was.
	async ask(text, ms) {
		const s = Buffer.isBuffer(text) ? text.toString('latin1') : text;
		const call = (/^(?:call-id|i)[ \t]*:[ \t]*([^\r\n]*?)[ \t]*\r?$/im
			.exec(s) || [])[1];
		this.send(text);
		return this.wait((m) => m.status >= 200 &&
			(call === undefined || m.get('call-id') === call), ms);
	}

	end() {
		if (this.transport === 'udp') this.socket.close();
		else this.socket.destroy();
	}
}

module.exports = { RawSip, request, respond, authorize };

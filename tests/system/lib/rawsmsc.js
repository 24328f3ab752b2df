// rawsmsc.js - a service centre that sends the octets the test writes (SMPP 3.4).

'use strict';
const net = require('node:net');
const { once } = require('node:events');
const { Inbox } = require('./inbox.js');

const ID = { bind_receiver: 0x1, bind_transmitter: 0x2, submit_sm: 0x4, deliver_sm: 0x5,
	unbind: 0x6, bind_transceiver: 0x9, enquire_link: 0x15, data_sm: 0x103 };
const RESP = 0x80000000, NACK = RESP;
const BINDS = [ID.bind_receiver, ID.bind_transmitter, ID.bind_transceiver];

const bytes = (...parts) => Buffer.concat(parts.map((p) =>
	typeof p === 'number' ? Buffer.from([p]) : Buffer.from(p)));
const cstring = (s) => bytes(s, 0);

// length: what command_length says, when it lies
function pdu(id, seq, body = Buffer.alloc(0), { status = 0, length } = {}) {
	const head = Buffer.alloc(16);
	[length ?? 16 + body.length, id, status, seq]
		.forEach((n, i) => head.writeUInt32BE(n >>> 0, 4 * i));
	return Buffer.concat([head, body]);
}

function tlv(tag, value, length = value.length) {
	const head = Buffer.alloc(4);
	head.writeUInt16BE(tag, 0);
	head.writeUInt16BE(length, 2);
	return Buffer.concat([head, value]);
}

// The body of a deliver_sm; smLength: what it says, when it lies
const deliver = ({ from = '17770000001', to = '15550100001', sm = Buffer.from('hello'),
	smLength = sm.length, esm = 0, coding = 0, tlvs = [] } = {}) => bytes(
	cstring(''), 1, 1, cstring(from), 1, 1, cstring(to), esm, 0, 0, cstring(''),
	cstring(''), 0, 0, coding, 0, smLength, sm, ...tlvs);

class RawSmsc extends Inbox {
	static async start() {
		const s = new RawSmsc();
		s.server = net.createServer((socket) => s.#came(socket));
		s.server.listen(0, '127.0.0.1');
		await once(s.server, 'listening');
		s.port = s.server.address().port;
		s.seq = 1000;
		return s;
	}

	#came(socket) {
		let rest = Buffer.alloc(0);
		socket.on('error', () => {});
		socket.on('close', () => this.add({ closed: true }));
		socket.on('data', (d) => {
			rest = Buffer.concat([rest, d]);
			while (rest.length >= 16 && rest.length >= rest.readUInt32BE(0)) {
				const n = rest.readUInt32BE(0);
				this.#pdu(socket, rest.subarray(0, n));
				rest = rest.subarray(n);
			}
		});
	}

	#pdu(socket, p) {
		const id = p.readUInt32BE(4), seq = p.readUInt32BE(12);
		if (BINDS.includes(id)) {
			socket.write(pdu(id + RESP, seq, cstring('raw')));
			this.socket = socket;
			this.add({ bound: true });
		} else if (id === ID.enquire_link) {
			socket.write(pdu(id + RESP, seq));
		} else {
			this.add({ id, seq, status: p.readUInt32BE(8), body: p.subarray(16) });
		}
	}

	send(octets) {
		this.socket.write(octets);
	}

	// The link answers: what was sent before has been read.
	async echo() {
		const seq = ++this.seq;
		this.send(pdu(ID.enquire_link, seq));
		await this.wait({ id: ID.enquire_link + RESP, seq, status: 0 });
	}

	end() {
		if (this.socket) this.socket.destroy();
		this.server.close();
	}
}

module.exports = { RawSmsc, ID, RESP, NACK, bytes, cstring, pdu, tlv, deliver };

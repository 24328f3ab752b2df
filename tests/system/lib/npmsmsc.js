// npmsmsc.js - a service centre on npm's smpp.

'use strict';
const smpp = require('smpp');
const { once } = require('node:events');
const { Inbox } = require('./inbox.js');

class Smsc extends Inbox {
	static async listen() {
		const s = new Smsc();
		s.status = 0;		// of the answers to submit_sm
		s.last = 1000;
		s.sessions = new Set();
		s.server = smpp.createServer((session) => s.#serve(session));
		s.server.listen(0, '127.0.0.1');
		await once(s.server, 'listening');
		s.port = s.server.address().port;
		return s;
	}

	#serve(session) {
		this.sessions.add(session);
		session.on('close', () => this.sessions.delete(session));
		session.on('error', () => {});
		session.on('pdu', (pdu) => {
			const e = this.#event(pdu);
			if (pdu.command === 'submit_sm')
				session.send(pdu.response({ command_status: this.status,
					message_id: e.id }));
			else if (!pdu.isResponse())
				session.send(pdu.response());
			this.add(e);
			if (pdu.command === 'unbind')
				session.close();
		});
	}

	#event(pdu) {
		const e = { ...pdu, from: pdu.source_addr, to: pdu.destination_addr };
		if (pdu.command === 'submit_sm') {
			const udh = pdu.short_message.udh && pdu.short_message.udh[0];
			e.id = String(++this.last);
			e.text = pdu.short_message.message;
			if (udh)
				[e.parts, e.part] = [udh[udh.length - 2], udh[udh.length - 1]];
		}
		return e;
	}

	#deliver(fields) {
		for (const session of this.sessions) {
			session.deliver_sm({ source_addr_ton: 1, source_addr_npi: 1,
				dest_addr_ton: 1, dest_addr_npi: 1, ...fields });
			return;
		}
	}

	text(from, to, text) {
		this.#deliver({ source_addr: from, destination_addr: to, short_message: text });
	}

	receipt(sm, state) {
		this.#deliver({ source_addr: sm.to, destination_addr: sm.from, esm_class: 4,
			short_message: `id:${sm.id} sub:001 dlvrd:001 submit date:2611201000 ` +
				`done date:2611201001 stat:${state} err:000 text:` });
	}

	hangUp() {
		for (const session of this.sessions)
			session.destroy();
	}

	async close() {
		this.hangUp();
		this.server.close();
	}
}

module.exports = { Smsc };

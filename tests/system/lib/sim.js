// sim.js - parley-sim as a peer: commands in, events out.

'use strict';
const { Child } = require('./child.js');
const { program } = require('./site.js');

const quote = (s) => '"' + String(s).replace(/[\\"]/g, '\\$&')
	.replace(/\n/g, '\\n') + '"';

class Sim extends Child {
	constructor() {
		super(program('parley-sim'), [], {
			parse: (line) => JSON.parse(line),
		});
	}

	// A service centre; returns its port.
	async smsc(name, systemId = 'parley', password = 'secret', listen = '127.0.0.1:0') {
		this.write(`smsc start ${name} listen ${listen} system-id ${systemId} ` +
			`password ${password}`);
		return (await this.wait({ event: 'smsc-listening', smsc: name })).port;
	}

	// All commands so far were carried out.
	async done() {
		this.write('stats');
		await this.wait({ event: 'stats' });
	}

	// smsc NAME set KEY VALUE, for each pair
	async set(name, settings) {
		for (const [key, value] of Object.entries(settings))
			this.write(`smsc ${name} set ${key} ${value}`);
		await this.done();
	}

	// A SIP client that has registered.
	async ua(name, aor, password, site,
		{ transport = 'udp', more = '', register = true } = {}) {
		this.write(`ua start ${name} aor ${aor} password ${password} ` +
			`proxy ${site.address[transport]} transport ${transport} ${more}`);
		if (register) {
			this.write(`ua ${name} register`);
			await this.wait({ event: 'registered', ua: name });
		}
	}

	message(ua, to, text, more = '') {
		this.write(`ua ${ua} message to ${to} text ${quote(text)} ${more}`);
	}

	// A text from a phone; the events of its parts follow.
	mo(name, from, to, text, more = '') {
		this.write(`smsc ${name} mo from ${from} to ${to} text ${quote(text)} ${more}`);
	}
}

// Lines that set up one SMPP gateway and a route for its numbers.
function gateway(name, port, site, { pattern = 'tel:+1777*', more = [] } = {}) {
	return [`set gateway ${name} kind smpp`,
		`set gateway ${name} address 127.0.0.1:${port}`,
		`set gateway ${name} system-id parley`,
		`set gateway ${name} password @${site.file(name + '.password', 'secret\n')}`,
		`set gateway ${name} network mobile`,
		`set gateway ${name} reconnect-min 100ms`,
		...more.map((m) => `set gateway ${name} ${m}`),
		...(pattern ? [`set route ${name} to ${pattern}`,
			`set route ${name} via ${name}`] : [])];
}

module.exports = { Sim, gateway, quote };

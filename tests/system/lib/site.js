// site.js - a parleyd of its own in a temporary folder, set up by the shell.

'use strict';
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { Child } = require('./child.js');

const BIN = path.resolve(process.env.BUILDDIR || '.');
const program = (name) => path.join(BIN, name);

class Daemon extends Child {
	parseLog(line) {
		const m = /listening listener=(\S+) transport=(\S+) address=(\S+)/.exec(line);
		if (m) return { listening: m[1], transport: m[2], address: m[3] };
		return { log: line };
	}
}

class Site {
	// config: lines for parley configure; people: [address, password] pairs
	static async start({ config = [], people = [], listeners } = {}) {
		const s = new Site();
		s.dir = fs.mkdtempSync(path.join(os.tmpdir(), 'parley-'));
		s.data = path.join(s.dir, 'data');
		s.address = {};
		await s.run();
		const lines = ['set site domain example.org', 'set site country-code 1',
			'set admin address 127.0.0.1:0',
			...(listeners || ['udp', 'tcp']).flatMap((t) => [
				`set listener ${t}1 transport ${t}`,
				`set listener ${t}1 address 127.0.0.1:0`]),
			...config];
		await s.configure(lines);
		for (const t of listeners || ['udp', 'tcp'])
			s.address[t] = (await s.daemon.wait({ listening: `${t}1` })).address;
		if (people.length)
			await s.addPeople(people);
		return s;
	}

	async run() {
		this.daemon = new Daemon(program('parleyd'), ['--data-dir', this.data]);
		await this.daemon.wait({ line: 'parleyd: ready' });
	}

	async configure(lines) {
		return this.parley(['configure', '-f', '-', '--commit'], lines.join('\n') + '\n');
	}

	async addPeople(people) {
		const file = path.join(this.dir, 'people.csv');
		fs.writeFileSync(file, 'address,name,class,password,aliases\n' +
			people.map(([a, p, aliases]) => `${a},,,${p},${aliases || ''}\n`).join(''));
		await this.parley(['subscriber', 'import', file]);
	}

	// A file in the site's folder, for @FILE values.
	file(name, text) {
		const f = path.join(this.dir, name);
		fs.writeFileSync(f, text);
		return f;
	}

	// Run the shell; fails unless the exit status is as wished.
	async parley(args, input = '', status = 0) {
		const r = await this.shell(args, input);
		if (r.status !== status)
			throw new Error(`parley ${args.join(' ')}: exit ${r.status}\n` +
				`${r.stdout}${r.stderr}\n${this.daemon.log.slice(-3000)}`);
		return r.stdout;
	}

	async json(args) {
		return JSON.parse(await this.parley([...args, '--json']));
	}

	shell(args, input = '') {
		return new Promise((resolve) => {
			const p = spawn(program('parley'), ['--data-dir', this.data, ...args]);
			const r = { stdout: '', stderr: '', status: null };
			p.stdout.on('data', (d) => { r.stdout += d; });
			p.stderr.on('data', (d) => { r.stderr += d; });
			p.stdin.on('error', () => {});
			p.stdin.end(input);
			p.on('close', (code) => { r.status = code; resolve(r); });
		});
	}

	// The listeners keep their ports over a restart of the test.
	async restart(signal = 'SIGTERM') {
		const status = await this.daemon.end(signal);
		await this.pinListeners();
		await this.run();
		for (const t of Object.keys(this.address))
			this.address[t] = (await this.daemon.wait({ listening: `${t}1` })).address;
		return status;
	}

	async pinListeners() {}

	async metric(name) {
		const text = await this.metrics();
		let sum = 0;
		for (const line of text.split('\n'))
			if (line.startsWith(name + ' ') || line.startsWith(name + '{'))
				sum += Number(line.slice(line.lastIndexOf(' ')));
		return sum;
	}

	metrics() {
		return new Promise((resolve, reject) => {
			require('node:http').get({ socketPath: path.join(this.data, 'admin.sock'),
				path: '/metrics' }, (res) => {
				let s = '';
				res.on('data', (d) => { s += d; });
				res.on('end', () => resolve(s));
			}).on('error', reject);
		});
	}

	async stop() {
		const status = await this.daemon.end();
		fs.rmSync(this.dir, { recursive: true, force: true });
		return status;
	}
}

module.exports = { Site, program };

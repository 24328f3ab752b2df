// site.js - a parleyd of its own in a temporary folder, set up by the shell.

'use strict';
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { Child } = require('./child.js');
const { Described } = require('./schema.js');
const { freePort } = require('./ports.js');
const { until } = require('./until.js');

const BIN = path.resolve(process.env.BUILDDIR || '.');
const program = (name) => path.join(BIN, name);

class Daemon extends Child {
	parseLog(line) {
		const m = /listening listener=(\S+) transport=(\S+) address=(\S+)/.exec(line);
		if (m) return { listening: m[1], transport: m[2], address: m[3], log: line };
		return { log: line };
	}
}

class Site {
	// config: lines for parley configure; people: [address, password, aliases]
	// listeners: transports on loopback, or [name, transport, address, ...rows]
	static async start(options = {}) {
		const s = new Site();
		try {
			await s.#start(options);
		} catch (e) {
			await s.stop();
			throw e;
		}
		return s;
	}

	async #start({ config = [], people = [], listeners = ['udp', 'tcp'], args = [] }) {
		const s = this;
		s.dir = fs.mkdtempSync(path.join(os.tmpdir(), 'parley-'));
		s.data = path.join(s.dir, 'data');
		s.args = args;
		s.address = {};
		s.logs = '';
		await s.run();
		const lines = [];
		for (const l of listeners) {
			const t = Array.isArray(l) ? l[1] : l;
			const name = Array.isArray(l) ? l[0] : t;
			const host = Array.isArray(l) ? l[2] : '127.0.0.1';
			const port = await freePort(host.replace(/[[\]]/g, ''));
			s.address[name] = `${host}:${port}`;
			lines.push(`set listener ${name} transport ${t}`,
				`set listener ${name} address ${s.address[name]}`);
			if (Array.isArray(l))
				lines.push(...l.slice(3)
					.map((row) => `set listener ${name} ${row}`));
		}
		await s.configure(['set site domain example.org', 'set site country-code 1',
			`set admin address 127.0.0.1:${s.admin = await freePort()}`,
			...lines, ...config]);
		await s.listening();
		if (people.length)
			await s.addPeople(people);
	}

	async run() {
		this.daemon = new Daemon(program('parleyd'),
			['--data-dir', this.data, ...this.args]);
		await this.daemon.wait({ line: 'parleyd: ready' });
	}

	async listening() {
		for (const name of Object.keys(this.address))
			await this.daemon.wait({ listening: name });
	}

	async configure(lines) {
		return this.parley(['configure', '-f', '-', '--commit'], lines.join('\n') + '\n');
	}

	async addPeople(people) {
		const file = this.file('people.csv', 'address,name,class,password,aliases\n' +
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
		const json = JSON.parse(await this.parley([...args, '--json']));
		const described = await this.described();
		const o = described.command(args);
		if (o) described.success(o, json, args.includes('--columns'));
		return json;
	}

	// What the API says of itself; asked once.
	described() {
		this.doc ??= this.get('/api/v1/openapi.json')
			.then(({ body }) => new Described(JSON.parse(body)));
		return this.doc;
	}

	async items(...args) {
		return (await this.json(args)).items;
	}

	shell(args, input = '') {
		return new Promise((resolve) => {
			const p = spawn(program('parley'), ['--data-dir', this.data, ...args]);
			const r = { stdout: '', stderr: '', status: null };
			p.on('error', (e) => { r.stderr += e.message; resolve(r); });
			p.stdout.on('data', (d) => { r.stdout += d; });
			p.stderr.on('data', (d) => { r.stderr += d; });
			p.stdin.on('error', () => {});
			p.stdin.end(input);
			p.on('close', (code) => { r.status = code; resolve(r); });
		});
	}

	// Ends the daemon; its exit status.
	async down(signal = 'SIGTERM') {
		const status = await this.daemon.end(signal);
		this.logs += this.daemon.log;
		return status;
	}

	async restart(signal = 'SIGTERM') {
		const status = await this.down(signal);
		await this.run();
		await this.listening();
		return status;
	}

	// A restart that the daemon makes itself, since mark, is over.
	async ready(mark) {
		await this.daemon.wait((e) => e.line === 'parleyd: ready' &&
			this.daemon.events.indexOf(e) >= mark);
	}

	// One answer over the admin socket: { status, headers, body, text, json }.
	// What is no text or buffer goes as JSON.
	call(method, target, body, headers) {
		const raw = body === undefined || typeof body === 'string' || Buffer.isBuffer(body);
		return new Promise((resolve, reject) => {
			const q = http.request({ socketPath: path.join(this.data, 'admin.sock'),
				method, path: target, headers: headers || (body === undefined ?
					{} : { 'Content-Type': 'application/json' }) }, (res) => {
				let text = '';
				res.on('data', (d) => { text += d; });
				res.on('end', () => resolve({ status: res.statusCode, body: text,
					text, headers: res.headers,
					json: /json$/.test(res.headers['content-type']) && text ?
						JSON.parse(text) : undefined }));
			});
			q.on('error', reject);
			q.end(raw ? body : JSON.stringify(body));
		});
	}

	get(target) {
		return this.call('GET', target);
	}

	// All series of /metrics: name{labels} -> value.
	async counters() {
		const { body } = await this.get('/metrics');
		return new Map(body.split('\n').filter((l) => l && !l.startsWith('#')).map((l) => {
			const blank = l.lastIndexOf(' ');
			return [l.slice(0, blank), Number(l.slice(blank + 1))];
		}));
	}

	// The outcomes of what went to this user, or to all, are on disk.
	settled(hop) {
		return until(`nothing waits for ${hop ?? 'anybody'}`, async () =>
			!(await this.items('show', 'queues'))
				.some((q) => hop === undefined || q.queue === hop));
	}

	// The sum of the series of one name, or the value of one name{labels}.
	async metric(name) {
		let sum = 0;
		for (const [series, value] of await this.counters())
			if (series === name || series.startsWith(name + '{'))
				sum += value;
		return sum;
	}

	// Lines that the daemon logged since mark(), at info or above.
	mark() {
		return this.daemon.events.length;
	}

	// The next line of the log that fits, since mark if given.
	async log(pattern, mark = 0) {
		return (await this.daemon.wait((e) => pattern.test(e.log) &&
			this.daemon.events.indexOf(e) >= mark)).log;
	}

	logged(mark, pattern = /./) {
		return this.daemon.events.slice(mark).map((e) => e.log)
			.filter((l) => l && !l.startsWith('<7>') && pattern.test(l));
	}

	async stop() {
		const status = await this.daemon.end();
		fs.rmSync(this.dir, { recursive: true, force: true });
		return status;
	}
}

// What moved between two counters().
function moved(before, after) {
	const d = {};
	for (const [series, value] of after)
		if (value !== (before.get(series) || 0))
			d[series] = value - (before.get(series) || 0);
	return d;
}

module.exports = { Site, program, moved };

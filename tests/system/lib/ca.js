// ca.js - an authority of the tests' own, with one below it, by openssl(1).

'use strict';
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const P256 = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];

const text = (file) => fs.readFileSync(file, 'utf8');

class Authority {
	constructor(dir) {
		this.dir = dir;
		this.n = 0;
		this.root = this.own({ subject: '/CN=Test Root', ca: true });
		this.below = this.sign(this.request({ subject: '/CN=Test Issuing' }),
			{ by: this.root, ext: 'basicConstraints=critical,CA:true' });
	}

	file(content = '') {
		const f = path.join(this.dir, `f${this.n++}`);
		fs.writeFileSync(f, content);
		return f;
	}

	openssl(...args) {
		return execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'],
			timeout: 30000 }).toString();
	}

	// A certificate signed by itself: { key, cert }, PEM.
	own({ subject = '/CN=x', ca = false, san, key = P256, days = 30, more = [] } = {}) {
		const keyFile = this.file(), cert = this.file();
		this.openssl('req', '-x509', ...key, '-nodes', '-days', String(days), '-subj',
			subject, '-keyout', keyFile, '-out', cert, '-addext',
			`basicConstraints=critical,CA:${ca}`,
			...(san ? ['-addext', `subjectAltName=${san}`] : []), ...more);
		return { key: text(keyFile), cert: text(cert) };
	}

	// A request and its key: { key, csr }, PEM.
	request({ subject = '/CN=x', key = P256, san } = {}) {
		const keyFile = this.file(), csr = this.file();
		this.openssl('req', '-new', ...key, '-nodes', '-subj', subject, '-keyout', keyFile,
			'-out', csr, ...(san ? ['-addext', `subjectAltName=${san}`] : []));
		return { key: text(keyFile), csr: text(csr) };
	}

	// What the request asks for, signed: { key, cert }.  days below 0: ended.
	sign({ csr, key }, { by = this.below, days = 90, ext, digest = 'sha256' } = {}) {
		const out = this.file();
		this.openssl('x509', '-req', '-in', this.file(csr), '-CA', this.file(by.cert),
			'-CAkey', this.file(by.key), '-CAcreateserial', `-${digest}`,
			'-copy_extensions', 'copyall', '-out', out,
			'-days', String(days),
			...(ext ? ['-extfile', this.file(ext + '\n')] : []));
		return { key, cert: text(out) };
	}

	// A server's certificate with its chain: { key, cert, chain }.
	server(san, options = {}) {
		const s = this.sign(this.request({ subject: `/CN=${options.cn || 'server'}`, san,
			key: options.key }), options);
		return { ...s, chain: s.cert + this.below.cert };
	}
}

module.exports = { Authority };

// curl.js - requests to the XCAP port of a site, made by curl.

'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { execFile } = require('node:child_process');

// One request: { status, all, get(header), body }.
function curl(site, port, url, { user = '+15550100001', password = 'alice', method = 'GET',
	body, type, headers = [], digest = true } = {}) {
	const out = path.join(site.dir, 'curl.body');
	const args = ['-s', '-S', '--cacert', path.join(site.data, 'tls', 'xcap.pem'), '-D', '-',
		'-o', out, '--max-time', '30'];
	if (digest)
		args.push('--digest', '-u', `${user}:${password}`);
	args.push(...(method === 'HEAD' ? ['-I'] : ['-X', method]));
	if (body !== undefined) {
		const file = site.file('curl.put', body);
		args.push('--data-binary', `@${file}`);
	}
	for (const h of [...headers, `Content-Type: ${type || ''}`])
		args.push('-H', h);
	fs.writeFileSync(out, '');
	return new Promise((resolve, reject) => {
		execFile('curl', [...args, `https://127.0.0.1:${port}${url}`], (error, stdout) => {
			if (error)
				return reject(error);
			const last = stdout.trim().split(/\r\n\r\n/).pop().split('\r\n');
			const all = {};
			for (const line of last.slice(1)) {
				const [, name, value] = /^([^:]+): *(.*)$/.exec(line);
				(all[name.toLowerCase()] ||= []).push(value);
			}
			resolve({ status: Number(/^HTTP\/\S+ (\d+)/.exec(last[0])[1]), all,
				get: (name) => (all[name] || [''])[0],
				body: fs.readFileSync(out, 'utf8') });
		});
	});
}

module.exports = { curl };

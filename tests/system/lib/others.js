// others.js - SIP programs that others wrote, as peers: sipp, Linphone,
// baresip, Kamailio.

'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { Child } = require('./child.js');
const { freePort } = require('./ports.js');

// The path of a program; a test whose peer is missing fails with this.
function need(name) {
	const dirs = [...process.env.PATH.split(':'), '/usr/sbin', '/usr/local/sbin'];
	const found = dirs.map((d) => path.join(d, name)).find((f) => fs.existsSync(f));
	if (!found)
		throw new Error(`${name} is missing: ./configure --deps installs it`);
	return found;
}

// Run a scenario of tests/system/sipp to its end; fails unless all calls do.
// fields: one line of its injection file.
async function sipp(site, scenario, { fields, port, args = [] }) {
	const file = site.file(`${scenario}.csv`, `SEQUENTIAL\n${fields.join(';')}\n`);
	const p = new Child(need('sipp'), [site.address.udp, '-i', '127.0.0.1',
		'-p', String(port), '-sf', path.join(__dirname, '..', 'sipp', `${scenario}.xml`),
		'-inf', file, '-nostdin', '-timeout', '20s', '-timeout_error', '-trace_err',
		'-error_file', path.join(site.dir, `${scenario}.log`), ...args], { cwd: site.dir });
	await p.ended;
	if (p.process.exitCode !== 0)
		throw new Error(`sipp ${scenario}: exit ${p.process.exitCode}\n${p.log}` +
			p.events.slice(-20).map((e) => e.line).join('\n'));
}

// A client with a home of its own; text commands in, lines out.  name: of one
// of several devices; the same one again has the same instance id.
class Linphone extends Child {
	static start(site, aor, password, name = '') {
		const [, user, domain] = /^sip:([^@]*)@(.*)$/.exec(aor);
		const home = path.join(site.dir, `linphone-${user}${name}`);
		for (const d of ['.local/share/linphone', '.config/linphone'])
			fs.mkdirSync(path.join(home, d), { recursive: true });
		const rc = path.join(home, 'linphonerc');
		if (!fs.existsSync(rc))
			fs.writeFileSync(rc, `[sip]
default_proxy=0
sip_port=-1
sip_tcp_port=-1
sip_tls_port=-1
ipv6=0
guess_hostname=0
contact=sip:${user}@127.0.0.1
[misc]
version_check_url_root=
[proxy_0]
reg_proxy=<sip:${site.address.udp};transport=udp>
reg_route=<sip:${site.address.udp};transport=udp;lr>
reg_identity=<sip:${user}@${domain}>
reg_expires=600
reg_sendregister=1
publish=0
[auth_info_0]
username=${user}
passwd=${password}
domain=${domain}
realm=${domain}
`);
		return new Linphone(need('linphonec'), ['-c', rc, '-d', '0'],
			{ env: { HOME: home }, cwd: home, parse: (line) => {
				const m = /Message received from (\S+): (.*)/.exec(line);
				return m ? { from: m[1], text: m[2] } : { line };
			} });
	}

	chat(uri, text) {
		this.write(`chat ${uri} ${text}`);
	}
}

class Baresip extends Child {
	static start(site, aor, password, peer) {
		const user = /^sip:([^@]*)@/.exec(aor)[1];
		const dir = path.join(site.dir, `baresip-${user}`);
		const modules = ['/usr/lib/baresip/modules', '/usr/lib64/baresip/modules',
			'/usr/local/lib/baresip/modules'].find((d) => fs.existsSync(d));
		fs.mkdirSync(dir);
		fs.writeFileSync(path.join(dir, 'config'), `sip_listen 127.0.0.1:0
net_interface 127.0.0.1
module_path ${modules}
module stdio.so
module_app account.so
module_app menu.so
module_app contact.so
`);
		fs.writeFileSync(path.join(dir, 'accounts'), `<${aor};transport=udp>;` +
			`outbound="sip:${site.address.udp};transport=udp";auth_user=${user};` +
			`auth_pass=${password};regint=600\n`);
		fs.writeFileSync(path.join(dir, 'contacts'), `"Peer" <${peer}>\n`);
		return new Baresip(need('baresip'), ['-f', dir]);
	}

	parseLog(line) {
		const m = /(\S+): "(.*)"/.exec(line);
		return m ? { from: m[1], text: m[2] } : { line };
	}

	message(text) {
		this.write(`/message ${text}`);
	}
}

// tests/system/kamailio.cfg on an address of its own: HOST:PORT.
class Kamailio extends Child {
	static async start(site, host) {
		const port = await freePort(host);
		const modules = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu',
			'/usr/lib64', '/usr/lib'].map((d) => `${d}/kamailio/modules`)
			.find((d) => fs.existsSync(d)) || '';
		const text = fs.readFileSync(path.join(__dirname, '..', 'kamailio.cfg'), 'utf8')
			.replace(/\bEDGE\b/g, `${host}:${port}`)
			.replace(/\bHOMEPORT\b/g, site.address.udp.split(':')[1])
			.replace(/\bHOME\b/g, site.address.udp)
			.replace(/\bMODULES\b/g, `${modules}/`);
		const k = new Kamailio(need('kamailio'), ['-f', site.file('kamailio.cfg', text),
			'-DD', '-E', '-Y', site.dir, '-P', path.join(site.dir, 'kamailio.pid')]);
		k.address = `${host}:${port}`;
		return k;
	}
}

module.exports = { need, sipp, Linphone, Baresip, Kamailio };

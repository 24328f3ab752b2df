// stream.js - the events that a browser or a script watches (SSE).

'use strict';
const https = require('node:https');
const { Inbox } = require('./inbox.js');

const who = (api) => api.cookie ? { Cookie: `__Host-parley=${api.cookie}` } :
	{ Authorization: `Bearer ${api.token}` };

class Stream extends Inbox {
	static open(api, topics, headers = {}) {
		const s = new Stream();
		return new Promise((resolve, reject) => {
			s.request = https.get({ host: '127.0.0.1', port: api.site.admin,
				agent: false, rejectUnauthorized: false,
				path: `/api/v1/events?topics=${topics}`,
				headers: { ...who(api), ...headers } }, (res) => {
				s.status = res.statusCode;
				s.headers = res.headers;
				let rest = '';
				res.on('data', (d) => {
					const parts = (rest + d).split('\n\n');
					rest = parts.pop();
					for (const p of parts) {
						const f = Object.fromEntries(p.split('\n')
							.map((l) => l.split(/: (.*)/s).slice(0, 2)));
						if (f.event)
							s.add({ id: f.id, event: f.event,
								data: JSON.parse(f.data) });
					}
				});
				s.ended = new Promise((over) => { res.on('close', over); });
				resolve(s);
			});
			s.request.on('error', reject);
		});
	}

	close() {
		this.request.destroy();
	}
}

module.exports = { Stream };

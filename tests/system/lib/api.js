// api.js - a browser's, or a script's, way to the API over HTTPS.

'use strict';
const assert = require('node:assert/strict');
const https = require('node:https');

const PASSWORD = 'seven green bicycles sleep';
const LIMIT_MS = 45000;		// of silence

class Api {
	constructor(site, { token, host, agent = false } = {}) {
		Object.assign(this, { site, token, host, agent });
	}

	// Sets the site up; its first administrator, logged in.
	static async first(site, name = 'root1') {
		const api = new Api(site);
		const { token } = await site.json(['setup', 'token']);
		const r = await api.post('/setup', { token, name, password: PASSWORD });
		assert.equal(r.status, 200, r.text);
		return api;
	}

	static async login(site, name, password = PASSWORD, more = {}) {
		const api = new Api(site);
		const r = await api.post('/auth/login', { name, password, ...more });
		assert.equal(r.status, 200, r.text);
		return api;
	}

	// One answer: { status, headers, text, json }.  target below /api/v1,
	// or whole when it begins with two slashes.
	call(method, target, body, headers = {}, { raw } = {}) {
		const all = { 'Sec-Fetch-Site': 'same-origin', ...headers };
		if (this.host) all.Host = this.host;
		if (body !== undefined && !all['Content-Type'])
			all['Content-Type'] = 'application/json';
		if (this.cookie && !('Cookie' in all))
			all.Cookie = `__Host-parley=${this.cookie}`;
		if (this.csrf && method !== 'GET' && !('X-Parley-CSRF' in all))
			all['X-Parley-CSRF'] = this.csrf;
		if (this.token && !('Authorization' in all))
			all.Authorization = `Bearer ${this.token}`;
		for (const k of Object.keys(all)) if (all[k] === null) delete all[k];
		const octets = body === undefined || raw ? body : JSON.stringify(body);
		if (octets !== undefined) all['Content-Length'] ??= Buffer.byteLength(octets);
		const path = target.startsWith('//') ? target.slice(1) : `/api/v1${target}`;
		return new Promise((resolve, reject) => {
			const q = https.request({ host: '127.0.0.1', port: this.site.admin, method,
				path, headers: all, rejectUnauthorized: false, agent: this.agent,
				timeout: LIMIT_MS },
			(res) => {
				let text = '';
				res.on('data', (d) => { text += d; });
				res.on('end', () => resolve(this.#described(method, target,
					this.#keep({ status: res.statusCode,
						headers: res.headers, text }))));
			});
			q.on('timeout', () => q.destroy(new Error(`${method} ${path}: no answer`)));
			q.on('error', reject);
			q.end(octets);
		});
	}

	// Whatever is answered is as the API describes it.
	async #described(method, target, r) {
		if (r.status === 200 && r.json && !target.startsWith('//') && this.site.described)
			(await this.site.described()).check(method, target, r.json);
		return r;
	}

	#keep(r) {
		if (/json/.test(r.headers['content-type'] || '') && r.text)
			r.json = JSON.parse(r.text);
		const set = (r.headers['set-cookie'] || [])[0];
		const m = /^__Host-parley=([0-9a-f]*)/.exec(set || '');
		if (m) this.cookie = m[1];
		if (r.json && r.json.csrf) this.csrf = r.json.csrf;
		return r;
	}

	get(target, headers) {
		return this.call('GET', target, undefined, headers);
	}

	post(target, body = {}, headers) {
		return this.call('POST', target, body, headers);
	}

	// Whatever it is by now, unless the headers say otherwise.
	patch(target, body, headers) {
		return this.call('PATCH', target, body, { 'If-Match': '*', ...headers });
	}

	delete(target, headers) {
		return this.call('DELETE', target, undefined, { 'If-Match': '*', ...headers });
	}
}

// A problem document of this status that says something (RFC 9457).
function isProblem(r, status, code) {
	assert.equal(r.status, status, r.text);
	assert.match(r.headers['content-type'], /^application\/problem\+json/);
	assert.equal(r.json.status, status);
	assert.ok(r.json.title && r.json.detail.length > 5, r.text);
	assert.equal(r.json.request_id, r.headers['x-request-id']);
	assert.equal(r.json.type, `urn:parley:problem:${r.json.code}`);
	if (code)
		assert.equal(r.json.code, code, r.text);
	return r.json;
}

module.exports = { Api, isProblem, PASSWORD };

// totp.js - the code that an authenticator shows (RFC 6238).

'use strict';
const assert = require('node:assert/strict');
const crypto = require('node:crypto');

function totp(secret, at = Date.now()) {
	const bits = [...secret].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c)
		.toString(2).padStart(5, '0')).join('');
	const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(Math.floor(at / 30000)));
	const mac = crypto.createHmac('sha1', key).update(counter).digest();
	const n = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
	return String(n % 1000000).padStart(6, '0');
}

// Whoever is logged in there has a second factor from now on.
async function enrol(api) {
	const { secret } = (await api.post('/auth/totp')).json;
	const r = await api.post('/auth/totp/confirm', { code: totp(secret) });
	assert.equal(r.status, 200, r.text);
}

module.exports = { totp, enrol };

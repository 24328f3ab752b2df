// A build without Node has a plain page instead of the console.

'use strict';
const { test } = require('node:test');
const assert = require('node:assert/strict');
const { Site } = require('../system/lib/site.js');

test('a build without the console serves a plain page that says so', async (t) => {
	const site = await Site.start();
	t.after(() => site.stop());
	const { status, body } = await site.get('/');
	assert.equal(status, 200);
	assert.match(body, /built without its console/);
	assert.equal((await site.get('/app.js')).status, 200);
	assert.equal((await site.get('/style.css')).status, 200);
});

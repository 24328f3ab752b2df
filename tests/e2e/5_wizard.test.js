// The first steps as the first administrator takes them: second factor and
// certificate inside, left and taken up again.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const tls = require('node:tls');
const { once } = require('node:events');
const { Authority } = require('../system/lib/ca.js');
const { Site } = require('../system/lib/site.js');
const { Browser } = require('./lib/browser.js');
const { PASSWORD, totp } = require('./lib/stage.js');

let site, ca, b, page;

before(async () => {
	site = await Site.start();
	ca = new Authority(site.dir);
	b = await Browser.open(site);
	page = b.page;
});

after(async () => {
	await b?.close();
	assert.equal(await site?.stop(), 0, 'the daemon stops with status 0');
});

const button = (name) => page.getByRole('button', { name, exact: true });
const step = (name) => page.getByRole('list').getByRole('link', { name });
const there = (name) => page.getByRole('listitem')
	.filter({ hasText: new RegExp(`${name}.*there`) });
const next = (name) => page.getByRole('link', { name: `Next: ${name}` }).click();

// SHA-256 of what a new connection is shown.
async function shown() {
	const s = tls.connect({ host: '127.0.0.1', port: site.admin, timeout: 10000,
		rejectUnauthorized: false });
	s.on('timeout', () => s.destroy(new Error('no handshake')));
	await once(s, 'secureConnect');
	const { raw } = s.getPeerCertificate();
	s.destroy();
	return crypto.createHash('sha256').update(raw).digest('hex');
}

const pem = (name, buffer) => ({ name, mimeType: 'application/x-pem-file', buffer });

// proves APP-03
test('the first steps begin with a second factor, whose codes are shown once', async () => {
	const { token } = await site.json(['setup', 'token']);
	await b.go('/');
	await page.getByLabel('Token').fill(token);
	await page.getByLabel('Your name').fill('alice');
	await page.getByLabel('Password (required)').fill(PASSWORD);
	await page.getByLabel('Password again').fill(PASSWORD);
	await button('Go on').click();
	await page.getByRole('heading', { name: 'First steps' }).waitFor();
	await b.check('first step');
	await button('Set up an authenticator').click();
	// drawn here: a path in the page, from nowhere else
	assert.match(await page.getByRole('img', { name: /camera/ }).locator('path')
		.getAttribute('d'), /^(M\d+ \d+h1v1h-1z){200,}$/);
	await b.check('second factor in the first steps');
	await b.picture('wizard-light');
	const secret = (await page.locator('.shell code').innerText()).replace(/ /g, '');
	await page.getByLabel('Code (required)').fill('000000');
	await button('Turn it on').click();
	await page.getByRole('alert').waitFor();
	await page.getByLabel('Code (required)').fill(totp(secret));
	await button('Turn it on').click();
	const codes = (await page.locator('pre').innerText()).split('\n');
	assert.equal(new Set(codes).size, codes.length);
	assert.ok(codes.length >= 8, codes.join());
	await b.check('recovery codes in the first steps');
	const [file] = await Promise.all([page.waitForEvent('download'),
		button('Save').click()]);
	assert.equal(fs.readFileSync(await file.path(), 'utf8'), codes.join('\n') + '\n');
	await button('I have kept them').click();
	await page.getByText('A code of your authenticator is asked for').waitFor();
	await there('Your account').waitFor();
});

test('the first steps are left, and taken up where they were', async () => {
	await next('Site');
	await page.getByLabel(/^Domain/).fill('example.net');
	await page.getByRole('link', { name: /Review 1 change|1 staged/ }).first().waitFor();
	await next('Network');
	await page.getByRole('link', { name: 'Dashboard' }).click();
	await page.getByRole('link', { name: 'Go on where you left them' }).click();
	await page.locator('[aria-current=step]').filter({ hasText: '3 Network' }).waitFor();
	for (const done of ['Your account', 'Site', 'Network'])
		await there(done).waitFor();
	await step('2 Site').click();
	assert.equal(await page.getByLabel(/^Domain/).inputValue(), 'example.net');
	// also in another browser: the draft is the daemon's
	assert.match(await page.locator('header').innerText(), /1 staged/);
});

test('the certificate step shows the fingerprint that a browser sees', async () => {
	await b.go('/welcome?step=certificate');
	await page.getByText('one that Parley made, self-signed').waitFor();
	assert.equal(await page.locator('code.print').innerText(), await shown());
	assert.match(await page.locator('.shell code').innerText(), /certificate uses$/);
	await b.check('own certificate');
	assert.equal(await there('Certificate').count(), 0);
});

test('a certificate is asked for in the first steps, and its answer installed', async () => {
	await button('Request one').click();
	assert.equal(await page.getByLabel(/^Names/).inputValue(), '127.0.0.1');
	await page.getByLabel(/^Names/).fill('127.0.0.1\nparley.example.net');
	await b.check('request in the first steps');
	await button('Make the request').click();
	await page.getByText('-----BEGIN CERTIFICATE REQUEST-----').waitFor();
	// gone and back: the request waits
	await b.go('/');
	await page.getByRole('link', { name: 'Go on where you left them' }).click();
	await button('Request one').click();
	const request = await page.locator('pre.pem').innerText();
	const signed = ca.sign({ csr: request }).cert;
	await page.getByLabel(/^Chain/).first().fill('not a certificate');
	await button('Install and use it').click();
	await page.getByRole('alert').waitFor();
	await page.getByLabel('Chain from a file').setInputFiles(
		pem('site.pem', Buffer.from(signed + ca.below.cert)));
	await button('Install and use it').click();
	await page.getByText('The console shows it to new connections.').waitFor();
	await there('Certificate').waitFor();
	assert.equal(await page.locator('code.print').innerText(), await shown());
	assert.equal(await shown(), new crypto.X509Certificate(signed).fingerprint256
		.replace(/:/g, '').toLowerCase());
	await b.check('answer installed');
});

test('a certificate with its key is brought along instead', async () => {
	const own = ca.server('IP:127.0.0.1');
	await button('Bring one').click();
	await page.getByLabel(/^Chain/).first().fill(own.chain);
	await page.getByLabel('Key from a file').setInputFiles(
		pem('key.pem', Buffer.from(own.key)));
	await button('Install and use it').click();
	await page.getByText('The console shows it to new connections.').waitFor();
	const print = new crypto.X509Certificate(own.chain).fingerprint256
		.replace(/:/g, '').toLowerCase();
	await page.locator('code.print').filter({ hasText: print }).waitFor();
	assert.equal(await shown(), print);
	await b.check('brought');
});

test('at the end the draft is reviewed, and the dashboard asks no more', async () => {
	await step('9 Privacy').click();
	await page.getByRole('link', { name: 'Review and commit' }).click();
	await page.getByText('site domain').first().waitFor();
	await b.go('/');
	await page.locator('.tile').first().waitFor();
	assert.equal(await page.getByText('The first steps are not').count(), 0);
});

// What is done to what runs: certificates, gateways, queues, lists.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { Stage } = require('./lib/stage.js');

let stage, site, b, page;

before(async () => {
	stage = await Stage.open();
	({ site, page, browser: b } = stage);
});

after(() => stage?.close());

const button = (name) => page.getByRole('button', { name, exact: true });
const dialog = () => page.getByRole('dialog');

test('a certificate is requested: its key stays, its request can be saved', async () => {
	await b.go('/certificates');
	await page.getByText('console').first().waitFor();
	await button('Request one').click();
	await dialog().getByLabel(/^Name \(required\)/).fill('sip-cert');
	await dialog().getByLabel(/^Names/).fill('sip.example.org\n192.0.2.1');
	assert.match(await dialog().locator('.shell code').innerText(),
		new RegExp('^parley certificate request sip-cert ' +
			'--names sip.example.org --names 192.0.2.1$'));
	await dialog().getByRole('button', { name: /^Request certificate/ }).click();
	await dialog().getByText('-----BEGIN CERTIFICATE REQUEST-----').waitFor();
	await b.check('request');
	const [file] = await Promise.all([page.waitForEvent('download'),
		dialog().getByRole('button', { name: 'Save' }).click()]);
	assert.equal(file.suggestedFilename(), 'sip-cert.csr');
	assert.doesNotMatch(fs.readFileSync(await file.path(), 'utf8'), /PRIVATE KEY/);
	await button('Show it').click();
	await dialog().getByText('A request waits for its certificate.').waitFor();
	await b.check('waiting certificate');
	await b.picture('certificate-light');
	await page.keyboard.press('Escape');
});

test('the console makes itself a new certificate; the page goes on', async () => {
	const before_ = (await site.items('certificate', 'uses'))
		.find((u) => u.use === 'console').fingerprint;
	await b.go('/certificates');
	await page.getByRole('region', { name: 'In use' })
		.getByRole('button', { name: 'Actions for console' }).click();
	await page.getByRole('menuitem', { name: /^Self sign/ }).click();
	await dialog().getByText(/New connections get the new/).waitFor();
	await b.check('self-sign');
	await dialog().getByRole('button', { name: /^Self sign/i }).click();
	await dialog().waitFor({ state: 'detached' });
	await stage.until(async () => (await site.items('certificate', 'uses'))
		.find((u) => u.use === 'console').fingerprint !== before_);
	await b.check('certificates');
});

// proves APP-03
test('a link is tested in stages, with times; the report says which', async () => {
	await b.go('/gateways/smsc1');
	await button('Test the link').click();
	await page.getByText('The link works.').waitFor();
	const stages = await page.locator('.stages li').allInnerTexts();
	assert.ok(stages.length >= 6, stages.join());
	assert.ok(stages.some((s) => /Bind/.test(s) && /ms/.test(s)), stages.join());
	await b.check('link test');
	await page.getByLabel('Send a message to').fill('+17770000003');
	assert.match(await page.locator('.shell code').first().innerText(),
		/^parley test gateway smsc1 --to \+17770000003$/);
	await button('Test the link').click();
	await page.locator('.stages li').filter({ hasText: 'Send a message' })
		.getByText('ok').waitFor();
	await page.getByText('The link works.').waitFor();
	await page.locator('.stages').evaluate((e) => e.scrollIntoView({ block: 'center' }));
	await b.picture('linktest-light');
});

// proves APP-03
test('a form of an operation says bounds, unit, default and the line of the shell', async () => {
	const help = (name) => dialog().locator('.field').filter({
		has: page.getByLabel(name) }).locator('.help');
	await b.go('/gateways/smsc1');
	await button('Rate').click();
	await help(/^Rate/).filter({ hasText: 'range 1–100000 messages/s' }).waitFor();
	await help(/^For/).filter({ hasText: 'range 1s–31d · such as 30s, 5m, 7d' }).waitFor();
	await page.keyboard.press('Escape');
	await b.go('/groups?do=group%20add');
	await help(/^Membership/).filter({ hasText: 'default closed' }).waitFor();
	await help(/^Max size/).filter({ hasText: 'range 1–100000 members' }).waitFor();
	await dialog().getByLabel(/^Address/).fill('sip:many@example.org');
	await dialog().getByLabel(/^Max size/).fill('20');
	assert.equal(await dialog().locator('.shell code').innerText(),
		'parley group add sip:many@example.org --max-size 20');
	await b.check('form of an operation');
	await page.keyboard.press('Escape');
});

test('a gateway is drained, which says what happens, and enabled again', async () => {
	await b.go('/gateways/smsc1');
	await button('Drain').click();
	await dialog().getByText(/Nothing new goes through it/).waitFor();
	await dialog().getByLabel(/^Reason/).fill('maintenance');
	await dialog().getByLabel(/^For/).fill('30m');
	assert.match(await dialog().locator('.shell code').innerText(),
		/^parley gateway drain smsc1 --reason maintenance --for 30m$/);
	await b.check('drain');
	await dialog().getByRole('button', { name: /Drain gateway/ }).click();
	await page.getByText('Draining: nothing new goes through it.').waitFor();
	await page.getByText('“maintenance”').waitFor();
	await b.check('drained');
	await b.picture('drained-light');
	await button('Enable').click();
	await page.getByText('Draining: nothing new goes through it.')
		.waitFor({ state: 'detached' });
});

test('a queue is held and released; a purge counts before it takes the name', async () => {
	const queue = 'tel:+15550100002';
	await stage.until(async () => (await site.items('show', 'queues'))
		.some((q) => q.queue === queue));
	const row = page.getByRole('row').filter({ hasText: '+15550100002' });
	const act = async (what) => {
		await row.getByRole('button', { name: /^Actions for/ }).click();
		await page.getByRole('menuitem', { name: what }).click();
	};
	await b.go('/queues');
	await act(/^Hold/);
	await dialog().getByText(/Nothing more leaves this queue/).waitFor();
	await dialog().getByLabel(/^Reason/).fill('the phone is being changed');
	await dialog().getByRole('button', { name: /^Hold/ }).click();
	await row.getByText(/the phone is being changed/).waitFor();
	await b.check('held');
	await b.picture('held-light');
	await act(/^Release/);
	await row.getByText(/the phone is being changed/).waitFor({ state: 'detached' });
	await act(/^Purge/);
	await button('Count what would go').click();
	await dialog().getByText('1 message would be given up.').waitFor();
	assert.ok(await button('Purge 1 message').isDisabled());
	await b.check('purge');
	await b.picture('purge-light');
	await dialog().getByLabel(/^Type tel:/).fill(queue);
	assert.match(await dialog().locator('.shell code').innerText(),
		/^parley queue purge tel:\+15550100002 --expect 1$/);
	await button('Purge 1 message').click();
	await row.waitFor({ state: 'detached' });
	await page.getByRole('region', { name: 'Last works on queues' })
		.getByText('done').waitFor();
	await b.check('purged');
});

test('a subscriber gets a list with members, which a file takes along', async () => {
	await b.go('/subscribers/tel:%2B15550100001');
	await button('Add a list').click();
	await dialog().getByLabel(/^List \(required\)/).fill('crew');
	await dialog().getByRole('button', { name: /^Add/ }).click();
	await button('crew').click();
	await button('Add a member').click();
	await dialog().getByLabel(/^Address/).fill('tel:+15550100002');
	await dialog().getByRole('button', { name: /^Add/ }).click();
	const lists = page.getByRole('region', { name: 'Lists' });
	await lists.getByRole('row').filter({ hasText: '15550100002' }).waitFor();
	await b.check('lists');
	await lists.scrollIntoViewIfNeeded();
	await b.picture('lists-light');
	await page.getByRole('button', { name: 'Files of lists' }).click();
	const [file] = await Promise.all([page.waitForEvent('download'),
		page.getByRole('menuitem', { name: /^Save as CSV/ }).click()]);
	assert.match(fs.readFileSync(await file.path(), 'utf8'), /crew.*15550100002/);
});

test('a block of one subscriber is shown as his, and only his is removed', async () => {
	const of = 'tel:+15550100001', pattern = 'tel:+19005550100';
	const entry = (whose) => page.getByRole('row').filter({ hasText: '+19005550100' })
		.filter({ hasText: whose });
	await site.parley(['screening', 'block', 'add', pattern]);
	await site.parley(['screening', 'block', 'add', pattern, '--subscriber', of,
		'--effect', 'silent']);
	await b.go('/screening');
	await entry('everybody').filter({ hasText: 'refused' }).waitFor();
	await entry('+15550100001').filter({ hasText: 'silent' })
		.getByRole('button', { name: /^Actions for/ }).click();
	await page.getByRole('menuitem', { name: /^Remove/ }).click();
	await dialog().locator('.shell code').filter({ hasText: `--subscriber ${of}` }).waitFor();
	await b.check('block of a subscriber');
	await dialog().getByLabel(/^Type /).fill(`${of} ${pattern}`);
	await dialog().getByRole('button', { name: /^Remove/ }).click();
	await entry('+15550100001').waitFor({ state: 'detached' });
	assert.deepEqual((await site.items('screening', 'block', 'show')).map((r) => r.of),
		['site']);
});

test('a list is put in order and narrowed by a condition, both in its address', async () => {
	await b.go('/subscribers');
	await page.getByRole('columnheader').getByRole('button', { name: 'Address' }).click();
	await page.waitForURL(/sort=address/);
	await page.getByRole('columnheader').getByRole('button', { name: 'Address' }).click();
	await page.waitForURL(/sort=-address/);
	await page.getByRole('row').nth(1).filter({ hasText: '+15550100002' }).waitFor();
	await page.getByLabel('Condition').fill('address=tel:+15550100001');
	await page.waitForURL(/filter=/);
	await page.getByRole('row').nth(2).waitFor({ state: 'detached' });
	await page.getByRole('row').nth(1).filter({ hasText: '+15550100001' }).waitFor();
	await b.check('narrowed');
});

test('a long import is cancelled where its progress is', async () => {
	const rows = Array.from({ length: 100000 }, (_, i) => `tel:+1666${1000000 + i},,,,`);
	await b.go('/imports');
	await button('Import subscriber').first().click();
	await dialog().getByLabel(/^File/).setInputFiles({ name: 'many.csv', mimeType: 'text/csv',
		buffer: Buffer.from(['address,name,class,password,aliases', ...rows, '']
			.join('\n')) });
	await dialog().getByRole('button', { name: 'Import subscriber' }).click();
	await page.getByRole('row').getByRole('button', { name: 'Cancel' }).click();
	await page.getByRole('status').filter({ hasText: /is cancelled; .* added/ }).waitFor();
	await page.getByRole('row').filter({ hasText: 'cancelled' }).waitFor();
	await b.check('cancelled import');
});

// What takes two persons: reading a message, and a commit with four eyes.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { Stage, PASSWORD } = require('./lib/stage.js');

let stage, site, b, page, hers;

before(async () => {
	stage = await Stage.open({ config: ['set privacy content-reveal on'] });
	({ site, page, browser: b } = stage);
	await b.go('/admins');
	await button('Add admin').click();
	await dialog().getByLabel(/^Name/).fill('rita');
	await dialog().getByLabel(/^Role/).fill('support\nconfig');
	await dialog().getByLabel(/^Password/).fill(PASSWORD);
	await dialog().getByRole('button', { name: 'Add admin' }).click();
	await page.getByRole('link', { name: 'rita' }).waitFor();
	const other = await b.browser.newContext({ ignoreHTTPSErrors: true });
	hers = await other.newPage();
	hers.setDefaultTimeout(10000);
	await hers.goto(b.base);
	await hers.getByLabel('Name').fill('rita');
	await hers.getByLabel('Password').fill(PASSWORD);
	await hers.keyboard.press('Enter');
	await hers.getByRole('heading', { name: 'Dashboard' }).waitFor();
});

after(() => stage?.close());

const button = (name) => page.getByRole('button', { name, exact: true });
const dialog = () => page.getByRole('dialog');

test('a message is read by whom it was granted to, and hidden again', async () => {
	const [m] = await site.items('show', 'messages', '--to', 'tel:+15550100002');
	await hers.goto(`${b.base}/messages/${m.id}`);
	await hers.getByLabel(/^Reason/).fill('ticket 4711, asked by the sender');
	await hers.getByRole('button', { name: 'Read it' }).click();
	await hers.getByRole('alert').filter({ hasText: 'role security' }).waitFor();
	await b.go('/admins/grants');
	await button('Grant content').click();
	await dialog().getByLabel(/^Name/).fill('rita');
	await dialog().getByLabel(/^Reason/).fill('ticket 4711, asked by the sender');
	await b.check('grant');
	await dialog().getByRole('button', { name: 'Grant content' }).click();
	await page.getByRole('link', { name: 'rita' }).waitFor();
	await b.check('granted');
	await hers.getByRole('button', { name: 'Read it' }).click();
	await hers.getByText('are you there').waitFor();
	await hers.getByText(/Hidden again in (10:00|9:5\d)/).waitFor();
	await hers.getByRole('button', { name: 'Hide it now' }).click();
	await hers.getByText('are you there').waitFor({ state: 'detached' });
	const seen = await site.items('show', 'audit', '--actor', 'rita',
		'--action', 'message content');
	assert.ok(seen.some((r) => r.object === m.id && r.result === 'ok'), JSON.stringify(seen));
});

test('with four eyes one prepares and another commits', async () => {
	await site.configure(['set policy commit four-eyes on']);
	await hers.goto(`${b.base}/settings/gateway/smsc1`);
	await hers.getByText(/more, all at their defaults/).click();
	await hers.getByLabel(/^Window/).fill('33');
	await hers.getByRole('link', { name: /Review 1 change/ }).first().click();
	await hers.getByText(/Each change takes two persons here/).waitFor();
	assert.equal(await hers.getByRole('button', { name: 'Commit' }).count(), 0);
	await b.go('/draft');
	await page.getByRole('link', { name: 'Look at it' }).click();
	await page.getByText(/window/).first().waitFor();
	await b.check('draft of another');
	await page.getByLabel(/^Comment/).fill('more at once, by two');
	await button('Commit').click();
	await page.getByText(/is in force and on disk/).waitFor();
	const [now] = await site.items('show', 'configuration', 'gateway', 'smsc1', 'window');
	assert.equal(now.value, '33');
	await hers.getByText('Nothing is staged').waitFor();
});

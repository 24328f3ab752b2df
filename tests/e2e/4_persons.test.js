// What takes two persons (reading a message, a commit with four eyes), and what
// each role is shown.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { Stage, PASSWORD } = require('./lib/stage.js');

let stage, site, b, page, hers;

before(async () => {
	stage = await Stage.open({ config: ['set privacy content-reveal on'] });
	({ site, page, browser: b } = stage);
	hers = await person('rita', 'support', 'config');
});

after(() => stage?.close());

// Made by the first administrator, and signed in with a browser of his own.
async function person(name, ...roles) {
	await b.go('/admins');
	await button('Add admin').click();
	await dialog().getByLabel(/^Name/).fill(name);
	await dialog().getByLabel(/^Role/).fill(roles.join('\n'));
	await dialog().getByLabel(/^Password/).fill(PASSWORD);
	await dialog().getByRole('button', { name: 'Add admin' }).click();
	await page.getByRole('link', { name, exact: true }).waitFor();
	const own = await b.browser.newContext({ ignoreHTTPSErrors: true });
	const tab = await own.newPage();
	tab.setDefaultTimeout(10000);
	await tab.goto(b.base);
	await tab.getByLabel('Name').fill(name);
	await tab.getByLabel('Password').fill(PASSWORD);
	await tab.keyboard.press('Enter');
	await tab.getByRole('heading', { name: 'Dashboard' }).waitFor();
	return tab;
}

const button = (name) => page.getByRole('button', { name, exact: true });
const dialog = () => page.getByRole('dialog');

// proves APP-03
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

// proves APP-02 APP-03
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

for (const role of ['viewer', 'support', 'operator', 'config', 'security', 'auditor'])
	test(`the role ${role} is shown only pages that answer him`, async () => {
		const tab = await person(`the-${role}`, role);
		const faults = [];
		tab.on('response', (r) => {
			if (r.status() >= 400)
				faults.push(`${r.status()} ${r.url()}`);
		});
		tab.on('pageerror', (e) => faults.push(e.stack));
		const pages = await tab.locator('nav#nav a').evaluateAll((all) =>
			all.map((a) => new URL(a.href).pathname));
		assert.ok(pages.length > 10, pages.join());
		for (const where of [...pages, '/gateways/smsc1', '/account']) {
			await tab.evaluate((to) => {
				history.pushState(null, '', to);
				dispatchEvent(new PopStateEvent('popstate'));
			}, where);
			await tab.locator('h1').first().waitFor();
			await tab.waitForFunction(() => !document.querySelector('.loading'));
			faults.push(...await tab.locator('.notice.bad, .strip').allInnerTexts());
			assert.deepEqual(faults, [], `${role} at ${where}`);
		}
		await tab.context().close();
	});

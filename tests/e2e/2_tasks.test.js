// What an operator does in the console, by mouse and by keys, with messages
// flowing.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { Stage, PASSWORD, totp } = require('./lib/stage.js');

let stage, site, b, page;

before(async () => {
	stage = await Stage.open();
	({ site, page, browser: b } = stage);
});

after(() => stage?.close());

const dialog = () => page.getByRole('dialog');
const button = (name) => page.getByRole('button', { name, exact: true });
const field = (name) => page.getByLabel(name, { exact: false }).first();

/* --- tasks ------------------------------------------------------------------------------------ */

// proves APP-03
test('a message is found by its id and its way is drawn', async () => {
	const [m] = await site.items('show', 'messages', '--to', 'tel:+17770000002');
	await b.go('/');
	await page.keyboard.press('Control+k');
	await page.keyboard.type(m.id);
	await page.getByRole('option').filter({ hasText: m.id }).waitFor();
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: 'Its way' }).waitFor();
	await b.ready();
	assert.match(await page.locator('#ladder-svg').textContent(), /submit_sm/);
	await page.getByLabel(/^Ladder/).focus();
	await page.keyboard.press('j');
	await page.keyboard.press('j');
	assert.ok(await page.locator('.selected dt').count() > 2);
	await b.check('message');
	await b.picture('message-light');
	await page.getByRole('button', { name: 'Export' }).last().click();
	const [file] = await Promise.all([page.waitForEvent('download'),
		page.getByRole('menuitem', { name: /Picture/ }).click()]);
	assert.match(file.suggestedFilename(), /^trace-.*\.svg$/);
});

test('a subscriber is added, suspended and deleted by keys alone', async () => {
	await b.go('/subscribers');
	await b.tabTo(button('Add subscriber'));
	await page.keyboard.press('Enter');
	await page.getByRole('dialog').waitFor();
	await b.check('subscriber add');
	await page.keyboard.type('tel:+15550100009');
	await page.keyboard.press('Tab');
	await page.keyboard.type('Nine');
	assert.match(await page.getByRole('dialog').locator('.shell code').innerText(),
		/^parley subscriber add tel:\+15550100009 --name Nine$/);
	await page.keyboard.press('Enter');
	await page.getByRole('link', { name: '+15550100009' }).waitFor();
	await b.tabTo(page.getByRole('link', { name: '+15550100009' }));
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: /Nine/ }).waitFor();
	// the form has seen what it changes before somebody else does
	await Promise.all([page.waitForResponse((r) => r.request().method() === 'GET' &&
		/subscribers\/tel%3A%2B15550100009$/.test(r.url())), button('Edit').click()]);
	await site.parley(['subscriber', 'set', 'tel:+15550100009', '--name', 'Neun']);
	await page.getByLabel(/^Class/).fill('gold');
	await button('Change subscriber').click();
	await page.getByRole('alert').filter({ hasText: /since you looked/ }).waitFor();
	assert.equal(await page.getByRole('dialog').getByLabel(/^Name/).inputValue(), 'Neun');
	await button('Change subscriber').click();
	await page.getByRole('heading', { name: /Neun/ }).waitFor();
	await b.tabTo(button('Suspend'));
	await page.keyboard.press('Enter');
	await button('Resume').waitFor();
	await page.getByRole('button', { name: 'More' }).focus();
	await page.keyboard.press('Enter');
	await page.getByRole('menuitem', { name: /^Delete/ }).focus();
	await page.keyboard.press('Enter');
	await page.getByLabel(/^Type tel:/).fill('tel:+1555');
	assert.ok(await button('Delete subscriber').isDisabled());
	await page.getByLabel(/^Type tel:/).fill('tel:+15550100009');
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: 'Subscribers' }).waitFor();
	assert.equal((await site.shell(['subscriber', 'show', 'tel:+15550100009'])).status, 3);
});

test('a file of subscribers is imported, and its faults are told by line', async () => {
	await b.go('/imports');
	await button('Import subscriber').first().click();
	await page.getByLabel(/^File/).setInputFiles({ name: 'people.csv', mimeType: 'text/csv',
		buffer: Buffer.from('address,name,class,password,aliases\n' +
			'tel:+15550100021,One,,,\ntel:+15550100022,Two,,,\nnobody at all,,,,\n') });
	await button('Import subscriber').last().click();
	await page.getByRole('dialog').getByText('Line 4: this is no sip: or tel: address')
		.waitFor();
	await b.check('import refused');
	await page.getByLabel(/^File/).setInputFiles({ name: 'people.csv', mimeType: 'text/csv',
		buffer: Buffer.from('address,name,class,password,aliases\n' +
			'tel:+15550100021,One,,,\ntel:+15550100022,Two,,,\n') });
	await button('Import subscriber').last().click();
	await page.getByRole('row').filter({ hasText: '2/2' }).first().waitFor();
	await b.check('imports');
	assert.equal((await site.shell(['subscriber', 'show', 'tel:+15550100022'])).status, 0);
});

test('a name is text: on the page, and in a sheet', async () => {
	const name = '=HYPERLINK("x")<img src=x onerror=alert(1)>';
	await site.parley(['subscriber', 'add', 'tel:+15550100031', '--name', name]);
	await b.go('/subscribers?prefix=tel:%2B15550100031');
	await page.getByText(name, { exact: true }).waitFor();
	await b.check('name');
	await page.getByRole('button', { name: 'Export' }).click();
	const [file] = await Promise.all([page.waitForEvent('download'),
		page.getByRole('menuitem', { name: 'Save as CSV' }).click()]);
	assert.match(fs.readFileSync(await file.path(), 'utf8'), /,"'=HYPERLINK/);
});

test('a group gets members', async () => {
	await b.go('/groups');
	await button('Add group').click();
	await page.getByLabel(/^Address/).fill('sip:crew@example.org');
	await page.getByLabel(/^Subject/).fill('The crew');
	await button('Add group').last().click();
	await page.getByRole('link', { name: /crew/ }).first().click();
	await page.getByRole('heading', { name: /The crew/ }).waitFor();
	await button('Add a member').click();
	await page.getByLabel(/^Address/).fill('tel:+15550100002');
	await button('Add group member').click();
	await page.getByRole('link', { name: '+15550100002' }).waitFor();
	await b.check('group');
});

test('a refused value is said at its form, and nothing is lost', async () => {
	await b.go('/subscribers?do=subscriber%20add');
	await page.getByLabel(/^Address/).fill('not an address');
	await button('Add subscriber').last().click();
	await page.getByRole('dialog').getByRole('alert').waitFor();
	assert.equal(await page.getByLabel(/^Address/).inputValue(), 'not an address');
	await b.check('refused');
	await page.keyboard.press('Escape');
});

// proves APP-02 APP-03
test('a setting is staged, reviewed, committed and rolled back', async () => {
	await b.go('/settings/gateway/smsc1');
	await page.getByText(/more, all at their defaults/).click();
	const window_ = page.getByLabel(/^Window/);
	await window_.fill('none');
	await page.locator('.field.bad').filter({ hasText: 'Window' }).waitFor();
	await window_.fill('40');
	await page.getByRole('link', { name: /Review 1 change/ }).first().waitFor();
	const shared = await site.parley(['configuration', 'draft', 'show', 'main'], '', 0)
		.catch(() => '');
	assert.doesNotMatch(shared, /window/, 'the draft of alice is not the one of root');
	await page.getByRole('link', { name: /Review 1 change/ }).first().click();
	await page.getByText('every value and every reference is right').waitFor();
	await b.check('review');
	await b.picture('review-light');
	await page.getByLabel(/^Comment/).fill('more at once');
	await button('Commit').click();
	await page.getByText('Nothing is staged').waitFor();
	const now = await site.items('show', 'configuration', 'gateway', 'smsc1', 'window');
	assert.equal(now[0].value, '40');
	await b.go('/history');
	await page.getByText('more at once').first().waitFor();
	await page.getByRole('button', { name: /^Actions for/ }).nth(1).click();
	await page.getByRole('menuitem', { name: 'Back to this …' }).click();
	await button('Stage it').click();
	await page.getByText('gateway smsc1 window').waitFor();
	await button('Discard all').click();
	await page.getByText('Nothing is staged').waitFor();
});

test('a change that is not kept is undone; one that is kept stays', async () => {
	for (const how of ['Undo now', 'Keep changes']) {
		await b.go('/settings/gateway/smsc1');
		await page.getByLabel(/^Window/).fill('50');
		await page.getByRole('link', { name: /Review 1 change/ }).first().click();
		await page.getByText('every value and every reference is right').waitFor();
		await page.getByLabel(/^Undone by itself/).selectOption('60');
		await button('Commit').click();
		await button(how).waitFor();
		await b.check('window');
		await button(how).click();
		await page.getByRole('status').filter({ hasText: /is (kept|undone)/ }).waitFor();
		await button(how).waitFor({ state: 'detached' });
		const [now] = await site.items('show', 'configuration', 'gateway', 'smsc1',
			'window');
		assert.equal(now.value, how === 'Undo now' ? '40' : '50');
	}
});

test('filters are in the address, and what is exported is what is shown', async () => {
	await b.go('/messages');
	await page.getByLabel('To', { exact: true }).fill('tel:+17770000002');
	await page.waitForURL(/to=tel/);
	await page.getByRole('row').nth(1).waitFor();
	await page.getByRole('button', { name: 'Export' }).click();
	const [file] = await Promise.all([page.waitForEvent('download'),
		page.getByRole('menuitem', { name: 'Save as CSV' }).click()]);
	const text = fs.readFileSync(await file.path(), 'utf8');
	assert.equal(text.trim().split('\r\n').length,
		1 + (await site.items('show', 'messages', '--to', 'tel:+17770000002')).length);
	await page.goBack();
});

test('routes are filtered, the view has an address, and it is saved', async () => {
	await b.go('/routes?contains=other');
	await page.getByRole('link', { name: 'other', exact: true }).waitFor();
	assert.equal(await page.getByRole('row').count(), 2);
	await b.check('routes, filtered');
	await page.getByRole('button', { name: 'Export' }).click();
	const [file] = await Promise.all([page.waitForEvent('download'),
		page.getByRole('menuitem', { name: 'Save as CSV' }).click()]);
	assert.match(fs.readFileSync(await file.path(), 'utf8'),
		/^route,to,via[^\r]*\r\nother,tel:\+1778\*,smsc1[^\r]*\r\n$/);
	await page.getByLabel('Contains').fill('no such route');
	await page.getByText('Nothing matches this filter.').waitFor();
	await button('Clear').click();
	await page.getByRole('link', { name: 'smsc1', exact: true }).first().waitFor();
	assert.equal(new URL(page.url()).search, '');
});

test('explain answers what if', async () => {
	await b.go('/explain?from=tel:%2B15550100001&to=tel:%2B17770000002');
	await page.locator('.explain').waitFor();
	assert.match(await page.locator('.explain').first().innerText(), /smsc1/);
	assert.match(await page.locator('.answer').innerText(),
		/^The message would go: by \w+ through gateway smsc1/);
	await page.getByLabel('gateway smsc1 is down').check();
	assert.match(await page.locator('.shell code').innerText(),
		/ --assume gateway:smsc1:down$/);
	await button('Explain').click();
	await page.locator('.explain').filter({ hasText: /down|waits/ }).waitFor();
	await page.locator('.answer').filter({ hasText: /^The message would wait: / }).waitFor();
	await b.check('explained');
});

// proves APP-03
test('the wizard leads from step to step to what is in force', async () => {
	await b.go('/welcome');
	await page.getByText(/the rest is done at once/).waitFor();
	const next = (step) => page.getByRole('link', { name: `Next: ${step}` }).click();
	await next('Site');
	await page.getByLabel(/^Country.code/).fill('41');
	await page.locator('.shell code').filter({ hasText: 'set site country-code 41' })
		.waitFor();
	await next('Network');
	await button('Add: listener').click();
	await dialog().getByLabel(/^Name/).fill('spare');
	await dialog().locator('.shell code').filter({ hasText: /^configure; set listener spare / })
		.waitFor();
	await b.check('new listener');
	await dialog().getByRole('button', { name: 'Cancel' }).click();
	await next('Console');
	await next('Certificate');
	await next('People');
	await page.getByLabel(/^Address/).fill('tel:+15550100041');
	await button('Add subscriber').click();
	await page.getByRole('status').filter({ hasText: /You can add another/ }).waitFor();
	assert.equal((await site.shell(['subscriber', 'show', 'tel:+15550100041'])).status, 0,
		'at once');
	await next('Gateway');
	await next('Route');
	await next('Privacy');
	await b.check('wizard, last step');
	await page.getByRole('link', { name: 'Review and commit' }).click();
	await page.getByText('every value and every reference is right').waitFor();
	await button('Commit').click();
	await page.getByText('Nothing is staged').waitFor();
	const [now] = await site.items('show', 'configuration', 'site', 'country-code');
	assert.equal(now.value, '41');
	await site.configure(['set site country-code 1']);
});

test('a language of notifications is tried before it is in force', async () => {
	await b.go('/ucn');
	await page.getByRole('textbox', { name: 'Text' }).fill('x'.repeat(170));
	await page.getByText('2 short messages').waitFor();
	await page.getByRole('textbox', { name: 'Text' }).fill('{sender}: {type}');
	await page.getByText('1 short message', { exact: true }).waitFor();
	await page.getByRole('textbox', { name: 'Text' }).fill('{sender}: \u4f60 {type}');
	await page.getByText(/UCS-2/).waitFor();
	await b.check('preview');
	await page.getByText(/^Review 1 change/).waitFor();
	await page.getByRole('button', { name: 'Discard these' }).click();
	await page.getByText('{sender}').waitFor({ state: 'detached' });
});

test('a token is shown once; a viewer sees no button he may not press', async () => {
	await b.go('/admins/tokens');
	await button('Add token').click();
	await page.getByLabel(/^Name/).fill('monitoring');
	await page.getByLabel(/^Role/).fill('viewer');
	await button('Add token').last().click();
	await page.getByText('It is shown only now').waitFor();
	const token = await page.getByRole('dialog').locator('code').innerText();
	assert.match(token, /^parley_/);
	await page.keyboard.press('Escape');
	await page.getByText('monitoring').waitFor();
	await b.go('/admins');
	await button('Add admin').click();
	await page.getByLabel(/^Name/).fill('vera');
	await page.getByLabel(/^Role/).fill('viewer');
	await page.getByLabel(/^Password/).fill(PASSWORD);
	await button('Add admin').last().click();
	await page.getByRole('link', { name: 'vera' }).waitFor();
	const vera = await b.browser.newContext({ ignoreHTTPSErrors: true });
	const hers = await vera.newPage();
	await hers.goto(b.base);
	await hers.getByLabel('Name').fill('vera');
	await hers.getByLabel('Password').fill(PASSWORD);
	await hers.keyboard.press('Enter');
	await hers.getByRole('heading', { name: 'Dashboard' }).waitFor();
	assert.equal(await hers.getByRole('link', { name: 'Subscribers' }).count(), 0);
	assert.equal(await hers.getByRole('link', { name: 'Audit' }).count(), 0);
	await hers.getByRole('link', { name: 'Gateways' }).click();
	await hers.getByRole('link', { name: 'smsc1' }).click();
	assert.ok(await hers.getByLabel('Address (required)').isDisabled());
	await vera.close();
});

test('a second factor is turned on, and asked for', async () => {
	await b.go('/account');
	await button('Turn it on').click();
	await page.getByRole('img', { name: /camera/ }).waitFor();
	await b.check('second factor');
	const secret = (await page.getByRole('dialog').locator('.shell code').innerText())
		.replace(/ /g, '');
	await page.getByLabel('Code (required)').fill(totp(secret));
	await page.getByRole('dialog').getByRole('button', { name: 'Turn it on' }).click();
	const codes = (await page.getByRole('dialog').locator('pre').innerText()).split('\n');
	await button('I have kept them').click();
	await page.getByRole('main').getByRole('button', { name: 'Sign out' }).click();
	await page.getByLabel('Name').fill('alice');
	await page.getByLabel('Password').fill(PASSWORD);
	await page.keyboard.press('Enter');
	await page.getByLabel('Code (required)').fill(codes[0]);
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: 'Your account' }).waitFor();
});

test('a backup is made, looked into and verified', async () => {
	await b.go('/backups');
	await button('Create backup').click();
	await page.getByLabel(/^Passphrase/).fill(PASSWORD);
	await button('Create backup').last().click();
	const file = page.getByRole('link', { name: /\.cpmbak$/ });
	await file.waitFor({ timeout: 30000 });
	await file.click();
	await page.getByRole('dialog').getByText(/sessions and tokens of administrators/)
		.waitFor();
	await b.check('backup');
	await page.keyboard.press('Escape');
	await page.getByRole('button', { name: /^Actions for/ }).click();
	await page.getByRole('menuitem', { name: /^Verify/ }).click();
	await page.getByLabel(/^Passphrase/).fill(PASSWORD);
	await button('Verify backup').click();
	await page.getByRole('heading', { name: 'Last work: verify' }).waitFor();
	await page.locator('.card').filter({ hasText: 'Last work' }).getByText('done').waitFor();
	// taken away, and brought back under another name
	await page.getByRole('button', { name: /^Actions for/ }).click();
	const [saved] = await Promise.all([page.waitForEvent('download'),
		page.getByRole('menuitem', { name: /^Download/ }).click()]);
	const bytes = fs.readFileSync(await saved.path());
	await button('Upload a backup').click();
	await dialog().getByLabel('File').setInputFiles({ name: 'from-elsewhere.cpmbak',
		mimeType: 'application/octet-stream', buffer: bytes.subarray(0, 100) });
	await button('Upload').click();
	await dialog().getByRole('alert').waitFor();
	await b.check('upload refused');
	await dialog().getByLabel('File').setInputFiles({ name: 'from-elsewhere.cpmbak',
		mimeType: 'application/octet-stream', buffer: bytes });
	await button('Upload').click();
	await dialog().waitFor({ state: 'detached' });
	await page.getByRole('status').filter({ hasText: '.cpmbak:' }).waitFor();
	await page.getByRole('row').nth(2).waitFor();
});


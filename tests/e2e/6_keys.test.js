// The main task by keys alone: a gateway is added, checked, committed and kept;
// a message is found and its ladder read.  No mouse, no field filled but by
// typing; and wherever the focus is, it is seen.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const { Stage } = require('./lib/stage.js');

let stage, site, b, page;

before(async () => {
	stage = await Stage.open();
	({ site, page, browser: b } = stage);
});

after(() => stage?.close());

const press = (...keys) => keys.reduce((before_, k) =>
	before_.then(() => page.keyboard.press(k)), Promise.resolve());
const type = (text) => page.keyboard.type(text);
const heading = (name) => page.getByRole('heading', { name }).first().waitFor();
const dialog = () => page.getByRole('dialog');

// Tab to the field of this label, and type.
async function write(label, text, inside = page) {
	await b.tabTo(inside.getByLabel(label, { exact: true }).first());
	await press('Control+a');
	await type(text);
}

async function push(name, inside = page) {
	await b.tabTo(inside.getByRole('button', { name, exact: true })
		.or(inside.getByRole('link', { name })).first());
	await press('Enter');
}

// proves APP-02 APP-03
test('a gateway is added, checked, committed and kept, by keys alone', async () => {
	await b.go('/');
	await press('g', 'g');
	await heading('Gateways');
	await push('Add a gateway');
	await dialog().waitFor();
	await type('smsc9');
	await write(/^Address/, '127.0.0.1:9', dialog());
	await write(/^System ID/, 'parley', dialog());
	await push('Stage', dialog());
	await heading('gateway smsc9');
	await b.check('new gateway');
	await write(/^Window/, '20');
	await page.getByRole('link', { name: /Review \d+ changes/ }).first().waitFor();
	await push(/Review \d+ changes/);
	await heading('Review changes');
	await page.getByText('every value and every reference is right').waitFor();
	await write(/^Comment/, 'a third link');
	await b.tabTo(page.getByLabel(/^Undone by itself/));
	// a choice is made by its first letters
	await type('within 5');
	assert.equal(await page.getByLabel(/^Undone by itself/).inputValue(), '300');
	await push('Commit');
	await page.getByText(/It is undone in/).waitFor();
	await b.check('to be kept');
	await push('Keep changes');
	await page.getByText(/It is undone in/).waitFor({ state: 'detached' });
	const rows = await site.items('show', 'configuration', 'gateway', 'smsc9');
	assert.equal(rows.find((r) => /window$/.test(r.setting)).value, '20');
	assert.equal((await site.json(['show', 'configuration', 'pending'])).pending, false);
});

// proves APP-03
test('a message is found by a number and its ladder is read, by keys alone', async () => {
	await b.go('/');
	await press('g', 'm');
	await heading('Messages');
	await write('To', 'tel:+17770000002');
	await page.waitForURL(/to=tel/);
	await page.getByRole('row').nth(1).waitFor();
	await b.tabTo(page.getByRole('row').nth(1).getByRole('link'));
	await press('j', 'k', 'Enter');
	await heading('Its way');
	await b.ready();
	await b.tabTo(page.getByLabel(/^Ladder/));
	await press('j', 'j', 'j');
	assert.match(await page.locator('.selected').innerText(), /ms/);
	// and the same message by its id, from anywhere
	const id = new URL(page.url()).pathname.split('/').pop();
	await press('g', 'd');
	await heading('Dashboard');
	await press('Control+k');
	await type(id);
	await page.getByRole('option').filter({ hasText: id }).waitFor();
	await press('Enter');
	await heading('Its way');
	await press('?');
	await dialog().waitFor();
	await press('Escape');
	await dialog().waitFor({ state: 'detached' });
});

// Every page in a browser: light and dark, wide and narrow, in every language,
// with messages flowing; and who may come in.

'use strict';
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { Stage, PAGES, PASSWORD } = require('./lib/stage.js');
const { Source, haveCompiler, catalogue, daemonText, languages } =
	require('./lib/catalogue.js');

let stage, site, b, page;

before(async () => {
	stage = await Stage.open({ signedIn: false });
	({ site, page, browser: b } = stage);
});

after(() => stage?.close());

const button = (name) => page.getByRole('button', { name, exact: true });
const field = (name) => page.getByLabel(name, { exact: false }).first();

/* --- who may come in --------------------------------------------------------------------- */

// proves APP-03
test('the first administrator comes in with a token of the machine', async () => {
	await b.go('/');
	await b.check('set up');
	await b.picture('setup');
	const { token } = await site.json(['setup', 'token']);
	await field('Token').fill('0'.repeat(32));
	await field('Your name').fill('alice');
	await page.getByLabel('Password (required)').fill(PASSWORD);
	await page.getByLabel('Password again').fill(PASSWORD);
	await button('Go on').click();
	await page.getByRole('alert').filter({ hasText: 'not the setup token' }).waitFor();
	await field('Token').fill(token);
	await button('Go on').click();
	await page.getByRole('heading', { name: 'First steps' }).waitFor();
	await b.check('first steps');
});

test('signing out and in again, by keys; a wrong password is told', async () => {
	await b.go('/');
	await button('alice').click();
	await page.getByRole('menuitem', { name: 'Sign out' }).click();
	await page.getByRole('heading', { name: 'Parley' }).waitFor();
	await b.check('sign in');
	await page.keyboard.type('alice');
	await page.keyboard.press('Tab');
	await page.keyboard.type('wrong password');
	await page.keyboard.press('Enter');
	await page.getByRole('alert').waitFor();
	await page.getByLabel('Password').fill('');
	await page.getByLabel('Password').focus();
	await page.keyboard.type(PASSWORD);
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
	// he had not finished the first steps
	await page.getByRole('link', { name: 'Go on where you left them' }).waitFor();
	await button('Do not ask again').click();
	await page.getByText('The first steps are not at their end.')
		.waitFor({ state: 'detached' });
});

/* --- every page ---------------------------------------------------------------------------- */

test('forced colours: nothing is told by our colours alone', async (t) => {
	await page.emulateMedia({ forcedColors: 'active' });
	t.after(() => page.emulateMedia({ forcedColors: 'none' }));
	await b.go('/about');
	for (const [where, name] of [['/', 'dashboard'], ['/health', 'health'],
		['/messages', 'messages'], ['/settings/gateway/smsc1', 'setting']]) {
		await b.visit(where);
		await b.check(`${name}, forced colours`);
	}
});

// What another width can make wrong; the rest is as in wide.
const WIDTH = ['scrollable-region-focusable', 'target-size', 'color-contrast',
	'button-name', 'link-name', 'label', 'aria-hidden-focus', 'nested-interactive'];

for (const [scheme, narrow, rules] of [['light', false], ['dark', false],
	['light', true, WIDTH]])
	test(`every page, ${scheme}${narrow ? ', 360 px' : ''}: no fault, no violation, ` +
	    'nothing foreign, accessible, not too wide', async (t) => {
		await b.look(scheme, narrow);
		t.after(() => b.look('light', false));
		await b.go('/about');
		for (const [where, name] of PAGES) {
			await b.visit(where);
			await b.check(`${name}, ${scheme}`, rules);
			await b.picture(`${name}-${scheme}${narrow ? '-narrow' : ''}`);
		}
	});

/* --- languages ---------------------------------------------------------------------------- */

const noCompiler = !haveCompiler && 'web/node_modules has no compiler';
let says;

before(async () => {
	if (noCompiler)
		return;
	const source = await Source.open();
	says = { ...source.said(), untold: source.untold() };
	source.close();
});

const from = (names) => `import { ${names} } from "./lib/lang";\n`;
const FOUND = [
	[`${from('t as say')}export const a = say("Made " + "up");`,
		{ said: ['Made up'] }],
	[`${from('many')}export const a = many(2, "one", 1 > 2 ? "two" : \`more\`);`,
		{ said: ['more', 'one', 'two'] }],
	['const t = (s: string) => s; export const a = t("not ours");', {}],
	[`${from('t')}export const a = (x: string) => t(x);`, { faults: 1 }],
	[`${from('t')}const f = t; export { f };`, { faults: 1 }],
	[`${from('t')}export const a = <b title="Tip it">{t("A") ? "as chart" :
		\`two \${1} words\`}hello <kbd>Ctrl</kbd></b>;`,
	{ said: ['A'], untold: ['Tip it', 'as chart', 'two', 'words', 'hello'] }],
	['toast("Copied: " + 1); export const a = { label: "Name it" };',
		{ untold: ['Copied:', 'Name it'] }],
];

test('the sentences of a source are found by what its names mean', { skip: noCompiler },
	async () => {
		for (const [text, want] of FOUND)
			assert.deepEqual(await Source.ofText(text),
				{ said: [], faults: 0, untold: [], ...want }, text);
	});

test('every sentence of the console is known before it runs, and none is outside the ' +
    'catalogue', { skip: noCompiler }, () => {
	assert.ok(says.said.length > 400, `${says.said.length} sentences`);
	assert.deepEqual(says.faults, []);
	assert.deepEqual(says.untold, []);
});

const without = (all, others) => all.filter((s) => !others.includes(s));
const parts = (s) => [...s.matchAll(/\{\w+\}/g)].map(([n]) => n).sort().join();

for (const language of languages())
	test(`the catalogue ${language} says every sentence of the console, and no other`,
		{ skip: noCompiler }, () => {
			const english = says.said, theirs = catalogue(language).sentences;
			assert.deepEqual(english.filter((s) => !theirs[s]), [], 'not said');
			assert.deepEqual(without(Object.keys(theirs), english), [],
				'said, but never asked for');
			assert.deepEqual(english.filter((s) => parts(s) !== parts(theirs[s])), [],
				'other parts than in English');
		});

test('the words of rows are the same ones in every catalogue, and the daemon has them', () => {
	const all = daemonText();
	const isWord = (w) => new RegExp(`(?<![a-z])${w.replace(/[^a-z0-9]/g,
		'[^a-z0-9]')}(?![a-z])`).test(all);
	const [first, ...others] = languages().map(catalogue);
	for (const kind of ['terms', 'verbs']) {
		const words = Object.keys(first[kind]).sort();
		for (const other of others)
			assert.deepEqual(Object.keys(other[kind]).sort(), words, kind);
		assert.deepEqual(words.filter((w) => !isWord(w)), [], 'of no row');
		assert.deepEqual(without([...says?.names[kind] ?? []], words), [], kind);
	}
});

for (const language of languages())
	test(`every page in ${language} at 360 px: no sentence is missing, all fits`, async (t) => {
		const speak = (l) => page.evaluate((name) =>
			localStorage.setItem('parley.language', name), l);
		await speak(language);
		await b.look('light', true);
		t.after(async () => {
			await speak('');
			await b.look('light', false);
		});
		await b.go('/about');
		assert.equal(await page.evaluate(() => document.documentElement.lang), language);
		for (const [where, name] of PAGES) {
			await b.visit(where);
			await b.fits(`${name}, ${language}`);
			await b.picture(`${name}-${language}-narrow`);
		}
	});

test('who comes with a German browser is asked in German, and may choose', async () => {
	const theirs = await b.browser.newContext({ ignoreHTTPSErrors: true, locale: 'de-CH' });
	const tab = await theirs.newPage();
	await tab.goto(b.base);
	await tab.getByRole('button', { name: 'Anmelden', exact: true }).waitFor();
	await tab.getByRole('button', { name: 'English' }).click();
	await tab.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
	await theirs.close();
});

/* --- around the pages --------------------------------------------------------------------- */

test('many tabs share one stream of events', async () => {
	await b.go('/');
	const tabs = [];
	for (let i = 0; i < 7; i++) {
		const tab = await b.context.newPage();
		await tab.goto(`${b.base}/log`);
		await tab.getByText('live', { exact: true }).waitFor();
		tabs.push(tab);
	}
	await stage.until(async () => await site.metric('parley_sse_clients') === 1);
	await Promise.all(tabs.map((tab) => tab.close()));
});

// Where the text of each revision's mark was drawn, of one chart.
const drawnMarks = () => page.evaluate(() => [...window.drawn.values()].map((chart) =>
	[...chart.values()].filter((d) => d.text.startsWith('rev '))).filter((d) => d.length));

test('the charts of the dashboard: what they show, as a table, and no mark over another',
	async () => {
		await page.addInitScript(() => {
			const { fillText, clearRect } = CanvasRenderingContext2D.prototype;
			window.drawn = new Map();
			Object.assign(CanvasRenderingContext2D.prototype, {
				clearRect(...at) {
					window.drawn.set(this, []);
					return clearRect.apply(this, at);
				},
				fillText(text, x, ...more) {
					window.drawn.get(this)?.push({ text, x,
						end: x + this.measureText(text).width });
					return fillText.call(this, text, x, ...more);
				},
			});
		});
		for (const domain of ['a.example', 'b.example'])
			await site.configure([`set site aliases ${domain}`]);
		await b.go('/');
		for (const [title, line] of [['Messages by edge', 'sip in'],
			['Messages by gateway', 'smsc1 out'], ['Waiting', 'on their way'],
			['Memory of the daemon', 'resident']]) {
			const card = page.getByRole('region', { name: title, exact: true });
			await card.getByRole('heading', { name: title }).waitFor();
			await card.locator('.legend').getByText(line).first().waitFor();
			await card.getByRole('button', { name: 'as table' }).click();
			await card.getByRole('columnheader', { name: line }).first().waitFor();
			assert.ok(await card.getByRole('row').count() > 2, title);
			await card.getByRole('button', { name: 'as chart' }).click();
			await card.locator('canvas').waitFor();
		}
		await stage.until(async () => (await drawnMarks()).length > 0);
		for (const marks of await drawnMarks())
			marks.forEach((m, i) => assert.ok(i === 0 || m.x > marks[i - 1].end,
				JSON.stringify(marks)));
		assert.match((await drawnMarks()).flat().map((m) => m.text).join(), /rev \d+–\d+/);
	});

test('the navigation begins at its top where the current page is in sight there', async () => {
	const top = () => page.locator('nav').evaluate((nav) => nav.scrollTop);
	await b.go('/about');
	await page.getByRole('link', { name: 'About' }).waitFor();
	assert.ok(await top() > 0, 'the last entry is below');
	await b.visit('/');
	await stage.until(async () => await top() === 0);
	assert.equal(await page.locator('header .site').innerText(), 'example.org');
});

test('the log is filtered by its address, and saves what it shows', async () => {
	await b.go('/log?level=warn');
	assert.equal(await page.getByLabel('Level').inputValue(), 'warn');
	await page.getByText('live', { exact: true }).waitFor();
	// the daemon begins to tell it within a second
	await stage.until(async () => {
		await page.evaluate(() => fetch('/api/v1/auth/login', {
			method: 'POST', credentials: 'omit',
			headers: { 'Content-Type': 'application/json' },
			body: '{"name":"nobody","password":"nothing at all"}' }));
		await page.locator('.log li').first().waitFor({ timeout: 1500 })
			.catch(() => undefined);
		return await page.locator('.log li').count() > 0;
	});
	await button('Hold').click();
	await page.getByLabel('Contains').fill('said by nobody');
	await page.waitForURL(/[?]level=warn&contains=said/);
	await page.getByText('Nothing was said', { exact: true }).waitFor();
	const word = 'login refused';
	await page.getByLabel('Contains').fill(word);
	await page.locator('.log li').filter({ hasText: word }).first().waitFor();
	const [file] = await Promise.all([page.waitForEvent('download'),
		button('Save').click()]);
	const lines = fs.readFileSync(await file.path(), 'utf8').trim().split('\n');
	assert.ok(lines.length > 0 && lines.every((l) => l.toLowerCase().includes(
		word.toLowerCase())), lines.join('\n'));
});

test('the log has what was said before, and more of a module for a while', async () => {
	await b.go('/log?contains=gateway%20is%20up');
	await page.locator('.log li').filter({ hasText: 'gateway=smsc1' }).first().waitFor();
	await b.go('/log');
	await button('Write more or less …').click();
	await page.getByLabel(/^Module/).fill('sms');
	await page.getByLabel(/^Level \(required\)/).selectOption('debug');
	await page.getByLabel(/^For/).fill('1m');
	await b.check('levels of the log');
	await button('Write this').click();
	await page.getByText(/sms writes debug until/).waitFor();
	await b.check('more is written');
	await button('End it').click();
	await page.getByText(/sms writes debug until/).waitFor({ state: 'detached' });
});

test('a list whose pages come empty is searched on, but not for ever', async (t) => {
	let asked = 0, found = false;
	const [row] = await site.items('show', 'messages', '--limit', '1');
	await page.route(/\/api\/v1\/messages\?/, (route) => {
		asked++;
		return route.fulfill({ json: found ? { items: [row], next: null } :
			{ items: [], next: `page-${asked}` } });
	});
	t.after(() => page.unroute(/\/api\/v1\/messages\?/));
	await b.go('/messages?filter=size%3E1000000');
	await page.getByText('0 rows found so far. There is more to look at.').waitFor();
	assert.equal(asked, 11);
	await b.check('searched in part');
	await button('Search on').click();
	await stage.until(async () => asked === 22);
	await page.getByText('0 rows found so far.').waitFor();
	found = true;
	await button('Search on').click();
	await page.getByRole('row').nth(1).waitFor();
	await page.getByText('found so far').waitFor({ state: 'detached' });
	assert.equal(asked, 23);
});

test('the keyboard has help, and the skip link goes to the content', async () => {
	await b.go('/about');
	await page.keyboard.press('Tab');
	assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
	await page.keyboard.press('Enter');
	assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
	await page.keyboard.press('?');
	await page.getByRole('dialog', { name: 'Keys' }).waitFor();
	await b.check('keys');
	await page.keyboard.press('Escape');
	await page.keyboard.press('g');
	await page.keyboard.press('m');
	await page.getByRole('heading', { name: 'Messages' }).waitFor();
});

test('on a phone the pages are behind a button', async () => {
	await b.look('light', true);
	await b.go('/');
	await page.getByRole('button', { name: 'Pages' }).click();
	await page.getByRole('link', { name: 'Gateways' }).click();
	await page.getByRole('heading', { name: 'Gateways' }).waitFor();
	await b.check('navigation');
	await b.look('light', false);
});

// proves APP-03
test('the dashboard is interactive within a second of a cold load', async (t) => {
	const times = [];
	for (let tries = 0; tries < 3 && !(Math.min(...times) < 1000); tries++) {
		// a browser that has nothing of us but the cookie
		const cold = await b.browser.newContext({ ignoreHTTPSErrors: true,
			storageState: await b.context.storageState() });
		const tab = await cold.newPage();
		await tab.addInitScript(() => {
			const look = () => {
				const ready = document.querySelector('.tile .figure') &&
					document.querySelector('nav#nav a');
				if (!ready)
					return requestAnimationFrame(look);
				// and what comes in now is answered
				setTimeout(() => { window.interactive = performance.now(); });
			};
			requestAnimationFrame(look);
		});
		await tab.goto(b.base);
		await tab.waitForFunction(() => window.interactive, null, { timeout: 10000 });
		times.push(await tab.evaluate(() => window.interactive));
		await tab.getByRole('link', { name: 'About' }).click();
		await tab.getByRole('heading', { name: 'About' }).waitFor();
		await cold.close();
	}
	t.diagnostic(`${times.map(Math.round).join(', ')} ms`);
	assert.ok(Math.min(...times) < 1000, `${times.map(Math.round).join(', ')} ms`);
});

test('the page says that the daemon is gone, and goes on when it is back', async () => {
	await b.go('/');
	await site.down();
	await page.getByText('The daemon does not answer.').waitFor();
	b.faults.length = 0;
	await site.run();
	await site.listening();
	await page.getByText('The daemon does not answer.').waitFor({ state: 'detached' });
	b.faults.length = 0;
});

test('what comes first is at most 70 kB of JavaScript, all of it 180 kB', async () => {
	const total = (urls) => urls.filter((u) => u.endsWith('.js'))
		.reduce((sum, u) => sum + b.bytes.get(u), 0);
	const all = [...b.bytes.keys()];
	const first = await page.evaluate(() => performance.getEntriesByType('resource')
		.filter((r) => r.initiatorType === 'script' || r.initiatorType === 'link')
		.map((r) => r.name));
	assert.ok(total(all) > 20000 && total(all) <= 180000, `${total(all)} bytes`);
	assert.ok(total(first) <= 70000, `${total(first)} bytes`);
	assert.ok(all.filter((u) => u.endsWith('.css'))
		.reduce((sum, u) => sum + b.bytes.get(u), 0) <= 25000);
});

// browser.js - Chromium, watched: what no page of the console may do.

'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { chromium } = require('playwright-core');

const AXE = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser',
	'/usr/bin/google-chrome'].find((f) => fs.existsSync(f));
const WIDE = { width: 1366, height: 860 }, NARROW = { width: 360, height: 780 };

// A refusal that the page shows is no fault of the page.
const EXPECTED = /status of (401|403|404|409|412|422|503)/;

class Browser {
	static async open(site) {
		const b = new Browser();
		assert.ok(CHROMIUM, 'there is a Chromium: apt-get install chromium');
		b.base = `https://127.0.0.1:${site.admin}`;
		b.browser = await chromium.launch({ executablePath: CHROMIUM,
			args: ['--no-sandbox', '--disable-gpu'] });
		b.context = await b.browser.newContext({ viewport: WIDE,
			ignoreHTTPSErrors: true, acceptDownloads: true });
		b.faults = [];
		b.bytes = new Map();
		b.page = await b.context.newPage();
		b.page.setDefaultTimeout(30000);
		await b.page.addInitScript(() => addEventListener(
			'securitypolicyviolation', (e) =>
				console.error(`CSP ${e.violatedDirective} ${e.blockedURI}`)));
		b.#watch();
		return b;
	}

	#watch() {
		this.page.on('console', (m) => {
			if (m.type() === 'error' && !EXPECTED.test(m.text()))
				this.faults.push(`console: ${m.text()}`);
		});
		this.page.on('pageerror', (e) => this.faults.push(`error: ${e.stack}`));
		this.page.on('request', (r) => {
			const u = new URL(r.url());
			if (u.origin !== this.base && !/^(data|blob):$/.test(u.protocol))
				this.faults.push(`foreign request: ${r.url()}`);
		});
		this.page.on('response', (r) => {
			if (r.status() === 400)
				r.text().then((text) => this.faults.push(`${r.url()}: ${text}`));
			if (r.url().includes('/assets/'))
				this.bytes.set(r.url(), Number(r.headers()['content-length']));
		});
	}

	async go(where) {
		await this.page.goto(this.base + where);
		await this.ready();
	}

	// The same without loading everything anew, as a link does.
	async visit(where) {
		await this.page.evaluate((to) => {
			history.pushState(null, '', to);
			dispatchEvent(new PopStateEvent('popstate'));
		}, where);
		await this.ready();
	}

	// The page has its content: nothing says that it is loading.
	async ready() {
		await this.page.locator('h1').first().waitFor();
		await this.page.waitForFunction(() => !document.querySelector('.loading'));
	}

	// Everything that must hold on every page.  rules: of axe, not all.
	async check(what, rules) {
		if (!await this.page.evaluate(() => !!window.axe))
			await this.page.evaluate(AXE);
		const found = await this.page.evaluate(async (only) =>
			(await window.axe.run({ resultTypes: ['violations'],
				...only && { runOnly: { type: 'rule', values: only } } }))
				.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) =>
					`${n.target.join(' ')} (${n.any[0]?.message ?? ''})`)
					.join('; ')}`), rules);
		assert.deepEqual(found, [], `${what}: accessibility`);
		await this.fits(what);
	}

	// Nothing is said on the console, and nothing sticks out of its place.
	async fits(what) {
		assert.deepEqual(this.faults.splice(0), [], what);
		const over = await this.page.evaluate(() => {
			const out = [...document.querySelectorAll('button, .button, h1, h2, h3, ' +
				'label, summary, .badge, .pill, .tile p, dt')].filter((e) => {
				const r = e.getBoundingClientRect();
				const box = e.closest('.scroll, .hidden, nav, .log');
				return r.width > 2 && !box && (r.right > innerWidth + 1 ||
					e.scrollWidth > e.clientWidth + 2 &&
					getComputedStyle(e).display !== 'inline');
			}).map((e) => `${e.tagName} ${e.className} "${e.textContent.trim()}"`);
			const wide = document.documentElement.scrollWidth - innerWidth;
			return wide > 0 ? [`${wide} px wider than the window`, ...out] : out;
		});
		assert.deepEqual(over, [], `${what}: does not fit`);
	}

	async look(scheme, narrow) {
		await this.page.emulateMedia({ colorScheme: scheme });
		await this.page.setViewportSize(narrow ? NARROW : WIDE);
	}

	async picture(name) {
		if (process.env.SHOTS)
			await this.page.screenshot({
				path: path.join(process.env.SHOTS, `${name}.png`) });
	}

	// Keys only: Tab until this is in focus, which is seen wherever it is.
	async tabTo(locator, most = 90) {
		for (let i = 0; i < most; i++) {
			if (await locator.evaluate((e) => e === document.activeElement))
				return;
			await this.page.keyboard.press('Tab');
			assert.equal(await this.page.evaluate(() => {
				const e = document.activeElement, s = getComputedStyle(e);
				const seen = s.outlineStyle !== 'none' &&
					parseFloat(s.outlineWidth) >= 1;
				return seen || e.matches('body, dialog, main') ? '' : e.outerHTML;
			}), '', 'the focus is not seen');
		}
		assert.fail(`Tab does not reach ${locator}`);
	}

	async close() {
		await this.browser.close();
	}
}

module.exports = { Browser };

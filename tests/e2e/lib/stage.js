// stage.js - a site with traffic, and a browser that looks at it.

'use strict';
const assert = require('node:assert/strict');
const { Site } = require('../../system/lib/site.js');
const { Sim, gateway } = require('../../system/lib/sim.js');
const { totp } = require('../../system/lib/totp.js');
const { until } = require('../../system/lib/until.js');
const { Browser } = require('./browser.js');

const ALICE = 'sip:+15550100001@example.org';
const CAROL = 'sip:+15550100002@example.org';
const PASSWORD = 'correct horse battery';

class Stage {
	// signedIn: there is an administrator, and the browser is his
	static async open({ signedIn = true, config = [] } = {}) {
		const s = new Stage();
		s.sim = new Sim();
		const port = await s.sim.smsc('smsc1');
		s.site = await Site.start({ people: [[ALICE, 'alice'], [CAROL, 'carol']] });
		await s.site.configure([...gateway('smsc1', port, s.site),
			'set route other to tel:+1778*', 'set route other via smsc1', ...config]);
		await s.site.log(/gateway is up gateway=smsc1 /);
		await s.sim.ua('alice', ALICE, 'alice', s.site);
		for (let i = 0; i < 12; i++)
			s.sim.message('alice', 'tel:+17770000002', `hello ${i}`);
		s.sim.message('alice', CAROL, 'are you there');
		s.browser = await Browser.open(s.site);
		s.page = s.browser.page;
		await s.until(async () => await s.site.metric('parley_messages_sent_total') >= 12);
		// all the while something flows
		let n = 0;
		s.flow = setInterval(() => {
			s.sim.message('alice', 'tel:+17780000001', `and on ${++n}`);
			s.sim.mo('smsc1', '+17780000001', '+15550100001', `and back ${n}`);
		}, 250);
		if (signedIn)
			await s.signIn();
		return s;
	}

	// The first administrator, made as the page makes it.
	async signIn() {
		const { token } = await this.site.json(['setup', 'token']);
		await this.page.goto(this.browser.base);
		await this.page.getByLabel('Token').fill(token);
		await this.page.getByLabel('Your name').fill('alice');
		await this.page.getByLabel('Password (required)').fill(PASSWORD);
		await this.page.getByLabel('Password again').fill(PASSWORD);
		await this.page.getByRole('button', { name: 'Go on' }).click();
		await this.page.getByRole('heading', { name: 'First steps' }).waitFor();
	}

	// What only asking can tell, asked until it is so.
	until(holds) {
		return until(`${holds}`, holds);
	}

	async close() {
		clearInterval(this.flow);
		await this.browser?.close();
		await this.sim?.end();
		assert.equal(await this.site?.stop(), 0, 'the daemon stops with status 0');
	}
}

const PAGES = [
	['/', 'dashboard'], ['/health', 'health'], ['/messages', 'messages'],
	['/queues', 'queues'], ['/spam', 'spam'], ['/subscribers', 'subscribers'],
	['/subscribers/tel:%2B15550100001', 'subscriber'], ['/devices', 'devices'],
	['/groups', 'groups'], ['/imports', 'imports'], ['/gateways', 'gateways'],
	['/gateways/smsc1', 'gateway'], ['/routes', 'routes'],
	['/explain?from=tel:%2B15550100001&to=tel:%2B17770000002', 'explain'],
	['/policies', 'policies'], ['/screening', 'screening'],
	['/listeners', 'listeners'], ['/certificates', 'certificates'], ['/settings', 'settings'],
	['/settings/gateway/smsc1', 'setting'], ['/draft', 'draft'],
	['/history', 'history'], ['/audit', 'audit'], ['/operations', 'operations'],
	['/operations/subscriber%20add', 'operation'], ['/welcome', 'welcome'],
	['/ucn', 'ucn'], ['/screening/allow', 'allow'], ['/admins', 'admins'],
	['/admins/tokens', 'tokens'], ['/admins/sessions', 'sessions'],
	['/admins/roles', 'roles'], ['/admins/grants', 'grants'],
	['/account', 'account'], ['/charging', 'charging'],
	['/log', 'log'], ['/backups', 'backups'], ['/about', 'about'], ['/nothing-here', 'nothing'],
];

module.exports = { Stage, PAGES, ALICE, CAROL, PASSWORD, totp };

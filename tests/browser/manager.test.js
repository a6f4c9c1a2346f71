// What people do with the page, in a real browser on a real server. See server.js for which server, browser.js for which
// browser.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { launch, open, overhear, WHOLE } from './browser.js';
import { PASSWORDS, play, PLAYED, start, Visitor } from './server.js';

const ROLES = ['viewer', 'operator', 'owner'];
const RUNNING_MS = 180_000;
const MINUTE_MS = 60_000;

describe('the page', { timeout: 1_800_000 }, () => {
	let server;
	let browser;
	const visitors = {};

	before(async () => {
		server = await start();
		browser = await launch();
		for (const role of ROLES) visitors[role] = await Visitor.enter(server.url, role);
	});

	after(async () => {
		await browser?.close();
		await server?.stop();
	});

	/** A test on a page where somebody of this role is logged in. */
	const as = (role, address, name, test, options = {}) => it(name, async (context) => {
		const window = await open(browser, server.url, { visitor: visitors[role], ...options });
		await window.page.goto(`${server.url}/#/${address}`);
		await test(window.page, window, context);
		await window.close();
	});

	/** Fills in the form, also where the server wants some time between two tries. */
	async function login(page, role, password) {
		await page.getByRole('radio', { name: new RegExp(`^${role}`, 'i') }).check();
		for (;;) {
			await page.getByLabel('Password').fill(password);
			const answered = page.waitForResponse((response) => response.url().endsWith('/session') && response.request().method() === 'POST');
			await page.getByRole('button', { name: 'Log in', exact: true }).click();
			if ((await answered).status() !== 429) return;
			await page.getByText('You may try again now.').waitFor();
		}
	}

	const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();
	const editor = (page) => page.locator('.editor textarea');
	const retype = async (page, change) => {
		await editor(page).waitFor();
		const text = change(await editor(page).inputValue());
		await editor(page).fill(text);
		return text;
	};

	describe('the login', () => {
		for (const role of ROLES) {
			it(`lets the ${role} in and out again`, async () => {
				const { page, close } = await open(browser, server.url);
				await page.goto(server.url);
				await login(page, role, PASSWORDS[role]);
				await heading(page, 'Status');
				assert.equal((await page.locator('.bar .role').textContent()).toLowerCase(), role);
				await page.getByText('Live', { exact: true }).waitFor();
				await page.getByRole('button', { name: 'Log out' }).click();
				await page.getByText('You have logged out.').waitFor();
				await page.reload();
				await page.getByLabel('Password').waitFor();
				await close();
			});
		}

		it('tells of a wrong password, and forgets what was typed', async () => {
			const { page, close } = await open(browser, server.url);
			await page.goto(server.url);
			await login(page, 'owner', 'not the password');
			await page.getByRole('alert').getByText('This is not the password of this role.').waitFor();
			assert.equal(await page.getByLabel('Password').inputValue(), '');
			await close();
		});

		it('tells how long to wait after too many tries', async () => {
			const { page, close } = await open(browser, server.url);
			await page.goto(server.url);
			await page.route('**/session', (route) => route.fulfill({
				status: 429, headers: { 'Retry-After': '2' }, json: { error: 'too many tries' },
			}));
			await page.getByLabel('Password').fill('a guess');
			await page.getByRole('button', { name: 'Log in', exact: true }).click();
			await page.getByRole('alert').getByText('There were too many tries.').waitFor();
			assert.equal(await page.getByRole('button', { name: 'Log in', exact: true }).isDisabled(), true);
			await page.getByText('You may try again now.').waitFor();
			assert.equal(await page.getByRole('button', { name: 'Log in', exact: true }).isDisabled(), false);
			await close();
		});

		it('is shown with a message when the session ends', async () => {
			const visitor = await Visitor.enter(server.url, 'viewer');
			const { page, close } = await open(browser, server.url, { visitor });
			await page.goto(server.url);
			await page.getByText('Live', { exact: true }).waitFor();
			await visitor.leave();
			await page.getByText('Your session has ended. Log in again to go on.').waitFor();
			await close();
		});
	});

	describe('a session', () => {
		it('ends when nobody does anything, however much the page asks by itself', async () => {
			const own = await play();
			try {
				const visitor = await Visitor.enter(own.url, 'viewer', PLAYED);
				const { page, close } = await open(browser, own.url, { visitor });
				const heard = overhear(page);
				let kept = heard.answer('session_keep');
				await page.goto(`${own.url}/#/wallet`);
				await kept;
				await own.advance(50 * MINUTE_MS);
				kept = heard.answer('session_keep');
				await page.keyboard.press('Shift');
				await kept;
				await own.advance(50 * MINUTE_MS);
				await page.goto(`${own.url}/#/rules`);
				await editor(page).waitFor();
				await own.advance(50 * MINUTE_MS);
				await page.getByText('Your session has ended. Log in again to go on.').waitFor();
				await close();
			} finally {
				await own.stop();
			}
		});

		it('is not kept by pages that nobody touches, which ask nothing again', async () => {
			const { page, close } = await open(browser, server.url, { visitor: visitors.owner });
			await page.clock.install();
			const heard = overhear(page);
			const begin = heard.answer('session_keep');
			await page.goto(`${server.url}/#/status`);
			await page.getByText('Live', { exact: true }).waitFor();
			await page.clock.fastForward(3000);
			await begin;
			for (const address of ['status', 'charts', 'health', 'wallet', 'rules', 'config', 'log', 'board']) {
				await page.goto(`${server.url}/#/${address}`);
				await page.locator(WHOLE[address]).first().waitFor();
				// A text is checked a moment after it came.
				if (['rules', 'config'].includes(address)) await page.getByText('As saved').waitFor();
				await page.clock.fastForward(1000);
				await heard.answered();
				heard.asked.length = 0;
				for (let count = 0; count < 2; count += 1) await page.clock.fastForward(4000);
				const kept = heard.answer('session_keep');
				await page.keyboard.press('Shift');
				await page.clock.fastForward(3000);
				await kept;
				// But for whether the line is still there.
				const asked = heard.asked.filter((method) => method !== 'system_info');
				assert.deepEqual(asked, ['session_keep'], `on ${address} nothing is asked but by somebody`);
			}
			await close();
		});
	});

	describe('roles', () => {
		as('viewer', 'status', 'the viewer cannot pause orders, and is told who can', async (page) => {
			await page.getByText('Only operators and owners may do this.').waitFor();
			assert.equal(await page.getByRole('button', { name: /Pause new orders|Resume orders/ }).isDisabled(), true);
			for (const [address, words] of [['log', 'Only operators and owners'], ['config', 'Only the owner']]) {
				await page.goto(`${server.url}/#/${address}`);
				await page.getByText(words).waitFor();
			}
			await page.goto(`${server.url}/#/board`);
			await page.getByText('Only operators and owners').waitFor();
			assert.equal(await page.getByRole('button', { name: 'Test the board' }).isDisabled(), true);
			await page.goto(`${server.url}/#/rules`);
			await editor(page).waitFor();
			assert.equal(await editor(page).isEditable(), false);
		});

		as('operator', 'status', 'the operator pauses orders and resumes them', async (page) => {
			await page.getByRole('button', { name: 'Pause new orders' }).click();
			await page.getByText('New orders are paused').waitFor();
			assert.equal((await visitors.viewer.call('status_get')).daemon.orders_paused, true);
			await page.getByRole('button', { name: 'Resume orders' }).click();
			await page.getByText('New orders are taken').waitFor();
		});

		as('operator', 'board', 'the operator tests the board, and is warned before anything moves', async (page) => {
			await page.getByLabel('Drive the outputs too').check();
			await page.locator('#drive-means').getByText('the machine moves').waitFor();
			await page.getByRole('button', { name: 'Test the board' }).click();
			await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
			await page.getByLabel('Drive the outputs too').uncheck();
			await page.getByRole('button', { name: 'Test the board' }).click();
			await page.getByRole('columnheader', { name: 'Looked at' }).waitFor();
		});
	});

	as('viewer', 'status', 'shows the alarms, and has them read out', async (page) => {
		await page.locator('.cards').waitFor();
		const { alarms } = (await visitors.viewer.call('status_get')).daemon;
		for (const alarm of alarms) {
			await page.locator('.alarms').getByText(alarm).waitFor();
			await page.locator('#alarm-voice').getByText(alarm).waitFor();
		}
		if (alarms.length === 0) await page.getByText('No alarms').waitFor();
	});

	as('viewer', 'status', 'writes amounts, times and sizes as people do', async (page) => {
		await heading(page, 'Status');
		const written = await page.evaluate(async () => {
			const { bytes, duration, money, number } = await import('/format.js');
			const unit = ['UNIT', 12];
			return [
				money('1234567890123456', unit), money('5000000000000', unit), money('5', unit), money('0', unit), money('1234', null),
				duration(0), duration(59_600), duration(90_061_000), number(-0.04, 1), number(null), bytes(5_201_234),
			];
		});
		assert.deepEqual(written, [
			'1,234.56789 UNIT', '5 UNIT', '0.000000000005 UNIT', '0 UNIT', '1,234 planck',
			'0 s', '1 min', '1 d 1 h', '0.0', '–', '5.0 MiB',
		]);
	});

	describe('jobs', () => {
		as('viewer', 'jobs', 'are watched while they run', async (page) => {
			const running = page.getByRole('row').filter({ hasText: 'started' }).getByRole('link');
			await running.first().click({ timeout: RUNNING_MS });
			const lines = page.locator('.story li');
			const before = await lines.last().textContent();
			await page.waitForFunction(
				(text) => [...document.querySelectorAll('.story li')].at(-1).textContent !== text, before, { timeout: RUNNING_MS },
			);
		});

		as('viewer', 'jobs', 'are followed live from their order to their payment', async (page) => {
			const known = (await visitors.viewer.call('jobs_list')).map(({ job }) => job);
			await page.locator('.stacks tbody tr').first().waitFor();
			const came = await page.waitForFunction((before) => {
				const shown = [...document.querySelectorAll('.stacks tbody th a')].map((link) => Number(link.textContent));
				return shown.find((job) => job > before);
			}, Math.max(0, ...known), { timeout: RUNNING_MS });
			const job = await came.jsonValue();
			await page.getByRole('link', { name: String(job), exact: true }).click();
			// From here on nothing is done to the page.
			const story = page.locator('.story li .said');
			await story.filter({ hasText: 'settled: completed' }).waitFor({ timeout: RUNNING_MS });
			const lines = await story.allTextContents();
			const states = ['ordered', 'accepted', 'started', 'unit 1 made', 'delivered', 'settled: completed'];
			const places = states.map((state) => lines.findIndex((line) => line.startsWith(state)));
			assert.ok(!places.includes(-1), `${states} are not all in\n${lines.join('\n')}`);
			assert.deepEqual(places, places.toSorted((one, other) => one - other), lines.join('\n'));
			await page.locator('.card-head').getByText('completed').waitFor();
			await page.locator('.progress').getByText(/^(\d+) of \1$/).waitFor();
			await page.getByRole('button', { name: 'Save as a file' }).waitFor();
			const { state, open } = await visitors.viewer.call('jobs_get', { job });
			assert.match(state, /^settled/);
			assert.equal(open, false);
		});

		as('viewer', 'jobs/999999999', 'that do not exist are told of', async (page) => {
			await page.getByRole('alert').getByText('There is no such thing').waitFor();
		});
	});

	describe('stock', () => {
		as('viewer', 'stock', 'shows what the books and the sensors say, and what is on its way', async (page, window, context) => {
			const { daemon } = await visitors.viewer.call('status_get');
			await heading(page, 'Stock');
			if (!daemon.stock) {
				// A machine whose configuration has no such part says so.
				await page.getByText('looks after no goods').waitFor();
				context.diagnostic('this machine looks after no goods');
				return;
			}
			for (const { item, books } of daemon.stock.items) {
				const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: item, exact: true }) });
				await row.first().waitFor();
				if (books) await row.getByText(/Enough|Low|No reorder point/).first().waitFor();
			}
			for (const { what, price } of daemon.stock.purchases) {
				const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: what, exact: true }) });
				await row.getByText(price, { exact: true }).waitFor();
			}
		});

		as('viewer', 'stock', 'says what is low, and what a sensor does not say', async (page, window, context) => {
			const { daemon } = await visitors.viewer.call('status_get');
			const played = daemon.stock?.items.some(({ item }) => item === 'wiping-cloths');
			if (!played) return context.skip('only the played machine is low');
			const row = (item) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: item, exact: true }) }).first();
			await row('cutting-oil-22').getByText('Low', { exact: true }).waitFor();
			await row('cutting-oil-22').getByText('3.58 LTR').waitFor();
			await row('wiping-cloths').getByText('not steady').waitFor();
			await row('wiping-cloths').getByText('No reorder point').waitFor();
			await page.getByText('3 bids').waitFor();
			return undefined;
		});
	});

	describe('charts', () => {
		as('viewer', 'charts', 'show what is chosen, for the range that is chosen, and remember both', async (page) => {
			await page.locator('.chart canvas').first().waitFor();
			const boxes = page.locator('.channels input');
			for (const box of await boxes.all()) await box.uncheck();
			await page.getByText('Choose a channel to see its chart.').waitFor();
			await boxes.first().check();
			await page.locator('.chart canvas').waitFor();
			for (const range of ['1 h', '24 h', '7 d']) {
				await page.getByRole('radio', { name: range }).check({ force: true });
				await page.locator('.chart canvas').waitFor();
			}
			await page.reload();
			await page.locator('.chart canvas').waitFor();
			assert.equal(await page.getByRole('radio', { name: '7 d' }).isChecked(), true);
			assert.equal(await page.locator('.chart').count(), 1);
		});
	});

	describe('rules', () => {
		as('viewer', 'rules', 'show what they look at as it changes, and what somebody else has saved', async (page) => {
			await editor(page).waitFor();
			const values = page.locator('.values b');
			const before = await values.allTextContents();
			await page.waitForFunction(
				(texts) => [...document.querySelectorAll('.values b')].some((value, index) => value.textContent !== texts[index]), before,
			);
			const owner = visitors.owner;
			const { text, revision } = await owner.call('rules_get');
			const line = `# by somebody else ${Date.now()}`;
			const saved = await owner.call('rules_save', { text: `${text.trimEnd()}\n${line}\n`, revision });
			await page.waitForFunction((words) => document.querySelector('.editor textarea').value.includes(words), line);
			await owner.call('rules_save', { text, revision: saved.revision });
		});

		as('owner', 'rules', 'are edited, shown as a difference, and saved', async (page) => {
			const { text: original } = await visitors.owner.call('rules_get');
			try {
				// What looks like markup stays text.
				const line = `# <b>tried</b> ${Date.now()}`;
				await retype(page, (text) => `${text.trimEnd()}\n${line}\n`);
				await page.getByText('No problems').waitFor();
				await page.getByRole('button', { name: 'Save …' }).click();
				const dialog = page.getByRole('dialog');
				await dialog.locator('.diff .added').getByText(line).waitFor();
				assert.equal(await dialog.locator('b').count(), 0);
				await dialog.getByRole('button', { name: 'Save' }).click();
				await page.getByText('Saved.').waitFor();
				assert.match((await visitors.owner.call('rules_get')).text, new RegExp(line));
				assert.match(await editor(page).inputValue(), new RegExp(line));
			} finally {
				const { revision } = await visitors.owner.call('rules_get');
				await visitors.owner.call('rules_save', { text: original, revision });
			}
		});

		as('owner', 'rules', 'are not lost by looking at another page', async (page) => {
			await retype(page, (text) => `${text}# a draft\n`);
			await page.getByRole('link', { name: 'Wallet' }).click();
			await page.getByText('Address (SS58)').waitFor();
			await page.getByRole('link', { name: 'Rules', exact: true }).click();
			await editor(page).waitFor();
			assert.match(await editor(page).inputValue(), /# a draft/);
			await page.getByRole('button', { name: 'Discard my change' }).click();
			assert.doesNotMatch(await editor(page).inputValue(), /# a draft/);
		});
	});

	describe('the configuration', () => {
		as('owner', 'config', 'is refused with what is wrong at the line where it is wrong', async (page) => {
			let wrong;
			const text = await retype(page, (before) => {
				const lines = before.split('\n');
				wrong = Math.floor(lines.length / 2) + 1;
				return [...lines.slice(0, wrong - 1), '[[[ broken', ...lines.slice(wrong - 1)].join('\n');
			});
			const { problems } = await visitors.owner.call('config_check', { text });
			const problem = problems.find(({ line }) => line === wrong);
			assert.ok(problem, `the server finds nothing at line ${wrong}`);
			const shown = page.locator('.problems li').filter({ hasText: `Line ${wrong}` });
			await shown.waitFor();
			assert.ok((await shown.textContent()).includes(problem.message));
			assert.equal(await page.locator('.gutter .wrong').first().textContent(), String(wrong));
			assert.equal(await page.getByRole('button', { name: 'Save …' }).isDisabled(), true);
			await shown.getByRole('button').click();
			const selected = await editor(page).evaluate((field) => field.value.slice(field.selectionStart, field.selectionEnd));
			assert.equal(selected, '[[[ broken');
			await page.getByRole('button', { name: 'Discard my change' }).click();
		});

		as('owner', 'config', 'is not saved over what somebody else has saved', async (page) => {
			const owner = visitors.owner;
			const { text: original } = await owner.call('config_get');
			try {
				await retype(page, (text) => `${text.trimEnd()}\n# mine\n`);
				const { revision } = await owner.call('config_get');
				await owner.call('config_save', { text: `${original.trimEnd()}\n# theirs\n`, revision });
				await page.getByRole('button', { name: 'Save …' }).click();
				await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
				await page.getByRole('alert').getByText('somebody else has saved').waitFor();
				assert.match(await editor(page).inputValue(), /# mine/);
				await page.getByRole('button', { name: 'Keep my text and compare' }).click();
				await page.getByRole('button', { name: 'Save …' }).click();
				await page.getByRole('dialog').locator('.diff .removed').getByText('# theirs').waitFor();
				await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
				await page.getByRole('button', { name: 'Discard my change' }).click();
				assert.match(await editor(page).inputValue(), /# theirs/);
			} finally {
				const { revision } = await owner.call('config_get');
				await owner.call('config_save', { text: original, revision });
			}
		});
	});

	describe('the log', () => {
		as('operator', 'log', 'is filtered by level and by text', async (page) => {
			await page.locator('.log li').first().waitFor();
			await page.getByLabel('Level').selectOption('DEBUG');
			const some = (await page.locator('.log-text').last().textContent()).trim().split(' ')[0];
			await page.getByLabel('Contains').fill(some);
			await page.locator('.log li').first().waitFor();
			await page.getByLabel('Contains').fill('there is no line with this in it');
			await page.getByText('No line fits.').waitFor();
		});
	});

	describe('languages and themes', () => {
		as('viewer', 'status', 'are chosen and remembered', async (page) => {
			await page.getByLabel('Language').selectOption('ko');
			await heading(page, '상태');
			assert.equal(await page.evaluate(() => document.documentElement.lang), 'ko');
			const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
			const light = await ground();
			await page.getByLabel('테마').selectOption('dark');
			assert.notEqual(await ground(), light);
			const dark = await ground();
			await page.reload();
			await heading(page, '상태');
			assert.equal(await ground(), dark);
		});

		as('viewer', 'status', 'follow the browser where nothing is chosen', async (page) => {
			await heading(page, '상태');
			assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
			await page.emulateMedia({ colorScheme: 'light' });
			await page.waitForFunction(() => document.documentElement.dataset.theme === 'light');
		}, { locale: 'ko-KR', colorScheme: 'dark' });
	});

	it('says that the line is down, and comes back by itself', async () => {
		const { page, context, close } = await open(browser, server.url, { visitor: visitors.viewer, quiet: [/WebSocket/] });
		const lines = [];
		let cut = false;
		await context.routeWebSocket(/\/rpc/, (line) => {
			if (cut) return void line.close();
			line.connectToServer();
			lines.push(line);
		});
		await page.goto(server.url);
		await page.getByText('Live', { exact: true }).waitFor();
		cut = true;
		for (const line of lines) await line.close();
		await page.getByText('The line to the machine is down').waitFor();
		cut = false;
		await page.getByText('Live', { exact: true }).waitFor();
		await page.getByText('The line to the machine is down').waitFor({ state: 'detached' });
		await close();
	});

	as('viewer', 'status', 'goes from page to page with the keyboard alone', async (page) => {
		await page.getByText('Live', { exact: true }).waitFor();
		const focused = () => page.evaluate(() => document.activeElement.textContent.trim());
		await page.keyboard.press('Tab');
		assert.equal(await focused(), 'Skip to the content');
		for (let count = 0; count < 30 && !(await focused()).startsWith('Wallet'); count += 1) await page.keyboard.press('Tab');
		const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
		assert.notEqual(outline, 'none', 'the focus can be seen');
		await page.keyboard.press('Enter');
		await heading(page, 'Wallet');
		assert.equal(await page.evaluate(() => document.activeElement.tagName), 'MAIN');
	});
});

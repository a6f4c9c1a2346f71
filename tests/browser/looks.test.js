// Every page as people see it: in both themes and on a phone, with axe's rules of accessibility, and how much the first load
// takes. Pictures go to MANAGER_PICTURES, or a folder of their own.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { launch, open, PICTURES, WHOLE } from './browser.js';
import { start, Visitor } from './server.js';

const PAGES = ['status', 'charts', 'jobs', 'stock', 'health', 'wallet', 'rules', 'config', 'log', 'board'];
/** The most bytes of the first load, as they are sent. */
const FIRST_LOAD_BYTES = 150_000;
/** Loads whose times are printed, and not judged: whatever else this computer does makes them longer. */
const LOADS = 5;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const KINDS = {
	light: { colorScheme: 'light' },
	dark: { colorScheme: 'dark' },
	phone: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2, locale: 'ko-KR' },
};

/** In the page: what reaches over the window's edge, unless it is in something that scrolls by itself. */
function tooWide(width) {
	const inside = (element) => element !== document.documentElement
		&& (getComputedStyle(element).overflowX !== 'visible' || inside(element.parentElement));
	const wide = [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > width + 0.5);
	const cards = [...document.querySelectorAll('.card *')].filter((element) =>
		element.getBoundingClientRect().right > element.closest('.card').getBoundingClientRect().right + 0.5);
	const found = [...new Set([...wide, ...cards])].filter((element) => !inside(element.parentElement)).map((element) => element.outerHTML.slice(0, 120));
	return document.documentElement.scrollWidth > width ? [`the page: ${document.documentElement.scrollWidth}`, ...found] : found;
}

describe('every page', { timeout: 1_800_000 }, () => {
	let server;
	let browser;
	let owner;
	let job;

	before(async () => {
		server = await start();
		browser = await launch();
		owner = await Visitor.enter(server.url, 'owner');
		[{ job }] = await owner.call('jobs_list');
	});

	after(async () => {
		await browser?.close();
		await server?.stop();
	});

	/** Serious findings of axe, in words. */
	async function findings(page) {
		const { violations } = await page.evaluate(`${AXE}; axe.run(document, { resultTypes: ['violations'] })`);
		return violations.filter(({ impact }) => ['serious', 'critical'].includes(impact))
			.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join(' | ')}`);
	}

	async function look(page, kind, name, fullPage = true) {
		await page.screenshot({ path: join(PICTURES, `${kind}-${name}.png`), fullPage });
		assert.deepEqual(await page.evaluate(tooWide, page.viewportSize().width), [], `${kind} ${name} has what is wider than the window`);
		assert.deepEqual(await findings(page), [], `${kind} ${name}`);
	}

	for (const [kind, options] of Object.entries(KINDS)) {
		it(`is readable and fits: ${kind}`, async (context) => {
			const { page, close } = await open(browser, server.url, { visitor: owner, ...options });
			for (const name of PAGES) {
				await page.goto(`${server.url}/#/${name}`);
				await page.locator(WHOLE[name]).first().waitFor();
				await look(page, kind, name);
			}
			await page.goto(`${server.url}/#/jobs/${job}`);
			await page.locator(WHOLE.job).waitFor();
			await look(page, kind, 'job');
			await close();
			context.diagnostic(`pictures in ${PICTURES}`);
		});

		it(`is readable and fits, the login: ${kind}`, async () => {
			const { page, close } = await open(browser, server.url, options);
			await page.goto(server.url);
			await page.locator('input[type="password"]').waitFor();
			await look(page, kind, 'login');
			await close();
		});

		it(`is readable and fits, before a save: ${kind}`, async () => {
			const { page, close } = await open(browser, server.url, { visitor: owner, ...options, locale: 'en-US' });
			await page.goto(`${server.url}/#/rules`);
			const field = page.locator('.editor textarea');
			await field.waitFor();
			await field.fill(`${await field.inputValue()}this is wrong\n`);
			await page.locator('.problems li').first().waitFor();
			await look(page, kind, 'problems', false);
			await field.fill(`${(await field.inputValue()).replace('this is wrong', '# this is not')}`);
			await page.getByText('No problems').waitFor();
			await page.getByRole('button', { name: 'Save …' }).click();
			await page.locator('dialog .diff').waitFor();
			await look(page, kind, 'dialog', false);
			await close();
		});
	}

	/** What the first load of somebody who has never been here takes. */
	async function firstLoad() {
		const { page, close } = await open(browser, server.url, { visitor: owner });
		await page.addInitScript(() => {
			new MutationObserver((_, observer) => {
				const button = document.querySelector('main .cards button');
				if (!button || button.disabled) return;
				globalThis.usableAt = performance.now();
				observer.disconnect();
			}).observe(document, { childList: true, subtree: true, attributes: true });
		});
		await page.goto(server.url);
		await page.waitForFunction(() => globalThis.usableAt !== undefined);
		const load = await page.evaluate(() => {
			const loaded = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
			const size = loaded.reduce((total, entry) => total + entry.encodedBodySize, 0);
			return { size, files: loaded.length, usable: globalThis.usableAt };
		});
		await close();
		return load;
	}

	it('comes with little', async (context) => {
		const loads = [];
		for (let count = 0; count < LOADS; count += 1) loads.push(await firstLoad());
		const [{ size, files }] = loads;
		const usable = loads.map((load) => load.usable.toFixed(0));
		context.diagnostic(`first load: ${(size / 1000).toFixed(1)} kB packed in ${files} answers; usable after ${usable} ms`);
		assert.ok(size > 0 && size <= FIRST_LOAD_BYTES, `${size} bytes`);
	});
});

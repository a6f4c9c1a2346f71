// Chromium, and pages that are watched: nothing may leave the server's host, fail a policy, or complain.

import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

import { chromium } from 'playwright-core';

/** How long a page may take for anything. */
export const WAIT_MS = 30_000;

/** Where pictures of the pages go. */
export const PICTURES = process.env.MANAGER_PICTURES ?? mkdtempSync(join(tmpdir(), 'bpiiot-pages-'));
mkdirSync(PICTURES, { recursive: true });

/** What is there when a page is whole. */
export const WHOLE = {
	status: '.cards .facts', charts: '.chart canvas', jobs: '.stacks tbody tr', job: '.story', health: '.cards .facts', wallet: '.qr img',
	rules: '.editor textarea', config: '.editor textarea', log: '.log li', board: '.stacks tbody tr',
	// A machine that looks after no goods says so.
	stock: '.cards .stacks tbody tr, .cards p.dim',
};

function program() {
	if (process.env.CHROMIUM) return process.env.CHROMIUM;
	const found = process.env.PATH.split(delimiter).map((folder) => join(folder, 'chromium')).find((path) => existsSync(path));
	return found ?? assert.fail('no chromium here: apt-get install chromium, or name one in CHROMIUM');
}

/** Starts it. */
export const launch = () => chromium.launch({
	executablePath: program(),
	args: process.getuid() === 0 ? ['--no-sandbox'] : [],
});

// The browser itself says so of every answer that is no success; these belong to logging in.
const EXPECTED = [/\/session$/];

/**
 * A window of its own, watched. `options` are Playwright's; `visitor` is somebody who is logged in already. `quiet` are patterns of
 * what the browser will say because the test breaks something.
 */
export async function open(browser, url, { visitor, quiet = [], ...options } = {}) {
	const context = await browser.newContext({
		locale: 'en-US', viewport: { width: 1280, height: 860 }, reducedMotion: 'reduce', ...options,
	});
	context.setDefaultTimeout(WAIT_MS);
	if (visitor) {
		const [name, value] = visitor.cookie.split('=');
		await context.addCookies([{ name, value, url, httpOnly: true, sameSite: 'Strict' }]);
	}
	const complaints = [];
	const { host } = new URL(url);
	await context.route('**/*', (route) => {
		const asked = new URL(route.request().url());
		if (asked.host === host || ['data:', 'blob:'].includes(asked.protocol)) return route.continue();
		complaints.push(`asked ${asked.host}`);
		return route.abort();
	});
	await context.exposeFunction('complain', (text) => complaints.push(text));
	await context.addInitScript(() => {
		document.addEventListener('securitypolicyviolation', (event) => {
			globalThis.complain(`policy ${event.violatedDirective}: ${event.blockedURI} in ${event.sourceFile}:${event.lineNumber}`);
		});
	});
	const page = await context.newPage();
	page.on('websocket', (socket) => {
		if (new URL(socket.url()).host !== host) complaints.push(`socket to ${socket.url()}`);
	});
	page.on('pageerror', (error) => complaints.push(`error: ${error.stack}`));
	page.on('console', (message) => {
		if (!['error', 'warning'].includes(message.type())) return;
		const from = message.location().url ?? '';
		const expected = EXPECTED.some((pattern) => pattern.test(from)) || quiet.some((pattern) => pattern.test(message.text()));
		if (!expected) complaints.push(`${message.type()}: ${message.text()} (${from})`);
	});
	const close = async () => {
		await context.close();
		assert.deepEqual(complaints, [], 'the page must have asked no other host and complained of nothing');
	};
	return { page, context, close };
}

/**
 * What a page asks over its WebSocket from now on: `asked` are the methods, in order; `answer` waits for the next answer to one,
 * and `answered` until every call has its answer.
 */
export function overhear(page) {
	const asked = [];
	const open = new Map();
	const answers = new EventEmitter();
	page.on('websocket', (socket) => {
		open.clear();
		socket.on('framesent', ({ payload }) => {
			const { id, method } = JSON.parse(payload);
			asked.push(method);
			open.set(id, method);
		});
		socket.on('framereceived', ({ payload }) => {
			const { id } = JSON.parse(payload);
			const method = open.get(id);
			if (!open.delete(id)) return;
			answers.emit(method);
			answers.emit('any');
		});
	});
	const next = (name) => once(answers, name, { signal: AbortSignal.timeout(WAIT_MS) });
	const answered = async () => {
		while (open.size > 0) await next('any');
	};
	return { asked, answer: next, answered };
}

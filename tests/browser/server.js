// The server that is tried: one that runs already (MANAGER_URL), or the example of iot-manager with a played machine.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const START_MS = 60_000;

/** Passwords by role: those of the example. */
export const PLAYED = { viewer: 'viewer-viewer', operator: 'operator-operator', owner: 'owner-owner-owner' };

/** The same of the server that all tests share. */
export const PASSWORDS = {
	viewer: process.env.MANAGER_VIEWER ?? PLAYED.viewer,
	operator: process.env.MANAGER_OPERATOR ?? PLAYED.operator,
	owner: process.env.MANAGER_OWNER ?? PLAYED.owner,
};

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What a child prints, line by line: `next` waits for one that fits, and gives what was found in it. */
function listen(child) {
	const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	const next = async (pattern) => {
		const late = setTimeout(() => child.kill('SIGKILL'), START_MS);
		try {
			for (;;) {
				const { value, done } = await lines.next();
				if (done) throw new Error(`the server printed nothing like ${pattern} within ${START_MS / 1000} s`);
				const found = pattern.exec(value);
				if (found) return found[0];
			}
		} finally {
			clearTimeout(late);
		}
	};
	return { next };
}

/** The server that all tests share: `{url, stop}`, where it is and how to be done with it. */
export async function start() {
	if (process.env.MANAGER_URL) return { url: process.env.MANAGER_URL.replace(/\/$/, ''), stop: async () => {} };
	return play();
}

/** A server with a played machine: `{url, stop, advance}`. `advance` moves its clock ahead, by so many milliseconds. */
export async function play() {
	const target = process.env.CARGO_TARGET_DIR ?? `${process.env.HOME}/.cache/bpiiot/target`;
	const program = `${target}/debug/examples/play`;
	if (!existsSync(program)) {
		throw new Error(`no ${program}: cargo build -p iot-manager --example play --features played, or name a server in MANAGER_URL`);
	}
	// Of this checkout, whichever one the program was built in.
	const web = fileURLToPath(new URL('../../iot-client/manager/web', import.meta.url));
	const child = spawn(program, ['--port', '0', '--web', web], { stdio: ['pipe', 'pipe', 'inherit'] });
	const lines = listen(child);
	const stop = async () => {
		if (child.exitCode !== null || child.signalCode !== null) return;
		child.kill('SIGINT');
		const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
		await once(child, 'exit');
		clearTimeout(late);
	};
	const advance = async (ms) => {
		child.stdin.write(`advance ${ms}\n`);
		await lines.next(/^advanced$/);
	};
	try {
		return { url: await lines.next(/http:\/\/[0-9.]+:\d+/), stop, advance };
	} catch (error) {
		await stop();
		throw error;
	}
}

/** Somebody who is logged in without a browser: another window, or the same as one by its cookie. */
export class Visitor {
	static async enter(url, role, passwords = PASSWORDS) {
		for (;;) {
			const response = await fetch(`${url}/session`, {
				method: 'POST',
				headers: { 'Content-Type': 'application/json', Origin: url },
				body: JSON.stringify({ role, password: passwords[role] }),
			});
			if (response.status === 429) {
				await pause(1000 * Number(response.headers.get('Retry-After')));
				continue;
			}
			if (!response.ok) throw new Error(`login as ${role}: ${response.status} ${await response.text()}`);
			const visitor = new Visitor();
			visitor.url = url;
			visitor.cookie = response.headers.getSetCookie()[0].split(';')[0];
			visitor.token = (await response.json()).token;
			return visitor;
		}
	}

	get #headers() {
		return { Cookie: this.cookie, Origin: this.url, 'X-CSRF-Token': this.token, 'Content-Type': 'application/json' };
	}

	/** The result of a call; what the server refuses is thrown. */
	async call(method, params = {}) {
		const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
		const response = await fetch(`${this.url}/rpc`, { method: 'POST', headers: this.#headers, body });
		const { result, error } = await response.json();
		if (error) throw Object.assign(new Error(error.message), error);
		return result;
	}

	async leave() {
		const response = await fetch(`${this.url}/session`, { method: 'DELETE', headers: this.#headers });
		if (!response.ok) throw new Error(`logout: ${response.status}`);
	}
}

// A development node of our own for the tests, or the one that WS_URL names.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';

import { ApiPromise, WsProvider } from '@polkadot/api';

// A start compiles the runtime: seconds on a fast computer, minutes on a small one that is busy.
const START_TIMEOUT_MS = 300_000;
const CONNECT_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;
const BLOCK_TIME_MS = 250;

/** Fails when `promise` takes longer than `ms`; `what` says what was awaited. */
export async function within(ms, what, promise) {
	let timer;
	const late = new Promise((_, reject) => {
		timer = setTimeout(() => reject(new Error(`${what()}: nothing within ${ms} ms`)), ms);
	});
	try {
		return await Promise.race([promise, late]);
	} finally {
		clearTimeout(timer);
	}
}

/** The command that starts `program` such that the kernel kills it when we die, if `setpriv` (util-linux) is there. */
function boundToUs(program) {
	const setpriv = '/usr/bin/setpriv';
	return existsSync(setpriv) ? [setpriv, '--pdeathsig', 'KILL', '--', program] : [program];
}

/** Kills `child` when we end, also by a signal, of which `exit` does not tell. */
function killWithUs(child) {
	process.once('exit', () => child.kill('SIGKILL'));
	for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
		process.once(signal, () => {
			child.kill('SIGKILL');
			process.kill(process.pid, signal);
		});
	}
}

/** Starts `bpiiot-node` on a chain that lives in memory of its own. Gives its address and how to stop it. */
async function startNode() {
	const program = process.env.BPIIOT_NODE ?? `${process.env.HOME}/.cache/bpiiot/target/debug/bpiiot-node`;
	if (!existsSync(program)) {
		throw new Error(`no node at ${program}: build it with "make build", or name one in BPIIOT_NODE or WS_URL`);
	}
	const [command, ...first] = boundToUs(program);
	const child = spawn(command, [
		...first, '--chain=development', `--dev-block-time=${BLOCK_TIME_MS}`, '--tmp', '--database=paritydb', '--rpc-port=0',
		'--listen-addr=/ip4/127.0.0.1/tcp/0', '--no-mdns', '--no-telemetry', '--no-prometheus', '--no-hardware-benchmarks',
	], { stdio: ['ignore', 'ignore', 'pipe'] });
	let log = '';
	// The node chooses a free port and says which.
	const listening = new Promise((resolve) => {
		child.stderr.setEncoding('utf8').on('data', (text) => {
			log = (log + text).slice(-8_000);
			const port = /JSON-RPC server: addr=127\.0\.0\.1:(\d+)/.exec(log)?.[1];
			if (port) resolve(port);
		});
	});
	killWithUs(child);
	const ended = once(child, 'exit');
	const stop = async () => {
		child.kill('SIGTERM');
		await within(STOP_TIMEOUT_MS, () => 'the node was told to stop', ended).catch(() => child.kill('SIGKILL'));
	};

	const died = ended.then(([code, signal]) => {
		throw new Error(`the node ended (${code ?? signal})`);
	});
	try {
		const up = within(START_TIMEOUT_MS, () => 'the node was started', listening);
		return { url: `ws://127.0.0.1:${await Promise.race([up, died])}`, stop };
	} catch (error) {
		await stop();
		throw new Error(`${error.message}\n${log}`, { cause: error });
	} finally {
		died.catch(() => {});
	}
}

/** Connects to a node. `close` ends the connection, and the node if it is ours. */
export async function connect() {
	const node = process.env.WS_URL ? undefined : await startNode();
	const url = node?.url ?? process.env.WS_URL;
	const api = new ApiPromise({ provider: new WsProvider(url), noInitWarn: true });
	const close = async () => {
		await api.disconnect();
		await node?.stop();
	};
	try {
		await within(CONNECT_TIMEOUT_MS, () => `connecting to ${url}`, api.isReadyOrError);
	} catch (error) {
		await close();
		throw error;
	}
	return { api, ownNode: node !== undefined, close };
}

// A development node of our own for the tests, or the one that WS_URL names.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';

import { ApiPromise, WsProvider } from '@polkadot/api';

const CONNECT_TIMEOUT_MS = 120_000;
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

/** A TCP port that nobody listens on. */
async function freePort() {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address();
	server.close();
	await once(server, 'close');
	return port;
}

/** Starts `bpiiot-node` on a chain that lives in memory of its own. Gives its address and how to stop it. */
async function startNode() {
	const program = process.env.BPIIOT_NODE ?? `${process.env.HOME}/.cache/bpiiot/target/debug/bpiiot-node`;
	if (!existsSync(program)) {
		throw new Error(`no node at ${program}: build it with "make build", or name one in BPIIOT_NODE or WS_URL`);
	}
	const port = await freePort();
	const child = spawn(program, [
		'--chain=development', `--dev-block-time=${BLOCK_TIME_MS}`, '--tmp', '--database=paritydb', `--rpc-port=${port}`,
		'--listen-addr=/ip4/127.0.0.1/tcp/0', '--no-mdns', '--no-telemetry', '--no-prometheus', '--no-hardware-benchmarks',
	], { stdio: ['ignore', 'ignore', 'pipe'] });
	let log = '';
	child.stderr.setEncoding('utf8').on('data', (text) => {
		log = (log + text).slice(-8_000);
	});
	const ended = once(child, 'exit');
	const stop = async () => {
		child.kill('SIGTERM');
		await within(STOP_TIMEOUT_MS, () => 'the node was told to stop', ended).catch(() => child.kill('SIGKILL'));
	};
	// A test program that is killed leaves no node behind.
	process.once('exit', () => child.kill('SIGKILL'));
	return { url: `ws://127.0.0.1:${port}`, ended, stop, log: () => log };
}

/** Connects to a node. `close` ends the connection, and the node if it is ours. */
export async function connect() {
	const node = process.env.WS_URL ? undefined : await startNode();
	const url = node?.url ?? process.env.WS_URL;
	// Tries again every 200 ms: the node needs some seconds before it listens.
	const provider = new WsProvider(url, 200);
	const api = new ApiPromise({ provider, noInitWarn: true, throwOnConnect: false });
	// Until it listens, each attempt is an error that need not be told.
	api.on('error', () => {});
	const close = async () => {
		await api.disconnect();
		await node?.stop();
	};
	try {
		const gone = node?.ended.then(([code]) => {
			throw new Error(`the node ended with status ${code}`);
		});
		const ready = within(CONNECT_TIMEOUT_MS, () => `connecting to ${url}`, api.isReady);
		await (gone ? Promise.race([ready, gone]) : ready);
		gone?.catch(() => {});
	} catch (error) {
		await close();
		throw new Error(`${error.message}\n${node?.log() ?? ''}`, { cause: error });
	}
	return { api, ownNode: node !== undefined, close };
}

// Accounts on disk: what iot-client writes Polkadot.js reads, and the other way round. Needs no node.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';

import { Keyring } from '@polkadot/keyring';
import { stringToU8a, u8aToHex } from '@polkadot/util';
import { base64Decode, base64Encode, cryptoWaitReady, mnemonicGenerate, signatureVerify } from '@polkadot/util-crypto';

const PROGRAM = process.env.IOT_CLIENT ?? `${process.env.HOME}/.cache/bpiiot/target/debug/iot-client`;
const TIMEOUT_MS = 60_000;
const CONFIG_ERROR = 6;

const CONFIG = `
state_dir = "state"
[board]
port = "board"
[chain]
endpoints = ["ws://127.0.0.1:1"]
trust = "single"
[wallet]
keystore = "key.json"
password_file = "password"
[recipes]
dirs = ["recipes"]
`;

describe('a keystore', { timeout: 600_000 }, () => {
	let folder;
	const path = (name) => join(folder, name);
	const newKeyring = () => new Keyring({ type: 'sr25519', ss58Format: 42 });

	before(async () => {
		assert.ok(existsSync(PROGRAM), `no iot-client at ${PROGRAM}: build it with "make build", or name one in IOT_CLIENT`);
		await cryptoWaitReady();
	});

	beforeEach(() => {
		if (folder) rmSync(folder, { recursive: true });
		folder = mkdtempSync(join(tmpdir(), 'bpiiot-keystore-'));
		writeFileSync(path('machine.toml'), CONFIG);
		// Any file: `check-config` looks only whether it is there.
		writeFileSync(path('board'), '');
	});

	after(() => {
		if (folder) rmSync(folder, { recursive: true });
	});

	function iotClient(...args) {
		const { IOT_CLIENT_CONFIG, IOT_CLIENT_NODE, ...env } = process.env;
		const run = spawnSync(PROGRAM, args, { cwd: folder, env, encoding: 'utf8', timeout: TIMEOUT_MS });
		assert.ifError(run.error);
		return run;
	}

	/** Puts a keystore and its password where the configuration says. */
	function store(text, password) {
		writeFileSync(path('key.json'), text);
		writeFileSync(path('password'), `${password}\n`, { mode: 0o600 });
	}

	/** The address of the account that iot-client opens. */
	function opened() {
		const run = iotClient('check-config', '--json');
		assert.equal(run.status, 0, run.stderr);
		return JSON.parse(run.stdout).key;
	}

	/** What iot-client says of a keystore that it must not open. */
	function refused() {
		const run = iotClient('check-config');
		assert.equal(run.status, CONFIG_ERROR, `${run.stdout}${run.stderr}`);
		assert.ok(!/panicked/.test(run.stderr), run.stderr);
		return run.stderr;
	}

	it('that iot-client wrote is imported, unlocked, and signs with the same address', () => {
		const made = iotClient('init', '--name', 'drill press 1', '--json');
		assert.equal(made.status, 0, made.stderr);
		const { key } = JSON.parse(made.stdout);
		const json = JSON.parse(readFileSync(path('key.json'), 'utf8'));
		const password = readFileSync(path('password'), 'utf8').trimEnd();

		const pair = newKeyring().createFromJson(json);
		assert.ok(pair.isLocked);
		assert.equal(pair.address, key);
		assert.equal(pair.meta.name, 'drill press 1');
		assert.throws(() => pair.unlock('wrong'), /Unable to decode/);
		pair.unlock(password);
		const message = stringToU8a('bpiiot');
		const signature = pair.sign(message);
		const verified = signatureVerify(message, signature, key);
		assert.ok(verified.isValid);
		assert.equal(verified.crypto, 'sr25519');
		// And back again, under another password.
		store(JSON.stringify(pair.toJson('another password')), 'another password');
		assert.equal(opened(), key);
	});

	it('that Polkadot.js exported is opened, with passwords of all kinds', () => {
		for (const password of ['a', 'a rather long password with spaces', 'Grüße, 日本, 🔑', 'x'.repeat(200)]) {
			const pair = newKeyring().addFromUri(mnemonicGenerate(), { name: 'machine' });
			store(JSON.stringify(pair.toJson(password)), password);
			assert.equal(opened(), pair.address, password);
		}
		// With a derivation, whose key has no seed of its own.
		const derived = newKeyring().addFromUri(`${mnemonicGenerate()}//machine/1`);
		store(JSON.stringify(derived.toJson('secret')), 'secret');
		assert.equal(opened(), derived.address);
	});

	it('whose address has the prefix of another network is the same account', () => {
		const pair = new Keyring({ type: 'sr25519', ss58Format: 0 }).addFromUri('//Machine');
		store(JSON.stringify(pair.toJson('secret')), 'secret');
		const account = newKeyring().decodeAddress(opened());
		assert.equal(u8aToHex(account), u8aToHex(pair.publicKey));
	});

	it('of another kind is refused by name', () => {
		for (const [type, words] of [['ed25519', /kind ed25519/], ['ecdsa', /kind ECDSA/], ['ethereum', /kind ECDSA/]]) {
			const pair = new Keyring({ type }).addFromMnemonic(mnemonicGenerate());
			store(JSON.stringify(pair.toJson('secret')), 'secret');
			assert.match(refused(), words, type);
		}
		const open = newKeyring().addFromUri('//Machine');
		store(JSON.stringify(open.toJson()), 'secret');
		assert.match(refused(), /not encrypted/);
	});

	it('with another password is refused as that', () => {
		const pair = newKeyring().addFromUri('//Machine');
		const text = JSON.stringify(pair.toJson('secret'));
		for (const password of ['Secret', 'secret ', 'secre']) {
			store(text, password);
			assert.match(refused(), /the password does not open .*key\.json/);
		}
	});

	it('that was cut off is refused, wherever it was', () => {
		const text = JSON.stringify(newKeyring().addFromUri('//Machine').toJson('secret'));
		for (let length = 0; length < text.length; length += 10) {
			store(text.slice(0, length), 'secret');
			assert.match(refused(), /is not a keystore that this client reads/, `${length} bytes`);
		}
	});

	it('that wants hostile work is refused before it is done', () => {
		const json = newKeyring().addFromUri('//Machine').toJson('secret');
		for (const [n, p, r] of [[2 ** 31, 1, 8], [2 ** 15, 255, 8], [2 ** 15, 1, 2 ** 20], [2, 1, 8], [0, 0, 0]]) {
			const data = base64Decode(json.encoded);
			const view = new DataView(data.buffer, data.byteOffset);
			[n, p, r].forEach((value, at) => view.setUint32(32 + 4 * at, value, true));
			store(JSON.stringify({ ...json, encoded: base64Encode(data) }), 'secret');
			assert.match(refused(), /scrypt parameters/, `${n} ${p} ${r}`);
		}
	});

	it('is refused when a single byte of it was changed', () => {
		const json = newKeyring().addFromUri('//Machine').toJson('secret');
		for (const at of [0, 44, 70, 100, 200]) {
			const data = base64Decode(json.encoded).slice();
			data[at] ^= 1;
			store(JSON.stringify({ ...json, encoded: base64Encode(data) }), 'secret');
			assert.match(refused(), /the password does not open|is not a keystore/, `byte ${at}`);
		}
	});
});

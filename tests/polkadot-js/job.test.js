// A job from order to payment as a user of Polkadot.js makes it, on a real node.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { Keyring } from '@polkadot/keyring';
import { bnToU8a, stringToU8a, u8aConcat, u8aToHex, u8aWrapBytes } from '@polkadot/util';
import { blake2AsHex, blake2AsU8a, cryptoWaitReady, encodeAddress, mnemonicGenerate } from '@polkadot/util-crypto';

import { asRoot, assetOf, balanceOf, BPI, chainTime, eventData, Refused, send } from './chain.js';
import { connect } from './node.js';

const HOUR_MS = 3_600_000;
const NO_HASH = `0x${'00'.repeat(32)}`;
const RECIPE = blake2AsHex('a recipe', 256);
// The period is in milliseconds; with 0 the amount does not come back by itself.
const ALLOWANCE = { amount: 10n * BPI, period: 0 };
const STAKE = 20n * BPI;

const PROFILE = {
	model: 'Solid TB 16',
	location: 'Bremen, hall 3',
	capabilities: ['drilling'],
	firmware: NO_HASH,
	metadata: NO_HASH,
};
// None is declared.
const ENCRYPTION_KEY = NO_HASH;

const TERMS = {
	capability: 'drilling',
	region: 'DE-HB',
	asset: 'Native',
	unitPrice: 2n * BPI,
	tiers: [],
	maxUnits: 10,
	bond: 1n * BPI,
	acceptWindow: 6 * HOUR_MS,
	leadTime: HOUR_MS,
	// None: it works all the time.
	calendar: { week: [], closures: [] },
	reviewWindow: 6 * HOUR_MS,
	// Parts in a million: 20 %.
	rejectionFee: 200_000,
	cancellation: { accepted: 100_000, started: 500_000 },
	rework: { rounds: 1, window: HOUR_MS },
	disputes: null,
	recipeSchema: NO_HASH,
	contract: NO_HASH,
	governingLaw: 'DE',
};

// A stablecoin with 6 places. A smallest unit of it is worth 400,000 planck, so 2.5 dollars are one BPI.
const DOLLARS = { id: 1984, one: 10n ** 6n, least: 10n ** 4n, rate: 400_000n * 10n ** 18n };
/** What so many planck are worth in dollars, rounded up as the chain does. */
const inDollars = (planck) => (planck * 10n ** 18n + DOLLARS.rate - 1n) / DOLLARS.rate;

/** Waits for a refusal and says which one it was. */
async function refusal(sending) {
	try {
		await sending;
	} catch (error) {
		if (error instanceof Refused) return error;
		throw error;
	}
	return assert.fail('the chain accepted what it must refuse');
}

describe('a job ordered with @polkadot/api', { timeout: 600_000 }, () => {
	let api, close, ownNode;
	let owner, customer, key, orderFee;
	let machine, offer, machineFees = 0n;

	before(async () => {
		await cryptoWaitReady();
		({ api, close, ownNode } = await connect());
		const keyring = new Keyring({ type: 'sr25519', ss58Format: api.registry.chainSS58 });
		owner = keyring.addFromUri('//Owner');
		customer = keyring.addFromUri('//Customer');
		key = keyring.addFromUri(mnemonicGenerate());
		orderFee = api.consts.jobs.orderFee.toBigInt();
		machine = u8aToHex(blake2AsU8a(u8aConcat(stringToU8a('bpiiot/machine'), key.publicKey), 256));
	});

	after(() => close?.());

	/** What the machine's key signs to be registered for `account`, as its next machine. */
	async function registration(account) {
		const nonce = await api.query.machines.registrations(account.address);
		return u8aConcat(
			stringToU8a('bpiiot/register'),
			api.genesisHash.toU8a(),
			account.publicKey,
			key.publicKey,
			bnToU8a(nonce.toBn(), { bitLength: 32, isLe: true }),
		);
	}

	/** What a new key signs to take the place of the machine's key. */
	async function rotation(newKey) {
		const { rotations } = (await api.query.machines.machines(machine)).unwrap();
		return u8aConcat(
			stringToU8a('bpiiot/rotation'),
			api.genesisHash.toU8a(),
			machine,
			newKey.publicKey,
			bnToU8a(rotations.toBn(), { bitLength: 32, isLe: true }),
		);
	}

	/** Registers the machine in the owner's name. */
	function register(proof) {
		return send(api, owner, api.tx.machines.register(key.address, proof, PROFILE, ENCRYPTION_KEY, ALLOWANCE));
	}

	/** Lets the machine have so much of each asset on hold as bonds. */
	async function allowBonds(caps) {
		const policy = { purposes: ['Bond'], period: 0, caps };
		return send(api, owner, api.tx.machines.setSpendingPolicy(machine, policy));
	}

	/** A call that the machine's key signs. It has no money, and gets none by it. */
	async function sendAsMachine(call) {
		const { events, fee } = await send(api, key, call);
		machineFees += fee;
		await keyIsPoor();
		return events;
	}

	async function keyIsPoor() {
		const { data, sufficients } = await api.query.system.account(key.address);
		assert.equal(data.free.toBigInt(), 0n);
		assert.equal(data.reserved.toBigInt(), 0n);
		assert.equal(sufficients.toNumber(), 1);
	}

	async function order(units, {
		version = 1, maxPrice = TERMS.unitPrice * BigInt(units), of = offer, arbiter = null,
	} = {}) {
		const deliverBy = (await chainTime(api)) + 12 * HOUR_MS;
		const recipe = { Open: 'file:bracket.toml' };
		const call = api.tx.jobs.order(of, version, units, maxPrice, RECIPE, recipe, deliverBy, arbiter);
		const { events, fee } = await send(api, customer, call);
		return { ...eventData(events, 'jobs', 'Ordered'), fee };
	}

	const jobState = async (job) => (await api.query.jobs.jobs(job)).unwrap().state;

	it('finds calls that Polkadot.js Apps can show: named arguments, and a text for each', () => {
		const names = (call) => call.meta.args.map(({ name }) => name.toString());
		assert.deepEqual(names(api.tx.jobs.order), [
			'offer', 'version', 'units', 'maxPrice', 'recipe', 'recipeReference', 'deliverBy', 'arbiter',
		]);
		assert.deepEqual(names(api.tx.machines.register), [
			'key', 'proof', 'profile', 'encryptionKey', 'feeAllowance',
		]);
		assert.deepEqual(names(api.tx.machines.rotateKey), ['machine', 'newKey', 'proof']);
		assert.deepEqual(names(api.tx.machines.deposit), ['machine', 'asset', 'amount']);
		assert.deepEqual(names(api.tx.escrow.claimCredit), ['holder', 'asset', 'payee']);
		for (const section of ['machines', 'jobs', 'escrow']) {
			for (const call of Object.values(api.tx[section])) {
				assert.ok(call.meta.docs.length > 0, `${section}.${call.method} has no text`);
			}
			for (const error of Object.values(api.errors[section])) {
				assert.ok(error.meta.docs.length > 0, `${section}.${error.meta.name} has no text`);
			}
		}
		assert.equal(api.registry.chainSS58, 42);
		assert.deepEqual(api.registry.chainTokens, ['BPI']);
		assert.deepEqual(api.registry.chainDecimals, [12]);
	});

	it('refuses a machine whose key did not sign for this owner', async () => {
		const proof = key.sign(await registration(customer));
		const error = await refusal(register(proof));
		assert.equal(error.message, 'machines.BadProof');
	});

	it('registers a machine with the proof that a wallet signs', async () => {
		// Wallets wrap what they sign into <Bytes>..</Bytes>.
		const proof = key.sign(u8aWrapBytes(await registration(owner)));
		const { events } = await register(proof);
		const registered = eventData(events, 'machines', 'Registered');
		assert.equal(registered.machine.toHex(), machine);
		assert.equal(registered.owner.toString(), owner.address);

		const record = (await api.query.machines.machines(machine)).unwrap();
		assert.equal(record.key.toString(), key.address);
		assert.equal(record.profile.model.toUtf8(), PROFILE.model);
		assert.ok(record.status.isInService);
		await keyIsPoor();

		await send(api, owner, api.tx.machines.deposit(machine, 'Native', STAKE));
		await allowBonds([{ asset: 'Native', perPeriod: TERMS.bond }]);
		assert.deepEqual(await balanceOf(api, machine), { free: STAKE, reserved: 0n, holds: [] });
	});

	it('publishes an offer', async () => {
		const { events } = await send(api, owner, api.tx.jobs.publishOffer(machine, TERMS));
		offer = eventData(events, 'jobs', 'OfferPublished').offer;
		const record = (await api.query.jobs.offers(offer)).unwrap();
		assert.equal(record.version.toNumber(), 1);
		assert.equal(record.terms.unitPrice.toBigInt(), TERMS.unitPrice);
		assert.equal(record.terms.capability.toUtf8(), 'drilling');
		assert.deepEqual((await api.query.jobs.offersOf(machine)).map(String), [offer.toString()]);
	});

	it('refuses orders that do not fit the offer, by name, and takes the fee only', async () => {
		const { free } = await balanceOf(api, customer.address);
		const expected = [
			['jobs.MaxPriceTooLow', 3, { maxPrice: 3n * TERMS.unitPrice - 1n }],
			['jobs.OfferChanged', 3, { version: 2 }],
			['jobs.TooManyUnits', TERMS.maxUnits + 1, {}],
			['jobs.ZeroUnits', 0, {}],
		];
		let fees = 0n;
		for (const [name, units, mistake] of expected) {
			const error = await refusal(order(units, mistake));
			assert.equal(error.message, name);
			fees += error.fee;
		}
		assert.deepEqual(await balanceOf(api, customer.address), { free: free - fees, reserved: 0n, holds: [] });
	});

	it('pays the machine for three approved units, and leaves nothing on hold', async () => {
		const price = 3n * TERMS.unitPrice;
		const before = await balanceOf(api, customer.address);
		const issuance = (await api.query.balances.totalIssuance()).toBigInt();

		const { job, price: asked, fee } = await order(3);
		let fees = fee;
		assert.equal(asked.toBigInt(), price);
		assert.ok((await jobState(job)).isOrdered);
		const held = (await balanceOf(api, customer.address)).holds;
		assert.deepEqual(Object.fromEntries(held.map(({ reason, amount }) => [reason, amount])), {
			'Escrow.Agreement': price + api.consts.jobs.jobDeposit.toBigInt() + orderFee,
		});

		const early = await refusal(send(api, customer, api.tx.jobs.approve(job, 3)));
		assert.equal(early.message, 'jobs.WrongState');
		fees += early.fee;

		await sendAsMachine(api.tx.jobs.accept(job));
		const bonded = await balanceOf(api, machine);
		assert.deepEqual(bonded.holds.map(({ amount }) => amount), [TERMS.bond]);
		await sendAsMachine(api.tx.jobs.start(job));
		await sendAsMachine(api.tx.jobs.progress(job, 2));
		const delivered = eventData(await sendAsMachine(api.tx.jobs.deliver(job, 3, RECIPE)), 'jobs', 'Delivered');
		assert.equal(delivered.units.toNumber(), 3);

		const approval = await send(api, customer, api.tx.jobs.approve(job, 3));
		fees += approval.fee;
		assert.ok(eventData(approval.events, 'jobs', 'Settled').outcome.isCompleted);
		const state = await jobState(job);
		assert.ok(state.isSettled && state.asSettled.isCompleted);
		const { escrow } = (await api.query.jobs.jobs(job)).unwrap();
		assert.ok(escrow.ended.isTrue);
		assert.equal(escrow.payer.toString(), customer.address);
		fees += (await send(api, customer, api.tx.jobs.remove(job))).fee;
		assert.ok((await api.query.jobs.jobs(job)).isNone);

		assert.deepEqual(await balanceOf(api, machine), { free: STAKE + price, reserved: 0n, holds: [] });
		assert.deepEqual(await balanceOf(api, customer.address), {
			free: before.free - price - orderFee - fees, reserved: 0n, holds: [],
		});
		if (ownNode) {
			assert.equal((await api.query.jobs.jobs.entries()).length, 0);
			assert.equal((await api.query.escrow.deadlines.entries()).length, 0);
			assert.equal((await api.query.escrow.credits.entries()).length, 0);
			assert.equal((await api.query.balances.totalIssuance()).toBigInt(), issuance);
		}
	});

	it('pays the rejection fee of the offer for a rejected unit, and the rest goes back', async () => {
		const before = await balanceOf(api, machine);
		const { job } = await order(2);
		await sendAsMachine(api.tx.jobs.accept(job));
		await sendAsMachine(api.tx.jobs.start(job));
		await sendAsMachine(api.tx.jobs.deliver(job, 2, RECIPE));
		await send(api, customer, api.tx.jobs.approve(job, 1));
		const { events } = await send(api, customer, api.tx.jobs.reject(job, 1, NO_HASH));
		assert.equal(eventData(events, 'jobs', 'Settled').rejected.toNumber(), 1);
		await send(api, customer, api.tx.jobs.remove(job));

		const earned = TERMS.unitPrice + TERMS.unitPrice / 5n;
		assert.deepEqual(await balanceOf(api, machine), { free: before.free + earned, reserved: 0n, holds: [] });
		assert.equal((await balanceOf(api, customer.address)).reserved, 0n);
	});

	it('pays the machine in a stablecoin that governance has listed, for an order that costs no BPI', async (test) => {
		if (!ownNode) return test.skip('makes an asset, so it needs a chain of its own');
		const { id, one, least, rate } = DOLLARS;
		const asset = { Asset: id };
		const alice = new Keyring({ type: 'sr25519' }).addFromUri('//Alice');
		const pot = encodeAddress(u8aConcat(stringToU8a('modlPotStake'), new Uint8Array(20)), 42);
		await asRoot(api, alice, api.tx.utility.batchAll([
			api.tx.assets.forceCreate(id, alice.address, true, least),
			api.tx.assets.forceSetMetadata(id, 'Test dollar', 'tUSD', 6, false),
			api.tx.assetRate.create(asset, rate),
		]));
		await send(api, alice, api.tx.utility.batchAll([
			// Where order fees go: an asset is listed only when they can arrive.
			api.tx.assets.mint(id, pot, least),
			api.tx.assets.mint(id, owner.address, 10n * one),
			api.tx.assets.mint(id, customer.address, 100n * one),
		]));
		const terms = { ...TERMS, asset, unitPrice: 2n * one, bond: one };
		const unlisted = await refusal(send(api, owner, api.tx.jobs.publishOffer(machine, terms)));
		assert.equal(unlisted.message, 'escrow.AssetNotListed');

		await asRoot(api, alice, api.tx.escrow.listAsset(asset));
		const published = await send(api, owner, api.tx.jobs.publishOffer(machine, terms));
		const { offer: of } = eventData(published.events, 'jobs', 'OfferPublished');
		const price = 3n * terms.unitPrice;
		await send(api, owner, api.tx.machines.deposit(machine, asset, 5n * one));
		await allowBonds([{ asset: 'Native', perPeriod: TERMS.bond }, { asset, perPeriod: one }]);
		const native = await balanceOf(api, machine);
		const before = await balanceOf(api, customer.address);
		const { job, fee: orderCost } = await order(3, { of, maxPrice: price });
		const held = (await assetOf(api, id, customer.address)).holds;
		assert.deepEqual(Object.fromEntries(held.map(({ reason, amount }) => [reason, amount])), {
			'Escrow.Agreement': price + inDollars(api.consts.jobs.jobDeposit.toBigInt()) + inDollars(orderFee),
		});
		assert.deepEqual(await balanceOf(api, customer.address), { ...before, free: before.free - orderCost });

		await sendAsMachine(api.tx.jobs.accept(job));
		assert.deepEqual((await assetOf(api, id, machine)).holds, [{ reason: 'Escrow.Bond', amount: one }]);
		await sendAsMachine(api.tx.jobs.start(job));
		await sendAsMachine(api.tx.jobs.deliver(job, 3, RECIPE));
		await send(api, customer, api.tx.jobs.approve(job, 3));
		await send(api, customer, api.tx.jobs.remove(job));

		assert.deepEqual(await assetOf(api, id, machine), { free: 5n * one + price, holds: [] });
		assert.deepEqual(await assetOf(api, id, customer.address), {
			free: 100n * one - price - inDollars(orderFee), holds: [],
		});
		assert.equal((await assetOf(api, id, pot)).free, least + inDollars(orderFee));
		assert.deepEqual(await balanceOf(api, machine), native);
		await send(api, owner, api.tx.jobs.withdrawOffer(of));
	});

	it('splits the price of rejected units as the arbiter says, and pays his fee out of what the opener put up', async () => {
		const arbiter = new Keyring({ type: 'sr25519' }).addFromUri('//Arbiter');
		await send(api, arbiter, api.tx.escrow.registerArbiter(50_000, NO_HASH));
		const window = 6 * HOUR_MS;
		const disputes = {
			arbiters: [arbiter.address], challengeWindow: window, caseWindow: window, rulingWindow: window,
		};
		const published = await send(api, owner, api.tx.jobs.publishOffer(machine, { ...TERMS, disputes }));
		const { offer: of } = eventData(published.events, 'jobs', 'OfferPublished');
		const stranger = await refusal(order(2, { of, arbiter: customer.address }));
		assert.equal(stranger.message, 'jobs.ArbiterNotOffered');

		const before = await balanceOf(api, machine);
		const { job } = await order(2, { of, arbiter: arbiter.address });
		await sendAsMachine(api.tx.jobs.accept(job));
		await sendAsMachine(api.tx.jobs.start(job));
		await sendAsMachine(api.tx.jobs.deliver(job, 2, RECIPE));
		await send(api, customer, api.tx.jobs.reject(job, 2, RECIPE));
		assert.ok((await jobState(job)).isRejected);
		await send(api, owner, api.tx.jobs.dispute(job, RECIPE));
		assert.ok((await jobState(job)).isDisputed);

		const agreement = { Job: job };
		await send(api, customer, api.tx.escrow.submitEvidence(agreement, RECIPE));
		const early = await refusal(send(api, arbiter, api.tx.escrow.rule(agreement, 600_000, 'Payee', NO_HASH)));
		assert.equal(early.message, 'escrow.NotAccepted');
		await send(api, arbiter, api.tx.escrow.acceptCase(agreement));
		const { events } = await send(api, arbiter, api.tx.escrow.rule(agreement, 600_000, 'Payee', RECIPE));
		const settled = eventData(events, 'jobs', 'Settled');
		assert.ok(settled.outcome.isArbitrated);
		const pay = (TERMS.unitPrice * 2n * 6n) / 10n;
		assert.deepEqual(await balanceOf(api, machine), { free: before.free + pay, reserved: 0n, holds: [] });
		assert.ok((await api.query.escrow.disputes(agreement)).isNone);
		await send(api, customer, api.tx.jobs.remove(job));
		assert.equal((await balanceOf(api, customer.address)).reserved, 0n);
		await send(api, owner, api.tx.jobs.withdrawOffer(of));
	});

	it('finds offers by what they sell, where, and for how much', async () => {
		const found = async (region, most) => {
			const page = await api.call.jobsApi.offersBy('drilling', region, 'Native', most, null);
			return page.offers.map(({ id }) => id.toString());
		};
		for (const region of ['', 'DE', 'DE-HB']) {
			assert.ok((await found(region, null)).includes(offer.toString()), region);
		}
		assert.deepEqual(await found('FR', null), []);
		assert.deepEqual(await found('DE', TERMS.unitPrice - 1n), []);
	});

	it('charged every fee of the key to the owner\'s allowance', async () => {
		assert.ok(machineFees > 0n);
		const { perPeriod, left, lastSeen } = (await api.query.machines.fees(machine)).unwrap();
		assert.equal(perPeriod.toBigInt(), ALLOWANCE.amount);
		assert.equal(left.toBigInt(), ALLOWANCE.amount - machineFees);
		assert.ok(lastSeen.toNumber() > 0);
	});

	it('keeps the key from anything but a machine\'s work', async () => {
		const transfer = api.tx.balances.transferAllowDeath(key.address, 1n);
		await assert.rejects(transfer.signAndSend(key, { nonce: -1 }), /1010|Invalid Transaction/);
		await keyIsPoor();
	});

	it('gives the machine a new key, and refuses the old one for ever', async () => {
		const [old, newKey] = [key, new Keyring({ type: 'sr25519' }).addFromUri(mnemonicGenerate())];
		const money = await balanceOf(api, machine);
		const unproved = await refusal(send(api, owner, api.tx.machines.rotateKey(
			machine, newKey.address, old.sign(await rotation(newKey)),
		)));
		assert.equal(unproved.message, 'machines.BadProof');

		// The new key proves that it is held, with the signature that a wallet makes; the owner sends it.
		const proof = newKey.sign(u8aWrapBytes(await rotation(newKey)));
		const { events } = await send(api, owner, api.tx.machines.rotateKey(machine, newKey.address, proof));
		const rotated = eventData(events, 'machines', 'KeyRotated');
		assert.equal(rotated.machine.toHex(), machine);
		assert.equal(rotated.oldKey.toHex(), u8aToHex(old.publicKey));
		assert.equal(rotated.newKey.toHex(), u8aToHex(newKey.publicKey));

		const outOfService = () => api.tx.machines.setService(machine, false);
		await assert.rejects(outOfService().signAndSend(old, { nonce: -1 }), /1010|Invalid Transaction/);
		const again = await refusal(send(api, owner, api.tx.machines.rotateKey(
			machine, old.address, old.sign(await rotation(old)),
		)));
		assert.equal(again.message, 'machines.KeyAlreadyUsed');

		// The new one is the machine's key in all, and has no money either.
		key = newKey;
		await sendAsMachine(outOfService());
		const record = (await api.query.machines.machines(machine)).unwrap();
		assert.equal(record.key.toHex(), u8aToHex(newKey.publicKey));
		assert.equal(record.rotations.toNumber(), 1);
		assert.ok(record.status.isOutOfService);
		assert.deepEqual((await api.query.jobs.offersOf(machine)).map(String), [offer.toString()]);
		assert.deepEqual(await balanceOf(api, machine), money);
	});
});

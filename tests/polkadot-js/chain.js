// Small words for what the tests say of the chain.

import { within } from './node.js';

const FINALIZED_TIMEOUT_MS = 60_000;

/** One token, in planck. */
export const BPI = 10n ** 12n;

/** A call that the chain carried out and refused: `jobs.MaxPriceTooLow`. */
export class Refused extends Error {}

/** The error of a dispatch as Polkadot.js Apps shows it. */
function nameOf(api, error) {
	if (!error.isModule) return error.toString();
	const { section, name } = api.registry.findMetaError(error.asModule);
	return `${section}.${name}`;
}

/**
 * Signs and sends a call and waits until it is finalized. Gives its events and its fee.
 * Throws `Refused` when the call failed inside the block.
 */
export async function send(api, signer, call) {
	const name = `${call.method.section}.${call.method.method}`;
	let unsubscribe;
	const finalized = new Promise((resolve, reject) => {
		call
			.signAndSend(signer, { nonce: -1 }, (result) => {
				if (result.isError) reject(new Error(`${name}: ${result.status.type}`));
				else if (result.isFinalized) resolve(result);
			})
			.then((handle) => { unsubscribe = handle; }, reject);
	});
	const result = await within(FINALIZED_TIMEOUT_MS, () => `${name} sent`, finalized);
	unsubscribe?.();

	const events = result.events.map(({ event }) => event);
	const fee = events
		.filter((event) => api.events.transactionPayment.TransactionFeePaid.is(event))
		.reduce((sum, event) => sum + event.data.actualFee.toBigInt(), 0n);
	if (result.dispatchError) {
		throw Object.assign(new Refused(nameOf(api, result.dispatchError)), { fee });
	}
	return { events, fee };
}

/** The data of the one event `section.name` among `events`. */
export function eventData(events, section, name) {
	const found = events.filter((event) => event.section === section && event.method === name);
	if (found.length !== 1) {
		const all = events.map((event) => `${event.section}.${event.method}`).join(', ');
		throw new Error(`expected one ${section}.${name}, got ${found.length} among ${all}`);
	}
	return found[0].data;
}

const plainHolds = (holds) => holds.map(({ id, amount }) => ({
	reason: `${id.type}.${id.inner.type}`, amount: amount.toBigInt(),
}));

/** What an account has of an asset: free, and the single holds. */
export async function assetOf(api, asset, account) {
	const [has, holds] = await Promise.all([
		api.query.assets.account(asset, account), api.query.assetsHolder.holds(asset, account),
	]);
	return { free: has.isSome ? has.unwrap().balance.toBigInt() : 0n, holds: plainHolds(holds) };
}

/** Has root make a call, through the sudo key's holder. */
export async function asRoot(api, signer, call) {
	const { events } = await send(api, signer, api.tx.sudo.sudo(call));
	const { sudoResult } = eventData(events, 'sudo', 'Sudid');
	if (sudoResult.isErr) throw new Refused(nameOf(api, sudoResult.asErr));
}

/** What an account has: free, on hold in all, and the single holds. */
export async function balanceOf(api, account) {
	const [{ data }, holds] = await Promise.all([api.query.system.account(account), api.query.balances.holds(account)]);
	return {
		free: data.free.toBigInt(),
		reserved: data.reserved.toBigInt(),
		holds: plainHolds(holds),
	};
}

/** The time of the newest finalized block, in unix milliseconds: the only clock that terms know. */
export async function chainTime(api) {
	const at = await api.at(await api.rpc.chain.getFinalizedHead());
	return (await at.query.timestamp.now()).toNumber();
}

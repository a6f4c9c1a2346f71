//! Machines, their keys and what their owners do with them.

use super::*;
use crate::chain::pair;
use bpiiot_primitives::{AssetKind, MachineId, SpendPurpose};
use bpiiot_runtime::{Balance, Hash, Runtime, System, BPI};
use pallet_machines::{Call, FeeAllowance, MachineProfile, SpendingCap, SpendingPolicy};
use sp_core::{sr25519, Pair};

/// The machine.
pub fn machine() -> MachineId {
	machine_of(KEY)
}

/// The machine that was registered with a key.
pub fn machine_of(key: &str) -> MachineId {
	MachineId::from_first_key(&account(key))
}

/// A machine that there is not.
pub const NO_MACHINE: MachineId = MachineId([9; 32]);

/// The first block's hash.
pub fn this_chain() -> Hash {
	System::block_hash(0)
}

/// What a key signs to become the machine of an owner.
pub fn proof(chain: Hash, owner: &str, key: &str, nonce: u32) -> sr25519::Signature {
	pair(key).sign(&pallet_machines::proof::payload(
		&chain,
		&account(owner),
		&account(key),
		nonce,
	))
}

/// What a key signs to take the place of a machine's.
pub fn rotation_proof(chain: Hash, machine: MachineId, key: &str, rotations: u32) -> sr25519::Signature {
	pair(key).sign(&pallet_machines::proof::rotation_payload(
		&chain,
		&machine,
		&account(key),
		rotations,
	))
}

/// An allowance that does not come back.
pub fn allowance(amount: Balance) -> FeeAllowance<Balance> {
	FeeAllowance { amount, period: 0 }
}

/// The registration of a key, by whoever its proof is for.
pub fn register(key: &str, proof: sr25519::Signature) -> Call<Runtime> {
	register_with(key, proof, Default::default(), allowance(BPI))
}

/// The same, saying more of the machine and of what it may cost.
pub fn register_with(
	key: &str,
	proof: sr25519::Signature,
	profile: MachineProfile,
	fee_allowance: FeeAllowance<Balance>,
) -> Call<Runtime> {
	Call::register {
		key: account(key),
		proof,
		profile,
		encryption_key: [0; 32],
		fee_allowance,
	}
}

/// The owner has a machine, and money in its account, with which it may post bonds.
pub fn registered() {
	assets();
	act(OWNER, register(KEY, proof(this_chain(), OWNER, KEY, 0)));
	let machine = machine();
	for (asset, amount) in [(AssetKind::Native, 50 * BPI), (ASSET, 50 * DOLLAR)] {
		act(OWNER, Call::deposit { machine, asset, amount });
	}
	let policy = Some(SpendingPolicy {
		purposes: list([SpendPurpose::Bond]),
		..policy([AssetKind::Native, ASSET], Balance::MAX)
	});
	act(OWNER, Call::set_spending_policy { machine, policy });
}

/// Puts another key into the place of the machine's.
pub fn rotate() {
	rotate_to(OWNER, KEY, NEXT_KEY);
}

/// Puts another key into the place of the first one of somebody's machine.
fn rotate_to(owner: &str, key: &str, next: &str) {
	let machine = machine_of(key);
	act(
		owner,
		Call::rotate_key {
			machine,
			new_key: account(next),
			proof: rotation_proof(this_chain(), machine, next, 0),
		},
	);
}

/// Freezes the machine.
pub fn freeze() {
	let machine = machine();
	act(OWNER, Call::freeze { machine });
}

/// Takes the machine out of service.
pub fn out_of_service() {
	let machine = machine();
	let in_service = false;
	act(OWNER, Call::set_service { machine, in_service });
}

/// Takes the machine out of the world.
pub fn decommission() {
	let machine = machine();
	act(OWNER, Call::decommission { machine });
}

/// Offers the machine to the buyer.
pub fn offer_to_buyer() {
	let (machine, to) = (machine(), Some(account(BUYER)));
	act(OWNER, Call::offer_ownership { machine, to });
}

/// Sells the machine to somebody.
pub fn sell(to: &str) {
	let (machine, at_least) = (machine(), 0);
	let offer = Call::offer_ownership {
		machine,
		to: Some(account(to)),
	};
	act(OWNER, offer);
	act(to, Call::accept_ownership { machine, at_least });
}

/// The owner lets the machine spend so much of what jobs are paid in.
pub fn allow(per_period: Balance) {
	let (machine, policy) = (machine(), Some(policy([asset()], per_period)));
	act(OWNER, Call::set_spending_policy { machine, policy });
}

/// A policy that lets a machine spend so much of these assets in all.
pub fn policy(assets: impl IntoIterator<Item = AssetKind>, per_period: Balance) -> SpendingPolicy<Balance> {
	SpendingPolicy {
		purposes: list([SpendPurpose::Purchase, SpendPurpose::Bond, SpendPurpose::Dispute]),
		period: 0,
		caps: list(assets.into_iter().map(|asset| SpendingCap { asset, per_period })),
	}
}

/// The customer has a machine too, with money of which it may spend so much.
pub fn robot(cap: Balance) {
	act(CUSTOMER, register(ROBOT, proof(this_chain(), CUSTOMER, ROBOT, 0)));
	let (machine, asset, amount) = (machine_of(ROBOT), asset(), 100 * coin());
	act(CUSTOMER, Call::deposit { machine, asset, amount });
	allow_robot(cap);
}

/// The customer lets his machine spend so much from now on.
pub fn allow_robot(cap: Balance) {
	let (machine, policy) = (machine_of(ROBOT), Some(policy([asset()], cap)));
	act(CUSTOMER, Call::set_spending_policy { machine, policy });
}

/// Puts another key into the place of the customer's machine's.
pub fn rotate_robot() {
	rotate_to(CUSTOMER, ROBOT, NEXT_ROBOT);
}

/// Takes the customer's machine out of the world.
pub fn end_robot() {
	let machine = machine_of(ROBOT);
	act(CUSTOMER, Call::decommission { machine });
}

/// Freezes the customer's machine.
pub fn freeze_robot() {
	let machine = machine_of(ROBOT);
	act(CUSTOMER, Call::freeze { machine });
}

//! Who acts, and whether he may spend.

use crate::MachineId;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::pallet_prelude::{DispatchError, DispatchResult};
use scale_info::TypeInfo;
use sp_runtime::traits::{Saturating, Zero};

/// The party behind a call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Actor<AccountId> {
	/// Whose money, deposits and record it is: the signer himself, or the machine's keyless account.
	pub account: AccountId,
	/// The machine, when a machine's current key signed.
	pub machine: Option<MachineId>,
}

/// Resolves an origin to the actor behind it, and tells what the other pallets must know of machines.
pub trait Actors<RuntimeOrigin, AccountId> {
	/// The actor of a signed origin. A plain account acts for itself, a machine's current key for the machine.
	///
	/// # Errors
	/// `BadOrigin` when unsigned; the implementation's own when the key is retired or the machine is frozen.
	fn ensure_actor(origin: RuntimeOrigin) -> Result<Actor<AccountId>, DispatchError>;

	/// The owner of a machine that takes orders.
	///
	/// # Errors
	/// The implementation's own when there is no such machine, it is frozen, or it takes no orders now.
	fn ensure_in_service(machine: &MachineId) -> Result<AccountId, DispatchError>;

	/// Whether `account` is `machine` itself or its owner.
	fn controls(account: &AccountId, machine: &MachineId) -> bool;

	/// Who stands behind a party of an agreement: the owner of the machine whose account it is, or the account itself.
	fn controller(party: &AccountId) -> AccountId;

	/// Makes a machine in service that `Self::controls` says `owner` controls, and an origin of its key. It may spend all
	/// that it has of `asset`, under the policy that is the dearest to ask.
	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_machine(owner: &AccountId, seed: u32, asset: crate::AssetKind) -> (MachineId, AccountId);
}

/// What value leaves an account for.
///
/// The indexes are fixed, so that a purpose may be added without moving the others.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum SpendPurpose {
	/// All that an order puts on hold in the account: the price of what it buys, and with it the deposit for the record
	/// and the fee.
	#[codec(index = 0)]
	Purchase,
	/// Security for work that the account has promised.
	#[codec(index = 1)]
	Bond,
	/// What is put up for having an arbiter decide.
	#[codec(index = 2)]
	Dispute,
}

/// Asked at the one place where value is taken from an account for an agreement.
pub trait SpendPolicy<AccountId, AssetId, Balance> {
	/// Records the spending, or refuses it. A bond is not recorded: it is at risk ([`AtRisk`]) while it is on hold, and spent
	/// if it is forfeited.
	///
	/// # Errors
	/// The implementation's own, when the policy of the account forbids it.
	fn spend(from: &Actor<AccountId>, purpose: SpendPurpose, asset: &AssetId, amount: Balance) -> DispatchResult;

	/// Records that an account has forfeited a bond.
	fn forfeited(by: &AccountId, asset: &AssetId, amount: Balance);
}

/// No policy: whoever signs may spend.
impl<AccountId, AssetId, Balance> SpendPolicy<AccountId, AssetId, Balance> for () {
	fn spend(_: &Actor<AccountId>, _: SpendPurpose, _: &AssetId, _: Balance) -> DispatchResult {
		Ok(())
	}

	fn forfeited(_: &AccountId, _: &AssetId, _: Balance) {}
}

/// Knows what accounts have put up that they may lose: bonds, and deposits that are forfeited.
pub trait AtRisk<AccountId, AssetId, Balance> {
	/// What `who` has on hold so in `asset`.
	fn at_risk(who: &AccountId, asset: &AssetId) -> Balance;
}

/// Nobody has put up anything.
impl<AccountId, AssetId, Balance: Zero> AtRisk<AccountId, AssetId, Balance> for () {
	fn at_risk(_: &AccountId, _: &AssetId) -> Balance {
		Balance::zero()
	}
}

/// Both together.
impl<AccountId, AssetId, Balance, A, B> AtRisk<AccountId, AssetId, Balance> for (A, B)
where
	Balance: Saturating,
	A: AtRisk<AccountId, AssetId, Balance>,
	B: AtRisk<AccountId, AssetId, Balance>,
{
	fn at_risk(who: &AccountId, asset: &AssetId) -> Balance {
		A::at_risk(who, asset).saturating_add(B::at_risk(who, asset))
	}
}

/// Asked before a machine is decommissioned.
pub trait OpenWork {
	/// Whether `machine` still owes or is owed something by an open agreement.
	fn has_open_work(machine: &MachineId) -> bool;
}

/// Nothing keeps machines busy.
impl OpenWork for () {
	fn has_open_work(_: &MachineId) -> bool {
		false
	}
}

//! The door to the money.

use crate::{Actor, AgreementMillis, EscrowId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::pallet_prelude::{DispatchError, DispatchResult};
use scale_info::TypeInfo;

/// The terms of an escrow, fixed when it opens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EscrowTerms<AccountId, AssetId, Balance> {
	/// Who is paid as work is accepted.
	pub payee: AccountId,
	/// The asset of all amounts.
	pub asset: AssetId,
	/// What the payer puts aside, in the asset's smallest unit.
	pub amount: Balance,
	/// The smallest amount that a release may come to. Terms where it is below the asset's minimum balance are refused,
	/// since such a payment could fail.
	pub smallest_release: Balance,
}

/// What becomes of the payee's bond at the end.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum BondOutcome {
	/// It goes back to the payee.
	Returned,
	/// It goes to the payer.
	Slashed,
}

/// How an escrow ends: the payee gets a part of what is still held, the payer the rest.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settlement<Balance> {
	/// Of what is still held, this much goes to the payee.
	pub to_payee: Balance,
	/// Where the bond goes.
	pub bond: BondOutcome,
}

/// What a domain pallet may do with money that is not its own. The implementation (`pallet-escrow`) keeps it on hold
/// in the parties' own accounts; nothing ever passes through an account of a pallet.
pub trait Escrow<AccountId> {
	/// Names an asset.
	type AssetId;
	/// An amount in an asset's smallest unit.
	type Balance;

	/// Puts the payer's amount on hold. The one entry by which value leaves an account for an agreement: the spending
	/// policy is asked here.
	///
	/// # Errors
	/// Asset not listed, smallest release below the minimum balance, policy, too little money.
	fn open(
		payer: &Actor<AccountId>,
		terms: EscrowTerms<AccountId, Self::AssetId, Self::Balance>,
	) -> Result<EscrowId, DispatchError>;

	/// Puts the payee's bond on hold, once.
	///
	/// # Errors
	/// No such escrow, not its payee, bond already posted, policy, too little money.
	fn post_bond(id: EscrowId, payee: &Actor<AccountId>, amount: Self::Balance) -> DispatchResult;

	/// Pays a part to the payee; the rest stays on hold.
	///
	/// # Errors
	/// No such escrow, more than is held.
	fn release(id: EscrowId, amount: Self::Balance) -> DispatchResult;

	/// Gives a part back to the payer; the rest stays on hold.
	///
	/// # Errors
	/// No such escrow, more than is held.
	fn refund(id: EscrowId, amount: Self::Balance) -> DispatchResult;

	/// Ends the escrow. Afterwards nothing is on hold for it and its id is never used again.
	///
	/// # Errors
	/// No such escrow, more than is held.
	fn settle(id: EscrowId, settlement: Settlement<Self::Balance>) -> DispatchResult;

	/// What is still on hold for the payee, if the escrow is open.
	fn held(id: EscrowId) -> Option<Self::Balance>;
}

/// The clock on which windows for acting on chain are measured: block timestamps less the time that the chain stood
/// still, so that nobody loses a right to a halted chain.
pub trait AgreementClock {
	/// Now, in milliseconds of the agreement clock.
	fn now() -> AgreementMillis;

	/// The moment of the agreement clock that a wall-clock moment would have if the chain never stopped again.
	fn from_unix(moment: crate::UnixMillis) -> AgreementMillis;

	/// Moves the clock forward.
	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_advance(millis: u64);
}

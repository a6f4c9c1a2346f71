//! The door to the money, and to the clock by which agreements end.

use crate::{Actor, AgreementMillis, AgreementRef, UnixMillis};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	pallet_prelude::{DispatchError, DispatchResult, Parameter},
	weights::Weight,
};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::Permill;

/// The terms of an escrow, fixed when it opens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EscrowTerms<AccountId, AssetId, Balance> {
	/// Who is paid as work is accepted.
	pub payee: AccountId,
	/// The asset of all amounts.
	pub asset: AssetId,
	/// The price: what the payer puts aside for the payee, in the asset's smallest unit.
	pub amount: Balance,
	/// The smallest amount that a release may come to. Terms where it is below the asset's minimum balance are refused,
	/// since such a payment could fail.
	pub smallest_release: Balance,
	/// What the payer puts aside for the agreement's record, in planck. It is taken in the asset, at the governed rate
	/// of this moment, and comes back with [`Escrow::release_deposit`].
	pub deposit: Balance,
	/// What the payer puts aside for having opened the escrow at all, in planck. It is taken in the asset like the
	/// deposit. When the escrow ends, it goes to the chain and to neither party.
	pub fee: Balance,
	/// Who decides a dispute, if both parties have agreed on somebody. Without it there are none.
	pub arbitration: Option<Arbitration<AccountId>>,
}

/// The arbiter that both parties have agreed on, and how long he has.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Arbitration<AccountId> {
	/// A registered arbiter, who shares no owner with either party.
	pub arbiter: AccountId,
	/// How long he may take to accept the case, in milliseconds of the agreement clock.
	pub case_window: u64,
	/// How long he may take from then on to rule, in milliseconds of the agreement clock.
	pub ruling_window: u64,
}

/// A party of an agreement.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
	/// Who pays.
	#[codec(index = 0)]
	Payer,
	/// Who is paid.
	#[codec(index = 1)]
	Payee,
}

/// A dispute that a domain pallet opens for one of the parties.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Case<AccountId, Balance> {
	/// Who opens it and puts up what it costs: the party itself, or whoever controls it.
	pub opener: Actor<AccountId>,
	/// For which side.
	pub side: Side,
	/// Of what is held, the part that the verdict splits.
	pub at_stake: Balance,
	/// Hash of the opener's evidence.
	pub evidence: H256,
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
	/// Of what is still held, this much goes to the payee: anything from nothing to all.
	pub to_payee: Balance,
	/// Where the bond goes.
	pub bond: BondOutcome,
}

/// What the domain pallet, in whose record it stands, may read of an escrow.
pub trait EscrowView {
	/// An account.
	type AccountId;
	/// Names an asset.
	type AssetId;
	/// An amount in an asset's smallest unit.
	type Balance;

	/// Whose money is on hold for the price.
	fn payer(&self) -> &Self::AccountId;

	/// Who is paid.
	fn payee(&self) -> &Self::AccountId;

	/// The asset of all amounts.
	fn asset(&self) -> Self::AssetId;

	/// Still on hold at the payer for the price.
	fn held(&self) -> Self::Balance;

	/// On hold at the payer for the record, until the record is removed.
	fn deposit(&self) -> Self::Balance;

	/// On hold at the payer for the fee, until the escrow ends.
	fn fee(&self) -> Self::Balance;

	/// On hold at the payee as security; zero until posted and after the end.
	fn bond(&self) -> Self::Balance;

	/// Whether the escrow has ended. From then on nothing is on hold for it but the deposit.
	fn has_ended(&self) -> bool;

	/// Who decides a dispute.
	fn arbiter(&self) -> Option<&Self::AccountId>;
}

/// What a domain pallet may do with money that is not its own. The implementation (`pallet-escrow`) keeps it on hold
/// in the parties' own accounts; nothing ever passes through an account of a pallet.
///
/// The state of an escrow is a value that the domain pallet stores inside the agreement's own record, so that a step of
/// the agreement writes one record and not two. Only the implementation makes and changes it. Whatever changed it must
/// be stored again, and it must never be stored twice: try-state finds both.
///
/// A payment that cannot be made (the receiver's account is blocked, cannot be made, or would be below the minimum
/// balance) stops nothing: the money stays on hold where it is, as a credit that anybody may claim for the receiver.
///
/// An error leaves the escrow's state as it was. What was stored in the meantime is rolled back with the call.
pub trait Escrow<AccountId> {
	/// Names an asset.
	type AssetId;
	/// An amount in an asset's smallest unit.
	type Balance;
	/// The state of an escrow.
	type Account: EscrowView<AccountId = AccountId, AssetId = Self::AssetId, Balance = Self::Balance>
		+ Parameter
		+ MaxEncodedLen;

	/// Puts price, deposit and fee on hold. With [`Escrow::top_up`], [`Escrow::post_bond`] and [`Escrow::dispute`] the one
	/// entry by which value leaves an account for an agreement: the spending policy is asked here, for all three together.
	///
	/// # Errors
	/// Asset not listed or without a rate, smallest release below the minimum balance, an arbiter who is not registered or
	/// stands behind a party, policy, too little money.
	fn open(
		agreement: AgreementRef,
		payer: &Actor<AccountId>,
		terms: EscrowTerms<AccountId, Self::AssetId, Self::Balance>,
	) -> Result<Self::Account, DispatchError>;

	/// Whether an escrow may be opened in `asset` of which parts as small as `smallest` are paid.
	///
	/// # Errors
	/// Agreements may not be made in the asset, or the part is below its minimum balance.
	fn ensure_may_open(asset: Self::AssetId, smallest: Self::Balance) -> DispatchResult;

	/// Whether payments of at least `smallest` in `asset` arrive by themselves.
	///
	/// # Errors
	/// It is below the asset's minimum balance.
	fn ensure_payable(asset: Self::AssetId, smallest: Self::Balance) -> DispatchResult;

	/// Puts more of the payer's money on hold for the price.
	///
	/// # Errors
	/// Escrow ended, not its payer, policy, too little money.
	fn top_up(
		agreement: AgreementRef,
		account: &mut Self::Account,
		payer: &Actor<AccountId>,
		amount: Self::Balance,
	) -> DispatchResult;

	/// Puts the payee's bond on hold, once.
	///
	/// # Errors
	/// Escrow ended, not its payee, bond already posted, policy, too little money.
	fn post_bond(
		agreement: AgreementRef,
		account: &mut Self::Account,
		payee: &Actor<AccountId>,
		amount: Self::Balance,
	) -> DispatchResult;

	/// Pays a part to the payee; the rest stays on hold.
	///
	/// # Errors
	/// Escrow ended, more than is held.
	fn release(agreement: AgreementRef, account: &mut Self::Account, amount: Self::Balance) -> DispatchResult;

	/// Gives a part back to the payer; the rest stays on hold.
	///
	/// # Errors
	/// Escrow ended, more than is held.
	fn refund(agreement: AgreementRef, account: &mut Self::Account, amount: Self::Balance) -> DispatchResult;

	/// Ends the escrow. Afterwards nothing is on hold for it but the deposit.
	///
	/// # Errors
	/// Escrow ended, more than is held.
	fn settle(
		agreement: AgreementRef,
		account: &mut Self::Account,
		settlement: Settlement<Self::Balance>,
	) -> DispatchResult;

	/// Opens a dispute before the agreed arbiter: the opener's bond and the arbiter's fee go on hold. From now on the domain
	/// pallet leaves the escrow alone until [`Agreements::resolve`].
	///
	/// # Errors
	/// Escrow ended or in dispute, no arbiter agreed, more at stake than is held, policy, too little money.
	fn dispute(
		agreement: AgreementRef,
		account: &Self::Account,
		case: Case<AccountId, Self::Balance>,
	) -> DispatchResult;

	/// Whether a dispute is open.
	fn is_disputed(agreement: AgreementRef) -> bool;

	/// Gives the deposit back, when the record is about to be removed.
	///
	/// # Errors
	/// Escrow not ended.
	fn release_deposit(agreement: AgreementRef, account: &mut Self::Account) -> DispatchResult;

	/// The listed asset that is the dearest to move.
	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_asset() -> Self::AssetId;

	/// Registers an arbiter.
	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_arbiter(who: &AccountId);

	/// Gives somebody money.
	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_fund(asset: Self::AssetId, who: &AccountId, amount: Self::Balance);

	/// Freezes that asset, so that each payment becomes a credit: the dearest way to end.
	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_freeze(asset: Self::AssetId);
}

/// Tells the escrows that stand in the records of the domain pallets, so that the money on hold can be checked against
/// them.
pub trait OpenEscrows<Account> {
	/// All of them, also ended ones whose deposit is still on hold. For try-state, not for the chain.
	fn all() -> Vec<Account>;
}

/// The clock on which windows for acting on chain are measured: block timestamps less the time that the chain stood
/// still or was paused, so that nobody loses a right to a halted chain.
pub trait AgreementClock {
	/// Now, in milliseconds of the agreement clock.
	fn now() -> AgreementMillis;

	/// Now, by the wall clock: the timestamp of the block.
	fn unix_now() -> UnixMillis;

	/// The moment of the agreement clock that a wall-clock moment would have if the chain never stopped again.
	fn from_unix(moment: UnixMillis) -> AgreementMillis;

	/// Whether deadlines are enforced now.
	///
	/// # Errors
	/// While agreements are paused.
	fn ensure_running() -> DispatchResult;

	/// Moves the clock forward.
	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_advance(millis: u64);
}

/// The agreements by the moment at which somebody should look at them. It has no capacity: an insertion never fails.
pub trait DeadlineIndex {
	/// Has `agreement` looked at once `at` has passed.
	fn insert(at: AgreementMillis, agreement: AgreementRef);

	/// Forgets what [`Self::insert`] noted.
	fn remove(at: AgreementMillis, agreement: AgreementRef);

	/// Whether `agreement` will be looked at once `at` has passed.
	fn contains(at: AgreementMillis, agreement: AgreementRef) -> bool;
}

/// What became of an agreement that was looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expiry {
	/// Its deadline had passed, and it has ended.
	Ended,
	/// It runs until this moment, and is to be looked at then.
	Until(AgreementMillis),
	/// There is nothing to look at: it had ended before, or will be looked at another time.
	Stale,
}

/// The agreements of all domain pallets, for whoever sweeps those whose deadline has passed.
pub trait Agreements {
	/// Ends the agreement that was indexed at `indexed_at` if its deadline has passed, or tells when that is.
	///
	/// # Errors
	/// The implementation's own. Its changes are rolled back, and nobody looks at this entry again.
	fn expire(agreement: AgreementRef, indexed_at: AgreementMillis) -> Result<Expiry, DispatchError>;

	/// What [`Self::expire`] costs at worst.
	fn expire_weight() -> Weight;

	/// Ends the agreement whose dispute is over: this share of what was at stake goes to the payee, the rest to the payer.
	///
	/// # Errors
	/// The implementation's own, if the agreement is not in dispute.
	fn resolve(agreement: AgreementRef, to_payee: Permill) -> DispatchResult;

	/// What [`Self::resolve`] costs at worst.
	fn resolve_weight() -> Weight;

	/// Makes an agreement in dispute that is the dearest to end. Its escrow knows who the arbiter is.
	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_disputed() -> AgreementRef;
}

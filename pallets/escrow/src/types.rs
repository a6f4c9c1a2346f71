//! What the pallet stores, and the state of an escrow, which others store for it.

use bpiiot_primitives::{AgreementMillis, AgreementRef, Arbitration, AssetKind, EscrowView, Side, UnixMillis};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::Permill;

/// The state of an escrow. It stands in the agreement's own record; only this pallet makes and changes it.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct EscrowAccount<AccountId, Balance> {
	/// Whose money is on hold for price, deposit and fee.
	pub(crate) payer: AccountId,
	/// Who is paid.
	pub(crate) payee: AccountId,
	/// The asset of all amounts.
	pub(crate) asset: AssetKind,
	/// Still on hold at the payer for the price, in the asset's smallest unit.
	pub(crate) held: Balance,
	/// On hold at the payer for the agreement's record, until the record is removed.
	pub(crate) deposit: Balance,
	/// On hold at the payer for the fee, until the escrow ends.
	pub(crate) fee: Balance,
	/// On hold at the payee as security; zero until posted and after the end.
	pub(crate) bond: Balance,
	/// Whether it has ended. Then nothing is on hold but the deposit.
	pub(crate) ended: bool,
	/// Who decides a dispute, if the parties have agreed on somebody, and what he gets for it.
	pub(crate) arbiter: Option<NamedArbiter<AccountId>>,
}

/// An arbiter as both parties have agreed on him.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct NamedArbiter<AccountId> {
	/// Who, and how long he has.
	pub arbitration: Arbitration<AccountId>,
	/// His fee at that time, as a share of what is at stake.
	pub fee: Permill,
}

impl<AccountId, Balance: Copy> EscrowView for EscrowAccount<AccountId, Balance> {
	type AccountId = AccountId;
	type AssetId = AssetKind;
	type Balance = Balance;

	fn payer(&self) -> &AccountId {
		&self.payer
	}

	fn payee(&self) -> &AccountId {
		&self.payee
	}

	fn asset(&self) -> AssetKind {
		self.asset
	}

	fn held(&self) -> Balance {
		self.held
	}

	fn deposit(&self) -> Balance {
		self.deposit
	}

	fn fee(&self) -> Balance {
		self.fee
	}

	fn bond(&self) -> Balance {
		self.bond
	}

	fn has_ended(&self) -> bool {
		self.ended
	}

	fn arbiter(&self) -> Option<&AccountId> {
		self.arbiter.as_ref().map(|named| &named.arbitration.arbiter)
	}
}

/// What an arbiter is registered with.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct ArbiterRecord<Balance> {
	/// His fee, as a share of what is at stake.
	pub fee: Permill,
	/// Hash of what he says of himself: his name, what he knows, how he works.
	pub profile: H256,
	/// On hold at him until he retires, in planck.
	pub deposit: Balance,
}

/// The hashes of what a party brings forward in a dispute.
pub type Evidence = BoundedVec<H256, ConstU32<4>>;

/// A dispute that waits for its arbiter.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Dispute<AccountId, Balance> {
	/// Who decides.
	pub arbiter: AccountId,
	/// Who pays by the agreement.
	pub payer: AccountId,
	/// Who is paid by the agreement.
	pub payee: AccountId,
	/// The asset of the agreement, of the bond and of the fee.
	pub asset: AssetKind,
	/// In whose account bond and fee are on hold: the party that opened the dispute, or who stood behind it then.
	pub opener: AccountId,
	/// For which side it was opened.
	pub side: Side,
	/// What the verdict splits.
	pub at_stake: Balance,
	/// On hold at the opener: the verdict says who gets it.
	pub bond: Balance,
	/// On hold at the opener: what the arbiter gets for a verdict.
	pub fee: Balance,
	/// What the payer's side brought forward.
	pub payer_evidence: Evidence,
	/// What the payee's side brought forward.
	pub payee_evidence: Evidence,
	/// How long the arbiter may take to rule once he has accepted, in milliseconds of the agreement clock.
	pub ruling_window: u64,
	/// Once the arbiter has accepted, what is on hold at him until he rules, in planck.
	pub case_bond: Option<Balance>,
	/// Until when he may accept, and then until when he may rule. The dispute is indexed under this moment.
	pub until: AgreementMillis,
}

/// The stop clock.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct StopClock {
	/// The timestamp of the last block, in unix milliseconds; zero before the first.
	pub last: UnixMillis,
	/// How long the chain has stood still or been paused in all, in milliseconds.
	pub stopped: u64,
	/// Whether agreements are paused: all time counts as stopped until they are resumed.
	pub paused: bool,
}

/// Where an agreement stands in the index of deadlines: the moment and then the id, both big-endian, so that the keys
/// are in the order of time.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub struct DeadlineKey(pub [u8; 16]);

impl DeadlineKey {
	/// The key of `agreement` at `at`.
	pub fn new(at: AgreementMillis, agreement: AgreementRef) -> Self {
		Self(((u128::from(at) << 64) | u128::from(agreement.id())).to_be_bytes())
	}

	/// The moment after which the agreement is looked at.
	pub fn at(&self) -> AgreementMillis {
		(u128::from_be_bytes(self.0) >> 64) as AgreementMillis
	}
}

//! What agreements say of who was paid, and who may say more of him.

use crate::{Actor, AgreementRef};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::pallet_prelude::DispatchError;
use scale_info::TypeInfo;
use sp_runtime::Permill;

/// What became of an agreement that has ended: of its value, the shares that went well and that did not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Facts<AccountId, AssetId, Balance> {
	/// The agreement.
	pub agreement: AgreementRef,
	/// Who ordered and paid.
	pub payer: AccountId,
	/// Who promised and was paid: the name that the facts are about.
	pub payee: AccountId,
	/// The asset of both amounts.
	pub asset: AssetId,
	/// The price of all that the payee had promised and was not let off, paid or not: or who delivers nothing would lose
	/// nothing. Zero if he had promised nothing yet, or if the payer called it off before it was due.
	pub value: Balance,
	/// What the agreement has paid to the chain and to neither party.
	pub fee: Balance,
	/// What came in time.
	pub punctual: Permill,
	/// What the payer does not have in the end, and no dispute was about: it never came, or it was sent back.
	pub failed: Permill,
	/// What a dispute was decided against the payee about. A dispute that nobody decided is lost by nobody.
	pub lost: Permill,
}

/// What an agreement has counted for the payee's name. The domain pallet keeps it in the agreement's record, for when it is
/// rated.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct Counted {
	/// With how much weight, in planck.
	pub weight: u128,
	/// On which day: whole days since 1970-01-01T00:00:00Z. What is said of it later is as old as this.
	pub day: u32,
}

/// Told of agreements as they end.
pub trait Reputation<AccountId, AssetId, Balance> {
	/// Counts the facts of an agreement, once, and tells with what weight. It never fails and never says why something
	/// counted nothing: no name stops a payment.
	fn settled(facts: &Facts<AccountId, AssetId, Balance>) -> Counted;
}

/// Nobody has a name, and nothing counts.
impl<AccountId, AssetId, Balance> Reputation<AccountId, AssetId, Balance> for () {
	fn settled(_: &Facts<AccountId, AssetId, Balance>) -> Counted {
		Counted::default()
	}
}

/// An agreement that its counterparty rates.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rated<AccountId> {
	/// Whom the rating is about: the payee.
	pub payee: AccountId,
	/// What the agreement has counted.
	pub counted: Counted,
}

/// The agreements of all domain pallets, for whoever takes their ratings.
pub trait RateableAgreements<AccountId> {
	/// Notes in the agreement's record that `by` has rated it.
	///
	/// # Errors
	/// The implementation's own: there is no such agreement, it has not ended, `by` is neither its payer nor whoever controls
	/// him, or it was rated before.
	fn rate(agreement: AgreementRef, by: &Actor<AccountId>) -> Result<Rated<AccountId>, DispatchError>;

	/// Makes an agreement that has ended and [counted](Reputation::settled), and the account that signs for its payer: the
	/// dearest to rate.
	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_rateable() -> (AgreementRef, AccountId);
}

/// What is known of who is paid by an account.
pub trait Standing<AccountId> {
	/// As a share of the best that could be known.
	fn score(who: &AccountId) -> Permill;
}

/// Nobody is known.
impl<AccountId> Standing<AccountId> for () {
	fn score(_: &AccountId) -> Permill {
		Permill::zero()
	}
}

//! The doors between tickets and whoever asks maintainers for quotes about them.

use crate::{Actor, AssetKind, Category, Item, Region, RequestId, ScoreWeights, ServiceOrderId, TicketId};
use frame_support::{pallet_prelude::DispatchError, weights::Weight};

/// Maintenance that is to be bought.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServiceRequisition<AccountId, Balance> {
	/// The ticket. Its record has the terms.
	pub ticket: TicketId,
	/// What maintainers who are asked deal in.
	pub category: Category,
	/// What is to be mended: the code of the fault.
	pub fault: Item,
	/// In which country or part of one the machine is.
	pub area: Region,
	/// The asset that is paid in.
	pub asset: AssetKind,
	/// The most that may be paid, in the asset's smallest unit.
	pub highest_price: Balance,
	/// The longest response time, in milliseconds.
	pub longest_response: u64,
	/// How bids are compared; the lead time is the response time.
	pub weights: ScoreWeights,
	/// How long bids are taken, in milliseconds.
	pub bid_window: u64,
	/// How long there may be an award after that, in milliseconds.
	pub award_window: u64,
	/// Who decides disputes: neither he nor a machine of his bids.
	pub arbiter: Option<AccountId>,
}

/// Asks maintainers for quotes.
pub trait ServiceRequests<AccountId, Balance> {
	/// Asks in the name of a machine, which pays what that costs. Its spending policy rules, as if its key had called.
	///
	/// # Errors
	/// The implementation's own. What it has changed is rolled back by whoever calls.
	fn raise(
		payer: &Actor<AccountId>,
		wanted: &ServiceRequisition<AccountId, Balance>,
	) -> Result<RequestId, DispatchError>;

	/// What [`Self::raise`] costs at worst.
	fn raise_weight() -> Weight;

	/// Whether there may still be an award.
	fn is_open(request: RequestId) -> bool;

	/// Told that the winner of an award has given up. Tells whether there may be another award, to the next bid.
	fn reopen(request: RequestId, order: ServiceOrderId) -> bool;

	/// What [`Self::reopen`] costs at worst.
	fn reopen_weight() -> Weight;
}

/// Nobody is asked.
impl<AccountId, Balance> ServiceRequests<AccountId, Balance> for () {
	fn raise(_: &Actor<AccountId>, _: &ServiceRequisition<AccountId, Balance>) -> Result<RequestId, DispatchError> {
		Err(DispatchError::Unavailable)
	}

	fn raise_weight() -> Weight {
		Weight::zero()
	}

	fn is_open(_: RequestId) -> bool {
		false
	}

	fn reopen(_: RequestId, _: ServiceOrderId) -> bool {
		false
	}

	fn reopen_weight() -> Weight {
		Weight::zero()
	}
}

/// Who cannot keep what he has agreed to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
	/// Who pays: his money, his policy, the asset, or he wants it no more.
	Payer(DispatchError),
	/// Who is paid: his bond, his other work, or who he has become.
	Payee(DispatchError),
}

/// What fails for no reason of either's.
impl From<DispatchError> for Refused {
	fn from(error: DispatchError) -> Self {
		Self::Payer(error)
	}
}

impl From<Refused> for DispatchError {
	fn from(refused: Refused) -> Self {
		match refused {
			Refused::Payer(error) | Refused::Payee(error) => error,
		}
	}
}

/// Takes awards.
pub trait ServiceAwards<AccountId, Balance> {
	/// Makes a maintenance order of an award. The price goes on hold at the machine, the bond at the maintainer.
	///
	/// # Errors
	/// Who cannot keep what he has agreed to, and why. What was changed is rolled back.
	fn award(
		request: RequestId,
		ticket: TicketId,
		maintainer: &AccountId,
		price: Balance,
		response_window: u64,
	) -> Result<ServiceOrderId, Refused>;

	/// What [`Self::award`] costs at worst.
	fn award_weight() -> Weight;
}

/// Nobody maintains.
impl<AccountId, Balance> ServiceAwards<AccountId, Balance> for () {
	fn award(_: RequestId, _: TicketId, _: &AccountId, _: Balance, _: u64) -> Result<ServiceOrderId, Refused> {
		Err(Refused::Payer(DispatchError::Unavailable))
	}

	fn award_weight() -> Weight {
		Weight::zero()
	}
}

//! The doors to and from whoever asks maintainers for quotes.

use crate::{Balance, RequestId, ServiceOrderId, Tender, TicketId};
use bpiiot_primitives::Actor;
use frame_support::{pallet_prelude::DispatchError, weights::Weight};

/// Asks maintainers for quotes.
pub trait ServiceRequests<AccountId> {
	/// Asks in the name of a machine, which pays what that costs. Its spending policy rules, as if its key had called.
	///
	/// # Errors
	/// The implementation's own. What it has changed is rolled back.
	fn raise(
		payer: &Actor<AccountId>,
		ticket: TicketId,
		tender: &Tender<AccountId>,
	) -> Result<RequestId, DispatchError>;

	/// What [`Self::raise`] costs at worst.
	fn raise_weight() -> Weight;

	/// Whether there may still be an award.
	fn is_open(request: RequestId) -> bool;
}

/// Nobody is asked.
impl<AccountId> ServiceRequests<AccountId> for () {
	fn raise(_: &Actor<AccountId>, _: TicketId, _: &Tender<AccountId>) -> Result<RequestId, DispatchError> {
		Err(DispatchError::Unavailable)
	}

	fn raise_weight() -> Weight {
		Weight::zero()
	}

	fn is_open(_: RequestId) -> bool {
		false
	}
}

/// Who cannot keep what he has agreed to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
	/// The machine: its money, its policy, the asset, or the ticket is not open any more.
	Payer(DispatchError),
	/// The maintainer: his bond, or he has become the owner's, the arbiter's or the sensors'.
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
pub trait ServiceAwards<AccountId> {
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

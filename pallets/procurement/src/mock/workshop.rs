//! Takes awards of maintenance, in small.

use super::*;
use bpiiot_primitives::{Refused, RequestId, ServiceAwards, ServiceOrderId, TicketId};
use frame_support::pallet_prelude::DispatchError;

/// Request, ticket, maintainer, price and response time of an award.
type Award = (RequestId, TicketId, AccountId, Balance, u64);

parameter_types! {
	/// The awards that were taken.
	pub storage Awards: Vec<Award> = Vec::new();
	/// Who cannot keep what he has agreed to.
	pub storage Unable: Option<Party> = None;
}

/// A party of an award.
#[derive(codec::Encode, codec::Decode, Clone, PartialEq, Eq, Debug)]
pub enum Party {
	Machine,
	Maintainer(AccountId),
}

/// What it costs to take an award.
pub(crate) const AWARDING: Weight = Weight::from_parts(7_000, 70);

/// Remembers awards, and numbers their orders.
pub struct Workshop;

impl ServiceAwards<AccountId, Balance> for Workshop {
	fn award(
		request: RequestId,
		ticket: TicketId,
		maintainer: &AccountId,
		price: Balance,
		response_window: u64,
	) -> Result<ServiceOrderId, Refused> {
		match Unable::get() {
			Some(Party::Machine) => return Err(Refused::Payer(DispatchError::Exhausted)),
			Some(Party::Maintainer(who)) if who == *maintainer => {
				return Err(Refused::Payee(DispatchError::Unavailable));
			}
			_ => (),
		}
		let mut awards = Awards::get();
		awards.push((request, ticket, maintainer.clone(), price, response_window));
		let order = ServiceOrderId(awards.len() as u64);
		Awards::set(&awards);
		Ok(order)
	}

	fn award_weight() -> Weight {
		AWARDING
	}
}

//! From a ticket to an order: by the owner's choice, or by an award.

use crate::{
	orders::Deal, Balance, Caller, Config, Error, Pallet, Refused, RequestId, ServiceAwards, ServiceOrderId,
	ServiceTermsOf, Source, TicketId, TicketState, WeightInfo,
};
use bpiiot_primitives::Actors;
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	storage::with_storage_layer,
	traits::Get,
	weights::Weight,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_assign(
		actor: Caller<T>,
		id: TicketId,
		maintainer: T::AccountId,
		terms: ServiceTermsOf<T>,
	) -> DispatchResult {
		let ticket = Self::open_ticket_of(&actor, id)?;
		Self::ensure_no_request(&ticket)?;
		Self::check_terms(&terms)?;
		let deal = Deal {
			maintainer,
			source: Source::Owner,
			terms,
		};
		Self::place(id, ticket, deal).map(drop).map_err(DispatchError::from)
	}

	fn do_award(
		request: RequestId,
		id: TicketId,
		maintainer: &T::AccountId,
		price: Balance,
		response_window: u64,
	) -> Result<ServiceOrderId, Refused> {
		let ticket = Self::ticket(id)?;
		ensure!(
			ticket.state == TicketState::Open,
			Refused::Payer(Error::<T>::NotOpen.into())
		);
		let asked = ticket.asked.as_ref().filter(|asked| asked.request == request);
		let asked = asked.ok_or(Refused::Payer(Error::<T>::OtherRequest.into()))?;
		let is_his = asked.owner == Self::owner_of(&ticket.machine);
		ensure!(is_his, Refused::Payer(Error::<T>::NotTheOwner.into()));
		// Nobody is there to refuse for a machine that is frozen or withdrawn.
		T::Actors::ensure_in_service(&ticket.machine).map_err(Refused::Payer)?;
		let mut terms = asked.terms.clone();
		let may_cost = 1..=terms.price;
		ensure!(
			may_cost.contains(&price),
			Refused::Payee(Error::<T>::PriceTooHigh.into())
		);
		terms.price = price;
		let conditions = &mut terms.conditions;
		let longest = conditions.response_window;
		conditions.response_window = response_window.max(T::MinWindow::get()).min(longest);
		let deal = Deal {
			maintainer: maintainer.clone(),
			source: Source::Request(request),
			terms,
		};
		Self::place(id, ticket, deal)
	}
}

impl<T: Config> ServiceAwards<T::AccountId, Balance> for Pallet<T> {
	fn award(
		request: RequestId,
		ticket: TicketId,
		maintainer: &T::AccountId,
		price: Balance,
		response_window: u64,
	) -> Result<ServiceOrderId, Refused> {
		with_storage_layer(|| Self::do_award(request, ticket, maintainer, price, response_window))
	}

	fn award_weight() -> Weight {
		T::WeightInfo::award()
	}
}

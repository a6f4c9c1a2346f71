//! What maintainers offer by themselves.

use crate::{
	orders::Deal, Caller, Config, Error, Event, HoldReason, Offer, OfferId, Pallet, ServiceTermsOf, Source, TicketId,
	TicketOf, TicketState, Tickets, OFFERS,
};
use bpiiot_primitives::{fresh_id, AgreementClock};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	traits::Get,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_offer(actor: Caller<T>, id: TicketId, terms: ServiceTermsOf<T>, valid_for: u64) -> DispatchResult {
		let mut ticket = Self::ticket(id)?;
		ensure!(ticket.state == TicketState::Open, Error::<T>::NotOpen);
		let maintainer = actor.account.clone();
		Self::ensure_may_maintain(&ticket.machine, &maintainer, &terms)?;
		Self::check_terms(&terms)?;
		Self::ensure_windows(&[valid_for])?;
		Self::make_room(id, &mut ticket, &terms)?;
		let deposit = T::OfferDeposit::get();
		Self::hold(HoldReason::Offer, &maintainer, deposit)?;
		Self::pay_fee(&actor, T::OfferFee::get())?;
		let offer = OfferId(fresh_id::<T>());
		Self::deposit_event(Event::Offered {
			ticket: id,
			machine: ticket.machine,
			offer,
			maintainer: maintainer.clone(),
			asset: terms.asset,
			price: terms.price,
		});
		let record = Offer {
			id: offer,
			maintainer,
			deposit,
			terms,
			until: T::Clock::now().saturating_add(valid_for),
		};
		ticket.offers.try_push(record).map_err(|_| Error::<T>::ListFull)?;
		Tickets::<T>::insert(id, ticket);
		Ok(())
	}

	/// In a full list an offer that has lapsed makes room, or else the dearest one in the same asset, if it is dearer.
	fn make_room(id: TicketId, ticket: &mut TicketOf<T>, terms: &ServiceTermsOf<T>) -> DispatchResult {
		if (ticket.offers.len() as u32) < OFFERS {
			return Ok(());
		}
		let now = T::Clock::now();
		let lapsed = ticket.offers.iter().position(|offer| offer.until < now);
		let dearer = ticket.offers.iter().enumerate();
		let dearer = dearer.filter(|(_, offer)| offer.terms.asset == terms.asset && offer.terms.price > terms.price);
		let dearest = dearer
			.max_by_key(|(_, offer)| offer.terms.price)
			.map(|(place, _)| place);
		let place = lapsed.or(dearest).ok_or(Error::<T>::ListFull)?;
		let offer = ticket.offers.remove(place);
		Self::let_offer_go(id, offer);
		Ok(())
	}

	/// Gives an offer's deposit back. It stops nothing if that fails, which invariant 9 excludes.
	pub(crate) fn let_offer_go(ticket: TicketId, offer: Offer<T::AccountId>) {
		let released = Self::release(HoldReason::Offer, &offer.maintainer, offer.deposit);
		debug_assert!(released.is_ok());
		Self::deposit_event(Event::OfferGone {
			ticket,
			offer: offer.id,
			maintainer: offer.maintainer,
		});
	}

	pub(crate) fn do_withdraw_offer(actor: Caller<T>, id: TicketId, offer: OfferId) -> DispatchResult {
		let mut ticket = Self::ticket(id)?;
		let offer = Self::take_offer(&mut ticket, offer)?;
		// The owner of a machine that offers answers for it.
		let is_his = actor.account == offer.maintainer
			|| Self::payee(&offer.maintainer)
				.machine
				.is_some_and(|machine| Self::speaks_for(&actor, &machine));
		ensure!(is_his, Error::<T>::NotYours);
		Self::let_offer_go(id, offer);
		Tickets::<T>::insert(id, ticket);
		Ok(())
	}

	pub(crate) fn do_accept_offer(actor: Caller<T>, id: TicketId, offer: OfferId) -> DispatchResult {
		let mut ticket = Self::open_ticket_of(&actor, id)?;
		Self::ensure_no_request(&ticket)?;
		let offer = Self::take_offer(&mut ticket, offer)?;
		ensure!(T::Clock::now() <= offer.until, Error::<T>::OfferLapsed);
		// Before the bond is taken, which it may be needed for.
		Self::release(HoldReason::Offer, &offer.maintainer, offer.deposit)?;
		let deal = Deal {
			maintainer: offer.maintainer,
			source: Source::Offer(offer.id),
			terms: offer.terms,
		};
		Self::place(id, ticket, deal).map(drop).map_err(DispatchError::from)
	}

	fn take_offer(ticket: &mut TicketOf<T>, id: OfferId) -> Result<Offer<T::AccountId>, DispatchError> {
		let place = ticket.offers.iter().position(|offer| offer.id == id);
		let place = place.ok_or(Error::<T>::UnknownOffer)?;
		Ok(ticket.offers.remove(place))
	}
}

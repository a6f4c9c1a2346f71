//! Haggling over a bid. It holds nobody's money, makes nothing wait, and can only make the bid better.

use crate::{
	AwardRule, Balance, Bidding, Caller, Config, CounterOffer, Error, Event, Pallet, RequestId, RequestOf, Requests,
	Score,
};
use bpiiot_primitives::{AgreementClock, Side};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_counter_offer(
		actor: Caller<T>,
		id: RequestId,
		bidder: T::AccountId,
		price: Balance,
	) -> DispatchResult {
		let (mut request, place, by) = Self::negotiable(&actor, id, &bidder)?;
		let lead_time = request.bids.get(place).map_or(0, |bid| bid.lead_time);
		Self::check_bid(&request, price, lead_time)?;
		let most = request.wanted.rounds;
		let bid = request.bids.get_mut(place).ok_or(Error::<T>::UnknownBid)?;
		ensure!(bid.rounds < most, Error::<T>::NoRoundLeft);
		ensure!(price < bid.price, Error::<T>::NotBetter);
		bid.rounds = bid.rounds.saturating_add(1);
		bid.counter = Some(CounterOffer { by, price });
		Self::deposit_event(Event::Countered {
			request: id,
			buyer: request.buyer.clone(),
			bidder,
			by,
			price,
		});
		Requests::<T>::insert(id, request);
		Ok(())
	}

	pub(crate) fn do_accept_counter_offer(
		actor: Caller<T>,
		id: RequestId,
		bidder: T::AccountId,
		price: Balance,
	) -> DispatchResult {
		let (mut request, place, by) = Self::negotiable(&actor, id, &bidder)?;
		let bid = request.bids.get(place).ok_or(Error::<T>::UnknownBid)?;
		let counter = bid.counter.ok_or(Error::<T>::NoCounterOffer)?;
		ensure!(counter.by != by, Error::<T>::OwnCounterOffer);
		ensure!(counter.price == price, Error::<T>::CounterOfferChanged);
		let mut better = bid.clone();
		better.price = price;
		better.counter = None;
		better.score = Score::of(&request.wanted, price, bid.lead_time, bid.standing);
		let score = better.score;
		let (place, _) = Self::rank(&mut request, better)?;
		Self::deposit_event(Event::CounterOfferAccepted {
			request: id,
			buyer: request.buyer.clone(),
			bidder,
			price,
			score,
			place,
		});
		Requests::<T>::insert(id, request);
		Ok(())
	}

	/// The request, the place of the bid, and whose side `actor` is on, if they may talk now: as long as nobody could award
	/// the bid as it stands.
	fn negotiable(
		actor: &Caller<T>,
		id: RequestId,
		bidder: &T::AccountId,
	) -> Result<(RequestOf<T>, usize, Side), DispatchError> {
		let request = Self::open_request(id)?;
		ensure!(request.wanted.bidding != Bidding::Private, Error::<T>::WrongBidding);
		let place = request.place_of(bidder).ok_or(Error::<T>::UnknownBid)?;
		let by = if Self::is(actor, &request.buyer) {
			Side::Payer
		} else if Self::is(actor, bidder) {
			Side::Payee
		} else {
			return Err(Error::<T>::NotAParty.into());
		};
		let until = match request.wanted.award {
			AwardRule::Best => request.reveal_until,
			AwardRule::ByHand => request.award_until,
		};
		ensure!(T::Clock::now() <= until, Error::<T>::TooLate);
		Ok((request, place, by))
	}
}

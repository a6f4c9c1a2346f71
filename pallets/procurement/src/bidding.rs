//! Bids, in the order of their scores.

use crate::{
	Balance, Bid, Bidding, Caller, Config, Error, EscrowOf, Event, Pallet, RequestId, RequestOf, Requests, Score,
};
use bpiiot_primitives::{AgreementClock, Escrow, Standing};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	traits::Get,
};
use sp_runtime::Permill;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_bid(actor: Caller<T>, id: RequestId, price: Balance, lead_time: u64) -> DispatchResult {
		let mut request = Self::biddable(&actor, id)?;
		ensure!(request.wanted.bidding == Bidding::Open, Error::<T>::WrongBidding);
		Self::check_bid(&request, price, lead_time)?;
		let standing = T::Standing::score(&actor.account);
		let bid = Self::bid_of(&mut request, actor.account.clone(), price, lead_time, standing, None);
		let score = bid.score;
		let (place, evicted) = Self::rank(&mut request, bid)?;
		Self::pay_fee(&actor, T::BidFee::get())?;
		Self::deposit_event(Event::BidMade {
			request: id,
			buyer: request.buyer.clone(),
			bidder: actor.account,
			price,
			lead_time,
			standing,
			score,
			place,
		});
		Self::tell_evicted(id, &request, evicted);
		Requests::<T>::insert(id, request);
		Ok(())
	}

	/// The request, if `actor` may make a bid on it now.
	pub(crate) fn biddable(actor: &Caller<T>, id: RequestId) -> Result<RequestOf<T>, DispatchError> {
		let request = Self::open_request(id)?;
		ensure!(T::Clock::now() <= request.bid_until, Error::<T>::TooLate);
		Self::ensure_may_win(&request, &actor.account)?;
		Ok(request)
	}

	/// That a bidder is neither the buyer, nor the arbiter, nor owned by either.
	pub(crate) fn ensure_may_win(request: &RequestOf<T>, bidder: &T::AccountId) -> DispatchResult {
		let own = Self::share_an_owner(bidder, &request.buyer);
		ensure!(!own, Error::<T>::OwnRequest);
		let arbiter = request.wanted.arbiter.as_ref();
		let is_judge = arbiter.is_some_and(|arbiter| Self::stands_behind(arbiter, bidder));
		ensure!(!is_judge, Error::<T>::ArbiterBids);
		Ok(())
	}

	/// That a bid offers what the request asks for, at a price that can be paid.
	pub(crate) fn check_bid(request: &RequestOf<T>, price: Balance, lead_time: u64) -> DispatchResult {
		let wanted = &request.wanted;
		ensure!(price > 0, Error::<T>::ZeroPrice);
		ensure!(price <= wanted.max_price, Error::<T>::PriceTooHigh);
		ensure!(lead_time <= wanted.max_lead_time, Error::<T>::LeadTimeTooLong);
		// Or it would win, and no order could come of it.
		EscrowOf::<T>::ensure_payable(wanted.asset, price)
	}

	/// A bid with its score. Without a number of its own it gets the request's next one.
	pub(crate) fn bid_of(
		request: &mut RequestOf<T>,
		bidder: T::AccountId,
		price: Balance,
		lead_time: u64,
		standing: Permill,
		number: Option<u32>,
	) -> Bid<T::AccountId> {
		let number = number.unwrap_or_else(|| Self::next_number(request));
		Bid {
			bidder,
			price,
			lead_time,
			standing,
			score: Score::of(&request.wanted, price, lead_time, standing),
			number,
			rounds: 0,
			counter: None,
		}
	}

	pub(crate) fn next_number(request: &mut RequestOf<T>) -> u32 {
		let number = request.made;
		request.made = request.made.saturating_add(1);
		number
	}

	/// Puts a bid in its place, instead of the bidder's former one, which it must beat. When the list is full, its worst bid
	/// makes room, or this one is refused. Tells the place, and whose bid is gone.
	pub(crate) fn rank(
		request: &mut RequestOf<T>,
		mut bid: Bid<T::AccountId>,
	) -> Result<(u32, Option<T::AccountId>), DispatchError> {
		if let Some(former) = request.place_of(&bid.bidder) {
			let former = request.bids.remove(former);
			ensure!(bid.beats(&former), Error::<T>::NotBetter);
			// Whoever has talked enough does not begin anew with another bid.
			bid.rounds = former.rounds;
		}
		let place = request.bids.partition_point(|other| other.beats(&bid));
		let mut evicted = None;
		if request.bids.len() as u32 >= T::MaxBids::get() {
			ensure!((place as u32) < T::MaxBids::get(), Error::<T>::ListFull);
			evicted = request.bids.pop().map(|worst| worst.bidder);
		}
		let inserted = request.bids.try_insert(place, bid);
		inserted.map_err(|_| Error::<T>::ListFull)?;
		Ok((place as u32, evicted))
	}

	pub(crate) fn tell_evicted(id: RequestId, request: &RequestOf<T>, evicted: Option<T::AccountId>) {
		if let Some(bidder) = evicted {
			Self::deposit_event(Event::BidEvicted {
				request: id,
				buyer: request.buyer.clone(),
				bidder,
			});
		}
	}
}

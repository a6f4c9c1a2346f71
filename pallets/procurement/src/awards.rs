//! Awards: from a bid to an order.

use crate::{
	orders::Deal, AwardRule, Balance, Bid, Caller, Config, Error, Event, Pallet, Purchase, PurchaseOrderId, RequestId,
	RequestOf, RequestState, Requests, SealedBids, Source,
};
use bpiiot_primitives::{AgreementClock, Mistake, Refused, ServiceAwards, ServiceOrderId};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	storage::with_storage_layer,
};
use sp_core::H256;

/// What came of an award.
enum Came {
	Goods(PurchaseOrderId),
	Service(ServiceOrderId),
}

impl<T: Config> Pallet<T> {
	/// Tells whether it was about a ticket.
	pub(crate) fn do_award(actor: Caller<T>, id: RequestId) -> Result<bool, DispatchError> {
		let request = Self::open_request(id)?;
		let is_service = request.ticket.is_some();
		ensure!(request.wanted.award == AwardRule::Best, Error::<T>::ByHand);
		ensure!(T::Clock::now() > request.reveal_until, Error::<T>::TooEarly);
		ensure!(T::Clock::now() <= request.award_until, Error::<T>::TooLate);
		Self::award_best(id, request, Some(&actor))?;
		Ok(is_service)
	}

	/// Awards to the first bid. A bidder who cannot keep his bid is struck, and the next one is first: his turn comes with the
	/// next call, so that the work of one is bounded. If it is the buyer who cannot, nothing has happened.
	///
	/// `by` is who calls; nobody when the chain does it by itself.
	pub(crate) fn award_best(id: RequestId, mut request: RequestOf<T>, by: Option<&Caller<T>>) -> DispatchResult {
		ensure!(!request.bids.is_empty(), Error::<T>::NoBid);
		let buyer = Self::party(&request.buyer);
		// The machine's own key acts, so it is not barred. Others cannot know that otherwise.
		if by.is_none_or(|by| by.machine != buyer.machine) {
			Self::ensure_in_service(&buyer)?;
		}
		let place = match Mistake::WorstBidWins.is_made() {
			true => request.bids.len().saturating_sub(1),
			false => 0,
		};
		let bid = request.bids.remove(place);
		let bidder = bid.bidder.clone();
		match Self::place_bid(&buyer, id, &request, bid) {
			Ok(bid) => {
				Self::awarded(id, request, bid);
				Ok(())
			}
			Err(Refused::Payer(error)) => Err(error),
			Err(Refused::Payee(error)) => {
				Self::deposit_event(Event::BidStruck {
					request: id,
					buyer: request.buyer.clone(),
					bidder,
					error,
				});
				Requests::<T>::insert(id, request);
				Ok(())
			}
		}
	}

	pub(crate) fn do_award_to(actor: Caller<T>, id: RequestId, bidder: T::AccountId) -> DispatchResult {
		let mut request = Self::chosen_by(&actor, id)?;
		let place = request.place_of(&bidder).ok_or(Error::<T>::UnknownBid)?;
		let bid = request.bids.remove(place);
		let buyer = Self::party(&request.buyer);
		let bid = Self::place_bid(&buyer, id, &request, bid)?;
		Self::awarded(id, request, bid);
		Ok(())
	}

	/// Awards to a bid that only its bidder and the buyer have read until now.
	pub(crate) fn do_award_private(
		actor: Caller<T>,
		id: RequestId,
		bidder: T::AccountId,
		price: Balance,
		lead_time: u64,
		salt: H256,
	) -> DispatchResult {
		let mut request = Self::chosen_by(&actor, id)?;
		let sealed = SealedBids::<T>::get(id, &bidder).ok_or(Error::<T>::UnknownBid)?;
		Self::ensure_matches(&sealed, id, &bidder, price, lead_time, salt)?;
		Self::check_bid(&request, price, lead_time)?;
		let bid = Self::bid_of(
			&mut request,
			bidder.clone(),
			price,
			lead_time,
			sealed.standing,
			Some(sealed.number),
		);
		Self::give_back(id, &mut request, &bidder, &sealed)?;
		let buyer = Self::party(&request.buyer);
		let bid = Self::place_bid(&buyer, id, &request, bid)?;
		Self::awarded(id, request, bid);
		Ok(())
	}

	/// The request, if its buyer may choose now and `actor` is he.
	fn chosen_by(actor: &Caller<T>, id: RequestId) -> Result<RequestOf<T>, DispatchError> {
		let request = Self::open_request(id)?;
		ensure!(Self::is(actor, &request.buyer), Error::<T>::NotTheBuyer);
		ensure!(request.wanted.award == AwardRule::ByHand, Error::<T>::NotByHand);
		let now = T::Clock::now();
		// Sealed bids have their time to be revealed; other bids can be taken as they come.
		let may_come = request.reveal_until > request.bid_until && now <= request.reveal_until;
		ensure!(!may_come, Error::<T>::TooEarly);
		ensure!(now <= request.award_until, Error::<T>::TooLate);
		Ok(request)
	}

	/// Makes the order, all or nothing.
	fn place_bid(
		buyer: &Caller<T>,
		id: RequestId,
		request: &RequestOf<T>,
		bid: Bid<T::AccountId>,
	) -> Result<(Bid<T::AccountId>, Came), Refused> {
		// Machines change hands and go out of service after they have made a bid.
		Self::ensure_may_win(request, &bid.bidder).map_err(Refused::Payee)?;
		Self::ensure_in_service(&Self::party(&bid.bidder)).map_err(Refused::Payee)?;
		Self::check_bid(request, bid.price, bid.lead_time).map_err(Refused::Payee)?;
		if let Some(ticket) = request.ticket {
			let order = T::Services::award(id, ticket, &bid.bidder, bid.price, bid.lead_time)?;
			return Ok((bid, Came::Service(order)));
		}
		let wanted = &request.wanted;
		let deal = Deal {
			supplier: bid.bidder.clone(),
			source: Source::Request(id),
			item: wanted.item.clone(),
			site: wanted.site,
			quantity: wanted.quantity,
			asset: wanted.asset,
			price: bid.price,
			lead_time: bid.lead_time,
			conditions: wanted.conditions,
			arbiter: wanted.arbiter.clone(),
		};
		with_storage_layer(|| Self::place(buyer, deal)).map(|order| (bid, Came::Goods(order)))
	}

	/// The request has come to an order. Its entry in the index of deadlines is left to the sweep.
	fn awarded(id: RequestId, request: RequestOf<T>, (bid, came): (Bid<T::AccountId>, Came)) {
		match came {
			Came::Goods(order) => Self::goods_awarded(id, request, bid, order),
			Came::Service(order) => Self::service_awarded(id, request, bid, order),
		}
	}

	/// The request keeps its place in the buyer's book until the order has ended, so that an award does not write it.
	fn goods_awarded(id: RequestId, mut request: RequestOf<T>, bid: Bid<T::AccountId>, order: PurchaseOrderId) {
		request.state = RequestState::Awarded(order);
		request.since = T::Clock::now();
		Self::deposit_event(Event::RequestAwarded {
			request: id,
			order,
			buyer: request.buyer.clone(),
			bidder: bid.bidder,
			price: bid.price,
			lead_time: bid.lead_time,
			score: bid.score,
		});
		Requests::<T>::insert(id, request);
	}

	/// Whoever has taken the award keeps the order.
	fn service_awarded(id: RequestId, mut request: RequestOf<T>, bid: Bid<T::AccountId>, order: ServiceOrderId) {
		request.state = RequestState::Assigned(order);
		request.since = T::Clock::now();
		Self::close_purchase(&request.buyer, Purchase::Request(id));
		Self::deposit_event(Event::ServiceAwarded {
			request: id,
			order,
			buyer: request.buyer.clone(),
			bidder: bid.bidder,
			price: bid.price,
			response_window: bid.lead_time,
			score: bid.score,
		});
		Requests::<T>::insert(id, request);
	}
}

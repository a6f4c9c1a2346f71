//! Requests: what a buyer wants, and the ends of that but for an award.

use crate::{
	AwardRule, Bidding, Caller, Config, Error, EscrowOf, Event, HoldReason, Pallet, Purchase, PurchaseOrderId, Request,
	RequestId, RequestOf, RequestState, Requests, WantedOf,
};
use alloc::vec;
use bpiiot_primitives::{
	fresh_id, is_region, AgreementClock, AgreementMillis, AgreementRef, DeadlineIndex, Escrow, Expiry, ServiceOrderId,
	TicketId,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	storage::with_storage_layer,
	traits::{fungible::MutateHold, tokens::Precision, Get},
	BoundedVec,
};

/// The buyer's steps.
impl<T: Config> Pallet<T> {
	/// Of goods.
	pub(crate) fn do_raise(actor: &Caller<T>, wanted: WantedOf<T>) -> Result<RequestId, DispatchError> {
		Self::raise_about(actor, wanted, None)
	}

	/// Of goods, or of the maintenance of a ticket.
	pub(crate) fn raise_about(
		actor: &Caller<T>,
		wanted: WantedOf<T>,
		ticket: Option<TicketId>,
	) -> Result<RequestId, DispatchError> {
		Self::check_wanted(&wanted)?;
		if ticket.is_none() {
			Self::check_conditions(&wanted.conditions, wanted.arbiter.is_some())?;
		}
		EscrowOf::<T>::ensure_may_open(wanted.asset, wanted.max_price)?;
		let request = RequestId(fresh_id::<T>());
		Self::add_purchase(&actor.account, Purchase::Request(request))?;
		let deposit = T::RequestDeposit::get();
		T::Currency::hold(&HoldReason::Request.into(), &actor.account, deposit)?;
		Self::pay_fee(actor, T::RequestFee::get())?;

		let now = T::Clock::now();
		let bid_until = now.saturating_add(wanted.bid_window);
		let reveal_until = match wanted.bidding {
			Bidding::Sealed { reveal_window } => bid_until.saturating_add(reveal_window),
			Bidding::Open | Bidding::Private => bid_until,
		};
		let award_until = reveal_until.saturating_add(wanted.award_window);
		T::Deadlines::insert(reveal_until, AgreementRef::Request(request));
		Self::shelve_request(request, &wanted);
		Self::deposit_event(Event::RequestRaised {
			request,
			buyer: actor.account.clone(),
			item: wanted.item.clone(),
			quantity: wanted.quantity,
			asset: wanted.asset,
			max_price: wanted.max_price,
			bid_until,
			reveal_until,
			award_until,
		});
		Requests::<T>::insert(
			request,
			Request {
				buyer: actor.account.clone(),
				deposit,
				state: RequestState::Open,
				wanted,
				bid_until,
				reveal_until,
				award_until,
				since: now,
				indexed_at: reveal_until,
				made: 0,
				sealed: 0,
				bids: BoundedVec::new(),
				ticket,
			},
		);
		Ok(request)
	}

	pub(crate) fn do_cancel_request(actor: Caller<T>, id: RequestId) -> DispatchResult {
		let request = Self::open_request(id)?;
		ensure!(Self::is(&actor, &request.buyer), Error::<T>::NotTheBuyer);
		// Who has let others bid by a rule keeps to it.
		let by_hand = request.wanted.award == AwardRule::ByHand;
		ensure!(by_hand || T::Clock::now() <= request.bid_until, Error::<T>::TooLate);
		Self::end_request(id, request, RequestState::Cancelled);
		Ok(())
	}

	pub(crate) fn do_remove_request(actor: Caller<T>, id: RequestId) -> DispatchResult {
		let request = Self::request(id)?;
		ensure!(Self::is(&actor, &request.buyer), Error::<T>::NotTheBuyer);
		ensure!(!request.is_open(), Error::<T>::StillOpen);
		ensure!(request.sealed == 0, Error::<T>::SealedBidsLeft);
		Requests::<T>::remove(id);
		Self::unshelve_request(id, &request.wanted);
		let (reason, exact) = (HoldReason::Request.into(), Precision::Exact);
		T::Currency::release(&reason, &request.buyer, request.deposit, exact)?;
		Self::deposit_event(Event::RequestRemoved {
			request: id,
			buyer: request.buyer,
		});
		Ok(())
	}

	pub(crate) fn request(id: RequestId) -> Result<RequestOf<T>, DispatchError> {
		Ok(Requests::<T>::get(id).ok_or(Error::<T>::UnknownRequest)?)
	}

	/// The request, if it may still be awarded.
	pub(crate) fn open_request(id: RequestId) -> Result<RequestOf<T>, DispatchError> {
		let request = Self::request(id)?;
		ensure!(request.is_open(), Error::<T>::NotOpen);
		Ok(request)
	}

	fn check_wanted(wanted: &WantedOf<T>) -> DispatchResult {
		Self::check_goods(&wanted.category, &wanted.item)?;
		ensure!(wanted.quantity > 0, Error::<T>::ZeroQuantity);
		ensure!(wanted.max_price > 0, Error::<T>::ZeroPrice);
		ensure!(is_region(&wanted.area), Error::<T>::BadArea);
		ensure!(wanted.weights.are_whole(), Error::<T>::BadWeights);
		ensure!(wanted.rounds <= T::MaxRounds::get(), Error::<T>::RoundsOutOfRange);
		let mut windows = vec![wanted.max_lead_time, wanted.bid_window, wanted.award_window];
		match wanted.bidding {
			Bidding::Open => (),
			Bidding::Sealed { reveal_window } => windows.push(reveal_window),
			// Nobody but the buyer knows which is the best.
			Bidding::Private => ensure!(wanted.award == AwardRule::ByHand, Error::<T>::PrivateIsByHand),
		}
		Self::ensure_windows(&windows)
	}
}

/// Ends.
impl<T: Config> Pallet<T> {
	/// Ends a request of which no order came, and makes room for another one.
	fn end_request(id: RequestId, mut request: RequestOf<T>, state: RequestState) {
		T::Deadlines::remove(request.indexed_at, AgreementRef::Request(id));
		Self::close_purchase(&request.buyer, Purchase::Request(id));
		request.state = state;
		request.since = T::Clock::now();
		Self::deposit_event(Event::RequestEnded {
			request: id,
			buyer: request.buyer.clone(),
			state,
			bids: request.bids.len() as u32,
		});
		Requests::<T>::insert(id, request);
	}

	/// How a request ends by silence now, if it does.
	fn end_by_now(request: &RequestOf<T>) -> Option<RequestState> {
		let now = T::Clock::now();
		if now > request.reveal_until && request.is_without_bid() {
			return Some(RequestState::NoBid);
		}
		(now > request.award_until).then_some(RequestState::NotAwarded)
	}

	pub(crate) fn do_expire_request(id: RequestId) -> DispatchResult {
		let request = Self::open_request(id)?;
		T::Clock::ensure_running()?;
		let end = Self::end_by_now(&request).ok_or(Error::<T>::NotExpired)?;
		Self::end_request(id, request, end);
		Ok(())
	}

	/// The sweep's look at a request: it awards, or ends what nobody has awarded.
	pub(crate) fn sweep_request(id: RequestId, indexed_at: AgreementMillis) -> Result<Expiry, DispatchError> {
		let Some(request) = Requests::<T>::get(id).filter(|request| request.indexed_at == indexed_at) else {
			return Ok(Expiry::Stale);
		};
		if !request.is_open() {
			return Ok(Expiry::Stale);
		}
		if let Some(end) = Self::end_by_now(&request) {
			Self::end_request(id, request, end);
			return Ok(Expiry::Ended);
		}
		let now = T::Clock::now();
		if now <= request.reveal_until {
			return Ok(Self::look_at_request(id, request.reveal_until));
		}
		if request.wanted.award == AwardRule::Best {
			let awarded = with_storage_layer(|| Self::award_best(id, request.clone(), None));
			if awarded.is_ok() {
				// Awarded, or the first bid was struck, and the next one's turn is in the next block.
				return Ok(match Requests::<T>::get(id) {
					Some(request) if request.is_open() => Self::look_at_request(id, now),
					_ => Expiry::Ended,
				});
			}
		}
		// The buyer has no money now, or wants to choose.
		Ok(Self::look_at_request(id, request.award_until))
	}

	fn look_at_request(id: RequestId, at: AgreementMillis) -> Expiry {
		Requests::<T>::mutate_extant(id, |request| request.indexed_at = at);
		Expiry::Until(at)
	}

	/// Opens the request again whose winner has given up before anything came, if there is time for another award and
	/// there is or may still come anything to award. Tells whether it did.
	pub(crate) fn reopen(id: RequestId, order: PurchaseOrderId) -> bool {
		let awarded = Requests::<T>::get(id).filter(|request| request.state == RequestState::Awarded(order));
		let Some(request) = awarded.filter(Self::may_be_awarded_anew) else {
			return false;
		};
		Self::deposit_event(Event::RequestReopened {
			request: id,
			buyer: request.buyer.clone(),
			order,
		});
		Self::open_again(id, request);
		true
	}

	/// The same, where it came to a maintenance order. The buyer must have a place for it again.
	pub(crate) fn reopen_service(id: RequestId, order: ServiceOrderId) -> bool {
		let awarded = Requests::<T>::get(id).filter(|request| request.state == RequestState::Assigned(order));
		let Some(request) = awarded.filter(Self::may_be_awarded_anew) else {
			return false;
		};
		if Self::add_purchase(&request.buyer, Purchase::Request(id)).is_err() {
			return false;
		}
		Self::deposit_event(Event::ServiceReopened {
			request: id,
			buyer: request.buyer.clone(),
			order,
		});
		Self::open_again(id, request);
		true
	}

	fn may_be_awarded_anew(request: &RequestOf<T>) -> bool {
		let now = T::Clock::now();
		now <= request.award_until && (!request.is_without_bid() || now <= request.reveal_until)
	}

	fn open_again(id: RequestId, mut request: RequestOf<T>) {
		let now = T::Clock::now();
		request.state = RequestState::Open;
		request.since = now;
		request.indexed_at = match request.wanted.award {
			_ if now <= request.reveal_until => request.reveal_until,
			AwardRule::Best => now,
			AwardRule::ByHand => request.award_until,
		};
		T::Deadlines::insert(request.indexed_at, AgreementRef::Request(id));
		Requests::<T>::insert(id, request);
	}
}

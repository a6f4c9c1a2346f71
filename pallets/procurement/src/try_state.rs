//! What must always hold of this pallet's storage, numbered as in the system design.

use crate::{
	Balance, Bidding, Books, Config, EscrowOf, HoldReason, OrderOf, OrderState, Orders, Pallet, Purchase, Quotes,
	QuotesBy, QuotesOf, RequestOf, RequestState, Requests, RequestsBy, Score, SealedBids, Source,
};
use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec::Vec,
};
use bpiiot_primitives::{AgreementClock, AgreementRef, DeadlineIndex, Escrow, EscrowView};
use frame_support::{ensure, traits::fungible::InspectHold};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks the invariants that this pallet can see by itself.
	///
	/// # Errors
	/// Names the invariant that is broken.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		for (id, order) in Orders::<T>::iter() {
			Self::check_money(&order)?;
			Self::check_order(&order)?;
			ensure!(
				EscrowOf::<T>::is_disputed(AgreementRef::Order(id)) == matches!(order.state, OrderState::Disputed(_)),
				"invariant 3: an order's state and its dispute differ"
			);
		}
		for request in Requests::<T>::iter_values() {
			Self::check_request(&request)?;
		}
		Self::check_sealed_bids()?;
		Self::check_books()?;
		Self::check_quotes()?;
		Self::check_shelves()?;
		Self::check_deadlines()?;
		Self::check_deposits()
	}

	/// Invariants 1 and 3: an open order has the price on hold of all that the buyer has said nothing of, and of what is at
	/// stake, and its bond; a settled order's escrow has ended. That both are really on hold is for the escrow to check.
	fn check_money(order: &OrderOf<T>) -> Result<(), TryRuntimeError> {
		let escrow = &order.escrow;
		ensure!(
			order.is_settled() == escrow.has_ended(),
			"invariant 3: an order and its escrow have not ended together"
		);
		if order.is_settled() {
			return Ok(());
		}
		let unpaid = match order.state {
			OrderState::Rejected(_) | OrderState::Disputed(_) => 0,
			_ => order.price.saturating_sub(order.price_of(order.reviewed())),
		};
		ensure!(
			escrow.held() == unpaid.saturating_add(order.at_stake),
			"invariant 1: an open order's escrow differs from its unpaid units"
		);
		ensure!(
			escrow.bond() == order.bond(),
			"invariant 1: an open order's bond differs from its conditions"
		);
		Ok(())
	}

	/// Invariants 4 and 8: what an order says of units and times fits its state, and only an order that has ended was rated.
	fn check_order(order: &OrderOf<T>) -> Result<(), TryRuntimeError> {
		let fits = match order.state {
			OrderState::Awaiting => order.in_review() == 0 && order.outstanding() > 0,
			OrderState::Delivered => order.in_review() > 0 && order.review_until > 0,
			OrderState::Rejected(_) | OrderState::Disputed(_) => {
				order.in_review() == 0 && order.contested > 0 && order.at_stake > 0 && order.challenge_until > 0
			}
			OrderState::Settled(outcome) => {
				order.in_review() == 0 && (order.outstanding() > 0) == (outcome != crate::Outcome::Completed)
			}
		};
		ensure!(
			fits && order.contested <= order.rejected
				&& order.reviewed() <= order.delivered
				&& order.punctual <= order.delivered
				&& order.delivered <= order.quantity
				&& order.parts <= order.conditions.parts,
			"invariant 4: an order's units do not fit its state"
		);
		ensure!(
			order.deliver_by <= order.due_until,
			"invariant 4: an order ends before it is late"
		);
		ensure!(
			order.is_settled() || !order.rated,
			"invariant 8: an order was rated before it has ended"
		);
		Ok(())
	}

	/// Invariant 4: the bids of a request are in order, each bidder's once, with the score of their price, and fit the request.
	fn check_request(request: &RequestOf<T>) -> Result<(), TryRuntimeError> {
		let wanted = &request.wanted;
		let bids: Vec<_> = request.bids.iter().collect();
		ensure!(
			bids.windows(2)
				.all(|pair| matches!(pair, [one, other] if one.beats(other))),
			"invariant 4: the bids of a request are out of order"
		);
		let bidders: BTreeSet<_> = bids.iter().map(|bid| &bid.bidder).collect();
		ensure!(
			bidders.len() == bids.len(),
			"invariant 4: somebody has two bids on a request"
		);
		let is_right = |bid: &&crate::Bid<T::AccountId>| {
			bid.score == Score::of(wanted, bid.price, bid.lead_time, bid.standing)
				&& bid.price <= wanted.max_price
				&& bid.lead_time <= wanted.max_lead_time
				&& bid.number < request.made
				&& bid.rounds <= wanted.rounds
		};
		ensure!(
			bids.iter().all(is_right) && (bids.is_empty() || wanted.bidding != Bidding::Private),
			"invariant 4: a bid does not fit its request"
		);
		ensure!(
			request.bid_until <= request.reveal_until && request.reveal_until <= request.award_until,
			"invariant 4: a request's deadlines are out of order"
		);
		Ok(())
	}

	/// Each sealed bid is on a request that knows of it.
	fn check_sealed_bids() -> Result<(), TryRuntimeError> {
		let mut sealed = BTreeMap::new();
		for (request, _, bid) in SealedBids::<T>::iter() {
			let private = Requests::<T>::get(request).is_some_and(|request| request.wanted.bidding == Bidding::Private);
			ensure!(
				bid.text.is_some() == private,
				"sealed bids: a bid of another kind than its request"
			);
			let count: &mut u32 = sealed.entry(request).or_default();
			*count = count.saturating_add(1);
		}
		for (id, request) in Requests::<T>::iter() {
			ensure!(
				sealed.remove(&id).unwrap_or_default() == request.sealed,
				"sealed bids: a request knows of more or fewer than there are"
			);
		}
		ensure!(sealed.is_empty(), "sealed bids: some are on no request");
		Ok(())
	}

	/// The books list exactly what is open.
	fn check_books() -> Result<(), TryRuntimeError> {
		let (mut purchases, mut sales) = (BTreeSet::new(), BTreeSet::new());
		for (id, order) in Orders::<T>::iter().filter(|(_, order)| !order.is_settled()) {
			sales.insert((order.supplier().clone(), id));
			purchases.insert((
				order.buyer().clone(),
				match order.source {
					Source::Quote(..) => Purchase::Order(id),
					Source::Request(request) => Purchase::Request(request),
				},
			));
		}
		for (id, request) in Requests::<T>::iter() {
			match request.state {
				RequestState::Open => drop(purchases.insert((request.buyer, Purchase::Request(id)))),
				RequestState::Awarded(order) => ensure!(
					Orders::<T>::get(order).is_none_or(|order| order.source == Source::Request(id)),
					"a request was awarded an order of something else"
				),
				_ => (),
			}
		}
		let (mut listed_purchases, mut listed_sales, mut entries) = (BTreeSet::new(), BTreeSet::new(), 0);
		for (who, book) in Books::<T>::iter() {
			ensure!(!book.is_empty(), "an empty book is kept");
			entries += book.purchases.len() + book.sales.len();
			listed_purchases.extend(book.purchases.into_iter().map(|purchase| (who.clone(), purchase)));
			listed_sales.extend(book.sales.into_iter().map(|sale| (who.clone(), sale)));
		}
		ensure!(
			listed_purchases == purchases && entries == purchases.len() + sales.len(),
			"the books of buyers differ from what is open"
		);
		ensure!(
			listed_sales == sales,
			"the books of suppliers differ from the open orders"
		);
		Ok(())
	}

	/// The lists of suppliers' quotes name exactly what there is.
	fn check_quotes() -> Result<(), TryRuntimeError> {
		let listed: BTreeSet<_> = QuotesOf::<T>::iter()
			.flat_map(|(supplier, quotes)| quotes.into_iter().map(move |quote| (supplier.clone(), quote)))
			.collect();
		let published: BTreeSet<_> = Quotes::<T>::iter().map(|(id, quote)| (quote.supplier, id)).collect();
		ensure!(
			listed == published,
			"the quotes of the suppliers differ from the quotes"
		);
		Ok(())
	}

	/// The shelves list exactly the quotes and the requests that there are.
	fn check_shelves() -> Result<(), TryRuntimeError> {
		let shelved: BTreeSet<_> = QuotesBy::<T>::iter_keys().collect();
		let places: BTreeSet<_> = Quotes::<T>::iter()
			.flat_map(|(id, quote)| Self::quote_places(id, &quote.terms))
			.collect();
		ensure!(shelved == places, "the quotes on the shelves differ from the quotes");
		let shelved: BTreeSet<_> = RequestsBy::<T>::iter_keys()
			.map(|(shelf, place)| (shelf, place.request()))
			.collect();
		let places: BTreeSet<_> = Requests::<T>::iter()
			.flat_map(|(id, request)| {
				Self::request_shelves(&request.wanted)
					.into_iter()
					.map(move |shelf| (shelf, id))
			})
			.collect();
		ensure!(
			shelved == places,
			"the requests on the shelves differ from the requests"
		);
		Ok(())
	}

	/// Nothing that is open escapes the sweep: until the moment under which it is indexed has passed, it is in the index, and
	/// that moment is no later than its deadline.
	fn check_deadlines() -> Result<(), TryRuntimeError> {
		let orders = Orders::<T>::iter().filter_map(|(id, order)| {
			let deadline = order.deadline()?;
			Some((AgreementRef::Order(id), order.indexed_at, deadline))
		});
		let requests = Requests::<T>::iter().filter(|(_, request)| request.is_open());
		let requests =
			requests.map(|(id, request)| (AgreementRef::Request(id), request.indexed_at, request.award_until));
		for (agreement, indexed_at, deadline) in orders.chain(requests) {
			ensure!(
				indexed_at <= deadline,
				"deadlines: something open is looked at too late"
			);
			ensure!(
				indexed_at < T::Clock::now() || T::Deadlines::contains(indexed_at, agreement),
				"deadlines: something open is not in the index"
			);
		}
		Ok(())
	}

	/// Invariant 9: every deposit on hold belongs to a record that exists. Those for orders are the escrow's.
	fn check_deposits() -> Result<(), TryRuntimeError> {
		let quotes = Quotes::<T>::iter_values().map(|quote| (quote.depositor, quote.deposit));
		let requests = Requests::<T>::iter_values().map(|request| (request.buyer, request.deposit));
		let bids = SealedBids::<T>::iter().map(|(_, bidder, bid)| (bidder, bid.deposit));
		Self::check_reason(
			HoldReason::Quote,
			quotes,
			"invariant 9: deposits for quotes differ from the quotes",
		)?;
		Self::check_reason(
			HoldReason::Request,
			requests,
			"invariant 9: deposits for requests differ from the requests",
		)?;
		Self::check_reason(
			HoldReason::Bid,
			bids,
			"invariant 9: deposits for sealed bids differ from the sealed bids",
		)
	}

	fn check_reason(
		reason: HoldReason,
		deposits: impl Iterator<Item = (T::AccountId, Balance)>,
		broken: &'static str,
	) -> Result<(), TryRuntimeError> {
		let mut due = BTreeMap::new();
		for (who, deposit) in deposits {
			let sum: &mut Balance = due.entry(who).or_default();
			*sum = sum.saturating_add(deposit);
		}
		for who in frame_system::Account::<T>::iter_keys() {
			let on_hold = T::Currency::balance_on_hold(&reason.into(), &who);
			ensure!(on_hold == due.remove(&who).unwrap_or_default(), broken);
		}
		ensure!(due.is_empty(), broken);
		Ok(())
	}
}

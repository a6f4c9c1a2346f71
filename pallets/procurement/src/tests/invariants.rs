//! That each check of try-state fails on a broken state.

use crate::{
	mock::*, tests::disputes, Books, Call, HoldReason, OrderOf, OrderState, Orders as OrdersMap, Outcome,
	PurchaseOrderId, Quotes, QuotesBy, QuotesOf, RequestId, RequestOf, RequestState, Requests as RequestsMap,
	RequestsBy, Score, SealedBids,
};
use frame_support::{assert_ok, storage::with_transaction, traits::fungible::MutateHold};
use sp_runtime::{DispatchError, TransactionOutcome, TryRuntimeError};

/// Runs `make` and then `break_it`, and tells what try-state says.
fn broken<Made>(make: impl FnOnce() -> Made, break_it: impl FnOnce(Made)) -> &'static str {
	let mut said = Ok(());
	build_and_execute(|| {
		let _ = with_transaction(|| {
			let made = make();
			assert_eq!(Procurement::do_try_state(), Ok(()), "before the damage");
			break_it(made);
			said = Procurement::do_try_state();
			TransactionOutcome::Rollback(Ok::<(), DispatchError>(()))
		});
	});
	match said {
		Err(TryRuntimeError::Other(broken)) => broken,
		other => panic!("try-state must see the damage, and says {other:?}"),
	}
}

fn order(id: PurchaseOrderId, change: impl FnOnce(&mut OrderOf<Test>)) {
	OrdersMap::<Test>::mutate(id, |order| change(order.as_mut().expect("it exists")));
}

fn request(id: RequestId, change: impl FnOnce(&mut RequestOf<Test>)) {
	RequestsMap::<Test>::mutate(id, |request| change(request.as_mut().expect("it exists")));
}

fn delivered() -> PurchaseOrderId {
	let order = ten_ordered();
	assert_ok!(deliver(order, 6));
	order
}

fn with_bids() -> RequestId {
	let request = raised(wanted());
	assert_ok!(bid(&supplier(), request, 10_000, DAY));
	assert_ok!(bid(&rival(), request, 9_000, DAY));
	request
}

fn sealed() -> RequestId {
	let bidding = crate::Bidding::Sealed {
		reveal_window: REVEAL_WINDOW,
	};
	let request = raised(crate::Wanted { bidding, ..wanted() });
	let (commitment, text) = (HASH, None);
	assert_ok!(signed(
		&supplier(),
		Call::seal_bid {
			request,
			commitment,
			text
		}
	));
	request
}

#[test]
fn try_state_sees_money_that_does_not_fit() {
	let escrow = "invariant 1: an open order's escrow differs from its unpaid units";
	assert_eq!(broken(ten_ordered, |id| order(id, |order| order.price += 1)), escrow);
	assert_eq!(
		broken(disputes::rejected, |id| order(id, |order| order.at_stake += 1)),
		escrow
	);
	assert_eq!(
		broken(ten_ordered, |id| order(id, |order| order.conditions.bond =
			Default::default())),
		"invariant 1: an open order's bond differs from its conditions"
	);
	assert_eq!(
		broken(ten_ordered, |id| order(id, |order| order.state =
			OrderState::Settled(Outcome::Cancelled))),
		"invariant 3: an order and its escrow have not ended together"
	);
}

#[test]
fn try_state_sees_units_that_do_not_fit() {
	let units = "invariant 4: an order's units do not fit its state";
	type Spoil = fn(&mut OrderOf<Test>);
	let spoils: [Spoil; 6] = [
		|order| order.state = OrderState::Awaiting,
		|order| order.delivered = 11,
		|order| order.delivered = 0,
		|order| order.punctual = 7,
		|order| order.contested = 1,
		|order| order.parts = 4,
	];
	for spoil in spoils {
		assert_eq!(broken(delivered, |id| order(id, spoil)), units);
	}
	assert_eq!(
		broken(disputes::rejected, |id| order(id, |order| order.challenge_until = 0)),
		units
	);
	assert_eq!(
		broken(ten_ordered, |id| order(id, |order| order.due_until =
			order.deliver_by - 1)),
		"invariant 4: an order ends before it is late"
	);
	assert_eq!(
		broken(ten_ordered, |id| order(id, |order| order.rated = true)),
		"invariant 8: an order was rated before it has ended"
	);
}

#[test]
fn try_state_sees_a_dispute_without_its_state_and_a_state_without_its_dispute() {
	let differ = "invariant 3: an order's state and its dispute differ";
	let disputed = OrderState::Disputed(Outcome::Completed);
	assert_eq!(
		broken(disputes::rejected, |id| order(id, |order| order.state = disputed)),
		differ
	);
	assert_eq!(
		broken(disputes::disputed, |id| pallet_escrow::Disputes::<Test>::remove(
			disputes::agreement(id)
		)),
		differ
	);
}

#[test]
fn try_state_sees_bids_that_do_not_fit() {
	let bid = "invariant 4: a bid does not fit its request";
	assert_eq!(
		broken(with_bids, |id| request(id, |request| {
			let first = request.bids.remove(0);
			request.bids.try_push(first).expect("there is room");
		})),
		"invariant 4: the bids of a request are out of order"
	);
	assert_eq!(
		broken(with_bids, |id| request(id, |request| request.bids[1].bidder = rival())),
		"invariant 4: somebody has two bids on a request"
	);
	type Spoil = fn(&mut RequestOf<Test>);
	let spoils: [Spoil; 5] = [
		|request| request.bids[0].score = Score(u64::MAX),
		|request| request.bids[1].price = 9_999,
		|request| request.wanted.max_lead_time = 1,
		|request| request.made = 1,
		|request| request.bids[0].rounds = 4,
	];
	for spoil in spoils {
		assert_eq!(broken(with_bids, |id| request(id, spoil)), bid);
	}
	assert_eq!(
		broken(with_bids, |id| request(id, |request| request.reveal_until = 0)),
		"invariant 4: a request's deadlines are out of order"
	);
}

#[test]
fn try_state_sees_sealed_bids_that_are_lost() {
	let count = "sealed bids: a request knows of more or fewer than there are";
	assert_eq!(broken(sealed, |id| request(id, |request| request.sealed = 0)), count);
	assert_eq!(broken(sealed, |id| SealedBids::<Test>::remove(id, supplier())), count);
	let kind = "sealed bids: a bid of another kind than its request";
	assert_eq!(
		broken(sealed, |id| request(id, |request| request.wanted.bidding =
			crate::Bidding::Private)),
		kind
	);
	assert_eq!(
		broken(sealed, |id| {
			RequestsMap::<Test>::remove(id);
			Books::<Test>::remove(buyer());
		}),
		"sealed bids: some are on no request"
	);
}

#[test]
fn try_state_sees_books_and_shelves_that_differ() {
	let buyers = "the books of buyers differ from what is open";
	assert_eq!(broken(ten_ordered, |_| Books::<Test>::remove(buyer())), buyers);
	assert_eq!(broken(with_bids, |_| Books::<Test>::remove(buyer())), buyers);
	assert_eq!(
		broken(with_bids, |id| request(id, |request| request.state =
			RequestState::NoBid)),
		buyers
	);
	assert_eq!(
		broken(ten_ordered, |_| Books::<Test>::insert(
			stranger(),
			crate::Book::default()
		)),
		"an empty book is kept"
	);
	// Another's order in his book, as many entries as there should be.
	assert_eq!(
		broken(ten_ordered, |_| {
			let book = Books::<Test>::take(supplier());
			Books::<Test>::insert(rival(), book);
		}),
		"the books of suppliers differ from the open orders"
	);
	assert_eq!(
		broken(
			|| (with_bids(), ten_ordered()),
			|(id, order)| request(id, |request| request.state = RequestState::Awarded(order))
		),
		"a request was awarded an order of something else"
	);
	assert_eq!(
		broken(ten_ordered, |_| QuotesOf::<Test>::remove(supplier())),
		"the quotes of the suppliers differ from the quotes"
	);
	assert_eq!(
		broken(ten_ordered, |_| drop(QuotesBy::<Test>::clear(1, None))),
		"the quotes on the shelves differ from the quotes"
	);
	assert_eq!(
		broken(with_bids, |_| drop(RequestsBy::<Test>::clear(1, None))),
		"the requests on the shelves differ from the requests"
	);
}

#[test]
fn try_state_sees_what_escapes_the_sweep() {
	let late = "deadlines: something open is looked at too late";
	let forgotten = "deadlines: something open is not in the index";
	assert_eq!(
		broken(ten_ordered, |id| order(id, |order| order.indexed_at =
			order.due_until + 1)),
		late
	);
	assert_eq!(
		broken(with_bids, |id| request(id, |request| request.indexed_at =
			request.award_until + 1)),
		late
	);
	let makes: [fn(); 2] = [
		|| {
			ten_ordered();
		},
		|| {
			with_bids();
		},
	];
	for make in makes {
		assert_eq!(
			broken(make, |()| drop(pallet_escrow::Deadlines::<Test>::clear(10, None))),
			forgotten
		);
	}
}

#[test]
fn try_state_sees_deposits_of_nothing() {
	for (reason, broken_one) in [
		(
			HoldReason::Quote,
			"invariant 9: deposits for quotes differ from the quotes",
		),
		(
			HoldReason::Request,
			"invariant 9: deposits for requests differ from the requests",
		),
		(
			HoldReason::Bid,
			"invariant 9: deposits for sealed bids differ from the sealed bids",
		),
	] {
		assert_eq!(
			broken(
				|| (),
				|()| Balances::hold(&reason.into(), &stranger(), 20).expect("he has it")
			),
			broken_one
		);
	}
	assert_eq!(
		broken(ten_ordered, |_| {
			let quote = QuotesOf::<Test>::get(supplier())[0];
			Quotes::<Test>::mutate_extant(quote, |quote| quote.depositor = account(b"nobody"));
		}),
		"invariant 9: deposits for quotes differ from the quotes"
	);
}

#[test]
fn the_escrow_sees_an_order_that_vanished_or_is_there_twice() {
	let said = |break_it: fn(PurchaseOrderId)| {
		let mut said = Ok(());
		build_and_execute(|| {
			let _ = with_transaction(|| {
				break_it(ten_ordered());
				said = Escrow::do_try_state();
				TransactionOutcome::Rollback(Ok::<(), DispatchError>(()))
			});
		});
		said
	};
	let prices = Err(TryRuntimeError::Other(
		"invariant 1: what payers have on hold differs from the escrows",
	));
	assert_eq!(said(OrdersMap::<Test>::remove), prices);
	assert_eq!(
		said(|id| OrdersMap::<Test>::insert(PurchaseOrderId(1), record(id))),
		prices
	);
}

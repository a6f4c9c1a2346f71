//! Bids on tickets: the terms and the order are kept by others.

use crate::{mock::*, Books, Call, Error, Pallet, RequestId, RequestState};
use bpiiot_primitives::{Actor, AssetKind, ServiceOrderId, ServiceRequests, ServiceRequisition, TicketId};
use frame_support::{
	assert_noop, assert_ok,
	dispatch::{GetDispatchInfo, Pays, PostDispatchInfo},
	pallet_prelude::{DispatchError, Weight},
};
use sp_runtime::traits::Dispatchable;

const TICKET: TicketId = TicketId(77);
const RESPONSE: u64 = DAY;

fn service() -> ServiceRequisition<AccountId, u128> {
	ServiceRequisition {
		ticket: TICKET,
		category: text("spindle-service"),
		fault: text("SPINDLE-VIB"),
		area: text("DE-HB"),
		asset: AssetKind::Native,
		highest_price: 20_000,
		longest_response: 2 * DAY,
		weights: wanted().weights,
		bid_window: BID_WINDOW,
		award_window: AWARD_WINDOW,
		arbiter: None,
	}
}

/// Machine 1 asks for quotes.
fn asked_for(service: ServiceRequisition<AccountId, u128>) -> RequestId {
	let payer = Actor {
		account: of_machine(1),
		machine: Some(machine(1)),
	};
	<Pallet<Test> as ServiceRequests<_, _>>::raise(&payer, &service).expect("it may ask")
}

fn asked() -> RequestId {
	registered(1);
	let request = asked_for(service());
	assert_ok!(bid(&supplier(), request, 10_000, RESPONSE));
	assert_ok!(bid(&rival(), request, 12_000, RESPONSE));
	request
}

fn is_open(request: RequestId) -> bool {
	<Pallet<Test> as ServiceRequests<_, _>>::is_open(request)
}

fn reopens(request: RequestId, order: u64) -> bool {
	<Pallet<Test> as ServiceRequests<_, _>>::reopen(request, ServiceOrderId(order))
}

#[test]
fn the_best_bid_on_a_ticket_is_handed_on_and_no_goods_are_ordered() {
	build_and_execute(|| {
		let request = asked();
		assert_eq!(request_record(request).ticket, Some(TICKET));
		assert!(is_open(request));
		at(BID_WINDOW + 1);
		assert_ok!(award(request));
		assert_eq!(Awards::get(), [(request, TICKET, supplier(), 10_000, RESPONSE)]);
		assert_eq!(request_record(request).state, RequestState::Assigned(ServiceOrderId(1)));
		assert!(!is_open(request));
		// It takes no place any more: the order is somebody else's.
		assert!(Books::<Test>::get(of_machine(1)).is_empty());
		assert_eq!(crate::Orders::<Test>::iter().count(), 0);
		assert_noop!(award(request), Error::<Test>::NotOpen);
	});
}

#[test]
fn the_chain_awards_a_ticket_by_itself() {
	build_and_execute(|| {
		let request = asked();
		at(BID_WINDOW + 1);
		idle();
		assert_eq!(request_record(request).state, RequestState::Assigned(ServiceOrderId(1)));
		idle();
		assert_eq!(pallet_escrow::Deadlines::<Test>::iter().count(), 0);
	});
}

#[test]
fn a_maintainer_who_cannot_is_struck_and_a_machine_that_cannot_waits() {
	build_and_execute(|| {
		let request = asked();
		at(BID_WINDOW + 1);
		Unable::set(&Some(Party::Machine));
		assert_noop!(award(request), DispatchError::Exhausted);
		Unable::set(&Some(Party::Maintainer(supplier())));
		assert_ok!(award(request));
		assert_eq!(bids(request), [(rival(), 12_000)]);
		assert_ok!(award(request));
		assert_eq!(Awards::get(), [(request, TICKET, rival(), 12_000, RESPONSE)]);
	});
}

#[test]
fn who_gives_up_makes_place_for_the_next_bid_while_there_is_time() {
	build_and_execute(|| {
		let request = asked();
		at(BID_WINDOW + 1);
		assert_ok!(award(request));
		assert!(!reopens(request, 2), "another order");
		assert!(reopens(request, 1));
		assert!(is_open(request) && !reopens(request, 1));
		assert_eq!(Books::<Test>::get(of_machine(1)).purchases.len(), 1);
		at(BID_WINDOW + 2);
		idle();
		assert_eq!(request_record(request).state, RequestState::Assigned(ServiceOrderId(2)));
		assert_eq!(Awards::get().len(), 2);
		// Nobody is left, and no time for others.
		assert!(!reopens(request, 2));
	});
}

#[test]
fn nothing_is_awarded_anew_after_its_time() {
	build_and_execute(|| {
		let request = asked();
		at(BID_WINDOW + 1);
		assert_ok!(award(request));
		at(BID_WINDOW + AWARD_WINDOW + 1);
		assert!(!reopens(request, 1));
	});
}

#[test]
fn asking_is_paid_by_the_machine_and_bounded_like_any_request() {
	build_and_execute(|| {
		let account = registered(1);
		let (before, _) = money(&account);
		for _ in 0..MAX_PURCHASES {
			System::set_block_number(System::block_number() + 1);
			asked_for(service());
		}
		let many = u128::from(MAX_PURCHASES);
		assert_eq!(money(&account), (before - many * REQUEST_FEE, many * REQUEST_DEPOSIT));
		let payer = Actor {
			account,
			machine: Some(machine(1)),
		};
		let raise = |service| <Pallet<Test> as ServiceRequests<_, _>>::raise(&payer, &service);
		assert_eq!(raise(service()), Err(Error::<Test>::TooManyPurchases.into()));
		assert_eq!(
			raise(ServiceRequisition {
				asset: UNLISTED,
				..service()
			}),
			Err(pallet_escrow::Error::<Test>::AssetNotListed.into())
		);
		for (wrong, error) in [
			(
				ServiceRequisition {
					highest_price: 0,
					..service()
				},
				Error::<Test>::ZeroPrice,
			),
			(
				ServiceRequisition {
					longest_response: MIN_WINDOW - 1,
					..service()
				},
				Error::<Test>::WindowOutOfRange,
			),
			(
				ServiceRequisition {
					fault: Default::default(),
					..service()
				},
				Error::<Test>::BadItem,
			),
		] {
			assert_eq!(raise(wrong), Err(error.into()));
		}
	});
}

#[test]
fn an_award_of_goods_does_not_pay_for_what_a_ticket_would_cost() {
	build_and_execute(|| {
		let request = raised(wanted());
		assert_ok!(bid(&supplier(), request, 10_000, DAY));
		at(BID_WINDOW + 1);
		let call = RuntimeCall::Procurement(Call::award { request });
		let most = call.get_dispatch_info().call_weight;
		let done: PostDispatchInfo = call
			.dispatch(RuntimeOrigin::signed(stranger()))
			.expect("there is a bid");
		let actual = done.actual_weight.unwrap_or(Weight::MAX);
		assert_eq!((most - actual, done.pays_fee), (AWARDING, Pays::Yes));
	});
}

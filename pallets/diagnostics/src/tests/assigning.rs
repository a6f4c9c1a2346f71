//! From a ticket to an order: by an offer, an award, or the owner's choice.

use crate::{
	mock::*, Call, Error, OfferId, OrderState, OrdersOf, Outcome, Refused, ServiceTerms, Source, TicketState, OFFERS,
};
use bpiiot_primitives::EscrowView;
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_runtime::Permill;

fn offer(who: &AccountId, ticket: crate::TicketId, terms: ServiceTerms<AccountId>) -> DispatchResult {
	let valid_for = DAY;
	signed(
		who,
		Call::offer_service {
			ticket,
			terms,
			valid_for,
		},
	)
}

fn cheaper(price: u128) -> ServiceTerms<AccountId> {
	ServiceTerms { price, ..service() }
}

fn first_offer(ticket: crate::TicketId) -> OfferId {
	ticket_record(ticket).offers[0].id
}

fn assigning(ticket: crate::TicketId, who: &AccountId) -> Call<Test> {
	let (maintainer, terms) = (who.clone(), service());
	Call::assign {
		ticket,
		maintainer,
		terms,
	}
}

#[test]
fn an_accepted_offer_is_an_order_with_money_and_bond_on_hold() {
	build_and_execute(|| {
		calibrated_press();
		let ticket = ticketed();
		let order = assigned_to(&maintainer(), ticket, service());
		let record = record(order);
		assert_eq!((record.state, record.agreed), (OrderState::Assigned, true));
		assert!(matches!(record.source, Source::Offer(_)));
		assert_eq!(ticket_record(ticket).state, TicketState::Ordered(order));
		// The machine pays, under its policy; the deposit for the offer has come back.
		assert_eq!(money(&of_machine(PRESS)).1, PRICE + BONUS + ORDER_DEPOSIT + ORDER_FEE);
		assert_eq!(money(&maintainer()).1, BOND);
		assert_eq!(gain(&maintainer()), -(OFFER_FEE as i128));
		assert_eq!(OrdersOf::<Test>::iter_key_prefix(maintainer()).count(), 1);
	});
}

#[test]
fn an_offer_binds_until_it_lapses_or_is_withdrawn() {
	build_and_execute(|| {
		press();
		let ticket = ticketed();
		offered_by(&maintainer(), ticket, service());
		offered_by(&rival(), ticket, service());
		let [one, other] = [0, 1].map(|nth| ticket_record(ticket).offers[nth].id);
		let withdraw = |offer| Call::withdraw_offer { ticket, offer };
		assert_noop!(signed(&rival(), withdraw(one)), Error::<Test>::NotYours);
		assert_ok!(signed(&maintainer(), withdraw(one)));
		assert_noop!(signed(&maintainer(), withdraw(one)), Error::<Test>::UnknownOffer);
		assert_eq!(money(&maintainer()).1, 0);
		passes(DAY + 1);
		let accept = Call::accept_offer { ticket, offer: other };
		assert_noop!(owner_calls(accept), Error::<Test>::OfferLapsed);
		// He gets it out all the same.
		assert_ok!(signed(&rival(), withdraw(other)));
	});
}

#[test]
fn only_the_owner_and_the_machine_accept() {
	build_and_execute(|| {
		press();
		let ticket = ticketed();
		offered_by(&maintainer(), ticket, service());
		let offer = first_offer(ticket);
		let accept = || Call::accept_offer { ticket, offer };
		for who in [maintainer(), rival(), stranger()] {
			assert_noop!(signed(&who, accept()), Error::<Test>::NotTheOwner);
		}
		assert_ok!(signed(&key(PRESS), accept()));
		assert_noop!(signed(&key(PRESS), accept()), Error::<Test>::NotOpen);
	});
}

#[test]
fn a_full_list_takes_cheaper_offers_only() {
	build_and_execute(|| {
		press();
		let ticket = ticketed();
		for price in [900, 1_000, 800, 700] {
			assert_ok!(offer(&maintainer(), ticket, cheaper(price)));
		}
		assert_eq!(ticket_record(ticket).offers.len(), OFFERS as usize);
		assert_noop!(offer(&rival(), ticket, cheaper(1_000)), Error::<Test>::ListFull);
		let in_dollars = ServiceTerms {
			asset: DOLLAR,
			..cheaper(100)
		};
		assert_noop!(offer(&rival(), ticket, in_dollars), Error::<Test>::ListFull);
		assert_ok!(offer(&rival(), ticket, cheaper(999)));
		let prices: Vec<_> = ticket_record(ticket)
			.offers
			.iter()
			.map(|offer| offer.terms.price)
			.collect();
		assert_eq!(prices, [900, 800, 700, 999]);
		assert_eq!(money(&maintainer()).1, 3 * OFFER_DEPOSIT);
		// What has lapsed makes room for anything.
		passes(DAY + 1);
		assert_ok!(offer(&rival(), ticket, cheaper(5_000)));
	});
}

#[test]
fn an_offer_costs_whatever_becomes_of_it() {
	build_and_execute(|| {
		press();
		let ticket = ticketed();
		let before = money(&pot()).0;
		offered_by(&maintainer(), ticket, service());
		assert_eq!(money(&pot()).0 - before, OFFER_FEE);
	});
}

/// The owner himself, a machine of his, the machine itself; and whoever would judge.
#[test]
fn nobody_maintains_his_own_machine_nor_judges_himself() {
	build_and_execute(|| {
		calibrated_press();
		registered_for(&owner(), 2);
		registered_for(&stranger(), 3);
		let ticket = ticketed();
		for who in [owner(), key(2), key(PRESS)] {
			assert_noop!(offer(&who, ticket, service()), Error::<Test>::OwnMachine);
		}
		for who in [owner(), of_machine(2), of_machine(PRESS)] {
			assert_noop!(owner_calls(assigning(ticket, &who)), Error::<Test>::OwnMachine);
		}
		registered_arbiter();
		assert_noop!(
			offer(&arbiter(), ticket, judged_service()),
			Error::<Test>::ArbiterMaintains
		);
		let judged_by_its_owner = ServiceTerms {
			arbiter: Some(stranger()),
			..service()
		};
		assert_noop!(
			offer(&key(3), ticket, judged_by_its_owner),
			Error::<Test>::ArbiterMaintains
		);
		assert_ok!(offer(&key(3), ticket, service()));
	});
}

/// He could revoke its certificate when he has declared his work done, and have no reading speak against him.
#[test]
fn who_has_calibrated_the_sensor_that_decides_does_not_maintain() {
	build_and_execute(|| {
		calibrated_press();
		let ticket = ticketed();
		assert_noop!(
			owner_calls(assigning(ticket, &laboratory())),
			Error::<Test>::MaintainerCalibrates
		);
		offered_by(&laboratory(), ticket, service());
		let offer = first_offer(ticket);
		assert_noop!(
			owner_calls(Call::accept_offer { ticket, offer }),
			Error::<Test>::MaintainerCalibrates
		);
		// Of a sensor that decides nothing it does not matter.
		let mut terms = service();
		terms.conditions.check.metric = crate::MetricId(TEMPERATURE);
		assigned_to(&laboratory(), ticket, terms);
	});
}

#[test]
fn who_is_named_agrees_by_acknowledging() {
	build_and_execute(|| {
		calibrated_press();
		let ticket = ticketed();
		assert_noop!(
			signed(&maintainer(), assigning(ticket, &maintainer())),
			Error::<Test>::NotTheOwner
		);
		assert_ok!(owner_calls(assigning(ticket, &maintainer())));
		let order = last_order();
		assert_eq!(
			(record(order).state, record(order).agreed),
			(OrderState::Proposed, false)
		);
		assert_eq!((money(&maintainer()).1, record(order).escrow.bond()), (0, 0));
		let start = Call::start_work { order };
		assert_noop!(signed(&maintainer(), start), Error::<Test>::WrongState);
		assert_noop!(
			signed(&rival(), Call::acknowledge { order }),
			Error::<Test>::NotTheMaintainer
		);
		assert_ok!(signed(&maintainer(), Call::acknowledge { order }));
		assert_eq!(
			(record(order).state, record(order).agreed),
			(OrderState::Assigned, true)
		);
		assert_eq!(money(&maintainer()).1, BOND);
		assert_noop!(
			signed(&maintainer(), Call::acknowledge { order }),
			Error::<Test>::WrongState
		);
	});
}

#[test]
fn who_was_named_and_does_not_agree_loses_nothing() {
	for declines in [true, false] {
		build_and_execute(|| {
			calibrated_press();
			let ticket = ticketed();
			assert_ok!(owner_calls(assigning(ticket, &maintainer())));
			let order = last_order();
			if declines {
				assert_ok!(signed(&maintainer(), Call::give_up { order, reason: HASH }));
			} else {
				deadline_passes(order);
				assert_noop!(
					signed(&maintainer(), Call::acknowledge { order }),
					Error::<Test>::TooLate
				);
				assert_ok!(expire(order));
			}
			assert_eq!(record(order).state, OrderState::Settled(Outcome::Declined));
			assert_eq!((gain(&maintainer()), spent()), (0, ORDER_FEE as i128));
			assert_eq!(pallet_suppliers::Names::<Test>::get(maintainer()), None);
			assert_eq!(ticket_record(ticket).state, TicketState::Open);
		});
	}
}

fn asked() -> (crate::TicketId, crate::RequestId) {
	calibrated_press();
	let ticket = ticketed();
	let tender = tender();
	assert_ok!(owner_calls(Call::request_quotes { ticket, tender }));
	(ticket, requests()[0].0)
}

#[test]
fn an_award_is_an_order_at_the_price_of_the_bid() {
	build_and_execute(|| {
		let (ticket, request) = asked();
		let order = award(request, &maintainer(), 8_000, HOUR).expect("both can");
		let record = record(order);
		assert_eq!((record.price, record.conditions.response_window), (8_000, HOUR));
		assert_eq!((record.source, record.agreed), (Source::Request(request), true));
		assert_eq!(money(&maintainer()).1, 1_600);
		assert_eq!(ticket_record(ticket).state, TicketState::Ordered(order));
	});
}

#[test]
fn an_award_keeps_to_what_was_asked_for() {
	build_and_execute(|| {
		let (ticket, request) = asked();
		let payee = |error: Error<Test>| Err(Refused::Payee(error.into()));
		let payer = |error: Error<Test>| Err(Refused::Payer(error.into()));
		assert_eq!(
			award(request, &maintainer(), PRICE + 1, HOUR),
			payee(Error::PriceTooHigh)
		);
		assert_eq!(award(request, &maintainer(), 0, HOUR), payee(Error::PriceTooHigh));
		assert_eq!(award(request, &owner(), 8_000, HOUR), payee(Error::OwnMachine));
		let poor = account(b"poor");
		assert_eq!(award(request, &poor, 8_000, HOUR), payee(Error::NoBond));
		use crate::ServiceAwards;
		let other = crate::RequestId(9);
		let done = Diagnostics::award(other, ticket, &maintainer(), 8_000, HOUR);
		assert_eq!(done, payer(Error::OtherRequest));
		// The response time is no longer than was asked for, and not shorter than anybody may have.
		let order = award(request, &maintainer(), 8_000, 0).expect("both can");
		assert_eq!(record(order).conditions.response_window, MIN_WINDOW);
		assert_eq!(award(request, &maintainer(), 8_000, 0), payer(Error::NotOpen));
	});
}

#[test]
fn a_machine_out_of_service_or_out_of_budget_is_not_awarded_for() {
	build_and_execute(|| {
		let (_, request) = asked();
		let by = || RuntimeOrigin::signed(owner());
		assert_ok!(Machines::set_service(by(), machine(PRESS), false));
		let out = pallet_machines::Error::<Test>::OutOfService;
		assert_eq!(
			award(request, &maintainer(), 8_000, HOUR),
			Err(Refused::Payer(out.into()))
		);
		assert_ok!(Machines::set_service(by(), machine(PRESS), true));
		may_spend(&owner(), PRESS, 8_000);
		let over = pallet_machines::Error::<Test>::OverSpendingCap;
		assert_eq!(
			award(request, &maintainer(), 8_000, HOUR),
			Err(Refused::Payer(over.into()))
		);
		may_spend(&owner(), PRESS, FUNDS);
		assert_ok!(award(request, &maintainer(), 8_000, HOUR));
	});
}

/// Who has asked for quotes and sold the machine has nobody paid by its new owner.
#[test]
fn what_a_former_owner_has_asked_for_is_not_awarded() {
	build_and_execute(|| {
		let (_, request) = asked();
		sold(PRESS, &rival());
		may_spend(&rival(), PRESS, FUNDS);
		let refused = Err(Refused::Payer(Error::<Test>::NotTheOwner.into()));
		assert_eq!(award(request, &maintainer(), 8_000, HOUR), refused);
	});
}

/// The requests' pallet may go on to the next bid when the winner has given up.
#[test]
fn a_request_may_be_awarded_again_when_its_winner_gives_up() {
	build_and_execute(|| {
		let (ticket, request) = asked();
		let order = award(request, &maintainer(), 8_000, HOUR).expect("both can");
		Reopens::set(&true);
		assert_ok!(signed(&maintainer(), Call::give_up { order, reason: HASH }));
		assert_eq!(ticket_record(ticket).state, TicketState::Open);
		assert_noop!(owner_calls(assigning(ticket, &rival())), Error::<Test>::RequestOpen);
		let next = award(request, &rival(), 9_000, HOUR).expect("both can");
		assert_eq!(ticket_record(ticket).state, TicketState::Ordered(next));
	});
}

#[test]
fn nothing_else_is_agreed_while_there_may_be_an_award() {
	build_and_execute(|| {
		let (ticket, request) = asked();
		offered_by(&rival(), ticket, service());
		let offer = first_offer(ticket);
		let accept = || Call::accept_offer { ticket, offer };
		assert_noop!(owner_calls(accept()), Error::<Test>::RequestOpen);
		assert_noop!(owner_calls(assigning(ticket, &rival())), Error::<Test>::RequestOpen);
		request_ends(request);
		assert_ok!(owner_calls(accept()));
	});
}

#[test]
fn terms_are_well_formed() {
	build_and_execute(|| {
		press();
		let ticket = ticketed();
		type Spoil = fn(&mut ServiceTerms<AccountId>);
		let spoils: [(Spoil, Error<Test>); 14] = [
			(|terms| terms.price = 0, Error::ZeroPrice),
			(
				|terms| terms.conditions.response_window = 9_999,
				Error::WindowOutOfRange,
			),
			(
				|terms| terms.conditions.work_window = MAX_WINDOW + 1,
				Error::WindowOutOfRange,
			),
			(|terms| terms.conditions.verify_window = 0, Error::WindowOutOfRange),
			(|terms| terms.conditions.guarantee_window = 1, Error::WindowOutOfRange),
			(
				|terms| terms.conditions.response_window = WORK + 1,
				Error::WindowOutOfRange,
			),
			(
				|terms| terms.conditions.bonus_window = WORK + 1,
				Error::WindowOutOfRange,
			),
			(
				|terms| terms.conditions.verify_window = 3 * READING_GAP - 1,
				Error::WindowOutOfRange,
			),
			(
				|terms| (terms.arbiter, terms.conditions.case_window) = (Some(arbiter()), 0),
				Error::WindowOutOfRange,
			),
			(|terms| terms.conditions.check.low = 4_501, Error::ContradictoryBounds),
			(
				|terms| terms.conditions.check.idle = Some(4_500),
				Error::ContradictoryBounds,
			),
			(|terms| terms.conditions.check.readings = 0, Error::CountOutOfRange),
			(|terms| terms.conditions.check.readings = 11, Error::CountOutOfRange),
			(
				|terms| (terms.arbiter, terms.conditions.retention) = (Some(arbiter()), Permill::zero()),
				Error::BadShares,
			),
		];
		for (spoil, error) in spoils {
			let mut terms = service();
			spoil(&mut terms);
			assert_noop!(offer(&maintainer(), ticket, terms), error);
		}
		let unlisted = ServiceTerms {
			asset: UNLISTED,
			..service()
		};
		assert_noop!(
			offer(&maintainer(), ticket, unlisted),
			pallet_escrow::Error::<Test>::AssetNotListed
		);
	});
}

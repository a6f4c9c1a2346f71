//! The whole way, with nobody touching it: a press wears, asks for help, is mended, and pays. Once as it should be, once with
//! a maintainer who lies, once with an owner who does.

use crate::{mock::*, Action, Call, OrderState, Outcome, ServiceOrderId, TicketState};
use frame_support::assert_ok;
use pallet_suppliers::{Names, Stars};

/// The press shakes more and more, its rule asks for quotes, and they are awarded to the maintainer.
fn a_press_asks_for_help() -> ServiceOrderId {
	let machine = calibrated_press();
	let terms = rule(Action::Quotes(Box::new(tender())));
	assert_ok!(owner_calls(Call::set_rule { machine, terms }));
	reports(&[3_000, 5_000, 7_500, 8_000, 8_500]);
	let (request, asked) = requests().remove(0);
	assert_eq!(asked.payer, of_machine(PRESS));
	passes(HOUR);
	award(request, &maintainer(), PRICE, RESPONSE).expect("both can")
}

/// The maintainer comes in time, and says that it is done.
fn he_comes(order: ServiceOrderId) {
	assert_ok!(signed(&maintainer(), Call::acknowledge { order }));
	brought(order, OrderState::DeclaredDone);
}

/// What the maintainer and the press have gained, and of his name what has settled, was punctual, and failed.
fn in_the_end() -> (i128, i128, [u128; 3]) {
	let sums = Names::<Test>::get(maintainer()).unwrap_or_default().sums;
	(
		gain(&maintainer()),
		-spent(),
		[sums.settled, sums.punctual, sums.failed],
	)
}

const FEE: i128 = ORDER_FEE as i128;

#[test]
fn an_honest_press_and_an_honest_maintainer() {
	build_and_execute(|| {
		let order = a_press_asks_for_help();
		let ticket = record(order).ticket;
		he_comes(order);
		// Its own readings are back in bounds, and so are its reports.
		read(order, &[2_100, 2_000, 1_900]);
		reports(&[2_000]);
		assert_eq!(record(order).state, OrderState::Verified);
		deadline_passes(order);
		idle();
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Completed));
		assert_eq!(ticket_record(ticket).state, TicketState::Closed);
		assert_ok!(Suppliers::rate(
			RuntimeOrigin::signed(key(PRESS)),
			agreement(order),
			Stars::Five
		));
		let paid = (PRICE + BONUS) as i128;
		assert_eq!(in_the_end(), (paid, -paid - FEE, [PRICE, PRICE, 0]));
		// The next time it is another fault.
		reports(&[BAD; 3]);
		assert_eq!(requests().len(), 2);
	});
}

#[test]
fn a_maintainer_who_lies() {
	build_and_execute(|| {
		let order = a_press_asks_for_help();
		let ticket = record(order).ticket;
		he_comes(order);
		// He has tightened a screw, and it holds for a day.
		read(order, &[2_100, 2_000, 1_900]);
		reports(&[2_000]);
		passes(DAY);
		reports(&[BAD; 3]);
		// The press asks for somebody else, and proves meanwhile that it has come back.
		assert_eq!((requests().len(), ticket_record(ticket).state), (2, TicketState::Open));
		read(order, &[BAD; 3]);
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Returned));
		let left = (PRICE + BONUS - RETENTION) as i128 - BOND as i128;
		assert_eq!(in_the_end(), (left, -left - FEE, [PRICE, PRICE, PRICE]));
		let (request, _) = requests().remove(1);
		let next = award(request, &rival(), PRICE, RESPONSE).expect("both can");
		assert_eq!(ticket_record(ticket).state, TicketState::Ordered(next));
	});
}

#[test]
fn an_owner_who_lies() {
	build_and_execute(|| {
		let order = a_press_asks_for_help();
		he_comes(order);
		// He keeps the readings to himself, in the verification and in the guarantee.
		deadline_passes(order);
		idle();
		assert_eq!(
			(record(order).state, record(order).proven),
			(OrderState::Verified, false)
		);
		deadline_passes(order);
		idle();
		let paid = (PRICE + BONUS) as i128;
		assert_eq!(in_the_end(), (paid, -paid - FEE, [PRICE, PRICE, 0]));
	});
}

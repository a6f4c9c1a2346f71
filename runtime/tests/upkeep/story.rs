//! The whole way, with nobody touching it: a press wears, asks for help, is mended, proves it, and pays.

use crate::world::*;
use bpiiot_primitives::EscrowView;
use bpiiot_runtime::{Runtime, BPI};
use pallet_diagnostics::{Call, OrderState, Outcome, Source, TicketState};
use pallet_procurement::RequestState;
use pallet_suppliers::Stars;

#[test]
fn a_press_that_shakes_is_mended_and_pays_by_its_own_readings() {
	story(|| {
		// GIVEN what everybody has
		let (maintainer, machine) = (account(MAINTAINER), press().account());
		let (his, its) = (total(&maintainer), total(&machine));

		// WHEN it reports what no rule minds, nothing happens; three times beyond the bound, and it asks in its own name
		reports(&[3_000, 5_000, 7_500, 8_000]);
		assert_eq!(requests(), 0);
		reports(&[BAD]);
		assert_eq!(requests(), 1);
		let asked = pallet_procurement::Requests::<Runtime>::get(request()).expect("it is there");
		assert_eq!(asked.buyer, machine);
		let ticket = asked.ticket.expect("it is about a ticket");
		assert_eq!(ticket_record(ticket).asked.map(|asked| asked.request), Some(request()));

		// WHEN two bid, THEN the chain awards the better one, and the money is on hold
		bid(RIVAL, 15 * BPI, HOUR);
		bid(MAINTAINER, PRICE, HOUR);
		pass(12 * MINUTE);
		let id = order();
		assert_eq!(ticket_record(ticket).state, TicketState::Ordered(id));
		assert_eq!(record(id).source, Source::Request(request()));
		assert_eq!(
			pallet_procurement::Requests::<Runtime>::get(request()).map(|request| request.state),
			Some(RequestState::Assigned(id))
		);
		assert_eq!((record(id).price, record(id).maintainer()), (PRICE, &maintainer));
		assert_eq!(on_hold(&maintainer), record(id).bond());
		assert!(on_hold(&machine) >= PRICE + record(id).bonus());

		// WHEN he comes in time and declares it done, THEN the press's own anchored readings decide
		he_comes(MAINTAINER, id);
		assert_eq!(record(id).state, OrderState::DeclaredDone);
		let fee = record(id).escrow.fee();
		reads(id, &[2_100, GOOD, 1_900]);
		assert_eq!((record(id).state, record(id).proven), (OrderState::Verified, true));
		assert_eq!(
			total(&maintainer) - his,
			PRICE + record(id).bonus() - record(id).retention() - 10 * BPI / 1_000,
			"but for what is retained, and the fee of his bid"
		);
		reports(&[GOOD]);

		// THEN the guarantee passes, he has it all, and the ticket is closed
		silence(id);
		assert_eq!(ended_as(id), Some(Outcome::Completed));
		assert_eq!(ticket_record(ticket).state, TicketState::Closed);
		let paid = PRICE + BPI;
		assert_eq!(total(&maintainer) - his, paid - 10 * BPI / 1_000);
		assert_eq!(on_hold(&maintainer), 0);
		assert_eq!(
			its - total(&machine),
			paid + fee + 20 * BPI / 1_000,
			"with the fee of its request"
		);
		press_sends(pallet_suppliers::Call::rate {
			agreement: agreement(id),
			stars: Stars::Five,
		});
		assert_eq!(name_of(MAINTAINER), [PRICE, PRICE, 0, 0]);

		// AND the records go, with their deposits
		press_sends(Call::remove_order { order: id });
		press_sends(Call::remove_ticket { ticket });
		act(OWNER, pallet_procurement::Call::remove_request { request: request() });
		assert_eq!(pallet_escrow::Deadlines::<Runtime>::iter().count(), 0);
	});
}

#[test]
fn who_gives_up_makes_place_for_the_next_bid() {
	story(|| {
		let first = a_press_asks_for_help();
		let ticket = record(first).ticket;
		assert_eq!(record(first).maintainer(), &account(MAINTAINER));
		let reason = Default::default();
		act(MAINTAINER, Call::give_up { order: first, reason });
		assert_eq!(ended_as(first), Some(Outcome::GivenUp));
		pass(2 * MINUTE);
		let second = order();
		assert_eq!(record(second).maintainer(), &account(RIVAL));
		assert_eq!(ticket_record(ticket).state, TicketState::Ordered(second));
		// His bond is the machine's, and his name has it.
		assert_eq!(name_of(MAINTAINER), [PRICE, 0, PRICE, 0]);
		he_comes(RIVAL, second);
		reads(second, &[GOOD; 3]);
		silence(second);
		assert_eq!(ended_as(second), Some(Outcome::Completed));
	});
}

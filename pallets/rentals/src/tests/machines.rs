//! Machines that rent, and machines that are rented.

use crate::{mock::*, Call, Error, Outcome, Stage};
use bpiiot_primitives::OpenWork;
use frame_support::{assert_noop, assert_ok};

#[test]
fn a_machine_rents_by_its_budget() {
	build_and_execute(|| {
		let robot = registered_for(&rival(), 2);
		let listing = listed(terms());
		may_spend(&rival(), 2, RENT + DEPOSIT + RECORD_DEPOSIT + RENT_FEE - 1);
		let over = || pallet_machines::Error::<Test>::OverSpendingCap;
		assert_noop!(signed(&key(2), renting(listing)), over());
		may_spend(&rival(), 2, RENT + DEPOSIT + RECORD_DEPOSIT + RENT_FEE);
		let rental = rented_by(&key(2), renting(listing));
		assert_eq!(record(rental).access.renter, robot);
		// An extension asks its policy too.
		let extend = Call::extend {
			rental,
			periods: 1,
			max_price: PRICE,
		};
		assert_noop!(signed(&key(2), extend.clone()), over());
		// Its owner does not spend its money by that.
		assert_noop!(signed(&rival(), extend), Error::<Test>::NotTheRenter);
		at(FROM);
		// But he answers for it.
		assert_ok!(start(&rival(), rental));
		assert_ok!(give_back(&key(2), rental));
		assert_ok!(waive(rental));
		assert_ok!(signed(&rival(), Call::remove { rental }));
		assert_eq!(money(&robot).1, 0);
	});
}

#[test]
fn a_machine_that_is_booked_is_not_decommissioned() {
	build_and_execute(|| {
		let rental = booked();
		assert!(Rentals::has_open_work(&machine(1)));
		let decommission = || Machines::decommission(RuntimeOrigin::signed(owner()), machine(1));
		assert_noop!(decommission(), pallet_machines::Error::<Test>::WorkOpen);
		started(rental);
		assert_noop!(decommission(), pallet_machines::Error::<Test>::WorkOpen);
		assert_ok!(give_back(&renter(), rental));
		assert!(!Rentals::has_open_work(&machine(1)));
		assert_ok!(decommission());
		// What is left to settle finds its owner.
		assert_ok!(claim(rental, 1_000));
		assert_ok!(dispute(rental));
		assert_eq!(stage(rental), Stage::Settled(Outcome::Completed));
		let by = RuntimeOrigin::signed(owner());
		assert_ok!(Machines::withdraw(
			by,
			machine(1),
			bpiiot_primitives::AssetKind::Native,
			2_500
		));
	});
}

#[test]
fn a_rental_stays_with_the_machine_when_that_is_sold() {
	build_and_execute(|| {
		let rental = returned(active());
		let by = RuntimeOrigin::signed(owner());
		assert_ok!(Machines::offer_ownership(by, machine(1), Some(rival())));
		assert_ok!(Machines::accept_ownership(
			RuntimeOrigin::signed(rival()),
			machine(1),
			0
		));
		assert_noop!(claim(rental, 100), Error::<Test>::NotTheMachinesOwner);
		assert_ok!(signed(&rival(), Call::waive { rental }));
		assert_eq!(earned(), USED as i128);
	});
}

#[test]
fn a_machine_out_of_service_takes_no_rentals() {
	build_and_execute(|| {
		let listing = listed(terms());
		assert_ok!(Machines::set_service(RuntimeOrigin::signed(owner()), machine(1), false));
		let refused = pallet_machines::Error::<Test>::OutOfService;
		assert_noop!(signed(&renter(), renting(listing)), refused);
	});
}

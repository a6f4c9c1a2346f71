//! Which machines are looked after, and who pays for it.

use crate::{mock::*, Call, Cares, Error, Healths, Level, MetricId, WearLimit, WearModel};
use frame_support::{assert_noop, assert_ok};

fn enrol(who: &AccountId, room: u32) -> frame_support::dispatch::DispatchResult {
	let machine = machine(PRESS);
	signed(who, Call::enrol { machine, room })
}

#[test]
fn a_machines_owner_pays_for_all_that_it_has_room_for() {
	build_and_execute(|| {
		press();
		let paid = |room: u128| CARE_DEPOSIT + room * TICKET_DEPOSIT;
		assert_eq!(money(&owner()).1, 5_000 + paid(4));
		assert_ok!(enrol(&owner(), 7));
		assert_eq!(money(&owner()).1, 5_000 + paid(7));
		assert_ok!(enrol(&owner(), 1));
		assert_eq!(money(&owner()).1, 5_000 + paid(1));
		let machine = machine(PRESS);
		assert_ok!(owner_calls(Call::discharge { machine }));
		assert_eq!(money(&owner()).1, 5_000);
		assert_noop!(owner_calls(Call::discharge { machine }), Error::<Test>::NotEnrolled);
	});
}

#[test]
fn room_has_its_limits() {
	build_and_execute(|| {
		press();
		for room in [0, 17, u32::MAX] {
			assert_noop!(enrol(&owner(), room), Error::<Test>::RoomOutOfRange);
		}
		ticketed_for("A");
		ticketed_for("B");
		assert_noop!(enrol(&owner(), 1), Error::<Test>::RoomOutOfRange);
		assert_ok!(enrol(&owner(), 2));
	});
}

#[test]
fn nobody_but_the_owner_enrols_and_not_the_machines_key() {
	build_and_execute(|| {
		press();
		for who in [key(PRESS), stranger(), maintainer()] {
			assert_noop!(enrol(&who, 3), Error::<Test>::NotTheOwner);
		}
		// Of a machine that there is not, nobody is the owner.
		let machine = machine(9);
		let call = || Call::enrol { machine, room: 3 };
		assert_noop!(owner_calls(call()), Error::<Test>::NotTheOwner);
	});
}

#[test]
fn a_machine_in_use_is_not_discharged() {
	build_and_execute(|| {
		let machine = press();
		let discharge = || owner_calls(Call::discharge { machine });
		assert_ok!(owner_calls(Call::set_rule {
			machine,
			terms: rule(crate::Action::Ticket)
		}));
		assert_noop!(discharge(), Error::<Test>::InUse);
		let rule = Cares::<Test>::get(machine).expect("enrolled").rules[0].id;
		assert_ok!(owner_calls(Call::remove_rule { machine, rule }));
		let ticket = ticketed();
		assert_noop!(discharge(), Error::<Test>::InUse);
		assert_ok!(owner_calls(Call::close_ticket { ticket }));
		assert_noop!(discharge(), Error::<Test>::InUse);
		assert_ok!(owner_calls(Call::remove_ticket { ticket }));
		assert_ok!(report(Level::Normal, &[]));
		assert_noop!(
			signed(&stranger(), Call::discharge { machine }),
			Error::<Test>::NotTheOwner
		);
		assert_ok!(discharge());
		assert!(!Healths::<Test>::contains_key(machine));
	});
}

#[test]
fn who_buys_a_machine_takes_over_its_deposit() {
	build_and_execute(|| {
		let machine = press();
		sold(PRESS, &rival());
		// The record stays as it is, until the new owner says how he wants it.
		assert_eq!(money(&owner()).1, CARE_DEPOSIT + 4 * TICKET_DEPOSIT);
		assert_noop!(enrol(&owner(), 2), Error::<Test>::NotTheOwner);
		assert_ok!(enrol(&rival(), 2));
		assert_eq!(money(&owner()).1, 0);
		assert_eq!(money(&rival()).1, 5_000 + CARE_DEPOSIT + 2 * TICKET_DEPOSIT);
		assert_noop!(owner_calls(Call::discharge { machine }), Error::<Test>::NotTheOwner);
	});
}

#[test]
fn who_has_sold_a_machine_gets_his_deposit_out() {
	build_and_execute(|| {
		let machine = press();
		sold(PRESS, &rival());
		assert_ok!(owner_calls(Call::discharge { machine }));
		assert_eq!(money(&owner()).1, 0);
	});
}

fn set_wear(who: &AccountId, limits: &[(u16, WearModel)]) -> frame_support::dispatch::DispatchResult {
	let limits = limits.iter().map(|(metric, model)| WearLimit {
		metric: MetricId(*metric),
		model: *model,
	});
	let (machine, limits) = (machine(PRESS), limits.collect::<Vec<_>>().try_into().expect("few"));
	signed(who, Call::set_wear { machine, limits })
}

#[test]
fn a_counter_has_one_limit() {
	build_and_execute(|| {
		let machine = press();
		let one = WearModel::Limit(5);
		assert_noop!(set_wear(&key(PRESS), &[(1, one)]), Error::<Test>::NotTheOwner);
		assert_noop!(set_wear(&owner(), &[(1, one), (1, one)]), Error::<Test>::BadWearLimit);
		let none = [
			WearModel::Limit(0),
			WearModel::BasicRatingLife {
				bearing: crate::Bearing::Ball,
				capacity: 7,
				load: 0,
			},
		];
		for none in none {
			assert_noop!(set_wear(&owner(), &[(1, none)]), Error::<Test>::BadWearLimit);
		}
		assert_ok!(set_wear(&owner(), &[(1, one), (2, one)]));
		assert_eq!(Cares::<Test>::get(machine).expect("enrolled").wear.len(), 2);
	});
}

/// From its baseline on, over reports that lack it, until the part is another one.
#[test]
fn what_is_left_of_a_part_is_told_from_its_reports() {
	build_and_execute(|| {
		let machine = press();
		let hours = 8;
		assert_ok!(set_wear(&owner(), &[(hours, WearModel::Limit(1_000))]));
		let left = || Diagnostics::remaining_life(machine, MetricId(hours)).map(|left| (left.units, left.millis));
		assert_eq!(left(), None);
		assert_ok!(report(Level::Normal, &[(hours, 100)]));
		assert_eq!(left(), Some((900, None)));
		passes(10 * MINUTE);
		assert_ok!(report(Level::Normal, &[(hours, 150)]));
		// 50 in ten minutes, so 850 in 170.
		assert_eq!(left(), Some((850, Some(170 * MINUTE))));
		passes(MINUTE);
		assert_ok!(report(Level::Normal, &[]));
		passes(MINUTE);
		assert_ok!(report(Level::Normal, &[(hours, 160)]));
		assert_eq!(left(), Some((840, Some(840 * 12 * MINUTE / 60))));
		// Another part.
		passes(MINUTE);
		assert_ok!(report(Level::Normal, &[(hours, 2)]));
		assert_eq!(left(), Some((998, None)));
		assert_eq!(Diagnostics::remaining_life(machine, MetricId(9)), None);
	});
}

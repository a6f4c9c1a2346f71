//! Who gains by lying, by replaying, by being somebody else? Nobody.

use crate::{mock::*, Actions, Call, Error, ListingId, RentalId};
use frame_support::{
	assert_ok,
	traits::{GetCallName, UnfilteredDispatchable},
};
use sp_runtime::{traits::BadOrigin, DispatchError};

/// Something of everything, at five o'clock.
struct World {
	listing: ListingId,
	/// Waits for the owner.
	requested: RentalId,
	/// Begins at seven o'clock.
	booked: RentalId,
	active: RentalId,
	returned: RentalId,
	claimed: RentalId,
	settled: RentalId,
}

fn world() -> World {
	let listing = listed(terms());
	let approved = listed(terms_with_approval());
	let rent = |listing, hour: u64| rented_by(&renter(), renting_at(listing, hour * HOUR, 2));
	let settled = rent(listing, 40);
	assert_ok!(cancel(&renter(), settled));
	let (claimed, returned, active) = (rent(listing, 1), rent(listing, 3), rent(listing, 5));
	let booked = rent(listing, 7);
	for (hour, rental) in [(1, claimed), (3, returned)] {
		at(hour * HOUR);
		assert_ok!(start(&renter(), rental));
		at(hour * HOUR + MINUTE);
		assert_ok!(give_back(&renter(), rental));
		if rental == claimed {
			assert_ok!(claim(claimed, 100));
		}
	}
	at(5 * HOUR);
	let requested = rent(approved, 30);
	assert_ok!(start(&renter(), active));
	assert_ok!(set_user(active, &guest(), 5 * HOUR, 6 * HOUR));
	World {
		listing,
		requested,
		booked,
		active,
		returned,
		claimed,
		settled,
	}
}

/// Each call, in their order.
fn calls(world: &World) -> Vec<Call<Test>> {
	let World {
		listing,
		requested,
		booked,
		active,
		returned,
		claimed,
		settled,
	} = *world;
	let (machine, reason, evidence) = (machine(1), HASH, HASH);
	vec![
		Call::publish_listing {
			machine,
			terms: terms(),
		},
		Call::update_listing {
			listing,
			terms: terms(),
		},
		Call::withdraw_listing { listing },
		Call::rent {
			listing,
			version: 1,
			start: Some(START + 20 * HOUR),
			periods: 2,
			max_price: RENT,
			arbiter: None,
		},
		Call::approve { rental: requested },
		Call::decline {
			rental: requested,
			reason,
		},
		Call::start { rental: booked },
		Call::extend {
			rental: booked,
			periods: 1,
			max_price: RENT,
		},
		Call::set_user {
			rental: active,
			user: stranger(),
			from: START + 5 * HOUR,
			until: START + 6 * HOUR,
			actions: Actions::ENTER,
		},
		Call::remove_user {
			rental: active,
			user: guest(),
		},
		Call::give_back { rental: active },
		Call::confirm_return {
			rental: returned,
			at: START + 3 * HOUR,
			evidence,
		},
		Call::claim {
			rental: returned,
			amount: 100,
			evidence,
		},
		Call::waive { rental: returned },
		Call::concede { rental: claimed },
		Call::dispute {
			rental: claimed,
			evidence,
		},
		Call::cancel { rental: booked, reason },
		Call::stop { rental: active, reason },
		Call::expire { rental: active },
		Call::remove { rental: settled },
	]
}

/// Whom each call refuses at that stage, and with what. A new call has no row here, and the test fails.
fn refusals(call: &str) -> Vec<(AccountId, Error<Test>)> {
	let by = |who: &[AccountId], error: fn() -> Error<Test>| {
		who.iter().map(|who| (who.clone(), error())).collect::<Vec<_>>()
	};
	let others = [rival(), guest(), stranger(), arbiter()];
	match call {
		"publish_listing" | "update_listing" | "withdraw_listing" | "approve" | "decline" | "confirm_return"
		| "claim" | "waive" | "stop" => {
			let mut refused = by(&others, || Error::NotTheMachinesOwner);
			refused.push((renter(), Error::NotTheMachinesOwner));
			refused
		}
		"rent" => by(&[owner(), key(1)], || Error::OwnMachine),
		"start" | "extend" | "set_user" | "remove_user" | "give_back" | "concede" | "dispute" | "cancel" | "remove" => {
			let mut refused = by(&others, || Error::NotTheRenter);
			refused.extend(by(&[owner(), key(1)], || Error::NotTheRenter));
			refused
		}
		"expire" => by(&[owner(), renter(), stranger()], || Error::NotExpired),
		other => panic!("no row for the call {other}"),
	}
}

#[test]
fn every_call_refuses_every_wrong_origin_and_nothing_moves() {
	for (index, name) in Call::<Test>::get_call_names().iter().enumerate() {
		build_and_execute(|| {
			let call = calls(&world()).swap_remove(index);
			assert_eq!(call.get_call_name(), *name);
			let before = sp_io::storage::root(sp_runtime::StateVersion::V1);
			for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
				let refused = call.clone().dispatch_bypass_filter(origin);
				assert_eq!(refused.map_err(|failed| failed.error), Err(BadOrigin.into()), "{name}");
			}
			for (who, error) in refusals(name) {
				assert_eq!(signed(&who, call.clone()), Err(error.into()), "{name} by {who:?}");
			}
			assert_eq!(sp_io::storage::root(sp_runtime::StateVersion::V1), before, "{name}");
		});
	}
}

#[test]
fn every_call_refuses_what_is_not_there() {
	let rental = RentalId(1);
	let nothing = World {
		listing: ListingId(1),
		requested: rental,
		booked: rental,
		active: rental,
		returned: rental,
		claimed: rental,
		settled: rental,
	};
	build_and_execute(|| {
		registered(1);
		for call in calls(&nothing) {
			let name = call.get_call_name();
			let error = match name {
				"publish_listing" => continue,
				"update_listing" | "withdraw_listing" | "rent" => Error::<Test>::UnknownListing,
				_ => Error::UnknownRental,
			};
			let error = DispatchError::from(error);
			for who in [owner(), renter(), stranger()] {
				assert_eq!(signed(&who, call.clone()), Err(error), "{name}");
			}
		}
	});
}

/// Each call at each stage: what is not for that stage says so, to whoever may call it.
#[test]
fn every_call_refuses_every_other_stage() {
	let stages: [(&str, &[&str]); 9] = [
		("approve", &["requested"]),
		("decline", &["requested"]),
		("start", &["booked"]),
		("give_back", &["active"]),
		("claim", &["returned"]),
		("waive", &["returned", "claimed"]),
		("concede", &["claimed"]),
		("cancel", &["requested", "booked"]),
		("stop", &["booked", "active"]),
	];
	build_and_execute(|| {
		let world = world();
		let rentals = [
			("requested", world.requested),
			("booked", world.booked),
			("active", world.active),
			("returned", world.returned),
			("claimed", world.claimed),
			("settled", world.settled),
		];
		for call in calls(&world) {
			let name = call.get_call_name();
			let Some((_, fit)) = stages.iter().find(|(call, _)| *call == name) else {
				continue;
			};
			for (stage, rental) in rentals.iter().filter(|(stage, _)| !fit.contains(stage)) {
				let call = about(call.clone(), *rental);
				let refused = [owner(), renter()].map(|who| signed(&who, call.clone()));
				let wrong = Err(Error::<Test>::WrongStage.into());
				assert!(refused.contains(&wrong), "{name} of what is {stage}: {refused:?}");
				assert!(refused.iter().all(|refused| refused.is_err()));
			}
		}
	});
}

/// The same call about another rental.
fn about(mut call: Call<Test>, other: RentalId) -> Call<Test> {
	match &mut call {
		Call::approve { rental }
		| Call::decline { rental, .. }
		| Call::start { rental }
		| Call::give_back { rental }
		| Call::claim { rental, .. }
		| Call::waive { rental }
		| Call::concede { rental }
		| Call::cancel { rental, .. }
		| Call::stop { rental, .. } => *rental = other,
		_ => panic!("not of one stage"),
	}
	call
}

/// What can be done once cannot be done again by sending it again.
#[test]
fn no_call_that_ends_something_can_be_replayed() {
	build_and_execute(|| {
		let world = world();
		let once = |who: &AccountId, call: Call<Test>, error: Error<Test>| {
			let name = call.get_call_name();
			assert_ok!(signed(who, call.clone()));
			assert_eq!(signed(who, call), Err(error.into()), "{name}");
		};
		let World {
			listing,
			requested,
			booked,
			active,
			returned,
			settled,
			..
		} = world;
		let rent = calls(&world).swap_remove(3);
		once(&rival(), rent, Error::AlreadyBooked);
		once(&owner(), Call::approve { rental: requested }, Error::WrongStage);
		once(&renter(), Call::remove { rental: settled }, Error::UnknownRental);
		let user = guest();
		once(
			&renter(),
			Call::remove_user { rental: active, user },
			Error::UnknownUser,
		);
		once(&renter(), Call::give_back { rental: active }, Error::WrongStage);
		once(&owner(), Call::waive { rental: returned }, Error::WrongStage);
		at(7 * HOUR);
		once(&renter(), Call::start { rental: booked }, Error::WrongStage);
		once(&owner(), Call::withdraw_listing { listing }, Error::UnknownListing);
	});
}

/// Whoever takes up a machine's time pays for it, however often he does.
#[test]
fn to_take_up_time_and_call_off_costs_a_fee_each_time() {
	build_and_execute(|| {
		let listing = listed(terms());
		for nth in 0..10 {
			let rental = rented_by(&rival(), renting_at(listing, 30 * DAY + nth * 2 * HOUR, 2));
			assert_ok!(cancel(&rival(), rental));
		}
		assert_eq!(gain(&rival()), -10 * RENT_FEE as i128);
	});
}

/// The largest record of each kind, and what pays for it.
#[test]
fn all_that_is_stored_is_bounded() {
	use codec::MaxEncodedLen;
	let listing = crate::ListingOf::<Test>::max_encoded_len();
	assert!(listing < 1_900, "{listing}");
	let rental = crate::RentalOf::<Test>::max_encoded_len();
	assert!(rental < 1_000, "{rental}");
	assert_eq!(crate::Booking::max_encoded_len(), 16);
}

#[test]
fn numbers_at_their_limits_are_refused_and_break_nothing() {
	build_and_execute(|| {
		let listing = listed(terms());
		let rental = active();
		let most = u64::MAX;
		for call in [
			Call::rent {
				listing,
				version: 1,
				start: Some(most),
				periods: u32::MAX,
				max_price: Balance::MAX,
				arbiter: None,
			},
			Call::rent {
				listing,
				version: u32::MAX,
				start: Some(0),
				periods: 2,
				max_price: Balance::MAX,
				arbiter: None,
			},
			Call::extend {
				rental,
				periods: u32::MAX,
				max_price: Balance::MAX,
			},
			Call::set_user {
				rental,
				user: guest(),
				from: 0,
				until: most,
				actions: Actions(u16::MAX),
			},
		] {
			assert!(signed(&renter(), call).is_err());
		}
		for call in [
			Call::confirm_return {
				rental,
				at: most,
				evidence: HASH,
			},
			Call::claim {
				rental,
				amount: Balance::MAX,
				evidence: HASH,
			},
		] {
			assert!(signed(&owner(), call).is_err());
		}
	});
}

//! Who gains by lying, by silence, by replaying, by ordering from himself? Nobody.

use super::materials::needs;
use crate::{mock::*, Call, Error, OrderLine};
use bpiiot_primitives::{AssetKind, JobId, OfferId, SiteId};
use frame_support::{
	assert_noop, assert_ok,
	traits::{GetCallName, UnfilteredDispatchable},
};
use sp_core::H256;
use sp_runtime::{
	traits::{BadOrigin, Dispatchable},
	DispatchError, DispatchResult, Permill,
};

/// Each call, in their order.
pub(super) fn calls(job: JobId, offer: OfferId) -> Vec<Call<Test>> {
	let (machine, reason) = (machine(1), H256::zero());
	vec![
		Call::publish_offer {
			machine,
			terms: terms(),
		},
		Call::update_offer { offer, terms: terms() },
		Call::withdraw_offer { offer },
		Call::order {
			offer,
			version: 1,
			units: 1,
			max_price: Balance::MAX,
			recipe: H256::zero(),
			recipe_reference: Default::default(),
			deliver_by: START + DEADLINE,
			arbiter: None,
		},
		Call::accept { job },
		Call::decline { job, reason },
		Call::start { job },
		Call::progress { job, units_done: 1 },
		Call::deliver {
			job,
			units: 1,
			result: H256::zero(),
		},
		Call::approve { job, units: 1 },
		Call::reject { job, units: 1, reason },
		Call::cancel { job, reason },
		Call::expire { job },
		Call::remove { job },
		Call::order_batch {
			lines: vec![OrderLine {
				offer,
				version: 1,
				units: 1,
				max_price: Balance::MAX,
				recipe: H256::zero(),
				recipe_reference: Default::default(),
				deliver_by: START + DEADLINE,
				arbiter: None,
			}]
			.try_into()
			.expect("one of 3"),
		},
		Call::counter_offer {
			job,
			unit_price: UNIT_PRICE,
			deliver_by: START + DEADLINE,
		},
		Call::accept_counter_offer {
			job,
			unit_price: UNIT_PRICE,
			deliver_by: START + DEADLINE,
		},
		Call::request_rework { job, reason },
		Call::concede { job },
		Call::dispute { job, evidence: reason },
		Call::accept_with {
			job,
			site: SiteId(3),
			needs: needs(&[1]),
		},
		Call::deliver_with {
			job,
			units: 1,
			result: H256::zero(),
			report: 1,
		},
	]
}

/// Whom each call refuses, and with what. A new call has no row here, and the test fails.
fn refusals(call: &str) -> Vec<(RuntimeOrigin, DispatchError)> {
	let not_owner = Error::<Test>::NotTheMachinesOwner;
	let not_machine = Error::<Test>::NotTheMachine;
	let not_customer = Error::<Test>::NotTheCustomer;
	let by = |who: &[AccountId], error: Error<Test>| {
		let error = DispatchError::from(error);
		who.iter().map(|who| (signed(who), error)).collect::<Vec<_>>()
	};
	match call {
		"publish_offer" | "update_offer" | "withdraw_offer" => by(&[stranger(), customer(), key(2)], not_owner),
		"order" | "order_batch" => by(&[owner(), key(1)], Error::OwnMachine),
		"counter_offer" | "concede" | "dispute" => by(&[stranger(), customer(), key(2)], not_owner),
		"accept" | "accept_with" | "decline" | "start" | "progress" | "deliver" | "deliver_with" => {
			by(&[stranger(), customer(), owner(), key(2)], not_machine)
		}
		"approve" | "reject" | "remove" | "accept_counter_offer" | "request_rework" => {
			by(&[stranger(), owner(), key(1), key(2)], not_customer)
		}
		"cancel" => by(&[stranger(), owner(), key(2)], Error::NotAParty),
		"expire" => by(&[stranger(), owner(), key(1), customer()], Error::NotExpired),
		other => panic!("no row for the call {other}"),
	}
}

#[test]
fn every_call_refuses_every_wrong_origin() {
	for (index, name) in Call::<Test>::get_call_names().iter().enumerate() {
		build_and_execute(|| {
			let job = job_at(Stage::Ordered);
			registered(2);
			let call = calls(job, record(job).offer).swap_remove(index);
			assert_eq!(call.get_call_name(), *name);
			let unsigned = [RuntimeOrigin::none(), RuntimeOrigin::root()].map(|origin| (origin, BadOrigin.into()));
			for (origin, error) in unsigned.into_iter().chain(refusals(name)) {
				let refused = call
					.clone()
					.dispatch_bypass_filter(origin)
					.map_err(|failed| failed.error);
				assert_eq!(refused, Err(error), "{name}");
			}
		});
	}
}

#[test]
fn calls_on_what_does_not_exist_say_so() {
	build_and_execute(|| {
		registered(1);
		for call in calls(JobId(1), OfferId(1)).into_iter().skip(1) {
			let name = call.get_call_name();
			let of_an_offer = ["update_offer", "withdraw_offer", "order", "order_batch"].contains(&name);
			let (who, error) = if of_an_offer {
				(stranger(), Error::<Test>::UnknownOffer)
			} else {
				(key(1), Error::<Test>::UnknownJob)
			};
			assert_noop!(call.dispatch_bypass_filter(signed(&who)), error);
		}
	});
}

fn order(units: u32, max_price: Balance) -> DispatchResult {
	order_by(&customer(), units, max_price)
}

fn order_by(who: &AccountId, units: u32, max_price: Balance) -> DispatchResult {
	let offer = crate::OffersOf::<Test>::get(machine(1))[0];
	let order = Call::<Test>::order {
		offer,
		version: 1,
		units,
		max_price,
		recipe: H256::zero(),
		recipe_reference: Default::default(),
		deliver_by: START + DEADLINE,
		arbiter: None,
	};
	// As the chain does: all of it or nothing.
	let done = RuntimeCall::from(order).dispatch(signed(who));
	done.map(drop).map_err(|failed| failed.error)
}

#[test]
fn orders_with_bad_amounts_are_refused() {
	build_and_execute(|| {
		registered(1);
		published(terms());
		assert_noop!(order(0, Balance::MAX), Error::<Test>::ZeroUnits);
		assert_noop!(order(11, Balance::MAX), Error::<Test>::TooManyUnits);
		assert_noop!(order(u32::MAX, Balance::MAX), Error::<Test>::TooManyUnits);
		assert_noop!(order(2, 2 * UNIT_PRICE - 1), Error::<Test>::MaxPriceTooLow);
		assert_noop!(order(1, 0), Error::<Test>::MaxPriceTooLow);
		assert_ok!(order(2, 2 * UNIT_PRICE));
	});
}

#[test]
fn a_price_beyond_any_balance_is_refused() {
	build_and_execute(|| {
		registered(1);
		let mut dear = terms();
		dear.unit_price = Balance::MAX / 2;
		published(dear);
		assert_noop!(order(3, Balance::MAX), Error::<Test>::PriceOverflow);
	});
}

#[test]
fn a_customer_with_too_little_money_orders_nothing() {
	for (asset, deposit, fee) in ASSETS {
		build_and_execute(|| {
			registered(1);
			published(terms_in(asset));
			// GIVEN a customer who has a little too little, and the rest with a friend
			let spare = ENDOWMENT - (UNIT_PRICE + deposit + fee + MINIMUM - 1);
			let move_spare = |from: AccountId, to: AccountId, amount| {
				let done = match asset {
					AssetKind::Native => Balances::transfer_allow_death(signed(&from), to, amount),
					AssetKind::Asset(id) => Assets::transfer(signed(&from), id, to, amount),
				};
				assert_ok!(done);
			};
			move_spare(customer(), stranger(), spare);
			assert!(order(1, Balance::MAX).is_err());
			assert_eq!(money_in(asset, &customer()).1, 0);
			move_spare(stranger(), customer(), 1);
			assert_ok!(order(1, Balance::MAX));
		});
	}
}

#[test]
fn terms_that_could_lead_to_a_payment_below_the_minimum_are_refused() {
	build_and_execute(|| {
		registered(1);
		let mut tiny = terms();
		// For ten units the fee is the minimum, and for fewer it is less.
		tiny.cancellation.accepted = Permill::from_parts(1_000);
		published(tiny);
		assert_noop!(
			order(9, Balance::MAX),
			pallet_escrow::Error::<Test>::ReleaseBelowMinimum
		);
		assert_ok!(order(10, Balance::MAX));
	});
}

#[test]
fn a_machine_out_of_service_or_decommissioned_takes_no_orders() {
	build_and_execute(|| {
		registered(1);
		published(terms());
		assert_ok!(Machines::set_service(signed(&key(1)), machine(1), false));
		assert_noop!(order(1, Balance::MAX), pallet_machines::Error::<Test>::OutOfService);
		assert_ok!(Machines::set_service(signed(&owner()), machine(1), true));
		assert_ok!(Machines::decommission(signed(&owner()), machine(1)));
		assert_noop!(
			order(1, Balance::MAX),
			pallet_machines::Error::<Test>::MachineDecommissioned
		);
	});
}

#[test]
fn a_machine_does_not_buy_without_a_policy() {
	build_and_execute(|| {
		registered(1);
		registered(2);
		published(terms());
		let offer = crate::OffersOf::<Test>::get(machine(1))[0];
		assert_noop!(
			Jobs::order(
				signed(&key(2)),
				offer,
				1,
				1,
				Balance::MAX,
				H256::zero(),
				Default::default(),
				START + DEADLINE,
				None,
			),
			// Machines 1 and 2 have one owner; that alone does not make an order one's own.
			pallet_machines::Error::<Test>::PurposeNotAllowed
		);
	});
}

#[test]
fn a_flood_of_orders_ends_at_the_caps_and_costs_its_fees() {
	for (asset, deposit, fee) in ASSETS {
		build_and_execute(|| {
			registered(1);
			published(terms_in(asset));
			// GIVEN a customer who has as many open orders as one may have with this machine
			for _ in 0..4 {
				assert_ok!(order(1, Balance::MAX));
			}
			assert_noop!(order(1, Balance::MAX), Error::<Test>::TooManyOpenJobsOfCustomer);
			assert_eq!(money_in(asset, &customer()).1, 4 * (UNIT_PRICE + deposit + fee));

			// THEN others may still order, until the machine has enough
			for _ in 0..2 {
				assert_ok!(order_by(&stranger(), 1, Balance::MAX));
			}
			assert_noop!(order_by(&stranger(), 1, Balance::MAX), Error::<Test>::TooManyOpenJobs);

			// Declining makes room again, and each try has cost its fee.
			let (before, _) = money_in(asset, &customer());
			for job in open_jobs().into_iter().take(4) {
				assert_ok!(Jobs::decline(signed(&key(1)), job, H256::zero()));
			}
			assert_eq!(money_in(asset, &customer()), (before - 4 * fee, 4 * deposit));
			assert_ok!(order(1, Balance::MAX));
		});
	}
}

#[test]
fn the_cap_is_for_a_customer_and_a_machine() {
	build_and_execute(|| {
		registered(1);
		registered(2);
		published(terms());
		for _ in 0..4 {
			assert_ok!(order(1, Balance::MAX));
		}
		assert_ok!(Jobs::publish_offer(signed(&owner()), machine(2), terms()));
		let offer = crate::OffersOf::<Test>::get(machine(2))[0];
		let recipe_uri = Default::default();
		let deliver_by = START + DEADLINE;
		assert_ok!(Jobs::order(
			signed(&customer()),
			offer,
			1,
			1,
			Balance::MAX,
			H256::zero(),
			recipe_uri,
			deliver_by,
			None
		));
	});
}

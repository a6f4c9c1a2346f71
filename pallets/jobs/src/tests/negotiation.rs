use crate::{mock::*, CounterOffer, Error, JobState, Outcome};
use bpiiot_primitives::{AssetKind, JobId, SpendPurpose};
use frame_support::{assert_noop, assert_ok};
use pallet_escrow::Deadlines;
use pallet_machines::{SpendingCap, SpendingPolicy};
use sp_runtime::DispatchResult;

const LATER: u64 = START + 2 * DEADLINE;

fn counter(job: JobId, unit_price: Balance) -> DispatchResult {
	Jobs::counter_offer(signed(&owner()), job, unit_price, LATER)
}

fn agree(job: JobId, unit_price: Balance) -> DispatchResult {
	Jobs::accept_counter_offer(signed(&customer()), job, unit_price, LATER)
}

#[test]
fn the_difference_of_an_agreed_price_goes_on_hold_or_comes_back() {
	for unit_price in [UNIT_PRICE / 2, UNIT_PRICE, 3 * UNIT_PRICE] {
		for (asset, deposit, fee) in ASSETS {
			build_and_execute(|| {
				let job = job_in(asset, Stage::Ordered);
				assert_ok!(counter(job, unit_price));
				assert_eq!(money_in(asset, &customer()).1, 5 * UNIT_PRICE + deposit + fee);
				assert_ok!(agree(job, unit_price));
				assert_eq!(
					money_in(asset, &customer()),
					(ENDOWMENT, 5 * unit_price + deposit + fee)
				);
				let agreed = record(job);
				assert_eq!(
					(agreed.unit_price, agreed.deliver_by, agreed.counter),
					(unit_price, LATER, None)
				);
				assert_eq!(agreed.state, JobState::Ordered, "the machine must still accept");

				// The machine is paid what was agreed.
				let (before, _) = money_in(asset, &machine(1).account());
				take(job, Stage::Settled);
				assert_eq!(money_in(asset, &machine(1).account()).0, before + 5 * unit_price);
			});
		}
	}
}

#[test]
fn the_key_counters_too_and_the_last_word_counts() {
	build_and_execute(|| {
		let job = job_at(Stage::Ordered);
		assert_ok!(counter(job, 7 * UNIT_PRICE));
		assert_ok!(Jobs::counter_offer(signed(&key(1)), job, 2 * UNIT_PRICE, LATER));
		assert_eq!(
			record(job).counter,
			Some(CounterOffer {
				unit_price: 2 * UNIT_PRICE,
				deliver_by: LATER
			})
		);
		// Who has read the first one agrees to nothing else.
		assert_noop!(agree(job, 7 * UNIT_PRICE), Error::<Test>::CounterOfferChanged);
		assert_noop!(
			Jobs::accept_counter_offer(signed(&customer()), job, 2 * UNIT_PRICE, LATER + 1),
			Error::<Test>::CounterOfferChanged
		);
		assert_ok!(agree(job, 2 * UNIT_PRICE));
		assert_noop!(agree(job, 2 * UNIT_PRICE), Error::<Test>::NoCounterOffer);
	});
}

#[test]
fn a_machine_that_accepts_meanwhile_accepts_the_order_as_it_was() {
	build_and_execute(|| {
		let job = job_at(Stage::Ordered);
		assert_ok!(counter(job, 2 * UNIT_PRICE));
		take(job, Stage::Accepted);
		assert_eq!((record(job).counter, record(job).unit_price), (None, UNIT_PRICE));
		assert_noop!(agree(job, 2 * UNIT_PRICE), Error::<Test>::WrongState);
		assert_noop!(counter(job, 2 * UNIT_PRICE), Error::<Test>::WrongState);
	});
}

#[test]
fn haggling_lasts_no_longer_than_the_order_waits_and_then_all_goes_back() {
	build_and_execute(|| {
		let job = job_at(Stage::Ordered);
		at(ACCEPT_WINDOW);
		assert_ok!(counter(job, 2 * UNIT_PRICE));
		at(ACCEPT_WINDOW + 1);
		assert_noop!(counter(job, 2 * UNIT_PRICE), Error::<Test>::TooLate);
		assert_noop!(agree(job, 2 * UNIT_PRICE), Error::<Test>::TooLate);
		idle();
		assert_eq!(record(job).state, JobState::Settled(Outcome::NotAccepted));
		assert_eq!(money(&customer()), (ENDOWMENT - ORDER_FEE, JOB_DEPOSIT));
	});
}

#[test]
fn an_agreed_deadline_that_is_sooner_ends_the_wait_for_acceptance_too() {
	build_and_execute(|| {
		let job = job_at(Stage::Ordered);
		let soon = START + ACCEPT_WINDOW / 2;
		assert_ok!(Jobs::counter_offer(signed(&owner()), job, UNIT_PRICE, soon));
		assert_ok!(Jobs::accept_counter_offer(signed(&customer()), job, UNIT_PRICE, soon));
		assert_eq!((record(job).accept_by, record(job).indexed_at), (soon, soon));
		at(ACCEPT_WINDOW / 2 + 1);
		idle();
		assert_eq!(record(job).state, JobState::Settled(Outcome::NotAccepted));
	});
}

/// Each step writes another deadline, and none may stay behind: nobody has paid for it.
#[test]
fn two_who_haggle_for_ever_stand_in_the_index_once() {
	build_and_execute(|| {
		let job = job_at(Stage::Ordered);
		for sooner in 1..20 {
			let by = START + ACCEPT_WINDOW - sooner;
			assert_ok!(Jobs::counter_offer(signed(&owner()), job, UNIT_PRICE, by));
			assert_ok!(Jobs::accept_counter_offer(signed(&customer()), job, UNIT_PRICE, by));
			let index: Vec<_> = Deadlines::<Test>::iter_keys().map(|key| key.at()).collect();
			assert_eq!(index, [by]);
		}
		assert_ok!(Jobs::decline(signed(&key(1)), job, Default::default()));
		assert_eq!(Deadlines::<Test>::iter().count(), 0);
	});
}

#[test]
fn a_counter_offer_is_taken_back_by_one_that_repeats_the_order() {
	build_and_execute(|| {
		let job = job_at(Stage::Ordered);
		assert_ok!(counter(job, 2 * UNIT_PRICE));
		let by = START + DEADLINE;
		assert_ok!(Jobs::counter_offer(signed(&owner()), job, UNIT_PRICE, by));
		assert_noop!(agree(job, 2 * UNIT_PRICE), Error::<Test>::CounterOfferChanged);
		let before = (money(&customer()), record(job));
		assert_ok!(Jobs::accept_counter_offer(signed(&customer()), job, UNIT_PRICE, by));
		let after = (money(&customer()), record(job));
		assert_eq!((after.0, after.1.unit_price), (before.0, before.1.unit_price));
		assert_eq!(after.1.deliver_by, before.1.deliver_by);
	});
}

#[test]
fn a_counter_offer_that_nobody_agreed_to_costs_nobody_anything() {
	build_and_execute(|| {
		let job = job_at(Stage::Ordered);
		assert_ok!(counter(job, 7 * UNIT_PRICE));
		assert_ok!(Jobs::cancel(signed(&customer()), job, Default::default()));
		assert_noop!(agree(job, 7 * UNIT_PRICE), Error::<Test>::WrongState);
		assert_eq!(money(&customer()), (ENDOWMENT - ORDER_FEE, JOB_DEPOSIT));
	});
}

/// Neither ends what was ordered before: the machine takes no further orders, and money waits no longer than it did.
#[test]
fn a_machine_out_of_service_and_a_delisted_asset_end_no_haggling() {
	build_and_execute(|| {
		let job = job_in(DOLLAR, Stage::Ordered);
		assert_ok!(Machines::set_service(signed(&owner()), machine(1), false));
		assert_ok!(Escrow::delist_asset(RuntimeOrigin::root(), DOLLAR));
		assert_ok!(counter(job, 2 * UNIT_PRICE));
		assert_ok!(agree(job, 2 * UNIT_PRICE));
		take(job, Stage::Settled);
	});
}

#[test]
fn who_has_sold_the_machine_answers_no_more_and_the_offer_stands_until_the_machine_accepts() {
	build_and_execute(|| {
		let job = job_at(Stage::Ordered);
		assert_ok!(counter(job, 2 * UNIT_PRICE));
		assert_ok!(Machines::offer_ownership(
			signed(&owner()),
			machine(1),
			Some(stranger())
		));
		assert_ok!(Machines::accept_ownership(signed(&stranger()), machine(1), 0));
		assert_noop!(counter(job, 3 * UNIT_PRICE), Error::<Test>::NotTheMachinesOwner);
		assert_ok!(agree(job, 2 * UNIT_PRICE));
		// The new owner's machine is bound by nothing yet.
		assert_ok!(Jobs::decline(signed(&key(1)), job, Default::default()));
		assert_eq!(money(&customer()), (ENDOWMENT - ORDER_FEE, JOB_DEPOSIT));
	});
}

#[test]
fn a_halt_moves_an_agreed_deadline_no_more_than_the_clock() {
	build_and_execute(|| {
		let mut patient = terms();
		patient.accept_window = 2 * 3_600_000;
		registered(1);
		let job = ordered_for(published(patient), 80_000_000);
		let by = START + 86_400_000;
		assert_ok!(Jobs::counter_offer(signed(&owner()), job, UNIT_PRICE, by));
		// GIVEN a chain that stands still for ten hours, of which one counts
		at(36_000_000);
		assert_ok!(Jobs::accept_counter_offer(signed(&customer()), job, UNIT_PRICE, by));
		assert_eq!(record(job).deliver_by, by - 32_400_000);
	});
}

fn ordered_for(offer: bpiiot_primitives::OfferId, millis: u64) -> JobId {
	assert_ok!(Jobs::order(
		signed(&customer()),
		offer,
		1,
		1,
		Balance::MAX,
		Default::default(),
		Default::default(),
		START + millis,
		None
	));
	open_jobs()[0]
}

#[test]
fn a_counter_offer_is_refused_that_could_never_be_kept() {
	build_and_execute(|| {
		let job = job_at(Stage::Ordered);
		assert_noop!(counter(job, 0), Error::<Test>::ZeroPrice);
		assert_noop!(counter(job, Balance::MAX), Error::<Test>::PriceOverflow);
		// A fifth of this, for a rejected unit, is below the minimum balance.
		assert_noop!(
			counter(job, 5 * MINIMUM - 3),
			pallet_escrow::Error::<Test>::ReleaseBelowMinimum
		);
		let by = |deliver_by| Jobs::counter_offer(signed(&owner()), job, UNIT_PRICE, deliver_by);
		assert_noop!(by(START), Error::<Test>::DeadlineTooSoon);
		assert_noop!(by(START + 86_400_001), Error::<Test>::DeadlineTooFar);
		assert_ok!(by(START + 86_400_000));
	});
}

#[test]
fn a_customer_who_cannot_pay_more_agrees_to_nothing_and_keeps_his_order() {
	build_and_execute(|| {
		let job = job_at(Stage::Ordered);
		assert_ok!(counter(job, ENDOWMENT));
		let before = record(job);
		let agreed = frame_support::storage::with_storage_layer(|| agree(job, ENDOWMENT));
		assert!(agreed.is_err());
		assert_eq!(record(job), before);
		take(job, Stage::Accepted);
	});
}

#[test]
fn what_a_machine_agrees_to_counts_against_its_policy() {
	build_and_execute(|| {
		registered(1);
		let buyer = registered(2);
		let (asset, per_period) = (AssetKind::Native, 2 * UNIT_PRICE + JOB_DEPOSIT + ORDER_FEE);
		let policy = SpendingPolicy {
			purposes: vec![SpendPurpose::Purchase].try_into().expect("one of 8"),
			period: 0,
			caps: vec![SpendingCap { asset, per_period }].try_into().expect("one of 8"),
		};
		assert_ok!(Machines::set_spending_policy(signed(&owner()), buyer, Some(policy)));
		let offer = published(terms());
		assert_ok!(Jobs::order(
			signed(&key(2)),
			offer,
			1,
			1,
			Balance::MAX,
			Default::default(),
			Default::default(),
			START + DEADLINE,
			None
		));
		let job = open_jobs()[0];
		let agree = |unit_price| Jobs::accept_counter_offer(signed(&key(2)), job, unit_price, LATER);
		assert_ok!(counter(job, 2 * UNIT_PRICE + 1));
		assert_noop!(
			agree(2 * UNIT_PRICE + 1),
			pallet_machines::Error::<Test>::OverSpendingCap
		);
		assert_ok!(counter(job, 2 * UNIT_PRICE));
		assert_ok!(agree(2 * UNIT_PRICE));
	});
}

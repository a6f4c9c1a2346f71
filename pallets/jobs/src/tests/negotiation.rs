use crate::{mock::*, CounterOffer, Error, JobState, Outcome};
use bpiiot_primitives::{AssetKind, JobId, SpendPurpose};
use frame_support::{assert_noop, assert_ok};
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

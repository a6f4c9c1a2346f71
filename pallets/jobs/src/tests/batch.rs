use crate::{mock::*, Call, Error, JobsOf, OfferTerms, OffersOf, OrderLine};
use bpiiot_primitives::{AssetKind, OfferId, SpendPurpose};
use frame_support::{assert_noop, assert_ok, dispatch::GetDispatchInfo};
use pallet_machines::{SpendingCap, SpendingPolicy};
use sp_core::H256;
use sp_runtime::{traits::Dispatchable, DispatchResult};

fn line(offer: OfferId, units: u32) -> OrderLine<AccountId, Balance> {
	OrderLine {
		offer,
		version: 1,
		units,
		max_price: Balance::MAX,
		recipe: H256::repeat_byte(2),
		recipe_reference: Default::default(),
		deliver_by: START + DEADLINE,
		arbiter: None,
	}
}

fn batch(lines: Vec<OrderLine<AccountId, Balance>>) -> DispatchResult {
	batch_of(&customer(), lines)
}

fn batch_of(who: &AccountId, lines: Vec<OrderLine<AccountId, Balance>>) -> DispatchResult {
	let lines = lines.try_into().expect("as many as may be");
	// As the chain does: all of it or nothing.
	let done = RuntimeCall::from(Call::<Test>::order_batch { lines }).dispatch(signed(who));
	done.map(drop).map_err(|failed| failed.error)
}

#[test]
fn each_line_is_an_order_of_its_own() {
	build_and_execute(|| {
		registered(1);
		let offer = published(terms());
		assert_ok!(batch(vec![line(offer, 1), line(offer, 2), line(offer, 3)]));
		let jobs = open_jobs();
		assert_eq!(jobs.iter().map(|job| record(*job).units).collect::<Vec<_>>(), [1, 2, 3]);
		let held = 6 * UNIT_PRICE + 3 * (JOB_DEPOSIT + ORDER_FEE);
		assert_eq!(money(&customer()), (ENDOWMENT, held));
		for job in jobs {
			assert_ok!(Jobs::cancel(signed(&customer()), job, H256::zero()));
			assert_ok!(Jobs::remove(signed(&customer()), job));
		}
		assert_eq!(money(&customer()), (ENDOWMENT - 3 * ORDER_FEE, 0));
	});
}

#[test]
fn one_line_that_fails_fails_them_all() {
	build_and_execute(|| {
		registered(1);
		let offer = published(terms());
		assert_noop!(
			batch(vec![line(offer, 1), line(offer, 11)]),
			Error::<Test>::TooManyUnits
		);
		assert_noop!(
			batch(vec![line(offer, 1), line(OfferId(1), 1)]),
			Error::<Test>::UnknownOffer
		);
		assert!(open_jobs().is_empty());
		assert_eq!(money(&customer()), (ENDOWMENT, 0));
	});
}

#[test]
fn a_batch_orders_something_and_no_more_than_single_orders_could() {
	build_and_execute(|| {
		registered(1);
		let offer = published(terms());
		assert_noop!(batch(vec![]), Error::<Test>::EmptyBatch);
		assert_ok!(batch(vec![line(offer, 1), line(offer, 1), line(offer, 1)]));
		// The fourth is the last of one customer.
		assert_noop!(
			batch(vec![line(offer, 1), line(offer, 1)]),
			Error::<Test>::TooManyOpenJobsOfCustomer
		);
		assert_ok!(batch(vec![line(offer, 1)]));
	});
}

#[test]
fn a_batch_orders_from_several_machines_in_several_assets_before_several_arbiters() {
	build_and_execute(|| {
		registered(1);
		registered(2);
		registered_arbiter();
		let here = published(full_terms());
		let there = OfferTerms {
			asset: DOLLAR,
			..full_terms()
		};
		assert_ok!(Jobs::publish_offer(signed(&owner()), machine(2), there));
		let there = OffersOf::<Test>::get(machine(2))[0];
		let mut judged = line(there, 2);
		judged.arbiter = Some(arbiter());
		assert_ok!(batch(vec![line(here, 1), judged]));
		let other = JobsOf::<Test>::get(machine(2)).open[0].job;
		assert_eq!(open_jobs().len(), 1);
		assert_eq!(record(open_jobs()[0]).challenge_window, 0);
		assert_eq!(record(other).challenge_window, CHALLENGE_WINDOW);
		assert_eq!(money(&customer()).1, UNIT_PRICE + JOB_DEPOSIT + ORDER_FEE);
		let dollars = 2 * UNIT_PRICE + DOLLAR_DEPOSIT + DOLLAR_FEE;
		assert_eq!(money_in(DOLLAR, &customer()).1, dollars);
	});
}

#[test]
fn who_cannot_pay_for_the_last_line_orders_none() {
	build_and_execute(|| {
		registered(1);
		let dear = OfferTerms {
			unit_price: ENDOWMENT / 10,
			..terms()
		};
		let offer = published(dear);
		assert!(batch(vec![line(offer, 5), line(offer, 5)]).is_err());
		assert!(open_jobs().is_empty());
		assert_eq!(money(&customer()), (ENDOWMENT, 0));
	});
}

#[test]
fn all_lines_together_count_against_the_policy_of_a_machine() {
	build_and_execute(|| {
		registered(1);
		let buyer = registered(2);
		let per_period = 2 * (UNIT_PRICE + JOB_DEPOSIT + ORDER_FEE);
		let policy = SpendingPolicy {
			purposes: vec![SpendPurpose::Purchase].try_into().expect("one of 8"),
			period: 0,
			caps: vec![SpendingCap {
				asset: AssetKind::Native,
				per_period,
			}]
			.try_into()
			.expect("one of 8"),
		};
		assert_ok!(Machines::set_spending_policy(signed(&owner()), buyer, Some(policy)));
		let offer = published(terms());
		let over = pallet_machines::Error::<Test>::OverSpendingCap;
		assert_noop!(batch_of(&key(2), vec![line(offer, 1); 3]), over);
		assert_ok!(batch_of(&key(2), vec![line(offer, 1); 2]));
	});
}

#[test]
fn a_batch_weighs_as_much_as_its_orders() {
	let weight = |count| {
		let lines = vec![line(OfferId(1), 1); count].try_into().expect("as many as may be");
		Call::<Test>::order_batch { lines }.get_dispatch_info().call_weight
	};
	assert_eq!(weight(3), weight(1) * 3);
	// Somebody must be asked who calls.
	assert_eq!(weight(0), weight(1));
}

use crate::{mock::*, Call, Error, OrderLine};
use bpiiot_primitives::OfferId;
use frame_support::{assert_noop, assert_ok, dispatch::GetDispatchInfo};
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
	let lines = lines.try_into().expect("as many as may be");
	// As the chain does: all of it or nothing.
	let done = RuntimeCall::from(Call::<Test>::order_batch { lines }).dispatch(signed(&customer()));
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
fn a_batch_weighs_as_much_as_its_orders() {
	let weight = |count| {
		let lines = vec![line(OfferId(1), 1); count].try_into().expect("as many as may be");
		Call::<Test>::order_batch { lines }.get_dispatch_info().call_weight
	};
	assert_eq!(weight(3), weight(1) * 3);
}

//! What a machine's owner decides about his machine reaches its jobs.

use crate::{mock::*, Call, Error, JobState, Outcome};
use bpiiot_primitives::{AssetKind, OfferId, SpendPurpose};
use frame_support::{assert_noop, assert_ok, traits::UnfilteredDispatchable};
use pallet_machines::{Error as MachineError, SpendingCap, SpendingPolicy};
use sp_core::{sr25519, Pair, H256};

/// An order of some units, by a customer or by a machine's key.
fn order(by: &AccountId, offer: OfferId, units: u32) -> frame_support::dispatch::DispatchResult {
	let call = Call::<Test>::order {
		offer,
		version: 1,
		units,
		max_price: Balance::MAX,
		recipe: H256::repeat_byte(2),
		recipe_uri: Default::default(),
		deliver_by: START + DEADLINE,
	};
	call.dispatch_bypass_filter(signed(by))
		.map(drop)
		.map_err(|failed| failed.error)
}

/// Lets machine `seed` spend so much, in all, for this.
fn allow(seed: u8, purpose: SpendPurpose, per_period: Balance) {
	let policy = SpendingPolicy {
		purposes: vec![purpose].try_into().expect("one of 8"),
		period: 0,
		caps: vec![SpendingCap {
			asset: AssetKind::Native,
			per_period,
		}]
		.try_into()
		.expect("one of 8"),
	};
	assert_ok!(Machines::set_spending_policy(
		signed(&owner()),
		machine(seed),
		Some(policy)
	));
}

/// Puts key `new` into the place of machine 1's.
fn rotate(new: u8) {
	let pair = sr25519::Pair::from_seed(&[new; 32]);
	let payload = pallet_machines::proof::rotation_payload(&System::block_hash(0), &machine(1), &key(new), 0);
	assert_ok!(Machines::rotate_key(
		signed(&owner()),
		machine(1),
		key(new),
		pair.sign(&payload)
	));
}

#[test]
fn a_frozen_machine_takes_no_orders_and_works_on_none() {
	build_and_execute(|| {
		let job = job_at(Stage::Ordered);
		let offer = record(job).offer;
		assert_ok!(Machines::freeze(signed(&owner()), machine(1)));

		assert_noop!(order(&customer(), offer, 1), MachineError::<Test>::MachineFrozen);
		assert_noop!(Jobs::accept(signed(&key(1)), job), MachineError::<Test>::MachineFrozen);
		// What the customer may do, he may still do.
		assert_ok!(Jobs::cancel(signed(&customer()), job, H256::zero()));

		assert_ok!(Machines::unfreeze(signed(&owner()), machine(1)));
		assert_ok!(order(&customer(), offer, 1));
	});
}

#[test]
fn a_machine_buys_what_its_policy_allows_and_no_more() {
	build_and_execute(|| {
		registered(1);
		registered(2);
		let offer = published(terms());

		allow(2, SpendPurpose::Purchase, 3 * UNIT_PRICE);
		assert_ok!(order(&key(2), offer, 2));
		assert_noop!(order(&key(2), offer, 2), MachineError::<Test>::OverSpendingCap);
		assert_ok!(order(&key(2), offer, 1));
		assert_noop!(order(&key(2), offer, 1), MachineError::<Test>::OverSpendingCap);
		// Its owner and other customers are not limited by it.
		assert_ok!(order(&customer(), offer, 10));
	});
}

#[test]
fn a_refused_order_costs_no_budget() {
	build_and_execute(|| {
		registered(1);
		registered(2);
		let offer = published(terms());
		allow(2, SpendPurpose::Purchase, 10 * UNIT_PRICE);

		// GIVEN a budget for ten units, and money for nine and the deposit.
		assert!(order(&key(2), offer, 10).is_err());
		assert_ok!(order(&key(2), offer, 9));
	});
}

#[test]
fn a_policy_without_bonds_stops_work_that_needs_one() {
	build_and_execute(|| {
		let job = job_at(Stage::Ordered);

		allow(1, SpendPurpose::Purchase, 10 * BOND);
		assert_noop!(
			Jobs::accept(signed(&key(1)), job),
			MachineError::<Test>::PurposeNotAllowed
		);
		allow(1, SpendPurpose::Bond, BOND - 1);
		assert_noop!(
			Jobs::accept(signed(&key(1)), job),
			MachineError::<Test>::OverSpendingCap
		);
		allow(1, SpendPurpose::Bond, BOND);
		assert_ok!(Jobs::accept(signed(&key(1)), job));
	});
}

#[test]
fn a_new_key_goes_on_with_the_job_and_the_old_one_does_not() {
	build_and_execute(|| {
		let job = job_at(Stage::Started);
		let before = money(&machine(1).account());
		rotate(9);

		assert_eq!(
			money(&machine(1).account()),
			before,
			"no money moves, and the bond stays"
		);
		assert_noop!(
			Jobs::deliver(signed(&key(1)), job, 5, H256::zero()),
			MachineError::<Test>::KeyRetired
		);
		assert_ok!(Jobs::deliver(signed(&key(9)), job, 5, H256::zero()));
		assert_ok!(Jobs::approve(signed(&customer()), job, 5));
		assert_eq!(record(job).state, JobState::Settled(Outcome::Completed));
	});
}

#[test]
fn a_machine_that_changes_hands_keeps_its_job_and_its_pay() {
	build_and_execute(|| {
		let job = job_at(Stage::Started);
		let (machine, offer) = (machine(1), record(job).offer);
		let before = money(&machine.account()).0;
		assert_ok!(Machines::offer_ownership(signed(&owner()), machine, Some(stranger())));
		assert_ok!(Machines::accept_ownership(signed(&stranger()), machine, 1));

		assert_ok!(Jobs::deliver(signed(&key(1)), job, 5, H256::zero()));
		assert_ok!(Jobs::approve(signed(&customer()), job, 5));
		assert_eq!(money(&machine.account()), (before + 5 * UNIT_PRICE, 0));
		// The offer is the new owner's to change, and its deposit goes back to who paid it.
		assert_noop!(
			Jobs::update_offer(signed(&owner()), offer, terms()),
			Error::<Test>::NotTheMachinesOwner
		);
		let (seller, buyer) = (money(&owner()), money(&stranger()));
		assert_ok!(Jobs::withdraw_offer(signed(&stranger()), offer));
		assert_eq!(money(&owner()), (seller.0, seller.1 - OFFER_DEPOSIT));
		assert_eq!(money(&stranger()), buyer);
	});
}

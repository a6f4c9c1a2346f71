//! What a machine's owner decides about his machine reaches its jobs.

use crate::{mock::*, Call, Error, JobState, OfferTerms, Outcome};
use bpiiot_primitives::{AssetKind, EscrowView, OfferId, SpendPurpose};
use frame_support::{
	assert_noop, assert_ok, dispatch::DispatchResultWithPostInfo, pallet_prelude::DispatchResult,
	traits::UnfilteredDispatchable,
};
use pallet_machines::{window::MIN_PERIOD, Error as MachineError, SpendingCap, SpendingPolicy};
use sp_core::{sr25519, Pair, H256};
use SpendPurpose::{Bond, Purchase};

/// An order of some units, by a customer or by a machine's key.
fn order(by: &AccountId, offer: OfferId, units: u32) -> DispatchResult {
	let call = Call::<Test>::order {
		offer,
		version: 1,
		units,
		max_price: Balance::MAX,
		recipe: H256::repeat_byte(2),
		recipe_reference: Default::default(),
		deliver_by: START + DEADLINE,
		arbiter: None,
	};
	call.dispatch_bypass_filter(signed(by))
		.map(drop)
		.map_err(|failed| failed.error)
}

/// Lets machine `seed` spend so much of the native token, in all, for this.
fn allow(seed: u8, purpose: SpendPurpose, per_period: Balance) {
	allow_in(AssetKind::Native, seed, purpose, per_period, 0);
}

/// The same, of an asset and in a period.
fn allow_in(asset: AssetKind, seed: u8, purpose: SpendPurpose, per_period: Balance, period: u64) {
	let policy = SpendingPolicy {
		purposes: vec![purpose].try_into().expect("one of 8"),
		period,
		caps: vec![SpendingCap { asset, per_period }].try_into().expect("one of 8"),
	};
	assert_ok!(Machines::set_spending_policy(
		signed(&owner()),
		machine(seed),
		Some(policy)
	));
}

/// What machine `seed` has spent in this period, of the one asset that it may.
fn spent(seed: u8) -> Balance {
	let record = pallet_machines::Spending::<Test>::get(machine(seed)).expect("it has a policy");
	record.budgets[0].spent
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
	for (asset, deposit, fee) in ASSETS {
		build_and_execute(|| {
			registered(1);
			registered(2);
			let offer = published(terms_in(asset));
			let costs = |units: Balance| units * UNIT_PRICE + deposit + fee;

			// An order costs its price, the deposit for its record and the fee.
			allow_in(asset, 2, Purchase, costs(2) - 1, 0);
			assert_noop!(order(&key(2), offer, 2), MachineError::<Test>::OverSpendingCap);
			allow_in(asset, 2, Purchase, costs(2) + costs(1), 0);
			assert_ok!(order(&key(2), offer, 2));
			assert_eq!(spent(2), costs(2));
			assert_noop!(order(&key(2), offer, 2), MachineError::<Test>::OverSpendingCap);
			assert_ok!(order(&key(2), offer, 1));
			assert_noop!(order(&key(2), offer, 1), MachineError::<Test>::OverSpendingCap);
			assert_eq!(money_in(asset, &machine(2).account()), (10_000, costs(2) + costs(1)));
			// Its owner and other customers are not limited by it.
			assert_ok!(order(&customer(), offer, 10));
		});
	}
}

#[test]
fn a_machine_buys_again_when_its_period_is_over() {
	for (asset, deposit, fee) in ASSETS {
		build_and_execute(|| {
			registered(1);
			registered(2);
			let offer = published(terms_in(asset));
			allow_in(asset, 2, Purchase, UNIT_PRICE + deposit + fee, MIN_PERIOD);
			at(1_000);
			assert_ok!(order(&key(2), offer, 1));
			at(1_000 + MIN_PERIOD - 1);
			assert_noop!(order(&key(2), offer, 1), MachineError::<Test>::OverSpendingCap);
			at(1_000 + MIN_PERIOD);
			assert_ok!(order(&key(2), offer, 1));
			assert_noop!(order(&key(2), offer, 1), MachineError::<Test>::OverSpendingCap);
		});
	}
}

#[test]
fn a_machine_buys_nothing_of_what_its_policy_does_not_name() {
	build_and_execute(|| {
		registered(1);
		registered(2);
		let offers = ASSETS.map(|(asset, ..)| (asset, published(terms_in(asset))));
		for (_, offer) in offers {
			assert_noop!(order(&key(2), offer, 1), MachineError::<Test>::PurposeNotAllowed);
		}
		for (asset, _) in offers {
			allow_in(asset, 2, Bond, Balance::MAX, 0);
			for (_, offer) in offers {
				assert_noop!(order(&key(2), offer, 1), MachineError::<Test>::PurposeNotAllowed);
			}
			allow_in(asset, 2, Purchase, Balance::MAX, 0);
			for (other, offer) in offers.iter().filter(|(other, _)| *other != asset) {
				assert_noop!(order(&key(2), *offer, 1), MachineError::<Test>::AssetNotAllowed);
				assert_eq!(money_in(*other, &machine(2).account()), (10_000, 0));
			}
		}
	});
}

#[test]
fn a_machine_that_buys_takes_delivery_and_gets_its_deposit_back() {
	for (asset, deposit, fee) in ASSETS {
		build_and_execute(|| {
			registered(1);
			registered(2);
			let (offer, buyer) = (published(terms_in(asset)), machine(2).account());
			let budget = 5 * UNIT_PRICE + deposit + fee;
			allow_in(asset, 2, Purchase, budget, 0);
			assert_ok!(order(&key(2), offer, 5));
			let job = take(open_jobs()[0], Stage::Delivered);
			assert_eq!(record(job).customer(), &buyer);

			for other in [key(1), stranger()] {
				assert_noop!(Jobs::approve(signed(&other), job, 5), Error::<Test>::NotTheCustomer);
			}
			assert_ok!(Jobs::approve(signed(&key(2)), job, 4));
			assert_ok!(Jobs::reject(signed(&key(2)), job, 1, H256::zero()));
			assert_ok!(Jobs::remove(signed(&key(2)), job));

			// A fifth of the rejected unit is the other machine's.
			let paid = 4 * UNIT_PRICE + UNIT_PRICE / 5 + fee;
			assert_eq!(money_in(asset, &buyer), (10_000 - paid, 0));
			// What came back is not unspent.
			assert_eq!(spent(2), budget);
			assert_noop!(order(&key(2), offer, 1), MachineError::<Test>::OverSpendingCap);
		});
	}
}

#[test]
fn what_a_machine_has_bought_is_its_owners_when_it_has_ended() {
	for (asset, ..) in ASSETS {
		build_and_execute(|| {
			// GIVEN four purchases of a machine that was decommissioned.
			registered(1);
			registered(2);
			let (offer, buyer) = (published(OfferTerms { asset, ..full_terms() }), machine(2).account());
			allow_in(asset, 2, Purchase, Balance::MAX, 0);
			assert_ok!(Machines::deposit(signed(&owner()), machine(2), asset, 20_000));
			for _ in 0..4 {
				assert_ok!(order(&key(2), offer, 5));
			}
			let [one, two, three, four] = open_jobs()[..] else {
				panic!("four were ordered");
			};
			take(one, Stage::Delivered);
			take(two, Stage::Delivered);
			take(three, Stage::Delivered);
			assert_ok!(Machines::decommission(signed(&owner()), machine(2)));
			assert_noop!(
				Jobs::approve(signed(&key(2)), one, 5),
				MachineError::<Test>::MachineDecommissioned
			);

			// WHEN its owner says what it would have said.
			let all = |who: &AccountId| -> Vec<DispatchResult> {
				let plain = |done: DispatchResultWithPostInfo| done.map(drop).map_err(|refused| refused.error);
				vec![
					plain(Jobs::approve(signed(who), one, 5)),
					plain(Jobs::reject(signed(who), two, 5, H256::zero())),
					Jobs::request_rework(signed(who), three, H256::zero()),
					plain(Jobs::cancel(signed(who), four, H256::zero())),
					Jobs::remove(signed(who), one),
					Jobs::remove(signed(who), two),
					Jobs::remove(signed(who), four),
				]
			};
			for refused in all(&stranger()) {
				assert!(refused.is_err());
			}
			for done in all(&owner()) {
				assert_ok!(done);
			}

			// THEN deposits and refunds are in its account, which is the owner's to empty.
			let (total, held) = money_in(asset, &buyer);
			let open = record(three).escrow;
			assert_eq!(held, open.held() + open.deposit() + open.fee());
			let free = total - held - MINIMUM;
			assert!(free > 0);
			assert_ok!(Machines::withdraw(signed(&owner()), machine(2), asset, free));
		});
	}
}

#[test]
fn a_key_that_was_stolen_loses_no_more_bonds_than_the_cap() {
	build_and_execute(|| {
		// GIVEN a machine that may have two bonds at risk.
		registered(1);
		allow(1, Bond, 2 * BOND);
		let offer = published(terms());
		let before = money(&machine(1).account()).0;

		// WHEN a thief orders for himself again and again, and gives up what he has accepted with its key.
		let mut refused = 0;
		for _ in 0..5 {
			let job = ordered(offer, 1);
			match Jobs::accept(signed(&key(1)), job) {
				Ok(()) => {
					assert_ok!(Jobs::cancel(signed(&key(1)), job, H256::zero()));
				}
				Err(error) => {
					assert_eq!(error, MachineError::<Test>::OverSpendingCap.into());
					refused += 1;
					assert_ok!(Jobs::cancel(signed(&customer()), job, H256::zero()));
				}
			}
		}

		// THEN two bonds are gone, and no more.
		assert_eq!(refused, 3);
		assert_eq!(before - money(&machine(1).account()).0, 2 * BOND);
		assert_eq!(spent(1), 2 * BOND);
	});
}

#[test]
fn a_machine_that_keeps_its_promises_never_runs_out_of_bonds() {
	build_and_execute(|| {
		registered(1);
		allow(1, Bond, 2 * BOND);
		let offer = published(terms());
		for _ in 0..5 {
			let jobs = [ordered(offer, 5), ordered(offer, 5), ordered(offer, 5)];
			assert_ok!(Jobs::accept(signed(&key(1)), jobs[0]));
			assert_ok!(Jobs::accept(signed(&key(1)), jobs[1]));
			assert_noop!(
				Jobs::accept(signed(&key(1)), jobs[2]),
				MachineError::<Test>::OverSpendingCap
			);
			assert_ok!(Jobs::cancel(signed(&customer()), jobs[2], H256::zero()));
			for job in [jobs[0], jobs[1]] {
				assert_ok!(Jobs::start(signed(&key(1)), job));
				assert_ok!(Jobs::deliver(signed(&key(1)), job, 5, H256::zero()));
				assert_ok!(Jobs::approve(signed(&customer()), job, 5));
			}
		}
		assert_eq!(spent(1), 0);
	});
}

#[test]
fn a_refused_order_costs_no_budget() {
	for (asset, deposit, fee) in ASSETS {
		build_and_execute(|| {
			registered(1);
			registered(2);
			let offer = published(terms_in(asset));

			// GIVEN a budget for ten units, and money for nine.
			allow_in(asset, 2, Purchase, 10 * UNIT_PRICE + deposit + fee, 0);
			let refused = order(&key(2), offer, 10);
			assert!(refused.is_err() && refused != Err(MachineError::<Test>::OverSpendingCap.into()));
			assert_eq!(spent(2), 0);
			assert_ok!(order(&key(2), offer, 9));
		});
	}
}

#[test]
fn a_policy_without_bonds_stops_work_that_needs_one() {
	build_and_execute(|| {
		let job = job_at(Stage::Ordered);

		allow(1, Purchase, 10 * BOND);
		assert_noop!(
			Jobs::accept(signed(&key(1)), job),
			MachineError::<Test>::PurposeNotAllowed
		);
		allow(1, Bond, BOND - 1);
		assert_noop!(
			Jobs::accept(signed(&key(1)), job),
			MachineError::<Test>::OverSpendingCap
		);
		allow(1, Bond, BOND);
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

//! What a machine spends, and what not.

use super::signed;
use crate::{mock::*, window::*, Budget, Call, Error, Event, Spending, SpendingCap, SpendingPolicy, SpendingRecord};
use bpiiot_primitives::{Actor, Actors, AssetKind, MachineId, SpendPolicy, SpendPurpose};
use codec::Encode;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;
use SpendPurpose::{Bond, Dispute, Purchase};

fn set(machine: MachineId, policy: Option<SpendingPolicy<Balance>>) -> DispatchResult {
	signed(&owner(), Call::set_spending_policy { machine, policy })
}

/// A machine whose owner allows it this.
fn with_policy(policy: SpendingPolicy<Balance>) -> MachineId {
	let machine = registered(1);
	assert_ok!(set(machine, Some(policy)));
	machine
}

/// What escrow asks before value leaves an account.
fn spend(machine: &MachineId, purpose: SpendPurpose, amount: Balance) -> DispatchResult {
	spend_of(NATIVE, machine, purpose, amount)
}

fn spend_of(asset: AssetKind, machine: &MachineId, purpose: SpendPurpose, amount: Balance) -> DispatchResult {
	let actor = Actor {
		account: machine.account(),
		machine: Some(*machine),
	};
	Machines::spend(&actor, purpose, &asset, amount)
}

/// The same for a bond, with others on hold.
fn bond(machine: &MachineId, amount: Balance, at_risk: Balance) -> DispatchResult {
	let actor = Actor {
		account: machine.account(),
		machine: Some(*machine),
	};
	Promised::set(at_risk);
	Machines::spend(&actor, Bond, &NATIVE, amount)
}

fn spent(machine: &MachineId) -> Balance {
	Spending::<Test>::get(machine).expect("it has a policy").budgets[0].spent
}

#[test]
fn plain_accounts_spend_as_they_like() {
	ExtBuilder::default().build_and_execute(|| {
		registered(1);
		for account in [owner(), stranger()] {
			let actor = Machines::ensure_actor(RuntimeOrigin::signed(account)).expect("he is no machine");
			for purpose in [Purchase, Bond, Dispute] {
				assert_ok!(Machines::spend(&actor, purpose, &NATIVE, Balance::MAX));
			}
		}
	});
}

#[test]
fn without_a_policy_a_machine_spends_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		for purpose in [Purchase, Bond, Dispute] {
			assert_noop!(spend(&machine, purpose, 1), Error::<Test>::PurposeNotAllowed);
		}
		Machines::forfeited(&machine.account(), &NATIVE, 1);
		assert!(!Spending::<Test>::contains_key(machine));
	});
}

#[test]
fn a_machine_spends_for_what_its_policy_names() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = with_policy(policy(Purchase, 1_000));
		System::assert_last_event(Event::SpendingPolicySet { machine }.into());
		assert_ok!(spend(&machine, Purchase, 1));
		assert_noop!(spend(&machine, Bond, 1), Error::<Test>::PurposeNotAllowed);

		assert_ok!(set(machine, Some(policy(Bond, 1_000))));
		assert_ok!(spend(&machine, Bond, 1));
		for purpose in [Purchase, Dispute] {
			assert_noop!(spend(&machine, purpose, 1), Error::<Test>::PurposeNotAllowed);
		}

		assert_ok!(set(machine, Some(policy(Dispute, 1_000))));
		assert_ok!(spend(&machine, Dispute, 600));
		assert_noop!(spend(&machine, Dispute, 401), Error::<Test>::OverSpendingCap);
		assert_noop!(spend(&machine, Bond, 1), Error::<Test>::PurposeNotAllowed);
	});
}

#[test]
fn a_machine_spends_up_to_the_cap_for_all_purposes_together() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = with_policy(SpendingPolicy {
			purposes: vec![Purchase, Bond].try_into().expect("two of 8"),
			..policy(Bond, 1_000)
		});
		for too_much in [1_001, Balance::MAX] {
			assert_noop!(spend(&machine, Purchase, too_much), Error::<Test>::OverSpendingCap);
		}
		assert_ok!(spend(&machine, Purchase, 600));
		for too_much in [401, Balance::MAX - 599, Balance::MAX] {
			assert_noop!(spend(&machine, Bond, too_much), Error::<Test>::OverSpendingCap);
		}
		assert_ok!(spend(&machine, Bond, 400));
		assert_eq!(spent(&machine), 600, "a bond is at risk, and not spent");
	});
}

#[test]
fn bonds_count_while_they_are_on_hold_and_when_they_are_forfeited() {
	ExtBuilder::default().build_and_execute(|| {
		// GIVEN a machine that has posted many bonds and got all of them back.
		let machine = with_policy(policy(Bond, 10));
		for _ in 0..3 {
			assert_ok!(bond(&machine, 10, 0));
		}
		assert_noop!(bond(&machine, 4, 7), Error::<Test>::OverSpendingCap);
		assert_noop!(bond(&machine, 4, Balance::MAX), Error::<Test>::OverSpendingCap);
		assert_ok!(bond(&machine, 4, 6));

		// WHEN it forfeits one, THEN it has the less for the rest of the period.
		Machines::forfeited(&machine.account(), &NATIVE, 6);
		assert_eq!(spent(&machine), 6);
		assert_noop!(bond(&machine, 5, 0), Error::<Test>::OverSpendingCap);
		assert_ok!(bond(&machine, 4, 0));
		Machines::forfeited(&machine.account(), &DOLLAR, 6);
		Machines::forfeited(&stranger(), &NATIVE, 6);
		Machines::forfeited(&machine.account(), &NATIVE, Balance::MAX);
		assert_eq!(spent(&machine), 10);
		at(PERIOD);
		assert_ok!(bond(&machine, 10, 0));
	});
}

#[test]
fn nothing_is_spent_of_an_asset_without_a_cap_or_with_one_of_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = with_policy(SpendingPolicy {
			caps: Default::default(),
			..policy(Bond, 0)
		});
		assert_noop!(spend(&machine, Bond, 1), Error::<Test>::AssetNotAllowed);
		assert_ok!(set(machine, Some(policy(Bond, 0))));
		assert_noop!(spend(&machine, Bond, 1), Error::<Test>::OverSpendingCap);
		assert_ok!(set(
			machine,
			Some(SpendingPolicy {
				purposes: Default::default(),
				..policy(Bond, 1)
			})
		));
		assert_noop!(spend(&machine, Bond, 1), Error::<Test>::PurposeNotAllowed);
	});
}

#[test]
fn each_asset_has_a_budget_of_its_own_and_they_come_back_together() {
	ExtBuilder::default().build_and_execute(|| {
		let cap = |asset, per_period| SpendingCap { asset, per_period };
		let machine = with_policy(SpendingPolicy {
			caps: vec![cap(NATIVE, 10), cap(DOLLAR, 20)].try_into().expect("two of 8"),
			..policy(Purchase, 0)
		});
		assert_ok!(spend_of(NATIVE, &machine, Purchase, 10));
		at(PERIOD - 1);
		assert_ok!(spend_of(DOLLAR, &machine, Purchase, 20));
		for asset in [NATIVE, DOLLAR] {
			assert_noop!(spend_of(asset, &machine, Purchase, 1), Error::<Test>::OverSpendingCap);
		}
		let other = AssetKind::Asset(2);
		assert_noop!(spend_of(other, &machine, Purchase, 1), Error::<Test>::AssetNotAllowed);

		at(PERIOD);
		assert_ok!(spend_of(DOLLAR, &machine, Purchase, 20));
		assert_ok!(spend_of(NATIVE, &machine, Purchase, 10));
	});
}

#[test]
fn each_machine_has_a_budget_of_its_own() {
	ExtBuilder::default().build_and_execute(|| {
		let (machine, sibling) = (with_policy(policy(Purchase, 10)), registered(2));
		assert_ok!(set(sibling, Some(policy(Purchase, 10))));
		assert_ok!(spend(&machine, Purchase, 10));
		assert_ok!(spend(&sibling, Purchase, 10));
		assert_noop!(spend(&sibling, Purchase, 1), Error::<Test>::OverSpendingCap);
	});
}

#[test]
fn the_budget_comes_back_to_the_millisecond_and_once() {
	ExtBuilder::default().build_and_execute(|| {
		// GIVEN a machine that spends for the first time long after the policy was set.
		let machine = with_policy(policy(Purchase, 10));
		at(5 * PERIOD / 2);
		assert_ok!(spend(&machine, Purchase, 1));

		// WHEN it spends the rest in the last millisecond of its period.
		at(7 * PERIOD / 2 - 1);
		assert_ok!(spend(&machine, Purchase, 9));
		assert_noop!(spend(&machine, Purchase, 1), Error::<Test>::OverSpendingCap);

		// THEN the next period begins with what it spends in the next one, and lasts as long.
		at(7 * PERIOD / 2);
		assert_noop!(spend(&machine, Purchase, 11), Error::<Test>::OverSpendingCap);
		assert_ok!(spend(&machine, Purchase, 10));
		at(9 * PERIOD / 2 - 1);
		assert_noop!(spend(&machine, Purchase, 1), Error::<Test>::OverSpendingCap);
		// AND periods in which nothing is spent do not add up.
		at(99 * PERIOD);
		assert_ok!(spend(&machine, Purchase, 10));
		assert_noop!(spend(&machine, Purchase, 1), Error::<Test>::OverSpendingCap);
	});
}

#[test]
fn a_budget_without_a_period_is_spent_once() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = with_policy(SpendingPolicy {
			period: 0,
			..policy(Purchase, 10)
		});
		assert_ok!(spend(&machine, Purchase, 10));
		at(MAX_PERIOD);
		assert_noop!(spend(&machine, Purchase, 1), Error::<Test>::OverSpendingCap);
		assert_ok!(set(machine, Some(policy(Purchase, 10))));
		assert_ok!(spend(&machine, Purchase, 10));
	});
}

#[test]
fn a_renewed_record_is_the_old_one_with_nothing_spent() {
	let budget = |spent| Budget {
		asset: NATIVE,
		per_period: 10,
		spent,
	};
	let at_start = SpendingRecord::from(policy(Bond, 10));
	assert_eq!(at_start.budgets.to_vec(), [budget(0)]);
	let record = SpendingRecord {
		renews_at: 1_000,
		budgets: vec![budget(7)].try_into().expect("one of 8"),
		..at_start.clone()
	};

	assert_eq!(record.clone().at(999), record);
	let renewed = SpendingRecord {
		renews_at: 1_000 + PERIOD,
		..at_start.clone()
	};
	assert_eq!(record.clone().at(1_000), renewed);
	let never = SpendingRecord { period: 0, ..record };
	assert_eq!(never.clone().at(u64::MAX), never);
}

#[test]
fn refuses_policies_that_cannot_be() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		for period in [1, MIN_PERIOD - 1, MAX_PERIOD + 1, u64::MAX] {
			let policy = SpendingPolicy {
				period,
				..policy(Bond, 1)
			};
			assert_noop!(set(machine, Some(policy)), Error::<Test>::PeriodOutOfRange);
		}
		let cap = |per_period| SpendingCap {
			asset: NATIVE,
			per_period,
		};
		let twice = SpendingPolicy {
			caps: vec![cap(1), cap(2)].try_into().expect("two of 8"),
			..policy(Bond, 1)
		};
		assert_noop!(set(machine, Some(twice)), Error::<Test>::NamedTwice);
		let twice = SpendingPolicy {
			purposes: vec![Bond, Purchase, Bond].try_into().expect("three of 8"),
			..policy(Bond, 1)
		};
		assert_noop!(set(machine, Some(twice)), Error::<Test>::NamedTwice);
		for period in [0, MIN_PERIOD, MAX_PERIOD] {
			let policy = SpendingPolicy {
				period,
				..policy(Bond, 1)
			};
			assert_ok!(set(machine, Some(policy)));
		}
	});
}

#[test]
fn a_thief_sets_no_policy() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = with_policy(policy(Bond, 1));
		for who in [key(1), stranger(), machine.account()] {
			for policy in [None, Some(policy(Purchase, Balance::MAX))] {
				let call = Call::set_spending_policy { machine, policy };
				assert_noop!(signed(&who, call), Error::<Test>::NotOwner);
			}
		}
	});
}

#[test]
fn the_owner_takes_a_policy_away() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = with_policy(policy(Purchase, 10));
		assert_ok!(set(machine, None));
		assert_noop!(spend(&machine, Purchase, 1), Error::<Test>::PurposeNotAllowed);
	});
}

#[test]
fn the_indexes_of_purposes_never_move() {
	assert_eq!([Purchase, Bond].map(|purpose| purpose.encode()), [vec![0], vec![1]]);
}

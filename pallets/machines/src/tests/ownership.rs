//! A machine changes hands, and nobody is cheated.

use super::{
	fees::{assert_refused, refused, sponsored},
	signed,
};
use crate::{
	fees::*, mock::*, Call, Error, Event, FeeRecord, Fees, HoldReason, Machines as Records, Registrations, Spending,
};
use bpiiot_primitives::{Actor, Actors, AssetKind, MachineId, SpendPolicy, SpendPurpose};
use frame_support::{
	assert_noop, assert_ok,
	traits::{
		fungible::{Inspect, InspectHold, MutateHold},
		tokens::Precision::Exact,
	},
};
use sp_runtime::{ArithmeticError, DispatchResult, TokenError};

/// An account that could sign as a key as well.
fn buyer() -> AccountId {
	key(50)
}

fn world() -> ExtBuilder {
	ExtBuilder::default().balance(buyer(), ENDOWMENT)
}

fn offer(machine: MachineId, to: Option<AccountId>) -> DispatchResult {
	signed(&owner(), Call::offer_ownership { machine, to })
}

fn accept(who: &AccountId, machine: MachineId, at_least: Balance) -> DispatchResult {
	signed(who, Call::accept_ownership { machine, at_least })
}

/// A machine of [`buyer`], who has it from [`owner`].
fn sold(seed: u8) -> MachineId {
	let machine = registered(seed);
	assert_ok!(offer(machine, Some(buyer())));
	assert_ok!(accept(&buyer(), machine, 0));
	machine
}

fn held(who: &AccountId) -> Balance {
	Balances::balance_on_hold(&HoldReason::MachineDeposit.into(), who)
}

#[test]
fn the_machine_goes_over_with_its_money_and_without_its_limits() {
	world().build_and_execute(|| {
		// GIVEN a machine that has earned, was seen, may spend and is frozen.
		let machine = registered(1);
		let (to, spending) = (Some(buyer()), Some(policy(SpendPurpose::Purchase, 1_000)));
		assert_ok!(signed(
			&stranger(),
			Call::deposit {
				machine,
				asset: NATIVE,
				amount: 1_234
			}
		));
		assert_eq!(Tx::new(&key(1), sponsored(machine)).apply(), Ok(Ok(())));
		assert_ok!(signed(
			&owner(),
			Call::set_spending_policy {
				machine,
				policy: spending
			}
		));
		assert_ok!(signed(&owner(), Call::freeze { machine }));
		let (seller, stored) = (Balances::balance(&owner()), record(&machine));

		// WHEN its owner offers it and the buyer accepts.
		assert_ok!(offer(machine, to.clone()));
		System::assert_last_event(
			Event::OwnershipOffered {
				machine,
				to: to.clone(),
			}
			.into(),
		);
		assert_eq!(record(&machine).offered_to, to);
		assert_eq!(record(&machine).owner, owner(), "an offer changes nothing");
		assert_ok!(accept(&buyer(), machine, 1_234));

		// THEN it is his, with everything that is the machine's own, and nothing is left of the offer and the freeze.
		let expected = crate::Machine {
			owner: buyer(),
			offered_to: None,
			frozen: false,
			..stored
		};
		assert_eq!(record(&machine), expected);
		assert_eq!(Balances::balance(&machine.account()), 1_234);
		// AND each has on hold what is his.
		assert_eq!((held(&owner()), held(&buyer())), (0, DEPOSIT));
		assert_eq!(Balances::balance(&owner()), seller + DEPOSIT);
		assert_eq!(Balances::balance(&buyer()), ENDOWMENT - DEPOSIT);
		// AND he pays nothing that he did not allow himself.
		let nothing = FeeRecord {
			last_seen: START,
			..Default::default()
		};
		assert_eq!(Fees::<Test>::get(machine), Some(nothing));
		assert!(!Spending::<Test>::contains_key(machine));
		assert_eq!([owner(), buyer()].map(Registrations::<Test>::get), [1, 1]);
		System::assert_last_event(
			Event::OwnershipTransferred {
				machine,
				from: owner(),
				to: buyer(),
				deposit: DEPOSIT,
			}
			.into(),
		);
	});
}

#[test]
fn only_who_was_offered_it_last_takes_it_over() {
	world().build_and_execute(|| {
		let machine = registered(1);
		assert_noop!(accept(&buyer(), machine, 0), Error::<Test>::NotOffered);
		assert_ok!(offer(machine, Some(stranger())));
		for who in [buyer(), owner(), key(1), machine.account()] {
			assert_noop!(accept(&who, machine, 0), Error::<Test>::NotOffered);
		}

		assert_ok!(offer(machine, Some(buyer())));
		assert_noop!(accept(&stranger(), machine, 0), Error::<Test>::NotOffered);
		assert_ok!(offer(machine, None));
		System::assert_last_event(Event::OwnershipOffered { machine, to: None }.into());
		assert_noop!(accept(&buyer(), machine, 0), Error::<Test>::NotOffered);

		assert_ok!(offer(machine, Some(buyer())));
		assert_ok!(accept(&buyer(), machine, 0));
		assert_noop!(accept(&buyer(), machine, 0), Error::<Test>::NotOffered);
	});
}

#[test]
fn a_buyer_is_not_cheated_of_the_money_that_he_bought() {
	world().build_and_execute(|| {
		// GIVEN a machine that is sold with the money in its account, a part of which is a bond.
		let machine = registered(1);
		let (account, reason) = (machine.account::<AccountId>(), HoldReason::MachineDeposit.into());
		assert_ok!(signed(
			&stranger(),
			Call::deposit {
				machine,
				asset: NATIVE,
				amount: 1_000
			}
		));
		assert_ok!(offer(machine, Some(buyer())));

		// WHEN its owner withdraws before the buyer's transaction, or the money is on hold.
		assert_ok!(signed(
			&owner(),
			Call::withdraw {
				machine,
				asset: NATIVE,
				amount: 1
			}
		));
		assert_noop!(accept(&buyer(), machine, 1_000), Error::<Test>::TooLittleMoney);
		assert_ok!(signed(
			&owner(),
			Call::deposit {
				machine,
				asset: NATIVE,
				amount: 1
			}
		));
		assert_ok!(Balances::hold(&reason, &account, 300));
		for at_least in [1_000, 700 - ED + 1, Balance::MAX] {
			assert_noop!(accept(&buyer(), machine, at_least), Error::<Test>::TooLittleMoney);
		}

		// THEN he has bought nothing, and pays when all is there: what he could withdraw at once.
		assert_eq!((record(&machine).owner, held(&buyer())), (owner(), 0));
		assert_ok!(accept(&buyer(), machine, 700 - ED));
		let amount = 700 - ED;
		assert_ok!(signed(
			&buyer(),
			Call::withdraw {
				machine,
				asset: NATIVE,
				amount
			}
		));
		assert_ok!(Balances::release(&reason, &account, 300, Exact));
	});
}

#[test]
fn the_sellers_copy_of_the_key_costs_the_buyer_nothing() {
	world().build_and_execute(|| {
		let machine = sold(1);
		let before = Balances::balance(&buyer());

		// It pays no fee, rotates itself into nothing, and buys nothing.
		assert_refused(Tx::new(&key(1), sponsored(machine)), refused(ALLOWANCE_TOO_SMALL));
		let rotate = |proof| Call::rotate_key {
			machine,
			new_key: key(9),
			proof,
		};
		assert_noop!(
			signed(&key(1), rotate(rotation_proof(&machine, 9))),
			Error::<Test>::AllowanceTooSmall
		);
		let actor: Actor<AccountId> =
			Machines::ensure_actor(RuntimeOrigin::signed(key(1))).expect("it is the key until he rotates");
		assert_noop!(
			Machines::spend(&actor, SpendPurpose::Purchase, &AssetKind::Native, 1),
			Error::<Test>::PurposeNotAllowed
		);
		assert_eq!(Balances::balance(&buyer()), before);

		// And he makes it worthless before he allows anything.
		assert_ok!(signed(&buyer(), rotate(rotation_proof(&machine, 9))));
		let allowance = hourly(ALLOWANCE);
		assert_ok!(signed(&buyer(), Call::set_fee_allowance { machine, allowance }));
		assert_refused(Tx::new(&key(1), sponsored(machine)), refused(KEY_RETIRED));
		assert_eq!(Tx::new(&key(9), sponsored(machine)).apply(), Ok(Ok(())));
		assert_eq!(Balances::balance(&buyer()), before - ROTATION_FEE - FEE);
	});
}

#[test]
fn the_seller_is_a_stranger_afterwards() {
	world().build_and_execute(|| {
		let machine = sold(1);
		for call in [
			Call::withdraw {
				machine,
				asset: NATIVE,
				amount: 1,
			},
			Call::freeze { machine },
			Call::decommission { machine },
			Call::offer_ownership {
				machine,
				to: Some(stranger()),
			},
			Call::set_spending_policy { machine, policy: None },
		] {
			assert_noop!(signed(&owner(), call), Error::<Test>::NotOwner);
		}
		assert!(!Machines::controls(&owner(), &machine));
		assert!(Machines::controls(&buyer(), &machine));
	});
}

#[test]
fn each_pays_the_deposit_of_his_time() {
	world().build_and_execute(|| {
		// GIVEN a machine of the time when the deposit was lower.
		let machine = registered(1);
		let (old, reason) = (DEPOSIT / 2, HoldReason::MachineDeposit.into());
		Records::<Test>::mutate_extant(machine, |stored| stored.deposit = old);
		assert_ok!(Balances::release(&reason, &owner(), DEPOSIT - old, Exact));

		assert_ok!(offer(machine, Some(buyer())));
		assert_ok!(accept(&buyer(), machine, 0));

		assert_eq!((held(&owner()), held(&buyer())), (0, DEPOSIT));
		assert_eq!(record(&machine).deposit, DEPOSIT);
		assert_ok!(signed(&buyer(), Call::decommission { machine }));
		assert_eq!(Balances::balance(&buyer()), ENDOWMENT);
	});
}

#[test]
fn a_buyer_who_cannot_pay_the_deposit_takes_nothing_over() {
	let poor = account(b"poor");
	world().balance(poor.clone(), DEPOSIT + ED - 1).build_and_execute(|| {
		let machine = registered(1);
		assert_ok!(offer(machine, Some(poor.clone())));
		assert_noop!(accept(&poor, machine, 0), TokenError::FundsUnavailable);

		let transfer = pallet_balances::Call::transfer_keep_alive {
			dest: poor.clone(),
			value: 1,
		};
		let paid =
			sp_runtime::traits::Dispatchable::dispatch(RuntimeCall::from(transfer), RuntimeOrigin::signed(stranger()));
		assert!(paid.is_ok());
		assert_ok!(accept(&poor, machine, 0));
		assert_eq!(Balances::balance(&poor), ED);
	});
}

#[test]
fn machines_are_offered_no_machines() {
	world().build_and_execute(|| {
		let (machine, sibling) = (registered(1), registered(2));
		decommissioned(3);
		rotated(&sibling, 4);
		for to in [key(1), key(2), key(3), key(4), machine.account(), sibling.account()] {
			assert_noop!(offer(machine, Some(to)), Error::<Test>::OwnerIsMachine);
		}
		assert_noop!(offer(machine, Some(owner())), Error::<Test>::AlreadyOwner);
	});
}

#[test]
fn who_became_a_key_in_between_takes_nothing_over() {
	world().build_and_execute(|| {
		let machine = registered(1);
		assert_ok!(offer(machine, Some(buyer())));
		registered(50);

		assert_noop!(accept(&buyer(), machine, 0), Error::<Test>::OwnerIsMachine);
	});
}

#[test]
fn who_took_a_machine_over_never_becomes_a_key() {
	world().build_and_execute(|| {
		// GIVEN a buyer who never registered anything, and has no machine any more.
		let machine = sold(1);
		assert_ok!(signed(&buyer(), Call::decommission { machine }));

		assert_noop!(try_register(&owner(), 50), Error::<Test>::KeyIsOwner);
		let machine = registered(2);
		let call = Call::rotate_key {
			machine,
			new_key: buyer(),
			proof: rotation_proof(&machine, 50),
		};
		assert_noop!(signed(&owner(), call), Error::<Test>::KeyIsOwner);
	});
}

#[test]
fn a_registrations_proof_counts_what_was_taken_over() {
	world().build_and_execute(|| {
		let before = proof(&buyer(), 2);
		sold(1);
		let call = |proof| Call::register {
			key: key(2),
			proof,
			profile: profile(),
			encryption_key: ENCRYPTION_KEY,
			fee_allowance: once(0),
		};

		assert_noop!(signed(&buyer(), call(before)), Error::<Test>::BadProof);
		assert_ok!(signed(&buyer(), call(proof(&buyer(), 2))));
		assert_eq!(Registrations::<Test>::get(buyer()), 2);
	});
}

#[test]
fn refuses_when_the_buyers_nonces_are_used_up() {
	world().build_and_execute(|| {
		let machine = registered(1);
		assert_ok!(offer(machine, Some(buyer())));
		Registrations::<Test>::insert(buyer(), u32::MAX);
		assert_noop!(accept(&buyer(), machine, 0), ArithmeticError::Overflow);
	});
}

#[test]
fn a_machine_is_sold_on_and_back() {
	world().build_and_execute(|| {
		let machine = sold(1);
		for (from, to) in [(buyer(), stranger()), (stranger(), owner())] {
			let offer = Call::offer_ownership {
				machine,
				to: Some(to.clone()),
			};
			assert_ok!(signed(&from, offer));
			assert_ok!(accept(&to, machine, 0));
		}
		assert_eq!([owner(), buyer(), stranger()].map(|who| held(&who)), [DEPOSIT, 0, 0]);
		assert_eq!(
			[owner(), buyer(), stranger()].map(Registrations::<Test>::get),
			[2, 1, 1]
		);
	});
}

#[test]
fn open_work_goes_over_with_the_machine() {
	world().build_and_execute(|| {
		Busy::set(vec![MachineId::from_first_key(&key(1))]);
		let machine = sold(1);
		assert_noop!(
			signed(&buyer(), Call::decommission { machine }),
			Error::<Test>::WorkOpen
		);
	});
}

//! try-state sees what is broken.

use crate::{mock::*, HoldReason, Name, Names, Pair, Pairs, Place, Shelf, Stars, Suppliers as Records, SuppliersBy};
use frame_support::{
	assert_ok,
	storage::with_transaction,
	traits::{fungible::MutateHold, GetStorageVersion, Hooks},
};
use sp_runtime::{DispatchError, TransactionOutcome, TryRuntimeError};

/// Runs `break_it` on a state with a profile, a rated deal and another one years ago, and tells what try-state says.
fn broken_by(break_it: impl FnOnce()) -> TryRuntimeError {
	let mut said = Ok(());
	build_and_execute(|| {
		let _ = with_transaction(|| {
			assert_ok!(publish(SUPPLIER, SUPPLIER, oil()));
			Deal::over(100 * BPI).between(NEIGHBOUR, SUPPLIER).settled();
			days_pass(1_800);
			assert_ok!(forget_pair(SUPPLIER, NEIGHBOUR));
			let deal = Deal::over(10 * BPI).settled();
			assert_ok!(rate(CUSTOMER, deal, Stars::Three));
			Suppliers::do_try_state().expect("nothing is broken yet");
			break_it();
			said = Suppliers::do_try_state();
			TransactionOutcome::Rollback(Ok::<(), DispatchError>(()))
		});
	});
	said.expect_err("try-state must see the damage")
}

fn change_name(change: impl FnOnce(&mut Name)) {
	Names::<Test>::mutate(SUPPLIER, |name| change(name.as_mut().expect("it has counted")));
}

fn change_pair(change: impl FnOnce(&mut Pair)) {
	Pairs::<Test>::mutate(SUPPLIER, CUSTOMER, |pair| change(pair.as_mut().expect("it has given")));
}

#[test]
fn try_state_sees_each_kind_of_damage_to_a_name() {
	let other = TryRuntimeError::Other;
	let more = "invariant 8: more has come, failed or been lost than was settled";
	let breaks: [fn(&mut Name); 3] = [
		|name| name.sums.punctual = name.sums.settled + 1,
		|name| name.sums.failed = name.sums.settled + 1,
		|name| name.sums.lost = name.sums.settled + 1,
	];
	for break_it in breaks {
		assert_eq!(broken_by(|| change_name(break_it)), other(more));
	}
	// As if an agreement had been rated twice.
	let rated_again = |name: &mut Name| name.sums.rate(Stars::Five, 10 * BPI);
	assert_eq!(
		broken_by(|| change_name(rated_again)),
		other("invariant 8: more was rated than was settled")
	);
	let differs = other("invariant 8: a name differs from what its pairs have given");
	let breaks: [fn(&mut Name); 3] = [
		|name| name.sums.settled += BPI / 1_000,
		|name| name.forgotten = 0,
		|name| name.forgotten += BPI,
	];
	for break_it in breaks {
		assert_eq!(broken_by(|| change_name(break_it)), differs);
	}
	assert_eq!(broken_by(|| change_pair(|pair| pair.given -= BPI)), differs);
	assert_eq!(broken_by(|| Pairs::<Test>::remove(SUPPLIER, CUSTOMER)), differs);
	let copied = || Pairs::<Test>::insert(SUPPLIER, STRANGER, pair(SUPPLIER, CUSTOMER));
	assert_eq!(broken_by(copied), differs);
}

#[test]
fn try_state_sees_each_kind_of_damage_to_a_pair() {
	let other = TryRuntimeError::Other;
	let too_much = || {
		change_pair(|pair| pair.given = PAIR_LIMIT + 1);
		change_name(|name| name.sums.settled = name.forgotten + PAIR_LIMIT + 1);
	};
	assert_eq!(
		broken_by(too_much),
		other("invariant 8: a pair has given more than its limit")
	);
	let own = || {
		Pairs::<Test>::insert(SUPPLIER, SUPPLIER, pair(SUPPLIER, CUSTOMER));
		Pairs::<Test>::remove(SUPPLIER, CUSTOMER);
	};
	assert_eq!(broken_by(own), other("invariant 8: somebody has given to his own name"));
	assert_eq!(
		broken_by(|| Names::<Test>::remove(SUPPLIER)),
		other("invariant 8: a pair has given to no name")
	);
	assert_eq!(
		broken_by(|| change_pair(|pair| pair.day += 1)),
		other("invariant 8: a pair has given after its name was touched")
	);
}

#[test]
fn try_state_sees_what_is_missing_misplaced_or_left_over_on_the_shelves() {
	let shelf = |area: &str| Shelf {
		category: text("cutting-oil"),
		area: text(area),
	};
	let place = || Records::<Test>::get(SUPPLIER).expect("published").place;
	let breaks: [&dyn Fn(); 6] = [
		&|| SuppliersBy::<Test>::remove(shelf("DE"), place()),
		&|| SuppliersBy::<Test>::insert(shelf("FR"), place(), SUPPLIER),
		&|| SuppliersBy::<Test>::insert(shelf(""), Place([7; 8]), SUPPLIER),
		&|| SuppliersBy::<Test>::insert(shelf(""), place(), STRANGER),
		&|| {
			Records::<Test>::mutate(SUPPLIER, |record| {
				record.as_mut().expect("published").place = Place([7; 8])
			})
		},
		&|| {
			Records::<Test>::mutate(SUPPLIER, |record| {
				record.as_mut().expect("published").profile = profile(&["oil"], &[])
			})
		},
	];
	for break_it in breaks {
		assert_eq!(
			broken_by(break_it),
			TryRuntimeError::Other("the suppliers on the shelves differ from the profiles")
		);
	}
}

#[test]
fn try_state_sees_deposits_without_a_profile_and_profiles_without_a_deposit() {
	let differ = TryRuntimeError::Other("invariant 9: deposits for profiles differ from the profiles");
	let stray = || Balances::hold(&HoldReason::Profile.into(), &STRANGER, 20).expect("funded");
	assert_eq!(broken_by(stray), differ);
	let change = |change: fn(&mut crate::SupplierOf<Test>)| {
		Records::<Test>::mutate(SUPPLIER, |record| change(record.as_mut().expect("published")));
	};
	assert_eq!(broken_by(|| change(|record| record.deposit = 0)), differ);
	assert_eq!(broken_by(|| change(|record| record.depositor = STRANGER)), differ);
	let nobody = || {
		let mut record = Records::<Test>::get(SUPPLIER).expect("published");
		(record.depositor, record.place) = (77, Place([7; 8]));
		record.profile.categories = Default::default();
		Records::<Test>::insert(77, record);
	};
	assert_eq!(
		broken_by(nobody),
		TryRuntimeError::Other("invariant 9: a deposit of an account that does not exist")
	);
}

#[test]
fn the_pallet_accepts_its_configuration_and_has_a_storage_version() {
	empty().execute_with(|| {
		<Suppliers as Hooks<u64>>::integrity_test();
		assert_eq!(Suppliers::in_code_storage_version(), 1);
	});
}

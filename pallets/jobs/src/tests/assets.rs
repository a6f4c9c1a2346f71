//! Work that is paid in an asset, by people who have nothing else.

use crate::{mock::*, Error, JobState, Outcome};
use bpiiot_primitives::EscrowView;
use frame_support::{assert_noop, assert_ok};
use sp_core::H256;
use sp_runtime::FixedU128;

type EscrowError = pallet_escrow::Error<Test>;

fn order(offer: bpiiot_primitives::OfferId) -> sp_runtime::DispatchResult {
	Jobs::order(
		signed(&customer()),
		offer,
		1,
		5,
		Balance::MAX,
		H256::zero(),
		Default::default(),
		START + DEADLINE,
		None,
	)
}

#[test]
fn a_customer_and_a_machine_need_no_native_token() {
	build_and_execute(|| {
		// GIVEN a machine that nobody ever gave a native token, with dollars for its bond, and such a customer.
		let (id, account) = (penniless(1), machine(1).account());
		assert_ok!(Machines::deposit(signed(&stranger()), id, DOLLAR, BOND + MINIMUM));
		may_post_bonds(id);
		assert_ok!(Balances::transfer_all(signed(&customer()), stranger(), false));
		let no_native_token = || {
			for who in [&customer(), &account, &key(1)] {
				assert_eq!(money(who), (0, 0));
			}
		};

		// WHEN the job goes its way, step by step.
		let job = ordered(published(terms_in(DOLLAR)), 5);
		no_native_token();
		assert_ok!(Jobs::accept(signed(&key(1)), job));
		no_native_token();
		assert_eq!(money_in(DOLLAR, &account), (BOND + MINIMUM, BOND));
		assert_ok!(Jobs::start(signed(&key(1)), job));
		assert_ok!(Jobs::deliver(signed(&key(1)), job, 5, H256::zero()));
		assert_ok!(Jobs::approve(signed(&customer()), job, 5));
		no_native_token();
		assert_ok!(Jobs::remove(signed(&customer()), job));
		no_native_token();

		// THEN all is paid, and the owner takes it.
		let paid = 5 * UNIT_PRICE + DOLLAR_FEE;
		assert_eq!(money_in(DOLLAR, &customer()), (ENDOWMENT - paid, 0));
		let earned = BOND + MINIMUM + 5 * UNIT_PRICE;
		assert_eq!(money_in(DOLLAR, &account), (earned, 0));
		assert_ok!(Machines::withdraw(signed(&owner()), id, DOLLAR, earned));
		assert_eq!(money_in(DOLLAR, &owner()), (ENDOWMENT + earned, 0));
	});
}

#[test]
fn a_machine_with_nothing_at_all_is_paid_in_an_asset() {
	build_and_execute(|| {
		penniless(1);
		let free = crate::OfferTerms {
			bond: 0,
			..terms_in(DOLLAR)
		};
		take(ordered(published(free), 5), Stage::Settled);
		assert_eq!(money_in(DOLLAR, &machine(1).account()), (5 * UNIT_PRICE, 0));
		assert_eq!(money(&machine(1).account()), (0, 0));
		assert_eq!(pallet_escrow::Credits::<Test>::iter().count(), 0);
	});
}

#[test]
fn the_record_says_what_is_on_hold_and_for_whom() {
	build_and_execute(|| {
		let job = record(job_in(DOLLAR, Stage::Accepted));
		assert_eq!((job.customer(), job.asset()), (&customer(), DOLLAR));
		assert_eq!(job.deposit(), DOLLAR_DEPOSIT);
		assert_eq!(*job.escrow.payee(), machine(1).account());
		assert_eq!((job.escrow.held(), job.escrow.fee()), (5 * UNIT_PRICE, DOLLAR_FEE));
		assert_eq!((job.escrow.bond(), job.escrow.has_ended()), (BOND, false));
	});
}

#[test]
fn an_asset_that_is_not_listed_any_more_buys_nothing() {
	build_and_execute(|| {
		registered(1);
		let offer = published(terms_in(DOLLAR));
		assert_ok!(Escrow::delist_asset(RuntimeOrigin::root(), DOLLAR));
		assert_noop!(order(offer), EscrowError::AssetNotListed);
	});
}

#[test]
fn an_asset_without_a_rate_buys_nothing() {
	build_and_execute(|| {
		registered(1);
		let offer = published(terms_in(DOLLAR));
		DollarRate::set(&None);
		assert_noop!(order(offer), EscrowError::NoRate);
	});
}

#[test]
fn an_asset_that_is_delisted_meanwhile_pays_what_was_ordered() {
	build_and_execute(|| {
		let job = job_in(DOLLAR, Stage::Ordered);
		assert_ok!(Escrow::delist_asset(RuntimeOrigin::root(), DOLLAR));
		DollarRate::set(&None);
		assert_noop!(order(record(job).offer), EscrowError::AssetNotListed);
		take(job, Stage::Settled);
		assert_ok!(Jobs::remove(signed(&customer()), job));
		assert_eq!(money_in(DOLLAR, &machine(1).account()), (10_000 + 5 * UNIT_PRICE, 0));
	});
}

#[test]
fn the_deposit_that_comes_back_is_the_one_that_was_paid() {
	build_and_execute(|| {
		let job = job_in(DOLLAR, Stage::Settled);
		DollarRate::set(&Some(FixedU128::from_u32(1)));
		assert_ok!(Jobs::remove(signed(&customer()), job));
		assert_eq!(
			money_in(DOLLAR, &customer()),
			(ENDOWMENT - 5 * UNIT_PRICE - DOLLAR_FEE, 0)
		);
	});
}

#[test]
fn a_blocked_machine_is_paid_when_it_is_not_any_more() {
	build_and_execute(|| {
		let job = job_in(DOLLAR, Stage::Delivered);
		let account: AccountId = machine(1).account();
		block(account.clone());
		// Unit by unit, then by silence.
		assert_ok!(Jobs::approve(signed(&customer()), job, 1));
		assert_ok!(Jobs::reject(signed(&customer()), job, 1, H256::zero()));
		at(REVIEW_WINDOW + 1);
		assert_ok!(Jobs::expire(signed(&stranger()), job));
		assert_eq!(record(job).state, JobState::Settled(Outcome::Completed));
		try_state();

		let earned = 4 * UNIT_PRICE + UNIT_PRICE / 5;
		let claim =
			|holder: &AccountId| Escrow::claim_credit(signed(&stranger()), holder.clone(), DOLLAR, account.clone());
		// The price waits at the customer, the machine's own bond at the machine.
		assert_eq!(money_in(DOLLAR, &account), (10_000, BOND));
		assert!(claim(&customer()).is_err());
		thaw(account.clone());
		assert_ok!(claim(&customer()));
		assert_ok!(claim(&account));
		assert_eq!(money_in(DOLLAR, &account), (10_000 + earned, 0));
	});
}

#[test]
fn a_blocked_customer_does_not_keep_the_machine_from_its_pay() {
	build_and_execute(|| {
		let job = job_in(DOLLAR, Stage::Delivered);
		block(customer());
		at(REVIEW_WINDOW + 1);
		idle();
		assert_eq!(record(job).state, JobState::Settled(Outcome::Completed));
		assert_eq!(money_in(DOLLAR, &machine(1).account()), (10_000 + 5 * UNIT_PRICE, 0));
		// He may remove his record; the deposit waits for him.
		assert_ok!(Jobs::remove(signed(&customer()), job));
		assert_eq!(money_in(DOLLAR, &customer()).1, DOLLAR_DEPOSIT);
		thaw(customer());
		assert_ok!(Escrow::claim_credit(
			signed(&stranger()),
			customer(),
			DOLLAR,
			customer()
		));
		assert_eq!(money_in(DOLLAR, &customer()).1, 0);
	});
}

#[test]
fn a_frozen_asset_stops_no_job_and_no_sweep() {
	build_and_execute(|| {
		let job = job_in(DOLLAR, Stage::Started);
		assert_ok!(Assets::freeze_asset(signed(&issuer()), DOLLAR_ID));
		at(DEADLINE + 1);
		idle();
		assert_eq!(record(job).state, JobState::Settled(Outcome::NotDelivered));
		// The customer's price and his share of the bond are where they were, and his.
		let credits = pallet_escrow::Credits::<Test>::iter().collect::<Vec<_>>();
		assert_eq!(credits.len(), 3, "{credits:?}");
		assert_ok!(Assets::thaw_asset(signed(&issuer()), DOLLAR_ID));
		for ((payee, asset, holder), _) in credits {
			assert_ok!(Escrow::claim_credit(signed(&stranger()), holder, asset, payee));
		}
		assert_eq!(
			money_in(DOLLAR, &customer()),
			(ENDOWMENT + BOND - DOLLAR_FEE, DOLLAR_DEPOSIT)
		);
	});
}

#[test]
fn a_blocked_account_orders_and_promises_nothing() {
	build_and_execute(|| {
		let job = job_in(DOLLAR, Stage::Ordered);
		block(machine(1).account());
		assert!(Jobs::accept(signed(&key(1)), job).is_err());
		block(customer());
		assert!(order(record(job).offer).is_err());
		assert_noop!(Jobs::start(signed(&key(1)), job), Error::<Test>::WrongState);
	});
}

//! What agreements count for a name.

use crate::{mock::*, standing, Event, Names, Pairs, Share};
use bpiiot_primitives::{AgreementRef, AssetKind};
use sp_runtime::{FixedU128, Permill};

const HALF: Permill = Permill::from_percent(50);

#[test]
fn a_deal_counts_its_value_and_says_so() {
	build_and_execute(|| {
		let deal = Deal {
			failed: Permill::from_percent(10),
			punctual: Permill::from_percent(80),
			lost: Permill::from_percent(5),
			..Deal::over(10 * BPI)
		};
		let id = deal.settled();
		assert_eq!(weight_of(id), 10 * BPI);
		System::assert_last_event(
			Event::<Test>::Counted {
				agreement: AgreementRef::Job(id),
				supplier: SUPPLIER,
				customer: CUSTOMER,
				weight: 10 * BPI,
				punctual: deal.punctual,
				failed: deal.failed,
				lost: deal.lost,
			}
			.into(),
		);
		let sums = name(SUPPLIER).sums;
		assert_eq!(
			(sums.settled, sums.punctual, sums.failed, sums.lost),
			(10 * BPI, 8 * BPI, BPI, BPI / 2)
		);
		assert_eq!(pair(SUPPLIER, CUSTOMER).given, 10 * BPI);
		let standing = Suppliers::standing(&SUPPLIER);
		let of = |percent| Share {
			share: Permill::from_percent(percent),
			weight: 10 * BPI,
		};
		assert_eq!(
			(standing.punctual, standing.failed, standing.lost),
			(of(80), of(10), of(5))
		);
		assert_eq!(standing.stars.weight, 0);
	});
}

#[test]
fn the_name_is_that_of_the_account_that_is_paid() {
	build_and_execute(|| {
		Deal::over(BPI).between(CUSTOMER, ROBOT).settled();
		assert_eq!(name(ROBOT).sums.settled, BPI);
		assert_eq!(name(OWNER).sums.settled, 0);
		assert_eq!(name(CUSTOMER).sums.settled, 0);
	});
}

#[test]
fn the_fee_bounds_what_counts() {
	build_and_execute(|| {
		let deal = Deal {
			fee: 10 * BPI / 1_000,
			..Deal::over(50 * BPI)
		};
		assert_eq!(deal.weight(), 2 * BPI);
		assert_eq!(deal.between(NEIGHBOUR, SUPPLIER).weight(), 2 * BPI);
		let nothing = Deal { fee: 0, ..deal };
		assert_eq!(nothing.between(STRANGER, SUPPLIER).weight(), 0);
	});
}

#[test]
fn what_has_no_value_counts_nothing_and_leaves_no_record() {
	build_and_execute(|| {
		let worthless = Deal {
			fee: BPI,
			..Deal::over(0)
		};
		let unlisted = Deal {
			asset: UNLISTED,
			..Deal::over(BPI)
		};
		assert_eq!((worthless.weight(), unlisted.weight()), (0, 0));
		assert_eq!((Names::<Test>::iter().count(), Pairs::<Test>::iter().count()), (0, 0));
		let is_ours = |event: &RuntimeEvent| matches!(event, RuntimeEvent::Suppliers(_));
		assert!(!System::events().iter().any(|record| is_ours(&record.event)));
	});
}

#[test]
fn an_asset_counts_at_the_rate_of_the_day() {
	build_and_execute(|| {
		let dollars = Deal {
			asset: DOLLAR,
			..Deal::over(2 * BPI)
		};
		assert_eq!(dollars.weight(), 6 * BPI);
		DollarRate::set(&Some(FixedU128::from_rational(1, 2)));
		assert_eq!(dollars.between(NEIGHBOUR, SUPPLIER).weight(), BPI);
		DollarRate::set(&None);
		assert_eq!(dollars.between(STRANGER, SUPPLIER).weight(), 0);
		// The native token needs no rate.
		let native = Deal::over(BPI).between(STRANGER, SUPPLIER);
		assert_eq!((native.asset, native.weight()), (AssetKind::Native, BPI));
	});
}

#[test]
fn a_pair_wears_out_and_others_do_not() {
	build_and_execute(|| {
		let half = Deal::over(PAIR_LIMIT / 2);
		assert_eq!(half.weight(), PAIR_LIMIT / 2);
		assert_eq!(half.weight(), PAIR_LIMIT / 4);
		assert_eq!(half.weight(), PAIR_LIMIT / 8);
		assert_eq!(pair(SUPPLIER, CUSTOMER).given, PAIR_LIMIT * 7 / 8);
		assert_eq!(half.between(NEIGHBOUR, SUPPLIER).weight(), PAIR_LIMIT / 2);
		assert_eq!(half.between(CUSTOMER, ROBOT).weight(), PAIR_LIMIT / 2);
	});
}

#[test]
fn one_deal_gives_no_more_than_a_pair_may() {
	build_and_execute(|| {
		assert_eq!(Deal::over(5 * PAIR_LIMIT).weight(), PAIR_LIMIT);
		assert_eq!(Deal::over(5 * PAIR_LIMIT).weight(), 0);
	});
}

#[test]
fn machines_of_one_owner_are_one_customer() {
	build_and_execute(|| {
		let half = Deal::over(PAIR_LIMIT / 2);
		assert_eq!(half.between(ROBOT, SUPPLIER).weight(), PAIR_LIMIT / 2);
		assert_eq!(half.between(PRINTER, SUPPLIER).weight(), PAIR_LIMIT / 4);
		assert_eq!(half.between(OWNER, SUPPLIER).weight(), PAIR_LIMIT / 8);
		assert_eq!(pair(SUPPLIER, OWNER).given, PAIR_LIMIT * 7 / 8);
	});
}

#[test]
fn all_weights_halve_in_180_days() {
	build_and_execute(|| {
		Deal {
			failed: HALF,
			..Deal::over(8 * BPI)
		}
		.settled();
		days_pass(180);
		let standing = Suppliers::standing(&SUPPLIER);
		assert_eq!((standing.failed.share, standing.failed.weight), (HALF, 4 * BPI));
		// A pair recovers as its name fades.
		assert_eq!(Deal::over(BPI).weight(), BPI - BPI * 4 / 1_000);
		assert_eq!(name(SUPPLIER).day, 20_180);
		assert_eq!(name(SUPPLIER).sums.failed, 2 * BPI);
	});
}

#[test]
fn looking_often_keeps_nothing_young() {
	build_and_execute(|| {
		Deal::over(8 * BPI).settled();
		let at_once = standing::aged(8 * BPI, 90);
		// Ten times a day, each time with a deal of two planck, of which one counts.
		for _ in 0..900 {
			Timestamp::set(&(Timestamp::get() + DAY / 10));
			assert!(Deal::over(2).between(NEIGHBOUR, SUPPLIER).weight() > 0);
		}
		let settled = name(SUPPLIER).sums.settled;
		assert!(settled.abs_diff(at_once) < 1_000, "{settled} and not {at_once}");
	});
}

/// From midnight to midnight.
#[test]
fn nothing_ages_within_a_day() {
	build_and_execute(|| {
		Deal::over(BPI).settled();
		Timestamp::set(&(START + DAY - 1));
		Deal::over(BPI).between(NEIGHBOUR, SUPPLIER).settled();
		assert_eq!(name(SUPPLIER).sums.settled, 2 * BPI);
		Timestamp::set(&(START + DAY));
		assert!(Suppliers::standing(&SUPPLIER).punctual.weight < 2 * BPI);
	});
}

#[test]
fn who_delivers_nothing_loses_by_what_he_had_promised() {
	build_and_execute(|| {
		Deal::over(DOUBT).broken().settled();
		assert_eq!(name(SUPPLIER).sums.failed, DOUBT);
		assert!(score(SUPPLIER) < PRIOR);
	});
}

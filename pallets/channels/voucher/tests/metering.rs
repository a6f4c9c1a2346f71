//! Sums: integers, rounded down over all, and no panic.

use bpiiot_voucher::{Metering, Tariff, Unit};
use proptest::prelude::*;

#[test]
fn nothing_is_lost_by_rounding() {
	// A unit for a third: a single one costs nothing, and three cost one.
	let tariff = Tariff { price: 1, per: 3 };
	assert_eq!(
		[1, 2, 3, 4, 6].map(|reading| tariff.amount_of(reading).unwrap()),
		[0, 0, 1, 1, 2]
	);
	assert_eq!([0, 1, 2].map(|amount| tariff.reading_for(amount)), [2, 5, 8]);
}

#[test]
fn what_is_no_metering_is_told() {
	let sound = Metering {
		unit: Unit(*b"WHR"),
		tariff: Tariff { price: 1, per: 1 },
		tick: 1,
	};
	assert!(sound.is_sound());
	let mut spoilt = [sound; 4];
	spoilt[0].tick = 0;
	spoilt[1].tariff.price = 0;
	spoilt[2].tariff.per = 0;
	spoilt[3].unit = Unit(*b"whr");
	assert!(spoilt.iter().all(|metering| !metering.is_sound()));
	assert!([*b"C62", *b"E4 "].iter().all(|code| Unit(*code).is_code()));
	assert!([*b"  C", *b"A B", [0; 3]].iter().all(|code| !Unit(*code).is_code()));
}

#[test]
fn no_number_makes_it_panic() {
	let tariff = Tariff {
		price: u128::MAX,
		per: 0,
	};
	assert_eq!(
		(tariff.amount_of(1), tariff.amount_of(2), tariff.reading_for(9)),
		(None, None, 0)
	);
	let tariff = Tariff { price: 0, per: 0 };
	assert_eq!(tariff.reading_for(u128::MAX), 0);
	let tariff = Tariff {
		price: u128::MAX,
		per: u64::MAX,
	};
	assert_eq!(tariff.amount_of(2), None);
	assert!(tariff.reading_for(u128::MAX) > 0);
}

proptest! {
	#[test]
	fn a_reading_for_an_amount_costs_no_more_and_the_next_one_does(price in 1..1_000u128, per in 1..1_000u64, amount in 0..1_000_000u128) {
		let tariff = Tariff { price, per };
		let reading = tariff.reading_for(amount);
		prop_assert!(tariff.amount_of(reading).unwrap() <= amount);
		prop_assert!(tariff.amount_of(reading + 1).unwrap() > amount);
	}

	#[test]
	fn any_amount_has_a_reading_that_it_pays(price in 1u128.., per in 1u64.., amount: u128) {
		let tariff = Tariff { price, per };
		if let Some(cost) = tariff.amount_of(tariff.reading_for(amount)) {
			prop_assert!(cost <= amount);
		}
	}
}

//! Rows come back as they were; what is no rows is refused.

use super::*;
use proptest::prelude::*;

const WINDOW: u64 = 1_800_000_000_000 - 1_800_000_000_000 % Tier::Second.window();

fn row() -> impl Strategy<Value = Row> {
	let readings = prop_oneof![
		2 => proptest::collection::vec(-20..20_i32, 1..5),
		1 => proptest::collection::vec(any::<i32>(), 1..5),
		2 => Just(vec![7]),
	];
	(readings, prop_oneof![4 => Just(1u64), 1 => 1..u64::MAX / 8]).prop_map(|(readings, times)| Row {
		count: readings.len() as u64 * times,
		min: *readings.iter().min().unwrap(),
		max: *readings.iter().max().unwrap(),
		sum: readings.iter().map(|raw| i128::from(*raw)).sum::<i128>() * i128::from(times),
	})
}

fn written(tier: Tier, window: u64, rows: &Rows) -> Vec<u8> {
	let mut bytes = Vec::new();
	write_rows(&mut bytes, tier, window, rows);
	bytes
}

fn read(bytes: &[u8], tier: Tier, window: u64) -> Option<Rows> {
	let mut rows = Rows::new();
	read_rows(bytes, tier, window, |start, row| {
		rows.insert(start, row);
	})?;
	Some(rows)
}

proptest! {
	#[test]
	fn rows_come_back_as_they_were(
		tier in prop::sample::select(Tier::ALL.to_vec()),
		steps in proptest::collection::btree_map(0..WINDOW_STEPS, row(), 0..60),
	) {
		let window = crate::tier::floor(WINDOW, tier.window());
		let rows: Rows = steps.into_iter().map(|(step, row)| (window + step * tier.step(), row)).collect();
		prop_assert_eq!(read(&written(tier, window, &rows), tier, window), Some(rows));
	}

	#[test]
	fn numbers_come_back(number: u64, long: u128, signed: i128) {
		let mut bytes = Vec::new();
		write_number(&mut bytes, number.into());
		write_number(&mut bytes, long);
		write_signed(&mut bytes, signed);
		let mut reader = Reader(&bytes);
		prop_assert_eq!((reader.number(), reader.long(), reader.signed()), (Some(number), Some(long), Some(signed)));
		prop_assert!(reader.0.is_empty());
	}

	#[test]
	fn bytes_that_are_no_rows_give_none_or_sound_ones(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
		let mut sound = true;
		let _ = read_rows(&bytes, Tier::Minute, 0, |start, row| {
			sound &= is_sound(&row) && start.is_multiple_of(Tier::Minute.step()) && start < Tier::Minute.window();
		});
		prop_assert!(sound);
	}
}

#[test]
fn a_row_of_no_readings_is_refused() {
	assert_eq!(read(&[NEXT | SAME_COUNT | FLAT | SAME_MIN], Tier::Second, 0), None);
}

#[test]
fn a_sum_that_cannot_be_is_refused() {
	let row = Row {
		count: 2,
		min: 1,
		max: 3,
		sum: 7,
	};
	let bytes = written(Tier::Second, 0, &Rows::from([(0, row)]));
	assert_eq!(read(&bytes, Tier::Second, 0), None);
}

#[test]
fn a_step_beyond_its_window_is_refused() {
	let mut bytes = vec![FLAT | SAME_MIN];
	write_number(&mut bytes, u128::from(WINDOW_STEPS));
	write_signed(&mut bytes, 1);
	assert_eq!(read(&bytes, Tier::Second, 0), None);
}

#[test]
fn what_is_constant_takes_a_byte_and_what_is_noisy_few() {
	let flat: Rows = (0..60)
		.map(|n| {
			(
				n * 1000,
				Row {
					count: 100,
					min: 5,
					max: 5,
					sum: 500,
				},
			)
		})
		.collect();
	assert!(written(Tier::Second, 0, &flat).len() <= 63);
	let noisy = |n: u64| Row {
		count: 100,
		min: 490 + (n * 7 % 11) as i32,
		max: 530 + (n * 5 % 11) as i32,
		sum: 51_000 + i128::from(n),
	};
	let noisy: Rows = (0..60).map(|n| (n * 1000, noisy(n))).collect();
	assert!(written(Tier::Second, 0, &noisy).len() <= 60 * 6);
}

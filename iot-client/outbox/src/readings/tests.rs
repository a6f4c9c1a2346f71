use super::*;
use proptest::prelude::*;

fn batch(values: &[(u16, u64, i32)]) -> ReadingBatch {
	ReadingBatch {
		channels: vec!["spindle".to_owned(), "heat".to_owned()],
		samples: values
			.iter()
			.map(|&(channel, at_ms, value)| Sample { channel, at_ms, value })
			.collect(),
	}
}

/// As a batch comes back: channel by channel.
fn grouped(batch: &ReadingBatch) -> ReadingBatch {
	let mut grouped = batch.clone();
	grouped.samples.sort_by_key(|sample| sample.channel);
	grouped
}

#[test]
fn keeps_the_layout_of_the_page() {
	let bytes = batch(&[(0, 1000, 5), (1, 1000, -1), (0, 1010, 6), (0, 1020, 4)])
		.encode()
		.unwrap();
	let expected = [
		&[1, 1, 2, 7][..],
		b"spindle",
		&[4],
		b"heat",
		// Three readings from 1000 on; one run: two steps of 10; values 5, +1, -2.
		&[3, 0xe8, 0x07, 0, 20, 20, 10, 2, 3],
		&[1, 0xe8, 0x07, 0, 1],
	]
	.concat();
	assert_eq!(bytes, expected);
}

#[test]
fn regular_readings_cost_little_more_than_their_values() {
	let samples = (0..20_000_u64)
		.map(|n| Sample {
			channel: (n % 20) as u16,
			at_ms: 1_800_000_000_000 + n / 20,
			value: 500 + (n as i32 * 7) % 50,
		})
		.collect();
	let batch = ReadingBatch {
		channels: (0..20).map(|n| format!("channel-{n}")).collect(),
		samples,
	};
	let bytes = batch.encode().unwrap();
	assert!(bytes.len() < 21_000, "{} bytes", bytes.len());
	assert_eq!(ReadingBatch::decode(&bytes).unwrap(), grouped(&batch));
}

#[test]
fn refuses_what_is_too_much() {
	let mut many = batch(&[]);
	many.samples = vec![
		Sample {
			channel: 0,
			at_ms: 0,
			value: 0
		};
		MAX_SAMPLES + 1
	];
	assert!(many.encode().unwrap_err().to_string().contains("131073"));
	let mut named = batch(&[]);
	named.channels.push("x".repeat(MAX_NAME_BYTES + 1));
	named.encode().unwrap_err();
	assert!(batch(&[(2, 0, 0)])
		.encode()
		.unwrap_err()
		.to_string()
		.contains("channel 2, of 2"));
}

#[test]
fn refuses_lengths_that_the_bytes_cannot_hold() {
	// One channel "a" that says it has many readings.
	for count in [&[0xff, 0xff, 0x07][..], &[0xff; 9], &[0xff; 11]] {
		let bytes = [&[1, 1, 1, 1, b'a'], count].concat();
		ReadingBatch::decode(&bytes).unwrap_err();
	}
	// A run that is longer than the column, an empty run, an unknown way, a value beyond 32 bits, bytes after the end.
	for column in [
		&[3, 0, 1, 2, 9, 0, 0, 0][..],
		&[3, 0, 1, 2, 0, 0, 0, 0],
		&[1, 0, 2, 0],
		&[1, 0, 0, 0x80, 0x80, 0x80, 0x80, 0x10],
		&[1, 0, 0, 0, 0],
	] {
		let bytes = [&[1, 1, 1, 1, b'a'], column].concat();
		ReadingBatch::decode(&bytes).unwrap_err();
	}
}

#[test]
fn downsampling_keeps_first_last_smallest_and_largest() {
	let values: Vec<_> = (0..64)
		.map(|n| {
			(
				0,
				n,
				if n == 21 {
					900
				} else if n == 37 {
					-900
				} else {
					0
				},
			)
		})
		.collect();
	let smaller = downsample(&batch(&values), 4);
	let kept: Vec<_> = smaller
		.samples
		.iter()
		.map(|sample| (sample.at_ms, sample.value))
		.collect();
	assert!(kept.len() <= 16, "{}", kept.len());
	for needed in [(0, 0), (15, 0), (16, 0), (21, 900), (37, -900), (63, 0)] {
		assert!(kept.contains(&needed), "{needed:?} of {kept:?}");
	}
}

#[test]
fn a_smaller_batch_says_by_how_much() {
	let values: Vec<_> = (0..4096_u64)
		.map(|n| (0, n * 3 + n % 2, (n as i32 * 37) % 1000))
		.collect();
	let bytes = batch(&values).encode().unwrap();
	assert_eq!(reduction(&bytes), Ok(1));
	let smaller = downsample_bytes(&bytes, 4).unwrap();
	let smallest = downsample_bytes(&smaller, 4).unwrap();
	assert_eq!((reduction(&smaller), reduction(&smallest)), (Ok(4), Ok(16)));
	assert!(smaller.len() < bytes.len() / 2 && smallest.len() < bytes.len() / 8);
	assert_eq!(downsample_bytes(b"no batch", 4), None);
}

fn any_batch() -> impl Strategy<Value = ReadingBatch> {
	(0..5_usize).prop_flat_map(|channels| {
		let time = prop_oneof![any::<u64>(), 0..50_u64];
		let sample = (0..channels.max(1) as u16, time, any::<i32>());
		let most = if channels == 0 { 0 } else { 200 };
		(
			proptest::collection::vec("[a-zä]{0,20}", channels),
			proptest::collection::vec(sample, 0..=most),
		)
			.prop_map(|(channels, samples)| ReadingBatch {
				channels,
				samples: samples
					.into_iter()
					.map(|(channel, at_ms, value)| Sample { channel, at_ms, value })
					.collect(),
			})
	})
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(512))]

	#[test]
	fn what_is_written_is_read(batch in any_batch()) {
		let bytes = batch.encode().unwrap();
		prop_assert_eq!(ReadingBatch::decode(&bytes).unwrap(), grouped(&batch));
	}

	#[test]
	fn refuses_each_beginning_and_never_panics(batch in any_batch(), cut in any::<prop::sample::Index>()) {
		let bytes = batch.encode().unwrap();
		let cut = cut.index(bytes.len());
		prop_assert!(ReadingBatch::decode(&bytes[..cut]).is_err());
	}

	#[test]
	fn any_bytes_are_read_or_refused(mut bytes in proptest::collection::vec(any::<u8>(), 0..400), known in any::<bool>()) {
		if let (true, Some(first)) = (known, bytes.first_mut()) {
			*first = VERSION;
		}
		if let Ok(batch) = ReadingBatch::decode(&bytes) {
			prop_assert!(batch.samples.len() <= bytes.len());
		}
	}

	#[test]
	fn downsampling_keeps_the_range_and_only_what_was_measured(batch in any_batch(), factor in 1..20_u32) {
		let smaller = downsample(&batch, factor);
		let whole = grouped(&batch);
		for channel in 0..batch.channels.len() as u16 {
			let of = |batch: &ReadingBatch| -> Vec<(u64, i32)> {
				batch.samples.iter().filter(|s| s.channel == channel).map(|s| (s.at_ms, s.value)).collect()
			};
			let (before, after) = (of(&whole), of(&smaller));
			let range = |all: &[(u64, i32)]| (all.iter().map(|s| s.1).min(), all.iter().map(|s| s.1).max());
			prop_assert_eq!(range(&before), range(&after));
			prop_assert_eq!((before.first(), before.last()), (after.first(), after.last()));
			prop_assert!(after.len() <= before.len().div_ceil(4 * factor as usize) * 4 || factor == 1);
			// In their order, and each of them measured.
			let mut rest = before.iter();
			prop_assert!(after.iter().all(|kept| rest.any(|measured| measured == kept)));
		}
	}
}

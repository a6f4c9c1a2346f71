//! Bounds of channels and of memory, and what a write costs.

use super::*;

#[test]
fn names_and_channels_are_bounded() {
	let (_, history) = history(Limits::default());
	for name in ["", &"x".repeat(MAX_NAME_BYTES + 1)] {
		assert!(matches!(history.channel(name, TENTHS), Err(HistoryError::Name { .. })));
	}
	let ids: Vec<_> = (0..MAX_CHANNELS)
		.map(|n| history.channel(&format!("{n}"), TENTHS).unwrap())
		.collect();
	assert_eq!(history.channel("7", TENTHS), Ok(ids[7]), "the same one again");
	let error = history.channel("one more", TENTHS).unwrap_err();
	assert!(
		error.to_string().contains("one more") && error.to_string().contains("256"),
		"{error}"
	);
	assert!(matches!(
		history.channel("7", Scale::ONE),
		Err(HistoryError::TooManyChannels { .. })
	));
	// All of them are written, and an id of another history does no harm.
	let sample = |channel| Sample {
		channel,
		at: T0,
		raw: 1,
	};
	ids.iter().for_each(|id| {
		history.add(&[sample(*id)]);
	});
	history.add(&[sample(ChannelId(u16::MAX))]);
	history.flush().unwrap();
	assert_eq!(counts(&history, "255", T0, T0 + 1, 1), [(T0, 1)]);
}

#[test]
fn after_restarts_with_ever_new_channels_the_oldest_names_are_forgotten() {
	let files = TestDisk::new(5);
	for life in 0..3 {
		let history = files.history(Limits::default());
		(0..MAX_CHANNELS / 2).for_each(|n| add(&history, &format!("{life}-{n}"), T0 + life * HOUR, 1));
		history.close().unwrap();
	}
	let history = files.history(Limits::default());
	let known = |name: &str| !counts(&history, name, T0, T0 + 3 * HOUR, 2000).is_empty();
	assert!(!known("0-0") && known("1-0") && known("2-127"));
}

#[test]
fn times_in_any_order_take_no_more_than_their_bound() {
	let (_, history) = history(Limits::default());
	let channel = history.channel("t", TENTHS).unwrap();
	for n in 0..crate::memory::MAX_ROWS as u64 * 2 {
		let at = (u64::MAX - n * 7_919 * SECOND) % (400 * DAY);
		history.add(&[Sample { channel, at, raw: 1 }]);
	}
	let stats = history.stats();
	assert!(stats.rows_waiting <= crate::memory::MAX_ROWS as u64 && stats.rows_lost > 0);
}

#[test]
fn nothing_is_written_when_nothing_came() {
	let (files, history) = history(Limits::default());
	add(&history, "t", T0, 1);
	history.flush().unwrap();
	let written = files.disk().written();
	history.flush().unwrap();
	history.flush_now().unwrap();
	assert_eq!(files.disk().written(), written);
	assert_eq!(history.stats().written_bytes, written);
}

#[test]
fn a_minute_of_six_channels_at_100_hz_writes_few_bytes_a_reading() {
	let (_, history) = history(Limits::default());
	let channels: Vec<_> = (0..6)
		.map(|n| history.channel(&format!("{n}"), TENTHS).unwrap())
		.collect();
	for minute in 0..60u64 {
		for n in 0..6000u64 {
			for (index, channel) in channels.iter().enumerate() {
				let noise = (n * 7919 + index as u64 * 31) % 41;
				let at = T0 + minute * MINUTE + n * 10;
				history.add(&[Sample {
					channel: *channel,
					at,
					raw: 512 + noise as i32,
				}]);
			}
		}
		history.flush().unwrap();
	}
	let stats = history.stats();
	assert_eq!(stats.readings, 60 * 36_000);
	let cost = stats.bytes_written_per_reading().unwrap();
	assert!(cost < 3.0, "{cost}");
}

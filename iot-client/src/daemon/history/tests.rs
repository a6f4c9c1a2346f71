//! What a machine that is played measures is kept, and is at hand.

use super::*;
use crate::{
	daemon::{
		bench::{Bench, COOLANT, SOON, TEMPERATURE},
		rules::in_unit,
	},
	disk::Files,
};
use tokio::task::yield_now;

const LINK: LinkId = LinkId(1);

struct Kept {
	bench: Bench,
	measured: Measured,
	stop: CancellationToken,
	task: JoinHandle<()>,
}

impl Kept {
	fn by(bench: Bench) -> Self {
		let store = Store::new(Arc::new(Files), Limits::default(), &bench.site).unwrap();
		Self::or_not(bench, Some(store))
	}

	fn or_not(bench: Bench, store: Option<Store>) -> Self {
		let stop = CancellationToken::new();
		let (measured, task) = start(store, bench.site.board.clone(), stop.clone());
		Self {
			bench,
			measured,
			stop,
			task,
		}
	}

	/// Waits until the newest value of a channel is this one.
	async fn shows(&self, channel: &str, value: f64) {
		let shown = async {
			while !self
				.measured
				.newest()
				.iter()
				.any(|reading| &*reading.channel == channel && reading.value == value)
			{
				yield_now().await;
			}
		};
		timeout(SOON, shown).await.unwrap();
	}

	/// The points of a channel over all that was measured by now.
	async fn points(&self, channel: &str) -> Vec<(u64, f64, f64, f64)> {
		let asked = HistoryQuery {
			channels: vec![channel.to_owned()],
			from: now_ms() - 600_000,
			to: now_ms() + 600_000,
			points: 1,
		};
		let mut series = timeout(SOON, self.measured.query(asked)).await.unwrap().unwrap();
		series.pop().unwrap().points
	}

	async fn end(self) -> Bench {
		self.stop.cancel();
		timeout(SOON, self.task).await.unwrap().unwrap();
		self.bench
	}
}

#[tokio::test]
async fn readings_are_at_hand_and_kept_in_their_unit() {
	let kept = Kept::by(Bench::new());
	for tenths in [455, 915, 235] {
		kept.bench.measure(LINK, TEMPERATURE, tenths);
	}
	kept.bench.measure(LINK, COOLANT, 1);
	kept.shows("temperature", 23.5).await;
	kept.shows("coolant", 1.0).await;
	let points = kept.points("temperature").await;
	let (_, min, mean, max) = points[0];
	assert_eq!((points.len(), min, max), (1, 23.5, 91.5));
	assert!((mean - 53.5).abs() < 1e-9, "{mean}");
	kept.end().await;
}

#[tokio::test]
async fn who_listens_hears_readings_in_batches_and_in_their_order() {
	let kept = Kept::by(Bench::new());
	let mut live = kept.measured.readings();
	(0..100).for_each(|tenths| kept.bench.measure(LINK, TEMPERATURE, tenths));
	let mut heard = Vec::new();
	while heard.len() < 100 {
		let batch = timeout(SOON, live.recv()).await.unwrap().unwrap();
		assert!(batch
			.iter()
			.all(|reading| &*reading.channel == "temperature" && reading.at > 0));
		heard.extend(batch.iter().map(|reading| reading.value));
	}
	assert!(heard.windows(2).all(|pair| pair[0] < pair[1]));
	kept.end().await;
}

#[tokio::test]
async fn what_was_measured_last_is_written_at_the_end() {
	let kept = Kept::by(Bench::new());
	// Nobody waits until it is taken.
	kept.bench.measure(LINK, TEMPERATURE, 455);
	let kept = Kept::by(kept.end().await);
	assert_eq!(kept.points("temperature").await.len(), 1);
	assert_eq!(kept.points("coolant").await, []);
	kept.end().await;
}

#[tokio::test]
async fn readings_are_at_hand_also_when_nothing_is_kept() {
	let kept = Kept::or_not(Bench::new(), None);
	let mut live = kept.measured.readings();
	kept.bench.measure(LINK, TEMPERATURE, 235);
	kept.shows("temperature", 23.5).await;
	let batch = timeout(SOON, live.recv()).await.unwrap().unwrap();
	assert_eq!((&*batch[0].channel, batch[0].value), ("temperature", 23.5));
	let asked = HistoryQuery {
		channels: vec!["temperature".to_owned()],
		from: 0,
		to: 1,
		points: 1,
	};
	let answer = timeout(SOON, kept.measured.query(asked)).await.unwrap();
	assert!(matches!(answer, Err(Fault::Unavailable(_))), "{answer:?}");
	let bench = kept.end().await;
	assert!(!bench.dir.path().join(FILE).exists());
}

#[tokio::test]
async fn a_board_that_is_another_is_followed_and_one_that_is_not_there_is_not() {
	let kept = Kept::by(Bench::new());
	kept.bench.measure(LINK, TEMPERATURE, 10);
	kept.shows("temperature", 1.0).await;
	// Of a link that nobody knows.
	kept.bench.measure(LinkId(9), TEMPERATURE, 20);
	kept.bench.connect(LinkId(2));
	kept.bench.measure(LinkId(2), TEMPERATURE, 30);
	kept.shows("temperature", 3.0).await;
	// A channel that it did not declare.
	kept.bench.measure(LinkId(2), 77, 40);
	kept.bench.measure(LinkId(2), TEMPERATURE, 50);
	kept.shows("temperature", 5.0).await;
	let (_, min, mean, max) = kept.points("temperature").await[0];
	assert_eq!((min, mean, max), (1.0, 3.0, 5.0));
	kept.end().await;
}

#[tokio::test]
async fn a_file_that_is_damaged_stops_nothing_and_is_an_alarm_until_it_is_taken_away() {
	let bench = Bench::new();
	std::fs::write(bench.dir.path().join(FILE), b"no history").unwrap();
	let kept = Kept::by(bench);
	kept.bench.measure(LINK, TEMPERATURE, 10);
	kept.shows("temperature", 1.0).await;
	let bench = kept.end().await;
	let aside = bench.dir.path().join("history.redb.damaged");
	assert!(aside.exists());
	let complaints = bench.site.notices.complaints();
	assert!(complaints[0].contains("history.redb.damaged"), "{complaints:?}");
	std::fs::remove_file(&aside).unwrap();
	let kept = Kept::by(bench);
	assert_eq!(kept.points("temperature").await.len(), 1);
	let bench = kept.end().await;
	assert!(bench.site.notices.complaints().is_empty());
	let status = bench.site.notices.history().unwrap();
	assert!(status.trouble.is_none() && status.bytes > 0, "{status:?}");
}

#[tokio::test]
async fn questions_that_make_no_sense_are_invalid() {
	let kept = Kept::by(Bench::new());
	let asked = HistoryQuery {
		channels: Vec::new(),
		from: 0,
		to: 1,
		points: 1,
	};
	let answer = timeout(SOON, kept.measured.query(asked)).await.unwrap();
	assert!(matches!(answer, Err(Fault::Invalid(_))), "{answer:?}");
	kept.end().await;
}

#[test]
fn a_value_is_what_the_rules_make_of_it() {
	let cases = [(0, 1, 10), (-7, 3, 7), (12, -5, 1024), (0, 1, 0)];
	for (zero, multiplier, divisor) in cases {
		let board = bpiiot_protocol::Scale {
			zero,
			multiplier,
			divisor,
		};
		let scale = Scale {
			zero: zero.into(),
			multiplier,
			divisor,
		};
		for raw in [i32::MIN, -1, 0, 235, i32::MAX] {
			assert_eq!(scale.value(raw), in_unit(&board, raw));
		}
	}
}

#[test]
fn the_boards_distances_are_kept_whatever_comes_together() {
	let mut clock = BoardClock::default();
	clock.set(u32::MAX - 5, 1_000_000);
	// Its clock wraps.
	clock.set(44, 1_000_050);
	assert_eq!(
		[4, 34, 44].map(|board_ms| clock.at(board_ms)),
		[1_000_010, 1_000_040, 1_000_050]
	);
}

#[test]
fn a_slow_line_moves_no_reading_and_a_fast_clock_of_the_board_none_into_the_future() {
	let mut clock = BoardClock::default();
	clock.set(1000, 1_000_000);
	clock.set(1050, 1_000_090);
	assert_eq!(clock.at(1050), 1_000_051, "40 ms late");
	clock.set(1100, 1_000_095);
	assert_eq!(clock.at(1100), 1_000_095, "6 ms early");
}

#[test]
fn a_clock_that_was_set_is_followed() {
	for now in [5_000_000, 500_000, 0] {
		let mut clock = BoardClock::default();
		clock.set(1000, 1_000_000);
		clock.set(1050, now);
		assert_eq!(clock.at(1050), now);
	}
}

#[test]
fn the_queue_does_not_run_over_and_few_wake_it_seldom() {
	let second = Duration::from_secs(1);
	assert_eq!(pause(second, 600), GATHER);
	assert_eq!(pause(second, 0), GATHER);
	for rate in [600, 5_000, 15_000, 20_000] {
		let taken = pause(second, rate).as_secs_f64() * rate as f64;
		assert!(taken <= 257.0, "{rate}: {taken}");
	}
}

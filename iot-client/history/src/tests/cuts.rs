//! Power cuts: what a flush acknowledged is there, whole and unchanged; of what came after all or nothing is.

use super::*;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
	/// Readings of a channel, from a second on.
	Add(usize, u64, usize),
	Flush,
	/// The power goes now.
	Cut,
	/// The power goes after so many changes of the disk, whatever is done then.
	CutAfter(u64),
	/// The power goes, and goes again while the file is opened.
	CutTwice(u64),
	Restart,
	/// The disk has so much space more than is used, or as much as it wants.
	Space(Option<u64>),
}

const NAMES: [&str; 2] = ["temperature", "spindle"];
/// All readings lie in this time: 2000 steps of a second, one of an hour.
const TIME: u64 = 1990 * SECOND;

fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
	let step = prop_oneof![
		8 => (0..2_usize, 0..1900_u64, 1..60_usize).prop_map(|(channel, at, count)| Step::Add(channel, at, count)),
		6 => Just(Step::Flush),
		2 => Just(Step::Cut),
		4 => (0..30_u64).prop_map(Step::CutAfter),
		1 => (0..15_u64).prop_map(Step::CutTwice),
		1 => Just(Step::Restart),
		1 => (0..20_000_u64).prop_map(|bytes| Step::Space(Some(bytes))),
		1 => Just(Step::Space(None)),
	];
	proptest::collection::vec(step, 1..most)
}

struct Model {
	files: TestDisk,
	history: Option<History>,
	/// All of this life, and what earlier ones left.
	all: Naive,
	/// Acknowledged.
	kept: Naive,
}

impl Model {
	fn new(seed: u64) -> Self {
		let files = TestDisk::new(seed);
		let history = files.history(Limits::default());
		// A file gets its name when it is whole.
		history.open().unwrap();
		Self {
			files,
			history: Some(history),
			all: Naive::default(),
			kept: Naive::default(),
		}
	}

	fn history(&self) -> History {
		self.history.clone().unwrap()
	}

	fn run(&mut self, step: &Step) {
		let disk = self.files.disk();
		match step {
			Step::Add(channel, at, count) => self.add(*channel, *at, *count),
			Step::Flush => self.flush(),
			Step::Cut => self.cut(None),
			Step::CutAfter(changes) => disk.cut_after(*changes),
			Step::CutTwice(changes) => self.cut(Some(*changes)),
			Step::Restart => self.restart(),
			Step::Space(space) => disk.set_space(space.map(|bytes| disk.used() + bytes)),
		}
		if !disk.is_on() {
			self.cut(None);
		}
		self.check();
	}

	fn add(&mut self, channel: usize, at: u64, count: usize) {
		for n in 0..count as u64 {
			let (at, raw) = (T0 + (at + n) * SECOND, (at * 7 + n) as i32);
			add(&self.history(), NAMES[channel], at, raw);
			self.all.add(NAMES[channel], at, TENTHS.value(raw));
		}
	}

	fn flush(&mut self) {
		match self.history().flush_now() {
			Ok(()) => self.kept = self.all.clone(),
			Err(error) => {
				let full = matches!(error, HistoryError::DiskFull(_));
				assert!(full || !self.files.disk().is_on(), "{error}");
			}
		}
	}

	fn restart(&mut self) {
		self.flush();
		if self.files.disk().is_on() {
			self.history = None;
			// What could not be written is lost; without a cut no file may be half of it.
			self.begin_again();
		}
	}

	fn cut(&mut self, again_after: Option<u64>) {
		let disk = self.files.disk();
		// Everything is dead first, as in a process that is no more.
		disk.cut();
		self.history = None;
		if let Some(changes) = again_after {
			disk.cut_after(changes);
			let _ = self.files.history(Limits::default()).open();
			disk.cut();
		}
		disk.set_space(None);
		self.begin_again();
	}

	/// After a life: what is there is what was acknowledged last, or what was written last.
	fn begin_again(&mut self) {
		let mut history = self.files.history(Limits::default());
		let opened = history.open();
		let disk = self.files.disk();
		if !disk.is_on() {
			// It went while the file was closed or opened.
			disk.cut();
			drop(history);
			history = self.files.history(Limits::default());
		} else if opened.is_err() {
			// Too full even for that.
			disk.set_space(None);
			history.open().unwrap();
		}
		self.history = Some(history.clone());
		let written = [&self.kept, &self.all]
			.into_iter()
			.find(|naive| right(&history, naive).is_ok())
			.cloned();
		let Some(written) = written else {
			panic!(
				"neither {:?} nor {:?}",
				right(&history, &self.kept),
				right(&history, &self.all)
			);
		};
		(self.kept, self.all) = (written.clone(), written);
	}

	/// While it lives, nothing is missing, written or not.
	fn check(&self) {
		right(&self.history(), &self.all).unwrap();
		assert_eq!(self.files.put_aside(), 0);
	}
}

/// Whether the answers of all three tiers are right.
fn right(history: &History, naive: &Naive) -> Result<(), String> {
	for (points, step) in [(2000, SECOND), (40, MINUTE), (1, HOUR)] {
		for series in history
			.query(&NAMES, T0, T0 + TIME, points)
			.map_err(|error| error.to_string())?
		{
			assert_eq!(series.step, step);
			naive.check(&series, T0, T0 + TIME)?;
		}
	}
	Ok(())
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

	#[test]
	fn what_a_flush_acknowledged_survives_any_power_cut(seed: u64, steps in steps(40)) {
		let mut model = Model::new(seed);
		steps.iter().for_each(|step| model.run(step));
	}
}

#[test]
fn a_power_cut_costs_what_came_after_the_last_flush_only() {
	let files = TestDisk::new(3);
	let history = files.history(Limits::default());
	add(&history, "temperature", T0, 1);
	add(&history, "temperature", T0 + 61 * SECOND, 2);
	history.flush().unwrap();
	add(&history, "temperature", T0 + 62 * SECOND, 3);
	files.disk().cut();
	drop(history);
	let history = files.history(Limits::default());
	let seconds = [(T0, 1), (T0 + 61 * SECOND, 1)];
	assert_eq!(counts(&history, "temperature", T0, T0 + TIME, 2000), seconds);
	// The minute and the hour were not over when the power went.
	assert_eq!(
		counts(&history, "temperature", T0, T0 + TIME, 40),
		[(T0, 1), (T0 + MINUTE, 1)]
	);
	assert_eq!(counts(&history, "temperature", T0, T0 + TIME, 1), [(T0, 2)]);
}

#[test]
fn steps_that_were_not_over_go_on_after_a_restart() {
	let files = TestDisk::new(4);
	for n in 0..5 {
		let history = files.history(Limits::default());
		add(&history, "temperature", T0 + n * 10 * SECOND, 1);
		history.close().unwrap();
	}
	let history = files.history(Limits::default());
	assert_eq!(counts(&history, "temperature", T0, T0 + TIME, 40), [(T0, 5)]);
	assert_eq!(counts(&history, "temperature", T0, T0 + TIME, 1), [(T0, 5)]);
}

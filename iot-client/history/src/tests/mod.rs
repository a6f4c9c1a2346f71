mod ages;
mod bounds;
mod cuts;
mod files;
mod full;
mod model;

use crate::*;
use iot_disk::{Disk, Storage};
use iot_outbox::faults::FaultyDisk;
use std::{
	collections::BTreeMap,
	io,
	path::Path,
	sync::{Arc, Mutex},
};

/// A whole hour, so that steps of all sizes begin with it.
pub(crate) const T0: u64 = 1_800_000_000_000;
pub(crate) const SECOND: u64 = 1000;
pub(crate) const MINUTE: u64 = 60 * SECOND;
pub(crate) const HOUR: u64 = 60 * MINUTE;
pub(crate) const DAY: u64 = 24 * HOUR;
/// Tenths.
pub(crate) const TENTHS: Scale = Scale {
	divisor: 10,
	..Scale::ONE
};

/// The files of a disk that fails: the history, the one that is made, and how many were put aside.
#[derive(Clone, Debug)]
pub(crate) struct TestDisk(Arc<Mutex<TestFiles>>);

#[derive(Debug)]
pub(crate) struct TestFiles {
	history: Option<FaultyDisk>,
	unfinished: Option<FaultyDisk>,
	put_aside: usize,
}

const PATH: &str = "history.redb";

impl TestDisk {
	pub(crate) fn new(seed: u64) -> Self {
		Self(Arc::new(Mutex::new(TestFiles {
			history: Some(FaultyDisk::new(seed)),
			unfinished: None,
			put_aside: 0,
		})))
	}

	/// The file in use.
	pub(crate) fn disk(&self) -> FaultyDisk {
		self.0.lock().unwrap().history.clone().unwrap()
	}

	pub(crate) fn put_aside(&self) -> usize {
		self.0.lock().unwrap().put_aside
	}

	/// The history that is on it.
	pub(crate) fn history(&self, limits: Limits) -> History {
		History::on(Arc::new(self.clone()), Path::new(PATH), limits)
	}
}

impl Disk for TestDisk {
	fn open(&self, _: &Path) -> io::Result<Storage> {
		let files = self.0.lock().unwrap();
		let history = files.history.as_ref().ok_or(io::ErrorKind::NotFound)?;
		Ok(Storage::new(history.plug()))
	}

	fn make(&self, _: &Path) -> io::Result<Storage> {
		let disk = FaultyDisk::new(0);
		self.0.lock().unwrap().unfinished = Some(disk.clone());
		Ok(Storage::new(disk.plug()))
	}

	fn rename(&self, from: &Path, _: &Path) -> io::Result<()> {
		let mut files = self.0.lock().unwrap();
		match from == Path::new(PATH) {
			true => {
				files.history = None;
				files.put_aside += 1;
			}
			false => files.history = files.unfinished.take(),
		}
		Ok(())
	}

	fn remove(&self, _: &Path) -> io::Result<()> {
		self.0.lock().unwrap().unfinished = None;
		Ok(())
	}
}

/// A history on a disk of its own.
pub(crate) fn history(limits: Limits) -> (TestDisk, History) {
	let files = TestDisk::new(1);
	let history = files.history(limits);
	(files, history)
}

/// Adds one reading.
pub(crate) fn add(history: &History, name: &str, at: u64, raw: i32) {
	let channel = history.channel(name, TENTHS).unwrap();
	history.add(&[Sample { channel, at, raw }]);
}

/// The points of one channel.
pub(crate) fn points(history: &History, name: &str, from: u64, to: u64, points: usize) -> (u64, Vec<Point>) {
	let mut series = history.query(&[name], from, to, points).unwrap();
	let Series { step, points, .. } = series.pop().unwrap();
	(step, points)
}

/// `[from, count]` of each point.
pub(crate) fn counts(history: &History, name: &str, from: u64, to: u64, most: usize) -> Vec<(u64, u64)> {
	let (_, points) = points(history, name, from, to, most);
	points.into_iter().map(|point| (point.from, point.count)).collect()
}

/// All that was measured, kept as it came.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Naive(pub(crate) Vec<(String, u64, f64)>);

impl Naive {
	pub(crate) fn add(&mut self, name: &str, at: u64, value: f64) {
		self.0.push((name.to_owned(), at, value));
	}

	/// Whether an answer is what it should be.
	pub(crate) fn check(&self, series: &Series, from: u64, to: u64) -> Result<(), String> {
		let step = series.step;
		let origin = series.points.first().map_or(from, |first| first.from);
		let mut expected: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
		let mine = self.0.iter().filter(|(name, ..)| *name == series.channel);
		for (_, at, value) in mine {
			let begins = if *at < origin {
				at - at % step
			} else {
				at - (at - origin) % step
			};
			// What lies in none of the points must lie outside of what was asked for.
			let is_asked = (from..to).contains(at);
			if is_asked || series.points.iter().any(|point| point.from == begins) {
				expected.entry(begins).or_default().push(*value);
			}
		}
		let found: Vec<u64> = series.points.iter().map(|point| point.from).collect();
		let wanted: Vec<u64> = expected.keys().copied().collect();
		if found != wanted {
			return Err(format!(
				"{}: steps of {step} at {found:?}, not {wanted:?}",
				series.channel
			));
		}
		for (point, values) in series.points.iter().zip(expected.values()) {
			let (min, max) = values
				.iter()
				.fold((f64::MAX, f64::MIN), |(min, max), v| (min.min(*v), max.max(*v)));
			let mean = values.iter().sum::<f64>() / values.len() as f64;
			let scale = min.abs().max(max.abs()).max(1.0);
			let same = (point.min, point.max, point.count) == (min, max, values.len() as u64);
			if !same || (point.mean - mean).abs() > scale * 1e-9 {
				return Err(format!(
					"{}: {point:?} is not ({min}, {mean}, {max}) of {}",
					series.channel,
					values.len()
				));
			}
		}
		Ok(())
	}
}

//! The readings of one channel over the last so many seconds, in bounded memory.
//!
//! Time is cut into pieces ("buckets") of 1/240 of the window. Each keeps a count, means and sums of squares about the
//! means, least and greatest, so that a window costs the same however fast readings come. A bucket leaves as a whole
//! once its beginning is as old as the window is long: what is seen are exactly the readings of the last W − w to W
//! seconds, where w is the width of one bucket (W/240 rounded up to whole ms, at least 1 ms), and never older ones.
//!
//! Sums are never subtracted, which would let rounding errors grow: buckets are a queue made of two stacks, the older one
//! with the totals from each bucket to the newest of that stack. So a reading costs three mergers on average, and
//! looking costs two, whatever the length.

use crate::limits::MAX_BUCKETS;

/// Readings put together. The sums of squares are about the means, and two of these merge without loss of precision
/// (the formulas are those of Chan, Golub and LeVeque, 1979, for variances, and likewise for products).
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stats {
	count: f64,
	/// Mean of the times, in s from the ring's origin.
	time: f64,
	value: f64,
	/// Sum of (time − mean)².
	time_time: f64,
	/// Sum of (time − mean)(value − mean).
	time_value: f64,
	/// Sum of (value − mean)².
	value_value: f64,
	min: f64,
	max: f64,
	/// When the first of them was read, in ms.
	first_ms: u64,
}

impl Stats {
	fn one(at_ms: u64, time: f64, value: f64) -> Self {
		Self {
			count: 1.0,
			time,
			value,
			time_time: 0.0,
			time_value: 0.0,
			value_value: 0.0,
			min: value,
			max: value,
			first_ms: at_ms,
		}
	}

	fn merged(self, other: Self) -> Self {
		let count = self.count + other.count;
		let (time, value) = (other.time - self.time, other.value - self.value);
		let share = other.count / count;
		let weight = self.count * share;
		Self {
			count,
			time: self.time + time * share,
			value: self.value + value * share,
			time_time: self.time_time + other.time_time + time * time * weight,
			time_value: self.time_value + other.time_value + time * value * weight,
			value_value: self.value_value + other.value_value + value * value * weight,
			min: self.min.min(other.min),
			max: self.max.max(other.max),
			first_ms: self.first_ms.min(other.first_ms),
		}
	}
}

/// What functions over a window see.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Summary {
	pub count: f64,
	pub mean: f64,
	pub min: f64,
	pub max: f64,
	/// Root of the mean of the squares.
	pub rms: f64,
	/// Least squares, per s; `None` when all readings are of one time.
	pub slope: Option<f64>,
	/// When the first reading in the window was made, in ms.
	pub first_ms: u64,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
	start_ms: u64,
	stats: Stats,
}

/// The most memory that a window takes, in bytes: either stack may have grown, by doubling, for all buckets.
pub(crate) const MOST_BYTES: usize = 2 * (MAX_BUCKETS as usize).next_power_of_two() * std::mem::size_of::<Bucket>();

/// A sliding window. Times must not go back from call to call.
#[derive(Clone, Debug)]
pub(crate) struct Window {
	span_ms: u64,
	width_ms: u64,
	/// Where times are counted from, in ms: the first reading since it was empty.
	origin_ms: u64,
	/// The older buckets, oldest last; each with the total from itself to the newest of these.
	older: Vec<Bucket>,
	/// The newer buckets, newest last, but for the current one.
	newer: Vec<Bucket>,
	/// The total of `newer`.
	newer_total: Option<Stats>,
	/// The bucket that readings go to.
	current: Option<Bucket>,
	/// How many mergers there were: the work that was done.
	work: u64,
}

impl Window {
	pub fn new(seconds: u32) -> Self {
		let span_ms = u64::from(seconds).saturating_mul(1_000).max(1);
		Self {
			span_ms,
			width_ms: span_ms.div_ceil(MAX_BUCKETS),
			origin_ms: 0,
			older: vec![],
			newer: vec![],
			newer_total: None,
			current: None,
			work: 0,
		}
	}

	/// The length of the window, in ms.
	pub fn span_ms(&self) -> u64 {
		self.span_ms
	}

	/// The width of a bucket, in ms.
	pub fn width_ms(&self) -> u64 {
		self.width_ms
	}

	/// Whether no reading is kept, were it an old one.
	pub fn is_empty(&self) -> bool {
		self.current.is_none()
	}

	/// How many buckets are kept.
	#[cfg(test)]
	pub fn buckets(&self) -> usize {
		self.older.len() + self.newer.len() + usize::from(self.current.is_some())
	}

	/// How many mergers there were so far.
	#[cfg(test)]
	pub fn work(&self) -> u64 {
		self.work
	}

	/// Takes a reading.
	pub fn push(&mut self, at_ms: u64, value: f64) {
		self.drop_old(at_ms);
		let start_ms = at_ms - at_ms % self.width_ms;
		let Some(mut current) = self.current else {
			self.origin_ms = at_ms;
			self.current = Some(Bucket {
				start_ms,
				stats: Stats::one(at_ms, 0.0, value),
			});
			return;
		};
		let reading = Stats::one(at_ms, self.seconds(at_ms), value);
		if start_ms <= current.start_ms {
			current.stats = self.merge(current.stats, reading);
			self.current = Some(current);
			return;
		}
		self.newer_total = Some(match self.newer_total {
			Some(total) => self.merge(total, current.stats),
			None => current.stats,
		});
		self.newer.push(current);
		self.current = Some(Bucket {
			start_ms,
			stats: reading,
		});
	}

	/// What is in the window at `now_ms`; `None` when nothing is.
	pub fn summary(&mut self, now_ms: u64) -> Option<Summary> {
		self.drop_old(now_ms);
		let mut total = self.current?.stats;
		if let Some(newer) = self.newer_total {
			total = self.merge(newer, total);
		}
		if let Some(older) = self.older.last().copied() {
			total = self.merge(older.stats, total);
		}
		Some(Summary {
			count: total.count,
			mean: total.value,
			min: total.min,
			max: total.max,
			rms: (total.value * total.value + total.value_value / total.count).sqrt(),
			slope: (total.time_time > 0.0).then(|| total.time_value / total.time_time),
			first_ms: total.first_ms,
		})
	}

	fn seconds(&self, at_ms: u64) -> f64 {
		at_ms.saturating_sub(self.origin_ms) as f64 / 1_000.0
	}

	fn merge(&mut self, older: Stats, newer: Stats) -> Stats {
		self.work = self.work.saturating_add(1);
		older.merged(newer)
	}

	fn is_old(&self, bucket: Bucket, now_ms: u64) -> bool {
		bucket.start_ms.saturating_add(self.span_ms) <= now_ms
	}

	/// Lets go of the buckets that are too old.
	fn drop_old(&mut self, now_ms: u64) {
		if self.current.is_some_and(|current| self.is_old(current, now_ms)) {
			// All the others are older.
			self.older.clear();
			self.newer.clear();
			self.newer_total = None;
			self.current = None;
			return;
		}
		loop {
			if self.older.is_empty() {
				let oldest = self.newer.first().copied();
				if !oldest.is_some_and(|oldest| self.is_old(oldest, now_ms)) {
					return;
				}
				self.turn_over();
			}
			match self.older.last().copied() {
				Some(oldest) if self.is_old(oldest, now_ms) => {
					self.older.pop();
				}
				_ => return,
			}
		}
	}

	/// Makes the newer buckets the older ones, each with the total from itself on.
	fn turn_over(&mut self) {
		let mut total: Option<Stats> = None;
		while let Some(mut bucket) = self.newer.pop() {
			if let Some(total) = total {
				bucket.stats = self.merge(bucket.stats, total);
			}
			total = Some(bucket.stats);
			self.older.push(bucket);
		}
		self.newer_total = None;
	}
}

#[cfg(test)]
mod tests;

//! Answers: rows of the file and of memory, merged into steps.

use crate::{
	batch::Batch,
	codec::{read_rows, Reader},
	grid::{plan, Grid},
	record::{Account, Names},
	row::{Row, Scale},
	store::{read_names, Failure, TABLE},
	tier::{floor, Tier},
	HistoryError, MAX_POINTS, MAX_QUERY_CHANNELS,
};
use redb::{ReadTransaction, ReadableTable, TableError};
use std::collections::HashMap;

/// What a channel measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
	/// Its name.
	pub channel: String,
	/// How long each point stands for, in milliseconds.
	pub step: u64,
	/// One for each step in which something was measured, by time.
	pub points: Vec<Point>,
}

/// What was measured within one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
	/// When the step begins, in unix ms.
	pub from: u64,
	/// The smallest value, in the channel's unit; exactly as it was measured.
	pub min: f64,
	/// The mean of all readings, in the channel's unit.
	pub mean: f64,
	/// The largest value, in the channel's unit; exactly as it was measured.
	pub max: f64,
	/// Readings.
	pub count: u64,
}

/// What is asked for.
pub(crate) struct Question<'a> {
	pub(crate) channels: &'a [&'a str],
	pub(crate) from: u64,
	pub(crate) to: u64,
	pub(crate) points: usize,
}

impl Question<'_> {
	pub(crate) fn check(&self) -> Result<(), HistoryError> {
		let problem = if self.channels.is_empty() || self.channels.len() > MAX_QUERY_CHANNELS {
			let asked = self.channels.len();
			format!("{asked} channels are asked for; there can be 1 to {MAX_QUERY_CHANNELS} at once")
		} else if self.points == 0 || self.points > MAX_POINTS {
			format!(
				"{} points are asked for; there can be 1 to {MAX_POINTS} for each channel",
				self.points
			)
		} else if self.from >= self.to {
			format!(
				"the time from {} to {} is empty; the first must be before the second",
				self.from, self.to
			)
		} else {
			return Ok(());
		};
		Err(HistoryError::Query(problem))
	}
}

/// What was there when the question came.
pub(crate) struct Sources {
	pub(crate) file: Option<ReadTransaction>,
	/// Rows of memory that are in no file.
	pub(crate) memory: Batch,
	/// Rows on their way to the file, and in which of its writes they come, if they are under way.
	pub(crate) waiting: (std::sync::Arc<Batch>, Option<u64>),
}

/// Answers a question; and how many pieces of the file could not be read.
pub(crate) fn answer(question: &Question<'_>, sources: &Sources) -> Result<(Vec<Series>, u64), Failure> {
	let table = match sources.file.as_ref().map(|file| file.open_table(TABLE)) {
		Some(Err(TableError::TableDoesNotExist(_))) | None => None,
		Some(table) => Some(table?),
	};
	let (account, names) = match &table {
		Some(table) => read_names(table)?,
		None => (Account::default(), Names::default()),
	};
	let (grid, tier) = plan(&account, question.from, question.to, question.points);
	let mut answer = Answer::new(question.channels, grid);
	let (waiting, under_way) = &sources.waiting;
	// Rows that are on their way have arrived, or have not, in the file as it is seen here.
	if under_way.is_none_or(|write| account.writes < write) {
		answer.take_batch(tier, waiting);
	}
	answer.take_batch(tier, &sources.memory);
	let unread = match &table {
		Some(table) => answer.take_file(tier, table, &names)?,
		None => 0,
	};
	Ok((answer.give(), unread))
}

/// The steps of an answer as they fill.
struct Answer<'a> {
	channels: &'a [&'a str],
	grid: Grid,
	steps: Vec<Vec<Option<Point>>>,
}

impl<'a> Answer<'a> {
	fn new(channels: &'a [&'a str], grid: Grid) -> Self {
		Self {
			channels,
			grid,
			steps: vec![vec![None; grid.count]; channels.len()],
		}
	}

	fn take_batch(&mut self, tier: Tier, batch: &Batch) {
		let of_tier = batch.pieces.iter().filter(|((t, _, _), _)| *t == tier);
		for ((_, _, owner), rows) in of_tier {
			for (channel, steps) in self.channels.iter().zip(&mut self.steps) {
				if *channel == owner.name {
					rows.iter()
						.for_each(|(start, row)| put(&self.grid, steps, *start, row, &owner.scale));
				}
			}
		}
	}

	/// How many pieces could not be read.
	fn take_file(
		&mut self,
		tier: Tier,
		table: &impl ReadableTable<crate::record::Key, &'static [u8]>,
		names: &Names,
	) -> Result<u64, Failure> {
		let mut wanted = HashMap::new();
		for (index, channel) in self.channels.iter().enumerate() {
			for (number, scale) in names.called(channel) {
				wanted.entry(number).or_insert_with(Vec::new).push((index, scale));
			}
		}
		if wanted.is_empty() {
			return Ok(0);
		}
		let (first, end) = (floor(self.grid.origin, tier.window()), self.grid.end());
		let mut unread = 0;
		for piece in table.range((tier.index(), first, 0)..(tier.index(), end, 0))? {
			let (key, bytes) = piece?;
			if self.take_piece(tier, key.value().1, bytes.value(), &wanted).is_none() {
				unread += 1;
			}
		}
		Ok(unread)
	}

	fn take_piece(
		&mut self,
		tier: Tier,
		window: u64,
		bytes: &[u8],
		wanted: &HashMap<u32, Vec<(usize, Scale)>>,
	) -> Option<()> {
		let mut reader = Reader(bytes);
		while !reader.0.is_empty() {
			let number = u32::try_from(reader.number()?).ok()?;
			let length = reader.number()?;
			let section = reader.bytes(length)?;
			for (index, scale) in wanted.get(&number).into_iter().flatten() {
				let (steps, grid) = (self.steps.get_mut(*index)?, &self.grid);
				read_rows(section, tier, window, |start, row| put(grid, steps, start, &row, scale))?;
			}
		}
		Some(())
	}

	fn give(self) -> Vec<Series> {
		let Self { channels, grid, steps } = self;
		let series = |(channel, steps): (&&str, Vec<Option<Point>>)| Series {
			channel: (*channel).to_owned(),
			step: grid.step,
			points: steps.into_iter().flatten().map(Point::finished).collect(),
		};
		channels.iter().zip(steps).map(series).collect()
	}
}

/// Merges a row into its step. Until the end `mean` is the sum.
fn put(grid: &Grid, steps: &mut [Option<Point>], start: u64, row: &Row, scale: &Scale) {
	let Some((index, step)) = grid.index(start).and_then(|index| Some((index, steps.get_mut(index)?))) else {
		return;
	};
	let (one, other) = (scale.value(row.min), scale.value(row.max));
	let sum = scale.sum(row.sum, row.count);
	let point = step.get_or_insert(Point {
		from: grid.start(index),
		min: f64::INFINITY,
		mean: 0.0,
		max: f64::NEG_INFINITY,
		count: 0,
	});
	// A scale may turn them round.
	point.min = point.min.min(one).min(other);
	point.max = point.max.max(one).max(other);
	point.mean += sum;
	point.count = point.count.saturating_add(row.count);
}

impl Point {
	/// With the mean in the place of the sum. Rounding does not bring it out of the range.
	fn finished(self) -> Self {
		Self {
			mean: (self.mean / self.count as f64).clamp(self.min, self.max),
			..self
		}
	}
}

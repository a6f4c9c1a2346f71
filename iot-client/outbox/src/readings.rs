//! Batches of readings as compact bytes, and how a batch is made smaller. The layout is on the crate's page.

use std::collections::BTreeSet;

/// The most channels of a batch.
pub const MAX_CHANNELS: usize = 256;
/// The longest name of a channel, in bytes.
pub const MAX_NAME_BYTES: usize = 64;
/// The most readings of a batch.
pub const MAX_SAMPLES: usize = 131_072;

const VERSION: u8 = 1;
/// Each step of time as it is.
const EACH: u8 = 0;
/// Equal steps of time together.
const RUNS: u8 = 1;

/// One measured value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
	/// Index into [`ReadingBatch::channels`].
	pub channel: u16,
	/// When it was measured, in unix ms.
	pub at_ms: u64,
	/// Raw counts.
	pub value: i32,
}

/// Readings of several channels that go together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadingBatch {
	/// Names of the channels, at most [`MAX_CHANNELS`] of [`MAX_NAME_BYTES`].
	pub channels: Vec<String>,
	/// The readings, at most [`MAX_SAMPLES`]. A batch that was read back has them channel by channel, each channel's in the
	/// order in which they were put.
	pub samples: Vec<Sample>,
}

/// Why a batch cannot be written or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no batch of readings: {0}")]
pub struct BatchError(pub String);

impl ReadingBatch {
	/// As bytes.
	///
	/// # Errors
	/// When there are too many channels or readings, a name is too long, or a reading is of no channel.
	pub fn encode(&self) -> Result<Vec<u8>, BatchError> {
		self.write(1)
	}

	/// From bytes. Memory is at most sixteen times the bytes.
	///
	/// # Errors
	/// When the bytes are not exactly one batch.
	pub fn decode(bytes: &[u8]) -> Result<Self, BatchError> {
		Self::read(bytes).map(|(_, batch)| batch)
	}

	fn write(&self, reduction: u32) -> Result<Vec<u8>, BatchError> {
		if self.channels.len() > MAX_CHANNELS || self.samples.len() > MAX_SAMPLES {
			return Err(BatchError(format!(
				"it has {} channels and {} readings; the most are {MAX_CHANNELS} and {MAX_SAMPLES}",
				self.channels.len(),
				self.samples.len()
			)));
		}
		let mut out = vec![VERSION];
		put_varint(&mut out, u64::from(reduction));
		put_varint(&mut out, self.channels.len() as u64);
		for name in &self.channels {
			if name.len() > MAX_NAME_BYTES {
				return Err(BatchError(format!(
					"the channel name \"{name}\" has more than {MAX_NAME_BYTES} bytes"
				)));
			}
			put_varint(&mut out, name.len() as u64);
			out.extend_from_slice(name.as_bytes());
		}
		for column in self.columns()? {
			write_column(&mut out, &column);
		}
		Ok(out)
	}

	fn read(bytes: &[u8]) -> Result<(u32, Self), BatchError> {
		let mut input = Input(bytes);
		let version = input.byte("its version")?;
		if version != VERSION {
			return Err(BatchError(format!("its version is {version}; it must be {VERSION}")));
		}
		let reduction = input.number("its reduction", u64::from(u32::MAX))?;
		let count = input.number("the number of channels", MAX_CHANNELS as u64)?;
		let mut batch = Self::default();
		for _ in 0..count {
			let length = input.number("the length of a name", MAX_NAME_BYTES as u64)?;
			let name = input.take(usize::try_from(length).unwrap_or(usize::MAX), "a name")?;
			let name = std::str::from_utf8(name).map_err(|_| BatchError("a name is no text".to_owned()))?;
			batch.channels.push(name.to_owned());
		}
		for channel in 0..count {
			let channel = u16::try_from(channel).unwrap_or(u16::MAX);
			read_column(&mut input, channel, &mut batch.samples)?;
		}
		if !input.0.is_empty() {
			return Err(BatchError(format!("{} bytes follow its end", input.0.len())));
		}
		Ok((u32::try_from(reduction).unwrap_or(u32::MAX), batch))
	}

	/// The readings of each channel, in their order.
	fn columns(&self) -> Result<Vec<Vec<Sample>>, BatchError> {
		let mut columns = vec![Vec::new(); self.channels.len()];
		for sample in &self.samples {
			columns
				.get_mut(usize::from(sample.channel))
				.ok_or_else(|| {
					BatchError(format!(
						"a reading is of channel {}, of {}",
						sample.channel,
						self.channels.len()
					))
				})?
				.push(*sample);
		}
		Ok(columns)
	}
}

/// By how much an encoded batch was made smaller: 1 as measured, 4 or 16 after [`downsample`] in a full outbox.
///
/// # Errors
/// When the bytes do not begin as a batch.
pub fn reduction(bytes: &[u8]) -> Result<u32, BatchError> {
	let mut input = Input(bytes);
	if input.byte("its version")? != VERSION {
		return Err(BatchError(format!("its version is not {VERSION}")));
	}
	let reduction = input.number("its reduction", u64::from(u32::MAX))?;
	Ok(u32::try_from(reduction).unwrap_or(u32::MAX))
}

/// About one reading in `factor` of each channel: of each bucket of `4 * factor` successive readings of a channel the
/// first, the last, a smallest and a largest. All that is kept was measured, at its time; the mean is kept as far as these
/// four tell it and lies within the bucket's range. Readings of channels that are not in the table are left out.
pub fn downsample(batch: &ReadingBatch, factor: u32) -> ReadingBatch {
	let bucket = usize::try_from(factor.max(1)).unwrap_or(usize::MAX).saturating_mul(4);
	let mut columns = vec![Vec::new(); batch.channels.len()];
	for sample in &batch.samples {
		if let Some(column) = columns.get_mut(usize::from(sample.channel)) {
			column.push(*sample);
		}
	}
	let samples = columns
		.iter()
		.flat_map(|column: &Vec<Sample>| column.chunks(bucket))
		.flat_map(|bucket| if factor <= 1 { bucket.to_vec() } else { extremes(bucket) })
		.collect();
	ReadingBatch {
		channels: batch.channels.clone(),
		samples,
	}
}

/// An encoded batch made smaller; `None` when it is no batch, or no shorter after it.
pub(crate) fn downsample_bytes(bytes: &[u8], factor: u32) -> Option<Vec<u8>> {
	let (reduction, batch) = ReadingBatch::read(bytes).ok()?;
	let smaller = downsample(&batch, factor)
		.write(reduction.max(1).saturating_mul(factor))
		.ok()?;
	(smaller.len() < bytes.len()).then_some(smaller)
}

/// First, last, smallest and largest, in their order.
fn extremes(bucket: &[Sample]) -> Vec<Sample> {
	let places = 0..bucket.len();
	let smallest = places
		.clone()
		.min_by_key(|place| bucket.get(*place).map(|sample| sample.value));
	let largest = places.max_by_key(|place| bucket.get(*place).map(|sample| sample.value));
	let kept: BTreeSet<usize> = [Some(0), bucket.len().checked_sub(1), smallest, largest]
		.into_iter()
		.flatten()
		.collect();
	kept.into_iter()
		.filter_map(|place| bucket.get(place).copied())
		.collect()
}

fn write_column(out: &mut Vec<u8>, column: &[Sample]) {
	put_varint(out, column.len() as u64);
	let Some(first) = column.first() else { return };
	put_varint(out, first.at_ms);
	let steps: Vec<u64> = column
		.iter()
		.zip(column.iter().skip(1))
		.map(|(before, after)| zigzag(after.at_ms.wrapping_sub(before.at_ms).cast_signed()))
		.collect();
	let mut each = vec![EACH];
	steps.iter().for_each(|step| put_varint(&mut each, *step));
	let mut runs = vec![RUNS];
	for run in steps.chunk_by(|one, other| one == other) {
		put_varint(&mut runs, run.first().copied().unwrap_or_default());
		put_varint(&mut runs, run.len() as u64);
	}
	out.extend_from_slice(if runs.len() < each.len() { &runs } else { &each });
	let mut before = 0;
	for sample in column {
		put_varint(out, zigzag(i64::from(sample.value) - before));
		before = i64::from(sample.value);
	}
}

fn read_column(input: &mut Input<'_>, channel: u16, samples: &mut Vec<Sample>) -> Result<(), BatchError> {
	// Each reading has a value of one byte at least, so what is left bounds what may be said.
	let most = input.0.len().min(MAX_SAMPLES.saturating_sub(samples.len()));
	let count = usize::try_from(input.number("the number of readings", most as u64)?).unwrap_or(usize::MAX);
	if count == 0 {
		return Ok(());
	}
	let begin = samples.len();
	let mut at_ms = input.number("a time", u64::MAX)?;
	let mode = input.byte("how times are written")?;
	let mut push = |at_ms| {
		samples.push(Sample {
			channel,
			at_ms,
			value: 0,
		})
	};
	push(at_ms);
	let mut left = count - 1;
	while left > 0 {
		let step = unzigzag(input.number("a step of time", u64::MAX)?).cast_unsigned();
		let run = match mode {
			EACH => 1,
			RUNS => usize::try_from(input.number("a run of steps", left as u64)?).unwrap_or(usize::MAX),
			other => {
				return Err(BatchError(format!(
					"times are written in way {other}; 0 and 1 are known"
				)))
			}
		};
		if run == 0 {
			return Err(BatchError("a run of steps is empty".to_owned()));
		}
		for _ in 0..run {
			at_ms = at_ms.wrapping_add(step);
			push(at_ms);
		}
		left = left.saturating_sub(run);
	}
	if mode > RUNS {
		return Err(BatchError(format!(
			"times are written in way {mode}; 0 and 1 are known"
		)));
	}
	let mut value = 0_i32;
	for sample in samples.iter_mut().skip(begin) {
		let step = unzigzag(input.number("a value", u64::MAX)?);
		value = i64::from(value)
			.checked_add(step)
			.and_then(|value| i32::try_from(value).ok())
			.ok_or_else(|| BatchError("a value is beyond 32 bits".to_owned()))?;
		sample.value = value;
	}
	Ok(())
}

fn zigzag(value: i64) -> u64 {
	((value << 1) ^ (value >> 63)).cast_unsigned()
}

fn unzigzag(value: u64) -> i64 {
	(value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
	while value >= 0x80 {
		out.push((value & 0x7f) as u8 | 0x80);
		value >>= 7;
	}
	out.push(value as u8);
}

/// What is left to read.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
	fn byte(&mut self, what: &str) -> Result<u8, BatchError> {
		let (first, rest) = self
			.0
			.split_first()
			.ok_or_else(|| BatchError(format!("it ends before {what}")))?;
		self.0 = rest;
		Ok(*first)
	}

	fn take(&mut self, count: usize, what: &str) -> Result<&'a [u8], BatchError> {
		let (taken, rest) = self
			.0
			.split_at_checked(count)
			.ok_or_else(|| BatchError(format!("it ends within {what}")))?;
		self.0 = rest;
		Ok(taken)
	}

	fn number(&mut self, what: &str, most: u64) -> Result<u64, BatchError> {
		let mut value = 0_u64;
		for place in 0..10_u32 {
			let byte = self.byte(what)?;
			let bits = u64::from(byte & 0x7f);
			if place == 9 && bits > 1 {
				break;
			}
			value |= bits << (7 * place);
			if byte & 0x80 == 0 {
				if value > most {
					return Err(BatchError(format!("{what} is {value}; the most is {most}")));
				}
				return Ok(value);
			}
		}
		Err(BatchError(format!("{what} is beyond 64 bits")))
	}
}

#[cfg(test)]
mod tests;

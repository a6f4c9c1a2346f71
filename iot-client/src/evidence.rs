//! Evidence of a job: what was measured while it ran, a summary for people, and one hash that stands on chain.
//!
//! The hash is the `result` of the delivery. It is blake2b-256 over this encoding; all numbers are little-endian, and
//! anybody who has the evidence file can make it again:
//!
//! | bytes | what |
//! |---|---|
//! | 17 | `bpiiot/evidence/1` in ASCII |
//! | 32 | machine id |
//! | 8 | job id, u64 |
//! | 32 | hash of the recipe |
//! | 32 | hash of the board's firmware |
//! | 1 + n | length and bytes of the board's serial number |
//! | 4 | number of units made, u32 |
//! | 8 | readings that came after the limit and were not kept, u64 |
//! | 1 | number of channels, then for each, by number: 1 + n length and bytes of its name |
//! | 8 | number of readings, u64, then for each, in the order they came: |
//! | 4 | unit it belongs to, u32, from 0; `0xffffffff` before the first and after the last |
//! | 1 | channel |
//! | 1 | 1 when a `sample` step asked for it, 0 when it came by itself |
//! | 4 | the board's clock, ms since its reset, u32 |
//! | 4 | raw value, i32 |
//!
//! The file holds all of it as JSON. It is written at the end of a run; until then its pieces, unit by unit, are beside it
//! (`growing`), so a crash loses one unit at most. Each run of a job has a file of its own, `job-7-run-1.json` and so on: units
//! that are sent back, or a run that is aborted, never touch what an earlier delivery was proved with.

mod growing;

pub use growing::{make_whole, Growing};

pub mod room;

use crate::board::BoardInfo;
use blake2::{digest::consts::U32, Blake2b, Digest};
use serde::{Deserialize, Serialize};
use std::{
	collections::BTreeMap,
	fs, io,
	path::{Path, PathBuf},
};

/// First bytes of the encoding.
const DOMAIN: &[u8] = b"bpiiot/evidence/1";
/// What stands for no unit.
const NO_UNIT: u32 = u32::MAX;

/// One reading, kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u32, u8, u8, u32, i32)", into = "(u32, u8, u8, u32, i32)")]
pub struct Record {
	/// The unit it belongs to, from 0; `None` before the first and after the last.
	pub unit: Option<u32>,
	/// Channel number.
	pub channel: u8,
	/// Whether a `sample` step asked for it.
	pub sampled: bool,
	/// The board's clock in ms since its reset.
	pub board_ms: u32,
	/// Raw counts.
	pub value: i32,
}

impl From<(u32, u8, u8, u32, i32)> for Record {
	fn from((unit, channel, sampled, board_ms, value): (u32, u8, u8, u32, i32)) -> Self {
		Self {
			unit: (unit != NO_UNIT).then_some(unit),
			channel,
			sampled: sampled != 0,
			board_ms,
			value,
		}
	}
}

impl From<Record> for (u32, u8, u8, u32, i32) {
	fn from(record: Record) -> Self {
		let unit = record.unit.unwrap_or(NO_UNIT);
		(
			unit,
			record.channel,
			u8::from(record.sampled),
			record.board_ms,
			record.value,
		)
	}
}

/// What the evidence is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
	/// Machine id, hexadecimal.
	#[serde(with = "hash_text")]
	pub machine: [u8; 32],
	/// Job id.
	pub job: u64,
	/// Hash of the recipe, hexadecimal.
	#[serde(with = "hash_text")]
	pub recipe: [u8; 32],
}

/// All that was measured for one job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
	/// What it is about.
	pub subject: Subject,
	/// Hash of the board's firmware, hexadecimal.
	#[serde(with = "hash_text")]
	pub firmware: [u8; 32],
	/// The board's serial number.
	pub serial: String,
	/// Names of the channels, by number.
	pub channels: Vec<String>,
	/// Units made.
	pub units: u32,
	/// Readings that came after the limit and were not kept.
	pub not_kept: u64,
	/// Each `[unit, channel, sampled, board ms, value]`, in the order they came.
	pub readings: Vec<Record>,
}

/// One channel of a summary. All values are raw counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelSummary {
	/// Number of readings.
	pub count: u64,
	/// Smallest.
	pub min: i32,
	/// Largest.
	pub max: i32,
	/// Mean, rounded towards zero.
	pub mean: i32,
	/// Last.
	pub last: i32,
}

/// Evidence in a few lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
	/// The evidence's hash, hexadecimal.
	#[serde(with = "hash_text")]
	pub hash: [u8; 32],
	/// Units made.
	pub units: u32,
	/// Readings kept.
	pub readings: u64,
	/// By channel name.
	pub channels: BTreeMap<String, ChannelSummary>,
}

/// The file's content: the summary first, for whoever looks into it.
#[derive(Serialize, Deserialize)]
struct Document {
	summary: Summary,
	evidence: Evidence,
}

impl Document {
	/// The evidence in these bytes, if it fits its hash; in words what is wrong with it.
	fn checked(bytes: &[u8]) -> Result<Evidence, String> {
		let document: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
		match document.evidence.hash() == document.summary.hash {
			true => Ok(document.evidence),
			false => Err("its hash does not fit its readings".to_owned()),
		}
	}
}

/// Why evidence cannot be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
	/// Reading or writing failed.
	#[error("cannot {what} the evidence {path}: {source}; check state_dir and the space on its disk")]
	File {
		/// Read, write or what else.
		what: &'static str,
		/// The file.
		path: PathBuf,
		/// What the system said.
		source: io::Error,
	},
	/// The file is not evidence, or was changed.
	#[error("the evidence {path} is damaged: {reason}")]
	Damaged {
		/// The file.
		path: PathBuf,
		/// What is wrong.
		reason: String,
	},
}

impl EvidenceError {
	fn is_missing(&self) -> bool {
		matches!(self, Self::File { source, .. } if source.kind() == io::ErrorKind::NotFound)
	}
}

impl Evidence {
	/// Begins a job on the board `info`.
	pub fn new(subject: Subject, info: &BoardInfo) -> Self {
		Self {
			subject,
			firmware: info.firmware_hash,
			serial: info.serial.clone(),
			channels: info
				.channels
				.iter()
				.map(|channel| channel.name.as_str().to_owned())
				.collect(),
			units: 0,
			not_kept: 0,
			readings: Vec::new(),
		}
	}

	/// Keeps one reading, unless there are `limit` already.
	pub fn record(&mut self, record: Record, limit: u64) {
		if (self.readings.len() as u64) < limit {
			self.readings.push(record);
		} else {
			self.not_kept += 1;
		}
	}

	/// The same with the readings from this one on only.
	pub fn since(&self, first: usize) -> Self {
		Self {
			subject: self.subject.clone(),
			firmware: self.firmware,
			serial: self.serial.clone(),
			channels: self.channels.clone(),
			units: self.units,
			not_kept: self.not_kept,
			readings: self.readings.get(first..).unwrap_or_default().to_vec(),
		}
	}

	/// Whether it is about the same job on the same board, so that a job that was cut off can go on with it.
	pub fn continues(&self, subject: &Subject, info: &BoardInfo) -> bool {
		let fresh = Self::new(subject.clone(), info);
		(&self.subject, self.firmware, &self.serial, &self.channels)
			== (&fresh.subject, fresh.firmware, &fresh.serial, &fresh.channels)
	}

	/// The hash that stands on chain; the encoding is described in the module's documentation.
	pub fn hash(&self) -> [u8; 32] {
		let mut hasher = Blake2b::<U32>::new();
		hasher.update(DOMAIN);
		hasher.update(self.subject.machine);
		hasher.update(self.subject.job.to_le_bytes());
		hasher.update(self.subject.recipe);
		hasher.update(self.firmware);
		update_text(&mut hasher, &self.serial);
		hasher.update(self.units.to_le_bytes());
		hasher.update(self.not_kept.to_le_bytes());
		hasher.update([self.channels.len() as u8]);
		for name in &self.channels {
			update_text(&mut hasher, name);
		}
		hasher.update((self.readings.len() as u64).to_le_bytes());
		for record in &self.readings {
			let (unit, channel, sampled, board_ms, value) = (*record).into();
			hasher.update(unit.to_le_bytes());
			hasher.update([channel, sampled]);
			hasher.update(board_ms.to_le_bytes());
			hasher.update(value.to_le_bytes());
		}
		hasher.finalize().into()
	}

	/// The readings of each channel in a few numbers.
	pub fn summary(&self) -> Summary {
		let mut channels = BTreeMap::new();
		for (number, name) in self.channels.iter().enumerate() {
			let values = self
				.readings
				.iter()
				.filter(|record| usize::from(record.channel) == number);
			if let Some(summary) = summarise(values.map(|record| record.value)) {
				channels.insert(name.clone(), summary);
			}
		}
		Summary {
			hash: self.hash(),
			units: self.units,
			readings: self.readings.len() as u64,
			channels,
		}
	}

	/// Where the evidence of the next run of `job` goes under `state_dir`: no run before it has that file. May block.
	pub fn next_path(state_dir: &Path, job: u64) -> Result<PathBuf, EvidenceError> {
		let run = newest_run(state_dir, job)?.map_or(1, |(run, _)| run + 1);
		Ok(folder(state_dir).join(file_name(job, run)))
	}

	/// Where the evidence of the newest run of `job` is, if there is any. May block.
	pub fn newest_path(state_dir: &Path, job: u64) -> Result<Option<PathBuf>, EvidenceError> {
		Ok(newest_run(state_dir, job)?.map(|(_, path)| path))
	}

	/// Writes it, whole or not at all, even if the power fails. May block.
	pub fn save(&self, path: &Path) -> Result<(), EvidenceError> {
		self.document()
			.and_then(|bytes| room::write(path, &bytes))
			.map_err(|source| EvidenceError::File {
				what: "write",
				path: path.to_owned(),
				source,
			})
	}

	/// The content of its file.
	fn document(&self) -> io::Result<Vec<u8>> {
		let document = Document {
			summary: self.summary(),
			evidence: self.clone(),
		};
		Ok(serde_json::to_vec(&document)?)
	}

	/// Reads the evidence of the newest run of `job`; `None` when there is none. May block.
	pub fn load(state_dir: &Path, job: u64) -> Result<Option<Self>, EvidenceError> {
		let path = Self::newest_path(state_dir, job)?;
		path.map(|path| Self::read(&path)).transpose()
	}

	/// Reads a file of evidence, or its pieces where there is more in them: of a run that was cut off, or is not over. Refuses
	/// what does not fit its own hash. May block.
	pub fn read(path: &Path) -> Result<Self, EvidenceError> {
		// The pieces first: they go when the whole is there.
		match (growing::read(path)?, Self::read_whole(path)) {
			(Some(pieces), Ok(whole)) if pieces.extent() > whole.extent() => Ok(pieces),
			(Some(pieces), Err(error)) if error.is_missing() => Ok(pieces),
			(_, whole) => whole,
		}
	}

	fn read_whole(path: &Path) -> Result<Self, EvidenceError> {
		let bytes = fs::read(path).map_err(|source| unreadable(path, source))?;
		Document::checked(&bytes).map_err(|reason| EvidenceError::Damaged {
			path: path.to_owned(),
			reason,
		})
	}

	/// How much it is of.
	fn extent(&self) -> (u64, u32) {
		((self.readings.len() as u64).saturating_add(self.not_kept), self.units)
	}
}

fn folder(state_dir: &Path) -> PathBuf {
	state_dir.join("evidence")
}

fn unreadable(path: &Path, source: io::Error) -> EvidenceError {
	EvidenceError::File {
		what: "read",
		path: path.to_owned(),
		source,
	}
}

/// The newest run of a job that left evidence, and where the whole of that is, or will be.
fn newest_run(state_dir: &Path, job: u64) -> Result<Option<(u32, PathBuf)>, EvidenceError> {
	let folder = folder(state_dir);
	let files = match fs::read_dir(&folder) {
		Ok(files) => files,
		Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
		Err(source) => return Err(unreadable(&folder, source)),
	};
	let mut newest = None;
	for file in files {
		let file = file.map_err(|source| unreadable(&folder, source))?;
		if let Some(run) = file.file_name().to_str().and_then(|name| run_in(name, job)) {
			newest = newest.max(Some(run));
		}
	}
	Ok(newest.map(|run| (run, folder.join(file_name(job, run)))))
}

fn file_name(job: u64, run: u32) -> String {
	match run {
		0 => format!("job-{job}.json"),
		run => format!("job-{job}-run-{run}.json"),
	}
}

/// The run of `job` whose evidence a file of this name is, or pieces of it; 0 for the one file a job had in earlier releases.
fn run_in(name: &str, job: u64) -> Option<u32> {
	let (name, extension) = name.strip_prefix(&format!("job-{job}"))?.split_once('.')?;
	if extension != "json" && extension != growing::EXTENSION {
		return None;
	}
	match name {
		"" => Some(0),
		run => run.strip_prefix("-run-")?.parse().ok(),
	}
}

fn summarise(values: impl Iterator<Item = i32>) -> Option<ChannelSummary> {
	let mut sum = 0i64;
	let mut summary: Option<ChannelSummary> = None;
	for value in values {
		sum += i64::from(value);
		let so_far = summary.unwrap_or(ChannelSummary {
			count: 0,
			min: value,
			max: value,
			mean: value,
			last: value,
		});
		let count = so_far.count + 1;
		summary = Some(ChannelSummary {
			count,
			min: so_far.min.min(value),
			max: so_far.max.max(value),
			// The mean of 32 bit numbers fits 32 bits.
			mean: (sum / count as i64) as i32,
			last: value,
		});
	}
	summary
}

fn update_text(hasher: &mut Blake2b<U32>, text: &str) {
	// Names on the wire have 16 bytes at most.
	let bytes = &text.as_bytes()[..text.len().min(usize::from(u8::MAX))];
	hasher.update([bytes.len() as u8]);
	hasher.update(bytes);
}

/// Hashes as `0x` and hexadecimal digits.
mod hash_text {
	use serde::{de::Error, Deserialize, Deserializer, Serializer};

	pub fn serialize<S: Serializer>(hash: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
		serializer.serialize_str(&format!("0x{}", hex::encode(hash)))
	}

	pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
		let text = String::deserialize(deserializer)?;
		let mut hash = [0; 32];
		hex::decode_to_slice(text.trim_start_matches("0x"), &mut hash)
			.map_err(|error| D::Error::custom(error.to_string()))?;
		Ok(hash)
	}
}

#[cfg(test)]
mod tests;

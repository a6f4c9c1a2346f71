//! The file, field by field.

use crate::Refused;
use bpiiot_seal::{Batch, Channel, Hash, Position, Proof, Reading, Run};
use serde::{de::Error as _, Deserialize, Deserializer, Serialize, Serializer};

/// The version of the form.
pub const FORMAT: &str = "bpiiot-proof-1";

/// Bytes, in hex with `0x` before it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Bytes(pub Vec<u8>);

impl Serialize for Bytes {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.serialize_str(&format!("0x{}", hex::encode(&self.0)))
	}
}

impl<'de> Deserialize<'de> for Bytes {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		let text = String::deserialize(deserializer)?;
		let digits = text
			.strip_prefix("0x")
			.ok_or_else(|| D::Error::custom("hex begins with 0x"))?;
		hex::decode(digits).map(Self).map_err(D::Error::custom)
	}
}

/// 32 bytes in hex.
mod hash {
	use super::{Bytes, Hash};
	use serde::{de::Error, Deserialize, Deserializer, Serialize, Serializer};

	pub(super) fn serialize<S: Serializer>(hash: &Hash, serializer: S) -> Result<S::Ok, S::Error> {
		Bytes(hash.to_vec()).serialize(serializer)
	}

	pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
		let Bytes(bytes) = Bytes::deserialize(deserializer)?;
		let count = bytes.len();
		bytes
			.try_into()
			.map_err(|_| D::Error::custom(format!("a hash has 32 bytes, and not {count}")))
	}
}

/// Perhaps 32 bytes in hex.
mod maybe_hash {
	use super::{Bytes, Hash};
	use serde::{de::Error, Deserialize, Deserializer, Serialize, Serializer};

	pub(super) fn serialize<S: Serializer>(hash: &Option<Hash>, serializer: S) -> Result<S::Ok, S::Error> {
		hash.map(|hash| Bytes(hash.to_vec())).serialize(serializer)
	}

	pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Hash>, D::Error> {
		let Some(Bytes(bytes)) = Option::deserialize(deserializer)? else {
			return Ok(None);
		};
		let hash = bytes.try_into().map_err(|_| D::Error::custom("a hash has 32 bytes"))?;
		Ok(Some(hash))
	}
}

/// One of the batch's runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunFile {
	/// Which of the machine's sessions.
	pub epoch: u32,
	/// The board's number of it.
	pub session: u32,
	/// The first sequence number.
	pub first: u64,
	/// And the last.
	pub last: u64,
}

/// What is said of the batch.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchFile {
	/// Its number.
	pub number: u64,
	/// The hash of the one before.
	#[serde(with = "hash")]
	pub previous: Hash,
	/// The root over its readings.
	#[serde(with = "hash")]
	pub root: Hash,
	/// How many readings it has.
	pub count: u32,
	/// How many it lacks.
	pub lost: u32,
	/// When its first reading was measured, in unix ms.
	pub from: u64,
	/// When its last one was.
	pub to: u64,
	/// The hash of the table of channels.
	#[serde(with = "hash")]
	pub channels: Hash,
	/// How often the clock was put right.
	pub jumps: u16,
	/// Its readings by sessions.
	pub runs: Vec<RunFile>,
}

/// A channel of the table: a value is `(raw − zero) · multiplier / divisor`, in the unit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelFile {
	/// Its number in readings.
	pub number: u16,
	/// The unit by its number in the board's protocol.
	pub unit: u8,
	/// The raw count that means zero.
	pub zero: i32,
	/// Numerator.
	pub multiplier: i32,
	/// Denominator.
	pub divisor: u32,
	/// Its name.
	pub name: String,
}

/// A reading.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadingFile {
	/// The channel.
	pub channel: u16,
	/// The board's session.
	pub session: u32,
	/// Which reading of it.
	pub sequence: u64,
	/// When it was measured, in unix ms.
	pub at: u64,
	/// Raw counts.
	pub value: i64,
}

/// Where the readings stand in the batch, and what stands beside them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofFile {
	/// The place of the first, from 0.
	pub first: u32,
	/// The readings.
	pub readings: Vec<ReadingFile>,
	/// The tops of the trees beside them.
	pub path: Vec<Bytes>,
}

/// The anchor in the state of a block.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnchorFile {
	/// The block's header in SCALE.
	pub header: Bytes,
	/// The nodes of the state's trie that lead to the anchor.
	pub nodes: Vec<Bytes>,
}

/// A file by which readings are proved.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Export {
	/// [`FORMAT`].
	pub format: String,
	/// The hash of the chain's first block.
	#[serde(with = "hash")]
	pub genesis: Hash,
	/// The machine.
	#[serde(with = "hash")]
	pub machine: Hash,
	/// The batch.
	pub batch: BatchFile,
	/// Its table of channels.
	pub channels: Vec<ChannelFile>,
	/// The readings.
	pub proof: ProofFile,
	/// The anchor; none before the batch was anchored.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub anchor: Option<AnchorFile>,
	/// The hash of the block of the header, as a help: whoever verifies has it from elsewhere.
	#[serde(default, with = "maybe_hash", skip_serializing_if = "Option::is_none")]
	pub block: Option<Hash>,
}

impl Export {
	/// The file of some readings in a row of a batch that consists of `readings`.
	///
	/// None when there are no such places.
	pub fn of(
		genesis: Hash,
		machine: Hash,
		batch: &Batch,
		channels: &[Channel],
		readings: &[Reading],
		(first, count): (u32, u32),
	) -> Option<Self> {
		let proof = Proof::of(batch.number, readings, first, count)?;
		Some(Self {
			format: FORMAT.to_owned(),
			genesis,
			machine,
			batch: batch.into(),
			channels: channels.iter().map(ChannelFile::from).collect(),
			proof: ProofFile {
				first: proof.first,
				readings: proof.readings.iter().map(ReadingFile::from).collect(),
				path: proof.path.iter().map(|hash| Bytes(hash.to_vec())).collect(),
			},
			anchor: None,
			block: None,
		})
	}

	/// Reads a file.
	///
	/// # Errors
	/// It is no JSON of this form, or of another version.
	pub fn read(bytes: &[u8]) -> Result<Self, Refused> {
		let export: Self = serde_json::from_slice(bytes).map_err(|why| Refused::NotAProof(why.to_string()))?;
		match export.format == FORMAT {
			true => Ok(export),
			false => Err(Refused::OtherFormat(export.format)),
		}
	}

	/// As text, which people can read too.
	pub fn to_text(&self) -> String {
		// Nothing in it can fail to be JSON.
		serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
	}
}

impl From<&Batch> for BatchFile {
	fn from(batch: &Batch) -> Self {
		let run = |run: &Run| RunFile {
			epoch: run.epoch,
			session: run.session,
			first: run.first,
			last: run.last,
		};
		Self {
			number: batch.number,
			previous: batch.previous,
			root: batch.root,
			count: batch.count,
			lost: batch.lost,
			from: batch.from,
			to: batch.to,
			channels: batch.channels,
			jumps: batch.jumps,
			runs: batch.runs.iter().map(run).collect(),
		}
	}
}

impl From<&BatchFile> for Batch {
	fn from(batch: &BatchFile) -> Self {
		let run = |run: &RunFile| Run {
			epoch: run.epoch,
			session: run.session,
			first: run.first,
			last: run.last,
		};
		Self {
			number: batch.number,
			previous: batch.previous,
			root: batch.root,
			count: batch.count,
			lost: batch.lost,
			from: batch.from,
			to: batch.to,
			channels: batch.channels,
			jumps: batch.jumps,
			runs: batch.runs.iter().map(run).collect(),
		}
	}
}

impl From<&Channel> for ChannelFile {
	fn from(channel: &Channel) -> Self {
		Self {
			number: channel.number,
			unit: channel.unit,
			zero: channel.zero,
			multiplier: channel.multiplier,
			divisor: channel.divisor,
			name: channel.name.clone(),
		}
	}
}

impl From<&ChannelFile> for Channel {
	fn from(channel: &ChannelFile) -> Self {
		Self {
			number: channel.number,
			unit: channel.unit,
			zero: channel.zero,
			multiplier: channel.multiplier,
			divisor: channel.divisor,
			name: channel.name.clone(),
		}
	}
}

impl From<&Reading> for ReadingFile {
	fn from(reading: &Reading) -> Self {
		Self {
			channel: reading.channel,
			session: reading.session,
			sequence: reading.sequence,
			at: reading.at,
			value: reading.value,
		}
	}
}

impl From<&ReadingFile> for Reading {
	fn from(reading: &ReadingFile) -> Self {
		Self {
			channel: reading.channel,
			session: reading.session,
			sequence: reading.sequence,
			at: reading.at,
			value: reading.value,
		}
	}
}

/// Where a batch ends, for the one after it.
impl BatchFile {
	/// The last of its runs.
	pub fn end(&self) -> Option<Position> {
		Batch::from(self).end()
	}
}

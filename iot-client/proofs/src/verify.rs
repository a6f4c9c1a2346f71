//! From readings to the hash of a block.

use crate::{
	file::{ChannelFile, ReadingFile},
	state, Export, Refused,
};
use bpiiot_seal::{table_hash, Batch, Channel, Hash, Proof, Reading};

/// How old a reading may be when it is anchored, to be evidence, in milliseconds.
pub const MAX_AGE: u64 = 15 * 60_000;

/// When the batch was anchored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Anchored {
	/// By the timestamp of the block, in unix ms.
	pub at: u64,
	/// When the batch before was.
	pub after: u64,
}

/// A reading that is proved.
#[derive(Clone, PartialEq, Debug)]
pub struct Seen {
	/// Its place in the batch.
	pub place: u32,
	/// What was read.
	pub reading: ReadingFile,
	/// The channel's name.
	pub channel: String,
	/// The unit, by its number in the board's protocol.
	pub unit: u8,
	/// The value in that unit.
	pub value: f64,
	/// Whether it is evidence by its time; none if no block was given.
	pub evidence: Option<bool>,
}

/// What a file proves.
#[derive(Clone, PartialEq, Debug)]
pub struct Verified {
	/// The machine.
	pub machine: Hash,
	/// The batch's number.
	pub batch: u64,
	/// The hash that is anchored.
	pub hash: Hash,
	/// When it was; none if no block was given.
	pub anchored: Option<Anchored>,
	/// The readings.
	pub readings: Vec<Seen>,
}

/// What a file proves, beside the hash of a block that whoever asks trusts, if he has one.
///
/// # Errors
/// Why it proves nothing.
pub fn verify(export: &Export, block: Option<Hash>, max_age: u64) -> Result<Verified, Refused> {
	let batch = Batch::from(&export.batch);
	let readings: Vec<Reading> = export.proof.readings.iter().map(Reading::from).collect();
	check(export, &batch, &readings)?;
	let hash = batch.hash(&export.genesis, &export.machine);
	let anchored = block.map(|block| anchored(export, &batch, &hash, &block)).transpose()?;
	let seen = (export.proof.first..)
		.zip(&export.proof.readings)
		.map(|(place, reading)| seen(export, place, reading, anchored, max_age))
		.collect::<Result<_, _>>()?;
	Ok(Verified {
		machine: export.machine,
		batch: batch.number,
		hash,
		anchored,
		readings: seen,
	})
}

/// That the readings are in the batch, and the batch can be.
fn check(export: &Export, batch: &Batch, readings: &[Reading]) -> Result<(), Refused> {
	batch.check().map_err(Refused::Malformed)?;
	let path = export.proof.path.iter().map(|part| part.0.clone().try_into());
	let path: Vec<Hash> = path
		.collect::<Result<_, _>>()
		.map_err(|_| Refused::NotAProof("a part of the path has not 32 bytes".to_owned()))?;
	let proof = Proof {
		batch: batch.number,
		first: export.proof.first,
		readings: readings.to_vec(),
		path,
	};
	proof.verify(&batch.root, batch.count).map_err(Refused::NotInTheBatch)?;
	let table: Vec<Channel> = export.channels.iter().map(Channel::from).collect();
	if table_hash(&table) != Some(batch.channels) {
		return Err(Refused::OtherTable);
	}
	let all_of_it = readings.iter().all(|reading| batch.may_have(reading));
	match all_of_it && proof.is_in_order() {
		true => Ok(()),
		false => Err(Refused::NotOfTheBatch),
	}
}

fn anchored(export: &Export, batch: &Batch, hash: &Hash, block: &Hash) -> Result<Anchored, Refused> {
	let file = export.anchor.as_ref().ok_or(Refused::NoAnchor)?;
	let anchor = state::anchor(file, &export.machine, batch.number, block)?;
	if anchor.hash != *hash {
		return Err(Refused::OtherBatch);
	}
	if anchor.withheld {
		return Err(Refused::Withheld);
	}
	Ok(Anchored {
		at: anchor.anchored_at,
		after: anchor.after,
	})
}

fn seen(
	export: &Export,
	place: u32,
	reading: &ReadingFile,
	anchored: Option<Anchored>,
	max_age: u64,
) -> Result<Seen, Refused> {
	let channel = export.channels.iter().find(|channel| channel.number == reading.channel);
	let channel = channel.ok_or(Refused::NoChannel(reading.channel))?;
	let is_evidence = |anchored: Anchored| {
		let age = anchored.at.checked_sub(reading.at);
		anchored.after <= reading.at && age.is_some_and(|age| age <= max_age)
	};
	Ok(Seen {
		place,
		reading: *reading,
		channel: channel.name.clone(),
		unit: channel.unit,
		value: value(channel, reading.value),
		evidence: anchored.map(is_evidence),
	})
}

/// `(raw − zero) · multiplier / divisor`. The table's hash has said that the divisor is not zero.
fn value(channel: &ChannelFile, raw: i64) -> f64 {
	let above = i128::from(raw) - i128::from(channel.zero);
	above as f64 * f64::from(channel.multiplier) / f64::from(channel.divisor)
}

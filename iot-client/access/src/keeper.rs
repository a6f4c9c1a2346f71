//! Who keeps the door.

use crate::{
	clock::{Anchor, NoTime, Ticks},
	hash::{blake2_128, blake2_256},
	pass::{Pass, Proof},
	proof::{ProofError, ProvedState},
	used::{DiskError, Used},
	Record,
};
use bpiiot_access::{Actions, Denied, Door, Refused, Right, UnixMillis};
use codec::{Decode, DecodeAll, Encode};
use serde::Serialize;
use sp_core::{sr25519, Pair};
use std::collections::{BTreeMap, VecDeque};

/// Finalized blocks that are remembered.
const BLOCKS: usize = 512;
/// Rentals that are remembered.
const RENTALS: usize = 256;
/// `twox_128("Rentals")`, twice: of the pallet and of its map.
const PREFIX: [u8; 16] = [
	0x57, 0x47, 0x58, 0x02, 0xc6, 0x91, 0xda, 0xf4, 0x29, 0xb9, 0xc2, 0x1e, 0x2a, 0x11, 0x81, 0x85,
];

/// Where a rental's record stands in the chain's state.
pub fn rental_key(rental: u64) -> Vec<u8> {
	let id = rental.to_le_bytes();
	[PREFIX.as_slice(), &PREFIX, &blake2_128(&id), &id].concat()
}

/// A block that is final for the door: whoever keeps it has seen that it is.
#[derive(Encode, Decode, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Block {
	/// Its height.
	pub number: u32,
	/// Its hash.
	pub hash: [u8; 32],
	/// The root of its state, from its header.
	pub root: [u8; 32],
	/// Its time, in unix milliseconds.
	pub time: UnixMillis,
}

/// How a door is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rules {
	/// The hash of the chain's first block.
	pub genesis: [u8; 32],
	/// The machine, lock or room.
	pub machine: [u8; 32],
	/// The longest time that a token may be good for, in milliseconds.
	pub longest_token: u64,
	/// By how much the block of a proof may be older than the newest one that the door knows, in milliseconds.
	pub oldest_proof: u64,
	/// How long the door goes by its own counting when it hears nothing of the chain, in milliseconds. What was taken back
	/// meanwhile it does not know.
	pub longest_alone: u64,
}

/// Why the door stays shut.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Shut {
	/// It does not know what time it is.
	#[error(transparent)]
	Time(#[from] NoTime),
	/// The token does not open it.
	#[error("{}", say(.0))]
	Refused(Refused),
	/// It has not heard of the rental.
	#[error("the door has not heard of rental {rental}: show the proof of it with block {block}")]
	NotHeardOf {
		/// The rental.
		rental: u64,
		/// The newest block that the door knows.
		block: u32,
	},
	/// The proof begins at a block that is not final for the door, or is too old.
	#[error("the proof is of a block that the door does not know, or not any more: show that of block {0}")]
	UnknownBlock(u32),
	/// The proof proves nothing.
	#[error(transparent)]
	Proof(#[from] ProofError),
	/// It proves that there is no such rental.
	#[error("in that block there is no rental {0}: it is newer, or its record was removed")]
	NoRental(u64),
	/// It proves a record of another form.
	#[error("the record of rental {0} is of a form that this door does not know")]
	UnknownForm(u64),
	/// The token cannot be remembered.
	#[error(transparent)]
	Disk(#[from] DiskError),
}

/// Why a token is refused, for whoever stands before the door.
pub fn say(refused: &Refused) -> &'static str {
	match refused {
		Refused::WrongLength => "that is no token",
		Refused::UnknownVersion => "the token is of a form that this door does not know",
		Refused::AnotherMachine => "the token is for another door",
		Refused::AnotherRental => "the token is of another rental",
		Refused::ActionNotInToken => "the token is not for that",
		Refused::EmptyWindow => "the token ends before it begins",
		Refused::LivesTooLong => "the token is good for longer than this door allows: make one for a shorter time",
		Refused::NotYetValid => "the token's time has not begun",
		Refused::Expired => "the token's time is over: make a new one",
		Refused::Revoked => "something was taken back since the token was signed: make a new one if you still may",
		Refused::RecordTooOld => "the door has not heard of what has changed since: show the proof of the rental",
		Refused::Right(denied) => match denied {
			Denied::NotRented => "nobody has rented it",
			Denied::NotActive => "the rental was not started, or is over",
			Denied::NotAUser => "the token's signer has not rented it, and nobody lets him in",
			Denied::TooEarly => "the rental has not begun",
			Denied::TooLate => "the rental is over",
			Denied::ActionNotAllowed => "the token's signer may not do that",
		},
		Refused::OutlivesRight => "the token is good for longer than its signer may come in",
		Refused::BadSignature => "the token was not signed by whom it names, or for another chain",
		Refused::Replayed => "the token was used before",
		Refused::TooManyTokens => "the door remembers no more tokens: wait until earlier ones are over",
	}
}

/// Somebody has come to the door. A line of its log.
#[derive(Serialize, Clone, PartialEq, Eq, Debug)]
pub struct Visit {
	/// When, in unix milliseconds of the chain's time; none if the door did not know.
	pub at: Option<UnixMillis>,
	/// By which rental.
	pub rental: u64,
	/// Whose key has signed, in hexadecimal digits.
	pub signer: String,
	/// What was wanted: a bit each.
	pub actions: u16,
	/// The token's hash, in hexadecimal digits: `blake2_256` of its bytes. For whoever has the token, that it was this one.
	pub token: String,
	/// Whether it was opened.
	pub opened: bool,
	/// If not, why.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub why: Option<String>,
}

/// A record, and as of which block.
#[derive(Encode, Decode, Clone, PartialEq, Eq, Debug)]
struct Known {
	number: u32,
	record: Record,
}

/// What a door knows, and what it decides by. No line to anywhere is needed to ask it.
#[derive(Debug)]
pub struct Keeper {
	rules: Rules,
	anchor: Option<Anchor>,
	/// The oldest first.
	blocks: VecDeque<Block>,
	rentals: BTreeMap<u64, Known>,
	used: Used,
}

/// What outlives a restart, but for the tokens.
#[derive(Encode, Decode)]
struct Kept {
	genesis: [u8; 32],
	machine: [u8; 32],
	anchor: Option<Anchor>,
	blocks: Vec<Block>,
	rentals: Vec<(u64, Known)>,
}

impl Keeper {
	/// A door that has heard of nothing.
	pub fn new(rules: Rules, used: Used) -> Self {
		Self {
			rules,
			anchor: None,
			blocks: VecDeque::new(),
			rentals: BTreeMap::new(),
			used,
		}
	}

	/// The same, with what it knew before a restart ([`Self::to_bytes`]). What was known of another chain or another machine, or
	/// cannot be read, is forgotten.
	pub fn again(rules: Rules, used: Used, kept: &[u8]) -> Self {
		let mut keeper = Self::new(rules, used);
		let kept = Kept::decode_all(&mut &*kept).ok();
		if let Some(kept) = kept.filter(|kept| (kept.genesis, kept.machine) == (rules.genesis, rules.machine)) {
			keeper.anchor = kept.anchor;
			keeper.blocks = kept.blocks.into();
			keeper.rentals = kept.rentals.into_iter().collect();
		}
		keeper
	}

	/// The chain and the machine of what was kept: for a door that starts again while nobody answers.
	pub fn whose(kept: &[u8]) -> Option<([u8; 32], [u8; 32])> {
		let kept = Kept::decode_all(&mut &*kept).ok()?;
		Some((kept.genesis, kept.machine))
	}

	/// So many of the rentals that it knows and that are not over, those first that were looked at longest ago.
	pub fn open_rentals(&self, most: usize) -> Vec<u64> {
		let open = self
			.rentals
			.iter()
			.filter(|(_, known)| !known.record.stage.is_settled());
		let mut open: Vec<_> = open.map(|(id, known)| (known.number, *id)).collect();
		open.sort_unstable();
		open.into_iter().take(most).map(|(_, id)| id).collect()
	}

	/// What outlives a restart, but for the used tokens, which have a file of their own.
	pub fn to_bytes(&self) -> Vec<u8> {
		let kept = Kept {
			genesis: self.rules.genesis,
			machine: self.rules.machine,
			anchor: self.anchor,
			blocks: self.blocks.iter().copied().collect(),
			rentals: self.rentals.iter().map(|(id, known)| (*id, known.clone())).collect(),
		};
		kept.encode()
	}

	/// The newest block that it knows.
	pub fn newest(&self) -> Option<&Block> {
		self.blocks.back()
	}

	/// A block is final. One that is no newer than what it knows is passed over.
	///
	/// # Errors
	/// When the computer does not say how long it runs.
	pub fn hear(&mut self, block: Block, ticks: &impl Ticks) -> Result<(), NoTime> {
		let is_newer = |newest: &Block| newest.number < block.number && newest.time <= block.time;
		if !self.newest().is_none_or(is_newer) {
			return Ok(());
		}
		self.anchor = Some(Anchor::set(block.time, ticks)?);
		let oldest = block.time.saturating_sub(self.rules.oldest_proof);
		self.blocks.push_back(block);
		while self.blocks.len() > BLOCKS || self.blocks.front().is_some_and(|block| block.time < oldest) {
			self.blocks.pop_front();
		}
		Ok(())
	}

	/// In the state of a final block this is a rental's record, or there is none. Older news than it has are passed over; a record
	/// of another machine is none of its.
	pub fn hear_of(&mut self, rental: u64, number: u32, record: Option<Record>) {
		if self.rentals.get(&rental).is_some_and(|known| known.number > number) {
			return;
		}
		let his = record.filter(|record| record.machine == self.rules.machine);
		let Some(record) = his else {
			self.rentals.remove(&rental);
			return;
		};
		self.rentals.insert(rental, Known { number, record });
		while self.rentals.len() > RENTALS {
			// Whatever is over is not missed; then what ends last.
			let over = |known: &Known| known.record.stage.is_settled();
			let place = |(id, known): (&u64, &Known)| (!over(known), known.record.end, *id);
			let Some((.., id)) = self
				.rentals
				.iter()
				.map(place)
				.min_by_key(|(open, end, id)| (*open, !*end, *id))
			else {
				return;
			};
			self.rentals.remove(&id);
		}
	}

	/// Chain time now.
	///
	/// # Errors
	/// Why the door does not know.
	pub fn now(&self, ticks: &impl Ticks) -> Result<UnixMillis, NoTime> {
		let anchor = self.anchor.as_ref().ok_or(NoTime::Never)?;
		anchor.now(self.rules.longest_alone, ticks)
	}

	/// Somebody shows a pass and wants in. If it may open, the token is used up and that is on the disk. May block.
	///
	/// # Errors
	/// Why the door stays shut. The visit is for the log in any case.
	pub fn visit(&mut self, pass: &Pass, actions: Actions, ticks: &impl Ticks) -> (Visit, Result<Right, Shut>) {
		let now = self.now(ticks);
		let at = now.as_ref().ok().copied();
		let answer = now.map_err(Shut::from).and_then(|now| self.answer(pass, actions, now));
		let claims = &pass.token.claims;
		let visit = Visit {
			at,
			rental: claims.rental,
			signer: hex::encode(claims.signer),
			actions: actions.0,
			token: hex::encode(blake2_256(&pass.token.encode())),
			opened: answer.is_ok(),
			why: answer.as_ref().err().map(ToString::to_string),
		};
		(visit, answer)
	}

	fn answer(&mut self, pass: &Pass, actions: Actions, now: UnixMillis) -> Result<Right, Shut> {
		let rental = pass.token.claims.rental;
		if let Some(proof) = &pass.proof {
			let (number, record) = self.proved(rental, proof)?;
			self.hear_of(rental, number, Some(record));
		}
		let block = self.newest().map_or(0, |block| block.number);
		let known = self.rentals.get(&rental).ok_or(Shut::NotHeardOf { rental, block })?;
		let door = Door {
			genesis: self.rules.genesis,
			machine: self.rules.machine,
			longest: self.rules.longest_token,
		};
		let right = pass
			.token
			.check(&door, rental, &known.record, actions, now, &mut self.used, verify)
			.map_err(Shut::Refused)?;
		self.used.keep()?;
		Ok(right)
	}

	/// The record that a proof shows, and of which block.
	fn proved(&self, rental: u64, proof: &Proof) -> Result<(u32, Record), Shut> {
		let newest = self.newest().ok_or(NoTime::Never)?;
		let found = self.blocks.iter().find(|block| block.hash == proof.block);
		let block = found.ok_or(Shut::UnknownBlock(newest.number))?;
		let state = ProvedState::new(block.root, proof.nodes.clone())?;
		let value = state.read(&rental_key(rental))?.ok_or(Shut::NoRental(rental))?;
		// It stands at the beginning of the value; what follows is not for doors.
		let record = Record::decode(&mut value.as_slice()).map_err(|_| Shut::UnknownForm(rental))?;
		match record.machine == self.rules.machine {
			true => Ok((block.number, record)),
			false => Err(Shut::Refused(Refused::AnotherMachine)),
		}
	}
}

/// Whether a message has this sr25519 signature of this key, as doors check it.
pub fn verify(message: &[u8], signature: &[u8; 64], key: &[u8; 32]) -> bool {
	sr25519::Pair::verify(&(*signature).into(), message, &(*key).into())
}

#[cfg(test)]
mod tests;

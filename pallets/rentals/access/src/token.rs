//! What a renter's phone shows to a door.

use crate::{Access, Actions, Denied, Forgetful, Right, UnixMillis};

/// Tells the signature of a token from any other that a key gives.
pub const CONTEXT: &[u8; 13] = b"bpiiot/access";

/// The version of the format.
const VERSION: u8 = 1;
/// Bytes of what is claimed, the version included.
const CLAIMS: usize = 103;
/// Bytes of a token.
pub const TOKEN_LENGTH: usize = CLAIMS + 64;
/// Bytes that are signed.
const PAYLOAD: usize = CONTEXT.len() + 32 + CLAIMS;
/// What wallets put around what is not a transaction.
const BEFORE: &[u8; 7] = b"<Bytes>";
const BEHIND: &[u8; 8] = b"</Bytes>";

/// What a token says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Claims {
	/// The rental.
	pub rental: u64,
	/// The machine, lock or room that it is for.
	pub machine: [u8; 32],
	/// The sr25519 key of the renter or of a sub-user.
	pub signer: [u8; 32],
	/// What may be done with it; no more than the signer may.
	pub actions: Actions,
	/// The rental's epoch as the signer knows it.
	pub epoch: u32,
	/// From when, in unix milliseconds of the chain's time.
	pub not_before: UnixMillis,
	/// Until when, in unix milliseconds of the chain's time; this one is the last.
	pub not_after: UnixMillis,
	/// Different for each token of a signer that lives at the same time.
	pub nonce: u64,
}

/// What is claimed, signed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
	/// What it says.
	pub claims: Claims,
	/// The signer's sr25519 signature of [`Claims::payload`].
	pub signature: [u8; 64],
}

/// A door: the machine, and how it looks at tokens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Door {
	/// The hash of the first block of the chain that it trusts.
	pub genesis: [u8; 32],
	/// The machine, lock or room that it is.
	pub machine: [u8; 32],
	/// The longest time that a token may be good for, in milliseconds.
	pub longest: u64,
}

/// Why a door stays shut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
	/// It is too short or too long to be a token.
	WrongLength,
	/// It is of a format that the door does not know.
	UnknownVersion,
	/// It is for another machine.
	AnotherMachine,
	/// It is of another rental than the one that the door has the record of.
	AnotherRental,
	/// It does not speak of what is asked.
	ActionNotInToken,
	/// It ends before it begins.
	EmptyWindow,
	/// It is good for longer than the door allows.
	LivesTooLong,
	/// Its time has not begun.
	NotYetValid,
	/// Its time is over.
	Expired,
	/// The renter has taken something back since it was signed, or the rental is over.
	Revoked,
	/// It was signed after something that the door has not heard of yet.
	RecordTooOld,
	/// By the rental's record the signer has no such right now.
	Right(Denied),
	/// It is good for longer than the signer's own right.
	OutlivesRight,
	/// The signer has not signed it, or not for this chain.
	BadSignature,
	/// It was used before.
	Replayed,
	/// The door remembers no more live tokens, or no more of this signer's.
	TooManyTokens,
}

impl Claims {
	fn encode(&self) -> [u8; CLAIMS] {
		let numbers = (self.actions.0.to_le_bytes(), self.epoch.to_le_bytes());
		let times = [self.not_before, self.not_after, self.nonce].map(u64::to_le_bytes);
		let rental = self.rental.to_le_bytes();
		let parts: [&[u8]; 9] = [
			&[VERSION],
			&rental,
			&self.machine,
			&self.signer,
			&numbers.0,
			&numbers.1,
			&times[0],
			&times[1],
			&times[2],
		];
		joined(parts)
	}

	fn decode(bytes: &[u8; CLAIMS]) -> Result<Self, Refused> {
		let mut rest = Rest(bytes);
		if rest.take::<1>() != [VERSION] {
			return Err(Refused::UnknownVersion);
		}
		Ok(Self {
			rental: u64::from_le_bytes(rest.take()),
			machine: rest.take(),
			signer: rest.take(),
			actions: Actions(u16::from_le_bytes(rest.take())),
			epoch: u32::from_le_bytes(rest.take()),
			not_before: u64::from_le_bytes(rest.take()),
			not_after: u64::from_le_bytes(rest.take()),
			nonce: u64::from_le_bytes(rest.take()),
		})
	}

	/// The bytes that the signer signs: context, genesis hash, claims.
	pub fn payload(&self, genesis: &[u8; 32]) -> [u8; PAYLOAD] {
		joined([CONTEXT, genesis, &self.encode()])
	}
}

impl Token {
	/// Its bytes.
	pub fn encode(&self) -> [u8; TOKEN_LENGTH] {
		joined([self.claims.encode().as_slice(), &self.signature])
	}

	/// Reads a token. Each token has one form only.
	///
	/// # Errors
	/// `WrongLength`, `UnknownVersion`.
	pub fn decode(bytes: &[u8]) -> Result<Self, Refused> {
		let bytes: &[u8; TOKEN_LENGTH] = bytes.try_into().map_err(|_| Refused::WrongLength)?;
		let mut rest = Rest(bytes);
		let claims = Claims::decode(&rest.take())?;
		Ok(Self {
			claims,
			signature: rest.take(),
		})
	}

	/// Whether the door opens for `action` now, by what it knows of the rental. If it does, the token is used up.
	///
	/// - `rental`, `record`: the rental whose turn it is at this door, from a storage proof against a finalized header, or
	///   from a node that the door trusts.
	/// - `now`: chain time, in unix milliseconds. A clock that was set back counts as standing still.
	/// - `verify`: whether a message has this sr25519 signature of this key (`schnorrkel`'s context is "substrate").
	///
	/// # Errors
	/// Why the door stays shut; the crate's page has the order.
	#[allow(clippy::too_many_arguments)]
	pub fn check<AccountId, Machine>(
		&self,
		door: &Door,
		rental: u64,
		record: &Access<AccountId, Machine>,
		action: Actions,
		now: UnixMillis,
		seen: &mut impl Forgetful,
		verify: impl Fn(&[u8], &[u8; 64], &[u8; 32]) -> bool,
	) -> Result<Right, Refused>
	where
		AccountId: PartialEq + From<[u8; 32]>,
		Machine: PartialEq + From<[u8; 32]>,
	{
		let claims = &self.claims;
		let now = seen.advance(now);
		if claims.machine != door.machine || Machine::from(door.machine) != record.machine {
			return Err(Refused::AnotherMachine);
		}
		if claims.rental != rental {
			return Err(Refused::AnotherRental);
		}
		if !claims.actions.include(action) {
			return Err(Refused::ActionNotInToken);
		}
		claims.in_time(now, door.longest)?;
		match claims.epoch.cmp(&record.epoch) {
			core::cmp::Ordering::Less => return Err(Refused::Revoked),
			core::cmp::Ordering::Greater => return Err(Refused::RecordTooOld),
			core::cmp::Ordering::Equal => (),
		}
		// All that it speaks of, not only what is asked: a token says nothing that is not true.
		let signer = AccountId::from(claims.signer);
		let right = record.allows(&signer, claims.actions, now).map_err(Refused::Right)?;
		if claims.not_before < right.from || claims.not_after > right.until {
			return Err(Refused::OutlivesRight);
		}
		if !self.is_signed(&door.genesis, verify) {
			return Err(Refused::BadSignature);
		}
		seen.note(&claims.signer, claims.nonce, claims.not_after)?;
		Ok(right)
	}

	/// Whether the signer has signed it: as it is, or as wallets wrap it.
	fn is_signed(&self, genesis: &[u8; 32], verify: impl Fn(&[u8], &[u8; 64], &[u8; 32]) -> bool) -> bool {
		const WRAPPED: usize = BEFORE.len() + PAYLOAD + BEHIND.len();
		let payload = self.claims.payload(genesis);
		let wrapped: [u8; WRAPPED] = joined([BEFORE.as_slice(), &payload, BEHIND]);
		let signed = |message: &[u8]| verify(message, &self.signature, &self.claims.signer);
		signed(&payload) || signed(&wrapped)
	}
}

impl Claims {
	fn in_time(&self, now: UnixMillis, longest: u64) -> Result<(), Refused> {
		let life = self.not_after.checked_sub(self.not_before);
		let life = life.filter(|life| *life > 0).ok_or(Refused::EmptyWindow)?;
		if life > longest {
			return Err(Refused::LivesTooLong);
		}
		if now < self.not_before {
			return Err(Refused::NotYetValid);
		}
		if now > self.not_after {
			return Err(Refused::Expired);
		}
		Ok(())
	}
}

/// What is left to read.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
	/// The next so many bytes; zeroes for those that are not there.
	fn take<const N: usize>(&mut self) -> [u8; N] {
		let (taken, rest) = self.0.split_at(N.min(self.0.len()));
		self.0 = rest;
		joined([taken])
	}
}

/// The parts one after another, in an array that they fill.
fn joined<const N: usize, const PARTS: usize>(parts: [&[u8]; PARTS]) -> [u8; N] {
	let mut bytes = [0; N];
	let all = parts.iter().flat_map(|part| part.iter());
	for (place, byte) in bytes.iter_mut().zip(all) {
		*place = *byte;
	}
	bytes
}

#[cfg(test)]
mod tests;

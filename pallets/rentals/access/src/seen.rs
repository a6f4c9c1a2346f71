//! The door's memory of the tokens that it has let in.

use crate::{Refused, UnixMillis};

/// A token that was used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Used {
	signer: [u8; 32],
	nonce: u64,
	/// It is refused by its window after this moment, and may be forgotten.
	until: UnixMillis,
}

/// The tokens that were used and could be used again, `N` at most. It allocates nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seen<const N: usize> {
	used: [Option<Used>; N],
	/// The latest moment that it was told. It never goes back.
	latest: UnixMillis,
}

impl<const N: usize> Default for Seen<N> {
	fn default() -> Self {
		Self {
			used: [None; N],
			latest: 0,
		}
	}
}

/// What a check needs of a door's memory. Whoever keeps it elsewhere, on a disk say, implements this.
pub trait Forgetful {
	/// Tells it the time, and gives back the latest that it was ever told.
	fn advance(&mut self, now: UnixMillis) -> UnixMillis;

	/// Remembers a token until it cannot be used any more.
	///
	/// # Errors
	/// `Replayed`, or `TooManyTokens` if there is no room.
	fn note(&mut self, signer: &[u8; 32], nonce: u64, until: UnixMillis) -> Result<(), Refused>;
}

impl<const N: usize> Seen<N> {
	/// Live tokens that one signer may have in it.
	const OF_ONE: usize = if N < 16 { 1 } else { N / 8 };

	/// How many it remembers.
	pub fn len(&self) -> usize {
		self.used.iter().flatten().count()
	}

	/// Whether it remembers none.
	pub fn is_empty(&self) -> bool {
		self.len() == 0
	}
}

impl<const N: usize> Forgetful for Seen<N> {
	fn advance(&mut self, now: UnixMillis) -> UnixMillis {
		self.latest = self.latest.max(now);
		for place in &mut self.used {
			if place.is_some_and(|used| used.until < self.latest) {
				*place = None;
			}
		}
		self.latest
	}

	fn note(&mut self, signer: &[u8; 32], nonce: u64, until: UnixMillis) -> Result<(), Refused> {
		let mut his = 0usize;
		for used in self.used.iter().flatten().filter(|used| used.signer == *signer) {
			if used.nonce == nonce {
				return Err(Refused::Replayed);
			}
			his = his.saturating_add(1);
		}
		if his >= Self::OF_ONE {
			return Err(Refused::TooManyTokens);
		}
		let free = self.used.iter_mut().find(|place| place.is_none());
		let free = free.ok_or(Refused::TooManyTokens)?;
		*free = Some(Used {
			signer: *signer,
			nonce,
			until,
		});
		Ok(())
	}
}

//! Commands from the cloud: whether one may be followed.
//!
//! A command is one line: the HMAC-SHA256 of the JSON text, in hex, a space, and the JSON text. Whoever has the key may
//! command; what the broker allows does not count.

use hmac::{Hmac, Mac};
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::Sha256;
use std::collections::BTreeSet;

/// The largest command, in bytes, with its authentication code.
pub const MOST_COMMAND_BYTES: usize = 4 * 1024;
/// How far ahead a command's end may lie, in ms.
pub const MOST_AHEAD_MS: u64 = 24 * 60 * 60 * 1000;
/// The longest id of a request, in bytes.
const MOST_ID_BYTES: usize = 64;
/// Hex digits of an authentication code.
const CODE_DIGITS: usize = 64;

/// Why a command is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
	/// It is too large.
	#[error("{0} bytes are too many; the most is {MOST_COMMAND_BYTES}")]
	TooLarge(usize),
	/// It has no authentication code of ours.
	#[error("it is not signed with this machine's key")]
	NotSigned,
	/// It is kept by the broker for whoever comes.
	#[error("it is retained by the broker; publish commands without retain")]
	Retained,
	/// It is none.
	#[error("it is no command ({0})")]
	Malformed(String),
	/// It is for another machine.
	#[error("it is for the machine \"{0}\"")]
	OtherMachine(String),
	/// The time is not known, so it cannot be judged.
	#[error("the time is not known here, so that its end cannot be judged; try again later")]
	TimeUnknown,
	/// Its time is over.
	#[error("its time ended {0} ms ago")]
	Expired(u64),
	/// Its end is too far away.
	#[error("its end is more than {MOST_AHEAD_MS} ms away")]
	TooFarAhead,
	/// Its counter is not above the last one.
	#[error("its counter {found} is not above {last}, the last one")]
	Replayed {
		/// Its counter.
		found: u64,
		/// The last counter.
		last: u64,
	},
	/// Its counter is above its end.
	#[error("its counter is above its end in ms, which would leave no counter for later commands")]
	CounterTooLarge,
	/// It is not allowed here.
	#[error("\"{0}\" is not among the commands that this machine allows")]
	NotAllowed(String),
	/// Too many came.
	#[error("too many commands in a short time; try again later")]
	TooMany,
	/// The machine does not take commands now.
	#[error("the machine is busy with other commands; try again later")]
	Busy,
	/// The counter could not be kept.
	#[error("the machine could not keep the counter on its disk")]
	NotKept,
}

/// A command that may be followed.
#[derive(Clone, Debug, PartialEq)]
pub struct Allowed {
	/// The request's id, for the answer.
	pub id: String,
	/// Which command.
	pub name: String,
	/// Its arguments.
	pub arguments: Map<String, Value>,
	/// Its counter, to be kept before it is followed.
	pub counter: u64,
}

/// A command that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
	/// The request's id. Only a signed command has one, and only such is answered: nobody else learns anything.
	pub id: Option<String>,
	/// Why.
	pub why: Refused,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
	v: u32,
	machine: String,
	id: String,
	counter: u64,
	expires: u64,
	name: String,
	#[serde(default)]
	arguments: Map<String, Value>,
}

/// How many commands may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
	/// How many at once.
	pub burst: u32,
	/// How long until one more may come, in ms.
	pub every_ms: u64,
}

/// Judges commands.
pub struct Gate {
	key: Vec<u8>,
	machine: String,
	allowed: BTreeSet<String>,
	rate: Rate,
	tokens: u32,
	filled_at_ms: u64,
	last_counter: u64,
}

impl Gate {
	/// For `machine`, with the shared key and the counter of the last command that was followed.
	pub fn new(key: Vec<u8>, machine: String, allowed: BTreeSet<String>, rate: Rate, last_counter: u64) -> Self {
		Gate {
			key,
			machine,
			allowed,
			rate,
			tokens: rate.burst,
			filled_at_ms: 0,
			last_counter,
		}
	}

	/// Judges the command in `bytes`. `now_ms` is unix time, `None` while it is not known; `steady_ms` any steady clock.
	///
	/// # Errors
	/// Says why it may not be followed.
	pub fn judge(&mut self, bytes: &[u8], now_ms: Option<u64>, steady_ms: u64) -> Result<Allowed, Refusal> {
		let nameless = |why| Refusal { id: None, why };
		if bytes.len() > MOST_COMMAND_BYTES {
			return Err(nameless(Refused::TooLarge(bytes.len())));
		}
		let text = self.signed(bytes).ok_or(nameless(Refused::NotSigned))?;
		let text: Text =
			serde_json::from_slice(text).map_err(|error| nameless(Refused::Malformed(error.to_string())))?;
		if text.id.is_empty() || text.id.len() > MOST_ID_BYTES {
			let problem = format!("its id has {} bytes; it must have 1 to {MOST_ID_BYTES}", text.id.len());
			return Err(nameless(Refused::Malformed(problem)));
		}
		match self.check(&text, now_ms, steady_ms) {
			Ok(()) => Ok(Allowed {
				id: text.id,
				name: text.name,
				arguments: text.arguments,
				counter: text.counter,
			}),
			Err(why) => Err(Refusal { id: Some(text.id), why }),
		}
	}

	/// The JSON text in `bytes` when its code is right. The comparison takes the same time wherever they differ.
	fn signed<'a>(&self, bytes: &'a [u8]) -> Option<&'a [u8]> {
		let (code, rest) = bytes.split_at_checked(CODE_DIGITS)?;
		let text = rest.strip_prefix(b" ")?;
		let code = hex::decode(code).ok()?;
		let mut mac = hmac(&self.key);
		mac.update(text);
		mac.verify_slice(&code).ok()?;
		Some(text)
	}

	fn check(&mut self, text: &Text, now_ms: Option<u64>, steady_ms: u64) -> Result<(), Refused> {
		if text.v != 1 {
			return Err(Refused::Malformed(format!(
				"its version is {}; this machine knows 1",
				text.v
			)));
		}
		if text.machine != self.machine {
			return Err(Refused::OtherMachine(text.machine.chars().take(60).collect()));
		}
		let now_ms = now_ms.ok_or(Refused::TimeUnknown)?;
		if text.expires <= now_ms {
			return Err(Refused::Expired(now_ms - text.expires));
		}
		if text.expires - now_ms > MOST_AHEAD_MS {
			return Err(Refused::TooFarAhead);
		}
		if text.counter <= self.last_counter {
			return Err(Refused::Replayed {
				found: text.counter,
				last: self.last_counter,
			});
		}
		if text.counter > text.expires {
			return Err(Refused::CounterTooLarge);
		}
		// From here on it is used up, also when it is refused: nobody else may send it again later.
		self.last_counter = text.counter;
		if !self.allowed.contains(&text.name) {
			return Err(Refused::NotAllowed(text.name.chars().take(60).collect()));
		}
		if !self.take_token(steady_ms) {
			return Err(Refused::TooMany);
		}
		Ok(())
	}

	fn take_token(&mut self, steady_ms: u64) -> bool {
		let fresh = steady_ms.saturating_sub(self.filled_at_ms) / self.rate.every_ms.max(1);
		if fresh > 0 {
			self.tokens = u32::try_from(fresh)
				.unwrap_or(u32::MAX)
				.saturating_add(self.tokens)
				.min(self.rate.burst);
			self.filled_at_ms = self
				.filled_at_ms
				.saturating_add(fresh.saturating_mul(self.rate.every_ms.max(1)));
		}
		match self.tokens.checked_sub(1) {
			Some(left) => {
				self.tokens = left;
				true
			}
			None => false,
		}
	}
}

/// A command's text with its code, as it is published: for those who command, and for tests.
pub fn sign(key: &[u8], text: &str) -> String {
	let mut mac = hmac(key);
	mac.update(text.as_bytes());
	format!("{} {text}", hex::encode(mac.finalize().into_bytes()))
}

fn hmac(key: &[u8]) -> Hmac<Sha256> {
	Hmac::new_from_slice(key).expect("HMAC takes keys of any length; qed")
}

#[cfg(test)]
#[path = "command_tests.rs"]
mod tests;

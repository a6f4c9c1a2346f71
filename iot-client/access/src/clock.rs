//! Chain time where nobody tells it: carried on by what the computer counts since it started, which nobody can set.

use bpiiot_access::UnixMillis;
use codec::{Decode, Encode};
use std::{fs, io};

/// What a computer counts by itself.
pub trait Ticks {
	/// Names the time since it was switched on: another each time.
	///
	/// # Errors
	/// When the system does not tell.
	fn boot(&self) -> io::Result<[u8; 16]>;

	/// Milliseconds since then, those asleep included.
	///
	/// # Errors
	/// When the system does not tell.
	fn millis(&self) -> io::Result<u64>;
}

/// Those of Linux. Whoever sets the clock of the computer sets none of this.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemTicks;

impl Ticks for SystemTicks {
	fn boot(&self) -> io::Result<[u8; 16]> {
		let text = fs::read_to_string("/proc/sys/kernel/random/boot_id")?;
		let mut id = [0; 16];
		hex::decode_to_slice(text.trim().replace('-', ""), &mut id)
			.map_err(|error| io::Error::other(error.to_string()))?;
		Ok(id)
	}

	fn millis(&self) -> io::Result<u64> {
		let text = fs::read_to_string("/proc/uptime")?;
		millis_of(&text).ok_or_else(|| io::Error::other("the system does not say how long it runs"))
	}
}

/// Reads `350735.47 234388.90`: seconds with two places.
fn millis_of(uptime: &str) -> Option<u64> {
	let (seconds, hundredths) = uptime.split_whitespace().next()?.split_once('.')?;
	let hundredths = (hundredths.len() == 2).then(|| hundredths.parse::<u64>().ok())??;
	seconds
		.parse::<u64>()
		.ok()?
		.checked_mul(1_000)?
		.checked_add(hundredths * 10)
}

/// Why a door does not know what time it is.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoTime {
	/// Nothing was ever heard of the chain.
	#[error("the door has not heard of the chain yet")]
	Never,
	/// The computer was off since, and nobody knows for how long.
	#[error("the door has started anew and has not heard of the chain since: it does not know what time it is")]
	OtherBoot,
	/// Its own counting is not good for so long.
	#[error("the door has heard nothing of the chain for {0} ms, longer than it may go by its own clock")]
	TooLong(u64),
	/// The system does not tell.
	#[error("the computer does not say how long it runs: {0}")]
	System(String),
}

/// What time it was on the chain, and where the computer's own counting stood.
#[derive(Encode, Decode, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Anchor {
	/// Chain time, in unix milliseconds.
	pub time: UnixMillis,
	boot: [u8; 16],
	millis: u64,
}

impl Anchor {
	/// This is the time now.
	///
	/// # Errors
	/// When the system does not count.
	pub fn set(time: UnixMillis, ticks: &impl Ticks) -> Result<Self, NoTime> {
		let failed = |error: io::Error| NoTime::System(error.to_string());
		Ok(Self {
			time,
			boot: ticks.boot().map_err(failed)?,
			millis: ticks.millis().map_err(failed)?,
		})
	}

	/// Chain time now, if it was told no longer ago than `longest` milliseconds, and since the computer was switched on.
	///
	/// # Errors
	/// Otherwise.
	pub fn now(&self, longest: u64, ticks: &impl Ticks) -> Result<UnixMillis, NoTime> {
		let here = Self::set(self.time, ticks)?;
		if here.boot != self.boot {
			return Err(NoTime::OtherBoot);
		}
		// It never goes back within one boot.
		let since = here.millis.checked_sub(self.millis).ok_or(NoTime::OtherBoot)?;
		match since <= longest {
			true => Ok(self.time.saturating_add(since)),
			false => Err(NoTime::TooLong(since)),
		}
	}
}

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use std::cell::Cell;

	/// A computer that counts as it is told.
	#[derive(Default)]
	pub(crate) struct Told {
		pub boot: Cell<u8>,
		pub millis: Cell<u64>,
	}

	impl Ticks for Told {
		fn boot(&self) -> io::Result<[u8; 16]> {
			Ok([self.boot.get(); 16])
		}

		fn millis(&self) -> io::Result<u64> {
			Ok(self.millis.get())
		}
	}

	#[test]
	fn time_goes_on_by_the_computers_counting_and_ends_with_it() {
		let ticks = Told::default();
		ticks.millis.set(500);
		let anchor = Anchor::set(1_000_000, &ticks).unwrap();
		for (millis, now) in [
			(500, Ok(1_000_000)),
			(600, Ok(1_000_100)),
			(10_500, Ok(1_010_000)),
			(10_501, Err(NoTime::TooLong(10_001))),
			(499, Err(NoTime::OtherBoot)),
		] {
			ticks.millis.set(millis);
			assert_eq!(anchor.now(10_000, &ticks), now, "{millis}");
		}
		ticks.boot.set(1);
		ticks.millis.set(600);
		assert_eq!(anchor.now(10_000, &ticks), Err(NoTime::OtherBoot));
	}

	#[test]
	fn reads_what_the_system_says() {
		assert_eq!(millis_of("350735.47 234388.90\n"), Some(350_735_470));
		assert_eq!(millis_of("0.05 0.00"), Some(50));
		for bad in ["", "12", "12.3 1.00", "x.00", "99999999999999999999.00"] {
			assert_eq!(millis_of(bad), None, "{bad}");
		}
		let (one, other) = (SystemTicks.millis().unwrap(), SystemTicks.millis().unwrap());
		assert!(one <= other && SystemTicks.boot().unwrap() == SystemTicks.boot().unwrap());
	}
}

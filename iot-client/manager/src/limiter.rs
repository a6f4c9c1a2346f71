//! How often somebody may try a password: a bucket of tries for each address, one for all together, and a delay that
//! grows with each wrong one. Pure: the time is handed in.

use std::{
	collections::HashMap,
	net::{IpAddr, Ipv6Addr},
};

/// Addresses that are remembered.
const MOST_ADDRESSES: usize = 256;
/// Wrong passwords from an address before the delay begins.
const FREE_FAILURES: u32 = 3;
/// The longest delay, in ms.
const MOST_DELAY: u64 = 300_000;
/// After this long without a try an address is forgotten, in ms.
const FORGOTTEN_AFTER: u64 = 3_600_000;

/// Tries that refill with time.
#[derive(Clone, Copy, Debug)]
struct Bucket {
	/// When it is full again; each try moves that by `every`.
	full_at: u64,
}

impl Bucket {
	/// Takes a try, or says in how many ms there is one.
	fn take(&mut self, now: u64, burst: u64, every: u64) -> Result<(), u64> {
		let full_at = self.full_at.max(now).saturating_add(every);
		let most = now.saturating_add(burst.saturating_mul(every));
		if full_at > most {
			return Err(full_at - most);
		}
		self.full_at = full_at;
		Ok(())
	}

	fn give_back(&mut self, every: u64) {
		self.full_at = self.full_at.saturating_sub(every);
	}
}

/// What is remembered of an address.
struct Source {
	bucket: Bucket,
	failures: u32,
	/// Nothing is tried before.
	not_before: u64,
	last: u64,
	/// Somebody has logged in from there: strangers do not use up its tries.
	known: bool,
}

/// All of it.
#[derive(Default)]
pub(crate) struct Limiter {
	all: Option<Bucket>,
	sources: HashMap<IpAddr, Source>,
}

/// Tries of an address at once, and ms for another.
const OF_ONE: (u64, u64) = (5, 6_000);
/// Tries of all addresses at once from which nobody has logged in, and ms for another.
const OF_ALL: (u64, u64) = (20, 2_000);

impl Limiter {
	/// Takes a try for this address, or says in how many ms there is one.
	pub fn ask(&mut self, from: IpAddr, now: u64) -> Result<(), u64> {
		let from = of_whom(from);
		self.sources
			.retain(|_, source| now.saturating_sub(source.last) < FORGOTTEN_AFTER);
		if !self.sources.contains_key(&from) && self.sources.len() >= MOST_ADDRESSES {
			let oldest = self
				.sources
				.iter()
				.min_by_key(|(_, source)| (source.known, source.last));
			if let Some(oldest) = oldest.map(|(address, _)| *address) {
				self.sources.remove(&oldest);
			}
		}
		let source = self.sources.entry(from).or_insert(Source {
			bucket: Bucket { full_at: now },
			failures: 0,
			not_before: now,
			last: now,
			known: false,
		});
		if source.not_before > now {
			return Err(source.not_before - now);
		}
		source.bucket.take(now, OF_ONE.0, OF_ONE.1)?;
		if !source.known {
			let all = self.all.get_or_insert(Bucket { full_at: now });
			if let Err(wait) = all.take(now, OF_ALL.0, OF_ALL.1) {
				source.bucket.give_back(OF_ONE.1);
				return Err(wait);
			}
		}
		source.last = now;
		Ok(())
	}

	/// How a try ended.
	pub fn ended(&mut self, from: IpAddr, right: bool, now: u64) {
		let Some(source) = self.sources.get_mut(&of_whom(from)) else {
			return;
		};
		if right {
			source.failures = 0;
			source.not_before = now;
			source.bucket.give_back(OF_ONE.1);
			if let (Some(all), false) = (&mut self.all, source.known) {
				all.give_back(OF_ALL.1);
			}
			source.known = true;
			return;
		}
		source.failures = source.failures.saturating_add(1);
		if let Some(more) = source.failures.checked_sub(FREE_FAILURES) {
			let delay = 1_000u64.checked_shl(more.min(20)).unwrap_or(MOST_DELAY).min(MOST_DELAY);
			source.not_before = now.saturating_add(delay);
		}
	}
}

/// Whoever has an address of IPv6 has the 2^64 around it.
fn of_whom(address: IpAddr) -> IpAddr {
	match address.to_canonical() {
		IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) & !u128::from(u64::MAX)).into(),
		address => address,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn address(last: u8) -> IpAddr {
		[10, 0, 0, last].into()
	}

	#[test]
	fn the_delay_grows_with_each_wrong_password() {
		let (mut limiter, mut now, mut waits) = (Limiter::default(), 0, Vec::new());
		for _ in 0..14 {
			while let Err(wait) = limiter.ask(address(1), now) {
				now += wait;
			}
			limiter.ended(address(1), false, now);
			waits.push(limiter.ask(address(1), now).err());
			now += 60_000;
		}
		let seconds: Vec<_> = waits.iter().map(|wait| wait.unwrap_or(0) / 1_000).collect();
		assert_eq!(seconds, [0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
	}

	#[test]
	fn a_right_password_ends_the_delay_and_costs_no_try() {
		let mut limiter = Limiter::default();
		for _ in 0..4 {
			if limiter.ask(address(1), 0).is_ok() {
				limiter.ended(address(1), false, 0);
			}
		}
		assert!(limiter.ask(address(1), 0).is_err());
		assert!(limiter.ask(address(1), 60_000).is_ok());
		limiter.ended(address(1), true, 60_000);
		for _ in 0..100 {
			assert!(limiter.ask(address(1), 60_000).is_ok());
			limiter.ended(address(1), true, 60_000);
		}
	}

	#[test]
	fn many_addresses_together_are_limited_but_not_whoever_has_logged_in() {
		let mut limiter = Limiter::default();
		assert!(limiter.ask(address(200), 0).is_ok());
		limiter.ended(address(200), true, 0);
		let taken = (0..100).filter(|last| limiter.ask(address(*last), 0).is_ok()).count();
		assert_eq!(taken, 20);
		assert!(limiter.ask(address(150), 0).is_err());
		assert!(limiter.ask(address(200), 0).is_ok());
		assert!(limiter.ask(address(150), 2_000).is_ok(), "one more every two seconds");
	}

	#[test]
	fn neighbours_in_ipv6_count_as_one() {
		let mut limiter = Limiter::default();
		let taken = (1..50u128).filter(|last| {
			let address = Ipv6Addr::from(0x2001_0db8_0000_0001_0000_0000_0000_0000 + last);
			limiter.ask(address.into(), 0).is_ok()
		});
		assert_eq!(taken.count(), 5);
	}

	#[test]
	fn no_more_addresses_are_remembered_than_there_is_room_for() {
		let mut limiter = Limiter::default();
		for number in 0..2_000u32 {
			let _ = limiter.ask(IpAddr::from(number.to_be_bytes()), u64::from(number) * 3_000);
		}
		assert!(limiter.sources.len() <= MOST_ADDRESSES, "{}", limiter.sources.len());
	}

	proptest! {
		#[test]
		fn an_address_never_has_more_tries_than_its_bucket_gives(steps in proptest::collection::vec(0u64..20_000, 1..200)) {
			let (mut limiter, mut now, mut taken) = (Limiter::default(), 0, 0);
			for step in steps {
				now += step;
				taken += u64::from(limiter.ask(address(1), now).is_ok());
			}
			prop_assert!(taken <= OF_ONE.0 + now / OF_ONE.1);
		}
	}
}

//! Who is logged in. A session's id is known to its browser alone: here is its hash, and the token against forged
//! requests is made from the id, so that nobody who reads this memory can act for somebody else.

use crate::{
	api::Role,
	clock::Clock,
	users::{Known, Stamp},
};
use rand::{rngs::OsRng, TryRngCore};
use sha2::{Digest, Sha256};
use std::{
	collections::HashMap,
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc, Mutex, MutexGuard, PoisonError,
	},
};
use subtle::ConstantTimeEq;
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

/// Sessions at once.
pub(crate) const MOST_SESSIONS: usize = 64;
/// No session is older, in ms, unless a longer one without use is set.
const LONGEST: u64 = 12 * 3_600_000;

/// Somebody who is logged in.
#[derive(Debug)]
pub(crate) struct Session {
	pub role: Role,
	/// The password that it was opened with, as far as anybody must know it.
	stamp: Stamp,
	/// When it was opened, and used last, by the clock that never goes back.
	opened: u64,
	used: AtomicU64,
	ended: CancellationToken,
}

impl Session {
	/// Is done when it has ended.
	pub fn ended(&self) -> &CancellationToken {
		&self.ended
	}

	#[cfg(any(test, feature = "played"))]
	pub fn played(role: Role) -> Arc<Self> {
		Arc::new(Self {
			role,
			stamp: Stamp::default(),
			opened: 0,
			used: AtomicU64::new(0),
			ended: CancellationToken::new(),
		})
	}
}

/// A session's id, for its browser.
pub(crate) struct Id(Zeroizing<String>);

impl Id {
	fn new() -> Result<Self, rand::rand_core::OsError> {
		let mut bytes = Zeroizing::new([0; 32]);
		OsRng.try_fill_bytes(&mut *bytes)?;
		Ok(Self(Zeroizing::new(hex::encode(*bytes))))
	}

	/// An id that somebody shows.
	pub fn shown(text: &str) -> Option<Self> {
		let whole = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
		whole.then(|| Self(Zeroizing::new(text.to_owned())))
	}

	pub fn text(&self) -> &str {
		&self.0
	}

	fn key(&self) -> [u8; 32] {
		self.hash(b"session")
	}

	/// The token that goes with it.
	pub fn token(&self) -> String {
		hex::encode(self.hash(b"token"))
	}

	/// Whether that is the token that goes with it.
	pub fn has_token(&self, token: &str) -> bool {
		self.token().as_bytes().ct_eq(token.as_bytes()).into()
	}

	fn hash(&self, what_for: &[u8]) -> [u8; 32] {
		let hash = Sha256::new().chain_update(what_for).chain_update([0u8]);
		hash.chain_update(self.0.as_bytes()).finalize().into()
	}
}

/// Everybody who is logged in.
pub(crate) struct Sessions {
	clock: Clock,
	/// Ms without use after which one ends.
	idle: u64,
	table: Mutex<HashMap<[u8; 32], Arc<Session>>>,
}

impl Sessions {
	pub fn new(clock: Clock, minutes: u32) -> Self {
		Self {
			clock,
			idle: u64::from(minutes) * 60_000,
			table: Mutex::default(),
		}
	}

	/// Opens one. When there are too many, the one that was used longest ago ends.
	pub fn open(&self, role: Role, stamp: Stamp) -> Result<(Id, Arc<Session>), rand::rand_core::OsError> {
		let id = Id::new()?;
		let now = self.clock.ms();
		let session = Arc::new(Session {
			role,
			stamp,
			opened: now,
			used: AtomicU64::new(now),
			ended: CancellationToken::new(),
		});
		let mut table = self.lock();
		if table.len() >= MOST_SESSIONS {
			let oldest = table
				.iter()
				.min_by_key(|(_, session)| session.used.load(Ordering::Relaxed));
			if let Some(oldest) = oldest.map(|(key, _)| *key) {
				end(table.remove(&oldest));
			}
		}
		table.insert(id.key(), session.clone());
		Ok((id, session))
	}

	/// The session with this id, if it has not ended.
	pub fn find(&self, id: &Id) -> Option<Arc<Session>> {
		let found = self.lock().get(&id.key()).cloned()?;
		(!self.is_over(&found)).then_some(found)
	}

	/// Somebody uses it: it is not idle. False when it has ended.
	pub fn touch(&self, session: &Session) -> bool {
		if self.is_over(session) {
			return false;
		}
		session.used.store(self.clock.ms(), Ordering::Relaxed);
		true
	}

	/// Ends it.
	pub fn close(&self, id: &Id) {
		end(self.lock().remove(&id.key()));
	}

	/// Ends those that are over, and with `known` those whose password is another by now.
	pub fn sweep(&self, known: Option<&Known>) {
		self.lock().retain(|_, session| {
			let changed = known.is_some_and(|known| known.stamp(session.role) != Some(session.stamp));
			let stays = !changed && !self.is_over(session);
			if !stays {
				session.ended.cancel();
			}
			stays
		});
	}

	/// Ends all.
	pub fn clear(&self) {
		self.lock().drain().for_each(|(_, session)| session.ended.cancel());
	}

	/// How many there are.
	pub fn count(&self) -> usize {
		self.lock().len()
	}

	/// When it ends if nobody uses it, in unix ms.
	pub fn expires(&self, session: &Session) -> u64 {
		let left = self.end_of(session).saturating_sub(self.clock.ms());
		self.clock.unix_ms().saturating_add(left)
	}

	fn end_of(&self, session: &Session) -> u64 {
		let idle = session.used.load(Ordering::Relaxed).saturating_add(self.idle);
		idle.min(session.opened.saturating_add(self.idle.max(LONGEST)))
	}

	/// Whether it has ended.
	pub fn is_over(&self, session: &Session) -> bool {
		session.ended.is_cancelled() || self.clock.ms() >= self.end_of(session)
	}

	fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 32], Arc<Session>>> {
		self.table.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

fn end(session: Option<Arc<Session>>) {
	if let Some(session) = session {
		session.ended.cancel();
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn sessions() -> (Sessions, Clock) {
		let clock = Clock::default();
		(Sessions::new(clock.clone(), 10), clock)
	}

	#[test]
	fn only_the_whole_id_finds_a_session() {
		let (sessions, _) = sessions();
		let (id, session) = sessions.open(Role::Owner, Stamp::default()).unwrap();
		let found = sessions.find(&Id::shown(id.text()).unwrap()).unwrap();
		assert!(Arc::ptr_eq(&found, &session));
		assert!(Id::shown(&id.text()[1..]).is_none());
		assert!(Id::shown("").is_none());
		let other = format!("{:064x}", 7);
		assert!(sessions.find(&Id::shown(&other).unwrap()).is_none());
	}

	#[test]
	fn a_token_goes_with_one_id_only_and_is_not_the_id() {
		let (one, other) = (Id::new().unwrap(), Id::new().unwrap());
		assert!(one.has_token(&one.token()));
		for token in [
			other.token(),
			one.text().to_owned(),
			String::new(),
			one.token()[1..].to_owned(),
		] {
			assert!(!one.has_token(&token), "{token}");
		}
	}

	#[test]
	fn ends_without_use_and_after_its_longest_time() {
		let (sessions, clock) = sessions();
		let (id, session) = sessions.open(Role::Viewer, Stamp::default()).unwrap();
		let hours = LONGEST / 3_600_000;
		for _ in 0..hours * 7 {
			clock.advance(500_000);
			assert!(sessions.touch(&session));
		}
		assert!(sessions.find(&id).is_some());
		clock.advance(600_000);
		assert!(sessions.find(&id).is_none() && !sessions.touch(&session));
		assert!(!session.ended().is_cancelled(), "the sweep does that");
		sessions.sweep(None);
		assert!(session.ended().is_cancelled());
		assert_eq!(sessions.count(), 0);

		let (id, session) = sessions.open(Role::Viewer, Stamp::default()).unwrap();
		for _ in 0..LONGEST / 500_000 + 1 {
			clock.advance(500_000);
			sessions.touch(&session);
		}
		assert!(sessions.find(&id).is_none(), "however much it is used");
	}

	#[test]
	fn when_there_are_too_many_the_longest_unused_ends() {
		let (sessions, clock) = sessions();
		let mut all = Vec::new();
		for _ in 0..MOST_SESSIONS {
			clock.advance(1);
			all.push(sessions.open(Role::Viewer, Stamp::default()).unwrap());
		}
		clock.advance(1);
		sessions.touch(&all[0].1);
		sessions.open(Role::Owner, Stamp::default()).unwrap();
		assert_eq!(sessions.count(), MOST_SESSIONS);
		assert!(sessions.find(&all[0].0).is_some());
		assert!(sessions.find(&all[1].0).is_none() && all[1].1.ended().is_cancelled());
	}

	#[test]
	fn a_closed_session_has_ended_at_once() {
		let (sessions, _) = sessions();
		let (id, session) = sessions.open(Role::Viewer, Stamp::default()).unwrap();
		sessions.close(&id);
		assert!(sessions.find(&id).is_none() && session.ended().is_cancelled() && !sessions.touch(&session));
	}
}

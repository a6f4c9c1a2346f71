//! Which nonce the next transaction has.
//!
//! A node's pool says it ([`Told`]). Whoever alone signs for the account need not ask each time: of those above what was said
//! he knows himself which are used, wait or are free. But commands of the owner may sign for a machine too. So what was said
//! holds until the next block is final, or anything speaks for another signer; and if there is one all the same, both sign with
//! one nonce, of which the chain takes one, and the other call is decided anew.

use super::super::{error::Result, session::Session};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use subxt::utils::AccountId32;
use tokio::time::Instant;

/// What was said is asked again after so long, if no block is final before.
const FRESH: Duration = Duration::from_secs(30);
/// And is not believed after so long.
const BELIEVED: Duration = Duration::from_secs(60);

/// What a node's pool said the next nonce of an account is.
#[derive(Debug)]
pub(super) struct Told {
	session: Arc<Session>,
	account: AccountId32,
	/// What it said.
	pub next: u64,
	/// The height of the newest finalized block then.
	height: u64,
	at: Instant,
}

impl Told {
	/// Asks the node, when the finalized block of this height is the newest.
	///
	/// # Errors
	/// When it does not answer.
	pub async fn by(session: Arc<Session>, account: AccountId32, height: u64) -> Result<Self> {
		let at = Instant::now();
		let next = session.next_nonce(&account).await?;
		Ok(Self {
			session,
			account,
			next,
			height,
			at,
		})
	}

	/// What was said, if this node said it of this account since this height, and not too long ago.
	pub fn believed(&self, session: &Arc<Session>, account: &AccountId32, height: u64) -> Option<u64> {
		let holds = self.is_of(session, account, height) && self.at.elapsed() < BELIEVED;
		holds.then_some(self.next)
	}

	/// When to ask this node of this account at this height again.
	pub fn again_at(&self, session: &Arc<Session>, account: &AccountId32, height: u64) -> Instant {
		match self.is_of(session, account, height) {
			true => self.at + FRESH,
			false => Instant::now(),
		}
	}

	/// A transaction of this account with this nonce is in a finalized block.
	pub fn note_used(&mut self, account: AccountId32, nonce: u64) {
		if self.account == account {
			self.next = self.next.max(nonce.saturating_add(1));
		}
	}

	fn is_of(&self, session: &Arc<Session>, account: &AccountId32, height: u64) -> bool {
		Arc::ptr_eq(&self.session, session) && self.account == *account && self.height >= height
	}
}

/// The nonces of the account that signs.
#[derive(Debug, Default)]
pub(super) struct Nonces {
	account: Option<AccountId32>,
	/// Our own finalized transactions say that it is at least this; a node may be behind.
	least: u64,
	/// Of transactions that can be in no block any more.
	free: BTreeSet<u64>,
}

impl Nonces {
	/// Takes the lowest one that is free. The account has `used` all below that number in the best block, and the node's pool
	/// says, or said a while ago, that `next` follows; those of `flying` wait for their blocks, whether the pool knows them or
	/// not.
	pub fn take(&mut self, account: AccountId32, used: u64, next: u64, flying: &BTreeSet<u64>) -> u64 {
		self.turn_to(account);
		let floor = self.least.max(used);
		self.free = self.free.split_off(&floor);
		while let Some(nonce) = self.free.pop_first() {
			if !flying.contains(&nonce) {
				return nonce;
			}
		}
		let mut nonce = floor.max(next);
		while flying.contains(&nonce) {
			nonce = nonce.saturating_add(1);
		}
		nonce
	}

	/// Whether one of this account is free.
	pub fn has_free(&self, account: AccountId32) -> bool {
		self.account == Some(account) && !self.free.is_empty()
	}

	/// A transaction of this account with this nonce is in a finalized block.
	pub fn note_used(&mut self, account: AccountId32, nonce: u64) {
		self.turn_to(account);
		self.least = self.least.max(nonce.saturating_add(1));
	}

	/// A transaction of this account with this nonce can be in no block any more, and no other was seen to have it.
	pub fn note_free(&mut self, account: AccountId32, nonce: u64) {
		if self.account == Some(account) {
			self.free.insert(nonce);
		}
	}

	/// What was known of another account is of no use any more: its key was replaced.
	fn turn_to(&mut self, account: AccountId32) {
		if self.account != Some(account) {
			*self = Self {
				account: Some(account),
				..Self::default()
			};
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const KEY: AccountId32 = AccountId32([1; 32]);
	const OTHER: AccountId32 = AccountId32([2; 32]);

	fn flying(nonces: impl IntoIterator<Item = u64>) -> BTreeSet<u64> {
		nonces.into_iter().collect()
	}

	#[test]
	fn what_waits_is_passed_whether_the_pool_knows_it_or_not() {
		let mut nonces = Nonces::default();
		assert_eq!(nonces.take(KEY, 0, 5, &flying([])), 5);
		assert_eq!(nonces.take(KEY, 0, 8, &flying([5, 6, 7])), 8);
		assert_eq!(
			nonces.take(KEY, 0, 5, &flying([5, 6, 7])),
			8,
			"a pool that has forgotten them"
		);
		assert_eq!(nonces.take(KEY, 0, 5, &flying([6, 7])), 5, "a gap before them");
	}

	#[test]
	fn what_can_be_in_no_block_is_replaced_first() {
		let mut nonces = Nonces::default();
		assert_eq!(nonces.take(KEY, 0, 5, &flying([])), 5);
		nonces.note_free(KEY, 5);
		nonces.note_free(KEY, 6);
		assert!(nonces.has_free(KEY) && !nonces.has_free(OTHER));
		// The pool still counts those that died.
		assert_eq!(nonces.take(KEY, 5, 8, &flying([7])), 5);
		assert_eq!(nonces.take(KEY, 5, 8, &flying([5, 7])), 6);
		assert_eq!(nonces.take(KEY, 5, 8, &flying([5, 6, 7])), 8);
		// Another program of the same account was faster.
		nonces.note_free(KEY, 8);
		assert_eq!(nonces.take(KEY, 9, 9, &flying([])), 9);
	}

	#[test]
	fn a_node_that_is_behind_is_not_believed() {
		let mut nonces = Nonces::default();
		nonces.note_used(KEY, 7);
		assert_eq!(nonces.take(KEY, 0, 3, &flying([])), 8);
		// Of another account nothing is known.
		assert_eq!(nonces.take(OTHER, 0, 3, &flying([])), 3);
	}

	#[test]
	fn what_a_pool_said_a_while_ago_leads_past_all_that_was_signed_since() {
		let mut nonces = Nonces::default();
		// It said 5 and is not asked any more, whatever waits or is in a finalized block.
		assert_eq!(nonces.take(KEY, 0, 5, &flying([])), 5);
		assert_eq!(nonces.take(KEY, 0, 5, &flying([5])), 6);
		nonces.note_used(KEY, 5);
		assert_eq!(nonces.take(KEY, 0, 5, &flying([6])), 7);
		nonces.note_used(KEY, 6);
		nonces.note_used(KEY, 7);
		assert_eq!(nonces.take(KEY, 0, 5, &flying([])), 8);
	}

	proptest! {
		/// Whatever dies, is finalized or is forgotten by a pool: no two that wait have the same nonce, none is used again,
		/// and once all that can be signed is signed there is no gap.
		#[test]
		fn no_nonce_is_given_twice_and_gaps_are_filled(steps in prop::collection::vec((0u8..5, any::<prop::sample::Index>()), 1..200)) {
			let mut nonces = Nonces::default();
			let (mut finalized, mut waiting) = (0u64, BTreeSet::new());
			let sign = |nonces: &mut Nonces, finalized: u64, waiting: &mut BTreeSet<u64>, forgetful: bool| {
				let mut pool = finalized;
				while !forgetful && waiting.contains(&pool) {
					pool += 1;
				}
				let nonce = nonces.take(KEY, finalized, pool, waiting);
				assert!(nonce >= finalized, "it was used");
				assert!(waiting.insert(nonce), "it waits already");
			};
			for (step, which) in steps {
				match step {
					0 => sign(&mut nonces, finalized, &mut waiting, false),
					1 => sign(&mut nonces, finalized, &mut waiting, true),
					// It is not asked, if none is free, but was at the beginning.
					2 if !nonces.has_free(KEY) => {
						let nonce = nonces.take(KEY, 0, 0, &waiting);
						assert!(nonce >= finalized && waiting.insert(nonce), "{nonce} is used or waits");
					}
					2 => {}
					3 => if waiting.remove(&finalized) {
						nonces.note_used(KEY, finalized);
						finalized += 1;
					},
					_ => if !waiting.is_empty() {
						let dead = *waiting.iter().nth(which.index(waiting.len())).unwrap();
						waiting.remove(&dead);
						nonces.note_free(KEY, dead);
					},
				}
			}
			for _ in 0..200 {
				sign(&mut nonces, finalized, &mut waiting, false);
			}
			let all: Vec<_> = waiting.iter().copied().take(200).collect();
			let without_gaps: Vec<_> = (finalized..finalized + 200).collect();
			prop_assert_eq!(all, without_gaps);
		}
	}
}

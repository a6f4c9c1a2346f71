//! A transaction that was signed and whose fate is not certain.

use super::{
	super::{
		session::Session,
		types::{BlockId, JobId},
	},
	order::Order,
};
use crate::journal::SentTransaction;
use std::{
	collections::BTreeMap,
	mem::{replace, swap},
	sync::Arc,
};
use subxt::utils::AccountId32;

/// After so many finalized blocks without it, a transaction is sent again.
const BLOCKS_BEFORE_RESEND: u64 = 8;

/// How often one that is banned is signed again with its nonce.
const RENEWALS: usize = 4;

/// A transaction on its way into a block.
#[derive(Debug)]
pub(super) struct Flight {
	/// The transaction; once it is found, the one that is in the block.
	pub sent: SentTransaction,
	/// The same call with the same nonce, as it was signed before: at most one of them all can be in a block.
	pub others: Vec<SentTransaction>,
	/// Who signed it.
	pub signer: AccountId32,
	/// Who waits for it, if anybody does.
	pub order: Option<Order>,
	/// It was sent before a restart.
	pub old: bool,
	/// It is in no finalized block below this one that could be looked into.
	pub next: u64,
	/// Some of them could not: the node has forgotten what was in them.
	pub blind: bool,
	/// The finalized block that it is in, and its place there.
	pub found: Option<(BlockId, usize)>,
	/// Its key may have been replaced.
	pub doubted: bool,
	/// The pool of the node in use has thrown it out.
	banned: bool,
	/// Through which connection it was sent last, and at which finalized height.
	sent_to: Option<(Arc<Session>, u64)>,
}

impl Flight {
	/// One that is to be sent. `usual_signer`: of what an earlier release wrote down, which had one key only.
	pub fn new(sent: SentTransaction, usual_signer: AccountId32, order: Option<Order>) -> Self {
		Self {
			signer: sent.signer.unwrap_or(usual_signer),
			next: sent.birth.saturating_add(1),
			sent,
			others: Vec::new(),
			order,
			old: false,
			blind: false,
			found: None,
			doubted: false,
			banned: false,
			sent_to: None,
		}
	}

	/// One that was written down before a restart.
	pub fn remembered(sent: SentTransaction, usual_signer: AccountId32) -> Self {
		Self {
			old: true,
			..Self::new(sent, usual_signer, None)
		}
	}

	/// The job that it is about, if somebody waits for it and it is about one.
	pub fn job(&self) -> Option<JobId> {
		self.order.as_ref().and_then(Order::job)
	}

	/// Whether this finalized height may tell something new of it.
	pub fn is_concerned_by(&self, finalized: u64) -> bool {
		self.found.is_some() || finalized >= self.next
	}

	/// Whether it should be sent, again or for the first time. Not to a node that is behind the block that it was made on.
	pub fn is_due(&self, session: &Arc<Session>, finalized: u64) -> bool {
		let sent = self.sent_to.as_ref();
		let lately = sent
			.is_some_and(|(to, at)| Arc::ptr_eq(to, session) && finalized < at.saturating_add(BLOCKS_BEFORE_RESEND));
		self.found.is_none() && finalized >= self.sent.birth && !lately
	}

	/// Notes the block that it is in, if it is one of these: their places in it, by their hashes.
	pub fn find_in(&mut self, block: BlockId, places: &BTreeMap<[u8; 32], usize>) {
		let among = |sent: &SentTransaction| places.contains_key(&sent.hash.0);
		if let Some(other) = self.others.iter_mut().find(|other| among(other)) {
			swap(&mut self.sent, other);
		}
		let place = places.get(&self.sent.hash.0);
		self.found = place.map(|place| (block, *place));
	}

	/// Whether it is to be signed again: the same bytes would be refused for as long as they are banned. Not while it is young,
	/// since a block that is not final yet may hold it, which is a reason to ban it too.
	pub fn wants_renewal(&self, finalized: u64) -> bool {
		let is_old = finalized >= self.sent.birth.saturating_add(BLOCKS_BEFORE_RESEND);
		self.banned && is_old && self.found.is_none() && self.others.len() < RENEWALS
	}

	/// It was signed again, with the same nonce.
	pub fn renew(&mut self, sent: SentTransaction) {
		self.others.push(replace(&mut self.sent, sent));
		self.banned = false;
		self.sent_to = None;
	}

	/// The pool of this node has thrown it out.
	pub fn note_banned(&mut self, session: &Arc<Session>, finalized: u64) {
		self.banned = true;
		self.note_sent(session, finalized);
	}

	/// It was offered to this node's pool.
	pub fn note_sent(&mut self, session: &Arc<Session>, finalized: u64) {
		self.sent_to = Some((session.clone(), finalized));
	}
}

//! A transaction that was signed and whose fate is not certain.

use super::{
	super::{
		session::Session,
		types::{BlockId, JobId},
	},
	order::Order,
};
use crate::journal::SentTransaction;
use std::sync::Arc;
use subxt::utils::AccountId32;

/// After so many finalized blocks without it, a transaction is sent again.
const BLOCKS_BEFORE_RESEND: u64 = 8;

/// A transaction on its way into a block.
#[derive(Debug)]
pub(super) struct Flight {
	/// The transaction.
	pub sent: SentTransaction,
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
			order,
			old: false,
			blind: false,
			found: None,
			doubted: false,
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

	/// It was offered to this node's pool.
	pub fn note_sent(&mut self, session: &Arc<Session>, finalized: u64) {
		self.sent_to = Some((session.clone(), finalized));
	}
}

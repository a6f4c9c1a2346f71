//! A call, from whoever asks to what became of it.

use super::{super::types::JobId, Fate, Request};
use crate::{journal::SentTransaction, parse};
use tokio::time::Instant;

/// How often a transaction is signed anew when another process uses the same account at the same time.
const ATTEMPTS: u32 = 5;

pub(super) const CALLED_OFF: &str = "it was called off before it was signed";

/// A call that somebody waits for, and how often it may still be signed.
#[derive(Debug)]
pub(super) struct Order {
	pub request: Request,
	pub attempts: u32,
}

impl Order {
	/// One that was not signed yet.
	pub fn new(request: Request) -> Self {
		Self {
			request,
			attempts: ATTEMPTS,
		}
	}

	/// The job that it is about, if it is about one.
	pub fn job(&self) -> Option<JobId> {
		self.request.call.job()
	}

	/// What became of it, and of the transaction if one was signed. Whoever asked may have stopped waiting.
	pub fn answer(self, sent: Option<&SentTransaction>, fate: Fate) {
		let Request { call, off, answer, .. } = self.request;
		let job = call.job().map(tracing::field::display);
		let (hash, nonce) = (sent.map(|sent| parse::hex(sent.hash)), sent.map(|sent| sent.nonce));
		match &fate {
			Fate::Refused(_) if off.is_cancelled() => tracing::debug!(job, %call, hash, nonce, "called off"),
			Fate::Done { block, .. } => {
				let (block, block_hash) = (block.number, parse::hex(block.hash));
				tracing::info!(job, %call, hash, nonce, block, block_hash, "done");
			}
			Fate::Failed { block, error } => {
				let (block, block_hash) = (block.number, parse::hex(block.hash));
				tracing::warn!(job, %call, hash, nonce, block, block_hash, %error, "failed");
			}
			Fate::Refused(error) => tracing::warn!(job, %call, hash, nonce, %error, "refused"),
			Fate::Unknown { what, .. } => tracing::warn!(job, %call, hash, nonce, %what, "outcome unknown"),
		}
		let _ = answer.send(fate);
	}

	pub fn is_late(&self) -> bool {
		self.request.deadline.is_some_and(|deadline| deadline <= Instant::now())
	}
}

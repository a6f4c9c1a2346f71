//! Sends transactions, many at a time, and finds out what became of each.
//!
//! One task owns the nonces, and the key that it signs with (`dispatcher`). A transaction is written to the journal before
//! it is sent, and its fate is read from finalized blocks only (`look`): it is found in a block's body, or it can never be
//! included any more, because its era is over, another transaction took its nonce, or its key or the chain's runtime was
//! replaced. What a node's pool says meanwhile is a hint for sending it again. Sending the same bytes again does no harm: a
//! nonce is used once. A call is signed again only for whoever cannot look at the chain himself; with a journal, whoever
//! asked decides anew instead.
//!
//! Up to [`MAX_IN_FLIGHT`] wait for their blocks at a time, each with a nonce of its own; a nonce whose transaction can be
//! in no block any more is the next that is signed with (`nonces`), so that those behind it are not held up.
//!
//! From a call to the transaction at the node it is as short as can be: the newest finalized block, the best block's runtime
//! and the next nonce are known before, as the node announced or said them, and nothing is asked. Each of them may be out of
//! date. Then the transaction lives a little shorter, or the pool refuses it; it is seen through as any other, and what was
//! known is asked anew.
//!
//! A machine's key may be replaced while calls wait. Once a finalized block says so, no later block can hold anything that
//! the old key signed: what is in none up to there is signed anew by the new key, if that was handed in by then
//! ([`Submitter::use_key`]). So it is with the runtime, whose version every signature covers: what is signed is signed for
//! the best block's, which may be newer than the finalized one's, and what is in no block when a newer one is final is
//! signed anew.

mod dispatcher;
mod flight;
mod look;
mod nonces;
mod offer;
mod order;

use super::{call::Call, link::Chain, runtime::Events, types::BlockId};
use crate::{journal::Journal, wallet::Wallet};
use dispatcher::Dispatcher;
use std::{sync::Arc, time::Duration};
use subxt::utils::H256;
use tokio::{
	sync::{mpsc, oneshot, watch},
	time::Instant,
};
use tokio_util::sync::CancellationToken;

/// Transactions that may wait for their blocks at a time.
pub const MAX_IN_FLIGHT: usize = 64;
/// Calls that may wait to be signed.
const QUEUE: usize = 32;

/// What became of a call.
#[derive(Debug)]
pub enum Fate {
	/// It is in a finalized block and did what it should.
	Done {
		/// The block.
		block: BlockId,
		/// What happened.
		events: Events,
	},
	/// It is in a finalized block, but the chain refused: nothing happened, fees aside.
	Failed {
		/// The block.
		block: BlockId,
		/// The pallet's error and what it says.
		error: String,
	},
	/// It is in no block and never will be.
	Refused(String),
	/// It is not known yet, or not visible any more. The chain's records tell: look there before sending it again.
	Unknown {
		/// The transaction, if one was sent.
		hash: Option<H256>,
		/// What is known.
		what: String,
	},
}

/// A call that somebody waits for.
#[derive(Debug)]
struct Request {
	call: Call,
	/// The errand of the journal that it is for.
	errand: Option<String>,
	deadline: Option<Instant>,
	/// Cancelled when nobody wants it any more.
	off: CancellationToken,
	answer: oneshot::Sender<Fate>,
}

/// With what is signed.
#[derive(Clone, Debug)]
struct Pen {
	wallet: Arc<Wallet>,
	/// Why nothing may be signed, if so.
	held: Option<String>,
	/// The asset that fees are paid in, if not the chain's own token.
	fee_asset: Option<u32>,
}

/// Sends calls. Clones share the queue.
#[derive(Clone, Debug)]
pub struct Submitter {
	pen: Arc<watch::Sender<Pen>>,
	queue: mpsc::Sender<Request>,
	caught_up: watch::Receiver<Option<u64>>,
	in_flight: watch::Receiver<usize>,
}

impl Submitter {
	/// Begins to send in the name of `wallet`. With a journal, what was sent before a restart is seen through, and nothing is
	/// signed again that waited in vain.
	pub fn start(chain: Chain, wallet: Arc<Wallet>, journal: Option<Journal>) -> Self {
		let (queue, requests) = mpsc::channel(QUEUE);
		let (pen, pen_seen) = watch::channel(Pen {
			wallet,
			held: None,
			fee_asset: None,
		});
		let (tell, caught_up) = watch::channel(journal.is_none().then_some(0));
		let (count, in_flight) = watch::channel(0);
		tokio::spawn(Dispatcher::new(chain, pen_seen, journal, (tell, count)).run(requests));
		Self {
			pen: Arc::new(pen),
			queue,
			caught_up,
			in_flight,
		}
	}

	/// Calls that wait to be signed, and transactions whose fate is not certain.
	pub fn in_flight(&self) -> usize {
		*self.in_flight.borrow()
	}

	/// The finalized height from which on the chain's records tell of everything that was sent before a restart; `None` while
	/// the fate of some of it is not certain. Whoever decides by what an older block shows may ask for the same thing twice.
	pub fn caught_up(&self) -> Option<u64> {
		*self.caught_up.borrow()
	}

	/// Signs with another key from now on: the one before was replaced on the chain, in a finalized block.
	pub fn use_key(&self, wallet: Arc<Wallet>) {
		self.pen.send_modify(|pen| pen.wallet = wallet);
	}

	/// Pays fees in this asset from now on; in the chain's own token if in none.
	pub fn pay_fees_in(&self, asset: Option<u32>) {
		self.pen.send_modify(|pen| pen.fee_asset = asset);
	}

	/// Signs nothing any more, for this reason, until there is none.
	pub fn hold(&self, why: Option<String>) {
		self.pen.send_modify(|pen| pen.held = why);
	}

	/// Sends a call and waits until it is finalized: for ever, or for `patience`. It goes on when nobody waits.
	pub async fn submit(&self, call: Call, patience: Option<Duration>) -> Fate {
		let deadline = patience.map(|patience| Instant::now() + patience);
		self.request(call, None, deadline, CancellationToken::new()).await
	}

	/// The same, unless it is called `off` before it is signed: it holds up nothing that comes after it then.
	pub async fn submit_unless(&self, off: CancellationToken, call: Call) -> Fate {
		self.request(call, None, None, off).await
	}

	/// Sends the call of an errand, which the journal knows by this name: what becomes of the one becomes of the other, also
	/// when nobody is there to hear of it. Nothing is signed for an errand that is over.
	pub async fn run_errand(&self, errand: String, call: Call) -> Fate {
		self.request(call, Some(errand), None, CancellationToken::new()).await
	}

	async fn request(
		&self,
		call: Call,
		errand: Option<String>,
		deadline: Option<Instant>,
		off: CancellationToken,
	) -> Fate {
		let (answer, fate) = oneshot::channel();
		let stopped = || Fate::Refused("the client is stopping".to_owned());
		let request = Request {
			call,
			errand,
			deadline,
			off,
			answer,
		};
		if self.queue.send(request).await.is_err() {
			return stopped();
		}
		fate.await.unwrap_or_else(|_| stopped())
	}
}

#[cfg(test)]
mod known_tests;
#[cfg(test)]
mod tests;

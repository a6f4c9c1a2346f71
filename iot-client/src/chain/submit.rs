//! Sends transactions, one at a time, and finds out what became of each.
//!
//! One task owns the key and the nonce. A transaction is written to the journal before it is sent, and its fate is read
//! from finalized blocks only: it is found in a block's body, or it can never be included any more, because its era is
//! over or another transaction took its nonce. What a node's pool says meanwhile is a hint for sending it again. Sending
//! the same bytes again does no harm: a nonce is used once.

use super::{
	call::Call,
	error::{ChainError, Result},
	link::Chain,
	queries,
	runtime::{self, Events},
	session::{PoolError, Session},
	types::BlockId,
};
use crate::{
	journal::{Journal, JournalError, SentTransaction},
	wallet::{blake2_256, Wallet},
};
use std::{sync::Arc, time::Duration};
use subxt::utils::{AccountId32, H256};
use tokio::{
	sync::{mpsc, oneshot},
	time::{timeout, timeout_at, Instant},
};

/// Calls that may wait for the one before them.
const QUEUE: usize = 32;
/// How often a transaction is signed anew when another process uses the same account at the same time.
const ATTEMPTS: u32 = 5;
/// After so many finalized blocks without it, a transaction is sent again.
const BLOCKS_BEFORE_RESEND: u64 = 8;
/// How long to wait for something new before looking again.
const PAUSE: Duration = Duration::from_secs(2);

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

struct Request {
	call: Call,
	deadline: Option<Instant>,
	answer: oneshot::Sender<Fate>,
}

/// Sends calls in the name of one account. Clones share the queue.
#[derive(Clone, Debug)]
pub struct Submitter {
	account: AccountId32,
	queue: mpsc::Sender<Request>,
}

impl Submitter {
	/// Begins to send in the name of `wallet`. With a journal, transactions that were sent before a restart are seen
	/// through first.
	pub fn start(chain: Chain, wallet: Arc<Wallet>, journal: Option<Journal>) -> Self {
		let (queue, requests) = mpsc::channel(QUEUE);
		let account = wallet.account();
		let task = Task {
			chain,
			wallet,
			journal,
			next_nonce: 0,
		};
		tokio::spawn(task.run(requests));
		Self { account, queue }
	}

	/// In whose name.
	pub fn account(&self) -> AccountId32 {
		self.account
	}

	/// Sends a call and waits until it is finalized: for ever, or for `patience`. It goes on when nobody waits.
	pub async fn submit(&self, call: Call, patience: Option<Duration>) -> Fate {
		let deadline = patience.map(|patience| Instant::now() + patience);
		let (answer, fate) = oneshot::channel();
		let stopped = || Fate::Refused("the client is stopping".to_owned());
		if self.queue.send(Request { call, deadline, answer }).await.is_err() {
			return stopped();
		}
		fate.await.unwrap_or_else(|_| stopped())
	}
}

struct Task {
	chain: Chain,
	wallet: Arc<Wallet>,
	journal: Option<Journal>,
	/// What our own finalized transactions say; a node may be behind.
	next_nonce: u64,
}

/// How the wait for one transaction ended.
enum Seen {
	/// It is in this block, at this place.
	In(BlockId, usize),
	/// It never will be in a block.
	Never(String),
	/// The time was up.
	NotYet,
}

impl Task {
	async fn run(mut self, mut requests: mpsc::Receiver<Request>) {
		if let Err(error) = self.see_old_ones_through().await {
			tracing::error!(%error, "cannot read which transactions were sent before the restart");
			return;
		}
		while let Some(Request { call, deadline, answer }) = requests.recv().await {
			let fate = self.carry_out(&call, deadline).await;
			match &fate {
				Fate::Done { block, .. } => tracing::info!(%call, block = block.number, "done"),
				Fate::Failed { block, error } => tracing::warn!(%call, block = block.number, %error, "failed"),
				Fate::Refused(error) => tracing::warn!(%call, %error, "refused"),
				Fate::Unknown { what, .. } => tracing::warn!(%call, %what, "outcome unknown"),
			}
			// Whoever asked may have stopped waiting.
			let _ = answer.send(fate);
		}
	}

	/// What was sent before a restart is found, or sent again until its era is over. Its effect is on the chain for
	/// everybody to see, so nobody needs to be told.
	async fn see_old_ones_through(&mut self) -> Result<(), JournalError> {
		let Some(journal) = self.journal.clone() else {
			return Ok(());
		};
		for sent in journal.off_thread(Journal::unresolved).await? {
			tracing::info!(transaction = %sent.purpose, "finding out what became of it");
			let said = match self.see_through(&sent, None).await {
				Seen::In(block, _) => format!("in block {}", block.number),
				Seen::Never(why) => format!("in no block: {why}"),
				Seen::NotYet => continue,
			};
			tracing::info!(transaction = %sent.purpose, "{said}");
			self.forget(&sent).await?;
		}
		Ok(())
	}

	async fn carry_out(&mut self, call: &Call, deadline: Option<Instant>) -> Fate {
		let mut last = String::new();
		for _ in 0..ATTEMPTS {
			let sent = match until(deadline, self.sign(call)).await {
				Some(Ok(sent)) => sent,
				Some(Err(error)) => return Fate::Refused(error.to_string()),
				None => return Fate::Refused(self.why_nothing_was_sent()),
			};
			if let Err(error) = self.write_down(&sent).await {
				return Fate::Refused(error.to_string());
			}
			let seen = self.see_through(&sent, deadline).await;
			if matches!(seen, Seen::NotYet) {
				let what = format!(
					"sent, but not in a finalized block yet; it can be until block {}",
					sent.death
				);
				return Fate::Unknown {
					hash: Some(sent.hash),
					what,
				};
			}
			let outcome = match seen {
				Seen::In(block, place) => Some(self.outcome(block, place, sent.hash).await),
				Seen::Never(why) => {
					last = why;
					None
				}
				Seen::NotYet => None,
			};
			if let Err(error) = self.forget(&sent).await {
				tracing::error!(%error, "a transaction stays in the journal; it is looked for again after a restart");
			}
			match outcome {
				Some(fate) => return fate,
				// Nobody but us can use up this nonce for good; try with the next one, or say why not.
				None if last == NONCE_LOST || last == ERA_OVER => {}
				None => return Fate::Refused(self.explain(last)),
			}
		}
		Fate::Refused(self.explain(last))
	}

	fn why_nothing_was_sent(&self) -> String {
		let trouble = self
			.chain
			.trouble()
			.map_or("the node does not answer".to_owned(), |error| error.to_string());
		format!("nothing was sent: {trouble}")
	}

	/// Signs a call on top of the newest finalized block, with the next nonce. Keeps trying while no node answers.
	async fn sign(&mut self, call: &Call) -> Result<SentTransaction> {
		loop {
			match self.try_sign(call).await {
				Err(error) if error.passes_by_itself() && !is_our_fault(&error) => {
					tracing::debug!(%error, "cannot sign yet");
					let _ = timeout(PAUSE, self.chain.news()).await;
				}
				result => return result,
			}
		}
	}

	async fn try_sign(&mut self, call: &Call) -> Result<SentTransaction> {
		let session = self.chain.session().await;
		let anchor = session.finalized().await?;
		let at = session.at(anchor).await?;
		let nonce = session.next_nonce(&self.wallet.account()).await?.max(self.next_nonce);
		let signed = runtime::sign(&at, anchor, self.wallet.keypair(), nonce, call)?;
		Ok(SentTransaction {
			hash: signed.hash,
			nonce,
			birth: anchor.number,
			death: anchor.number + runtime::LIFETIME - 1,
			bytes: hex::encode(signed.bytes),
			purpose: call.to_string(),
		})
	}

	async fn write_down(&self, sent: &SentTransaction) -> Result<(), JournalError> {
		let Some(journal) = &self.journal else { return Ok(()) };
		let sent = sent.clone();
		journal.off_thread(move |journal| journal.record(&sent)).await
	}

	async fn forget(&self, sent: &SentTransaction) -> Result<(), JournalError> {
		let Some(journal) = &self.journal else { return Ok(()) };
		let hash = sent.hash;
		journal.off_thread(move |journal| journal.resolve(hash)).await
	}

	/// Sends it and looks for it in finalized blocks until its fate is certain.
	async fn see_through(&mut self, sent: &SentTransaction, deadline: Option<Instant>) -> Seen {
		let mut search = Search {
			sent,
			next: sent.birth + 1,
			sent_to: None,
			sent_at: 0,
			nonce_used: false,
		};
		loop {
			let step = async {
				let session = self.chain.session().await;
				search.step(&session, &self.wallet.account()).await
			};
			match until(deadline, step).await {
				None => return Seen::NotYet,
				Some(Ok(Some(seen))) => {
					if matches!(seen, Seen::In(..)) {
						self.next_nonce = self.next_nonce.max(sent.nonce + 1);
					}
					return seen;
				}
				Some(Ok(None)) => {}
				Some(Err(error)) => tracing::debug!(%error, "cannot look for the transaction; trying again"),
			}
			if until(deadline, timeout(PAUSE, self.chain.news())).await.is_none() {
				return Seen::NotYet;
			}
		}
	}

	/// What a transaction in a block did. The block is final, so this can wait for a node.
	async fn outcome(&self, block: BlockId, place: usize, hash: H256) -> Fate {
		loop {
			let session = self.chain.session().await;
			match read_outcome(&session, block, place).await {
				Ok(fate) => return fate,
				Err(ChainError::Pruned) => {
					let what = format!("in block {}, whose events the node has forgotten", block.number);
					return Fate::Unknown { hash: Some(hash), what };
				}
				Err(error) if error.passes_by_itself() => {
					tracing::debug!(%error, "cannot read the events; trying again");
					let _ = timeout(PAUSE, self.chain.news()).await;
				}
				Err(error) => {
					return Fate::Unknown {
						hash: Some(hash),
						what: error.to_string(),
					}
				}
			}
		}
	}

	/// Adds what to do to what a pool said.
	fn explain(&self, said: String) -> String {
		let account = self.wallet.account();
		let remedy = if said.contains("Inability to pay") || said.contains("Custom error: 103") {
			format!(
				"the fees of {account} cannot be paid. A plain account needs free money; a machine's key needs an owner with free money and a fee allowance (`iot-client allow`)"
			)
		} else if said.contains("Custom error: 101") {
			"owners do not pay for this call of a machine's key; let the owner sign it".to_owned()
		} else if said.contains("Custom error: 104") || said.contains("Custom error: 105") {
			"this machine's key acts for nobody any more; register the machine anew, with a new key".to_owned()
		} else {
			return said;
		};
		format!("{remedy} ({said})")
	}
}

const NONCE_LOST: &str = "another transaction of this account took its place";
const ERA_OVER: &str = "it waited too long and has expired";

/// Errors that signing again will not mend, though their kind often passes: the call does not fit the chain's types.
fn is_our_fault(error: &ChainError) -> bool {
	matches!(error, ChainError::Rpc(what) if what.contains("Failed to construct extrinsic"))
}

/// Looks for one transaction, block by block.
struct Search<'a> {
	sent: &'a SentTransaction,
	/// The next finalized block to look into.
	next: u64,
	/// Through which connection it was sent last, and at which finalized height.
	sent_to: Option<Arc<Session>>,
	sent_at: u64,
	nonce_used: bool,
}

impl Search<'_> {
	/// Looks into what is newly finalized; sends it if that may help.
	async fn step(&mut self, session: &Arc<Session>, account: &AccountId32) -> Result<Option<Seen>> {
		let finalized = session.finalized().await?;
		while self.next <= finalized.number.min(self.sent.death) {
			let hash = session.hash_of(self.next).await?;
			let hash = hash.ok_or_else(|| ChainError::Rpc(format!("it does not have block {}", self.next)))?;
			let body = session.body(hash).await?;
			if let Some(place) = body.iter().position(|bytes| blake2_256([bytes]) == self.sent.hash.0) {
				return Ok(Some(Seen::In(
					BlockId {
						number: self.next,
						hash,
					},
					place,
				)));
			}
			self.next += 1;
		}
		if self.next > self.sent.death {
			return Ok(Some(Seen::Never(ERA_OVER.to_owned())));
		}
		if self.nonce_used && queries::nonce(&session.at(finalized).await?, account).await? > self.sent.nonce {
			return Ok(Some(Seen::Never(NONCE_LOST.to_owned())));
		}
		self.send(session, finalized.number).await
	}

	async fn send(&mut self, session: &Arc<Session>, height: u64) -> Result<Option<Seen>> {
		let same = self.sent_to.as_ref().is_some_and(|last| Arc::ptr_eq(last, session));
		if same && height < self.sent_at + BLOCKS_BEFORE_RESEND {
			return Ok(None);
		}
		let bytes = hex::decode(&self.sent.bytes).map_err(|e| ChainError::Rpc(e.to_string()))?;
		match session.send(&bytes).await {
			Ok(()) | Err(PoolError::AlreadyThere) => self.nonce_used = false,
			// In a block that is not final yet: ours, or another's.
			Err(PoolError::NonceUsed) => self.nonce_used = true,
			// Another one of this account waits with this nonce. Whichever wins, the finalized nonce will tell.
			Err(PoolError::NonceTaken) => self.nonce_used = true,
			Err(PoolError::Later(why)) => tracing::debug!(%why, "the pool does not take it now"),
			Err(PoolError::Invalid(why)) => return Ok(Some(Seen::Never(why))),
			Err(PoolError::NoAnswer(error)) => return Err(error),
		}
		self.sent_to = Some(session.clone());
		self.sent_at = height;
		Ok(None)
	}
}

async fn read_outcome(session: &Session, block: BlockId, place: usize) -> Result<Fate> {
	let at = session.at(block).await?;
	let extrinsics = at.extrinsics().fetch().await?;
	let extrinsic = extrinsics.iter().nth(place).transpose()?;
	let extrinsic =
		extrinsic.ok_or_else(|| ChainError::Rpc(format!("block {} is shorter than before", block.number)))?;
	let events = extrinsic.events().await?;
	Ok(match runtime::failure(&at, &events)? {
		Some(error) => Fate::Failed { block, error },
		None => Fate::Done { block, events },
	})
}

/// The result of `work`, unless the deadline comes first.
async fn until<T>(deadline: Option<Instant>, work: impl std::future::Future<Output = T>) -> Option<T> {
	match deadline {
		Some(deadline) => timeout_at(deadline, work).await.ok(),
		None => Some(work.await),
	}
}

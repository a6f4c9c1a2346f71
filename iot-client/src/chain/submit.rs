//! Sends transactions, one at a time, and finds out what became of each.
//!
//! One task owns the nonce, and the key that it signs with. A transaction is written to the journal before it is sent, and
//! its fate is read from finalized blocks only: it is found in a block's body, or it can never be included any more,
//! because its era is over, another transaction took its nonce, or its key or the chain's runtime was replaced. What a
//! node's pool says meanwhile is a hint for sending it again. Sending the same bytes again does no harm: a nonce is used once. A call is signed again
//! only for whoever cannot look at the chain himself; with a journal, whoever asked decides anew instead.
//!
//! A machine's key may be replaced while calls wait. Once a finalized block says so, no later block can hold anything that
//! the old key signed: what is in none up to there is signed anew by the new key, if that was handed in by then
//! ([`Submitter::use_key`]). So it is with the runtime, whose version every signature covers: what is signed is signed for
//! the best block's, which may be newer than the finalized one's, and what is in no block when a newer one is final is
//! signed anew.

use super::{
	call::Call,
	error::{ChainError, Result},
	link::Chain,
	queries,
	refusal::{self, Signatory},
	runtime::{self, Events},
	session::{At, Session},
	types::BlockId,
	wire::PoolError,
};
use crate::{
	journal::{Journal, JournalError, SentTransaction},
	wallet::{blake2_256, Wallet},
};
use std::{sync::Arc, time::Duration};
use subxt::utils::{AccountId32, H256};
use tokio::{
	sync::{mpsc, oneshot, watch},
	time::{timeout, timeout_at, Instant},
};
use tokio_util::sync::CancellationToken;

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
	/// Cancelled when nobody wants it any more.
	off: CancellationToken,
	answer: oneshot::Sender<Fate>,
}

/// Sends calls, one after the other. Clones share the queue.
#[derive(Clone, Debug)]
pub struct Submitter {
	pen: Arc<watch::Sender<Pen>>,
	queue: mpsc::Sender<Request>,
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

impl Submitter {
	/// Begins to send in the name of `wallet`. With a journal, transactions that were sent before a restart are seen
	/// through first, and nothing is signed again that waited in vain.
	pub fn start(chain: Chain, wallet: Arc<Wallet>, journal: Option<Journal>) -> Self {
		let (queue, requests) = mpsc::channel(QUEUE);
		let (pen, pen_seen) = watch::channel(Pen {
			wallet,
			held: None,
			fee_asset: None,
		});
		let task = Task {
			chain,
			pen: pen_seen,
			journal,
			next_nonce: None,
		};
		tokio::spawn(task.run(requests));
		Self {
			pen: Arc::new(pen),
			queue,
		}
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
		self.request(call, deadline, CancellationToken::new()).await
	}

	/// The same, unless it is called `off` before it is signed: it holds up nothing that comes after it then.
	pub async fn submit_unless(&self, off: CancellationToken, call: Call) -> Fate {
		self.request(call, None, off).await
	}

	async fn request(&self, call: Call, deadline: Option<Instant>, off: CancellationToken) -> Fate {
		let (answer, fate) = oneshot::channel();
		let stopped = || Fate::Refused("the client is stopping".to_owned());
		let request = Request {
			call,
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

struct Task {
	chain: Chain,
	pen: watch::Receiver<Pen>,
	journal: Option<Journal>,
	/// What our own finalized transactions say of an account; a node may be behind.
	next_nonce: Option<(AccountId32, u64)>,
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
		while let Some(request) = requests.recv().await {
			let fate = self.carry_out(&request).await;
			let Request { call, off, answer, .. } = request;
			match &fate {
				Fate::Refused(_) if off.is_cancelled() => tracing::debug!(%call, "called off"),
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

	async fn carry_out(&mut self, request: &Request) -> Fate {
		let Request {
			call, deadline, off, ..
		} = request;
		let deadline = *deadline;
		let mut last = String::new();
		for _ in 0..ATTEMPTS {
			if let Some(why) = self.pen.borrow().held.clone() {
				return Fate::Refused(format!("nothing was signed: {why}"));
			}
			let sent = match until(deadline, off.run_until_cancelled(self.sign(call))).await {
				Some(Some(Ok(sent))) => sent,
				Some(Some(Err(error))) => return Fate::Refused(error.to_string()),
				Some(None) => return Fate::Refused(CALLED_OFF.to_owned()),
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
				None if signs_again(&last, self.journal.is_some(), self.key() != sent.signer) => {}
				None => return Fate::Refused(last),
			}
		}
		Fate::Refused(last)
	}

	/// The account that signs now.
	fn key(&self) -> Option<AccountId32> {
		Some(self.pen.borrow().wallet.account())
	}

	fn why_nothing_was_sent(&self) -> String {
		let trouble = self
			.chain
			.trouble()
			.map_or("the node does not answer".to_owned(), |error| error.to_string());
		format!("nothing was sent: {trouble}")
	}

	/// Signs a call on top of the newest finalized block, for the best block's runtime and with the next nonce. Keeps
	/// trying while no node answers.
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
		let at = session.at(session.best().await?).await?;
		let Pen { wallet, fee_asset, .. } = self.pen.borrow().clone();
		let signer = wallet.account();
		let known = self.next_nonce.filter(|(account, _)| *account == signer);
		let nonce = session
			.next_nonce(&signer)
			.await?
			.max(known.map_or(0, |(_, nonce)| nonce));
		let signed = runtime::sign(&at, anchor, wallet.keypair(), nonce, fee_asset, call)?;
		Ok(SentTransaction {
			hash: signed.hash,
			signer: Some(signer),
			nonce,
			runtime: Some(at.spec_version()),
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
		// What an earlier release wrote down names no signer; it had one key only.
		let signer = sent.signer.unwrap_or_else(|| self.pen.borrow().wallet.account());
		let mut search = Search {
			sent,
			signer,
			next: sent.birth + 1,
			sent_to: None,
			sent_at: 0,
			nonce_used: false,
			doubted: false,
		};
		loop {
			search.doubted |= self.key() != Some(signer);
			let step = async {
				let session = self.chain.session().await;
				search.step(&session).await
			};
			match until(deadline, step).await {
				None => return Seen::NotYet,
				Some(Ok(Some(seen))) => {
					if matches!(seen, Seen::In(..)) {
						self.next_nonce = Some((signer, sent.nonce + 1));
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
}

const NONCE_LOST: &str = "another transaction of this account took its place";
const ERA_OVER: &str = "it waited too long and has expired";
const KEY_OVER: &str =
	"the key that signed it was replaced and acts for nobody any more; sign with the machine's key of now (`iot-client status` shows it)";

const RUNTIME_OVER: &str = "the chain's runtime was replaced after it was signed; sign it again";

const CALLED_OFF: &str = "it was called off before it was signed";

/// Whether a call is signed again at once whose transaction can be in no block any more. Who `decides_anew` looks first how
/// things stand by now: what was right when the transaction was signed need not be right any more.
fn signs_again(why: &str, decides_anew: bool, has_new_key: bool) -> bool {
	match why {
		NONCE_LOST | ERA_OVER | RUNTIME_OVER => !decides_anew,
		// The new key can do what the old one could not.
		KEY_OVER => has_new_key,
		_ => false,
	}
}

/// Errors that signing again will not mend, though their kind often passes: the call does not fit the chain's types.
fn is_our_fault(error: &ChainError) -> bool {
	matches!(error, ChainError::Rpc(what) if what.contains("Failed to construct extrinsic"))
}

/// Looks for one transaction, block by block.
struct Search<'a> {
	sent: &'a SentTransaction,
	signer: AccountId32,
	/// The next finalized block to look into.
	next: u64,
	/// Through which connection it was sent last, and at which finalized height.
	sent_to: Option<Arc<Session>>,
	sent_at: u64,
	nonce_used: bool,
	/// Its key, or the runtime that it was signed for, may have been replaced.
	doubted: bool,
}

impl Search<'_> {
	/// Looks into what is newly finalized; sends it if that may help.
	async fn step(&mut self, session: &Arc<Session>) -> Result<Option<Seen>> {
		let finalized = session.finalized().await?;
		// A node that is behind the block that it was made on neither has it nor knows why not.
		if finalized.number < self.sent.birth {
			return Ok(None);
		}
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
		if self.nonce_used && queries::nonce(&session.at(finalized).await?, &self.signer).await? > self.sent.nonce {
			return Ok(Some(Seen::Never(NONCE_LOST.to_owned())));
		}
		// It is in no block up to the finalized one; if that says that key or runtime is over, it will be in no later one
		// either.
		if self.doubted {
			let at = session.at(finalized).await?;
			if self.sent.runtime.is_some_and(|runtime| runtime < at.spec_version()) {
				return Ok(Some(Seen::Never(RUNTIME_OVER.to_owned())));
			}
			if self.key_is_over(&at).await? {
				return Ok(Some(Seen::Never(KEY_OVER.to_owned())));
			}
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
			Err(PoolError::Invalid(why)) => match self.refused(session, &why).await? {
				Some(why) => return Ok(Some(Seen::Never(why))),
				None => self.doubted = true,
			},
			Err(PoolError::NoAnswer(error)) => return Err(error),
		}
		self.sent_to = Some(session.clone());
		self.sent_at = height;
		Ok(None)
	}

	/// Why it can never be included, with what to do about it; none if that is not certain yet, because the block that
	/// replaced its key, or the runtime that it was signed for, is not final.
	async fn refused(&self, session: &Session, why: &str) -> Result<Option<String>> {
		let best = session.at(session.best().await?).await?;
		let for_another = self.sent.runtime.is_some_and(|runtime| runtime != best.spec_version());
		if for_another || refusal::is_about_fees(why) && self.key_is_over(&best).await? {
			return Ok(None);
		}
		let remedy = refusal::remedy(session, &self.signer, why).await;
		Ok(Some(match remedy {
			Some(remedy) => format!("{remedy} ({why})"),
			None => why.to_owned(),
		}))
	}

	async fn key_is_over(&self, at: &At) -> Result<bool> {
		Ok(Signatory::of(at, &self.signer).await?.is_over())
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

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::{
		fake::{FakeNode, State},
		types::JobId,
		Nodes,
	};

	/// Longest wait for anything that should happen at once.
	const SOON: Duration = Duration::from_secs(20);

	#[test]
	fn what_waited_in_vain_is_decided_anew_by_whoever_can() {
		for why in [NONCE_LOST, ERA_OVER, RUNTIME_OVER] {
			assert!(!signs_again(why, true, false) && !signs_again(why, true, true), "{why}");
			assert!(signs_again(why, false, false), "{why}");
		}
		for decides_anew in [true, false] {
			assert!(signs_again(KEY_OVER, decides_anew, true) && !signs_again(KEY_OVER, decides_anew, false));
			assert!(!signs_again("Inability to pay some fees", decides_anew, true));
		}
	}

	#[tokio::test]
	async fn what_is_called_off_holds_up_nothing() {
		// GIVEN no node, so that a call waits for one as long as somebody wants it.
		let chain = Chain::connect(Nodes::from(["ws://127.0.0.1:1"]));
		let submitter = Submitter::start(chain, Arc::new(Wallet::dev("//Machine").unwrap()), None);
		let off = CancellationToken::new();
		let (job, units_done) = (JobId(7), 1);
		let progress = submitter.submit_unless(off.clone(), Call::Progress { job, units_done });
		tokio::pin!(progress);
		assert!(
			timeout(Duration::from_millis(50), &mut progress).await.is_err(),
			"it waits"
		);
		// WHEN it is called off.
		off.cancel();
		// THEN it ends, and the next has its turn.
		let fate = timeout(SOON, progress).await.unwrap();
		assert!(matches!(&fate, Fate::Refused(why) if why == CALLED_OFF), "{fate:?}");
		let next = submitter.submit(Call::Start(job), Some(Duration::from_millis(50)));
		let fate = timeout(SOON, next).await.unwrap();
		assert!(
			matches!(&fate, Fate::Refused(why) if why.contains("nothing was sent")),
			"{fate:?}"
		);
	}

	/// Waits until the node was sent so many transactions: those.
	async fn sent(node: &FakeNode, count: usize) -> Vec<Vec<u8>> {
		let sent = async {
			while node.sent().len() < count {
				tokio::time::sleep(Duration::from_millis(10)).await;
			}
			node.sent()
		};
		timeout(SOON, sent).await.unwrap()
	}

	/// A submitter by this node, with a journal in `folder` if one is given.
	fn submitter(node: &FakeNode, folder: Option<&std::path::Path>) -> (Submitter, Option<Journal>) {
		let chain = Chain::connect(Nodes::new(vec![node.url()]));
		let journal = folder.map(|folder| Journal::open(&folder.join("journal"), H256::zero()).unwrap());
		let wallet = Arc::new(Wallet::dev("//Machine").unwrap());
		(Submitter::start(chain, wallet, journal.clone()), journal)
	}

	#[tokio::test]
	async fn the_runtime_of_the_best_block_is_signed_for() {
		let node = FakeNode::start(1, State::new(), 5).await;
		node.upgrade();
		let folder = tempfile::tempdir().unwrap();
		let (submitter, journal) = submitter(&node, Some(folder.path()));
		let call = submitter.submit(Call::Start(JobId(7)), Some(SOON));
		let looked = async {
			sent(&node, 1).await;
			journal.unwrap().unresolved().unwrap()
		};
		let unresolved = tokio::select! {
			fate = call => panic!("{fate:?}"),
			unresolved = looked => unresolved,
		};
		let signed: Vec<_> = unresolved.iter().map(|sent| (sent.runtime, sent.birth)).collect();
		assert_eq!(signed, [(Some(runtime::known_spec() + 1), 5)]);
	}

	#[tokio::test]
	async fn what_an_upgrade_overtakes_is_decided_anew_once_that_is_final() {
		for journalled in [false, true] {
			// GIVEN a transaction that was signed for a runtime that a block replaced before the pool saw it.
			let node = FakeNode::start(1, State::new(), 5).await;
			node.overtake(true);
			let folder = tempfile::tempdir().unwrap();
			let (submitter, _journal) = submitter(&node, journalled.then_some(folder.path()));
			let call = submitter.submit(Call::Start(JobId(7)), None);
			tokio::pin!(call);
			let first = tokio::select! {
				fate = &mut call => panic!("{fate:?}"),
				first = sent(&node, 1) => first,
			};
			// WHEN that block is not final, it may still be included in another one.
			assert!(timeout(3 * PAUSE, &mut call).await.is_err(), "nothing is certain yet");
			assert_eq!(node.sent(), first);
			// THEN once it is, whoever cannot look signs again, and whoever can is told.
			node.overtake(false);
			node.finalize(1);
			let again = async {
				match journalled {
					true => None,
					false => Some(sent(&node, 2).await),
				}
			};
			tokio::select! {
				fate = &mut call => {
					assert!(journalled && matches!(&fate, Fate::Refused(why) if why == RUNTIME_OVER), "{fate:?}");
				}
				Some(both) = again => assert_ne!(both[0], both[1]),
			}
		}
	}
}

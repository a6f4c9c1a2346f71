//! The task that owns the nonces and the key.

use super::{
	super::{
		error::{ChainError, Result},
		link::Chain,
		queries, runtime,
		session::{At, Session},
		types::BlockId,
		wire::PoolError,
	},
	flight::Flight,
	look::{self, End, View, BIRTH_UNKNOWN, ERA_OVER, KEY_OVER, NONCE_LOST, RUNTIME_OVER},
	nonces::Nonces,
	Fate, Pen, Request, MAX_IN_FLIGHT,
};
use crate::{
	journal::{Journal, JournalError, SentTransaction},
	wallet::Wallet,
};
use futures::future::{select_all, BoxFuture, FutureExt};
use std::{
	collections::{BTreeSet, VecDeque},
	future::{pending, Future},
	sync::Arc,
	time::Duration,
};
use subxt::utils::AccountId32;
use tokio::{
	sync::{mpsc, watch},
	time::{sleep, sleep_until, timeout_at, Instant},
};

/// How often a transaction is signed anew when another process uses the same account at the same time.
const ATTEMPTS: u32 = 5;
/// How long to wait for something new before looking again.
pub(super) const PAUSE: Duration = Duration::from_secs(2);

pub(super) const CALLED_OFF: &str = "it was called off before it was signed";

/// A call that somebody waits for, and how often it may still be signed.
#[derive(Debug)]
pub(super) struct Order {
	request: Request,
	attempts: u32,
}

impl Order {
	/// Whoever asked may have stopped waiting.
	fn answer(self, fate: Fate) {
		let Request { call, off, answer, .. } = self.request;
		match &fate {
			Fate::Refused(_) if off.is_cancelled() => tracing::debug!(%call, "called off"),
			Fate::Done { block, .. } => tracing::info!(%call, block = block.number, "done"),
			Fate::Failed { block, error } => tracing::warn!(%call, block = block.number, %error, "failed"),
			Fate::Refused(error) => tracing::warn!(%call, %error, "refused"),
			Fate::Unknown { what, .. } => tracing::warn!(%call, %what, "outcome unknown"),
		}
		let _ = answer.send(fate);
	}

	fn is_late(&self) -> bool {
		self.request.deadline.is_some_and(|deadline| deadline <= Instant::now())
	}
}

/// Signs, sends, and looks what became of it.
pub(super) struct Dispatcher {
	chain: Chain,
	pen: watch::Receiver<Pen>,
	journal: Option<Journal>,
	/// Calls that are not signed yet.
	waiting: VecDeque<Order>,
	/// Transactions whose fate is not certain, at most [`MAX_IN_FLIGHT`] beside those of before a restart.
	flights: Vec<Flight>,
	nonces: Nonces,
	caught_up: watch::Sender<Option<u64>>,
	/// How much waits or flies.
	in_flight: watch::Sender<usize>,
}

impl Dispatcher {
	pub fn new(
		chain: Chain,
		pen: watch::Receiver<Pen>,
		journal: Option<Journal>,
		(caught_up, in_flight): (watch::Sender<Option<u64>>, watch::Sender<usize>),
	) -> Self {
		Self {
			chain,
			pen,
			journal,
			waiting: VecDeque::new(),
			flights: Vec::new(),
			nonces: Nonces::default(),
			caught_up,
			in_flight,
		}
	}

	/// Works until nobody can ask any more.
	pub async fn run(mut self, mut requests: mpsc::Receiver<Request>) {
		if let Err(error) = self.remember().await {
			tracing::error!(%error, "cannot read which transactions were sent before the restart");
			return;
		}
		let mut news = self.chain.news();
		let mut asked = true;
		while asked || !self.waiting.is_empty() {
			self.expire();
			if let Some(session) = self.chain.connected() {
				if let Err(error) = self.turn(&session).await {
					tracing::debug!(%error, "cannot go on with the transactions; trying again");
				}
			}
			let in_flight = self.waiting.len() + self.flights.len();
			self.in_flight.send_replace(in_flight);
			let room = in_flight < MAX_IN_FLIGHT;
			tokio::select! {
				request = requests.recv(), if asked && room => match request {
					Some(request) => self.wait_for(request),
					None => asked = false,
				},
				() = news.next() => {},
				() = self.deadline() => {},
				() = self.called_off() => {},
				() = sleep(PAUSE) => {},
			}
			while let Ok(request) = requests.try_recv() {
				self.wait_for(request);
			}
		}
	}

	/// What was sent before a restart is looked for, or sent again until its era is over. Its effect is on the chain for
	/// everybody to see, so nobody needs to be told.
	async fn remember(&mut self) -> Result<(), JournalError> {
		if let Some(journal) = &self.journal {
			let key = self.key();
			for sent in journal.off_thread(Journal::unresolved).await? {
				tracing::info!(transaction = %sent.purpose, "finding out what became of it");
				self.flights.push(Flight::remembered(sent, key));
			}
		}
		self.note_caught_up(0);
		Ok(())
	}

	fn note_caught_up(&self, height: u64) {
		if self.caught_up.borrow().is_none() && !self.flights.iter().any(|flight| flight.old) {
			self.caught_up.send_replace(Some(height));
		}
	}

	fn wait_for(&mut self, request: Request) {
		self.waiting.push_back(Order {
			request,
			attempts: ATTEMPTS,
		});
	}

	/// The account that signs now.
	fn key(&self) -> AccountId32 {
		self.pen.borrow().wallet.account()
	}

	/// The first moment at which somebody will not wait any longer.
	fn first_deadline(&self) -> Option<Instant> {
		let flying = self.flights.iter().filter_map(|flight| flight.order.as_ref());
		let orders = self.waiting.iter().chain(flying);
		orders.filter_map(|order| order.request.deadline).min()
	}

	fn deadline(&self) -> impl Future<Output = ()> {
		let first = self.first_deadline();
		async move {
			match first {
				Some(first) => sleep_until(first).await,
				None => pending().await,
			}
		}
	}

	fn called_off(&self) -> BoxFuture<'static, ()> {
		let offs = self.waiting.iter().map(|order| order.request.off.clone());
		let offs: Vec<_> = offs.map(|off| off.cancelled_owned().boxed()).collect();
		match offs.is_empty() {
			true => pending().boxed(),
			false => select_all(offs).map(|_| ()).boxed(),
		}
	}

	/// Tells whoever has waited long enough, and those whose call is not wanted any more.
	fn expire(&mut self) {
		let over = |order: &Order| order.request.off.is_cancelled() || order.is_late();
		let (over, wait): (Vec<_>, Vec<_>) = self.waiting.drain(..).partition(over);
		self.waiting = wait.into();
		for order in over {
			let why = match order.request.off.is_cancelled() {
				true => CALLED_OFF.to_owned(),
				false => self.why_nothing_was_sent(),
			};
			order.answer(Fate::Refused(why));
		}
		for flight in &mut self.flights {
			if let Some(order) = flight.order.take_if(|order| order.is_late()) {
				let death = flight.sent.death;
				order.answer(Fate::Unknown {
					hash: Some(flight.sent.hash),
					what: format!("sent, but not in a finalized block yet; it can be until block {death}"),
				});
			}
		}
	}

	fn why_nothing_was_sent(&self) -> String {
		let trouble = self
			.chain
			.trouble()
			.map_or("the node does not answer".to_owned(), |error| error.to_string());
		format!("nothing was sent: {trouble}")
	}

	/// Looks at what is new, signs what waits and sends what is due.
	async fn turn(&mut self, session: &Arc<Session>) -> Result<()> {
		if self.waiting.is_empty() && self.flights.is_empty() {
			return Ok(());
		}
		let until = self.first_deadline();
		let finalized = within(until, session.finalized()).await?;
		self.look(session, finalized, until).await?;
		self.sign_waiting(session, finalized, until).await?;
		self.send_due(session, finalized.number, until).await
	}

	async fn look(&mut self, session: &Arc<Session>, finalized: BlockId, until: Option<Instant>) -> Result<()> {
		let concerned = |flight: &Flight| flight.is_concerned_by(finalized.number);
		if !self.flights.iter().any(concerned) {
			return Ok(());
		}
		let key = self.key();
		for flight in &mut self.flights {
			flight.doubted |= flight.signer != key;
		}
		let view = within(until, View::of(session, finalized, &mut self.flights)).await?;
		let mut ended = Vec::new();
		for (index, flight) in self.flights.iter().enumerate() {
			if let Some(end) = within(until, view.judge(session, flight)).await? {
				ended.push((index, end));
			}
		}
		self.settle(ended).await;
		self.note_caught_up(finalized.number);
		Ok(())
	}

	/// Those at these places, in their order, have come to an end.
	async fn settle(&mut self, ended: Vec<(usize, End)>) {
		// From the last to the first, so that places stay what they are and what is signed again keeps its order.
		for (index, end) in ended.into_iter().rev() {
			let flight = self.flights.remove(index);
			let (signer, nonce) = (flight.signer, flight.sent.nonce);
			if flight.found.is_some() {
				self.nonces.note_used(signer, nonce);
			}
			if end.frees_nonce() {
				self.nonces.note_free(signer, nonce);
			}
			if let Err(error) = self.forget(&flight.sent).await {
				tracing::error!(%error, "a transaction stays in the journal; it is looked for again after a restart");
			}
			if flight.old {
				tracing::info!(transaction = %flight.sent.purpose, ?end, "now it is certain");
			}
			let Some(order) = flight.order else { continue };
			match end {
				End::Known(fate) => order.answer(fate),
				End::Never(why) => {
					let again = signs_again(&why, self.journal.is_some(), self.key() != signer);
					match order.attempts.checked_sub(1).filter(|left| again && *left > 0) {
						Some(attempts) => self.waiting.push_front(Order { attempts, ..order }),
						None => order.answer(Fate::Refused(why)),
					}
				}
			}
		}
	}

	/// Signs what waits on top of the newest finalized block, for the best block's runtime.
	async fn sign_waiting(&mut self, session: &Session, anchor: BlockId, until: Option<Instant>) -> Result<()> {
		let pen = self.pen.borrow().clone();
		if let Some(why) = &pen.held {
			self.refuse_waiting(&format!("nothing was signed: {why}"));
		}
		if self.waiting.is_empty() {
			return Ok(());
		}
		let signer = pen.wallet.account();
		let asked = async {
			let best = session.at(session.best().await?).await?;
			let used = match self.nonces.has_free(signer) {
				true => queries::nonce(&best, &signer).await?,
				false => 0,
			};
			let next = session.next_nonce(&signer).await?;
			Ok((best, used, next))
		};
		let (best, used, next) = match within(until, asked).await {
			Err(error) if !error.passes_by_itself() => {
				self.refuse_waiting(&error.to_string());
				return Err(error);
			}
			result => result?,
		};
		while self.flights.len() < MAX_IN_FLIGHT {
			let Some(order) = self.waiting.pop_front() else { break };
			let nonce = self.nonces.take(signer, used, next, &self.flying(signer));
			match self.sign(&best, anchor, &pen, nonce, &order).await {
				Ok(sent) => self.flights.push(Flight::new(sent, signer, Some(order))),
				Err(why) => {
					self.nonces.note_free(signer, nonce);
					order.answer(Fate::Refused(why));
				}
			}
		}
		Ok(())
	}

	fn refuse_waiting(&mut self, why: &str) {
		for order in self.waiting.drain(..) {
			order.answer(Fate::Refused(why.to_owned()));
		}
	}

	/// The nonces of this account's transactions that wait for their blocks.
	fn flying(&self, signer: AccountId32) -> BTreeSet<u64> {
		let flights = self.flights.iter().filter(|flight| flight.signer == signer);
		flights.map(|flight| flight.sent.nonce).collect()
	}

	/// Signs a call and writes it down. In words why not.
	async fn sign(
		&self,
		at: &At,
		anchor: BlockId,
		pen: &Pen,
		nonce: u64,
		order: &Order,
	) -> Result<SentTransaction, String> {
		let call = &order.request.call;
		let wallet: &Wallet = &pen.wallet;
		let signed =
			runtime::sign(at, anchor, wallet.keypair(), nonce, pen.fee_asset, call).map_err(|e| e.to_string())?;
		let sent = SentTransaction {
			hash: signed.hash,
			signer: Some(wallet.account()),
			nonce,
			runtime: Some(at.spec_version()),
			birth: anchor.number,
			death: anchor.number + runtime::LIFETIME - 1,
			bytes: hex::encode(signed.bytes),
			purpose: call.to_string(),
		};
		self.write_down(&sent).await.map_err(|e| e.to_string())?;
		Ok(sent)
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

	/// Offers what is due to the node's pool, in the order of nonces.
	async fn send_due(&mut self, session: &Arc<Session>, height: u64, until: Option<Instant>) -> Result<()> {
		self.flights.sort_by_key(|flight| flight.sent.nonce);
		let mut ended = Vec::new();
		let mut result = Ok(());
		for (index, flight) in self.flights.iter_mut().enumerate() {
			if !flight.is_due(session, height) {
				continue;
			}
			match within(until, send(session, flight)).await {
				Ok(Some(end)) => ended.push((index, end)),
				Ok(None) => flight.note_sent(session, height),
				Err(error) => {
					result = Err(error);
					break;
				}
			}
		}
		self.settle(ended).await;
		self.note_caught_up(height);
		result
	}
}

/// Offers one to the node's pool. Gives its end if it can never be included.
async fn send(session: &Session, flight: &mut Flight) -> Result<Option<End>> {
	let Ok(bytes) = hex::decode(&flight.sent.bytes) else {
		return Ok(Some(End::never("its bytes in the journal are damaged")));
	};
	match session.send(&bytes).await {
		Ok(()) | Err(PoolError::AlreadyThere) => Ok(None),
		// In a block that is not final yet: it, or another. Or another one of this account waits with this nonce. Finalized
		// blocks will tell.
		Err(PoolError::NonceUsed | PoolError::NonceTaken) => Ok(None),
		Err(PoolError::Later(why)) => {
			tracing::debug!(%why, "the pool does not take it now");
			Ok(None)
		}
		Err(PoolError::Invalid(why)) => {
			let end = look::refused(session, flight, &why).await?;
			flight.doubted |= end.is_none();
			Ok(end)
		}
		Err(PoolError::NoAnswer(error)) => Err(error),
	}
}

/// Whether a call is signed again at once whose transaction can be in no block any more. Who `decides_anew` looks first how
/// things stand by now: what was right when the transaction was signed need not be right any more.
pub(super) fn signs_again(why: &str, decides_anew: bool, has_new_key: bool) -> bool {
	match why {
		NONCE_LOST | ERA_OVER | RUNTIME_OVER => !decides_anew,
		why if why.starts_with(BIRTH_UNKNOWN) => !decides_anew,
		// The new key can do what the old one could not.
		KEY_OVER => has_new_key,
		_ => false,
	}
}

/// The answer, unless somebody stops waiting first.
async fn within<T>(until: Option<Instant>, asked: impl Future<Output = Result<T>>) -> Result<T> {
	match until {
		Some(until) => timeout_at(until, asked)
			.await
			.unwrap_or_else(|_| Err(ChainError::Rpc("no answer in time".to_owned()))),
		None => asked.await,
	}
}

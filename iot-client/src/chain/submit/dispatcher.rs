//! The task that owns the nonces and the key.

use super::{
	super::{
		error::{ChainError, Result},
		link::Chain,
		queries, runtime,
		session::{At, Session},
		types::BlockId,
	},
	flight::Flight,
	look::{End, View, BIRTH_UNKNOWN, ERA_OVER, KEY_OVER, NONCE_LOST, RUNTIME_OVER},
	nonces::{Nonces, Told},
	offer::{offer, offer_elsewhere, Offered},
	order::{Order, CALLED_OFF},
	Fate, Pen, Request, MAX_IN_FLIGHT,
};
use crate::{
	journal::{Ending, Journal, JournalError, SentTransaction},
	parse,
	wallet::Wallet,
};
use futures::{
	future::{select_all, BoxFuture, FutureExt},
	try_join,
};
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

/// How long to wait for something new before looking again.
pub(super) const PAUSE: Duration = Duration::from_secs(2);
/// How long after a doubt about the next nonce it is asked again, if no call asks before.
const ASK_AGAIN: Duration = Duration::from_millis(500);

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
	/// What the pool said last of the next nonce, while nothing speaks against it.
	told: Option<Told>,
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
			told: None,
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
		let (mut news, mut announced) = (self.chain.news(), self.chain.announced());
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
					Some(request) => self.waiting.push_back(Order::new(request)),
					None => asked = false,
				},
				() = news.next() => {},
				Ok(()) = announced.changed() => {},
				() = self.deadline() => {},
				() = self.called_off() => {},
				told = self.ask_ahead() => self.told = Some(told),
				() = sleep(PAUSE) => {},
			}
			while let Ok(request) = requests.try_recv() {
				self.waiting.push_back(Order::new(request));
			}
		}
	}

	/// What was sent before a restart is looked for, or sent again until its era is over. Its effect is on the chain for
	/// everybody to see, so nobody needs to be told.
	async fn remember(&mut self) -> Result<(), JournalError> {
		if let Some(journal) = &self.journal {
			let key = self.key();
			for sent in journal.off_thread(Journal::unresolved).await? {
				let hash = parse::hex(sent.hash);
				tracing::info!(
					call = sent.purpose,
					hash,
					nonce = sent.nonce,
					"finding out what became of it"
				);
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

	/// Asks for the next nonce before a call needs it, as soon as a finalized block is announced: who asked only when it is the
	/// head would know nothing for as long as the answer takes. Only whoever has a journal need not ask when he
	/// signs: he is a machine's daemon, the only one with its key, and hardly anything else signs with that (`nonces`).
	fn ask_ahead(&self) -> BoxFuture<'static, Told> {
		let Some(session) = self.journal.as_ref().and_then(|_| self.chain.connected()) else {
			return pending().boxed();
		};
		let key = self.key();
		let height = self.chain.heads().borrow().as_ref().map_or(0, |head| head.block.number);
		let height = height.max(*self.chain.announced().borrow());
		let due = match &self.told {
			Some(told) => told.again_at(&session, &key, height),
			None => Instant::now() + ASK_AGAIN,
		};
		let asked = async move {
			sleep_until(due).await;
			match Told::by(session, key, height).await {
				Ok(told) => told,
				// Whoever signs asks.
				Err(_) => pending().await,
			}
		};
		asked.boxed()
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
			order.answer(None, Fate::Refused(why));
		}
		for flight in &mut self.flights {
			if let Some(order) = flight.order.take_if(|order| order.is_late()) {
				let death = flight.sent.death;
				let fate = Fate::Unknown {
					hash: Some(flight.sent.hash),
					what: format!("sent, but not in a finalized block yet; it can be until block {death}"),
				};
				order.answer(Some(&flight.sent), fate);
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
		let finalized = within(until, self.chain.finalized_by(session)).await?;
		self.look(session, finalized, until).await?;
		self.sign_waiting(session, finalized, until).await?;
		self.sign_banned(session, finalized, until).await?;
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
			match flight.found {
				Some(_) => {
					self.nonces.note_used(signer, nonce);
					self.told.iter_mut().for_each(|told| told.note_used(signer, nonce));
				}
				None => self.told = None,
			}
			if end.frees_nonce() {
				self.nonces.note_free(signer, nonce);
			}
			let ending = end.ending();
			let others = flight.others.iter().map(|other| (other, Ending::Never));
			for (sent, ending) in [(&flight.sent, ending)].into_iter().chain(others) {
				if let Err(error) = self.forget(sent, ending).await {
					tracing::error!(%error, "a transaction stays in the journal; it is looked for again after a restart");
				}
			}
			if flight.old {
				let (hash, block) = (
					parse::hex(flight.sent.hash),
					flight.found.map(|(block, _)| block.number),
				);
				tracing::info!(
					call = flight.sent.purpose,
					hash,
					nonce,
					block,
					?end,
					"now it is certain"
				);
			}
			let Some(order) = flight.order else { continue };
			match end {
				End::Known(fate) => order.answer(Some(&flight.sent), fate),
				End::Never(why) => {
					let again = signs_again(&why, self.journal.is_some(), self.key() != signer);
					match order.attempts.checked_sub(1).filter(|left| again && *left > 0) {
						Some(attempts) => {
							let hash = parse::hex(flight.sent.hash);
							tracing::info!(call = flight.sent.purpose, hash, nonce, %why, "it is signed again");
							self.waiting.push_front(Order { attempts, ..order });
						}
						None => order.answer(Some(&flight.sent), Fate::Refused(why)),
					}
				}
			}
		}
	}

	/// Signs what waits on top of the newest finalized block, for the best block's runtime.
	async fn sign_waiting(&mut self, session: &Arc<Session>, anchor: BlockId, until: Option<Instant>) -> Result<()> {
		let pen = self.pen.borrow().clone();
		if let Some(why) = &pen.held {
			self.refuse_waiting(&format!("nothing was signed: {why}"));
		}
		if self.waiting.is_empty() {
			return Ok(());
		}
		let signer = pen.wallet.account();
		let (newest, used, next) = match within(until, self.footing(session, signer, anchor.number)).await {
			Err(error) if !error.passes_by_itself() => {
				self.refuse_waiting(&error.to_string());
				return Err(error);
			}
			result => result?,
		};
		while self.flights.len() < MAX_IN_FLIGHT {
			let Some(order) = self.waiting.pop_front() else { break };
			let nonce = self.nonces.take(signer, used, next, &self.flying(signer));
			match self.sign(&newest, anchor, &pen, nonce, &order).await {
				Ok(sent) => self.flights.push(Flight::new(sent, signer, Some(order))),
				Err(why) => {
					self.nonces.note_free(signer, nonce);
					order.answer(None, Fate::Refused(why));
				}
			}
		}
		Ok(())
	}

	/// Signs again what a pool has thrown out and bans, with the nonce that it has: so it is done once, whichever of them gets
	/// into a block. A pool does so where a fork has a runtime upgrade first: what was signed for the new one is invalid where
	/// the old one is in force still.
	async fn sign_banned(&mut self, session: &Arc<Session>, anchor: BlockId, until: Option<Instant>) -> Result<()> {
		let pen = self.pen.borrow().clone();
		let signer = pen.wallet.account();
		for index in 0..self.flights.len() {
			let Some(flight) = self.flights.get(index) else { break };
			let may = flight.signer == signer && pen.held.is_none() && flight.wants_renewal(anchor.number);
			let Some(order) = flight.order.as_ref().filter(|_| may) else {
				continue;
			};
			let newest = within(until, session.with_newest_runtime()).await?;
			match self.sign(&newest, anchor, &pen, flight.sent.nonce, order).await {
				Ok(sent) => {
					if let Some(flight) = self.flights.get_mut(index) {
						flight.renew(sent);
					}
				}
				Err(why) => tracing::warn!(why, "what a node has thrown out cannot be signed again now"),
			}
		}
		Ok(())
	}

	/// What is signed with: a block with the newest runtime, how many nonces are used for certain, and which is next. Asks at
	/// once for what is not known: nothing, as a rule.
	async fn footing(&mut self, session: &Arc<Session>, signer: AccountId32, height: u64) -> Result<(At, u64, u64)> {
		let has_free = self.nonces.has_free(signer);
		let known = self.told.as_ref().filter(|_| !has_free);
		let known = known.and_then(|told| told.believed(session, &signer, height));
		let used = async {
			match has_free {
				true => queries::nonce(&session.at(session.best().await?).await?, &signer).await,
				false => Ok(0),
			}
		};
		let next = async {
			match known {
				Some(next) => Ok((next, None)),
				None => {
					let told = Told::by(session.clone(), signer, height).await;
					told.map(|told| (told.next, Some(told)))
				}
			}
		};
		let (newest, used, (next, told)) = try_join!(session.with_newest_runtime(), used, next)?;
		if self.journal.is_some() && told.is_some() {
			self.told = told;
		}
		Ok((newest, used, next))
	}

	fn refuse_waiting(&mut self, why: &str) {
		for order in self.waiting.drain(..) {
			order.answer(None, Fate::Refused(why.to_owned()));
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
			errand: order.request.errand.clone(),
		};
		self.write_down(&sent).await.map_err(|e| e.to_string())?;
		let (job, hash) = (call.job().map(tracing::field::display), parse::hex(sent.hash));
		tracing::info!(job, %call, hash, nonce, birth = sent.birth, death = sent.death, "signed");
		Ok(sent)
	}

	async fn write_down(&self, sent: &SentTransaction) -> Result<(), JournalError> {
		let Some(journal) = &self.journal else { return Ok(()) };
		let sent = sent.clone();
		journal.off_thread(move |journal| journal.record(&sent)).await
	}

	async fn forget(&self, sent: &SentTransaction, ending: Ending) -> Result<(), JournalError> {
		let Some(journal) = &self.journal else { return Ok(()) };
		let hash = sent.hash;
		journal.off_thread(move |journal| journal.conclude(hash, &ending)).await
	}

	/// Offers what is due to the node's pool, in the order of nonces.
	async fn send_due(&mut self, session: &Arc<Session>, height: u64, until: Option<Instant>) -> Result<()> {
		self.flights.sort_by_key(|flight| flight.sent.nonce);
		let (mut ended, mut banned, mut all_taken) = (Vec::new(), Vec::new(), true);
		let mut result = Ok(());
		for (index, flight) in self.flights.iter_mut().enumerate() {
			if !flight.is_due(session, height) {
				continue;
			}
			let offered = within(until, offer(session, flight)).await;
			all_taken &= matches!(offered, Ok(Offered::Taken));
			match offered {
				Ok(Offered::Over(end)) => ended.push((index, end)),
				Ok(Offered::Banned) => {
					banned.push(flight.sent.clone());
					flight.note_banned(session, height);
				}
				Ok(Offered::Taken | Offered::NotTaken) => flight.note_sent(session, height),
				Err(error) => {
					result = Err(error);
					break;
				}
			}
		}
		if !all_taken {
			self.told = None;
		}
		offer_elsewhere(&self.chain, session.genesis(), banned);
		self.settle(ended).await;
		self.note_caught_up(height);
		result
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

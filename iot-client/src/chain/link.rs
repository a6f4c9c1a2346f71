//! Keeps a checked connection to one of several nodes, and tells what the newest finalized block is.
//!
//! When the connection breaks, the next endpoint is tried, round and round, for ever: a node that is down is a matter of
//! time. Requests do not queue meanwhile; whoever asks waits for the next [`Session`].

use super::{
	clock::{Pace, PaceMeter},
	error::{ChainError, Result},
	queries,
	session::Session,
	types::{BlockId, ChainTime},
};
use std::{
	sync::Arc,
	time::{Duration, Instant},
};
use subxt::{utils::H256, SubstrateConfig};
use tokio::{sync::watch, time::timeout};
use tokio_util::sync::{CancellationToken, DropGuard};

/// How long to pause after all endpoints failed in turn: the first time, and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A node that finalizes nothing for so long is asked whether it is still there.
const SILENCE: Duration = Duration::from_secs(15);
/// How often the distance between the newest and the finalized block is looked at, in finalized blocks.
const BLOCKS_BETWEEN_LAGS: u64 = 8;

/// The newest finalized block, and how we know.
#[derive(Clone, Debug)]
pub struct Head {
	/// The block.
	pub block: BlockId,
	/// The chain's clocks at it.
	pub time: ChainTime,
	/// How they run.
	pub pace: Pace,
	/// Who said so.
	pub endpoint: String,
	/// When we heard of it.
	pub seen: Instant,
}

/// The chain, through whichever node answers. Clones share the connection; it closes with the last of them.
#[derive(Clone, Debug)]
pub struct Chain {
	endpoints: Arc<[String]>,
	session: watch::Receiver<Option<Arc<Session>>>,
	head: watch::Receiver<Option<Head>>,
	trouble: watch::Receiver<Option<ChainError>>,
	_stop: Arc<DropGuard>,
}

impl Chain {
	/// Begins to connect to one of `endpoints`. Only nodes with this genesis are taken; when none is given, that of the
	/// first node that answers.
	pub fn connect(endpoints: Vec<String>, genesis: Option<H256>) -> Self {
		let (session, session_seen) = watch::channel(None);
		let (head, head_seen) = watch::channel(None);
		let (trouble, trouble_seen) = watch::channel(None);
		let stop = CancellationToken::new();
		let endpoints: Arc<[String]> = endpoints.into();
		let keeper = Keeper {
			endpoints: endpoints.clone(),
			genesis,
			config: SubstrateConfig::new(),
			session,
			head,
			trouble,
			meter: PaceMeter::default(),
			lag: 0,
		};
		let stopped = stop.clone();
		tokio::spawn(async move { stopped.run_until_cancelled(keeper.run()).await });
		Self {
			endpoints,
			session: session_seen,
			head: head_seen,
			trouble: trouble_seen,
			_stop: Arc::new(stop.drop_guard()),
		}
	}

	/// A checked connection; waits until there is one.
	pub async fn session(&self) -> Arc<Session> {
		let mut session = self.session.clone();
		let connected = session
			.wait_for(Option::is_some)
			.await
			.expect("the keeper lives as long as this; qed");
		connected.clone().expect("just checked; qed")
	}

	/// A checked connection and the newest finalized block, for somebody who will not wait for ever.
	///
	/// # Errors
	/// At once when waiting would not help (another chain, an unknown runtime), else after `patience`.
	pub async fn ready(&self, patience: Duration) -> Result<(Arc<Session>, Head)> {
		let mut trouble = self.trouble.clone();
		let both = async {
			let head = self.head().await;
			(self.session().await, head)
		};
		tokio::select! {
			both = timeout(patience, both) => both.map_err(|_| self.trouble().unwrap_or_else(|| self.silence())),
			trouble = trouble.wait_for(|trouble| trouble.as_ref().is_some_and(|t| !t.passes_by_itself())) => {
				Err(trouble.ok().and_then(|trouble| trouble.clone()).unwrap_or_else(|| self.silence()))
			},
		}
	}

	fn silence(&self) -> ChainError {
		ChainError::Unreachable {
			endpoint: self.endpoints.join(", "),
			what: "no answer in time".to_owned(),
		}
	}

	/// The newest finalized block; waits until there is one.
	pub async fn head(&self) -> Head {
		let mut head = self.head.clone();
		let known = head
			.wait_for(Option::is_some)
			.await
			.expect("the keeper lives as long as this; qed");
		known.clone().expect("just checked; qed")
	}

	/// The newest finalized block, as it changes.
	pub fn heads(&self) -> watch::Receiver<Option<Head>> {
		self.head.clone()
	}

	/// Waits until something is new: a finalized block, or another connection.
	pub async fn news(&self) {
		let (mut session, mut head) = (self.session.clone(), self.head.clone());
		tokio::select! {
			_ = session.changed() => {},
			_ = head.changed() => {},
		}
	}

	/// A checked connection, if there is one now.
	pub fn connected(&self) -> Option<Arc<Session>> {
		self.session.borrow().clone()
	}

	/// Why no node is connected, if none is.
	pub fn trouble(&self) -> Option<ChainError> {
		self.trouble.borrow().clone()
	}

	/// Asks another node whether it has the same finalized block.
	///
	/// # Errors
	/// When no other node says so.
	pub async fn confirm(&self, block: BlockId) -> Result<()> {
		let session = self.session().await;
		let mut said = "there is no second endpoint".to_owned();
		for endpoint in self.endpoints.iter().filter(|endpoint| *endpoint != session.endpoint()) {
			let other = match Session::open(endpoint, Some(session.genesis()), &SubstrateConfig::new()).await {
				Ok(other) => other,
				Err(error) => {
					said = error.to_string();
					continue;
				}
			};
			let finalized = other.finalized().await?.number;
			match other.hash_of(block.number).await? {
				Some(hash) if hash == block.hash && finalized >= block.number => return Ok(()),
				Some(hash) if hash != block.hash => said = format!("{endpoint} has another block of that height"),
				_ => said = format!("{endpoint} has finalized block {finalized} only"),
			}
		}
		Err(ChainError::Unconfirmed {
			number: block.number,
			what: said,
		})
	}
}

/// The task behind a [`Chain`].
struct Keeper {
	endpoints: Arc<[String]>,
	genesis: Option<H256>,
	config: SubstrateConfig,
	session: watch::Sender<Option<Arc<Session>>>,
	head: watch::Sender<Option<Head>>,
	trouble: watch::Sender<Option<ChainError>>,
	meter: PaceMeter,
	lag: u64,
}

impl Keeper {
	async fn run(mut self) {
		let mut pause = FIRST_PAUSE;
		loop {
			let mut troubles = Vec::new();
			for endpoint in self.endpoints.clone().iter() {
				match self.keep(endpoint).await {
					// It was connected: begin again with the best endpoint, at once.
					(true, error) => {
						tracing::warn!(%endpoint, %error, "lost the node; trying the others");
						pause = FIRST_PAUSE;
						troubles = vec![error];
						break;
					}
					(false, error) => troubles.push(error),
				}
			}
			self.report(troubles);
			tokio::time::sleep(pause).await;
			pause = (pause * 2).min(LONGEST_PAUSE);
		}
	}

	/// Tells the gravest of the troubles, and logs it when it is a new one.
	fn report(&self, mut troubles: Vec<ChainError>) {
		troubles.sort_by_key(ChainError::passes_by_itself);
		let Some(worst) = troubles.into_iter().next() else {
			return;
		};
		let kind = |trouble: &ChainError| std::mem::discriminant(trouble);
		let before = self.trouble.send_replace(Some(worst.clone()));
		// Said once: the same trouble with another block number in it is no news.
		if before.as_ref().map(kind) != Some(kind(&worst)) {
			tracing::warn!("{worst} (trying again and again)");
		}
	}

	/// Connects and follows until the connection breaks. Tells whether there was one.
	async fn keep(&mut self, endpoint: &str) -> (bool, ChainError) {
		let session = match Session::open(endpoint, self.genesis, &self.config).await {
			Ok(session) => session,
			Err(error) => return (false, error),
		};
		// From now on no other chain is taken for this one.
		self.genesis.get_or_insert(session.genesis());
		if let Err(error) = self.note(&session).await {
			return (false, error);
		}
		tracing::info!(endpoint, "connected");
		self.trouble.send_replace(None);
		self.session.send_replace(Some(session.clone()));
		let error = match self.follow(&session).await {
			Ok(never) => match never {},
			Err(error) => error,
		};
		self.session.send_replace(None);
		(true, error)
	}

	async fn follow(&mut self, session: &Session) -> Result<std::convert::Infallible> {
		let mut headers = session.finalized_headers().await?;
		loop {
			match timeout(SILENCE, headers.next()).await {
				Ok(Some(Ok(_))) => {}
				Ok(Some(Err(error))) => return Err(error.into()),
				Ok(None) => return Err(ChainError::Rpc("it closed the subscription".to_owned())),
				// Silence; asking for the head tells a slow chain from a dead connection.
				Err(_) => {}
			}
			self.note(session).await?;
		}
	}

	/// Looks at the newest finalized block and tells it.
	async fn note(&mut self, session: &Session) -> Result<()> {
		let block = session.finalized().await?;
		let seen = self.head.borrow().as_ref().map(|head| head.block);
		if let Some(seen) = seen {
			if block.number < seen.number {
				let endpoint = session.endpoint().to_owned();
				return Err(ChainError::Behind {
					endpoint,
					number: block.number,
					seen: seen.number,
				});
			}
			if block == seen {
				return Ok(());
			}
		}
		let time = queries::time(&session.at(block).await?).await?;
		if block.number.is_multiple_of(BLOCKS_BETWEEN_LAGS) {
			self.lag = session.best().await?.number.saturating_sub(block.number);
		}
		let now = Instant::now();
		self.meter.note(now, block.number, time.unix);
		let pace = self.meter.pace(self.lag);
		let endpoint = session.endpoint().to_owned();
		self.head.send_replace(Some(Head {
			block,
			time,
			pace,
			endpoint,
			seen: now,
		}));
		Ok(())
	}
}

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
	future::Future,
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc,
	},
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
	floor: Arc<AtomicU64>,
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
		let floor = Arc::new(AtomicU64::new(0));
		let keeper = Keeper {
			endpoints: endpoints.clone(),
			genesis,
			config: SubstrateConfig::new(),
			session,
			head,
			trouble,
			floor: floor.clone(),
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
			floor,
			_stop: Arc::new(stop.drop_guard()),
		}
	}

	/// Believes no node any more that has not finalized the block of this height: one as high was seen before a restart.
	pub fn not_below(&self, floor: u64) {
		self.floor.fetch_max(floor, Ordering::Relaxed);
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
		let (genesis, here) = (session.genesis(), session.endpoint());
		let others = self
			.endpoints
			.iter()
			.filter(|endpoint| *endpoint != here)
			.cloned()
			.collect();
		let confirmed = any_of(others, |endpoint| async move {
			confirmed_by(&endpoint, genesis, block).await
		});
		confirmed.await.map_err(|what| ChainError::Unconfirmed {
			number: block.number,
			what,
		})
	}
}

/// Asks one node after the other until one agrees; else tells what the last one said.
async fn any_of<F>(endpoints: Vec<String>, ask: impl Fn(String) -> F) -> Result<(), String>
where
	F: Future<Output = Result<(), String>>,
{
	let mut said = "there is no second endpoint".to_owned();
	for endpoint in endpoints {
		match ask(endpoint).await {
			Ok(()) => return Ok(()),
			Err(what) => said = what,
		}
	}
	Err(said)
}

/// Whether a node has this finalized block; if not, why not, in words.
async fn confirmed_by(endpoint: &str, genesis: H256, block: BlockId) -> Result<(), String> {
	let in_words = |error: ChainError| error.to_string();
	let other = Session::open(endpoint, Some(genesis), &SubstrateConfig::new())
		.await
		.map_err(in_words)?;
	let finalized = other.finalized().await.map_err(in_words)?.number;
	match other.hash_of(block.number).await.map_err(in_words)? {
		Some(hash) if hash == block.hash && finalized >= block.number => Ok(()),
		Some(hash) if hash != block.hash => Err(format!("{endpoint} has another block of that height")),
		_ => Err(format!("{endpoint} has finalized block {finalized} only")),
	}
}

/// Refuses a node that has not finalized the block of height `least`, which was seen before.
fn not_behind(endpoint: &str, number: u64, least: u64) -> Result<()> {
	if number >= least {
		return Ok(());
	}
	Err(ChainError::Behind {
		endpoint: endpoint.to_owned(),
		number,
		seen: least,
	})
}

/// The task behind a [`Chain`].
struct Keeper {
	endpoints: Arc<[String]>,
	genesis: Option<H256>,
	config: SubstrateConfig,
	session: watch::Sender<Option<Arc<Session>>>,
	head: watch::Sender<Option<Head>>,
	trouble: watch::Sender<Option<ChainError>>,
	/// The height below which no node is believed.
	floor: Arc<AtomicU64>,
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
		let floor = self.floor.load(Ordering::Relaxed);
		let least = seen.map_or(floor, |seen| floor.max(seen.number));
		not_behind(session.endpoint(), block.number, least)?;
		if seen == Some(block) {
			return Ok(());
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

/// A chain that nobody connects to, for tests of what is above it.
#[cfg(test)]
pub(crate) mod played {
	use super::*;

	/// Says what the chain's head is.
	pub struct Keeper {
		head: watch::Sender<Option<Head>>,
		_session: watch::Sender<Option<Arc<Session>>>,
		_trouble: watch::Sender<Option<ChainError>>,
	}

	impl Keeper {
		/// Tells a new head.
		pub fn head(&self, head: Head) {
			self.head.send_replace(Some(head));
		}
	}

	/// A chain, and who plays its keeper.
	pub fn chain() -> (Chain, Keeper) {
		let (session, session_seen) = watch::channel(None);
		let (head, head_seen) = watch::channel(None);
		let (trouble, trouble_seen) = watch::channel(None);
		let chain = Chain {
			endpoints: Arc::new([]),
			session: session_seen,
			head: head_seen,
			trouble: trouble_seen,
			floor: Arc::default(),
			_stop: Arc::new(CancellationToken::new().drop_guard()),
		};
		let keeper = Keeper {
			head,
			_session: session,
			_trouble: trouble,
		};
		(chain, keeper)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_node_that_is_behind_is_refused_with_both_heights() {
		for (number, least) in [(0, 0), (7, 7), (8, 7)] {
			assert_eq!(not_behind("ws://node", number, least), Ok(()));
		}
		let error = not_behind("ws://node", 6, 7).unwrap_err();
		assert!(error.passes_by_itself());
		let text = error.to_string();
		assert!(
			text.contains("is behind: block 6 of at least 7") && text.contains("move the state_dir aside"),
			"{text}"
		);
	}

	#[tokio::test]
	async fn a_second_endpoint_in_trouble_does_not_silence_the_third() {
		let ask = |endpoint: String| async move {
			match &*endpoint {
				"ws://sound" => Ok(()),
				"ws://broken" => Err("no answer in time".to_owned()),
				other => panic!("{other} need not be asked"),
			}
		};
		let any = |endpoints: &[&str]| any_of(endpoints.iter().map(ToString::to_string).collect(), ask);
		assert_eq!(any(&["ws://broken", "ws://sound", "ws://unasked"]).await, Ok(()));
		assert_eq!(any(&["ws://broken"]).await, Err("no answer in time".to_owned()));
		assert!(any(&[]).await.unwrap_err().contains("no second endpoint"));
	}
}

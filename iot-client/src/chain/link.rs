//! Keeps a checked connection to one of several nodes, and tells what the newest finalized block is.
//!
//! When the connection breaks, or the node finalizes nothing while another does, the next endpoint is tried, round and
//! round, for ever: a node that is down is a matter of time. Requests do not queue meanwhile; whoever asks waits for the next
//! [`Session`]. The nodes that are not in use are asked now and then how far they are.

use super::{
	clock::{Pace, PaceMeter},
	error::{ChainError, Result},
	light::{self, LightClient},
	news::News,
	queries,
	roster::{Endpoint, Next, Roster, Standing},
	session::Session,
	types::{BlockId, ChainTime},
	witness::{ask_all, finalized_at, height_of, judge, LITTLE_BEHIND, LOOK_AGAIN},
};
use futures::future::join_all;
use std::{
	convert::Infallible,
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc,
	},
	time::{Duration, Instant},
};
use subxt::{config::Header as _, utils::H256, SubstrateConfig};
use tokio::{
	sync::watch,
	task::JoinHandle,
	time::{interval, timeout, MissedTickBehavior},
};
use tokio_util::sync::{CancellationToken, DropGuard};

/// How long a node may finalize nothing, if nothing else is said, before another is taken that does.
pub const DEFAULT_STALL: Duration = Duration::from_secs(60);
/// A node that finalizes nothing for so long is asked whether it is still there.
const SILENCE: Duration = Duration::from_secs(15);
/// How often the nodes that are not in use are asked how far they are, at most.
const SURVEY: Duration = Duration::from_secs(30);
/// How long a node may take to say how far it is before one is chosen to begin with.
const FIRST_LOOK: Duration = Duration::from_secs(5);
/// How often the distance between the newest and the finalized block is looked at, in finalized blocks.
const BLOCKS_BETWEEN_LAGS: u64 = 8;

/// The nodes that may be asked, and what is wanted of them.
#[derive(Clone, Debug)]
pub struct Nodes {
	/// Their addresses, best first.
	pub endpoints: Vec<String>,
	/// Only nodes with this genesis are taken; when none is given, that of the first node that answers.
	pub genesis: Option<H256>,
	/// A node that finalizes nothing for so long is left, if another one does.
	pub stall: Duration,
	/// Which of them is tried first.
	pub begin: Begin,
}

/// Which of several nodes is tried first.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Begin {
	/// The one that is named first; for whoever stays, and will see when another is ahead.
	#[default]
	First,
	/// The one that has finalized most; for whoever looks once. One that has just started again may be far behind.
	Furthest,
}

impl Nodes {
	/// These, of whatever chain.
	pub fn new(endpoints: Vec<String>) -> Self {
		Self {
			endpoints,
			genesis: None,
			stall: DEFAULT_STALL,
			begin: Begin::First,
		}
	}
}

impl<const N: usize> From<[&str; N]> for Nodes {
	fn from(endpoints: [&str; N]) -> Self {
		Self::new(endpoints.map(str::to_owned).to_vec())
	}
}

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
	endpoints: watch::Receiver<Vec<Endpoint>>,
	session: watch::Receiver<Option<Arc<Session>>>,
	head: watch::Receiver<Option<Head>>,
	/// Height of the block that the node in use has announced as final; it is looked at before it is the head.
	announced: watch::Receiver<u64>,
	trouble: watch::Receiver<Option<ChainError>>,
	floor: Arc<AtomicU64>,
	/// Follows the chain by itself.
	light: Option<Arc<LightClient>>,
	_stop: Arc<DropGuard>,
}

impl Chain {
	/// Begins to connect to one of these nodes.
	pub fn connect(nodes: Nodes) -> Self {
		let roster = Roster::new(nodes.endpoints);
		let (session, session_seen) = watch::channel(None);
		let (head, head_seen) = watch::channel(None);
		let (trouble, trouble_seen) = watch::channel(None);
		let (announced, announced_seen) = watch::channel(0);
		let (endpoints, endpoints_seen) = watch::channel(roster.endpoints());
		let stop = CancellationToken::new();
		let floor = Arc::new(AtomicU64::new(0));
		let keeper = Keeper {
			roster,
			genesis: nodes.genesis,
			stall: nodes.stall,
			begin: nodes.begin,
			config: SubstrateConfig::new(),
			session,
			head,
			announced,
			trouble,
			endpoints,
			floor: floor.clone(),
			meter: PaceMeter::default(),
			lag: 0,
		};
		let stopped = stop.clone();
		tokio::spawn(async move { stopped.run_until_cancelled(keeper.run()).await });
		Self {
			endpoints: endpoints_seen,
			session: session_seen,
			head: head_seen,
			announced: announced_seen,
			trouble: trouble_seen,
			floor,
			light: None,
			_stop: Arc::new(stop.drop_guard()),
		}
	}

	/// The same, with a light client that confirms what nodes say.
	#[must_use]
	pub fn witnessed_by(self, light: Arc<LightClient>) -> Self {
		Self {
			light: Some(light),
			..self
		}
	}

	/// The light client that confirms what nodes say, if there is one.
	pub fn light(&self) -> Option<&LightClient> {
		self.light.as_deref()
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
			endpoint: self.urls().join(", "),
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

	/// The height up to which the node in use says that blocks are final, as it grows; a moment later the newest of them is the
	/// head. A hint only, for whoever has something to ask at each block: the answer is there with the head then.
	pub fn announced(&self) -> watch::Receiver<u64> {
		self.announced.clone()
	}

	/// The newest finalized block, as the node of this connection said last. It is asked only if another one said so.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn finalized_by(&self, session: &Session) -> Result<BlockId> {
		let told = {
			let head = self.head.borrow();
			let by_it = head.as_ref().filter(|head| head.endpoint == session.endpoint());
			by_it.map(|head| head.block)
		};
		match told {
			Some(block) => Ok(block),
			None => session.finalized().await,
		}
	}

	/// Hears from now on of what is new.
	pub fn news(&self) -> News {
		News::of(self.session.clone(), self.head.clone())
	}

	/// A checked connection, if there is one now.
	pub fn connected(&self) -> Option<Arc<Session>> {
		self.session.borrow().clone()
	}

	/// Why no node is connected, if none is.
	pub fn trouble(&self) -> Option<ChainError> {
		self.trouble.borrow().clone()
	}

	/// The nodes and how each stands.
	pub fn endpoints(&self) -> Vec<Endpoint> {
		self.endpoints.borrow().clone()
	}

	/// The nodes and how each stands, once every one has answered, or failed to; waits for that at most so long.
	pub async fn asked_endpoints(&self, patience: Duration) -> Vec<Endpoint> {
		let mut endpoints = self.endpoints.clone();
		let all_asked = |endpoints: &Vec<Endpoint>| endpoints.iter().all(|one| one.standing != Standing::Unasked);
		let _ = timeout(patience, endpoints.wait_for(all_asked)).await;
		self.endpoints()
	}

	fn urls(&self) -> Vec<String> {
		self.endpoints().into_iter().map(|endpoint| endpoint.url).collect()
	}

	/// Asks other nodes than that of `session`, and the light client, whether they have finalized the same block. Gives the
	/// first that has.
	///
	/// # Errors
	/// When no other node says so, or one has another block of that height.
	pub async fn confirm(&self, session: &Session, block: BlockId) -> Result<String> {
		let genesis = session.genesis();
		let others = self.urls().into_iter().filter(|url| url != session.endpoint());
		let nodes = ask_all(others.collect(), |endpoint| async move {
			finalized_at(&endpoint, genesis, block.number).await
		});
		let light = ask_all(self.light.iter().map(|_| light::NAME.to_owned()).collect(), |_| async {
			match &self.light {
				Some(light) => light.finalized_at(genesis, block.number, LITTLE_BEHIND).await,
				None => Err("there is no light client".to_owned()),
			}
		});
		let (mut witnesses, light) = tokio::join!(nodes, light);
		witnesses.extend(light);
		judge(session.endpoint(), block, witnesses)
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
	roster: Roster,
	genesis: Option<H256>,
	stall: Duration,
	begin: Begin,
	config: SubstrateConfig,
	session: watch::Sender<Option<Arc<Session>>>,
	head: watch::Sender<Option<Head>>,
	announced: watch::Sender<u64>,
	trouble: watch::Sender<Option<ChainError>>,
	endpoints: watch::Sender<Vec<Endpoint>>,
	/// The height below which no node is believed.
	floor: Arc<AtomicU64>,
	meter: PaceMeter,
	lag: u64,
}

/// How far the other nodes are, by their places in the roster.
type Survey = JoinHandle<Vec<(usize, Result<u64>)>>;

impl Keeper {
	async fn run(mut self) {
		self.look_round().await;
		loop {
			match self.roster.next(Instant::now()) {
				Next::Try(index) => self.keep(index).await,
				Next::Wait(pause) => {
					tokio::time::sleep(pause).await;
					self.look_round().await;
				}
			}
		}
	}

	/// For whoever looks once: asks all nodes how far they are, to begin with the one that is furthest, also when none has
	/// answered before. Of which chain they must be, if that is not said, the first that answers decides, as it does without.
	async fn look_round(&mut self) {
		if self.begin != Begin::Furthest {
			return;
		}
		let urls: Vec<_> = self.roster.urls().map(str::to_owned).collect();
		if urls.len() < 2 {
			return;
		}
		let asked = urls.iter().map(|url| timeout(FIRST_LOOK, height_of(url, self.genesis)));
		let mut genesis = self.genesis;
		let mut furthest = None;
		for (index, said) in join_all(asked).await.into_iter().enumerate() {
			let Ok(Ok((found, height))) = said else { continue };
			let this_chain = *genesis.get_or_insert(found) == found;
			if this_chain && furthest.is_none_or(|(_, most)| height > most) {
				furthest = Some((index, height));
			}
		}
		if let Some((index, _)) = furthest {
			self.roster.prefer(index);
		}
	}

	fn show(&self) {
		let endpoints = self.roster.endpoints();
		self.endpoints.send_if_modified(|shown| {
			let changed = *shown != endpoints;
			*shown = endpoints;
			changed
		});
	}

	/// Tells why no node can be used, if none can; logs it when it is a new reason.
	fn report(&self) {
		self.show();
		let Some(worst) = self.roster.trouble() else { return };
		let kind = |trouble: &ChainError| std::mem::discriminant(trouble);
		let before = self.trouble.send_replace(Some(worst.clone()));
		// Said once: the same trouble with another block number in it is no news.
		if before.as_ref().map(kind) != Some(kind(worst)) {
			tracing::warn!("{worst} (trying again and again)");
		}
	}

	/// Connects and follows until the connection breaks, or the node is left for another.
	async fn keep(&mut self, index: usize) {
		let endpoint = self.roster.url(index).to_owned();
		let session = match self.open(&endpoint).await {
			Ok(session) => session,
			Err(error) => {
				tracing::debug!(%endpoint, %error, "cannot use the node");
				self.roster.failed(index, error, Instant::now());
				return self.report();
			}
		};
		tracing::info!(endpoint, "connected");
		let since = Instant::now();
		self.roster.connected(index);
		self.show();
		self.trouble.send_replace(None);
		// What another node has announced says nothing of this one.
		self.announced.send_replace(0);
		self.session.send_replace(Some(session.clone()));
		let followed = tokio::select! {
			followed = self.follow(index, &session) => followed,
			never = session.follow_runtime() => match never {},
		};
		let error = match followed {
			Ok(never) => match never {},
			Err(error) => error.at(&endpoint),
		};
		self.session.send_replace(None);
		tracing::warn!(%endpoint, %error, "leaves the node; trying the others");
		self.roster.lost(index, error, since.elapsed(), Instant::now());
		if let Some((ahead, _)) = self.roster.ahead_of(self.height()) {
			self.roster.prefer(ahead);
		}
		self.report();
	}

	async fn open(&mut self, endpoint: &str) -> Result<Arc<Session>> {
		let session = Session::open(endpoint, self.genesis, &self.config).await?;
		// From now on no other chain is taken for this one.
		self.genesis.get_or_insert(session.genesis());
		self.note(&session).await.map_err(|error| error.at(endpoint))?;
		Ok(session)
	}

	async fn follow(&mut self, index: usize, session: &Session) -> Result<Infallible> {
		let mut headers = session.finalized_headers().await?;
		let silence = SILENCE.min(self.stall);
		let mut heard = tokio::time::Instant::now();
		let mut progress = Instant::now();
		let mut tick = interval(SURVEY.min(self.stall / 2).max(LOOK_AGAIN));
		tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
		let mut survey: Option<Survey> = None;
		loop {
			tokio::select! {
				header = headers.next() => match header {
					Some(Ok(header)) => {
						self.announced.send_replace(header.number());
					},
					Some(Err(error)) => return Err(error.into()),
					None => return Err(ChainError::Rpc("it closed the subscription".to_owned())),
				},
				// Silence; asking for the head tells a slow chain from a dead connection.
				() = tokio::time::sleep_until(heard + silence) => {},
				_ = tick.tick(), if survey.is_none() => {
					survey = self.survey(index, session.genesis());
					continue;
				},
				found = ended(&mut survey) => {
					survey = None;
					self.take_survey(found);
					self.leave_if_stalled(session, progress.elapsed())?;
					continue;
				},
			}
			heard = tokio::time::Instant::now();
			if self.note(session).await? {
				progress = Instant::now();
			}
		}
	}

	/// Begins to ask the other nodes how far they are.
	fn survey(&self, index: usize, genesis: H256) -> Option<Survey> {
		let others: Vec<_> = self
			.roster
			.others(index)
			.map(|(other, url)| (other, url.to_owned()))
			.collect();
		(!others.is_empty()).then(|| {
			let asked = others.into_iter().map(|(other, url)| async move {
				(other, height_of(&url, Some(genesis)).await.map(|(_, height)| height))
			});
			tokio::spawn(join_all(asked))
		})
	}

	fn take_survey(&mut self, found: Vec<(usize, Result<u64>)>) {
		for (other, said) in found {
			if let Err(error) = &said {
				tracing::debug!(%error, "asked how far it is");
			}
			self.roster.asked(other, said);
		}
		self.show();
	}

	/// Leaves a node that has finalized nothing for too long, if another one has. When none has, the chain itself stands still.
	fn leave_if_stalled(&self, session: &Session, stood: Duration) -> Result<()> {
		let number = self.height();
		match self.roster.ahead_of(number).filter(|_| stood >= self.stall) {
			None => Ok(()),
			Some((ahead, other_number)) => Err(ChainError::Stalled {
				endpoint: session.endpoint().to_owned(),
				number,
				seconds: stood.as_secs(),
				other: self.roster.url(ahead).to_owned(),
				other_number,
			}),
		}
	}

	/// Height of the newest finalized block.
	fn height(&self) -> u64 {
		self.head.borrow().as_ref().map_or(0, |head| head.block.number)
	}

	/// Looks at the newest finalized block and tells it. Gives whether it is a new one.
	async fn note(&mut self, session: &Session) -> Result<bool> {
		let block = session.finalized().await?;
		let seen = self.head.borrow().as_ref().map(|head| head.block);
		let floor = self.floor.load(Ordering::Relaxed);
		let least = seen.map_or(floor, |seen| floor.max(seen.number));
		not_behind(session.endpoint(), block.number, least)?;
		if seen == Some(block) {
			return Ok(false);
		}
		let at = session.at(block).await?;
		session.correct_by_finalized(&at);
		let time = queries::time(&at).await?;
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
		Ok(true)
	}
}

/// What a survey found, when it ends; never if there is none.
async fn ended(survey: &mut Option<Survey>) -> Vec<(usize, Result<u64>)> {
	match survey {
		Some(survey) => survey.await.unwrap_or_default(),
		None => std::future::pending().await,
	}
}

#[cfg(test)]
pub(crate) mod played;

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
}

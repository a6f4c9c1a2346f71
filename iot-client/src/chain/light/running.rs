//! The light client itself: smoldot, by way of subxt.

use super::{LightReport, Specs, NAME};
use crate::chain::{
	error::{ChainError, Result},
	wire::{answer, hash_of, Header},
};
use std::{
	collections::BTreeMap,
	convert::Infallible,
	fs,
	path::Path,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::{Duration, Instant},
};
use subxt::{
	config::{Header as _, RpcConfigFor},
	lightclient::LightClient as Smoldot,
	rpcs::{methods::legacy::LegacyRpcMethods, RpcClient},
	utils::H256,
	SubstrateConfig,
};
use tokio::{sync::watch, time::timeout};
use tokio_util::sync::{CancellationToken, DropGuard};

type Rpc = LegacyRpcMethods<RpcConfigFor<SubstrateConfig>>;

/// How many finalized blocks are remembered.
const KEPT: usize = 1_024;
/// The largest chain specification that is read, in bytes.
const MAX_SPEC_BYTES: u64 = 64 * 1024 * 1024;
/// How long to wait before it is asked again after it failed.
const PAUSE: Duration = Duration::from_secs(2);

/// A light client that follows the chain's finality. It ends when it is dropped.
#[derive(Debug)]
pub struct LightClient {
	state: Arc<Mutex<State>>,
	news: watch::Receiver<u64>,
	memory_before: u64,
	_stop: DropGuard,
}

#[derive(Debug, Default)]
struct State {
	genesis: Option<H256>,
	seen: Seen,
	synced_in: Option<Duration>,
	trouble: Option<String>,
}

impl LightClient {
	/// Begins to sync.
	///
	/// # Errors
	/// When a specification cannot be read, or is none.
	pub async fn start(specs: &Specs) -> Result<Self> {
		let memory_before = memory_kib();
		let (relay, chain) = (read(&specs.relay_chain).await?, read(&specs.chain).await?);
		let wrong = |path: &Path, error: &dyn std::fmt::Display| {
			ChainError::LightClient(format!("{} is no specification for it: {error}", path.display()))
		};
		let (smoldot, relay_rpc) = Smoldot::relay_chain(relay).map_err(|error| wrong(&specs.relay_chain, &error))?;
		let rpc = smoldot.parachain(chain).map_err(|error| wrong(&specs.chain, &error))?;
		let state = Arc::new(Mutex::new(State::default()));
		let (news, news_seen) = watch::channel(0);
		let (stop, began) = (CancellationToken::new(), Instant::now());
		let task = Task {
			rpc: Rpc::new(RpcClient::new(rpc)),
			state: state.clone(),
			news,
			began,
		};
		let stopped = stop.clone();
		tokio::spawn(async move {
			// The chain ends with whoever asks it, so these live as long as the task.
			let _relay = (smoldot, relay_rpc);
			stopped.run_until_cancelled(task.run()).await
		});
		Ok(Self {
			state,
			news: news_seen,
			memory_before,
			_stop: stop.drop_guard(),
		})
	}

	/// The hash of the finalized block of this height; waits at most so long until it is final. If it cannot say, why not, in
	/// words.
	///
	/// # Errors
	/// When it cannot say.
	pub async fn finalized_at(&self, genesis: H256, number: u64, patience: Duration) -> Result<H256, String> {
		let mut news = self.news.clone();
		let known = timeout(patience, async {
			loop {
				match lock(&self.state).at(number) {
					Known::NotYet => {}
					known => return known,
				}
				if news.changed().await.is_err() {
					return Known::NotYet;
				}
			}
		});
		let known = known.await.unwrap_or(Known::NotYet);
		let theirs = lock(&self.state).genesis;
		if let Some(theirs) = theirs.filter(|theirs| *theirs != genesis) {
			let theirs = crate::parse::hex(theirs);
			return Err(format!(
				"{NAME} follows another chain, whose genesis is {theirs}; correct [light_client]"
			));
		}
		match known {
			Known::Is(hash) => Ok(hash),
			Known::Forgotten => Err(format!("{NAME} does not remember block {number}")),
			Known::NotYet => Err(format!("{NAME} is {}", self.report())),
		}
	}

	/// Waits until it has synced.
	pub async fn synced(&self) {
		let mut news = self.news.clone();
		let _ = news.wait_for(|number| *number > 0).await;
	}

	/// How it stands.
	pub fn report(&self) -> LightReport {
		let state = lock(&self.state);
		let memory = memory_kib();
		LightReport {
			block: state.seen.newest(),
			synced_in_ms: state.synced_in.map(|took| took.as_millis() as u64),
			memory_kib: memory,
			grown_kib: memory.saturating_sub(self.memory_before),
			trouble: state.trouble.clone(),
		}
	}
}

impl State {
	fn at(&self, number: u64) -> Known {
		self.seen.at(number)
	}
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
	state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn read(path: &Path) -> Result<String> {
	let cannot = |error: std::io::Error| ChainError::LightClient(format!("cannot read {}: {error}", path.display()));
	let length = tokio::fs::metadata(path).await.map_err(cannot)?.len();
	if length > MAX_SPEC_BYTES {
		let what = format!("{} is larger than {MAX_SPEC_BYTES} bytes", path.display());
		return Err(ChainError::LightClient(what));
	}
	tokio::fs::read_to_string(path).await.map_err(cannot)
}

struct Task {
	rpc: Rpc,
	state: Arc<Mutex<State>>,
	news: watch::Sender<u64>,
	began: Instant,
}

impl Task {
	async fn run(self) {
		loop {
			let Err(error) = self.follow().await;
			lock(&self.state).trouble = Some(error.to_string());
			tracing::debug!(%error, "the light client does not get on");
			tokio::time::sleep(PAUSE).await;
		}
	}

	async fn follow(&self) -> Result<Infallible> {
		let genesis = answer(self.rpc.genesis_hash()).await?;
		lock(&self.state).genesis = Some(genesis);
		// It answers when it has synced, which takes as long as it takes.
		let mut headers = self.rpc.chain_subscribe_finalized_heads().await?;
		while let Some(header) = headers.next().await {
			self.take(header?).await?;
		}
		Err(ChainError::Rpc("it closed the subscription".to_owned()))
	}

	/// Notes a finalized block, and those before it that were not told.
	async fn take(&self, header: Header) -> Result<()> {
		let (newest, mut block) = (header.number(), header);
		loop {
			let (number, parent) = (block.number(), block.parent_hash);
			let lacks = {
				let mut state = lock(&self.state);
				state.seen.note(number, hash_of(&block));
				number > 0 && state.seen.lacks(number - 1)
			};
			if !lacks {
				break;
			}
			let before = answer(self.rpc.chain_get_header(Some(parent))).await?;
			block = before.ok_or_else(|| ChainError::Rpc(format!("it does not have block {}", number - 1)))?;
			if hash_of(&block) != parent {
				return Err(ChainError::Rpc(
					"a header has another hash than its child says".to_owned(),
				));
			}
		}
		let mut state = lock(&self.state);
		state.synced_in.get_or_insert(self.began.elapsed());
		state.trouble = None;
		drop(state);
		self.news.send_replace(newest);
		Ok(())
	}
}

/// The last finalized blocks. Pure.
#[derive(Clone, Debug, Default)]
struct Seen {
	hashes: BTreeMap<u64, H256>,
}

/// What is known of a height.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Known {
	/// This is its block.
	Is(H256),
	/// It is not final yet.
	NotYet,
	/// It was long ago, or before all that was seen.
	Forgotten,
}

impl Seen {
	fn newest(&self) -> Option<u64> {
		self.hashes.last_key_value().map(|(number, _)| *number)
	}

	fn note(&mut self, number: u64, hash: H256) {
		self.hashes.insert(number, hash);
		while self.hashes.len() > KEPT {
			self.hashes.pop_first();
		}
	}

	/// Whether the parent of the block that is to be noted is missing, and something before it is known: then the gap between
	/// is to be filled.
	fn lacks(&self, parent: u64) -> bool {
		let before = self.hashes.range(..parent).next_back().map(|(number, _)| *number);
		!self.hashes.contains_key(&parent) && before.is_some_and(|before| parent - before <= KEPT as u64)
	}

	fn at(&self, number: u64) -> Known {
		match (self.hashes.get(&number), self.newest()) {
			(Some(hash), _) => Known::Is(*hash),
			(None, Some(newest)) if newest > number => Known::Forgotten,
			(None, _) => Known::NotYet,
		}
	}
}

/// Memory of this process (resident), in KiB; 0 where the system does not tell.
fn memory_kib() -> u64 {
	let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
	resident(&status)
}

fn resident(status: &str) -> u64 {
	let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
	line.and_then(|line| line.split_whitespace().next()?.parse().ok())
		.unwrap_or(0)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn hash(number: u64) -> H256 {
		H256::from_low_u64_be(number)
	}

	#[test]
	fn the_last_blocks_are_known_those_before_forgotten_and_those_after_not_yet() {
		let mut seen = Seen::default();
		assert_eq!((seen.at(5), seen.newest()), (Known::NotYet, None));
		for number in 10..10 + KEPT as u64 + 5 {
			seen.note(number, hash(number));
		}
		assert_eq!(seen.at(14), Known::Forgotten);
		assert_eq!(seen.at(15), Known::Is(hash(15)));
		assert_eq!(seen.at(14 + KEPT as u64), Known::Is(hash(14 + KEPT as u64)));
		assert_eq!(seen.at(15 + KEPT as u64), Known::NotYet);
	}

	#[test]
	fn a_gap_between_what_is_told_is_filled_and_what_was_before_is_not() {
		let mut seen = Seen::default();
		seen.note(10, hash(10));
		assert!(!seen.lacks(9), "nothing before the first is wanted");
		seen.note(14, hash(14));
		assert!(seen.lacks(13) && seen.lacks(11) && !seen.lacks(10));
		assert!(
			!seen.lacks(11 + KEPT as u64 + 10),
			"nor what would be forgotten at once"
		);
	}

	#[test]
	fn memory_is_what_the_system_says() {
		assert_eq!(
			resident("Name:\tiot-client\nVmRSS:\t   51234 kB\nThreads:\t3\n"),
			51_234
		);
		assert_eq!(resident(""), 0);
		assert!(memory_kib() > 0);
	}

	#[tokio::test]
	async fn a_specification_that_is_missing_or_none_is_named() {
		let dir = tempfile::tempdir().unwrap();
		let specs = Specs {
			relay_chain: dir.path().join("relay.json"),
			chain: dir.path().join("chain.json"),
		};
		let error = LightClient::start(&specs).await.unwrap_err().to_string();
		assert!(error.contains("cannot read") && error.contains("relay.json"), "{error}");
		for path in [&specs.relay_chain, &specs.chain] {
			fs::write(path, "{}").unwrap();
		}
		let error = LightClient::start(&specs).await.unwrap_err().to_string();
		assert!(error.contains("relay.json is no specification"), "{error}");
	}
}

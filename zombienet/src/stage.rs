//! What the tests share: the network, and a client that follows its finalized blocks through all of them.

use crate::network::{Network, COLLATORS, FULL_NODE};
use anyhow::{ensure, Context, Result};
use bpiiot_harness::{
	chain::{Chain, JobState, Outcome},
	crowd::Crowd,
	ordered::{must_balance, Ordered},
	world::{MachineAccounts, World},
};
use iot_client::chain::{
	finalized::FinalizedBlocks,
	link::{Chain as Link, Nodes},
	types::BlockId,
};
use serde_json::Value;
use std::{
	path::Path,
	sync::{Arc, Mutex, PoisonError},
	time::Duration,
};
use tokio::task::JoinHandle;

/// How long the parachain may finalize nothing: relay chain and collators may be down for minutes.
pub const PATIENCE: Duration = Duration::from_secs(420);

/// Everything that tests need.
pub struct Stage {
	/// The network.
	pub network: Network,
	/// Follows finalized blocks as the client does it.
	pub witness: Witness,
	shop: Option<Shop>,
}

/// A machine with an offer. Its client reaches the chain by a collator, another one, and the full node, in this order, and
/// begins nothing that a second of them does not confirm and prove.
#[derive(Debug)]
pub struct Shop {
	/// The client, and what its part of the world has; the chain as the full node has it.
	pub world: World,
	/// The machine.
	pub machine: MachineAccounts,
	/// Its offer.
	pub offer: u64,
}

/// Those whom clients ask, best first.
const ENDPOINTS: [&str; 3] = [COLLATORS[0], COLLATORS[1], FULL_NODE];

impl Stage {
	/// Starts the network in `folder`.
	///
	/// # Errors
	/// When it does not come up.
	pub async fn set(folder: &Path) -> Result<Self> {
		let network = Network::start(folder).await?;
		let urls: Result<Vec<_>> = ENDPOINTS.iter().map(|name| Ok(network.url(name)?.to_owned())).collect();
		Ok(Self {
			witness: Witness::start(urls?),
			network,
			shop: None,
		})
	}

	/// Ends everything.
	///
	/// # Errors
	/// When a part does not end in good order.
	pub async fn clear(self) -> Result<()> {
		if let Some(shop) = self.shop {
			shop.world.stop().await?;
		}
		self.network.stop().await
	}

	/// The chain as one node has it, with patience.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn chain(&self, name: &str) -> Result<Chain> {
		Ok(self.network.chain(name).await?.with_patience(PATIENCE))
	}

	/// A crowd that acts through the full node. What it sends again goes to the collators too.
	///
	/// # Errors
	/// When a node does not answer.
	pub async fn crowd(&self, name: &str, machines: u32) -> Result<Crowd> {
		let mut collators = Vec::new();
		for name in self.network.collators() {
			collators.push(self.chain(&name).await?);
		}
		Ok(Crowd::new(self.chain(FULL_NODE).await?, name, machines).also_through(collators))
	}

	/// The machine that waits for orders, opened when there is none yet. Whoever is done with it gives it back; one that is
	/// not given back, because something went wrong, is closed.
	///
	/// # Errors
	/// When any part fails.
	pub async fn shop(&mut self) -> Result<Shop> {
		if let Some(shop) = self.shop.take() {
			return Ok(shop);
		}
		let urls: Result<Vec<_>> = ENDPOINTS.iter().map(|name| self.network.url(name)).collect();
		let mut world = World::beside(&urls?, self.chain(FULL_NODE).await?).await?;
		let (machine, offer) = world.open().await?;
		Ok(Shop { world, machine, offer })
	}

	/// Takes the machine back.
	pub fn give_back(&mut self, shop: Shop) {
		self.shop = Some(shop);
	}

	/// Waits until so many more blocks are finalized, and gives the height.
	///
	/// # Errors
	/// When they are not.
	pub async fn go_on(&self, chain: &Chain, blocks: u64) -> Result<u64> {
		let target = chain.now().await?.number() + blocks;
		let reached = async |view: &bpiiot_harness::chain::View| Ok((view.number() >= target).then_some(view.number()));
		chain.wait_for("more finalized blocks", PATIENCE, reached).await
	}

	/// Makes sure that nodes have the same finalized chain up to a height.
	///
	/// # Errors
	/// When they have not, or one does not get there.
	pub async fn agree(&self, names: &[&str], height: u64) -> Result<()> {
		let mut found = Vec::new();
		for name in names {
			let chain = self.chain(name).await?;
			let there = async |view: &bpiiot_harness::chain::View| Ok((view.number() >= height).then_some(()));
			chain
				.wait_for(&format!("{name} to have finalized block {height}"), PATIENCE, there)
				.await?;
			found.push(chain.hash_at(height).await?);
		}
		ensure!(
			found.windows(2).all(|pair| pair[0] == pair[1]),
			"{names:?} have finalized different blocks {height}: {found:?}"
		);
		Ok(())
	}
}

impl Shop {
	/// Orders so many brackets.
	///
	/// # Errors
	/// When the client or the chain refuses.
	pub async fn order(&mut self, units: u32) -> Result<Ordered> {
		Ordered::new(&mut self.world, self.machine, self.offer, units).await
	}

	/// Waits until a job is delivered, approves it, and makes sure that it was paid and everybody has what is his.
	///
	/// # Errors
	/// When it ends otherwise.
	pub async fn must_complete(&mut self, ordered: Ordered) -> Result<()> {
		let over = |state| matches!(state, JobState::Delivered | JobState::Settled(_));
		self.world.wait_for_job(ordered.job, PATIENCE, over).await?;
		let (outcome, books) = ordered.settle(&mut self.world).await?;
		ensure!(
			outcome == Outcome::Completed,
			"the job ended {outcome:?}; what the client's log says:\n{}",
			self.client_says(10)
		);
		must_balance(&books)
	}

	/// The last lines of the client's log that are no readings and steps.
	fn client_says(&self, count: usize) -> String {
		let text = self
			.world
			.daemon
			.as_ref()
			.map(|daemon| daemon.log_text())
			.unwrap_or_default();
		let said: Vec<_> = text.lines().filter(|line| line.contains("\"level\"")).collect();
		said[said.len().saturating_sub(count)..].join("\n")
	}

	/// Waits until the client's status `is` as wanted.
	///
	/// # Errors
	/// When it does not get there.
	pub async fn status(&mut self, what: &str, is: impl Fn(&Value) -> bool) -> Result<Value> {
		let daemon = self.world.daemon.as_mut().context("the daemon runs")?;
		daemon.wait_for_status(what, PATIENCE, is).await
	}
}

/// A client's cursor over the finalized blocks, with all nodes for its endpoints.
#[derive(Debug)]
pub struct Witness {
	seen: Arc<Mutex<Vec<BlockId>>>,
	task: JoinHandle<Result<()>>,
}

impl Witness {
	fn start(endpoints: Vec<String>) -> Self {
		let seen = Arc::new(Mutex::new(Vec::new()));
		let task = tokio::spawn({
			let seen = seen.clone();
			async move {
				let mut blocks = FinalizedBlocks::after(Link::connect(Nodes::new(endpoints)), None);
				loop {
					let block = blocks.next().await?;
					seen.lock().unwrap_or_else(PoisonError::into_inner).push(block);
				}
			}
		});
		Self { seen, task }
	}

	/// The blocks that it was told of up to now: each once, in order, and each the chain's own.
	///
	/// # Errors
	/// When one was left out, told twice, or is not in the chain; or when it has given up.
	pub async fn must_have_seen_all(&mut self, chain: &Chain) -> Result<(u64, u64)> {
		if self.task.is_finished() {
			(&mut self.task).await.context("the witness is gone")??;
		}
		let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
		let (first, last) = (
			seen.first().context("it saw nothing")?,
			seen.last().context("it saw nothing")?,
		);
		for (block, number) in seen.iter().zip(first.number..) {
			ensure!(
				block.number == number,
				"block {number} was missed or told twice: {block:?} came in its place"
			);
			let hash = chain.hash_at(number).await?;
			ensure!(
				hash == block.hash,
				"block {number} is {hash}, and it was told of {block:?}"
			);
		}
		let newest = chain.now().await?.number();
		ensure!(
			newest.saturating_sub(last.number) < 10,
			"it is at {}, and the chain at {newest}",
			last.number
		);
		Ok((first.number, last.number))
	}
}

impl Drop for Witness {
	fn drop(&mut self) {
		self.task.abort();
	}
}

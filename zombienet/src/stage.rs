//! What the tests share: the network, and a client that follows its finalized blocks through all of them.

use crate::network::{Network, COLLATORS, FULL_NODE};
use anyhow::{ensure, Context, Result};
use bpiiot_harness::{
	chain::{Chain, JobState, Outcome},
	ordered::{must_balance, Ordered},
	world::{MachineAccounts, World},
};
use iot_client::chain::{
	finalized::FinalizedBlocks,
	link::{Chain as Link, Nodes},
	types::BlockId,
};
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
}

impl Stage {
	/// Starts the network in `folder`.
	///
	/// # Errors
	/// When it does not come up.
	pub async fn set(folder: &Path) -> Result<Self> {
		let network = Network::start(folder).await?;
		let endpoints = [COLLATORS[0], COLLATORS[1], FULL_NODE];
		let urls: Result<Vec<_>> = endpoints.iter().map(|name| Ok(network.url(name)?.to_owned())).collect();
		Ok(Self {
			witness: Witness::start(urls?),
			network,
		})
	}

	/// The chain as one node has it, with patience.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn chain(&self, name: &str) -> Result<Chain> {
		Ok(self.network.chain(name).await?.with_patience(PATIENCE))
	}

	/// A machine and its client, who ask this node: ready for orders.
	///
	/// # Errors
	/// When any part fails.
	pub async fn machine(&self, name: &str) -> Result<(World, MachineAccounts, u64)> {
		let mut world = World::beside(self.network.url(name)?, self.chain(name).await?).await?;
		let (machine, offer) = world.open().await?;
		Ok((world, machine, offer))
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
			found.push(chain.at_height(height).await?.hash());
		}
		ensure!(
			found.windows(2).all(|pair| pair[0] == pair[1]),
			"{names:?} have finalized different blocks {height}: {found:?}"
		);
		Ok(())
	}
}

/// Waits until a job is delivered, approves it, and makes sure that it was paid and everybody has what is his.
///
/// # Errors
/// When it ends otherwise.
pub async fn must_complete(world: &mut World, ordered: Ordered) -> Result<()> {
	let over = |state| matches!(state, JobState::Delivered | JobState::Settled(_));
	world.wait_for_job(ordered.job, PATIENCE, over).await?;
	let (outcome, books) = ordered.settle(world).await?;
	ensure!(outcome == Outcome::Completed, "the job ended {outcome:?}");
	must_balance(&books)
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
			let hash = chain.at_height(number).await?.hash();
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

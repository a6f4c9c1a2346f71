//! Which blocks were seen when, and what is in them.

use anyhow::{ensure, Context, Result};
use bpiiot_harness::{
	chain::{Chain, View},
	process::wait_until,
};
use std::{
	collections::{BTreeMap, HashMap},
	sync::{Arc, Mutex, PoisonError},
	time::{Duration, Instant},
};
use subxt::{
	config::{Hasher as _, Header as _},
	ext::codec::Encode as _,
	ext::scale_decode::{self, DecodeAsType},
	utils::H256,
};
use tokio::task::JoinHandle;

/// How much later it may hear of a block than others.
const LATE: Duration = Duration::from_secs(30);

/// When a node first had a block, and when it had finalized it.
#[derive(Debug, Default)]
struct Seen {
	imported: HashMap<H256, Instant>,
	finalized: BTreeMap<u64, Instant>,
	trouble: Option<String>,
}

/// Watches a node's blocks until it is dropped.
#[derive(Debug)]
pub struct Watch {
	seen: Arc<Mutex<Seen>>,
	task: JoinHandle<()>,
}

impl Watch {
	/// Begins now.
	pub fn start(chain: Chain) -> Self {
		let seen = Arc::new(Mutex::new(Seen::default()));
		let task = tokio::spawn({
			let seen = seen.clone();
			async move {
				if let Err(error) = watch(&chain, &seen).await {
					locked(&seen).trouble = Some(format!("{error:#}"));
				}
			}
		});
		Self { seen, task }
	}

	/// Waits until it has seen that a block of this height is final: it hears of it as others do, and may be the last.
	///
	/// # Errors
	/// When it does not.
	pub async fn has_seen(&self, number: u64) -> Result<()> {
		wait_until("the watch over the blocks", LATE, || async {
			let seen = locked(&self.seen);
			Ok((seen.trouble.is_some() || seen.finalized.range(number..).next().is_some()).then_some(()))
		})
		.await
	}

	/// When this block was first seen, and when one of its height or above was final.
	///
	/// # Errors
	/// When not both were seen.
	pub fn times(&self, number: u64, hash: H256) -> Result<(Instant, Instant)> {
		let seen = locked(&self.seen);
		ensure!(
			seen.trouble.is_none(),
			"blocks were not watched to the end: {:?}",
			seen.trouble
		);
		let imported = seen
			.imported
			.get(&hash)
			.context("a finalized block was never seen to be imported")?;
		let finalized = seen.finalized.range(number..).map(|(_, at)| *at).min();
		Ok((*imported, finalized.context("the block was not seen to be final")?))
	}
}

impl Drop for Watch {
	fn drop(&mut self) {
		self.task.abort();
	}
}

fn locked(seen: &Mutex<Seen>) -> std::sync::MutexGuard<'_, Seen> {
	seen.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn watch(chain: &Chain, seen: &Mutex<Seen>) -> Result<()> {
	let now = chain.now().await?;
	let hasher = now.subxt().hasher();
	let mut imported = chain.rpc().chain_subscribe_all_heads().await?;
	let mut finalized = chain.rpc().chain_subscribe_finalized_heads().await?;
	loop {
		tokio::select! {
			header = imported.next() => {
				let hash = hasher.hash(&header.context("the node is gone")??.encode());
				locked(seen).imported.entry(hash).or_insert_with(Instant::now);
			}
			header = finalized.next() => {
				let number = header.context("the node is gone")??.number();
				locked(seen).finalized.entry(number).or_insert_with(Instant::now);
			}
		}
	}
}

/// A finalized block's extrinsics, as they were signed.
///
/// # Errors
/// When the node does not have the block.
pub async fn body(chain: &Chain, view: &View) -> Result<Vec<Vec<u8>>> {
	let block = chain.rpc().chain_get_block(Some(view.hash())).await?;
	let block = block.with_context(|| format!("the node does not have block {}", view.number()))?;
	Ok(block.block.extrinsics.into_iter().map(|bytes| bytes.0).collect())
}

/// How full a block is, by both measures of its weight.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Fullness {
	/// Share of the time.
	pub time: f64,
	/// Share of the proof.
	pub proof: f64,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct Weight {
	ref_time: u64,
	proof_size: u64,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct PerClass {
	normal: Weight,
	operational: Weight,
	mandatory: Weight,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct Limits {
	max_block: Weight,
}

/// How full a block is.
///
/// # Errors
/// When the node does not answer.
pub async fn fullness(view: &View) -> Result<Fullness> {
	let used: PerClass = view
		.value("System", "BlockWeight", ())
		.await?
		.context("a block has a weight")?;
	let Limits { max_block } = view.constant("System", "BlockWeights")?;
	let sum = |of: fn(&Weight) -> u64| {
		[&used.normal, &used.operational, &used.mandatory]
			.map(of)
			.iter()
			.sum::<u64>()
	};
	Ok(Fullness {
		time: sum(|weight| weight.ref_time) as f64 / max_block.ref_time as f64,
		proof: sum(|weight| weight.proof_size) as f64 / max_block.proof_size as f64,
	})
}

/// The median and the 99th of 100 of these times, in seconds.
pub fn middle_and_tail(times: &[Duration]) -> (f64, f64) {
	let at = |share| bpiiot_harness::figure::percentile(times, share).as_secs_f64();
	(at(0.5), at(0.99))
}

//! Blocks and finality.

use super::Seen;
use crate::{
	network::{COLLATORS, FULL_NODE, PARA_ID, THIRD_COLLATOR, THIRD_KEY, VALIDATORS},
	stage::{Stage, PATIENCE},
};
use anyhow::{ensure, Context, Result};
use bpiiot_harness::{
	chain::View,
	metrics::{exported, COLLATIONS_EXPIRED, WITH_A_RELAY_CHAIN},
	world::account_of,
};
use std::time::Instant;
use subxt::config::{substrate::SubstrateHeader, Hasher as _, Header as _};

/// The parachain blocks that must come.
const BLOCKS: u64 = 5;
/// Relay blocks that are looked through for what the parachain did.
const RELAY_BLOCKS: u64 = 10;

/// Blocks are backed, included and finalized; what the relay chain has finalized of ours is what our nodes say.
pub async fn backed(stage: &mut Stage) -> Result<Seen> {
	let chain = stage.chain(FULL_NODE).await?;
	let height = stage.go_on(&chain, BLOCKS).await?;
	stage.agree(&[COLLATORS[0], COLLATORS[1], FULL_NODE], height).await?;

	let relay = stage.chain(VALIDATORS[0]).await?;
	let newest = relay.now().await?;
	let head: Vec<u8> = newest
		.value("Paras", "Heads", (PARA_ID,))
		.await?
		.context("the relay chain knows nothing of our parachain")?;
	let header: SubstrateHeader<subxt::utils::H256> = codec_decode(&head)?;
	let now = chain.now().await?;
	let hasher = now.subxt().hasher();
	let (number, hash) = (header.number(), hasher.hash(&head));
	let ours = chain.hash_at(number).await?;
	ensure!(
		ours == hash,
		"block {number} is {hash} for the relay chain and {ours} for the full node"
	);

	let (mut backed, mut included) = (0, 0);
	for number in newest.number().saturating_sub(RELAY_BLOCKS) + 1..=newest.number() {
		let (more_backed, more_included) = candidates(&relay.at_height(number).await?).await?;
		backed += more_backed;
		included += more_included;
	}
	ensure!(
		backed > 0 && included > 0,
		"no candidate in {RELAY_BLOCKS} finalized relay blocks: {backed}, {included}"
	);
	Ok(vec![
		format!("{RELAY_BLOCKS} finalized relay blocks have {backed} candidates backed and {included} included"),
		format!("the relay chain's finalized head of ours is block {number}, as at all three nodes"),
	])
}

fn codec_decode<Value: subxt::ext::codec::Decode>(mut bytes: &[u8]) -> Result<Value> {
	Value::decode(&mut bytes).context("the head is no header")
}

async fn candidates(view: &View) -> Result<(usize, usize)> {
	let (mut backed, mut included) = (0, 0);
	for event in view.subxt().events().fetch().await?.iter() {
		let event = event?;
		match (event.pallet_name(), event.event_name()) {
			("ParaInclusion", "CandidateBacked") => backed += 1,
			("ParaInclusion", "CandidateIncluded") => included += 1,
			_ => {}
		}
	}
	Ok((backed, included))
}

/// The third collator starts, catches up, and makes blocks.
pub async fn third_collator(stage: &mut Stage) -> Result<Seen> {
	let start = Instant::now();
	stage.network.add_third_collator().await?;
	let account = account_of(THIRD_KEY);
	let author = async |view: &View| {
		view.value::<_, u32>("CollatorSelection", "LastAuthoredBlock", (account,))
			.await
	};
	let chain = stage.chain(FULL_NODE).await?;
	// Whom the first block knows has made it, as the pallet sees it.
	let made = async |view: &View| Ok(author(view).await?.filter(|number| *number > 0));
	let number = chain.wait_for("a block of the third collator", PATIENCE, made).await?;
	let took = start.elapsed().as_secs_f64();
	let height = stage.go_on(&chain, 3).await?;
	stage
		.agree(&[COLLATORS[0], COLLATORS[1], THIRD_COLLATOR, FULL_NODE], height)
		.await?;
	Ok(vec![format!(
		"{THIRD_COLLATOR} made block {number}, final {took:.0} s after its start"
	)])
}

/// The collator exports what alerts and dashboard go by, and a development node has not.
pub async fn metrics(stage: &mut Stage) -> Result<Seen> {
	let mut absent = WITH_A_RELAY_CHAIN.to_vec();
	for port in stage.network.metrics_ports(COLLATORS[0])? {
		let exported = exported(port).await?;
		absent.retain(|name| !exported.contains(*name));
	}
	// Counted by state, so there is no sample until a collation expires.
	let (expired, absent): (Vec<_>, Vec<_>) = absent.into_iter().partition(|name| *name == COLLATIONS_EXPIRED);
	ensure!(absent.is_empty(), "{} does not export {absent:?}", COLLATORS[0]);
	let seen = WITH_A_RELAY_CHAIN.len() - expired.len();
	let rest = if expired.is_empty() {
		""
	} else {
		", and no collation has expired yet"
	};
	Ok(vec![format!("{seen} of {}{rest}", WITH_A_RELAY_CHAIN.len())])
}

/// A node that knows nothing gets all blocks from its peers.
pub async fn sync(stage: &mut Stage) -> Result<Seen> {
	const NEW: &str = "late-node";
	let height = stage.chain(FULL_NODE).await?.now().await?.number();
	let start = Instant::now();
	stage.network.add_full_node(NEW, "full").await?;
	stage.agree(&[FULL_NODE, NEW], height).await?;
	let took = start.elapsed().as_secs_f64();
	stage.agree(&[FULL_NODE, NEW], height / 2).await?;
	Ok(vec![format!("{height} blocks in {took:.0} s, start included")])
}

/// A node that knows nothing goes by proofs of finality to the newest state, and has older blocks later.
pub async fn warp(stage: &mut Stage) -> Result<Seen> {
	const NEW: &str = "warped-node";
	let full = stage.chain(FULL_NODE).await?;
	let height = full.now().await?.number();
	let start = Instant::now();
	stage.network.add_full_node(NEW, "warp").await?;
	let chain = stage.chain(NEW).await?;
	let there = async |view: &View| Ok((view.number() >= height).then_some((view.number(), view.hash())));
	let (number, hash) = loop {
		match chain.wait_for("the newest state", PATIENCE, there).await {
			// It has gone on to a newer one between two questions.
			Err(error) if start.elapsed() < PATIENCE && format!("{error:#}").contains("State already discarded") => {}
			found => break found?,
		}
	};
	let took = start.elapsed().as_secs_f64();
	full.wait_for("the same block", PATIENCE, async |view| {
		Ok((view.number() >= number).then_some(()))
	})
	.await?;
	let theirs = full.at_height(number).await?;
	ensure!(
		theirs.hash() == hash,
		"block {number} is {hash} there, and {}",
		theirs.hash()
	);
	let (ours, theirs) = (chain.now().await?.clock().await?, theirs.clock().await?);
	ensure!(ours.last >= theirs.last, "its state is older: {ours:?}, {theirs:?}");
	Ok(vec![format!(
		"the state of block {number} in {took:.0} s, start included"
	)])
}

/// The client's cursor saw every block.
pub async fn witness(stage: &mut Stage) -> Result<Seen> {
	let chain = stage.chain(FULL_NODE).await?;
	let (first, last) = stage.witness.must_have_seen_all(&chain).await?;
	Ok(vec![format!("blocks {first}..={last}, each once and in order")])
}

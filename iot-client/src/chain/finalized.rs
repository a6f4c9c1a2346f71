//! Finalized blocks, every one, in order, across reconnects, changes of the node and restarts.
//!
//! What a node announces is a hint only: announcements are left out, repeated, and come from nodes that are not equally far.
//! So the line of blocks is followed by itself (`Lineage`): from the last one that was dealt with, each is the child of the
//! one before, up to the one that the node has finalized. After a long absence the oldest are passed over: how things stand
//! is read from the chain's records, and nothing rests on a block alone.

use super::{
	error::{ChainError, Result},
	link::Chain,
	news::News,
	session::Session,
	types::BlockId,
};
use futures::{stream, StreamExt, TryStreamExt};
use std::{collections::VecDeque, ops::RangeInclusive, time::Duration};
use subxt::{config::Header as _, utils::H256};

/// How many blocks are looked up at a time when catching up, and how many of them at once.
const BATCH: u64 = 64;
const AT_ONCE: usize = 8;
/// How far back the line is followed: seven hours of blocks of 6 s.
const MAX_GAP: u64 = 4_096;
/// How long to wait after a failed look-up, if the connection does not change before.
const PAUSE: Duration = Duration::from_secs(1);

/// What to do to get on.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Step {
	/// Nothing: the node has finalized nothing new.
	Wait,
	/// Look up the blocks of these heights.
	LookUp(RangeInclusive<u64>),
	/// It is too far. See whether the node still has this block, if any; then go on after this height.
	PassOver(BlockId, u64),
}

/// The line of finalized blocks, as far as it was followed. Pure: others look up.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Lineage {
	last: Option<BlockId>,
}

impl Lineage {
	/// What to do when a node says that it has finalized this block.
	///
	/// # Errors
	/// When the node is not as far as the line was followed, or has another block in its place.
	fn step(&self, endpoint: &str, finalized: BlockId) -> Result<Step> {
		let Some(last) = self.last else {
			// What was before is nobody's matter here.
			return Ok(Step::LookUp(finalized.number..=finalized.number));
		};
		match finalized.number {
			number if number < last.number => Err(ChainError::Behind {
				endpoint: endpoint.to_owned(),
				number,
				seen: last.number,
			}),
			number if number == last.number && finalized.hash != last.hash => Err(replaced(endpoint, last)),
			number if number == last.number => Ok(Step::Wait),
			number if number - last.number > MAX_GAP => Ok(Step::PassOver(last, number - MAX_GAP)),
			number => Ok(Step::LookUp(last.number + 1..=number.min(last.number + BATCH))),
		}
	}

	/// Takes the blocks that were looked up, each with its parent's hash, when the node had finalized this block. Gives those
	/// that are new, in order.
	///
	/// # Errors
	/// When they do not continue the line, or do not lead to the finalized block; then it is as before.
	fn take(&mut self, endpoint: &str, finalized: BlockId, blocks: &[(BlockId, H256)]) -> Result<Vec<BlockId>> {
		let mut before = self.last;
		for (block, parent) in blocks {
			if let Some(before) = before {
				if *parent != before.hash || block.number != before.number + 1 {
					return Err(replaced(endpoint, before));
				}
			}
			if block.number == finalized.number && block.hash != finalized.hash {
				return Err(ChainError::Rpc(format!(
					"its blocks do not lead to the one that it has finalized, {}",
					finalized.number
				)));
			}
			before = Some(*block);
		}
		self.last = before;
		Ok(blocks.iter().map(|(block, _)| *block).collect())
	}

	/// Goes on after this block, whatever was before.
	fn pass_over(&mut self, to: BlockId) {
		self.last = Some(to);
	}
}

fn replaced(endpoint: &str, seen: BlockId) -> ChainError {
	ChainError::Replaced {
		endpoint: endpoint.to_owned(),
		seen,
	}
}

/// A cursor over the finalized blocks.
#[derive(Debug)]
pub struct FinalizedBlocks {
	chain: Chain,
	news: News,
	line: Lineage,
	/// The last one that was handed out.
	last: Option<BlockId>,
	/// Those that are to be handed out.
	found: VecDeque<BlockId>,
}

impl FinalizedBlocks {
	/// Begins after `last`, or with the newest finalized block.
	pub fn after(chain: Chain, last: Option<BlockId>) -> Self {
		Self {
			news: chain.news(),
			chain,
			line: Lineage { last },
			last,
			found: VecDeque::new(),
		}
	}

	/// The next finalized block; waits for it, whatever becomes of the connection meanwhile. Nothing is lost when the
	/// caller stops waiting.
	///
	/// # Errors
	/// When the chain does not continue what was seen before.
	pub async fn next(&mut self) -> Result<BlockId> {
		loop {
			if let Some(block) = self.found.pop_front() {
				self.last = Some(block);
				return Ok(block);
			}
			// A look-up that was given up half-way is begun again.
			self.line.last = self.last;
			let after = self.last.map(|last| last.number);
			let mut heads = self.chain.heads();
			let newer = heads
				.wait_for(|head| head.as_ref().is_some_and(|head| Some(head.block.number) > after))
				.await;
			drop(newer);
			let session = self.chain.session().await;
			match get_on(&session, &mut self.line).await {
				Ok(blocks) if !blocks.is_empty() => self.found = blocks.into(),
				Ok(_) => self.pause().await,
				Err(error) if error.passes_by_itself() => {
					tracing::debug!(%error, "cannot look up finalized blocks; trying again");
					self.pause().await;
				}
				Err(error) => return Err(error),
			}
		}
	}

	async fn pause(&mut self) {
		let _ = tokio::time::timeout(PAUSE, self.news.next()).await;
	}
}

/// The blocks that follow, as far as this node has finalized them and at most a batch.
async fn get_on(session: &Session, line: &mut Lineage) -> Result<Vec<BlockId>> {
	let (endpoint, finalized) = (session.endpoint(), session.finalized().await?);
	match line.step(endpoint, finalized)? {
		Step::Wait => Ok(Vec::new()),
		Step::LookUp(numbers) => {
			let looked_up = stream::iter(numbers)
				.map(|number| look_up(session, number))
				.buffered(AT_ONCE);
			let blocks: Vec<_> = looked_up.try_collect().await?;
			line.take(endpoint, finalized, &blocks)
		}
		Step::PassOver(last, to) => {
			// A node that has forgotten it, or never had it, cannot say.
			if session
				.hash_of(last.number)
				.await?
				.is_some_and(|hash| hash != last.hash)
			{
				return Err(replaced(endpoint, last));
			}
			let (block, _) = look_up(session, to).await?;
			tracing::warn!(
				from = last.number + 1,
				to,
				"these finalized blocks are passed over; the chain's records tell what became of everything"
			);
			line.pass_over(block);
			Ok(vec![block])
		}
	}
}

/// A finalized block and its parent's hash. Its header is of that hash.
async fn look_up(session: &Session, number: u64) -> Result<(BlockId, H256)> {
	let hash = session.hash_of(number).await?;
	let hash = hash.ok_or_else(|| ChainError::Rpc(format!("it does not have block {number}")))?;
	let header = session.header(hash).await?;
	Ok((
		BlockId {
			number: header.number(),
			hash,
		},
		header.parent_hash,
	))
}

#[cfg(test)]
mod tests;

//! Finalized blocks, every one, in order, across reconnects and restarts.

use super::{
	error::{ChainError, Result},
	link::Chain,
	session::Session,
	types::BlockId,
};
use futures::{stream, StreamExt, TryStreamExt};
use std::{collections::VecDeque, time::Duration};
use subxt::{config::Header as _, utils::H256};

/// How many blocks are looked up at a time when catching up, and how many of them at once.
const BATCH: u64 = 64;
const AT_ONCE: usize = 8;
/// How long to wait after a failed look-up, if the connection does not change before.
const PAUSE: Duration = Duration::from_secs(1);

/// A cursor over the finalized blocks. It never leaves one out: each is the child of the one before.
#[derive(Debug)]
pub struct FinalizedBlocks {
	chain: Chain,
	last: Option<BlockId>,
	found: VecDeque<BlockId>,
}

impl FinalizedBlocks {
	/// Begins after `last`, or with the newest finalized block.
	pub fn after(chain: Chain, last: Option<BlockId>) -> Self {
		Self {
			chain,
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
			let Some(last) = self.last else {
				self.found.push_back(self.chain.head().await.block);
				continue;
			};
			let mut heads = self.chain.heads();
			let newer = heads
				.wait_for(|head| head.as_ref().is_some_and(|head| head.block.number > last.number))
				.await;
			drop(newer);
			let session = self.chain.session().await;
			match children(&session, last).await {
				Ok(blocks) => self.found = blocks,
				Err(error) if error.passes_by_itself() => {
					tracing::debug!(%error, "cannot look up finalized blocks; trying again");
					let _ = tokio::time::timeout(PAUSE, self.chain.news()).await;
				}
				Err(error) => return Err(error),
			}
		}
	}
}

/// The blocks after `last`, as far as this node has finalized them and at most a batch.
async fn children(session: &Session, last: BlockId) -> Result<VecDeque<BlockId>> {
	// Only below its own finalized height is a node's block of a height the finalized one.
	let finalized = session.finalized().await?.number;
	if finalized <= last.number {
		let endpoint = session.endpoint().to_owned();
		return Err(ChainError::Behind {
			endpoint,
			number: finalized,
			seen: last.number,
		});
	}
	let numbers = last.number + 1..=finalized.min(last.number + BATCH);
	let looked_up = stream::iter(numbers)
		.map(|number| look_up(session, number))
		.buffered(AT_ONCE);
	chain_up(session.endpoint(), last, looked_up.try_collect().await?)
}

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

/// Checks that each block is the child of the one before.
fn chain_up(endpoint: &str, last: BlockId, blocks: Vec<(BlockId, H256)>) -> Result<VecDeque<BlockId>> {
	let mut before = last;
	let mut chained = VecDeque::with_capacity(blocks.len());
	for (block, parent) in blocks {
		if parent != before.hash || block.number != before.number + 1 {
			return Err(ChainError::Replaced {
				endpoint: endpoint.to_owned(),
				seen: before,
			});
		}
		chained.push_back(block);
		before = block;
	}
	Ok(chained)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn block(number: u64) -> BlockId {
		BlockId {
			number,
			hash: H256::from_low_u64_be(number),
		}
	}

	fn child(number: u64) -> (BlockId, H256) {
		(block(number), block(number - 1).hash)
	}

	#[test]
	fn takes_an_unbroken_line_of_blocks() {
		let blocks = chain_up("ws://node", block(4), vec![child(5), child(6), child(7)]).unwrap();
		assert_eq!(blocks, [block(5), block(6), block(7)]);
	}

	#[test]
	fn refuses_a_chain_that_does_not_continue_what_was_seen() {
		let forked = (block(5), H256([9; 32]));
		let error = chain_up("ws://node", block(4), vec![forked]).unwrap_err();
		assert_eq!(
			error,
			ChainError::Replaced {
				endpoint: "ws://node".to_owned(),
				seen: block(4)
			}
		);
		assert!(error.to_string().contains("move the state_dir aside"), "{error}");
	}

	#[test]
	fn refuses_a_gap() {
		let error = chain_up("ws://node", block(4), vec![child(5), child(7)]).unwrap_err();
		assert_eq!(
			error,
			ChainError::Replaced {
				endpoint: "ws://node".to_owned(),
				seen: block(5)
			}
		);
	}
}

//! Offers transactions to the pools of nodes. What they say is a hint only: the same bytes in two pools are one transaction.

use super::{
	super::{
		error::Result,
		link::Chain,
		roster::Standing,
		session::Session,
		wire::{PoolError, Wire},
	},
	flight::Flight,
	look::{self, End},
};
use crate::{journal::SentTransaction, parse};
use subxt::utils::H256;

/// The most nodes beside the one in use that are asked to take what that one bans.
const OTHERS: usize = 3;

/// What came of it.
#[derive(Debug)]
pub(super) enum Offered {
	/// It waits in the node's pool.
	Taken,
	/// It does not, by its nonce: that is another one's there, or used. Or the pool takes nothing now.
	NotTaken,
	/// The pool has thrown it out, and refuses it for a while.
	Banned,
	/// It can be in no block any more.
	Over(End),
}

/// Offers one to the pool of the node in use.
///
/// # Errors
/// When the node does not answer.
pub(super) async fn offer(session: &Session, flight: &mut Flight) -> Result<Offered> {
	let Ok(bytes) = hex::decode(&flight.sent.bytes) else {
		return Ok(Offered::Over(End::never("its bytes in the journal are damaged")));
	};
	let (hash, nonce) = (parse::hex(flight.sent.hash), flight.sent.nonce);
	match session.send(&bytes).await {
		Ok(()) => {
			let job = flight.job().map(tracing::field::display);
			tracing::info!(job, hash, nonce, endpoint = session.endpoint(), "sent");
			Ok(Offered::Taken)
		}
		Err(PoolError::AlreadyThere) => Ok(Offered::Taken),
		// In a block that is not final yet: it, or another. Or another one of this account waits with this nonce. Finalized
		// blocks will tell.
		Err(why @ (PoolError::NonceUsed | PoolError::NonceTaken | PoolError::Later(_))) => {
			tracing::debug!(hash, nonce, ?why, "the pool does not take it now");
			Ok(Offered::NotTaken)
		}
		Err(PoolError::Banned(why)) => {
			tracing::debug!(hash, nonce, %why, "the pool has thrown it out");
			Ok(Offered::Banned)
		}
		Err(PoolError::Invalid(why)) => {
			// What was signed before with the same nonce may get into a block all the same.
			let end = look::refused(session, flight, &why).await?;
			let end = end.filter(|_| flight.others.is_empty());
			flight.doubted |= end.is_none();
			Ok(end.map_or(Offered::NotTaken, Offered::Over))
		}
		Err(PoolError::NoAnswer(error)) => Err(error),
	}
}

/// Offers what the node in use bans to the others, one node after the other, until each is taken by one. A node is asked only
/// if it has finalized the block that they were made on: one that is behind would find them invalid and ban them too. Nobody
/// waits for this.
pub(super) fn offer_elsewhere(chain: &Chain, genesis: H256, mut banned: Vec<SentTransaction>) {
	let Some(born) = banned.iter().map(|sent| sent.birth).max() else {
		return;
	};
	let ready = chain.endpoints().into_iter();
	let ready = ready.filter(|other| matches!(other.standing, Standing::Ready(height) if height >= born));
	let others: Vec<_> = ready.map(|other| other.url).take(OTHERS).collect();
	if others.is_empty() {
		return;
	}
	tokio::spawn(async move {
		for endpoint in others {
			match offer_to(&endpoint, genesis, &banned).await {
				Ok(left) => banned = left,
				Err(error) => tracing::debug!(%error, "what is banned elsewhere cannot be offered to this node"),
			}
			if banned.is_empty() {
				return;
			}
		}
	});
}

/// Offers these to a node. Gives those that it does not take.
async fn offer_to(endpoint: &str, genesis: H256, all: &[SentTransaction]) -> Result<Vec<SentTransaction>> {
	let (wire, _) = Wire::open(endpoint, Some(genesis)).await?;
	let mut left = Vec::new();
	for sent in all {
		let Ok(bytes) = hex::decode(&sent.bytes) else { continue };
		let (hash, nonce) = (parse::hex(sent.hash), sent.nonce);
		match wire.send(&bytes).await {
			Ok(()) | Err(PoolError::AlreadyThere) => {
				tracing::info!(
					call = sent.purpose,
					hash,
					nonce,
					endpoint,
					"sent, to a node beside the one in use"
				);
			}
			Err(PoolError::NoAnswer(error)) => return Err(error.at(endpoint)),
			Err(why) => {
				tracing::debug!(hash, nonce, endpoint, ?why, "nor does this node take it");
				left.push(sent.clone());
			}
		}
	}
	Ok(left)
}

//! What other nodes say of a finalized block.

use super::{
	error::{ChainError, Result},
	types::BlockId,
	wire::Wire,
};
use futures::future::join_all;
use std::{
	future::Future,
	time::{Duration, Instant},
};
use subxt::utils::H256;

/// How long another node may take to finalize a block that is final at the one in use.
pub(super) const LITTLE_BEHIND: Duration = Duration::from_secs(12);
/// How often that is looked at.
pub(super) const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// What another node says of the finalized block of a height.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Witness {
	/// It has this one.
	Has(H256),
	/// It cannot say, for this reason.
	Mute(String),
}

/// Asks all nodes at once; gives what each says, in their order.
pub(super) async fn ask_all<F>(endpoints: Vec<String>, ask: impl Fn(String) -> F) -> Vec<(String, Witness)>
where
	F: Future<Output = Result<H256, String>>,
{
	let asked = endpoints.iter().map(|endpoint| ask(endpoint.clone()));
	let said = join_all(asked).await.into_iter().map(|said| match said {
		Ok(hash) => Witness::Has(hash),
		Err(why) => Witness::Mute(why),
	});
	endpoints.iter().cloned().zip(said.collect::<Vec<_>>()).collect()
}

/// Who confirms what the node `here` says of a finalized block. A single one that says otherwise is heard: one of the two lies.
pub(super) fn judge(here: &str, block: BlockId, witnesses: Vec<(String, Witness)>) -> Result<String> {
	let mut confirmed = None;
	let mut mute = "there is no second endpoint".to_owned();
	for (endpoint, witness) in witnesses {
		match witness {
			Witness::Has(hash) if hash == block.hash => {
				confirmed.get_or_insert(endpoint);
			}
			Witness::Has(there) => {
				return Err(ChainError::Contradicted {
					number: block.number,
					endpoint: here.to_owned(),
					here: block.hash,
					other: endpoint,
					there,
				})
			}
			Witness::Mute(why) => mute = why,
		}
	}
	confirmed.ok_or(ChainError::Unconfirmed {
		number: block.number,
		what: mute,
	})
}

/// The hash of the finalized block of this height, as a node knows it; if it does not, why not, in words. A node that is a
/// little behind gets a little time.
pub(super) async fn finalized_at(endpoint: &str, genesis: H256, number: u64) -> Result<H256, String> {
	let in_words = |error: ChainError| error.at(endpoint).to_string();
	let (wire, _) = Wire::open(endpoint, Some(genesis)).await.map_err(in_words)?;
	let since = Instant::now();
	loop {
		let finalized = wire.finalized().await.map_err(in_words)?.number;
		if finalized >= number {
			let hash = wire.hash_of(number).await.map_err(in_words)?;
			return hash.ok_or_else(|| format!("{endpoint} does not have block {number}"));
		}
		if since.elapsed() >= LITTLE_BEHIND {
			return Err(format!("{endpoint} has finalized block {finalized} only"));
		}
		tokio::time::sleep(LOOK_AGAIN).await;
	}
}

/// The chain of a node, this one if one is named, and how far it is.
pub(super) async fn height_of(endpoint: &str, genesis: Option<H256>) -> Result<(H256, u64)> {
	let (wire, _) = Wire::open(endpoint, genesis).await?;
	let finalized = wire.finalized().await.map_err(|error| error.at(endpoint))?;
	Ok((wire.genesis(), finalized.number))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[tokio::test]
	async fn a_second_endpoint_in_trouble_does_not_silence_the_third() {
		let block = BlockId {
			number: 7,
			hash: H256([7; 32]),
		};
		let ask = |endpoint: String| async move {
			match &*endpoint {
				"ws://sound" => Ok(H256([7; 32])),
				"ws://other" => Ok(H256([8; 32])),
				_ => Err(format!("{endpoint} does not answer in time")),
			}
		};
		let asked = async |endpoints: &[&str]| {
			let endpoints = endpoints.iter().map(ToString::to_string).collect();
			judge("ws://here", block, ask_all(endpoints, ask).await)
		};
		assert_eq!(asked(&["ws://broken", "ws://sound"]).await.unwrap(), "ws://sound");
		// Nobody can say: that passes.
		for (endpoints, says) in [(&["ws://broken"][..], "in time"), (&[][..], "no second endpoint")] {
			let error = asked(endpoints).await.unwrap_err();
			assert!(!error.is_a_lie() && error.to_string().contains(says), "{error}");
		}
		// One that says otherwise is heard, whoever else agrees.
		let error = asked(&["ws://sound", "ws://other"]).await.unwrap_err();
		assert!(error.is_a_lie());
		let text = error.to_string();
		assert!(
			text.contains("ws://here and ws://other contradict each other"),
			"{text}"
		);
	}
}

//! What can go wrong between this client and the chain.

use super::types::BlockId;
use crate::parse;
use subxt::utils::H256;

/// Why the chain could not be asked, or could not be believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
	/// No node there.
	#[error("no node answers at {endpoint}: {what}; is the node running, and is the address right?")]
	Unreachable {
		/// The node's address.
		endpoint: String,
		/// What the network said.
		what: String,
	},
	/// A node of another chain.
	#[error(
		"{endpoint} is a node of another chain: its genesis is {}, but chain.genesis says {}; correct the address or the genesis",
		parse::hex(.found), parse::hex(.expected)
	)]
	OtherChain {
		/// The node's address.
		endpoint: String,
		/// The genesis that was asked for.
		expected: H256,
		/// The genesis that the node has.
		found: H256,
	},
	/// A runtime whose calls, events or storage are not those that this client was built for.
	#[error(
		"{endpoint} runs version {found} of the runtime, this client knows version {known}, and they differ in {differences}; install the iot-client that belongs to version {found}"
	)]
	UnknownRuntime {
		/// The node's address.
		endpoint: String,
		/// Spec version on the chain.
		found: u32,
		/// Spec version of the metadata that this client was built with.
		known: u32,
		/// What differs.
		differences: String,
	},
	/// History is not what it was.
	#[error(
		"{endpoint} has another block {} than this client has seen ({}): the chain was begun anew, or that node is on a fork. If the chain was begun anew, move the state_dir aside and start again; keep it, the journal and the evidence of each job are in it",
		.seen.number, parse::hex(.seen.hash)
	)]
	Replaced {
		/// The node's address.
		endpoint: String,
		/// The finalized block that was seen before.
		seen: BlockId,
	},
	/// A node that is not as far as we have seen the chain to be.
	#[error(
		"the node {endpoint} is behind: block {number} of at least {seen}. Nothing is done until it has caught up; if the chain was begun anew, move the state_dir aside and start again, and keep it"
	)]
	Behind {
		/// The node's address.
		endpoint: String,
		/// How far the node is.
		number: u64,
		/// How far the chain was.
		seen: u64,
	},
	/// The node has forgotten the state at that block.
	#[error("the node has no state of that block any more")]
	Pruned,
	/// A second node does not confirm what the first said.
	#[error("no second node confirms block {number}: {what}; add an endpoint that works, or set chain.trust = \"single\" to believe one alone")]
	Unconfirmed {
		/// The block's number.
		number: u64,
		/// What they said.
		what: String,
	},
	/// An answer did not come in time, or was none.
	#[error("the node does not answer properly: {0}")]
	Rpc(String),
}

impl ChainError {
	/// Whether trying again later can help, without anybody doing anything about it.
	pub fn passes_by_itself(&self) -> bool {
		match self {
			Self::Unreachable { .. } | Self::Rpc(_) | Self::Pruned | Self::Behind { .. } | Self::Unconfirmed { .. } => {
				true
			}
			Self::OtherChain { .. } | Self::UnknownRuntime { .. } | Self::Replaced { .. } => false,
		}
	}
}

impl<E: Into<subxt::Error>> From<E> for ChainError {
	fn from(error: E) -> Self {
		let what = error.into().to_string();
		// What sc-client-api says of a block whose state was pruned.
		if what.contains("State already discarded") || what.contains("UnknownBlock: State") {
			return Self::Pruned;
		}
		Self::Rpc(what)
	}
}

/// What comes of asking the chain.
pub type Result<T, E = ChainError> = std::result::Result<T, E>;

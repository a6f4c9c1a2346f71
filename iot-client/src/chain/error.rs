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
	/// A node that finalizes nothing new while another does.
	#[error(
		"the node {endpoint} stands still: no finalized block after {number} for {seconds} s, and {other} has {other_number}"
	)]
	Stalled {
		/// The node's address.
		endpoint: String,
		/// The last block that it finalized.
		number: u64,
		/// For how long there was none.
		seconds: u64,
		/// A node that is further.
		other: String,
		/// How far that one is.
		other_number: u64,
	},
	/// The connection broke.
	#[error("the node {endpoint} does not answer properly any more: {what}")]
	Lost {
		/// The node's address.
		endpoint: String,
		/// What the network said.
		what: String,
	},
	/// The node has forgotten the state at that block.
	#[error("the node has no state of that block any more")]
	Pruned,
	/// A second node does not confirm what the first said.
	#[error("no second node confirms block {number}: {what}; add an endpoint that works or a light client, or set chain.trust = \"single\" to believe one alone")]
	Unconfirmed {
		/// The block's number.
		number: u64,
		/// What they said.
		what: String,
	},
	/// Two nodes contradict each other about a finalized block.
	#[error(
		"{endpoint} and {other} contradict each other: finalized block {number} is {} at the one and {} at the other. One of them lies or is on a fork; nothing is begun. Find out which, and take it out of chain.endpoints",
		parse::hex(.here), parse::hex(.there)
	)]
	Contradicted {
		/// The block's number.
		number: u64,
		/// The node in use.
		endpoint: String,
		/// The block's hash there.
		here: H256,
		/// The other node.
		other: String,
		/// The block's hash there.
		there: H256,
	},
	/// What a node said is not so: the state's root says otherwise.
	#[error(
		"{endpoint} is not to be believed: {what}, by the header of finalized block {number}, which {second} has too. Nothing is begun. Take {endpoint} out of chain.endpoints"
	)]
	Unproved {
		/// The node that said it.
		endpoint: String,
		/// Who has the header too.
		second: String,
		/// The block's number.
		number: u64,
		/// What it said, and why it is not so.
		what: String,
	},
	/// The light client cannot begin.
	#[error("the light client cannot begin: {0}; correct [light_client], or leave it out")]
	LightClient(String),
	/// An answer did not come in time, or was none.
	#[error("the node does not answer properly: {0}")]
	Rpc(String),
}

impl ChainError {
	/// Whether trying again later can help, without anybody doing anything about it.
	pub fn passes_by_itself(&self) -> bool {
		match self {
			Self::Unreachable { .. }
			| Self::Lost { .. }
			| Self::Stalled { .. }
			| Self::Rpc(_)
			| Self::Pruned
			| Self::Behind { .. }
			| Self::Unconfirmed { .. }
			| Self::Contradicted { .. }
			| Self::Unproved { .. } => true,
			Self::OtherChain { .. } | Self::UnknownRuntime { .. } | Self::Replaced { .. } | Self::LightClient(_) => {
				false
			}
		}
	}
}

impl ChainError {
	/// Whether a node was caught saying what is not so, or two nodes contradict each other: somebody must look into that.
	pub fn is_a_lie(&self) -> bool {
		matches!(self, Self::Contradicted { .. } | Self::Unproved { .. })
	}

	/// The same, of the node at this address.
	pub(super) fn at(self, endpoint: &str) -> Self {
		let endpoint = endpoint.to_owned();
		match self {
			Self::Rpc(what) => Self::Lost { endpoint, what },
			other => other,
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

//! One connection to one node of the right chain, and what can be asked through it.
//!
//! The connection does not mend itself: when it breaks, [`super::link`] opens another one, maybe to another node, and
//! checks the chain again. So no answer ever comes from a node that was not checked. A header is believed only if it hashes
//! to what it was asked for by, so a node cannot make up the line of blocks before one that is known.

use super::{
	error::{ChainError, Result},
	types::BlockId,
};
use crate::wallet::blake2_256;
use std::{future::Future, time::Duration};
use subxt::{
	config::{Header as _, RpcConfigFor},
	ext::codec::Encode,
	rpcs::{
		client::RpcSubscription,
		methods::legacy::{LegacyRpcMethods, RuntimeVersion},
		Error as RpcError, RpcClient,
	},
	utils::{AccountId32, H256},
	Config, SubstrateConfig,
};
use tokio::time::timeout;

/// The longest that a node may take for one answer.
const ANSWER: Duration = Duration::from_secs(20);
/// The longest that a connection may take.
const CONNECT: Duration = Duration::from_secs(10);

type Rpc = LegacyRpcMethods<RpcConfigFor<SubstrateConfig>>;
/// A block's header.
pub type Header = <SubstrateConfig as Config>::Header;

/// A connection to a node of the right chain.
pub struct Wire {
	endpoint: String,
	genesis: H256,
	rpc: Rpc,
}

impl std::fmt::Debug for Wire {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.debug_tuple("Wire").field(&self.endpoint).finish()
	}
}

/// Why a node did not take a transaction into its pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PoolError {
	/// It has it already.
	AlreadyThere,
	/// The nonce is used: by this transaction, or by another one of the account.
	NonceUsed,
	/// Another transaction with this nonce waits there.
	NonceTaken,
	/// It has thrown the transaction out and refuses it for a while. Other nodes may take it.
	Banned(String),
	/// Full, or it saw the transaction too often; later it may take it.
	Later(String),
	/// It can never be included, for this reason. The bytes were checked at the node's best block.
	Invalid(String),
	/// The node did not answer: it may have it or not.
	NoAnswer(ChainError),
}

impl Wire {
	/// Connects to `endpoint` and checks that it is a node of the right chain.
	///
	/// # Errors
	/// When nobody answers, or the chain is another one.
	pub async fn open(endpoint: &str, expected: Option<H256>) -> Result<(Self, RpcClient)> {
		let unreachable = |what: String| ChainError::Unreachable {
			endpoint: endpoint.to_owned(),
			what,
		};
		let connected = timeout(CONNECT, RpcClient::from_insecure_url(endpoint)).await;
		let client = connected
			.map_err(|_| unreachable("no answer in time".to_owned()))?
			.map_err(|e| unreachable(innermost(&e)))?;
		let rpc = Rpc::new(client.clone());
		let genesis = answer(rpc.genesis_hash()).await.map_err(|error| error.at(endpoint))?;
		if let Some(expected) = expected.filter(|expected| *expected != genesis) {
			return Err(ChainError::OtherChain {
				endpoint: endpoint.to_owned(),
				expected,
				found: genesis,
			});
		}
		let endpoint = endpoint.to_owned();
		Ok((Self { endpoint, genesis, rpc }, client))
	}

	/// The node's address.
	pub fn endpoint(&self) -> &str {
		&self.endpoint
	}

	/// The chain's genesis hash.
	pub fn genesis(&self) -> H256 {
		self.genesis
	}

	/// The newest finalized block.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn finalized(&self) -> Result<BlockId> {
		let hash = answer(self.rpc.chain_get_finalized_head()).await?;
		let header = self.header(hash).await?;
		Ok(BlockId {
			number: header.number(),
			hash,
		})
	}

	/// The newest block that the node knows, finalized or not.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn best(&self) -> Result<BlockId> {
		let hash = answer(self.rpc.chain_get_block_hash(None)).await?;
		let hash = hash.ok_or_else(|| ChainError::Rpc("it has no best block".to_owned()))?;
		let number = self.header(hash).await?.number();
		Ok(BlockId { number, hash })
	}

	/// The block of that height on the node's best chain; below its finalized height that is the finalized one.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn hash_of(&self, number: u64) -> Result<Option<H256>> {
		answer(self.rpc.chain_get_block_hash(Some(number.into()))).await
	}

	/// A block's header: one that has this hash.
	///
	/// # Errors
	/// When the node does not have it, or has made it up.
	pub async fn header(&self, hash: H256) -> Result<Header> {
		let header = answer(self.rpc.chain_get_header(Some(hash))).await?;
		let header =
			header.ok_or_else(|| ChainError::Rpc(format!("it does not have block {}", crate::parse::hex(hash))))?;
		match hash_of(&header) == hash {
			true => Ok(header),
			false => Err(ChainError::Rpc(format!(
				"what it gives as the header of block {} has another hash",
				crate::parse::hex(hash)
			))),
		}
	}

	/// The transactions in a block, as their bytes; none if the node does not have them, or not any more.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn body(&self, hash: H256) -> Result<Option<Vec<Vec<u8>>>> {
		let block = answer(self.rpc.chain_get_block(Some(hash))).await?;
		Ok(block.map(|block| block.block.extrinsics.into_iter().map(|bytes| bytes.0).collect()))
	}

	/// The nodes of the state's tree that lead to these keys, as the node gives them: see [`super::proof`].
	///
	/// # Errors
	/// When the node does not answer, or has no state of that block any more.
	pub async fn read_proof(&self, keys: &[Vec<u8>], hash: H256) -> Result<Vec<Vec<u8>>> {
		let keys = keys.iter().map(Vec::as_slice);
		let read = answer(self.rpc.state_get_read_proof(keys, Some(hash))).await?;
		Ok(read.proof.into_iter().map(|bytes| bytes.0).collect())
	}

	/// The next nonce of an account, transactions waiting in the node's pool counted.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn next_nonce(&self, account: &AccountId32) -> Result<u64> {
		answer(self.rpc.system_account_next_index(account)).await
	}

	/// Headers as they are finalized; some may be left out.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn finalized_headers(&self) -> Result<RpcSubscription<Header>> {
		answer(self.rpc.chain_subscribe_finalized_heads()).await
	}

	/// The version of the best block's runtime, now and whenever it is another one.
	///
	/// # Errors
	/// When the node does not answer, or does not tell.
	pub async fn runtime_versions(&self) -> Result<RpcSubscription<RuntimeVersion>> {
		answer(self.rpc.state_subscribe_runtime_version()).await
	}

	/// Offers a signed transaction to the node's pool.
	///
	/// # Errors
	/// When the pool does not take it; only [`PoolError::NoAnswer`] leaves open whether it did.
	pub async fn send(&self, transaction: &[u8]) -> Result<(), PoolError> {
		match timeout(ANSWER, self.rpc.author_submit_extrinsic(transaction)).await {
			Ok(Ok(_)) => Ok(()),
			Ok(Err(RpcError::User(error))) => {
				let detail = error.data.as_ref().map(|data| data.get().trim_matches('"').to_owned());
				Err(pool_error(error.code, detail.unwrap_or(error.message)))
			}
			Ok(Err(error)) => Err(PoolError::NoAnswer(error.into())),
			Err(_) => Err(PoolError::NoAnswer(ChainError::Rpc("no answer in time".to_owned()))),
		}
	}
}

/// The hash of a header, as the chain takes it.
pub(super) fn hash_of(header: &Header) -> H256 {
	H256(blake2_256([&header.encode()]))
}

/// What a node's refusal means. The codes are those of `sc-rpc-api`, `author/error.rs`; the texts of
/// `sp-runtime`, `transaction_validity.rs`.
fn pool_error(code: i32, detail: String) -> PoolError {
	match code {
		1013 => PoolError::AlreadyThere,
		1014 => PoolError::NonceTaken,
		1010 if detail.contains("outdated") => PoolError::NonceUsed,
		1010 => PoolError::Invalid(detail),
		1012 => PoolError::Banned(detail),
		1011 | 1016 | 1018 | 1021 => PoolError::Later(detail),
		_ => PoolError::Invalid(format!("{detail} ({code})")),
	}
}

/// Waits for an answer, but not for ever.
pub(super) async fn answer<T, E: Into<subxt::Error>>(asked: impl Future<Output = Result<T, E>>) -> Result<T> {
	match timeout(ANSWER, asked).await {
		Ok(result) => Ok(result?),
		Err(_) => Err(ChainError::Rpc("no answer in time".to_owned())),
	}
}

/// What the network said, without what each layer of the client put before it.
fn innermost(error: &dyn std::error::Error) -> String {
	let mut error = error;
	while let Some(source) = error.source() {
		error = source;
	}
	let text = error.to_string();
	text.rsplit("client error: ").next().unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_nodes_refusal_is_understood() {
		for (code, detail, meaning) in [
			(1013, "", PoolError::AlreadyThere),
			(1014, "too low priority", PoolError::NonceTaken),
			(1010, "Transaction is outdated", PoolError::NonceUsed),
			(
				1010,
				"Custom error: 103",
				PoolError::Invalid("Custom error: 103".to_owned()),
			),
			(1012, "banned", PoolError::Banned("banned".to_owned())),
			(1016, "dropped", PoolError::Later("dropped".to_owned())),
			(1002, "odd", PoolError::Invalid("odd (1002)".to_owned())),
		] {
			assert_eq!(pool_error(code, detail.to_owned()), meaning, "{code}");
		}
	}

	#[test]
	fn a_header_hashes_to_its_blocks_name() {
		let read = |json: serde_json::Value| hash_of(&serde_json::from_value::<Header>(json).unwrap());
		// Polkadot's genesis.
		let hash = read(serde_json::json!({
			"parentHash": H256::zero(),
			"number": "0x0",
			"stateRoot": "0x29d0d972cd27cbc511e9589fcb7a4506d5eb6a9e8df205f00472e5ab354a4e17",
			"extrinsicsRoot": "0x03170a2e7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314",
			"digest": { "logs": [] },
		}));
		let named = "0x91b171bb158e2d3848fa23a9f1c25182fb8e20313b2c1eb49219da7a70ce90c3";
		assert_eq!(format!("{hash:?}"), named);
		// A block of a parachain: a slot before and a seal after the runtime, and what that says to the relay chain.
		let logs = [
			[b"\x06aura\x20".as_slice(), &[1; 8]].concat(),
			[b"\x04CMLS\x0c".as_slice(), &[2; 3]].concat(),
			vec![8],
			[b"\x05aura\x01\x01".as_slice(), &[3; 64]].concat(),
		];
		let texts: Vec<_> = logs.iter().map(|log| format!("0x{}", hex::encode(log))).collect();
		let hash = read(serde_json::json!({
			"parentHash": H256([4; 32]),
			"number": "0x4000",
			"stateRoot": H256([5; 32]),
			"extrinsicsRoot": H256([6; 32]),
			"digest": { "logs": texts },
		}));
		let number = [0x02, 0x00, 0x01, 0x00];
		let roots = [[5u8; 32], [6; 32]].concat();
		let encoded = [[4; 32].as_slice(), &number, &roots, &[4 << 2], &logs.concat()].concat();
		assert_eq!(hash, H256(blake2_256([&encoded])));
	}

	#[tokio::test]
	async fn says_which_node_does_not_answer() {
		let error = Wire::open("ws://127.0.0.1:1", None).await.unwrap_err();
		assert!(matches!(&error, ChainError::Unreachable { endpoint, .. } if endpoint == "ws://127.0.0.1:1"));
		let text = error.to_string();
		assert!(
			text.contains("is the node running") && !text.contains("client error"),
			"{text}"
		);
		assert!(error.passes_by_itself());
	}
}

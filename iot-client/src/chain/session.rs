//! One connection to one node whose chain and runtime have been checked.
//!
//! The connection does not mend itself: when it breaks, [`super::link`] opens another one, maybe to another node, and
//! checks chain and runtime again. So no answer ever comes from a node that was not checked.

use super::{
	error::{ChainError, Result},
	runtime,
	types::BlockId,
};
use std::{
	future::Future,
	sync::{
		atomic::{AtomicU32, Ordering},
		Arc,
	},
	time::Duration,
};
use subxt::{
	backend::LegacyBackend,
	client::OnlineClientAtBlock,
	config::{Header as _, RpcConfigFor},
	rpcs::{client::RpcSubscription, methods::legacy::LegacyRpcMethods, Error as RpcError, RpcClient},
	utils::{AccountId32, H256},
	Config, OnlineClient, SubstrateConfig,
};
use tokio::time::timeout;

/// The longest that a node may take for one answer.
const ANSWER: Duration = Duration::from_secs(20);

type Rpc = LegacyRpcMethods<RpcConfigFor<SubstrateConfig>>;
/// A block's header.
pub type Header = <SubstrateConfig as Config>::Header;
/// The chain as it was at one block.
pub type At = OnlineClientAtBlock<SubstrateConfig>;

/// A checked connection.
pub struct Session {
	endpoint: String,
	genesis: H256,
	rpc: Rpc,
	client: OnlineClient<SubstrateConfig>,
	/// Spec version of the runtime that was last found to be one that we know.
	known_spec: AtomicU32,
}

impl std::fmt::Debug for Session {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.debug_tuple("Session").field(&self.endpoint).finish()
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
	/// Full, or it saw the transaction too often; later it may take it.
	Later(String),
	/// It can never be included, for this reason. The bytes were checked at the node's best block.
	Invalid(String),
	/// The node did not answer: it may have it or not.
	NoAnswer(ChainError),
}

impl Session {
	/// Connects to `endpoint` and checks that it is a node of the right chain with a runtime that we know.
	///
	/// # Errors
	/// When nobody answers, or the chain or the runtime is another one.
	pub async fn open(endpoint: &str, expected: Option<H256>, config: &SubstrateConfig) -> Result<Arc<Self>> {
		let unreachable = |what: String| ChainError::Unreachable {
			endpoint: endpoint.to_owned(),
			what,
		};
		let connected = timeout(ANSWER, RpcClient::from_insecure_url(endpoint)).await;
		let client = connected
			.map_err(|_| unreachable("no answer in time".to_owned()))?
			.map_err(|e| unreachable(innermost(&e)))?;
		let rpc = Rpc::new(client.clone());
		let genesis = answer(rpc.genesis_hash()).await?;
		if let Some(expected) = expected.filter(|expected| *expected != genesis) {
			return Err(ChainError::OtherChain {
				endpoint: endpoint.to_owned(),
				expected,
				found: genesis,
			});
		}
		let backend = Arc::new(LegacyBackend::builder().build(client));
		let client = answer(OnlineClient::from_backend_with_config(config.clone(), backend)).await?;
		let session = Self {
			endpoint: endpoint.to_owned(),
			genesis,
			rpc,
			client,
			known_spec: AtomicU32::new(u32::MAX),
		};
		let finalized = session.finalized().await?;
		session.at(finalized).await?;
		Ok(Arc::new(session))
	}

	/// The node's address.
	pub fn endpoint(&self) -> &str {
		&self.endpoint
	}

	/// The chain's genesis hash.
	pub fn genesis(&self) -> H256 {
		self.genesis
	}

	/// The chain as it was at `block`. Checks the runtime of that block.
	///
	/// # Errors
	/// When the node does not have it, or the runtime is not one that we know.
	pub async fn at(&self, block: BlockId) -> Result<At> {
		let at = answer(self.client.at_block_hash_and_number(block.hash, block.number)).await?;
		let spec = at.spec_version();
		if self.known_spec.load(Ordering::Relaxed) != spec {
			runtime::check(at.metadata_ref()).map_err(|differences| ChainError::UnknownRuntime {
				endpoint: self.endpoint.clone(),
				found: spec,
				known: runtime::known_spec(),
				differences,
			})?;
			self.known_spec.store(spec, Ordering::Relaxed);
		}
		Ok(at)
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

	/// The height of the newest block that the node knows, finalized or not.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn best_number(&self) -> Result<u64> {
		let header = answer(self.rpc.chain_get_header(None)).await?;
		header
			.map(|header| header.number())
			.ok_or_else(|| ChainError::Rpc("it has no best block".to_owned()))
	}

	/// The block of that height on the node's best chain; below its finalized height that is the finalized one.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn hash_of(&self, number: u64) -> Result<Option<H256>> {
		answer(self.rpc.chain_get_block_hash(Some(number.into()))).await
	}

	/// A block's header.
	///
	/// # Errors
	/// When the node does not have it.
	pub async fn header(&self, hash: H256) -> Result<Header> {
		let header = answer(self.rpc.chain_get_header(Some(hash))).await?;
		header.ok_or_else(|| ChainError::Rpc(format!("it does not have block {}", crate::parse::hex(hash))))
	}

	/// The transactions in a block, as their bytes.
	///
	/// # Errors
	/// When the node does not have it.
	pub async fn body(&self, hash: H256) -> Result<Vec<Vec<u8>>> {
		let block = answer(self.rpc.chain_get_block(Some(hash))).await?;
		let block =
			block.ok_or_else(|| ChainError::Rpc(format!("it does not have block {}", crate::parse::hex(hash))))?;
		Ok(block.block.extrinsics.into_iter().map(|bytes| bytes.0).collect())
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

/// What a node's refusal means. The codes are those of `sc-rpc-api`, `author/error.rs`; the texts of
/// `sp-runtime`, `transaction_validity.rs`.
fn pool_error(code: i32, detail: String) -> PoolError {
	match code {
		1013 => PoolError::AlreadyThere,
		1014 => PoolError::NonceTaken,
		1010 if detail.contains("outdated") => PoolError::NonceUsed,
		1010 => PoolError::Invalid(detail),
		1011 | 1012 | 1016 | 1018 | 1021 => PoolError::Later(detail),
		_ => PoolError::Invalid(format!("{detail} ({code})")),
	}
}

/// Waits for an answer, but not for ever.
async fn answer<T, E: Into<subxt::Error>>(asked: impl Future<Output = Result<T, E>>) -> Result<T> {
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
			(1012, "banned", PoolError::Later("banned".to_owned())),
			(1016, "dropped", PoolError::Later("dropped".to_owned())),
			(1002, "odd", PoolError::Invalid("odd (1002)".to_owned())),
		] {
			assert_eq!(pool_error(code, detail.to_owned()), meaning, "{code}");
		}
	}

	#[tokio::test]
	async fn says_which_node_does_not_answer() {
		let error = Session::open("ws://127.0.0.1:1", None, &SubstrateConfig::new())
			.await
			.unwrap_err();
		assert!(matches!(&error, ChainError::Unreachable { endpoint, .. } if endpoint == "ws://127.0.0.1:1"));
		let text = error.to_string();
		assert!(
			text.contains("is the node running") && !text.contains("client error"),
			"{text}"
		);
		assert!(error.passes_by_itself());
	}
}

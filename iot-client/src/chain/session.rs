//! One connection to one node whose chain and runtime have been checked.

use super::{
	error::{ChainError, Result},
	runtime,
	types::BlockId,
	wire::{answer, Wire},
};
use std::{
	ops::Deref,
	sync::{
		atomic::{AtomicU32, Ordering},
		Arc,
	},
};
use subxt::{backend::LegacyBackend, client::OnlineClientAtBlock, utils::H256, OnlineClient, SubstrateConfig};

/// The chain as it was at one block.
pub type At = OnlineClientAtBlock<SubstrateConfig>;

/// A checked connection; whatever a [`Wire`] can be asked, and what needs the runtime's types.
pub struct Session {
	wire: Wire,
	client: OnlineClient<SubstrateConfig>,
	/// Spec version of the runtime that was last found to be one that we know.
	known_spec: AtomicU32,
}

impl std::fmt::Debug for Session {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.debug_tuple("Session").field(&self.wire.endpoint()).finish()
	}
}

impl Deref for Session {
	type Target = Wire;

	fn deref(&self) -> &Wire {
		&self.wire
	}
}

impl Session {
	/// Connects to `endpoint` and checks that it is a node of the right chain with a runtime that we know.
	///
	/// # Errors
	/// When nobody answers, or the chain or the runtime is another one.
	pub async fn open(endpoint: &str, expected: Option<H256>, config: &SubstrateConfig) -> Result<Arc<Self>> {
		let (wire, client) = Wire::open(endpoint, expected).await?;
		let checked = async {
			let backend = Arc::new(LegacyBackend::builder().build(client));
			let client = answer(OnlineClient::from_backend_with_config(config.clone(), backend)).await?;
			let session = Self {
				wire,
				client,
				known_spec: AtomicU32::new(u32::MAX),
			};
			let finalized = session.finalized().await?;
			session.at(finalized).await?;
			Ok(Arc::new(session))
		};
		checked.await.map_err(|error: ChainError| error.at(endpoint))
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
				endpoint: self.wire.endpoint().to_owned(),
				found: spec,
				known: runtime::known_spec(),
				differences,
			})?;
			self.known_spec.store(spec, Ordering::Relaxed);
		}
		Ok(at)
	}
}

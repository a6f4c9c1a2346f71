//! One connection to one node whose chain and runtime have been checked.

use super::{
	error::{ChainError, Result},
	runtime,
	types::BlockId,
	wire::{answer, Wire},
};
use std::{
	convert::Infallible,
	future::pending,
	ops::Deref,
	sync::{
		atomic::{AtomicU32, Ordering},
		Arc,
	},
};
use subxt::{backend::LegacyBackend, client::OnlineClientAtBlock, utils::H256, OnlineClient, SubstrateConfig};
use tokio::sync::watch;

/// The chain as it was at one block.
pub type At = OnlineClientAtBlock<SubstrateConfig>;

/// A checked connection; whatever a [`Wire`] can be asked, and what needs the runtime's types.
pub struct Session {
	wire: Wire,
	client: OnlineClient<SubstrateConfig>,
	/// Spec version of the runtime that was last found to be one that we know.
	known_spec: AtomicU32,
	/// A block with the runtime of the node's best block, as long as the node announces each change of it.
	announced: watch::Sender<Option<At>>,
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
				announced: watch::Sender::new(None),
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

	/// A block with the runtime of the best block, to sign for; its state may be forgotten by now. The node is asked only if it
	/// does not announce each change of the runtime. What was announced may be out of date all the same: what is signed for it
	/// is refused then, and whoever finds that out corrects it.
	///
	/// # Errors
	/// When the node does not answer, or the runtime is not one that we know.
	pub async fn with_newest_runtime(&self) -> Result<At> {
		let announced = self.announced.borrow().clone();
		match announced {
			Some(at) => Ok(at),
			None => self.at(self.best().await?).await,
		}
	}

	/// Follows the runtime of the best block for as long as the node announces it; then waits for ever.
	pub(super) async fn follow_runtime(&self) -> Infallible {
		if let Ok(mut versions) = self.runtime_versions().await {
			while let Some(Ok(_)) = versions.next().await {
				// Whoever signs meanwhile asks.
				self.announced.send_replace(None);
				let newest = async { self.at(self.best().await?).await }.await;
				if let Err(error) = &newest {
					tracing::debug!(%error, "cannot look at the runtime of the best block");
				}
				self.announced.send_replace(newest.ok());
			}
		}
		self.announced.send_replace(None);
		pending().await
	}

	/// This block is said to have the newest runtime. If another one was announced, that is out of date.
	pub(super) fn correct(&self, newest: &At) {
		self.announced.send_if_modified(|announced| {
			let wrong = announced
				.as_ref()
				.is_some_and(|at| at.spec_version() != newest.spec_version());
			if wrong {
				*announced = Some(newest.clone());
			}
			wrong
		});
	}

	/// The finalized block is this one: no older runtime than it has is the newest.
	pub(super) fn correct_by_finalized(&self, finalized: &At) {
		let announced = self.announced.borrow().as_ref().map(At::spec_version);
		if announced.is_some_and(|spec| spec < finalized.spec_version()) {
			self.correct(finalized);
		}
	}
}

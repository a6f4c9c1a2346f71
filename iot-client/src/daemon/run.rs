//! Builds the daemon's parts, runs them and brings them down again.

use super::{foreman::Foreman, news::Herald, site::Site};
use crate::{
	board::{self, SerialLine},
	chain::{light::LightClient, Chain, ChainError, Submitter},
	config::Config,
	journal::{Journal, JournalError},
	wallet::{Password, Wallet, WalletError},
};
use std::{path::PathBuf, sync::Arc, time::Duration};
use subxt::utils::H256;
use tokio_util::sync::CancellationToken;

/// How long the board may take to be made safe and its port closed at the end.
const BOARD_LIMIT: Duration = Duration::from_secs(10);

/// Why the daemon cannot run at all. What may pass by itself never ends it.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
	/// The key.
	#[error(transparent)]
	Wallet(#[from] WalletError),
	/// The journal.
	#[error(transparent)]
	Journal(#[from] JournalError),
	/// The chain is not the one that it was.
	#[error(transparent)]
	Chain(#[from] ChainError),
	/// The folder for state.
	#[error("cannot use state_dir {path}: {source}")]
	StateDir {
		/// The folder.
		path: PathBuf,
		/// What the system said.
		source: std::io::Error,
	},
}

/// Runs the machine until `stop` is cancelled; then brings everything to rest, in bounded time. News of its jobs goes to
/// `herald`.
///
/// # Errors
/// When it cannot run at all.
pub async fn run(config: Config, herald: Herald, stop: CancellationToken) -> Result<(), DaemonError> {
	let config = Arc::new(config);
	std::fs::create_dir_all(&config.state_dir).map_err(|source| DaemonError::StateDir {
		path: config.state_dir.clone(),
		source,
	})?;
	let password = Password::read(&config.wallet.password_file)?;
	let wallet = Arc::new(Wallet::open(&config.wallet.keystore, &password)?);

	let light = match &config.light_client {
		Some(specs) => Some(LightClient::start(specs).await?),
		None => None,
	};

	// The board first: from here on its outputs are safe, whatever the chain says or does not say.
	let board_stop = CancellationToken::new();
	let line = Arc::new(SerialLine::new(&config.board));
	let (board, bridge) = board::start(config.board.clone(), line, board_stop.clone());
	let mut chain = Chain::connect(config.chain.nodes());
	if let Some(light) = light {
		chain = chain.witnessed_by(Arc::new(light));
	}

	let site = Site {
		config: config.clone(),
		chain: chain.clone(),
		board,
		key: wallet.account(),
		herald,
	};
	if let Some(warning) = site.snapshot().chain.warning {
		tracing::warn!("{warning}");
	}
	let result = match open_journal(&config, &chain, &site, &stop).await {
		Some(Ok(journal)) => work(site, wallet, journal, stop).await,
		Some(Err(error)) => Err(error.into()),
		None => Ok(()),
	};

	board_stop.cancel();
	if tokio::time::timeout(BOARD_LIMIT, bridge).await.is_err() {
		tracing::error!("the board's port did not close in time; the board's own dead-man timer makes it safe");
	}
	result
}

/// Works with what the journal remembers: no node is believed that is behind what was seen before.
async fn work(site: Site, wallet: Arc<Wallet>, journal: Journal, stop: CancellationToken) -> Result<(), DaemonError> {
	let floor = journal.off_thread(Journal::floor).await?;
	site.chain.not_below(floor);
	let submitter = Submitter::start(site.chain.clone(), wallet, Some(journal.clone()));
	Foreman::new(site, submitter, journal, floor).run(stop).await
}

/// The journal is a chain's, so a node must have said which chain this is.
async fn open_journal(
	config: &Config,
	chain: &Chain,
	site: &Site,
	stop: &CancellationToken,
) -> Option<Result<Journal, JournalError>> {
	let genesis = match config.chain.genesis {
		Some(genesis) => H256(genesis),
		None => tokio::select! {
			() = stop.cancelled() => return None,
			never = site.show_waiting() => match never {},
			session = chain.session() => session.genesis(),
		},
	};
	Some(Journal::open(&config.state_dir.join("journal.redb"), genesis))
}

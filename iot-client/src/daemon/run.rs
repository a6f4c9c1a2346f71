//! Builds the daemon's parts, runs them and brings them down again.

use super::{
	claim::{ClaimError, KeyClaim},
	cloud::{self, CloudFault},
	foreman::Foreman,
	news::Herald,
	notices::Notices,
	rules::Watch,
	site::Site,
};
use crate::{
	board::{self, BoardHandle, SerialLine},
	chain::{light::LightClient, Chain, ChainError, Submitter},
	config::Config,
	journal::{Journal, JournalError},
	modbus,
	wallet::{Password, Wallet, WalletError},
};
use futures::future::join_all;
use std::{fs::DirBuilder, os::unix::fs::DirBuilderExt, path::PathBuf, sync::Arc, time::Duration};
use subxt::utils::H256;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long the board may take to be made safe and its port closed at the end.
const BOARD_LIMIT: Duration = Duration::from_secs(10);

/// How long the line to the cloud may take to say goodbye.
const SIDE_LIMIT: Duration = Duration::from_secs(15);

/// Why the daemon cannot run at all. What may pass by itself never ends it.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
	/// The key.
	#[error(transparent)]
	Wallet(#[from] WalletError),
	/// Another client signs with it.
	#[error(transparent)]
	Claim(#[from] ClaimError),
	/// The line to the cloud.
	#[error(transparent)]
	Cloud(#[from] CloudFault),
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
	let made = DirBuilder::new().recursive(true).mode(0o700).create(&config.state_dir);
	made.map_err(|source| DaemonError::StateDir {
		path: config.state_dir.clone(),
		source,
	})?;
	let password = Password::read(&config.wallet.password_file)?;
	let wallet = Arc::new(Wallet::open(&config.wallet.keystore, &password)?);
	let claim = KeyClaim::take(wallet.account())?;

	let light = match &config.light_client {
		Some(specs) => Some(LightClient::start(specs).await?),
		None => None,
	};

	// The board first: from here on its outputs are safe, whatever the chain says or does not say.
	let board_stop = CancellationToken::new();
	let (board, bridge) = reach(&config, board_stop.clone());
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
		notices: Arc::new(Notices::new(&config.state_dir)),
	};
	if let Some(warning) = site.snapshot().chain.warning {
		tracing::warn!("{warning}");
	}
	let result = serve(site, wallet, claim, stop).await;

	board_stop.cancel();
	if tokio::time::timeout(BOARD_LIMIT, bridge).await.is_err() {
		tracing::error!(
			"the way to the machine did not close in time; its own dead-man timer or watchdog makes it safe"
		);
	}
	result
}

/// Does the jobs, and beside them what goes on beside them, which comes to rest last: it tells of the rest of all.
async fn serve(site: Site, wallet: Arc<Wallet>, claim: KeyClaim, stop: CancellationToken) -> Result<(), DaemonError> {
	let side = SideWork::start(&site)?;
	let result = match open_journal(&site, &stop).await {
		Some(Ok(journal)) => work(site, (wallet, claim), journal, stop).await,
		Some(Err(error)) => Err(error.into()),
		None => Ok(()),
	};
	side.rest().await;
	result
}

/// What goes on beside the jobs: the line to the cloud and the owner's rules.
struct SideWork {
	stop: CancellationToken,
	tasks: Vec<JoinHandle<()>>,
}

impl SideWork {
	fn start(site: &Site) -> Result<Self, CloudFault> {
		let (stop, mut tasks) = (CancellationToken::new(), Vec::new());
		if let Some(section) = &site.config.cloud {
			tasks.push(cloud::start(section.clone(), site, stop.clone())?);
		}
		if let Some(path) = &site.config.rules {
			let watch = Watch::new(path.clone(), site.clone());
			tasks.push(tokio::spawn(watch.run(stop.clone())));
		}
		Ok(Self { stop, tasks })
	}

	/// Ends it, but does not wait for ever.
	async fn rest(self) {
		self.stop.cancel();
		if tokio::time::timeout(SIDE_LIMIT, join_all(self.tasks)).await.is_err() {
			tracing::warn!("the line to the cloud did not close in time; what it had to tell is in the outbox");
		}
	}
}

/// Starts the bridge to the machine, whichever way it is reached.
fn reach(config: &Config, stop: CancellationToken) -> (BoardHandle, JoinHandle<()>) {
	match &config.modbus {
		Some(machine) => modbus::start(machine.clone(), stop),
		None => {
			let line = Arc::new(SerialLine::new(&config.board));
			board::start(config.board.clone(), line, stop)
		}
	}
}

/// Works with what the journal remembers: no node is believed that is behind what was seen before.
async fn work(
	site: Site,
	(wallet, claim): (Arc<Wallet>, KeyClaim),
	journal: Journal,
	stop: CancellationToken,
) -> Result<(), DaemonError> {
	let floor = journal.off_thread(Journal::floor).await?;
	site.chain.not_below(floor);
	let submitter = Submitter::start(site.chain.clone(), wallet, Some(journal.clone()));
	Foreman::new(site, submitter, claim, journal, floor).run(stop).await
}

/// The journal is a chain's, so a node must have said which chain this is.
async fn open_journal(site: &Site, stop: &CancellationToken) -> Option<Result<Journal, JournalError>> {
	let config = &site.config;
	let genesis = match config.chain.genesis {
		Some(genesis) => H256(genesis),
		None => tokio::select! {
			() = stop.cancelled() => return None,
			never = site.show_waiting() => match never {},
			session = site.chain.session() => session.genesis(),
		},
	};
	Some(Journal::open(&config.state_dir.join("journal.redb"), genesis))
}

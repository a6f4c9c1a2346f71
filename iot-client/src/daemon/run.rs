//! Builds the daemon's parts, runs them and brings them down again.

use super::{
	claim::{ClaimError, KeyClaim},
	foreman::Foreman,
	news::Herald,
	notices::Notices,
	side::SideWork,
	site::Site,
	storekeeper::Storekeeper,
};
use crate::{
	board::{self, BoardHandle, SerialLine, Signal},
	chain::{light::LightClient, Chain, ChainError, Submitter},
	config::{Config, Source},
	disk::{self, Disk},
	evidence,
	journal::{self, Journal, JournalError},
	logbook::Logbook,
	modbus,
	wallet::{Password, Wallet, WalletError},
};
use std::{path::PathBuf, sync::Arc, time::Duration};
use subxt::utils::H256;
use tokio::{
	sync::{broadcast::Receiver, Notify},
	task::{spawn_blocking, JoinHandle},
};
use tokio_util::sync::CancellationToken;

/// How long the board may take to be made safe and its port closed at the end.
const BOARD_LIMIT: Duration = Duration::from_secs(10);

/// How long what goes on beside the jobs may take to come to rest, part by part.
const SIDE_LIMIT: Duration = Duration::from_secs(40);

/// How long to wait before a journal that failed is opened again.
const JOURNAL_AGAIN: Duration = Duration::from_secs(5);

/// What the alarm about the journal is filed under.
const JOURNAL: &str = "journal";

/// Why the daemon cannot run at all. What may pass by itself never ends it.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
	/// The key.
	#[error(transparent)]
	Wallet(#[from] WalletError),
	/// Another client signs with it.
	#[error(transparent)]
	Claim(#[from] ClaimError),
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

/// What reaches the daemon from outside while it runs.
#[derive(Clone, Debug)]
pub struct Calls {
	/// Where its configuration is read anew from.
	pub source: Source,
	/// That it is to be.
	pub reload: Arc<Notify>,
	/// That it is to come to rest and end.
	pub stop: CancellationToken,
	/// What the program says.
	pub logbook: Logbook,
	/// Where its stores are.
	pub disk: Arc<dyn Disk>,
}

/// Runs the machine until it is called to stop; then brings everything to rest, in bounded time. News of its jobs goes to
/// `herald`.
///
/// # Errors
/// When it cannot run at all.
pub async fn run(config: Config, herald: Herald, calls: Calls) -> Result<(), DaemonError> {
	let config = Arc::new(config);
	disk::make_folder(&config.state_dir).map_err(|source| DaemonError::StateDir {
		path: config.state_dir.clone(),
		source,
	})?;
	let password = Password::read(&config.wallet.password_file)?;
	// The keystore says without its password whose key it is. A client that runs has its board to itself.
	let claim = KeyClaim::take(Wallet::peek(&config.wallet.keystore)?)?;

	// The board first: from here on its outputs are safe, whatever key and chain say or do not say. It says hello while the key
	// is opened, which takes its time on purpose.
	let board_stop = CancellationToken::new();
	let (board, bridge) = reach(&config, board_stop.clone());
	// Meanwhile it streams.
	let said = board.signals();
	let result = run_with((board, said), config, (password, claim), herald, calls).await;

	board_stop.cancel();
	if tokio::time::timeout(BOARD_LIMIT, bridge).await.is_err() {
		tracing::error!(
			"the way to the machine did not close in time; its own dead-man timer or watchdog makes it safe"
		);
	}
	result
}

/// Does everything with the board that was reached. Nobody may drive it before the key is there.
async fn run_with(
	(board, said): (BoardHandle, Receiver<Signal>),
	config: Arc<Config>,
	(password, claim): (Password, KeyClaim),
	herald: Herald,
	calls: Calls,
) -> Result<(), DaemonError> {
	let (wallet, claim) = open_key(&config, password, claim).await?;
	let folder = config.state_dir.clone();
	match spawn_blocking(move || evidence::make_whole(&folder)).await {
		Ok(Ok(())) => {}
		Ok(Err(error)) => tracing::warn!(%error, "cannot look for evidence of runs that were cut off"),
		Err(error) => std::panic::resume_unwind(error.into_panic()),
	}
	let mut chain = Chain::connect(config.chain.nodes());
	if let Some(specs) = &config.light_client {
		chain = chain.witnessed_by(Arc::new(LightClient::start(specs).await?));
	}
	let site = Site {
		chain,
		board,
		key: wallet.account(),
		herald,
		notices: Arc::new(Notices::new(&config.state_dir)),
		config,
	};
	if let Some(warning) = site.snapshot().chain.warning {
		tracing::warn!("{warning}");
	}
	serve(site, said, (wallet, claim), calls).await
}

/// Opens the machine's key, on a thread that may take its time.
async fn open_key(
	config: &Config,
	password: Password,
	claim: KeyClaim,
) -> Result<(Arc<Wallet>, KeyClaim), DaemonError> {
	let keystore = config.wallet.keystore.clone();
	let wallet = match spawn_blocking(move || Wallet::open(&keystore, &password)).await {
		Ok(opened) => opened?,
		Err(error) => std::panic::resume_unwind(error.into_panic()),
	};
	let claim = match claim.key() == wallet.account() {
		true => claim,
		// The keystore was wrong about itself.
		false => KeyClaim::take(wallet.account())?,
	};
	Ok((Arc::new(wallet), claim))
}

/// Does the jobs, and what goes on beside them, which comes to rest last: it tells of the rest of all.
async fn serve(
	site: Site,
	said: Receiver<Signal>,
	key: (Arc<Wallet>, KeyClaim),
	calls: Calls,
) -> Result<(), DaemonError> {
	let side_stop = CancellationToken::new();
	let side = SideWork::start(site.clone(), said, calls.clone());
	let side = tokio::spawn(side.run(side_stop.clone()));
	let stop = tell_before_stopping(&site, calls.stop);
	let result = jobs(&calls.disk, &site, key, JOURNAL_AGAIN, &stop).await;
	side_stop.cancel();
	if tokio::time::timeout(SIDE_LIMIT, side).await.is_err() {
		tracing::warn!("what goes on beside the jobs did not come to rest in time");
	}
	result
}

/// Is cancelled after `stop`, when whoever looks on has been told that the daemon comes to rest.
fn tell_before_stopping(site: &Site, stop: CancellationToken) -> CancellationToken {
	let (told, notices) = (CancellationToken::new(), site.notices.clone());
	let tell = told.clone();
	tokio::spawn(async move {
		stop.cancelled().await;
		notices.stopping();
		tell.cancel();
	});
	told
}

/// Does the jobs. When the journal can be written no more, they come to rest, and all else goes on: the board is watched, rules
/// stop the machine, the cloud is told. The journal is opened again until that works; then all is as after a restart.
async fn jobs(
	disk: &Arc<dyn Disk>,
	site: &Site,
	(wallet, claim): (Arc<Wallet>, KeyClaim),
	again: Duration,
	stop: &CancellationToken,
) -> Result<(), DaemonError> {
	let mut claim = Some(claim);
	loop {
		let ended = match open_journal(disk, site, stop).await {
			None => return Ok(()),
			Some(Err(error)) => Err(error.into()),
			Some(Ok(journal)) => {
				site.notices.trouble(JOURNAL, None);
				let claim = match claim.take() {
					Some(claim) => claim,
					None => KeyClaim::take(wallet.account())?,
				};
				work(site.clone(), (wallet.clone(), claim), journal, stop.clone()).await
			}
		};
		match ended {
			Err(DaemonError::Journal(error)) if passes(&error, claim.is_none()) => {
				tracing::error!(%error, "nothing moves and nothing is sent until the journal can be written");
				site.notices
					.trouble(JOURNAL, Some(format!("nothing is done for jobs: {error}")));
			}
			ended => return ended,
		}
		tokio::select! {
			() = stop.cancelled() => return Ok(()),
			never = site.show_waiting() => match never {},
			() = tokio::time::sleep(again) => {},
		}
	}
}

/// Whether a journal that failed may be opened again. That there is no room for it passes, also at the start: until then
/// nothing can be promised or signed. Anything else at the start is for somebody to look at. While what was sent before is
/// still looked for, it is in use by us.
fn passes(error: &JournalError, was_open: bool) -> bool {
	match error {
		JournalError::DiskFull => true,
		JournalError::Store(_) | JournalError::InUse(_) => was_open,
		JournalError::OtherChain { .. }
		| JournalError::OtherFormat(_)
		| JournalError::IllegalStep { .. }
		| JournalError::DoneAlready { .. } => false,
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
	let keeper_stop = CancellationToken::new();
	let keeper = Storekeeper::new(site.clone(), submitter.clone(), journal.clone(), floor);
	let keeper = keeper.map(|keeper| tokio::spawn(keeper.run(keeper_stop.clone())));
	let ended = Foreman::new(site, submitter, claim, journal, floor).run(stop).await;
	keeper_stop.cancel();
	// Whatever fails in the journal fails for the foreman too, who then begins anew with both.
	if let Some(Ok(Err(error))) = match keeper {
		Some(keeper) => Some(keeper.await),
		None => None,
	} {
		tracing::warn!(%error, "the stock was not looked after to the end");
	}
	ended
}

/// The journal is a chain's, so a node must have said which chain this is.
async fn open_journal(
	disk: &Arc<dyn Disk>,
	site: &Site,
	stop: &CancellationToken,
) -> Option<Result<Journal, JournalError>> {
	let config = &site.config;
	let genesis = match config.chain.genesis {
		Some(genesis) => H256(genesis),
		None => tokio::select! {
			() = stop.cancelled() => return None,
			never = site.show_waiting() => match never {},
			session = site.chain.session() => session.genesis(),
		},
	};
	let (disk, path) = (disk.clone(), journal::path(&config.state_dir));
	let opening = spawn_blocking(move || Journal::open_on(&*disk, &path, genesis));
	match opening.await {
		Ok(opened) => Some(opened),
		Err(error) => std::panic::resume_unwind(error.into_panic()),
	}
}

#[cfg(test)]
mod tests;

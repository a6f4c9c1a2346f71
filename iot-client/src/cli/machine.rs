//! Commands of the machine: its key, its registration, its offers, its daemon.

use super::{
	args::{Declared, Signer},
	manager, money, owner, purse, terms, CliError, Desk, Result,
};
use crate::{
	asset::{Asset, Denomination},
	board::candidates,
	chain::{
		light::LightClient,
		limits::FeeAllowance,
		queries, runtime,
		types::{MachineId, OfferId, Profile},
		At, Call, Chain, Head,
	},
	config::Config,
	daemon::{
		self,
		news::{Herald, News},
		status::{EndpointStatus, Snapshot},
		DaemonError,
	},
	disk,
	logbook::Logbook,
	notify::Notifier,
	parse::{hex, show_millis},
	wallet::{is_of_a_service, Password, Wallet, WalletError},
};
use iot_manager::{api::Role, Users};
use rand::{rngs::OsRng, TryRngCore};
use std::{
	collections::BTreeSet,
	fs,
	future::Future,
	io::Write,
	os::unix::fs::OpenOptionsExt,
	path::Path,
	sync::Arc,
	time::{Duration, SystemTime, UNIX_EPOCH},
};
use subxt::utils::H256;
use tokio::{
	sync::{
		broadcast::{error::RecvError, Receiver},
		oneshot, Notify,
	},
	time::timeout,
};
use tokio_util::sync::CancellationToken;

/// How long the last news of the daemon may take to be printed.
const LAST_NEWS: Duration = Duration::from_secs(1);
/// How long `status` waits for a node.
const GLANCE: Duration = Duration::from_secs(3);

/// Makes the machine's key.
pub(super) fn init(desk: &Desk<'_>, name: &str, manager_password: Option<&Path>) -> Result<u8> {
	let config = desk.config()?;
	let file = &config.wallet.password_file;
	// What only a service can read nobody can write here: whoever sets it up says it to systemd, too.
	let is_elsewhere = is_of_a_service(file) && !file.exists();
	let made = !is_elsewhere && make_password(file)?;
	let password = match is_elsewhere {
		true => Password::ask_for_new(&config.wallet.keystore)?,
		false => Password::read(file)?,
	};
	let wallet = Wallet::create(&config.wallet.keystore, &password, name, config.chain.genesis.map(H256))?;
	let (key, machine) = (wallet.account(), MachineId::from_first_key(&wallet.account()));
	let keystore = config.wallet.keystore.display();
	let mut text = format!("key      {key}\nmachine  {machine}\nkeystore {keystore}");
	if made {
		text += &format!(
			"\npassword {} (new; keep a copy of both files elsewhere)",
			file.display()
		);
	}
	let manager = let_owner_in(&config, manager_password);
	text.extend(manager.iter().map(|manager| format!("\nmanager  {manager}")));
	let json = serde_json::json!({
		"key": key, "machine": machine, "keystore": keystore.to_string(), "manager": manager,
	});
	desk.say(text, &json);
	Ok(0)
}

/// Sets the owner's password for the manager, if there is to be one that nobody can log in at. Says what came of it: the key is
/// made already, so that nothing here is an error.
fn let_owner_in(config: &Config, file: Option<&Path>) -> Option<String> {
	let users = Users::at(&config.manager.as_ref()?.users);
	match users.roles() {
		Ok(roles) if !roles.is_empty() => return None,
		Ok(_) => {}
		Err(error) => return Some(error.to_string()),
	}
	let later = |why: &str| format!("{why}; `{}` does it", manager::FIRST);
	if file.is_none() && !Password::can_ask() {
		return Some(later("nobody can log in until the owner has a password"));
	}
	Some(match manager::set_password(&users, Role::Owner, file) {
		Ok(()) => format!("the owner's password is set ({})", users.path().display()),
		Err(error) => later(&format!("the owner's password was not set: {error}")),
	})
}

/// Makes a password file when there is none.
fn make_password(path: &Path) -> Result<bool, WalletError> {
	if path.exists() {
		return Ok(false);
	}
	let io = |source| WalletError::Io {
		path: path.to_owned(),
		source,
	};
	let mut bytes = [0; 24];
	OsRng
		.try_fill_bytes(&mut bytes)
		.map_err(|e| io(std::io::Error::other(e)))?;
	if let Some(folder) = path.parent() {
		fs::create_dir_all(folder).map_err(io)?;
	}
	let mut file = fs::OpenOptions::new()
		.write(true)
		.create_new(true)
		.mode(0o600)
		.open(path)
		.map_err(io)?;
	// With its name: a power cut must not leave a keystore without its password.
	file.write_all(format!("{}\n", hex::encode(bytes)).as_bytes())
		.and_then(|()| file.sync_all())
		.and_then(|()| disk::sync_folder(disk::folder_of(path)))
		.map_err(io)?;
	Ok(true)
}

/// The password of the machine's keystore. Whoever types a command beside a service whose password is a credential is asked
/// for it.
pub(super) fn key_password(config: &Config) -> Result<Password, WalletError> {
	let (keystore, file) = (&config.wallet.keystore, &config.wallet.password_file);
	if file.exists() || !Password::can_ask() {
		return Password::read(file);
	}
	let password = Password::ask(keystore)?;
	// A new key may be written under it, and the service must be able to open that.
	Wallet::open(keystore, &password)?;
	Ok(password)
}

/// The machine's key, opened.
pub(super) fn open_key(config: &Config) -> Result<Wallet, WalletError> {
	Wallet::open(&config.wallet.keystore, &key_password(config)?)
}

/// Registers the machine: its key signs the proof, the owner submits it.
pub(super) async fn register(
	desk: &Desk<'_>,
	fee_allowance: FeeAllowance,
	declared: &Declared,
	signer: &Signer,
) -> Result<u8> {
	let config = desk.config()?;
	let (machine, owner) = (open_key(&config)?, desk.signer(signer)?);
	if let Some(expected) = config.machine.owner.filter(|expected| *expected != owner.account()) {
		let message = format!(
			"machine.owner is {expected}, but {} signs; sign as the owner",
			owner.account()
		);
		return Err(CliError::refused(message));
	}
	let chain = desk.chain()?;
	let (at, _) = desk.at_newest(&chain).await?;
	if let Some((id, _)) = queries::machine_of_key(&at, &machine.account()).await? {
		let message = format!(
			"the key {} is machine {id}'s already; a key registers once",
			machine.account()
		);
		return Err(CliError::refused(message));
	}
	let nonce = queries::registrations(&at, &owner.account()).await?;
	let genesis = chain.session().await.genesis();
	let call = Call::Register {
		key: machine.account(),
		proof: machine.prove_registration(genesis, owner.account(), nonce),
		profile: Profile {
			model: config.machine.model.clone().unwrap_or_default(),
			location: config.machine.location.clone().unwrap_or_default(),
			capabilities: config.machine.capabilities.clone(),
			firmware: H256(declared.firmware.unwrap_or_default()),
			metadata: H256(declared.data_sheet.unwrap_or_default()),
		},
		encryption_key: machine.encryption_key(),
		fee_allowance,
	};
	let (block, _) = desk.submit(&chain, &owner, call).await?;
	let id = MachineId::from_first_key(&machine.account());
	let (owner, key, account) = (owner.account(), machine.account(), id.account());
	let text = format!(
		"registered in block {}\nmachine  {id}\naccount  {account}\nowner    {owner}\nkey      {key}\n(machine.id = \"{id}\" pins it in the configuration)",
		block.number
	);
	let json = serde_json::json!({
		"machine": id, "account": account, "owner": owner, "key": key, "block": block.number,
	});
	desk.say(text, &json);
	Ok(0)
}

/// Publishes an offer, or changes one.
pub(super) async fn offer(
	desk: &Desk<'_>,
	file: &Path,
	update: Option<OfferId>,
	machine: Option<MachineId>,
	signer: &Signer,
) -> Result<u8> {
	let draft = terms::Draft::load(file)?;
	let (chain, owner) = (desk.chain()?, desk.signer(signer)?);
	let money = match draft.asset {
		// What is wrong with the file is said before a node is asked for.
		Asset::Native => Denomination::native(),
		asset => money::denomination(&desk.at_newest(&chain).await?.0, asset).await?,
	};
	let terms = draft.terms(&money)?;
	let (price, bond) = (terms.unit_price, terms.bond);
	let (id, block, did) = match update {
		Some(offer) => {
			let (block, _) = desk.submit(&chain, &owner, Call::UpdateOffer { offer, terms }).await?;
			(offer, block, "changed")
		}
		None => {
			let (at, _) = desk.at_newest(&chain).await?;
			let machine = desk.machine(&at, machine).await?;
			let (block, events) = desk
				.submit(&chain, &owner, Call::PublishOffer { machine, terms })
				.await?;
			(runtime::published_offer(&events)?, block, "published")
		}
	};
	let at = chain.session().await.at(block).await?;
	let bond_allowed = bond == 0 || lets_post(&at, id, money.asset(), bond).await?;
	let mut text = format!(
		"offer {id} {did} in block {}: {} a unit",
		block.number,
		money.show(price)
	);
	if !bond_allowed {
		text.push_str(&format!(
			"\nthe machine may not post the bond of {} yet, so it can accept no order: let it with `iot-client policy` (\"bond\" and a cap)",
			money.show(bond)
		));
	}
	let json = serde_json::json!({
		"offer": id, "asset": money.asset(), "unit_price": money.number(price), "bond_allowed": bond_allowed,
		"block": block.number,
	});
	desk.say(text, &json);
	Ok(0)
}

/// Whether the policy of the machine that makes an offer lets it post the offer's bond.
async fn lets_post(at: &At, offer: OfferId, asset: Asset, bond: u128) -> Result<bool> {
	let Some(offer) = queries::offer(at, offer).await? else {
		return Ok(false);
	};
	let spending = queries::spending(at, offer.machine).await?;
	Ok(spending.is_some_and(|spending| spending.allows_bond(asset, bond)))
}

/// Withdraws an offer.
pub(super) async fn withdraw_offer(desk: &Desk<'_>, offer: OfferId, signer: &Signer) -> Result<u8> {
	let (chain, owner) = (desk.chain()?, desk.signer(signer)?);
	let (block, _) = desk.submit(&chain, &owner, Call::WithdrawOffer { offer }).await?;
	let text = format!("offer {offer} withdrawn in block {}; running jobs go on", block.number);
	desk.say(text, &serde_json::json!({ "offer": offer, "block": block.number }));
	Ok(0)
}

/// Runs the machine until SIGINT or SIGTERM. A second signal ends it at once; the board then makes itself safe.
pub(super) async fn run(desk: &Desk<'_>, logbook: Logbook) -> Result<u8> {
	let config = desk.config()?;
	if config.lacks_witness() {
		let message = "--node names one node, but chain.trust = \"confirmed\" wants a second one to agree: name another one too, or set chain.trust = \"single\" to believe one alone";
		return Err(CliError::new(CliError::CONFIG, message));
	}
	let stop = CancellationToken::new();
	let (herald, signalled) = (Herald::default(), stop.clone());
	let calls = daemon::Calls {
		source: desk.source(),
		reload: reload_signal(),
		stop,
		logbook,
		disk: Arc::new(disk::Files),
	};
	let systemd = Notifier::from_environment().map(Arc::new);
	if let Some(systemd) = systemd.clone() {
		tokio::spawn(async move { systemd.follow().await });
	}
	tokio::spawn(async move {
		stop_signal().await;
		systemd.iter().for_each(|systemd| systemd.stopping());
		signalled.cancel();
		stop_signal().await;
		eprintln!("stopped at once; the board makes itself safe");
		std::process::exit(1);
	});
	let (news, json) = (herald.listen(), desk.cli.json);
	let say = move |piece: News| super::say(json, &piece, &piece);
	while_telling(news, say, daemon::run(config, herald, calls)).await?;
	Ok(0)
}

/// Does `work` to its end and tells its news meanwhile. Whoever reads the news may be slow or stop reading: the work does not
/// wait for him.
async fn while_telling(
	mut news: Receiver<News>,
	say: impl Fn(News) + Send + 'static,
	work: impl Future<Output = Result<(), DaemonError>> + Send + 'static,
) -> Result<(), DaemonError> {
	let (told, all_told) = oneshot::channel();
	// A thread of its own, which nobody waits for at the end: a full pipe holds it for ever.
	std::thread::spawn(move || {
		loop {
			match news.blocking_recv() {
				Ok(piece) => say(piece),
				Err(RecvError::Lagged(missed)) => tracing::debug!(missed, "news was missed"),
				// Nobody is left who could tell anything.
				Err(RecvError::Closed) => break,
			}
		}
		let _ = told.send(());
	});
	let ended = match tokio::spawn(work).await {
		Ok(ended) => ended,
		Err(error) => std::panic::resume_unwind(error.into_panic()),
	};
	let _ = timeout(LAST_NEWS, all_told).await;
	ended
}

/// Is notified whenever SIGHUP comes, which from now on does not end the program.
fn reload_signal() -> Arc<Notify> {
	use tokio::signal::unix::{signal, SignalKind};
	let reload = Arc::new(Notify::new());
	match signal(SignalKind::hangup()) {
		Ok(mut hangup) => {
			let reload = reload.clone();
			tokio::spawn(async move {
				while hangup.recv().await.is_some() {
					reload.notify_one();
				}
			});
		}
		Err(error) => tracing::error!(%error, "cannot hear SIGHUP; restart it to have its configuration read anew"),
	}
	reload
}

async fn stop_signal() {
	use tokio::signal::unix::{signal, SignalKind};
	match (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) {
		(Ok(mut interrupt), Ok(mut terminate)) => tokio::select! {
			_ = interrupt.recv() => {},
			_ = terminate.recv() => {},
		},
		(Err(error), _) | (_, Err(error)) => {
			tracing::error!(%error, "cannot hear signals; stop it with SIGKILL");
			std::future::pending().await
		}
	}
}

/// Shows the daemon's own view and, if a node answers, the chain's.
pub(super) async fn status(desk: &Desk<'_>) -> Result<u8> {
	let config = desk.config()?;
	let snapshot = Snapshot::read(&config.state_dir).map_err(|error| {
		CliError::refused(format!(
			"cannot read the status in {}: {error}",
			config.state_dir.display()
		))
	})?;
	let daemon = match &snapshot {
		Some(snapshot) => daemon_text(snapshot),
		None => "daemon   never ran here; start it with `iot-client run`".to_owned(),
	};
	let chain = desk.chain()?;
	let (mut text, mut json) = match chain_status(desk, &chain, &config).await {
		Ok(said) => said,
		Err(error) => (
			format!("chain    {error}"),
			serde_json::json!({ "error": error.to_string() }),
		),
	};
	// As this process sees them, beside what the daemon sees.
	let endpoints = chain.asked_endpoints(GLANCE.min(desk.cli.patience)).await;
	let endpoints: Vec<_> = endpoints.into_iter().map(EndpointStatus::from).collect();
	json["endpoints"] = serde_json::json!(endpoints);
	text.extend(endpoints.iter().map(|endpoint| format!("\nendpoint {endpoint}")));
	desk.say(
		format!("{daemon}\n{text}"),
		&serde_json::json!({ "daemon": snapshot, "chain": json }),
	);
	Ok(0)
}

fn daemon_text(snapshot: &Snapshot) -> String {
	let now = SystemTime::now()
		.duration_since(UNIX_EPOCH)
		.unwrap_or_default()
		.as_millis() as u64;
	let age = show_millis(now.saturating_sub(snapshot.written_at));
	let alive = match Path::new(&format!("/proc/{}", snapshot.pid)).exists() {
		true => format!("runs as process {}", snapshot.pid),
		false => "does not run".to_owned(),
	};
	let mut lines = vec![format!("daemon   {alive}; it wrote this {age} ago")];
	let board = &snapshot.board;
	lines.push(match (&board.serial, &board.trouble) {
		(Some(serial), _) => format!(
			"board    {serial}, {} readings, {} lost",
			board.readings, board.readings_lost
		),
		(None, trouble) => format!("board    off line: {}", trouble.as_deref().unwrap_or("not tried yet")),
	});
	lines.extend(board.warning.iter().map(|warning| format!("WARNING  {warning}")));
	let chain = &snapshot.chain;
	let endpoint = chain.endpoint.as_deref().unwrap_or("no node yet");
	lines.push(format!(
		"node     {endpoint}, finalized block {}, trust {}",
		chain.block, chain.trust
	));
	lines.extend(chain.endpoints.iter().map(|endpoint| format!("         {endpoint}")));
	lines.extend(chain.light_client.iter().map(|light| format!("light    {light}")));
	lines.extend(chain.warning.iter().map(|warning| format!("WARNING  {warning}")));
	for job in &snapshot.jobs {
		lines.push(format!(
			"job      {} {}, {} of {} units: {}",
			job.job, job.state, job.units_done, job.units, job.doing
		));
	}
	lines.extend(snapshot.alarms.iter().map(|alarm| format!("ALARM    {alarm}")));
	lines.join("\n")
}

async fn chain_status(desk: &Desk<'_>, chain: &Chain, config: &Config) -> Result<(String, serde_json::Value)> {
	let (session, head) = chain.ready(GLANCE.min(desk.cli.patience)).await?;
	let Head { block, time, .. } = head;
	let at = session.at(block).await?;
	let machine = desk.machine(&at, None).await?;
	let Some(record) = queries::machine(&at, machine).await? else {
		let text = format!("chain    machine {machine} is not registered; `iot-client register` does it");
		return Ok((text, serde_json::json!({ "block": block.number, "machine": null })));
	};
	let balance = queries::balance(&at, &machine.account()).await?;
	let fees = queries::fees(&at, machine).await?.at(time.unix);
	let spending = queries::spending(&at, machine)
		.await?
		.map(|spending| spending.at(time.unix));
	let (offers, jobs) = (
		queries::offers_of(&at, machine).await?,
		queries::open_jobs(&at, machine).await?,
	);
	// What it is paid in, and what it may spend.
	let budgets = spending.iter().flat_map(|spending| &spending.budgets);
	let mut assets: BTreeSet<_> = budgets.map(|budget| budget.asset).collect();
	for offer in &offers {
		assets.extend(queries::offer(&at, *offer).await?.map(|offer| offer.terms.asset));
	}
	let (holdings, holdings_json) = purse::holdings(&at, &machine.account(), &assets).await?;
	let holdings: String = holdings.iter().map(|line| format!("\n         {line}")).collect();
	let key = Wallet::peek(&config.wallet.keystore).ok();
	let money = owner::spending_money(&at, spending.as_ref()).await?;
	let clock = match time.paused {
		true => "\nPAUSED   agreements are paused: their clock stands still and no deadline is enforced",
		false => "",
	};
	let text = format!(
		"{}{clock}\nbalance  {} free, {} on hold{holdings}\n{}\n{}\noffers   {}\nopen     {}",
		owner::machine_text(&record, key.as_ref()),
		balance.free,
		balance.reserved,
		owner::fees_text(&fees, time.unix),
		owner::spending_text(spending.as_ref(), &money, time.unix),
		list(&offers),
		list(&jobs),
	);
	let json = serde_json::json!({
		"block": block.number, "time": time, "key_matches": key.map(|key| key == record.key), "machine": record,
		"balance": balance, "assets": holdings_json, "fees": fees, "spending": money::spending_json(spending.as_ref(), &money),
		"offers": offers, "open_jobs": jobs, "genesis": hex(session.genesis()),
	});
	Ok((text, json))
}

/// `none`, or all of them in a row.
fn list(ids: &[impl ToString]) -> String {
	match ids {
		[] => "none".to_owned(),
		ids => ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
	}
}

/// Syncs the light client of the configuration, and compares what it says with the nodes.
pub(super) async fn light_client(desk: &Desk<'_>) -> Result<u8> {
	let config = desk.config()?;
	let Some(specs) = &config.light_client else {
		let message = "the configuration names no light client; add [light_client] with relay_chain and chain";
		return Err(CliError::new(CliError::CONFIG, message));
	};
	let light = Arc::new(LightClient::start(specs).await?);
	if timeout(desk.cli.patience, light.synced()).await.is_err() {
		let message = format!("the light client is {}; --patience waits longer", light.report());
		return Err(CliError::new(CliError::NO_NODE, message));
	}
	let report = light.report();
	let chain = desk.chain()?;
	let (session, head) = chain.ready(desk.cli.patience).await?;
	let genesis = session.genesis();
	let hash = light
		.finalized_at(genesis, head.block.number, desk.cli.patience)
		.await
		.map_err(|error| CliError::new(CliError::NO_NODE, error))?;
	let agrees = hash == head.block.hash;
	let says = match agrees {
		true => "agrees",
		false => "CONTRADICTS",
	};
	let text = format!(
		"light    {report}\n{says} with {} about finalized block {}",
		head.endpoint, head.block.number
	);
	let json =
		serde_json::json!({ "light_client": report, "endpoint": head.endpoint, "block": head.block, "agrees": agrees });
	desk.say(text, &json);
	Ok(match agrees {
		true => 0,
		false => CliError::WRONG_CHAIN,
	})
}

/// Checks the configuration, the key and the serial port; needs no node.
pub(super) fn check_config(desk: &Desk<'_>) -> Result<u8> {
	let config = desk.config()?;
	let key = open_key(&config)?.account();
	let place = match &config.modbus {
		Some(machine) => machine.address.to_string(),
		None => config.board.port.display().to_string(),
	};
	let port = &config.board.port;
	if config.modbus.is_none() && !port.exists() {
		let found = candidates(Path::new("/dev"));
		let found: Vec<_> = found.iter().map(|path| path.display().to_string()).collect();
		let hint = match found.is_empty() {
			true => "no serial device is connected".to_owned(),
			false => format!("there is {}", found.join(", ")),
		};
		let message = format!("board.port {} does not exist; {hint}", port.display());
		return Err(CliError::new(CliError::CONFIG, message));
	}
	let text = format!(
		"{} is right\nkey      {key}\nboard    {}\nnodes    {}",
		desk.cli.config.display(),
		place,
		config.chain.endpoints.join(", ")
	);
	let json = serde_json::json!({ "key": key, "port": place, "endpoints": config.chain.endpoints });
	desk.say(text, &json);
	Ok(0)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::daemon::news::{JobNews, What};
	use std::sync::mpsc;

	#[tokio::test]
	async fn whoever_stops_reading_stops_nothing() {
		let herald = Herald::default();
		let news = herald.listen();
		// GIVEN a reader who is stuck with the first piece of news.
		let (stuck, never) = mpsc::channel::<()>();
		let say = move |_: News| {
			let _ = never.recv();
		};
		// WHEN there is more of it than anything could hold.
		let work = async move {
			for unit in 0..10_000 {
				let doing = format!("unit {unit}");
				herald.tell(7, What::Job(JobNews::Doing { doing }));
			}
			Ok(())
		};
		// THEN the work ends all the same, and so does the program.
		let ended = timeout(Duration::from_secs(20), while_telling(news, say, work)).await;
		assert!(matches!(ended, Ok(Ok(()))));
		drop(stuck);
	}

	#[tokio::test]
	async fn all_news_is_told_to_whoever_reads() {
		let herald = Herald::default();
		let news = herald.listen();
		let (heard, all) = mpsc::channel();
		let say = move |piece: News| heard.send(piece.to_string()).unwrap();
		let work = async move {
			for doing in ["accepting", "working"] {
				let doing = doing.to_owned();
				herald.tell(7, What::Job(JobNews::Doing { doing }));
			}
			Ok(())
		};
		while_telling(news, say, work).await.unwrap();
		assert_eq!(all.iter().collect::<Vec<_>>(), ["job 7: accepting", "job 7: working"]);
	}
}

//! The command line: what can be typed, and what it does.

pub mod args;
mod backup;
mod batch;
mod board;
mod costs;
mod customer;
mod dispute;
mod doctor;
mod find;
mod forget;
mod job;
mod light;
mod machine;
mod manager;
mod manual;
mod market;
mod money;
mod order;
mod owner;
mod policy;
mod proof;
mod purse;
mod rotate;
mod rules;
mod run;
mod status;
mod terms;

use crate::{
	board::BoardError,
	chain::{
		limits::FeeAllowance,
		queries,
		runtime::Events,
		types::{BlockId, Machine, MachineId},
		At, Begin, Call, Chain, ChainError, Fate, Head, Nodes, Submitter,
	},
	config::{Config, ConfigError, Source},
	daemon::DaemonError,
	logbook::Logbook,
	wallet::{Password, Wallet, WalletError},
};
use args::{Cli, Command, MaybeSigner, Signer};
pub use backup::{pack_backup, reread_backup, BackupError};
use serde::Serialize;
use std::{fmt::Display, io::Write, path::Path, sync::Arc, time::Duration};

/// A local node, for whoever has no configuration.
const DEFAULT_NODE: &str = "ws://127.0.0.1:9944";
/// When to say that a node is being waited for.
const SAY_WAITING: Duration = Duration::from_secs(2);

/// Why a command failed, and with which exit status (see [`args::EXIT_HELP`]).
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct CliError {
	/// The exit status.
	pub status: u8,
	/// For the user.
	pub message: String,
}

impl CliError {
	const REFUSED: u8 = 1;
	const MISTYPED: u8 = 2;
	const NO_NODE: u8 = 3;
	const UNKNOWN: u8 = 4;
	const WRONG_CHAIN: u8 = 5;
	const CONFIG: u8 = 6;

	fn new(status: u8, message: impl Display) -> Self {
		Self {
			status,
			message: message.to_string(),
		}
	}

	fn refused(message: impl Display) -> Self {
		Self::new(Self::REFUSED, message)
	}

	fn nobody_signs() -> Self {
		let message = "say who signs: --as //NAME, or --account FILE with --password-file FILE or a terminal to ask at";
		Self::new(Self::MISTYPED, message)
	}
}

impl From<ChainError> for CliError {
	fn from(error: ChainError) -> Self {
		Self::new(
			if error.passes_by_itself() {
				Self::NO_NODE
			} else {
				Self::WRONG_CHAIN
			},
			error,
		)
	}
}

impl From<ConfigError> for CliError {
	fn from(error: ConfigError) -> Self {
		Self::new(Self::CONFIG, error)
	}
}

impl From<BoardError> for CliError {
	fn from(error: BoardError) -> Self {
		Self::refused(error)
	}
}

impl From<WalletError> for CliError {
	fn from(error: WalletError) -> Self {
		Self::new(Self::CONFIG, error)
	}
}

impl From<terms::TermsError> for CliError {
	fn from(error: terms::TermsError) -> Self {
		Self::refused(error)
	}
}

impl From<batch::BatchError> for CliError {
	fn from(error: batch::BatchError) -> Self {
		Self::refused(error)
	}
}

impl From<crate::papers::PaperError> for CliError {
	fn from(error: crate::papers::PaperError) -> Self {
		Self::refused(error)
	}
}

impl From<policy::PolicyError> for CliError {
	fn from(error: policy::PolicyError) -> Self {
		Self::refused(error)
	}
}

impl From<DaemonError> for CliError {
	fn from(error: DaemonError) -> Self {
		match error {
			DaemonError::Chain(error) => error.into(),
			error @ (DaemonError::Wallet(_) | DaemonError::StateDir { .. }) => Self::new(Self::CONFIG, error),
			error @ (DaemonError::Claim(_) | DaemonError::Journal(_)) => Self::refused(error),
		}
	}
}

type Result<T, E = CliError> = std::result::Result<T, E>;

/// Does what was typed, in a program that keeps this logbook. Gives the exit status.
///
/// # Errors
/// When it cannot be done; with the exit status.
pub async fn run(cli: Cli, logbook: Logbook) -> Result<u8> {
	let desk = Desk { cli: &cli };
	match &cli.command {
		Command::Init {
			name,
			manager_password_file,
		} => machine::init(&desk, name, manager_password_file.as_deref()),
		Command::Register {
			fee_allowance,
			fee_period,
			declared,
			signer,
		} => {
			let allowance = FeeAllowance {
				amount: *fee_allowance,
				period: fee_period.unwrap_or_default(),
			};
			machine::register(&desk, allowance, declared, signer).await
		}
		Command::Describe { declared, owned } => owner::describe(&desk, declared, owned).await,
		Command::Offer {
			file,
			update,
			machine,
			signer,
		} => machine::offer(&desk, file, *update, *machine, signer).await,
		Command::WithdrawOffer { offer, signer } => machine::withdraw_offer(&desk, *offer, signer).await,
		Command::Find { .. } => find::find(&desk).await,
		Command::Order { .. } => order::order(&desk).await,
		Command::Buy { .. } => order::buy(&desk).await,
		Command::Batch { file, signer } => batch::order(&desk, file, signer).await,
		Command::Job(what) => job::job(&desk, what).await,
		Command::Owner(what) => owner::owner(&desk, what).await,
		Command::Watch { job } => customer::watch(&desk, *job).await,
		Command::Balance { account, assets } => purse::balance(&desk, account, assets).await,
		Command::Claim { whose, asset, signer } => purse::claim(&desk, whose.as_deref(), *asset, signer).await,
		Command::Supplier { what } => market::supplier(&desk, what).await,
		Command::Quote { what } => market::quote(&desk, what).await,
		Command::Request { what } => market::request(&desk, what).await,
		Command::Purchase { what } => market::purchase(&desk, what).await,
		Command::Stock { what } => market::stock(&desk, what).await,
		Command::Run => run::run(&desk, logbook).await,
		Command::Status => status::status(&desk).await,
		Command::LightClient => light::light_client(&desk).await,
		Command::CheckConfig => machine::check_config(&desk),
		Command::Rules { what } => rules::rules(&desk, what),
		Command::Proof { what } => proof::proof(&desk, what),
		Command::Manager { what } => manager::manager(&desk, what),
		Command::Doctor => doctor::doctor(&desk).await,
		Command::Backup { file } => backup::backup(&desk, file),
		Command::Restore { file, to, offline } => backup::restore(&desk, file, to, *offline).await,
		Command::Completions { shell } => Ok(manual::completions(*shell)),
		Command::Man { folder } => manual::man(&desk, folder.as_deref()),
		Command::Board { what } => board::board(&desk, what).await,
	}
}

/// What every command needs.
struct Desk<'a> {
	cli: &'a Cli,
}

impl Desk<'_> {
	/// Prints a result: a line for people, or an object for machines.
	fn say(&self, text: impl Display, json: &impl Serialize) {
		say(self.cli.json, text, json);
	}

	/// Where the configuration comes from.
	fn source(&self) -> Source {
		Source {
			path: self.cli.config.clone(),
			nodes: self.cli.nodes.clone(),
		}
	}

	fn config(&self) -> Result<Config> {
		Ok(self.source().load()?)
	}

	/// The nodes that were typed, or the configured ones, or the local one.
	fn nodes(&self) -> Result<Nodes> {
		if !self.cli.nodes.is_empty() && !self.cli.config.exists() {
			return Ok(Nodes::new(self.cli.nodes.clone()));
		}
		if self.cli.config == Path::new("machine.toml") && !self.cli.config.exists() {
			return Ok(Nodes::from([DEFAULT_NODE]));
		}
		Ok(self.config()?.chain.nodes())
	}

	/// The chain, as the node says it is that has finalized most.
	fn chain(&self) -> Result<Chain> {
		Ok(Chain::connect(Nodes {
			begin: Begin::Furthest,
			..self.nodes()?
		}))
	}

	/// The chain as it is at the newest finalized block.
	async fn at_newest(&self, chain: &Chain) -> Result<(At, Head)> {
		let ready = chain.ready(self.cli.patience);
		tokio::pin!(ready);
		let (session, head) = tokio::select! {
			ready = &mut ready => ready?,
			() = tokio::time::sleep(SAY_WAITING) => {
				let trouble = chain.trouble().map_or("no answer yet".to_owned(), |trouble| trouble.to_string());
				eprintln!("waiting for a node ({trouble})");
				ready.await?
			},
		};
		Ok((session.at(head.block).await?, head))
	}

	fn signer(&self, signer: &Signer) -> Result<Arc<Wallet>> {
		let wallet = match (&signer.who.dev, &signer.who.account, &signer.password_file) {
			(Some(name), _, _) => Wallet::dev(name)?,
			(None, Some(account), password) => {
				let password = match password {
					Some(file) => Password::read(file)?,
					None => Password::ask(account)?,
				};
				Wallet::open(account, &password)?
			}
			_ => return Err(CliError::nobody_signs()),
		};
		Ok(Arc::new(wallet))
	}

	/// Whoever was named, or else the machine's own key.
	fn anyone(&self, signer: &MaybeSigner) -> Result<Arc<Wallet>> {
		match signer.named() {
			Some(signer) => self.signer(&signer),
			// Who has no configuration has no machine: he forgot to say who he is.
			None if !self.cli.config.exists() => Err(CliError::nobody_signs()),
			None => Ok(Arc::new(machine::open_key(&self.config()?)?)),
		}
	}

	/// The machine that was typed, or the configured one, or the one that the keystore's key acts or acted for.
	async fn machine(&self, at: &At, typed: Option<MachineId>) -> Result<MachineId> {
		if let Some(machine) = typed {
			return Ok(machine);
		}
		let config = self.config()?;
		if let Some(id) = config.machine.id {
			return Ok(MachineId(id));
		}
		let key = Wallet::peek(&config.wallet.keystore)?;
		let machine = queries::machine_of_key(at, &key).await?;
		machine.map(|(machine, _)| machine).ok_or_else(|| {
			CliError::refused(format!(
				"no machine is registered with the key {key}; `iot-client register` does it, or name the machine with --machine or machine.id"
			))
		})
	}

	/// The record of the machine that was typed, or that is meant if none was.
	async fn record(&self, at: &At, typed: Option<MachineId>) -> Result<Machine> {
		let id = self.machine(at, typed).await?;
		let machine = queries::machine(at, id).await?;
		machine.ok_or_else(|| CliError::refused(format!("there is no machine {id} on this chain")))
	}

	/// Sends a call and waits until it is final.
	async fn submit(&self, chain: &Chain, wallet: &Arc<Wallet>, call: Call) -> Result<(BlockId, Events)> {
		let name = call.to_string();
		// Says what is wrong with the chain, if anything, before anything is signed.
		self.at_newest(chain).await?;
		let submitter = Submitter::start(chain.clone(), wallet.clone(), None);
		submitter.pay_fees_in(self.cli.fee_asset);
		match submitter.submit(call, Some(self.cli.patience)).await {
			Fate::Done { block, events } => Ok((block, events)),
			Fate::Failed { error, .. } => Err(CliError::refused(format!("the chain refused {name}: {error}"))),
			Fate::Refused(error) => Err(CliError::refused(format!("{name} was not sent, or not taken: {error}"))),
			Fate::Unknown { hash, what } => {
				let hash = hash
					.map(|hash| format!(" (transaction {})", crate::parse::hex(hash)))
					.unwrap_or_default();
				Err(CliError::new(
					CliError::UNKNOWN,
					format!("{name}{hash}: {what}. Look before trying again"),
				))
			}
		}
	}

	/// Sends a call about a machine whose success is all there is to tell.
	async fn about(
		&self,
		typed: Option<MachineId>,
		signer: &Signer,
		call: impl FnOnce(MachineId) -> Call,
	) -> Result<u8> {
		let (chain, wallet) = (self.chain()?, self.signer(signer)?);
		let (at, _) = self.at_newest(&chain).await?;
		let call = call(self.machine(&at, typed).await?);
		self.send(&chain, &wallet, call).await
	}

	/// Sends a call whose success is all there is to tell.
	async fn simply(&self, call: Call, signer: &Signer) -> Result<u8> {
		let (chain, wallet) = (self.chain()?, self.signer(signer)?);
		self.send(&chain, &wallet, call).await
	}

	/// The same, signed by whoever was named or else by the machine's own key.
	async fn by_anyone(&self, call: Call, signer: &MaybeSigner) -> Result<u8> {
		let (chain, wallet) = (self.chain()?, self.anyone(signer)?);
		self.send(&chain, &wallet, call).await
	}

	/// The same, signed by the machine's own key.
	async fn by_key(&self, call: Call) -> Result<u8> {
		let (chain, wallet) = (self.chain()?, Arc::new(machine::open_key(&self.config()?)?));
		self.send(&chain, &wallet, call).await
	}

	async fn send(&self, chain: &Chain, wallet: &Arc<Wallet>, call: Call) -> Result<u8> {
		let name = call.to_string();
		let (block, _) = self.submit(chain, wallet, call).await?;
		let json = serde_json::json!({ "call": name, "signer": wallet.account(), "block": block.number });
		self.say(format!("done in block {}: {name}", block.number), &json);
		Ok(0)
	}
}

/// Prints a line for people, or an object for machines. Blocks while nobody reads.
fn say(as_json: bool, text: impl Display, json: &impl Serialize) {
	let mut out = std::io::stdout().lock();
	// Nobody reads any more: then there is nothing left to say.
	let _ = match as_json {
		true => serde_json::to_string(json)
			.map_err(Into::into)
			.and_then(|json| writeln!(out, "{json}")),
		false => writeln!(out, "{text}"),
	};
	let _ = out.flush();
}

/// Prints an error as the user asked for it.
pub fn report(error: &CliError, json: bool) {
	if json {
		let object = serde_json::json!({ "error": error.message, "status": error.status });
		// Nobody reads any more: the exit status still tells.
		let _ = writeln!(std::io::stdout(), "{object}");
	}
	eprintln!("error: {}", error.message);
}

//! A whole small world in one temporary folder: node, board, and a machine's client.

use crate::{
	audit::Auditor,
	board::Board,
	chain::{dev_account, Asset, Chain, JobState},
	client::{Answer, Daemon, Site, DRILLED_BRACKET},
	money::{self, Money},
	node::{Node, NodeSetup},
};
use anyhow::{ensure, Context, Result};
use std::{
	path::{Path, PathBuf},
	time::Duration,
};
use subxt::utils::AccountId32;
use subxt_signer::sr25519::Keypair;
use tempfile::TempDir;

/// One BPI, in planck.
pub const BPI: u128 = 1_000_000_000_000;

/// How long an order is good for: long enough for a slow computer with quick blocks.
pub const DELIVER_IN: &str = "12h";

/// A machine as the chain knows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MachineAccounts {
	/// The machine's keyless account, where its money is.
	pub account: AccountId32,
	/// The key that signs for it and never has anything.
	pub key: AccountId32,
}

/// What is to be ordered.
#[derive(Clone, Debug)]
pub struct Order {
	/// The recipe file.
	pub recipe: PathBuf,
	/// How many units.
	pub units: u32,
	/// Further arguments of the client's `order`.
	pub arguments: Vec<String>,
}

/// A node, its chain, a board and a client's folder; the daemon when it runs. All of it ends and is removed when this is
/// dropped, the client first.
#[derive(Debug)]
pub struct World {
	/// The client's daemon.
	pub daemon: Option<Daemon>,
	/// The board.
	pub board: Option<Board>,
	/// Watches every block.
	pub auditor: Auditor,
	/// The client's folder.
	pub site: Site,
	/// The chain as the harness sees it.
	pub chain: Chain,
	/// The node, if it is this world's own.
	pub node: Option<Node>,
	/// What machines are paid in here.
	pub money: Money,
	folder: TempDir,
}

impl World {
	/// Starts a node that makes a block every `block_time`, and a board, with a `fault` if one is named.
	///
	/// # Errors
	/// When one of them does not start.
	pub async fn start(block_time: Duration, fault: Option<&str>) -> Result<Self> {
		let folder = temporary_folder()?;
		let mut node = NodeSetup::new(folder.path(), block_time)?.start()?;
		let board = Board::start(folder.path(), fault).await?;
		let chain = node.ready().await?;
		Self::join(folder, node, chain, board)
	}

	/// Starts a board beside nodes that somebody else runs: the client reaches the chain by these, best first.
	///
	/// # Errors
	/// When the board does not start, or there is no node.
	pub async fn beside(urls: &[&str], chain: Chain) -> Result<Self> {
		let folder = temporary_folder()?;
		let board = Board::start(folder.path(), None).await?;
		Self::gather(folder, None, urls, chain, board)
	}

	/// Puts together what was started one by one in `folder`.
	///
	/// # Errors
	/// When the disk does not take the client's folder.
	pub fn join(folder: TempDir, node: Node, chain: Chain, board: Board) -> Result<Self> {
		let url = node.url();
		Self::gather(folder, Some(node), &[&url], chain, board)
	}

	fn gather(folder: TempDir, node: Option<Node>, urls: &[&str], chain: Chain, board: Board) -> Result<Self> {
		let site = Site::create(&folder.path().join("machine"), board.port(), urls)?;
		let auditor = Auditor::start(chain.clone());
		Ok(Self {
			daemon: None,
			board: Some(board),
			auditor,
			site,
			chain,
			node,
			money: Money::NATIVE,
			folder,
		})
	}

	/// From now on machines are paid in the stablecoin, which governance lets in.
	///
	/// # Errors
	/// When the chain refuses.
	pub async fn use_stablecoin(&mut self) -> Result<()> {
		money::issue_stablecoin(&self.chain).await?;
		self.money = Money::STABLE;
		Ok(())
	}

	/// The same with a registered machine, its offer and a running daemon: ready for orders.
	///
	/// # Errors
	/// When any part fails.
	pub async fn ready(block_time: Duration, fault: Option<&str>) -> Result<(Self, MachineAccounts, u64)> {
		let mut world = Self::start(block_time, fault).await?;
		let (machine, offer) = world.open().await?;
		Ok((world, machine, offer))
	}

	/// Registers a machine, publishes its offer, and starts the daemon: ready for orders.
	///
	/// # Errors
	/// When any part fails.
	pub async fn open(&mut self) -> Result<(MachineAccounts, u64)> {
		let machine = self.register().await?;
		self.fund(5).await?;
		let offer = self.publish_offer().await?;
		self.start_daemon()?.ready().await?;
		Ok((machine, offer))
	}

	/// The node.
	///
	/// # Errors
	/// When it is not this world's own.
	pub fn own_node(&mut self) -> Result<&mut Node> {
		self.node.as_mut().context("the node is not this world's own")
	}

	/// The client's daemon.
	///
	/// # Errors
	/// When it was not started.
	pub fn own_daemon(&mut self) -> Result<&mut Daemon> {
		self.daemon.as_mut().context("the client runs")
	}

	/// The board.
	///
	/// # Errors
	/// When it was taken away.
	pub fn own_board(&mut self) -> Result<&mut Board> {
		self.board.as_mut().context("the board runs")
	}

	/// Where clients reach the node.
	pub fn url(&self) -> &str {
		self.site.node()
	}

	/// The folder that everything is in.
	pub fn folder(&self) -> &Path {
		self.folder.path()
	}

	/// Makes the machine's key and registers the machine in the name of `//Owner`. The key must never have any money; nor
	/// must the machine have the native token if it is paid in something else.
	///
	/// # Errors
	/// When the client fails.
	pub async fn register(&self) -> Result<MachineAccounts> {
		self.site.run(&["init"]).await?;
		let key: AccountId32 = self.site.key()?.parse().context("the keystore's address is none")?;
		// Before it can sign anything.
		self.auditor.must_be_poor(key);
		if !self.money.is_native() {
			self.auditor.must_have_none(key, self.money.asset);
		}
		self.site.run(&["register", "--as", "//Owner"]).await?;
		let machines = self.chain.now().await?.machines().await?;
		let found = machines.into_iter().find(|(_, machine)| machine.key == key);
		let (id, _) = found.context("the machine is not on the chain after its registration")?;
		let account = AccountId32(id);
		if !self.money.is_native() {
			self.auditor.must_be_poor(account);
		}
		Ok(MachineAccounts { account, key })
	}

	/// Gives the machine so many whole tokens of its owner's, for bonds, and lets it post as many.
	///
	/// # Errors
	/// When the client fails.
	pub async fn fund(&self, whole: u64) -> Result<()> {
		let (amount, asset) = (whole.to_string(), self.asset_argument());
		let policy = format!("purposes = [\"bond\"]\nperiod = \"30d\"\n[caps]\n{asset} = \"{amount}\"\n");
		let policy = self.site.add_file("policy.toml", &policy)?.display().to_string();
		self.site
			.run(&["deposit", &amount, "--asset", &asset, "--as", "//Owner"])
			.await?;
		self.site.run(&["policy", &policy, "--as", "//Owner"]).await?;
		Ok(())
	}

	/// What machines are paid in, as the client's commands name it.
	pub fn asset_argument(&self) -> String {
		match self.money.asset {
			Asset::Native => self.money.symbol.to_owned(),
			Asset::Asset(number) => number.to_string(),
		}
	}

	/// Publishes the demonstration's offer, in what machines are paid in here.
	///
	/// # Errors
	/// When the client fails.
	pub async fn publish_offer(&self) -> Result<u64> {
		self.publish(&money::offer(self.money)).await
	}

	/// Publishes an offer with these terms, and gives its id.
	///
	/// # Errors
	/// When the client fails.
	pub async fn publish(&self, terms: &str) -> Result<u64> {
		let file = self.site.add_file("offer.toml", terms)?;
		self.site
			.run(&["offer", &file.display().to_string(), "--as", "//Owner"])
			.await?;
		let offers = self.chain.now().await?.offers().await?;
		offers
			.into_keys()
			.next_back()
			.context("the offer is not on the chain after its publication")
	}

	/// Leaves orders to the owner, who accepts them by hand, from the daemon's next start on.
	///
	/// # Errors
	/// When the disk does not take the configuration.
	pub fn accept_by_hand(&self) -> Result<()> {
		let config = std::fs::read_to_string(self.site.config())?;
		self.site
			.configure(&format!("{config}\n[orders]\naccept = \"by hand\"\n"))
	}

	/// Starts the daemon.
	///
	/// # Errors
	/// When there is no such program.
	pub fn start_daemon(&mut self) -> Result<&mut Daemon> {
		Ok(self.daemon.insert(self.site.start()?))
	}

	/// Writes the recipe for brackets where the machine fetches recipes, and gives an order of it.
	///
	/// # Errors
	/// When the disk does not take it.
	pub fn brackets(&self, units: u32) -> Result<Order> {
		let recipe = self.site.add_recipe("drilled-bracket.toml", DRILLED_BRACKET)?;
		Ok(Order {
			recipe,
			units,
			arguments: Vec::new(),
		})
	}

	/// Orders as `//Customer`, and gives the job's id.
	///
	/// # Errors
	/// When the client or the chain refuses.
	pub async fn order(&self, offer: u64, order: &Order) -> Result<u64> {
		let answer = self.try_order(offer, order, "//Customer").await?;
		ensure!(answer.status.success(), "iot-client order: {}", answer.text());
		let jobs = self.chain.now().await?.jobs().await?;
		jobs.into_keys()
			.next_back()
			.context("the job is not on the chain after its order")
	}

	/// Orders as anybody, whatever comes of it.
	///
	/// # Errors
	/// When the client cannot be run.
	pub async fn try_order(&self, offer: u64, order: &Order, customer: &str) -> Result<Answer> {
		let (offer, units) = (offer.to_string(), order.units.to_string());
		let recipe = order.recipe.display().to_string();
		let mut arguments = vec![
			"order", &offer, "--units", &units, "--recipe", &recipe, "--as", customer,
		];
		if !order
			.arguments
			.iter()
			.any(|argument| argument.starts_with("--deliver-in"))
		{
			arguments.extend(["--deliver-in", DELIVER_IN]);
		}
		arguments.extend(order.arguments.iter().map(String::as_str));
		self.site.command(&arguments).await
	}

	/// Approves all delivered units as `//Customer`.
	///
	/// # Errors
	/// When the client or the chain refuses.
	pub async fn approve(&self, job: u64) -> Result<()> {
		self.site
			.run(&["approve", &job.to_string(), "--as", "//Customer"])
			.await
			.map(|_| ())
	}

	/// Waits until a job is in a state that `is` wanted, in a finalized block.
	///
	/// # Errors
	/// When it does not get there.
	pub async fn wait_for_job(&self, job: u64, limit: Duration, is: impl Fn(JobState) -> bool) -> Result<JobState> {
		let look = async |view: &crate::chain::View| {
			let job = view.job(job).await?.context("the job's record is gone")?;
			Ok(is(job.state).then_some(job.state))
		};
		let waited = self.chain.wait_for("the job", limit, look).await;
		waited.with_context(|| {
			let log = self
				.daemon
				.as_ref()
				.map_or("no client runs".to_owned(), Daemon::log_tail);
			format!("the client's log ends with:\n{log}")
		})
	}

	/// Stops the node and starts it again on the same chain and port.
	///
	/// # Errors
	/// When it does not stop in good order or does not start, or is not this world's own.
	pub async fn restart_node(&mut self) -> Result<()> {
		let node = self.own_node()?;
		node.restart().await?;
		self.chain = node.ready().await?;
		self.auditor = self.auditor.go_on(self.chain.clone());
		Ok(())
	}

	/// Ends daemon, board and node in good order, and removes the folder.
	///
	/// # Errors
	/// When one of them does not end in good order; everything is gone all the same.
	pub async fn stop(mut self) -> Result<()> {
		if let Some(daemon) = &mut self.daemon {
			daemon.stop().await?;
		}
		if let Some(board) = &mut self.board {
			board.stop().await?;
		}
		if let Some(node) = &mut self.node {
			node.stop().await?;
		}
		let Self { folder, .. } = self;
		folder.close().context("the temporary folder cannot be removed")
	}
}

/// A folder that is removed when it is dropped.
///
/// # Errors
/// When the disk does not take it.
pub fn temporary_folder() -> Result<TempDir> {
	tempfile::Builder::new()
		.prefix("bpiiot-")
		.tempdir()
		.context("cannot make a temporary folder")
}

/// The account whose key is `//name`.
pub fn account_of(name: &str) -> AccountId32 {
	account(&dev_account(name))
}

/// An account's bytes as the client's commands take a machine's id.
pub fn hex_of(account: &AccountId32) -> String {
	iot_client::parse::hex(account.0)
}

/// The account of a key.
pub fn account(key: &Keypair) -> AccountId32 {
	key.public_key().to_account_id()
}

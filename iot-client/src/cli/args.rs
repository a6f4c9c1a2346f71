//! What can be typed.

mod board;
mod job;
mod manager;
mod market;
mod owner;
mod proof;
mod rules;
mod signers;

pub use board::{At, BoardCommand};
pub use job::{Arbiter, JobCommand};
pub use manager::{ManagerCommand, Who as ManagerRole};
pub use market::{BidTerms, Kept, PurchaseCommand, QuoteCommand, RequestCommand, Says, StockCommand, SupplierCommand};
pub use owner::OwnerCommand;
pub use proof::ProofCommand;
pub use rules::RulesCommand;
pub use signers::{Keyed, MaybeSigner, MaybeWho, Owned, Signer, Who};

use crate::{
	amount::{Amount, Written},
	asset::Asset,
	chain::types::{JobId, MachineId, OfferId},
	parse,
};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::{path::PathBuf, time::Duration};

/// What each exit status means; shown by `--help`.
pub const EXIT_HELP: &str = "\
Exit status:
  0   done
  1   refused or failed; the message says why. Of `doctor`: something is wrong
  2   mistyped arguments
  3   no node answered in time
  4   a transaction was sent, but what became of it is not known yet: look with `watch` or `status` before trying again
  5   a node of another chain, or a runtime that this client does not know
  6   the configuration, a key or a password file cannot be used
  10  the watched job ended without delivery (declined, cancelled, given up, not accepted, not delivered)";

/// What a file of terms looks like; shown by `offer --help`.
const TERMS_HELP: &str = concat!(
	"The file, with every key:\n\n",
	include_str!("../../examples/terms.toml")
);

/// What a file of orders looks like; shown by `batch --help`.
const ORDERS_HELP: &str = concat!(
	"The file, with every key:\n\n",
	include_str!("../../examples/orders.toml")
);

/// The software of the single board computer beside a machine, and of those who order from it.
#[derive(Parser, Debug)]
#[command(name = "iot-client", version, after_help = EXIT_HELP, max_term_width = 100)]
pub struct Cli {
	/// The machine's configuration file
	#[arg(
		long,
		global = true,
		value_name = "FILE",
		default_value = "machine.toml",
		env = "IOT_CLIENT_CONFIG"
	)]
	pub config: PathBuf,

	/// A node to talk to, instead of those in the configuration; may be given several times
	#[arg(
		long = "node",
		global = true,
		value_name = "URL",
		env = "IOT_CLIENT_NODE",
		value_delimiter = ','
	)]
	pub nodes: Vec<String>,

	/// How long to wait for a node, and for a transaction to be finalized
	#[arg(long, global = true, value_name = "TIME", default_value = "2m", value_parser = parse::duration)]
	pub patience: Duration,

	/// Pay the fees of what you sign in this asset, by its number, if it is a listed one; machines' keys cannot
	#[arg(long, global = true, value_name = "ASSET")]
	pub fee_asset: Option<u32>,

	/// Print JSON, one object a line
	#[arg(long, global = true)]
	pub json: bool,

	/// What to do
	#[command(subcommand)]
	pub command: Command,
}

/// Hashes that a machine declares.
#[derive(Args, Debug, Clone)]
pub struct Declared {
	/// Hash of the board's firmware, to declare it
	#[arg(long, value_name = "HASH", value_parser = parse::hash)]
	pub firmware: Option<[u8; 32]>,

	/// Hash of the machine's data sheet
	#[arg(long, value_name = "HASH", value_parser = parse::hash)]
	pub data_sheet: Option<[u8; 32]>,
}

/// A shell that can complete commands.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shell {
	/// GNU's
	Bash,
	/// The Z shell
	Zsh,
	/// The friendly one
	Fish,
}

/// What is ordered, and by whom.
#[derive(Args, Debug, Clone)]
pub struct What {
	/// How many units
	#[arg(long, value_name = "N")]
	pub units: u32,
	/// The recipe file; its hash goes into the order
	#[arg(long, value_name = "FILE")]
	pub recipe: PathBuf,
	/// Where the machine can fetch the recipe: https://…, http://… or file:NAME; the file's own name if not given
	#[arg(long, value_name = "URI")]
	pub uri: Option<String>,
	/// Encrypt that address to the machine's key, so that nobody else can read it
	#[arg(long)]
	pub sealed: bool,
	/// The most that all units together may cost, in the offer's asset; the offer's price if not given
	#[arg(long, value_name = "AMOUNT")]
	pub max_price: Option<Written>,
	/// The delivery deadline, from now by the chain's time
	#[arg(long, value_name = "TIME", default_value = "1h", value_parser = parse::duration)]
	pub deliver_in: Duration,
	/// Follow the job until it is settled
	#[arg(long)]
	pub watch: bool,
	/// The customer; the machine's own key if nobody is named.
	#[command(flatten)]
	pub signer: MaybeSigner,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub enum Command {
	/// Make the machine's key (and a password for it, if there is none)
	Init {
		/// A name for the key, shown by wallets
		#[arg(long, default_value = "machine")]
		name: String,
		/// File with the owner's password for the manager on its first line, readable by you only (chmod 600); asked for at the terminal if not given
		#[arg(long, value_name = "FILE")]
		manager_password_file: Option<PathBuf>,
	},
	/// Register the machine: its key proves itself, its owner signs and pays
	Register {
		/// What the machine's key may cost the owner in transaction fees
		#[arg(long, value_name = "BPI", default_value = "10")]
		fee_allowance: Amount,
		/// After which time it may cost as much again, such as 30d; never if not given
		#[arg(long, value_name = "TIME", value_parser = parse::period)]
		fee_period: Option<u64>,
		/// What it declares.
		#[command(flatten)]
		declared: Declared,
		/// The owner.
		#[command(flatten)]
		signer: Signer,
	},
	/// Tell the chain what the configuration's part `machine` says the machine is; what is not given stays
	Describe {
		/// What it declares.
		#[command(flatten)]
		declared: Declared,
		/// Whose.
		#[command(flatten)]
		owned: Owned,
	},
	/// Publish an offer of the machine's work from a TOML file, or change one
	#[command(after_long_help = TERMS_HELP)]
	Offer {
		/// The terms
		file: PathBuf,
		/// Change this offer instead of publishing a new one
		#[arg(long, value_name = "OFFER")]
		update: Option<OfferId>,
		/// The machine; that of the configuration if not given
		#[arg(long, value_name = "MACHINE")]
		machine: Option<MachineId>,
		/// The owner.
		#[command(flatten)]
		signer: Signer,
	},
	/// Withdraw an offer; running jobs go on
	WithdrawOffer {
		/// The offer
		offer: OfferId,
		/// The owner.
		#[command(flatten)]
		signer: Signer,
	},
	/// Find offers, cheapest first
	Find {
		/// Only offers of this capability, such as drilling
		#[arg(long, value_name = "WORD")]
		capability: Option<String>,
		/// Only offers of work in this country or part of one, such as DE or DE-HB
		#[arg(long, value_name = "REGION", value_parser = parse::region)]
		region: Option<String>,
		/// Only offers of this machine
		#[arg(long, value_name = "MACHINE")]
		machine: Option<MachineId>,
		/// Only offers in this asset: BPI, or an asset's number
		#[arg(long, value_name = "ASSET")]
		asset: Option<Asset>,
		/// Only offers with a unit price of at most this, in BPI or else in the asset that is named
		#[arg(long, value_name = "AMOUNT")]
		max_price: Option<Written>,
		/// Only offers of at least this many units
		#[arg(long, value_name = "N", default_value_t = 1)]
		units: u32,
		/// How many to show
		#[arg(long, value_name = "N", default_value_t = 20)]
		limit: usize,
		/// How many of the cheapest to leave out, for the next page
		#[arg(long, value_name = "N", default_value_t = 0)]
		skip: usize,
	},
	/// Order work; the price is on hold until you approve, and with it a deposit for the record and a fee for the chain
	Order {
		/// The offer, as `find` shows it
		offer: OfferId,
		/// What is ordered.
		#[command(flatten)]
		what: What,
		/// Who decides if the machine's owner disputes a rejection: one of the offer's arbiters; nobody if not given
		#[arg(long, value_name = "ACCOUNT")]
		arbiter: Option<String>,
	},
	/// Order from the cheapest offer that fits, as `find` would list it
	Buy {
		/// The capability, such as drilling
		#[arg(long, value_name = "WORD")]
		capability: String,
		/// Only work in this country or part of one, such as DE or DE-HB
		#[arg(long, value_name = "REGION", value_parser = parse::region)]
		region: Option<String>,
		/// What to pay in, by an asset's number
		#[arg(long, value_name = "ASSET", default_value = "BPI")]
		asset: Asset,
		/// What is ordered.
		#[command(flatten)]
		what: What,
	},
	/// Order several things at once from a TOML file, also from different machines: all of them or nothing
	#[command(after_long_help = ORDERS_HELP)]
	Batch {
		/// The orders
		file: PathBuf,
		/// The customer; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// About a job that was ordered.
	#[command(flatten)]
	Job(JobCommand),
	/// Of the machine's owner.
	#[command(flatten)]
	Owner(OwnerCommand),
	/// Be found as a supplier of goods, and find others
	Supplier {
		/// What to do
		#[command(subcommand)]
		what: SupplierCommand,
	},
	/// Sell goods by standing quotes, and order from them
	Quote {
		/// What to do
		#[command(subcommand)]
		what: QuoteCommand,
	},
	/// Ask for bids on goods, bid, haggle, award
	Request {
		/// What to do
		#[command(subcommand)]
		what: RequestCommand,
	},
	/// Deliver goods that were ordered, accept or reject them, rate the supplier
	Purchase {
		/// What to do
		#[command(subcommand)]
		what: PurchaseCommand,
	},
	/// Keep stock: sites, what is there, and when more is asked for
	Stock {
		/// What to do
		#[command(subcommand)]
		what: StockCommand,
	},
	/// Run the machine: take orders, work, deliver, until stopped
	Run,
	/// Follow a job until it is settled
	Watch {
		/// The job
		job: JobId,
	},
	/// Show how the machine is
	Status,
	/// Show what an account has, and what waits for it to be claimed
	Balance {
		/// An address, a machine's id, or a well-known account such as //Customer
		account: String,
		/// Of this asset too, by its number; may be given several times
		#[arg(long = "asset", value_name = "ASSET")]
		assets: Vec<Asset>,
	},
	/// Have paid what could not be paid when it was due: to its owner, whoever signs
	Claim {
		/// Whose: an address, a machine's id, or a well-known account; the signer's own if not given
		#[arg(value_name = "ACCOUNT")]
		whose: Option<String>,
		/// Only what is in this asset, by its number
		#[arg(long, value_name = "ASSET")]
		asset: Option<Asset>,
		/// Anybody.
		#[command(flatten)]
		signer: Signer,
	},
	/// Sync the light client of the configuration, and compare what it says with a node; shows time and memory
	LightClient,
	/// Check the configuration, the key and the serial port
	CheckConfig,
	/// Check everything that the machine needs, and say how to mend what is wrong; moves nothing and sends nothing
	Doctor,
	/// Write the configuration, encrypted keys, rules, recipes and evidence into one file; the daemon may run
	Backup {
		/// The file, which must not be there yet
		file: PathBuf,
	},
	/// Unpack a backup on a new computer: over nothing, and with an empty journal that begins where the chain is
	Restore {
		/// The backup
		file: PathBuf,
		/// Below which folder: / for where everything was, another to look at it
		#[arg(long, value_name = "DIR")]
		to: PathBuf,
		/// Ask no node how far the chain is; the daemon must not start before its node has caught up with it then
		#[arg(long)]
		offline: bool,
	},
	/// Print what a shell needs to complete these commands: `iot-client completions bash > /etc/bash_completion.d/iot-client`
	Completions {
		/// The shell
		shell: Shell,
	},
	/// Print the manual page, or write one for each command into a folder
	Man {
		/// The folder, such as /usr/local/share/man/man1
		folder: Option<PathBuf>,
	},
	/// Check the owner's rules, or try them on recorded readings
	Rules {
		/// What to do
		#[command(subcommand)]
		what: RulesCommand,
	},
	/// Verify proofs of a machine's readings
	Proof {
		/// What to do
		#[command(subcommand)]
		what: ProofCommand,
	},
	/// Say who may log in at the manager, the page on which people look after the machine
	Manager {
		/// What to do
		#[command(subcommand)]
		what: ManagerCommand,
	},
	/// Look at the interface board, configure it, try it, flash it; stop `iot-client run` first
	Board {
		/// What to do
		#[command(subcommand)]
		what: BoardCommand,
	},
}

#[cfg(test)]
mod tests;

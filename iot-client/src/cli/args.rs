//! What can be typed.

mod board;
mod manager;
mod rules;
mod signers;

pub use board::{At, BoardCommand};
pub use manager::{ManagerCommand, Who as ManagerRole};
pub use rules::RulesCommand;
pub use signers::{Keyed, MaybeSigner, MaybeWho, Owned, Signer, Who};

use crate::{
	amount::{Amount, Written},
	asset::Asset,
	chain::types::{JobId, MachineId, OfferId},
	parse,
};
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
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

/// What a policy looks like; shown by `policy --help`.
const POLICY_HELP: &str = concat!("The file:\n\n", include_str!("../../examples/policy.toml"));

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

/// What an arbiter does.
#[derive(Subcommand, Debug)]
pub enum Arbiter {
	/// Register, or change fee and profile; agreements that name you keep the fee that they know
	Register {
		/// Your fee on a verdict, as a share of what is at stake
		#[arg(long, value_name = "SHARE", value_parser = parse::share)]
		fee: u32,
		/// What you say of yourself; the chain gets the hash of this file
		#[arg(long, value_name = "FILE")]
		profile: Option<PathBuf>,
		/// You.
		#[command(flatten)]
		signer: Signer,
	},
	/// Be an arbiter no more; your deposit goes back, and cases that you accepted go on
	Retire {
		/// You.
		#[command(flatten)]
		signer: Signer,
	},
	/// Take a case on; your case bond is on hold until you rule, and lost if you do not in time
	Accept {
		/// The job
		job: JobId,
		/// You.
		#[command(flatten)]
		signer: Signer,
	},
	/// Decide a case
	Rule {
		/// The job
		job: JobId,
		/// The machine's share of the price of the rejected units
		#[arg(long, value_name = "SHARE", value_parser = parse::share)]
		to_machine: u32,
		/// Whose side gets the bond of whoever opened the dispute
		#[arg(long, value_name = "WHO", value_parser = ["machine", "customer"])]
		bond_to: String,
		/// The written ruling; the chain gets the hash of this file
		#[arg(long, value_name = "FILE")]
		ruling: Option<PathBuf>,
		/// You.
		#[command(flatten)]
		signer: Signer,
	},
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
	/// Approve delivered units; the machine is paid
	Approve {
		/// The job
		job: JobId,
		/// How many; all if not given
		#[arg(long, value_name = "N")]
		units: Option<u32>,
		/// The customer; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Reject delivered units; their price goes back, less the offer's fee, unless the machine's owner disputes it
	Reject {
		/// The job
		job: JobId,
		/// How many; all if not given
		#[arg(long, value_name = "N")]
		units: Option<u32>,
		/// Why; the chain gets the hash of this text
		#[arg(long, value_name = "TEXT")]
		reason: String,
		/// The customer; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Call a job off before delivery; the price goes back, less the offer's fee once the machine has accepted
	Cancel {
		/// The job
		job: JobId,
		/// Why; the chain gets the hash of this text
		#[arg(long, value_name = "TEXT", default_value = "")]
		reason: String,
		/// The customer; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Send all units that are in review back to be mended
	Rework {
		/// The job
		job: JobId,
		/// Why; the chain gets the hash of this text
		#[arg(long, value_name = "TEXT")]
		reason: String,
		/// The customer; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Promise to do an order, if the configuration's part `orders` leaves that to you; the machine's key signs
	Accept {
		/// The job
		job: JobId,
	},
	/// Decline an order; the machine's key signs
	Decline {
		/// The job
		job: JobId,
		/// Why; the chain gets the hash of this text
		#[arg(long, value_name = "TEXT", default_value = "")]
		reason: String,
	},
	/// Answer an order with another price or deadline; the customer agrees or not
	Counter {
		/// The job
		job: JobId,
		/// The price of one unit, in the job's asset; that of the order if not given
		#[arg(long, value_name = "AMOUNT")]
		unit_price: Option<Written>,
		/// The delivery deadline, from now by the chain's time; that of the order if not given
		#[arg(long, value_name = "TIME", value_parser = parse::duration)]
		deliver_in: Option<Duration>,
		/// The owner; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Agree to the machine's counter-offer
	Agree {
		/// The job
		job: JobId,
		/// The most that all units together may cost now, in the job's asset; what the counter-offer says if not given
		#[arg(long, value_name = "AMOUNT")]
		max_price: Option<Written>,
		/// The customer; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Let a rejection stand, without waiting for the time to dispute it to pass
	Concede {
		/// The job
		job: JobId,
		/// The owner; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Dispute a rejection before the arbiter of the order; it costs a bond, which he assigns, and his fee
	Dispute {
		/// The job
		job: JobId,
		/// What speaks for you; the chain gets the hash of this file
		#[arg(long, value_name = "FILE")]
		evidence: PathBuf,
		/// The owner; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Add to what speaks for you in a dispute
	Evidence {
		/// The job
		job: JobId,
		/// The chain gets the hash of this file
		file: PathBuf,
		/// Who; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// End a dispute whose arbiter was silent, if the chain has not done so by itself
	EndDispute {
		/// The job
		job: JobId,
		/// Anybody.
		#[command(flatten)]
		signer: Signer,
	},
	/// Be an arbiter: register, take cases on, rule
	Arbiter {
		/// What to do
		#[command(subcommand)]
		what: Arbiter,
	},
	/// End a job whose deadline has passed, if the chain has not done so by itself
	Expire {
		/// The job
		job: JobId,
		/// Anybody.
		#[command(flatten)]
		signer: Signer,
	},
	/// Remove a settled job's record; the deposit for it goes back
	Remove {
		/// The job
		job: JobId,
		/// The customer; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Give money to a machine
	Deposit {
		/// How much
		amount: Written,
		/// Of which asset, by its number; of the chain's own token if not given
		#[arg(long, value_name = "ASSET", default_value = "BPI")]
		asset: Asset,
		/// The machine; that of the configuration if not given
		#[arg(long, value_name = "MACHINE")]
		machine: Option<MachineId>,
		/// Who gives.
		#[command(flatten)]
		signer: Signer,
	},
	/// Take money from your machine
	Withdraw {
		/// How much
		amount: Written,
		/// Of which asset, by its number; of the chain's own token if not given
		#[arg(long, value_name = "ASSET", default_value = "BPI")]
		asset: Asset,
		/// Whose.
		#[command(flatten)]
		owned: Owned,
	},
	/// Set what the machine's key may cost you in transaction fees from now on
	Allow {
		/// How much
		amount: Amount,
		/// After which time it may cost as much again, such as 30d; never if not given
		#[arg(long, value_name = "TIME", value_parser = parse::period)]
		period: Option<u64>,
		/// Whose.
		#[command(flatten)]
		owned: Owned,
	},
	/// Open the machine for orders, or close it
	Service {
		/// Whether it takes orders
		#[arg(value_parser = ["on", "off"])]
		on: String,
		/// Whose.
		#[command(flatten)]
		owned: Owned,
	},
	/// Put a new key into the place of the machine's key; money, offers and jobs stay what they are
	RotateKey {
		/// Take the keystore's key, which `init` made on a new computer, instead of making one; the owner signs
		#[arg(long)]
		this_key: bool,
		/// Which machine's, and who signs.
		#[command(flatten)]
		keyed: Keyed,
	},
	/// Let private matter be encrypted to the machine's key of now, after a rotation
	RotateEncryptionKey {
		/// Which machine's, and who signs.
		#[command(flatten)]
		keyed: Keyed,
	},
	/// Delete the machine's former keys, if no open job needs one to read what was encrypted to it
	ForgetKeys {
		/// The machine; that of the configuration if not given
		#[arg(long, value_name = "MACHINE")]
		machine: Option<MachineId>,
	},
	/// Bar the machine's key, which was stolen or may be: the machine stops, and nothing can be signed for it
	Freeze {
		/// Whose.
		#[command(flatten)]
		owned: Owned,
	},
	/// Let a frozen machine's key act again
	Unfreeze {
		/// Whose.
		#[command(flatten)]
		owned: Owned,
	},
	/// Let somebody take the machine over, with all the money in its account; he accepts or does not
	#[command(group = ArgGroup::new("whom").required(true).args(["to", "withdraw"]))]
	OfferOwnership {
		/// His address
		#[arg(value_name = "ADDRESS")]
		to: Option<String>,
		/// Let nobody take it over any more
		#[arg(long)]
		withdraw: bool,
		/// Whose.
		#[command(flatten)]
		owned: Owned,
	},
	/// Take over a machine that was offered to you; its deposit is put on hold at you
	AcceptOwnership {
		/// What must be free in its account, so that nobody withdraws at the last moment what you paid for
		#[arg(long, value_name = "BPI")]
		at_least: Amount,
		/// Which machine, and you.
		#[command(flatten)]
		owned: Owned,
	},
	/// Show what the machine may spend of its money, or set it from a TOML file
	#[command(after_long_help = POLICY_HELP)]
	Policy {
		/// Purposes, period and caps
		file: Option<PathBuf>,
		/// No policy: it spends nothing, and posts no bonds
		#[arg(long, conflicts_with = "file")]
		none: bool,
		/// The machine; that of the configuration if not given
		#[arg(long, value_name = "MACHINE")]
		machine: Option<MachineId>,
		/// The owner; nobody, to show it.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Take the machine out of the world for good; deposit and BPI go to its owner, assets with `withdraw --asset`
	Decommission {
		/// Whose.
		#[command(flatten)]
		owned: Owned,
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

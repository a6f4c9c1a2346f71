//! What can be typed about rentals and payment channels.

use super::{access::Action, MaybeSigner};
use crate::{
	amount::Written,
	asset::Asset,
	chain::{
		types::MachineId,
		usage::{ChannelId, ListingId, RentalId},
	},
	parse,
};
use clap::{Args, Subcommand};
use std::{net::SocketAddr, path::PathBuf, time::Duration};

/// What a file of a listing looks like; shown by `rental publish --help`.
const LISTING_HELP: &str = concat!(
	"The file, with every key:\n\n",
	include_str!("../../../examples/listing.toml")
);

/// A rental, and who says something about it.
#[derive(Args, Debug, Clone)]
pub struct Said {
	/// The rental
	pub rental: RentalId,
	/// You; the machine's own key if nobody is named.
	#[command(flatten)]
	pub signer: MaybeSigner,
}

/// The same, with a reason.
#[derive(Args, Debug, Clone)]
pub struct SaidWhy {
	/// The rental
	pub rental: RentalId,
	/// Why; its hash goes on the chain
	#[arg(long, value_name = "TEXT", default_value = "")]
	pub reason: String,
	/// You; the machine's own key if nobody is named.
	#[command(flatten)]
	pub signer: MaybeSigner,
}

/// What is done about rentals.
#[derive(Subcommand, Debug)]
pub enum RentalCommand {
	/// Let a machine, lock or room on the terms of a TOML file, or change what was published
	#[command(after_long_help = LISTING_HELP)]
	Publish {
		/// The terms
		file: PathBuf,
		/// Change this listing instead of publishing a new one
		#[arg(long, value_name = "LISTING")]
		update: Option<ListingId>,
		/// What is let; the machine of the configuration if not given
		#[arg(long, value_name = "MACHINE")]
		machine: Option<MachineId>,
		/// The owner; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Withdraw a listing; rentals go on under its terms
	Withdraw {
		/// The listing
		listing: ListingId,
		/// The owner; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Find what is to be rented, the cheapest hour first
	Find {
		/// The category, such as meeting-room
		#[arg(long, value_name = "WORD")]
		category: String,
		/// What is in this country or part of one; anywhere if not given
		#[arg(long, value_name = "REGION", value_parser = parse::region)]
		area: Option<String>,
		/// What is paid in this asset, by its number
		#[arg(long, value_name = "ASSET", default_value = "BPI")]
		asset: Asset,
		/// How many to show
		#[arg(long, value_name = "N", default_value_t = 20)]
		limit: usize,
	},
	/// Show when something is free
	Free {
		/// The listing
		listing: ListingId,
		/// How far ahead, from now by the chain's time; five weeks at most
		#[arg(long = "for", value_name = "TIME", default_value = "7d", value_parser = parse::duration)]
		ahead: Duration,
	},
	/// Show a rental
	Show {
		/// The rental
		rental: RentalId,
	},
	/// Rent
	Rent {
		/// By which listing
		listing: ListingId,
		/// For how many of its periods
		#[arg(long, value_name = "N")]
		periods: u32,
		/// From when, from now by the chain's time; at once if not given
		#[arg(long = "in", value_name = "TIME", value_parser = parse::duration)]
		ahead: Option<Duration>,
		/// The most that the rent may be; the listing's price if not given
		#[arg(long, value_name = "AMOUNT")]
		max_price: Option<Written>,
		/// Who decides about damage: one of the listing's arbiters
		#[arg(long, value_name = "ACCOUNT")]
		arbiter: Option<String>,
		/// The renter; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Start a rental: from now on it opens doors, in its time
	Start(Said),
	/// Add periods to a rental
	Extend {
		/// The rental
		rental: RentalId,
		/// How many
		#[arg(long, value_name = "N")]
		periods: u32,
		/// The renter; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Let somebody use what you have rented
	LetIn {
		/// The rental
		rental: RentalId,
		/// Who: an address, or a well-known account such as //Customer
		#[arg(long, value_name = "ACCOUNT")]
		user: String,
		/// What for; may be given several times
		#[arg(long = "action", value_enum, value_name = "ACTION", default_value = "enter")]
		actions: Vec<Action>,
		/// For how long, from now by the chain's time; for all of the rental if not given
		#[arg(long = "for", value_name = "TIME", value_parser = parse::duration)]
		life: Option<Duration>,
		/// The renter; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Let somebody use it no more
	ShutOut {
		/// The rental
		rental: RentalId,
		/// Who
		#[arg(long, value_name = "ACCOUNT")]
		user: String,
		/// The renter; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Give it back
	GiveBack(Said),
	/// Call a rental off that was not started
	Cancel(SaidWhy),
	/// Accept a claim for damage
	Concede(Said),
	/// Dispute a claim for damage
	Dispute {
		/// The rental
		rental: RentalId,
		/// A file that speaks for you; its hash goes on the chain
		#[arg(long, value_name = "FILE")]
		evidence: PathBuf,
		/// The renter; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Rate a rental that has ended
	Rate {
		/// The rental
		rental: RentalId,
		/// One to five
		#[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=5))]
		stars: u8,
		/// The renter; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Remove the record of a rental that has ended; your deposit for it goes back
	Remove(Said),
	/// Approve a booking
	Approve(Said),
	/// Decline a booking
	Decline(SaidWhy),
	/// Say that it came back
	Report {
		/// The rental
		rental: RentalId,
		/// How long ago, by the chain's time
		#[arg(long, value_name = "TIME", default_value = "0s", value_parser = parse::duration)]
		ago: Duration,
		/// The lock's report; its hash goes on the chain
		#[arg(long, value_name = "FILE")]
		evidence: Option<PathBuf>,
		/// The owner; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Claim a part of the deposit for damage
	Claim {
		/// The rental
		rental: RentalId,
		/// How much
		#[arg(long, value_name = "AMOUNT")]
		amount: Written,
		/// A file that speaks for you; its hash goes on the chain
		#[arg(long, value_name = "FILE")]
		evidence: PathBuf,
		/// The owner; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Claim nothing, or no more
	Waive(Said),
	/// Stop a rental: all unused time is paid back, and the bond is the renter's
	Stop(SaidWhy),
	/// End what has passed its deadline; the chain does so by itself when it has room
	Expire(Said),
}

/// A seller's end.
#[derive(Args, Debug, Clone)]
pub struct Sells {
	/// The channel
	pub channel: ChannelId,
	/// Where the buyer calls
	#[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
	pub listen: SocketAddr,
	/// How many units flow each second while the valve is open: of what is sold by time, 1 of SEC
	#[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
	pub rate: u64,
	/// The file of the payee's key for this channel
	#[arg(long, value_name = "FILE")]
	pub key: PathBuf,
	/// Where the books are
	#[arg(long, value_name = "DIR", default_value = "channels")]
	pub state: PathBuf,
	/// The payee, who has the chain pay; the machine's own key if nobody is named.
	#[command(flatten)]
	pub signer: MaybeSigner,
}

/// A buyer's end.
#[derive(Args, Debug, Clone)]
pub struct Buys {
	/// The channel
	pub channel: ChannelId,
	/// Where the seller listens
	#[arg(long, value_name = "ADDRESS")]
	pub dial: String,
	/// How much to pay for at most; all that is in the channel if not given
	#[arg(long, value_name = "N")]
	pub units: Option<u64>,
	/// For how long; until the channel ends if not given
	#[arg(long = "for", value_name = "TIME", value_parser = parse::duration)]
	pub lasts: Option<Duration>,
	/// How often in a row the seller may not answer
	#[arg(long, value_name = "N", default_value_t = 60)]
	pub calls: u32,
	/// The file of the payer's key for this channel
	#[arg(long, value_name = "FILE")]
	pub key: PathBuf,
	/// Where the books are
	#[arg(long, value_name = "DIR", default_value = "channels")]
	pub state: PathBuf,
}

/// What is done about payment channels.
#[derive(Subcommand, Debug)]
pub enum ChannelCommand {
	/// Make the key of one end of a channel; prints its public part
	Key {
		/// The file, which must not be there yet
		file: PathBuf,
	},
	/// Open a channel: put money in, for what somebody supplies
	Open {
		/// Who is paid: an address, a machine's id, or a well-known account
		#[arg(long, value_name = "ACCOUNT")]
		to: String,
		/// How much is put in
		#[arg(long, value_name = "AMOUNT")]
		amount: Written,
		/// In this asset, by its number
		#[arg(long, value_name = "ASSET", default_value = "BPI")]
		asset: Asset,
		/// What is counted, as three capitals of UN/ECE recommendation 20: WHR, LTR, SEC
		#[arg(long, value_name = "CODE", value_parser = unit)]
		unit: [u8; 3],
		/// What `--per` units cost
		#[arg(long, value_name = "AMOUNT")]
		price: Written,
		/// For how many units
		#[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
		per: u64,
		/// How many units may be supplied and not be paid
		#[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
		tick: u64,
		/// The payee's key for this channel, as `channel key` has printed it
		#[arg(long, value_name = "KEY", value_parser = parse::hash)]
		payee_key: [u8; 32],
		/// The file of your own key for this channel
		#[arg(long, value_name = "FILE")]
		key: PathBuf,
		/// How long the payee has to show a newer voucher when you ask for the end
		#[arg(long, value_name = "TIME", default_value = "1h", value_parser = parse::duration)]
		challenge: Duration,
		/// How long the channel lives
		#[arg(long, value_name = "TIME", default_value = "1d", value_parser = parse::duration)]
		lifetime: Duration,
		/// The payer; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Put more into a channel
	TopUp {
		/// The channel
		channel: ChannelId,
		/// How much
		#[arg(long, value_name = "AMOUNT")]
		amount: Written,
		/// The payer; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Show a channel
	Show {
		/// The channel
		channel: ChannelId,
	},
	/// List the channels of a payer
	List {
		/// An address, a machine's id, or a well-known account
		account: String,
	},
	/// Supply by a channel, until the buyer has had enough or the channel ends; then the chain pays
	Sell(Sells),
	/// Take by a channel and pay as it flows
	Buy(Buys),
	/// Ask for the end, as the payer
	RequestClose {
		/// The channel
		channel: ChannelId,
		/// The payer; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// End a channel whose life, or whose time to challenge, is over
	Expire {
		/// The channel
		channel: ChannelId,
		/// Anybody; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Rate a channel that has ended
	Rate {
		/// The channel
		channel: ChannelId,
		/// One to five
		#[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=5))]
		stars: u8,
		/// The payer; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Remove the record of a channel that has ended; your deposit for it goes back
	Remove {
		/// The channel
		channel: ChannelId,
		/// The payer; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
}

/// Reads three capitals or digits.
fn unit(text: &str) -> Result<[u8; 3], String> {
	let code: Result<[u8; 3], _> = text.as_bytes().try_into();
	code.ok()
		.filter(|code| {
			code.iter()
				.all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
		})
		.ok_or_else(|| format!("`{text}` is no unit; write three capitals or digits, such as WHR, LTR or SEC"))
}

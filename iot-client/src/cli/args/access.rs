//! Of doors.

use super::MaybeSigner;
use crate::{
	chain::{types::MachineId, usage::RentalId},
	parse,
};
use clap::{Args, Subcommand, ValueEnum};
use std::{path::PathBuf, time::Duration};

/// What may be done with something that is rented.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
	/// Open the door
	Enter,
	/// Have the machine work
	Operate,
	/// Change how it is set up
	Configure,
	/// Read what it measures
	Read,
}

/// How a door is kept.
#[derive(Args, Debug, Clone)]
pub struct Door {
	/// The machine, lock or room; that of the configuration if not given
	#[arg(long, value_name = "MACHINE")]
	pub machine: Option<MachineId>,
	/// Where it keeps what it knows, the tokens that were used, and its log
	#[arg(long, value_name = "DIR", default_value = "door")]
	pub state: PathBuf,
	/// What it opens for
	#[arg(long, value_enum, value_name = "ACTION", default_value = "enter")]
	pub action: Action,
	/// A program that opens it: it is run, without arguments, when somebody may come in
	#[arg(long, value_name = "FILE")]
	pub open: Option<PathBuf>,
	/// The longest time that a token may be good for
	#[arg(long, value_name = "TIME", default_value = "5m", value_parser = parse::duration)]
	pub longest_token: Duration,
	/// How much older than the newest block that it knows the block of a proof may be
	#[arg(long, value_name = "TIME", default_value = "1m", value_parser = parse::duration)]
	pub oldest_proof: Duration,
	/// How long it opens without hearing of the chain; what renters take back meanwhile it does not know
	#[arg(long, value_name = "TIME", default_value = "1d", value_parser = parse::duration)]
	pub longest_alone: Duration,
}

/// Come in where something is rented, and keep its door.
#[derive(Subcommand, Debug)]
pub enum AccessCommand {
	/// Sign a token for a door, as who has rented it or is let in; prints a link, and its QR code
	Issue {
		/// The rental
		#[arg(long, value_name = "RENTAL")]
		rental: RentalId,
		/// What it is for; may be given several times
		#[arg(long = "action", value_enum, value_name = "ACTION", default_value = "enter")]
		actions: Vec<Action>,
		/// How long it is good for, from now by the chain's time
		#[arg(long = "for", value_name = "TIME", default_value = "1m", value_parser = parse::duration)]
		life: Duration,
		/// With the proof of the rental, for a door that has not heard of it; the link is too long for a QR code then
		#[arg(long)]
		proof: bool,
		/// Whoever comes in; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Say what is in a link
	Show {
		/// The link
		link: String,
	},
	/// Ask the chain whether a door would open to a link now; it is not used up by that
	Check {
		/// The link
		link: String,
		/// What for
		#[arg(long, value_enum, value_name = "ACTION", default_value = "enter")]
		action: Action,
		/// The longest time that the door's tokens may be good for
		#[arg(long, value_name = "TIME", default_value = "5m", value_parser = parse::duration)]
		longest_token: Duration,
	},
	/// Keep a door: read links, a line each, as a scanner types them, and open to those who may come in; also while no node answers
	Door(Door),
}

//! What can be typed about a job: by its customer, its machine's owner, and who decides between them.

use super::{MaybeSigner, Signer};
use crate::{amount::Written, chain::types::JobId, parse};
use clap::Subcommand;
use std::{path::PathBuf, time::Duration};

/// What is done about a job that was ordered.
#[derive(Subcommand, Debug)]
pub enum JobCommand {
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
	/// Rate the machine for a job that has ended, once
	Rate {
		/// The job
		job: JobId,
		/// One to five
		#[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=5))]
		stars: u8,
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

//! What can be typed about a machine by its owner: its money, its limits, its key, and whose it is.

use super::{Keyed, MaybeSigner, Owned, Signer};
use crate::{
	amount::{Amount, Written},
	asset::Asset,
	chain::types::MachineId,
	parse,
};
use clap::{ArgGroup, Subcommand};
use std::path::PathBuf;

/// What a policy looks like; shown by `policy --help`.
const POLICY_HELP: &str = concat!("The file:\n\n", include_str!("../../../examples/policy.toml"));

/// What an owner does with a machine.
#[derive(Subcommand, Debug)]
pub enum OwnerCommand {
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
}

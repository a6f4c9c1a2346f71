//! Who signs.

use crate::chain::types::MachineId;
use clap::Args;
use std::path::PathBuf;

/// Who signs.
#[derive(Args, Debug, Clone)]
#[group(required = true, multiple = false)]
pub struct Who {
	/// Sign as a well-known account of a development chain, such as //Owner or //Customer
	#[arg(long = "as", value_name = "//NAME")]
	pub dev: Option<String>,

	/// Sign with an account exported from Polkadot.js (JSON)
	#[arg(long, value_name = "FILE")]
	pub account: Option<PathBuf>,
}

/// Who signs, and his password.
#[derive(Args, Debug, Clone)]
pub struct Signer {
	/// Who.
	#[command(flatten)]
	pub who: Who,

	/// File with the account's password on its first line, readable by you only (chmod 600); asked for at the terminal if not given
	#[arg(long, value_name = "FILE")]
	pub password_file: Option<PathBuf>,
}

/// Who signs, if it is not the machine's own key.
#[derive(Args, Debug, Clone)]
#[group(multiple = false)]
pub struct MaybeWho {
	/// Sign as a well-known account of a development chain, such as //Owner
	#[arg(long = "as", value_name = "//NAME")]
	pub dev: Option<String>,

	/// Sign with an account exported from Polkadot.js (JSON)
	#[arg(long, value_name = "FILE")]
	pub account: Option<PathBuf>,
}

/// Who signs, if it is not the machine's own key, and his password.
#[derive(Args, Debug, Clone)]
pub struct MaybeSigner {
	/// Who.
	#[command(flatten)]
	pub who: MaybeWho,

	/// File with the account's password on its first line, readable by you only (chmod 600); asked for at the terminal if not given
	#[arg(long, value_name = "FILE")]
	pub password_file: Option<PathBuf>,
}

impl MaybeSigner {
	/// Who signs, if somebody was named.
	pub fn named(&self) -> Option<Signer> {
		let MaybeWho { dev, account } = self.who.clone();
		(dev.is_some() || account.is_some()).then(|| Signer {
			who: Who { dev, account },
			password_file: self.password_file.clone(),
		})
	}
}

/// A machine, and its owner who signs.
#[derive(Args, Debug, Clone)]
pub struct Owned {
	/// The machine; that of the configuration if not given
	#[arg(long, value_name = "MACHINE")]
	pub machine: Option<MachineId>,

	/// The owner.
	#[command(flatten)]
	pub signer: Signer,
}

/// A machine, and who signs for it: its own key, or its owner.
#[derive(Args, Debug, Clone)]
pub struct Keyed {
	/// The machine; that of the configuration if not given
	#[arg(long, value_name = "MACHINE")]
	pub machine: Option<MachineId>,

	/// The owner; the machine's own key if nobody is named.
	#[command(flatten)]
	pub signer: MaybeSigner,
}

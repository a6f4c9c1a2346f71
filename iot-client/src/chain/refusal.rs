//! Why a node does not take a transaction, and what to do about it.
//!
//! The chain names its reasons with the codes of `pallet-machines`, `fees`. But the extension that charges fees reports
//! each of them as 'inability to pay', so whoever must tell the cases apart reads the chain's records.

use super::{
	error::{ChainError, Result},
	limits::Fees,
	queries,
	session::{At, Session},
	types::{Machine, MachineStatus},
};
use crate::{amount::Amount, parse::show_millis};
use subxt::utils::AccountId32;

const NOT_SPONSORED: u8 = 101;
const TIP: u8 = 102;
const ALLOWANCE_TOO_SMALL: u8 = 103;
const KEY_RETIRED: u8 = 104;
const MACHINE_DECOMMISSIONED: u8 = 105;
const MACHINE_FROZEN: u8 = 106;
/// The runtime's own: a machine's key named an asset for its fee.
const NO_ASSET_FEES: u8 = 120;

/// What the chain says of an account that signs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Signatory {
	/// A plain account: it is nobody's key.
	Plain,
	/// A machine's key that acts for it.
	Key(Box<Machine>),
	/// Another key took its place.
	Retired(Box<Machine>),
	/// Its machine is gone for good.
	Decommissioned(Box<Machine>),
	/// The owner has frozen its machine.
	Frozen(Box<Machine>),
}

impl Signatory {
	/// What the chain says of `account` at one block.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn of(at: &At, account: &AccountId32) -> Result<Self> {
		let Some((id, live)) = queries::machine_of_key(at, account).await? else {
			return Ok(Self::Plain);
		};
		let machine = queries::machine(at, id).await?;
		Ok(machine.map_or(Self::Plain, |machine| Self::judge(machine, account, live)))
	}

	fn judge(machine: Machine, account: &AccountId32, live: bool) -> Self {
		let (acts, frozen, status) = (live && machine.key == *account, machine.frozen, machine.status);
		let machine = Box::new(machine);
		match status {
			MachineStatus::Decommissioned => Self::Decommissioned(machine),
			_ if !acts => Self::Retired(machine),
			_ if frozen => Self::Frozen(machine),
			_ => Self::Key(machine),
		}
	}

	/// Whether it acts for nobody any more, for ever.
	pub fn is_over(&self) -> bool {
		matches!(self, Self::Retired(_) | Self::Decommissioned(_))
	}
}

/// Whether a node's words are about who pays, so that the chain's records say more.
pub(super) fn is_about_fees(said: &str) -> bool {
	said.contains("Inability to pay") || code_in(said).is_some()
}

/// The code of one of our own reasons in a node's words.
fn code_in(said: &str) -> Option<u8> {
	let rest = said.split_once("Custom error: ")?.1;
	let digits = rest.split(|letter: char| !letter.is_ascii_digit()).next()?;
	digits
		.parse()
		.ok()
		.filter(|code| (NOT_SPONSORED..=MACHINE_FROZEN).contains(code) || *code == NO_ASSET_FEES)
}

/// What to do about a refusal, as the records at the node's best block say; by the code alone when they cannot be read.
pub(super) async fn remedy(session: &Session, account: &AccountId32, said: &str) -> Option<String> {
	if !is_about_fees(said) {
		return None;
	}
	let looked = async {
		let at = session.at(session.best().await?).await?;
		let signatory = Signatory::of(&at, account).await?;
		let purse = match &signatory {
			Signatory::Key(machine) => Some(Purse {
				fees: queries::fees(&at, machine.id).await?,
				now: queries::time(&at).await?.unix,
				owner: queries::balance(&at, &machine.owner).await?.free,
			}),
			_ => None,
		};
		Ok::<_, ChainError>((signatory, purse))
	};
	match looked.await {
		Ok((signatory, purse)) => Some(in_words(account, &signatory, purse, code_in(said))),
		Err(_) => Some(by_code(account, code_in(said))),
	}
}

/// From what the fees of a machine's key are paid.
#[derive(Clone, Copy, Debug)]
struct Purse {
	fees: Fees,
	now: u64,
	/// What the owner has that is free.
	owner: Amount,
}

fn in_words(account: &AccountId32, signatory: &Signatory, purse: Option<Purse>, code: Option<u8>) -> String {
	match (signatory, purse) {
		(Signatory::Plain, _) if code.is_none() => {
			format!("{account} has too little free money for the fee, in what it is to be paid in")
		}
		(Signatory::Retired(machine), _) => format!(
			"the key {account} was replaced and acts for nobody any more; machine {} has the key {} now: sign with that one",
			machine.id, machine.key
		),
		(Signatory::Decommissioned(machine), _) => format!(
			"machine {} was decommissioned, and its key {account} acts for nobody any more; register it anew, with a new key",
			machine.id
		),
		(Signatory::Frozen(machine), _) => format!(
			"machine {} is frozen by its owner; its key acts again after `iot-client unfreeze`, signed by {}",
			machine.id, machine.owner
		),
		(Signatory::Key(machine), Some(purse)) if !matches!(code, Some(NOT_SPONSORED | TIP | NO_ASSET_FEES)) => {
			let Purse { fees, now, owner } = purse;
			let fees = fees.at(now);
			let again = match fees.renews_at {
				0 => String::new(),
				renews_at => format!(" for the next {}", show_millis(renews_at.saturating_sub(now))),
			};
			format!(
				"the owner of machine {} does not pay for this: {} are left of the fee allowance{again} (`iot-client allow` sets it), and the owner {} has {owner} free. If both suffice, this is not a call that owners pay for: let the owner sign it",
				machine.id, fees.left, machine.owner
			)
		}
		_ => by_code(account, code),
	}
}

fn by_code(account: &AccountId32, code: Option<u8>) -> String {
	match code {
		Some(NOT_SPONSORED) => "owners do not pay for this call of a machine's key; let the owner sign it".to_owned(),
		Some(TIP) => "owners pay no tips; send it without one".to_owned(),
		Some(ALLOWANCE_TOO_SMALL) => "the fee is more than what is left of the machine's fee allowance; wait for its next period, or let the owner raise it with `iot-client allow`".to_owned(),
		Some(KEY_RETIRED) => format!("the key {account} was replaced and acts for nobody any more; sign with the machine's key of now"),
		Some(MACHINE_DECOMMISSIONED) => "the machine was decommissioned and its key acts for nobody any more; register it anew, with a new key".to_owned(),
		Some(MACHINE_FROZEN) => "the machine is frozen by its owner; its key acts again after `iot-client unfreeze`, signed by the owner".to_owned(),
		Some(NO_ASSET_FEES) => "a machine's key pays no fees in assets; send it without naming one, and the owner pays".to_owned(),
		_ => format!(
			"the fees of {account} cannot be paid. A plain account needs free money; a machine's key needs an owner with free money and a fee allowance (`iot-client allow`), and must be neither replaced nor frozen (`iot-client status`)"
		),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::types::MachineId;

	const KEY: AccountId32 = AccountId32([1; 32]);
	const OTHER: AccountId32 = AccountId32([2; 32]);
	const OWNER: AccountId32 = AccountId32([3; 32]);

	fn judge(change: impl FnOnce(&mut Machine), live: bool) -> Signatory {
		let mut machine = Machine::example(MachineId([9; 32]), OWNER, KEY);
		change(&mut machine);
		Signatory::judge(machine, &KEY, live)
	}

	#[test]
	fn a_key_is_judged_as_the_chain_judges_it() {
		assert!(matches!(judge(|_| (), true), Signatory::Key(_)));
		assert!(matches!(judge(|m| m.key = OTHER, false), Signatory::Retired(_)));
		assert!(matches!(judge(|_| (), false), Signatory::Retired(_)));
		assert!(matches!(judge(|m| m.frozen = true, true), Signatory::Frozen(_)));
		// Of a frozen machine an old key is still an old key, and of a machine that is gone every key is gone.
		assert!(matches!(judge(|m| m.frozen = true, false), Signatory::Retired(_)));
		let gone = judge(|m| m.status = MachineStatus::Decommissioned, false);
		assert!(matches!(gone, Signatory::Decommissioned(_)) && gone.is_over());
		assert!(!judge(|m| m.frozen = true, true).is_over() && !Signatory::Plain.is_over());
	}

	#[test]
	fn only_our_own_codes_are_read() {
		for (said, code) in [
			("Invalid Transaction: Custom error: 104", Some(104)),
			("Custom error: 106 (x)", Some(106)),
			("Custom error: 120", Some(120)),
			("Custom error: 100", None),
			("Custom error: 300", None),
			("Custom error: ", None),
			("Inability to pay some fees", None),
		] {
			assert_eq!(code_in(said), code, "{said}");
		}
		assert!(is_about_fees(
			"Inability to pay some fees (e.g. account balance too low)"
		));
		assert!(!is_about_fees("Transaction has a bad signature"));
	}

	#[test]
	fn each_refusal_says_what_to_do_about_it() {
		let purse = |period, renews_at, left| {
			Some(Purse {
				fees: Fees {
					per_period: Amount::bpi(1),
					period,
					left: Amount(left),
					renews_at,
					last_seen: 0,
				},
				now: 1_000,
				owner: Amount::bpi(7),
			})
		};
		let frozen = judge(|m| m.frozen = true, true);
		let retired = judge(|m| m.key = OTHER, false);
		let gone = judge(|m| m.status = MachineStatus::Decommissioned, true);
		let live = judge(|_| (), true);
		let other = OTHER.to_string();
		let plain = Signatory::Plain;
		let says = |signatory: &Signatory, purse, code, words: &[&str]| {
			let said = in_words(&KEY, signatory, purse, code);
			for word in words {
				assert!(said.contains(word), "{word}: {said}");
			}
		};
		says(&plain, None, None, &["too little free money"]);
		says(&plain, None, Some(104), &["sign with the machine's key of now"]);
		// What the node says in one word, the records tell apart.
		says(&frozen, None, None, &["frozen by its owner", "iot-client unfreeze"]);
		says(&retired, None, None, &["was replaced", &other]);
		says(&gone, None, None, &["decommissioned", "with a new key"]);
		let short = ["0.000000000005 BPI are left", "iot-client allow", "7 BPI free"];
		says(&live, purse(0, 0, 5), None, &short);
		says(&live, purse(60_000, 61_000, 0), Some(103), &["for the next 1 min 0 s"]);
		says(&live, purse(0, 0, 5), Some(101), &["let the owner sign it"]);
		says(&live, purse(0, 0, 5), Some(102), &["no tips"]);
		says(&live, purse(0, 0, 5), Some(120), &["without naming one"]);
	}

	#[test]
	fn without_the_records_the_code_says_what_to_do() {
		for (code, word) in [
			(Some(103), "next period"),
			(Some(104), "was replaced"),
			(Some(105), "register it anew"),
			(Some(106), "unfreeze"),
			(None, "iot-client status"),
		] {
			assert!(by_code(&KEY, code).contains(word), "{code:?}");
		}
	}
}

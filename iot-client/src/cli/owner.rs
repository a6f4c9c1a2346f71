//! Commands of a machine's owner about what is his: its description, its limits, its key's freedom, and whose it is.

use super::{
	args::{Declared, MaybeSigner, Owned, OwnerCommand, Signer},
	customer, forget,
	money::{self, Denominations},
	policy, rotate, CliError, Desk, Result,
};
use crate::{
	amount::{Amount, Written},
	asset::Asset,
	chain::{
		limits::{FeeAllowance, Fees, Purpose, Spending},
		queries,
		types::{Machine, MachineId, Profile},
		At, Call,
	},
	parse::show_millis,
};
use std::path::Path;
use subxt::utils::{AccountId32, H256};

pub(super) async fn owner(desk: &Desk<'_>, what: &OwnerCommand) -> Result<u8> {
	match what {
		OwnerCommand::Deposit {
			amount,
			asset,
			machine,
			signer,
		} => {
			let call = |machine, asset, amount| Call::Deposit { machine, asset, amount };
			transfer(desk, amount, *asset, (*machine, signer), call).await
		}
		OwnerCommand::Withdraw { amount, asset, owned } => {
			let call = |machine, asset, amount| Call::Withdraw { machine, asset, amount };
			transfer(desk, amount, *asset, (owned.machine, &owned.signer), call).await
		}
		OwnerCommand::Allow { amount, period, owned } => {
			let call = |machine| Call::SetFeeAllowance {
				machine,
				allowance: FeeAllowance {
					amount: *amount,
					period: period.unwrap_or_default(),
				},
			};
			own(desk, owned, call).await
		}
		OwnerCommand::Service { on, owned } => {
			let call = |machine| Call::SetService {
				machine,
				in_service: on == "on",
			};
			own(desk, owned, call).await
		}
		OwnerCommand::RotateKey { this_key, keyed } => rotate::rotate_key(desk, *this_key, keyed).await,
		OwnerCommand::RotateEncryptionKey { keyed } => rotate::rotate_encryption_key(desk, keyed).await,
		OwnerCommand::ForgetKeys { machine } => forget::forget_keys(desk, *machine).await,
		OwnerCommand::Freeze { owned } => own(desk, owned, Call::Freeze).await,
		OwnerCommand::Unfreeze { owned } => own(desk, owned, Call::Unfreeze).await,
		OwnerCommand::OfferOwnership { to, owned, .. } => {
			// None is what `--withdraw` means.
			let to = to.as_deref().map(customer::account).transpose()?;
			own(desk, owned, |machine| Call::OfferOwnership { machine, to }).await
		}
		OwnerCommand::AcceptOwnership { at_least, owned } => accept_ownership(desk, *at_least, owned).await,
		OwnerCommand::Policy {
			file,
			none,
			machine,
			signer,
		} => policy(desk, file.as_deref(), *none, *machine, signer).await,
		OwnerCommand::Decommission { owned } => own(desk, owned, Call::Decommission).await,
	}
}

/// Gives money to a machine, or takes it from there.
async fn transfer(
	desk: &Desk<'_>,
	amount: &Written,
	asset: Asset,
	(machine, signer): (Option<MachineId>, &Signer),
	call: impl FnOnce(MachineId, Asset, u128) -> Call,
) -> Result<u8> {
	let (chain, wallet) = (desk.chain()?, desk.signer(signer)?);
	let (at, _) = desk.at_newest(&chain).await?;
	let machine = desk.machine(&at, machine).await?;
	let money = money::denomination(&at, asset).await?;
	let amount = money.read(amount.as_str()).map_err(CliError::refused)?;
	let call = call(machine, asset, amount);
	let name = call.name();
	let (block, _) = desk.submit(&chain, &wallet, call).await?;
	let text = format!("done in block {}: {name} {}", block.number, money.show(amount));
	let json = serde_json::json!({
		"call": name, "machine": machine, "asset": asset, "amount": money.number(amount), "signer": wallet.account(),
		"block": block.number,
	});
	desk.say(text, &json);
	Ok(0)
}

/// Sends a call about a machine whose success is all there is to tell.
async fn own(desk: &Desk<'_>, owned: &Owned, call: impl FnOnce(MachineId) -> Call) -> Result<u8> {
	desk.about(owned.machine, &owned.signer, call).await
}

/// Tells the chain what the configuration says the machine is. What nobody says stays as it is.
pub(super) async fn describe(desk: &Desk<'_>, declared: &Declared, owned: &Owned) -> Result<u8> {
	let config = desk.config()?.machine;
	let (chain, owner) = (desk.chain()?, desk.signer(&owned.signer)?);
	let (at, _) = desk.at_newest(&chain).await?;
	let Machine { id, profile, .. } = desk.record(&at, owned.machine).await?;
	let profile = Profile {
		model: config.model.unwrap_or(profile.model),
		location: config.location.unwrap_or(profile.location),
		capabilities: match config.capabilities.is_empty() {
			true => profile.capabilities,
			false => config.capabilities,
		},
		firmware: declared.firmware.map_or(profile.firmware, H256),
		metadata: declared.data_sheet.map_or(profile.metadata, H256),
	};
	let call = Call::SetProfile {
		machine: id,
		profile: profile.clone(),
	};
	let (block, _) = desk.submit(&chain, &owner, call).await?;
	let text = format!("described in block {}\n{}", block.number, profile_text(&profile));
	let json = serde_json::json!({ "machine": id, "profile": profile, "block": block.number });
	desk.say(text, &json);
	Ok(0)
}

fn profile_text(profile: &Profile) -> String {
	let hash = |hash: &H256| match hash.is_zero() {
		true => "not declared".to_owned(),
		false => crate::parse::hex(hash),
	};
	format!(
		"model    {}\nplace    {}\ncan      {}\nfirmware {}\nsheet    {}",
		profile.model,
		profile.location,
		profile.capabilities.join(", "),
		hash(&profile.firmware),
		hash(&profile.metadata)
	)
}

/// Takes a machine over.
async fn accept_ownership(desk: &Desk<'_>, at_least: Amount, owned: &Owned) -> Result<u8> {
	let (chain, buyer) = (desk.chain()?, desk.signer(&owned.signer)?);
	let (at, _) = desk.at_newest(&chain).await?;
	let Machine {
		id, owner, offered_to, ..
	} = desk.record(&at, owned.machine).await?;
	let who = buyer.account();
	if offered_to != Some(who) {
		let message = match offered_to {
			Some(to) => format!("machine {id} is offered to {to}, not to {who}"),
			None => {
				format!("machine {id} is offered to nobody; its owner {owner} does that with `offer-ownership {who}`")
			}
		};
		return Err(CliError::refused(message));
	}
	let call = Call::AcceptOwnership { machine: id, at_least };
	let (block, _) = desk.submit(&chain, &buyer, call).await?;
	let text = format!(
		"machine {id} is yours since block {}\nIts key costs you nothing and is of no use until you set `allow`. The owner before may have a copy of it:\nsign `rotate-key` first, look through the offers, then `allow` and, if it should buy, `policy`",
		block.number
	);
	let json = serde_json::json!({ "machine": id, "from": owner, "owner": who, "block": block.number });
	desk.say(text, &json);
	Ok(0)
}

/// Shows what a machine may spend, or sets it.
async fn policy(
	desk: &Desk<'_>,
	file: Option<&Path>,
	none: bool,
	machine: Option<MachineId>,
	signer: &MaybeSigner,
) -> Result<u8> {
	let draft = file.map(policy::Draft::load).transpose()?;
	let sets = draft.is_some() || none;
	if sets && signer.named().is_none() {
		return Err(CliError::nobody_signs());
	}
	let chain = desk.chain()?;
	let (at, head) = desk.at_newest(&chain).await?;
	if let Some(signer) = signer.named().filter(|_| sets) {
		let policy = match draft {
			Some(draft) => {
				for asset in draft.assets() {
					money::denomination(&at, asset).await?;
				}
				let money = Denominations::of(&at, draft.assets()).await?;
				Some(draft.policy(&money)?)
			}
			None => None,
		};
		let call = |machine| Call::SetSpendingPolicy { machine, policy };
		return desk.about(machine, &signer, call).await;
	}
	let machine = desk.machine(&at, machine).await?;
	let now = head.time.unix;
	let spending = queries::spending(&at, machine).await?.map(|record| record.at(now));
	let money = spending_money(&at, spending.as_ref()).await?;
	let text = format!("machine  {machine}\n{}", spending_text(spending.as_ref(), &money, now));
	let shown = money::spending_json(spending.as_ref(), &money);
	desk.say(
		text,
		&serde_json::json!({ "machine": machine, "policy": shown, "time": now }),
	);
	Ok(0)
}

/// Whose a machine is, which key acts for it, and whether it may. `held` is the key in the keystore, if there is one.
pub(super) fn machine_text(machine: &Machine, held: Option<&AccountId32>) -> String {
	let mut lines = vec![format!("machine  {}, {}", machine.id, machine.status.words())];
	if machine.frozen {
		lines.push("FROZEN   by its owner: its key acts for nobody, until he signs `unfreeze`".to_owned());
	}
	lines.push(format!("owner    {}", machine.owner));
	if let Some(to) = machine.offered_to {
		lines.push(format!("offered  to {to}, who has not accepted yet"));
	}
	let replaced = match machine.rotations {
		0 => String::new(),
		rotations => format!(", after {rotations} others"),
	};
	lines.push(format!("key      {}{replaced}", machine.key));
	if let Some(held) = held.filter(|held| **held != machine.key) {
		lines.push(format!(
			"ALARM    the keystore holds {held}, which is not the machine's key: it was rotated elsewhere, or `rotate-key` was cut off"
		));
	}
	lines.push(match machine.encryption.key {
		key if key == [0; 32] => "private  matter cannot be encrypted to it: no key is declared".to_owned(),
		key => format!(
			"private  matter is encrypted to {}, version {}",
			crate::parse::hex(key),
			machine.encryption.version
		),
	});
	lines.join("\n")
}

/// What a machine's key may still cost, at `now` by the chain's time.
pub(super) fn fees_text(fees: &Fees, now: u64) -> String {
	let Fees {
		left,
		per_period,
		period,
		renews_at,
		..
	} = *fees;
	let renewal = renewal(period, renews_at, now, "fee");
	format!("fees     {left} left of the owner's allowance of {per_period}{renewal}")
}

/// How the amounts of a policy are written.
pub(super) async fn spending_money(at: &At, spending: Option<&Spending>) -> Result<Denominations> {
	let budgets = spending.iter().flat_map(|spending| &spending.budgets);
	Denominations::of(at, budgets.map(|budget| budget.asset).collect::<Vec<_>>()).await
}

/// What a machine may still spend, at `now` by the chain's time.
pub(super) fn spending_text(spending: Option<&Spending>, money: &Denominations, now: u64) -> String {
	let Some(spending) = spending else {
		return "spending no policy: it spends nothing, and posts no bonds".to_owned();
	};
	let purposes: Vec<_> = spending.purposes.iter().copied().map(Purpose::name).collect();
	let mut lines = vec![match purposes.is_empty() {
		true => "spending for nothing".to_owned(),
		false => format!("spending for {}, nothing else", purposes.join(" and ")),
	}];
	let renewal = renewal(spending.period, spending.renews_at, now, "spending");
	for budget in &spending.budgets {
		let money = money.get(budget.asset);
		let (left, per_period) = (money.show(budget.left()), money.show(budget.per_period));
		lines.push(format!("         {left} left of {per_period}{renewal}"));
	}
	if spending.budgets.is_empty() {
		lines.push("         no asset".to_owned());
	}
	lines.join("\n")
}

/// When an amount is whole again: nothing if never.
fn renewal(period: u64, renews_at: u64, now: u64, what: &str) -> String {
	match (period, renews_at) {
		(0, _) => String::new(),
		(period, 0) => format!("; whole again {} after the next {what}", show_millis(period)),
		(_, renews_at) => format!("; whole again in {}", show_millis(renews_at.saturating_sub(now))),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::limits::Budget;

	fn fees(period: u64, renews_at: u64) -> Fees {
		Fees {
			per_period: Amount::bpi(10),
			period,
			left: Amount::bpi(4),
			renews_at,
			last_seen: 0,
		}
	}

	#[test]
	fn what_somebody_must_know_of_a_machine_is_shown() {
		let [owner, key, buyer] = [1, 2, 3].map(|byte| AccountId32([byte; 32]));
		let mut machine = Machine::example(MachineId([9; 32]), owner, key);
		let plain = machine_text(&machine, Some(&key));
		for word in ["FROZEN", "offered", "after", "ALARM"] {
			assert!(!plain.contains(word), "{word}: {plain}");
		}
		assert!(
			plain.contains(&owner.to_string()) && plain.contains("no key is declared"),
			"{plain}"
		);
		(machine.frozen, machine.offered_to, machine.rotations) = (true, Some(buyer), 2);
		machine.encryption.key = [5; 32];
		let shown = machine_text(&machine, Some(&buyer));
		for words in [
			"FROZEN",
			&format!("offered  to {buyer}"),
			"after 2 others",
			"ALARM    the keystore holds",
			"0x0505",
		] {
			assert!(shown.contains(words), "{words}: {shown}");
		}
	}

	#[test]
	fn an_allowance_is_shown_as_it_is_now_and_when_it_is_whole_again() {
		for (record, now, words) in [
			(fees(0, 0), 5, "4 BPI left of the owner's allowance of 10 BPI"),
			(
				fees(60_000, 61_000),
				1_000,
				"4 BPI left of the owner's allowance of 10 BPI; whole again in 1 min 0 s",
			),
			(
				fees(60_000, 61_000),
				61_000,
				"10 BPI left of the owner's allowance of 10 BPI; whole again 1 min 0 s after the next fee",
			),
		] {
			assert_eq!(fees_text(&record.at(now), now), format!("fees     {words}"), "{now}");
		}
	}

	#[test]
	fn a_policy_is_shown_with_what_is_left() {
		assert!(spending_text(None, &Denominations::default(), 0).contains("spends nothing"));
		let mut spending = Spending {
			purposes: vec![Purpose::Bond, Purpose::Purchase],
			period: 60_000,
			renews_at: 61_000,
			budgets: vec![Budget {
				asset: Asset::Native,
				per_period: Amount::bpi(10).0,
				spent: Amount::bpi(6).0,
			}],
		};
		let shown = spending_text(Some(&spending), &Denominations::default(), 1_000);
		assert!(shown.contains("bond and purchase"), "{shown}");
		assert!(
			shown.contains("4 BPI left of 10 BPI; whole again in 1 min 0 s"),
			"{shown}"
		);
		(spending.purposes, spending.budgets) = (vec![], vec![]);
		let shown = spending_text(Some(&spending), &Denominations::default(), 1_000);
		assert!(shown.contains("for nothing") && shown.contains("no asset"), "{shown}");
	}
}

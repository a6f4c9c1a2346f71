//! The machine on the chain: whether it is registered, with this key, and can take orders.

use super::{
	finding::{count, Finding},
	nodes::Asked,
};
use crate::{
	amount::Amount,
	chain::{
		limits::Fees,
		queries,
		types::{Machine, MachineId, MachineStatus, OfferId},
		At, ChainError, Session,
	},
	config::Config,
	wallet::{succession::KeyFiles, Wallet},
};
use std::{sync::Arc, time::Duration};
use subxt::utils::AccountId32;
use tokio::time::timeout;

/// The checks of this module, in their order.
pub const CHECKS: [&str; 5] = ["machine", "machine's key", "owner", "fees", "offers"];
/// What the key's transactions for a job cost, about, in planck: five of 0.002 to 0.004 BPI each (docs/threats.md): accept,
/// start, two counts, deliver.
const JOB_FEES: u128 = 20_000_000_000;
/// With less than for so many jobs it is time to allow more.
const FEW_JOBS: u128 = 10;

/// What the chain says of the machine.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Facts {
	/// Its name.
	id: MachineId,
	/// Its record, if there is one.
	record: Option<Machine>,
	fees: Fees,
	/// The chain's time, in unix milliseconds.
	now: u64,
	offers: Vec<OfferId>,
	/// Those of them whose bond the machine's policy does not let it post.
	unbonded: Vec<OfferId>,
}

/// The keys that are here, by what their files say.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Keys {
	/// In the keystore.
	here: Option<AccountId32>,
	/// In the file of the one that is to follow.
	next: Option<AccountId32>,
}

impl Keys {
	fn of(config: &Config) -> Self {
		let files = KeyFiles::of(&config.wallet.keystore);
		Self {
			here: Wallet::peek(files.keystore()).ok(),
			next: Wallet::peek(&files.successor()).ok(),
		}
	}
}

/// Asks the endpoint that has finalized most.
pub async fn check(config: &Config, asked: &[Asked], limit: Duration) -> Vec<Finding> {
	let wanted = config.chain.genesis;
	let usable = asked.iter().filter_map(|one| {
		let said = one.said.as_ref().ok()?;
		let right = wanted.is_none_or(|wanted| wanted == said.genesis.0);
		right.then_some((said, one.session.clone()?))
	});
	let Some((said, session)) = usable.max_by_key(|(said, _)| said.finalized.number) else {
		return skip_all("no endpoint of this chain can be asked; see above");
	};
	let keys = Keys::of(config);
	let block = said.finalized;
	let found = timeout(limit, async {
		let at = session.at(block).await?;
		match id(config, &at, &keys).await? {
			Some(id) => Ok::<_, ChainError>(Some(facts(&at, id, said.time.unix).await?)),
			None => Ok(None),
		}
	});
	match found.await {
		Ok(Ok(Some(facts))) => judge(&facts, &keys, config.machine.owner.as_ref()),
		Ok(Ok(None)) => not_registered(&keys),
		Ok(Err(error)) => skip_all(&format!("{} does not say: {error}", endpoint(&session))),
		Err(_) => skip_all(&format!("{} did not say in time", endpoint(&session))),
	}
}

fn endpoint(session: &Arc<Session>) -> &str {
	session.endpoint()
}

/// All checks of the machine, left out for this reason.
pub fn skip_all(why: &str) -> Vec<Finding> {
	CHECKS.iter().map(|check| Finding::skipped(check, why)).collect()
}

/// The configured machine, or that of the key.
async fn id(config: &Config, at: &At, keys: &Keys) -> Result<Option<MachineId>, ChainError> {
	if let Some(id) = config.machine.id {
		return Ok(Some(MachineId(id)));
	}
	for key in [&keys.here, &keys.next].into_iter().flatten() {
		if let Some((id, _)) = queries::machine_of_key(at, key).await? {
			return Ok(Some(id));
		}
	}
	Ok(None)
}

async fn facts(at: &At, id: MachineId, now: u64) -> Result<Facts, ChainError> {
	let record = queries::machine(at, id).await?;
	let fees = queries::fees(at, id).await?.at(now);
	let offers = queries::offers_of(at, id).await?;
	let spending = queries::spending(at, id).await?;
	let mut unbonded = Vec::new();
	for offer in &offers {
		let Some(found) = queries::offer(at, *offer).await? else {
			continue;
		};
		let (asset, bond) = (found.terms.asset, found.terms.bond);
		let allowed = spending
			.as_ref()
			.is_some_and(|spending| spending.allows_bond(asset, bond));
		if bond > 0 && !allowed {
			unbonded.push(*offer);
		}
	}
	Ok(Facts {
		id,
		record,
		fees,
		now,
		offers,
		unbonded,
	})
}

fn not_registered(keys: &Keys) -> Vec<Finding> {
	let (what, fix) = match &keys.here {
		Some(key) => (
			format!("no machine is registered with the key {key}"),
			"iot-client register --account owner.json --password-file owner.pw; the owner pays",
		),
		None => (
			"there is no key here, and no machine.id".to_owned(),
			"`iot-client init` makes a key, and `iot-client register` a machine of it",
		),
	};
	let mut findings = vec![Finding::wrong(CHECKS[0], what, fix)];
	findings.extend(
		CHECKS[1..]
			.iter()
			.map(|check| Finding::skipped(check, "the machine is not registered")),
	);
	findings
}

fn judge(facts: &Facts, keys: &Keys, owner: Option<&AccountId32>) -> Vec<Finding> {
	let Some(record) = &facts.record else {
		let what = format!("there is no machine {} on this chain", facts.id);
		let fix = "correct machine.id, or chain.endpoints: this may be another chain";
		let mut findings = vec![Finding::wrong(CHECKS[0], what, fix)];
		findings.extend(
			CHECKS[1..]
				.iter()
				.map(|check| Finding::skipped(check, "there is no such machine")),
		);
		return findings;
	};
	vec![
		judge_status(record),
		judge_key(record, keys),
		judge_owner(record, owner),
		judge_fees(&facts.fees, facts.now),
		judge_offers(&facts.offers, &facts.unbonded),
	]
}

fn judge_status(machine: &Machine) -> Finding {
	let check = CHECKS[0];
	let id = machine.id;
	match (machine.status, machine.frozen) {
		(MachineStatus::Decommissioned, _) => Finding::wrong(
			check,
			format!("{id} is decommissioned: it is gone for good"),
			"take its machine.id out, move keystore and state_dir aside, and make a new key with `iot-client init`",
		),
		(_, true) => Finding::wrong(
			check,
			format!("{id} is frozen by its owner: its key acts for nobody"),
			"if the key is safe, the owner signs `iot-client unfreeze`; else he signs `iot-client rotate-key --this-key` first",
		),
		(MachineStatus::OutOfService, false) => Finding::warning(
			check,
			format!("{id} is out of service: it takes no orders"),
			"the owner signs `iot-client service on`",
		),
		(MachineStatus::InService, false) => Finding::ok(check, format!("{id} is registered, and in service")),
	}
}

fn judge_key(machine: &Machine, keys: &Keys) -> Finding {
	let check = CHECKS[1];
	let live = machine.key;
	match keys {
		Keys { here: Some(here), .. } if *here == live => Finding::ok(check, format!("is the keystore's, {live}")),
		Keys { next: Some(next), .. } if *next == live => {
			Finding::ok(check, format!("is {live}, the keystore's successor; the daemon puts it into its place"))
		}
		Keys { here: Some(here), .. } => Finding::wrong(
			check,
			format!("is {live} on the chain, and the keystore has {here}"),
			"if the key was rotated elsewhere, put that keystore here; if this one shall be the machine's, the owner signs \
			 `iot-client rotate-key --this-key`; if machine.id is another machine's, correct it",
		),
		Keys { here: None, .. } => Finding::wrong(
			check,
			format!("is {live} on the chain, and there is no keystore here"),
			"put the keystore back from your copy; without one `iot-client init`, and the owner signs `iot-client rotate-key --this-key`",
		),
	}
}

fn judge_owner(machine: &Machine, wanted: Option<&AccountId32>) -> Finding {
	let check = CHECKS[2];
	let owner = machine.owner;
	match wanted {
		Some(wanted) if *wanted != owner => Finding::wrong(
			check,
			format!("is {owner} on the chain, and machine.owner says {wanted}: the client works for nobody else"),
			"if the machine was sold, set machine.owner to the new owner; if not, find out why",
		),
		Some(_) => Finding::ok(check, format!("is {owner}, as machine.owner says")),
		None => Finding::ok(
			check,
			format!("is {owner}; machine.owner = \"{owner}\" would have the client work for nobody else"),
		),
	}
}

fn judge_fees(fees: &Fees, now: u64) -> Finding {
	let check = CHECKS[3];
	let jobs = fees.left.0 / JOB_FEES;
	let Amount(per_period) = fees.per_period;
	let back = match fees.renews_at.checked_sub(now).filter(|_| fees.period > 0) {
		Some(left) => format!(", {} again in {}", fees.per_period, crate::parse::show_millis(left)),
		None => String::new(),
	};
	let what = format!("{} left of the owner's allowance: about {jobs} jobs{back}", fees.left);
	let fix = "the owner signs `iot-client allow 10 --period 30d`; what is allowed anew counts from then on";
	match jobs {
		0 => Finding::wrong(check, what, fix),
		_ if jobs < FEW_JOBS && (fees.period == 0 || per_period / JOB_FEES < FEW_JOBS) => {
			Finding::warning(check, what, fix)
		}
		_ => Finding::ok(check, what),
	}
}

fn judge_offers(offers: &[OfferId], unbonded: &[OfferId]) -> Finding {
	let check = CHECKS[4];
	if offers.is_empty() {
		let fix = "the owner signs `iot-client offer terms.toml`; `iot-client offer --help` shows the file";
		return Finding::warning(check, "none are published, so nobody can order", fix);
	}
	if !unbonded.is_empty() {
		let ids: Vec<_> = unbonded.iter().map(ToString::to_string).collect();
		return Finding::wrong(
			check,
			format!(
				"the machine may not post the bond of {}, so it can accept no order on it",
				ids.join(", ")
			),
			"the owner signs `iot-client policy policy.toml`, with the purpose \"bond\" and a cap in the offer's asset",
		);
	}
	Finding::ok(check, format!("{} published", count(offers.len(), "is", "are")))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::cli::doctor::finding::Level;

	const KEY: AccountId32 = AccountId32([1; 32]);
	const OTHER: AccountId32 = AccountId32([2; 32]);
	const OWNER: AccountId32 = AccountId32([3; 32]);

	fn machine(change: impl FnOnce(&mut Machine)) -> Machine {
		let mut machine = Machine::example(MachineId([9; 32]), OWNER, KEY);
		change(&mut machine);
		machine
	}

	#[track_caller]
	fn is(finding: &Finding, level: Level, words: &str) {
		assert_eq!(finding.level, level, "{finding}");
		assert!(finding.to_string().contains(words), "{words:?} is not in {finding}");
	}

	#[test]
	fn a_machine_that_cannot_work_says_what_the_owner_must_sign() {
		is(&judge_status(&machine(|_| ())), Level::Ok, "in service");
		is(
			&judge_status(&machine(|machine| machine.frozen = true)),
			Level::Wrong,
			"unfreeze",
		);
		let out = machine(|machine| machine.status = MachineStatus::OutOfService);
		is(&judge_status(&out), Level::Warning, "service on");
		let gone = machine(|machine| machine.status = MachineStatus::Decommissioned);
		is(&judge_status(&gone), Level::Wrong, "gone for good");
	}

	#[test]
	fn the_key_on_the_chain_is_looked_for_in_the_files() {
		let keys = |here, next| Keys { here, next };
		let machine = machine(|_| ());
		is(&judge_key(&machine, &keys(Some(KEY), None)), Level::Ok, "keystore's");
		is(
			&judge_key(&machine, &keys(Some(OTHER), Some(KEY))),
			Level::Ok,
			"successor",
		);
		is(
			&judge_key(&machine, &keys(Some(OTHER), None)),
			Level::Wrong,
			"rotate-key --this-key",
		);
		is(&judge_key(&machine, &keys(None, None)), Level::Wrong, "from your copy");
		is(&judge_owner(&machine, Some(&OWNER)), Level::Ok, "as machine.owner says");
		is(&judge_owner(&machine, Some(&OTHER)), Level::Wrong, "set machine.owner");
		is(&judge_owner(&machine, None), Level::Ok, "machine.owner =");
	}

	#[test]
	fn an_allowance_is_told_in_jobs() {
		let fees = |jobs: u128, period| Fees {
			per_period: Amount(10 * JOB_FEES),
			period,
			left: Amount(jobs * JOB_FEES),
			renews_at: 90_000,
			last_seen: 0,
		};
		is(&judge_fees(&fees(0, 60_000), 30_000), Level::Wrong, "iot-client allow");
		is(&judge_fees(&fees(9, 0), 30_000), Level::Warning, "about 9 jobs");
		is(&judge_fees(&fees(9, 60_000), 30_000), Level::Ok, "again in 1 min 0 s");
		is(&judge_fees(&fees(10, 0), 30_000), Level::Ok, "about 10 jobs");
		is(&judge_fees(&Fees::default(), 0), Level::Wrong, "about 0 jobs");
	}

	#[test]
	fn offers_that_nobody_can_take_up_are_told() {
		is(&judge_offers(&[], &[]), Level::Warning, "iot-client offer");
		is(&judge_offers(&[OfferId(7)], &[]), Level::Ok, "1 is published");
		is(
			&judge_offers(&[OfferId(7), OfferId(8)], &[OfferId(8)]),
			Level::Wrong,
			"bond of 8",
		);
	}

	#[test]
	fn a_machine_that_is_not_there_is_told_once() {
		let facts = Facts {
			id: MachineId([9; 32]),
			record: None,
			fees: Fees::default(),
			now: 0,
			offers: vec![],
			unbonded: vec![],
		};
		let keys = Keys {
			here: Some(KEY),
			next: None,
		};
		for (findings, words) in [
			(judge(&facts, &keys, None), "correct machine.id"),
			(not_registered(&keys), "iot-client register"),
			(not_registered(&Keys { here: None, next: None }), "iot-client init"),
		] {
			is(&findings[0], Level::Wrong, words);
			assert!(findings[1..].iter().all(|finding| finding.level == Level::Skipped));
			assert_eq!(findings.len(), CHECKS.len());
		}
	}
}

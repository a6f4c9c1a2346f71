//! Who calibrates, and what he says of sensors.

use crate::{
	draw::Draw,
	ledger,
	parties::{account, KEEPERS, OWNERS, SUPPLIERS},
	target::{Entitled, Form, Intent},
	upkeep::{METRIC, TABLE},
	world::{actors_as, controller_of, World},
};
use bpiiot_runtime::{AccountId, Hash, Runtime};
use pallet_diagnostics::{Call, CertificateId, Issuers, MetricId};

pub(super) fn forms() -> Vec<Form> {
	vec![
		Form::new("accredit_issuer", accredit_issuer).weighing(4),
		Form::new("remove_issuer", remove_issuer).weighing(2),
		Form::new("register_certificate", register_certificate).weighing(20),
		Form::new("revoke_certificate", revoke_certificate).weighing(3),
		Form::new("prune_certificate", prune_certificate).weighing(10),
	]
}

/// How long a certificate may be valid, and is kept when it is over.
const MAX_VALIDITY: u64 = 800 * 86_400_000;
const KEPT: u64 = 30 * 86_400_000;

/// Those whom governance accredits. Not all are nobody's: an owner is one, and a maintainer.
fn candidate(draw: &mut Draw<'_>) -> AccountId {
	let all = [KEEPERS[0], KEEPERS[1], OWNERS[0], SUPPLIERS[0]];
	account(all[draw.below(all.len())])
}

fn accredit_issuer(_: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (issuer, profile) = (candidate(draw), Hash::repeat_byte(1));
	Intent::new(Call::<Runtime>::accredit_issuer { issuer, profile }, Entitled::Root)
}

fn remove_issuer(_: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let issuer = candidate(draw);
	Intent::new(Call::<Runtime>::remove_issuer { issuer }, Entitled::Root)
}

/// Who is accredited and has not the machine's owner behind him.
fn register_certificate(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (machine, _) = world.machine(draw)?;
	let owner = controller_of(&machine.account());
	let issuers: Vec<AccountId> = Issuers::<Runtime>::iter_keys().collect();
	let mut fit = issuers.clone();
	fit.sort_unstable();
	fit.retain(|issuer| controller_of(issuer) != owner);
	let now = ledger::now();
	let small = draw.number();
	let (valid_from, valid_until) = match small % 16 {
		10 => (now + 1, now + 1_000_000),
		11 => (now - 2_000, now - 1),
		12 => (now, now),
		13 => (now, now + MAX_VALIDITY + 1),
		14 | 15 => (now - 1_000, now + 1),
		_ => (now - 1_000, now + MAX_VALIDITY / 2),
	};
	let lasts = valid_until - valid_from;
	let is_valid = valid_from <= now && valid_until >= now && (1..=MAX_VALIDITY).contains(&lasts);
	let call = Call::<Runtime>::register_certificate {
		machine,
		metric: MetricId(METRIC),
		document: Hash::repeat_byte(draw.number() as u8),
		table: if small >> 12 == 15 {
			Hash::zero()
		} else {
			Hash::from(TABLE)
		},
		valid_from,
		valid_until,
	};
	// Now and then one tries it who is accredited, and the owner's.
	let tries = draw.once_in(4) || fit.is_empty() || !is_valid;
	let entitled = match tries {
		true => Entitled::AnybodyBut(draw.beginning_with_one(issuers), not_among(&fit, is_valid)),
		false => Entitled::These(draw.beginning_with_one(fit)),
	};
	Intent::new(call, entitled)
}

/// Everybody but these; everybody if the call is wrong anyway.
fn not_among(these: &[AccountId], is_valid: bool) -> Vec<AccountId> {
	let all = crate::parties::everybody().map(account);
	all.filter(|who| !is_valid || !these.contains(who)).collect()
}

/// Who has registered it, or governance.
fn revoke_certificate(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (machine, metric, sensor) = world.upkeep.sensor(draw)?;
	let found = draw.one_of(&sensor.certificates);
	let certificate = found.map_or(CertificateId(1), |one| one.id);
	let is_time = found.is_some_and(|one| one.revoked_at.is_none());
	let issuer = found.map_or_else(Vec::new, |one| actors_as(&one.issuer));
	let call = Call::<Runtime>::revoke_certificate {
		machine,
		metric,
		certificate,
	};
	let entitled = match is_time {
		true => Entitled::RootOr(issuer),
		false => Entitled::Nobody(issuer),
	};
	Intent::new(call, entitled)
}

fn prune_certificate(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (machine, metric, sensor) = world.upkeep.sensor(draw)?;
	let found = draw.one_of(&sensor.certificates);
	let certificate = found.map_or(CertificateId(1), |one| one.id);
	let now = ledger::now();
	let is_over = found.is_some_and(|one| {
		let expired = now > one.valid_until && now > one.valid_until + KEPT;
		expired || one.revoked_at.is_some_and(|revoked| now > revoked + KEPT)
	});
	let call = Call::<Runtime>::prune_certificate {
		machine,
		metric,
		certificate,
	};
	let who = found.map_or_else(Vec::new, |one| actors_as(&one.issuer));
	Intent::new(call, Entitled::anybody_if(is_over, who))
}

//! Prefixes, things, makings, tags, certificates and recalls.

use crate::{
	draw::Draw,
	ledger,
	market::text,
	parties::{account, CUSTOMERS, KEEPERS, OWNERS, SUPPLIERS},
	target::{Entitled, Form, Intent, Target},
	trace::{has_machine, issuer_of, kind, maker_of, may_use, serial, unit_under, PREFIXES},
	world::{actors_as, controller_of, speakers_for, World},
};
use bpiiot_primitives::MachineId;
use bpiiot_runtime::{AccountId, Hash, Runtime, System};
use pallet_products::{
	gs1::{CompanyPrefix, Gtin},
	Accreditations, Calibration, Call, Certificates, InputLine, MakingId, Makings, OutputLine, Productions, RecallId,
	Role, Scope, Stage, Subject, Thing, Units, Work,
};
use sp_io::hashing::blake2_256;
use sp_runtime::TryRuntimeError;

/// The pallet `products`.
pub struct Products;

impl Target for Products {
	fn name(&self) -> &'static str {
		"products"
	}

	fn forms(&self) -> Vec<Form> {
		vec![
			Form::new("accredit", accredit).weighing(4),
			Form::new("withdraw_accreditation", withdraw_accreditation).weighing(1),
			Form::new("assign_prefix", assign_prefix).weighing(4),
			Form::new("set_room", set_room).weighing(4),
			Form::new("revoke_prefix", revoke_prefix).weighing(1),
			Form::new("release_prefix", release_prefix).weighing(1),
			Form::new("register_item", register_item).weighing(6),
			Form::new("register_range", register_range).weighing(6),
			Form::new("register_lot", register_lot).weighing(6),
			Form::new("withdraw", withdraw).weighing(2),
			Form::new("make", make).weighing(24),
			Form::new("amend", amend).weighing(2),
			Form::new("transfer", transfer).weighing(8).honest(),
			Form::new("pack", pack).weighing(6),
			Form::new("unpack", unpack).weighing(4),
			Form::new("attach_tag", attach_tag).weighing(2),
			Form::new("verify_tag", verify_tag).weighing(2),
			Form::new("certify", certify).weighing(3),
			Form::new("revoke_certificate", revoke_certificate).weighing(1),
			Form::new("remove_certificate", remove_certificate).weighing(2),
			Form::new("recall", recall).weighing(5),
			Form::new("narrow", narrow).weighing(2),
			Form::new("lift", lift).weighing(2),
			Form::new("confirm", confirm).weighing(2),
			Form::new("contest", contest).weighing(4),
			Form::new("judge", judge).weighing(3),
			Form::new("settle_contest", settle_contest).weighing(3),
			Form::new("spread", spread).weighing(4),
			Form::new("close_recall", close_recall).weighing(3),
		]
	}

	fn errors(&self) -> Vec<&'static str> {
		super::names_of::<pallet_products::Error<Runtime>>()
	}

	fn try_state(&self) -> Result<(), TryRuntimeError> {
		bpiiot_runtime::Products::do_try_state()
	}
}

/// Those who issue things.
fn companies(draw: &mut Draw<'_>) -> Vec<AccountId> {
	let people = OWNERS.iter().chain(&SUPPLIERS).chain(&CUSTOMERS);
	draw.beginning_with_one(people.map(|name| account(name)).collect())
}

/// Those who are accredited for something now.
fn accredited(world: &World, role: Role) -> Vec<AccountId> {
	let now = ledger::now();
	let of_role = world.trace.accredited.iter().filter(|(other, _)| *other == role);
	let still = of_role.filter(|(_, who)| Accreditations::<Runtime>::get(role, who).is_some_and(|until| until > now));
	still.map(|(_, who)| who.clone()).collect()
}

fn role(draw: &mut Draw<'_>) -> Role {
	match draw.below(2) {
		0 => Role::Registrant,
		_ => Role::Certifier,
	}
}

fn accredit(_: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let role = role(draw);
	let who = account(KEEPERS[draw.below(KEEPERS.len())]);
	let until = match draw.once_in(8) {
		true => ledger::now(),
		false => ledger::now() + 400 * 86_400_000,
	};
	Intent::new(Call::<Runtime>::accredit { who, role, until }, Entitled::Root)
}

fn withdraw_accreditation(_: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let role = role(draw);
	let who = account(KEEPERS[draw.below(KEEPERS.len())]);
	Intent::new(Call::<Runtime>::withdraw_accreditation { who, role }, Entitled::Root)
}

fn assign_prefix(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (digits, length) = PREFIXES[draw.below(PREFIXES.len())];
	let prefix = CompanyPrefix { digits, length };
	let holder = companies(draw).first()?.clone();
	let those = accredited(world, Role::Registrant);
	let entitled = match those.is_empty() {
		true => Entitled::Nobody(vec![account(KEEPERS[0])]),
		false => Entitled::These(draw.beginning_with_one(those)),
	};
	Intent::new(Call::<Runtime>::assign_prefix { prefix, holder }, entitled)
}

fn set_room(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let record = world.trace.prefix(draw)?;
	let prefix = record.prefix;
	let room = match draw.number() % 16 {
		14 => 0,
		15 => u32::MAX,
		more => record.used.saturating_add(u32::from(more) * 16),
	};
	let entitled = Entitled::These(speakers_for(&record.holder));
	Intent::new(Call::<Runtime>::set_room { prefix, room }, entitled)
}

fn revoke_prefix(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let record = world.trace.prefix(draw)?;
	let prefix = record.prefix;
	let entitled = Entitled::These(actors_as(&record.registrant));
	Intent::new(Call::<Runtime>::revoke_prefix { prefix }, entitled)
}

fn release_prefix(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let record = world.trace.prefix(draw)?;
	let prefix = record.prefix;
	let mut those = speakers_for(&record.holder);
	if record.revoked {
		those.extend(actors_as(&record.registrant));
	}
	let entitled = Entitled::these_if(record.used == 0, those);
	Intent::new(Call::<Runtime>::release_prefix { prefix }, entitled)
}

/// Who issues under the prefix of a kind: its holder, and the machines of who stands behind him.
fn issuers(world: &World, draw: &mut Draw<'_>, body: u64) -> Vec<AccountId> {
	match issuer_of(body) {
		Some(holder) => draw.beginning_with_one(world.kin_of(&holder)),
		None => companies(draw),
	}
}

/// A kind of things, mostly under a prefix of somebody's.
fn some_kind(world: &World, draw: &mut Draw<'_>) -> Gtin {
	let prefix = world.trace.prefix(draw).map(|record| record.prefix);
	let (digits, length) = prefix.map_or(PREFIXES[3], |prefix| (prefix.digits, prefix.length));
	let gtin = kind(draw, (digits, length));
	match draw.once_in(32) {
		true => Gtin(gtin.0 + 1),
		false => gtin,
	}
}

/// Something new of a kind.
fn some_output(draw: &mut Draw<'_>, gtin: Gtin) -> OutputLine {
	let number = draw.number();
	match number % 8 {
		0..4 => OutputLine::Item {
			gtin,
			serial: serial(&format!("S{}", number / 8 % 200)),
		},
		4..6 => {
			let first = number / 8 % 90;
			let last = first + number / 8 % 7;
			OutputLine::Range {
				gtin,
				first: serial(&format!("{first:02}")),
				last: serial(&format!("{last:02}")),
			}
		}
		_ => OutputLine::Lot {
			gtin,
			lot: text(format!("L{}", number / 8 % 64).as_bytes()),
			unit: text(if number / 8 % 16 == 15 { b"kg" } else { b"KGM" }),
			quantity: u64::from(number / 8 % 9) * 100,
		},
	}
}

fn register_item(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let gtin = some_kind(world, draw);
	let entitled = Entitled::These(issuers(world, draw, gtin.body()));
	let serial = match draw.number() % 32 {
		31 => serial(""),
		30 => serial("a b"),
		more if more % 2 == 0 => serial(&format!("S{}", draw.below(200))),
		_ => serial(&format!("{:02}", draw.below(100))),
	};
	Intent::new(Call::<Runtime>::register_item { gtin, serial }, entitled)
}

fn register_range(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let gtin = some_kind(world, draw);
	let entitled = Entitled::These(issuers(world, draw, gtin.body()));
	let (first, more) = (draw.below(100), draw.below(9));
	let last = match draw.once_in(16) {
		true => first.saturating_sub(more + 1),
		false => first + more,
	};
	let (first, last) = (serial(&format!("{first:02}")), serial(&format!("{last:02}")));
	Intent::new(Call::<Runtime>::register_range { gtin, first, last }, entitled)
}

fn register_lot(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let gtin = some_kind(world, draw);
	let entitled = Entitled::These(issuers(world, draw, gtin.body()));
	let number = draw.number();
	let lot = match number % 16 {
		15 => text(b""),
		_ => text(format!("L{}", number / 16 % 64).as_bytes()),
	};
	let unit = text(if draw.once_in(16) { b"k" } else { b"KGM" });
	let quantity = u64::from(draw.units(9)) * 1_000;
	let call = Call::<Runtime>::register_lot {
		gtin,
		lot,
		unit,
		quantity,
	};
	Intent::new(call, entitled)
}

fn gtin_of(thing: &Thing) -> Option<Gtin> {
	match thing {
		Thing::Item { gtin, .. } | Thing::Range { gtin, .. } | Thing::Lot { gtin, .. } => Some(*gtin),
		Thing::Unit { .. } => None,
	}
}

/// Its owner, if he issues such things.
fn withdraw(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let thing = world.trace.thing(draw)?;
	let issuers = gtin_of(&thing).map_or_else(Vec::new, |gtin| issuers(world, draw, gtin.body()));
	let owner = match &thing {
		// All of it must be one's.
		Thing::Lot { .. } => world
			.trace
			.free
			.iter()
			.find(|(other, _)| *other == thing)
			.map(|(_, owner)| owner.clone()),
		thing => crate::trace::owner_of(thing),
	};
	let mut those = owner.map_or_else(Vec::new, |owner| speakers_for(&owner));
	those.retain(|who| issuers.contains(who));
	Intent::new(Call::<Runtime>::withdraw { thing }, Entitled::These(those))
}

/// On a machine that there is, until now.
fn work(world: &World, draw: &mut Draw<'_>) -> Option<Work> {
	let machine = *draw.one_of(&world.machines)?;
	let until = match draw.once_in(16) {
		true => ledger::now() + 1,
		false => ledger::now() - u64::from(draw.number()),
	};
	Some(Work {
		machine,
		from: until - u64::from(draw.number()),
		until,
		place: None,
		operator: None,
		firmware: None,
		recipe: None,
		calibration: Calibration::Unknown,
		readings: None,
	})
}

/// So much of a thing.
fn line(draw: &mut Draw<'_>, thing: Thing) -> InputLine {
	let quantity = match thing {
		Thing::Lot { .. } => u64::from(draw.units(9)) * 50,
		_ => u64::from(draw.once_in(32)),
	};
	InputLine { thing, quantity }
}

/// What goes in, what comes out, and who may do that.
fn transformation(world: &World, draw: &mut Draw<'_>) -> (Vec<InputLine>, Vec<OutputLine>, Vec<AccountId>) {
	let mut inputs = Vec::new();
	let mut owner = None;
	for _ in 0..draw.below(4) {
		let Some((thing, of)) = world.trace.free_thing(draw) else {
			break;
		};
		// Mostly of one owner, or hardly anything would be made.
		if owner.get_or_insert_with(|| controller_of(&of)) != &controller_of(&of) && !draw.once_in(16) {
			continue;
		}
		inputs.push(line(draw, thing));
	}
	let of_owner = world
		.trace
		.prefixes
		.iter()
		.find(|record| Some(controller_of(&record.holder)) == owner);
	let gtin = match of_owner {
		Some(record) => kind(draw, (record.prefix.digits, record.prefix.length)),
		None => some_kind(world, draw),
	};
	let outputs: Vec<_> = (0..draw.units(2)).map(|_| some_output(draw, gtin)).collect();
	let mut those = issuers(world, draw, gtin.body());
	those.retain(|who| inputs.iter().all(|line| may_use(who, &line.thing, line.quantity)));
	(inputs, outputs, those)
}

fn make(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (inputs, outputs, mut those) = transformation(world, draw);
	let work = match draw.below(3) {
		0 => None,
		_ => work(world, draw),
	};
	if let Some(work) = &work {
		those.retain(|who| has_machine(who, &work.machine));
	}
	let (inputs, outputs) = (inputs.try_into().ok()?, outputs.try_into().ok()?);
	let call = Call::<Runtime>::make { inputs, outputs, work };
	Intent::new(call, Entitled::These(those))
}

/// What a machine may say of how it has made something by a job.
pub(super) fn report(
	world: &World,
	draw: &mut Draw<'_>,
	machine: MachineId,
) -> Option<(pallet_products::Report, bool)> {
	let (inputs, outputs, those) = transformation(world, draw);
	let key = crate::world::live_key(&machine);
	let may = key.is_some_and(|key| those.contains(&key));
	let mut work = work(world, draw)?;
	work.machine = machine;
	let report = pallet_products::Report {
		inputs: inputs.try_into().ok()?,
		outputs: outputs.try_into().ok()?,
		work,
	};
	Some((report, may))
}

/// A making, as it is.
fn making(world: &World, draw: &mut Draw<'_>) -> Option<MakingId> {
	draw.one_of(&world.trace.makings).copied()
}

/// Its maker, and the machine on which it was made while it is his.
fn amend(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let making = making(world, draw)?;
	let maker = maker_of(making)?;
	let told = Productions::<Runtime>::get(making);
	let mut those = actors_as(&maker);
	let mut work = match &told {
		Some(told) => told.work.clone(),
		None => work(world, draw)?,
	};
	if let Some(told) = &told {
		let account = told.work.machine.account();
		if controller_of(&account) == maker {
			those.extend(actors_as(&account));
		}
	}
	let is_same = match draw.number() % 8 {
		7 => {
			work.until += 1;
			false
		}
		_ => {
			work.recipe = Some(Hash::repeat_byte(draw.number() as u8));
			true
		}
	};
	let entitled = Entitled::these_if(told.is_some() && is_same, those);
	Intent::new(Call::<Runtime>::amend { making, work }, entitled)
}

fn transfer(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (thing, from) = world.trace.free_thing(draw)?;
	let to = companies(draw).first()?.clone();
	let quantity = match thing {
		Thing::Lot { .. } => u64::from(draw.units(9)) * 100,
		_ => 0,
	};
	let entitled = Entitled::These(speakers_for(&from));
	let call = Call::<Runtime>::transfer {
		thing,
		from,
		to,
		quantity,
	};
	Intent::new(call, entitled)
}

/// The owner of all of it; of a new unit, who issues it.
fn pack(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (first, owner) = world.trace.free_thing(draw)?;
	let mut things = vec![first];
	if let Some((second, _)) = world.trace.free_thing(draw).filter(|(_, of)| *of == owner) {
		things.push(second);
	}
	let known: Vec<_> = world
		.trace
		.things
		.iter()
		.filter(|thing| matches!(thing, Thing::Unit { .. }))
		.collect();
	let sscc = match draw.one_of(&known) {
		Some(Thing::Unit { sscc }) if draw.once_in(2) => *sscc,
		_ => {
			let control = controller_of(&owner);
			let own = world
				.trace
				.prefixes
				.iter()
				.find(|record| controller_of(&record.holder) == control);
			unit_under(draw, own.or_else(|| world.trace.prefixes.first())?.prefix)
		}
	};
	let mut those = match Units::<Runtime>::get(sscc) {
		Some(unit) => speakers_for(&unit.owner),
		None => issuers(world, draw, sscc.body()),
	};
	let owns = |who: &AccountId, thing: &Thing| match thing {
		Thing::Lot { .. } => false,
		thing => crate::trace::owner_of(thing).is_some_and(|owner| speakers_for(&owner).contains(who)),
	};
	those.retain(|who| things.iter().all(|thing| owns(who, thing)));
	let things = things.try_into().ok()?;
	Intent::new(Call::<Runtime>::pack { sscc, things }, Entitled::These(those))
}

fn unpack(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let known: Vec<_> = world
		.trace
		.things
		.iter()
		.filter(|thing| matches!(thing, Thing::Unit { .. }))
		.collect();
	let Some(Thing::Unit { sscc }) = draw.one_of(&known) else {
		return None;
	};
	let unit = Units::<Runtime>::get(sscc)?;
	let things = vec![draw.one_of(&unit.contents)?.clone()].try_into().ok()?;
	let entitled = Entitled::These(speakers_for(&unit.owner));
	Intent::new(Call::<Runtime>::unpack { sscc: *sscc, things }, entitled)
}

/// The key of an item's tag: one of a few, so that some have a copy.
fn tag(number: u8) -> Option<p256::ecdsa::SigningKey> {
	p256::ecdsa::SigningKey::from_slice(&blake2_256(&[number])).ok()
}

fn public(tag: &p256::ecdsa::SigningKey) -> Option<[u8; 33]> {
	tag.verifying_key().to_encoded_point(true).as_bytes().try_into().ok()
}

fn attach_tag(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (thing, _) = world.trace.free_thing(draw)?;
	let Thing::Item { gtin, serial } = thing else {
		return None;
	};
	let key = match draw.once_in(16) {
		true => [9; 33],
		false => public(&tag(draw.below(2) as u8)?)?,
	};
	let entitled = Entitled::These(issuers(world, draw, gtin.body()));
	Intent::new(Call::<Runtime>::attach_tag { gtin, serial, key }, entitled)
}

/// Only for whom the tag has signed.
fn verify_tag(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	use p256::ecdsa::{signature::Signer, Signature};
	let (gtin, serial) = draw.one_of(&world.trace.tags)?.clone();
	let asker = companies(draw).first()?.clone();
	let block = System::block_number().saturating_sub(1 + draw.below(3) as u32);
	let counter = draw.below(6) as u32;
	let message = pallet_products::tags::challenge(
		&System::block_hash(0),
		gtin,
		&serial,
		&asker,
		&block,
		&System::block_hash(block),
		counter,
	);
	let signature: Signature = tag(draw.below(2) as u8)?.sign(&message);
	let signature = signature.normalize_s().unwrap_or(signature).to_bytes().into();
	let call = Call::<Runtime>::verify_tag {
		gtin,
		serial,
		block,
		counter,
		signature,
	};
	Intent::new(call, Entitled::These(vec![asker]))
}

fn certify(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let subject = match draw.below(3) {
		0 => Subject::Thing(world.trace.thing(draw)?),
		1 => Subject::Product(some_kind(world, draw)),
		_ => Subject::Making(making(world, draw)?),
	};
	let from = ledger::now();
	let until = match draw.once_in(16) {
		true => from,
		false => from + draw.window() % 10_000_000,
	};
	let (schema, claims) = (Hash::repeat_byte(1), Hash::repeat_byte(2));
	let those = accredited(world, Role::Certifier);
	let entitled = match those.is_empty() {
		true => Entitled::Nobody(vec![account(KEEPERS[0])]),
		false => Entitled::These(draw.beginning_with_one(those)),
	};
	let call = Call::<Runtime>::certify {
		subject,
		schema,
		claims,
		from,
		until,
	};
	Intent::new(call, entitled)
}

fn revoke_certificate(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let certificate = *draw.one_of(&world.trace.certificates)?;
	let record = Certificates::<Runtime>::get(certificate)?;
	let entitled = Entitled::these_if(record.revoked.is_none(), speakers_for(&record.issuer));
	Intent::new(Call::<Runtime>::revoke_certificate { certificate }, entitled)
}

fn remove_certificate(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let certificate = *draw.one_of(&world.trace.certificates)?;
	let record = Certificates::<Runtime>::get(certificate)?;
	let is_time = record.until <= ledger::now();
	let entitled = Entitled::these_if(is_time, speakers_for(&record.issuer));
	Intent::new(Call::<Runtime>::remove_certificate { certificate }, entitled)
}

/// Its issuer and its maker; of components and machines, whoever has made something of or on them.
fn recall(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (scope, those) = match draw.below(4) {
		0 | 1 => {
			let thing = world.trace.thing(draw)?;
			let mut those = gtin_of(&thing).map_or_else(Vec::new, |gtin| issuers(world, draw, gtin.body()));
			let made = bpiiot_runtime::Products::facts(thing.clone()).and_then(|facts| facts.making);
			those.extend(
				made.and_then(maker_of)
					.map_or_else(Vec::new, |maker| world.kin_of(&maker)),
			);
			(Scope::Thing(thing), those)
		}
		2 => {
			let example = making(world, draw)?;
			let record = Makings::<Runtime>::get(example)?;
			let thing = draw.one_of(&record.inputs)?.thing.clone();
			(Scope::Component { thing, example }, world.kin_of(&record.maker))
		}
		_ => {
			let example = making(world, draw)?;
			let told = Productions::<Runtime>::get(example)?;
			let machine = told.work.machine;
			let (from, until) = (
				told.work.from.saturating_sub(draw.window() % 1_000_000),
				told.work.until,
			);
			let scope = Scope::Machine {
				machine,
				from,
				until,
				example,
			};
			(scope, world.kin_of(&maker_of(example)?))
		}
	};
	let reason = Hash::zero();
	Intent::new(Call::<Runtime>::recall { scope, reason }, Entitled::These(those))
}

/// Its issuer, and the machine of his that has begun it.
fn of_recall(record: &pallet_products::RecallOf<Runtime>) -> Vec<AccountId> {
	let mut those = actors_as(&record.issuer);
	if controller_of(&record.payer) == record.issuer {
		those.extend(actors_as(&record.payer));
	}
	those
}

fn narrow(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (recall, record) = world.trace.recall(draw, |recall| recall.counts())?;
	let window = match (&record.scope, draw.below(2)) {
		(Scope::Machine { from, until, .. }, 1) => Some((*from, until.saturating_sub(1))),
		_ => None,
	};
	let exceptions = vec![making(world, draw)?].try_into().ok()?;
	let entitled = Entitled::These(of_recall(&record));
	let call = Call::<Runtime>::narrow {
		recall,
		window,
		exceptions,
	};
	Intent::new(call, entitled)
}

fn lift(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (recall, record) = world.trace.recall(draw, |recall| recall.counts())?;
	let entitled = Entitled::These(of_recall(&record));
	Intent::new(Call::<Runtime>::lift { recall }, entitled)
}

/// A mark, and who may say something of it: the maker.
fn mark(world: &World, draw: &mut Draw<'_>) -> Option<(RecallId, MakingId, Entitled)> {
	let (making, recall) = *draw.one_of(&world.trace.marks)?;
	let those = actors_as(&maker_of(making)?);
	Some((recall, making, Entitled::These(those)))
}

fn confirm(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (recall, making, entitled) = mark(world, draw)?;
	Intent::new(Call::<Runtime>::confirm { recall, making }, entitled)
}

fn contest(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (recall, making, entitled) = mark(world, draw)?;
	let evidence = Hash::zero();
	let call = Call::<Runtime>::contest {
		recall,
		making,
		evidence,
	};
	Intent::new(call, entitled)
}

fn judge(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (recall, _) = world
		.trace
		.recall(draw, |recall| recall.contests > 0 && recall.upheld.is_none())?;
	let upheld = draw.below(2) == 0;
	Intent::new(Call::<Runtime>::judge { recall, upheld }, Entitled::Root)
}

fn settle_contest(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (making, recall) = *draw.one_of(&world.trace.marks)?;
	let entitled = Entitled::Anybody(companies(draw));
	Intent::new(Call::<Runtime>::settle_contest { recall, making }, entitled)
}

fn spread(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (recall, record) = world
		.trace
		.recall(draw, |recall| recall.is_unfinished() || recall.stage == Stage::Clearing)?;
	let has_work = record.is_unfinished() || record.stage == Stage::Clearing;
	let steps = draw.below(20) as u32;
	let entitled = Entitled::anybody_if(has_work, companies(draw));
	Intent::new(Call::<Runtime>::spread { recall, steps }, entitled)
}

fn close_recall(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (recall, record) = world.trace.recall(draw, |recall| recall.stage == Stage::Cleared)?;
	let entitled = Entitled::anybody_if(record.stage == Stage::Cleared, companies(draw));
	Intent::new(Call::<Runtime>::close_recall { recall }, entitled)
}

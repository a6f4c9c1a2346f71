//! What there is of products and shipments. Looked at once a block, and read anew for each call.

use crate::{
	draw::Draw,
	world::{controller_of, party_of},
};
use bpiiot_primitives::{LegId, MachineId, ShipmentId};
use bpiiot_runtime::{AccountId, Products as Pallet, Runtime};
use pallet_products::{
	gs1::{CompanyPrefix, Gtin, Serial, Sscc},
	Accreditations, AssignmentOf, CertificateId, Certificates, Holdings, Items, Lots, MakingId, Makings, Marks,
	Prefixes, Ranges, RecallId, RecallOf, Recalls, Role, State, Tags, Thing, Units,
};
use pallet_shipments::{LegOf, Legs, ShipmentOf, Shipments};
use std::collections::BTreeMap;

/// Prefixes that somebody may get. The second begins with the first, and the last is none.
pub const PREFIXES: [(u64, u8); 5] = [(950_600, 6), (9_506_001, 7), (4_012_345, 7), (7_612_345, 7), (1, 13)];

/// What there is.
#[derive(Clone, Debug, Default)]
pub struct Trace {
	/// Who is accredited, and for what.
	pub accredited: Vec<(Role, AccountId)>,
	/// The prefixes that are somebody's.
	pub prefixes: Vec<AssignmentOf<Runtime>>,
	/// The items that have a record, the ranges, the lots and the units.
	pub things: Vec<Thing>,
	/// Of these, those that stand alone and unused, and lots of which somebody has some: with an owner.
	pub free: Vec<(Thing, AccountId)>,
	/// What is on its way, by what its own record says.
	pub on_its_way: BTreeMap<Thing, ShipmentId>,
	/// How much of which lot is on its way, by whom it was sent.
	pub lots_on_their_way: BTreeMap<(Thing, AccountId), u64>,
	/// The makings.
	pub makings: Vec<MakingId>,
	/// The items with a tag.
	pub tags: Vec<(Gtin, Serial)>,
	/// The certificates.
	pub certificates: Vec<CertificateId>,
	/// The recalls.
	pub recalls: BTreeMap<RecallId, RecallOf<Runtime>>,
	/// What they have reached.
	pub marks: Vec<(MakingId, RecallId)>,
	/// The shipments.
	pub shipments: BTreeMap<ShipmentId, ShipmentOf<Runtime>>,
	/// Their legs.
	pub legs: BTreeMap<LegId, LegOf<Runtime>>,
}

impl Trace {
	/// Looks at the ledger.
	pub fn look() -> Self {
		let mut trace = Self {
			accredited: Accreditations::<Runtime>::iter_keys().collect(),
			prefixes: Prefixes::<Runtime>::iter_values().collect(),
			makings: Makings::<Runtime>::iter_keys().collect(),
			tags: Tags::<Runtime>::iter_keys()
				.map(|(gtin, key)| (gtin, key.serial()))
				.collect(),
			certificates: Certificates::<Runtime>::iter_keys().collect(),
			recalls: Recalls::<Runtime>::iter().collect(),
			marks: Marks::<Runtime>::iter_keys().collect(),
			shipments: Shipments::<Runtime>::iter().collect(),
			legs: Legs::<Runtime>::iter().collect(),
			..Self::default()
		};
		for (gtin, key, item) in Items::<Runtime>::iter() {
			let serial = key.serial();
			trace.note(Thing::Item { gtin, serial }, item.owner, item.state);
		}
		for (gtin, key, range) in Ranges::<Runtime>::iter() {
			let last = key.serial();
			trace.note(Thing::Range { gtin, last }, range.owner, range.state);
		}
		for (sscc, unit) in Units::<Runtime>::iter() {
			let state = match (unit.within, unit.shipment) {
				(Some(outer), _) => State::Packed(outer),
				(None, Some(shipment)) => State::OnItsWay(shipment),
				(None, None) => State::Free,
			};
			trace.note(Thing::Unit { sscc }, unit.owner, state);
		}
		for (gtin, lot) in Lots::<Runtime>::iter_keys() {
			trace.things.push(Thing::Lot { gtin, lot });
		}
		for ((gtin, lot), owner, holding) in Holdings::<Runtime>::iter() {
			let thing = Thing::Lot { gtin, lot };
			if holding.quantity > 0 {
				trace.free.push((thing.clone(), owner.clone()));
			}
			if holding.on_its_way > 0 {
				trace.lots_on_their_way.insert((thing, owner), holding.on_its_way);
			}
		}
		trace.accredited.sort_unstable();
		trace.things.sort_unstable();
		trace.free.sort_unstable();
		trace.tags.sort_unstable();
		trace.marks.sort_unstable();
		trace
	}

	fn note(&mut self, thing: Thing, owner: AccountId, state: State) {
		match state {
			State::Free => self.free.push((thing.clone(), owner)),
			State::OnItsWay(shipment) => drop(self.on_its_way.insert(thing.clone(), shipment)),
			State::Used(_) | State::Packed(_) => (),
		}
		self.things.push(thing);
	}

	/// Something that is free, and whose it is; an item of a range now and then.
	pub fn free_thing(&self, draw: &mut Draw<'_>) -> Option<(Thing, AccountId)> {
		let (thing, owner) = draw.one_of(&self.free)?.clone();
		let thing = match thing {
			Thing::Range { gtin, last } if draw.once_in(2) => one_of_range(draw, gtin, &last),
			thing => thing,
		};
		Some((thing, owner))
	}

	/// Anything; now and then something that is not.
	pub fn thing(&self, draw: &mut Draw<'_>) -> Option<Thing> {
		match draw.once_in(16) {
			true => Some(Thing::Item {
				gtin: kind(draw, (950_600, 6)),
				serial: serial("nothing"),
			}),
			false => draw.one_of(&self.things).cloned(),
		}
	}

	/// A shipment, as it is: mostly one that `is` wants.
	pub fn shipment(
		&self,
		draw: &mut Draw<'_>,
		is: impl Fn(&ShipmentOf<Runtime>) -> bool,
	) -> Option<(ShipmentId, ShipmentOf<Runtime>)> {
		let id = draw.mostly(&self.shipments, is)?;
		Some((id, Shipments::<Runtime>::get(id)?))
	}

	/// A leg, as it is, with its shipment: mostly one that `is` wants.
	pub fn leg(
		&self,
		draw: &mut Draw<'_>,
		is: impl Fn(&LegOf<Runtime>) -> bool,
	) -> Option<(LegId, LegOf<Runtime>, ShipmentOf<Runtime>)> {
		let id = draw.mostly(&self.legs, is)?;
		let leg = Legs::<Runtime>::get(id)?;
		let shipment = Shipments::<Runtime>::get(leg.shipment)?;
		Some((id, leg, shipment))
	}

	/// A recall, as it is: mostly one that `is` wants.
	pub fn recall(
		&self,
		draw: &mut Draw<'_>,
		is: impl Fn(&RecallOf<Runtime>) -> bool,
	) -> Option<(RecallId, RecallOf<Runtime>)> {
		let id = draw.mostly(&self.recalls, is)?;
		Some((id, Recalls::<Runtime>::get(id)?))
	}

	/// A prefix of somebody's.
	pub fn prefix(&self, draw: &mut Draw<'_>) -> Option<AssignmentOf<Runtime>> {
		let prefix = draw.one_of(&self.prefixes)?.prefix;
		Prefixes::<Runtime>::get(prefix.last().to_be_bytes())
	}
}

/// A text as a serial.
pub fn serial(text: &str) -> Serial {
	Serial::truncate_from(text.as_bytes().to_vec())
}

/// One of the kinds of things under a prefix.
pub fn kind(draw: &mut Draw<'_>, (digits, length): (u64, u8)) -> Gtin {
	let prefix = CompanyPrefix { digits, length };
	let body = prefix.first() + draw.below(2) as u64;
	let mut keys = (0..10).map(|digit| Gtin(body * 10 + digit));
	keys.find(|key| key.is_valid()).unwrap_or_default()
}

/// One of the logistic units under a prefix.
pub fn unit_under(draw: &mut Draw<'_>, prefix: CompanyPrefix) -> Sscc {
	let body = prefix.first() * 10_000 + draw.below(8) as u64;
	let mut keys = (0..10).map(|digit| Sscc(body * 10 + digit));
	keys.find(|key| key.is_valid()).unwrap_or_default()
}

/// An item of a range that ends with a serial of two digits.
fn one_of_range(draw: &mut Draw<'_>, gtin: Gtin, last: &Serial) -> Thing {
	let last: u32 = std::str::from_utf8(last)
		.ok()
		.and_then(|digits| digits.parse().ok())
		.unwrap_or_default();
	let serial = serial(&format!("{:02}", last.saturating_sub(draw.below(4) as u32)));
	Thing::Item { gtin, serial }
}

/// Whose a thing is, unless it is a lot; read anew.
pub fn owner_of(thing: &Thing) -> Option<AccountId> {
	Pallet::owner_of(thing)
}

/// Whether whoever signs with a key may use something up: it is his, his machine's, or his owner's. Of a lot he must have
/// enough, or his owner.
pub fn may_use(who: &AccountId, thing: &Thing, quantity: u64) -> bool {
	let party = party_of(who);
	let control = controller_of(&party);
	match thing {
		Thing::Lot { gtin, lot } => [&party, &control].into_iter().any(|holder| {
			let holding = Holdings::<Runtime>::get((gtin, lot), holder);
			holding.is_some_and(|holding| holding.quantity >= quantity)
		}),
		thing => owner_of(thing).is_some_and(|owner| {
			let is_his_machines = controller_of(&owner) == party;
			owner == party || is_his_machines || owner == control
		}),
	}
}

/// Who has made something, by its making.
pub fn maker_of(making: MakingId) -> Option<AccountId> {
	Makings::<Runtime>::get(making).map(|making| making.maker)
}

/// Who holds the prefix of a body.
pub fn issuer_of(body: u64) -> Option<AccountId> {
	let mut prefixes = Prefixes::<Runtime>::iter_values();
	let is_under = |record: &AssignmentOf<Runtime>| (record.prefix.first()..=record.prefix.last()).contains(&body);
	prefixes.find(is_under).map(|record| record.holder)
}

/// Whether a machine is the account's own, or its owner's.
pub fn has_machine(who: &AccountId, machine: &MachineId) -> bool {
	let party = party_of(who);
	party == machine.account() || controller_of(&machine.account()) == party
}

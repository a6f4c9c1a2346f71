//! Company prefixes, what is issued under them, what was made of it, and recalls.

use super::*;
use crate::chain::now;
use bpiiot_runtime::{AccountId, Hash, Runtime, System};
use codec::Encode;
use p256::ecdsa::{signature::Signer, Signature, SigningKey};
use pallet_products::{
	gs1::{CompanyPrefix, Gtin, Serial, Sscc},
	Calibration, Call, CertificateId, InputLine, MakingId, OutputLine, RecallId, Role, Scope, Subject, Thing, Work,
};

/// Assigns prefixes, and issues certificates.
pub const REGISTRANT: &str = ISSUER;
/// How much room there is under each prefix.
pub const SPACE: u32 = 60;
/// How much steel there is, in grams.
pub const STEEL: u64 = 1_000;
/// What of it becomes something, at a time.
pub const PIECE: u64 = 100;

/// The owner's prefix.
pub fn of_owner() -> CompanyPrefix {
	CompanyPrefix::parse(b"950600").expect("is one")
}

/// The customer's.
pub fn of_customer() -> CompanyPrefix {
	CompanyPrefix::parse(b"4012345").expect("is one")
}

/// Nobody's.
pub fn of_nobody() -> CompanyPrefix {
	CompanyPrefix::parse(b"123456").expect("is one")
}

/// One of the kinds of things of a company.
pub fn kind(prefix: CompanyPrefix, product: u64) -> Gtin {
	let body = prefix.first() + product;
	let mut keys = (0..10).map(|digit| Gtin(body * 10 + digit));
	keys.find(|key| key.is_valid()).expect("one of ten is right")
}

/// One of the owner's logistic units.
pub fn unit_code(number: u64) -> Sscc {
	let body = of_owner().first() * 10_000 + number;
	let mut keys = (0..10).map(|digit| Sscc(body * 10 + digit));
	keys.find(|key| key.is_valid()).expect("one of ten is right")
}

pub fn steel() -> Gtin {
	kind(of_owner(), 1)
}

pub fn part() -> Gtin {
	kind(of_owner(), 2)
}

/// Made by the customer.
pub fn engine() -> Gtin {
	kind(of_customer(), 1)
}

pub fn serial(text: &str) -> Serial {
	list(text.bytes())
}

pub fn item_of(gtin: Gtin, text: &str) -> Thing {
	let serial = serial(text);
	Thing::Item { gtin, serial }
}

/// The parts 10 to 19.
pub fn ten_parts() -> Thing {
	let (gtin, last) = (part(), serial("19"));
	Thing::Range { gtin, last }
}

/// The steel.
pub fn steel_lot() -> Thing {
	let (gtin, lot) = (steel(), list(*b"LOT-1"));
	Thing::Lot { gtin, lot }
}

/// A logistic unit.
pub fn unit_thing(number: u64) -> Thing {
	Thing::Unit {
		sscc: unit_code(number),
	}
}

pub fn input(thing: Thing, quantity: u64) -> InputLine {
	InputLine { thing, quantity }
}

pub fn output(gtin: Gtin, text: &str) -> OutputLine {
	let serial = serial(text);
	OutputLine::Item { gtin, serial }
}

/// Something becomes something.
pub fn make(
	inputs: impl IntoIterator<Item = InputLine>,
	outputs: impl IntoIterator<Item = OutputLine>,
	work: Option<Work>,
) -> Call<Runtime> {
	let (inputs, outputs) = (list(inputs), list(outputs));
	Call::make { inputs, outputs, work }
}

/// What the machine has done in the last second.
pub fn some_work() -> Work {
	Work {
		machine: machine(),
		from: now() - 1_000,
		until: now(),
		place: None,
		operator: None,
		firmware: Some(Hash::repeat_byte(1)),
		recipe: Some(Hash::repeat_byte(2)),
		calibration: Calibration::Unknown,
		readings: None,
	}
}

pub fn accredit(role: Role, until: u64) {
	let who = account(REGISTRANT);
	root_acts(Call::accredit { who, role, until });
}

pub fn assign(prefix: CompanyPrefix, holder: &str) -> Call<Runtime> {
	let holder = account(holder);
	Call::assign_prefix { prefix, holder }
}

pub fn set_space(prefix: CompanyPrefix, room: u32) -> Call<Runtime> {
	Call::set_room { prefix, room }
}

pub fn register_one(gtin: Gtin, text: &str) -> Call<Runtime> {
	let serial = serial(text);
	Call::register_item { gtin, serial }
}

/// Owner and customer have a prefix each, with room.
pub fn prefixed() {
	registered();
	prefixes();
}

/// The prefixes, in a world where there is a machine.
pub fn prefixes() {
	for role in [Role::Registrant, Role::Certifier] {
		accredit(role, u64::MAX);
	}
	for (prefix, holder) in [(of_owner(), OWNER), (of_customer(), CUSTOMER)] {
		act(REGISTRANT, assign(prefix, holder));
		act(holder, set_space(prefix, SPACE));
	}
}

/// The owner has steel, a part with a serial of its own, and a range of parts.
pub fn things() {
	prefixed();
	let (gtin, first, last) = (part(), serial("10"), serial("19"));
	for call in [
		register_steel(STEEL),
		register_one(part(), "A"),
		Call::register_range { gtin, first, last },
	] {
		act(OWNER, call);
	}
}

pub fn register_steel(quantity: u64) -> Call<Runtime> {
	let (gtin, lot, unit) = (steel(), list(*b"LOT-1"), list(*b"GRM"));
	Call::register_lot {
		gtin,
		lot,
		unit,
		quantity,
	}
}

/// Something becomes somebody else's.
pub fn give(thing: Thing, from: AccountId, to: AccountId, quantity: u64) -> Call<Runtime> {
	Call::transfer {
		thing,
		from,
		to,
		quantity,
	}
}

/// The owner has made a part of steel on his machine.
pub fn made() {
	things();
	act(
		OWNER,
		make([input(steel_lot(), PIECE)], [output(part(), "M")], Some(some_work())),
	);
}

/// The newest making.
pub fn making() -> MakingId {
	let newest = pallet_products::Makings::<Runtime>::iter_keys().max();
	newest.expect("something was made")
}

pub fn pack(number: u64, things: impl IntoIterator<Item = Thing>) -> Call<Runtime> {
	let (sscc, things) = (unit_code(number), list(things));
	Call::pack { sscc, things }
}

pub fn unpack(number: u64, things: impl IntoIterator<Item = Thing>) -> Call<Runtime> {
	let (sscc, things) = (unit_code(number), list(things));
	Call::unpack { sscc, things }
}

/// The range of parts is in a logistic unit.
pub fn packed() {
	things();
	act(OWNER, pack(1, [ten_parts()]));
}

/// A tag in software.
fn tag() -> SigningKey {
	SigningKey::from_slice(&[7; 32]).expect("is in range")
}

/// Its public key.
pub fn tag_key() -> [u8; 33] {
	let point = tag().verifying_key().to_encoded_point(true);
	point.as_bytes().try_into().expect("is compressed")
}

pub fn attach_tag() -> Call<Runtime> {
	let (gtin, serial, key) = (part(), serial("A"), tag_key());
	Call::attach_tag { gtin, serial, key }
}

/// The part has a tag.
pub fn tagged() {
	things();
	act(OWNER, attach_tag());
	crate::chain::pass(1);
}

/// The tag has signed somebody's challenge of now.
pub fn scan(asker: &AccountId, counter: u32) -> Call<Runtime> {
	scan_of(asker, System::block_number() - 1, counter)
}

/// The same, of another block.
pub fn scan_of(asker: &AccountId, block: u32, counter: u32) -> Call<Runtime> {
	let (gtin, serial) = (part(), serial("A"));
	let hash = System::block_hash(block);
	let message = (b"bpiiot/tag", this_chain(), gtin, &serial, asker, block, hash, counter).encode();
	let signature: Signature = tag().sign(&message);
	let signature = signature.normalize_s().unwrap_or(signature).to_bytes().into();
	Call::verify_tag {
		gtin,
		serial,
		block,
		counter,
		signature,
	}
}

pub fn certify(subject: Subject, from: u64, until: u64) -> Call<Runtime> {
	let (schema, claims) = (Hash::repeat_byte(3), Hash::repeat_byte(4));
	Call::certify {
		subject,
		schema,
		claims,
		from,
		until,
	}
}

/// The part has a certificate for a minute.
pub fn certified() {
	things();
	let subject = Subject::Thing(item_of(part(), "A"));
	act(REGISTRANT, certify(subject, now(), now() + WINDOW));
}

pub fn certificate() -> CertificateId {
	let newest = pallet_products::Certificates::<Runtime>::iter_keys().max();
	newest.expect("something was certified")
}

pub fn recall_thing(thing: Thing) -> Call<Runtime> {
	let (scope, reason) = (Scope::Thing(thing), Hash::repeat_byte(5));
	Call::recall { scope, reason }
}

/// The newest recall.
pub fn recall() -> RecallId {
	let newest = pallet_products::Recalls::<Runtime>::iter_keys().max();
	newest.expect("something was recalled")
}

/// The customer has made an engine of the owner's steel.
pub fn sold_on() {
	things();
	let (from, to) = (account(OWNER), account(CUSTOMER));
	act(OWNER, give(steel_lot(), from, to, STEEL / 2));
	act(
		CUSTOMER,
		make([input(steel_lot(), PIECE)], [output(engine(), "E")], None),
	);
}

/// And the owner has recalled the steel; that has reached nothing yet.
pub fn recalled() {
	sold_on();
	act(OWNER, recall_thing(steel_lot()));
}

pub fn spread(steps: u32) -> Call<Runtime> {
	let recall = recall();
	Call::spread { recall, steps }
}

/// It has reached the engine.
pub fn affected() {
	recalled();
	act(STRANGER, spread(100));
}

pub fn contest() -> Call<Runtime> {
	let (recall, making, evidence) = (recall(), making(), Hash::repeat_byte(6));
	Call::contest {
		recall,
		making,
		evidence,
	}
}

/// The customer says that his engine has nothing of it.
pub fn disputed_recall() {
	affected();
	act(CUSTOMER, contest());
}

pub fn judge(upheld: bool) -> Call<Runtime> {
	let recall = recall();
	Call::judge { recall, upheld }
}

/// And it was judged that he was right, or not.
pub fn judged(upheld: bool) {
	disputed_recall();
	root_acts(judge(upheld));
}

pub fn lift() -> Call<Runtime> {
	let recall = recall();
	Call::lift { recall }
}

/// A recall that was taken back and has left no mark.
pub fn cleared() {
	affected();
	act(OWNER, lift());
	act(STRANGER, spread(100));
}

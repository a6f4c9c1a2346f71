//! The calls, in few words.

use super::*;
use crate::{
	gs1::{Gtin, Serial, Sscc},
	Calibration, Call, InputLine, MakingId, Makings, OutputLine, RecallId, Recalls, Scope, Thing, Work,
};
use bpiiot_primitives::{Actor, Goods, ShipmentId, UnixMillis};
use frame_support::{
	dispatch::DispatchResultWithPostInfo,
	pallet_prelude::{DispatchResult, Get},
	storage::with_storage_layer,
	BoundedVec,
};
use sp_core::H256;
use sp_runtime::traits::Dispatchable;

/// A text that fits.
pub fn text<Bound: Get<u32>>(text: &str) -> BoundedVec<u8, Bound> {
	text.as_bytes().to_vec().try_into().expect("short")
}

/// Has an origin call the pallet, as a transaction would: all or nothing.
pub fn dispatch(origin: RuntimeOrigin, call: Call<Test>) -> DispatchResult {
	let done: DispatchResultWithPostInfo = RuntimeCall::Products(call).dispatch(origin);
	done.map(drop).map_err(|refused| refused.error)
}

/// Has `who` call the pallet.
pub fn signed(who: &AccountId, call: Call<Test>) -> DispatchResult {
	dispatch(RuntimeOrigin::signed(who.clone()), call)
}

/// Has root call the pallet.
pub fn root(call: Call<Test>) -> DispatchResult {
	dispatch(RuntimeOrigin::root(), call)
}

/// The GTIN of a company's product.
pub fn gtin(prefix: CompanyPrefix, product: u64) -> Gtin {
	let body = prefix.first() + product;
	let keys = (0..10).map(|digit| Gtin(body * 10 + digit));
	keys.into_iter()
		.find(|key| key.is_valid())
		.expect("one of ten is right")
}

/// The SSCC of a company's logistic unit.
pub fn sscc(prefix: CompanyPrefix, number: u64) -> Sscc {
	let body = prefix.first() * 10_000 + number;
	let keys = (0..10).map(|digit| Sscc(body * 10 + digit));
	keys.into_iter()
		.find(|key| key.is_valid())
		.expect("one of ten is right")
}

/// What the smith makes, and what the builder makes of it.
pub fn part() -> Gtin {
	gtin(PARTS, 1)
}

pub fn steel() -> Gtin {
	gtin(PARTS, 2)
}

pub fn engine() -> Gtin {
	gtin(GOODS, 1)
}

pub fn item(gtin: Gtin, serial: &str) -> Thing {
	let serial = text(serial);
	Thing::Item { gtin, serial }
}

pub fn range(gtin: Gtin, last: &str) -> Thing {
	let last = text(last);
	Thing::Range { gtin, last }
}

pub fn lot(gtin: Gtin, name: &str) -> Thing {
	let lot = text(name);
	Thing::Lot { gtin, lot }
}

pub fn accredit(who: &AccountId, role: Role) {
	let (who, until) = (who.clone(), START + 365 * 86_400_000);
	assert_ok!(root(Call::accredit { who, role, until }));
}

pub fn assign(who: &AccountId, prefix: CompanyPrefix, holder: &AccountId) -> DispatchResult {
	let holder = holder.clone();
	signed(who, Call::assign_prefix { prefix, holder })
}

pub fn set_room(who: &AccountId, prefix: CompanyPrefix, room: u32) -> DispatchResult {
	signed(who, Call::set_room { prefix, room })
}

pub fn register(who: &AccountId, gtin: Gtin, serial: &str) -> DispatchResult {
	let serial = text(serial);
	signed(who, Call::register_item { gtin, serial })
}

pub fn register_range(who: &AccountId, gtin: Gtin, first: &str, last: &str) -> DispatchResult {
	let (first, last) = (text(first), text(last));
	signed(who, Call::register_range { gtin, first, last })
}

pub fn register_lot(who: &AccountId, gtin: Gtin, name: &str, quantity: u64) -> DispatchResult {
	let (lot, unit) = (text(name), text("KGM"));
	signed(
		who,
		Call::register_lot {
			gtin,
			lot,
			unit,
			quantity,
		},
	)
}

/// An item, a range or some of a lot, to be used up.
pub fn using(thing: Thing, quantity: u64) -> InputLine {
	InputLine { thing, quantity }
}

pub fn new_item(gtin: Gtin, serial: &str) -> OutputLine {
	let serial = text(serial);
	OutputLine::Item { gtin, serial }
}

pub fn new_range(gtin: Gtin, first: &str, last: &str) -> OutputLine {
	let (first, last) = (text(first), text(last));
	OutputLine::Range { gtin, first, last }
}

pub fn new_lot(gtin: Gtin, name: &str, unit: &str, quantity: u64) -> OutputLine {
	let (lot, unit) = (text(name), text(unit));
	OutputLine::Lot {
		gtin,
		lot,
		unit,
		quantity,
	}
}

/// A minute on a machine that is over now.
pub fn work(machine: MachineId) -> Work {
	work_until(machine, Timestamp::get())
}

pub fn work_until(machine: MachineId, until: UnixMillis) -> Work {
	Work {
		machine,
		from: until - 60_000,
		until,
		place: None,
		operator: None,
		firmware: Some(H256::repeat_byte(1)),
		recipe: None,
		calibration: Calibration::Unknown,
		readings: None,
	}
}

pub fn make(who: &AccountId, inputs: &[InputLine], outputs: &[OutputLine], work: Option<Work>) -> DispatchResult {
	let (inputs, outputs) = (inputs.to_vec(), outputs.to_vec());
	signed(
		who,
		Call::make {
			inputs: inputs.try_into().expect("few"),
			outputs: outputs.try_into().expect("few"),
			work,
		},
	)
}

/// Makes something that may be made.
pub fn made(who: &AccountId, inputs: &[InputLine], outputs: &[OutputLine], work: Option<Work>) -> MakingId {
	assert_ok!(make(who, inputs, outputs, work));
	last_making()
}

/// The last making that there is.
pub fn last_making() -> MakingId {
	let told = System::read_events_no_consensus().filter_map(|record| match record.event {
		RuntimeEvent::Products(crate::Event::Made { making, .. }) => Some(making),
		_ => None,
	});
	// In this block, or by looking through all.
	let told = told.last();
	told.or_else(|| Makings::<Test>::iter_keys().max())
		.expect("there is one")
}

pub fn transfer(who: &AccountId, thing: Thing, from: &AccountId, to: &AccountId, quantity: u64) -> DispatchResult {
	let (from, to) = (from.clone(), to.clone());
	signed(
		who,
		Call::transfer {
			thing,
			from,
			to,
			quantity,
		},
	)
}

pub fn pack(who: &AccountId, sscc: Sscc, things: &[Thing]) -> DispatchResult {
	let things = things.to_vec().try_into().expect("few");
	signed(who, Call::pack { sscc, things })
}

pub fn unpack(who: &AccountId, sscc: Sscc, things: &[Thing]) -> DispatchResult {
	let things = things.to_vec().try_into().expect("few");
	signed(who, Call::unpack { sscc, things })
}

pub fn withdraw(who: &AccountId, thing: Thing) -> DispatchResult {
	signed(who, Call::withdraw { thing })
}

pub fn recall(who: &AccountId, scope: Scope) -> DispatchResult {
	let reason = H256::repeat_byte(7);
	signed(who, Call::recall { scope, reason })
}

/// Recalls something that may be recalled.
pub fn recalled(who: &AccountId, scope: Scope) -> RecallId {
	assert_ok!(recall(who, scope));
	last_recall()
}

/// The last recall that there is.
pub fn last_recall() -> RecallId {
	Recalls::<Test>::iter_keys().max().expect("there is one")
}

pub fn lift(who: &AccountId, recall: RecallId) -> DispatchResult {
	signed(who, Call::lift { recall })
}

pub fn narrow(
	who: &AccountId,
	recall: RecallId,
	window: Option<(u64, u64)>,
	exceptions: &[MakingId],
) -> DispatchResult {
	let exceptions = exceptions.to_vec().try_into().expect("few");
	signed(
		who,
		Call::narrow {
			recall,
			window,
			exceptions,
		},
	)
}

pub fn spread(who: &AccountId, recall: RecallId, steps: u32) -> DispatchResult {
	signed(who, Call::spread { recall, steps })
}

/// Lets a recall spread, or be cleared, to its end.
pub fn spread_all(recall: RecallId) {
	while spread(&STRANGER, recall, 1_000).is_ok() {}
}

pub fn serial(text: &str) -> Serial {
	self::text(text)
}

/// A third prefix, of the shop's.
pub const SHOPS: CompanyPrefix = CompanyPrefix {
	digits: 1_234,
	length: 4,
};

/// Gives the shop its prefix.
pub fn set_room_for_shop() -> DispatchResult {
	assign(&REGISTRANT, SHOPS, &SHOP)?;
	set_room(&SHOP, SHOPS, ROOM)
}

/// A tag in software.
pub struct TestTag(p256::ecdsa::SigningKey);

impl TestTag {
	pub fn new(seed: u8) -> Self {
		Self(p256::ecdsa::SigningKey::from_slice(&[seed; 32]).expect("in range"))
	}

	/// Its public key, compressed.
	pub fn key(&self) -> [u8; 33] {
		let point = self.0.verifying_key().to_encoded_point(true);
		point.as_bytes().try_into().expect("compressed")
	}

	/// Signs a message.
	pub fn sign(&self, message: &[u8]) -> [u8; 64] {
		use p256::ecdsa::signature::Signer;
		let signature: p256::ecdsa::Signature = self.0.sign(message);
		let signature = signature.normalize_s().unwrap_or(signature);
		signature.to_bytes().into()
	}

	/// The other signature of the same message, with a high `s`.
	pub fn sign_high(&self, message: &[u8]) -> [u8; 64] {
		let low = p256::ecdsa::Signature::from_slice(&self.sign(message)).expect("just signed");
		let (r, s) = low.split_scalars();
		let high = p256::ecdsa::Signature::from_scalars(r.to_bytes(), (-*s).to_bytes()).expect("not zero");
		high.to_bytes().into()
	}
}

/// Locks something for a shipment, as the pallet of shipments does: all or nothing.
pub fn lock(owner: &AccountId, thing: &Thing, quantity: u64, shipment: u64) -> DispatchResult {
	let actor = Actor {
		account: owner.clone(),
		machine: None,
	};
	with_storage_layer(|| <Products as Goods<AccountId>>::lock(thing, quantity, &actor, ShipmentId(shipment)))
}

/// Frees it again: it was the first one's, and is the second one's, who has it.
pub fn hand_out(thing: &Thing, quantity: u64, shipment: u64, from: &AccountId, owner: &AccountId) {
	<Products as Goods<AccountId>>::hand_out(thing, quantity, ShipmentId(shipment), from, owner, owner);
}

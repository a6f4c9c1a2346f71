//! Goods and readings as small tables, where the runtime has `products` and `telemetry`.

use super::*;
use crate::{Evidence, Proof, ShipmentId, Shown};
use bpiiot_primitives::{Actor, Goods};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{pallet_prelude::DispatchResult, storage_alias, Blake2_128Concat};
use scale_info::TypeInfo;
use sp_runtime::DispatchError;

/// Names goods: an item, a lot, or a pallet of something.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub struct Unit(pub u32);

/// So much of a unit, whose it is, who has it, and for which shipment it is locked.
#[derive(Encode, Decode, Clone, PartialEq, Eq, Debug)]
pub struct Part {
	pub quantity: u64,
	pub owner: AccountId,
	pub custodian: AccountId,
	pub locked: Option<ShipmentId>,
}

/// The parts of each unit.
#[storage_alias]
type Parts = StorageMap<Register, Blake2_128Concat, Unit, Vec<Part>>;

/// Knows whose goods are.
pub struct Register;

impl Register {
	/// Makes so much of a unit.
	pub(crate) fn make(unit: Unit, quantity: u64, owner: &AccountId) {
		let part = Part {
			quantity,
			owner: owner.clone(),
			custodian: owner.clone(),
			locked: None,
		};
		Parts::insert(unit, vec![part]);
	}

	/// The parts of a unit.
	pub(crate) fn parts(unit: Unit) -> Vec<Part> {
		Parts::get(unit).unwrap_or_default()
	}

	/// How much there is of everything.
	pub(crate) fn sum() -> u64 {
		Parts::iter_values().flatten().map(|part| part.quantity).sum()
	}

	/// How much is locked for a shipment.
	pub(crate) fn locked(shipment: ShipmentId) -> u64 {
		let parts = Parts::iter_values().flatten();
		let of_it = parts.filter(|part| part.locked == Some(shipment));
		of_it.map(|part| part.quantity).sum()
	}

	/// How much of a unit somebody owns, and how much he has.
	pub(crate) fn of(unit: Unit, who: &AccountId) -> (u64, u64) {
		let sum = |is: &dyn Fn(&Part) -> bool| {
			Self::parts(unit)
				.iter()
				.filter(|part| is(part))
				.map(|part| part.quantity)
				.sum()
		};
		(sum(&|part| part.owner == *who), sum(&|part| part.custodian == *who))
	}
}

impl Goods<AccountId> for Register {
	type Unit = Unit;

	fn owns(unit: &Unit, who: &AccountId) -> bool {
		Self::parts(*unit).iter().any(|part| part.owner == *who)
	}

	fn lock(unit: &Unit, quantity: u64, owner: &Actor<AccountId>, shipment: ShipmentId) -> DispatchResult {
		let owner = &owner.account;
		let mut parts = Self::parts(*unit);
		let free = parts
			.iter_mut()
			.find(|part| part.locked.is_none() && part.owner == *owner && part.custodian == *owner)
			.ok_or(DispatchError::Other("not free"))?;
		free.quantity = free
			.quantity
			.checked_sub(quantity)
			.ok_or(DispatchError::Other("not enough"))?;
		parts.push(Part {
			quantity,
			owner: owner.clone(),
			custodian: owner.clone(),
			locked: Some(shipment),
		});
		parts.retain(|part| part.quantity > 0);
		Parts::insert(unit, parts);
		Ok(())
	}

	fn hand_out(
		unit: &Unit,
		quantity: u64,
		shipment: ShipmentId,
		from: &AccountId,
		owner: &AccountId,
		custodian: &AccountId,
	) {
		let mut parts = Self::parts(*unit);
		let locked = parts.iter_mut().find(|part| part.locked == Some(shipment));
		let locked = locked.expect("something of it is locked");
		assert_eq!(locked.owner, *from, "it was another's");
		assert!(locked.quantity >= quantity, "more is handed out than was locked");
		locked.quantity -= quantity;
		parts.push(Part {
			quantity,
			owner: owner.clone(),
			custodian: custodian.clone(),
			locked: None,
		});
		parts.retain(|part| part.quantity > 0);
		Parts::insert(unit, parts);
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_unit(owner: &AccountId, nth: u32, quantity: u64) -> Unit {
		Self::make(Unit(1_000 + nth), quantity, owner);
		Unit(1_000 + nth)
	}
}

/// What loggers have brought to the chain.
#[storage_alias]
type Anchored = StorageMap<Loggers, Blake2_128Concat, Proof, ()>;

/// Reads proofs: the bytes of what they show, if it was anchored.
pub struct Loggers;

impl Loggers {
	/// Brings something to the chain, and gives the proof of it.
	pub(crate) fn anchor(shown: Shown) -> Proof {
		let proof: Proof = shown.encode().try_into().expect("short");
		Anchored::insert(&proof, ());
		proof
	}
}

impl Evidence for Loggers {
	fn read(proof: &Proof) -> Result<Shown, DispatchError> {
		if !Anchored::contains_key(proof) {
			return Err(DispatchError::Other("nothing was anchored"));
		}
		Shown::decode(&mut &proof[..]).map_err(|_| DispatchError::Other("no proof"))
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_proof(shown: Shown) -> Proof {
		Self::anchor(shown)
	}
}

//! What travels. `products` gives it its meaning: who owns it, and that nobody uses it while it is on its way.

use crate::ShipmentId;
use frame_support::pallet_prelude::{DispatchResult, MaxEncodedLen, Parameter};

/// Items, lots and logistic units, as their pallet knows them.
pub trait Goods<AccountId> {
	/// Names a logistic unit, an item or a lot.
	type Unit: Parameter + MaxEncodedLen;

	/// Who owns it.
	fn owner(unit: &Self::Unit) -> Option<AccountId>;

	/// Locks so much of it for a shipment. From now on its owner cannot use it, and who has it is for the shipment to say
	/// ([`Custody`]): a handover writes nothing here.
	///
	/// # Errors
	/// The implementation's own: it does not exist, there is less of it, it cannot be divided, `owner` neither owns nor has
	/// it, it is locked or recalled.
	fn lock(unit: &Self::Unit, quantity: u64, owner: &AccountId, shipment: ShipmentId) -> DispatchResult;

	/// Frees so much of what was locked: it is `owner`'s now, and `custodian` has it. Each part that was locked is freed once.
	/// It cannot fail: no register stops a payment.
	fn hand_out(unit: &Self::Unit, quantity: u64, shipment: ShipmentId, owner: &AccountId, custodian: &AccountId);

	/// Makes the `nth` unit of somebody, who has so much of it: the dearest to lock and to hand out.
	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_unit(owner: &AccountId, nth: u32, quantity: u64) -> Self::Unit;
}

/// Tells who has what is on its way.
pub trait Custody<AccountId> {
	/// Who has the goods of a shipment that has locked them.
	fn custodian(shipment: ShipmentId) -> Option<AccountId>;
}

//! Where goods come from and where they go: what joins jobs, products and shipments.

use crate::{Actor, JobId, ShipmentId};
use codec::MaxEncodedLen;
use frame_support::{
	pallet_prelude::{DispatchError, DispatchResult, Parameter},
	weights::Weight,
};
use sp_core::sr25519;

/// Records how something was made. A delivery creates the production record.
pub trait Production<AccountId> {
	/// What was made, of what, when and how.
	type Report: Parameter;

	/// Records what a machine has made by a job, and tells what that cost. Whoever calls has made sure that the job is the
	/// machine's.
	///
	/// # Errors
	/// The implementation's own. What was stored must be rolled back.
	fn record(maker: &Actor<AccountId>, job: JobId, report: Self::Report) -> Result<Weight, DispatchError>;

	/// What [`Self::record`] costs at worst.
	fn record_weight(report: &Self::Report) -> Weight;
}

/// Nobody keeps records.
impl<AccountId> Production<AccountId> for () {
	type Report = ();

	fn record(_: &Actor<AccountId>, _: JobId, _: ()) -> Result<Weight, DispatchError> {
		Err(DispatchError::Unavailable)
	}

	fn record_weight(_: &()) -> Weight {
		Weight::zero()
	}
}

/// What travels: whose it is, and that nobody uses it while it is on its way.
pub trait Goods<AccountId> {
	/// Names a logistic unit, an item, a range of them, or a lot.
	type Unit: Parameter + MaxEncodedLen;

	/// Whether somebody owns it, or some of it.
	fn owns(unit: &Self::Unit, who: &AccountId) -> bool;

	/// Locks so much of it for a shipment. From now on its owner cannot use it, and who has it is for the shipment to say: a
	/// handover writes nothing here. What records of it cost in the end is the owner's to pay now.
	///
	/// # Errors
	/// The implementation's own: it does not exist, there is less of it, it cannot be divided, it is not the owner's, it is
	/// locked, used up or packed; too little money.
	fn lock(unit: &Self::Unit, quantity: u64, owner: &Actor<AccountId>, shipment: ShipmentId) -> DispatchResult;

	/// Frees so much of what was locked: it was `from`'s, is `owner`'s now, and `custodian` has it. Each part that was locked is
	/// freed once. It cannot fail: no register stops a payment.
	fn hand_out(
		unit: &Self::Unit,
		quantity: u64,
		shipment: ShipmentId,
		from: &AccountId,
		owner: &AccountId,
		custodian: &AccountId,
	);

	/// Makes the `nth` unit of somebody, who has so much of it: the dearest to lock and to hand out.
	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_unit(owner: &AccountId, nth: u32, quantity: u64) -> Self::Unit;
}

/// The keys that sign for accounts off the chain.
pub trait HolderKeys<AccountId> {
	/// The key of a plain account, or of now of a machine; none if that is barred.
	fn key_of(holder: &AccountId) -> Option<sr25519::Public>;
}

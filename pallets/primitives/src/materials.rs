//! The door between jobs and the goods that they use up.

use crate::{Item, JobId, Lot, MachineId, SiteId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	pallet_prelude::{ConstU32, DispatchResult},
	weights::Weight,
	BoundedVec,
};
use scale_info::TypeInfo;

/// What a job needs of an item.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Need {
	/// What.
	pub item: Item,
	/// Of which lot; none for whichever goes out of date first.
	pub lot: Option<Lot>,
	/// How much, in thousandths of the item's unit.
	pub quantity: u64,
}

/// The most that a job may need at a time.
pub const MAX_NEEDS: u32 = 8;

/// What a job needs.
pub type Needs = BoundedVec<Need, ConstU32<MAX_NEEDS>>;

/// Puts aside what jobs need.
pub trait Materials {
	/// Puts aside what a job needs at a site: all of it, or the caller's changes must be rolled back.
	///
	/// # Errors
	/// No such site or item, the machine is neither the site's owner nor a keeper who may reserve, too little that is free,
	/// too many lots, no room.
	fn reserve(job: JobId, machine: &MachineId, site: SiteId, needs: &[Need]) -> DispatchResult;

	/// What [`Self::reserve`] costs at worst.
	fn reserve_weight(needs: u32) -> Weight;

	/// Uses up what `done` units out of `whole` need of what is put aside for a job, rounded up, and tells whether anything
	/// was. What is still put aside is for the rest. Nothing is used up if the machine was sold since: the goods are its former
	/// owner's.
	fn consume(job: JobId, done: u32, whole: u32) -> bool;

	/// What [`Self::consume`] costs at worst, if anything was put aside.
	fn consume_weight() -> Weight;

	/// Lets go of all that is still put aside for a job, and tells whether anything was. It cannot fail: nothing keeps a job
	/// from ending.
	fn release(job: JobId) -> bool;

	/// What [`Self::release`] costs at worst, if anything was put aside.
	fn release_weight() -> Weight;
}

/// Jobs need nothing.
impl Materials for () {
	fn reserve(_: JobId, _: &MachineId, _: SiteId, _: &[Need]) -> DispatchResult {
		Ok(())
	}

	fn reserve_weight(_: u32) -> Weight {
		Weight::zero()
	}

	fn consume(_: JobId, _: u32, _: u32) -> bool {
		false
	}

	fn consume_weight() -> Weight {
		Weight::zero()
	}

	fn release(_: JobId) -> bool {
		false
	}

	fn release_weight() -> Weight {
		Weight::zero()
	}
}

/// Knows the jobs.
pub trait OpenJobs {
	/// The machine of a job that has not ended; none if it has, or there is none.
	fn machine_of(job: JobId) -> Option<MachineId>;

	/// Makes a job of a machine that has not ended.
	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_job(machine: MachineId) -> JobId;
}

/// There are no jobs.
impl OpenJobs for () {
	fn machine_of(_: JobId) -> Option<MachineId> {
		None
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_job(_: MachineId) -> JobId {
		JobId::default()
	}
}

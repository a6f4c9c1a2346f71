//! The door for jobs: what they need is put aside when they are accepted, used up when they are delivered, and free again
//! when they end.

use crate::{Config, Item, Lot, Pallet, Purchasing, SiteId, WeightInfo};
use bpiiot_primitives::{JobId, MachineId};
use frame_support::{pallet_prelude::DispatchResult, weights::Weight};

/// What a job needs of an item.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Need {
	/// What.
	pub item: Item,
	/// Of which lot; none for whichever goes out of date first.
	pub lot: Option<Lot>,
	/// How much, in thousandths of the item's unit.
	pub quantity: u64,
}

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

	/// Uses up what `done` units out of `whole` need of what is put aside for a job, rounded up. What is still put aside is
	/// for the rest. Nothing is used up if the machine was sold since: the goods are its former owner's.
	fn consume(job: JobId, done: u32, whole: u32);

	/// What [`Self::consume`] costs at worst.
	fn consume_weight() -> Weight;

	/// Lets go of all that is still put aside for a job. It cannot fail: nothing keeps a job from ending.
	fn release(job: JobId);

	/// What [`Self::release`] costs at worst.
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

	fn consume(_: JobId, _: u32, _: u32) {}

	fn consume_weight() -> Weight {
		Weight::zero()
	}

	fn release(_: JobId) {}

	fn release_weight() -> Weight {
		Weight::zero()
	}
}

impl<T: Config> Materials for Pallet<T> {
	fn reserve(job: JobId, machine: &MachineId, site: SiteId, needs: &[Need]) -> DispatchResult {
		Self::reserve_for(job, machine, site, needs)
	}

	fn reserve_weight(needs: u32) -> Weight {
		let raises = T::Purchasing::raise_weight().saturating_mul(needs.into());
		T::WeightInfo::reserve_for_job(needs).saturating_add(raises)
	}

	fn consume(job: JobId, done: u32, whole: u32) {
		Self::consume_for(job, done, whole);
	}

	fn consume_weight() -> Weight {
		T::WeightInfo::consume_for_job()
	}

	fn release(job: JobId) {
		Self::release_all(job);
	}

	fn release_weight() -> Weight {
		T::WeightInfo::release_for_job()
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

//! The door for jobs: what they need is put aside when they are accepted, used up when they are delivered, and free again
//! when they end.

use crate::{Config, Pallet, WeightInfo};
use bpiiot_primitives::{JobId, MachineId, Materials, Need, Purchasing, SiteId};
use frame_support::{pallet_prelude::DispatchResult, weights::Weight};

impl<T: Config> Materials for Pallet<T> {
	fn reserve(job: JobId, machine: &MachineId, site: SiteId, needs: &[Need]) -> DispatchResult {
		Self::reserve_for(job, machine, site, needs)
	}

	fn reserve_weight(needs: u32) -> Weight {
		let raises = T::Purchasing::raise_weight().saturating_mul(needs.into());
		T::WeightInfo::reserve_for_job(needs).saturating_add(raises)
	}

	fn consume(job: JobId, done: u32, whole: u32) -> bool {
		Self::consume_for(job, done, whole)
	}

	fn consume_weight() -> Weight {
		T::WeightInfo::consume_for_job()
	}

	fn release(job: JobId) -> bool {
		Self::release_all(job)
	}

	fn release_weight() -> Weight {
		T::WeightInfo::release_for_job()
	}
}

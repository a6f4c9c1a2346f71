//! Who hears of jobs, and who keeps goods, in small.

use super::*;
use bpiiot_primitives::{Actor, AgreementRef, Counted, Facts, Materials, Need, Production, Reputation, SiteId};
use codec::{Decode, Encode};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult, Weight},
	storage_alias, Blake2_128Concat,
};

/// The facts of a job, as they were told.
pub(crate) type JobFacts = Facts<AccountId, AssetKind, Balance>;

/// Those shares that are told of an agreement: its value, and of that punctual, failed and lost.
#[derive(Encode, Decode, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Told {
	pub(crate) payer: AccountId,
	pub(crate) payee: AccountId,
	pub(crate) value: Balance,
	pub(crate) fee: Balance,
	pub(crate) shares: [Permill; 3],
}

/// What was told of which job.
#[storage_alias]
pub(crate) type Names = StorageMap<OthersPallet, Blake2_128Concat, JobId, Told>;

/// Remembers the facts, and counts all that an agreement is worth.
pub struct Hearsay;

/// The day on which everything counts.
pub(crate) const TODAY: u32 = 20_000;

impl Reputation<AccountId, AssetKind, Balance> for Hearsay {
	fn settled(facts: &JobFacts) -> Counted {
		let AgreementRef::Job(job) = facts.agreement else {
			return Counted::default();
		};
		assert!(!Names::contains_key(job), "{job:?} was told of twice");
		Names::insert(
			job,
			Told {
				payer: facts.payer.clone(),
				payee: facts.payee.clone(),
				value: facts.value,
				fee: facts.fee,
				shares: [facts.punctual, facts.failed, facts.lost],
			},
		);
		Counted {
			weight: facts.value,
			day: TODAY,
		}
	}
}

parameter_types! {
	/// How much of anything there is that is not put aside.
	pub storage Free: u64 = 100;
}

/// What is put aside for jobs, and what was used up.
#[storage_alias]
pub(crate) type PutAside = StorageMap<OthersPallet, Blake2_128Concat, JobId, u64>;

/// Keeps goods: one kind of them.
pub struct Store;

/// What it costs to put one thing aside, to use up, and to let go.
pub(crate) const RESERVE: Weight = Weight::from_parts(1_000, 10);
pub(crate) const CONSUME: Weight = Weight::from_parts(2_000, 20);
pub(crate) const RELEASE: Weight = Weight::from_parts(3_000, 30);

impl Materials for Store {
	fn reserve(job: JobId, _: &MachineId, _: SiteId, needs: &[Need]) -> DispatchResult {
		for need in needs {
			// Written before it is refused, so that tests see whether that is rolled back.
			PutAside::mutate(job, |put_aside| {
				*put_aside = Some(put_aside.unwrap_or_default() + need.quantity);
			});
			let free = Free::get().checked_sub(need.quantity);
			Free::set(&free.ok_or(DispatchError::Unavailable)?);
		}
		ensure!(!needs.is_empty(), DispatchError::Other("nothing is needed"));
		Ok(())
	}

	fn reserve_weight(needs: u32) -> Weight {
		RESERVE.saturating_mul(needs.into())
	}

	fn consume(job: JobId, done: u32, whole: u32) -> bool {
		PutAside::mutate(job, |put_aside| {
			let Some(quantity) = put_aside else {
				return false;
			};
			*quantity -= (*quantity * u64::from(done)).div_ceil(u64::from(whole));
			true
		})
	}

	fn consume_weight() -> Weight {
		CONSUME
	}

	fn release(job: JobId) -> bool {
		let Some(left) = PutAside::take(job) else {
			return false;
		};
		Free::set(&(Free::get() + left));
		true
	}

	fn release_weight() -> Weight {
		RELEASE
	}
}

/// What was told of jobs: by which machine, and what.
#[storage_alias]
pub(crate) type Recorded = StorageMap<OthersPallet, Blake2_128Concat, JobId, (MachineId, u32)>;

/// Keeps what machines say of how they have made something: a number, and a zero is refused.
pub struct Records;

/// What it costs to record something, at most and in fact.
pub(crate) const RECORD: Weight = Weight::from_parts(4_000, 40);
pub(crate) const RECORDED: Weight = Weight::from_parts(3_500, 35);

impl Production<AccountId> for Records {
	type Report = u32;

	fn record(maker: &Actor<AccountId>, job: JobId, report: u32) -> Result<Weight, DispatchError> {
		// Written before it is refused, so that tests see whether that is rolled back.
		let machine = maker.machine.ok_or(DispatchError::BadOrigin)?;
		Recorded::insert(job, (machine, report));
		ensure!(report > 0, DispatchError::Other("nothing was made"));
		Ok(RECORDED)
	}

	fn record_weight(_: &u32) -> Weight {
		RECORD
	}
}

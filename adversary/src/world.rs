//! What exists on the ledger, for those who make calls. Looked at once a block; the records are read anew for each call.

use crate::{draw::Draw, market::Market, trace::Trace};
use bpiiot_primitives::{AgreementRef, AssetKind, JobId, MachineId, OfferId};
use bpiiot_runtime::{AccountId, Runtime};
use pallet_escrow::DisputeOf;
use pallet_jobs::{JobOf, JobState, OfferOf};
use pallet_machines::{MachineOf, MachineStatus};
use std::rc::Rc;

/// What there is, the oldest first.
#[derive(Clone, Debug, Default)]
pub struct World {
	/// All machines.
	pub machines: Vec<MachineId>,
	/// Those that are not decommissioned.
	pub active: Vec<MachineId>,
	/// The offers.
	pub offers: Vec<OfferId>,
	/// The jobs, and where they stand.
	pub jobs: Vec<(JobId, Standing)>,
	/// The agreements in dispute.
	pub disputes: Vec<AgreementRef>,
	/// What waits to be paid: payee, asset, holder.
	pub credits: Vec<(AccountId, AssetKind, AccountId)>,
	/// Who may be named as an arbiter.
	pub arbiters: Vec<AccountId>,
	/// What there is on the market.
	pub market: Rc<Market>,
	/// What there is of products and shipments.
	pub trace: Rc<Trace>,
}

/// Where a job stands; what comes later is greater.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Standing {
	/// How far its rounds of rework are used up: each lets it begin again.
	rework: u8,
	/// Its state.
	pub state: JobState,
}

impl Standing {
	fn of(job: &JobOf<Runtime>) -> Self {
		Self {
			rework: u8::MAX - job.rework.map_or(0, |rework| rework.rounds),
			state: job.state,
		}
	}
}

impl World {
	/// Looks at the ledger.
	pub fn look() -> Self {
		let mut jobs: Vec<_> = pallet_jobs::Jobs::<Runtime>::iter()
			.map(|(id, job)| (id, Standing::of(&job)))
			.collect();
		jobs.sort_unstable_by_key(|(id, _)| *id);
		let machines: Vec<_> = pallet_machines::Machines::<Runtime>::iter().collect();
		let active = machines
			.iter()
			.filter(|(_, record)| record.status != MachineStatus::Decommissioned);
		Self {
			active: sorted(active.map(|(id, _)| *id)),
			machines: sorted(machines.iter().map(|(id, _)| *id)),
			offers: sorted(pallet_jobs::Offers::<Runtime>::iter_keys()),
			jobs,
			disputes: pallet_escrow::Disputes::<Runtime>::iter_keys().collect(),
			credits: pallet_escrow::Credits::<Runtime>::iter_keys().collect(),
			arbiters: sorted(pallet_escrow::Arbiters::<Runtime>::iter_keys()),
			market: Rc::new(Market::look()),
			trace: Rc::new(Trace::look()),
		}
	}

	/// A machine, as it is: mostly one that is not decommissioned.
	pub fn machine(&self, draw: &mut Draw<'_>) -> Option<(MachineId, MachineOf<Runtime>)> {
		let any = draw.once_in(16) || self.active.is_empty();
		let id = *draw.one_of(if any { &self.machines } else { &self.active })?;
		Some((id, pallet_machines::Machines::<Runtime>::get(id)?))
	}

	/// An offer, as it is.
	pub fn offer(&self, draw: &mut Draw<'_>) -> Option<(OfferId, OfferOf<Runtime>)> {
		let id = *draw.one_of(&self.offers)?;
		Some((id, pallet_jobs::Offers::<Runtime>::get(id)?))
	}

	/// A job, as it is: mostly one that stands where `is` wants it.
	pub fn job(&self, draw: &mut Draw<'_>, is: impl Fn(JobState) -> bool) -> Option<(JobId, JobOf<Runtime>)> {
		let wanted: Vec<_> = self.jobs.iter().filter(|(_, standing)| is(standing.state)).collect();
		let any = draw.once_in(16) || wanted.is_empty();
		let id = match any {
			true => draw.one_of(&self.jobs)?.0,
			false => draw.one_of(&wanted)?.0,
		};
		Some((id, pallet_jobs::Jobs::<Runtime>::get(id)?))
	}

	/// A dispute, as it is; sometimes of an agreement that is not in dispute.
	pub fn dispute(&self, draw: &mut Draw<'_>) -> Option<(AgreementRef, Option<DisputeOf<Runtime>>)> {
		let agreement = match draw.once_in(16) || self.disputes.is_empty() {
			true => AgreementRef::Job(draw.one_of(&self.jobs)?.0),
			false => *draw.one_of(&self.disputes)?,
		};
		Some((agreement, pallet_escrow::Disputes::<Runtime>::get(agreement)))
	}
}

fn sorted<T: Ord>(all: impl Iterator<Item = T>) -> Vec<T> {
	let mut all: Vec<T> = all.collect();
	all.sort_unstable();
	all
}

/// The key by which a machine acts, if it may act.
pub fn live_key(machine: &MachineId) -> Option<AccountId> {
	let record = pallet_machines::Machines::<Runtime>::get(machine)?;
	let acts = record.status != MachineStatus::Decommissioned && !record.frozen;
	acts.then_some(record.key)
}

/// Those who act for a machine: its owner and its key.
pub fn side_of(machine: &MachineId) -> Vec<AccountId> {
	let owner = pallet_machines::Machines::<Runtime>::get(machine).map(|record| record.owner);
	live_key(machine).into_iter().chain(owner).collect()
}

/// Those who act for a party of an agreement: himself, or of a machine its key and its owner.
pub fn speakers_for(party: &AccountId) -> Vec<AccountId> {
	let machine = MachineId(party.clone().into());
	match pallet_machines::Machines::<Runtime>::contains_key(machine) {
		true => side_of(&machine),
		false => vec![party.clone()],
	}
}

/// Those who act as a party of an agreement and as nobody else: himself, or of a machine its key.
pub fn actors_as(party: &AccountId) -> Vec<AccountId> {
	let machine = MachineId(party.clone().into());
	match pallet_machines::Machines::<Runtime>::contains_key(machine) {
		true => live_key(&machine).into_iter().collect(),
		false => vec![party.clone()],
	}
}

/// Who stands behind a party: the owner of the machine whose account it is, or himself.
pub fn controller_of(party: &AccountId) -> AccountId {
	let machine = MachineId(party.clone().into());
	pallet_machines::Machines::<Runtime>::get(machine).map_or_else(|| party.clone(), |record| record.owner)
}

/// For whom somebody acts: for the machine whose key he is, or for himself.
pub fn party_of(who: &AccountId) -> AccountId {
	let machine = pallet_machines::Keys::<Runtime>::get(who).map(|record| record.machine);
	let machine = machine.filter(|machine| live_key(machine).as_ref() == Some(who));
	machine.map_or_else(|| who.clone(), |machine| machine.account())
}

impl World {
	/// All who act under the same control as a party: who stands behind it, and the keys of his machines.
	pub fn kin_of(&self, party: &AccountId) -> Vec<AccountId> {
		let control = controller_of(party);
		let is_his = |machine: &&MachineId| controller_of(&machine.account()) == control;
		let keys = self.machines.iter().filter(is_his).filter_map(live_key);
		keys.chain([control.clone()]).collect()
	}
}

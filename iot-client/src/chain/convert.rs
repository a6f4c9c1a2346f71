//! Between the generated types and this client's own.

use super::{
	limits::{Budget, Cap, FeeAllowance, Fees, Purpose, Spending, SpendingPolicy},
	runtime::types,
	types::{
		Balance, ChainTime, EncryptionKey, Escrow, Job, JobId, JobState, Machine, MachineId, MachineStatus, Offer,
		OfferId, Outcome, Profile, Terms,
	},
};
use crate::{amount::Amount, asset::Asset};
use types::{
	bounded_collections::bounded_vec::BoundedVec,
	bpiiot_primitives::{actor::SpendPurpose, ids},
	pallet_jobs::types as jobs,
	pallet_machines::types as machines,
	sp_arithmetic::per_things::Permill,
};

type Bytes = BoundedVec<u8>;
type ChainEscrow = types::pallet_escrow::types::EscrowAccount<subxt::utils::AccountId32, u128>;
type ChainJob = jobs::Job<ChainEscrow, u128>;
type ChainOffer = jobs::Offer<subxt::utils::AccountId32, u128>;
type ChainMachine = machines::Machine<subxt::utils::AccountId32, u128>;

pub(super) fn machine_id(id: MachineId) -> ids::MachineId {
	ids::MachineId(id.0)
}

pub(super) fn offer_id(id: OfferId) -> ids::OfferId {
	ids::OfferId(id.0)
}

pub(super) fn job_id(id: JobId) -> ids::JobId {
	ids::JobId(id.0)
}

pub(super) fn asset(asset: Asset) -> ids::AssetKind {
	match asset {
		Asset::Native => ids::AssetKind::Native,
		Asset::Number(number) => ids::AssetKind::Asset(number),
	}
}

impl From<ids::AssetKind> for Asset {
	fn from(asset: ids::AssetKind) -> Self {
		match asset {
			ids::AssetKind::Native => Self::Native,
			ids::AssetKind::Asset(number) => Self::Number(number),
		}
	}
}

pub(super) fn text(text: String) -> Bytes {
	BoundedVec(text.into_bytes())
}

/// Text on the chain should be UTF-8, but anybody can put anything there; control characters could fool a terminal.
fn readable(bytes: Bytes) -> String {
	String::from_utf8_lossy(&bytes.0)
		.chars()
		.map(|c| if c.is_control() { '\u{fffd}' } else { c })
		.collect()
}

pub(super) fn signature(bytes: [u8; 64]) -> [u8; 64] {
	bytes
}

pub(super) fn profile(profile: Profile) -> machines::MachineProfile {
	machines::MachineProfile {
		model: text(profile.model),
		location: text(profile.location),
		capabilities: BoundedVec(profile.capabilities.into_iter().map(text).collect()),
		firmware: profile.firmware,
		metadata: profile.metadata,
	}
}

pub(super) fn fee_allowance(allowance: FeeAllowance) -> machines::FeeAllowance<u128> {
	machines::FeeAllowance {
		amount: allowance.amount.0,
		period: allowance.period,
	}
}

pub(super) fn spending_policy(policy: SpendingPolicy) -> machines::SpendingPolicy<u128> {
	let purpose = |purpose| match purpose {
		Purpose::Purchase => SpendPurpose::Purchase,
		Purpose::Bond => SpendPurpose::Bond,
	};
	let cap = |cap: Cap| machines::SpendingCap {
		asset: asset(cap.asset),
		per_period: cap.per_period,
	};
	machines::SpendingPolicy {
		purposes: BoundedVec(policy.purposes.into_iter().map(purpose).collect()),
		period: policy.period,
		caps: BoundedVec(policy.caps.into_iter().map(cap).collect()),
	}
}

pub(super) fn terms(terms: Terms) -> jobs::OfferTerms<u128> {
	jobs::OfferTerms {
		capability: text(terms.capability),
		asset: asset(terms.asset),
		unit_price: terms.unit_price,
		max_units: terms.max_units,
		bond: terms.bond,
		accept_window: terms.accept_window,
		lead_time: terms.lead_time,
		review_window: terms.review_window,
		rejection_fee: Permill(terms.rejection_fee),
		recipe_schema: terms.recipe_schema,
		contract: terms.contract,
	}
}

impl Machine {
	pub(super) fn from_chain(id: MachineId, machine: ChainMachine) -> Self {
		let profile = machine.profile;
		Self {
			id,
			owner: machine.owner,
			offered_to: machine.offered_to,
			key: machine.key,
			rotations: machine.rotations,
			encryption: EncryptionKey {
				key: machine.encryption.key,
				version: machine.encryption.version,
			},
			profile: Profile {
				model: readable(profile.model),
				location: readable(profile.location),
				capabilities: profile.capabilities.0.into_iter().map(readable).collect(),
				firmware: profile.firmware,
				metadata: profile.metadata,
			},
			status: match machine.status {
				machines::MachineStatus::InService => MachineStatus::InService,
				machines::MachineStatus::OutOfService => MachineStatus::OutOfService,
				machines::MachineStatus::Decommissioned => MachineStatus::Decommissioned,
			},
			frozen: machine.frozen,
			deposit: Amount(machine.deposit),
			registered_at: machine.registered_at,
		}
	}
}

impl Fees {
	pub(super) fn from_chain(fees: &machines::FeeRecord<u128>) -> Self {
		Self {
			per_period: Amount(fees.per_period),
			period: fees.period,
			left: Amount(fees.left),
			renews_at: fees.renews_at,
			last_seen: fees.last_seen,
		}
	}
}

impl Spending {
	pub(super) fn from_chain(record: machines::SpendingRecord<u128>) -> Self {
		let purpose = |purpose| match purpose {
			SpendPurpose::Purchase => Purpose::Purchase,
			SpendPurpose::Bond => Purpose::Bond,
		};
		let budget = |budget: machines::Budget<u128>| Budget {
			asset: budget.asset.into(),
			per_period: budget.per_period,
			spent: budget.spent,
		};
		Self {
			purposes: record.purposes.0.into_iter().map(purpose).collect(),
			period: record.period,
			renews_at: record.renews_at,
			budgets: record.budgets.0.into_iter().map(budget).collect(),
		}
	}
}

impl Offer {
	pub(super) fn from_chain(id: OfferId, offer: ChainOffer) -> Self {
		let terms = offer.terms;
		Self {
			id,
			machine: MachineId(offer.machine.0),
			version: offer.version,
			terms: Terms {
				capability: readable(terms.capability),
				asset: terms.asset.into(),
				unit_price: terms.unit_price,
				max_units: terms.max_units,
				bond: terms.bond,
				accept_window: terms.accept_window,
				lead_time: terms.lead_time,
				review_window: terms.review_window,
				rejection_fee: terms.rejection_fee.0,
				recipe_schema: terms.recipe_schema,
				contract: terms.contract,
			},
		}
	}
}

impl Job {
	pub(super) fn from_chain(id: JobId, job: ChainJob) -> Self {
		let ChainEscrow {
			payer,
			asset,
			held,
			deposit,
			fee,
			bond,
			ended,
			..
		} = job.escrow;
		Self {
			id,
			customer: payer,
			machine: MachineId(job.machine.0),
			offer: OfferId(job.offer.0),
			version: job.version,
			escrow: Escrow {
				asset: asset.into(),
				held,
				deposit,
				fee,
				bond,
				ended,
			},
			unit_price: job.unit_price,
			units: job.units,
			units_done: job.units_done,
			approved: job.approved,
			rejected: job.rejected,
			recipe: job.recipe,
			recipe_uri: readable(job.recipe_uri),
			state: job_state(job.state),
			accept_by: job.accept_by,
			deliver_by: job.deliver_by,
			review_window: job.review_window,
			review_until: job.review_until,
			bond: job.bond,
			rejection_fee: job.rejection_fee.0,
			result: job.result,
			ordered_at: job.ordered_at,
		}
	}
}

fn job_state(state: jobs::JobState) -> JobState {
	match state {
		jobs::JobState::Ordered => JobState::Ordered,
		jobs::JobState::Accepted => JobState::Accepted,
		jobs::JobState::Started => JobState::Started,
		jobs::JobState::Delivered => JobState::Delivered,
		jobs::JobState::Settled(outcome) => JobState::Settled(match outcome {
			jobs::Outcome::Completed => Outcome::Completed,
			jobs::Outcome::Declined => Outcome::Declined,
			jobs::Outcome::Cancelled => Outcome::Cancelled,
			jobs::Outcome::GivenUp => Outcome::GivenUp,
			jobs::Outcome::NotAccepted => Outcome::NotAccepted,
			jobs::Outcome::NotDelivered => Outcome::NotDelivered,
		}),
	}
}

impl ChainTime {
	pub(super) fn from_chain(clock: &types::pallet_escrow::types::StopClock) -> Self {
		Self {
			unix: clock.last,
			stopped: clock.stopped,
			paused: clock.paused,
		}
	}
}

impl Balance {
	pub(super) fn from_chain(data: &types::pallet_balances::types::AccountData<u128>) -> Self {
		Self {
			free: Amount(data.free),
			reserved: Amount(data.reserved),
		}
	}
}

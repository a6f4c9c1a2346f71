//! Between the generated types and this client's own.

use super::{
	call::Line,
	limits::{Budget, Cap, FeeAllowance, Fees, Purpose, Spending, SpendingPolicy},
	runtime::types,
	terms::{Calendar, CancellationFees, DisputeTerms, Rework, Terms, Tier},
	types::{
		Balance, ChainTime, CounterOffer, EncryptionKey, Escrow, Job, JobId, JobState, Machine, MachineId,
		MachineStatus, NamedArbiter, Offer, OfferId, Outcome, Profile, RecipeReference,
	},
};
use crate::{amount::Amount, asset::Asset};
use types::{
	bounded_collections::bounded_vec::BoundedVec,
	bpiiot_primitives::{actor::SpendPurpose, calendar, ids},
	pallet_jobs::types as jobs,
	pallet_machines::types as machines,
	sp_arithmetic::per_things::Permill,
};

use subxt::utils::AccountId32;

type Bytes = BoundedVec<u8>;
type ChainEscrow = types::pallet_escrow::types::EscrowAccount<AccountId32, u128>;
type ChainJob = jobs::Job<ChainEscrow, u128>;
type ChainOffer = jobs::Offer<AccountId32, u128>;
type ChainMachine = machines::Machine<AccountId32, u128>;

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
		Purpose::Dispute => SpendPurpose::Dispute,
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

pub(super) fn terms(terms: Terms) -> jobs::OfferTerms<AccountId32, u128> {
	jobs::OfferTerms {
		capability: text(terms.capability),
		region: text(terms.region),
		asset: asset(terms.asset),
		unit_price: terms.unit_price,
		tiers: list(terms.tiers, |tier| jobs::PriceTier {
			from_units: tier.from_units,
			unit_price: tier.unit_price,
		}),
		max_units: terms.max_units,
		bond: terms.bond,
		accept_window: terms.accept_window,
		lead_time: terms.lead_time,
		calendar: calendar::Calendar {
			week: list(terms.calendar.week, |(from, until)| calendar::WeekWindow {
				from,
				until,
			}),
			closures: list(terms.calendar.closures, |(from, until)| calendar::Closure {
				from,
				until,
			}),
		},
		review_window: terms.review_window,
		rejection_fee: Permill(terms.rejection_fee),
		cancellation: jobs::CancellationFees {
			accepted: Permill(terms.cancellation.accepted),
			started: Permill(terms.cancellation.started),
		},
		rework: terms
			.rework
			.map(|Rework { rounds, window }| jobs::Rework { rounds, window }),
		disputes: terms.disputes.map(|disputes| jobs::DisputeTerms {
			arbiters: BoundedVec(disputes.arbiters),
			challenge_window: disputes.challenge_window,
			case_window: disputes.case_window,
			ruling_window: disputes.ruling_window,
		}),
		recipe_schema: terms.recipe_schema,
		contract: terms.contract,
		governing_law: text(terms.governing_law),
	}
}

fn list<A, B>(list: Vec<A>, each: impl FnMut(A) -> B) -> BoundedVec<B> {
	BoundedVec(list.into_iter().map(each).collect())
}

pub(super) fn recipe_reference(reference: RecipeReference) -> jobs::RecipeReference {
	match reference {
		RecipeReference::Open(uri) => jobs::RecipeReference::Open(text(uri)),
		RecipeReference::Sealed {
			key_version,
			ciphertext,
		} => jobs::RecipeReference::Sealed(jobs::SealedReference {
			key_version,
			ciphertext: BoundedVec(ciphertext),
		}),
	}
}

pub(super) fn line(line: Line) -> jobs::OrderLine<AccountId32, u128> {
	jobs::OrderLine {
		offer: offer_id(line.offer),
		version: line.version,
		units: line.units,
		max_price: line.max_price,
		recipe: line.recipe,
		recipe_reference: recipe_reference(line.recipe_reference),
		deliver_by: line.deliver_by,
		arbiter: line.arbiter,
	}
}

pub(super) fn lines(lines: Vec<Line>) -> BoundedVec<jobs::OrderLine<AccountId32, u128>> {
	list(lines, line)
}

pub(super) fn agreement(job: JobId) -> ids::AgreementRef {
	ids::AgreementRef::Job(job_id(job))
}

pub(super) fn side(of_payee: bool) -> types::bpiiot_primitives::escrow::Side {
	use types::bpiiot_primitives::escrow::Side;
	match of_payee {
		true => Side::Payee,
		false => Side::Payer,
	}
}

pub(super) fn permill(parts: u32) -> Permill {
	Permill(parts)
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
			SpendPurpose::Dispute => Purpose::Dispute,
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
		Self {
			id,
			machine: MachineId(offer.machine.0),
			version: offer.version,
			terms: Terms::from_chain(offer.terms),
		}
	}
}

impl Terms {
	fn from_chain(terms: jobs::OfferTerms<AccountId32, u128>) -> Self {
		let calendar = terms.calendar;
		Self {
			capability: readable(terms.capability),
			region: readable(terms.region),
			asset: terms.asset.into(),
			unit_price: terms.unit_price,
			tiers: each(terms.tiers, |tier| Tier {
				from_units: tier.from_units,
				unit_price: tier.unit_price,
			}),
			max_units: terms.max_units,
			bond: terms.bond,
			accept_window: terms.accept_window,
			lead_time: terms.lead_time,
			calendar: Calendar {
				week: each(calendar.week, |window| (window.from, window.until)),
				closures: each(calendar.closures, |closure| (closure.from, closure.until)),
			},
			review_window: terms.review_window,
			rejection_fee: terms.rejection_fee.0,
			cancellation: cancellation(&terms.cancellation),
			rework: terms.rework.map(|rework| rework_of(&rework)),
			disputes: terms.disputes.map(|disputes| DisputeTerms {
				arbiters: disputes.arbiters.0,
				challenge_window: disputes.challenge_window,
				case_window: disputes.case_window,
				ruling_window: disputes.ruling_window,
			}),
			recipe_schema: terms.recipe_schema,
			contract: terms.contract,
			governing_law: readable(terms.governing_law),
		}
	}
}

fn each<A, B>(list: BoundedVec<A>, each: impl FnMut(A) -> B) -> Vec<B> {
	list.0.into_iter().map(each).collect()
}

fn cancellation(fees: &jobs::CancellationFees) -> CancellationFees {
	CancellationFees {
		accepted: fees.accepted.0,
		started: fees.started.0,
	}
}

fn rework_of(rework: &jobs::Rework) -> Rework {
	Rework {
		rounds: rework.rounds,
		window: rework.window,
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
			arbiter,
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
				arbiter: arbiter.map(|named| NamedArbiter {
					account: named.arbitration.arbiter,
					fee: named.fee.0,
				}),
			},
			unit_price: job.unit_price,
			units: job.units,
			units_done: job.units_done,
			approved: job.approved,
			rejected: job.rejected,
			contested: job.contested,
			recipe: job.recipe,
			recipe_reference: match job.recipe_reference {
				jobs::RecipeReference::Open(uri) => RecipeReference::Open(readable(uri)),
				jobs::RecipeReference::Sealed(sealed) => RecipeReference::Sealed {
					key_version: sealed.key_version,
					ciphertext: sealed.ciphertext.0,
				},
			},
			state: job_state(job.state),
			accept_by: job.accept_by,
			deliver_by: job.deliver_by,
			review_window: job.review_window,
			review_until: job.review_until,
			challenge_window: job.challenge_window,
			challenge_until: job.challenge_until,
			bond: job.bond,
			rejection_fee: job.rejection_fee.0,
			cancellation: cancellation(&job.cancellation),
			rework: job.rework.map(|rework| rework_of(&rework)),
			counter: job.counter.map(|counter| CounterOffer {
				unit_price: counter.unit_price,
				deliver_by: counter.deliver_by,
			}),
			result: job.result,
			reason: job.reason,
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
		jobs::JobState::Rejected => JobState::Rejected,
		jobs::JobState::Disputed => JobState::Disputed,
		jobs::JobState::Settled(outcome) => JobState::Settled(match outcome {
			jobs::Outcome::Completed => Outcome::Completed,
			jobs::Outcome::Declined => Outcome::Declined,
			jobs::Outcome::Cancelled => Outcome::Cancelled,
			jobs::Outcome::GivenUp => Outcome::GivenUp,
			jobs::Outcome::NotAccepted => Outcome::NotAccepted,
			jobs::Outcome::NotDelivered => Outcome::NotDelivered,
			jobs::Outcome::Arbitrated => Outcome::Arbitrated,
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

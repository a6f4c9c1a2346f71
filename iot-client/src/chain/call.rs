//! What this client can ask the chain to do.

use super::{
	limits::{FeeAllowance, SpendingPolicy},
	market::MarketCall,
	terms::Terms,
	types::{CounterOffer, JobId, MachineId, OfferId, Profile, RecipeReference},
	usage::UsageCall,
};
use crate::{amount::Amount, asset::Asset};
use std::fmt;
use subxt::utils::{AccountId32, H256};

/// An order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
	/// The offer.
	pub offer: OfferId,
	/// The version of it that was read.
	pub version: u32,
	/// How many units.
	pub units: u32,
	/// The most that all of them may cost, in the offer's asset's smallest unit.
	pub max_price: u128,
	/// Hash of the recipe file.
	pub recipe: H256,
	/// Where the recipe can be fetched.
	pub recipe_reference: RecipeReference,
	/// The delivery deadline, in unix milliseconds of the chain's timestamp.
	pub deliver_by: u64,
	/// Who decides disputes.
	pub arbiter: Option<AccountId32>,
}

/// A call to one of the chain's pallets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Call {
	/// Register a machine.
	Register {
		/// The machine's key.
		key: AccountId32,
		/// The key's proof for this owner and chain.
		proof: [u8; 64],
		/// What the machine is.
		profile: Profile,
		/// The X25519 public key to encrypt private matter to.
		encryption_key: [u8; 32],
		/// What the key may cost the owner in fees.
		fee_allowance: FeeAllowance,
	},
	/// Replace what a machine says of itself.
	SetProfile {
		/// The machine.
		machine: MachineId,
		/// What it is from now on.
		profile: Profile,
	},
	/// Set what the machine's key may cost its owner in fees from now on.
	SetFeeAllowance {
		/// The machine.
		machine: MachineId,
		/// The new limit.
		allowance: FeeAllowance,
	},
	/// Take orders, or no more orders.
	SetService {
		/// The machine.
		machine: MachineId,
		/// Whether it takes orders.
		in_service: bool,
	},
	/// Give money to a machine.
	Deposit {
		/// The machine.
		machine: MachineId,
		/// Of what.
		asset: Asset,
		/// How much, in the asset's smallest unit.
		amount: u128,
	},
	/// Take money from one's machine.
	Withdraw {
		/// The machine.
		machine: MachineId,
		/// Of what.
		asset: Asset,
		/// How much, in the asset's smallest unit.
		amount: u128,
	},
	/// Take a machine out of the world for good.
	Decommission(MachineId),
	/// Put a new key into a machine's old one's place.
	RotateKey {
		/// The machine.
		machine: MachineId,
		/// The new key.
		key: AccountId32,
		/// The new key's proof for this machine and chain.
		proof: [u8; 64],
	},
	/// Declare the key to which private matter is encrypted from now on.
	RotateEncryptionKey {
		/// The machine.
		machine: MachineId,
		/// The X25519 public key.
		key: [u8; 32],
	},
	/// Bar a machine's key.
	Freeze(MachineId),
	/// Let a frozen machine's key act again.
	Unfreeze(MachineId),
	/// Let one account take a machine over, or nobody any more.
	OfferOwnership {
		/// The machine.
		machine: MachineId,
		/// Who may take it over.
		to: Option<AccountId32>,
	},
	/// Take over a machine that was offered.
	AcceptOwnership {
		/// The machine.
		machine: MachineId,
		/// What must be free in its account.
		at_least: Amount,
	},
	/// Set what a machine may spend.
	SetSpendingPolicy {
		/// The machine.
		machine: MachineId,
		/// What it may spend; none for no policy.
		policy: Option<SpendingPolicy>,
	},
	/// Offer a machine's work.
	PublishOffer {
		/// The machine.
		machine: MachineId,
		/// The terms.
		terms: Terms,
	},
	/// Change an offer.
	UpdateOffer {
		/// The offer.
		offer: OfferId,
		/// The new terms.
		terms: Terms,
	},
	/// Withdraw an offer.
	WithdrawOffer {
		/// The offer.
		offer: OfferId,
	},
	/// Order work.
	Order(Line),
	/// Order several things, all or none.
	OrderBatch(Vec<Line>),
	/// Answer an order with other terms.
	CounterOffer {
		/// The job.
		job: JobId,
		/// The terms.
		counter: CounterOffer,
	},
	/// Agree to a counter-offer.
	AcceptCounterOffer {
		/// The job.
		job: JobId,
		/// The counter-offer as it was read.
		counter: CounterOffer,
	},
	/// Promise to do a job.
	Accept(JobId),
	/// Decline an order.
	Decline {
		/// The job.
		job: JobId,
		/// Hash of the reason.
		reason: H256,
	},
	/// Begin a job.
	Start(JobId),
	/// Report units as done.
	Progress {
		/// The job.
		job: JobId,
		/// Units done so far.
		units_done: u32,
	},
	/// Deliver a job.
	Deliver {
		/// The job.
		job: JobId,
		/// Units delivered.
		units: u32,
		/// Hash of the evidence.
		result: H256,
	},
	/// Approve delivered units.
	Approve {
		/// The job.
		job: JobId,
		/// How many.
		units: u32,
	},
	/// Reject delivered units.
	Reject {
		/// The job.
		job: JobId,
		/// How many.
		units: u32,
		/// Hash of the reason.
		reason: H256,
	},
	/// Send units back to be mended.
	RequestRework {
		/// The job.
		job: JobId,
		/// Hash of the reason.
		reason: H256,
	},
	/// Let a rejection stand.
	Concede(JobId),
	/// Dispute a rejection.
	Dispute {
		/// The job.
		job: JobId,
		/// Hash of the evidence.
		evidence: H256,
	},
	/// Register as an arbiter, or change fee and profile.
	RegisterArbiter {
		/// The fee, in parts per million of what is at stake.
		fee: u32,
		/// Hash of what he says of himself.
		profile: H256,
	},
	/// Be an arbiter no more.
	RetireArbiter,
	/// Take a case on.
	AcceptCase(JobId),
	/// Show something that speaks for one's side.
	SubmitEvidence {
		/// The job.
		job: JobId,
		/// Hash of it.
		evidence: H256,
	},
	/// Decide a dispute.
	Rule {
		/// The job.
		job: JobId,
		/// The payee's share of what is at stake, in parts per million.
		to_payee: u32,
		/// Whether the payee's side gets the opener's bond, and not the payer's.
		bond_to_payee: bool,
		/// Hash of the written ruling.
		ruling: H256,
	},
	/// End a dispute whose arbiter was silent.
	EndDispute(JobId),
	/// Cancel an order, or give a job up.
	Cancel {
		/// The job.
		job: JobId,
		/// Hash of the reason.
		reason: H256,
	},
	/// End a job whose deadline has passed.
	Expire(JobId),
	/// Remove a settled job's record.
	Remove(JobId),
	/// Pay a credit to whom it belongs.
	ClaimCredit {
		/// In whose account it is on hold.
		holder: AccountId32,
		/// What it is in.
		asset: Asset,
		/// Whose it is.
		payee: AccountId32,
	},
	/// Buy, sell, or keep stock.
	Market(MarketCall),
	/// Rent, let, or pay as things flow.
	Usage(UsageCall),
}

impl From<MarketCall> for Call {
	fn from(call: MarketCall) -> Self {
		Self::Market(call)
	}
}

impl From<UsageCall> for Call {
	fn from(call: UsageCall) -> Self {
		Self::Usage(call)
	}
}

impl Call {
	/// The call's name on the chain.
	pub fn name(&self) -> &'static str {
		match self {
			Self::Register { .. } => "machines.register",
			Self::SetProfile { .. } => "machines.set_profile",
			Self::SetFeeAllowance { .. } => "machines.set_fee_allowance",
			Self::SetService { .. } => "machines.set_service",
			Self::Deposit { .. } => "machines.deposit",
			Self::Withdraw { .. } => "machines.withdraw",
			Self::Decommission(_) => "machines.decommission",
			Self::RotateKey { .. } => "machines.rotate_key",
			Self::RotateEncryptionKey { .. } => "machines.rotate_encryption_key",
			Self::Freeze(_) => "machines.freeze",
			Self::Unfreeze(_) => "machines.unfreeze",
			Self::OfferOwnership { .. } => "machines.offer_ownership",
			Self::AcceptOwnership { .. } => "machines.accept_ownership",
			Self::SetSpendingPolicy { .. } => "machines.set_spending_policy",
			Self::PublishOffer { .. } => "jobs.publish_offer",
			Self::UpdateOffer { .. } => "jobs.update_offer",
			Self::WithdrawOffer { .. } => "jobs.withdraw_offer",
			Self::Order(_) => "jobs.order",
			Self::OrderBatch(_) => "jobs.order_batch",
			Self::Accept(_) => "jobs.accept",
			Self::Decline { .. } => "jobs.decline",
			Self::Start(_) => "jobs.start",
			Self::Progress { .. } => "jobs.progress",
			Self::Deliver { .. } => "jobs.deliver",
			Self::Approve { .. } => "jobs.approve",
			Self::Reject { .. } => "jobs.reject",
			Self::CounterOffer { .. } => "jobs.counter_offer",
			Self::AcceptCounterOffer { .. } => "jobs.accept_counter_offer",
			Self::RequestRework { .. } => "jobs.request_rework",
			Self::Concede(_) => "jobs.concede",
			Self::Dispute { .. } => "jobs.dispute",
			Self::RegisterArbiter { .. } => "escrow.register_arbiter",
			Self::RetireArbiter => "escrow.retire_arbiter",
			Self::AcceptCase(_) => "escrow.accept_case",
			Self::SubmitEvidence { .. } => "escrow.submit_evidence",
			Self::Rule { .. } => "escrow.rule",
			Self::EndDispute(_) => "escrow.end_dispute",
			Self::Cancel { .. } => "jobs.cancel",
			Self::Expire(_) => "jobs.expire",
			Self::Remove(_) => "jobs.remove",
			Self::ClaimCredit { .. } => "escrow.claim_credit",
			Self::Market(call) => call.name(),
			Self::Usage(call) => call.name(),
		}
	}

	/// The job that it is about, if it is about one that exists.
	pub fn job(&self) -> Option<JobId> {
		match self {
			Self::Accept(job)
			| Self::Start(job)
			| Self::Expire(job)
			| Self::Remove(job)
			| Self::Concede(job)
			| Self::AcceptCase(job)
			| Self::EndDispute(job) => Some(*job),
			Self::Decline { job, .. }
			| Self::CounterOffer { job, .. }
			| Self::AcceptCounterOffer { job, .. }
			| Self::RequestRework { job, .. }
			| Self::Dispute { job, .. }
			| Self::SubmitEvidence { job, .. }
			| Self::Rule { job, .. }
			| Self::Progress { job, .. }
			| Self::Deliver { job, .. }
			| Self::Approve { job, .. }
			| Self::Reject { job, .. }
			| Self::Cancel { job, .. } => Some(*job),
			_ => None,
		}
	}
}

/// Shows the name and what it is about: `jobs.accept 12`.
impl fmt::Display for Call {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Market(call) => return call.fmt(f),
			Self::Usage(call) => return call.fmt(f),
			_ => {}
		}
		f.write_str(self.name())?;
		match self.job() {
			Some(job) => write!(f, " {job}"),
			None => Ok(()),
		}
	}
}

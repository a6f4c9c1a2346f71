//! The one place, with `convert` beside it, that knows the types generated from the committed metadata
//! (`metadata/bpiiot.scale`).
//!
//! The metadata is also looked at when the client runs: a chain whose calls, events or storage of ours differ in any
//! detail is refused before anything is read from it or signed for it.

use super::{
	call::Call,
	convert,
	error::{ChainError, Result},
	market::Visit,
	session::At,
	types::{BlockId, ChainTime, Job, JobId, Machine, MachineId, Offer, OfferId},
};
use std::sync::LazyLock;
use subxt::{
	config::{substrate::SubstrateExtrinsicParamsBuilder, SubstrateConfig},
	error::DispatchError,
	ext::{codec::Decode, scale_decode::DecodeAsType},
	extrinsics::ExtrinsicEvents,
	metadata::{Metadata, PalletMetadata},
	transactions::Payload,
	utils::H256,
};
use subxt_signer::sr25519::Keypair;

mod used;

#[subxt::subxt(runtime_metadata_path = "metadata/bpiiot.scale")]
mod generated {}

use generated::jobs::events as job_events;
pub(super) use generated::{constants, runtime_apis, runtime_types as types, storage};
/// A place in the chain's index of offers.
pub type OfferRank = types::pallet_jobs::types::OfferRank;

/// The events of one transaction.
pub type Events = ExtrinsicEvents<SubstrateConfig>;

/// For how many blocks a transaction stays valid: long enough for 250 ms blocks (a minute) and for 6 s (25 minutes).
pub const LIFETIME: u64 = 256;

static METADATA: LazyLock<Metadata> = LazyLock::new(committed);

fn committed() -> Metadata {
	let bytes = include_bytes!("../../metadata/bpiiot.scale");
	Metadata::decode_from(bytes).expect("the generated code was made from it; qed")
}

/// The metadata that this client was built with.
#[cfg(test)]
pub(super) fn known() -> &'static Metadata {
	&METADATA
}

/// Spec version of the runtime whose metadata this client was built with.
pub fn known_spec() -> u32 {
	#[derive(Decode)]
	#[codec(crate = subxt::ext::codec)]
	struct Version {
		_spec_name: String,
		_impl_name: String,
		_authoring_version: u32,
		spec_version: u32,
	}
	let version = METADATA
		.pallet_by_name("System")
		.and_then(|system| system.constant_by_name("Version"));
	version
		.and_then(|version| Version::decode(&mut version.value()).ok())
		.map_or(0, |version| version.spec_version)
}

/// Compares what we use of a runtime with what we were built for.
///
/// # Errors
/// When anything differs: its names.
pub fn check(found: &Metadata) -> Result<(), String> {
	differences(&METADATA, found)
}

fn differences(known: &Metadata, found: &Metadata) -> Result<(), String> {
	let mut differ = Vec::new();
	for used in &used::USED {
		let pallets = (known.pallet_by_name(used.pallet), found.pallet_by_name(used.pallet));
		let (Some(ours), Some(theirs)) = pallets else {
			differ.push(format!("{} (missing)", used.pallet));
			continue;
		};
		let mut compare = |name: &str, hash: &dyn Fn(&PalletMetadata<'_>) -> Option<[u8; 32]>| {
			if hash(&ours).is_none() || hash(&ours) != hash(&theirs) {
				differ.push(format!("{}.{name}", used.pallet));
			}
		};
		for call in used.calls {
			compare(call, &|pallet| pallet.call_hash(call));
		}
		for entry in used.storage {
			compare(entry, &|pallet| pallet.storage_hash(entry));
		}
		for constant in used.constants {
			compare(constant, &|pallet| pallet.constant_hash(constant));
		}
		if used.events {
			let types = (ours.event_ty_id(), theirs.event_ty_id());
			let hashes = (
				types.0.and_then(|id| known.type_hash(id)),
				types.1.and_then(|id| found.type_hash(id)),
			);
			if hashes.0.is_none() || hashes.0 != hashes.1 {
				differ.push(format!("{} events", used.pallet));
			}
		}
	}
	match differ.is_empty() {
		true => Ok(()),
		false => Err(differ.join(", ")),
	}
}

/// The value of a storage entry from its bytes.
fn decode<T: DecodeAsType>(metadata: &Metadata, pallet: &str, entry: &str, mut bytes: &[u8]) -> Result<T> {
	let wrong = |why: String| ChainError::Rpc(format!("cannot read {pallet}.{entry}: {why}"));
	let found = metadata
		.pallet_by_name(pallet)
		.and_then(|pallet| pallet.storage()?.entry_by_name(entry))
		.ok_or_else(|| wrong("the runtime has none".to_owned()))?;
	let value = T::decode_as_type(&mut bytes, found.value_ty(), metadata.types()).map_err(|e| wrong(e.to_string()))?;
	match bytes.is_empty() {
		true => Ok(value),
		false => Err(wrong(format!("{} bytes are left over", bytes.len()))),
	}
}

/// A job's record from its bytes in the state.
///
/// # Errors
/// When they are none.
pub fn decode_job(metadata: &Metadata, id: JobId, bytes: &[u8]) -> Result<Job> {
	Ok(Job::from_chain(id, decode(metadata, "Jobs", "Jobs", bytes)?))
}

/// An offer from its bytes in the state.
///
/// # Errors
/// When they are none.
pub fn decode_offer(metadata: &Metadata, id: OfferId, bytes: &[u8]) -> Result<Offer> {
	Ok(Offer::from_chain(id, decode(metadata, "Jobs", "Offers", bytes)?))
}

/// A machine's record from its bytes in the state.
///
/// # Errors
/// When they are none.
pub fn decode_machine(metadata: &Metadata, id: MachineId, bytes: &[u8]) -> Result<Machine> {
	Ok(Machine::from_chain(
		id,
		decode(metadata, "Machines", "Machines", bytes)?,
	))
}

/// The chain's clocks from their bytes in the state.
///
/// # Errors
/// When they are none.
pub fn decode_time(metadata: &Metadata, bytes: &[u8]) -> Result<ChainTime> {
	Ok(ChainTime::from_chain(&decode(metadata, "Escrow", "Clock", bytes)?))
}

/// A signed transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signed {
	/// Its bytes, as a node takes them.
	pub bytes: Vec<u8>,
	/// Their hash.
	pub hash: H256,
}

/// Signs a call on top of the block `at`, valid for [`LIFETIME`] blocks. Its fee is paid in the asset of this number, or
/// in the chain's own token.
///
/// # Errors
/// When the call cannot be expressed in the chain's types.
pub fn sign(
	at: &At,
	anchor: BlockId,
	keypair: &Keypair,
	nonce: u64,
	fee_asset: Option<u32>,
	call: &Call,
) -> Result<Signed> {
	let signer = Signer {
		at,
		anchor,
		keypair,
		nonce,
		fee_asset,
	};
	let calls = generated::transactions();
	let (machines, escrow, jobs) = (calls.machines(), calls.escrow(), calls.jobs());
	match call.clone() {
		Call::Register {
			key,
			proof,
			profile,
			encryption_key,
			fee_allowance,
		} => signer.sign(machines.register(
			key,
			convert::signature(proof),
			convert::profile(profile),
			encryption_key,
			convert::fee_allowance(fee_allowance),
		)),
		Call::SetProfile { machine, profile } => {
			signer.sign(machines.set_profile(convert::machine_id(machine), convert::profile(profile)))
		}
		Call::SetFeeAllowance { machine, allowance } => {
			signer.sign(machines.set_fee_allowance(convert::machine_id(machine), convert::fee_allowance(allowance)))
		}
		Call::SetService { machine, in_service } => {
			signer.sign(machines.set_service(convert::machine_id(machine), in_service))
		}
		Call::Deposit { machine, asset, amount } => {
			signer.sign(machines.deposit(convert::machine_id(machine), convert::asset(asset), amount))
		}
		Call::Withdraw { machine, asset, amount } => {
			signer.sign(machines.withdraw(convert::machine_id(machine), convert::asset(asset), amount))
		}
		Call::Decommission(machine) => signer.sign(machines.decommission(convert::machine_id(machine))),
		Call::RotateKey { machine, key, proof } => {
			signer.sign(machines.rotate_key(convert::machine_id(machine), key, convert::signature(proof)))
		}
		Call::RotateEncryptionKey { machine, key } => {
			signer.sign(machines.rotate_encryption_key(convert::machine_id(machine), key))
		}
		Call::Freeze(machine) => signer.sign(machines.freeze(convert::machine_id(machine))),
		Call::Unfreeze(machine) => signer.sign(machines.unfreeze(convert::machine_id(machine))),
		Call::OfferOwnership { machine, to } => signer.sign(machines.offer_ownership(convert::machine_id(machine), to)),
		Call::AcceptOwnership { machine, at_least } => {
			signer.sign(machines.accept_ownership(convert::machine_id(machine), at_least.0))
		}
		Call::SetSpendingPolicy { machine, policy } => signer
			.sign(machines.set_spending_policy(convert::machine_id(machine), policy.map(convert::spending_policy))),
		Call::PublishOffer { machine, terms } => {
			signer.sign(jobs.publish_offer(convert::machine_id(machine), convert::terms(terms)))
		}
		Call::UpdateOffer { offer, terms } => {
			signer.sign(jobs.update_offer(convert::offer_id(offer), convert::terms(terms)))
		}
		Call::WithdrawOffer { offer } => signer.sign(jobs.withdraw_offer(convert::offer_id(offer))),
		Call::Order(order) => {
			let line = convert::line(order);
			signer.sign(jobs.order(
				line.offer,
				line.version,
				line.units,
				line.max_price,
				line.recipe,
				line.recipe_reference,
				line.deliver_by,
				line.arbiter,
			))
		}
		Call::OrderBatch(lines) => signer.sign(jobs.order_batch(convert::lines(lines))),
		Call::CounterOffer { job, counter } => {
			signer.sign(jobs.counter_offer(convert::job_id(job), counter.unit_price, counter.deliver_by))
		}
		Call::AcceptCounterOffer { job, counter } => {
			signer.sign(jobs.accept_counter_offer(convert::job_id(job), counter.unit_price, counter.deliver_by))
		}
		Call::RequestRework { job, reason } => signer.sign(jobs.request_rework(convert::job_id(job), reason)),
		Call::Concede(job) => signer.sign(jobs.concede(convert::job_id(job))),
		Call::Dispute { job, evidence } => signer.sign(jobs.dispute(convert::job_id(job), evidence)),
		Call::RegisterArbiter { fee, profile } => signer.sign(escrow.register_arbiter(convert::permill(fee), profile)),
		Call::RetireArbiter => signer.sign(escrow.retire_arbiter()),
		Call::AcceptCase(job) => signer.sign(escrow.accept_case(convert::agreement(job))),
		Call::SubmitEvidence { job, evidence } => {
			signer.sign(escrow.submit_evidence(convert::agreement(job), evidence))
		}
		Call::Rule {
			job,
			to_payee,
			bond_to_payee,
			ruling,
		} => {
			let (share, bond_to) = (convert::permill(to_payee), convert::side(bond_to_payee));
			signer.sign(escrow.rule(convert::agreement(job), share, bond_to, ruling))
		}
		Call::EndDispute(job) => signer.sign(escrow.end_dispute(convert::agreement(job))),
		Call::Accept(job) => signer.sign(jobs.accept(convert::job_id(job))),
		Call::Decline { job, reason } => signer.sign(jobs.decline(convert::job_id(job), reason)),
		Call::Start(job) => signer.sign(jobs.start(convert::job_id(job))),
		Call::Progress { job, units_done } => signer.sign(jobs.progress(convert::job_id(job), units_done)),
		Call::Deliver { job, units, result } => signer.sign(jobs.deliver(convert::job_id(job), units, result)),
		Call::Approve { job, units } => signer.sign(jobs.approve(convert::job_id(job), units)),
		Call::Reject { job, units, reason } => signer.sign(jobs.reject(convert::job_id(job), units, reason)),
		Call::Cancel { job, reason } => signer.sign(jobs.cancel(convert::job_id(job), reason)),
		Call::Expire(job) => signer.sign(jobs.expire(convert::job_id(job))),
		Call::Remove(job) => signer.sign(jobs.remove(convert::job_id(job))),
		Call::ClaimCredit { holder, asset, payee } => {
			signer.sign(escrow.claim_credit(holder, convert::asset(asset), payee))
		}
		Call::Market(call) => call.visit(signer),
		Call::Usage(call) => call.visit(signer),
	}
}

struct Signer<'a> {
	at: &'a At,
	anchor: BlockId,
	keypair: &'a Keypair,
	nonce: u64,
	fee_asset: Option<u32>,
}

impl Signer<'_> {
	fn sign<P: Payload>(&self, payload: P) -> Result<Signed> {
		let params = SubstrateExtrinsicParamsBuilder::<SubstrateConfig>::new()
			.mortal_from_unchecked(LIFETIME, self.anchor.number, self.anchor.hash)
			.nonce(self.nonce);
		let params = match self.fee_asset {
			Some(asset) => params.tip_of(0, asset),
			None => params,
		};
		let transaction = self
			.at
			.transactions()
			.create_signable_offline(&payload, params.build())?
			.sign(self.keypair)?;
		Ok(Signed {
			hash: transaction.hash(),
			bytes: transaction.into_encoded(),
		})
	}
}

/// What is written by name is checked by whoever compares the metadata ([`check`]).
impl Visit for Signer<'_> {
	type Out = Result<Signed>;

	fn take<P: Payload>(self, payload: P) -> Self::Out {
		self.sign(payload)
	}
}

/// Why a transaction in a block did nothing, if it failed: the pallet's name and error, and what it says about it.
///
/// # Errors
/// When the events cannot be read.
pub fn failure(at: &At, events: &Events) -> Result<Option<String>> {
	for event in events.iter() {
		let event = event?;
		if event.pallet_name() == "System" && event.event_name() == "ExtrinsicFailed" {
			let error = DispatchError::decode_from(event.field_bytes(), at.metadata())?;
			return Ok(Some(describe(&error)));
		}
	}
	Ok(None)
}

fn describe(error: &DispatchError) -> String {
	match error {
		DispatchError::Module(module) => match module.details() {
			Ok(details) => {
				let says = details.variant.docs.join(" ");
				format!("{}::{}: {}", details.pallet.name(), details.variant.name, says.trim())
			}
			Err(_) => module.details_string(),
		},
		DispatchError::Token(token) => format!("Token: {token}"),
		other => other.to_string(),
	}
}

/// The offer that these events tell of.
///
/// # Errors
/// When there is none.
pub fn published_offer(events: &Events) -> Result<OfferId> {
	let event = events.find_first::<job_events::OfferPublished>().transpose()?;
	event
		.map(|event| OfferId(event.offer.0))
		.ok_or_else(|| ChainError::Rpc("no OfferPublished event".to_owned()))
}

/// The jobs that these events tell of, in their order; at least one.
///
/// # Errors
/// When there is none.
pub fn ordered_jobs(events: &Events) -> Result<Vec<JobId>> {
	let mut jobs = Vec::new();
	for event in events.find::<job_events::Ordered>() {
		jobs.push(JobId(event?.job.0));
	}
	match jobs.is_empty() {
		true => Err(ChainError::Rpc("no Ordered event".to_owned())),
		false => Ok(jobs),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_committed_metadata_has_all_that_is_used() {
		assert_eq!(check(&METADATA), Ok(()));
		assert!(known_spec() > 0);
	}

	#[test]
	fn a_runtime_whose_types_differ_is_refused_by_name() {
		let mut other = committed();
		let types = &mut other.types_mut().types;
		let unrelated = types[0].ty.type_def.clone();
		let state = types
			.iter_mut()
			.find(|ty| ty.ty.path.segments.last().is_some_and(|name| name == "JobState"));
		state.unwrap().ty.type_def = unrelated;
		assert_eq!(check(&other), Err("Jobs.Jobs".to_owned()));
	}
}

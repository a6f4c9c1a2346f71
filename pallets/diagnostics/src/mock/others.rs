//! Telemetry and the requests' pallet, in small.

use super::*;
use crate::{
	Evidence, Inadmissible, MetricId, Proof, Reading, Refused, RequestId, ServiceAwards, ServiceOrderId,
	ServiceRequests, TicketId,
};
use bpiiot_primitives::{Actor, Category, Item, MachineId, Region, ScoreWeights, ServiceRequisition};
use codec::{Decode, Encode};
use frame_support::{ensure, pallet_prelude::DispatchError, storage_alias, Blake2_128Concat};
use sp_core::H256;

parameter_types! {
	/// Whether those who are asked for quotes refuse.
	pub storage Refuses: bool = false;
	/// Whether the next bid may be awarded when a winner gives up.
	pub storage Reopens: bool = false;
}

/// A reading that a machine has anchored, or why it is no evidence.
#[derive(Encode, Decode, Clone, PartialEq, Eq, Debug)]
pub struct Anchored {
	pub machine: MachineId,
	pub metric: u16,
	pub value: i64,
	pub at: u64,
	pub anchored_at: u64,
	pub table: H256,
	/// 0 if it is evidence, otherwise which reason there is.
	pub fault: u8,
}

/// What was anchored, by its proof.
#[storage_alias]
pub type Anchors = StorageMap<OthersPallet, Blake2_128Concat, Vec<u8>, Anchored>;

/// The reasons, from 1.
pub(crate) const REASONS: [Inadmissible; 4] = [
	Inadmissible::Forged,
	Inadmissible::TooOld,
	Inadmissible::Challenged,
	Inadmissible::UnknownBatch,
];

/// Anchors a reading, and gives its proof.
pub(crate) fn anchored(machine: MachineId, metric: u16, value: i64, at: u64, anchored_at: u64) -> Proof {
	faulty(machine, metric, value, at, anchored_at, 0)
}

/// The same, but a reason may make it no evidence.
pub(crate) fn faulty(machine: MachineId, metric: u16, value: i64, at: u64, anchored_at: u64, fault: u8) -> Proof {
	let anchored = Anchored {
		machine,
		metric,
		value,
		at,
		anchored_at,
		table: TABLE,
		fault,
	};
	anchors(anchored)
}

/// Anchors whatever this is, and gives its proof.
pub(crate) fn anchors(anchored: Anchored) -> Proof {
	let proof = anchored.encode();
	Anchors::insert(&proof, anchored);
	proof.try_into().expect("short")
}

/// Knows what was anchored.
pub struct Telemetry;

impl Evidence for Telemetry {
	fn reading(machine: &MachineId, proof: &Proof) -> Result<Reading, Inadmissible> {
		Anchored::decode(&mut proof.as_slice()).map_err(|_| Inadmissible::Malformed)?;
		let known = Anchors::get(proof.to_vec()).ok_or(Inadmissible::UnknownBatch)?;
		ensure!(known.machine == *machine, Inadmissible::OtherMachine);
		if let Some(reason) = usize::from(known.fault).checked_sub(1) {
			return Err(REASONS[reason]);
		}
		Ok(Reading {
			metric: MetricId(known.metric),
			value: known.value,
			table: known.table,
			at: known.at,
			anchored_at: known.anchored_at,
		})
	}

	fn weight() -> Weight {
		Weight::from_parts(500, 5)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_proof(machine: &MachineId, reading: Reading) -> Proof {
		anchors(Anchored {
			machine: *machine,
			metric: reading.metric.0,
			value: reading.value,
			at: reading.at,
			anchored_at: reading.anchored_at,
			table: reading.table,
			fault: 0,
		})
	}
}

/// What was asked for.
#[derive(Encode, Decode, Clone, PartialEq, Eq, Debug)]
pub struct Request {
	pub payer: AccountId,
	pub machine: Option<MachineId>,
	pub ticket: TicketId,
	pub fault: Item,
	pub category: Category,
	pub area: Region,
	/// The most that it may cost, and the longest response time.
	pub most: (Balance, u64),
	pub weights: ScoreWeights,
	/// For bids, and for the award after that.
	pub windows: (u64, u64),
	pub open: bool,
}

/// The requests.
#[storage_alias]
pub type Requests = StorageMap<OthersPallet, Blake2_128Concat, RequestId, Request>;

/// The requests that were made, the oldest first.
pub(crate) fn requests() -> Vec<(RequestId, Request)> {
	let mut all: Vec<_> = Requests::iter().collect();
	all.sort_by_key(|(id, _)| *id);
	all
}

/// Ends a request without an award.
pub(crate) fn request_ends(request: RequestId) {
	Requests::mutate(request, |request| request.as_mut().expect("it exists").open = false);
}

/// Awards a request, as the requests' pallet would.
pub(crate) fn award(
	request: RequestId,
	maintainer: &AccountId,
	price: Balance,
	response: u64,
) -> Result<ServiceOrderId, Refused> {
	let ticket = Requests::get(request).expect("it exists").ticket;
	let order = Diagnostics::award(request, ticket, maintainer, price, response)?;
	request_ends(request);
	Ok(order)
}

/// Takes requests down.
pub struct Procurement;

/// What it costs to ask.
pub(crate) const RAISE: Weight = Weight::from_parts(3_000, 30);

impl ServiceRequests<AccountId, Balance> for Procurement {
	fn raise(
		payer: &Actor<AccountId>,
		wanted: &ServiceRequisition<AccountId, Balance>,
	) -> Result<RequestId, DispatchError> {
		let id = RequestId(Requests::iter().count() as u64 + 1);
		let request = Request {
			payer: payer.account.clone(),
			machine: payer.machine,
			ticket: wanted.ticket,
			fault: wanted.fault.clone(),
			category: wanted.category.clone(),
			area: wanted.area.clone(),
			most: (wanted.highest_price, wanted.longest_response),
			weights: wanted.weights,
			windows: (wanted.bid_window, wanted.award_window),
			open: true,
		};
		// Written before it is refused, so that tests see whether that is rolled back.
		Requests::insert(id, request);
		ensure!(!Refuses::get(), DispatchError::Unavailable);
		Ok(id)
	}

	fn raise_weight() -> Weight {
		RAISE
	}

	fn is_open(request: RequestId) -> bool {
		Requests::get(request).is_some_and(|request| request.open)
	}

	fn reopen(request: RequestId, _: ServiceOrderId) -> bool {
		let reopens = Reopens::get();
		Requests::mutate(request, |request| request.as_mut().expect("it exists").open = reopens);
		reopens
	}

	fn reopen_weight() -> Weight {
		RAISE
	}
}

//! What clients may ask the runtime of offers and jobs, without knowing how they are stored.

use crate::{Capability, Job, Offer, OfferRank, Region};
use alloc::vec::Vec;
use bpiiot_primitives::{AssetKind, JobId, MachineId, OfferId};
use codec::{Codec, Decode, Encode};
use scale_info::TypeInfo;

/// An offer whose machine takes orders.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct FoundOffer<AccountId, Balance> {
	/// Its id, which an order names.
	pub id: OfferId,
	/// The offer, with the version that an order names.
	pub offer: Offer<AccountId, Balance>,
}

/// Some of the offers that a query finds.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct OfferPage<AccountId, Balance> {
	/// By rising unit price, and at one price by rising id. May be empty although there are more.
	pub offers: Vec<FoundOffer<AccountId, Balance>>,
	/// Where to go on; none at the end.
	pub next: Option<OfferRank>,
}

/// Some of the open jobs of a machine.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct JobPage<Escrow, Balance> {
	/// By rising id, which is by age.
	pub jobs: Vec<(JobId, Job<Escrow, Balance>)>,
	/// Where to go on; none at the end.
	pub next: Option<JobId>,
}

sp_api::decl_runtime_apis! {
	/// Finding offers and jobs, page by page. Each call does bounded work.
	pub trait JobsApi<AccountId, Balance, Escrow>
	where
		AccountId: Codec,
		Balance: Codec,
		Escrow: Codec,
	{
		/// The offers of a capability whose machines take orders, the cheapest first, by the price of one unit.
		///
		/// At most 32 are given, and at most 128 looked at. Whoever wants more asks again with `next`. An offer that stays
		/// as it is all the while is found exactly once; one that changes meanwhile may be missed or found again.
		///
		/// - `capability`: the exact word of the offers.
		/// - `region`: a country ("DE") finds what is offered in it and in its parts, a part ("DE-HB") what is offered in
		///   it; empty for anywhere.
		/// - `asset`: what the offers are paid in.
		/// - `max_price`: the most that one unit may cost, in the asset's smallest unit; none for whatever. The prices of
		///   larger orders are not looked at.
		/// - `cursor`: the `next` of the page before; none for the first page. One of another query only skips what is
		///   cheaper than it.
		fn offers_by(
			capability: Capability,
			region: Region,
			asset: AssetKind,
			max_price: Option<Balance>,
			cursor: Option<OfferRank>,
		) -> OfferPage<AccountId, Balance>;

		/// The open jobs of a machine, the oldest first, at most 16.
		///
		/// - `cursor`: the `next` of the page before; none for the first page.
		fn jobs_for(machine: MachineId, cursor: Option<JobId>) -> JobPage<Escrow, Balance>;
	}
}

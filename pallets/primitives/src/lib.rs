//! What the BPIIoT pallets share: typed identifiers, the actor who stands behind a call, and the traits by which a
//! domain pallet reaches the money without knowing how it is kept.
//!
//! Nothing here stores anything. A pallet depends on this crate, never on another domain pallet; the runtime joins them.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;
#[cfg(all(feature = "mistakes", feature = "std"))]
extern crate std;

mod actor;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod escrow;
mod facts;
mod goods;
mod ids;
mod materials;
mod mistakes;
mod rates;
mod region;
mod trace;

pub use actor::{Actor, Actors, AtRisk, OpenWork, SpendPolicy, SpendPurpose};
#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::BenchmarkAssets;
pub use escrow::{
	AgreementClock, Agreements, Arbitration, BondOutcome, Case, DeadlineIndex, Escrow, EscrowTerms, EscrowView, Expiry,
	OpenEscrows, Settlement, Side,
};
pub use facts::{Counted, Facts, RateableAgreements, Rated, Reputation, Standing};
pub use goods::{Category, Item, Lot, Purchasing, Receiving, Requisition, ScoreWeights, Unit};
pub use ids::{
	fresh_id, AgreementRef, AssetKind, JobId, LegId, MachineId, OfferId, PurchaseOrderId, QuoteId, RequestId,
	ShipmentId, SiteId,
};
pub use materials::{Materials, Need, Needs, OpenJobs, MAX_NEEDS};
pub use mistakes::Mistake;
pub use rates::in_planck;
pub use region::{is_region, regions_around, Region};
pub use trace::{Goods, HolderKeys, Production};

/// Milliseconds since 1970-01-01T00:00:00Z, as `pallet-timestamp` has them.
pub type UnixMillis = u64;

/// Milliseconds on the agreement clock: the timestamp of the block less all the time that the chain stood still.
/// Windows for acting on chain are measured on it (see [`AgreementClock`]).
pub type AgreementMillis = u64;

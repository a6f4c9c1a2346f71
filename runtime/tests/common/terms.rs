//! What a machine offers, at the least.

use bpiiot_primitives::AssetKind;
use bpiiot_runtime::{AccountId, Balance};
use pallet_jobs::OfferTerms;

/// Terms of this runtime.
pub type Terms = OfferTerms<AccountId, Balance>;

/// The shortest time that terms may give, in milliseconds.
pub const WINDOW: u64 = 60_000;

/// Terms with a price and a bond, the shortest times, and nothing that may be left out.
pub fn simple_terms(asset: AssetKind, unit_price: Balance, bond: Balance) -> Terms {
	OfferTerms {
		capability: Default::default(),
		region: Default::default(),
		asset,
		unit_price,
		tiers: Default::default(),
		max_units: 10,
		bond,
		accept_window: WINDOW,
		lead_time: WINDOW,
		calendar: Default::default(),
		review_window: WINDOW,
		rejection_fee: Default::default(),
		cancellation: Default::default(),
		rework: None,
		disputes: None,
		recipe_schema: Default::default(),
		contract: Default::default(),
		governing_law: Default::default(),
	}
}

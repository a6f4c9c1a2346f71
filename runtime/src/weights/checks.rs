//! What is checked before a call: the SDK's figures, and one look-up that they leave out.
//!
//! Whether a call is paused is read from storage when it is dispatched ([`TxPause`](crate::TxPause) in the filter of calls), for
//! which no call's weight has room. Every transaction passes `CheckWeight`, so that is where it is counted. The SDK's weights of
//! `utility`, `proxy` and `multisig` count it for the calls inside.

use super::DbWeight;
use crate::Runtime;
use frame_support::weights::Weight;
use frame_system::{ExtensionsWeightInfo, SubstrateExtensionsWeight};

type Sdk = SubstrateExtensionsWeight<Runtime>;

/// What a look-up in `TxPause::PausedCalls` adds to the proof of a block, in bytes: as in the pallet's own weights.
pub const PAUSE_PROOF: u64 = 3_997;

/// The weights of the checks of `frame_system`.
pub struct Checks;

impl ExtensionsWeightInfo for Checks {
	fn check_genesis() -> Weight {
		Sdk::check_genesis()
	}

	fn check_mortality_mortal_transaction() -> Weight {
		Sdk::check_mortality_mortal_transaction()
	}

	fn check_mortality_immortal_transaction() -> Weight {
		Sdk::check_mortality_immortal_transaction()
	}

	fn check_non_zero_sender() -> Weight {
		Sdk::check_non_zero_sender()
	}

	fn check_nonce() -> Weight {
		Sdk::check_nonce()
	}

	fn check_spec_version() -> Weight {
		Sdk::check_spec_version()
	}

	fn check_tx_version() -> Weight {
		Sdk::check_tx_version()
	}

	/// With the look-up whether the call is paused.
	fn check_weight() -> Weight {
		Sdk::check_weight()
			.saturating_add(Weight::from_parts(0, PAUSE_PROOF))
			.saturating_add(DbWeight::get().reads(1))
	}

	fn weight_reclaim() -> Weight {
		Sdk::weight_reclaim()
	}
}

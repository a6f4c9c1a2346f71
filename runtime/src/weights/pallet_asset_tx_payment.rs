//! Charging a fee, as the SDK measured it.

pub use pallet_asset_tx_payment::weights::SubstrateWeight as WeightInfo;

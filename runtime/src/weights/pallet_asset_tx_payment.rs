//! Weights
pub use pallet_asset_tx_payment::weights::SubstrateWeight as WeightInfo;

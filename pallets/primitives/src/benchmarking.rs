//! What the pallets need of the runtime to measure themselves.

use crate::AssetKind;

/// Makes assets to measure with.
pub trait BenchmarkAssets<AccountId, Balance> {
	/// An asset that keeps accounts alive by itself, with a rate and a minimum balance of 1, and in which the account
	/// that fees go to has an account. It is not listed yet.
	fn create_asset() -> AssetKind;

	/// Gives `who` that much of an asset, or of the native token.
	fn fund(asset: AssetKind, who: &AccountId, amount: Balance);

	/// Freezes such an asset, so that no payment in it arrives.
	fn freeze(asset: AssetKind);
}

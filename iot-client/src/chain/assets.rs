//! What the chain says of assets: how they are written, who has what of them, and what they are worth.
//!
//! Their records are those of the SDK's pallets, which not every runtime that we know must have. They are read by name, by
//! the metadata of the chain itself: with no such pallet there is no such asset.

use super::{convert, error::Result, runtime::storage, session::At, types::Credit};
use crate::asset::{Asset, Denomination};
use futures::TryStreamExt;
use serde::Serialize;
use subxt::{
	dynamic::{self, Value},
	ext::{
		frame_decode::storage::{IntoDecodableValues, IntoEncodableValues},
		scale_decode::{self, DecodeAsType},
	},
	utils::AccountId32,
};

/// What a rate of 1 is: `FixedU128::DIV` of sp-arithmetic.
const RATE_ONE: u128 = 1_000_000_000_000_000_000;

/// An asset that exists.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AssetInfo {
	/// How amounts of it are written.
	pub denomination: Denomination,
	/// The least that an account holds, in smallest units.
	pub minimum: u128,
	/// Whether new agreements may be made in it.
	pub listed: bool,
	/// What one smallest unit is worth in planck, in units of 10^-18; none if governance has set no rate.
	pub rate: Option<u128>,
}

impl AssetInfo {
	/// What `planck` come to in this asset, rounded up as the chain does; none without a rate, or if it is too much.
	pub fn worth(&self, planck: u128) -> Option<u128> {
		if self.denomination.asset() == Asset::Native || planck == 0 {
			return Some(planck);
		}
		let rate = self.rate.filter(|rate| *rate > 0)?;
		mul_div_up(planck, RATE_ONE, rate)
	}
}

/// `a * b / c`, rounded up, if it fits into 128 bits. The product may need 256.
fn mul_div_up(a: u128, b: u128, c: u128) -> Option<u128> {
	const LOW: u128 = u64::MAX as u128;
	// Schoolbook multiplication in halves of 64 bits.
	let (low, cross_a, cross_b, high) = (
		(a & LOW) * (b & LOW),
		(a >> 64) * (b & LOW),
		(a & LOW) * (b >> 64),
		(a >> 64) * (b >> 64),
	);
	let middle = (low >> 64) + (cross_a & LOW) + (cross_b & LOW);
	let mut high = high + (cross_a >> 64) + (cross_b >> 64) + (middle >> 64);
	let mut low = (middle << 64) | (low & LOW);
	if high >= c {
		return None;
	}
	// Long division, bit by bit: the remainder stays below the divisor.
	let mut quotient = 0u128;
	for _ in 0..128 {
		let carry = high >> 127;
		high = (high << 1) | (low >> 127);
		low <<= 1;
		quotient <<= 1;
		if carry == 1 || high >= c {
			high = high.wrapping_sub(c);
			quotient |= 1;
		}
	}
	match high {
		0 => Some(quotient),
		_ => quotient.checked_add(1),
	}
}

/// What an account has of an asset, in smallest units.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Holding {
	/// What is not on hold.
	#[serde(serialize_with = "super::types::smallest")]
	pub free: u128,
	/// What is on hold.
	#[serde(serialize_with = "super::types::smallest")]
	pub reserved: u128,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct Details {
	min_balance: u128,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct Names {
	symbol: Vec<u8>,
	decimals: u8,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct Account {
	balance: u128,
}

/// A stored value, by name. None also when the runtime has no such pallet.
async fn value<Keys, Stored>(at: &At, pallet: &str, entry: &str, keys: Keys) -> Result<Option<Stored>>
where
	Keys: IntoEncodableValues + IntoDecodableValues,
	Stored: DecodeAsType,
{
	if at.metadata_ref().pallet_by_name(pallet).is_none() {
		return Ok(None);
	}
	let address = dynamic::storage::<Keys, Stored>(pallet, entry);
	let found = at.storage().try_fetch(address, keys).await?;
	Ok(found.map(|value| value.decode()).transpose()?)
}

/// How amounts of an asset are written. None if there is no such asset.
///
/// # Errors
/// When the node does not answer.
pub async fn denomination(at: &At, asset: Asset) -> Result<Option<Denomination>> {
	let Asset::Number(number) = asset else {
		return Ok(Some(Denomination::native()));
	};
	if value::<_, Details>(at, "Assets", "Asset", (number,)).await?.is_none() {
		return Ok(None);
	}
	let names: Option<Names> = value(at, "Assets", "Metadata", (number,)).await?;
	let names = names.unwrap_or(Names {
		symbol: Vec::new(),
		decimals: 0,
	});
	Ok(Some(Denomination::of_asset(number, &names.symbol, names.decimals)))
}

/// All that an order must know of an asset. None if there is no such asset.
///
/// # Errors
/// When the node does not answer.
pub async fn info(at: &At, asset: Asset) -> Result<Option<AssetInfo>> {
	let Asset::Number(number) = asset else {
		return Ok(Some(AssetInfo {
			denomination: Denomination::native(),
			minimum: 0,
			listed: true,
			rate: None,
		}));
	};
	let Some(denomination) = denomination(at, asset).await? else {
		return Ok(None);
	};
	let details: Option<Details> = value(at, "Assets", "Asset", (number,)).await?;
	let key = Value::unnamed_variant("Asset", [Value::u128(number.into())]);
	let listed = at
		.storage()
		.try_fetch(storage().escrow().listed_assets(), (convert::asset(asset),))
		.await?;
	Ok(Some(AssetInfo {
		denomination,
		minimum: details.map_or(0, |details| details.min_balance),
		listed: listed.is_some(),
		rate: value(at, "AssetRate", "ConversionRateToNative", (key,)).await?,
	}))
}

/// What an account has of an asset.
///
/// # Errors
/// When the node does not answer.
pub async fn holding(at: &At, asset: Asset, account: &AccountId32) -> Result<Holding> {
	let Asset::Number(number) = asset else {
		let balance = super::queries::balance(at, account).await?;
		return Ok(Holding {
			free: balance.free.0,
			reserved: balance.reserved.0,
		});
	};
	let found: Option<Account> = value(at, "Assets", "Account", (number, *account)).await?;
	let held: Option<u128> = value(at, "AssetsHolder", "BalancesOnHold", (number, *account)).await?;
	Ok(Holding {
		free: found.map_or(0, |account| account.balance),
		reserved: held.unwrap_or_default(),
	})
}

/// What is on hold for somebody whom it could not be paid to.
///
/// # Errors
/// When the node does not answer.
pub async fn credits(at: &At, payee: &AccountId32) -> Result<Vec<Credit>> {
	let mut entries = at.storage().iter(storage().escrow().credits(), (*payee,)).await?;
	let mut credits = Vec::new();
	while let Some(entry) = entries.try_next().await? {
		let (payee, asset, holder) = entry.key()?.decode()?;
		credits.push(Credit {
			payee,
			asset: asset.into(),
			holder,
			amount: entry.value().decode()?,
		});
	}
	credits.sort_by_key(|credit| (credit.asset, credit.holder.0));
	Ok(credits)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn info(rate: Option<u128>) -> AssetInfo {
		AssetInfo {
			denomination: Denomination::of_asset(1984, b"tUSD", 6),
			minimum: 1,
			listed: true,
			rate,
		}
	}

	#[test]
	fn fees_are_converted_at_the_rate_and_rounded_up() {
		// A millionth of a dollar is worth 500,000 planck: a BPI is 2 dollars.
		let dollars = info(Some(500_000 * RATE_ONE));
		assert_eq!(dollars.worth(1_000_000_000_000), Some(2_000_000));
		assert_eq!((dollars.worth(1), dollars.worth(0)), (Some(1), Some(0)));
		assert_eq!(dollars.worth(500_001), Some(2));
		assert_eq!(info(None).worth(1), None);
		assert_eq!(info(Some(0)).worth(1), None);
		assert_eq!(info(Some(1)).worth(u128::MAX), None);
		let native = AssetInfo {
			denomination: Denomination::native(),
			..info(None)
		};
		assert_eq!(native.worth(7), Some(7));
	}

	proptest! {
		#[test]
		fn dividing_a_product_is_exact_where_128_bits_are_enough(a: u64, b: u64, c in 1u128..) {
			let product = u128::from(a) * u128::from(b);
			prop_assert_eq!(mul_div_up(a.into(), b.into(), c), Some(product.div_ceil(c)));
		}

		#[test]
		fn multiplying_and_dividing_by_the_same_changes_nothing(a: u128, b in 1u128..) {
			prop_assert_eq!(mul_div_up(a, b, b), Some(a));
		}
	}
}

//! What is paid with: the chain's own token, and the assets beside it.

use crate::amount::{self, AmountError};
use serde::{Serialize, Serializer};
use std::{fmt, str::FromStr};

/// The longest symbol that is shown, in letters.
const LONGEST_SYMBOL: usize = 16;

/// Names what is paid with.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Asset {
	/// The chain's own token.
	#[default]
	Native,
	/// An asset of this number.
	Number(u32),
}

/// The symbol of the chain's own token, or the asset's number.
impl fmt::Display for Asset {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Native => f.write_str(amount::SYMBOL),
			Self::Number(number) => write!(f, "asset {number}"),
		}
	}
}

/// Why a text names no asset.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is not an asset; write {symbol} or an asset's number such as 1984", symbol = amount::SYMBOL)]
pub struct AssetError(String);

/// Reads the symbol of the chain's own token, or an asset's number. Symbols of assets name nothing: anybody's asset could
/// bear one.
impl FromStr for Asset {
	type Err = AssetError;

	fn from_str(text: &str) -> Result<Self, AssetError> {
		if text == amount::SYMBOL {
			return Ok(Self::Native);
		}
		let number = text.parse().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
		number.map(Self::Number).ok_or_else(|| AssetError(text.to_owned()))
	}
}

/// `"native"`, or the number.
impl Serialize for Asset {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		match self {
			Self::Native => serializer.serialize_str("native"),
			Self::Number(number) => serializer.serialize_u32(*number),
		}
	}
}

/// How amounts of an asset are written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Denomination {
	asset: Asset,
	symbol: String,
	decimals: u8,
}

impl Denomination {
	/// That of the chain's own token.
	pub fn native() -> Self {
		Self {
			asset: Asset::Native,
			symbol: amount::SYMBOL.to_owned(),
			decimals: amount::DECIMALS as u8,
		}
	}

	/// That of an asset, by what the chain says of it. A symbol that is none, or that of the chain's own token, is not
	/// used.
	pub fn of_asset(number: u32, symbol: &[u8], decimals: u8) -> Self {
		let asset = Asset::Number(number);
		let symbol = String::from_utf8_lossy(symbol);
		// With a digit in front it could be taken for a part of the amount.
		let usable = symbol != amount::SYMBOL
			&& symbol.chars().count() <= LONGEST_SYMBOL
			&& symbol.starts_with(char::is_alphabetic)
			&& symbol.chars().all(char::is_alphanumeric);
		Self {
			asset,
			symbol: if usable { symbol.into_owned() } else { asset.to_string() },
			decimals,
		}
	}

	/// The asset.
	pub fn asset(&self) -> Asset {
		self.asset
	}

	/// What stands behind an amount.
	pub fn symbol(&self) -> &str {
		&self.symbol
	}

	/// Its places behind the point.
	pub fn decimals(&self) -> u8 {
		self.decimals
	}

	/// An amount in smallest units as people read it, shortest and exact: `2.5 tUSD`.
	pub fn show(&self, smallest: u128) -> String {
		format!("{} {}", self.number(smallest), self.symbol)
	}

	/// The same without the symbol.
	pub fn number(&self, smallest: u128) -> String {
		amount::write_decimal(smallest, self.decimals.into())
	}

	/// Reads `2.5` or `2.5 tUSD` as smallest units.
	///
	/// # Errors
	/// When it is neither, too precise, or more than can exist.
	pub fn read(&self, text: &str) -> Result<u128, AmountError> {
		amount::read_decimal(text, &self.symbol, self.decimals.into())
	}
}

/// The asset's number too, if the symbol is its own: a symbol alone does not say which asset it is.
impl fmt::Display for Denomination {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self.asset {
			Asset::Number(number) if self.symbol != self.asset.to_string() => {
				write!(f, "{} (asset {number})", self.symbol)
			}
			_ => f.write_str(&self.symbol),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn dollars() -> Denomination {
		Denomination::of_asset(1984, b"tUSD", 6)
	}

	#[test]
	fn assets_are_named_by_number_and_the_token_by_its_symbol() {
		assert_eq!("BPI".parse(), Ok(Asset::Native));
		assert_eq!("1984".parse(), Ok(Asset::Number(1984)));
		for text in ["tUSD", "", "-1", "+1", "4294967296", "bpi", "1984 "] {
			assert!(text.parse::<Asset>().is_err(), "{text}");
		}
		for asset in [Asset::Native, Asset::Number(7)] {
			assert_eq!(asset.to_string().trim_start_matches("asset ").parse(), Ok(asset));
		}
	}

	#[test]
	fn amounts_have_the_assets_places_and_symbol() {
		assert_eq!(dollars().show(2_500_000), "2.5 tUSD");
		assert_eq!(dollars().number(1), "0.000001");
		assert_eq!(Denomination::native().show(2_500_000_000_000), "2.5 BPI");
		for (text, smallest) in [("2.5", 2_500_000), ("2.5 tUSD", 2_500_000), ("1_000", 1_000_000_000)] {
			assert_eq!(dollars().read(text), Ok(smallest), "{text}");
		}
		let error = dollars().read("1.0000001").unwrap_err().to_string();
		assert!(error.contains("tUSD has 6"), "{error}");
		assert!(dollars()
			.read("1 BPI")
			.unwrap_err()
			.to_string()
			.contains("number of tUSD"));
	}

	#[test]
	fn an_asset_without_places_has_no_point() {
		let whole = Denomination::of_asset(3, b"X", 0);
		assert_eq!(whole.show(12), "12 X");
		assert_eq!(whole.read("12"), Ok(12));
		assert!(whole.read("1.5").is_err());
	}

	#[test]
	fn no_asset_passes_itself_off_as_the_token_or_spoils_a_terminal() {
		for symbol in [
			b"BPI".as_slice(),
			b"",
			b"\x1b[2J",
			b"a b",
			b"\xff",
			b"5",
			b"ABCDEFGHIJKLMNOPQ",
		] {
			assert_eq!(Denomination::of_asset(7, symbol, 0).show(1), "1 asset 7");
		}
		assert_eq!(Denomination::of_asset(7, b"", 0).to_string(), "asset 7");
		assert_eq!(dollars().to_string(), "tUSD (asset 1984)");
	}
}

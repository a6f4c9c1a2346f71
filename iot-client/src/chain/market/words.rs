//! Short texts, and what is paid with, as the chain writes them.

use crate::asset::Asset;
use serde::{Serialize, Serializer};
use std::fmt;
use subxt::ext::{
	scale_decode::{self, DecodeAsType},
	scale_encode::{self, EncodeAsType},
};

/// A short text on the chain: a category, an item, a lot, a region. It should be UTF-8, but anybody can put anything there.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Word(pub Vec<u8>);

impl Word {
	/// Whether nothing is written.
	pub fn is_empty(&self) -> bool {
		self.0.is_empty()
	}
}

impl From<&str> for Word {
	fn from(text: &str) -> Self {
		Self(text.as_bytes().to_vec())
	}
}

/// Control characters could fool a terminal.
impl fmt::Display for Word {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let text = String::from_utf8_lossy(&self.0);
		let readable: String = text
			.chars()
			.map(|c| if c.is_control() { '\u{fffd}' } else { c })
			.collect();
		f.write_str(&readable)
	}
}

impl Serialize for Word {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(self)
	}
}

/// What is paid with, as the chain names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
pub enum AssetKind {
	/// The chain's own token.
	#[default]
	Native,
	/// An asset of this number.
	Asset(u32),
}

impl From<Asset> for AssetKind {
	fn from(asset: Asset) -> Self {
		match asset {
			Asset::Native => Self::Native,
			Asset::Number(number) => Self::Asset(number),
		}
	}
}

impl From<AssetKind> for Asset {
	fn from(asset: AssetKind) -> Self {
		match asset {
			AssetKind::Native => Self::Native,
			AssetKind::Asset(number) => Self::Number(number),
		}
	}
}

impl Serialize for AssetKind {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		Asset::from(*self).serialize(serializer)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_anybody_wrote_spoils_no_terminal() {
		assert_eq!(Word::from("cutting-oil").to_string(), "cutting-oil");
		assert_eq!(Word(b"a\x1b[2J\xff".to_vec()).to_string(), "a\u{fffd}[2J\u{fffd}");
	}

	#[test]
	fn assets_keep_their_numbers() {
		for asset in [Asset::Native, Asset::Number(1984)] {
			assert_eq!(Asset::from(AssetKind::from(asset)), asset);
		}
	}
}

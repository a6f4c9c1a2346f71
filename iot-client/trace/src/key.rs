//! What a GS1 Digital Link or an element string is about: one key, with what qualifies it.

use crate::{
	ai::Ai,
	keys::{Extension, Gdti, Giai, Gln, Gtin, KeyError, Lot, Serial, Sscc, Variant},
	percent,
};
use std::fmt;

/// One thing, kind of thing, place or firm.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
	/// A kind of product, a lot of it, or one item.
	Product(Product),
	/// What travels as one.
	Unit(Sscc),
	/// A place.
	Location(Location),
	/// A firm.
	Party(Gln),
	/// A machine, a tool, a logger.
	Asset(Giai),
	/// A kind of document, or one document.
	Document(Gdti),
}

/// A kind of product, a lot of it, or one item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Product {
	/// Its kind.
	pub gtin: Gtin,
	/// Which variant of it.
	pub variant: Option<Variant>,
	/// Which lot.
	pub lot: Option<Lot>,
	/// Which item.
	pub serial: Option<Serial>,
}

/// A place, or a part of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
	/// The place.
	pub gln: Gln,
	/// What within it.
	pub extension: Option<Extension>,
}

/// A serialised GTIN: one item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sgtin {
	/// The item's kind.
	pub gtin: Gtin,
	/// Its number.
	pub serial: Serial,
}

/// A GTIN with a lot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lgtin {
	/// The lot's kind.
	pub gtin: Gtin,
	/// Which one.
	pub lot: Lot,
}

impl Sgtin {
	/// Reads both.
	pub fn parse(gtin: &str, serial: &str) -> Result<Self, KeyError> {
		Ok(Self {
			gtin: Gtin::parse(gtin)?,
			serial: Serial::parse(serial)?,
		})
	}
}

impl Lgtin {
	/// Reads both.
	pub fn parse(gtin: &str, lot: &str) -> Result<Self, KeyError> {
		Ok(Self {
			gtin: Gtin::parse(gtin)?,
			lot: Lot::parse(lot)?,
		})
	}
}

/// For people: `(01)09506000134352(21)12345`.
impl fmt::Display for Sgtin {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "(01){}(21){}", self.gtin, self.serial.as_str().replace('(', "\\("))
	}
}

/// For people: `(01)09506000134352(10)ABC`.
impl fmt::Display for Lgtin {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "(01){}(10){}", self.gtin, self.lot.as_str().replace('(', "\\("))
	}
}

impl From<Gtin> for Key {
	fn from(gtin: Gtin) -> Self {
		Self::Product(Product {
			gtin,
			variant: None,
			lot: None,
			serial: None,
		})
	}
}

impl From<Sgtin> for Key {
	fn from(item: Sgtin) -> Self {
		Self::Product(Product {
			gtin: item.gtin,
			variant: None,
			lot: None,
			serial: Some(item.serial),
		})
	}
}

impl From<Lgtin> for Key {
	fn from(lot: Lgtin) -> Self {
		Self::Product(Product {
			gtin: lot.gtin,
			variant: None,
			lot: Some(lot.lot),
			serial: None,
		})
	}
}

impl From<Sscc> for Key {
	fn from(unit: Sscc) -> Self {
		Self::Unit(unit)
	}
}

impl From<Giai> for Key {
	fn from(asset: Giai) -> Self {
		Self::Asset(asset)
	}
}

impl From<Gdti> for Key {
	fn from(document: Gdti) -> Self {
		Self::Document(document)
	}
}

impl Key {
	/// A place.
	pub fn location(gln: Gln) -> Self {
		Self::Location(Location { gln, extension: None })
	}

	/// The qualifiers that may follow a primary key, in their order; nothing for what is no primary key that is known here.
	pub(crate) fn qualifiers(primary: Ai) -> Option<&'static [Ai]> {
		match primary {
			Ai::GTIN => Some(&[Ai::VARIANT, Ai::LOT, Ai::SERIAL]),
			Ai::LOCATION => Some(&[Ai::EXTENSION]),
			Ai::SSCC | Ai::PARTY | Ai::ASSET | Ai::DOCUMENT => Some(&[]),
			_ => None,
		}
	}

	/// From the primary key's value, and those of its qualifiers.
	pub(crate) fn read<'a>(
		primary: Ai,
		value: &str,
		qualifier: impl Fn(Ai) -> Option<&'a str>,
	) -> Result<Option<Self>, KeyError> {
		Ok(Some(match primary {
			Ai::GTIN => Self::Product(Product {
				gtin: Gtin::parse(value)?,
				variant: qualifier(Ai::VARIANT).map(Variant::parse).transpose()?,
				lot: qualifier(Ai::LOT).map(Lot::parse).transpose()?,
				serial: qualifier(Ai::SERIAL).map(Serial::parse).transpose()?,
			}),
			Ai::SSCC => Self::Unit(Sscc::parse(value)?),
			Ai::LOCATION => Self::Location(Location {
				gln: Gln::parse(value)?,
				extension: qualifier(Ai::EXTENSION).map(Extension::parse).transpose()?,
			}),
			Ai::PARTY => Self::Party(Gln::parse(value)?),
			Ai::ASSET => Self::Asset(Giai::parse(value)?),
			Ai::DOCUMENT => Self::Document(Gdti::parse(value)?),
			_ => return Ok(None),
		}))
	}

	/// Application Identifiers and values, the primary key first.
	pub fn elements(&self) -> Vec<(Ai, String)> {
		match self {
			Self::Product(product) => {
				let mut elements = vec![(Ai::GTIN, product.gtin.to_string())];
				elements.extend(product.variant.iter().map(|variant| (Ai::VARIANT, variant.to_string())));
				elements.extend(product.lot.iter().map(|lot| (Ai::LOT, lot.to_string())));
				elements.extend(product.serial.iter().map(|serial| (Ai::SERIAL, serial.to_string())));
				elements
			}
			Self::Unit(unit) => vec![(Ai::SSCC, unit.to_string())],
			Self::Location(location) => {
				let mut elements = vec![(Ai::LOCATION, location.gln.to_string())];
				elements.extend(
					location
						.extension
						.iter()
						.map(|extension| (Ai::EXTENSION, extension.to_string())),
				);
				elements
			}
			Self::Party(party) => vec![(Ai::PARTY, party.to_string())],
			Self::Asset(asset) => vec![(Ai::ASSET, asset.to_string())],
			Self::Document(document) => vec![(Ai::DOCUMENT, document.to_string())],
		}
	}

	/// The path of its GS1 Digital Link URI: `/01/09506000134352/21/12345`.
	pub fn path(&self) -> String {
		let mut path = String::new();
		for (ai, value) in self.elements() {
			path.push_str(&format!("/{ai}/"));
			percent::encode_into(&mut path, &value);
		}
		path
	}

	/// In the least that tells it from others, which is how EPCIS names things: an item by GTIN and serial number, without its lot and
	/// variant; a lot without its variant.
	pub fn constrained(&self) -> Self {
		match self {
			Self::Product(product) => Self::Product(Product {
				gtin: product.gtin,
				variant: None,
				lot: product.lot.clone().filter(|_| product.serial.is_none()),
				serial: product.serial.clone(),
			}),
			other => other.clone(),
		}
	}

	/// It, and what it is a part of, the closest first: an item, the lot that it is of, the variant, the kind of product. Each also
	/// without what it is told from others without: the item without its lot.
	pub fn levels(&self) -> Vec<Self> {
		let mut levels = vec![];
		let mut add = |key: Self| {
			for key in [key.constrained(), key].into_iter().rev() {
				if !levels.contains(&key) {
					levels.push(key);
				}
			}
		};
		add(self.clone());
		match self {
			Self::Product(product) => {
				let mut wider = product.clone();
				while wider.serial.take().is_some() || wider.lot.take().is_some() || wider.variant.take().is_some() {
					add(Self::Product(wider.clone()));
				}
			}
			Self::Location(location) => add(Self::location(location.gln)),
			_ => {}
		}
		levels
	}

	/// GTIN and serial number, if it is an item of a product.
	pub fn sgtin(&self) -> Option<Sgtin> {
		match self {
			Self::Product(product) => Some(Sgtin {
				gtin: product.gtin,
				serial: product.serial.clone()?,
			}),
			_ => None,
		}
	}

	/// GTIN and lot, if it is of a lot.
	pub fn lgtin(&self) -> Option<Lgtin> {
		match self {
			Self::Product(product) => Some(Lgtin {
				gtin: product.gtin,
				lot: product.lot.clone()?,
			}),
			_ => None,
		}
	}

	/// Whether it is one thing and no kind or lot of things.
	pub fn is_instance(&self) -> bool {
		match self {
			Self::Product(product) => product.serial.is_some(),
			Self::Unit(_) | Self::Asset(_) => true,
			Self::Document(document) => document.as_str().len() > 13,
			Self::Location(_) | Self::Party(_) => false,
		}
	}

	/// Whether it is a lot or a kind of product.
	pub fn is_class(&self) -> bool {
		matches!(self, Self::Product(product) if product.serial.is_none())
	}
}

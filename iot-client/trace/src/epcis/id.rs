//! What events name things by. EPCIS 2.0 prefers GS1 Digital Link URIs, and so do we: in the canonical, constrained form.

use crate::{
	key::{Key, Lgtin},
	link::DigitalLink,
	uri::Uri,
};
use serde::Serialize;
use thiserror::Error;

/// A key that cannot stand where it was put.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{link} is {is}; it must be {right}")]
pub struct IdError {
	/// The key, as a link.
	pub link: String,
	/// What it is.
	pub is: &'static str,
	/// What it must be.
	pub right: &'static str,
}

impl From<&Key> for Uri {
	/// The canonical GS1 Digital Link URI, as EPCIS has it: an item by GTIN and serial number alone.
	fn from(key: &Key) -> Self {
		Self::known(&DigitalLink::new(key.constrained()).to_string())
	}
}

/// One thing: an item, a unit, an asset, a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Epc(Uri);

impl Epc {
	/// By its GS1 key, which must be of one thing.
	pub fn new(key: impl Into<Key>) -> Result<Self, IdError> {
		let key = key.into();
		match key.is_instance() {
			true => Ok(Self(Uri::from(&key))),
			false => Err(IdError {
				link: Uri::from(&key).to_string(),
				is: "a kind, a lot, a place or a firm",
				right: "one thing: (01) with (21), (00), (8004), or (253) with a serial number",
			}),
		}
	}

	/// By another URI, where there is no GS1 key: a machine on the chain.
	pub fn other(uri: Uri) -> Self {
		Self(uri)
	}

	/// The URI.
	pub fn uri(&self) -> &Uri {
		&self.0
	}
}

/// A kind of product, or a lot of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct EpcClass(Uri);

impl EpcClass {
	/// A lot.
	pub fn lot(lot: &Lgtin) -> Self {
		Self(Uri::from(&Key::from(lot.clone())))
	}

	/// By its GS1 key, which must be a GTIN, or a GTIN with a lot.
	pub fn new(key: impl Into<Key>) -> Result<Self, IdError> {
		let key = key.into();
		match key.is_class() {
			true => Ok(Self(Uri::from(&key))),
			false => Err(IdError {
				link: Uri::from(&key).to_string(),
				is: "one thing, a place or a firm",
				right: "a kind or a lot: (01), or (01) with (10)",
			}),
		}
	}

	/// The URI.
	pub fn uri(&self) -> &Uri {
		&self.0
	}
}

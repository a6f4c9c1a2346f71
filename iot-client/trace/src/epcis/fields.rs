//! Fields of namespaces that are not EPCIS's own.

use crate::uri::Uri;
use serde::{ser::SerializeMap, Serialize, Serializer};
use std::{collections::BTreeMap, fmt};
use thiserror::Error;

/// Most fields within each other.
pub const MOST_DEPTH: usize = 8;
/// Prefixes that EPCIS's own context has.
const TAKEN: [&str; 8] = ["cbv", "cbvmda", "dcterms", "epcis", "gs1", "owl", "rdfs", "xsd"];

/// Why there can be no such field.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FieldError {
	/// No prefix or name.
	#[error("{text:?} is no prefix or name of a field; it must be a letter, then at most 63 letters, digits, - and _ of ASCII")]
	Name {
		/// What was given, at most 24 signs of it.
		text: String,
	},
	/// EPCIS's context has that prefix.
	#[error("the prefix {prefix} is EPCIS's own; take another one")]
	Taken {
		/// The prefix.
		prefix: String,
	},
	/// Too deep.
	#[error("fields lie {depth} deep within each other; they may lie {MOST_DEPTH} deep")]
	Depth {
		/// How deep.
		depth: usize,
	},
	/// One name twice.
	#[error("the field {name} comes twice; it must come once")]
	Twice {
		/// Prefix and name.
		name: String,
	},
	/// One prefix for two namespaces.
	#[error("the prefix {prefix} stands for {one} and for {other}; it must stand for one")]
	Prefix {
		/// The prefix.
		prefix: String,
		/// One namespace.
		one: Uri,
		/// Another one.
		other: Uri,
	},
}

/// A namespace, and the prefix that a document has for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
	prefix: String,
	uri: Uri,
}

impl Namespace {
	/// A prefix, and what it stands for, which ends with `/` or `#`.
	pub fn new(prefix: &str, uri: Uri) -> Result<Self, FieldError> {
		check_name(prefix)?;
		if TAKEN.contains(&prefix) {
			return Err(FieldError::Taken {
				prefix: prefix.to_owned(),
			});
		}
		Ok(Self {
			prefix: prefix.to_owned(),
			uri,
		})
	}

	/// One of EPCIS's context, or ours.
	pub(crate) fn known(prefix: &str, uri: &str) -> Self {
		Self {
			prefix: prefix.to_owned(),
			uri: Uri::known(uri),
		}
	}

	/// CBV's attributes for master data of instances and lots (`cbvmda`). Documents say it again, though EPCIS's context has it: programs
	/// that read them without that context look for it there.
	pub fn master_data() -> Self {
		Self::known("cbvmda", "urn:epcglobal:cbv:mda:")
	}

	/// Its URI.
	pub fn uri(&self) -> &Uri {
		&self.uri
	}
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldValue {
	/// A text.
	Text(String),
	/// Several texts.
	Texts(Vec<String>),
	/// More fields.
	Fields(Fields),
}

/// A name of some namespace, and what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
	pub(crate) namespace: Namespace,
	pub(crate) name: String,
	pub(crate) value: FieldValue,
}

impl Field {
	/// A field of a text.
	pub fn text(namespace: &Namespace, name: &str, text: impl fmt::Display) -> Result<Self, FieldError> {
		Self::new(namespace, name, FieldValue::Text(text.to_string()))
	}

	/// A field of whatever it may hold.
	pub fn new(namespace: &Namespace, name: &str, value: FieldValue) -> Result<Self, FieldError> {
		check_name(name)?;
		Ok(Self {
			namespace: namespace.clone(),
			name: name.to_owned(),
			value,
		})
	}

	/// One of ours, whose name is right.
	pub(crate) fn known(namespace: &Namespace, name: &str, text: String) -> Self {
		Self {
			namespace: namespace.clone(),
			name: name.to_owned(),
			value: FieldValue::Text(text),
		}
	}

	fn full_name(&self) -> String {
		format!("{}:{}", self.namespace.prefix, self.name)
	}
}

/// Fields, in the order in which they are printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(pub Vec<Field>);

impl Fields {
	pub(crate) fn is_empty(&self) -> bool {
		self.0.is_empty()
	}

	/// Checks them, and adds their namespaces.
	pub(crate) fn check(&self, namespaces: &mut BTreeMap<String, Uri>, depth: usize) -> Result<(), FieldError> {
		if depth > MOST_DEPTH {
			return Err(FieldError::Depth { depth });
		}
		let mut names = vec![];
		for field in &self.0 {
			let name = field.full_name();
			if names.contains(&name) {
				return Err(FieldError::Twice { name });
			}
			names.push(name);
			let prefix = &field.namespace.prefix;
			match namespaces.get(prefix) {
				Some(one) if *one != field.namespace.uri => {
					return Err(FieldError::Prefix {
						prefix: prefix.clone(),
						one: one.clone(),
						other: field.namespace.uri.clone(),
					})
				}
				_ => namespaces.insert(prefix.clone(), field.namespace.uri.clone()),
			};
			if let FieldValue::Fields(fields) = &field.value {
				fields.check(namespaces, depth + 1)?;
			}
		}
		Ok(())
	}
}

impl Serialize for Fields {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		let mut map = serializer.serialize_map(Some(self.0.len()))?;
		for field in &self.0 {
			match &field.value {
				FieldValue::Text(text) => map.serialize_entry(&field.full_name(), text)?,
				FieldValue::Texts(texts) => map.serialize_entry(&field.full_name(), texts)?,
				FieldValue::Fields(fields) => map.serialize_entry(&field.full_name(), fields)?,
			}
		}
		map.end()
	}
}

fn check_name(text: &str) -> Result<(), FieldError> {
	let fits = |sign: u8| sign.is_ascii_alphanumeric() || sign == b'-' || sign == b'_';
	let begins = text.starts_with(|sign: char| sign.is_ascii_alphabetic());
	match begins && text.len() <= 64 && text.bytes().all(fits) {
		true => Ok(()),
		false => Err(FieldError::Name {
			text: text.chars().take(24).collect(),
		}),
	}
}

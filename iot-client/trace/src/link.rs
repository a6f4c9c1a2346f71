//! GS1 Digital Link URIs, uncompressed (GS1 Digital Link URI syntax, 1.2 and later).

use crate::{
	ai::{Ai, AiError},
	element::{ElementError, ElementString},
	key::Key,
	keys::{Gtin, KeyError},
	percent,
	uri::Uri,
};
use std::{collections::BTreeMap, fmt, str::FromStr};
use thiserror::Error;

/// Most bytes of a URI that are looked at.
pub const MOST_BYTES: usize = 4_096;
/// Where GS1's own resolver is, and the canonical form of every GS1 Digital Link.
pub const CANONICAL: &str = "https://id.gs1.org";

/// The names that versions 1.0 and 1.1 of the standard had for keys and qualifiers. They are read, never printed.
const NAMES: [(&str, Ai); 11] = [
	("gtin", Ai::GTIN),
	("cpv", Ai::VARIANT),
	("lot", Ai::LOT),
	("ser", Ai::SERIAL),
	("sscc", Ai::SSCC),
	("gln", Ai::LOCATION),
	("glnx", Ai::EXTENSION),
	("party", Ai::PARTY),
	("partyGln", Ai::PARTY),
	("giai", Ai::ASSET),
	("gdti", Ai::DOCUMENT),
];

/// Why a text is no GS1 Digital Link URI that is known here.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LinkError {
	/// Too long.
	#[error("the URI has {got} bytes; it must have at most {MOST_BYTES}")]
	TooLong {
		/// How many it has.
		got: usize,
	},
	/// Another kind of URI, or none.
	#[error("the URI begins with {text:?}; it must begin with https:// or http:// and a domain")]
	NoWebAddress {
		/// What it begins with.
		text: String,
	},
	/// A `%` that is no encoded byte.
	#[error("in {text:?} at byte {at}: after % must come two hexadecimal digits, and what they make must be UTF-8")]
	Escape {
		/// The part of the URI.
		text: String,
		/// Where in it, counted from 0.
		at: usize,
	},
	/// No primary key in the path.
	#[error("the path {path:?} has no key; it must end with one of /00/ /01/ /253/ /414/ /417/ /8004/ and its value, and qualifiers")]
	NoKey {
		/// The path.
		path: String,
	},
	/// A key's value is wrong.
	#[error(transparent)]
	Key(#[from] KeyError),
	/// A qualifier that the key does not have, or in the wrong place.
	#[error("({ai}) stands after ({after}); after ({primary}) may come, in this order, {right}")]
	Qualifier {
		/// Which one; its text, as it may be no Application Identifier at all.
		ai: String,
		/// What it stands after.
		after: Ai,
		/// The primary key.
		primary: Ai,
		/// What may come, in words.
		right: String,
	},
	/// An attribute's value is wrong.
	#[error(transparent)]
	Value(#[from] AiError),
	/// An attribute that may be none.
	#[error("({ai}) stands in the query; {right}")]
	NoAttribute {
		/// Which one.
		ai: Ai,
		/// What would be right.
		right: &'static str,
	},
	/// An attribute comes twice, with two values.
	#[error("({ai}) comes twice, with {one:?} and {other:?}; it must come once")]
	Twice {
		/// Which one.
		ai: Ai,
		/// Its first value.
		one: String,
		/// Another one.
		other: String,
	},
	/// The element string has no primary key.
	#[error("the element string {text} has no key; it must have one of (00) (01) (253) (414) (417) (8004)")]
	NoKeyElement {
		/// The element string.
		text: String,
	},
	/// The element string has more than one primary key.
	#[error("the element string {text} has the keys ({one}) and ({other}); a GS1 Digital Link is of one")]
	TwoKeys {
		/// The element string.
		text: String,
		/// One key.
		one: Ai,
		/// Another one.
		other: Ai,
	},
}

/// Why nothing that was scanned or typed is known here.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ScanError {
	/// A URI, and what is wrong with it.
	#[error(transparent)]
	Link(#[from] LinkError),
	/// An element string, and what is wrong with it.
	#[error(transparent)]
	Elements(#[from] ElementError),
	/// A GTIN, and what is wrong with it.
	#[error(transparent)]
	Gtin(KeyError),
}

/// A GS1 Digital Link, on whatever domain it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigitalLink {
	key: Key,
	attributes: BTreeMap<Ai, String>,
	others: Vec<(String, String)>,
}

impl DigitalLink {
	/// That of a key, without attributes.
	pub fn new(key: impl Into<Key>) -> Self {
		Self {
			key: key.into(),
			attributes: BTreeMap::new(),
			others: vec![],
		}
	}

	/// With an attribute: for example `Ai::EXPIRES` and `261231`.
	pub fn with(mut self, ai: Ai, value: &str) -> Result<Self, LinkError> {
		self.add(ai, value)?;
		Ok(self)
	}

	/// Reads a URI of any domain. What follows a `#` is left out.
	pub fn parse(uri: &str) -> Result<Self, LinkError> {
		check_length(uri)?;
		let no_address = || LinkError::NoWebAddress {
			text: uri.chars().take(24).collect(),
		};
		let (scheme, rest) = uri.split_once("://").ok_or_else(no_address)?;
		if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
			return Err(no_address());
		}
		let path = rest.find(['/', '?', '#']).unwrap_or(rest.len());
		let (domain, rest) = rest.split_at(path);
		let fits = |sign: char| sign.is_ascii_alphanumeric() || "-._~:[]".contains(sign);
		if domain.is_empty() || !domain.chars().all(fits) {
			return Err(no_address());
		}
		Self::parse_target(rest)
	}

	/// Reads what an HTTP request names: path and query.
	pub fn parse_target(target: &str) -> Result<Self, LinkError> {
		check_length(target)?;
		let target = target.split('#').next().unwrap_or_default();
		let (path, query) = target.split_once('?').unwrap_or((target, ""));
		let mut link = Self::new(key_of(path)?);
		for pair in query.split(['&', ';']).filter(|pair| !pair.is_empty()) {
			let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
			let (name, value) = (decoded(name)?, decoded(value)?);
			// All digits: an Application Identifier, or one that there is none of yet.
			match name.bytes().all(|sign| sign.is_ascii_digit()) && !name.is_empty() {
				true => link.add(Ai::parse(&name)?, &value)?,
				false => link.others.push((name, value)),
			}
		}
		Ok(link)
	}

	/// Reads whatever was scanned or typed: a URI, an element string with or without brackets, or the digits of a GTIN as older bar
	/// codes have them.
	pub fn scan(text: &str) -> Result<Self, ScanError> {
		let text = text.trim_matches([' ', '\t', '\r', '\n']);
		if text.contains("://") {
			return Ok(Self::parse(text)?);
		}
		if text.starts_with('(') {
			return Ok(Self::try_from(&ElementString::parse_bracketed(text)?)?);
		}
		let digits = [8, 12, 13, 14].contains(&text.len()) && text.bytes().all(|sign| sign.is_ascii_digit());
		// What is no GTIN may still be an element string: (00) to (22) and digits.
		match Gtin::parse(text) {
			Ok(gtin) => Ok(Self::new(gtin)),
			Err(error) if digits => {
				match ElementString::parse_scanned(text).map(|elements| Self::try_from(&elements)) {
					Ok(Ok(link)) => Ok(link),
					_ => Err(ScanError::Gtin(error)),
				}
			}
			Err(_) => Ok(Self::try_from(&ElementString::parse_scanned(text)?)?),
		}
	}

	/// What it is about.
	pub fn key(&self) -> &Key {
		&self.key
	}

	/// The value of an attribute.
	pub fn attribute(&self, ai: Ai) -> Option<&str> {
		self.attributes.get(&ai).map(String::as_str)
	}

	/// All attributes, in rising order.
	pub fn attributes(&self) -> impl Iterator<Item = (Ai, &str)> {
		self.attributes.iter().map(|(ai, value)| (*ai, value.as_str()))
	}

	/// What else was in the query, such as `linkType`, as it stood there.
	pub fn others(&self) -> impl Iterator<Item = (&str, &str)> {
		self.others.iter().map(|(name, value)| (name.as_str(), value.as_str()))
	}

	/// The URI on some domain: `https://example.org`, or with a path in front: `https://example.org/dl`.
	pub fn uri_at(&self, base: &Uri) -> String {
		let mut uri = base.as_str().trim_end_matches('/').to_owned();
		uri.push_str(&self.key.path());
		for (place, (ai, value)) in self.attributes().enumerate() {
			uri.push_str(&format!("{}{ai}=", if place == 0 { '?' } else { '&' }));
			percent::encode_into(&mut uri, value);
		}
		uri
	}

	/// As an element string: key, qualifiers, attributes.
	pub fn to_element_string(&self) -> ElementString {
		let attributes = self.attributes().map(|(ai, value)| (ai, value.to_owned()));
		ElementString::of_checked(self.key.elements().into_iter().chain(attributes).collect())
	}

	fn add(&mut self, ai: Ai, value: &str) -> Result<(), LinkError> {
		ai.check(value)?;
		let elements = self.key.elements();
		let primary = elements.first().map_or(Ai::GTIN, |(primary, _)| *primary);
		if primary == ai || Key::qualifiers(primary).unwrap_or_default().contains(&ai) {
			return Err(LinkError::NoAttribute {
				ai,
				right: "as it belongs to the key it must stand in the path",
			});
		}
		if Key::qualifiers(ai).is_some() {
			return Err(LinkError::NoAttribute {
				ai,
				right: "it is a key of its own, and a GS1 Digital Link is of one",
			});
		}
		if !ai.is_attribute() {
			return Err(LinkError::NoAttribute {
				ai,
				right: "it may not be an attribute of a GS1 Digital Link",
			});
		}
		match self.attributes.get(&ai) {
			Some(one) if one != value => Err(LinkError::Twice {
				ai,
				one: one.clone(),
				other: value.to_owned(),
			}),
			_ => {
				self.attributes.insert(ai, value.to_owned());
				Ok(())
			}
		}
	}
}

/// The canonical form: on GS1's own domain, attributes in rising order, nothing else.
impl fmt::Display for DigitalLink {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(&self.uri_at(&Uri::known(CANONICAL)))
	}
}

impl FromStr for DigitalLink {
	type Err = LinkError;
	fn from_str(uri: &str) -> Result<Self, LinkError> {
		Self::parse(uri)
	}
}

/// Of a scanned element string. Attributes that a GS1 Digital Link may not have are refused.
impl TryFrom<&ElementString> for DigitalLink {
	type Error = LinkError;
	fn try_from(elements: &ElementString) -> Result<Self, LinkError> {
		let mut keys = elements.iter().filter(|(ai, _)| Key::qualifiers(*ai).is_some());
		let (primary, value) = keys.next().ok_or_else(|| LinkError::NoKeyElement {
			text: elements.to_string(),
		})?;
		if let Some((other, _)) = keys.next() {
			return Err(LinkError::TwoKeys {
				text: elements.to_string(),
				one: primary,
				other,
			});
		}
		let key = Key::read(primary, value, |ai| elements.get(ai))?.ok_or_else(|| LinkError::NoKeyElement {
			text: elements.to_string(),
		})?;
		let own = key.elements();
		let mut link = Self::new(key);
		for (ai, value) in elements.iter().filter(|(ai, _)| !own.iter().any(|(key, _)| key == ai)) {
			link.add(ai, value)?;
		}
		Ok(link)
	}
}

fn check_length(text: &str) -> Result<(), LinkError> {
	match text.len() {
		got if got > MOST_BYTES => Err(LinkError::TooLong { got }),
		_ => Ok(()),
	}
}

fn decoded(text: &str) -> Result<String, LinkError> {
	percent::decode(text).map_err(|bad| LinkError::Escape {
		text: text.to_owned(),
		at: bad.at,
	})
}

/// The Application Identifier that a segment of a path stands for.
fn ai_of(segment: &str) -> Option<Ai> {
	let named = NAMES.iter().find(|(name, _)| *name == segment);
	named.map(|(_, ai)| *ai).or_else(|| Ai::parse(segment).ok())
}

/// The key at the end of a path: after it come pairs of qualifiers and values alone.
fn key_of(path: &str) -> Result<Key, LinkError> {
	let no_key = || LinkError::NoKey { path: path.to_owned() };
	let mut segments: Vec<&str> = path.split('/').collect();
	if segments.last().is_some_and(|last| last.is_empty()) {
		segments.pop();
	}
	let pairs: Vec<&[&str]> = segments.rchunks_exact(2).collect();
	let key = pairs.iter().enumerate().find_map(|(at, pair)| {
		let primary = ai_of(pair[0])?;
		Some((at, primary, Key::qualifiers(primary)?))
	});
	let (at, primary, right) = key.ok_or_else(no_key)?;
	let value = decoded(pairs[at][1])?;

	let mut after = primary;
	let mut left = right;
	let mut values = BTreeMap::new();
	for pair in pairs[..at].iter().rev() {
		let ai = ai_of(pair[0]);
		let place = ai.and_then(|ai| left.iter().position(|may| *may == ai));
		let (Some(ai), Some(place)) = (ai, place) else {
			return Err(LinkError::Qualifier {
				ai: pair[0].chars().take(16).collect(),
				after,
				primary,
				right: in_words(right),
			});
		};
		values.insert(ai, decoded(pair[1])?);
		after = ai;
		left = &left[place + 1..];
	}
	Key::read(primary, &value, |ai| values.get(&ai).map(String::as_str))?.ok_or_else(no_key)
}

fn in_words(qualifiers: &[Ai]) -> String {
	let words: Vec<_> = qualifiers.iter().map(|ai| format!("({ai})")).collect();
	match words.is_empty() {
		true => "nothing".to_owned(),
		false => words.join(", "),
	}
}

#[cfg(test)]
mod tests;

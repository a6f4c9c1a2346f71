//! What a resolver knows of a key: links of several types, one of which is the default.

use crate::{
	key::Key,
	uri::{Uri, UriError},
};
use serde::Serialize;
use std::{fmt, str::FromStr};
use thiserror::Error;

/// GS1's namespace for link types, as it is printed.
const GS1: &str = "https://ref.gs1.org/voc/";
/// Other ways in which it is written.
const GS1_OTHERS: [&str; 6] = [
	"https://gs1.org/voc/",
	"https://www.gs1.org/voc/",
	"http://gs1.org/voc/",
	"http://www.gs1.org/voc/",
	"http://ref.gs1.org/voc/",
	"gs1:",
];

/// Most links of an entry.
pub const MOST_LINKS: usize = 256;

/// Why there can be no such entry or link.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EntryError {
	/// No address of a page.
	#[error("the target {text:?}: {error}")]
	Target {
		/// What was given, at most 60 signs of it.
		text: String,
		/// What is wrong with it.
		error: UriError,
	},
	/// No link type.
	#[error("{text:?} is no link type; it must be a name of GS1's vocabulary such as gs1:pip, or a web address")]
	LinkType {
		/// What was given, at most 60 signs of it.
		text: String,
	},
	/// No title.
	#[error("the title has {got} signs; it must have 1 to 200")]
	Title {
		/// How many it has.
		got: usize,
	},
	/// No language.
	#[error("{text:?} is no language; it must be a tag of RFC 5646 such as de or en-GB")]
	Language {
		/// What was given, at most 40 signs of it.
		text: String,
	},
	/// No media type.
	#[error("{text:?} is no media type; it must be a kind, / and a name, such as text/html")]
	MediaType {
		/// What was given, at most 40 signs of it.
		text: String,
	},
	/// Too many links.
	#[error("there are {got} links; there may be {MOST_LINKS}")]
	TooMany {
		/// How many there are.
		got: usize,
	},
	/// The default link is not described.
	#[error("the default link {href} is the target of none of the links; a link of another type must say what it is")]
	Default {
		/// The default link.
		href: Uri,
	},
}

/// What a link leads to: for example `gs1:pip`, a page with information on the product.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkType(String);

impl LinkType {
	/// A type of GS1's vocabulary, or of another one by its whole web address. `pip`, `gs1:pip`, `https://gs1.org/voc/pip` and
	/// `https://ref.gs1.org/voc/pip` are the same.
	pub fn parse(text: &str) -> Result<Self, EntryError> {
		let wrong = || EntryError::LinkType {
			text: text.chars().take(60).collect(),
		};
		let name = GS1_OTHERS
			.iter()
			.chain([&GS1])
			.find_map(|namespace| text.strip_prefix(namespace));
		let name = name.or_else(|| (!text.contains(':')).then_some(text));
		match name {
			Some(name)
				if name.len() <= 64 && !name.is_empty() && name.bytes().all(|sign| sign.is_ascii_alphanumeric()) =>
			{
				Ok(Self(format!("{GS1}{name}")))
			}
			Some(_) => Err(wrong()),
			None => Uri::parse_web(text)
				.map(|uri| Self(uri.to_string()))
				.map_err(|_| wrong()),
		}
	}

	/// A type of GS1's vocabulary that is known to be there.
	pub(crate) fn gs1(name: &str) -> Self {
		Self(format!("{GS1}{name}"))
	}

	/// The default link.
	pub fn default_link() -> Self {
		Self::gs1("defaultLink")
	}

	/// Default links of several languages or media types.
	pub fn default_link_multi() -> Self {
		Self::gs1("defaultLinkMulti")
	}

	/// A page with information on the product.
	pub fn product_page() -> Self {
		Self::gs1("pip")
	}

	/// Where it has been, and what it is made of.
	pub fn traceability() -> Self {
		Self::gs1("traceability")
	}

	/// Certificates.
	pub fn certification() -> Self {
		Self::gs1("certificationInfo")
	}

	/// Whether it is recalled.
	pub fn recall_status() -> Self {
		Self::gs1("recallStatus")
	}

	/// A service for events of EPCIS.
	pub fn epcis() -> Self {
		Self::gs1("epcis")
	}

	/// Its whole web address.
	pub fn as_str(&self) -> &str {
		&self.0
	}
}

impl fmt::Display for LinkType {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(&self.0)
	}
}

impl FromStr for LinkType {
	type Err = EntryError;
	fn from_str(text: &str) -> Result<Self, EntryError> {
		Self::parse(text)
	}
}

/// One link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
	/// What it leads to.
	#[serde(skip)]
	pub(crate) link_type: LinkType,
	/// Where it leads.
	pub(crate) href: Uri,
	/// What it is called.
	pub(crate) title: String,
	/// Of which media type that is.
	#[serde(rename = "type", skip_serializing_if = "Option::is_none")]
	pub(crate) media_type: Option<String>,
	/// In which languages.
	#[serde(rename = "hreflang", skip_serializing_if = "Vec::is_empty")]
	pub(crate) languages: Vec<String>,
	/// For which circumstances, often a country.
	#[serde(skip_serializing_if = "Vec::is_empty")]
	pub(crate) context: Vec<String>,
}

impl Link {
	/// A link of a type to the address of a page.
	pub fn new(link_type: LinkType, href: &str, title: &str) -> Result<Self, EntryError> {
		let href = Uri::parse_web(href).map_err(|error| EntryError::Target {
			text: href.chars().take(60).collect(),
			error,
		})?;
		match title.chars().count() {
			1..=200 => Ok(Self {
				link_type,
				href,
				title: title.to_owned(),
				media_type: None,
				languages: vec![],
				context: vec![],
			}),
			got => Err(EntryError::Title { got }),
		}
	}

	/// In a language, or one more.
	pub fn language(mut self, language: &str) -> Result<Self, EntryError> {
		let part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|sign| sign.is_ascii_alphanumeric());
		let begins = language
			.split('-')
			.next()
			.is_some_and(|begin| begin.len() > 1 && begin.bytes().all(|sign| sign.is_ascii_alphabetic()));
		if !begins || !language.split('-').all(part) || language.len() > 35 {
			return Err(EntryError::Language {
				text: language.chars().take(40).collect(),
			});
		}
		self.languages.push(language.to_owned());
		Ok(self)
	}

	/// Of a media type.
	pub fn media_type(mut self, media_type: &str) -> Result<Self, EntryError> {
		let name = |name: &str| {
			(1..=64).contains(&name.len())
				&& name
					.bytes()
					.all(|sign| sign.is_ascii_alphanumeric() || b"-+._".contains(&sign))
		};
		match media_type.split_once('/') {
			Some((kind, own)) if name(kind) && name(own) => {
				self.media_type = Some(media_type.to_owned());
				Ok(self)
			}
			_ => Err(EntryError::MediaType {
				text: media_type.chars().take(40).collect(),
			}),
		}
	}

	/// For a circumstance, or one more: a request names it as `context` in its query.
	pub fn context(mut self, context: &str) -> Self {
		self.context.push(context.to_owned());
		self
	}
}

/// What a resolver knows of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
	pub(crate) key: Key,
	pub(crate) description: String,
	pub(crate) default: Option<Uri>,
	pub(crate) links: Vec<Link>,
}

impl Entry {
	/// A key, what it is, where it leads by itself, and all links. Where an entry has no default, that of a wider one holds: a lot's
	/// for an item.
	pub fn new(key: Key, description: &str, default: Option<Uri>, links: Vec<Link>) -> Result<Self, EntryError> {
		let got = links.len();
		if got > MOST_LINKS {
			return Err(EntryError::TooMany { got });
		}
		match default {
			Some(href) if !links.iter().any(|link| link.href == href) => Err(EntryError::Default { href }),
			default => Ok(Self {
				key,
				description: description.to_owned(),
				default,
				links,
			}),
		}
	}

	/// What it is about.
	pub fn key(&self) -> &Key {
		&self.key
	}
}

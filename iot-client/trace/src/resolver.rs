//! Which link answers a request for a GS1 Digital Link: the logic of a GS1-conformant resolver (releases 1.1 and 1.2), without HTTP.
//!
//! Who serves it parses the request's path and query with [`DigitalLink::parse_target`], looks up an [`Entry`] for each of
//! [`Key::levels`](crate::Key::levels), and answers with what [`resolve`] says.

mod accept;
mod entry;

pub use entry::{Entry, EntryError, Link, LinkType, MOST_LINKS};

use crate::{
	key::Key,
	link::{DigitalLink, LinkError},
	percent,
	uri::Uri,
};
use accept::Wishes;
use serde::{
	ser::{SerializeMap, SerializeSeq},
	Serialize, Serializer,
};
use std::collections::BTreeMap;

/// The media type of a linkset (RFC 9264).
pub const LINKSET: &str = "application/linkset+json";
/// What turns a linkset into linked data.
pub const LINKSET_CONTEXT: &str = "https://ref.gs1.org/standards/resolver/linkset-context";

/// A request, as far as it matters here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Request<'a> {
	/// Path and query.
	pub target: &'a str,
	/// The header `Accept`.
	pub accept: Option<&'a str>,
	/// The header `Accept-Language`.
	pub accept_language: Option<&'a str>,
}

/// How to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
	/// 307: to another address.
	Redirect {
		/// The header `Location`.
		location: String,
		/// The header `Link`.
		link: String,
	},
	/// 200: all links.
	Linkset {
		/// The body, of type [`LINKSET`].
		body: String,
		/// The header `Link`.
		link: String,
	},
	/// 300: several links that fit equally well.
	Choices {
		/// The body, of type [`LINKSET`].
		body: String,
		/// The header `Link`.
		link: String,
	},
	/// 400: no GS1 Digital Link.
	BadRequest(LinkError),
	/// 404: nothing is known of it, or there is no such link.
	NotFound {
		/// The type that was asked for, as it was.
		link_type: Option<String>,
	},
}

impl Answer {
	/// The status of HTTP.
	pub fn status(&self) -> u16 {
		match self {
			Self::Redirect { .. } => 307,
			Self::Linkset { .. } => 200,
			Self::Choices { .. } => 300,
			Self::BadRequest(_) => 400,
			Self::NotFound { .. } => 404,
		}
	}
}

/// Answers a request. `base` is where this resolver is, `entries` is what is known of the key and of all that is wider, in any order.
pub fn resolve(base: &Uri, request: &Request<'_>, entries: &[Entry]) -> Answer {
	let link = match DigitalLink::parse_target(request.target) {
		Ok(link) => link,
		Err(error) => return Answer::BadRequest(error),
	};
	let levels = link.key().levels();
	let known = |key: &Key| entries.iter().find(|entry| entry.key == *key);
	let question = Question {
		base,
		target: request.target,
		link: &link,
		levels: levels.iter().filter_map(known).collect(),
		wishes: Wishes::new(request.accept, request.accept_language),
	};
	match question.asked("linkType") {
		_ if question.levels.is_empty() => Answer::NotFound { link_type: None },
		Some("linkset" | "all") => question.all(),
		Some(link_type) => question.of_type(link_type),
		None if question.wishes.linkset() => question.all(),
		None => question.default(),
	}
}

/// A request that is understood.
struct Question<'a> {
	base: &'a Uri,
	target: &'a str,
	link: &'a DigitalLink,
	/// What is known, the closest first.
	levels: Vec<&'a Entry>,
	wishes: Wishes<'a>,
}

impl<'a> Question<'a> {
	/// What the query says of something, whose name is read without regard to case, as some print it.
	fn asked(&self, name: &str) -> Option<&'a str> {
		let mut others = self.link.others();
		others
			.find(|(own, _)| own.eq_ignore_ascii_case(name))
			.map(|(_, value)| value)
	}

	/// All links.
	fn all(&self) -> Answer {
		Answer::Linkset {
			body: linkset(self.base, &self.levels, |_| true, true),
			link: self.to_linkset_and_context(),
		}
	}

	/// The link of a type that fits best.
	fn of_type(&self, text: &str) -> Answer {
		let not_found = || Answer::NotFound {
			link_type: Some(text.chars().take(80).collect()),
		};
		let Ok(link_type) = LinkType::parse(text) else {
			return not_found();
		};
		let default = self.levels.iter().find_map(|entry| entry.default.as_ref());
		if link_type == LinkType::default_link() {
			return default.map_or_else(not_found, |href| self.to(href));
		}
		let is_of_type = |link: &&Link| link.link_type == link_type;
		let Some(level) = self
			.levels
			.iter()
			.find(|entry| entry.links.iter().any(|link| is_of_type(&link)))
		else {
			return not_found();
		};
		let links: Vec<&Link> = level.links.iter().filter(is_of_type).collect();
		match self.best(&links, default).as_slice() {
			[] => not_found(),
			[one] => self.to(&one.href),
			several => Answer::Choices {
				body: linkset(self.base, &[level], |link| several.contains(&link), false),
				link: self.to_linkset_and_context(),
			},
		}
	}

	/// The default link, unless one of those beside it fits what the request says.
	fn default(&self) -> Answer {
		let Some((level, href)) = self
			.levels
			.iter()
			.find_map(|entry| Some((entry, entry.default.as_ref()?)))
		else {
			return Answer::NotFound { link_type: None };
		};
		let multi = LinkType::default_link_multi();
		let fits = |link: &&Link| link.link_type == multi && self.fit(link).0 > 0;
		let links: Vec<&Link> = level.links.iter().filter(fits).collect();
		self.to(self.best(&links, Some(href)).first().map_or(href, |one| &one.href))
	}

	fn to(&self, href: &Uri) -> Answer {
		Answer::Redirect {
			location: passed_on(href, self.target),
			link: self.to_linkset(),
		}
	}

	fn to_linkset(&self) -> String {
		let own = anchor(self.base, self.link.key());
		format!("<{own}?linkType=linkset>; rel=\"linkset\"; type=\"{LINKSET}\"")
	}

	fn to_linkset_and_context(&self) -> String {
		let context = "rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\"";
		format!("{}, <{LINKSET_CONTEXT}>; {context}", self.to_linkset())
	}

	/// How well a link fits: language counts most, then circumstance, then media type; two of them more than any one. And how much
	/// its language and media type are wished for.
	fn fit(&self, link: &Link) -> (u8, u16, u16) {
		let language = link
			.languages
			.iter()
			.map(|language| self.wishes.language(language))
			.max()
			.unwrap_or(0);
		let media_type = link.media_type.as_deref().map_or(0, |own| self.wishes.media_type(own));
		let context = self.asked("context");
		let in_context =
			context.is_some_and(|context| link.context.iter().any(|own| own.eq_ignore_ascii_case(context)));
		let weight = 4 * u8::from(language > 0) + 3 * u8::from(in_context) + 2 * u8::from(media_type > 0);
		(weight, language, media_type)
	}

	/// The link that fits best. Several only if nothing tells them apart.
	fn best<'b>(&self, links: &[&'b Link], default: Option<&Uri>) -> Vec<&'b Link> {
		// Where nothing fits, the default link is meant, or a link that is for all.
		let rank = |link: &Link| (self.fit(link), default == Some(&link.href), link.languages.is_empty());
		let Some(most) = links.iter().map(|link| rank(link)).max() else {
			return vec![];
		};
		let mut same = links.iter().copied().filter(|link| rank(link) == most);
		let Some(first) = same.next() else {
			return vec![];
		};
		let attributes = |link: &'b Link| (&link.languages, &link.media_type, &link.context);
		let others = same.filter(|link| attributes(link) == attributes(first) && link.href != first.href);
		[first].into_iter().chain(others).collect()
	}
}

/// An address with the request's query behind its own.
fn passed_on(href: &Uri, target: &str) -> String {
	let target = target.split('#').next().unwrap_or_default();
	let Some((_, query)) = target.split_once('?').filter(|(_, query)| !query.is_empty()) else {
		return href.to_string();
	};
	let (address, fragment) = href
		.as_str()
		.split_once('#')
		.map_or((href.as_str(), None), |(address, part)| (address, Some(part)));
	let mut location = format!("{address}{}", if address.contains('?') { '&' } else { '?' });
	for sign in query.chars() {
		// Signs of a query stay as they are; all others, among them those that could end a header, are encoded.
		match sign.is_ascii_alphanumeric() || "-._~:/?@!$&'()*+,;=%".contains(sign) {
			true => location.push(sign),
			false => percent::encode_into(&mut location, sign.encode_utf8(&mut [0; 4])),
		}
	}
	if let Some(fragment) = fragment {
		location.push('#');
		location.push_str(fragment);
	}
	location
}

/// Where a key is at this resolver.
fn anchor(base: &Uri, key: &Key) -> String {
	format!("{}{}", base.as_str().trim_end_matches('/'), key.path())
}

/// Links as RFC 9264 has them, in JSON: one object for each entry, the closest first.
fn linkset(base: &Uri, levels: &[&Entry], show: impl Fn(&Link) -> bool, defaults: bool) -> String {
	let objects = levels.iter().map(|entry| Object {
		anchor: anchor(base, &entry.key),
		entry,
		links: entry.links.iter().filter(|link| show(link)).collect(),
		default: entry.default.as_ref().filter(|_| defaults),
	});
	// Maps with keys of text, and no numbers.
	serde_json::to_string(&BTreeMap::from([("linkset", objects.collect::<Vec<_>>())])).unwrap_or_default()
}

/// A link context object.
struct Object<'a> {
	anchor: String,
	entry: &'a Entry,
	links: Vec<&'a Link>,
	default: Option<&'a Uri>,
}

impl Serialize for Object<'_> {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		let mut object = serializer.serialize_map(None)?;
		object.serialize_entry("anchor", &self.anchor)?;
		object.serialize_entry("itemDescription", &self.entry.description)?;
		// The default link has no attributes but what it is called.
		let described = self
			.default
			.and_then(|href| self.entry.links.iter().find(|link| link.href == *href));
		if let Some(link) = described {
			let bare = BTreeMap::from([("href", link.href.as_str()), ("title", link.title.as_str())]);
			object.serialize_entry(LinkType::default_link().as_str(), &[bare])?;
		}
		let mut types: Vec<&LinkType> = self.links.iter().map(|link| &link.link_type).collect();
		types.sort_unstable();
		types.dedup();
		for link_type in types {
			object.serialize_entry(link_type.as_str(), &OfType(link_type, &self.links))?;
		}
		object.end()
	}
}

struct OfType<'a>(&'a LinkType, &'a [&'a Link]);

impl Serialize for OfType<'_> {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		let mut links = serializer.serialize_seq(None)?;
		for link in self.1.iter().filter(|link| link.link_type == *self.0) {
			links.serialize_element(link)?;
		}
		links.end()
	}
}

#[cfg(test)]
mod tests;

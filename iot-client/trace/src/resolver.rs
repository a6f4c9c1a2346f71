//! Which link answers a request for a GS1 Digital Link: the logic of a GS1-conformant resolver (releases 1.1 and 1.2), without HTTP.
//!
//! Who serves it parses the request's path and query with [`DigitalLink::parse_target`], looks up an [`Entry`] for each of
//! [`Key::levels`](crate::Key::levels), and answers with what [`resolve`] says.

mod accept;
mod entry;

pub use entry::{Entry, EntryError, Link, LinkType, MOST_LINKS};

use crate::{
	link::{DigitalLink, LinkError},
	percent,
	uri::Uri,
};
use accept::Wishes;
use serde::{
	ser::{SerializeMap, SerializeSeq},
	Serialize, Serializer,
};

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
	let levels: Vec<&Entry> = levels
		.iter()
		.filter_map(|key| entries.iter().find(|entry| entry.key == *key))
		.collect();
	if levels.is_empty() {
		return Answer::NotFound { link_type: None };
	}
	let own = format!("{}{}", base.as_str().trim_end_matches('/'), link.key().path());
	let to_linkset = format!("<{own}?linkType=linkset>; rel=\"linkset\"; type=\"{LINKSET}\"");
	let with_context = format!(
		"{to_linkset}, <{LINKSET_CONTEXT}>; rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\""
	);
	let wishes = Wishes::new(request.accept, request.accept_language);
	// Named without regard to case, as some print it.
	let asked = |name: &str| {
		link.others()
			.find(|(own, _)| own.eq_ignore_ascii_case(name))
			.map(|(_, value)| value)
	};
	let context = asked("context");
	let redirect = |href: &Uri| Answer::Redirect {
		location: passed_on(href, request.target),
		link: to_linkset.clone(),
	};

	let link_type = asked("linkType");
	if matches!(link_type, Some("linkset" | "all")) || link_type.is_none() && wishes.linkset() {
		return Answer::Linkset {
			body: linkset(base, &levels, |_| true, true),
			link: with_context,
		};
	}
	if let Some(text) = link_type {
		let not_found = || Answer::NotFound {
			link_type: Some(text.chars().take(80).collect()),
		};
		let Ok(link_type) = LinkType::parse(text) else {
			return not_found();
		};
		if link_type == LinkType::default_link() {
			return default(&levels).map_or_else(not_found, redirect);
		}
		let of_type = |entry: &Entry| entry.links.iter().any(|link| link.link_type == link_type);
		let Some(level) = levels.iter().find(|entry| of_type(entry)) else {
			return not_found();
		};
		let links: Vec<&Link> = level.links.iter().filter(|link| link.link_type == link_type).collect();
		return match best(&links, &wishes, context, default(&levels)).as_slice() {
			[] => not_found(),
			[one] => redirect(&one.href),
			several => Answer::Choices {
				body: linkset(base, &[level], |link| several.contains(&link), false),
				link: with_context,
			},
		};
	}
	// The default link, unless one of those beside it fits what the request says.
	let Some((level, href)) = levels.iter().find_map(|entry| Some((entry, entry.default.as_ref()?))) else {
		return Answer::NotFound { link_type: None };
	};
	let multi = LinkType::default_link_multi();
	let fits = |link: &&Link| link.link_type == multi && fit(link, &wishes, context).0 > 0;
	let links: Vec<&Link> = level.links.iter().filter(fits).collect();
	match best(&links, &wishes, context, Some(href)).first() {
		Some(one) => redirect(&one.href),
		None => redirect(href),
	}
}

/// The default link of the closest entry that has one.
fn default<'a>(levels: &[&'a Entry]) -> Option<&'a Uri> {
	levels.iter().find_map(|entry| entry.default.as_ref())
}

/// How well a link fits: language counts most, then circumstance, then media type; two of them more than any one. And how much its
/// language and media type are wished for.
fn fit(link: &Link, wishes: &Wishes<'_>, context: Option<&str>) -> (u8, u16, u16) {
	let language = link
		.languages
		.iter()
		.map(|language| wishes.language(language))
		.max()
		.unwrap_or(0);
	let media_type = link.media_type.as_deref().map_or(0, |own| wishes.media_type(own));
	let in_context = context.is_some_and(|context| link.context.iter().any(|own| own.eq_ignore_ascii_case(context)));
	let weight = 4 * u8::from(language > 0) + 3 * u8::from(in_context) + 2 * u8::from(media_type > 0);
	(weight, language, media_type)
}

/// The link that fits best. Several only if nothing tells them apart.
fn best<'a>(links: &[&'a Link], wishes: &Wishes<'_>, context: Option<&str>, default: Option<&Uri>) -> Vec<&'a Link> {
	// Where nothing fits, the default link is meant, or a link that is for all.
	let rank = |link: &Link| {
		(
			fit(link, wishes, context),
			default == Some(&link.href),
			link.languages.is_empty(),
		)
	};
	let Some(most) = links.iter().map(|link| rank(link)).max() else {
		return vec![];
	};
	let mut same = links.iter().copied().filter(|link| rank(link) == most);
	let Some(first) = same.next() else {
		return vec![];
	};
	let attributes = |link: &'a Link| (&link.languages, &link.media_type, &link.context);
	let others = same.filter(|link| attributes(link) == attributes(first) && link.href != first.href);
	[first].into_iter().chain(others).collect()
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

/// Links as RFC 9264 has them, in JSON: one object for each entry, the closest first.
fn linkset(base: &Uri, levels: &[&Entry], show: impl Fn(&Link) -> bool, defaults: bool) -> String {
	let objects = levels.iter().map(|entry| Object {
		anchor: format!("{}{}", base.as_str().trim_end_matches('/'), entry.key.path()),
		entry,
		links: entry.links.iter().filter(|link| show(link)).collect(),
		default: entry.default.as_ref().filter(|_| defaults),
	});
	let linkset = [("linkset", objects.collect::<Vec<_>>())];
	let map: std::collections::BTreeMap<_, _> = linkset.into_iter().collect();
	// Maps with keys of text, and no numbers.
	serde_json::to_string(&map).unwrap_or_default()
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
			let bare = std::collections::BTreeMap::from([("href", link.href.as_str()), ("title", link.title.as_str())]);
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

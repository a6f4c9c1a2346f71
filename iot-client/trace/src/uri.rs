//! URIs of others, as far as they must be known: that they are some, and carry nothing that could break out of a header or a page.

use crate::keys::as_text;
use serde::{Serialize, Serializer};
use std::{fmt, str::FromStr};
use thiserror::Error;

/// Most bytes of a URI.
pub const MOST_BYTES: usize = 2_048;

/// Why a text is no URI.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum UriError {
	/// Too long.
	#[error("the URI has {got} bytes; it must have at most {MOST_BYTES}")]
	TooLong {
		/// How many it has.
		got: usize,
	},
	/// No scheme, or nothing after it.
	#[error("{text:?} is no URI; it must be a scheme such as https, a colon, and what it names")]
	NoScheme {
		/// What it begins with.
		text: String,
	},
	/// A sign that must be encoded.
	#[error("sign {place} of the URI is {sign:?}; it must be encoded, as % and two hexadecimal digits for each byte")]
	Sign {
		/// Which sign, counted from 1.
		place: usize,
		/// What stands there.
		sign: char,
	},
	/// It must be a web address.
	#[error("the URI begins with {text:?}; it must begin with https:// or http:// and a domain")]
	NoWebAddress {
		/// What it begins with.
		text: String,
	},
}

/// A URI (RFC 3986) without square brackets, that is, without addresses of IPv6.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uri(String);

impl Uri {
	/// Reads it.
	pub fn parse(text: &str) -> Result<Self, UriError> {
		let got = text.len();
		if got > MOST_BYTES {
			return Err(UriError::TooLong { got });
		}
		let begin = || text.chars().take(24).collect();
		let scheme = |scheme: &str| {
			scheme.starts_with(|sign: char| sign.is_ascii_alphabetic())
				&& scheme
					.chars()
					.all(|sign| sign.is_ascii_alphanumeric() || "+-.".contains(sign))
		};
		match text.split_once(':') {
			Some((name, rest)) if scheme(name) && !rest.is_empty() && !rest.starts_with(['?', '#']) => {}
			_ => return Err(UriError::NoScheme { text: begin() }),
		}
		let mut fragment = false;
		for (place, sign) in text.char_indices() {
			let escape = || {
				text.as_bytes()
					.get(place + 1..place + 3)
					.is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
			};
			let fits = match sign {
				'%' => escape(),
				'#' => !std::mem::replace(&mut fragment, true),
				_ => sign.is_ascii_alphanumeric() || "-._~:/?@!$&'()*+,;=".contains(sign),
			};
			if !fits {
				// All before it are one byte each.
				return Err(UriError::Sign { place: place + 1, sign });
			}
		}
		let uri = Self(text.to_owned());
		match uri.scheme_is("https") || uri.scheme_is("http") {
			true if uri.domain().is_none() => Err(UriError::NoWebAddress { text: begin() }),
			_ => Ok(uri),
		}
	}

	/// Reads the address of a page: http or https.
	pub fn parse_web(text: &str) -> Result<Self, UriError> {
		let uri = Self::parse(text)?;
		match uri.domain() {
			Some(_) => Ok(uri),
			None => Err(UriError::NoWebAddress {
				text: text.chars().take(24).collect(),
			}),
		}
	}

	/// One that is known to be right.
	pub(crate) fn known(text: &str) -> Self {
		Self(text.to_owned())
	}

	/// All of it.
	pub fn as_str(&self) -> &str {
		&self.0
	}

	fn scheme_is(&self, scheme: &str) -> bool {
		self.0
			.split(':')
			.next()
			.is_some_and(|own| own.eq_ignore_ascii_case(scheme))
	}

	/// The domain of a web address.
	fn domain(&self) -> Option<&str> {
		let (scheme, rest) = self.0.split_once("://")?;
		let domain = rest.split(['/', '?', '#']).next()?;
		let web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
		(web && !domain.is_empty()).then_some(domain)
	}
}

as_text!(Uri, UriError, |uri, f| f.write_str(&uri.0));

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn uris_pass_and_others_are_told_why_not() {
		for uri in [
			"https://id.gs1.org/01/09506000134352",
			"urn:epcglobal:cbv:bt:5200001000008:4711",
			"geo:47.506694,11.104301",
			"ni:///sha-256;UyaQV-Ev4rdLoHyJJWCi11OHfrYv9E1aGQAlMO2X_-Q",
			"did:pkh:polkadot:b0a8d493285c2df73290dfb7e61f870f:5Grw",
			"a:/",
		] {
			assert_eq!(Uri::parse(uri).map(|uri| uri.to_string()).as_deref(), Ok(uri));
		}
		for (text, said) in [
			(
				"",
				"\"\" is no URI; it must be a scheme such as https, a colon, and what it names",
			),
			(
				"1a:b",
				"\"1a:b\" is no URI; it must be a scheme such as https, a colon, and what it names",
			),
			(
				"a:",
				"\"a:\" is no URI; it must be a scheme such as https, a colon, and what it names",
			),
			(
				"https://",
				"the URI begins with \"https://\"; it must begin with https:// or http:// and a domain",
			),
			(
				"https:x",
				"the URI begins with \"https:x\"; it must begin with https:// or http:// and a domain",
			),
			(
				"https://a/\r\nSet-Cookie: x",
				"sign 11 of the URI is '\\r'; it must be encoded, as % and two hexadecimal digits for each byte",
			),
			(
				"a:%4",
				"sign 3 of the URI is '%'; it must be encoded, as % and two hexadecimal digits for each byte",
			),
			(
				"a:b#c#d",
				"sign 6 of the URI is '#'; it must be encoded, as % and two hexadecimal digits for each byte",
			),
		] {
			assert_eq!(Uri::parse(text).unwrap_err().to_string(), said);
		}
		assert!(Uri::parse_web("javascript:alert(1)").is_err());
		assert!(Uri::parse(&format!("a:{}", "b".repeat(MOST_BYTES))).is_err());
	}

	proptest! {
		#[test]
		fn no_text_makes_it_panic_and_what_passes_is_plain_ascii(text in ".{0,30}", near in "[a-z:/?#%0-9é\\[ \r]{0,30}") {
			for text in [text, near] {
				if let Ok(uri) = Uri::parse(&text) {
					prop_assert!(uri.as_str().bytes().all(|byte| byte.is_ascii_graphic()));
				}
			}
		}
	}
}

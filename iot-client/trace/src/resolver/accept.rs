//! What a request would rather have: the headers `Accept` and `Accept-Language` (RFC 9110, 12.5).

/// Most bytes of a header that are looked at.
const MOST_BYTES: usize = 4_096;
/// Most entries of a header that are looked at.
const MOST_ENTRIES: usize = 32;

/// Entries of a header with their weights in thousandths, as they stand there; those of weight 0 as well.
fn weighed(header: &str) -> Vec<(&str, u16)> {
	if header.len() > MOST_BYTES {
		return vec![];
	}
	let entry = |entry: &'_ str| -> Option<(usize, usize, u16)> {
		let mut parts = entry.split(';').map(str::trim);
		let name = parts.next().filter(|name| !name.is_empty())?;
		let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
		let weight = weight.map_or(1_000, thousandths);
		let begin = entry.find(name)?;
		Some((begin, begin + name.len(), weight))
	};
	header
		.split(',')
		.take(MOST_ENTRIES)
		.filter_map(|text| entry(text).map(|(begin, end, weight)| (&text[begin..end], weight)))
		.collect()
}

/// `0.8` as 800; what is no weight counts as none was given.
fn thousandths(text: &str) -> u16 {
	let (whole, part) = text.split_once('.').unwrap_or((text, ""));
	let part = format!("{part:0<3}");
	match (whole, part.parse::<u16>()) {
		("0", Ok(weight)) if part.len() == 3 => weight,
		_ => 1_000,
	}
}

/// What a request would rather have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wishes<'a> {
	types: Vec<(&'a str, u16)>,
	languages: Vec<(&'a str, u16)>,
}

impl<'a> Wishes<'a> {
	pub(crate) fn new(accept: Option<&'a str>, accept_language: Option<&'a str>) -> Self {
		Self {
			types: accept.map(weighed).unwrap_or_default(),
			languages: accept_language.map(weighed).unwrap_or_default(),
		}
	}

	/// Whether a linkset is wished for at least as much as anything else that is named.
	pub(crate) fn linkset(&self) -> bool {
		let named = |name: &str| {
			self.types
				.iter()
				.find(|(own, _)| own.eq_ignore_ascii_case(name))
				.map(|(_, weight)| *weight)
		};
		let most = self.types.iter().map(|(_, weight)| *weight).max();
		named("application/linkset+json").is_some_and(|weight| weight > 0 && Some(weight) == most)
	}

	/// How much a media type is wished for; 0 if it is not named.
	pub(crate) fn media_type(&self, own: &str) -> u16 {
		let (kind, _) = own.split_once('/').unwrap_or((own, ""));
		let fits = |wish: &str| match wish.split_once('/') {
			Some((wished, "*")) => wished.eq_ignore_ascii_case(kind),
			_ => wish.eq_ignore_ascii_case(own),
		};
		self.types
			.iter()
			.filter(|(wish, _)| fits(wish))
			.map(|(_, weight)| *weight)
			.max()
			.unwrap_or(0)
	}

	/// How much a language is wished for; 0 if it is not named. `de` and `de-AT` fit each other (RFC 4647, 3.3.1 and 3.4).
	pub(crate) fn language(&self, own: &str) -> u16 {
		let begins = |long: &str, short: &str| {
			let (begin, rest) = long.split_at_checked(short.len()).unwrap_or(("", long));
			begin.eq_ignore_ascii_case(short) && (rest.is_empty() || rest.starts_with('-'))
		};
		let fits = |wish: &str| begins(own, wish) || begins(wish, own);
		self.languages
			.iter()
			.filter(|(wish, _)| fits(wish))
			.map(|(_, weight)| *weight)
			.max()
			.unwrap_or(0)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn weights_are_read_in_all_their_forms() {
		assert_eq!(
			weighed("de-AT, de;q=0.9,en ; q=0.85 , fr;level=1;Q=0.123,it;q=0,*;q=2,,x;q="),
			[
				("de-AT", 1000),
				("de", 900),
				("en", 850),
				("fr", 123),
				("it", 0),
				("*", 1000),
				("x", 1000)
			]
		);
		assert_eq!(weighed(&"a,".repeat(MOST_BYTES)), []);
		assert_eq!(weighed(&"a,".repeat(100)).len(), MOST_ENTRIES);
	}

	#[test]
	fn languages_and_types_fit_by_their_beginnings() {
		let wishes = Wishes::new(
			Some("text/html, application/*;q=0.5, */*;q=0.1"),
			Some("de-AT,en;q=0.5"),
		);
		assert_eq!(
			[
				wishes.language("de"),
				wishes.language("de-AT"),
				wishes.language("de-DE")
			],
			[1000, 1000, 0]
		);
		assert_eq!(
			[wishes.language("en-GB"), wishes.language("EN"), wishes.language("eng")],
			[500, 500, 0]
		);
		assert_eq!(
			[wishes.media_type("text/html"), wishes.media_type("application/pdf")],
			[1000, 500]
		);
		assert_eq!([wishes.media_type("image/png"), wishes.media_type("x")], [0, 0]);
	}

	#[test]
	fn a_linkset_is_wished_for_only_by_its_name() {
		for (accept, wished) in [
			("application/linkset+json", true),
			("application/linkset+json, */*;q=0.8", true),
			("text/html,application/xhtml+xml,*/*;q=0.8", false),
			("application/linkset+json;q=0.5, text/html", false),
			("application/linkset+json;q=0", false),
			("application/json", false),
			("", false),
		] {
			assert_eq!(Wishes::new(Some(accept), None).linkset(), wished, "{accept}");
		}
	}

	proptest! {
		#[test]
		fn no_header_makes_it_panic(text in ".{0,60}", near in "[a-z*/;,=q.0-9 é-]{0,60}") {
			for header in [&text, &near] {
				let wishes = Wishes::new(Some(header), Some(header));
				let _ = (wishes.linkset(), wishes.media_type("text/html"), wishes.language("de"), wishes.language(&text));
			}
		}
	}
}

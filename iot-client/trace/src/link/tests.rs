use super::*;
use crate::keys::{Gln, Gtin, Sscc};
use proptest::prelude::*;

fn canonical(uri: &str) -> Result<String, String> {
	DigitalLink::parse(uri)
		.map(|link| link.to_string())
		.map_err(|error| error.to_string())
}

/// Keys of the examples in GS1's standards and resolvers, in the forms that there are of them.
#[test]
fn links_of_any_domain_become_canonical() {
	for (uri, right) in [
		(
			"https://id.example.org/01/09506000134352/21/12345",
			"/01/09506000134352/21/12345",
		),
		("https://id.gs1.org/01/9506000134352", "/01/09506000134352"),
		(
			"http://EXAMPLE.com:8080/some/path/01/614141000036/10/A%2F1?17=261231",
			"/01/00614141000036/10/A%2F1?17=261231",
		),
		(
			"https://example.com/gtin/09780345418913/ser/765tz?abc=211121",
			"/01/09780345418913/21/765tz",
		),
		(
			"https://id.gs1.org/01/09520123456788/22/2A/10/ABC/21/7/",
			"/01/09520123456788/22/2A/10/ABC/21/7",
		),
		(
			"HTTPS://id.gs1.org/00/040123451111111110?linkType=all#x",
			"/00/040123451111111110",
		),
		(
			"https://id.gs1.org/414/4012345000115/254/987",
			"/414/4012345000115/254/987",
		),
		("https://id.gs1.org/417/4012345000009", "/417/4012345000009"),
		("https://id.gs1.org/8004/4000001111", "/8004/4000001111"),
		("https://id.example.com/253/4012345000054987", "/253/4012345000054987"),
		(
			"https://id.gs1.org/01/80614141123458/21/6789%2F%26%25%22!%3F()",
			"/01/80614141123458/21/6789%2F%26%25%22%21%3F%28%29",
		),
		(
			"https://id.gs1.org/01/09506000134352?3103=000195&17=261231&11=260101&utm=x",
			"/01/09506000134352?11=260101&17=261231&3103=000195",
		),
	] {
		let right = format!("https://id.gs1.org{right}");
		assert_eq!(canonical(uri).as_deref(), Ok(right.as_str()), "{uri}");
		assert_eq!(canonical(&right).as_deref(), Ok(right.as_str()), "{uri}");
	}
}

#[test]
fn what_belongs_to_no_key_is_kept_apart() {
	let link = DigitalLink::parse_target("/01/09506000134352/21/1?linkType=gs1:pip&17=261231&x=%C3%A9+1&flag").unwrap();
	assert_eq!(
		link.others().collect::<Vec<_>>(),
		[("linkType", "gs1:pip"), ("x", "é+1"), ("flag", "")]
	);
	assert_eq!(link.attribute(Ai::EXPIRES), Some("261231"));
	assert_eq!(link.attributes().count(), 1);
	let base = Uri::parse("https://trace.example/dl/").unwrap();
	assert_eq!(
		link.uri_at(&base),
		"https://trace.example/dl/01/09506000134352/21/1?17=261231"
	);
}

#[test]
fn errors_say_where_and_what_would_be_right() {
	for (uri, error) in [
		("", "the URI begins with \"\"; it must begin with https:// or http:// and a domain"),
		("ftp://a/01/1", "the URI begins with \"ftp://a/01/1\"; it must begin with https:// or http:// and a domain"),
		("https:///01/1", "the URI begins with \"https:///01/1\"; it must begin with https:// or http:// and a domain"),
		(
			"https://a/",
			"the path \"/\" has no key; it must end with one of /00/ /01/ /253/ /414/ /417/ /8004/ and its value, and qualifiers",
		),
		(
			"https://a/8018/401234500000067657",
			"the path \"/8018/401234500000067657\" has no key; it must end with one of /00/ /01/ /253/ /414/ /417/ /8004/ and its \
			 value, and qualifiers",
		),
		(
			"https://a/01/09506000134353",
			"the check digit of the GTIN 09506000134353 is 3; after 0950600013435 it must be 2",
		),
		(
			"https://a/01/09506000134352/21/1/10/2",
			"(10) stands after (21); after (01) may come, in this order, (22), (10), (21)",
		),
		(
			"https://a/01/09506000134352/7040/1ABC",
			"(7040) stands after (01); after (01) may come, in this order, (22), (10), (21)",
		),
		("https://a/00/040123451111111110/21/1", "(21) stands after (00); after (00) may come, in this order, nothing"),
		("https://a/01/09506000134352/21/", "the path \"/01/09506000134352/21/\" has no key; it must end with one of /00/ /01/ \
		 /253/ /414/ /417/ /8004/ and its value, and qualifiers"),
		(
			"https://a/01/09506000134352/21/a%2",
			"in \"a%2\" at byte 1: after % must come two hexadecimal digits, and what they make must be UTF-8",
		),
		(
			"https://a/01/09506000134352?17=261301",
			"(17) is 261301, which is no day; it must be year, month and day in two digits each, 00 for a whole month",
		),
		("https://a/01/09506000134352?21=1", "(21) stands in the query; as it belongs to the key it must stand in the path"),
		(
			"https://a/01/09506000134352?414=4012345000115",
			"(414) stands in the query; it is a key of its own, and a GS1 Digital Link is of one",
		),
		(
			"https://a/00/040123451111111110?8020=1",
			"(8020) stands in the query; it may not be an attribute of a GS1 Digital Link",
		),
		("https://a/01/09506000134352?99999=1", "(99999) is no Application Identifier that is known here"),
		(
			"https://a/01/09506000134352?17=261231&17=261230",
			"(17) comes twice, with \"261231\" and \"261230\"; it must come once",
		),
	] {
		assert_eq!(canonical(uri), Err(error.to_owned()), "{uri}");
	}
	assert!(matches!(
		DigitalLink::parse(&"a".repeat(MOST_BYTES + 1)),
		Err(LinkError::TooLong { .. })
	));
}

#[test]
fn element_strings_and_links_say_the_same() {
	let link = DigitalLink::parse("https://id.gs1.org/01/09506000134352/10/ABC/21/12345?17=261231").unwrap();
	let elements = link.to_element_string();
	assert_eq!(elements.to_string(), "(01)09506000134352(10)ABC(21)12345(17)261231");
	let scanned = ElementString::parse_scanned("0109506000134352172612312112345\u{1d}10ABC").unwrap();
	assert_eq!(DigitalLink::try_from(&scanned).as_ref(), Ok(&link));
	for (text, error) in [
		(
			"(10)ABC",
			"the element string (10)ABC has no key; it must have one of (00) (01) (253) (414) (417) (8004)",
		),
		(
			"(01)09506000134352(00)040123451111111110",
			"the element string (01)09506000134352(00)040123451111111110 has the keys (01) and (00); a GS1 Digital Link is of one",
		),
	] {
		let elements = ElementString::parse_bracketed(text).unwrap();
		assert_eq!(DigitalLink::try_from(&elements).unwrap_err().to_string(), error);
	}
}

#[test]
fn whatever_was_scanned_or_typed_is_read() {
	for (text, right) in [
		(
			"https://id.example.org/01/09506000134352/21/12345",
			"/01/09506000134352/21/12345",
		),
		("(01)09506000134352(21)12345\r\n", "/01/09506000134352/21/12345"),
		("]d201095060001343522112345", "/01/09506000134352/21/12345"),
		("01095060001343522112345", "/01/09506000134352/21/12345"),
		("9506000134352", "/01/09506000134352"),
		(" 96385074 ", "/01/00000096385074"),
		("00040123451111111110", "/00/040123451111111110"),
	] {
		let link = DigitalLink::scan(text).unwrap();
		assert_eq!(link.key().path(), right, "{text}");
	}
	for (text, error) in [
		("9506000134353", "the check digit of the GTIN 9506000134353 is 3; after 950600013435 it must be 2"),
		("https://example.org/", "the path \"/\" has no key; it must end with one of /00/ /01/ /253/ /414/ /417/ /8004/ and its value, and qualifiers"),
		("hello", "at sign 1 stands \"hello\"; an Application Identifier must stand there"),
		("", "the element string is empty; it must have at least one Application Identifier and its value"),
	] {
		assert_eq!(DigitalLink::scan(text).unwrap_err().to_string(), error, "{text}");
	}
	let item = DigitalLink::scan("(01)09506000134352(10)ABC(21)12345").unwrap();
	assert_eq!(item.key().sgtin().unwrap().to_string(), "(01)09506000134352(21)12345");
	assert_eq!(item.key().lgtin().unwrap().to_string(), "(01)09506000134352(10)ABC");
	assert!(DigitalLink::scan("9506000134352").unwrap().key().sgtin().is_none());
}

#[test]
fn levels_lead_from_an_item_to_its_kind() {
	let link = DigitalLink::parse("https://a/01/09506000134352/22/V/10/L/21/S").unwrap();
	let paths = |key: &Key| key.levels().iter().map(Key::path).collect::<Vec<_>>();
	assert_eq!(
		paths(link.key()),
		[
			"/01/09506000134352/22/V/10/L/21/S",
			"/01/09506000134352/21/S",
			"/01/09506000134352/22/V/10/L",
			"/01/09506000134352/10/L",
			"/01/09506000134352/22/V",
			"/01/09506000134352"
		]
	);
	assert_eq!(link.key().constrained().path(), "/01/09506000134352/21/S");
	assert!(link.key().is_instance() && !link.key().is_class());
	let item = DigitalLink::parse("https://a/01/09506000134352/21/S").unwrap();
	assert_eq!(paths(item.key()), ["/01/09506000134352/21/S", "/01/09506000134352"]);
	let place = DigitalLink::parse("https://a/414/4012345000115/254/9").unwrap();
	assert_eq!(paths(place.key()), ["/414/4012345000115/254/9", "/414/4012345000115"]);
}

pub(crate) fn key() -> impl Strategy<Value = Key> {
	let text = || "[!\"%&'()*+,./:;<=>?_A-Za-z0-9-]{1,20}";
	let gtin = (0u64..10u64.pow(13)).prop_map(|body| Gtin::complete(&format!("{body:013}")).unwrap());
	let gln = (0u64..10u64.pow(12)).prop_map(|body| Gln::complete(&format!("{body:012}")).unwrap());
	let sscc = (0u64..10u64.pow(17)).prop_map(|body| Sscc::complete(&format!("{body:017}")).unwrap());
	let maybe = || proptest::option::of(text());
	prop_oneof![
		(gtin, maybe(), maybe(), maybe()).prop_map(|(gtin, variant, lot, serial)| {
			let values = BTreeMap::from([(Ai::VARIANT, variant), (Ai::LOT, lot), (Ai::SERIAL, serial)]);
			Key::read(Ai::GTIN, &gtin.to_string(), |ai| values.get(&ai)?.as_deref())
				.unwrap()
				.unwrap()
		}),
		sscc.prop_map(Key::Unit),
		(gln.clone(), maybe()).prop_map(|(gln, extension)| {
			Key::read(Ai::LOCATION, &gln.to_string(), |_| extension.as_deref())
				.unwrap()
				.unwrap()
		}),
		gln.prop_map(Key::Party),
		text().prop_map(|text| Key::read(Ai::ASSET, &text, |_| None).unwrap().unwrap()),
	]
}

proptest! {
	#[test]
	fn every_key_is_read_as_it_was_printed(key in key(), expires in proptest::option::of("2[0-9]1[0-2]2[0-8]")) {
		let mut link = DigitalLink::new(key);
		if let Some(expires) = expires {
			link = link.with(Ai::EXPIRES, &expires).unwrap();
		}
		let printed = link.to_string();
		prop_assert!(Uri::parse(&printed).is_ok());
		prop_assert_eq!(DigitalLink::parse(&printed), Ok(link.clone()));
		let base = Uri::parse("http://10.0.0.7:8080/01/dl").unwrap();
		prop_assert_eq!(DigitalLink::parse(&link.uri_at(&base)), Ok(link.clone()));
		let elements = link.to_element_string();
		prop_assert_eq!(DigitalLink::try_from(&elements), Ok(link.clone()));
		let scanned = ElementString::parse_scanned(elements.to_scanned()).unwrap();
		prop_assert_eq!(DigitalLink::try_from(&scanned), Ok(link));
	}

	#[test]
	fn no_text_makes_it_panic(text in ".{0,40}", near in "(/|01|21|10|414|254|8004|09506000134352|%|%41|\\?|&|=|17=|;|é|x){0,16}") {
		let _ = (DigitalLink::parse(&text), DigitalLink::scan(&text), DigitalLink::scan(&near));
		let _ = DigitalLink::parse(&format!("https://a{near}"));
		let _ = DigitalLink::parse_target(&near);
	}
}

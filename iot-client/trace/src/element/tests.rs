use super::*;
use proptest::prelude::*;

fn scanned(text: &str) -> Result<String, String> {
	let read = ElementString::parse_scanned(text).map_err(|error| error.to_string())?;
	Ok(read.to_string())
}

#[test]
fn what_scanners_give_is_read() {
	let right = "(01)09506000134352(10)ABC(17)261231(21)12345";
	for text in [
		"010950600013435210ABC\u{1d}172612312112345",
		"\u{1d}010950600013435210ABC\u{1d}172612312112345",
		"]d2010950600013435210ABC\u{1d}172612312112345",
		"]C1\u{1d}010950600013435210ABC\u{1d}172612312112345\u{1d}",
		"]Q30109506000134352\u{1d}10ABC\u{1d}17261231\u{1d}2112345",
	] {
		assert_eq!(scanned(text).as_deref(), Ok(right), "{text:?}");
	}
	let read = ElementString::parse_bracketed(right).unwrap();
	assert_eq!(read.to_scanned(), "010950600013435210ABC\u{1d}172612312112345");
	assert_eq!(read.get(Ai::LOT), Some("ABC"));
}

#[test]
fn brackets_within_a_value_are_told_from_those_around_an_ai() {
	let read = ElementString::parse_bracketed(r"(01)09506000134352(10)A\(21)B(21)7").unwrap();
	assert_eq!(read.get(Ai::LOT), Some("A(21)B"));
	assert_eq!(read.get(Ai::SERIAL), Some("7"));
	assert_eq!(read.to_string(), r"(01)09506000134352(10)A\(21)B(21)7");
	// A value has no backslash but before a bracket, so there is only one way to read it.
	assert!(ElementString::parse_bracketed(r"(10)A\B").is_err());
}

#[test]
fn errors_say_where_and_what_would_be_right() {
	for (text, error) in [
		(
			"",
			"the element string is empty; it must have at least one Application Identifier and its value",
		),
		(
			"]d2",
			"the element string is empty; it must have at least one Application Identifier and its value",
		),
		(
			"]E04012345123456",
			"the symbol's identifier is ]E0; for GS1 data it must be ]C1, ]e0, ]d2, ]Q3 or ]J1",
		),
		(
			"]é",
			"the symbol's identifier is ]é; for GS1 data it must be ]C1, ]e0, ]d2, ]Q3 or ]J1",
		),
		(
			"0109506000134352X",
			"at sign 17 stands \"X\"; an Application Identifier must stand there",
		),
		(
			"0109506000134353",
			"at sign 3: the check digit of (01) is 3; after 0950600013435 it must be 2",
		),
		(
			"01095060001343",
			"at sign 3: the value of (01) has 12 signs; it must have 14 to 14",
		),
		(
			"2112345\u{1d}2154321",
			"(21) comes twice, with \"12345\" and \"54321\"; it must come once",
		),
	] {
		assert_eq!(scanned(text), Err(error.to_owned()), "{text:?}");
	}
	assert_eq!(
		ElementString::parse_scanned(b"21a\xff").unwrap_err().to_string(),
		"at sign 3: sign 2 of the value of (21) is '\u{fffd}'; it must be a letter or digit of ASCII or one of !\"%&'()*+,-./:;<=>?_"
	);
	let long = "9".repeat(MOST_BYTES + 1);
	assert!(matches!(
		ElementString::parse_scanned(&long),
		Err(ElementError::TooLong { .. })
	));
	for text in ["01", "(01", "(1)2", "x(01)09506000134352", "()", "(01)09506000134352)("] {
		assert!(ElementString::parse_bracketed(text).is_err(), "{text}");
	}
}

/// Values that are mostly right.
fn elements() -> impl Strategy<Value = Vec<(Ai, String)>> {
	let text = "[!\"%&'()*+,./:;<=>?_A-Za-z0-9-]{1,20}";
	let one = prop_oneof![
		(Just("10"), text.prop_map(String::from)),
		(Just("21"), text.prop_map(String::from)),
		(Just("3103"), "[0-9]{6}".prop_map(String::from)),
		(Just("240"), text.prop_map(String::from)),
		(Just("30"), "[0-9]{1,8}".prop_map(String::from)),
		(Just("17"), "2[0-9]1[0-2]2[0-8]".prop_map(String::from)),
		(Just("8200"), text.prop_map(String::from)),
	];
	proptest::collection::vec(one.prop_map(|(ai, value)| (Ai::parse(ai).unwrap(), value)), 1..6)
}

proptest! {
	#[test]
	fn each_form_is_read_as_it_was_printed(elements in elements()) {
		// Not when one comes twice.
		if let Ok(made) = ElementString::new(elements) {
			prop_assert_eq!(ElementString::parse_scanned(made.to_scanned()), Ok(made.clone()));
			prop_assert_eq!(ElementString::parse_bracketed(&made.to_string()), Ok(made));
		}
	}

	#[test]
	fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
		let _ = ElementString::parse_scanned(&bytes);
		let mut scanned = b"]d201095060001343522110".to_vec();
		scanned.extend(bytes);
		let _ = ElementString::parse_scanned(&scanned);
	}

	#[test]
	fn no_text_makes_it_panic(text in ".{0,40}", near in "[\\]C1d2()\\\\0-9A\u{1d}é]{0,60}") {
		for text in [text, near] {
			let _ = ElementString::parse_scanned(&text);
			let _ = ElementString::parse_bracketed(&text);
		}
	}
}

use super::*;
use proptest::prelude::*;

/// GTINs and others that GS1 has in its specifications and examples.
const GTINS: [&str; 5] = [
	"9506000134352",
	"614141000036",
	"6291041500213",
	"96385074",
	"00012345600012",
];

#[test]
fn published_keys_are_read_and_printed() {
	for gtin in GTINS {
		let read = Gtin::parse(gtin).unwrap();
		assert_eq!(read.to_string(), format!("{gtin:0>14}"));
		assert_eq!(Gtin::from_number(read.number()), Ok(read));
		assert_eq!(Gtin::complete(&gtin[..gtin.len() - 1]), Ok(read));
	}
	assert_eq!(Gtin::parse("9506000134352").unwrap().shortest(), "9506000134352");
	assert_eq!(Gtin::parse("00614141000036").unwrap().shortest(), "614141000036");
	assert_eq!(Gtin::parse("00000096385074").unwrap().shortest(), "96385074");
	assert_eq!(Gln::parse("4012345000115").unwrap().to_string(), "4012345000115");
	assert_eq!(
		Sscc::parse("040123451111111110").unwrap().to_string(),
		"040123451111111110"
	);
	assert_eq!(Gdti::parse("4012345111118123").unwrap().as_str(), "4012345111118123");
	assert_eq!(Gdti::parse("4012345111118").unwrap().as_str(), "4012345111118");
}

#[test]
fn each_wrong_digit_is_found_and_the_right_check_digit_is_named() {
	for gtin in GTINS {
		for place in 0..gtin.len() {
			for digit in '0'..='9' {
				let mut other = gtin.to_owned();
				other.replace_range(place..=place, &digit.to_string());
				match Gtin::parse(&other) {
					Ok(_) => assert_eq!(other, gtin),
					Err(KeyError::CheckDigit { is, should, .. }) => {
						assert_ne!(is, should);
						other.replace_range(other.len() - 1.., &should.to_string());
						assert!(Gtin::parse(&other).is_ok());
					}
					Err(error) => panic!("{error}"),
				}
			}
		}
	}
	assert_eq!(
		Gtin::parse("09506000134353").unwrap_err().to_string(),
		"the check digit of the GTIN 09506000134353 is 3; after 0950600013435 it must be 2"
	);
}

#[test]
fn errors_say_where_and_what_would_be_right() {
	for (error, said) in [
		(
			Gtin::parse("").unwrap_err(),
			"the GTIN is empty; it must have 8, 12, 13 or 14 digits",
		),
		(
			Gtin::parse("950600O134352").unwrap_err(),
			"sign 7 of the GTIN is 'O'; it must be a digit",
		),
		(
			Gtin::parse("９６３８５０７４").unwrap_err(),
			"sign 1 of the GTIN is '９'; it must be a digit",
		),
		(
			Gtin::parse("123456789").unwrap_err(),
			"the GTIN has 9 digits or signs; it must have 8, 12, 13 or 14 digits",
		),
		(
			Gln::parse("96385074").unwrap_err(),
			"the GLN has 8 digits or signs; it must have 13 digits",
		),
		(
			Sscc::parse("040123451111111111").unwrap_err(),
			"the check digit of the SSCC 040123451111111111 is 1; after 04012345111111111 it must be 0",
		),
		(
			Serial::parse("").unwrap_err(),
			"the serial number is empty; it must have 1 to 20 signs",
		),
		(
			Serial::parse("A B").unwrap_err(),
			"sign 2 of the serial number is ' '; it must be a letter or digit of ASCII or one of !\"%&'()*+,-./:;<=>?_",
		),
		(
			Lot::parse("123456789012345678901").unwrap_err(),
			"the lot has 21 digits or signs; it must have 1 to 20 signs",
		),
		(
			Gdti::parse("4012345111119123").unwrap_err(),
			"the check digit of the GDTI 4012345111119 is 9; after 401234511111 it must be 8",
		),
	] {
		assert_eq!(error.to_string(), said);
	}
	assert!(Gtin::from_number(u64::MAX).is_err());
	assert!(Sscc::from_number(u64::MAX).is_err());
}

proptest! {
	#[test]
	fn every_number_of_a_key_is_read_as_it_was_printed(body in 0u64..10u64.pow(13), unit in 0u64..10u64.pow(17)) {
		let gtin = Gtin::complete(&format!("{body:013}")).unwrap();
		prop_assert_eq!(Gtin::parse(&gtin.to_string()), Ok(gtin));
		prop_assert_eq!(Gtin::parse(&gtin.shortest()), Ok(gtin));
		let sscc = Sscc::complete(&format!("{unit:017}")).unwrap();
		prop_assert_eq!(Sscc::from_number(sscc.number()), Ok(sscc));
	}

	#[test]
	fn no_text_makes_a_key_panic(text in ".{0,24}", digits in "[0-9]{0,24}") {
		for text in [text, digits] {
			let _ = (Gtin::parse(&text), Gln::parse(&text), Sscc::parse(&text), Gdti::parse(&text), Giai::parse(&text));
			let _ = (Gtin::complete(&text), Serial::parse(&text), Lot::parse(&text), Variant::parse(&text));
			prop_assert!(check_digit(&text).is_ascii_digit());
		}
	}
}

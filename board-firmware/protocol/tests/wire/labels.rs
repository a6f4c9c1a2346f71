use crate::samples::every_variant;
use bpiiot_protocol::{channel_page, Label, Scale, Status, Unit, CHANNEL_PAGES_START};

#[test]
fn takes_sixteen_printable_letters_and_no_more() {
	for text in ["", "a", "sixteen_letters_", "with space ~!"] {
		let label = Label::new(text).expect(text);
		assert_eq!((label.as_str(), label.to_string().as_str()), (text, text));
		assert_eq!(format!("{label:?}"), format!("{text:?}"));
	}
	for text in ["seventeen_letters", "tab\t", "é", "\0"] {
		assert_eq!(Label::new(text), None, "{text:?}");
	}
}

#[test]
#[should_panic(expected = "at most 16 bytes")]
fn a_literal_that_is_no_label_stops_the_build() {
	Label::literal("seventeen_letters");
}

#[test]
fn refuses_bad_labels_from_the_wire() {
	let decode = |bytes: &[u8]| postcard::from_bytes::<Label>(bytes).ok();
	assert_eq!(decode(b"\x03abc"), Label::new("abc"));
	assert_eq!(decode(b"\x03ab"), None);
	assert_eq!(decode(b"\x03ab\x07"), None);
	assert_eq!(decode(b"\x11seventeen_letters"), None);
}

#[test]
fn scales_raw_counts_without_overflow() {
	assert_eq!(Scale::ONE.thousandths(1500), Some(1_500_000));
	assert_eq!(Scale::per(10).thousandths(-55), Some(-5500));
	assert_eq!(
		Scale {
			zero: 512,
			multiplier: 500,
			divisor: 1024
		}
		.thousandths(1024),
		Some(250_000)
	);
	assert_eq!(Scale::per(0).thousandths(1), None);
	assert_eq!(
		Scale {
			zero: i16::MAX,
			multiplier: i32::MAX,
			divisor: 1
		}
		.thousandths(i32::MIN),
		Some(i64::MIN)
	);
	assert_eq!(
		Scale {
			zero: i16::MAX,
			multiplier: i32::MIN,
			divisor: 1
		}
		.thousandths(i32::MIN),
		Some(i64::MAX)
	);
}

#[test]
fn pages_and_flags() {
	assert_eq!(channel_page(0), CHANNEL_PAGES_START);
	assert_eq!(channel_page(255), 255);
	let status = Status {
		flags: Status::TRIPPED | Status::ALL_SAFE,
		events: 0,
	};
	assert!(status.has(Status::TRIPPED) && status.has(Status::TRIPPED | Status::ALL_SAFE));
	assert!(!status.has(Status::STREAMING) && !status.has(Status::STREAMING | Status::TRIPPED));
}

#[test]
fn every_unit_has_a_symbol_of_its_own() {
	let mut symbols: Vec<_> = every_variant::<Unit>().into_iter().map(Unit::symbol).collect();
	assert_eq!(
		symbols.iter().filter(|symbol| symbol.is_empty()).count(),
		2,
		"plain counts and switches have none"
	);
	symbols.retain(|symbol| !symbol.is_empty());
	let count = symbols.len();
	symbols.sort_unstable();
	symbols.dedup();
	assert_eq!(symbols.len(), count);
	assert!(symbols.contains(&"°C"));
}

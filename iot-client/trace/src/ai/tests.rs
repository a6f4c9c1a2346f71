use super::*;

fn said(ai: &str, value: &str) -> String {
	Ai::parse(ai).unwrap().check(value).unwrap_err().to_string()
}

#[test]
fn the_table_rises_and_none_begins_with_another() {
	for pair in TABLE.windows(2) {
		assert!(pair[0].0 <= pair[0].1 && pair[0].1 < pair[1].0, "{}", pair[0].0);
	}
	let all: Vec<_> = TABLE
		.iter()
		.flat_map(|(from, to, _)| *from..=*to)
		.map(|ai| Ai(ai).to_string())
		.collect();
	for one in &all {
		assert!(!all.iter().any(|other| other != one && other.starts_with(one)), "{one}");
		let ai = Ai::parse(one).unwrap();
		assert_eq!(Ai::split(&format!("{one}7")), Some((ai, "7")));
		let parts = ai.row().unwrap();
		// What may be left out comes last, and only what comes last may be of several lengths.
		assert!(
			parts
				.windows(2)
				.all(|pair| pair[0].optional <= pair[1].optional && pair[0].least == pair[0].most),
			"{one}"
		);
		if let Some(fixed) = ai.fixed() {
			assert_eq!(parts.iter().map(|part| part.least).sum::<usize>(), fixed, "{one}");
			assert_eq!(parts.iter().map(|part| part.most).sum::<usize>(), fixed, "{one}");
		}
	}
}

#[test]
fn values_that_fit_pass() {
	for (ai, value) in [
		("00", "040123451111111110"),
		("01", "09506000134352"),
		("10", "ABC/7"),
		("17", "261231"),
		("17", "260200"),
		("17", "240229"),
		("253", "4012345000054987"),
		("253", "4012345000054"),
		("3103", "001250"),
		("423", "276056"),
		("414", "4012345000115"),
		("4324", "2612010000"),
		("7007", "261201261203"),
		("7040", "1ABC"),
		("8003", "04012345000221334455"),
		("8008", "2612011230"),
		("8043", "1234567890123456781"),
		("91", "anything"),
	] {
		assert_eq!(Ai::parse(ai).unwrap().check(value), Ok(()), "({ai}){value}");
	}
}

#[test]
fn errors_say_what_would_be_right() {
	for (ai, value, error) in [
		(
			"01",
			"09506000134353",
			"the check digit of (01) is 3; after 0950600013435 it must be 2",
		),
		(
			"01",
			"9506000134352",
			"the value of (01) has 13 signs; it must have 14 to 14",
		),
		(
			"01",
			"0950600013435X",
			"sign 14 of the value of (01) is 'X'; it must be a digit",
		),
		("10", "", "the value of (10) has 0 signs; it must have 1 to 20"),
		(
			"10",
			"A B",
			"sign 2 of the value of (10) is ' '; it must be a letter or digit of ASCII or one of !\"%&'()*+,-./:;<=>?_",
		),
		(
			"17",
			"261301",
			"(17) is 261301, which is no day; it must be year, month and day in two digits each, 00 for a whole month",
		),
		(
			"7006",
			"260200",
			"(7006) is 260200, which is no day; it must be year, month and day in two digits each",
		),
		(
			"7006",
			"250229",
			"(7006) is 250229, which is no day; it must be year, month and day in two digits each",
		),
		(
			"7007",
			"2612012612",
			"the value of (7007) has 10 signs; it must have 12 to 12",
		),
		("423", "27605", "the value of (423) has 5 signs; it must have 6 to 6"),
		(
			"8010",
			"abc",
			"sign 1 of the value of (8010) is 'a'; it must be a capital letter, a digit, #, - or /",
		),
	] {
		assert_eq!(said(ai, value), error);
	}
}

#[test]
fn what_is_no_application_identifier_is_refused() {
	for no in [
		"", "0", "04", "001", "021", "0021", "18", "99999", "4a", "３１", "3106", "-1", "+1",
	] {
		assert!(matches!(Ai::parse(no), Err(AiError::Unknown { .. })), "{no}");
	}
}

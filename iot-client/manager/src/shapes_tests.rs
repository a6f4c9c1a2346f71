use super::*;
use jsonrpsee::types::{ErrorObjectOwned, Params};
use proptest::prelude::*;

fn said<T: FromParams>(params: &str) -> String {
	match T::read(&Params::new(Some(params))) {
		Ok(_) => "right".to_owned(),
		Err(wrong) => {
			let error = ErrorObjectOwned::from(wrong);
			assert_eq!(error.code(), -32602);
			error.message().to_owned()
		}
	}
}

#[test]
fn what_is_wrong_is_said_with_the_name_and_with_what_would_be_right() {
	let history = |change: &str| {
		let all = r#"{"channels":["a"],"from":1,"to":2,"points":3}"#;
		let (from, to) = change.split_once(" → ").unwrap();
		assert!(all.contains(from), "{from}");
		said::<HistoryQuery>(&all.replace(from, to))
	};
	for (said, words) in [
		(history("3 → 3"), ["right", ""]),
		(history(r#"["a"] → "a""#), ["`channels`: ", "1 to 16 names"]),
		(history(r#"["a"] → []"#), ["`channels`: ", "1 to 16 names"]),
		(history(r#"["a"] → [1]"#), ["`channels`: ", "1 to 16 names"]),
		(history(r#"["a"] → ["a",""]"#), ["`channels[1]`: ", "1 to 200 bytes"]),
		(history(r#""from":1, → "#), ["`from`: it is missing", "unix ms"]),
		(history(r#":1, → :-1,"#), ["`from`: ", "unix ms"]),
		(history(r#":1, → :2,"#), ["`to`: ", "later than `from`"]),
		(history("3 → 0"), ["`points`: it is 0", "1 to 2000"]),
		(history("3 → 2001"), ["`points`: it is 2001", "1 to 2000"]),
		(
			history(r#"3 → 3,"step":4"#),
			["`step`: there is no such parameter", "`points`"],
		),
		(said::<HistoryQuery>("[1]"), ["by their names", "an object"]),
		(said::<OfJob>(r#"{"job":"7"}"#), ["`job`: ", "the number of a job"]),
		(said::<OfJob>("null"), ["`job`: it is missing", "the number of a job"]),
		(said::<LogQuery>(""), ["right", ""]),
		(said::<LogQuery>(r#"{"level":"warn"}"#), ["right", ""]),
		(said::<LogQuery>(r#"{"level":"LOUD"}"#), ["`level`: ", "`DEBUG`"]),
		(
			said::<LogQuery>(r#"{"limit":1001}"#),
			["`limit`: it is 1001", "1 to 1000"],
		),
		(said::<FromLevel>(r#"{"level":7}"#), ["`level`: ", "`DEBUG`"]),
		(said::<Drive>(r#"{"drive":"yes"}"#), ["`drive`: ", "`true`"]),
		(
			said::<Wanted>(r#"{"interval_ms":49}"#),
			["`interval_ms`: it is 49", "50 to 10000"],
		),
		(
			said::<Save>(r#"{"text":""}"#),
			["`revision`: it is missing", "the text came with"],
		),
		(said::<Text>(r#"{"text":{}}"#), ["`text`: ", "as a string"]),
		(
			said::<()>(r#"{"a":1}"#),
			["`a`: there is no such parameter", "there is none here"],
		),
	] {
		for word in words {
			assert!(said.contains(word), "{word:?} is not in {said:?}");
		}
	}
}

#[test]
fn a_parameter_that_is_null_is_a_missing_one() {
	let wanted = Wanted::read(&Params::new(Some(r#"{"channels":null,"interval_ms":null}"#)));
	let wanted = wanted.ok().unwrap();
	assert_eq!((wanted.channels, wanted.interval), (None, Duration::from_millis(250)));
}

#[test]
fn deep_nesting_is_an_error_and_nothing_worse() {
	let deep = format!("{{\"text\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
	assert!(said::<Text>(&deep).contains("recursion"), "it is not read to its end");
}

proptest! {
	#[test]
	fn no_parameters_make_it_panic(text in "[\\[{]\\PC{0,60}[\\]}]?") {
		said::<HistoryQuery>(&text);
		said::<Wanted>(&text);
		said::<LogQuery>(&text);
	}
}

use super::*;
use crate::{
	eval::{evaluate, NoAnswer},
	limits::{MAX_NESTING, MAX_TOKENS},
};
use cel::{Context, Program};
use proptest::prelude::*;

fn layout() -> Layout {
	Layout {
		channels: vec![
			ChannelDecl::input("a", "°C"),
			ChannelDecl::input("b", "mm/s"),
			ChannelDecl::input("tool-wear", ""),
		],
		windows: vec![],
	}
}

fn compiled(text: &str) -> Result<(Vec<Step>, Vec<Operand>), Vec<String>> {
	let mut operands = vec![];
	compile(text, &mut layout(), &mut operands).map(|steps| (steps, operands))
}

/// What `text` says with these values of its operands, in the order in which it names them.
fn says(text: &str, values: &[Option<f64>]) -> Result<bool, NoAnswer> {
	let (steps, operands) = compiled(text).unwrap();
	assert_eq!(operands.len(), values.len(), "{text}");
	evaluate(&steps, values)
}

#[track_caller]
fn refused(text: &str, part: &str) {
	let wrong = compiled(text).expect_err(text).join("\n");
	assert!(wrong.contains(part), "{text:?} is refused with {wrong:?}");
}

#[test]
fn evaluates_as_written() {
	let cases: [(&str, &[f64], bool); 14] = [
		("a > 80", &[80.1], true),
		("a > 80", &[80.0], false),
		("a >= 80 && a <= 80.5", &[80.0], true),
		("a == 1 || b == 2", &[0.0, 2.0], true),
		("a != 1", &[1.0], false),
		("!(a > 1)", &[1.0], true),
		("a - b - 1 == 2", &[5.0, 2.0], true),
		("a + b * 2 == 9", &[1.0, 4.0], true),
		("1 / 2 * a == 2", &[4.0], true),
		("-a < -3", &[4.0], true),
		("abs(a - b) > 2", &[1.0, 4.0], true),
		("(a > 1 ? b : -b) == 4", &[0.0, -4.0], true),
		("a > 1 == true", &[2.0], true),
		("a > 1 ? b > 1 : b > 2 ? false : true", &[0.0, 0.0], true),
	];
	for (text, values, expected) in cases {
		let values: Vec<_> = values.iter().copied().map(Some).collect();
		assert_eq!(says(text, &values), Ok(expected), "{text} {values:?}");
	}
}

#[test]
fn is_unknown_without_an_operand_unless_the_rest_decides() {
	assert_eq!(says("a > 1", &[None]), Err(NoAnswer::Missing));
	assert_eq!(says("!(a > 1)", &[None]), Err(NoAnswer::Missing));
	assert_eq!(says("a != b", &[None, Some(1.0)]), Err(NoAnswer::Missing));
	for text in ["a > 1 || b > 1", "b > 1 || a > 1"] {
		let (steps, operands) = compiled(text).unwrap();
		let with = |b: f64| -> Vec<Option<f64>> {
			let value = |operand: &Operand| (*operand == Operand::Value { channel: 1 }).then_some(b);
			operands.iter().map(value).collect()
		};
		assert_eq!(evaluate(&steps, &with(2.0)), Ok(true), "{text}");
		assert_eq!(evaluate(&steps, &with(0.0)), Err(NoAnswer::Missing), "{text}");
	}
	assert_eq!(says("a > 1 && b > 1", &[None, Some(0.0)]), Ok(false));
	assert_eq!(says("a > 1 && b > 1", &[None, Some(2.0)]), Err(NoAnswer::Missing));
}

#[test]
fn is_unknown_when_arithmetic_gives_no_number() {
	assert_eq!(says("a / b > 1", &[Some(1.0), Some(0.0)]), Err(NoAnswer::NotFinite));
	assert_eq!(says("!(a / b > 1)", &[Some(0.0), Some(0.0)]), Err(NoAnswer::NotFinite));
	assert_eq!(says("a / b != 1", &[Some(0.0), Some(0.0)]), Err(NoAnswer::NotFinite));
	assert_eq!(says("a * a > 1", &[Some(1e200)]), Err(NoAnswer::NotFinite));
	assert_eq!(says("a + a - a > 1", &[Some(1e308)]), Err(NoAnswer::NotFinite));
}

#[test]
fn refuses_parts_that_do_not_fit_together() {
	refused("a && 1", "`&&` is for conditions");
	refused("a > 1 || b", "`||` is for conditions");
	refused("!a", "`!` is for conditions");
	refused("1 < a < 3", "`<` is for numbers");
	refused("(a > 1) + 1 > 1", "`+` is for numbers");
	refused("-(a > 1) > 1", "`-` is for numbers");
	refused("a == true", "`==` has a number on one side");
	refused("a ? true : false", "what stands before `?` must be a condition");
	refused("(a > 1 ? 1 : true) == 1", "`? :` has a number on one side");
	refused("a + 1", "it is a number; it must be a condition");
	refused("abs(a > 1) > 1", "`abs` is for numbers");
}

#[test]
fn refuses_calls_that_are_not_as_they_must_be() {
	refused("mean(a) > 1", "`mean` must be called as mean(channel, seconds)");
	refused("abs(a, 1) > 1", "`abs` must be called as abs(number)");
	refused(
		"age(1) > 1",
		"the first argument of `age` must be the name of a channel",
	);
	refused(
		"mean(a + 1, 60) > 1",
		"the first argument of `mean` must be the name of a channel",
	);
	for seconds in ["0", "3601", "1.5", "b", "-1", "30 + 30", "99999999999"] {
		refused(
			&format!("mean(a, {seconds}) > 1"),
			"the second argument of `mean` must be a whole number from 1 to 3600 (seconds)",
		);
	}
}

#[test]
fn names_every_channel_that_is_not_there_and_those_that_are() {
	let wrong = compiled("temprature > 1 && mean(vib, 5) > 1 && temprature < 2").unwrap_err();
	assert_eq!(
		wrong,
		[
			"it names `temprature`, which is no channel; the channels are a, b (rules cannot name tool-wear: only \
			 letters, digits and `_` will do)",
			"it names `vib`, which is no channel; the channels are a, b (rules cannot name tool-wear: only letters, \
			 digits and `_` will do)",
		]
	);
}

#[test]
fn refuses_conditions_that_never_change() {
	refused("true", "it names no channel");
	refused("1 + 1 == 2", "it names no channel");
}

#[test]
fn refuses_numbers_beyond_a_double() {
	refused("a > 1e999", "CEL does not read it: invalid double literal");
	refused("a > 99999999999999999999", "CEL does not read it: invalid int literal");
}

#[test]
fn shares_operands_and_windows() {
	let (mut layout, mut operands) = (layout(), vec![]);
	let text = "a > 1 && a < 2 && mean(a, 60) > max(a, 60) - age(a)";
	compile(text, &mut layout, &mut operands).unwrap();
	compile("min(a, 60) > 1 || rms(b, 60) > a", &mut layout, &mut operands).unwrap();
	assert_eq!((operands.len(), layout.windows.len()), (6, 2));
}

#[test]
fn refuses_more_operands_than_one_rule_may_have() {
	let sum = |count: usize| (1..=count).map(|s| format!("max(a,{s})")).collect::<Vec<_>>().join("+") + ">1";
	assert!(compiled(&sum(MAX_OPERANDS)).is_ok());
	refused(&sum(MAX_OPERANDS + 1), "more than 16 channels and windows");
}

/// The largest expressions that pass: what they take is the most that anything takes.
fn largest() -> Vec<String> {
	let nested = |inner: &str| "(".repeat(MAX_NESTING) + inner + &")".repeat(MAX_NESTING);
	let chain = |join: &str, count: usize| vec!["a"; count].join(join);
	vec![
		format!("{} > 1", chain("+", 62)),
		format!("{} > 1", chain("-", 62)),
		vec!["a>1"; 32].join("&&"),
		vec!["a>1"; 32].join("||"),
		nested(&format!("{} > 1", chain("*", 50))),
		format!("{}a{} > 1", "-(".repeat(MAX_NESTING), ")".repeat(MAX_NESTING)),
		format!("{}a > 1{}", "!(".repeat(MAX_NESTING), ")".repeat(MAX_NESTING)),
		format!("{}a{} > 1", "1-(".repeat(MAX_NESTING), "+2)".repeat(MAX_NESTING)),
		"a>1 ? b>1 : ".repeat(4) + "a>2",
		format!("{}a>1{}", "(a>1 ? ".repeat(4), " : b>1)".repeat(4)),
		vec!["-1 - -a"; 20].join(" - ") + " > 1",
	]
}

#[test]
fn keeps_the_largest_expressions_small() {
	for text in largest() {
		let (steps, operands) = compiled(&text).unwrap_or_else(|wrong| panic!("{text}: {wrong:?}"));
		assert!(steps.len() <= MAX_TOKENS, "{text}");
		assert!(evaluate(&steps, &vec![Some(1.0); operands.len()]).is_ok(), "{text}");
	}
}

#[test]
fn needs_little_stack_of_its_caller() {
	// A worker thread has 2 MiB; this does with a quarter of that, built without optimisation.
	let worker = std::thread::Builder::new().stack_size(512 * 1024);
	let says = |text: &String| {
		let (steps, operands) = compiled(text).unwrap();
		evaluate(&steps, &vec![Some(1.0); operands.len()])
	};
	let all_say = worker.spawn(move || largest().iter().all(|text| says(text).is_ok()));
	assert!(all_say.unwrap().join().unwrap());
}

#[test]
fn has_stack_for_brackets_twice_as_deep_as_allowed() {
	let deep = |open: &str, close: &str| open.repeat(2 * MAX_NESTING) + "a" + &close.repeat(2 * MAX_NESTING);
	for text in [
		deep("(", ")"),
		deep("-(", ")"),
		deep("1-(", "+2)"),
		deep("abs(", ")"),
		deep("(a > 1 ? ", ": b)"),
	] {
		assert!(parse(&text).is_ok(), "{text}");
	}
}

fn soup() -> impl Strategy<Value = String> {
	let word = prop_oneof![
		8 => prop::sample::select(vec!["a", "b", "1", "60", "4.5", "true"]),
		6 => prop::sample::select(vec!["+", "-", "*", "/", "<", "<=", ">", ">=", "==", "!=", "&&", "||", "?", ":"]),
		3 => prop::sample::select(vec!["(", ")", "!", ",", "abs(", "age(", "mean(", "slope(", "a,60)", "a)"]),
		1 => prop::sample::select(vec!["[", "]", "{", "}", ".", "'x'", "in", "all(", "map(", "//", "%", "é", "\n"]),
	];
	prop::collection::vec(word, 0..60).prop_map(|words| words.join(" "))
}

/// Expressions that are well formed, so that most of them are taken.
fn well_formed() -> impl Strategy<Value = String> {
	let number = prop_oneof![
		Just("a".to_owned()),
		Just("b".to_owned()),
		Just("age(a)".to_owned()),
		(1..100u32).prop_map(|n| n.to_string()),
		(
			prop::sample::select(vec!["mean", "min", "max", "slope", "rms", "count"]),
			1..5u32
		)
			.prop_map(|(name, seconds)| format!("{name}(b, {seconds})")),
	];
	let number = number.prop_recursive(2, 8, 2, |inner| {
		let sign = prop::sample::select(vec!["+", "-", "*", "/"]);
		prop_oneof![
			(inner.clone(), sign, inner.clone()).prop_map(|(a, sign, b)| format!("({a} {sign} {b})")),
			inner.prop_map(|a| format!("abs({a})")),
		]
	});
	let sign = prop::sample::select(vec!["<", "<=", ">", ">=", "==", "!="]);
	let condition = (number.clone(), sign, number).prop_map(|(a, sign, b)| format!("{a} {sign} {b}"));
	condition.prop_recursive(2, 6, 2, |inner| {
		prop_oneof![
			(inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} && {b})")),
			(inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} || {b})")),
			(inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
			inner.prop_map(|a| format!("!({a})")),
		]
	})
}

/// What holds for every text: it is refused, or taken with few steps that each have a value or none.
fn holds_for(text: &str) {
	let Ok((steps, operands)) = compiled(text) else { return };
	assert!(steps.len() <= MAX_TOKENS && operands.len() <= MAX_OPERANDS, "{text}");
	for value in [None, Some(0.0), Some(-3.5), Some(f64::MAX)] {
		assert_ne!(
			evaluate(&steps, &vec![value; operands.len()]),
			Err(NoAnswer::Unexpected),
			"{text}"
		);
	}
}

/// What the interpreter of the `cel` crate says; `None` is an error.
fn cel_says(text: &str, a: Option<f64>, b: Option<f64>) -> Option<bool> {
	let text = text.to_owned();
	let worker = std::thread::Builder::new().stack_size(64 * 1024 * 1024);
	let says = worker.spawn(move || {
		let program = Program::compile(&text).unwrap();
		let mut context = Context::default();
		for (name, value) in [("a", a), ("b", b)] {
			if let Some(value) = value {
				context.add_variable(name, value).unwrap();
			}
		}
		match program.execute(&context) {
			Ok(cel::Value::Bool(value)) => Some(value),
			Ok(other) => panic!("{other:?}"),
			Err(_) => None,
		}
	});
	says.unwrap().join().unwrap()
}

/// Conditions over `a` and `b` with numbers as CEL wants them beside doubles.
fn plain() -> impl Strategy<Value = String> {
	let number = prop_oneof![
		Just("a".to_owned()),
		Just("b".to_owned()),
		(0..5u32).prop_map(|n| format!("{n}.0"))
	];
	let number = number.prop_recursive(2, 6, 2, |inner| {
		let sign = prop::sample::select(vec!["+", "-", "*", "/"]);
		prop_oneof![
			4 => (inner.clone(), sign.clone(), inner.clone()).prop_map(|(a, sign, b)| format!("{a} {sign} {b}")),
			4 => (inner.clone(), sign, inner.clone()).prop_map(|(a, sign, b)| format!("({a} {sign} {b})")),
			1 => inner.prop_map(|a| format!("-({a})")),
		]
	});
	let sign = prop::sample::select(vec!["<", "<=", ">", ">=", "==", "!="]);
	let condition = (number.clone(), sign, number).prop_map(|(a, sign, b)| format!("{a} {sign} {b}"));
	condition.prop_recursive(3, 6, 2, |inner| {
		prop_oneof![
			(inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} && {b}")),
			(inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} || {b}")),
			(inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) == ({b})")),
			(inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
			inner.prop_map(|a| format!("!({a})")),
		]
	})
}

#[test]
fn refuses_every_kind_of_node_that_is_not_on_the_list() {
	let texts = [
		"[1.0].all(x, x > 0.0)",
		"[1.0].exists(x, x > 0.0)",
		"[a].map(x, x) == [b]",
		"[a].filter(x, x > 1.0) == [b]",
		"has(a.b)",
		"a.b > 1",
		"a[0] > 1",
		"{'k': a} == {'k': b}",
		"[a] == [b]",
		"T{f: 1} == a",
		"a in [b]",
		"a % 2 == 0",
		"'x' + 'y' == 'xy'",
		"a.f(1) > 1",
		"a > 5u",
		"b'x' == b'y'",
		"null == a",
		"size(a) > 1",
		"'x'.matches('x')",
		"double(a) > 1.0",
		"type(a) == double",
		".a > 1",
	];
	for text in texts {
		// As if it had not been screened, and with the macros of the standard parser.
		let parsed = cel::parser::Parser::new().parse(text).unwrap();
		let (mut layout, mut operands) = (layout(), vec![]);
		let mut lowering = Lowering {
			layout: &mut layout,
			operands: &mut operands,
			wrong: vec![],
			steps: vec![],
			reads: false,
		};
		lowering.lower(&parsed);
		assert!(!lowering.wrong.is_empty(), "{text}");
		assert!(compiled(text).is_err(), "{text}");
	}
}

proptest! {
	#[test]
	fn bounds_whatever_token_soup_it_takes(text in soup()) {
		holds_for(&text);
	}

	#[test]
	fn bounds_whatever_text_it_takes(text in ".{0,200}") {
		holds_for(&text);
	}

	#[test]
	fn says_what_the_interpreter_of_the_crate_says(
		text in plain(),
		a in prop::option::weighted(0.8, (-8..8i32).prop_map(|n| f64::from(n) / 4.0)),
		b in prop::option::weighted(0.8, (-8..8i32).prop_map(|n| f64::from(n) / 4.0)),
	) {
		let Ok((steps, operands)) = compiled(&text) else { return Ok(()) };
		let value = |operand: &Operand| if *operand == (Operand::Value { channel: 0 }) { a } else { b };
		let values: Vec<_> = operands.iter().map(value).collect();
		match evaluate(&steps, &values) {
			Ok(answer) => prop_assert_eq!(Some(answer), cel_says(&text, a, b), "{}", text),
			// After a division by zero the crate goes on with infinities.
			Err(NoAnswer::Missing) if !text.contains('/') => prop_assert_eq!(None, cel_says(&text, a, b), "{}", text),
			Err(NoAnswer::Missing | NoAnswer::NotFinite) => {}
			Err(NoAnswer::Unexpected) => prop_assert!(false, "{}", text),
		}
	}

	#[test]
	fn takes_well_formed_expressions_within_the_bounds(text in well_formed()) {
		let taken = compiled(&text);
		match &taken {
			Ok(_) => holds_for(&text),
			Err(wrong) => {
				let wrong = wrong.join("\n");
				let bounded = ["at most 512 bytes", "at most 128 words", "nested more than", "more than 4 `?`"];
				let known = bounded.iter().any(|bound| wrong.contains(bound));
				prop_assert!(known || wrong.contains("it names no channel"), "{text}: {wrong}");
			}
		}
	}

	#[test]
	fn screens_so_that_the_parser_never_finds_bad_grammar(text in soup()) {
		if screen(&text).is_ok() {
			prop_assert!(parse(&text).is_ok(), "{text}: {:?}", parse(&text));
		}
	}
}

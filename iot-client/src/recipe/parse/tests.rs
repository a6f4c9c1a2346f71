use super::*;
use crate::config::RecipesConfig;
use proptest::prelude::*;

const EXAMPLE: &str = include_str!("../../../examples/recipes/drilled-bracket.toml");

fn with_step(step: &str) -> Result<Recipe, RecipeError> {
	Recipe::parse(format!("format = 1\nname = \"x\"\n[[each]]\n{step}\n").as_bytes())
}

fn problems(result: Result<Recipe, RecipeError>) -> Vec<String> {
	match result {
		Err(RecipeError::Problems(list)) => list.0.iter().map(ToString::to_string).collect(),
		other => panic!("no list of problems: {other:?}"),
	}
}

fn only_action(step: &str) -> Action {
	with_step(step).unwrap().each.remove(0).action
}

#[test]
fn reads_the_example() {
	let recipe = Recipe::parse(EXAMPLE.as_bytes()).unwrap();
	assert_eq!(recipe.name, "drilled bracket");
	assert_eq!(recipe.each[1].label, "step 2 of each (spindle up)");
	assert!(recipe.longest_ms(Phase::Each) < 60_000);
	assert!(
		EXAMPLE.len()
			< RecipesConfig {
				max_bytes: 65_536,
				..RecipesConfig::default()
			}
			.max_bytes as usize
	);
}

#[test]
fn reads_every_kind_of_step() {
	let condition = |at_least, at_most| Condition {
		input: "a".into(),
		at_least,
		at_most,
	};
	let cases = [
		(
			"set = \"a\"\nto = -5",
			Action::Set {
				output: "a".into(),
				to: -5,
			},
		),
		(
			"ramp = \"a\"\nto = 5\nover_ms = 10",
			Action::Ramp {
				output: "a".into(),
				to: 5,
				over_ms: 10,
			},
		),
		(
			"wait = \"a\"\nat_least = 1\ntimeout_ms = 7",
			Action::Wait {
				condition: condition(Some(1), None),
				timeout_ms: 7,
			},
		),
		(
			"wait = \"a\"\nat_least = 1\nat_most = 2\ntimeout_ms = 7",
			Action::Wait {
				condition: condition(Some(1), Some(2)),
				timeout_ms: 7,
			},
		),
		(
			"abort_if = \"a\"\nequals = 3",
			Action::AbortIf {
				condition: condition(Some(3), Some(3)),
			},
		),
		("dwell_ms = 9", Action::Dwell { ms: 9 }),
		(
			"sample = [\"a\", \"b\"]",
			Action::Sample {
				channels: vec!["a".into(), "b".into()],
			},
		),
		("safe = true", Action::Safe),
	];
	for (text, action) in cases {
		assert_eq!(only_action(text), action, "{text}");
	}
}

#[test]
fn every_mistake_names_the_step_the_key_and_what_would_be_right() {
	let cases = [
		(
			"set = \"a\"",
			"step 1 of each `to` is missing; it must be a whole number",
		),
		(
			"set = \"a\"\nto = 1.5",
			"step 1 of each `to` is 1.5; it must be a whole number",
		),
		(
			"set = \"a\"\nto = 3000000000",
			"step 1 of each `to` is 3000000000; it must be a whole number",
		),
		(
			"name = \"go\"\nset = \"\"\nto = 1",
			"step 1 of each (go) `set` is \"\"; it must be the name of a channel",
		),
		(
			"set = \"a name of 17 by\"\nto = 1",
			"step 1 of each `set` is \"a name of 17 by\"; it must be the name",
		),
		(
			"ramp = \"a\"\nto = 1\nover_ms = 0",
			"step 1 of each `over_ms` is 0; it must be a whole number from 1 to 3600000 ms",
		),
		("wait = \"a\"\nat_least = 1", "step 1 of each `timeout_ms` is missing"),
		(
			"wait = \"a\"\ntimeout_ms = 1",
			"step 1 of each `at_least` is missing; it must be given, or at_most, or equals",
		),
		(
			"wait = \"a\"\nat_least = 2\nat_most = 1\ntimeout_ms = 1",
			"`at_least` is 2; it must be at most at_most, which is 1",
		),
		(
			"wait = \"a\"\nequals = 2\nat_most = 1\ntimeout_ms = 1",
			"`equals` is 2; it must be left out where",
		),
		("dwell_ms = 3600001", "step 1 of each `dwell_ms` is 3600001"),
		(
			"sample = []",
			"step 1 of each `sample` is []; it must be a list of 1 to 64 names",
		),
		("safe = false", "step 1 of each `safe` is false; it must be true"),
		(
			"safe = true\nspeed = 1",
			"step 1 of each `speed` is 1; it must be left out: there is no such key here",
		),
		(
			"to = 1",
			"step 1 of each: what it does is missing; it must be one action out of set, ramp",
		),
		(
			"set = \"a\"\nsafe = true",
			"step 1 of each: what it does is \"set, safe\"; it must be one action out of",
		),
		(
			"name = 5\nsafe = true",
			"step 1 of each `name` is 5; it must be text of 1 to 64 characters",
		),
	];
	for (text, start) in cases {
		let found = problems(with_step(text));
		assert!(
			found.iter().any(|problem| problem.contains(start)),
			"{text:?}: {found:#?}"
		);
	}
}

#[test]
fn mistakes_outside_of_steps_are_named_too() {
	let cases = [
		(
			"name = \"x\"\n[[each]]\nsafe = true",
			"`format` is missing; it must be a whole number from 1 to 1",
		),
		("format = 2\nname = \"x\"\n[[each]]\nsafe = true", "`format` is 2"),
		("format = 1\n[[each]]\nsafe = true", "`name` is missing"),
		(
			"format = 1\nname = \"x\"",
			"`each` is missing; it must be at least one step",
		),
		(
			"format = 1\nname = \"x\"\neach = []",
			"`each` is []; it must be 1 to 256 tables",
		),
		("format = 1\nname = \"x\"\neach = 5", "`each` is 5"),
		(
			"format = 1\nname = \"x\"\nguards = 5\n[[each]]\nsafe = true",
			"`guards` is 5; it must be left out",
		),
		(
			"format = 1\nname = \"x\"\n[[guard]]\nat_most = 5\n[[each]]\nsafe = true",
			"guard 1 `input` is missing",
		),
	];
	for (text, start) in cases {
		let found = problems(Recipe::parse(text.as_bytes()));
		assert!(
			found.iter().any(|problem| problem.starts_with(start)),
			"{text:?}: {found:#?}"
		);
	}
}

#[test]
fn all_mistakes_are_reported_at_once() {
	assert_eq!(
		problems(Recipe::parse(b"[[each]]\nset = \"a\"\n[[after]]\nsafe = 1")).len(),
		4
	);
}

#[test]
fn refuses_what_is_no_text_no_toml_or_too_large() {
	assert_eq!(Recipe::parse(&[0xff, 0xfe]), Err(RecipeError::NotText));
	assert!(matches!(Recipe::parse(b"format = "), Err(RecipeError::Syntax(_))));
	let large = vec![b'#'; MAX_RECIPE_BYTES + 1];
	assert_eq!(Recipe::parse(&large), Err(RecipeError::TooLarge(MAX_RECIPE_BYTES + 1)));
}

#[test]
fn refuses_more_steps_than_allowed_in_all() {
	let step = |key: &str| format!("[[{key}]]\nsafe = true\n");
	let steps = |before: usize, each: usize| {
		let text = format!(
			"format = 1\nname = \"x\"\n{}{}",
			step("before").repeat(before),
			step("each").repeat(each)
		);
		Recipe::parse(text.as_bytes())
	};
	assert!(steps(MAX_STEPS / 2, MAX_STEPS / 2).is_ok());
	let found = problems(steps(MAX_STEPS / 2, MAX_STEPS / 2 + 1));
	assert_eq!(found, ["the number of steps is 257; it must be at most 256 in all"]);
}

#[test]
fn deep_nesting_is_an_error_and_no_overflow() {
	for open in ["[", "{a="] {
		let text = format!("a = {}", open.repeat(100_000));
		assert!(Recipe::parse(text.as_bytes()).is_err());
	}
}

#[test]
fn nothing_is_read_before_the_hash_is_right() {
	let garbage = b"not a recipe";
	let error = Recipe::verified(garbage, [1; 32]).unwrap_err();
	assert_eq!(
		error,
		RecipeError::WrongHash {
			expected: [1; 32],
			found: content_hash(garbage)
		}
	);
	assert!(Recipe::verified(EXAMPLE.as_bytes(), content_hash(EXAMPLE.as_bytes())).is_ok());
}

#[test]
fn the_hash_is_blake2b_256() {
	// From the reference implementation, `b2sum -l 256` of nothing.
	let known = "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8";
	assert_eq!(hex::encode(content_hash(b"")), known);
}

/// Text that looks like a recipe, with anything in its places.
fn near_recipe() -> impl Strategy<Value = String> {
	let key = prop::sample::select(vec![
		"set",
		"ramp",
		"wait",
		"dwell_ms",
		"sample",
		"abort_if",
		"safe",
		"to",
		"over_ms",
		"timeout_ms",
		"at_least",
		"at_most",
		"equals",
		"name",
		"other",
	]);
	let value = prop_oneof![
		any::<i64>().prop_map(|number| number.to_string()),
		(-10i64..5000).prop_map(|number| number.to_string()),
		"[a-z_]{0,20}".prop_map(|text| format!("\"{text}\"")),
		Just("true".to_owned()),
		Just("[\"a\", \"b\"]".to_owned()),
		Just("{ a = 1 }".to_owned()),
		any::<f64>().prop_map(|number| format!("{number:?}")),
	];
	let step = prop::collection::btree_map(key, value, 0..5).prop_map(|keys| {
		keys.into_iter()
			.map(|(key, value)| format!("{key} = {value}\n"))
			.collect::<String>()
	});
	let phase = prop::sample::select(vec!["before", "each", "after", "guard"]);
	prop::collection::vec((phase, step), 0..8).prop_map(|steps| {
		let steps: String = steps
			.into_iter()
			.map(|(phase, step)| format!("[[{phase}]]\n{step}"))
			.collect();
		format!("format = 1\nname = \"x\"\n{steps}")
	})
}

fn assert_bounded(result: Result<Recipe, RecipeError>) {
	match result {
		Ok(recipe) => {
			let phases = [Phase::Before, Phase::Each, Phase::After];
			assert!(phases.iter().map(|phase| recipe.steps(*phase).len()).sum::<usize>() <= MAX_STEPS);
			assert!(phases
				.iter()
				.all(|phase| recipe.longest_ms(*phase) <= MAX_STEPS as u64 * MAX_STEP_MS));
			assert!(!recipe.each.is_empty());
		}
		Err(RecipeError::Problems(list)) => {
			assert!(!list.0.is_empty() && list.0.len() <= 50);
			assert!(list.to_string().len() < 50_000);
		}
		Err(_) => {}
	}
}

proptest! {
	#[test]
	fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
		assert_bounded(Recipe::parse(&bytes));
	}

	#[test]
	fn any_text_like_a_recipe_is_read_or_refused(text in near_recipe()) {
		assert_bounded(Recipe::parse(text.as_bytes()));
	}

	#[test]
	fn a_damaged_recipe_is_read_or_refused(
		at in 0..EXAMPLE.len(),
		length in 0..40usize,
		instead in prop::collection::vec(any::<u8>(), 0..20),
	) {
		let mut bytes = EXAMPLE.as_bytes().to_vec();
		bytes.splice(at..(at + length).min(EXAMPLE.len()), instead);
		assert_bounded(Recipe::parse(&bytes));
	}
}

//! What was found once stays mended, and nothing new is found soon.

use bpiiot_adversary::{
	reach::{elsewhere, Reach},
	run::{Arena, BLOCKS},
};
use std::{collections::BTreeSet, fs, path::Path};

#[test]
fn whatever_broke_something_once_does_not_any_more() {
	let arena = Arena::default();
	let folder = "regressions";
	for file in fs::read_dir(folder).expect("is there") {
		let path = file.expect("can be read").path();
		if path.extension().is_some_and(|kind| kind == "script") {
			let text = fs::read_to_string(&path).expect("is text");
			let script = arena.read(&text).expect("is a script");
			let replayed = arena.replay(&script);
			assert!(replayed.is_ok(), "{}: {replayed:?}", path.display());
		}
	}
}

/// Otherwise it would do nothing, and break nothing.
#[test]
fn a_script_that_names_what_there_is_not_is_refused() {
	let arena = Arena::default();
	for (script, says) in [
		("entitled jobs.order_a_pizza", "no call jobs.order_a_pizza"),
		("theif jobs.accept", "nobody is called theif"),
		("entitled", "which call?"),
	] {
		let error = arena.read(script).unwrap_err().to_string();
		assert!(error.contains(says), "{error}");
	}
}

#[test]
fn a_script_gives_the_same_each_time() {
	let arena = Arena::default();
	let script = arena.invent(7, 20);
	assert_eq!(script, arena.invent(7, 20));
	assert_eq!(arena.replay(&script), arena.replay(&script));
}

/// What chance does not meet is met by the test that the list names.
#[test]
fn errors_that_are_not_met_here_are_met_by_the_tests_that_are_named() {
	let known: BTreeSet<String> = Arena::default()
		.targets()
		.iter()
		.flat_map(|target| {
			target
				.errors()
				.into_iter()
				.map(|error| format!("{}.{error}", target.name()))
		})
		.collect();
	assert!(!elsewhere().is_empty());
	for (error, (file, test)) in elsewhere() {
		assert!(known.contains(error), "there is no error {error}");
		let path = Path::new("..").join(file);
		let text = fs::read_to_string(&path).unwrap_or_else(|cause| panic!("{file}: {cause}"));
		let begins = text
			.find(&format!("fn {test}()"))
			.unwrap_or_else(|| panic!("{file} has no {test}"));
		let body = &text[begins..];
		let body = body.find("\n}\n").map_or(body, |end| &body[..end]);
		let name = error.rsplit('.').next().expect("has a name");
		assert!(
			body.contains(&format!("::{name}")),
			"{test} in {file} says nothing of {error}"
		);
	}
}

#[test]
fn nothing_breaks_in_some_blocks() {
	attack(1..=1, BLOCKS);
}

#[test]
fn long_nothing_breaks_in_a_thousand_blocks() {
	attack(2..=5, BLOCKS);
}

fn attack(seeds: std::ops::RangeInclusive<u64>, blocks: u64) {
	let arena = Arena::default();
	let mut reach = Reach::default();
	for seed in seeds {
		match arena.replay(&arena.invent(seed, blocks)) {
			Ok(more) => reach.add(more),
			Err(violation) => {
				panic!("seed {seed}: {violation:?}; `bpiiot-fuzz --seed {seed} --blocks {blocks}` makes it short")
			}
		}
	}
	assert!(reach.calls > 0);
}

//! What a hostile rules file can cost. In a process of its own, for its memory is measured.
#![cfg(target_os = "linux")]

use iot_rules::{limits, ChannelDecl, Rules};
use std::fs;

/// The most memory that this process ever had, in KiB.
fn peak_kib() -> u64 {
	let status = fs::read_to_string("/proc/self/status").unwrap();
	let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
	line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn parse(expressions: &[String]) -> Vec<String> {
	let quoted = |text: &String| toml::Value::from(text.as_str());
	let rule = |(number, when)| format!("[[rule]]\nname = \"{number}\"\nwhen = {}\n", quoted(when));
	let file: String = expressions.iter().enumerate().map(rule).collect();
	match Rules::parse(&file, &[ChannelDecl::input("a", ""), ChannelDecl::input("b", "")]) {
		Ok(_) => vec![],
		Err(error) => error.problems.iter().map(ToString::to_string).collect(),
	}
}

/// Texts that no rule may be.
fn refused() -> Vec<String> {
	let nested = |open: &str, close: &str, depth: usize| open.repeat(depth) + "a" + &close.repeat(depth);
	vec![
		nested("(", ")", 10_000),
		nested("[", "]", 10_000),
		nested("{1:", "}", 100),
		nested("(", ")", limits::MAX_NESTING + 1),
		"(".repeat(500),
		"!".repeat(500) + "a",
		"-".repeat(500) + "a",
		"a?".repeat(200),
		"a?a:".repeat(100) + "a",
		"9".repeat(500),
		format!("a > 0.{}", "9".repeat(400)),
		format!("'{}'", "x".repeat(400)),
		"a.a".repeat(100),
		"[1,2].map(x,[1,2].map(y,[1,2].map(z,[x,y,z])))".to_owned(),
		"!!(!!!!!!(!!!!(((((!!(!!(!!!!((!!(!!!!!!(!!!!(((((!!(!!(!!!!((1".to_owned(),
		"a ? b ((?))".to_owned(),
		"\u{202e}a > 1".to_owned(),
		"a > 1\u{0}".to_owned(),
	]
}

/// A row of numbers that looks random, the same for the same seed.
fn row(seed: usize) -> impl FnMut(usize) -> usize {
	let mut state = seed as u64;
	move |below| {
		state = state
			.wrapping_mul(6364136223846793005)
			.wrapping_add(1442695040888963407);
		(state >> 33) as usize % below
	}
}

/// The largest that may be, all different, and different for each round.
fn largest(round: usize) -> Vec<String> {
	let chain = |seed: usize| -> String {
		let mut next = row(seed);
		let mut part = || format!("{}{}", ["+", "-", "*", "/"][next(4)], ["a", "b", "1"][next(3)]);
		let rest: String = (0..61).map(|_| part()).collect();
		format!("a{rest} > 1")
	};
	let deep = |seed: usize| -> String {
		let mut next = row(seed);
		let open = |_| ["-(", "abs(", "(a+", "1-(", "(", "2*-("][next(6)];
		let open: String = (0..limits::MAX_NESTING).map(open).collect();
		format!("{open}a{} > {seed}", ")".repeat(limits::MAX_NESTING))
	};
	let logic = |seed: usize| -> String {
		let mut next = row(seed);
		let mut part = || ["a>1&&", "!(b<2)||", "a==b?a<1:", "-a<=1||"][next(4)];
		let parts: String = (0..limits::MAX_CONDITIONALS).map(|_| part()).collect();
		format!("{parts}a>{seed}")
	};
	let seeds = (0..limits::MAX_RULES).map(|number| round * limits::MAX_RULES + number);
	let text = |seed| match seed % 3 {
		0 => chain(seed),
		1 => deep(seed),
		_ => logic(seed),
	};
	seeds.map(text).collect()
}

#[test]
fn costs_little_memory_whatever_the_file_says() {
	let before = peak_kib();
	for text in refused() {
		assert_eq!(parse(std::slice::from_ref(&text)).len(), 1, "{text}");
	}
	assert_eq!(parse(&largest(0)), Vec::<String>::new());
	let once = peak_kib();
	for round in 1..6 {
		assert_eq!(parse(&largest(round)), Vec::<String>::new());
	}
	let (first, more) = (once - before, peak_kib() - once);
	println!("first {first} KiB, then {more} KiB more");
	assert!(first < 64 * 1024, "{first} KiB");
	assert!(more < 4 * 1024, "{more} KiB");
}

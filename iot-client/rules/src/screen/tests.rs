use super::*;

#[track_caller]
fn refused(text: &str, part: &str) {
	let wrong = screen(text).expect_err(text);
	assert!(wrong.contains(part), "{text:?} is refused with {wrong:?}");
}

#[test]
fn passes_what_rules_need() {
	let texts = [
		"temperature > 80",
		"rms(vibration, 10) > 4.5 && slope(temperature, 60) > 0.05",
		"!(a <= 1e3 || b != -2) ? c / (d - -1) == 3.25E-2 : !e_1",
		"a > 1 ? b > 2 : c > 3 ? true : false",
		"abs(a-b)\n\t>= 3",
	];
	for text in texts {
		assert!(screen(text).is_ok(), "{text}: {:?}", screen(text));
	}
	assert_eq!(screen("a > 1"), Ok(3));
}

#[test]
fn says_what_stands_in_the_way_of_a_value_or_an_operator() {
	refused("", "ends where a value is expected");
	refused("a >", "ends where a value is expected");
	refused("> a", "at character 1 a value is missing before `>`");
	refused("a b", "at character 3 an operator is missing before `b`");
	refused(
		"a (b)",
		"at character 1 there is no function `a`, only mean(channel, seconds)",
	);
	refused("(a", "the bracket at character 1 is never closed");
	refused("a)", "at character 2 a bracket is closed that was never opened");
	refused("(a, b)", "at character 3 there is a comma outside of a call");
	refused("abs()", "a value is missing before `)`");
	refused("a ? b", "`?` without a `:`");
	refused("(a ? b) : c", "`?` without a `:`");
	refused("a : b", "`:` without a `?`");
	refused("a ? b ? c : d : e", "put brackets around");
	refused("a // b", "at character 4 a value is missing before `/`");
}

#[test]
fn refuses_what_can_grow_or_cannot_be_bounded() {
	refused("'a' + 'b' == 'ab'", "rules have no texts");
	refused("\"a\".matches(\"(a+)+\")", "rules have no texts");
	refused("[1, 2] == x", "no lists or maps");
	refused("{1: 2} == x", "no lists or maps");
	refused("a.map(x, x)", "names have no parts");
	refused("all(x, y)", "there is no function `all`");
	refused("has(a)", "there is no function `has`");
	refused("a in b", "a word that CEL keeps for itself");
	refused("null == a", "a word that CEL keeps for itself");
	refused("a % 2 == 0", "no remainders");
	refused("a = 2", "write `==`");
	refused("a & b", "write `&&`");
	refused("`a` > 1", "rules use letters");
}

#[test]
fn refuses_numbers_that_are_not_plain() {
	refused("a > 5.", "ends in a point");
	refused("a > .5", "a digit before the point");
	refused("a > 1e", "an exponent without digits");
	refused("a > 0x10", "more than digits");
	refused("a > 5u", "more than digits");
	refused("a > 1.2.3", "more than digits");
	refused(&format!("a > {}", "9".repeat(25)), "longer than 24 characters");
}

#[test]
fn refuses_hostile_texts_before_the_parser_sees_them() {
	let deep = |open: &str, close: &str, depth: usize| open.repeat(depth) + "a" + &close.repeat(depth);
	refused(&deep("(", ")", 10_000), "at most 512 bytes");
	refused(&deep("(", ")", 9), "nested more than 8 deep");
	refused(&deep("abs(", ")", 9), "nested more than 8 deep");
	refused(&deep("[", "]", 100), "no lists or maps");
	refused(&deep("{", "}", 100), "no lists or maps");
	refused(&"(".repeat(100), "nested more than 8 deep");
	refused(&format!("{}a", "!".repeat(100)), "two signs in a row");
	refused(&format!("{}a", "-".repeat(100)), "two signs in a row");
	refused("!-a", "two signs in a row");
	refused(&format!("{}a", "a ? a : ".repeat(5)), "more than 4 `?`");
	refused(&format!("a{}", "+a".repeat(64)), "at most 128 words");
	refused(&"(".repeat(200), "at most 128 words");
	refused(&"a".repeat(65), "longer than 64 characters");
	refused("ä > 1", "'ä'");
	refused("a\u{a0}> 1", "rules use letters");
	refused("a > 1\0", "'\\0'");
	// The kind of text that made parsers of CEL use all memory: 125 bytes of signs and brackets that close nowhere.
	refused(
		"!!(!!!!!!(!!!!(((((!!(!!(!!!!((!!(!!!!!!(!!!!(((((!!(!!(!!!!((1",
		"two signs in a row",
	);
	refused(
		"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
		"no lists or maps",
	);
	refused(
		"a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a",
		"put brackets around",
	);
}

#[test]
fn tells_which_channels_can_be_named() {
	for name in ["temperature", "_x", "T2", "mean", "spindle_rpm"] {
		assert!(usable_name(name), "{name}");
	}
	let long = "x".repeat(65);
	for name in [
		"",
		"2x",
		"tool-wear",
		"tool wear",
		"in",
		"true",
		"null",
		"ä",
		long.as_str(),
	] {
		assert!(!usable_name(name), "{name}");
	}
}

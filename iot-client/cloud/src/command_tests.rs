use super::*;
use proptest::prelude::*;
use serde_json::json;

const KEY: &[u8] = b"0123456789abcdef";
const NOW: u64 = 1_790_000_000_000;

fn gate() -> Gate {
	let allowed = ["report", "refresh"].map(str::to_owned).into();
	let rate = Rate {
		burst: 2,
		every_ms: 1_000,
	};
	Gate::new(KEY.to_vec(), "m1".to_owned(), allowed, rate, 10)
}

fn text(counter: u64, change: impl FnOnce(&mut Value)) -> String {
	let mut text = json!({
		"v": 1, "machine": "m1", "id": "r-1", "counter": counter, "expires": NOW + 60_000, "name": "report",
		"arguments": {"days": 3},
	});
	change(&mut text);
	text.to_string()
}

fn judge(gate: &mut Gate, bytes: &[u8]) -> Result<Allowed, Refusal> {
	gate.judge(bytes, Some(NOW), 0)
}

fn why(result: Result<Allowed, Refusal>) -> (bool, Refused) {
	let refusal = result.unwrap_err();
	(refusal.id.is_some(), refusal.why)
}

/// RFC 4231, test cases 1, 2, 6 and 7.
#[test]
fn its_hmac_is_that_of_rfc_4231() {
	let cases: [(&[u8], &[u8], &str); 4] = [
		(&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
		(b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
		(
			&[0xaa; 131],
			b"Test Using Larger Than Block-Size Key - Hash Key First",
			"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
		),
		(
			&[0xaa; 131],
			b"This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.",
			"9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
		),
	];
	for (key, data, code) in cases {
		let mut mac = hmac(key);
		mac.update(data);
		assert_eq!(hex::encode(mac.finalize().into_bytes()), code);
	}
}

#[test]
fn follows_a_signed_command() {
	let allowed = judge(&mut gate(), sign(KEY, &text(11, |_| {})).as_bytes()).unwrap();
	assert_eq!(
		(allowed.id.as_str(), allowed.name.as_str(), allowed.counter),
		("r-1", "report", 11)
	);
	assert_eq!(allowed.arguments["days"], 3);
}

#[test]
fn refuses_what_is_not_signed_and_tells_nobody_why() {
	let good = sign(KEY, &text(11, |_| {}));
	let other_key = sign(b"another key of 16", &text(11, |_| {}));
	let cases = [
		String::new(),
		text(11, |_| {}),
		other_key,
		good.replacen(' ', "", 1),
		good.replace("report", "refresh"),
	];
	for case in cases {
		assert_eq!(
			why(judge(&mut gate(), case.as_bytes())),
			(false, Refused::NotSigned),
			"{case}"
		);
	}
}

#[test]
fn refuses_a_replay() {
	let mut gate = gate();
	let command = sign(KEY, &text(11, |_| {}));
	assert!(judge(&mut gate, command.as_bytes()).is_ok());
	let replayed = Refused::Replayed { found: 11, last: 11 };
	assert_eq!(why(judge(&mut gate, command.as_bytes())), (true, replayed));
	let old = Refused::Replayed { found: 10, last: 11 };
	assert_eq!(
		why(judge(&mut gate, sign(KEY, &text(10, |_| {})).as_bytes())),
		(true, old)
	);
}

#[test]
fn a_refused_command_cannot_be_sent_again_later() {
	let mut gate = gate();
	for counter in [11, 12] {
		assert!(judge(&mut gate, sign(KEY, &text(counter, |_| {})).as_bytes()).is_ok());
	}
	let command = sign(KEY, &text(13, |_| {}));
	assert_eq!(why(judge(&mut gate, command.as_bytes())), (true, Refused::TooMany));
	let later = gate.judge(command.as_bytes(), Some(NOW), 5_000);
	assert_eq!(why(later), (true, Refused::Replayed { found: 13, last: 13 }));
}

#[test]
fn refuses_by_rule() {
	type Change = fn(&mut Value);
	let cases: [(Refused, Change); 8] = [
		(Refused::OtherMachine("m2".to_owned()), |text| {
			text["machine"] = json!("m2")
		}),
		(Refused::Expired(0), |text| text["expires"] = json!(NOW)),
		(Refused::Expired(1), |text| text["expires"] = json!(NOW - 1)),
		(Refused::TooFarAhead, |text| {
			text["expires"] = json!(NOW + MOST_AHEAD_MS + 1)
		}),
		(Refused::CounterTooLarge, |text| text["counter"] = json!(NOW + 60_001)),
		(Refused::NotAllowed("move".to_owned()), |text| {
			text["name"] = json!("move")
		}),
		(
			Refused::Malformed("its version is 2; this machine knows 1".to_owned()),
			|text| text["v"] = json!(2),
		),
		(Refused::Replayed { found: 0, last: 10 }, |text| {
			text["counter"] = json!(0)
		}),
	];
	for (expected, change) in cases {
		let command = sign(KEY, &text(11, change));
		assert_eq!(why(judge(&mut gate(), command.as_bytes())), (true, expected));
	}
}

#[test]
fn refuses_malformed_commands() {
	let unknown = sign(KEY, &text(11, |text| text["force"] = json!(true)));
	let no_id = sign(KEY, &text(11, |text| text["id"] = json!("")));
	for command in [sign(KEY, "{"), unknown, no_id, sign(KEY, "[1]")] {
		let (answered, why) = why(judge(&mut gate(), command.as_bytes()));
		assert!(!answered && matches!(why, Refused::Malformed(_)), "{command}: {why}");
	}
}

#[test]
fn refuses_all_while_the_time_is_not_known() {
	let command = sign(KEY, &text(11, |_| {}));
	assert_eq!(
		why(gate().judge(command.as_bytes(), None, 0)),
		(true, Refused::TimeUnknown)
	);
}

#[test]
fn refuses_oversized_commands_before_looking_at_them() {
	let command = sign(
		KEY,
		&text(11, |text| {
			text["arguments"]["x"] = json!("x".repeat(MOST_COMMAND_BYTES))
		}),
	);
	assert_eq!(
		why(judge(&mut gate(), command.as_bytes())),
		(false, Refused::TooLarge(command.len()))
	);
}

#[test]
fn lets_commands_through_at_the_rate() {
	let mut gate = gate();
	let mut passed = Vec::new();
	for (counter, at_ms) in [
		(11, 0),
		(12, 0),
		(13, 0),
		(14, 999),
		(15, 1_000),
		(16, 1_001),
		(17, 9_000),
		(18, 9_000),
		(19, 9_000),
	] {
		if gate
			.judge(sign(KEY, &text(counter, |_| {})).as_bytes(), Some(NOW), at_ms)
			.is_ok()
		{
			passed.push(counter);
		}
	}
	assert_eq!(passed, [11, 12, 15, 17, 18]);
}

proptest! {
	#[test]
	fn no_changed_byte_passes(place: prop::sample::Index, change in 1_u8..) {
		let mut command = sign(KEY, &text(11, |_| {})).into_bytes();
		let place = place.index(command.len());
		let before = command[place];
		command[place] ^= change;
		// Hex digits may be of either case.
		prop_assume!(!before.eq_ignore_ascii_case(&command[place]) || place >= CODE_DIGITS);
		prop_assert_eq!(why(judge(&mut gate(), &command)), (false, Refused::NotSigned));
	}

	#[test]
	fn any_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..5000)) {
		prop_assert!(judge(&mut gate(), &bytes).is_err());
	}
}

//! What is made of what nodes say.

use super::*;
use crate::cli::doctor::finding::Level;

const NOW: u64 = 1_800_000_000_000;
const GENESIS: H256 = H256([1; 32]);

fn said(progress: Progress, time: u64) -> Said {
	Said {
		genesis: GENESIS,
		finalized: BlockId {
			number: 7,
			hash: H256([7; 32]),
		},
		time: ChainTime {
			unix: time,
			..ChainTime::default()
		},
		progress,
	}
}

#[track_caller]
fn is(finding: &Finding, level: Level, words: &str) {
	assert_eq!(finding.level, level, "{finding}");
	assert!(finding.to_string().contains(words), "{words:?} is not in {finding}");
}

#[test]
fn each_trouble_of_an_endpoint_has_its_fix() {
	let url = "ws://node";
	let judge = |said| judge_endpoint(url, &said, Some(GENESIS), NOW);
	is(
		&judge(Ok(said(Progress::Young, NOW - 12_000))),
		Level::Ok,
		"block 7, 12 s old",
	);
	is(
		&judge(Ok(said(Progress::Moves, NOW + 9_000))),
		Level::Ok,
		"of this moment",
	);
	let stands = Progress::Stands(Duration::from_secs(15));
	is(
		&judge(Ok(said(stands, 0))),
		Level::Wrong,
		"nothing after block 7 for 15 s",
	);
	let other = Said {
		genesis: H256([2; 32]),
		..said(Progress::Young, NOW)
	};
	is(&judge(Ok(other)), Level::Wrong, "set chain.genesis = \"0x0202");
	let unreachable = ChainError::Unreachable {
		endpoint: url.to_owned(),
		what: "refused".to_owned(),
	};
	is(&judge(Err(unreachable)), Level::Wrong, "chain.endpoints");
	let unknown = ChainError::UnknownRuntime {
		endpoint: url.to_owned(),
		found: 9,
		known: 1,
		differences: "Jobs.order".to_owned(),
	};
	is(&judge(Err(unknown)), Level::Wrong, "belongs to version 9");
}

#[test]
fn chains_are_told_apart() {
	let other = H256([2; 32]);
	let both = [("ws://a", GENESIS), ("ws://b", other)];
	is(
		&judge_genesis(&both[..1], Some(GENESIS)),
		Level::Ok,
		"as chain.genesis says",
	);
	is(&judge_genesis(&both, Some(GENESIS)), Level::Wrong, "see the endpoints");
	is(&judge_genesis(&both, None), Level::Wrong, "ws://b");
	is(
		&judge_genesis(&both[..1], None),
		Level::Warning,
		"set chain.genesis = \"0x0101",
	);
}

#[test]
fn endpoints_that_contradict_each_other_are_named() {
	let (one, other) = (H256([1; 32]), H256([2; 32]));
	is(&judge_agreement(&[]), Level::Skipped, "no two endpoints");
	is(&judge_agreement(&[("ws://a", one)]), Level::Skipped, "no two endpoints");
	is(
		&judge_agreement(&[("ws://a", one), ("ws://b", one)]),
		Level::Ok,
		"2 endpoints",
	);
	let three = [("ws://a", one), ("ws://b", one), ("ws://c", other)];
	is(&judge_agreement(&three), Level::Wrong, "ws://a and ws://c");
}

#[test]
fn trust_is_judged_by_who_answers() {
	for (trust, answering, light, level, words) in [
		(Trust::Single, 2, false, Level::Warning, "chain.trust = \"confirmed\""),
		(Trust::Confirmed, 2, false, Level::Ok, "confirm each other"),
		(
			Trust::Confirmed,
			1,
			false,
			Level::Wrong,
			"wants a second endpoint, and 1 can be used",
		),
		(Trust::Confirmed, 1, true, Level::Ok, "light client"),
		(Trust::Confirmed, 0, false, Level::Wrong, "and 0 can be used"),
		(Trust::Confirmed, 0, true, Level::Wrong, "no endpoint"),
	] {
		is(&judge_trust(trust, answering, light), level, words);
	}
}

#[test]
fn clocks_that_are_apart_are_normal_on_a_development_chain_only() {
	let stands = Progress::Stands(Duration::from_secs(15));
	let two_hours = 2 * 60 * 60 * 1_000;
	for (chain, progress, local, level, words) in [
		(NOW - 12_000, Progress::Young, false, Level::Ok, "no NTP is needed"),
		(NOW - two_hours, Progress::Moves, true, Level::Ok, "2 h 0 min behind"),
		(NOW - two_hours, Progress::Moves, false, Level::Warning, "timedatectl"),
		(NOW + two_hours, Progress::Moves, false, Level::Warning, "ahead of"),
		(NOW - two_hours, stands, false, Level::Skipped, "stand still"),
	] {
		is(&judge_clock(chain, progress, NOW, local), level, words);
	}
	for (url, here) in [
		("ws://127.0.0.1:9944", true),
		("ws://localhost", true),
		("ws://[::1]:1", true),
		("wss://node.example", false),
		("ws://10.0.0.1", false),
	] {
		assert_eq!(is_here(url), here, "{url}");
	}
}

#[test]
fn nothing_is_compared_when_nobody_answers() {
	let text = include_str!("../../../../examples/drill-press.toml");
	let config = Config::parse(text, std::path::Path::new("m.toml")).unwrap();
	let asked = Asked {
		url: "ws://a".to_owned(),
		said: Err(ChainError::Pruned),
		session: None,
		common: None,
	};
	let levels: Vec<_> = judge(&config, &[asked], NOW)
		.iter()
		.map(|finding| finding.level)
		.collect();
	let skipped = Level::Skipped;
	assert_eq!(levels, [Level::Wrong, skipped, skipped, skipped, Level::Warning]);
}

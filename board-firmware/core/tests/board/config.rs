use crate::bench::{Bench, BRAKE, CONFIG, DOOR, SESSION, SPEED, SPINDLE};
use board_core::{
	protocol::{ChannelInfo, ResetCause, Scale, Session},
	Board, ChannelSet, Config, ConfigError, Interlock, MAX_CHANNELS, MAX_INTERLOCKS,
};
use std::mem::MaybeUninit;

fn channels(change: impl FnOnce(&mut Vec<ChannelInfo>)) -> Config {
	let mut channels = CONFIG.channels.to_vec();
	change(&mut channels);
	Config {
		channels: channels.leak(),
		..CONFIG
	}
}

fn interlock(interlock: Interlock) -> Config {
	Config {
		interlocks: vec![CONFIG.interlocks[0], interlock].leak(),
		..CONFIG
	}
}

#[test]
fn names_what_is_wrong() {
	let door = CONFIG.interlocks[0];
	let out_of_range = ChannelSet::of(&[SPINDLE, 15]);
	let cases = [
		(
			Config {
				dead_man_ms: 0,
				..CONFIG
			},
			ConfigError::ZeroTime,
		),
		(
			Config {
				min_interval_ms: 0,
				..CONFIG
			},
			ConfigError::ZeroTime,
		),
		(channels(|c| c.swap(1, 2)), ConfigError::ChannelOutOfPlace(1)),
		(channels(|c| c[0].min = 4000), ConfigError::BadChannel(0)),
		(channels(|c| c[0].safe = 3001), ConfigError::BadChannel(0)),
		(channels(|c| c[5].scale = Scale::per(0)), ConfigError::BadChannel(5)),
		(
			channels(|c| c.resize(MAX_CHANNELS + 1, c[0])),
			ConfigError::TooManyChannels,
		),
		(
			Config {
				interlocks: vec![door; MAX_INTERLOCKS + 1].leak(),
				..CONFIG
			},
			ConfigError::TooManyInterlocks,
		),
		(
			interlock(Interlock { input: SPINDLE, ..door }),
			ConfigError::BadInterlock(1),
		),
		(
			interlock(Interlock { input: 200, ..door }),
			ConfigError::BadInterlock(1),
		),
		(
			interlock(Interlock {
				outputs: ChannelSet::of(&[SPINDLE, SPEED]),
				..door
			}),
			ConfigError::BadInterlock(1),
		),
		(
			interlock(Interlock {
				outputs: out_of_range,
				..door
			}),
			ConfigError::BadInterlock(1),
		),
		(interlock(Interlock { min: 2, ..door }), ConfigError::BadInterlock(1)),
	];
	for (config, error) in cases {
		assert_eq!(config.check(), Err(error));
		assert!(!error.to_string().is_empty());
	}
	assert_eq!(CONFIG.check(), Ok(()));
	// An input has no safe state to be wrong about.
	assert_eq!(channels(|c| c[5].safe = 1000).check(), Ok(()));
}

#[test]
fn a_wrong_configuration_or_session_starts_nothing() {
	let mut bench = Bench::new();
	bench.machine.driven.clear();
	let wrong = Config {
		dead_man_ms: 0,
		..CONFIG
	};
	for (config, session, error) in [
		(wrong, SESSION, ConfigError::ZeroTime),
		(CONFIG, Session::UNKNOWN, ConfigError::NoSession),
	] {
		let started = Board::start(config, session, ResetCause::PowerOn, &mut bench.machine);
		assert_eq!(started.err(), Some(error));
	}
	assert!(bench.machine.driven.is_empty());
	assert_eq!(ConfigError::NoSession.to_string(), "the session number must not be 0");
}

#[test]
fn sets_of_channels() {
	let set = ChannelSet::of(&[BRAKE, DOOR]);
	assert_eq!(set.iter().collect::<Vec<_>>(), [BRAKE, DOOR]);
	assert!(set.has(DOOR) && !set.has(SPEED) && !set.has(16) && !set.has(255));
	assert!(ChannelSet::EMPTY.is_empty() && !set.is_empty());
	assert_eq!(CONFIG.outputs(), ChannelSet::of(&[0, 1, 2]));
	assert_eq!(CONFIG.inputs(), ChannelSet::of(&[3, 4, 5]));
}

#[test]
#[should_panic(expected = "no such channel")]
fn a_set_of_impossible_channels_stops_the_build() {
	ChannelSet::of(&[16]);
}

#[test]
fn a_board_made_in_a_given_place_is_like_any_other() {
	let mut bench = Bench::new();
	bench.machine.outputs.insert(SPINDLE, 900);
	let mut place = MaybeUninit::uninit();
	let board = Board::start_in(&mut place, &CONFIG, SESSION, ResetCause::PowerOn, &mut bench.machine);
	bench.board = Board::start(CONFIG, SESSION, ResetCause::PowerOn, &mut bench.machine).expect("sound");
	assert_eq!(format!("{:?}", board.expect("sound")), format!("{:?}", bench.board));
	assert!(bench.is_safe());
}

#[test]
fn a_board_that_cannot_be_is_not_made_in_a_given_place_either() {
	let mut bench = Bench::new();
	bench.machine.driven.clear();
	let wrong = Config {
		dead_man_ms: 0,
		..CONFIG
	};
	for (config, session, error) in [
		(wrong, SESSION, ConfigError::ZeroTime),
		(CONFIG, Session::UNKNOWN, ConfigError::NoSession),
	] {
		let mut place = MaybeUninit::uninit();
		let result = Board::start_in(&mut place, &config, session, ResetCause::PowerOn, &mut bench.machine);
		assert_eq!(result.err(), Some(error));
	}
	assert!(bench.machine.driven.is_empty(), "outputs are untouched");
}

//! The host, for tests of others: every wait has an end, and says what it was for.

use crate::{
	defects::SOUND,
	rig::{Rig, BRAKE, CONFIG, SPEED},
};
use board_conformance::{
	protocol::{AckResult, BoardMessage, EventKind, HelloPage, HostMessage, ResetCause, Session},
	Host, HostError,
};
use board_core::Config;
use std::time::Duration;

fn host() -> Host<Rig> {
	Host::connect(Rig::new()).expect("a hello")
}

#[test]
fn learns_the_session_and_the_pages() {
	let mut host = Host::new(Rig::new());
	assert_eq!(host.session, Session::UNKNOWN);
	assert!(matches!(host.hello(0), Ok(HelloPage::Identity(identity)) if identity.serial.as_str() == "RIG"));
	assert_eq!(host.session, Session(77));
	assert_eq!(host.find_page(100).expect("an answer"), None);
	let error = host.hello(100).expect_err("no such page").to_string();
	assert_eq!(error, "HelloRequest { page: 100 } was answered with NoSuchChannel");
}

#[test]
fn hears_events_from_before_the_hello() {
	let mut host = Host::new(Rig::new());
	let cause = ResetCause::PowerOn;
	assert_eq!(host.next_event().expect("an event").kind, EventKind::Reset { cause });
}

#[test]
fn repeats_a_command_until_it_is_answered() {
	let mut defect = SOUND;
	defect.hears = |rig, block| {
		rig.count += 1;
		if rig.count.is_multiple_of(3) {
			rig.hear(block);
		}
	};
	let mut host = Host::connect(Rig::broken(defect)).expect("a hello");
	assert_eq!(host.set(BRAKE, 0).expect("an answer").result, AckResult::Done);
	assert_eq!(host.line.count, 6);
	assert!(host.line.machine.now >= 4 * host.answer);
}

#[test]
fn gives_up_in_time_and_says_what_it_waited_for() {
	let mut defect = SOUND;
	defect.hears = |_, _| {};
	let mut host = Host::new(Rig::broken(defect));
	host.patience = Duration::from_millis(700);
	let error = host.hello(3).expect_err("nobody answers").to_string();
	assert_eq!(
		error,
		"the answer to HelloRequest { page: 3 } did not come within 700 ms"
	);
	assert_eq!(host.line.machine.now, Duration::from_millis(700));
	let error = host
		.event(EventKind::DeadManTripped)
		.expect_err("nothing trips")
		.to_string();
	assert_eq!(error, "the event DeadManTripped did not come within 700 ms");
	let error = host.reading(SPEED, |_| true).expect_err("nothing is read");
	assert!(matches!(error, HostError::Missing { .. }), "{error}");
}

#[test]
fn says_what_came_in_the_place_of_a_frame() {
	let config = Config { version: 9, ..CONFIG };
	let error = Host::connect(Rig::of(config, SOUND))
		.map(drop)
		.expect_err("another version")
		.to_string();
	assert!(
		error.ends_with("lastly: the other side speaks protocol version 9, this side speaks version 2"),
		"{error}"
	);
}

#[test]
fn keeps_the_board_company() {
	let mut host = host();
	host.set(BRAKE, 0).expect("an answer");
	host.keep_alive_for(Duration::from_secs(1), Duration::from_millis(60))
		.expect("answers");
	assert_eq!(host.read_all().expect("readings").value(BRAKE), Some(0));
	host.event(EventKind::DeadManTripped)
		.expect("it trips when the host is silent");
	assert_eq!(host.read_all().expect("readings").value(BRAKE), Some(1));
}

#[test]
fn waits_for_a_reading_and_keeps_the_board_company_meanwhile() {
	let mut defect = SOUND;
	defect.lives = |rig| {
		let ms = rig.machine.now.as_millis() as i32;
		rig.machine.inputs.insert(SPEED, Some(ms));
	};
	let mut host = Host::connect(Rig::broken(defect)).expect("a hello");
	host.command(HostMessage::SetStreaming { interval_ms: 20 })
		.expect("an answer");
	host.set(BRAKE, 0).expect("an answer");
	assert!(host.reading(SPEED, |value| value > 800).expect("a reading").value < 830);
	assert_eq!(host.line.machine.outputs[&BRAKE], 0);
}

#[test]
fn a_board_that_does_not_take_a_keep_alive_is_told() {
	let mut host = host();
	host.session = Session(1);
	let error = host.keep_alive().expect_err("refused").to_string();
	assert_eq!(error, "KeepAlive was answered with WrongSession");
}

#[test]
fn records_what_comes() {
	let mut host = host();
	host.wait(Duration::from_millis(10)).expect("time passes");
	host.record();
	host.keep_alive().expect("an answer");
	let record = host.take_record();
	assert!(record.bytes.starts_with(&[0]) && record.bytes.ends_with(&[0]));
	assert!(matches!(record.frames[..], [heard] if matches!(heard.frame.message, BoardMessage::Ack(_))));
	host.keep_alive().expect("an answer");
	assert!(host.take_record().frames.is_empty(), "it was ended");
}

#[test]
fn numbers_go_round() {
	let mut host = host();
	host.sequence = u16::MAX - 1;
	for sequence in [u16::MAX, 0, 1] {
		assert_eq!(host.keep_alive().expect("an answer").result, AckResult::Done);
		assert_eq!(host.sequence, sequence);
	}
}

use crate::host::{Host, CLAMP_TERMINAL, SPINDLE_TERMINAL};
use bpiiot_protocol::{AckResult, EventKind, HostMessage, ResetCause};
use uno_sim::{ResetCause as Cause, CYCLES_A_MS};
use virtual_board::{Fault, Faults, CLAMP, DOOR_CLOSED, SPINDLE_RPM, TEMPERATURE};

const DEAD_MAN_MS: u64 = 500;

#[test]
fn a_silent_host_makes_everything_safe_in_time() {
	let mut host = Host::connected();
	assert_eq!(host.set(CLAMP, 1), AckResult::Done);
	assert_eq!(host.set(SPINDLE_RPM, 1200), AckResult::Done);
	let silent_since = host.line.uno.now();
	while host.line.uno.driven(SPINDLE_TERMINAL) != 0 || host.line.uno.driven(CLAMP_TERMINAL) != 0 {
		let next = host.line.uno.now() + CYCLES_A_MS / 10;
		host.line.uno.run_to(next).expect("nothing is recorded");
		assert!(
			next - silent_since < (DEAD_MAN_MS + 10) * CYCLES_A_MS,
			"it never becomes safe"
		);
	}
	assert!(
		host.line.uno.now() - silent_since > (DEAD_MAN_MS - 20) * CYCLES_A_MS,
		"it became safe too early"
	);
	host.wait_for_event(EventKind::DeadManTripped);
	assert_eq!(host.set(SPINDLE_RPM, 1200), AckResult::Tripped);
	assert_eq!(host.command(HostMessage::Safe), AckResult::Done);
	assert_eq!(host.set(SPINDLE_RPM, 1200), AckResult::Done);
}

#[test]
fn an_open_door_stops_the_spindle_by_itself() {
	let mut host = Host::connected();
	assert_eq!(host.set(SPINDLE_RPM, 1200), AckResult::Done);
	assert_eq!(host.set(CLAMP, 1), AckResult::Done);
	host.line.uno.press.set_door(false);
	host.run_ms(3);
	assert_eq!(host.line.uno.driven(SPINDLE_TERMINAL), 0);
	assert_eq!(
		host.line.uno.driven(CLAMP_TERMINAL),
		u16::MAX,
		"the door does not concern the clamp"
	);
	host.wait_for_event(EventKind::InterlockTripped {
		input: DOOR_CLOSED,
		value: 0,
	});
	assert_eq!(host.set(SPINDLE_RPM, 1200), AckResult::Interlocked);
	host.line.uno.press.set_door(true);
	host.wait_for_event(EventKind::InterlockCleared { input: DOOR_CLOSED });
	assert_eq!(host.set(SPINDLE_RPM, 1200), AckResult::Tripped);
}

#[test]
fn a_broken_wire_is_a_lost_input() {
	let mut host = Host::connected();
	assert!(host.read(TEMPERATURE).is_some());
	host.line.uno.press.set_faults(Faults::from_iter([Fault::Dropout]));
	host.wait_for_event(EventKind::InputLost { channel: TEMPERATURE });
	assert_eq!(host.read(TEMPERATURE), None);
	host.line.uno.press.set_faults(Faults::default());
	host.wait_for_event(EventKind::InputBack { channel: TEMPERATURE });
}

#[test]
fn a_converter_that_stands_still_loses_its_inputs() {
	const ADCSRA: u16 = 0x7a;
	let mut host = Host::connected();
	// Off, as after a disturbance; nobody starts it again.
	host.line.uno.set_memory(ADCSRA, 0);
	host.keep_alive_ms(100);
	host.wait_for_event(EventKind::InputLost { channel: TEMPERATURE });
	assert_eq!(host.read(TEMPERATURE), None);
	assert_eq!(host.read(DOOR_CLOSED), Some(1), "the door does not need it");
}

#[test]
fn a_reset_makes_everything_safe_and_has_another_session() {
	let mut host = Host::connected();
	for (cause, told) in [
		(Cause::External, ResetCause::External),
		(Cause::BrownOut, ResetCause::BrownOut),
		(Cause::PowerOn, ResetCause::PowerOn),
		(Cause::Unknown, ResetCause::External),
	] {
		host.hello(0);
		let before = host.session;
		assert_eq!(host.set(SPINDLE_RPM, 1200), AckResult::Done);
		host.line.uno.reset(cause);
		assert_eq!(host.line.uno.driven(SPINDLE_TERMINAL), 0);
		host.wait_for_event(EventKind::Reset { cause: told });
		assert_eq!(host.line.uno.driven(SPINDLE_TERMINAL), 0);
		assert_eq!(host.set(SPINDLE_RPM, 1200), AckResult::WrongSession);
		host.hello(0);
		assert!(host.session.0 > before.0, "{} after {before}", host.session);
	}
}

#[test]
fn a_boot_loader_can_pass_the_cause_of_a_reset_on() {
	const R2: u16 = 2;
	let mut host = Host::connected();
	for (passed, cause) in [
		(Cause::Watchdog, ResetCause::Watchdog),
		(Cause::BrownOut, ResetCause::BrownOut),
		(Cause::External, ResetCause::External),
	] {
		host.line.uno.set_memory(R2, passed as u8);
		host.line.uno.reset(Cause::Unknown);
		host.wait_for_event(EventKind::Reset { cause });
	}
	// An old one leaves anything there.
	host.line.uno.set_memory(R2, 0x5c);
	host.line.uno.reset(Cause::Unknown);
	let cause = ResetCause::External;
	host.wait_for_event(EventKind::Reset { cause });
}

#[test]
fn a_clock_that_stands_still_brings_the_watchdog() {
	const TIMSK0: u16 = 0x6e;
	let mut host = Host::connected();
	assert_eq!(host.set(SPINDLE_RPM, 1200), AckResult::Done);
	// No tick, so neither the dead-man timer nor the main loop's round.
	host.line.uno.set_memory(TIMSK0, 0);
	let cause = ResetCause::Watchdog;
	host.wait_for_event(EventKind::Reset { cause });
	assert_eq!(host.line.uno.watchdog_resets(), 1);
	assert_eq!(host.line.uno.driven(SPINDLE_TERMINAL), 0);
}

use crate::host::{Host, CLAMP_TERMINAL, COOLANT_TERMINAL, SPINDLE_TERMINAL};
use bpiiot_protocol::{
	channel_page, AckResult, BoardMessage, EventKind, HelloPage, HostFrame, HostMessage, ResetCause, Session,
	PROTOCOL_VERSION, SCHEMA_HASH,
};
use virtual_board::{
	CHANNELS, CLAMP, COOLANT, DOOR_CLOSED, FEED_POSITION, FEED_UM, SPINDLE_RPM, SPINDLE_SPEED, TEMPERATURE, TOOL_WEAR,
	VIBRATION,
};

#[test]
fn says_hello_page_by_page() {
	let mut host = Host::connected();
	let HelloPage::Identity(identity) = host.hello(0) else {
		panic!("not the identity")
	};
	assert_eq!((identity.protocol, identity.schema), (PROTOCOL_VERSION, SCHEMA_HASH));
	assert_eq!((identity.serial.as_str(), identity.dead_man_ms), ("UNO-1", 500));
	let HelloPage::Firmware(firmware) = host.hello(1) else {
		panic!("not the firmware")
	};
	assert_ne!(firmware.hash, [0; 32], "the hash was written after linking");
	assert_eq!(host.errors, []);
}

#[test]
fn has_the_channels_of_the_virtual_board() {
	let mut host = Host::connected();
	for (_, info) in CHANNELS {
		assert_eq!(host.hello(channel_page(info.channel)), HelloPage::Channel(*info));
	}
	let sequence = host.sequence + 1;
	let beyond = HostMessage::HelloRequest { page: 12 };
	let (_, ack) = host.acknowledged(HostFrame::new(Session::UNKNOWN, sequence, beyond));
	assert_eq!(ack.result, AckResult::NoSuchChannel);
}

#[test]
fn tells_of_its_reset_first() {
	let mut host = Host::of(uno_sim::Uno::new(&crate::host::elf()).expect("a program"));
	let event = host.next_event();
	let cause = ResetCause::PowerOn;
	assert_eq!(event.kind, EventKind::Reset { cause });
	assert!(event.board_ms < 50, "{} ms", event.board_ms);
}

#[test]
fn drives_what_it_is_told_to() {
	let mut host = Host::connected();
	assert_eq!(host.set(CLAMP, 1), AckResult::Done);
	assert_eq!(
		(
			host.line.uno.driven(CLAMP_TERMINAL),
			host.line.uno.driven(COOLANT_TERMINAL)
		),
		(u16::MAX, 0)
	);
	assert_eq!(host.set(COOLANT, 1), AckResult::Done);
	assert_eq!(host.set(CLAMP, 0), AckResult::Done);
	assert_eq!(
		(
			host.line.uno.driven(CLAMP_TERMINAL),
			host.line.uno.driven(COOLANT_TERMINAL)
		),
		(0, u16::MAX)
	);
	for (rpm, share) in [
		(0, 0.0),
		(1500, 0.5),
		(300, 0.1),
		(1, 1.0 / 3000.0),
		(2999, 2999.0 / 3000.0),
		(3000, 1.0),
	] {
		assert_eq!(host.set(SPINDLE_RPM, rpm), AckResult::Done);
		let driven = f64::from(host.line.uno.driven(SPINDLE_TERMINAL)) / f64::from(u16::MAX);
		assert!((driven - share).abs() < 2e-4, "{rpm} rpm: {driven}");
	}
	assert_eq!(host.set(SPINDLE_RPM, 3001), AckResult::OutOfLimits);
	assert_eq!(host.set(SPINDLE_SPEED, 1), AckResult::NotAnOutput);
	assert_eq!(host.set(10, 1), AckResult::NoSuchChannel);
}

#[test]
fn reads_what_the_machine_does() {
	let mut host = Host::connected();
	host.set(SPINDLE_RPM, 1200);
	host.set(FEED_UM, 8000);
	host.keep_alive_ms(3000);
	let within = |host: &mut Host, channel, expected: i32, tolerance: u32| {
		let value = host.read(channel).expect("it can be read");
		assert!(
			value.abs_diff(expected) <= tolerance,
			"channel {channel}: {value}, expected {expected}"
		);
	};
	within(&mut host, SPINDLE_RPM, 1200, 0);
	within(&mut host, FEED_UM, 8000, 0);
	within(&mut host, SPINDLE_SPEED, 1200, 8);
	within(&mut host, FEED_POSITION, 8000, 60);
	within(&mut host, TEMPERATURE, 220, 5);
	within(&mut host, VIBRATION, 16, 15);
	within(&mut host, DOOR_CLOSED, 1, 0);
	within(&mut host, TOOL_WEAR, 0, 2);
}

#[test]
fn streams_every_channel_without_a_gap() {
	let mut host = Host::connected();
	assert_eq!(
		host.command(HostMessage::SetStreaming { interval_ms: 19 }),
		AckResult::OutOfLimits
	);
	assert_eq!(
		host.command(HostMessage::SetStreaming { interval_ms: 20 }),
		AckResult::Done
	);
	host.run_ms(400);
	let frames = host.take_frames();
	let counters: Vec<_> = frames
		.iter()
		.filter(|(_, frame)| matches!(frame.message, BoardMessage::Reading(_)))
		.map(|(_, frame)| frame.sequence)
		.collect();
	assert!(counters.len() >= 19 * 10, "{} readings", counters.len());
	assert!(
		counters.windows(2).all(|pair| pair[1] == pair[0] + 1),
		"a gap: {counters:?}"
	);
}

#[test]
fn executes_a_repeated_command_once() {
	let mut host = Host::connected();
	let command = HostFrame::new(
		host.session,
		500,
		HostMessage::SetOutput {
			channel: CLAMP,
			value: 1,
		},
	);
	assert_eq!(host.acknowledged(command).1.result, AckResult::Done);
	let release = HostFrame::new(
		host.session,
		501,
		HostMessage::SetOutput {
			channel: CLAMP,
			value: 0,
		},
	);
	assert_eq!(host.acknowledged(release).1.result, AckResult::Done);
	assert_eq!(host.acknowledged(command).1.result, AckResult::Stale);
	assert_eq!(host.line.uno.driven(CLAMP_TERMINAL), 0);
}

#[test]
fn answers_after_garbage() {
	let mut host = Host::connected();
	let garbage: Vec<u8> = (0..300u32).map(|n| ((n * 7919) >> 3) as u8).collect();
	host.line.uno.send(&garbage);
	host.run_ms(40);
	assert_eq!(host.set(CLAMP, 1), AckResult::Done);
	assert_eq!(host.read_all().len(), CHANNELS.len());
}

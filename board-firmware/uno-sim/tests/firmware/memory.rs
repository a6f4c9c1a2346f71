use crate::host::{elf, Host, CLAMP_TERMINAL};
use board_core::{write_image, Record};
use bpiiot_protocol::{
	config_page, AckResult, ChannelInfo, ChannelKind, EventKind, HelloPage, HostMessage, Label, ResetCause as Cause,
	Scale, Unit, CONFIG_PAGE_LEN,
};
use uno_sim::{ResetCause, Uno};
use virtual_board::CLAMP;

const BOARD: Record = Record::Board {
	serial: Label::literal("LATHE-7"),
	dead_man_ms: 200,
	min_interval_ms: 50,
};

fn output(channel: u8, terminal: u8, safe: i32) -> Record {
	let info = ChannelInfo {
		channel,
		kind: ChannelKind::Output,
		unit: Unit::Switch,
		scale: Scale::ONE,
		min: 0,
		max: 1,
		safe,
		name: Label::literal("brake"),
	};
	Record::Channel { terminal, info }
}

fn with_eeprom(change: impl FnOnce(&mut [u8; 1024])) -> Host {
	let mut uno = Uno::new(&elf()).expect("a program");
	let mut eeprom = [0xff; 1024];
	change(&mut eeprom);
	uno.set_eeprom(&eeprom);
	let mut host = Host::of(uno);
	host.next_event();
	host
}

fn configured(records: &[Record]) -> Host {
	with_eeprom(|eeprom| {
		write_image(records.iter().copied(), eeprom).expect("it fits");
	})
}

fn identity(host: &mut Host) -> (String, u32, u8) {
	match host.hello(0) {
		HelloPage::Identity(identity) => (identity.serial.as_str().into(), identity.dead_man_ms, identity.channels),
		page => panic!("not the identity: {page:?}"),
	}
}

#[test]
fn a_configuration_in_the_eeprom_is_used() {
	let mut host = configured(&[BOARD, output(0, 13, 1)]);
	assert_eq!(identity(&mut host), ("LATHE-7".into(), 200, 1));
	assert_eq!(host.line.uno.driven(13), u16::MAX, "its safe state is on");
	assert_eq!(host.set(0, 0), AckResult::Done);
	assert_eq!(host.line.uno.driven(13), 0);
	host.wait_for_event(EventKind::DeadManTripped);
	assert_eq!(host.line.uno.driven(13), u16::MAX);
	// It is still there after a reset.
	host.line.uno.reset(ResetCause::External);
	host.next_event();
	assert_eq!(identity(&mut host), ("LATHE-7".into(), 200, 1));
}

/// Writes a configuration over the line, and has the board go by it.
fn configure(host: &mut Host, records: &[Record]) {
	let mut image = [0xff; 256];
	let len = write_image(records.iter().copied(), &mut image).expect("it fits");
	for (part, bytes) in (0..).zip(image[..len].chunks(CONFIG_PAGE_LEN)) {
		let mut whole = [0xff; CONFIG_PAGE_LEN];
		whole[..bytes.len()].copy_from_slice(bytes);
		assert_eq!(
			host.command(HostMessage::WriteConfig { part, bytes: whole }),
			AckResult::Done
		);
		assert_eq!(host.hello(config_page(part)), HelloPage::Configuration(whole));
	}
	assert_eq!(host.command(HostMessage::Restart), AckResult::Done);
	host.wait_for_event(EventKind::Reset { cause: Cause::Ordered });
}

#[test]
fn a_configuration_comes_over_the_line_and_stays() {
	let mut host = Host::connected();
	let before = host.session;
	configure(&mut host, &[BOARD, output(0, 13, 1)]);
	assert_eq!(identity(&mut host), ("LATHE-7".into(), 200, 1));
	assert_eq!(host.session.0, before.0 + 1);
	assert_eq!(host.line.uno.driven(13), u16::MAX, "its safe state is on");
	// The next reset is none that was ordered.
	host.line.uno.reset(ResetCause::Watchdog);
	host.wait_for_event(EventKind::Reset { cause: Cause::Watchdog });
	assert_eq!(identity(&mut host), ("LATHE-7".into(), 200, 1));
	configure(&mut host, &[BOARD, output(0, 12, 0)]);
	assert_eq!((host.line.uno.driven(13), identity(&mut host).2), (0, 1));
}

#[test]
fn a_board_in_motion_is_not_configured() {
	let mut host = Host::connected();
	assert_eq!(host.set(CLAMP, 1), AckResult::Done);
	let write = HostMessage::WriteConfig {
		part: 0,
		bytes: [0; CONFIG_PAGE_LEN],
	};
	assert_eq!(host.command(write), AckResult::NotSafe);
	assert_eq!(host.line.uno.driven(CLAMP_TERMINAL), u16::MAX);
	assert!(host.line.uno.eeprom()[..944].iter().all(|byte| *byte == 0xff));
	assert_eq!(
		host.hello(config_page(117)),
		HelloPage::Configuration([0xff; CONFIG_PAGE_LEN])
	);
	assert_eq!(
		host.command(HostMessage::WriteConfig {
			part: 118,
			bytes: [0; CONFIG_PAGE_LEN]
		}),
		AckResult::NoSuchChannel
	);
}

#[test]
fn power_that_fails_while_a_configuration_is_written_leaves_a_board_that_drives_nothing() {
	let mut host = Host::connected();
	configure(&mut host, &[BOARD, output(0, 13, 1)]);
	host.hello(0);
	let write = HostMessage::WriteConfig {
		part: 2,
		bytes: [7; CONFIG_PAGE_LEN],
	};
	assert_eq!(host.command(write), AckResult::Done);
	host.line.uno.reset(ResetCause::PowerOn);
	host.next_event();
	assert_eq!(identity(&mut host), ("CONFIG-DAMAGED".into(), 500, 0));
	// And it can be mended.
	configure(&mut host, &[BOARD, output(0, 13, 1)]);
	assert_eq!(identity(&mut host), ("LATHE-7".into(), 200, 1));
}

#[test]
fn a_damaged_configuration_drives_nothing() {
	for place in [0, 3, 20] {
		let mut host = with_eeprom(|eeprom| {
			write_image([BOARD, output(0, 13, 1)], eeprom).expect("it fits");
			eeprom[place] ^= 0x10;
		});
		assert_eq!(identity(&mut host), ("CONFIG-DAMAGED".into(), 500, 0));
		assert_eq!(host.set(0, 1), AckResult::NoSuchChannel);
		assert_eq!(host.line.uno.driven(13), 0);
	}
}

#[test]
fn a_configuration_that_the_board_cannot_do_drives_nothing() {
	let eleven: Vec<_> = std::iter::once(BOARD)
		.chain((0..11).map(|channel| output(channel, channel + 2, 0)))
		.collect();
	let mistakes: [(&str, &[Record]); 6] = [
		("the serial line's terminal", &[BOARD, output(0, 1, 0)]),
		("no such terminal", &[BOARD, output(0, 20, 0)]),
		("one terminal twice", &[BOARD, output(0, 7, 0), output(1, 7, 0)]),
		("a channel out of place", &[BOARD, output(1, 7, 0)]),
		("nothing about the board", &[output(0, 7, 0)]),
		("too many channels", &eleven),
	];
	for (mistake, records) in mistakes {
		let mut host = configured(records);
		assert_eq!(identity(&mut host), ("CONFIG-DAMAGED".into(), 500, 0), "{mistake}");
		assert_eq!(host.line.uno.driven(7), 0, "{mistake}");
	}
}

#[test]
fn sessions_go_on_from_the_eeprom() {
	let mut host = Host::connected();
	let mut sessions = vec![host.session];
	for _ in 0..20 {
		host.line.uno.reset(ResetCause::External);
		host.next_event();
		host.hello(0);
		sessions.push(host.session);
	}
	assert!(
		sessions.windows(2).all(|pair| pair[1].0 == pair[0].0 + 1),
		"{sessions:?}"
	);
	assert!(
		host.line.uno.eeprom()[..944].iter().all(|byte| *byte == 0xff),
		"the configuration's place is untouched"
	);
	assert_eq!(host.set(CLAMP, 1), AckResult::Done);
	assert_eq!(host.line.uno.driven(CLAMP_TERMINAL), u16::MAX);
}

use crate::host::{elf, Host, CLAMP_TERMINAL};
use board_core::{write_image, Record};
use bpiiot_protocol::{AckResult, ChannelInfo, ChannelKind, EventKind, HelloPage, Label, Scale, Unit};
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
	assert_eq!(host.uno.driven(13), u16::MAX, "its safe state is on");
	assert_eq!(host.set(0, 0), AckResult::Done);
	assert_eq!(host.uno.driven(13), 0);
	host.wait_for_event(EventKind::DeadManTripped);
	assert_eq!(host.uno.driven(13), u16::MAX);
	// It is still there after a reset.
	host.uno.reset(ResetCause::External);
	host.next_event();
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
		assert_eq!(host.uno.driven(13), 0);
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
		assert_eq!(host.uno.driven(7), 0, "{mistake}");
	}
}

#[test]
fn sessions_go_on_from_the_eeprom() {
	let mut host = Host::connected();
	let mut sessions = vec![host.session];
	for _ in 0..20 {
		host.uno.reset(ResetCause::External);
		host.next_event();
		host.hello(0);
		sessions.push(host.session);
	}
	assert!(
		sessions.windows(2).all(|pair| pair[1].0 == pair[0].0 + 1),
		"{sessions:?}"
	);
	assert!(
		host.uno.eeprom()[..944].iter().all(|byte| *byte == 0xff),
		"the configuration's place is untouched"
	);
	assert_eq!(host.set(CLAMP, 1), AckResult::Done);
	assert_eq!(host.uno.driven(CLAMP_TERMINAL), u16::MAX);
}

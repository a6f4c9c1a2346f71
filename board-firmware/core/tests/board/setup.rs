//! From the kept configuration to channels and their terminals.

use board_core::{
	drill_press::{self, CHANNELS, INTERLOCKS},
	protocol::{ChannelInfo, ChannelKind, FirmwareInfo, FirmwareVersion, Label, Scale, Unit, PROTOCOL_VERSION},
	write_image, ChannelSet, Connection, Interlock, Origin, Record, Setup, Tables,
};

const ORIGIN: Origin = Origin {
	version: PROTOCOL_VERSION,
	firmware: FirmwareInfo {
		version: FirmwareVersion {
			major: 0,
			minor: 1,
			patch: 0,
		},
		hash: [1; 32],
	},
	config_len: 944,
};

const FACTORY_SERIAL: Label = Label::literal("FACTORY");

fn image(records: impl IntoIterator<Item = Record>) -> Vec<u8> {
	let mut memory = vec![0xff; usize::from(ORIGIN.config_len)];
	write_image(records, &mut memory).expect("it fits");
	memory
}

fn load(kept: &[u8]) -> Setup {
	let factory = image(drill_press::records(FACTORY_SERIAL, 500, 20));
	let byte = |memory: &[u8], address: u16| memory.get(usize::from(address)).copied().unwrap_or(0xff);
	Setup::load(
		Box::leak(Box::new(Tables::EMPTY)),
		&ORIGIN,
		|address| byte(kept, address),
		(factory.len() as u16, |address| byte(&factory, address)),
	)
}

fn board() -> Record {
	Record::Board {
		serial: Label::literal("MINE"),
		dead_man_ms: 300,
		min_interval_ms: 50,
	}
}

fn channel(number: u8, kind: ChannelKind, min: i32, max: i32, terminal: u8) -> Record {
	let info = ChannelInfo {
		channel: number,
		kind,
		unit: Unit::Count,
		scale: Scale::ONE,
		min,
		max,
		safe: min,
		name: Label::literal("x"),
	};
	Record::Channel { terminal, info }
}

#[track_caller]
fn is_refused(records: impl IntoIterator<Item = Record>) {
	let setup = load(&image(records));
	assert_eq!(setup.config.serial.as_str(), "CONFIG-DAMAGED");
	assert!(setup.config.channels.is_empty() && setup.config.interlocks.is_empty());
	assert_eq!(setup.config.check(), Ok(()));
}

#[test]
fn an_erased_memory_means_the_factory_setting() {
	let setup = load(&[]);
	assert_eq!(setup.config.serial, FACTORY_SERIAL);
	assert_eq!(setup.config.firmware, ORIGIN.firmware);
	let infos: Vec<_> = CHANNELS.iter().map(|(_, info)| *info).collect();
	assert_eq!(setup.config.channels, infos);
	assert_eq!(setup.config.interlocks, INTERLOCKS);
	for (number, (terminal, info)) in (0..).zip(CHANNELS) {
		let (found, connection) = setup.wiring.channel(number).expect("it is there");
		assert_eq!((found, connection.terminal()), (info, Some(*terminal)));
	}
	assert!(setup.wiring.channel(10).is_none());
}

#[test]
fn what_is_kept_goes_before_the_factory_setting() {
	let lamp = channel(0, ChannelKind::Output, 0, 1, 13);
	let lid = channel(1, ChannelKind::Input, 0, 1, 4);
	let interlock = Interlock {
		input: 1,
		min: 1,
		max: 1,
		outputs: ChannelSet::of(&[0]),
	};
	let setup = load(&image([board(), lamp, lid, interlock.into()]));
	assert_eq!((setup.config.serial.as_str(), setup.config.dead_man_ms), ("MINE", 300));
	assert_eq!(setup.config.min_interval_ms, 50);
	assert_eq!(setup.config.interlocks, [interlock]);
	let connections: Vec<_> = (0..2).filter_map(|n| setup.wiring.channel(n)).map(|(_, c)| c).collect();
	assert_eq!(connections, [Connection::Switch(13), Connection::Contact(4)]);
}

#[test]
fn a_damaged_memory_gives_a_board_that_drives_nothing() {
	let mut damaged = image([board()]);
	damaged[7] ^= 1;
	let setup = load(&damaged);
	assert_eq!(setup.config.serial.as_str(), "CONFIG-DAMAGED");
	assert!(setup.config.channels.is_empty());
}

#[test]
fn a_configuration_that_makes_no_board_is_refused() {
	let output = |number, terminal| channel(number, ChannelKind::Output, 0, 1, terminal);
	is_refused([]);
	is_refused([output(0, 3)]);
	is_refused([board(), output(1, 3)]);
	is_refused([board(), output(0, 3), output(1, 3)]);
	is_refused([board(), output(0, 1)]);
	is_refused([board(), output(0, 20)]);
	is_refused([board(), output(0, 255)]);
	is_refused(std::iter::once(board()).chain((0..11).map(|number| output(number, 3 + number))));
	let watches_an_output = Interlock {
		input: 0,
		min: 0,
		max: 0,
		outputs: ChannelSet::EMPTY,
	};
	is_refused([board(), output(0, 3), watches_an_output.into()]);
	let sound = Interlock {
		input: 0,
		..watches_an_output
	};
	let input = channel(0, ChannelKind::Input, 0, 1, 2);
	let many = |count| {
		[board(), input]
			.into_iter()
			.chain(std::iter::repeat_n(Record::from(sound), count))
	};
	assert_eq!(load(&image(many(4))).config.interlocks.len(), 4);
	is_refused(many(5));
}

#[test]
fn each_terminal_can_be_what_the_controller_has_there() {
	let connection = |kind, max, terminal| {
		let Record::Channel { info, .. } = channel(0, kind, 0, max, terminal) else {
			unreachable!()
		};
		Connection::of(&info, terminal)
	};
	let (output, input) = (ChannelKind::Output, ChannelKind::Input);
	for terminal in 0..=255 {
		let switch = (2..=19).contains(&terminal).then_some(Connection::Switch(terminal));
		assert_eq!(connection(output, 1, terminal), switch);
		let pulse = matches!(terminal, 9 | 10).then_some(Connection::PulseWidth(terminal));
		assert_eq!(connection(output, 3000, terminal), pulse);
		let analogue = (14..=19).contains(&terminal).then(|| Connection::Sensor(terminal - 14));
		assert_eq!(connection(input, 3000, terminal), analogue);
		let contact = (2..=13).contains(&terminal).then_some(Connection::Contact(terminal));
		assert_eq!(connection(input, 1, terminal), contact.or(analogue));
		assert_eq!(connection(output, 70_000, terminal), None);
		assert_eq!(connection(input, 70_000, terminal), None);
	}
	assert_eq!(Connection::None.terminal(), None);
}

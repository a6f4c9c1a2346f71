//! What a board shall be: channels, interlocks and times, as the configuration says them and as the board keeps them.

use super::fields::{read_kind, read_limits, read_safe, read_scale, read_unit, to_label, unit_name};
use crate::fields::Fields;
use board_core::{read_image, write_image, ChannelSet, ImageError, Interlock, Record, MAX_CHANNELS, MAX_INTERLOCKS};
use bpiiot_protocol::{ChannelInfo, ChannelKind, Label, Scale, CONFIG_PAGES_START, CONFIG_PAGE_LEN, LABEL_LEN};
use std::collections::BTreeMap;
use toml::{Table, Value};

/// The most bytes that a kept configuration can have: there are hello pages for no more.
pub(super) const MAX_BYTES: usize = (u8::MAX - CONFIG_PAGES_START) as usize * CONFIG_PAGE_LEN;
/// What Arduino calls A0.
const FIRST_ANALOGUE: u8 = 14;

/// What a board shall be, `[board.configuration]`. Two are equal when a board would keep the same bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Setup {
	records: Vec<Record>,
}

/// What a board keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
	/// This board has no memory for it.
	Nowhere,
	/// It was never given any: it has its factory setting.
	Nothing,
	/// What it was given cannot be read any more.
	Damaged(ImageError),
	/// This.
	Setup(Setup),
}

impl Setup {
	/// Reads the table `[board.configuration]`.
	pub fn read(mut fields: Fields<'_>) -> Self {
		let label = format!("text of 1 to {LABEL_LEN} printable ASCII letters");
		let serial = fields.required("serial", &format!("the board's serial number: {label}"), to_label);
		let board = Record::Board {
			serial: serial.unwrap_or(EMPTY),
			dead_man_ms: fields.number("dead_man_ms", 100..=10_000, "ms", 500) as u32,
			min_interval_ms: fields.number("min_interval_ms", 1..=60_000, "ms", 20) as u32,
		};
		let channels = tables(&mut fields, "channels", MAX_CHANNELS);
		let interlocks = tables(&mut fields, "interlocks", MAX_INTERLOCKS);
		let problems = fields.problems().clone();
		let mut numbers = BTreeMap::new();
		let mut records = vec![board];
		for (number, table) in (0u8..).zip(channels) {
			let name = table.get("name").and_then(Value::as_str).unwrap_or_default();
			let words = format!("`board.configuration.channels` {number} ({name})");
			let (terminal, info) = read_channel(Fields::in_words(words, table, &problems), number);
			if let Some(before) = numbers.insert(name, (number, info.kind)) {
				let expected = format!("a name of its own; channel {} has it already", before.0);
				problems.wrong(
					format!("`board.configuration.channels` {number} `name`"),
					&Value::from(name),
					expected,
				);
			}
			records.push(Record::Channel { terminal, info });
		}
		for (number, table) in interlocks.into_iter().enumerate() {
			let words = format!("`board.configuration.interlocks` {number}");
			records.push(read_interlock(Fields::in_words(words, table, &problems), &numbers).into());
		}
		fields.finish();
		Setup { records }
	}

	/// The bytes that a board keeps of it.
	///
	/// # Errors
	/// When it is longer than any board can keep.
	pub fn image(&self) -> Result<Vec<u8>, ImageError> {
		let mut memory = vec![0; MAX_BYTES];
		let len = write_image(self.records.iter().copied(), &mut memory)?;
		memory.truncate(len);
		Ok(memory)
	}

	/// What the memory of a board says that begins with these bytes.
	pub fn of_memory(memory: &[u8]) -> Kept {
		let mut records = Vec::new();
		let byte = |address: u16| memory.get(usize::from(address)).copied().unwrap_or(0xff);
		let result = read_image(u16::try_from(memory.len()).unwrap_or(u16::MAX), byte, |record| {
			records.push(record);
			Ok(())
		});
		match result {
			Ok(()) => Kept::Setup(Setup { records }),
			Err(ImageError::Erased) => Kept::Nothing,
			Err(error) => Kept::Damaged(error),
		}
	}

	/// The channels, each with its terminal.
	pub fn channels(&self) -> impl Iterator<Item = (u8, ChannelInfo)> + '_ {
		self.records.iter().filter_map(|record| match *record {
			Record::Channel { terminal, info } => Some((terminal, info)),
			_ => None,
		})
	}

	/// What is different on a board that keeps `board`, a line each; nothing when it is the same.
	pub fn differences(&self, board: &Setup) -> Vec<String> {
		let (ours, theirs) = (self.entries(), board.entries());
		let mut differences = Vec::new();
		for (name, value) in &ours {
			match theirs.get(name) {
				None => differences.push(format!(
					"{name} is {value} in the configuration, and not there on the board"
				)),
				Some(other) if other != value => {
					differences.push(format!(
						"{name} is {value} in the configuration, and {other} on the board"
					));
				}
				Some(_) => {}
			}
		}
		let only_theirs = theirs.iter().filter(|(name, _)| !ours.contains_key(*name));
		differences.extend(
			only_theirs
				.map(|(name, value)| format!("{name} is {value} on the board, and not there in the configuration")),
		);
		differences
	}

	/// Every single thing that it says, by name.
	fn entries(&self) -> BTreeMap<String, String> {
		let mut entries = BTreeMap::new();
		let mut interlocks = 0;
		for record in &self.records {
			match *record {
				Record::Board {
					serial,
					dead_man_ms,
					min_interval_ms,
				} => entries.extend([
					("serial".to_owned(), format!("{:?}", serial.as_str())),
					("dead_man_ms".to_owned(), dead_man_ms.to_string()),
					("min_interval_ms".to_owned(), min_interval_ms.to_string()),
				]),
				Record::Channel { terminal, info } => {
					let values = channel_entries(terminal, &info);
					let place = format!("channel {}", info.channel);
					entries.extend(values.map(|(name, value)| (format!("{place} {name}"), value)));
				}
				Record::Interlock {
					input,
					min,
					max,
					outputs,
				} => {
					let outputs: Vec<_> = ChannelSet::from_bits(outputs).iter().collect();
					let text = format!("input {input} within {min} to {max}, or outputs {outputs:?} safe");
					entries.insert(format!("interlock {interlocks}"), text);
					interlocks += 1;
				}
			}
		}
		entries
	}
}

const EMPTY: Label = Label::literal("");

fn channel_entries(terminal: u8, info: &ChannelInfo) -> [(&'static str, String); 8] {
	let Scale {
		zero,
		multiplier,
		divisor,
	} = info.scale;
	[
		("name", info.name.to_string()),
		("terminal", terminal_name(terminal)),
		("kind", format!("{:?}", info.kind).to_lowercase()),
		("unit", unit_name(info.unit).to_owned()),
		("scale", format!("(raw - {zero}) × {multiplier} / {divisor}")),
		("min", info.min.to_string()),
		("max", info.max.to_string()),
		("safe", info.safe.to_string()),
	]
}

/// The tables in the list at `key`.
fn tables<'a>(fields: &mut Fields<'a>, key: &'static str, most: usize) -> Vec<&'a Table> {
	let expected = format!("at most {most} tables, each under [[board.configuration.{key}]]");
	let list = fields.optional(key, &expected, |value| {
		let tables: Option<Vec<_>> = value.as_array()?.iter().map(Value::as_table).collect();
		tables.filter(|tables| tables.len() <= most)
	});
	list.unwrap_or_default()
}

fn read_channel(mut fields: Fields<'_>, channel: u8) -> (u8, ChannelInfo) {
	let label = format!("text of 1 to {LABEL_LEN} printable ASCII letters");
	let name = fields.required("name", &label, to_label).unwrap_or(EMPTY);
	let terminal = fields.required("terminal", "the terminal's number, or \"A0\" to \"A5\"", to_terminal);
	let kind = read_kind(&mut fields);
	let unit = read_unit(&mut fields);
	let (min, max) = read_limits(&mut fields, unit, false);
	let info = ChannelInfo {
		channel,
		kind,
		unit,
		scale: read_scale(&mut fields),
		min,
		max,
		safe: read_safe(&mut fields, kind, min..=max),
		name,
	};
	fields.finish();
	(terminal, info)
}

fn read_interlock(mut fields: Fields<'_>, channels: &BTreeMap<&str, (u8, ChannelKind)>) -> Interlock {
	let of_kind = |value: &Value, wanted: ChannelKind| {
		let (number, kind) = channels.get(value.as_str()?)?;
		(*kind == wanted).then_some(*number)
	};
	let input = fields.required("input", "the name of an input", |value| {
		of_kind(value, ChannelKind::Input)
	});
	let (min, max) = (fields.required_i32("min"), fields.required_i32("max"));
	if min > max {
		let expected = format!("at most max, which is {max}");
		fields.problems().wrong(fields.name("min"), &Value::from(min), expected);
	}
	let outputs = fields.required("outputs", "a list of names of outputs", |value| {
		let outputs = value.as_array()?.iter();
		outputs
			.map(|value| of_kind(value, ChannelKind::Output))
			.collect::<Option<Vec<_>>>()
	});
	fields.finish();
	Interlock {
		input,
		min,
		max,
		outputs: ChannelSet::from_bits(outputs.into_iter().fold(0, |bits, output| bits | 1 << output)),
	}
}

fn to_terminal(value: &Value) -> Option<u8> {
	match value {
		Value::Integer(number) => u8::try_from(*number).ok(),
		Value::String(name) => {
			let input: u8 = name.strip_prefix('A')?.parse().ok()?;
			(input <= 5).then_some(FIRST_ANALOGUE + input)
		}
		_ => None,
	}
}

/// A terminal as Arduino names it.
pub fn terminal_name(terminal: u8) -> String {
	match terminal.checked_sub(FIRST_ANALOGUE) {
		Some(input) if input <= 5 => format!("A{input}"),
		_ => terminal.to_string(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fields::Problems;
	use board_core::drill_press;
	use bpiiot_protocol::Unit;

	const LAMP: &str = r#"
serial = "LAMP-1"
dead_man_ms = 300
min_interval_ms = 50
[[channels]]
name = "lamp"
terminal = 13
kind = "output"
unit = "switch"
safe = 1
[[channels]]
name = "heat"
terminal = "A5"
kind = "input"
unit = "°C"
zero = 100
multiplier = 2
divisor = 10
min = -400
max = 1200
[[interlocks]]
input = "heat"
min = -400
max = 800
outputs = ["lamp"]
"#;

	/// The setup of the table in `text`, or everything that is wrong with it.
	fn parse(text: &str) -> Result<Setup, String> {
		let table: Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
		let problems = Problems::default();
		let setup = Setup::read(Fields::in_words("the board's", &table, &problems));
		problems.into_result(setup).map_err(|problems| problems.to_string())
	}

	#[test]
	fn reads_every_key() {
		let lamp = ChannelInfo {
			channel: 0,
			kind: ChannelKind::Output,
			unit: Unit::Switch,
			scale: Scale::ONE,
			min: 0,
			max: 1,
			safe: 1,
			name: Label::literal("lamp"),
		};
		let heat = ChannelInfo {
			channel: 1,
			kind: ChannelKind::Input,
			unit: Unit::DegreeCelsius,
			scale: Scale {
				zero: 100,
				multiplier: 2,
				divisor: 10,
			},
			min: -400,
			max: 1200,
			safe: 0,
			name: Label::literal("heat"),
		};
		let interlock = Interlock {
			input: 1,
			min: -400,
			max: 800,
			outputs: ChannelSet::of(&[0]),
		};
		let board = Record::Board {
			serial: Label::literal("LAMP-1"),
			dead_man_ms: 300,
			min_interval_ms: 50,
		};
		let records = vec![
			board,
			Record::Channel {
				terminal: 13,
				info: lamp,
			},
			Record::Channel {
				terminal: 19,
				info: heat,
			},
			interlock.into(),
		];
		assert_eq!(parse(LAMP), Ok(Setup { records }));
	}

	#[test]
	fn the_example_is_the_factory_setting() {
		let example = include_str!("../../examples/drill-press.toml");
		let (until_chain, _) = example.split_once("[chain]").expect("it is there");
		let example = crate::fields::with_all_keys(until_chain);
		let table: Table = example.parse().expect("TOML");
		let problems = Problems::default();
		let mut root = Fields::root(&table, &problems);
		let setup = Setup::read(root.section("board").section("configuration"));
		assert_eq!(problems.into_result(()), Ok(()));
		let records = drill_press::records(Label::literal("UNO-1"), 500, 20).collect();
		assert_eq!(setup, Setup { records });
	}

	#[test]
	fn what_a_board_keeps_is_read_back() {
		let setup = parse(LAMP).unwrap();
		let mut memory = setup.image().unwrap();
		assert_eq!(Setup::of_memory(&memory), Kept::Setup(setup));
		memory[9] ^= 1;
		assert_eq!(Setup::of_memory(&memory), Kept::Damaged(ImageError::Damaged));
		assert_eq!(Setup::of_memory(&[0xff; 8]), Kept::Nothing);
	}

	#[test]
	fn every_difference_is_named_with_both_values() {
		let ours = parse(LAMP).unwrap();
		assert_eq!(ours.differences(&ours), Vec::<String>::new());
		let changes = [
			("dead_man_ms = 300", "dead_man_ms = 900", "dead_man_ms is 300 in the configuration, and 900 on the board"),
			("\"LAMP-1\"", "\"LAMP-2\"", "serial is \"LAMP-1\" in the configuration, and \"LAMP-2\" on the board"),
			("terminal = 13", "terminal = 12", "channel 0 terminal is 13 in the configuration, and 12 on the board"),
			("\"A5\"", "\"A4\"", "channel 1 terminal is A5 in the configuration, and A4 on the board"),
			("divisor = 10", "divisor = 1", "channel 1 scale is (raw - 100) × 2 / 10 in the configuration, and (raw - 100) × 2 / 1 on the board"),
			("\"°C\"", "\"V\"", "channel 1 unit is °C in the configuration, and V on the board"),
			("max = 800", "max = 700", "interlock 0 is input 1 within -400 to 800, or outputs [0] safe in the configuration, and input 1 within -400 to 700, or outputs [0] safe on the board"),
		];
		for (ours_says, theirs_says, difference) in changes {
			let theirs = parse(&LAMP.replace(ours_says, theirs_says)).unwrap();
			assert_eq!(ours.differences(&theirs), [difference]);
		}
		let without = parse(LAMP.split("[[interlocks]]").next().unwrap()).unwrap();
		assert!(ours.differences(&without)[0].ends_with("and not there on the board"));
		assert!(without.differences(&ours)[0].ends_with("and not there in the configuration"));
	}

	#[test]
	fn mistakes_are_named_with_what_would_be_right() {
		let mistakes = [
			("serial = \"LAMP-1\"", "", "serial number"),
			("\"LAMP-1\"", "\"seventeen letters\"", "1 to 16 printable ASCII letters"),
			("dead_man_ms = 300", "dead_man_ms = 5", "from 100 to 10000 ms"),
			("terminal = 13", "terminal = \"B1\"", "\"A0\" to \"A5\""),
			("terminal = 13", "terminal = 256", "\"A0\" to \"A5\""),
			("\"A5\"", "\"A6\"", "\"A0\" to \"A5\""),
			("kind = \"output\"", "kind = \"out\"", "\"output\" or \"input\""),
			(
				"\"°C\"",
				"\"C\"",
				"one of \"count\", \"switch\", \"rpm\", \"µm\", \"°C\"",
			),
			("safe = 1", "safe = 2", "the value that is safe, from 0 to 1"),
			("safe = 1", "", "the value that is safe"),
			("divisor = 10", "divisor = 0", "from 1 to 4294967295"),
			(
				"min = -400\nmax = 1200",
				"min = 1201\nmax = 1200",
				"at most max, which is 1200",
			),
			(
				"name = \"heat\"",
				"name = \"lamp\"",
				"a name of its own; channel 0 has it already",
			),
			("input = \"heat\"", "input = \"lamp\"", "the name of an input"),
			(
				"outputs = [\"lamp\"]",
				"outputs = [\"heat\"]",
				"a list of names of outputs",
			),
			(
				"min = -400\nmax = 800",
				"min = 801\nmax = 800",
				"at most max, which is 800",
			),
			("safe = 1", "safe = 1\nsave = 1", "there is no such key here"),
			("unit = \"°C\"", "unit = \"°C\"\nsafe = 1", "there is no such key here"),
			("min_interval_ms", "interval_ms", "there is no such key here"),
		];
		for (right, wrong, message) in mistakes {
			let text = LAMP.replace(right, wrong);
			let problems = parse(&text).expect_err(&text);
			assert!(problems.contains(message), "{wrong}: {problems}");
		}
		let many = format!("serial = \"S\"\n{}", "[[channels]]\n".repeat(17));
		assert!(parse(&many).unwrap_err().contains("at most 16 tables"));
	}

	#[test]
	fn terminals_are_named_as_on_the_board() {
		assert_eq!([2, 13, 14, 19, 20].map(terminal_name), ["2", "13", "A0", "A5", "20"]);
	}
}

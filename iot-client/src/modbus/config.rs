//! `[modbus]`: a machine that speaks Modbus, with no interface board in between.

use super::channel::{Channel, Encoding, Place, Table, WordOrder};
use crate::{
	board::fields::{read_kind, read_limits, read_safe, read_scale, read_unit, to_label, unit_name},
	fields::{Fields, Problems},
};
use blake2::{
	digest::{consts::U32, Digest},
	Blake2b,
};
use bpiiot_protocol::{ChannelInfo, ChannelKind, Label, LABEL_LEN};
use std::{
	collections::BTreeMap,
	fmt,
	path::{Path, PathBuf},
};
use toml::{Table as TomlTable, Value};

/// The most channels that a machine can have here.
const MAX_CHANNELS: usize = 64;
/// Where Modbus machines listen.
const USUAL_PORT: u16 = 502;
/// The address of a machine on the serial line, or behind a gateway.
const FIRST_UNIT: u64 = 1;
const LAST_UNIT: u64 = 247;
/// What a machine that is reached directly by TCP has instead.
const DIRECT_UNIT: u64 = 255;
/// Says what the hash of a channel table is of.
const DOMAIN: &str = "bpiiot modbus channels 1\n";

/// `[modbus]`: a machine that speaks Modbus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModbusConfig {
	/// Where it is.
	pub address: Address,
	/// Its unit identifier (slave id).
	pub unit: u8,
	/// How often every channel is read, in ms.
	pub poll_ms: u32,
	/// How long an answer may take, in ms; on a serial line the time of the bytes themselves is added.
	pub timeout_ms: u64,
	/// How often a request is sent in all before the machine counts as lost.
	pub attempts: u32,
	/// What the machine must say that it is; anything when absent.
	pub serial: Option<String>,
	/// Whether it is asked what it is.
	pub identify: bool,
	/// How the machine notices that this computer is gone.
	pub watchdog: Option<Watchdog>,
	/// All channels, by number.
	pub channels: Vec<Channel>,
}

/// Where a machine is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
	/// In the network.
	Tcp {
		/// Name or address.
		host: String,
		/// Port.
		port: u16,
	},
	/// On a serial line.
	Rtu {
		/// The serial device.
		device: PathBuf,
		/// Its settings.
		line: LineSettings,
	},
}

impl fmt::Display for Address {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Address::Tcp { host, port } if host.contains(':') => write!(f, "tcp://[{host}]:{port}"),
			Address::Tcp { host, port } => write!(f, "tcp://{host}:{port}"),
			Address::Rtu { device, .. } => write!(f, "rtu:{}", device.display()),
		}
	}
}

/// How bytes are on a serial line; always 8 data bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineSettings {
	/// Speed in baud.
	pub baud: u32,
	/// Parity.
	pub parity: Parity,
	/// 1 or 2.
	pub stop_bits: u8,
}

/// The parity bit of each byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Parity {
	/// None.
	None,
	/// Even, which Modbus machines have unless they are told otherwise.
	#[default]
	Even,
	/// Odd.
	Odd,
}

/// `[modbus.watchdog]`: a register that the machine watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watchdog {
	/// The holding register that a counter is written to, from 0 as on the wire.
	pub register: u16,
	/// Within which time the machine wants to see another number, in ms.
	pub within_ms: u32,
}

impl ModbusConfig {
	/// Reads the table `[modbus]`. Paths are relative to `folder`.
	pub fn read(mut modbus: Fields<'_>, folder: &Path) -> Self {
		let address = read_address(&mut modbus, folder);
		let unit = read_unit_id(&mut modbus, &address);
		let watchdog = modbus
			.has("watchdog")
			.then(|| read_watchdog(modbus.section("watchdog")));
		let config = Self {
			unit,
			poll_ms: modbus.number("poll_ms", 10..=60_000, "ms", 100) as u32,
			timeout_ms: modbus.number("timeout_ms", 20..=10_000, "ms", 300),
			attempts: modbus.number("attempts", 1..=10, "", 3) as u32,
			serial: modbus.text("serial", 128),
			identify: modbus
				.optional("identify", "true or false", Value::as_bool)
				.unwrap_or(true),
			channels: read_channels(&mut modbus),
			watchdog,
			address,
		};
		config.check_writes(modbus.problems());
		modbus.finish();
		config
	}

	/// No two outputs, nor an output and the watchdog, may write to the same place.
	fn check_writes(&self, problems: &Problems) {
		let watchdog = self.watchdog.map(|watchdog| Place {
			table: Table::Holding,
			register: watchdog.register,
			encoding: Encoding::U16,
		});
		let mut written: Vec<(Place, String)> = watchdog
			.map(|place| (place, "the watchdog".to_owned()))
			.into_iter()
			.collect();
		let outputs = self.channels.iter().enumerate();
		for (number, output) in outputs.filter(|(_, channel)| channel.info.kind == ChannelKind::Output) {
			if let Some((_, other)) = written.iter().find(|(place, _)| place.overlaps(&output.place)) {
				let key = format!("`modbus.channels` {number} ({}) `register`", output.info.name);
				let expected = format!("one that nothing else writes; {other} does");
				problems.wrong(key, &Value::from(i64::from(output.place.register)), expected);
			}
			written.push((output.place, format!("the output {}", output.info.name)));
		}
	}

	/// What stands for the hash of a firmware: blake2b-256 of the channel table, the watchdog and the way in which both are
	/// written down here. Two configurations have the same hash when they mean the same by each channel, whatever the address of
	/// the machine. It says nothing of the program in the machine's controller, which Modbus cannot prove.
	pub fn table_hash(&self) -> [u8; 32] {
		let mut text = DOMAIN.to_owned();
		for Channel { info, place } in &self.channels {
			let (scale, kind) = (info.scale, kind_name(info.kind));
			text += &format!(
				"{:?} {kind} {:?} {} {} {} scale {} {} {} limits {} {} safe {}\n",
				info.name.as_str(),
				unit_name(info.unit),
				place.table.name(),
				place.register,
				place.encoding.name(),
				scale.zero,
				scale.multiplier,
				scale.divisor,
				info.min,
				info.max,
				info.safe,
			);
		}
		if let Some(Watchdog { register, within_ms }) = self.watchdog {
			text += &format!("watchdog {register} {within_ms}\n");
		}
		Blake2b::<U32>::digest(text).into()
	}

	/// What the owner should know before this machine works alone.
	pub fn warning(&self) -> Option<&'static str> {
		self.watchdog.is_none().then_some(
			"there is no [modbus.watchdog]: the machine is not made safe when this computer dies or the line is cut",
		)
	}
}

fn kind_name(kind: ChannelKind) -> &'static str {
	match kind {
		ChannelKind::Output => "output",
		ChannelKind::Input => "input",
	}
}

fn read_address(modbus: &mut Fields<'_>, folder: &Path) -> Address {
	let expected = "\"tcp://192.168.1.20:502\" or \"rtu:/dev/ttyUSB0\"";
	let address = modbus.required("address", expected, |value| Some(Some(to_address(value, folder)?)));
	match address {
		Some(Way::Rtu(device)) => Address::Rtu {
			device,
			line: read_line(modbus),
		},
		Some(Way::Tcp(host, port)) => Address::Tcp { host, port },
		// Noted already; which other keys are right is not known.
		None => {
			read_line(modbus);
			Address::Tcp {
				host: String::new(),
				port: USUAL_PORT,
			}
		}
	}
}

enum Way {
	Tcp(String, u16),
	Rtu(PathBuf),
}

fn to_address(value: &Value, folder: &Path) -> Option<Way> {
	let text = value.as_str()?;
	if let Some(path) = text.strip_prefix("rtu:") {
		return (!path.is_empty() && !path.contains('\0')).then(|| Way::Rtu(folder.join(path)));
	}
	let place = text.strip_prefix("tcp://")?;
	// Read as an address of the web, which has the same form.
	let url = reqwest::Url::parse(&format!("http://{place}/")).ok()?;
	let plain = url.path() == "/" && url.username().is_empty() && url.password().is_none();
	let host = url
		.host_str()
		.filter(|_| plain && url.query().is_none() && !place.ends_with('/'))?;
	let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
	// A port that is usual in the web is not shown by its address.
	let port = match place.rsplit_once(':') {
		Some((_, port)) if !port.contains(']') => port.parse().ok().filter(|port| *port > 0)?,
		_ => USUAL_PORT,
	};
	Some(Way::Tcp(host, port))
}

fn read_line(modbus: &mut Fields<'_>) -> LineSettings {
	let parity = modbus.optional(
		"parity",
		"\"even\", \"odd\" or \"none\", as on the machine",
		|value| match value.as_str()? {
			"even" => Some(Parity::Even),
			"odd" => Some(Parity::Odd),
			"none" => Some(Parity::None),
			_ => None,
		},
	);
	LineSettings {
		baud: modbus.number("baud", 1_200..=2_000_000, "baud", 19_200) as u32,
		parity: parity.unwrap_or_default(),
		stop_bits: modbus.number("stop_bits", 1..=2, "", 1) as u8,
	}
}

fn read_unit_id(modbus: &mut Fields<'_>, address: &Address) -> u8 {
	let is_tcp = matches!(address, Address::Tcp { .. });
	let expected = match is_tcp {
		true => "the machine's unit identifier: a whole number from 1 to 247, or 255 for a machine that ignores it",
		false => "the machine's slave id: a whole number from 1 to 247",
	};
	let unit = modbus.optional("unit", expected, |value| {
		let unit = u64::try_from(value.as_integer()?).ok()?;
		let is_right = (FIRST_UNIT..=LAST_UNIT).contains(&unit) || (is_tcp && unit == DIRECT_UNIT);
		is_right.then_some(unit as u8)
	});
	unit.unwrap_or(FIRST_UNIT as u8)
}

fn read_watchdog(mut watchdog: Fields<'_>) -> Watchdog {
	let read = Watchdog {
		register: watchdog.required_number("register", 0..=65_535, "(the first register is 0)") as u16,
		within_ms: watchdog.required_number("within_ms", 100..=60_000, "ms") as u32,
	};
	watchdog.finish();
	read
}

fn read_channels(modbus: &mut Fields<'_>) -> Vec<Channel> {
	let expected = format!("1 to {MAX_CHANNELS} tables, each under [[modbus.channels]]");
	let tables: Vec<&TomlTable> = modbus.required("channels", &expected, |value| {
		let tables: Option<Vec<_>> = value.as_array()?.iter().map(Value::as_table).collect();
		tables.filter(|tables| !tables.is_empty() && tables.len() <= MAX_CHANNELS)
	});
	let problems = modbus.problems().clone();
	let mut names = BTreeMap::new();
	let mut channels = Vec::new();
	for (number, table) in (0u8..).zip(tables) {
		let name = table.get("name").and_then(Value::as_str).unwrap_or_default();
		let words = format!("`modbus.channels` {number} ({name})");
		channels.push(read_channel(Fields::in_words(words.clone(), table, &problems), number));
		if let Some(before) = names.insert(name, number) {
			let expected = format!("a name of its own; channel {before} has it already");
			problems.wrong(format!("{words} `name`"), &Value::from(name), expected);
		}
	}
	channels
}

fn read_channel(mut fields: Fields<'_>, channel: u8) -> Channel {
	let label = format!("text of 1 to {LABEL_LEN} printable ASCII letters");
	let name = fields.required("name", &label, to_label);
	let kind = read_kind(&mut fields);
	let unit = read_unit(&mut fields);
	let place = read_place(&mut fields, kind);
	let (min, max) = read_limits(&mut fields, unit, place.table.is_bits());
	let (least, most) = place.encoding.range();
	for (key, value) in [("min", min), ("max", max)] {
		if !(least..=most).contains(&value) {
			let expected = format!("from {least} to {most}, which is what its type holds");
			fields
				.problems()
				.wrong(fields.name(key), &Value::from(i64::from(value)), expected);
		}
	}
	let info = ChannelInfo {
		channel,
		kind,
		unit,
		scale: read_scale(&mut fields),
		min,
		max,
		safe: read_safe(&mut fields, kind, min..=max),
		name: name.unwrap_or(Label::literal("")),
	};
	fields.finish();
	Channel { info, place }
}

fn read_place(fields: &mut Fields<'_>, kind: ChannelKind) -> Place {
	let expected = match kind {
		ChannelKind::Output => "\"coil\" or \"holding\", the tables that can be written",
		ChannelKind::Input => "\"coil\", \"discrete\", \"holding\" or \"input\"",
	};
	let table = fields.required("table", expected, |value| {
		let name = value.as_str()?;
		let table = Table::ALL.into_iter().find(|table| table.name() == name)?;
		(kind == ChannelKind::Input || table.is_writable()).then_some(Some(table))
	});
	// A register when it is not known, so that nothing is said to be missing that may be right to leave out.
	let table = table.unwrap_or(Table::Holding);
	let encoding = match table.is_bits() {
		true => Encoding::Bit,
		false => read_encoding(fields),
	};
	let most = u64::from(u16::MAX) + 1 - u64::from(encoding.registers());
	Place {
		table,
		register: fields.required_number("register", 0..=most, "(the first register is 0, as on the wire)") as u16,
		encoding,
	}
}

fn read_encoding(fields: &mut Fields<'_>) -> Encoding {
	let expected = "\"u16\", \"i16\", \"u32\" or \"i32\"";
	let name = fields.required("type", expected, |value| {
		let name = value.as_str()?;
		["u16", "i16", "u32", "i32"].contains(&name).then_some(name)
	});
	let is_double = matches!(name, "u32" | "i32");
	// For one register a key for it is refused with all that nobody asked for.
	let order = match is_double {
		true => fields.optional(
			"word_order",
			"\"big\" (the first register has the high half) or \"little\"",
			|value| match value.as_str()? {
				"big" => Some(WordOrder::Big),
				"little" => Some(WordOrder::Little),
				_ => None,
			},
		),
		false => None,
	};
	let order = order.unwrap_or_default();
	match name {
		"i16" => Encoding::I16,
		"u32" => Encoding::U32(order),
		"i32" => Encoding::I32(order),
		_ => Encoding::U16,
	}
}

#[cfg(test)]
mod tests;

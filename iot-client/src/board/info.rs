//! What a board has said about itself, checked.

use super::BoardError;
use bpiiot_protocol::{ChannelInfo, ChannelKind, FirmwareInfo, FirmwareVersion, Identity, Session, SCHEMA_HASH};
use bpiiot_protocol::{HelloPage, CONFIG_PAGES_START, PROTOCOL_VERSION};
use std::collections::BTreeSet;

/// Numbers the times that this client has met a board: a new one for each opening of the port and each reset of the
/// board. What was known or commanded under one link does not hold under the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub u64);

/// The board on the line, from its hello.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoardInfo {
	/// Under which link this was said.
	pub link: LinkId,
	/// The board's session.
	pub session: Session,
	/// The board's serial number.
	pub serial: String,
	/// Version of the firmware.
	pub firmware: FirmwareVersion,
	/// Hash of the firmware image, as declared on chain; of a machine without a board, that of its channel table.
	pub firmware_hash: [u8; 32],
	/// Without a command for so many ms the board makes all outputs safe; 0 when nothing does.
	pub dead_man_ms: u32,
	/// Shortest interval of streamed readings, in ms.
	pub min_interval_ms: u32,
	/// Interval of the streamed readings, in ms.
	pub stream_ms: u32,
	/// All channels, by number.
	pub channels: Vec<ChannelInfo>,
}

impl BoardInfo {
	/// The channel called `name`.
	pub fn channel(&self, name: &str) -> Option<&ChannelInfo> {
		self.channels.iter().find(|channel| channel.name.as_str() == name)
	}

	/// The name of channel number `channel`.
	pub fn name_of(&self, channel: u8) -> &str {
		self.channels
			.get(usize::from(channel))
			.map_or("?", |channel| channel.name.as_str())
	}

	/// A raw value of channel number `channel` in its unit, for people: `23.5 °C`.
	pub fn display(&self, channel: u8, value: i32) -> String {
		let info = self.channels.get(usize::from(channel));
		let thousandths = info.and_then(|info| info.scale.thousandths(value));
		let (Some(info), Some(thousandths)) = (info, thousandths) else {
			return value.to_string();
		};
		let sign = if thousandths < 0 { "-" } else { "" };
		let (whole, rest) = (thousandths.unsigned_abs() / 1000, thousandths.unsigned_abs() % 1000);
		let mut text = format!("{sign}{whole}");
		if rest > 0 {
			text += format!(".{rest:03}").trim_end_matches('0');
		}
		match info.unit.symbol() {
			"" => text,
			symbol => format!("{text} {symbol}"),
		}
	}

	/// Names of all channels of `kind`, for messages.
	pub fn names(&self, kind: ChannelKind) -> Vec<&str> {
		self.channels
			.iter()
			.filter(|channel| channel.kind == kind)
			.map(|channel| channel.name.as_str())
			.collect()
	}
}

/// Refuses a board that would be misunderstood.
pub(super) fn check_identity(identity: &Identity) -> Result<(), BoardError> {
	if identity.protocol != PROTOCOL_VERSION {
		return Err(BoardError::ProtocolVersion {
			theirs: identity.protocol,
		});
	}
	if identity.schema != SCHEMA_HASH {
		return Err(BoardError::Schema {
			theirs: identity.schema,
		});
	}
	if identity.dead_man_ms == 0 {
		return Err(BoardError::BadHello("it has no dead-man timer".to_owned()));
	}
	Ok(())
}

/// Puts the pages of one session together.
pub(super) fn assemble(
	link: LinkId,
	session: Session,
	stream_ms: u32,
	identity: Identity,
	firmware: FirmwareInfo,
	channels: Vec<ChannelInfo>,
) -> Result<BoardInfo, BoardError> {
	check_channels(&channels).map_err(BoardError::BadHello)?;
	Ok(BoardInfo {
		link,
		session,
		serial: identity.serial.as_str().to_owned(),
		firmware: firmware.version,
		firmware_hash: firmware.hash,
		dead_man_ms: identity.dead_man_ms,
		min_interval_ms: identity.min_interval_ms,
		stream_ms: stream_ms.max(identity.min_interval_ms),
		channels,
	})
}

fn check_channels(channels: &[ChannelInfo]) -> Result<(), String> {
	let mut names = BTreeSet::new();
	for (index, channel) in channels.iter().enumerate() {
		let name = channel.name.as_str();
		if usize::from(channel.channel) != index {
			return Err(format!("channel {index} calls itself {}", channel.channel));
		}
		if name.is_empty() || !names.insert(name) {
			return Err(format!("channel {index} has no name of its own: {name:?}"));
		}
		if channel.scale.divisor == 0 {
			return Err(format!("channel {name} has a scale that divides by zero"));
		}
		let range = channel.min..=channel.max;
		if range.is_empty() || (channel.kind == ChannelKind::Output && !range.contains(&channel.safe)) {
			return Err(format!(
				"channel {name} has limits {range:?} and safe state {}",
				channel.safe
			));
		}
	}
	Ok(())
}

/// Whether `page` is the one that was asked for.
pub(super) fn is_page(page: &HelloPage, number: u8) -> bool {
	match page {
		HelloPage::Identity(_) => number == 0,
		HelloPage::Firmware(_) => number == 1,
		HelloPage::Channel(channel) => bpiiot_protocol::channel_page(channel.channel) == number,
		// The bytes do not tell which part they are; the answer's sequence number does.
		HelloPage::Configuration(_) => number >= CONFIG_PAGES_START,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use bpiiot_protocol::{Label, Scale, Unit};

	fn channel(number: u8, name: &'static str) -> ChannelInfo {
		ChannelInfo {
			channel: number,
			kind: ChannelKind::Output,
			unit: Unit::Count,
			scale: Scale::ONE,
			min: 0,
			max: 10,
			safe: 0,
			name: Label::literal(name),
		}
	}

	#[test]
	fn accepts_a_sound_channel_table() {
		assert_eq!(check_channels(&[channel(0, "a"), channel(1, "b")]), Ok(()));
	}

	#[test]
	fn refuses_channel_tables_that_make_no_sense() {
		let cases = [
			("wrong number", vec![channel(1, "a")]),
			("same name twice", vec![channel(0, "a"), channel(1, "a")]),
			("no name", vec![channel(0, "")]),
			(
				"divides by zero",
				vec![ChannelInfo {
					scale: Scale::per(0),
					..channel(0, "a")
				}],
			),
			(
				"empty limits",
				vec![ChannelInfo {
					min: 11,
					..channel(0, "a")
				}],
			),
			(
				"unsafe safe state",
				vec![ChannelInfo {
					safe: 11,
					..channel(0, "a")
				}],
			),
		];
		for (what, channels) in cases {
			assert!(check_channels(&channels).is_err(), "{what} was accepted");
		}
	}

	#[test]
	fn shows_values_in_their_unit() {
		let temperature = ChannelInfo {
			unit: Unit::DegreeCelsius,
			scale: Scale::per(10),
			..channel(1, "t")
		};
		let info = BoardInfo {
			link: LinkId(1),
			session: Session(1),
			serial: "s".into(),
			firmware: FirmwareVersion {
				major: 0,
				minor: 1,
				patch: 0,
			},
			firmware_hash: [0; 32],
			dead_man_ms: 500,
			min_interval_ms: 10,
			stream_ms: 50,
			channels: vec![channel(0, "n"), temperature],
		};
		let cases = [
			(0, -7, "-7"),
			(1, 235, "23.5 °C"),
			(1, 200, "20 °C"),
			(1, -3, "-0.3 °C"),
			(9, 5, "5"),
		];
		for (number, value, text) in cases {
			assert_eq!(info.display(number, value), text);
		}
	}

	#[test]
	fn refuses_another_version_or_schema_and_names_both() {
		let identity = Identity {
			protocol: PROTOCOL_VERSION,
			schema: SCHEMA_HASH,
			serial: Label::literal("s"),
			dead_man_ms: 500,
			min_interval_ms: 10,
			channels: 0,
		};
		assert_eq!(check_identity(&identity), Ok(()));
		let other = check_identity(&Identity {
			protocol: 9,
			..identity
		})
		.unwrap_err()
		.to_string();
		assert!(
			other.contains("version 9") && other.contains(&format!("version {PROTOCOL_VERSION}")),
			"{other}"
		);
		let other = check_identity(&Identity {
			schema: 0xabc,
			..identity
		})
		.unwrap_err()
		.to_string();
		assert!(
			other.contains("00000abc") && other.contains(&format!("{SCHEMA_HASH:08x}")),
			"{other}"
		);
		assert!(check_identity(&Identity {
			dead_man_ms: 0,
			..identity
		})
		.is_err());
	}
}

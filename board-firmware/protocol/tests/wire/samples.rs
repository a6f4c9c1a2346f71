//! Frames of every kind, by hand for the golden vectors and at random for the properties.

use bpiiot_protocol::{
	Ack, AckResult, BoardFrame, BoardMessage, ChannelInfo, ChannelKind, Event, EventKind, FirmwareInfo,
	FirmwareVersion, HelloPage, HostFrame, HostMessage, Identity, Label, Reading, ResetCause, Scale, Session, Status,
	Unit, CONFIG_PAGE_LEN, PROTOCOL_VERSION, SCHEMA_HASH,
};
use proptest::prelude::*;
use serde::de::DeserializeOwned;

const SESSION: Session = Session(0x1122_0044);

/// Every value of an enum whose variants carry nothing, or zeros in every field: read off its own decoder, so that a
/// new variant cannot be forgotten here.
pub fn every_variant<T: DeserializeOwned>() -> Vec<T> {
	(0u8..)
		.map_while(|index| {
			let mut bytes = [0; 64];
			bytes[0] = index;
			postcard::take_from_bytes(&bytes).ok().map(|(value, _)| value)
		})
		.collect()
}

pub fn host_frames() -> Vec<(&'static str, HostFrame)> {
	let frame = |sequence, message| HostFrame::new(SESSION, sequence, message);
	vec![
		(
			"hello-request-first",
			HostFrame::new(Session::UNKNOWN, 0, HostMessage::HelloRequest { page: 0 }),
		),
		(
			"hello-request-channel-0",
			frame(2, HostMessage::HelloRequest { page: 2 }),
		),
		("keep-alive", frame(3, HostMessage::KeepAlive)),
		(
			"set-output",
			frame(
				4,
				HostMessage::SetOutput {
					channel: 0,
					value: 1200,
				},
			),
		),
		(
			"set-output-lowest",
			frame(
				0xffff,
				HostMessage::SetOutput {
					channel: 255,
					value: i32::MIN,
				},
			),
		),
		(
			"set-output-highest",
			frame(
				0,
				HostMessage::SetOutput {
					channel: 1,
					value: i32::MAX,
				},
			),
		),
		("safe", frame(0x0100, HostMessage::Safe)),
		("read-all", frame(6, HostMessage::ReadAll)),
		(
			"set-streaming",
			frame(7, HostMessage::SetStreaming { interval_ms: 100 }),
		),
		(
			"set-streaming-off",
			frame(8, HostMessage::SetStreaming { interval_ms: 0 }),
		),
		(
			"write-config",
			frame(
				9,
				HostMessage::WriteConfig {
					part: 117,
					bytes: *b"BP\x01\x00\xff\x7f 8",
				},
			),
		),
		("restart", frame(10, HostMessage::Restart)),
	]
}

pub fn longest_channel() -> ChannelInfo {
	ChannelInfo {
		channel: 255,
		kind: ChannelKind::Input,
		unit: Unit::Watt,
		scale: Scale {
			zero: i16::MIN,
			multiplier: i32::MIN,
			divisor: u32::MAX,
		},
		min: i32::MIN,
		max: i32::MAX,
		safe: i32::MIN,
		name: Label::literal("sixteen_letters_"),
	}
}

fn hello_frames() -> Vec<(&'static str, HelloPage)> {
	let identity = Identity {
		protocol: PROTOCOL_VERSION,
		schema: SCHEMA_HASH,
		serial: Label::literal("VB-0001"),
		dead_man_ms: 1000,
		min_interval_ms: 20,
		channels: 10,
	};
	let mut hash = [0; 32];
	hash.iter_mut().zip(0u8..).for_each(|(byte, i)| *byte = i);
	let firmware = FirmwareInfo {
		version: FirmwareVersion {
			major: 0,
			minor: 1,
			patch: 0,
		},
		hash,
	};
	let spindle = ChannelInfo {
		channel: 0,
		kind: ChannelKind::Output,
		unit: Unit::Rpm,
		scale: Scale::ONE,
		min: 0,
		max: 3000,
		safe: 0,
		name: Label::literal("spindle_rpm"),
	};
	let temperature = ChannelInfo {
		channel: 6,
		kind: ChannelKind::Input,
		unit: Unit::DegreeCelsius,
		scale: Scale::per(10),
		min: -400,
		max: 1500,
		safe: 0,
		name: Label::literal("temperature"),
	};
	vec![
		("hello-identity", HelloPage::Identity(identity)),
		("hello-firmware", HelloPage::Firmware(firmware)),
		("hello-channel-output", HelloPage::Channel(spindle)),
		("hello-channel-input", HelloPage::Channel(temperature)),
		("hello-channel-longest", HelloPage::Channel(longest_channel())),
		(
			"hello-configuration-erased",
			HelloPage::Configuration([0xff; CONFIG_PAGE_LEN]),
		),
	]
}

pub fn board_frames() -> Vec<(&'static str, BoardFrame)> {
	let frame = |sequence, message| BoardFrame::new(SESSION, sequence, message);
	let ack = |sequence, result, flags, events| {
		frame(
			sequence,
			BoardMessage::Ack(Ack {
				result,
				status: Status { flags, events },
			}),
		)
	};
	let reading = |sequence, channel, value, board_ms| {
		frame(
			sequence,
			BoardMessage::Reading(Reading {
				channel,
				value,
				board_ms,
			}),
		)
	};
	let event = |sequence, board_ms, kind| frame(sequence, BoardMessage::Event(Event { board_ms, kind }));
	let mut frames: Vec<_> = hello_frames()
		.into_iter()
		.zip(0..)
		.map(|((name, page), sequence)| (name, frame(sequence, BoardMessage::Hello(page))))
		.collect();
	frames.extend([
		("ack-done", ack(4, AckResult::Done, 0, 1)),
		(
			"ack-wrong-session",
			ack(5, AckResult::WrongSession, Status::ALL_SAFE, 1),
		),
		(
			"ack-tripped",
			ack(6, AckResult::Tripped, Status::TRIPPED | Status::ALL_SAFE, 300),
		),
		("ack-not-safe", ack(9, AckResult::NotSafe, 0, 1)),
		("reading", reading(0, 4, 1187, 2500)),
		("reading-negative", reading(255, 6, -55, 70_000)),
		("reading-extreme", reading(u16::MAX, u8::MAX, i32::MIN, u32::MAX)),
		(
			"event-reset",
			event(
				0,
				0,
				EventKind::Reset {
					cause: ResetCause::External,
				},
			),
		),
		(
			"event-restart",
			event(
				0,
				0,
				EventKind::Reset {
					cause: ResetCause::Ordered,
				},
			),
		),
		("event-dead-man", event(1, 1001, EventKind::DeadManTripped)),
		(
			"event-interlock",
			event(2, 5000, EventKind::InterlockTripped { input: 8, value: 0 }),
		),
		(
			"event-interlock-cleared",
			event(3, 6000, EventKind::InterlockCleared { input: 8 }),
		),
		("event-input-lost", event(4, 7000, EventKind::InputLost { channel: 6 })),
		("event-input-back", event(5, 8000, EventKind::InputBack { channel: 6 })),
	]);
	frames
}

fn label() -> impl Strategy<Value = Label> {
	"[ -~]{0,16}".prop_map(|text| Label::new(&text).expect("16 printable letters"))
}

fn variant<T: DeserializeOwned + Clone + std::fmt::Debug + 'static>() -> impl Strategy<Value = T> {
	proptest::sample::select(every_variant::<T>())
}

fn host_message() -> impl Strategy<Value = HostMessage> {
	prop_oneof![
		any::<u8>().prop_map(|page| HostMessage::HelloRequest { page }),
		Just(HostMessage::KeepAlive),
		any::<(u8, i32)>().prop_map(|(channel, value)| HostMessage::SetOutput { channel, value }),
		Just(HostMessage::Safe),
		Just(HostMessage::ReadAll),
		any::<u32>().prop_map(|interval_ms| HostMessage::SetStreaming { interval_ms }),
		any::<(u8, [u8; CONFIG_PAGE_LEN])>().prop_map(|(part, bytes)| HostMessage::WriteConfig { part, bytes }),
		Just(HostMessage::Restart),
	]
}

fn hello_page() -> impl Strategy<Value = HelloPage> {
	let identity = (any::<(u8, u32, u32, u32, u8)>(), label()).prop_map(
		|((protocol, schema, dead_man_ms, min_interval_ms, channels), serial)| {
			HelloPage::Identity(Identity {
				protocol,
				schema,
				serial,
				dead_man_ms,
				min_interval_ms,
				channels,
			})
		},
	);
	let firmware = any::<(u8, u8, u8, [u8; 32])>().prop_map(|(major, minor, patch, hash)| {
		HelloPage::Firmware(FirmwareInfo {
			version: FirmwareVersion { major, minor, patch },
			hash,
		})
	});
	let scale = any::<(i16, i32, u32)>().prop_map(|(zero, multiplier, divisor)| Scale {
		zero,
		multiplier,
		divisor,
	});
	let channel = (any::<(u8, i32, i32, i32)>(), variant(), variant(), scale, label()).prop_map(
		|((channel, min, max, safe), kind, unit, scale, name)| {
			HelloPage::Channel(ChannelInfo {
				channel,
				kind,
				unit,
				scale,
				min,
				max,
				safe,
				name,
			})
		},
	);
	let configuration = any::<[u8; CONFIG_PAGE_LEN]>().prop_map(HelloPage::Configuration);
	prop_oneof![identity, firmware, channel, configuration]
}

fn event_kind() -> impl Strategy<Value = EventKind> {
	prop_oneof![
		variant().prop_map(|cause| EventKind::Reset { cause }),
		Just(EventKind::DeadManTripped),
		any::<(u8, i32)>().prop_map(|(input, value)| EventKind::InterlockTripped { input, value }),
		any::<u8>().prop_map(|input| EventKind::InterlockCleared { input }),
		any::<u8>().prop_map(|channel| EventKind::InputLost { channel }),
		any::<u8>().prop_map(|channel| EventKind::InputBack { channel }),
	]
}

fn board_message() -> impl Strategy<Value = BoardMessage> {
	prop_oneof![
		hello_page().prop_map(BoardMessage::Hello),
		(variant(), any::<(u8, u16)>()).prop_map(|(result, (flags, events))| {
			BoardMessage::Ack(Ack {
				result,
				status: Status { flags, events },
			})
		}),
		any::<(u8, i32, u32)>().prop_map(|(channel, value, board_ms)| {
			BoardMessage::Reading(Reading {
				channel,
				value,
				board_ms,
			})
		}),
		(any::<u32>(), event_kind()).prop_map(|(board_ms, kind)| BoardMessage::Event(Event { board_ms, kind })),
	]
}

pub fn host_frame() -> impl Strategy<Value = HostFrame> {
	(any::<u32>(), any::<u16>(), host_message())
		.prop_map(|(session, sequence, message)| HostFrame::new(Session(session), sequence, message))
}

pub fn board_frame() -> impl Strategy<Value = BoardFrame> {
	(any::<u32>(), any::<u16>(), board_message())
		.prop_map(|(session, sequence, message)| BoardFrame::new(Session(session), sequence, message))
}

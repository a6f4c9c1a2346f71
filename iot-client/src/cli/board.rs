//! Commands about the interface board alone: no chain, no key.

mod conformance;
mod flash;
mod wiring;

use super::{
	args::{At, BoardCommand},
	CliError, Desk, Result,
};
use crate::{
	board::{start, terminal_name, BoardHandle, BoardInfo, Kept, SerialLine, Setup, Signal, Workbench},
	config::BoardConfig,
};
use bpiiot_protocol::{ChannelInfo, ChannelKind};
use serde_json::{json, Value};
use std::{collections::BTreeMap, io::IsTerminal, sync::Arc, time::Duration};
use tokio::{
	sync::broadcast::error::RecvError,
	time::{sleep, Instant},
};
use tokio_util::sync::CancellationToken;

pub(super) async fn board(desk: &Desk<'_>, what: &BoardCommand) -> Result<u8> {
	match what {
		BoardCommand::Info { at } => info(desk, &desk.board(at)?).await,
		BoardCommand::Watch { time, at } => watch(desk, desk.board(at)?, *time).await,
		BoardCommand::Configure { at } => configure(desk, &desk.board(at)?).await,
		BoardCommand::Test { drive, to, hold, at } => {
			let drive = drive.then_some(wiring::Drive { to: *to, hold: *hold });
			wiring::test(desk, desk.board(at)?, drive).await
		}
		BoardCommand::Conformance {
			outputs_are_free,
			chance,
			only,
			at,
		} => {
			let options = board_conformance::Options {
				seed: *chance,
				only: only.clone(),
			};
			conformance::conformance(desk, desk.board(at)?, *outputs_are_free, options).await
		}
		BoardCommand::Flash { hex, at } => flash::flash(desk, &desk.board(at)?, hex).await,
	}
}

impl Desk<'_> {
	/// How to reach the board: as the configuration says, or at the port that was typed.
	fn board(&self, at: &At) -> Result<BoardConfig> {
		match &at.port {
			Some(port) if !self.cli.config.exists() => Ok(BoardConfig::at(port.clone())),
			port => {
				let config = self.config()?;
				match (&config.modbus, port) {
					(Some(machine), None) => {
						let message = format!(
							"the machine is at {}, with no interface board; this command is for a board: give its --port",
							machine.address
						);
						Err(CliError::new(CliError::CONFIG, message))
					}
					(Some(_), Some(port)) => Ok(BoardConfig::at(port.clone())),
					(None, port) => {
						let port = port.clone().unwrap_or(config.board.port);
						Ok(BoardConfig { port, ..config.board })
					}
				}
			}
		}
	}
}

async fn info(desk: &Desk<'_>, config: &BoardConfig) -> Result<u8> {
	let line = Arc::new(SerialLine::new(config));
	let (mut workbench, info) = Workbench::open(config, line).await?;
	let kept = workbench.kept().await;
	workbench.close().await;
	let verdict = Verdict::of(config.configuration.as_ref(), &kept?);
	let text = format!("{}\n{}", describe(&info), verdict.text);
	desk.say(text, &info_json(&info, &verdict));
	Ok(u8::from(!verdict.differences.is_empty()))
}

/// What the board keeps, beside the configuration.
pub(super) struct Verdict {
	/// What it keeps, in words.
	pub(super) has: &'static str,
	text: String,
	/// How that differs from what is wanted, or why it cannot be used.
	pub(super) differences: Vec<String>,
}

impl Verdict {
	pub(super) fn of(wanted: Option<&Setup>, kept: &Kept) -> Self {
		let (has, differences) = match (kept, wanted) {
			(Kept::Nowhere, _) => ("this board keeps no configuration", Vec::new()),
			(Kept::Nothing, None) => ("the factory setting", Vec::new()),
			(Kept::Nothing, Some(_)) => (
				"the factory setting",
				vec!["the configuration was never written".to_owned()],
			),
			(Kept::Damaged(error), _) => ("damaged, so it drives nothing", vec![error.to_string()]),
			(Kept::Setup(_), None) => ("written by a client", Vec::new()),
			(Kept::Setup(kept), Some(wanted)) => match wanted.differences(kept) {
				none if none.is_empty() => ("as board.configuration says", none),
				some => ("another than board.configuration", some),
			},
		};
		let mut text = format!("setup     {has}");
		for difference in &differences {
			text += &format!("\n          {difference}");
		}
		if wanted.is_some() && !differences.is_empty() {
			text += "\n          `iot-client board configure` writes the configuration to the board";
		}
		Verdict { has, text, differences }
	}
}

fn describe(info: &BoardInfo) -> String {
	let version = info.firmware;
	let mut text = format!(
		"board     {}\nfirmware  {}.{}.{}, hash {}\nsession   {}\ndead man  all outputs safe after {} ms without a command\n\
		 readings  each {} ms at most",
		info.serial,
		version.major,
		version.minor,
		version.patch,
		crate::parse::hex(info.firmware_hash),
		info.session,
		info.dead_man_ms,
		info.min_interval_ms
	);
	for channel in &info.channels {
		text += &format!("\n{}", describe_channel(info, channel));
	}
	text
}

fn describe_channel(info: &BoardInfo, channel: &ChannelInfo) -> String {
	let show = |value| info.display(channel.channel, value);
	let range = format!("{} … {}", show(channel.min), show(channel.max));
	let name = channel.name.as_str();
	match channel.kind {
		ChannelKind::Output => format!(
			"output {:<2} {name:<16} {range}, safe {}",
			channel.channel,
			show(channel.safe)
		),
		ChannelKind::Input => format!("input  {:<2} {name:<16} {range}", channel.channel),
	}
}

fn info_json(info: &BoardInfo, verdict: &Verdict) -> Value {
	let channels: Vec<_> = info.channels.iter().map(channel_json).collect();
	json!({
		"serial": info.serial,
		"firmware": format!("{}.{}.{}", info.firmware.major, info.firmware.minor, info.firmware.patch),
		"firmware_hash": crate::parse::hex(info.firmware_hash),
		"session": info.session.to_string(),
		"dead_man_ms": info.dead_man_ms,
		"min_interval_ms": info.min_interval_ms,
		"channels": channels,
		"differences": verdict.differences,
	})
}

fn channel_json(channel: &ChannelInfo) -> Value {
	json!({
		"channel": channel.channel,
		"name": channel.name.as_str(),
		"output": channel.kind == ChannelKind::Output,
		"unit": channel.unit.symbol(),
		"min": channel.min,
		"max": channel.max,
		"safe": channel.safe,
	})
}

async fn configure(desk: &Desk<'_>, config: &BoardConfig) -> Result<u8> {
	let Some(setup) = &config.configuration else {
		let message = format!("{} has no part board.configuration to write", desk.cli.config.display());
		return Err(CliError::new(CliError::CONFIG, message));
	};
	let line = Arc::new(SerialLine::new(config));
	let (mut workbench, before) = Workbench::open(config, line).await?;
	let kept = workbench.kept().await?;
	if kept == Kept::Setup(setup.clone()) {
		workbench.close().await;
		let text = format!(
			"board {} is what the configuration says; nothing was written",
			before.serial
		);
		desk.say(text, &json!({ "serial": before.serial, "written": false }));
		return Ok(0);
	}
	if kept == Kept::Nowhere {
		return Err(CliError::refused(format!(
			"board {} has no memory for a configuration",
			before.serial
		)));
	}
	let tells = std::io::stderr().is_terminal();
	let progress = |written: usize, all: usize| {
		if tells {
			eprint!("\r{written} of {all} bytes");
		}
	};
	let after = workbench.configure(setup, progress).await;
	if tells {
		eprintln!();
	}
	workbench.close().await;
	let after = after?;
	if after.channels.len() != setup.channels().count() {
		return Err(CliError::refused(refused_setup(setup)));
	}
	let text = format!("board {} keeps the configuration, and goes by it", after.serial);
	desk.say(text, &json!({ "serial": after.serial, "written": true }));
	Ok(0)
}

/// What to say when a board has kept what it cannot do.
fn refused_setup(setup: &Setup) -> String {
	let terminals: Vec<_> = setup
		.channels()
		.map(|(terminal, info)| format!("{} at {}", info.name, terminal_name(terminal)))
		.collect();
	format!(
		"the board keeps the configuration, but cannot do it, so it drives nothing: {}. An Arduino Uno has switches at 2 to 13 and \
		 A0 to A5, pulse width at 9 and 10, contacts at 2 to 13 and sensors at A0 to A5, each once; at most 10 channels and 4 \
		 interlocks",
		terminals.join(", ")
	)
}

async fn watch(desk: &Desk<'_>, config: BoardConfig, time: Option<Duration>) -> Result<u8> {
	let end = async {
		match time {
			Some(time) => sleep(time).await,
			// Without a way to hear of it there is none but being killed.
			None => {
				if tokio::signal::ctrl_c().await.is_err() {
					std::future::pending::<()>().await;
				}
			}
		}
	};
	with_board(config, async |handle, info| {
		let mut signals = handle.signals();
		let begun = Instant::now();
		let mut shown = BTreeMap::new();
		tokio::pin!(end);
		loop {
			let signal = tokio::select! {
				() = &mut end => break,
				signal = signals.recv() => signal,
			};
			match signal {
				Ok(Signal::LinkEnded { reason, .. }) => return Err(reason.into()),
				Ok(signal) => show(desk, &info, &mut shown, begun.elapsed(), &signal),
				Err(RecvError::Lagged(_)) => {}
				Err(RecvError::Closed) => break,
			}
		}
		let counters = handle.counters();
		eprintln!("{} readings, {} lost", counters.readings, counters.readings_lost);
		Ok(0)
	})
	.await
}

/// Prints a reading that is another one than before, and everything else that the board says.
fn show(desk: &Desk<'_>, info: &BoardInfo, shown: &mut BTreeMap<u8, (i32, String)>, at: Duration, signal: &Signal) {
	let seconds = at.as_secs_f64();
	match signal {
		Signal::Reading {
			channel,
			value,
			board_ms,
			..
		} => {
			let before = shown.get(channel);
			// Most readings are the same, and need not be put into words to know it.
			if before.is_some_and(|(before, _)| before == value) {
				return;
			}
			let (name, text) = (info.name_of(*channel), info.display(*channel, *value));
			let is_other = before.is_none_or(|(_, before)| *before != text);
			shown.insert(*channel, (*value, text.clone()));
			if is_other {
				let json =
					json!({ "board_ms": board_ms, "channel": channel, "name": name, "value": value, "text": text });
				desk.say(format!("{seconds:9.3} s  {name:<16} {text}"), &json);
			}
		}
		Signal::Event { kind, .. } => {
			desk.say(
				format!("{seconds:9.3} s  {kind:?}"),
				&json!({ "event": format!("{kind:?}") }),
			);
		}
		Signal::Status { status, .. } => {
			let flags = status.flags;
			desk.say(
				format!("{seconds:9.3} s  flags {flags:#04x}"),
				&json!({ "flags": flags }),
			);
		}
		Signal::LinkEnded { .. } => {}
	}
}

/// Connects the board, does something with it, and leaves it safe.
async fn with_board(
	config: BoardConfig,
	work: impl AsyncFnOnce(BoardHandle, Arc<BoardInfo>) -> Result<u8>,
) -> Result<u8> {
	let patience = Duration::from_millis(config.hello_timeout_ms) + Duration::from_secs(1);
	let line = Arc::new(SerialLine::new(&config));
	let stop = CancellationToken::new();
	let (handle, bridge) = start(config, line, stop.clone());
	let result = match handle.wait_online(patience).await {
		Ok(info) => work(handle, info).await,
		Err(error) => Err(error.into()),
	};
	stop.cancel();
	// It makes the board safe before it ends.
	let _ = bridge.await;
	result
}

//! `virtual-board`: a drill press on a serial port, without the drill press.

use anyhow::Context;
use clap::Parser;
use nix::sys::{
	signal::{SigSet, Signal},
	signalfd::{SfdFlags, SignalFd},
};
use std::{
	io::{stdin, stdout, Write},
	path::PathBuf,
};
use virtual_board::{
	protocol::{Label, PROTOCOL_VERSION},
	Fault, Options, Server, BOARD_SERIAL, DEAD_MAN_MS,
};

/// A BPIIoT interface board with a simulated drill press, behind a pseudo-terminal.
///
/// Prints `ready PATH` when the port can be opened, and runs until SIGINT or SIGTERM. Lines on the standard input:
/// `fault NAME`, `clear`, `door open`, `door closed`, `reset`, `oil N`.
#[derive(Parser)]
#[command(version)]
struct Arguments {
	/// Where to make the link to the serial device, for example /tmp/bpiiot-board
	#[arg(long, value_name = "PATH")]
	link: PathBuf,

	/// A fault from the start (repeatable): spindle-stall, sensor-stuck, drift, dropout, line-noise, reset, wrong-version
	#[arg(long, value_name = "NAME")]
	fault: Vec<Fault>,

	/// The board's serial number, at most 16 letters
	#[arg(long, value_name = "TEXT", value_parser = label, default_value_t = BOARD_SERIAL)]
	serial: Label,

	/// The protocol version to speak
	#[arg(long, value_name = "N", default_value_t = PROTOCOL_VERSION)]
	protocol_version: u8,

	/// Without a command for so many milliseconds all outputs go to their safe state
	#[arg(long, value_name = "MS", default_value_t = DEAD_MAN_MS)]
	dead_man_ms: u32,

	/// The press has a tank of cutting oil with a sensor for its level, in the place of the tool's wear
	#[arg(long)]
	tank: bool,
}

fn label(text: &str) -> Result<Label, String> {
	Label::new(text).ok_or_else(|| "at most 16 printable ASCII letters".into())
}

fn main() -> anyhow::Result<()> {
	let arguments = Arguments::parse();
	// Before the link exists, so that a signal never leaves one behind.
	let signals = block_signals().context("cannot take signals")?;
	let server = Server::new(Options {
		link: arguments.link,
		serial: arguments.serial,
		protocol_version: arguments.protocol_version,
		dead_man_ms: arguments.dead_man_ms,
		tank: arguments.tank,
		faults: arguments.fault,
	})?;
	writeln!(stdout(), "ready {}", server.path().display())?;
	stdout().flush()?;
	server.run(stdin(), false, Some(signals), |_| {})?;
	Ok(())
}

fn block_signals() -> nix::Result<SignalFd> {
	let mut set = SigSet::empty();
	set.add(Signal::SIGINT);
	set.add(Signal::SIGTERM);
	set.thread_block()?;
	SignalFd::with_flags(&set, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC)
}

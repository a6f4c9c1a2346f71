//! `virtual-modbus`: a drill press whose own controller speaks Modbus, without the drill press.

use anyhow::Context;
use clap::Parser;
use nix::sys::{
	signal::{SigSet, Signal},
	signalfd::{SfdFlags, SignalFd},
};
use std::{
	io::{stdin, stdout, Write},
	net::SocketAddr,
	path::PathBuf,
};
use virtual_board::{
	modbus::{ModbusOptions, ModbusServer, WATCHDOG_MS},
	Fault,
};

/// A simulated drill press whose own controller speaks Modbus TCP, or Modbus RTU on a pseudo-terminal. There is no interface
/// board.
///
/// Prints `ready ADDRESS` when it can be reached, and runs until SIGINT or SIGTERM. Lines on the standard input:
/// `fault NAME`, `clear`, `door open`, `door closed`, `reset`.
#[derive(Parser)]
#[command(version)]
struct Arguments {
	/// Where to listen; port 0 takes one that is free [default: 127.0.0.1:0 if there is no --rtu]
	#[arg(long, value_name = "ADDRESS")]
	listen: Option<SocketAddr>,

	/// Where to make the link to a serial device, for example /tmp/bpiiot-modbus
	#[arg(long, value_name = "PATH")]
	rtu: Option<PathBuf>,

	/// The unit identifier on the serial line; in the network it answers to any
	#[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=247))]
	unit: u8,

	/// A fault from the start (repeatable): spindle-stall, sensor-stuck, drift, dropout, line-noise (serial line only)
	#[arg(long, value_name = "NAME")]
	fault: Vec<Fault>,

	/// Once the watchdog's register was written, outputs are made safe when its number stays the same for so long
	#[arg(long, value_name = "MS", default_value_t = WATCHDOG_MS)]
	watchdog_ms: u32,
}

fn main() -> anyhow::Result<()> {
	let arguments = Arguments::parse();
	// Before the link exists, so that a signal never leaves one behind.
	let signals = block_signals().context("cannot take signals")?;
	let usual = ModbusOptions::tcp();
	let server = ModbusServer::new(ModbusOptions {
		tcp: arguments.listen.or(usual.tcp.filter(|_| arguments.rtu.is_none())),
		rtu: arguments.rtu,
		unit: arguments.unit,
		watchdog_ms: arguments.watchdog_ms,
		faults: arguments.fault,
	})?;
	writeln!(stdout(), "ready {}", server.address())?;
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

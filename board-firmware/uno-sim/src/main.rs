//! `uno-sim`: the real firmware of the Arduino Uno on a serial port, without the Uno.

use anyhow::Context;
use clap::Parser;
use nix::sys::{
	signal::{SigSet, Signal},
	signalfd::{SfdFlags, SignalFd},
};
use std::{
	io::{stdin, stdout, BufRead, Write},
	path::PathBuf,
	sync::mpsc::{self, Receiver, TryRecvError},
};
use uno_sim::{Next, Options, Program, Server};
use virtual_board::Command;

/// The Arduino Uno's firmware in a simulator, with a simulated drill press, behind a pseudo-terminal.
///
/// Prints `ready PATH` when the port can be opened, and runs until SIGINT or SIGTERM. Lines on the standard input:
/// `fault NAME`, `clear`, `door open`, `door closed`, `reset`.
#[derive(Parser)]
#[command(version)]
struct Arguments {
	/// The program: an ELF file that `make firmware` made
	#[arg(long, value_name = "ELF", required_unless_present = "boot_loader")]
	firmware: Option<PathBuf>,

	/// A boot loader, such as Arduino's optiboot_atmega328.hex, in the place of the program, which it is then given over the line
	#[arg(long, value_name = "HEX", conflicts_with = "firmware")]
	boot_loader: Option<PathBuf>,

	/// Where to make the link to the serial device, for example /tmp/bpiiot-board
	#[arg(long, value_name = "PATH")]
	link: PathBuf,

	/// Where to record the levels of the outputs
	#[arg(long, value_name = "FILE")]
	vcd: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
	let arguments = Arguments::parse();
	// Before the link exists, so that a signal never leaves one behind.
	let signals = block_signals().context("cannot take signals")?;
	let program = arguments.firmware.map(Program::Firmware);
	let program = program.or(arguments.boot_loader.map(Program::BootLoader));
	let program = program.context("neither a firmware nor a boot loader")?;
	let server = Server::new(&Options {
		program,
		link: arguments.link.clone(),
		vcd: arguments.vcd,
	})?;
	writeln!(stdout(), "ready {}", arguments.link.display())?;
	stdout().flush()?;
	let commands = read_commands();
	server.run(|| match signals.read_signal() {
		Ok(None) => next(&commands),
		Ok(Some(_)) | Err(_) => Next::Stop,
	})?;
	Ok(())
}

fn next(commands: &Receiver<Command>) -> Next {
	match commands.try_recv() {
		Ok(command) => Next::Command(command),
		Err(TryRecvError::Empty | TryRecvError::Disconnected) => Next::Nothing,
	}
}

fn read_commands() -> Receiver<Command> {
	let (sender, receiver) = mpsc::channel();
	std::thread::spawn(move || {
		for line in stdin()
			.lock()
			.lines()
			.map_while(Result::ok)
			.filter(|line| !line.trim().is_empty())
		{
			match line.parse() {
				Ok(command) if sender.send(command).is_err() => return,
				Ok(_) => {}
				Err(error) => eprintln!("{error}"),
			}
		}
	});
	receiver
}

fn block_signals() -> nix::Result<SignalFd> {
	let mut set = SigSet::empty();
	set.add(Signal::SIGINT);
	set.add(Signal::SIGTERM);
	set.thread_block()?;
	SignalFd::with_flags(&set, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC)
}

//! The program as a user starts it.

use crate::client::{Client, PATIENCE};
use nix::{
	sys::signal::{kill, Signal},
	unistd::Pid,
};
use std::{
	io::{BufRead, BufReader, Read, Write},
	path::PathBuf,
	process::{Child, Command, ExitStatus, Stdio},
	time::{Duration, Instant},
};
use virtual_board::protocol::{AckResult, EventKind, HelloPage, HostMessage, ResetCause, PROTOCOL_VERSION};

/// A running program, killed by its id if a test fails.
struct Program {
	child: Child,
	link: PathBuf,
	_folder: tempfile::TempDir,
}

impl Program {
	/// Starts the program and waits until it says that it is ready.
	fn start(arguments: &[&str], input: Stdio) -> Program {
		let folder = tempfile::tempdir().expect("a folder");
		let link = folder.path().join("board");
		let mut child = Command::new(env!("CARGO_BIN_EXE_virtual-board"))
			.arg("--link")
			.arg(&link)
			.args(arguments)
			.stdin(input)
			.stdout(Stdio::piped())
			.stderr(Stdio::piped())
			.spawn()
			.expect("it starts");
		let mut line = String::new();
		let output = child.stdout.as_mut().expect("its output");
		BufReader::new(output).read_line(&mut line).expect("a line");
		assert_eq!(line, format!("ready {}\n", link.display()));
		Program {
			child,
			link,
			_folder: folder,
		}
	}

	fn type_line(&mut self, line: &str) {
		let input = self.child.stdin.as_mut().expect("its input");
		input.write_all(format!("{line}\n").as_bytes()).expect("it listens");
	}

	fn signal(&mut self, signal: Signal) -> ExitStatus {
		kill(Pid::from_raw(self.child.id() as i32), signal).expect("it runs");
		let deadline = Instant::now() + PATIENCE;
		loop {
			if let Some(status) = self.child.try_wait().expect("our child") {
				return status;
			}
			assert!(Instant::now() < deadline, "it does not end");
			std::thread::park_timeout(Duration::from_millis(5));
		}
	}

	fn complaints(&mut self) -> String {
		let mut text = String::new();
		self.child
			.stderr
			.as_mut()
			.expect("its complaints")
			.read_to_string(&mut text)
			.expect("text");
		text
	}
}

impl Drop for Program {
	fn drop(&mut self) {
		let _ = self.child.kill();
		let _ = self.child.wait();
	}
}

#[test]
fn ends_cleanly_on_either_signal() {
	for signal in [Signal::SIGINT, Signal::SIGTERM] {
		// A closed standard input, as under a service manager, is no reason to end.
		let mut program = Program::start(&[], Stdio::null());
		let mut client = Client::connect(&program.link);
		assert_eq!(client.command(HostMessage::KeepAlive), AckResult::Done);
		let status = program.signal(signal);
		assert_eq!(status.code(), Some(0), "{signal}");
		assert!(
			!program.link.exists() && program.link.symlink_metadata().is_err(),
			"the link is gone"
		);
		assert_eq!(program.complaints(), "");
	}
}

#[test]
fn obeys_lines_and_complains_about_wrong_ones() {
	let mut program = Program::start(
		&[
			"--serial",
			"SHOP-7",
			"--protocol-version",
			&PROTOCOL_VERSION.to_string(),
		],
		Stdio::piped(),
	);
	let mut client = Client::open(&program.link);
	let HelloPage::Identity(identity) = client.hello(0) else {
		panic!("page 0 is the identity")
	};
	assert_eq!(identity.serial.as_str(), "SHOP-7");
	program.type_line("please reset");
	program.type_line("");
	program.type_line("door open");
	client.event(EventKind::InterlockTripped { input: 8, value: 0 });
	program.type_line("reset");
	client.event(EventKind::Reset {
		cause: ResetCause::External,
	});
	program.signal(Signal::SIGTERM);
	assert!(program
		.complaints()
		.starts_with("'please reset' is no command; there are 'fault NAME'"));
}

#[test]
fn refuses_what_it_does_not_know() {
	let cases = [
		(
			["--fault", "fire"],
			"no fault is called 'fire'; there are spindle-stall",
		),
		(["--serial", "seventeen_letters"], "at most 16 printable ASCII letters"),
		(["--protocol-version", "256"], "256 is not in 0..=255"),
	];
	for (arguments, complaint) in cases {
		let output = Command::new(env!("CARGO_BIN_EXE_virtual-board"))
			.args(["--link", "/tmp/never-made"])
			.args(arguments)
			.output()
			.expect("it runs");
		let text = String::from_utf8_lossy(&output.stderr).into_owned();
		assert!(!output.status.success() && text.contains(complaint), "{text}");
	}
}

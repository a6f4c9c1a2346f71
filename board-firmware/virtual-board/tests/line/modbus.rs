//! `virtual-modbus` as a user starts it.

use crate::client::PATIENCE;
use nix::{
	sys::signal::{kill, Signal},
	unistd::Pid,
};
use std::{
	io::{BufRead, BufReader, Read, Write},
	net::TcpStream,
	process::{Child, Command, ExitStatus, Stdio},
	time::{Duration, Instant},
};
use virtual_board::modbus::crc16;

/// A running program, killed by its id if a test fails.
struct Program {
	child: Child,
	address: String,
}

impl Program {
	/// Starts the program and waits until it says that it is ready.
	fn start(arguments: &[&str]) -> Program {
		let mut child = Command::new(env!("CARGO_BIN_EXE_virtual-modbus"))
			.args(arguments)
			.stdin(Stdio::piped())
			.stdout(Stdio::piped())
			.stderr(Stdio::piped())
			.spawn()
			.expect("it starts");
		let mut line = String::new();
		let output = child.stdout.as_mut().expect("its output");
		BufReader::new(output).read_line(&mut line).expect("a line");
		let address = line.strip_prefix("ready ").expect("it is ready").trim().to_owned();
		Program { child, address }
	}

	fn connect(&self) -> TcpStream {
		let place = self.address.strip_prefix("tcp://").expect("a network address");
		let stream = TcpStream::connect(place).expect("it listens");
		stream.set_read_timeout(Some(PATIENCE)).expect("a time limit");
		stream
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
}

impl Drop for Program {
	fn drop(&mut self) {
		let _ = self.child.kill();
		let _ = self.child.wait();
	}
}

/// Asks in the network; gives the answer from the function code on.
fn ask(stream: &mut TcpStream, question: &[u8]) -> Vec<u8> {
	let mut bytes = vec![0, 7, 0, 0, 0, question.len() as u8 + 1, 1];
	bytes.extend(question);
	stream.write_all(&bytes).expect("it reads");
	let mut header = [0; 7];
	stream.read_exact(&mut header).expect("an answer");
	assert_eq!((&header[..5], header[6]), (&[0, 7, 0, 0, 0][..], 1));
	let mut answer = vec![0; usize::from(header[5]) - 1];
	stream.read_exact(&mut answer).expect("all of it");
	answer
}

#[test]
fn answers_in_the_network_and_obeys_lines() {
	let mut program = Program::start(&[]);
	let mut stream = program.connect();
	assert_eq!(ask(&mut stream, &[6, 0, 0, 2, 0x58]), [6, 0, 0, 2, 0x58]);
	assert_eq!(ask(&mut stream, &[3, 0, 0, 0, 1]), [3, 2, 2, 0x58]);
	program.type_line("door open");
	let deadline = Instant::now() + PATIENCE;
	while ask(&mut stream, &[3, 0, 0, 0, 1]) != [3, 2, 0, 0] {
		assert!(Instant::now() < deadline, "the door does not stop the spindle");
	}
	assert_eq!(ask(&mut stream, &[2, 0, 0, 0, 1]), [2, 1, 0]);
	assert_eq!(program.signal(Signal::SIGTERM).code(), Some(0));
}

#[test]
fn answers_its_own_unit_alone_on_a_serial_line() {
	let folder = tempfile::tempdir().expect("a folder");
	let link = folder.path().join("line").display().to_string();
	let mut program = Program::start(&["--rtu", &link, "--unit", "9"]);
	assert_eq!(program.address, format!("rtu:{link}"));
	let mut port = serialport::new(&link, 115_200)
		.timeout(PATIENCE)
		.open()
		.expect("it opens");
	let mut send = |unit: u8| {
		let mut bytes = vec![unit, 4, 0, 3, 0, 1];
		bytes.extend(crc16(&bytes).to_le_bytes());
		port.write_all(&bytes).expect("it is written");
	};
	send(8);
	send(9);
	let mut answer = [0; 7];
	port.read_exact(&mut answer).expect("an answer");
	assert_eq!(answer[..5], [9, 4, 2, 0, 220]);
	assert_eq!(crc16(&answer[..5]).to_le_bytes(), answer[5..]);
	assert_eq!(program.signal(Signal::SIGINT).code(), Some(0));
	assert!(std::fs::symlink_metadata(&link).is_err(), "the link is gone");
}

#[test]
fn makes_itself_safe_when_the_watchdog_is_not_written() {
	let program = Program::start(&["--watchdog-ms", "200"]);
	let mut stream = program.connect();
	ask(&mut stream, &[6, 0, 100, 0, 1]);
	ask(&mut stream, &[6, 0, 0, 2, 0x58]);
	let deadline = Instant::now() + PATIENCE;
	while ask(&mut stream, &[3, 0, 0, 0, 1]) != [3, 2, 0, 0] {
		assert!(Instant::now() < deadline, "the spindle goes on");
	}
}

#[test]
fn refuses_what_it_does_not_know() {
	let cases: [(&[&str], &str); 4] = [
		(
			&["--fault", "wrong-version"],
			"a Modbus machine has no fault 'wrong-version'",
		),
		(&["--fault", "fire"], "no fault is called 'fire'"),
		(&["--unit", "248"], "248 is not in 1..=247"),
		(&["--listen", "192.0.2.1:0"], "cannot listen at 192.0.2.1:0"),
	];
	for (arguments, complaint) in cases {
		let output = Command::new(env!("CARGO_BIN_EXE_virtual-modbus"))
			.args(arguments)
			.output()
			.expect("it runs");
		let text = String::from_utf8_lossy(&output.stderr).into_owned();
		assert!(!output.status.success() && text.contains(complaint), "{text}");
	}
}

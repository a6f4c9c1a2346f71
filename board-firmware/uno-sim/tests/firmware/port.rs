//! The same through a pseudo-terminal, in step with the clock: what the client has.

use crate::host::elf;
use board_conformance::{Host, Port};
use bpiiot_protocol::{AckResult, HelloPage, HostMessage, BAUD_RATE};
use serialport::TTYPort;
use std::{
	fs,
	path::Path,
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc,
	},
	thread::JoinHandle,
	time::{Duration, Instant},
};
use uno_sim::{Next, Options, Program, Server, ServerError, Uno};
use virtual_board::{CLAMP, SPINDLE_RPM, SPINDLE_SPEED};

const PATIENCE: Duration = Duration::from_secs(60);
const ANSWER: Duration = Duration::from_millis(1000);

struct Running {
	stop: Arc<AtomicBool>,
	thread: Option<JoinHandle<Result<Uno, ServerError>>>,
}

impl Running {
	fn start(options: &Options) -> Running {
		let server = Server::new(options).expect("a board");
		let stop = Arc::new(AtomicBool::new(false));
		let asked = Arc::clone(&stop);
		let thread = std::thread::spawn(move || {
			server.run(|| match asked.load(Ordering::Relaxed) {
				true => Next::Stop,
				false => Next::Nothing,
			})
		});
		Running {
			stop,
			thread: Some(thread),
		}
	}

	fn end(&mut self) {
		self.stop.store(true, Ordering::Relaxed);
		if let Some(thread) = self.thread.take() {
			thread.join().expect("no panic").expect("no error");
		}
	}
}

impl Drop for Running {
	fn drop(&mut self) {
		self.stop.store(true, Ordering::Relaxed);
	}
}

/// A client that has said hello. On a busy machine the board falls behind the clock, so it is patient.
fn open(path: &Path) -> Host<Port<TTYPort>> {
	let name = path.to_str().expect("UTF-8");
	let port = TTYPort::open(&serialport::new(name, BAUD_RATE).timeout(Duration::from_millis(20)));
	let mut host = Host::new(Port::new(port.expect("it opens")));
	(host.answer, host.patience) = (ANSWER, PATIENCE);
	host.hello(0).expect("a hello");
	host
}

#[test]
fn a_client_works_with_it_as_with_any_serial_port() {
	let folder = tempfile::tempdir().expect("a folder");
	let options = Options {
		program: Program::Firmware(elf()),
		link: folder.path().join("board"),
		vcd: Some(folder.path().join("outputs.vcd")),
	};
	let mut board = Running::start(&options);
	let mut client = open(&options.link);
	let first = client.session;
	assert!(matches!(client.hello(0), Ok(HelloPage::Identity(identity)) if identity.channels == 10));
	assert_eq!(client.set(CLAMP, 1).expect("an answer").result, AckResult::Done);
	assert_eq!(
		client.set(SPINDLE_RPM, 1500).expect("an answer").result,
		AckResult::Done
	);
	let deadline = Instant::now() + PATIENCE;
	while client.read_all().expect("readings").value(SPINDLE_SPEED) < Some(500) {
		assert!(Instant::now() < deadline, "the spindle never turns");
	}
	assert_eq!(
		client.command(HostMessage::Safe).expect("an answer").result,
		AckResult::Done
	);
	drop(client);

	// Opening it again is a reset.
	assert_ne!(open(&options.link).session, first);
	board.end();
	assert!(!options.link.exists(), "the link goes with the board");
	let record = fs::read_to_string(options.vcd.expect("given")).expect("a record");
	assert!(record.contains("$var wire 1 j spindle_rpm $end"), "{record}");
	// Pulses: the spindle's terminal went up and down.
	assert!(record.matches("1j").count() > 10 && record.matches("0j").count() > 10);
	assert!(record.contains("1h"), "the clamp's terminal went up");
}

#[test]
fn a_file_that_is_no_program_is_told() {
	let folder = tempfile::tempdir().expect("a folder");
	let options = Options {
		program: Program::Firmware(folder.path().join("none.elf")),
		link: folder.path().join("board"),
		vcd: None,
	};
	let error = Server::new(&options).err().expect("refused").to_string();
	assert!(error.contains("`make firmware` makes one"), "{error}");
}

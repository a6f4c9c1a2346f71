//! The same through a pseudo-terminal, in step with the clock: what the client has.

use crate::host::elf;
use bpiiot_protocol::{
	AckResult, BoardMessage, Decoder, HelloPage, HostFrame, HostMessage, Reading, Session, BAUD_RATE,
};
use serialport::TTYPort;
use std::{
	collections::VecDeque,
	fs,
	io::{ErrorKind, Read, Write},
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc,
	},
	thread::JoinHandle,
	time::{Duration, Instant},
};
use uno_sim::{Next, Options, Server, ServerError, Uno};
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

struct Client {
	port: TTYPort,
	decoder: Decoder<BoardMessage>,
	frames: VecDeque<bpiiot_protocol::BoardFrame>,
	session: Session,
	sequence: u16,
}

impl Client {
	fn open(path: &std::path::Path) -> Client {
		let name = path.to_str().expect("UTF-8");
		let port = TTYPort::open(&serialport::new(name, BAUD_RATE).timeout(Duration::from_millis(20)));
		let mut client = Client {
			port: port.expect("it opens"),
			decoder: Decoder::new(),
			frames: VecDeque::new(),
			session: Session::UNKNOWN,
			sequence: 0,
		};
		client.hello(0);
		client
	}

	/// Sends a frame again and again until there is an answer: on a busy machine the board falls behind the clock.
	fn ask<T>(&mut self, frame: HostFrame, mut answer: impl FnMut(&bpiiot_protocol::BoardFrame) -> Option<T>) -> T {
		let deadline = Instant::now() + PATIENCE;
		while Instant::now() < deadline {
			self.port
				.write_all(&frame.encode().expect("fits"))
				.expect("it takes bytes");
			let again = Instant::now() + ANSWER;
			while Instant::now() < again {
				while let Some(reply) = self.frames.pop_front() {
					if let Some(found) = answer(&reply) {
						return found;
					}
				}
				self.pump();
			}
		}
		panic!("no answer to {frame:?}");
	}

	fn pump(&mut self) {
		let mut buffer = [0; 256];
		let count = match self.port.read(&mut buffer) {
			Err(error) if error.kind() == ErrorKind::TimedOut => 0,
			result => result.expect("the line is up"),
		};
		let frames = buffer[..count].iter().filter_map(|byte| self.decoder.push(*byte));
		self.frames.extend(frames.filter_map(Result::ok));
	}

	fn hello(&mut self, page: u8) -> HelloPage {
		self.sequence += 1;
		let sequence = self.sequence;
		let request = HostFrame::new(Session::UNKNOWN, sequence, HostMessage::HelloRequest { page });
		let (session, page) = self.ask(request, |reply| match reply.message {
			BoardMessage::Hello(page) if reply.sequence == sequence => Some((reply.session, page)),
			_ => None,
		});
		self.session = session;
		page
	}

	fn command(&mut self, message: HostMessage) -> AckResult {
		self.sequence += 1;
		let sequence = self.sequence;
		self.ask(HostFrame::new(self.session, sequence, message), |reply| {
			match reply.message {
				BoardMessage::Ack(ack) if reply.sequence == sequence => Some(ack.result),
				_ => None,
			}
		})
	}

	fn read(&mut self, channel: u8) -> Reading {
		self.sequence += 1;
		self.ask(
			HostFrame::new(self.session, self.sequence, HostMessage::ReadAll),
			|reply| match reply.message {
				BoardMessage::Reading(reading) if reading.channel == channel => Some(reading),
				_ => None,
			},
		)
	}
}

#[test]
fn a_client_works_with_it_as_with_any_serial_port() {
	let folder = tempfile::tempdir().expect("a folder");
	let options = Options {
		firmware: elf(),
		link: folder.path().join("board"),
		vcd: Some(folder.path().join("outputs.vcd")),
	};
	let mut board = Running::start(&options);
	let mut client = Client::open(&options.link);
	let first = client.session;
	assert!(matches!(client.hello(0), HelloPage::Identity(identity) if identity.channels == 10));
	assert_eq!(
		client.command(HostMessage::SetOutput {
			channel: CLAMP,
			value: 1
		}),
		AckResult::Done
	);
	let spindle = HostMessage::SetOutput {
		channel: SPINDLE_RPM,
		value: 1500,
	};
	assert_eq!(client.command(spindle), AckResult::Done);
	let deadline = Instant::now() + PATIENCE;
	while client.read(SPINDLE_SPEED).value < 500 {
		assert!(Instant::now() < deadline, "the spindle never turns");
	}
	assert_eq!(client.command(HostMessage::Safe), AckResult::Done);
	drop(client);

	// Opening it again is a reset.
	let again = Client::open(&options.link);
	assert_ne!(again.session, first);
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
		firmware: folder.path().join("none.elf"),
		link: folder.path().join("board"),
		vcd: None,
	};
	let error = Server::new(&options).err().expect("refused").to_string();
	assert!(error.contains("`make firmware` makes one"), "{error}");
}

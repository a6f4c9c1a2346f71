//! A line through anything that is read and written.

use board_conformance::{Line, Pair, Port};
use std::{
	collections::VecDeque,
	io::{self, ErrorKind, Read, Write},
	time::Duration,
};

/// A port that gives these results, one after the other, and takes three bytes at a time.
#[derive(Default)]
struct Script {
	reads: VecDeque<Result<Vec<u8>, ErrorKind>>,
	refusals: VecDeque<ErrorKind>,
	written: Vec<u8>,
	flushed: usize,
}

impl Script {
	fn reading(reads: impl IntoIterator<Item = Result<Vec<u8>, ErrorKind>>) -> Port<Script> {
		Port::new(Script {
			reads: reads.into_iter().collect(),
			..Script::default()
		})
	}
}

impl Read for Script {
	fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
		let bytes = self.reads.pop_front().unwrap_or(Err(ErrorKind::TimedOut))?;
		buffer[..bytes.len()].copy_from_slice(&bytes);
		Ok(bytes.len())
	}
}

impl Write for Script {
	fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
		if let Some(refusal) = self.refusals.pop_front() {
			return Err(refusal.into());
		}
		let count = bytes.len().min(3);
		self.written.extend(&bytes[..count]);
		Ok(count)
	}

	fn flush(&mut self) -> io::Result<()> {
		self.flushed += 1;
		Ok(())
	}
}

fn receive(port: &mut impl Line) -> io::Result<Vec<u8>> {
	let mut bytes = vec![9];
	port.receive(Duration::from_secs(60), &mut bytes)?;
	Ok(bytes)
}

#[test]
fn waits_until_something_comes() {
	let nothing = [ErrorKind::TimedOut, ErrorKind::WouldBlock, ErrorKind::Interrupted].map(Err);
	let mut port = Script::reading(nothing.into_iter().chain([Ok(vec![1, 2]), Ok(vec![3])]));
	assert_eq!(receive(&mut port).expect("bytes"), [9, 1, 2]);
	assert_eq!(receive(&mut port).expect("bytes"), [9, 3]);
}

#[test]
fn does_not_wait_for_ever() {
	let mut port = Script::reading([]);
	let mut bytes = Vec::new();
	let before = port.now();
	port.receive(Duration::from_millis(3), &mut bytes)
		.expect("nothing came");
	assert!(bytes.is_empty() && port.now() - before >= Duration::from_millis(3));
}

#[test]
fn a_line_that_is_gone_is_an_error() {
	for (read, kind) in [
		(Ok(Vec::new()), ErrorKind::UnexpectedEof),
		(Err(ErrorKind::BrokenPipe), ErrorKind::BrokenPipe),
	] {
		let mut port = Script::reading([read]);
		assert_eq!(receive(&mut port).expect_err("an error").kind(), kind);
	}
}

#[test]
fn sends_everything_however_little_the_port_takes() {
	let mut port = Script::reading([]);
	port.port.refusals = [ErrorKind::WouldBlock, ErrorKind::TimedOut, ErrorKind::Interrupted].into();
	port.send(&[1, 2, 3, 4, 5, 6, 7]).expect("sent");
	assert_eq!(
		(port.port.written.as_slice(), port.port.flushed),
		(&[1, 2, 3, 4, 5, 6, 7][..], 1)
	);
	port.port.refusals = [ErrorKind::BrokenPipe].into();
	assert_eq!(port.send(&[1]).expect_err("an error").kind(), ErrorKind::BrokenPipe);
}

#[test]
fn a_reader_and_a_writer_are_a_port() {
	let reader: Box<dyn Read + Send> = Box::new(&[1_u8, 2][..]);
	let writer: Box<dyn Write + Send> = Box::new(io::sink());
	let mut port = Port::new(Pair { reader, writer });
	assert_eq!(receive(&mut port).expect("bytes"), [9, 1, 2]);
	port.send(&[1, 2, 3]).expect("sent");
}

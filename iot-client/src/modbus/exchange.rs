//! One question and its answer.

use super::{
	channel::Table,
	line::{Line, LONGEST},
	mbap::Mbap,
	plan::Block,
	Address, ModbusConfig,
};
use crate::board::{BoardError, Telltale};
use std::{io, time::Duration};
use tokio::{
	io::duplex,
	net::TcpStream,
	time::{sleep, timeout},
};
use tokio_modbus::{
	client::{rtu, tcp, Client, Context},
	prelude::{ReadCode, ReadDeviceIdentificationResponse},
	Error, ExceptionCode, ProtocolError, Request, Response, Slave,
};

/// How long connecting to a machine may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// How long to wait before a machine is asked again that said that it is busy.
const BUSY_PAUSE: Duration = Duration::from_millis(50);
/// A machine names itself in at most so many answers ...
const IDENTITY_ANSWERS: usize = 4;
/// ... and with at most so many letters.
const IDENTITY_LETTERS: usize = 96;

/// Why a question has no answer of use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
	/// The machine refuses; the way to it is well.
	Refused(ExceptionCode),
	/// The way to it is useless.
	Lost(String),
}

/// Why one attempt failed.
enum Failed {
	Refused(ExceptionCode),
	/// Perhaps not the next time.
	Perhaps(String),
	Lost(String),
}

/// What is asked.
enum Way {
	/// The library's client, for as long as the connection lasts.
	Tcp(Context),
	/// The line. Each question has a client of its own, so that nothing of an earlier one is left in a buffer.
	Rtu(Line),
}

/// An opened way to a machine, for one question at a time.
pub(super) struct Exchange {
	way: Way,
	slave: Slave,
	limit: Duration,
	attempts: u32,
	telltale: Telltale,
}

impl Exchange {
	/// Opens the way.
	pub async fn open(config: &ModbusConfig, telltale: Telltale) -> Result<Self, BoardError> {
		let slave = Slave(config.unit);
		let mut limit = Duration::from_millis(config.timeout_ms);
		let way = match &config.address {
			Address::Tcp { host, port } => {
				let stream = connect(host, *port).await.map_err(|error| BoardError::Unreachable {
					address: config.address.to_string(),
					reason: error.to_string(),
				})?;
				Way::Tcp(tcp::attach_slave(Mbap::new(stream), slave))
			}
			Address::Rtu { device, line } => {
				let line = Line::open(device.clone(), *line).await?;
				limit += line.time_of(2 * LONGEST);
				Way::Rtu(line)
			}
		};
		Ok(Self {
			way,
			slave,
			limit,
			attempts: config.attempts,
			telltale,
		})
	}

	/// Reads the registers of a block, or its bits, each as 0 or 1.
	pub async fn read(&mut self, block: &Block) -> Result<Vec<u16>, Trouble> {
		let request = match block.table {
			Table::Coil => Request::ReadCoils(block.first, block.count),
			Table::Discrete => Request::ReadDiscreteInputs(block.first, block.count),
			Table::Holding => Request::ReadHoldingRegisters(block.first, block.count),
			Table::Input => Request::ReadInputRegisters(block.first, block.count),
		};
		let words = match self.ask(request, self.attempts).await? {
			Response::ReadCoils(bits) | Response::ReadDiscreteInputs(bits) => {
				let bits = bits.into_iter().take(usize::from(block.count));
				bits.map(u16::from).collect()
			}
			Response::ReadHoldingRegisters(words) | Response::ReadInputRegisters(words) => words,
			// What does not fit its question is no answer.
			_ => Vec::new(),
		};
		Ok(words)
	}

	/// Writes. Writing the same once more does no harm, so it is repeated like everything else.
	pub async fn write(&mut self, request: Request<'static>) -> Result<(), Trouble> {
		self.ask(request, self.attempts).await.map(|_| ())
	}

	/// What the machine says that it is: vendor, product and revision (function 43, type 14). `None` when it does not say.
	pub async fn identity(&mut self) -> Result<Option<String>, String> {
		let mut parts: Vec<String> = Vec::new();
		let mut next = 0;
		for _ in 0..IDENTITY_ANSWERS {
			let Some(answer) = self.identity_from(next).await? else {
				break;
			};
			let objects = answer.device_id_objects.iter();
			parts.extend(
				objects
					.map(|object| readable(&object.value))
					.filter(|text| !text.is_empty()),
			);
			if !answer.more_follows || answer.next_object_id <= next {
				break;
			}
			next = answer.next_object_id;
		}
		let text: String = parts.join(" ").chars().take(IDENTITY_LETTERS).collect();
		Ok((!text.is_empty()).then_some(text))
	}

	/// One answer about it, from this object on. Many machines do not know the question, and some do not even say so.
	async fn identity_from(&mut self, next: u8) -> Result<Option<ReadDeviceIdentificationResponse>, String> {
		for _ in 0..self.attempts {
			let request = Request::ReadDeviceIdentification(ReadCode::Basic, next);
			match self.attempt(request).await {
				Ok(Response::ReadDeviceIdentification(answer)) => return Ok(Some(answer)),
				Err(Failed::Perhaps(_)) => {}
				Ok(_) | Err(Failed::Refused(_)) => return Ok(None),
				Err(Failed::Lost(reason)) => return Err(reason),
			}
		}
		Ok(None)
	}

	/// Closes the way.
	pub async fn close(self) {
		match self.way {
			Way::Tcp(mut context) => {
				let _ = timeout(self.limit, context.disconnect()).await;
			}
			Way::Rtu(line) => line.close().await,
		}
	}

	/// Asks until there is an answer, at most so many times.
	async fn ask(&mut self, request: Request<'static>, attempts: u32) -> Result<Response, Trouble> {
		let mut last = String::new();
		for attempt in 0..attempts {
			if attempt > 0 {
				self.telltale.count(|counters| counters.retries += 1);
			}
			match self.attempt(request.clone()).await {
				Ok(answer) => return Ok(answer),
				Err(Failed::Refused(code @ (ExceptionCode::Acknowledge | ExceptionCode::ServerDeviceBusy))) => {
					if attempt + 1 == attempts {
						return Err(Trouble::Refused(code));
					}
					sleep(BUSY_PAUSE).await;
				}
				Err(Failed::Refused(
					code @ (ExceptionCode::GatewayPathUnavailable | ExceptionCode::GatewayTargetDevice),
				)) => last = explain(code),
				Err(Failed::Refused(code)) => return Err(Trouble::Refused(code)),
				Err(Failed::Perhaps(reason)) => last = reason,
				Err(Failed::Lost(reason)) => return Err(Trouble::Lost(reason)),
			}
		}
		Err(Trouble::Lost(format!("{last}, {attempts} times")))
	}

	/// Asks once.
	async fn attempt(&mut self, request: Request<'static>) -> Result<Response, Failed> {
		let called = match &mut self.way {
			Way::Tcp(context) => timeout(self.limit, context.call(request.clone())).await,
			Way::Rtu(line) => {
				let settled = line.settle(self.limit).await;
				settled.map_err(|error| Failed::Lost(error.to_string()))?;
				line.asked();
				let (ours, theirs) = duplex(LONGEST);
				let mut context = rtu::attach_slave(theirs, self.slave);
				let called = tokio::select! {
					biased;
					called = timeout(self.limit, context.call(request.clone())) => called,
					error = line.carry(ours) => return Err(Failed::Lost(error.to_string())),
				};
				if called.is_ok() {
					line.answered();
				}
				called
			}
		};
		let Ok(result) = called else {
			return Err(Failed::Perhaps(format!(
				"no answer within {} ms",
				self.limit.as_millis()
			)));
		};
		match result {
			Ok(Ok(response)) if fits(&request, &response) => Ok(response),
			Ok(Ok(_)) => Err(self.broken("an answer that does not fit its question")),
			Ok(Err(code)) => Err(Failed::Refused(code)),
			Err(Error::Protocol(ProtocolError::HeaderMismatch { .. })) => Err(self.broken("an answer of another unit")),
			Err(Error::Protocol(ProtocolError::FunctionCodeMismatch { .. })) => {
				Err(self.broken("an answer to another question"))
			}
			Err(Error::Transport(error)) => {
				// On a serial line that is noise. In a network nothing is damaged on the way.
				let is_noise = matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof);
				match (&self.way, is_noise) {
					(Way::Rtu(_), true) => Err(self.broken("an answer that is damaged")),
					_ => Err(Failed::Lost(error.to_string())),
				}
			}
		}
	}

	fn broken(&self, what: &str) -> Failed {
		self.telltale.count(|counters| counters.broken_frames += 1);
		Failed::Perhaps(what.to_owned())
	}
}

async fn connect(host: &str, port: u16) -> io::Result<TcpStream> {
	let connecting = timeout(CONNECT_LIMIT, TcpStream::connect((host, port)));
	let stream = connecting.await.map_err(|_| {
		let text = format!("no answer within {} s", CONNECT_LIMIT.as_secs());
		io::Error::new(io::ErrorKind::TimedOut, text)
	})??;
	// Questions are small and each one waits for its answer.
	stream.set_nodelay(true)?;
	Ok(stream)
}

/// Whether an answer is one to this question. The library looks at the function code, not at what is in it.
fn fits(request: &Request<'_>, response: &Response) -> bool {
	match (request, response) {
		(Request::ReadCoils(_, count), Response::ReadCoils(bits))
		| (Request::ReadDiscreteInputs(_, count), Response::ReadDiscreteInputs(bits)) => {
			bits.len() == usize::from(*count).div_ceil(8) * 8
		}
		(Request::ReadHoldingRegisters(_, count), Response::ReadHoldingRegisters(words))
		| (Request::ReadInputRegisters(_, count), Response::ReadInputRegisters(words)) => words.len() == usize::from(*count),
		(Request::WriteSingleCoil(at, bit), Response::WriteSingleCoil(there, written)) => (at, bit) == (there, written),
		(Request::WriteSingleRegister(at, word), Response::WriteSingleRegister(there, written)) => {
			(at, word) == (there, written)
		}
		(Request::WriteMultipleRegisters(at, words), Response::WriteMultipleRegisters(there, count)) => {
			at == there && words.len() == usize::from(*count)
		}
		(Request::ReadDeviceIdentification(..), Response::ReadDeviceIdentification(_)) => true,
		_ => false,
	}
}

/// An exception by its name in the specification (section 7), and what it means here.
pub(super) fn explain(code: ExceptionCode) -> String {
	let (name, meaning) = match code {
		ExceptionCode::IllegalFunction => ("illegal function", "it cannot do that to this table"),
		ExceptionCode::IllegalDataAddress => ("illegal data address", "it has no such register there"),
		ExceptionCode::IllegalDataValue => ("illegal data value", "it does not take this value"),
		ExceptionCode::ServerDeviceFailure => ("server device failure", "it failed to do it"),
		ExceptionCode::Acknowledge => ("acknowledge", "it still works on it"),
		ExceptionCode::ServerDeviceBusy => ("server device busy", "it does something else now"),
		ExceptionCode::MemoryParityError => ("memory parity error", "its memory is damaged"),
		ExceptionCode::GatewayPathUnavailable => ("gateway path unavailable", "the gateway has no way to it"),
		ExceptionCode::GatewayTargetDevice => (
			"gateway target device failed to respond",
			"the gateway gets no answer from it",
		),
		ExceptionCode::Custom(_) => ("an exception of its own", "see its manual"),
	};
	format!("exception {}, {name} ({meaning})", u8::from(code))
}

/// The printable letters of what should be text.
fn readable(bytes: &[u8]) -> String {
	let text = String::from_utf8_lossy(bytes);
	let text: String = text.chars().filter(|letter| !letter.is_control()).collect();
	text.trim().to_owned()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn an_answer_must_fit_its_question() {
		let read = Request::ReadHoldingRegisters(4, 2);
		assert!(fits(&read, &Response::ReadHoldingRegisters(vec![1, 2])));
		assert!(!fits(&read, &Response::ReadHoldingRegisters(vec![1])));
		assert!(!fits(&read, &Response::ReadInputRegisters(vec![1, 2])));
		assert!(fits(&Request::ReadCoils(0, 3), &Response::ReadCoils(vec![true; 8])));
		assert!(!fits(&Request::ReadCoils(0, 9), &Response::ReadCoils(vec![true; 8])));
		let write = Request::WriteSingleRegister(7, 500);
		assert!(fits(&write, &Response::WriteSingleRegister(7, 500)));
		assert!(!fits(&write, &Response::WriteSingleRegister(7, 499)));
		assert!(!fits(&write, &Response::WriteSingleRegister(8, 500)));
		let double = Request::WriteMultipleRegisters(1, vec![0, 9].into());
		assert!(fits(&double, &Response::WriteMultipleRegisters(1, 2)));
		assert!(!fits(&double, &Response::WriteMultipleRegisters(1, 1)));
	}

	#[test]
	fn exceptions_are_named_as_the_specification_names_them() {
		let text = explain(ExceptionCode::IllegalDataAddress);
		assert_eq!(
			text,
			"exception 2, illegal data address (it has no such register there)"
		);
		assert!(explain(ExceptionCode::Custom(0x20)).starts_with("exception 32, "));
	}

	#[test]
	fn what_a_machine_says_of_itself_is_made_readable() {
		assert_eq!(readable(b" ACME\0\r\n "), "ACME");
		assert_eq!(readable(&[0xff, b'x']), "\u{fffd}x");
	}
}

//! Questions and answers, the same in a network and on a serial line (Modbus application protocol 1.1b3).

use super::panel::{Exception, Panel};

/// The most that one question may read.
const MOST_BITS: u16 = 2000;
const MOST_REGISTERS: u16 = 125;
/// What the machine says that it is: vendor, product, revision.
const IDENTITY: [&str; 3] = ["BPIIoT", "virtual-press", env!("CARGO_PKG_VERSION")];

/// The answer to a question, both from the function code on.
pub(super) fn answer(panel: &mut Panel, question: &[u8]) -> Vec<u8> {
	let function = question.first().copied().unwrap_or(0);
	answer_of(panel, function, question.get(1..).unwrap_or(&[]))
		.unwrap_or_else(|exception| vec![function | 0x80, exception as u8])
}

fn answer_of(panel: &mut Panel, function: u8, rest: &[u8]) -> Result<Vec<u8>, Exception> {
	match function {
		1 => bits(function, rest, |at| panel.coil(at)),
		2 => bits(function, rest, |at| panel.discrete(at)),
		3 => registers(function, rest, |at| panel.holding(at)),
		4 => registers(function, rest, |at| panel.input(at)),
		5 => {
			let (at, value) = two(rest)?;
			match value {
				0xff00 => panel.set_coil(at, true)?,
				0x0000 => panel.set_coil(at, false)?,
				_ => return Err(Exception::IllegalDataValue),
			}
			Ok(echo(function, rest))
		}
		6 => {
			let (at, value) = two(rest)?;
			panel.set_holding(at, &[value])?;
			Ok(echo(function, rest))
		}
		15 => {
			let (first, count, bytes) = many(rest)?;
			if bytes.len() != usize::from(count).div_ceil(8) {
				return Err(Exception::IllegalDataValue);
			}
			for (place, at) in (0..count).zip(first..=u16::MAX) {
				let bit = bytes[usize::from(place / 8)] >> (place % 8) & 1;
				panel.set_coil(at, bit == 1)?;
			}
			Ok(echo(function, rest))
		}
		16 => {
			let (first, count, bytes) = many(rest)?;
			if bytes.len() != usize::from(count) * 2 {
				return Err(Exception::IllegalDataValue);
			}
			let words: Vec<_> = bytes
				.chunks_exact(2)
				.map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
				.collect();
			panel.set_holding(first, &words)?;
			Ok(echo(function, rest))
		}
		0x2b if rest.first() == Some(&14) => identity(rest),
		_ => Err(Exception::IllegalFunction),
	}
}

/// All of the basic identification in one answer, from the object on that was asked for.
fn identity(rest: &[u8]) -> Result<Vec<u8>, Exception> {
	let [_, code, object, ..] = *rest else {
		return Err(Exception::IllegalDataValue);
	};
	if code != 1 {
		return Err(Exception::IllegalDataValue);
	}
	let objects: Vec<_> = (0u8..).zip(IDENTITY).filter(|(number, _)| *number >= object).collect();
	if objects.is_empty() {
		return Err(Exception::IllegalDataAddress);
	}
	// Conformity level 1, nothing follows.
	let mut answer = vec![0x2b, 14, code, 1, 0, 0, objects.len() as u8];
	for (number, text) in objects {
		answer.extend([number, text.len() as u8]);
		answer.extend(text.as_bytes());
	}
	Ok(answer)
}

fn bits(function: u8, rest: &[u8], mut read: impl FnMut(u16) -> Result<bool, Exception>) -> Result<Vec<u8>, Exception> {
	let places = places(rest, MOST_BITS)?;
	let mut bytes = vec![0u8; places.len().div_ceil(8)];
	for (number, at) in places.into_iter().enumerate() {
		bytes[number / 8] |= u8::from(read(at)?) << (number % 8);
	}
	Ok([vec![function, bytes.len() as u8], bytes].concat())
}

fn registers(
	function: u8,
	rest: &[u8],
	mut read: impl FnMut(u16) -> Result<u16, Exception>,
) -> Result<Vec<u8>, Exception> {
	let places = places(rest, MOST_REGISTERS)?;
	let mut answer = vec![function, (places.len() * 2) as u8];
	for at in places {
		answer.extend(read(at)?.to_be_bytes());
	}
	Ok(answer)
}

/// The registers of a question that reads.
fn places(rest: &[u8], most: u16) -> Result<Vec<u16>, Exception> {
	let (first, count) = two(rest)?;
	if !(1..=most).contains(&count) {
		return Err(Exception::IllegalDataValue);
	}
	let last = first.checked_add(count - 1).ok_or(Exception::IllegalDataAddress)?;
	Ok((first..=last).collect())
}

fn two(rest: &[u8]) -> Result<(u16, u16), Exception> {
	match *rest {
		[a, b, c, d, ..] => Ok((u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))),
		_ => Err(Exception::IllegalDataValue),
	}
}

/// First register, how many, and their bytes.
fn many(rest: &[u8]) -> Result<(u16, u16, &[u8]), Exception> {
	let (first, count) = two(rest)?;
	let len = usize::from(*rest.get(4).ok_or(Exception::IllegalDataValue)?);
	let bytes = rest.get(5..5 + len).ok_or(Exception::IllegalDataValue)?;
	match count {
		0 => Err(Exception::IllegalDataValue),
		_ => Ok((first, count, bytes)),
	}
}

/// What a write is answered with: where, and what or how many.
fn echo(function: u8, rest: &[u8]) -> Vec<u8> {
	let mut answer = vec![function];
	answer.extend(&rest[..rest.len().min(4)]);
	answer
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::time::Duration;

	fn ask(panel: &mut Panel, question: &[u8]) -> Vec<u8> {
		answer(panel, question)
	}

	fn panel() -> Panel {
		Panel::new(Duration::from_secs(60))
	}

	#[test]
	fn what_is_written_is_read() {
		let mut panel = panel();
		let writes: [&[u8]; 4] = [
			&[6, 0, 0, 4, 0xb0],
			&[16, 0, 1, 0, 2, 4, 0, 0, 0x4e, 0x20],
			&[5, 0, 0, 0xff, 0],
			&[15, 0, 0, 0, 2, 1, 0b11],
		];
		for write in writes {
			assert_eq!(ask(&mut panel, write), write[..5]);
		}
		assert_eq!(ask(&mut panel, &[3, 0, 0, 0, 3]), [3, 6, 4, 0xb0, 0, 0, 0x4e, 0x20]);
		assert_eq!(ask(&mut panel, &[1, 0, 0, 0, 2]), [1, 1, 0b11]);
		assert_eq!(ask(&mut panel, &[2, 0, 0, 0, 1]), [2, 1, 1]);
		// 22.0 °C.
		assert_eq!(ask(&mut panel, &[4, 0, 3, 0, 1]), [4, 2, 0, 220]);
	}

	#[test]
	fn it_says_what_it_is() {
		let answer = ask(&mut panel(), &[0x2b, 14, 1, 0]);
		assert_eq!(answer[..9], [0x2b, 14, 1, 1, 0, 0, 3, 0, 6]);
		assert_eq!(&answer[9..15], b"BPIIoT");
	}

	#[test]
	fn refuses_what_it_does_not_have() {
		let cases: [(&[u8], u8); 9] = [
			(&[3, 0, 3, 0, 1], 2),
			(&[3, 0, 0, 0, 126], 3),
			(&[3, 0, 0, 0, 0], 3),
			(&[4, 0xff, 0xff, 0, 2], 2),
			(&[6, 0, 0, 0xff, 0xff], 3),
			(&[5, 0, 0, 0, 1], 3),
			(&[16, 0, 1, 0, 2, 3, 0, 0, 0], 3),
			(&[7], 1),
			(&[0x2b, 13, 0, 0], 1),
		];
		for (question, exception) in cases {
			assert_eq!(
				ask(&mut panel(), question),
				[question[0] | 0x80, exception],
				"{question:?}"
			);
		}
		assert_eq!(ask(&mut panel(), &[3, 0]), [0x83, 3]);
		assert_eq!(ask(&mut panel(), &[]), [0x80, 1]);
	}
}

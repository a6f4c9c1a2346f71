//! How questions lie in the bytes of a connection or of a serial line.

/// A question of a network: its header is sent back with the answer.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct TcpQuestion {
	pub transaction: [u8; 2],
	pub unit: u8,
	pub pdu: Vec<u8>,
}

/// The first whole question in `bytes`, which is taken out of them. `Err` when they are not Modbus.
pub(super) fn take_tcp(bytes: &mut Vec<u8>) -> Result<Option<TcpQuestion>, ()> {
	let [t0, t1, p0, p1, l0, l1, ..] = bytes[..] else {
		return Ok(None);
	};
	let len = usize::from(u16::from_be_bytes([l0, l1]));
	if [p0, p1] != [0, 0] || !(2..=254).contains(&len) {
		return Err(());
	}
	if bytes.len() < 6 + len {
		return Ok(None);
	}
	let body: Vec<u8> = bytes.drain(..6 + len).skip(6).collect();
	Ok(Some(TcpQuestion {
		transaction: [t0, t1],
		unit: body[0],
		pdu: body[1..].to_vec(),
	}))
}

/// The bytes of the answer.
pub(super) fn tcp_answer(question: &TcpQuestion, pdu: &[u8]) -> Vec<u8> {
	let [t0, t1] = question.transaction;
	// An answer has at most 253 bytes.
	let [l0, l1] = (pdu.len() as u16 + 1).to_be_bytes();
	[&[t0, t1, 0, 0, l0, l1, question.unit], pdu].concat()
}

/// What a serial line brought.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum RtuTaken {
	/// Not enough yet.
	Part,
	/// Bytes that are no question; they are gone.
	Garbage,
	/// A question to a unit.
	Question {
		/// The unit; 0 is everybody.
		unit: u8,
		/// From the function code on.
		pdu: Vec<u8>,
	},
}

/// Takes all of `bytes`, if they begin with a question or with none.
pub(super) fn take_rtu(bytes: &mut Vec<u8>) -> RtuTaken {
	let Some(len) = rtu_len(bytes) else {
		return RtuTaken::Part;
	};
	let Some(len) = len else {
		bytes.clear();
		return RtuTaken::Garbage;
	};
	if bytes.len() < len {
		return RtuTaken::Part;
	}
	let whole: Vec<u8> = bytes.drain(..len).collect();
	let (body, check) = whole.split_at(len - 2);
	if crc16(body).to_le_bytes() != check {
		bytes.clear();
		return RtuTaken::Garbage;
	}
	RtuTaken::Question {
		unit: body[0],
		pdu: body[1..].to_vec(),
	}
}

/// The length of the question with unit and check; `Some(None)` when there is no such question, `None` when it is not known yet.
fn rtu_len(bytes: &[u8]) -> Option<Option<usize>> {
	Some(match bytes.get(1)? {
		1..=6 => Some(8),
		15 | 16 => Some(9 + usize::from(*bytes.get(6)?)),
		0x2b => Some(7),
		// The shortest one, so that it is answered that there is no such function.
		function if *function < 0x80 => Some(4),
		_ => None,
	})
}

/// The bytes of the answer.
pub(super) fn rtu_answer(unit: u8, pdu: &[u8]) -> Vec<u8> {
	let mut bytes = [&[unit], pdu].concat();
	bytes.extend(crc16(&bytes).to_le_bytes());
	bytes
}

/// The check of a message on a serial line (Modbus over serial line 1.02, appendix B).
pub fn crc16(bytes: &[u8]) -> u16 {
	bytes.iter().fold(0xffff, |check, byte| {
		(0..8).fold(check ^ u16::from(*byte), |check, _| match check & 1 {
			1 => check >> 1 ^ 0xa001,
			_ => check >> 1,
		})
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_check_is_that_of_known_messages() {
		assert_eq!(crc16(&[0x01, 0x03, 0x00, 0x00, 0x00, 0x0a]).to_le_bytes(), [0xc5, 0xcd]);
		assert_eq!(crc16(&[0x02, 0x07]), 0x1241);
	}

	#[test]
	fn questions_of_a_network_come_in_pieces_and_in_rows() {
		let mut bytes = vec![0, 9, 0, 0, 0, 6, 1, 3, 0, 0];
		assert_eq!(take_tcp(&mut bytes), Ok(None));
		bytes.extend([0, 1, 0, 10]);
		let question = take_tcp(&mut bytes).expect("Modbus").expect("whole");
		assert_eq!((question.unit, question.pdu.as_slice()), (1, &[3, 0, 0, 0, 1][..]));
		assert_eq!(bytes, [0, 10]);
		assert_eq!(tcp_answer(&question, &[3, 2, 0, 7]), [0, 9, 0, 0, 0, 5, 1, 3, 2, 0, 7]);
		assert_eq!(take_tcp(&mut b"GET / HTTP".to_vec()), Err(()));
	}

	#[test]
	fn questions_of_a_serial_line_are_checked() {
		let sound = rtu_answer(1, &[3, 0, 0, 0, 10]);
		let mut bytes = sound.clone();
		let taken = RtuTaken::Question {
			unit: 1,
			pdu: vec![3, 0, 0, 0, 10],
		};
		assert_eq!((take_rtu(&mut bytes), bytes.len()), (taken, 0));
		let mut part = sound[..5].to_vec();
		assert_eq!(take_rtu(&mut part), RtuTaken::Part);
		let mut damaged = sound;
		damaged[3] ^= 4;
		assert_eq!((take_rtu(&mut damaged), damaged.len()), (RtuTaken::Garbage, 0));
		assert_eq!(take_rtu(&mut vec![1, 0xff, 3]), RtuTaken::Garbage);
	}
}

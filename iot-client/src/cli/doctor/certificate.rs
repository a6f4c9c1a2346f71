//! Until when a certificate is valid. Of X.509 only what that takes: the way through its fields to the second of two times.
//! RFC 5280, section 4.1.

use base64::{engine::general_purpose::STANDARD as BASE64, Engine};
use chrono::NaiveDateTime;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";
/// Tags of DER.
const SEQUENCE: u8 = 0x30;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const VERSION: u8 = 0xa0;

/// When the first certificate of a PEM text ends, in UTC; nothing when it holds none that can be read.
pub fn ends_at(pem: &str) -> Option<NaiveDateTime> {
	let body = pem.split_once(BEGIN)?.1.split_once(END)?.0;
	let base64: String = body.split_whitespace().collect();
	not_after(&BASE64.decode(base64).ok()?)
}

fn not_after(der: &[u8]) -> Option<NaiveDateTime> {
	let (_, certificate, _) = field(der)?;
	let (_, mut fields, _) = field(certificate)?;
	if fields.first() == Some(&VERSION) {
		fields = field(fields)?.2;
	}
	// Serial number, algorithm, issuer.
	for _ in 0..3 {
		fields = field(fields)?.2;
	}
	let (tag, validity, _) = field(fields)?;
	let (tag, text, _) = Some(field(validity)?.2).filter(|_| tag == SEQUENCE).and_then(field)?;
	let text = std::str::from_utf8(text).ok()?;
	let text = match tag {
		GENERALIZED_TIME => text.to_owned(),
		// Two digits of a year: those from 50 on are of the last century.
		UTC_TIME if text.get(..2)? >= "50" => format!("19{text}"),
		UTC_TIME => format!("20{text}"),
		_ => return None,
	};
	NaiveDateTime::parse_from_str(&text, "%Y%m%d%H%M%SZ").ok()
}

/// The first field of DER: its tag, what is in it, and what comes after it.
fn field(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
	let (tag, rest) = der.split_first()?;
	let (first, rest) = rest.split_first()?;
	let (length, rest) = match first {
		short @ 0..=0x7f => (usize::from(*short), rest),
		long @ 0x81..=0x84 => {
			let (bytes, rest) = rest.split_at_checked(usize::from(long & 0x7f))?;
			let length = bytes
				.iter()
				.fold(0usize, |length, byte| (length << 8) | usize::from(*byte));
			(length, rest)
		}
		_ => return None,
	};
	let (content, rest) = rest.split_at_checked(length)?;
	Some((*tag, content, rest))
}

#[cfg(test)]
pub mod tests {
	use super::*;

	/// Made for this test, with a key that nobody has: valid from 2026 for a hundred years.
	pub const PEM: &str = "\
-----BEGIN CERTIFICATE-----
MIIBdzCCAR2gAwIBAgIUR1Hsru11PBf9n3hJEC/oof27QSUwCgYIKoZIzj0EAwIw
EDEOMAwGA1UEAwwFcHJlc3MwIBcNMjYxMTMwMTUyMTQzWhgPMjEyNjExMDYxNTIx
NDNaMBAxDjAMBgNVBAMMBXByZXNzMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
A9wLuevVSwyBKO34YKCAR7oXGiw/4uN288JRGQDW3uagVcvsjpf8x7hXq+E6SU4R
MO9mNRyFH39T8lKRirHcrqNTMFEwHQYDVR0OBBYEFIZIOA0SnKqm6PBIXupkwKAz
6VnkMB8GA1UdIwQYMBaAFIZIOA0SnKqm6PBIXupkwKAz6VnkMA8GA1UdEwEB/wQF
MAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAPg9oN/EaaXsJM0ueK4YmaWrLiseiVk5
K0FFvqQdz+KOAiAZKB8R9y4tVjootwpSfUEcJ1mXjHP1xC+6bg5KTHQUlg==
-----END CERTIFICATE-----
";

	#[test]
	fn the_end_of_a_certificate_is_found() {
		let end = ends_at(PEM).unwrap();
		assert_eq!(end.to_string(), "2126-11-06 15:21:43");
	}

	#[test]
	fn what_is_no_certificate_has_no_end_and_does_no_harm() {
		for text in [
			"",
			"nonsense",
			"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
		] {
			assert_eq!(ends_at(text), None, "{text}");
		}
		let whole: String = PEM.lines().filter(|line| !line.starts_with('-')).collect();
		let der = BASE64.decode(whole).unwrap();
		for length in 0..der.len() {
			let _ = not_after(&der[..length]);
			let mut damaged = der.clone();
			damaged[length] ^= 0xff;
			let _ = not_after(&damaged);
		}
	}
}

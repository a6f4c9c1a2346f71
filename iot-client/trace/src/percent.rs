//! Percent-encoding (RFC 3986, 2.1), as GS1 Digital Link wants it: only unreserved signs stand for themselves.

/// A `%` without two hexadecimal digits after it, at this byte, or bytes that are no UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadEscape {
	pub(crate) at: usize,
}

/// Appends the text, encoded.
pub(crate) fn encode_into(out: &mut String, text: &str) {
	for byte in text.bytes() {
		if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
			out.push(char::from(byte));
		} else {
			out.push('%');
			for half in [byte >> 4, byte & 15] {
				out.push(
					char::from_digit(u32::from(half), 16)
						.unwrap_or('0')
						.to_ascii_uppercase(),
				);
			}
		}
	}
}

/// The text that was encoded. A `+` is a plus: what is decoded here is no HTML form.
pub(crate) fn decode(text: &str) -> Result<String, BadEscape> {
	let mut bytes = Vec::with_capacity(text.len());
	let mut rest = text.as_bytes();
	while let Some((&byte, after)) = rest.split_first() {
		let at = text.len() - rest.len();
		if byte != b'%' {
			bytes.push(byte);
			rest = after;
			continue;
		}
		let digit = |place: usize| after.get(place).and_then(|&sign| char::from(sign).to_digit(16));
		let (Some(high), Some(low)) = (digit(0), digit(1)) else {
			return Err(BadEscape { at });
		};
		bytes.push((high << 4 | low) as u8);
		rest = &after[2..];
	}
	String::from_utf8(bytes).map_err(|error| BadEscape {
		at: error.utf8_error().valid_up_to(),
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn reserved_signs_of_a_serial_number_are_encoded() {
		let mut out = String::new();
		encode_into(&mut out, "6789/&%\"!?()'*+a-._~");
		assert_eq!(out, "6789%2F%26%25%22%21%3F%28%29%27%2A%2Ba-._~");
	}

	#[test]
	fn what_is_cut_off_or_no_digit_is_told_with_its_place() {
		for (text, at) in [("a%", 1), ("%4", 0), ("ab%4g", 2), ("%%41", 0), ("x%C3", 1)] {
			assert_eq!(decode(text), Err(BadEscape { at }), "{text}");
		}
		assert_eq!(decode("a+b%2b").as_deref(), Ok("a+b+"));
	}

	proptest! {
		#[test]
		fn decoding_undoes_encoding(text: String) {
			let mut out = String::new();
			encode_into(&mut out, &text);
			prop_assert!(out.is_ascii());
			prop_assert_eq!(decode(&out), Ok(text));
		}

		#[test]
		fn no_text_makes_it_panic(text in "[%0-9a-fé+]{0,12}") {
			let _ = decode(&text);
		}
	}
}

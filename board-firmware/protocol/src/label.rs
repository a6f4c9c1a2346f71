//! Short names on the wire.

use core::fmt;
use serde::{
	de::{Error, Visitor},
	Deserialize, Deserializer, Serialize, Serializer,
};

/// Longest label in bytes.
pub const LABEL_LEN: usize = 16;

/// Up to 16 bytes of printable ASCII: a channel's name, a board's serial number. On the wire: length, then bytes.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Label {
	len: u8,
	bytes: [u8; LABEL_LEN],
}

impl Label {
	/// The label, or `None` when the text is too long or not printable ASCII.
	pub const fn new(text: &str) -> Option<Label> {
		Self::from_bytes(text.as_bytes())
	}

	/// A label written in the source: the build (or the test) stops when it is not one.
	///
	/// # Panics
	///
	/// When the text is too long or not printable ASCII. Meant for constants, where this is a compile error.
	pub const fn literal(text: &'static str) -> Label {
		match Self::new(text) {
			Some(label) => label,
			None => panic!("a label has at most 16 bytes of printable ASCII"),
		}
	}

	const fn from_bytes(text: &[u8]) -> Option<Label> {
		if text.len() > LABEL_LEN {
			return None;
		}
		let mut bytes = [0; LABEL_LEN];
		let mut i = 0;
		while i < text.len() {
			if !matches!(text[i], b' '..=b'~') {
				return None;
			}
			bytes[i] = text[i];
			i += 1;
		}
		Some(Label {
			len: text.len() as u8,
			bytes,
		})
	}

	/// The label as text.
	pub fn as_str(&self) -> &str {
		// Only ASCII gets in, so the text is never empty by mistake.
		core::str::from_utf8(self.as_bytes()).unwrap_or_default()
	}

	fn as_bytes(&self) -> &[u8] {
		&self.bytes[..usize::from(self.len)]
	}
}

impl fmt::Debug for Label {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		fmt::Debug::fmt(self.as_str(), f)
	}
}

impl fmt::Display for Label {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(self.as_str())
	}
}

impl Serialize for Label {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.serialize_bytes(self.as_bytes())
	}
}

impl<'de> Deserialize<'de> for Label {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		deserializer.deserialize_bytes(LabelVisitor)
	}
}

struct LabelVisitor;

impl Visitor<'_> for LabelVisitor {
	type Value = Label;

	fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("at most 16 bytes of printable ASCII")
	}

	fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Label, E> {
		Label::from_bytes(bytes).ok_or_else(|| E::custom("not a label"))
	}
}

//! The JSON Canonicalization Scheme (RFC 8785), for values without fractions.

use serde_json::Value;

/// The canonical form; nothing for numbers that are no integers within 2^53, which JavaScript would print in its own way.
pub(crate) fn canonical(value: &Value) -> Option<String> {
	let mut out = String::new();
	write(value, &mut out)?;
	Some(out)
}

fn write(value: &Value, out: &mut String) -> Option<()> {
	match value {
		Value::Number(number) => {
			let exact = number.as_i64().filter(|number| number.unsigned_abs() < 1 << 53)?;
			out.push_str(&exact.to_string());
		}
		Value::Array(entries) => {
			out.push('[');
			for (place, entry) in entries.iter().enumerate() {
				if place > 0 {
					out.push(',');
				}
				write(entry, out)?;
			}
			out.push(']');
		}
		Value::Object(fields) => {
			let mut fields: Vec<_> = fields.iter().collect();
			// As JavaScript compares texts.
			fields.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
			out.push('{');
			for (place, (name, field)) in fields.into_iter().enumerate() {
				if place > 0 {
					out.push(',');
				}
				out.push_str(&serde_json::to_string(name).ok()?);
				out.push(':');
				write(field, out)?;
			}
			out.push('}');
		}
		Value::Null | Value::Bool(_) | Value::String(_) => out.push_str(&serde_json::to_string(value).ok()?),
	}
	Some(())
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	/// The order of RFC 8785, 3.2.3, and the signs of its 3.2.2.2.
	#[test]
	fn names_are_in_the_order_of_their_utf_16_and_signs_are_escaped_as_little_as_can_be() {
		let value = json!({
			"\u{20ac}": "Euro Sign",
			"\r": "Carriage Return",
			"\u{fb33}": "Hebrew Letter Dalet With Dagesh",
			"1": "One",
			"\u{1f600}": "Emoji: Grinning Face",
			"\u{80}": "Control",
			"\u{f6}": "Latin Small Letter O With Diaeresis",
		});
		assert_eq!(
			canonical(&value).unwrap(),
			"{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro \
			 Sign\",\"😀\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}"
		);
		let text = json!(["€$\u{f}\nA'B\"\\\\\"/", null, true, [1, -2], {}]);
		assert_eq!(
			canonical(&text).unwrap(),
			r#"["€$\u000f\nA'B\"\\\\\"/",null,true,[1,-2],{}]"#
		);
		assert_eq!(canonical(&json!(1.5)), None);
		assert_eq!(canonical(&json!(u64::MAX)), None);
	}
}

//! The keys of a channel that are the same for every kind of machine.

use crate::fields::{to_i32, Fields};
use bpiiot_protocol::{ChannelKind, Label, Scale, Unit};
use std::ops::RangeInclusive;
use toml::Value;

/// `kind`.
pub(crate) fn read_kind(fields: &mut Fields<'_>) -> ChannelKind {
	let kind = fields.required("kind", "\"output\" or \"input\"", |value| match value.as_str()? {
		"output" => Some(Some(ChannelKind::Output)),
		"input" => Some(Some(ChannelKind::Input)),
		_ => None,
	});
	kind.unwrap_or(ChannelKind::Input)
}

/// `unit`.
pub(crate) fn read_unit(fields: &mut Fields<'_>) -> Unit {
	let units: Vec<_> = UNITS.iter().map(|unit| format!("{:?}", unit_name(*unit))).collect();
	let unit = fields.required("unit", &format!("one of {}", units.join(", ")), |value| {
		let name = value.as_str()?;
		Some(Some(*UNITS.iter().find(|unit| unit_name(**unit) == name)?))
	});
	unit.unwrap_or(Unit::Count)
}

/// `min` and `max`, in raw counts. What is on or off has none of them.
pub(crate) fn read_limits(fields: &mut Fields<'_>, unit: Unit, is_bit: bool) -> (i32, i32) {
	let (min, max) = match unit {
		_ if is_bit => (0, 1),
		Unit::Switch => (0, 1),
		_ => (fields.required_i32("min"), fields.required_i32("max")),
	};
	if min > max {
		let expected = format!("at most max, which is {max}");
		fields.problems().wrong(fields.name("min"), &Value::from(min), expected);
	}
	(min, max)
}

/// From raw counts to the unit; the raw count itself when it is left out.
pub(crate) fn read_scale(fields: &mut Fields<'_>) -> Scale {
	let whole = "a whole number";
	let zero = fields.optional("zero", "a raw count of 16 bits", |value| {
		i16::try_from(value.as_integer()?).ok()
	});
	let multiplier = fields.optional("multiplier", whole, |value| i32::try_from(value.as_integer()?).ok());
	let divisor = fields.number("divisor", 1..=u64::from(u32::MAX), "", 1);
	Scale {
		zero: zero.unwrap_or(0),
		multiplier: multiplier.unwrap_or(1),
		divisor: divisor as u32,
	}
}

/// `safe`, within the limits.
pub(crate) fn read_safe(fields: &mut Fields<'_>, kind: ChannelKind, limits: RangeInclusive<i32>) -> i32 {
	// An input has no safe state; a key for it is refused with all that nobody asked for.
	if kind == ChannelKind::Input {
		return 0;
	}
	let expected = format!("the value that is safe, from {} to {}", limits.start(), limits.end());
	fields.required("safe", &expected, |value| {
		to_i32(value).filter(|safe| limits.contains(safe))
	})
}

/// A label that is not empty.
pub(crate) fn to_label(value: &Value) -> Option<Option<Label>> {
	let label = Label::new(value.as_str()?)?;
	(!label.as_str().is_empty()).then_some(Some(label))
}

const UNITS: [Unit; 13] = [
	Unit::Count,
	Unit::Switch,
	Unit::Rpm,
	Unit::Micrometre,
	Unit::DegreeCelsius,
	Unit::MillimetrePerSecond,
	Unit::PerMille,
	Unit::Volt,
	Unit::Ampere,
	Unit::Hertz,
	Unit::Newton,
	Unit::Pascal,
	Unit::Watt,
];

/// A unit as the configuration names it.
pub(crate) fn unit_name(unit: Unit) -> &'static str {
	match unit {
		Unit::Count => "count",
		Unit::Switch => "switch",
		unit => unit.symbol(),
	}
}

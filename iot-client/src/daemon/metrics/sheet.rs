//! Families of figures, in the order in which they were written down, for the encoder.

use prometheus_client::{
	collector::Collector,
	encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder},
	metrics::{counter::ConstCounter, gauge::ConstGauge, MetricType},
};
use std::fmt;

/// With what every name begins.
const PREFIX: &str = "iot_client_";

/// A value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value {
	Whole(u64),
	Real(f64),
}

impl From<u64> for Value {
	fn from(value: u64) -> Self {
		Self::Whole(value)
	}
}

impl From<f64> for Value {
	fn from(value: f64) -> Self {
		Self::Real(value)
	}
}

impl From<bool> for Value {
	fn from(value: bool) -> Self {
		Self::Whole(value.into())
	}
}

/// A label: its name, and its value as it is written.
type Label = (&'static str, String);

/// Figures of one name.
#[derive(Debug)]
pub(super) struct Family {
	/// Without what the encoder puts behind it.
	name: String,
	help: &'static str,
	counts: bool,
	samples: Vec<(Vec<Label>, Value)>,
}

/// Where figures are written down.
#[derive(Debug, Default)]
pub(super) struct Sheet(Vec<Family>);

/// The family that was begun last.
pub(super) struct Entry<'a>(&'a mut Sheet);

impl Sheet {
	/// Something that goes up and down.
	pub fn gauge(&mut self, name: &str, help: &'static str) -> Entry<'_> {
		self.begin(name, help, false)
	}

	/// Something that only grows as long as the process lives; the encoder ends its name with `_total`.
	pub fn counter(&mut self, name: &str, help: &'static str) -> Entry<'_> {
		self.begin(name, help, true)
	}

	fn begin(&mut self, name: &str, help: &'static str, counts: bool) -> Entry<'_> {
		self.0.push(Family {
			name: format!("{PREFIX}{name}"),
			help,
			counts,
			samples: Vec::new(),
		});
		Entry(self)
	}
}

impl Entry<'_> {
	/// Its only value.
	pub fn is(&mut self, value: impl Into<Value>) {
		self.labelled(&[], value);
	}

	/// Its value with these labels.
	pub fn labelled(&mut self, labels: &[(&'static str, &str)], value: impl Into<Value>) {
		let labels = labels.iter().map(|(name, text)| (*name, escaped(text))).collect();
		if let Some(family) = self.0 .0.last_mut() {
			family.samples.push((labels, value.into()));
		}
	}

	/// How many of `found` there are of each of these words; also of those of which there are none, so that nobody has to
	/// know what it means that a figure is absent.
	pub fn tally<'w>(&mut self, label: &'static str, words: &[&str], found: impl Iterator<Item = &'w str>) {
		let found: Vec<_> = found.collect();
		for word in words.iter().copied() {
			let count = found.iter().filter(|found| **found == word).count() as u64;
			self.labelled(&[(label, word)], count);
		}
	}
}

/// A label's value as it must be written; the encoder writes it as it is.
fn escaped(text: &str) -> String {
	text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

impl Collector for Sheet {
	fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
		// One without values would be a name that says nothing.
		for family in self.0.iter().filter(|family| !family.samples.is_empty()) {
			let kind = match family.counts {
				true => MetricType::Counter,
				false => MetricType::Gauge,
			};
			let mut metric = encoder.encode_descriptor(&family.name, family.help, None, kind)?;
			match family.samples.as_slice() {
				[(labels, value)] if labels.is_empty() => family.write(*value, metric)?,
				samples => {
					for (labels, value) in samples {
						family.write(*value, metric.encode_family(labels)?)?;
					}
				}
			}
		}
		Ok(())
	}
}

impl Family {
	fn write(&self, value: Value, encoder: MetricEncoder<'_>) -> fmt::Result {
		match (self.counts, value) {
			(true, Value::Whole(value)) => ConstCounter::new(value).encode(encoder),
			(true, Value::Real(value)) => ConstCounter::new(value).encode(encoder),
			// There is no gauge of such large whole numbers as counters have; what is above is told as the largest.
			(false, Value::Whole(value)) => ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX)).encode(encoder),
			(false, Value::Real(value)) => ConstGauge::new(value).encode(encoder),
		}
	}
}

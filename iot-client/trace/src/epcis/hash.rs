//! Event hash ids: `ni:///sha-256;…?ver=CBV2.0` (CBV 2.0, section 8.9). The same event has the same one, whoever prints it.
//!
//! GS1's text and the programs that are published for it do not agree on everything. Where they do not, there is no id.

use super::{
	decimal::Decimal,
	event::{Context, Event, Quantity},
	fields::{FieldValue, Fields},
	id::Epc,
	sensor::{SensorElement, SensorMetadata, SensorReport},
	vocabulary::{Alert, BizStep, Component, Disposition, EndType, Measurement, TransactionType},
};
use crate::{link::DigitalLink, time::Time, uri::Uri};
use sha2::{Digest, Sha256};
use std::fmt::Display;
use thiserror::Error;

/// Why there is no id that all would find.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HashError {
	/// The order of these is not the same for all.
	#[error("the published programs put {one} and {other} in different orders, so that an event with both has no hash id for all; give it an eventID of its own")]
	Order {
		/// A field.
		one: &'static str,
		/// Another one.
		other: &'static str,
	},
	/// A text that some take for a number, or change otherwise.
	#[error("{text:?} is changed by some programs before they hash it; {right}")]
	Text {
		/// The text, at most 40 signs of it.
		text: String,
		/// What would be right.
		right: &'static str,
	},
	/// An identifier whose canonical form is not known here.
	#[error("the canonical form of {uri} is not known here; it must be a GS1 Digital Link with one of the keys (00) (01) (253) (414) (417) (8004), or none of GS1's")]
	Identifier {
		/// The identifier.
		uri: Uri,
	},
}

/// Keys of GS1 that are not known here, as segments of a path.
const OTHER_KEYS: [&str; 21] = [
	"255", "401", "402", "415", "8003", "8006", "8010", "8013", "8017", "8018", "gcn", "ginc", "gsin", "grai", "itip",
	"cpid", "gmn", "gsrn", "gsrnp", "payTo", "235",
];

impl Event {
	/// Its hash id. The `eventID`, an error declaration and when it was recorded have no part in it.
	pub fn hash_id(&self) -> Result<Uri, HashError> {
		let mut id = String::from("ni:///sha-256;");
		for byte in Sha256::digest(self.pre_hash()?) {
			id.push_str(&format!("{byte:02x}"));
		}
		id.push_str("?ver=CBV2.0");
		Ok(Uri::known(&id))
	}

	/// What is hashed.
	pub fn pre_hash(&self) -> Result<String, HashError> {
		self.check_order()?;
		let context = self.context();
		let mut out = Out(String::new());
		out.text("eventType", self.kind());
		out.time("eventTime", context.event_time.time());
		out.text("eventTimeZoneOffset", context.event_time.offset());
		let certificates = context
			.certification_info
			.iter()
			.map(|uri| pair("certificationInfo", uri));
		out.sorted("", certificates.collect::<Result<_, _>>()?);
		self.things(&mut out)?;
		if let Some(step) = context.biz_step {
			out.text("bizStep", step.uri());
		}
		if let Some(disposition) = context.disposition {
			out.text("disposition", disposition.uri());
		}
		if let Self::ObjectEvent(super::ObjectEvent {
			persistent_disposition, ..
		})
		| Self::TransformationEvent(super::TransformationEvent {
			persistent_disposition, ..
		}) = self
		{
			let entry = |name: &str, word: &Disposition| format!("{name}={}", word.uri());
			let set = persistent_disposition.set.iter().map(|word| entry("set", word));
			let unset = persistent_disposition.unset.iter().map(|word| entry("unset", word));
			out.sorted("persistentDisposition", set.chain(unset).collect());
		}
		for (name, place) in [
			("readPoint", &context.read_point),
			("bizLocation", &context.biz_location),
		] {
			if let Some(place) = place {
				out.0.push_str(name);
				out.uri("id", &place.0)?;
			}
		}
		agreements(context, &mut out)?;
		let own = context.sensor_elements.iter().map(sensor_element);
		out.sorted("sensorElementList", own.collect::<Result<_, _>>()?);
		if let Self::ObjectEvent(super::ObjectEvent { ilmd, .. })
		| Self::TransformationEvent(super::TransformationEvent { ilmd, .. }) = self
		{
			out.sorted("ilmd", fields(ilmd)?);
		}
		out.sorted("", fields(&context.extensions)?);
		Ok(out.0)
	}

	/// Refuses what the published programs do not order alike.
	fn check_order(&self) -> Result<(), HashError> {
		let context = self.context();
		let ilmd = match self {
			Self::ObjectEvent(event) => !event.ilmd.is_empty(),
			Self::TransformationEvent(event) => !event.ilmd.is_empty(),
			_ => false,
		};
		let in_parent =
			matches!(self, Self::TransactionEvent(event) if event.parent_id.is_some() && !event.epc_list.is_empty());
		let sensors = !context.sensor_elements.is_empty();
		let (agreements, from, to) = (
			!context.biz_transactions.is_empty(),
			!context.sources.is_empty(),
			!context.destinations.is_empty(),
		);
		let disputed = [
			(in_parent, "epcList", "parentID"),
			(from && to, "sourceList", "destinationList"),
			(from && ilmd, "sourceList", "ilmd"),
			(sensors && agreements, "bizTransactionList", "sensorElementList"),
			(sensors && from, "sourceList", "sensorElementList"),
			(sensors && to, "destinationList", "sensorElementList"),
		];
		match disputed.into_iter().find(|(both, ..)| *both) {
			Some((_, one, other)) => Err(HashError::Order { one, other }),
			None => Ok(()),
		}
	}

	/// Which things, what was done with them, and what it is a part of.
	fn things(&self, out: &mut Out) -> Result<(), HashError> {
		match self {
			Self::ObjectEvent(event) => {
				out.epcs("epcList", &event.epc_list)?;
				out.quantities("quantityList", &event.quantity_list)?;
				out.text("action", event.action);
			}
			Self::AggregationEvent(event) => {
				if let Some(parent) = &event.parent_id {
					out.uri("parentID", parent)?;
				}
				out.epcs("childEPCs", &event.child_epcs)?;
				out.quantities("childQuantityList", &event.child_quantity_list)?;
				out.text("action", event.action);
			}
			Self::TransactionEvent(event) => {
				if let Some(parent) = &event.parent_id {
					out.uri("parentID", parent)?;
				}
				out.epcs("epcList", &event.epc_list)?;
				out.quantities("quantityList", &event.quantity_list)?;
				out.text("action", event.action);
			}
			Self::TransformationEvent(event) => {
				out.epcs("inputEPCList", &event.input_epc_list)?;
				out.quantities("inputQuantityList", &event.input_quantity_list)?;
				out.epcs("outputEPCList", &event.output_epc_list)?;
				out.quantities("outputQuantityList", &event.output_quantity_list)?;
				if let Some(id) = &event.transformation_id {
					out.uri("transformationID", id)?;
				}
			}
			Self::AssociationEvent(event) => {
				out.uri("parentID", &event.parent_id)?;
				out.epcs("childEPCs", &event.child_epcs)?;
				out.quantities("childQuantityList", &event.child_quantity_list)?;
				out.text("action", event.action);
			}
		}
		Ok(())
	}
}

/// Papers and agreements, and from and to whom or where. The kind stands before what it is of, as all programs have it, though the
/// standard's text has it behind.
fn agreements(context: &Context, out: &mut Out) -> Result<(), HashError> {
	let own = context.biz_transactions.iter();
	let own = own.map(|entry| typed(entry.kind.uri(), "bizTransaction", &entry.biz_transaction));
	out.sorted("bizTransactionList", own.collect::<Result<_, _>>()?);
	let own = context
		.sources
		.iter()
		.map(|entry| typed(entry.kind.uri(), "source", &entry.source));
	out.sorted("sourceList", own.collect::<Result<_, _>>()?);
	let own = context.destinations.iter();
	let own = own.map(|entry| typed(entry.kind.uri(), "destination", &entry.destination));
	out.sorted("destinationList", own.collect::<Result<_, _>>()?);
	Ok(())
}

/// The text that is hashed, as far as it is there.
struct Out(String);

impl Out {
	fn text(&mut self, name: &str, text: impl Display) {
		self.0.push_str(&format!("{name}={text}"));
	}

	fn time(&mut self, name: &str, time: Time) {
		self.text(name, time);
	}

	fn uri(&mut self, name: &str, uri: &Uri) -> Result<(), HashError> {
		self.0.push_str(&pair(name, uri)?);
		Ok(())
	}

	/// Entries in the order of their bytes, after their list's name; nothing if there are none.
	fn sorted(&mut self, name: &str, mut entries: Vec<String>) {
		if !entries.is_empty() {
			entries.sort_unstable();
			self.0.push_str(name);
			self.0.push_str(&entries.concat());
		}
	}

	fn epcs(&mut self, name: &str, things: &[Epc]) -> Result<(), HashError> {
		let entries = things.iter().map(|thing| pair("epc", thing.uri()));
		self.sorted(name, entries.collect::<Result<_, _>>()?);
		Ok(())
	}

	fn quantities(&mut self, name: &str, amounts: &[Quantity]) -> Result<(), HashError> {
		let entry = |amount: &Quantity| {
			let mut out = Self("quantityElement".to_owned());
			out.uri("epcClass", amount.epc_class.uri())?;
			out.number("quantity", amount.quantity)?;
			if let Some(unit) = &amount.uom {
				out.text("uom", unit.as_str());
			}
			Ok(out.0)
		};
		let entries = amounts.iter().map(entry).collect::<Result<_, _>>()?;
		self.sorted(name, entries);
		Ok(())
	}

	fn number(&mut self, name: &str, number: Option<Decimal>) -> Result<(), HashError> {
		match number {
			Some(number) if number.is_tiny() => Err(HashError::Text {
				text: number.to_string(),
				right: "it must be 0, or 0.0001 or more: in a larger number of a smaller unit",
			}),
			Some(number) => {
				self.text(name, number);
				Ok(())
			}
			None => Ok(()),
		}
	}
}

fn pair(name: &str, uri: &Uri) -> Result<String, HashError> {
	Ok(format!("{name}={}", canonical(uri)?))
}

fn typed(kind: String, name: &str, uri: &Uri) -> Result<String, HashError> {
	Ok(format!("type={kind}{}", pair(name, uri)?))
}

/// GS1 Digital Links of any domain as those of GS1's own, in the least that tells one thing from others; other URIs as they are.
fn canonical(uri: &Uri) -> Result<String, HashError> {
	let text = uri.as_str();
	let unknown = || HashError::Identifier { uri: uri.clone() };
	let old = text.starts_with("urn:epc:")
		|| text.starts_with("urn:epcglobal:cbv:") && !text.starts_with("urn:epcglobal:cbv:bt:");
	if old {
		return Err(unknown());
	}
	if !text.starts_with("https://") && !text.starts_with("http://") {
		return Ok(text.to_owned());
	}
	match DigitalLink::parse(text) {
		Ok(link) => Ok(Uri::from(link.key()).to_string()),
		Err(_) if text.split(['/', '?']).any(|segment| OTHER_KEYS.contains(&segment)) => Err(unknown()),
		Err(_) => Ok(text.to_owned()),
	}
}

/// A text that nobody takes for a number that is printed in another way.
fn plain(text: &str) -> Result<&str, HashError> {
	let refused = |right| {
		Err(HashError::Text {
			text: text.chars().take(40).collect(),
			right,
		})
	};
	if text.trim() != text || text.is_empty() {
		return refused("it must not be empty, nor begin or end with space");
	}
	if text.contains("urn:epc") || text.contains("://") && Uri::parse(text).is_err() {
		return refused("it must have no identifiers within it");
	}
	if is_word(text) {
		return refused("it must be no word of the Core Business Vocabulary");
	}
	let word = text.trim_start_matches(['+', '-']).to_ascii_lowercase();
	let numeric = word.starts_with(|sign: char| sign.is_ascii_digit() || sign == '.')
		&& word.chars().all(|sign| sign.is_ascii_digit() || "._e+-".contains(sign))
		&& word.matches('.').count() < 2
		// A day has its dashes elsewhere than a number.
		&& !word.match_indices('-').any(|(at, _)| at == 0 || word.as_bytes()[at - 1] != b'e');
	let same = || Decimal::parse(text).is_ok_and(|number| number.to_string() == text && !number.is_tiny());
	match ["nan", "inf", "infinity"].contains(&word.as_str()) || numeric && !same() {
		true => refused("as a number it must have no needless zeros, no exponent and at most 15 digits"),
		false => Ok(text),
	}
}

/// Whether a text is a word of a vocabulary, which the reference program may expand wherever it stands.
fn is_word(text: &str) -> bool {
	text.parse::<BizStep>().is_ok()
		|| text.parse::<Disposition>().is_ok()
		|| text.parse::<TransactionType>().is_ok()
		|| text.parse::<EndType>().is_ok()
		|| text.parse::<Component>().is_ok()
		|| text.parse::<Alert>().is_ok()
		|| text.parse::<Measurement>().is_ok()
}

fn sensor_element(element: &SensorElement) -> Result<String, HashError> {
	let mut out = Out("sensorElement".to_owned());
	if !element.metadata.is_empty() {
		out.0.push_str("sensorMetadata");
		sensor_metadata(&element.metadata, &mut out)?;
	}
	out.sorted("", element.reports.iter().map(sensor_report).collect::<Result<_, _>>()?);
	Ok(out.0)
}

fn sensor_metadata(metadata: &SensorMetadata, out: &mut Out) -> Result<(), HashError> {
	for (name, time) in [
		("time", metadata.time),
		("startTime", metadata.start_time),
		("endTime", metadata.end_time),
	] {
		if let Some(time) = time {
			out.time(name, time);
		}
	}
	uris(
		out,
		[
			("deviceID", &metadata.device_id),
			("deviceMetadata", &metadata.device_metadata),
			("rawData", &metadata.raw_data),
			("dataProcessingMethod", &metadata.data_processing_method),
			("bizRules", &metadata.biz_rules),
		],
	)
}

fn uris<const N: usize>(out: &mut Out, uris: [(&str, &Option<Uri>); N]) -> Result<(), HashError> {
	uris.into_iter()
		.try_for_each(|(name, uri)| uri.iter().try_for_each(|uri| out.uri(name, uri)))
}

fn sensor_report(report: &SensorReport) -> Result<String, HashError> {
	let mut out = Out("sensorReport".to_owned());
	out.text("type", report.measurement.uri());
	if let Some(alert) = report.exception {
		out.text("exception", alert.uri());
	}
	uris(
		&mut out,
		[
			("deviceID", &report.device_id),
			("deviceMetadata", &report.device_metadata),
			("rawData", &report.raw_data),
			("dataProcessingMethod", &report.data_processing_method),
		],
	)?;
	if let Some(time) = report.time {
		out.time("time", time);
	}
	uris(
		&mut out,
		[
			("microorganism", &report.microorganism),
			("chemicalSubstance", &report.chemical_substance),
		],
	)?;
	out.number("value", report.value)?;
	if let Some(component) = report.component {
		out.text("component", component.uri());
	}
	if let Some(text) = &report.string_value {
		out.text("stringValue", plain(text)?);
	}
	if let Some(value) = report.boolean_value {
		return Err(HashError::Text {
			text: value.to_string(),
			right: "as booleanValue it has no hash id for all: some print it with a capital letter",
		});
	}
	if let Some(text) = &report.hex_binary_value {
		out.text("hexBinaryValue", plain(text)?);
	}
	uris(&mut out, [("uriValue", &report.uri_value)])?;
	for (name, number) in [
		("minValue", report.min_value),
		("maxValue", report.max_value),
		("meanValue", report.mean_value),
		("sDev", report.s_dev),
		("percRank", report.perc_rank),
		("percValue", report.perc_value),
	] {
		out.number(name, number)?;
	}
	if let Some(unit) = &report.uom {
		out.text("uom", unit.as_str());
	}
	uris(
		&mut out,
		[("coordinateReferenceSystem", &report.coordinate_reference_system)],
	)?;
	Ok(out.0)
}

/// Fields of other namespaces, each as `{namespace}name=text`, in the order of their bytes.
fn fields(own: &Fields) -> Result<Vec<String>, HashError> {
	let mut entries = vec![];
	for field in &own.0 {
		let name = format!("{{{}}}{}", field.namespace.uri(), field.name);
		match &field.value {
			FieldValue::Text(text) => entries.push(format!("{name}={}", value(text)?)),
			FieldValue::Texts(texts) => {
				for text in texts {
					entries.push(format!("{name}={}", value(text)?));
				}
			}
			FieldValue::Fields(inner) => {
				let mut inner = fields(inner)?;
				inner.sort_unstable();
				entries.push(format!("{name}{}", inner.concat()));
			}
		}
	}
	Ok(entries)
}

fn value(text: &str) -> Result<String, HashError> {
	let text = plain(text)?;
	match Uri::parse(text) {
		Ok(uri) => canonical(&uri),
		Err(_) => Ok(text.to_owned()),
	}
}

#[cfg(test)]
mod tests;

//! A document of events, as JSON-LD.

use super::{
	event::{Event, ObjectEvent, PersistentDisposition, Quantity, TransformationEvent},
	fields::{FieldError, Fields},
	id::Epc,
	vocabulary::Action,
};
use crate::{time::Time, uri::Uri};
use serde::{
	ser::{SerializeSeq, SerializeStruct},
	Serialize, Serializer,
};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// The context of EPCIS 2.0 in JSON-LD.
pub const CONTEXT: &str = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld";
/// Most events of a document.
pub const MOST_EVENTS: usize = 10_000;
/// Most entries of a list within an event.
pub const MOST_ENTRIES: usize = 10_000;

/// Why there can be no such document.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("event {event} ({kind}): {problem}")]
pub struct EpcisError {
	/// Which event, counted from 1.
	pub event: usize,
	/// Its kind.
	pub kind: &'static str,
	/// What is wrong with it.
	pub problem: EventProblem,
}

/// What is wrong with an event.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EventProblem {
	/// Something is missing.
	#[error("{field} is missing; {right}")]
	Missing {
		/// Which field.
		field: &'static str,
		/// What must be there.
		right: &'static str,
	},
	/// Something is there that may not.
	#[error("{field} is there; {right}")]
	NotAllowed {
		/// Which field.
		field: &'static str,
		/// When it may be there.
		right: &'static str,
	},
	/// A list is too long.
	#[error("{field} has {got} entries; it must have at most {MOST_ENTRIES}")]
	TooMany {
		/// Which list.
		field: &'static str,
		/// How many there are.
		got: usize,
	},
	/// A thing stands in a list twice.
	#[error("{field} has {entry} twice; it must have it once")]
	Twice {
		/// Which list.
		field: &'static str,
		/// Which thing.
		entry: String,
	},
	/// A text of a sensor report that EPCIS does not allow.
	#[error("{field} is {text:?}; it must be {right}")]
	Text {
		/// Which field.
		field: &'static str,
		/// What stands there.
		text: String,
		/// What must stand there.
		right: &'static str,
	},
	/// A field of another namespace.
	#[error(transparent)]
	Field(#[from] FieldError),
	/// Too many events.
	#[error("there are {got} events; a document has at most {MOST_EVENTS}")]
	Events {
		/// How many there are.
		got: usize,
	},
}

/// Events that EPCIS 2.0 allows, ready to be printed.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
	created: Time,
	namespaces: BTreeMap<String, Uri>,
	events: Vec<Event>,
}

impl Document {
	/// Checks each event against what EPCIS 2.0 and its JSON schema ask.
	pub fn new(created: Time, events: Vec<Event>) -> Result<Self, EpcisError> {
		let mut namespaces = BTreeMap::new();
		for (event, own) in (1..).zip(&events) {
			let checked = match event > MOST_EVENTS {
				true => Err(EventProblem::Events { got: events.len() }),
				false => check(own, &mut namespaces),
			};
			checked.map_err(|problem| EpcisError {
				event,
				kind: own.kind(),
				problem,
			})?;
		}
		Ok(Self {
			created,
			namespaces,
			events,
		})
	}

	/// The events.
	pub fn events(&self) -> &[Event] {
		&self.events
	}

	/// As JSON-LD (`application/ld+json`).
	pub fn to_json(&self) -> String {
		// Maps with keys of text, and no numbers that JSON does not have.
		serde_json::to_string(self).unwrap_or_default()
	}
}

impl Serialize for Document {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		let mut document = serializer.serialize_struct("Document", 5)?;
		document.serialize_field("@context", &Contexts(&self.namespaces))?;
		document.serialize_field("type", "EPCISDocument")?;
		document.serialize_field("schemaVersion", "2.0")?;
		document.serialize_field("creationDate", &self.created)?;
		document.serialize_field("epcisBody", &BTreeMap::from([("eventList", &self.events)]))?;
		document.end()
	}
}

struct Contexts<'a>(&'a BTreeMap<String, Uri>);

impl Serialize for Contexts<'_> {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		let mut contexts = serializer.serialize_seq(None)?;
		contexts.serialize_element(CONTEXT)?;
		if !self.0.is_empty() {
			contexts.serialize_element(self.0)?;
		}
		contexts.end()
	}
}

/// What DELETE without any things means, and nothing else does.
const ALL: &str = "it or its list of quantities must have an entry; only DELETE without any means all";

fn check(event: &Event, namespaces: &mut BTreeMap<String, Uri>) -> Result<(), EventProblem> {
	check_context(event, namespaces)?;
	match event {
		Event::ObjectEvent(event) => check_object(event, namespaces),
		Event::AggregationEvent(event) => {
			let parent = event.parent_id.is_some() || event.action == Action::Observe;
			must(parent, "parentID", "ADD and DELETE need it")?;
			let things = check_things(
				"childEPCs",
				&event.child_epcs,
				"childQuantityList",
				&event.child_quantity_list,
			)?;
			must(things || event.action == Action::Delete, "childEPCs", ALL)
		}
		Event::TransactionEvent(event) => {
			must(
				!event.context.biz_transactions.is_empty(),
				"bizTransactionList",
				"it must have an entry",
			)?;
			let things = check_things("epcList", &event.epc_list, "quantityList", &event.quantity_list)?;
			must(things || event.action == Action::Delete, "epcList", ALL)
		}
		Event::TransformationEvent(event) => check_transformation(event, namespaces),
		Event::AssociationEvent(event) => {
			let things = check_things(
				"childEPCs",
				&event.child_epcs,
				"childQuantityList",
				&event.child_quantity_list,
			)?;
			must(things || event.action == Action::Delete, "childEPCs", ALL)
		}
	}
}

fn check_object(event: &ObjectEvent, namespaces: &mut BTreeMap<String, Uri>) -> Result<(), EventProblem> {
	check_dispositions(&event.persistent_disposition)?;
	check_ilmd(&event.ilmd, event.action == Action::Add, namespaces)?;
	let things = check_things("epcList", &event.epc_list, "quantityList", &event.quantity_list)?;
	let sensed = !event.context.sensor_elements.is_empty() && event.context.read_point.is_some();
	let right = "it or quantityList must have an entry, or sensors must have told something at a readPoint";
	must(things || sensed, "epcList", right)
}

fn check_transformation(
	event: &TransformationEvent,
	namespaces: &mut BTreeMap<String, Uri>,
) -> Result<(), EventProblem> {
	check_dispositions(&event.persistent_disposition)?;
	check_ilmd(&event.ilmd, true, namespaces)?;
	let input = check_things(
		"inputEPCList",
		&event.input_epc_list,
		"inputQuantityList",
		&event.input_quantity_list,
	)?;
	let output = check_things(
		"outputEPCList",
		&event.output_epc_list,
		"outputQuantityList",
		&event.output_quantity_list,
	)?;
	let part = event.transformation_id.is_some();
	let right =
		"it or its list of quantities must have an entry; only events with a transformationID may have one side alone";
	must(input || part && output, "inputEPCList", right)?;
	must(output || part && input, "outputEPCList", right)
}

fn must(hold: bool, field: &'static str, right: &'static str) -> Result<(), EventProblem> {
	match hold {
		true => Ok(()),
		false => Err(EventProblem::Missing { field, right }),
	}
}

fn check_context(event: &Event, namespaces: &mut BTreeMap<String, Uri>) -> Result<(), EventProblem> {
	let context = event.context();
	for (field, got) in [
		("certificationInfo", context.certification_info.len()),
		("bizTransactionList", context.biz_transactions.len()),
		("sourceList", context.sources.len()),
		("destinationList", context.destinations.len()),
		("sensorElementList", context.sensor_elements.len()),
	] {
		check_length(field, got)?;
	}
	for element in &context.sensor_elements {
		check_length("sensorReport", element.reports.len())?;
		must(
			!element.reports.is_empty(),
			"sensorReport",
			"each sensorElement must have an entry of it",
		)?;
		for report in &element.reports {
			match &report.hex_binary_value {
				Some(text) if text.is_empty() || !text.bytes().all(|sign| sign.is_ascii_hexdigit()) => {
					return Err(EventProblem::Text {
						field: "hexBinaryValue",
						text: text.chars().take(24).collect(),
						right: "hexadecimal digits, at least one",
					})
				}
				_ => {}
			}
		}
	}
	Ok(context.extensions.check(namespaces, 1)?)
}

fn check_length(field: &'static str, got: usize) -> Result<(), EventProblem> {
	match got > MOST_ENTRIES {
		true => Err(EventProblem::TooMany { field, got }),
		false => Ok(()),
	}
}

/// Whether there are some.
fn check_things(
	epcs: &'static str,
	things: &[Epc],
	quantities: &'static str,
	amounts: &[Quantity],
) -> Result<bool, EventProblem> {
	check_length(epcs, things.len())?;
	check_length(quantities, amounts.len())?;
	let mut seen = BTreeSet::new();
	match things.iter().find(|thing| !seen.insert(*thing)) {
		Some(twice) => Err(EventProblem::Twice {
			field: epcs,
			entry: twice.uri().to_string(),
		}),
		None => Ok(!things.is_empty() || !amounts.is_empty()),
	}
}

fn check_dispositions(own: &PersistentDisposition) -> Result<(), EventProblem> {
	let mut seen = BTreeSet::new();
	match own.set.iter().chain(&own.unset).find(|word| !seen.insert(*word)) {
		Some(twice) => Err(EventProblem::Twice {
			field: "persistentDisposition",
			entry: twice.to_string(),
		}),
		None => Ok(()),
	}
}

fn check_ilmd(ilmd: &Fields, may: bool, namespaces: &mut BTreeMap<String, Uri>) -> Result<(), EventProblem> {
	if !may && !ilmd.is_empty() {
		return Err(EventProblem::NotAllowed {
			field: "ilmd",
			right: "only an ObjectEvent with ADD and a TransformationEvent may have it",
		});
	}
	Ok(ilmd.check(namespaces, 1)?)
}

#[cfg(test)]
mod tests;

//! The five kinds of events of EPCIS 2.0.

use super::{
	decimal::Decimal,
	fields::Fields,
	id::{Epc, EpcClass},
	sensor::SensorElement,
	vocabulary::{Action, BizStep, Disposition, EndType, ErrorReason, TransactionType, Unit},
};
use crate::{
	time::{LocalTime, Time},
	uri::Uri,
};
use serde::{ser::SerializeStruct, Serialize, Serializer};

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type")]
pub enum Event {
	/// Things were seen, made or ended.
	ObjectEvent(ObjectEvent),
	/// Things were put into something, or taken out of it.
	AggregationEvent(AggregationEvent),
	/// Things were bound to an agreement, or released from it.
	TransactionEvent(TransactionEvent),
	/// Things became other things.
	TransformationEvent(TransformationEvent),
	/// Things were fixed to something that stays: a sensor to a container.
	AssociationEvent(AssociationEvent),
}

/// So much of a kind or a lot.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Quantity {
	/// Of what.
	pub epc_class: EpcClass,
	/// How much; nothing if it is not known.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub quantity: Option<Decimal>,
	/// In which unit; nothing for pieces.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub uom: Option<Unit>,
}

impl Quantity {
	/// So many pieces.
	pub fn pieces(epc_class: EpcClass, number: u32) -> Self {
		Self {
			epc_class,
			quantity: Some(number.into()),
			uom: None,
		}
	}

	/// So much in a unit.
	pub fn of(epc_class: EpcClass, quantity: Decimal, unit: Unit) -> Self {
		Self {
			epc_class,
			quantity: Some(quantity),
			uom: Some(unit),
		}
	}
}

/// A paper or an agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BizTransaction {
	/// Of which kind.
	#[serde(rename = "type")]
	pub kind: TransactionType,
	/// Which one.
	pub biz_transaction: Uri,
}

/// What something comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
	/// As what.
	#[serde(rename = "type")]
	pub kind: EndType,
	/// Which one.
	pub source: Uri,
}

/// What something goes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Destination {
	/// As what.
	#[serde(rename = "type")]
	pub kind: EndType,
	/// Which one.
	pub destination: Uri,
}

/// What holds from this event on until another one ends it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PersistentDisposition {
	/// Begins to hold.
	#[serde(skip_serializing_if = "Vec::is_empty")]
	pub set: Vec<Disposition>,
	/// Holds no more.
	#[serde(skip_serializing_if = "Vec::is_empty")]
	pub unset: Vec<Disposition>,
}

impl PersistentDisposition {
	/// Whether it says nothing.
	pub fn is_empty(&self) -> bool {
		self.set.is_empty() && self.unset.is_empty()
	}
}

/// That an event of before was wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorDeclaration {
	/// When that was said.
	pub declaration_time: Time,
	/// Why it was wrong.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub reason: Option<ErrorReason>,
	/// The events that stand in its place.
	#[serde(rename = "correctiveEventIDs", skip_serializing_if = "Vec::is_empty")]
	pub corrective_event_ids: Vec<Uri>,
}

/// A place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place(pub Uri);

impl Serialize for Place {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		let mut place = serializer.serialize_struct("Place", 1)?;
		place.serialize_field("id", &self.0)?;
		place.end()
	}
}

/// When, where, why and how: what every kind of event may have.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Context {
	/// When, and how far the clocks there were ahead of UTC.
	#[serde(flatten, serialize_with = "when")]
	pub event_time: LocalTime,
	/// Its name.
	#[serde(rename = "eventID", skip_serializing_if = "Option::is_none")]
	pub event_id: Option<Uri>,
	/// Certificates of what happened here.
	#[serde(skip_serializing_if = "Vec::is_empty")]
	pub certification_info: Vec<Uri>,
	/// That the event was wrong.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub error_declaration: Option<ErrorDeclaration>,
	/// Why: what was going on.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub biz_step: Option<BizStep>,
	/// Why: what has become of the things.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub disposition: Option<Disposition>,
	/// Where it was seen.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub read_point: Option<Place>,
	/// Where the things are from then on.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub biz_location: Option<Place>,
	/// Why: papers and agreements.
	#[serde(rename = "bizTransactionList", skip_serializing_if = "Vec::is_empty")]
	pub biz_transactions: Vec<BizTransaction>,
	/// From whom or where.
	#[serde(rename = "sourceList", skip_serializing_if = "Vec::is_empty")]
	pub sources: Vec<Source>,
	/// To whom or where.
	#[serde(rename = "destinationList", skip_serializing_if = "Vec::is_empty")]
	pub destinations: Vec<Destination>,
	/// How: what sensors told.
	#[serde(rename = "sensorElementList", skip_serializing_if = "Vec::is_empty")]
	pub sensor_elements: Vec<SensorElement>,
	/// Of other namespaces.
	#[serde(flatten)]
	pub extensions: Fields,
}

/// Both fields that EPCIS has for it.
fn when<S: Serializer>(time: &LocalTime, serializer: S) -> Result<S::Ok, S::Error> {
	let mut when = serializer.serialize_struct("When", 2)?;
	when.serialize_field("eventTime", &time.to_string())?;
	when.serialize_field("eventTimeZoneOffset", &time.offset())?;
	when.end()
}

impl Context {
	/// When alone.
	pub fn at(event_time: LocalTime) -> Self {
		Self {
			event_time,
			event_id: None,
			certification_info: vec![],
			error_declaration: None,
			biz_step: None,
			disposition: None,
			read_point: None,
			biz_location: None,
			biz_transactions: vec![],
			sources: vec![],
			destinations: vec![],
			sensor_elements: vec![],
			extensions: Fields::default(),
		}
	}
}

/// Things were seen, made or ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectEvent {
	/// When, where, why and how.
	#[serde(flatten)]
	pub context: Context,
	/// Made, seen, or ended.
	pub action: Action,
	/// Which things.
	#[serde(skip_serializing_if = "Vec::is_empty")]
	pub epc_list: Vec<Epc>,
	/// How much of which kinds and lots.
	#[serde(skip_serializing_if = "Vec::is_empty")]
	pub quantity_list: Vec<Quantity>,
	/// What holds from now on.
	#[serde(skip_serializing_if = "PersistentDisposition::is_empty")]
	pub persistent_disposition: PersistentDisposition,
	/// What is told of things that were made.
	#[serde(skip_serializing_if = "Fields::is_empty")]
	pub ilmd: Fields,
}

impl ObjectEvent {
	/// Nothing yet but what was done, and when.
	pub fn new(action: Action, context: Context) -> Self {
		Self {
			context,
			action,
			epc_list: vec![],
			quantity_list: vec![],
			persistent_disposition: PersistentDisposition::default(),
			ilmd: Fields::default(),
		}
	}
}

/// Things were put into something, or taken out of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AggregationEvent {
	/// When, where, why and how.
	#[serde(flatten)]
	pub context: Context,
	/// Into it, seen in it, or out of it.
	pub action: Action,
	/// What they are in.
	#[serde(rename = "parentID", skip_serializing_if = "Option::is_none")]
	pub parent_id: Option<Uri>,
	/// Which things; none for all of them.
	#[serde(rename = "childEPCs", skip_serializing_if = "Vec::is_empty")]
	pub child_epcs: Vec<Epc>,
	/// How much of which kinds and lots.
	#[serde(skip_serializing_if = "Vec::is_empty")]
	pub child_quantity_list: Vec<Quantity>,
}

impl AggregationEvent {
	/// Nothing in it yet.
	pub fn new(action: Action, parent: Uri, context: Context) -> Self {
		Self {
			context,
			action,
			parent_id: Some(parent),
			child_epcs: vec![],
			child_quantity_list: vec![],
		}
	}
}

/// Things were bound to an agreement, or released from it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TransactionEvent {
	/// When, where, why (with at least one agreement) and how.
	#[serde(flatten)]
	pub context: Context,
	/// Bound to it, seen, or released from it.
	pub action: Action,
	/// What they are in.
	#[serde(rename = "parentID", skip_serializing_if = "Option::is_none")]
	pub parent_id: Option<Uri>,
	/// Which things; none for all of them.
	#[serde(skip_serializing_if = "Vec::is_empty")]
	pub epc_list: Vec<Epc>,
	/// How much of which kinds and lots.
	#[serde(skip_serializing_if = "Vec::is_empty")]
	pub quantity_list: Vec<Quantity>,
}

impl TransactionEvent {
	/// An agreement, and no things yet.
	pub fn new(action: Action, agreement: BizTransaction, mut context: Context) -> Self {
		context.biz_transactions.push(agreement);
		Self {
			context,
			action,
			parent_id: None,
			epc_list: vec![],
			quantity_list: vec![],
		}
	}
}

/// Things became other things.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TransformationEvent {
	/// When, where, why and how.
	#[serde(flatten)]
	pub context: Context,
	/// Things that are no more.
	#[serde(rename = "inputEPCList", skip_serializing_if = "Vec::is_empty")]
	pub input_epc_list: Vec<Epc>,
	/// How much of which kinds and lots is no more.
	#[serde(skip_serializing_if = "Vec::is_empty")]
	pub input_quantity_list: Vec<Quantity>,
	/// Things that came to be.
	#[serde(rename = "outputEPCList", skip_serializing_if = "Vec::is_empty")]
	pub output_epc_list: Vec<Epc>,
	/// How much of which kinds and lots came to be.
	#[serde(skip_serializing_if = "Vec::is_empty")]
	pub output_quantity_list: Vec<Quantity>,
	/// What several such events are parts of.
	#[serde(rename = "transformationID", skip_serializing_if = "Option::is_none")]
	pub transformation_id: Option<Uri>,
	/// What holds from now on.
	#[serde(skip_serializing_if = "PersistentDisposition::is_empty")]
	pub persistent_disposition: PersistentDisposition,
	/// What is told of things that came to be.
	#[serde(skip_serializing_if = "Fields::is_empty")]
	pub ilmd: Fields,
}

impl TransformationEvent {
	/// Nothing yet but when.
	pub fn new(context: Context) -> Self {
		Self {
			context,
			input_epc_list: vec![],
			input_quantity_list: vec![],
			output_epc_list: vec![],
			output_quantity_list: vec![],
			transformation_id: None,
			persistent_disposition: PersistentDisposition::default(),
			ilmd: Fields::default(),
		}
	}
}

/// Things were fixed to something that stays: a sensor to a container.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AssociationEvent {
	/// When, where, why and how.
	#[serde(flatten)]
	pub context: Context,
	/// Fixed to it, seen on it, or taken off.
	pub action: Action,
	/// What they are fixed to.
	#[serde(rename = "parentID")]
	pub parent_id: Uri,
	/// Which things; none for all of them.
	#[serde(rename = "childEPCs", skip_serializing_if = "Vec::is_empty")]
	pub child_epcs: Vec<Epc>,
	/// How much of which kinds and lots.
	#[serde(skip_serializing_if = "Vec::is_empty")]
	pub child_quantity_list: Vec<Quantity>,
}

impl AssociationEvent {
	/// Nothing on it yet.
	pub fn new(action: Action, parent: Uri, context: Context) -> Self {
		Self {
			context,
			action,
			parent_id: parent,
			child_epcs: vec![],
			child_quantity_list: vec![],
		}
	}
}

impl Event {
	/// When, where, why and how.
	pub fn context(&self) -> &Context {
		match self {
			Self::ObjectEvent(event) => &event.context,
			Self::AggregationEvent(event) => &event.context,
			Self::TransactionEvent(event) => &event.context,
			Self::TransformationEvent(event) => &event.context,
			Self::AssociationEvent(event) => &event.context,
		}
	}

	/// The same, to be changed.
	pub fn context_mut(&mut self) -> &mut Context {
		match self {
			Self::ObjectEvent(event) => &mut event.context,
			Self::AggregationEvent(event) => &mut event.context,
			Self::TransactionEvent(event) => &mut event.context,
			Self::TransformationEvent(event) => &mut event.context,
			Self::AssociationEvent(event) => &mut event.context,
		}
	}

	/// Its kind, as EPCIS calls it.
	pub fn kind(&self) -> &'static str {
		match self {
			Self::ObjectEvent(_) => "ObjectEvent",
			Self::AggregationEvent(_) => "AggregationEvent",
			Self::TransactionEvent(_) => "TransactionEvent",
			Self::TransformationEvent(_) => "TransformationEvent",
			Self::AssociationEvent(_) => "AssociationEvent",
		}
	}
}

macro_rules! into_event {
	($($kind:ident),+) => {
		$(impl From<$kind> for Event {
			fn from(event: $kind) -> Self {
				Self::$kind(event)
			}
		})+
	};
}

into_event!(
	ObjectEvent,
	AggregationEvent,
	TransactionEvent,
	TransformationEvent,
	AssociationEvent
);

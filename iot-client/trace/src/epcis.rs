//! EPCIS 2.0 documents in JSON-LD: what happened to which things, when, where, why and how.

mod decimal;
mod document;
mod event;
mod fields;
mod hash;
mod id;
mod sensor;
mod vocabulary;

pub use decimal::{Decimal, DecimalError};
pub use document::{Document, EpcisError, EventProblem, CONTEXT, MOST_ENTRIES, MOST_EVENTS};
pub use event::{
	AggregationEvent, AssociationEvent, BizTransaction, Context, Destination, ErrorDeclaration, Event, ObjectEvent,
	PersistentDisposition, Place, Quantity, Source, TransactionEvent, TransformationEvent,
};
pub use fields::{Field, FieldError, FieldValue, Fields, Namespace, MOST_DEPTH};
pub use hash::HashError;
pub use id::{Epc, EpcClass, IdError};
pub use sensor::{SensorElement, SensorMetadata, SensorReport};
pub use vocabulary::{
	Action, Alert, BizStep, Component, Disposition, EndType, ErrorReason, Measurement, NoSuchWord, TransactionType,
	Unit, UnitError,
};

use super::*;
use crate::{epcis::*, time::LocalTime, Gtin, Key, Sgtin, Sscc};

fn context() -> Context {
	Context::at(LocalTime::new(1_583_316_030_000, 60).unwrap())
}

fn item(serial: &str) -> Epc {
	Epc::new(Sgtin::parse("09506000134352", serial).unwrap()).unwrap()
}

fn uri(text: &str) -> Uri {
	Uri::parse(text).unwrap()
}

fn document(event: impl Into<Event>) -> Result<Document, EpcisError> {
	Document::new(Time::new(1_583_316_030_000).unwrap(), vec![event.into()])
}

fn seen() -> ObjectEvent {
	let mut event = ObjectEvent::new(Action::Observe, context());
	event.epc_list = vec![item("1")];
	event
}

#[track_caller]
fn refused(event: impl Into<Event>, error: &str) {
	assert_eq!(document(event).unwrap_err().to_string(), error);
}

#[test]
fn an_event_is_printed_as_epcis_has_it() {
	let mut event = seen();
	event.context.biz_step = Some(BizStep::Inspecting);
	event.context.read_point = Some(Place(uri("geo:47.5,11.1")));
	let namespace = Namespace::new("example", uri("https://ns.example.com/epcis/")).unwrap();
	event.context.extensions = Fields(vec![Field::text(&namespace, "heat", "4711").unwrap()]);
	assert_eq!(
		document(event).unwrap().to_json(),
		concat!(
			r#"{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld","#,
			r#"{"example":"https://ns.example.com/epcis/"}],"type":"EPCISDocument","schemaVersion":"2.0","#,
			r#""creationDate":"2020-03-04T10:00:30.000Z","epcisBody":{"eventList":[{"type":"ObjectEvent","#,
			r#""eventTime":"2020-03-04T11:00:30.000+01:00","eventTimeZoneOffset":"+01:00","bizStep":"inspecting","#,
			r#""readPoint":{"id":"geo:47.5,11.1"},"example:heat":"4711","action":"OBSERVE","#,
			r#""epcList":["https://id.gs1.org/01/09506000134352/21/1"]}]}}"#
		)
	);
	// No namespace, no context of it.
	let json = document(seen()).unwrap().to_json();
	assert!(
		json.starts_with(&format!(r#"{{"@context":["{CONTEXT}"],"type""#)),
		"{json}"
	);
	let mut event = ObjectEvent::new(Action::Add, context());
	event.epc_list = vec![item("1")];
	event.ilmd = Fields(vec![Field::text(&Namespace::master_data(), "lotNumber", "7").unwrap()]);
	let json = document(event).unwrap().to_json();
	assert!(
		json.contains(r#"{"cbvmda":"urn:epcglobal:cbv:mda:"}],"type""#),
		"{json}"
	);
	assert!(json.contains(r#""ilmd":{"cbvmda:lotNumber":"7"}"#), "{json}");
}

#[test]
fn what_is_missing_is_named() {
	let all = "it or its list of quantities must have an entry; only DELETE without any means all";
	refused(
		ObjectEvent::new(Action::Add, context()),
		"event 1 (ObjectEvent): epcList is missing; it or quantityList must have an entry, or sensors must have told something at a \
		 readPoint",
	);
	let parent = || Uri::from(&Key::from(Sscc::parse("040123451111111110").unwrap()));
	refused(
		AggregationEvent::new(Action::Add, parent(), context()),
		&format!("event 1 (AggregationEvent): childEPCs is missing; {all}"),
	);
	refused(
		AssociationEvent::new(Action::Observe, parent(), context()),
		&format!("event 1 (AssociationEvent): childEPCs is missing; {all}"),
	);
	let mut without = AggregationEvent::new(Action::Delete, parent(), context());
	without.parent_id = None;
	refused(
		without,
		"event 1 (AggregationEvent): parentID is missing; ADD and DELETE need it",
	);
	assert!(document(AggregationEvent::new(Action::Delete, parent(), context())).is_ok());
	assert!(document(AssociationEvent::new(Action::Delete, parent(), context())).is_ok());

	let agreement = BizTransaction {
		kind: TransactionType::PurchaseOrder,
		biz_transaction: uri("urn:x:1"),
	};
	let mut event = TransactionEvent::new(Action::Add, agreement, context());
	refused(
		event.clone(),
		"event 1 (TransactionEvent): epcList is missing; it or its list of quantities must have an entry; only DELETE without any means all",
	);
	event.epc_list = vec![item("1")];
	assert!(document(event.clone()).is_ok());
	event.context.biz_transactions.clear();
	refused(
		event,
		"event 1 (TransactionEvent): bizTransactionList is missing; it must have an entry",
	);

	let mut event = TransformationEvent::new(context());
	event.input_epc_list = vec![item("1")];
	refused(
		event.clone(),
		"event 1 (TransformationEvent): outputEPCList is missing; it or its list of quantities must have an entry; only events with a transformationID may have one side alone",
	);
	event.transformation_id = Some(uri("urn:x:1"));
	assert!(document(event.clone()).is_ok());
	event.input_epc_list.clear();
	assert!(document(event).is_err());

	let mut event = ObjectEvent::new(Action::Observe, context());
	event.context.sensor_elements = vec![SensorElement::default()];
	event.context.read_point = Some(Place(uri("geo:1,1")));
	refused(
		event.clone(),
		"event 1 (ObjectEvent): sensorReport is missing; each sensorElement must have an entry of it",
	);
	event.context.sensor_elements[0].reports = vec![SensorReport::of(Measurement::Temperature)];
	assert!(document(event.clone()).is_ok());
	event.context.sensor_elements[0].reports[0].hex_binary_value = Some("0x12".to_owned());
	refused(
		event,
		"event 1 (ObjectEvent): hexBinaryValue is \"0x12\"; it must be hexadecimal digits, at least one",
	);
}

#[test]
fn what_may_not_be_there_is_named() {
	let namespace = Namespace::new("example", uri("https://ns.example.com/epcis/")).unwrap();
	let field = |name| Field::text(&namespace, name, "x").unwrap();
	let mut event = seen();
	event.ilmd = Fields(vec![field("heat")]);
	refused(
		event,
		"event 1 (ObjectEvent): ilmd is there; only an ObjectEvent with ADD and a TransformationEvent may have it",
	);
	let mut event = seen();
	event.epc_list.push(item("1"));
	refused(
		event,
		"event 1 (ObjectEvent): epcList has https://id.gs1.org/01/09506000134352/21/1 twice; it must have it once",
	);
	let mut event = seen();
	event.persistent_disposition.set = vec![Disposition::Recalled];
	event.persistent_disposition.unset = vec![Disposition::Recalled];
	refused(
		event,
		"event 1 (ObjectEvent): persistentDisposition has recalled twice; it must have it once",
	);
	let mut event = seen();
	event.context.extensions = Fields(vec![field("heat"), field("heat")]);
	refused(
		event,
		"event 1 (ObjectEvent): the field example:heat comes twice; it must come once",
	);
	let mut event = seen();
	let other = Namespace::new("example", uri("https://other.example/")).unwrap();
	event.context.extensions = Fields(vec![field("heat"), Field::text(&other, "lot", "x").unwrap()]);
	refused(
		event,
		"event 1 (ObjectEvent): the prefix example stands for https://ns.example.com/epcis/ and for https://other.example/; it must \
		 stand for one",
	);
	let mut event = seen();
	event.epc_list = (0..=MOST_ENTRIES).map(|serial| item(&serial.to_string())).collect();
	refused(
		event,
		"event 1 (ObjectEvent): epcList has 10001 entries; it must have at most 10000",
	);
	let many = vec![Event::from(seen()); MOST_EVENTS + 1];
	assert_eq!(
		Document::new(Time::new(0).unwrap(), many).unwrap_err().to_string(),
		"event 10001 (ObjectEvent): there are 10001 events; a document has at most 10000"
	);
}

#[test]
fn fields_within_fields_have_an_end() {
	let namespace = Namespace::new("example", uri("https://ns.example.com/epcis/")).unwrap();
	let deep = |depth: usize| {
		let inner = Field::text(&namespace, "a", "x").unwrap();
		let nested = (1..depth).fold(inner, |inner, _| {
			Field::new(&namespace, "a", FieldValue::Fields(Fields(vec![inner]))).unwrap()
		});
		let mut event = seen();
		event.context.extensions = Fields(vec![nested]);
		event
	};
	assert!(document(deep(MOST_DEPTH)).is_ok());
	refused(
		deep(MOST_DEPTH + 1),
		"event 1 (ObjectEvent): fields lie 9 deep within each other; they may lie 8 deep",
	);
	for (made, error) in [
		(
			Field::text(&namespace, "a b", 1).map(drop),
			"\"a b\" is no prefix or name of a field; it must be a letter, then at most 63 letters, digits, - and _ of ASCII",
		),
		(
			Namespace::new("gs1", uri("https://a/")).map(drop),
			"the prefix gs1 is EPCIS's own; take another one",
		),
	] {
		assert_eq!(made.unwrap_err().to_string(), error);
	}
}

#[test]
fn kinds_and_things_are_not_mixed_up() {
	let gtin = Gtin::parse("09506000134352").unwrap();
	assert_eq!(
		Epc::new(gtin).unwrap_err().to_string(),
		"https://id.gs1.org/01/09506000134352 is a kind, a lot, a place or a firm; it must be one thing: (01) with (21), (00), (8004), \
		 or (253) with a serial number"
	);
	assert_eq!(
		EpcClass::new(Sgtin::parse("09506000134352", "1").unwrap()).unwrap_err().to_string(),
		"https://id.gs1.org/01/09506000134352/21/1 is one thing, a place or a firm; it must be a kind or a lot: (01), or (01) with (10)"
	);
}

use super::*;
use crate::{epcis::Document, keys::Lot, time::Time};

const GTIN: &str = "09506000134352";
const MAKER: Account = [1; 32];
const BUYER: Account = [2; 32];
const CARRIER: Account = [3; 32];

fn chain() -> Chain {
	Chain::new([0xab; 32], 42)
}

fn gtin() -> Gtin {
	Gtin::parse(GTIN).unwrap()
}

fn now() -> LocalTime {
	LocalTime::new(1_796_000_000_000, 540).unwrap()
}

fn recorded(chain: &Chain) -> Recorded<'_> {
	let (block, time) = ([0xb1; 32], now());
	Recorded { chain, block, time }
}

fn item(serial: &str) -> Goods {
	Goods::Item(Sgtin::parse(GTIN, serial).unwrap())
}

fn range(first: &str, last: &str) -> Result<Range, HistoryError> {
	Range::new(gtin(), &Serial::parse(first)?, &Serial::parse(last)?)
}

fn steel(thousandths: u64) -> Goods {
	let (gtin, lot) = (Gtin::parse("00614141000036").unwrap(), Lot::parse("HEAT-4711").unwrap());
	let lot = Lgtin { gtin, lot };
	let unit = Unit::kilogram();
	Goods::Lot(LotPart { lot, thousandths, unit })
}

fn pallet() -> Sscc {
	Sscc::complete("04012345111111111").unwrap()
}

fn making(inputs: Vec<Goods>, outputs: Vec<Goods>) -> Making {
	Making {
		id: 9,
		maker: MAKER,
		inputs,
		outputs,
		until: now(),
		work: Work {
			machine: 7,
			job: Some(42),
			place: Some(Gln::parse("4012345000115").unwrap()),
			recipe: Some([0xcc; 32]),
			..Work::default()
		},
	}
}

/// As a document has it, which must keep to the standard.
fn told(event: Result<Event, HistoryError>) -> serde_json::Value {
	let document = Document::new(Time::new(1_796_000_000_000).unwrap(), vec![event.unwrap()]).unwrap();
	let mut json: serde_json::Value = serde_json::from_str(&document.to_json()).unwrap();
	json["epcisBody"]["eventList"][0].take()
}

fn did(account: &Account) -> String {
	chain().did(account).to_string()
}

#[test]
fn a_making_names_what_was_used_up_and_what_came_of_it() {
	let chain = chain();
	let own = making(
		vec![steel(12_500), item("RAW-1")],
		vec![Goods::Range(range("008", "011").unwrap())],
	);
	let event = told(recorded(&chain).making(&own));
	assert_eq!(event["type"], "TransformationEvent");
	assert_eq!(event["bizStep"], "commissioning");
	let quantity = &event["inputQuantityList"][0];
	assert_eq!(
		quantity["epcClass"],
		"https://id.gs1.org/01/00614141000036/10/HEAT-4711"
	);
	assert_eq!((&quantity["quantity"], &quantity["uom"]), (&12.5.into(), &"KGM".into()));
	assert_eq!(
		event["inputEPCList"][0],
		"https://id.gs1.org/01/09506000134352/21/RAW-1"
	);
	// Zeros in front are part of a serial.
	let outputs = ["008", "009", "010", "011"].map(|serial| format!("https://id.gs1.org/01/{GTIN}/21/{serial}"));
	assert_eq!(event["outputEPCList"], serde_json::json!(outputs));
	assert_eq!(event["transformationID"], chain.record(Record::Making, 9).to_string());
	assert_eq!(event["readPoint"]["id"], "https://id.gs1.org/414/4012345000115");
	assert_eq!(event["bpiiot:maker"], did(&MAKER));
	assert_eq!(event["bpiiot:recipe"], format!("0x{}", "cc".repeat(32)));
	assert_eq!(event["bpiiot:job"], chain.record(Record::Job, 42).to_string());
	assert_eq!(event.get("bpiiot:firmware"), None);
}

#[test]
fn what_is_made_of_nothing_is_added() {
	let chain = chain();
	let event = told(recorded(&chain).making(&making(vec![], vec![steel(1)])));
	assert_eq!(
		(&event["type"], &event["action"]),
		(&"ObjectEvent".into(), &"ADD".into())
	);
	assert_eq!(event["bizStep"], "creating_class_instance");
	assert_eq!(event["quantityList"][0]["quantity"], 0.001);
	// Nothing at all is no event.
	let nothing = recorded(&chain).making(&making(vec![], vec![])).unwrap();
	assert!(Document::new(Time::new(0).unwrap(), vec![nothing]).is_err());
}

#[test]
fn a_pallet_is_no_product() {
	let chain = chain();
	let unit = pallet();
	let refused = Err(HistoryError::NoProduct { unit });
	for own in [
		making(vec![Goods::Unit(unit)], vec![item("1")]),
		making(vec![], vec![Goods::Unit(unit)]),
	] {
		assert_eq!(recorded(&chain).making(&own), refused);
	}
	let recall = RecallOf {
		recall: 3,
		issuer: MAKER,
		goods: vec![Goods::Unit(unit)],
		over: false,
	};
	assert_eq!(recorded(&chain).recall(&recall), refused);
}

#[test]
fn ranges_are_told_item_by_item_without_those_that_stand_alone() {
	let chain = chain();
	let own = range("1", "4").unwrap().except([Serial::parse("2").unwrap()]);
	let packing = Packing {
		unit: pallet(),
		things: vec![Goods::Range(own)],
		out: false,
	};
	let event = told(recorded(&chain).packing(&packing));
	let things = ["1", "3", "4"].map(|serial| format!("https://id.gs1.org/01/{GTIN}/21/{serial}"));
	assert_eq!(event["childEPCs"], serde_json::json!(things));
	assert_eq!(
		(&event["action"], &event["bizStep"]),
		(&"ADD".into(), &"packing".into())
	);
	assert_eq!(event["parentID"], format!("https://id.gs1.org/00/{}", pallet()));

	let out = Packing { out: true, ..packing };
	let event = told(recorded(&chain).packing(&out));
	assert_eq!(
		(&event["action"], &event["bizStep"]),
		(&"DELETE".into(), &"unpacking".into())
	);
}

#[test]
fn bad_ranges_are_refused_before_they_are_told() {
	for (first, last) in [
		("4", "1"),
		("1", "10"),
		("A", "B"),
		("1", "B"),
		("1234567890123456789", "1234567890123456790"),
	] {
		let error = HistoryError::Range {
			first: first.into(),
			last: last.into(),
		};
		assert_eq!(range(first, last), Err(error));
	}
	let chain = chain();
	let packing = |first: &str, last: &str| Packing {
		unit: pallet(),
		things: vec![Goods::Range(range(first, last).unwrap())],
		out: false,
	};
	assert!(recorded(&chain).packing(&packing("00001", "10000")).is_ok());
	// A range of all numbers must take no time.
	for (last, got) in [
		("000000000000010000", 10_001),
		("999999999999999999", 1_000_000_000_000_000_000),
	] {
		assert_eq!(
			recorded(&chain).packing(&packing("000000000000000000", last)),
			Err(HistoryError::TooMany { got })
		);
	}
}

#[test]
fn quantities_that_lose_digits_are_refused() {
	let chain = chain();
	let told = |thousandths| recorded(&chain).making(&making(vec![], vec![steel(thousandths)]));
	// Fifteen digits, without zeros at the end of what stands after the point.
	for thousandths in [1, 999_999_999_999_999, 999_999_999_999_999_000] {
		assert!(told(thousandths).is_ok(), "{thousandths}");
	}
	for thousandths in [1_000_000_000_000_001, 1_000_000_000_000_000_000, u64::MAX] {
		assert!(matches!(told(thousandths), Err(HistoryError::Quantity { .. })));
	}
}

#[test]
fn sales_and_handovers_name_both_sides() {
	let chain = chain();
	let sale = Sale {
		goods: vec![Goods::Unit(pallet())],
		from: MAKER,
		to: BUYER,
		shipment: None,
	};
	let event = told(recorded(&chain).sale(&sale));
	assert_eq!(event["sourceList"][0]["type"], "owning_party");
	assert_eq!(event["sourceList"][0]["source"], did(&MAKER));
	assert_eq!(event["destinationList"][0]["destination"], did(&BUYER));
	assert_eq!(event.get("bizTransactionList"), None);

	let mut handover = Handover {
		shipment: 5,
		hop: 0,
		goods: vec![Goods::Unit(pallet()), steel(1_000)],
		giver: MAKER,
		receiver: CARRIER,
		carries_on: true,
		reservation: Some([0xdd; 32]),
	};
	let event = told(recorded(&chain).handover(&handover));
	assert_eq!(event["sourceList"][0]["type"], "possessing_party");
	assert_eq!(event["destinationList"][0]["destination"], did(&CARRIER));
	assert_eq!(event["disposition"], "in_transit");
	let shipment = chain.record(Record::Shipment, 5).to_string();
	assert_eq!(event["bizTransactionList"][0]["bizTransaction"], shipment);
	assert_eq!(event["bpiiot:reservation"], format!("0x{}", "dd".repeat(32)));
	assert_eq!(event["bpiiot:handover"], "0");
	(handover.carries_on, handover.reservation) = (false, None);
	let event = told(recorded(&chain).handover(&handover));
	assert_eq!(
		(event.get("disposition"), event.get("bpiiot:reservation")),
		(None, None)
	);

	let goods = vec![item("1")];
	let event = told(recorded(&chain).returned(&Return { shipment: 5, goods }));
	assert_eq!(
		(&event["bizStep"], &event["disposition"]),
		(&"receiving".into(), &"returned".into())
	);
}

#[test]
fn a_recall_holds_until_it_is_over() {
	let chain = chain();
	let mut recall = RecallOf {
		recall: 3,
		issuer: MAKER,
		goods: vec![item("1"), steel(500)],
		over: false,
	};
	let event = told(recorded(&chain).recall(&recall));
	assert_eq!(event["persistentDisposition"], serde_json::json!({"set": ["recalled"]}));
	assert_eq!(event["bpiiot:recall"], chain.record(Record::Recall, 3).to_string());
	assert_eq!(event["bpiiot:issuer"], did(&MAKER));
	recall.over = true;
	let event = told(recorded(&chain).recall(&recall));
	assert_eq!(
		event["persistentDisposition"],
		serde_json::json!({"unset": ["recalled"]})
	);
	assert_eq!((event.get("disposition"), event.get("bizStep")), (None, None));
}

#[test]
fn events_of_one_side_have_a_hash_id() {
	let chain = chain();
	let made = recorded(&chain).making(&making(vec![steel(1)], vec![item("1")]));
	assert!(made.unwrap().hash_id().is_ok());
	let sale = Sale {
		goods: vec![item("1")],
		from: MAKER,
		to: BUYER,
		shipment: None,
	};
	assert!(recorded(&chain).sale(&sale).unwrap().hash_id().is_err());
}

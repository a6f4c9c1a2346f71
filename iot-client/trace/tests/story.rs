//! The life of a bracket as others read it: the documents of a story, compared with those under `golden/`, which `tests/epcis` holds
//! against GS1's schema. `WRITE_GOLDEN=1` writes them anew.

use iot_trace::{
	credential::{CertificateRecord, Credential, Disclosure, Subject},
	epcis::*,
	resolver::{resolve, Answer, Entry, Link, LinkType, Request},
	Ai, Chain, ChainReferences, DigitalLink, Giai, Gln, Gtin, Key, Lgtin, LocalTime, Record, Serial, Sgtin, Sscc, Time,
	Uri,
};
use std::{error::Error, fs, path::Path};

type Done = Result<(), Box<dyn Error>>;

const DAY: u64 = 86_400_000;
/// 2026-11-30T00:53:20Z.
const BEGIN: u64 = 1_796_000_000_000;
/// Korea.
const SEOUL: i16 = 540;

fn golden(name: &str, text: &str) -> Done {
	// Of the checkout that the test is run in: cargo starts it in the crate's folder.
	let path = Path::new("tests/golden").join(name);
	if std::env::var_os("WRITE_GOLDEN").is_some() {
		fs::write(&path, text)?;
	}
	let right = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
	assert_eq!(
		text,
		right,
		"{} says something else; WRITE_GOLDEN=1 writes it anew",
		path.display()
	);
	Ok(())
}

fn chain() -> Chain {
	Chain::new([0xab; 32], 42)
}

fn bracket(serial: u32) -> Result<Sgtin, Box<dyn Error>> {
	Ok(Sgtin {
		gtin: Gtin::parse("09506000134352")?,
		serial: Serial::parse(&format!("BR-{serial}"))?,
	})
}

fn at(day: u64, references: ChainReferences, step: BizStep, gln: &str) -> Result<Context, Box<dyn Error>> {
	let mut context = Context::at(LocalTime::new(BEGIN + day * DAY, SEOUL)?);
	context.biz_step = Some(step);
	context.read_point = Some(Place(Uri::from(&Key::location(Gln::parse(gln)?))));
	context.extensions = references.fields(&chain());
	Ok(context)
}

/// Made of steel in a job, packed, given a logger, handed over, too warm, recalled.
fn events() -> Result<Vec<Event>, Box<dyn Error>> {
	let job = ChainReferences {
		block: Some([0xb1; 32]),
		job: Some(42),
		escrow: Some(43),
		machine: Some(7),
		..ChainReferences::default()
	};
	let factory = "4012345000115";
	let steel = EpcClass::new(Lgtin::parse("00614141000036", "HEAT-4711")?)?;
	let mut made = TransformationEvent::new(at(0, job, BizStep::Commissioning, factory)?);
	made.input_quantity_list = vec![Quantity::of(steel, Decimal::parse("12.5")?, Unit::kilogram())];
	made.output_epc_list = vec![Epc::new(bracket(1)?)?, Epc::new(bracket(2)?)?];
	made.transformation_id = Some(chain().record(Record::Job, 42));
	made.context.disposition = Some(Disposition::Active);
	made.context.certification_info = vec![chain().record(Record::Certificate, 17)];
	made.context.biz_transactions = vec![BizTransaction {
		kind: TransactionType::ProductionOrder,
		biz_transaction: chain().record(Record::Job, 42),
	}];
	made.ilmd = Fields(vec![Field::text(&Namespace::master_data(), "countryOfOrigin", "KR")?]);

	let unit = Sscc::complete("04012345111111111")?;
	let parent = Uri::from(&Key::from(unit));
	let mut packed = AggregationEvent::new(
		Action::Add,
		parent.clone(),
		at(1, ChainReferences::default(), BizStep::Packing, factory)?,
	);
	packed.child_epcs = vec![Epc::new(bracket(1)?)?, Epc::new(bracket(2)?)?];

	let shipment = ChainReferences {
		block: Some([0xb2; 32]),
		shipment: Some(5),
		..ChainReferences::default()
	};
	let logger = Epc::new(Giai::parse("4012345LOG-9")?)?;
	let mut fixed = AssociationEvent::new(
		Action::Add,
		parent.clone(),
		at(1, shipment, BizStep::Installing, factory)?,
	);
	fixed.child_epcs = vec![logger.clone()];

	let order = BizTransaction {
		kind: TransactionType::PurchaseOrder,
		biz_transaction: chain().record(Record::Escrow, 44),
	};
	let mut handed = TransactionEvent::new(Action::Add, order, at(2, shipment, BizStep::Shipping, factory)?);
	handed.epc_list = vec![Epc::new(unit)?];
	handed.context.disposition = Some(Disposition::InTransit);
	let party = |gln: &str| -> Result<Uri, Box<dyn Error>> { Ok(Uri::from(&Key::Party(Gln::parse(gln)?))) };
	handed.context.sources = vec![Source {
		kind: EndType::PossessingParty,
		source: party("4012345000009")?,
	}];
	handed.context.destinations = vec![Destination {
		kind: EndType::PossessingParty,
		destination: party("4000001000005")?,
	}];

	let mut warm = ObjectEvent::new(
		Action::Observe,
		at(3, shipment, BizStep::SensorReporting, "4000001000005")?,
	);
	warm.epc_list = vec![Epc::new(unit)?];
	warm.context.sensor_elements = vec![SensorElement {
		metadata: SensorMetadata {
			start_time: Some(Time::new(BEGIN + 2 * DAY)?),
			end_time: Some(Time::new(BEGIN + 3 * DAY)?),
			device_id: Some(logger.uri().clone()),
			..SensorMetadata::default()
		},
		reports: vec![SensorReport {
			exception: Some(Alert::Alarm),
			mean_value: Some(Decimal::parse("21.25")?),
			..SensorReport::range(
				Measurement::Temperature,
				Decimal::parse("17.5")?,
				Decimal::parse("31")?,
				Unit::celsius(),
			)
		}],
	}];

	let recall = ChainReferences {
		block: Some([0xb3; 32]),
		recall: Some(3),
		..ChainReferences::default()
	};
	let mut recalled = ObjectEvent::new(Action::Observe, at(9, recall, BizStep::Holding, factory)?);
	recalled.epc_list = vec![Epc::new(bracket(1)?)?, Epc::new(bracket(2)?)?];
	recalled.persistent_disposition.set = vec![Disposition::Recalled];
	recalled.context.disposition = Some(Disposition::NonSellableOther);
	Ok(vec![
		made.into(),
		packed.into(),
		fixed.into(),
		handed.into(),
		warm.into(),
		recalled.into(),
	])
}

#[test]
fn the_story_is_told_in_epcis() -> Done {
	let mut events = events()?;
	for event in &mut events {
		// All but the handover, which names both sides.
		if let Ok(id) = event.hash_id() {
			event.context_mut().event_id = Some(id);
		}
	}
	let document = Document::new(Time::new(BEGIN + 10 * DAY)?, events)?;
	let without = document
		.events()
		.iter()
		.filter(|event| event.context().event_id.is_none());
	assert_eq!(without.map(Event::kind).collect::<Vec<_>>(), ["TransactionEvent"]);
	let text = serde_json::to_string_pretty(&document)? + "\n";
	golden("epcis-story.json", &text)?;
	// What is printed at once and what is printed for people is the same.
	let one: serde_json::Value = serde_json::from_str(&text)?;
	let other: serde_json::Value = serde_json::from_str(&document.to_json())?;
	assert_eq!(one, other);
	Ok(())
}

#[test]
fn a_certificate_is_told_as_a_credential() -> Done {
	let claims = [("tensile strength", "510 MPa"), ("inspector", "Ö. Müller")]
		.map(|(name, value)| Disclosure::new(&[name.len() as u8; 16], name, value));
	let [strength, inspector] = claims;
	let (strength, inspector) = (strength?, inspector?);
	let issuer = [0xd4; 32];
	let record = CertificateRecord {
		id: 17,
		issuer,
		subject: Subject::Key(Lgtin::parse("00614141000036", "HEAT-4711")?.into()),
		schema: [3; 32],
		valid_from: Time::new(BEGIN)?,
		valid_until: Some(Time::new(BEGIN + 365 * DAY)?),
		claims: vec![strength.hash(), inspector.hash()],
		revoked: None,
	};
	let credential = Credential::export(&chain(), &record, &[strength])?;
	let text = serde_json::to_string_pretty(credential.as_json())? + "\n";
	golden("credential.json", &text)?;
	let read = Credential::parse(&text)?;
	assert_eq!(read.verify(&chain(), &record, Time::new(BEGIN)?)?.claims.len(), 1);
	Ok(())
}

#[test]
fn a_scanned_bracket_leads_to_its_pages() -> Done {
	let scanned = iot_trace::ElementString::parse_scanned("]d2010950600013435221BR-1\u{1d}17310101")?;
	let link = DigitalLink::try_from(&scanned)?;
	assert_eq!(link.attribute(Ai::EXPIRES), Some("310101"));
	let base = Uri::parse("https://trace.example")?;
	let target = link.uri_at(&base).replace("https://trace.example", "");
	let page = Link::new(LinkType::product_page(), "https://maker.example/bracket", "The bracket")?.language("en")?;
	let route = Link::new(
		LinkType::traceability(),
		"https://trace.example/route",
		"Where it has been",
	)?;
	let kind = Key::from(Gtin::parse("09506000134352")?);
	let entries = [
		Entry::new(
			kind,
			"Bracket",
			Some(Uri::parse("https://maker.example/bracket")?),
			vec![page],
		)?,
		Entry::new(link.key().clone(), "Bracket BR-1", None, vec![route])?,
	];
	let answer = |target: &str| {
		let request = Request {
			target,
			..Request::default()
		};
		resolve(&base, &request, &entries)
	};
	let Answer::Redirect { location, .. } = answer(&target) else {
		return Err("no redirect".into());
	};
	assert_eq!(location, "https://maker.example/bracket?17=310101");
	let Answer::Linkset { body, .. } = answer(&format!("{target}&linkType=linkset")) else {
		return Err("no linkset".into());
	};
	let body: serde_json::Value = serde_json::from_str(&body)?;
	golden("linkset.json", &(serde_json::to_string_pretty(&body)? + "\n"))
}

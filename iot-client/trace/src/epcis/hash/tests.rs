//! Ids that GS1's working group published with its reference program (RalphTro/epcis-event-hash-generator, `tests/examples`), and the
//! same events built here. Their EPC URIs stand here as the Digital Links that they mean.

use super::*;
use crate::{epcis::*, time::LocalTime};
use chrono::DateTime;

fn at(text: &str) -> Context {
	let time = DateTime::parse_from_rfc3339(text).unwrap();
	let offset = time.offset().local_minus_utc() / 60;
	Context::at(LocalTime::new(time.timestamp_millis() as u64, offset as i16).unwrap())
}

fn time(text: &str) -> Option<Time> {
	Some(at(text).event_time.time())
}

fn uri(text: &str) -> Uri {
	Uri::parse(text).unwrap()
}

fn link(path: &str) -> Uri {
	// Of some domain: GS1's own must come out.
	uri(&format!("https://trace.example/dl{path}"))
}

fn place(path: &str) -> Option<Place> {
	Some(Place(link(path)))
}

fn epcs(paths: &[&str]) -> Vec<Epc> {
	paths.iter().map(|path| Epc::other(link(path))).collect()
}

fn class(path: &str) -> EpcClass {
	EpcClass::new(DigitalLink::parse_target(path).unwrap().key().clone()).unwrap()
}

fn kilograms(path: &str, number: &str) -> Quantity {
	Quantity::of(class(path), Decimal::parse(number).unwrap(), Unit::kilogram())
}

fn agreement(kind: TransactionType, id: &str) -> BizTransaction {
	BizTransaction {
		kind,
		biz_transaction: uri(id),
	}
}

fn value(measurement: Measurement, value: &str, unit: &str) -> SensorReport {
	SensorReport::value(measurement, Decimal::parse(value).unwrap(), Unit::parse(unit).unwrap())
}

fn example(prefix: &str, namespace: &str) -> Namespace {
	Namespace::new(prefix, uri(namespace)).unwrap()
}

#[track_caller]
fn published(event: impl Into<Event>, digest: &str) {
	let event = event.into();
	assert_eq!(
		event.hash_id().unwrap().as_str(),
		format!("ni:///sha-256;{digest}?ver=CBV2.0"),
		"{}",
		event.pre_hash().unwrap()
	);
	// It is one that EPCIS allows.
	Document::new(Time::new(0).unwrap(), vec![event]).unwrap();
}

fn observed(time: &str, things: &[&str], step: BizStep, read_point: &str) -> ObjectEvent {
	let mut event = ObjectEvent::new(Action::Observe, at(time));
	event.epc_list = epcs(things);
	event.context.biz_step = Some(step);
	event.context.read_point = place(read_point);
	event
}

#[test]
fn fields_of_other_namespaces_are_hashed_as_published() {
	let namespace = example("example", "https://ns.example.com/epcis/");
	let text = |name, text| Field::text(&namespace, name, text).unwrap();
	let group = |name, fields| Field::new(&namespace, name, FieldValue::Fields(Fields(fields))).unwrap();
	let several = FieldValue::Texts(vec!["3".to_owned(), "1".to_owned()]);
	let units = [
		"/00/040123450000003338",
		"/00/040123450000001112",
		"/00/040123450000002225",
	];
	let mut event = observed(
		"2020-03-04T11:00:30.000+01:00",
		&units,
		BizStep::Departing,
		"/414/4012345000115/254/987",
	);
	event.context.extensions = Fields(vec![
		group("myField1", vec![text("mySubField1", "2"), text("mySubField2", "5")]),
		text("myField2", "0"),
		group(
			"myField3",
			vec![Field::new(&namespace, "mySubField3", several).unwrap()],
		),
	]);
	published(
		event,
		"6ae96341e0acc6d7a261364751f60e68278a81cdf51da0abb6b4e617014e39d7",
	);

	let schema = example("schema", "https://schema.org/");
	let abc = example("abc", "https://ns.abc.de/epcis/");
	let mut event = observed(
		"2005-04-04T20:33:31.116-06:00",
		&["/01/70614141123451/21/2018"],
		BizStep::Receiving,
		"/414/0012345111112/254/400",
	);
	event.context.disposition = Some(Disposition::InProgress);
	event.context.biz_location = place("/414/0012345111112");
	event.context.extensions = Fields(vec![
		Field::text(&example("fgh", "https://ns.fgh.co.uk/epcis/"), "a-date", "2023-10-09").unwrap(),
		Field::text(
			&example("example", "http://ns.example.com/epcis/"),
			"myField",
			"Example of a vendor/user extension",
		)
		.unwrap(),
		Field::text(&abc, "a-integer", 2).unwrap(),
		Field::text(&abc, "z-integer", 1).unwrap(),
		Field::text(&schema, "award", "Order of Standards").unwrap(),
		Field::text(&schema, "mpn", "4711").unwrap(),
		Field::text(&schema, "nsn", "4712").unwrap(),
	]);
	published(
		event,
		"962b81a19a5d2652b43016c17c1a85acfa667155c53523086d22a0b566e7ee04",
	);
}

#[test]
fn sensors_are_hashed_as_published() {
	let mut event = observed(
		"2020-04-01T15:00:00+01:00",
		&["/01/04012345111118/21/9876"],
		BizStep::Inspecting,
		"/414/4012345000054",
	);
	event.context.sensor_elements = vec![SensorElement {
		metadata: SensorMetadata {
			device_id: Some(link("/8004/4000001111")),
			device_metadata: Some(uri("https://id.gs1.org/8004/4000001111")),
			..SensorMetadata::default()
		},
		reports: vec![
			SensorReport {
				s_dev: Some(Decimal::parse("0.1").unwrap()),
				..value(Measurement::Temperature, "26", "CEL")
			},
			value(Measurement::AbsoluteHumidity, "12.1", "A93"),
			SensorReport {
				microorganism: Some(uri("https://www.ncbi.nlm.nih.gov/taxonomy/1126011")),
				..value(Measurement::Dimensionless, "0.05", "C35")
			},
			SensorReport {
				chemical_substance: Some(uri("https://identifiers.org/inchikey:CZMRCDWAGMRECN-UGDNZRGBSA-N")),
				..value(Measurement::Dimensionless, "0.18", "C35")
			},
		],
	}];
	published(
		event,
		"49b13037c36e84ad9307c531671b00e901318c3957e4b1151f816ec49eb668da",
	);

	let mut event = observed(
		"2022-02-16T15:00:00+01:00",
		&["/01/04012345111118/21/9876"],
		BizStep::Inspecting,
		"/414/4012345000054",
	);
	let device = Some(link("/8004/4000001111"));
	let element = |when: &str, warm: &str, wet: &str, lit: &str, fast: &str| SensorElement {
		metadata: SensorMetadata {
			time: time(when),
			device_id: device.clone(),
			device_metadata: device.clone(),
			raw_data: Some(link("/8004/401234599999")),
			..SensorMetadata::default()
		},
		reports: vec![
			value(Measurement::Temperature, warm, "CEL"),
			value(Measurement::AbsoluteHumidity, wet, "A93"),
			value(Measurement::Speed, fast, "KMH"),
			value(Measurement::Illuminance, lit, "LUX"),
		],
	};
	event.context.sensor_elements = vec![
		element("2022-02-16T13:35:00Z", "26.1", "12.2", "801", "161"),
		element("2022-02-16T13:05:00Z", "26.0", "12.1", "800", "160"),
		element("2022-02-16T13:55:00Z", "26.2", "12.2", "802", "162"),
	];
	published(
		event,
		"4afcdd3db3ff438fbe6c5a341ab8d1c405945f10d0c9a21b44d9ff45358b3801",
	);

	let mut event = observed(
		"2023-02-12T12:04:03.142+01:00",
		&["/01/04012345999990/21/XYZ-1234"],
		BizStep::Receiving,
		"/414/4012345000115",
	);
	event.context.certification_info = vec![uri("https://accreditation-council.example.org/certificate/ABC12345")];
	event.context.disposition = Some(Disposition::InProgress);
	event.context.sensor_elements = vec![SensorElement {
		metadata: SensorMetadata {
			time: time("2023-02-12T11:04:03.101Z"),
			biz_rules: Some(link("/253/4012345000054987")),
			..SensorMetadata::default()
		},
		reports: vec![SensorReport {
			exception: Some(Alert::Alarm),
			coordinate_reference_system: Some(uri("http://www.opengis.net/def/crs/EPSG/0/27700")),
			..SensorReport::of(Measurement::Dimensionless)
		}],
	}];
	published(
		event,
		"589e6268daac257cff0a64ae0f525abcc3ff90bc7832171270fd9260e9c481c8",
	);
}

#[test]
fn plain_observations_are_hashed_as_published() {
	let mut event = observed(
		"2023-02-02T12:04:03.142+01:00",
		&["/00/040123451111111110"],
		BizStep::Shipping,
		"/414/4012345000115",
	);
	event.context.disposition = Some(Disposition::InTransit);
	published(
		event,
		"af7658e711574363633f20b3dadc7bc4c13c6f612cf96d95e03c421c0e58f3c6",
	);
	let mut event = observed(
		"2023-02-02T12:04:03.141+01:00",
		&["/00/040123451111111110"],
		BizStep::Transporting,
		"/",
	);
	event.context.read_point = Some(Place(uri("geo:50.947573340894124,6.922120147375441")));
	published(
		event,
		"0550df44527332c1fe417c5837fe61b9e71eaa93307b88519dac549bf2d4dcf9",
	);
	let mut event = observed(
		"2019-10-21T15:45:00.000+01:00",
		&["/00/040123451111111110"],
		BizStep::Inspecting,
		"/414/4012345000245",
	);
	event.context.disposition = Some(Disposition::InProgress);
	published(
		event,
		"c50842eb714406394a77fb7b517fea621c78a61f65549874de7c9e019afe7b6f",
	);

	let both = ["/01/04012345111118/21/2", "/01/04012345111118/21/1"];
	let mut event = observed(
		"2021-04-01T15:00:00+01:00",
		&both,
		BizStep::Shipping,
		"/414/4012345000054",
	);
	event.context.disposition = Some(Disposition::InTransit);
	event.persistent_disposition.set = vec![Disposition::Recalled];
	published(
		event,
		"f6a9d89f2cd8d7931daa3d4c3d48399c2173b88417932f8cc04d021671e7d01e",
	);
	let mut event = observed(
		"2021-04-01T15:00:00+01:00",
		&both[..1],
		BizStep::Inspecting,
		"/414/4012345000054",
	);
	event.persistent_disposition.unset = vec![Disposition::Recalled];
	published(
		event,
		"4dbb5d87794987ec4a7c519cff1260d00163e78bf44144d09aee135294d39d10",
	);
}

#[test]
fn lots_and_their_master_data_are_hashed_as_published() {
	let mut event = ObjectEvent::new(Action::Add, at("2019-10-21T14:58:56.000+02:00"));
	event.quantity_list = vec![kilograms("/01/04054739999148/10/20160711", "600")];
	event.context.biz_step = Some(BizStep::Commissioning);
	event.context.read_point = place("/414/4054739000011");
	event.ilmd = Fields(vec![Field::text(
		&Namespace::master_data(),
		"bestBeforeDate",
		"2019-10-21",
	)
	.unwrap()]);
	published(
		event,
		"5f396ea5cb32fe4d0980cb79f5a5eb9640559e9f5a6cefa5c98a7d6ad554b50b",
	);
}

#[test]
fn aggregations_are_hashed_as_published() {
	let made = |action, time: &str, parent: &str, step, read_point: &str| {
		let mut event = AggregationEvent::new(action, link(parent), at(time));
		event.context.biz_step = Some(step);
		event.context.read_point = place(read_point);
		event
	};
	let parent = "/00/040470231111111229";
	let mut event = made(
		Action::Add,
		"2019-10-21T11:58:56.591+02:00",
		parent,
		BizStep::Packing,
		"/414/4047023000125",
	);
	event.child_epcs = epcs(
		&["98", "97", "107", "109"]
			.map(|serial| format!("/01/04047023775511/21/{serial}"))
			.each_ref()
			.map(|path| path.as_str()),
	);
	published(
		event,
		"c941e6486c561c2be83c28dc228c150eaef9a6befb1015e6cc563982fb7414b6",
	);

	let parent = "/00/040123441111111333";
	let mut event = made(
		Action::Add,
		"2019-10-21T17:30:56.591+02:00",
		parent,
		BizStep::Packing,
		"/414/4012345000252",
	);
	event.child_quantity_list = vec![
		kilograms("/01/04054739999025/10/P2", "12"),
		Quantity::pieces(class("/01/04054739123451/10/lot2"), 17),
	];
	published(
		event,
		"cfda50b7ff23682e989bafc3747ac9b752f405305fcde6618280f6be27344f35",
	);

	let parent = "/00/040123441111111449";
	let mut event = made(
		Action::Delete,
		"2019-10-21T11:58:56.591+02:00",
		parent,
		BizStep::Unpacking,
		"/414/4012345000252",
	);
	let invoice = agreement(TransactionType::Invoice, "urn:epcglobal:cbv:bt:4012345123456:RE1099");
	event.context.biz_transactions = vec![invoice];
	published(
		event,
		"c4bdb87c8d59d6ab569d0cfc6583e9dd4c314cdf71799b0ef8d4febe5239d9c5",
	);

	let parent = "/00/040123449988111227";
	let mut event = made(
		Action::Delete,
		"2019-10-21T14:02:56.000+02:00",
		parent,
		BizStep::Unpacking,
		"/414/4012345000771",
	);
	event.child_epcs = epcs(&[
		"/00/040123449988111234",
		"/00/040123449988111241",
		"/00/040123449988111258",
	]);
	let invoice = agreement(TransactionType::Invoice, "urn:epcglobal:cbv:bt:4012345123456:4711");
	event.context.biz_transactions = vec![invoice];
	published(
		event,
		"a62b9f9e429fcba628ea47d073542ca67e9fbe4688df2c649b8cd13b8519b91f",
	);
}

#[test]
fn transactions_are_hashed_as_published() {
	let order = agreement(
		TransactionType::PurchaseOrder,
		"urn:epcglobal:cbv:bt:4012345123456:RE100099",
	);
	let mut event = TransactionEvent::new(Action::Add, order, at("2019-10-21T00:05:00-06:00"));
	event.epc_list = epcs(&["/01/10614141073402/21/1", "/01/10614141073402/21/2"]);
	event.context.biz_step = Some(BizStep::Shipping);
	event.context.read_point = place("/414/4012345000009/254/5");
	event.context.biz_location = place("/414/4012345000009");
	published(
		event,
		"cf6559dc931963f19ed9cd2fe33c02ef64c8cfd557e5a96b086a87db315b7122",
	);

	let invoice = agreement(TransactionType::Invoice, "urn:epcglobal:cbv:bt:4012345123456:RE1099");
	let mut event = TransactionEvent::new(Action::Add, invoice, at("2019-10-21T14:58:56.591+02:00"));
	event.quantity_list = vec![kilograms("/01/04012345999884/10/2014-02-10", "2030")];
	event.context.biz_step = Some(BizStep::Holding);
	event.context.read_point = place("/414/4012345000252");
	event.context.biz_location = place("/414/4012345000023");
	published(
		event,
		"b741a543ea0b2a4c4bdb3441c7dc196b41710e5b2c9870b211fac8d6d4c93427",
	);
}

#[test]
fn transformations_are_hashed_as_published() {
	let namespace = example("example", "https://ns.example.com/epcis/");
	let mut event = TransformationEvent::new(at("2019-10-21T14:58:56.591+02:00"));
	event.input_epc_list = epcs(&["/01/04012345111224/21/25", "/01/04000001654321/21/99886655"]);
	event.output_epc_list = epcs(&[
		"/01/04012345778892/21/25",
		"/01/04012345778892/21/26",
		"/01/04012345778892/21/27",
		"/01/04012345778892/21/28",
	]);
	event.context.biz_step = Some(BizStep::Commissioning);
	event.context.read_point = place("/414/4012345000016");
	let master_data = |day, batch| {
		Fields(vec![
			Field::text(&namespace, "bestBeforeDate", day).unwrap(),
			Field::text(&namespace, "batch", batch).unwrap(),
		])
	};
	let mut first = event.clone();
	first.transformation_id = Some(link("/253/40123455555541234"));
	first.ilmd = master_data("2020-11-10", "4711");
	published(
		first,
		"335da6c3ab1d932824748791beec4d7ed261ed383f6849f6b8718e8fafb4d298",
	);
	event.input_quantity_list = vec![
		kilograms("/01/04012345111118/10/4444", "10"),
		Quantity::pieces(class("/01/00614141777778/10/987"), 30),
		Quantity::pieces(class("/01/04012345666663"), 220),
	];
	event.ilmd = master_data("2015-11-10", "XYZ");
	published(
		event,
		"36ab2ba0e3eac03d14a630148c63c31da00b8c4f1c311f501eb459e89a6e6350",
	);

	for (input, output, digest) in [
		(
			&["1111", "2222"][..],
			&["3333"][..],
			"81d77913ba5f798c51ab0b17b097d8365ca9b250b62c9a089d23ffea5a31812d",
		),
		(
			&["1111"],
			&["2222", "3333"],
			"d2926d15aa88d127adf4cb1d16531fa011b6815f4a5b468aa4df26fec483be96",
		),
	] {
		let items = |serials: &[&str]| {
			serials
				.iter()
				.map(|serial| Epc::other(link(&format!("/01/04047111123453/21/{serial}"))))
				.collect()
		};
		let mut event = TransformationEvent::new(at("2019-09-10T10:40:21.314+02:00"));
		event.input_epc_list = items(input);
		event.output_epc_list = items(output);
		event.context.biz_step = Some(BizStep::Repairing);
		event.context.disposition = Some(Disposition::Damaged);
		published(event, digest);
	}
}

#[test]
fn what_the_published_programs_do_not_agree_on_has_no_id() {
	let event = || {
		observed(
			"2020-03-04T11:00:30Z",
			&["/00/040123450000003338"],
			BizStep::Shipping,
			"/414/4012345000115",
		)
	};
	let party = || link("/417/4012345000009");
	let source = || Source {
		kind: EndType::OwningParty,
		source: party(),
	};
	let destination = || Destination {
		kind: EndType::OwningParty,
		destination: party(),
	};
	let sensors = || SensorElement {
		metadata: SensorMetadata::default(),
		reports: vec![SensorReport::of(Measurement::Temperature)],
	};
	let namespace = example("example", "https://ns.example.com/epcis/");
	let told = |change: &dyn Fn(&mut ObjectEvent)| {
		let mut event = event();
		change(&mut event);
		Event::from(event).hash_id().unwrap_err().to_string()
	};
	let order = |event: &mut ObjectEvent| {
		event.context.biz_transactions = vec![agreement(TransactionType::PurchaseOrder, "urn:x:1")];
	};
	let field = |text: &'static str| {
		let namespace = namespace.clone();
		move |event: &mut ObjectEvent| {
			event.context.extensions = Fields(vec![Field::text(&namespace, "a", text).unwrap()])
		}
	};
	for (said, error) in [
		(
			told(&|event| (event.context.sources, event.context.destinations) = (vec![source()], vec![destination()])),
			"put sourceList and destinationList in different orders",
		),
		(
			told(&|event| (event.context.sources, event.context.sensor_elements) = (vec![source()], vec![sensors()])),
			"put sourceList and sensorElementList in different orders",
		),
		(
			told(&|event| {
				(event.context.destinations, event.context.sensor_elements) = (vec![destination()], vec![sensors()])
			}),
			"put destinationList and sensorElementList in different orders",
		),
		(
			told(&|event| {
				order(event);
				event.context.sensor_elements = vec![sensors()];
			}),
			"put bizTransactionList and sensorElementList in different orders",
		),
		(
			told(&|event| event.epc_list = epcs(&["/8003/04012345000221334455"])),
			"the canonical form of https://trace.example/dl/8003/04012345000221334455 is not known here",
		),
		(
			told(&|event| event.epc_list = vec![Epc::other(uri("urn:epc:id:sgtin:4012345.011111.1"))]),
			"the canonical form of urn:epc:id:sgtin:4012345.011111.1 is not known here",
		),
		(
			told(&|event| {
				let mut element = sensors();
				element.reports[0].boolean_value = Some(true);
				event.context.sensor_elements = vec![element];
			}),
			"as booleanValue it has no hash id for all",
		),
		(told(&field("007")), "\"007\" is changed by some programs"),
		(
			told(&field("shipping")),
			"it must be no word of the Core Business Vocabulary",
		),
		(told(&field("1e5")), "\"1e5\" is changed by some programs"),
		(told(&field("-Infinity")), "\"-Infinity\" is changed by some programs"),
		(
			told(&field("12345678901234567")),
			"\"12345678901234567\" is changed by some programs",
		),
		(told(&field(" a")), "\" a\" is changed by some programs"),
		(told(&field("")), "\"\" is changed by some programs"),
	] {
		assert!(said.contains(error), "{said}");
	}
	for text in [
		"0",
		"-7",
		"12.5",
		"2026-12-01",
		"0x00ff",
		"A-007",
		"1.2.3",
		"é",
		"https://a/b",
	] {
		let mut event = event();
		field(text)(&mut event);
		assert!(Event::from(event).hash_id().is_ok(), "{text}");
	}
}

#[test]
fn a_change_of_anything_but_its_name_changes_the_id() {
	let event = || {
		observed(
			"2020-03-04T11:00:30Z",
			&["/00/040123450000003338"],
			BizStep::Shipping,
			"/414/4012345000115",
		)
	};
	let id = Event::from(event()).hash_id().unwrap();
	let mut named = event();
	named.context.event_id = Some(id.clone());
	assert_eq!(Event::from(named).hash_id().unwrap(), id);
	let changes: [&dyn Fn(&mut ObjectEvent); 6] = [
		&|event| event.action = Action::Delete,
		&|event| event.context.biz_step = None,
		&|event| event.context.disposition = Some(Disposition::Active),
		&|event| event.context.event_time = at("2020-03-04T11:00:30.001Z").event_time,
		&|event| event.context.event_time = at("2020-03-04T12:00:30+01:00").event_time,
		&|event| event.epc_list.clear(),
	];
	for change in changes {
		let mut other = event();
		change(&mut other);
		assert_ne!(Event::from(other).hash_id().unwrap(), id);
	}
}

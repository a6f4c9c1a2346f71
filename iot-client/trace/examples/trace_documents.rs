//! Prints so many EPCIS documents, one a line, each of five events that are made up: `trace_documents [NUMBER] [SEED]`. The test under
//! `tests/epcis` holds them against GS1's schema. The same number and seed make the same documents.

use iot_trace::{
	epcis::{
		Action, AggregationEvent, Alert, AssociationEvent, BizStep, BizTransaction, Component, Context, Decimal,
		Destination, Disposition, Document, EndType, Epc, EpcClass, ErrorDeclaration, ErrorReason, Event, Field,
		FieldValue, Fields, Measurement, Namespace, ObjectEvent, PersistentDisposition, Place, Quantity, SensorElement,
		SensorMetadata, SensorReport, Source, TransactionEvent, TransactionType, TransformationEvent, Unit,
	},
	Chain, ChainReferences, Giai, Gln, Gtin, Key, Lgtin, LocalTime, Lot, Serial, Sgtin, Sscc, Time, Uri,
};
use std::error::Error;

type Made<T> = Result<T, Box<dyn Error>>;

/// Numbers that look random (xorshift).
struct Dice(u64);

impl Dice {
	fn below(&mut self, sides: u64) -> u64 {
		self.0 ^= self.0 << 13;
		self.0 ^= self.0 >> 7;
		self.0 ^= self.0 << 17;
		self.0 % sides
	}

	fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
		all[self.below(all.len() as u64) as usize]
	}

	/// Something, in one of so many cases.
	fn perhaps<T>(&mut self, sides: u64, make: impl FnOnce(&mut Self) -> Made<T>) -> Made<Option<T>> {
		match self.below(sides) {
			0 => make(self).map(Some),
			_ => Ok(None),
		}
	}

	fn several<T>(&mut self, most: u64, mut make: impl FnMut(&mut Self) -> Made<T>) -> Made<Vec<T>> {
		(0..self.below(most + 1)).map(|_| make(self)).collect()
	}

	fn text(&mut self) -> String {
		let signs = b"ABCxyz019!\"%&'()*+,-./:;<=>?_";
		(0..1 + self.below(20))
			.map(|_| char::from(self.one_of(signs)))
			.collect()
	}

	fn gtin(&mut self) -> Made<Gtin> {
		Ok(Gtin::complete(&format!("{:013}", self.below(10u64.pow(13))))?)
	}

	fn thing(&mut self) -> Made<Key> {
		Ok(match self.below(4) {
			0 => Sscc::complete(&format!("{:017}", self.below(10u64.pow(17))))?.into(),
			1 => Giai::parse(&self.text())?.into(),
			_ => Sgtin {
				gtin: self.gtin()?,
				serial: Serial::parse(&self.text())?,
			}
			.into(),
		})
	}

	fn epc(&mut self) -> Made<Epc> {
		match self.below(8) {
			0 => Ok(Epc::other(
				chain().record(iot_trace::Record::Machine, self.below(1 << 40)),
			)),
			_ => Ok(Epc::new(self.thing()?)?),
		}
	}

	fn uri(&mut self) -> Made<Uri> {
		Ok(match self.below(3) {
			0 => Uri::from(&self.thing()?),
			1 => Uri::parse("urn:epcglobal:cbv:bt:4012345000009:ASN1099")?,
			_ => chain().record(iot_trace::Record::Job, self.below(1 << 40)),
		})
	}

	fn place(&mut self) -> Made<Place> {
		let gln = Gln::complete(&format!("{:012}", self.below(10u64.pow(12))))?;
		match self.below(4) {
			0 => Ok(Place(Uri::parse("geo:47.506694,11.104301")?)),
			_ => Ok(Place(Uri::from(&Key::location(gln)))),
		}
	}

	fn decimal(&mut self) -> Made<Decimal> {
		let digits = self.below(2_000_000) as i64 - 1_000_000;
		Ok(Decimal::new(digits, self.below(4) as u8)?)
	}

	fn quantity(&mut self) -> Made<Quantity> {
		let class = match self.below(2) {
			0 => EpcClass::new(self.gtin()?)?,
			_ => EpcClass::new(Lgtin {
				gtin: self.gtin()?,
				lot: Lot::parse(&self.text())?,
			})?,
		};
		Ok(match self.below(3) {
			0 => Quantity::pieces(class, self.below(1 << 32) as u32),
			1 => Quantity::of(class, self.decimal()?, Unit::kilogram()),
			_ => Quantity {
				epc_class: class,
				quantity: None,
				uom: None,
			},
		})
	}

	fn time(&mut self) -> Made<Time> {
		Ok(Time::new(self.below(4_000_000_000_000))?)
	}

	fn report(&mut self) -> Made<SensorReport> {
		let unit = Unit::celsius();
		let mut report = match self.below(3) {
			0 => SensorReport::value(self.one_of(Measurement::ALL), self.decimal()?, unit),
			1 => SensorReport::range(self.one_of(Measurement::ALL), self.decimal()?, self.decimal()?, unit),
			_ => SensorReport::of(self.one_of(Measurement::ALL)),
		};
		report.exception = self.perhaps(3, |dice| Ok(dice.one_of(Alert::ALL)))?;
		report.component = self.perhaps(4, |dice| Ok(dice.one_of(Component::ALL)))?;
		report.time = self.perhaps(4, Self::time)?;
		report.device_id = self.perhaps(4, Self::uri)?;
		report.raw_data = self.perhaps(4, Self::uri)?;
		report.mean_value = self.perhaps(4, Self::decimal)?;
		report.s_dev = self.perhaps(4, Self::decimal)?;
		report.boolean_value = self.perhaps(6, |dice| Ok(dice.below(2) == 0))?;
		report.string_value = self.perhaps(6, |_| Ok("as expected".to_owned()))?;
		report.hex_binary_value = self.perhaps(6, |_| Ok("f0f0F0".to_owned()))?;
		report.coordinate_reference_system =
			self.perhaps(6, |_| Ok(Uri::parse("http://www.opengis.net/def/crs/OGC/1.3/CRS84")?))?;
		Ok(report)
	}

	fn sensor(&mut self) -> Made<SensorElement> {
		let mut reports = vec![self.report()?];
		reports.extend(self.several(2, Self::report)?);
		Ok(SensorElement {
			metadata: SensorMetadata {
				time: self.perhaps(2, Self::time)?,
				start_time: self.perhaps(4, Self::time)?,
				end_time: self.perhaps(4, Self::time)?,
				device_id: self.perhaps(2, Self::uri)?,
				device_metadata: self.perhaps(4, Self::uri)?,
				raw_data: self.perhaps(4, Self::uri)?,
				data_processing_method: self.perhaps(4, Self::uri)?,
				biz_rules: self.perhaps(4, Self::uri)?,
			},
			reports,
		})
	}

	fn agreement(&mut self) -> Made<BizTransaction> {
		Ok(BizTransaction {
			kind: self.one_of(TransactionType::ALL),
			biz_transaction: self.uri()?,
		})
	}

	fn fields(&mut self) -> Made<Fields> {
		let namespace = Namespace::new("example", Uri::parse("https://ns.example.com/epcis/")?)?;
		let inner = Fields(vec![
			Field::text(&namespace, "grade", "A-1")?,
			Field::new(
				&namespace,
				"colour",
				FieldValue::Texts(vec!["red".to_owned(), "blue".to_owned()]),
			)?,
		]);
		Ok(Fields(vec![
			Field::text(&namespace, "heat", self.below(10_000))?,
			Field::new(&namespace, "surface", FieldValue::Fields(inner))?,
			Field::text(&Namespace::master_data(), "lotNumber", "L-7")?,
		]))
	}

	fn persistent(&mut self) -> Made<PersistentDisposition> {
		Ok(PersistentDisposition {
			set: self.perhaps(3, |_| Ok(Disposition::Recalled))?.into_iter().collect(),
			unset: self.perhaps(3, |_| Ok(Disposition::Conformant))?.into_iter().collect(),
		})
	}

	fn context(&mut self) -> Made<Context> {
		let offset = self.below(1_681) as i16 - 840;
		let mut context = Context::at(LocalTime::new(self.below(4_000_000_000_000), offset)?);
		context.event_id = self.perhaps(4, |_| Ok(Uri::parse("urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33")?))?;
		context.certification_info = self.several(2, Self::uri)?;
		context.error_declaration = self.perhaps(8, |dice| {
			Ok(ErrorDeclaration {
				declaration_time: dice.time()?,
				reason: dice.perhaps(2, |dice| Ok(dice.one_of(ErrorReason::ALL)))?,
				corrective_event_ids: dice.several(2, Self::uri)?,
			})
		})?;
		context.biz_step = self.perhaps(2, |dice| Ok(dice.one_of(BizStep::ALL)))?;
		context.disposition = self.perhaps(2, |dice| Ok(dice.one_of(Disposition::ALL)))?;
		context.read_point = self.perhaps(2, Self::place)?;
		context.biz_location = self.perhaps(2, Self::place)?;
		// Some of these have no order that all agree on: not often together.
		match self.below(8) {
			0..=2 => context.biz_transactions = self.several(3, Self::agreement)?,
			3 => context.sensor_elements = self.several(3, Self::sensor)?,
			4 => {
				context.destinations = self.several(2, |dice| {
					Ok(Destination {
						kind: dice.one_of(EndType::ALL),
						destination: dice.uri()?,
					})
				})?;
			}
			5 => {
				context.biz_transactions = self.several(2, Self::agreement)?;
				context.sensor_elements = self.several(2, Self::sensor)?;
				context.sources = self.several(2, |dice| {
					Ok(Source {
						kind: dice.one_of(EndType::ALL),
						source: dice.uri()?,
					})
				})?;
			}
			_ => {}
		}
		context.extensions = match self.below(3) {
			0 => self.fields()?,
			1 => ChainReferences {
				block: Some([0xb1; 32]),
				job: Some(self.below(1_000)),
				escrow: self.perhaps(2, |dice| Ok(dice.below(1_000)))?,
				..ChainReferences::default()
			}
			.fields(&chain()),
			_ => Fields::default(),
		};
		Ok(context)
	}

	fn events(&mut self) -> Made<Vec<Event>> {
		let action = self.one_of(Action::ALL);
		let mut made = ObjectEvent::new(action, self.context()?);
		made.epc_list = vec![self.epc()?];
		made.epc_list.extend(self.perhaps(2, Self::epc)?);
		made.quantity_list = self.several(2, Self::quantity)?;
		made.persistent_disposition = self.persistent()?;
		if action == Action::Add {
			made.ilmd = self.fields()?;
		}
		let mut packed = AggregationEvent::new(self.one_of(Action::ALL), self.uri()?, self.context()?);
		packed.child_epcs = vec![self.epc()?];
		packed.child_quantity_list = self.several(2, Self::quantity)?;
		let mut agreed = TransactionEvent::new(self.one_of(Action::ALL), self.agreement()?, self.context()?);
		agreed.quantity_list = vec![self.quantity()?];
		agreed.parent_id = self.perhaps(4, Self::uri)?;
		let mut became = TransformationEvent::new(self.context()?);
		became.input_epc_list = vec![self.epc()?];
		became.input_quantity_list = self.several(2, Self::quantity)?;
		became.output_epc_list = vec![self.epc()?];
		became.output_quantity_list = self.several(2, Self::quantity)?;
		became.transformation_id = self.perhaps(2, Self::uri)?;
		became.persistent_disposition = self.persistent()?;
		if became.context.sources.is_empty() {
			became.ilmd = self.fields()?;
		}
		let mut fixed = AssociationEvent::new(self.one_of(Action::ALL), self.uri()?, self.context()?);
		fixed.child_epcs = vec![self.epc()?];
		Ok(vec![
			made.into(),
			packed.into(),
			agreed.into(),
			became.into(),
			fixed.into(),
		])
	}
}

fn chain() -> Chain {
	Chain::new([0xab; 32], 42)
}

fn main() -> Made<()> {
	let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>());
	let number = arguments.next().transpose()?.unwrap_or(100);
	// Never zero, of which xorshift makes nothing else.
	let mut dice = Dice(arguments.next().transpose()?.unwrap_or(1).wrapping_mul(2) | 1);
	for _ in 0..number {
		let events = dice.events()?;
		let hashes: Vec<_> = events.iter().map(|event| event.hash_id().ok()).collect();
		let document = Document::new(dice.time()?, events)?;
		// As it is printed: some that read it go by the order of its fields.
		println!(
			"{{\"document\":{},\"hashes\":{}}}",
			document.to_json(),
			serde_json::to_string(&hashes)?
		);
	}
	Ok(())
}

//! What the chain records of goods, told as events of EPCIS.
//!
//! Who asks the chain hands in what it said, by the names that the chain has for it; nothing here knows how it was read.

use crate::{
	chain::{hash, Chain, ChainReferences, Record, NAMESPACE, PREFIX},
	epcis::{
		Action, AggregationEvent, BizStep, BizTransaction, Context, Decimal, DecimalError, Destination, Disposition,
		EndType, Epc, EpcClass, Event, Field, Fields, Namespace, ObjectEvent, Place, Quantity, Source, TransactionType,
		TransformationEvent, Unit, MOST_ENTRIES,
	},
	key::{Key, Lgtin, Sgtin},
	keys::{Gln, Gtin, KeyError, Serial, Sscc},
	time::LocalTime,
	uri::Uri,
};
use std::collections::BTreeSet;
use thiserror::Error;

/// An account of the chain.
pub type Account = [u8; 32];

/// Why something cannot be told.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HistoryError {
	/// No range of serials.
	#[error("{first} to {last} is no range of serial numbers; both must be digits, as many of them, at most 18, and in order")]
	Range {
		/// The first serial.
		first: String,
		/// The last serial.
		last: String,
	},
	/// More than an event may name.
	#[error("these are {got} items or more; an event names at most {MOST_ENTRIES}: tell of it in parts")]
	TooMany {
		/// How many were counted.
		got: u64,
	},
	/// A quantity that JSON cannot carry.
	#[error("the quantity of lot {lot}: {error}")]
	Quantity {
		/// Which lot.
		lot: String,
		/// What is wrong with it.
		error: DecimalError,
	},
	/// A pallet or a parcel is neither made nor used up.
	#[error("the logistic unit {unit} can neither be made nor used up; name what is in it")]
	NoProduct {
		/// Which one.
		unit: Sscc,
	},
	/// A serial of a range.
	#[error(transparent)]
	Key(#[from] KeyError),
}

/// Items whose serials are numbers that follow each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
	gtin: Gtin,
	/// The first number, and the last one.
	numbers: (u64, u64),
	/// How many digits each has, zeros in front included.
	width: usize,
	except: BTreeSet<Serial>,
}

impl Range {
	/// From the first serial to the last.
	pub fn new(gtin: Gtin, first: &Serial, last: &Serial) -> Result<Self, HistoryError> {
		let width = first.as_str().len();
		let number = |serial: &Serial| match serial.as_str() {
			digits if digits.len() == width && width <= 18 && digits.bytes().all(|sign| sign.is_ascii_digit()) => {
				digits.parse::<u64>().ok()
			}
			_ => None,
		};
		match number(first).zip(number(last)) {
			Some(numbers) if numbers.0 <= numbers.1 => Ok(Self {
				gtin,
				numbers,
				width,
				except: BTreeSet::new(),
			}),
			_ => Err(HistoryError::Range {
				first: first.to_string(),
				last: last.to_string(),
			}),
		}
	}

	/// Without these: the chain moves a range without the items that have a record of their own.
	pub fn except(mut self, serials: impl IntoIterator<Item = Serial>) -> Self {
		self.except.extend(serials);
		self
	}

	fn items(&self) -> Result<Vec<Sgtin>, HistoryError> {
		let (first, last) = self.numbers;
		let got = (last - first).saturating_add(1);
		if got > MOST_ENTRIES as u64 {
			return Err(HistoryError::TooMany { got });
		}
		let serials = (first..=last).map(|number| Serial::parse(&format!("{number:0width$}", width = self.width)));
		let mut items = vec![];
		for serial in serials {
			let (gtin, serial) = (self.gtin, serial?);
			if !self.except.contains(&serial) {
				items.push(Sgtin { gtin, serial });
			}
		}
		Ok(items)
	}
}

/// Some of a lot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LotPart {
	/// Which lot.
	pub lot: Lgtin,
	/// How much, in thousandths of the unit, as the chain counts.
	pub thousandths: u64,
	/// What the lot is measured in.
	pub unit: Unit,
}

/// Goods, as the chain names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goods {
	/// One item.
	Item(Sgtin),
	/// A range of items.
	Range(Range),
	/// Some of a lot.
	Lot(LotPart),
	/// A logistic unit, with all that is in it.
	Unit(Sscc),
}

/// When and where on the chain something was recorded.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'a> {
	/// On which chain.
	pub chain: &'a Chain,
	/// The hash of the block.
	pub block: [u8; 32],
	/// When that block was, by the clocks where it happened.
	pub time: LocalTime,
}

/// What the maker declares of how something was made. The chain has it in the record of production.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
	/// The machine.
	pub machine: u64,
	/// The job, if it was one.
	pub job: Option<u64>,
	/// Where.
	pub place: Option<Gln>,
	/// A salted hash of who stood at the machine.
	pub operator: Option<[u8; 32]>,
	/// Hash of the firmware.
	pub firmware: Option<[u8; 32]>,
	/// Hash of the recipe.
	pub recipe: Option<[u8; 32]>,
}

/// A making: inputs became outputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Making {
	/// Its number.
	pub id: u64,
	/// Who answers for it.
	pub maker: Account,
	/// What was used up.
	pub inputs: Vec<Goods>,
	/// What came of it.
	pub outputs: Vec<Goods>,
	/// When it was done, as the maker declares.
	pub until: LocalTime,
	/// How it was made.
	pub work: Work,
}

/// Things went into a logistic unit, or came out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packing {
	/// The unit.
	pub unit: Sscc,
	/// The things.
	pub things: Vec<Goods>,
	/// Whether they came out.
	pub out: bool,
}

/// Goods became somebody else's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sale {
	/// Which.
	pub goods: Vec<Goods>,
	/// Whose they were.
	pub from: Account,
	/// Whose they are.
	pub to: Account,
	/// The shipment that they came with.
	pub shipment: Option<u64>,
}

/// Goods changed hands within a shipment; giver and receiver have signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handover {
	/// The shipment.
	pub shipment: u64,
	/// Which of its handovers, counted from zero.
	pub hop: u8,
	/// What changed hands.
	pub goods: Vec<Goods>,
	/// Who had it.
	pub giver: Account,
	/// Who has it.
	pub receiver: Account,
	/// Whether the receiver carries it on.
	pub carries_on: bool,
	/// Hash of what he found wrong.
	pub reservation: Option<[u8; 32]>,
}

/// Goods that were not accepted are with their owner again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Return {
	/// The shipment.
	pub shipment: u64,
	/// What came back.
	pub goods: Vec<Goods>,
}

/// A recall has reached goods, or is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecallOf {
	/// The recall.
	pub recall: u64,
	/// Who answers for it.
	pub issuer: Account,
	/// What it has reached.
	pub goods: Vec<Goods>,
	/// Whether it does not count any more.
	pub over: bool,
}

/// Items and units, and quantities of lots.
type Named = (Vec<Epc>, Vec<Quantity>);

fn name(goods: &[Goods]) -> Result<Named, HistoryError> {
	let (mut things, mut quantities) = (vec![], vec![]);
	for one in goods {
		match one {
			Goods::Item(item) => things.push(Uri::from(&Key::from(item.clone()))),
			Goods::Range(range) => {
				let items = range.items()?;
				things.extend(items.into_iter().map(|item| Uri::from(&Key::from(item))));
			}
			Goods::Lot(part) => quantities.push(part.quantity()?),
			Goods::Unit(unit) => things.push(Uri::from(&Key::from(*unit))),
		}
		if things.len() > MOST_ENTRIES {
			let got = things.len() as u64;
			return Err(HistoryError::TooMany { got });
		}
	}
	Ok((things.into_iter().map(Epc::other).collect(), quantities))
}

fn name_products(goods: &[Goods]) -> Result<Named, HistoryError> {
	let unit = goods.iter().find_map(|one| match one {
		Goods::Unit(unit) => Some(*unit),
		_ => None,
	});
	match unit {
		Some(unit) => Err(HistoryError::NoProduct { unit }),
		None => name(goods),
	}
}

impl LotPart {
	fn quantity(&self) -> Result<Quantity, HistoryError> {
		let failed = |error| HistoryError::Quantity {
			lot: self.lot.to_string(),
			error,
		};
		// A number that is too large for the sign fits no more into 15 digits.
		let thousandths = i64::try_from(self.thousandths).unwrap_or(i64::MAX);
		let quantity = Decimal::new(thousandths, 3).map_err(failed)?;
		let class = EpcClass::lot(&self.lot);
		Ok(Quantity::of(class, quantity, self.unit.clone()))
	}
}

impl Recorded<'_> {
	/// What every event has: when, why, and where to look it up.
	fn context(&self, time: LocalTime, step: BizStep, references: ChainReferences) -> Context {
		let block = Some(self.block);
		let mut context = Context::at(time);
		context.biz_step = Some(step);
		context.extensions = ChainReferences { block, ..references }.fields(self.chain);
		context
	}

	fn parties(&self, context: &mut Context, kind: EndType, from: &Account, to: &Account) {
		let (source, destination) = (self.chain.did(from), self.chain.did(to));
		context.sources.push(Source { kind, source });
		context.destinations.push(Destination { kind, destination });
	}

	fn agreement(&self, kind: TransactionType, record: Record, id: u64) -> BizTransaction {
		let biz_transaction = self.chain.record(record, id);
		BizTransaction { kind, biz_transaction }
	}

	/// A making: a TransformationEvent, or an ObjectEvent with ADD if nothing was used up.
	pub fn making(&self, making: &Making) -> Result<Event, HistoryError> {
		let (inputs, input_quantities) = name_products(&making.inputs)?;
		let (outputs, output_quantities) = name_products(&making.outputs)?;
		let step = match outputs.is_empty() {
			true => BizStep::CreatingClassInstance,
			false => BizStep::Commissioning,
		};
		let work = &making.work;
		let references = ChainReferences {
			job: work.job,
			machine: Some(work.machine),
			..ChainReferences::default()
		};
		let mut context = self.context(making.until, step, references);
		context.disposition = Some(Disposition::Active);
		context.read_point = work.place.map(|place| Place(Uri::from(&Key::location(place))));
		let order = |job| self.agreement(TransactionType::ProductionOrder, Record::Job, job);
		context.biz_transactions.extend(work.job.map(order));
		let record = self.chain.record(Record::Making, making.id);
		let hashes = [
			("operator", work.operator),
			("firmware", work.firmware),
			("recipe", work.recipe),
		];
		let hashes = hashes.into_iter().filter_map(|(name, own)| Some((name, hash(&own?))));
		let told = [
			("making", record.to_string()),
			("maker", self.chain.did(&making.maker).to_string()),
		];
		add(&mut context.extensions, told.into_iter().chain(hashes));
		if inputs.is_empty() && input_quantities.is_empty() {
			let mut event = ObjectEvent::new(Action::Add, context);
			(event.epc_list, event.quantity_list) = (outputs, output_quantities);
			return Ok(event.into());
		}
		let mut event = TransformationEvent::new(context);
		event.transformation_id = Some(record);
		(event.input_epc_list, event.input_quantity_list) = (inputs, input_quantities);
		(event.output_epc_list, event.output_quantity_list) = (outputs, output_quantities);
		Ok(event.into())
	}

	/// Into a unit, or out of it: an AggregationEvent.
	pub fn packing(&self, packing: &Packing) -> Result<Event, HistoryError> {
		let (action, step) = match packing.out {
			false => (Action::Add, BizStep::Packing),
			true => (Action::Delete, BizStep::Unpacking),
		};
		let parent = Uri::from(&Key::from(packing.unit));
		let context = self.context(self.time, step, ChainReferences::default());
		let mut event = AggregationEvent::new(action, parent, context);
		(event.child_epcs, event.child_quantity_list) = name(&packing.things)?;
		Ok(event.into())
	}

	/// Another owner: an ObjectEvent from one to the other.
	pub fn sale(&self, sale: &Sale) -> Result<Event, HistoryError> {
		let references = ChainReferences {
			shipment: sale.shipment,
			..ChainReferences::default()
		};
		let mut context = self.context(self.time, BizStep::Accepting, references);
		self.parties(&mut context, EndType::OwningParty, &sale.from, &sale.to);
		let shipment = |id| self.agreement(TransactionType::ReceivingAdvice, Record::Shipment, id);
		context.biz_transactions.extend(sale.shipment.map(shipment));
		self.seen(context, &sale.goods)
	}

	/// Other hands: an ObjectEvent from one to the other.
	pub fn handover(&self, handover: &Handover) -> Result<Event, HistoryError> {
		let references = ChainReferences {
			shipment: Some(handover.shipment),
			..ChainReferences::default()
		};
		let mut context = self.context(self.time, BizStep::Accepting, references);
		self.parties(
			&mut context,
			EndType::PossessingParty,
			&handover.giver,
			&handover.receiver,
		);
		context.disposition = handover.carries_on.then_some(Disposition::InTransit);
		let shipment = self.agreement(TransactionType::BillOfLading, Record::Shipment, handover.shipment);
		context.biz_transactions.push(shipment);
		let reservation = handover.reservation.iter();
		let reservation = reservation.map(|own| ("reservation", hash(own)));
		let hop = [("handover", handover.hop.to_string())];
		add(&mut context.extensions, hop.into_iter().chain(reservation));
		self.seen(context, &handover.goods)
	}

	/// Back from a shipment: an ObjectEvent.
	pub fn returned(&self, back: &Return) -> Result<Event, HistoryError> {
		let references = ChainReferences {
			shipment: Some(back.shipment),
			..ChainReferences::default()
		};
		let mut context = self.context(self.time, BizStep::Receiving, references);
		context.disposition = Some(Disposition::Returned);
		let shipment = self.agreement(
			TransactionType::ReturnMerchandiseAuthorisation,
			Record::Shipment,
			back.shipment,
		);
		context.biz_transactions.push(shipment);
		self.seen(context, &back.goods)
	}

	/// A recall: an ObjectEvent that says what holds from now on.
	pub fn recall(&self, recall: &RecallOf) -> Result<Event, HistoryError> {
		let references = ChainReferences {
			recall: Some(recall.recall),
			..ChainReferences::default()
		};
		let mut context = self.context(self.time, BizStep::Holding, references);
		context.disposition = (!recall.over).then_some(Disposition::NonSellableOther);
		let issuer = self.chain.did(&recall.issuer).to_string();
		add(&mut context.extensions, [("issuer", issuer)]);
		let mut event = ObjectEvent::new(Action::Observe, context);
		(event.epc_list, event.quantity_list) = name_products(&recall.goods)?;
		match recall.over {
			false => event.persistent_disposition.set = vec![Disposition::Recalled],
			true => {
				event.context.biz_step = None;
				event.persistent_disposition.unset = vec![Disposition::Recalled];
			}
		}
		Ok(event.into())
	}

	fn seen(&self, context: Context, goods: &[Goods]) -> Result<Event, HistoryError> {
		let mut event = ObjectEvent::new(Action::Observe, context);
		(event.epc_list, event.quantity_list) = name(goods)?;
		Ok(event.into())
	}
}

/// Adds texts of our own namespace.
fn add(fields: &mut Fields, texts: impl IntoIterator<Item = (&'static str, String)>) {
	let namespace = Namespace::known(PREFIX, NAMESPACE);
	let texts = texts.into_iter();
	fields
		.0
		.extend(texts.map(|(name, text)| Field::known(&namespace, name, text)));
}

#[cfg(test)]
mod tests;

//! Inputs become outputs.
//!
//! No cycle can come of it: what is used must have a record already, what is made must have none, and neither the inputs nor
//! the outputs of a making ever change. So every thing is younger than all that it was made of.

use crate::{
	gs1::{Gtin, Lot, Serial, SerialKey, SerialNumber, Unit},
	Caller, Config, Error, Event, Holding, Holdings, Input, InputLine, Items, LotBook, Lots, MadeOn, MakingId,
	MakingOf, Makings, OutputLine, Pallet, ProductionRecord, Productions, Ranges, RecallId, Report, State, Thing,
	WeightInfo, Work, MAX_INHERITED, MAX_INPUTS, MAX_OUTPUTS, ROOM_OF_MAKING,
};
use alloc::{collections::BTreeSet, vec::Vec};
use bpiiot_primitives::{fresh_id, Actor, Actors, AgreementClock, JobId, Mistake, Production};
use frame_support::{
	ensure,
	pallet_prelude::{ConstU32, DispatchError, DispatchResult, Get},
	weights::Weight,
	BoundedVec,
};

/// What is being made, while its inputs are used up one by one.
struct Bench<T: Config> {
	id: MakingId,
	/// Who answers for it.
	maker: T::AccountId,
	inputs: Vec<Input>,
	/// What the used lots are measured in; no unit for anything else.
	units: Vec<Option<Unit>>,
	/// Items that had no record of their own.
	touched: u32,
	/// The recalls that what is made takes over.
	recalls: BTreeSet<RecallId>,
}

/// What was used up.
#[derive(Default)]
struct Used {
	making: Option<MakingId>,
	/// The range that it is an item of.
	around: Option<Thing>,
	/// What it is measured in, if it is a lot.
	unit: Option<Unit>,
	/// The use before, if it is a lot.
	previous: Option<MakingId>,
}

impl<T: Config> Production<T::AccountId> for Pallet<T> {
	type Report = Report;

	fn record(maker: &Actor<T::AccountId>, job: JobId, report: Report) -> Result<Weight, DispatchError> {
		let Report { inputs, outputs, work } = report;
		let lines = (inputs.len() as u32, outputs.len() as u32);
		let inherited = Self::do_make(maker, Some(job), &inputs, &outputs, Some(work))?;
		Ok(Self::make_weight(lines.0, lines.1, inherited))
	}

	fn record_weight(report: &Report) -> Weight {
		Self::make_weight(report.inputs.len() as u32, report.outputs.len() as u32, MAX_INHERITED)
	}
}

impl<T: Config> Pallet<T> {
	/// What a making costs that takes over so many recalls.
	pub(crate) fn make_weight(inputs: u32, outputs: u32, inherited: u32) -> Weight {
		let lines = u64::from(inputs).saturating_add(outputs.into());
		T::WeightInfo::make(inputs, outputs)
			.saturating_add(T::WeightInfo::inherit().saturating_mul(inherited.into()))
			.saturating_add(T::LotBook::weight().saturating_mul(lines))
	}

	/// Tells how many recalls it has taken over.
	pub(crate) fn do_make(
		actor: &Caller<T>,
		job: Option<JobId>,
		inputs: &BoundedVec<InputLine, ConstU32<MAX_INPUTS>>,
		outputs: &BoundedVec<OutputLine, ConstU32<MAX_OUTPUTS>>,
		work: Option<Work>,
	) -> Result<u32, DispatchError> {
		let first = outputs.first().ok_or(Error::<T>::NothingMade)?;
		let mut prefix = Self::issuing(actor, first.gtin().body())?;
		let is_under = |line: &OutputLine| {
			let body = line.gtin().body();
			(prefix.record.prefix.first()..=prefix.record.prefix.last()).contains(&body)
		};
		ensure!(outputs.iter().all(is_under), Error::<T>::ForeignPrefix);
		let rooms = outputs.iter().map(OutputLine::room);
		prefix.take_room(rooms.fold(ROOM_OF_MAKING, u32::saturating_add))?;
		let mut bench = Bench::<T> {
			id: MakingId::from(fresh_id::<T>()),
			maker: T::Actors::controller(&actor.account),
			inputs: Vec::new(),
			units: Vec::new(),
			touched: 0,
			recalls: BTreeSet::new(),
		};
		for line in inputs {
			Self::use_up(actor, &mut bench, line)?;
		}
		Self::ensure_conserved(&bench, outputs)?;
		Self::pay_touches(actor, bench.touched)?;
		Self::bring_out(&actor.account, bench.id, outputs)?;
		prefix.store();
		if let Some(work) = work {
			Self::record_work(actor, &mut bench, job, work)?;
		}
		let (id, maker) = (bench.id, bench.maker);
		let making = MakingOf::<T> {
			maker: maker.clone(),
			inputs: BoundedVec::truncate_from(bench.inputs),
			outputs: BoundedVec::truncate_from(outputs.iter().map(OutputLine::thing).collect()),
		};
		Makings::<T>::insert(id, making);
		if Mistake::MissedRecall.is_made() {
			bench.recalls.clear();
		}
		let inherited = Self::inherit(id, &maker, bench.recalls);
		Self::deposit_event(Event::Made {
			making: id,
			maker,
			owner: actor.account.clone(),
			job,
			inherited,
		});
		Ok(inherited)
	}

	fn bring_out(owner: &T::AccountId, id: MakingId, outputs: &[OutputLine]) -> DispatchResult {
		for line in outputs {
			Self::issue(owner, line, Some(id))?;
			if let OutputLine::Lot {
				gtin, lot, quantity, ..
			} = line
			{
				T::LotBook::made(owner, *gtin, lot, *quantity);
			}
		}
		Ok(())
	}

	fn record_work(actor: &Caller<T>, bench: &mut Bench<T>, job: Option<JobId>, work: Work) -> DispatchResult {
		Self::check_work(actor, &work)?;
		Self::gather_machine(&mut bench.recalls, &work, &bench.maker)?;
		let moment = (work.until.to_be_bytes(), bench.id);
		MadeOn::<T>::insert(work.machine, moment, work.from);
		let record = ProductionRecord {
			work,
			job,
			version: 0,
			supersedes: Default::default(),
		};
		Productions::<T>::insert(bench.id, record);
		Ok(())
	}

	/// That the machine is the actor's, and the time over and not too long.
	pub(crate) fn check_work(actor: &Caller<T>, work: &Work) -> DispatchResult {
		ensure!(
			T::Actors::controls(&actor.account, &work.machine),
			Error::<T>::ForeignMachine
		);
		let took = work.until.checked_sub(work.from);
		let fits = took.is_some_and(|took| took <= T::MaxProduction::get());
		ensure!(fits && work.until <= T::Clock::unix_now(), Error::<T>::BadTime);
		ensure!(work.place.is_none_or(|place| place.is_valid()), Error::<T>::BadGln);
		let is_series = work.readings.is_none_or(|readings| readings.first <= readings.last);
		ensure!(is_series, Error::<T>::BadReadings);
		Ok(())
	}

	/// Uses up one input.
	fn use_up(actor: &Caller<T>, bench: &mut Bench<T>, line: &InputLine) -> DispatchResult {
		let InputLine { thing, quantity } = line;
		let is_lot = matches!(thing, Thing::Lot { .. });
		ensure!(is_lot == (*quantity > 0), Error::<T>::BadQuantity);
		let used = match thing {
			Thing::Item { gtin, serial } => Self::use_item(actor, bench, *gtin, serial)?,
			Thing::Range { gtin, last } => Self::use_range(actor, bench, *gtin, last)?,
			Thing::Lot { gtin, lot } => {
				let is_used = bench.inputs.iter().any(|input| input.thing == *thing);
				ensure!(!is_used, Error::<T>::AlreadyUsed);
				Self::use_lot(actor, bench, (*gtin, lot.clone()), *quantity)?
			}
			Thing::Unit { .. } => return Err(Error::<T>::NotAProduct.into()),
		};
		for thing in [Some(thing), used.around.as_ref()].into_iter().flatten() {
			Self::gather_roots(&mut bench.recalls, thing, &bench.maker)?;
		}
		Self::gather_marks(&mut bench.recalls, used.making)?;
		bench.units.push(used.unit);
		bench.inputs.push(Input {
			thing: thing.clone(),
			quantity: *quantity,
			previous: used.previous,
		});
		Ok(())
	}

	fn use_item(actor: &Caller<T>, bench: &mut Bench<T>, gtin: Gtin, serial: &Serial) -> Result<Used, DispatchError> {
		let found = Self::find_item(gtin, serial).ok_or(Error::<T>::UnknownThing)?;
		let mut item = found.item;
		Self::ensure_usable(actor, &item.owner, item.state)?;
		item.state = State::Used(bench.id);
		let making = item.making;
		Items::<T>::insert(gtin, SerialKey::of(serial), item);
		bench.touched = bench.touched.saturating_add(u32::from(!found.touched));
		let around = found.range.map(|key| {
			let last = key.serial();
			Thing::Range { gtin, last }
		});
		Ok(Used {
			making,
			around,
			..Used::default()
		})
	}

	fn use_range(actor: &Caller<T>, bench: &Bench<T>, gtin: Gtin, last: &Serial) -> Result<Used, DispatchError> {
		let (key, mut range) = Self::find_range(gtin, last).ok_or(Error::<T>::UnknownThing)?;
		Self::ensure_usable(actor, &range.owner, range.state)?;
		let first = SerialNumber::new(key.width, range.first);
		let is_split = Self::has_items_within(gtin, first, key);
		ensure!(!is_split && !range.recalled_in_part, Error::<T>::RangeIsSplit);
		range.state = State::Used(bench.id);
		let making = range.making;
		Ranges::<T>::insert(gtin, key, range);
		Ok(Used {
			making,
			..Used::default()
		})
	}

	fn use_lot(
		actor: &Caller<T>,
		bench: &Bench<T>,
		(gtin, lot): (Gtin, Lot),
		quantity: u64,
	) -> Result<Used, DispatchError> {
		let record = Lots::<T>::get(gtin, &lot).ok_or(Error::<T>::UnknownThing)?;
		let (holder, mut holding) = Self::holding_for(actor, (gtin, &lot), quantity)?;
		holding.quantity = holding.quantity.checked_sub(quantity).ok_or(Error::<T>::NotEnough)?;
		let previous = holding.last_use.replace(bench.id);
		Self::store_holding(gtin, &lot, &holder, holding);
		T::LotBook::used(&holder, gtin, &lot, quantity);
		Ok(Used {
			making: record.making,
			around: None,
			unit: Some(record.unit),
			previous,
		})
	}

	/// What a lot is taken out of: what the actor has, or the owner of the machine that he is.
	fn holding_for(
		actor: &Caller<T>,
		lot: (Gtin, &Lot),
		quantity: u64,
	) -> Result<(T::AccountId, Holding), DispatchError> {
		let mut has_some = false;
		for who in [actor.account.clone(), T::Actors::controller(&actor.account)] {
			let holding = Holdings::<T>::get(lot, &who).unwrap_or_default();
			if holding.quantity >= quantity {
				return Ok((who, holding));
			}
			has_some |= holding.quantity > 0;
		}
		Err(if has_some {
			Error::<T>::NotEnough.into()
		} else {
			Error::<T>::NotTheOwner.into()
		})
	}

	/// A machine uses what its owner has, and the owner what his machine has; but no machine what another one has.
	fn ensure_usable(actor: &Caller<T>, owner: &T::AccountId, state: State) -> DispatchResult {
		Self::ensure_free(state)?;
		let is_his = Self::stands_for(actor, owner) || *owner == T::Actors::controller(&actor.account);
		ensure!(is_his, Error::<T>::NotTheOwner);
		Ok(())
	}

	/// That no more comes out than went in, where all of it is lots that are measured in one unit. Losses are allowed.
	fn ensure_conserved(bench: &Bench<T>, outputs: &[OutputLine]) -> DispatchResult {
		let Some(Some(unit)) = bench.units.first() else {
			return Ok(());
		};
		let is_same = |other: &Option<Unit>| other.as_ref() == Some(unit);
		let measured = |line: &OutputLine| match line {
			OutputLine::Lot {
				unit: other, quantity, ..
			} if other == unit => Some(u128::from(*quantity)),
			_ => None,
		};
		let made: Option<u128> = outputs.iter().map(measured).sum();
		let Some(made) = made.filter(|_| bench.units.iter().all(is_same)) else {
			return Ok(());
		};
		let used: u128 = bench.inputs.iter().map(|input| u128::from(input.quantity)).sum();
		ensure!(made <= used, Error::<T>::MoreThanWentIn);
		Ok(())
	}
}

//! Recalls reach what was made of what they cover, step by step, and their marks go the same way when they are over.
//!
//! A step is constant work, and where it stands is in the recall's own record, which is read and written once for many steps.
//! Each making is marked once. What is made meanwhile of something marked takes the mark over by itself; what is made
//! meanwhile of something that is not marked yet stands in the uses that are looked through once it is. So nothing is missed,
//! in whatever order calls and steps come.

use crate::{
	AtOf, Clearances, Config, Event, Front, LastServed, MadeOn, MakingId, MakingOf, Makings, Marks, Moment, Pallet,
	ProofMeter, RecallId, RecallOf, Recalls, Scope, Stage, Unfinished, WeightInfo,
};
use bpiiot_primitives::MachineId;
use frame_support::{
	pallet_prelude::{DispatchError, Get},
	weights::{Weight, WeightMeter},
};

/// Steps for one recall before the next one's turn comes.
pub(crate) const TURN: u32 = 32;

/// A recall while it is being worked on.
struct Run<T: Config> {
	id: RecallId,
	recall: RecallOf<T>,
	/// The making whose outputs are looked at, so that it is read once for all its uses.
	making: Option<(MakingId, MakingOf<T>)>,
}

impl<T: Config> Pallet<T> {
	/// Spreads what is to be spread, and clears what is to be cleared, as far as `limit` goes. Tells what it cost.
	pub(crate) fn spread_idly(limit: Weight) -> Weight {
		let mut meter = WeightMeter::with_limit(limit);
		let turn = T::WeightInfo::spread(TURN);
		if meter.try_consume(T::WeightInfo::spread_look()).is_err() {
			return meter.consumed();
		}
		let (last, mut served) = (LastServed::<T>::get(), None);
		while meter.can_consume(turn) {
			let Some(id) = Self::next_to_serve(served.unwrap_or(last)) else {
				break;
			};
			meter.consume(turn);
			let before = T::ProofMeter::proof_size();
			let done = Self::run(id, TURN);
			Self::reclaim(&mut meter, turn, before, done);
			served = Some(id);
			// Or a list that is broken would take all of the block.
			if done == 0 {
				break;
			}
		}
		if let Some(served) = served.filter(|served| *served != last) {
			LastServed::<T>::put(served);
		}
		meter.consumed()
	}

	/// Gives back what a turn was estimated to need of the proof and did not. Its time cannot be measured on chain.
	fn reclaim(meter: &mut WeightMeter, turn: Weight, before: Option<u64>, done: u32) {
		let now = T::ProofMeter::proof_size();
		let measured = before.zip(now).map(|(before, now)| now.saturating_sub(before));
		let needed = measured.unwrap_or_else(|| T::WeightInfo::spread(done).proof_size());
		meter.reclaim_proof_size(turn.proof_size().saturating_sub(needed));
		// And pays for what it needed beyond that, so that the next turn knows of it.
		meter.consume(Weight::from_parts(0, needed.saturating_sub(turn.proof_size())));
	}

	/// The next recall in turn that has something to spread, or if none has that something to clear.
	fn next_to_serve(last: RecallId) -> Option<RecallId> {
		Unfinished::<T>::iter_keys_from_key(last)
			.next()
			.or_else(|| Unfinished::<T>::iter_keys().next())
			.or_else(|| Clearances::<T>::iter_keys_from_key(last).next())
			.or_else(|| Clearances::<T>::iter_keys().next())
	}

	pub(crate) fn do_spread(id: RecallId, steps: u32) -> Result<u32, DispatchError> {
		let recall = Self::recall_record(id)?;
		let has_work = recall.is_unfinished() || recall.stage == Stage::Clearing;
		frame_support::ensure!(has_work, crate::Error::<T>::NothingToDo);
		Ok(Self::run(id, steps))
	}

	/// Works on a recall for so many steps at most. Tells for how many.
	pub(crate) fn run(id: RecallId, steps: u32) -> u32 {
		let Some(recall) = Recalls::<T>::get(id) else {
			return 0;
		};
		let mut run = Run::<T> {
			id,
			recall,
			making: None,
		};
		let mut done = 0u32;
		while done < steps && run.step() {
			done = done.saturating_add(1);
		}
		let Run { recall, .. } = run;
		let (marked, stage) = (recall.marked, recall.stage.clone());
		let narrows = recall.narrows;
		Recalls::<T>::insert(id, recall);
		match stage {
			Stage::Spread => {
				Unfinished::<T>::remove(id);
				Self::deposit_event(Event::RecallSpread { recall: id, marked });
				if let Some(wide) = narrows {
					Self::end_narrowed(wide, id);
				}
			}
			Stage::Cleared => {
				Clearances::<T>::remove(id);
				Self::deposit_event(Event::RecallCleared { recall: id });
			}
			_ => Self::deposit_event(Event::RecallProgress { recall: id, marked }),
		}
		done
	}
}

impl<T: Config> Run<T> {
	/// One step; whether there was one to take.
	fn step(&mut self) -> bool {
		match self.recall.stage.clone() {
			Stage::Uses(at) => self.step_uses(at),
			Stage::Makings(behind) => self.step_makings(behind),
			Stage::Spreading(front) => self.step_front(front),
			Stage::Clearing => self.step_clearing(),
			Stage::Spread | Stage::Cleared => return false,
		}
		true
	}

	/// A use of what is recalled.
	fn step_uses(&mut self, at: AtOf<T>) {
		let (thing, only_own) = match self.recall.scope.clone() {
			Scope::Thing(thing) => (thing, false),
			Scope::Component { thing, .. } => (thing, true),
			Scope::Machine { .. } => return self.next_generation(None),
		};
		let look = Pallet::<T>::look(&thing, &at);
		if let Some(found) = look.found {
			self.visit(found, only_own);
		}
		match look.next {
			Some(next) => self.recall.stage = Stage::Uses(next),
			None => self.next_generation(None),
		}
	}

	/// A making on the machine that is recalled.
	fn step_makings(&mut self, behind: Option<Moment>) {
		let Scope::Machine {
			machine, from, until, ..
		} = self.recall.scope
		else {
			return self.next_generation(None);
		};
		// What ended later than a making can take cannot have begun in time.
		let last = until.saturating_add(T::MaxProduction::get());
		let entry = next_made_on::<T>(machine, behind, from);
		match entry.filter(|((ended, _), _)| u64::from_be_bytes(*ended) <= last) {
			Some((moment, began)) => {
				if began <= until {
					self.visit(moment.1, true);
				}
				self.recall.stage = Stage::Makings(Some(moment));
			}
			None => self.next_generation(None),
		}
	}

	/// A use of what came of something that is marked.
	fn step_front(&mut self, mut front: Front<T::AccountId>) {
		let outputs = self.outputs(front.making);
		match outputs.get(usize::from(front.output)) {
			Some(thing) => {
				let look = Pallet::<T>::look(thing, &front.at);
				if let Some(found) = look.found {
					self.visit(found, false);
				}
				front.at = look.next.unwrap_or_else(|| {
					front.output = front.output.saturating_add(1);
					AtOf::<T>::Start
				});
				if usize::from(front.output) < outputs.len() {
					self.recall.stage = Stage::Spreading(front);
				} else {
					self.next_making(front);
				}
			}
			None => self.next_making(front),
		}
	}

	fn outputs(&mut self, id: MakingId) -> alloc::vec::Vec<crate::Thing> {
		if self.making.as_ref().is_none_or(|(known, _)| *known != id) {
			self.making = Makings::<T>::get(id).map(|making| (id, making));
		}
		let making = self.making.as_ref();
		making.map(|(_, making)| making.outputs.to_vec()).unwrap_or_default()
	}

	fn next_making(&mut self, front: Front<T::AccountId>) {
		let next = Marks::<T>::get(front.making, self.id).and_then(|mark| mark.next);
		match next.filter(|_| next != front.end) {
			Some(making) => {
				self.recall.stage = Stage::Spreading(Front {
					making,
					output: 0,
					at: AtOf::<T>::Start,
					..front
				});
			}
			None => self.next_generation(Some(front.first)),
		}
	}

	/// All that was marked since the last generation began, or the end if that is nothing.
	fn next_generation(&mut self, end: Option<MakingId>) {
		self.recall.stage = match self.recall.head.filter(|_| self.recall.head != end) {
			Some(first) => Stage::Spreading(Front {
				first,
				end,
				making: first,
				output: 0,
				at: AtOf::<T>::Start,
			}),
			None => Stage::Spread,
		};
	}

	/// Marks a making, if it is to be marked and is not.
	fn visit(&mut self, id: MakingId, only_own: bool) {
		let is_known = self.recall.exceptions.contains(&id) || Marks::<T>::contains_key(id, self.id);
		let making = Makings::<T>::get(id).filter(|_| !is_known);
		if let Some(making) = making.filter(|making| !only_own || making.maker == self.recall.issuer) {
			Pallet::<T>::mark(self.id, &mut self.recall, id, &making.maker);
		}
	}

	/// The youngest mark goes.
	fn step_clearing(&mut self) {
		let Some(head) = self.recall.head else {
			self.recall.stage = Stage::Cleared;
			return;
		};
		self.recall.head = Marks::<T>::take(head, self.id).and_then(|mark| mark.next);
		self.recall.marked = self.recall.marked.saturating_sub(1);
		if self.recall.head.is_none() {
			self.recall.stage = Stage::Cleared;
		}
	}
}

/// The first making on a machine behind a moment, or if none is told that ended at `from` or later.
pub(crate) fn next_made_on<T: Config>(
	machine: MachineId,
	behind: Option<Moment>,
	from: u64,
) -> Option<(Moment, bpiiot_primitives::UnixMillis)> {
	let first = (from.to_be_bytes(), MakingId::default());
	let behind = MadeOn::<T>::hashed_key_for(machine, behind.unwrap_or(first));
	MadeOn::<T>::iter_prefix_from(machine, behind).next()
}

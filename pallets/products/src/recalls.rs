//! Recalls begin, become narrower, and are taken back.

use crate::{gs1::SerialNumber, Clearances, LatestRecall};
use crate::{
	At, Caller, ComponentRecalls, Config, Error, Event, HoldReason, MachineRecalls, MakingId, MakingOf, Makings, Mark,
	Marks, Outcome, Pallet, Productions, Ranges, Recall, RecallBooks, RecallId, RecallOf, Recalls, Roots, Scope, Stage,
	Thing, Unfinished, Verdict, Work, MAX_EXCEPTIONS, MAX_INHERITED, MAX_ROOTS,
};
use alloc::{collections::BTreeSet, vec::Vec};
use bpiiot_primitives::{fresh_id, Actors, UnixMillis};
use codec::Encode;
use frame_support::{
	ensure,
	pallet_prelude::{ConstU32, DispatchError, DispatchResult, Get},
	BoundedVec,
};
use sp_core::H256;
use sp_io::hashing::blake2_256;
use sp_runtime::traits::Zero;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_recall(actor: Caller<T>, scope: Scope, reason: H256) -> DispatchResult {
		let issuer = T::Actors::controller(&actor.account);
		Self::check_scope(&actor, &issuer, &scope)?;
		Self::pay_fee(&actor, T::RecallFee::get())?;
		let bond = T::RecallBond::get();
		Self::hold_bond(HoldReason::Recall, &actor, bond)?;
		let id = RecallId::from(fresh_id::<T>());
		let recall = Recall {
			issuer,
			payer: actor.account,
			stage: first_stage(&scope),
			scope,
			exceptions: BoundedVec::default(),
			reason,
			bond,
			outcome: Outcome::Open,
			upheld: None,
			narrows: None,
			judge_until: None,
			contests: 0,
			marked: 0,
			head: None,
		};
		Self::begin(id, recall)
	}

	/// Notes what a recall covers, so that whatever is made of that from now on takes it over, and lets it spread.
	fn begin(id: RecallId, recall: RecallOf<T>) -> DispatchResult {
		let issuer = &recall.issuer;
		match &recall.scope {
			Scope::Thing(thing) => {
				Roots::<T>::insert(thing, issuer, id);
				Self::keep_range_apart(thing);
			}
			Scope::Component { thing, .. } => ComponentRecalls::<T>::insert(thing, issuer, id),
			Scope::Machine { machine, .. } => {
				MachineRecalls::<T>::try_append(machine, issuer, id).map_err(|()| Error::<T>::AlreadyRecalled)?
			}
		}
		RecallBooks::<T>::try_mutate(issuer, |book| {
			ensure!(book.kept < T::MaxRecalls::get(), Error::<T>::TooManyRecalls);
			book.kept = book.kept.saturating_add(1);
			Ok::<(), DispatchError>(())
		})?;
		Unfinished::<T>::insert(id, ());
		LatestRecall::<T>::put(id);
		Self::deposit_event(Event::RecallBegun {
			recall: id,
			issuer: issuer.clone(),
			scope: recall.scope.clone(),
			narrows: recall.narrows,
		});
		Recalls::<T>::insert(id, recall);
		Ok(())
	}

	/// An item of a range that is recalled alone: the range is not used up as a whole any more, since what would be made of it
	/// could not know of the recall by one look.
	fn keep_range_apart(thing: &Thing) {
		let Some(Thing::Range { gtin, last }) = Self::range_around(thing) else {
			return;
		};
		if let Some(key) = SerialNumber::of(&last) {
			Ranges::<T>::mutate(gtin, key, |range| {
				if let Some(range) = range {
					range.recalled_in_part = true;
				}
			});
		}
	}

	/// That a recall of this is the issuer's to begin, and not begun already.
	fn check_scope(actor: &Caller<T>, issuer: &T::AccountId, scope: &Scope) -> DispatchResult {
		match scope {
			Scope::Thing(thing) => {
				let body = match thing {
					Thing::Item { gtin, .. } | Thing::Range { gtin, .. } | Thing::Lot { gtin, .. } => gtin.body(),
					Thing::Unit { .. } => return Err(Error::<T>::NotAProduct.into()),
				};
				ensure!(Self::exists(thing), Error::<T>::UnknownThing);
				let holder = Self::issuer_of(body);
				let is_issuer = holder.is_some_and(|holder| Self::are_one(&actor.account, &holder));
				let making = Self::making_of(thing).and_then(Makings::<T>::get);
				let is_maker = making.is_some_and(|making| making.maker == *issuer);
				ensure!(is_issuer || is_maker, Error::<T>::NotYoursToRecall);
				ensure!(!Roots::<T>::contains_key(thing, issuer), Error::<T>::AlreadyRecalled);
				let others = Roots::<T>::iter_key_prefix(thing).take(MAX_ROOTS as usize).count();
				ensure!(others < MAX_ROOTS as usize, Error::<T>::TooManyRecalls);
			}
			Scope::Component { thing, example } => {
				let making = Self::own_making(issuer, *example)?;
				let is_it = |other: &Thing| other == thing || Self::range_around(other).as_ref() == Some(thing);
				let is_used = making.inputs.iter().any(|input| is_it(&input.thing));
				ensure!(is_used, Error::<T>::NotYoursToRecall);
				let is_recalled = ComponentRecalls::<T>::contains_key(thing, issuer);
				ensure!(!is_recalled, Error::<T>::AlreadyRecalled);
			}
			Scope::Machine {
				machine,
				from,
				until,
				example,
			} => {
				Self::own_making(issuer, *example)?;
				let record = Productions::<T>::get(example).filter(|record| record.work.machine == *machine);
				ensure!(record.is_some(), Error::<T>::NotYoursToRecall);
				ensure!(from <= until, Error::<T>::BadTime);
			}
		}
		Ok(())
	}

	fn own_making(issuer: &T::AccountId, id: MakingId) -> Result<MakingOf<T>, DispatchError> {
		let making = Makings::<T>::get(id).ok_or(Error::<T>::UnknownMaking)?;
		ensure!(making.maker == *issuer, Error::<T>::NotYoursToRecall);
		Ok(making)
	}

	/// A narrower recall takes the place of a wider one. Until it has reached all that it covers, both count.
	pub(crate) fn do_narrow(
		actor: Caller<T>,
		id: RecallId,
		window: Option<(UnixMillis, UnixMillis)>,
		exceptions: Vec<MakingId>,
	) -> DispatchResult {
		let mut wide = Self::own_recall(&actor, id)?;
		ensure!(wide.outcome == Outcome::Open, Error::<T>::NotOpen);
		// Who is being contested waits for what is said of that.
		ensure!(wide.contests == 0, Error::<T>::ContestsOpen);
		let mut scope = wide.scope.clone();
		if let Some((later, earlier)) = window {
			let Scope::Machine { from, until, .. } = &mut scope else {
				return Err(Error::<T>::NotNarrower.into());
			};
			let fits = *from <= later && later <= earlier && earlier <= *until;
			ensure!(fits, Error::<T>::NotNarrower);
			(*from, *until) = (later, earlier);
		}
		let all: BTreeSet<MakingId> = wide.exceptions.iter().copied().chain(exceptions).collect();
		let is_narrower = scope != wide.scope || all.len() > wide.exceptions.len();
		ensure!(is_narrower, Error::<T>::NotNarrower);
		let all: BoundedVec<_, ConstU32<MAX_EXCEPTIONS>> = all
			.into_iter()
			.collect::<Vec<_>>()
			.try_into()
			.map_err(|_| Error::<T>::TooManyExceptions)?;
		// It spreads anew.
		Self::pay_fee(&actor, T::RecallFee::get())?;
		let new = RecallId::from(fresh_id::<T>());
		let bond = core::mem::replace(&mut wide.bond, Zero::zero());
		wide.outcome = Outcome::Narrowed(new);
		// It goes no further: what it would still reach, the narrower one reaches, or leaves out.
		if wide.is_unfinished() {
			wide.stage = Stage::Spread;
			Unfinished::<T>::remove(id);
		}
		Self::forget_scope(id, &wide);
		let narrow = Recall {
			issuer: wide.issuer.clone(),
			payer: wide.payer.clone(),
			stage: first_stage(&scope),
			scope,
			exceptions: all,
			reason: wide.reason,
			bond,
			outcome: Outcome::Open,
			upheld: wide.upheld,
			narrows: Some(id),
			judge_until: None,
			contests: 0,
			marked: 0,
			head: None,
		};
		Recalls::<T>::insert(id, wide);
		Self::begin(new, narrow)
	}

	pub(crate) fn do_lift(actor: Caller<T>, id: RecallId) -> DispatchResult {
		let recall = Self::own_recall(&actor, id)?;
		ensure!(recall.outcome == Outcome::Open, Error::<T>::NotOpen);
		Self::end(id, recall, Outcome::Lifted)
	}

	/// Ends a recall, and with it the wider one whose place it was to take. Its bond goes back by itself if nobody has
	/// contested it.
	pub(crate) fn end(id: RecallId, mut recall: RecallOf<T>, outcome: Outcome) -> DispatchResult {
		Self::forget_scope(id, &recall);
		Self::stop(id, &mut recall, outcome);
		if recall.judge_until.is_none() {
			Self::release_bond(&mut recall)?;
		}
		let narrows = recall.narrows;
		Recalls::<T>::insert(id, recall);
		if let Some(wide) = narrows {
			Self::end_narrowed(wide, id);
		}
		Ok(())
	}

	/// Ends a recall whose place a narrower one has taken.
	pub(crate) fn end_narrowed(id: RecallId, by: RecallId) {
		let Some(mut wide) = Recalls::<T>::get(id).filter(|wide| wide.outcome == Outcome::Narrowed(by)) else {
			return;
		};
		Self::stop(id, &mut wide, Outcome::Lifted);
		Recalls::<T>::insert(id, wide);
	}

	/// From now on its marks do not count, and go one by one.
	fn stop(id: RecallId, recall: &mut RecallOf<T>, outcome: Outcome) {
		recall.outcome = outcome;
		recall.stage = Stage::Clearing;
		Unfinished::<T>::remove(id);
		Clearances::<T>::insert(id, ());
		Self::deposit_event(Event::RecallEnded { recall: id, outcome });
	}

	pub(crate) fn release_bond(recall: &mut RecallOf<T>) -> DispatchResult {
		let bond = core::mem::replace(&mut recall.bond, Zero::zero());
		Self::release(HoldReason::Recall, &recall.payer, bond)
	}

	/// What is made from now on does not take it over any more, but for what is made of what is marked.
	fn forget_scope(id: RecallId, recall: &RecallOf<T>) {
		let issuer = &recall.issuer;
		match &recall.scope {
			Scope::Thing(thing) => Roots::<T>::remove(thing, issuer),
			Scope::Component { thing, .. } => ComponentRecalls::<T>::remove(thing, issuer),
			Scope::Machine { machine, .. } => MachineRecalls::<T>::mutate_exists(machine, issuer, |entry| {
				if let Some(recalls) = entry {
					recalls.retain(|other| *other != id);
					if recalls.is_empty() {
						*entry = None;
					}
				}
			}),
		}
	}

	/// Forgets a recall that is over, and keeps a hash of it.
	pub(crate) fn do_close_recall(id: RecallId) -> DispatchResult {
		let mut recall = Self::recall_record(id)?;
		ensure!(recall.stage == Stage::Cleared, Error::<T>::NotCleared);
		ensure!(recall.contests == 0, Error::<T>::ContestsOpen);
		if !recall.bond.is_zero() {
			ensure!(Self::is_judged(&recall), Error::<T>::NotJudged);
			Self::release_bond(&mut recall)?;
		}
		let history = RecallBooks::<T>::mutate(&recall.issuer, |book| {
			book.kept = book.kept.saturating_sub(1);
			book.history = H256((book.history, id, &recall).using_encoded(blake2_256));
			book.history
		});
		Recalls::<T>::remove(id);
		Self::deposit_event(Event::RecallClosed {
			recall: id,
			issuer: recall.issuer,
			history,
		});
		Ok(())
	}

	pub(crate) fn recall_record(id: RecallId) -> Result<RecallOf<T>, DispatchError> {
		Ok(Recalls::<T>::get(id).ok_or(Error::<T>::UnknownRecall)?)
	}

	fn own_recall(actor: &Caller<T>, id: RecallId) -> Result<RecallOf<T>, DispatchError> {
		let recall = Self::recall_record(id)?;
		// No other machine of his: whoever has its key could have things called clear.
		let is_its_machine = recall.payer == actor.account && T::Actors::controller(&actor.account) == recall.issuer;
		ensure!(
			recall.issuer == actor.account || is_its_machine,
			Error::<T>::NotTheIssuer
		);
		Ok(recall)
	}

	/// Collects the recalls of a thing itself, and of what the maker has made of it.
	pub(crate) fn gather_roots(found: &mut BTreeSet<RecallId>, thing: &Thing, maker: &T::AccountId) -> DispatchResult {
		let roots = Roots::<T>::iter_prefix_values(thing).take(MAX_ROOTS as usize);
		Self::gather(found, roots.chain(ComponentRecalls::<T>::get(thing, maker)))
	}

	/// Collects the recalls that have reached a making.
	pub(crate) fn gather_marks(found: &mut BTreeSet<RecallId>, making: Option<MakingId>) -> DispatchResult {
		match making {
			Some(making) => Self::gather(found, Marks::<T>::iter_key_prefix(making)),
			None => Ok(()),
		}
	}

	/// Collects the recalls of what the maker has made on a machine at that time.
	pub(crate) fn gather_machine(found: &mut BTreeSet<RecallId>, work: &Work, maker: &T::AccountId) -> DispatchResult {
		let recalls = MachineRecalls::<T>::get(work.machine, maker);
		let covers = |id: &RecallId| {
			let scope = Recalls::<T>::get(id).map(|recall| recall.scope);
			scope.is_some_and(|scope| scope.covers_time(work.from, work.until))
		};
		Self::gather(found, recalls.into_iter().filter(covers))
	}

	fn gather(found: &mut BTreeSet<RecallId>, recalls: impl Iterator<Item = RecallId>) -> DispatchResult {
		for recall in recalls {
			found.insert(recall);
			ensure!(found.len() <= MAX_INHERITED as usize, Error::<T>::TooManyRecalls);
		}
		Ok(())
	}

	/// What is made takes over the recalls of what it is made of. Tells how many.
	pub(crate) fn inherit(making: MakingId, maker: &T::AccountId, recalls: BTreeSet<RecallId>) -> u32 {
		let mut inherited = 0u32;
		for id in recalls {
			if let Some(mut recall) = Recalls::<T>::get(id).filter(RecallOf::<T>::counts) {
				Self::mark(id, &mut recall, making, maker);
				Recalls::<T>::insert(id, recall);
				inherited = inherited.saturating_add(1);
			}
		}
		inherited
	}

	/// Marks a making, before all that are marked. The caller stores the recall.
	pub(crate) fn mark(id: RecallId, recall: &mut RecallOf<T>, making: MakingId, maker: &T::AccountId) {
		let verdict = if *maker == recall.issuer {
			Verdict::Confirmed
		} else {
			Verdict::Affected
		};
		let next = recall.head.replace(making);
		Marks::<T>::insert(making, id, Mark { verdict, next });
		recall.marked = recall.marked.saturating_add(1);
		Self::deposit_event(Event::Affected {
			recall: id,
			making,
			maker: maker.clone(),
		});
	}
}

impl Scope {
	/// Whether a recall of a machine's makings covers one that took this time.
	pub(crate) fn covers_time(&self, began: UnixMillis, ended: UnixMillis) -> bool {
		match self {
			Self::Machine { from, until, .. } => began <= *until && ended >= *from,
			Self::Thing(_) | Self::Component { .. } => false,
		}
	}
}

fn first_stage<AccountId>(scope: &Scope) -> Stage<AccountId> {
	match scope {
		Scope::Thing(_) | Scope::Component { .. } => Stage::Uses(At::Start),
		Scope::Machine { .. } => Stage::Makings(None),
	}
}

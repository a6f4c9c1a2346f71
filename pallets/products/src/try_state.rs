//! What must always hold of this pallet's storage, numbered as in the system design.

use crate::{
	gs1::{Gtin, SerialKey, SerialNumber, Sscc},
	BalanceOf, Certificates, CertificatesOf, Clearances, ComponentRecalls, Config, Contests, HoldReason, Holdings,
	Items, Lots, MachineRecalls, MadeOn, MakingId, MakingOf, Makings, Marks, Outcome, Pallet, Prefixes, Productions,
	Ranges, RecallBooks, RecallId, RecallOf, Recalls, Roots, Scope, Stage, State, Tags, Thing, Unfinished, Units,
	Verdict, ROOM_OF_LOT, ROOM_OF_MAKING, ROOM_OF_UNIT,
};
use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec::Vec,
};
use frame_support::{ensure, traits::fungible::InspectHold};
use sp_runtime::{
	traits::{Saturating, Zero},
	TryRuntimeError,
};

type Checked = Result<(), TryRuntimeError>;
type AllMakings<T> = BTreeMap<MakingId, MakingOf<T>>;

impl<T: Config> Pallet<T> {
	/// Checks the invariants that this pallet can see by itself.
	///
	/// # Errors
	/// Names the invariant that is broken.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		let makings: AllMakings<T> = Makings::<T>::iter().collect();
		Self::check_prefixes()?;
		Self::check_serials()?;
		Self::check_genealogy(&makings)?;
		Self::check_states(&makings)?;
		Self::check_lots(&makings)?;
		Self::check_units()?;
		Self::check_productions(&makings)?;
		Self::check_recalls(&makings)?;
		Self::check_indexes()?;
		Self::check_deposits()
	}

	/// Prefixes are apart, everything lies under one, and each counts what lies under it.
	fn check_prefixes() -> Checked {
		let mut last = None;
		for (key, record) in Prefixes::<T>::iter() {
			let is_placed = key == record.prefix.last().to_be_bytes() && record.prefix.is_valid();
			ensure!(is_placed, "a prefix stands in the wrong place");
			let is_apart = last.is_none_or(|last| last < record.prefix.first());
			ensure!(is_apart, "prefixes overlap");
			last = Some(record.prefix.last());
			ensure!(record.used <= record.room, "invariant 9: more records than room");
		}
		let mut used: BTreeMap<[u8; 8], u32> = BTreeMap::new();
		let mut count = |body: u64, room: u32| -> Checked {
			let key = Self::prefix_of(body).ok_or("something lies under no prefix")?.key;
			used.entry(key).or_default().saturating_accrue(room);
			Ok(())
		};
		for (gtin, key) in Items::<T>::iter_keys() {
			ensure!(gtin.is_valid(), "a GTIN is wrong");
			let SerialKey::Number(number) = key else {
				count(gtin.body(), 1)?;
				continue;
			};
			// The record of an item of a range is paid for by who has touched it.
			if Self::range_of(gtin, number).is_none() {
				count(gtin.body(), 1)?;
			}
		}
		Ranges::<T>::iter_keys().try_for_each(|(gtin, _)| count(gtin.body(), 1))?;
		Lots::<T>::iter_keys().try_for_each(|(gtin, _)| count(gtin.body(), ROOM_OF_LOT))?;
		Tags::<T>::iter_keys().try_for_each(|(gtin, _)| count(gtin.body(), 1))?;
		Units::<T>::iter_keys().try_for_each(|sscc| count(sscc.body(), ROOM_OF_UNIT))?;
		for making in Makings::<T>::iter_values() {
			let first = making.outputs.first().and_then(gtin_of);
			let first = first.ok_or("a making without anything that came of it")?;
			count(first.body(), ROOM_OF_MAKING)?;
		}
		for (key, record) in Prefixes::<T>::iter() {
			let counted = used.get(&key).copied().unwrap_or_default();
			ensure!(
				counted == record.used,
				"invariant 9: a prefix counts other records than it has"
			);
		}
		Ok(())
	}

	/// No serial is registered twice.
	fn check_serials() -> Checked {
		let mut last: BTreeMap<(Gtin, u8), u64> = BTreeMap::new();
		for (gtin, key, range) in Ranges::<T>::iter() {
			let number = SerialNumber::new(key.width, range.first);
			ensure!(number <= key, "a range ends before it begins");
			let before = last.insert((gtin, key.width), key.value());
			ensure!(before.is_none_or(|before| before < range.first), "ranges overlap");
			let is_split = Self::has_items_within(gtin, number, key);
			let is_used = range.state.used_by().is_some();
			ensure!(
				!(is_used && is_split),
				"a range was used up together that had been split"
			);
		}
		Ok(())
	}

	/// Invariant 6: whatever a making used is older, and what came of it says so.
	fn check_genealogy(makings: &AllMakings<T>) -> Checked {
		for (id, making) in makings {
			let mut used = BTreeSet::new();
			for input in &making.inputs {
				ensure!(Self::exists(&input.thing), "invariant 6: what was used is gone");
				let is_older = Self::making_of(&input.thing).is_none_or(|made_by| made_by < *id);
				ensure!(is_older, "invariant 6: something was made of what is younger");
				ensure!(used.insert(&input.thing), "invariant 6: a making used something twice");
			}
			for thing in &making.outputs {
				ensure!(
					Self::making_of(thing) == Some(*id),
					"invariant 6: something does not know how it was made"
				);
			}
		}
		Ok(())
	}

	/// Invariant 6: what was used up was used by a making that says so, and once.
	fn check_states(makings: &AllMakings<T>) -> Checked {
		let mut uses = BTreeMap::new();
		for (id, making) in makings {
			for input in &making.inputs {
				if !matches!(input.thing, Thing::Lot { .. }) {
					let before = uses.insert(input.thing.clone(), *id);
					ensure!(before.is_none(), "invariant 6: something was used up twice");
				}
			}
		}
		let items = Items::<T>::iter().map(|(gtin, key, item)| {
			let serial = key.serial();
			(Thing::Item { gtin, serial }, item.state, item.making)
		});
		let ranges = Ranges::<T>::iter().map(|(gtin, key, range)| {
			let last = key.serial();
			(Thing::Range { gtin, last }, range.state, range.making)
		});
		for (thing, state, making) in items.chain(ranges) {
			ensure!(
				uses.remove(&thing) == state.used_by(),
				"invariant 6: a thing and a making do not say the same"
			);
			let is_known = making.is_none_or(|making| makings.contains_key(&making));
			ensure!(is_known, "invariant 6: a thing was made by nothing");
		}
		ensure!(uses.is_empty(), "invariant 6: something was used up that is not there");
		Ok(())
	}

	/// Invariant 7: of each lot there is what there was, less what was used; and each use stands in one list.
	fn check_lots(makings: &AllMakings<T>) -> Checked {
		let mut used: BTreeMap<Thing, u128> = BTreeMap::new();
		let mut uses = 0usize;
		for input in makings.values().flat_map(|making| &making.inputs) {
			if let Thing::Lot { .. } = input.thing {
				let sum = used.entry(input.thing.clone()).or_default();
				*sum = sum.saturating_add(input.quantity.into());
				uses = uses.saturating_add(1);
			}
		}
		let mut listed = BTreeSet::new();
		for (gtin, lot, record) in Lots::<T>::iter() {
			let mut held = 0u128;
			let thing = Thing::Lot { gtin, lot: lot.clone() };
			for holding in Holdings::<T>::iter_prefix_values((gtin, &lot)) {
				ensure!(holding != Default::default(), "a holding of nothing was kept");
				held = held
					.saturating_add(holding.quantity.into())
					.saturating_add(holding.on_its_way.into());
				let mut next = holding.last_use;
				while let Some(id) = next {
					let input = makings
						.get(&id)
						.and_then(|making| making.inputs.iter().find(|input| input.thing == thing));
					let input = input.ok_or("invariant 6: a use of a lot is in no making")?;
					let is_new = listed.insert((thing.clone(), id));
					ensure!(is_new, "invariant 6: a use of a lot is listed twice");
					let is_older = input.previous.is_none_or(|previous| previous < id);
					ensure!(is_older, "invariant 6: the uses of a lot are not in order");
					next = input.previous;
				}
			}
			let used = used.remove(&thing).unwrap_or_default();
			ensure!(
				held.saturating_add(used) == u128::from(record.total),
				"invariant 7: a lot is not what was used of it and what is left"
			);
		}
		ensure!(used.is_empty(), "invariant 7: a lot was used that is not there");
		ensure!(listed.len() == uses, "invariant 6: a use of a lot is in no list");
		Ok(())
	}

	/// What is in a unit says so, and nothing else does.
	fn check_units() -> Checked {
		let mut packed: BTreeMap<Thing, Sscc> = BTreeMap::new();
		for (sscc, unit) in Units::<T>::iter() {
			ensure!(sscc.is_valid(), "an SSCC is wrong");
			ensure!(!unit.contents.is_empty(), "an empty unit was kept");
			let is_sent_alone = unit.shipment.is_none() || unit.within.is_none();
			ensure!(is_sent_alone, "a unit that is packed is on its way by itself");
			for thing in unit.contents {
				let inner = match &thing {
					Thing::Unit { sscc } => Units::<T>::get(sscc).map_or(u8::MAX, |unit| unit.level),
					_ => 0,
				};
				ensure!(inner < unit.level, "units lie in each other too deep, or in themselves");
				let before = packed.insert(thing, sscc);
				ensure!(before.is_none(), "something is in two units");
			}
		}
		let items = Items::<T>::iter().map(|(gtin, key, item)| {
			let serial = key.serial();
			(Thing::Item { gtin, serial }, within(item.state))
		});
		let ranges = Ranges::<T>::iter().map(|(gtin, key, range)| {
			let last = key.serial();
			(Thing::Range { gtin, last }, within(range.state))
		});
		let units = Units::<T>::iter().map(|(sscc, unit)| (Thing::Unit { sscc }, unit.within));
		for (thing, says) in items.chain(ranges).chain(units) {
			ensure!(
				packed.remove(&thing) == says,
				"a thing and its unit do not say the same"
			);
		}
		ensure!(packed.is_empty(), "something is in a unit that is not there");
		Ok(())
	}

	/// The machines' makings are those whose records name them.
	fn check_productions(makings: &AllMakings<T>) -> Checked {
		let mut listed = 0usize;
		for (machine, (ended, id), began) in MadeOn::<T>::iter() {
			let record = Productions::<T>::get(id).ok_or("a machine's making has no record")?;
			let work = record.work;
			let is_same = work.machine == machine && work.from == began && work.until.to_be_bytes() == ended;
			ensure!(is_same, "a machine's making is listed in the wrong place");
			listed = listed.saturating_add(1);
		}
		ensure!(
			Productions::<T>::iter_keys().count() == listed,
			"a machine's making is not listed"
		);
		let is_known = |id: MakingId| makings.contains_key(&id);
		ensure!(
			Productions::<T>::iter_keys().all(is_known),
			"a record of no making was kept"
		);
		Ok(())
	}

	/// Invariant 6: a recall that has spread has marked what was made of what it covers, and nothing else; one that has not
	/// has marked nothing else.
	fn check_recalls(makings: &AllMakings<T>) -> Checked {
		let mut marked: BTreeMap<RecallId, BTreeSet<MakingId>> = BTreeMap::new();
		for (making, recall) in Marks::<T>::iter_keys() {
			marked.entry(recall).or_default().insert(making);
		}
		for (id, recall) in Recalls::<T>::iter() {
			let marks = marked.remove(&id).unwrap_or_default();
			Self::check_list(id, &recall, &marks)?;
			if recall.counts() {
				let covered = Self::covered_by(&recall, makings);
				ensure!(
					marks.is_subset(&covered),
					"invariant 6: a recall has marked what it does not cover"
				);
				// One that a narrower one replaces goes no further.
				let is_done = recall.outcome == Outcome::Open && !recall.is_unfinished();
				ensure!(
					!is_done || marks == covered,
					"invariant 6: a recall has not marked what it covers"
				);
				for making in &marks {
					let maker = makings.get(making).map(|making| &making.maker);
					let verdict = Marks::<T>::get(making, id).map(|mark| mark.verdict);
					ensure!(
						maker != Some(&recall.issuer) || verdict == Some(Verdict::Confirmed),
						"an issuer's own making is not recalled"
					);
				}
			}
			let contests = Contests::<T>::iter_key_prefix(id).count();
			ensure!(contests == recall.contests as usize, "a recall counts other contests");
			ensure!(
				Unfinished::<T>::contains_key(id) == recall.is_unfinished(),
				"invariant 6: a recall that spreads is not on the list, or another one is"
			);
			ensure!(
				Clearances::<T>::contains_key(id) == (recall.stage == Stage::Clearing),
				"a recall that is cleared is not on the list, or another one is"
			);
		}
		ensure!(marked.is_empty(), "invariant 6: a mark of no recall was kept");
		Ok(())
	}

	/// The marks of a recall are one list.
	fn check_list(id: RecallId, recall: &RecallOf<T>, marks: &BTreeSet<MakingId>) -> Checked {
		let mut listed = BTreeSet::new();
		let mut next = recall.head;
		while let Some(making) = next {
			ensure!(
				listed.insert(making),
				"invariant 6: the marks of a recall run in a circle"
			);
			next = Marks::<T>::get(making, id).and_then(|mark| mark.next);
		}
		ensure!(listed == *marks, "invariant 6: a mark is not in its recall's list");
		ensure!(
			recall.marked as usize == marks.len(),
			"invariant 6: a recall counts other marks than there are"
		);
		Ok(())
	}

	/// All that a recall covers, by going through all makings once, from the oldest to the youngest.
	fn covered_by(recall: &RecallOf<T>, makings: &AllMakings<T>) -> BTreeSet<MakingId> {
		let mut covered = BTreeSet::new();
		for (id, making) in makings {
			let is_own = making.maker == recall.issuer;
			let uses = |root: &Thing| {
				let is_it = |thing: &Thing| thing == root || Self::range_around(thing).as_ref() == Some(root);
				making.inputs.iter().any(|input| is_it(&input.thing))
			};
			let is_root = match &recall.scope {
				Scope::Thing(root) => uses(root) || Self::used_within(root) == Some(*id),
				Scope::Component { thing, .. } => is_own && (uses(thing) || Self::used_within(thing) == Some(*id)),
				Scope::Machine { machine, .. } => {
					let work = Productions::<T>::get(id).map(|record| record.work);
					let work = work.filter(|work| is_own && work.machine == *machine);
					work.is_some_and(|work| recall.scope.covers_time(work.from, work.until))
				}
			};
			let made_of_covered = making
				.inputs
				.iter()
				.any(|input| Self::making_of(&input.thing).is_some_and(|made_by| covered.contains(&made_by)));
			if (is_root || made_of_covered) && !recall.exceptions.contains(id) {
				covered.insert(*id);
			}
		}
		covered
	}

	/// What an item was used by that lies in a range which was used up together.
	fn used_within(thing: &Thing) -> Option<MakingId> {
		let Thing::Item { gtin, serial } = thing else {
			return None;
		};
		Self::find_item(*gtin, serial)?.item.state.used_by()
	}

	/// The indexes list exactly what there is.
	fn check_indexes() -> Checked {
		let listed = CertificatesOf::<T>::iter_keys().collect::<Vec<_>>();
		let is_there = |(subject, id): &(_, _)| {
			Certificates::<T>::get(id).is_some_and(|certificate| certificate.subject == *subject)
		};
		ensure!(listed.iter().all(is_there), "a certificate is listed that is not there");
		let all = Certificates::<T>::iter_keys().count();
		ensure!(all == listed.len(), "a certificate is not listed");
		let mut scopes = 0usize;
		let mut kept = BTreeMap::new();
		for (id, recall) in Recalls::<T>::iter() {
			let known: &mut u32 = kept.entry(recall.issuer.clone()).or_default();
			known.saturating_inc();
			if recall.outcome != Outcome::Open {
				continue;
			}
			let issuer = &recall.issuer;
			let is_listed = match &recall.scope {
				Scope::Thing(thing) => Roots::<T>::get(thing, issuer) == Some(id),
				Scope::Component { thing, .. } => ComponentRecalls::<T>::get(thing, issuer) == Some(id),
				Scope::Machine { machine, .. } => MachineRecalls::<T>::get(machine, issuer).contains(&id),
			};
			ensure!(is_listed, "invariant 6: what is made now would not know of a recall");
			scopes = scopes.saturating_add(1);
		}
		let windows: usize = MachineRecalls::<T>::iter_values().map(|recalls| recalls.len()).sum();
		let listed = Roots::<T>::iter_keys().count();
		let listed = listed.saturating_add(ComponentRecalls::<T>::iter_keys().count());
		ensure!(
			listed.saturating_add(windows) == scopes,
			"a recall is listed that does not count"
		);
		for (issuer, book) in RecallBooks::<T>::iter() {
			let known = kept.remove(&issuer).unwrap_or_default();
			ensure!(book.kept == known, "an issuer's recalls are counted wrongly");
		}
		ensure!(kept.is_empty(), "an issuer's recalls are not counted");
		Ok(())
	}

	/// Invariant 9: deposits and bonds on hold equal those of the prefixes, certificates, recalls and contests.
	fn check_deposits() -> Checked {
		let mut due: BTreeMap<(u8, T::AccountId), BalanceOf<T>> = BTreeMap::new();
		let mut owe = |reason: HoldReason, who: T::AccountId, amount: BalanceOf<T>| {
			due.entry((reason as u8, who)).or_default().saturating_accrue(amount);
		};
		for record in Prefixes::<T>::iter_values() {
			owe(HoldReason::Prefix, record.registrant, record.deposit);
			owe(HoldReason::Room, record.holder, record.room_deposit);
		}
		for certificate in Certificates::<T>::iter_values() {
			owe(HoldReason::Certificate, certificate.issuer, certificate.deposit);
		}
		for recall in Recalls::<T>::iter_values() {
			owe(HoldReason::Recall, recall.payer, recall.bond);
		}
		for contest in Contests::<T>::iter_values() {
			owe(HoldReason::Contest, contest.payer, contest.bond);
		}
		let reasons = [
			HoldReason::Prefix,
			HoldReason::Room,
			HoldReason::Certificate,
			HoldReason::Recall,
			HoldReason::Contest,
		];
		for who in frame_system::Account::<T>::iter_keys() {
			for reason in reasons {
				let expected = due.remove(&(reason as u8, who.clone())).unwrap_or_default();
				let on_hold = T::Currency::balance_on_hold(&reason.into(), &who);
				ensure!(
					on_hold == expected,
					"invariant 9: deposits on hold differ from the records"
				);
			}
		}
		ensure!(
			due.values().all(Zero::is_zero),
			"invariant 9: a record's deposit is not on hold"
		);
		Ok(())
	}
}

fn gtin_of(thing: &Thing) -> Option<Gtin> {
	match thing {
		Thing::Item { gtin, .. } | Thing::Range { gtin, .. } | Thing::Lot { gtin, .. } => Some(*gtin),
		Thing::Unit { .. } => None,
	}
}

fn within(state: State) -> Option<Sscc> {
	match state {
		State::Packed(sscc) => Some(sscc),
		State::Free | State::Used(_) | State::OnItsWay(_) => None,
	}
}

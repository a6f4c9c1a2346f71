//! Whether a thing is recalled.

use crate::{
	ancestry::Upwards,
	runtime_api::{RecallStatus, StatusCursor},
	ComponentRecalls, Config, Frontier, LatestRecall, MachineRecalls, MakingId, MakingOf, Marks, Pallet, Productions,
	RecallId, Recalls, Roots, Thing, Unfinished, Verdict, MAX_INPUTS,
};
use alloc::vec::Vec;

/// Ancestors that a call looks at.
pub(crate) const ANCESTORS: u32 = 512;
/// Marks of one making that a call looks at.
const MARKS: usize = 64;

/// What lies upstream of a making.
enum Upstream {
	/// Nothing that is recalled.
	Clear,
	/// A recall that has not reached it yet.
	Recalled(RecallId),
	/// That is not known.
	Unknown,
}

impl<T: Config> Pallet<T> {
	/// Whether a thing is recalled: see [`ProductsApi`](crate::runtime_api::ProductsApi).
	pub fn recall_status(thing: Thing, cursor: Option<StatusCursor>) -> RecallStatus {
		if matches!(thing, Thing::Unit { .. }) || !Self::exists(&thing) {
			return RecallStatus::Unknown;
		}
		if let Some(recall) = Self::root_of(&thing) {
			return RecallStatus::Recalled { recall };
		}
		let Some(making) = Self::making_of(&thing) else {
			return RecallStatus::Clear;
		};
		if let Some(status) = Self::marked_as(making) {
			return status;
		}
		// When nothing spreads, everything is marked that is to be marked.
		if Unfinished::<T>::iter_keys().next().is_none() {
			return RecallStatus::Clear;
		}
		Self::look_upstream(making, cursor)
	}

	/// A recall of the thing itself, or of the range that it is of.
	fn root_of(thing: &Thing) -> Option<RecallId> {
		let around = Self::range_around(thing);
		let roots = [Some(thing), around.as_ref()].into_iter().flatten();
		roots
			.filter_map(|thing| Roots::<T>::iter_prefix_values(thing).next())
			.max()
	}

	/// What the marks of a making say: the worst of them.
	fn marked_as(making: MakingId) -> Option<RecallStatus> {
		let mut marks: Vec<_> = Marks::<T>::iter_prefix(making).take(MARKS.saturating_add(1)).collect();
		let is_all = marks.len() <= MARKS;
		marks.truncate(MARKS);
		let counts = |id: &RecallId| Recalls::<T>::get(id).is_some_and(|recall| recall.counts());
		marks.retain(|(id, _)| counts(id));
		let confirmed = marks.iter().find(|(_, mark)| mark.verdict == Verdict::Confirmed);
		if let Some((recall, _)) = confirmed {
			return Some(RecallStatus::Recalled { recall: *recall });
		}
		let open = marks.iter().find(|(_, mark)| mark.verdict == Verdict::Affected);
		match open.or_else(|| marks.first()) {
			Some((recall, mark)) => Some(RecallStatus::Affected {
				recall: *recall,
				contested: mark.verdict == Verdict::Contested,
			}),
			None if is_all => None,
			None => Some(RecallStatus::Pending { cursor: None }),
		}
	}

	fn look_upstream(making: MakingId, cursor: Option<StatusCursor>) -> RecallStatus {
		let latest = LatestRecall::<T>::get();
		// With another recall since, what was looked at may be recalled by now.
		let frontier = match cursor {
			Some(cursor) if cursor.latest == latest => cursor.frontier,
			_ => Frontier([making].to_vec()),
		};
		let mut upwards = Upwards::from(frontier);
		let mut looked = 0u32;
		while looked <= ANCESTORS.saturating_sub(MAX_INPUTS) {
			let Some((id, making)) = upwards.next::<T>() else {
				return RecallStatus::Clear;
			};
			match Self::unfinished_at(id, &making) {
				Upstream::Clear => (),
				Upstream::Recalled(recall) => {
					return RecallStatus::Affected {
						recall,
						contested: false,
					}
				}
				Upstream::Unknown => return RecallStatus::Pending { cursor: None },
			}
			let inputs = u32::try_from(making.inputs.len()).unwrap_or(u32::MAX);
			looked = looked.saturating_add(inputs.max(1));
		}
		if upwards.is_empty() {
			return RecallStatus::Clear;
		}
		let cursor = StatusCursor {
			latest,
			frontier: upwards.frontier(),
		};
		RecallStatus::Pending { cursor: Some(cursor) }
	}

	/// Whether a recall that still spreads covers a making, or what it used.
	fn unfinished_at(id: MakingId, making: &MakingOf<T>) -> Upstream {
		let marks: Vec<_> = Marks::<T>::iter_key_prefix(id).take(MARKS.saturating_add(1)).collect();
		if marks.len() > MARKS {
			return Upstream::Unknown;
		}
		let mut recalls = marks;
		for input in &making.inputs {
			let around = Self::range_around(&input.thing);
			for thing in [Some(&input.thing), around.as_ref()].into_iter().flatten() {
				recalls.extend(Roots::<T>::iter_prefix_values(thing));
				recalls.extend(ComponentRecalls::<T>::get(thing, &making.maker));
			}
		}
		if let Some(record) = Productions::<T>::get(id) {
			let work = record.work;
			let on_machine = MachineRecalls::<T>::get(work.machine, &making.maker);
			let covers = |id: &RecallId| {
				Recalls::<T>::get(id).is_some_and(|recall| recall.scope.covers_time(work.from, work.until))
			};
			recalls.extend(on_machine.into_iter().filter(covers));
		}
		for id in recalls {
			let recall = Recalls::<T>::get(id).filter(|recall| recall.counts() && recall.is_unfinished());
			match recall {
				None => (),
				// Whether it comes this way at all is not known: it leaves something out.
				Some(recall) if !recall.exceptions.is_empty() => return Upstream::Unknown,
				Some(_) => return Upstream::Recalled(id),
			}
		}
		Upstream::Clear
	}
}

//! What was made of a thing, over all levels.
//!
//! Makings are told from the oldest to the youngest. Whatever leads to a making is older, so each is told once, and all that
//! must be remembered are those that are still to come and where among the uses of one the walk stands.

use crate::{runtime_api::Page, AtOf, Config, MakingId, Makings, Pallet, Thing};
use alloc::{collections::BTreeSet, vec::Vec};
use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// Looks that a page takes.
const LOOKS_A_PAGE: usize = 64;

/// Where a walk stands.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Descent<AccountId> {
	/// The makings that are still to be told, the oldest first.
	pub frontier: Vec<MakingId>,
	/// Whose uses are being looked at: those of the thing that was asked for, or of what came of a making.
	pub place: Option<Place<AccountId>>,
}

/// A place among uses.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Place<AccountId> {
	/// The making; none for the thing that was asked for.
	pub making: Option<MakingId>,
	/// Which of its outputs.
	pub output: u8,
	/// Which use of that.
	pub at: crate::At<AccountId>,
}

impl<T: Config> Pallet<T> {
	/// All that was made of a thing.
	pub fn made_from(thing: Thing, cursor: Option<Descent<T::AccountId>>) -> Page<MakingId, Descent<T::AccountId>> {
		let begin = || Descent {
			frontier: Vec::new(),
			place: Some(beginning::<T>(None)),
		};
		let Descent { frontier, mut place } = cursor.unwrap_or_else(begin);
		let mut frontier: BTreeSet<_> = frontier.into_iter().collect();
		let mut found = Vec::new();
		for _ in 0..LOOKS_A_PAGE {
			place = match place {
				Some(place) => Self::look_down(&thing, place, &mut frontier),
				None => {
					let Some(oldest) = frontier.pop_first() else {
						break;
					};
					found.push(oldest);
					Some(beginning::<T>(Some(oldest)))
				}
			};
		}
		let next = Descent {
			frontier: frontier.into_iter().collect(),
			place,
		};
		let is_over = next.frontier.is_empty() && next.place.is_none();
		Page {
			found,
			next: Some(next).filter(|_| !is_over),
		}
	}

	/// Looks at one use; tells where the next one is.
	fn look_down(
		asked: &Thing,
		mut place: Place<T::AccountId>,
		frontier: &mut BTreeSet<MakingId>,
	) -> Option<Place<T::AccountId>> {
		let outputs = match place.making {
			Some(making) => Makings::<T>::get(making)?.outputs.into_inner(),
			None => [asked.clone()].to_vec(),
		};
		let look = Self::look(outputs.get(usize::from(place.output))?, &place.at);
		frontier.extend(look.found);
		place.at = look.next.unwrap_or_else(|| {
			place.output = place.output.saturating_add(1);
			AtOf::<T>::Start
		});
		Some(place).filter(|place| usize::from(place.output) < outputs.len())
	}
}

fn beginning<T: Config>(making: Option<MakingId>) -> Place<T::AccountId> {
	Place {
		making,
		output: 0,
		at: AtOf::<T>::Start,
	}
}

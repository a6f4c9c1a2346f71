//! What things were made of, over all levels.
//!
//! Makings are looked at from the youngest to the oldest. Whatever leads to a making is younger, so each is looked at once,
//! and all that must be remembered are those that are still to come.

use crate::{Config, MakingId, MakingOf, Makings, Pallet};
use alloc::{collections::BTreeSet, vec::Vec};
use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// The makings that are still to come, the youngest last.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
pub struct Frontier(pub Vec<MakingId>);

/// The makings that are still to come, while some are looked at.
pub(crate) struct Upwards(BTreeSet<MakingId>);

impl Upwards {
	pub fn from(frontier: Frontier) -> Self {
		Self(frontier.0.into_iter().collect())
	}

	pub fn frontier(self) -> Frontier {
		Frontier(self.0.into_iter().collect())
	}

	pub fn is_empty(&self) -> bool {
		self.0.is_empty()
	}

	/// The youngest that is still to come. What its inputs were made by comes after it.
	pub fn next<T: Config>(&mut self) -> Option<(MakingId, MakingOf<T>)> {
		while let Some(id) = self.0.pop_last() {
			if let Some(making) = Makings::<T>::get(id) {
				let inputs = making.inputs.iter();
				self.0
					.extend(inputs.filter_map(|input| Pallet::<T>::making_of(&input.thing)));
				return Some((id, making));
			}
		}
		None
	}
}

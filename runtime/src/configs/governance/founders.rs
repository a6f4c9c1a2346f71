//! The first members of the technical collective: the SDK's pallet for it has no genesis. There are no calls and no storage.

pub use pallet::*;

#[frame_support::pallet]
mod pallet {
	use alloc::collections::BTreeMap;
	use frame_support::{
		pallet_prelude::*,
		traits::{Defensive, RankedMembers},
	};

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// Who gets the members.
		type Collective: RankedMembers<AccountId = Self::AccountId, Rank = u16>;
	}

	/// Who is a member from the first block on.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// The members and their ranks. As many as the collective takes; those beyond that are not members.
		pub members: BTreeMap<T::AccountId, u16>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			for (member, rank) in &self.members {
				let promote = || (0..*rank).try_for_each(|_| T::Collective::promote(member));
				let _ = T::Collective::induct(member).and_then(|()| promote()).defensive();
			}
		}
	}
}

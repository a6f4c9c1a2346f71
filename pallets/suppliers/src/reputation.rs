//! How agreements make a name, and how it fades.

use crate::{
	standing::{aged, in_planck, weighs, worn, FORGETTABLE, FORGOTTEN_AFTER},
	BalanceOf, Caller, Config, Counted, Error, Event, FactsOf, Name, Names, Pair, Pairs, Pallet, RateableAgreements,
	Rated, Reputation, Standing, Stars,
};
use bpiiot_primitives::{Actors, AgreementClock, AgreementRef, AssetKind, Mistake};
use frame_support::{ensure, pallet_prelude::DispatchResult, traits::Get};
use sp_runtime::{
	traits::{Convert, One, UniqueSaturatedInto, Zero},
	FixedU128, Permill,
};

/// Milliseconds of a day.
const DAY: u64 = 86_400_000;

impl<T: Config> bpiiot_primitives::Standing<T::AccountId> for Pallet<T> {
	fn score(who: &T::AccountId) -> Permill {
		Self::standing(who).score
	}
}

impl<T: Config> Reputation<T::AccountId, AssetKind, BalanceOf<T>> for Pallet<T> {
	fn settled(facts: &FactsOf<T>) -> Counted {
		let day = Self::today();
		let weight = Self::count(facts, day);
		Counted { weight, day }
	}
}

/// Counting.
impl<T: Config> Pallet<T> {
	/// Whole days since 1970: weights age at midnight, and not a day after they were last looked at, or whoever looked more
	/// often than daily would keep them young.
	pub(crate) fn today() -> u32 {
		(T::Clock::unix_now() / DAY).unique_saturated_into()
	}

	/// Counts the facts if there is anything to count, and tells their weight.
	fn count(facts: &FactsOf<T>, today: u32) -> u128 {
		let weight = Self::weigh(facts);
		if weight == 0 {
			return 0;
		}
		// Not by the payee's controller: a machine that goes from account to account is one name all the while.
		let (supplier, customer) = (&facts.payee, T::Actors::controller(&facts.payer));
		if customer == T::Actors::controller(supplier) && !Mistake::SelfDealingCounts.is_made() {
			return 0;
		}
		let pair = Pairs::<T>::get(supplier, &customer).unwrap_or_default().on(today);
		let weight = worn(weight, pair.given, T::PairLimit::get());
		if weight == 0 {
			return 0;
		}
		let given = pair.given.saturating_add(weight);
		Pairs::<T>::insert(supplier, &customer, Pair { given, ..pair });
		let mut name = Names::<T>::get(supplier).unwrap_or_default().on(today);
		name.sums.settle(weight, facts.punctual, facts.failed, facts.lost);
		Names::<T>::insert(supplier, name);
		Self::deposit_event(Event::Counted {
			agreement: facts.agreement,
			supplier: supplier.clone(),
			customer,
			weight,
			punctual: facts.punctual,
			failed: facts.failed,
			lost: facts.lost,
		});
		weight
	}

	/// What the facts would weigh if the parties had never met.
	fn weigh(facts: &FactsOf<T>) -> u128 {
		if facts.value.is_zero() || facts.fee.is_zero() {
			return 0;
		}
		let rate = match facts.asset {
			AssetKind::Native => Some(FixedU128::one()),
			asset => T::Rates::convert(asset),
		};
		let Some(rate) = rate else {
			return 0;
		};
		let planck = |amount: BalanceOf<T>| in_planck(amount.unique_saturated_into(), rate);
		weighs(planck(facts.value), planck(facts.fee), T::FeeShare::get())
	}

	/// What is known of a supplier. An account without a name is unknown, and not worse than that.
	pub fn standing(supplier: &T::AccountId) -> Standing {
		let name = Names::<T>::get(supplier).unwrap_or_default().on(Self::today());
		name.sums.standing(T::Doubt::get(), T::Prior::get())
	}
}

/// Rating.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_rate(actor: Caller<T>, agreement: AgreementRef, stars: Stars) -> DispatchResult {
		let Rated { payee, counted } = T::Agreements::rate(agreement, &actor)?;
		let today = Self::today();
		let weight = aged(counted.weight, today.saturating_sub(counted.day));
		ensure!(weight > 0, Error::<T>::CountsNothing);
		// A name that was forgotten has nothing that could be rated.
		let name = Names::<T>::get(&payee).ok_or(Error::<T>::CountsNothing)?;
		let mut name = name.on(today);
		name.sums.rate(stars, weight);
		Names::<T>::insert(&payee, name);
		Self::deposit_event(Event::Rated {
			agreement,
			supplier: payee,
			customer: actor.account,
			stars,
			weight,
		});
		Ok(())
	}
}

/// Forgetting.
impl<T: Config> Pallet<T> {
	/// By age and not by what is left: who removed a pair whenever it is light would never wear it out.
	pub(crate) fn do_forget_pair(supplier: T::AccountId, customer: T::AccountId) -> DispatchResult {
		let pair = Pairs::<T>::get(&supplier, &customer).ok_or(Error::<T>::UnknownPair)?;
		let today = Self::today();
		let untouched = today.saturating_sub(pair.day);
		let is_old = untouched >= FORGOTTEN_AFTER || Mistake::EarlyForgetting.is_made();
		ensure!(is_old, Error::<T>::TooEarly);
		Pairs::<T>::remove(&supplier, &customer);
		if let Some(name) = Names::<T>::get(&supplier) {
			let name = name.on(today);
			let forgotten = name.forgotten.saturating_add(pair.on(today).given);
			Names::<T>::insert(&supplier, Name { forgotten, ..name });
		}
		Self::deposit_event(Event::PairForgotten { supplier, customer });
		Ok(())
	}

	/// By what is left, once all pairs are gone: a heavy name is not washed by waiting until they are.
	pub(crate) fn do_forget_name(supplier: T::AccountId) -> DispatchResult {
		let name = Names::<T>::get(&supplier).ok_or(Error::<T>::UnknownName)?;
		let has_pairs = Pairs::<T>::iter_key_prefix(&supplier).next().is_some();
		ensure!(!has_pairs, Error::<T>::HasPairs);
		let least = T::Doubt::get() / u128::from(FORGETTABLE);
		ensure!(name.on(Self::today()).sums.settled <= least, Error::<T>::TooEarly);
		Names::<T>::remove(&supplier);
		Self::deposit_event(Event::NameForgotten { supplier });
		Ok(())
	}
}

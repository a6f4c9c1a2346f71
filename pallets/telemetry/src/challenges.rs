//! Readings that are asked for, and what becomes of it when they come and when they do not.

use crate::{
	AllSeries, Anchor, Anchors, BalanceOf, Caller, Challenge, ChallengeId, ChallengeOf, Challenges, Citation,
	Citations, Config, Error, Event, EvidenceUse, HoldReason, Pallet, Record, WeightInfo, MAX_ASKED,
};
use bpiiot_primitives::{
	fresh_id, Actors, AgreementClock, AgreementMillis, AgreementRef, Agreements, AssetKind, AtRisk, DeadlineIndex,
	Expiry, MachineId, Mistake, OpenWork, SpendPolicy, SpendPurpose,
};
use bpiiot_seal::Proof;
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	traits::{
		fungible::{InspectHold, MutateHold},
		tokens::{Fortitude, Precision, Restriction},
		Get,
	},
	weights::Weight,
};
use sp_runtime::Permill;

/// Who asks, and who answers.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_challenge(
		actor: Caller<T>,
		machine: MachineId,
		batch: u64,
		first: u32,
		count: u32,
		window: u64,
	) -> DispatchResult {
		let windows = T::MinWindow::get()..=T::MaxWindow::get();
		ensure!(windows.contains(&window), Error::<T>::WindowOutOfRange);
		let mut series = Self::series(&machine)?;
		let challenger = actor.account.clone();
		let holder = T::Actors::controller(&machine.account());
		ensure!(T::Actors::controller(&challenger) != holder, Error::<T>::OwnEvidence);
		ensure!(
			T::EvidenceUse::is_party(&challenger, &machine, batch),
			Error::<T>::NotAParty
		);
		let anchor = Self::kept_anchor(&machine, batch)?;
		ensure!(!anchor.withheld, Error::<T>::AlreadyWithheld);
		let end = first.checked_add(count).filter(|end| *end <= anchor.count);
		ensure!((1..=MAX_ASKED).contains(&count) && end.is_some(), Error::<T>::BadPlaces);

		let id = ChallengeId(fresh_id::<T>());
		Citations::<T>::try_mutate(machine, |citations| {
			let asks = citations.iter().any(|other| other.challenger == challenger);
			ensure!(!asks, Error::<T>::AlreadyChallenged);
			let citation = Citation {
				challenge: id,
				batch,
				challenger: challenger.clone(),
			};
			citations.try_push(citation).map_err(|_| Error::<T>::TooManyChallenges)
		})?;
		let deposit = Self::hold_of(&actor)?;
		let until = T::Clock::now().saturating_add(window);
		T::Deadlines::insert(until, AgreementRef::Challenge(id));
		series.tally.record.challenged = series.tally.record.challenged.saturating_add(1);
		AllSeries::<T>::insert(machine, series);
		let challenge = Challenge {
			machine,
			batch,
			first,
			count,
			challenger: challenger.clone(),
			deposit,
			until,
		};
		Challenges::<T>::insert(id, challenge);
		Self::deposit_event(Event::Challenged {
			challenge: id,
			machine,
			batch,
			first,
			count,
			challenger,
			until,
		});
		Ok(())
	}

	pub(crate) fn do_produce(id: ChallengeId, proof: Proof) -> DispatchResult {
		let challenge = Self::challenge_of(id)?;
		ensure!(T::Clock::now() <= challenge.until, Error::<T>::TooLate);
		let places = (proof.batch, proof.first, proof.readings.len());
		let asked = (challenge.batch, challenge.first, challenge.count as usize);
		ensure!(places == asked, Error::<T>::OtherReadings);
		let anchor = Self::kept_anchor(&challenge.machine, challenge.batch)?;
		let proven = proof.verify(&anchor.root, anchor.count);
		ensure!(proven.is_ok(), Error::<T>::ForgedProof);
		ensure!(anchor.fits(&proof), Error::<T>::Disorderly);

		let (challenger, deposit) = (&challenge.challenger, challenge.deposit);
		Self::forfeit(challenger, deposit)?;
		T::SpendPolicy::forfeited(challenger, &AssetKind::Native, deposit);
		T::Deadlines::remove(challenge.until, AgreementRef::Challenge(id));
		Self::close(id, &challenge, |record| {
			record.produced = record.produced.saturating_add(1)
		});
		Self::deposit_event(Event::Produced {
			challenge: id,
			machine: challenge.machine,
			batch: challenge.batch,
			challenger: challenge.challenger,
			forfeited: deposit,
		});
		Ok(())
	}

	pub(crate) fn do_expire(id: ChallengeId) -> DispatchResult {
		let challenge = Self::challenge_of(id)?;
		T::Clock::ensure_running()?;
		ensure!(T::Clock::now() > challenge.until, Error::<T>::NotExpired);
		T::Deadlines::remove(challenge.until, AgreementRef::Challenge(id));
		Self::withhold(id, challenge)
	}

	/// Sends a deposit to the chain.
	fn forfeit(challenger: &T::AccountId, deposit: BalanceOf<T>) -> DispatchResult {
		let (reason, exact) = (HoldReason::Challenge.into(), Precision::Exact);
		if Mistake::RefundedChallenge.is_made() {
			return T::Currency::release(&reason, challenger, deposit, exact).map(drop);
		}
		let (chain, free, force) = (T::FeeDestination::get(), Restriction::Free, Fortitude::Force);
		T::Currency::transfer_on_hold(&reason, challenger, &chain, deposit, exact, free, force).map(drop)
	}

	/// Ends a challenge to which nobody has answered.
	fn withhold(id: ChallengeId, challenge: ChallengeOf<T>) -> DispatchResult {
		let (reason, exact) = (HoldReason::Challenge.into(), Precision::Exact);
		T::Currency::release(&reason, &challenge.challenger, challenge.deposit, exact)?;
		Anchors::<T>::mutate(challenge.machine, challenge.batch, |anchor| {
			if let Some(anchor) = anchor {
				anchor.withheld = !Mistake::WithheldCounts.is_made();
			}
		});
		Self::close(id, &challenge, |record| {
			record.withheld = record.withheld.saturating_add(1)
		});
		Self::deposit_event(Event::Withheld {
			challenge: id,
			machine: challenge.machine,
			batch: challenge.batch,
			challenger: challenge.challenger,
		});
		Ok(())
	}

	fn close(id: ChallengeId, challenge: &ChallengeOf<T>, count: impl FnOnce(&mut Record)) {
		Challenges::<T>::remove(id);
		Citations::<T>::mutate_exists(challenge.machine, |entry| {
			if let Some(citations) = entry {
				citations.retain(|other| other.challenge != id);
				if citations.is_empty() {
					*entry = None;
				}
			}
		});
		AllSeries::<T>::mutate_extant(challenge.machine, |series| count(&mut series.tally.record));
	}

	/// Takes the deposit. It may be forfeited, so a machine's policy is asked as for a bond.
	fn hold_of(actor: &Caller<T>) -> Result<BalanceOf<T>, DispatchError> {
		let (deposit, reason) = (T::ChallengeDeposit::get(), HoldReason::Challenge.into());
		T::SpendPolicy::spend(actor, SpendPurpose::Bond, &AssetKind::Native, deposit)?;
		T::Currency::hold(&reason, &actor.account, deposit)?;
		Ok(deposit)
	}

	fn challenge_of(id: ChallengeId) -> Result<ChallengeOf<T>, DispatchError> {
		Ok(Challenges::<T>::get(id).ok_or(Error::<T>::UnknownChallenge)?)
	}

	pub(crate) fn kept_anchor(machine: &MachineId, batch: u64) -> Result<Anchor, DispatchError> {
		Ok(Anchors::<T>::get(machine, batch).ok_or(Error::<T>::UnknownBatch)?)
	}
}

impl<T: Config> Agreements for Pallet<T> {
	fn expire(agreement: AgreementRef, indexed_at: AgreementMillis) -> Result<Expiry, DispatchError> {
		let AgreementRef::Challenge(id) = agreement else {
			return Ok(Expiry::Stale);
		};
		let Some(challenge) = Challenges::<T>::get(id).filter(|challenge| challenge.until == indexed_at) else {
			return Ok(Expiry::Stale);
		};
		if T::Clock::now() <= challenge.until {
			return Ok(Expiry::Until(challenge.until));
		}
		Self::withhold(id, challenge)?;
		Ok(Expiry::Ended)
	}

	fn expire_weight() -> Weight {
		T::WeightInfo::expire()
	}

	fn resolve(_: AgreementRef, _: Permill) -> DispatchResult {
		Err(Error::<T>::NoDispute.into())
	}

	fn resolve_weight() -> Weight {
		Weight::zero()
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_disputed() -> AgreementRef {
		AgreementRef::Challenge(ChallengeId(0))
	}
}

impl<T: Config> OpenWork for Pallet<T> {
	fn has_open_work(machine: &MachineId) -> bool {
		Citations::<T>::contains_key(machine)
	}
}

/// The deposits of challenges.
impl<T: Config> AtRisk<T::AccountId, AssetKind, BalanceOf<T>> for Pallet<T> {
	fn at_risk(who: &T::AccountId, asset: &AssetKind) -> BalanceOf<T> {
		match asset {
			AssetKind::Native => T::Currency::balance_on_hold(&HoldReason::Challenge.into(), who),
			AssetKind::Asset(_) => 0u32.into(),
		}
	}
}

//! Breaches of what was agreed about conditions: shown by the shipment's own logger, during the custody of the carrier who
//! answers for it, each once.

use crate::{
	Balance, Breach, Config, Error, Event, Evidence, LegId, LegOf, LegState, Legs, Measured, Objection, Pallet, Proof,
	Shipment, ShipmentOf, Shown,
};
use bpiiot_primitives::{Actors, AgreementClock};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
};
use sp_runtime::Permill;

/// Parts of a share ([`Permill`]).
const MILLION: u32 = 1_000_000;

impl<T: Config> Pallet<T> {
	/// Anybody may show a breach: what shows it is no word of his.
	pub(crate) fn do_claim_breach(id: LegId, breach: Breach, proof: &Proof) -> DispatchResult {
		let mut leg = Self::leg(id)?;
		ensure!(
			!matches!(leg.state, LegState::Offered | LegState::Settled),
			Error::<T>::WrongState
		);
		let shipment = Self::shipment(leg.shipment)?;
		let carrier = Self::carriage(&shipment, leg.number)?.carrier;
		let shown = T::Evidence::read(proof)?;
		Self::ensure_counts(&shipment, &leg, &shown)?;
		let before = Self::breach_share(&shipment, &leg);
		let step = match breach {
			Breach::Limit(limit) => Self::note_excess(&shipment, &mut leg, limit, &shown)?,
			Breach::Silence => Self::note_silence(&shipment, &mut leg, &carrier, &shown)?,
		};
		let share = Self::breach_share(&shipment, &leg);
		Self::deposit_event(Event::BreachShown {
			shipment: leg.shipment,
			leg: id,
			number: leg.number,
			carrier,
			breach,
			step,
			from: shown.from,
			until: shown.until,
			added: Permill::from_parts(share.deconstruct().saturating_sub(before.deconstruct())),
			share,
		});
		Legs::<T>::insert(id, leg);
		Ok(())
	}

	/// That the readings are the logger's, may be counted, and are of the carrier's time.
	fn ensure_counts(shipment: &ShipmentOf<T>, leg: &LegOf<T>, shown: &Shown) -> DispatchResult {
		ensure!(shipment.terms.logger == Some(shown.logger), Error::<T>::AnothersLogger);
		match shown.objection {
			Some(Objection::NotCalibrated) => return Err(Error::<T>::NotCalibrated.into()),
			Some(Objection::CalibrationExpired) => return Err(Error::<T>::CalibrationExpired.into()),
			Some(Objection::AnchoredTooLate) => return Err(Error::<T>::AnchoredTooLate.into()),
			None => (),
		}
		let now = T::Clock::unix_now();
		let in_custody =
			shown.from <= shown.until && shipment.had_all_the_time(leg.number, shown.from, shown.until, now);
		ensure!(in_custody, Error::<T>::OutsideCustody);
		Ok(())
	}

	/// Notes by which step a limit was broken. A worse step than was shown before costs the difference.
	fn note_excess(
		shipment: &ShipmentOf<T>,
		leg: &mut LegOf<T>,
		limit: u8,
		shown: &Shown,
	) -> Result<u8, DispatchError> {
		let nth = usize::from(limit);
		let limit = shipment.terms.limits.get(nth).ok_or(Error::<T>::UnknownLimit)?;
		let Measured::Values {
			channel,
			lowest,
			highest,
		} = shown.measured
		else {
			return Err(Error::<T>::NoBreach.into());
		};
		ensure!(channel == limit.channel && lowest <= highest, Error::<T>::NoBreach);
		let lasted = shown.until.saturating_sub(shown.from);
		let step = limit.step_of(lowest, highest, lasted).ok_or(Error::<T>::NoBreach)?;
		let noted = leg.breaches.get_mut(nth).ok_or(Error::<T>::UnknownLimit)?;
		ensure!(step > *noted, Error::<T>::AlreadyClaimed);
		*noted = step;
		Ok(step)
	}

	/// Notes that a carrier's own logger was silent. Another's silence says nothing about the carrier.
	fn note_silence(
		shipment: &ShipmentOf<T>,
		leg: &mut LegOf<T>,
		carrier: &T::AccountId,
		shown: &Shown,
	) -> Result<u8, DispatchError> {
		let behind = T::Actors::controller(carrier);
		ensure!(shipment.logger_owner == Some(behind), Error::<T>::NotHisLogger);
		let gap = shown.until.saturating_sub(shown.from);
		let is_gap = shown.measured == Measured::Nothing && shipment.terms.max_gap > 0;
		ensure!(is_gap && gap > shipment.terms.max_gap, Error::<T>::NoBreach);
		ensure!(!leg.silent, Error::<T>::AlreadyClaimed);
		leg.silent = true;
		Ok(1)
	}

	/// What the breaches of a leg cost together, as a share of freight and liability; never more than all.
	pub(crate) fn breach_share(shipment: &ShipmentOf<T>, leg: &LegOf<T>) -> Permill {
		let limits = shipment.terms.limits.iter().zip(leg.breaches.iter());
		let mut parts = limits.fold(0u32, |sum, (limit, step)| {
			sum.saturating_add(limit.penalty_of(*step).deconstruct())
		});
		if leg.silent {
			parts = parts.saturating_add(shipment.terms.gap_penalty.deconstruct());
		}
		Permill::from_parts(parts.min(MILLION))
	}

	/// The same, as an amount.
	pub(crate) fn breach_penalty(shipment: &ShipmentOf<T>, leg: &LegOf<T>) -> Balance {
		let at_risk = shipment.terms.leg(leg.number).map_or(0, |leg| leg.at_risk());
		Self::breach_share(shipment, leg).mul_floor(at_risk)
	}
}

/// What is left of a freight by lateness.
pub(crate) fn less_lateness<AccountId, Unit, Escrow>(
	shipment: &Shipment<AccountId, Unit, Escrow>,
	leg: u8,
	freight: Balance,
) -> Balance {
	let days = shipment.late_days.get(usize::from(leg)).copied().unwrap_or_default();
	let parts = shipment
		.terms
		.late_penalty
		.deconstruct()
		.saturating_mul(days)
		.min(MILLION);
	freight.saturating_sub(Permill::from_parts(parts).mul_ceil(freight))
}

//! What readings say of the work.

use crate::{
	Caller, Config, Error, Event, Evidence, OrderOf, OrderState, Orders, Outcome, Pallet, Proof, Reading, Sensors,
	ServiceOrderId, TicketState, Tickets,
};
use bpiiot_primitives::AgreementClock;
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	traits::Get,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_submit_reading(actor: Caller<T>, id: ServiceOrderId, proof: Proof) -> DispatchResult {
		let mut order = Self::order(id)?;
		let may = Self::speaks_for(&actor, &order.machine) || Self::maintains(&actor, &order);
		ensure!(may, Error::<T>::NotAParty);
		match order.state {
			OrderState::DeclaredDone => (),
			OrderState::Verified => Self::ensure_under_guarantee(id, &order)?,
			_ => return Err(Error::<T>::WrongState.into()),
		}
		let latest = order.deadline().unwrap_or_default();
		ensure!(T::Clock::now() <= latest, Error::<T>::TooLate);
		let reading = Self::admissible(&order, &proof)?;
		let good = Self::count(&mut order, &reading);
		let check = order.conditions.check;
		let row = if good { order.good } else { order.bad };
		Self::deposit_event(Event::ReadingTaken {
			order: id,
			machine: order.machine,
			metric: reading.metric,
			value: reading.value,
			at: reading.at,
			good,
			row,
		});
		let decides = row >= check.readings;
		match (order.state, good) {
			(OrderState::DeclaredDone, true) if decides => Self::pass(id, order, true),
			(OrderState::DeclaredDone, false) if decides => Self::decide_against(id, order, Outcome::Failed),
			(OrderState::Verified, false) if decides => Self::decide_against(id, order, Outcome::Returned),
			_ => {
				Orders::<T>::insert(id, order);
				Ok(())
			}
		}
	}

	/// That nobody else has been at it since, and nobody has closed the ticket.
	fn ensure_under_guarantee(id: ServiceOrderId, order: &OrderOf<T>) -> DispatchResult {
		let ticket = Tickets::<T>::get(order.ticket).ok_or(Error::<T>::NotUnderGuarantee)?;
		let is_his = match ticket.state {
			TicketState::Open => true,
			TicketState::Ordered(by) => {
				by == id || Orders::<T>::get(by).is_some_and(|other| other.started_at.is_none())
			}
			TicketState::Closed => false,
		};
		ensure!(is_his, Error::<T>::NotUnderGuarantee);
		Ok(())
	}

	/// The reading, if it is evidence; it is used by this.
	fn admissible(order: &OrderOf<T>, proof: &Proof) -> Result<Reading, DispatchError> {
		let machine = order.machine;
		let reading = T::Evidence::reading(&machine, proof).map_err(Error::<T>::from)?;
		ensure!(reading.metric == order.conditions.check.metric, Error::<T>::OtherMetric);
		ensure!(reading.table == order.conditions.check.table, Error::<T>::OtherTable);
		ensure!(order.conditions.check.tells(reading.value), Error::<T>::MachineStands);
		// Or somebody could use up a sensor's readings that others need.
		let breaks_nothing = order.state == OrderState::Verified && order.bad == 0;
		let is_needed = !breaks_nothing || !order.conditions.check.is_good(reading.value);
		ensure!(is_needed, Error::<T>::NotNeeded);
		let now = T::Clock::unix_now();
		let is_past = reading.at <= now && reading.anchored_at <= now;
		ensure!(is_past, Error::<T>::FromTheFuture);
		ensure!(reading.at > order.readings_after, Error::<T>::ReadingTooEarly);
		let mut sensor = Sensors::<T>::get(machine, reading.metric).ok_or(Error::<T>::NotCalibrated)?;
		ensure!(reading.at > sensor.used, Error::<T>::ReadingUsed);
		let table = Some(reading.table);
		let is_calibrated = Self::counts(&machine, &sensor, table, reading.at, reading.anchored_at);
		ensure!(is_calibrated, Error::<T>::NotCalibrated);
		let next = sensor.used.saturating_add(T::ReadingGap::get());
		ensure!(reading.at >= next, Error::<T>::ReadingsTooClose);
		sensor.used = reading.at;
		Sensors::<T>::insert(machine, reading.metric, sensor);
		Ok(reading)
	}

	/// Counts a reading, and tells whether it is good. Each breaks the row of the others.
	fn count(order: &mut OrderOf<T>, reading: &Reading) -> bool {
		let good = order.conditions.check.is_good(reading.value);
		(order.good, order.bad) = match good {
			true => (order.good.saturating_add(1), 0),
			false => (0, order.bad.saturating_add(1)),
		};
		good
	}
}

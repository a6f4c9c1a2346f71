//! How many anchors of a machine may be kept, and what that costs. Paid for in advance, so that an anchor moves no money.

use crate::{AllSeries, BalanceOf, Caller, Config, Error, Event, HoldReason, Pallet, Series, SeriesOf};
use bpiiot_primitives::{Actors, AgreementClock, MachineId};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	traits::{fungible::MutateHold, tokens::Precision, Get},
};
use sp_runtime::{traits::Saturating, SaturatedConversion};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_set_room(actor: Caller<T>, machine: MachineId, room: u32) -> DispatchResult {
		// Not the machine's key: it is no key to money.
		let is_owner = actor.machine.is_none() && T::Actors::controls(&actor.account, &machine);
		ensure!(is_owner, Error::<T>::NotTheOwner);
		let mut series = AllSeries::<T>::get(machine).unwrap_or_else(Self::new_series);
		ensure!(series.room != room, Error::<T>::SameRoom);
		ensure!(u64::from(room) >= series.kept(), Error::<T>::RoomInUse);
		Self::resize(&machine, &mut series, room)?;
		let deposit = series.deposit;
		if room == 0 {
			AllSeries::<T>::remove(machine);
		} else {
			AllSeries::<T>::insert(machine, series);
		}
		Self::deposit_event(Event::RoomSet { machine, room, deposit });
		Ok(())
	}

	/// Gives a series so much room, and takes or returns what it costs. Tells what has gone back.
	pub(crate) fn resize(
		machine: &MachineId,
		series: &mut SeriesOf<T>,
		room: u32,
	) -> Result<BalanceOf<T>, DispatchError> {
		let (account, reason) = (machine.account(), HoldReason::Room.into());
		let deposit = Self::room_deposit(room);
		let (before, returned) = (series.deposit, series.deposit.saturating_sub(deposit));
		if deposit > before {
			T::Currency::hold(&reason, &account, deposit.saturating_sub(before))?;
		} else {
			T::Currency::release(&reason, &account, returned, Precision::Exact)?;
		}
		(series.room, series.deposit) = (room, deposit);
		Ok(returned)
	}

	/// What room for so many anchors costs.
	fn room_deposit(room: u32) -> BalanceOf<T> {
		match room {
			0 => 0u32.into(),
			room => {
				let anchors = T::AnchorDeposit::get().saturating_mul(room.saturated_into());
				T::SeriesDeposit::get().saturating_add(anchors)
			}
		}
	}

	fn new_series() -> SeriesOf<T> {
		Series {
			number: 0,
			last: [0; 32],
			end: None,
			to: 0,
			anchored_at: T::Clock::unix_now(),
			oldest: 1,
			pruned: [0; 32],
			room: 0,
			deposit: 0u32.into(),
			tally: Default::default(),
		}
	}

	pub(crate) fn series(machine: &MachineId) -> Result<SeriesOf<T>, DispatchError> {
		Ok(AllSeries::<T>::get(machine).ok_or(Error::<T>::NoSeries)?)
	}
}

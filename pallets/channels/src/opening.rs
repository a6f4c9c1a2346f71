//! Opening channels, and putting more into them.

use crate::{
	Balance, Caller, Channel, ChannelId, ChannelOf, ChannelState, Channels, ChannelsOf, Config, Error, EscrowOf, Event,
	Pallet, Tally, Terms,
};
use bpiiot_primitives::{
	fresh_id, in_planck, Actors, AgreementClock, AgreementRef, AssetKind, Counted, DeadlineIndex, Escrow, EscrowTerms,
};
use bpiiot_voucher::is_weak;
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	traits::Get,
};
use sp_runtime::{
	traits::{Convert, One},
	ArithmeticError, FixedU128,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_open(
		payer: &Caller<T>,
		payee: T::AccountId,
		asset: AssetKind,
		amount: Balance,
		terms: Terms,
	) -> Result<ChannelId, DispatchError> {
		ensure!(amount > 0, Error::<T>::ZeroAmount);
		Self::ensure_terms(&terms)?;
		// Taken before the first event, which is the next one's guarantee of another id.
		let id = ChannelId(fresh_id::<T>());
		let agreement = AgreementRef::Channel(id);
		let escrow_terms = EscrowTerms {
			payee: payee.clone(),
			asset,
			amount,
			// What cannot be paid of a smaller part becomes a credit, and the last voucher may well be a small part.
			smallest_release: amount,
			deposit: T::ChannelDeposit::get(),
			fee: Self::channel_fee(asset, amount),
			arbitration: None,
		};
		let escrow = EscrowOf::<T>::open(agreement, payer, escrow_terms)?;
		ChannelsOf::<T>::try_mutate(&payer.account, |channels| {
			channels.try_push(id).map_err(|_| Error::<T>::TooManyChannels)
		})?;
		let now = T::Clock::now();
		let expires_at = now.saturating_add(terms.lifetime);
		T::Deadlines::insert(expires_at, agreement);
		let channel = Channel {
			escrow,
			terms,
			state: ChannelState::Open,
			expires_at,
			indexed_at: expires_at,
			deposited: amount,
			paid: Tally::default(),
			counted: Counted::default(),
			rated: false,
			opened_at: now,
		};
		Channels::<T>::insert(id, channel);
		Self::deposit_event(Event::Opened {
			channel: id,
			payer: payer.account.clone(),
			payee,
			asset,
			amount,
			payer_key: terms.payer_key,
			payee_key: terms.payee_key,
			expires_at,
		});
		Ok(id)
	}

	fn ensure_terms(terms: &Terms) -> DispatchResult {
		let keys = [&terms.payer_key, &terms.payee_key];
		ensure!(
			keys.iter().all(|key| !is_weak(key)) && terms.payer_key != terms.payee_key,
			Error::<T>::BadKey
		);
		ensure!(terms.metering.is_sound(), Error::<T>::BadMetering);
		let window = terms.challenge_window;
		ensure!(
			(T::MinWindow::get()..=T::MaxWindow::get()).contains(&window),
			Error::<T>::WindowOutOfRange
		);
		ensure!(
			(window..=T::MaxLifetime::get()).contains(&terms.lifetime),
			Error::<T>::LifetimeOutOfRange
		);
		Ok(())
	}

	/// What a channel costs besides what is put in, in planck. It grows with that, so that all of it counts for the payee's name
	/// when it is paid.
	pub(crate) fn channel_fee(asset: AssetKind, amount: Balance) -> Balance {
		let rate = match asset {
			AssetKind::Native => Some(FixedU128::one()),
			asset => T::Rates::convert(asset),
		};
		let share = rate.map_or(0, |rate| T::ChannelFeeShare::get().mul_ceil(in_planck(amount, rate)));
		share.max(T::ChannelFee::get())
	}

	pub(crate) fn do_top_up(actor: &Caller<T>, id: ChannelId, amount: Balance) -> DispatchResult {
		let mut channel = Self::channel(id)?;
		ensure!(actor.account == *channel.payer(), Error::<T>::NotThePayer);
		Self::ensure_takes_vouchers(&channel)?;
		ensure!(channel.state == ChannelState::Open, Error::<T>::AlreadyClosing);
		ensure!(amount > 0, Error::<T>::ZeroAmount);
		channel.deposited = channel.deposited.checked_add(amount).ok_or(ArithmeticError::Overflow)?;
		EscrowOf::<T>::top_up(AgreementRef::Channel(id), &mut channel.escrow, actor, amount)?;
		Self::deposit_event(Event::ToppedUp {
			channel: id,
			payer: channel.payer().clone(),
			payee: channel.payee().clone(),
			amount,
			deposited: channel.deposited,
		});
		Channels::<T>::insert(id, channel);
		Ok(())
	}
}

/// What all calls look at.
impl<T: Config> Pallet<T> {
	pub(crate) fn channel(id: ChannelId) -> Result<ChannelOf<T>, DispatchError> {
		Channels::<T>::get(id).ok_or(Error::<T>::UnknownChannel.into())
	}

	/// Whether `actor` is that party, or owns the machine that is: what is in a channel outlives a machine's key, and the machine
	/// itself.
	pub(crate) fn is(actor: &Caller<T>, party: &T::AccountId) -> bool {
		actor.account == *party || actor.account == T::Actors::controller(party)
	}

	/// That vouchers are still paid.
	pub(crate) fn ensure_takes_vouchers(channel: &ChannelOf<T>) -> DispatchResult {
		ensure!(!channel.is_settled(), Error::<T>::Ended);
		let now = T::Clock::now();
		ensure!(now <= channel.expires_at, Error::<T>::Expired);
		if let ChannelState::Closing { until } = channel.state {
			ensure!(now <= until, Error::<T>::TooLate);
		}
		Ok(())
	}
}

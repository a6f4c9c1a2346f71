//! How channels end, and what is told of it.

use crate::{
	Balance, Caller, ChannelId, ChannelOf, ChannelState, Channels, ChannelsOf, Config, Error, EscrowAccountOf,
	EscrowOf, Event, Outcome, Pallet, SignedTally, Tally, WeightInfo,
};
use alloc::vec::Vec;
use bpiiot_primitives::{
	Actor, AgreementClock, AgreementMillis, AgreementRef, Agreements, AssetKind, BondOutcome, DeadlineIndex, Escrow,
	EscrowView, Expiry, Facts, Mistake, OpenEscrows, RateableAgreements, Rated, Reputation, Settlement,
};
use bpiiot_voucher::Word;
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	weights::Weight,
};
use sp_core::sr25519::Signature;
use sp_runtime::Permill;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_request_close(actor: &Caller<T>, id: ChannelId, newest: Option<SignedTally>) -> DispatchResult {
		let mut channel = Self::channel(id)?;
		ensure!(Self::is(actor, channel.payer()), Error::<T>::NotThePayer);
		Self::ensure_takes_vouchers(&channel)?;
		ensure!(channel.state == ChannelState::Open, Error::<T>::AlreadyClosing);
		if let Some(voucher) = Self::not_paid_yet(&channel, newest) {
			Self::redeem_in(id, &mut channel, voucher)?;
		}
		let window = T::Clock::now().saturating_add(channel.terms.challenge_window);
		// To ask for the end never makes it later.
		let until = window.min(channel.expires_at);
		channel.state = ChannelState::Closing { until };
		let agreement = AgreementRef::Channel(id);
		T::Deadlines::remove(channel.indexed_at, agreement);
		channel.indexed_at = until;
		T::Deadlines::insert(until, agreement);
		Self::deposit_event(Event::CloseRequested {
			channel: id,
			payer: channel.payer().clone(),
			payee: channel.payee().clone(),
			paid: channel.paid,
			until,
		});
		Channels::<T>::insert(id, channel);
		Ok(())
	}

	pub(crate) fn do_close(actor: &Caller<T>, id: ChannelId, newest: Option<SignedTally>) -> DispatchResult {
		let channel = Self::channel(id)?;
		ensure!(Self::is(actor, channel.payee()), Error::<T>::NotThePayee);
		ensure!(!channel.is_settled(), Error::<T>::Ended);
		let Some(voucher) = Self::not_paid_yet(&channel, newest) else {
			return Self::settle(id, channel, Outcome::ClosedByPayee, None);
		};
		Self::ensure_takes_vouchers(&channel)?;
		Self::checked(id, &channel, &voucher)?;
		Self::settle(id, channel, Outcome::ClosedByPayee, Some(voucher.tally))
	}

	/// The voucher, if it would add something. Anybody may have it paid before the one who ends the channel with it, and must not
	/// keep him from that.
	fn not_paid_yet(channel: &ChannelOf<T>, newest: Option<SignedTally>) -> Option<SignedTally> {
		newest.filter(|voucher| voucher.tally.amount > channel.paid.amount)
	}

	pub(crate) fn do_close_together(id: ChannelId, last: Tally, signatures: [Signature; 2]) -> DispatchResult {
		let channel = Self::channel(id)?;
		Self::ensure_takes_vouchers(&channel)?;
		ensure!(last.amount >= channel.paid.amount, Error::<T>::LessThanPaid);
		ensure!(last.amount <= channel.deposited, Error::<T>::OverDeposit);
		for (signature, key) in signatures
			.iter()
			.zip([channel.terms.payer_key, channel.terms.payee_key])
		{
			Self::ensure_signed_by(id, Word::Close, &last, signature, &key)?;
		}
		Self::settle(id, channel, Outcome::Agreed, Some(last))
	}

	pub(crate) fn do_expire(id: ChannelId) -> DispatchResult {
		let channel = Self::channel(id)?;
		T::Clock::ensure_running()?;
		let deadline = channel.deadline().ok_or(Error::<T>::Ended)?;
		let is_early = matches!(channel.state, ChannelState::Closing { .. }) && Mistake::EarlyClose.is_made();
		ensure!(T::Clock::now() > deadline || is_early, Error::<T>::NotExpired);
		Self::end_by_silence(id, channel)
	}

	fn end_by_silence(id: ChannelId, channel: ChannelOf<T>) -> DispatchResult {
		let outcome = match channel.state {
			ChannelState::Closing { .. } => Outcome::ClosedByPayer,
			_ => Outcome::Expired,
		};
		Self::settle(id, channel, outcome, None)
	}

	/// The end: what `last` says is paid, if anything, the rest goes back, and the name hears of it.
	fn settle(id: ChannelId, mut channel: ChannelOf<T>, outcome: Outcome, last: Option<Tally>) -> DispatchResult {
		let agreement = AgreementRef::Channel(id);
		let last = last.unwrap_or(channel.paid);
		let to_payee = last.amount.saturating_sub(channel.paid.amount);
		let returned = channel.escrow.held().saturating_sub(to_payee);
		// Told before the fee is gone.
		let facts = Self::facts(agreement, &channel, last.amount);
		let bond = BondOutcome::Returned;
		EscrowOf::<T>::settle(agreement, &mut channel.escrow, Settlement { to_payee, bond })?;
		if to_payee > 0 {
			Self::note_paid(id, &mut channel, last, to_payee);
		}
		T::Deadlines::remove(channel.indexed_at, agreement);
		channel.state = ChannelState::Settled(outcome);
		channel.counted = T::Reputation::settled(&facts);
		Self::deposit_event(Event::Settled {
			channel: id,
			payer: channel.payer().clone(),
			payee: channel.payee().clone(),
			asset: channel.asset(),
			outcome,
			paid: channel.paid,
			returned,
		});
		Channels::<T>::insert(id, channel);
		Ok(())
	}

	/// What was paid was supplied, or the payer would not have signed for it. What was not paid was promised by nobody.
	pub(crate) fn facts(
		agreement: AgreementRef,
		channel: &ChannelOf<T>,
		value: Balance,
	) -> Facts<T::AccountId, AssetKind, Balance> {
		Facts {
			agreement,
			payer: channel.payer().clone(),
			payee: channel.payee().clone(),
			asset: channel.asset(),
			value,
			fee: channel.escrow.fee(),
			punctual: Permill::one(),
			failed: Permill::zero(),
			lost: Permill::zero(),
		}
	}

	pub(crate) fn do_remove(actor: &Caller<T>, id: ChannelId) -> DispatchResult {
		let mut channel = Self::channel(id)?;
		ensure!(Self::is(actor, channel.payer()), Error::<T>::NotThePayer);
		ensure!(channel.is_settled(), Error::<T>::NotSettled);
		EscrowOf::<T>::release_deposit(AgreementRef::Channel(id), &mut channel.escrow)?;
		Channels::<T>::remove(id);
		ChannelsOf::<T>::mutate_exists(channel.payer(), |entry| {
			if let Some(channels) = entry {
				channels.retain(|other| *other != id);
				if channels.is_empty() {
					*entry = None;
				}
			}
		});
		Self::deposit_event(Event::ChannelRemoved {
			channel: id,
			payer: channel.payer().clone(),
		});
		Ok(())
	}
}

impl<T: Config> Agreements for Pallet<T> {
	fn expire(agreement: AgreementRef, indexed_at: AgreementMillis) -> Result<Expiry, DispatchError> {
		let AgreementRef::Channel(id) = agreement else {
			return Ok(Expiry::Stale);
		};
		let Some(channel) = Channels::<T>::get(id).filter(|channel| channel.indexed_at == indexed_at) else {
			return Ok(Expiry::Stale);
		};
		let Some(deadline) = channel.deadline() else {
			return Ok(Expiry::Stale);
		};
		if T::Clock::now() <= deadline {
			return Ok(Expiry::Until(deadline));
		}
		Self::end_by_silence(id, channel)?;
		Ok(Expiry::Ended)
	}

	fn expire_weight() -> Weight {
		T::WeightInfo::expire()
	}

	fn resolve(_: AgreementRef, _: Permill) -> DispatchResult {
		Err(Error::<T>::NoDisputes.into())
	}

	fn resolve_weight() -> Weight {
		Weight::zero()
	}

	/// There is none: whoever measures disputes takes those of another pallet.
	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_disputed() -> AgreementRef {
		AgreementRef::Channel(ChannelId::default())
	}
}

impl<T: Config> OpenEscrows<EscrowAccountOf<T>> for Pallet<T> {
	fn all() -> Vec<EscrowAccountOf<T>> {
		Channels::<T>::iter_values().map(|channel| channel.escrow).collect()
	}
}

impl<T: Config> RateableAgreements<T::AccountId> for Pallet<T> {
	fn rate(agreement: AgreementRef, by: &Actor<T::AccountId>) -> Result<Rated<T::AccountId>, DispatchError> {
		let AgreementRef::Channel(id) = agreement else {
			return Err(Error::<T>::UnknownChannel.into());
		};
		let mut channel = Self::channel(id)?;
		ensure!(Self::is(by, channel.payer()), Error::<T>::NotThePayer);
		ensure!(channel.is_settled(), Error::<T>::NotSettled);
		ensure!(!channel.rated, Error::<T>::AlreadyRated);
		channel.rated = true;
		let rated = Rated {
			payee: channel.payee().clone(),
			counted: channel.counted,
		};
		Channels::<T>::insert(id, channel);
		Ok(rated)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_rateable() -> (AgreementRef, T::AccountId) {
		crate::benchmarking::rateable_agreement::<T>()
	}
}

//! Paying by vouchers.

use crate::{
	Balance, ChannelId, ChannelOf, Channels, Config, Error, EscrowOf, Event, Pallet, Redemption, SignedTally, Tally,
};
use bpiiot_primitives::{AgreementRef, Escrow, Mistake};
use bpiiot_voucher::{is_weak, Domain, Word};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	storage::with_storage_layer,
};
use sp_core::sr25519::{Public, Signature};
use sp_runtime::traits::Zero;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_redeem(id: ChannelId, voucher: SignedTally) -> DispatchResult {
		let mut channel = Self::channel(id)?;
		Self::ensure_takes_vouchers(&channel)?;
		Self::redeem_in(id, &mut channel, voucher)?;
		Channels::<T>::insert(id, channel);
		Ok(())
	}

	pub(crate) fn do_redeem_batch(vouchers: &[Redemption]) -> DispatchResult {
		ensure!(!vouchers.is_empty(), Error::<T>::EmptyBatch);
		let (mut is_paid, mut first) = (false, None);
		for Redemption { channel, voucher } in vouchers {
			match with_storage_layer(|| Self::do_redeem(*channel, *voucher)) {
				Ok(()) => is_paid = true,
				Err(error) => {
					first = first.or(Some(error));
					Self::deposit_event(Event::NotRedeemed {
						channel: *channel,
						error,
					});
				}
			}
		}
		match first {
			Some(error) if !is_paid => Err(error),
			_ => Ok(()),
		}
	}

	/// Pays a voucher of a channel that takes them. The caller stores the channel.
	pub(crate) fn redeem_in(id: ChannelId, channel: &mut ChannelOf<T>, voucher: SignedTally) -> DispatchResult {
		let amount = Self::checked(id, channel, &voucher)?;
		EscrowOf::<T>::release(AgreementRef::Channel(id), &mut channel.escrow, amount)?;
		Self::note_paid(id, channel, voucher.tally, amount);
		Ok(())
	}

	/// What a voucher adds to what was paid.
	///
	/// Its amount alone says whether it is newer. By the sequence or the reading the payer could have a voucher of the highest
	/// number over next to nothing paid, and the payee's would count for nothing.
	pub(crate) fn checked(
		id: ChannelId,
		channel: &ChannelOf<T>,
		voucher: &SignedTally,
	) -> Result<Balance, DispatchError> {
		let amount = voucher.tally.amount;
		ensure!(amount > 0, Error::<T>::ZeroAmount);
		ensure!(amount > channel.paid.amount, Error::<T>::NotNewer);
		ensure!(amount <= channel.deposited, Error::<T>::OverDeposit);
		let key = &channel.terms.payer_key;
		Self::ensure_signed_by(id, Word::Voucher, &voucher.tally, &voucher.signature, key)?;
		Ok(amount.saturating_sub(channel.paid.amount))
	}

	pub(crate) fn ensure_signed_by(
		channel: ChannelId,
		word: Word,
		tally: &Tally,
		signature: &Signature,
		key: &Public,
	) -> DispatchResult {
		let genesis = frame_system::Pallet::<T>::block_hash(frame_system::pallet_prelude::BlockNumberFor::<T>::zero());
		let bytes = word.bytes(&Domain { genesis, channel }, tally);
		ensure!(
			!is_weak(key) && sp_io::crypto::sr25519_verify(signature, &bytes, key)
				|| Mistake::UncheckedVoucher.is_made(),
			Error::<T>::BadSignature
		);
		Ok(())
	}

	/// Writes down what was paid, and tells it.
	pub(crate) fn note_paid(id: ChannelId, channel: &mut ChannelOf<T>, paid: Tally, amount: Balance) {
		channel.paid = paid;
		Self::deposit_event(Event::Redeemed {
			channel: id,
			payer: channel.payer().clone(),
			payee: channel.payee().clone(),
			asset: channel.asset(),
			amount,
			paid,
		});
	}
}

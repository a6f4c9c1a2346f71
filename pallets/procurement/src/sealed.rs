//! Bids of which nobody sees the price, until they are revealed or awarded.

use crate::{
	Balance, Bidding, Caller, Config, Error, Event, HoldReason, Pallet, RequestId, RequestOf, RequestState, Requests,
	SealedBid, SealedBids, SealedText,
};
use bpiiot_primitives::{AgreementClock, AssetKind, AtRisk, Mistake, SpendPolicy, SpendPurpose, Standing};
use codec::Encode;
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	traits::{
		fungible::{InspectHold, MutateHold},
		tokens::{Fortitude, Precision, Restriction},
		Get,
	},
};
use sp_core::H256;
use sp_io::hashing::blake2_256;

/// What a sealed bid is a hash of: `blake2_256("bpiiot/bid" ++ SCALE(request, bidder, price, lead_time, salt))`. With request
/// and bidder in it, nobody can hand in a copy of another's. The salt is 32 bytes that nobody can guess, or the price could
/// be found by trying.
pub fn commitment<AccountId: Encode>(
	request: RequestId,
	bidder: &AccountId,
	price: Balance,
	lead_time: u64,
	salt: H256,
) -> H256 {
	(b"bpiiot/bid", request, bidder, price, lead_time, salt)
		.using_encoded(blake2_256)
		.into()
}

/// The bidder's steps.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_seal_bid(
		actor: Caller<T>,
		id: RequestId,
		commitment: H256,
		text: Option<SealedText>,
	) -> DispatchResult {
		let mut request = Self::biddable(&actor, id)?;
		let fits = match request.wanted.bidding {
			Bidding::Open => false,
			Bidding::Sealed { .. } => text.is_none(),
			Bidding::Private => text.is_some(),
		};
		ensure!(fits, Error::<T>::WrongBidding);
		let bidder = actor.account.clone();
		ensure!(!SealedBids::<T>::contains_key(id, &bidder), Error::<T>::AlreadyBid);
		ensure!(request.sealed < T::MaxSealedBids::get(), Error::<T>::ListFull);
		let standing = T::Standing::score(&bidder);
		let number = Self::next_number(&mut request);
		request.sealed = request.sealed.saturating_add(1);

		Self::pay_fee(&actor, T::BidFee::get())?;
		let (deposit, reason) = (T::BidDeposit::get(), HoldReason::Bid.into());
		// It may be forfeited, so a machine's policy is asked as for a bond.
		T::SpendPolicy::spend(&actor, SpendPurpose::Bond, &AssetKind::Native, deposit)?;
		T::Currency::hold(&reason, &bidder, deposit)?;
		Self::deposit_event(Event::BidSealed {
			request: id,
			buyer: request.buyer.clone(),
			bidder: bidder.clone(),
			commitment,
			standing,
		});
		let bid = SealedBid {
			commitment,
			text,
			standing,
			number,
			deposit,
		};
		SealedBids::<T>::insert(id, bidder, bid);
		Requests::<T>::insert(id, request);
		Ok(())
	}

	pub(crate) fn do_reveal_bid(
		actor: Caller<T>,
		id: RequestId,
		price: Balance,
		lead_time: u64,
		salt: H256,
	) -> DispatchResult {
		let mut request = Self::open_request(id)?;
		let bidder = actor.account;
		let sealed = SealedBids::<T>::get(id, &bidder).ok_or(Error::<T>::UnknownBid)?;
		let is_sealed = request.reveal_until > request.bid_until;
		ensure!(is_sealed, Error::<T>::WrongBidding);
		let now = T::Clock::now();
		ensure!(now > request.bid_until, Error::<T>::TooEarly);
		ensure!(now <= request.reveal_until, Error::<T>::TooLate);
		Self::ensure_matches(&sealed, id, &bidder, price, lead_time, salt)?;
		Self::check_bid(&request, price, lead_time)?;
		Self::give_back(id, &mut request, &bidder, &sealed)?;
		let (standing, number) = (sealed.standing, Some(sealed.number));
		let bid = Self::bid_of(&mut request, bidder.clone(), price, lead_time, standing, number);
		let score = bid.score;
		// Who has kept to the rules gets his deposit back, also if others were better.
		let (place, evicted) = match Self::rank(&mut request, bid) {
			Ok((place, evicted)) => (Some(place), evicted),
			Err(_) => (None, None),
		};
		Self::deposit_event(Event::BidRevealed {
			request: id,
			buyer: request.buyer.clone(),
			bidder,
			price,
			lead_time,
			standing,
			score,
			place,
		});
		Self::tell_evicted(id, &request, evicted);
		Requests::<T>::insert(id, request);
		Ok(())
	}

	/// That a sealed bid says this.
	pub(crate) fn ensure_matches(
		sealed: &SealedBid,
		id: RequestId,
		bidder: &T::AccountId,
		price: Balance,
		lead_time: u64,
		salt: H256,
	) -> DispatchResult {
		let said = commitment(id, bidder, price, lead_time, salt);
		ensure!(said == sealed.commitment, Error::<T>::RevealMismatch);
		Ok(())
	}
}

/// The deposits.
impl<T: Config> Pallet<T> {
	/// Forgets a sealed bid and gives its deposit back.
	pub(crate) fn give_back(
		id: RequestId,
		request: &mut RequestOf<T>,
		bidder: &T::AccountId,
		sealed: &SealedBid,
	) -> DispatchResult {
		Self::forget_sealed(id, request, bidder);
		if Mistake::LeakedBidDeposit.is_made() {
			return Ok(());
		}
		let (reason, exact) = (HoldReason::Bid.into(), Precision::Exact);
		T::Currency::release(&reason, bidder, sealed.deposit, exact).map(drop)
	}

	fn forget_sealed(id: RequestId, request: &mut RequestOf<T>, bidder: &T::AccountId) {
		SealedBids::<T>::remove(id, bidder);
		request.sealed = request.sealed.saturating_sub(1);
	}

	pub(crate) fn do_forfeit_bid(id: RequestId, bidder: T::AccountId) -> DispatchResult {
		let (mut request, sealed) = Self::unrevealed(id, &bidder)?;
		T::Clock::ensure_running()?;
		ensure!(!Self::is_excused(&request), Error::<T>::NotForfeited);
		ensure!(T::Clock::now() > request.reveal_until, Error::<T>::TooEarly);
		let (reason, chain) = (HoldReason::Bid.into(), T::FeeDestination::get());
		T::Currency::transfer_on_hold(
			&reason,
			&bidder,
			&chain,
			sealed.deposit,
			Precision::Exact,
			Restriction::Free,
			Fortitude::Force,
		)?;
		T::SpendPolicy::forfeited(&bidder, &AssetKind::Native, sealed.deposit);
		Self::forget_sealed(id, &mut request, &bidder);
		Self::deposit_event(Event::BidForfeited {
			request: id,
			buyer: request.buyer.clone(),
			bidder,
			deposit: sealed.deposit,
		});
		Requests::<T>::insert(id, request);
		Ok(())
	}

	pub(crate) fn do_reclaim_bid(id: RequestId, bidder: T::AccountId) -> DispatchResult {
		let (mut request, sealed) = Self::unrevealed(id, &bidder)?;
		ensure!(!request.is_open(), Error::<T>::StillOpen);
		ensure!(Self::is_excused(&request), Error::<T>::Forfeited);
		Self::give_back(id, &mut request, &bidder, &sealed)?;
		Self::deposit_event(Event::BidReclaimed {
			request: id,
			buyer: request.buyer.clone(),
			bidder,
			deposit: sealed.deposit,
		});
		Requests::<T>::insert(id, request);
		Ok(())
	}

	fn unrevealed(id: RequestId, bidder: &T::AccountId) -> Result<(RequestOf<T>, SealedBid), DispatchError> {
		let request = Self::request(id)?;
		let sealed = SealedBids::<T>::get(id, bidder).ok_or(Error::<T>::UnknownBid)?;
		Ok((request, sealed))
	}

	/// Whether bidders need not reveal: private bids never are, and a request that was called off before the time for it had
	/// passed left them none.
	fn is_excused(request: &RequestOf<T>) -> bool {
		let was_cut_short = request.state == RequestState::Cancelled && request.since <= request.reveal_until;
		request.wanted.bidding == Bidding::Private || was_cut_short
	}
}

/// The deposits of sealed bids.
impl<T: Config> AtRisk<T::AccountId, AssetKind, Balance> for Pallet<T> {
	fn at_risk(who: &T::AccountId, asset: &AssetKind) -> Balance {
		match asset {
			AssetKind::Native => T::Currency::balance_on_hold(&HoldReason::Bid.into(), who),
			AssetKind::Asset(_) => 0u32.into(),
		}
	}
}

//! What may be called. What the calls do is in the files by topic: `opening`, `redeeming` and `settlement`.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod calls {
	/// The calls.
	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Open a channel: the amount goes on hold in the payer's account, with a deposit for the record and a fee, all in the
		/// channel's asset.
		///
		/// ## Dispatch Origin
		/// Signed; the payer, who may be a machine: its key signs, its account pays, and its spending policy is asked.
		///
		/// ## Parameters
		/// - `payee`: who is paid. He need not be asked: he looks at the terms before he supplies anything.
		/// - `asset`: of all amounts.
		/// - `amount`: the most that can be paid through the channel, in the asset's smallest unit; more can be put in later.
		/// - `terms`: keys, meter and times; see [`Terms`](crate::Terms).
		///
		/// ## Errors
		/// `ZeroAmount`, `BadKey`, `BadMetering`, `WindowOutOfRange`, `LifetimeOutOfRange`, `TooManyChannels`; a payee who is the
		/// payer; an asset that is not listed or has no rate; an amount below its minimum balance; the spending policy; too
		/// little money.
		///
		/// ## Events
		/// `Opened`
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::open())]
		pub fn open(
			origin: OriginFor<T>,
			payee: T::AccountId,
			asset: AssetKind,
			#[pallet::compact] amount: Balance,
			terms: Terms,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_open(&actor, payee, asset, amount, terms).map(drop)
		}

		/// Put more into a channel that is open.
		///
		/// ## Dispatch Origin
		/// The payer. If that is a machine its own key: its spending policy is asked.
		///
		/// ## Parameters
		/// - `amount`: what is added.
		///
		/// ## Errors
		/// `UnknownChannel`, `NotThePayer`, `Ended`, `Expired`, `AlreadyClosing`, `ZeroAmount`; the spending policy; too little
		/// money.
		///
		/// ## Events
		/// `ToppedUp`
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::top_up())]
		pub fn top_up(origin: OriginFor<T>, channel: ChannelId, #[pallet::compact] amount: Balance) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_top_up(&actor, channel, amount)
		}

		/// Have a voucher paid: the payee gets what its amount is more than what he has got. The channel stays open. While the
		/// payer waits for the end this is how a stale end is challenged.
		///
		/// ## Dispatch Origin
		/// Anybody, signed. It is the payee who is paid.
		///
		/// ## Parameters
		/// - `voucher`: what the payer's key has signed; see [`Word`](bpiiot_voucher::Word) for the bytes.
		///
		/// ## Errors
		/// `UnknownChannel`, `Ended`, `Expired`, `TooLate`, `ZeroAmount`, `NotNewer`, `OverDeposit`, `BadSignature`.
		///
		/// ## Events
		/// `Redeemed`
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::redeem())]
		pub fn redeem(origin: OriginFor<T>, channel: ChannelId, voucher: SignedTally) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_redeem(channel, voucher)
		}

		/// Have vouchers of several channels paid. One that cannot be paid stops none of the others.
		///
		/// ## Dispatch Origin
		/// Anybody, signed.
		///
		/// ## Errors
		/// `EmptyBatch`; when none is paid, why the first one is not: as for `redeem`.
		///
		/// ## Events
		/// For each voucher `Redeemed` or `NotRedeemed`
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::redeem_batch(vouchers.len() as u32))]
		pub fn redeem_batch(origin: OriginFor<T>, vouchers: BoundedVec<Redemption, T::MaxBatch>) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_redeem_batch(&vouchers)
		}

		/// Ask for the end of a channel. The payee, or anybody for him, has the channel's `challenge_window` to show a newer
		/// voucher; then what is left goes back to the payer.
		///
		/// ## Dispatch Origin
		/// The payer, or the owner of the machine that is one.
		///
		/// ## Parameters
		/// - `newest`: the newest voucher that the payer knows of, to be paid at once. One that is no newer than what was paid is
		///   passed over.
		///
		/// ## Errors
		/// `UnknownChannel`, `NotThePayer`, `Ended`, `Expired`, `AlreadyClosing`; with a newer voucher `OverDeposit`,
		/// `BadSignature`.
		///
		/// ## Events
		/// `Redeemed`, `CloseRequested`
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::request_close())]
		pub fn request_close(origin: OriginFor<T>, channel: ChannelId, newest: Option<SignedTally>) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_request_close(&actor, channel, newest)
		}

		/// End a channel at once. Only the payee could lose by that.
		///
		/// ## Dispatch Origin
		/// The payee, or the owner of the machine that is one.
		///
		/// ## Parameters
		/// - `newest`: the newest voucher, to be paid with it. One that is no newer than what was paid is passed over.
		///
		/// ## Errors
		/// `UnknownChannel`, `NotThePayee`, `Ended`; with a newer voucher `Expired`, `TooLate`, `OverDeposit`, `BadSignature`.
		///
		/// ## Events
		/// `Redeemed`, `Settled` with `ClosedByPayee`
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::close())]
		pub fn close(origin: OriginFor<T>, channel: ChannelId, newest: Option<SignedTally>) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_close(&actor, channel, newest)
		}

		/// End a channel at once as both keys have signed it, with more or less than the newest voucher says.
		///
		/// ## Dispatch Origin
		/// Anybody, signed: both signatures say all.
		///
		/// ## Parameters
		/// - `last`: what is paid in all, and for which reading.
		/// - `payer_signature`, `payee_signature`: of the channel's two keys, over `last` as the channel's end.
		///
		/// ## Errors
		/// `UnknownChannel`, `Ended`, `Expired`, `TooLate`, `LessThanPaid`, `OverDeposit`, `BadSignature`.
		///
		/// ## Events
		/// `Redeemed` if something is paid by it, `Settled` with `Agreed`
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::close_together())]
		pub fn close_together(
			origin: OriginFor<T>,
			channel: ChannelId,
			last: Tally,
			payer_signature: Signature,
			payee_signature: Signature,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_close_together(channel, last, [payer_signature, payee_signature])
		}

		/// End a channel whose life is over, or that the payer has asked to end and whose window has passed. The chain does the
		/// same by itself when blocks have room.
		///
		/// ## Dispatch Origin
		/// Anybody, signed.
		///
		/// ## Errors
		/// `UnknownChannel`, `Ended`, `NotExpired`; agreements are paused.
		///
		/// ## Events
		/// `Settled` with `Expired` or `ClosedByPayer`
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::expire())]
		pub fn expire(origin: OriginFor<T>, channel: ChannelId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_expire(channel)
		}

		/// Remove the record of a channel that has ended, and give its deposit back. It cannot be rated afterwards.
		///
		/// ## Dispatch Origin
		/// The payer, or the owner of the machine that is one.
		///
		/// ## Errors
		/// `UnknownChannel`, `NotThePayer`, `NotSettled`.
		///
		/// ## Events
		/// `ChannelRemoved`
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::remove())]
		pub fn remove(origin: OriginFor<T>, channel: ChannelId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_remove(&actor, channel)
		}
	}
}

//! What may be called. What the calls do is in the files by topic: `quotes`, `delivery`, `requests`, `bidding`, `awards`,
//! `sealed` and `negotiation`.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod calls {
	/// The calls.
	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Publish a standing quote: goods that anybody may order at once.
		///
		/// ## Dispatch Origin
		/// The supplier, or the owner of the machine that is one. Whoever it is pays the deposit.
		///
		/// ## Parameters
		/// - `supplier`: who sells and is paid.
		/// - `terms`: item, prices, time, areas, conditions; see [`QuoteTerms`](crate::QuoteTerms).
		/// - `stock`: how much there is, in units of the item.
		///
		/// ## Errors
		/// `NotTheSupplier`, `TooManyQuotes`, `BadItem`, `BadArea`, `ZeroPrice`, `TiersOutOfOrder`, `WindowOutOfRange`,
		/// `RoundsOutOfRange`, `PenaltyWithoutDelay`, `BadArbiters`; an asset that is not listed.
		///
		/// ## Events
		/// `QuotePublished`
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::publish_quote())]
		pub fn publish_quote(
			origin: OriginFor<T>,
			supplier: T::AccountId,
			terms: QuoteTermsOf<T>,
			#[pallet::compact] stock: u64,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_publish_quote(actor, supplier, terms, stock)
		}

		/// Change a quote's terms. Its version grows by one; orders made before keep the terms that they named.
		///
		/// ## Dispatch Origin
		/// The supplier, or the owner of the machine that is one.
		///
		/// ## Errors
		/// `UnknownQuote`, `NotTheSupplier`; as for `publish_quote`.
		///
		/// ## Events
		/// `QuoteUpdated`
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::update_quote())]
		pub fn update_quote(origin: OriginFor<T>, quote: QuoteId, terms: QuoteTermsOf<T>) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_update_quote(actor, quote, terms)
		}

		/// Say how much of a quote's goods there is. The version stays.
		///
		/// ## Dispatch Origin
		/// The supplier, or the owner of the machine that is one.
		///
		/// ## Parameters
		/// - `read`: the stock that the caller has seen, so that an order in between is not forgotten.
		/// - `stock`: what there is.
		///
		/// ## Errors
		/// `UnknownQuote`, `NotTheSupplier`, `StockChanged`.
		///
		/// ## Events
		/// `StockSet`
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::set_stock())]
		pub fn set_stock(
			origin: OriginFor<T>,
			quote: QuoteId,
			#[pallet::compact] read: u64,
			#[pallet::compact] stock: u64,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_set_stock(actor, quote, read, stock)
		}

		/// Withdraw a quote and give its deposit back. Orders go on under their terms.
		///
		/// ## Dispatch Origin
		/// Who paid the deposit, the supplier, or the owner of the machine that is one.
		///
		/// ## Errors
		/// `UnknownQuote`, `NotTheSupplier`.
		///
		/// ## Events
		/// `QuoteWithdrawn`
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::withdraw_quote())]
		pub fn withdraw_quote(origin: OriginFor<T>, quote: QuoteId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_withdraw_quote(actor, quote)
		}

		/// Order from a standing quote. The price goes on hold in the buyer's account, with a deposit for the record and a fee,
		/// and the bond in the supplier's, all in the quote's asset. The order stands at once; the stock is less.
		///
		/// ## Dispatch Origin
		/// Signed; the buyer, who may be a machine: its key signs, its account pays, and its spending policy is asked. Nobody
		/// who shares an owner with the supplier.
		///
		/// ## Parameters
		/// - `quote`, `version`: what was read. When the quote has changed since, the order is refused.
		/// - `quantity`: in units of the item.
		/// - `max_price`: the most that all of it may cost, in the asset's smallest unit; deposit and fee come on top of it.
		/// - `area`: where it is to be delivered.
		/// - `site`: the buyer's own place for it.
		/// - `arbiter`: who decides disputes over rejected goods: one of the quote's arbiters, or nobody.
		///
		/// ## Errors
		/// `UnknownQuote`, `QuoteChanged`, `OwnQuote`, `QuantityTooSmall`, `PriceOverflow`, `MaxPriceTooLow`,
		/// `NotDeliveredThere`, `ArbiterNotOffered`, `OutOfStock`, `NoBond`, `TooManyPurchases`, `TooManySales`; a supplying
		/// machine's state; an arbiter who is not registered or stands behind a party; an asset that is not listed or has no
		/// rate; the spending policy of a machine that buys; too little money.
		///
		/// ## Events
		/// `Ordered`
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::buy())]
		pub fn buy(
			origin: OriginFor<T>,
			quote: QuoteId,
			version: u32,
			#[pallet::compact] quantity: u64,
			#[pallet::compact] max_price: Balance,
			area: Region,
			site: Option<SiteId>,
			arbiter: Option<T::AccountId>,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			let line = Line {
				quote,
				version,
				quantity,
				max_price,
				area,
				site,
				arbiter,
			};
			Self::do_buy(&actor, line)
		}

		/// Deliver goods, or a part of them. The buyer's review begins.
		///
		/// ## Dispatch Origin
		/// The order's supplier, or the owner of the machine that is one.
		///
		/// ## Parameters
		/// - `quantity`: at least 1, at most what is outstanding; all of that if the order allows no further part.
		/// - `lot`: the lot that they come from.
		/// - `note`: hash of the delivery note.
		///
		/// ## Errors
		/// `UnknownOrder`, `NotTheSupplier`, `WrongState`, `TooLate`, `ZeroQuantity`, `TooMuch`, `LastPart`.
		///
		/// ## Events
		/// `Delivered`
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::deliver())]
		pub fn deliver(
			origin: OriginFor<T>,
			order: PurchaseOrderId,
			#[pallet::compact] quantity: u64,
			lot: Option<Lot>,
			note: H256,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_deliver(actor, order, quantity, lot, note)
		}

		/// Accept goods that have come. The supplier is paid for them at once, less the penalty if they were late.
		///
		/// ## Dispatch Origin
		/// The order's buyer, or the owner of the machine that is one. With a reading only the machine itself.
		///
		/// ## Parameters
		/// - `quantity`: at least 1, at most what is in review.
		/// - `reading`: hash of the reading that shows that they are there, signed by the machine that has taken it.
		///
		/// ## Errors
		/// `UnknownOrder`, `NotTheBuyer`, `NotTheMachine`, `WrongState`, `ZeroQuantity`, `TooMuch`; a part that is worth less
		/// than the asset's minimum balance.
		///
		/// ## Events
		/// `Accepted`; `Settled` with `Completed` or `Challengeable` when nothing is outstanding or in review
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::confirm().saturating_add(T::Receiving::received_weight()))]
		pub fn confirm(
			origin: OriginFor<T>,
			order: PurchaseOrderId,
			#[pallet::compact] quantity: u64,
			reading: Option<H256>,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_confirm(actor, order, quantity, reading)
		}

		/// Reject goods that have come. The supplier keeps the `rejection_fee` of their price, the rest goes back: at once if the
		/// order names no arbiter, otherwise at the end of the order, when the supplier has conceded or let his time to dispute
		/// pass.
		///
		/// ## Dispatch Origin
		/// The order's buyer, or the owner of the machine that is one.
		///
		/// ## Errors
		/// `UnknownOrder`, `NotTheBuyer`, `WrongState`, `TooLate`, `ZeroQuantity`, `TooMuch`; a part that is worth less than the
		/// asset's minimum balance.
		///
		/// ## Events
		/// `Rejected`; `Settled` with `Completed` or `Challengeable` when nothing is outstanding or in review
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::reject())]
		pub fn reject(
			origin: OriginFor<T>,
			order: PurchaseOrderId,
			#[pallet::compact] quantity: u64,
			reason: H256,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_reject(actor, order, quantity, reason)
		}

		/// Call off what has not come. The buyer may before it is due, and pays the `cancellation_fee` of its price. The supplier
		/// gives up: the price of what has not come goes back, and his bond goes to the buyer. If nothing has come at all, the
		/// request that the order came of is awarded to the next bid while there is time.
		///
		/// ## Dispatch Origin
		/// The order's buyer or supplier, or the owner of the machine that is one.
		///
		/// ## Parameters
		/// - `reason`: hash of the reason.
		///
		/// ## Errors
		/// `UnknownOrder`, `NotAParty`, `WrongState`; `TooLate` for the buyer once it is due, and for both once it cannot come any
		/// more: then `expire` gives the buyer all that is unpaid, and the bond.
		///
		/// ## Events
		/// `Settled` with `Cancelled` or `GivenUp`, or `Challengeable`
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::cancel())]
		pub fn cancel(origin: OriginFor<T>, order: PurchaseOrderId, reason: H256) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_cancel(actor, order, reason)
		}

		/// End an order's state whose deadline has passed: what has not come goes back to the buyer, with the bond; what was not
		/// looked at in time is accepted; a rejection not disputed in time stands. A dispute is ended by
		/// `escrow.end_dispute`. The chain does the same by itself when blocks have room.
		///
		/// ## Dispatch Origin
		/// Anybody, signed.
		///
		/// ## Errors
		/// `UnknownOrder`, `WrongState`, `NotExpired`; agreements are paused.
		///
		/// ## Events
		/// `Accepted`, `Challengeable`, `Settled`
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::expire().saturating_add(T::Receiving::received_weight()))]
		pub fn expire(origin: OriginFor<T>, order: PurchaseOrderId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_expire(order)
		}

		/// Let a rejection stand, without waiting for the time to dispute it to pass.
		///
		/// ## Dispatch Origin
		/// The order's supplier, or the owner of the machine that is one.
		///
		/// ## Errors
		/// `UnknownOrder`, `NotTheSupplier`, `WrongState`.
		///
		/// ## Events
		/// `Settled`
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::concede())]
		pub fn concede(origin: OriginFor<T>, order: PurchaseOrderId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_concede(actor, order)
		}

		/// Dispute a rejection before the arbiter that the order names. The caller puts up a bond, which the verdict assigns,
		/// and the arbiter's fee.
		///
		/// ## Dispatch Origin
		/// The order's supplier, or the owner of the machine that is one; whoever it is puts up bond and fee.
		///
		/// ## Parameters
		/// - `evidence`: hash of what speaks for the supplier. More can be added with `escrow.submit_evidence`.
		///
		/// ## Errors
		/// `UnknownOrder`, `NotTheSupplier`, `WrongState`, `TooLate`; escrow's `ArbiterIsParty`; the supplier's spending policy;
		/// too little money.
		///
		/// ## Events
		/// `Disputed`
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::dispute())]
		pub fn dispute(origin: OriginFor<T>, order: PurchaseOrderId, evidence: H256) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_dispute(actor, order, evidence)
		}

		/// Remove a settled order's record and give its deposit back. It cannot be rated afterwards.
		///
		/// ## Dispatch Origin
		/// The order's buyer, or the owner of the machine that is one.
		///
		/// ## Errors
		/// `UnknownOrder`, `NotTheBuyer`, `NotSettled`.
		///
		/// ## Events
		/// `OrderRemoved`
		#[pallet::call_index(12)]
		#[pallet::weight(T::WeightInfo::remove())]
		pub fn remove(origin: OriginFor<T>, order: PurchaseOrderId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_remove(actor, order)
		}

		/// Ask for bids. A deposit for the record goes on hold, and a fee to the chain, both in the native token. The price does
		/// only at the award: who has not enough of it then, or whose spending policy forbids it, gets nothing.
		///
		/// ## Dispatch Origin
		/// Signed; the buyer, who may be a machine.
		///
		/// ## Parameters
		/// - `wanted`: what, how much, by when, at which price, and how bids are compared; see [`Wanted`](crate::Wanted).
		///
		/// ## Errors
		/// `BadItem`, `ZeroQuantity`, `ZeroPrice`, `BadArea`, `BadWeights`, `WindowOutOfRange`, `RoundsOutOfRange`,
		/// `PenaltyWithoutDelay`, `PrivateIsByHand`, `TooManyPurchases`; an asset that is not listed; the spending policy; too
		/// little money.
		///
		/// ## Events
		/// `RequestRaised`
		#[pallet::call_index(13)]
		#[pallet::weight(T::WeightInfo::raise_request())]
		pub fn raise_request(origin: OriginFor<T>, wanted: WantedOf<T>) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_raise(&actor, wanted).map(drop)
		}

		/// Call a request off: while bids may be made, and if it is awarded by hand also later.
		///
		/// ## Dispatch Origin
		/// The buyer, or the owner of the machine that is one.
		///
		/// ## Errors
		/// `UnknownRequest`, `NotOpen`, `NotTheBuyer`, `TooLate`.
		///
		/// ## Events
		/// `RequestEnded` with `Cancelled`
		#[pallet::call_index(14)]
		#[pallet::weight(T::WeightInfo::cancel_request())]
		pub fn cancel_request(origin: OriginFor<T>, request: RequestId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_cancel_request(actor, request)
		}

		/// End a request that has no bid although bidding is over, or that was not awarded in time. The chain does the same by
		/// itself when blocks have room.
		///
		/// ## Dispatch Origin
		/// Anybody, signed.
		///
		/// ## Errors
		/// `UnknownRequest`, `NotOpen`, `NotExpired`; agreements are paused.
		///
		/// ## Events
		/// `RequestEnded` with `NoBid` or `NotAwarded`
		#[pallet::call_index(15)]
		#[pallet::weight(T::WeightInfo::expire_request())]
		pub fn expire_request(origin: OriginFor<T>, request: RequestId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_expire_request(request)
		}

		/// Remove the record of a request that is not open any more and give its deposit back.
		///
		/// ## Dispatch Origin
		/// The buyer, or the owner of the machine that is one.
		///
		/// ## Errors
		/// `UnknownRequest`, `NotTheBuyer`, `StillOpen`, `SealedBidsLeft`.
		///
		/// ## Events
		/// `RequestRemoved`
		#[pallet::call_index(16)]
		#[pallet::weight(T::WeightInfo::remove_request())]
		pub fn remove_request(origin: OriginFor<T>, request: RequestId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_remove_request(actor, request)
		}

		/// Make an open bid. It binds: whoever is awarded sells at this price. Another bid takes the place of one's own and must
		/// be better. A fee goes to the chain, in the native token.
		///
		/// ## Dispatch Origin
		/// Signed; the bidder, who may be a machine. Nobody who shares an owner with the buyer, nor the request's arbiter.
		///
		/// ## Parameters
		/// - `price`: of all that is wanted, in the request's asset.
		/// - `lead_time`: from the award to the delivery, in milliseconds.
		///
		/// ## Errors
		/// `UnknownRequest`, `NotOpen`, `TooLate`, `OwnRequest`, `ArbiterBids`, `WrongBidding`, `ZeroPrice`, `PriceTooHigh`,
		/// `LeadTimeTooLong`, `NotBetter`, `ListFull`; a price below the asset's minimum balance; the spending policy; too
		/// little money.
		///
		/// ## Events
		/// `BidMade`; `BidEvicted`
		#[pallet::call_index(17)]
		#[pallet::weight(T::WeightInfo::bid())]
		pub fn bid(
			origin: OriginFor<T>,
			request: RequestId,
			#[pallet::compact] price: Balance,
			#[pallet::compact] lead_time: u64,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_bid(actor, request, price, lead_time)
		}

		/// Make a sealed or a private bid, as the request asks for. A deposit goes on hold: it comes back when the bid is
		/// revealed, or if private when the request has ended; and a fee goes to the chain.
		///
		/// ## Dispatch Origin
		/// As for `bid`.
		///
		/// ## Parameters
		/// - `commitment`: the hash of what the bid says; see [`commitment`](crate::commitment()).
		/// - `text`: for private bids, what it says with its salt, encrypted to the buyer; otherwise none.
		///
		/// ## Errors
		/// `UnknownRequest`, `NotOpen`, `TooLate`, `OwnRequest`, `ArbiterBids`, `WrongBidding`, `AlreadyBid`, `ListFull`; the
		/// spending policy; too little money.
		///
		/// ## Events
		/// `BidSealed`
		#[pallet::call_index(18)]
		#[pallet::weight(T::WeightInfo::seal_bid())]
		pub fn seal_bid(
			origin: OriginFor<T>,
			request: RequestId,
			commitment: H256,
			text: Option<SealedText>,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_seal_bid(actor, request, commitment, text)
		}

		/// Reveal a sealed bid. It takes its place among the others, and its deposit comes back.
		///
		/// ## Dispatch Origin
		/// The bidder.
		///
		/// ## Parameters
		/// - `price`, `lead_time`, `salt`: what the bid is a hash of.
		///
		/// ## Errors
		/// `UnknownRequest`, `NotOpen`, `UnknownBid`, `WrongBidding`, `TooEarly`, `TooLate`, `RevealMismatch`, `ZeroPrice`,
		/// `PriceTooHigh`, `LeadTimeTooLong`; a price below the asset's minimum balance.
		///
		/// ## Events
		/// `BidRevealed`; `BidEvicted`
		#[pallet::call_index(19)]
		#[pallet::weight(T::WeightInfo::reveal_bid())]
		pub fn reveal_bid(
			origin: OriginFor<T>,
			request: RequestId,
			#[pallet::compact] price: Balance,
			#[pallet::compact] lead_time: u64,
			salt: H256,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_reveal_bid(actor, request, price, lead_time, salt)
		}

		/// Send the deposit of a sealed bid that was not revealed in time to the chain.
		///
		/// ## Dispatch Origin
		/// Anybody, signed.
		///
		/// ## Errors
		/// `UnknownRequest`, `UnknownBid`, `NotForfeited`, `TooEarly`; agreements are paused.
		///
		/// ## Events
		/// `BidForfeited`
		#[pallet::call_index(20)]
		#[pallet::weight(T::WeightInfo::forfeit_bid())]
		pub fn forfeit_bid(origin: OriginFor<T>, request: RequestId, bidder: T::AccountId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_forfeit_bid(request, bidder)
		}

		/// Give the deposit of a bid back that need not be revealed: a private one whose request has ended or was awarded, or a
		/// sealed one whose request was called off before the time to reveal it had passed.
		///
		/// ## Dispatch Origin
		/// Anybody, signed. It goes to the bidder.
		///
		/// ## Errors
		/// `UnknownRequest`, `UnknownBid`, `StillOpen`, `Forfeited`.
		///
		/// ## Events
		/// `BidReclaimed`
		#[pallet::call_index(21)]
		#[pallet::weight(T::WeightInfo::reclaim_bid())]
		pub fn reclaim_bid(origin: OriginFor<T>, request: RequestId, bidder: T::AccountId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_reclaim_bid(request, bidder)
		}

		/// Award a request to its best bid, once bidding is over. The price goes on hold at the buyer, the bond at the bidder. A
		/// bidder who cannot put it up is struck; the next one's turn is the next call. The chain does the same by itself when
		/// blocks have room.
		///
		/// ## Dispatch Origin
		/// Anybody, signed. For a machine that is out of service only its own key.
		///
		/// ## Errors
		/// `UnknownRequest`, `NotOpen`, `ByHand`, `TooEarly`, `TooLate`, `NoBid`; the buying machine's state; an
		/// asset that is not listed or has no rate; an arbiter who is not registered any more; the buyer's spending policy; too
		/// little money of his. For maintenance also what its ticket refuses.
		///
		/// ## Events
		/// `Ordered` and `RequestAwarded`, or `BidStruck`; `ServiceAwarded` for maintenance
		#[pallet::call_index(22)]
		#[pallet::weight(T::WeightInfo::award().saturating_add(T::Services::award_weight()))]
		pub fn award(origin: OriginFor<T>, request: RequestId) -> DispatchResultWithPostInfo {
			let actor = T::Actors::ensure_actor(origin)?;
			let is_service = Self::do_award(actor, request)?;
			Ok((!is_service).then(T::WeightInfo::award).into())
		}

		/// Award a request that allows it by hand, to any of its bids, as soon as they are there; after sealed ones were
		/// revealed.
		///
		/// ## Dispatch Origin
		/// The buyer, or the owner of the machine that is one.
		///
		/// ## Errors
		/// `UnknownRequest`, `NotOpen`, `NotTheBuyer`, `NotByHand`, `TooEarly`, `TooLate`, `UnknownBid`, `NoBond`,
		/// `TooManySales`; as for `award`.
		///
		/// ## Events
		/// `Ordered` and `RequestAwarded`
		#[pallet::call_index(23)]
		#[pallet::weight(T::WeightInfo::award_to())]
		pub fn award_to(origin: OriginFor<T>, request: RequestId, bidder: T::AccountId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_award_to(actor, request, bidder)
		}

		/// Award a request to a private bid, and show what it says. Its deposit goes back.
		///
		/// ## Dispatch Origin
		/// The buyer, or the owner of the machine that is one.
		///
		/// ## Parameters
		/// - `price`, `lead_time`, `salt`: what the bid is a hash of.
		///
		/// ## Errors
		/// As for `award_to`; `RevealMismatch`, `ZeroPrice`, `PriceTooHigh`, `LeadTimeTooLong`.
		///
		/// ## Events
		/// `Ordered` and `RequestAwarded`
		#[pallet::call_index(24)]
		#[pallet::weight(T::WeightInfo::award_private())]
		pub fn award_private(
			origin: OriginFor<T>,
			request: RequestId,
			bidder: T::AccountId,
			#[pallet::compact] price: Balance,
			#[pallet::compact] lead_time: u64,
			salt: H256,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_award_private(actor, request, bidder, price, lead_time, salt)
		}

		/// Propose another price for a bid, lower than it is. It takes the place of the proposal before, whose ever that was.
		///
		/// ## Dispatch Origin
		/// The buyer or the bidder, or the owner of the machine that is one. If bids are awarded by score, until they may be;
		/// by hand, as long as they may be.
		///
		/// ## Parameters
		/// - `bidder`: whose bid it is about.
		/// - `price`: of all that is wanted.
		///
		/// ## Errors
		/// `UnknownRequest`, `NotOpen`, `WrongBidding`, `UnknownBid`, `NotAParty`, `TooLate`, `ZeroPrice`, `PriceTooHigh`,
		/// `NoRoundLeft`, `NotBetter`; a price below the asset's minimum balance.
		///
		/// ## Events
		/// `Countered`
		#[pallet::call_index(25)]
		#[pallet::weight(T::WeightInfo::counter_offer())]
		pub fn counter_offer(
			origin: OriginFor<T>,
			request: RequestId,
			bidder: T::AccountId,
			#[pallet::compact] price: Balance,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_counter_offer(actor, request, bidder, price)
		}

		/// Agree to a counter-offer. It is the bid's price from now on, and the bid takes the place that it has earned.
		///
		/// ## Dispatch Origin
		/// The side that has not made it.
		///
		/// ## Parameters
		/// - `bidder`: whose bid it is about.
		/// - `price`: the counter-offer as it was read.
		///
		/// ## Errors
		/// `UnknownRequest`, `NotOpen`, `WrongBidding`, `UnknownBid`, `NotAParty`, `TooLate`, `NoCounterOffer`,
		/// `OwnCounterOffer`, `CounterOfferChanged`.
		///
		/// ## Events
		/// `CounterOfferAccepted`
		#[pallet::call_index(26)]
		#[pallet::weight(T::WeightInfo::accept_counter_offer())]
		pub fn accept_counter_offer(
			origin: OriginFor<T>,
			request: RequestId,
			bidder: T::AccountId,
			#[pallet::compact] price: Balance,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_accept_counter_offer(actor, request, bidder, price)
		}
	}
}

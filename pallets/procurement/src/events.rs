//! What the pallet tells the world.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod events {
	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A standing quote was published.
		QuotePublished {
			/// The new quote.
			quote: QuoteId,
			/// Who sells.
			supplier: T::AccountId,
			/// How much there is.
			stock: u64,
		},
		/// A quote's terms changed. Orders keep theirs.
		QuoteUpdated {
			/// The quote.
			quote: QuoteId,
			/// Who sells.
			supplier: T::AccountId,
			/// The version of the new terms.
			version: u32,
		},
		/// A supplier has counted his stock, or got more.
		StockSet {
			/// The quote.
			quote: QuoteId,
			/// Who sells.
			supplier: T::AccountId,
			/// How much there is.
			stock: u64,
		},
		/// A quote was withdrawn. Orders go on.
		QuoteWithdrawn {
			/// The quote that is gone.
			quote: QuoteId,
			/// Who would have sold.
			supplier: T::AccountId,
		},
		/// Goods were ordered; their price is on hold, and the bond.
		Ordered {
			/// The new order.
			order: PurchaseOrderId,
			/// Who buys.
			buyer: T::AccountId,
			/// Who sells.
			supplier: T::AccountId,
			/// The quote or the request that it came of.
			source: Source,
			/// What is bought.
			item: Item,
			/// How much.
			quantity: u64,
			/// The asset of the price.
			asset: AssetKind,
			/// The price of all.
			price: Balance,
			/// What comes later is late, on the agreement clock.
			deliver_by: AgreementMillis,
		},
		/// Goods have come; the buyer may look until the review ends.
		Delivered {
			/// The order.
			order: PurchaseOrderId,
			/// Who buys.
			buyer: T::AccountId,
			/// Who sells.
			supplier: T::AccountId,
			/// How much has come.
			quantity: u64,
			/// Of which lot.
			lot: Option<Lot>,
			/// Hash of the delivery note.
			note: H256,
			/// Days that had begun since the deadline.
			late_days: u32,
			/// The end of the review, on the agreement clock.
			review_until: AgreementMillis,
		},
		/// Goods were accepted, by the buyer or by his silence; the supplier was paid for them.
		Accepted {
			/// The order.
			order: PurchaseOrderId,
			/// Who buys.
			buyer: T::AccountId,
			/// Who sells.
			supplier: T::AccountId,
			/// How much was accepted.
			quantity: u64,
			/// What lateness took off their price, which went back to the buyer.
			penalty: Balance,
			/// Hash of the reading by which the buyer's machine has confirmed them.
			reading: Option<H256>,
		},
		/// Goods were rejected. If the supplier may dispute it, their price stays on hold for now.
		Rejected {
			/// The order.
			order: PurchaseOrderId,
			/// Who buys.
			buyer: T::AccountId,
			/// Who sells.
			supplier: T::AccountId,
			/// How much was rejected.
			quantity: u64,
			/// Hash of the reason.
			reason: H256,
		},
		/// Nothing comes any more, and goods were rejected that the supplier may dispute.
		Challengeable {
			/// The order.
			order: PurchaseOrderId,
			/// Who buys.
			buyer: T::AccountId,
			/// Who sells.
			supplier: T::AccountId,
			/// How much was rejected.
			quantity: u64,
			/// Its price, which is still on hold.
			at_stake: Balance,
			/// A dispute is too late after this moment, on the agreement clock.
			challenge_until: AgreementMillis,
		},
		/// A rejection is disputed. The arbiter's name and deadlines are in escrow's `DisputeOpened`.
		Disputed {
			/// The order.
			order: PurchaseOrderId,
			/// Who buys.
			buyer: T::AccountId,
			/// Who sells.
			supplier: T::AccountId,
			/// How much was rejected.
			quantity: u64,
			/// What the arbiter splits.
			at_stake: Balance,
		},
		/// An order ended; nothing is on hold for it any more but its record's deposit.
		Settled {
			/// The order.
			order: PurchaseOrderId,
			/// Who bought.
			buyer: T::AccountId,
			/// Who sold.
			supplier: T::AccountId,
			/// How it ended.
			outcome: Outcome,
			/// How much was accepted in all.
			accepted: u64,
			/// How much was rejected in all.
			rejected: u64,
			/// How much never came.
			outstanding: u64,
			/// The last reason that was given for a rejection or for calling the order off; zero if none was.
			reason: H256,
		},
		/// A settled order's record was removed.
		OrderRemoved {
			/// The order.
			order: PurchaseOrderId,
			/// Who bought, and got the deposit back.
			buyer: T::AccountId,
		},
		/// Bids are asked for.
		RequestRaised {
			/// The new request.
			request: RequestId,
			/// Who buys.
			buyer: T::AccountId,
			/// What is wanted.
			item: Item,
			/// How much.
			quantity: u64,
			/// The asset of the price.
			asset: AssetKind,
			/// The most that it may cost.
			max_price: Balance,
			/// Bids are too late after this moment, on the agreement clock.
			bid_until: AgreementMillis,
			/// Revealing sealed bids is too late after this moment.
			reveal_until: AgreementMillis,
			/// An award is too late after this moment.
			award_until: AgreementMillis,
		},
		/// A bid was made.
		BidMade {
			/// The request.
			request: RequestId,
			/// Who buys.
			buyer: T::AccountId,
			/// Who would sell.
			bidder: T::AccountId,
			/// The price of all.
			price: Balance,
			/// The time from award to delivery, in milliseconds.
			lead_time: u64,
			/// What was known of the bidder.
			standing: Permill,
			/// What the bid is worth.
			score: Score,
			/// Where it stands; the best is 0.
			place: u32,
		},
		/// A better bid has taken the place of the worst of a full list.
		BidEvicted {
			/// The request.
			request: RequestId,
			/// Who buys.
			buyer: T::AccountId,
			/// Whose bid is gone.
			bidder: T::AccountId,
		},
		/// A sealed or a private bid was made.
		BidSealed {
			/// The request.
			request: RequestId,
			/// Who buys.
			buyer: T::AccountId,
			/// Who would sell.
			bidder: T::AccountId,
			/// The hash of what it says.
			commitment: H256,
			/// What was known of the bidder.
			standing: Permill,
		},
		/// A sealed bid was revealed, and its deposit went back.
		BidRevealed {
			/// The request.
			request: RequestId,
			/// Who buys.
			buyer: T::AccountId,
			/// Who would sell.
			bidder: T::AccountId,
			/// The price of all.
			price: Balance,
			/// The time from award to delivery, in milliseconds.
			lead_time: u64,
			/// What was known of the bidder when he sealed it.
			standing: Permill,
			/// What the bid is worth.
			score: Score,
			/// Where it stands; none if the list was full of better ones.
			place: Option<u32>,
		},
		/// A sealed bid was not revealed: its deposit went to the chain.
		BidForfeited {
			/// The request.
			request: RequestId,
			/// Who asked for bids.
			buyer: T::AccountId,
			/// Whose deposit it was.
			bidder: T::AccountId,
			/// How much.
			deposit: Balance,
		},
		/// The deposit of a bid that need not be revealed went back.
		BidReclaimed {
			/// The request.
			request: RequestId,
			/// Who asked for bids.
			buyer: T::AccountId,
			/// Whose deposit it is.
			bidder: T::AccountId,
			/// How much.
			deposit: Balance,
		},
		/// A bidder could not keep his bid when it was his turn, and it is gone. The next one is first now.
		BidStruck {
			/// The request.
			request: RequestId,
			/// Who buys.
			buyer: T::AccountId,
			/// Whose bid is gone.
			bidder: T::AccountId,
			/// What kept him.
			error: DispatchError,
		},
		/// One side of a bid would rather have another price.
		Countered {
			/// The request.
			request: RequestId,
			/// Who buys.
			buyer: T::AccountId,
			/// Whose bid it is about.
			bidder: T::AccountId,
			/// Which side.
			by: Side,
			/// The price of all.
			price: Balance,
		},
		/// The other side agreed to it: this is the bid's price now.
		CounterOfferAccepted {
			/// The request.
			request: RequestId,
			/// Who buys.
			buyer: T::AccountId,
			/// Whose bid it is about.
			bidder: T::AccountId,
			/// The price of all.
			price: Balance,
			/// What the bid is worth now.
			score: Score,
			/// Where it stands.
			place: u32,
		},
		/// A request came to an order.
		RequestAwarded {
			/// The request.
			request: RequestId,
			/// The order.
			order: PurchaseOrderId,
			/// Who buys.
			buyer: T::AccountId,
			/// Whose bid has won.
			bidder: T::AccountId,
			/// The price of all.
			price: Balance,
			/// The time until delivery, in milliseconds.
			lead_time: u64,
			/// What the bid was worth.
			score: Score,
		},
		/// The winner gave up before anything had come. The next bid is the best now.
		RequestReopened {
			/// The request.
			request: RequestId,
			/// Who buys.
			buyer: T::AccountId,
			/// The order that came to nothing.
			order: PurchaseOrderId,
		},
		/// A request ended without an order.
		RequestEnded {
			/// The request.
			request: RequestId,
			/// Who wanted to buy.
			buyer: T::AccountId,
			/// Why.
			state: RequestState,
			/// How many bids could have been awarded.
			bids: u32,
		},
		/// A request's record was removed.
		RequestRemoved {
			/// The request.
			request: RequestId,
			/// Who wanted to buy, and got the deposit back.
			buyer: T::AccountId,
		},
		/// A request came to a maintenance order.
		ServiceAwarded {
			/// The request.
			request: RequestId,
			/// The order.
			order: ServiceOrderId,
			/// Whose machine account pays.
			buyer: T::AccountId,
			/// Whose bid has won.
			bidder: T::AccountId,
			/// The price.
			price: Balance,
			/// The response time, in milliseconds.
			response_window: u64,
			/// What the bid was worth.
			score: Score,
		},
		/// The winner of a request for maintenance gave up. The next bid is the best now.
		ServiceReopened {
			/// The request.
			request: RequestId,
			/// Whose machine account pays.
			buyer: T::AccountId,
			/// The order that came to nothing.
			order: ServiceOrderId,
		},
	}
}

//! What can go wrong.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod errors {
	/// What can go wrong.
	#[pallet::error]
	pub enum Error<T> {
		/// There is no quote of this id, or it was withdrawn.
		UnknownQuote,
		/// There is no request of this id, or its record was removed.
		UnknownRequest,
		/// There is no order of this id, or its record was removed.
		UnknownOrder,
		/// This account has no bid on the request, or it was evicted, struck, revealed or given back.
		UnknownBid,
		/// Only the supplier, or the owner of the machine that is the supplier, may do this.
		NotTheSupplier,
		/// Only the buyer, or the owner of the machine that is the buyer, may do this.
		NotTheBuyer,
		/// Only the buyer and the supplier or bidder may do this.
		NotAParty,
		/// Only the machine that buys may give a reading. Confirm without one.
		NotTheMachine,
		/// Nobody buys from himself, nor from a machine of the same owner.
		OwnQuote,
		/// Nobody bids on his own request, nor on one of the same owner's.
		OwnRequest,
		/// The arbiter of a request does not bid on it, nor does a machine of his.
		ArbiterBids,
		/// The supplier has as many quotes as he may have. Withdraw one first.
		TooManyQuotes,
		/// The buyer has as many requests and orders open as he may have. End one first.
		TooManyPurchases,
		/// The supplier has as many orders open as he may have. Order later or elsewhere.
		TooManySales,
		/// Category or item is empty.
		BadItem,
		/// An area is not of the form of ISO 3166 (two capital letters, and if any a dash and one to three capital letters or
		/// digits), or an empty one is named in a list.
		BadArea,
		/// The three weights are not one together.
		BadWeights,
		/// An arbiter is named twice.
		BadArbiters,
		/// The quote does not take this arbiter. Name one of its list, or nobody.
		ArbiterNotOffered,
		/// A price is zero.
		ZeroPrice,
		/// A quantity is zero.
		ZeroQuantity,
		/// There is no tier, or the tiers do not rise in `from_quantity`, from 1.
		TiersOutOfOrder,
		/// A window is shorter than `MinWindow` or longer than `MaxWindow`.
		WindowOutOfRange,
		/// Parts are zero or more than `MaxRounds`, or counter-offers are more than that.
		RoundsOutOfRange,
		/// A penalty for lateness, and no time to be late. Leave one out or name the other.
		PenaltyWithoutDelay,
		/// Private bids are awarded by hand: nobody else can read them.
		PrivateIsByHand,
		/// The quote has changed since this version. Read it again.
		QuoteChanged,
		/// The stock has changed since it was read. Read it again.
		StockChanged,
		/// The quote has less in stock.
		OutOfStock,
		/// The quote's smallest order is larger.
		QuantityTooSmall,
		/// The quote is not delivered in this area.
		NotDeliveredThere,
		/// The price is above `max_price`. Raise it or order less.
		MaxPriceTooLow,
		/// The price is larger than any balance.
		PriceOverflow,
		/// The supplier cannot put up his bond now: he has too little money, or his spending policy forbids it.
		NoBond,
		/// The price is above the most that the request would pay.
		PriceTooHigh,
		/// The lead time is above the longest that the request would wait.
		LeadTimeTooLong,
		/// The request takes bids of another kind: open, sealed, or private with a text.
		WrongBidding,
		/// The bidder has a sealed bid on this request.
		AlreadyBid,
		/// A new bid or a counter-offer must be better than what stands.
		NotBetter,
		/// The request has as many bids as it keeps, and all are better, or as many sealed ones as it takes.
		ListFull,
		/// The request has ended or was awarded.
		NotOpen,
		/// The request is still open.
		StillOpen,
		/// Sealed bids of the request are left. Have each forfeited or given back first.
		SealedBidsLeft,
		/// The buyer awards this request by hand.
		ByHand,
		/// The best bid is awarded by itself.
		NotByHand,
		/// There is no bid that could be awarded.
		NoBid,
		/// This is not what the sealed bid is a hash of.
		RevealMismatch,
		/// The bid was not revealed in time: its deposit goes to the chain.
		Forfeited,
		/// The bidder need not reveal, or had no time for it: its deposit goes back.
		NotForfeited,
		/// All counter-offers that the request allows were made.
		NoRoundLeft,
		/// There is no counter-offer.
		NoCounterOffer,
		/// The counter-offer has changed since it was read. Read it again.
		CounterOfferChanged,
		/// It is for the other side to agree.
		OwnCounterOffer,
		/// The order's state does not allow this now.
		WrongState,
		/// It is too early for this.
		TooEarly,
		/// The deadline for this has passed.
		TooLate,
		/// The deadline has not passed yet.
		NotExpired,
		/// More than is outstanding, or than is in review.
		TooMuch,
		/// This is the last part that the order allows: it must be all that is outstanding.
		LastPart,
		/// The order has not ended yet.
		NotSettled,
		/// The order was rated before.
		AlreadyRated,
	}
}

//! What can be asked of the market's pallets.

use super::{
	found::Profile, CountReason, ItemCode, Keeper, PurchaseId, QuoteId, QuoteTerms, Reorder, RequestId, SiteProfile,
	StoreId, Wanted, Word,
};
use crate::chain::{
	types::JobId,
	usage::{ChannelId, RentalId},
};
use std::fmt;
use subxt::{
	dynamic::{tx, Value},
	transactions::Payload,
	utils::{AccountId32, H256},
};

/// A call to one of the market's pallets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MarketCall {
	/// Publish a supplier's profile.
	PublishProfile {
		/// Who is paid.
		supplier: AccountId32,
		/// What he says.
		profile: Profile,
	},
	/// Change it.
	UpdateProfile {
		/// Who is paid.
		supplier: AccountId32,
		/// What he says from now on.
		profile: Profile,
	},
	/// Remove it.
	RemoveProfile(AccountId32),
	/// Rate whoever was paid for goods or for work.
	Rate {
		/// For what.
		agreement: Rateable,
		/// One to five.
		stars: u8,
	},
	/// Publish a standing quote.
	PublishQuote {
		/// Who sells.
		supplier: AccountId32,
		/// The terms.
		terms: Box<QuoteTerms>,
		/// How much there is.
		stock: u64,
	},
	/// Change a quote's terms.
	UpdateQuote {
		/// The quote.
		quote: QuoteId,
		/// The new terms.
		terms: Box<QuoteTerms>,
	},
	/// Say how much of a quote's goods there is.
	SetStock {
		/// The quote.
		quote: QuoteId,
		/// What was read.
		read: u64,
		/// What there is.
		stock: u64,
	},
	/// Withdraw a quote.
	WithdrawQuote(QuoteId),
	/// Order from a quote.
	Buy {
		/// The quote.
		quote: QuoteId,
		/// The version that was read.
		version: u32,
		/// How much.
		quantity: u64,
		/// The most that all of it may cost.
		max_price: u128,
		/// Where it is to be delivered.
		area: Word,
		/// The buyer's own place for it.
		site: Option<StoreId>,
		/// Who decides disputes.
		arbiter: Option<AccountId32>,
	},
	/// Deliver goods.
	Deliver {
		/// The order.
		order: PurchaseId,
		/// How much.
		quantity: u64,
		/// Of which lot.
		lot: Option<Word>,
		/// Hash of the delivery note.
		note: H256,
	},
	/// Accept goods.
	Confirm {
		/// The order.
		order: PurchaseId,
		/// How much.
		quantity: u64,
		/// Hash of the reading that shows that they are there.
		reading: Option<H256>,
	},
	/// Reject goods.
	Reject {
		/// The order.
		order: PurchaseId,
		/// How much.
		quantity: u64,
		/// Hash of the reason.
		reason: H256,
	},
	/// Call off what has not come.
	Cancel {
		/// The order.
		order: PurchaseId,
		/// Hash of the reason.
		reason: H256,
	},
	/// End an order whose deadline has passed.
	Expire(PurchaseId),
	/// Let a rejection stand.
	Concede(PurchaseId),
	/// Dispute a rejection.
	Dispute {
		/// The order.
		order: PurchaseId,
		/// Hash of the evidence.
		evidence: H256,
	},
	/// Remove a settled order's record.
	Remove(PurchaseId),
	/// Ask for bids.
	RaiseRequest(Box<Wanted>),
	/// Call a request off.
	CancelRequest(RequestId),
	/// End a request whose time is over.
	ExpireRequest(RequestId),
	/// Remove the record of a request that is not open any more.
	RemoveRequest(RequestId),
	/// Make an open bid.
	Bid {
		/// The request.
		request: RequestId,
		/// The price of all.
		price: u128,
		/// From award to delivery, in milliseconds.
		lead_time: u64,
	},
	/// Make a sealed bid.
	SealBid {
		/// The request.
		request: RequestId,
		/// The hash of what it says.
		commitment: H256,
	},
	/// Reveal a sealed bid.
	RevealBid {
		/// The request.
		request: RequestId,
		/// The price of all.
		price: u128,
		/// From award to delivery, in milliseconds.
		lead_time: u64,
		/// The salt.
		salt: H256,
	},
	/// Send the deposit of a sealed bid that was not revealed to the chain.
	ForfeitBid {
		/// The request.
		request: RequestId,
		/// Whose.
		bidder: AccountId32,
	},
	/// Give the deposit of a bid back that need not be revealed.
	ReclaimBid {
		/// The request.
		request: RequestId,
		/// Whose.
		bidder: AccountId32,
	},
	/// Award to the best bid.
	Award(RequestId),
	/// Award by hand.
	AwardTo {
		/// The request.
		request: RequestId,
		/// To whom.
		bidder: AccountId32,
	},
	/// Propose another price for a bid.
	CounterOffer {
		/// The request.
		request: RequestId,
		/// Whose bid.
		bidder: AccountId32,
		/// The price of all.
		price: u128,
	},
	/// Agree to a counter-offer.
	AcceptCounterOffer {
		/// The request.
		request: RequestId,
		/// Whose bid.
		bidder: AccountId32,
		/// The price as it was read.
		price: u128,
	},
	/// Create a site.
	CreateSite {
		/// What it is called.
		profile: SiteProfile,
		/// How many records there may be.
		room: u32,
	},
	/// Close a site.
	CloseSite(StoreId),
	/// Say who may touch a site's stock.
	SetKeepers {
		/// The site.
		site: StoreId,
		/// All of them.
		keepers: Vec<Keeper>,
	},
	/// Keep an item at a site.
	OpenItem {
		/// The site.
		site: StoreId,
		/// The item.
		item: Word,
		/// How it is named.
		code: ItemCode,
		/// What it is counted in.
		unit: Word,
	},
	/// Keep it no more.
	CloseItem {
		/// The site.
		site: StoreId,
		/// The item.
		item: Word,
	},
	/// Take goods in.
	Receive {
		/// The site.
		site: StoreId,
		/// The item.
		item: Word,
		/// Of which lot.
		lot: Word,
		/// How much.
		quantity: u64,
		/// The lot's date, in unix milliseconds.
		expires: Option<u64>,
	},
	/// Use goods up.
	Consume {
		/// The site.
		site: StoreId,
		/// The item.
		item: Word,
		/// Of which lot.
		lot: Option<Word>,
		/// How much.
		quantity: u64,
	},
	/// Move goods to another site.
	MoveStock {
		/// From where.
		from: StoreId,
		/// Where to.
		to: StoreId,
		/// The item.
		item: Word,
		/// Of which lot.
		lot: Word,
		/// How much.
		quantity: u64,
	},
	/// Put right what the books say.
	Count {
		/// The site.
		site: StoreId,
		/// The item.
		item: Word,
		/// Of which lot.
		lot: Word,
		/// The version that was seen.
		basis: u64,
		/// How much there is.
		on_hand: u64,
		/// Why.
		reason: CountReason,
	},
	/// Say when more is asked for.
	SetReorder {
		/// The site.
		site: StoreId,
		/// The item.
		item: Word,
		/// When, and for what; none to ask no more.
		reorder: Option<Box<Reorder>>,
	},
	/// Ask for more of an item that is below its point.
	Reorder {
		/// The site.
		site: StoreId,
		/// The item.
		item: Word,
	},
	/// Put goods on stock that had no place when they came.
	PutAway {
		/// Who bought them.
		owner: AccountId32,
		/// By which order.
		order: PurchaseId,
		/// Where to.
		site: StoreId,
	},
	/// Forget goods that had no place.
	DismissArrival {
		/// Who bought them.
		owner: AccountId32,
		/// By which order.
		order: PurchaseId,
	},
}

/// What somebody was paid for, and may be rated for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rateable {
	/// A purchase order.
	Order(PurchaseId),
	/// A job.
	Job(JobId),
	/// A rental.
	Rental(RentalId),
	/// A payment channel.
	Channel(ChannelId),
}

impl Rateable {
	fn reference(self) -> Value {
		let (kind, id) = match self {
			Self::Order(order) => ("Order", order.0),
			Self::Job(job) => ("Job", job.0),
			Self::Rental(rental) => ("Rental", rental.0),
			Self::Channel(channel) => ("Channel", channel.0),
		};
		Value::unnamed_variant(kind, [Value::u128(id.into())])
	}
}

/// What a call is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Subject {
	/// A quote.
	Quote(QuoteId),
	/// A request.
	Request(RequestId),
	/// An order.
	Purchase(PurchaseId),
	/// A job.
	Job(JobId),
	/// A rental.
	Rental(RentalId),
	/// A payment channel.
	Channel(ChannelId),
	/// An item at a site.
	Item(StoreId, Word),
	/// A site.
	Site(StoreId),
}

impl fmt::Display for Subject {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Quote(id) => id.fmt(f),
			Self::Request(id) => id.fmt(f),
			Self::Purchase(id) => id.fmt(f),
			Self::Job(id) => id.fmt(f),
			Self::Rental(id) => id.fmt(f),
			Self::Channel(id) => id.fmt(f),
			Self::Site(id) => id.fmt(f),
			Self::Item(site, item) => write!(f, "{item} at {site}"),
		}
	}
}

/// Takes a call as the chain has it. Each call has a type of its own.
pub trait Visit {
	/// What comes of it.
	type Out;

	/// Takes it.
	fn take<P: Payload>(self, payload: P) -> Self::Out;
}

impl MarketCall {
	/// The call's name on the chain.
	pub fn name(&self) -> &'static str {
		match self {
			Self::PublishProfile { .. } => "suppliers.publish_profile",
			Self::UpdateProfile { .. } => "suppliers.update_profile",
			Self::RemoveProfile(_) => "suppliers.remove_profile",
			Self::Rate { .. } => "suppliers.rate",
			Self::PublishQuote { .. } => "procurement.publish_quote",
			Self::UpdateQuote { .. } => "procurement.update_quote",
			Self::SetStock { .. } => "procurement.set_stock",
			Self::WithdrawQuote(_) => "procurement.withdraw_quote",
			Self::Buy { .. } => "procurement.buy",
			Self::Deliver { .. } => "procurement.deliver",
			Self::Confirm { .. } => "procurement.confirm",
			Self::Reject { .. } => "procurement.reject",
			Self::Cancel { .. } => "procurement.cancel",
			Self::Expire(_) => "procurement.expire",
			Self::Concede(_) => "procurement.concede",
			Self::Dispute { .. } => "procurement.dispute",
			Self::Remove(_) => "procurement.remove",
			Self::RaiseRequest(_) => "procurement.raise_request",
			Self::CancelRequest(_) => "procurement.cancel_request",
			Self::ExpireRequest(_) => "procurement.expire_request",
			Self::RemoveRequest(_) => "procurement.remove_request",
			Self::Bid { .. } => "procurement.bid",
			Self::SealBid { .. } => "procurement.seal_bid",
			Self::RevealBid { .. } => "procurement.reveal_bid",
			Self::ForfeitBid { .. } => "procurement.forfeit_bid",
			Self::ReclaimBid { .. } => "procurement.reclaim_bid",
			Self::Award(_) => "procurement.award",
			Self::AwardTo { .. } => "procurement.award_to",
			Self::CounterOffer { .. } => "procurement.counter_offer",
			Self::AcceptCounterOffer { .. } => "procurement.accept_counter_offer",
			Self::CreateSite { .. } => "inventory.create_site",
			Self::CloseSite(_) => "inventory.close_site",
			Self::SetKeepers { .. } => "inventory.set_keepers",
			Self::OpenItem { .. } => "inventory.open_item",
			Self::CloseItem { .. } => "inventory.close_item",
			Self::Receive { .. } => "inventory.receive",
			Self::Consume { .. } => "inventory.consume",
			Self::MoveStock { .. } => "inventory.move_stock",
			Self::Count { .. } => "inventory.count",
			Self::SetReorder { .. } => "inventory.set_reorder",
			Self::Reorder { .. } => "inventory.reorder",
			Self::PutAway { .. } => "inventory.put_away",
			Self::DismissArrival { .. } => "inventory.dismiss_arrival",
		}
	}

	/// What it is about, if that exists already.
	pub fn subject(&self) -> Option<Subject> {
		Some(match self {
			Self::UpdateQuote { quote, .. }
			| Self::SetStock { quote, .. }
			| Self::WithdrawQuote(quote)
			| Self::Buy { quote, .. } => Subject::Quote(*quote),
			Self::Rate { agreement, .. } => match agreement {
				Rateable::Order(order) => Subject::Purchase(*order),
				Rateable::Job(job) => Subject::Job(*job),
				Rateable::Rental(rental) => Subject::Rental(*rental),
				Rateable::Channel(channel) => Subject::Channel(*channel),
			},
			Self::Deliver { order, .. }
			| Self::Confirm { order, .. }
			| Self::Reject { order, .. }
			| Self::Cancel { order, .. }
			| Self::Expire(order)
			| Self::Concede(order)
			| Self::Dispute { order, .. }
			| Self::Remove(order)
			| Self::PutAway { order, .. }
			| Self::DismissArrival { order, .. } => Subject::Purchase(*order),
			Self::CancelRequest(request)
			| Self::ExpireRequest(request)
			| Self::RemoveRequest(request)
			| Self::Bid { request, .. }
			| Self::SealBid { request, .. }
			| Self::RevealBid { request, .. }
			| Self::ForfeitBid { request, .. }
			| Self::ReclaimBid { request, .. }
			| Self::Award(request)
			| Self::AwardTo { request, .. }
			| Self::CounterOffer { request, .. }
			| Self::AcceptCounterOffer { request, .. } => Subject::Request(*request),
			Self::OpenItem { site, item, .. }
			| Self::CloseItem { site, item }
			| Self::Receive { site, item, .. }
			| Self::Consume { site, item, .. }
			| Self::MoveStock { from: site, item, .. }
			| Self::Count { site, item, .. }
			| Self::SetReorder { site, item, .. }
			| Self::Reorder { site, item } => Subject::Item(*site, item.clone()),
			Self::CloseSite(site) | Self::SetKeepers { site, .. } => Subject::Site(*site),
			Self::PublishProfile { .. }
			| Self::UpdateProfile { .. }
			| Self::RemoveProfile(_)
			| Self::PublishQuote { .. }
			| Self::RaiseRequest(_)
			| Self::CreateSite { .. } => return None,
		})
	}

	/// Shows it to `visitor` as the chain has it: arguments in their order.
	pub fn visit<V: Visit>(self, visitor: V) -> V::Out {
		const SUPPLIERS: &str = "Suppliers";
		const PROCUREMENT: &str = "Procurement";
		const INVENTORY: &str = "Inventory";
		match self {
			Self::PublishProfile { supplier, profile } => {
				visitor.take(tx(SUPPLIERS, "publish_profile", (supplier, profile)))
			}
			Self::UpdateProfile { supplier, profile } => {
				visitor.take(tx(SUPPLIERS, "update_profile", (supplier, profile)))
			}
			Self::RemoveProfile(supplier) => visitor.take(tx(SUPPLIERS, "remove_profile", (supplier,))),
			Self::Rate { agreement, stars } => {
				visitor.take(tx(SUPPLIERS, "rate", (agreement.reference(), stars_of(stars))))
			}
			Self::PublishQuote { supplier, terms, stock } => {
				visitor.take(tx(PROCUREMENT, "publish_quote", (supplier, *terms, stock)))
			}
			Self::UpdateQuote { quote, terms } => visitor.take(tx(PROCUREMENT, "update_quote", (quote, *terms))),
			Self::SetStock { quote, read, stock } => visitor.take(tx(PROCUREMENT, "set_stock", (quote, read, stock))),
			Self::WithdrawQuote(quote) => visitor.take(tx(PROCUREMENT, "withdraw_quote", (quote,))),
			Self::Buy {
				quote,
				version,
				quantity,
				max_price,
				area,
				site,
				arbiter,
			} => {
				let arguments = (quote, version, quantity, max_price, area, site, arbiter);
				visitor.take(tx(PROCUREMENT, "buy", arguments))
			}
			Self::Deliver {
				order,
				quantity,
				lot,
				note,
			} => visitor.take(tx(PROCUREMENT, "deliver", (order, quantity, lot, note))),
			Self::Confirm {
				order,
				quantity,
				reading,
			} => visitor.take(tx(PROCUREMENT, "confirm", (order, quantity, reading))),
			Self::Reject {
				order,
				quantity,
				reason,
			} => visitor.take(tx(PROCUREMENT, "reject", (order, quantity, reason))),
			Self::Cancel { order, reason } => visitor.take(tx(PROCUREMENT, "cancel", (order, reason))),
			Self::Expire(order) => visitor.take(tx(PROCUREMENT, "expire", (order,))),
			Self::Concede(order) => visitor.take(tx(PROCUREMENT, "concede", (order,))),
			Self::Dispute { order, evidence } => visitor.take(tx(PROCUREMENT, "dispute", (order, evidence))),
			Self::Remove(order) => visitor.take(tx(PROCUREMENT, "remove", (order,))),
			Self::RaiseRequest(wanted) => visitor.take(tx(PROCUREMENT, "raise_request", (*wanted,))),
			Self::CancelRequest(request) => visitor.take(tx(PROCUREMENT, "cancel_request", (request,))),
			Self::ExpireRequest(request) => visitor.take(tx(PROCUREMENT, "expire_request", (request,))),
			Self::RemoveRequest(request) => visitor.take(tx(PROCUREMENT, "remove_request", (request,))),
			Self::Bid {
				request,
				price,
				lead_time,
			} => visitor.take(tx(PROCUREMENT, "bid", (request, price, lead_time))),
			Self::SealBid { request, commitment } => {
				// Private bids have a text for the buyer; this client makes none.
				let none = Value::unnamed_variant("None", []);
				visitor.take(tx(PROCUREMENT, "seal_bid", (request, commitment, none)))
			}
			Self::RevealBid {
				request,
				price,
				lead_time,
				salt,
			} => visitor.take(tx(PROCUREMENT, "reveal_bid", (request, price, lead_time, salt))),
			Self::ForfeitBid { request, bidder } => visitor.take(tx(PROCUREMENT, "forfeit_bid", (request, bidder))),
			Self::ReclaimBid { request, bidder } => visitor.take(tx(PROCUREMENT, "reclaim_bid", (request, bidder))),
			Self::AwardTo { request, bidder } => visitor.take(tx(PROCUREMENT, "award_to", (request, bidder))),
			Self::CounterOffer { request, bidder, price } => {
				visitor.take(tx(PROCUREMENT, "counter_offer", (request, bidder, price)))
			}
			Self::AcceptCounterOffer { request, bidder, price } => {
				visitor.take(tx(PROCUREMENT, "accept_counter_offer", (request, bidder, price)))
			}
			Self::Award(request) => visitor.take(tx(PROCUREMENT, "award", (request,))),
			Self::CreateSite { profile, room } => visitor.take(tx(INVENTORY, "create_site", (profile, room))),
			Self::CloseSite(site) => visitor.take(tx(INVENTORY, "close_site", (site,))),
			Self::SetKeepers { site, keepers } => visitor.take(tx(INVENTORY, "set_keepers", (site, keepers))),
			Self::OpenItem { site, item, code, unit } => {
				visitor.take(tx(INVENTORY, "open_item", (site, item, code, unit)))
			}
			Self::CloseItem { site, item } => visitor.take(tx(INVENTORY, "close_item", (site, item))),
			Self::Receive {
				site,
				item,
				lot,
				quantity,
				expires,
			} => visitor.take(tx(INVENTORY, "receive", (site, item, lot, quantity, expires))),
			Self::Consume {
				site,
				item,
				lot,
				quantity,
			} => visitor.take(tx(INVENTORY, "consume", (site, item, lot, quantity))),
			Self::MoveStock {
				from,
				to,
				item,
				lot,
				quantity,
			} => visitor.take(tx(INVENTORY, "move_stock", (from, to, item, lot, quantity))),
			Self::Count {
				site,
				item,
				lot,
				basis,
				on_hand,
				reason,
			} => visitor.take(tx(INVENTORY, "count", (site, item, lot, basis, on_hand, reason))),
			Self::SetReorder { site, item, reorder } => visitor.take(tx(
				INVENTORY,
				"set_reorder",
				(site, item, reorder.map(|reorder| *reorder)),
			)),
			Self::Reorder { site, item } => visitor.take(tx(INVENTORY, "reorder", (site, item))),
			Self::PutAway { owner, order, site } => visitor.take(tx(INVENTORY, "put_away", (owner, order, site))),
			Self::DismissArrival { owner, order } => visitor.take(tx(INVENTORY, "dismiss_arrival", (owner, order))),
		}
	}
}

fn stars_of(stars: u8) -> Value {
	let name = match stars {
		0 | 1 => "One",
		2 => "Two",
		3 => "Three",
		4 => "Four",
		_ => "Five",
	};
	Value::unnamed_variant(name, [])
}

/// Shows name and subject: `procurement.bid 12`.
impl fmt::Display for MarketCall {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(self.name())?;
		match self.subject() {
			Some(subject) => write!(f, " {subject}"),
			None => Ok(()),
		}
	}
}

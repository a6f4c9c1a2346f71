//! What can be asked of the pallets `rentals` and `channels`.

use super::{ChannelId, ChannelTerms, ListingId, ListingTerms, RentalId, SignedTally, Tally};
use crate::chain::market::{AssetKind, Visit};
use std::fmt;
use subxt::{
	dynamic::tx,
	utils::{AccountId32, H256},
};

/// A step of a rental that takes nothing but its id.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
	/// The owner approves it.
	Approve,
	/// The renter starts it.
	Start,
	/// The renter gives it back.
	GiveBack,
	/// The owner claims nothing, or no more.
	Waive,
	/// The renter accepts a claim.
	Concede,
	/// Its deadline has passed.
	Expire,
	/// The renter removes its record.
	Remove,
}

/// A step of a rental that takes a hash of a reason or of evidence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reasoned {
	/// The owner declines it.
	Decline,
	/// The renter calls it off.
	Cancel,
	/// The owner stops it.
	Stop,
	/// The renter disputes a claim.
	Dispute,
}

impl Step {
	/// All of them.
	pub const ALL: [Self; 7] = [
		Self::Approve,
		Self::Start,
		Self::GiveBack,
		Self::Waive,
		Self::Concede,
		Self::Expire,
		Self::Remove,
	];

	fn call(self) -> &'static str {
		match self {
			Self::Approve => "approve",
			Self::Start => "start",
			Self::GiveBack => "give_back",
			Self::Waive => "waive",
			Self::Concede => "concede",
			Self::Expire => "expire",
			Self::Remove => "remove",
		}
	}

	fn name(self) -> &'static str {
		match self {
			Self::Approve => "rentals.approve",
			Self::Start => "rentals.start",
			Self::GiveBack => "rentals.give_back",
			Self::Waive => "rentals.waive",
			Self::Concede => "rentals.concede",
			Self::Expire => "rentals.expire",
			Self::Remove => "rentals.remove",
		}
	}
}

impl Reasoned {
	/// All of them.
	pub const ALL: [Self; 4] = [Self::Decline, Self::Cancel, Self::Stop, Self::Dispute];

	fn call(self) -> &'static str {
		match self {
			Self::Decline => "decline",
			Self::Cancel => "cancel",
			Self::Stop => "stop",
			Self::Dispute => "dispute",
		}
	}

	fn name(self) -> &'static str {
		match self {
			Self::Decline => "rentals.decline",
			Self::Cancel => "rentals.cancel",
			Self::Stop => "rentals.stop",
			Self::Dispute => "rentals.dispute",
		}
	}
}

/// A call to one of the two pallets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum UsageCall {
	/// List a machine, lock or room.
	PublishListing {
		/// Which.
		machine: [u8; 32],
		/// On which terms.
		terms: Box<ListingTerms>,
	},
	/// Change a listing's terms.
	UpdateListing {
		/// Which.
		listing: ListingId,
		/// The new terms.
		terms: Box<ListingTerms>,
	},
	/// Withdraw a listing.
	WithdrawListing(ListingId),
	/// Rent.
	Rent {
		/// By which listing.
		listing: ListingId,
		/// The version that was read.
		version: u32,
		/// From when, in unix milliseconds; none for now.
		start: Option<u64>,
		/// For how many periods.
		periods: u32,
		/// The most that the rent may be.
		max_price: u128,
		/// Who decides disputes.
		arbiter: Option<AccountId32>,
	},
	/// A step that takes nothing else.
	Do(Step, RentalId),
	/// A step that takes a hash.
	Tell(Reasoned, RentalId, H256),
	/// Add periods.
	Extend {
		/// The rental.
		rental: RentalId,
		/// How many.
		periods: u32,
		/// The most that they may cost.
		max_price: u128,
	},
	/// Let somebody use it.
	SetUser {
		/// The rental.
		rental: RentalId,
		/// Who.
		user: AccountId32,
		/// From when, in unix milliseconds.
		from: u64,
		/// Until when, in unix milliseconds.
		until: u64,
		/// For what: a bit each.
		actions: u16,
	},
	/// Let somebody use it no more.
	RemoveUser {
		/// The rental.
		rental: RentalId,
		/// Who.
		user: AccountId32,
	},
	/// Say that it came back.
	ConfirmReturn {
		/// The rental.
		rental: RentalId,
		/// When, in unix milliseconds.
		at: u64,
		/// Hash of the lock's report.
		evidence: H256,
	},
	/// Claim a part of the deposit.
	ClaimDamage {
		/// The rental.
		rental: RentalId,
		/// How much.
		amount: u128,
		/// Hash of what speaks for it.
		evidence: H256,
	},
	/// Open a channel.
	OpenChannel {
		/// Who is paid.
		payee: AccountId32,
		/// In what.
		asset: AssetKind,
		/// How much is put in.
		amount: u128,
		/// What both ends agree to.
		terms: ChannelTerms,
	},
	/// Put more into a channel.
	TopUp {
		/// The channel.
		channel: ChannelId,
		/// How much.
		amount: u128,
	},
	/// Have a voucher paid.
	Redeem {
		/// The channel.
		channel: ChannelId,
		/// The voucher.
		voucher: SignedTally,
	},
	/// The payer asks for the end.
	RequestClose {
		/// The channel.
		channel: ChannelId,
		/// The newest voucher that he knows of.
		newest: Option<SignedTally>,
	},
	/// The payee ends it.
	Close {
		/// The channel.
		channel: ChannelId,
		/// His newest voucher.
		newest: Option<SignedTally>,
	},
	/// Both have signed the end.
	CloseTogether {
		/// The channel.
		channel: ChannelId,
		/// With what.
		last: Tally,
		/// The payer's signature, and the payee's.
		signatures: [[u8; 64]; 2],
	},
	/// End a channel whose life, or whose time to challenge, is over.
	ExpireChannel(ChannelId),
	/// Remove a settled channel's record.
	RemoveChannel(ChannelId),
}

const RENTALS: &str = "Rentals";
const CHANNELS: &str = "Channels";

impl UsageCall {
	/// The call's name on the chain.
	pub fn name(&self) -> &'static str {
		match self {
			Self::PublishListing { .. } => "rentals.publish_listing",
			Self::UpdateListing { .. } => "rentals.update_listing",
			Self::WithdrawListing(_) => "rentals.withdraw_listing",
			Self::Rent { .. } => "rentals.rent",
			Self::Do(step, _) => step.name(),
			Self::Tell(step, ..) => step.name(),
			Self::Extend { .. } => "rentals.extend",
			Self::SetUser { .. } => "rentals.set_user",
			Self::RemoveUser { .. } => "rentals.remove_user",
			Self::ConfirmReturn { .. } => "rentals.confirm_return",
			Self::ClaimDamage { .. } => "rentals.claim",
			Self::OpenChannel { .. } => "channels.open",
			Self::TopUp { .. } => "channels.top_up",
			Self::Redeem { .. } => "channels.redeem",
			Self::RequestClose { .. } => "channels.request_close",
			Self::Close { .. } => "channels.close",
			Self::CloseTogether { .. } => "channels.close_together",
			Self::ExpireChannel(_) => "channels.expire",
			Self::RemoveChannel(_) => "channels.remove",
		}
	}

	/// The number of what it is about, if that exists already.
	fn subject(&self) -> Option<u64> {
		match self {
			Self::PublishListing { .. } | Self::OpenChannel { .. } => None,
			Self::UpdateListing { listing, .. } | Self::WithdrawListing(listing) | Self::Rent { listing, .. } => {
				Some(listing.0)
			}
			Self::Do(_, rental)
			| Self::Tell(_, rental, _)
			| Self::Extend { rental, .. }
			| Self::SetUser { rental, .. }
			| Self::RemoveUser { rental, .. }
			| Self::ConfirmReturn { rental, .. }
			| Self::ClaimDamage { rental, .. } => Some(rental.0),
			Self::TopUp { channel, .. }
			| Self::Redeem { channel, .. }
			| Self::RequestClose { channel, .. }
			| Self::Close { channel, .. }
			| Self::CloseTogether { channel, .. }
			| Self::ExpireChannel(channel)
			| Self::RemoveChannel(channel) => Some(channel.0),
		}
	}

	/// Hands the call over as the chain has it.
	pub(in crate::chain) fn visit<V: Visit>(self, visitor: V) -> V::Out {
		match self {
			Self::PublishListing { machine, terms } => visitor.take(tx(RENTALS, "publish_listing", (machine, *terms))),
			Self::UpdateListing { listing, terms } => visitor.take(tx(RENTALS, "update_listing", (listing, *terms))),
			Self::WithdrawListing(listing) => visitor.take(tx(RENTALS, "withdraw_listing", (listing,))),
			Self::Rent {
				listing,
				version,
				start,
				periods,
				max_price,
				arbiter,
			} => visitor.take(tx(
				RENTALS,
				"rent",
				(listing, version, start, periods, max_price, arbiter),
			)),
			Self::Do(step, rental) => visitor.take(tx(RENTALS, step.call(), (rental,))),
			Self::Tell(step, rental, hash) => visitor.take(tx(RENTALS, step.call(), (rental, hash))),
			Self::Extend {
				rental,
				periods,
				max_price,
			} => visitor.take(tx(RENTALS, "extend", (rental, periods, max_price))),
			Self::SetUser {
				rental,
				user,
				from,
				until,
				actions,
			} => visitor.take(tx(RENTALS, "set_user", (rental, user, from, until, actions))),
			Self::RemoveUser { rental, user } => visitor.take(tx(RENTALS, "remove_user", (rental, user))),
			Self::ConfirmReturn { rental, at, evidence } => {
				visitor.take(tx(RENTALS, "confirm_return", (rental, at, evidence)))
			}
			Self::ClaimDamage {
				rental,
				amount,
				evidence,
			} => visitor.take(tx(RENTALS, "claim", (rental, amount, evidence))),
			Self::OpenChannel {
				payee,
				asset,
				amount,
				terms,
			} => visitor.take(tx(CHANNELS, "open", (payee, asset, amount, terms))),
			Self::TopUp { channel, amount } => visitor.take(tx(CHANNELS, "top_up", (channel, amount))),
			Self::Redeem { channel, voucher } => visitor.take(tx(CHANNELS, "redeem", (channel, voucher))),
			Self::RequestClose { channel, newest } => visitor.take(tx(CHANNELS, "request_close", (channel, newest))),
			Self::Close { channel, newest } => visitor.take(tx(CHANNELS, "close", (channel, newest))),
			Self::CloseTogether {
				channel,
				last,
				signatures: [payer, payee],
			} => visitor.take(tx(CHANNELS, "close_together", (channel, last, payer, payee))),
			Self::ExpireChannel(channel) => visitor.take(tx(CHANNELS, "expire", (channel,))),
			Self::RemoveChannel(channel) => visitor.take(tx(CHANNELS, "remove", (channel,))),
		}
	}
}

/// Shows name and subject: `rentals.start 12`.
impl fmt::Display for UsageCall {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(self.name())?;
		match self.subject() {
			Some(subject) => write!(f, " {subject}"),
			None => Ok(()),
		}
	}
}

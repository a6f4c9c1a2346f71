//! Reads of rentals and channels at one block.

use super::{
	channel::ChannelRecord, rental::RentalRecord, Channel, ChannelId, FoundListing, Listing, ListingId, Rental,
	RentalId,
};
use crate::chain::{
	error::Result,
	market::{
		queries::{ask, value},
		AssetKind, Page, Word,
	},
	session::At,
};
use subxt::{
	ext::{
		scale_decode::{self, DecodeAsType},
		scale_encode::{self, EncodeAsType},
	},
	utils::AccountId32,
};

/// A place on a shelf of listings.
#[derive(Clone, Copy, PartialEq, Eq, Debug, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
pub struct ListingRank(pub [u8; 24]);

/// A listing.
///
/// # Errors
/// When the node does not answer.
pub async fn listing(at: &At, id: ListingId) -> Result<Option<Listing>> {
	value(at, "Rentals", "Listings", (id,)).await
}

/// The listings of a machine.
///
/// # Errors
/// When the node does not answer.
pub async fn listings_of(at: &At, machine: [u8; 32]) -> Result<Vec<ListingId>> {
	Ok(value(at, "Rentals", "ListingsOf", (machine,))
		.await?
		.unwrap_or_default())
}

/// A rental.
///
/// # Errors
/// When the node does not answer.
pub async fn rental(at: &At, id: RentalId) -> Result<Option<Rental>> {
	let record: Option<RentalRecord> = value(at, "Rentals", "Rentals", (id,)).await?;
	Ok(record.map(Rental::from))
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct ListingPage {
	listings: Vec<FoundListing>,
	next: Option<ListingRank>,
}

/// Listings by rising price of an hour: a page.
///
/// # Errors
/// When the node does not answer.
pub async fn listings_by(
	at: &At,
	(category, area, asset): (&Word, &Word, AssetKind),
	max_hourly: Option<u128>,
	cursor: Option<ListingRank>,
) -> Result<Page<FoundListing, ListingRank>> {
	let arguments = (category.clone(), area.clone(), asset, max_hourly, cursor);
	let page: ListingPage = ask(at, "RentalsApi", "listings_by", arguments).await?;
	Ok(Page {
		found: page.listings,
		next: page.next,
	})
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct FreeTime {
	spans: Vec<(u64, u64)>,
	next: Option<u64>,
}

/// When what is listed is open and not booked, in unix milliseconds: the spans, and from when on it is not known, if it is not.
///
/// # Errors
/// When the node does not answer.
pub async fn free_time(at: &At, listing: ListingId, from: u64, until: u64) -> Result<(Vec<(u64, u64)>, Option<u64>)> {
	let free: FreeTime = ask(at, "RentalsApi", "free_time_of", (listing, from, until)).await?;
	Ok((free.spans, free.next))
}

/// A payment channel.
///
/// # Errors
/// When the node does not answer.
pub async fn channel(at: &At, id: ChannelId) -> Result<Option<Channel>> {
	let record: Option<ChannelRecord> = value(at, "Channels", "Channels", (id,)).await?;
	Ok(record.map(Channel::from))
}

/// The channels of a payer.
///
/// # Errors
/// When the node does not answer.
pub async fn channels_of(at: &At, payer: &AccountId32) -> Result<Vec<ChannelId>> {
	Ok(value(at, "Channels", "ChannelsOf", (*payer,))
		.await?
		.unwrap_or_default())
}

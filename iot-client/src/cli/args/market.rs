//! What can be typed about goods: suppliers, quotes, requests, purchases, and stock.

use super::MaybeSigner;
use crate::{
	amount::Written,
	asset::Asset,
	chain::{
		market::{CountReason, PurchaseId, QuoteId, RequestId, StoreId, Weights},
		types::MachineId,
	},
	parse,
	quantity::Quantity,
};
use clap::{ArgGroup, Args, Subcommand};
use std::{path::PathBuf, time::Duration};

/// What a file of a request looks like; shown by `request raise --help`.
const REQUEST_HELP: &str = concat!(
	"The file, with every key:\n\n",
	include_str!("../../../examples/request.toml")
);

/// What a file of a quote looks like; shown by `quote publish --help`.
const QUOTE_HELP: &str = concat!(
	"The file, with every key:\n\n",
	include_str!("../../../examples/quote.toml")
);

/// What a supplier says of himself.
#[derive(Args, Debug, Clone)]
pub struct Says {
	/// What you deal in, as a short word of the trade; may be given four times
	#[arg(long = "category", value_name = "WORD", required = true)]
	pub categories: Vec<String>,
	/// Where you deliver, such as DE or DE-HB; may be given four times
	#[arg(long = "area", value_name = "REGION", value_parser = parse::region)]
	pub areas: Vec<String>,
	/// A certificate that you show: its file; may be given eight times, each with a --certificate-uri
	#[arg(long = "certificate", value_name = "FILE")]
	pub certificates: Vec<PathBuf>,
	/// Where that certificate can be read
	#[arg(long = "certificate-uri", value_name = "URI")]
	pub uris: Vec<String>,
}

/// What is done about who sells.
#[derive(Subcommand, Debug)]
pub enum SupplierCommand {
	/// Publish what you deal in and where, so that you are found
	Publish {
		/// What you say.
		#[command(flatten)]
		says: Says,
		/// Change what was published before
		#[arg(long)]
		update: bool,
		/// Your machine that is the supplier, if you are not that yourself
		#[arg(long, value_name = "MACHINE")]
		machine: Option<MachineId>,
		/// You; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Be found no more; your deposit goes back, and your name stays
	Remove {
		/// Your machine that is the supplier, if you are not that yourself
		#[arg(long, value_name = "MACHINE")]
		machine: Option<MachineId>,
		/// You; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Show what somebody deals in, and what his agreements say of him
	Show {
		/// An address, a machine's id, or a well-known account such as //Customer
		account: String,
	},
	/// Find suppliers of a category, the best name first
	Find {
		/// The category
		#[arg(long, value_name = "WORD")]
		category: String,
		/// Who serves this country or part of one; anywhere if not given
		#[arg(long, value_name = "REGION", value_parser = parse::region)]
		area: Option<String>,
	},
}

/// What is done about standing quotes.
#[derive(Subcommand, Debug)]
pub enum QuoteCommand {
	/// Publish a standing quote from a TOML file, or change one
	#[command(after_long_help = QUOTE_HELP)]
	Publish {
		/// The terms
		file: PathBuf,
		/// How much there is to sell, in the item's unit; not with --update
		#[arg(
			long,
			value_name = "QUANTITY",
			required_unless_present = "update",
			conflicts_with = "update"
		)]
		stock: Option<Quantity>,
		/// Change this quote instead of publishing a new one
		#[arg(long, value_name = "QUOTE")]
		update: Option<QuoteId>,
		/// Your machine that sells, if you do not do so yourself
		#[arg(long, value_name = "MACHINE")]
		machine: Option<MachineId>,
		/// You; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Say how much of a quote's goods there is
	Stock {
		/// The quote
		quote: QuoteId,
		/// How much, in the item's unit
		stock: Quantity,
		/// You; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Withdraw a quote; orders go on under its terms
	Withdraw {
		/// The quote
		quote: QuoteId,
		/// You; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Show a quote
	Show {
		/// The quote
		quote: QuoteId,
	},
	/// List the quotes of a category, the cheapest first
	List {
		/// The category
		#[arg(long, value_name = "WORD")]
		category: String,
		/// What is delivered in this country or part of one; anywhere if not given
		#[arg(long, value_name = "REGION", value_parser = parse::region)]
		area: Option<String>,
		/// Quotes in this asset, by its number
		#[arg(long, value_name = "ASSET", default_value = "BPI")]
		asset: Asset,
		/// How many to show
		#[arg(long, value_name = "N", default_value_t = 20)]
		limit: usize,
	},
	/// Order from a standing quote; the price is on hold until you accept the goods
	Buy {
		/// The quote
		quote: QuoteId,
		/// How much, in the item's unit
		#[arg(long, value_name = "QUANTITY")]
		quantity: Quantity,
		/// The most that all of it may cost, in the quote's asset; what the quote says if not given
		#[arg(long, value_name = "AMOUNT")]
		max_price: Option<Written>,
		/// Where it is to be delivered
		#[arg(long, value_name = "REGION", value_parser = parse::region)]
		area: Option<String>,
		/// Your place for it, where it is put on stock
		#[arg(long, value_name = "SITE")]
		site: Option<StoreId>,
		/// Who decides if the supplier disputes a rejection: one of the quote's arbiters; nobody if not given
		#[arg(long, value_name = "ACCOUNT")]
		arbiter: Option<String>,
		/// The buyer; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
}

/// What is done about requests for quotes.
#[derive(Subcommand, Debug)]
pub enum RequestCommand {
	/// Ask for bids, by a TOML file
	#[command(after_long_help = REQUEST_HELP)]
	Raise {
		/// What is wanted
		file: PathBuf,
		/// The buyer; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Show a request and its bids, the best one first
	Show {
		/// The request
		request: RequestId,
	},
	/// List the requests of a category that take bids, the latest first
	List {
		/// The category
		#[arg(long, value_name = "WORD")]
		category: String,
		/// What is wanted in this country or part of one; anywhere if not given
		#[arg(long, value_name = "REGION", value_parser = parse::region)]
		area: Option<String>,
		/// How many to show
		#[arg(long, value_name = "N", default_value_t = 20)]
		limit: usize,
	},
	/// Make a bid; it binds. If bids are sealed, its hash alone is sent, and a salt is printed: keep it until `reveal`
	Bid {
		/// The request
		request: RequestId,
		/// What it says.
		#[command(flatten)]
		terms: BidTerms,
		/// The bidder; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Reveal a sealed bid when bidding is over
	Reveal {
		/// The request
		request: RequestId,
		/// What it says.
		#[command(flatten)]
		terms: BidTerms,
		/// The salt that `bid` printed
		#[arg(long, value_name = "HASH", value_parser = parse::hash)]
		salt: [u8; 32],
		/// The bidder; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Award a request to its best bid once bidding is over, if the chain has not done so by itself; or by hand
	Award {
		/// The request
		request: RequestId,
		/// To this bidder, if the request is awarded by hand
		#[arg(long, value_name = "ACCOUNT")]
		to: Option<String>,
		/// Anybody, or by hand the buyer; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Propose a lower price for a bid: of yours, or as the buyer
	Counter {
		/// The request
		request: RequestId,
		/// Whose bid; your own if not given
		#[arg(long, value_name = "ACCOUNT")]
		bidder: Option<String>,
		/// The price of all, in the request's asset
		#[arg(long, value_name = "AMOUNT")]
		price: Written,
		/// You; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Agree to a counter-offer
	Agree {
		/// The request
		request: RequestId,
		/// Whose bid; your own if not given
		#[arg(long, value_name = "ACCOUNT")]
		bidder: Option<String>,
		/// You; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Call a request off
	Cancel {
		/// The request
		request: RequestId,
		/// The buyer; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// End a request whose time is over, if the chain has not done so by itself
	Expire {
		/// The request
		request: RequestId,
		/// Anybody; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Send the deposit of a sealed bid that was not revealed to the chain
	Forfeit {
		/// The request
		request: RequestId,
		/// Whose bid
		bidder: String,
		/// Anybody; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Give the deposit of a sealed bid back that need not be revealed
	Reclaim {
		/// The request
		request: RequestId,
		/// Whose bid; your own if not given
		bidder: Option<String>,
		/// Anybody; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Remove the record of a request that is not open any more; the deposit for it goes back
	Remove {
		/// The request
		request: RequestId,
		/// The buyer; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
}

/// What a bid says.
#[derive(Args, Debug, Clone)]
pub struct BidTerms {
	/// The price of all that is wanted, in the request's asset
	#[arg(long, value_name = "AMOUNT")]
	pub price: Written,
	/// From the award to the delivery
	#[arg(long, value_name = "TIME", value_parser = parse::duration)]
	pub lead_time: Duration,
}

/// What is done about purchase orders.
#[derive(Subcommand, Debug)]
pub enum PurchaseCommand {
	/// Show a purchase order
	Show {
		/// The order
		order: PurchaseId,
	},
	/// List what an account has open, as a buyer and as a supplier
	List {
		/// An address, a machine's id, or a well-known account such as //Customer
		account: String,
	},
	/// Deliver goods, or a part of them
	Deliver {
		/// The order
		order: PurchaseId,
		/// How much, in the item's unit; all that is outstanding if not given
		#[arg(long, value_name = "QUANTITY")]
		quantity: Option<Quantity>,
		/// The lot that they come from
		#[arg(long, value_name = "LOT")]
		lot: Option<String>,
		/// The delivery note; the chain gets the hash of this file
		#[arg(long, value_name = "FILE")]
		note: Option<PathBuf>,
		/// The supplier; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Accept goods that have come; the supplier is paid
	Confirm {
		/// The order
		order: PurchaseId,
		/// How much, in the item's unit; all that is in review if not given
		#[arg(long, value_name = "QUANTITY")]
		quantity: Option<Quantity>,
		/// The buyer; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Reject goods that have come
	Reject {
		/// The order
		order: PurchaseId,
		/// How much, in the item's unit; all that is in review if not given
		#[arg(long, value_name = "QUANTITY")]
		quantity: Option<Quantity>,
		/// Why; the chain gets the hash of this text
		#[arg(long, value_name = "TEXT")]
		reason: String,
		/// The buyer; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Rate the supplier of an order that has ended, once
	Rate {
		/// The order
		order: PurchaseId,
		/// One to five
		#[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=5))]
		stars: u8,
		/// The buyer; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Call off what has not come; as the supplier, give up
	Cancel {
		/// The order
		order: PurchaseId,
		/// Why; the chain gets the hash of this text
		#[arg(long, value_name = "TEXT", default_value = "")]
		reason: String,
		/// The buyer or the supplier; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// End an order whose deadline has passed, if the chain has not done so by itself
	Expire {
		/// The order
		order: PurchaseId,
		/// Anybody; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Let a rejection stand
	Concede {
		/// The order
		order: PurchaseId,
		/// The supplier; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Dispute a rejection before the arbiter of the order
	Dispute {
		/// The order
		order: PurchaseId,
		/// What speaks for you; the chain gets the hash of this file
		#[arg(long, value_name = "FILE")]
		evidence: PathBuf,
		/// The supplier; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Remove a settled order's record; the deposit for it goes back, and it cannot be rated any more
	Remove {
		/// The order
		order: PurchaseId,
		/// The buyer; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
}

/// An item at a site.
#[derive(Args, Debug, Clone)]
pub struct Kept {
	/// The site, as `stock sites` shows it
	#[arg(long, value_name = "SITE")]
	pub site: StoreId,
	/// The item: a GTIN, or the owner's own part number
	#[arg(long, value_name = "ITEM")]
	pub item: String,
}

/// Reads three shares that are one together, such as `50%,25%,25%`.
fn weights(text: &str) -> Result<Weights, String> {
	let wrong = || format!("`{text}` is not three shares that are 100% together, such as 50%,25%,25%");
	let shares: Option<Vec<u32>> = text.split(',').map(|part| parse::share(part).ok()).collect();
	let [price, lead_time, standing] = shares.ok_or_else(wrong)?[..] else {
		return Err(wrong());
	};
	let whole = Weights {
		price,
		lead_time,
		standing,
	};
	whole.are_whole().then_some(whole).ok_or_else(wrong)
}

/// What is done about stock.
#[derive(Subcommand, Debug)]
pub enum StockCommand {
	/// Show somebody's sites
	Sites {
		/// An address, a machine's id, or a well-known account such as //Owner
		owner: String,
	},
	/// Create a site, where stock is kept; you pay a deposit for its room
	Open {
		/// What people call it
		#[arg(long, value_name = "TEXT")]
		name: String,
		/// In which country or part of one it lies
		#[arg(long, value_name = "REGION", value_parser = parse::region)]
		region: Option<String>,
		/// Its Global Location Number, if it has one
		#[arg(long, value_name = "GLN")]
		gln: Option<String>,
		/// How many records there may be of what is kept and reserved there
		#[arg(long, value_name = "N", default_value_t = 8)]
		room: u32,
		/// The owner; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Close a site where nothing is kept
	Close {
		/// The site
		site: StoreId,
		/// The owner; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Say who may touch a site's stock beside its owner, instead of those before
	Keepers {
		/// The site
		site: StoreId,
		/// An account and what he may do, of receive, issue, count and reserve: 5Grw…=count,issue; nobody if none is given
		#[arg(long = "keeper", value_name = "ACCOUNT=RIGHTS")]
		keepers: Vec<String>,
		/// The owner; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Keep an item at a site from now on
	Keep {
		/// Which, and where.
		#[command(flatten)]
		kept: Kept,
		/// The unit that it is counted in, by UN/ECE Recommendation 20: LTR, KGM, H87 for pieces
		#[arg(long, value_name = "UNIT")]
		unit: String,
		/// The item is a GTIN
		#[arg(long)]
		gtin: bool,
		/// The owner; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Keep an item no more at a site where there is nothing of it
	Drop {
		/// Which, and where.
		#[command(flatten)]
		kept: Kept,
		/// The owner; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Show what is kept at a site
	Show {
		/// The site
		site: StoreId,
	},
	/// Take goods in
	Receive {
		/// Which, and where.
		#[command(flatten)]
		kept: Kept,
		/// How much, in the item's unit
		#[arg(long, value_name = "QUANTITY")]
		quantity: Quantity,
		/// Of which lot
		#[arg(long, value_name = "LOT", default_value = "")]
		lot: String,
		/// For how long it can be used from now on
		#[arg(long, value_name = "TIME", value_parser = parse::duration)]
		good_for: Option<Duration>,
		/// The owner or a keeper; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Use goods up
	Issue {
		/// Which, and where.
		#[command(flatten)]
		kept: Kept,
		/// How much, in the item's unit
		#[arg(long, value_name = "QUANTITY")]
		quantity: Quantity,
		/// Of which lot; of those that go out of date first if not given
		#[arg(long, value_name = "LOT")]
		lot: Option<String>,
		/// The owner or a keeper; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Move goods to another site of the same owner
	Move {
		/// Which, and from where.
		#[command(flatten)]
		kept: Kept,
		/// Where to
		#[arg(long, value_name = "SITE")]
		to: StoreId,
		/// How much, in the item's unit
		#[arg(long, value_name = "QUANTITY")]
		quantity: Quantity,
		/// Of which lot
		#[arg(long, value_name = "LOT", default_value = "")]
		lot: String,
		/// The owner or a keeper; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Put right what the books say, after counting
	Count {
		/// Which, and where.
		#[command(flatten)]
		kept: Kept,
		/// How much there is, in the item's unit
		#[arg(long, value_name = "QUANTITY")]
		on_hand: Quantity,
		/// Of which lot
		#[arg(long, value_name = "LOT", default_value = "")]
		lot: String,
		/// Why it is not what the books say
		#[arg(long, value_enum, value_name = "WHY", default_value = "stock-taking")]
		reason: CountReason,
		/// The owner or a keeper; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Say below which level more of an item is asked for, or ask for more now
	#[command(group = ArgGroup::new("what").required(true).args(["point", "none", "now"]))]
	Reorder {
		/// Which, and where.
		#[command(flatten)]
		kept: Kept,
		/// Below this much, in the item's unit
		#[arg(long, value_name = "QUANTITY", requires_all = ["quantity", "category", "highest_price", "longest_lead_time"])]
		point: Option<Quantity>,
		/// How much to ask for, in the item's unit
		#[arg(long, value_name = "QUANTITY")]
		quantity: Option<Quantity>,
		/// What suppliers who are asked deal in
		#[arg(long, value_name = "WORD")]
		category: Option<String>,
		/// The asset that is paid in, by its number
		#[arg(long, value_name = "ASSET", default_value = "BPI")]
		asset: Asset,
		/// The most that may be paid for all of it
		#[arg(long, value_name = "AMOUNT")]
		highest_price: Option<Written>,
		/// The longest time until it is there
		#[arg(long, value_name = "TIME", value_parser = parse::duration)]
		longest_lead_time: Option<Duration>,
		/// What counts how much in a bid's score: price, lead time and standing, 100% together
		#[arg(long, value_name = "SHARES", value_parser = weights, default_value = "50%,25%,25%")]
		weights: Weights,
		/// The machine that buys it, under its spending policy; the site's owner if not given
		#[arg(long, value_name = "MACHINE")]
		buyer: Option<MachineId>,
		/// Ask for no more by itself
		#[arg(long)]
		none: bool,
		/// Ask now, if it is below its level
		#[arg(long)]
		now: bool,
		/// The owner; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
	/// Put goods on stock that were bought and had no place when they came, or forget them
	PutAway {
		/// The order that they were bought by
		order: PurchaseId,
		/// Where to; forget them if not given
		#[arg(long, value_name = "SITE")]
		site: Option<StoreId>,
		/// Who bought them; the signer if not given
		#[arg(long, value_name = "ACCOUNT")]
		buyer: Option<String>,
		/// Who bought them, or the owner of the machine that did; the machine's own key if nobody is named.
		#[command(flatten)]
		signer: MaybeSigner,
	},
}

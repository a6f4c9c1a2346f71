//! What the benchmarks measure with.

use crate::{
	commitment, AwardRule, Balance, Bid, Bidding, Books, Caller, Conditions, Config, EscrowOf, Item, Lot, OrderOf,
	Orders, Pallet, PriceTier, Purchase, PurchaseOrderId, QuoteId, QuoteTermsOf, QuotesBy, QuotesOf, RequestId,
	RequestOf, RequestState, Requests, Score, ScoreWeights, SealedText, SiteId, Wanted, WantedOf,
};
use alloc::{vec, vec::Vec};
use bpiiot_primitives::{Actor, Actors, AgreementClock, AgreementRef, AssetKind, Category, Escrow, Purchasing, Region};
use frame_benchmarking::v2::*;
use frame_support::{traits::Get, BoundedVec};
use frame_system::{Pallet as System, RawOrigin};
use sp_core::H256;
use sp_runtime::{
	traits::{One, Saturating},
	Permill,
};

pub(super) type AccountOf<T> = <T as frame_system::Config>::AccountId;

pub(super) const HASH: H256 = H256::repeat_byte(7);
pub(super) const MAX_PRICE: Balance = 100_000_000;
pub(super) const PRICE: Balance = 50_000_000;

pub(super) fn rich<T: Config>(asset: AssetKind, who: &AccountOf<T>) {
	let amount = Balance::MAX / 1_000_000;
	EscrowOf::<T>::benchmark_fund(AssetKind::Native, who, amount);
	EscrowOf::<T>::benchmark_fund(asset, who, amount);
}

pub(super) fn arbiter<T: Config>() -> AccountOf<T> {
	account("arbiter", 0, 0)
}

pub(super) fn item() -> Item {
	Item::truncate_from(vec![b'i'; 32])
}

pub(super) fn category(letter: u8) -> Category {
	Category::truncate_from(vec![letter; 32])
}

/// A review is shorter than what is left until the last moment, so that a delivery is indexed anew.
pub(super) fn conditions<T: Config>() -> Conditions {
	let least = T::MinWindow::get();
	Conditions {
		parts: 1,
		review_window: least,
		late_window: least,
		late_penalty: Permill::from_percent(1),
		bond: Permill::from_percent(10),
		rejection_fee: Permill::from_percent(10),
		cancellation_fee: Permill::from_percent(10),
		challenge_window: least,
		case_window: least,
		ruling_window: least,
	}
}

/// Of everything as much as there may be. Another `letter`, other shelves.
pub(super) fn terms<T: Config>(asset: AssetKind, letter: u8) -> QuoteTermsOf<T> {
	let tiers = (1..9u64).map(|from_quantity| PriceTier {
		from_quantity,
		unit_price: 10_000_000,
	});
	let areas = (b'A'..b'E').map(|country| Region::truncate_from(vec![b'X', country, b'-', b'X', b'X', b'X']));
	let arbiters = (1..4)
		.map(|nth| account("another arbiter", nth, 0))
		.chain([arbiter::<T>()]);
	QuoteTermsOf::<T> {
		category: category(letter),
		item: item(),
		asset,
		tiers: BoundedVec::truncate_from(tiers.collect()),
		lead_time: T::MinWindow::get(),
		areas: BoundedVec::truncate_from(areas.collect()),
		conditions: conditions::<T>(),
		arbiters: BoundedVec::truncate_from(arbiters.collect()),
	}
}

pub(super) fn wanted<T: Config>(asset: AssetKind, bidding: Bidding, award: AwardRule) -> WantedOf<T> {
	let least = T::MinWindow::get();
	Wanted {
		category: category(b'c'),
		item: item(),
		quantity: 10,
		area: Region::truncate_from(b"XA-XXX".to_vec()),
		site: Some(SiteId(1)),
		asset,
		max_price: MAX_PRICE,
		max_lead_time: least,
		weights: ScoreWeights {
			price: Permill::from_percent(50),
			lead_time: Permill::from_percent(25),
			standing: Permill::from_percent(25),
		},
		bidding,
		award,
		bid_window: least,
		award_window: least.saturating_mul(4),
		rounds: T::MaxRounds::get(),
		conditions: conditions::<T>(),
		arbiter: Some(arbiter::<T>()),
	}
}

/// Two machines of two owners with money: one buys and one sells, each under a spending policy.
pub(super) struct Parties<T: Config> {
	pub(super) asset: AssetKind,
	/// The key and the account of who buys.
	pub(super) buyer: (AccountOf<T>, AccountOf<T>),
	/// The key and the account of who sells.
	pub(super) supplier: (AccountOf<T>, AccountOf<T>),
}

pub(super) fn parties<T: Config>() -> Parties<T> {
	let asset = EscrowOf::<T>::benchmark_asset();
	parties_who_spend::<T>(asset, asset)
}

/// The same, but what they may spend is the native token, in which fees and deposits are.
pub(super) fn parties_who_pay_fees<T: Config>() -> Parties<T> {
	parties_who_spend::<T>(EscrowOf::<T>::benchmark_asset(), AssetKind::Native)
}

pub(super) fn parties_who_spend<T: Config>(asset: AssetKind, spent: AssetKind) -> Parties<T> {
	next_block::<T>();
	// Not the numbers of those for whom others ask.
	let machine = |name, seed| {
		let (machine, key) = T::Actors::benchmark_machine(&account(name, 0, 0), seed, spent);
		let account: AccountOf<T> = machine.account();
		rich::<T>(asset, &account);
		(key, account)
	};
	let (buyer, supplier) = (machine("buyer", 20), machine("supplier", 21));
	rich::<T>(asset, &arbiter::<T>());
	EscrowOf::<T>::benchmark_arbiter(&arbiter::<T>());
	rich::<T>(AssetKind::Native, &T::FeeDestination::get());
	Parties { asset, buyer, supplier }
}

pub(super) fn next_block<T: Config>() {
	System::<T>::set_block_number(System::<T>::block_number().saturating_add(One::one()));
}

/// Somebody whose policy nobody asks: what is made by him is not what is measured.
pub(super) fn unasked<T: Config>(account: &AccountOf<T>) -> Caller<T> {
	Actor {
		account: account.clone(),
		machine: None,
	}
}

pub(super) fn signed<T: Config>(key: &AccountOf<T>) -> T::RuntimeOrigin {
	RawOrigin::Signed(key.clone()).into()
}

/// Fills the books of both, but for as many places as the step itself needs.
pub(super) fn fill_books<T: Config>(parties: &Parties<T>, purchases: usize, sales: usize) {
	Books::<T>::mutate(&parties.buyer.1, |book| {
		let most = (T::MaxPurchases::get() as usize).saturating_sub(purchases);
		let others = (0..).map(|nth| Purchase::Order(PurchaseOrderId(nth)));
		let all: Vec<_> = book.purchases.iter().copied().chain(others).take(most).collect();
		book.purchases = BoundedVec::truncate_from(all);
	});
	Books::<T>::mutate(&parties.supplier.1, |book| {
		let most = (T::MaxSales::get() as usize).saturating_sub(sales);
		let all: Vec<_> = book
			.sales
			.iter()
			.copied()
			.chain((0..).map(PurchaseOrderId))
			.take(most)
			.collect();
		book.sales = BoundedVec::truncate_from(all);
	});
}

pub(super) fn quote<T: Config>(parties: &Parties<T>) -> Result<QuoteId, BenchmarkError> {
	let supplier = parties.supplier.1.clone();
	let origin = signed::<T>(&parties.supplier.0);
	Pallet::<T>::publish_quote(origin, supplier.clone(), terms::<T>(parties.asset, b'c'), 1_000)?;
	let quotes = QuotesOf::<T>::get(supplier);
	quotes
		.last()
		.copied()
		.ok_or(BenchmarkError::Stop("the quote was not published"))
}

/// On how many shelves the quote stands.
pub(super) fn shelves_of<T: Config>(quote: QuoteId) -> usize {
	QuotesBy::<T>::iter_keys()
		.filter(|(_, rank)| rank.quote() == quote)
		.count()
}

/// An order from a quote, before an arbiter.
pub(super) fn order<T: Config>(parties: &Parties<T>) -> Result<PurchaseOrderId, BenchmarkError> {
	let quote = quote::<T>(parties)?;
	buy_of::<T>(parties, quote)?;
	let book = Books::<T>::get(&parties.supplier.1);
	fill_books::<T>(parties, 0, 0);
	book.sales
		.last()
		.copied()
		.ok_or(BenchmarkError::Stop("nothing was ordered"))
}

pub(super) fn buy_of<T: Config>(parties: &Parties<T>, quote: QuoteId) -> Result<(), BenchmarkError> {
	Ok(Pallet::<T>::buy(
		signed::<T>(&parties.buyer.0),
		quote,
		1,
		10,
		Balance::MAX,
		Region::truncate_from(b"XA-XXX".to_vec()),
		Some(SiteId(1)),
		Some(arbiter::<T>()),
	)?)
}

pub(super) fn lot() -> Option<Lot> {
	Some(Lot::truncate_from(vec![b'l'; 20]))
}

pub(super) fn delivered<T: Config>(parties: &Parties<T>) -> Result<PurchaseOrderId, BenchmarkError> {
	let order = order::<T>(parties)?;
	Pallet::<T>::deliver(signed::<T>(&parties.supplier.0), order, 10, lot(), HASH)?;
	Ok(order)
}

/// Late, so that each payment goes to both.
pub(super) fn delivered_late<T: Config>(parties: &Parties<T>) -> Result<PurchaseOrderId, BenchmarkError> {
	let order = order::<T>(parties)?;
	T::Clock::benchmark_advance(T::MinWindow::get().saturating_add(1));
	Pallet::<T>::deliver(signed::<T>(&parties.supplier.0), order, 10, lot(), HASH)?;
	Ok(order)
}

pub(super) fn rejected<T: Config>(parties: &Parties<T>) -> Result<PurchaseOrderId, BenchmarkError> {
	let order = delivered::<T>(parties)?;
	Pallet::<T>::reject(signed::<T>(&parties.buyer.0), order, 10, HASH)?;
	Ok(order)
}

pub(super) fn disputed<T: Config>() -> Result<PurchaseOrderId, BenchmarkError> {
	let parties = parties::<T>();
	let order = rejected::<T>(&parties)?;
	Pallet::<T>::dispute(signed::<T>(&parties.supplier.0), order, HASH)?;
	Ok(order)
}

/// An order in dispute, for whoever measures what the end of a dispute costs.
pub(crate) fn disputed_agreement<T: Config>() -> AgreementRef {
	AgreementRef::Order(disputed::<T>().unwrap_or_default())
}

/// An order that has ended and counted, and who rates it.
pub(crate) fn rateable_agreement<T: Config>() -> (AgreementRef, AccountOf<T>) {
	let parties = parties::<T>();
	let order = delivered::<T>(&parties).unwrap_or_default();
	let confirmed = Pallet::<T>::confirm(signed::<T>(&parties.buyer.0), order, 10, None);
	debug_assert!(confirmed.is_ok());
	(AgreementRef::Order(order), parties.buyer.0)
}

pub(super) fn record<T: Config>(order: PurchaseOrderId) -> Result<OrderOf<T>, BenchmarkError> {
	Orders::<T>::get(order).ok_or(BenchmarkError::Stop("the order is gone"))
}

pub(super) fn request_record<T: Config>(request: RequestId) -> Result<RequestOf<T>, BenchmarkError> {
	Requests::<T>::get(request).ok_or(BenchmarkError::Stop("the request is gone"))
}

/// A request whose buyer has as much open as he may.
pub(super) fn request<T: Config>(
	parties: &Parties<T>,
	bidding: Bidding,
	award: AwardRule,
) -> Result<RequestId, BenchmarkError> {
	let wanted = wanted::<T>(parties.asset, bidding, award);
	let request = Pallet::<T>::do_raise(&unasked::<T>(&parties.buyer.1), wanted)?;
	fill_books::<T>(parties, 0, 1);
	Ok(request)
}

/// A request whose goods are on their way, for whoever measures what it costs to ask whether they may still come. The same one
/// each time.
pub(crate) fn open_request<T: Config>() -> RequestId {
	let awarded_before = Requests::<T>::iter_keys().find(|request| Pallet::<T>::is_open(*request));
	awarded_before.unwrap_or_else(|| {
		let made = awarded::<T>(&parties::<T>());
		debug_assert!(made.is_ok());
		made.map(|(request, _)| request).unwrap_or_default()
	})
}

/// Puts other bids on a request until there is room for this many: cheaper ones, and as many that are dearer.
pub(super) fn fill_bids<T: Config>(request: RequestId, room: u32) {
	Requests::<T>::mutate_extant(request, |request| {
		let others = T::MaxBids::get().saturating_sub(room);
		let mut bids: Vec<_> = (0..others)
			.map(|nth| {
				let price = PRICE
					.saturating_add(1_000_000)
					.saturating_sub(Balance::from(nth) * 40_000);
				let number = request.made.saturating_add(nth);
				Bid {
					bidder: account("bidder", nth, 0),
					price,
					lead_time: 0,
					standing: Permill::zero(),
					score: Score::of(&request.wanted, price, 0, Permill::zero()),
					number,
					rounds: 0,
					counter: None,
				}
			})
			.collect();
		bids.extend(request.bids.iter().cloned());
		bids.sort_by(|one, other| other.beats(one).cmp(&one.beats(other)));
		request.made = request.made.saturating_add(others);
		request.bids = BoundedVec::truncate_from(bids);
	});
}

pub(super) fn bid_of<T: Config>(parties: &Parties<T>, request: RequestId) -> Result<(), BenchmarkError> {
	Ok(Pallet::<T>::do_bid(
		unasked::<T>(&parties.supplier.1),
		request,
		PRICE,
		0,
	)?)
}

/// The supplier's bid first, and as many others as there may be.
pub(super) fn with_best_bid<T: Config>(parties: &Parties<T>, award: AwardRule) -> Result<RequestId, BenchmarkError> {
	let request = request::<T>(parties, Bidding::Open, award)?;
	Pallet::<T>::do_bid(unasked::<T>(&parties.supplier.1), request, 1_000_000, 0)?;
	fill_bids::<T>(request, 1);
	Ok(request)
}

pub(super) fn text() -> SealedText {
	SealedText {
		key_version: 1,
		ciphertext: BoundedVec::truncate_from(vec![b'x'; 176]),
	}
}

pub(super) fn with_sealed_bid<T: Config>(parties: &Parties<T>, bidding: Bidding) -> Result<RequestId, BenchmarkError> {
	let (award, text) = match bidding {
		Bidding::Private => (AwardRule::ByHand, Some(text())),
		_ => (AwardRule::Best, None),
	};
	let request = request::<T>(parties, bidding, award)?;
	let commitment = commitment(request, &parties.supplier.1, PRICE, 0, HASH);
	Pallet::<T>::do_seal_bid(unasked::<T>(&parties.supplier.1), request, commitment, text)?;
	Ok(request)
}

pub(super) fn sealed<T: Config>() -> Bidding {
	Bidding::Sealed {
		reveal_window: T::MinWindow::get(),
	}
}

/// Lets windows pass.
pub(super) fn windows_pass<T: Config>(windows: u64) {
	next_block::<T>();
	T::Clock::benchmark_advance(T::MinWindow::get().saturating_mul(windows).saturating_add(1));
}

/// An order that came of an award, with other bids left.
pub(super) fn awarded<T: Config>(parties: &Parties<T>) -> Result<(RequestId, PurchaseOrderId), BenchmarkError> {
	let request = with_best_bid::<T>(parties, AwardRule::Best)?;
	windows_pass::<T>(1);
	Pallet::<T>::award(signed::<T>(&parties.supplier.0), request)?;
	match request_record::<T>(request)?.state {
		RequestState::Awarded(order) => Ok((request, order)),
		_ => Err(BenchmarkError::Stop("nothing was awarded")),
	}
}

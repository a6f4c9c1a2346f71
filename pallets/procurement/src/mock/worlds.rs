//! Who is there, and what they do in most tests.

use super::*;
use crate::{
	AwardRule, Bid, Bidding, Call, Conditions, OrderOf, PriceTier, QuoteId, QuoteOf, QuoteTerms, RequestId, RequestOf,
	ScoreWeights, Wanted,
};
use bpiiot_primitives::{MachineId, SpendPurpose};
use frame_support::{
	assert_ok,
	dispatch::DispatchResult,
	traits::{
		fungibles::{Inspect, InspectHold},
		Get, Hooks, OnTimestampSet,
	},
	BoundedVec,
};
use pallet_machines::{SpendingCap, SpendingPolicy};
use sp_core::{sr25519, Pair, H256};
use sp_runtime::{traits::Dispatchable, BuildStorage};

/// What everybody with money has at the start.
pub(crate) const ENDOWMENT: Balance = 1_000_000;
/// The timestamp of the first block, in unix milliseconds.
pub(crate) const START: u64 = 20_000 * DAY;
/// The price of one unit of [`quote_terms`], and of one in an order of ten or more.
pub(crate) const UNIT_PRICE: Balance = 1_000;
pub(crate) const TEN_PRICE: Balance = 800;
/// The stock of [`published`].
pub(crate) const STOCK: u64 = 50;
/// Of [`conditions`]: how long to look, how long to be late; of [`quote_terms`]: how long to wait.
pub(crate) const REVIEW_WINDOW: u64 = 180_000;
pub(crate) const LATE_WINDOW: u64 = 3 * DAY;
pub(crate) const LEAD_TIME: u64 = 2 * DAY;
pub(crate) const CHALLENGE_WINDOW: u64 = 50_000;
pub(crate) const CASE_WINDOW: u64 = 70_000;
/// The windows of [`wanted`], and the most that it would pay and wait.
pub(crate) const BID_WINDOW: u64 = 60_000;
pub(crate) const REVEAL_WINDOW: u64 = 40_000;
pub(crate) const AWARD_WINDOW: u64 = DAY;
pub(crate) const MAX_PRICE: Balance = 20_000;
pub(crate) const MAX_LEAD: u64 = 5 * DAY;
/// The hash of something.
pub(crate) const HASH: H256 = H256::repeat_byte(7);

/// The account of a name.
pub(crate) fn account(name: &[u8]) -> AccountId {
	AccountId::new(sp_io::hashing::blake2_256(name))
}

/// Owns the machines.
pub(crate) fn owner() -> AccountId {
	account(b"owner")
}

/// Sells.
pub(crate) fn supplier() -> AccountId {
	account(b"supplier")
}

/// Sells as well.
pub(crate) fn rival() -> AccountId {
	account(b"rival")
}

/// Buys.
pub(crate) fn buyer() -> AccountId {
	account(b"buyer")
}

/// Has money, and nothing to do with anything.
pub(crate) fn stranger() -> AccountId {
	account(b"stranger")
}

/// Decides disputes, after [`registered_arbiter`].
pub(crate) fn arbiter() -> AccountId {
	account(b"arbiter")
}

/// Where fees go.
pub(crate) fn pot() -> AccountId {
	account(b"fees")
}

/// Owns the dollars and may block them.
pub(crate) fn issuer() -> AccountId {
	account(b"issuer")
}

/// One of the many who have money.
pub(crate) fn one_of_many(nth: u32) -> AccountId {
	account(format!("one of many {nth}").as_bytes())
}

/// How many [`one_of_many`] there are.
pub(crate) const MANY: u32 = 70;

fn pair(seed: u8) -> sr25519::Pair {
	sr25519::Pair::from_seed(&[seed; 32])
}

/// The account of the key of machine `seed`.
pub(crate) fn key(seed: u8) -> AccountId {
	pair(seed).public().into()
}

/// The id of machine `seed`.
pub(crate) fn machine(seed: u8) -> MachineId {
	MachineId::from_first_key(&key(seed))
}

/// The account of machine `seed`.
pub(crate) fn of_machine(seed: u8) -> AccountId {
	machine(seed).account()
}

/// Registers machine `seed` for `owner`, gives it money, and lets it spend it on anything.
pub(crate) fn registered_for(owner: &AccountId, seed: u8) -> AccountId {
	let nonce = pallet_machines::Registrations::<Test>::get(owner);
	let payload = pallet_machines::proof::payload(&System::block_hash(0), owner, &key(seed), nonce);
	let (proof, by) = (pair(seed).sign(&payload), RuntimeOrigin::signed(owner.clone()));
	let (none, nothing) = (Default::default(), Default::default());
	assert_ok!(Machines::register(by, key(seed), proof, none, [0; 32], nothing));
	for asset in [AssetKind::Native, DOLLAR] {
		let by = RuntimeOrigin::signed(owner.clone());
		assert_ok!(Machines::deposit(by, machine(seed), asset, 100_000));
	}
	may_spend(owner, seed, 100_000);
	of_machine(seed)
}

/// The same, for [`owner`].
pub(crate) fn registered(seed: u8) -> AccountId {
	registered_for(&owner(), seed)
}

/// Lets a machine of `owner` spend so much of each asset.
pub(crate) fn may_spend(owner: &AccountId, seed: u8, per_period: Balance) {
	let cap = |asset| SpendingCap { asset, per_period };
	let policy = SpendingPolicy {
		purposes: vec![SpendPurpose::Purchase, SpendPurpose::Bond, SpendPurpose::Dispute]
			.try_into()
			.expect("three of 8"),
		period: 0,
		caps: vec![cap(AssetKind::Native), cap(DOLLAR)].try_into().expect("two of 8"),
	};
	let by = RuntimeOrigin::signed(owner.clone());
	assert_ok!(Machines::set_spending_policy(by, machine(seed), Some(policy)));
}

/// Registers [`arbiter`], who takes a tenth.
pub(crate) fn registered_arbiter() {
	let (by, fee) = (RuntimeOrigin::signed(arbiter()), Permill::from_percent(10));
	assert_ok!(Escrow::register_arbiter(by, fee, H256::zero()));
}

/// A text that fits.
pub(crate) fn text<Bound: Get<u32>>(text: &str) -> BoundedVec<u8, Bound> {
	text.as_bytes().to_vec().try_into().expect("short")
}

/// Ordinary conditions: a tenth of bond and of rejection fee, a fifth for calling off, a fifth a day for lateness.
pub(crate) fn conditions() -> Conditions {
	Conditions {
		parts: 3,
		review_window: REVIEW_WINDOW,
		late_window: LATE_WINDOW,
		late_penalty: Permill::from_percent(20),
		bond: Permill::from_percent(10),
		rejection_fee: Permill::from_percent(10),
		cancellation_fee: Permill::from_percent(20),
		challenge_window: CHALLENGE_WINDOW,
		case_window: CASE_WINDOW,
		ruling_window: 80_000,
	}
}

/// Ordinary terms.
pub(crate) fn quote_terms() -> QuoteTerms<AccountId> {
	let tier = |from_quantity, unit_price| PriceTier {
		from_quantity,
		unit_price,
	};
	QuoteTerms {
		category: text("cutting-oil"),
		item: text("04012345678901"),
		asset: AssetKind::Native,
		tiers: vec![tier(1, UNIT_PRICE), tier(10, TEN_PRICE)]
			.try_into()
			.expect("two of 8"),
		lead_time: LEAD_TIME,
		areas: vec![text("DE")].try_into().expect("one of 4"),
		conditions: conditions(),
		arbiters: vec![arbiter()].try_into().expect("one of 4"),
	}
}

/// Ordinary wishes: 10 units, open bids, the best wins; price counts for half, time and name for a quarter each.
pub(crate) fn wanted() -> Wanted<AccountId> {
	Wanted {
		category: text("cutting-oil"),
		item: text("04012345678901"),
		quantity: 10,
		area: text("DE-HB"),
		site: Some(SiteId(3)),
		asset: AssetKind::Native,
		max_price: MAX_PRICE,
		max_lead_time: MAX_LEAD,
		weights: ScoreWeights {
			price: Permill::from_percent(50),
			lead_time: Permill::from_percent(25),
			standing: Permill::from_percent(25),
		},
		bidding: Bidding::Open,
		award: AwardRule::Best,
		bid_window: BID_WINDOW,
		award_window: AWARD_WINDOW,
		rounds: 3,
		conditions: conditions(),
		arbiter: None,
	}
}

/// Has `who` call the pallet, as a transaction would: all or nothing.
pub(crate) fn signed(who: &AccountId, call: Call<Test>) -> DispatchResult {
	let done = RuntimeCall::Procurement(call).dispatch(RuntimeOrigin::signed(who.clone()));
	done.map(drop).map_err(|refused| refused.error)
}

/// Has [`supplier`] publish `terms`.
pub(crate) fn published(terms: QuoteTerms<AccountId>) -> QuoteId {
	published_by(&supplier(), &supplier(), terms)
}

pub(crate) fn published_by(who: &AccountId, supplier: &AccountId, terms: QuoteTerms<AccountId>) -> QuoteId {
	let call = Call::publish_quote {
		supplier: supplier.clone(),
		terms,
		stock: STOCK,
	};
	assert_ok!(signed(who, call));
	let quotes = crate::QuotesOf::<Test>::get(supplier);
	quotes.last().copied().expect("just published")
}

/// An order of so much, by the version that there is, for what it costs.
pub(crate) fn buying(quote: QuoteId, quantity: u64) -> Call<Test> {
	Call::buy {
		quote,
		version: quote_record(quote).version,
		quantity,
		max_price: Balance::MAX,
		area: text("DE-HB"),
		site: Some(SiteId(3)),
		arbiter: None,
	}
}

/// The same, before [`arbiter`].
pub(crate) fn buying_before(quote: QuoteId, quantity: u64) -> Call<Test> {
	let mut call = buying(quote, quantity);
	if let Call::buy { arbiter: named, .. } = &mut call {
		*named = Some(arbiter());
	}
	call
}

/// Has [`buyer`] order.
pub(crate) fn ordered(call: Call<Test>) -> PurchaseOrderId {
	ordered_by(&buyer(), call)
}

pub(crate) fn ordered_by(who: &AccountId, call: Call<Test>) -> PurchaseOrderId {
	assert_ok!(signed(who, call));
	last_order()
}

/// The order that was made last.
pub(crate) fn last_order() -> PurchaseOrderId {
	crate::Orders::<Test>::iter_keys().max().expect("there is one")
}

/// An order of 10 units from a quote of [`supplier`], for 8,000.
pub(crate) fn ten_ordered() -> PurchaseOrderId {
	ordered(buying(published(quote_terms()), 10))
}

/// The same, before [`arbiter`].
pub(crate) fn ten_ordered_before() -> PurchaseOrderId {
	registered_arbiter();
	ordered(buying_before(published(quote_terms()), 10))
}

pub(crate) fn delivering(order: PurchaseOrderId, quantity: u64) -> Call<Test> {
	Call::deliver {
		order,
		quantity,
		lot: Some(text("LOT-1")),
		note: HASH,
	}
}

pub(crate) fn deliver(order: PurchaseOrderId, quantity: u64) -> DispatchResult {
	signed(record(order).supplier(), delivering(order, quantity))
}

pub(crate) fn confirm(order: PurchaseOrderId, quantity: u64) -> DispatchResult {
	let reading = None;
	let call = Call::confirm {
		order,
		quantity,
		reading,
	};
	signed(&buyer(), call)
}

pub(crate) fn reject(order: PurchaseOrderId, quantity: u64) -> DispatchResult {
	let call = Call::reject {
		order,
		quantity,
		reason: HASH,
	};
	signed(&buyer(), call)
}

pub(crate) fn cancel(who: &AccountId, order: PurchaseOrderId) -> DispatchResult {
	signed(who, Call::cancel { order, reason: HASH })
}

pub(crate) fn expire(order: PurchaseOrderId) -> DispatchResult {
	signed(&stranger(), Call::expire { order })
}

/// Has [`buyer`] ask.
pub(crate) fn raised(wanted: Wanted<AccountId>) -> RequestId {
	raised_by(&buyer(), wanted)
}

pub(crate) fn raised_by(who: &AccountId, wanted: Wanted<AccountId>) -> RequestId {
	assert_ok!(signed(who, Call::raise_request { wanted }));
	crate::Requests::<Test>::iter_keys().max().expect("just raised")
}

pub(crate) fn bid(who: &AccountId, request: RequestId, price: Balance, lead_time: u64) -> DispatchResult {
	let call = Call::bid {
		request,
		price,
		lead_time,
	};
	signed(who, call)
}

pub(crate) fn award(request: RequestId) -> DispatchResult {
	signed(&stranger(), Call::award { request })
}

pub(crate) fn award_to(request: RequestId, bidder: &AccountId) -> DispatchResult {
	let bidder = bidder.clone();
	signed(&buyer(), Call::award_to { request, bidder })
}

/// The bids of a request, by bidder and price.
pub(crate) fn bids(request: RequestId) -> Vec<(AccountId, Balance)> {
	let bids = request_record(request).bids.into_iter();
	bids.map(|bid: Bid<AccountId>| (bid.bidder, bid.price)).collect()
}

/// The record of an order that must exist.
pub(crate) fn record(order: PurchaseOrderId) -> OrderOf<Test> {
	crate::Orders::<Test>::get(order).expect("the order exists")
}

/// The record of a quote that must exist.
pub(crate) fn quote_record(quote: QuoteId) -> QuoteOf<Test> {
	crate::Quotes::<Test>::get(quote).expect("the quote exists")
}

/// The record of a request that must exist.
pub(crate) fn request_record(request: RequestId) -> RequestOf<Test> {
	crate::Requests::<Test>::get(request).expect("the request exists")
}

/// What an account has in all and what of it is on hold.
pub(crate) fn money(who: &AccountId) -> (Balance, Balance) {
	money_in(AssetKind::Native, who)
}

/// The same, in `asset`.
pub(crate) fn money_in(asset: AssetKind, who: &AccountId) -> (Balance, Balance) {
	(
		Fungibles::total_balance(asset, who),
		Fungibles::total_balance_on_hold(asset, who),
	)
}

/// What of `asset` somebody has gained since the start; less than nothing if he has lost.
pub(crate) fn gain(who: &AccountId) -> i128 {
	money(who).0 as i128 - ENDOWMENT as i128
}

/// Ends a block in which there is room for everything.
pub(crate) fn idle() {
	<Escrow as Hooks<u64>>::on_idle(System::block_number(), Weight::MAX);
}

/// Starts a block with a timestamp of `millis` after [`START`].
pub(crate) fn at(millis: u64) {
	System::set_block_number(System::block_number() + 1);
	Timestamp::set_timestamp(START + millis);
	<Escrow as OnTimestampSet<u64>>::on_timestamp_set(START + millis);
}

/// How many accounts have money at the start.
fn rich() -> Vec<(AccountId, Balance)> {
	let people = [owner(), supplier(), rival(), buyer(), stranger(), arbiter()];
	let crowd = (0..MANY).map(one_of_many);
	let people = people.into_iter().chain(crowd).map(|who| (who, ENDOWMENT));
	people.chain([(pot(), MINIMUM)]).collect()
}

/// A world with rich people, dollars and no machine.
pub(crate) fn empty() -> sp_io::TestExternalities {
	let storage = RuntimeGenesisConfig {
		assets: pallet_assets::GenesisConfig {
			assets: vec![(DOLLAR_ID, issuer(), true, MINIMUM)],
			accounts: rich().into_iter().map(|(who, much)| (DOLLAR_ID, who, much)).collect(),
			..Default::default()
		},
		balances: pallet_balances::GenesisConfig {
			balances: rich(),
			..Default::default()
		},
		..Default::default()
	}
	.build_storage()
	.expect("is a genesis");
	let mut ext = sp_io::TestExternalities::from(storage);
	ext.execute_with(|| {
		at(0);
		assert_ok!(Escrow::list_asset(RuntimeOrigin::root(), DOLLAR));
	});
	ext
}

/// Runs `test`, then checks the invariants of all pallets and that no money came or went.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
	empty().execute_with(|| {
		test();
		try_state();
	});
}

/// What must always hold, and that no money came or went.
pub(crate) fn try_state() {
	let all = Balance::from(6 + MANY) * ENDOWMENT + MINIMUM;
	assert_eq!(pallet_balances::TotalIssuance::<Test>::get(), all, "invariant 2");
	assert_eq!(Assets::total_supply(DOLLAR_ID), all, "invariant 2");
	Machines::do_try_state().expect("machines");
	Escrow::do_try_state().expect("escrow");
	Suppliers::do_try_state().expect("suppliers");
	Procurement::do_try_state().expect("procurement");
}

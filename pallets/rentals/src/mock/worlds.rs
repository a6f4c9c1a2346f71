//! Who is there, and what they do in most tests.

use super::*;
use crate::{
	Actions, BookingMode, Call, CancellationStage, ListingId, ListingOf, ListingTerms, RentalId, RentalOf, RentalTerms,
	Rentals as RentalsMap, Stage,
};
use bpiiot_primitives::{AgreementRef, MachineId, SpendPurpose};
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
/// The timestamp of the first block, in unix milliseconds: a Monday's midnight.
pub(crate) const START: u64 = 20_003 * DAY;
/// The price of a period of [`terms`], which is an hour, and the fewest and the most of them.
pub(crate) const PRICE: Balance = 1_000;
pub(crate) const MIN_PERIODS: u32 = 2;
pub(crate) const MAX_PERIODS: u32 = 24;
/// The deposit of [`terms`], what an overdue hour takes of it, and the owner's bond.
pub(crate) const DEPOSIT: Balance = 5_000;
pub(crate) const OVERDUE: Balance = 1_500;
pub(crate) const PENALTY: Balance = 700;
/// The windows of [`terms`].
pub(crate) const CHECK_IN: u64 = 15 * MINUTE;
pub(crate) const SHOW_WINDOW: u64 = 30 * MINUTE;
pub(crate) const CLAIM_WINDOW: u64 = 2 * HOUR;
pub(crate) const ANSWER_WINDOW: u64 = 3 * HOUR;
pub(crate) const CASE_WINDOW: u64 = 4 * HOUR;
/// How long the owner may think about a rental, where he does.
pub(crate) const APPROVE_WINDOW: u64 = HOUR;
/// When [`booked`] begins, after [`START`], and how long it is.
pub(crate) const FROM: u64 = 10 * HOUR;
pub(crate) const PERIODS: u32 = 4;
/// When it ends.
pub(crate) const UNTIL: u64 = FROM + PERIODS as u64 * HOUR;
/// Its rent.
pub(crate) const RENT: Balance = PRICE * PERIODS as Balance;
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

/// Rents.
pub(crate) fn renter() -> AccountId {
	account(b"renter")
}

/// Rents as well.
pub(crate) fn rival() -> AccountId {
	account(b"rival")
}

/// Is let in by [`renter`].
pub(crate) fn guest() -> AccountId {
	account(b"guest")
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
pub(crate) const MANY: u32 = 4;

pub(crate) fn pair(seed: u8) -> sr25519::Pair {
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

/// Ordinary terms of a rental: an hour costs 1,000; calling off costs nothing a day before, then a tenth, and a half from three
/// hours before on.
pub(crate) fn rental_terms() -> RentalTerms {
	let stage = |before, percent| CancellationStage {
		before,
		fee: Permill::from_percent(percent),
	};
	RentalTerms {
		price: PRICE,
		period: HOUR,
		min_periods: MIN_PERIODS,
		deposit: DEPOSIT,
		overdue_price: OVERDUE,
		stop_penalty: PENALTY,
		check_in: CHECK_IN,
		show_window: SHOW_WINDOW,
		claim_window: CLAIM_WINDOW,
		answer_window: ANSWER_WINDOW,
		cancellation: vec![stage(DAY, 0), stage(3 * HOUR, 10)].try_into().expect("two of 3"),
		no_show: Permill::from_percent(50),
	}
}

/// Ordinary terms: at all times, for everybody, at once.
pub(crate) fn terms() -> ListingTerms<AccountId> {
	ListingTerms {
		category: text("3d-printer"),
		area: text("DE-HB"),
		asset: AssetKind::Native,
		rental: rental_terms(),
		max_periods: MAX_PERIODS,
		booking: BookingMode::Instant,
		calendar: Default::default(),
		actions: Actions::ENTER | Actions::OPERATE,
		allow: Default::default(),
		deny: Default::default(),
		arbiters: vec![arbiter()].try_into().expect("one of 4"),
		case_window: CASE_WINDOW,
		ruling_window: 5 * HOUR,
		contract: HASH,
	}
}

/// The same, but the owner looks at each.
pub(crate) fn terms_with_approval() -> ListingTerms<AccountId> {
	let window = APPROVE_WINDOW;
	let booking = BookingMode::Approved { window };
	ListingTerms { booking, ..terms() }
}

/// Has `who` call the pallet, as a transaction would: all or nothing.
pub(crate) fn signed(who: &AccountId, call: Call<Test>) -> DispatchResult {
	let done = RuntimeCall::Rentals(call).dispatch(RuntimeOrigin::signed(who.clone()));
	done.map(drop).map_err(|refused| refused.error)
}

/// Has [`owner`] register machine 1 if it is not, and list it.
pub(crate) fn listed(terms: ListingTerms<AccountId>) -> ListingId {
	if !pallet_machines::Machines::<Test>::contains_key(machine(1)) {
		registered(1);
	}
	listed_of(1, terms)
}

/// Has the owner of a machine list it.
pub(crate) fn listed_of(seed: u8, terms: ListingTerms<AccountId>) -> ListingId {
	let machine = machine(seed);
	let owner = pallet_machines::Machines::<Test>::get(machine)
		.expect("registered")
		.owner;
	assert_ok!(signed(&owner, Call::publish_listing { machine, terms }));
	let listings = crate::ListingsOf::<Test>::get(machine);
	listings.last().copied().expect("just listed")
}

/// From [`FROM`] on, four hours, by the version that there is, for whatever it costs.
pub(crate) fn renting(listing: ListingId) -> Call<Test> {
	renting_at(listing, FROM, PERIODS)
}

/// So many hours from a moment after [`START`] on.
pub(crate) fn renting_at(listing: ListingId, from: u64, periods: u32) -> Call<Test> {
	Call::rent {
		listing,
		version: listing_record(listing).version,
		start: Some(START + from),
		periods,
		max_price: Balance::MAX,
		arbiter: None,
	}
}

/// The same as [`renting`], before [`arbiter`].
pub(crate) fn renting_before(listing: ListingId) -> Call<Test> {
	let mut call = renting(listing);
	if let Call::rent { arbiter: named, .. } = &mut call {
		*named = Some(arbiter());
	}
	call
}

pub(crate) fn rented_by(who: &AccountId, call: Call<Test>) -> RentalId {
	assert_ok!(signed(who, call));
	last_rental()
}

/// The rental that was made last.
pub(crate) fn last_rental() -> RentalId {
	RentalsMap::<Test>::iter_keys().max().expect("there is one")
}

/// [`renter`] has machine 1 for four hours from [`FROM`] on.
pub(crate) fn booked() -> RentalId {
	rented_by(&renter(), renting(listed(terms())))
}

/// The same, before [`arbiter`].
pub(crate) fn booked_before() -> RentalId {
	registered_arbiter();
	rented_by(&renter(), renting_before(listed(terms())))
}

/// The owner has not said anything yet.
pub(crate) fn requested() -> RentalId {
	rented_by(&renter(), renting(listed(terms_with_approval())))
}

/// Lets the time come, and [`renter`] start.
pub(crate) fn started(rental: RentalId) -> RentalId {
	at(FROM);
	assert_ok!(start(&renter(), rental));
	rental
}

/// In use, from [`FROM`] on.
pub(crate) fn active() -> RentalId {
	started(booked())
}

/// Given back a minute after two hours, by the renter's word alone.
pub(crate) fn returned(rental: RentalId) -> RentalId {
	at(FROM + 2 * HOUR + MINUTE);
	assert_ok!(give_back(&renter(), rental));
	rental
}

/// What of the rent was used by [`returned`].
pub(crate) const USED: Balance = 3 * PRICE;

pub(crate) fn start(who: &AccountId, rental: RentalId) -> DispatchResult {
	signed(who, Call::start { rental })
}

pub(crate) fn give_back(who: &AccountId, rental: RentalId) -> DispatchResult {
	signed(who, Call::give_back { rental })
}

/// Has the lock of machine 1 report that it came back, so long after [`START`].
pub(crate) fn report(rental: RentalId, at: u64) -> DispatchResult {
	let (at, evidence) = (START + at, HASH);
	signed(&key(1), Call::confirm_return { rental, at, evidence })
}

pub(crate) fn claim(rental: RentalId, amount: Balance) -> DispatchResult {
	let evidence = HASH;
	let call = Call::claim {
		rental,
		amount,
		evidence,
	};
	signed(&owner(), call)
}

pub(crate) fn waive(rental: RentalId) -> DispatchResult {
	signed(&owner(), Call::waive { rental })
}

pub(crate) fn dispute(rental: RentalId) -> DispatchResult {
	let evidence = HASH;
	signed(&renter(), Call::dispute { rental, evidence })
}

pub(crate) fn cancel(who: &AccountId, rental: RentalId) -> DispatchResult {
	signed(who, Call::cancel { rental, reason: HASH })
}

pub(crate) fn stop(rental: RentalId) -> DispatchResult {
	signed(&owner(), Call::stop { rental, reason: HASH })
}

pub(crate) fn expire(rental: RentalId) -> DispatchResult {
	signed(&stranger(), Call::expire { rental })
}

pub(crate) fn extend(rental: RentalId, periods: u32) -> DispatchResult {
	let max_price = Balance::MAX;
	let call = Call::extend {
		rental,
		periods,
		max_price,
	};
	signed(&renter(), call)
}

/// Has [`renter`] let somebody in, from and until so long after [`START`].
pub(crate) fn set_user(rental: RentalId, user: &AccountId, from: u64, until: u64) -> DispatchResult {
	let call = Call::set_user {
		rental,
		user: user.clone(),
		from: START + from,
		until: START + until,
		actions: Actions::ENTER,
	};
	signed(&renter(), call)
}

/// How escrow calls a rental.
pub(crate) fn agreement(rental: RentalId) -> AgreementRef {
	AgreementRef::Rental(rental)
}

/// The record of a rental that must exist.
pub(crate) fn record(rental: RentalId) -> RentalOf<Test> {
	RentalsMap::<Test>::get(rental).expect("the rental exists")
}

pub(crate) fn stage(rental: RentalId) -> Stage {
	record(rental).stage()
}

/// The record of a listing that must exist.
pub(crate) fn listing_record(listing: ListingId) -> ListingOf<Test> {
	crate::Listings::<Test>::get(listing).expect("the listing exists")
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

/// What somebody has gained since the start; less than nothing if he has lost.
pub(crate) fn gain(who: &AccountId) -> i128 {
	money(who).0 as i128 - ENDOWMENT as i128
}

/// What machine 1 has earned.
pub(crate) fn earned() -> i128 {
	money(&of_machine(1)).0 as i128 - 100_000
}

/// What [`renter`] has paid for a rental beside the fee that the chain gets.
pub(crate) fn paid() -> i128 {
	-gain(&renter()) - RENT_FEE as i128
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
	let people = [owner(), renter(), rival(), guest(), stranger(), arbiter()];
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
	Rentals::do_try_state().expect("rentals");
}

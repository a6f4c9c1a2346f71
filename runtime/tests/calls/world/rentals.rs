//! Listings, and rentals at each of their stages.

use super::*;
use bpiiot_primitives::{ListingId, RentalId};
use bpiiot_runtime::{AccountId, Balance, Hash, Runtime};
use pallet_rentals::{
	Actions, BookingMode, Call, CancellationStage, ListingTermsOf, RentalOf, RentalTerms, Stage as RentalStage,
};
use sp_runtime::Permill;

/// A period that is priced, in milliseconds.
pub const PERIOD: u64 = 60_000;
/// How many are rented.
pub const PERIODS: u32 = 4;
/// How long that is, in milliseconds.
pub const RENTED: u64 = PERIODS as u64 * PERIOD;
/// In which time the deposit runs down.
pub const RUNS_DOWN: u64 = 2 * PERIOD;
/// A rental that there is not.
pub const NO_RENTAL: RentalId = RentalId(1);
/// A listing that there is not.
pub const NO_LISTING: ListingId = ListingId(1);

/// What a period costs.
pub fn period_price() -> Balance {
	coin()
}

/// What all periods cost.
pub fn rent_price() -> Balance {
	Balance::from(PERIODS) * period_price()
}

/// What the renter has on hold beside.
pub fn security() -> Balance {
	4 * coin()
}

/// What the renter has on hold in all for the machine.
pub fn rent_and_security() -> Balance {
	rent_price() + security()
}

/// What who gives it back at once pays nevertheless: as who calls off at the last moment.
pub fn least_rent() -> Balance {
	rent_price() / 2
}

/// What is left of rent and deposit then.
pub fn most_back() -> Balance {
	rent_and_security() - least_rent()
}

/// What the owner puts up for not stopping it.
pub fn stop_penalty() -> Balance {
	coin()
}

/// What he claims for damage.
pub fn damage() -> Balance {
	3 * coin()
}

/// What the chain gets for the rental: half a percent of the rent.
pub fn rent_fee() -> Balance {
	Permill::from_parts(5_000) * rent_price()
}

/// What the renter has on hold until the record is removed.
pub fn record_deposit() -> Balance {
	worth(<Runtime as pallet_rentals::Config>::RecordDeposit::get())
}

/// Terms of the machine's listing.
pub fn listing_terms() -> ListingTermsOf<Runtime> {
	ListingTermsOf::<Runtime> {
		category: list(*b"drill"),
		area: list(*b"DE"),
		asset: asset(),
		rental: RentalTerms {
			price: period_price(),
			period: PERIOD,
			min_periods: 1,
			deposit: security(),
			overdue_price: security() / 2,
			stop_penalty: stop_penalty(),
			check_in: PERIOD,
			show_window: WINDOW,
			claim_window: WINDOW,
			answer_window: WINDOW,
			cancellation: list([CancellationStage {
				before: 10 * PERIOD,
				fee: Permill::zero(),
			}]),
			no_show: Permill::from_percent(50),
		},
		max_periods: 2 * PERIODS,
		booking: BookingMode::Instant,
		calendar: Default::default(),
		actions: Actions::ENTER | Actions::OPERATE,
		allow: Default::default(),
		deny: Default::default(),
		arbiters: list([account(ARBITER)]),
		case_window: WINDOW,
		ruling_window: WINDOW,
		contract: Default::default(),
	}
}

/// What the renter asks for.
#[derive(Clone)]
pub struct Hire {
	/// By which listing.
	pub listing: ListingId,
	/// The version that he has read.
	pub version: u32,
	/// From when, in unix milliseconds; none for now.
	pub start: Option<u64>,
	/// For how many periods.
	pub periods: u32,
	/// The most that the rent may be.
	pub max_price: Balance,
	/// Before whom.
	pub arbiter: Option<AccountId>,
}

/// The newest listing from now on, for four periods.
pub fn hire() -> Hire {
	Hire {
		listing: listing(),
		version: 1,
		start: None,
		periods: PERIODS,
		max_price: Balance::MAX,
		arbiter: None,
	}
}

/// The call that rents.
pub fn rent(hire: Hire) -> Call<Runtime> {
	Call::rent {
		listing: hire.listing,
		version: hire.version,
		start: hire.start,
		periods: hire.periods,
		max_price: hire.max_price,
		arbiter: hire.arbiter,
	}
}

/// The newest listing.
pub fn listing() -> ListingId {
	let newest = pallet_rentals::Listings::<Runtime>::iter_keys().max();
	newest.expect("something was listed")
}

/// The newest rental.
pub fn rental() -> RentalId {
	let newest = pallet_rentals::Rentals::<Runtime>::iter_keys().max();
	newest.expect("something was rented")
}

/// Its record.
pub fn rental_record() -> RentalOf<Runtime> {
	pallet_rentals::Rentals::<Runtime>::get(rental()).expect("is there")
}

/// The owner lists the machine on these terms.
pub fn publish_listing(terms: ListingTermsOf<Runtime>) {
	let machine = machine();
	act(OWNER, Call::publish_listing { machine, terms });
}

/// There is a machine with a listing of which something is different, and the arbiter that it names.
pub fn listed_with(change: fn(&mut ListingTermsOf<Runtime>)) {
	registered();
	act(ARBITER, arbitrate(ARBITER_FEE));
	let mut terms = listing_terms();
	change(&mut terms);
	publish_listing(terms);
}

/// There is a machine with a listing.
pub fn listed() {
	listed_with(|_| ());
}

/// Where a rental may stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Use {
	/// The owner has not agreed.
	Requested,
	/// It is agreed on, and begins now.
	Booked,
	/// The renter has it.
	Active,
	/// He says that it is back.
	Returned,
	/// The owner wants something of the deposit.
	Claimed,
	/// The renter has disputed that.
	Disputed,
	/// All is paid.
	Settled,
}

impl Use {
	/// All of them.
	pub const ALL: [Self; 7] = [
		Self::Requested,
		Self::Booked,
		Self::Active,
		Self::Returned,
		Self::Claimed,
		Self::Disputed,
		Self::Settled,
	];
}

/// The customer has rented the machine, and it has come to this.
pub fn rental_at(stage: Use) {
	rental_of(CUSTOMER, stage, |_| ());
}

/// The same, of a listing of which something is different.
pub fn rental_at_with(stage: Use, change: fn(&mut ListingTermsOf<Runtime>)) {
	rental_of(CUSTOMER, stage, change);
}

/// The customer's machine has rented it.
pub fn machines_rental_at(stage: Use) {
	rental_of(ROBOT, stage, |_| ());
}

/// With nobody who decides.
pub fn claimed_without_arbiter() {
	listed();
	act(CUSTOMER, rent(hire()));
	come_to(CUSTOMER, Use::Claimed);
}

fn rental_of(renter: &str, stage: Use, change: fn(&mut ListingTermsOf<Runtime>)) {
	listed_with(match stage {
		Use::Requested => {
			|terms: &mut ListingTermsOf<Runtime>| terms.booking = BookingMode::Approved { window: WINDOW }
		}
		_ => change,
	});
	if renter == ROBOT {
		robot(MOST);
	}
	let start = (stage == Use::Requested).then(|| crate::chain::now() + 2 * WINDOW);
	let arbiter = Some(account(ARBITER));
	act(
		renter,
		rent(Hire {
			start,
			arbiter,
			..hire()
		}),
	);
	come_to(renter, stage);
}

fn come_to(renter: &str, stage: Use) {
	let rental = rental();
	let evidence = Hash::default();
	let steps: [(&str, Call<Runtime>); 4] = [
		(renter, Call::start { rental }),
		(renter, Call::give_back { rental }),
		(KEY, claim(damage())),
		(renter, Call::dispute { rental, evidence }),
	];
	let count = match stage {
		Use::Requested | Use::Booked => 0,
		Use::Active => 1,
		Use::Returned | Use::Settled => 2,
		Use::Claimed => 3,
		Use::Disputed => 4,
	};
	for (who, step) in steps.into_iter().take(count) {
		act(who, step);
	}
	if stage == Use::Settled {
		act(KEY, Call::waive { rental });
	}
}

/// The owner's claim on the newest rental.
pub fn claim(amount: Balance) -> Call<Runtime> {
	Call::claim {
		rental: rental(),
		amount,
		evidence: Hash::default(),
	}
}

/// The machine's side says that it came back then.
pub fn confirm_return(at: u64) -> Call<Runtime> {
	Call::confirm_return {
		rental: rental(),
		at,
		evidence: Hash::default(),
	}
}

/// The renter lets the stranger in for all the time.
pub fn set_user(user: &str) -> Call<Runtime> {
	let access = rental_record().access;
	Call::set_user {
		rental: rental(),
		user: account(user),
		from: access.start,
		until: access.end,
		actions: Actions::ENTER,
	}
}

/// The newest rental stands here.
pub fn rental_is(stage: RentalStage) {
	assert_eq!(rental_record().stage(), stage);
}

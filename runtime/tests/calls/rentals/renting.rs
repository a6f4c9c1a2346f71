//! From the wish to the start, and whom the renter lets in.

use super::{bonded, name, Error, EscrowError, MachinesError};
use crate::prelude::*;
use bpiiot_primitives::RentalId;
use bpiiot_runtime::Balance;
use pallet_rentals::{Actions, BookingMode, Call, ListingTermsOf, Outcome, Stage};
use sp_runtime::{Permill, TokenError};

type Terms = ListingTermsOf<Runtime>;

pub fn rows() -> Vec<Row> {
	vec![
		rent_row(),
		approve(),
		decline(),
		start(),
		extend(),
		set_user_row(),
		remove_user(),
		cancel(),
	]
}

/// What is paid when nothing is the machine's.
const ALL_BACK: [Payment; 2] = [
	(Party::Customer, Party::Customer, rent_and_security),
	(Party::Chain, Party::Customer, rent_fee),
];

fn but(change: fn(&mut Hire)) -> Hire {
	let mut hire = hire();
	change(&mut hire);
	hire
}

/// The stranger has it from a moment on.
fn taken_from(start: u64) {
	let start = Some(start);
	act(STRANGER, rent(Hire { start, ..hire() }));
}

fn rent_row() -> Row {
	let hire_but = |change: fn(&mut Hire)| calling(move || rent(but(change)));
	let of = |change: fn(&mut Terms)| given(move || listed_with(change));
	let judged_by = |who: &'static str| {
		given(move || {
			registered();
			if who != STRANGER {
				act(who, arbitrate(ARBITER_FEE));
			}
			let mut terms = listing_terms();
			terms.arbiters = list([account(who)]);
			publish_listing(terms);
		})
		.calling(move || {
			rent(Hire {
				arbiter: Some(account(who)),
				..hire()
			})
		})
	};
	let row = Row::new(name("rent"), any_actor(CUSTOMER), listed, || rent(hire()))
		.case(Right, hire_but(|hire| hire.arbiter = Some(account(ARBITER))))
		.case(Right, then(|| robot(MOST)).by(ROBOT))
		.case(FrozenMachine, then(freeze).fails(MachinesError::MachineFrozen))
		.case(
			WrongState,
			hire_but(|hire| hire.listing = NO_LISTING).fails(Error::UnknownListing),
		)
		.case(
			WrongState,
			hire_but(|hire| hire.version = 2).fails(Error::ListingChanged),
		)
		.case(
			WrongState,
			hire_but(|hire| hire.arbiter = Some(account(STRANGER))).fails(Error::ArbiterNotOffered),
		)
		.case(WrongState, then(out_of_service).fails(MachinesError::OutOfService))
		.case(
			WrongState,
			then(decommission).fails(MachinesError::MachineDecommissioned),
		)
		.case(WrongState, judged_by(STRANGER).fails(EscrowError::UnknownArbiter))
		.case(
			WrongState,
			of(|terms| terms.deny = list([account(CUSTOMER)])).fails(Error::RenterDenied),
		)
		.case(
			WrongState,
			of(|terms| terms.allow = list([account(STRANGER)])).fails(Error::RenterDenied),
		)
		.case(
			WrongState,
			of(|terms| {
				let minute = |nth: u64| START + nth * PERIOD;
				terms.calendar.closures = list([bpiiot_primitives::Closure {
					from: minute(3),
					until: minute(9),
				}]);
			})
			.fails(Error::CalendarGap),
		);
	// Others have it, and next to their time there is room to a millisecond.
	let row = row
		.case(WrongState, then(|| taken_from(START)).fails(Error::AlreadyBooked))
		.case(
			WrongState,
			then(|| taken_from(START + RENTED - 1)).fails(Error::AlreadyBooked),
		)
		.case(Right, then(|| taken_from(START + RENTED)));
	let row = row
		.case(Zero, hire_but(|hire| hire.periods = 0).fails(Error::ZeroPeriod))
		.case(Zero, hire_but(|hire| hire.max_price = 0).fails(Error::MaxPriceTooLow))
		.case(
			Maximum,
			hire_but(|hire| hire.max_price = rent_price() - 1).fails(Error::MaxPriceTooLow),
		)
		.case(Maximum, hire_but(|hire| hire.max_price = rent_price()))
		.case(
			Maximum,
			hire_but(|hire| hire.periods = 2 * PERIODS + 1).fails(Error::PeriodsOutOfRange),
		)
		.case(
			Maximum,
			hire_but(|hire| hire.periods = u32::MAX).fails(Error::PeriodsOutOfRange),
		)
		.case(
			Maximum,
			hire_but(|hire| hire.start = Some(u64::MAX)).fails(Error::TooFarAhead),
		)
		.case(
			Maximum,
			of(|terms| terms.rental.price = MOST / 64).fails(TokenError::FundsUnavailable),
		)
		.case(
			Maximum,
			then(debase).only_in(Money::Dollars).fails(TokenError::FundsUnavailable),
		)
		.never(
			&[Overflow],
			"a listing of which the longest rental is no number is refused",
		);
	row.case(UnlistedAsset, then(delist).fails(EscrowError::AssetNotListed))
		.case(UnlistedAsset, then(unrate).fails(EscrowError::NoRate))
		.case(FrozenAsset, then(freeze_asset).fails(TokenError::FundsUnavailable))
		.case(BlockedPayee, then(block_machine))
		.case(
			BlockedPayee,
			then(|| block(&account(CUSTOMER))).fails(TokenError::FundsUnavailable),
		)
		.case(OwnCounterparty, by(OWNER).fails(Error::OwnMachine))
		.case(OwnCounterparty, by(KEY).fails(Error::OwnMachine))
		.case(OwnCounterparty, judged_by(OWNER).fails(EscrowError::ArbiterIsParty))
		.case(
			OwnCounterparty,
			then(|| robot(MOST))
				.then(|| sell(CUSTOMER))
				.by(ROBOT)
				.fails(Error::OwnMachine),
		)
		.never(
			&[FullList],
			"a machine's time is no list: what is taken is refused as such",
		)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(CUSTOMER))).fails(TokenError::FundsUnavailable),
		)
		// The policy lets it pay the rent, and not deposit and fee beside.
		.case(
			DepositUnaffordable,
			then(|| robot(rent_price()))
				.by(ROBOT)
				.fails(MachinesError::OverSpendingCap),
		)
		.case(
			TooLate,
			hire_but(|hire| hire.start = Some(START - 1)).fails(Error::StartPassed),
		)
		.case(TooLate, hire_but(|hire| hire.start = Some(START)))
		// The owner has his time to look at it.
		.case(
			TooLate,
			of(|terms| terms.booking = BookingMode::Approved { window: WINDOW }).fails(Error::NoTimeToApprove),
		)
		.case(
			TooLate,
			of(|terms| terms.booking = BookingMode::Approved { window: WINDOW })
				.calling(|| rent(but(|hire| hire.start = Some(START + WINDOW)))),
		)
}

fn approve() -> Row {
	let approves = |rental: RentalId| Call::<Runtime>::approve { rental };
	let may = actor(KEY, Error::NotTheMachinesOwner);
	let requested = || rental_at(Use::Requested);
	Row::new(name("approve"), may, requested, move || approves(rental()))
		.at_uses(&[Use::Requested], approves)
		.of_the_machines_side_too()
		.never(&AMOUNTS, NO_AMOUNT)
		.case(UnlistedAsset, then(delist))
		.case(FrozenAsset, then(freeze_asset).fails(Error::NoBond))
		.case(BlockedPayee, then(block_machine).fails(Error::NoBond))
		.never(&[FullList], FILLS_NO_LIST)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&machine().account())).fails(Error::NoBond),
		)
		.case(DepositUnaffordable, then(|| allow(1)).fails(Error::NoBond))
		.in_time(WINDOW, Error::TooLate)
}

fn decline() -> Row {
	let declines = |rental: RentalId| Call::<Runtime>::decline {
		rental,
		reason: Default::default(),
	};
	let may = actor(KEY, Error::NotTheMachinesOwner);
	let requested = || rental_at(Use::Requested);
	Row::new(name("decline"), may, requested, move || declines(rental()))
		.at_uses(&[Use::Requested], declines)
		.of_the_machines_side_too()
		.pays(ALL_BACK)
		.says_no_amount()
		.at_any_time(WINDOW)
}

fn start() -> Row {
	let starts = |rental: RentalId| Call::<Runtime>::start { rental };
	let may = actor(CUSTOMER, Error::NotTheRenter);
	let booked = || rental_at(Use::Booked);
	let not_provided = || rental_is(Stage::Settled(Outcome::NotProvided));
	// From a check-in before, and no sooner.
	let ahead = |millis: u64| {
		given(move || {
			listed();
			let start = Some(START + 2 * PERIOD);
			act(CUSTOMER, rent(Hire { start, ..hire() }));
		})
		.then(later(millis))
	};
	// The one before has not given it back.
	let blocked = || {
		given(move || {
			listed();
			act(STRANGER, rent(hire()));
			act(STRANGER, starts(rental()));
			let start = Some(START + RENTED);
			act(CUSTOMER, rent(Hire { start, ..hire() }));
		})
		.then(later(RENTED))
	};
	Row::new(name("start"), may, booked, move || starts(rental()))
		.at_uses(&[Use::Booked], starts)
		.of_a_renting_machine_too(Use::Booked)
		.case(FrozenMachine, then(freeze).leaves(not_provided))
		.case(WrongState, then(out_of_service).leaves(not_provided))
		.case(WrongState, ahead(PERIOD - 1).fails(Error::TooEarly))
		.case(Right, ahead(PERIOD))
		.case(WrongState, blocked().fails(Error::NotFreeYet))
		.never(&AMOUNTS, NO_AMOUNT)
		.case(Right, as_ever().leaves(|| machine_has(bonded())))
		.case(UnlistedAsset, then(delist).leaves(|| rental_is(Stage::Active)))
		// The bond cannot be put up, and nothing can be paid.
		.case(FrozenAsset, then(freeze_asset).leaves(|| credited(ALL_BACK)))
		.case(BlockedPayee, then(block_machine).leaves(not_provided))
		.case(
			OwnCounterparty,
			then(|| sell(CUSTOMER)).leaves(|| rental_is(Stage::Active)),
		)
		.never(&[FullList], FILLS_NO_LIST)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&machine().account())).leaves(not_provided),
		)
		.in_time(WINDOW, Error::TooLate)
}

fn extend() -> Row {
	let extends = |rental, periods, max_price| Call::<Runtime>::extend {
		rental,
		periods,
		max_price,
	};
	let by_so_many = move |periods| calling(move || extends(rental(), periods, MOST));
	let for_at_most = move |price: fn() -> Balance| calling(move || extends(rental(), 1, price()));
	let may = actor(CUSTOMER, Error::NotTheRenter);
	let active = || rental_at(Use::Active);
	Row::new(name("extend"), may, active, move || extends(rental(), 1, MOST))
		.at_uses(&[Use::Booked, Use::Active], move |rental| extends(rental, 1, MOST))
		.of_a_renting_machines_key_too(Use::Active)
		// What it may spend is for its policy to say, which asks its key.
		.case(
			Stranger,
			given(|| machines_rental_at(Use::Active)).fails(Error::NotTheRenter),
		)
		.case(FrozenMachine, then(freeze).fails(MachinesError::MachineFrozen))
		.case(WrongState, then(out_of_service).fails(MachinesError::OutOfService))
		.case(
			WrongState,
			then(|| {
				let (listing, terms) = (listing(), listing_terms());
				act(OWNER, Call::<Runtime>::update_listing { listing, terms });
			})
			.fails(Error::ListingChanged),
		)
		.case(
			WrongState,
			then(|| act(KEY, confirm_return(START))).fails(Error::ReportedBack),
		)
		.case(
			WrongState,
			then(|| taken_from(START + RENTED)).fails(Error::AlreadyBooked),
		)
		.case(Zero, by_so_many(0).fails(Error::ZeroPeriod))
		.case(Zero, for_at_most(|| 0).fails(Error::MaxPriceTooLow))
		.case(Maximum, for_at_most(period_price))
		.case(Maximum, for_at_most(|| period_price() - 1).fails(Error::MaxPriceTooLow))
		.case(Maximum, by_so_many(PERIODS))
		.case(Maximum, by_so_many(PERIODS + 1).fails(Error::PeriodsOutOfRange))
		.case(Maximum, by_so_many(u32::MAX).fails(Error::PeriodsOutOfRange))
		.never(
			&[Overflow],
			"a listing of which the longest rental is no number is refused",
		)
		.case(UnlistedAsset, then(delist))
		.case(UnlistedAsset, then(unrate))
		.case(FrozenAsset, then(freeze_asset).fails(TokenError::FundsUnavailable))
		.case(BlockedPayee, then(block_machine))
		.case(
			BlockedPayee,
			then(|| block(&account(CUSTOMER))).fails(TokenError::FundsUnavailable),
		)
		.of_the_new_owner_as_renter(bonded)
		.never(&[FullList], FILLS_NO_LIST)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(CUSTOMER))).fails(TokenError::FundsUnavailable),
		)
		.case(
			DepositUnaffordable,
			given(|| machines_rental_at(Use::Active))
				.then(|| allow_robot(1))
				.by(ROBOT)
				.fails(MachinesError::OverSpendingCap),
		)
		.in_time(RENTED - 1, Error::TooLate)
}

/// The renter lets these in.
fn let_in(users: &[&str]) {
	for user in users {
		act(CUSTOMER, set_user(user));
	}
}

fn set_user_row() -> Row {
	let sets = |rental: RentalId| Call::<Runtime>::set_user {
		rental,
		user: account(STRANGER),
		from: START,
		until: START + RENTED,
		actions: Actions::ENTER,
	};
	let with = |from: u64, until: u64, actions: Actions| {
		calling(move || Call::<Runtime>::set_user {
			rental: rental(),
			user: account(STRANGER),
			from: START + from,
			until: START + until,
			actions,
		})
	};
	let may = actor(CUSTOMER, Error::NotTheRenter);
	let active = || rental_at(Use::Active);
	Row::new(name("set_user"), may, active, move || sets(rental()))
		.at_uses(&[Use::Booked, Use::Active], sets)
		.with_a_frozen_machine_too()
		.of_a_renting_machine_too(Use::Active)
		.case(Zero, with(1, 1, Actions::ENTER).fails(Error::EmptyWindow))
		.case(Zero, with(0, RENTED, Actions::default()).fails(Error::ActionNotRented))
		.case(
			Maximum,
			with(0, RENTED, Actions(u16::MAX)).fails(Error::ActionNotRented),
		)
		.case(
			Maximum,
			with(0, RENTED + 1, Actions::ENTER).fails(Error::OutlivesRental),
		)
		.never(&[Overflow], SUMS_NOTHING)
		.never(&ASSETS, NAMES_NO_ASSET)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.case(OwnCounterparty, calling(|| set_user(CUSTOMER)).fails(Error::OwnRental))
		.case(FullList, then(|| let_in(&[OWNER, BUYER, ARBITER])))
		.case(
			FullList,
			then(|| let_in(&[OWNER, BUYER, ARBITER, ISSUER])).fails(Error::TooManyUsers),
		)
		// It opens no door any more, and says so to nobody.
		.at_any_time(RENTED)
}

fn remove_user() -> Row {
	let removes = |rental: RentalId| Call::<Runtime>::remove_user {
		rental,
		user: account(STRANGER),
	};
	let at = |stage| {
		move || {
			rental_at(stage);
			let_in(&[STRANGER]);
		}
	};
	let may = actor(CUSTOMER, Error::NotTheRenter);
	let row = Row::new(name("remove_user"), may, at(Use::Active), move || removes(rental()))
		.case(Right, given(at(Use::Booked)))
		.case(
			WrongState,
			calling(move || removes(NO_RENTAL)).fails(Error::UnknownRental),
		)
		.case(
			WrongState,
			calling(|| Call::<Runtime>::remove_user {
				rental: rental(),
				user: account(BUYER),
			})
			.fails(Error::UnknownUser),
		)
		.case(
			WrongState,
			then(|| act(CUSTOMER, Call::<Runtime>::give_back { rental: rental() })).fails(Error::WrongStage),
		)
		.with_a_frozen_machine_too()
		.case(Stranger, by(OWNER).fails(Error::NotTheRenter))
		.moves_no_money()
		.never(&[FullList], FILLS_NO_LIST)
		.case(OwnCounterparty, then(|| sell(CUSTOMER)));
	row.at_any_time(RENTED)
}

fn cancel() -> Row {
	let cancels = |rental: RentalId| Call::<Runtime>::cancel {
		rental,
		reason: Default::default(),
	};
	let may = actor(CUSTOMER, Error::NotTheRenter);
	let booked = || rental_at(Use::Booked);
	let no_show = [
		(Party::Machine, Party::Customer, least_rent as fn() -> Balance),
		(Party::Customer, Party::Customer, most_back),
		(Party::Chain, Party::Customer, rent_fee),
	];
	Row::new(name("cancel"), may, booked, move || cancels(rental()))
		.at_uses(&[Use::Requested, Use::Booked], cancels)
		.with_a_frozen_machine_too()
		.of_a_renting_machine_too(Use::Booked)
		// At the last moment.
		.pays(no_show)
		// Early enough.
		.pays_when(
			|| {
				given(|| {
					listed();
					let start = Some(START + 10 * PERIOD);
					act(CUSTOMER, rent(Hire { start, ..hire() }));
				})
			},
			ALL_BACK,
		)
		// All of the rent, and none of it.
		.case(
			Maximum,
			given(|| rental_at_with(Use::Booked, |terms| terms.rental.no_show = Permill::one()))
				.leaves(|| machine_has(savings() + rent_price())),
		)
		.case(
			Zero,
			given(|| rental_at_with(Use::Booked, |terms| terms.rental.no_show = Permill::zero()))
				.leaves(|| machine_has(savings())),
		)
		.never(&[Overflow], super::WAS_A_NUMBER)
		.of_the_new_owner_as_renter(|| savings() + least_rent())
		.takes_nothing_for_rent()
		.at_any_time(WINDOW)
}

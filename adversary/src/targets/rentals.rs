//! Rentals: people who compete for the time of machines, and owners who change their minds.

use crate::{
	draw::Draw,
	ledger,
	parties::{account, keys, ARBITERS, CUSTOMERS, OWNERS},
	target::{Entitled, Form, Intent, Target},
	world::{actors_as, live_key, side_of, speakers_for, World},
};
use bpiiot_primitives::{AgreementRef, MachineId, UnixMillis};
use bpiiot_runtime::{AccountId, Balance, Hash, Runtime};
use frame_support::traits::Get;
use pallet_rentals::{
	Actions, BookingMode, Calendar, Call, CancellationStage, ListingId, ListingOf, ListingTerms, ListingTermsOf,
	RentalId, RentalOf, RentalTerms, Stage,
};
use pallet_suppliers::standing::Stars;
use sp_runtime::{Permill, TryRuntimeError};

/// The pallet `rentals`.
pub struct Rentals;

impl Target for Rentals {
	fn name(&self) -> &'static str {
		"rentals"
	}

	fn forms(&self) -> Vec<Form> {
		vec![
			Form::new("publish_listing", publish_listing).weighing(5),
			Form::new("update_listing", update_listing).weighing(2),
			Form::new("withdraw_listing", withdraw_listing).weighing(2),
			Form::new("rent", rent).weighing(24).honest(),
			Form::new("approve", approve),
			Form::new("decline", decline).weighing(2),
			Form::new("start", start).weighing(16),
			Form::new("extend", extend).weighing(4),
			Form::new("set_user", set_user).weighing(6),
			Form::new("remove_user", remove_user).weighing(3),
			Form::new("give_back", give_back).weighing(10),
			Form::new("confirm_return", confirm_return).weighing(8),
			Form::new("claim", claim).weighing(10),
			Form::new("waive", waive).weighing(3),
			Form::new("concede", concede).weighing(3),
			Form::new("dispute", dispute).weighing(6),
			Form::new("cancel", cancel).weighing(4),
			Form::new("stop", stop).weighing(3),
			Form::new("expire", expire),
			Form::new("remove", remove).weighing(12),
			Form::new("rate", rate).weighing(4),
		]
	}

	fn errors(&self) -> Vec<&'static str> {
		super::names_of::<pallet_rentals::Error<Runtime>>()
	}

	fn try_state(&self) -> Result<(), TryRuntimeError> {
		bpiiot_runtime::Rentals::do_try_state()
	}
}

/// A rental, as it is: mostly one at a stage that is wanted. Now and then one that is not there.
fn rental(
	world: &World,
	draw: &mut Draw<'_>,
	is: impl Fn(Stage) -> bool,
) -> Option<(RentalId, Option<RentalOf<Runtime>>)> {
	let number = draw.number();
	if number % 64 == 63 {
		return Some((RentalId(number.into()), None));
	}
	let wanted: Vec<_> = world.rentals.iter().filter(|(_, stage)| is(*stage)).collect();
	let from = match number % 16 == 15 || wanted.is_empty() {
		true => world.rentals.iter().collect(),
		false => wanted,
	};
	let (id, _) = from.get(usize::from(number / 64) % from.len().max(1))?;
	Some((*id, pallet_rentals::Rentals::<Runtime>::get(id)))
}

/// A listing, as it is.
fn listing(world: &World, draw: &mut Draw<'_>) -> Option<(ListingId, ListingOf<Runtime>)> {
	let id = *draw.one_of(&world.listings)?;
	Some((id, pallet_rentals::Listings::<Runtime>::get(id)?))
}

/// Whether that is so of the rental, which must be there.
fn so(record: &Option<RentalOf<Runtime>>, is: impl Fn(&RentalOf<Runtime>) -> bool) -> bool {
	record.as_ref().is_some_and(is)
}

/// Those of the renter's side may, if `so`, and try it otherwise.
fn renters_if(so: bool, record: &Option<RentalOf<Runtime>>) -> Entitled {
	let these = match record {
		Some(rental) => speakers_for(&rental.access.renter),
		None => vec![account(CUSTOMERS[0])],
	};
	Entitled::these_if(so, these)
}

/// Those of the machine's side may, if `so`, and try it otherwise.
fn owners_if(so: bool, record: &Option<RentalOf<Runtime>>) -> Entitled {
	let these = match record {
		Some(rental) => side_of(&rental.access.machine),
		None => vec![account(OWNERS[0])],
	};
	Entitled::these_if(so, these)
}

fn is_booked(stage: Stage) -> bool {
	stage == Stage::Booked
}

fn is_agreed(stage: Stage) -> bool {
	matches!(stage, Stage::Booked | Stage::Active)
}

fn is_returned(stage: Stage) -> bool {
	matches!(stage, Stage::Returned(_))
}

fn is_claimed(stage: Stage) -> bool {
	matches!(stage, Stage::Claimed(_))
}

/// Whether somebody has some of the time: as the rentals say, and not the index of bookings. `but` is one that may.
pub fn is_taken(machine: &MachineId, from: UnixMillis, until: UnixMillis, but: Option<RentalId>) -> bool {
	pallet_rentals::Rentals::<Runtime>::iter().any(|(id, rental)| {
		let access = &rental.access;
		access.machine == *machine
			&& Some(id) != but
			&& access.stage.takes_time()
			&& access.start < until
			&& from < access.end
	})
}

/// A window of the runtime's, mostly short.
fn window(draw: u16) -> u64 {
	let least = <Runtime as pallet_rentals::Config>::MinWindow::get();
	match draw % 32 {
		30 => 1,
		31 => u64::MAX,
		_ => least + 60_000 * u64::from(draw / 32 % 4),
	}
}

fn terms(draw: &mut Draw<'_>) -> Option<ListingTermsOf<Runtime>> {
	let asset = ledger::asset(draw.below(ledger::ASSETS));
	let whole = ledger::whole(asset);
	let price = draw.amount(4 * whole);
	// One number chooses among many small things.
	let small = draw.number();
	let chosen = |bit: u16| small >> bit & 1 == 1;
	let odd = draw.number() % 64;
	let windows = draw.number();
	let or_none = |is: bool, amount: Balance| if is { amount } else { 0 };
	let period = 60_000 * u64::from(1 + windows % 5);
	let stages = [CancellationStage {
		before: 2 * period,
		fee: Permill::from_percent(if odd == 1 { 60 } else { 10 }),
	}];
	let rental = RentalTerms {
		price,
		period: match odd {
			2 => 0,
			3 => 1,
			4 => u64::MAX,
			_ => period,
		},
		min_periods: 1 + u32::from(chosen(0)),
		deposit: or_none(chosen(1) || chosen(2), 3 * whole),
		overdue_price: or_none(chosen(3), if odd == 5 { 1 } else { whole }),
		stop_penalty: or_none(chosen(4), whole),
		check_in: if odd == 6 {
			u64::MAX
		} else {
			60_000 * u64::from(chosen(5))
		},
		show_window: window(windows / 5),
		claim_window: window(draw.number()),
		answer_window: window(windows / 7),
		cancellation: stages[usize::from(chosen(6))..].to_vec().try_into().ok()?,
		no_show: Permill::from_percent(50),
	};
	let mode = match chosen(7) && chosen(8) {
		true => BookingMode::Approved {
			window: window(windows / 3),
		},
		false => BookingMode::Instant,
	};
	let people = |is: bool| match is {
		true => vec![account(CUSTOMERS[2])],
		false => vec![],
	};
	let arbiters: Vec<_> = match (chosen(9), odd) {
		(_, 7) => vec![account(ARBITERS[0]); 2],
		(true, _) => ARBITERS.iter().map(|name| account(name)).collect(),
		(false, _) => vec![],
	};
	Some(ListingTerms {
		category: if odd == 8 { vec![] } else { b"drill".to_vec() }.try_into().ok()?,
		area: if odd == 9 { b"?".to_vec() } else { b"DE".to_vec() }.try_into().ok()?,
		asset,
		rental,
		max_periods: if odd == 10 { 0 } else { 8 },
		booking: mode,
		calendar: calendar(odd)?,
		actions: if odd == 11 {
			Actions::default()
		} else {
			Actions::ENTER | Actions::OPERATE
		},
		allow: people(odd == 12).try_into().ok()?,
		deny: people(chosen(10) && chosen(11)).try_into().ok()?,
		arbiters: arbiters.try_into().ok()?,
		case_window: 60_000 * 2,
		ruling_window: 60_000 * 2,
		contract: Hash::zero(),
	})
}

/// Mostly all the time; sometimes closed in ten minutes for ten more, or no calendar.
fn calendar(odd: u16) -> Option<Calendar> {
	let now = ledger::now();
	let closure = |from, until| pallet_rentals::Closure { from, until };
	let closures = match odd {
		13..20 => vec![closure(now + 600_000, now + 1_200_000)],
		20 => vec![closure(now + 2, now + 1)],
		_ => vec![],
	};
	Some(Calendar {
		week: Default::default(),
		closures: closures.try_into().ok()?,
	})
}

fn publish_listing(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (machine, _) = world.machine(draw)?;
	let terms = terms(draw)?;
	let mut entitled = side_of(&machine);
	// Mostly the owner.
	entitled.reverse();
	Intent::new(
		Call::<Runtime>::publish_listing { machine, terms },
		Entitled::These(entitled),
	)
}

fn update_listing(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (id, record) = listing(world, draw)?;
	let terms = terms(draw)?;
	let entitled = Entitled::These(side_of(&record.machine));
	let listing = if draw.once_in(32) { ListingId(1) } else { id };
	Intent::new(Call::<Runtime>::update_listing { listing, terms }, entitled)
}

fn withdraw_listing(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (listing, record) = listing(world, draw)?;
	let mut entitled = side_of(&record.machine);
	entitled.extend(actors_as(&record.depositor));
	Intent::new(Call::<Runtime>::withdraw_listing { listing }, Entitled::These(entitled))
}

fn rent(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (listing, record) = listing(world, draw)?;
	let terms = &record.terms;
	let periods = draw.units(4);
	let choice = draw.number();
	let now = ledger::now();
	let start = match choice % 8 {
		0..4 => None,
		4 => Some(now.saturating_sub(u64::from(choice / 8 % 2))),
		5 => Some(now + 600_000),
		// Just behind somebody else, or a millisecond too soon.
		6 => world.rentals.iter().find_map(|(id, stage)| {
			let access = pallet_rentals::Rentals::<Runtime>::get(id)?.access;
			let is_before = stage.takes_time() && access.machine == record.machine && access.end > now;
			is_before.then(|| access.end - u64::from(choice / 8 % 2))
		}),
		_ => Some(now + 60_000 * u64::from(choice / 8 % 64)),
	};
	let begin = start.unwrap_or(now);
	let end = begin.saturating_add(terms.rental.period.saturating_mul(periods.into()));
	let arbiter = match (terms.arbiters.first(), choice / 512 % 8) {
		(_, 0) => Some(account(OWNERS[0])),
		(first, 1..6) => first.cloned(),
		_ => None,
	};
	let call = Call::<Runtime>::rent {
		listing,
		version: record.version.saturating_add(u32::from(choice / 4096 == 15)),
		start,
		periods,
		max_price: if choice / 4096 == 14 { 1 } else { Balance::MAX },
		arbiter,
	};
	let people = CUSTOMERS.iter().map(|name| account(name));
	let mut all: Vec<_> = people.chain(world.active.iter().filter_map(live_key)).collect();
	let first = draw.below(all.len());
	all.rotate_left(first);
	let is_free = begin >= now && begin < end && !is_taken(&record.machine, begin, end, None);
	Intent::new(call, Entitled::anybody_if(is_free, all))
}

fn approve(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (rental, record) = rental(world, draw, |stage| stage == Stage::Requested)?;
	let may = so(&record, |rental| {
		rental.stage() == Stage::Requested
			&& ledger::agreement_now() <= rental.until
			&& ledger::now() < rental.access.start
	});
	Intent::new(Call::<Runtime>::approve { rental }, owners_if(may, &record))
}

fn decline(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (rental, record) = rental(world, draw, |stage| stage == Stage::Requested)?;
	let may = so(&record, |rental| rental.stage() == Stage::Requested);
	let reason = Hash::zero();
	Intent::new(Call::<Runtime>::decline { rental, reason }, owners_if(may, &record))
}

fn start(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (rental, record) = rental(world, draw, is_booked)?;
	let may = so(&record, |rental| {
		let (now, access) = (ledger::now(), &rental.access);
		let first = access.start.saturating_sub(rental.terms.check_in);
		is_booked(rental.stage()) && first <= now && now < access.end && ledger::agreement_now() <= rental.until
	});
	Intent::new(Call::<Runtime>::start { rental }, renters_if(may, &record))
}

fn extend(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (id, record) = rental(world, draw, is_agreed)?;
	let periods = draw.units(3);
	let max_price = if draw.once_in(16) { 1 } else { Balance::MAX };
	let may = so(&record, |rental| {
		let access = &rental.access;
		let more = rental.terms.period.saturating_mul(periods.into());
		let end = access.end.saturating_add(more);
		is_agreed(rental.stage())
			&& ledger::now() < access.end
			&& access.end < end
			&& !is_taken(&access.machine, access.end, end, Some(id))
	});
	let these = match &record {
		Some(rental) => actors_as(&rental.access.renter),
		None => vec![account(CUSTOMERS[0])],
	};
	let call = Call::<Runtime>::extend {
		rental: id,
		periods,
		max_price,
	};
	Intent::new(call, Entitled::these_if(may, these))
}

/// Whom renters let in: never the thief, so that no door may open to him.
fn guest(draw: &mut Draw<'_>, record: &Option<RentalOf<Runtime>>) -> AccountId {
	match (draw.below(8), record) {
		(0, Some(rental)) => rental.access.renter.clone(),
		(1, _) => account(CUSTOMERS[0]),
		(number, _) => account(&keys()[number]),
	}
}

fn set_user(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (id, record) = rental(world, draw, is_agreed)?;
	let user = guest(draw, &record);
	let choice = draw.number();
	let (start, end) = match &record {
		Some(rental) => (rental.access.start, rental.access.end),
		None => (0, 1),
	};
	let (from, until) = match choice % 16 {
		13 => (start, end.saturating_add(1)),
		14 => (start.saturating_sub(1), end),
		15 => (end, end),
		_ => (start.saturating_add(u64::from(choice / 16 % 2)), end),
	};
	let actions = match choice / 256 % 16 {
		14 => Actions::default(),
		15 => Actions::CONFIGURE,
		_ => Actions::ENTER,
	};
	let may = so(&record, |rental| {
		let access = &rental.access;
		is_agreed(rental.stage())
			&& user != access.renter
			&& access.start <= from
			&& from < until
			&& until <= access.end
			&& actions == Actions::ENTER
	});
	let call = Call::<Runtime>::set_user {
		rental: id,
		user,
		from,
		until,
		actions,
	};
	Intent::new(call, renters_if(may, &record))
}

fn remove_user(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (rental, record) = rental(world, draw, is_agreed)?;
	let users = record.iter().flat_map(|rental| rental.access.users.iter().flatten());
	let users: Vec<AccountId> = users.map(|user| user.account.clone()).collect();
	let user = draw.one_of(&users).cloned().unwrap_or_else(|| account(CUSTOMERS[1]));
	let may = so(&record, |rental| is_agreed(rental.stage())) && users.contains(&user);
	Intent::new(Call::<Runtime>::remove_user { rental, user }, renters_if(may, &record))
}

fn give_back(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (rental, record) = rental(world, draw, |stage| stage == Stage::Active)?;
	let may = so(&record, |rental| rental.stage() == Stage::Active);
	Intent::new(Call::<Runtime>::give_back { rental }, renters_if(may, &record))
}

fn confirm_return(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let is = |stage| stage == Stage::Active || is_returned(stage);
	let (id, record) = rental(world, draw, is)?;
	let now = ledger::now();
	let at = match draw.number() % 8 {
		6 => now + 1,
		7 => 1,
		back => now.saturating_sub(20_000 * u64::from(back)),
	};
	let may = so(&record, |rental| {
		let first = rental.access.start.saturating_sub(rental.terms.check_in);
		let waits = rental.stage() == Stage::Active || is_returned(rental.stage()) && !rental.confirmed;
		waits && first <= at && at <= now
	});
	let call = Call::<Runtime>::confirm_return {
		rental: id,
		at,
		evidence: Hash::zero(),
	};
	Intent::new(call, owners_if(may, &record))
}

fn claim(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (id, record) = rental(world, draw, is_returned)?;
	let left = record.as_ref().map_or(1, |rental| rental.claimable());
	let amount = match draw.number() % 8 {
		6 => left.saturating_add(1),
		7 => 0,
		tenths => left / 10 * Balance::from(tenths + 4),
	};
	let may = so(&record, |rental| {
		is_returned(rental.stage())
			&& ledger::agreement_now() <= rental.until
			&& amount > 0
			&& amount <= rental.claimable()
	});
	let call = Call::<Runtime>::claim {
		rental: id,
		amount,
		evidence: Hash::zero(),
	};
	Intent::new(call, owners_if(may, &record))
}

fn waive(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let is = |stage| is_returned(stage) || is_claimed(stage);
	let (rental, record) = rental(world, draw, is)?;
	let may = so(&record, |rental| is(rental.stage()));
	Intent::new(Call::<Runtime>::waive { rental }, owners_if(may, &record))
}

fn concede(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (rental, record) = rental(world, draw, is_claimed)?;
	let may = so(&record, |rental| is_claimed(rental.stage()));
	Intent::new(Call::<Runtime>::concede { rental }, renters_if(may, &record))
}

fn dispute(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (rental, record) = rental(world, draw, is_claimed)?;
	let evidence = Hash::repeat_byte(draw.number() as u8);
	let may = so(&record, |rental| {
		is_claimed(rental.stage()) && ledger::agreement_now() <= rental.until
	});
	Intent::new(Call::<Runtime>::dispute { rental, evidence }, renters_if(may, &record))
}

fn cancel(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let is = |stage| matches!(stage, Stage::Requested | Stage::Booked);
	let (rental, record) = rental(world, draw, is)?;
	let may = so(&record, |rental| is(rental.stage()));
	let reason = Hash::zero();
	Intent::new(Call::<Runtime>::cancel { rental, reason }, renters_if(may, &record))
}

fn stop(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (rental, record) = rental(world, draw, is_agreed)?;
	let may = so(&record, |rental| {
		is_booked(rental.stage()) || rental.stage() == Stage::Active && ledger::now() < rental.access.end
	});
	let reason = Hash::zero();
	Intent::new(Call::<Runtime>::stop { rental, reason }, owners_if(may, &record))
}

fn expire(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (rental, record) = rental(world, draw, |stage| !stage.is_settled())?;
	let over = so(&record, |rental| {
		rental
			.deadline()
			.is_some_and(|deadline| ledger::agreement_now() > deadline)
	});
	let by = match &record {
		Some(rental) => speakers_for(&rental.access.renter),
		None => vec![account(CUSTOMERS[0])],
	};
	Intent::new(Call::<Runtime>::expire { rental }, Entitled::anybody_if(over, by))
}

fn remove(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (rental, record) = rental(world, draw, Stage::is_settled)?;
	let may = so(&record, |rental| rental.is_settled());
	Intent::new(Call::<Runtime>::remove { rental }, renters_if(may, &record))
}

/// A call of the suppliers': what a rental has counted is said by its renter, once.
fn rate(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (rental, record) = rental(world, draw, Stage::is_settled)?;
	let may = so(&record, |rental| rental.is_settled() && !rental.rated);
	let call = pallet_suppliers::Call::<Runtime>::rate {
		agreement: AgreementRef::Rental(rental),
		stars: [Stars::One, Stars::Five][draw.below(2)],
	};
	Intent::new(call, renters_if(may, &record))
}

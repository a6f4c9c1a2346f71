//! What each end does about each message, good and bad.

use bpiiot_voucher::{Answer, Buyer, Metering, Refusal, Seller, Taken, Tally, Tariff, Unit};

const TICK: u64 = 10;
const DEPOSIT: u128 = 500;

/// Two and a half for a litre.
fn metering() -> Metering {
	Metering {
		unit: Unit(*b"LTR"),
		tariff: Tariff { price: 5, per: 2 },
		tick: TICK,
	}
}

fn seller() -> Seller {
	Seller::new(metering(), DEPOSIT)
}

/// Has no meter of its own.
fn buyer() -> Buyer {
	Buyer::new(metering(), DEPOSIT, None, 0)
}

fn tally(sequence: u64, reading: u64, amount: u128) -> Tally {
	Tally {
		sequence,
		reading,
		amount,
	}
}

/// Supplies, and has it paid.
fn paid(seller: &mut Seller, buyer: &mut Buyer, units: u64) -> Tally {
	let statement = seller.supply(units).unwrap();
	assert_eq!(buyer.on_tick(statement), Ok(Answer::Sign(statement)));
	buyer.durable(statement);
	assert_eq!(seller.on_voucher(*buyer.on_disk()), Ok(Taken::Newer));
	seller.durable(statement);
	statement
}

#[test]
fn supply_stops_after_a_tick_and_goes_on_when_a_voucher_is_on_the_disk() {
	let (mut seller, mut buyer) = (seller(), buyer());
	assert_eq!(seller.supply(0), Err(Refusal::Nothing));
	assert_eq!(seller.supply(4), Ok(tally(1, 4, 10)));
	assert_eq!(seller.supply(7), Err(Refusal::NoRoom));
	assert_eq!(seller.supply(6), Ok(tally(2, 10, 25)));
	assert_eq!((seller.room(), seller.supply(1)), (0, Err(Refusal::NoRoom)));
	buyer.on_tick(tally(2, 10, 25)).unwrap();
	assert_eq!(seller.on_voucher(tally(2, 10, 25)), Ok(Taken::Newer));
	// It has come, and could be lost yet.
	assert_eq!(seller.room(), 0);
	seller.durable(tally(2, 10, 25));
	assert_eq!(seller.room(), TICK);
}

#[test]
fn supply_stops_at_the_deposit_and_goes_on_after_a_top_up() {
	let (mut seller, mut buyer) = (seller(), buyer());
	for _ in 0..20 {
		paid(&mut seller, &mut buyer, 10);
	}
	assert_eq!((seller.newest().amount, seller.room()), (DEPOSIT, 0));
	seller.deposited(DEPOSIT + 5);
	assert_eq!(seller.room(), 2);
	seller.deposited(1);
	assert_eq!(seller.room(), 2);
}

#[test]
fn a_voucher_is_taken_once_and_an_older_one_not_any_more() {
	let (mut seller, mut buyer) = (seller(), buyer());
	let old = paid(&mut seller, &mut buyer, 4);
	let new = paid(&mut seller, &mut buyer, 4);
	for known in [old, new, Tally::default()] {
		assert_eq!(seller.on_voucher(known), Ok(Taken::Known));
	}
	seller.durable(old);
	assert_eq!((*seller.newest(), *seller.on_disk()), (new, new));
}

#[test]
fn a_voucher_that_does_not_fit_is_refused() {
	let mut seller = seller();
	seller.supply(4).unwrap();
	for (voucher, why) in [
		(tally(1, 5, 12), Refusal::NotSupplied),
		(tally(1, 4, 9), Refusal::WrongAmount),
		(tally(1, 4, 11), Refusal::WrongAmount),
		(tally(0, 4, 10), Refusal::OutOfOrder),
	] {
		assert_eq!(seller.on_voucher(voucher), Err(why));
	}
	assert_eq!(*seller.newest(), Tally::default());
	let mut poor = Seller::resume(metering(), 5, Tally::default(), None, Some(4));
	assert_eq!(poor.on_voucher(tally(1, 4, 10)), Err(Refusal::OverDeposit));
	// Said in a greeting it is taken: the buyer knows best what it has signed.
	assert_eq!(seller.reminded(tally(1, 5, 11)), Err(Refusal::WrongAmount));
	assert_eq!(seller.supplied(), 4);
	// The largest sequence ends the statements, and nothing else.
	assert_eq!(seller.on_voucher(tally(u64::MAX, 4, 10)), Ok(Taken::Newer));
	seller.durable(tally(u64::MAX, 4, 10));
	assert_eq!(seller.supply(1), Err(Refusal::Overflow));
}

#[test]
fn a_statement_that_does_not_fit_is_not_signed() {
	let (mut seller, mut buyer) = (seller(), buyer());
	paid(&mut seller, &mut buyer, 4);
	for (statement, why) in [
		(tally(2, 15, 37), Refusal::MoreThanATick),
		(tally(2, 5, 13), Refusal::WrongAmount),
		(tally(2, 5, 11), Refusal::WrongAmount),
	] {
		assert_eq!(buyer.on_tick(statement), Err(why));
	}
	// Repeated, from before, or with a meter that has gone back.
	for statement in [tally(1, 4, 10), tally(0, 5, 12), tally(3, 3, 7)] {
		assert_eq!(buyer.on_tick(statement), Ok(Answer::Again));
	}
	let mut poor = Buyer::new(metering(), 9, None, 0);
	assert_eq!(poor.on_tick(tally(1, 4, 10)), Err(Refusal::OverLimit));
	poor.may_spend(10);
	assert_eq!(poor.on_tick(tally(1, 4, 10)), Ok(Answer::Sign(tally(1, 4, 10))));
}

#[test]
fn a_buyer_with_a_meter_signs_for_what_it_shows() {
	let mut buyer = Buyer::new(metering(), DEPOSIT, Some(0), 1);
	assert_eq!(buyer.on_tick(tally(1, 1, 2)), Ok(Answer::Sign(tally(1, 1, 2))));
	assert_eq!(buyer.on_tick(tally(2, 4, 10)), Ok(Answer::Wait));
	assert_eq!(buyer.received(2), None);
	assert_eq!(buyer.received(1), None);
	assert_eq!(buyer.received(3), Some(tally(2, 4, 10)));
	assert_eq!(buyer.received(9), None);
}

#[test]
fn a_voucher_is_sent_when_it_is_on_the_disk() {
	let mut buyer = buyer();
	buyer.on_tick(tally(1, 4, 10)).unwrap();
	assert_eq!(*buyer.on_disk(), Tally::default());
	// Nothing that it has not signed, and never back.
	buyer.durable(tally(2, 9, 22));
	assert_eq!(*buyer.on_disk(), Tally::default());
	buyer.durable(tally(1, 4, 10));
	buyer.durable(Tally::default());
	assert_eq!(*buyer.on_disk(), tally(1, 4, 10));
}

#[test]
fn after_the_sellers_crash_no_more_is_supplied_than_without_it() {
	let (mut seller, mut buyer) = (seller(), buyer());
	paid(&mut seller, &mut buyer, 4);
	// Paid, and not on the disk; and some more.
	let lost = seller.supply(4).unwrap();
	buyer.on_tick(lost).unwrap();
	buyer.durable(lost);
	seller.on_voucher(lost).unwrap();
	seller.supply(2).unwrap();
	let disk = *seller.on_disk();

	// With a meter that remembers.
	let mut after = Seller::resume(metering(), DEPOSIT, disk, None, Some(10));
	assert_eq!(after.room(), 4);
	let again = after.restate().unwrap();
	assert_eq!(again, tally(2, 10, 25));
	// The buyer knows that number for another reading, and shows its voucher.
	assert_eq!(buyer.on_tick(again), Ok(Answer::Again));
	assert_eq!(after.on_voucher(*buyer.on_disk()), Ok(Taken::Newer));
	assert_eq!(after.restate(), Some(tally(3, 10, 25)));
	assert_eq!(buyer.on_tick(tally(3, 10, 25)), Ok(Answer::Sign(tally(3, 10, 25))));

	// With one that forgets, all of the tick counts as supplied.
	let mut after = Seller::resume(metering(), DEPOSIT, disk, None, None);
	assert_eq!((after.supplied(), after.room()), (14, 0));
	assert_eq!(after.restate(), Some(tally(2, 14, 35)));
	// And never more than the channel has.
	let after = Seller::resume(metering(), 12, disk, None, None);
	assert_eq!(after.supplied(), 5);
}

#[test]
fn a_seller_on_a_new_disk_is_paid_what_it_had_forgotten() {
	let (mut seller, mut buyer) = (seller(), buyer());
	paid(&mut seller, &mut buyer, 10);
	let newest = paid(&mut seller, &mut buyer, 10);
	let mut new = self::seller();
	assert_eq!(new.on_voucher(newest), Err(Refusal::NotSupplied));
	assert_eq!(new.reminded(newest), Ok(Taken::Newer));
	assert_eq!((new.supplied(), new.room()), (20, 0));
	new.durable(newest);
	assert_eq!((new.room(), new.restate()), (TICK, None));
	assert_eq!(new.reminded(newest), Ok(Taken::Known));
}

#[test]
fn after_the_buyers_crash_it_knows_what_it_owes() {
	let (mut seller, mut buyer) = (seller(), buyer());
	let first = paid(&mut seller, &mut buyer, 4);
	let second = seller.supply(4).unwrap();
	// Signed and not on the disk, so it was not sent.
	buyer.on_tick(second).unwrap();
	let mut after = self::buyer().resume(first, None);
	assert_eq!(seller.restate(), Some(second));
	assert_eq!(after.on_tick(second), Ok(Answer::Sign(second)));
	// A new computer with the old key is reminded, once.
	let mut new = self::buyer();
	assert!(new.reminded(second) && !new.reminded(second) && !new.reminded(first));
	assert_eq!(new.on_tick(second), Ok(Answer::Again));
}

#[test]
fn an_end_is_agreed_to_once_and_nothing_is_supplied_or_signed_after_it() {
	let (mut seller, mut buyer) = (seller(), buyer());
	let last = paid(&mut seller, &mut buyer, 4);
	let unpaid = seller.supply(3).unwrap();
	assert_eq!(buyer.close(), last);
	assert_eq!(buyer.on_tick(unpaid), Err(Refusal::Closing));
	assert_eq!(buyer.close(), last);
	assert_eq!(seller.on_close(tally(1, 4, 9)), Err(Refusal::LessThanPaid));
	assert_eq!(seller.on_close(tally(1, 4, 501)), Err(Refusal::OverDeposit));
	assert_eq!(seller.on_close(last), Ok(()));
	assert_eq!(seller.on_close(last), Ok(()));
	assert_eq!(seller.on_close(unpaid), Err(Refusal::Closing));
	assert_eq!((seller.room(), seller.restate()), (0, None));
	assert_eq!(buyer.on_consent(last), Ok(()));
	assert_eq!(buyer.on_consent(unpaid), Err(Refusal::NotAsked));
	assert_eq!(self::buyer().on_consent(last), Err(Refusal::NotAsked));
	// After a crash too.
	let after = Seller::resume(metering(), DEPOSIT, last, Some(last), Some(7));
	assert_eq!(after.room(), 0);
	let mut after = self::buyer().resume(last, Some(last));
	assert_eq!(after.on_tick(unpaid), Err(Refusal::Closing));
}

#[test]
fn a_seller_that_is_stopped_supplies_nothing_and_takes_vouchers() {
	let mut seller = seller();
	let statement = seller.supply(4).unwrap();
	seller.stop();
	assert_eq!((seller.room(), seller.supply(1)), (0, Err(Refusal::NoRoom)));
	assert_eq!(seller.on_voucher(statement), Ok(Taken::Newer));
}

#[test]
fn ticks_that_cost_nothing_by_themselves_are_counted_all_the_same() {
	let cheap = Metering {
		tariff: Tariff { price: 1, per: 100 },
		..metering()
	};
	let (mut seller, mut buyer) = (Seller::new(cheap, 1), Buyer::new(cheap, 1, None, 0));
	while seller.room() > 0 {
		let units = seller.room().min(7);
		paid(&mut seller, &mut buyer, units);
	}
	assert_eq!((seller.newest().reading, seller.newest().amount), (199, 1));
}

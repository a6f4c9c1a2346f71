//! Both ends against a small model of the world between them: disks that forget what was not forced to them, a line that
//! loses, repeats and reorders, computers that crash, and a chain that pays the newest voucher that it is shown.

use bpiiot_voucher::{Answer, Buyer, Metering, Seller, Taken, Tally, Tariff, Unit};
use proptest::prelude::*;

const TICK: u64 = 12;
const DEPOSIT: u128 = 400;
/// How far the buyer believes the seller's meter.
const SLACK: u64 = 5;

fn metering() -> Metering {
	Metering {
		unit: Unit(*b"SEC"),
		tariff: Tariff { price: 7, per: 3 },
		tick: TICK,
	}
}

fn cost(reading: u64) -> u128 {
	metering().tariff.amount_of(reading).unwrap()
}

#[derive(Clone, Copy, Debug)]
enum Said {
	Tick(Tally),
	/// Or the buyer's hello, which is the same.
	Voucher(Tally),
	/// The seller's hello.
	Reminder(Tally),
	Close(Tally),
	Consent(Tally),
}

/// Of each end, its newest voucher and its word about the end.
#[derive(Clone, Copy, Debug, Default)]
struct Disk {
	newest: Tally,
	end: Option<Tally>,
}

#[derive(Clone, Debug)]
enum Step {
	Supply(u64),
	/// One of what is under way arrives, and if `stays` will arrive again.
	Arrive {
		which: usize,
		stays: bool,
	},
	Lose(usize),
	SyncSeller,
	SyncBuyer,
	CrashSeller {
		meter_forgets: bool,
	},
	CrashBuyer,
	/// The line was cut and is there again.
	Greet,
	Restate,
	/// The buyer's meter sees what has come.
	Look,
	AskForEnd,
	/// Somebody shows the chain the seller's disk.
	Redeem,
	/// What an evil buyer signs and says.
	Lie(Tally),
	/// The same of the end.
	LieOfEnd(Tally),
}

fn tally() -> impl Strategy<Value = Tally> {
	let amount = |reading: u64, off: i8| cost(reading).saturating_add_signed(off.into());
	(0..60u64, 0..200u64, prop_oneof![3 => Just(0i8), 1 => -3..4i8]).prop_map(move |(sequence, reading, off)| Tally {
		sequence,
		reading,
		amount: amount(reading, off),
	})
}

fn step() -> impl Strategy<Value = Step> {
	prop_oneof![
		12 => (1..8u64).prop_map(Step::Supply),
		24 => (0..8usize, prop::bool::weighted(0.2)).prop_map(|(which, stays)| Step::Arrive { which, stays }),
		3 => (0..8usize).prop_map(Step::Lose),
		8 => Just(Step::SyncSeller),
		8 => Just(Step::SyncBuyer),
		2 => prop::bool::weighted(0.2).prop_map(|meter_forgets| Step::CrashSeller { meter_forgets }),
		2 => Just(Step::CrashBuyer),
		3 => Just(Step::Greet),
		3 => Just(Step::Restate),
		6 => Just(Step::Look),
		1 => Just(Step::Redeem),
	]
}

struct World {
	seller: Seller,
	seller_disk: Disk,
	/// To be forced to the disk, and what is said once it is.
	seller_pending: Vec<(Disk, Option<Said>)>,
	buyer: Buyer,
	buyer_disk: Disk,
	buyer_pending: Vec<(Disk, Said)>,
	line: Vec<Said>,
	/// What has really been supplied.
	meter: u64,
	/// The newest voucher that the seller has ever held.
	held: Tally,
	/// The most that the buyer has ever signed for, on its disk.
	owed: u128,
	paid: u128,
	/// Whether the buyer says what it likes.
	is_evil: bool,
}

impl World {
	fn new() -> Self {
		Self {
			seller: Seller::new(metering(), DEPOSIT),
			seller_disk: Disk::default(),
			seller_pending: Vec::new(),
			buyer: Buyer::new(metering(), DEPOSIT, Some(0), SLACK),
			buyer_disk: Disk::default(),
			buyer_pending: Vec::new(),
			line: Vec::new(),
			meter: 0,
			held: Tally::default(),
			owed: 0,
			paid: 0,
			is_evil: false,
		}
	}

	fn write_seller(&mut self, then: Option<Said>) {
		let disk = Disk {
			newest: *self.seller.newest(),
			end: self.seller.closing().copied(),
		};
		self.seller_pending.push((disk, then));
	}

	fn write_buyer(&mut self, then: Said) {
		let disk = Disk {
			newest: *self.buyer.signed(),
			end: self.buyer.closing().copied(),
		};
		self.buyer_pending.push((disk, then));
	}

	fn arrive(&mut self, said: Said) {
		match said {
			Said::Tick(tally) => match self.buyer.on_tick(tally) {
				Ok(Answer::Sign(tally)) => self.write_buyer(Said::Voucher(tally)),
				Ok(Answer::Again) if self.buyer.on_disk().sequence > 0 => {
					self.line.push(Said::Voucher(*self.buyer.on_disk()));
				}
				_ => (),
			},
			Said::Voucher(tally) => {
				if self.seller.on_voucher(tally) == Ok(Taken::Newer) {
					self.held = tally;
					self.write_seller(None);
				}
			}
			Said::Reminder(tally) => {
				// Only the seller's disk is shown, so the buyer knows it.
				assert!(!self.buyer.reminded(tally), "the buyer had forgotten what it owes");
			}
			Said::Close(tally) => {
				if self.seller.on_close(tally).is_ok() {
					self.write_seller(Some(Said::Consent(tally)));
				}
			}
			Said::Consent(tally) => {
				// Both have signed: the chain ends it so.
				let asked = self.buyer.on_consent(tally);
				assert!(asked.is_ok() || self.is_evil, "nothing else was asked for");
				self.paid = self.paid.max(tally.amount);
			}
		}
	}

	fn run(&mut self, step: &Step) {
		match *step {
			Step::Supply(units) => {
				let units = units.min(self.seller.room());
				if let Ok(statement) = self.seller.supply(units) {
					self.meter += units;
					self.line.push(Said::Tick(statement));
				}
			}
			Step::Arrive { which, stays } => {
				if let Some(which) = which.checked_rem(self.line.len()) {
					let said = match stays {
						true => self.line[which],
						false => self.line.remove(which),
					};
					self.arrive(said);
				}
			}
			Step::Lose(which) => {
				if let Some(which) = which.checked_rem(self.line.len()) {
					self.line.remove(which);
				}
			}
			Step::SyncSeller => {
				for (disk, then) in std::mem::take(&mut self.seller_pending) {
					self.seller_disk = disk;
					self.seller.durable(disk.newest);
					self.line.extend(then);
				}
			}
			Step::SyncBuyer => {
				for (disk, then) in std::mem::take(&mut self.buyer_pending) {
					self.buyer_disk = disk;
					self.buyer.durable(disk.newest);
					self.owed = self.owed.max(disk.newest.amount);
					self.line.push(then);
				}
			}
			Step::CrashSeller { meter_forgets } => {
				self.seller_pending.clear();
				// A meter that never forgets a unit, but may count some that a forgetful time before it took for supplied.
				let metered = (!meter_forgets).then(|| self.seller.supplied());
				let Disk { newest, end } = self.seller_disk;
				self.seller = Seller::resume(metering(), DEPOSIT, newest, end, metered);
			}
			Step::CrashBuyer => {
				self.buyer_pending.clear();
				let Disk { newest, end } = self.buyer_disk;
				let fresh = Buyer::new(metering(), DEPOSIT, Some(self.meter), SLACK);
				self.buyer = fresh.resume(newest, end);
			}
			Step::Greet => {
				self.line.clear();
				self.line.push(Said::Voucher(*self.buyer.on_disk()));
				self.line.push(Said::Reminder(*self.seller.on_disk()));
				self.line.extend(self.seller.restate().map(Said::Tick));
				self.line.extend(self.buyer_disk.end.map(Said::Close));
				self.line.extend(self.seller_disk.end.map(Said::Consent));
			}
			Step::Restate => self.line.extend(self.seller.restate().map(Said::Tick)),
			Step::Look => {
				if let Some(tally) = self.buyer.received(self.meter) {
					self.write_buyer(Said::Voucher(tally));
				}
			}
			Step::AskForEnd => {
				let end = self.buyer.close();
				self.write_buyer(Said::Close(end));
			}
			Step::Redeem => self.paid = self.paid.max(self.seller_disk.newest.amount),
			Step::Lie(tally) => self.line.push(Said::Voucher(tally)),
			Step::LieOfEnd(tally) => self.line.push(Said::Close(tally)),
		}
	}

	/// What holds for the seller, whoever the buyer is.
	fn check_seller(&self) {
		let on_disk = self.seller_disk.newest;
		assert_eq!(on_disk, *self.seller.on_disk());
		let most = on_disk.reading + TICK;
		assert!(
			self.meter <= self.seller.supplied() && self.meter <= most,
			"supplied more than a tick ahead"
		);
		// If it crashed now: all but the last tick of what it has held, and of what it has supplied.
		assert!(self.held.reading <= most && self.held.amount <= cost(most));
		assert!(cost(self.meter) <= cost(most));
		if let Some(end) = self.seller_disk.end {
			// Whoever has agreed to an end may be paid by that alone.
			let least = self.held.reading.max(self.meter).saturating_sub(TICK);
			assert!(
				end.amount >= cost(least),
				"agreed to {end:?}, and holds {:?}",
				self.held
			);
		}
		assert!(on_disk.amount <= DEPOSIT && self.held.amount <= DEPOSIT);
	}

	/// What holds for an honest buyer.
	fn check_buyer(&self) {
		assert!(self.paid <= self.owed, "paid more than was signed for");
		assert!(self.seller_disk.newest.amount <= self.owed && self.held.amount <= self.owed);
		assert!(
			self.buyer.signed().reading <= self.meter + SLACK,
			"signed for what never came"
		);
		assert!(self.owed <= DEPOSIT);
	}
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

	/// For any order of messages, losses and crashes: the seller gets at least the newest voucher that it holds, less one tick;
	/// the buyer never pays more than it signed for; and supply is never more than a tick ahead of the disk.
	#[test]
	fn nobody_loses_more_than_a_tick(steps in prop::collection::vec(prop_oneof![60 => step(), 1 => Just(Step::AskForEnd)], 1..120)) {
		let mut world = World::new();
		for step in &steps {
			world.run(step);
			world.check_seller();
			world.check_buyer();
		}
		// The seller dies, and somebody shows the chain its disk.
		world.run(&Step::CrashSeller { meter_forgets: true });
		world.run(&Step::Redeem);
		let least = cost(world.held.reading.saturating_sub(TICK));
		prop_assert!(world.paid >= least, "{} of {}", world.paid, world.held.amount);
		world.check_buyer();
	}

	/// A buyer that says and signs whatever it likes gains no more than a tick.
	#[test]
	fn no_buyer_gets_more_than_a_tick_for_nothing(
		steps in prop::collection::vec(
			prop_oneof![12 => step(), 4 => tally().prop_map(Step::Lie), 1 => tally().prop_map(Step::LieOfEnd)],
			1..120,
		),
	) {
		let mut world = World::new();
		world.is_evil = true;
		for step in &steps {
			// It need not know what it has signed.
			if !matches!(step, Step::Greet) {
				world.run(step);
			}
			world.check_seller();
		}
	}

	/// A seller that says and signs whatever it likes is paid for no more than has come, and what the buyer believes.
	#[test]
	fn no_seller_is_paid_for_what_never_came(
		steps in prop::collection::vec((tally(), prop::option::of(0..8u64)), 1..120),
	) {
		let mut buyer = Buyer::new(metering(), DEPOSIT, Some(0), SLACK);
		let mut meter = 0;
		for (statement, came) in steps {
			let before = *buyer.signed();
			let _ = buyer.on_tick(statement);
			if let Some(units) = came {
				meter += units;
				let _ = buyer.received(meter);
			}
			let after = *buyer.signed();
			prop_assert!(after.reading <= meter + SLACK && after.amount <= cost(meter + SLACK).min(DEPOSIT));
			prop_assert!(after.reading <= before.reading + 2 * TICK);
			prop_assert!(after == before || after.reading > before.reading && after.sequence > before.sequence);
		}
	}

	/// Whatever was lost, when the line is there again all that was supplied is paid and more can be supplied.
	#[test]
	fn the_next_greeting_mends_everything(steps in prop::collection::vec(step(), 1..120)) {
		let mut world = World::new();
		for step in &steps {
			match step {
				// What a meter forgets is for the two to argue about.
				Step::CrashSeller { .. } => world.run(&Step::CrashSeller { meter_forgets: false }),
				step => world.run(step),
			}
		}
		for _ in 0..3 {
			for step in [Step::Greet, Step::Look] {
				world.run(&step);
			}
			while !world.line.is_empty() || !world.buyer_pending.is_empty() || !world.seller_pending.is_empty() {
				for step in [Step::Arrive { which: 0, stays: false }, Step::SyncBuyer, Step::SyncSeller] {
					world.run(&step);
				}
			}
		}
		world.check_seller();
		world.check_buyer();
		prop_assert_eq!(world.seller_disk.newest.reading, world.meter);
		let all = metering().tariff.reading_for(DEPOSIT);
		prop_assert_eq!(world.seller.room(), TICK.min(all - world.meter));
	}
}

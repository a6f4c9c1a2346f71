//! A mill buys compressed air by the litre: both ends as they are off chain, and the chain.

use crate::{mock::*, Balance, Call, ChannelId, ChannelState, Outcome, SignedTally, Tally};
use bpiiot_primitives::AssetKind;
use bpiiot_voucher::{Answer, Buyer, Seller, Taken, Word};
use frame_support::assert_ok;

/// The two ends, and the vouchers that the seller has on its disk.
struct Air {
	channel: ChannelId,
	compressor: Seller,
	mill: Buyer,
	/// How many came.
	payments: u64,
	newest: Option<SignedTally>,
}

impl Air {
	/// A channel with so much in it.
	fn new(amount: Balance) -> Self {
		let channel = opened_by(&payer(), opening(AssetKind::Native, amount, terms()));
		let metering = record(channel).terms.metering;
		Self {
			channel,
			compressor: Seller::new(metering, record(channel).deposited),
			mill: Buyer::new(metering, amount, None, 0),
			payments: 0,
			newest: None,
		}
	}

	/// Supplies so much, as a statement that the compressor signs.
	fn supplied(&mut self, litres: u64) -> Tally {
		let statement = self.compressor.supply(litres).expect("there is room");
		let statement = SignedTally::sign(Word::Tick, &domain(self.channel), statement, &payee_key());
		assert!(statement.is_by(Word::Tick, &domain(self.channel), &record(self.channel).terms.payee_key));
		statement.tally
	}

	/// Supplies so much and has it paid.
	fn paid(&mut self, litres: u64) -> SignedTally {
		let statement = self.supplied(litres);
		assert_eq!(self.mill.on_tick(statement), Ok(Answer::Sign(statement)));
		let voucher = SignedTally::sign(Word::Voucher, &domain(self.channel), statement, &payer_key());
		self.mill.durable(statement);
		assert_eq!(self.compressor.on_voucher(voucher.tally), Ok(Taken::Newer));
		self.compressor.durable(voucher.tally);
		self.newest = Some(voucher);
		self.payments += 1;
		voucher
	}
}

#[test]
fn ten_thousand_payments_are_two_transactions() {
	build_and_execute(|| {
		let mut air = Air::new(30_000);
		for _ in 0..10_000 {
			air.paid(1);
		}
		assert_eq!((air.payments, air.compressor.room()), (10_000, 0));
		let (channel, newest) = (air.channel, air.newest);
		assert_ok!(signed(&payee(), Call::close { channel, newest }));
		assert_eq!((gain(&payee()), record(channel).paid.reading), (30_000, 10_000));
	});
}

#[test]
fn the_mill_vanishes_and_the_compressor_is_paid_to_the_last_voucher() {
	build_and_execute(|| {
		let mut air = Air::new(AMOUNT);
		for _ in 0..50 {
			air.paid(10);
		}
		// A tick more, and then silence.
		let unpaid = air.supplied(10);
		assert_eq!((unpaid.reading, air.compressor.room()), (510, 0));
		let (channel, newest) = (air.channel, air.newest);
		assert_ok!(signed(&payee(), Call::close { channel, newest }));
		assert_eq!(gain(&payee()), 1_500);
		assert_eq!(record(channel).state, ChannelState::Settled(Outcome::ClosedByPayee));
	});
}

#[test]
fn the_mill_shows_an_old_voucher_and_a_watchman_shows_the_newest() {
	build_and_execute(|| {
		let mut air = Air::new(AMOUNT);
		let old = air.paid(10);
		for _ in 0..50 {
			air.paid(10);
		}
		let (channel, newest) = (air.channel, Some(old));
		assert_ok!(signed(&payer(), Call::request_close { channel, newest }));
		assert_eq!(gain(&payee()), 30);
		at(WINDOW - 1);
		let voucher = air.newest.expect("there are many");
		assert_ok!(signed(&stranger(), Call::redeem { channel, voucher }));
		at(WINDOW + 1);
		idle();
		assert_eq!(gain(&payee()), 51 * 30);
		assert_eq!(record(channel).state, ChannelState::Settled(Outcome::ClosedByPayer));
	});
}

#[test]
fn the_channel_is_empty_and_goes_on_after_a_top_up() {
	build_and_execute(|| {
		let mut air = Air::new(30);
		air.paid(10);
		assert_eq!(air.compressor.room(), 0);
		let (channel, amount) = (air.channel, 60);
		assert_ok!(signed(&payer(), Call::top_up { channel, amount }));
		let all = record(channel).deposited;
		air.compressor.deposited(all);
		air.mill.may_spend(all);
		let voucher = air.paid(10);
		assert_ok!(signed(&payee(), Call::redeem { channel, voucher }));
		assert_eq!(gain(&payee()), 60);
		// And in the end both agree.
		let end = air.mill.close();
		assert_eq!(air.compressor.on_close(end), Ok(()));
		let sign = |pair| SignedTally::sign(Word::Close, &domain(channel), end, &pair).signature;
		let together = Call::close_together {
			channel,
			last: end,
			payer_signature: sign(payer_key()),
			payee_signature: sign(payee_key()),
		};
		assert_ok!(signed(&stranger(), together));
		assert_eq!(record(channel).state, ChannelState::Settled(Outcome::Agreed));
	});
}

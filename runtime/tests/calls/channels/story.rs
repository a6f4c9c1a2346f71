//! A machine buys from a machine, payment by payment, and the chain hears of it twice.

use super::Error;
use crate::{
	chain::{chain, send, Signature},
	prelude::*,
	run::TRY_STATE,
};
use bpiiot_primitives::AgreementRef;
use bpiiot_runtime::{AccountId, Block, RuntimeCall};
use bpiiot_voucher::{Answer, Buyer, Domain, Metering, Seller, SignedTally, Taken, Tariff, Unit, Word};
use pallet_channels::{
	runtime_api::{runtime_decl_for_channels_api::ChannelsApi, FoundChannel},
	Call, ChannelState, EscrowAccountOf, Outcome, Terms,
};
use pallet_suppliers::standing::Stars;
use sp_core::Pair;

/// Compressed air: a thousandth of a coin for 10 litres, and no more than 10 litres on credit.
fn air() -> Terms {
	Terms {
		metering: Metering {
			unit: Unit(*b"LTR"),
			tariff: Tariff {
				price: coin() / 1_000,
				per: 10,
			},
			tick: 10,
		},
		..channel_terms()
	}
}

fn sent(by: &str, call: impl Into<RuntimeCall>) {
	assert_eq!(send(by, call.into(), Signature::Good), Ok(Ok(())));
}

/// What the client asks for.
fn found() -> FoundChannel<EscrowAccountOf<Runtime>> {
	type Of = EscrowAccountOf<Runtime>;
	<Runtime as ChannelsApi<Block, AccountId, Of>>::channel(channel()).expect("is there")
}

/// The seller has so many vouchers, one for each ten litres, signed by the buyer as they flow. The newest is what it has.
fn pumped(seller: &mut Seller, buyer: &mut Buyer, times: u64) -> SignedTally {
	let domain = Domain {
		genesis: this_chain(),
		channel: channel(),
	};
	let (signs, public) = (payer_key(), payer_key().public());
	let mut newest = None;
	for _ in 0..times {
		let statement = seller.supply(10).expect("there is room");
		assert_eq!(buyer.on_tick(statement), Ok(Answer::Wait));
		let to_sign = buyer.received(statement.reading).expect("the meters agree");
		let voucher = SignedTally::sign(Word::Voucher, &domain, to_sign, &signs);
		buyer.durable(to_sign);
		assert!(voucher.is_by(Word::Voucher, &domain, &public));
		assert_eq!(seller.on_voucher(voucher.tally), Ok(Taken::Newer));
		seller.durable(voucher.tally);
		newest = Some(voucher);
	}
	newest.expect("something was supplied")
}

/// A mill with money, a compressor, and their channel.
fn connected() -> (Seller, Buyer) {
	Money::Dollars.circulate();
	registered();
	robot(MOST);
	sent(ROBOT, open_channel(stake(), air()));
	assert!(found().takes_vouchers);
	let seller = Seller::new(air().metering, stake());
	let buyer = Buyer::new(air().metering, stake(), Some(0), 0);
	(seller, buyer)
}

fn all_holds() {
	for (pallet, try_state) in TRY_STATE {
		assert_eq!(try_state(), Ok(()), "{pallet}");
	}
}

#[test]
fn a_mill_pays_for_air_ten_thousand_times_in_two_transactions() {
	chain().execute_with(|| {
		// GIVEN a mill, a compressor and their channel: one transaction, whose fee the mill's owner has paid.
		let (mut seller, mut buyer) = connected();

		// WHEN 10,000 vouchers are signed and looked at, and the mill's key is replaced meanwhile, and then it vanishes.
		pumped(&mut seller, &mut buyer, 5_000);
		rotate_robot();
		let newest = Some(pumped(&mut seller, &mut buyer, 5_000));
		assert_eq!(newest.map(|voucher| voucher.tally.reading), Some(100_000));
		let channel = channel();
		sent(KEY, Call::<Runtime>::close { channel, newest });

		// THEN the compressor has what was signed for, and no more.
		let paid = 10 * coin();
		machine_has(savings() + paid);
		let FoundChannel {
			takes_vouchers, left, ..
		} = found();
		assert_eq!((takes_vouchers, left), (false, stake() - paid));
		let record = channel_record();
		assert_eq!(record.state, ChannelState::Settled(Outcome::ClosedByPayee));

		// AND its name has heard of it, and hears once from who paid.
		assert!(record.counted.weight > 0);
		let name = || {
			let machine: AccountId = machine().account();
			pallet_suppliers::Names::<Runtime>::get(machine)
				.expect("it has one")
				.sums
		};
		assert_eq!((name().settled, name().failed), (record.counted.weight, 0));
		let rate = || pallet_suppliers::Call::<Runtime>::rate {
			agreement: AgreementRef::Channel(channel),
			stars: Stars::Five,
		};
		sent(CUSTOMER, rate());
		assert_eq!(name().rated(), record.counted.weight);
		let again = send(CUSTOMER, rate().into(), Signature::Good);
		assert_eq!(again, Ok(Err(Error::AlreadyRated.into())));

		// AND the record goes, by who is left.
		sent(CUSTOMER, Call::<Runtime>::remove { channel });
		credited([]);
		all_holds();
	});
}

#[test]
fn a_stale_end_is_challenged_by_whoever_has_the_newest_voucher() {
	chain().execute_with(|| {
		// GIVEN an hour of air, of which the chain has seen half.
		let (mut seller, mut buyer) = connected();
		let half = pumped(&mut seller, &mut buyer, 500);
		let channel = channel();
		sent(KEY, Call::<Runtime>::redeem { channel, voucher: half });
		let newest = pumped(&mut seller, &mut buyer, 500);

		// WHEN the mill's owner asks for the end with what the chain has seen, and the compressor is down, with a watcher awake.
		let stale = Some(half);
		sent(CUSTOMER, Call::<Runtime>::request_close { channel, newest: stale });
		later(CHALLENGE)();
		sent(
			STRANGER,
			Call::<Runtime>::redeem {
				channel,
				voucher: newest,
			},
		);

		// THEN all is paid, and when the window is over the chain ends it by itself.
		later(2)();
		later(1)();
		machine_has(savings() + coin());
		assert_eq!(channel_record().state, ChannelState::Settled(Outcome::ClosedByPayer));
		all_holds();
	});
}

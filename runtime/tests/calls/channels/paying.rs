//! Opening channels, putting more in, and paying by vouchers.

use super::{ended_or_closing, name, Error, EscrowError, MachinesError};
use crate::{chain::Signature, prelude::*};
use bpiiot_primitives::ChannelId;
use bpiiot_runtime::{AccountId, Balance};
use pallet_channels::{Call, Redemption, Terms};
use sp_core::sr25519::Public;
use sp_runtime::{ArithmeticError, TokenError};

pub fn rows() -> Vec<Row> {
	vec![open(), top_up(), redeem_row(), redeem_batch_row()]
}

/// Leaves room for deposit and fee at any rate but the lowest ones.
const NEARLY_MOST: Balance = MOST / 4;

/// Opens as many channels as a payer may have.
fn fill() {
	for _ in 0..64 {
		act(CUSTOMER, open_channel(coin(), channel_terms()));
	}
}

fn open() -> Row {
	let amount = |amount: fn() -> Balance| calling(move || open_channel(amount(), channel_terms()));
	let with = |change: fn(&mut Terms)| {
		calling(move || {
			let mut terms = channel_terms();
			change(&mut terms);
			open_channel(stake(), terms)
		})
	};
	let to = |payee: fn() -> AccountId| {
		calling(move || Call::<Runtime>::open {
			payee: payee(),
			asset: asset(),
			amount: stake(),
			terms: channel_terms(),
		})
	};
	let right = || open_channel(stake(), channel_terms());
	let row = Row::new(name("open"), any_actor(CUSTOMER), registered, right)
		.case(Right, then(|| robot(MOST)).by(ROBOT))
		.case(Right, then(|| robot(MOST)).by(ROBOT).sent(Signature::Good))
		.case(
			RotatedKey,
			then(|| robot(MOST))
				.then(rotate_robot)
				.by(ROBOT)
				.fails(MachinesError::KeyRetired),
		)
		// Whom it pays need not do anything, nor be able to.
		.case(FrozenMachine, then(freeze))
		.case(WrongState, then(out_of_service))
		.case(WrongState, then(decommission))
		.case(
			WrongState,
			with(|terms| terms.metering.unit.0 = *b"kWh").fails(Error::BadMetering),
		);
	let row = row
		.case(Zero, amount(|| 0).fails(Error::ZeroAmount))
		.case(Zero, amount(|| 1).fails(EscrowError::ReleaseBelowMinimum))
		.case(
			Zero,
			with(|terms| terms.challenge_window = 0).fails(Error::WindowOutOfRange),
		)
		.case(
			Zero,
			with(|terms| terms.challenge_window = CHALLENGE - 1).fails(Error::WindowOutOfRange),
		)
		.case(
			Zero,
			with(|terms| terms.lifetime = CHALLENGE - 1).fails(Error::LifetimeOutOfRange),
		)
		.case(Zero, with(|terms| terms.lifetime = CHALLENGE))
		.case(Zero, with(|terms| terms.metering.tick = 0).fails(Error::BadMetering))
		.case(
			Zero,
			with(|terms| terms.metering.tariff.price = 0).fails(Error::BadMetering),
		)
		.case(
			Zero,
			with(|terms| terms.metering.tariff.per = 0).fails(Error::BadMetering),
		)
		.case(
			Zero,
			with(|terms| terms.payer_key = Public::from_raw([0; 32])).fails(Error::BadKey),
		)
		.case(
			Zero,
			with(|terms| terms.payee_key = Public::from_raw([0; 32])).fails(Error::BadKey),
		)
		.case(
			Maximum,
			with(|terms| terms.challenge_window = u64::MAX).fails(Error::WindowOutOfRange),
		)
		.case(
			Maximum,
			with(|terms| terms.lifetime = u64::MAX).fails(Error::LifetimeOutOfRange),
		)
		.case(Maximum, with(|terms| terms.metering.tariff.price = MOST))
		.case(Maximum, amount(|| NEARLY_MOST).fails(TokenError::FundsUnavailable))
		.case(
			Maximum,
			then(debase).only_in(Money::Dollars).fails(TokenError::FundsUnavailable),
		)
		.case(Overflow, amount(|| MOST).fails(ArithmeticError::Overflow));
	row.case(UnlistedAsset, then(delist).fails(EscrowError::AssetNotListed))
		.case(UnlistedAsset, then(unrate).fails(EscrowError::NoRate))
		.case(FrozenAsset, then(freeze_asset).fails(TokenError::FundsUnavailable))
		// The machine is paid when it is not blocked any more.
		.case(BlockedPayee, then(block_machine))
		.case(
			BlockedPayee,
			then(|| block(&account(CUSTOMER))).fails(TokenError::FundsUnavailable),
		)
		.case(OwnCounterparty, to(|| account(CUSTOMER)).fails(EscrowError::SameParty))
		// Two of one owner may keep accounts with each other.
		.case(OwnCounterparty, by(OWNER))
		.case(OwnCounterparty, then(|| sell(CUSTOMER)))
		.case(
			OwnCounterparty,
			with(|terms| terms.payee_key = terms.payer_key).fails(Error::BadKey),
		)
		.case(FullList, then(fill).fails(Error::TooManyChannels))
		.case(FullList, then(fill).by(STRANGER))
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(CUSTOMER))).fails(TokenError::FundsUnavailable),
		)
		// The policy lets it put the amount in, and not deposit and fee beside.
		.case(
			DepositUnaffordable,
			then(|| robot(stake())).by(ROBOT).fails(MachinesError::OverSpendingCap),
		)
		.never(&[TooLate], NO_DEADLINE)
}

fn top_up() -> Row {
	let adds = |channel, amount| Call::<Runtime>::top_up { channel, amount };
	let amount = move |amount: fn() -> Balance| calling(move || adds(channel(), amount()));
	let may = actor(CUSTOMER, Error::NotThePayer);
	let opened = || channel_at(Flow::Open);
	Row::new(name("top_up"), may, opened, move || adds(channel(), coin()))
		.at_flows(&[Flow::Open], ended_or_closing, move |channel| adds(channel, coin()))
		.with_a_frozen_machine_too()
		.of_a_paying_machines_key_too(Flow::Open)
		// What it may spend is for its policy to say, which asks its key.
		.case(
			Stranger,
			given(|| machines_channel_at(Flow::Open)).fails(Error::NotThePayer),
		)
		.case(Zero, amount(|| 0).fails(Error::ZeroAmount))
		.case(Zero, amount(|| 1))
		.case(Maximum, amount(|| NEARLY_MOST).fails(TokenError::FundsUnavailable))
		.case(Overflow, amount(|| MOST).fails(ArithmeticError::Overflow))
		.case(UnlistedAsset, then(delist))
		.case(UnlistedAsset, then(unrate))
		.case(FrozenAsset, then(freeze_asset).fails(TokenError::FundsUnavailable))
		.case(BlockedPayee, then(block_machine))
		.case(
			BlockedPayee,
			then(|| block(&account(CUSTOMER))).fails(TokenError::FundsUnavailable),
		)
		.of_one_owner_too(as_ever(), savings)
		.never(&[FullList], FILLS_NO_LIST)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(CUSTOMER))).fails(TokenError::FundsUnavailable),
		)
		.case(
			DepositUnaffordable,
			given(|| machines_channel_at(Flow::Open))
				.then(|| allow_robot(1))
				.by(ROBOT)
				.fails(MachinesError::OverSpendingCap),
		)
		.in_time(LIFETIME, Error::Expired)
}

fn redeem_row() -> Row {
	let redeems = |channel, amount| Call::<Runtime>::redeem {
		channel,
		voucher: voucher_for(channel, amount),
	};
	let with = |voucher| Call::<Runtime>::redeem {
		channel: channel(),
		voucher,
	};
	let opened = || channel_at(Flow::Open);
	Row::new(name("redeem"), anybody(OWNER), opened, || redeem(used()))
		.at_flows(
			&Flow::RUNNING,
			|_| Error::Ended,
			move |channel| redeems(channel, used()),
		)
		// Whose fee the machine's owner pays.
		.case(Right, by(KEY).sent(Signature::Good))
		.with_a_frozen_machine_too()
		.case(WrongState, then(decommission))
		.case(WrongState, then(|| root_acts(pallet_escrow::Call::pause {})))
		.with_bad_vouchers(with)
		// Shown before, or an older one.
		.case(UsedNonce, then(|| act(STRANGER, redeem(used()))).fails(Error::NotNewer))
		.case(
			UsedNonce,
			then(|| act(STRANGER, redeem(used() + 1))).fails(Error::NotNewer),
		)
		.case(
			UsedNonce,
			then(|| act(STRANGER, redeem(used() - 1))).leaves(|| channel_has_paid(used())),
		)
		.case(Zero, calling(|| redeem(0)).fails(Error::ZeroAmount))
		.pays([(Party::Machine, Party::Customer, used)])
		.of_one_owner_too(as_ever(), || savings() + used())
		.takes_nothing()
		.in_time(LIFETIME, Error::Expired)
		.case(TooLate, given(|| channel_at(Flow::Closing)).then(later(CHALLENGE)))
		.case(
			TooLate,
			given(|| channel_at(Flow::Closing))
				.then(later(CHALLENGE + 1))
				.fails(Error::TooLate),
		)
}

/// One of each.
fn one_of_each(amounts: [Balance; 2]) -> Call<Runtime> {
	let vouchers = both_channels().into_iter().zip(amounts);
	redeem_batch(vouchers.map(|(channel, amount)| Redemption {
		channel,
		voucher: voucher_for(channel, amount),
	}))
}

/// So much was paid of the older one and of the newer one.
fn paid_of_each(amounts: [Balance; 2]) {
	let paid = both_channels().map(|id| {
		let channel = pallet_channels::Channels::<Runtime>::get(id).expect("is there");
		channel.paid.amount
	});
	assert_eq!(paid, amounts);
}

fn redeem_batch_row() -> Row {
	let amounts = |amounts: fn() -> [Balance; 2]| calling(move || one_of_each(amounts()));
	let of_one = |channel: ChannelId, voucher| redeem_batch([Redemption { channel, voucher }]);
	let with = |voucher| {
		redeem_batch([Redemption {
			channel: channel(),
			voucher,
		}])
	};
	let right = || one_of_each([used(), used()]);
	Row::new(name("redeem_batch"), anybody(OWNER), two_channels, right)
		.case(Right, by(KEY).sent(Signature::Good))
		.with_a_frozen_machine_too()
		.case(
			WrongState,
			calling(move || of_one(NO_CHANNEL, voucher(used()))).fails(Error::UnknownChannel),
		)
		.case(
			WrongState,
			given(|| channel_at(Flow::Settled))
				.calling(move || of_one(channel(), voucher(used())))
				.fails(Error::Ended),
		)
		.with_bad_vouchers(with)
		.case(Zero, calling(|| redeem_batch([])).fails(Error::EmptyBatch))
		// One that cannot be paid stops none of the others, and the first tells why when none can.
		.case(Zero, amounts(|| [0, used()]).leaves(|| paid_of_each([0, used()])))
		.case(Maximum, amounts(|| [used(), MOST]).leaves(|| paid_of_each([used(), 0])))
		.case(Maximum, amounts(|| [MOST, 0]).fails(Error::OverDeposit))
		.case(
			UsedNonce,
			then(|| act(STRANGER, one_of_each([used(), used() - 1]))).leaves(|| paid_of_each([used(), used()])),
		)
		.case(
			UsedNonce,
			then(|| act(STRANGER, one_of_each([used(), used()]))).fails(Error::NotNewer),
		)
		.pays([(Party::Machine, Party::Customer, || 2 * used())])
		.of_one_owner_too(as_ever(), || savings() + 2 * used())
		.takes_nothing()
		.in_time(LIFETIME, Error::Expired)
}

//! Payment channels: vouchers that are really signed, on the channel and beside it, higher and lower.

use crate::{
	draw::Draw,
	ledger,
	parties::{account, CUSTOMERS, OWNERS},
	target::{Entitled, Form, Intent, Target},
	world::{actors_as, live_key, speakers_for, World},
};
use bpiiot_primitives::AgreementRef;
use bpiiot_runtime::{AccountId, Balance, Hash, Runtime, System};
use bpiiot_voucher::{Domain, Metering, Tariff, Unit, Word};
use frame_support::traits::Get;
use pallet_channels::{Call, ChannelId, ChannelOf, ChannelState, Redemption, SignedTally, Tally, Terms};
use pallet_suppliers::standing::Stars;
use sp_core::{
	sr25519::{Pair, Public, Signature},
	Pair as _,
};
use sp_io::hashing::blake2_256;
use sp_runtime::TryRuntimeError;
use std::sync::OnceLock;

/// The pallet `channels`.
pub struct Channels;

impl Target for Channels {
	fn name(&self) -> &'static str {
		"channels"
	}

	fn forms(&self) -> Vec<Form> {
		vec![
			Form::new("open", open).weighing(16).honest(),
			Form::new("top_up", top_up).weighing(6),
			Form::new("redeem", redeem).weighing(20),
			Form::new("redeem_batch", redeem_batch).weighing(6),
			Form::new("request_close", request_close).weighing(6),
			Form::new("close", close).weighing(4),
			Form::new("close_together", close_together).weighing(4),
			Form::new("expire", expire).weighing(6),
			Form::new("remove", remove).weighing(12),
			Form::new("rate", rate).weighing(4),
		]
	}

	fn errors(&self) -> Vec<&'static str> {
		super::names_of::<pallet_channels::Error<Runtime>>()
	}

	fn try_state(&self) -> Result<(), TryRuntimeError> {
		bpiiot_runtime::Channels::do_try_state()
	}
}

/// How many keys there are for either end. Fewer than channels, so that one key has signed for several.
const KEYS: usize = 8;

/// The keys of payers, and then those of payees.
fn pairs() -> &'static [Pair] {
	static PAIRS: OnceLock<Vec<Pair>> = OnceLock::new();
	PAIRS.get_or_init(|| {
		let derive = |number| Pair::from_seed(&blake2_256(format!("bpiiot/adversary/channel-{number}").as_bytes()));
		(0..2 * KEYS).map(derive).collect()
	})
}

/// What has signed for this key; another pair if nobody has it.
fn pair_of(key: &Public) -> &'static Pair {
	let pairs = pairs();
	pairs.iter().find(|pair| pair.public() == *key).unwrap_or(&pairs[0])
}

/// What is signed by the right keys has the number of its channel as its sequence, and nothing else has. The chain pays by the
/// amount alone, so of whatever is paid it can be seen whether it was signed for.
pub fn is_signed_for(channel: ChannelId, paid: &Tally) -> bool {
	paid.amount == 0 || paid.sequence == channel.0
}

/// A channel, as it is: mostly one that stands where `is` wants it. Now and then one that is not there.
fn channel(
	world: &World,
	draw: &mut Draw<'_>,
	is: impl Fn(&ChannelOf<Runtime>) -> bool,
) -> Option<(ChannelId, Option<ChannelOf<Runtime>>)> {
	let number = draw.number();
	if number % 64 == 63 {
		return Some((ChannelId(number.into()), None));
	}
	let record = |id: &ChannelId| pallet_channels::Channels::<Runtime>::get(id);
	let wanted: Vec<_> = world
		.channels
		.iter()
		.filter(|id| record(id).is_some_and(|channel| is(&channel)))
		.collect();
	let from = match number % 16 == 15 || wanted.is_empty() {
		true => world.channels.iter().collect(),
		false => wanted,
	};
	let id = **from.get(usize::from(number / 64) % from.len().max(1))?;
	Some((id, record(&id)))
}

fn is_open(channel: &ChannelOf<Runtime>) -> bool {
	channel.state == ChannelState::Open
}

fn is_running(channel: &ChannelOf<Runtime>) -> bool {
	!channel.is_settled()
}

/// The last moment of its vouchers, by the terms: the end of its life, or of the payee's time if that is sooner.
fn last_moment(channel: &ChannelOf<Runtime>) -> u64 {
	let end = channel.opened_at.saturating_add(channel.terms.lifetime);
	match channel.state {
		ChannelState::Closing { until } => end.min(until),
		_ => end,
	}
}

fn takes_vouchers(channel: &ChannelOf<Runtime>) -> bool {
	is_running(channel) && ledger::agreement_now() <= last_moment(channel)
}

/// Those who show vouchers: the payee, or somebody who passes by.
fn showing(channel: Option<&ChannelOf<Runtime>>) -> Vec<AccountId> {
	let payee = channel.into_iter().flat_map(|channel| speakers_for(channel.payee()));
	payee.chain([account(CUSTOMERS[0])]).collect()
}

fn payer(channel: Option<&ChannelOf<Runtime>>) -> Vec<AccountId> {
	match channel {
		Some(channel) => speakers_for(channel.payer()),
		None => vec![account(CUSTOMERS[0])],
	}
}

/// Mostly as short as may be, or a little longer.
fn span(draw: &mut Draw<'_>, least: u64) -> u64 {
	let number = draw.number();
	match number % 32 {
		29 => 0,
		30 => least.saturating_sub(1),
		31 => u64::MAX,
		_ => least + 60_000 * u64::from(number / 32 % 8),
	}
}

fn terms(draw: &mut Draw<'_>) -> Terms {
	let window = span(draw, <Runtime as pallet_channels::Config>::MinWindow::get());
	let lifetime = span(draw, window.min(1 << 40));
	let number = draw.number();
	let key = |from: usize| pairs()[from + usize::from(number / 32) % KEYS].public();
	let (payer_key, payee_key) = match number % 32 {
		29 => (Public::from_raw([0; 32]), key(KEYS)),
		30 => (key(0), Public::from_raw([0; 32])),
		31 => (key(0), key(0)),
		_ => (key(0), key(KEYS)),
	};
	let odd = draw.number() % 32;
	Terms {
		payer_key,
		payee_key,
		metering: Metering {
			unit: Unit(if odd == 30 { *b"kWh" } else { *b"WHR" }),
			tariff: Tariff {
				price: 3,
				per: u64::from(odd != 31),
			},
			tick: 10,
		},
		challenge_window: window,
		lifetime,
	}
}

fn open(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let payee = match draw.below(4) {
		0 => account(OWNERS[0]),
		1 => account(CUSTOMERS[2]),
		_ => world.machine(draw)?.0.account(),
	};
	let asset = ledger::asset(draw.below(ledger::ASSETS));
	let amount = draw.amount(100 * ledger::whole(asset));
	let terms = terms(draw);
	let people = CUSTOMERS.iter().map(|name| account(name));
	let mut payers: Vec<_> = people.chain(world.active.iter().filter_map(live_key)).collect();
	let first = draw.below(payers.len());
	payers.rotate_left(first);
	let call = Call::<Runtime>::open {
		payee,
		asset,
		amount,
		terms,
	};
	Intent::new(call, Entitled::Anybody(payers))
}

fn top_up(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (channel, record) = channel(world, draw, is_open)?;
	let whole = record.as_ref().map_or(1, |record| ledger::whole(record.asset()));
	let amount = draw.amount(20 * whole);
	let may = record
		.as_ref()
		.is_some_and(|record| is_open(record) && takes_vouchers(record));
	let by = match &record {
		Some(record) => actors_as(record.payer()),
		None => payer(None),
	};
	Intent::new(Call::<Runtime>::top_up { channel, amount }, Entitled::these_if(may, by))
}

/// An amount for a voucher of the channel: mostly something that is not paid yet.
fn voucher_amount(draw: &mut Draw<'_>, record: &ChannelOf<Runtime>) -> Balance {
	let (paid, all) = (record.paid.amount, record.deposited);
	let number = draw.number();
	let tenths = Balance::from(number / 16 % 10);
	match number % 16 {
		10 => all,
		11 => paid,
		12 => paid / 10 * tenths,
		13 => 0,
		14 => all.saturating_add(1 + tenths),
		15 => Balance::MAX,
		_ => paid.saturating_add((all.saturating_sub(paid) / 10 * (tenths + 1)).max(1)),
	}
}

/// Something that was signed for a channel, and whether it was by the right key, with the right word, for this one.
fn signed(
	draw: &mut Draw<'_>,
	channel: ChannelId,
	amount: Balance,
	(word, key): (Word, &Public),
	other: &Public,
) -> (SignedTally, bool) {
	let genesis = System::block_hash(0);
	let right = Domain { genesis, channel };
	let (word, domain, key, is_right) = match draw.number() % 16 {
		11 => (Word::Tick, right, key, false),
		12 => (Word::ALL[if word == Word::Close { 1 } else { 2 }], right, key, false),
		13 => (word, right, other, false),
		14 => {
			let channel = ChannelId(channel.0.wrapping_add(1));
			(word, Domain { genesis, channel }, key, false)
		}
		15 => {
			let genesis = Hash::repeat_byte(1);
			(word, Domain { genesis, channel }, key, false)
		}
		_ => (word, right, key, true),
	};
	let tally = Tally {
		sequence: if is_right { channel.0 } else { 0 },
		reading: 0,
		amount,
	};
	(SignedTally::sign(word, &domain, tally, pair_of(key)), is_right)
}

/// A voucher of a channel, and whether the channel owes it to the payee, if it takes vouchers.
fn voucher(draw: &mut Draw<'_>, channel: ChannelId, record: Option<&ChannelOf<Runtime>>) -> (SignedTally, bool) {
	let Some(record) = record else {
		let (payer_key, payee_key) = (pairs()[0].public(), pairs()[KEYS].public());
		return (
			signed(draw, channel, 1, (Word::Voucher, &payer_key), &payee_key).0,
			false,
		);
	};
	let amount = voucher_amount(draw, record);
	let Terms {
		payer_key, payee_key, ..
	} = &record.terms;
	let (voucher, is_right) = signed(draw, channel, amount, (Word::Voucher, payer_key), payee_key);
	(
		voucher,
		is_right && amount > record.paid.amount && amount <= record.deposited,
	)
}

fn redeem(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (channel, record) = channel(world, draw, is_running)?;
	let (voucher, is_due) = voucher(draw, channel, record.as_ref());
	let may = is_due && record.as_ref().is_some_and(takes_vouchers);
	Intent::new(
		Call::<Runtime>::redeem { channel, voucher },
		Entitled::anybody_if(may, showing(record.as_ref())),
	)
}

fn redeem_batch(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (mut vouchers, mut may) = (Vec::new(), false);
	for _ in 0..draw.below(4) {
		let (channel, record) = channel(world, draw, is_running)?;
		let (voucher, is_due) = voucher(draw, channel, record.as_ref());
		may |= is_due && record.as_ref().is_some_and(takes_vouchers);
		vouchers.push(Redemption { channel, voucher });
	}
	let vouchers = vouchers.try_into().ok()?;
	Intent::new(
		Call::<Runtime>::redeem_batch { vouchers },
		Entitled::anybody_if(may, showing(None)),
	)
}

/// A voucher to end the channel with, or none, and whether the end may be had with it.
fn newest(draw: &mut Draw<'_>, channel: ChannelId, record: &ChannelOf<Runtime>) -> (Option<SignedTally>, bool) {
	if draw.once_in(2) {
		return (None, true);
	}
	let (voucher, is_due) = voucher(draw, channel, Some(record));
	// What was paid before is passed over.
	let is_old = voucher.tally.amount <= record.paid.amount;
	(Some(voucher), is_old || is_due && takes_vouchers(record))
}

fn request_close(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (channel, record) = channel(world, draw, is_open)?;
	let (newest, is_right) = match &record {
		Some(record) => newest(draw, channel, record),
		None => (None, false),
	};
	let may = is_right
		&& record
			.as_ref()
			.is_some_and(|record| is_open(record) && takes_vouchers(record));
	Intent::new(
		Call::<Runtime>::request_close { channel, newest },
		Entitled::these_if(may, payer(record.as_ref())),
	)
}

fn close(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (channel, record) = channel(world, draw, is_running)?;
	let (newest, is_right) = match &record {
		Some(record) => newest(draw, channel, record),
		None => (None, false),
	};
	let may = is_right && record.as_ref().is_some_and(is_running);
	let payee = match &record {
		Some(record) => speakers_for(record.payee()),
		None => payer(None),
	};
	Intent::new(
		Call::<Runtime>::close { channel, newest },
		Entitled::these_if(may, payee),
	)
}

fn close_together(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (channel, record) = channel(world, draw, is_running)?;
	let nothing = Signature::default();
	let (last, signatures, may) = match &record {
		None => (Tally::default(), [nothing; 2], false),
		Some(record) => {
			let amount = voucher_amount(draw, record);
			let Terms {
				payer_key, payee_key, ..
			} = &record.terms;
			let (by_payer, first) = signed(draw, channel, amount, (Word::Close, payer_key), payee_key);
			let (by_payee, second) = signed(draw, channel, amount, (Word::Close, payee_key), payer_key);
			let in_bounds = (record.paid.amount..=record.deposited).contains(&amount);
			// Where one was signed otherwise the other is no signature under it, since the sequence is another.
			let last = if first { by_payee.tally } else { by_payer.tally };
			(
				last,
				[by_payer.signature, by_payee.signature],
				first && second && in_bounds && takes_vouchers(record),
			)
		}
	};
	let [payer_signature, payee_signature] = signatures;
	let call = Call::<Runtime>::close_together {
		channel,
		last,
		payer_signature,
		payee_signature,
	};
	Intent::new(call, Entitled::anybody_if(may, showing(record.as_ref())))
}

fn expire(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let now = ledger::agreement_now();
	let is_over = |channel: &ChannelOf<Runtime>| is_running(channel) && now > last_moment(channel);
	let is_wanted =
		|channel: &ChannelOf<Runtime>| is_over(channel) || matches!(channel.state, ChannelState::Closing { .. });
	let (channel, record) = channel(world, draw, is_wanted)?;
	let may = record.as_ref().is_some_and(is_over);
	Intent::new(
		Call::<Runtime>::expire { channel },
		Entitled::anybody_if(may, payer(record.as_ref())),
	)
}

fn remove(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (channel, record) = channel(world, draw, ChannelOf::<Runtime>::is_settled)?;
	let may = record.as_ref().is_some_and(ChannelOf::<Runtime>::is_settled);
	Intent::new(
		Call::<Runtime>::remove { channel },
		Entitled::these_if(may, payer(record.as_ref())),
	)
}

/// A call of the suppliers': what a channel has counted is said by its payer, once.
fn rate(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (channel, record) = channel(world, draw, ChannelOf::<Runtime>::is_settled)?;
	let may = record
		.as_ref()
		.is_some_and(|record| record.is_settled() && !record.rated);
	let call = pallet_suppliers::Call::<Runtime>::rate {
		agreement: AgreementRef::Channel(channel),
		stars: [Stars::One, Stars::Five][draw.below(2)],
	};
	Intent::new(call, Entitled::these_if(may, payer(record.as_ref())))
}

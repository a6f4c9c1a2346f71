//! Paying per use: what the steps of rentals and channels write, and what a booking costs among very many.

use super::{
	account_of, act, begin, chain, commit, fund, let_spend, pair, register,
	writes::{figure, step, written},
	Money, CUSTOMER, DAY, OWNER, PRESS, START,
};
use anyhow::{Context, Result};
use bpiiot_harness::figure::{millis, percentile, Figure};
use bpiiot_primitives::{ChannelId, ListingId, MachineId, RentalId};
use bpiiot_runtime::{Balance, Hash, Runtime, RuntimeCall, System, Timestamp, BPI};
use bpiiot_voucher::{Domain, Metering, SignedTally, Tally, Tariff, Unit, Word};
use frame_support::{
	dispatch::GetDispatchInfo,
	traits::{Get, Hooks},
	BoundedVec,
};
use pallet_channels::{Call as Pay, Terms};
use pallet_rentals::{Actions, Booking, BookingMode, Bookings, Call as Let, EndKey, ListingTermsOf, RentalTerms};
use sp_core::Pair as _;
use sp_io::TestExternalities;
use sp_runtime::Permill;
use std::time::Instant;

/// The most records that a step may write, and how many times the weight of a transfer it may have.
const RENT: (usize, f64) = (6, 2.0);
const RETURN: (usize, f64) = (7, 2.2);
const OPEN: (usize, f64) = (5, f64::INFINITY);
const REDEEM: (usize, f64) = (6, 2.2);
/// Bookings that there are of one machine.
const BOOKINGS: [u64; 2] = [10, 100_000];
/// How often something quick is timed.
const TIMES: usize = 20;
/// A period, in milliseconds.
const HOUR: u64 = 3_600_000;

/// Measures all of it.
///
/// # Errors
/// When any call fails.
pub fn measure() -> Result<Vec<Figure>> {
	let mut figures = writes()?;
	figures.extend(booking()?);
	Ok(figures)
}

fn list<T, S: Get<u32>>(items: impl IntoIterator<Item = T>) -> Result<BoundedVec<T, S>> {
	let items: Vec<_> = items.into_iter().collect();
	let count = items.len();
	BoundedVec::try_from(items)
		.ok()
		.with_context(|| format!("{count} are too many"))
}

fn terms() -> Result<ListingTermsOf<Runtime>> {
	Ok(ListingTermsOf::<Runtime> {
		category: list(*b"drill")?,
		area: list(*b"DE")?,
		asset: Money::Native.asset(),
		rental: RentalTerms {
			price: BPI,
			period: HOUR,
			min_periods: 1,
			deposit: BPI,
			overdue_price: BPI,
			stop_penalty: 0,
			check_in: 0,
			show_window: HOUR,
			claim_window: DAY,
			answer_window: DAY,
			cancellation: list([])?,
			no_show: Permill::from_percent(50),
		},
		max_periods: 8,
		booking: BookingMode::Instant,
		calendar: Default::default(),
		actions: Actions::ENTER,
		allow: list([])?,
		deny: list([])?,
		arbiters: list([])?,
		case_window: 0,
		ruling_window: 0,
		contract: Hash::zero(),
	})
}

/// The owner's press is to be rented.
fn listed() -> Result<MachineId> {
	let machine = register(PRESS)?;
	let terms = terms()?;
	act(OWNER, Let::publish_listing { machine, terms })?;
	Ok(machine)
}

fn listing() -> Result<ListingId> {
	let newest = pallet_rentals::Listings::<Runtime>::iter_keys().max();
	newest.context("it was just published")
}

fn rental() -> Result<RentalId> {
	let newest = pallet_rentals::Rentals::<Runtime>::iter_keys().max();
	newest.context("it was just rented")
}

fn channel() -> Result<ChannelId> {
	let newest = pallet_channels::Channels::<Runtime>::iter_keys().max();
	newest.context("it was just opened")
}

fn rent() -> Result<RuntimeCall> {
	let call = Let::<Runtime>::rent {
		listing: listing()?,
		version: 1,
		start: None,
		periods: 4,
		max_price: Balance::MAX,
		arbiter: None,
	};
	Ok(call.into())
}

fn open(machine: MachineId) -> Result<RuntimeCall> {
	let call = Pay::<Runtime>::open {
		payee: machine.account(),
		asset: Money::Native.asset(),
		amount: 10 * BPI,
		terms: Terms {
			payer_key: pair("bench/vouchers")?.public(),
			payee_key: pair("bench/statements")?.public(),
			metering: Metering {
				unit: Unit(*b"LTR"),
				tariff: Tariff { price: BPI, per: 1 },
				tick: 1,
			},
			challenge_window: HOUR,
			lifetime: DAY,
		},
	};
	Ok(call.into())
}

fn redeem() -> Result<RuntimeCall> {
	let (channel, genesis) = (channel()?, System::block_hash(0));
	let tally = Tally {
		sequence: 1,
		reading: 1,
		amount: BPI,
	};
	let voucher = SignedTally::sign(
		Word::Voucher,
		&Domain { genesis, channel },
		tally,
		&pair("bench/vouchers")?,
	);
	Ok(Pay::<Runtime>::redeem { channel, voucher }.into())
}

/// How many times the weight of a transfer a call has, as declared.
fn weighs(call: &RuntimeCall) -> f64 {
	let transfer = RuntimeCall::from(pallet_balances::Call::transfer_keep_alive {
		dest: account_of("Supplier").into(),
		value: BPI,
	});
	let time = |call: &RuntimeCall| call.get_dispatch_info().call_weight.ref_time() as f64;
	time(call) / time(&transfer)
}

/// What each step writes, as a bare call and as a whole transaction, and what it weighs.
fn writes() -> Result<Vec<Figure>> {
	let told = [
		("rentals.rent (native)", RENT),
		("rentals.give_back, as reported (native)", RETURN),
		("channels.open (native)", OPEN),
		("channels.redeem (native)", REDEEM),
	];
	let (bare, whole) = (steps(false)?, steps(true)?);
	let mut figures = Vec::new();
	for ((what, (most, times)), (bare, whole)) in told.into_iter().zip(bare.into_iter().zip(whole)) {
		figures.push(figure(what.to_owned(), bare.0, whole.0, Some(most)));
		let judgement = match bare.1 <= times {
			_ if times.is_infinite() => "no limit".to_owned(),
			true => format!("limit {times}: ok"),
			false => format!("limit {times}: OVER"),
		};
		let how = format!("of a transfer's, as declared; {judgement}");
		figures.push(Figure::new(format!("{what}, weight"), bare.1, "times", how));
	}
	Ok(figures)
}

fn steps(whole: bool) -> Result<[(usize, f64); 4]> {
	let mut chain = chain()?;
	let machine = chain.execute_with(listed)?;
	let mut of = |chain: &mut TestExternalities, who: &str, call: RuntimeCall| -> Result<_> {
		let weight = weighs(&call);
		Ok((written(chain, || step(who, call, whole))?, weight))
	};
	let call = chain.execute_with(rent)?;
	let rented = of(&mut chain, CUSTOMER, call)?;
	let call = chain.execute_with(|| -> Result<RuntimeCall> {
		let rental = rental()?;
		act(CUSTOMER, Let::start { rental })?;
		let at = START;
		act(
			OWNER,
			Let::confirm_return {
				rental,
				at,
				evidence: Hash::zero(),
			},
		)?;
		Ok(Let::<Runtime>::give_back { rental }.into())
	})?;
	let returned = of(&mut chain, CUSTOMER, call)?;
	chain.execute_with(|| -> Result<()> {
		fund(machine, Money::Native)?;
		let_spend(machine, Money::Native)
	})?;
	let call = chain.execute_with(|| open(machine))?;
	let opened = of(&mut chain, CUSTOMER, call)?;
	let call = chain.execute_with(redeem)?;
	let redeemed = of(&mut chain, OWNER, call)?;
	Ok([rented, returned, opened, redeemed])
}

/// What renting costs with few bookings of a machine and with very many.
fn booking() -> Result<Vec<Figure>> {
	let mut figures = Vec::new();
	let mut few = None;
	for count in BOOKINGS {
		let (time, proof) = rent_among(count)?;
		let few = *few.get_or_insert(time);
		let name = format!("rentals.rent among {count} bookings of the machine");
		let how = "natively, of the time with 10";
		figures.push(Figure::new(format!("{name}, time"), time / few, "times", how));
		figures.push(Figure::new(
			format!("{name}, proof"),
			proof as f64,
			"bytes",
			"of what a validator must be shown",
		));
	}
	Ok(figures)
}

/// The median time of it in ms, and the bytes of its proof.
fn rent_among(count: u64) -> Result<(f64, usize)> {
	let mut chain = chain()?;
	let machine = chain.execute_with(listed)?;
	chain.execute_with(|| {
		// An hour each, with an hour between them, from the next day on.
		for nth in 0..count {
			let start = START + DAY + 2 * nth * HOUR;
			let rental = RentalId(u64::MAX - nth);
			Bookings::<Runtime>::insert(machine, EndKey::new(start + HOUR), Booking { start, rental });
		}
	});
	commit(&mut chain)?;
	let mut times = Vec::new();
	for nth in 0..TIMES as u32 {
		let call = chain.execute_with(rent)?;
		let start = Instant::now();
		chain.execute_with(|| step(CUSTOMER, call, false))?;
		times.push(start.elapsed());
		chain.execute_with(|| -> Result<()> {
			let rental = rental()?;
			act(
				CUSTOMER,
				Let::cancel {
					rental,
					reason: Hash::zero(),
				},
			)
		})?;
		commit(&mut chain)?;
		let number = nth + 2;
		chain.execute_with(|| <Timestamp as Hooks<_>>::on_finalize(number - 1));
		begin(&mut chain, number, Hash::repeat_byte(1), START + u64::from(nth + 1))?;
	}
	let last = chain.execute_with(rent)?;
	let (done, proof) = chain.execute_and_prove(|| step(CUSTOMER, last, false));
	done?;
	Ok((millis(percentile(&times, 0.5)), proof.encoded_size()))
}

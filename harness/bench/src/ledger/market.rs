//! The market: what its steps write, what a name costs among very many, and how soon goods are found among very many quotes.

use super::{
	account_of, act, begin, chain, commit,
	program::Program,
	root_acts,
	writes::{figure, keys_written, step, written},
	Money, CUSTOMER, DAY, OWNER, START,
};
use anyhow::{ensure, Context, Result};
use bpiiot_harness::figure::{millis, percentile, Figure};
use bpiiot_primitives::{AssetKind, PurchaseOrderId, QuoteId, Region, RequestId, SiteId};
use bpiiot_runtime::{AccountId, Balance, Hash, Runtime, RuntimeCall, Timestamp, BPI};
use codec::{Decode, Encode};
use frame_support::{
	traits::{Get, Hooks},
	BoundedVec,
};
use pallet_inventory::{Call as Stock, SiteProfile};
use pallet_procurement::{
	runtime_api::QuotePage, AwardRule, Bidding, Call as Goods, Conditions, PriceTier, QuoteRank, QuoteShelf,
	QuoteTerms, ScoreWeights, Wanted,
};
use sp_io::TestExternalities;
use sp_runtime::Permill;
use std::time::Instant;

/// Who sells, and who buys.
const SUPPLIER: &str = "Supplier";
/// The most records that an award may write, an agreement that has ended of names, and a move of stock.
const AWARD: usize = 8;
const NAME: usize = 2;
const MOVE: usize = 3;
/// Names that there are.
const NAMES: [u64; 2] = [10, 1_000_000];
/// Quotes among which some are looked for, and the longest that may take, in ms.
const QUOTES: u64 = 100_000;
const FINDING: f64 = 20.0;
/// The shortest time that bids may be made, in ms.
const WINDOW: u64 = 60_000;
/// How often something quick is timed.
const TIMES: usize = 20;

/// Measures all of it.
///
/// # Errors
/// When any call fails.
pub fn measure() -> Result<Vec<Figure>> {
	let mut figures = writes()?;
	figures.extend(names()?);
	figures.extend(finding()?);
	Ok(figures)
}

/// A short list.
fn list<T, S: Get<u32>>(items: impl IntoIterator<Item = T>) -> Result<BoundedVec<T, S>> {
	let items: Vec<_> = items.into_iter().collect();
	let count = items.len();
	BoundedVec::try_from(items)
		.ok()
		.with_context(|| format!("{count} are too many"))
}

fn conditions() -> Conditions {
	Conditions {
		parts: 1,
		review_window: DAY,
		bond: Permill::from_percent(10),
		..Conditions::default()
	}
}

fn terms(unit_price: Balance) -> Result<QuoteTerms<AccountId>> {
	let from_quantity = 1;
	Ok(QuoteTerms {
		category: list(*b"cutting-oil")?,
		item: list(*b"OIL-46")?,
		asset: Money::Native.asset(),
		tiers: list([PriceTier {
			from_quantity,
			unit_price,
		}])?,
		lead_time: DAY,
		areas: list([list(*b"DE-HB")?])?,
		conditions: conditions(),
		arbiters: list([])?,
	})
}

/// The newest of some ids.
fn newest<Id: Ord>(ids: impl Iterator<Item = Id>) -> Result<Id> {
	ids.max().context("it was just made")
}

fn order() -> Result<PurchaseOrderId> {
	newest(pallet_procurement::Orders::<Runtime>::iter_keys())
}

/// The supplier has a quote.
fn quoted() -> Result<()> {
	let supplier = account_of(SUPPLIER);
	let terms = terms(BPI)?;
	act(
		SUPPLIER,
		Goods::publish_quote {
			supplier,
			terms,
			stock: 1_000,
		},
	)
}

fn buy() -> Result<RuntimeCall> {
	let quote = newest(pallet_procurement::Quotes::<Runtime>::iter_keys())?;
	let call = Goods::<Runtime>::buy {
		quote,
		version: 1,
		quantity: 1,
		max_price: BPI,
		area: list(*b"DE-HB")?,
		site: None,
		arbiter: None,
	};
	Ok(call.into())
}

fn deliver() -> Result<()> {
	let (order, note) = (order()?, Hash::zero());
	act(
		SUPPLIER,
		Goods::deliver {
			order,
			quantity: 1,
			lot: None,
			note,
		},
	)
}

fn confirm() -> Result<RuntimeCall> {
	let (order, reading) = (order()?, None);
	let call = Goods::<Runtime>::confirm {
		order,
		quantity: 1,
		reading,
	};
	Ok(call.into())
}

/// The next block, so many milliseconds after the first one, with no sweep in between.
fn next_block(chain: &mut TestExternalities, number: u32, millis: u64) -> Result<()> {
	chain.execute_with(|| <Timestamp as Hooks<_>>::on_finalize(number - 1));
	begin(chain, number, Hash::repeat_byte(1), START + millis)
}

/// A request with as many bids as it keeps, of which bidding is over.
fn bid_on(chain: &mut TestExternalities) -> Result<RequestId> {
	let request = chain.execute_with(|| -> Result<_> {
		let half = Permill::from_percent(50);
		let wanted = Wanted {
			category: list(*b"cutting-oil")?,
			item: list(*b"OIL-46")?,
			quantity: 1,
			area: list(*b"DE-HB")?,
			site: None,
			asset: Money::Native.asset(),
			max_price: BPI,
			max_lead_time: DAY,
			weights: ScoreWeights {
				price: half,
				lead_time: Permill::zero(),
				standing: half,
			},
			bidding: Bidding::Open,
			award: AwardRule::Best,
			bid_window: WINDOW,
			award_window: DAY,
			rounds: 0,
			conditions: conditions(),
			arbiter: None,
		};
		act(CUSTOMER, Goods::raise_request { wanted })?;
		let request = newest(pallet_procurement::Requests::<Runtime>::iter_keys())?;
		for nth in 0..<Runtime as pallet_procurement::Config>::MaxBids::get() {
			let name = format!("bench/bidder/{nth}");
			let (who, new_free) = (account_of(&name).into(), 100 * BPI);
			root_acts(pallet_balances::Call::force_set_balance { who, new_free })?;
			let price = BPI - Balance::from(nth);
			act(
				&name,
				Goods::bid {
					request,
					price,
					lead_time: DAY,
				},
			)?;
		}
		Ok(request)
	})?;
	next_block(chain, 2, WINDOW)?;
	next_block(chain, 3, WINDOW + 1)?;
	Ok(request)
}

/// The first two sites of an owner, between which oil is moved.
fn sites() -> Result<[SiteId; 2]> {
	let profile = || -> Result<_> {
		Ok(SiteProfile {
			name: list(*b"Shed")?,
			..SiteProfile::default()
		})
	};
	for _ in 0..2 {
		let profile = profile()?;
		act(OWNER, Stock::create_site { profile, room: 1 })?;
		let site = newest(pallet_inventory::Sites::<Runtime>::iter_keys())?;
		act(
			OWNER,
			Stock::open_item {
				site,
				item: list(*b"OIL-46")?,
				code: Default::default(),
				unit: list(*b"LTR")?,
			},
		)?;
	}
	let to = newest(pallet_inventory::Sites::<Runtime>::iter_keys())?;
	let from = pallet_inventory::Sites::<Runtime>::iter_keys().find(|site| *site != to);
	let from = from.context("there are two")?;
	act(
		OWNER,
		Stock::receive {
			site: from,
			item: list(*b"OIL-46")?,
			lot: list([])?,
			quantity: 1_000,
			expires: None,
		},
	)?;
	Ok([from, to])
}

/// What each step writes, as a bare call and as a whole transaction.
fn writes() -> Result<Vec<Figure>> {
	let both = |steps: fn(bool) -> Result<[usize; 4]>| -> Result<_> { Ok((steps(false)?, steps(true)?)) };
	let (bare, whole) = both(|whole| {
		let mut chain = chain()?;
		chain.execute_with(quoted)?;
		let instant = written(&mut chain, || step(CUSTOMER, buy()?, whole))?;
		chain.execute_with(deliver)?;
		let of_names = sp_io::hashing::twox_128(b"Suppliers");
		let confirmed = keys_written(&mut chain, || step(CUSTOMER, confirm()?, whole))?;
		let names = confirmed.iter().filter(|key| key.starts_with(&of_names)).count();
		let [from, to] = chain.execute_with(sites)?;
		let moved = written(&mut chain, || {
			let call = Stock::<Runtime>::move_stock {
				from,
				to,
				item: list(*b"OIL-46")?,
				lot: list([])?,
				quantity: 1,
			};
			step(OWNER, call.into(), whole)
		})?;
		let mut chain = super::chain()?;
		let request = bid_on(&mut chain)?;
		let award = || RuntimeCall::from(Goods::<Runtime>::award { request });
		let awarded = written(&mut chain, || step(OWNER, award(), whole))?;
		Ok([instant, awarded, names, moved])
	})?;
	let told = [
		("procurement.buy, from a quote (native, bond)", None),
		("procurement.award, among 64 bids (native, bond)", Some(AWARD)),
		("procurement.confirm, of names", Some(NAME)),
		("inventory.move_stock", Some(MOVE)),
	];
	let each = told.into_iter().zip(bare.into_iter().zip(whole));
	Ok(each
		.map(|((what, limit), (bare, whole))| figure(what.to_owned(), bare, whole, limit))
		.collect())
}

/// What the end of an order costs with few names and with very many.
fn names() -> Result<Vec<Figure>> {
	let mut figures = Vec::new();
	let mut few = None;
	for count in NAMES {
		let (time, proof) = confirm_among(count)?;
		let few = *few.get_or_insert(time);
		let name = format!("procurement.confirm with {count} names");
		let how = "natively, of the time with 10; the order ends, and the supplier's name hears of it";
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
fn confirm_among(count: u64) -> Result<(f64, usize)> {
	const AT_A_TIME: u64 = 100_000;
	let mut chain = chain()?;
	chain.execute_with(|| -> Result<()> {
		quoted()?;
		step(CUSTOMER, buy()?, false)?;
		deliver()?;
		step(CUSTOMER, confirm()?, false)
	})?;
	let name = chain.execute_with(|| pallet_suppliers::Names::<Runtime>::get(account_of(SUPPLIER)));
	let name = name.context("the order has counted")?;
	let mut made = 1;
	while made < count {
		let until = (made + AT_A_TIME).min(count);
		chain.execute_with(|| {
			for nth in made..until {
				let other = AccountId::new(sp_io::hashing::blake2_256(&nth.to_le_bytes()));
				pallet_suppliers::Names::<Runtime>::insert(other, name);
			}
		});
		commit(&mut chain)?;
		made = until;
	}
	let mut times = Vec::new();
	for _ in 0..TIMES {
		chain.execute_with(|| -> Result<()> {
			step(CUSTOMER, buy()?, false)?;
			deliver()
		})?;
		commit(&mut chain)?;
		let start = Instant::now();
		chain.execute_with(|| step(CUSTOMER, confirm()?, false))?;
		times.push(start.elapsed());
		commit(&mut chain)?;
	}
	chain.execute_with(|| -> Result<()> {
		step(CUSTOMER, buy()?, false)?;
		deliver()
	})?;
	commit(&mut chain)?;
	let last = chain.execute_with(confirm)?;
	let (done, proof) = chain.execute_and_prove(|| step(CUSTOMER, last, false));
	done?;
	Ok((millis(percentile(&times, 0.5)), proof.encoded_size()))
}

/// How long the runtime's own program takes for a page of quotes, the first and one in the middle.
fn finding() -> Result<Vec<Figure>> {
	let mut chain = chain()?;
	chain.execute_with(quoted)?;
	let (id, quote) = chain
		.execute_with(|| pallet_procurement::Quotes::<Runtime>::iter().next())
		.context("it was published")?;
	let shelf = |area: Region| -> Result<QuoteShelf> {
		Ok(QuoteShelf {
			category: list(*b"cutting-oil")?,
			area,
			asset: AssetKind::Native,
		})
	};
	let shelves = [shelf(list([])?)?, shelf(list(*b"DE")?)?, shelf(list(*b"DE-HB")?)?];
	chain.execute_with(|| {
		for nth in 1..QUOTES {
			let (copy, unit_price) = (QuoteId(id.0 + nth), BPI + Balance::from(nth));
			let mut quote = quote.clone();
			quote
				.terms
				.tiers
				.iter_mut()
				.for_each(|tier| tier.unit_price = unit_price);
			pallet_procurement::Quotes::<Runtime>::insert(copy, quote);
			for shelf in &shelves {
				pallet_procurement::QuotesBy::<Runtime>::insert(shelf, QuoteRank::new(unit_price, copy), ());
			}
		}
	});
	commit(&mut chain)?;

	let program = Program::new();
	let middle = QuoteRank::new(BPI + Balance::from(QUOTES / 2), QuoteId(id.0 + QUOTES / 2));
	let mut figures = Vec::new();
	for (which, cursor) in [("first", None), ("middle", Some(middle))] {
		let shelf = shelf(list(*b"DE-HB")?)?;
		let max_price: Option<Balance> = None;
		let arguments = (shelf.category, shelf.area, shelf.asset, max_price, cursor).encode();
		let mut times = Vec::new();
		for nth in 0..=TIMES {
			let (answer, took) = program.ask(&mut chain, "ProcurementApi_quotes_by", &arguments)?;
			let page = QuotePage::<AccountId>::decode(&mut &answer[..])?;
			ensure!(page.quotes.len() == 32 && page.next.is_some(), "no page of quotes");
			// The first time it was compiled.
			if nth > 0 {
				times.push(took);
			}
		}
		let took = millis(percentile(&times, 0.95));
		let judgement = if took <= FINDING { "ok" } else { "OVER" };
		figures.push(Figure::new(
			format!("quotes by category and area, {which} page of {QUOTES}"),
			took,
			"ms",
			format!("p95 of {TIMES}, in wasm, with a trie in memory; limit {FINDING}: {judgement}"),
		));
	}
	Ok(figures)
}

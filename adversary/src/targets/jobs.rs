//! Offers, orders and what becomes of them.

use crate::{
	draw::Draw,
	ledger,
	parties::{account, ARBITERS, CUSTOMERS},
	target::{Entitled, Form, Intent, Target},
	world::{actors_as, controller_of, live_key, side_of, speakers_for, World},
};
use bpiiot_primitives::{Lot, Need, SiteId};
use bpiiot_runtime::{AccountId, Balance, Hash, Runtime};
use pallet_inventory::SiteOf;
use pallet_jobs::{
	Call, CancellationFees, DisputeTerms, JobOf, JobState, OfferTerms, OfferTermsOf, OrderLine, PriceTier, Rework,
};
use sp_runtime::{Permill, TryRuntimeError};

/// The pallet `jobs`.
pub struct Jobs;

impl Target for Jobs {
	fn name(&self) -> &'static str {
		"jobs"
	}

	fn forms(&self) -> Vec<Form> {
		vec![
			Form::new("publish_offer", publish_offer).weighing(6),
			Form::new("update_offer", update_offer).weighing(2),
			Form::new("withdraw_offer", withdraw_offer).weighing(2),
			Form::new("order", order).weighing(24).honest(),
			Form::new("order_batch", order_batch).weighing(4).honest(),
			Form::new("accept", accept).weighing(20),
			Form::new("accept_with", accept_with).weighing(10),
			Form::new("decline", decline).weighing(2),
			Form::new("start", start).weighing(20),
			Form::new("progress", progress),
			Form::new("deliver", deliver).weighing(20),
			Form::new("deliver_with", deliver_with).weighing(8),
			Form::new("approve", approve).weighing(12),
			Form::new("reject", reject).weighing(12),
			Form::new("cancel", cancel).weighing(3),
			Form::new("expire", expire),
			Form::new("remove", remove).weighing(16),
			Form::new("counter_offer", counter_offer),
			Form::new("accept_counter_offer", accept_counter_offer),
			Form::new("request_rework", request_rework).weighing(6),
			Form::new("concede", concede).weighing(4),
			Form::new("dispute", dispute).weighing(10),
		]
	}

	fn errors(&self) -> Vec<&'static str> {
		super::names_of::<pallet_jobs::Error<Runtime>>()
	}

	fn try_state(&self) -> Result<(), TryRuntimeError> {
		bpiiot_runtime::Jobs::do_try_state()
	}
}

type Line = OrderLine<AccountId, Balance>;

fn machine_of(job: &JobOf<Runtime>) -> Entitled {
	Entitled::These(live_key(&job.machine).into_iter().collect())
}

fn customer_of(job: &JobOf<Runtime>) -> Entitled {
	Entitled::These(speakers_for(job.customer()))
}

fn terms(draw: &mut Draw<'_>) -> Option<OfferTermsOf<Runtime>> {
	let asset = ledger::asset(draw.below(3));
	let whole = ledger::whole(asset);
	let unit_price = draw.amount(10 * whole);
	let max_units = draw.units(8);
	// One number chooses among many small things.
	let small = draw.number();
	let chosen = |bit: u16| small >> bit & 1 == 1;
	let tier = PriceTier {
		from_units: u32::from(draw.number() % 10),
		unit_price: unit_price / 2,
	};
	let tiers = if chosen(1) { vec![tier] } else { vec![] };
	let region: &[u8] = if small % 61 == 60 { b"?" } else { b"DE" };
	let windows = [draw.window(), draw.window(), draw.window()];
	let window = 60_000 * (1 + u64::from(small >> 8 & 3));
	let arbiters: Vec<_> = match small >> 12 & 15 {
		0 => vec![],
		1 => vec![ARBITERS[0], ARBITERS[0]],
		_ => ARBITERS.to_vec(),
	};
	let arbiters: Vec<_> = arbiters.into_iter().map(account).collect();
	Some(OfferTerms {
		capability: b"drilling".to_vec().try_into().ok()?,
		region: region.to_vec().try_into().ok()?,
		asset,
		unit_price,
		tiers: tiers.try_into().ok()?,
		max_units,
		bond: if chosen(0) { unit_price } else { 0 },
		accept_window: windows[0],
		lead_time: windows[1],
		calendar: Default::default(),
		review_window: windows[2],
		rejection_fee: Permill::from_percent(if chosen(2) { 25 } else { 0 }),
		cancellation: CancellationFees {
			accepted: Permill::from_percent(if chosen(3) { 10 } else { 0 }),
			started: Permill::from_percent(if chosen(4) { 50 } else { 0 }),
		},
		rework: chosen(5).then_some(Rework {
			rounds: (small % 3) as u8,
			window,
		}),
		disputes: chosen(6)
			.then(|| {
				Some(DisputeTerms {
					arbiters: arbiters.try_into().ok()?,
					challenge_window: window,
					case_window: window,
					ruling_window: window,
				})
			})
			.flatten(),
		recipe_schema: Default::default(),
		contract: Default::default(),
		governing_law: Default::default(),
	})
}

fn publish_offer(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (machine, _) = world.machine(draw)?;
	let terms = terms(draw)?;
	let mut entitled = side_of(&machine);
	// Mostly the owner.
	entitled.reverse();
	Intent::new(
		Call::<Runtime>::publish_offer { machine, terms },
		Entitled::These(entitled),
	)
}

fn update_offer(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (offer, record) = world.offer(draw)?;
	let terms = terms(draw)?;
	let entitled = Entitled::These(side_of(&record.machine));
	Intent::new(Call::<Runtime>::update_offer { offer, terms }, entitled)
}

fn withdraw_offer(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (offer, record) = world.offer(draw)?;
	let mut entitled = side_of(&record.machine);
	entitled.extend(actors_as(&record.depositor));
	Intent::new(Call::<Runtime>::withdraw_offer { offer }, Entitled::These(entitled))
}

/// An order that fits an offer, mostly.
fn line(world: &World, draw: &mut Draw<'_>) -> Option<Line> {
	let (offer, record) = world.offer(draw)?;
	let units = draw.units(record.terms.max_units);
	let choice = draw.number();
	let arbiter = match (&record.terms.disputes, choice % 8) {
		(_, 0) => None,
		(Some(disputes), _) => disputes.arbiters.first().cloned(),
		(None, 1) => Some(account(ARBITERS[0])),
		(None, _) => None,
	};
	let lead = match choice / 8 % 16 {
		14 => 0,
		15 => u64::MAX / 4,
		more => record
			.terms
			.lead_time
			.min(1 << 40)
			.saturating_add(u64::from(more) * 60_000),
	};
	Some(Line {
		offer,
		version: record.version.saturating_add(u32::from(choice / 128 % 16 == 15)),
		units,
		max_price: if choice / 2048 == 31 { 1 } else { Balance::MAX },
		recipe: Hash::zero(),
		recipe_reference: Default::default(),
		deliver_by: ledger::now().saturating_add(lead),
		arbiter,
	})
}

/// Customers, and machines that order.
fn buyers(world: &World, draw: &mut Draw<'_>) -> Entitled {
	let people = CUSTOMERS.iter().map(|name| account(name));
	let machines = world.active.iter().filter_map(live_key);
	let mut all: Vec<_> = people.chain(machines).collect();
	let first = draw.below(all.len());
	all.rotate_left(first);
	Entitled::Anybody(all)
}

fn order(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let line = line(world, draw)?;
	let call = Call::<Runtime>::order {
		offer: line.offer,
		version: line.version,
		units: line.units,
		max_price: line.max_price,
		recipe: line.recipe,
		recipe_reference: line.recipe_reference,
		deliver_by: line.deliver_by,
		arbiter: line.arbiter,
	};
	Intent::new(call, buyers(world, draw))
}

fn order_batch(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let lines: Option<Vec<_>> = (0..draw.below(4)).map(|_| line(world, draw)).collect();
	let lines = lines?.try_into().ok()?;
	Intent::new(Call::<Runtime>::order_batch { lines }, buyers(world, draw))
}

fn accept(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (job, record) = world.job(draw, |state| state == JobState::Ordered)?;
	Intent::new(Call::<Runtime>::accept { job }, machine_of(&record))
}

/// The machine, where it works: it owns the site, or may put things aside there.
fn accept_with(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (job, record) = world.job(draw, |state| state == JobState::Ordered)?;
	let account = record.machine.account();
	let control = controller_of(&account);
	let any = draw.once_in(8);
	let may = |site: &SiteOf<Runtime>| {
		let is_keeper = site
			.keepers
			.iter()
			.any(|keeper| keeper.account == account && keeper.rights.reserve);
		let appointed = is_keeper && site.appointed_by == controller_of(&site.owner);
		site.owner == account || appointed && controller_of(&site.owner) == control
	};
	let stocks = &world.market.stocks;
	let theirs = |site: &SiteId| any || world.market.sites.get(site).is_some_and(may);
	let kept: Vec<_> = stocks
		.iter()
		.filter(|(site, _, stock)| !stock.lots.is_empty() && theirs(site))
		.collect();
	let (site, item, stock) = match draw.one_of(&kept) {
		Some(kept) => *kept,
		None => draw.one_of(stocks)?,
	};
	let need = |lot: Option<Lot>, quantity| Need {
		item: item.clone(),
		lot,
		quantity,
	};
	let choice = draw.number();
	let needs = match choice % 8 {
		0 => vec![],
		1 => vec![need(None, u64::MAX)],
		2 => vec![need(stock.lots.first().map(|lot| lot.lot.clone()), 1), need(None, 1)],
		_ => vec![need(None, 1 + u64::from(choice / 8 % 500))],
	};
	let is_there = pallet_inventory::Sites::<Runtime>::get(site).is_some_and(|site| may(&site));
	let fits = is_there && !needs.is_empty();
	let entitled = Entitled::these_if(fits, live_key(&record.machine).into_iter().collect());
	let call = Call::<Runtime>::accept_with {
		job,
		site: *site,
		needs: needs.try_into().ok()?,
	};
	Intent::new(call, entitled)
}

fn decline(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (job, record) = world.job(draw, |state| state == JobState::Ordered)?;
	let reason = Hash::zero();
	Intent::new(Call::<Runtime>::decline { job, reason }, machine_of(&record))
}

fn start(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (job, record) = world.job(draw, |state| state == JobState::Accepted)?;
	Intent::new(Call::<Runtime>::start { job }, machine_of(&record))
}

fn progress(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (job, record) = world.job(draw, |state| state == JobState::Started)?;
	let units_done = draw.units(record.units);
	Intent::new(Call::<Runtime>::progress { job, units_done }, machine_of(&record))
}

fn deliver(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (job, record) = world.job(draw, |state| state == JobState::Started)?;
	let units = match draw.once_in(3) {
		true => draw.units(record.units),
		false => record.units.saturating_sub(record.reviewed()),
	};
	let result = Hash::zero();
	Intent::new(Call::<Runtime>::deliver { job, units, result }, machine_of(&record))
}

/// The machine's key, which issues what comes out and has what goes in.
fn deliver_with(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (job, record) = world.job(draw, |state| state == JobState::Started)?;
	let units = record.units.saturating_sub(record.reviewed());
	let result = Hash::zero();
	let (report, may) = super::products::report(world, draw, record.machine)?;
	let entitled = match machine_of(&record) {
		Entitled::These(these) => Entitled::these_if(may, these),
		entitled => entitled,
	};
	let call = Call::<Runtime>::deliver_with {
		job,
		units,
		result,
		report,
	};
	Intent::new(call, entitled)
}

fn approve(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (job, record) = world.job(draw, |state| state == JobState::Delivered)?;
	let units = draw.units(record.in_review());
	Intent::new(Call::<Runtime>::approve { job, units }, customer_of(&record))
}

fn reject(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (job, record) = world.job(draw, |state| state == JobState::Delivered)?;
	let units = draw.units(record.in_review());
	let reason = Hash::zero();
	Intent::new(Call::<Runtime>::reject { job, units, reason }, customer_of(&record))
}

fn cancel(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (job, record) = world.job(draw, |state| {
		matches!(state, JobState::Ordered | JobState::Accepted | JobState::Started)
	})?;
	let reason = Hash::zero();
	let mut entitled = speakers_for(record.customer());
	entitled.extend(live_key(&record.machine));
	Intent::new(Call::<Runtime>::cancel { job, reason }, Entitled::These(entitled))
}

fn expire(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (job, record) = world.job(draw, |state| !matches!(state, JobState::Settled(_)))?;
	let by = speakers_for(record.customer());
	let over = record
		.deadline()
		.is_some_and(|(deadline, _)| ledger::agreement_now() > deadline);
	let entitled = if over {
		Entitled::Anybody(by)
	} else {
		Entitled::Nobody(by)
	};
	Intent::new(Call::<Runtime>::expire { job }, entitled)
}

fn remove(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (job, record) = world.job(draw, |state| matches!(state, JobState::Settled(_)))?;
	Intent::new(Call::<Runtime>::remove { job }, customer_of(&record))
}

fn counter_offer(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (job, record) = world.job(draw, |state| state == JobState::Ordered)?;
	let call = Call::<Runtime>::counter_offer {
		job,
		unit_price: draw.amount(2 * record.unit_price),
		deliver_by: ledger::now().saturating_add(draw.window()),
	};
	Intent::new(call, Entitled::These(side_of(&record.machine)))
}

fn accept_counter_offer(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (job, record) = world.job(draw, |state| state == JobState::Ordered)?;
	let (unit_price, deliver_by) = record
		.counter
		.map_or((1, 0), |counter| (counter.unit_price, counter.deliver_by));
	// Sometimes he has read something else.
	let unit_price = unit_price.saturating_sub(u128::from(draw.once_in(8)));
	let call = Call::<Runtime>::accept_counter_offer {
		job,
		unit_price,
		deliver_by,
	};
	Intent::new(call, Entitled::These(actors_as(record.customer())))
}

fn request_rework(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (job, record) = world.job(draw, |state| state == JobState::Delivered)?;
	let reason = Hash::zero();
	Intent::new(Call::<Runtime>::request_rework { job, reason }, customer_of(&record))
}

fn concede(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (job, record) = world.job(draw, |state| state == JobState::Rejected)?;
	let entitled = Entitled::These(side_of(&record.machine));
	Intent::new(Call::<Runtime>::concede { job }, entitled)
}

fn dispute(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (job, record) = world.job(draw, |state| state == JobState::Rejected)?;
	let evidence = Hash::repeat_byte(draw.number() as u8);
	let mut entitled = side_of(&record.machine);
	if draw.once_in(2) {
		entitled.reverse();
	}
	Intent::new(Call::<Runtime>::dispute { job, evidence }, Entitled::These(entitled))
}

//! Suppliers' profiles, ratings, and names that are forgotten.

use crate::{
	draw::Draw,
	ledger,
	market::{seller, text, AREAS, CATEGORIES},
	target::{Entitled, Form, Intent, Target},
	world::{actors_as, speakers_for, World},
};
use bpiiot_primitives::{AgreementRef, Category, Region};
use bpiiot_runtime::{AccountId, Balance, Hash, Runtime};
use frame_support::traits::Get;
use pallet_jobs::JobState;
use pallet_suppliers::{standing::aged, Call, Certificate, Profile, Stars};
use sp_runtime::TryRuntimeError;

/// The pallet `suppliers`.
pub struct Suppliers;

impl Target for Suppliers {
	fn name(&self) -> &'static str {
		"suppliers"
	}

	fn forms(&self) -> Vec<Form> {
		vec![
			Form::new("publish_profile", publish_profile).weighing(4),
			Form::new("update_profile", update_profile).weighing(2),
			Form::new("remove_profile", remove_profile).weighing(2),
			Form::new("rate", rate).weighing(12),
			Form::new("forget_pair", forget_pair).weighing(4),
			Form::new("forget_name", forget_name).weighing(3),
		]
	}

	fn errors(&self) -> Vec<&'static str> {
		super::names_of::<pallet_suppliers::Error<Runtime>>()
	}

	fn try_state(&self) -> Result<(), TryRuntimeError> {
		bpiiot_runtime::Suppliers::do_try_state()
	}
}

/// Milliseconds of a day.
const DAY: u64 = 86_400_000;
/// For so many days a pair is remembered, by the pallet's README.
const REMEMBERED: u64 = 1_800;

fn profile(draw: &mut Draw<'_>) -> Option<Profile> {
	let small = draw.number();
	let categories: Vec<Category> = match small % 16 {
		14 => vec![],
		15 => vec![text(CATEGORIES[0]), text(b"")],
		more => CATEGORIES
			.iter()
			.take(1 + usize::from(more % 2))
			.map(|name| text(name))
			.collect(),
	};
	let areas: Vec<Region> = match small / 16 % 16 {
		14 => vec![text(b"")],
		15 => vec![text(AREAS[4])],
		0..5 => vec![],
		more => vec![text(AREAS[0]), text(AREAS[2 + usize::from(more % 2)])],
	};
	let certificate = Certificate {
		hash: Hash::zero(),
		uri: text(b"https://certificates.example/1"),
	};
	let certificates = vec![certificate; usize::from(small / 256 % 3)];
	Some(Profile {
		categories: categories.try_into().ok()?,
		areas: areas.try_into().ok()?,
		certificates: certificates.try_into().ok()?,
	})
}

/// Somebody with a profile; sometimes without.
fn published(world: &World, draw: &mut Draw<'_>) -> AccountId {
	let known: Vec<_> = world.market.suppliers.keys().collect();
	match draw.one_of(&known) {
		Some(supplier) if !draw.once_in(16) => (*supplier).clone(),
		_ => seller(world, draw),
	}
}

fn publish_profile(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let supplier = seller(world, draw);
	let entitled = Entitled::These(draw.beginning_with_one(speakers_for(&supplier)));
	let profile = profile(draw)?;
	Intent::new(Call::<Runtime>::publish_profile { supplier, profile }, entitled)
}

fn update_profile(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let supplier = published(world, draw);
	let entitled = Entitled::These(draw.beginning_with_one(speakers_for(&supplier)));
	let profile = profile(draw)?;
	Intent::new(Call::<Runtime>::update_profile { supplier, profile }, entitled)
}

fn remove_profile(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let supplier = published(world, draw);
	let mut entitled = speakers_for(&supplier);
	let record = pallet_suppliers::Suppliers::<Runtime>::get(&supplier);
	entitled.extend(record.into_iter().flat_map(|record| actors_as(&record.depositor)));
	Intent::new(Call::<Runtime>::remove_profile { supplier }, Entitled::These(entitled))
}

/// Only who has paid by an agreement that has ended, and once.
fn rate(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let stars = Stars::ALL[draw.below(5)];
	let kind = draw.number() % 16;
	if kind == 15 {
		let request = draw.mostly(&world.market.requests, |_| true)?;
		let agreement = AgreementRef::Request(request);
		let entitled = Entitled::Nobody(crate::market::buyers(world, draw));
		return Intent::new(Call::<Runtime>::rate { agreement, stars }, entitled);
	}
	let (agreement, is_time, payer) = if kind < 5 {
		let (job, record) = world.job(draw, |state| matches!(state, JobState::Settled(_)))?;
		let is_time = matches!(record.state, JobState::Settled(_)) && !record.rated;
		(AgreementRef::Job(job), is_time, record.customer().clone())
	} else if kind > 11 {
		let again = draw.once_in(4);
		let (order, record) = world
			.upkeep
			.order(draw, |order| order.is_settled() && order.rated == again)?;
		let is_time = record.is_settled() && !record.rated;
		(AgreementRef::Ticket(order), is_time, record.payer().clone())
	} else {
		let again = draw.once_in(4);
		let (order, record) = world
			.market
			.order(draw, |order| order.is_settled() && order.rated == again)?;
		let is_time = record.is_settled() && !record.rated;
		(AgreementRef::Order(order), is_time, record.buyer().clone())
	};
	let entitled = Entitled::these_if(is_time, speakers_for(&payer));
	Intent::new(Call::<Runtime>::rate { agreement, stars }, entitled)
}

fn forget_pair(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let pairs: Vec<_> = world.market.pairs.keys().collect();
	let (supplier, customer) = (*draw.one_of(&pairs)?).clone();
	let pair = pallet_suppliers::Pairs::<Runtime>::get(&supplier, &customer);
	let is_time = pair.is_some_and(|pair| ledger::now() / DAY >= u64::from(pair.day) + REMEMBERED);
	let entitled = Entitled::anybody_if(is_time, vec![supplier.clone()]);
	Intent::new(Call::<Runtime>::forget_pair { supplier, customer }, entitled)
}

fn forget_name(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let names: Vec<_> = world.market.names.keys().collect();
	let mostly = *draw.one_of(&names)?;
	let has_no_pairs = |name: &&&AccountId| !world.market.pairs.keys().any(|(of, _)| of == **name);
	let supplier = match names.iter().find(has_no_pairs) {
		Some(lonely) if draw.once_in(2) => *lonely,
		_ => mostly,
	};
	let has_pairs = pallet_suppliers::Pairs::<Runtime>::iter_key_prefix(supplier)
		.next()
		.is_some();
	let doubt: Balance = <Runtime as pallet_suppliers::Config>::Doubt::get();
	let least = doubt / 1_024;
	let weighs = pallet_suppliers::Names::<Runtime>::get(supplier).map(|name| {
		let days = (ledger::now() / DAY).saturating_sub(name.day.into());
		aged(name.sums.settled, days.try_into().unwrap_or(u32::MAX))
	});
	let is_time = !has_pairs && weighs.is_some_and(|weighs| weighs <= least);
	let supplier = supplier.clone();
	let entitled = Entitled::anybody_if(is_time, vec![supplier.clone()]);
	Intent::new(Call::<Runtime>::forget_name { supplier }, entitled)
}

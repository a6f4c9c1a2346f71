//! What the benchmarks measure with.

use crate::{
	Action, Balance, Bearing, Care, Cares, Check, Comparison, Conditions, Config, EscrowOf, Evidence, FaultCode,
	Health, Healths, HoldReason, Issuer, Issuers, Level, Metric, MetricId, Metrics, Offer, OfferId, OrderOf, Orders,
	Pallet, Proof, Reading, Report, Rule, RuleId, RuleTerms, Sensors, ServiceOrderId, ServiceTermsOf, Severity, Tender,
	TenderOf, Ticket, TicketId, TicketOf, TicketState, Tickets, TrendPoint, Trigger, WearLimit, WearLimits, WearModel,
	Weights, OFFERS, RULES, TICKETS, TREND, WEARS,
};
use alloc::{boxed::Box, vec, vec::Vec};
use bpiiot_primitives::{
	Actors, AgreementClock, AgreementRef, AssetKind, Category, Escrow, MachineId, Region, UnixMillis,
};
use frame_benchmarking::v2::*;
use frame_support::{traits::Get, BoundedVec};
use frame_system::{Pallet as System, RawOrigin};
use sp_core::H256;
use sp_runtime::{
	traits::{One, Saturating},
	Permill,
};

pub(super) type AccountOf<T> = <T as frame_system::Config>::AccountId;

pub(super) const HASH: H256 = H256::repeat_byte(7);
pub(super) const PRICE: Balance = 50_000_000;
/// The metric that decides.
pub(super) const METRIC: MetricId = MetricId(3);
/// A bad value.
pub(super) const BAD: i64 = 99;

pub(super) fn rich<T: Config>(asset: AssetKind, who: &AccountOf<T>) {
	let amount = Balance::MAX / 1_000_000;
	EscrowOf::<T>::benchmark_fund(AssetKind::Native, who, amount);
	EscrowOf::<T>::benchmark_fund(asset, who, amount);
}

pub(super) fn arbiter<T: Config>() -> AccountOf<T> {
	account("arbiter", 0, 0)
}

/// Another order than the one that is measured needs to be told apart from it by nothing but its fault.
pub(super) fn fault(nth: u32) -> FaultCode {
	let mut code = vec![b'f'; 12];
	code.extend(nth.to_be_bytes());
	FaultCode::truncate_from(code)
}

/// A machine with its owner, a machine of another owner that maintains it, each under a spending policy, and somebody who
/// calibrates.
pub(super) struct Parties<T: Config> {
	pub(super) asset: AssetKind,
	pub(super) owner: AccountOf<T>,
	pub(super) machine: MachineId,
	/// The machine's key.
	pub(super) key: AccountOf<T>,
	/// The key and the account of who maintains.
	pub(super) maintainer: (AccountOf<T>, AccountOf<T>),
	pub(super) issuer: AccountOf<T>,
}

pub(super) fn parties<T: Config>() -> Parties<T> {
	let asset = EscrowOf::<T>::benchmark_asset();
	parties_who_spend::<T>(asset, asset)
}

/// The same, but what they may spend is the native token, in which fees are.
pub(super) fn parties_who_pay_fees<T: Config>() -> Parties<T> {
	parties_who_spend::<T>(EscrowOf::<T>::benchmark_asset(), AssetKind::Native)
}

fn parties_who_spend<T: Config>(asset: AssetKind, spent: AssetKind) -> Parties<T> {
	next_block::<T>();
	// A year after the beginning of time, so that there is time before now.
	T::Clock::benchmark_advance(365 * 86_400_000);
	let machine = |name, seed| {
		let owner: AccountOf<T> = account(name, 0, 0);
		rich::<T>(asset, &owner);
		let (machine, key) = T::Actors::benchmark_machine(&owner, seed, spent);
		rich::<T>(asset, &machine.account());
		(owner, machine, key)
	};
	// Not the numbers of those for whom others ask.
	let (owner, patient, key) = machine("owner", 30);
	let (_, maintainer, maintainers_key) = machine("maintainer", 31);
	let issuer: AccountOf<T> = account("issuer", 0, 0);
	for who in [&arbiter::<T>(), &issuer, &T::FeeDestination::get()] {
		rich::<T>(asset, who);
	}
	EscrowOf::<T>::benchmark_arbiter(&arbiter::<T>());
	let profile = HASH;
	Issuers::<T>::insert(&issuer, Issuer { profile, since: 0 });
	Parties {
		asset,
		owner,
		machine: patient,
		key,
		maintainer: (maintainers_key, maintainer.account()),
		issuer,
	}
}

pub(super) fn next_block<T: Config>() {
	System::<T>::set_block_number(System::<T>::block_number().saturating_add(One::one()));
}

/// Starts a block so much later.
pub(super) fn passes<T: Config>(millis: u64) {
	next_block::<T>();
	T::Clock::benchmark_advance(millis);
}

pub(super) fn signed<T: Config>(key: &AccountOf<T>) -> T::RuntimeOrigin {
	RawOrigin::Signed(key.clone()).into()
}

/// As long as it takes to look as often as terms say.
pub(super) fn window<T: Config>() -> u64 {
	T::MinWindow::get().max(T::ReadingGap::get().saturating_mul(2))
}

pub(super) fn conditions<T: Config>() -> Conditions {
	let least = window::<T>();
	Conditions {
		response_window: least,
		bonus_window: least,
		work_window: least.saturating_mul(3),
		verify_window: least,
		guarantee_window: least.saturating_mul(2),
		challenge_window: least,
		case_window: least,
		ruling_window: least,
		bonus: Permill::from_percent(10),
		bond: Permill::from_percent(10),
		late_penalty: Permill::from_percent(10),
		retention: Permill::from_percent(10),
		failure_fee: Permill::from_percent(10),
		cancellation_fee: Permill::from_percent(10),
		check: Check {
			metric: METRIC,
			table: HASH,
			idle: Some(-1),
			low: 0,
			high: 10,
			readings: 1,
		},
	}
}

/// Before an arbiter.
pub(super) fn terms<T: Config>(asset: AssetKind) -> ServiceTermsOf<T> {
	ServiceTermsOf::<T> {
		asset,
		price: PRICE,
		conditions: conditions::<T>(),
		arbiter: Some(arbiter::<T>()),
	}
}

pub(super) fn tender<T: Config>(asset: AssetKind) -> TenderOf<T> {
	Tender {
		category: Category::truncate_from(vec![b'c'; 32]),
		area: Region::truncate_from(b"XA-XXX".to_vec()),
		bid_window: T::MinWindow::get(),
		award_window: T::MinWindow::get(),
		weights: Weights {
			price: Permill::from_percent(50),
			response: Permill::from_percent(25),
			standing: Permill::from_percent(25),
		},
		service: terms::<T>(asset),
	}
}

/// Bad above 10, for another metric than those of other rules.
pub(super) fn rule_terms<T: Config>(asset: AssetKind, nth: u32) -> RuleTerms<AccountOf<T>> {
	RuleTerms {
		trigger: Trigger {
			metric: MetricId(nth as u16),
			comparison: Comparison::Above,
			bound: 10,
			clear: 8,
			reports: 2,
		},
		fault: fault(nth),
		severity: Severity::Critical,
		action: Action::Quotes(Box::new(tender::<T>(asset))),
	}
}

pub(super) fn wear() -> WearLimits {
	let limits = (0..WEARS).map(|nth| WearLimit {
		metric: MetricId(nth as u16),
		model: WearModel::BasicRatingLife {
			bearing: Bearing::Roller,
			capacity: u32::MAX,
			load: 1,
		},
	});
	WearLimits::truncate_from(limits.collect())
}

/// Sixteen metrics at most, all of this value.
pub(super) fn metrics(count: u32, value: i64) -> Metrics {
	let metrics = (0..count).map(|nth| Metric {
		id: MetricId(nth as u16),
		value,
	});
	Metrics::truncate_from(metrics.collect())
}

/// Puts a deposit on hold that a record names which was not made by a call.
fn held<T: Config>(reason: HoldReason, who: &AccountOf<T>, deposit: Balance) -> Balance {
	// Whoever has no money has no record either.
	let _ = Pallet::<T>::hold(reason, who, deposit);
	deposit
}

/// A ticket with as many offers as it keeps, of different maintainers.
pub(super) fn full_ticket<T: Config>(parties: &Parties<T>, nth: u32, state: TicketState) -> TicketOf<T> {
	let offers = (0..OFFERS).map(|offer| {
		let maintainer: AccountOf<T> = account("offerer", offer, 0);
		rich::<T>(AssetKind::Native, &maintainer);
		let mut terms = terms::<T>(parties.asset);
		terms.price = terms.price.saturating_add(offer.into());
		Offer {
			id: OfferId(offer.into()),
			deposit: held::<T>(HoldReason::Offer, &maintainer, T::OfferDeposit::get()),
			maintainer,
			terms,
			until: u64::MAX,
		}
	});
	Ticket {
		machine: parties.machine,
		fault: fault(nth),
		severity: Severity::Major,
		rule: Some(RuleId(nth.into())),
		state,
		opened_at: T::Clock::now(),
		seen: 1,
		reopened: 0,
		asked: None,
		offers: BoundedVec::truncate_from(offers.collect()),
	}
}

/// The machine's record with as many rules as there may be, and as many tickets but `room`, each open and full of offers but
/// the last one, which is closed.
pub(super) fn full_care<T: Config>(parties: &Parties<T>, room: u32) {
	let rules = (0..RULES).map(|nth| Rule {
		id: RuleId(nth.into()),
		terms: rule_terms::<T>(parties.asset, nth),
		by: parties.owner.clone(),
		deposit: held::<T>(HoldReason::Rule, &parties.owner, T::RuleDeposit::get()),
		owner: parties.owner.clone(),
	});
	let rules = BoundedVec::truncate_from(rules.collect());
	let count = TICKETS.saturating_sub(room);
	let tickets: Vec<_> = (0..count).map(|nth| TicketId(u64::from(nth) + 1)).collect();
	for (nth, id) in tickets.iter().enumerate() {
		let is_last = nth as u32 == count.saturating_sub(1);
		let state = if is_last {
			TicketState::Closed
		} else {
			TicketState::Open
		};
		// Other faults than the rules'.
		Tickets::<T>::insert(id, full_ticket::<T>(parties, 1_000 + nth as u32, state));
	}
	let deposit = Pallet::<T>::care_deposit(TICKETS);
	Cares::<T>::insert(
		parties.machine,
		Care {
			depositor: parties.owner.clone(),
			deposit: held::<T>(HoldReason::Care, &parties.owner, deposit),
			room: TICKETS,
			contract: None,
			rules,
			wear: wear(),
			tickets: BoundedVec::truncate_from(tickets),
		},
	);
}

/// What the machine has said, as much of it as is kept; its rules have seen one bad report.
pub(super) fn full_health<T: Config>(parties: &Parties<T>) {
	let at = T::Clock::unix_now().saturating_sub(1_000);
	let trend = (0..u64::from(TREND)).map(|nth| TrendPoint {
		at: at.saturating_sub(u64::from(TREND)).saturating_add(nth + 1),
		level: Level::Alarm,
	});
	let rules = (0..RULES).map(|nth| crate::RuleState {
		rule: RuleId(nth.into()),
		bad: 1,
		fired: false,
	});
	let baselines = wear().into_iter().map(|limit| crate::Baseline {
		metric: limit.metric,
		value: 1,
		at: 1,
	});
	let health = Health {
		since: T::Clock::now(),
		reports: 1,
		last: Report {
			at,
			level: Level::Alarm,
			metrics: metrics(16, 9),
		},
		trend: BoundedVec::truncate_from(trend.collect()),
		rules: BoundedVec::truncate_from(rules.collect()),
		baselines: BoundedVec::truncate_from(baselines.collect()),
	};
	Healths::<T>::insert(parties.machine, health);
}

pub(super) fn now<T: Config>() -> UnixMillis {
	T::Clock::unix_now()
}

/// Certifies the sensor that decides, until it has as many certificates as are kept. The oldest are over.
pub(super) fn certified<T: Config>(parties: &Parties<T>, count: u32) -> Result<(), BenchmarkError> {
	for nth in 0..count {
		Pallet::<T>::register_certificate(
			signed::<T>(&parties.issuer),
			parties.machine,
			METRIC,
			H256::repeat_byte(nth as u8 + 1),
			HASH,
			now::<T>().saturating_sub(1_000),
			now::<T>().saturating_add(T::MaxValidity::get()).saturating_sub(2_000),
		)?;
		next_block::<T>();
	}
	Ok(())
}

/// A machine that is looked after, with a sensor full of certificates and an open ticket full of offers, the cheapest of
/// which is the maintainer's.
pub(super) fn ticketed<T: Config>(parties: &Parties<T>) -> Result<TicketId, BenchmarkError> {
	full_care::<T>(parties, 1);
	certified::<T>(parties, crate::CERTIFICATES)?;
	next_block::<T>();
	let key = signed::<T>(&parties.key);
	Pallet::<T>::open_ticket(key, parties.machine, fault(7_000), Severity::Major)?;
	let care = Cares::<T>::get(parties.machine).ok_or(BenchmarkError::Stop("it is not looked after"))?;
	let ticket = *care
		.tickets
		.last()
		.ok_or(BenchmarkError::Stop("no ticket was opened"))?;
	next_block::<T>();
	Tickets::<T>::mutate_extant(ticket, |ticket| {
		let mut offers = full_ticket::<T>(parties, 0, TicketState::Open).offers;
		if let Some(first) = offers.get_mut(0) {
			let deposit = T::OfferDeposit::get();
			first.maintainer = parties.maintainer.1.clone();
			first.deposit = held::<T>(HoldReason::Offer, &first.maintainer, deposit);
		}
		ticket.offers = offers;
	});
	Ok(ticket)
}

/// An order of the maintainer, on these terms.
pub(super) fn assigned_on<T: Config>(
	parties: &Parties<T>,
	terms: ServiceTermsOf<T>,
) -> Result<ServiceOrderId, BenchmarkError> {
	let ticket = ticketed::<T>(parties)?;
	Tickets::<T>::mutate_extant(ticket, |ticket| {
		if let Some(first) = ticket.offers.get_mut(0) {
			first.terms = terms;
		}
	});
	Pallet::<T>::accept_offer(signed::<T>(&parties.owner), ticket, OfferId(0))?;
	next_block::<T>();
	order_of::<T>(ticket)
}

/// The order that has a ticket in hand.
pub(super) fn order_of<T: Config>(ticket: TicketId) -> Result<ServiceOrderId, BenchmarkError> {
	match Tickets::<T>::get(ticket).map(|ticket| ticket.state) {
		Some(TicketState::Ordered(order)) => Ok(order),
		_ => Err(BenchmarkError::Stop("nothing was ordered")),
	}
}

pub(super) fn assigned<T: Config>(parties: &Parties<T>) -> Result<ServiceOrderId, BenchmarkError> {
	assigned_on::<T>(parties, terms::<T>(parties.asset))
}

/// Begins an order's work, late if told so, and declares it done.
pub(super) fn declare<T: Config>(
	parties: &Parties<T>,
	order: ServiceOrderId,
	late: bool,
) -> Result<(), BenchmarkError> {
	let by = || signed::<T>(&parties.maintainer.0);
	Pallet::<T>::acknowledge(by(), order)?;
	if late {
		passes::<T>(window::<T>().saturating_add(1));
	}
	Pallet::<T>::start_work(by(), order)?;
	Pallet::<T>::declare_done(by(), order, HASH)?;
	Ok(())
}

/// A reading of the machine that counts now.
pub(super) fn reading<T: Config>(parties: &Parties<T>, value: i64) -> Proof {
	passes::<T>(T::ReadingGap::get());
	let at = now::<T>();
	T::Evidence::benchmark_proof(
		&parties.machine,
		Reading {
			metric: METRIC,
			value,
			table: HASH,
			at,
			anchored_at: at,
		},
	)
}

/// Work that readings speak against.
pub(super) fn failed<T: Config>(parties: &Parties<T>) -> Result<ServiceOrderId, BenchmarkError> {
	let order = assigned::<T>(parties)?;
	declare::<T>(parties, order, true)?;
	let proof = reading::<T>(parties, BAD);
	Pallet::<T>::submit_reading(signed::<T>(&parties.key), order, proof)?;
	Ok(order)
}

pub(super) fn disputed<T: Config>(parties: &Parties<T>) -> Result<ServiceOrderId, BenchmarkError> {
	let order = failed::<T>(parties)?;
	Pallet::<T>::dispute(signed::<T>(&parties.maintainer.0), order, HASH)?;
	Ok(order)
}

/// Terms without a guarantee, so that work which is good is the end of its order.
pub(super) fn without_guarantee<T: Config>(asset: AssetKind) -> ServiceTermsOf<T> {
	let mut terms = terms::<T>(asset);
	terms.conditions.guarantee_window = 0;
	terms
}

/// An order in dispute, for whoever measures what the end of a dispute costs.
pub(crate) fn disputed_agreement<T: Config>() -> AgreementRef {
	let parties = parties::<T>();
	AgreementRef::Ticket(disputed::<T>(&parties).unwrap_or_default())
}

/// An order that has ended and counted, and who rates it.
pub(crate) fn rateable_agreement<T: Config>() -> (AgreementRef, AccountOf<T>) {
	let parties = parties::<T>();
	let order = rateable::<T>(&parties);
	debug_assert!(order.is_ok());
	(AgreementRef::Ticket(order.unwrap_or_default()), parties.key)
}

fn rateable<T: Config>(parties: &Parties<T>) -> Result<ServiceOrderId, BenchmarkError> {
	let order = assigned_on::<T>(parties, without_guarantee::<T>(parties.asset))?;
	declare::<T>(parties, order, false)?;
	passes::<T>(window::<T>().saturating_add(1));
	Pallet::<T>::expire(signed::<T>(&parties.owner), order)?;
	Ok(order)
}

pub(super) fn record<T: Config>(order: ServiceOrderId) -> Result<OrderOf<T>, BenchmarkError> {
	Orders::<T>::get(order).ok_or(BenchmarkError::Stop("the order is gone"))
}

pub(super) fn ticket_state<T: Config>(ticket: TicketId) -> Option<TicketState> {
	Tickets::<T>::get(ticket).map(|ticket| ticket.state)
}

/// The certificate of the sensor that decides at this place.
pub(super) fn certificate<T: Config>(parties: &Parties<T>, place: usize) -> crate::CertificateId {
	let sensor = Sensors::<T>::get(parties.machine, METRIC).unwrap_or_default();
	sensor.certificates.get(place).map(|one| one.id).unwrap_or_default()
}

/// Lets the certificates there are count for nothing any more.
pub(super) fn certificates_are_over<T: Config>(parties: &Parties<T>) {
	let mut sensor = Sensors::<T>::get(parties.machine, METRIC).unwrap_or_default();
	for one in sensor.certificates.iter_mut() {
		one.valid_until = one.valid_from + 1;
	}
	Sensors::<T>::insert(parties.machine, METRIC, sensor);
	passes::<T>(T::KeepCertificates::get().saturating_add(2_000));
}

/// Gives somebody an order about a machine, behind as many others as are looked at.
pub(crate) fn party_of<T: Config>(who: &AccountOf<T>, machine: MachineId) -> Result<(), BenchmarkError> {
	let made = Orders::<T>::iter_values().next();
	let record = match made {
		Some(record) => record,
		None => {
			let order = assigned::<T>(&parties::<T>())?;
			record::<T>(order)?
		}
	};
	let looks = crate::discovery::PARTY_LOOKS as u64;
	for nth in 0..looks {
		let order = ServiceOrderId(u64::MAX.saturating_sub(looks).saturating_add(nth));
		let mut copy = record.clone();
		if nth == looks.saturating_sub(1) {
			copy.machine = machine;
		}
		Orders::<T>::insert(order, copy);
		crate::OrdersOf::<T>::insert(who, crate::OrderPlace::new(order, true), ());
	}
	Ok(())
}

//! Invariant 8: a name is what the agreements say that have ended, each counted once and rated once, and nobody gives to his own.
//! What each says is computed from its record and from the README of `suppliers`, apart from the pallets.

use super::Broken;
use crate::{
	ledger::{self, COIN, DOLLARS, EUROS},
	market::Market,
	upkeep::Upkeep,
	world::controller_of,
};
use bpiiot_primitives::{AgreementRef, AssetKind, JobId, MachineId, PurchaseOrderId, ServiceOrderId};
use bpiiot_runtime::{AccountId, Balance, Runtime, RuntimeEvent, BPI};
use frame_support::traits::Get;
use pallet_jobs::{JobState, Outcome as JobOutcome};
use pallet_procurement::{OrderState, Outcome};
use pallet_suppliers::standing::{aged, Sums};
use sp_runtime::Permill;
use std::collections::{BTreeMap, BTreeSet};

/// Milliseconds of a day.
const DAY: u64 = 86_400_000;
/// By how many millionths shares may differ that were rounded in different ways.
const ROUNDING: u32 = 3;

/// What the events of the chain have said of names so far.
#[derive(Clone, Debug, Default)]
pub struct Names {
	/// The owners of the machines, as of the event that is looked at.
	owners: BTreeMap<MachineId, AccountId>,
	/// By name, its weights as of a day.
	sums: BTreeMap<AccountId, (Sums, u32)>,
	/// By name and customer, what was given as of a day.
	given: BTreeMap<(AccountId, AccountId), (u128, u32)>,
	/// By the id of an agreement, how much it has counted.
	counted: BTreeMap<u64, u128>,
	/// The agreements that were rated.
	rated: BTreeSet<u64>,
}

/// An agreement that has ended, as escrow tells it.
struct Ended {
	agreement: AgreementRef,
	payer: AccountId,
	payee: AccountId,
	asset: AssetKind,
	fee: Balance,
	/// Whether one has stood behind both.
	is_own: bool,
	/// What the pair had given by then.
	given: u128,
	/// What it has counted.
	counted: Option<Counted>,
}

struct Counted {
	weight: u128,
	shares: [Permill; 3],
}

/// What has become of a promise: its price, and of that the shares that came in time, that the payer does not have, and that
/// were lost by a verdict.
struct Facts {
	value: Balance,
	shares: [Permill; 3],
}

impl Names {
	/// Looks at the events of a block and at what they have come to.
	///
	/// # Errors
	/// When something does not hold.
	pub fn look(&mut self, events: &[RuntimeEvent], market: &Market, upkeep: &Upkeep) -> Result<(), Broken> {
		let mut ended: Vec<Ended> = Vec::new();
		for event in events {
			match event {
				RuntimeEvent::Machines(event) => self.own(event),
				RuntimeEvent::Escrow(pallet_escrow::Event::Settled {
					agreement,
					payer,
					payee,
					asset,
					fee,
					..
				}) => {
					let customer = self.control(payer);
					ended.push(Ended {
						agreement: *agreement,
						payer: payer.clone(),
						payee: payee.clone(),
						asset: *asset,
						fee: *fee,
						is_own: customer == self.control(payee),
						given: self.given_by(payee, &customer),
						counted: None,
					});
				}
				RuntimeEvent::Suppliers(event) => self.say(event, &mut ended)?,
				_ => (),
			}
		}
		ended.iter().try_for_each(|ended| check(ended, market, upkeep))?;
		self.compare(market)
	}

	fn own(&mut self, event: &pallet_machines::Event<Runtime>) {
		match event {
			pallet_machines::Event::Registered { machine, owner, .. } => {
				self.owners.insert(*machine, owner.clone());
			}
			pallet_machines::Event::OwnershipTransferred { machine, to, .. } => {
				self.owners.insert(*machine, to.clone());
			}
			_ => (),
		}
	}

	fn control(&self, party: &AccountId) -> AccountId {
		let machine = MachineId(party.clone().into());
		self.owners.get(&machine).unwrap_or(party).clone()
	}

	fn given_by(&self, name: &AccountId, customer: &AccountId) -> u128 {
		let pair = self.given.get(&(name.clone(), customer.clone()));
		pair.map_or(0, |(given, day)| aged(*given, today().saturating_sub(*day)))
	}

	/// The sums of a name as of today.
	fn sums_of(&mut self, name: &AccountId) -> &mut Sums {
		let (sums, day) = self.sums.entry(name.clone()).or_default();
		*sums = sums.aged(today().saturating_sub(*day));
		*day = (*day).max(today());
		sums
	}

	fn say(&mut self, event: &pallet_suppliers::Event<Runtime>, ended: &mut [Ended]) -> Result<(), Broken> {
		use pallet_suppliers::Event;
		match event {
			Event::Counted {
				agreement,
				supplier,
				customer,
				weight,
				punctual,
				failed,
				lost,
			} => {
				let of_this = ended.iter_mut().find(|ended| ended.agreement == *agreement);
				let Some(ended) = of_this.filter(|ended| ended.counted.is_none()) else {
					return Err(broken("counts when it has ended, and once", agreement));
				};
				if self.counted.insert(agreement.id(), *weight).is_some() {
					return Err(broken("counts once", agreement));
				}
				if ended.is_own || *customer != self.control(&ended.payer) || *supplier != ended.payee {
					return Err(broken("counts for the payee by another than himself", agreement));
				}
				ended.counted = Some(Counted {
					weight: *weight,
					shares: [*punctual, *failed, *lost],
				});
				let given = self.given_by(supplier, customer) + weight;
				self.given
					.insert((supplier.clone(), customer.clone()), (given, today()));
				self.sums_of(supplier).settle(*weight, *punctual, *failed, *lost);
			}
			Event::Rated {
				agreement,
				supplier,
				stars,
				weight,
				..
			} => {
				if !self.rated.insert(agreement.id()) {
					return Err(broken("is rated once", agreement));
				}
				let counted = self.counted.get(&agreement.id());
				if counted.is_none_or(|counted| weight > counted) {
					return Err(broken("is rated with no more than it has counted", agreement));
				}
				self.sums_of(supplier).rate(*stars, *weight);
			}
			Event::PairForgotten { supplier, customer } => {
				self.given.remove(&(supplier.clone(), customer.clone()));
				self.sums_of(supplier);
			}
			Event::NameForgotten { supplier } => drop(self.sums.remove(supplier)),
			_ => (),
		}
		Ok(())
	}

	/// The names are what was said of them.
	fn compare(&self, market: &Market) -> Result<(), Broken> {
		let rule = "invariant 8: a name is what its agreements say";
		for (name, record) in &market.names {
			let said = self.sums.get(name).map(|(sums, _)| *sums);
			if said != Some(record.sums) {
				return Err(Broken::new(rule, format!("{:?}, and not {said:?}", record.sums)));
			}
		}
		let forgotten = self.sums.keys().find(|name| !market.names.contains_key(name));
		match forgotten {
			Some(name) => Err(Broken::new(rule, format!("there is none of {name}"))),
			None => Ok(()),
		}
	}
}

fn broken(rule: &str, agreement: &AgreementRef) -> Broken {
	Broken::new(format!("invariant 8: an agreement {rule}"), format!("{agreement:?}"))
}

fn today() -> u32 {
	(ledger::now() / DAY).try_into().unwrap_or(u32::MAX)
}

/// Whether an agreement has counted what it should have, as far as its record is still there.
fn check(ended: &Ended, market: &Market, upkeep: &Upkeep) -> Result<(), Broken> {
	let facts = match ended.agreement {
		AgreementRef::Job(job) => of_job(job),
		AgreementRef::Order(order) => of_order(order, market),
		AgreementRef::Ticket(order) => of_service(order, upkeep),
		_ => None,
	};
	let Some(facts) = facts else { return Ok(()) };
	let weight = if ended.is_own { 0 } else { weighs(ended, facts.value) };
	let counted = ended.counted.as_ref().map_or(0, |counted| counted.weight);
	if weight != counted {
		let seen = format!(
			"{:?} of {} by {}: {counted}, and not {weight}",
			ended.agreement,
			ended.payee,
			controller_of(&ended.payer)
		);
		return Err(Broken::new(
			"invariant 8: an agreement counts by its value and its fee",
			seen,
		));
	}
	let Some(counted) = &ended.counted else { return Ok(()) };
	let differ = |(one, other): (&Permill, &Permill)| one.deconstruct().abs_diff(other.deconstruct()) > ROUNDING;
	if counted.shares.iter().zip(&facts.shares).any(differ) {
		let seen = format!(
			"{:?}: {:?}, and not {:?}",
			ended.agreement, counted.shares, facts.shares
		);
		return Err(Broken::new(
			"invariant 8: an agreement counts what has become of it",
			seen,
		));
	}
	Ok(())
}

/// `min(v, C) · (1 − P / C)`, where `v` is no more than what the fee is the share of.
fn weighs(ended: &Ended, value: Balance) -> u128 {
	let planck = |amount: Balance| match ended.asset {
		AssetKind::Native => amount,
		// The rate at which the ledger is furnished.
		AssetKind::Asset(DOLLARS | EUROS) => amount.saturating_mul(BPI / (2 * COIN)),
		AssetKind::Asset(_) => 0,
	};
	let share = <Runtime as pallet_suppliers::Config>::FeeShare::get().deconstruct();
	let most = planck(ended.fee).saturating_mul(1_000_000) / u128::from(share);
	let limit = <Runtime as pallet_suppliers::Config>::PairLimit::get();
	let value = planck(value).min(most).min(limit);
	value * limit.saturating_sub(ended.given) / limit
}

fn share(part: u64, of: u64) -> Permill {
	match of {
		0 => Permill::zero(),
		of => Permill::from_rational(part.min(of), of),
	}
}

/// Of what a dispute was about, what the verdict has not given to the payee; nothing if there was none.
fn lost(verdict: Option<Permill>) -> Permill {
	let fallback = <Runtime as pallet_escrow::Config>::FallbackSplit::get();
	let decided = verdict.filter(|to_payee| *to_payee != fallback);
	decided.map_or(Permill::zero(), |to_payee| Permill::one() - to_payee)
}

fn of_order(order: PurchaseOrderId, market: &Market) -> Option<Facts> {
	let order = market.orders.get(&order)?;
	let OrderState::Settled(outcome) = order.state else {
		return None;
	};
	let promised = match outcome {
		Outcome::Cancelled => order.delivered,
		Outcome::Completed | Outcome::GivenUp | Outcome::NotDelivered => order.quantity,
	};
	let judged = order.verdict.map_or(0, |_| order.contested);
	Some(Facts {
		value: order.price_of(promised),
		shares: [
			share(order.punctual, promised),
			share(promised - order.accepted - judged, promised),
			share(judged, promised) * lost(order.verdict),
		],
	})
}

/// Work is one promise: it was punctual or not, and failed or not.
fn of_service(order: ServiceOrderId, upkeep: &Upkeep) -> Option<Facts> {
	use pallet_diagnostics::{OrderState, Outcome};
	let order = upkeep.orders.get(&order)?;
	let OrderState::Settled(outcome) = order.state else {
		return None;
	};
	let whole = |yes: bool| share(yes.into(), 1);
	let in_time = order.started_at.is_some_and(|started| started <= order.response_by);
	let was_let_off = matches!(outcome, Outcome::Cancelled | Outcome::Declined);
	let is_broken = !was_let_off && outcome != Outcome::Completed;
	Some(Facts {
		value: if was_let_off { 0 } else { order.price },
		shares: [
			whole(in_time && order.declared_at.is_some()),
			whole(is_broken && order.verdict.is_none()),
			lost(order.verdict),
		],
	})
}

fn of_job(job: JobId) -> Option<Facts> {
	let job = pallet_jobs::Jobs::<Runtime>::get(job)?;
	let JobState::Settled(outcome) = job.state else {
		return None;
	};
	let promised = match outcome {
		JobOutcome::Declined | JobOutcome::NotAccepted | JobOutcome::Cancelled => 0,
		_ => job.units,
	};
	let judged = job.verdict.map_or(0, |_| job.contested);
	let kept = job.approved + judged;
	let [promised, judged] = [promised, judged].map(u64::from);
	Some(Facts {
		value: job.unit_price.saturating_mul(promised.into()),
		shares: [
			share((job.approved + job.rejected).into(), promised),
			share(promised.saturating_sub(kept.into()), promised),
			share(judged, promised) * lost(job.verdict),
		],
	})
}

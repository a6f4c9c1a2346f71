//! What the calls cost at worst: by machines wherever one may call, in an asset, with a bond, with full lists. What ends an
//! order does so in a frozen asset, where nothing can be paid and each payment becomes a credit.

mod setup;

pub(crate) use setup::{disputed_agreement, party_of, rateable_agreement};

use crate::{
	Action, Call, Cares, CertificateId, Config, EscrowOf, Healths, Issuers, Level, OfferId, OrderState, Outcome,
	Pallet, Quarrel, RequestId, RuleId, Sensors, ServiceAwards, Severity, TicketState, Tickets, CERTIFICATES, METRICS,
	OFFERS, RULES, TICKETS, WEARS,
};
use bpiiot_primitives::Escrow;
use frame_benchmarking::v2::*;
use frame_support::traits::{EnsureOrigin, Get};
use frame_system::RawOrigin;
use setup::*;
use sp_runtime::Permill;

#[benchmarks]
mod benches {
	use super::*;

	/// By who has bought the machine.
	#[benchmark]
	fn enrol() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		full_care::<T>(&parties, 0);
		let former: AccountOf<T> = account("former owner", 0, 0);
		rich::<T>(parties.asset, &former);
		let deposit = Pallet::<T>::care_deposit(TICKETS);
		Pallet::<T>::hold(crate::HoldReason::Care, &former, deposit)?;
		Cares::<T>::mutate_extant(parties.machine, |care| care.depositor = former);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.owner.clone()), parties.machine, TICKETS);
		let care = Cares::<T>::get(parties.machine);
		assert_eq!(care.map(|care| care.depositor), Some(parties.owner));
		Ok(())
	}

	#[benchmark]
	fn discharge() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		Pallet::<T>::enrol(signed::<T>(&parties.owner), parties.machine, TICKETS)?;
		full_health::<T>(&parties);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.owner), parties.machine);
		assert!(!Cares::<T>::contains_key(parties.machine));
		assert!(!Healths::<T>::contains_key(parties.machine));
		Ok(())
	}

	#[benchmark]
	fn appoint_maintainer() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		full_care::<T>(&parties, 0);
		let maintainer = parties.maintainer.1.clone();
		#[extrinsic_call]
		_(
			RawOrigin::Signed(parties.owner),
			parties.machine,
			Some(maintainer.clone()),
		);
		let contract = Cares::<T>::get(parties.machine).and_then(|care| care.contract);
		assert_eq!(contract.map(|contract| contract.maintainer), Some(maintainer));
		Ok(())
	}

	#[benchmark]
	fn set_wear() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		full_care::<T>(&parties, 0);
		full_health::<T>(&parties);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.owner), parties.machine, wear());
		assert_eq!(
			Cares::<T>::get(parties.machine).map(|care| care.wear.len() as u32),
			Some(WEARS)
		);
		assert_eq!(
			Healths::<T>::get(parties.machine).map(|health| health.baselines.len()),
			Some(0)
		);
		Ok(())
	}

	#[benchmark]
	fn set_rule() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		full_care::<T>(&parties, 0);
		Cares::<T>::mutate_extant(parties.machine, |care| drop(care.rules.pop()));
		let terms = rule_terms::<T>(parties.asset, 900);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.owner), parties.machine, terms);
		assert_eq!(
			Cares::<T>::get(parties.machine).map(|care| care.rules.len() as u32),
			Some(RULES)
		);
		Ok(())
	}

	#[benchmark]
	fn remove_rule() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		full_care::<T>(&parties, 0);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.owner), parties.machine, RuleId(0));
		assert_eq!(
			Cares::<T>::get(parties.machine).map(|care| care.rules.len() as u32),
			Some(RULES - 1)
		);
		Ok(())
	}

	/// With as many rules as there may be, none of which fires.
	#[benchmark]
	fn report(m: Linear<0, METRICS>) -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		full_care::<T>(&parties, 0);
		full_health::<T>(&parties);
		let at = now::<T>();
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), at, Level::Danger, metrics(m, 9));
		let health = Healths::<T>::get(parties.machine).ok_or(BenchmarkError::Stop("nothing was reported"))?;
		assert_eq!((health.last.at, health.last.metrics.len() as u32), (at, m));
		assert!(health.rules.iter().all(|state| !state.fired));
		Ok(())
	}

	/// A closed ticket full of offers makes room for its ticket.
	#[benchmark]
	fn fire() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		full_care::<T>(&parties, 0);
		let mut care = Pallet::<T>::care(&parties.machine)?;
		let rule = care.rules[0].clone();
		assert!(matches!(rule.terms.action, Action::Quotes(_)));
		#[block]
		{
			Pallet::<T>::act(parties.machine, &mut care, &rule);
			Cares::<T>::insert(parties.machine, &care);
		}
		let ticket = care.tickets.last().and_then(Tickets::<T>::get);
		assert_eq!(ticket.map(|ticket| ticket.fault), Some(rule.terms.fault));
		assert_eq!(Tickets::<T>::iter_keys().count() as u32, TICKETS);
		Ok(())
	}

	#[benchmark]
	fn open_ticket() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		full_care::<T>(&parties, 0);
		#[extrinsic_call]
		_(
			RawOrigin::Signed(parties.key),
			parties.machine,
			fault(5_000),
			Severity::Major,
		);
		let care = Pallet::<T>::care(&parties.machine)?;
		let ticket = care.tickets.last().and_then(Tickets::<T>::get);
		assert_eq!(ticket.map(|ticket| ticket.fault), Some(fault(5_000)));
		Ok(())
	}

	#[benchmark]
	fn close_ticket() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let ticket = ticketed::<T>(&parties)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), ticket);
		assert_eq!(ticket_state::<T>(ticket), Some(TicketState::Closed));
		Ok(())
	}

	#[benchmark]
	fn remove_ticket() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let ticket = ticketed::<T>(&parties)?;
		Pallet::<T>::close_ticket(signed::<T>(&parties.key), ticket)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), ticket);
		assert_eq!(ticket_state::<T>(ticket), None);
		Ok(())
	}

	#[benchmark]
	fn request_quotes() -> Result<(), BenchmarkError> {
		let parties = parties_who_pay_fees::<T>();
		let ticket = ticketed::<T>(&parties)?;
		let tender = tender::<T>(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), ticket, tender);
		assert!(Pallet::<T>::ticket(ticket)?.asked.is_some());
		Ok(())
	}

	/// A dearer one makes room.
	#[benchmark]
	fn offer_service() -> Result<(), BenchmarkError> {
		let parties = parties_who_pay_fees::<T>();
		let ticket = ticketed::<T>(&parties)?;
		let mut terms = terms::<T>(parties.asset);
		terms.price = 1_000_000;
		#[extrinsic_call]
		_(
			RawOrigin::Signed(parties.maintainer.0),
			ticket,
			terms,
			T::MaxWindow::get(),
		);
		let offers = Pallet::<T>::ticket(ticket)?.offers;
		assert_eq!(offers.len() as u32, OFFERS);
		assert_eq!(offers.last().map(|offer| offer.terms.price), Some(1_000_000));
		Ok(())
	}

	#[benchmark]
	fn withdraw_offer() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let ticket = ticketed::<T>(&parties)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.maintainer.0), ticket, OfferId(0));
		assert_eq!(Pallet::<T>::ticket(ticket)?.offers.len() as u32, OFFERS - 1);
		Ok(())
	}

	#[benchmark]
	fn accept_offer() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let ticket = ticketed::<T>(&parties)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), ticket, OfferId(0));
		assert_eq!(record::<T>(order_of::<T>(ticket)?)?.state, OrderState::Assigned);
		Ok(())
	}

	#[benchmark]
	fn assign() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let ticket = ticketed::<T>(&parties)?;
		let (maintainer, terms) = (parties.maintainer.1, terms::<T>(parties.asset));
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), ticket, maintainer, terms);
		assert_eq!(record::<T>(order_of::<T>(ticket)?)?.state, OrderState::Proposed);
		Ok(())
	}

	#[benchmark]
	fn award() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let ticket = ticketed::<T>(&parties)?;
		let (request, terms) = (RequestId(1), terms::<T>(parties.asset));
		Tickets::<T>::mutate_extant(ticket, |ticket| {
			ticket.asked = Some(crate::Asked {
				request,
				terms,
				owner: parties.owner.clone(),
			})
		});
		let maintainer = parties.maintainer.1;
		let awarded;
		#[block]
		{
			awarded = <Pallet<T> as ServiceAwards<_>>::award(request, ticket, &maintainer, PRICE, 0);
		}
		let order = awarded.map_err(|_| BenchmarkError::Stop("nothing was awarded"))?;
		assert_eq!(ticket_state::<T>(ticket), Some(TicketState::Ordered(order)));
		Ok(())
	}

	/// By who was named, so that his bond is taken.
	#[benchmark]
	fn acknowledge() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let ticket = ticketed::<T>(&parties)?;
		let (maintainer, terms) = (parties.maintainer.1, terms::<T>(parties.asset));
		Pallet::<T>::assign(signed::<T>(&parties.owner), ticket, maintainer, terms)?;
		let order = order_of::<T>(ticket)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.maintainer.0), order);
		assert_eq!(record::<T>(order)?.state, OrderState::Assigned);
		Ok(())
	}

	#[benchmark]
	fn start_work() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let order = assigned::<T>(&parties)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.maintainer.0), order);
		assert_eq!(record::<T>(order)?.state, OrderState::InWork);
		Ok(())
	}

	/// In the index under a later moment than the end of the verification.
	#[benchmark]
	fn declare_done() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let order = assigned::<T>(&parties)?;
		Pallet::<T>::start_work(signed::<T>(&parties.maintainer.0), order)?;
		crate::Orders::<T>::mutate_extant(order, |order| order.indexed_at = order.due_until);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.maintainer.0), order, HASH);
		let record = record::<T>(order)?;
		assert_eq!(
			(record.state, record.indexed_at),
			(OrderState::DeclaredDone, record.verify_until)
		);
		Ok(())
	}

	/// The one that decides against the maintainer, without an arbiter.
	#[benchmark]
	fn submit_reading() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let mut terms = terms::<T>(parties.asset);
		terms.arbiter = None;
		let order = assigned_on::<T>(&parties, terms)?;
		declare::<T>(&parties, order, true)?;
		let proof = reading::<T>(&parties, BAD);
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), order, proof);
		assert_eq!(record::<T>(order)?.state, OrderState::Settled(Outcome::Failed));
		Ok(())
	}

	#[benchmark]
	fn give_up() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let order = assigned::<T>(&parties)?;
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.maintainer.0), order, HASH);
		assert_eq!(record::<T>(order)?.state, OrderState::Settled(Outcome::GivenUp));
		Ok(())
	}

	#[benchmark]
	fn cancel() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let order = assigned::<T>(&parties)?;
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), order, HASH);
		assert_eq!(record::<T>(order)?.state, OrderState::Settled(Outcome::Cancelled));
		Ok(())
	}

	#[benchmark]
	fn concede() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let order = failed::<T>(&parties)?;
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.maintainer.0), order);
		assert_eq!(record::<T>(order)?.state, OrderState::Settled(Outcome::Failed));
		Ok(())
	}

	/// Late work, so that something goes back before.
	#[benchmark]
	fn dispute() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let order = assigned::<T>(&parties)?;
		declare::<T>(&parties, order, true)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), order, HASH);
		assert_eq!(record::<T>(order)?.state, OrderState::Disputed(Quarrel::Work));
		Ok(())
	}

	/// Silence about late work without a guarantee: both are paid, and it is the end.
	#[benchmark]
	fn expire() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let order = assigned_on::<T>(&parties, without_guarantee::<T>(parties.asset))?;
		declare::<T>(&parties, order, true)?;
		passes::<T>(window::<T>().saturating_add(1));
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		let ticket = record::<T>(order)?.ticket;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.owner), order);
		assert_eq!(record::<T>(order)?.state, OrderState::Settled(Outcome::Completed));
		assert_eq!(ticket_state::<T>(ticket), Some(TicketState::Closed));
		Ok(())
	}

	#[benchmark]
	fn remove_order() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let order = assigned::<T>(&parties)?;
		Pallet::<T>::give_up(signed::<T>(&parties.maintainer.0), order, HASH)?;
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), order);
		assert!(!crate::Orders::<T>::contains_key(order));
		Ok(())
	}

	/// The end of a dispute, without what escrow does about the dispute itself.
	#[benchmark]
	fn resolve() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let order = disputed::<T>(&parties)?;
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[block]
		{
			Pallet::<T>::do_resolve(order, Permill::from_percent(40))?;
		}
		assert_eq!(record::<T>(order)?.state, OrderState::Settled(Outcome::Failed));
		Ok(())
	}

	#[benchmark]
	fn accredit_issuer() -> Result<(), BenchmarkError> {
		let origin = T::AccreditOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		let issuer: AccountOf<T> = account("issuer", 1, 0);
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, issuer.clone(), HASH);
		assert!(Issuers::<T>::contains_key(issuer));
		Ok(())
	}

	#[benchmark]
	fn remove_issuer() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let origin = T::AccreditOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, parties.issuer.clone());
		assert!(!Issuers::<T>::contains_key(parties.issuer));
		Ok(())
	}

	/// An old one makes room.
	#[benchmark]
	fn register_certificate() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		certified::<T>(&parties, CERTIFICATES)?;
		certificates_are_over::<T>(&parties);
		let first = certificate::<T>(&parties, 0);
		let (from, until) = (now::<T>(), now::<T>().saturating_add(1));
		#[extrinsic_call]
		_(
			RawOrigin::Signed(parties.issuer.clone()),
			parties.machine,
			METRIC,
			HASH,
			HASH,
			from,
			until,
		);
		assert_ne!(certificate::<T>(&parties, 0), first);
		assert_ne!(certificate::<T>(&parties, CERTIFICATES as usize - 1), CertificateId(0));
		Ok(())
	}

	#[benchmark]
	fn revoke_certificate() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		certified::<T>(&parties, CERTIFICATES)?;
		let certificate = certificate::<T>(&parties, CERTIFICATES as usize - 1);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.issuer), parties.machine, METRIC, certificate);
		let sensor = Sensors::<T>::get(parties.machine, METRIC).unwrap_or_default();
		assert!(sensor.certificates.last().is_some_and(|one| one.revoked_at.is_some()));
		Ok(())
	}

	#[benchmark]
	fn prune_certificate() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		certified::<T>(&parties, CERTIFICATES)?;
		certificates_are_over::<T>(&parties);
		let certificate = certificate::<T>(&parties, 0);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.owner), parties.machine, METRIC, certificate);
		let sensor = Sensors::<T>::get(parties.machine, METRIC).unwrap_or_default();
		assert_eq!(sensor.certificates.len() as u32, CERTIFICATES - 1);
		Ok(())
	}

	/// The last of a full list is the one that counts.
	#[benchmark]
	fn is_calibrated() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		certified::<T>(&parties, CERTIFICATES)?;
		passes::<T>(2_000);
		let at = now::<T>();
		let mut sensor = Sensors::<T>::get(parties.machine, METRIC).unwrap_or_default();
		for one in sensor.certificates.iter_mut().rev().skip(1) {
			one.revoked_at = Some(1);
		}
		Sensors::<T>::insert(parties.machine, METRIC, sensor);
		let calibrated;
		#[block]
		{
			calibrated = <Pallet<T> as crate::Calibration>::is_calibrated(&parties.machine, METRIC, at, at);
		}
		assert!(calibrated);
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::empty(), crate::mock::Test);
}

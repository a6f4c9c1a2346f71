//! Which pallet an agreement belongs to: what joins the money, the names and the machines to all of them.

use crate::{AccountId, Jobs, Procurement, Runtime, Shipments};
use alloc::vec::Vec;
use bpiiot_primitives::{
	Actor, AgreementMillis, AgreementRef, Agreements, Expiry, MachineId, OpenEscrows, OpenWork, RateableAgreements,
	Rated,
};
use frame_support::pallet_prelude::{DispatchError, DispatchResult, Weight};
use pallet_jobs::EscrowAccountOf;
use sp_runtime::Permill;

/// The agreements of all pallets.
pub struct AllAgreements;

impl Agreements for AllAgreements {
	fn expire(agreement: AgreementRef, indexed_at: AgreementMillis) -> Result<Expiry, DispatchError> {
		match agreement {
			AgreementRef::Job(_) => <Jobs as Agreements>::expire(agreement, indexed_at),
			AgreementRef::Order(_) | AgreementRef::Request(_) => {
				<Procurement as Agreements>::expire(agreement, indexed_at)
			}
			AgreementRef::Shipment(_) | AgreementRef::Leg(_) => {
				<Shipments as Agreements>::expire(agreement, indexed_at)
			}
		}
	}

	fn expire_weight() -> Weight {
		<Jobs as Agreements>::expire_weight()
			.max(<Procurement as Agreements>::expire_weight())
			.max(<Shipments as Agreements>::expire_weight())
	}

	fn resolve(agreement: AgreementRef, to_payee: Permill) -> DispatchResult {
		match agreement {
			AgreementRef::Job(_) => <Jobs as Agreements>::resolve(agreement, to_payee),
			AgreementRef::Order(_) | AgreementRef::Request(_) => {
				<Procurement as Agreements>::resolve(agreement, to_payee)
			}
			AgreementRef::Shipment(_) | AgreementRef::Leg(_) => <Shipments as Agreements>::resolve(agreement, to_payee),
		}
	}

	fn resolve_weight() -> Weight {
		<Jobs as Agreements>::resolve_weight()
			.max(<Procurement as Agreements>::resolve_weight())
			.max(<Shipments as Agreements>::resolve_weight())
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_disputed() -> AgreementRef {
		<Jobs as Agreements>::benchmark_disputed()
	}
}

impl OpenEscrows<EscrowAccountOf<Runtime>> for AllAgreements {
	fn all() -> Vec<EscrowAccountOf<Runtime>> {
		let mut all = <Jobs as OpenEscrows<_>>::all();
		all.extend(<Procurement as OpenEscrows<_>>::all());
		all.extend(<Shipments as OpenEscrows<_>>::all());
		all
	}
}

impl OpenWork for AllAgreements {
	fn has_open_work(machine: &MachineId) -> bool {
		<Jobs as OpenWork>::has_open_work(machine)
			|| <Procurement as OpenWork>::has_open_work(machine)
			|| <Shipments as OpenWork>::has_open_work(machine)
	}
}

impl RateableAgreements<AccountId> for AllAgreements {
	fn rate(agreement: AgreementRef, by: &Actor<AccountId>) -> Result<Rated<AccountId>, DispatchError> {
		match agreement {
			AgreementRef::Job(_) => <Jobs as RateableAgreements<_>>::rate(agreement, by),
			AgreementRef::Order(_) | AgreementRef::Request(_) => {
				<Procurement as RateableAgreements<_>>::rate(agreement, by)
			}
			AgreementRef::Shipment(_) | AgreementRef::Leg(_) => {
				<Shipments as RateableAgreements<_>>::rate(agreement, by)
			}
		}
	}

	/// A job's record is the longer one.
	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_rateable() -> (AgreementRef, AccountId) {
		<Jobs as RateableAgreements<_>>::benchmark_rateable()
	}
}

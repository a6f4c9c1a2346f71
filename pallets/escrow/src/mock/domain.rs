//! A domain pallet in small, and what it does with the money of its deals.

use super::*;

/// A domain pallet in small: its agreements are deals that go back to the payer when their deadline passes.
pub struct Domain;

/// The record of a deal.
#[derive(Clone, Encode, Decode)]
pub struct Deal {
	pub escrow: AccountOf<Test>,
	pub deadline: AgreementMillis,
	pub indexed_at: AgreementMillis,
	/// What a verdict splits, once it is in dispute.
	pub at_stake: Option<u64>,
	/// Whether ending it fails.
	pub broken: bool,
}

#[frame_support::storage_alias]
pub type Deals = StorageMap<DomainPallet, frame_support::Blake2_128Concat, JobId, Deal>;

impl OpenEscrows<AccountOf<Test>> for Domain {
	fn all() -> Vec<AccountOf<Test>> {
		Deals::iter_values().map(|deal| deal.escrow).collect()
	}
}

impl Agreements for Domain {
	fn expire(agreement: AgreementRef, indexed_at: AgreementMillis) -> Result<Expiry, DispatchError> {
		let AgreementRef::Job(id) = agreement else {
			return Ok(Expiry::Stale);
		};
		let Some(mut deal) = Deals::get(id).filter(|deal| deal.indexed_at == indexed_at && !deal.escrow.ended) else {
			return Ok(Expiry::Stale);
		};
		if Escrow::now() <= deal.deadline {
			deal.indexed_at = deal.deadline;
			Deals::insert(id, &deal);
			return Ok(Expiry::Until(deal.deadline));
		}
		let bond = BondOutcome::Returned;
		Escrow::settle(agreement, &mut deal.escrow, Settlement { to_payee: 0, bond })?;
		Deals::insert(id, &deal);
		if deal.broken {
			return Err(DispatchError::Unavailable);
		}
		Ok(Expiry::Ended)
	}

	fn expire_weight() -> Weight {
		EXPIRE_WEIGHT
	}

	fn resolve(agreement: AgreementRef, to_payee: Permill) -> DispatchResult {
		let id = JobId(agreement.id());
		let mut deal = Deals::get(id).ok_or(DispatchError::CannotLookup)?;
		let to_payee = to_payee * deal.at_stake.take().ok_or(DispatchError::Unavailable)?;
		let bond = BondOutcome::Returned;
		Escrow::settle(agreement, &mut deal.escrow, Settlement { to_payee, bond })?;
		Deals::insert(id, &deal);
		if deal.broken {
			return Err(DispatchError::Unavailable);
		}
		Ok(())
	}

	fn resolve_weight() -> Weight {
		RESOLVE_WEIGHT
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_disputed() -> AgreementRef {
		use bpiiot_primitives::BenchmarkAssets;
		let asset = Escrow::benchmark_asset();
		Escrow::benchmark_arbiter(&ARBITER);
		for who in [PAYER, ROBOT] {
			Coupons::fund(asset, &who, 10_000);
		}
		let id = open(PAYER, arbitrated(asset, ROBOT, 300)).expect("funded");
		dispute(id, ROBOT, Side::Payee, 300).expect("funded");
		AgreementRef::Job(id)
	}
}

/// Opens a deal without a deadline.
pub fn open(payer: u64, terms: EscrowTerms<u64, AssetKind, u64>) -> Result<JobId, DispatchError> {
	let id = JobId(Deals::iter_keys().map(|id| id.0).max().unwrap_or(100) + 1);
	with_storage_layer(|| {
		let escrow = Escrow::open(AgreementRef::Job(id), &actor(payer), terms)?;
		let deal = Deal {
			escrow,
			deadline: u64::MAX,
			indexed_at: u64::MAX,
			at_stake: None,
			broken: false,
		};
		Deals::insert(id, deal);
		Ok(id)
	})
}

/// A deal over 300 between [`PAYER`] and [`PAYEE`].
pub fn opened(asset: AssetKind) -> JobId {
	open(PAYER, terms(asset, PAYEE, 300)).expect("funded")
}

/// Has the money's pallet do something with a deal, as a call would: all or nothing, and nothing while it is in dispute.
pub fn on(
	id: JobId,
	step: impl FnOnce(AgreementRef, &mut AccountOf<Test>) -> Result<(), DispatchError>,
) -> DispatchResult {
	with_storage_layer(|| {
		let mut deal = Deals::get(id).ok_or(DispatchError::CannotLookup)?;
		ensure!(deal.at_stake.is_none(), DispatchError::Unavailable);
		step(AgreementRef::Job(id), &mut deal.escrow)?;
		Deals::insert(id, deal);
		Ok(())
	})
}

pub fn post_bond(id: JobId, by: u64, amount: u64) -> DispatchResult {
	on(id, |deal, escrow| Escrow::post_bond(deal, escrow, &actor(by), amount))
}

pub fn top_up(id: JobId, by: u64, amount: u64) -> DispatchResult {
	on(id, |deal, escrow| Escrow::top_up(deal, escrow, &actor(by), amount))
}

/// Has the domain open a dispute.
pub fn dispute(id: JobId, opener: u64, side: Side, at_stake: u64) -> DispatchResult {
	with_storage_layer(|| {
		let mut deal = Deals::get(id).ok_or(DispatchError::CannotLookup)?;
		let case = Case {
			opener: actor(opener),
			side,
			at_stake,
			evidence: document(1),
		};
		Escrow::dispute(AgreementRef::Job(id), &deal.escrow, case)?;
		deal.at_stake = Some(at_stake);
		Deals::insert(id, deal);
		Ok(())
	})
}

pub fn release(id: JobId, amount: u64) -> DispatchResult {
	on(id, |deal, escrow| Escrow::release(deal, escrow, amount))
}

pub fn refund(id: JobId, amount: u64) -> DispatchResult {
	on(id, |deal, escrow| Escrow::refund(deal, escrow, amount))
}

pub fn settle(id: JobId, to_payee: u64, bond: BondOutcome) -> DispatchResult {
	on(id, |deal, escrow| {
		Escrow::settle(deal, escrow, Settlement { to_payee, bond })
	})
}

/// Removes the record of a deal.
pub fn remove(id: JobId) -> DispatchResult {
	with_storage_layer(|| {
		on(id, Escrow::release_deposit)?;
		Deals::remove(id);
		Ok(())
	})
}

/// The state of a deal's escrow.
pub fn escrow(id: JobId) -> AccountOf<Test> {
	Deals::get(id).expect("the deal exists").escrow
}

/// Gives a deal a deadline and indexes it.
pub fn due_at(id: JobId, deadline: AgreementMillis) {
	Deals::mutate(id, |deal| {
		let deal = deal.as_mut().expect("the deal exists");
		deal.deadline = deadline;
		deal.indexed_at = deadline;
	});
	Escrow::insert(deadline, AgreementRef::Job(id));
}

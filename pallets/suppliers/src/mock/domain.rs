//! A domain pallet in small: deals that are paid and end at once, and that their payers rate.

use super::*;

/// A domain pallet in small.
pub struct Domain;

/// The record of a deal.
#[derive(Clone, Encode, Decode)]
pub struct Record {
	pub payer: u64,
	pub payee: u64,
	pub ended: bool,
	/// What it has counted.
	pub counted: Counted,
	/// Whether it was rated.
	pub rated: bool,
}

#[frame_support::storage_alias]
pub type Deals = StorageMap<DomainPallet, frame_support::Blake2_128Concat, JobId, Record>;

/// What a deal is about, and how it goes.
#[derive(Clone, Copy, Debug)]
pub struct Deal {
	pub payer: u64,
	pub payee: u64,
	pub asset: AssetKind,
	pub value: u128,
	pub fee: u128,
	pub punctual: Permill,
	pub failed: Permill,
	pub lost: Permill,
}

impl Deal {
	/// A deal between [`CUSTOMER`] and [`SUPPLIER`] that goes well and pays the fee that lets all of it count.
	pub fn over(value: u128) -> Self {
		Self {
			payer: CUSTOMER,
			payee: SUPPLIER,
			asset: AssetKind::Native,
			value,
			fee: value.div_ceil(200),
			punctual: Permill::one(),
			failed: Permill::zero(),
			lost: Permill::zero(),
		}
	}

	/// The same deal between others.
	pub fn between(self, payer: u64, payee: u64) -> Self {
		Self { payer, payee, ..self }
	}

	/// The same deal, but nothing comes of it.
	pub fn broken(self) -> Self {
		let (punctual, failed) = (Permill::zero(), Permill::one());
		Self {
			punctual,
			failed,
			..self
		}
	}

	/// Opens the deal.
	pub fn opened(self) -> JobId {
		let id = JobId(Deals::iter_keys().map(|id| id.0).max().unwrap_or(100) + 1);
		let record = Record {
			payer: self.payer,
			payee: self.payee,
			ended: false,
			counted: Counted::default(),
			rated: false,
		};
		Deals::insert(id, record);
		id
	}

	/// Opens the deal and ends it: what did not fail is paid, the fee in any case, in the native token if it is in that.
	pub fn settled(self) -> JobId {
		let id = self.opened();
		if self.asset == AssetKind::Native {
			let pay = |to, amount| {
				assert_ok!(<Balances as Mutate<u64>>::transfer(
					&self.payer,
					&to,
					amount,
					Preservation::Expendable
				));
			};
			pay(self.payee, self.value - self.failed * self.value);
			pay(POT, self.fee);
		}
		let counted = Suppliers::settled(&Facts {
			agreement: AgreementRef::Job(id),
			payer: self.payer,
			payee: self.payee,
			asset: self.asset,
			value: self.value,
			fee: self.fee,
			punctual: self.punctual,
			failed: self.failed,
			lost: self.lost,
		});
		Deals::mutate(id, |record| {
			let record = record.as_mut().expect("it was opened");
			record.ended = true;
			record.counted = counted;
		});
		id
	}

	/// The same, and what it has counted.
	pub fn weight(self) -> u128 {
		weight_of(self.settled())
	}
}

/// What a deal has counted.
pub fn weight_of(deal: JobId) -> u128 {
	Deals::get(deal).expect("it was opened").counted.weight
}

/// What the domain says of a rating that it does not take.
pub const NO_SUCH_DEAL: DispatchError = DispatchError::CannotLookup;
pub const NOT_THE_PAYER: DispatchError = DispatchError::BadOrigin;
pub const NOT_ENDED: DispatchError = DispatchError::Unavailable;
pub const RATED_BEFORE: DispatchError = DispatchError::Exhausted;

impl RateableAgreements<u64> for Domain {
	fn rate(agreement: AgreementRef, by: &Actor<u64>) -> Result<Rated<u64>, DispatchError> {
		let AgreementRef::Job(id) = agreement else {
			return Err(NO_SUCH_DEAL);
		};
		Deals::try_mutate(id, |record| {
			let record = record.as_mut().ok_or(NO_SUCH_DEAL)?;
			let is_payer = by.account == record.payer || by.account == Robots::controller(&record.payer);
			ensure!(is_payer, NOT_THE_PAYER);
			ensure!(record.ended, NOT_ENDED);
			ensure!(!record.rated, RATED_BEFORE);
			record.rated = true;
			Ok(Rated {
				payee: record.payee,
				counted: record.counted,
			})
		})
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_rateable() -> (AgreementRef, u64) {
		let deal = Deal::over(10 * BPI).between(ROBOT, SUPPLIER).settled();
		(AgreementRef::Job(deal), ROBOT + KEYS)
	}
}

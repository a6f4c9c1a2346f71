//! Who says that sensors measure rightly, and for how long.

use crate::{
	Caller, Certificate, CertificateId, Config, Error, Event, HoldReason, Issuer, Issuers, MetricId, Pallet, SensorOf,
	Sensors, WeightInfo, CERTIFICATES,
};
use bpiiot_primitives::{fresh_id, Actors, AgreementClock, MachineId, Mistake, UnixMillis};
use frame_support::{ensure, pallet_prelude::DispatchResult, traits::Get, weights::Weight};
use sp_core::H256;

/// Knows which sensors are calibrated.
pub trait Calibration {
	/// Whether a certificate counts for a reading of this sensor that was taken `at`, in a batch anchored `anchored_at`: it
	/// was valid when the reading was taken; it was registered before the batch was anchored, and not revoked by then; and
	/// its issuer is not under the machine's owner. Of which table of channels it is, the order's check says beside.
	fn is_calibrated(machine: &MachineId, metric: MetricId, at: UnixMillis, anchored_at: UnixMillis) -> bool;

	/// What [`Self::is_calibrated`] costs at worst.
	fn weight() -> Weight;
}

impl<T: Config> Calibration for Pallet<T> {
	fn is_calibrated(machine: &MachineId, metric: MetricId, at: UnixMillis, anchored_at: UnixMillis) -> bool {
		let sensor = Sensors::<T>::get(machine, metric);
		sensor.is_some_and(|sensor| Self::counts(machine, &sensor, None, at, anchored_at))
	}

	fn weight() -> Weight {
		T::WeightInfo::is_calibrated()
	}
}

impl<T: Config> Pallet<T> {
	/// Whether one of a sensor's certificates counts for a reading; of this table of channels, if it is told.
	pub(crate) fn counts(
		machine: &MachineId,
		sensor: &SensorOf<T>,
		table: Option<H256>,
		at: UnixMillis,
		anchored_at: UnixMillis,
	) -> bool {
		let account = machine.account();
		let mut certificates = sensor.certificates.iter();
		certificates.any(|certificate| {
			certificate.covers(at, anchored_at)
				&& table.is_none_or(|table| table == certificate.table)
				&& !Self::share_an_owner(&certificate.issuer, &account)
		})
	}

	/// That no certificate that counts is the maintainer's: he could revoke it when he has declared his work done, and have
	/// no reading speak against him.
	pub(crate) fn ensure_did_not_calibrate(
		machine: &MachineId,
		maintainer: &T::AccountId,
		metric: MetricId,
	) -> DispatchResult {
		let now = T::Clock::unix_now();
		let Some(sensor) = Sensors::<T>::get(machine, metric) else {
			return Ok(());
		};
		let mut in_force = sensor.certificates.iter().filter(|one| one.over_since(now).is_none());
		let is_his = in_force.any(|one| Self::share_an_owner(&one.issuer, maintainer));
		ensure!(!is_his, Error::<T>::MaintainerCalibrates);
		Ok(())
	}

	pub(crate) fn do_accredit(issuer: T::AccountId, profile: H256) -> DispatchResult {
		ensure!(!Issuers::<T>::contains_key(&issuer), Error::<T>::AlreadyIssuer);
		let since = T::Clock::unix_now();
		Issuers::<T>::insert(&issuer, Issuer { profile, since });
		Self::deposit_event(Event::IssuerAccredited { issuer, profile });
		Ok(())
	}

	pub(crate) fn do_remove_issuer(issuer: T::AccountId) -> DispatchResult {
		Issuers::<T>::take(&issuer).ok_or(Error::<T>::UnknownIssuer)?;
		Self::deposit_event(Event::IssuerRemoved { issuer });
		Ok(())
	}

	pub(crate) fn do_register(
		actor: Caller<T>,
		machine: MachineId,
		metric: MetricId,
		document: H256,
		table: H256,
		(valid_from, valid_until): (UnixMillis, UnixMillis),
	) -> DispatchResult {
		let issuer = actor.account;
		ensure!(Issuers::<T>::contains_key(&issuer), Error::<T>::UnknownIssuer);
		let owner = Self::owner_of(&machine);
		ensure!(T::Actors::controls(&owner, &machine), Error::<T>::UnknownMachine);
		let is_related = T::Actors::controller(&issuer) == owner && !Mistake::RelatedIssuer.is_made();
		ensure!(!is_related, Error::<T>::RelatedIssuer);
		let now = T::Clock::unix_now();
		ensure!(valid_from <= now, Error::<T>::FromTheFuture);
		let lasts = valid_until.saturating_sub(valid_from);
		let is_valid = valid_until >= now && lasts > 0 && lasts <= T::MaxValidity::get();
		ensure!(is_valid, Error::<T>::BadValidity);
		let mut sensor = Sensors::<T>::get(machine, metric).unwrap_or_default();
		let mut others = sensor.certificates.iter();
		let is_known = others.any(|other| (other.document, other.table) == (document, table));
		ensure!(!is_known, Error::<T>::DocumentKnown);
		if sensor.certificates.len() as u32 >= CERTIFICATES {
			let prunable = sensor
				.certificates
				.iter()
				.position(|other| Self::is_prunable(other, now));
			let place = prunable.ok_or(Error::<T>::TooManyCertificates)?;
			Self::prune_at(machine, metric, &mut sensor, place)?;
		}
		let deposit = T::CertificateDeposit::get();
		Self::hold(HoldReason::Certificate, &issuer, deposit)?;
		let id = CertificateId(fresh_id::<T>());
		let record = Certificate {
			id,
			issuer: issuer.clone(),
			deposit,
			document,
			table,
			valid_from,
			valid_until,
			registered_at: now,
			revoked_at: None,
		};
		let pushed = sensor.certificates.try_push(record);
		pushed.map_err(|_| Error::<T>::TooManyCertificates)?;
		Sensors::<T>::insert(machine, metric, sensor);
		Self::deposit_event(Event::CertificateRegistered {
			certificate: id,
			machine,
			metric,
			issuer,
			document,
			table,
			valid_until,
		});
		Ok(())
	}

	/// `by` is who calls; nobody for governance.
	pub(crate) fn do_revoke(
		by: Option<Caller<T>>,
		machine: MachineId,
		metric: MetricId,
		id: CertificateId,
	) -> DispatchResult {
		let (mut sensor, place) = Self::certificate(machine, metric, id)?;
		let certificate = sensor
			.certificates
			.get_mut(place)
			.ok_or(Error::<T>::UnknownCertificate)?;
		let is_his = by.is_none_or(|by| by.account == certificate.issuer);
		ensure!(is_his, Error::<T>::NotYours);
		ensure!(certificate.revoked_at.is_none(), Error::<T>::AlreadyRevoked);
		certificate.revoked_at = Some(T::Clock::unix_now());
		let issuer = certificate.issuer.clone();
		Sensors::<T>::insert(machine, metric, sensor);
		Self::deposit_event(Event::CertificateRevoked {
			certificate: id,
			machine,
			metric,
			issuer,
		});
		Ok(())
	}

	pub(crate) fn do_prune(machine: MachineId, metric: MetricId, id: CertificateId) -> DispatchResult {
		let (mut sensor, place) = Self::certificate(machine, metric, id)?;
		let now = T::Clock::unix_now();
		let is_over = sensor
			.certificates
			.get(place)
			.is_some_and(|one| Self::is_prunable(one, now));
		ensure!(is_over, Error::<T>::StillNeeded);
		Self::prune_at(machine, metric, &mut sensor, place)?;
		// A reading that was used was anchored before this, and no certificate that comes later counts for it: so nothing is
		// lost with the moment up to which readings are used.
		match sensor.certificates.is_empty() {
			true => Sensors::<T>::remove(machine, metric),
			false => Sensors::<T>::insert(machine, metric, sensor),
		}
		Ok(())
	}

	/// Whether a certificate counts for nothing any more that somebody may still bring forward.
	fn is_prunable(certificate: &Certificate<T::AccountId>, now: UnixMillis) -> bool {
		let over = certificate.over_since(now);
		over.is_some_and(|over| now > over.saturating_add(T::KeepCertificates::get()))
	}

	fn prune_at(machine: MachineId, metric: MetricId, sensor: &mut SensorOf<T>, place: usize) -> DispatchResult {
		ensure!(place < sensor.certificates.len(), Error::<T>::UnknownCertificate);
		let pruned = sensor.certificates.remove(place);
		Self::release(HoldReason::Certificate, &pruned.issuer, pruned.deposit)?;
		Self::deposit_event(Event::CertificatePruned {
			certificate: pruned.id,
			machine,
			metric,
			issuer: pruned.issuer,
		});
		Ok(())
	}

	/// The sensor, and where the certificate stands in its list.
	fn certificate(machine: MachineId, metric: MetricId, id: CertificateId) -> Result<(SensorOf<T>, usize), Error<T>> {
		let sensor = Sensors::<T>::get(machine, metric).ok_or(Error::<T>::UnknownCertificate)?;
		let place = sensor.certificates.iter().position(|one| one.id == id);
		let place = place.ok_or(Error::<T>::UnknownCertificate)?;
		Ok((sensor, place))
	}
}

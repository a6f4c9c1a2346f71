//! What accredited issuers say of things.

use crate::{
	Caller, Certificate, CertificateId, CertificateOf, Certificates, CertificatesOf, Config, Error, Event, HoldReason,
	Makings, Pallet, Role, Subject,
};
use bpiiot_primitives::{fresh_id, AgreementClock, UnixMillis};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult, Get},
};
use sp_core::H256;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_certify(
		actor: Caller<T>,
		subject: Subject,
		schema: H256,
		claims: H256,
		from: UnixMillis,
		until: UnixMillis,
	) -> DispatchResult {
		let issuer = actor.account;
		ensure!(Self::is_accredited(Role::Certifier, &issuer), Error::<T>::NotAccredited);
		let exists = match &subject {
			Subject::Product(gtin) => gtin.is_valid(),
			Subject::Thing(thing) => Self::exists(thing),
			Subject::Making(making) => Makings::<T>::contains_key(making),
		};
		ensure!(exists, Error::<T>::UnknownThing);
		ensure!(from < until, Error::<T>::BadTime);
		ensure!(until > T::Clock::unix_now(), Error::<T>::AlreadyOver);
		let deposit = T::CertificateDeposit::get();
		Self::hold(HoldReason::Certificate, &issuer, deposit)?;
		let id = CertificateId::from(fresh_id::<T>());
		let certificate = Certificate {
			issuer: issuer.clone(),
			subject: subject.clone(),
			schema,
			claims,
			from,
			until,
			revoked: None,
			deposit,
		};
		Certificates::<T>::insert(id, certificate);
		CertificatesOf::<T>::insert(&subject, id, ());
		Self::deposit_event(Event::Certified {
			certificate: id,
			issuer,
			subject,
			schema,
			claims,
		});
		Ok(())
	}

	/// Its issuer may, whether he is still accredited or not.
	pub(crate) fn do_revoke_certificate(actor: Caller<T>, id: CertificateId) -> DispatchResult {
		let mut certificate = Self::own_certificate(&actor, id)?;
		ensure!(certificate.revoked.is_none(), Error::<T>::AlreadyRevoked);
		certificate.revoked = Some(T::Clock::unix_now());
		Certificates::<T>::insert(id, certificate);
		Self::deposit_event(Event::CertificateRevoked { certificate: id });
		Ok(())
	}

	/// Removes what is not valid any more.
	pub(crate) fn do_remove_certificate(actor: Caller<T>, id: CertificateId) -> DispatchResult {
		let certificate = Self::own_certificate(&actor, id)?;
		let is_over = certificate.until <= T::Clock::unix_now();
		ensure!(is_over, Error::<T>::StillValid);
		Self::release(HoldReason::Certificate, &certificate.issuer, certificate.deposit)?;
		Certificates::<T>::remove(id);
		CertificatesOf::<T>::remove(&certificate.subject, id);
		Self::deposit_event(Event::CertificateRemoved { certificate: id });
		Ok(())
	}

	fn own_certificate(actor: &Caller<T>, id: CertificateId) -> Result<CertificateOf<T>, DispatchError> {
		let certificate = Certificates::<T>::get(id).ok_or(Error::<T>::UnknownCertificate)?;
		ensure!(Self::stands_for(actor, &certificate.issuer), Error::<T>::NotTheIssuer);
		Ok(certificate)
	}

	/// Whether a certificate counts: its issuer is accredited now, it is in its time, and was not revoked.
	pub(crate) fn counts_now(certificate: &CertificateOf<T>) -> bool {
		let now = T::Clock::unix_now();
		certificate.revoked.is_none()
			&& (certificate.from..certificate.until).contains(&now)
			&& Self::is_accredited(Role::Certifier, &certificate.issuer)
	}
}

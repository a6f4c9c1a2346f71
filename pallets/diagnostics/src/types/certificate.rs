//! Calibration.

use super::{Balance, CertificateId};
use bpiiot_primitives::UnixMillis;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{pallet_prelude::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use sp_core::H256;

/// Certificates that are kept for a sensor: the one in force, and those before it.
pub const CERTIFICATES: u32 = 4;

/// Somebody who may register certificates, by governance's word.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Issuer {
	/// Hash of what he is accredited for, and by whom.
	pub profile: H256,
	/// Since when.
	pub since: UnixMillis,
}

/// What an issuer says of a sensor. All its times are of the wall clock.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Certificate<AccountId> {
	/// Its id.
	pub id: CertificateId,
	/// Who has registered it, and has a deposit on hold for it.
	pub issuer: AccountId,
	/// The deposit.
	pub deposit: Balance,
	/// Hash of the document.
	pub document: H256,
	/// Hash of the table of channels by which the sensor has its number, its unit and its scale. Under another table the
	/// number may be another sensor's.
	pub table: H256,
	/// The first moment that it holds for.
	pub valid_from: UnixMillis,
	/// The last moment that it holds for.
	pub valid_until: UnixMillis,
	/// When it was registered: it counts only for what was anchored later.
	pub registered_at: UnixMillis,
	/// When it was revoked: it counts only for what was anchored before.
	pub revoked_at: Option<UnixMillis>,
}

impl<AccountId> Certificate<AccountId> {
	/// Whether it counts for a reading taken `at`, in a batch anchored `anchored_at`, under its own table of channels.
	pub fn covers(&self, at: UnixMillis, anchored_at: UnixMillis) -> bool {
		(self.valid_from..=self.valid_until).contains(&at)
			&& self.registered_at < anchored_at
			&& self.revoked_at.is_none_or(|revoked| anchored_at < revoked)
	}

	/// Since when it has counted for nothing new; none if it still does.
	pub fn over_since(&self, now: UnixMillis) -> Option<UnixMillis> {
		let expired = (now > self.valid_until).then_some(self.valid_until);
		match (expired, self.revoked_at) {
			(Some(expired), Some(revoked)) => Some(expired.min(revoked)),
			(expired, revoked) => expired.or(revoked),
		}
	}
}

/// The certificates of a sensor, by age.
pub type Certificates<AccountId> = BoundedVec<Certificate<AccountId>, ConstU32<CERTIFICATES>>;

/// A sensor of a machine: a metric, and who says that it is measured rightly. It is there as long as there is a certificate.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Sensor<AccountId> {
	/// The certificates.
	pub certificates: Certificates<AccountId>,
	/// The last reading that has been evidence was taken at this moment; zero if none was. Only later ones can be.
	pub used: UnixMillis,
}

impl<AccountId> Default for Sensor<AccountId> {
	fn default() -> Self {
		Self {
			certificates: BoundedVec::new(),
			used: 0,
		}
	}
}

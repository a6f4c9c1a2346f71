//! Typed identifiers.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::fungible::NativeFromLeft;
use frame_system::pallet_prelude::BlockNumberFor;
use scale_info::TypeInfo;
use sp_io::hashing::blake2_256;
use sp_runtime::{
	traits::{Convert, SaturatedConversion},
	Either,
};

/// Declares a 64-bit identifier that [`fresh_id`] mints.
macro_rules! counter_free_id {
	($(#[$doc:meta])* $name:ident) => {
		$(#[$doc])*
		#[derive(
			Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord,
			Debug, Default,
		)]
		pub struct $name(pub u64);

		impl From<u64> for $name {
			fn from(id: u64) -> Self {
				Self(id)
			}
		}
	};
}

counter_free_id! {
	/// An order for work and all that becomes of it.
	JobId
}
counter_free_id! {
	/// A published price and its terms.
	OfferId
}
counter_free_id! {
	/// A standing quote for goods.
	QuoteId
}
counter_free_id! {
	/// A request for quotes, and what becomes of it.
	RequestId
}
counter_free_id! {
	/// An order for goods, and what becomes of it.
	PurchaseOrderId
}
counter_free_id! {
	/// A place where stock is kept.
	SiteId
}
counter_free_id! {
	/// A shipment and all that becomes of it.
	ShipmentId
}
counter_free_id! {
	/// A leg of a shipment: what one carrier has agreed to, and all that becomes of it.
	LegId
}

/// What an escrow, a deadline or an event of the money's pallet belongs to.
///
/// The indexes are fixed, so that a kind may be added without moving the others. Taken are 3 for tickets, 5 for rentals and 6 for
/// channels.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum AgreementRef {
	/// A job.
	#[codec(index = 0)]
	Job(JobId),
	/// An order for goods.
	#[codec(index = 1)]
	Order(PurchaseOrderId),
	/// A request for quotes.
	#[codec(index = 2)]
	Request(RequestId),
	/// A shipment.
	#[codec(index = 4)]
	Shipment(ShipmentId),
	/// A leg of a shipment.
	#[codec(index = 8)]
	Leg(LegId),
}

impl AgreementRef {
	/// The bare id. No two agreements have the same one, of whatever kind, since all ids come from [`fresh_id`].
	pub fn id(&self) -> u64 {
		match self {
			Self::Job(job) => job.0,
			Self::Order(order) => order.0,
			Self::Request(request) => request.0,
			Self::Shipment(shipment) => shipment.0,
			Self::Leg(leg) => leg.0,
		}
	}
}

/// A machine's stable name. It survives every rotation of the machine's keys, and its bytes are at the same time the
/// machine's account: the account has no private key, so only calls of the machine's owner and of its current signing
/// key, checked by the pallets, move what is in it.
///
/// It is derived from the first signing key and not from a counter, so no fork of the chain can give one machine's
/// account to another.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub struct MachineId(pub [u8; 32]);

impl MachineId {
	/// The id of the machine that registers with `first_key`: `blake2_256("bpiiot/machine" ++ SCALE(first_key))`.
	pub fn from_first_key<AccountId: Encode>(first_key: &AccountId) -> Self {
		Self((b"bpiiot/machine", first_key).using_encoded(blake2_256))
	}

	/// The keyless account of the machine: the same 32 bytes.
	pub fn account<AccountId: From<[u8; 32]>>(&self) -> AccountId {
		self.0.into()
	}
}

/// A 64-bit identifier that no other call of this chain gets: the number of the block in the upper half and the count
/// of events so far in the lower half. It needs no counter in storage, sorts by age, and the caller must deposit an
/// event after taking it, or the next call would get the same one.
pub fn fresh_id<T: frame_system::Config>() -> u64
where
	BlockNumberFor<T>: SaturatedConversion,
{
	let block: u64 = frame_system::Pallet::<T>::block_number().saturated_into();
	(block << 32) | u64::from(frame_system::Pallet::<T>::event_count())
}

/// What prices, bonds, deposits and payments are counted in.
#[derive(
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Clone,
	Copy,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Debug,
	Default,
)]
pub enum AssetKind {
	/// The chain's own token, in planck.
	#[default]
	#[codec(index = 0)]
	Native,
	/// An asset of `pallet-assets`, by its id there, in the asset's smallest unit.
	#[codec(index = 1)]
	Asset(u32),
}

/// Joins the native token and `pallet-assets` in one type
/// ([`UnionOf`](frame_support::traits::fungible::UnionOf)).
impl Convert<AssetKind, Either<(), u32>> for NativeFromLeft {
	fn convert(asset: AssetKind) -> Either<(), u32> {
		match asset {
			AssetKind::Native => Either::Left(()),
			AssetKind::Asset(id) => Either::Right(id),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// Computed with Python: `hashlib.blake2b(b"bpiiot/machine" + bytes([7] * 32), digest_size=32)`.
	const OF_SEVENS: &str = "052b6cbf8cd3b27849fa6b27dead950ab628407d95e6fcc2d143661da74ab0fc";

	#[test]
	fn a_machines_id_is_the_hash_of_its_first_key() {
		let id = MachineId::from_first_key(&[7u8; 32]);
		let hex: String = id.0.iter().map(|byte| format!("{byte:02x}")).collect();
		assert_eq!(hex, OF_SEVENS);
		assert_eq!(id.account::<[u8; 32]>(), id.0);
	}

	/// What stands in records and in signed calls is never read as an agreement of another kind.
	#[test]
	fn each_kind_of_agreement_keeps_its_index() {
		for (agreement, index) in [
			(AgreementRef::Job(JobId(7)), 0),
			(AgreementRef::Order(PurchaseOrderId(7)), 1),
			(AgreementRef::Request(RequestId(7)), 2),
			(AgreementRef::Shipment(ShipmentId(7)), 4),
			(AgreementRef::Leg(LegId(7)), 7),
		] {
			assert_eq!(agreement.encode(), [index, 7, 0, 0, 0, 0, 0, 0, 0]);
			assert_eq!(agreement.id(), 7);
		}
	}
}

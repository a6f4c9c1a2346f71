//! What the pallet tells the world.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod events {
	/// What happened. Quantities are in thousandths of the lot's unit.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// Somebody was accredited.
		Accredited {
			/// Who.
			who: T::AccountId,
			/// For what.
			role: Role,
			/// Until when.
			until: UnixMillis,
		},
		/// Somebody is accredited no more.
		AccreditationWithdrawn {
			/// Who.
			who: T::AccountId,
			/// For what.
			role: Role,
		},
		/// A company prefix was assigned.
		PrefixAssigned {
			/// The prefix.
			prefix: CompanyPrefix,
			/// Whose it is.
			holder: T::AccountId,
			/// Who has assigned it.
			registrant: T::AccountId,
		},
		/// There is room for so many records under a prefix.
		RoomSet {
			/// The prefix.
			prefix: CompanyPrefix,
			/// How many.
			room: u32,
		},
		/// Nothing may be issued under a prefix any more.
		PrefixRevoked {
			/// The prefix.
			prefix: CompanyPrefix,
		},
		/// A prefix is nobody's.
		PrefixReleased {
			/// The prefix.
			prefix: CompanyPrefix,
		},
		/// Something was registered.
		Registered {
			/// What.
			thing: Thing,
			/// Whose it is.
			owner: T::AccountId,
		},
		/// Something was registered by mistake.
		Withdrawn {
			/// What.
			thing: Thing,
		},
		/// Inputs became outputs: EPCIS' TransformationEvent.
		Made {
			/// The making, which names both.
			making: MakingId,
			/// Who answers for it.
			maker: T::AccountId,
			/// Whose the outputs are.
			owner: T::AccountId,
			/// The job, if it was one.
			job: Option<JobId>,
			/// How many recalls it has taken over.
			inherited: u32,
		},
		/// What is told of a making was superseded.
		Amended {
			/// The making.
			making: MakingId,
			/// How often that has happened.
			version: u32,
			/// Hash of the record that was there.
			supersedes: H256,
		},
		/// Something is somebody else's.
		Transferred {
			/// What.
			thing: Thing,
			/// Whose it was.
			from: T::AccountId,
			/// Whose it is.
			to: T::AccountId,
			/// How much of a lot.
			quantity: u64,
		},
		/// Something that was on its way is free again.
		HandedOut {
			/// What.
			thing: Thing,
			/// The shipment.
			shipment: ShipmentId,
			/// Whose it is.
			owner: T::AccountId,
			/// Who has it.
			custodian: T::AccountId,
			/// How much of a lot; one of anything else.
			quantity: u64,
		},
		/// Things went into a logistic unit: EPCIS' AggregationEvent, ADD.
		Packed {
			/// The unit.
			sscc: Sscc,
			/// Whose it is.
			owner: T::AccountId,
			/// The things.
			things: BoundedVec<Thing, ConstU32<MAX_CONTENTS>>,
		},
		/// Things came out of a logistic unit: EPCIS' AggregationEvent, DELETE.
		Unpacked {
			/// The unit; gone if it is empty.
			sscc: Sscc,
			/// Whose they are.
			owner: T::AccountId,
			/// The things.
			things: BoundedVec<Thing, ConstU32<MAX_CONTENTS>>,
		},
		/// An item has a tag.
		TagAttached {
			/// Of which kind.
			gtin: Gtin,
			/// Which one.
			serial: Serial,
			/// The tag's public key.
			key: [u8; 33],
		},
		/// A tag has signed somebody's challenge.
		TagVerified {
			/// Of which kind.
			gtin: Gtin,
			/// Which one.
			serial: Serial,
			/// Whose challenge.
			by: T::AccountId,
			/// The tag's counter.
			counter: u32,
			/// How often a copy was seen before.
			copies: u32,
		},
		/// There are two tags with this key: it has signed a counter that it had left behind.
		CopySeen {
			/// Of which kind.
			gtin: Gtin,
			/// Which one.
			serial: Serial,
			/// Whose challenge.
			by: T::AccountId,
			/// The counter.
			counter: u32,
			/// How often a copy was seen.
			copies: u32,
		},
		/// A certificate was issued.
		Certified {
			/// The certificate.
			certificate: CertificateId,
			/// Who has issued it.
			issuer: T::AccountId,
			/// What it is of.
			subject: Subject,
			/// Hash of its schema.
			schema: H256,
			/// Root of its claims.
			claims: H256,
		},
		/// A certificate was revoked.
		CertificateRevoked {
			/// The certificate.
			certificate: CertificateId,
		},
		/// A certificate was removed.
		CertificateRemoved {
			/// The certificate.
			certificate: CertificateId,
		},
		/// A recall has begun.
		RecallBegun {
			/// The recall.
			recall: RecallId,
			/// Who answers for it.
			issuer: T::AccountId,
			/// What it covers.
			scope: Scope,
			/// The wider one whose place it takes.
			narrows: Option<RecallId>,
		},
		/// A recall has reached a making.
		Affected {
			/// The recall.
			recall: RecallId,
			/// The making.
			making: MakingId,
			/// Its maker, who confirms or contests if he is not the recall's issuer.
			maker: T::AccountId,
		},
		/// A recall has got further, and is not through.
		RecallProgress {
			/// The recall.
			recall: RecallId,
			/// How many makings have its mark.
			marked: u32,
		},
		/// A recall has reached everything.
		RecallSpread {
			/// The recall.
			recall: RecallId,
			/// How many makings have its mark.
			marked: u32,
		},
		/// A recall does not count any more.
		RecallEnded {
			/// The recall.
			recall: RecallId,
			/// Why.
			outcome: Outcome,
		},
		/// A recall that has ended has left no mark.
		RecallCleared {
			/// The recall.
			recall: RecallId,
		},
		/// The record of a recall was removed.
		RecallClosed {
			/// The recall.
			recall: RecallId,
			/// Who answered for it.
			issuer: T::AccountId,
			/// The rolling hash over his closed recalls.
			history: H256,
		},
		/// A maker says that what he made is affected.
		Confirmed {
			/// The recall.
			recall: RecallId,
			/// The making.
			making: MakingId,
		},
		/// A maker says that what he made is not affected.
		Contested {
			/// The recall.
			recall: RecallId,
			/// The making.
			making: MakingId,
			/// Hash of his evidence.
			evidence: H256,
		},
		/// A contested recall was judged.
		Judged {
			/// The recall.
			recall: RecallId,
			/// Whether it was right.
			upheld: bool,
		},
		/// The bond of a maker who has contested is on hold no more.
		ContestSettled {
			/// The recall.
			recall: RecallId,
			/// The making.
			making: MakingId,
			/// Whether it has gone to the chain.
			forfeited: bool,
		},
	}
}

//! What clients may ask the runtime of products, without knowing how they are stored.

use crate::{
	disclosure::{Claim, PathStep},
	gs1::{Gtin, Serial},
	At, Certificate, CertificateId, Descent, Frontier, LogisticUnit, Making, MakingId, Mark, Moment, ProductionRecord,
	RecallId, State, Subject, Tag, Thing,
};
use alloc::vec::Vec;
use bpiiot_primitives::MachineId;
use codec::{Codec, Decode, Encode};
use scale_info::TypeInfo;

/// Whether a thing is recalled.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub enum RecallStatus {
	/// There is no such product. A logistic unit is none: ask for what is in it.
	Unknown,
	/// It is recalled: by who issued it, by its maker, or by a maker's word or a judgement that it is affected.
	Recalled {
		/// The recall, or one of them.
		recall: RecallId,
	},
	/// Something that it was made of is recalled.
	Affected {
		/// The recall, or one of them.
		recall: RecallId,
		/// Whether its maker says that it is not.
		contested: bool,
	},
	/// Neither it nor anything that it was made of is recalled.
	Clear,
	/// Nothing was found so far.
	Pending {
		/// Where to go on; if there is none, ask again when the recalls that spread have got further.
		cursor: Option<StatusCursor>,
	},
}

/// Where a walk through ancestors stands.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct StatusCursor {
	/// The youngest recall when it began.
	pub latest: RecallId,
	/// The makings that are still to be looked at.
	pub frontier: Frontier,
}

/// What the chain knows of a thing.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Facts<AccountId> {
	/// Whose it is; of a lot nobody's.
	pub owner: Option<AccountId>,
	/// Who issues keys of its kind.
	pub issuer: Option<AccountId>,
	/// How it was made.
	pub making: Option<MakingId>,
	/// What has become of it; of lots and units nothing is told.
	pub state: Option<State>,
	/// The range that it is an item of.
	pub range: Option<Thing>,
}

/// Some of what a query finds.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Page<Found, Cursor> {
	/// What was found. May be empty although there is more.
	pub found: Vec<Found>,
	/// Where to go on; none at the end.
	pub next: Option<Cursor>,
}

/// A certificate, and whether it counts now.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct FoundCertificate<AccountId, Balance> {
	/// Its id.
	pub id: CertificateId,
	/// The certificate.
	pub certificate: Certificate<AccountId, Balance>,
	/// Whether it is in its time, not revoked, and its issuer accredited.
	pub counts: bool,
}

/// Something that a recall has reached.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct FoundMark<AccountId> {
	/// The making.
	pub making: MakingId,
	/// Its maker.
	pub maker: AccountId,
	/// What he says.
	pub mark: Mark,
	/// What came of it. Whose that is, `holders_of` tells.
	pub outputs: Vec<Thing>,
}

sp_api::decl_runtime_apis! {
	/// Products, what they were made of and what of them, their certificates and their recalls. Each call does bounded work:
	/// whoever wants more asks again with `next` as the `cursor`.
	pub trait ProductsApi<AccountId, Balance, BlockNumber>
	where
		AccountId: Codec,
		Balance: Codec,
		BlockNumber: Codec,
	{
		/// What the chain knows of a thing.
		fn facts(thing: Thing) -> Option<Facts<AccountId>>;

		/// Whether a thing is recalled, by at most 512 of what it was made of. It is never called clear while a recall of any
		/// of that is unfinished.
		fn recall_status(thing: Thing, cursor: Option<StatusCursor>) -> RecallStatus;

		/// All that a thing was made of, the youngest making first, at most 32.
		fn made_of(thing: Thing, cursor: Option<Frontier>) -> Page<(MakingId, Making<AccountId>), Frontier>;

		/// All that was made of a thing, the oldest making first, by at most 64 looks.
		fn made_from(thing: Thing, cursor: Option<Descent<AccountId>>) -> Page<MakingId, Descent<AccountId>>;

		/// What was made of a thing directly, by at most 64 looks.
		fn uses_of(thing: Thing, cursor: Option<At<AccountId>>) -> Page<MakingId, At<AccountId>>;

		/// How something was made.
		fn production(making: MakingId) -> Option<ProductionRecord>;

		/// What was made on a machine by when it ended, from a moment on, at most 32.
		fn made_on(machine: MachineId, from: u64, cursor: Option<Moment>) -> Page<MakingId, Moment>;

		/// What a recall has reached, the youngest mark first, at most 32.
		fn affected_by(recall: RecallId, cursor: Option<MakingId>) -> Page<FoundMark<AccountId>, MakingId>;

		/// Who has a thing: of a lot everybody who has some, of a range its owner and those of the items that were touched; by
		/// at most 32.
		fn holders_of(thing: Thing, cursor: Option<At<AccountId>>) -> Page<(Thing, AccountId, u64), At<AccountId>>;

		/// What is in a logistic unit.
		fn contents(sscc: crate::gs1::Sscc) -> Option<LogisticUnit<AccountId>>;

		/// The tag of an item.
		fn tag(gtin: Gtin, serial: Serial) -> Option<Tag<BlockNumber>>;

		/// The certificates of something, at most 32.
		fn certificates(subject: Subject, cursor: Option<CertificateId>)
			-> Page<FoundCertificate<AccountId, Balance>, CertificateId>;

		/// Whether a certificate says this, and counts now.
		fn says(certificate: CertificateId, claim: Claim, path: Vec<PathStep>) -> bool;
	}
}

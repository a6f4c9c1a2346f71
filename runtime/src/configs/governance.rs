//! Who decides where there is no sudo key: a collective of technicians. Two thirds of it carry a referendum, and what they
//! have carried comes into force a day later, so that whoever does not want it can leave before.

pub mod founders;
pub mod pausing;

use super::{
	bpiiot::StakingPot,
	money::{deposit, BPI},
	system::{DAYS, HOURS, MAXIMUM_BLOCK_WEIGHT},
};
use crate::{
	AccountId, Balance, Balances, BlockNumber, OriginCaller, Preimage, Referenda, Runtime, RuntimeCall, RuntimeEvent,
	RuntimeHoldReason, RuntimeOrigin, Scheduler, System, TechnicalCollective,
};
use alloc::borrow::Cow;
use frame_support::{
	parameter_types,
	traits::{
		fungible::HoldConsideration, AsEnsureOriginWithArg, ConstU16, ConstU32, Currency, EqualPrivilegeOnly,
		LinearStoragePrice, OnUnbalanced, OriginTrait,
	},
	weights::Weight,
};
use frame_system::{EnsureRoot, EnsureRootWithSuccess, RawOrigin};
use pallet_ranked_collective::{EnsureMember, MemberIndex, Rank, TallyOf, Unit, Votes};
use pallet_referenda::{Curve, Track, TrackInfo, TracksInfo};
use sp_runtime::{
	str_array,
	traits::{Convert, MaybeConvert},
	Perbill,
};

/// The rank of a member.
pub const MEMBER: Rank = 0;
/// The rank of a member who may also pause a call on his own.
pub const GUARDIAN: Rank = 1;
/// The most members that there are.
pub const MAX_MEMBERS: MemberIndex = 32;
/// How long a referendum may be voted on.
pub const DECISION_PERIOD: BlockNumber = 7 * DAYS;
/// How long two thirds must be for it.
pub const CONFIRM_PERIOD: BlockNumber = HOURS;
/// The time from there to its being done: enough to leave.
pub const MIN_ENACTMENT_PERIOD: BlockNumber = DAYS;
/// Of all who voted, and of all members, so many must be for it: 2/3, rounded down as the shares are.
const TWO_THIRDS: Curve = Curve::LinearDecreasing {
	length: Perbill::one(),
	floor: Perbill::from_parts(666_666_666),
	ceil: Perbill::from_parts(666_666_666),
};

parameter_types! {
	/// What a referendum takes to be submitted. It comes back when the referendum has ended.
	pub const SubmissionDeposit: Balance = BPI;
	/// After so long a referendum ends for which nobody has placed the decision deposit.
	pub const UndecidingTimeout: BlockNumber = 14 * DAYS;
	/// The part of a block that what is due may take.
	pub SchedulerWeight: Weight = Perbill::from_percent(50) * MAXIMUM_BLOCK_WEIGHT;
	/// The deposit for a call that is kept until it is made, without its bytes.
	pub const PreimageBaseDeposit: Balance = deposit(2, 64);
	/// The deposit for each of its bytes.
	pub const PreimageByteDeposit: Balance = deposit(0, 1);
	/// Why it is on hold.
	pub const PreimageHoldReason: RuntimeHoldReason = RuntimeHoldReason::Preimage(pallet_preimage::HoldReason::Preimage);
}

impl pallet_preimage::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_preimage::weights::SubstrateWeight<Runtime>;
	type Currency = Balances;
	type ManagerOrigin = EnsureRoot<AccountId>;
	type Consideration = HoldConsideration<
		AccountId,
		Balances,
		PreimageHoldReason,
		LinearStoragePrice<PreimageBaseDeposit, PreimageByteDeposit, Balance>,
	>;
}

impl pallet_scheduler::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeOrigin = RuntimeOrigin;
	type PalletsOrigin = OriginCaller;
	type RuntimeCall = RuntimeCall;
	type MaximumWeight = SchedulerWeight;
	type ScheduleOrigin = EnsureRoot<AccountId>;
	type OriginPrivilegeCmp = EqualPrivilegeOnly;
	type MaxScheduledPerBlock = ConstU32<32>;
	type WeightInfo = pallet_scheduler::weights::SubstrateWeight<Runtime>;
	type Preimages = Preimage;
	type BlockNumberProvider = System;
}

/// Every member votes on everything.
pub struct EveryMember;

impl Convert<u16, Rank> for EveryMember {
	fn convert(_: u16) -> Rank {
		MEMBER
	}
}

/// The same number for each rank.
pub struct MaxMembers;

impl MaybeConvert<Rank, MemberIndex> for MaxMembers {
	fn maybe_convert(_: Rank) -> Option<MemberIndex> {
		Some(MAX_MEMBERS)
	}
}

/// Members come, go and change their rank by referendum alone. Each has one vote, whatever his rank.
impl pallet_ranked_collective::Config for Runtime {
	type WeightInfo = pallet_ranked_collective::weights::SubstrateWeight<Runtime>;
	type RuntimeEvent = RuntimeEvent;
	type AddOrigin = EnsureRoot<AccountId>;
	type RemoveOrigin = EnsureRootWithSuccess<AccountId, ConstU16<GUARDIAN>>;
	type PromoteOrigin = EnsureRootWithSuccess<AccountId, ConstU16<GUARDIAN>>;
	type DemoteOrigin = EnsureRootWithSuccess<AccountId, ConstU16<GUARDIAN>>;
	type ExchangeOrigin = EnsureRoot<AccountId>;
	type Polls = Referenda;
	type MinRankOfClass = EveryMember;
	type MemberSwappedHandler = ();
	type VoteWeight = Unit;
	type MaxMemberCount = MaxMembers;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkSetup = ();
}

impl founders::Config for Runtime {
	type Collective = TechnicalCollective;
}

/// What referenda may be about: what root does, and nothing less.
pub struct Tracks;

impl TracksInfo<Balance, BlockNumber> for Tracks {
	type Id = u16;
	type RuntimeOrigin = <RuntimeOrigin as OriginTrait>::PalletsOrigin;

	fn tracks() -> impl Iterator<Item = Cow<'static, Track<Self::Id, Balance, BlockNumber>>> {
		static ROOT: Track<u16, Balance, BlockNumber> = Track {
			id: 0,
			info: TrackInfo {
				name: str_array("root"),
				max_deciding: 4,
				decision_deposit: 10 * BPI,
				prepare_period: 1,
				decision_period: DECISION_PERIOD,
				confirm_period: CONFIRM_PERIOD,
				min_enactment_period: MIN_ENACTMENT_PERIOD,
				min_approval: TWO_THIRDS,
				min_support: TWO_THIRDS,
			},
		};
		core::iter::once(Cow::Borrowed(&ROOT))
	}

	fn track_for(origin: &Self::RuntimeOrigin) -> Result<Self::Id, ()> {
		match origin {
			OriginCaller::system(RawOrigin::Root) => Ok(0),
			_ => Err(()),
		}
	}
}

type NegativeImbalance = <Balances as Currency<AccountId>>::NegativeImbalance;

/// What is forfeited goes where fees go.
pub struct ToStakingPot;

impl OnUnbalanced<NegativeImbalance> for ToStakingPot {
	fn on_nonzero_unbalanced(amount: NegativeImbalance) {
		Balances::resolve_creating(&StakingPot::get(), amount);
	}
}

impl pallet_referenda::Config for Runtime {
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_referenda::weights::SubstrateWeight<Runtime>;
	type Scheduler = Scheduler;
	type Currency = Balances;
	type SubmitOrigin = AsEnsureOriginWithArg<EnsureMember<Runtime, (), MEMBER>>;
	type CancelOrigin = EnsureRoot<AccountId>;
	type KillOrigin = EnsureRoot<AccountId>;
	type Slash = ToStakingPot;
	type Votes = Votes;
	type Tally = TallyOf<Runtime>;
	type SubmissionDeposit = SubmissionDeposit;
	type MaxQueued = ConstU32<16>;
	type UndecidingTimeout = UndecidingTimeout;
	type AlarmInterval = ConstU32<1>;
	type Tracks = Tracks;
	type Preimages = Preimage;
	type BlockNumberProvider = System;
}

//! Mistakes that are made on purpose, one at a time, to see that whoever looks for mistakes finds them.
//!
//! Each stands where it could have been made, as a question that is always answered with no, and costs nothing, unless
//! this crate is built with its feature `mistakes`. That cannot be built into a chain: no wasm, and no optimised program.

/// A mistake.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mistake {
	/// What was paid out stays in the books, and is paid again.
	DoubleRelease,
	/// What the payee does not get, the payer does not get back.
	MissingRefund,
	/// A bond is written down, but not put on hold.
	SkippedBond,
	/// Anybody is taken for a machine's owner.
	UncheckedOwner,
	/// A registration's proof is not looked at, so one that was used before will do.
	ReplayedProof,
	/// A credit can be claimed again and again.
	ReplayedClaim,
	/// The deposit of a removed job stays on hold.
	LeakedDeposit,
	/// A key that was replaced acts on.
	RetiredKeyActs,
	/// The key of a frozen machine acts on.
	FrozenKeyActs,
	/// A job ends in the very millisecond of its deadline.
	EarlyDeadline,
	/// A dispute lapses before the arbiter's time is over.
	EarlyLapse,
	/// What cannot be paid is forgotten.
	StuckCredit,
	/// A machine spends whatever its owner's policy says.
	BypassedPolicy,
	/// Anybody rules in a dispute.
	UncheckedArbiter,
	/// The deadline of a review is in no index.
	ForgottenDeadline,
	/// Anybody confirms and rejects goods.
	UncheckedBuyer,
	/// An order from a quote that has changed since it was read is taken.
	StaleQuote,
	/// A supplier who breaks his word gets his bond back.
	UnforfeitedBond,
	/// The deposit of a bid that was revealed stays on hold.
	LeakedBidDeposit,
	/// The bid that has stood last wins.
	WorstBidWins,
	/// An agreement is rated again and again.
	RatedTwice,
	/// Who stands behind both sides gives to his own name.
	SelfDealingCounts,
	/// What a customer has given to a name is forgotten before it weighs nothing.
	EarlyForgetting,
	/// What is put aside is used up all the same.
	OverdrawnStock,
	/// A job that ends leaves what was put aside for it where it is.
	ForgottenReservation,
	/// A keeper does what he was not appointed for.
	UncheckedKeeper,
	/// A count stands although the stock has changed since.
	StaleCount,
	/// What was used up is used up again.
	UsedAgain,
	/// What is made of recalled things is clear.
	MissedRecall,
	/// A false recall costs nothing.
	UnforfeitedRecall,
	/// Anybody takes over what is on its way.
	UncheckedReceiver,
	/// What is on its way is its owner's to use.
	UnlockedGoods,
}

impl Mistake {
	/// All of them.
	pub const ALL: [Self; 32] = [
		Self::DoubleRelease,
		Self::MissingRefund,
		Self::SkippedBond,
		Self::UncheckedOwner,
		Self::ReplayedProof,
		Self::ReplayedClaim,
		Self::LeakedDeposit,
		Self::RetiredKeyActs,
		Self::FrozenKeyActs,
		Self::EarlyDeadline,
		Self::EarlyLapse,
		Self::StuckCredit,
		Self::BypassedPolicy,
		Self::UncheckedArbiter,
		Self::ForgottenDeadline,
		Self::UncheckedBuyer,
		Self::StaleQuote,
		Self::UnforfeitedBond,
		Self::LeakedBidDeposit,
		Self::WorstBidWins,
		Self::RatedTwice,
		Self::SelfDealingCounts,
		Self::EarlyForgetting,
		Self::OverdrawnStock,
		Self::ForgottenReservation,
		Self::UncheckedKeeper,
		Self::StaleCount,
		Self::UsedAgain,
		Self::MissedRecall,
		Self::UnforfeitedRecall,
		Self::UncheckedReceiver,
		Self::UnlockedGoods,
	];
}

#[cfg(not(feature = "mistakes"))]
impl Mistake {
	/// Whether it is made: never.
	#[inline(always)]
	pub const fn is_made(self) -> bool {
		false
	}
}

#[cfg(all(feature = "mistakes", any(not(feature = "std"), not(debug_assertions))))]
compile_error!("the feature `mistakes` is for the adversary's tests alone: no wasm and no optimised program has it");

#[cfg(all(feature = "mistakes", feature = "std"))]
mod made {
	use super::Mistake;
	use std::cell::Cell;

	std::thread_local! {
		static MADE: Cell<Option<Mistake>> = const { Cell::new(None) };
	}

	impl Mistake {
		/// Whether it is made on this thread.
		pub fn is_made(self) -> bool {
			MADE.get() == Some(self)
		}

		/// Makes this one from now on on this thread, or none.
		pub fn make(mistake: Option<Self>) {
			MADE.set(mistake);
		}
	}
}

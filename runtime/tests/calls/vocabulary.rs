//! What many rows say in the same words: why cases cannot be, and cells that come together.

use crate::{
	table::{
		as_ever, then,
		Case::{self, *},
		Row, Scenario,
	},
	world::*,
};
use sp_runtime::DispatchError;
use std::collections::BTreeSet;

/// What may be wrong with an amount.
pub const AMOUNTS: [Case; 3] = [Zero, Maximum, Overflow];
/// What may be wrong with an asset.
pub const ASSETS: [Case; 3] = [UnlistedAsset, FrozenAsset, BlockedPayee];

/// Of [`AMOUNTS`].
pub const NO_AMOUNT: &str = "takes no amount";
/// Of [`ASSETS`].
pub const NAMES_NO_ASSET: &str = "has to do with no asset";
/// Of [`Overflow`].
pub const SUMS_NOTHING: &str = "adds nothing up";
/// Of [`OwnCounterparty`].
pub const ONE_PARTY: &str = "has one party";
/// Of [`FullList`].
pub const FILLS_NO_LIST: &str = "fills no list";
/// Of [`DepositUnaffordable`].
pub const TAKES_NOTHING: &str = "takes nothing of its caller's";
/// Of [`TooLate`].
pub const NO_DEADLINE: &str = "has no deadline";

impl Row {
	/// A call that has to do with no amount and no asset, and takes nothing.
	pub fn moves_no_money(self) -> Self {
		self.never(&AMOUNTS, NO_AMOUNT)
			.never(&ASSETS, NAMES_NO_ASSET)
			.never(&[DepositUnaffordable], TAKES_NOTHING)
	}

	/// A call of one party that fills no list and has no deadline.
	pub fn plain(self) -> Self {
		self.never(&[OwnCounterparty], ONE_PARTY)
			.never(&[FullList], FILLS_NO_LIST)
			.never(&[TooLate], NO_DEADLINE)
	}

	/// A call of the machine's: another key may make it when that has taken the place of the first.
	pub fn by_the_next_key_too(self) -> Self {
		self.case(RotatedKey, then(rotate).by(NEXT_KEY))
	}

	/// A call of somebody else's: what the owner does to the machine does not stop it.
	pub fn with_a_frozen_machine_too(self) -> Self {
		self.case(FrozenMachine, then(freeze))
	}

	/// In the row's world there are so many milliseconds left, and with one more it fails.
	pub fn in_time(self, millis: u64, error: impl Into<DispatchError>) -> Self {
		self.case(TooLate, then(later(millis)))
			.case(TooLate, then(later(millis + 1)).fails(error))
	}

	/// A call that may come however late.
	pub fn at_any_time(self, millis: u64) -> Self {
		self.case(TooLate, then(later(millis + 1)))
	}

	/// A call on a job that pays nobody, and that nothing done to its asset can stop.
	pub fn whatever_the_asset(self) -> Self {
		self.pays([])
			.case(BlockedPayee, then(block_machine).leaves(|| credited([])))
	}

	/// A call that pays: the job goes on when its asset is not listed any more, and what cannot be paid since the asset is
	/// frozen, or whom it is for is blocked, becomes a credit. These are all its payments.
	pub fn pays<const N: usize>(self, payments: [Payment; N]) -> Self {
		self.pays_when(as_ever, payments)
	}

	/// The same, where something is different.
	pub fn pays_when<const N: usize>(self, scenario: impl Fn() -> Scenario, payments: [Payment; N]) -> Self {
		let row = self
			.case(Right, scenario().leaves(|| credited([])))
			.case(UnlistedAsset, scenario().then(delist).leaves(|| credited([])))
			.case(
				FrozenAsset,
				scenario().then(freeze_asset).leaves(move || credited(payments)),
			);
		let payees = BTreeSet::from(payments.map(|(to, _, _)| to));
		payees.into_iter().fold(row, |row, payee| {
			let his = move || payments.into_iter().filter(move |(to, _, _)| *to == payee);
			let blocked = scenario().then(move || block(&payee.account()));
			row.case(BlockedPayee, blocked.leaves(move || credited(his())))
		})
	}
}

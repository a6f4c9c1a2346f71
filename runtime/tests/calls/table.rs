//! The table: a row for each call, a cell for each case, in it what is tried and what must come of it.

use crate::{chain::Signature, world::Money};
use bpiiot_runtime::RuntimeCall;
use frame_support::traits::GetCallMetadata;
use sp_runtime::{transaction_validity::InvalidTransaction, DispatchError};
use std::collections::BTreeMap;

/// What may be wrong with a call. The columns of the table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Case {
	/// Nothing: he who may makes it in the row's world.
	Right,
	/// Nobody signed it.
	NoOrigin,
	/// Root makes it.
	Root,
	/// Somebody makes it who has nothing to do with it.
	Stranger,
	/// A machine's key makes it that was replaced.
	RotatedKey,
	/// The key of a frozen machine makes it, or a frozen machine is to be acted on.
	FrozenMachine,
	/// It comes at another stage than its own, or names what does not exist.
	WrongState,
	/// An amount is zero.
	Zero,
	/// An amount is the largest that can be written down, or just too large.
	Maximum,
	/// A sum or a product is larger than any number.
	Overflow,
	/// Root has not listed the asset, or does not any more.
	UnlistedAsset,
	/// The asset is frozen.
	FrozenAsset,
	/// The account that is to be paid is blocked in the asset.
	BlockedPayee,
	/// Both sides are the same.
	OwnCounterparty,
	/// The signature was made for another chain.
	OtherChain,
	/// The signature is somebody else's, or was made for somebody else.
	OtherOwner,
	/// The signature is over a nonce that was used.
	UsedNonce,
	/// A list is full.
	FullList,
	/// The caller cannot pay a deposit, a bond or a fee of the call's own.
	DepositUnaffordable,
	/// A deadline has passed by a millisecond.
	TooLate,
}

impl Case {
	/// All of them.
	pub const ALL: [Self; 20] = {
		use Case::*;
		[
			Right,
			NoOrigin,
			Root,
			Stranger,
			RotatedKey,
			FrozenMachine,
			WrongState,
			Zero,
			Maximum,
			Overflow,
			UnlistedAsset,
			FrozenAsset,
			BlockedPayee,
			OwnCounterparty,
			OtherChain,
			OtherOwner,
			UsedNonce,
			FullList,
			DepositUnaffordable,
			TooLate,
		]
	};
}

/// What lies behind a try: it changes the chain by calls, blocks and time.
pub type Step = Box<dyn Fn()>;
type Make = Box<dyn Fn() -> RuntimeCall>;

/// Who makes a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
	/// Nobody.
	Nobody,
	/// Root.
	Root,
	/// The account of a name.
	Name(&'static str),
}

impl From<&'static str> for By {
	fn from(name: &'static str) -> Self {
		Self::Name(name)
	}
}

/// What must come of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
	/// It is done, and leaves something beside what it tells.
	Done,
	/// It is done, and was before: nothing has changed.
	Idle,
	/// It fails with this, and nothing has changed.
	Fails(DispatchError),
	/// It does not get into a block.
	Refused(InvalidTransaction),
}

/// Something to try: a world, a call, who makes it, and what must come of it.
pub struct Scenario {
	/// In the place of the row's world.
	pub world: Option<Step>,
	/// What happens after the world was made.
	pub then: Vec<Step>,
	/// In the place of the row's call.
	pub call: Option<Make>,
	/// In the place of who may make it.
	pub by: Option<By>,
	/// As a whole transaction instead of a bare call.
	pub signature: Option<Signature>,
	/// Only where jobs are paid in this.
	pub money: Option<Money>,
	/// What must come of it.
	pub outcome: Outcome,
	/// What else must hold afterwards.
	pub check: Option<Step>,
}

/// The row's own world, call and caller. What follows says what is different, and closes with what must come of it.
pub fn as_ever() -> Scenario {
	Scenario {
		world: None,
		then: vec![],
		call: None,
		by: None,
		signature: None,
		money: None,
		outcome: Outcome::Done,
		check: None,
	}
}

/// Another world.
pub fn given(world: impl Fn() + 'static) -> Scenario {
	Scenario {
		world: Some(Box::new(world)),
		..as_ever()
	}
}

/// One step more after the row's world.
pub fn then(step: impl Fn() + 'static) -> Scenario {
	as_ever().then(step)
}

/// Another caller.
pub fn by(who: impl Into<By>) -> Scenario {
	as_ever().by(who)
}

/// The same call with other arguments.
pub fn calling<C: Into<RuntimeCall>>(call: impl Fn() -> C + 'static) -> Scenario {
	as_ever().calling(call)
}

impl Scenario {
	/// One step more.
	pub fn then(mut self, step: impl Fn() + 'static) -> Self {
		self.then.push(Box::new(step));
		self
	}

	/// The same call with other arguments.
	pub fn calling<C: Into<RuntimeCall>>(mut self, call: impl Fn() -> C + 'static) -> Self {
		self.call = Some(Box::new(move || call().into()));
		self
	}

	/// Another caller.
	pub fn by(mut self, who: impl Into<By>) -> Self {
		self.by = Some(who.into());
		self
	}

	/// Sent as a transaction.
	pub fn sent(mut self, signature: Signature) -> Self {
		self.signature = Some(signature);
		self
	}

	/// Only where jobs are paid in this.
	pub fn only_in(mut self, money: Money) -> Self {
		self.money = Some(money);
		self
	}

	/// It is as it should be already.
	pub fn idly(mut self) -> Self {
		self.outcome = Outcome::Idle;
		self
	}

	/// It fails, all of it.
	pub fn fails(mut self, error: impl Into<DispatchError>) -> Self {
		self.outcome = Outcome::Fails(error.into());
		self
	}

	/// The transaction is refused.
	pub fn refused(mut self, why: InvalidTransaction) -> Self {
		self.outcome = Outcome::Refused(why);
		self
	}

	/// It is done, as it should be, and this holds afterwards.
	pub fn leaves(mut self, check: impl Fn() + 'static) -> Self {
		self.check = Some(Box::new(check));
		self
	}
}

/// What stands in a cell.
pub enum Cell {
	/// All of this is tried.
	Tried(Vec<Scenario>),
	/// There is nothing to try, and why.
	NotApplicable(&'static str),
}

/// Who may make a call, and what those get who must not.
pub struct MayCall {
	/// He may.
	pub who: By,
	/// What root gets.
	pub root: Outcome,
	/// What a stranger gets.
	pub stranger: Outcome,
	/// What a replaced key gets.
	pub rotated_key: Outcome,
	/// What the key of a frozen machine gets.
	pub frozen_machine: Outcome,
}

/// A call and its cells.
pub struct Row {
	/// The pallet's name in the runtime.
	pub pallet: &'static str,
	/// The call's name.
	pub call: &'static str,
	/// The world in which it is right.
	pub world: Step,
	/// The call as it is right.
	pub make: Make,
	/// Who makes it.
	pub who: By,
	/// What jobs are paid in when it is tried.
	pub moneys: &'static [Money],
	/// What is tried.
	pub cells: BTreeMap<Case, Cell>,
}

impl Row {
	/// The row of a call: who may make it, in which world it is right, and how. With it come the cells that are alike for
	/// all calls: who makes it, and how it is signed.
	pub fn new<C: Into<RuntimeCall>>(
		(pallet, call): (&'static str, &'static str),
		may: MayCall,
		world: impl Fn() + 'static,
		make: impl Fn() -> C + 'static,
	) -> Self {
		let row = Self {
			pallet,
			call,
			world: Box::new(world),
			make: Box::new(move || make().into()),
			who: may.who,
			moneys: &[Money::Dollars],
			cells: BTreeMap::new(),
		};
		let row = row.case(Case::Right, as_ever());
		let row = match may.who {
			By::Name(_) => row.case(Case::Right, as_ever().sent(Signature::Good)),
			// What root does is signed by others.
			By::Nobody | By::Root => row,
		};
		row.with_origins(&may).with_signatures()
	}

	/// A call that has to do with a job's money. In the native token all is tried but what is done to an asset.
	pub fn in_all_money(self) -> Self {
		let moneys = &Money::ALL;
		Self { moneys, ..self }
	}

	/// One thing more to try.
	pub fn case(mut self, case: Case, scenario: Scenario) -> Self {
		match self.cells.entry(case).or_insert_with(|| Cell::Tried(vec![])) {
			Cell::Tried(scenarios) => scenarios.push(scenario),
			Cell::NotApplicable(why) => panic!("{}.{} {case:?}: not applicable, {why}", self.pallet, self.call),
		}
		self
	}

	/// Cases that cannot be, and why.
	pub fn never(mut self, cases: &[Case], why: &'static str) -> Self {
		for case in cases {
			let old = self.cells.insert(*case, Cell::NotApplicable(why));
			assert!(
				old.is_none(),
				"{}.{} has two cells for {case:?}",
				self.pallet,
				self.call
			);
		}
		self
	}

	/// Whether `call` is the row's own.
	pub fn is_of(&self, call: &RuntimeCall) -> bool {
		let name = call.get_call_metadata();
		(name.pallet_name, name.function_name) == (self.pallet, self.call)
	}
}

/// What the rows lack: a row for each of `calls`, a cell for each case in it; and rows that no call has.
pub fn missing(table: &[Row], calls: &[(&str, &str)]) -> Vec<String> {
	let row_of = |(pallet, call): (&str, &str)| table.iter().find(|row| (row.pallet, row.call) == (pallet, call));
	let mut missing = Vec::new();
	for name in calls {
		let (pallet, call) = name;
		match row_of(*name) {
			None => missing.push(format!("{pallet}.{call} has no row")),
			Some(row) => missing.extend(
				Case::ALL
					.iter()
					.filter(|case| !row.cells.contains_key(case))
					.map(|case| format!("{pallet}.{call} has no cell for {case:?}")),
			),
		}
	}
	missing.extend(
		table
			.iter()
			.filter(|row| !calls.contains(&(row.pallet, row.call)))
			.map(|row| format!("{}.{} has a row and is no call", row.pallet, row.call)),
	);
	missing
}

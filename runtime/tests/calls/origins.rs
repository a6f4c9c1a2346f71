//! Who may make a call, and what all calls have in common: the cells that follow from that.

use crate::{
	chain::Signature,
	table::{by, By, Case, Cell, MayCall, Outcome, Row, Scenario},
	world::{freeze, rotate, KEY, OWNER, STRANGER},
};
use bpiiot_runtime::{Runtime, RuntimeCall};
use sp_runtime::{traits::BadOrigin, transaction_validity::InvalidTransaction, DispatchError};

type MachinesError = pallet_machines::Error<Runtime>;

fn fails(error: impl Into<DispatchError>) -> Outcome {
	Outcome::Fails(error.into())
}

/// Root alone.
pub fn root() -> MayCall {
	MayCall {
		who: By::Root,
		root: Outcome::Done,
		stranger: fails(BadOrigin),
		rotated_key: fails(BadOrigin),
		frozen_machine: fails(BadOrigin),
	}
}

/// Whoever signs. A machine's key that is barred could, but its transaction does not get into a block.
pub fn anybody(who: &'static str) -> MayCall {
	MayCall {
		who: By::Name(who),
		root: fails(BadOrigin),
		stranger: Outcome::Done,
		rotated_key: Outcome::Done,
		frozen_machine: Outcome::Done,
	}
}

/// A plain account that everybody else is told he is not, keys of machines too.
pub fn only(who: &'static str, error: impl Into<DispatchError>) -> MayCall {
	let no = fails(error);
	MayCall {
		who: By::Name(who),
		root: fails(BadOrigin),
		stranger: no,
		rotated_key: no,
		frozen_machine: no,
	}
}

/// The owner of the machine, signing himself.
pub fn owner() -> MayCall {
	only(OWNER, MachinesError::NotOwner)
}

/// Somebody who acts for himself or, as its key, for a machine. Strangers are told `error`.
pub fn actor(who: &'static str, error: impl Into<DispatchError>) -> MayCall {
	MayCall {
		stranger: fails(error),
		..any_actor(who)
	}
}

/// The same, or root.
pub fn actor_or_root(who: &'static str, error: impl Into<DispatchError>) -> MayCall {
	MayCall {
		root: Outcome::Done,
		..actor(who, error)
	}
}

/// Whoever acts for himself or, as its key, for a machine.
pub fn any_actor(who: &'static str) -> MayCall {
	MayCall {
		who: By::Name(who),
		root: fails(BadOrigin),
		stranger: Outcome::Done,
		rotated_key: fails(MachinesError::KeyRetired),
		frozen_machine: fails(MachinesError::MachineFrozen),
	}
}

/// A bare call that must come to `outcome`.
fn must(outcome: Outcome, scenario: Scenario) -> Scenario {
	Scenario { outcome, ..scenario }
}

impl Row {
	/// What nobody, root, a stranger, a replaced key and the key of a frozen machine get. Keys that are barred get no
	/// transaction into a block either.
	pub fn with_origins(self, may: &MayCall) -> Self {
		let unsigned = || Outcome::Fails(BadOrigin.into());
		let barred = |step: fn(), outcome| {
			let by_key = || by(KEY).then(step);
			[
				must(outcome, by_key()),
				by_key().sent(Signature::Good).refused(InvalidTransaction::Payment),
			]
		};
		let row = self.case(Case::NoOrigin, must(unsigned(), by(By::Nobody)));
		let row = match may.who {
			By::Root => row.never(&[Case::Root], "root may"),
			_ => row.case(Case::Root, must(may.root, by(By::Root))),
		};
		let row = row.case(Case::Stranger, must(may.stranger, by(STRANGER)));
		let [call, transaction] = barred(rotate, may.rotated_key);
		let row = row.case(Case::RotatedKey, call).case(Case::RotatedKey, transaction);
		let [call, transaction] = barred(freeze, may.frozen_machine);
		row.case(Case::FrozenMachine, call)
			.case(Case::FrozenMachine, transaction)
	}

	/// Transactions that are signed for another chain, by somebody else, or again.
	pub fn with_signatures(self) -> Self {
		let forged = |signature, why| by(self.who).sent(signature).refused(why);
		let forgeries = [
			(
				Case::OtherChain,
				forged(Signature::OfOtherChain, InvalidTransaction::BadProof),
			),
			(
				Case::OtherOwner,
				forged(Signature::OfOtherSigner, InvalidTransaction::BadProof),
			),
			(
				Case::UsedNonce,
				forged(Signature::OfUsedNonce, InvalidTransaction::Stale),
			),
		];
		forgeries
			.into_iter()
			.fold(self, |row, (case, scenario)| row.case(case, scenario))
	}

	/// What a cell tells of a case, if anything is tried there.
	pub fn tried(&self, case: Case) -> &[Scenario] {
		match self.cells.get(&case) {
			Some(Cell::Tried(scenarios)) => scenarios,
			_ => &[],
		}
	}
}

/// As a transaction, what root does is done by the holder of the sudo key.
pub fn sudo(call: RuntimeCall) -> RuntimeCall {
	pallet_sudo::Call::sudo { call: Box::new(call) }.into()
}

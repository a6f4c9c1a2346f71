//! What a pallet says of its calls to whoever attacks them.

use crate::{draw::Draw, world::World};
use bpiiot_runtime::{AccountId, RuntimeCall};
use sp_runtime::TryRuntimeError;

/// Who may make a call as it is now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Entitled {
	/// Governance alone.
	Root,
	/// Governance, and these.
	RootOr(Vec<AccountId>),
	/// Whoever wants to. These would.
	Anybody(Vec<AccountId>),
	/// Whoever wants to but for those in the second list. Those in the first would.
	AnybodyBut(Vec<AccountId>, Vec<AccountId>),
	/// These, and nobody else.
	These(Vec<AccountId>),
	/// Nobody, as things stand. These try it nevertheless.
	Nobody(Vec<AccountId>),
}

impl Entitled {
	/// These if it is time for it, and otherwise nobody: they try it nevertheless.
	pub fn these_if(is_time: bool, these: Vec<AccountId>) -> Self {
		match is_time {
			true => Self::These(these),
			false => Self::Nobody(these),
		}
	}

	/// Anybody if it is time for it, and otherwise nobody: these try it nevertheless.
	pub fn anybody_if(is_time: bool, these: Vec<AccountId>) -> Self {
		match is_time {
			true => Self::Anybody(these),
			false => Self::Nobody(these),
		}
	}
}

/// A call with its arguments, and who may make it.
#[derive(Clone, PartialEq, Debug)]
pub struct Intent {
	/// The call.
	pub call: RuntimeCall,
	/// Who may make it. Told by what the chain stores and by the documents, not by the pallet's own checks.
	pub entitled: Entitled,
}

impl Intent {
	/// This call, by these.
	pub fn new(call: impl Into<RuntimeCall>, entitled: Entitled) -> Option<Self> {
		Some(Self {
			call: call.into(),
			entitled,
		})
	}
}

/// A kind of call.
#[derive(Clone, Copy)]
pub struct Form {
	/// The name of the call.
	pub name: &'static str,
	/// How often it is tried, in comparison with the others.
	pub weight: u32,
	/// Whether the thief may do it, to whom nothing must come by it.
	pub for_thieves: bool,
	/// Makes the call; `None` if there is nothing that it could be about.
	pub make: fn(&World, &mut Draw<'_>) -> Option<Intent>,
}

impl Form {
	/// A call that is tried as often as most.
	pub const fn new(name: &'static str, make: fn(&World, &mut Draw<'_>) -> Option<Intent>) -> Self {
		Self {
			name,
			weight: 8,
			for_thieves: true,
			make,
		}
	}

	/// The same, tried so often.
	pub const fn weighing(self, weight: u32) -> Self {
		Self { weight, ..self }
	}

	/// The same, of which an honest thief keeps away: he could earn by it.
	pub const fn honest(self) -> Self {
		Self {
			for_thieves: false,
			..self
		}
	}
}

/// A pallet, or what else can be called.
pub trait Target {
	/// Its name in the runtime.
	fn name(&self) -> &'static str;
	/// Its calls.
	fn forms(&self) -> Vec<Form>;
	/// The names of its errors.
	fn errors(&self) -> Vec<&'static str> {
		Vec::new()
	}
	/// What must always hold in it.
	///
	/// # Errors
	/// When it does not.
	fn try_state(&self) -> Result<(), TryRuntimeError> {
		Ok(())
	}
}

//! The recipe: what a customer wants done, as a TOML file that the order names by its hash.
//!
//! A recipe moves outputs and watches inputs of the board by their names, in raw counts. Every step is bounded in time.
//!
//! ```toml
//! format = 1
//! name = "one hole"
//!
//! [[guard]]                    # watched all the time; when it does not hold, the job is aborted
//! input = "temperature"
//! at_most = 900
//!
//! [[before]]                   # once, before the first unit
//! set = "clamp"
//! to = 1
//!
//! [[each]]                     # for each unit
//! name = "spindle up"          # shown in progress and errors; optional
//! ramp = "spindle_rpm"         # set, in even steps over a time
//! to = 1200
//! over_ms = 300
//! [[each]]
//! wait = "spindle_speed"       # for a reading, at most so long; then the board is asked once more
//! at_least = 1100              # at_least, at_most, both, or equals
//! timeout_ms = 2000
//! [[each]]
//! dwell_ms = 100
//! [[each]]
//! abort_if = "tool_wear"       # aborts the job to safe
//! at_least = 900
//! [[each]]
//! sample = ["temperature"]     # one reading each for the evidence
//!
//! [[after]]                    # once, after the last unit
//! safe = true                  # all outputs to their safe states
//! ```
//!
//! Whatever a recipe says, the board is made safe before the first step, after the last one and on any trouble.

mod check;
pub mod fetch;
mod parse;
pub mod sealed;

pub use check::{Output, Plan, PlannedAction, PlannedStep, Watch};
pub use parse::{MAX_RECIPE_BYTES, MAX_STEPS, MAX_STEP_MS};

use crate::fields::ProblemList;
use blake2::{digest::consts::U32, Blake2b, Digest};
use std::fmt;

/// The name of this format; its [`content_hash`] is what an offer shows as its recipe schema.
pub const FORMAT: &str = "bpiiot/recipe/1";

/// A recipe that was read and is well formed. Whether this machine may run it is [`Recipe::plan`]'s to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
	/// Hash of the file's bytes, as on chain.
	pub hash: [u8; 32],
	/// Its name, for people.
	pub name: String,
	/// Conditions that must hold all the time.
	pub guards: Vec<Condition>,
	/// Once, before the first unit.
	pub before: Vec<Step>,
	/// For each unit.
	pub each: Vec<Step>,
	/// Once, after the last unit.
	pub after: Vec<Step>,
}

/// What each step may take beyond its own limits, in milliseconds: commands are acknowledged within this, or repeated.
pub const STEP_MS: u64 = 100;

/// The three parts of a recipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
	/// Once, before the first unit.
	Before,
	/// For each unit.
	Each,
	/// Once, after the last unit.
	After,
}

impl fmt::Display for Phase {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Phase::Before => "before",
			Phase::Each => "each",
			Phase::After => "after",
		})
	}
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
	/// Its place, phase and name: ``step 3 of each (spindle up)``.
	pub label: String,
	/// What it does.
	pub action: Action,
}

/// What a step does. Values are raw counts of the channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
	/// Drives an output.
	Set {
		/// Name of the output.
		output: String,
		/// Value.
		to: i32,
	},
	/// Drives an output to a value in even steps from where it is.
	Ramp {
		/// Name of the output.
		output: String,
		/// Value at the end.
		to: i32,
		/// How long it takes, in ms.
		over_ms: u64,
	},
	/// Waits until a condition holds; aborts when the time is up.
	Wait {
		/// What to wait for.
		condition: Condition,
		/// How long at most, in ms.
		timeout_ms: u64,
	},
	/// Lets time pass.
	Dwell {
		/// How long, in ms.
		ms: u64,
	},
	/// Takes one reading of each channel for the evidence.
	Sample {
		/// Names of the channels.
		channels: Vec<String>,
	},
	/// Aborts the job if a fresh reading fulfils the condition.
	AbortIf {
		/// When to abort.
		condition: Condition,
	},
	/// Makes all outputs safe.
	Safe,
}

/// A range of an input's raw counts, both ends included; at least one end is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
	/// Name of the input.
	pub input: String,
	/// Smallest value that fulfils it.
	pub at_least: Option<i32>,
	/// Largest value that fulfils it.
	pub at_most: Option<i32>,
}

/// Why bytes are not the recipe that they should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecipeError {
	/// Other bytes than the order names. They were not looked at any further.
	#[error(
		"the recipe has the hash 0x{}, but the order names 0x{}: it was changed or exchanged",
		hex::encode(found),
		hex::encode(expected)
	)]
	WrongHash {
		/// The order's.
		expected: [u8; 32],
		/// The bytes'.
		found: [u8; 32],
	},
	/// Too large.
	#[error("the recipe has {0} bytes; at most {MAX_RECIPE_BYTES} are allowed")]
	TooLarge(usize),
	/// Not UTF-8.
	#[error("the recipe is not a text file (UTF-8)")]
	NotText,
	/// Not TOML.
	#[error("the recipe is not valid TOML: {0}")]
	Syntax(String),
	/// Some keys are wrong or missing.
	#[error("the recipe has problems:\n{0}")]
	Problems(ProblemList),
}

impl Recipe {
	/// Reads a recipe whose hash the order names; nothing is read before the hash is right.
	pub fn verified(bytes: &[u8], expected: [u8; 32]) -> Result<Self, RecipeError> {
		let found = content_hash(bytes);
		if found != expected {
			return Err(RecipeError::WrongHash { expected, found });
		}
		Self::parse(bytes)
	}

	/// Reads a recipe.
	pub fn parse(bytes: &[u8]) -> Result<Self, RecipeError> {
		parse::parse(bytes)
	}

	/// The longest that a phase may take by its own limits, in ms.
	pub fn longest_ms(&self, phase: Phase) -> u64 {
		self.steps(phase).iter().map(|step| step.action.longest_ms()).sum()
	}

	/// The steps of a phase.
	pub fn steps(&self, phase: Phase) -> &[Step] {
		match phase {
			Phase::Before => &self.before,
			Phase::Each => &self.each,
			Phase::After => &self.after,
		}
	}
}

impl Action {
	/// The longest that it may take by its own limits, in ms.
	pub fn longest_ms(&self) -> u64 {
		match self {
			Action::Ramp { over_ms, .. } => *over_ms,
			Action::Wait { timeout_ms, .. } => *timeout_ms,
			Action::Dwell { ms } => *ms,
			Action::Set { .. } | Action::Sample { .. } | Action::AbortIf { .. } | Action::Safe => 0,
		}
	}
}

/// blake2b-256 of the bytes: the hash that names a recipe on chain.
pub fn content_hash(bytes: &[u8]) -> [u8; 32] {
	Blake2b::<U32>::digest(bytes).into()
}

//! What is demanded of a board: a name, the sentence of `docs/protocol.md`, and the trial.

mod commands;
mod greeting;
mod keeping;
mod line;
mod readings;
mod safety;

use crate::{subject::Subject, HostError};
use serde::Serialize;
use std::fmt;

/// A rule that every board obeys.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub struct Rule {
	/// Its short name.
	pub name: &'static str,
	/// What `docs/protocol.md` says of it, word for word.
	pub demand: &'static str,
}

/// All rules in the order in which they are tried.
pub fn rules() -> impl Iterator<Item = Rule> {
	CHECKS.iter().map(|check| check.rule)
}

/// A rule and how it is tried.
pub(crate) struct Check {
	pub(crate) rule: Rule,
	pub(crate) run: fn(&mut Subject<'_>) -> Result<(), Stop>,
}

impl Check {
	/// Whether it can only be tried on a board whose hello was read. The greeting finds out why it was not.
	pub(crate) fn needs_hello(&self) -> bool {
		self.rule.name != GREETING
	}
}

const GREETING: &str = "greeting";

/// Why a trial ended before its end.
#[derive(Debug)]
pub(crate) enum Stop {
	/// It cannot be tried here.
	Skip(String),
	/// The board does not obey.
	Fail(String),
	/// The board was too slow, or this computer; an answer of before came late, or the line spoiled something.
	Late(String),
}

impl fmt::Display for Stop {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Stop::Skip(reason) | Stop::Fail(reason) | Stop::Late(reason) => f.write_str(reason),
		}
	}
}

impl From<HostError> for Stop {
	fn from(error: HostError) -> Self {
		Stop::Fail(error.to_string())
	}
}

/// Fails, and says why, when this is not so.
pub(crate) fn demand(is_so: bool, why: impl FnOnce() -> String) -> Result<(), Stop> {
	match is_so {
		true => Ok(()),
		false => Err(Stop::Fail(why())),
	}
}

/// Fails when this is not what it must be.
pub(crate) fn same<T: PartialEq + fmt::Debug>(what: &str, found: T, wanted: T) -> Result<(), Stop> {
	demand(found == wanted, || format!("{what} is {found:?}, not {wanted:?}"))
}

const fn check(name: &'static str, demand: &'static str, run: fn(&mut Subject<'_>) -> Result<(), Stop>) -> Check {
	let rule = Rule { name, demand };
	Check { rule, run }
}

/// The demands are quoted; a test looks them up in the page.
pub(crate) const CHECKS: &[Check] = &[
	check(
		GREETING,
		"not a command: any session, any sequence; answered by Hello with the same sequence",
		greeting::greeting,
	),
	check(
		"framing",
		"Two frames may share a delimiter when received; a sender always sends both.",
		greeting::framing,
	),
	check(
		"another-version",
		"A board then answers with its own Hello page 0, in its own version, sequence 0.",
		greeting::another_version,
	),
	check(
		"wrong-session",
		"another session than its own: Ack WrongSession;",
		commands::wrong_session,
	),
	check(
		"at-most-once",
		"So a command is executed at most once, in order, and never across a reset.",
		commands::at_most_once,
	),
	check(
		"sequence-reused",
		"the same message gets the first result again and is not executed again; a different message gets SequenceReused;",
		commands::sequence_reused,
	),
	check(
		"stale",
		"a number behind the last one (the difference modulo 65,536 is above 32,767): Ack Stale;",
		commands::stale,
	),
	check(
		"limits",
		"`min` and `max` are what the board accepts (output) or expects (input), `safe` is the safe state of an output.",
		commands::limits,
	),
	check(
		"read-all",
		"one Reading of every channel that can be read, then the Ack",
		readings::read_all,
	),
	check(
		"clock",
		"`board_ms` is the board's clock since its reset; it wraps after 49 days.",
		readings::clock,
	),
	check(
		"streaming",
		"a Reading of every channel each so many milliseconds, the first at once; 0 stops",
		readings::streaming,
	),
	check(
		"dead-man",
		"When the board has taken no command for longer than `dead_man_ms` (steps 2 and 4 above count, refused values \
		 included; hello requests, wrong sessions, stale and reused numbers do not), it makes all outputs safe and sends \
		 DeadManTripped.",
		safety::dead_man,
	),
	check(
		"tripped",
		"After a trip of either kind its outputs stay safe, and SetOutput is refused with Tripped, until the host sends Safe.",
		safety::tripped,
	),
	check(
		"hello-is-no-sign-of-life",
		"hello requests, wrong sessions, stale and reused numbers do not",
		safety::hello_is_no_sign_of_life,
	),
	check(
		"keep-alive",
		"steps 2 and 4 above count, refused values included",
		safety::keep_alive,
	),
	check(
		"status-flags",
		"`events` is the number of events in this session so far, modulo 65,536: with it the host notices an event that was \
		 lost.",
		safety::status_flags,
	),
	check("noise", "Any broken block costs only itself.", line::noise),
	check(
		"refused-vectors",
		"A receiver refuses a payload that ends early or has bytes left over.",
		line::refused_vectors,
	),
	check(
		"mangled",
		"It finds every error of up to three bits and every burst of up to 16 bits inside a block",
		line::mangled,
	),
	check(
		"kept-configuration",
		"A host reads it with hello pages 128 and up, writes it with WriteConfig while every output is safe, and sends Restart: \
		 a board goes by what it kept from a reset on.",
		keeping::kept_configuration,
	),
	check(
		"restart",
		"all outputs to their safe state, the Ack, then, within a second, a reset with cause 4",
		keeping::restart,
	),
];

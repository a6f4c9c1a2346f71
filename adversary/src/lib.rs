//! The adversary: random calls of random parties on the real runtime in memory, block after block, and what must hold
//! whatever they do.
//!
//! | where | what |
//! |---|---|
//! | [`parties`] | who there is, with keys and money |
//! | [`ledger`] | the runtime in memory: genesis, blocks and time |
//! | [`script`] | steps, as a person reads them and as the ledger takes them |
//! | [`draw`] | numbers that choose the arguments of a call |
//! | [`world`] | what exists on the ledger, for those who make calls |
//! | [`market`] | of that, what is bought, sold and kept |
//! | [`trace`] | of that, what was made of what, and what is on its way |
//! | [`target`], [`targets`] | the calls of a pallet, and who may make each: told apart from the pallet |
//! | [`purse`] | what a machine's key may spend |
//! | [`invariants`] | what must hold after each block |
//! | [`run`] | does what a script says, and finds scripts by chance |
//! | [`shrink`] | makes a script that breaks something short |
//! | [`reach`] | which call and which error was reached |
//!
//! A pallet joins by one [`target::Target`] in [`targets::all`].

pub mod draw;
pub mod invariants;
pub mod ledger;
pub mod market;
pub mod parties;
pub mod purse;
pub mod reach;
pub mod run;
pub mod script;
pub mod shrink;
pub mod target;
pub mod targets;
pub mod trace;
pub mod world;

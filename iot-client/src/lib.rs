//! The software of the single board computer (SBC) beside a machine.
//!
//! It stands between the interface board, which moves the machine, and the chain, which pays for the work. Each part is
//! an actor that owns its state; the serial port, the clock and the chain are handed in, so each part is tested alone.
//!
//! | module | does |
//! |---|---|
//! | [`board`] | talks to the interface board |
//! | [`recipe`], [`controller`], [`evidence`] | what to make, making it, and what was measured |
//! | [`chain`], [`wallet`] | talks to the chain, and signs |
//! | [`journal`] | what must survive a power cut |
//! | [`disk`] | how files and stores survive one, and a full disk |
//! | [`daemon`] | joins all of it: takes orders, works, delivers |
//! | [`papers`] | reads requests for quotes and standing quotes from files |
//! | [`cli`] | the command line |
//! | [`logbook`] | remembers what the program said last, for its page |
//! | [`notify`] | tells systemd that it is ready, and alive |

pub mod amount;
pub mod asset;
pub mod board;
pub mod chain;
pub mod cli;
pub mod config;
pub mod controller;
pub mod daemon;
pub mod evidence;
pub mod fields;
pub mod journal;
pub mod logbook;
pub mod modbus;
pub mod notify;
pub mod papers;
pub mod parse;
pub mod quantity;
pub mod recipe;
pub mod wallet;

pub use iot_disk as disk;

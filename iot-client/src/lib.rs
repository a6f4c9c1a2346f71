//! The software of the single board computer (SBC) beside a machine.
//!
//! It stands between the interface board, which moves the machine, and the chain, which pays for the work. Each part is
//! an actor that owns its state; the serial port, the clock and the chain are handed in, so each part is tested alone.

pub mod board;
pub mod config;
pub mod controller;
pub mod evidence;
pub mod fields;
pub mod recipe;

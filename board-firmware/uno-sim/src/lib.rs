#![doc = include_str!("../README.md")]

#[allow(unsafe_code)]
mod chip;
mod machine;
mod server;
mod uno;
mod vcd;

pub use chip::{Conversions, LoadError, ResetCause, CYCLES_A_MS, FREQUENCY};
pub use machine::TERMINALS;
pub use server::{Next, Options, Server, ServerError};
pub use uno::{Load, Uno};

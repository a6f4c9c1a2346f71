#![doc = include_str!("../README.md")]

#[allow(unsafe_code)]
mod chip;
mod machine;
mod server;
mod uno;
mod vcd;

pub use chip::{Conversions, LoadError, ResetCause, CYCLES_A_MS, FREQUENCY};
pub use server::{Next, Options, Program, Server, ServerError};
pub use uno::{Load, Uno};

#![doc = include_str!("../README.md")]

mod dice;
mod host;
mod line;
mod rules;
mod subject;
mod suite;

pub use bpiiot_protocol as protocol;
pub use host::{Heard, Host, HostError, Readings, Record};
pub use line::{Line, Pair, Port};
pub use rules::{rules, Rule};
pub use suite::{run, Options, Outcome, Report, Verdict};

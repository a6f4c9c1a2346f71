#![doc = include_str!("../README.md")]
#![no_std]

mod board;
mod config;
mod hardware;
mod outbox;
mod safety;

pub use board::Board;
pub use bpiiot_protocol as protocol;
pub use config::{ChannelSet, Config, ConfigError, Interlock, MAX_CHANNELS, MAX_INTERLOCKS};
pub use hardware::{Clock, Hardware, Inputs, OutputFailed, Outputs, Uart};

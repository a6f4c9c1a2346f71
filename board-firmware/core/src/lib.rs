#![doc = include_str!("../README.md")]
#![no_std]

pub mod analogue;
mod board;
mod config;
pub mod drill_press;
mod eeprom;
mod hardware;
mod image;
mod millis;
mod outbox;
mod ring;
mod safety;
mod setup;

pub use board::Board;
pub use bpiiot_protocol as protocol;
pub use config::{ChannelSet, Config, ConfigError, Interlock, MAX_CHANNELS, MAX_INTERLOCKS};
pub use eeprom::{next_session, Eeprom, SESSIONS_LEN};
pub use hardware::{Clock, Hardware, Inputs, OutputFailed, Outputs, Restart, Uart};
pub use image::{image_len, read_image, write_image, ImageError, Record, MAX_RECORD};
pub use millis::Millis;
pub use ring::Ring;
pub use setup::{Connection, Origin, Setup, Tables, Wiring};

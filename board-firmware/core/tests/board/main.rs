//! The board's logic on a bench: a fake machine, a clock that the tests turn, and the real protocol.

mod bench;
mod commands;
mod config;
mod hardware;
mod hello;
mod image;
mod keeping;
mod properties;
mod readings;
mod safety;
mod setup;

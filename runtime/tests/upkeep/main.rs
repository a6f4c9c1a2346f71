//! Machines that look after themselves, on the whole runtime: from readings to a paid maintainer, whoever lies.

#[path = "../common/blocks.rs"]
mod blocks;
#[path = "../calls/chain.rs"]
#[allow(dead_code, reason = "the calls' tests need more of it")]
mod chain;
#[path = "../common/mod.rs"]
mod common;
#[path = "../common/readings.rs"]
#[allow(dead_code, reason = "the calls' tests need more of it")]
mod readings;

mod evidence;
mod joins;
mod liars;
mod story;
mod world;

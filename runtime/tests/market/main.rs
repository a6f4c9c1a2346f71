//! The market on the whole runtime: what is bought, kept, used up and said of who sold it, from the first call to the last.

#[path = "../common/blocks.rs"]
mod blocks;
#[path = "../calls/chain.rs"]
#[allow(dead_code, reason = "the calls' tests need more of it")]
mod chain;
#[path = "../common/mod.rs"]
mod common;
#[path = "../common/terms.rs"]
mod terms;

mod buying;
mod joins;
mod materials;
mod restocking;
mod world;

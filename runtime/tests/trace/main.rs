//! The life of products on the whole runtime: made by a job, joined, sent, paid on delivery, recalled.

#[path = "../common/blocks.rs"]
mod blocks;
#[path = "../calls/chain.rs"]
#[allow(dead_code, reason = "the calls' tests need more of it")]
mod chain;
#[path = "../common/mod.rs"]
mod common;
#[path = "../common/terms.rs"]
mod terms;

mod delivery;
mod joins;
mod life;
mod recalls;
mod world;

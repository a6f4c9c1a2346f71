//! The relay chain's token comes in and goes out by reserve, and nothing else does: real messages on the real runtime.
//!
//! | where | what |
//! |---|---|
//! | [`chain`] | a chain, messages into it and out of it |
//! | [`inwards`] | what the relay chain has put aside arrives, or is kept until somebody claims it |
//! | [`outwards`] | a user sends it back |
//! | [`forged`] | messages that say what is not so |
//! | [`shut`] | calls that users may not make |

#[path = "../common/blocks.rs"]
mod blocks;
#[path = "../common/mod.rs"]
mod common;

mod chain;
mod forged;
mod inwards;
mod outwards;
mod shut;

//! Tokens of the relay chain and its asset hub come in and go out by reserve, and nothing else does: real messages on the
//! real runtime.
//!
//! | where | what |
//! |---|---|
//! | [`chain`] | a chain, messages into it and out of it |
//! | [`inwards`] | what the relay chain has put aside arrives, or is kept until somebody claims it |
//! | [`outwards`] | a user sends it back |
//! | [`forged`] | messages that say what is not so |
//! | [`shut`] | calls that users may not make |
//! | [`stablecoin`] | an asset of the asset hub, which is a chain of its own here: [`hub`] |

#[path = "../common/blocks.rs"]
mod blocks;
#[path = "../common/mod.rs"]
mod common;

mod chain;
mod forged;
mod hub;
mod inwards;
mod outwards;
mod shut;
mod stablecoin;

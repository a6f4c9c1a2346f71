//! One module a topic.

mod abuse;
mod assets;
mod bad_input;
mod batches;
mod closing;
mod discovery;
mod facts;
mod invariants;
mod machines;
mod opening;
mod redeeming;
mod sequences;
mod stories;
mod sweep;
mod writes;

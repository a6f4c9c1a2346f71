//! One module a topic.

mod abuse;
mod anchoring;
mod challenges;
mod discovery;
mod evidence;
mod export;
mod invariants;
mod pruning;
mod room;
mod sequences;
mod sweep;
mod writes;

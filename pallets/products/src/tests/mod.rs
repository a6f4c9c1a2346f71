//! One module a topic.

mod abuse;
mod certificates;
mod discovery;
mod identity;
mod invariants;
mod judging;
mod making;
mod narrowing;
mod packing;
mod prefixes;
mod recalls;
mod sequences;
mod shipping;
mod spreading;
mod status;
mod tags;
mod writes;

//! One module a topic.

mod abuse;
mod assets;
mod bad_terms;
mod breaches;
mod claims;
mod delivery;
mod discovery;
mod disputes;
mod facts;
mod handover;
mod invariants;
mod machines;
mod offering;
mod returns;
mod sequences;
mod silence;
mod states;
mod tokens;
mod writes;

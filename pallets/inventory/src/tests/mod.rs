//! One module a topic.

mod abuse;
mod assets;
mod discovery;
mod invariants;
mod items;
mod moving;
mod receiving;
mod reordering;
mod reservations;
mod sequences;
mod sites;
mod writes;

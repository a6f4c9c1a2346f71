//! One module a topic.

mod abuse;
mod assets;
mod deadlines;
mod invariants;
mod life_cycle;
mod machines;
mod offers;
mod review;
mod sweep;
mod writes;

//! One module a topic.

mod abuse;
mod deadlines;
mod invariants;
mod life_cycle;
mod offers;
mod review;

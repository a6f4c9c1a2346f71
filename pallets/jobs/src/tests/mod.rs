//! One module a topic.

mod abuse;
mod assets;
mod batch;
mod calendar;
mod cancellation;
mod deadlines;
mod history;
mod invariants;
mod life_cycle;
mod machines;
mod negotiation;
mod offers;
mod rejection;
mod review;
mod rework;
mod sweep;
mod writes;

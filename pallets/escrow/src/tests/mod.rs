//! One module a topic.

mod arbiters;
mod assets;
mod clock;
mod credits;
mod deadlines;
mod disputes;
mod invariants;
mod money;
mod sequences;

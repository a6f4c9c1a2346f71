//! One module a topic.

mod assets;
mod clock;
mod credits;
mod deadlines;
mod invariants;
mod money;

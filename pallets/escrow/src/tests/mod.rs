//! One module a topic.

mod clock;
mod invariants;
mod money;

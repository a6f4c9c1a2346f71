//! One module a topic.

mod certificates;
mod identity;
mod making;
mod packing;
mod prefixes;
mod recalls;
mod tags;

//! One module a topic.

mod abuse;
mod counting;
mod discovery;
mod forgetting;
mod invariants;
mod profiles;
mod rating;
mod sequences;

//! One module a topic.

mod care;
mod reports;
mod rules;
mod tickets;

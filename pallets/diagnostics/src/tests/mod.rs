//! One module a topic.

mod abuse;
mod assets;
mod assigning;
mod calibration;
mod care;
mod discovery;
mod disputes;
mod facts;
mod guarantee;
mod invariants;
mod liars;
mod machines;
mod reports;
mod rules;
mod sequences;
mod states;
mod story;
mod sweep;
mod tickets;
mod verification;
mod work;
mod writes;

//! One module a topic.

mod abuse;
mod access;
mod assets;
mod bad_input;
mod cancelling;
mod damage;
mod discovery;
mod endings;
mod extending;
mod facts;
mod invariants;
mod listings;
mod machines;
mod overdue;
mod renting;
mod returning;
mod sequences;
mod starting;
mod stopping;
mod time;
mod users;
mod writes;

//! One module a topic.

mod abuse;
mod assets;
mod awards;
mod bad_input;
mod bidding;
mod buying;
mod discovery;
mod disputes;
mod endings;
mod facts;
mod invariants;
mod machines;
mod negotiation;
mod orders;
mod quotes;
mod requests;
mod sealed;
mod sequences;
mod services;
mod states;
mod sweep;
mod writes;

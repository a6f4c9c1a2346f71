//! One module a topic.

mod abuse;
mod assets;
mod batch;
mod calendar;
mod cancellation;
mod deadlines;
mod discovery;
mod facts;
mod history;
mod invariants;
mod life_cycle;
mod machines;
mod materials;
mod negotiation;
mod offers;
mod rejection;
mod review;
mod rework;
mod sequences;
mod shelves;
mod states;
mod sweep;
mod writes;

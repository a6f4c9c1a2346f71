//! The wire format, tested as one would read the specification: shapes, golden bytes, and what a bad line does.

mod gaps;
mod labels;
mod line;
mod samples;
mod schema;
mod vectors;

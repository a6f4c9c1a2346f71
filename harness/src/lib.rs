//! Starts node, board and client together: for the demonstration, the benchmarks and the tests on real parts.

pub mod audit;
pub mod board;
pub mod chain;
pub mod client;
pub mod demo;
pub mod node;
pub mod process;
pub mod stop;
pub mod world;

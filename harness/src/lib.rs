//! Starts node, board and client together: for the demonstration, the benchmarks and the tests on real parts.
//!
//! | where | what |
//! |---|---|
//! | [`process`] | child processes that never outlive whoever started them |
//! | [`node`], [`board`], [`client`] | the three parts, each started, waited for and stopped |
//! | [`chain`], [`calls`], [`audit`] | the chain by the node's own metadata, with none of the client's code |
//! | [`relay`], [`proxy`] | a port before a node, and a network there that can be cut, stalled, made slow, or lie |
//! | [`broker`] | an MQTT broker, and what it was given |
//! | [`outage`] | broker, node or disk space go away for long |
//! | [`power_cut`] | the client is killed at random moments, again and again |
//! | [`money`] | what is paid with, and how a stablecoin gets in |
//! | [`world`], [`ordered`] | all of it in one temporary folder, and a job in it |
//! | [`crowd`] | many accounts, and the calls of a load of jobs |
//! | [`managed`] | a machine whose manager a command tries |
//! | [`demo`] | what `make run` and `make demo` do |
//! | [`metrics`] | what a node exports |
//! | [`figure`] | measured figures and their table, for `make bench` and `make net-test` |

pub mod audit;
pub mod board;
pub mod broker;
pub mod calls;
pub mod chain;
pub mod client;
pub mod crowd;
pub mod demo;
pub mod figure;
pub mod managed;
pub mod metrics;
pub mod money;
pub mod node;
pub mod ordered;
pub mod outage;
pub mod power_cut;
pub mod process;
pub mod proxy;
pub mod relay;
pub mod stop;
pub mod supplier;
pub mod world;

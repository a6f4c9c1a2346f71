//! The firmware, as it is flashed, against the protocol. All but `port` runs in simulated time: no clock, no waiting.

mod campaign;
mod conformance;
mod figures;
mod handshake;
mod host;
mod memory;
mod port;
mod safety;
mod trace;
mod uptime;

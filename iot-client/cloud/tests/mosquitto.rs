//! The bridge against real brokers: mosquitto on this computer, and for what mosquitto does not do a small one of our own.

mod broker;
mod cases;

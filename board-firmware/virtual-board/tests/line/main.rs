//! A real client on the real pseudo-terminal, through the `serialport` crate as on any serial port.

mod client;
mod conformance;
mod faults;
mod link;
mod machine;
mod modbus;
mod opening;
mod program;

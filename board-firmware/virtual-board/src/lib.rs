#![doc = include_str!("../README.md")]

mod channels;
mod command;
mod drill_press;
mod fault;
mod noise;
mod port;
mod rig;
mod server;
mod virtual_board;

pub use board_core::protocol;
pub use channels::{
	config, BOARD_SERIAL, CLAMP, COOLANT, DEAD_MAN_MS, DOOR_CLOSED, FEED_POSITION, FEED_UM, SPINDLE_RPM, SPINDLE_SPEED,
	TEMPERATURE, TOOL_WEAR, VIBRATION,
};
pub use command::{Command, UnknownCommand};
pub use drill_press::DrillPress;
pub use fault::{Fault, Faults, UnknownFault};
pub use port::{Change, Port, PortError};
pub use server::{Options, Server, ServerError, State};
pub use virtual_board::VirtualBoard;

#![doc = include_str!("../README.md")]

mod command;
mod console;
mod drill_press;
mod fault;
mod memory;
pub mod modbus;
mod noise;
mod port;
mod rig;
mod server;
mod tank;
mod virtual_board;

pub use board_core::{
	drill_press::{
		CHANNELS, CLAMP, COOLANT, DOOR_CLOSED, FEED_POSITION, FEED_UM, SPINDLE_RPM, SPINDLE_SPEED, TEMPERATURE,
		TOOL_WEAR, VIBRATION,
	},
	protocol,
};
pub use command::{Command, UnknownCommand};
pub use drill_press::DrillPress;
pub use fault::{Fault, Faults, UnknownFault};
pub use port::{Change, Port, PortError};
pub use server::{Options, Server, ServerError, State, BOARD_SERIAL, DEAD_MAN_MS};
pub use tank::{OIL_LEVEL, TANK};
pub use virtual_board::VirtualBoard;

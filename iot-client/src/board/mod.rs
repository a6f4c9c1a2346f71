//! The board bridge: the one place that talks to the machine, through an interface board or another way.
//!
//! [`start`] spawns an actor that owns the serial line and reconnects for ever. [`serve`] does so for any other
//! [`Southbound`]: what a bridge must do is in [`MachineLink`]. The [`BoardHandle`] shows its state,
//! streams readings and events as [`Signal`]s, and hands out one [`BoardLease`] at a time; only a lease can move the
//! machine, and dropping it makes the board safe.
//!
//! Each opening of the port and each reset of the board starts a new [`LinkId`]. A lease belongs to one link: after a
//! reset it is worth nothing, so nobody drives a board on assumptions from before.

mod bridge;
mod error;
pub(crate) mod fields;
mod handle;
mod info;
mod link;
mod port;
mod serial;
mod setup;
mod southbound;
pub mod trial;
mod workbench;

pub use bridge::{serve, start};
pub use error::{explain, BoardError};
pub use handle::{BoardCounters, BoardHandle, BoardLease, BoardState, Signal, Telltale};
pub use info::{BoardInfo, LinkId};
pub(crate) use port::is_passing;
pub use port::{candidates, OpenPort, Port, SerialLine};
pub use setup::{terminal_name, Kept, Setup};
pub use southbound::{Command, MachineLink, Southbound};
pub use workbench::Workbench;

#[cfg(test)]
pub(crate) use handle::fake;

use handle::{Order, Orders};

#[cfg(test)]
mod tests;

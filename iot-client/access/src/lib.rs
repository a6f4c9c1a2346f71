#![doc = include_str!("../README.md")]

mod clock;
mod hash;
mod keeper;
mod log;
mod pass;
pub mod proof;
mod used;

pub use clock::{Anchor, NoTime, SystemTicks, Ticks};
pub use keeper::{rental_key, say, verify, Block, Keeper, Rules, Shut, Visit};
pub use log::Log;
pub use pass::{Pass, PassError, Proof, LINK, MAX_PASS};
pub use used::{DiskError, Used};

/// A rental's record, as far as a door reads it.
pub type Record = bpiiot_access::Access<[u8; 32], [u8; 32]>;

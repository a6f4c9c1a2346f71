//! The machine's daemon: takes orders, works, delivers.
//!
//! ```text
//! board bridge ──┐
//!                ├── foreman ── controller (one run at a time)
//! chain bridge ──┘      │
//!    heads, reads       └── submitter (many transactions at a time) ── journal
//! ```
//!
//! The foreman looks at every finalized block what each open job needs ([`decide`]) and has it done. It keeps nothing
//! in memory that the chain or the journal could not tell again, so being killed at any moment costs no more than the
//! job that was just moving: that one is given up with a refund, since nobody knows within which movement it stopped.
//! After a restart it stands still until a node has finalized what was seen before: an older block tells nothing.
//!
//! The storekeeper looks after goods in the same way: what rules and sensors want of stock and purchases, each once.
//!
//! It also looks how the machine stands (`standing`): a key that was replaced is followed without stopping the work
//! (`keys`); a machine that is frozen, or whose key this computer does not have, is brought to safe.

#[cfg(test)]
mod bench;
mod claim;
mod cloud;
mod counts;
pub mod decide;
mod foreman;
mod history;
mod keys;
mod manager;
pub mod metrics;
pub mod news;
mod notices;
mod pauses;
mod recipes;
pub mod rules;
mod run;
mod side;
mod site;
mod space;
mod standing;
pub mod status;
mod storekeeper;
mod work;

pub use cloud::COMMANDS as CLOUD_COMMANDS;
pub use run::{run, Calls, DaemonError};

//! The suite on boards in simulated time: on sound ones every rule passes, and for each rule there are boards on which it fails.

mod boards;
mod defects;
mod host;
mod page;
mod port;
mod rig;

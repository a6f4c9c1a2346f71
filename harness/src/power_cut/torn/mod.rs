//! A disk that tears: what was written to it and not forced to it is lost or torn when the process is killed, as at a real
//! power cut.
//!
//! The page cache of the kernel outlives a SIGKILL, so a killed process loses nothing that it has written. On this disk
//! each file has a cache of its own in the memory of the process, and nothing of it is in the real file but
//!
//! - what some sync has brought there: its sectors of 512 bytes, one by one, in an order by chance, one in eight of them in
//!   two pieces, so that a kill amid the sync leaves some of them;
//! - single sectors and lengths that go there earlier, by chance, as a kernel may write back at any moment.
//!
//! Journal, outbox and history are on it; small files that are replaced as a whole are not.
//!
//! The same program can cut its own power amid a sync that was ordered before, after a number of pieces that a seed draws.

mod cache;
mod disk;
mod power;

pub use disk::TearingDisk;
pub use power::{Aim, Ordered, Power, Torn};

#[cfg(test)]
mod tests;

//! How each pallet is set up, by topic.

pub mod bpiiot;
pub mod consensus;
pub mod fees;
pub mod money;
pub mod system;
pub mod xcm;

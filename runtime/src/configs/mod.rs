//! How each pallet is set up, by topic.

pub mod accounts;
pub mod agreements;
pub mod bpiiot;
pub mod consensus;
pub mod fees;
pub mod governance;
pub mod market;
pub mod money;
pub mod system;
pub mod trace;
pub mod xcm;

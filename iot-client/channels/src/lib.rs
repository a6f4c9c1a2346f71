#![doc = include_str!("../README.md")]

mod book;
mod buyer;
mod end;
mod error;
mod line;
mod seller;
mod store;

pub use book::Book;
pub use buyer::{BuyerEnd, Intake, Purchase};
pub use end::{run, Command, End, Notice, Pace};
pub use error::ChannelsError;
pub use line::{Bytes, Line, PROTOCOL};
pub use seller::{Sale, SellerEnd, Supply};
pub use store::{Kept, Stats, Store};

#[cfg(test)]
mod tests;

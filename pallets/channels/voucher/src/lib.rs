#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod buyer;
#[cfg(feature = "std")]
mod claims;
mod frame;
mod metering;
mod refusal;
mod seller;
mod tally;

pub use buyer::{Answer, Buyer};
#[cfg(feature = "std")]
pub use claims::{are_right, Claim};
pub use frame::{Frame, FrameError, Item, Message, MAX_FRAME_BYTES, MAX_FRAME_ITEMS};
pub use metering::{Metering, Tariff, Unit};
pub use refusal::Refusal;
pub use seller::{Seller, Taken};
pub use tally::{is_weak, ChannelId, Domain, SignedTally, Tally, Word};

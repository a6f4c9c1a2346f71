#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

mod record;
mod seen;
mod token;

pub use record::{Access, Actions, Denied, Outcome, Right, Stage, User, MAX_USERS};
pub use seen::{Forgetful, Seen};
pub use token::{Claims, Door, Refused, Token, CONTEXT, TOKEN_LENGTH};

/// Milliseconds since 1970-01-01T00:00:00Z, as the chain's blocks have them.
pub type UnixMillis = u64;

#![doc = include_str!("../README.md")]

mod ai;
mod chain;
pub mod credential;
mod element;
pub mod epcis;
pub mod history;
mod key;
mod keys;
mod link;
mod percent;
pub mod resolver;
mod time;
mod uri;

pub use ai::{Ai, AiError};
pub use chain::{Chain, ChainReferences, Record, NAMESPACE, PREFIX};
pub use element::{ElementError, ElementString, GROUP_SEPARATOR};
pub use key::{Key, Lgtin, Location, Product, Sgtin};
pub use keys::{Extension, Gdti, Giai, Gln, Gtin, KeyError, Lot, Serial, Sscc, Variant};
pub use link::{DigitalLink, LinkError, ScanError, CANONICAL};
pub use time::{LocalTime, Time, TimeError};
pub use uri::{Uri, UriError};

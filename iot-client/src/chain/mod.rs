//! The chain bridge: a checked connection, finalized blocks, reads, and transactions whose fate is always found out.
//!
//! [`Chain`] keeps a connection to one of several nodes, and goes over to another when it breaks or stands still. Each
//! connection is checked before it is used: the genesis must be the expected one and the runtime's calls, events and storage
//! those that this client was built for. Only finalized blocks are looked at, and only the chain's clock counts. What money
//! or motion rests on is proved ([`prove`]): by the state's root in a header that a second node has finalized too.

pub mod access;
pub mod assets;
pub mod call;
pub mod clock;
mod convert;
pub mod error;
#[cfg(test)]
pub(crate) mod fake;
pub mod finalized;
pub mod light;
pub mod limits;
pub mod link;
pub mod market;
mod news;
pub mod prove;
pub mod queries;
pub mod refusal;
pub mod roster;
pub mod runtime;
pub mod session;
pub mod submit;
pub mod terms;
pub mod types;
pub mod usage;
pub mod wire;
mod witness;

#[cfg(test)]
mod tests;

pub use call::{Call, Line};
pub use error::ChainError;
pub use iot_access::proof;
pub use link::{Begin, Chain, Head, Nodes};
pub use market::MarketCall;
pub use news::News;
pub use prove::Claim;
pub use refusal::Signatory;
pub use session::{At, Session};
pub use submit::{Fate, Submitter};
pub use usage::UsageCall;

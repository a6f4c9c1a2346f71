//! The chain bridge: a checked connection, finalized blocks, reads, and transactions whose fate is always found out.
//!
//! [`Chain`] keeps a connection to one of several nodes. Each connection is checked before it is used: the genesis must
//! be the expected one and the runtime's calls, events and storage those that this client was built for. Only finalized
//! blocks are looked at, and only the chain's clock counts.

pub mod assets;
pub mod call;
pub mod clock;
mod convert;
pub mod error;
pub mod finalized;
pub mod limits;
pub mod link;
pub mod queries;
pub mod refusal;
pub mod runtime;
pub mod session;
pub mod submit;
pub mod terms;
pub mod types;

pub use call::{Call, Line};
pub use error::ChainError;
pub use link::{Chain, Head};
pub use refusal::Signatory;
pub use session::{At, Session};
pub use submit::{Fate, Submitter};

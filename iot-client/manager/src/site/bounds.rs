//! How much anybody may send, hold and ask for.

use std::time::Duration;

/// Connections at once, also those that became WebSockets.
pub(crate) const MOST_CONNECTIONS: usize = 32;
/// Bytes of a request, also of a message over a WebSocket.
pub(crate) const MOST_BODY: u32 = 512 * 1024;
/// Bytes of an answer.
pub(crate) const MOST_ANSWER: u32 = 4 * 1024 * 1024;
/// Bytes of a login.
pub(crate) const MOST_LOGIN: u32 = 8 * 1024;
/// Bytes of a request's head.
pub(crate) const MOST_HEAD: usize = 16 * 1024;
/// Headers of a request.
pub(crate) const MOST_HEADERS: usize = 64;
/// Calls of a connection that run at once.
pub(crate) const MOST_CALLS_AT_ONCE: usize = 32;
/// Calls in a batch.
pub(crate) const MOST_BATCH: u32 = 20;
/// Subscriptions of a connection.
pub(crate) const MOST_SUBSCRIPTIONS: u32 = 16;
/// Answers and notifications of a connection that wait to be sent.
pub(crate) const MOST_WAITING: u32 = 16;
/// Logins that wait for their turn.
pub(crate) const MOST_LOGINS: usize = 16;
/// Passwords that are tried at once: each takes 32 MiB.
pub(crate) const MOST_HASHES: usize = 2;

/// For the head of a request; also how long a connection may be idle.
pub(crate) const HEAD_TIME: Duration = Duration::from_secs(15);
/// For the body of a request.
pub(crate) const BODY_TIME: Duration = Duration::from_secs(15);
/// For the beginning of TLS.
pub(crate) const TLS_TIME: Duration = Duration::from_secs(10);
/// A WebSocket is asked this often whether it is still there,
pub(crate) const PING_EVERY: Duration = Duration::from_secs(20);
/// and has this long to say so.
pub(crate) const PING_TIME: Duration = Duration::from_secs(50);
/// For the good end of a connection; then it is cut.
pub(crate) const CLOSE_TIME: Duration = Duration::from_secs(3);
/// For the good end of all of them, and of what is being changed.
pub(crate) const DRAIN_TIME: Duration = Duration::from_secs(5);

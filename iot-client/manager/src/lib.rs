#![doc = include_str!("../README.md")]

mod access;
pub mod api;
mod clock;
mod files;
mod gate;
mod hosts;
mod limiter;
mod line;
mod mark;
mod params;
#[cfg(any(test, feature = "played"))]
pub mod played;
mod qr;
mod rpc;
mod serve;
mod session;
mod settings;
mod shapes;
mod site;
mod subscriptions;
mod tls;
mod users;

pub use clock::Clock;
pub use files::Files;
pub use mark::Mark;
pub use serve::{Manager, ManagerError};
pub use settings::{Settings, SettingsProblem, Tls, SESSION_MINUTES};
pub use tls::TlsProblem;
pub use users::{Users, UsersError, LEAST_PASSWORD};

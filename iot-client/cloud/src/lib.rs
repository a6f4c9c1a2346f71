#![doc = include_str!("../README.md")]

mod backoff;
mod bridge;
mod command;
mod config;
mod facts;
mod json;
mod leaving;
mod link;
mod packet;
mod receiving;
mod request;
mod secrets;
mod sending;
mod session;
mod source;
mod sparkplug;
mod state;
mod store;
mod window;

pub use backoff::Backoff;
pub use bridge::{Cloud, CloudError, CloudHandle, World};
pub use command::{sign, Allowed, Gate, Rate, Refusal, Refused, MOST_AHEAD_MS, MOST_COMMAND_BYTES};
pub use config::{
	BadAddress, BrokerAddress, ClientCertificate, CloudConfig, CommandConfig, ConfigProblem, Format, Timing,
	MOST_IN_FLIGHT,
};
pub use facts::{ChannelFact, MachineFacts, Scale};
pub use json::READINGS;
pub use request::{Command, Reply};
pub use secrets::SecretsError;
pub use source::{OutboxSource, Source, SourceError, ASIDE_EVENT, MOST_ASIDE};
pub use sparkplug::{SparkplugNames, ALARM_METRIC, COMMAND_METRIC, EVENT_METRIC};
pub use state::{CloudState, Connection, Counters};
pub use store::{NumberFolder, Numbers, BIRTH_NUMBER, COMMAND_COUNTER};

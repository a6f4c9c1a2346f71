//! A machine that speaks Modbus, with no interface board in between: another way to a machine, behind the same
//! [`BoardHandle`].
//!
//! The controller in the machine keeps people safe: its interlocks are its own, and [`Watchdog`] is how it notices that this
//! computer is gone. This side makes every output safe when it meets the machine, when nobody holds a lease any more and when
//! it stops; it never writes outside of a channel's limits, and believes no write that it has not read back.
//!
//! `docs/southbound.md` has the configuration, key by key, and what a bridge must do.

mod channel;
mod config;
mod exchange;
mod line;
mod link;
mod mbap;
mod plan;

pub use channel::{Channel, Encoding, Place, Table, WordOrder};
pub use config::{Address, LineSettings, ModbusConfig, Parity, Watchdog};

use crate::board::{serve, BoardError, BoardHandle, Southbound, Telltale};
use exchange::Exchange;
use link::ModbusLink;
use std::sync::Arc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Starts the bridge to a Modbus machine. It runs until `stop` is cancelled; then it makes the machine safe, closes the way and
/// ends.
pub fn start(config: ModbusConfig, stop: CancellationToken) -> (BoardHandle, JoinHandle<()>) {
	if let Some(warning) = config.warning() {
		tracing::warn!("{warning}");
	}
	let config = Arc::new(config);
	serve(ModbusMachine { config }, stop)
}

struct ModbusMachine {
	config: Arc<ModbusConfig>,
}

impl Southbound for ModbusMachine {
	type Link = ModbusLink;

	fn place(&self) -> String {
		self.config.address.to_string()
	}

	async fn open(&self, telltale: Telltale) -> Result<ModbusLink, BoardError> {
		let exchange = Exchange::open(&self.config, telltale.clone()).await?;
		Ok(ModbusLink::new(self.config.clone(), exchange, telltale))
	}
}

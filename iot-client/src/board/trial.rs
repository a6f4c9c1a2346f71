//! Trying a machine's channels, for whoever holds the lease: one reading of each, and what it tells of the wires.

use super::{BoardError, BoardInfo, BoardLease, Signal};
use bpiiot_protocol::ChannelInfo;
use std::{collections::BTreeMap, time::Duration};
use tokio::{
	sync::broadcast::{error::TryRecvError, Receiver},
	time::sleep,
};

/// Time between two commands while an output is driven, well within any dead-man time.
const TICK: Duration = Duration::from_millis(50);

/// Values of channels, by number.
pub type Values = BTreeMap<u8, i32>;

/// One reading of every channel that can be read.
///
/// # Errors
/// When the board is lost.
pub async fn read(lease: &BoardLease, signals: &mut Receiver<Signal>) -> Result<Values, BoardError> {
	// What was said before does not count.
	while !matches!(signals.try_recv(), Err(TryRecvError::Empty | TryRecvError::Closed)) {}
	lease.read_all().await?;
	let mut values = Values::new();
	loop {
		match signals.try_recv() {
			Ok(Signal::Reading { channel, value, .. }) => {
				values.insert(channel, value);
			}
			Ok(Signal::LinkEnded { reason, .. }) => return Err(reason),
			Ok(_) | Err(TryRecvError::Lagged(_)) => {}
			Err(TryRecvError::Empty | TryRecvError::Closed) => return Ok(values),
		}
	}
}

/// Keeps the board company for so long, and gives the values at the end.
///
/// # Errors
/// When the board is lost.
pub async fn drive_for(
	lease: &BoardLease,
	signals: &mut Receiver<Signal>,
	hold: Duration,
) -> Result<Values, BoardError> {
	for _ in 0..hold.as_millis().div_ceil(TICK.as_millis()) {
		sleep(TICK).await;
		read(lease, signals).await?;
	}
	read(lease, signals).await
}

/// What an input's value tells of its wires: the value, or what is wrong.
///
/// # Errors
/// In words what is wrong.
pub fn judge(info: &BoardInfo, input: &ChannelInfo, value: Option<i32>) -> Result<String, String> {
	let Some(value) = value else {
		return Err("cannot be read: is its wire broken, or the sensor without supply?".to_owned());
	};
	let text = info.display(input.channel, value);
	match (input.min..=input.max).contains(&value) {
		true => Ok(text),
		false => Err(format!("{text} is outside its range: is another sensor connected?")),
	}
}

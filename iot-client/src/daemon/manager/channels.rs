//! The machine's channels, and what they measure while somebody looks.

use crate::{
	board::{BoardHandle, BoardInfo, LinkId, Signal},
	daemon::{rules::in_unit, status::now_ms},
};
use bpiiot_protocol::{ChannelInfo, ChannelKind, Scale, Unit};
use iot_manager::api::{Channel, Reading};
use std::{
	sync::{Arc, Mutex, PoisonError},
	time::Duration,
};
use tokio::{
	sync::broadcast::{self, error::RecvError, error::TryRecvError},
	time::sleep,
};

/// Batches of readings that a slow listener may be behind before it loses some.
const QUEUE: usize = 256;
/// How long readings are gathered before they are told. Nobody's eye is faster.
const GATHER: Duration = Duration::from_millis(25);
/// Digits after the point that a raw count is ever worth.
const MOST_DECIMALS: u8 = 6;

/// The channels of a board, without values.
pub(super) fn of(board: &BoardInfo) -> Vec<Channel> {
	board.channels.iter().map(channel).collect()
}

fn channel(info: &ChannelInfo) -> Channel {
	let ends = [in_unit(&info.scale, info.min), in_unit(&info.scale, info.max)];
	Channel {
		name: info.name.as_str().to_owned(),
		unit: info.unit.symbol().to_owned(),
		output: info.kind == ChannelKind::Output,
		switch: info.unit == Unit::Switch,
		min: ends[0].min(ends[1]),
		max: ends[0].max(ends[1]),
		decimals: decimals(&info.scale),
		value: None,
		at: None,
	}
}

/// The digits after the point that tell one raw count from the next.
fn decimals(scale: &Scale) -> u8 {
	let step = match scale.divisor {
		0 => return 0,
		divisor => (f64::from(scale.multiplier) / f64::from(divisor)).abs(),
	};
	let mut digits = 0;
	// A little tolerance: 0.1 has no exact form.
	while digits < MOST_DECIMALS && step * 10f64.powi(i32::from(digits)) < 0.999_999 {
		digits += 1;
	}
	digits
}

/// Tells readings to whoever listens, and does nothing while nobody does.
#[derive(Debug)]
pub(super) struct Pump {
	board: BoardHandle,
	readings: broadcast::Sender<Arc<[Reading]>>,
	runs: Mutex<bool>,
}

impl Pump {
	/// Of this board.
	pub fn new(board: BoardHandle) -> Arc<Self> {
		Arc::new(Self {
			board,
			readings: broadcast::channel(QUEUE).0,
			runs: Mutex::new(false),
		})
	}

	/// Everything that is measured from now on.
	pub fn listen(self: &Arc<Self>) -> broadcast::Receiver<Arc<[Reading]>> {
		let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
		let listener = self.readings.subscribe();
		if !*runs {
			*runs = true;
			tokio::spawn(self.clone().run(self.board.signals()));
		}
		listener
	}

	async fn run(self: Arc<Self>, mut signals: broadcast::Receiver<Signal>) {
		let mut names = Names::default();
		let mut batch = Vec::new();
		while self.has_listeners() {
			match signals.recv().await {
				Ok(signal) => batch.extend(names.reading(&self.board, &signal)),
				Err(RecvError::Lagged(_)) => {}
				Err(RecvError::Closed) => return,
			}
			sleep(GATHER).await;
			loop {
				match signals.try_recv() {
					Ok(signal) => batch.extend(names.reading(&self.board, &signal)),
					Err(TryRecvError::Lagged(_)) => {}
					Err(TryRecvError::Empty | TryRecvError::Closed) => break,
				}
			}
			if !batch.is_empty() {
				// Whether anybody is left is seen next.
				let _ = self.readings.send(std::mem::take(&mut batch).into());
			}
		}
	}

	/// Whether anybody listens; if not, the next one who does begins anew.
	fn has_listeners(&self) -> bool {
		let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
		*runs = self.readings.receiver_count() > 0;
		*runs
	}
}

/// The channels' names and scales, of one link.
#[derive(Debug, Default)]
struct Names {
	link: Option<LinkId>,
	channels: Vec<(Arc<str>, Scale)>,
}

impl Names {
	fn reading(&mut self, board: &BoardHandle, signal: &Signal) -> Option<Reading> {
		let Signal::Reading {
			link, channel, value, ..
		} = signal
		else {
			return None;
		};
		if self.link != Some(*link) {
			let info = board.info().ok().filter(|info| info.link == *link)?;
			self.link = Some(*link);
			let channels = info.channels.iter();
			self.channels = channels.map(|info| (info.name.as_str().into(), info.scale)).collect();
		}
		let (name, scale) = self.channels.get(usize::from(*channel))?;
		Some(Reading {
			channel: name.clone(),
			at: now_ms(),
			value: in_unit(scale, *value),
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::daemon::bench::{Bench, SOON, TEMPERATURE};
	use tokio::time::timeout;

	const LINK: LinkId = LinkId(1);

	#[test]
	fn decimals_tell_one_raw_count_from_the_next() {
		let scale = |multiplier, divisor| Scale {
			multiplier,
			divisor,
			..Scale::ONE
		};
		for (multiplier, divisor, digits) in [(1, 1, 0), (1, 10, 1), (1, 100, 2), (5, 100, 2), (25, 10, 0), (1, 3, 1)] {
			assert_eq!(decimals(&scale(multiplier, divisor)), digits, "{multiplier}/{divisor}");
		}
		assert_eq!(decimals(&scale(1, 0)), 0);
		assert_eq!(decimals(&scale(1, u32::MAX)), MOST_DECIMALS);
	}

	#[tokio::test]
	async fn channels_are_in_their_units() {
		let bench = Bench::new();
		let channels = of(&bench.site.board.info().unwrap());
		let temperature = &channels[0];
		assert_eq!(
			(temperature.unit.as_str(), temperature.max, temperature.decimals),
			("°C", 300.0, 1)
		);
		let coolant = &channels[1];
		assert_eq!((coolant.output, coolant.switch, coolant.max), (true, true, 1.0));
	}

	#[tokio::test]
	async fn readings_are_told_while_somebody_listens() {
		let bench = Bench::new();
		let pump = Pump::new(bench.site.board.clone());
		for tenths in [215, 216] {
			let mut listener = pump.listen();
			tokio::task::yield_now().await;
			bench.measure(LINK, TEMPERATURE, tenths);
			let told = timeout(SOON, listener.recv()).await.unwrap().unwrap();
			assert_eq!(
				(told[0].channel.as_ref(), told[0].value),
				("temperature", f64::from(tenths) / 10.0)
			);
			drop(listener);
			// Nobody is left: it ends.
			let ended = async {
				while Arc::strong_count(&pump) > 1 {
					bench.measure(LINK, TEMPERATURE, 0);
					tokio::task::yield_now().await;
				}
			};
			timeout(SOON, ended).await.unwrap();
		}
	}
}

//! The machine's channels, as people see them.

use crate::{board::BoardInfo, daemon::rules::in_unit};
use bpiiot_protocol::{ChannelInfo, ChannelKind, Scale, Unit};
use iot_manager::api::Channel;

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

#[cfg(test)]
mod tests {
	use super::*;
	use crate::daemon::bench::Bench;

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
}

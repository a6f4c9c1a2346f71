//! The simulated machine: a small drill press. It is no physics lesson; it answers like one would.

use crate::{
	noise::Noise, Fault, Faults, CLAMP, COOLANT, DOOR_CLOSED, FEED_POSITION, FEED_UM, OIL_LEVEL, SPINDLE_RPM,
	SPINDLE_SPEED, TEMPERATURE, TOOL_WEAR, VIBRATION,
};

/// One step of the simulation, in seconds.
const STEP_S: f64 = 0.001;

/// How fast the spindle comes up to speed: after this time, in seconds, 63 % of the way.
const SPINDLE_INERTIA_S: f64 = 0.3;
/// The same for a blocked spindle.
const STALL_S: f64 = 0.05;
/// Speed of the feed downwards and upwards, µm/s.
const PLUNGE_UM_S: f64 = 12_000.0;
const RETRACT_UM_S: f64 = 25_000.0;
/// Where the workpiece begins and ends, µm.
const WORKPIECE_UM: std::ops::Range<f64> = 10_000.0..35_000.0;
/// Below this speed a drill does not cut, it rubs; rpm.
const CUTTING_RPM: f64 = 200.0;
/// Temperature of the hall, °C.
const AMBIENT_C: f64 = 22.0;
/// How fast the tool cools, s, in air and under coolant.
const COOLING_S: f64 = 30.0;
const COOLANT_S: f64 = 6.0;
/// Heating, °C/s.
const CUTTING_HEAT_C_S: f64 = 4.0;
const RUBBING_HEAT_C_S: f64 = 12.0;
/// Wear for each millimetre cut, ‰; a hundred times that when it rubs.
const WEAR_PER_MM: f64 = 0.02;
/// What the coolant takes of a full tank, ‰/s.
const COOLANT_OIL_S: f64 = 1.0;
/// How fast the temperature sensor drifts, °C/s.
const DRIFT_C_S: f64 = 0.5;
/// How quickly vibration builds up and dies down, s.
const VIBRATION_S: f64 = 0.1;

/// What the tool does to the workpiece now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Contact {
	None,
	Cutting,
	Rubbing,
}

/// The drill press. Positions in µm, speeds in rpm, temperatures in °C, vibration in mm/s, wear and oil in ‰.
#[derive(Clone, Debug)]
pub struct DrillPress {
	setpoints: [f64; 4],
	spindle: f64,
	feed: f64,
	temperature: f64,
	vibration: f64,
	wear: f64,
	oil: f64,
	door_closed: bool,
	faults: Faults,
	drift: f64,
	/// What the stuck sensors say.
	stuck: [i32; 4],
	noise: Noise,
}

impl Default for DrillPress {
	fn default() -> Self {
		DrillPress {
			setpoints: [0.0; 4],
			spindle: 0.0,
			feed: 0.0,
			temperature: AMBIENT_C,
			vibration: 0.0,
			wear: 0.0,
			oil: 1000.0,
			door_closed: true,
			faults: Faults::default(),
			drift: 0.0,
			stuck: [0; 4],
			noise: Noise::new(0x0dd_ba11),
		}
	}
}

impl DrillPress {
	/// Drives an output with a raw value. Other channels are none of its business.
	pub fn drive(&mut self, channel: u8, value: i32) {
		if let Some(setpoint) = self.setpoints.get_mut(usize::from(channel)) {
			*setpoint = f64::from(value);
		}
	}

	/// The raw value of an input, or `None` when its sensor is silent.
	pub fn sample(&mut self, channel: u8) -> Option<i32> {
		let analogue = (SPINDLE_SPEED..=VIBRATION).contains(&channel);
		if analogue && self.faults.has(Fault::Dropout) {
			return None;
		}
		if analogue && self.faults.has(Fault::SensorStuck) {
			return Some(self.stuck[usize::from(channel - SPINDLE_SPEED)]);
		}
		self.measure(channel)
	}

	/// Opens or closes the door.
	pub fn set_door(&mut self, closed: bool) {
		self.door_closed = closed;
	}

	/// Fills the tank of cutting oil up to this level, ‰, or lets some out.
	pub fn set_oil(&mut self, level: u16) {
		self.oil = f64::from(level);
	}

	/// The faults from now on.
	pub fn set_faults(&mut self, faults: Faults) {
		if !self.faults.has(Fault::SensorStuck) {
			let values = [SPINDLE_SPEED, FEED_POSITION, TEMPERATURE, VIBRATION].map(|input| self.measure(input));
			self.stuck = values.map(Option::unwrap_or_default);
		}
		if !faults.has(Fault::Drift) {
			self.drift = 0.0;
		}
		self.faults = faults;
	}

	/// Lets so many milliseconds pass.
	pub fn advance(&mut self, ms: u32) {
		(0..ms).for_each(|_| self.step());
	}

	fn measure(&mut self, channel: u8) -> Option<i32> {
		let shake = self.noise.around_zero();
		let value = match channel {
			// A spindle at rest is at rest.
			SPINDLE_SPEED if self.spindle < 10.0 => self.spindle,
			SPINDLE_SPEED => self.spindle + 3.0 * shake,
			FEED_POSITION => self.feed,
			TEMPERATURE => (self.temperature + self.drift) * 10.0,
			VIBRATION => (self.vibration * (1.0 + 0.05 * shake)) * 100.0,
			DOOR_CLOSED => f64::from(u8::from(self.door_closed)),
			TOOL_WEAR => self.wear.min(1000.0),
			OIL_LEVEL => self.oil,
			_ => return None,
		};
		Some(value.round() as i32)
	}

	fn step(&mut self) {
		let stalled = self.faults.has(Fault::SpindleStall);
		let moved = self.move_feed();
		let contact = self.contact(moved);
		self.turn_spindle(stalled, contact);
		let coolant = self.setpoints[usize::from(COOLANT)] > 0.0;
		if coolant {
			self.oil = (self.oil - COOLANT_OIL_S * STEP_S).max(0.0);
		}
		let blocked = stalled && self.setpoints[usize::from(SPINDLE_RPM)] > 0.0;

		let heat = match contact {
			_ if blocked => RUBBING_HEAT_C_S,
			Contact::None => 0.0,
			Contact::Cutting => CUTTING_HEAT_C_S,
			Contact::Rubbing => RUBBING_HEAT_C_S,
		};
		let cooling = (AMBIENT_C - self.temperature) / if coolant { COOLANT_S } else { COOLING_S };
		self.temperature += (heat + cooling) * STEP_S;

		let wear = match contact {
			Contact::None => 0.0,
			Contact::Cutting => WEAR_PER_MM,
			Contact::Rubbing => 100.0 * WEAR_PER_MM,
		};
		self.wear += wear * moved.abs() / 1000.0;

		let shaking = self.shaking(contact, blocked);
		self.vibration += (shaking - self.vibration) * STEP_S / VIBRATION_S;
		if self.faults.has(Fault::Drift) {
			self.drift += DRIFT_C_S * STEP_S;
		}
	}

	/// Moves the feed towards its setpoint and gives the way it went, downwards positive.
	fn move_feed(&mut self) -> f64 {
		let way = self.setpoints[usize::from(FEED_UM)] - self.feed;
		let moved = way.clamp(-RETRACT_UM_S * STEP_S, PLUNGE_UM_S * STEP_S);
		self.feed += moved;
		moved
	}

	fn contact(&self, moved: f64) -> Contact {
		match (
			moved > 0.0 && WORKPIECE_UM.contains(&self.feed),
			self.spindle >= CUTTING_RPM,
		) {
			(false, _) => Contact::None,
			(true, true) => Contact::Cutting,
			(true, false) => Contact::Rubbing,
		}
	}

	fn turn_spindle(&mut self, stalled: bool, contact: Contact) {
		let asked = self.setpoints[usize::from(SPINDLE_RPM)];
		let (target, time_s) = match contact {
			_ if stalled => (0.0, STALL_S),
			// The load takes a few revolutions.
			Contact::Cutting => (asked * 0.96, SPINDLE_INERTIA_S),
			_ => (asked, SPINDLE_INERTIA_S),
		};
		self.spindle += (target - self.spindle) * STEP_S / time_s;
	}

	/// Where the vibration is heading.
	fn shaking(&self, contact: Contact, blocked: bool) -> f64 {
		let idle = 0.4 * self.spindle / 3000.0;
		let clamped = self.setpoints[usize::from(CLAMP)] > 0.0;
		let worn = 1.0 + self.wear / 500.0;
		let work = match contact {
			_ if blocked => 9.0,
			Contact::None => 0.0,
			Contact::Cutting if clamped => 1.2 * worn,
			Contact::Cutting => 5.0 * worn,
			Contact::Rubbing => 8.0,
		};
		idle + work
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn value(press: &mut DrillPress, channel: u8) -> i32 {
		press.sample(channel).expect("a sensor that works")
	}

	/// A press that turns at 1200 rpm with the workpiece clamped.
	fn running() -> DrillPress {
		let mut press = DrillPress::default();
		press.drive(SPINDLE_RPM, 1200);
		press.drive(CLAMP, 1);
		press.advance(3000);
		press
	}

	#[test]
	fn the_spindle_has_inertia() {
		let mut press = DrillPress::default();
		press.drive(SPINDLE_RPM, 1200);
		press.advance(100);
		let early = value(&mut press, SPINDLE_SPEED);
		assert!((200..600).contains(&early), "{early}");
		press.advance(2900);
		let late = value(&mut press, SPINDLE_SPEED);
		assert!((1190..=1210).contains(&late), "{late}");
		press.drive(SPINDLE_RPM, 0);
		press.advance(100);
		assert!(value(&mut press, SPINDLE_SPEED) > 500);
		press.advance(5000);
		assert_eq!(value(&mut press, SPINDLE_SPEED), 0);
	}

	#[test]
	fn the_feed_moves_at_its_speed_and_stops_where_it_was_sent() {
		let mut press = DrillPress::default();
		press.drive(FEED_UM, 30_000);
		press.advance(1000);
		assert_eq!(value(&mut press, FEED_POSITION), 12_000);
		press.advance(2000);
		assert_eq!(value(&mut press, FEED_POSITION), 30_000);
		press.drive(FEED_UM, 0);
		press.advance(1200);
		assert_eq!(value(&mut press, FEED_POSITION), 0);
	}

	#[test]
	fn drilling_heats_shakes_and_wears_the_tool() {
		let mut press = running();
		let (cold, calm) = (value(&mut press, TEMPERATURE), value(&mut press, VIBRATION));
		press.drive(FEED_UM, 30_000);
		press.advance(2400);
		assert!(value(&mut press, TEMPERATURE) > cold + 30);
		assert!(value(&mut press, VIBRATION) > calm + 80);
		for _ in 0..3 {
			press.drive(FEED_UM, 0);
			press.advance(2000);
			press.drive(FEED_UM, 35_000);
			press.advance(3000);
		}
		assert!(value(&mut press, TOOL_WEAR) >= 1);
	}

	#[test]
	fn coolant_cools() {
		let mut hot = running();
		hot.drive(FEED_UM, 34_000);
		hot.advance(3000);
		let mut cooled = hot.clone();
		cooled.drive(COOLANT, 1);
		hot.advance(3000);
		cooled.advance(3000);
		assert!(value(&mut cooled, TEMPERATURE) + 20 < value(&mut hot, TEMPERATURE));
	}

	#[test]
	fn drilling_without_clamp_or_speed_shakes_badly() {
		let peak = |mut press: DrillPress| {
			press.drive(FEED_UM, 20_000);
			press.advance(1500);
			value(&mut press, VIBRATION)
		};
		let good = peak(running());
		let mut loose = running();
		loose.drive(CLAMP, 0);
		let mut slow = running();
		slow.drive(SPINDLE_RPM, 0);
		slow.advance(3000);
		assert!(peak(loose) > 2 * good);
		assert!(peak(slow) > 3 * good);
	}

	#[test]
	fn a_stalled_spindle_stops_and_heats_up() {
		let mut press = running();
		press.set_faults(Faults::from_iter([Fault::SpindleStall]));
		press.advance(1000);
		assert_eq!(value(&mut press, SPINDLE_SPEED), 0);
		assert!(value(&mut press, TEMPERATURE) > 300);
		assert!(value(&mut press, VIBRATION) > 500);
		press.set_faults(Faults::default());
		press.advance(3000);
		assert!(value(&mut press, SPINDLE_SPEED) > 1100);
	}

	#[test]
	fn stuck_sensors_repeat_themselves_and_the_door_does_not() {
		let mut press = running();
		press.set_faults(Faults::from_iter([Fault::SensorStuck]));
		let before = value(&mut press, SPINDLE_SPEED);
		press.drive(SPINDLE_RPM, 0);
		press.set_door(false);
		press.advance(3000);
		// Another fault on top does not move them either.
		press.set_faults(Faults::from_iter([Fault::SensorStuck, Fault::Drift]));
		assert_eq!(value(&mut press, SPINDLE_SPEED), before);
		assert_eq!(value(&mut press, DOOR_CLOSED), 0);
		press.set_faults(Faults::default());
		assert_eq!(value(&mut press, SPINDLE_SPEED), 0);
	}

	#[test]
	fn a_drifting_sensor_lies_until_it_is_mended() {
		let mut press = DrillPress::default();
		press.set_faults(Faults::from_iter([Fault::Drift]));
		press.advance(10_000);
		assert_eq!(value(&mut press, TEMPERATURE), 270);
		press.set_faults(Faults::default());
		assert_eq!(value(&mut press, TEMPERATURE), 220);
	}

	#[test]
	fn dropped_out_sensors_say_nothing() {
		let mut press = DrillPress::default();
		press.set_faults(Faults::from_iter([Fault::Dropout]));
		for channel in [SPINDLE_SPEED, FEED_POSITION, TEMPERATURE, VIBRATION] {
			assert_eq!(press.sample(channel), None);
		}
		assert_eq!((press.sample(DOOR_CLOSED), press.sample(TOOL_WEAR)), (Some(1), Some(0)));
		assert_eq!(press.sample(SPINDLE_RPM), None);
	}

	#[test]
	fn coolant_takes_oil_until_the_tank_is_empty() {
		let mut press = DrillPress::default();
		press.set_oil(3);
		press.advance(5_000);
		assert_eq!(value(&mut press, OIL_LEVEL), 3);
		press.drive(COOLANT, 1);
		press.advance(2_000);
		assert_eq!(value(&mut press, OIL_LEVEL), 1);
		press.advance(5_000);
		assert_eq!(value(&mut press, OIL_LEVEL), 0);
		press.set_oil(1000);
		assert_eq!(value(&mut press, OIL_LEVEL), 1000);
	}

	#[test]
	fn other_channels_are_ignored() {
		let mut press = DrillPress::default();
		press.drive(200, 5);
		press.advance(10);
		assert_eq!(value(&mut press, SPINDLE_SPEED), 0);
	}
}

//! Faults that can be put into the machine, the board and the line.

use std::{fmt, str::FromStr};

/// Something that goes wrong, until it is cleared.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Fault {
	/// The spindle is blocked: it stops whatever it is asked, shakes and heats up.
	SpindleStall,
	/// The sensors for speed, position, temperature and vibration say what they said when this began.
	SensorStuck,
	/// The temperature sensor creeps up by half a degree a second.
	Drift,
	/// The sensors for speed, position, temperature and vibration cannot be read.
	Dropout,
	/// About one byte in two hundred on the line is damaged, and now and then there is garbage between frames.
	LineNoise,
	/// The watchdog resets the board when an output has been away from its safe state for two seconds.
	Reset,
	/// The firmware speaks the next version of the protocol.
	WrongVersion,
}

impl Fault {
	/// All faults.
	pub const ALL: [Fault; 7] = [
		Fault::SpindleStall,
		Fault::SensorStuck,
		Fault::Drift,
		Fault::Dropout,
		Fault::LineNoise,
		Fault::Reset,
		Fault::WrongVersion,
	];

	/// The fault's name on the command line.
	pub const fn name(self) -> &'static str {
		match self {
			Fault::SpindleStall => "spindle-stall",
			Fault::SensorStuck => "sensor-stuck",
			Fault::Drift => "drift",
			Fault::Dropout => "dropout",
			Fault::LineNoise => "line-noise",
			Fault::Reset => "reset",
			Fault::WrongVersion => "wrong-version",
		}
	}
}

impl fmt::Display for Fault {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(self.name())
	}
}

impl FromStr for Fault {
	type Err = UnknownFault;

	fn from_str(name: &str) -> Result<Self, UnknownFault> {
		Fault::ALL
			.into_iter()
			.find(|fault| fault.name() == name)
			.ok_or_else(|| UnknownFault(name.into()))
	}
}

/// There is no such fault.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("no fault is called '{0}'; there are spindle-stall, sensor-stuck, drift, dropout, line-noise, reset and wrong-version")]
pub struct UnknownFault(String);

/// A set of faults.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Faults(u8);

impl Faults {
	/// Whether this fault is there.
	pub const fn has(self, fault: Fault) -> bool {
		self.0 >> fault as u8 & 1 == 1
	}

	/// Adds a fault.
	pub fn add(&mut self, fault: Fault) {
		self.0 |= 1 << fault as u8;
	}
}

impl FromIterator<Fault> for Faults {
	fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
		let mut set = Faults::default();
		faults.into_iter().for_each(|fault| set.add(fault));
		set
	}
}

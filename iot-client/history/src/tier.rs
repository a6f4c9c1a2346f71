//! The sizes of steps in which readings are kept.

/// A size of steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tier {
	Second,
	Minute,
	Hour,
}

/// Steps of which the rows lie together in the file: so many divide a window.
pub(crate) const WINDOW_STEPS: u64 = 600;

impl Tier {
	/// The finest first.
	pub(crate) const ALL: [Self; 3] = [Self::Second, Self::Minute, Self::Hour];

	/// Its step, in milliseconds.
	pub(crate) const fn step(self) -> u64 {
		match self {
			Self::Second => 1000,
			Self::Minute => 60_000,
			Self::Hour => 3_600_000,
		}
	}

	/// The length of a window, in milliseconds: ten minutes, ten hours, 25 days.
	pub(crate) const fn window(self) -> u64 {
		self.step() * WINDOW_STEPS
	}

	/// Its number in the file and in arrays.
	pub(crate) const fn index(self) -> u8 {
		match self {
			Self::Second => 0,
			Self::Minute => 1,
			Self::Hour => 2,
		}
	}

	pub(crate) fn from_index(index: u8) -> Option<Self> {
		Self::ALL.get(usize::from(index)).copied()
	}

	/// Its own of three.
	pub(crate) fn of<T>(self, all: &[T; 3]) -> &T {
		let [second, minute, hour] = all;
		match self {
			Self::Second => second,
			Self::Minute => minute,
			Self::Hour => hour,
		}
	}

	/// Its own of three.
	pub(crate) fn of_mut<T>(self, all: &mut [T; 3]) -> &mut T {
		let [second, minute, hour] = all;
		match self {
			Self::Second => second,
			Self::Minute => minute,
			Self::Hour => hour,
		}
	}
}

/// The beginning of what `at` lies in, by pieces of this length.
pub(crate) const fn floor(at: u64, length: u64) -> u64 {
	at - at % length
}

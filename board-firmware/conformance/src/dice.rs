//! Reproducible chance: the same seed gives the same run.

/// A xorshift32 generator (Marsaglia, "Xorshift RNGs", 2003).
pub(crate) struct Dice(u32);

impl Dice {
	pub(crate) fn new(seed: u32) -> Dice {
		// 0 would stay 0; mixed, so that small seeds are far from each other.
		Dice((seed ^ 0x9e37_79b9).max(1))
	}

	fn next(&mut self) -> u32 {
		self.0 ^= self.0 << 13;
		self.0 ^= self.0 >> 17;
		self.0 ^= self.0 << 5;
		self.0
	}

	/// A number below `sides`; 0 when there is none.
	pub(crate) fn below(&mut self, sides: usize) -> usize {
		(self.next() >> 3) as usize % sides.max(1)
	}

	/// Any byte.
	pub(crate) fn byte(&mut self) -> u8 {
		self.next().to_le_bytes()[1]
	}

	/// A number from `min` to `max`.
	pub(crate) fn between(&mut self, min: i32, max: i32) -> i32 {
		let span = u64::from(max.abs_diff(min)) + 1;
		let above = u64::from(self.next()) % span;
		(i64::from(min) + above as i64) as i32
	}
}

//! Reproducible chance: the same run gives the same noise.

/// A xorshift32 generator (Marsaglia, "Xorshift RNGs", 2003). Good enough to shake a sensor.
#[derive(Clone, Debug)]
pub(crate) struct Noise(u32);

impl Noise {
	pub(crate) fn new(seed: u32) -> Self {
		Noise(seed.max(1))
	}

	fn next(&mut self) -> u32 {
		self.0 ^= self.0 << 13;
		self.0 ^= self.0 >> 17;
		self.0 ^= self.0 << 5;
		self.0
	}

	/// True once in `n` times.
	pub(crate) fn once_in(&mut self, n: u32) -> bool {
		self.next().is_multiple_of(n)
	}

	/// Any byte.
	pub(crate) fn byte(&mut self) -> u8 {
		self.next().to_le_bytes()[1]
	}

	/// A number from -1 to 1.
	pub(crate) fn around_zero(&mut self) -> f64 {
		f64::from(self.next()) / f64::from(u32::MAX) * 2.0 - 1.0
	}
}

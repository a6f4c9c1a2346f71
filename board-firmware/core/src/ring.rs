//! Bytes on their way between an interrupt and the main loop.

use core::sync::atomic::{AtomicU16, AtomicU8, Ordering};

/// A queue of at most `N` bytes for one writer and one reader, of which one may be an interrupt of the other.
///
/// `N` is a power of two and at most 128; anything else stops the build. Only loads and stores of single bytes are used, so it needs no locks and
/// works where the controller has no atomic exchange.
#[derive(Debug)]
pub struct Ring<const N: usize> {
	bytes: [AtomicU8; N],
	/// Bytes ever written and read, modulo 256.
	written: AtomicU8,
	read: AtomicU8,
	overruns: AtomicU16,
}

impl<const N: usize> Default for Ring<N> {
	fn default() -> Self {
		Self::new()
	}
}

impl<const N: usize> Ring<N> {
	const SIZE_IS_SOUND: () = assert!(N.is_power_of_two() && N <= 128, "a power of two, at most 128");

	/// An empty ring.
	pub const fn new() -> Self {
		let () = Self::SIZE_IS_SOUND;
		Ring {
			bytes: [const { AtomicU8::new(0) }; N],
			written: AtomicU8::new(0),
			read: AtomicU8::new(0),
			overruns: AtomicU16::new(0),
		}
	}

	/// Bytes that wait to be read.
	pub fn len(&self) -> usize {
		usize::from(
			self.written
				.load(Ordering::Acquire)
				.wrapping_sub(self.read.load(Ordering::Acquire)),
		)
	}

	/// Whether nothing waits to be read.
	pub fn is_empty(&self) -> bool {
		self.len() == 0
	}

	/// Bytes that can still be written.
	pub fn room(&self) -> usize {
		N.saturating_sub(self.len())
	}

	/// Bytes that were lost because there was no room for them, or before they came here; stays at its highest value.
	pub fn overruns(&self) -> u16 {
		self.overruns.load(Ordering::Relaxed)
	}

	/// Writer: appends a byte. Without room it is lost and counted.
	pub fn push(&self, byte: u8) {
		if self.room() == 0 {
			return self.overrun();
		}
		let written = self.written.load(Ordering::Relaxed);
		if let Some(place) = self.bytes.get(usize::from(written) % N) {
			place.store(byte, Ordering::Relaxed);
		}
		// The byte first, then the word that it is there.
		self.written.store(written.wrapping_add(1), Ordering::Release);
	}

	/// Writer: counts a byte that was lost before it came here, as in a receiver that was not read in time.
	pub fn overrun(&self) {
		let overruns = self.overruns.load(Ordering::Relaxed);
		self.overruns.store(overruns.saturating_add(1), Ordering::Relaxed);
	}

	/// Reader: takes the oldest byte.
	pub fn pop(&self) -> Option<u8> {
		if self.is_empty() {
			return None;
		}
		let read = self.read.load(Ordering::Relaxed);
		let byte = self.bytes.get(usize::from(read) % N)?.load(Ordering::Relaxed);
		self.read.store(read.wrapping_add(1), Ordering::Release);
		Some(byte)
	}
}

//! Counting what got lost among frames that nobody acknowledges.

use crate::Session;

/// Follows the counter of one stream of frames (readings, or events) and says how many were lost.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct GapCounter {
	last: Option<(Session, u16)>,
	received: u64,
	lost: u64,
}

/// How a frame arrived.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Arrival {
	/// The next one, or the first one of a session.
	Next,
	/// So many frames are missing before this one.
	After(u16),
	/// Seen before, or older than one already seen: ignore it.
	Old,
}

impl GapCounter {
	/// A counter that has seen nothing.
	pub fn new() -> Self {
		Self::default()
	}

	/// Notes a frame. A new session starts at counter 0, so what is missing at its start counts as lost too.
	pub fn observe(&mut self, session: Session, sequence: u16) -> Arrival {
		let missing = match self.last {
			Some((last_session, last)) if last_session == session => {
				let ahead = sequence.wrapping_sub(last);
				// Half of the number circle lies ahead, half behind.
				if ahead == 0 || ahead > u16::MAX / 2 {
					return Arrival::Old;
				}
				ahead - 1
			}
			_ => sequence,
		};
		self.last = Some((session, sequence));
		self.received += 1;
		self.lost += u64::from(missing);
		match missing {
			0 => Arrival::Next,
			missing => Arrival::After(missing),
		}
	}

	/// Frames that came.
	pub fn received(&self) -> u64 {
		self.received
	}

	/// Frames that did not come.
	pub fn lost(&self) -> u64 {
		self.lost
	}
}

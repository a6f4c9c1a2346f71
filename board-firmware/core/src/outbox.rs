//! What waits to be sent, in fixed room: events, one reply, and a mark for each reading that is due.

use crate::{safety::Safety, ChannelSet, Uart};
use bpiiot_protocol::{BoardFrame, BoardMessage, EncodedFrame, Event, EventKind, Reading, Session};

/// Events that may wait. More than that are dropped, which their counter shows.
const EVENTS: usize = 8;

#[derive(Debug)]
pub(crate) struct Outbox {
	version: u8,
	session: Session,
	events: [Option<(u16, Event)>; EVENTS],
	event_count: u16,
	reply: Option<(u16, BoardMessage)>,
	due: ChannelSet,
	reading_count: u16,
	/// The reply ends a list of readings: they go first.
	readings_first: bool,
}

impl Outbox {
	#[inline(always)]
	pub(crate) fn new(version: u8, session: Session) -> Self {
		Outbox {
			version,
			session,
			events: [None; EVENTS],
			event_count: 0,
			reply: None,
			due: ChannelSet::EMPTY,
			reading_count: 0,
			readings_first: false,
		}
	}

	/// Events of this session so far.
	pub(crate) fn event_count(&self) -> u16 {
		self.event_count
	}

	/// Whether a reply still waits. No further frame may be taken before it is sent.
	pub(crate) fn is_replying(&self) -> bool {
		self.reply.is_some()
	}

	/// Queues an event.
	pub(crate) fn event(&mut self, board_ms: u32, kind: EventKind) {
		let sequence = self.event_count;
		self.event_count = sequence.wrapping_add(1);
		if let Some(free) = self.events.iter_mut().find(|slot| slot.is_none()) {
			*free = Some((sequence, Event { board_ms, kind }));
		}
	}

	/// Queues the reply to the frame `sequence`.
	pub(crate) fn reply(&mut self, sequence: u16, message: BoardMessage) {
		self.reply = Some((sequence, message));
	}

	/// A sample was taken: readings of these channels are due. One that still waits is lost, which the counter shows.
	pub(crate) fn sampled(&mut self, channels: ChannelSet) {
		self.reading_count = self.reading_count.wrapping_add(self.due.and(channels).len());
		self.due = self.due.or(channels);
	}

	/// Readings of these channels are asked for, before the reply.
	pub(crate) fn read_first(&mut self, channels: ChannelSet) {
		self.due = self.due.or(channels);
		self.readings_first = true;
	}

	/// Sends as much as the line takes.
	pub(crate) fn flush<U: Uart>(&mut self, uart: &mut U, safety: &Safety, board_ms: u32) {
		// An ordered `&&`: the first frame that finds no room ends the round.
		let _ = self.flush_events(uart)
			&& (self.readings_first || self.flush_reply(uart))
			&& self.flush_readings(uart, safety, board_ms)
			&& self.flush_reply(uart);
	}

	fn flush_events<U: Uart>(&mut self, uart: &mut U) -> bool {
		while let Some((sequence, event)) = self.events[0] {
			if !self.send(uart, sequence, BoardMessage::Event(event)) {
				return false;
			}
			self.events[0] = None;
			self.events.rotate_left(1);
		}
		true
	}

	fn flush_reply<U: Uart>(&mut self, uart: &mut U) -> bool {
		let Some((sequence, message)) = self.reply else {
			return true;
		};
		let sent = self.send(uart, sequence, message);
		if sent {
			self.reply = None;
			self.readings_first = false;
		}
		sent
	}

	fn flush_readings<U: Uart>(&mut self, uart: &mut U, safety: &Safety, board_ms: u32) -> bool {
		for channel in self.due.iter() {
			if let Some(value) = safety.value(channel) {
				let reading = BoardMessage::Reading(Reading {
					channel,
					value,
					board_ms,
				});
				if !self.send(uart, self.reading_count, reading) {
					return false;
				}
				self.reading_count = self.reading_count.wrapping_add(1);
			}
			self.due.set(channel, false);
		}
		true
	}

	fn send<U: Uart>(&self, uart: &mut U, sequence: u16, message: BoardMessage) -> bool {
		// Not made in vain: on a small controller that takes as long as four bytes on the line.
		if !uart.is_ready() {
			return false;
		}
		let frame = BoardFrame {
			version: self.version,
			session: self.session,
			sequence,
			message,
		};
		// Every message fits a frame (tested in the protocol); one that did not would be skipped, not retried for ever.
		let mut bytes = EncodedFrame::new();
		frame.encode_into(&mut bytes).is_err() || uart.write(&bytes)
	}
}

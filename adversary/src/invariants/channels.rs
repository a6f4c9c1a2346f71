//! What must hold of channels from block to block.

use super::Broken;
use crate::{ledger, targets::channels::is_signed_for, world::World};
use bpiiot_primitives::AgreementMillis;
use bpiiot_runtime::Runtime;
use pallet_channels::{ChannelId, ChannelOf, ChannelState, Outcome};
use std::collections::BTreeMap;

/// The channels, as they were.
#[derive(Clone, Debug)]
pub struct Book(BTreeMap<ChannelId, ChannelOf<Runtime>>);

impl Book {
	/// As they are now.
	pub fn read(world: &World) -> Self {
		let record = |id: &ChannelId| Some((*id, pallet_channels::Channels::<Runtime>::get(id)?));
		Self(world.channels.iter().filter_map(record).collect())
	}

	/// Looks what has become of them.
	///
	/// # Errors
	/// When a channel has moved back, has paid what nobody has signed for, or has ended by a deadline that has not passed.
	pub fn look(&self, now: &Self) -> Result<(), Broken> {
		for (id, channel) in &now.0 {
			if !is_signed_for(*id, &channel.paid) {
				return Err(broken("a channel pays what its key has signed for", *id, channel));
			}
			// It may be new.
			if let Some(before) = self.0.get(id) {
				moves_on(*id, before, channel)?;
			}
			ends_in_time(*id, self.0.get(id), channel)?;
		}
		Ok(())
	}
}

fn broken(rule: &str, id: ChannelId, seen: &ChannelOf<Runtime>) -> Broken {
	Broken::new(rule, format!("channel {}: {seen:?}", id.0))
}

/// Invariants 3 and 4: terms stay, what was put in and paid only grows, a state only moves down the published list, and what is
/// settled stays settled.
fn moves_on(id: ChannelId, before: &ChannelOf<Runtime>, now: &ChannelOf<Runtime>) -> Result<(), Broken> {
	let place = |channel: &ChannelOf<Runtime>| match channel.state {
		ChannelState::Open => 0,
		ChannelState::Closing { .. } => 1,
		ChannelState::Settled(_) => 2,
	};
	let kept = (now.terms, now.opened_at, now.expires_at) == (before.terms, before.opened_at, before.expires_at);
	let grown = now.paid.amount >= before.paid.amount && now.deposited >= before.deposited;
	let same_place = place(now) == place(before);
	let onwards = place(now) > place(before) || same_place && now.state == before.state;
	let as_it_was = !before.is_settled() || (now.paid, now.deposited) == (before.paid, before.deposited);
	match kept && grown && onwards && as_it_was {
		true => Ok(()),
		false => Err(broken("a channel only moves on", id, now)),
	}
}

/// By silence a channel ends after the moment that it was to end at, and after a whole window where the payer has asked for it.
fn ends_in_time(id: ChannelId, before: Option<&ChannelOf<Runtime>>, now: &ChannelOf<Runtime>) -> Result<(), Broken> {
	if before.is_some_and(ChannelOf::<Runtime>::is_settled) {
		return Ok(());
	}
	let life_over = now.opened_at.saturating_add(now.terms.lifetime);
	let deadline: AgreementMillis = match (now.state, before.map(|before| before.state)) {
		(ChannelState::Settled(Outcome::Expired), _) => life_over,
		(ChannelState::Settled(Outcome::ClosedByPayer), Some(ChannelState::Closing { until })) => until.min(life_over),
		// Asked for and over between two looks: no window is so short.
		(ChannelState::Settled(Outcome::ClosedByPayer), _) => life_over,
		_ => return Ok(()),
	};
	match ledger::agreement_now() > deadline {
		true => Ok(()),
		false => Err(broken("no channel ends before its time", id, now)),
	}
}

//! What must always hold of this pallet's storage, numbered as in the system design.

use crate::{ChannelOf, ChannelState, Channels, ChannelsOf, Config, Pallet};
use alloc::collections::BTreeSet;
use bpiiot_primitives::{AgreementClock, AgreementRef, DeadlineIndex, EscrowView};
use bpiiot_voucher::is_weak;
use frame_support::ensure;
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks the invariants that this pallet can see by itself.
	///
	/// # Errors
	/// Names the invariant that is broken.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		for (id, channel) in Channels::<T>::iter() {
			Self::check_money(&channel)?;
			Self::check_channel(&channel)?;
			let Some(deadline) = channel.deadline() else {
				continue;
			};
			ensure!(
				channel.indexed_at == deadline,
				"deadlines: an open channel is looked at at another moment than its deadline"
			);
			ensure!(
				deadline < T::Clock::now() || T::Deadlines::contains(deadline, AgreementRef::Channel(id)),
				"deadlines: an open channel is not in the index"
			);
		}
		Self::check_lists()
	}

	/// Invariants 1 and 3: an open channel has on hold what was put in and not paid; the escrow of one that has ended has ended
	/// too. That it is really on hold is for the escrow to check.
	fn check_money(channel: &ChannelOf<T>) -> Result<(), TryRuntimeError> {
		let escrow = &channel.escrow;
		ensure!(
			channel.is_settled() == escrow.has_ended(),
			"invariant 3: a channel and its escrow have not ended together"
		);
		ensure!(
			channel.paid.amount <= channel.deposited,
			"invariant 1: more was paid than was put in"
		);
		let left = channel.deposited.saturating_sub(channel.paid.amount);
		ensure!(
			channel.is_settled() || escrow.held() == left,
			"invariant 1: an open channel's escrow differs from what was not paid"
		);
		ensure!(escrow.bond() == 0, "invariant 1: a channel has a bond");
		Ok(())
	}

	/// Invariants 4 and 8: what a channel says fits its state, and only one that has ended was rated.
	fn check_channel(channel: &ChannelOf<T>) -> Result<(), TryRuntimeError> {
		let terms = &channel.terms;
		ensure!(
			terms.payer_key != terms.payee_key && !is_weak(&terms.payer_key) && !is_weak(&terms.payee_key),
			"invariant 4: a channel's keys are no keys"
		);
		ensure!(
			terms.metering.is_sound() && terms.challenge_window <= terms.lifetime,
			"invariant 4: a channel's terms would be refused"
		);
		let ends_in_time = match channel.state {
			ChannelState::Closing { until } => until <= channel.expires_at,
			_ => true,
		};
		ensure!(
			ends_in_time && channel.opened_at <= channel.expires_at,
			"invariant 4: a channel's moments are out of order"
		);
		ensure!(
			channel.is_settled() || !channel.rated && channel.counted.weight == 0,
			"invariant 8: a channel has counted or was rated before it has ended"
		);
		Ok(())
	}

	/// The payers' lists name exactly the channels that there are, each once.
	fn check_lists() -> Result<(), TryRuntimeError> {
		let (mut listed, mut entries) = (BTreeSet::new(), 0);
		for (payer, channels) in ChannelsOf::<T>::iter() {
			ensure!(!channels.is_empty(), "lists: an empty one is kept");
			entries += channels.len();
			listed.extend(channels.into_iter().map(|channel| (payer.clone(), channel)));
		}
		let all: BTreeSet<_> = Channels::<T>::iter()
			.map(|(id, channel)| (channel.payer().clone(), id))
			.collect();
		ensure!(
			listed == all && entries == all.len(),
			"lists: those of the payers differ from the channels"
		);
		Ok(())
	}
}

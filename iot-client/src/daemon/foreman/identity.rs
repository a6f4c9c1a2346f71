//! Makes sure, in each finalized block, which machine this is, that its key is the one that lives, and that it may act.

use super::Foreman;
use crate::{
	chain::{types::Machine, At, ChainError},
	daemon::{claim::KeyClaim, keys, standing::Standing},
};
use std::sync::Arc;

impl Foreman {
	/// Looks how the machine stands, and acts on it: one read of the chain when all is as before.
	pub(super) async fn identify(&mut self, at: &At) -> Result<(), ChainError> {
		let (record, standing) = match self.site.record(at, self.machine).await? {
			Ok(record) => {
				let standing = self.stand(at, &record).await?;
				(Some(record), standing)
			}
			Err(why) => (None, Standing::Waits(why)),
		};
		self.machine = record.as_ref().map(|record| record.id);
		self.record = record;
		self.take_standing(standing);
		Ok(())
	}

	/// How a machine stands, after its key was followed if it was replaced.
	async fn stand(&mut self, at: &At, record: &Machine) -> Result<Standing, ChainError> {
		if record.key != self.site.key {
			if let Err(why) = self.follow_key(record).await {
				// Only a key that was this machine's can have been replaced.
				let stranger = self.site.stranger(at, record.id).await?;
				return Ok(Standing::Stops(stranger.unwrap_or(why)));
			}
		}
		self.key_trouble = keys::tidy(&self.site.config.wallet, record.key, record.rotations).await;
		Ok(Standing::of(record, self.site.config.machine.owner))
	}

	/// Goes on with the machine's key of now, if this computer has it. The work that runs needs no key.
	async fn follow_key(&mut self, record: &Machine) -> Result<(), String> {
		let wallet = keys::find(&self.site.config.wallet, record.key).await?;
		if self.claim.key() != record.key {
			self.claim = KeyClaim::take(record.key).map_err(|error| error.to_string())?;
		}
		tracing::info!(machine = %record.id, old = %self.site.key, new = %record.key, "goes on with the machine's new key");
		self.site.key = wallet.account();
		self.submitter.use_key(Arc::new(wallet));
		// What failed, failed with the old key.
		self.pauses.clear();
		Ok(())
	}

	fn take_standing(&mut self, standing: Standing) {
		if let Standing::Stops(why) = &standing {
			self.bring_to_safe(why);
		}
		if standing == self.standing {
			return;
		}
		match (standing.trouble(), &self.machine) {
			(Some(trouble), _) => tracing::warn!("{trouble}"),
			(None, Some(machine)) => tracing::info!(%machine, "this is the machine"),
			(None, None) => {}
		}
		if standing.works() {
			// What failed meanwhile, failed because of that.
			self.pauses.clear();
		}
		self.submitter.hold(standing.trouble().map(str::to_owned));
		self.standing = standing;
	}

	/// Stops what runs, if anything does; the board makes its outputs safe.
	pub(super) fn bring_to_safe(&self, why: &str) {
		let Some(work) = self.work.as_ref().filter(|work| !work.cancel.is_cancelled()) else {
			return;
		};
		tracing::warn!(job = %work.job, why, "stopping the machine");
		work.cancel.cancel();
	}
}

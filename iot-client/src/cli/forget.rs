//! A machine's former keys that nothing needs any more.

use super::{machine, CliError, Desk, Result};
use crate::{
	chain::{
		queries,
		types::{JobId, Machine, MachineId, RecipeReference},
	},
	wallet::succession::KeyFiles,
};
use subxt::utils::AccountId32;

/// Deletes the files of the machine's former keys, if no open job was encrypted to one of them and no order will be.
pub(super) async fn forget_keys(desk: &Desk<'_>, typed: Option<MachineId>) -> Result<u8> {
	let config = desk.config()?;
	let wallet = machine::open_key(&config)?;
	let chain = desk.chain()?;
	let (at, _) = desk.at_newest(&chain).await?;
	let record = desk.record(&at, typed).await?;
	let mut needed = Vec::new();
	for id in queries::open_jobs(&at, record.id).await? {
		let reference = queries::job(&at, id).await?.map(|job| job.recipe_reference);
		if let Some(RecipeReference::Sealed { key_version, .. }) = reference {
			needed.push((id, key_version));
		}
	}
	may_forget(&record, &wallet.account(), &wallet.encryption_key(), &needed).map_err(CliError::refused)?;
	let files = KeyFiles::of(&config.wallet.keystore);
	let lock = files.lock()?;
	let forgotten = files.forget_retired(&lock, &record.key)?;
	let text = match &forgotten[..] {
		[] => "there are no former keys here".to_owned(),
		forgotten => format!(
			"deleted; copies in backups are yours to destroy:\n{}",
			forgotten
				.iter()
				.map(|path| path.display().to_string())
				.collect::<Vec<_>>()
				.join("\n")
		),
	};
	let json = serde_json::json!({ "machine": record.id, "forgotten": forgotten });
	desk.say(text, &json);
	Ok(0)
}

/// Whether nothing needs the keys before this one. `needed` is which version of the key each open job needs, if any.
fn may_forget(
	record: &Machine,
	key: &AccountId32,
	encryption_key: &[u8; 32],
	needed: &[(JobId, u32)],
) -> Result<(), String> {
	if record.key != *key {
		return Err(format!(
			"the keystore's key {key} is not the key of machine {}, which is {}: end the rotation with `iot-client rotate-key` first",
			record.id, record.key
		));
	}
	if record.encryption.key != *encryption_key {
		return Err(
			"private matter still is encrypted to a former key: run `iot-client rotate-encryption-key` first"
				.to_owned(),
		);
	}
	let version = record.encryption.version;
	match needed.iter().find(|(_, needed)| *needed < version) {
		Some((job, needed)) => Err(format!(
			"job {job} has something that is encrypted to version {needed} of the key, and version {version} is the one of now: try again when it has ended"
		)),
		None => Ok(()),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const KEY: AccountId32 = AccountId32([2; 32]);
	const ENCRYPTION: [u8; 32] = [5; 32];

	/// A machine whose encryption key is at version 2.
	fn machine() -> Machine {
		let mut machine = Machine::example(MachineId([9; 32]), AccountId32([3; 32]), KEY);
		machine.encryption.key = ENCRYPTION;
		machine.encryption.version = 2;
		machine
	}

	fn said(key: &AccountId32, encryption_key: &[u8; 32], needed: &[(JobId, u32)]) -> String {
		may_forget(&machine(), key, encryption_key, needed).unwrap_err()
	}

	#[test]
	fn keys_that_nothing_needs_may_go() {
		assert_eq!(may_forget(&machine(), &KEY, &ENCRYPTION, &[(JobId(2), 2)]), Ok(()));
	}

	#[test]
	fn a_key_stays_while_a_job_or_an_order_to_come_may_need_it() {
		assert!(said(&KEY, &ENCRYPTION, &[(JobId(1), 2), (JobId(7), 1)]).contains("job 7"));
		assert!(said(&KEY, &[6; 32], &[]).contains("rotate-encryption-key"));
		assert!(said(&AccountId32([4; 32]), &ENCRYPTION, &[]).contains("rotate-key"));
	}
}

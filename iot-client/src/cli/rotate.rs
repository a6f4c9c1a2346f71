//! A machine gets a new key.
//!
//! The new key is on disk before the chain hears of it, and the chain decides: whatever cuts the command off, when it runs
//! again it asks the chain which key lives, and goes on from there.

use super::{args::Keyed, machine, CliError, Desk, Result};
use crate::{
	chain::{
		queries,
		types::{BlockId, Machine, MachineId, MachineStatus},
		At, Call, Chain,
	},
	config::Config,
	wallet::{
		succession::{KeyFiles, KeyLock},
		Wallet,
	},
};
use std::{path::Path, sync::Arc};
use subxt::utils::AccountId32;

/// A key in a file, and what the chain says of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Found {
	key: AccountId32,
	/// The machine that it acts or acted for, and whether it still does.
	machine: Option<(MachineId, bool)>,
}

/// What to do next about a rotation.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Step {
	/// Ask the chain to put the successor into the machine, a new one if there is none.
	Rotate,
	/// Ask the chain to put the keystore's own key into the machine.
	Install,
	/// The chain has the successor: put it into the keystore's place. The number of the rotation.
	Succeed(u32),
	/// The machine has the keystore's key.
	Done,
}

/// What the chain and the files say, and so what to do.
struct Plan<'a> {
	machine: &'a Machine,
	files: &'a KeyFiles,
	keystore: Option<Found>,
	successor: Option<Found>,
	/// Whether the keystore's own key is wanted, instead of a new one.
	this_key: bool,
}

impl Plan<'_> {
	/// What to do next.
	///
	/// # Errors
	/// In words, when nothing may be done until somebody has looked.
	fn next(&self) -> Result<Step, String> {
		let machine = self.machine;
		if machine.status == MachineStatus::Decommissioned {
			return Err(format!(
				"machine {} was decommissioned, it gets no key any more",
				machine.id
			));
		}
		match (self.successor, self.this_key) {
			(Some(successor), false) => self.follow(successor),
			(Some(successor), true) => Err(format!(
				"a rotation to the key {} was begun; finish it without --this-key, or move {} away, and keep it",
				successor.key,
				self.files.successor().display()
			)),
			(None, true) => self.install(),
			(None, false) => self.begin(),
		}
	}

	/// Goes on with a successor that was made before.
	fn follow(&self, successor: Found) -> Result<Step, String> {
		let (file, key) = (self.files.successor(), successor.key);
		match successor.machine {
			None => Ok(Step::Rotate),
			Some((id, true)) if id == self.machine.id => Ok(Step::Succeed(self.machine.rotations.saturating_sub(1))),
			Some((id, false)) if id == self.machine.id => Err(format!(
				"{} holds the key {key}, which this machine had before and can never have again; move it away, and keep it",
				file.display()
			)),
			Some((id, _)) => Err(format!(
				"{} holds the key {key} of another machine, {id}; move it to where that machine's client is",
				file.display()
			)),
		}
	}

	/// Begins with a new key, if this is the place for it: where the machine's keys are.
	fn begin(&self) -> Result<Step, String> {
		let keystore = self.files.keystore().display();
		match self.keystore {
			Some(Found {
				machine: Some((id, _)), ..
			}) if id == self.machine.id => Ok(Step::Rotate),
			Some(Found {
				key,
				machine: Some((id, _)),
			}) => Err(format!(
				"the key {key} in {keystore} is machine {id}'s, not machine {}'s; use the configuration of the machine that you mean",
				self.machine.id
			)),
			Some(Found { key, machine: None }) => Err(format!(
				"the key {key} in {keystore} is no machine's; with --this-key, signed by the owner, it becomes that of machine {}",
				self.machine.id
			)),
			None => Err(format!(
				"there is no keystore at {keystore}; `iot-client init` makes one, and `rotate-key --this-key`, signed by the owner, puts its key into the machine"
			)),
		}
	}

	/// Puts the keystore's own key in, which no machine ever had.
	fn install(&self) -> Result<Step, String> {
		let Some(Found { key, machine }) = self.keystore else {
			let keystore = self.files.keystore().display();
			return Err(format!(
				"there is no keystore at {keystore}; `iot-client init` makes one"
			));
		};
		match machine {
			None => Ok(Step::Install),
			Some((id, true)) if id == self.machine.id => Ok(Step::Done),
			Some((id, _)) => Err(format!(
				"the key {key} is or was machine {id}'s, and a key is a machine's once; leave --this-key out to make a new one"
			)),
		}
	}
}

/// Puts a new key into the place of the machine's key.
pub(super) async fn rotate_key(desk: &Desk<'_>, this_key: bool, keyed: &Keyed) -> Result<u8> {
	let config = desk.config()?;
	let files = KeyFiles::of(&config.wallet.keystore);
	let lock = files.lock()?;
	let chain = desk.chain()?;
	let (at, _) = desk.at_newest(&chain).await?;
	let rotation = Rotation {
		desk,
		keyed,
		config: &config,
		chain: &chain,
		files: &files,
		machine: desk.machine(&at, keyed.machine).await?,
		this_key,
	};
	rotation.run(&at, lock).await
}

struct Rotation<'a> {
	desk: &'a Desk<'a>,
	keyed: &'a Keyed,
	config: &'a Config,
	chain: &'a Chain,
	files: &'a KeyFiles,
	machine: MachineId,
	this_key: bool,
}

impl Rotation<'_> {
	async fn run(&self, at: &At, lock: KeyLock) -> Result<u8> {
		let (record, step) = self.plan(at).await?;
		match step {
			Step::Done => self.say_done(&record, None),
			Step::Succeed(rotation) => self.succeed(&record, rotation, lock, None),
			Step::Rotate => {
				let password = machine::key_password(self.config)?;
				// Asked for before a key is made: who signs must be able to.
				let signer = self.signer(&record)?;
				let new = self
					.files
					.make_successor(&password, self.chain.session().await.genesis())?;
				let block = self.submit(&record, &signer, &new).await?;
				match self.plan_after(block).await? {
					(record, Step::Succeed(rotation)) => self.succeed(&record, rotation, lock, block),
					_ => Err(self.not_yet(&new.account(), &self.files.successor())),
				}
			}
			Step::Install => {
				let password = machine::key_password(self.config)?;
				let signer = self.signer(&record)?;
				let new = Wallet::open(self.files.keystore(), &password)?;
				let block = self.submit(&record, &signer, &new).await?;
				match self.plan_after(block).await? {
					(record, Step::Done) => self.say_done(&record, block),
					_ => Err(self.not_yet(&new.account(), self.files.keystore())),
				}
			}
		}
	}

	/// The machine at that block, and what to do about its key.
	async fn plan(&self, at: &At) -> Result<(Machine, Step)> {
		let record = self.desk.record(at, Some(self.machine)).await?;
		let plan = Plan {
			machine: &record,
			files: self.files,
			keystore: found(at, self.files.keystore()).await?,
			successor: found(at, &self.files.successor()).await?,
			this_key: self.this_key,
		};
		let step = plan.next().map_err(CliError::refused)?;
		Ok((record, step))
	}

	async fn plan_after(&self, block: Option<BlockId>) -> Result<(Machine, Step)> {
		let session = self.chain.session().await;
		let block = match block {
			Some(block) => block,
			None => session.finalized().await?,
		};
		self.plan(&session.at(block).await?).await
	}

	/// Who signs: whoever was named, or else the machine's own key of now.
	fn signer(&self, record: &Machine) -> Result<Arc<Wallet>> {
		let signer = self.desk.anyone(&self.keyed.signer)?;
		may_sign(record, &signer.account()).map_err(CliError::refused)?;
		Ok(signer)
	}

	/// Has the chain put `new` into the machine. Tells the block; none when it turns out that the chain did so before.
	async fn submit(&self, record: &Machine, signer: &Arc<Wallet>, new: &Wallet) -> Result<Option<BlockId>> {
		let genesis = self.chain.session().await.genesis();
		let call = Call::RotateKey {
			machine: record.id,
			key: new.account(),
			proof: new.prove_rotation(genesis, record.id.0, record.rotations),
		};
		let error = match self.desk.submit(self.chain, signer, call).await {
			Ok((block, _)) => return Ok(Some(block)),
			Err(error) => error,
		};
		// An earlier run's transaction may have done it, and then this one could not.
		let session = self.chain.session().await;
		let at = session.at(session.finalized().await?).await?;
		match queries::machine(&at, record.id).await? {
			Some(now) if now.key == new.account() => Ok(None),
			_ => Err(CliError::new(
				error.status,
				format!(
					"{error}. The new key {} is kept; run the same command again to go on with it",
					new.account()
				),
			)),
		}
	}

	/// Puts the successor into the keystore's place.
	fn succeed(&self, record: &Machine, rotation: u32, lock: KeyLock, block: Option<BlockId>) -> Result<u8> {
		let old = KeyFiles::peek(self.files.keystore())?;
		self.files.succeed(&lock, &record.key, rotation)?;
		let kept = self.files.retired(rotation);
		let text = format!(
			"{}\nmachine  {}\nkey      {}\nold key  {}, of no use any more but to read what was encrypted to it: {}\n(what is encrypted from now on still is to the old key, until you run `iot-client rotate-encryption-key`)",
			when(block),
			record.id,
			record.key,
			old.map_or("lost".to_owned(), |old| old.to_string()),
			kept.display()
		);
		let json = serde_json::json!({
			"machine": record.id, "key": record.key, "old_key": old, "kept": kept, "rotations": record.rotations,
			"block": block.map(|block| block.number),
		});
		self.desk.say(text, &json);
		Ok(0)
	}

	fn say_done(&self, record: &Machine, block: Option<BlockId>) -> Result<u8> {
		let text = format!("{}\nmachine  {}\nkey      {}", when(block), record.id, record.key);
		let json = serde_json::json!({
			"machine": record.id, "key": record.key, "rotations": record.rotations,
			"block": block.map(|block| block.number),
		});
		self.desk.say(text, &json);
		Ok(0)
	}

	fn not_yet(&self, new: &AccountId32, file: &Path) -> CliError {
		CliError::refused(format!(
			"the chain took the call, but the machine's key is not {new} any more: somebody rotated again; {} is kept, look with `iot-client status`",
			file.display()
		))
	}
}

fn when(block: Option<BlockId>) -> String {
	match block {
		Some(block) => format!("rotated in block {}", block.number),
		None => "the chain has this key already".to_owned(),
	}
}

/// Whether an account may rotate a machine's key.
fn may_sign(machine: &Machine, signer: &AccountId32) -> Result<(), String> {
	if *signer == machine.owner {
		return Ok(());
	}
	if *signer != machine.key {
		return Err(format!(
			"{signer} neither owns machine {} nor is its key of now; let its owner {} sign (--account, or --as on a development chain)",
			machine.id, machine.owner
		));
	}
	match machine.frozen {
		true => Err(format!(
			"machine {} is frozen, so its key cannot sign; let its owner {} sign (--account, or --as on a development chain)",
			machine.id, machine.owner
		)),
		false => Ok(()),
	}
}

/// The key in a file, if there is one, and what the chain says of it.
async fn found(at: &At, path: &Path) -> Result<Option<Found>> {
	let Some(key) = KeyFiles::peek(path)? else {
		return Ok(None);
	};
	let machine = queries::machine_of_key(at, &key).await?;
	Ok(Some(Found { key, machine }))
}

/// Declares the encryption key that belongs to the machine's key of now.
pub(super) async fn rotate_encryption_key(desk: &Desk<'_>, keyed: &Keyed) -> Result<u8> {
	let config = desk.config()?;
	let machine_key = machine::open_key(&config)?;
	let chain = desk.chain()?;
	let (at, _) = desk.at_newest(&chain).await?;
	let record = desk.record(&at, keyed.machine).await?;
	let key = machine_key.encryption_key();
	may_declare(&record, &machine_key.account(), &key).map_err(CliError::refused)?;
	let signer = desk.anyone(&keyed.signer)?;
	may_sign(&record, &signer.account()).map_err(CliError::refused)?;
	let call = Call::RotateEncryptionKey {
		machine: record.id,
		key,
	};
	let (block, _) = desk.submit(&chain, &signer, call).await?;
	let (shown, version) = (crate::parse::hex(key), record.encryption.version.saturating_add(1));
	let text = format!(
		"declared in block {}\nmachine  {}\nprivate matter is to be encrypted to {shown}, version {version}",
		block.number, record.id
	);
	let json = serde_json::json!({
		"machine": record.id, "encryption_key": shown, "version": version, "block": block.number,
	});
	desk.say(text, &json);
	Ok(0)
}

/// Whether the encryption key of a machine's key is news to the chain.
fn may_declare(record: &Machine, key: &AccountId32, encryption_key: &[u8; 32]) -> Result<(), String> {
	if record.key != *key {
		return Err(format!(
			"the keystore's key {key} is not the key of machine {}, which is {}; what is encrypted to it could not be read there",
			record.id, record.key
		));
	}
	match record.encryption.key == *encryption_key {
		true => Err(format!(
			"private matter is encrypted to this key already (version {}); `rotate-key` makes a new key, and with it a new encryption key",
			record.encryption.version
		)),
		false => Ok(()),
	}
}

#[cfg(test)]
mod tests;

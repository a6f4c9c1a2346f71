//! Follows the machine's key on disk, when the chain has replaced it.

use super::recipes::Obstacle;
use crate::{
	config::WalletConfig,
	recipe::sealed::{Context, SealError},
	wallet::{succession::KeyFiles, Password, Wallet, WalletError},
};
use subxt::utils::AccountId32;

/// The machine's key of now, from the keystore or from the file of its successor; or why it cannot be had, in words.
pub(super) async fn find(config: &WalletConfig, live: AccountId32) -> Result<Wallet, String> {
	let config = config.clone();
	off_thread(move || {
		let files = KeyFiles::of(&config.keystore);
		let elsewhere = format!(
			"the machine's key is {live} now, and {} does not hold it: it was rotated elsewhere. It stands still and nothing is signed. If you did that, put that key there; if not, let the owner sign `iot-client freeze`, then `iot-client rotate-key`",
			config.keystore.display()
		);
		let opened = Password::read(&config.password_file).and_then(|password| files.open(&live, &password));
		match opened {
			Ok(Some(wallet)) => Ok(wallet),
			Ok(None) => Err(elsewhere),
			Err(error) => Err(format!("{elsewhere} ({error})")),
		}
	})
	.await
}

/// Ends on disk what the chain has decided, if nobody else is at it. `rotations` is how many keys of the machine were
/// replaced, the last one by `live`. Tells what somebody should do something about.
pub(super) async fn tidy(config: &WalletConfig, live: AccountId32, rotations: u32) -> Option<String> {
	let files = KeyFiles::of(&config.keystore);
	// As nearly always: no rotation has begun.
	if !files.successor().exists() {
		return None;
	}
	off_thread(move || tidy_now(&files, live, rotations)).await
}

fn tidy_now(files: &KeyFiles, live: AccountId32, rotations: u32) -> Option<String> {
	let lock = match files.try_lock() {
		Ok(lock) => lock,
		// A command is at it, and will end it.
		Err(WalletError::Busy(_)) => return None,
		Err(error) => return Some(error.to_string()),
	};
	let (file, done) = (files.successor(), KeyFiles::peek(&files.successor()));
	match done {
		// It was moved just now.
		Ok(None) => None,
		Ok(Some(successor)) if successor == live => {
			let done = files.succeed(&lock, &live, rotations.saturating_sub(1));
			if done.is_ok() {
				tracing::info!(key = %live, "the keystore holds the machine's new key");
			}
			done.err().map(|error| error.to_string())
		}
		Ok(Some(successor)) => Some(format!(
			"a rotation to the key {successor} was begun and not ended: run `iot-client rotate-key` again, or move {} away, and keep it",
			file.display()
		)),
		Err(error) => Some(error.to_string()),
	}
}

/// The address of a recipe that was sealed to the machine's key of now, or to one that it had when the job was ordered.
/// Those before are kept on disk. As long as one of them cannot be opened, nobody knows whether it was that one: this passes.
pub(super) async fn unseal(config: &WalletConfig, context: Context, sealed: Vec<u8>) -> Result<String, Obstacle> {
	let config = config.clone();
	off_thread(move || {
		let password = Password::read(&config.password_file).map_err(|error| Obstacle::Passing(error.to_string()))?;
		let mut locked = None;
		for path in KeyFiles::of(&config.keystore).all() {
			match Wallet::open(&path, &password) {
				Ok(wallet) => match wallet.unseal(&context, &sealed) {
					Ok(address) => return Ok(address),
					Err(SealError::Sealed) => {}
					Err(error) => return Err(Obstacle::Final(error.to_string())),
				},
				Err(error) => locked = Some(error),
			}
		}
		let sealed = SealError::Sealed;
		Err(match locked {
			Some(error) => Obstacle::Passing(format!("{sealed} ({error})")),
			None => Obstacle::Final(sealed.to_string()),
		})
	})
	.await
}

/// Runs what waits for the disk, or for scrypt.
async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
	match tokio::task::spawn_blocking(work).await {
		Ok(result) => result,
		Err(error) => std::panic::resume_unwind(error.into_panic()),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{fs, os::unix::fs::PermissionsExt};
	use subxt::utils::H256;

	/// The order that addresses are sealed for here.
	const CONTEXT: Context = Context {
		genesis: [1; 32],
		customer: [2; 32],
		machine: [3; 32],
		recipe: [4; 32],
		key_version: 1,
	};

	struct Place {
		dir: tempfile::TempDir,
		config: WalletConfig,
		old: AccountId32,
	}

	impl Place {
		fn new() -> Self {
			let dir = tempfile::tempdir().unwrap();
			let config = WalletConfig {
				keystore: dir.path().join("key.json"),
				password_file: dir.path().join("password"),
			};
			fs::write(&config.password_file, "pass\n").unwrap();
			fs::set_permissions(&config.password_file, fs::Permissions::from_mode(0o600)).unwrap();
			let password = Password::read(&config.password_file).unwrap();
			let old = Wallet::create(&config.keystore, &password, "", None).unwrap();
			Self {
				old: old.account(),
				dir,
				config,
			}
		}

		fn files(&self) -> KeyFiles {
			KeyFiles::of(&self.config.keystore)
		}

		fn prepare(&self) -> AccountId32 {
			let password = Password::read(&self.config.password_file).unwrap();
			let new = self.files().make_successor(&password, H256::zero()).unwrap();
			new.account()
		}
	}

	#[tokio::test]
	async fn the_daemon_goes_on_from_wherever_a_rotation_was_cut_off() {
		// Nothing was begun.
		let place = Place::new();
		assert_eq!(tidy(&place.config, place.old, 0).await, None);

		// The key was made, and the chain has not heard of it or not taken it.
		let new = place.prepare();
		let said = tidy(&place.config, place.old, 0).await.unwrap();
		assert!(said.contains(&new.to_string()) && said.contains("rotate-key"), "{said}");
		assert_eq!(find(&place.config, place.old).await.unwrap().account(), place.old);

		// The chain has taken it.
		assert_eq!(find(&place.config, new).await.unwrap().account(), new);
		assert_eq!(tidy(&place.config, new, 1).await, None);
		assert_eq!(Wallet::peek(&place.config.keystore).unwrap(), new);
		assert_eq!(Wallet::peek(&place.files().retired(0)).unwrap(), place.old);

		// All is done.
		assert_eq!(tidy(&place.config, new, 1).await, None);
		assert_eq!(find(&place.config, new).await.unwrap().account(), new);
	}

	#[tokio::test]
	async fn what_a_command_is_at_is_left_to_it() {
		let place = Place::new();
		let new = place.prepare();
		let lock = place.files().lock().unwrap();
		assert_eq!(tidy(&place.config, new, 1).await, None);
		assert_eq!(tidy(&place.config, place.old, 0).await, None);
		assert_eq!(Wallet::peek(&place.config.keystore).unwrap(), place.old);
		// Its key works already.
		assert_eq!(find(&place.config, new).await.unwrap().account(), new);
		drop(lock);
	}

	#[tokio::test]
	async fn a_key_that_was_rotated_elsewhere_says_what_to_do() {
		let place = Place::new();
		let live = AccountId32([7; 32]);
		let said = find(&place.config, live).await.err().unwrap();
		for words in [&live.to_string(), "key.json", "rotated elsewhere", "iot-client freeze"] {
			assert!(said.contains(words), "{words}: {said}");
		}
		// Put there by hand, it is found.
		let password = Password::read(&place.config.password_file).unwrap();
		let other = Wallet::create(&place.dir.path().join("other"), &password, "", None).unwrap();
		fs::rename(place.dir.path().join("other"), &place.config.keystore).unwrap();
		assert_eq!(
			find(&place.config, other.account()).await.unwrap().account(),
			other.account()
		);
	}

	#[tokio::test]
	async fn a_file_that_cannot_be_read_is_named() {
		let place = Place::new();
		fs::write(place.files().successor(), "{}").unwrap();
		let said = tidy(&place.config, place.old, 0).await.unwrap();
		assert!(said.contains("key.json.new is not a keystore"), "{said}");
		let said = find(&place.config, AccountId32([7; 32])).await.err().unwrap();
		assert!(said.contains("key.json.new"), "{said}");
		assert!(find(&place.config, place.old).await.is_ok());
	}

	#[tokio::test]
	async fn what_was_sealed_to_a_former_key_is_still_read() {
		let place = Place::new();
		let address = "file:bracket.toml";
		let password = Password::read(&place.config.password_file).unwrap();
		let key_of_now = || {
			Wallet::open(&place.config.keystore, &password)
				.unwrap()
				.encryption_key()
		};
		let before = key_of_now();
		let sealed = crate::recipe::sealed::seal(&before, &CONTEXT, address).unwrap();
		let new = place.prepare();
		assert_eq!(tidy(&place.config, new, 1).await, None);
		assert_ne!(key_of_now(), before);
		assert_eq!(
			unseal(&place.config, CONTEXT, sealed.clone()).await.as_deref(),
			Ok(address)
		);
		// The key of an earlier rotation is elsewhere.
		fs::rename(place.files().retired(0), place.files().retired(7)).unwrap();
		assert_eq!(
			unseal(&place.config, CONTEXT, sealed.clone()).await.as_deref(),
			Ok(address)
		);
		let other = Context {
			customer: [9; 32],
			..CONTEXT
		};
		let refused = unseal(&place.config, other, sealed).await;
		assert!(matches!(&refused, Err(Obstacle::Final(why)) if why.contains("another order")));
	}

	#[tokio::test]
	async fn what_cannot_be_opened_now_may_be_opened_later() {
		let place = Place::new();
		let password = Password::read(&place.config.password_file).unwrap();
		let key = Wallet::open(&place.config.keystore, &password)
			.unwrap()
			.encryption_key();
		let sealed = crate::recipe::sealed::seal(&key, &CONTEXT, "file:a.toml").unwrap();
		let try_now = async || unseal(&place.config, CONTEXT, sealed.clone()).await;
		// The password is out of reach, then wrong; then the key is out of reach.
		let password_away = place.dir.path().join("away");
		fs::rename(&place.config.password_file, &password_away).unwrap();
		assert!(matches!(try_now().await, Err(Obstacle::Passing(_))));
		fs::write(&place.config.password_file, "other\n").unwrap();
		fs::set_permissions(&place.config.password_file, fs::Permissions::from_mode(0o600)).unwrap();
		assert!(matches!(try_now().await, Err(Obstacle::Passing(_))));
		fs::rename(&password_away, &place.config.password_file).unwrap();
		assert_eq!(try_now().await.as_deref(), Ok("file:a.toml"));
		fs::write(&place.config.keystore, "{}").unwrap();
		assert!(matches!(try_now().await, Err(Obstacle::Passing(_))));
	}
}

//! The files after each point at which a rotation may be cut off.

use super::*;
use std::os::unix::fs::PermissionsExt;

const GENESIS: H256 = H256([1; 32]);

struct Place {
	dir: tempfile::TempDir,
	files: KeyFiles,
	password: Password,
	old: AccountId32,
}

impl Place {
	/// A machine with one key.
	fn new() -> Self {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("password");
		fs::write(&path, "pass\n").unwrap();
		fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
		let password = Password::read(&path).unwrap();
		let files = KeyFiles::of(&dir.path().join("key.json"));
		let old = Wallet::create(files.keystore(), &password, "drill 1", Some(GENESIS)).unwrap();
		Self {
			old: old.account(),
			dir,
			files,
			password,
		}
	}

	/// The same, and the key that is to follow.
	fn prepared() -> (Self, AccountId32) {
		let place = Self::new();
		let new = place.files.make_successor(&place.password, GENESIS).unwrap();
		(place, new.account())
	}

	fn names(&self) -> Vec<String> {
		let entries = fs::read_dir(self.dir.path()).unwrap();
		let mut names: Vec<_> = entries
			.map(|entry| entry.unwrap().file_name().into_string().unwrap())
			.collect();
		names.sort();
		names
	}

	fn succeed(&self, new: &AccountId32, rotation: u32) -> Result<(), WalletError> {
		self.files.succeed(&self.files.lock().unwrap(), new, rotation)
	}

	/// The new key is the machine's, the old one is kept, and nothing else lies about.
	fn assert_succeeded(&self, new: AccountId32, rotation: u32) {
		let kept = self.files.retired(rotation);
		assert_eq!(Wallet::peek(self.files.keystore()).unwrap(), new);
		assert_eq!(Wallet::peek(&kept).unwrap(), self.old);
		let retired = format!("key.json.retired-{rotation}");
		assert_eq!(self.names(), ["key.json", &retired, "password"]);
		for path in [self.files.keystore(), &kept] {
			assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
			Wallet::open(path, &self.password).unwrap();
		}
	}
}

#[test]
fn the_new_key_is_made_once_with_the_same_password_and_for_its_owner_only() {
	let (place, new) = Place::prepared();
	let path = place.files.successor();
	assert_ne!(new, place.old);
	assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
	assert_eq!(Wallet::name(&path).unwrap(), "drill 1");
	// Whoever was cut off here finds it again, and makes no other.
	let again = place.files.make_successor(&place.password, GENESIS).unwrap();
	assert_eq!(again.account(), new);
	assert_eq!(Wallet::peek(place.files.keystore()).unwrap(), place.old);
}

#[test]
fn a_rotation_that_is_cut_off_at_any_point_comes_to_the_same_end() {
	for (done, point) in [
		"before the first step",
		"after the old key is kept",
		"after the new key is in its place",
	]
	.into_iter()
	.enumerate()
	{
		let (place, new) = Place::prepared();
		if done > 0 {
			place.files.keep_old(3).unwrap();
		}
		if done > 1 {
			place.files.replace().unwrap();
		}
		// The key that lives is found at every point.
		let found = place.files.open(&new, &place.password).unwrap();
		assert_eq!(found.map(|wallet| wallet.account()), Some(new), "{point}");
		for _ in 0..2 {
			place
				.succeed(&new, 3)
				.unwrap_or_else(|error| panic!("{point}: {error}"));
			place.assert_succeeded(new, 3);
		}
	}
}

#[test]
fn the_live_key_is_found_while_its_file_is_being_moved() {
	let (place, new) = Place::prepared();
	let lock = place.files.lock().unwrap();
	std::thread::scope(|scope| {
		let moving = scope.spawn(|| place.files.succeed(&lock, &new, 0).unwrap());
		while !moving.is_finished() {
			let found = place.files.open(&new, &place.password).unwrap();
			assert_eq!(found.map(|wallet| wallet.account()), Some(new));
		}
	});
}

#[test]
fn a_rotation_that_came_to_nothing_leaves_the_old_key_in_its_place() {
	let (place, _) = Place::prepared();
	let found = place.files.open(&place.old, &place.password).unwrap();
	assert_eq!(found.map(|wallet| wallet.account()), Some(place.old));
}

#[test]
fn each_rotation_keeps_the_key_before_it() {
	let (mut place, first) = Place::prepared();
	place.succeed(&first, 0).unwrap();
	let second = place.files.make_successor(&place.password, GENESIS).unwrap().account();
	place.succeed(&second, 1).unwrap();
	assert_eq!(Wallet::peek(&place.files.retired(0)).unwrap(), place.old);
	place.old = first;
	assert_eq!(Wallet::peek(&place.files.retired(1)).unwrap(), first);
	assert_eq!(Wallet::peek(place.files.keystore()).unwrap(), second);
}

#[test]
fn another_key_in_the_successors_place_is_never_put_into_the_keystore() {
	let (place, new) = Place::prepared();
	let other = AccountId32([7; 32]);
	let error = place.succeed(&other, 0).unwrap_err();
	assert!(matches!(error, WalletError::OtherKey { found, expected, .. } if found == new && expected == other));
	assert!(error.to_string().contains("move it away"), "{error}");
	assert_eq!(Wallet::peek(place.files.keystore()).unwrap(), place.old);
	assert!(place.files.open(&other, &place.password).unwrap().is_none());
}

#[test]
fn a_key_that_is_kept_already_is_never_overwritten() {
	let (place, new) = Place::prepared();
	let other = Wallet::create(&place.files.retired(0), &place.password, "", None).unwrap();
	let error = place.succeed(&new, 0).unwrap_err();
	assert!(matches!(error, WalletError::OtherKey { found, .. } if found == other.account()));
	assert_eq!(Wallet::peek(place.files.keystore()).unwrap(), place.old);
	assert_eq!(Wallet::peek(&place.files.successor()).unwrap(), new);
}

#[test]
fn a_successor_that_cannot_be_read_is_named_and_left_alone() {
	let place = Place::new();
	let path = place.files.successor();
	fs::write(&path, "{}").unwrap();
	let new = AccountId32([7; 32]);
	let told = |error: WalletError| {
		assert!(matches!(error, WalletError::NotAKeystore { .. }), "{error}");
		assert!(error.to_string().contains("key.json.new"), "{error}");
	};
	told(place.files.make_successor(&place.password, GENESIS).err().unwrap());
	told(place.files.open(&new, &place.password).err().unwrap());
	told(place.succeed(&new, 0).unwrap_err());
	assert_eq!(fs::read(&path).unwrap(), b"{}");
	// The key that is live is opened all the same.
	assert!(place.files.open(&place.old, &place.password).unwrap().is_some());
}

#[test]
fn a_successor_of_another_password_is_not_opened() {
	let (place, new) = Place::prepared();
	let path = place.dir.path().join("password");
	fs::write(&path, "other\n").unwrap();
	let other = Password::read(&path).unwrap();
	assert!(matches!(
		place.files.make_successor(&other, GENESIS),
		Err(WalletError::WrongPassword(_))
	));
	assert!(matches!(
		place.files.open(&new, &other),
		Err(WalletError::WrongPassword(_))
	));
}

#[test]
fn a_missing_successor_is_an_error_and_a_missing_keystore_is_none() {
	let place = Place::new();
	let error = place.succeed(&AccountId32([7; 32]), 0).unwrap_err();
	assert!(matches!(&error, WalletError::NotHere { key, .. } if *key == AccountId32([7; 32])));
	assert!(error.to_string().contains("key.json.new"), "{error}");
	// Whoever lost the old file can still go on with the new key.
	let (place, new) = Place::prepared();
	fs::remove_file(place.files.keystore()).unwrap();
	assert!(place.files.open(&new, &place.password).unwrap().is_some());
	place.succeed(&new, 0).unwrap();
	assert_eq!(Wallet::peek(place.files.keystore()).unwrap(), new);
}

#[test]
fn only_one_at_a_time_moves_the_files() {
	let (place, _) = Place::prepared();
	let lock = place.files.lock().unwrap();
	let error = place.files.lock().unwrap_err();
	assert!(matches!(error, WalletError::Busy(_)), "{error}");
	drop(lock);
	place.files.lock().unwrap();
}

#[test]
fn former_keys_are_forgotten_and_no_other_file_is() {
	let (place, new) = Place::prepared();
	place.succeed(&new, 0).unwrap();
	let next = place.files.make_successor(&place.password, GENESIS).unwrap().account();
	fs::copy(place.files.keystore(), place.files.retired(7)).unwrap();
	let lock = place.files.lock().unwrap();
	assert_eq!(
		place.files.forget_retired(&lock, &new).unwrap(),
		[place.files.retired(0)]
	);
	assert_eq!(
		place.names(),
		["key.json", "key.json.new", "key.json.retired-7", "password"]
	);
	assert_eq!(KeyFiles::peek(&place.files.successor()).unwrap(), Some(next));
	assert!(place.files.forget_retired(&lock, &new).unwrap().is_empty());
}

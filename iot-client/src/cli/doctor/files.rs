//! The files that hold secrets or state: whose they are, and who else can read them.

use super::finding::Finding;
use crate::{
	config::Config,
	wallet::{is_of_a_service, succession::KeyFiles, Password, Wallet, WalletError},
};
use nix::unistd::{geteuid, User};
use std::{
	fs, io,
	os::unix::fs::{MetadataExt, PermissionsExt},
	path::Path,
};
use subxt::utils::AccountId32;

/// The checks of this module, in their order.
pub const CHECKS: [&str; 5] = ["user", "password file", "keystore", "state_dir", "key"];

/// Whoever runs this.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Me {
	/// User id.
	pub uid: u32,
	/// User name, or the id again.
	pub name: String,
}

impl Me {
	/// Whoever runs this.
	pub fn now() -> Self {
		let uid = geteuid().as_raw();
		Self {
			uid,
			name: user_name(uid),
		}
	}
}

fn user_name(uid: u32) -> String {
	let user = User::from_uid(uid.into()).ok().flatten();
	user.map_or_else(|| uid.to_string(), |user| user.name)
}

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
	File,
	Folder,
	Other,
}

/// What the system says of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Facts {
	kind: Kind,
	mode: u32,
	uid: u32,
	owner: String,
}

/// Looks at a file; `None` when there is none.
fn look(path: &Path) -> io::Result<Option<Facts>> {
	let metadata = match fs::metadata(path) {
		Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
		metadata => metadata?,
	};
	let kind = match metadata.file_type() {
		kind if kind.is_file() => Kind::File,
		kind if kind.is_dir() => Kind::Folder,
		_ => Kind::Other,
	};
	Ok(Some(Facts {
		kind,
		mode: metadata.permissions().mode() & 0o7777,
		uid: metadata.uid(),
		owner: user_name(metadata.uid()),
	}))
}

/// What a file must be.
struct Wanted<'a> {
	check: &'static str,
	path: &'a Path,
	kind: Kind,
	/// Bits that others may not have.
	forbidden: u32,
	/// What to do when there is none; nothing if that is no harm yet.
	missing: Option<&'static str>,
}

/// Looks at the files around the key and the state, and opens the key.
pub fn check(config: &Config) -> Vec<Finding> {
	let me = Me::now();
	let password = &config.wallet.password_file;
	let wanted = [
		Wanted {
			check: "password file",
			path: password,
			kind: Kind::File,
			// systemd lets a service read its credentials by an access list, which shows as the group's bits.
			forbidden: if is_of_a_service(password) { 0o007 } else { 0o077 },
			missing: Some("`iot-client init` makes a password and a key; if you have them elsewhere, put both back"),
		},
		Wanted {
			check: "keystore",
			path: &config.wallet.keystore,
			kind: Kind::File,
			forbidden: 0o077,
			missing: Some(
				"`iot-client init` makes one; if the machine has a key already, put its file back from your copy",
			),
		},
		Wanted {
			check: "state_dir",
			path: &config.state_dir,
			kind: Kind::Folder,
			forbidden: 0o027,
			missing: None,
		},
	];
	let owner = look(&config.wallet.keystore).ok().flatten().map(|facts| facts.owner);
	let mut findings = vec![judge_user(&me, owner.as_deref())];
	findings.extend(wanted.iter().map(|wanted| judge(wanted, look(wanted.path), &me)));
	findings.push(check_key(config));
	findings
}

fn judge_user(me: &Me, owner: Option<&str>) -> Finding {
	match owner {
		Some(owner) if me.uid == 0 && owner != me.name => Finding::warning(
			"user",
			format!("this runs as root, who may do anything; the keystore is {owner}'s"),
			format!("run it as the daemon runs, to see what that one may do: sudo -u {owner} iot-client doctor"),
		),
		_ => Finding::ok("user", format!("this runs as {}", me.name)),
	}
}

fn judge(wanted: &Wanted<'_>, facts: io::Result<Option<Facts>>, me: &Me) -> Finding {
	let Wanted {
		check,
		path,
		kind,
		forbidden,
		missing,
	} = *wanted;
	let shown = path.display();
	let facts = match facts {
		Ok(Some(facts)) => facts,
		// Neither there nor hidden for anybody else.
		Ok(None) | Err(_) if is_of_a_service(path) => {
			return Finding::skipped(
				check,
				format!("{shown} is a credential, which only its service can read while it runs"),
			)
		}
		Ok(None) => {
			return match missing {
				Some(fix) => Finding::wrong(check, format!("there is no {shown}"), fix),
				None => Finding::ok(check, format!("{shown} is not there yet; `iot-client run` makes it")),
			}
		}
		Err(error) => {
			let fix = format!(
				"let {} into the folders above it, or correct its path in the configuration",
				me.name
			);
			return Finding::wrong(check, format!("cannot look at {shown}: {error}"), fix);
		}
	};
	if facts.kind != kind {
		let (is_not, fix) = match kind {
			Kind::Folder => ("no folder", "move it away, or correct its path in the configuration"),
			_ => ("no file", "correct its path in the configuration"),
		};
		return Finding::wrong(check, format!("{shown} is {is_not}"), fix);
	}
	let Facts { mode, uid, owner, .. } = facts;
	let right = match kind {
		Kind::Folder => "700",
		_ => "600",
	};
	if mode & forbidden != 0 {
		let can = match (mode & 0o022 & forbidden, mode & 0o007 & forbidden) {
			(1.., _) => "others can write to",
			(0, 1..) => "everybody can read",
			(0, 0) => "others can read",
		};
		let what = format!("{can} {shown} (mode {mode:03o})");
		return Finding::wrong(check, what, format!("chmod {right} {shown}"));
	}
	if uid != me.uid && me.uid != 0 && !is_of_a_service(path) {
		let what = format!("{shown} is {owner}'s, and this runs as {}", me.name);
		let fix = format!(
			"sudo chown {} {shown}, or run this as {owner}: sudo -u {owner} iot-client doctor",
			me.name
		);
		return Finding::wrong(check, what, fix);
	}
	Finding::ok(check, format!("{shown} is {owner}'s alone (mode {mode:03o})"))
}

fn check_key(config: &Config) -> Finding {
	let (keystore, file) = (&config.wallet.keystore, &config.wallet.password_file);
	// A pipe or a device there would be read for ever.
	if !file.is_file() || !keystore.is_file() {
		return Finding::skipped("key", "the keystore or its password is not there");
	}
	let opened = Password::read(file).and_then(|password| Wallet::open(keystore, &password));
	let begun = KeyFiles::of(keystore).successor().exists();
	judge_key(opened.map(|wallet| wallet.account()), keystore, file, begun)
}

fn judge_key(opened: Result<AccountId32, WalletError>, keystore: &Path, password: &Path, begun: bool) -> Finding {
	let (keystore, password) = (keystore.display(), password.display());
	let error = match opened {
		Ok(key) if begun => {
			let what =
				format!("the password opens {keystore}, which is {key}; a change of keys was begun and not ended");
			return Finding::warning(
				"key",
				what,
				"run `iot-client rotate-key` again: it goes on where it stopped",
			);
		}
		Ok(key) => return Finding::ok("key", format!("the password opens {keystore}, which is {key}")),
		Err(error) => error,
	};
	let fix = match &error {
		WalletError::Exposed { .. } => return Finding::skipped("key", "others can read the password; see above"),
		WalletError::WrongPassword(_) => format!(
			"put its password on the first line of {password}, or put back the keystore that this password is for, from your copy"
		),
		WalletError::BadPassword(_) => {
			format!("put the keystore's password on the first line of {password}, and nothing after it")
		}
		WalletError::NotAKeystore { .. } => format!(
			"put {keystore} back from your copy; if the machine was never registered, move it away and run `iot-client init`"
		),
		WalletError::Io { .. } => format!("let this user read {keystore} and {password}: see their owners above"),
		_ => format!("put {keystore} back from your copy"),
	};
	Finding::wrong("key", error.to_string(), fix)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::cli::doctor::finding::Level;

	fn me() -> Me {
		Me {
			uid: 1000,
			name: "machine".to_owned(),
		}
	}

	fn facts(kind: Kind, mode: u32, uid: u32) -> io::Result<Option<Facts>> {
		let owner = match uid {
			1000 => "machine",
			_ => "root",
		};
		Ok(Some(Facts {
			kind,
			mode,
			uid,
			owner: owner.to_owned(),
		}))
	}

	fn secret() -> Wanted<'static> {
		Wanted {
			check: "password file",
			path: Path::new("/p"),
			kind: Kind::File,
			forbidden: 0o077,
			missing: Some("iot-client init"),
		}
	}

	fn folder() -> Wanted<'static> {
		Wanted {
			check: "state_dir",
			kind: Kind::Folder,
			forbidden: 0o027,
			missing: None,
			..secret()
		}
	}

	#[test]
	fn modes_and_owners_of_files_are_judged() {
		let denied = || Err(io::Error::from(io::ErrorKind::PermissionDenied));
		for (wanted, facts, level, words) in [
			(secret(), facts(Kind::File, 0o600, 1000), Level::Ok, "machine's alone"),
			(secret(), facts(Kind::File, 0o400, 1000), Level::Ok, "machine's alone"),
			(secret(), facts(Kind::File, 0o644, 1000), Level::Wrong, "chmod 600 /p"),
			(
				secret(),
				facts(Kind::File, 0o640, 1000),
				Level::Wrong,
				"others can read",
			),
			(
				secret(),
				facts(Kind::File, 0o604, 1000),
				Level::Wrong,
				"everybody can read",
			),
			(
				secret(),
				facts(Kind::File, 0o620, 1000),
				Level::Wrong,
				"others can write",
			),
			(
				secret(),
				facts(Kind::File, 0o600, 0),
				Level::Wrong,
				"sudo chown machine /p",
			),
			(secret(), facts(Kind::Other, 0o600, 1000), Level::Wrong, "no file"),
			(secret(), Ok(None), Level::Wrong, "iot-client init"),
			(secret(), denied(), Level::Wrong, "cannot look at"),
			(folder(), facts(Kind::Folder, 0o700, 1000), Level::Ok, "machine's alone"),
			(folder(), facts(Kind::Folder, 0o750, 1000), Level::Ok, "machine's alone"),
			(folder(), facts(Kind::Folder, 0o755, 1000), Level::Wrong, "chmod 700 /p"),
			(
				folder(),
				facts(Kind::Folder, 0o770, 1000),
				Level::Wrong,
				"others can write",
			),
			(folder(), facts(Kind::File, 0o600, 1000), Level::Wrong, "no folder"),
			(folder(), Ok(None), Level::Ok, "not there yet"),
		] {
			let finding = judge(&wanted, facts, &me());
			assert_eq!(finding.level, level, "{finding}");
			assert!(finding.to_string().contains(words), "{words:?} is not in {finding}");
		}
	}

	#[test]
	fn a_credential_of_the_service_is_left_to_it() {
		let wanted = Wanted {
			path: Path::new("/run/credentials/iot-client.service/password"),
			..secret()
		};
		assert_eq!(judge(&wanted, Ok(None), &me()).level, Level::Skipped);
		assert_eq!(judge(&wanted, facts(Kind::File, 0o400, 0), &me()).level, Level::Ok);
	}

	#[test]
	fn root_sees_all_and_is_told_what_that_is_worth() {
		let root = Me {
			uid: 0,
			name: "root".to_owned(),
		};
		assert_eq!(judge(&secret(), facts(Kind::File, 0o600, 1000), &root).level, Level::Ok);
		let finding = judge_user(&root, Some("machine"));
		assert_eq!(finding.level, Level::Warning);
		assert!(finding.fix.unwrap().contains("sudo -u machine"));
		for (me, owner) in [(&root, Some("root")), (&root, None), (&me(), Some("root"))] {
			assert_eq!(judge_user(me, owner).level, Level::Ok);
		}
	}

	#[test]
	fn each_way_that_a_key_stays_shut_has_its_fix() {
		let (keystore, password) = (Path::new("/key.json"), Path::new("/password"));
		let judge = |error| judge_key(Err(error), keystore, password, false);
		for (error, words) in [
			(WalletError::WrongPassword(keystore.into()), "first line of /password"),
			(WalletError::BadPassword(password.into()), "nothing after it"),
			(
				WalletError::NotAKeystore {
					path: keystore.into(),
					what: "it is short",
				},
				"from your copy",
			),
		] {
			let finding = judge(error);
			assert_eq!(finding.level, Level::Wrong, "{finding}");
			assert!(finding.fix.as_ref().unwrap().contains(words), "{finding}");
		}
		let key = AccountId32([1; 32]);
		assert_eq!(judge_key(Ok(key), keystore, password, false).level, Level::Ok);
		let begun = judge_key(Ok(key), keystore, password, true);
		assert_eq!(begun.level, Level::Warning);
		assert!(begun.fix.unwrap().contains("rotate-key"));
	}
}

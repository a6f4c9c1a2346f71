use super::*;
use proptest::prelude::*;

fn users() -> (tempfile::TempDir, Users) {
	let folder = tempfile::tempdir().unwrap();
	let users = Users::at(folder.path().join("deep/manager-users.json"));
	(folder, users)
}

#[test]
fn only_the_right_password_of_the_right_role_is_taken() {
	let (_folder, users) = users();
	assert!(
		!users.verify(Role::Owner, "owner-owner-owner").unwrap(),
		"there is none yet"
	);
	users.set(Role::Owner, "owner-owner-owner").unwrap();
	users.set(Role::Viewer, "viewer-viewer").unwrap();
	assert_eq!(users.roles().unwrap(), [Role::Viewer, Role::Owner]);
	assert!(users.verify(Role::Owner, "owner-owner-owner").unwrap());
	assert!(!users.verify(Role::Owner, "viewer-viewer").unwrap());
	assert!(!users.verify(Role::Owner, "owner-owner-owner ").unwrap());
	assert!(!users.verify(Role::Operator, "owner-owner-owner").unwrap());
	let known = users.load().unwrap();
	assert!(known.verify(None, "owner-owner-owner").is_none());
}

#[test]
fn a_removed_password_is_taken_no_more() {
	let (_folder, users) = users();
	users.set(Role::Operator, "operator-operator").unwrap();
	assert!(users.remove(Role::Operator).unwrap());
	assert!(!users.remove(Role::Operator).unwrap());
	assert!(!users.verify(Role::Operator, "operator-operator").unwrap());
}

#[test]
fn a_password_has_ten_characters_at_least() {
	let (_folder, users) = users();
	let error = users.set(Role::Owner, "123456789").unwrap_err();
	assert!(error.to_string().contains("at least 10"), "{error}");
	let error = users.set(Role::Owner, &"x".repeat(MOST_PASSWORD + 1)).unwrap_err();
	assert!(matches!(error, UsersError::Long { found: 1_025 }), "{error}");
	// Ten characters, thirty bytes.
	users.set(Role::Owner, "비밀번호비밀번호비밀").unwrap();
	assert!(users.verify(Role::Owner, "비밀번호비밀번호비밀").unwrap());
}

#[test]
fn the_file_is_for_its_owner_only_and_nothing_is_left_beside_it() {
	let (folder, users) = users();
	users.set(Role::Owner, "owner-owner-owner").unwrap();
	users.set(Role::Owner, "owner-owner-other").unwrap();
	assert_eq!(fs::metadata(users.path()).unwrap().permissions().mode() & 0o777, 0o600);
	assert_eq!(fs::read_dir(folder.path().join("deep")).unwrap().count(), 1);
	let text = fs::read_to_string(users.path()).unwrap();
	assert!(!text.contains("owner-owner"), "{text}");
}

#[test]
fn a_file_that_others_can_read_is_refused_with_the_remedy() {
	let (_folder, users) = users();
	users.set(Role::Owner, "owner-owner-owner").unwrap();
	for mode in [0o640, 0o604, 0o660, 0o601] {
		fs::set_permissions(users.path(), fs::Permissions::from_mode(mode)).unwrap();
		let error = users.verify(Role::Owner, "owner-owner-owner").unwrap_err().to_string();
		assert!(error.contains("chmod 600"), "{mode:o}: {error}");
	}
}

#[test]
fn the_same_password_set_anew_has_another_stamp() {
	let (_folder, users) = users();
	let stamp = |users: &Users| users.load().unwrap().stamp(Role::Owner);
	assert_eq!(stamp(&users), None);
	users.set(Role::Owner, "owner-owner-owner").unwrap();
	let first = stamp(&users);
	assert_eq!(stamp(&users), first);
	users.set(Role::Owner, "owner-owner-owner").unwrap();
	assert_ne!(stamp(&users), first);
}

#[test]
fn what_is_no_file_of_passwords_is_refused() {
	let (_folder, users) = users();
	users.set(Role::Owner, "owner-owner-owner").unwrap();
	let right = fs::read_to_string(users.path()).unwrap();
	let cases = [
		("empty", String::new()),
		("no JSON", "{".to_owned()),
		("another version", right.replace("\"version\": 1", "\"version\": 2")),
		("costly work", right.replace("\"log_n\": 15", "\"log_n\": 31")),
		("no work", right.replace("\"log_n\": 15", "\"log_n\": 1")),
		("unknown role", right.replace("\"owner\"", "\"root\"")),
		("no hex", right.replace("\"salt\": \"", "\"salt\": \"zz")),
		("too large", format!("{right}{}", " ".repeat(FILE_LIMIT as usize))),
	];
	for (name, text) in cases {
		assert_ne!(text, right, "{name}");
		fs::write(users.path(), text).unwrap();
		let error = users.verify(Role::Owner, "owner-owner-owner").unwrap_err();
		assert!(matches!(error, UsersError::Content { .. }), "{name}: {error}");
	}
}

proptest! {
	#[test]
	fn no_file_makes_it_panic(text in "\\PC{0,200}") {
		if let Ok(known) = serde_json::from_str::<Known>(&text) {
			let _ = known.check();
		}
	}
}

#[test]
fn the_file_is_read_again_when_it_has_changed_and_not_before() {
	let (folder, users) = users();
	let mut followed = Followed::new(users.clone());
	assert!(followed.known().unwrap().is_empty(), "there is none yet");
	users.set(Role::Owner, "owner-owner-owner").unwrap();
	let first = followed.known().unwrap().stamp(Role::Owner);
	assert!(first.is_some());
	// What was read is told, whatever this holds: nobody looks into the file.
	followed.read.as_mut().unwrap().1 = Known::default();
	assert!(followed.known().unwrap().is_empty());
	users.set(Role::Owner, "owner-owner-other").unwrap();
	let second = followed.known().unwrap().stamp(Role::Owner);
	assert!(second.is_some() && second != first);
	fs::set_permissions(users.path(), fs::Permissions::from_mode(0o644)).unwrap();
	for _ in 0..2 {
		assert!(matches!(followed.known(), Err(UsersError::Exposed { .. })));
	}
	fs::set_permissions(users.path(), fs::Permissions::from_mode(0o600)).unwrap();
	assert_eq!(followed.known().unwrap().stamp(Role::Owner), second);
	fs::remove_dir_all(folder.path().join("deep")).unwrap();
	assert!(followed.known().unwrap().is_empty());
}

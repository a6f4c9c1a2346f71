//! The manager, the page on which people look after the machine: who may log in, where it listens, and its certificate.

use super::{certificate, finding::Finding};
use crate::{
	cli::manager::FIRST,
	config::{ManagerSection, TlsFiles},
};
use chrono::{DateTime, Days, NaiveDateTime};
use iot_manager::{api::Role, Users, UsersError};
use std::{
	fs, io,
	net::TcpListener,
	path::Path,
	time::{SystemTime, UNIX_EPOCH},
};

/// The checks of this module, in their order.
pub const CHECKS: [&str; 3] = ["manager's users", "manager's address", "manager's TLS"];

/// A certificate that ends within so many days should be replaced.
const SOON: u64 = 21;
/// The largest file that is read, in bytes.
const FILE_LIMIT: u64 = 256 * 1024;

/// Looks at the manager of a configuration. `runs` says whether the daemon does.
pub fn check(section: Option<&ManagerSection>, runs: bool) -> Vec<Finding> {
	let Some(section) = section else {
		let why = "the configuration has no [manager]";
		return CHECKS.map(|check| Finding::skipped(check, why)).to_vec();
	};
	let users = Users::at(&section.users);
	let tls = match &section.tls {
		Some(files) => judge_tls(files, now()),
		None if section.plain_http => Finding::warning(
			CHECKS[2],
			"passwords go over the network unencrypted, as manager.plain_http says",
			"name a certificate in [manager.tls], or let manager.listen be an address of this computer alone",
		),
		None => Finding::ok(CHECKS[2], "none is needed: only this computer reaches it"),
	};
	vec![
		judge_users(&section.users, users.roles()),
		judge_address(section, TcpListener::bind(section.listen), runs),
		tls,
	]
}

fn judge_users(path: &Path, roles: Result<Vec<Role>, UsersError>) -> Finding {
	let (check, shown) = (CHECKS[0], path.display());
	match roles {
		Ok(roles) if roles.contains(&Role::Owner) => {
			let names: Vec<_> = roles.iter().map(ToString::to_string).collect();
			Finding::ok(check, format!("{} can log in", names.join(", ")))
		}
		Ok(roles) => {
			let who = if roles.is_empty() { "nobody" } else { "no owner" };
			Finding::warning(check, format!("{who} can log in, as {shown} says"), FIRST)
		}
		Err(UsersError::Exposed { mode, .. }) => Finding::wrong(
			check,
			format!("others can read {shown} (mode {mode:03o})"),
			format!("chmod 600 {shown}"),
		),
		Err(error) => Finding::wrong(
			check,
			error.to_string(),
			format!("let the service's user read {shown}; or move it away and set the passwords anew: {FIRST}"),
		),
	}
}

fn judge_address(section: &ManagerSection, bound: io::Result<TcpListener>, runs: bool) -> Finding {
	let (check, listen) = (CHECKS[1], section.listen);
	match bound {
		Ok(_) if runs => Finding::warning(
			check,
			format!("the daemon runs, and nobody listens at {listen}"),
			"see what it says (journalctl --unit iot-client); after a change of [manager]: systemctl reload iot-client",
		),
		Ok(_) => Finding::ok(check, format!("{listen} is free")),
		Err(error) if error.kind() == io::ErrorKind::AddrInUse && runs => {
			Finding::ok(check, format!("somebody listens at {listen}, as the daemon should"))
		}
		Err(error) if error.kind() == io::ErrorKind::AddrInUse => Finding::wrong(
			check,
			format!("another program listens at {listen}"),
			"end that program, or name another port in manager.listen",
		),
		Err(error) => Finding::wrong(
			check,
			format!("nobody can listen at {listen}: {error}"),
			"name an address that this computer has in manager.listen, with a port from 1024 on",
		),
	}
}

fn judge_tls(files: &TlsFiles, now: NaiveDateTime) -> Finding {
	let check = CHECKS[2];
	let pem = |path: &Path, holds: &str| match read(path) {
		Ok(text) if text.contains("-----BEGIN ") && text.contains(holds) => Ok(text),
		Ok(_) => Err(Finding::wrong(
			check,
			format!("{} holds no {} in PEM", path.display(), holds.to_lowercase()),
			"correct the paths in [manager.tls]",
		)),
		Err(error) => Err(Finding::wrong(
			check,
			format!("cannot read {}: {error}", path.display()),
			"correct the paths in [manager.tls], or let the service's user read the files",
		)),
	};
	if let Err(finding) = pem(&files.key, "PRIVATE KEY") {
		return finding;
	}
	let ends = match pem(&files.certificate, "CERTIFICATE") {
		Ok(text) => certificate::ends_at(&text),
		Err(finding) => return finding,
	};
	let shown = files.certificate.display();
	let fix = "put a new one in its place, and then: systemctl reload iot-client";
	match ends {
		None => Finding::wrong(check, format!("{shown} holds no certificate that can be read"), fix),
		Some(end) if end <= now => Finding::wrong(
			check,
			format!("the certificate {shown} has ended on {}", end.date()),
			fix,
		),
		Some(end) if now.checked_add_days(Days::new(SOON)).is_some_and(|soon| end <= soon) => {
			Finding::warning(check, format!("the certificate {shown} ends on {}", end.date()), fix)
		}
		Some(end) => Finding::ok(check, format!("the certificate {shown} is valid until {}", end.date())),
	}
}

/// The time of this computer, in UTC.
fn now() -> NaiveDateTime {
	let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
	let time = i64::try_from(since.as_secs())
		.ok()
		.and_then(|s| DateTime::from_timestamp(s, 0));
	time.unwrap_or_default().naive_utc()
}

fn read(path: &Path) -> io::Result<String> {
	let metadata = fs::metadata(path)?;
	if !metadata.is_file() || metadata.len() > FILE_LIMIT {
		return Err(io::Error::other("it is no file, or a very large one"));
	}
	fs::read_to_string(path)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::cli::doctor::{certificate::tests::PEM, finding::Level};
	use chrono::{NaiveDate, NaiveTime};
	use std::path::PathBuf;

	fn section() -> ManagerSection {
		ManagerSection {
			listen: ([127, 0, 0, 1], 0).into(),
			users: PathBuf::from("users.json"),
			tls: None,
			plain_http: false,
			allowed_hosts: Vec::new(),
			metrics: true,
			session_minutes: 60,
		}
	}

	#[track_caller]
	fn is(finding: &Finding, level: Level, words: &str) {
		let text = finding.to_string();
		assert_eq!(finding.level, level, "{text}");
		assert!(text.contains(words), "{text}");
	}

	#[test]
	fn somebody_must_be_able_to_log_in() {
		let judge = |roles| judge_users(Path::new("users.json"), roles);
		is(&judge(Ok(vec![Role::Viewer, Role::Owner])), Level::Ok, "viewer, owner");
		is(&judge(Ok(vec![])), Level::Warning, FIRST);
		is(&judge(Ok(vec![Role::Viewer])), Level::Warning, "no owner");
		let exposed = UsersError::Exposed {
			path: PathBuf::from("users.json"),
			mode: 0o644,
		};
		is(&judge(Err(exposed)), Level::Wrong, "chmod 600 users.json");
	}

	#[test]
	fn the_port_must_be_free_or_the_daemons() {
		let judge = |bound, runs| judge_address(&section(), bound, runs);
		let taken = || Err(io::ErrorKind::AddrInUse.into());
		is(&judge(taken(), true), Level::Ok, "the daemon should");
		is(&judge(taken(), false), Level::Wrong, "another program");
		is(
			&judge(Err(io::ErrorKind::PermissionDenied.into()), false),
			Level::Wrong,
			"from 1024 on",
		);
		let free = || TcpListener::bind(("127.0.0.1", 0));
		is(&judge(free(), false), Level::Ok, "free");
		is(&judge(free(), true), Level::Warning, "nobody listens");
	}

	#[test]
	fn a_certificate_must_be_there_and_last() {
		let dir = tempfile::tempdir().unwrap();
		let files = TlsFiles {
			certificate: dir.path().join("c.pem"),
			key: dir.path().join("k.pem"),
		};
		let at = |year| {
			let day = NaiveDate::from_ymd_opt(year, 10, 30).unwrap();
			judge_tls(&files, day.and_time(NaiveTime::MIN))
		};
		is(&at(2030), Level::Wrong, "cannot read");
		fs::write(&files.key, PEM).unwrap();
		is(&at(2030), Level::Wrong, "holds no private key");
		fs::write(&files.key, "-----BEGIN PRIVATE KEY-----").unwrap();
		fs::write(
			&files.certificate,
			"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
		)
		.unwrap();
		is(&at(2030), Level::Wrong, "that can be read");
		fs::write(&files.certificate, PEM).unwrap();
		is(&at(2030), Level::Ok, "until 2126-11-06");
		is(&at(2126), Level::Warning, "ends on 2126-11-06");
		is(&at(2127), Level::Wrong, "has ended");
	}

	#[test]
	fn without_a_manager_there_is_nothing_to_look_at() {
		assert!(check(None, true).iter().all(|finding| finding.level == Level::Skipped));
		let plain = ManagerSection {
			plain_http: true,
			..section()
		};
		is(&check(Some(&plain), false)[2], Level::Warning, "unencrypted");
	}
}

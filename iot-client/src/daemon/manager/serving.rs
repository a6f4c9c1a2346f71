//! Keeps the manager served: one that cannot begin is tried again, and is an alarm meanwhile. The machine goes on without it.

use super::Front;
use crate::config::ManagerSection;
use iot_manager::{Clock, Files, Manager, ManagerError, Settings, Tls, Users};
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::{
	task::{spawn_blocking, JoinHandle},
	time::sleep,
};
use tokio_util::sync::CancellationToken;

/// How long to wait before it is tried again.
const AGAIN: Duration = Duration::from_secs(10);
/// What its alarms are filed under.
const MANAGER: &str = "manager";

/// Serves until `stop` is cancelled.
pub async fn serve(front: Arc<Front>, section: ManagerSection, stop: CancellationToken) {
	let notices = front.site.notices.clone();
	while !stop.is_cancelled() {
		let started = stop.run_until_cancelled(begin(&front, &section, &stop)).await;
		let task = match started {
			None => break,
			Some(Ok(task)) => task,
			Some(Err(error)) => {
				let text = format!("nobody can look after the machine by the manager: {error}");
				tracing::error!("{text}");
				notices.trouble(MANAGER, Some(text));
				let _ = stop.run_until_cancelled(sleep(AGAIN)).await;
				continue;
			}
		};
		notices.trouble(MANAGER, None);
		let waiting = tokio::spawn(wait_for_a_password(front.clone(), section.users.clone(), stop.clone()));
		// It ends when it is told to.
		if let Err(error) = task.await {
			tracing::error!(%error, "the manager failed; it is started anew");
			let _ = stop.run_until_cancelled(sleep(AGAIN)).await;
		}
		waiting.abort();
	}
	notices.trouble(MANAGER, None);
}

async fn begin(
	front: &Arc<Front>,
	section: &ManagerSection,
	stop: &CancellationToken,
) -> Result<JoinHandle<()>, ManagerError> {
	let tls = section.tls.as_ref().map(|files| Tls {
		certificate: files.certificate.clone(),
		key: files.key.clone(),
	});
	let settings = Settings {
		listen: section.listen,
		tls,
		metrics: section.metrics,
		users: Users::at(&section.users),
		session_minutes: section.session_minutes,
		allowed_hosts: section.allowed_hosts.clone(),
		clock: Clock::default(),
	};
	let (_, task) = Manager::start(settings, front.clone(), Files::embedded(), stop.clone()).await?;
	Ok(task)
}

/// Says that nobody can log in, as long as that is so.
async fn wait_for_a_password(front: Arc<Front>, path: PathBuf, stop: CancellationToken) {
	while !stop.is_cancelled() {
		let users = Users::at(&path);
		let roles = spawn_blocking(move || users.roles()).await;
		let trouble = match roles {
			Ok(Ok(roles)) if !roles.is_empty() => None,
			Ok(Err(error)) => Some(format!("nobody can log in at the manager: {error}")),
			Ok(Ok(_)) | Err(_) => Some(
				"nobody can log in at the manager; `iot-client manager password --role owner` lets the owner"
					.to_owned(),
			),
		};
		let is_over = trouble.is_none();
		front.site.notices.trouble(MANAGER, trouble);
		if is_over {
			return;
		}
		let _ = stop.run_until_cancelled(sleep(AGAIN)).await;
	}
}

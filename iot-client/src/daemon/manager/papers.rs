//! The owner's rules and the configuration: shown, checked, saved and put into force.

use super::{
	problems,
	text::{diff, revision, TextFile},
	Front,
};
use crate::{
	config::{self, Config},
	daemon::rules::{self, channels_of},
};
use iot_manager::api::{Check, ConfigView, Fault, Problem, RuleState, RulesNow, RulesView, Save, Saved};
use iot_rules::{ChannelDecl, RuleStatus, Rules};
use std::sync::PoisonError;
use tokio::task::spawn_blocking;

/// Does what may wait for the disk, or take a while.
async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> Result<T, Fault> + Send + 'static) -> Result<T, Fault> {
	let ended = spawn_blocking(work).await;
	ended.unwrap_or_else(|_| {
		Err(Fault::Unavailable(
			"it ended before its time; please tell us".to_owned(),
		))
	})
}

/// What a text would do, when `problems` are wrong with it.
fn check(before: &str, text: &str, problems: Vec<Problem>, restart: Vec<String>) -> Check {
	Check {
		problems,
		diff: diff(before, text),
		restart,
	}
}

impl Front {
	/// The rules by now.
	pub(super) async fn show_rules(&self) -> Result<RulesView, Fault> {
		let Some(path) = self.rules_path() else {
			return Ok(RulesView {
				now: self.rules_standing(),
				text: String::new(),
			});
		};
		let file = TextFile::new(path.clone(), rules::MAX_FILE_BYTES);
		let text = off_thread(move || file.read()).await?;
		let now = RulesNow {
			path: Some(path.display().to_string()),
			revision: revision(&text),
			..self.rules_standing()
		};
		Ok(RulesView { now, text })
	}

	/// The same without the text.
	pub(super) async fn show_rules_now(&self) -> RulesNow {
		let standing = self.rules_standing();
		let Some(path) = self.rules_path() else {
			return standing;
		};
		let known = self.rules_text.clone();
		let told = path.display().to_string();
		let looked = spawn_blocking(move || {
			let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
			known.revision(TextFile::new(path, rules::MAX_FILE_BYTES))
		});
		RulesNow {
			path: Some(told),
			revision: looked.await.unwrap_or_default(),
			..standing
		}
	}

	fn rules_standing(&self) -> RulesNow {
		let notices = &self.site.notices;
		RulesNow {
			states: notices.rules().iter().map(rule_state).collect(),
			trouble: notices.trouble_with_rules(),
			..RulesNow::default()
		}
	}

	/// What these rules would be.
	pub(super) async fn look_over_rules(&self, text: String) -> Result<Check, Fault> {
		let (file, channels) = (self.rules_file()?, self.channels_for_rules()?);
		off_thread(move || {
			let problems = rules_problems(&file, &text, &channels);
			Ok(check(&file.read()?, &text, problems, Vec::new()))
		})
		.await
	}

	/// Puts these rules into force.
	pub(super) async fn put_rules(&self, save: Save) -> Result<Saved, Fault> {
		let _alone = self.saving.lock().await;
		let (file, channels) = (self.rules_file()?, self.channels_for_rules()?);
		let revision = revision(&save.text);
		off_thread(move || match rules_problems(&file, &save.text, &channels) {
			problems if problems.is_empty() => file.save(&save.text, &save.revision),
			problems => Err(Fault::Problems(problems)),
		})
		.await?;
		tracing::info!("the rules were changed by the manager");
		self.site.notices.reread_rules().await;
		Ok(Saved {
			revision,
			restart: Vec::new(),
		})
	}

	fn rules_path(&self) -> Option<std::path::PathBuf> {
		self.world.in_force.borrow().rules.clone()
	}

	fn rules_file(&self) -> Result<TextFile, Fault> {
		let path = self.rules_path().ok_or_else(|| {
			Fault::Unavailable(
				"the configuration names no file of rules; add [rules] with file = \"rules.toml\"".to_owned(),
			)
		})?;
		Ok(TextFile::new(path, rules::MAX_FILE_BYTES))
	}

	/// The channels that rules may name.
	fn channels_for_rules(&self) -> Result<Vec<ChannelDecl>, Fault> {
		let board = self.site.board.info().map_err(|error| {
			Fault::Unavailable(format!(
				"which channels rules may name is known when the board answers: {error}"
			))
		})?;
		Ok(channels_of(&board))
	}

	/// The configuration's file.
	pub(super) async fn show_config(&self) -> Result<ConfigView, Fault> {
		let file = self.config_file();
		let text = off_thread(move || file.read()).await?;
		Ok(ConfigView {
			path: self.world.calls.source.path.display().to_string(),
			revision: revision(&text),
			text,
		})
	}

	/// What this configuration would be.
	pub(super) async fn look_over_config(&self, text: String) -> Result<Check, Fault> {
		let file = self.config_file();
		let read = self.read_config(&file, &text);
		off_thread(move || {
			let (problems, restart) = match read {
				Ok(restart) => (Vec::new(), restart),
				Err(problems) => (problems, Vec::new()),
			};
			Ok(check(&file.read()?, &text, problems, restart))
		})
		.await
	}

	/// Saves this configuration and has it put into force.
	pub(super) async fn put_config(&self, save: Save) -> Result<Saved, Fault> {
		let _alone = self.saving.lock().await;
		let file = self.config_file();
		let restart = self.read_config(&file, &save.text).map_err(Fault::Problems)?;
		let revision = revision(&save.text);
		off_thread(move || file.save(&save.text, &save.revision)).await?;
		tracing::info!("the configuration was changed by the manager");
		// The answer comes first: the manager itself may be started anew.
		self.world.calls.reload.notify_one();
		Ok(Saved { revision, restart })
	}

	fn config_file(&self) -> TextFile {
		TextFile::new(self.world.calls.source.path.clone(), config::MAX_FILE_BYTES)
	}

	/// What of this configuration needs a restart, or what is wrong with it.
	fn read_config(&self, file: &TextFile, text: &str) -> Result<Vec<String>, Vec<Problem>> {
		file.fits(text).map_err(|error| vec![problems::of_file(error)])?;
		let newer: Config = self
			.world
			.calls
			.source
			.parse(text)
			.map_err(|error| problems::of_config(text, &error))?;
		Ok(self.world.in_force.borrow().needing_restart(&newer))
	}
}

fn rules_problems(file: &TextFile, text: &str, channels: &[ChannelDecl]) -> Vec<Problem> {
	if let Err(error) = file.fits(text) {
		return vec![problems::of_file(error)];
	}
	match Rules::parse(text, channels) {
		Ok(_) => Vec::new(),
		Err(error) => problems::of_rules(text, &error),
	}
}

fn rule_state(status: &RuleStatus) -> RuleState {
	let shown = crate::daemon::status::RuleState::from(status);
	let values = status.seen.iter().map(|seen| (seen.operand.clone(), seen.value));
	RuleState {
		rule: shown.rule,
		when: status.when.clone(),
		state: shown.state,
		unknown: shown.unknown,
		raised: shown.raised,
		values: values.collect(),
	}
}

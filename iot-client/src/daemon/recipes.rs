//! Fetches, checks and keeps the recipes of open jobs.

use super::{keys, site::Site};
use crate::{
	board::BoardInfo,
	chain::types::{Job, RecipeReference},
	config::Config,
	disk,
	recipe::{
		fetch::{self, FetchError},
		sealed, Phase, Recipe, STEP_MS,
	},
};
use std::{
	path::{Path, PathBuf},
	sync::Arc,
	time::Duration,
};

/// How often fetching is tried when the host does not deliver, and how long to wait in between.
const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_secs(2);

/// Why a job's recipe cannot be run, in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Obstacle {
	/// Not now: the host, the network or the disk does not deliver. It may be tried again.
	Passing(String),
	/// Not here, whenever it is tried.
	Final(String),
}

impl From<FetchError> for Obstacle {
	fn from(error: FetchError) -> Self {
		match error.is_passing() {
			true => Self::Passing(error.to_string()),
			false => Self::Final(error.to_string()),
		}
	}
}

/// A recipe that this machine may run for a job.
#[derive(Clone, Debug)]
pub struct Checked {
	/// The recipe.
	pub recipe: Arc<Recipe>,
	/// The longest that all units can take by the recipe's own limits, in milliseconds.
	pub work_ms: u64,
}

/// Gets the recipe of a job and checks it against the order's hash, the board's channels and the owner's envelope.
///
/// # Errors
/// When the machine may not run it, or cannot get it now.
pub async fn examine(site: &Site, job: &Job, board: &BoardInfo) -> Result<Checked, Obstacle> {
	let recipe = get(site, job).await?;
	recipe
		.plan(board, &site.config.envelope)
		.map_err(|problems| Obstacle::Final(format!("this machine may not run the recipe: {problems}")))?;
	let work_ms = work_ms(&recipe, job.to_do());
	Ok(Checked {
		recipe: Arc::new(recipe),
		work_ms,
	})
}

/// The recipe that was kept, or else from where the order says.
async fn get(site: &Site, job: &Job) -> Result<Recipe, Obstacle> {
	let config = &site.config;
	let kept = kept_path(&config.state_dir, job.id.0);
	if let Ok(bytes) = tokio::fs::read(&kept).await {
		if let Ok(recipe) = Recipe::verified(&bytes, job.recipe.0) {
			return Ok(recipe);
		}
	}
	let uri = address(site, job).await?;
	let bytes = fetch_patiently(config, &uri).await?;
	let recipe = Recipe::verified(&bytes, job.recipe.0).map_err(|error| Obstacle::Final(error.to_string()))?;
	// Only a convenience: without it the recipe is fetched again.
	if let Err(error) = keep(kept.clone(), bytes).await {
		tracing::warn!(path = %kept.display(), %error, "cannot keep the recipe");
	}
	Ok(recipe)
}

/// Where the recipe is, as the order says, or says to this machine alone.
async fn address(site: &Site, job: &Job) -> Result<String, Obstacle> {
	match &job.recipe_reference {
		RecipeReference::Open(uri) => Ok(uri.clone()),
		RecipeReference::Sealed {
			key_version,
			ciphertext,
		} => {
			let context = sealed::Context {
				genesis: site.chain.session().await.genesis().0,
				customer: job.customer.0,
				machine: job.machine.0,
				recipe: job.recipe.0,
				key_version: *key_version,
			};
			keys::unseal(&site.config.wallet, context, ciphertext.clone()).await
		}
	}
}

async fn fetch_patiently(config: &Config, uri: &str) -> Result<Vec<u8>, FetchError> {
	let mut attempt = 1;
	loop {
		match fetch::fetch_bytes(&config.recipes, uri).await {
			Err(error) if error.is_passing() && attempt < ATTEMPTS => {
				tracing::info!(%error, "trying again");
				attempt += 1;
				tokio::time::sleep(PAUSE).await;
			}
			result => return result,
		}
	}
}

/// Where the recipe of a job is kept.
pub(super) fn kept_path(state_dir: &Path, job: u64) -> PathBuf {
	state_dir.join("recipes").join(format!("job-{job}.toml"))
}

async fn keep(path: PathBuf, bytes: Vec<u8>) -> std::io::Result<()> {
	tokio::task::spawn_blocking(move || disk::write_whole(&path, &bytes)).await?
}

/// Forgets the recipe of a job that has ended.
pub async fn forget(state_dir: &Path, job: u64) {
	let _ = tokio::fs::remove_file(kept_path(state_dir, job)).await;
}

fn work_ms(recipe: &Recipe, units: u32) -> u64 {
	let longest = |phase| {
		recipe
			.longest_ms(phase)
			.saturating_add(recipe.steps(phase).len() as u64 * STEP_MS)
	};
	let each = longest(Phase::Each).saturating_mul(units.into());
	longest(Phase::Before)
		.saturating_add(each)
		.saturating_add(longest(Phase::After))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_longest_time_counts_every_limit_of_every_unit() {
		let recipe = Recipe::parse(
			br#"
				format = 1
				name = "hole"
				[[before]]
				set = "clamp"
				to = 1
				[[each]]
				wait = "spindle_speed"
				at_least = 100
				timeout_ms = 2000
				[[each]]
				dwell_ms = 500
				[[after]]
				safe = true
			"#,
		)
		.unwrap();
		assert_eq!(work_ms(&recipe, 3), 100 + 3 * (2_500 + 200) + 100);
		assert_eq!(work_ms(&recipe, u32::MAX), 100 + u64::from(u32::MAX) * 2_700 + 100);
	}
}

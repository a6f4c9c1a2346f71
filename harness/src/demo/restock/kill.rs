//! What is killed on the way, so that it must go on where it was.

use super::{Screen, Settings, Stage, Step};
use anyhow::Result;
use serde_json::json;
use std::{fmt, str::FromStr};

/// Who is killed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Who {
	/// The machine's client, as by a power cut.
	Client,
	/// The node: ended in good order, since a development node alone is the whole chain, and one that forgets blocks which it
	/// has called final would be another chain.
	Node,
	/// All suppliers, as by a power cut.
	Suppliers,
}

/// Who is killed, and when: `client@awarded`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kill {
	who: Who,
	at: Step,
}

const WHO: [(&str, Who); 3] = [
	("client", Who::Client),
	("node", Who::Node),
	("suppliers", Who::Suppliers),
];
const AT: [(&str, Step); 7] = [
	("low", Step::Low),
	("raised", Step::Raised),
	("bid", Step::Bid),
	("agreed", Step::Agreed),
	("awarded", Step::Awarded),
	("delivered", Step::Delivered),
	("paid", Step::Paid),
];

impl Kill {
	/// Each of them, at each step.
	pub fn all() -> impl Iterator<Item = Self> {
		let who = WHO.iter().map(|(_, who)| *who);
		who.flat_map(|who| AT.iter().map(move |(_, at)| Self { who, at: *at }))
	}
}

impl fmt::Display for Kill {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let who = WHO
			.iter()
			.find(|(_, who)| *who == self.who)
			.map_or("", |(name, _)| name);
		let at = AT.iter().find(|(_, at)| *at == self.at).map_or("", |(name, _)| name);
		write!(f, "{who}@{at}")
	}
}

impl FromStr for Kill {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		let names = |list: Vec<&str>| list.join(", ");
		let wrong = || {
			format!(
				"`{text}` is not WHO@STEP; WHO is one of {}, STEP one of {}",
				names(WHO.map(|(name, _)| name).to_vec()),
				names(AT.map(|(name, _)| name).to_vec())
			)
		};
		let (who, at) = text.split_once('@').ok_or_else(wrong)?;
		let who = WHO.iter().find(|(name, _)| *name == who).ok_or_else(wrong)?.1;
		let at = AT.iter().find(|(name, _)| *name == at).ok_or_else(wrong)?.1;
		Ok(Self { who, at })
	}
}

impl Stage {
	/// Kills what is to be killed at this step, and starts it again.
	pub(super) async fn interrupt(&mut self, settings: &Settings, screen: &mut Screen, step: Step) -> Result<()> {
		for kill in settings.kills.iter().filter(|kill| kill.at == step) {
			screen.show("killed", &kill.to_string(), json!({ "kill": kill.to_string() }));
			self.kill(kill.who).await?;
			screen.done("up again", &kill.to_string(), json!({}));
		}
		Ok(())
	}

	async fn kill(&mut self, who: Who) -> Result<()> {
		match who {
			Who::Client => {
				self.world.own_daemon()?.kill().await?;
				self.world.start_daemon()?.ready().await?;
			}
			Who::Node => self.world.restart_node().await?,
			Who::Suppliers => {
				for supplier in &mut self.suppliers {
					supplier.kill_and_start().await?;
				}
			}
		}
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn each_reads_back_what_it_prints() {
		assert_eq!(Kill::all().count(), 21);
		for kill in Kill::all() {
			assert_eq!(kill.to_string().parse(), Ok(kill));
		}
		for text in ["client", "nobody@low", "client@rated", "@"] {
			let error = text.parse::<Kill>().unwrap_err();
			assert!(
				error.contains("client, node, suppliers") && error.contains("low, raised"),
				"{error}"
			);
		}
	}
}

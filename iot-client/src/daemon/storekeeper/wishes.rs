//! What raised rules want done with goods, written down as errands: once for each time that a rule is raised, also across
//! restarts.
//!
//! An errand is held for as long as its rule is raised. After a restart a rule is raised again that was raised before: that is
//! the same time. Whether a rule was cleared meanwhile, its state says.

use super::super::notices::RaisedRule;
use crate::{
	chain::market::StoreId,
	journal::{Errand, Journal, JournalError, Task},
};
use iot_rules::{Action, RuleStatus};
use std::collections::BTreeMap;

/// Errands that may wait at a time; more are a rule that flutters.
const MOST: usize = 256;

/// What rules want.
#[derive(Debug)]
pub(super) struct Wishes {
	site: StoreId,
	/// Which time of a rule's being raised was dealt with, in this process.
	dealt_with: BTreeMap<String, u64>,
}

/// What the errands of an action of a rule begin with.
fn prefix(rule: &str, action: usize) -> String {
	format!("rule {rule:?} {action} ")
}

/// What all errands of a rule begin with.
fn prefix_of_rule(rule: &str) -> String {
	format!("rule {rule:?} ")
}

impl Wishes {
	/// Of rules about goods at this site.
	pub fn new(site: StoreId) -> Self {
		Self {
			site,
			dealt_with: BTreeMap::new(),
		}
	}

	fn task(&self, action: &Action) -> Option<Task> {
		match action {
			Action::Issue { item, thousandths } => Some(Task::Issue {
				site: self.site,
				item: item.clone(),
				quantity: *thousandths,
			}),
			Action::Order { what } => Some(Task::Request { what: what.clone() }),
			_ => None,
		}
	}

	/// Writes down what is new. Gives what could not be taken, in words.
	///
	/// # Errors
	/// When the journal fails.
	pub fn note(
		&mut self,
		journal: &Journal,
		raised: &BTreeMap<String, RaisedRule>,
		states: &[RuleStatus],
	) -> Result<Option<String>, JournalError> {
		let mut errands = journal.errands()?;
		let cleared = states
			.iter()
			.filter(|rule| !rule.state.is_raised() && rule.unknown.is_none() && rule.counts.evaluations > 0);
		for rule in cleared.filter(|rule| !raised.contains_key(&rule.rule)) {
			release(journal, &mut errands, &rule.rule)?;
			self.dealt_with.remove(&rule.rule);
		}
		let mut refused = None;
		for (rule, RaisedRule { serial, firing }) in raised {
			let before = self.dealt_with.insert(rule.clone(), *serial);
			if before == Some(*serial) {
				continue;
			}
			if before.is_some() {
				// It was cleared and raised again between two looks.
				release(journal, &mut errands, rule)?;
			}
			for (action, task) in firing.actions.iter().enumerate() {
				let Some(task) = self.task(task) else { continue };
				let prefix = prefix(rule, action);
				let mut same = errands.iter().filter(|(name, _)| name.starts_with(&prefix));
				if same.any(|(_, errand)| errand.held) {
					continue;
				}
				if errands.len() >= MOST {
					refused = Some(format!(
						"{MOST} errands wait already; what the rule {rule} wants is not done"
					));
					continue;
				}
				let name = format!("{prefix}#{}", next(&errands, &prefix));
				journal.want(&name, task)?;
				tracing::info!(%rule, errand = name, "wanted");
				errands = journal.errands()?;
			}
		}
		Ok(refused)
	}
}

/// The number after the highest of those that are there.
fn next(errands: &[(String, Errand)], prefix: &str) -> u64 {
	let numbers = errands
		.iter()
		.filter_map(|(name, _)| name.strip_prefix(prefix)?.strip_prefix('#')?.parse::<u64>().ok());
	numbers.max().map_or(1, |highest| highest.saturating_add(1))
}

fn release(journal: &Journal, errands: &mut Vec<(String, Errand)>, rule: &str) -> Result<(), JournalError> {
	let prefix = prefix_of_rule(rule);
	let held = |(name, errand): &&(String, Errand)| errand.held && name.starts_with(&prefix);
	let names: Vec<_> = errands.iter().filter(held).map(|(name, _)| name.clone()).collect();
	for name in &names {
		journal.release(name)?;
	}
	if !names.is_empty() {
		*errands = journal.errands()?;
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::journal::{Ending, Progress};
	use iot_rules::{Change, ChannelDecl, Engine, Firing, Rules, Severity};
	use subxt::utils::H256;

	const RULE: &str = "drill worn";

	fn journal() -> (tempfile::TempDir, Journal) {
		let dir = tempfile::tempdir().unwrap();
		let journal = Journal::open(&dir.path().join("journal.redb"), H256([1; 32])).unwrap();
		(dir, journal)
	}

	fn raised(serial: u64) -> BTreeMap<String, RaisedRule> {
		let firing = Firing {
			rule: RULE.to_owned(),
			severity: Severity::Warning,
			change: Change::Raised,
			at_ms: 0,
			actions: vec![
				Action::Notify { text: "x".to_owned() },
				Action::Issue {
					item: "drill-8".to_owned(),
					thousandths: 1_000,
				},
				Action::Order {
					what: "drill".to_owned(),
				},
			],
			raised_ms: 0,
			seen: vec![],
		};
		[(RULE.to_owned(), RaisedRule { serial, firing })].into()
	}

	/// The rule, looked at and quiet.
	fn quiet() -> Vec<RuleStatus> {
		let text = format!("[[rule]]\nname = \"{RULE}\"\nwhen = \"wear > 900\"");
		let rules = Rules::parse(&text, &[ChannelDecl::input("wear", "")]).unwrap();
		let mut engine = Engine::new(rules);
		engine.reading("wear", 0, 1.0);
		engine.evaluate(0);
		engine.status()
	}

	fn wanted(journal: &Journal) -> usize {
		journal.errands().unwrap().len()
	}

	fn do_all(journal: &Journal) {
		for (place, (name, errand)) in journal.errands().unwrap().into_iter().enumerate() {
			if errand.progress == Progress::Wanted {
				let sent = crate::journal::SentTransaction {
					hash: H256([place as u8 + 1; 32]),
					signer: None,
					nonce: 1,
					runtime: None,
					birth: 1,
					death: 2,
					bytes: String::new(),
					purpose: String::new(),
					errand: Some(name),
				};
				journal.record(&sent).unwrap();
				journal.conclude(sent.hash, &Ending::Done(1)).unwrap();
			}
		}
	}

	#[test]
	fn each_time_that_a_rule_is_raised_it_has_its_will_once() {
		let (_dir, journal) = journal();
		let mut wishes = Wishes::new(StoreId(4));
		for _ in 0..3 {
			wishes.note(&journal, &raised(1), &[]).unwrap();
			assert_eq!(wanted(&journal), 2, "to issue, and to order");
		}
		do_all(&journal);
		wishes.note(&journal, &raised(1), &[]).unwrap();
		assert_eq!(wanted(&journal), 2);
		// Cleared and raised again, seen or not.
		wishes.note(&journal, &raised(2), &[]).unwrap();
		let open = |(_, errand): &(String, Errand)| errand.progress == Progress::Wanted;
		assert_eq!(journal.errands().unwrap().iter().filter(|each| open(each)).count(), 2);
		// Once more before these are done: all of them are.
		wishes.note(&journal, &raised(3), &[]).unwrap();
		assert_eq!(journal.errands().unwrap().iter().filter(|each| open(each)).count(), 4);
	}

	#[test]
	fn a_rule_that_is_still_raised_after_a_restart_has_had_its_will() {
		let (_dir, journal) = journal();
		Wishes::new(StoreId(4)).note(&journal, &raised(1), &[]).unwrap();
		do_all(&journal);
		// The next process counts from 1 again.
		let mut wishes = Wishes::new(StoreId(4));
		wishes.note(&journal, &BTreeMap::new(), &[]).unwrap();
		wishes.note(&journal, &raised(1), &[]).unwrap();
		let done = journal
			.errands()
			.unwrap()
			.iter()
			.all(|(_, errand)| errand.progress.is_over());
		assert!(done && wanted(&journal) == 2);
	}

	#[test]
	fn a_rule_that_was_cleared_meanwhile_is_raised_anew() {
		let (_dir, journal) = journal();
		Wishes::new(StoreId(4)).note(&journal, &raised(1), &[]).unwrap();
		do_all(&journal);
		let mut wishes = Wishes::new(StoreId(4));
		wishes.note(&journal, &BTreeMap::new(), &quiet()).unwrap();
		assert_eq!(wanted(&journal), 0, "what is done and held by nobody is forgotten");
		wishes.note(&journal, &raised(1), &[]).unwrap();
		assert_eq!(wanted(&journal), 2);
	}

	#[test]
	fn a_rule_that_flutters_does_not_fill_the_disk() {
		let (_dir, journal) = journal();
		let mut wishes = Wishes::new(StoreId(4));
		let mut refused = None;
		for serial in 1..=(MOST as u64) {
			refused = wishes.note(&journal, &raised(serial), &[]).unwrap().or(refused);
		}
		assert_eq!(wanted(&journal), MOST);
		assert!(refused.is_some_and(|why| why.contains(RULE)));
	}
}

//! What the parts of the daemon show each other, beside the chain and the board.

use super::status::{CloudStatus, HistoryStatus, Snapshot, StockStatus};
use crate::disk;
use iot_rules::{Action, Change, Firing, RuleStatus};
use std::{
	collections::BTreeMap,
	io,
	path::{Path, PathBuf},
	sync::{
		atomic::{AtomicU64, Ordering},
		Mutex, PoisonError,
	},
	time::Duration,
};
use tokio::{
	sync::{broadcast, watch},
	time::timeout,
};

/// The file that says that no new orders are taken.
const PAUSED_FILE: &str = "orders-paused";

/// Firings that a slow listener may be behind before it loses some.
const FIRINGS: usize = 256;

/// How long whoever wants the rules to be read anew waits for it.
const REREAD_LIMIT: Duration = Duration::from_secs(2);

/// A rule that is raised.
#[derive(Clone, Debug)]
pub struct RaisedRule {
	/// No other time that a rule was raised has this number, since the daemon started.
	pub serial: u64,
	/// What is to be done, and why.
	pub firing: Firing,
}

/// What the parts of the daemon show each other.
#[derive(Debug)]
pub struct Notices {
	shown: watch::Sender<Snapshot>,
	alarms: watch::Sender<Vec<String>>,
	halts: watch::Sender<BTreeMap<String, String>>,
	cloud: watch::Sender<Option<CloudStatus>>,
	history: watch::Sender<Option<HistoryStatus>>,
	stock: watch::Sender<Option<StockStatus>>,
	rules: watch::Sender<Vec<RuleStatus>>,
	rules_trouble: watch::Sender<Option<String>>,
	/// How often somebody wanted the rules to be read anew, and how many of these wishes are fulfilled.
	rules_wanted: watch::Sender<u64>,
	rules_read: watch::Sender<u64>,
	troubles: watch::Sender<BTreeMap<&'static str, String>>,
	status_unwritten: watch::Sender<bool>,
	raised: watch::Sender<BTreeMap<String, RaisedRule>>,
	/// How often rules were raised.
	raises: AtomicU64,
	firings: broadcast::Sender<Firing>,
	paused: watch::Sender<bool>,
	paused_file: PathBuf,
	/// The status is written once at a time.
	writing: Mutex<()>,
}

impl Notices {
	/// Nothing yet, but for what outlives a restart in `state_dir`.
	pub fn new(state_dir: &Path) -> Self {
		let paused_file = state_dir.join(PAUSED_FILE);
		Self {
			shown: watch::Sender::default(),
			alarms: watch::Sender::default(),
			halts: watch::Sender::default(),
			cloud: watch::Sender::default(),
			history: watch::Sender::default(),
			rules: watch::Sender::default(),
			rules_trouble: watch::Sender::default(),
			rules_wanted: watch::Sender::default(),
			rules_read: watch::Sender::default(),
			troubles: watch::Sender::default(),
			status_unwritten: watch::Sender::default(),
			raised: watch::Sender::default(),
			raises: AtomicU64::new(1),
			stock: watch::Sender::default(),
			firings: broadcast::channel(FIRINGS).0,
			paused: watch::Sender::new(paused_file.exists()),
			paused_file,
			writing: Mutex::default(),
		}
	}

	/// The daemon, by now.
	pub fn show(&self, snapshot: Snapshot) {
		self.alarms.send_if_modified(|before| {
			let changed = *before != snapshot.alarms;
			if changed {
				before.clone_from(&snapshot.alarms);
			}
			changed
		});
		self.shown.send_replace(snapshot);
	}

	/// Writes down how the daemon is shown. May block.
	///
	/// # Errors
	/// When the disk does not take it.
	pub fn write_down(&self, state_dir: &Path) -> io::Result<()> {
		let _alone = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
		// By now: what was shown meanwhile is written by nobody who comes later.
		self.shown().write(state_dir)
	}

	/// The daemon as it was shown last.
	pub fn shown(&self) -> Snapshot {
		self.shown.borrow().clone()
	}

	/// Follows how the daemon is shown.
	pub fn watch(&self) -> watch::Receiver<Snapshot> {
		self.shown.subscribe()
	}

	/// The daemon has begun to come to rest.
	pub fn stopping(&self) {
		self.shown.send_modify(|shown| shown.stopping = true);
	}

	/// Follows what somebody should do something about.
	pub fn alarms(&self) -> watch::Receiver<Vec<String>> {
		self.alarms.subscribe()
	}

	/// The rule of this name stops the machine, for this reason; or does not any more.
	pub fn halt(&self, rule: &str, why: Option<String>) {
		self.halts.send_if_modified(|halts| match why {
			Some(why) => halts.insert(rule.to_owned(), why.clone()) != Some(why),
			None => halts.remove(rule).is_some(),
		});
	}

	/// Why rules have stopped the machine, by their names; empty when none has.
	pub fn halts(&self) -> watch::Receiver<BTreeMap<String, String>> {
		self.halts.subscribe()
	}

	/// No rule stops the machine or is raised any more: there are none.
	pub fn forget_rules(&self) {
		self.halts.send_replace(BTreeMap::new());
		self.raised.send_replace(BTreeMap::new());
	}

	/// This rule stops the machine and is raised no more: it is another one now, or there is none of this name.
	pub fn forget_rule(&self, rule: &str) {
		self.halt(rule, None);
		self.raised.send_modify(|raised| drop(raised.remove(rule)));
	}

	/// Nobody watches by rules any more.
	pub fn end_of_rules(&self) {
		self.forget_rules();
		self.rules_trouble(None);
		self.show_rules(Vec::new());
	}

	/// A rule was raised or cleared.
	pub fn fired(&self, firing: &Firing) {
		self.raised.send_modify(|raised| match firing.change {
			Change::Raised => {
				let serial = self.raises.fetch_add(1, Ordering::Relaxed);
				let firing = firing.clone();
				raised.insert(firing.rule.clone(), RaisedRule { serial, firing });
			}
			Change::Cleared => drop(raised.remove(&firing.rule)),
		});
		// Nobody listening is fine.
		let _ = self.firings.send(firing.clone());
	}

	/// Every firing from now on.
	pub fn firings(&self) -> broadcast::Receiver<Firing> {
		self.firings.subscribe()
	}

	/// Follows the rules that are raised, by their names.
	pub fn raised(&self) -> watch::Receiver<BTreeMap<String, RaisedRule>> {
		self.raised.subscribe()
	}

	/// Why there are no rules though there should be, if so.
	pub fn rules_trouble(&self, trouble: Option<String>) {
		self.rules_trouble.send_replace(trouble);
	}

	/// Why there are no rules though there should be, if so.
	pub fn trouble_with_rules(&self) -> Option<String> {
		self.rules_trouble.borrow().clone()
	}

	/// Has the rules' file read anew, and waits until that is done, but not for long: with no rules, or no board that they
	/// could be for, nobody reads it.
	pub async fn reread_rules(&self) {
		let mut wish = 0;
		let mut read = self.rules_read.subscribe();
		self.rules_wanted.send_modify(|wishes| {
			*wishes = wishes.wrapping_add(1);
			wish = *wishes;
		});
		let _ = timeout(REREAD_LIMIT, read.wait_for(|read| *read >= wish)).await;
	}

	/// Follows how often the rules were wanted to be read anew.
	pub fn rules_wanted(&self) -> watch::Receiver<u64> {
		self.rules_wanted.subscribe()
	}

	/// The rules were read as it was wanted up to this wish.
	pub fn rules_are_read(&self, wish: u64) {
		self.rules_read.send_replace(wish);
	}

	/// What is wrong with this part of what goes on beside the jobs; nothing when all is well.
	pub fn trouble(&self, part: &'static str, what: Option<String>) {
		self.troubles.send_if_modified(|troubles| match what {
			Some(what) => troubles.insert(part, what.clone()) != Some(what),
			None => troubles.remove(part).is_some(),
		});
	}

	/// The status could be written, or not; whether that is another answer than before.
	pub fn wrote_status(&self, written: bool) -> bool {
		self.status_unwritten.send_replace(!written) == written
	}

	/// What somebody should do something about, beside chain, board and jobs: what is wrong with the parts beside them and with
	/// the rules, and what rules say.
	pub fn complaints(&self) -> Vec<String> {
		let troubles: Vec<_> = self.troubles.borrow().values().cloned().collect();
		let rules = self.trouble_with_rules();
		let raised: Vec<_> = self
			.raised
			.borrow()
			.values()
			.map(|rule| in_words(&rule.firing))
			.collect();
		troubles.into_iter().chain(rules).chain(raised).collect()
	}

	/// Whether a rule has stopped the machine.
	pub fn is_halted(&self) -> bool {
		!self.halts.borrow().is_empty()
	}

	/// The line to the cloud, by now.
	pub fn show_cloud(&self, cloud: CloudStatus) {
		self.cloud.send_replace(Some(cloud));
	}

	/// There is no line to the cloud any more.
	pub fn forget_cloud(&self) {
		self.cloud.send_replace(None);
	}

	/// The line to the cloud, if there is one.
	pub fn cloud(&self) -> Option<CloudStatus> {
		self.cloud.borrow().clone()
	}

	/// What is remembered of what was measured, by now; nothing if nothing is.
	pub fn show_history(&self, history: Option<HistoryStatus>) {
		self.history.send_replace(history);
	}

	/// What is remembered of what was measured, if anything is.
	pub fn history(&self) -> Option<HistoryStatus> {
		self.history.borrow().clone()
	}

	/// The stock that the machine looks after, by now.
	pub fn show_stock(&self, stock: StockStatus) {
		self.stock.send_replace(Some(stock));
	}

	/// The stock that the machine looks after, if it does and a node has said how it stands.
	pub fn stock(&self) -> Option<StockStatus> {
		self.stock.borrow().clone()
	}

	/// The rules, by now.
	pub fn show_rules(&self, rules: Vec<RuleStatus>) {
		self.rules.send_replace(rules);
	}

	/// The rules as they were shown last; none when there are none.
	pub fn rules(&self) -> Vec<RuleStatus> {
		self.rules.borrow().clone()
	}

	/// Whether new orders wait for somebody's word.
	pub fn orders_are_paused(&self) -> bool {
		*self.paused.borrow()
	}

	/// Takes no new orders from now on, or does again; also after a restart.
	///
	/// # Errors
	/// When that cannot be written down; then nothing changes.
	pub fn pause_orders(&self, paused: bool) -> io::Result<()> {
		match paused {
			true => disk::write_whole(&self.paused_file, b"")?,
			false => disk::remove(&self.paused_file)?,
		}
		self.paused.send_replace(paused);
		self.shown.send_modify(|shown| shown.orders_paused = paused);
		Ok(())
	}
}

/// A raised rule in one line: what it tells, or its name.
fn in_words(firing: &Firing) -> String {
	let told = firing.actions.iter().find_map(|action| match action {
		Action::Stop { why } => Some(why),
		Action::Notify { text } => Some(text),
		Action::Actuate { .. }
		| Action::Report { .. }
		| Action::Order { .. }
		| Action::Count { .. }
		| Action::Issue { .. } => None,
	});
	match told {
		Some(told) => format!("{} ({}): {told}", firing.rule, firing.severity),
		None => format!("{} ({})", firing.rule, firing.severity),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_does_not_change_is_not_told() {
		let dir = tempfile::tempdir().unwrap();
		let notices = Notices::new(dir.path());
		let (mut alarms, mut halts) = (notices.alarms(), notices.halts());
		let mut told = || {
			let told = (alarms.has_changed().unwrap(), halts.has_changed().unwrap());
			alarms.mark_unchanged();
			halts.mark_unchanged();
			told
		};
		let show = |alarms: &[&str]| {
			notices.show(Snapshot {
				alarms: alarms.iter().map(|alarm| (*alarm).to_owned()).collect(),
				..Snapshot::default()
			});
		};
		show(&[]);
		notices.halt("hot", None);
		assert_eq!(told(), (false, false));
		show(&["door"]);
		notices.halt("hot", Some("too hot".to_owned()));
		assert_eq!(told(), (true, true));
		show(&["door"]);
		notices.halt("hot", Some("too hot".to_owned()));
		assert_eq!(told(), (false, false));
		notices.halt("hot", None);
		assert_eq!(told(), (false, true));
	}

	#[test]
	fn a_pause_outlives_a_restart() {
		let dir = tempfile::tempdir().unwrap();
		let paused = || Notices::new(dir.path()).orders_are_paused();
		let notices = Notices::new(dir.path());
		assert!(!paused());
		notices.pause_orders(true).unwrap();
		assert!(notices.orders_are_paused() && paused());
		notices.pause_orders(false).unwrap();
		notices.pause_orders(false).unwrap();
		assert!(!notices.orders_are_paused() && !paused());
	}
}

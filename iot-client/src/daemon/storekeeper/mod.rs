//! Looks after the machine's goods: counts stock by its sensors, takes off the books what was used, asks for what rules
//! order, and accepts goods when a sensor has seen them come, or rejects them when it has not.
//!
//! What is to be done is decided from a finalized block and from what sensors say now ([`decide`]), or was wanted by a rule
//! ([`wishes`]). All of it is an errand of the journal before it is signed, so that it is done once, wherever the power is
//! cut. Nothing is decided on a block that does not show yet what was done before.
//!
//! No proof is asked for what a node says here: the chain itself pays for no more than has been delivered, at the order's
//! price, and the sensor must have seen it.

mod books;
mod decide;
mod errands;
mod gauge;
mod wishes;

use super::{
	rules::in_unit,
	run::DaemonError,
	site::Site,
	status::{now_ms, ItemStatus, StockStatus},
};
use crate::{
	board::{BoardInfo, LinkId, Signal},
	chain::{
		market::{queries, StoreId, Word},
		types::MachineId,
		ChainError, Fate, Head, Submitter,
	},
	config::{GaugeSection, StockSection},
	journal::{Journal, JournalError},
	quantity::Quantity,
};
use books::Purchases;
use decide::{Act, View};
use gauge::Gauge;
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::Arc,
	time::{Duration, Instant},
};
use tokio::{
	sync::{broadcast::error::RecvError, mpsc},
	time::{interval, timeout, MissedTickBehavior},
};
use tokio_util::sync::CancellationToken;
use wishes::Wishes;

/// What the alarm about stock is filed under.
const STOCK: &str = "stock";
/// How often the level is looked at when no block comes.
const LOOK: Duration = Duration::from_secs(2);
/// How long a look may wait for a node in all.
const LIMIT: Duration = Duration::from_secs(30);
/// After so many blocks what was refused is tried again; after twice as many the next time, up to a limit.
const PAUSE: u64 = 20;
const MOST_PAUSES: u32 = 8;
/// Ends of errands that may wait.
const QUEUE: usize = 64;

/// The end of an errand.
#[derive(Debug)]
struct Ended {
	name: String,
	fate: Fate,
}

/// Looks after the machine's goods.
pub(super) struct Storekeeper {
	site: Site,
	section: StockSection,
	submitter: Submitter,
	journal: Journal,
	/// No finalized block below this one tells how things stand.
	floor: u64,
	begun: Instant,
	board: Option<Arc<BoardInfo>>,
	/// By channel.
	gauges: BTreeMap<String, Gauge>,
	wishes: Wishes,
	/// Errands that are on their way.
	busy: BTreeSet<String>,
	/// How often an errand did not go, and from which height on it may be tried again.
	again_at: BTreeMap<String, (u32, u64)>,
	/// A block below this one does not show yet what was done.
	changed_in: u64,
	/// What does not go, by errand or item.
	troubles: BTreeMap<String, String>,
	tell: mpsc::Sender<Ended>,
	ended: mpsc::Receiver<Ended>,
}

impl Storekeeper {
	/// Of the stock in the configuration, if there is any.
	pub fn new(site: Site, submitter: Submitter, journal: Journal, floor: u64) -> Option<Self> {
		let section = site.config.stock.clone()?;
		let (tell, ended) = mpsc::channel(QUEUE);
		Some(Self {
			wishes: Wishes::new(section.site),
			site,
			section,
			submitter,
			journal,
			floor,
			begun: Instant::now(),
			board: None,
			gauges: BTreeMap::new(),
			busy: BTreeSet::new(),
			again_at: BTreeMap::new(),
			changed_in: 0,
			troubles: BTreeMap::new(),
			tell,
			ended,
		})
	}

	/// Works until `stop` is cancelled. What is on its way then is seen through by whoever sends it, or after a restart.
	///
	/// # Errors
	/// When the journal fails.
	pub async fn run(mut self, stop: CancellationToken) -> Result<(), DaemonError> {
		let mut signals = self.site.board.signals();
		let mut raised = self.site.notices.raised();
		let mut heads = self.site.chain.heads();
		let mut tick = interval(LOOK);
		tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
		self.note_wishes().await?;
		loop {
			tokio::select! {
				() = stop.cancelled() => return Ok(()),
				signal = signals.recv() => match signal {
					Ok(signal) => {
						self.take(signal);
						continue;
					}
					Err(RecvError::Lagged(_)) => continue,
					Err(RecvError::Closed) => return Ok(()),
				},
				// Before any node is asked: what a rule wants is on disk at once.
				Ok(()) = raised.changed() => {
					self.note_wishes().await?;
					continue;
				},
				Some(ended) = self.ended.recv() => self.take_end(ended).await?,
				_ = heads.changed() => {},
				_ = tick.tick() => {},
			}
			let head = heads.borrow_and_update().clone();
			if let Some(head) = head {
				self.look(&head, &stop).await?;
			}
		}
	}

	fn now_ms(&self) -> u64 {
		self.begun.elapsed().as_millis() as u64
	}

	/// Listens to the sensors.
	fn take(&mut self, signal: Signal) {
		let Signal::Reading {
			link, channel, value, ..
		} = signal
		else {
			return;
		};
		self.meet(link);
		let info = self
			.board
			.as_ref()
			.and_then(|board| board.channels.get(usize::from(channel)));
		let Some(info) = info else { return };
		let name = info.name.as_str();
		if self.section.gauges.iter().any(|gauge| gauge.channel == name) {
			let value = in_unit(&info.scale, value);
			let now = self.now_ms();
			self.gauges.entry(name.to_owned()).or_default().note(now, value);
		}
	}

	fn meet(&mut self, link: LinkId) {
		if self.board.as_ref().map(|board| board.link) != Some(link) {
			self.board = self.site.board.info().ok().filter(|board| board.link == link);
			// Another board, or the same anew: what was measured before does not go on.
			self.gauges.clear();
		}
	}

	/// The level of an item in thousandths of its unit, if it is steady.
	fn level(&self, gauge: &GaugeSection) -> Option<u64> {
		let per_unit = gauge.per_unit as f64;
		let within = gauge.tolerance as f64 / per_unit;
		let level = self.gauges.get(&gauge.channel)?.steady(self.now_ms(), within)?;
		Some((level * per_unit).round().max(0.0) as u64)
	}

	/// Writes down what rules want.
	async fn note_wishes(&mut self) -> Result<(), JournalError> {
		let raised = self.site.notices.raised().borrow().clone();
		let states = self.site.notices.rules();
		let mut wishes = std::mem::replace(&mut self.wishes, Wishes::new(self.section.site));
		let noted = self
			.journal
			.off_thread(move |journal| {
				let refused = wishes.note(journal, &raised, &states)?;
				Ok((wishes, refused))
			})
			.await;
		let (wishes, refused) = noted?;
		self.wishes = wishes;
		self.note_trouble("wishes", refused);
		Ok(())
	}

	fn note_trouble(&mut self, about: &str, trouble: Option<String>) {
		match trouble {
			Some(trouble) => {
				if self.troubles.get(about) != Some(&trouble) {
					tracing::warn!("{trouble}");
				}
				self.troubles.insert(about.to_owned(), trouble);
			}
			None => drop(self.troubles.remove(about)),
		}
		let all: Vec<_> = self.troubles.values().cloned().collect();
		let text = (!all.is_empty()).then(|| all.join("; "));
		self.site.notices.trouble(STOCK, text);
	}

	/// Whether a block tells how things stand: not one below what was seen or done before, nor while it is not certain what
	/// became of what was sent before a restart.
	fn is_believed(&self, head: &Head) -> bool {
		let height = head.block.number;
		let caught_up = self.submitter.caught_up().is_some_and(|caught_up| height >= caught_up);
		caught_up && height >= self.floor && height >= self.changed_in
	}

	async fn look(&mut self, head: &Head, stop: &CancellationToken) -> Result<(), JournalError> {
		self.note_wishes().await?;
		let machine = self
			.site
			.notices
			.shown()
			.machine
			.and_then(|id| id.parse::<MachineId>().ok());
		let (Some(session), Some(machine)) = (self.site.chain.connected(), machine) else {
			return Ok(());
		};
		if !self.is_believed(head) {
			return Ok(());
		}
		let looked = async {
			let at = session.at(head.block).await?;
			let purchases = Purchases::of(&at, machine).await?;
			let mut items = Vec::new();
			for gauge in &self.section.gauges {
				let item = Word::from(gauge.item.as_str());
				items.push(queries::stock(&at, self.section.site, &item).await?);
			}
			Ok::<_, ChainError>((at, purchases, items))
		};
		let looked = tokio::select! {
			() = stop.cancelled() => return Ok(()),
			looked = timeout(LIMIT, looked) => looked.unwrap_or_else(|_| Err(ChainError::Rpc("no answer in time".to_owned()))),
		};
		let (at, purchases, items) = match looked {
			Ok(looked) => looked,
			Err(error) => {
				tracing::debug!(%error, "cannot look at the stock now");
				return Ok(());
			}
		};
		// Readings came in meanwhile, and wishes.
		self.forget_ended(&purchases).await?;
		let mut shown = Vec::new();
		for (gauge, stock) in self.section.gauges.clone().iter().zip(&items) {
			let level = self.level(gauge);
			shown.push(ItemStatus {
				item: gauge.item.clone(),
				unit: stock.as_ref().map(|stock| stock.unit.to_string()).unwrap_or_default(),
				books: stock.as_ref().map(|stock| Quantity(stock.on_hand()).to_string()),
				channel: gauge.channel.clone(),
				level: level.map(|level| Quantity(level).to_string()),
				reorder_point: stock
					.as_ref()
					.and_then(|stock| stock.reorder.as_ref())
					.map(|reorder| Quantity(reorder.point).to_string()),
			});
			let silent = self.lacks_channel(gauge).then(|| {
				format!(
					"the board has no channel {}, which is to measure {}; correct the configuration's part `stock.gauge`",
					gauge.channel, gauge.item
				)
			});
			self.note_trouble(&format!("channel {}", gauge.channel), silent);
			let missing = stock.is_none().then(|| {
				format!(
					"{} is not kept at site {}; correct the configuration's part `stock`, or `iot-client stock keep` it",
					gauge.item, self.section.site
				)
			});
			self.note_trouble(&gauge.item, missing);
			if let (Some(stock), Some(level)) = (stock, level) {
				let view = View {
					books: stock.on_hand(),
					level,
					tolerance: gauge.tolerance,
					expected: purchases.expected(&gauge.item, self.section.site),
					to_count: self.is_to_be_counted(&gauge.item),
					now: head.time.agreement(),
				};
				self.want(head, gauge, stock, view).await?;
			}
		}
		let doing = self.attend(head, &at, &purchases).await?;
		self.site.notices.show_stock(StockStatus {
			site: self.section.site.0,
			items: shown,
			purchases: purchases.shown(head.time),
			doing,
		});
		Ok(())
	}

	fn lacks_channel(&self, gauge: &GaugeSection) -> bool {
		let board = self.board.as_ref();
		board.is_some_and(|board| {
			!board
				.channels
				.iter()
				.any(|channel| channel.name.as_str() == gauge.channel)
		})
	}

	/// An errand does not go now: it is tried again later, and the later the more often it did not.
	fn put_off(&mut self, name: &str, height: u64) {
		let failures = self.again_at.get(name).map_or(0, |(failures, _)| *failures);
		let pause = PAUSE << failures.min(MOST_PAUSES);
		let at = height.saturating_add(pause);
		self.again_at.insert(name.to_owned(), (failures.saturating_add(1), at));
	}

	fn is_to_be_counted(&self, item: &str) -> bool {
		let wants = |action: &iot_rules::Action| matches!(action, iot_rules::Action::Count { item: of } if of == item);
		let raised = self.site.notices.raised();
		let raised = raised.borrow();
		raised.values().any(|rule| rule.firing.actions.iter().any(wants))
	}
}

/// Whether an id of a site is that of the configuration.
fn is_at(site: Option<StoreId>, wanted: StoreId) -> bool {
	site == Some(wanted)
}

/// The time of this computer, for whoever reads a receipt; nothing rests on it.
fn stamp() -> u64 {
	now_ms()
}

#[cfg(test)]
mod tests;

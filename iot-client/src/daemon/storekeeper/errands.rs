//! Has errands done, and takes note of what came of them.

use super::{stamp, Act, Ended, Purchases, Storekeeper, View};
use crate::{
	chain::{
		assets,
		market::{CountReason, MarketCall, PurchaseId, Recount, Stock, Word},
		At, Call, Fate, Head,
	},
	config::GaugeSection,
	disk,
	journal::{Errand, JournalError, Progress, Task},
	papers::Paper,
	quantity::Quantity,
	wallet::blake2_256,
};
use serde_json::json;
use subxt::utils::H256;
use tokio::task::spawn_blocking;

/// Where what sensors have seen come is kept, in the folder for state.
const RECEIPTS: &str = "receipts";

/// What an errand of an order begins with.
fn about_order(order: impl std::fmt::Display) -> String {
	format!("purchase {order} ")
}

/// The errand about a part of an order. What has come in all makes the name: each part is accepted or rejected once.
fn part_of(order: PurchaseId, view: &View) -> String {
	let part = view.expected.iter().find(|expected| expected.order == order);
	format!("{}{}", about_order(order), part.map_or(0, |part| part.delivered))
}

/// What the chain says of a count that somebody else was faster with.
const STALE: &str = "StaleCount";

/// What an errand of counting begins with.
const COUNT: &str = "count ";

/// An errand in a few words.
fn in_words(task: &Task) -> String {
	match task {
		Task::Issue { item, quantity, .. } => format!("taking {} of {item} off the books", Quantity(*quantity)),
		Task::Request { what } => format!("asking for {what}"),
		Task::Confirm { order, quantity, .. } => format!("accepting {} of purchase {order}", Quantity(*quantity)),
		Task::Reject { order, quantity, .. } => format!("rejecting {} of purchase {order}", Quantity(*quantity)),
		Task::Count { item, on_hand, .. } => format!("counting {item}: there is {}", Quantity(*on_hand)),
	}
}

impl Storekeeper {
	/// Writes down what is to be done about an item, as an errand.
	pub(super) async fn want(
		&mut self,
		head: &Head,
		gauge: &GaugeSection,
		stock: &Stock,
		view: View,
	) -> Result<(), JournalError> {
		let act = view.decide();
		let said = view.expected.iter().find(|expected| expected.in_review > 0);
		let unseen = said.filter(|_| act.is_none()).map(|expected| {
			format!(
				"{} of {} is said to have come with purchase {}, and {} does not show it: look, or it is rejected before the review ends",
				Quantity(expected.in_review),
				gauge.item,
				expected.order,
				gauge.channel
			)
		});
		self.note_trouble(&format!("unseen {}", gauge.item), unseen);
		let (name, task, held) = match act {
			None => return Ok(()),
			Some(Act::Count { on_hand }) => {
				let Some(Recount { lot, basis, on_hand }) = stock.recount(on_hand) else {
					return Ok(());
				};
				let task = Task::Count {
					site: self.section.site,
					item: gauge.item.clone(),
					lot: lot.to_string(),
					basis,
					on_hand,
				};
				(format!("{COUNT}{}", gauge.item), task, false)
			}
			Some(Act::Reject { order, quantity }) => {
				let reason = format!(
					"{} {} is said to have come; {} shows that there is {}",
					Quantity(quantity),
					gauge.item,
					gauge.channel,
					Quantity(view.level)
				);
				let task = Task::Reject {
					order,
					quantity,
					reason,
				};
				(part_of(order, &view), task, true)
			}
			Some(Act::Confirm { order, quantity }) => {
				let reading = json!({
					"order": order, "item": gauge.item, "channel": gauge.channel, "before": Quantity(view.books),
					"now": Quantity(view.level), "came": Quantity(quantity), "block": head.block.number, "at": stamp(),
				});
				let task = Task::Confirm {
					order,
					quantity,
					reading: reading.to_string(),
				};
				(part_of(order, &view), task, true)
			}
		};
		let words = in_words(&task);
		let new = self
			.journal
			.off_thread(move |journal| {
				let new = journal.want(&name, task)?;
				if !held {
					// It is decided anew each time.
					journal.release(&name)?;
				}
				Ok(new)
			})
			.await?;
		if new {
			tracing::info!("{words}");
		}
		Ok(())
	}

	/// Forgets errands of orders that have ended, and counts that were not begun: they are decided anew.
	pub(super) async fn forget_ended(&mut self, purchases: &Purchases) -> Result<(), JournalError> {
		let errands = self.journal.off_thread(crate::journal::Journal::errands).await?;
		for (name, Errand { task, progress, held }) in errands {
			if self.busy.contains(&name) {
				continue;
			}
			match task {
				Task::Count { .. } if progress == Progress::Wanted => {
					self.journal.off_thread(move |journal| journal.give_up(&name)).await?;
				}
				Task::Confirm { order, .. } | Task::Reject { order, .. }
					if held && purchases.order(order).is_none_or(|order| order.is_settled()) =>
				{
					self.note_trouble(&name, None);
					self.journal
						.off_thread(move |journal| {
							journal.release(&name)?;
							journal.give_up(&name)
						})
						.await?;
				}
				_ => {}
			}
		}
		Ok(())
	}

	/// Has done what is wanted. Tells what is on its way or waits.
	pub(super) async fn attend(
		&mut self,
		head: &Head,
		at: &At,
		purchases: &Purchases,
	) -> Result<Vec<String>, JournalError> {
		let errands = self.journal.off_thread(crate::journal::Journal::errands).await?;
		// What is over is not remembered here; but a count that does not go is wanted again and again.
		self.again_at
			.retain(|name, _| name.starts_with(COUNT) || errands.iter().any(|(other, _)| other == name));
		let mut doing = Vec::new();
		for (name, errand) in errands {
			if errand.progress.is_over() {
				continue;
			}
			let words = in_words(&errand.task);
			if errand.progress == Progress::Sent || self.busy.contains(&name) {
				doing.push(words);
				continue;
			}
			if self.again_at.get(&name).is_some_and(|(_, at)| head.block.number < *at) {
				doing.push(format!("{words}, again in a while"));
				continue;
			}
			match self.call(at, purchases, &errand.task).await {
				Ok(Some(call)) => {
					self.send(name, call);
					doing.push(words);
				}
				Ok(None) => {
					tracing::info!("{words}: it is asked for already, or on its way");
					self.journal.off_thread(move |journal| journal.give_up(&name)).await?;
				}
				Err(why) => {
					self.put_off(&name, head.block.number);
					self.note_trouble(&name, Some(format!("{words} does not go: {why}")));
				}
			}
		}
		Ok(doing)
	}

	/// The call of an errand; none if there is nothing to do. In words why it cannot be made.
	async fn call(&self, at: &At, purchases: &Purchases, task: &Task) -> Result<Option<Call>, String> {
		Ok(Some(match task {
			Task::Issue { site, item, quantity } => MarketCall::Consume {
				site: *site,
				item: Word::from(item.as_str()),
				lot: None,
				quantity: *quantity,
			}
			.into(),
			Task::Reject {
				order,
				quantity,
				reason,
			} => MarketCall::Reject {
				order: *order,
				quantity: *quantity,
				reason: H256(blake2_256([reason.as_bytes()])),
			}
			.into(),
			Task::Count {
				site,
				item,
				lot,
				basis,
				on_hand,
			} => MarketCall::Count {
				site: *site,
				item: Word::from(item.as_str()),
				lot: Word::from(lot.as_str()),
				basis: *basis,
				on_hand: *on_hand,
				reason: CountReason::StockTaking,
			}
			.into(),
			Task::Confirm {
				order,
				quantity,
				reading,
			} => {
				self.keep_receipt(order.0, reading).await;
				MarketCall::Confirm {
					order: *order,
					quantity: *quantity,
					reading: Some(H256(blake2_256([reading.as_bytes()]))),
				}
				.into()
			}
			Task::Request { what } => {
				let file = self.section.requests.get(what).cloned();
				let file = file
					.ok_or_else(|| format!("the configuration's part `stock.requests` names no file for {what:?}"))?;
				let paper = spawn_blocking(move || Paper::load(&file)).await;
				let paper = paper
					.map_err(|error| error.to_string())?
					.map_err(|error| error.to_string())?;
				let money = assets::denomination(at, paper.asset)
					.await
					.map_err(|error| error.to_string())?;
				let money = money.ok_or_else(|| format!("there is no {} on this chain", paper.asset))?;
				let wanted = paper.request(&money).map_err(|error| error.to_string())?;
				if purchases.has(&wanted.item.to_string()) {
					return Ok(None);
				}
				MarketCall::RaiseRequest(Box::new(wanted)).into()
			}
		}))
	}

	/// Keeps what a sensor has seen, whose hash is on the chain. The journal has it too until the order has ended.
	async fn keep_receipt(&self, order: u64, reading: &str) {
		let folder = self.site.config.state_dir.join(RECEIPTS);
		let hash = crate::parse::hex(blake2_256([reading.as_bytes()]));
		let text = reading.to_owned();
		let kept = spawn_blocking(move || {
			disk::make_folder(&folder)?;
			disk::write_whole(&folder.join(format!("{order}-{}.json", &hash[2..10])), text.as_bytes())
		});
		let kept = kept.await.unwrap_or_else(|error| Err(std::io::Error::other(error)));
		if let Err(error) = kept {
			tracing::warn!(%error, order, "the receipt of goods cannot be written");
		}
	}

	fn send(&mut self, name: String, call: Call) {
		self.busy.insert(name.clone());
		let (submitter, tell) = (self.submitter.clone(), self.tell.clone());
		tokio::spawn(async move {
			let fate = submitter.run_errand(name.clone(), call).await;
			let _ = tell.send(Ended { name, fate }).await;
		});
	}

	pub(super) async fn take_end(&mut self, ended: Ended) -> Result<(), JournalError> {
		let Ended { name, fate } = ended;
		self.busy.remove(&name);
		let heads = self.site.chain.heads();
		let height = heads.borrow().as_ref().map_or(0, |head| head.block.number);
		match fate {
			Fate::Done { block, .. } => {
				self.changed_in = self.changed_in.max(block.number);
				self.again_at.remove(&name);
				self.note_trouble(&name, None);
			}
			Fate::Failed { block, error } => {
				self.changed_in = self.changed_in.max(block.number);
				self.put_off(&name, height);
				// What a rule has ordered is tried again, and a count is decided anew: somebody may have counted meanwhile. Anything
				// else is for somebody to look at.
				let is_request = self.is_request(&name).await?;
				if !error.contains(STALE) {
					self.note_trouble(
						&name,
						Some(format!("the chain refused what was to be done ({name}): {error}")),
					);
				}
				if is_request {
					self.journal
						.off_thread(move |journal| journal.want_again(&name))
						.await?;
				}
			}
			Fate::Refused(why) => {
				self.put_off(&name, height);
				self.note_trouble(&name, Some(format!("not sent ({name}): {why}")));
			}
			Fate::Unknown { what, .. } => {
				let text = format!(
					"nobody can tell any more whether it was done ({name}): {what}. Look, and do it by hand if not"
				);
				self.note_trouble(&name, Some(text));
			}
		}
		Ok(())
	}

	async fn is_request(&self, name: &str) -> Result<bool, JournalError> {
		let errands = self.journal.off_thread(crate::journal::Journal::errands).await?;
		let found = errands.into_iter().find(|(other, _)| other == name);
		Ok(found.is_some_and(|(_, errand)| matches!(errand.task, Task::Request { .. })))
	}
}

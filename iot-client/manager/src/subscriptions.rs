//! What is told without being asked for again. A subscription waits when its reader is slow; what it did not take in the
//! meantime is dropped, the oldest first, and never kept.

use crate::{
	api::{Channel, LogLine, Machine, Reading, StoryLine},
	gate::Caller,
	params::{FromParams, Wrong},
	rpc::{nobody, Shown},
	shapes::{severity, FromLevel, Wanted},
};
use jsonrpsee::{
	core::{to_json_raw_value, RegisterMethodError},
	types::{ErrorObjectOwned, Params},
	Extensions, PendingSubscriptionSink, RpcModule, SubscriptionSink,
};
use serde::Serialize;
use std::{
	collections::{BTreeMap, BTreeSet},
	future::Future,
	sync::Arc,
	time::Duration,
};
use tokio::{
	sync::broadcast::{error::RecvError, Receiver},
	time::MissedTickBehavior,
};
use tokio_util::sync::CancellationToken;

/// The status is not told more often.
const STATUS_EVERY: Duration = Duration::from_millis(200);
/// How often is looked whether account or rules are others than before.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Registers all of them.
pub(crate) fn register<M: Machine>(module: &mut RpcModule<Shown<M>>) -> Result<(), RegisterMethodError> {
	add(
		module,
		["status_subscribe", "status_update", "status_unsubscribe"],
		|_: &(), _: &M| Ok(()),
		status,
	)?;
	let names = ["channels_subscribe", "channels_update", "channels_unsubscribe"];
	add(module, names, known_channels, channels)?;
	add(
		module,
		["jobs_subscribe", "jobs_update", "jobs_unsubscribe"],
		|_: &(), _: &M| Ok(()),
		jobs,
	)?;
	add(
		module,
		["wallet_subscribe", "wallet_update", "wallet_unsubscribe"],
		|_: &(), _: &M| Ok(()),
		wallet,
	)?;
	add(
		module,
		["rules_subscribe", "rules_update", "rules_unsubscribe"],
		|_: &(), _: &M| Ok(()),
		rules,
	)?;
	add(
		module,
		["log_subscribe", "log_update", "log_unsubscribe"],
		|_: &FromLevel, _: &M| Ok(()),
		log,
	)
}

/// Where the notifications of a subscription go.
struct Out {
	sink: SubscriptionSink,
	ended: CancellationToken,
}

impl Out {
	/// Sends it, when there is room; false when nobody listens any more.
	async fn send(&self, value: &(impl Serialize + Sync + ?Sized)) -> bool {
		let Ok(message) = to_json_raw_value(value) else {
			return false;
		};
		tokio::select! {
			biased;
			() = self.over() => false,
			sent = self.sink.send(message) => sent.is_ok(),
		}
	}

	/// Done when nobody listens any more: unsubscribed, gone, logged out.
	async fn over(&self) {
		tokio::select! {
			() = self.sink.closed() => {}
			() = self.ended.cancelled() => {}
		}
	}

	/// Sends what is asked for again and again: the first answer, and each that is another than the one before. What cannot be
	/// told now is none.
	async fn follow<T, F>(&self, mut ask: impl FnMut() -> F)
	where
		T: Serialize + PartialEq + Sync,
		F: Future<Output = Option<T>>,
	{
		let mut told = None;
		let mut ticks = tokio::time::interval(LOOK_EVERY);
		ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
		loop {
			let next = async {
				ticks.tick().await;
				ask().await
			};
			let now = tokio::select! {
				biased;
				() = self.over() => return,
				now = next => now,
			};
			if now.is_some() && now != told {
				if !self.send(&now).await {
					return;
				}
				told = now;
			}
		}
	}

	/// The next one, without those that were dropped; nothing when it is over.
	async fn next<T: Clone>(&self, from: &mut Receiver<T>) -> Option<T> {
		loop {
			tokio::select! {
				biased;
				() = self.over() => return None,
				next = from.recv() => match next {
					Ok(next) => return Some(next),
					Err(RecvError::Lagged(_)) => {}
					Err(RecvError::Closed) => return None,
				}
			}
		}
	}
}

/// Adds a subscription: its three names, what it checks of its parameters, and what it does until it is over.
fn add<M, P, C, F, D>(
	module: &mut RpcModule<Shown<M>>,
	[subscribe, update, unsubscribe]: [&'static str; 3],
	check: C,
	doing: D,
) -> Result<(), RegisterMethodError>
where
	M: Machine,
	P: FromParams,
	C: Fn(&P, &M) -> Result<(), Wrong> + Clone + Send + Sync + 'static,
	F: Future<Output = ()> + Send + 'static,
	D: Fn(Arc<Shown<M>>, P, Out) -> F + Clone + Send + Sync + 'static,
{
	let begin =
		move |params: Params<'static>, pending: PendingSubscriptionSink, shown: Arc<Shown<M>>, by: Extensions| {
			let (check, doing) = (check.clone(), doing.clone());
			async move {
				let ended = by.get::<Caller>().map(|caller| caller.session.ended().clone());
				let read = P::read(&params).and_then(|read| check(&read, &shown.machine).map(|()| read));
				let read = read.map_err(ErrorObjectOwned::from);
				let read = read.and_then(|read| Ok((read, ended.ok_or_else(nobody)?)));
				match read {
					Err(error) => pending.reject(error).await,
					Ok((read, ended)) => {
						if let Ok(sink) = pending.accept().await {
							doing(shown, read, Out { sink, ended }).await;
						}
					}
				}
			}
		};
	module
		.register_subscription(subscribe, update, unsubscribe, begin)
		.map(|_| ())
}

async fn status<M: Machine>(shown: Arc<Shown<M>>, (): (), out: Out) {
	let mut status = shown.machine.status();
	loop {
		let now = status.borrow_and_update().clone();
		if !out.send(&*now).await {
			return;
		}
		let pause = async {
			tokio::time::sleep(STATUS_EVERY).await;
			status.changed().await
		};
		tokio::select! {
			() = out.over() => return,
			changed = pause => if changed.is_err() { return },
		}
	}
}

fn known_channels<M: Machine>(wanted: &Wanted, machine: &M) -> Result<(), Wrong> {
	let channels = machine.channels();
	for (at, name) in wanted.channels.iter().flatten().enumerate() {
		if !channels.iter().any(|channel| channel.name == *name) {
			let names: Vec<_> = channels.iter().map(|channel| channel.name.as_str()).collect();
			let text = format!("there is no channel {name:?}; there are: `{}`", names.join("`, `"));
			return Err(Wrong::new(&format!("channels[{at}]"), text));
		}
	}
	Ok(())
}

/// The newest value of each channel that has one since the last time.
#[derive(Default)]
struct Newest {
	/// Only these, when there are any named.
	only: Option<BTreeSet<String>>,
	values: BTreeMap<Arc<str>, (u64, f64)>,
}

impl Newest {
	fn take(&mut self, readings: &[Reading]) {
		for reading in readings {
			if self.is_wanted(&reading.channel) {
				self.values.insert(reading.channel.clone(), (reading.at, reading.value));
			}
		}
	}

	/// When readings were missed, each channel still says its newest.
	fn take_all(&mut self, channels: &[Channel]) {
		for channel in channels {
			if let (Some(at), Some(value), true) = (channel.at, channel.value, self.is_wanted(&channel.name)) {
				self.values.insert(channel.name.as_str().into(), (at, value));
			}
		}
	}

	fn is_wanted(&self, name: &str) -> bool {
		self.only.as_ref().is_none_or(|only| only.contains(name))
	}

	/// `[[name, at, value], …]`
	fn told(&mut self) -> Vec<(String, u64, f64)> {
		let values = std::mem::take(&mut self.values);
		values
			.into_iter()
			.map(|(name, (at, value))| (name.to_string(), at, value))
			.collect()
	}
}

async fn channels<M: Machine>(shown: Arc<Shown<M>>, wanted: Wanted, out: Out) {
	let mut readings = shown.machine.readings();
	let mut newest = Newest {
		only: wanted.channels.map(BTreeSet::from_iter),
		values: BTreeMap::new(),
	};
	newest.take_all(&shown.machine.channels());
	let mut ticks = tokio::time::interval(wanted.interval);
	ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
	loop {
		tokio::select! {
			biased;
			() = out.over() => return,
			_ = ticks.tick() => {
				let told = newest.told();
				if !told.is_empty() && !out.send(&told).await {
					return;
				}
			}
			next = readings.recv() => match next {
				Ok(next) => newest.take(&next),
				Err(RecvError::Lagged(_)) => newest.take_all(&shown.machine.channels()),
				Err(RecvError::Closed) => return,
			}
		}
	}
}

/// What happened to a job.
#[derive(Serialize)]
struct JobNews {
	job: u64,
	#[serde(flatten)]
	line: StoryLine,
}

async fn jobs<M: Machine>(shown: Arc<Shown<M>>, (): (), out: Out) {
	let mut news = shown.machine.news();
	while let Some((job, line)) = out.next(&mut news).await {
		if !out.send(&JobNews { job, line }).await {
			return;
		}
	}
}

async fn wallet<M: Machine>(shown: Arc<Shown<M>>, (): (), out: Out) {
	out.follow(|| async { shown.machine.wallet().await.ok() }).await;
}

async fn rules<M: Machine>(shown: Arc<Shown<M>>, (): (), out: Out) {
	out.follow(|| async { Some(shown.machine.rules_now().await) }).await;
}

async fn log<M: Machine>(shown: Arc<Shown<M>>, wanted: FromLevel, out: Out) {
	let least = wanted.level.as_deref().map_or(usize::MAX, severity);
	let mut lines: Receiver<Arc<LogLine>> = shown.machine.log_lines();
	while let Some(line) = out.next(&mut lines).await {
		if severity(&line.level) <= least && !out.send(&*line).await {
			return;
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn reading(channel: &str, at: u64, value: f64) -> Reading {
		Reading {
			channel: channel.into(),
			at,
			value,
		}
	}

	#[test]
	fn only_the_newest_of_each_wanted_channel_is_told_and_once() {
		let mut newest = Newest {
			only: Some(["a".to_owned(), "b".to_owned()].into()),
			values: BTreeMap::new(),
		};
		newest.take(&[
			reading("a", 1, 1.0),
			reading("c", 1, 9.0),
			reading("a", 2, 2.0),
			reading("b", 1, 5.0),
		]);
		assert_eq!(newest.told(), [("a".to_owned(), 2, 2.0), ("b".to_owned(), 1, 5.0)]);
		assert!(newest.told().is_empty());
	}

	#[test]
	fn after_a_gap_each_channel_says_its_newest() {
		let mut newest = Newest::default();
		let channel = |name: &str, value| Channel {
			name: name.to_owned(),
			value,
			at: value.map(|_| 7),
			..Channel::default()
		};
		newest.take_all(&[channel("a", Some(3.0)), channel("b", None)]);
		assert_eq!(newest.told(), [("a".to_owned(), 7, 3.0)]);
	}
}

//! A node that its peers cannot reach.
//!
//! All nodes share one address, so its packets are told by its ports: the ones that it listens at, and those of the
//! connections that it opened, which change. They are looked up again and again while it is cut off, by a task of ours; who
//! asks it for something by its remote procedures still can.

use crate::{network::Network, process::ports};
use anyhow::{ensure, Context, Result};
use std::{collections::BTreeSet, process::Stdio, time::Duration};
use tokio::{
	io::AsyncWriteExt,
	process::Command,
	task::JoinHandle,
	time::{interval, MissedTickBehavior},
};

/// How often new connections are looked for.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// The rules: nothing from or to a port of the set.
const TABLE: &str = "
table inet bpiiot_partition {
	set ports { type inet_service; }
	chain output {
		type filter hook output priority 0; policy accept;
		tcp sport @ports drop
		tcp dport @ports drop
	}
}
";

/// A node that is cut off.
#[derive(Debug)]
pub struct Partition {
	task: JoinHandle<Result<()>>,
}

impl Partition {
	/// Cuts a node off.
	///
	/// # Errors
	/// When there is no such node, or the system does not let us.
	pub async fn of(network: &Network, name: &str) -> Result<Self> {
		let pid = network.pid(name)?;
		let asked = network.asked_ports(name)?;
		nft(TABLE).await?;
		let mut dropped = BTreeSet::new();
		drop_new(pid, &asked, &mut dropped).await?;
		let task = tokio::spawn(async move {
			let mut ticks = interval(LOOK_AGAIN);
			ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
			loop {
				ticks.tick().await;
				drop_new(pid, &asked, &mut dropped).await?;
			}
		});
		Ok(Self { task })
	}

	/// Lets its peers reach it again.
	///
	/// # Errors
	/// When it was not cut off all the time.
	pub async fn heal(self) -> Result<()> {
		let failed = self.task.is_finished();
		self.task.abort();
		let ended = self.task.await;
		nft("delete table inet bpiiot_partition\n").await?;
		if failed {
			ended.context("the partition's task is gone")??;
		}
		Ok(())
	}
}

async fn drop_new(pid: u32, asked: &[u16], dropped: &mut BTreeSet<u16>) -> Result<()> {
	let all = ports(pid, asked)?;
	let new: Vec<_> = all.difference(dropped).map(u16::to_string).collect();
	if new.is_empty() {
		return Ok(());
	}
	nft(&format!(
		"add element inet bpiiot_partition ports {{ {} }}\n",
		new.join(", ")
	))
	.await?;
	dropped.extend(all);
	Ok(())
}

/// Has the system's packet filter do this.
async fn nft(rules: &str) -> Result<()> {
	let mut child = Command::new("nft")
		.args(["-f", "-"])
		.stdin(Stdio::piped())
		.stderr(Stdio::piped())
		.kill_on_drop(true)
		.spawn()
		.context("cannot start nft: is the package nftables installed?")?;
	let mut stdin = child.stdin.take().context("nft does not listen")?;
	stdin.write_all(rules.as_bytes()).await?;
	drop(stdin);
	let output = child.wait_with_output().await?;
	ensure!(
		output.status.success(),
		"nft: {} (run in a network namespace of its own, as make net-test does)",
		String::from_utf8_lossy(&output.stderr).trim()
	);
	Ok(())
}

//! A network on this machine: a relay chain with two validators, and our parachain with its collators and full nodes.

use crate::{
	process,
	programs::{output_of, Programs},
};
use anyhow::{anyhow, Context, Result};
use bpiiot_harness::{chain::Chain, process::wait_until, world::account_of};
use serde_json::{json, Value};
use std::{
	fs,
	future::Future,
	path::{Path, PathBuf},
	time::Duration,
};
use subxt::utils::AccountId32;
use tokio::time::sleep;
use zombienet_sdk::{
	AddCollatorOptions, Arg, LocalFileSystem, NetworkConfig, NetworkConfigBuilder, NetworkConfigExt, NetworkNode,
};

/// Our parachain's id.
pub const PARA_ID: u32 = 2000;
/// The relay chain's id in its chain spec, by which a light client knows it.
const RELAY_ID: &str = "rococo_local_testnet";
/// The validators of the relay chain. Their keys are `//Alice` and `//Bob`.
pub const VALIDATORS: [&str; 2] = ["alice", "bob"];
/// What each of them has, in the smallest unit of the relay chain's token: a thousand. By itself zombienet gives them two.
const VALIDATORS_BALANCE: u128 = 1_000_000_000_000_000;
/// The collators that start with the network. Their keys are `//Alice` and `//Bob`.
pub const COLLATORS: [&str; 2] = ["collator-alice", "collator-bob"];
/// A third one, whom the first block knows too, and who comes later: sessions of collators last six hours, so that nobody can
/// join by transactions while a test runs. Its key is `//Charlie`.
pub const THIRD_COLLATOR: &str = "collator-charlie";
/// The account of the third collator.
pub const THIRD_KEY: &str = "Charlie";
/// A node that follows, and that clients ask.
pub const FULL_NODE: &str = "full-node";

/// From the start of the first program until the parachain makes blocks.
const START_LIMIT: Duration = Duration::from_secs(600);
/// A node's start.
const NODE_LIMIT: Duration = Duration::from_secs(240);

/// Arguments of every node here.
const COMMON: [&str; 2] = ["--database=paritydb", "--no-hardware-benchmarks"];
/// Room for a storm.
const POOL: [&str; 2] = ["--pool-limit=20000", "--pool-kbytes=200000"];

/// A running network. Its nodes end when it is dropped; its folder stays.
pub struct Network {
	inner: zombienet_sdk::Network<LocalFileSystem>,
}

impl Network {
	/// Starts a network in `folder`, which is made, and waits until the parachain makes blocks.
	///
	/// # Errors
	/// When a program is missing, or the network does not come up.
	pub async fn start(folder: &Path) -> Result<Self> {
		let programs = Programs::find()?;
		fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
		let relay_spec = folder.join("relay-plain.json");
		fs::write(&relay_spec, output_of(&programs.relay_spec, &[]).await?)?;
		let para_spec = folder.join("bpiiot.json");
		fs::write(&para_spec, para_spec_of(&programs, folder).await?)?;

		let definition = definition(&programs, &folder.join("nodes"), &relay_spec, &para_spec)?;
		fs::write(folder.join("network.toml"), definition.dump_to_toml()?)?;
		let inner = definition
			.spawn_native()
			.await
			.map_err(|error| anyhow!("zombienet: {error}"))?;
		let network = Self { inner };
		let first = network.chain(FULL_NODE).await?.with_patience(START_LIMIT);
		first
			.wait_for("the parachain's first block", START_LIMIT, async |view| {
				Ok((view.number() > 0).then_some(()))
			})
			.await?;
		Ok(network)
	}

	/// A node by its name.
	///
	/// # Errors
	/// When there is none of that name.
	pub fn node(&self, name: &str) -> Result<&NetworkNode> {
		self.inner.get_node(name)
	}

	/// The names of all nodes.
	pub fn names(&self) -> Vec<String> {
		self.inner.node_names()
	}

	/// The names of the collators that there are now.
	pub fn collators(&self) -> Vec<String> {
		let all = [COLLATORS[0], COLLATORS[1], THIRD_COLLATOR];
		self.names()
			.into_iter()
			.filter(|name| all.contains(&name.as_str()))
			.collect()
	}

	/// Where clients reach a node.
	///
	/// # Errors
	/// When there is none of that name.
	pub fn url(&self, name: &str) -> Result<&str> {
		Ok(self.node(name)?.ws_uri())
	}

	/// A connection to a node, once it answers.
	///
	/// # Errors
	/// When it does not.
	pub async fn chain(&self, name: &str) -> Result<Chain> {
		let url = self.url(name)?;
		wait_until(&format!("an answer from {name}"), NODE_LIMIT, || async {
			Ok(Chain::connect(url).await.ok())
		})
		.await
	}

	/// Ends a node as a power cut would, and starts it again after a while.
	///
	/// # Errors
	/// When there is none of that name, or it cannot be started.
	pub async fn crash(&self, name: &str, down: Duration) -> Result<()> {
		let wait = async {
			sleep(down).await;
			Ok(())
		};
		self.while_down(name, wait).await
	}

	/// Ends a node as a power cut would, and starts it again when something else is done.
	///
	/// # Errors
	/// When there is none of that name, it cannot be started, or the other thing fails.
	async fn while_down<T>(&self, name: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
		// zombienet would wait before it ends the node, and start it again at once.
		process::kill(self.pid(name)?).await?;
		let done = work.await;
		self.node(name)?
			.restart(None)
			.await
			.with_context(|| format!("cannot restart {name}"))?;
		done
	}

	/// What a node has stored of our chain, as its `export-state` writes it. The node is down meanwhile.
	///
	/// # Errors
	/// When it cannot be ended, read or started again.
	pub async fn export_state(&self, name: &str) -> Result<Vec<u8>> {
		let arguments = self.node(name)?.args();
		let ours = arguments.split(|argument| *argument == "--").next().unwrap_or_default();
		let mut command = vec!["export-state"];
		for wanted in ["--chain", "--base-path"] {
			let found = ours.windows(2).find(|pair| pair[0] == wanted);
			command.extend(found.with_context(|| format!("{name} was started without {wanted}"))?);
		}
		command.push(COMMON[0]);
		let programs = Programs::find()?;
		self.while_down(name, output_of(&programs.node, &command)).await
	}

	/// Adds a full node that knows nothing yet, and gets both chains from its peers in this way (the node's `--sync`).
	///
	/// # Errors
	/// When it cannot be started.
	pub async fn add_full_node(&mut self, name: &str, sync: &str) -> Result<()> {
		self.add(name, None, &[&format!("--sync={sync}")]).await
	}

	/// Starts the third collator.
	///
	/// # Errors
	/// When it cannot be started.
	pub async fn add_third_collator(&mut self) -> Result<()> {
		self.add(THIRD_COLLATOR, Some("--charlie"), &[]).await
	}

	async fn add(&mut self, name: &str, key: Option<&str>, both: &[&str]) -> Result<()> {
		let options = AddCollatorOptions {
			args: arguments(key, both),
			is_validator: key.is_some(),
			..AddCollatorOptions::default()
		};
		self.inner.add_collator(name, options, PARA_ID).await
	}

	/// The process of a node.
	///
	/// # Errors
	/// When it does not run.
	pub fn pid(&self, name: &str) -> Result<u32> {
		process::in_folder(self.node(name)?.base_dir()).with_context(|| format!("{name} does not run"))
	}

	/// The log of a node.
	///
	/// # Errors
	/// When there is none of that name.
	pub fn log(&self, name: &str) -> Result<PathBuf> {
		Ok(self.node(name)?.base_dir().join(format!("{name}.log")))
	}

	/// Writes the raw chain specs of the relay chain and of ours for somebody who begins with them alone: with the addresses
	/// of all nodes. Gives their paths.
	///
	/// # Errors
	/// When the disk does not take them.
	pub fn write_specs(&self, folder: &Path) -> Result<[PathBuf; 2]> {
		let relay = self.inner.relaychain();
		let ours = self.inner.parachain(PARA_ID).context("our parachain is there")?;
		let our_spec = ours.chain_spec_path().context("our parachain has a spec")?;
		let base = self.inner.base_dir().map(PathBuf::from).unwrap_or_default();
		let write = |name: &str, spec: &Path, nodes: Vec<&NetworkNode>| {
			let path = base.join(spec);
			let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
			let mut spec: Value = serde_json::from_slice(&text)?;
			spec["bootNodes"] = nodes.into_iter().map(NetworkNode::multiaddr).collect();
			let path = folder.join(name);
			fs::write(&path, serde_json::to_vec(&spec)?)?;
			anyhow::Ok(path)
		};
		Ok([
			write("relay-chain.json", relay.chain_spec_path(), relay.nodes())?,
			write("chain.json", our_spec, ours.collators())?,
		])
	}

	/// The ports at which a node answers those who ask it: remote procedures and metrics.
	///
	/// # Errors
	/// When there is none of that name.
	pub fn asked_ports(&self, name: &str) -> Result<Vec<u16>> {
		ports_of(self.node(name)?, &["--rpc-port", METRICS])
	}

	/// The ports at which a node exports its metrics: of our chain, and of the relay chain.
	///
	/// # Errors
	/// When there is none of that name.
	pub fn metrics_ports(&self, name: &str) -> Result<Vec<u16>> {
		ports_of(self.node(name)?, &[METRICS])
	}

	/// Ends all nodes.
	///
	/// # Errors
	/// When one cannot be ended.
	pub async fn stop(self) -> Result<()> {
		self.inner.destroy().await.context("cannot end the network")
	}
}

/// The argument before the port of the metrics.
const METRICS: &str = "--prometheus-port";

/// The ports behind these arguments of a node, of our chain first.
fn ports_of(node: &NetworkNode, arguments: &[&str]) -> Result<Vec<u16>> {
	let all = node.args();
	let values = all.windows(2).filter(|pair| arguments.contains(&pair[0]));
	values
		.map(|pair| pair[1].parse().context("a port is a number"))
		.collect()
}

/// Our chain spec, raw: that of `local_testnet`, on this relay chain, with the third collator, and as it was before the relay chain's token could
/// come in, which an upgrade mends.
async fn para_spec_of(programs: &Programs, folder: &Path) -> Result<Vec<u8>> {
	let plain = output_of(&programs.node, &["export-chain-spec", "--chain=local_testnet"]).await?;
	let mut spec = without_relay_token(with_collator(serde_json::from_slice(&plain)?, account_of(THIRD_KEY))?);
	spec["relay_chain"] = RELAY_ID.into();
	let path = folder.join("bpiiot-plain.json");
	fs::write(&path, serde_json::to_vec_pretty(&spec)?)?;
	let chain = format!("--chain={}", path.display());
	output_of(&programs.node, &["export-chain-spec", &chain, "--raw"]).await
}

/// A plain chain spec with one more collator, who has one key for everything.
fn with_collator(mut spec: Value, account: AccountId32) -> Result<Value> {
	let account = account.to_string();
	let mut push = |pointer: &str, value: Value| {
		let list = spec.pointer_mut(pointer).and_then(Value::as_array_mut);
		list.with_context(|| format!("the chain spec has no list {pointer}"))?
			.push(value);
		anyhow::Ok(())
	};
	let patch = "/genesis/runtimeGenesis/patch";
	push(&format!("{patch}/collatorSelection/invulnerables"), json!(account))?;
	let keys = json!({ "aura": account, "authority_discovery": account });
	push(&format!("{patch}/session/keys"), json!([account, account, keys]))?;
	Ok(spec)
}

/// A plain chain spec without assets.
fn without_relay_token(mut spec: Value) -> Value {
	spec["genesis"]["runtimeGenesis"]["patch"]["assets"] = json!({ "assets": [], "metadata": [] });
	spec
}

/// The network as zombienet reads it.
fn definition(programs: &Programs, nodes: &Path, relay_spec: &Path, para_spec: &Path) -> Result<NetworkConfig> {
	let relay: Vec<Arg> = COMMON.iter().map(|argument| Arg::from(*argument)).collect();
	let builder = NetworkConfigBuilder::new()
		.with_relaychain(|chain| {
			let chain = chain
				.with_chain("rococo-local")
				.with_default_command(text(&programs.relay).as_str())
				.with_default_args(relay)
				.with_chain_spec_path(relay_spec.to_owned());
			let [first, second] = VALIDATORS;
			chain
				.with_validator(|node| node.with_name(first).with_initial_balance(VALIDATORS_BALANCE))
				.with_validator(|node| node.with_name(second).with_initial_balance(VALIDATORS_BALANCE))
		})
		.with_parachain(|chain| {
			let chain = chain
				.with_id(PARA_ID)
				.cumulus_based(true)
				.with_default_command(text(&programs.node).as_str())
				.with_chain_spec_path(para_spec.to_owned());
			let [first, second] = COLLATORS;
			chain
				.with_collator(|node| node.with_name(first).with_args(arguments(Some("--alice"), &[])))
				.with_collator(|node| node.with_name(second).with_args(arguments(Some("--bob"), &[])))
				.with_fullnode(|node| node.with_name(FULL_NODE).with_args(arguments(None, &[])))
		})
		.with_global_settings(|settings| {
			settings
				.with_base_dir(nodes)
				.with_network_spawn_timeout(START_LIMIT.as_secs() as u32)
				.with_node_spawn_timeout(NODE_LIMIT.as_secs() as u32)
				.with_tear_down_on_failure(false)
		});
	builder.build().map_err(|errors| {
		let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
		anyhow!("the network's definition is wrong: {}", errors.join("; "))
	})
}

/// The arguments of one of our nodes: of a collator with this key, or of a full node; with these for `both` its sides.
fn arguments(key: Option<&str>, both: &[&str]) -> Vec<Arg> {
	let both = || COMMON.iter().chain(both).copied();
	// What follows the two dashes is for the relay chain's side of the node.
	both()
		.chain(POOL)
		.chain(key)
		.chain(["--"])
		.chain(both())
		.map(Arg::from)
		.collect()
}

fn text(path: &Path) -> String {
	path.display().to_string()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_collator_is_added_to_both_lists() {
		let spec = json!({ "genesis": { "runtimeGenesis": { "patch": {
			"collatorSelection": { "invulnerables": ["one"] },
			"session": { "keys": [] },
		} } } });
		let account = AccountId32([7; 32]);
		let spec = with_collator(spec, account).unwrap();
		let patch = &spec["genesis"]["runtimeGenesis"]["patch"];
		assert_eq!(
			patch["collatorSelection"]["invulnerables"],
			json!(["one", account.to_string()])
		);
		assert_eq!(patch["session"]["keys"][0][2]["aura"], json!(account.to_string()));
		assert!(with_collator(json!({}), account).is_err());
	}
}

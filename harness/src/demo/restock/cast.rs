//! Who plays: three suppliers, each a process with a key of its own, and what their names are worth before the play begins.

use crate::{
	chain::dev_account,
	process::{binary, Process},
	world::{account_of, World, BPI},
};
use anyhow::{Context, Result};
use futures::future::try_join_all;
use std::{path::PathBuf, time::Duration};
use subxt::utils::AccountId32;

/// What everybody gets to do business with.
pub const PURSE: u128 = 2_000 * BPI;
/// How long somebody may take to show himself, or a purchase of before the play to end.
const LIMIT: Duration = Duration::from_secs(240);
/// What is traded.
pub const CATEGORY: &str = "cutting-oil";
/// The item.
pub const ITEM: &str = "cutting-oil-22";

/// One of the three.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
	/// Cheap, and late.
	Cheap,
	/// Dear, and prompt.
	Prompt,
	/// Promises everything, delivers nothing, and has bought his ratings.
	Fake,
}

impl Role {
	/// All of them.
	pub const ALL: [Self; 3] = [Self::Cheap, Self::Prompt, Self::Fake];

	/// His name among the development accounts.
	pub fn name(self) -> &'static str {
		match self {
			Self::Cheap => "Cheap",
			Self::Prompt => "Prompt",
			Self::Fake => "Fake",
		}
	}

	/// The same as a derivation.
	pub fn key(self) -> String {
		format!("//{}", self.name())
	}

	/// His account.
	pub fn account(self) -> AccountId32 {
		account_of(self.name())
	}

	/// How he does business, as his process takes it. The prices are of a litre.
	fn strategy(self) -> &'static [&'static str] {
		match self {
			Self::Cheap => &[
				"--price=0.1",
				"--lead-time=4d",
				"--quoted-lead-time=1m",
				"--deliver-after=3m",
			],
			Self::Prompt => &[
				"--price=0.1375",
				"--floor=0.125",
				"--lead-time=1d",
				"--quoted-lead-time=1h",
				"--deliver-after=12s",
			],
			// What he claims to have delivered never comes.
			Self::Fake => &[
				"--price=0.0625",
				"--lead-time=1h",
				"--quoted-lead-time=1h",
				"--deliver-after=0s",
			],
		}
	}

	/// Who bought of him before, how much each in litres, and with how many stars.
	fn past(self) -> (&'static [&'static str], &'static str, &'static str) {
		match self {
			Self::Cheap => (&["Customer"], "1000", "2"),
			// A little more than 250 BPI each: what a name needs against a forged one (docs/threats.md).
			Self::Prompt => (&["Miller", "Smith", "Turner", "Wright"], "2000", "5"),
			// His friend, with his money.
			Self::Fake => (&["Shill"], "200", "5"),
		}
	}
}

/// A supplier at work.
#[derive(Debug)]
pub struct Supplier {
	/// Who.
	pub role: Role,
	process: Process,
	folder: PathBuf,
	url: String,
}

impl Supplier {
	/// Starts him.
	///
	/// # Errors
	/// When there is no such program.
	pub fn start(role: Role, world: &World) -> Result<Self> {
		let folder = world.folder().join(role.name());
		std::fs::create_dir_all(&folder)?;
		let url = world.url().to_owned();
		Ok(Self {
			process: spawn(role, &folder, &url)?,
			role,
			folder,
			url,
		})
	}

	/// Ends him as a power cut would, and starts him again.
	///
	/// # Errors
	/// When the system refuses.
	pub async fn kill_and_start(&mut self) -> Result<()> {
		self.process.kill().await?;
		self.process = spawn(self.role, &self.folder, &self.url)?;
		Ok(())
	}

	/// Fails when he has ended.
	///
	/// # Errors
	/// When he has, with the end of his log.
	pub fn ensure_running(&mut self) -> Result<()> {
		self.process.ensure_running()
	}

	/// Ends him in good order.
	///
	/// # Errors
	/// When he does not end.
	pub async fn stop(&mut self) -> Result<()> {
		self.process.stop().await.map(drop)
	}
}

fn spawn(role: Role, folder: &std::path::Path, url: &str) -> Result<Process> {
	let mut arguments = vec![
		format!("--node={url}"),
		format!("--as={}", role.key()),
		format!("--state={}", folder.join("state").display()),
		format!("--category={CATEGORY}"),
		format!("--item={ITEM}"),
		"--area=DE".to_owned(),
		"--sells=10000".to_owned(),
	];
	arguments.extend(role.strategy().iter().map(|part| (*part).to_owned()));
	Process::spawn(
		"bpiiot-supplier",
		&binary("bpiiot-supplier")?,
		&arguments,
		&folder.join("supplier.log"),
	)
}

/// Gives everybody money. The order of nonces is the chain's.
///
/// # Errors
/// When the chain refuses.
pub async fn endow(world: &World) -> Result<()> {
	let customer = dev_account("Customer");
	let buyers = Role::ALL.iter().flat_map(|role| role.past().0).copied();
	let names = Role::ALL.iter().map(|role| role.name()).chain(buyers);
	for name in names.filter(|name| *name != "Customer") {
		let transfer = crate::calls::transfer(account_of(name), PURSE);
		world.chain.submit(&customer, &transfer).await?;
	}
	Ok(())
}

/// Lets each supplier earn, or buy, the name that he has when the play begins.
///
/// # Errors
/// When the client or the chain refuses.
pub async fn live_through_the_past(world: &World) -> Result<()> {
	let purchases = Role::ALL
		.iter()
		.flat_map(|role| role.past().0.iter().map(|buyer| bought(*role, buyer, world)));
	// Each has a buyer of its own, so that nobody's nonces are counted twice at a time.
	try_join_all(purchases).await.map(drop)
}

/// Somebody buys of him, confirms that it has come, and rates him.
async fn bought(role: Role, buyer: &str, world: &World) -> Result<()> {
	let (_, litres, stars) = role.past();
	let buyer_key = format!("//{buyer}");
	let (site, account) = (&world.site, role.account());
	let quote = async |view: &crate::chain::View| Ok(view.quotes_of(&account).await?.first().copied());
	let quote = world
		.chain
		.wait_for("a supplier's quote", LIMIT, quote)
		.await?
		.to_string();
	let answer = site
		.run(&[
			"quote",
			"buy",
			&quote,
			"--quantity",
			litres,
			"--area",
			"DE-HB",
			"--as",
			&buyer_key,
		])
		.await?;
	let said: serde_json::Value = serde_json::from_str(&answer.said).context("the client says what it bought")?;
	let order = said["order"].as_u64().context("the order's number")?;
	let delivered = async |view: &crate::chain::View| {
		let purchases = view.purchases().await?;
		let there = purchases.into_iter().find(|(id, _)| *id == order);
		Ok(there.filter(|(_, purchase)| purchase.delivered > 0).map(drop))
	};
	world
		.chain
		.wait_for("a purchase to be delivered", LIMIT, delivered)
		.await?;
	let order = order.to_string();
	site.run(&["purchase", "confirm", &order, "--as", &buyer_key]).await?;
	site.run(&["purchase", "rate", &order, "--stars", stars, "--as", &buyer_key])
		.await?;
	Ok(())
}

//! `make demo STORY=restock`: a machine that runs out of cutting oil buys it, and pays when its own sensor has seen it come.
//!
//! The oil in the press falls below its level; the client counts the stock by its sensor; the chain's reorder point asks for
//! more; three suppliers bid, each a process with a key of its own; the owner makes one counter-offer; the best score wins; the
//! price is in escrow; the supplier delivers; the level rises, and the machine's key confirms. What each side has in the end
//! is compared with what it should have, to the planck.

pub mod cast;
mod checks;
mod kill;

use super::{apps_link, books::Check, screen::Screen};
use crate::{
	board::Board,
	chain::market::{Purchase, PurchaseState, Request, RequestState},
	node::NodeSetup,
	world::{account_of, temporary_folder, MachineAccounts, World, BPI},
};
use anyhow::{bail, Context, Result};
use cast::{Role, Supplier, CATEGORY, ITEM};
use checks::Before;
pub use kill::Kill;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How full the tank is in the beginning, when it is low, and when it was filled; in thousandths. A litre is 50.
const FULL: u16 = 1000;
const LOW: u16 = 180;
const FILLED: u16 = 980;
/// The same in thousandths of a litre.
const LITRES_LOW: u64 = 3_600;
const LITRES_FILLED: u64 = 19_600;
/// What the sensor cannot tell apart.
const TOLERANCE: u64 = 200;
/// What is asked for.
const WANTED: u64 = 16_000;
/// The counter-offer.
const COUNTER: (u128, &str) = (2 * BPI, "2");
/// What the machine has to buy with.
const PURSE: &str = "25";
/// How long it may take in all.
const LIMIT: Duration = Duration::from_secs(900);
/// How often the chain is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// What the owner wants to be done when oil is low.
const RULES: &str = "\
[[rule]]
name = \"cutting oil low\"
when = \"oil_level < 250\"
until = \"oil_level > 300\"
for_ms = 1000
severity = \"notice\"
then = [{ count = \"cutting-oil-22\" }, { notify = \"Cutting oil is low.\" }]
";

/// How the story is told.
#[derive(Clone, Debug)]
pub struct Settings {
	/// The time between two blocks.
	pub block_time: Duration,
	/// What is killed on the way.
	pub kills: Vec<Kill>,
}

/// A step of the story, in its order. Each is seen on the chain.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Step {
	/// The sensor has said that oil is low.
	Low,
	/// A request stands.
	Raised,
	/// All three have bid.
	Bid,
	/// The counter-offer is agreed to.
	Agreed,
	/// The best bid has won.
	Awarded,
	/// The supplier says that he has delivered.
	Delivered,
	/// The machine has confirmed, and the supplier is paid.
	Paid,
	/// The owner has rated him.
	Rated,
}

/// How it went.
#[derive(Clone, Debug)]
pub struct Verdict {
	/// What must hold.
	pub checks: Vec<Check>,
}

impl Verdict {
	/// The exit status: 0 if everything holds, 3 if not.
	pub fn status(&self) -> u8 {
		match self.checks.iter().all(|check| check.holds) {
			true => 0,
			false => 3,
		}
	}
}

/// The stage: a world, its machine, its site, and the suppliers.
#[derive(Debug)]
struct Stage {
	world: World,
	machine: MachineAccounts,
	site: u64,
	suppliers: Vec<Supplier>,
}

/// Tells the story, and shows each step as it happens. Gives the world, which is still up.
///
/// # Errors
/// When a part fails that is not supposed to.
pub async fn tell(settings: &Settings, screen: &mut Screen) -> Result<(World, Verdict)> {
	let mut stage = Stage::raise(settings, screen).await?;
	stage.prepare(screen).await?;
	let before = Before::read(&mut stage).await?;
	stage.world.own_board()?.tell(&format!("oil {LOW}")).await?;
	let text = format!("the tank of the press is at {} %", LOW / 10);
	screen.done("oil is low", &text, json!({ "level": LOW }));
	stage.play(settings, screen).await?;
	let checks = before.compare(&mut stage).await?;
	let verdict = Verdict { checks };
	summarise(screen, &before, &verdict);
	for supplier in &mut stage.suppliers {
		supplier.stop().await?;
	}
	Ok((stage.world, verdict))
}

impl Stage {
	/// Starts node, board and suppliers, and gives everybody money and a name.
	async fn raise(settings: &Settings, screen: &mut Screen) -> Result<Self> {
		let folder = temporary_folder()?;
		let mut node = NodeSetup::new(folder.path(), settings.block_time)?.start()?;
		let board = Board::start_with_tank(folder.path()).await?;
		let chain = node.ready().await?;
		let text = format!(
			"a block every {} ms; {}",
			settings.block_time.as_millis(),
			apps_link(&node.url())
		);
		screen.done("node up", &text, json!({ "url": node.url() }));
		let world = World::join(folder, node, chain, board)?;
		cast::endow(&world).await?;
		let suppliers = Role::ALL.map(|role| Supplier::start(role, &world));
		let suppliers = suppliers.into_iter().collect::<Result<Vec<_>>>()?;
		screen.done(
			"suppliers up",
			"//Cheap, //Prompt and //Fake, each with its own key",
			json!({}),
		);
		cast::live_through_the_past(&world).await?;
		let view = world.chain.now().await?;
		let mut names = Vec::new();
		for role in Role::ALL {
			let standing = view.standing(&role.account()).await?;
			names.push(format!("{} {:.1} %", role.key(), f64::from(standing) / 10_000.0));
		}
		let text = format!("what their names are worth: {}", names.join(", "));
		screen.done("past", &text, json!({}));
		let machine = world.register().await?;
		Ok(Self {
			world,
			machine,
			site: 0,
			suppliers,
		})
	}

	/// Lets the machine buy, keeps its oil on stock, and starts its client.
	async fn prepare(&mut self, screen: &mut Screen) -> Result<()> {
		let site = &self.world.site;
		let machine = crate::world::hex_of(&self.machine.account);
		let policy = format!("purposes = [\"purchase\"]\nperiod = \"30d\"\n[caps]\nBPI = \"{PURSE}\"\n");
		let policy = site.add_file("policy.toml", &policy)?.display().to_string();
		site.run(&["deposit", PURSE, "--as", "//Owner"]).await?;
		site.run(&["policy", &policy, "--as", "//Owner"]).await?;
		let opened = site
			.run(&[
				"stock", "open", "--name", "Hall 1", "--region", "DE-HB", "--as", "//Owner",
			])
			.await?;
		let opened: serde_json::Value = serde_json::from_str(&opened.said)?;
		self.site = opened["site"].as_u64().context("the site's number")?;
		let id = self.site.to_string();
		let kept = ["--site", &id, "--item", ITEM];
		let stock = async |what: &str, more: &[&str]| {
			let line = [&["stock", what], &kept[..], more, &["--as", "//Owner"]].concat();
			site.run(&line).await
		};
		stock("keep", &["--unit", "LTR"]).await?;
		stock("receive", &["--quantity", "20"]).await?;
		let keeper = format!("{}=receive,issue,count", self.machine.account);
		site.run(&["stock", "keepers", &id, "--keeper", &keeper, "--as", "//Owner"])
			.await?;
		let more = [
			"--point",
			"5",
			"--quantity",
			"16",
			"--category",
			CATEGORY,
			"--highest-price",
			"2.5",
			"--longest-lead-time",
			"5d",
			"--weights",
			"20%,10%,70%",
			"--buyer",
			&machine,
		];
		stock("reorder", &more).await?;
		let text = format!("site {id}: 20 l of oil; below 5 l the machine buys 16 l for at most 2.5 BPI");
		screen.done("stock", &text, json!({ "site": self.site }));
		site.add_file("rules.toml", RULES)?;
		let config = std::fs::read_to_string(site.config())?;
		site.configure(&format!(
			"{config}\n[rules]\nfile = \"rules.toml\"\n\n[stock]\nsite = \"{id}\"\n\n[[stock.gauge]]\nitem = \"{ITEM}\"\n\
			channel = \"oil_level\"\nper_unit = \"0.02\"\ntolerance = \"0.2\"\n"
		))?;
		self.world.own_board()?.tell(&format!("oil {FULL}")).await?;
		self.world.start_daemon()?.ready().await?;
		screen.done("client on line", "with node and board", json!({}));
		Ok(())
	}

	/// The machine's request, if there is one; more than one there must not be.
	async fn request(&self) -> Result<Option<(u64, Request)>> {
		let view = self.world.chain.now().await?;
		let mut requests = view.requests().await?;
		requests.retain(|(_, request)| request.buyer == self.machine.account);
		match requests.len() {
			0 | 1 => Ok(requests.pop()),
			many => bail!("the machine has asked for the same {many} times"),
		}
	}

	/// The order that came of it.
	async fn purchase(&self, order: u64) -> Result<Purchase> {
		let view = self.world.chain.now().await?;
		let found = view.purchases().await?.into_iter().find(|(id, _)| *id == order);
		Ok(found.context("the order is on the chain")?.1)
	}

	/// Follows the chain from step to step, and does what people do.
	async fn play(&mut self, settings: &Settings, screen: &mut Screen) -> Result<()> {
		let start = Instant::now();
		let mut reached = Step::Low;
		self.interrupt(settings, screen, reached).await?;
		while reached < Step::Rated {
			if start.elapsed() > LIMIT {
				let log = self.world.own_daemon()?.log_tail();
				bail!("it stands still after {reached:?}; the client's log ends with:\n{log}");
			}
			for supplier in &mut self.suppliers {
				supplier.ensure_running()?;
			}
			self.world.own_daemon()?.process().ensure_running()?;
			let step = self.look(reached, screen).await?;
			if step > reached {
				reached = step;
				self.interrupt(settings, screen, reached).await?;
				continue;
			}
			sleep(LOOK).await;
		}
		Ok(())
	}

	/// Looks whether the next step is reached, and does what brings it about if that is for people to do.
	async fn look(&mut self, reached: Step, screen: &mut Screen) -> Result<Step> {
		let Some((id, request)) = self.request().await? else {
			return Ok(reached);
		};
		match (reached, request.state) {
			(Step::Low, _) => {
				let stock = self.world.chain.now().await?.stock(self.site, ITEM).await?;
				let text = format!(
					"request {id}: the client has counted {} l, and the reorder point asks for more",
					stock.on_hand as f64 / 1_000.0
				);
				screen.done("raised", &text, json!({ "request": id, "on_hand": stock.on_hand }));
				Ok(Step::Raised)
			}
			(Step::Raised, RequestState::Open) if request.bids.len() == Role::ALL.len() => {
				screen.done("bids", &bids_text(&request), json!({ "request": id }));
				Ok(Step::Bid)
			}
			(Step::Bid, RequestState::Open) => self.haggle(id, &request, screen).await,
			(Step::Agreed, RequestState::Awarded(order)) => {
				let purchase = self.purchase(order).await?;
				let text = format!(
					"purchase {order}: {} BPI on hold, to {}",
					bpi(purchase.price),
					name_of(&purchase.escrow.payee)
				);
				screen.done("awarded", &text, json!({ "order": order }));
				Ok(Step::Awarded)
			}
			(Step::Awarded | Step::Delivered | Step::Paid, RequestState::Awarded(order)) => {
				self.follow(reached, order, screen).await
			}
			(_, RequestState::Open) | (Step::Raised | Step::Bid, RequestState::Awarded(_)) => match reached {
				Step::Raised | Step::Bid if request.state != RequestState::Open => {
					bail!("bidding was over before everybody had bid and the owner had haggled; try a longer --block-time")
				}
				_ => Ok(reached),
			},
			(_, state) => bail!("the request has come to nothing: {state:?}"),
		}
	}

	/// The owner's counter-offer to the dear one, once.
	async fn haggle(&mut self, id: u64, request: &Request, screen: &mut Screen) -> Result<Step> {
		let prompt = Role::Prompt.account();
		let bid = request.bids.iter().find(|bid| bid.bidder == prompt);
		let bid = bid.context("//Prompt has bid")?;
		if bid.price == COUNTER.0 {
			let text = format!("//Prompt agrees; {}", bids_text(request));
			screen.done("agreed", &text, json!({ "request": id }));
			return Ok(Step::Agreed);
		}
		if bid.rounds == 0 {
			let id = id.to_string();
			let line = [
				"request", "counter", &id, "--bidder", "//Prompt", "--price", COUNTER.1, "--as", "//Owner",
			];
			self.world.site.run(&line).await?;
			let text = format!("//Owner proposes {} BPI to //Prompt", COUNTER.1);
			screen.done("counter-offer", &text, json!({}));
		}
		Ok(Step::Bid)
	}

	/// From the award to the rating.
	async fn follow(&mut self, reached: Step, order: u64, screen: &mut Screen) -> Result<Step> {
		let purchase = self.purchase(order).await?;
		match (reached, purchase.state) {
			(Step::Awarded, PurchaseState::Delivered) => {
				screen.done("delivered", "says the supplier; the tank is being filled", json!({}));
				self.world.own_board()?.tell(&format!("oil {FILLED}")).await?;
				Ok(Step::Delivered)
			}
			(Step::Delivered, PurchaseState::Settled(_)) => {
				let text = format!(
					"{} BPI to {}, since the sensor has seen the oil come: reading {:?}",
					bpi(purchase.price),
					name_of(&purchase.escrow.payee),
					purchase.reading
				);
				screen.done("paid", &text, json!({ "reading": format!("{:?}", purchase.reading) }));
				Ok(Step::Paid)
			}
			(Step::Paid, _) if purchase.rated => Ok(Step::Rated),
			(Step::Paid, _) => {
				let order = order.to_string();
				self.world
					.site
					.run(&["purchase", "rate", &order, "--stars", "5", "--as", "//Owner"])
					.await?;
				screen.done("rated", "with five stars, by //Owner", json!({}));
				Ok(Step::Paid)
			}
			_ => Ok(reached),
		}
	}
}

fn bpi(planck: u128) -> String {
	crate::money::Money::NATIVE.show(planck).replace(" BPI", "")
}

fn name_of(account: &subxt::utils::AccountId32) -> String {
	let names = ["Cheap", "Prompt", "Fake", "Shill", "Owner", "Customer"];
	let known = names.iter().find(|name| account_of(name) == *account);
	known.map_or_else(|| account.to_string(), |name| format!("//{name}"))
}

fn bids_text(request: &Request) -> String {
	let bids: Vec<_> = request
		.bids
		.iter()
		.map(|bid| {
			format!(
				"{} {} BPI, score {:.3}",
				name_of(&bid.bidder),
				bpi(bid.price),
				bid.score as f64 / 1e12
			)
		})
		.collect();
	bids.join("; ")
}

fn summarise(screen: &mut Screen, before: &Before, verdict: &Verdict) {
	let (laps, all) = screen.times();
	let mut lines = vec!["Times".to_owned()];
	lines.extend(
		laps.iter()
			.map(|lap| format!("  {:<16} {:8.1} s", lap.what, lap.took.as_secs_f64())),
	);
	lines.push(format!("  {:<16} {:8.1} s", "in all", all.as_secs_f64()));
	lines.push("\nBefore".to_owned());
	lines.extend(before.lines());
	lines.push("\nChecks".to_owned());
	let mark = |check: &Check| if check.holds { "ok   " } else { "WRONG" };
	lines.extend(
		verdict
			.checks
			.iter()
			.map(|check| format!("  {} {}", mark(check), check.what)),
	);
	let conclusion = match verdict.status() {
		0 => "The oil was bought, came, and was paid for; everything is as it should be.",
		_ => "SOMETHING IS NOT AS IT SHOULD BE, see the checks.",
	};
	lines.push(format!("\n{conclusion}"));
	screen.page("summary", &lines);
	let checks: Vec<_> = verdict
		.checks
		.iter()
		.map(|check| json!({ "what": check.what, "holds": check.holds }))
		.collect();
	let more = json!({ "whole": verdict.status() == 0, "checks": checks, "ms": all.as_millis() as u64 });
	screen.show("verdict", conclusion, more);
}

//! The demonstration: a customer orders three drilled brackets, a machine makes them, the escrow pays.

pub mod books;
pub mod dispute;
pub mod restock;
pub mod screen;
pub mod trace;

use crate::{
	board::{Board, Model},
	chain::{Job, JobState, Outcome, View},
	client::{Daemon, News},
	money::Money,
	node::NodeSetup,
	process::binary,
	world::{temporary_folder, MachineAccounts, World, DELIVER_IN},
};
use anyhow::{bail, Context, Result};
use books::{Balances, Books, Check, Fees};
use dispute::Arbiter;
use screen::Screen;
use serde_json::json;
use std::{
	collections::BTreeMap,
	net::{Ipv4Addr, TcpListener},
	path::Path,
	time::{Duration, Instant},
};
use tokio::time::{interval, MissedTickBehavior};

/// How many brackets are ordered.
const UNITS: u32 = 3;
/// How long the job may take in all.
const JOB_LIMIT: Duration = Duration::from_secs(900);
/// How often the client's news is looked at.
const LOOK: Duration = Duration::from_millis(50);
/// What the machine's owner logs in with at the manager.
const OWNERS_PASSWORD: &str = "drill-press";
/// Where Polkadot.js Apps looks for a local node by itself.
const USUAL_PORT: u16 = 9944;

/// How the demonstration is done.
#[derive(Clone, Debug)]
pub struct Settings {
	/// The time between two blocks.
	pub block_time: Duration,
	/// Which board it is.
	pub board: Model,
	/// A fault of the board.
	pub fault: Option<String>,
	/// Whether the machine is paid in a stablecoin.
	pub stablecoin: bool,
	/// Whether the customer rejects units, and what the arbiter then does.
	pub dispute: Option<Arbiter>,
	/// Whether it stays up for people to look at: at the usual ports, if they are free, and with the machine's manager.
	pub stays: bool,
}

/// How it went.
#[derive(Clone, Debug)]
pub struct Verdict {
	/// How the job ended.
	pub outcome: Outcome,
	/// What must hold.
	pub checks: Vec<Check>,
}

impl Verdict {
	/// Whether the job was done and paid.
	pub fn paid(&self) -> bool {
		matches!(self.outcome, Outcome::Completed | Outcome::Arbitrated)
	}

	/// Whether everything holds that must.
	pub fn whole(&self) -> bool {
		self.checks.iter().all(|check| check.holds)
	}

	/// The exit status: 0 done and paid, 1 the job failed and everybody has what is his, 3 something is wrong.
	pub fn status(&self) -> u8 {
		match (self.whole(), self.paid()) {
			(true, true) => 0,
			(true, false) => 1,
			(false, _) => 3,
		}
	}
}

/// The world after the demonstration, for whoever wants to go on with it.
#[derive(Debug)]
pub struct Stage {
	/// Everything that runs.
	pub world: World,
	/// The offer that was ordered from.
	pub offer: u64,
	/// The job that was ordered.
	pub job: u64,
	/// Where the machine's manager is, if it has one.
	pub manager: Option<String>,
}

/// Does it once, and shows each step as it happens.
///
/// # Errors
/// When a part fails that is not supposed to.
pub async fn demonstrate(settings: &Settings, screen: &mut Screen) -> Result<(Stage, Verdict)> {
	let mut world = raise(settings, screen).await?;
	let manager = match settings.stays {
		true => Some(world.site.open_manager(OWNERS_PASSWORD).await?),
		false => None,
	};
	let (machine, offer) = set_up(&mut world, settings, screen).await?;
	if let Some(url) = &manager {
		let text = format!("{url} shows the machine; log in as owner with {OWNERS_PASSWORD}");
		screen.done("manager up", &text, json!({ "url": url }));
	}

	let view = world.chain.now().await?;
	let before = Balances::read(&view, &machine, world.money).await?;
	let fees_before = Fees::of(&world.auditor.up_to(view.number()).await?, &machine);

	let mut daemon = world.daemon.take().context("the client was started")?;
	let mut spindle = Vec::new();
	let attendance = Attendance {
		world: &world,
		daemon: &mut daemon,
		dispute: settings.dispute,
		known: view.jobs().await?,
		moved: false,
		spindle: &mut spindle,
		why: None,
	};
	let (view, job, record) = attendance.until_settled(offer, screen).await?;
	world.daemon = Some(daemon);

	let audit = world.auditor.up_to(view.number()).await?;
	let mut books = Books::close(&view, &machine, before, fees_before, audit, record.clone()).await?;
	if let Some(arbiter) = settings.dispute {
		books.dispute = Some(arbiter.settlement(&world, &record).await?);
	}
	let JobState::Settled(outcome) = record.state else {
		bail!("the job is not settled")
	};
	let mut checks = books.checks();
	if let Some(what) = wanted_outcome(settings, outcome) {
		checks.insert(0, what);
	}
	if outcome == Outcome::Completed {
		checks.insert(0, evidence_check(&world, job, &record));
		let what = format!("all {UNITS} brackets were delivered and approved");
		checks.insert(
			0,
			Check {
				what,
				holds: record.approved == UNITS,
			},
		);
	}
	if let Some(outputs) = world.board.as_ref().and_then(Board::outputs) {
		checks.push(trace::check(outputs, &spindle)?);
	}
	let verdict = Verdict { outcome, checks };
	summarise(screen, &books, &verdict);
	let stage = Stage {
		world,
		offer,
		job,
		manager,
	};
	Ok((stage, verdict))
}

/// A dispute that nobody had is as wrong as none that was to be had.
fn wanted_outcome(settings: &Settings, outcome: Outcome) -> Option<Check> {
	let disputed = outcome == Outcome::Arbitrated;
	(disputed || settings.dispute.is_some()).then(|| Check {
		what: match settings.dispute {
			Some(Arbiter::Rules) => "the arbiter's ruling ended the job".to_owned(),
			Some(Arbiter::IsSilent) => "the runtime's own split ended the job, since the arbiter was silent".to_owned(),
			None => "nobody disputed anything".to_owned(),
		},
		holds: disputed == settings.dispute.is_some(),
	})
}

/// Starts node and board.
async fn raise(settings: &Settings, screen: &mut Screen) -> Result<World> {
	let folder = temporary_folder()?;
	let mut setup = NodeSetup::new(folder.path(), settings.block_time)?;
	if settings.stays && TcpListener::bind((Ipv4Addr::LOCALHOST, USUAL_PORT)).is_ok() {
		setup.port = USUAL_PORT;
	}
	screen.show(
		"node",
		&format!("starting; its log is {}", setup.log().display()),
		json!({ "log": setup.log() }),
	);
	let mut node = setup.start()?;
	let board = Board::start_model(settings.board, folder.path(), settings.fault.as_deref()).await?;
	let chain = node.ready().await?;
	let text = format!(
		"a block every {} ms; {}",
		settings.block_time.as_millis(),
		apps_link(&node.url())
	);
	screen.done("node up", &text, json!({ "url": node.url() }));
	let fault = settings
		.fault
		.as_deref()
		.map(|fault| format!(", with the fault {fault}"))
		.unwrap_or_default();
	let what = match settings.board {
		Model::Virtual => "a drill press",
		Model::UnoSim => "a drill press with the Uno's firmware in its simulator",
		Model::Modbus => "no board, a drill press whose own controller speaks Modbus",
	};
	let place = board.place();
	let text = format!("{what} at {place}{fault}");
	screen.done(
		"board up",
		&text,
		json!({ "port": board.port(), "place": place, "fault": settings.fault }),
	);
	let url = node.url();
	let world = World::join(folder, node, chain, board)?;
	if let Some(board) = &world.board {
		let configuration = world.site.configuration(board.port(), &[&url]);
		world.site.configure(&board.reached_by(&configuration)?)?;
	}
	Ok(world)
}

/// Registers the machine, publishes its offer, and starts its client.
async fn set_up(world: &mut World, settings: &Settings, screen: &mut Screen) -> Result<(MachineAccounts, u64)> {
	if settings.stablecoin {
		world.use_stablecoin().await?;
		let Money { symbol, asset, .. } = world.money;
		let text = format!("{symbol} by governance: the machine is paid in it, and its customer needs it for orders");
		screen.done(
			"asset listed",
			&text,
			json!({ "symbol": symbol, "asset": format!("{asset:?}") }),
		);
	}
	let machine = world.register().await?;
	let text = format!("by //Owner, with the account {}", machine.account);
	let more = json!({ "machine": machine.account.to_string(), "key": machine.key.to_string() });
	screen.done("registered", &text, more);
	world.fund(5).await?;
	let offer = match settings.dispute {
		Some(arbiter) => arbiter.publish_offer(world, screen).await?,
		None => world.publish_offer().await?,
	};
	let text = match settings.stablecoin {
		true => format!("offer {offer}: drilling at 6 tUSD a unit, with a bond of 2.5 tUSD"),
		false => format!("offer {offer}: drilling at 2.5 BPI a unit, with a bond of 1 BPI"),
	};
	screen.done("offered", &text, json!({ "offer": offer }));
	let daemon = world.start_daemon()?;
	let status = match settings.fault {
		// It may be one with which the board never answers.
		Some(_) => daemon.settled().await?,
		None => daemon.ready().await?,
	};
	let text = match status["board"]["trouble"].as_str() {
		Some(trouble) => format!("with the node, but with no board: {trouble}"),
		None => "with node and board".to_owned(),
	};
	screen.done("client on line", &text, json!({ "board": status["board"] }));
	Ok((machine, offer))
}

/// Orders a job and follows it to its end, and approves it on the way.
struct Attendance<'a> {
	world: &'a World,
	daemon: &'a mut Daemon,
	dispute: Option<Arbiter>,
	/// Jobs that are older.
	known: BTreeMap<u64, Job>,
	/// Whether an actuator has moved.
	moved: bool,
	/// What the spindle was driven with, in percent.
	spindle: &'a mut Vec<u64>,
	/// Why the machine gave up, as the client said.
	why: Option<String>,
}

impl Attendance<'_> {
	async fn until_settled(mut self, offer: u64, screen: &mut Screen) -> Result<(View, u64, Job)> {
		// From before the order on, so that no state of the job is missed.
		let mut blocks = self.world.chain.follow().await?;
		let mut brackets = self.world.brackets(UNITS)?;
		if self.dispute.is_some() {
			brackets.arguments = vec!["--arbiter".to_owned(), "//Arbiter".to_owned()];
		}
		let ordering = self.world.order(offer, &brackets);
		tokio::pin!(ordering);
		let (mut answered, mut last) = (false, None);
		let mut ticks = interval(LOOK);
		ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
		let start = Instant::now();
		loop {
			tokio::select! {
				answer = &mut ordering, if !answered => {
					answer?;
					answered = true;
				},
				view = blocks.next() => {
					let view = view?;
					let Some((job, record)) = self.new_job(&view).await? else { continue };
					self.tell_news(screen)?;
					let now = Some((record.state, record.units_done));
					if std::mem::replace(&mut last, now) != now {
						self.tell_state(screen, &view, job, &record);
						match self.dispute {
							Some(arbiter) => arbiter.attend(self.world, screen, job, &record).await?,
							None if record.state == JobState::Delivered => {
								self.world.approve(job).await?;
								screen.done("approved", "all units, by //Customer", json!({}));
							}
							None => {}
						}
					}
					if matches!(record.state, JobState::Settled(_)) && answered {
						return Ok((view, job, record));
					}
				},
				_ = ticks.tick() => self.tell_news(screen)?,
			}
			if start.elapsed() > JOB_LIMIT {
				let log = self.daemon.log_tail();
				bail!("the job is not over after {JOB_LIMIT:?}; the client's log ends with:\n{log}");
			}
		}
	}

	async fn new_job(&self, view: &View) -> Result<Option<(u64, Job)>> {
		Ok(view
			.jobs()
			.await?
			.into_iter()
			.find(|(id, _)| !self.known.contains_key(id)))
	}

	fn tell_state(&self, screen: &mut Screen, view: &View, id: u64, job: &Job) {
		let block = view.number();
		let more = json!({ "job": id, "block": block, "units_done": job.units_done });
		match job.state {
			JobState::Ordered => {
				let price = self.world.money.show(job.price());
				let text =
					format!("{UNITS} drilled brackets by //Customer in block {block}: job {id}, {price} on hold");
				screen.done("ordered", &text, more);
			}
			JobState::Accepted => screen.done("accepted", &format!("in block {block}, bond on hold"), more),
			JobState::Started if job.units_done == 0 => screen.done("started", &format!("in block {block}"), more),
			JobState::Started => {
				let text = format!("{} of {} units, says the chain", job.units_done, job.units);
				screen.show("progress", &text, more);
			}
			JobState::Delivered => {
				let text = format!(
					"{} units with evidence {:?} in block {block}",
					job.units_done, job.result
				);
				screen.done("delivered", &text, more);
			}
			JobState::Rejected | JobState::Disputed => {
				let text = format!("{} units contested, in block {block}", job.contested);
				screen.show("on hold", &text, more);
			}
			JobState::Settled(Outcome::Completed) => {
				let price = self.world.money.show(job.unit_price * u128::from(job.approved));
				screen.done("paid", &format!("{price} to the machine in block {block}"), more);
			}
			JobState::Settled(outcome) => {
				let why = self.why.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
				screen.done("ended", &format!("{} in block {block}{why}", words(outcome)), more);
			}
		}
	}

	fn tell_news(&mut self, screen: &mut Screen) -> Result<()> {
		self.daemon.process().ensure_running()?;
		while let Some(news) = self.daemon.next_news()? {
			if !self.known.contains_key(&news.job) {
				self.tell_one(screen, &news);
			}
		}
		Ok(())
	}

	fn tell_one(&mut self, screen: &mut Screen, news: &News) {
		let more = json!({ "news": news.more });
		if news.event == "output" && news.text("channel") == trace::SPINDLE {
			let rpm = news.more.get("value").and_then(|value| value.as_i64());
			self.spindle.extend(rpm.map(trace::percent));
		}
		match news.event.as_str() {
			"output" if !self.moved => {
				self.moved = true;
				let text = format!(
					"the first actuator: {} is driven with {}",
					news.text("channel"),
					news.text("text")
				);
				screen.done("moving", &text, more);
			}
			"step" => {
				let unit = news.more.get("unit").and_then(|unit| unit.as_u64());
				let unit = unit.map(|unit| format!("unit {}, ", unit + 1)).unwrap_or_default();
				screen.show("step", &format!("{unit}{}", news.text("step")), more);
			}
			"readings" => {
				let values = news.more.get("values").and_then(|values| values.as_object());
				let text = values
					.into_iter()
					.flatten()
					.map(|(channel, value)| format!("{channel} {}", value.as_str().unwrap_or_default()));
				screen.show("readings", &text.collect::<Vec<_>>().join(", "), more);
			}
			"unit_made" => {
				let text = format!("unit {} in {} ms", news.number("unit") + 1, news.number("took_ms"));
				screen.show("made", &text, more);
			}
			"aborted" => {
				self.why = Some(news.text("reason").to_owned());
				screen.show("aborted", &format!("{}; outputs are safe", news.text("reason")), more);
			}
			"doing" => screen.show("client", news.text("doing"), more),
			_ => {}
		}
	}
}

fn words(outcome: Outcome) -> &'static str {
	match outcome {
		Outcome::Completed => "completed",
		Outcome::Declined => "declined by the machine, the price is back",
		Outcome::Cancelled => "cancelled by the customer, the price is back",
		Outcome::GivenUp => "given up by the machine, price and bond go to the customer",
		Outcome::NotAccepted => "not accepted in time, the price is back",
		Outcome::NotDelivered => "not delivered in time, price and bond go to the customer",
		Outcome::Arbitrated => "ended by the dispute, both sides are paid",
	}
}

fn evidence_check(world: &World, job: u64, record: &Job) -> Check {
	let on_chain = format!("{:?}", record.result);
	let on_disk = world.site.evidence_hash(job);
	let what = "the evidence on the machine's disk has the hash that is on the chain".to_owned();
	Check {
		what,
		holds: on_disk.is_ok_and(|on_disk| on_disk == on_chain),
	}
}

fn summarise(screen: &mut Screen, books: &Books, verdict: &Verdict) {
	let (laps, all) = screen.times();
	let mut lines = vec!["Times".to_owned()];
	lines.extend(
		laps.iter()
			.map(|lap| format!("  {:<16} {:8.1} s", lap.what, lap.took.as_secs_f64())),
	);
	lines.push(format!("  {:<16} {:8.1} s", "in all", all.as_secs_f64()));
	lines.push("\nBalances".to_owned());
	lines.extend(books.lines().into_iter().map(|line| format!("  {line}")));
	lines.push("\nChecks".to_owned());
	let mark = |check: &Check| if check.holds { "ok   " } else { "WRONG" };
	lines.extend(
		verdict
			.checks
			.iter()
			.map(|check| format!("  {} {}", mark(check), check.what)),
	);
	lines.push(format!("\n{}", conclusion(verdict)));
	screen.page("summary", &lines);
	let times: Vec<_> = laps
		.iter()
		.map(|lap| json!({ "what": lap.what, "ms": lap.took.as_millis() as u64 }))
		.collect();
	let checks: Vec<_> = verdict
		.checks
		.iter()
		.map(|check| json!({ "what": check.what, "holds": check.holds }))
		.collect();
	let more = json!({
		"paid": verdict.paid(), "whole": verdict.whole(), "times": times, "balances": books.json(), "checks": checks,
	});
	screen.show("verdict", &conclusion(verdict), more);
}

fn conclusion(verdict: &Verdict) -> String {
	let balances = match verdict.whole() {
		true => "balances are whole",
		false => "BALANCES ARE NOT WHOLE, see the checks",
	};
	if verdict.outcome == Outcome::Arbitrated {
		return format!("The dispute was decided and both sides were paid; {balances}.");
	}
	match verdict.paid() {
		true => format!("The job was done and paid; {balances}."),
		false => format!("THE JOB FAILED ({}); {balances}.", words(verdict.outcome)),
	}
}

/// Where Polkadot.js Apps shows this node.
pub fn apps_link(url: &str) -> String {
	format!("https://polkadot.js.org/apps/?rpc={url}")
}

/// What to try while everything stays up.
///
/// # Errors
/// When the client's program is gone.
pub fn what_to_try(stage: &Stage) -> Result<Vec<String>> {
	let Stage {
		world,
		offer,
		job,
		manager,
	} = stage;
	let client = binary("iot-client")?;
	let folder = quoted(client.parent().context("a program is in a folder")?);
	let config = quoted(&world.site.config());
	let recipe = quoted(&world.site.folder().join("recipes/drilled-bracket.toml"));
	let log = world.folder().display();
	let manager = manager.iter().flat_map(|url| {
		[
			"\nThe machine's manager, in a browser:".to_owned(),
			format!("  {url}  (role owner, password {OWNERS_PASSWORD})"),
		]
	});
	let apps = [
		"Everything stays up. Look at it in Polkadot.js Apps:".to_owned(),
		format!("  {}", apps_link(world.url())),
	];
	let client = [
		"\nIn another terminal, with the client:".to_owned(),
		format!("  export IOT_CLIENT_CONFIG={config} PATH={folder}:\"$PATH\""),
		"  iot-client status".to_owned(),
		"  iot-client find --capability drilling".to_owned(),
		format!(
			"  iot-client order {offer} --units 1 --recipe {recipe} --deliver-in {DELIVER_IN} --as //Customer --watch"
		),
		"  iot-client approve JOB --as //Customer       # JOB: the number that `order` printed; or reject".to_owned(),
		format!("  iot-client balance //Customer --asset {}", world.asset_argument()),
		format!("  iot-client remove {job} --as //Customer"),
		format!("\nLogs: {log}/node.log, {log}/board.log, {log}/machine/client.log"),
		"Ctrl-C stops everything and removes what it wrote.".to_owned(),
	];
	Ok(apps.into_iter().chain(manager).chain(client).collect())
}

/// A path as a shell takes it, also with spaces in it.
fn quoted(path: &Path) -> String {
	format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

//! From a reading on the line that crosses a threshold to the signed transaction that follows from it, handed to the node.
//!
//! The way is a real one: a recipe's last step waits for the threshold, so with the reading the unit is made. Its evidence
//! goes to the disk, then the journal notes that it is made, then the count of units is signed, written down with that note and
//! handed to the node (`jobs.progress`). That is two waits for the disk, and neither a question to the node nor waiting for a
//! block: what is signed upon is known before, and the count before is final whenever the next one comes.
//!
//! The clock starts when the played board is about to write the frame, and stops when the request with the transaction is in
//! the socket's other end, before the node.

use super::{
	build::Build,
	line::{PlayedBoard, CROSSED, USUAL},
	plain,
	tap::{Asked, Tap},
};
use anyhow::{bail, Context, Result};
use bpiiot_harness::{
	chain::JobState,
	client::{Daemon, News},
	figure::{millis, percentile, Figure},
	process::binary,
	world::{Order, World},
};
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};

/// The longest that 99 of 100 may take, in ms.
const MOST_MS: f64 = 15.0;
/// The time between blocks. Short, so that counts are soon final; the client looks at each block, which holds it up more often
/// than on a real chain.
const BLOCKS: Duration = Duration::from_millis(300);
const CHANNELS: u8 = 6;
/// Readings a second: six channels as often as the client asks for them if nothing else is configured, every 50 ms.
const READINGS: u64 = 120;
/// Units of one job. The last is delivered, not counted.
const UNITS: u32 = 100;
/// Crossings at the beginning and at the end of a job that are compared.
const SOME: usize = 20;
const LIMIT: Duration = Duration::from_secs(120);
const LOOK: Duration = Duration::from_millis(5);

const SUBMIT: &str = "author_submitExtrinsic";

/// How long one took.
#[derive(Clone, Copy, Debug)]
struct Crossing {
	/// Until the transaction was handed to the node.
	whole: Duration,
	/// The unit.
	unit: usize,
}

/// Measures at least so many.
///
/// # Errors
/// When a job does not do what it should.
pub async fn measure(build: &Build, count: usize) -> Result<Vec<Figure>> {
	if binary("bpiiot-node").is_err() {
		return Ok(vec![Figure::new(
			"client, threshold to transaction",
			f64::NAN,
			"ms",
			"not measured: there is no bpiiot-node",
		)]);
	}
	let mut scene = Scene::open().await?;
	let mut crossings: Vec<Crossing> = Vec::new();
	while crossings.len() < count {
		scene.job(&mut crossings).await?;
		eprintln!("  {} of {count} crossings", crossings.len());
	}
	let echoes = {
		let folder = scene.world.folder().to_owned();
		tokio::task::spawn_blocking(move || plain::echoes(&folder, count)).await??
	};
	scene.world.stop().await?;
	Ok(table(build, &crossings, &echoes))
}

fn table(build: &Build, crossings: &[Crossing], echoes: &[Duration]) -> Vec<Figure> {
	let whole: Vec<_> = crossings.iter().map(|crossing| crossing.whole).collect();
	let of_units = |least: usize, most: usize| -> f64 {
		let some = crossings
			.iter()
			.filter(|crossing| (least..most).contains(&crossing.unit));
		let some: Vec<_> = some.map(|crossing| crossing.whole).collect();
		millis(percentile(&some, 0.5))
	};
	let counted = UNITS as usize - 1;
	let how = format!(
		"{} crossings of a recipe's threshold in jobs of {UNITS} units, {CHANNELS} channels at 20 Hz, blocks of {} ms; the unit's \
		 evidence, the journal and the signed count are on the disk before it goes",
		crossings.len(),
		BLOCKS.as_millis()
	);
	let figure = |what: &str, times: &[Duration], share: f64, how: &str| {
		Figure::new(what, millis(percentile(times, share)), "ms", how)
	};
	vec![
		build.judged(
			"client, threshold on the line to transaction at the node, 99th of 100",
			millis(percentile(&whole, 0.99)),
			"ms",
			MOST_MS,
			&how,
		),
		figure("client, the same, median", &whole, 0.5, "half of them are quicker"),
		figure("client, the same, slowest", &whole, 1.0, "all of them"),
		Figure::new(
			"  of jobs' first units, median",
			of_units(0, SOME),
			"ms",
			format!("the first {SOME} of {UNITS}: there is little evidence"),
		),
		Figure::new(
			"  of jobs' last units, median",
			of_units(counted - SOME, counted),
			"ms",
			format!("the last {SOME}: of a job's evidence each unit writes what is new"),
		),
		figure(
			"  beside it: echo on a pseudo-terminal and fsync of 4 KiB, 99th",
			echoes,
			0.99,
			"the same count, nothing of ours between; this program's own profile (dev)",
		),
		figure(
			"  beside it: the same, median",
			echoes,
			0.5,
			"what the line and one write to this disk take",
		),
	]
}

/// A node, a client before it with a tap between, and a played board.
struct Scene {
	world: World,
	board: PlayedBoard,
	tap: Tap,
	offer: u64,
	order: Order,
}

impl Scene {
	async fn open() -> Result<Self> {
		let mut world = World::start(BLOCKS, None).await?;
		world.register().await?;
		world.fund(5).await?;
		let terms = format!(
			"capability = \"drilling\"\nunit_price = \"0.01 BPI\"\nmax_units = {UNITS}\nbond = \"0.1 BPI\"\n\
			 accept_window = \"4h\"\nlead_time = \"1m\"\nreview_window = \"4h\"\nrejection_fee = \"10%\"\n"
		);
		let offer = world.publish(&terms).await?;
		let recipe = world.site.add_recipe("threshold.toml", &recipe())?;
		let order = Order {
			recipe,
			units: UNITS,
			// The chain's time runs six seconds a block, whatever the time between blocks.
			arguments: vec!["--deliver-in".to_owned(), "48h".to_owned()],
		};
		let board = PlayedBoard::start(CHANNELS)?;
		board.set_rate(READINGS);
		let tap = Tap::start(world.own_node()?.setup().port).await?;
		// The commands of owner and customer go to the node itself.
		world
			.site
			.configure(&world.site.configuration(board.path(), &[&tap.url()]))?;
		world.start_daemon()?.ready().await?;
		Ok(Self {
			world,
			board,
			tap,
			offer,
			order,
		})
	}

	/// One job, with a crossing for each of its units.
	async fn job(&mut self, crossings: &mut Vec<Crossing>) -> Result<()> {
		let job = self.world.order(self.offer, &self.order).await?;
		for unit in 0..UNITS as usize {
			self.until_it_waits(job, unit).await?;
			// At any place between two blocks and two readings: steps of the golden ratio leave out none.
			let phase = (crossings.len() as f64 * 0.618_033_988_75).fract();
			sleep(BLOCKS.mul_f64(phase)).await;
			self.tap.forget();
			let crossed = self.board.cross()?;
			if unit + 1 < UNITS as usize {
				let asked = timeout(LIMIT, self.tap.until(SUBMIT)).await;
				let asked = asked.context("no transaction followed from the crossing")??;
				crossings.push(crossing(crossed, &asked, unit)?);
			}
		}
		self.world
			.wait_for_job(job, LIMIT, |state| state == JobState::Delivered)
			.await?;
		self.world.approve(job).await
	}

	/// Waits until the job waits for this unit's crossing, and the count of the units before is final.
	async fn until_it_waits(&mut self, job: u64, unit: usize) -> Result<()> {
		let daemon = self.world.own_daemon()?;
		let (mut waits, mut is_final) = (false, unit == 0);
		let begun = Instant::now();
		while !(waits && is_final) {
			while let Some(line) = daemon.process().next_line()? {
				waits |= is_step_of(&line, job, unit);
				is_final |= line.contains("\"done\"") && line.contains("jobs.progress");
			}
			daemon.process().ensure_running()?;
			if begun.elapsed() > LIMIT {
				bail!(
					"unit {unit} of job {job} does not wait for its threshold; {}",
					log_of(daemon)
				);
			}
			sleep(LOOK).await;
		}
		Ok(())
	}
}

fn log_of(daemon: &Daemon) -> String {
	format!("the client's log ends with:\n{}", daemon.log_tail())
}

fn recipe() -> String {
	let threshold = (USUAL + CROSSED) / 2;
	format!(
		"format = 1\nname = \"threshold\"\n\n[[each]]\nname = \"threshold\"\nwait = \"channel-0\"\nat_least = {threshold}\n\
		 timeout_ms = 15000\n"
	)
}

/// Whether a line of the client's says that the step of this unit begins.
fn is_step_of(line: &str, job: u64, unit: usize) -> bool {
	serde_json::from_str::<News>(line)
		.is_ok_and(|news| news.job == job && news.event == "step" && news.number("unit") == unit as u64)
}

/// From what the node was asked after the crossing, up to the transaction.
fn crossing(crossed: Instant, asked: &[Asked], unit: usize) -> Result<Crossing> {
	let submitted = asked.last().context("the transaction was seen")?.at;
	Ok(Crossing {
		whole: submitted.saturating_duration_since(crossed),
		unit,
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use iot_client::recipe::Recipe;

	#[test]
	fn the_recipe_waits_for_what_no_channel_usually_reads() {
		assert!(Recipe::parse(recipe().as_bytes()).is_ok());
		let threshold = (USUAL + CROSSED) / 2;
		assert!(USUAL + 20 < threshold && threshold <= CROSSED);
	}

	#[test]
	fn a_crossing_lasts_until_the_transaction_is_at_the_node() {
		let crossed = Instant::now();
		let asked = |ms, method: &str| Asked {
			at: crossed + Duration::from_millis(ms),
			method: method.to_owned(),
		};
		let all = [asked(1, "chain_getHeader"), asked(9, SUBMIT)];
		assert_eq!(crossing(crossed, &all, 3).unwrap().whole, Duration::from_millis(9));
		assert!(crossing(crossed, &[], 0).is_err());
	}

	#[test]
	fn a_step_is_known_by_its_job_and_unit() {
		let line = r#"{"job":4,"event":"step","unit":7,"step":"step 1 of each"}"#;
		assert!(is_step_of(line, 4, 7));
		assert!(!is_step_of(line, 4, 8) && !is_step_of(line, 5, 7) && !is_step_of("text", 4, 7));
	}
}

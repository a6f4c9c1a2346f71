//! Nodes that fail, stand still or lie, while a machine works. Whatever they do, nothing is lost, nothing is done twice, and
//! nothing begins upon what is not so.

use anyhow::{Context, Result};
use bpiiot_harness::{
	chain::{JobState, Outcome},
	node::{Node, NodeSetup},
	ordered::{Ordered, STEP},
	process::{wait_until, within},
	proxy::{Lie, Mode, Proxy},
	world::{account_of, MachineAccounts, World},
};
use serde_json::Value as Json;
use std::{fs, path::Path, time::Duration};

const QUICK: Duration = Duration::from_millis(250);
const LIMIT: Duration = Duration::from_secs(900);
/// Several blocks, and several looks at every job in them.
const A_WHILE: u64 = 40;

/// A machine with an offer, whose client does not run yet.
async fn machine() -> Result<(World, MachineAccounts, u64)> {
	let world = World::start(QUICK, None).await?;
	let machine = world.register().await?;
	world.fund(5).await?;
	let offer = world.publish_offer().await?;
	Ok((world, machine, offer))
}

/// Lets the client reach the chain by these ways, best first.
fn reach_by(world: &World, urls: &[&str]) -> Result<()> {
	let board = world.board.as_ref().context("the board")?;
	world.site.configure(&world.site.configuration(board.port(), urls))
}

/// Starts the client with these ways to the chain, and waits until it is ready.
async fn run_by(world: &mut World, urls: &[&str]) -> Result<()> {
	reach_by(world, urls)?;
	world.start_daemon()?.ready().await?;
	Ok(())
}

/// Waits until the client's status `is` as wanted.
async fn status(world: &mut World, what: &str, is: impl Fn(&Json) -> bool) -> Result<Json> {
	let daemon = world.own_daemon()?;
	daemon.wait_for_status(what, STEP, is).await
}

fn in_use(status: &Json, url: &str) -> bool {
	status["chain"]["connected"] == true && status["chain"]["endpoint"] == url
}

/// The entry of this endpoint in a status.
fn endpoint<'a>(status: &'a Json, url: &str) -> &'a Json {
	let endpoints = status["chain"]["endpoints"].as_array();
	endpoints
		.and_then(|endpoints| endpoints.iter().find(|endpoint| endpoint["url"] == url))
		.unwrap_or(&Json::Null)
}

fn alarms(status: &Json) -> String {
	status["alarms"].to_string()
}

/// Waits until the chain has gone on for a while.
async fn a_while(world: &World) -> Result<()> {
	let until = world.chain.now().await?.number() + A_WHILE;
	let look = async |view: &bpiiot_harness::chain::View| Ok((view.number() >= until).then_some(()));
	world.chain.wait_for("the chain to go on", STEP, look).await
}

async fn state_of(world: &World, job: u64) -> Result<JobState> {
	Ok(world.chain.now().await?.job(job).await?.context("the record")?.state)
}

#[tokio::test(flavor = "multi_thread")]
async fn long_a_job_goes_on_by_the_next_way_when_the_one_in_use_is_cut_or_stalls() -> Result<()> {
	within(LIMIT, async {
		// GIVEN a client with two ways to the node, working on a job.
		let (mut world, machine, offer) = machine().await?;
		let port = world.own_node()?.setup().port;
		let (first, second) = (Proxy::start(port).await?, Proxy::start(port).await?);
		run_by(&mut world, &[&first.url(), &second.url()]).await?;
		let ordered = Ordered::new(&mut world, machine, offer, 3).await?;
		ordered.news(&mut world, "unit_made").await?;

		// WHEN the way in use is cut.
		first.set(Mode::Cut);
		// THEN the client goes on by the other, says why, and the job is done and paid once.
		let seen = status(&mut world, "the second way", |status| in_use(status, &second.url())).await?;
		let cut = endpoint(&seen, &first.url());
		assert_eq!(cut["state"], "refused", "{seen}");
		assert!(cut["trouble"].to_string().contains(&first.url()), "{seen}");
		assert_eq!(ordered.end(&mut world).await?, Outcome::Completed);
		// AND that it is paid is believed when the other way confirms it.
		first.set(Mode::Forward);
		status(&mut world, "the job to be over", |status| {
			status["jobs"] == serde_json::json!([])
		})
		.await?;

		// WHEN the way in use holds everything back in the middle of the next job.
		let ordered = Ordered::new(&mut world, machine, offer, 3).await?;
		ordered.news(&mut world, "unit_made").await?;
		second.set(Mode::Stalled);
		// THEN the client goes back to the first.
		status(&mut world, "the first way", |status| in_use(status, &first.url())).await?;
		second.set(Mode::Slow(Duration::from_millis(20)));
		assert_eq!(ordered.end(&mut world).await?, Outcome::Completed);

		// AND when both are slow, it takes longer, and that is all.
		first.set(Mode::Slow(Duration::from_millis(20)));
		let ordered = Ordered::new(&mut world, machine, offer, 1).await?;
		assert_eq!(ordered.end(&mut world).await?, Outcome::Completed);
		let number = world.chain.now().await?.number();
		assert_eq!(
			world.auditor.up_to(number).await?.failed_calls,
			0,
			"no call was made in vain"
		);
		world.stop().await
	})
	.await
}

#[tokio::test(flavor = "multi_thread")]
async fn long_a_node_of_another_chain_is_named_and_the_next_is_taken() -> Result<()> {
	within(LIMIT, async {
		// GIVEN a way whose node seems to be of another chain, before one that is right.
		let (mut world, ..) = machine().await?;
		let port = world.own_node()?.setup().port;
		let (first, second) = (Proxy::start(port).await?, Proxy::start(port).await?);
		let genesis = format!("{:?}", world.chain.genesis());
		let other = format!("0x{}", "11".repeat(32));
		first.set(Mode::Lie(Lie::new(&genesis, &other)));
		let board = world.board.as_ref().context("the board")?;
		let text = world
			.site
			.configuration(board.port(), &[&first.url(), &second.url()])
			.replace("[wallet]", &format!("genesis = \"{genesis}\"\n\n[wallet]"));
		world.site.configure(&text)?;
		// WHEN the client starts.
		world.start_daemon()?.ready().await?;
		// THEN it takes the right one, and names the other one with both hashes.
		let seen = status(&mut world, "the second way", |status| in_use(status, &second.url())).await?;
		let trouble = endpoint(&seen, &first.url())["trouble"].to_string();
		for named in [&first.url(), &genesis, &other, &"another chain".to_owned()] {
			assert!(trouble.contains(named.as_str()), "{trouble}");
		}
		world.stop().await
	})
	.await
}

#[tokio::test(flavor = "multi_thread")]
async fn long_a_lying_node_is_found_out_and_nothing_begins() -> Result<()> {
	within(LIMIT, async {
		// GIVEN a client whose first way says of each record that somebody else has ordered.
		let (mut world, machine, offer) = machine().await?;
		let port = world.own_node()?.setup().port;
		let (first, second) = (Proxy::start(port).await?, Proxy::start(port).await?);
		run_by(&mut world, &[&first.url(), &second.url()]).await?;
		let bytes = |name: &str| hex(&account_of(name).0);
		let (customer, other) = (bytes("Customer"), bytes("Mallory"));
		// In answers to reads of the state, or also in proofs.
		let record = |account: &str| format!("\"result\":\"0x{account}");
		for (truth, lie) in [(record(&customer), record(&other)), (customer, other)] {
			first.set(Mode::Lie(Lie::new(&truth, &lie)));
			// WHEN somebody orders.
			let ordered = Ordered::new(&mut world, machine, offer, 1).await?;
			// THEN the client names both nodes, and begins nothing.
			let found = |status: &Json| {
				let alarms = alarms(status);
				let names = alarms.contains(&first.url()) && alarms.contains(&second.url());
				names && alarms.contains("not to be believed")
			};
			status(&mut world, "it to find the lie", found).await?;
			a_while(&world).await?;
			assert_eq!(state_of(&world, ordered.job).await?, JobState::Ordered, "{truth}");
			let log = world.daemon.as_ref().context("the daemon")?.log_text();
			assert!(
				log.contains("not to be believed") && log.contains(&first.url()),
				"{log}"
			);
			// AND when the node says how it is, the job is done, and nobody complains any more.
			first.set(Mode::Forward);
			assert_eq!(ordered.end(&mut world).await?, Outcome::Completed);
			status(&mut world, "no alarm", |status| {
				status["alarms"] == serde_json::json!([])
			})
			.await?;
		}
		world.stop().await
	})
	.await
}

#[tokio::test(flavor = "multi_thread")]
async fn long_a_node_that_stands_still_is_left_for_one_that_goes_on() -> Result<()> {
	within(LIMIT, async {
		// GIVEN a node that was copied and does not go on, and the one that does.
		let (mut world, machine, offer) = machine().await?;
		let setup = world.own_node()?.setup().clone();
		world.own_node()?.stop().await?;
		let mut still = NodeSetup::new(&world.folder().join("still"), Duration::from_secs(3_600))?;
		still.arguments.clone_from(&setup.arguments);
		copy(&setup.folder.join("chain"), &still.folder.join("chain"))?;
		world.node = Some(setup.start()?);
		world.chain = world.own_node()?.ready().await?;
		world.auditor = world.auditor.go_on(world.chain.clone());
		let mut still = still.start()?;
		still.ready().await?;

		// WHEN the client takes the still one first.
		let (first, second) = (still.url(), world.url().to_owned());
		reach_by(&world, &[&first, &second])?;
		world.start_daemon()?;
		// THEN it leaves that for the other one, which is ahead, says why, and works.
		let seen = status(&mut world, "the node that goes on", |status| in_use(status, &second)).await?;
		let trouble = endpoint(&seen, &first)["trouble"].to_string();
		let log = world.daemon.as_ref().context("the daemon")?.log_text();
		assert!(log.contains("stands still") && log.contains(&first), "{trouble}\n{log}");
		// AND as long as no second node confirms what it says, it begins nothing.
		let ordered = Ordered::new(&mut world, machine, offer, 1).await?;
		let unconfirmed = |status: &Json| alarms(status).contains("no second node confirms");
		status(&mut world, "it to want a second node", unconfirmed).await?;
		assert_eq!(state_of(&world, ordered.job).await?, JobState::Ordered);
		// AND when there is one, the job is done.
		let way = Proxy::start(world.own_node()?.setup().port).await?;
		world.own_daemon()?.stop().await?;
		run_by(&mut world, &[&way.url(), &second]).await?;
		assert_eq!(ordered.end(&mut world).await?, Outcome::Completed);
		still.stop().await?;
		world.stop().await
	})
	.await
}

#[tokio::test(flavor = "multi_thread")]
async fn long_two_nodes_that_contradict_each_other_are_named_and_nothing_begins() -> Result<()> {
	within(LIMIT, async {
		// GIVEN a second node with the same genesis and other blocks, and more of them.
		let (mut world, machine, offer) = machine().await?;
		let other = NodeSetup::new(&world.folder().join("other"), Duration::from_millis(50))?;
		fs::create_dir_all(&other.folder)?;
		let mut other = other.start()?;
		overtake(&world, &mut other).await?;
		let (first, second) = (world.url().to_owned(), other.url());
		run_by(&mut world, &[&first, &second]).await?;
		// WHEN somebody orders.
		let ordered = Ordered::new(&mut world, machine, offer, 1).await?;
		// THEN both are named, and nothing begins.
		let found = |status: &Json| {
			let alarms = alarms(status);
			alarms.contains("contradict each other") && alarms.contains(&first) && alarms.contains(&second)
		};
		status(&mut world, "it to name both", found).await?;
		a_while(&world).await?;
		assert_eq!(state_of(&world, ordered.job).await?, JobState::Ordered);
		other.stop().await?;
		world.stop().await
	})
	.await
}

/// Waits until `other` has more blocks than the world's node will have in a while.
async fn overtake(world: &World, other: &mut Node) -> Result<()> {
	let chain = other.ready().await?;
	wait_until("the other node to be ahead", STEP, || async {
		let (here, there) = (world.chain.now().await?.number(), chain.now().await?.number());
		Ok((there > here + 100).then_some(()))
	})
	.await
}

fn hex(bytes: &[u8]) -> String {
	bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
	fs::create_dir_all(to)?;
	for entry in fs::read_dir(from)? {
		let entry = entry?;
		let target = to.join(entry.file_name());
		match entry.file_type()?.is_dir() {
			true => copy(&entry.path(), &target)?,
			false => drop(fs::copy(entry.path(), target)?),
		}
	}
	Ok(())
}

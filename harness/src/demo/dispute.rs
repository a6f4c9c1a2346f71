//! The part of the demonstration in which the customer is not content, and an arbiter decides or does not.

use super::{screen::Screen, UNITS};
use crate::{
	chain::{Job, JobState},
	money,
	world::{account_of, World},
};
use anyhow::{Context, Result};
use serde_json::json;

/// Parts in a whole.
const WHOLE: u128 = 1_000_000;
/// The arbiter's fee, in parts per million of what is at stake, and as his command takes it.
const FEE: (u128, &str) = (50_000, "5%");
/// The machine's share by the arbiter's ruling.
const RULING: (u128, &str) = (600_000, "60%");
/// Brackets that the customer rejects.
const REJECTED: u32 = 2;
/// How long the arbiter has, when he is to speak and when he is to be silent. A development chain makes 6 s of its time a
/// block.
const PATIENT: &str = "4h";
const SHORT: &str = "2m";

/// What the arbiter does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arbiter {
	/// He takes the case and rules.
	Rules,
	/// He takes the case and is silent.
	IsSilent,
}

/// What a dispute came to, in what the machine is paid in if nothing else is said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settlement {
	/// The machine's share of the price of the rejected units.
	pub to_machine: u128,
	/// The arbiter's fee, out of what the opener had put up.
	pub fee: u128,
	/// What the arbiter lost of his own, in planck.
	pub forfeited: u128,
}

impl Arbiter {
	/// The offer's part about disputes.
	fn terms(self) -> String {
		let window = match self {
			Self::Rules => PATIENT,
			Self::IsSilent => SHORT,
		};
		format!(
			"[disputes]\narbiters = [\"{}\"]\nchallenge_window = \"{PATIENT}\"\ncase_window = \"{PATIENT}\"\nruling_window = \"{window}\"\n",
			account_of("Arbiter")
		)
	}

	/// Registers `//Arbiter` and publishes an offer that takes him.
	///
	/// # Errors
	/// When the client or the chain refuses.
	pub(super) async fn publish_offer(self, world: &World, screen: &mut Screen) -> Result<u64> {
		world
			.site
			.run(&["arbiter", "register", "--fee", FEE.1, "--as", "//Arbiter"])
			.await?;
		let text = format!("by //Arbiter, for a fee of {} of what is at stake", FEE.1);
		screen.done("arbiter", &text, json!({}));
		world
			.publish(&format!("{}{}", money::offer(world.money), self.terms()))
			.await
	}

	/// Does what somebody does about the job in this state.
	///
	/// # Errors
	/// When the client or the chain refuses.
	pub(super) async fn attend(self, world: &World, screen: &mut Screen, id: u64, job: &Job) -> Result<()> {
		let (id, site) = (id.to_string(), &world.site);
		match job.state {
			JobState::Delivered if job.approved == 0 => {
				let good = (UNITS - REJECTED).to_string();
				site.run(&["approve", &id, "--units", &good, "--as", "//Customer"])
					.await?;
				screen.done("approved", &format!("{good} unit, by //Customer"), json!({}));
				let reason = "holes out of place";
				site.run(&["reject", &id, "--reason", reason, "--as", "//Customer"])
					.await?;
				let text = format!("{REJECTED} units, by //Customer: {reason}");
				screen.done("rejected", &text, json!({ "units": REJECTED }));
			}
			JobState::Rejected => {
				let evidence = site.add_file("measured.txt", "all holes within 0.1 mm")?;
				let evidence = evidence.display().to_string();
				site.run(&["dispute", &id, "--evidence", &evidence, "--as", "//Owner"])
					.await?;
				screen.done(
					"disputed",
					"by //Owner, who puts up a bond and the arbiter's fee",
					json!({}),
				);
			}
			JobState::Disputed => self.decide(world, screen, &id).await?,
			_ => {}
		}
		Ok(())
	}

	async fn decide(self, world: &World, screen: &mut Screen, id: &str) -> Result<()> {
		let site = &world.site;
		let evidence = site
			.add_file("photo.txt", "two brackets, 1 mm off")?
			.display()
			.to_string();
		site.run(&["evidence", id, &evidence, "--as", "//Customer"]).await?;
		screen.done(
			"evidence",
			"by //Customer too; the chain has the hashes of both",
			json!({}),
		);
		site.run(&["arbiter", "accept", id, "--as", "//Arbiter"]).await?;
		screen.done(
			"case accepted",
			"by //Arbiter, whose bond is on hold until he rules",
			json!({}),
		);
		if self == Self::IsSilent {
			screen.show("waiting", "the arbiter says nothing", json!({}));
			return Ok(());
		}
		let ruling = site
			.add_file("ruling.txt", "one of two is good enough")?
			.display()
			.to_string();
		let rule = [
			"arbiter",
			"rule",
			id,
			"--to-machine",
			RULING.1,
			"--bond-to",
			"machine",
			"--ruling",
			&ruling,
			"--as",
			"//Arbiter",
		];
		site.run(&rule).await?;
		let text = format!(
			"{} of the price of {REJECTED} units to the machine, the rest back",
			RULING.1
		);
		screen.done("ruled", &text, json!({ "to_machine_ppm": RULING.0 }));
		Ok(())
	}

	/// What it must come to.
	///
	/// # Errors
	/// When the runtime does not say how it splits by itself.
	pub(super) async fn settlement(self, world: &World, job: &Job) -> Result<Settlement> {
		let at_stake = job.unit_price * u128::from(job.contested);
		let view = world.chain.now().await?;
		Ok(match self {
			Self::Rules => Settlement {
				to_machine: at_stake * RULING.0 / WHOLE,
				fee: at_stake * FEE.0 / WHOLE,
				forfeited: 0,
			},
			Self::IsSilent => {
				let split: u32 = view.constant("Escrow", "FallbackSplit").context("the fallback split")?;
				Settlement {
					to_machine: at_stake * u128::from(split) / WHOLE,
					fee: 0,
					forfeited: view.constant("Escrow", "CaseBond").context("the case bond")?,
				}
			}
		})
	}
}

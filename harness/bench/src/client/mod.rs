//! The machine's client as a program: what it takes, what it stands, and how quick it is, beside what the same costs
//! without it, in the same run.
//!
//! Nothing here is the client's own code: the board is played at the other end of a pseudo-terminal ([`line`]), or is the
//! virtual one; the chain is a real node, and what goes to it is seen on the way ([`tap`]). So the program is measured that
//! `IOT_CLIENT` names, `make bench` the one that is shipped, and each figure says which.

mod build;
mod crossing;
mod flood;
mod idle;
mod line;
mod page;
mod plain;
mod start;
mod tap;
mod usage;

use anyhow::Result;
use bpiiot_harness::figure::Figure;
use build::Build;
use std::time::Duration;

/// For how long it is looked how quiet the computer is.
const LOOK: Duration = Duration::from_secs(3);

/// All of it.
///
/// # Errors
/// When a part does not start or does not do what it should.
pub async fn measure(crossings: usize) -> Result<Vec<Figure>> {
	let build = Build::find()?;
	eprintln!("the machine's client ({build}): size, start");
	let mut figures = vec![Figure::new(
		"computer, busy with other things before",
		usage::of_all(LOOK).await?,
		"%",
		"of all cores, by others: the client's figures are only good where this is about 0",
	)];
	figures.extend(build.measure()?);
	figures.extend(start::measure(&build).await?);
	eprintln!("the machine's client: at rest");
	figures.extend(idle::measure(&build).await?);
	eprintln!("the machine's client: many readings");
	figures.extend(flood::measure(&build).await?);
	eprintln!("the machine's client: from a threshold to a transaction (some minutes)");
	figures.extend(crossing::measure(&build, crossings).await?);
	Ok(figures)
}

//! How the machine is: what its daemon wrote down, and what the chain says of it.

use super::{money, owner, purse, CliError, Desk, Result};
use crate::{
	chain::{queries, Chain, Head},
	config::Config,
	daemon::status::{EndpointStatus, Snapshot, StockStatus},
	parse::{hex, show_millis},
	wallet::Wallet,
};
use std::{
	collections::BTreeSet,
	path::Path,
	time::{Duration, SystemTime, UNIX_EPOCH},
};

/// How long a node is waited for.
const GLANCE: Duration = Duration::from_secs(3);

/// Shows the daemon's own view and, if a node answers, the chain's.
pub(super) async fn status(desk: &Desk<'_>) -> Result<u8> {
	let config = desk.config()?;
	let snapshot = Snapshot::read(&config.state_dir).map_err(|error| {
		CliError::refused(format!(
			"cannot read the status in {}: {error}",
			config.state_dir.display()
		))
	})?;
	let daemon = match &snapshot {
		Some(snapshot) => daemon_text(snapshot),
		None => "daemon   never ran here; start it with `iot-client run`".to_owned(),
	};
	let chain = desk.chain()?;
	let (mut text, mut json) = match chain_status(desk, &chain, &config).await {
		Ok(said) => said,
		Err(error) => (
			format!("chain    {error}"),
			serde_json::json!({ "error": error.to_string() }),
		),
	};
	// As this process sees them, beside what the daemon sees.
	let endpoints = chain.asked_endpoints(GLANCE.min(desk.cli.patience)).await;
	let endpoints: Vec<_> = endpoints.into_iter().map(EndpointStatus::from).collect();
	json["endpoints"] = serde_json::json!(endpoints);
	text.extend(endpoints.iter().map(|endpoint| format!("\nendpoint {endpoint}")));
	desk.say(
		format!("{daemon}\n{text}"),
		&serde_json::json!({ "daemon": snapshot, "chain": json }),
	);
	Ok(0)
}

fn daemon_text(snapshot: &Snapshot) -> String {
	let now = SystemTime::now()
		.duration_since(UNIX_EPOCH)
		.unwrap_or_default()
		.as_millis() as u64;
	let age = show_millis(now.saturating_sub(snapshot.written_at));
	let alive = match Path::new(&format!("/proc/{}", snapshot.pid)).exists() {
		true => format!("runs as process {}", snapshot.pid),
		false => "does not run".to_owned(),
	};
	let mut lines = vec![format!("daemon   {alive}; it wrote this {age} ago")];
	let board = &snapshot.board;
	lines.push(match (&board.serial, &board.trouble) {
		(Some(serial), _) => format!(
			"board    {serial}, {} readings, {} lost",
			board.readings, board.readings_lost
		),
		(None, trouble) => format!("board    off line: {}", trouble.as_deref().unwrap_or("not tried yet")),
	});
	lines.extend(board.warning.iter().map(|warning| format!("WARNING  {warning}")));
	let chain = &snapshot.chain;
	let endpoint = chain.endpoint.as_deref().unwrap_or("no node yet");
	lines.push(format!(
		"node     {endpoint}, finalized block {}, trust {}",
		chain.block, chain.trust
	));
	lines.extend(chain.endpoints.iter().map(|endpoint| format!("         {endpoint}")));
	lines.extend(chain.light_client.iter().map(|light| format!("light    {light}")));
	lines.extend(chain.warning.iter().map(|warning| format!("WARNING  {warning}")));
	for job in &snapshot.jobs {
		lines.push(format!(
			"job      {} {}, {} of {} units: {}",
			job.job, job.state, job.units_done, job.units, job.doing
		));
	}
	lines.extend(snapshot.stock.iter().flat_map(stock_lines));
	lines.extend(snapshot.alarms.iter().map(|alarm| format!("ALARM    {alarm}")));
	lines.join("\n")
}

fn stock_lines(stock: &StockStatus) -> Vec<String> {
	let items = stock.items.iter().map(|item| {
		let say = |quantity: &Option<String>, nothing: &str| match quantity {
			Some(quantity) => format!("{quantity} {}", item.unit),
			None => nothing.to_owned(),
		};
		format!(
			"stock    {}: {} by the books, {} by {}",
			item.item,
			say(&item.books, "nothing"),
			say(&item.level, "not steady"),
			item.channel
		)
	});
	let purchases = stock.purchases.iter().map(|each| {
		format!(
			"buys     {}, {} of {} for {}: {}",
			each.what, each.quantity, each.item, each.price, each.state
		)
	});
	let doing = stock.doing.iter().map(|doing| format!("         {doing}"));
	items.chain(purchases).chain(doing).collect()
}

async fn chain_status(desk: &Desk<'_>, chain: &Chain, config: &Config) -> Result<(String, serde_json::Value)> {
	let (session, head) = chain.ready(GLANCE.min(desk.cli.patience)).await?;
	let Head { block, time, .. } = head;
	let at = session.at(block).await?;
	let machine = desk.machine(&at, None).await?;
	let Some(record) = queries::machine(&at, machine).await? else {
		let text = format!("chain    machine {machine} is not registered; `iot-client register` does it");
		return Ok((text, serde_json::json!({ "block": block.number, "machine": null })));
	};
	let balance = queries::balance(&at, &machine.account()).await?;
	let fees = queries::fees(&at, machine).await?.at(time.unix);
	let spending = queries::spending(&at, machine)
		.await?
		.map(|spending| spending.at(time.unix));
	let (offers, jobs) = (
		queries::offers_of(&at, machine).await?,
		queries::open_jobs(&at, machine).await?,
	);
	// What it is paid in, and what it may spend.
	let budgets = spending.iter().flat_map(|spending| &spending.budgets);
	let mut assets: BTreeSet<_> = budgets.map(|budget| budget.asset).collect();
	for offer in &offers {
		assets.extend(queries::offer(&at, *offer).await?.map(|offer| offer.terms.asset));
	}
	let (holdings, holdings_json) = purse::holdings(&at, &machine.account(), &assets).await?;
	let holdings: String = holdings.iter().map(|line| format!("\n         {line}")).collect();
	let key = Wallet::peek(&config.wallet.keystore).ok();
	let money = owner::spending_money(&at, spending.as_ref()).await?;
	let clock = match time.paused {
		true => "\nPAUSED   agreements are paused: their clock stands still and no deadline is enforced",
		false => "",
	};
	let text = format!(
		"{}{clock}\nbalance  {} free, {} on hold{holdings}\n{}\n{}\noffers   {}\nopen     {}",
		owner::machine_text(&record, key.as_ref()),
		balance.free,
		balance.reserved,
		owner::fees_text(&fees, time.unix),
		owner::spending_text(spending.as_ref(), &money, time.unix),
		list(&offers),
		list(&jobs),
	);
	let json = serde_json::json!({
		"block": block.number, "time": time, "key_matches": key.map(|key| key == record.key), "machine": record,
		"balance": balance, "assets": holdings_json, "fees": fees, "spending": money::spending_json(spending.as_ref(), &money),
		"offers": offers, "open_jobs": jobs, "genesis": hex(session.genesis()),
	});
	Ok((text, json))
}

/// `none`, or all of them in a row.
fn list(ids: &[impl ToString]) -> String {
	match ids {
		[] => "none".to_owned(),
		ids => ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
	}
}

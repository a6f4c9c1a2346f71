//! The machine's account, as a node says that it is. What was asked just now is not asked again.

use crate::{
	asset::Denomination,
	chain::limits::Fees,
	chain::{
		queries,
		types::{Balance, MachineId},
		ChainError,
	},
	daemon::{site::Site, status::Snapshot},
};
use iot_manager::api::WalletView;
use std::time::{Duration, Instant};
use tokio::{sync::Mutex, time::timeout};

/// How long an answer holds.
const FRESH: Duration = Duration::from_secs(6);
/// How long a node may take to answer.
const LIMIT: Duration = Duration::from_secs(5);

/// Asks for the account.
#[derive(Debug, Default)]
pub(super) struct Purse {
	last: Mutex<Option<(Instant, WalletView)>>,
}

impl Purse {
	/// The account by now.
	pub async fn look(&self, site: &Site) -> WalletView {
		// Whoever asks meanwhile waits for the same answer.
		let mut last = self.last.lock().await;
		if let Some((at, view)) = last.as_ref().filter(|(at, _)| at.elapsed() < FRESH) {
			let _ = at;
			return view.clone();
		}
		let shown = site.notices.shown();
		let said = timeout(LIMIT, ask(site, &shown)).await.unwrap_or(Ok(None));
		let said = said.unwrap_or_else(|error| {
			tracing::debug!(%error, "cannot look at the account now");
			None
		});
		let view = view(site, &shown, said);
		*last = Some((Instant::now(), view.clone()));
		view
	}
}

/// The machine by its id, if that is known.
fn machine(site: &Site, shown: &Snapshot) -> Option<MachineId> {
	let shown = shown.machine.as_deref().and_then(|id| id.parse().ok());
	shown.or(site.config.machine.id.map(MachineId))
}

async fn ask(site: &Site, shown: &Snapshot) -> Result<Option<(Balance, Fees)>, ChainError> {
	let head = site.chain.heads().borrow().clone();
	let (Some(head), Some(session), Some(machine)) = (head, site.chain.connected(), machine(site, shown)) else {
		return Ok(None);
	};
	let at = session.at(head.block).await?;
	let balance = queries::balance(&at, &machine.account()).await?;
	let fees = queries::fees(&at, machine).await?.at(head.time.unix);
	Ok(Some((balance, fees)))
}

fn view(site: &Site, shown: &Snapshot, said: Option<(Balance, Fees)>) -> WalletView {
	let (machine, token) = (machine(site, shown), Denomination::native());
	// Before it is registered: where its money will be.
	let account = machine
		.unwrap_or_else(|| MachineId::from_first_key(&site.key))
		.account();
	let mut alarms = Vec::new();
	if machine.is_none() {
		alarms.push("no machine is known for this computer's key; `iot-client register` makes it one".to_owned());
	}
	if let Some((_, fees)) = said.as_ref().filter(|(_, fees)| fees.left.0 == 0) {
		let back = if fees.period > 0 {
			" until its period is over"
		} else {
			""
		};
		alarms.push(format!(
			"the machine's key may cost its owner nothing more{back}, so it cannot sign; `iot-client allow` lets it"
		));
	}
	WalletView {
		account: account.to_string(),
		machine: machine.map(|machine| machine.to_string()),
		free: said.as_ref().map(|(balance, _)| balance.free.0.to_string()),
		allowance: said.as_ref().map(|(_, fees)| fees.left.0.to_string()),
		token: Some((token.symbol().to_owned(), token.decimals())),
		in_flight: shown.in_flight.unwrap_or(0),
		alarms,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{amount::Amount, daemon::bench::Bench};

	#[tokio::test]
	async fn without_a_node_the_account_is_known_and_its_balance_is_not() {
		let bench = Bench::new();
		let view = Purse::default().look(&bench.site).await;
		let account = MachineId::from_first_key(&bench.site.key).account().to_string();
		assert_eq!(
			(view.account, view.machine, view.free, view.allowance),
			(account, None, None, None)
		);
		assert_eq!(view.token, Some(("BPI".to_owned(), 12)));
		assert!(view.alarms[0].contains("iot-client register"));
	}

	#[tokio::test]
	async fn an_allowance_that_is_used_up_is_an_alarm() {
		let bench = Bench::new();
		let shown = Snapshot {
			machine: Some(MachineId([7; 32]).to_string()),
			in_flight: Some(2),
			..Snapshot::default()
		};
		let of = |left| {
			let fees = Fees {
				left: Amount(left),
				..Fees::default()
			};
			view(&bench.site, &shown, Some((Balance::default(), fees)))
		};
		assert_eq!(
			(of(5).allowance.as_deref(), of(5).alarms.len(), of(5).in_flight),
			(Some("5"), 0, 2)
		);
		assert!(of(0).alarms[0].contains("iot-client allow"));
	}
}

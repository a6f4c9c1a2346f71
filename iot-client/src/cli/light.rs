//! The light client, tried.

use super::{CliError, Desk, Result};
use crate::chain::light::LightClient;
use std::sync::Arc;
use tokio::time::timeout;

/// Syncs the light client of the configuration, and compares what it says with the nodes.
pub(super) async fn light_client(desk: &Desk<'_>) -> Result<u8> {
	let config = desk.config()?;
	let Some(specs) = &config.light_client else {
		let message = "the configuration names no light client; add [light_client] with relay_chain and chain";
		return Err(CliError::new(CliError::CONFIG, message));
	};
	let light = Arc::new(LightClient::start(specs).await?);
	if timeout(desk.cli.patience, light.synced()).await.is_err() {
		let message = format!("the light client is {}; --patience waits longer", light.report());
		return Err(CliError::new(CliError::NO_NODE, message));
	}
	let report = light.report();
	let chain = desk.chain()?;
	let (session, head) = chain.ready(desk.cli.patience).await?;
	let genesis = session.genesis();
	let hash = light
		.finalized_at(genesis, head.block.number, desk.cli.patience)
		.await
		.map_err(|error| CliError::new(CliError::NO_NODE, error))?;
	let agrees = hash == head.block.hash;
	let says = match agrees {
		true => "agrees",
		false => "CONTRADICTS",
	};
	let text = format!(
		"light    {report}\n{says} with {} about finalized block {}",
		head.endpoint, head.block.number
	);
	let json =
		serde_json::json!({ "light_client": report, "endpoint": head.endpoint, "block": head.block, "agrees": agrees });
	desk.say(text, &json);
	Ok(match agrees {
		true => 0,
		false => CliError::WRONG_CHAIN,
	})
}

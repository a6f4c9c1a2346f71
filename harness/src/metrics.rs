//! The metrics that a node exports.

use anyhow::{ensure, Result};
use std::{collections::BTreeSet, net::Ipv4Addr};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::TcpStream,
};

/// Collations that came to nothing, by how far they had come.
pub const COLLATIONS_EXPIRED: &str = "polkadot_parachain_collation_expired_count";

/// Those of what alerts and dashboard go by that there are only with a relay chain: a development node has none, and makes its blocks by other means than a collator.
pub const WITH_A_RELAY_CHAIN: [&str; 10] = [
	"parachain_block_backed_duration_bucket",
	"parachain_unincluded_segment_size_bucket",
	"parachain_unincluded_segment_size_count",
	COLLATIONS_EXPIRED,
	"polkadot_parachain_collations_generated_total",
	"polkadot_parachain_collations_sent_total",
	"substrate_proposer_block_constructed_count",
	"substrate_proposer_block_proposal_time_bucket",
	"substrate_proposer_end_proposal_reason",
	"substrate_proposer_number_of_transactions",
];

/// The names of what a node on this machine exports at `/metrics`, as Prometheus reads it.
///
/// # Errors
/// When it does not answer.
pub async fn exported(port: u16) -> Result<BTreeSet<String>> {
	let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
	stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").await?;
	let mut answer = String::new();
	stream.read_to_string(&mut answer).await?;
	ensure!(answer.starts_with("HTTP/1.0 200"), "{answer}");
	Ok(names(&answer))
}

/// The names of the samples.
fn names(exported: &str) -> BTreeSet<String> {
	exported
		.lines()
		.filter(|line| !line.starts_with('#'))
		.filter_map(|line| line.split(['{', ' ']).next())
		.map(str::to_owned)
		.collect()
}

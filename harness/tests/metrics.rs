//! The alerts and the dashboard in `deploy` go by metrics that there are, and by no others.

use anyhow::Result;
use bpiiot_harness::{
	metrics::{alert_expressions, exported, named, ALERTS, OF_OTHERS, WITH_A_RELAY_CHAIN},
	node::NodeSetup,
	process::{free_port, within},
	world::temporary_folder,
};
use std::{collections::BTreeSet, time::Duration};

const TRIED_ALERTS: &str = include_str!("../../deploy/prometheus/alerts.test.yml");
const MANUAL: &str = include_str!("../../docs/operate.md");

const BLOCK_TIME: Duration = Duration::from_millis(250);
/// More than a node may take to start, and less than nextest lets a test take.
const LIMIT: Duration = Duration::from_secs(480);

#[tokio::test(flavor = "multi_thread")]
async fn alerts_and_dashboard_name_only_metrics_that_there_are() -> Result<()> {
	within(LIMIT, async {
		// GIVEN a node that has been asked something.
		let folder = temporary_folder()?;
		let port = free_port()?;
		let mut setup = NodeSetup::new(folder.path(), BLOCK_TIME)?;
		setup.metrics = Some(port);
		let mut node = setup.start()?;
		node.ready().await?;

		// WHEN its metrics are read, as Prometheus does.
		let exported = exported(port).await?;
		node.stop().await?;

		// THEN what the files name is among them, or is known to be somebody else's.
		let named = named()?;
		let elsewhere: BTreeSet<String> = WITH_A_RELAY_CHAIN
			.iter()
			.chain(&OF_OTHERS)
			.map(ToString::to_string)
			.collect();
		let absent: Vec<_> = named
			.iter()
			.filter(|name| !exported.contains(*name) && !elsewhere.contains(*name))
			.collect();
		assert!(absent.is_empty(), "nobody exports {absent:?}");
		// AND this test excuses nothing that needs no excuse.
		let idle: Vec<_> = elsewhere
			.iter()
			.filter(|name| exported.contains(*name) || !named.contains(*name))
			.collect();
		assert!(
			idle.is_empty(),
			"{idle:?}: nobody asks for them, or the node exports them"
		);
		Ok(())
	})
	.await
}

#[test]
fn every_alert_is_tried_and_is_explained_in_the_manual() {
	let names: Vec<_> = ALERTS
		.lines()
		.filter_map(|line| line.trim().strip_prefix("- alert: "))
		.collect();
	assert_eq!(names.len(), alert_expressions().len());
	for name in names {
		assert!(
			TRIED_ALERTS.contains(&format!("alertname=\"{name}\"")),
			"{name} is not in alerts.test.yml"
		);
		assert!(
			MANUAL.contains(&format!("`{name}`")),
			"{name} is not in docs/operate.md"
		);
	}
}

//! The machine's client on a disk that tears: `make power-cut` runs it in the place of `iot-client run`.

use anyhow::{ensure, Context, Result};
use bpiiot_harness::power_cut::torn::{Ordered, TearingDisk};
use clap::Parser;
use iot_client::{
	cli::args::{Cli, Command},
	config::Source,
	daemon::{self, news::Herald, Calls},
	logbook::Logbook,
};
use std::{path::Path, sync::Arc};
use tokio::{
	signal::unix::{signal, SignalKind},
	sync::broadcast::{error::RecvError, Receiver},
};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> Result<()> {
	let cli = Cli::parse();
	ensure!(
		matches!(cli.command, Command::Run),
		"there is only `run` on a disk that tears; iot-client does the rest"
	);
	tracing_subscriber::fmt()
		.with_env_filter(EnvFilter::new("warn,iot_client=info"))
		.with_writer(std::io::stderr)
		.json()
		.init();
	let source = Source {
		path: cli.config.clone(),
		nodes: Vec::new(),
	};
	let config = source.load()?;
	let folder = cli.config.parent().unwrap_or(Path::new("."));
	// Another one at each start; what matters is drawn from the seed in the order.
	let disk = TearingDisk::new(std::process::id().into(), Ordered::new(folder));
	let (herald, stop) = (Herald::default(), CancellationToken::new());
	let mut terminated = signal(SignalKind::terminate()).context("cannot hear signals")?;
	let signalled = stop.clone();
	tokio::spawn(async move {
		terminated.recv().await;
		signalled.cancel();
	});
	let telling = tokio::spawn(tell(herald.listen()));
	let calls = Calls {
		source,
		reload: Arc::default(),
		stop,
		logbook: Logbook::default(),
		disk: Arc::new(disk),
	};
	daemon::run(config, herald, calls).await?;
	Ok(telling.await?)
}

/// Prints the news as `iot-client --json` does.
async fn tell(mut news: Receiver<daemon::news::News>) {
	loop {
		match news.recv().await {
			Ok(piece) => match serde_json::to_string(&piece) {
				Ok(line) => println!("{line}"),
				Err(error) => eprintln!("news that cannot be printed: {error}"),
			},
			Err(RecvError::Lagged(missed)) => eprintln!("{missed} pieces of news were missed"),
			Err(RecvError::Closed) => return,
		}
	}
}

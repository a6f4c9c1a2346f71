//! The command that runs the machine, and the signals that it hears.

use super::{CliError, Desk, Result};
use crate::{
	daemon::{
		self,
		news::{Herald, News},
		DaemonError,
	},
	disk::Files,
	logbook::Logbook,
	notify::Notifier,
};
use std::{future::Future, sync::Arc, time::Duration};
use tokio::{
	sync::{
		broadcast::{error::RecvError, Receiver},
		oneshot, Notify,
	},
	time::timeout,
};
use tokio_util::sync::CancellationToken;

/// How long the last news of the daemon may take to be printed.
const LAST_NEWS: Duration = Duration::from_secs(1);

/// Runs the machine until SIGINT or SIGTERM. A second signal ends it at once; the board then makes itself safe.
pub(super) async fn run(desk: &Desk<'_>, logbook: Logbook) -> Result<u8> {
	let config = desk.config()?;
	if config.lacks_witness() {
		let message = "--node names one node, but chain.trust = \"confirmed\" wants a second one to agree: name another one too, or set chain.trust = \"single\" to believe one alone";
		return Err(CliError::new(CliError::CONFIG, message));
	}
	let stop = CancellationToken::new();
	let (herald, signalled) = (Herald::default(), stop.clone());
	let calls = daemon::Calls {
		source: desk.source(),
		reload: reload_signal(),
		stop,
		logbook,
		disk: Arc::new(Files),
	};
	let systemd = Notifier::from_environment().map(Arc::new);
	if let Some(systemd) = systemd.clone() {
		tokio::spawn(async move { systemd.follow().await });
	}
	tokio::spawn(async move {
		stop_signal().await;
		systemd.iter().for_each(|systemd| systemd.stopping());
		signalled.cancel();
		stop_signal().await;
		eprintln!("stopped at once; the board makes itself safe");
		std::process::exit(1);
	});
	let (news, json) = (herald.listen(), desk.cli.json);
	let say = move |piece: News| super::say(json, &piece, &piece);
	while_telling(news, say, daemon::run(config, herald, calls)).await?;
	Ok(0)
}

/// Does `work` to its end and tells its news meanwhile. Whoever reads the news may be slow or stop reading: the work does not
/// wait for him.
async fn while_telling(
	mut news: Receiver<News>,
	say: impl Fn(News) + Send + 'static,
	work: impl Future<Output = Result<(), DaemonError>> + Send + 'static,
) -> Result<(), DaemonError> {
	let (told, all_told) = oneshot::channel();
	// A thread of its own, which nobody waits for at the end: a full pipe holds it for ever.
	std::thread::spawn(move || {
		loop {
			match news.blocking_recv() {
				Ok(piece) => say(piece),
				Err(RecvError::Lagged(missed)) => tracing::debug!(missed, "news was missed"),
				// Nobody is left who could tell anything.
				Err(RecvError::Closed) => break,
			}
		}
		let _ = told.send(());
	});
	let ended = match tokio::spawn(work).await {
		Ok(ended) => ended,
		Err(error) => std::panic::resume_unwind(error.into_panic()),
	};
	let _ = timeout(LAST_NEWS, all_told).await;
	ended
}

/// Is notified whenever SIGHUP comes, which from now on does not end the program.
fn reload_signal() -> Arc<Notify> {
	use tokio::signal::unix::{signal, SignalKind};
	let reload = Arc::new(Notify::new());
	match signal(SignalKind::hangup()) {
		Ok(mut hangup) => {
			let reload = reload.clone();
			tokio::spawn(async move {
				while hangup.recv().await.is_some() {
					reload.notify_one();
				}
			});
		}
		Err(error) => tracing::error!(%error, "cannot hear SIGHUP; restart it to have its configuration read anew"),
	}
	reload
}

async fn stop_signal() {
	use tokio::signal::unix::{signal, SignalKind};
	match (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) {
		(Ok(mut interrupt), Ok(mut terminate)) => tokio::select! {
			_ = interrupt.recv() => {},
			_ = terminate.recv() => {},
		},
		(Err(error), _) | (_, Err(error)) => {
			tracing::error!(%error, "cannot hear signals; stop it with SIGKILL");
			std::future::pending().await
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::daemon::news::{JobNews, What};
	use std::sync::mpsc;

	#[tokio::test]
	async fn whoever_stops_reading_stops_nothing() {
		let herald = Herald::default();
		let news = herald.listen();
		// GIVEN a reader who is stuck with the first piece of news.
		let (stuck, never) = mpsc::channel::<()>();
		let say = move |_: News| {
			let _ = never.recv();
		};
		// WHEN there is more of it than anything could hold.
		let work = async move {
			for unit in 0..10_000 {
				let doing = format!("unit {unit}");
				herald.tell(7, What::Job(JobNews::Doing { doing }));
			}
			Ok(())
		};
		// THEN the work ends all the same, and so does the program.
		let ended = timeout(Duration::from_secs(20), while_telling(news, say, work)).await;
		assert!(matches!(ended, Ok(Ok(()))));
		drop(stuck);
	}

	#[tokio::test]
	async fn all_news_is_told_to_whoever_reads() {
		let herald = Herald::default();
		let news = herald.listen();
		let (heard, all) = mpsc::channel();
		let say = move |piece: News| heard.send(piece.to_string()).unwrap();
		let work = async move {
			for doing in ["accepting", "working"] {
				let doing = doing.to_owned();
				herald.tell(7, What::Job(JobNews::Doing { doing }));
			}
			Ok(())
		};
		while_telling(news, say, work).await.unwrap();
		assert_eq!(all.iter().collect::<Vec<_>>(), ["job 7: accepting", "job 7: working"]);
	}
}

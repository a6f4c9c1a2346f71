//! Serves a machine that is only played, for work on the page:
//!
//! ```sh
//! cargo run -p iot-manager --example play -- --port 8080
//! ```
//!
//! The passwords are `viewer-viewer`, `operator-operator` and `owner-owner-owner`. The page's files are read from `web`
//! anew for each request (`--embedded` serves those in the program, `--web` those of another folder). A line `advance MS` on its
//! input moves its clock ahead, for tests of what takes long; it answers with `advanced`.

use iot_manager::{api::Role, played::Played, Clock, Files, Manager, Settings, Users};
use std::{error::Error, io::stdin, net::SocketAddr, path::PathBuf, thread};
use tokio_util::sync::CancellationToken;

struct Options {
	port: u16,
	web: Option<PathBuf>,
}

fn options() -> Result<Options, String> {
	let mut options = Options {
		port: 8080,
		web: Some(PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/web"))),
	};
	let mut arguments = std::env::args().skip(1);
	while let Some(argument) = arguments.next() {
		let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
		match argument.as_str() {
			"--port" => options.port = value()?.parse().map_err(|_| "--port must be 0 to 65535".to_owned())?,
			"--web" => options.web = Some(value()?.into()),
			"--embedded" => options.web = None,
			other => return Err(format!("there is no {other}; there are --port, --web and --embedded")),
		}
	}
	Ok(options)
}

/// Follows what is written to it.
fn listen(clock: &Clock) {
	for line in stdin().lines().map_while(Result::ok) {
		match line.strip_prefix("advance ").map(str::parse::<u64>) {
			Some(Ok(ms)) => {
				clock.advance(ms);
				println!("advanced");
			}
			Some(Err(_)) | None => eprintln!("there is no {line:?}; there is `advance MS`"),
		}
	}
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
	let Options { port, web } = options()?;
	let folder = tempfile::tempdir()?;
	let users = Users::at(folder.path().join("manager-users.json"));
	for (role, password) in [
		(Role::Viewer, "viewer-viewer"),
		(Role::Operator, "operator-operator"),
		(Role::Owner, "owner-owner-owner"),
	] {
		users.set(role, password)?;
	}
	let stop = CancellationToken::new();
	let files = web.map_or_else(Files::embedded, Files::from_dir);
	let settings = Settings::new(SocketAddr::from(([127, 0, 0, 1], port)), users);
	let clock = settings.clock.clone();
	thread::spawn(move || listen(&clock));
	let machine = Played::running(stop.clone());
	let (address, served) = Manager::start(settings, machine, files, stop.clone()).await?;
	println!("http://{address} — viewer-viewer, operator-operator, owner-owner-owner");
	tokio::signal::ctrl_c().await?;
	stop.cancel();
	served.await?;
	Ok(())
}

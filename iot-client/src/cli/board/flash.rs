//! Putting a firmware into an Arduino Uno.

use crate::{
	board::{SerialLine, Workbench},
	cli::{CliError, Desk, Result},
	config::BoardConfig,
};
use serde_json::json;
use std::{io::ErrorKind, path::Path, process::Stdio, sync::Arc};
use tokio::process::Command;

/// Flashes the file with avrdude, which shows its progress and reads everything back, and says hello to the new firmware.
pub(super) async fn flash(desk: &Desk<'_>, config: &BoardConfig, hex: &Path) -> Result<u8> {
	let path = hex.to_str().filter(|path| !path.contains(':'));
	let path =
		path.ok_or_else(|| CliError::refused("avrdude takes no such path: it must be UTF-8, without a colon"))?;
	if !hex.is_file() {
		return Err(CliError::refused(format!(
			"there is no file {path}; `make firmware` makes one and says where it is"
		)));
	}
	let status = Command::new("avrdude")
		.args(["-p", "atmega328p", "-c", "arduino", "-b", "115200", "-D", "-P"])
		.arg(&config.port)
		.arg("-U")
		.arg(format!("flash:w:{path}:i"))
		.stdin(Stdio::null())
		.stdout(Stdio::null())
		.status()
		.await;
	match status {
		Ok(status) if status.success() => {}
		Ok(status) => {
			return Err(CliError::refused(format!(
				"avrdude ended with {status}; is this an Arduino Uno with its boot loader, is the capacitor at RESET off, and does no \
				 other program use {}?",
				config.port.display()
			)))
		}
		Err(error) if error.kind() == ErrorKind::NotFound => {
			return Err(CliError::refused("there is no avrdude here; on Debian `sudo apt-get install avrdude`"))
		}
		Err(error) => return Err(CliError::refused(format!("avrdude cannot be started: {error}"))),
	}
	let (workbench, info) = Workbench::open(config, Arc::new(SerialLine::new(config))).await?;
	workbench.close().await;
	let (hash, version) = (crate::parse::hex(info.firmware_hash), info.firmware);
	let text = format!(
		"board {} runs firmware {}.{}.{}, hash {hash}",
		info.serial, version.major, version.minor, version.patch
	);
	desk.say(text, &json!({ "serial": info.serial, "firmware_hash": hash }));
	Ok(0)
}

//! A machine's computer, in a folder: what the client needs there, and its commands.

use iot_client::wallet::{Password, Wallet};
use std::{
	fs,
	os::unix::fs::PermissionsExt,
	path::Path,
	process::{Command, Stdio},
	time::Duration,
};
use subxt::utils::AccountId32;

/// Longer than anything here takes on a busy machine.
pub const LIMIT: Duration = Duration::from_secs(120);

pub fn chmod(path: &Path, mode: u32) {
	fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Writes a file that only its owner may read.
pub fn secret(folder: &Path, name: &str, text: &str) {
	fs::write(folder.join(name), text).unwrap();
	chmod(&folder.join(name), 0o600);
}

/// Makes the machine's key, and its password. Gives its account.
pub fn make_key(folder: &Path) -> AccountId32 {
	secret(folder, "password", "secret\n");
	let password = Password::read(&folder.join("password")).unwrap();
	let wallet = Wallet::create(&folder.join("key.json"), &password, "drill", None);
	wallet.unwrap().account()
}

/// The example's configuration with that key, the board in the same folder, and one node.
pub fn configuration(node: &str) -> String {
	include_str!("../../examples/drill-press.toml")
		.replace("/dev/ttyACM0", "board")
		.replace("machine-key.json", "key.json")
		.replace("ws://127.0.0.1:9944", node)
}

/// The client, called as somebody types it in the folder.
pub fn command(folder: &Path, line: &str) -> Command {
	let mut command = Command::new(env!("CARGO_BIN_EXE_iot-client"));
	command
		.args(line.split_whitespace())
		.current_dir(folder)
		// The user's own settings are not for this machine.
		.env_remove("IOT_CLIENT_CONFIG")
		.env_remove("IOT_CLIENT_NODE")
		.stdin(Stdio::null());
	command
}

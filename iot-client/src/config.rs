//! The configuration: one TOML file, checked as a whole at start.
//!
//! Every error names the key, the value that was found and what would be right, and all of them are reported at once.
//! Paths in the file are relative to the folder that the file is in. `examples/drill-press.toml` shows every section.

use crate::{
	board::Setup,
	chain::{light, link::DEFAULT_STALL, Nodes},
	fields::{to_hash, Fields, ProblemList, Problems},
	modbus::ModbusConfig,
	wallet::credential_path,
};
mod cloud;
mod manager;
mod source;
mod stock;

pub use cloud::CloudSection;
pub use manager::{ManagerSection, TlsFiles};
pub use source::{Source, RELOADED};
pub use stock::{GaugeSection, StockSection};

use std::{
	collections::BTreeMap,
	fs, io,
	net::IpAddr,
	path::{Path, PathBuf},
	str::FromStr,
	time::Duration,
};
use subxt::utils::{AccountId32, H256};
use toml::{Table, Value};

/// The largest configuration file that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 256 * 1024;
/// The longest that any recipe may keep a machine busy for one unit, whatever the file says.
pub const MAX_UNIT_SECONDS: u64 = 24 * 60 * 60;

/// Everything that the configuration file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
	/// Folder for the journal, the evidence and other things that outlive a restart.
	pub state_dir: PathBuf,
	/// The interface board on the serial line; of no meaning when there is `modbus`.
	pub board: BoardConfig,
	/// The machine that speaks Modbus, when there is no board.
	pub modbus: Option<ModbusConfig>,
	/// How to reach the chain, and how far to trust what answers.
	pub chain: ChainConfig,
	/// A light client that confirms what nodes say, if there is one.
	pub light_client: Option<light::Specs>,
	/// The machine's own signing key.
	pub wallet: WalletConfig,
	/// Which machine this is.
	pub machine: MachineConfig,
	/// What a customer's recipe may do with this machine.
	pub envelope: Envelope,
	/// Which orders are taken.
	pub orders: OrdersConfig,
	/// Where recipes may come from.
	pub recipes: RecipesConfig,
	/// What is recorded while a job runs.
	pub evidence: EvidenceConfig,
	/// The line to the cloud, if there is to be one.
	pub cloud: Option<CloudSection>,
	/// The file with the owner's rules, if there are any.
	pub rules: Option<PathBuf>,
	/// The page on which people look after the machine, if there is to be one.
	pub manager: Option<ManagerSection>,
	/// The stock that the machine looks after, if there is any.
	pub stock: Option<StockSection>,
	/// What is remembered of the channels, if anything is.
	pub history: Option<iot_history::Limits>,
}

/// `[board]`: the interface board on the serial line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BoardConfig {
	/// Serial device, e.g. `/dev/ttyACM0`.
	pub port: PathBuf,
	/// Line speed in baud.
	pub baud: u32,
	/// How often a frame is sent so that the board's dead-man timer stays quiet, in ms.
	pub keep_alive_ms: u64,
	/// How long to wait for the acknowledgement of a command before it is sent again, in ms.
	pub ack_timeout_ms: u64,
	/// How often a command is sent in all before the board counts as lost.
	pub command_attempts: u32,
	/// How long the hello of the board may take after the port is opened, in ms. A real Uno restarts on open (2 s).
	pub hello_timeout_ms: u64,
	/// How often every channel is read, in ms; the board's own shortest interval when that is longer.
	pub stream_ms: u32,
	/// Serial number the board must have; any when absent.
	pub serial: Option<String>,
	/// What the board must be; whatever it says when absent.
	pub configuration: Option<Setup>,
}

impl BoardConfig {
	/// Any board at `port`, with the usual settings.
	pub fn at(port: PathBuf) -> Self {
		BoardConfig {
			port,
			baud: 115_200,
			keep_alive_ms: 100,
			ack_timeout_ms: 150,
			command_attempts: 6,
			hello_timeout_ms: 5_000,
			stream_ms: 50,
			serial: None,
			configuration: None,
		}
	}
}

/// `[chain]`: how to reach the chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChainConfig {
	/// WebSocket addresses of nodes, best first.
	pub endpoints: Vec<String>,
	/// Hash of the chain's genesis block; a node with another genesis is refused.
	pub genesis: Option<[u8; 32]>,
	/// How many endpoints must agree before a value counts.
	pub trust: Trust,
	/// How long a node may finalize nothing before one is taken that does, in s.
	pub stall_seconds: u64,
	/// How long the last finalized time stays usable while off line, in minutes.
	pub offline_minutes: u64,
}

impl ChainConfig {
	/// The nodes, and what is wanted of them.
	pub fn nodes(&self) -> Nodes {
		Nodes {
			genesis: self.genesis.map(H256),
			stall: Duration::from_secs(self.stall_seconds),
			..Nodes::new(self.endpoints.clone())
		}
	}

	/// Whether a second endpoint must confirm what the first says, and there is none.
	fn lacks_second(&self) -> bool {
		self.trust == Trust::Confirmed && self.endpoints.iter().all(|endpoint| *endpoint == self.endpoints[0])
	}
}

/// How many endpoints must agree before the client acts on what they say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trust {
	/// A second endpoint must confirm the header.
	#[default]
	Confirmed,
	/// One endpoint alone is believed. Shown in status.
	Single,
}

/// `[wallet]`: the machine's own signing key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WalletConfig {
	/// Encrypted keystore (Polkadot.js JSON).
	pub keystore: PathBuf,
	/// File whose first line is the keystore's password.
	pub password_file: PathBuf,
}

/// `[machine]`: which machine this is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MachineConfig {
	/// Machine id on chain; absent before registration.
	pub id: Option<[u8; 32]>,
	/// The owner's account; when present, a machine on chain with another owner is refused.
	pub owner: Option<AccountId32>,
	/// Model, for registration.
	pub model: Option<String>,
	/// Location, for registration.
	pub location: Option<String>,
	/// What it can do, for registration, e.g. `drilling`.
	pub capabilities: Vec<String>,
}

/// `[envelope]`: what a customer's recipe may do with this machine. An output that is not listed may not be used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
	/// Allowed range of each output that a recipe may set, in the channel's own counts.
	pub outputs: BTreeMap<String, OutputRange>,
	/// The longest that one unit may take, in s, by the recipe's own limits.
	pub max_seconds: u64,
}

/// Allowed range of one output, in the channel's own counts, both ends included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutputRange {
	/// Smallest value.
	pub min: i32,
	/// Largest value.
	pub max: i32,
}

/// `[orders]`: which orders are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OrdersConfig {
	/// Whether orders that the machine can do wait for `iot-client accept`, `decline` or `counter`.
	pub by_hand: bool,
}

/// `[recipes]`: where recipes may come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecipesConfig {
	/// Folders that recipe files may lie in.
	pub dirs: Vec<PathBuf>,
	/// Host names that recipes may be fetched from, over HTTPS (or HTTP, as the order says; the hash is checked anyway).
	pub hosts: Vec<String>,
	/// The same, but these may also be on this machine or in the plant's own network.
	pub local_hosts: Vec<String>,
	/// Largest recipe, in bytes.
	pub max_bytes: u64,
	/// How long fetching a recipe may take in all, in ms.
	pub timeout_ms: u64,
}

/// `[evidence]`: what is recorded while a job runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EvidenceConfig {
	/// The most readings kept for one job.
	pub max_readings: u64,
}

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
	/// The file cannot be read.
	#[error("cannot read the configuration {path}: {source}; give its path with --config")]
	Read {
		/// The file.
		path: PathBuf,
		/// What the system said.
		source: io::Error,
	},
	/// The file is far larger than any configuration.
	#[error("the configuration {path} is larger than {MAX_FILE_BYTES} bytes; this is not a configuration file")]
	TooLarge {
		/// The file.
		path: PathBuf,
	},
	/// The file is not TOML.
	#[error("the configuration {path} is not valid TOML: {message}")]
	Syntax {
		/// The file.
		path: PathBuf,
		/// Line, column and reason.
		message: String,
	},
	/// Some keys are wrong or missing.
	#[error("the configuration {path} has problems:\n{problems}")]
	Problems {
		/// The file.
		path: PathBuf,
		/// All of them.
		problems: ProblemList,
	},
}

impl Config {
	/// Whether somebody must confirm what an endpoint says, and there is neither a second one nor a light client.
	pub fn lacks_witness(&self) -> bool {
		self.light_client.is_none() && self.chain.lacks_second()
	}

	/// Reads and checks the file at `path`.
	pub fn load(path: &Path) -> Result<Self, ConfigError> {
		let read = |source| ConfigError::Read {
			path: path.to_owned(),
			source,
		};
		if fs::metadata(path).map_err(read)?.len() > MAX_FILE_BYTES {
			return Err(ConfigError::TooLarge { path: path.to_owned() });
		}
		let text = fs::read_to_string(path).map_err(read)?;
		Self::parse(&text, path)
	}

	/// Checks `text`, which came from the file at `path`.
	pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
		let table: Table = text.parse().map_err(|error: toml::de::Error| ConfigError::Syntax {
			path: path.to_owned(),
			message: error.to_string(),
		})?;
		let problems = Problems::default();
		let folder = path.parent().unwrap_or(Path::new("."));
		let config = read_config(Fields::root(&table, &problems), folder);
		problems.into_result(config).map_err(|problems| ConfigError::Problems {
			path: path.to_owned(),
			problems,
		})
	}
}

fn read_config(mut root: Fields<'_>, folder: &Path) -> Config {
	let state_dir = path(
		&mut root,
		"state_dir",
		folder,
		"a folder for the journal and the evidence",
	);
	let (board, modbus) = read_machine_link(&mut root, folder);
	let config = Config {
		board,
		modbus,
		chain: read_chain(root.section("chain")),
		light_client: root
			.has("light_client")
			.then(|| read_light_client(root.section("light_client"), folder)),
		wallet: read_wallet(root.section("wallet"), folder),
		machine: read_machine(root.section("machine")),
		envelope: read_envelope(root.section("envelope")),
		orders: read_orders(root.section("orders")),
		recipes: read_recipes(root.section("recipes"), folder),
		evidence: read_evidence(root.section("evidence")),
		cloud: root.has("cloud").then(|| cloud::read(root.section("cloud"), folder)),
		rules: root.has("rules").then(|| read_rules(root.section("rules"), folder)),
		manager: root
			.has("manager")
			.then(|| manager::read(root.section("manager"), folder)),
		stock: root.has("stock").then(|| stock::read(root.section("stock"), folder)),
		history: manager::read_history(root.section("history"), root.has("manager")),
		state_dir,
	};
	if !config.chain.endpoints.is_empty() && config.lacks_witness() {
		let expected =
			"a list of two or more different endpoints, or set chain.trust = \"single\" to believe one alone";
		let found = Value::from(config.chain.endpoints.clone());
		root.problems().wrong("`chain.endpoints`", &found, expected);
	}
	root.finish();
	config
}

fn read_light_client(mut light: Fields<'_>, folder: &Path) -> light::Specs {
	if !light::BUILT_IN {
		let expected = "left out: this iot-client was built without the feature light-client";
		light
			.problems()
			.wrong("`light_client`", &Value::from("a table"), expected);
	}
	let specs = light::Specs {
		relay_chain: path(
			&mut light,
			"relay_chain",
			folder,
			"the path of the relay chain's specification, with bootnodes",
		),
		chain: path(
			&mut light,
			"chain",
			folder,
			"the path of this chain's specification, with bootnodes",
		),
	};
	light.finish();
	specs
}

/// How the machine is reached: by `[board]` or by `[modbus]`.
fn read_machine_link(root: &mut Fields<'_>, folder: &Path) -> (BoardConfig, Option<ModbusConfig>) {
	let port = "a serial device such as \"/dev/ttyACM0\"";
	match (root.has("board"), root.has("modbus")) {
		(true, false) => (read_board(root.section("board"), folder, port), None),
		(false, true) => (
			BoardConfig::default(),
			Some(ModbusConfig::read(root.section("modbus"), folder)),
		),
		(false, false) => {
			let port = format!("{port}, or there must be [modbus] instead of [board]");
			(read_board(root.section("board"), folder, &port), None)
		}
		(true, true) => {
			let expected = "left out, or [board] must be: a machine is reached by one of them";
			root.problems().wrong("`modbus`", &Value::Table(Table::new()), expected);
			let board = read_board(root.section("board"), folder, port);
			(board, Some(ModbusConfig::read(root.section("modbus"), folder)))
		}
	}
}

fn read_board(mut board: Fields<'_>, folder: &Path, what: &str) -> BoardConfig {
	let port = path(&mut board, "port", folder, what);
	let usual = BoardConfig::at(port);
	let config = BoardConfig {
		baud: board.number("baud", 9_600..=2_000_000, "baud", usual.baud.into()) as u32,
		keep_alive_ms: board.number("keep_alive_ms", 20..=1_000, "ms", usual.keep_alive_ms),
		ack_timeout_ms: board.number("ack_timeout_ms", 20..=5_000, "ms", usual.ack_timeout_ms),
		command_attempts: board.number("command_attempts", 1..=20, "", usual.command_attempts.into()) as u32,
		hello_timeout_ms: board.number("hello_timeout_ms", 200..=60_000, "ms", usual.hello_timeout_ms),
		stream_ms: board.number("stream_ms", 10..=60_000, "ms", usual.stream_ms.into()) as u32,
		serial: board.text("serial", 32),
		configuration: board
			.has("configuration")
			.then(|| Setup::read(board.section("configuration"))),
		..usual
	};
	board.finish();
	config
}

fn read_rules(mut rules: Fields<'_>, folder: &Path) -> PathBuf {
	let file = path(&mut rules, "file", folder, "the path of a file with rules");
	rules.finish();
	file
}

fn read_chain(mut chain: Fields<'_>) -> ChainConfig {
	let one = "a list of WebSocket addresses such as [\"ws://127.0.0.1:9944\"], or a single one";
	let endpoints = chain.required("endpoints", one, |value| {
		if value.is_str() {
			return websocket(value).map(|endpoint| vec![endpoint]);
		}
		let endpoints: Option<Vec<String>> = value.as_array()?.iter().map(websocket).collect();
		endpoints.filter(|endpoints| !endpoints.is_empty() && endpoints.len() <= 16)
	});
	let config = ChainConfig {
		genesis: chain.optional("genesis", "the genesis hash: 0x and 64 hexadecimal digits", to_hash),
		trust: chain
			.optional("trust", "\"confirmed\" or \"single\"", trust)
			.unwrap_or_default(),
		stall_seconds: chain.number("stall_seconds", 5..=3_600, "s", DEFAULT_STALL.as_secs()),
		offline_minutes: chain.number("offline_minutes", 1..=1_440, "minutes", 10),
		endpoints,
	};
	chain.finish();
	config
}

fn read_wallet(mut wallet: Fields<'_>, folder: &Path) -> WalletConfig {
	let keystore = path(
		&mut wallet,
		"keystore",
		folder,
		"the path of the machine's encrypted key",
	);
	let name = "the name of a systemd credential that the service has, such as \"keystore-password\"";
	let credential = wallet.optional("password_credential", name, |value| credential_path(value.as_str()?));
	if wallet.has("password_credential") && wallet.has("password_file") {
		let expected = "left out, or password_credential must be: the password comes from one of them";
		wallet
			.problems()
			.wrong(wallet.name("password_file"), &Value::from("a path"), expected);
	}
	let password_file = match credential {
		Some(path) => path,
		None if wallet.has("password_credential") => PathBuf::new(),
		None => path(
			&mut wallet,
			"password_file",
			folder,
			"the path of a file with the keystore's password",
		),
	};
	let config = WalletConfig {
		keystore,
		password_file,
	};
	wallet.finish();
	config
}

fn read_machine(mut machine: Fields<'_>) -> MachineConfig {
	let id = "the machine's id as `iot-client register` printed it: 0x and 64 hexadecimal digits";
	let words = "a list of at most 16 words of 1 to 32 bytes each, such as [\"drilling\"]";
	let config = MachineConfig {
		id: machine.optional("id", id, to_hash),
		owner: machine.optional("owner", "the owner's account address (SS58)", |value| {
			AccountId32::from_str(value.as_str()?).ok()
		}),
		model: machine.optional("model", "text of 1 to 64 bytes", |value| bytes_text(value, 64)),
		location: machine.optional("location", "text of 1 to 64 bytes", |value| bytes_text(value, 64)),
		capabilities: machine
			.optional("capabilities", words, |value| {
				let words = value.as_array().filter(|words| words.len() <= 16)?;
				words.iter().map(|word| bytes_text(word, 32)).collect()
			})
			.unwrap_or_default(),
	};
	machine.finish();
	config
}

fn read_envelope(mut envelope: Fields<'_>) -> Envelope {
	let max_seconds = envelope.number("max_seconds", 1..=MAX_UNIT_SECONDS, "s", 600);
	let mut outputs = BTreeMap::new();
	let problems = envelope.problems().clone();
	for (channel, value) in envelope.section("outputs").free_names() {
		let key = format!("`envelope.outputs.{channel}`");
		match value.as_table() {
			Some(table) => {
				let mut fields = Fields::in_words(key, table, &problems);
				let range = OutputRange {
					min: fields.required_i32("min"),
					max: fields.required_i32("max"),
				};
				if range.min > range.max {
					let expected = format!("at most max, which is {}", range.max);
					problems.wrong(fields.name("min"), &Value::from(range.min), expected);
				}
				fields.finish();
				outputs.insert(channel.to_owned(), range);
			}
			None => problems.wrong(key, value, "a range such as { min = 0, max = 100 }"),
		}
	}
	envelope.finish();
	Envelope { outputs, max_seconds }
}

fn read_orders(mut orders: Fields<'_>) -> OrdersConfig {
	let accept = orders.optional("accept", "\"at once\" or \"by hand\"", |value| {
		match value.as_str()? {
			"at once" => Some(false),
			"by hand" => Some(true),
			_ => None,
		}
	});
	orders.finish();
	OrdersConfig {
		by_hand: accept.unwrap_or_default(),
	}
}

fn read_recipes(mut recipes: Fields<'_>, folder: &Path) -> RecipesConfig {
	let hosts = "a list of host names, each with a port if it is not the usual one, such as [\"files.example.com\"]";
	let config = RecipesConfig {
		dirs: recipes.list("dirs", "a list of folders", |value| folder_path(value, folder)),
		hosts: recipes.list("hosts", hosts, host),
		local_hosts: recipes.list("local_hosts", hosts, host),
		max_bytes: recipes.number("max_bytes", 1..=1_048_576, "bytes", 65_536),
		timeout_ms: recipes.number("timeout_ms", 100..=60_000, "ms", 10_000),
	};
	recipes.finish();
	config
}

fn read_evidence(mut evidence: Fields<'_>) -> EvidenceConfig {
	let config = EvidenceConfig {
		max_readings: evidence.number("max_readings", 1..=1_000_000, "readings", 100_000),
	};
	evidence.finish();
	config
}

fn path(fields: &mut Fields<'_>, key: &'static str, folder: &Path, expected: &str) -> PathBuf {
	fields.required(key, expected, |value| folder_path(value, folder))
}

fn folder_path(value: &Value, folder: &Path) -> Option<PathBuf> {
	let text = value.as_str().filter(|text| !text.is_empty() && !text.contains('\0'))?;
	Some(folder.join(text))
}

fn websocket(value: &Value) -> Option<String> {
	let text = value.as_str()?;
	let rest = text.strip_prefix("ws://").or_else(|| text.strip_prefix("wss://"))?;
	(!rest.is_empty() && !rest.contains(char::is_whitespace)).then(|| text.to_owned())
}

fn trust(value: &Value) -> Option<Trust> {
	match value.as_str()? {
		"confirmed" => Some(Trust::Confirmed),
		"single" => Some(Trust::Single),
		_ => None,
	}
}

/// Text that fits the chain's byte limit of a field.
fn bytes_text(value: &Value, most: usize) -> Option<String> {
	let text = value.as_str().filter(|text| !text.is_empty() && text.len() <= most)?;
	Some(text.to_owned())
}

/// A host as it stands in an URL: a name, an address, `[v6]`, with an optional port; lower case.
fn host(value: &Value) -> Option<String> {
	let text = value.as_str()?.to_ascii_lowercase();
	let url = reqwest::Url::parse(&format!("http://{text}/")).ok()?;
	let name = url.host_str()?;
	let bare = name.trim_start_matches('[').trim_end_matches(']');
	let plain = bare.parse::<IpAddr>().is_ok()
		|| bare
			.chars()
			.all(|letter| letter.is_ascii_alphanumeric() || letter == '-' || letter == '.');
	let port = text.strip_prefix(name)?;
	let whole = port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
	(plain && whole).then_some(text)
}

#[cfg(test)]
mod tests;

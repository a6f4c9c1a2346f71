#![doc = include_str!("../README.md")]

use bpiiot_protocol::{BoardMessage, Decoder, Frame, HostMessage, Message, MAX_FRAME};
use iot_client::{
	board::{Kept, Setup},
	chain::{
		proof::ProvedState,
		runtime::{decode_job, decode_machine, decode_offer, decode_time},
		types::{JobId, MachineId, OfferId},
	},
	cli::{pack_backup, reread_backup},
	config::Config,
	recipe::{
		sealed::{self, Context},
		Phase, Recipe,
	},
	wallet::Wallet,
};
use iot_cloud::{sign, Gate, Rate};
use iot_outbox::ReadingBatch;
use iot_rules::{ChannelDecl, Engine, Rules};
use std::{error::Error, fmt::Debug, path::Path, sync::LazyLock};
use subxt::{utils::H256, Metadata};

/// What the bytes of a decoder do.
pub type Target = fn(&[u8]);

/// The decoders, by the names of the fuzzers' programs and of the folders of seeds.
pub const TARGETS: [(&str, Target); 14] = [
	("frames_from_board", frames_from_board),
	("frames_from_host", frames_from_host),
	("board_memory", board_memory),
	("recipe", recipe),
	("config", config),
	("keystore", keystore),
	("records", records),
	("proof", proof),
	("sealed", sealed),
	("rules", rules),
	("readings", readings),
	("command", command),
	("calls", calls),
	("backup", backup),
];

static METADATA: LazyLock<Metadata> = LazyLock::new(|| {
	let bytes = include_bytes!("../../../iot-client/metadata/bpiiot.scale");
	Metadata::decode_from(bytes).expect("the client was made from it")
});

/// The configuration in a backup of which the bytes are the manifest alone. The hash in that one's seed is of this.
const BACKED_UP: &str = "state_dir = \"/var/lib/iot-client\"\n[board]\nport = \"/dev/ttyACM0\"\n[chain]\n\
	endpoints = \"ws://127.0.0.1:9944\"\ntrust = \"single\"\n[wallet]\nkeystore = \"key.json\"\npassword_file = \"password\"\n";

/// Whoever is told of an error reads some words.
fn said<T>(read: Result<T, impl Error>) -> Option<T> {
	match read {
		Ok(read) => Some(read),
		Err(error) => {
			assert!(!error.to_string().is_empty(), "{error:?} says nothing");
			None
		}
	}
}

/// What the serial line brings from the board.
pub fn frames_from_board(bytes: &[u8]) {
	frames::<BoardMessage>(bytes);
}

/// What the serial line brings from the client.
pub fn frames_from_host(bytes: &[u8]) {
	frames::<HostMessage>(bytes);
}

/// Each frame that is found is one that can be sent, and is then the same.
fn frames<M: Message + Debug + PartialEq>(bytes: &[u8]) {
	let mut decoder = Decoder::<M>::new();
	let found: Vec<Frame<M>> = bytes.iter().filter_map(|byte| decoder.push(*byte)?.ok()).collect();
	for frame in found {
		let encoded = frame.encode().expect("what was decoded can be encoded");
		assert!(encoded.len() <= MAX_FRAME);
		let mut decoder = Decoder::<M>::new();
		let again = encoded.iter().find_map(|byte| decoder.push(*byte));
		assert_eq!(again, Some(Ok(frame)));
	}
}

/// The configuration that a board keeps: what can be read can be written, and is then the same.
pub fn board_memory(bytes: &[u8]) {
	let Kept::Setup(setup) = Setup::of_memory(bytes) else {
		return;
	};
	let Some(image) = said(setup.image()) else { return };
	assert_eq!(Setup::of_memory(&image), Kept::Setup(setup));
}

/// A recipe from wherever an order says.
pub fn recipe(bytes: &[u8]) {
	let Some(recipe) = said(Recipe::parse(bytes)) else {
		return;
	};
	for phase in [Phase::Before, Phase::Each, Phase::After] {
		assert!(!recipe.steps(phase).is_empty() || recipe.longest_ms(phase) == 0);
	}
}

/// The owner's configuration.
pub fn config(bytes: &[u8]) {
	let Ok(text) = std::str::from_utf8(bytes) else { return };
	said(Config::parse(text, Path::new("/etc/bpiiot/client.toml")));
}

/// The owner's rules, for a machine with the channels of a drill press; what is taken stands any reading.
pub fn rules(bytes: &[u8]) {
	let Ok(text) = std::str::from_utf8(bytes) else { return };
	let channels = ["temperature", "vibration", "spindle_speed", "tool_wear", "door_closed"];
	let mut channels: Vec<_> = channels.map(|name| ChannelDecl::input(name, "")).into();
	channels.push(ChannelDecl::output("coolant", "", 0..=1));
	let Some(rules) = said(Rules::parse(text, &channels)) else {
		return;
	};
	let mut engine = Engine::new(rules);
	for (index, value) in [0.0, 1e300, -1.0, f64::NAN, 95.5].into_iter().enumerate() {
		let at_ms = index as u64 * 1_000;
		for channel in &channels {
			engine.reading(&channel.name, at_ms, value);
		}
		engine.evaluate(at_ms);
	}
}

/// A batch of readings: what can be read can be written, and is then the same.
pub fn readings(bytes: &[u8]) {
	let Some(batch) = said(ReadingBatch::decode(bytes)) else {
		return;
	};
	let Some(encoded) = said(batch.encode()) else { return };
	assert_eq!(said(ReadingBatch::decode(&encoded)), Some(batch));
}

/// A command from the cloud: without its key none is followed, and with it none twice.
pub fn command(bytes: &[u8]) {
	const KEY: &[u8] = b"a key that nobody knows";
	let allowed = ["report".to_owned()].into();
	let rate = Rate {
		burst: 10,
		every_ms: 1_000,
	};
	let mut gate = Gate::new(KEY.to_vec(), "press".to_owned(), allowed, rate, 0);
	assert!(gate.judge(bytes, Some(1_000), 1_000).is_err());
	let Ok(text) = std::str::from_utf8(bytes) else { return };
	let signed = sign(KEY, text);
	if gate.judge(signed.as_bytes(), Some(1_000), 1_000).is_ok() {
		assert!(
			gate.judge(signed.as_bytes(), Some(1_000), 1_000).is_err(),
			"followed twice"
		);
	}
}

/// Calls to the manager, from whoever is logged in as the owner: whatever they are, there is an answer.
pub fn calls(bytes: &[u8]) {
	let answer = iot_manager::played::answer(bytes).expect("each is answered");
	// What wants no answer gets no more than this.
	assert!(answer == "null" || answer.starts_with(['{', '[']), "{answer}");
}

/// A backup from wherever it was kept: all of it, or when the first byte is odd its manifest alone. What is taken is what would
/// have been written.
pub fn backup(bytes: &[u8]) {
	if let Some(archive) = backup_in(bytes) {
		if let Some(again) = said(reread_backup(&archive)) {
			assert!(again == archive, "it can be written in another way");
		}
	}
}

/// The archive that the bytes for [`backup`] stand for.
pub fn backup_in(bytes: &[u8]) -> Option<Vec<u8>> {
	let (kind, bytes) = bytes.split_first()?;
	match kind % 2 {
		0 => Some(bytes.to_vec()),
		_ => pack_backup(BACKED_UP, bytes).ok(),
	}
}

/// An account's file from Polkadot.js.
pub fn keystore(bytes: &[u8]) {
	let Ok(text) = std::str::from_utf8(bytes) else { return };
	said(Wallet::peek_at(text, Path::new("key.json")));
}

/// Records as a node says that they are.
pub fn records(bytes: &[u8]) {
	let Some((kind, bytes)) = bytes.split_first() else {
		return;
	};
	match kind % 4 {
		0 => drop(said(decode_offer(&METADATA, OfferId(1), bytes))),
		1 => drop(said(decode_job(&METADATA, JobId(1), bytes))),
		2 => drop(said(decode_machine(&METADATA, MachineId([1; 32]), bytes))),
		_ => drop(said(decode_time(&METADATA, bytes))),
	}
}

/// A proof of a record: its key, and nodes, the root first, each behind its length in two bytes (little-endian).
pub fn proof(bytes: &[u8]) {
	let mut rest = bytes;
	let mut parts = Vec::new();
	while let Some((length, more)) = rest.split_first_chunk::<2>() {
		let length = usize::from(u16::from_le_bytes(*length));
		let (part, more) = more.split_at(length.min(more.len()));
		parts.push(part.to_vec());
		rest = more;
	}
	let Some((key, nodes)) = parts.split_first() else {
		return;
	};
	// The root is one of the nodes': else nothing behind it would be read.
	let root = nodes.first().map_or([0; 32], |node| hash(node));
	if let Some(state) = said(ProvedState::new(H256(root), nodes.to_vec())) {
		said(state.read(key));
	}
}

fn hash(bytes: &[u8]) -> [u8; 32] {
	iot_client::wallet::blake2_256([bytes])
}

/// The reference to a recipe that only the machine can read.
pub fn sealed(bytes: &[u8]) {
	let context = Context {
		genesis: [1; 32],
		customer: [2; 32],
		machine: [3; 32],
		recipe: [4; 32],
		key_version: 0,
	};
	// Whoever has no key of the machine's writes nothing that it reads.
	assert!(said(sealed::open(&[5; 32], &context, bytes)).is_none());
}

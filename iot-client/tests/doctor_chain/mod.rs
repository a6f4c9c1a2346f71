//! A chain with one machine on it, played by a node in this process.

use blake2::{digest::consts::U16, Blake2b, Digest};
use iot_client::chain::{proof, types, wire, Session};
use std::time::{SystemTime, UNIX_EPOCH};
use subxt::{
	ext::{codec::Encode, frame_decode::storage::encode_storage_key_prefix},
	utils::{AccountId32, H256},
	SubstrateConfig,
};
use types::MachineId;

// The node that the client's own tests play; of what it can do, these need a part.
#[allow(dead_code)]
#[path = "../../src/chain/fake.rs"]
mod fake;

pub use fake::FakeNode;
use fake::State;

/// What the played node wants of the client.
mod runtime {
	pub use iot_client::chain::runtime::known_spec;
	use std::sync::LazyLock;
	use subxt::Metadata;

	static METADATA: LazyLock<Metadata> = LazyLock::new(|| {
		let bytes = include_bytes!("../../metadata/bpiiot.scale");
		Metadata::decode_from(bytes).unwrap()
	});

	/// The metadata that the client was built with.
	pub fn known() -> &'static Metadata {
		&METADATA
	}
}

/// A machine, as the chain has it.
pub struct Machine {
	/// Whether it is there.
	pub registered: bool,
	/// The key that it was named after.
	pub first_key: AccountId32,
	/// The key that acts for it.
	pub live_key: AccountId32,
	/// Whose it is.
	pub owner: AccountId32,
	/// 0 in service, 1 out of service, 2 decommissioned.
	pub status: u8,
	/// Whether its key is barred.
	pub frozen: bool,
	/// What its key may still cost, in planck.
	pub fees_left: u128,
	/// Whether it has published an offer.
	pub offers: bool,
	/// The chain's time, in unix milliseconds.
	pub time: u64,
}

impl Machine {
	/// One with nothing wrong.
	pub fn of(key: &AccountId32, owner: AccountId32) -> Self {
		let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
		Self {
			registered: true,
			first_key: *key,
			live_key: *key,
			owner,
			status: 0,
			frozen: false,
			fees_left: 10_000_000_000_000,
			offers: true,
			time: now.as_millis() as u64,
		}
	}

	/// A node of the chain of this number with this machine on it.
	pub async fn start(&self, chain: u8) -> FakeNode {
		FakeNode::start(chain, self.state(), 5).await
	}

	fn state(&self) -> State {
		let id = MachineId::from_first_key(&self.first_key).0;
		let clock = encode_storage_key_prefix("Escrow", "Clock").to_vec();
		let mut state = State::from([(clock, [self.time.to_le_bytes().as_slice(), &[0; 9]].concat())]);
		if self.registered {
			let fees = (self.fees_left, 0u64, self.fees_left, 0u64, 0u64);
			state.insert(entry("Machines", "Machines", id), self.record());
			state.insert(entry("Machines", "Keys", self.live_key.0), (id, true).encode());
			state.insert(entry("Machines", "Fees", id), fees.encode());
		}
		if self.offers {
			state.insert(entry("Jobs", "OffersOf", id), vec![7u64].encode());
		}
		state
	}

	/// In the order of `pallet_machines::Machine`.
	fn record(&self) -> Vec<u8> {
		let encryption = ([0u8; 32], 1u32);
		let profile = ("Test drill", "Desk", vec!["drilling"], [0u8; 32], [0u8; 32]);
		let who = (self.owner.0, None::<[u8; 32]>, self.live_key.0, 0u32);
		(who, encryption, profile, self.status, self.frozen, 0u128, 7_000u64).encode()
	}
}

/// Where the value of a key is in a map of the state.
fn entry(pallet: &str, map: &str, key: [u8; 32]) -> Vec<u8> {
	let prefix = encode_storage_key_prefix(pallet, map);
	[prefix.as_slice(), &Blake2b::<U16>::digest(key), &key].concat()
}

/// The genesis of a node's chain.
pub async fn genesis(node: &FakeNode) -> H256 {
	let session = Session::open(&node.url(), None, &SubstrateConfig::new()).await.unwrap();
	session.genesis()
}

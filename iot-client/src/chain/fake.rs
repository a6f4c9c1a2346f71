//! Nodes that are played: a chain in memory behind a real WebSocket, with as much of a node's answers as a [`super::Chain`]
//! asks for. Each can fall silent, stand still, go away, be of another chain, and lie.

use super::{proof, runtime, types::BlockId, wire::Header};
use serde_json::{json, Value};
use soketto::handshake::{server::Response, Server};
use sp_core::Blake2Hasher;
use sp_trie::{LayoutV1, MemoryDB, Recorder, StorageProof, Trie, TrieDBBuilder, TrieDBMutBuilder, TrieMut};
use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex},
};
use subxt::{config::substrate::Digest, ext::codec::Encode, utils::H256};
use tokio::{
	net::{TcpListener, TcpStream},
	sync::{mpsc, watch},
};
use tokio_util::{
	compat::TokioAsyncReadCompatExt,
	sync::{CancellationToken, DropGuard},
};

/// What is in the state of each block.
pub type State = BTreeMap<Vec<u8>, Vec<u8>>;

/// The header of the block of this height; `chain` tells chains and forks apart.
fn header(chain: u8, number: u64, parent: H256, root: H256) -> Header {
	Header {
		parent_hash: parent,
		number,
		state_root: root,
		extrinsics_root: H256([chain; 32]),
		digest: Digest { logs: Vec::new() },
	}
}

/// The hash of a header.
pub fn hash(header: &Header) -> H256 {
	H256(crate::wallet::blake2_256([&header.encode()]))
}

/// A state's tree.
fn tree(state: &State) -> (MemoryDB<Blake2Hasher>, sp_core::H256) {
	let (mut db, mut root) = (StorageProof::empty().into_memory_db(), Default::default());
	{
		let mut trie = TrieDBMutBuilder::<LayoutV1<Blake2Hasher>>::new(&mut db, &mut root).build();
		for (key, value) in state {
			trie.insert(key, value).unwrap();
		}
	}
	(db, root)
}

/// What a node plays.
#[derive(Debug)]
struct Play {
	blocks: Vec<Header>,
	chain: u8,
	state: State,
	/// What it says in the place of what is in the state.
	lies: State,
	/// Whether its proofs are altered too, and headers made up.
	forges: bool,
	silent: bool,
}

impl Play {
	fn find(&self, hash_text: &Value) -> Option<&Header> {
		let found = |header: &&Header| json!(hash(header)) == *hash_text;
		self.blocks.iter().rev().find(found)
	}

	fn answer(&self, method: &str, params: &Value) -> Value {
		let newest = self.blocks.last().unwrap();
		match method {
			"chain_getBlockHash" => match params[0].as_u64() {
				Some(number) => json!(self.blocks.get(number as usize).map(hash)),
				None => json!(hash(newest)),
			},
			"chain_getFinalizedHead" => json!(hash(newest)),
			"chain_getHeader" => json!(self.find(&params[0]).or_else(|| self.forges.then_some(newest))),
			"chain_subscribeFinalizedHeads" => json!("finalized"),
			"state_call" => json!(format!("0x{}", hex::encode(call(params[0].as_str().unwrap())))),
			"state_getStorage" => {
				let key = bytes(&params[0]);
				let value = self.lies.get(&key).or_else(|| self.state.get(&key));
				json!(value.map(|value| format!("0x{}", hex::encode(value))))
			}
			"state_getReadProof" => {
				let keys: Vec<_> = params[0].as_array().unwrap().iter().map(bytes).collect();
				let nodes = self.prove(&keys).into_iter();
				let proof: Vec<_> = nodes.map(|node| format!("0x{}", hex::encode(node))).collect();
				json!({ "at": params[1], "proof": proof })
			}
			_ => Value::Null,
		}
	}

	fn prove(&self, keys: &[Vec<u8>]) -> Vec<Vec<u8>> {
		let (db, root) = tree(&self.state);
		let mut recorder = Recorder::<LayoutV1<Blake2Hasher>>::new();
		{
			let trie = TrieDBBuilder::<LayoutV1<Blake2Hasher>>::new(&db, &root)
				.with_recorder(&mut recorder)
				.build();
			keys.iter().for_each(|key| drop(trie.get(key).unwrap()));
		}
		let mut nodes: Vec<_> = recorder.drain().into_iter().map(|record| record.data).collect();
		if self.forges {
			nodes.iter_mut().for_each(|node| *node.last_mut().unwrap() ^= 1);
		}
		assert!(nodes.len() <= proof::MAX_NODES);
		nodes
	}
}

fn bytes(value: &Value) -> Vec<u8> {
	hex::decode(value.as_str().unwrap().trim_start_matches("0x")).unwrap()
}

/// What the runtime that this client knows answers.
fn call(function: &str) -> Vec<u8> {
	let metadata = include_bytes!("../../metadata/bpiiot.scale");
	match function {
		"Core_version" => {
			let system = runtime::known().pallet_by_name("System").unwrap();
			system.constant_by_name("Version").unwrap().value().to_vec()
		}
		"Metadata_metadata_versions" => vec![u32::from(metadata[4])].encode(),
		_ => Some(metadata.to_vec()).encode(),
	}
}

/// A node. Its connections break when it is dropped.
#[derive(Debug)]
pub struct FakeNode {
	port: u16,
	play: Arc<Mutex<Play>>,
	news: watch::Sender<usize>,
	stop: Option<DropGuard>,
}

impl FakeNode {
	/// A node of this chain with this state and so many blocks after the genesis.
	pub async fn start(chain: u8, state: State, blocks: u64) -> Self {
		let root = H256(tree(&state).1 .0);
		let play = Play {
			blocks: vec![header(chain, 0, H256::zero(), root)],
			chain,
			state,
			lies: State::new(),
			forges: false,
			silent: false,
		};
		let mut node = Self {
			port: 0,
			play: Arc::new(Mutex::new(play)),
			news: watch::channel(0).0,
			stop: None,
		};
		node.finalize(blocks);
		node.come().await;
		node
	}

	/// Where clients reach it.
	pub fn url(&self) -> String {
		format!("ws://127.0.0.1:{}", self.port)
	}

	/// Listens, again at the same port if it did before.
	pub async fn come(&mut self) {
		let listener = TcpListener::bind(("127.0.0.1", self.port)).await.unwrap();
		self.port = listener.local_addr().unwrap().port();
		let stop = CancellationToken::new();
		self.stop = Some(stop.clone().drop_guard());
		let (play, news) = (self.play.clone(), self.news.subscribe());
		tokio::spawn(stop.clone().run_until_cancelled_owned(async move {
			while let Ok((socket, _)) = listener.accept().await {
				let serving = serve(socket, play.clone(), news.clone());
				tokio::spawn(stop.clone().run_until_cancelled_owned(serving));
			}
		}));
	}

	/// Goes away: connections break, and no new one is taken.
	pub fn go(&mut self) {
		self.stop = None;
	}

	/// Makes and finalizes so many blocks, and announces the last one only.
	pub fn finalize(&self, blocks: u64) {
		let mut play = self.play.lock().unwrap();
		for _ in 0..blocks {
			let parent = play.blocks.last().unwrap();
			let next = header(play.chain, parent.number + 1, hash(parent), parent.state_root);
			play.blocks.push(next);
		}
		self.news.send_replace(play.blocks.len());
	}

	/// From now on its blocks are those of another fork.
	pub fn fork(&self, chain: u8) {
		self.play.lock().unwrap().chain = chain;
	}

	/// Answers nothing any more, or does again.
	pub fn fall_silent(&self, silent: bool) {
		self.play.lock().unwrap().silent = silent;
	}

	/// Says this in the place of what is in the state.
	pub fn lie(&self, key: Vec<u8>, value: Vec<u8>) {
		self.play.lock().unwrap().lies.insert(key, value);
	}

	/// Alters its proofs too, and makes up headers that it does not have.
	pub fn forge(&self) {
		self.play.lock().unwrap().forges = true;
	}

	/// The newest block.
	pub fn newest(&self) -> BlockId {
		let play = self.play.lock().unwrap();
		let newest = play.blocks.last().unwrap();
		BlockId {
			number: newest.number,
			hash: hash(newest),
		}
	}
}

async fn serve(socket: TcpStream, play: Arc<Mutex<Play>>, mut news: watch::Receiver<usize>) {
	let mut server = Server::new(socket.compat());
	let Ok(request) = server.receive_request().await else {
		return;
	};
	let accept = Response::Accept {
		key: request.key(),
		protocol: None,
	};
	if server.send_response(&accept).await.is_err() {
		return;
	}
	let (mut sender, mut receiver) = server.into_builder().finish();
	let (said, mut heard) = mpsc::unbounded_channel::<Value>();
	// It must not be interrupted while it reads.
	let reading = async move {
		loop {
			let mut data = Vec::new();
			if receiver.receive_data(&mut data).await.is_err() {
				return;
			}
			let _ = said.send(serde_json::from_slice(&data).unwrap());
		}
	};
	let writing = async move {
		let mut subscribed = false;
		loop {
			let text = tokio::select! {
				request = heard.recv() => {
					let Some(request) = request else { return };
					let method = request["method"].as_str().unwrap_or_default();
					subscribed |= method == "chain_subscribeFinalizedHeads";
					let play = play.lock().unwrap();
					let result = play.answer(method, &request["params"]);
					(!play.silent).then(|| json!({ "jsonrpc": "2.0", "id": request["id"], "result": result }))
				},
				Ok(()) = news.changed(), if subscribed => {
					let play = play.lock().unwrap();
					let params = json!({ "subscription": "finalized", "result": play.blocks.last() });
					(!play.silent).then(|| json!({ "jsonrpc": "2.0", "method": "chain_finalizedHead", "params": params }))
				},
			};
			let Some(text) = text else { continue };
			if sender.send_text(text.to_string()).await.is_err() || sender.flush().await.is_err() {
				return;
			}
		}
	};
	tokio::select! {
		() = reading => {},
		() = writing => {},
	}
}

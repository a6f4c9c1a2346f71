//! Nodes that are played: a chain in memory behind a real WebSocket, with as much of a node's answers as a [`super::Chain`]
//! asks for. Each can fall silent, stand still, go away, be of another chain, lie, and replace its runtime.

use super::{proof, runtime, types::BlockId, wire::Header};
use blake2::{
	digest::{consts::U16, Digest as _},
	Blake2b,
};
use serde_json::{json, Value};
use soketto::handshake::{server::Response, Server};
use sp_core::Blake2Hasher;
use sp_trie::{LayoutV1, MemoryDB, Recorder, StorageProof, Trie, TrieDBBuilder, TrieDBMutBuilder, TrieMut};
use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex},
};
use subxt::{
	config::substrate::Digest,
	ext::codec::{Decode, Encode},
	utils::{AccountId32, H256},
};
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
	/// Whether it answers, but announces nothing.
	mute: bool,
	/// The methods that it was asked by, in their order.
	asked: Vec<String>,
	/// What its pool says the next nonce is.
	next_nonce: u64,
	/// How many of the blocks, at their end, are not final.
	open: usize,
	/// The height at which the runtime was replaced by its next version.
	upgraded_at: Option<u64>,
	/// What its pool has been sent.
	sent: Vec<Vec<u8>>,
	/// Whether a block that replaces the runtime comes just before what its pool is sent.
	overtakes: bool,
	/// Why its pool takes nothing, if so.
	refuses: Option<(i32, &'static str)>,
	/// What its pool has thrown out and bans.
	bans: Vec<Vec<u8>>,
	/// What is in its blocks, where anything is.
	bodies: BTreeMap<u64, Vec<Vec<u8>>>,
	/// Whether it has forgotten what was in its blocks.
	forgetful: bool,
}

impl Play {
	fn find(&self, hash_text: &Value) -> Option<&Header> {
		let found = |header: &&Header| json!(hash(header)) == *hash_text;
		self.blocks.iter().rev().find(found)
	}

	/// Makes a block that is not final.
	fn make(&mut self) {
		let parent = self.blocks.last().unwrap();
		let next = header(self.chain, parent.number + 1, hash(parent), parent.state_root);
		self.blocks.push(next);
		self.open += 1;
	}

	/// Makes one that puts the next version of the runtime into force, if none did before.
	fn upgrade(&mut self) {
		self.upgraded_at.get_or_insert(self.blocks.len() as u64);
		self.make();
	}

	/// What it says to whoever has subscribed, if it says anything.
	fn announcement(&self, subscription: &str, result: Value) -> Option<Value> {
		let params = json!({ "subscription": subscription, "result": result });
		(!self.mute).then(|| json!({ "jsonrpc": "2.0", "method": "announcement", "params": params }))
	}

	/// The version of the newest block's runtime.
	fn version(&self) -> Value {
		let next = self.upgraded_at.is_some();
		json!({ "specVersion": runtime::known_spec() + u32::from(next), "transactionVersion": 1 })
	}

	/// The newest block that is final.
	fn finalized(&self) -> &Header {
		&self.blocks[self.blocks.len() - 1 - self.open]
	}

	/// The answer, or an error's code and its detail.
	fn respond(&mut self, method: &str, params: &Value) -> Result<Value, (i32, &'static str)> {
		self.asked.push(method.to_owned());
		if method == "author_submitExtrinsic" {
			let sent = bytes(&params[0]);
			let banned = self.bans.contains(&sent);
			self.sent.push(sent);
			if banned {
				return Err((1012, "Transaction is temporarily banned"));
			}
			if let Some(why) = self.refuses {
				return Err(why);
			}
			if !self.overtakes {
				return Ok(json!(H256::zero()));
			}
			self.upgrade();
			return Err((1010, "Transaction has a bad signature"));
		}
		Ok(self.answer(method, params))
	}

	fn answer(&self, method: &str, params: &Value) -> Value {
		let newest = self.blocks.last().unwrap();
		match method {
			"system_accountNextIndex" => json!(self.next_nonce),
			"chain_getBlock" if self.forgetful => Value::Null,
			"chain_getBlock" => {
				let header = self.find(&params[0]);
				let body = header.and_then(|header| self.bodies.get(&header.number));
				let body: Vec<_> = body
					.into_iter()
					.flatten()
					.map(|bytes| format!("0x{}", hex::encode(bytes)))
					.collect();
				json!({ "block": { "header": header, "extrinsics": body } })
			}
			"chain_getBlockHash" => match params[0].as_u64() {
				Some(number) => json!(self.blocks.get(number as usize).map(hash)),
				None => json!(hash(newest)),
			},
			"chain_getFinalizedHead" => json!(hash(self.finalized())),
			"chain_getHeader" => json!(self.find(&params[0]).or_else(|| self.forges.then_some(newest))),
			"chain_subscribeFinalizedHeads" => json!("finalized"),
			"state_subscribeRuntimeVersion" => json!("runtime"),
			"state_call" => {
				let height = self.find(&params[2]).map_or(newest.number, |header| header.number);
				let next = self.upgraded_at.is_some_and(|upgraded| height >= upgraded);
				json!(format!("0x{}", hex::encode(call(params[0].as_str().unwrap(), next))))
			}
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

/// What the runtime that this client knows answers, or the `next` one, which has nothing new but its version.
fn call(function: &str, next: bool) -> Vec<u8> {
	let metadata = include_bytes!("../../metadata/bpiiot.scale");
	match function {
		"Core_version" => {
			let system = runtime::known().pallet_by_name("System").unwrap();
			let mut version = system.constant_by_name("Version").unwrap().value().to_vec();
			if next {
				// After two names and a number.
				let names = |mut rest: &[u8]| <(String, String, u32)>::decode(&mut rest).unwrap();
				let at = names(&version).encoded_size();
				version[at..at + 4].copy_from_slice(&(runtime::known_spec() + 1).to_le_bytes());
			}
			version
		}
		"Metadata_metadata_versions" => vec![u32::from(metadata[4])].encode(),
		_ => Some(metadata.to_vec()).encode(),
	}
}

/// The place of an account in the state, and its record with this nonce, as `frame-system` has it: the nonce, three
/// counts of references, four amounts.
fn account_info(account: &AccountId32, nonce: u32) -> (Vec<u8>, Vec<u8>) {
	// `twox_128("System") ++ twox_128("Account")`
	let map = hex::decode("26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9").unwrap();
	let hashed = Blake2b::<U16>::digest(account.0);
	let key = [&map, hashed.as_slice(), &account.0].concat();
	(key, (nonce, [0u32, 1, 0], [0u128; 4]).encode())
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
			mute: false,
			asked: Vec::new(),
			next_nonce: 0,
			open: 0,
			upgraded_at: None,
			sent: Vec::new(),
			overtakes: false,
			refuses: None,
			bans: Vec::new(),
			bodies: BTreeMap::new(),
			forgetful: false,
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

	/// Makes so many blocks and finalizes them with all before them, and announces the last one only.
	pub fn finalize(&self, blocks: u64) {
		let mut play = self.play.lock().unwrap();
		(0..blocks).for_each(|_| play.make());
		play.open = 0;
		self.news.send_replace(play.blocks.len());
	}

	/// Makes a block that is not final yet and puts the next version of the runtime into force.
	pub fn upgrade(&self) {
		let mut play = self.play.lock().unwrap();
		play.upgrade();
		self.news.send_replace(play.blocks.len());
	}

	/// Gives up the blocks that are not final for another one, of another fork, and with them what they put into force.
	pub fn reorganize(&self) {
		let mut play = self.play.lock().unwrap();
		let most = play.blocks.len() - play.open;
		play.blocks.truncate(most);
		play.open = 0;
		play.upgraded_at.take_if(|upgraded| *upgraded >= most as u64);
		play.chain ^= 0x80;
		play.make();
		self.news.send_replace(play.blocks.len());
	}

	/// Such a block comes just before what its pool is sent, which therefore finds the signature bad; or not any more.
	pub fn overtake(&self, overtakes: bool) {
		self.play.lock().unwrap().overtakes = overtakes;
	}

	/// Makes a block of everything that its pool was sent and that is in no block yet, and finalizes it. All of it is
	/// of this account, whose first transaction it was not sent before.
	pub fn include(&self, account: &AccountId32) {
		self.include_these(account, self.sent());
	}

	/// Makes a block of those of these that are in none yet, each with a nonce of its own, and finalizes it.
	pub fn include_these(&self, account: &AccountId32, mut body: Vec<Vec<u8>>) {
		{
			let mut play = self.play.lock().unwrap();
			play.make();
			let included: Vec<_> = play.bodies.values().flatten().cloned().collect();
			body.retain(|bytes| !included.contains(bytes));
			body.sort();
			body.dedup();
			let (number, nonce) = (play.blocks.len() as u64 - 1, included.len() + body.len());
			play.bodies.insert(number, body);
			let (key, info) = account_info(account, nonce as u32);
			play.lies.insert(key, info);
		}
		self.finalize(0);
	}

	/// Throws out all that its pool was sent, and bans it.
	pub fn ban(&self) {
		let mut play = self.play.lock().unwrap();
		play.bans = play.sent.clone();
	}

	/// Makes and finalizes a block by which this account has used all nonces below this one, by transactions of somebody else.
	pub fn use_nonces(&self, account: &AccountId32, below: u32) {
		let (key, info) = account_info(account, below);
		self.lie(key, info);
		self.finalize(1);
	}

	/// Its pool takes nothing, for this reason; or does again.
	pub fn refuse(&self, why: Option<(i32, &'static str)>) {
		self.play.lock().unwrap().refuses = why;
	}

	/// It has forgotten what was in its blocks.
	pub fn forget(&self) {
		self.play.lock().unwrap().forgetful = true;
	}

	/// What its pool was sent.
	pub fn sent(&self) -> Vec<Vec<u8>> {
		self.play.lock().unwrap().sent.clone()
	}

	/// From now on its blocks are those of another fork.
	pub fn fork(&self, chain: u8) {
		self.play.lock().unwrap().chain = chain;
	}

	/// Announces nothing any more, or does again; it answers all the same.
	pub fn fall_mute(&self, mute: bool) {
		self.play.lock().unwrap().mute = mute;
	}

	/// The methods that it was asked by since this was called last, in their order.
	pub fn take_asked(&self) -> Vec<String> {
		std::mem::take(&mut self.play.lock().unwrap().asked)
	}

	/// Its pool says that this nonce is next.
	pub fn count_from(&self, next_nonce: u64) {
		self.play.lock().unwrap().next_nonce = next_nonce;
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
		// The version that was announced last, once somebody wants to know.
		let mut version: Option<Value> = None;
		loop {
			let mut texts = Vec::new();
			tokio::select! {
				request = heard.recv() => {
					let Some(request) = request else { return };
					let method = request["method"].as_str().unwrap_or_default();
					subscribed |= method == "chain_subscribeFinalizedHeads";
					if method == "state_subscribeRuntimeVersion" {
						version = Some(Value::Null);
					}
					let mut play = play.lock().unwrap();
					let mut response = json!({ "jsonrpc": "2.0", "id": request["id"] });
					match play.respond(method, &request["params"]) {
						Ok(result) => response["result"] = result,
						Err((code, detail)) => {
							response["error"] = json!({ "code": code, "message": "Invalid Transaction", "data": detail });
						}
					}
					texts.push(response);
				},
				Ok(()) = news.changed() => if subscribed {
					let play = play.lock().unwrap();
					texts.extend(play.announcement("finalized", json!(play.finalized())));
				},
			};
			{
				let play = play.lock().unwrap();
				let newest = play.version();
				if version.as_ref().is_some_and(|told| *told != newest) {
					texts.extend(play.announcement("runtime", newest.clone()));
					version = Some(newest);
				}
				if play.silent {
					continue;
				}
			}
			for text in texts {
				if sender.send_text(text.to_string()).await.is_err() || sender.flush().await.is_err() {
					return;
				}
			}
		}
	};
	tokio::select! {
		() = reading => {},
		() = writing => {},
	}
}

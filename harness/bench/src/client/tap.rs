//! Sees what a client says to a node, and when: it forwards everything as it is.

use anyhow::{Context, Result};
use bpiiot_harness::relay::{Relay, Side};
use std::time::Instant;
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::tcp::{OwnedReadHalf, OwnedWriteHalf},
	sync::mpsc,
};

/// The most that is forwarded at a time.
const CHUNK: usize = 64 * 1024;
/// The longest frame that is looked into; a longer one is no question of this client.
const MOST: usize = 4 * 1024 * 1024;

/// A question to the node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked {
	/// When the first byte of its last piece was here.
	pub at: Instant,
	/// The method's name.
	pub method: String,
}

/// A place between a client and a node. Everything of it ends when it is dropped.
#[derive(Debug)]
pub struct Tap {
	relay: Relay,
	asked: mpsc::UnboundedReceiver<Asked>,
}

impl Tap {
	/// Begins to forward to the node at this port of this computer, from a port that is free.
	///
	/// # Errors
	/// When there is no such port.
	pub async fn start(node: u16) -> Result<Self> {
		let (tell, asked) = mpsc::unbounded_channel();
		let relay = Relay::start(node, move |client, node| serve(client, node, tell.clone())).await?;
		Ok(Self { relay, asked })
	}

	/// Where the client reaches it.
	pub fn url(&self) -> String {
		self.relay.url()
	}

	/// Forgets what was asked up to now.
	pub fn forget(&mut self) {
		while self.asked.try_recv().is_ok() {}
	}

	/// What is asked from now on, up to and with the next question with this method.
	///
	/// # Errors
	/// When the tap is gone.
	pub async fn until(&mut self, method: &str) -> Result<Vec<Asked>> {
		let mut all = Vec::new();
		loop {
			let asked = self.asked.recv().await.context("the tap is gone")?;
			let found = asked.method == method;
			all.push(asked);
			if found {
				return Ok(all);
			}
		}
	}
}

/// One connection, until one side ends it.
async fn serve(client: Side, node: Side, tell: mpsc::UnboundedSender<Asked>) {
	let ((from_client, mut to_client), (mut from_node, to_node)) = (client, node);
	tokio::select! {
		() = listen(from_client, to_node, tell) => {},
		_ = tokio::io::copy(&mut from_node, &mut to_client) => {},
	}
}

async fn listen(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, tell: mpsc::UnboundedSender<Asked>) {
	let (mut frames, mut chunk) = (Frames::default(), vec![0; CHUNK]);
	while let Ok(count @ 1..) = from.read(&mut chunk).await {
		let at = Instant::now();
		let Some(bytes) = chunk.get(..count) else { return };
		if to.write_all(bytes).await.is_err() {
			return;
		}
		for text in frames.take(bytes) {
			if let Some(method) = method_of(&text) {
				let _ = tell.send(Asked { at, method });
			}
		}
	}
}

/// The method's name in a request of JSON-RPC.
fn method_of(text: &[u8]) -> Option<String> {
	let request: serde_json::Value = serde_json::from_slice(text).ok()?;
	request["method"].as_str().map(str::to_owned)
}

/// Takes apart what a client of WebSocket says (RFC 6455): a request of HTTP, then frames, each with its mask.
#[derive(Debug, Default)]
struct Frames {
	begun: bool,
	rest: Vec<u8>,
}

impl Frames {
	/// The contents of the frames that end in these bytes. Pieces of a message that was cut are each by themselves.
	fn take(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
		self.rest.extend_from_slice(bytes);
		if !self.begun {
			let Some(end) = self.rest.windows(4).position(|window| window == b"\r\n\r\n") else {
				return Vec::new();
			};
			self.begun = true;
			self.rest.drain(..end + 4);
		}
		let mut contents = Vec::new();
		while let Some((length, content)) = frame(&self.rest) {
			self.rest.drain(..length);
			contents.push(content);
		}
		if self.rest.len() > MOST {
			// Not what this can read: nothing more is seen of this connection.
			self.rest.clear();
			self.begun = false;
		}
		contents
	}
}

/// The first frame: how long it is, and its content.
fn frame(bytes: &[u8]) -> Option<(usize, Vec<u8>)> {
	const MASKED: u8 = 0x80;
	let second = *bytes.get(1)?;
	let (length, after) = match second & !MASKED {
		126 => (u64::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?)), 4),
		127 => (u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?), 10),
		length => (u64::from(length), 2),
	};
	let masked = second & MASKED != 0;
	let begin: usize = if masked { after + 4 } else { after };
	let end = begin.checked_add(usize::try_from(length).ok()?)?;
	let content = bytes.get(begin..end)?;
	let mask = if masked { bytes.get(after..begin)? } else { &[0][..] };
	let plain = content.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask);
	Some((end, plain.collect()))
}

#[cfg(test)]
mod tests {
	use super::*;

	fn masked(text: &[u8]) -> Vec<u8> {
		let mask = [9, 8, 7, 6];
		let mut frame = vec![0x81];
		match text.len() {
			short @ ..=125 => frame.push(0x80 | short as u8),
			long => {
				frame.push(0x80 | 126);
				frame.extend_from_slice(&(long as u16).to_be_bytes());
			}
		}
		frame.extend_from_slice(&mask);
		frame.extend(text.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
		frame
	}

	#[test]
	fn questions_are_seen_however_the_bytes_come() {
		let long = format!(
			r#"{{"method":"author_submitExtrinsic","params":["{}"]}}"#,
			"0".repeat(400)
		);
		let mut all = b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n".to_vec();
		all.extend(masked(br#"{"id":1,"method":"chain_getHeader"}"#));
		all.extend(masked(long.as_bytes()));
		for size in [1, 3, 50, all.len()] {
			let mut frames = Frames::default();
			let said: Vec<_> = all.chunks(size).flat_map(|piece| frames.take(piece)).collect();
			let methods: Vec<_> = said.iter().filter_map(|text| method_of(text)).collect();
			assert_eq!(
				methods,
				["chain_getHeader", "author_submitExtrinsic"],
				"pieces of {size}"
			);
		}
	}

	#[test]
	fn what_is_no_question_is_passed_over() {
		assert_eq!(method_of(b"hello"), None);
		assert_eq!(method_of(br#"{"id":1,"result":2}"#), None);
		assert_eq!(frame(&[0x81]), None);
		assert_eq!(frame(&[0x81, 0x85, 1, 2, 3, 4, 5]), None, "the rest has not come");
	}
}

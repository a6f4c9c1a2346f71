//! A network in miniature between a client and a node: it forwards, and can be cut, stalled, made slow, or lie.

use crate::relay::{Relay, Side};
use anyhow::Result;
use std::{sync::Arc, time::Duration};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::tcp::{OwnedReadHalf, OwnedWriteHalf},
	sync::watch,
};

/// The most that is forwarded at a time.
const CHUNK: usize = 16 * 1024;

/// How what comes from the node is treated.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Mode {
	/// Passed on.
	#[default]
	Forward,
	/// Passed on after so long, each piece.
	Slow(Duration),
	/// Held back: connections stay open, and new ones can be made, but nothing comes any more.
	Stalled,
	/// Connections break, and no new one lasts.
	Cut,
	/// Passed on with one text in the place of another of the same length.
	Lie(Lie),
}

/// What is said in the place of what. Both are of the same length, so that no frame changes its size.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lie {
	truth: Vec<u8>,
	lie: Vec<u8>,
}

impl Lie {
	/// Says `lie` where the node says `truth`; only as much of it as both are long.
	pub fn new(truth: &str, lie: &str) -> Self {
		let length = truth.len().min(lie.len());
		Self {
			truth: truth.as_bytes()[..length].to_vec(),
			lie: lie.as_bytes()[..length].to_vec(),
		}
	}

	/// Puts the lie wherever the truth is in `told`. Gives how much at the end may be the beginning of another one, whose rest
	/// has not come yet.
	fn tell(&self, told: &mut [u8]) -> usize {
		let length = self.truth.len();
		let mut place = 0;
		while !self.truth.is_empty() && place + length <= told.len() {
			if told[place..place + length] == self.truth {
				told[place..place + length].copy_from_slice(&self.lie);
				place += length;
			} else {
				place += 1;
			}
		}
		let open = (1..length).rev().filter(|most| *most <= told.len());
		open.into_iter()
			.find(|most| told.ends_with(&self.truth[..*most]))
			.unwrap_or(0)
	}
}

/// A proxy before a node. Everything of it ends when it is dropped.
#[derive(Debug)]
pub struct Proxy {
	relay: Relay,
	mode: Arc<watch::Sender<Mode>>,
}

impl Proxy {
	/// Begins to forward to the node at this port of this computer, from a port that is free.
	///
	/// # Errors
	/// When there is no such port.
	pub async fn start(node: u16) -> Result<Self> {
		let (mode, seen) = watch::channel(Mode::default());
		let relay = Relay::start(node, move |client, node| serve(client, node, seen.clone())).await?;
		Ok(Self {
			relay,
			mode: Arc::new(mode),
		})
	}

	/// Where clients reach it.
	pub fn url(&self) -> String {
		self.relay.url()
	}

	/// Treats from now on what comes from the node like this, on open connections too.
	pub fn set(&self, mode: Mode) {
		self.mode.send_replace(mode);
	}
}

/// One connection, until one side ends it or it is cut.
async fn serve(client: Side, node: Side, mut mode: watch::Receiver<Mode>) {
	let ((mut from_client, to_client), (from_node, mut to_node)) = (client, node);
	let answers = answer(from_node, to_client, mode.clone());
	tokio::select! {
		biased;
		_ = mode.wait_for(|mode| *mode == Mode::Cut) => {},
		_ = tokio::io::copy(&mut from_client, &mut to_node) => {},
		() = answers => {},
	}
}

/// Passes on what the node says, as the mode of the moment wants it.
async fn answer(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut mode: watch::Receiver<Mode>) {
	let mut waiting: Vec<u8> = Vec::new();
	let mut chunk = vec![0; CHUNK];
	while let Ok(read @ 1..) = from.read(&mut chunk).await {
		waiting.extend_from_slice(&chunk[..read]);
		let Ok(now) = mode
			.wait_for(|mode| *mode != Mode::Stalled)
			.await
			.map(|mode| mode.clone())
		else {
			return;
		};
		let kept = match now {
			Mode::Forward | Mode::Stalled => 0,
			Mode::Slow(pause) => {
				tokio::time::sleep(pause).await;
				0
			}
			Mode::Cut => return,
			Mode::Lie(lie) => lie.tell(&mut waiting),
		};
		let ready = waiting.len() - kept;
		if to.write_all(&waiting[..ready]).await.is_err() {
			return;
		}
		waiting.drain(..ready);
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// What comes out of a lie when the truth comes in pieces of this size.
	fn told(lie: &Lie, truth: &str, piece: usize) -> String {
		let (mut out, mut waiting) = (Vec::new(), Vec::new());
		for piece in truth.as_bytes().chunks(piece) {
			waiting.extend_from_slice(piece);
			let kept = lie.tell(&mut waiting);
			out.extend(waiting.drain(..waiting.len() - kept));
		}
		out.extend(waiting);
		String::from_utf8(out).unwrap()
	}

	#[test]
	fn a_lie_is_told_however_the_truth_is_cut_into_pieces() {
		let lie = Lie::new("abab", "wxyz");
		for piece in 1..12 {
			assert_eq!(told(&lie, "ab abab aabab.", piece), "ab wxyz awxyz.", "{piece}");
		}
		assert_eq!(told(&Lie::new("", ""), "abab", 2), "abab");
	}
}

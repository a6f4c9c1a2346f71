//! A port before a node: whatever comes there is connected with the node, and forwarded by whoever wants to see it.

use anyhow::{Context, Result};
use std::{future::Future, net::Ipv4Addr};
use tokio::net::{
	tcp::{OwnedReadHalf, OwnedWriteHalf},
	TcpListener, TcpStream,
};
use tokio_util::sync::{CancellationToken, DropGuard};

/// What one side says, and where it is answered.
pub type Side = (OwnedReadHalf, OwnedWriteHalf);

/// A port before a node. Everything of it ends when it is dropped.
#[derive(Debug)]
pub struct Relay {
	port: u16,
	_stop: DropGuard,
}

impl Relay {
	/// Begins to connect whoever comes to a port that is free with the node at this port of this computer. `forward` gets
	/// the client and the node; the connection lasts as long as it does.
	///
	/// # Errors
	/// When there is no such port.
	pub async fn start<Forwarding>(
		node: u16,
		forward: impl Fn(Side, Side) -> Forwarding + Clone + Send + Sync + 'static,
	) -> Result<Self>
	where
		Forwarding: Future<Output = ()> + Send + 'static,
	{
		let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
		let listener = listener.context("no port of this computer is free")?;
		let port = listener.local_addr()?.port();
		let stop = CancellationToken::new();
		let all = stop.clone();
		let accepting = async move {
			while let Ok((client, _)) = listener.accept().await {
				let forward = forward.clone();
				let connection = async move {
					if let Ok(node) = TcpStream::connect((Ipv4Addr::LOCALHOST, node)).await {
						let _ = (client.set_nodelay(true), node.set_nodelay(true));
						forward(client.into_split(), node.into_split()).await;
					}
				};
				tokio::spawn(all.clone().run_until_cancelled_owned(connection));
			}
		};
		tokio::spawn(stop.clone().run_until_cancelled_owned(accepting));
		Ok(Self {
			port,
			_stop: stop.drop_guard(),
		})
	}

	/// Where clients reach it.
	pub fn url(&self) -> String {
		format!("ws://127.0.0.1:{}", self.port)
	}
}

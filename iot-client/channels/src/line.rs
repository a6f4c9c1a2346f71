//! The line between two ends: frames in the messages of a WebSocket.

use crate::ChannelsError;
use bpiiot_voucher::{Frame, MAX_FRAME_BYTES};
use soketto::{
	connection::{Builder, Error as SocketError},
	handshake::{
		server::{Response, Server},
		Client, ServerResponse,
	},
	Sender,
};
use std::{future::Future, time::Duration};
use tokio::{
	io::{AsyncRead, AsyncWrite},
	net::{TcpStream, ToSocketAddrs},
	sync::mpsc,
	task::JoinHandle,
	time::timeout,
};
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};

/// The WebSocket subprotocol.
pub const PROTOCOL: &str = "bpiiot-channels.1";
/// Where it is spoken.
const RESOURCE: &str = "/channels";
/// How long the other end may take to greet, or to take what is written.
const PATIENCE: Duration = Duration::from_secs(20);
/// Frames that were read and not looked at yet, at most: then nothing more is read.
const AHEAD: usize = 16;

/// What bytes go through: a TCP connection, or one with TLS around it.
pub trait Bytes: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Bytes for S {}

type Socket = Compat<Box<dyn Bytes>>;

/// A line to the other end. Dropping it cuts it.
pub struct Line {
	sender: Sender<Socket>,
	frames: mpsc::Receiver<Result<Frame, ChannelsError>>,
	reader: JoinHandle<()>,
}

impl Line {
	/// Calls a seller.
	///
	/// # Errors
	/// When nobody answers.
	pub async fn dial(address: impl ToSocketAddrs) -> Result<Self, ChannelsError> {
		let stream = patiently(TcpStream::connect(address)).await?.map_err(cut)?;
		stream.set_nodelay(true).map_err(cut)?;
		Self::connect(stream, "channels").await
	}

	/// Greets a seller over these bytes.
	///
	/// # Errors
	/// When it does not greet back, or speaks something else.
	pub async fn connect(bytes: impl Bytes + 'static, host: &str) -> Result<Self, ChannelsError> {
		let bytes: Box<dyn Bytes> = Box::new(bytes);
		let mut client = Client::new(bytes.compat(), host, RESOURCE);
		client.add_protocol(PROTOCOL);
		match patiently(client.handshake()).await?.map_err(cut)? {
			ServerResponse::Accepted { protocol: Some(_) } => Ok(Self::new(client.into_builder())),
			_ => Err(ChannelsError::Line("it does not speak of channels".to_owned())),
		}
	}

	/// Answers a buyer's greeting over these bytes.
	///
	/// # Errors
	/// When it does not greet, or speaks something else.
	pub async fn accept(bytes: impl Bytes + 'static) -> Result<Self, ChannelsError> {
		let bytes: Box<dyn Bytes> = Box::new(bytes);
		let mut server = Server::new(bytes.compat());
		server.add_protocol(PROTOCOL);
		let (key, speaks) = {
			let request = patiently(server.receive_request()).await?.map_err(cut)?;
			let speaks = request.protocols().any(|protocol| protocol == PROTOCOL);
			(request.key(), speaks && request.path() == RESOURCE)
		};
		let response = match speaks {
			true => Response::Accept {
				key,
				protocol: Some(PROTOCOL),
			},
			false => Response::Reject { status_code: 400 },
		};
		patiently(server.send_response(&response)).await?.map_err(cut)?;
		match speaks {
			true => Ok(Self::new(server.into_builder())),
			false => Err(ChannelsError::Line("it does not speak of channels".to_owned())),
		}
	}

	fn new(mut builder: Builder<Socket>) -> Self {
		builder.set_max_message_size(MAX_FRAME_BYTES);
		builder.set_max_frame_size(MAX_FRAME_BYTES);
		let (sender, mut receiver) = builder.finish();
		let (tell, frames) = mpsc::channel(AHEAD);
		let reader = tokio::spawn(async move {
			let mut message = Vec::new();
			loop {
				message.clear();
				let frame = match receiver.receive_data(&mut message).await {
					Ok(_) => Frame::from_bytes(&message).map_err(|error| ChannelsError::Misbehaves(error.to_string())),
					// Too large, or no WebSocket any more.
					Err(error @ (SocketError::MessageTooLarge { .. } | SocketError::Codec(_))) => {
						Err(ChannelsError::Misbehaves(error.to_string()))
					}
					Err(error) => Err(cut(error)),
				};
				let is_last = frame.is_err();
				if tell.send(frame).await.is_err() || is_last {
					return;
				}
			}
		});
		Self { sender, frames, reader }
	}

	/// Sends a frame.
	///
	/// # Errors
	/// When the line is cut, or the other end takes nothing for too long.
	pub async fn send(&mut self, frame: &Frame) -> Result<(), ChannelsError> {
		let mut bytes = frame.to_bytes();
		let sent = async {
			self.sender.send_binary_mut(&mut bytes).await?;
			self.sender.flush().await
		};
		patiently(sent).await?.map_err(cut)
	}

	/// The next frame. It may be dropped while it waits.
	///
	/// # Errors
	/// When the line is cut, or the other end says what no end says.
	pub async fn receive(&mut self) -> Result<Frame, ChannelsError> {
		let frame = self.frames.recv().await;
		frame.unwrap_or_else(|| Err(ChannelsError::Line("it is cut".to_owned())))
	}

	/// The next frame, if it is there already.
	pub(crate) fn receive_now(&mut self) -> Option<Result<Frame, ChannelsError>> {
		self.frames.try_recv().ok()
	}
}

impl std::fmt::Debug for Line {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.debug_struct("Line").finish_non_exhaustive()
	}
}

impl Drop for Line {
	fn drop(&mut self) {
		self.reader.abort();
	}
}

fn cut(error: impl std::fmt::Display) -> ChannelsError {
	ChannelsError::Line(error.to_string())
}

async fn patiently<T>(act: impl Future<Output = T>) -> Result<T, ChannelsError> {
	timeout(PATIENCE, act)
		.await
		.map_err(|_| ChannelsError::Line("the other end does not answer".to_owned()))
}

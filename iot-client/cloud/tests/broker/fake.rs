//! A small MQTT 5 broker that does what mosquitto does not: refuse publications as told, be silent, state odd limits.

use std::sync::{
	atomic::{AtomicBool, AtomicUsize, Ordering},
	Arc, Mutex,
};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::{TcpListener, TcpStream},
	task::JoinHandle,
};

const NOT_AUTHORISED: u8 = 0x87;

/// What a fake broker does with a publication at QoS 1.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
	/// PubAck with this reason code.
	Ack(u8),
	/// Nothing.
	Silence,
	/// It hangs up.
	HangUp,
}

/// A publication that a fake broker got.
#[derive(Clone, Debug)]
pub struct Got {
	pub topic: String,
	pub retain: bool,
}

type Rule = Box<dyn FnMut(&Got) -> Answer + Send>;

/// A fake broker.
pub struct Fake {
	pub port: u16,
	/// All publications, over all connections.
	pub got: Arc<Mutex<Vec<String>>>,
	/// Connections so far.
	pub connections: Arc<AtomicUsize>,
	/// Pings so far.
	pub pings: Arc<AtomicUsize>,
	/// Whether it leaves pings unanswered.
	pub deaf: Arc<AtomicBool>,
	task: JoinHandle<()>,
}

impl Fake {
	/// One that answers a connection with `properties` and each publication as `rule` says.
	pub async fn start(properties: Vec<u8>, rule: impl FnMut(&Got) -> Answer + Send + 'static) -> Self {
		Self::refusing_first(&[], properties, rule).await
	}

	/// The same, which refuses the first connections with these reason codes.
	pub async fn refusing_first(
		codes: &[u8],
		properties: Vec<u8>,
		rule: impl FnMut(&Got) -> Answer + Send + 'static,
	) -> Self {
		let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let port = listener.local_addr().unwrap().port();
		let (got, connections, pings) = (
			Arc::<Mutex<Vec<String>>>::default(),
			Arc::<AtomicUsize>::default(),
			Arc::<AtomicUsize>::default(),
		);
		let deaf = Arc::<AtomicBool>::default();
		let mut serve = Serve {
			got: got.clone(),
			pings: pings.clone(),
			deaf: deaf.clone(),
			codes: codes.to_vec(),
			properties,
			rule: Box::new(rule),
		};
		let count = connections.clone();
		let task = tokio::spawn(async move {
			loop {
				let (stream, _) = listener.accept().await.unwrap();
				count.fetch_add(1, Ordering::Relaxed);
				let _ = serve.connection(stream).await;
			}
		});
		Fake {
			port,
			got,
			connections,
			pings,
			deaf,
			task,
		}
	}

	/// Topics of all publications so far.
	pub fn topics(&self) -> Vec<String> {
		self.got.lock().unwrap().clone()
	}
}

impl Drop for Fake {
	fn drop(&mut self) {
		self.task.abort();
	}
}

struct Serve {
	got: Arc<Mutex<Vec<String>>>,
	pings: Arc<AtomicUsize>,
	deaf: Arc<AtomicBool>,
	codes: Vec<u8>,
	properties: Vec<u8>,
	rule: Rule,
}

impl Serve {
	async fn connection(&mut self, mut stream: TcpStream) -> std::io::Result<()> {
		loop {
			let first = stream.read_u8().await?;
			let body = body(&mut stream).await?;
			match first >> 4 {
				1 if !self.codes.is_empty() => {
					let code = self.codes.remove(0);
					return stream.write_all(&[0x20, 3, 0, code, 0]).await;
				}
				1 => {
					let length = self.properties.len() as u8;
					stream.write_all(&[0x20, length + 3, 0, 0, length]).await?;
					stream.write_all(&self.properties).await?;
				}
				// It lets nobody listen.
				8 => {
					stream
						.write_all(&[0x90, 4, body[0], body[1], 0, NOT_AUTHORISED])
						.await?
				}
				3 => {
					let topic_length = usize::from(u16::from_be_bytes([body[0], body[1]]));
					let topic = String::from_utf8(body[2..2 + topic_length].to_vec()).unwrap();
					self.got.lock().unwrap().push(topic.clone());
					let packet_id = &body[2 + topic_length..4 + topic_length];
					match (self.rule)(&Got {
						topic,
						retain: first & 1 == 1,
					}) {
						Answer::Ack(reason) => {
							stream
								.write_all(&[0x40, 4, packet_id[0], packet_id[1], reason, 0])
								.await?
						}
						Answer::Silence => {}
						Answer::HangUp => return Ok(()),
					}
				}
				12 => {
					self.pings.fetch_add(1, Ordering::Relaxed);
					if !self.deaf.load(Ordering::Relaxed) {
						stream.write_all(&[0xd0, 0]).await?;
					}
				}
				14 => return Ok(()),
				other => panic!("packet of type {other}"),
			}
		}
	}
}

async fn body(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
	let (mut length, mut shift) = (0_usize, 0);
	loop {
		let byte = stream.read_u8().await?;
		length |= usize::from(byte & 0x7f) << shift;
		shift += 7;
		if byte & 0x80 == 0 {
			break;
		}
	}
	let mut body = vec![0; length];
	stream.read_exact(&mut body).await?;
	Ok(body)
}

//! One connection to the broker: rumqttc, driven by a task of its own, which lives as long as the connection.
//!
//! Each connection begins with a fresh library state, so that nothing waits in the library's queue over a reconnect: what is
//! not acknowledged is in the window and in the outbox.

use crate::{
	config::{BrokerAddress, CloudConfig},
	packet::Packet,
	secrets::Secrets,
	window::End,
};
use rumqttc::{
	v5::{
		mqttbytes::{
			v5::{
				ConnAck, ConnectProperties, ConnectReturnCode, DisconnectReasonCode, Filter, LastWill,
				LastWillProperties, PubAck, Publish, RetainForwardRule, SubAck,
			},
			Error as WireError, QoS,
		},
		AsyncClient, ConnectionError, Event, EventLoop, Incoming, MqttOptions, StateError,
	},
	NetworkOptions, Outgoing, TlsConfiguration, Transport,
};
use std::time::Duration;
use tokio::{sync::mpsc, task::JoinHandle};

/// The most publications that wait to be written.
pub(crate) const MOST_WAITING: usize = 256;
/// The largest packet that the broker may send: a command and what surrounds it.
const MOST_INCOMING_BYTES: u32 = 16 * 1024;
/// The most commands that the broker may send before we acknowledge.
const MOST_INCOMING: u16 = 16;
/// Events that wait for the bridge; beyond it the connection is not read.
const EVENTS: usize = 64;

/// What happens on a connection.
#[derive(Debug)]
pub(crate) enum LinkEvent {
	/// The broker accepted it.
	Up(ConnAck),
	/// The next publication, in the order they were handed over, is written, with this packet id (0: QoS 0).
	Written(u16),
	/// The broker acknowledged one.
	Acked(PubAck),
	/// The broker answered to the subscription.
	Subscribed(SubAck),
	/// A publication for us.
	Message(Publish),
	/// The broker answered to a ping.
	Alive,
	/// It ended.
	Down(Down),
}

/// How a connection ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Down {
	/// For people.
	pub reason: String,
	/// For the window.
	pub end: End,
	/// The broker keeps nothing (no retained messages).
	pub no_retain: bool,
}

/// One connection, or the attempt at one. Dropping it cuts the line, so that the broker publishes the last will.
pub(crate) struct Link {
	client: AsyncClient,
	events: mpsc::Receiver<LinkEvent>,
	task: JoinHandle<()>,
}

impl Link {
	/// Begins to connect.
	pub fn open(config: &CloudConfig, secrets: Secrets, will: &Packet, clean: bool) -> Self {
		let options = options(config, secrets, will, clean);
		let keep_alive = options.keep_alive();
		let (client, event_loop) = AsyncClient::new(options, MOST_WAITING);
		let (sender, events) = mpsc::channel(EVENTS);
		let described = Describe {
			broker: config.broker.to_string(),
			ca_file: config
				.ca_file
				.as_ref()
				.map(|path| path.display().to_string())
				.unwrap_or_default(),
		};
		let task = tokio::spawn(drive(event_loop, keep_alive, described, sender));
		Link { client, events, task }
	}

	/// The next event. After [`LinkEvent::Down`] there is none.
	pub async fn event(&mut self) -> LinkEvent {
		let broken = || Down {
			reason: "the MQTT library failed".to_owned(),
			end: End::Dropped,
			no_retain: false,
		};
		self.events.recv().await.unwrap_or_else(|| LinkEvent::Down(broken()))
	}

	/// An event that is there already.
	pub fn event_now(&mut self) -> Option<LinkEvent> {
		self.events.try_recv().ok()
	}

	/// Whether events wait.
	pub fn has_events(&self) -> bool {
		!self.events.is_empty()
	}

	/// Hands over a publication; whether there was room.
	pub fn publish(&self, packet: &Packet) -> bool {
		let (topic, body) = (packet.topic.clone(), packet.body.clone());
		let properties = packet.mqtt_properties();
		self.client
			.try_publish_with_properties(topic, packet.qos(), packet.retain, body, properties)
			.is_ok()
	}

	/// Listens to `filters`; retained publications are not wanted.
	pub fn subscribe(&self, filters: &[String]) -> bool {
		let filters = filters.iter().map(|filter| Filter {
			retain_forward_rule: RetainForwardRule::Never,
			..Filter::new(filter, QoS::AtLeastOnce)
		});
		self.client.try_subscribe_many(filters).is_ok()
	}

	/// Says goodbye, so that the broker does not publish the last will.
	pub fn disconnect(&self) -> bool {
		self.client.try_disconnect().is_ok()
	}
}

impl Drop for Link {
	fn drop(&mut self) {
		self.task.abort();
	}
}

fn options(config: &CloudConfig, secrets: Secrets, will: &Packet, clean: bool) -> MqttOptions {
	let BrokerAddress { host, port, .. } = &config.broker;
	let host = if host.contains(':') {
		format!("[{host}]")
	} else {
		host.clone()
	};
	let mut options = MqttOptions::new(&config.client_id, host, *port);
	if let Some(tls) = secrets.tls {
		options.set_transport(Transport::Tls(TlsConfiguration::Rustls(tls)));
	}
	if let Some(credentials) = secrets.credentials {
		options.set_credentials(credentials.user, credentials.password);
	}
	// A marker must not wait until the broker has confirmed what is before it.
	let mut network = NetworkOptions::new();
	network.set_tcp_nodelay(true);
	options.set_network_options(network);
	let expiry = if clean {
		0
	} else {
		config.session_expiry.as_secs().min(u64::from(u32::MAX))
	};
	options
		.set_keep_alive(config.keep_alive.max(Duration::from_secs(5)))
		.set_connection_timeout(config.timing.connect.as_secs().max(1))
		.set_clean_start(clean)
		.set_outgoing_inflight_upper_limit(config.inflight)
		.set_connect_properties(ConnectProperties {
			session_expiry_interval: u32::try_from(expiry).ok(),
			receive_maximum: Some(MOST_INCOMING),
			max_packet_size: Some(MOST_INCOMING_BYTES),
			..ConnectProperties::new()
		});
	let properties = will.content_type.map(|content_type| LastWillProperties {
		delay_interval: None,
		payload_format_indicator: Some(1),
		message_expiry_interval: None,
		content_type: Some(content_type.to_owned()),
		response_topic: None,
		correlation_data: None,
		user_properties: Vec::new(),
	});
	options.set_last_will(LastWill::new(
		&will.topic,
		will.body.clone(),
		will.qos(),
		will.retain,
		properties,
	));
	options
}

/// Polls the library until the connection ends. A task of its own, since a poll that is broken off may lose a packet.
async fn drive(mut event_loop: EventLoop, keep_alive: Duration, describe: Describe, events: mpsc::Sender<LinkEvent>) {
	loop {
		let event = match event_loop.poll().await {
			Ok(Event::Incoming(Incoming::ConnAck(answer))) => {
				let wish = answer
					.properties
					.as_ref()
					.and_then(|properties| properties.server_keep_alive);
				if wish == Some(0) {
					// The library takes "no keep alive" for "ping without pause".
					event_loop.options.set_keep_alive(keep_alive);
				}
				LinkEvent::Up(answer)
			}
			Ok(Event::Incoming(Incoming::PubAck(ack))) => LinkEvent::Acked(ack),
			Ok(Event::Incoming(Incoming::SubAck(answer))) => LinkEvent::Subscribed(answer),
			Ok(Event::Incoming(Incoming::Publish(publish))) => LinkEvent::Message(publish),
			Ok(Event::Incoming(_)) => LinkEvent::Alive,
			Ok(Event::Outgoing(Outgoing::Publish(packet_id))) => LinkEvent::Written(packet_id),
			Ok(Event::Outgoing(_)) => continue,
			Err(error) => {
				let _ = events.send(LinkEvent::Down(describe.down(&error))).await;
				return;
			}
		};
		if events.send(event).await.is_err() {
			return;
		}
	}
}

/// Says in words how a connection ended.
struct Describe {
	broker: String,
	ca_file: String,
}

impl Describe {
	fn down(&self, error: &ConnectionError) -> Down {
		Down {
			reason: self.reason(error),
			end: end(error),
			no_retain: matches!(
				error,
				ConnectionError::ConnectionRefused(ConnectReturnCode::RetainNotSupported)
			),
		}
	}

	fn reason(&self, error: &ConnectionError) -> String {
		let broker = &self.broker;
		match error {
			ConnectionError::Io(error) => format!("no connection to {broker}: {error}"),
			ConnectionError::Timeout(_) => format!("{broker} does not answer"),
			ConnectionError::Tls(error) => self.tls_reason(&error.to_string()),
			ConnectionError::ConnectionRefused(code) => {
				match code {
					ConnectReturnCode::BadUserNamePassword => {
						format!("{broker} refuses the user name or the password of credentials_file")
					}
					ConnectReturnCode::NotAuthorized => {
						format!("{broker} refuses this client: not authorised; check credentials_file and client_certificate")
					}
					code => format!("{broker} refuses the connection: {code:?}"),
				}
			}
			ConnectionError::MqttState(StateError::ServerDisconnect {
				reason_code: DisconnectReasonCode::SessionTakenOver,
				..
			}) => format!("another client came to {broker} with the same client_id; each needs its own"),
			ConnectionError::MqttState(StateError::ServerDisconnect {
				reason_code,
				reason_string,
			}) => {
				let why = reason_string
					.as_deref()
					.map(|why| format!(" ({why})"))
					.unwrap_or_default();
				format!("{broker} ended the connection: {reason_code:?}{why}")
			}
			ConnectionError::MqttState(StateError::AwaitPingResp) => format!("{broker} does not answer any more"),
			ConnectionError::MqttState(error) => format!("the connection to {broker} broke: {error}"),
			error => format!("the connection to {broker} broke: {error}"),
		}
	}

	fn tls_reason(&self, error: &str) -> String {
		let (broker, ca_file) = (&self.broker, &self.ca_file);
		let unknown = ["UnknownIssuer", "BadSignature"]
			.into_iter()
			.find(|kind| error.contains(kind));
		if let Some(kind) = unknown {
			format!("none of the authorities in ca_file ({ca_file}) vouches for the certificate of {broker} ({kind})")
		} else if error.contains("not valid for name") || error.contains("NotValidForName") {
			format!("the certificate of {broker} is for another name: {error}")
		} else {
			format!("no encrypted connection to {broker}: {error}")
		}
	}
}

/// Who is to blame.
fn end(error: &ConnectionError) -> End {
	use DisconnectReasonCode as Code;
	match error {
		ConnectionError::MqttState(StateError::Deserialization(WireError::Io(_) | WireError::PayloadRequired)) => {
			End::Dropped
		}
		ConnectionError::MqttState(StateError::Deserialization(_)) => End::Rejected,
		ConnectionError::MqttState(StateError::ServerDisconnect { reason_code, .. }) => match reason_code {
			Code::MalformedPacket
			| Code::ProtocolError
			| Code::ImplementationSpecificError
			| Code::TopicNameInvalid
			| Code::PacketTooLarge
			| Code::PayloadFormatInvalid => End::Rejected,
			Code::UnspecifiedError | Code::NotAuthorized | Code::QuotaExceeded => End::Dropped,
			// The broker's own affairs: it shuts down, is busy, another took our session.
			_ => End::Ours,
		},
		ConnectionError::MqttState(_) | ConnectionError::Io(_) => End::Dropped,
		_ => End::Ours,
	}
}

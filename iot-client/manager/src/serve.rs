//! The manager itself: it listens, serves, and ends in bounded time.

use crate::{
	api::Machine,
	files::Files,
	gate::GateLayer,
	line::Line,
	rpc::{self, Shown, MOST_CHANGES},
	session::Sessions,
	settings::{Settings, SettingsProblem},
	site::{self, bounds, Connection, Facts, Rpc, Site},
	tls::{Certificate, TlsProblem},
	users::{Followed, UsersError},
};
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use jsonrpsee::{
	core::middleware::RpcServiceBuilder,
	server::{BatchRequestConfig, PingConfig, Server, ServerConfig},
};
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
	io::{AsyncRead, AsyncWrite, AsyncWriteExt},
	net::{TcpListener, TcpStream},
	sync::{OwnedSemaphorePermit, Semaphore},
	task::JoinHandle,
	time::timeout,
};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// How often is looked for sessions that are over, and for changes of the passwords.
const SWEEP_EVERY: Duration = Duration::from_secs(2);
/// After a connection that could not be taken, as when there are no more files.
const PAUSE: Duration = Duration::from_millis(200);

/// Why the manager does not start.
#[derive(Debug, thiserror::Error)]
pub enum ManagerError {
	/// The settings are wrong.
	#[error(transparent)]
	Settings(#[from] SettingsProblem),
	/// The passwords cannot be used.
	#[error(transparent)]
	Users(#[from] UsersError),
	/// There is no TLS.
	#[error(transparent)]
	Tls(#[from] TlsProblem),
	/// The address is taken, or is none of this computer.
	#[error("cannot listen at {listen}: {error}; choose another address or port with `listen`")]
	Listen {
		/// The address.
		listen: SocketAddr,
		/// Why.
		error: io::Error,
	},
	/// A mistake in this program.
	#[error("the methods of JSON-RPC do not fit together: {0}")]
	Methods(String),
}

struct FactsOf<M>(Arc<M>);

impl<M: Machine> Facts for FactsOf<M> {
	fn metrics(&self) -> String {
		self.0.metrics()
	}

	fn not_ready(&self) -> Vec<String> {
		self.0.not_ready()
	}
}

/// The manager of a machine.
pub struct Manager;

impl Manager {
	/// Listens and serves until it is told to stop. Gives the address, and a task that is done when all connections are
	/// closed, at most some seconds later.
	pub async fn start<M: Machine>(
		settings: Settings,
		machine: Arc<M>,
		files: Files,
		stop: CancellationToken,
	) -> Result<(SocketAddr, JoinHandle<()>), ManagerError> {
		let hosts = settings.hosts()?;
		let (users, tls) = (settings.users.clone(), settings.tls.clone());
		let read = tokio::task::spawn_blocking(move || {
			let nobody = users.load()?.is_empty();
			let tls = tls.map(Certificate::new).transpose()?;
			Ok::<_, ManagerError>((nobody, tls))
		});
		let (nobody, tls) = read.await.map_err(|error| ManagerError::Methods(error.to_string()))??;
		let changes = Arc::new(Semaphore::new(MOST_CHANGES));
		let shown = Shown {
			machine: machine.clone(),
			clock: settings.clock.clone(),
			started: settings.clock.unix_ms(),
			changes: changes.clone(),
		};
		let methods = rpc::methods(shown).map_err(|error| ManagerError::Methods(error.to_string()))?;
		let listen = settings.listen;
		let failed = |error| ManagerError::Listen { listen, error };
		let listener = TcpListener::bind(listen).await.map_err(failed)?;
		let address = listener.local_addr().map_err(failed)?;
		warn(&settings, address, nobody);
		let site = Arc::new(Site {
			files,
			users: settings.users,
			sessions: Arc::new(Sessions::new(settings.clock.clone(), settings.session_minutes)),
			limiter: Default::default(),
			logins: Arc::new(Semaphore::new(bounds::MOST_LOGINS)),
			hashes: Arc::new(Semaphore::new(bounds::MOST_HASHES)),
			hosts,
			tls: tls.is_some(),
			metrics: settings.metrics,
			facts: Box::new(FactsOf(machine)),
			clock: settings.clock,
			methods,
			rpc: service(),
			stop,
			slots: Arc::new(Semaphore::new(bounds::MOST_CONNECTIONS)),
		});
		Ok((address, tokio::spawn(run(site, listener, tls, changes))))
	}
}

fn warn(settings: &Settings, address: SocketAddr, nobody: bool) {
	if nobody {
		let path = settings.users.path().display();
		tracing::warn!("nobody can log in to the manager, since {path} has no passwords");
	}
	if settings.tls.is_none() && !address.ip().is_loopback() {
		tracing::warn!(
			"the manager listens at {address} without TLS: passwords go over the network in the clear; set `tls`, or \
			 `listen` to 127.0.0.1 behind a proxy that does TLS"
		);
	}
	let scheme = if settings.tls.is_some() { "https" } else { "http" };
	tracing::info!("the manager is at {scheme}://{address}");
}

/// What answers JSON-RPC.
pub(crate) fn service() -> Rpc {
	Server::builder()
		.set_config(config())
		.set_rpc_middleware(RpcServiceBuilder::new().layer(GateLayer))
		.to_service_builder()
}

fn config() -> ServerConfig {
	let ping = PingConfig::new()
		.ping_interval(bounds::PING_EVERY)
		.inactive_limit(bounds::PING_TIME);
	ServerConfig::builder()
		.max_request_body_size(bounds::MOST_BODY)
		.max_response_body_size(bounds::MOST_ANSWER)
		// Requests and WebSockets; connections are counted here, not there.
		.max_connections(2 * bounds::MOST_CONNECTIONS as u32)
		.max_subscriptions_per_connection(bounds::MOST_SUBSCRIPTIONS)
		.set_batch_request_config(BatchRequestConfig::Limit(bounds::MOST_BATCH))
		.set_message_buffer_capacity(bounds::MOST_WAITING)
		.enable_ws_ping(ping)
		.build()
}

/// Serves until it is told to stop, and then for as long as good ends need, within bounds.
async fn run(site: Arc<Site>, listener: TcpListener, tls: Option<Certificate>, changes: Arc<Semaphore>) {
	let cut = CancellationToken::new();
	let tls = tls.map(Arc::new);
	let sweeping = tokio::spawn(sweep(site.clone(), tls.clone()));
	loop {
		let accepted = tokio::select! {
			biased;
			() = site.stop.cancelled() => break,
			accepted = listener.accept() => accepted,
		};
		match accepted {
			Ok((stream, from)) => match site.slots.clone().try_acquire_owned() {
				Ok(slot) => take(
					&site,
					stream,
					from,
					tls.as_ref().map(|tls| tls.acceptor()),
					slot,
					cut.child_token(),
				),
				Err(_) => refuse(stream, tls.is_some()),
			},
			Err(error) => {
				tracing::debug!("a connection to the manager could not be taken: {error}");
				tokio::time::sleep(PAUSE).await;
			}
		}
	}
	drop(listener);
	sweeping.abort();
	let _ = sweeping.await;
	let quiet = async {
		let _ = site.slots.acquire_many(bounds::MOST_CONNECTIONS as u32).await;
		let _ = changes.acquire_many(MOST_CHANGES as u32).await;
	};
	if timeout(bounds::DRAIN_TIME, quiet).await.is_err() {
		cut.cancel();
		let all = site.slots.acquire_many(bounds::MOST_CONNECTIONS as u32);
		let _ = timeout(bounds::CLOSE_TIME, all).await;
	}
	site.sessions.clear();
}

/// Ends sessions that are over, and those of passwords that were changed; takes a certificate that was renewed.
async fn sweep(site: Arc<Site>, tls: Option<Arc<Certificate>>) {
	let mut users = Followed::new(site.users.clone());
	let mut said = None;
	loop {
		tokio::time::sleep(SWEEP_EVERY).await;
		let (held, tls) = (site.clone(), tls.clone());
		let look = move || {
			if let Some(tls) = tls {
				tls.renew();
			}
			// Also when the file is the same: who was let in while it changed came by the password of before.
			let trouble = match users.known() {
				Ok(known) => {
					held.sessions.sweep(Some(known));
					None
				}
				Err(error) => {
					held.sessions.sweep(None);
					Some(error.to_string())
				}
			};
			(users, trouble)
		};
		let Ok((back, trouble)) = tokio::task::spawn_blocking(look).await else {
			users = Followed::new(site.users.clone());
			continue;
		};
		if let Some(text) = trouble.as_ref().filter(|_| said != trouble) {
			tracing::warn!("nobody can log in to the manager: {text}");
		}
		(users, said) = (back, trouble);
	}
}

/// Serves a connection, in a task of its own.
fn take(
	site: &Arc<Site>,
	stream: TcpStream,
	from: SocketAddr,
	tls: Option<TlsAcceptor>,
	slot: OwnedSemaphorePermit,
	cut: CancellationToken,
) {
	let Ok(to) = stream.local_addr() else { return };
	let _ = stream.set_nodelay(true);
	let line = Line::new(stream, &cut, slot);
	let connection = Connection { from, to, cut };
	let site = site.clone();
	tokio::spawn(async move {
		match tls {
			None => connected(site, connection, line).await,
			Some(tls) => match timeout(bounds::TLS_TIME, tls.accept(line)).await {
				Ok(Ok(line)) => connected(site, connection, line).await,
				Ok(Err(error)) => tracing::debug!(%from, "a connection began no TLS: {error}"),
				Err(_) => tracing::debug!(%from, "a connection began no TLS in time"),
			},
		}
	});
}

async fn connected<S>(site: Arc<Site>, connection: Connection, stream: S)
where
	S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
	let stop = site.stop.clone();
	let from = connection.from;
	let answering = service_fn(move |request| site::serve(site.clone(), connection.clone(), request));
	let serving = http1::Builder::new()
		.timer(TokioTimer::new())
		.header_read_timeout(bounds::HEAD_TIME)
		.max_header_size(bounds::MOST_HEAD)
		.max_headers(bounds::MOST_HEADERS)
		.max_buf_size(4 * bounds::MOST_HEAD)
		.serve_connection(TokioIo::new(stream), answering)
		.with_upgrades();
	let mut serving = std::pin::pin!(serving);
	let served = tokio::select! {
		served = serving.as_mut() => served,
		() = stop.cancelled() => {
			serving.as_mut().graceful_shutdown();
			serving.await
		}
	};
	if let Err(error) = served {
		tracing::debug!(%from, "a connection to the manager ended: {error}");
	}
}

/// There are too many: says so where that takes no time.
fn refuse(stream: TcpStream, tls: bool) {
	if tls {
		return;
	}
	tokio::spawn(async move {
		const TEXT: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n\
			Content-Type: application/json\r\nContent-Length: 35\r\n\r\n{\"error\":\"too many are connected\"}\n";
		let mut stream = stream;
		let _ = timeout(Duration::from_secs(1), stream.write_all(TEXT)).await;
	});
}

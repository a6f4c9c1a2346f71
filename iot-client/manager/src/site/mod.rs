//! What is answered to which request.

pub(crate) mod answer;
mod body;
pub(crate) mod bounds;
mod login;

use crate::{
	clock::Clock,
	files::Files,
	gate::{Caller, GateLayer},
	hosts::{Host, Hosts},
	limiter::Limiter,
	session::{Session, Sessions},
	users::Users,
};
use answer::{Answer, Refused};
use http::{
	header::{self, HeaderValue},
	Method, Request, StatusCode, Uri,
};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use jsonrpsee::{
	server::{stop_channel, ws::is_upgrade_request, ServerHandle, TowerServiceBuilder},
	Methods,
};
use serde_json::json;
use std::{
	convert::Infallible,
	future::Future,
	net::SocketAddr,
	sync::{Arc, Mutex},
};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower::{
	layer::util::{Identity, Stack},
	Service,
};

/// What answers JSON-RPC.
pub(crate) type Rpc = TowerServiceBuilder<Stack<GateLayer, Identity>, Identity>;

/// What the paths without a login say of the machine.
pub(crate) trait Facts: Send + Sync {
	/// Figures for Prometheus.
	fn metrics(&self) -> String;
	/// Why it is not ready; empty when it is.
	fn not_ready(&self) -> Vec<String>;
}

/// All that answers need.
pub(crate) struct Site {
	pub files: Files,
	pub users: Users,
	pub sessions: Arc<Sessions>,
	pub limiter: Mutex<Limiter>,
	/// Logins that may wait, and of those the ones that may try.
	pub logins: Arc<Semaphore>,
	pub hashes: Arc<Semaphore>,
	pub hosts: Hosts,
	pub tls: bool,
	/// Whether the figures are shown.
	pub metrics: bool,
	pub facts: Box<dyn Facts>,
	pub clock: Clock,
	pub methods: Methods,
	pub rpc: Rpc,
	pub stop: CancellationToken,
	/// One permit for each connection that there may be.
	pub slots: Arc<Semaphore>,
}

/// The connection that a request came by.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
	pub from: SocketAddr,
	/// Where it came in.
	pub to: SocketAddr,
	/// Cuts it.
	pub cut: CancellationToken,
}

/// The answer to a request.
pub(crate) async fn serve(
	site: Arc<Site>,
	connection: Connection,
	request: Request<Incoming>,
) -> Result<Answer, Infallible> {
	let answer = match admit(&site, &connection, &request) {
		Ok(()) => route(&site, &connection, request).await,
		Err(refused) => *refused,
	};
	Ok(answer::finish(answer))
}

/// Whether it names this machine, and no page of somebody else sends it.
fn admit<B>(site: &Site, connection: &Connection, request: &Request<B>) -> Result<(), Refused> {
	let only = |name| {
		let mut values = request.headers().get_all(name).iter();
		let first = values.next().and_then(|value| value.to_str().ok());
		first.filter(|_| values.next().is_none())
	};
	let host = only(header::HOST).and_then(Host::parse);
	let Some(host) = host.filter(|_| request.uri().authority().is_none()) else {
		let text = "the header Host must name the host once, and the request a path alone";
		return Err(answer::refuse(StatusCode::BAD_REQUEST, text));
	};
	if !site.hosts.admit(&host, connection.to.ip()) {
		let text =
			"the header Host names none of this machine's names; `allowed_hosts` in its configuration lists them";
		return Err(answer::refuse(StatusCode::MISDIRECTED_REQUEST, text));
	}
	let foreign = request.headers().contains_key(header::ORIGIN)
		&& !only(header::ORIGIN).is_some_and(|origin| host.is_origin(origin, site.tls));
	match foreign {
		true => Err(answer::refuse(
			StatusCode::FORBIDDEN,
			"the header Origin names the page of somebody else",
		)),
		false => Ok(()),
	}
}

async fn route(site: &Arc<Site>, connection: &Connection, request: Request<Incoming>) -> Answer {
	let method = request.method().clone();
	let path = request.uri().path().to_owned();
	let look = matches!(method, Method::GET | Method::HEAD);
	match (path.as_str(), &method) {
		("/session", &Method::POST) => login::log_in(site, connection, request).await,
		("/session", &Method::GET) => login::show(site, request.headers()),
		("/session", &Method::DELETE) => login::log_out(site, request.headers()),
		("/session", _) => answer::not_for(&method, "GET, POST, DELETE"),
		("/rpc", &Method::POST) => call(site, connection, request).await,
		("/rpc", &Method::GET) => subscribe(site, connection, request).await,
		("/rpc", _) => answer::not_for(&method, "GET, POST"),
		("/health/live", _) if look => answer::json(StatusCode::OK, &json!({ "ok": true })),
		("/health/ready", _) if look => ready(site),
		("/metrics", _) if look && site.metrics => metrics(site),
		("/health/live" | "/health/ready", _) => answer::not_for(&method, "GET, HEAD"),
		("/metrics", _) if site.metrics => answer::not_for(&method, "GET, HEAD"),
		(path, _) => match site.files.find(path) {
			Some(file) if look => answer::file(file, &request),
			Some(_) => answer::not_for(&method, "GET, HEAD"),
			None => answer::wrong(StatusCode::NOT_FOUND, "there is nothing at this path"),
		},
	}
}

fn ready(site: &Site) -> Answer {
	match site.facts.not_ready() {
		why if why.is_empty() => answer::json(StatusCode::OK, &json!({ "ok": true })),
		why => answer::json(StatusCode::SERVICE_UNAVAILABLE, &json!({ "ok": false, "why": why })),
	}
}

fn metrics(site: &Site) -> Answer {
	let connections = bounds::MOST_CONNECTIONS.saturating_sub(site.slots.available_permits());
	let text = own_figures(connections, site.sessions.count()) + &site.facts.metrics();
	let kind = match text.trim_end().ends_with("# EOF") {
		true => "application/openmetrics-text; version=1.0.0; charset=utf-8",
		false => "text/plain; version=0.0.4; charset=utf-8",
	};
	answer::text(StatusCode::OK, kind, text)
}

/// What the manager says of itself; `docs/machine.md` lists it.
fn own_figures(connections: usize, sessions: usize) -> String {
	let gauge = |name: &str, help: &str, value: usize| {
		format!("# HELP iot_manager_{name} {help}\n# TYPE iot_manager_{name} gauge\niot_manager_{name} {value}\n")
	};
	[
		gauge("connections", "Connections to the manager.", connections),
		gauge("sessions", "Who is logged in to the manager.", sessions),
	]
	.concat()
}

/// `POST /rpc`
async fn call(site: &Arc<Site>, connection: &Connection, request: Request<Incoming>) -> Answer {
	let session = match login::with_token(site, request.headers()) {
		Ok((_, session)) => session,
		Err(refused) => return *refused,
	};
	let body = match body::read_json(request, bounds::MOST_BODY).await {
		Ok(body) => body,
		Err(refused) => return *refused,
	};
	let caller = caller(site, connection, session, false);
	ask(&site.rpc, site.methods.clone(), caller, body).await
}

/// One call, or a batch of them.
async fn ask(rpc: &Rpc, methods: Methods, caller: Caller, body: Bytes) -> Answer {
	let mut request = Request::new(Full::new(body));
	*request.method_mut() = Method::POST;
	let kind = HeaderValue::from_static("application/json");
	request.headers_mut().insert(header::CONTENT_TYPE, kind);
	request.extensions_mut().insert(caller);
	let (stop, _handle) = stop_channel();
	let answered = rpc.clone().build(methods, stop).call(request).await;
	answered.unwrap_or_else(|_| answer::wrong(StatusCode::INTERNAL_SERVER_ERROR, "the call could not be answered"))
}

/// The same, as a text.
#[cfg(any(test, feature = "played"))]
pub(crate) async fn answered(rpc: &Rpc, methods: Methods, caller: Caller, body: Bytes) -> Option<String> {
	let answer = ask(rpc, methods, caller, body).await.into_body();
	let bytes = http_body_util::BodyExt::collect(answer).await.ok()?.to_bytes();
	String::from_utf8(bytes.to_vec()).ok()
}

/// `GET /rpc`
async fn subscribe(site: &Arc<Site>, connection: &Connection, request: Request<Incoming>) -> Answer {
	if !is_upgrade_request(&request) {
		let text = "GET /rpc is for WebSockets; POST takes single calls";
		let mut answer = answer::wrong(StatusCode::UPGRADE_REQUIRED, text);
		answer
			.headers_mut()
			.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
		return answer;
	}
	let Some((id, session)) = login::session(site, request.headers()) else {
		return login::nobody();
	};
	let pairs = request.uri().query().unwrap_or_default().split('&');
	let token = pairs
		.filter_map(|pair| pair.split_once('='))
		.find(|(name, _)| *name == "token");
	if !token.is_some_and(|(_, token)| id.has_token(token)) {
		let text = "the address must end in ?token= and the token that the login was answered with";
		return answer::wrong(StatusCode::FORBIDDEN, text);
	}
	let mut request = request.map(|_| Full::new(Bytes::new()));
	// The library writes what it gets to its log.
	request.headers_mut().remove(header::COOKIE);
	*request.uri_mut() = Uri::from_static("/rpc");
	request
		.extensions_mut()
		.insert(caller(site, connection, session.clone(), true));
	let (stop, handle) = stop_channel();
	let mut service = site.rpc.clone().build(site.methods.clone(), stop);
	let closed = service.on_session_closed();
	let answer = match service.call(request).await {
		Ok(answer) if answer.status() == StatusCode::SWITCHING_PROTOCOLS => answer,
		Ok(answer) if !answer.status().is_success() => return answer,
		// The library says 200 to a handshake that it does not take.
		_ => return answer::wrong(StatusCode::BAD_REQUEST, "the handshake of the WebSocket is wrong"),
	};
	tokio::spawn(attend(
		site.stop.clone(),
		connection.cut.clone(),
		session,
		handle,
		closed,
	));
	answer
}

/// Closes a WebSocket when its session or the manager ends.
async fn attend(
	stop: CancellationToken,
	cut: CancellationToken,
	session: Arc<Session>,
	handle: ServerHandle,
	closed: impl Future<Output = ()>,
) {
	let mut closed = std::pin::pin!(closed);
	tokio::select! {
		() = &mut closed => return,
		() = session.ended().cancelled() => {}
		() = stop.cancelled() => {}
	}
	let _ = handle.stop();
	if tokio::time::timeout(bounds::CLOSE_TIME, closed).await.is_err() {
		cut.cancel();
	}
}

fn caller(site: &Site, connection: &Connection, session: Arc<Session>, live: bool) -> Caller {
	Caller {
		session,
		sessions: site.sessions.clone(),
		from: connection.from.ip(),
		live,
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_manual_lists_the_managers_own_figures_and_no_others() {
		let manual = include_str!("../../../../docs/machine.md");
		let rows = manual.lines().filter(|line| line.starts_with("| `iot_manager_"));
		let told: Vec<_> = rows
			.map(|row| {
				let cells: Vec<_> = row.split('|').map(|cell| cell.trim().replace('`', "")).collect();
				assert!(
					cells.len() == 6 && cells[3].is_empty() && !cells[4].is_empty(),
					"{row}: name, kind, no labels, meaning"
				);
				format!("# TYPE {} {}", cells[1], cells[2])
			})
			.collect();
		let text = own_figures(3, 2);
		let ours: Vec<_> = text.lines().filter(|line| line.starts_with("# TYPE ")).collect();
		assert_eq!(told, ours);
		assert!(text.ends_with("\niot_manager_sessions 2\n"), "{text}");
	}
}

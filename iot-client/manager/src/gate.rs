//! What stands before every call of JSON-RPC, alone or in a batch: whether the session is still one, whether its role
//! may do that, and how much it does at once.

use crate::{
	access::{method, Kind, Method, SESSION_KEEP},
	session::{Session, Sessions},
	site::bounds::{MOST_ANSWER, MOST_CALLS_AT_ONCE},
};
use jsonrpsee::{
	core::{
		middleware::{Batch, BatchEntry, Notification, RpcServiceT},
		JsonRawValue,
	},
	server::MethodResponse,
	types::{
		error::{INVALID_PARAMS_CODE, INVALID_REQUEST_CODE, METHOD_NOT_FOUND_CODE, SERVER_IS_BUSY_CODE},
		ErrorObjectOwned, Request,
	},
	BatchResponseBuilder,
};
use std::{borrow::Cow, future::Future, net::IpAddr, sync::Arc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::Layer;

/// Not allowed for this role, or for nobody since the session has ended.
pub(crate) const NOT_ALLOWED: i32 = -32001;

/// Who calls.
#[derive(Clone)]
pub(crate) struct Caller {
	pub session: Arc<Session>,
	pub sessions: Arc<Sessions>,
	pub from: IpAddr,
	/// Over a WebSocket.
	pub live: bool,
}

/// Puts a gate before each connection's calls.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GateLayer;

impl<S> Layer<S> for GateLayer {
	type Service = Gate<S>;

	fn layer(&self, inner: S) -> Gate<S> {
		let calls = Arc::new(Semaphore::new(MOST_CALLS_AT_ONCE));
		Gate { inner, calls }
	}
}

/// The gate before one connection's calls.
#[derive(Clone, Debug)]
pub(crate) struct Gate<S> {
	inner: S,
	calls: Arc<Semaphore>,
}

impl<S> Gate<S>
where
	S: RpcServiceT<MethodResponse = MethodResponse> + Clone + Send + Sync + 'static,
{
	/// Lets a call through, or says why not.
	fn admit(&self, request: &mut Request<'_>, batch: bool) -> Result<OwnedSemaphorePermit, ErrorObjectOwned> {
		let Some(caller) = request.extensions.get::<Caller>() else {
			return Err(error(NOT_ALLOWED, "nobody is logged in"));
		};
		let name: &str = &request.method;
		let Some(method) = method(name) else {
			let name: String = name.chars().take(64).collect();
			return Err(error(METHOD_NOT_FOUND_CODE, format!("there is no method `{name}`")));
		};
		allowed(caller, method)?;
		let live = method.kind == Kind::Call || caller.live;
		if !live {
			let text = format!("`{name}` works over a WebSocket only: GET /rpc");
			return Err(error(INVALID_REQUEST_CODE, text));
		}
		if batch && method.kind == Kind::Subscribe {
			return Err(error(
				INVALID_REQUEST_CODE,
				format!("`{name}` cannot be in a batch; call it alone"),
			));
		}
		if method.kind == Kind::Unsubscribe {
			request.params = Some(Cow::Owned(subscription(request.params.as_deref())?));
		}
		let busy = format!("{MOST_CALLS_AT_ONCE} calls of this connection run at once; wait for an answer");
		let calls = self.calls.clone();
		calls.try_acquire_owned().map_err(|_| error(SERVER_IS_BUSY_CODE, busy))
	}

	async fn one(self, mut request: Request<'_>, batch: bool) -> MethodResponse {
		match self.admit(&mut request, batch) {
			Ok(_running) => self.inner.call(request).await,
			Err(error) => MethodResponse::error(request.id, error),
		}
	}
}

fn allowed(caller: &Caller, method: &Method) -> Result<(), ErrorObjectOwned> {
	let (sessions, session) = (&caller.sessions, &caller.session);
	// An open page asks by itself, for as long as nobody closes it. So over a WebSocket it says when somebody does something.
	let is_use = !caller.live || method.name == SESSION_KEEP;
	let goes_on = match is_use {
		true => sessions.touch(session),
		false => !sessions.is_over(session),
	};
	if !goes_on {
		return Err(error(NOT_ALLOWED, "the session has ended; log in again"));
	}
	let (name, role) = (method.name, session.role);
	if role < method.role {
		let text = format!("`{name}` is for the {}; you are logged in as {role}", method.role);
		return Err(error(NOT_ALLOWED, text));
	}
	Ok(())
}

/// `[id]`, as the library wants it, of that or of `{"subscription": id}`.
fn subscription(params: Option<&JsonRawValue>) -> Result<Box<JsonRawValue>, ErrorObjectOwned> {
	#[derive(serde::Deserialize)]
	#[serde(untagged)]
	enum Wanted {
		List([u64; 1]),
		Named { subscription: u64 },
	}
	let wanted = params.and_then(|params| serde_json::from_str(params.get()).ok());
	let id = wanted.map(|wanted| match wanted {
		Wanted::List([id]) => id,
		Wanted::Named { subscription } => subscription,
	});
	id.and_then(|id| jsonrpsee::core::to_json_raw_value(&[id]).ok())
		.ok_or_else(|| {
			let text = "`subscription`: it must be the number that the subscription was answered with";
			error(INVALID_PARAMS_CODE, text)
		})
}

fn error(code: i32, text: impl Into<String>) -> ErrorObjectOwned {
	ErrorObjectOwned::owned(code, text, None::<()>)
}

impl<S> RpcServiceT for Gate<S>
where
	S: RpcServiceT<MethodResponse = MethodResponse> + Clone + Send + Sync + 'static,
{
	type MethodResponse = MethodResponse;
	type NotificationResponse = MethodResponse;
	type BatchResponse = MethodResponse;

	fn call<'a>(&self, request: Request<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
		self.clone().one(request, false)
	}

	/// The library's own would call the service behind this gate.
	fn batch<'a>(&self, batch: Batch<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
		let gate = self.clone();
		async move {
			let mut answers = BatchResponseBuilder::new_with_limit(MOST_ANSWER as usize);
			let mut heard = false;
			for entry in batch {
				let answer = match entry {
					Ok(BatchEntry::Call(request)) => gate.clone().one(request, true).await,
					Ok(BatchEntry::Notification(_)) => {
						heard = true;
						continue;
					}
					Err(wrong) => {
						let (error, id) = wrong.into_parts();
						MethodResponse::error(id, error)
					}
				};
				if let Err(too_much) = answers.append(answer) {
					return too_much;
				}
			}
			match answers.is_empty() && heard {
				true => MethodResponse::notification(),
				false => MethodResponse::from_batch(answers.finish()),
			}
		}
	}

	/// Nothing here is done without an answer.
	fn notification<'a>(&self, _: Notification<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
		std::future::ready(MethodResponse::notification())
	}
}

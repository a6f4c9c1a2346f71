//! Logging in and out, and who is logged in.

use super::{
	answer,
	answer::{Answer, Refused},
	body, bounds, Connection, Site,
};
use crate::{
	api::Role,
	session::{Id, Session},
	users::{Stamp, UsersError, MOST_PASSWORD},
};
use http::{
	header::{self, HeaderMap, HeaderValue},
	Request, StatusCode,
};
use hyper::body::Incoming;
use serde::Deserialize;
use serde_json::json;
use std::sync::{Arc, PoisonError};
use zeroize::Zeroizing;

/// Cookies of one name that are looked at: other services of the same host may set more.
const MOST_COOKIES: usize = 8;

/// What a login sends. The role is a text, since what is no role is wrong in the same way as a wrong password.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Login {
	role: String,
	password: String,
}

/// The session that a request belongs to.
pub(super) fn session(site: &Site, headers: &HeaderMap) -> Option<(Id, Arc<Session>)> {
	let name = cookie_name(site);
	let cookies = headers
		.get_all(header::COOKIE)
		.iter()
		.filter_map(|value| value.to_str().ok());
	let pairs = cookies.flat_map(|cookies| cookies.split(';'));
	let values = pairs
		.filter_map(|pair| pair.trim().split_once('='))
		.filter(|(key, _)| *key == name);
	values.take(MOST_COOKIES).find_map(|(_, value)| {
		let id = Id::shown(value)?;
		let session = site.sessions.find(&id)?;
		Some((id, session))
	})
}

/// Browsers take a cookie of this name from nobody else than this very host, over TLS.
fn cookie_name(site: &Site) -> &'static str {
	if site.tls {
		"__Host-session"
	} else {
		"session"
	}
}

fn cookie(site: &Site, value: &str, end: &str) -> Option<HeaderValue> {
	let secure = if site.tls { "; Secure" } else { "" };
	let text = format!(
		"{}={value}; HttpOnly; SameSite=Strict; Path=/{secure}{end}",
		cookie_name(site)
	);
	let mut value = HeaderValue::from_str(&text).ok()?;
	value.set_sensitive(true);
	Some(value)
}

/// `POST /session`
pub(super) async fn log_in(site: &Arc<Site>, connection: &Connection, request: Request<Incoming>) -> Answer {
	let before = session(site, request.headers());
	let body = match body::read_json(request, bounds::MOST_LOGIN).await {
		Ok(body) => Zeroizing::new(body.to_vec()),
		Err(refused) => return *refused,
	};
	let login: Login = match serde_json::from_slice(&body) {
		Ok(login) => login,
		// What serde says may hold a part of the password.
		Err(_) => {
			let text = "the login must be JSON: {\"role\": \"viewer\", \"operator\" or \"owner\", \"password\": \"…\"}";
			return answer::wrong(StatusCode::BAD_REQUEST, text);
		}
	};
	match try_password(site, connection, login).await {
		Err(refused) => *refused,
		Ok((role, stamp)) => {
			if let Some((id, _)) = before {
				site.sessions.close(&id);
			}
			opened(site, role, stamp)
		}
	}
}

/// Tries a password, if it is not too often.
async fn try_password(site: &Arc<Site>, connection: &Connection, login: Login) -> Result<(Role, Stamp), Refused> {
	let from = connection.from.ip();
	let limiter = || site.limiter.lock().unwrap_or_else(PoisonError::into_inner);
	let Ok(place) = site.logins.clone().try_acquire_owned() else {
		return Err(answer::too_often(2_000));
	};
	limiter().ask(from, site.clock.ms()).map_err(answer::too_often)?;
	let Ok(turn) = site.hashes.clone().acquire_owned().await else {
		return Err(answer::refuse(
			StatusCode::SERVICE_UNAVAILABLE,
			"the manager is being stopped",
		));
	};
	let users = site.users.clone();
	let Login { role: named, password } = login;
	let password = Zeroizing::new(password);
	let tried = tokio::task::spawn_blocking(move || {
		// Both are held until it is done, also when whoever asked is gone.
		let _held = (place, turn);
		let role = [Role::Viewer, Role::Operator, Role::Owner]
			.into_iter()
			.find(|role| role.name() == named);
		let known = users.load()?;
		let fits = password.len() <= MOST_PASSWORD;
		Ok::<_, UsersError>(known.verify(role, &password).filter(|_| fits))
	});
	let unusable = || {
		let text = "the file of passwords cannot be used; the client's log says why";
		answer::refuse(StatusCode::SERVICE_UNAVAILABLE, text)
	};
	let known = match tried.await {
		Ok(Ok(known)) => known,
		Ok(Err(error)) => {
			tracing::warn!("nobody can log in: {error}");
			return Err(unusable());
		}
		Err(_) => return Err(unusable()),
	};
	limiter().ended(from, known.is_some(), site.clock.ms());
	match known {
		Some((role, stamp)) => {
			tracing::info!(%role, %from, "somebody has logged in");
			Ok((role, stamp))
		}
		None => {
			tracing::warn!(%from, "somebody has tried to log in with a wrong password");
			Err(answer::refuse(StatusCode::UNAUTHORIZED, "role or password is wrong"))
		}
	}
}

fn opened(site: &Site, role: Role, stamp: Stamp) -> Answer {
	let opened = site.sessions.open(role, stamp);
	let Ok((id, session)) = opened else {
		return answer::wrong(
			StatusCode::SERVICE_UNAVAILABLE,
			"the computer has no random numbers now",
		);
	};
	let mut answer = who(site, &id, &session);
	if let Some(cookie) = cookie(site, id.text(), "") {
		answer.headers_mut().insert(header::SET_COOKIE, cookie);
	}
	answer
}

fn who(site: &Site, id: &Id, session: &Session) -> Answer {
	let expires = site.sessions.expires(session);
	let body = json!({ "role": session.role, "token": id.token(), "expires": expires });
	answer::json(StatusCode::OK, &body)
}

/// `GET /session`
pub(super) fn show(site: &Site, headers: &HeaderMap) -> Answer {
	match session(site, headers) {
		Some((id, session)) => who(site, &id, &session),
		None => nobody(),
	}
}

/// `DELETE /session`. An `Origin`, which was compared with this host before, tells as much as a token: whose page it is.
pub(super) fn log_out(site: &Site, headers: &HeaderMap) -> Answer {
	let found = match headers.contains_key(header::ORIGIN) {
		true => session(site, headers).ok_or_else(|| Box::new(nobody())),
		false => with_token(site, headers),
	};
	match found {
		Err(refused) => *refused,
		Ok((id, session)) => {
			site.sessions.close(&id);
			tracing::info!(role = %session.role, "somebody has logged out");
			let mut answer = answer::empty(StatusCode::NO_CONTENT);
			if let Some(cookie) = cookie(site, "", "; Max-Age=0") {
				answer.headers_mut().insert(header::SET_COOKIE, cookie);
			}
			answer
		}
	}
}

/// The session of a request that changes something: it shows the session's token beside the cookie, which the page of
/// somebody else cannot.
pub(super) fn with_token(site: &Site, headers: &HeaderMap) -> Result<(Id, Arc<Session>), Refused> {
	let (id, session) = session(site, headers).ok_or_else(|| Box::new(nobody()))?;
	let token = headers.get("x-csrf-token").and_then(|value| value.to_str().ok());
	match token.is_some_and(|token| id.has_token(token)) {
		true => Ok((id, session)),
		false => Err(answer::refuse(
			StatusCode::FORBIDDEN,
			"the header X-CSRF-Token must hold the token that the login was answered with",
		)),
	}
}

pub(super) fn nobody() -> Answer {
	answer::wrong(StatusCode::UNAUTHORIZED, "nobody is logged in; POST /session does that")
}

//! Answers of HTTP, and the headers that all of them have.

use http::{
	header::{self, HeaderName, HeaderValue},
	Method, Request, Response, StatusCode,
};
use jsonrpsee::server::HttpBody;
use serde::Serialize;
use serde_json::json;

use crate::files::File;

pub(crate) type Answer = Response<HttpBody>;
/// An answer in the place of something else, which is seldom.
pub(crate) type Refused = Box<Answer>;

/// The page runs its own scripts alone, is in no frame, and talks to nobody else.
const POLICY: &str =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
	form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What every answer says.
const ALWAYS: [(HeaderName, &str); 5] = [
	(header::CONTENT_SECURITY_POLICY, POLICY),
	(header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
	(header::REFERRER_POLICY, "no-referrer"),
	(header::X_FRAME_OPTIONS, "DENY"),
	(HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// An answer without a body.
pub(crate) fn empty(status: StatusCode) -> Answer {
	let mut answer = Answer::new(HttpBody::empty());
	*answer.status_mut() = status;
	answer
}

/// An answer in JSON.
pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Answer {
	let body = serde_json::to_string(value).unwrap_or_else(|_| "{}".to_owned());
	text(status, "application/json", body)
}

/// An answer in text.
pub(crate) fn text(status: StatusCode, kind: &'static str, body: String) -> Answer {
	let mut answer = Answer::new(HttpBody::from(body));
	*answer.status_mut() = status;
	answer
		.headers_mut()
		.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
	answer
}

/// An answer that says what was wrong.
pub(crate) fn wrong(status: StatusCode, what: impl AsRef<str>) -> Answer {
	json(status, &json!({ "error": what.as_ref() }))
}

/// The same, in the place of something else.
pub(crate) fn refuse(status: StatusCode, what: impl AsRef<str>) -> Refused {
	Box::new(wrong(status, what))
}

/// There is something, but not for this method.
pub(crate) fn not_for(method: &Method, methods: &'static str) -> Answer {
	let mut answer = wrong(
		StatusCode::METHOD_NOT_ALLOWED,
		format!("{method} is not for this path; {methods} is"),
	);
	answer
		.headers_mut()
		.insert(header::ALLOW, HeaderValue::from_static(methods));
	answer
}

/// Too often: not before so many ms.
pub(crate) fn too_often(wait: u64) -> Refused {
	let seconds = wait.div_ceil(1_000).max(1);
	let text = format!("there were too many logins; try again in {seconds} s");
	let mut answer = wrong(StatusCode::TOO_MANY_REQUESTS, text);
	answer
		.headers_mut()
		.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
	Box::new(answer)
}

/// A file of the page, packed if the other side takes that, and without its content if it has it.
pub(crate) fn file<B>(file: File, request: &Request<B>) -> Answer {
	let named = |name, wanted: &[u8]| {
		let values = request.headers().get_all(name).iter();
		let mut items = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
		items.any(|item| item.trim_ascii() == wanted)
	};
	let has_it = named(header::IF_NONE_MATCH, file.tag.as_bytes());
	let takes_packed = request
		.headers()
		.get_all(header::ACCEPT_ENCODING)
		.iter()
		.any(takes_gzip);
	let packed = file.packed.filter(|_| takes_packed);
	let mut answer = Answer::new(HttpBody::empty());
	let headers = answer.headers_mut();
	headers.insert(header::ETAG, file.tag);
	headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
	// It may be kept, but is asked for again: after an update of the client nobody has half a page.
	headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
	if has_it {
		*answer.status_mut() = StatusCode::NOT_MODIFIED;
		return answer;
	}
	headers.insert(header::CONTENT_TYPE, file.kind);
	if packed.is_some() {
		headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
	}
	let body = packed.unwrap_or(file.plain);
	*answer.body_mut() = HttpBody::new(http_body_util::Full::new(body));
	answer
}

fn takes_gzip(value: &HeaderValue) -> bool {
	let mut codings = value.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
	codings.any(|coding| {
		let mut parts = coding.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
		let gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(b"gzip"));
		gzip && !parts.any(|weight| matches!(weight, b"q=0" | b"q=0.0" | b"q=0.00" | b"q=0.000"))
	})
}

/// What every answer says, and that it is not kept where it does not say so itself.
pub(crate) fn finish(mut answer: Answer) -> Answer {
	let headers = answer.headers_mut();
	for (name, value) in ALWAYS {
		headers.insert(name, HeaderValue::from_static(value));
	}
	if !headers.contains_key(header::CACHE_CONTROL) {
		headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
	}
	answer
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn gzip_is_sent_to_those_who_take_it() {
		for (value, right) in [
			("gzip", true),
			("br, GZIP;q=0.5, *", true),
			("gzip;q=0", false),
			("gzip; q=0.0, br", false),
			("br", false),
			("xgzip", false),
			("", false),
		] {
			assert_eq!(takes_gzip(&HeaderValue::from_static(value)), right, "{value}");
		}
	}
}

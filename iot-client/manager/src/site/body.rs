//! The body of a request, within its bounds.

use super::{answer, answer::Refused, bounds::BODY_TIME};
use http::{
	header::{self, HeaderMap},
	Request, StatusCode,
};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Bytes, Incoming};
use std::time::Duration;

/// A body of JSON with so many bytes at most, or the answer that says why there is none.
pub(super) async fn read_json(request: Request<Incoming>, most: u32) -> Result<Bytes, Refused> {
	if !is_json(request.headers()) {
		let text = "the body must be JSON, and the header Content-Type: application/json";
		return Err(answer::refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, text));
	}
	read(request.into_body(), most, BODY_TIME).await
}

async fn read(body: Incoming, most: u32, time: Duration) -> Result<Bytes, Refused> {
	let too_large = || {
		let text = format!("the body is larger than {most} bytes");
		Err(answer::refuse(StatusCode::PAYLOAD_TOO_LARGE, text))
	};
	if body.size_hint().lower() > u64::from(most) {
		return too_large();
	}
	let limited = Limited::new(body, most as usize);
	match tokio::time::timeout(time, limited.collect()).await {
		Ok(Ok(collected)) => Ok(collected.to_bytes()),
		Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => too_large(),
		Ok(Err(_)) => Err(answer::refuse(StatusCode::BAD_REQUEST, "the body did not come whole")),
		Err(_) => {
			let text = format!("the body did not come within {} s", time.as_secs());
			Err(answer::refuse(StatusCode::REQUEST_TIMEOUT, text))
		}
	}
}

/// A form of another page cannot have this type.
fn is_json(headers: &HeaderMap) -> bool {
	let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
	let kind = kind.map(|kind| kind.split(';').next().unwrap_or_default().trim());
	kind.is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"))
}

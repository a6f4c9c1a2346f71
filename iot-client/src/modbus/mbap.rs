//! A TCP stream on which an answer that comes too late is not taken for the answer to the next question.
//!
//! The header of Modbus TCP has a transaction number for that (MBAP, Modbus messaging on TCP/IP 1.0b, section 3.1.3). The
//! library's client ends with an error at the first other number, and would be one answer behind from then on; here an answer
//! with another number than that of the last request is passed over.

use std::{
	io,
	pin::Pin,
	task::{ready, Context, Poll},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Transaction, protocol and length; the length counts what follows it.
const PREFIX: usize = 6;
/// The least and the most that can follow: unit and function code, and the longest message of 253 bytes with its unit.
const LEAST: u16 = 2;
const MOST: u16 = 254;

/// Hands out the answer to the last request only.
#[derive(Debug)]
pub(super) struct Mbap<T> {
	inner: T,
	/// Transaction number of the request that was sent last, until it is answered.
	wanted: Option<[u8; 2]>,
	/// Part of a request is written.
	midway: bool,
	/// What came and was not handed out; at most one message and one read more.
	incoming: Vec<u8>,
	/// So many bytes of it are an answer that is wanted.
	ready: usize,
}

impl<T> Mbap<T> {
	pub fn new(inner: T) -> Self {
		Self {
			inner,
			wanted: None,
			midway: false,
			incoming: Vec::new(),
			ready: 0,
		}
	}

	/// Passes over late answers; whether a wanted one is there now.
	fn sort(&mut self) -> io::Result<bool> {
		while let Some(len) = whole(&self.incoming)? {
			if self.wanted.is_some_and(|wanted| self.incoming.starts_with(&wanted)) {
				self.wanted = None;
				self.ready = len;
				return Ok(true);
			}
			self.incoming.drain(..len);
		}
		Ok(false)
	}

	fn hand_out(&mut self, buffer: &mut ReadBuf<'_>) {
		let count = self.ready.min(buffer.remaining());
		buffer.put_slice(&self.incoming[..count]);
		self.incoming.drain(..count);
		self.ready -= count;
	}
}

/// The length of the first message, if all of it is there.
fn whole(bytes: &[u8]) -> io::Result<Option<usize>> {
	let [_, _, protocol @ .., high, low] = bytes.first_chunk::<PREFIX>().unwrap_or(&[0, 0, 0, 0, 0, LEAST as u8]);
	let len = u16::from_be_bytes([*high, *low]);
	if *protocol != [0, 0] || !(LEAST..=MOST).contains(&len) {
		return Err(io::Error::new(
			io::ErrorKind::InvalidData,
			"what answers does not speak Modbus TCP",
		));
	}
	let len = PREFIX + usize::from(len);
	Ok((bytes.len() >= len).then_some(len))
}

impl<T: AsyncRead + Unpin> AsyncRead for Mbap<T> {
	fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
		let this = self.get_mut();
		while this.ready == 0 && !this.sort()? {
			let mut bytes = [0; 512];
			let mut more = ReadBuf::new(&mut bytes);
			ready!(Pin::new(&mut this.inner).poll_read(cx, &mut more))?;
			if more.filled().is_empty() {
				let closed = io::Error::new(io::ErrorKind::UnexpectedEof, "it closed the connection");
				return Poll::Ready(Err(closed));
			}
			this.incoming.extend_from_slice(more.filled());
		}
		this.hand_out(buffer);
		Poll::Ready(Ok(()))
	}
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Mbap<T> {
	fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
		let this = self.get_mut();
		if !this.midway {
			this.wanted = bytes.first_chunk().copied();
			this.midway = true;
		}
		Pin::new(&mut this.inner).poll_write(cx, bytes)
	}

	fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
		let this = self.get_mut();
		ready!(Pin::new(&mut this.inner).poll_flush(cx))?;
		this.midway = false;
		Poll::Ready(Ok(()))
	}

	fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
		Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::time::Duration;
	use tokio::{
		io::{duplex, AsyncReadExt, AsyncWriteExt, DuplexStream},
		time::timeout,
	};

	const SOON: Duration = Duration::from_secs(20);

	/// An answer of one byte to transaction `id`.
	fn answer(id: u8, byte: u8) -> [u8; 9] {
		[0, id, 0, 0, 0, 3, 1, 3, byte]
	}

	async fn ask(line: &mut Mbap<DuplexStream>, id: u8) {
		line.write_all(&[0, id, 0, 0, 0, 6, 1, 3, 0, 0, 0, 1]).await.unwrap();
		line.flush().await.unwrap();
	}

	async fn hear(line: &mut Mbap<DuplexStream>) -> io::Result<[u8; 9]> {
		let mut bytes = [0; 9];
		timeout(SOON, line.read_exact(&mut bytes)).await.unwrap()?;
		Ok(bytes)
	}

	#[tokio::test]
	async fn late_and_doubled_answers_are_passed_over() {
		let (ours, mut theirs) = duplex(1024);
		let mut line = Mbap::new(ours);
		ask(&mut line, 1).await;
		ask(&mut line, 2).await;
		for bytes in [answer(1, 11), answer(2, 22), answer(2, 23)] {
			theirs.write_all(&bytes).await.unwrap();
		}
		assert_eq!(hear(&mut line).await.unwrap(), answer(2, 22));
		ask(&mut line, 3).await;
		// In pieces, as a network may have it.
		for byte in answer(3, 33) {
			theirs.write_all(&[byte]).await.unwrap();
		}
		assert_eq!(hear(&mut line).await.unwrap(), answer(3, 33));
	}

	#[tokio::test]
	async fn what_is_no_modbus_is_an_error_and_so_is_an_end() {
		for nonsense in [
			&b"HTTP/1.1 400 Bad Request"[..],
			&[0, 1, 0, 0, 0, 1, 1],
			&[0, 1, 0, 0, 1, 0, 1],
		] {
			let (ours, mut theirs) = duplex(1024);
			let mut line = Mbap::new(ours);
			ask(&mut line, 1).await;
			theirs.write_all(nonsense).await.unwrap();
			let error = hear(&mut line).await.unwrap_err();
			assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{nonsense:?}");
		}
		let (ours, mut theirs) = duplex(1024);
		let mut line = Mbap::new(ours);
		ask(&mut line, 1).await;
		theirs.write_all(&answer(1, 1)[..7]).await.unwrap();
		drop(theirs);
		let error = hear(&mut line).await.unwrap_err();
		assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
	}
}

//! A connection's bytes, with what keeps it from being held for ever or filling the memory.
//!
//! - It can be cut from outside.
//! - It is cut when the other side takes nothing of what is written for too long.
//! - While what is written waits for the other side, nothing more is read from it: whoever asks and does not take the
//!   answers cannot have more of them pile up.

use std::{
	future::Future,
	io,
	pin::Pin,
	task::{ready, Context, Poll, Waker},
	time::Duration,
};
use tokio::{
	io::{AsyncRead, AsyncWrite, ReadBuf},
	sync::OwnedSemaphorePermit,
	time::Sleep,
};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// How long the other side may take nothing.
const STUCK_FOR: Duration = Duration::from_secs(20);

/// The bytes of a connection.
pub(crate) struct Line<S> {
	stream: S,
	/// Reader and writer may be two tasks, and each waits for itself.
	cut: [Pin<Box<WaitForCancellationFutureOwned>>; 2],
	/// Runs while what is written waits.
	stuck: Option<Pin<Box<Sleep>>>,
	/// Whoever wanted to read in that time.
	reader: Option<Waker>,
	failed: bool,
	patience: Duration,
	/// There are only so many connections; this one counts as long as there is a line.
	_slot: OwnedSemaphorePermit,
}

impl<S> Line<S> {
	pub fn new(stream: S, cut: &CancellationToken, slot: OwnedSemaphorePermit) -> Self {
		let wait = || Box::pin(cut.clone().cancelled_owned());
		Self {
			stream,
			cut: [wait(), wait()],
			stuck: None,
			reader: None,
			failed: false,
			patience: STUCK_FOR,
			_slot: slot,
		}
	}

	/// An error once it was cut.
	fn check(&mut self, side: usize, context: &mut Context<'_>) -> io::Result<()> {
		let cut = self
			.cut
			.get_mut(side)
			.is_none_or(|cut| cut.as_mut().poll(context).is_ready());
		match cut || self.failed {
			true => Err(io::ErrorKind::ConnectionAborted.into()),
			false => Ok(()),
		}
	}

	/// Goes on after what was written, or waits, but not for ever.
	fn written<T>(&mut self, written: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
		if written.is_ready() {
			self.stuck = None;
			self.wake_reader();
			return written;
		}
		let patience = self.patience;
		let stuck = self.stuck.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
		ready!(stuck.as_mut().poll(context));
		self.failed = true;
		self.stuck = None;
		self.wake_reader();
		Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
	}

	fn wake_reader(&mut self) {
		if let Some(reader) = self.reader.take() {
			reader.wake();
		}
	}
}

impl<S: AsyncRead + Unpin> AsyncRead for Line<S> {
	fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
		let line = self.get_mut();
		line.check(0, context)?;
		if line.stuck.is_some() {
			line.reader = Some(context.waker().clone());
			return Poll::Pending;
		}
		Pin::new(&mut line.stream).poll_read(context, into)
	}
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Line<S> {
	fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
		let line = self.get_mut();
		line.check(1, context)?;
		let written = Pin::new(&mut line.stream).poll_write(context, bytes);
		line.written(written, context)
	}

	fn poll_write_vectored(
		self: Pin<&mut Self>,
		context: &mut Context<'_>,
		bytes: &[io::IoSlice<'_>],
	) -> Poll<io::Result<usize>> {
		let line = self.get_mut();
		line.check(1, context)?;
		let written = Pin::new(&mut line.stream).poll_write_vectored(context, bytes);
		line.written(written, context)
	}

	fn is_write_vectored(&self) -> bool {
		self.stream.is_write_vectored()
	}

	fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
		let line = self.get_mut();
		line.check(1, context)?;
		Pin::new(&mut line.stream).poll_flush(context)
	}

	fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
		let line = self.get_mut();
		line.check(1, context)?;
		Pin::new(&mut line.stream).poll_shutdown(context)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::sync::Arc;
	use tokio::{
		io::{duplex, AsyncReadExt, AsyncWriteExt, DuplexStream},
		sync::Semaphore,
		time::timeout,
	};

	const SOON: Duration = Duration::from_secs(60);

	fn line(size: usize) -> (Line<DuplexStream>, DuplexStream, CancellationToken, Arc<Semaphore>) {
		let slots = Arc::new(Semaphore::new(1));
		let cut = CancellationToken::new();
		let (near, far) = duplex(size);
		let line = Line::new(near, &cut, slots.clone().try_acquire_owned().unwrap());
		(line, far, cut, slots)
	}

	#[tokio::test]
	async fn a_cut_line_wakes_its_reader_and_its_writer_and_frees_its_slot() {
		let (line, _far, cut, slots) = line(8);
		let (mut read, mut write) = tokio::io::split(line);
		let reader = tokio::spawn(async move { read.read_u8().await.map(|_| ()) });
		let writer = tokio::spawn(async move { write.write_all(&[0; 100]).await });
		tokio::task::yield_now().await;
		cut.cancel();
		for task in [reader, writer] {
			let error = timeout(SOON, task).await.unwrap().unwrap().unwrap_err();
			assert_eq!(error.kind(), io::ErrorKind::ConnectionAborted);
		}
		assert_eq!(slots.available_permits(), 1);
	}

	#[tokio::test]
	async fn whoever_takes_nothing_is_cut() {
		let (mut line, _far, _cut, _slots) = line(8);
		line.patience = Duration::from_millis(1);
		let error = timeout(SOON, line.write_all(&[0; 100])).await.unwrap().unwrap_err();
		assert_eq!(error.kind(), io::ErrorKind::TimedOut);
		assert!(line.read_u8().await.is_err());
	}

	#[tokio::test]
	async fn nothing_is_read_while_what_is_written_waits() {
		let (line, mut far, _cut, _slots) = line(8);
		let (mut read, mut write) = tokio::io::split(line);
		let writer = tokio::spawn(async move { write.write_all(&[7; 100]).await.map(|()| write) });
		far.write_all(&[1, 2, 3]).await.unwrap();
		tokio::task::yield_now().await;
		assert!(futures::poll!(std::pin::pin!(read.read_u8())).is_pending());
		let mut taken = [0; 100];
		timeout(SOON, far.read_exact(&mut taken)).await.unwrap().unwrap();
		assert_eq!(timeout(SOON, read.read_u8()).await.unwrap().unwrap(), 1);
		assert!(timeout(SOON, writer).await.unwrap().unwrap().is_ok());
	}
}

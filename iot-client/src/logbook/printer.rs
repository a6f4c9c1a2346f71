//! Prints the daemon's log on a thread of its own.
//!
//! Whoever takes the lines may take his time: a pipe that is full, a journal on a slow disk. The daemon must not stand still
//! meanwhile, or the board hears nothing of it and makes itself safe. Lines for which there is no room are lost, and that is
//! said.

use std::{
	io::{self, Write},
	sync::{
		atomic::{AtomicU64, Ordering},
		mpsc::{sync_channel, Receiver, SyncSender, TrySendError},
		Arc,
	},
	thread,
	time::{Duration, Instant},
};

/// Lines that may wait.
const QUEUE: usize = 1_024;
/// Between two looks whether there is room for the question whether all is printed.
const PAUSE: Duration = Duration::from_millis(5);

/// For the thread.
enum Errand {
	Print(Vec<u8>),
	/// Says that all before is printed.
	Tell(SyncSender<()>),
}

/// Takes whole lines, and waits for nothing. Clones print to the same place.
#[derive(Clone)]
pub struct Printer {
	errands: SyncSender<Errand>,
	lost: Arc<AtomicU64>,
}

impl Printer {
	/// Prints to `out`.
	pub fn to(out: impl Write + Send + 'static) -> Self {
		let (errands, errands_in) = sync_channel(QUEUE);
		let lost = Arc::<AtomicU64>::default();
		let counted = lost.clone();
		thread::spawn(move || print(&errands_in, out, &counted));
		Self { errands, lost }
	}

	/// Waits until all that was taken is printed, but not longer than this.
	pub fn finish(&self, patience: Duration) {
		let until = Instant::now() + patience;
		let (tell, told) = sync_channel(1);
		let mut errand = Errand::Tell(tell);
		while let Err(TrySendError::Full(again)) = self.errands.try_send(errand) {
			if Instant::now() >= until {
				return;
			}
			errand = again;
			thread::sleep(PAUSE);
		}
		let _ = told.recv_timeout(until.saturating_duration_since(Instant::now()));
	}
}

impl Write for Printer {
	fn write(&mut self, line: &[u8]) -> io::Result<usize> {
		if self.errands.try_send(Errand::Print(line.to_vec())).is_err() {
			self.lost.fetch_add(1, Ordering::Relaxed);
		}
		Ok(line.len())
	}

	fn flush(&mut self) -> io::Result<()> {
		Ok(())
	}
}

fn print(errands: &Receiver<Errand>, mut out: impl Write, lost: &AtomicU64) {
	while let Ok(errand) = errands.recv() {
		match errand {
			Errand::Print(line) => {
				// There is nobody who could be told.
				let _ = out.write_all(&line).and_then(|()| out.flush());
			}
			// Who asked may have stopped waiting.
			Errand::Tell(tell) => drop(tell.try_send(())),
		}
		let lost = lost.swap(0, Ordering::Relaxed);
		if lost > 0 {
			tracing::warn!(lost, "lines of the log are missing: whoever takes them was too slow");
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::sync::{mpsc, Mutex};

	const SOON: Duration = Duration::from_secs(20);

	/// Takes lines only when it may.
	struct Slow {
		may: mpsc::Receiver<()>,
		taken: Arc<Mutex<Vec<u8>>>,
	}

	impl Write for Slow {
		fn write(&mut self, line: &[u8]) -> io::Result<usize> {
			// For ever, once nobody can let it any more.
			let _ = self.may.recv();
			self.taken.lock().unwrap().write(line)
		}

		fn flush(&mut self) -> io::Result<()> {
			Ok(())
		}
	}

	#[test]
	fn who_takes_no_lines_holds_nobody_up() {
		let (let_it, may) = mpsc::channel();
		let taken = Arc::<Mutex<Vec<u8>>>::default();
		let mut printer = Printer::to(Slow {
			may,
			taken: taken.clone(),
		});
		let all = 3 * QUEUE;
		for number in 0..all {
			printer.write_all(format!("{number}\n").as_bytes()).unwrap();
		}
		assert!(taken.lock().unwrap().is_empty());
		let lost = printer.lost.load(Ordering::Relaxed);
		assert!((all - QUEUE - 1..=all - QUEUE).contains(&(lost as usize)), "{lost}");
		// Nor is it waited for without end.
		printer.finish(Duration::from_millis(20));
		// What was taken is printed in its order, as soon as somebody takes it.
		(0..=QUEUE).for_each(|_| let_it.send(()).unwrap());
		printer.finish(SOON);
		let text = String::from_utf8(taken.lock().unwrap().clone()).unwrap();
		let numbers: Vec<usize> = text.lines().map(|line| line.parse().unwrap()).collect();
		assert_eq!(numbers.len(), all - lost as usize);
		assert_eq!(numbers[..QUEUE], (0..QUEUE).collect::<Vec<_>>());
		assert!(numbers.is_sorted());
		assert_eq!(printer.lost.load(Ordering::Relaxed), 0, "that is said");
	}

	#[test]
	fn at_the_end_all_is_printed() {
		let taken = Arc::<Mutex<Vec<u8>>>::default();
		struct Fast(Arc<Mutex<Vec<u8>>>);
		impl Write for Fast {
			fn write(&mut self, line: &[u8]) -> io::Result<usize> {
				self.0.lock().unwrap().write(line)
			}

			fn flush(&mut self) -> io::Result<()> {
				Ok(())
			}
		}
		let mut printer = Printer::to(Fast(taken.clone()));
		for _ in 0..100 {
			printer.write_all(b"line\n").unwrap();
		}
		printer.finish(SOON);
		assert_eq!(taken.lock().unwrap().len(), 500);
	}
}

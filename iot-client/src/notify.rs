//! Tells systemd how the service is: that it is ready, that it is alive, that it ends.
//!
//! A service of the kind `Type=notify` is given the address of a datagram socket in `NOTIFY_SOCKET`; a line to it is all there
//! is to say. With `WatchdogSec=` the service must say `WATCHDOG=1` again and again, or it is killed and started anew. Saying
//! so proves something only if it comes from the work itself: the daemon's main loop calls [`beat`], and nothing is said as
//! long as it does not.
//! <https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html>

use std::{
	env,
	ffi::{OsStr, OsString},
	io,
	os::{
		linux::net::SocketAddrExt,
		unix::{
			ffi::OsStrExt,
			net::{SocketAddr, UnixDatagram},
		},
	},
	sync::atomic::{AtomicU64, Ordering},
	time::Duration,
};
use tokio::time::{interval, MissedTickBehavior};

/// How often the heart is felt until it beats first.
const STARTING: Duration = Duration::from_millis(250);
/// The main loop beats every few seconds even when nothing happens.
static HEART: Heart = Heart::new();

/// The daemon's main loop is alive. To be called wherever that loop comes round.
pub fn beat() {
	HEART.beat();
}

/// Counts how often something came round.
#[derive(Debug, Default)]
struct Heart(AtomicU64);

impl Heart {
	const fn new() -> Self {
		Self(AtomicU64::new(0))
	}

	fn beat(&self) {
		self.0.fetch_add(1, Ordering::Relaxed);
	}

	fn beats(&self) -> u64 {
		self.0.load(Ordering::Relaxed)
	}
}

/// What is said to systemd.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Word {
	Ready,
	Alive,
	Stopping,
}

impl Word {
	fn line(self) -> &'static [u8] {
		match self {
			Self::Ready => b"READY=1",
			Self::Alive => b"WATCHDOG=1",
			Self::Stopping => b"STOPPING=1",
		}
	}
}

/// The way to systemd.
#[derive(Debug)]
pub struct Notifier {
	socket: UnixDatagram,
	/// How often it wants to hear of us.
	watchdog: Option<Duration>,
}

impl Notifier {
	/// The way to systemd, if it has started this process as a service that notifies.
	pub fn from_environment() -> Option<Self> {
		let address = env::var_os("NOTIFY_SOCKET")?;
		let period = watchdog(
			env::var_os("WATCHDOG_USEC"),
			env::var_os("WATCHDOG_PID"),
			std::process::id(),
		);
		match Self::at(&address, period) {
			Ok(notifier) => Some(notifier),
			Err(error) => {
				tracing::warn!(%error, address = %address.display(), "cannot reach systemd, which waits for a word");
				None
			}
		}
	}

	fn at(address: &OsStr, watchdog: Option<Duration>) -> io::Result<Self> {
		let address = match address.as_bytes() {
			// An abstract name, which is no file.
			[b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
			[b'/', ..] => SocketAddr::from_pathname(address)?,
			_ => return Err(io::Error::other("it is neither a path nor an abstract name")),
		};
		let socket = UnixDatagram::unbound()?;
		socket.connect_addr(&address)?;
		// A word that cannot be said at once is said again soon.
		socket.set_nonblocking(true)?;
		Ok(Self { socket, watchdog })
	}

	/// Says once that the main loop runs, and then, again and again, that it still does. Never ends.
	pub async fn follow(&self) {
		self.follow_heart(&HEART).await;
	}

	async fn follow_heart(&self, heart: &Heart) {
		let mut tick = interval(STARTING);
		while heart.beats() == 0 {
			tick.tick().await;
		}
		self.say(Word::Ready);
		let Some(period) = self.watchdog else {
			return std::future::pending().await;
		};
		// Twice as often as wanted, as systemd recommends.
		let mut tick = interval(period / 2);
		tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
		let mut felt = 0;
		loop {
			tick.tick().await;
			let beats = heart.beats();
			if beats != felt {
				felt = beats;
				self.say(Word::Alive);
			}
		}
	}

	/// Says that the service ends by itself, in order.
	pub fn stopping(&self) {
		self.say(Word::Stopping);
	}

	fn say(&self, word: Word) {
		if let Err(error) = self.socket.send(word.line()) {
			tracing::debug!(%error, ?word, "systemd did not hear it");
		}
	}
}

/// How often systemd wants to hear of the process `pid`, from what it has put into the environment.
fn watchdog(usec: Option<OsString>, meant: Option<OsString>, pid: u32) -> Option<Duration> {
	let number = |text: OsString| text.to_str()?.parse::<u64>().ok();
	// A process that inherits the environment is not meant.
	if meant.is_some_and(|meant| number(meant) != Some(pid.into())) {
		return None;
	}
	usec.and_then(number)
		.filter(|usec| *usec > 0)
		.map(Duration::from_micros)
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::time::Instant;

	const PERIOD: Duration = Duration::from_millis(40);
	const SOON: Duration = Duration::from_secs(30);

	fn heard(socket: &UnixDatagram) -> String {
		let mut buffer = [0; 64];
		socket.set_read_timeout(Some(SOON)).unwrap();
		let length = socket.recv(&mut buffer).unwrap();
		String::from_utf8_lossy(&buffer[..length]).into_owned()
	}

	#[test]
	fn a_socket_is_found_by_its_path_and_by_its_abstract_name() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("notify");
		let by_path = UnixDatagram::bind(&path).unwrap();
		Notifier::at(path.as_os_str(), None).unwrap().stopping();
		assert_eq!(heard(&by_path), "STOPPING=1");

		let name = format!("bpiiot-notify-{}", std::process::id());
		let abstract_address = SocketAddr::from_abstract_name(&name).unwrap();
		let by_name = UnixDatagram::bind_addr(&abstract_address).unwrap();
		Notifier::at(OsStr::new(&format!("@{name}")), None).unwrap().stopping();
		assert_eq!(heard(&by_name), "STOPPING=1");
	}

	#[test]
	fn an_address_that_is_none_is_refused() {
		for address in ["", "notify", "/nonexistent/notify", "vsock:2:1234"] {
			assert!(Notifier::at(OsStr::new(address), None).is_err(), "{address}");
		}
	}

	#[test]
	fn the_watchdog_is_for_the_process_that_is_meant() {
		let text = |text: &str| Some(OsString::from(text));
		let second = Some(Duration::from_secs(1));
		for (usec, meant, period) in [
			(text("1000000"), None, second),
			(text("1000000"), text("7"), second),
			(text("1000000"), text("8"), None),
			(text("1000000"), text("me"), None),
			(text("0"), None, None),
			(text("often"), None, None),
			(None, text("7"), None),
		] {
			assert_eq!(watchdog(usec.clone(), meant.clone(), 7), period, "{usec:?} {meant:?}");
		}
	}

	#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
	async fn nothing_is_said_before_the_first_beat_and_none_when_it_has_stopped() {
		static BEATEN: Heart = Heart::new();
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("notify");
		let systemd = UnixDatagram::bind(&path).unwrap();
		let notifier = Notifier::at(path.as_os_str(), Some(PERIOD)).unwrap();
		let following = tokio::spawn(async move { notifier.follow_heart(&BEATEN).await });
		let listening = tokio::task::spawn_blocking(move || {
			// Before the first beat nothing comes, however long one waits.
			systemd.set_read_timeout(Some(PERIOD * 4)).unwrap();
			let early = systemd.recv(&mut [0; 64]).is_ok();
			BEATEN.beat();
			let first = [heard(&systemd), heard(&systemd)];
			BEATEN.beat();
			let second = heard(&systemd);
			// One beat is one word: a loop that stands still is silent.
			systemd.set_read_timeout(Some(PERIOD * 4)).unwrap();
			let since = Instant::now();
			let late = systemd.recv(&mut [0; 64]).is_ok();
			(early, first, second, late, since.elapsed() >= PERIOD)
		});
		let heard = tokio::time::timeout(SOON, listening).await.unwrap().unwrap();
		let words = ["READY=1".to_owned(), "WATCHDOG=1".to_owned()];
		assert_eq!(heard, (false, words, "WATCHDOG=1".to_owned(), false, true));
		following.abort();
	}

	#[tokio::test]
	async fn without_a_watchdog_it_is_said_once_that_it_is_ready() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("notify");
		let systemd = UnixDatagram::bind(&path).unwrap();
		let notifier = Notifier::at(path.as_os_str(), None).unwrap();
		let heart = Heart::new();
		heart.beat();
		let following = notifier.follow_heart(&heart);
		let _ = tokio::time::timeout(PERIOD, following).await;
		assert_eq!(heard(&systemd), "READY=1");
		systemd.set_nonblocking(true).unwrap();
		assert!(systemd.recv(&mut [0; 64]).is_err(), "that is all");
	}
}

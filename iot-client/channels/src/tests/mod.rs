//! Both ends over real sockets, on disks that lose power.

mod crashes;
mod ends;
mod stores;
mod strangers;

use crate::{run, BuyerEnd, ChannelsError, Command, Line, Notice, Pace, Purchase, Sale, SellerEnd, Store};
use bpiiot_voucher::{ChannelId, Domain, Metering, Tariff, Unit};
use iot_disk::{Disk, Storage};
use iot_outbox::faults::FaultyDisk;
use sp_core::{
	sr25519::{Pair, Public},
	Pair as _, H256,
};
use std::{
	collections::BTreeMap,
	future::Future,
	io,
	path::{Path, PathBuf},
	sync::{Arc, Mutex, MutexGuard},
	time::Duration,
};
use tokio::{
	net::TcpListener,
	sync::{mpsc, Notify},
	time::timeout,
};

/// Longer than any test takes.
pub(crate) const SOON: Duration = Duration::from_secs(60);
pub(crate) const TICK: u64 = 10;
pub(crate) const DEPOSIT: u128 = 100_000;

pub(crate) fn metering() -> Metering {
	Metering {
		unit: Unit(*b"WHR"),
		tariff: Tariff { price: 7, per: 2 },
		tick: TICK,
	}
}

pub(crate) fn pair(seed: u8) -> Pair {
	Pair::from_seed(&[seed; 32])
}

pub(crate) fn buyer_key() -> Pair {
	pair(1)
}

pub(crate) fn seller_key() -> Pair {
	pair(2)
}

pub(crate) fn domain(channel: u64) -> Domain {
	Domain {
		genesis: H256::repeat_byte(3),
		channel: ChannelId(channel),
	}
}

/// Disks in memory, by their files.
#[derive(Clone, Debug, Default)]
pub(crate) struct TestDisk(Arc<Mutex<BTreeMap<PathBuf, FaultyDisk>>>);

impl TestDisk {
	fn files(&self) -> MutexGuard<'_, BTreeMap<PathBuf, FaultyDisk>> {
		self.0.lock().unwrap()
	}

	/// The power goes: what is open is dead, and what was not forced to the disk is kept, lost or torn.
	pub(crate) fn cut(&self) {
		self.files().values().for_each(FaultyDisk::cut);
	}
}

impl Disk for TestDisk {
	fn open(&self, path: &Path) -> io::Result<Storage> {
		let files = self.files();
		let file = files.get(path).ok_or(io::ErrorKind::NotFound)?;
		Ok(Storage::new(file.plug()))
	}

	fn make(&self, path: &Path) -> io::Result<Storage> {
		let seed = path.as_os_str().len() as u64;
		let file = FaultyDisk::new(seed);
		let storage = Storage::new(file.plug());
		self.files().insert(path.to_owned(), file);
		Ok(storage)
	}

	fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
		let mut files = self.files();
		let file = files.remove(from).ok_or(io::ErrorKind::NotFound)?;
		files.insert(to.to_owned(), file);
		Ok(())
	}

	fn remove(&self, path: &Path) -> io::Result<()> {
		self.files().remove(path);
		Ok(())
	}
}

pub(crate) fn store(disk: &TestDisk) -> (Store, mpsc::UnboundedReceiver<crate::Kept>) {
	// A folder that exists: the disk itself is in memory.
	let path = std::env::temp_dir().join("channels.redb");
	Store::open(disk, &path, Duration::ZERO).unwrap()
}

/// The machine between the two ends: what was supplied and what comes through, which is the same.
#[derive(Debug)]
pub(crate) struct Plant {
	pub(crate) meters: BTreeMap<ChannelId, u64>,
	/// What is wanted of each channel, and in which portions.
	pub(crate) wanted: u64,
	pub(crate) portion: u64,
	/// Portions that were supplied.
	pub(crate) portions: u64,
	/// After how many of them something happens.
	pub(crate) stop_after: u64,
	/// How often the valve was found shut.
	pub(crate) shut: u64,
	/// Channels of which all that is wanted was supplied and paid.
	pub(crate) done: BTreeMap<ChannelId, bool>,
	/// What a valve gives beside the meter of the buyer: a leak.
	pub(crate) leaks: bool,
}

impl Plant {
	pub(crate) fn has_stopped(&self) -> bool {
		self.portions >= self.stop_after
	}

	pub(crate) fn is_paid(&self, channels: u64) -> bool {
		self.done.len() as u64 == channels && self.done.values().all(|done| *done)
	}
}

#[derive(Clone, Debug)]
pub(crate) struct Hall {
	pub(crate) plant: Arc<Mutex<Plant>>,
	/// Something has happened.
	pub(crate) bell: Arc<Notify>,
	pub(crate) channels: u64,
}

impl Hall {
	pub(crate) fn new(channels: u64, wanted: u64, portion: u64) -> Self {
		let plant = Plant {
			meters: BTreeMap::new(),
			wanted,
			portion,
			portions: 0,
			stop_after: u64::MAX,
			shut: 0,
			done: BTreeMap::new(),
			leaks: false,
		};
		Self {
			plant: Arc::new(Mutex::new(plant)),
			bell: Arc::default(),
			channels,
		}
	}

	pub(crate) fn plant(&self) -> MutexGuard<'_, Plant> {
		self.plant.lock().unwrap()
	}

	pub(crate) fn meter(&self, channel: ChannelId) -> u64 {
		self.plant().meters.get(&channel).copied().unwrap_or_default()
	}

	/// When this is so. One at a time waits for it.
	pub(crate) async fn until(&self, is_so: impl Fn(&Plant) -> bool) {
		loop {
			let heard = self.bell.notified();
			if is_so(&self.plant()) {
				return;
			}
			heard.await;
		}
	}

	/// When all that is wanted is supplied and paid.
	pub(crate) async fn is_paid(&self) {
		let channels = self.channels;
		self.until(|plant| plant.is_paid(channels)).await;
	}

	/// When so many portions were supplied.
	pub(crate) async fn stops(&self) {
		self.until(Plant::has_stopped).await;
	}

	fn valve(&self) -> impl FnMut(ChannelId, u64) -> u64 + Send + 'static {
		let hall = self.clone();
		move |channel, room| {
			let mut plant = hall.plant();
			let wanted = plant.wanted;
			let stopped = plant.has_stopped();
			let supplied = plant.meters.get(&channel).copied().unwrap_or_default();
			let units = match stopped {
				true => 0,
				false => room.min(plant.portion).min(wanted - supplied),
			};
			plant.shut += u64::from(room == 0);
			if units > 0 {
				plant.portions += 1;
				plant.meters.insert(channel, supplied + units);
			}
			let is_paid = supplied + units == wanted && room == TICK;
			plant.done.insert(channel, is_paid);
			drop(plant);
			hall.bell.notify_one();
			units
		}
	}

	fn pipe(&self) -> impl FnMut(ChannelId) -> Option<u64> + Send + 'static {
		let hall = self.clone();
		move |channel| {
			let leaks = hall.plant().leaks;
			Some(if leaks { 0 } else { hall.meter(channel) })
		}
	}
}

pub(crate) type TestSeller = SellerEnd<Box<dyn FnMut(ChannelId, u64) -> u64 + Send>>;
pub(crate) type TestBuyer = BuyerEnd<Box<dyn FnMut(ChannelId) -> Option<u64> + Send>>;

/// A seller from what is on this disk. Its meter outlives crashes, or `forgets`.
pub(crate) fn seller(disk: &TestDisk, hall: &Hall, forgets: bool) -> TestSeller {
	let mut end = SellerEnd::new(store(disk), Box::new(hall.valve()) as _);
	for channel in 1..=hall.channels {
		let sale = Sale {
			domain: domain(channel),
			metering: metering(),
			deposit: DEPOSIT,
			buyer: buyer_key().public(),
			key: seller_key(),
			metered: (!forgets).then(|| hall.meter(ChannelId(channel))),
		};
		end.open(sale).unwrap();
	}
	end
}

pub(crate) fn purchase(channel: u64, seller: Public) -> Purchase {
	Purchase {
		domain: domain(channel),
		metering: metering(),
		limit: DEPOSIT,
		seller,
		key: buyer_key(),
		slack: 0,
	}
}

pub(crate) fn buyer(disk: &TestDisk, hall: &Hall) -> TestBuyer {
	let mut end = BuyerEnd::new(store(disk), Box::new(hall.pipe()) as _);
	for channel in 1..=hall.channels {
		end.open(purchase(channel, seller_key().public())).unwrap();
	}
	end
}

pub(crate) fn pace() -> Pace {
	Pace {
		look: Duration::from_millis(2),
		remind: 10,
	}
}

/// Two lines to each other.
pub(crate) async fn lines() -> (Line, Line) {
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let address = listener.local_addr().unwrap();
	let accept = async {
		let (stream, _) = listener.accept().await.unwrap();
		stream.set_nodelay(true).unwrap();
		Line::accept(stream).await.unwrap()
	};
	let (near, far) = tokio::join!(accept, Line::dial(address));
	(near, far.unwrap())
}

/// Has both talk over a new line until `stop`; then the line is cut. What either has told.
pub(crate) async fn session(
	seller: &mut TestSeller,
	buyer: &mut TestBuyer,
	commands: Vec<Command>,
	stop: impl Future<Output = ()>,
) -> (Vec<Notice>, Result<(), ChannelsError>) {
	let (near, far) = lines().await;
	let (_seller_hold, mut seller_commands) = mpsc::channel(4);
	let (buyer_hold, mut buyer_commands) = mpsc::channel(16);
	let has_ends = commands.len();
	for command in commands {
		buyer_hold.send(command).await.unwrap();
	}
	let (tell, mut told) = mpsc::unbounded_channel();
	let mut notices = Vec::new();
	let listen = async {
		let (mut ends, wanted) = (0, 2 * has_ends);
		while let Some(notice) = told.recv().await {
			ends += usize::from(matches!(notice, Notice::Agreed { .. }));
			notices.push(notice);
			if ends == wanted {
				// Both have told of it.
				return;
			}
		}
	};
	let talk = async {
		tokio::select! {
			done = run(seller, near, pace(), &mut seller_commands, &tell) => done,
			done = run(buyer, far, pace(), &mut buyer_commands, &tell) => done,
			() = stop => Ok(()),
			() = listen => Ok(()),
		}
	};
	let done = timeout(SOON, talk).await.expect("it comes to an end");
	(notices, done)
}

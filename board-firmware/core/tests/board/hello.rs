use crate::bench::{acks, Bench, CONFIG, SESSION, SPEED};
use board_core::{
	protocol::{
		AckResult, BoardFrame, BoardMessage, Decoder, HelloPage, HostFrame, HostMessage, Identity, Label, Session,
		PROTOCOL_VERSION, SCHEMA_HASH,
	},
	Config,
};

fn ask(bench: &mut Bench, session: Session, page: u8) -> Vec<BoardFrame> {
	bench.exchange(HostFrame::new(
		session,
		40 + u16::from(page),
		HostMessage::HelloRequest { page },
	))
}

#[test]
fn answers_every_page_in_any_session() {
	let mut bench = Bench::new();
	for session in [Session::UNKNOWN, Session(1), SESSION] {
		let mut pages = Vec::new();
		for page in 0..8 {
			let frames = ask(&mut bench, session, page);
			let [BoardFrame {
				session: SESSION,
				sequence,
				message: BoardMessage::Hello(hello),
				..
			}] = frames[..]
			else {
				panic!("{frames:?}");
			};
			assert_eq!(sequence, 40 + u16::from(page));
			pages.push(hello);
		}
		let identity = Identity {
			protocol: PROTOCOL_VERSION,
			schema: SCHEMA_HASH,
			serial: Label::literal("BENCH"),
			dead_man_ms: 500,
			min_interval_ms: 10,
			channels: 6,
		};
		assert_eq!(identity.pages(), 8);
		assert_eq!(pages[0], HelloPage::Identity(identity));
		assert_eq!(pages[1], HelloPage::Firmware(CONFIG.firmware));
		assert_eq!(
			pages[2 + usize::from(SPEED)],
			HelloPage::Channel(CONFIG.channels[usize::from(SPEED)])
		);
	}
}

#[test]
fn refuses_a_page_beyond_the_last() {
	let mut bench = Bench::new();
	for page in [8, 255] {
		let frames = ask(&mut bench, Session::UNKNOWN, page);
		assert_eq!(acks(&frames)[0].1.result, AckResult::NoSuchChannel);
	}
}

#[test]
fn a_hello_request_is_no_command() {
	let mut bench = Bench::new();
	assert_eq!(bench.set(0, 100), AckResult::Done);
	ask(&mut bench, SESSION, 0);
	// Neither does its number count, nor does it hold off the dead-man timer.
	assert_eq!(bench.set(0, 200), AckResult::Done);
	bench.wait(500);
	ask(&mut bench, SESSION, 0);
	bench.wait(1);
	assert!(bench.is_safe());
}

#[test]
fn a_host_of_another_version_gets_the_identity() {
	let mut bench = Bench::new();
	let foreign = HostFrame {
		version: 9,
		..HostFrame::new(SESSION, 3, HostMessage::SetOutput { channel: 0, value: 5 })
	};
	let frames = bench.exchange(foreign);
	assert!(
		matches!(
			frames[..],
			[BoardFrame {
				version: PROTOCOL_VERSION,
				message: BoardMessage::Hello(HelloPage::Identity(_)),
				..
			}]
		),
		"{frames:?}"
	);
	assert!(bench.is_safe());
}

#[test]
fn a_board_of_another_version_says_so_in_its_own() {
	let mut bench = Bench::with(Config { version: 3, ..CONFIG });
	bench.poll();
	// A host of our version asks as it does on every port.
	bench.put(HostFrame::new(
		Session::UNKNOWN,
		1,
		HostMessage::HelloRequest { page: 0 },
	));
	bench.board.poll(&mut bench.machine);
	let mut host = Decoder::<BoardMessage>::with_version(3);
	let frames: Vec<_> = bench
		.machine
		.from_board
		.iter()
		.filter_map(|byte| host.push(*byte))
		.flatten()
		.collect();
	let [BoardFrame {
		message: BoardMessage::Hello(HelloPage::Identity(identity)),
		..
	}] = frames[..]
	else {
		panic!("{frames:?}");
	};
	assert_eq!(identity.protocol, 3);
}

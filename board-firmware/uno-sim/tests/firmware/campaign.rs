//! Thousands of faults, one after the other, and after each one the two promises: nothing unsafe, nothing twice.

use crate::host::{Host, CLAMP_TERMINAL, COOLANT_TERMINAL, SPINDLE_TERMINAL};
use bpiiot_protocol::{AckResult, BoardMessage, HostFrame, HostMessage, Session};
use std::{collections::BTreeMap, env, fmt};
use uno_sim::{ResetCause, CYCLES_A_MS};
use virtual_board::{Fault as MachineFault, Faults, SPINDLE_RPM};

/// Within this time a command is answered, or repeated.
const ANSWER_MS: u64 = 12;
/// How often a command is sent before the board counts as lost.
const ATTEMPTS: u32 = 8;
const DEAD_MAN_MS: u64 = 500;
/// From the cause to the output: one round of the board, and one of the machine.
const REACTION_MS: u64 = 4;
/// The converter that gives the sensors' values.
const ADCSRA: u16 = 0x7a;

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Fault {
	/// A bit of the command is wrong.
	BitToBoard,
	/// A byte of the command is missing.
	DroppedByte,
	/// A byte of the command comes twice.
	DoubledByte,
	/// The command ends in the middle.
	CutFrame,
	/// Garbage comes before the command.
	Garbage,
	/// The host sends at another speed for a while.
	WrongBaud,
	/// The command comes twice.
	DoubledFrame,
	/// A command of before comes again.
	OldFrame,
	/// The answer is damaged on its way.
	BitToHost,
	/// The answer does not come.
	LostAnswer,
	/// The reset pin is pulled in the middle of a command.
	Reset,
	/// The supply voltage breaks down in the middle of a command.
	BrownOut,
	/// Somebody opens the door.
	Door,
	/// The sensors' wires break.
	BrokenWires,
	/// The converter stands still.
	StuckConverter,
	/// The configuration in the EEPROM is damaged, and the board reset.
	DamagedEeprom,
	/// The host is gone.
	SilentHost,
}

impl fmt::Display for Fault {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let name = format!("{self:?}");
		let words = name.chars().flat_map(|letter| {
			let space = letter.is_uppercase().then_some(' ');
			space.into_iter().chain(letter.to_lowercase())
		});
		f.write_str(words.collect::<String>().trim())
	}
}

/// Each line fault more often than those that take long.
const FAULTS: [(Fault, u32); 17] = [
	(Fault::BitToBoard, 14),
	(Fault::DroppedByte, 12),
	(Fault::DoubledByte, 12),
	(Fault::CutFrame, 8),
	(Fault::Garbage, 8),
	(Fault::WrongBaud, 4),
	(Fault::DoubledFrame, 12),
	(Fault::OldFrame, 12),
	(Fault::BitToHost, 10),
	(Fault::LostAnswer, 10),
	(Fault::Reset, 4),
	(Fault::BrownOut, 2),
	(Fault::Door, 4),
	(Fault::BrokenWires, 2),
	(Fault::StuckConverter, 1),
	(Fault::DamagedEeprom, 1),
	(Fault::SilentHost, 1),
];

/// xorshift32: the same faults each time.
struct Dice(u32);

impl Dice {
	fn below(&mut self, sides: usize) -> usize {
		self.0 ^= self.0 << 13;
		self.0 ^= self.0 >> 17;
		self.0 ^= self.0 << 5;
		self.0 as usize % sides
	}

	fn fault(&mut self) -> Fault {
		let all: u32 = FAULTS.iter().map(|(_, weight)| weight).sum();
		let mut left = self.below(all as usize) as u32;
		for (fault, weight) in FAULTS {
			if left < weight {
				return fault;
			}
			left -= weight;
		}
		unreachable!("the weights add up");
	}
}

#[derive(Default)]
struct Row {
	injected: u32,
	retries: u32,
	unsafe_outputs: u32,
	executed_again: u32,
	not_recovered: u32,
}

struct Campaign {
	host: Host,
	dice: Dice,
	/// The spindle's speed that the last command asked for; each command asks for another one.
	rpm: i32,
	old: HostFrame,
	rows: BTreeMap<Fault, Row>,
}

impl Campaign {
	fn new(seed: u32) -> Campaign {
		let host = Host::connected();
		let old = HostFrame::new(host.session, 0, HostMessage::KeepAlive);
		Campaign {
			host,
			dice: Dice(seed.max(1)),
			rpm: 100,
			old,
			rows: BTreeMap::new(),
		}
	}

	/// The next command, whose value is higher than that of the one before: a command that is executed again shows.
	fn next_command(&mut self) -> HostFrame {
		self.rpm = if self.rpm >= 2900 { 100 } else { self.rpm + 7 };
		self.host.sequence += 1;
		let value = self.rpm;
		let channel = SPINDLE_RPM;
		HostFrame::new(
			self.host.session,
			self.host.sequence,
			HostMessage::SetOutput { channel, value },
		)
	}

	/// The speed that the spindle is told, from its terminal.
	fn driven_rpm(&self) -> i32 {
		(i32::from(self.host.line.uno.driven(SPINDLE_TERMINAL)) * 3000 + 32_767) / 65_535
	}

	fn is_driven(&self) -> bool {
		[SPINDLE_TERMINAL, 10, CLAMP_TERMINAL, COOLANT_TERMINAL]
			.into_iter()
			.any(|terminal| self.host.line.uno.driven(terminal) != 0)
	}

	/// Sends the command as these bytes, then as it is until it is answered. `None` when the board has another session.
	fn until_answered(&mut self, command: HostFrame, first: &[u8], row: &mut Row) -> Option<AckResult> {
		self.host.line.uno.send(first);
		for _ in 0..ATTEMPTS {
			let ack = self.host.find(ANSWER_MS, |reply| match reply.message {
				BoardMessage::Ack(ack) if reply.sequence == command.sequence => Some(ack.result),
				_ => None,
			});
			match ack {
				Some((_, AckResult::WrongSession)) => return None,
				Some((_, result)) => return Some(result),
				None => {}
			}
			row.retries += 1;
			self.host.put(command);
		}
		row.not_recovered += 1;
		None
	}

	/// What a client does after anything: hello, safe, and a first command.
	fn recover(&mut self, row: &mut Row) {
		self.host.run_ms(ANSWER_MS);
		self.host.take_frames();
		self.host.hello(0);
		let result = self.host.command(HostMessage::Safe);
		row.not_recovered += u32::from(result != AckResult::Done);
		let command = self.next_command();
		let bytes = command.encode().expect("fits");
		let result = self.until_answered(command, &bytes, row);
		row.not_recovered += u32::from(result != Some(AckResult::Done) || self.driven_rpm() != self.rpm);
		self.old = command;
	}

	fn inject(&mut self, fault: Fault) {
		let mut row = self.rows.remove(&fault).unwrap_or_default();
		row.injected += 1;
		let before = self.driven_rpm();
		let command = self.next_command();
		let bytes = command.encode().expect("fits").to_vec();
		match fault {
			Fault::BitToBoard
			| Fault::DroppedByte
			| Fault::DoubledByte
			| Fault::CutFrame
			| Fault::Garbage
			| Fault::WrongBaud
			| Fault::DoubledFrame
			| Fault::OldFrame => {
				let damaged = self.damage(fault, bytes);
				let result = self.until_answered(command, &damaged, &mut row);
				row.not_recovered += u32::from(result != Some(AckResult::Done));
				self.host.run_ms(4);
			}
			Fault::BitToHost | Fault::LostAnswer => {
				self.lose_answer(command, fault);
				row.retries += 1;
				let result = self.until_answered(command, &bytes, &mut row);
				row.not_recovered += u32::from(result != Some(AckResult::Done));
			}
			Fault::Reset | Fault::BrownOut | Fault::DamagedEeprom => self.reset(fault, &bytes, &mut row),
			Fault::Door => self.open_door(&mut row),
			Fault::BrokenWires => self.break_wires(&mut row),
			Fault::StuckConverter => self.stop_converter(&mut row),
			Fault::SilentHost => self.fall_silent(&mut row),
		}
		match fault {
			Fault::Reset
			| Fault::BrownOut
			| Fault::DamagedEeprom
			| Fault::Door
			| Fault::BrokenWires
			| Fault::StuckConverter
			| Fault::SilentHost => self.recover(&mut row),
			// The spindle does what the last command said, and nothing of before.
			_ => {
				let now = self.driven_rpm();
				row.executed_again += u32::from(now != self.rpm && now == before);
				row.unsafe_outputs += u32::from(now != self.rpm && now != before);
				self.old = command;
			}
		}
		self.rows.insert(fault, row);
	}

	fn damage(&mut self, fault: Fault, mut bytes: Vec<u8>) -> Vec<u8> {
		let place = self.dice.below(bytes.len());
		match fault {
			Fault::BitToBoard => bytes[place] ^= 1 << self.dice.below(8),
			Fault::DroppedByte => {
				bytes.remove(place);
			}
			Fault::DoubledByte => bytes.insert(place, bytes[place]),
			Fault::CutFrame => bytes.truncate(place),
			Fault::Garbage => {
				let garbage = (0..self.dice.below(40)).map(|_| self.dice.below(256) as u8);
				bytes = garbage.collect::<Vec<_>>().into_iter().chain(bytes).collect();
			}
			// What a receiver makes of another speed is noise.
			Fault::WrongBaud => bytes = (0..120).map(|_| self.dice.below(256) as u8).collect(),
			Fault::DoubledFrame => bytes = bytes.repeat(2),
			Fault::OldFrame => bytes.extend(self.old.encode().expect("fits")),
			_ => unreachable!("no fault of the line to the board"),
		}
		bytes
	}

	/// The command is executed, and its answer does not come through.
	fn lose_answer(&mut self, command: HostFrame, fault: Fault) {
		self.host.put(command);
		match fault {
			Fault::LostAnswer => {
				self.host.line.uno.run_ms(8).expect("nothing is recorded");
				while self.host.line.uno.receive().is_some() {}
			}
			_ => {
				self.host.line.damage_next = Some(self.dice.below(8 * 15));
				self.host.run_ms(8);
				self.host.line.damage_next = None;
			}
		}
		self.host.take_frames();
	}

	fn reset(&mut self, fault: Fault, command: &[u8], row: &mut Row) {
		self.host.line.uno.send(command);
		let cycles = self.dice.below(3 * CYCLES_A_MS as usize) as u64;
		let next = self.host.line.uno.now() + cycles;
		self.host.line.uno.run_to(next).expect("nothing is recorded");
		let cause = match fault {
			Fault::BrownOut => ResetCause::BrownOut,
			_ => ResetCause::External,
		};
		if fault != Fault::DamagedEeprom {
			self.host.line.uno.reset(cause);
			row.unsafe_outputs += u32::from(self.stays_off(60));
			return;
		}
		let sound = self.host.line.uno.eeprom();
		let mut damaged = sound;
		damaged[self.dice.below(5)] ^= 1 << self.dice.below(8);
		self.host.line.uno.set_eeprom(&damaged);
		self.host.line.uno.reset(cause);
		row.unsafe_outputs += u32::from(self.stays_off(60));
		self.host.hello(0);
		let refused = self.host.set(SPINDLE_RPM, 500);
		row.unsafe_outputs += u32::from(refused != AckResult::NoSuchChannel || self.is_driven());
		// Somebody mends it.
		let mut mended = self.host.line.uno.eeprom();
		mended[..5].copy_from_slice(&sound[..5]);
		self.host.line.uno.set_eeprom(&mended);
		self.host.line.uno.reset(cause);
		row.unsafe_outputs += u32::from(self.stays_off(60));
	}

	/// Whether an output is driven at any time in so many milliseconds.
	fn stays_off(&mut self, ms: u64) -> bool {
		(0..ms * 2).any(|_| {
			let driven = self.is_driven();
			let next = self.host.line.uno.now() + CYCLES_A_MS / 2;
			self.host.line.uno.run_to(next).expect("nothing is recorded");
			driven
		})
	}

	fn open_door(&mut self, row: &mut Row) {
		self.host.line.uno.press.set_door(false);
		self.host.run_ms(REACTION_MS);
		row.unsafe_outputs += u32::from(self.driven_rpm() != 0);
		let result = self.host.set(SPINDLE_RPM, 1000);
		row.unsafe_outputs += u32::from(result != AckResult::Interlocked || self.driven_rpm() != 0);
		self.host.line.uno.press.set_door(true);
		self.host.run_ms(REACTION_MS);
		// It does not start by itself.
		row.unsafe_outputs += u32::from(self.driven_rpm() != 0);
	}

	fn break_wires(&mut self, row: &mut Row) {
		self.host
			.line
			.uno
			.press
			.set_faults(Faults::from_iter([MachineFault::Dropout]));
		self.host.run_ms(30);
		row.not_recovered += u32::from(self.host.read(4).is_some());
		self.host.line.uno.press.set_faults(Faults::default());
		self.host.run_ms(30);
		row.not_recovered += u32::from(self.host.read(4).is_none());
	}

	fn stop_converter(&mut self, row: &mut Row) {
		// Just before its interrupt starts the next conversion, once is not enough.
		while self.host.line.uno.take_conversions().count > 0 {
			self.host.line.uno.set_memory(ADCSRA, 0);
			self.host.run_ms(1);
		}
		self.host.keep_alive_ms(200);
		row.not_recovered += u32::from(self.host.read(4).is_some());
		self.host.line.uno.reset(ResetCause::External);
		self.host.run_ms(60);
	}

	fn fall_silent(&mut self, row: &mut Row) {
		let command = self.next_command();
		let bytes = command.encode().expect("fits");
		self.until_answered(command, &bytes, row);
		self.host.run_ms(DEAD_MAN_MS + REACTION_MS);
		row.unsafe_outputs += u32::from(self.is_driven());
	}
}

fn run(faults: u32) {
	let seed = env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
	let mut campaign = Campaign::new(seed);
	campaign.recover(&mut Row::default());
	for _ in 0..faults {
		let fault = campaign.dice.fault();
		campaign.inject(fault);
	}
	println!("\n| fault (seed {seed}) | injected | retries | unsafe outputs | executed again | not recovered |");
	println!("|---|---|---|---|---|---|");
	let mut sum = Row::default();
	for (fault, row) in &campaign.rows {
		print_row(&fault.to_string(), row);
		sum.injected += row.injected;
		sum.retries += row.retries;
		sum.unsafe_outputs += row.unsafe_outputs;
		sum.executed_again += row.executed_again;
		sum.not_recovered += row.not_recovered;
	}
	print_row("all", &sum);
	assert_eq!(sum.injected, faults);
	assert_eq!((sum.unsafe_outputs, sum.executed_again, sum.not_recovered), (0, 0, 0));
}

fn print_row(name: &str, row: &Row) {
	println!(
		"| {name} | {} | {} | {} | {} | {} |",
		row.injected, row.retries, row.unsafe_outputs, row.executed_again, row.not_recovered
	);
}

#[test]
fn a_few_faults_of_each_kind_do_no_harm() {
	run(400);
}

#[test]
fn long_ten_thousand_faults_do_no_harm() {
	run(10_000);
}

#[test]
fn a_session_of_before_is_never_obeyed() {
	let mut host = Host::connected();
	let before = host.session;
	host.line.uno.reset(ResetCause::External);
	host.run_ms(60);
	let spindle = HostMessage::SetOutput {
		channel: SPINDLE_RPM,
		value: 1000,
	};
	for session in [before, Session::UNKNOWN, Session(u32::MAX)] {
		host.sequence += 1;
		let (_, ack) = host.acknowledged(HostFrame::new(session, host.sequence, spindle));
		assert_eq!(ack.result, AckResult::WrongSession);
		assert_eq!(host.line.uno.driven(SPINDLE_TERMINAL), 0);
	}
}

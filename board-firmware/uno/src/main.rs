#![doc = include_str!("../README.md")]
#![no_std]
#![no_main]
#![feature(abi_avr_interrupt, asm_experimental_arch)]

mod analogue;
mod clock;
mod configuration;
#[allow(unsafe_code)]
mod mcu;
mod pins;
mod pwm;
mod rig;
mod serial;
mod wake;

use board_core::{
	next_session,
	protocol::{ResetCause, Session},
	Board, Config,
};
use rig::Rig;

/// At a fixed address, which this controller reaches with shorter code than a place on the stack.
static BOARD: mcu::Place<Board> = mcu::Place::new();

/// What the board does from a reset to the next one.
fn run() -> ! {
	let rig = start();
	live(rig)
}

/// Round after round.
#[inline(never)]
fn live(mut rig: Rig) -> ! {
	let Some(board) = BOARD.take() else { mcu::stop() };
	loop {
		board.poll(&mut rig);
		rig.feed_watchdog();
		wake::rest();
	}
}

/// From the reset to the first round. A function of its own, so that what it needs on the stack is free again afterwards.
#[inline(never)]
fn start() -> Rig {
	let cause = mcu::reset_cause();
	pins::release_all();
	mcu::start_watchdog();

	let session = next_session(&mut mcu::Eeprom, configuration::SESSIONS_AT);
	let Some(setup) = configuration::load() else {
		mcu::stop()
	};
	let mut rig = Rig::connect(setup.wiring);

	clock::start();
	serial::start();
	pwm::start();
	analogue::start();
	mcu::allow_interrupts();
	analogue::wait_for_first_round();

	begin(&setup.config, session, cause, &mut rig);
	rig
}

/// Makes the board in its place: the outputs are safe from here on. Apart from [`start`], whose stack is deep enough.
#[inline(never)]
fn begin(config: &Config, session: Session, cause: ResetCause, rig: &mut Rig) {
	BOARD.fill(|place| Board::start_in(place, config, session, cause, rig));
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
	mcu::stop()
}

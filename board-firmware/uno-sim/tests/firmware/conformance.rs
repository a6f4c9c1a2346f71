//! The very program, as anybody's board is tried: over its serial line, in simulated time.

use crate::host::{elf, Wire, CLAMP_TERMINAL, COOLANT_TERMINAL, SPINDLE_TERMINAL};
use board_conformance::{rules, run, Options, Verdict};
use uno_sim::Uno;

#[test]
fn the_firmware_obeys_every_rule() {
	let mut wire = Wire::to(Uno::new(&elf()).expect("a program"));
	let report = run(&mut wire, &Options::default(), |outcome| println!("{outcome}"));
	for outcome in &report.outcomes {
		assert_eq!(outcome.result, Verdict::Passed, "{}", outcome.rule.name);
		// Nothing here is late, and no computer is busy.
		assert!(
			outcome.excused.is_empty(),
			"{}: {:?}",
			outcome.rule.name,
			outcome.excused
		);
	}
	assert_eq!(report.outcomes.len(), rules().count());
	for terminal in [SPINDLE_TERMINAL, 10, CLAMP_TERMINAL, COOLANT_TERMINAL] {
		assert_eq!(wire.uno.driven(terminal), 0, "terminal {terminal}");
	}
	assert_eq!(wire.uno.watchdog_resets(), 1, "a restart was ordered once");
	assert!(
		wire.uno.eeprom()[..944].iter().all(|byte| *byte == 0xff),
		"the configuration's place is as it was"
	);
}

//! What readings say of the work.

use super::{name, Error, WAS_A_NUMBER};
use crate::{chain::pass, prelude::*, table::Scenario};
use bpiiot_runtime::Balance;
use pallet_diagnostics::{Call, OrderState, Outcome};

pub fn rows() -> Vec<Row> {
	vec![submit_reading()]
}

/// What has gone wrong with the reading that is shown.
fn showing(change: fn(&mut bpiiot_seal::Proof)) -> Call<Runtime> {
	let mut proof = proven(0, 1);
	change(&mut proof);
	let proof = list(codec::Encode::encode(&proof));
	Call::submit_reading { order: repair(), proof }
}

/// Declared, on terms of which something is different, and a reading of this value.
fn measured(value: i64, change: fn(&mut Service)) -> Scenario {
	given(move || {
		repaired_with(Repair::Declared, change);
		measures(&[value]);
	})
}

/// What he has if it works, but for what is retained.
fn at_once() -> Balance {
	whole_price() + bonus() - retained()
}

fn price_and_bonus() -> Balance {
	whole_price() + bonus()
}

fn submit_reading() -> Row {
	let submits = |order| {
		measures(&[GOOD]);
		submit(order)
	};
	let ended = |outcome| move || assert_eq!(repair_record().state, OrderState::Settled(outcome));
	let stands = |state| move || assert_eq!(repair_record().state, state);
	let failed: [Payment; 4] = [
		(Party::Customer, Party::Machine, failure_fee),
		(Party::Machine, Party::Machine, || price_and_bonus() - failure_fee()),
		(Party::Machine, Party::Customer, care_bond),
		(Party::Chain, Party::Machine, purchase_fee),
	];
	let returned: [Payment; 3] = [
		(Party::Machine, Party::Machine, retained),
		(Party::Machine, Party::Customer, care_bond),
		(Party::Chain, Party::Machine, purchase_fee),
	];
	let row = Row::new(
		name("submit_reading"),
		actor(KEY, Error::NotAParty),
		|| measured_after(GOOD),
		|| submit(repair()),
	)
	.case(Right, by(OWNER))
	.case(Right, by(CUSTOMER))
	.case(Right, as_ever().leaves(stands(OrderState::Verified)))
	.case(Right, given(|| measured_after(BAD)).leaves(ended(Outcome::Failed)))
	// An arbiter may be asked before that stands.
	.case(
		Right,
		measured(BAD, |terms| terms.arbiter = Some(account(ARBITER))).leaves(stands(OrderState::Failed)),
	)
	.case(
		Right,
		measured(GOOD, |terms| terms.conditions.check.readings = 2).leaves(stands(OrderState::DeclaredDone)),
	)
	.case(
		Right,
		given(|| measured_under_guarantee(BAD)).leaves(ended(Outcome::Returned)),
	);
	let row = [
		Repair::Named,
		Repair::Assigned,
		Repair::Begun,
		Repair::Failed,
		Repair::Returned,
		Repair::Disputed,
		Repair::Done,
	]
	.into_iter()
	.fold(row, |row, stage| {
		row.case(
			WrongState,
			given(move || repaired(stage))
				.calling(move || submits(repair()))
				.fails(Error::WrongState),
		)
	});
	row.case(
		WrongState,
		calling(|| Call::submit_reading {
			order: super::NO_ORDER,
			proof: shown(),
		})
		.fails(Error::UnknownOrder),
	)
	.case(
		WrongState,
		showing_is(|proof| proof.readings[0].value += 1).fails(Error::ForgedProof),
	)
	.case(
		WrongState,
		showing_is(|proof| proof.batch += 1).fails(Error::UnknownBatch),
	)
	.case(
		WrongState,
		given(|| {
			repaired(Repair::Declared);
			measures(&[GOOD, GOOD]);
		})
		.calling(|| {
			let proof = list(codec::Encode::encode(&proven(0, 2)));
			Call::submit_reading { order: repair(), proof }
		})
		.fails(Error::MalformedProof),
	)
	// Measured before the declaration.
	.case(
		WrongState,
		given(|| {
			repaired(Repair::Begun);
			measures(&[GOOD]);
			let (order, report) = (repair(), Default::default());
			act(CUSTOMER, Call::declare_done { order, report });
		})
		.fails(Error::ReadingTooEarly),
	)
	.case(
		WrongState,
		measured(GOOD, |terms| terms.conditions.check.table = Default::default()).fails(Error::OtherTable),
	)
	.case(
		WrongState,
		measured(GOOD, |terms| {
			terms.conditions.check.metric = pallet_diagnostics::MetricId(1);
		})
		.fails(Error::OtherMetric),
	)
	.case(
		WrongState,
		measured(GOOD, |terms| terms.conditions.check.idle = Some(GOOD)).fails(Error::MachineStands),
	)
	.case(
		WrongState,
		given(|| measured_under_guarantee(GOOD)).fails(Error::NotNeeded),
	)
	// It was evidence before.
	.case(
		WrongState,
		measured(GOOD, |terms| terms.conditions.check.readings = 2)
			.then(|| act(KEY, submit(repair())))
			.fails(Error::ReadingUsed),
	)
	.case(
		WrongState,
		measured(GOOD, |terms| terms.conditions.check.readings = 2)
			.then(|| {
				act(KEY, submit(repair()));
				measures(&[GOOD]);
			})
			.fails(Error::ReadingsTooClose),
	)
	// Its sensor has no certificate that counts.
	.case(
		WrongState,
		given(|| {
			repaired(Repair::Declared);
			let (machine, metric, certificate) = (machine(), sensor(), certificate());
			act(
				LABORATORY,
				Call::revoke_certificate {
					machine,
					metric,
					certificate,
				},
			);
			pass(1);
			measures(&[GOOD]);
		})
		.fails(Error::NotCalibrated),
	)
	// The ticket was closed meanwhile, by hand.
	.case(
		WrongState,
		given(|| {
			repaired(Repair::Verified);
			act(OWNER, set_rule(mending_rule(pallet_diagnostics::Action::Ticket)));
			pass(WINDOW);
			act(KEY, report(BAD));
			measures(&[BAD]);
			let ticket = ticket();
			act(OWNER, Call::close_ticket { ticket });
		})
		.fails(Error::NotUnderGuarantee),
	)
	.with_a_frozen_machine_by_others()
	.case(
		Zero,
		calling(|| Call::submit_reading {
			order: repair(),
			proof: list([]),
		})
		.fails(Error::MalformedProof),
	)
	.case(
		Maximum,
		calling(|| Call::submit_reading {
			order: repair(),
			proof: list([0xff; 1_024]),
		})
		.fails(Error::MalformedProof),
	)
	.never(&[Overflow], WAS_A_NUMBER)
	.pays([(Party::Customer, Party::Machine, at_once)])
	.pays_when(|| given(|| measured_after(BAD)), failed)
	.pays_when(|| given(|| measured_under_guarantee(BAD)), returned)
	.case(OwnCounterparty, then(|| sell(BUYER)).by(BUYER))
	.case(OwnCounterparty, then(|| sell(BUYER)).by(OWNER).fails(Error::NotAParty))
	// The issuer has become the owner.
	.case(OwnCounterparty, then(|| sell(LABORATORY)).fails(Error::NotCalibrated))
	.of_an_open_repair()
	.by_the_next_key_too()
	.in_time(WORK - 1, Error::TooLate)
	// It was anchored when it was too old.
	.case(
		TooLate,
		given(|| {
			repaired_with(Repair::Declared, |terms| terms.conditions.verify_window = 30 * WINDOW);
			let batch = seals(&[GOOD]);
			pass(15 * WINDOW + 1);
			act(KEY, pallet_telemetry::Call::anchor { batch });
		})
		.fails(Error::ReadingTooOld),
	)
}

/// The reading that is shown is not the one that was anchored.
fn showing_is(change: fn(&mut bpiiot_seal::Proof)) -> Scenario {
	calling(move || showing(change))
}

/// What is judged.
fn sensor() -> pallet_diagnostics::MetricId {
	pallet_diagnostics::MetricId(crate::readings::VIBRATION)
}

impl Row {
	/// A call that others may make as well as the machine: what the owner does to its key does not stop them.
	fn with_a_frozen_machine_by_others(self) -> Self {
		self.case(FrozenMachine, then(freeze).by(OWNER))
			.case(FrozenMachine, then(freeze).by(CUSTOMER))
	}
}

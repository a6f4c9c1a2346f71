//! Deliveries that record how things were made.

use super::{name, Error, MachinesError, NO_JOB, OF_THE_MACHINE};
use crate::prelude::*;
use bpiiot_primitives::JobId;
use bpiiot_runtime::Products;
use pallet_jobs::Call;
use pallet_products::{InputLine, OutputLine, Report};

pub fn rows() -> Vec<Row> {
	vec![deliver_with()]
}

type ProductsError = pallet_products::Error<Runtime>;

/// A job at this stage, and the prefixes of the machine's owner and of the customer.
fn issuing_at(stage: Stage) {
	at(stage);
	prefixes();
}

/// The delivery of all units, and of what they were made.
fn delivers(job: JobId, inputs: Vec<InputLine>, outputs: Vec<OutputLine>) -> Call<Runtime> {
	let report = Report {
		inputs: list(inputs),
		outputs: list(outputs),
		work: some_work(),
	};
	Call::deliver_with {
		job,
		units: UNITS,
		result: Default::default(),
		report,
	}
}

fn deliver_with() -> Row {
	let one = || vec![output(part(), "M")];
	let right = move || delivers(job(), vec![], one());
	let of = |inputs: fn() -> Vec<InputLine>, outputs: fn() -> Vec<OutputLine>| {
		calling(move || delivers(job(), inputs(), outputs()))
	};
	let units = move |units| {
		calling(move || match right() {
			Call::deliver_with {
				job, result, report, ..
			} => Call::deliver_with {
				job,
				units,
				result,
				report,
			},
			other => other,
		})
	};
	let may = actor(KEY, Error::NotTheMachine);
	let row = Row::new(name("deliver_with"), may, || issuing_at(Stage::Started), right)
		.case(
			Right,
			as_ever().leaves(|| {
				let record = Products::production(making()).expect("is told");
				assert_eq!((record.job, record.work.machine), (Some(job()), machine()));
			}),
		)
		.by_the_next_key_too()
		.case(Stranger, by(OWNER).fails(Error::NotTheMachine))
		.case(Stranger, by(CUSTOMER).fails(Error::NotTheMachine))
		// Under the customer's prefix.
		.case(
			Stranger,
			of(Vec::new, || vec![output(engine(), "M")]).fails(ProductsError::ForeignPrefix),
		)
		.case(FrozenMachine, then(freeze).by(KEY).fails(MachinesError::MachineFrozen))
		.case(
			WrongState,
			calling(move || delivers(NO_JOB, vec![], one())).fails(Error::UnknownJob),
		)
		.case(
			WrongState,
			of(|| vec![input(item_of(part(), "A"), 0)], || vec![output(part(), "M")])
				.fails(ProductsError::UnknownThing),
		)
		.case(
			WrongState,
			then(|| act(OWNER, register_one(part(), "M"))).fails(ProductsError::AlreadyRegistered),
		)
		.case(WrongState, of(Vec::new, Vec::new).fails(ProductsError::NothingMade))
		.case(Zero, units(0).fails(Error::ZeroUnits))
		.case(Maximum, units(UNITS + 1).fails(Error::TooManyUnits))
		.case(Overflow, units(u32::MAX).fails(Error::TooManyUnits))
		.whatever_the_asset()
		.never(&[OwnCounterparty], OF_THE_MACHINE)
		.case(
			FullList,
			then(|| act(OWNER, set_space(of_owner(), 0))).fails(ProductsError::NoRoom),
		)
		.never(&[DepositUnaffordable], "the room was paid for before")
		.in_time(DELIVERY, Error::TooLate);
	[Stage::Ordered, Stage::Accepted, Stage::Delivered, Stage::Settled]
		.into_iter()
		.fold(row, |row, stage| {
			row.case(WrongState, given(move || issuing_at(stage)).fails(Error::WrongState))
		})
}

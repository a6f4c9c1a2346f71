//! Offers, orders, and jobs at each of their stages.

pub use crate::terms::{Terms, WINDOW};

use super::*;
use crate::terms::simple_terms;
use bpiiot_primitives::{AgreementRef, JobId, OfferId};
use bpiiot_runtime::{AccountId, Balance, Hash, Runtime};
use pallet_escrow::Call as Escrow;
use pallet_jobs::{Call, DisputeTerms, OrderLine, Rework};
use sp_runtime::Permill;

/// How long a machine has to deliver.
pub const DELIVERY: u64 = 3 * WINDOW;
/// How many units are ordered.
pub const UNITS: u32 = 5;

/// An order of this runtime.
pub type Line = OrderLine<AccountId, Balance>;

/// What the machine offers. The one place where terms are made.
pub fn terms() -> Terms {
	Terms {
		max_units: 2 * UNITS,
		rejection_fee: REJECTION_FEE,
		rework: Some(Rework {
			rounds: 1,
			window: WINDOW,
		}),
		disputes: Some(DisputeTerms {
			arbiters: list([account(ARBITER)]),
			challenge_window: WINDOW,
			case_window: WINDOW,
			ruling_window: WINDOW,
		}),
		..simple_terms(asset(), price(), bond())
	}
}

/// What the customer orders. The one place where orders are made.
pub fn line() -> Line {
	OrderLine {
		offer: offer(),
		version: 1,
		units: UNITS,
		max_price: Balance::MAX,
		recipe: Default::default(),
		recipe_reference: Default::default(),
		deliver_by: crate::chain::now().saturating_add(DELIVERY),
		arbiter: None,
	}
}

/// The call that orders a line.
pub fn order(line: Line) -> Call<Runtime> {
	Call::order {
		offer: line.offer,
		version: line.version,
		units: line.units,
		max_price: line.max_price,
		recipe: line.recipe,
		recipe_reference: line.recipe_reference,
		deliver_by: line.deliver_by,
		arbiter: line.arbiter,
	}
}

/// The call that orders several.
pub fn order_batch(lines: impl IntoIterator<Item = Line>) -> Call<Runtime> {
	Call::order_batch { lines: list(lines) }
}

/// The newest offer.
pub fn offer() -> OfferId {
	let newest = pallet_jobs::Offers::<Runtime>::iter_keys().max();
	newest.expect("something was published")
}

/// The newest job.
pub fn job() -> JobId {
	let newest = pallet_jobs::Jobs::<Runtime>::iter_keys().max();
	newest.expect("something was ordered")
}

/// The owner offers the machine's work on these terms.
pub fn publish(terms: Terms) {
	let machine = machine();
	act(OWNER, Call::publish_offer { machine, terms });
}

/// There is a machine with an offer, and the arbiter that it names.
pub fn published() {
	published_with(|_| ());
}

/// There is a machine with an offer of which something is different.
pub fn published_with(change: fn(&mut Terms)) {
	registered();
	act(ARBITER, arbitrate(ARBITER_FEE));
	let mut terms = terms();
	change(&mut terms);
	publish(terms);
}

/// Where a job may stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
	/// The machine has not answered.
	Ordered,
	/// It wants other terms: [`counter_price`], and twice the time.
	Countered,
	/// It has promised.
	Accepted,
	/// It works.
	Started,
	/// The customer looks at the units.
	Delivered,
	/// He has rejected them; the owner may dispute that.
	Rejected,
	/// He has disputed it.
	Disputed,
	/// The arbiter has accepted the case.
	Heard,
	/// All is paid.
	Settled,
}

impl Stage {
	/// All of them.
	pub const ALL: [Self; 9] = [
		Self::Ordered,
		Self::Countered,
		Self::Accepted,
		Self::Started,
		Self::Delivered,
		Self::Rejected,
		Self::Disputed,
		Self::Heard,
		Self::Settled,
	];
	/// With an arbiter, when units were rejected.
	pub const CONTESTED: [Self; 3] = [Self::Rejected, Self::Disputed, Self::Heard];
	/// Before the machine has promised.
	pub const OPEN: [Self; 2] = [Self::Ordered, Self::Countered];
}

/// There is a job at this stage.
pub fn at(stage: Stage) {
	published();
	ordered(CUSTOMER, stage);
}

/// There is a job at this stage, of an offer of which something is different.
pub fn at_with(stage: Stage, change: fn(&mut Terms)) {
	published_with(change);
	ordered(CUSTOMER, stage);
}

/// There is a job at this stage that the customer's machine has ordered.
pub fn bought_at(stage: Stage) {
	published();
	robot(MOST);
	ordered(ROBOT, stage);
}

/// There is a job at a stage before anything is rejected, and with an arbiter.
pub fn judged_at(stage: Stage) {
	published();
	let arbiter = Some(account(ARBITER));
	act(CUSTOMER, order(Line { arbiter, ..line() }));
	advance(CUSTOMER, stage);
}

/// Units went back to be mended.
pub fn sent_back() {
	at(Stage::Delivered);
	act(CUSTOMER, request_rework());
}

/// A machine that has none of the money, and has put nothing up, with a job at this stage.
pub fn penniless_at(stage: Stage) {
	published_with(|terms| terms.bond = 0);
	let (machine, asset, amount) = (machine(), asset(), savings());
	act(OWNER, pallet_machines::Call::withdraw { machine, asset, amount });
	ordered(CUSTOMER, stage);
}

/// Somebody orders, and the job comes to this stage.
pub fn ordered(customer: &str, stage: Stage) {
	let arbiter = Stage::CONTESTED.contains(&stage).then(|| account(ARBITER));
	act(customer, order(Line { arbiter, ..line() }));
	advance(customer, stage);
}

/// The newest job comes to this stage.
fn advance(customer: &str, stage: Stage) {
	let job = job();
	let (units, evidence) = (UNITS, Hash::default());
	let promised: &[(&str, RuntimeCall)] = &[
		(KEY, Call::accept { job }.into()),
		(KEY, Call::start { job }.into()),
		(KEY, deliver(units).into()),
	];
	let contested: &[(&str, RuntimeCall)] = &[
		(customer, reject(units).into()),
		(OWNER, Call::dispute { job, evidence }.into()),
		(ARBITER, accept_case().into()),
	];
	let steps = match stage {
		Stage::Ordered => vec![],
		Stage::Countered => {
			act(KEY, counter_offer());
			vec![]
		}
		Stage::Accepted => promised[..1].to_vec(),
		Stage::Started => promised[..2].to_vec(),
		Stage::Delivered => promised.to_vec(),
		Stage::Rejected => [promised, &contested[..1]].concat(),
		Stage::Disputed => [promised, &contested[..2]].concat(),
		Stage::Heard => [promised, contested].concat(),
		Stage::Settled => [promised, &[(customer, Call::approve { job, units }.into())]].concat(),
	};
	for (who, step) in steps {
		act(who, step);
	}
}

/// The registration of an arbiter.
pub fn arbitrate(fee: Permill) -> Escrow<Runtime> {
	let profile = Hash::default();
	Escrow::register_arbiter { fee, profile }
}

/// The newest job, as the escrow calls it.
pub fn agreement() -> AgreementRef {
	AgreementRef::Job(job())
}

/// The arbiter takes the case of the newest job.
pub fn accept_case() -> Escrow<Runtime> {
	let agreement = agreement();
	Escrow::accept_case { agreement }
}

/// The machine's other terms.
pub fn counter_offer() -> Call<Runtime> {
	let (unit_price, deliver_by) = counter();
	let job = job();
	Call::counter_offer {
		job,
		unit_price,
		deliver_by,
	}
}

/// Price and time of the machine's other terms.
pub fn counter() -> (Balance, u64) {
	let job = pallet_jobs::Jobs::<Runtime>::get(job()).expect("is there");
	(counter_price(), job.deliver_by.saturating_add(DELIVERY))
}

/// The delivery of so many units.
pub fn deliver(units: u32) -> Call<Runtime> {
	let (job, result) = (job(), Default::default());
	Call::deliver { job, units, result }
}

/// The rejection of so many units.
pub fn reject(units: u32) -> Call<Runtime> {
	let (job, reason) = (job(), Default::default());
	Call::reject { job, units, reason }
}

/// All units go back to be mended.
pub fn request_rework() -> Call<Runtime> {
	let (job, reason) = (job(), Default::default());
	Call::request_rework { job, reason }
}

/// The approval of so many units.
pub fn approve(units: u32) -> Call<Runtime> {
	let job = job();
	Call::approve { job, units }
}

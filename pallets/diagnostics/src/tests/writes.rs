//! How many records each step writes: what the chain's throughput hangs on.

use crate::{mock::*, Action, Call, Level, WearLimit, WearModel};
use frame_support::assert_ok;
use std::collections::BTreeSet;

/// What every block writes anyway, or forgets again, and what benchmarks leave out: events and their number, the depth
/// of transactions.
fn is_the_blocks_own(key: &[u8]) -> bool {
	if key == frame_support::storage::transactional::TRANSACTION_LEVEL_KEY {
		return true;
	}
	let of_system = sp_io::hashing::twox_128(b"System");
	let account = sp_io::hashing::twox_128(b"Account");
	key.starts_with(&of_system) && !key[16..].starts_with(&account)
}

/// The keys that `step` writes.
fn written(chain: &mut sp_io::TestExternalities, step: impl FnOnce()) -> usize {
	chain.commit_all().expect("no transaction is open");
	chain.execute_with(step);
	let changes = chain.overlayed_changes().changes();
	let keys: BTreeSet<_> = changes.map(|(key, _)| key.clone()).collect();
	keys.iter().filter(|key| !is_the_blocks_own(key)).count()
}

/// The goal is three. With as many rules and counters as there may be, none of which fires.
#[test]
fn a_report_with_16_metrics_writes_one_record() {
	let mut chain = empty();
	chain.execute_with(|| {
		let machine = press();
		for nth in 0..8u16 {
			let terms = crate::RuleTerms {
				trigger: crate::Trigger {
					metric: crate::MetricId(nth),
					..trigger()
				},
				..rule(Action::Quotes(Box::new(tender())))
			};
			assert_ok!(owner_calls(Call::set_rule { machine, terms }));
		}
		let limits = (0..4).map(|nth| WearLimit {
			metric: crate::MetricId(nth),
			model: WearModel::Limit(100_000),
		});
		let limits = limits.collect::<Vec<_>>().try_into().expect("four");
		assert_ok!(owner_calls(Call::set_wear { machine, limits }));
		for _ in 0..40 {
			passes(2 * MINUTE);
			assert_ok!(report(Level::Normal, &[]));
		}
		passes(MINUTE);
	});
	let metrics: Vec<_> = (0..16).map(|id| (id, BAD)).collect();
	assert_eq!(
		written(&mut chain, || report(Level::Alarm, &metrics).expect("it may")),
		1
	);
	chain.execute_with(try_state);
}

#[test]
fn a_rule_that_fires_writes_the_ticket_and_the_machines_record() {
	let mut chain = empty();
	chain.execute_with(|| {
		let machine = press();
		assert_ok!(owner_calls(Call::set_rule {
			machine,
			terms: rule(Action::Ticket)
		}));
		reports(&[BAD, BAD]);
		passes(MINUTE);
	});
	let fire = || report(Level::Alarm, &[(VIBRATION, BAD)]).expect("it may");
	assert_eq!(written(&mut chain, fire), 3);
}

#[test]
fn an_order_writes_little() {
	let mut chain = empty();
	let (ticket, offer) = chain.execute_with(|| {
		calibrated_press();
		let ticket = ticketed();
		offered_by(&maintainer(), ticket, service());
		(ticket, ticket_record(ticket).offers[0].id)
	});
	let signed = |who: AccountId, call| move || signed(&who, call).expect("he may");
	// Ticket, order, deadline, the maintainer's list, the machine's budget, and for each side its account and its holds.
	let accept = signed(owner(), Call::accept_offer { ticket, offer });
	assert_eq!(written(&mut chain, accept), 9);
	let order = chain.execute_with(last_order);
	let start = signed(maintainer(), Call::start_work { order });
	assert_eq!(written(&mut chain, start), 1);
	// It is looked at in time anyway.
	let declare = signed(maintainer(), Call::declare_done { order, report: HASH });
	assert_eq!(written(&mut chain, declare), 1);
	let read_one = |chain: &mut sp_io::TestExternalities| {
		let proof = chain.execute_with(|| {
			passes(2 * MINUTE);
			measured(GOOD)
		});
		written(chain, move || submit(order, proof).expect("it is evidence"))
	};
	// The order and the sensor; with the last of them also two accounts and what the machine has on hold, by which it is paid.
	assert_eq!([(); 3].map(|_| read_one(&mut chain)), [2, 2, 5]);
	chain.execute_with(|| deadline_passes(order));
	// The order, the ticket, its list, two deadlines, three accounts and two holds, the name and the pair.
	let expire = signed(stranger(), Call::expire { order });
	let ended = written(&mut chain, expire);
	assert!(ended <= 12, "{ended}");
	let remove = signed(owner(), Call::remove_order { order });
	assert_eq!(written(&mut chain, remove), 3);
	chain.execute_with(try_state);
}

#[test]
fn a_certificate_writes_its_sensor_and_its_deposit() {
	let mut chain = empty();
	chain.execute_with(|| {
		press();
		accredited();
	});
	let certify = || signed(&laboratory(), certifying(VIBRATION, 1)).expect("it may");
	assert_eq!(written(&mut chain, certify), 3);
}

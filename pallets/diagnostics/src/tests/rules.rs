//! Rules: who sets them, when they fire, and when not.

use crate::{
	mock::*, Action, Call, Cares, Comparison, Error, Event, Healths, RuleId, RuleState, RuleTerms, Severity,
	TicketState, Tickets, Trigger, RULES,
};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use proptest::prelude::*;

fn set(who: &AccountId, terms: RuleTerms<AccountId>) -> DispatchResult {
	let machine = machine(PRESS);
	signed(who, Call::set_rule { machine, terms })
}

fn triggered(trigger: Trigger) -> RuleTerms<AccountId> {
	RuleTerms {
		trigger,
		..rule(Action::Ticket)
	}
}

fn below(bound: i64, clear: i64) -> Trigger {
	Trigger {
		comparison: Comparison::Below,
		bound,
		clear,
		..trigger()
	}
}

fn fired() -> usize {
	let events = System::events().into_iter();
	events
		.filter(|record| matches!(record.event, RuntimeEvent::Diagnostics(Event::RuleFired { .. })))
		.count()
}

#[test]
fn a_rule_fires_after_so_many_bad_reports_in_a_row() {
	build_and_execute(|| {
		press();
		assert_ok!(set(&owner(), rule(Action::Ticket)));
		reports(&[BAD, BAD, 7_000, BAD, BAD]);
		// The bound itself is not bad, and breaks the row.
		assert_eq!((fired(), Tickets::<Test>::iter().count()), (0, 0));
		reports(&[BAD]);
		assert_eq!(fired(), 1);
		let ticket = ticket_record(last_ticket());
		assert_eq!((ticket.fault, ticket.severity), (fault(), Severity::Major));
		assert_eq!(ticket.state, TicketState::Open);
	});
}

#[test]
fn a_rule_fires_once_and_again_only_after_its_clear_bound() {
	build_and_execute(|| {
		press();
		assert_ok!(set(&owner(), rule(Action::Ticket)));
		reports(&[BAD; 9]);
		assert_eq!(fired(), 1);
		// Between the bounds nothing is armed again.
		reports(&[4_501, BAD, BAD, BAD]);
		assert_eq!(fired(), 1);
		reports(&[4_500, BAD, BAD, BAD]);
		assert_eq!(fired(), 2);
		// The same fault has one ticket, seen twice.
		assert_eq!(Tickets::<Test>::iter().count(), 1);
		assert_eq!(ticket_record(last_ticket()).seen, 2);
	});
}

#[test]
fn a_report_without_the_metric_counts_neither_way() {
	build_and_execute(|| {
		press();
		assert_ok!(set(&owner(), rule(Action::Ticket)));
		reports(&[BAD, BAD]);
		passes(MINUTE);
		assert_ok!(report(crate::Level::Normal, &[(TEMPERATURE, 1)]));
		reports(&[BAD]);
		assert_eq!(fired(), 1);
	});
}

#[test]
fn all_rules_are_looked_at_together() {
	build_and_execute(|| {
		press();
		for (metric, name) in [(VIBRATION, "VIB"), (TEMPERATURE, "TEMP")] {
			let terms = RuleTerms {
				trigger: Trigger {
					metric: crate::MetricId(metric),
					reports: 1,
					..trigger()
				},
				fault: text(name),
				..rule(Action::Ticket)
			};
			assert_ok!(set(&owner(), terms));
		}
		assert_ok!(report(crate::Level::Alarm, &[(VIBRATION, BAD), (TEMPERATURE, BAD)]));
		assert_eq!((fired(), Tickets::<Test>::iter().count()), (2, 2));
	});
}

#[test]
fn a_rule_asks_for_quotes_in_the_machines_name() {
	build_and_execute(|| {
		press();
		assert_ok!(set(&owner(), rule(Action::Quotes(Box::new(tender())))));
		reports(&[BAD; 3]);
		let all = requests();
		assert_eq!(all.len(), 1);
		let (id, request) = &all[0];
		assert_eq!(
			(&request.payer, request.machine),
			(&of_machine(PRESS), Some(machine(PRESS)))
		);
		let wanted = tender();
		assert_eq!(
			(&request.fault[..], &request.category),
			(&fault()[..], &wanted.category)
		);
		assert_eq!(request.area, wanted.area);
		assert_eq!(request.most, (PRICE, RESPONSE));
		assert_eq!(request.windows, (wanted.bid_window, wanted.award_window));
		assert_eq!(request.weights.lead_time, wanted.weights.response);
		assert!(request.weights.are_whole());
		let ticket = ticket_record(request.ticket);
		assert_eq!(ticket.asked.map(|asked| asked.request), Some(*id));
		// Seen again while it is open, nobody is asked twice.
		reports(&[GOOD, BAD, BAD, BAD]);
		assert_eq!(requests().len(), 1);
		// But again if nothing came of it.
		request_ends(*id);
		reports(&[GOOD, BAD, BAD, BAD]);
		assert_eq!(requests().len(), 2);
	});
}

#[test]
fn a_request_that_is_refused_stops_no_report() {
	build_and_execute(|| {
		press();
		assert_ok!(set(&owner(), rule(Action::Quotes(Box::new(tender())))));
		Refuses::set(&true);
		reports(&[BAD; 3]);
		assert_eq!(requests().len(), 0);
		let ticket = last_ticket();
		assert_eq!(ticket_record(ticket).asked, None);
		System::assert_last_event(
			Event::QuotesNotAsked {
				ticket,
				machine: machine(PRESS),
				error: sp_runtime::DispatchError::Unavailable,
			}
			.into(),
		);
	});
}

#[test]
fn contradictory_bounds_are_refused() {
	build_and_execute(|| {
		press();
		let contradictory = Error::<Test>::ContradictoryBounds;
		// By itself: clear on the bad side.
		let unclear = Trigger {
			clear: 7_001,
			..trigger()
		};
		assert_noop!(set(&owner(), triggered(unclear)), contradictory);
		assert_noop!(
			set(&owner(), triggered(below(100, 99))),
			Error::<Test>::ContradictoryBounds
		);
		// No hysteresis is allowed; nothing is clear of both is not.
		let sharp = Trigger {
			clear: 7_000,
			..trigger()
		};
		assert_ok!(set(&owner(), triggered(sharp)));
		assert_noop!(
			set(&owner(), triggered(below(6_000, 7_001))),
			Error::<Test>::ContradictoryBounds
		);
		assert_ok!(set(&owner(), triggered(below(6_000, 7_000))));
		assert_noop!(
			set(
				&owner(),
				triggered(Trigger {
					bound: 8_000,
					clear: 6_999,
					..trigger()
				})
			),
			Error::<Test>::ContradictoryBounds
		);
	});
}

#[test]
fn a_rule_is_well_formed_and_there_are_not_too_many() {
	build_and_execute(|| {
		press();
		let never = Trigger {
			reports: 0,
			..trigger()
		};
		assert_noop!(set(&owner(), triggered(never)), Error::<Test>::CountOutOfRange);
		let nameless = RuleTerms {
			fault: text(""),
			..rule(Action::Ticket)
		};
		assert_noop!(set(&owner(), nameless), Error::<Test>::NoFaultCode);
		for nth in 0..RULES {
			let bound = 7_000 + i64::from(nth);
			assert_ok!(set(&owner(), triggered(Trigger { bound, ..trigger() })));
		}
		assert_noop!(set(&owner(), triggered(trigger())), Error::<Test>::SameRule);
		let ninth = Trigger {
			bound: 9_000,
			..trigger()
		};
		assert_noop!(set(&owner(), triggered(ninth)), Error::<Test>::TooManyRules);
		let machine = machine(PRESS);
		let rule = Cares::<Test>::get(machine).expect("enrolled").rules[3].id;
		assert_ok!(owner_calls(Call::remove_rule { machine, rule }));
		assert_noop!(
			owner_calls(Call::remove_rule { machine, rule }),
			Error::<Test>::UnknownRule
		);
		assert_ok!(set(&owner(), triggered(ninth)));
	});
}

#[test]
fn what_a_removed_rule_has_seen_is_forgotten() {
	build_and_execute(|| {
		let machine = press();
		assert_ok!(set(&owner(), rule(Action::Ticket)));
		reports(&[BAD, BAD]);
		let rule_id = Cares::<Test>::get(machine).expect("enrolled").rules[0].id;
		assert_ok!(owner_calls(Call::remove_rule { machine, rule: rule_id }));
		assert_ok!(set(&owner(), rule(Action::Ticket)));
		reports(&[BAD, BAD]);
		assert_eq!(fired(), 0);
		assert_eq!(Healths::<Test>::get(machine).expect("reported").rules.len(), 1);
	});
}

#[test]
fn a_maintainer_by_contract_sets_rules_that_spend_nothing() {
	build_and_execute(|| {
		let machine = press();
		assert_noop!(set(&maintainer(), rule(Action::Ticket)), Error::<Test>::NotTheOwner);
		let appoint = |maintainer| owner_calls(Call::appoint_maintainer { machine, maintainer });
		assert_noop!(
			signed(
				&key(PRESS),
				Call::appoint_maintainer {
					machine,
					maintainer: Some(rival())
				}
			),
			Error::<Test>::NotTheOwner
		);
		assert_ok!(appoint(Some(maintainer())));
		// Who is paid for maintenance does not decide when it is bought.
		assert_noop!(
			set(&maintainer(), rule(Action::Quotes(Box::new(tender())))),
			Error::<Test>::NotTheOwner
		);
		assert_ok!(set(&maintainer(), rule(Action::Ticket)));
		assert_eq!(money(&maintainer()).1, RULE_DEPOSIT);
		assert_ok!(appoint(None));
		let another = Trigger {
			bound: 8_000,
			..trigger()
		};
		assert_noop!(set(&maintainer(), triggered(another)), Error::<Test>::NotTheOwner);
		// The owner removes whatever he likes, and whoever has set it has his deposit back.
		let rule = Cares::<Test>::get(machine).expect("enrolled").rules[0].id;
		assert_noop!(
			signed(&rival(), Call::remove_rule { machine, rule }),
			Error::<Test>::NotTheOwner
		);
		assert_ok!(owner_calls(Call::remove_rule { machine, rule }));
		assert_eq!(money(&maintainer()).1, 0);
	});
}

#[test]
fn a_machines_key_sets_no_rule() {
	build_and_execute(|| {
		press();
		assert_noop!(set(&key(PRESS), rule(Action::Ticket)), Error::<Test>::NotTheOwner);
	});
}

#[test]
fn rules_of_a_former_owner_spend_nothing_of_the_new_one() {
	build_and_execute(|| {
		let machine = press();
		assert_ok!(owner_calls(Call::appoint_maintainer {
			machine,
			maintainer: Some(maintainer())
		}));
		assert_ok!(set(&owner(), rule(Action::Quotes(Box::new(tender())))));
		sold(PRESS, &rival());
		reports(&[BAD; 3]);
		// The ticket is there, and nobody was asked.
		assert_eq!((Tickets::<Test>::iter().count(), requests().len()), (1, 0));
		// Nor has the former owner's maintainer any say.
		let another = Trigger {
			bound: 8_000,
			..trigger()
		};
		assert_noop!(set(&maintainer(), triggered(another)), Error::<Test>::NotTheOwner);
		// Who has set it may take it out, deposit and all.
		let rule = Cares::<Test>::get(machine).expect("enrolled").rules[0].id;
		assert_ok!(owner_calls(Call::remove_rule { machine, rule }));
	});
}

#[test]
fn terms_of_a_rule_that_asks_are_looked_at_when_it_is_set() {
	build_and_execute(|| {
		press();
		let mut wrong = tender();
		wrong.service.price = 0;
		assert_noop!(
			set(&owner(), rule(Action::Quotes(Box::new(wrong)))),
			Error::<Test>::ZeroPrice
		);
		let mut wrong = tender();
		wrong.weights.price = Default::default();
		assert_noop!(
			set(&owner(), rule(Action::Quotes(Box::new(wrong)))),
			Error::<Test>::BadWeights
		);
		let mut wrong = tender();
		wrong.area = text("Bremen");
		assert_noop!(
			set(&owner(), rule(Action::Quotes(Box::new(wrong)))),
			Error::<Test>::BadTender
		);
		let mut wrong = tender();
		wrong.category = text("");
		assert_noop!(
			set(&owner(), rule(Action::Quotes(Box::new(wrong)))),
			Error::<Test>::BadTender
		);
	});
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

	/// Between two firings the metric was clear at least once, and the last so many values before one that were told were
	/// bad.
	#[test]
	fn a_sound_rule_fires_as_it_says(
		above: bool, bound in -5i64..5, slack in 0i64..4, count in 1u8..4,
		seen in proptest::collection::vec(proptest::option::weighted(0.8, -10i64..10), 0..60),
	) {
		let (comparison, clear) = match above {
			true => (Comparison::Above, bound - slack),
			false => (Comparison::Below, bound + slack),
		};
		let trigger = Trigger { comparison, bound, clear, reports: count, ..trigger() };
		prop_assert!(trigger.is_sound());
		let mut state = RuleState::new(RuleId(1));
		let (mut told, mut armed) = (Vec::new(), true);
		for value in seen {
			told.extend(value);
			let fires = state.see(&trigger, value);
			let row = told.iter().rev().take_while(|value| trigger.is_bad(**value)).count();
			armed |= value.is_some_and(|value| trigger.is_clear(value));
			prop_assert_eq!(fires, value.is_some() && armed && row >= count.into());
			armed &= !fires;
		}
	}
}

//! Wrong origins, wrong things, replays: refused with a clear error, and nothing moves.

use crate::{
	mock::*, Action, Call, Cares, CertificateId, Error, Level, MetricId, OfferId, RuleId, Sensors, ServiceOrderId,
	Severity, TicketId,
};
use bpiiot_primitives::MachineId;
use codec::MaxEncodedLen;
use frame_support::{
	assert_ok,
	traits::{GetCallName, UnfilteredDispatchable},
};
use sp_runtime::{traits::BadOrigin, DispatchError, StateVersion};

/// Something of everything, at an early stage.
struct World {
	machine: MachineId,
	rule: RuleId,
	certificate: CertificateId,
	/// With an offer of the maintainer.
	open: TicketId,
	offer: OfferId,
	/// Assigned to the maintainer, before an arbiter.
	order: ServiceOrderId,
	closed: TicketId,
}

fn world() -> World {
	registered_arbiter();
	let machine = calibrated_press();
	assert_ok!(owner_calls(Call::set_rule {
		machine,
		terms: rule(Action::Ticket)
	}));
	let closed = ticketed_for("CLOSED");
	assert_ok!(owner_calls(Call::close_ticket { ticket: closed }));
	let open = ticketed_for("OPEN");
	offered_by(&maintainer(), open, service());
	let order = assigned_to(&maintainer(), ticketed_for("ORDERED"), judged_service());
	World {
		machine,
		rule: Cares::<Test>::get(machine).expect("enrolled").rules[0].id,
		certificate: Sensors::<Test>::get(machine, MetricId(VIBRATION))
			.expect("it is there")
			.certificates[0]
			.id,
		open,
		offer: ticket_record(open).offers[0].id,
		order,
		closed,
	}
}

/// Each call, in their order.
fn calls(world: &World) -> Vec<Call<Test>> {
	let World {
		machine,
		rule: rule_id,
		certificate,
		open: ticket,
		offer,
		order,
		closed,
	} = *world;
	let (reason, report, evidence, metric) = (HASH, HASH, HASH, MetricId(VIBRATION));
	vec![
		Call::enrol { machine, room: 5 },
		Call::discharge { machine },
		Call::appoint_maintainer {
			machine,
			maintainer: None,
		},
		Call::set_wear {
			machine,
			limits: Default::default(),
		},
		Call::set_rule {
			machine,
			terms: rule(Action::Ticket),
		},
		Call::remove_rule { machine, rule: rule_id },
		Call::report {
			at: unix_now(),
			level: Level::Normal,
			metrics: values(&[]),
		},
		Call::open_ticket {
			machine,
			fault: text("NEW"),
			severity: Severity::Minor,
		},
		Call::close_ticket { ticket },
		Call::remove_ticket { ticket: closed },
		Call::request_quotes {
			ticket,
			tender: tender(),
		},
		Call::offer_service {
			ticket,
			terms: service(),
			valid_for: DAY,
		},
		Call::withdraw_offer { ticket, offer },
		Call::accept_offer { ticket, offer },
		Call::assign {
			ticket,
			maintainer: rival(),
			terms: service(),
		},
		Call::acknowledge { order },
		Call::start_work { order },
		Call::declare_done { order, report },
		Call::submit_reading {
			order,
			proof: Default::default(),
		},
		Call::give_up { order, reason },
		Call::cancel { order, reason },
		Call::concede { order },
		Call::dispute { order, evidence },
		Call::expire { order },
		Call::remove_order { order },
		Call::accredit_issuer {
			issuer: rival(),
			profile: HASH,
		},
		Call::remove_issuer { issuer: laboratory() },
		certifying(TEMPERATURE, 9),
		Call::revoke_certificate {
			machine,
			metric,
			certificate,
		},
		Call::prune_certificate {
			machine,
			metric,
			certificate,
		},
	]
}

/// Whom each call refuses at that stage, and with what. A new call has no row here, and the test fails.
fn refusals(call: &str) -> Vec<(AccountId, DispatchError)> {
	let by = |who: &[AccountId], error: fn() -> Error<Test>| {
		who.iter().map(|who| (who.clone(), error().into())).collect::<Vec<_>>()
	};
	let others = [maintainer(), laboratory(), stranger(), arbiter()];
	let all = [owner(), key(PRESS), maintainer(), laboratory(), stranger()];
	match call {
		"enrol" | "discharge" | "appoint_maintainer" | "set_wear" | "set_rule" | "remove_rule" => {
			by(&[&others[..], &[key(PRESS)]].concat(), || Error::NotTheOwner)
		}
		"report" => by(&[&others[..], &[owner()]].concat(), || Error::NotAMachine),
		"open_ticket" | "close_ticket" | "remove_ticket" | "request_quotes" | "accept_offer" | "assign" | "cancel"
		| "remove_order" => by(&others, || Error::NotTheOwner),
		"offer_service" => by(&[owner(), key(PRESS)], || Error::OwnMachine),
		"withdraw_offer" => by(&[owner(), key(PRESS), stranger()], || Error::NotYours),
		"acknowledge" | "start_work" | "declare_done" | "give_up" | "concede" => {
			by(&[owner(), key(PRESS), laboratory(), stranger()], || {
				Error::NotTheMaintainer
			})
		}
		"submit_reading" | "dispute" => by(&[laboratory(), stranger(), arbiter()], || Error::NotAParty),
		"expire" => by(&all, || Error::NotExpired),
		"accredit_issuer" | "remove_issuer" => all.iter().map(|who| (who.clone(), BadOrigin.into())).collect(),
		"register_certificate" => by(&[owner(), key(PRESS), maintainer(), stranger()], || {
			Error::UnknownIssuer
		}),
		"revoke_certificate" => by(&[owner(), key(PRESS), maintainer(), stranger()], || Error::NotYours),
		"prune_certificate" => by(&all, || Error::StillNeeded),
		other => panic!("no row for the call {other}"),
	}
}

fn state() -> Vec<u8> {
	sp_io::storage::root(StateVersion::V1)
}

#[test]
fn every_call_refuses_every_wrong_origin_and_nothing_moves() {
	for (index, name) in Call::<Test>::get_call_names().iter().enumerate() {
		build_and_execute(|| {
			let call = calls(&world()).swap_remove(index);
			assert_eq!(call.get_call_name(), *name);
			let before = state();
			// Governance's calls take root, and nobody else's does.
			let for_root = ["accredit_issuer", "remove_issuer", "revoke_certificate"].contains(name);
			let mut origins = vec![RuntimeOrigin::none()];
			origins.extend((!for_root).then(RuntimeOrigin::root));
			for origin in origins {
				let refused = call.clone().dispatch_bypass_filter(origin);
				assert_eq!(refused.map_err(|failed| failed.error), Err(BadOrigin.into()), "{name}");
			}
			for (who, error) in refusals(name) {
				assert_eq!(signed(&who, call.clone()), Err(error), "{name} by {who:?}");
			}
			assert_eq!(state(), before, "{name}");
		});
	}
}

#[test]
fn every_call_refuses_what_is_not_there() {
	build_and_execute(|| {
		registered_for(&owner(), PRESS);
		accredited();
		let nothing = World {
			machine: machine(PRESS),
			rule: RuleId(1),
			certificate: CertificateId(1),
			open: TicketId(1),
			offer: OfferId(1),
			order: ServiceOrderId(1),
			closed: TicketId(1),
		};
		for call in calls(&nothing) {
			let name = call.get_call_name();
			let (who, error) = match name {
				"enrol" | "accredit_issuer" | "register_certificate" | "remove_issuer" => continue,
				"report" => (key(PRESS), Error::<Test>::NotEnrolled),
				"discharge" | "appoint_maintainer" | "set_wear" | "set_rule" | "remove_rule" | "open_ticket" => {
					(owner(), Error::NotEnrolled)
				}
				"close_ticket" | "remove_ticket" | "request_quotes" | "offer_service" | "withdraw_offer"
				| "accept_offer" | "assign" => (owner(), Error::UnknownTicket),
				"revoke_certificate" | "prune_certificate" => (laboratory(), Error::UnknownCertificate),
				_ => (maintainer(), Error::UnknownOrder),
			};
			assert_eq!(signed(&who, call), Err(error.into()), "{name}");
		}
	});
}

/// What can be done once cannot be done again by sending it again.
#[test]
fn no_call_that_ends_something_can_be_replayed() {
	build_and_execute(|| {
		let World {
			machine,
			rule,
			certificate,
			open: ticket,
			offer,
			order,
			closed,
		} = world();
		let once = |who: &AccountId, call: Call<Test>, error: Error<Test>| {
			let name = call.get_call_name();
			assert_ok!(signed(who, call.clone()));
			assert_eq!(signed(who, call), Err(error.into()), "{name}");
		};
		let (reason, report) = (HASH, HASH);
		once(&owner(), Call::remove_rule { machine, rule }, Error::UnknownRule);
		once(&owner(), Call::remove_ticket { ticket: closed }, Error::UnknownTicket);
		once(
			&maintainer(),
			Call::withdraw_offer { ticket, offer },
			Error::UnknownOffer,
		);
		once(&owner(), Call::close_ticket { ticket }, Error::NotOpen);
		once(&maintainer(), Call::acknowledge { order }, Error::WrongState);
		once(&maintainer(), Call::start_work { order }, Error::WrongState);
		once(&maintainer(), Call::declare_done { order, report }, Error::WrongState);
		read(order, &[BAD; 3]);
		once(&maintainer(), Call::concede { order }, Error::WrongState);
		assert_eq!(
			signed(&maintainer(), Call::give_up { order, reason }),
			Err(Error::<Test>::WrongState.into())
		);
		once(&owner(), Call::remove_order { order }, Error::UnknownOrder);
		let metric = MetricId(VIBRATION);
		let revoke = Call::revoke_certificate {
			machine,
			metric,
			certificate,
		};
		once(&laboratory(), revoke, Error::AlreadyRevoked);
		passes(KEEP + 1);
		let prune = Call::prune_certificate {
			machine,
			metric,
			certificate,
		};
		once(&stranger(), prune, Error::UnknownCertificate);
	});
}

/// Whoever has nothing stores nothing.
#[test]
fn every_stored_thing_has_a_deposit() {
	build_and_execute(|| {
		let pauper = account(b"pauper");
		let by = RuntimeOrigin::signed(stranger());
		assert_ok!(Balances::transfer_allow_death(by, pauper.clone(), 100));
		let machine = press();
		let ticket = ticketed();
		let appoint = Call::appoint_maintainer {
			machine,
			maintainer: Some(pauper.clone()),
		};
		assert_ok!(owner_calls(appoint));
		assert_ok!(Diagnostics::accredit_issuer(
			RuntimeOrigin::root(),
			pauper.clone(),
			HASH
		));
		let before = state();
		let stores = [
			Call::set_rule {
				machine,
				terms: rule(Action::Ticket),
			},
			Call::offer_service {
				ticket,
				terms: service(),
				valid_for: DAY,
			},
			certifying(VIBRATION, 1),
		];
		for call in stores {
			let name = call.get_call_name();
			let no_funds = Err(sp_runtime::TokenError::FundsUnavailable.into());
			assert_eq!(signed(&pauper, call), no_funds, "{name}");
		}
		assert_eq!(state(), before);
	});
}

/// The largest record of each kind, and what pays for it.
#[test]
fn all_that_is_stored_is_bounded() {
	let sizes = [
		("care", crate::CareOf::<Test>::max_encoded_len(), 5_000),
		("health", crate::Health::max_encoded_len(), 1_000),
		("ticket", crate::TicketOf::<Test>::max_encoded_len(), 1_500),
		("order", crate::OrderOf::<Test>::max_encoded_len(), 800),
		("sensor", crate::SensorOf::<Test>::max_encoded_len(), 700),
	];
	for (name, size, most) in sizes {
		assert!(size <= most, "{name}: {size}");
	}
}

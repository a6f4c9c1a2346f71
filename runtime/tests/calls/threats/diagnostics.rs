//! Maintenance: lying about work and about machines, spending others' money, flooding.

use super::{as_many_as_may_be, done, fails, lapse, Threat};
use crate::{
	chain::{pass, skip},
	readings::VIBRATION,
	world::*,
};
use bpiiot_primitives::{AssetKind, Side};
use bpiiot_runtime::{Hash, Runtime, BPI};
use pallet_diagnostics::{
	Action, Call, CertificateId, Error as Errors, MetricId, OrderState, Outcome, TicketState, CERTIFICATES, OFFERS,
};
use pallet_machines::Error as MachinesError;
use sp_runtime::Permill;

type Error = Errors<Runtime>;

pub fn threats() -> Vec<Threat> {
	[owners(), maintainers(), thieves(), floods(), others()]
		.into_iter()
		.flatten()
		.collect()
}

fn state() -> OrderState {
	repair_record().state
}

/// The verdict that gives this side all that is at stake, and the opener's bond.
fn verdict(winner: Side) -> pallet_escrow::Call<Runtime> {
	let to_payee = match winner {
		Side::Payee => Permill::one(),
		Side::Payer => Permill::zero(),
	};
	pallet_escrow::Call::rule {
		agreement: repair_agreement(),
		to_payee,
		bond_to: winner,
		ruling: Hash::default(),
	}
}

/// The arbiter takes the case, and rules so.
fn ruled(winner: Side) {
	let agreement = repair_agreement();
	done(ARBITER, pallet_escrow::Call::<Runtime>::accept_case { agreement });
	done(ARBITER, verdict(winner));
}

fn disputes() -> Call<Runtime> {
	let (order, evidence) = (repair(), Hash::default());
	Call::dispute { order, evidence }
}

fn owners() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Diagnostics.submit_reading", "Diagnostics.expire"],
			by: "owner",
			wants: "withhold the readings of his machine, so as not to pay for good work",
			scene: || repaired(Repair::Declared),
			does: || {
				lapse(WORK);
				assert_eq!(state(), OrderState::Verified);
				lapse(WORK);
				assert_eq!(state(), OrderState::Settled(Outcome::Completed));
			},
			so: "silence is for the maintainer: he has the price and the bonus. Nobody needs to say so",
		},
		Threat {
			calls: &["Diagnostics.submit_reading"],
			by: "owner",
			wants: "speak against good work by readings of before, or made up",
			scene: || {
				repaired(Repair::Begun);
				measures(&[BAD]);
				let (order, report) = (repair(), Hash::default());
				act(CUSTOMER, Call::declare_done { order, report });
			},
			does: || {
				fails(OWNER, submit(repair()), Error::ReadingTooEarly);
				let mut proof = proven(0, 1);
				proof.batch = 7;
				let proof = list(codec::Encode::encode(&proof));
				let made_up = Call::<Runtime>::submit_reading { order: repair(), proof };
				fails(OWNER, made_up, Error::UnknownBatch);
			},
			so: "refused, both: it must have been measured since, anchored in time, and proven",
		},
		Threat {
			calls: &["Diagnostics.register_certificate"],
			by: "owner",
			wants: "have his sensors calibrated by a laboratory of his own",
			scene: || {
				calibrated();
				root_acts(accredit(OWNER));
			},
			does: || fails(OWNER, certify(9), Error::RelatedIssuer),
			so: "refused, though he is accredited; and whoever becomes the owner later has certified nothing that counts",
		},
		Threat {
			calls: &["Diagnostics.submit_reading"],
			by: "owner",
			wants: "have bad readings look good, or good ones bad, by another scale of his sensor",
			scene: || {
				repaired_with(Repair::Declared, |terms| {
					terms.conditions.check.table = Hash::repeat_byte(9);
				});
				measures(&[BAD]);
			},
			does: || fails(OWNER, submit(repair()), Error::OtherTable),
			so: "refused: a bound is one of the table of channels that was agreed on",
		},
		Threat {
			calls: &["Diagnostics.dispute"],
			by: "owner",
			wants: "dispute whatever is declared done",
			scene: || repaired_with(Repair::Declared, |terms| terms.arbiter = Some(account(ARBITER))),
			does: || {
				done(OWNER, disputes());
				ruled(Side::Payee);
				assert_eq!(state(), OrderState::Settled(Outcome::Completed));
			},
			so: "he stakes a bond and the arbiter's fee on each, and loses both when he is not right; the maintainer has price and bonus",
		},
		Threat {
			calls: &["Diagnostics.assign", "Diagnostics.expire"],
			by: "owner",
			wants: "bother somebody with orders that he has not asked for",
			scene: ticketed,
			does: || {
				done(OWNER, assign(service()));
				lapse(WINDOW);
				assert_eq!(state(), OrderState::Settled(Outcome::Declined));
			},
			so: "each costs the machine the fee of an order, and its money's time; who does not want it does nothing, and his name hears \
			     nothing",
		},
		Threat {
			calls: &["Diagnostics.cancel"],
			by: "owner",
			wants: "call the maintainer off when he has begun, or when he is a little late",
			scene: || repaired(Repair::Begun),
			does: || {
				let (order, reason) = (repair(), Hash::default());
				fails(OWNER, Call::<Runtime>::cancel { order, reason }, Error::WrongState);
			},
			so: "refused once work has begun; before that it costs the agreed fee (here a tenth), and after the response time there is \
			     a penalty instead",
		},
		Threat {
			calls: &["Diagnostics.offer_service"],
			by: "owner",
			wants: "maintain his own machine, to make himself a name",
			scene: ticketed,
			does: || fails(OWNER, offer_service(service()), Error::OwnMachine),
			so: "refused, by whatever machine of his",
		},
		Threat {
			calls: &["Diagnostics.remove_order", "Diagnostics.remove_ticket", "Diagnostics.discharge"],
			by: "owner",
			wants: "leave records for ever, or have his deposit out while they are there",
			scene: || repaired(Repair::Done),
			does: || {
				let machine = machine();
				fails(OWNER, Call::<Runtime>::discharge { machine }, Error::InUse);
				done(OWNER, Call::<Runtime>::remove_order { order: repair() });
				done(OWNER, Call::<Runtime>::remove_ticket { ticket: ticket() });
				done(OWNER, Call::<Runtime>::discharge { machine });
			},
			so: "each keeps its deposit on hold as long as it is there. (He has removed them here.)",
		},
		Threat {
			calls: &["Diagnostics.set_rule", "Diagnostics.report"],
			by: "owner",
			wants: "sell a machine with a rule that asks his friends for quotes at the buyer's expense",
			scene: || {
				calibrated();
				act(OWNER, set_rule(mending_rule(Action::Quotes(Box::new(tender())))));
				sell(BUYER);
			},
			does: || {
				// The machine's key reports, and the buyer has set no allowance: bare, as its fee is not what this is about.
				act(KEY, report(BAD));
				assert_eq!(ticket_state(), TicketState::Open);
				assert_eq!(pallet_procurement::Requests::<Runtime>::iter_keys().count(), 0);
			},
			so: "a ticket opens, and nobody is asked: what a former owner has left spends nothing",
		},
	]
}

fn maintainers() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Diagnostics.start_work", "Diagnostics.declare_done", "Diagnostics.submit_reading"],
			by: "customer",
			wants: "declare a machine mended and do nothing",
			scene: || repaired(Repair::Assigned),
			does: || {
				let (order, report) = (repair(), Hash::default());
				done(CUSTOMER, Call::<Runtime>::start_work { order });
				done(CUSTOMER, Call::<Runtime>::declare_done { order, report });
				measures(&[BAD]);
				done(KEY, submit(order));
				assert_eq!(state(), OrderState::Settled(Outcome::Failed));
			},
			so: "the machine's readings say so: the bond is its, the price goes back, and his name hears of it; the fee for having come \
			     (here a fifth) is his",
		},
		Threat {
			calls: &["Diagnostics.submit_reading"],
			by: "customer",
			wants: "mend it until he is paid",
			scene: || repaired(Repair::Declared),
			does: || {
				let order = repair();
				measures(&[GOOD]);
				done(KEY, submit(order));
				pass(WINDOW);
				measures(&[BAD]);
				done(KEY, submit(order));
				assert_eq!(state(), OrderState::Settled(Outcome::Returned));
			},
			so: "what is retained for the guarantee (here 30 %) goes back, and the bond with it; the rest he had by then. It pays who is \
			     believed once, and his name hears of it",
		},
		Threat {
			calls: &["Diagnostics.submit_reading"],
			by: "customer",
			wants: "have his work verified by readings of a machine that stands",
			scene: || {
				repaired_with(Repair::Declared, |terms| terms.conditions.check.idle = Some(100));
				measures(&[50]);
			},
			does: || fails(CUSTOMER, submit(repair()), Error::MachineStands),
			so: "refused, where terms say how that looks",
		},
		Threat {
			calls: &["Diagnostics.accept_offer", "Diagnostics.expire"],
			by: "customer",
			wants: "promise to come and not come",
			scene: mending_offered,
			does: || {
				done(OWNER, accept_offer());
				lapse(WINDOW);
				assert_eq!(state(), OrderState::Settled(Outcome::NotDone));
			},
			so: "after the response time his bond is the machine's, and the price goes back; the chain does it by itself",
		},
		Threat {
			calls: &["Diagnostics.acknowledge", "Diagnostics.give_up"],
			by: "customer",
			wants: "come late by saying that he comes, and then give up",
			scene: || repaired(Repair::Assigned),
			does: || {
				let (order, reason) = (repair(), Hash::default());
				done(CUSTOMER, Call::<Runtime>::acknowledge { order });
				lapse(WINDOW);
				done(CUSTOMER, Call::<Runtime>::give_up { order, reason });
				assert_eq!(ticket_state(), TicketState::Open);
			},
			so: "his bond is the machine's; if he had begun, the penalty would be off his price",
		},
		Threat {
			calls: &["Diagnostics.dispute", "Diagnostics.concede"],
			by: "customer",
			wants: "dispute whatever readings say",
			scene: || repaired(Repair::Failed),
			does: || {
				done(CUSTOMER, disputes());
				ruled(Side::Payer);
				let order = repair();
				fails(CUSTOMER, Call::<Runtime>::concede { order }, Error::WrongState);
			},
			so: "he loses bond and arbiter's fee on top of what readings had decided; conceding costs nothing",
		},
		Threat {
			calls: &["Diagnostics.register_certificate", "Diagnostics.accept_offer"],
			by: "customer",
			wants: "calibrate the sensor that judges his work, and revoke that when it speaks against him",
			scene: || {
				mending_offered();
				root_acts(accredit(CUSTOMER));
				act(CUSTOMER, certify(2));
			},
			does: || fails(OWNER, accept_offer(), Error::MaintainerCalibrates),
			so: "refused at the assignment. A revocation takes nothing back of what was anchored before",
		},
		Threat {
			calls: &["Diagnostics.offer_service", "Diagnostics.withdraw_offer"],
			by: "customer",
			wants: "fill a ticket's list, so that nobody else offers",
			scene: ticketed,
			does: || {
				let offered = as_many_as_may_be(CUSTOMER, || offer_service(service()));
				assert_eq!(offered, OFFERS as usize);
				let mut cheaper = service();
				cheaper.price -= 1;
				done(STRANGER, offer_service(cheaper));
				let (ticket, offer) = (ticket(), mending_offer());
				done(STRANGER, Call::<Runtime>::withdraw_offer { ticket, offer });
			},
			so: "a fee and a deposit for each of four, and whoever asks less takes the dearest one's place",
		},
	]
}

fn thieves() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Diagnostics.report"],
			by: "thief of the key",
			wants: "flood the chain with reports",
			scene: cared,
			does: || {
				for _ in 0..60 {
					pass(1);
					done(KEY, report(GOOD));
				}
				pass(1);
				fails(KEY, report(GOOD), Error::TooManyReports);
			},
			so: "60 an hour, each with a fee out of the allowance; each takes the place of the last one",
		},
		Threat {
			calls: &["Diagnostics.open_ticket", "Diagnostics.close_ticket", "Diagnostics.remove_ticket"],
			by: "thief of the key",
			wants: "flood the owner with tickets",
			scene: cared,
			does: || {
				for fault in [b"A", b"B"] {
					done(KEY, open_ticket(fault));
				}
				fails(KEY, open_ticket(b"C"), Error::TooManyTickets);
				let ticket = ticket();
				done(OWNER, Call::<Runtime>::close_ticket { ticket });
				done(OWNER, Call::<Runtime>::remove_ticket { ticket });
			},
			so: "as many as there is room for, which was paid in advance (here two); the owner closes them",
		},
		Threat {
			calls: &["Diagnostics.request_quotes"],
			by: "thief of the key",
			wants: "have the machine ask for help again and again",
			scene: ticketed,
			does: || {
				let asked = as_many_as_may_be(KEY, ask_for_quotes);
				assert_eq!(asked, 1);
			},
			so: "one request at a time for each ticket, with its fee, under the spending policy",
		},
		Threat {
			calls: &["Diagnostics.assign", "Diagnostics.accept_offer"],
			by: "thief of the key",
			wants: "order work of a friend at any price",
			scene: || {
				mending_offered();
				let (machine, policy) = (machine(), Some(policy([AssetKind::Native], BPI)));
				act(OWNER, pallet_machines::Call::set_spending_policy { machine, policy });
			},
			does: || {
				fails(KEY, accept_offer(), MachinesError::<Runtime>::OverSpendingCap);
				fails(KEY, assign(service()), MachinesError::<Runtime>::OverSpendingCap);
			},
			so: "no more than the policy has left (here 1): both refused. The friend would have to be another's, and the machine's own \
			     readings would have to be good",
		},
	]
}

fn floods() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Diagnostics.enrol", "Diagnostics.set_rule", "Diagnostics.remove_rule"],
			by: "owner",
			wants: "fill the chain with rules",
			scene: cared,
			does: || {
				let mut count = 0;
				let set = as_many_as_may_be(OWNER, || {
					count += 1;
					let mut terms = mending_rule(Action::Ticket);
					terms.trigger.bound += i64::from(count);
					set_rule(terms)
				});
				assert_eq!(set, 8);
				let (machine, rule) = (machine(), newest_rule());
				done(OWNER, Call::<Runtime>::remove_rule { machine, rule });
			},
			so: "eight a machine, each with a deposit until it is removed. (He has removed one here.)",
		},
		Threat {
			calls: &["Diagnostics.register_certificate", "Diagnostics.prune_certificate"],
			by: "stranger",
			wants: "fill a sensor's list with certificates, as an issuer whom governance trusts",
			scene: || {
				cared();
				root_acts(accredit(STRANGER));
			},
			does: || {
				let mut document = 0;
				let registered = as_many_as_may_be(STRANGER, || {
					document += 1;
					certify(document)
				});
				assert_eq!(registered, CERTIFICATES as usize);
				skip(2 * KEPT + 1);
				let (machine, metric, certificate) = (machine(), MetricId(VIBRATION), certificate());
				done(
					STRANGER,
					Call::<Runtime>::prune_certificate {
						machine,
						metric,
						certificate,
					},
				);
			},
			so: "four, each with a deposit until it is over and pruned; governance revokes. (He has pruned one here.)",
		},
	]
}

fn others() -> Vec<Threat> {
	vec![
		Threat {
			calls: &[
				"Diagnostics.enrol",
				"Diagnostics.discharge",
				"Diagnostics.appoint_maintainer",
				"Diagnostics.set_wear",
				"Diagnostics.set_rule",
				"Diagnostics.remove_rule",
			],
			by: "stranger",
			wants: "rule over another's machine",
			scene: watched,
			does: || {
				let machine = machine();
				let maintainer = Some(account(STRANGER));
				let limits = Default::default();
				fails(STRANGER, enrol(1), Error::NotTheOwner);
				fails(STRANGER, Call::<Runtime>::discharge { machine }, Error::NotTheOwner);
				fails(
					STRANGER,
					Call::<Runtime>::appoint_maintainer { machine, maintainer },
					Error::NotTheOwner,
				);
				fails(
					STRANGER,
					Call::<Runtime>::set_wear { machine, limits },
					Error::NotTheOwner,
				);
				fails(STRANGER, set_rule(mending_rule(Action::Ticket)), Error::NotTheOwner);
				let rule = newest_rule();
				fails(
					STRANGER,
					Call::<Runtime>::remove_rule { machine, rule },
					Error::NotTheOwner,
				);
			},
			so: "refused, all six",
		},
		Threat {
			calls: &[
				"Diagnostics.open_ticket",
				"Diagnostics.close_ticket",
				"Diagnostics.request_quotes",
				"Diagnostics.assign",
			],
			by: "stranger",
			wants: "open another's tickets, close them, or have them mended by himself",
			scene: ticketed,
			does: || {
				let (ticket, maintainer, terms) = (ticket(), account(STRANGER), service());
				fails(STRANGER, open_ticket(b"LEAK"), Error::NotTheOwner);
				fails(STRANGER, Call::<Runtime>::close_ticket { ticket }, Error::NotTheOwner);
				fails(STRANGER, ask_for_quotes(), Error::NotTheOwner);
				let assign = Call::<Runtime>::assign {
					ticket,
					maintainer,
					terms,
				};
				fails(STRANGER, assign, Error::NotTheOwner);
			},
			so: "refused, all four",
		},
		Threat {
			calls: &[
				"Diagnostics.acknowledge",
				"Diagnostics.start_work",
				"Diagnostics.declare_done",
				"Diagnostics.give_up",
				"Diagnostics.concede",
			],
			by: "stranger",
			wants: "answer in the maintainer's place",
			scene: || repaired(Repair::Assigned),
			does: || {
				let (order, reason, report) = (repair(), Hash::default(), Hash::default());
				fails(
					STRANGER,
					Call::<Runtime>::acknowledge { order },
					Error::NotTheMaintainer,
				);
				fails(STRANGER, Call::<Runtime>::start_work { order }, Error::NotTheMaintainer);
				fails(
					STRANGER,
					Call::<Runtime>::declare_done { order, report },
					Error::NotTheMaintainer,
				);
				fails(
					STRANGER,
					Call::<Runtime>::give_up { order, reason },
					Error::NotTheMaintainer,
				);
				fails(STRANGER, Call::<Runtime>::concede { order }, Error::NotTheMaintainer);
			},
			so: "refused, all five",
		},
		Threat {
			calls: &[
				"Diagnostics.cancel",
				"Diagnostics.expire",
				"Diagnostics.dispute",
				"Diagnostics.remove_order",
			],
			by: "stranger",
			wants: "end an order that is not his, before its time",
			scene: || repaired(Repair::Assigned),
			does: || {
				let (order, reason) = (repair(), Hash::default());
				fails(STRANGER, Call::<Runtime>::cancel { order, reason }, Error::NotTheOwner);
				fails(STRANGER, Call::<Runtime>::expire { order }, Error::NotExpired);
				fails(STRANGER, disputes(), Error::NotAParty);
				fails(STRANGER, Call::<Runtime>::remove_order { order }, Error::NotTheOwner);
			},
			so: "refused, all four",
		},
		Threat {
			calls: &[
				"Diagnostics.register_certificate",
				"Diagnostics.revoke_certificate",
				"Diagnostics.prune_certificate",
			],
			by: "stranger",
			wants: "forge a certificate, or have another's gone",
			scene: calibrated,
			does: || {
				let (machine, metric, certificate): (_, _, CertificateId) =
					(machine(), MetricId(VIBRATION), certificate());
				fails(STRANGER, certify(9), Error::UnknownIssuer);
				let revoke = Call::<Runtime>::revoke_certificate {
					machine,
					metric,
					certificate,
				};
				fails(STRANGER, revoke, Error::NotYours);
				let prune = Call::<Runtime>::prune_certificate {
					machine,
					metric,
					certificate,
				};
				fails(STRANGER, prune, Error::StillNeeded);
			},
			so: "refused, all three",
		},
	]
}

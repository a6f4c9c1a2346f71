//! Offers, orders, and what becomes of them.

use super::{as_many_as_may_be, done, fails, lapse, verdict, Threat};
use crate::world::*;
use bpiiot_primitives::Side;
use bpiiot_runtime::{Hash, Runtime};
use pallet_jobs::{Call, Error as Errors};

type Error = Errors<Runtime>;

pub fn threats() -> Vec<Threat> {
	offers()
		.into_iter()
		.chain(orders())
		.chain(work())
		.chain(reviews())
		.collect()
}

fn offers() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Jobs.publish_offer"],
			by: "owner",
			wants: "fill the index with offers",
			scene: registered,
			does: || {
				let offer = || Call::<Runtime>::publish_offer {
					machine: machine(),
					terms: Terms {
						disputes: None,
						..terms()
					},
				};
				assert_eq!(as_many_as_may_be(OWNER, offer), 32);
			},
			so: "32 offers a machine; each has a deposit until it is withdrawn",
		},
		Threat {
			calls: &["Jobs.publish_offer", "Jobs.update_offer", "Jobs.withdraw_offer"],
			by: "stranger",
			wants: "offer somebody else's machine for next to nothing",
			scene: published,
			does: || {
				let (machine, offer) = (machine(), offer());
				let terms = || Terms {
					unit_price: coin() / 100,
					..terms()
				};
				let publish = Call::<Runtime>::publish_offer {
					machine,
					terms: terms(),
				};
				fails(STRANGER, publish, Error::NotTheMachinesOwner);
				let update = Call::<Runtime>::update_offer { offer, terms: terms() };
				fails(STRANGER, update, Error::NotTheMachinesOwner);
				fails(
					STRANGER,
					Call::<Runtime>::withdraw_offer { offer },
					Error::NotTheMachinesOwner,
				);
			},
			so: "refused, all three",
		},
		Threat {
			calls: &["Jobs.update_offer", "Jobs.order"],
			by: "owner",
			wants: "raise the price when an order is under way",
			scene: published,
			does: || {
				let ordered = line();
				let terms = Terms {
					unit_price: 10 * price(),
					..terms()
				};
				done(OWNER, Call::<Runtime>::update_offer { offer: offer(), terms });
				fails(CUSTOMER, order(ordered), Error::OfferChanged);
			},
			so: "an order names the version of the offer that it is for, and the most that it may cost: refused",
		},
	]
}

fn orders() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Jobs.order", "Jobs.cancel"],
			by: "stranger",
			wants: "keep a machine busy with orders that he calls off",
			scene: published,
			does: || {
				done(STRANGER, order(line()));
				let (job, reason) = (job(), Hash::default());
				done(STRANGER, Call::<Runtime>::cancel { job, reason });
				done(STRANGER, Call::<Runtime>::remove { job });
			},
			so: "each order is a fee that does not come back, whatever becomes of it; after acceptance he owes the offer's \
			     cancellation fee too",
		},
		Threat {
			calls: &["Jobs.order", "Jobs.order_batch"],
			by: "stranger",
			wants: "take all places in a machine's list of orders",
			scene: || published_with(|terms| terms.max_units = 100),
			does: || {
				let batch = || order_batch((0..2).map(|_| Line { units: 1, ..line() }));
				assert_eq!(as_many_as_may_be(STRANGER, batch), 4);
				fails(
					STRANGER,
					order(Line { units: 1, ..line() }),
					Error::TooManyOpenJobsOfCustomer,
				);
				done(CUSTOMER, order(line()));
			},
			so: "eight of 32 places for one customer, each with its price, a deposit and a fee on hold; who comes with four \
			     accounts pays four times, and the machine declines what it does not like. (The other order's money is on hold \
			     here too.)",
		},
		Threat {
			calls: &["Jobs.order"],
			by: "owner",
			wants: "look busy and well paid by ordering from his own machine",
			scene: published,
			does: || fails(OWNER, order(line()), Error::OwnMachine),
			so: "refused; with a second account it costs the order's fee, the transactions' and his money's time for each job, and \
			     the records say that payer and payee did nothing but this",
		},
		Threat {
			calls: &["Jobs.order"],
			by: "thief of the key",
			wants: "spend a buying machine's money with its key, by orders from a machine of his own",
			scene: || {
				published();
				robot(20 * coin());
			},
			does: || {
				done(ROBOT, order(line()));
				fails(
					ROBOT,
					order(line()),
					pallet_machines::Error::<Runtime>::OverSpendingCap,
				);
			},
			so: "no more than its policy allows in a period, with all that leaves the account for an order; the owner freezes it. \
			     (Held here, and the thief's when it is delivered and approved.)",
		},
		Threat {
			calls: &["Jobs.counter_offer", "Jobs.accept_counter_offer"],
			by: "owner",
			wants: "change a counter-offer when the customer agrees to it",
			scene: || at(Stage::Countered),
			does: || {
				let (job, (unit_price, deliver_by)) = (job(), counter());
				let dearer = Call::<Runtime>::counter_offer {
					job,
					unit_price: 2 * unit_price,
					deliver_by,
				};
				done(OWNER, dearer);
				let accept = Call::<Runtime>::accept_counter_offer {
					job,
					unit_price,
					deliver_by,
				};
				fails(CUSTOMER, accept, Error::CounterOfferChanged);
			},
			so: "the customer says to what he agrees: refused",
		},
	]
}

fn work() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Jobs.decline", "Jobs.accept"],
			by: "owner",
			wants: "hold a customer's money by saying nothing",
			scene: || at(Stage::Ordered),
			does: || {
				lapse(WINDOW);
				done(CUSTOMER, Call::<Runtime>::remove { job: job() });
			},
			so: "when the time to accept is over the sweep ends the order: he has all back but the fee, as when it is declined",
		},
		Threat {
			calls: &["Jobs.accept", "Jobs.start", "Jobs.expire"],
			by: "machine",
			wants: "promise and not deliver",
			scene: || at(Stage::Ordered),
			does: || {
				done(KEY, Call::<Runtime>::accept { job: job() });
				done(KEY, Call::<Runtime>::start { job: job() });
				lapse(DELIVERY);
			},
			so: "at the deadline the customer has his money back, and the machine's bond on top",
		},
		Threat {
			calls: &["Jobs.accept", "Jobs.start", "Jobs.progress", "Jobs.deliver", "Jobs.decline", "Jobs.cancel"],
			by: "stranger",
			wants: "answer in a machine's place",
			scene: || at(Stage::Ordered),
			does: || {
				let (job, reason, result) = (job(), Hash::default(), Hash::default());
				fails(STRANGER, Call::<Runtime>::accept { job }, Error::NotTheMachine);
				fails(STRANGER, Call::<Runtime>::start { job }, Error::NotTheMachine);
				fails(STRANGER, Call::<Runtime>::progress { job, units_done: 1 }, Error::NotTheMachine);
				fails(STRANGER, Call::<Runtime>::deliver { job, units: 1, result }, Error::NotTheMachine);
				fails(STRANGER, Call::<Runtime>::decline { job, reason }, Error::NotTheMachine);
				fails(STRANGER, Call::<Runtime>::cancel { job, reason }, Error::NotAParty);
			},
			so: "refused, all six",
		},
		Threat {
			calls: &["Jobs.deliver", "Jobs.progress"],
			by: "machine",
			wants: "be paid for units that it has not made",
			scene: || at(Stage::Started),
			does: || {
				done(KEY, Call::<Runtime>::progress { job: job(), units_done: UNITS });
				done(KEY, deliver(UNITS));
				done(CUSTOMER, reject(UNITS));
			},
			so: "the customer looks and rejects: the machine keeps the rejection fee of its offer (here a fifth), which he has read \
			     before he ordered; with an arbiter it would have to dispute, and stake a bond on it",
		},
		Threat {
			calls: &["Jobs.expire"],
			by: "customer",
			wants: "end a job before its deadline, and have the machine's bond",
			scene: || at(Stage::Started),
			does: || fails(CUSTOMER, Call::<Runtime>::expire { job: job() }, Error::NotExpired),
			so: "refused until it has passed",
		},
		Threat {
			calls: &["Jobs.cancel"],
			by: "customer",
			wants: "call off what was delivered, keep the units and the money",
			scene: sent_back,
			does: || {
				let (job, reason) = (job(), Hash::default());
				fails(CUSTOMER, Call::<Runtime>::cancel { job, reason }, Error::AlreadyDelivered);
			},
			so: "refused, also while units are back to be mended",
		},
	]
}

fn reviews() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Jobs.approve"],
			by: "customer",
			wants: "have the units and never approve them",
			scene: || at(Stage::Delivered),
			does: || lapse(WINDOW),
			so: "silence is approval: the machine is paid when the time for review is over",
		},
		Threat {
			calls: &["Jobs.reject"],
			by: "customer",
			wants: "have good units and reject them, without an arbiter",
			scene: || at(Stage::Delivered),
			does: || done(CUSTOMER, reject(UNITS)),
			so: "the machine keeps the rejection fee of its offer; the rest goes back, and both histories show the rejection. Whoever \
			     does not want that names arbiters in his offer",
		},
		Threat {
			calls: &["Jobs.reject", "Jobs.dispute"],
			by: "customer",
			wants: "have good units and reject them, with an arbiter",
			scene: || judged_at(Stage::Delivered),
			does: || {
				done(CUSTOMER, reject(UNITS));
				done(OWNER, Call::<Runtime>::dispute { job: job(), evidence: Hash::default() });
				done(ARBITER, accept_case());
				done(ARBITER, verdict(Side::Payee));
			},
			so: "the owner disputes it, and the arbiter gives the machine all of the price; his fee is the owner's, who has his bond \
			     back",
		},
		Threat {
			calls: &["Jobs.dispute", "Jobs.concede"],
			by: "owner",
			wants: "dispute whatever is rejected",
			scene: || at(Stage::Rejected),
			does: || {
				done(OWNER, Call::<Runtime>::dispute { job: job(), evidence: Hash::default() });
				done(ARBITER, accept_case());
				done(ARBITER, verdict(Side::Payer));
			},
			so: "he loses bond and arbiter's fee when he is not right; conceding costs nothing",
		},
		Threat {
			calls: &["Jobs.request_rework"],
			by: "customer",
			wants: "send units back again and again",
			scene: sent_back,
			does: || {
				done(KEY, deliver(UNITS));
				fails(CUSTOMER, request_rework(), Error::NoRework);
			},
			so: "as often as the offer says (here once)",
		},
		Threat {
			calls: &["Jobs.approve", "Jobs.reject", "Jobs.request_rework", "Jobs.remove", "Jobs.concede"],
			by: "stranger",
			wants: "judge somebody else's units",
			scene: || at(Stage::Delivered),
			does: || {
				fails(STRANGER, approve(UNITS), Error::NotTheCustomer);
				fails(STRANGER, reject(UNITS), Error::NotTheCustomer);
				fails(STRANGER, request_rework(), Error::NotTheCustomer);
				fails(STRANGER, Call::<Runtime>::remove { job: job() }, Error::NotTheCustomer);
				fails(STRANGER, Call::<Runtime>::concede { job: job() }, Error::NotTheMachinesOwner);
			},
			so: "refused, all five",
		},
		Threat {
			calls: &["Jobs.approve"],
			by: "machine",
			wants: "be paid twice for the same units",
			scene: || at(Stage::Settled),
			does: || fails(CUSTOMER, approve(UNITS), Error::WrongState),
			so: "a settled job pays nobody any more, not even by its customer's word",
		},
		Threat {
			calls: &["Jobs.order", "Jobs.remove"],
			by: "customer",
			wants: "leave records of ended jobs for ever",
			scene: published,
			does: || {
				done(CUSTOMER, order(line()));
				lapse(WINDOW);
			},
			so: "each keeps its deposit on hold until he removes it",
		},
	]
}

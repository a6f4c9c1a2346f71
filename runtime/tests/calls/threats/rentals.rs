//! Rentals: renters, owners, and those who want in.

use super::{done, fails, lapse, Threat};
use crate::{
	chain::{pass, send, Signature},
	world::*,
};
use bpiiot_primitives::{AgreementRef, Side};
use bpiiot_runtime::{Hash, Rentals, Runtime};
use pallet_rentals::{Actions, BookingMode, Call, Error as Errors, Outcome, Stage, Target};
use sp_runtime::Permill;

type Error = Errors<Runtime>;

pub fn threats() -> Vec<Threat> {
	renters().into_iter().chain(owners()).chain(others()).collect()
}

fn start() -> Call<Runtime> {
	Call::start { rental: rental() }
}

fn give_back() -> Call<Runtime> {
	Call::give_back { rental: rental() }
}

fn dispute() -> Call<Runtime> {
	let (rental, evidence) = (rental(), Hash::default());
	Call::dispute { rental, evidence }
}

fn cancel() -> Call<Runtime> {
	let (rental, reason) = (rental(), Hash::default());
	Call::cancel { rental, reason }
}

/// The verdict that gives this side all that is at stake, and the opener's bond.
fn verdict_of(agreement: AgreementRef, winner: Side) -> pallet_escrow::Call<Runtime> {
	pallet_escrow::Call::rule {
		agreement,
		to_payee: match winner {
			Side::Payee => Permill::one(),
			Side::Payer => Permill::zero(),
		},
		bond_to: winner,
		ruling: Hash::default(),
	}
}

/// Whether a door opens to somebody now.
fn opens_to(who: &str) -> bool {
	let target = Target::Rental(rental());
	Rentals::can_access(target, &account(who), Actions::ENTER, crate::chain::now()).is_ok()
}

/// So many rentals of a whole time, one after the other, as long as they are accepted.
fn in_a_row(by: &str) -> usize {
	let rents = |nth: u64| {
		let start = Some(crate::chain::START + nth * RENTED);
		send(by, rent(Hire { start, ..hire() }).into(), Signature::Good) == Ok(Ok(()))
	};
	(0..10).take_while(|nth| rents(*nth)).count()
}

fn renters() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Rentals.rent", "Rentals.cancel"],
			by: "customer",
			wants: "keep others out by booking much and calling it off",
			scene: listed,
			does: || {
				done(CUSTOMER, rent(hire()));
				done(CUSTOMER, cancel());
				done(CUSTOMER, Call::<Runtime>::remove { rental: rental() });
			},
			so: "each time the fee, and what the listing says that calling off so late costs (here half of the rent); the time is \
			     free again",
		},
		Threat {
			calls: &["Rentals.rent"],
			by: "stranger",
			wants: "take all of a machine's time",
			scene: listed,
			does: || assert_eq!(in_a_row(STRANGER), 10),
			so: "rent, deposit, record and fee for each of it, on hold until he has used it or called it off; who does not come pays \
			     for that. (Ten rentals here.)",
		},
		Threat {
			calls: &["Rentals.rent", "Rentals.extend"],
			by: "stranger",
			wants: "have a machine at the same time as somebody else",
			scene: || rental_at(Use::Active),
			does: || {
				let last = rental_record().access.end - 1;
				fails(STRANGER, rent(hire()), Error::AlreadyBooked);
				let start = Some(last);
				fails(STRANGER, rent(Hire { start, ..hire() }), Error::AlreadyBooked);
			},
			so: "refused, to the last millisecond",
		},
		Threat {
			calls: &["Rentals.give_back", "Rentals.expire"],
			by: "customer",
			wants: "keep a machine when his time is over",
			scene: || rental_at(Use::Active),
			does: || {
				pass(RENTED);
				assert!(!opens_to(CUSTOMER));
				lapse(RUNS_DOWN);
				rental_is(Stage::Settled(Outcome::NotReturned));
			},
			so: "no door opens to him any more; each period that has begun takes from his deposit, and then it is the owner's",
		},
		Threat {
			calls: &["Rentals.start", "Rentals.give_back", "Rentals.confirm_return", "Rentals.waive"],
			by: "customer",
			wants: "start it and give it back, and so not pay for calling it off",
			scene: || rental_at(Use::Booked),
			does: || {
				done(CUSTOMER, start());
				done(CUSTOMER, give_back());
				done(KEY, confirm_return(crate::chain::START));
				done(KEY, Call::<Runtime>::waive { rental: rental() });
			},
			so: "he pays as if he had called it off at the last moment",
		},
		Threat {
			calls: &["Rentals.claim", "Rentals.concede", "Rentals.expire"],
			by: "customer",
			wants: "break it and say nothing",
			scene: || rental_at(Use::Returned),
			does: || {
				done(KEY, claim(damage()));
				lapse(WINDOW);
			},
			so: "silence accepts the claim",
		},
		Threat {
			calls: &["Rentals.dispute"],
			by: "customer",
			wants: "dispute whatever is claimed",
			scene: || rental_at(Use::Claimed),
			does: || {
				done(CUSTOMER, dispute());
				let agreement = AgreementRef::Rental(rental());
				done(ARBITER, pallet_escrow::Call::<Runtime>::accept_case { agreement });
				done(ARBITER, verdict_of(agreement, Side::Payee));
			},
			so: "he loses bond and arbiter's fee when he is not right; conceding costs nothing beside the claim",
		},
		Threat {
			calls: &["Rentals.rent", "Rentals.remove"],
			by: "customer",
			wants: "leave records of ended rentals for ever",
			scene: || rental_at(Use::Booked),
			does: || lapse(WINDOW),
			so: "each keeps its deposit on hold until he removes it",
		},
		Threat {
			calls: &["Rentals.set_user", "Rentals.remove_user"],
			by: "customer",
			wants: "let somebody in whom he has shut out, or for longer than he has it himself",
			scene: || rental_at(Use::Active),
			does: || {
				done(CUSTOMER, set_user(BUYER));
				assert!(opens_to(BUYER));
				let (rental, user) = (rental(), account(BUYER));
				done(CUSTOMER, Call::<Runtime>::remove_user { rental, user });
				assert!(!opens_to(BUYER));
				assert_eq!(rental_record().access.epoch, 1);
				let access = rental_record().access;
				let longer = Call::<Runtime>::set_user {
					rental,
					user: account(BUYER),
					from: access.start,
					until: access.end + 1,
					actions: Actions::ENTER,
				};
				fails(CUSTOMER, longer, Error::OutlivesRental);
			},
			so: "what was taken back is void at every door that hears of it, and nobody outlives the rental: refused",
		},
	]
}

fn owners() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Rentals.publish_listing", "Rentals.withdraw_listing"],
			by: "owner",
			wants: "fill the index with listings",
			scene: registered,
			does: || {
				let publishes = || {
					let mut terms = listing_terms();
					terms.arbiters = Default::default();
					let machine = machine();
					let call = Call::<Runtime>::publish_listing { machine, terms };
					send(OWNER, call.into(), Signature::Good) == Ok(Ok(()))
				};
				assert_eq!((0..100).take_while(|_| publishes()).count(), 16);
			},
			so: "16 listings a machine; each has a deposit until it is withdrawn",
		},
		Threat {
			calls: &["Rentals.update_listing", "Rentals.rent"],
			by: "owner",
			wants: "raise the price when somebody is about to rent",
			scene: listed,
			does: || {
				let read = hire();
				let mut terms = listing_terms();
				terms.rental.price = 10 * period_price();
				let listing = listing();
				done(OWNER, Call::<Runtime>::update_listing { listing, terms });
				fails(CUSTOMER, rent(read), Error::ListingChanged);
			},
			so: "a rental names the version of the listing, and the most that it may cost: refused",
		},
		Threat {
			calls: &["Rentals.approve", "Rentals.decline", "Rentals.expire"],
			by: "owner",
			wants: "hold a renter's money by saying nothing",
			scene: || rental_at(Use::Requested),
			does: || lapse(WINDOW),
			so: "when the time to approve is over it ends: the time is free, and he has all back but the fee, as when it is declined",
		},
		Threat {
			calls: &["Rentals.stop"],
			by: "machine",
			wants: "put a renter out for a better one",
			scene: || rental_at(Use::Active),
			does: || {
				let (rental, reason) = (rental(), Hash::default());
				done(OWNER, Call::<Runtime>::stop { rental, reason });
				lapse(WINDOW);
			},
			so: "the renter has all unused time back, and the bond on top; the machine's name loses what it had promised",
		},
		Threat {
			calls: &["Rentals.confirm_return"],
			by: "owner",
			wants: "put a renter out by a report that it came back",
			scene: || rental_at(Use::Active),
			does: || {
				done(KEY, confirm_return(crate::chain::now()));
				assert!(opens_to(CUSTOMER));
			},
			so: "a report alone ends nothing before the end: it can only make the rent less",
		},
		Threat {
			calls: &["Rentals.claim", "Rentals.dispute"],
			by: "machine",
			wants: "claim all of the deposit for nothing",
			scene: || rental_at(Use::Returned),
			does: || {
				done(KEY, claim(security()));
				done(CUSTOMER, dispute());
				let agreement = AgreementRef::Rental(rental());
				done(ARBITER, pallet_escrow::Call::<Runtime>::accept_case { agreement });
				done(ARBITER, verdict_of(agreement, Side::Payer));
			},
			so: "the arbiter refuses it, and the machine has the rent alone; its name has lost what was refused. Without an arbiter \
			     half of it: a renter should name one",
		},
		Threat {
			calls: &["Rentals.rent"],
			by: "owner",
			wants: "look busy and well paid by renting his own machine",
			scene: listed,
			does: || {
				fails(OWNER, rent(hire()), Error::OwnMachine);
				fails(KEY, rent(hire()), Error::OwnMachine);
			},
			so: "refused; by a second account he pays half a percent of the rent to the chain, and the weight of a pair wears off",
		},
	]
}

fn others() -> Vec<Threat> {
	vec![
		Threat {
			calls: &[
				"Rentals.publish_listing",
				"Rentals.update_listing",
				"Rentals.withdraw_listing",
			],
			by: "stranger",
			wants: "let somebody else's machine",
			scene: listed,
			does: || {
				let (machine, listing) = (machine(), listing());
				let no = Error::NotTheMachinesOwner;
				let terms = listing_terms();
				fails(STRANGER, Call::<Runtime>::publish_listing { machine, terms }, no);
				let (terms, no) = (listing_terms(), Error::NotTheMachinesOwner);
				fails(STRANGER, Call::<Runtime>::update_listing { listing, terms }, no);
				let no = Error::NotTheMachinesOwner;
				fails(STRANGER, Call::<Runtime>::withdraw_listing { listing }, no);
			},
			so: "refused, all three",
		},
		Threat {
			calls: &[
				"Rentals.start",
				"Rentals.extend",
				"Rentals.set_user",
				"Rentals.remove_user",
				"Rentals.give_back",
				"Rentals.cancel",
				"Rentals.concede",
				"Rentals.dispute",
				"Rentals.remove",
			],
			by: "stranger",
			wants: "use, end or judge somebody else's rental as its renter",
			scene: || rental_at(Use::Active),
			does: || {
				let rental = rental();
				let user = account(STRANGER);
				let renters: [Call<Runtime>; 9] = [
					start(),
					Call::extend {
						rental,
						periods: 1,
						max_price: MOST,
					},
					set_user(STRANGER),
					Call::remove_user { rental, user },
					give_back(),
					cancel(),
					Call::concede { rental },
					dispute(),
					Call::remove { rental },
				];
				for call in renters {
					fails(STRANGER, call, Error::NotTheRenter);
				}
				assert!(!opens_to(STRANGER));
			},
			so: "refused, all nine, and no door opens",
		},
		Threat {
			calls: &[
				"Rentals.approve",
				"Rentals.decline",
				"Rentals.confirm_return",
				"Rentals.claim",
				"Rentals.waive",
				"Rentals.stop",
				"Rentals.expire",
			],
			by: "stranger",
			wants: "answer in the owner's place",
			scene: || rental_at(Use::Returned),
			does: || {
				let (rental, reason) = (rental(), Hash::default());
				let owners: [Call<Runtime>; 6] = [
					Call::approve { rental },
					Call::decline { rental, reason },
					confirm_return(crate::chain::now()),
					claim(damage()),
					Call::waive { rental },
					Call::stop { rental, reason },
				];
				for call in owners {
					fails(STRANGER, call, Error::NotTheMachinesOwner);
				}
				fails(STRANGER, Call::<Runtime>::expire { rental }, Error::NotExpired);
			},
			so: "refused, all seven",
		},
		Threat {
			calls: &["Rentals.rent"],
			by: "stranger",
			wants: "rent what the owner lets to some only, or wants to look at first",
			scene: || {
				listed_with(|terms| {
					terms.allow = list([account(CUSTOMER)]);
					terms.booking = BookingMode::Approved { window: WINDOW };
				});
			},
			does: || {
				fails(STRANGER, rent(hire()), Error::RenterDenied);
				fails(CUSTOMER, rent(hire()), Error::NoTimeToApprove);
			},
			so: "refused",
		},
	]
}

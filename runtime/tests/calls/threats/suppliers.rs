//! Names: forging them, washing them, spoiling others'.

use super::{done, fails, Threat};
use crate::world::*;
use bpiiot_primitives::AgreementRef;
use bpiiot_runtime::{AccountId, Balance, Runtime, BPI};
use pallet_procurement::{Call as Goods, PriceTier};
use pallet_suppliers::{Call, Error as Errors, Profile, Stars};
use sp_runtime::Permill;

type Error = Errors<Runtime>;

pub fn threats() -> Vec<Threat> {
	forging().into_iter().chain(spoiling()).chain(records()).collect()
}

/// What an award by score thinks of an account.
pub(super) fn score(who: &AccountId) -> Permill {
	pallet_suppliers::Pallet::<Runtime>::standing(who).score
}

/// What it thinks of the machine.
fn machines_score() -> Permill {
	score(&machine().account())
}

/// What it thinks of somebody unknown.
fn prior() -> Permill {
	<Runtime as pallet_suppliers::Config>::Prior::get()
}

/// Somebody sells at this price for a unit, in the native token, on ordinary terms but for the bond.
pub(super) fn sells(who: &str, unit_price: Balance) {
	let terms = crate::world::Goods {
		tiers: list([PriceTier {
			from_quantity: 1,
			unit_price,
		}]),
		conditions: pallet_procurement::Conditions {
			bond: Permill::zero(),
			..conditions()
		},
		arbiters: list([]),
		..goods()
	};
	let (supplier, stock) = (bidder(who), STOCK);
	done(behind(who), Goods::<Runtime>::publish_quote { supplier, terms, stock });
}

/// Who signs for a seller: the owner for his machine.
fn behind(seller: &str) -> &str {
	match seller {
		KEY => OWNER,
		seller => seller,
	}
}

/// Somebody buys one unit of what is for sale, which is delivered at once and accepted, and praises it.
pub(super) fn praises(buyer: &str, seller: &str) {
	buys(buyer, seller);
	done(buyer, confirm(1));
	done(buyer, rates(Stars::Five));
}

/// Somebody buys one unit, which is delivered at once.
fn buys(buyer: &str, seller: &str) {
	let quantity = 1;
	done(buyer, buy(Basket { quantity, ..basket() }));
	done(behind(seller), deliver_goods(1));
}

fn rates(stars: Stars) -> Call<Runtime> {
	let agreement = purchase_agreement();
	Call::rate { agreement, stars }
}

/// Others have bought for a thousand from the machine, and were content.
fn honest() {
	registered();
	sells(KEY, 250 * BPI);
	for customer in [CUSTOMER, BUYER, ARBITER, ISSUER] {
		praises(customer, KEY);
	}
}

/// Accomplices have money, and the machine sells at this price.
fn with_accomplices(unit_price: Balance) {
	registered();
	(0..8).map(one_of_many).for_each(drop);
	sells(KEY, unit_price);
}

fn forging() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Suppliers.rate", "Procurement.buy", "Procurement.deliver", "Procurement.confirm"],
			by: "owner",
			wants: "have a good name by orders from a second account of his, which praises him",
			scene: || with_accomplices(80 * BPI),
			does: || {
				praises(&many(0), KEY);
				// All four parts are (100 · 0.3 + 80) / (100 + 80).
				assert_eq!(machines_score(), Permill::from_parts(611_111));
			},
			so: "an order over 80, with five stars, makes 0.3 (that of the unknown) 0.61: it has cost 0.5 % of its price, which the \
			     chain keeps, and the money's time. The price itself has only gone from one hand to the other",
		},
		Threat {
			calls: &["Suppliers.rate"],
			by: "owner",
			wants: "have a better name for the same money by cutting one order into eight",
			scene: || with_accomplices(10 * BPI),
			does: || {
				(0..8).for_each(|_| praises(&many(0), KEY));
				assert!(machines_score() < Permill::from_parts(611_111));
			},
			so: "the eight weigh a little less than the one, since a pair of accounts wears out, and cost more transactions",
		},
		Threat {
			calls: &["Suppliers.rate"],
			by: "owner",
			wants: "have a better name for the same money by a ring of eight accounts, so that no pair wears out",
			scene: || with_accomplices(10 * BPI),
			does: || {
				(0..8).for_each(|nth| praises(&many(nth), KEY));
				assert_eq!(machines_score(), Permill::from_parts(611_111));
			},
			so: "exactly what one order over the same sum gives: 5 thousandths of each weight, however many take part",
		},
		Threat {
			calls: &["Procurement.buy"],
			by: "owner",
			wants: "praise himself by an account of his own, or by his other machine",
			scene: || with_accomplices(80 * BPI),
			does: || fails(OWNER, buy(basket()), pallet_procurement::Error::<Runtime>::OwnQuote),
			so: "refused, and whoever controls both sides when an order ends has counted nothing",
		},
		Threat {
			calls: &["Suppliers.rate", "Procurement.cancel"],
			by: "stranger",
			wants: "wash a spoiled name by beginning anew with another account",
			scene: || {
				registered();
				one_of_many(0);
				sells(STRANGER, 100 * BPI);
				done(CUSTOMER, buy(Basket { quantity: 1, ..basket() }));
				done(STRANGER, call_off());
				done(CUSTOMER, rates(Stars::One));
			},
			does: || {
				// Nothing came of 100: the unknown one is better, and no better than unknown.
				assert!(score(&account(STRANGER)) < prior());
				sells(&many(0), 100 * BPI);
				assert_eq!(score(&account(&many(0))), prior());
			},
			so: "the new account is unknown (0.3): what a name has above that is lost with it, and that is why the unknown ones \
			     stand so low. The quote's deposit comes back",
		},
		Threat {
			calls: &["Suppliers.rate"],
			by: "owner",
			wants: "wash a spoiled name by passing the machine on to an account of his own",
			scene: || {
				registered();
				sells(KEY, 100 * BPI);
				done(CUSTOMER, buy(Basket { quantity: 1, ..basket() }));
				done(OWNER, call_off());
				done(CUSTOMER, rates(Stars::One));
			},
			does: || {
				let (before, machine, at_least) = (machines_score(), machine(), 0);
				let to = Some(account(BUYER));
				done(OWNER, pallet_machines::Call::<Runtime>::offer_ownership { machine, to });
				done(BUYER, pallet_machines::Call::<Runtime>::accept_ownership { machine, at_least });
				assert_eq!(machines_score(), before);
			},
			so: "a machine takes its name along, and each customer what he has given to it",
		},
		Threat {
			calls: &["Suppliers.forget_pair", "Suppliers.forget_name"],
			by: "owner",
			wants: "have the pair with his accomplice forgotten while it is light, so that it never wears out",
			scene: honest,
			does: || {
				let (supplier, customer) = (machine().account::<AccountId>(), account(CUSTOMER));
				let forget_pair = Call::<Runtime>::forget_pair { supplier: supplier.clone(), customer };
				fails(OWNER, forget_pair, Error::TooEarly);
				fails(OWNER, Call::<Runtime>::forget_name { supplier }, Error::HasPairs);
			},
			so: "refused until 1,800 days after the last order, and a name never before its pairs",
		},
	]
}

fn spoiling() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Suppliers.rate"],
			by: "customer",
			wants: "extort something by the threat of one star",
			scene: || {
				honest();
				sells(KEY, BPI);
			},
			does: || {
				let before = machines_score();
				buys(CUSTOMER, KEY);
				done(CUSTOMER, confirm(1));
				done(CUSTOMER, rates(Stars::One));
				let lost = before.deconstruct().saturating_sub(machines_score().deconstruct());
				assert!(lost < 200, "{lost} millionths");
			},
			so: "stars are a fifth of a score and weigh what his order does: one unit for 1, against a name of 1,000, takes less than \
			     0.0002 of the score. He has bought the goods, and says so once",
		},
		Threat {
			calls: &["Procurement.buy", "Procurement.reject", "Suppliers.rate"],
			by: "rival",
			wants: "spoil a competitor's name by ordering from him and sending all back",
			scene: || {
				honest();
				sells(KEY, 100 * BPI);
			},
			does: || {
				let before = machines_score();
				buys(ISSUER, KEY);
				done(ISSUER, reject_goods(1));
				done(ISSUER, rates(Stars::One));
				let lost = before.deconstruct().saturating_sub(machines_score().deconstruct());
				assert!((20_000..60_000).contains(&lost), "{lost} millionths");
			},
			so: "of a name of 1,000 an order over 100 takes less than 0.06, and costs him the rejection fee (here a fifth), which is the \
			     competitor's, and the order's fee. The supplier who names arbiters disputes it, and has the whole price",
		},
		Threat {
			calls: &["Suppliers.rate"],
			by: "stranger",
			wants: "rate somebody whom he has bought nothing from, or who gave him nothing to rate",
			scene: || bought(Leg::Paid),
			does: || {
				fails(STRANGER, rates(Stars::One), pallet_procurement::Error::<Runtime>::NotTheBuyer);
				let agreement = AgreementRef::Order(bpiiot_primitives::PurchaseOrderId(1));
				let unknown = Call::<Runtime>::rate { agreement, stars: Stars::One };
				fails(STRANGER, unknown, pallet_procurement::Error::<Runtime>::UnknownOrder);
			},
			so: "refused",
		},
		Threat {
			calls: &["Suppliers.rate"],
			by: "customer",
			wants: "rate the same order again and again",
			scene: || bought(Leg::Paid),
			does: || {
				done(CUSTOMER, rates(Stars::One));
				fails(CUSTOMER, rates(Stars::One), pallet_procurement::Error::<Runtime>::AlreadyRated);
			},
			so: "once",
		},
		Threat {
			calls: &["Suppliers.rate", "Procurement.cancel"],
			by: "customer",
			wants: "spoil a name by orders that he calls off",
			scene: || bought(Leg::Placed),
			does: || {
				done(CUSTOMER, call_off());
				fails(CUSTOMER, rates(Stars::One), Error::CountsNothing);
				assert_eq!(machines_score(), prior());
			},
			so: "what he has called off before it came counts nothing, and has cost him the cancellation fee (here a tenth) and the \
			     order's",
		},
	]
}

fn records() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Suppliers.publish_profile", "Suppliers.update_profile", "Suppliers.remove_profile"],
			by: "stranger",
			wants: "speak in somebody else's name, or silence him",
			scene: || {
				registered();
				let supplier = machine().account();
				done(OWNER, Call::<Runtime>::publish_profile { supplier, profile: of_oil() });
			},
			does: || {
				let (supplier, profile) = (machine().account::<AccountId>(), of_oil());
				let publish = Call::<Runtime>::publish_profile { supplier: account(OWNER), profile };
				fails(STRANGER, publish, Error::NotTheSupplier);
				let update = Call::<Runtime>::update_profile { supplier: supplier.clone(), profile: of_oil() };
				fails(STRANGER, update, Error::NotTheSupplier);
				fails(STRANGER, Call::<Runtime>::remove_profile { supplier }, Error::NotTheSupplier);
			},
			so: "refused, all three",
		},
		Threat {
			calls: &["Suppliers.publish_profile"],
			by: "stranger",
			wants: "fill the shelves where suppliers are found",
			scene: registered,
			does: || {
				let publish = || Call::<Runtime>::publish_profile {
					supplier: account(STRANGER),
					profile: of_oil(),
				};
				done(STRANGER, publish());
				fails(STRANGER, publish(), Error::AlreadyPublished);
			},
			so: "one profile an account, with a deposit for 36 places, however few it takes; they stand by age, so the newest are last",
		},
	]
}

/// The profile of who deals in oil, anywhere.
fn of_oil() -> Profile {
	Profile {
		categories: list([list(*b"cutting-oil")]),
		..Default::default()
	}
}

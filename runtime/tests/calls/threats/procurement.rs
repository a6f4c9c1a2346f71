//! Quotes, requests, bids and orders for goods.

use super::{as_many_as_may_be, done, fails, lapse, suppliers::sells, Threat};
use crate::{chain::pass, world::*};
use bpiiot_primitives::Side;
use bpiiot_runtime::{Hash, Runtime, BPI};
use frame_support::traits::Get;
use pallet_procurement::{Call, Error as Errors, OrderState, Outcome, RequestState};
use sp_runtime::Permill;

type Error = Errors<Runtime>;

pub fn threats() -> Vec<Threat> {
	[
		quotes(),
		bidding(),
		sealed_bids(),
		requests(),
		orders(),
		deliveries(),
		strangers(),
	]
	.into_iter()
	.flatten()
	.collect()
}

fn quotes() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Procurement.publish_quote", "Procurement.withdraw_quote"],
			by: "stranger",
			wants: "fill the shelves with quotes that nobody can order from",
			scene: registered,
			does: || {
				let publish = || Call::<Runtime>::publish_quote {
					supplier: account(STRANGER),
					terms: Goods { arbiters: list([]), ..goods() },
					stock: 0,
				};
				let most: u32 = <Runtime as pallet_procurement::Config>::MaxQuotes::get();
				let most = most as usize;
				assert_eq!(as_many_as_may_be(STRANGER, publish), most);
			},
			so: "32 quotes an account, each with a deposit until it is withdrawn; what has no stock is not shown",
		},
		Threat {
			calls: &["Procurement.update_quote", "Procurement.buy"],
			by: "owner",
			wants: "raise the price when an order is under way",
			scene: quoted,
			does: || {
				let read = basket();
				let mut terms = goods();
				terms.tiers[0].unit_price = 10 * price();
				done(OWNER, Call::<Runtime>::update_quote { quote: quote(), terms });
				fails(CUSTOMER, buy(read), Error::QuoteChanged);
			},
			so: "an order names the version of the quote that it is for, and the most that it may cost: refused, and nothing is held",
		},
		Threat {
			calls: &["Procurement.buy", "Procurement.cancel"],
			by: "rival",
			wants: "empty a competitor's stock by an order, and call it off when the others have bought elsewhere",
			scene: || {
				quoted();
				let (quote, read, stock) = (quote(), STOCK, QUANTITY);
				done(OWNER, Call::<Runtime>::set_stock { quote, read, stock });
			},
			does: || {
				done(ISSUER, buy(basket()));
				fails(CUSTOMER, buy(basket()), Error::OutOfStock);
				done(ISSUER, call_off());
				done(ISSUER, Call::<Runtime>::remove { order: purchase() });
				done(CUSTOMER, buy(basket()));
			},
			so: "he pays the cancellation fee (here a tenth), which is the supplier's, and the order's fee, and the stock is there again. \
			     (The customer's order is on hold here too, with its bond.)",
		},
		Threat {
			calls: &["Procurement.set_stock"],
			by: "owner",
			wants: "sell what he has not, by counting over an order that came in between",
			scene: || bought(Leg::Placed),
			does: || {
				let (quote, read, stock) = (quote(), STOCK, STOCK);
				fails(OWNER, Call::<Runtime>::set_stock { quote, read, stock }, Error::StockChanged);
			},
			so: "who counts says what he has read: refused. What he sells and has not costs him the bond",
		},
		Threat {
			calls: &["Procurement.buy"],
			by: "thief of the key",
			wants: "spend a buying machine's money with its key, by orders from an account of his own",
			scene: || {
				quoted();
				robot(20 * coin());
			},
			does: || {
				done(ROBOT, buy(basket()));
				fails(ROBOT, buy(basket()), pallet_machines::Error::<Runtime>::OverSpendingCap);
			},
			so: "no more than its policy allows in a period, with all that leaves the account for an order; the owner freezes it. (Held \
			     here with the supplier's bond, and the thief's when he confirms it.)",
		},
	]
}

/// Accomplices have filled the list of a request with bids.
fn fill_list() {
	for nth in 0..<Runtime as pallet_procurement::Config>::MaxBids::get() {
		done(&many(nth), bid(2 * whole_price() - u128::from(nth), DELIVERY));
	}
}

/// A request, and accomplices with money.
fn asked_among_many() {
	asked();
	(0..super::ACCOMPLICES).map(one_of_many).for_each(drop);
}

fn bidding() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Procurement.bid"],
			by: "rival",
			wants: "keep others out by filling a request's list of bids",
			scene: asked_among_many,
			does: || {
				fill_list();
				done(KEY, bid(whole_price(), DELIVERY));
				let bids = request_record().bids;
				assert!(bids.first().is_some_and(|best| best.bidder == bidder(KEY)));
				let most: u32 = <Runtime as pallet_procurement::Config>::MaxBids::get();
				assert_eq!(bids.len() as u32, most);
			},
			so: "64 accounts pay a fee each, and whoever is better puts the worst of them out. To keep him out all must be better than \
			     he, and then the best of them must keep his bid",
		},
		Threat {
			calls: &["Procurement.bid", "Procurement.award", "Procurement.cancel"],
			by: "rival",
			wants: "win by a bid that he will not keep, so that the buyer gets nothing",
			scene: bid_on,
			does: || {
				done(ISSUER, bid(whole_price() / 3, DELIVERY));
				pass(WINDOW + 1);
				done(STRANGER, Call::<Runtime>::award { request: request() });
				done(ISSUER, call_off());
				assert_eq!(request_state(), RequestState::Open);
				done(STRANGER, Call::<Runtime>::award { request: request() });
				assert_eq!(purchase_record().supplier(), &bidder(KEY));
			},
			so: "he loses his bond to the buyer, his name hears that nothing came, and the next bid has its turn while there is time. \
			     (The honest bidder's order is on hold here.)",
		},
		Threat {
			calls: &["Procurement.bid", "Procurement.award"],
			by: "rival",
			wants: "win by a bid for which he has no bond, so that the buyer waits in vain",
			scene: || {
				bid_on();
				let (who, new_free) = (account(&many(0)).into(), BPI / 5);
				root_acts(pallet_balances::Call::force_set_balance { who, new_free });
			},
			does: || {
				done(&many(0), bid(whole_price() / 3, DELIVERY));
				pass(WINDOW + 1);
				done(STRANGER, Call::<Runtime>::award { request: request() });
				assert_eq!(request_state(), RequestState::Open);
				done(STRANGER, Call::<Runtime>::award { request: request() });
				assert_eq!(purchase_record().supplier(), &bidder(KEY));
			},
			so: "he is struck at the price of one look, and the next one's turn is the next call, or the next block. (The honest \
			     bidder's order is on hold here.)",
		},
		Threat {
			calls: &["Procurement.bid", "Procurement.counter_offer"],
			by: "machine",
			wants: "bid low and haggle upwards when all others are out",
			scene: bid_on,
			does: || {
				done(KEY, bid(whole_price() / 3, DELIVERY));
				fails(KEY, haggle(whole_price()), Error::NotBetter);
				fails(KEY, bid(whole_price(), DELIVERY), Error::NotBetter);
			},
			so: "a counter-offer, and another bid, only make it better",
		},
		Threat {
			calls: &["Procurement.counter_offer", "Procurement.accept_counter_offer"],
			by: "customer",
			wants: "change a counter-offer when the bidder agrees to it",
			scene: bid_on,
			does: || {
				done(CUSTOMER, haggle(whole_price() - 1));
				done(CUSTOMER, haggle(whole_price() / 2));
				fails(KEY, agree(whole_price() - 1), Error::CounterOfferChanged);
				fails(CUSTOMER, haggle(whole_price() / 3), Error::NoRoundLeft);
			},
			so: "the bidder says to what he agrees: refused; and there are as many rounds as the request has said (here two)",
		},
		Threat {
			calls: &["Procurement.bid", "Procurement.seal_bid"],
			by: "customer",
			wants: "press the price by bids of his own, or of his machine",
			scene: || {
				asked();
				trading_robot();
			},
			does: || {
				fails(CUSTOMER, bid(whole_price() / 3, DELIVERY), Error::OwnRequest);
				fails(ROBOT, bid(whole_price() / 3, DELIVERY), Error::OwnRequest);
			},
			so: "refused; a friend's bid must be kept when it wins",
		},
		Threat {
			calls: &["Procurement.award"],
			by: "machine",
			wants: "be awarded before the others have bid",
			scene: bid_on,
			does: || fails(KEY, Call::<Runtime>::award { request: request() }, Error::TooEarly),
			so: "refused until bidding is over",
		},
	]
}

fn sealed_bids() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Procurement.seal_bid", "Procurement.reveal_bid", "Procurement.forfeit_bid"],
			by: "rival",
			wants: "seal eight bids, at eight prices, and reveal the best when he knows the others'",
			scene: || {
				sealed_for();
				(0..8).map(one_of_many).for_each(drop);
			},
			does: || {
				for nth in 0..8 {
					let name = many(nth);
					let price = whole_price() - u128::from(nth) * coin();
					done(&name, seal(&name, price));
				}
				pass(WINDOW + 1);
				done(KEY, reveal(whole_price()));
				done(&many(1), reveal(whole_price() - coin()));
				pass(WINDOW);
				for nth in [0, 2, 3, 4, 5, 6, 7] {
					let bidder = account(&many(nth));
					done(STRANGER, Call::<Runtime>::forfeit_bid { request: request(), bidder });
				}
				done(STRANGER, Call::<Runtime>::award { request: request() });
			},
			so: "the deposits of the other seven go to the chain, with a fee for each, by anybody's word. (The order of the one that he \
			     has revealed is on hold here, and the machine has its deposit back.)",
		},
		Threat {
			calls: &["Procurement.seal_bid", "Procurement.reveal_bid", "Procurement.forfeit_bid"],
			by: "rival",
			wants: "bid what another bids, by a copy of his sealed bid",
			scene: sealed_for,
			does: || {
				let request = request();
				let copied = pallet_procurement::SealedBids::<Runtime>::get(request, bidder(KEY)).expect("is sealed");
				let (commitment, text) = (copied.commitment, None);
				done(ISSUER, Call::<Runtime>::seal_bid { request, commitment, text });
				pass(WINDOW + 1);
				done(KEY, reveal(whole_price()));
				fails(ISSUER, reveal(whole_price()), Error::RevealMismatch);
				pass(WINDOW);
				let bidder = account(ISSUER);
				done(STRANGER, Call::<Runtime>::forfeit_bid { request, bidder });
			},
			so: "what he has sealed names another: he cannot reveal it, and loses the deposit",
		},
		Threat {
			calls: &["Procurement.reclaim_bid", "Procurement.forfeit_bid"],
			by: "rival",
			wants: "have the deposit of a bid back that he has not revealed",
			scene: || {
				asked_with(sealed);
				done(ISSUER, seal(ISSUER, whole_price()));
			},
			does: || {
				let (request, bidder) = (request(), account(ISSUER));
				let reclaim = || Call::<Runtime>::reclaim_bid { request, bidder: bidder.clone() };
				fails(ISSUER, reclaim(), Error::StillOpen);
				lapse(2 * WINDOW);
				fails(ISSUER, reclaim(), Error::Forfeited);
				done(STRANGER, Call::<Runtime>::forfeit_bid { request, bidder });
			},
			so: "refused, while the request is open and afterwards; it goes to the chain",
		},
		Threat {
			calls: &["Procurement.forfeit_bid"],
			by: "stranger",
			wants: "have another's deposit forfeited while he may still reveal",
			scene: revealing,
			does: || {
				let (request, bidder) = (request(), bidder(KEY));
				fails(STRANGER, Call::<Runtime>::forfeit_bid { request, bidder }, Error::TooEarly);
			},
			so: "refused",
		},
		Threat {
			calls: &["Procurement.award_private"],
			by: "customer",
			wants: "award a private bid at a price that it does not say",
			scene: whispered,
			does: || {
				let award = Call::<Runtime>::award_private {
					request: request(),
					bidder: bidder(KEY),
					price: whole_price() / 2,
					lead_time: DELIVERY,
					salt: SALT,
				};
				fails(CUSTOMER, award, Error::RevealMismatch);
			},
			so: "refused: it must be what the bidder has sealed",
		},
	]
}

fn requests() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Procurement.raise_request"],
			by: "stranger",
			wants: "flood suppliers with requests",
			scene: trading,
			does: || {
				let most: u32 = <Runtime as pallet_procurement::Config>::MaxPurchases::get();
				let most = most as usize;
				assert_eq!(as_many_as_may_be(STRANGER, || ask(wish())), most);
			},
			so: "16 at a time for one account, each with a fee that does not come back and a deposit until its record is removed; who bids \
			     on them pays too, so the buyer's name and deposit are looked at first",
		},
		Threat {
			calls: &["Procurement.raise_request", "Procurement.expire_request"],
			by: "customer",
			wants: "learn what others would ask, and buy nothing",
			scene: trading,
			does: || {
				done(CUSTOMER, ask(wish()));
				done(KEY, bid(whole_price(), DELIVERY));
				done(CUSTOMER, Call::<Runtime>::cancel_request { request: request() });
				done(CUSTOMER, Call::<Runtime>::remove_request { request: request() });
			},
			so: "the fee of a request is the price of it; once bidding is over by rule he cannot call it off any more, and the award takes \
			     his money",
		},
		Threat {
			calls: &["Procurement.expire_request", "Procurement.cancel_request"],
			by: "customer",
			wants: "get out of an award by rule when he sees who wins",
			scene: bid_on,
			does: || {
				let request = request();
				pass(WINDOW + 1);
				fails(CUSTOMER, Call::<Runtime>::cancel_request { request }, Error::TooLate);
				fails(CUSTOMER, Call::<Runtime>::expire_request { request }, Error::NotExpired);
				done(KEY, Call::<Runtime>::award { request });
			},
			so: "refused, both; anybody awards it, and so does the chain by itself. (The order is on hold here.)",
		},
		Threat {
			calls: &["Procurement.raise_request", "Procurement.remove_request"],
			by: "customer",
			wants: "leave records of ended requests for ever",
			scene: trading,
			does: || {
				done(CUSTOMER, ask(wish()));
				lapse(WINDOW);
				assert_eq!(request_state(), RequestState::NoBid);
			},
			so: "each keeps its deposit on hold until he removes it, for as many bids as there could have been",
		},
	]
}

fn orders() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Procurement.buy"],
			by: "rival",
			wants: "fill a competitor's book with the smallest orders, so that he can take no others and is struck at awards",
			scene: || {
				registered();
				sells(KEY, coin() / 100);
				(0..2).map(one_of_many).for_each(drop);
			},
			does: || {
				let one = || buy(Basket { quantity: 1, ..basket() });
				let purchases: u32 = <Runtime as pallet_procurement::Config>::MaxPurchases::get();
				let purchases = purchases as usize;
				for nth in 0..2 {
					assert_eq!(as_many_as_may_be(&many(nth), one), purchases);
				}
				fails(CUSTOMER, one(), Error::TooManySales);
			},
			so: "32 orders by two accounts of 16 each, with price, deposit and fee for each; he must let them be delivered and pay, or call \
			     them off and pay. A supplier's smallest order, and his cancellation fee, are his to set",
		},
		Threat {
			calls: &["Procurement.buy", "Procurement.remove"],
			by: "customer",
			wants: "leave records of ended orders for ever",
			scene: || bought(Leg::Paid),
			does: || {
				done(CUSTOMER, buy(basket()));
				done(CUSTOMER, call_off());
			},
			so: "each keeps its deposit on hold until he removes it. (He has called the second one off here, for the fee of it.)",
		},
	]
}

fn deliveries() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Procurement.deliver", "Procurement.expire"],
			by: "machine",
			wants: "promise and not deliver",
			scene: || bought(Leg::Placed),
			does: || {
				lapse(DUE);
				assert_eq!(purchase_record().state, OrderState::Settled(Outcome::NotDelivered));
			},
			so: "when it cannot come any more the buyer has his money back, and the bond on top; the sweep does it, or anybody's word",
		},
		Threat {
			calls: &["Procurement.deliver"],
			by: "owner",
			wants: "have his machine deliver late and be paid as if in time",
			scene: || bought(Leg::Placed),
			does: || {
				pass(DELIVERY + 1);
				done(OWNER, deliver_goods(QUANTITY));
				done(CUSTOMER, confirm(QUANTITY));
			},
			so: "each day that has begun takes off what the conditions say (here a fifth), and the name hears of it",
		},
		Threat {
			calls: &["Procurement.deliver"],
			by: "owner",
			wants: "have the buyer look at one unit after the other",
			scene: || bought(Leg::Placed),
			does: || {
				done(OWNER, deliver_goods(1));
				done(CUSTOMER, confirm(1));
				fails(OWNER, deliver_goods(1), Error::LastPart);
			},
			so: "in as many parts as the conditions say (here two), the last of which is all that is outstanding",
		},
		Threat {
			calls: &["Procurement.deliver", "Procurement.confirm"],
			by: "owner",
			wants: "be paid twice for the same goods",
			scene: || bought(Leg::Paid),
			does: || {
				fails(OWNER, deliver_goods(QUANTITY), Error::WrongState);
				fails(CUSTOMER, confirm(QUANTITY), Error::WrongState);
			},
			so: "refused, also by the buyer's word",
		},
		Threat {
			calls: &["Procurement.deliver", "Procurement.reject"],
			by: "machine",
			wants: "be paid for what it has not sent",
			scene: || bought(Leg::Placed),
			does: || {
				done(OWNER, deliver_goods(QUANTITY));
				done(CUSTOMER, reject_goods(QUANTITY));
			},
			so: "the buyer looks and rejects: the supplier keeps the rejection fee (here a fifth), which the buyer has read before he \
			     ordered. With an arbiter the supplier would have to dispute, and stake a bond on it",
		},
		Threat {
			calls: &["Procurement.confirm"],
			by: "customer",
			wants: "have the goods and never say so",
			scene: || bought(Leg::Arrived),
			does: || lapse(WINDOW),
			so: "silence accepts: the supplier is paid when the time to look is over",
		},
		Threat {
			calls: &["Procurement.reject", "Procurement.dispute"],
			by: "customer",
			wants: "have good goods and reject them",
			scene: bought_before_arbiter,
			does: || {
				done(CUSTOMER, reject_goods(QUANTITY));
				done(OWNER, Call::<Runtime>::dispute { order: purchase(), evidence: Hash::default() });
				done(ARBITER, hear_goods());
				let verdict = pallet_escrow::Call::<Runtime>::rule {
					agreement: purchase_agreement(),
					to_payee: Permill::one(),
					bond_to: Side::Payee,
					ruling: Hash::default(),
				};
				done(ARBITER, verdict);
			},
			so: "the owner disputes it, and the arbiter gives the supplier all of the price; his fee is the owner's, who has his bond back. \
			     Who wants nobody to judge sells without arbiters, for the rejection fee",
		},
		Threat {
			calls: &["Procurement.dispute", "Procurement.concede"],
			by: "owner",
			wants: "dispute whatever is rejected",
			scene: || bought(Leg::Refused),
			does: || {
				done(OWNER, Call::<Runtime>::dispute { order: purchase(), evidence: Hash::default() });
				done(ARBITER, hear_goods());
				let verdict = pallet_escrow::Call::<Runtime>::rule {
					agreement: purchase_agreement(),
					to_payee: Permill::zero(),
					bond_to: Side::Payer,
					ruling: Hash::default(),
				};
				done(ARBITER, verdict);
			},
			so: "he loses bond and arbiter's fee when he is not right, and his name hears of it; conceding costs nothing",
		},
		Threat {
			calls: &["Procurement.cancel", "Procurement.expire"],
			by: "customer",
			wants: "call off what is late and have the bond, or end an order before its deadline",
			scene: || {
				bought(Leg::Placed);
				pass(DELIVERY + 1);
			},
			does: || {
				fails(CUSTOMER, call_off(), Error::TooLate);
				fails(CUSTOMER, Call::<Runtime>::expire { order: purchase() }, Error::NotExpired);
			},
			so: "refused, both: he has agreed to wait that much longer, for a lower price",
		},
	]
}

fn strangers() -> Vec<Threat> {
	vec![
		Threat {
			calls: &[
				"Procurement.publish_quote",
				"Procurement.update_quote",
				"Procurement.set_stock",
				"Procurement.withdraw_quote",
			],
			by: "stranger",
			wants: "sell in another's name for next to nothing, or take his goods off the shelf",
			scene: quoted,
			does: || {
				let (quote, read, stock) = (quote(), STOCK, 0);
				let (supplier, terms) = (machine().account(), goods());
				let publish = Call::<Runtime>::publish_quote { supplier, terms, stock };
				fails(STRANGER, publish, Error::NotTheSupplier);
				let update = Call::<Runtime>::update_quote { quote, terms: goods() };
				fails(STRANGER, update, Error::NotTheSupplier);
				fails(
					STRANGER,
					Call::<Runtime>::set_stock { quote, read, stock },
					Error::NotTheSupplier,
				);
				fails(
					STRANGER,
					Call::<Runtime>::withdraw_quote { quote },
					Error::NotTheSupplier,
				);
			},
			so: "refused, all four",
		},
		Threat {
			calls: &[
				"Procurement.deliver",
				"Procurement.concede",
				"Procurement.dispute",
				"Procurement.cancel",
			],
			by: "stranger",
			wants: "answer in a supplier's place",
			scene: || bought(Leg::Placed),
			does: || {
				let order = purchase();
				fails(STRANGER, deliver_goods(QUANTITY), Error::NotTheSupplier);
				fails(STRANGER, Call::<Runtime>::concede { order }, Error::NotTheSupplier);
				let dispute = Call::<Runtime>::dispute {
					order,
					evidence: Hash::default(),
				};
				fails(STRANGER, dispute, Error::NotTheSupplier);
				fails(STRANGER, call_off(), Error::NotAParty);
			},
			so: "refused, all four",
		},
		Threat {
			calls: &["Procurement.confirm", "Procurement.reject", "Procurement.remove"],
			by: "owner",
			wants: "say in the buyer's place that the goods are there",
			scene: || bought(Leg::Arrived),
			does: || {
				fails(OWNER, confirm(QUANTITY), Error::NotTheBuyer);
				fails(OWNER, reject_goods(QUANTITY), Error::NotTheBuyer);
				fails(OWNER, Call::<Runtime>::remove { order: purchase() }, Error::NotTheBuyer);
			},
			so: "refused, all three. A reading of the machine's own sensor is its key's word alone",
		},
		Threat {
			calls: &[
				"Procurement.cancel_request",
				"Procurement.remove_request",
				"Procurement.award_to",
				"Procurement.counter_offer",
				"Procurement.accept_counter_offer",
			],
			by: "rival",
			wants: "choose in the buyer's place, end his request, or haggle over another's bid",
			scene: || bid_on_with(by_hand),
			does: || {
				let request = request();
				fails(ISSUER, Call::<Runtime>::cancel_request { request }, Error::NotTheBuyer);
				fails(ISSUER, Call::<Runtime>::remove_request { request }, Error::NotTheBuyer);
				fails(ISSUER, award_to(KEY), Error::NotTheBuyer);
				fails(ISSUER, haggle(whole_price() / 2), Error::NotAParty);
				fails(ISSUER, agree(whole_price() / 2), Error::NotAParty);
			},
			so: "refused, all five",
		},
	]
}

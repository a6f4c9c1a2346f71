//! Stock, what is put aside of it, what is bought by itself, and assets.

use super::{done, fails, lapse, Threat};
use crate::{
	chain::{pass, send, Signature},
	world::*,
};
use bpiiot_primitives::JobId;
use bpiiot_runtime::{Runtime, RuntimeCall};
use pallet_inventory::{AssetClass, Call, CountReason, Error as Errors, Whereabouts};

type Error = Errors<Runtime>;

pub fn threats() -> Vec<Threat> {
	[sites(), stock(), levels(), jobs(), assets()]
		.into_iter()
		.flatten()
		.collect()
}

/// Uses some oil up at the newest site, and fills it up again.
fn play(by: &str) {
	done(by, consume(OIL - POINT + 1));
	done(by, receive(OIL - POINT + 1, None));
}

/// Requests that were raised.
fn requests() -> usize {
	pallet_procurement::Requests::<Runtime>::iter().count()
}

/// What is kept at the newest site of oil, in lots.
fn lots() -> usize {
	pallet_inventory::Stocks::<Runtime>::get(site(), oil())
		.expect("is kept")
		.lots
		.len()
}

fn sites() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Inventory.create_site", "Inventory.update_site"],
			by: "stranger",
			wants: "fill the chain with sites",
			scene: registered,
			does: || done(STRANGER, create_site(100)),
			so: "a deposit for each site, and for each record that there is to be room for, in advance: here a hundred",
		},
		Threat {
			calls: &[
				"Inventory.update_site",
				"Inventory.close_site",
				"Inventory.set_keepers",
				"Inventory.open_item",
				"Inventory.close_item",
				"Inventory.set_reorder",
			],
			by: "buyer",
			wants: "rule over somebody else's site, of which he is a keeper with all rights",
			scene: || {
				stocked();
				act(OWNER, set_keepers(site(), [keeper(account(BUYER))]));
			},
			does: || {
				let (site, profile, room, item) = (site(), shed(), ROOM, oil());
				fails(
					BUYER,
					Call::<Runtime>::update_site { site, profile, room },
					Error::NotTheOwner,
				);
				fails(BUYER, set_keepers(site, []), Error::NotTheOwner);
				fails(BUYER, open_oil(site), Error::NotTheOwner);
				fails(BUYER, Call::<Runtime>::close_item { site, item }, Error::NotTheOwner);
				fails(BUYER, Call::<Runtime>::close_site { site }, Error::NotTheOwner);
				fails(BUYER, set_reorder(Some(rule(None))), Error::NotTheOwner);
			},
			so: "refused, all six: a keeper may what he was appointed for",
		},
	]
}

fn stock() -> Vec<Threat> {
	vec![
		Threat {
			calls: &[
				"Inventory.receive",
				"Inventory.consume",
				"Inventory.move_stock",
				"Inventory.count",
				"Inventory.set_expiry",
			],
			by: "stranger",
			wants: "take from another's stock, or write something into his books",
			scene: || {
				stocked();
				act(STRANGER, create_site(ROOM));
				act(STRANGER, open_oil(site()));
			},
			does: || {
				let (from, to, item, lot) = (first_site(), site(), oil(), lot());
				let theirs = || (from, item.clone(), lot.clone());
				let (site, item, lot) = theirs();
				let receive = Call::<Runtime>::receive { site, item, lot, quantity: 1, expires: None };
				fails(STRANGER, receive, Error::NotAllowed);
				let (site, item, lot) = theirs();
				let consume = Call::<Runtime>::consume { site, item, lot: Some(lot), quantity: 1 };
				fails(STRANGER, consume, Error::NotAllowed);
				let (from, item, lot) = theirs();
				let take = Call::<Runtime>::move_stock { from, to, item, lot, quantity: 1 };
				fails(STRANGER, take, Error::NotAllowed);
				let (site, item, lot) = theirs();
				let reason = CountReason::Lost;
				let count = Call::<Runtime>::count { site, item, lot, basis: 0, on_hand: 0, reason };
				fails(STRANGER, count, Error::NotAllowed);
				let (site, item, lot) = theirs();
				let expire = Call::<Runtime>::set_expiry { site, item, lot, expires: Some(0) };
				fails(STRANGER, expire, Error::NotAllowed);
			},
			so: "refused, all five",
		},
		Threat {
			calls: &["Inventory.receive"],
			by: "thief of the key",
			wants: "fill the owner's records by the key of a machine that keeps his stock",
			scene: stocked,
			does: || {
				let used = || pallet_inventory::Sites::<Runtime>::get(site()).expect("is there").used;
				let before = used();
				let lot = |nth: u32| list(format!("L{nth}").into_bytes());
				let receive = |nth| Call::<Runtime>::receive {
					site: site(),
					item: oil(),
					lot: lot(nth),
					quantity: 1,
					expires: None,
				};
				let most = pallet_inventory::stock::MAX_LOTS;
				(1..most).for_each(|nth| done(KEY, receive(nth)));
				fails(KEY, receive(most), Error::TooManyLots);
				assert_eq!((used(), lots()), (before, most as usize));
			},
			so: "sixteen lots an item, in a record that is paid for; no deposit moves. The owner pays the transactions out of the \
			     allowance that he has set, and freezes it",
		},
		Threat {
			calls: &["Inventory.count"],
			by: "machine",
			wants: "put right what the owner has just put right",
			scene: stocked,
			does: || {
				let stock = pallet_inventory::Stocks::<Runtime>::get(site(), oil()).expect("is kept");
				let basis = stock.basis(&lot());
				let count = |on_hand, reason| Call::<Runtime>::count {
					site: site(),
					item: oil(),
					lot: lot(),
					basis,
					on_hand,
					reason,
				};
				done(OWNER, count(OIL - 2, CountReason::Lost));
				fails(KEY, count(OIL - 1, CountReason::StockTaking), Error::StaleCount);
			},
			so: "of two counts that contradict each other the first stands: refused",
		},
		Threat {
			calls: &["Inventory.put_away", "Inventory.dismiss_arrival"],
			by: "owner",
			wants: "have the goods back that he has sold, or have them forgotten",
			scene: || {
				bought(Leg::Paid);
				act(OWNER, create_site(ROOM));
				act(OWNER, open_oil(site()));
			},
			does: || {
				let (order, site) = (purchase(), site());
				let owner = || account(CUSTOMER);
				let put_away = Call::<Runtime>::put_away { owner: owner(), order, site };
				fails(OWNER, put_away, Error::NotTheOwner);
				let dismiss = Call::<Runtime>::dismiss_arrival { owner: owner(), order };
				fails(OWNER, dismiss, Error::NotTheOwner);
			},
			so: "refused, both",
		},
	]
}

fn levels() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Inventory.consume", "Inventory.receive", "Inventory.reorder"],
			by: "thief of the key",
			wants: "have the owner buy again and again, by playing with the level of his stock",
			scene: ruled,
			does: || {
				(0..5).for_each(|_| play(KEY));
				assert_eq!(requests(), 1);
				fails(STRANGER, Call::<Runtime>::reorder { site: site(), item: oil() }, Error::NotBelowPoint);
				// Nobody bids, it ends, and the pause is not over.
				pass(pause_between() - 1);
				(0..5).for_each(|_| play(KEY));
				assert_eq!(requests(), 1);
				lapse(1);
				play(KEY);
				assert_eq!(requests(), 2, "and that is the next one");
			},
			so: "one request at a time, and one after each pause, as the owner has said: fee and deposit of two here, and nobody is paid \
			     for what does not come. He freezes the key",
		},
		Threat {
			calls: &["Inventory.reorder"],
			by: "stranger",
			wants: "have the owner buy by saying so",
			scene: ruled,
			does: || {
				let reorder = || Call::<Runtime>::reorder { site: site(), item: oil() };
				fails(STRANGER, reorder(), Error::NotBelowPoint);
				done(OWNER, consume(OIL));
				fails(STRANGER, reorder(), Error::RequestOpen);
				assert_eq!(requests(), 1);
			},
			so: "it does what the owner has said before, once; the request here is his own, when he has used up his oil",
		},
		Threat {
			calls: &["Inventory.set_reorder"],
			by: "owner",
			wants: "sell a machine with a site, and leave it a reorder point at his own price",
			scene: || {
				sited_by_machine();
				act(KEY, open_oil(site()));
				act(KEY, receive(OIL, None));
				act(OWNER, set_reorder(Some(rule(None))));
				sell(BUYER);
			},
			does: || {
				done(BUYER, consume(OIL));
				assert_eq!(requests(), 0);
			},
			so: "it counted for him alone: nobody is asked until the buyer has said so himself",
		},
	]
}

fn jobs() -> Vec<Threat> {
	vec![
		Threat {
			calls: &[
				"Inventory.reserve",
				"Inventory.release",
				"Inventory.consume_reserved",
				"Inventory.end_reservation",
			],
			by: "customer",
			wants: "have goods put aside for his job, or used up, or the others' set free",
			scene: reserved,
			does: || {
				let (job, item, lot, quantity) = (job(), oil(), lot(), 1);
				fails(CUSTOMER, reserve(1), Error::NotAllowed);
				let (of, in_lot) = (item.clone(), lot.clone());
				let release = Call::<Runtime>::release { job, item: of, lot: in_lot, quantity };
				fails(CUSTOMER, release, Error::NotAllowed);
				let consume = Call::<Runtime>::consume_reserved { job, item, lot, quantity };
				fails(CUSTOMER, consume, Error::NotAllowed);
				fails(CUSTOMER, Call::<Runtime>::end_reservation { job }, Error::NotAllowed);
			},
			so: "refused, all four",
		},
		Threat {
			calls: &["Inventory.reserve"],
			by: "stranger",
			wants: "fill the record of another's job with his own goods, so that its machine can put nothing aside",
			scene: || {
				stocked_for_job();
				act(STRANGER, create_site(ROOM));
				act(STRANGER, open_oil(site()));
				act(STRANGER, receive(OIL, None));
			},
			does: || fails(STRANGER, reserve(1), Error::OtherMachine),
			so: "refused: the site must be under the same control as the job's machine",
		},
		Threat {
			calls: &["Jobs.accept_with"],
			by: "machine",
			wants: "put goods aside at a site where nobody has appointed it",
			scene: || {
				at(Stage::Ordered);
				act(STRANGER, create_site(ROOM));
				act(STRANGER, open_oil(site()));
				act(STRANGER, receive(OIL, None));
			},
			does: || {
				let (job, site) = (job(), site());
				let needs = list([bpiiot_primitives::Need {
					item: oil(),
					lot: None,
					quantity: OIL,
				}]);
				let accept: RuntimeCall = pallet_jobs::Call::accept_with { job, site, needs }.into();
				fails(KEY, accept, Error::NotAllowed);
			},
			so: "refused, and the job is not accepted either",
		},
		Threat {
			calls: &["Inventory.end_reservation"],
			by: "owner",
			wants: "keep goods put aside for a job that has ended, so that the site's next owner cannot use them",
			scene: reserved,
			does: || {
				let job: JobId = job();
				let cancel = pallet_jobs::Call::<Runtime>::cancel { job, reason: Default::default() };
				done(CUSTOMER, cancel);
				assert!(pallet_inventory::Reservations::<Runtime>::get(job).is_none());
			},
			so: "they are free when the job ends, by whatever end. (The customer has called it off here, and has his money back.)",
		},
	]
}

fn assets() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Inventory.register_asset"],
			by: "stranger",
			wants: "fill the chain with assets",
			scene: registered,
			does: || {
				let register = |nth: u32| Call::<Runtime>::register_asset {
					tag: list(format!("T-{nth}").into_bytes()),
					class: AssetClass::Other,
					serial: list([]),
					home: None,
				};
				(0..10).for_each(|nth| {
					assert_eq!(send(STRANGER, register(nth).into(), Signature::Good), Ok(Ok(())));
				});
			},
			so: "a deposit for each until it is retired: here ten",
		},
		Threat {
			calls: &["Inventory.register_asset", "Inventory.hand_over"],
			by: "stranger",
			wants: "put something at another's site, so that it cannot be closed",
			scene: sited,
			does: || {
				fails(STRANGER, register_tool(Some(site())), Error::NotAllowed);
				done(STRANGER, register_tool(None));
				done(STRANGER, hand_to(Whereabouts::Site(site())));
				done(OWNER, Call::<Runtime>::close_site { site: site() });
			},
			so: "it stays with him until the site's side takes it, or not; the owner has closed his site here, and has its deposit back",
		},
		Threat {
			calls: &[
				"Inventory.register_asset",
				"Inventory.hand_over",
				"Inventory.take_asset",
				"Inventory.refuse_asset",
				"Inventory.retire_asset",
			],
			by: "stranger",
			wants: "take, keep from others, or strike off what is another's; or register another's machine as his",
			scene: handed,
			does: || {
				let asset = tool();
				fails(STRANGER, hand_to(Whereabouts::Custodian(account(STRANGER))), Error::NotTheCustodian);
				fails(STRANGER, Call::<Runtime>::take_asset { asset }, Error::NotTheReceiver);
				fails(STRANGER, Call::<Runtime>::refuse_asset { asset }, Error::NotTheReceiver);
				fails(STRANGER, Call::<Runtime>::retire_asset { asset }, Error::NotTheOwner);
				let register = Call::<Runtime>::register_asset {
					tag: list(*b"M-1"),
					class: AssetClass::Machine(machine()),
					serial: list([]),
					home: None,
				};
				fails(STRANGER, register, Error::OtherMachine);
			},
			so: "refused, all five",
		},
	]
}

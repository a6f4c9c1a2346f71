//! What falls below its level is bought, once, and is on stock when it comes.

use crate::world::*;
use bpiiot_primitives::Purchasing;
use bpiiot_runtime::{Procurement, Runtime, RuntimeEvent, System, BPI};
use pallet_inventory::Event;
use pallet_procurement::{OrderState, Outcome, Requests, Source};

fn used_up(litres: u64) {
	let quantity = litres * 1_000;
	press_sends(pallet_inventory::Call::consume {
		site: hall(),
		item: oil(),
		lot: None,
		quantity,
	});
}

fn requests() -> usize {
	Requests::<Runtime>::iter_keys().count()
}

#[test]
fn oil_below_its_level_is_asked_for_once_and_comes_into_stock() {
	story(|| {
		// GIVEN a hall with eight litres, and a reorder point at five
		filled(8);
		reorder_point();
		assert_eq!(requests(), 0);

		// WHEN the press uses up four litres
		used_up(4);

		// THEN it asks for more in its own name, once, however much is used up and however long nobody answers
		assert_eq!(requests(), 1);
		let asked = request();
		let record = Requests::<Runtime>::get(asked).expect("it is there");
		assert_eq!(record.buyer, press().account());
		assert_eq!((record.wanted.quantity, record.wanted.site), (10_000, Some(hall())));
		assert_eq!(
			record.wanted.area,
			text::<frame_support::pallet_prelude::ConstU32<6>>("DE-HB")
		);
		used_up(1);
		pass(5 * MINUTE);
		used_up(1);
		assert_eq!(requests(), 1);
		assert!(<Procurement as Purchasing<_, _>>::is_open(asked));

		// WHEN two bid, the chain awards, the better one delivers, and the press's sensor confirms
		bid(SUPPLIER, asked, 30 * BPI, DAY);
		bid(RIVAL, asked, 38 * BPI, DAY);
		pass(7 * MINUTE);
		let id = order();
		assert_eq!(order_record(id).source, Source::Request(asked));
		assert_eq!(*order_record(id).supplier(), account(SUPPLIER));
		used_up(1);
		assert_eq!(requests(), 1, "goods are on their way");
		delivered(SUPPLIER, id);
		assert_eq!(levels(), (1_000, 1_000), "what nobody has looked at is not on stock");
		press_sends(pallet_procurement::Call::confirm {
			order: id,
			quantity: 10_000,
			reading: Some(Default::default()),
		});

		// THEN it is paid and on stock by its lot, and the level is asked for again when it falls again
		assert_eq!(order_record(id).state, OrderState::Settled(Outcome::Completed));
		assert_eq!(levels(), (11_000, 11_000));
		assert_eq!(stock().lot(&lot()).map(|lot| lot.on_hand), Some(10_000));
		let received = RuntimeEvent::Inventory(Event::Received {
			site: hall(),
			item: oil(),
			lot: lot(),
			quantity: 10_000,
			order: Some(id),
		});
		System::assert_has_event(received);
		assert!(!<Procurement as Purchasing<_, _>>::is_open(asked));
		pass(11 * MINUTE);
		used_up(7);
		assert_eq!(requests(), 2);
	});
}

#[test]
fn a_press_that_may_not_buy_asks_for_nothing_and_works_on() {
	story(|| {
		filled(8);
		reorder_point();
		let (machine, policy) = (press(), None);
		act(OWNER, pallet_machines::Call::set_spending_policy { machine, policy });
		let before = money(&press().account());
		used_up(4);
		assert_eq!(requests(), 0);
		assert_eq!(levels(), (4_000, 4_000));
		assert_eq!(money(&press().account()), before, "neither fee nor deposit is gone");
	});
}

#[test]
fn goods_that_have_no_place_wait_and_their_supplier_is_paid() {
	story(|| {
		// The customer has the owner's hall as his address.
		act(CUSTOMER, buy(quoted(), 3, None));
		let id = order();
		delivered(SUPPLIER, id);
		let (poor, _) = money(&account(SUPPLIER));
		let (quantity, reading) = (3_000, None);
		act(
			CUSTOMER,
			pallet_procurement::Call::confirm {
				order: id,
				quantity,
				reading,
			},
		);
		assert_eq!(money(&account(SUPPLIER)).0, poor + 6 * BPI);
		assert_eq!(levels(), (0, 0));
		let waits = pallet_inventory::Arrivals::<Runtime>::get(account(CUSTOMER));
		assert_eq!(
			waits.first().map(|arrival| (arrival.order, arrival.quantity)),
			Some((id, 3_000))
		);
		act(
			CUSTOMER,
			pallet_inventory::Call::dismiss_arrival {
				owner: account(CUSTOMER),
				order: id,
			},
		);
	});
}

//! Requests of the customer's, and the bids on them.

use super::*;
use bpiiot_primitives::{AssetKind, RequestId};
use bpiiot_runtime::{AccountId, Balance, Hash, Runtime, BPI};
use pallet_procurement::{AwardRule, Bidding, Call, RequestState, ScoreWeights, SealedText, Wanted};
use sp_runtime::Permill;

/// What is asked for on this runtime.
pub type Wish = Wanted<AccountId>;

/// What makes a sealed bid's price hard to guess.
pub const SALT: Hash = Hash::repeat_byte(5);

/// What the customer asks for. The one place where requests are made.
pub fn wish() -> Wish {
	Wish {
		category: list(*b"cutting-oil"),
		item: list(*b"OIL-46"),
		quantity: QUANTITY,
		area: list(*b"DE-HB"),
		site: None,
		asset: asset(),
		max_price: 2 * whole_price(),
		max_lead_time: 2 * DELIVERY,
		weights: ScoreWeights {
			price: Permill::from_percent(50),
			lead_time: Permill::from_percent(25),
			standing: Permill::from_percent(25),
		},
		bidding: Bidding::Open,
		award: AwardRule::Best,
		bid_window: WINDOW,
		award_window: WINDOW,
		rounds: 2,
		conditions: conditions(),
		arbiter: None,
	}
}

/// Of which bids are awarded by hand.
pub fn by_hand(wish: &mut Wish) {
	wish.award = AwardRule::ByHand;
}

/// Of which bids are sealed.
pub fn sealed(wish: &mut Wish) {
	let reveal_window = WINDOW;
	wish.bidding = Bidding::Sealed { reveal_window };
}

/// Of which the customer alone reads the bids.
pub fn private(wish: &mut Wish) {
	wish.bidding = Bidding::Private;
	wish.award = AwardRule::ByHand;
}

/// There is a machine that may buy, sell, and post bonds in all money, and an arbiter.
pub fn trading() {
	registered();
	act(ARBITER, arbitrate(ARBITER_FEE));
	let (machine, policy) = (machine(), Some(policy([AssetKind::Native, ASSET], MOST)));
	act(OWNER, pallet_machines::Call::set_spending_policy { machine, policy });
}

/// The customer has a machine that may buy, with money of both kinds.
pub fn trading_robot() {
	robot(MOST);
	let (machine, asset, amount) = (machine_of(ROBOT), AssetKind::Native, 50 * BPI);
	act(CUSTOMER, pallet_machines::Call::deposit { machine, asset, amount });
	let policy = Some(policy([AssetKind::Native, ASSET], MOST));
	act(CUSTOMER, pallet_machines::Call::set_spending_policy { machine, policy });
}

/// The call that asks.
pub fn ask(wanted: Wish) -> Call<Runtime> {
	Call::raise_request { wanted }
}

/// The newest request.
pub fn request() -> RequestId {
	let newest = pallet_procurement::Requests::<Runtime>::iter_keys().max();
	newest.expect("somebody has asked")
}

/// Where the newest request stands.
pub fn request_state() -> RequestState {
	request_record().state
}

/// What became of the newest request.
pub fn request_record() -> pallet_procurement::RequestOf<Runtime> {
	pallet_procurement::Requests::<Runtime>::get(request()).expect("is there")
}

/// The customer has asked.
pub fn asked() {
	asked_with(|_| ());
}

/// He has asked for something of which something is different.
pub fn asked_with(change: fn(&mut Wish)) {
	trading();
	asked_by(CUSTOMER, change);
}

/// His machine has asked.
pub fn asked_by_robot(change: fn(&mut Wish)) {
	trading();
	trading_robot();
	asked_by(ROBOT, change);
}

fn asked_by(who: &str, change: fn(&mut Wish)) {
	let mut wish = wish();
	change(&mut wish);
	act(who, ask(wish));
}

/// He has asked, and the machine has made an open bid.
pub fn bid_on() {
	bid_on_with(|_| ());
}

/// The same, where something of the request is different.
pub fn bid_on_with(change: fn(&mut Wish)) {
	asked_with(change);
	act(KEY, bid(whole_price(), DELIVERY));
}

/// The customer's machine has asked, and the other machine has made an open bid.
pub fn bid_to_robot() {
	asked_by_robot(|_| ());
	act(KEY, bid(whole_price(), DELIVERY));
}

/// The machine has made an open bid, and bidding is over by a millisecond.
pub fn bidding_over() {
	bid_on();
	pass(WINDOW + 1);
}

/// The machine has made a sealed bid.
pub fn sealed_for() {
	asked_with(sealed);
	act(KEY, seal(KEY, whole_price()));
}

/// The machine has made a sealed bid, and they are revealed since a millisecond ago.
pub fn revealing() {
	sealed_for();
	pass(WINDOW + 1);
}

/// The machine has made a private bid.
pub fn whispered() {
	asked_with(private);
	act(KEY, seal(KEY, whole_price()));
}

/// The request of which a bid was made was awarded by hand.
pub fn awarded() {
	bid_on_with(by_hand);
	act(CUSTOMER, award_to(KEY));
}

/// An open bid on the newest request.
pub fn bid(price: Balance, lead_time: u64) -> Call<Runtime> {
	let request = request();
	Call::bid {
		request,
		price,
		lead_time,
	}
}

/// The account of who bids with a name: a machine's, if it is the name of its key.
pub fn bidder(name: &str) -> AccountId {
	match name {
		KEY => machine().account(),
		ROBOT => machine_of(ROBOT).account(),
		name => account(name),
	}
}

/// A sealed bid of somebody's on the newest request, with a text if the request asks for one.
pub fn seal(name: &str, price: Balance) -> Call<Runtime> {
	let request = request();
	let commitment = pallet_procurement::commitment(request, &bidder(name), price, DELIVERY, SALT);
	let is_private = request_record().wanted.bidding == Bidding::Private;
	Call::seal_bid {
		request,
		commitment,
		text: is_private.then(a_text),
	}
}

/// Something that the buyer alone can read.
pub fn a_text() -> SealedText {
	SealedText {
		key_version: 1,
		ciphertext: list([7; 96]),
	}
}

/// What a sealed bid says.
pub fn reveal(price: Balance) -> Call<Runtime> {
	Call::reveal_bid {
		request: request(),
		price,
		lead_time: DELIVERY,
		salt: SALT,
	}
}

/// The award by hand.
pub fn award_to(name: &str) -> Call<Runtime> {
	Call::award_to {
		request: request(),
		bidder: bidder(name),
	}
}

/// Another price for the machine's bid.
pub fn haggle(price: Balance) -> Call<Runtime> {
	Call::counter_offer {
		request: request(),
		bidder: bidder(KEY),
		price,
	}
}

/// The yes to another price.
pub fn agree(price: Balance) -> Call<Runtime> {
	Call::accept_counter_offer {
		request: request(),
		bidder: bidder(KEY),
		price,
	}
}

/// The name of one of many.
pub fn many(nth: u32) -> String {
	format!("Many{nth}")
}

/// The name of one of many, who is given native money.
pub fn one_of_many(nth: u32) -> String {
	let name = many(nth);
	let (who, new_free) = (account(&name).into(), 100 * BPI);
	root_acts(pallet_balances::Call::force_set_balance { who, new_free });
	name
}

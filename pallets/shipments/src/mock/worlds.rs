//! Who is there, and what they do in most tests.

use super::*;
use crate::{
	agreement::agreement_of, Breach, Call, Carriage, FreightTerms, LegId, LegOf, Limit, Line, Measured, Refusal,
	ShipmentId, ShipmentOf, Shown, Step, Terms, TermsOf, Token, Windows,
};
use bpiiot_primitives::{AgreementRef, MachineId, SpendPurpose};
use frame_support::{
	assert_ok,
	dispatch::DispatchResult,
	traits::{
		fungibles::{Inspect, InspectHold},
		Hooks, OnTimestampSet,
	},
};
use pallet_machines::{SpendingCap, SpendingPolicy};
use sp_core::{sr25519, Pair, H256};
use sp_runtime::{traits::Dispatchable, BuildStorage};

/// What everybody with money has at the start.
pub(crate) const ENDOWMENT: Balance = 1_000_000;
/// The timestamp of the first block, in unix milliseconds.
pub(crate) const START: u64 = 20_000 * DAY;
/// Of [`terms`]: the price of each of two lines, freight, the way back, liability.
pub(crate) const LINE_PRICE: Balance = 10_000;
pub(crate) const PRICE: Balance = 2 * LINE_PRICE;
pub(crate) const FREIGHT: Balance = 2_000;
pub(crate) const RETURN_FREIGHT: Balance = 600;
pub(crate) const LIABILITY: Balance = 8_000;
/// The units of the second line of [`terms`].
pub(crate) const UNITS: u64 = 50;
/// Of [`terms`]: how long everybody has.
pub(crate) const OFFER_WINDOW: u64 = 40_000;
pub(crate) const PICKUP_WINDOW: u64 = 60_000;
pub(crate) const HANDOVER_WINDOW: u64 = 20_000;
pub(crate) const TRANSIT: u64 = 2 * DAY;
pub(crate) const LATE_WINDOW: u64 = 3 * DAY;
pub(crate) const REVIEW_WINDOW: u64 = 180_000;
pub(crate) const RETURN_WINDOW: u64 = 4 * DAY;
pub(crate) const CLAIM_WINDOW: u64 = 90_000;
pub(crate) const CHALLENGE_WINDOW: u64 = 50_000;
pub(crate) const CASE_WINDOW: u64 = 70_000;
/// The channel that [`cold`] watches, and what it may be, in thousandths of °C.
pub(crate) const TEMPERATURE: u16 = 3;
pub(crate) const LOW: i64 = 2_000;
pub(crate) const HIGH: i64 = 8_000;
/// How long a carrier's own logger may be silent.
pub(crate) const MAX_GAP: u64 = 600_000;
/// The hash of something.
pub(crate) const HASH: H256 = H256::repeat_byte(7);
/// The machine that is the logger.
pub(crate) const LOGGER: u8 = 9;

/// The key of a name.
pub(crate) fn pair_of(name: &str) -> sr25519::Pair {
	sr25519::Pair::from_seed(&sp_io::hashing::blake2_256(name.as_bytes()))
}

/// The account of a name: its key.
pub(crate) fn account(name: &str) -> AccountId {
	pair_of(name).public().into()
}

/// Owns machines.
pub(crate) fn owner() -> AccountId {
	account("owner")
}

/// Sends.
pub(crate) fn consignor() -> AccountId {
	account("consignor")
}

/// Gets.
pub(crate) fn consignee() -> AccountId {
	account("consignee")
}

/// Carries the first leg.
pub(crate) fn carrier() -> AccountId {
	account("carrier")
}

/// Carries the second leg.
pub(crate) fn second() -> AccountId {
	account("second")
}

/// Has money, and nothing to do with anything.
pub(crate) fn stranger() -> AccountId {
	account("stranger")
}

/// Decides disputes, after [`registered_arbiter`].
pub(crate) fn arbiter() -> AccountId {
	account("arbiter")
}

/// Where fees go.
pub(crate) fn pot() -> AccountId {
	account("fees")
}

/// Owns the dollars and may block them.
pub(crate) fn issuer() -> AccountId {
	account("issuer")
}

/// Everybody with money at the start.
pub(crate) fn people() -> [AccountId; 7] {
	[
		owner(),
		consignor(),
		consignee(),
		carrier(),
		second(),
		stranger(),
		arbiter(),
	]
}

fn pair(seed: u8) -> sr25519::Pair {
	sr25519::Pair::from_seed(&[seed; 32])
}

/// The key of machine `seed`.
pub(crate) fn machine_pair(seed: u8) -> sr25519::Pair {
	pair(seed)
}

/// The account of the key of machine `seed`.
pub(crate) fn key(seed: u8) -> AccountId {
	pair(seed).public().into()
}

/// The id of machine `seed`.
pub(crate) fn machine(seed: u8) -> MachineId {
	MachineId::from_first_key(&key(seed))
}

/// The account of machine `seed`.
pub(crate) fn of_machine(seed: u8) -> AccountId {
	machine(seed).account()
}

/// Registers machine `seed` for `owner`, gives it money, and lets it spend it on anything.
pub(crate) fn registered_for(owner: &AccountId, seed: u8) -> AccountId {
	let nonce = pallet_machines::Registrations::<Test>::get(owner);
	let payload = pallet_machines::proof::payload(&System::block_hash(0), owner, &key(seed), nonce);
	let (proof, by) = (pair(seed).sign(&payload), RuntimeOrigin::signed(owner.clone()));
	let (none, nothing) = (Default::default(), Default::default());
	assert_ok!(Machines::register(by, key(seed), proof, none, [0; 32], nothing));
	for asset in [AssetKind::Native, DOLLAR] {
		let by = RuntimeOrigin::signed(owner.clone());
		assert_ok!(Machines::deposit(by, machine(seed), asset, 100_000));
	}
	may_spend(owner, seed, 100_000);
	of_machine(seed)
}

/// Lets a machine of `owner` spend so much of each asset.
pub(crate) fn may_spend(owner: &AccountId, seed: u8, per_period: Balance) {
	let cap = |asset| SpendingCap { asset, per_period };
	let policy = SpendingPolicy {
		purposes: vec![SpendPurpose::Purchase, SpendPurpose::Bond, SpendPurpose::Dispute]
			.try_into()
			.expect("three of 8"),
		period: 0,
		caps: vec![cap(AssetKind::Native), cap(DOLLAR)].try_into().expect("two of 8"),
	};
	let by = RuntimeOrigin::signed(owner.clone());
	assert_ok!(Machines::set_spending_policy(by, machine(seed), Some(policy)));
}

/// Registers [`arbiter`], who takes a tenth.
pub(crate) fn registered_arbiter() {
	let (by, fee) = (RuntimeOrigin::signed(arbiter()), Permill::from_percent(10));
	assert_ok!(Escrow::register_arbiter(by, fee, H256::zero()));
}

/// A leg of [`carrier`] or another.
pub(crate) fn leg_by(carrier: AccountId) -> Carriage<AccountId> {
	Carriage {
		carrier,
		asset: AssetKind::Native,
		freight: FREIGHT,
		return_freight: RETURN_FREIGHT,
		liability: LIABILITY,
		transit_time: TRANSIT,
		late_window: LATE_WINDOW,
	}
}

/// Of the lines of goods: one of 1 and one of 50 units.
pub(crate) fn units() -> [Unit; 2] {
	[Unit(1), Unit(2)]
}

/// Ordinary terms: two lines at 10,000, one carrier whom the consignor pays, no arbiter, nothing watched; a tenth of the freight
/// a day for lateness, half of the liability for not coming, a quarter of the freight for being left standing, a twentieth of
/// the price for what is refused.
pub(crate) fn terms() -> TermsOf<Test> {
	let line = |unit, quantity| Line {
		unit,
		quantity,
		price: LINE_PRICE,
	};
	let [one, other] = units();
	Terms {
		consignee: consignee(),
		goods: vec![line(one, 1), line(other, UNITS)].try_into().expect("two of 16"),
		asset: AssetKind::Native,
		legs: vec![leg_by(carrier())].try_into().expect("one of 4"),
		freight_terms: FreightTerms::CarriagePaid,
		logger: None,
		limits: Default::default(),
		max_gap: 0,
		gap_penalty: Permill::zero(),
		late_penalty: Permill::from_percent(10),
		no_show: Permill::from_percent(50),
		dead_freight: Permill::from_percent(25),
		refusal_fee: Permill::from_percent(5),
		windows: Windows {
			offer: OFFER_WINDOW,
			pickup: PICKUP_WINDOW,
			handover: HANDOVER_WINDOW,
			review: REVIEW_WINDOW,
			returning: RETURN_WINDOW,
			claim: 0,
			challenge: CHALLENGE_WINDOW,
			case: CASE_WINDOW,
			ruling: 80_000,
		},
		arbiter: None,
	}
}

/// The same with two carriers.
pub(crate) fn two_legs() -> TermsOf<Test> {
	TermsOf::<Test> {
		legs: vec![leg_by(carrier()), leg_by(second())].try_into().expect("two of 4"),
		..terms()
	}
}

/// The same before [`arbiter`], with time for claims.
pub(crate) fn before_arbiter(mut terms: TermsOf<Test>) -> TermsOf<Test> {
	terms.arbiter = Some(arbiter());
	terms.windows.claim = CLAIM_WINDOW;
	terms
}

/// The same between 2 and 8 °C, as [`LOGGER`] says: a tenth for a quarter of an hour out of it, half for 5 degrees at once; a
/// fifth for a silence of a carrier's own logger.
pub(crate) fn cold(mut terms: TermsOf<Test>) -> TermsOf<Test> {
	let step = |beyond, tolerated, percent| Step {
		beyond,
		tolerated,
		penalty: Permill::from_percent(percent),
	};
	let steps = vec![step(0, 900_000, 10), step(5_000, 0, 50)];
	terms.logger = Some(machine(LOGGER));
	terms.limits = vec![Limit {
		channel: TEMPERATURE,
		low: LOW,
		high: HIGH,
		steps: steps.try_into().expect("two of 4"),
	}]
	.try_into()
	.expect("one of 4");
	terms.max_gap = MAX_GAP;
	terms.gap_penalty = Permill::from_percent(20);
	terms.windows.claim = CLAIM_WINDOW;
	terms
}

/// Has `who` call the pallet, as a transaction would: all or nothing.
pub(crate) fn signed(who: &AccountId, call: Call<Test>) -> DispatchResult {
	let done = RuntimeCall::Shipping(call).dispatch(RuntimeOrigin::signed(who.clone()));
	done.map(drop).map_err(|refused| refused.error)
}

/// Makes the goods of `terms` for `owner`.
pub(crate) fn made_for(owner: &AccountId, terms: &TermsOf<Test>) {
	for line in &terms.goods {
		if Register::parts(line.unit).is_empty() {
			Register::make(line.unit, line.quantity, owner);
		}
	}
}

/// Has [`consignor`] offer `terms`, of goods that are there.
pub(crate) fn offered(terms: TermsOf<Test>) -> ShipmentId {
	offered_by(&consignor(), &consignor(), terms)
}

/// The same by another one who signs for himself or for a machine.
pub(crate) fn offered_by(who: &AccountId, consignor: &AccountId, terms: TermsOf<Test>) -> ShipmentId {
	made_for(consignor, &terms);
	assert_ok!(signed(who, Call::offer { terms }));
	last_shipment()
}

/// The shipment that was offered last.
pub(crate) fn last_shipment() -> ShipmentId {
	crate::Shipments::<Test>::iter_keys().max().expect("there is one")
}

/// Has everybody agree who is asked and signs for himself.
pub(crate) fn all_agree(shipment: ShipmentId) {
	assert_ok!(agree(shipment));
	let record = record(shipment);
	for (leg, carriage) in record.legs.iter().zip(&record.terms.legs) {
		assert_ok!(signed(&carriage.carrier, Call::agree_to_carry { leg: *leg }));
	}
}

pub(crate) fn agree(shipment: ShipmentId) -> DispatchResult {
	signed(&record(shipment).terms.consignee, Call::agree { shipment })
}

/// A shipment by `terms` that all have agreed to.
pub(crate) fn agreed(terms: TermsOf<Test>) -> ShipmentId {
	let shipment = offered(terms);
	all_agree(shipment);
	shipment
}

/// The same, which the first carrier has.
pub(crate) fn collected(terms: TermsOf<Test>) -> ShipmentId {
	let shipment = agreed(terms);
	pass(shipment);
	shipment
}

/// The same, which the consignee looks at.
pub(crate) fn delivered(terms: TermsOf<Test>) -> ShipmentId {
	let shipment = collected(terms);
	while record(shipment).state == crate::ShipmentState::InTransit {
		pass(shipment);
	}
	shipment
}

/// Who has the goods.
pub(crate) fn holder(shipment: ShipmentId) -> AccountId {
	record(shipment).custodian().clone()
}

/// Who is to take the goods over next; of two, the consignor.
pub(crate) fn next(shipment: ShipmentId) -> AccountId {
	let record = record(shipment);
	let receivers = record.receivers();
	let to = receivers.into_iter().flatten().next().expect("it is on its way");
	record.account_of(to).expect("there is one").clone()
}

/// Has the holder call the next one.
pub(crate) fn tender(shipment: ShipmentId) -> DispatchResult {
	tender_to(shipment, &next(shipment))
}

pub(crate) fn tender_to(shipment: ShipmentId, to: &AccountId) -> DispatchResult {
	let (hop, to) = (record(shipment).next_hop(), Some(to.clone()));
	signed(&holder(shipment), Call::hand_over { shipment, hop, to })
}

pub(crate) fn take_over(who: &AccountId, shipment: ShipmentId) -> DispatchResult {
	let hop = record(shipment).next_hop();
	let reservation = H256::zero();
	signed(
		who,
		Call::take_over {
			shipment,
			hop,
			reservation,
		},
	)
}

/// Has the goods change hands by two calls.
pub(crate) fn pass(shipment: ShipmentId) {
	let to = next(shipment);
	pass_to(shipment, &to);
}

pub(crate) fn pass_to(shipment: ShipmentId, to: &AccountId) {
	assert_ok!(tender_to(shipment, to));
	assert_ok!(take_over(to, shipment));
	if *to == consignor() {
		// It is back, and due.
		assert_ok!(expire(shipment));
	}
}

/// The token by which `pair` hands the next handover of a shipment over to `receiver`, good for a minute.
pub(crate) fn token_by(pair: &sr25519::Pair, shipment: ShipmentId, receiver: &AccountId) -> Token {
	let valid_until = pallet_timestamp::Now::<Test>::get() + 60_000;
	let hop = record(shipment).next_hop();
	let genesis = System::block_hash(0);
	let payload = crate::token::payload(&genesis, shipment, hop, receiver, valid_until);
	Token {
		valid_until,
		signature: pair.sign(&payload),
	}
}

pub(crate) fn present(who: &AccountId, shipment: ShipmentId, token: Token) -> DispatchResult {
	let hop = record(shipment).next_hop();
	let reservation = H256::zero();
	signed(
		who,
		Call::present {
			shipment,
			hop,
			token,
			reservation,
		},
	)
}

/// What the consignee says: refused and missing, by line.
pub(crate) fn review(shipment: ShipmentId, refusals: &[(u8, u64, u64)]) -> DispatchResult {
	let refusal = |(line, refused, missing): &(u8, u64, u64)| Refusal {
		line: *line,
		refused: *refused,
		missing: *missing,
	};
	let refusals: Vec<_> = refusals.iter().map(refusal).collect();
	let call = Call::accept_delivery {
		shipment,
		refusals: refusals.try_into().expect("few"),
		reason: HASH,
	};
	signed(&record(shipment).terms.consignee, call)
}

pub(crate) fn accept(shipment: ShipmentId) -> DispatchResult {
	review(shipment, &[])
}

pub(crate) fn refuse(shipment: ShipmentId) -> DispatchResult {
	signed(&consignee(), Call::refuse { shipment, reason: HASH })
}

pub(crate) fn cancel(who: &AccountId, shipment: ShipmentId) -> DispatchResult {
	signed(who, Call::cancel { shipment, reason: HASH })
}

pub(crate) fn expire(shipment: ShipmentId) -> DispatchResult {
	signed(&stranger(), Call::expire { shipment })
}

pub(crate) fn expire_leg(leg: LegId) -> DispatchResult {
	signed(&stranger(), Call::expire_leg { leg })
}

/// What [`LOGGER`] has measured, from and until so many milliseconds after [`START`].
pub(crate) fn readings(from: u64, until: u64, lowest: i64, highest: i64) -> Shown {
	Shown {
		logger: machine(LOGGER),
		from: START + from,
		until: START + until,
		measured: Measured::Values {
			channel: TEMPERATURE,
			lowest,
			highest,
		},
		objection: None,
	}
}

/// Has a stranger show that.
pub(crate) fn show(leg: LegId, shown: Shown) -> DispatchResult {
	let breach = match shown.measured {
		Measured::Values { .. } => Breach::Limit(0),
		Measured::Nothing => Breach::Silence,
	};
	let proof = Loggers::anchor(shown);
	signed(&stranger(), Call::claim_breach { leg, breach, proof })
}

/// The record of a shipment that must exist.
pub(crate) fn record(shipment: ShipmentId) -> ShipmentOf<Test> {
	crate::Shipments::<Test>::get(shipment).expect("the shipment exists")
}

/// The `nth` leg of a shipment.
pub(crate) fn leg_of(shipment: ShipmentId, nth: usize) -> LegId {
	record(shipment).legs[nth]
}

/// The record of a leg that must exist.
pub(crate) fn leg_record(leg: LegId) -> LegOf<Test> {
	crate::Legs::<Test>::get(leg).expect("the leg exists")
}

/// What escrow calls a shipment.
pub(crate) fn agreement(shipment: ShipmentId) -> AgreementRef {
	agreement_of(shipment)
}

/// What escrow calls a leg.
pub(crate) fn leg_agreement(leg: LegId) -> AgreementRef {
	agreement_of(leg)
}

/// What an account has in all and what of it is on hold.
pub(crate) fn money(who: &AccountId) -> (Balance, Balance) {
	money_in(AssetKind::Native, who)
}

/// The same, in `asset`.
pub(crate) fn money_in(asset: AssetKind, who: &AccountId) -> (Balance, Balance) {
	(
		Fungibles::total_balance(asset, who),
		Fungibles::total_balance_on_hold(asset, who),
	)
}

/// What somebody has gained since the start; less than nothing if he has lost.
pub(crate) fn gain(who: &AccountId) -> i128 {
	money(who).0 as i128 - ENDOWMENT as i128
}

/// What a price or a freight costs besides.
pub(crate) fn fee_of(amount: Balance) -> i128 {
	(AgreementFeeShare::get().mul_ceil(amount)).max(AGREEMENT_FEE) as i128
}

/// Ends a block in which there is room for everything.
pub(crate) fn idle() {
	<Escrow as Hooks<u64>>::on_idle(System::block_number(), Weight::MAX);
}

/// Starts a block with a timestamp of `millis` after [`START`].
pub(crate) fn at(millis: u64) {
	System::set_block_number(System::block_number() + 1);
	Timestamp::set_timestamp(START + millis);
	<Escrow as OnTimestampSet<u64>>::on_timestamp_set(START + millis);
}

/// Who has money at the start, and how much.
fn rich() -> Vec<(AccountId, Balance)> {
	let people = people().into_iter().map(|who| (who, ENDOWMENT));
	people.chain([(pot(), MINIMUM)]).collect()
}

/// A world with rich people, dollars and no machine but the logger of the stranger.
pub(crate) fn empty() -> sp_io::TestExternalities {
	let storage = RuntimeGenesisConfig {
		assets: pallet_assets::GenesisConfig {
			assets: vec![(DOLLAR_ID, issuer(), true, MINIMUM)],
			accounts: rich().into_iter().map(|(who, much)| (DOLLAR_ID, who, much)).collect(),
			..Default::default()
		},
		balances: pallet_balances::GenesisConfig {
			balances: rich(),
			..Default::default()
		},
		..Default::default()
	}
	.build_storage()
	.expect("is a genesis");
	let mut ext = sp_io::TestExternalities::from(storage);
	ext.execute_with(|| {
		at(0);
		assert_ok!(Escrow::list_asset(RuntimeOrigin::root(), DOLLAR));
	});
	ext
}

/// Runs `test`, then checks the invariants of all pallets and that neither money nor goods came or went.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
	empty().execute_with(|| {
		test();
		try_state();
	});
}

/// What must always hold, and that no money came or went.
pub(crate) fn try_state() {
	let all = people().len() as Balance * ENDOWMENT + MINIMUM;
	assert_eq!(pallet_balances::TotalIssuance::<Test>::get(), all, "invariant 2");
	assert_eq!(Assets::total_supply(DOLLAR_ID), all, "invariant 2");
	Machines::do_try_state().expect("machines");
	Escrow::do_try_state().expect("escrow");
	Suppliers::do_try_state().expect("suppliers");
	Shipping::do_try_state().expect("shipments");
	goods_are_locked();
}

/// What is not settled is locked, and of that nothing but what nobody has accepted; and nothing else is.
fn goods_are_locked() {
	for (id, shipment) in crate::Shipments::<Test>::iter() {
		let lines = shipment.terms.goods.iter().enumerate();
		let open = lines.map(|(nth, line)| match shipment.decision(nth) {
			_ if shipment.is_settled() => 0,
			Some(decision) => decision.refused + decision.missing,
			None => line.quantity,
		});
		assert_eq!(Register::locked(id), open.sum::<u64>(), "goods of {id:?}");
	}
}

/// For where a macro is no expression.
#[track_caller]
pub(crate) fn done(step: DispatchResult) {
	assert_ok!(step);
}

/// The same as [`empty`], and it can sign.
#[cfg(feature = "runtime-benchmarks")]
pub(crate) fn with_keys() -> sp_io::TestExternalities {
	let mut ext = empty();
	let keys = sp_keystore::testing::MemoryKeystore::new();
	ext.register_extension(sp_keystore::KeystoreExt::new(keys));
	ext
}

//! What the benchmarks measure with.

use crate::{
	agreement::agreement_of, token, Balance, Breach, Carriage, Config, EscrowOf, Evidence, FreightTerms, LegId, LegOf,
	Legs, Limit, Line, Measured, Pallet, Proof, Refusal, Refusals, ShipmentId, ShipmentOf, Shipments, Shown, Step,
	Terms, TermsOf, Token, Windows, MAX_LEGS, MAX_LIMITS, MAX_LINES, MAX_STEPS,
};
use alloc::{format, vec::Vec};
use bpiiot_primitives::{Actors, AgreementClock, AgreementRef, AssetKind, Escrow, Goods, MachineId};
use frame_benchmarking::v2::*;
use frame_support::{traits::Get, BoundedVec};
use frame_system::{pallet_prelude::BlockNumberFor, Pallet as System, RawOrigin};
use sp_core::{
	crypto::key_types::DUMMY,
	sr25519::{Public, Signature},
	H256,
};
use sp_runtime::{
	traits::{One, Saturating, Zero},
	Permill,
};

pub(super) type AccountOf<T> = <T as frame_system::Config>::AccountId;

pub(super) const HASH: H256 = H256::repeat_byte(7);
const PRICE: Balance = 10_000_000;
const FREIGHT: Balance = 20_000_000;
/// Of each line one is accepted, one refused and one missing.
const QUANTITY: u64 = 3;

/// The key and the account of who takes part.
pub(super) type Party<T> = (AccountOf<T>, AccountOf<T>);

/// Everybody: consignee and carriers are machines of different owners under spending policies, but for the last carrier, who
/// signs tokens, and the consignor, who pays freights in the asset and the fee in the native token.
pub(super) struct World<T: Config> {
	/// Of freights and liabilities.
	pub(super) asset: AssetKind,
	/// Of the goods.
	price_asset: AssetKind,
	pub(super) consignor: AccountOf<T>,
	pub(super) consignee: Party<T>,
	pub(super) carriers: Vec<Party<T>>,
	pub(super) last_key: Public,
	pub(super) logger: MachineId,
}

fn rich<T: Config>(asset: AssetKind, who: &AccountOf<T>) {
	let amount = Balance::MAX / 1_000_000;
	EscrowOf::<T>::benchmark_fund(AssetKind::Native, who, amount);
	EscrowOf::<T>::benchmark_fund(asset, who, amount);
}

pub(super) fn arbiter<T: Config>() -> AccountOf<T> {
	account("arbiter", 0, 0)
}

fn next_block<T: Config>() {
	System::<T>::set_block_number(System::<T>::block_number().saturating_add(One::one()));
}

pub(super) fn world<T: Config>() -> World<T> {
	let asset = EscrowOf::<T>::benchmark_asset();
	world_of::<T>(asset, asset)
}

/// The same, but the price is in the native token, in which deposits are, and that is what the consignee may spend.
pub(super) fn world_with_deposits<T: Config>() -> World<T> {
	world_of::<T>(EscrowOf::<T>::benchmark_asset(), AssetKind::Native)
}

fn world_of<T: Config>(asset: AssetKind, price_asset: AssetKind) -> World<T> {
	next_block::<T>();
	let machine = |name, seed, spent| -> Party<T> {
		let (machine, key) = T::Actors::benchmark_machine(&account(name, 0, seed), seed, spent);
		let account: AccountOf<T> = machine.account();
		rich::<T>(asset, &account);
		(key, account)
	};
	let consignor = account("consignor", 0, 0);
	rich::<T>(asset, &consignor);
	let consignee = machine("consignee", 0, price_asset);
	let last_key = sp_io::crypto::sr25519_generate(DUMMY, None);
	let last = AccountOf::<T>::from(last_key.0);
	rich::<T>(asset, &last);
	let mut carriers: Vec<_> = (1..MAX_LEGS).map(|seed| machine("carrier", seed, asset)).collect();
	carriers.push((last.clone(), last));
	let (logger, _) = T::Actors::benchmark_machine(&account("logger", 0, 0), 100, asset);
	rich::<T>(asset, &arbiter::<T>());
	EscrowOf::<T>::benchmark_arbiter(&arbiter::<T>());
	rich::<T>(asset, &T::FeeDestination::get());
	World {
		asset,
		price_asset,
		consignor,
		consignee,
		carriers,
		last_key,
		logger,
	}
}

pub(super) fn signed<T: Config>(who: &AccountOf<T>) -> T::RuntimeOrigin {
	RawOrigin::Signed(who.clone()).into()
}

fn limits() -> BoundedVec<Limit, frame_support::traits::ConstU32<MAX_LIMITS>> {
	let steps = (0..MAX_STEPS).map(|nth| Step {
		beyond: u64::from(nth).saturating_mul(10),
		tolerated: 0,
		penalty: Permill::from_percent(nth.saturating_add(1)),
	});
	let steps: Vec<_> = steps.collect();
	let limit = |channel| Limit {
		channel,
		low: 0,
		high: 10,
		steps: BoundedVec::truncate_from(steps.clone()),
	};
	BoundedVec::truncate_from((0..MAX_LIMITS as u16).map(limit).collect())
}

/// Of everything as much as there may be, of new goods. With an arbiter and a logger claims are waited for; without, whatever
/// ends the custody ends everything at once.
pub(super) fn terms<T: Config>(world: &World<T>, freight_terms: FreightTerms, with_claims: bool) -> TermsOf<T> {
	let least = T::MinWindow::get();
	let goods = (0..MAX_LINES).map(|nth| Line {
		unit: T::Goods::benchmark_unit(&world.consignor, nth, QUANTITY),
		quantity: QUANTITY,
		price: PRICE,
	});
	let legs = world.carriers.iter().map(|(_, carrier)| Carriage {
		carrier: carrier.clone(),
		asset: world.asset,
		freight: FREIGHT,
		return_freight: FREIGHT / 4,
		liability: FREIGHT,
		transit_time: least,
		late_window: least.saturating_mul(4),
	});
	Terms {
		consignee: world.consignee.1.clone(),
		goods: BoundedVec::truncate_from(goods.collect()),
		asset: world.price_asset,
		legs: BoundedVec::truncate_from(legs.collect()),
		freight_terms,
		logger: with_claims.then_some(world.logger),
		limits: if with_claims { limits() } else { BoundedVec::new() },
		max_gap: if with_claims { least } else { 0 },
		gap_penalty: Permill::from_percent(u32::from(with_claims)),
		late_penalty: Permill::from_percent(1),
		no_show: Permill::from_percent(50),
		dead_freight: Permill::from_percent(25),
		refusal_fee: Permill::from_percent(5),
		windows: Windows {
			offer: least.saturating_mul(8),
			pickup: least.saturating_mul(4),
			handover: least,
			review: least,
			returning: least.saturating_mul(4),
			claim: if with_claims { least } else { 0 },
			challenge: least,
			case: least,
			ruling: least,
		},
		arbiter: with_claims.then(arbiter::<T>),
	}
}

/// Offered, and nobody has agreed.
pub(super) fn offered<T: Config>(
	world: &World<T>,
	freight_terms: FreightTerms,
	with_claims: bool,
) -> Result<ShipmentId, BenchmarkError> {
	let terms = terms::<T>(world, freight_terms, with_claims);
	Pallet::<T>::offer(signed::<T>(&world.consignor), terms)?;
	let newest = Shipments::<T>::iter_keys().max();
	newest.ok_or(BenchmarkError::Stop("nothing was offered"))
}

/// Has the first so many carriers agree.
pub(super) fn carriers_agree<T: Config>(
	world: &World<T>,
	shipment: ShipmentId,
	count: usize,
) -> Result<(), BenchmarkError> {
	let legs = record::<T>(shipment)?.legs;
	for (leg, (key, _)) in legs.iter().zip(&world.carriers).take(count) {
		Pallet::<T>::agree_to_carry(signed::<T>(key), *leg)?;
	}
	Ok(())
}

/// Everybody has agreed; the consignor pays the carriers.
pub(super) fn agreed<T: Config>(world: &World<T>, with_claims: bool) -> Result<ShipmentId, BenchmarkError> {
	let shipment = offered::<T>(world, FreightTerms::CarriagePaid, with_claims)?;
	Pallet::<T>::agree(signed::<T>(&world.consignee.0), shipment)?;
	carriers_agree::<T>(world, shipment, world.carriers.len())?;
	Ok(shipment)
}

/// Has the holder hand over to the next one, and that one take over.
fn pass<T: Config>(giver: &Party<T>, receiver: &Party<T>, shipment: ShipmentId) -> Result<(), BenchmarkError> {
	let hop = record::<T>(shipment)?.next_hop();
	let to = Some(receiver.1.clone());
	Pallet::<T>::hand_over(signed::<T>(&giver.0), shipment, hop, to)?;
	Ok(Pallet::<T>::take_over(signed::<T>(&receiver.0), shipment, hop, HASH)?)
}

/// The last carrier has it. His deadline is what the index knows, so that what comes sooner is written there.
pub(super) fn at_last_carrier<T: Config>(world: &World<T>, with_claims: bool) -> Result<ShipmentId, BenchmarkError> {
	let shipment = agreed::<T>(world, with_claims)?;
	let consignor = (world.consignor.clone(), world.consignor.clone());
	let mut giver = &consignor;
	for carrier in &world.carriers {
		pass::<T>(giver, carrier, shipment)?;
		giver = carrier;
		// So that each has had it for a time.
		T::Clock::benchmark_advance(1);
	}
	Shipments::<T>::mutate_extant(shipment, |record| record.indexed_at = record.until);
	Ok(shipment)
}

/// The consignee looks at it.
pub(super) fn delivered<T: Config>(world: &World<T>, with_claims: bool) -> Result<ShipmentId, BenchmarkError> {
	let shipment = at_last_carrier::<T>(world, with_claims)?;
	let last = last_carrier(world)?;
	pass::<T>(last, &world.consignee, shipment)?;
	Ok(shipment)
}

pub(super) fn last_carrier<T: Config>(world: &World<T>) -> Result<&Party<T>, BenchmarkError> {
	world.carriers.last().ok_or(BenchmarkError::Stop("nobody carries"))
}

/// Of each line one is missing, and so many are refused.
pub(super) fn refusals(refused: u64) -> Refusals {
	let lines = (0..MAX_LINES as u8).map(|line| Refusal {
		line,
		refused,
		missing: 1,
	});
	BoundedVec::truncate_from(lines.collect())
}

/// Of each line one is accepted, one is missing, and one is refused, which the consignee still has.
pub(super) fn partly_refused<T: Config>(world: &World<T>, with_claims: bool) -> Result<ShipmentId, BenchmarkError> {
	let shipment = delivered::<T>(world, with_claims)?;
	Pallet::<T>::accept_delivery(signed::<T>(&world.consignee.0), shipment, refusals(1), HASH)?;
	Ok(shipment)
}

/// Given back; the consignor may dispute it, and the legs wait for claims.
pub(super) fn refused<T: Config>(world: &World<T>) -> Result<ShipmentId, BenchmarkError> {
	let shipment = partly_refused::<T>(world, true)?;
	let consignor = (world.consignor.clone(), world.consignor.clone());
	pass::<T>(&world.consignee, &consignor, shipment)?;
	Pallet::<T>::expire(signed::<T>(&world.consignor), shipment)?;
	Ok(shipment)
}

pub(super) fn disputed<T: Config>(world: &World<T>) -> Result<ShipmentId, BenchmarkError> {
	let shipment = refused::<T>(world)?;
	Pallet::<T>::dispute(signed::<T>(&world.consignor), shipment, HASH)?;
	Ok(shipment)
}

/// A leg with all its breaches.
pub(super) fn with_breaches<T: Config>(world: &World<T>, shipment: ShipmentId) -> Result<LegId, BenchmarkError> {
	let leg = first_leg::<T>(shipment)?;
	for limit in 0..MAX_LIMITS as u8 {
		let (breach, proof) = shown::<T>(world, shipment, limit)?;
		Pallet::<T>::claim_breach(signed::<T>(&world.consignor), leg, breach, proof)?;
	}
	Ok(leg)
}

/// A leg with all its breaches, and a claim of damage.
pub(super) fn claimed<T: Config>(world: &World<T>) -> Result<LegId, BenchmarkError> {
	let shipment = refused::<T>(world)?;
	let leg = with_breaches::<T>(world, shipment)?;
	let half = Permill::from_percent(50);
	Pallet::<T>::report_damage(signed::<T>(&world.consignor), leg, half, HASH)?;
	Ok(leg)
}

pub(super) fn claim_disputed<T: Config>(world: &World<T>) -> Result<LegId, BenchmarkError> {
	let leg = claimed::<T>(world)?;
	let key = world.carriers.first().ok_or(BenchmarkError::Stop("nobody carries"))?;
	Pallet::<T>::dispute_claim(signed::<T>(&key.0), leg, HASH)?;
	Ok(leg)
}

pub(super) fn first_leg<T: Config>(shipment: ShipmentId) -> Result<LegId, BenchmarkError> {
	let legs = record::<T>(shipment)?.legs;
	legs.first().copied().ok_or(BenchmarkError::Stop("it has no leg"))
}

/// A proof that the logger was out of a limit by its last step, while the first carrier had the goods.
pub(super) fn shown<T: Config>(
	world: &World<T>,
	shipment: ShipmentId,
	limit: u8,
) -> Result<(Breach, Proof), BenchmarkError> {
	let hop = record::<T>(shipment)?.custody.get(1).copied();
	let at = hop.ok_or(BenchmarkError::Stop("nobody has had it"))?.at;
	let shown = Shown {
		logger: world.logger,
		from: at,
		until: at,
		measured: Measured::Values {
			channel: limit.into(),
			lowest: 1_000,
			highest: 2_000,
		},
		objection: None,
	};
	Ok((Breach::Limit(limit), T::Evidence::benchmark_proof(shown)))
}

/// A token of the last carrier, signed as wallets do that sign text only: what is looked at last.
pub(super) fn token<T: Config>(
	world: &World<T>,
	shipment: ShipmentId,
	receiver: &AccountOf<T>,
) -> Result<Token, BenchmarkError> {
	let valid_until = T::Clock::unix_now().saturating_add(1_000);
	let genesis = System::<T>::block_hash(BlockNumberFor::<T>::zero());
	let hop = record::<T>(shipment)?.next_hop();
	let payload = token::payload(&genesis, shipment, hop, receiver, valid_until);
	let text = format!("0x{:?}", sp_core::hexdisplay::HexDisplay::from(&payload));
	let message = token::wrapped(text.as_bytes());
	let signature: Option<Signature> = sp_io::crypto::sr25519_sign(DUMMY, &world.last_key, &message);
	let signature = signature.ok_or(BenchmarkError::Stop("no signature"))?;
	Ok(Token { valid_until, signature })
}

/// Lets windows pass.
pub(super) fn windows_pass<T: Config>(windows: u64) {
	next_block::<T>();
	T::Clock::benchmark_advance(T::MinWindow::get().saturating_mul(windows).saturating_add(1));
}

pub(super) fn record<T: Config>(shipment: ShipmentId) -> Result<ShipmentOf<T>, BenchmarkError> {
	Shipments::<T>::get(shipment).ok_or(BenchmarkError::Stop("the shipment is gone"))
}

pub(super) fn leg_record<T: Config>(leg: LegId) -> Result<LegOf<T>, BenchmarkError> {
	Legs::<T>::get(leg).ok_or(BenchmarkError::Stop("the leg is gone"))
}

/// A shipment in dispute, for whoever measures what the end of a dispute costs.
pub(crate) fn disputed_agreement<T: Config>() -> AgreementRef {
	agreement_of(disputed::<T>(&world::<T>()).unwrap_or_default())
}

/// A leg that has ended and counted, and who rates it: who has paid the freight.
pub(crate) fn rateable_agreement<T: Config>() -> (AgreementRef, AccountOf<T>) {
	let world = world::<T>();
	let shipment = delivered::<T>(&world, false).unwrap_or_default();
	let none = BoundedVec::new();
	let accepted = Pallet::<T>::accept_delivery(signed::<T>(&world.consignee.0), shipment, none, HASH);
	debug_assert!(accepted.is_ok());
	let leg = first_leg::<T>(shipment).unwrap_or_default();
	(agreement_of(leg), world.consignor)
}

/// What all lines cost.
pub(super) fn price_of_all() -> Balance {
	PRICE.saturating_mul(MAX_LINES.into())
}

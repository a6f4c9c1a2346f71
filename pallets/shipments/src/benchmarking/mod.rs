//! What the calls cost at worst: 16 lines, 4 carriers, in an asset, by machines under spending policies wherever one may call.
//! What ends a shipment or a leg does so in a frozen asset, where nothing can be paid and each payment becomes a credit; and
//! what ends the custody of a shipment without time for claims ends all its legs with it.

mod setup;

pub(crate) use setup::{disputed_agreement, rateable_agreement};

use crate::{
	agreement::agreement_of, Call, Config, EscrowOf, FreightTerms, LegState, Legs, Outcome, Pallet, ShipmentState,
	Shipments, ShipmentsOf, MAX_LEGS,
};
use bpiiot_primitives::{DeadlineIndex, Escrow, EscrowView};
use frame_benchmarking::v2::*;
use frame_system::RawOrigin;
use setup::*;
use sp_core::H256;
use sp_runtime::Permill;

/// That a shipment and all its legs have ended.
fn all_ended<T: Config>(shipment: crate::ShipmentId, outcome: Outcome) -> Result<(), BenchmarkError> {
	let record = record::<T>(shipment)?;
	assert_eq!(record.state, ShipmentState::Settled(outcome));
	for leg in record.legs {
		assert_eq!(leg_record::<T>(leg)?.state, LegState::Settled);
	}
	Ok(())
}

#[benchmarks]
mod benches {
	use super::*;

	/// Four freights go on hold.
	#[benchmark]
	fn offer() -> Result<(), BenchmarkError> {
		let world = world::<T>();
		let terms = terms::<T>(&world, FreightTerms::CarriagePaid, true);
		#[extrinsic_call]
		_(RawOrigin::Signed(world.consignor.clone()), terms);
		assert_eq!(Legs::<T>::iter().count() as u32, MAX_LEGS);
		assert_eq!(ShipmentsOf::<T>::iter().count() as u32, MAX_LEGS + 2);
		Ok(())
	}

	/// Price and four freights go on hold, with the last agreement.
	#[benchmark]
	fn agree() -> Result<(), BenchmarkError> {
		let world = world::<T>();
		let shipment = offered::<T>(&world, FreightTerms::ExWorks, true)?;
		carriers_agree::<T>(&world, shipment, world.carriers.len())?;
		#[extrinsic_call]
		_(RawOrigin::Signed(world.consignee.0), shipment);
		let record = record::<T>(shipment)?;
		assert_eq!(record.state, ShipmentState::Agreed);
		assert_eq!(record.payment.map(|payment| payment.held()), Some(price_of_all()));
		Ok(())
	}

	#[benchmark]
	fn agree_to_carry() -> Result<(), BenchmarkError> {
		let world = world::<T>();
		let shipment = offered::<T>(&world, FreightTerms::CarriagePaid, true)?;
		let leg = first_leg::<T>(shipment)?;
		let key = world.carriers.first().map(|carrier| carrier.0.clone());
		#[extrinsic_call]
		_(RawOrigin::Signed(key.ok_or("nobody carries")?), leg);
		assert_eq!(leg_record::<T>(leg)?.state, LegState::Agreed);
		Ok(())
	}

	/// After all have agreed: nine escrows end, and each freight is split.
	#[benchmark]
	fn cancel() -> Result<(), BenchmarkError> {
		let world = world::<T>();
		let shipment = agreed::<T>(&world, true)?;
		EscrowOf::<T>::benchmark_freeze(world.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(world.consignor), shipment, HASH);
		all_ended::<T>(shipment, Outcome::Cancelled)
	}

	#[benchmark]
	fn hand_over() -> Result<(), BenchmarkError> {
		let world = world::<T>();
		let shipment = partly_refused::<T>(&world, true)?;
		let hop = record::<T>(shipment)?.next_hop();
		let to = Some(world.consignor.clone());
		#[extrinsic_call]
		_(RawOrigin::Signed(world.consignee.0), shipment, hop, to);
		assert!(record::<T>(shipment)?.tender.is_some());
		Ok(())
	}

	/// To the consignee, whose time to look is shorter than what the carrier had left.
	#[benchmark]
	fn take_over() -> Result<(), BenchmarkError> {
		let world = world::<T>();
		let shipment = at_last_carrier::<T>(&world, true)?;
		let hop = record::<T>(shipment)?.next_hop();
		let ((giver, _), (key, account)) = (last_carrier(&world)?.clone(), world.consignee);
		Pallet::<T>::hand_over(signed::<T>(&giver), shipment, hop, Some(account))?;
		#[extrinsic_call]
		_(RawOrigin::Signed(key), shipment, hop, HASH);
		let record = record::<T>(shipment)?;
		assert_eq!(record.state, ShipmentState::Delivered);
		assert!(T::Deadlines::contains(record.until, agreement_of(shipment)));
		Ok(())
	}

	/// The same with a token that is signed as text.
	#[benchmark]
	fn present() -> Result<(), BenchmarkError> {
		let world = world::<T>();
		let shipment = at_last_carrier::<T>(&world, true)?;
		let hop = record::<T>(shipment)?.next_hop();
		let (key, account) = world.consignee.clone();
		let token = token::<T>(&world, shipment, &account)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(key), shipment, hop, token, HASH);
		let record = record::<T>(shipment)?;
		assert_eq!(record.state, ShipmentState::Delivered);
		assert!(T::Deadlines::contains(record.until, agreement_of(shipment)));
		Ok(())
	}

	#[benchmark]
	fn decline_handover() -> Result<(), BenchmarkError> {
		let world = world::<T>();
		let shipment = partly_refused::<T>(&world, true)?;
		let hop = record::<T>(shipment)?.next_hop();
		let to = Some(world.consignor.clone());
		Pallet::<T>::hand_over(signed::<T>(&world.consignee.0), shipment, hop, to)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(world.consignor), shipment, hop, HASH);
		assert!(record::<T>(shipment)?.tender.is_none());
		Ok(())
	}

	/// By the last carrier, after all have carried.
	#[benchmark]
	fn report_loss() -> Result<(), BenchmarkError> {
		let world = world::<T>();
		let shipment = at_last_carrier::<T>(&world, false)?;
		let (key, _) = last_carrier(&world)?.clone();
		EscrowOf::<T>::benchmark_freeze(world.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(key), shipment, HASH);
		all_ended::<T>(shipment, Outcome::Lost)
	}

	#[benchmark]
	fn refuse() -> Result<(), BenchmarkError> {
		let world = world::<T>();
		let shipment = at_last_carrier::<T>(&world, true)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(world.consignee.0), shipment, HASH);
		assert_eq!(record::<T>(shipment)?.state, ShipmentState::Returning(Outcome::Refused));
		Ok(())
	}

	/// Of each line some is accepted and some is missing, so that everything ends.
	#[benchmark]
	fn accept_delivery() -> Result<(), BenchmarkError> {
		let world = world::<T>();
		let shipment = delivered::<T>(&world, false)?;
		EscrowOf::<T>::benchmark_freeze(world.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(world.consignee.0), shipment, refusals(0), HASH);
		all_ended::<T>(shipment, Outcome::PartlyRefused)
	}

	/// What was refused was kept: it is paid, and what is missing is not.
	#[benchmark]
	fn expire() -> Result<(), BenchmarkError> {
		let world = world::<T>();
		let shipment = partly_refused::<T>(&world, false)?;
		windows_pass::<T>(4);
		EscrowOf::<T>::benchmark_freeze(world.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(world.consignor), shipment);
		all_ended::<T>(shipment, Outcome::PartlyRefused)
	}

	#[benchmark]
	fn concede() -> Result<(), BenchmarkError> {
		let world = world::<T>();
		let shipment = refused::<T>(&world)?;
		EscrowOf::<T>::benchmark_freeze(world.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(world.consignor), shipment);
		assert_eq!(
			record::<T>(shipment)?.state,
			ShipmentState::Settled(Outcome::PartlyRefused)
		);
		Ok(())
	}

	#[benchmark]
	fn dispute() -> Result<(), BenchmarkError> {
		let world = world::<T>();
		let shipment = refused::<T>(&world)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(world.consignor), shipment, HASH);
		assert_eq!(
			record::<T>(shipment)?.state,
			ShipmentState::Disputed(Outcome::PartlyRefused)
		);
		assert!(EscrowOf::<T>::is_disputed(agreement_of(shipment)));
		Ok(())
	}

	#[benchmark]
	fn claim_breach() -> Result<(), BenchmarkError> {
		let world = world::<T>();
		let shipment = refused::<T>(&world)?;
		let leg = first_leg::<T>(shipment)?;
		let (breach, proof) = shown::<T>(&world, shipment, 3)?;
		let (key, _) = world.consignee;
		#[extrinsic_call]
		_(RawOrigin::Signed(key), leg, breach, proof);
		assert_eq!(leg_record::<T>(leg)?.breaches.last(), Some(&4));
		Ok(())
	}

	#[benchmark]
	fn report_damage() -> Result<(), BenchmarkError> {
		let world = world_with_deposits::<T>();
		let shipment = refused::<T>(&world)?;
		let leg = with_breaches::<T>(&world, shipment)?;
		// What comes sooner is written in the index as well.
		Legs::<T>::mutate_extant(leg, |leg| leg.indexed_at = u64::MAX);
		let (key, _) = world.consignee;
		#[extrinsic_call]
		_(RawOrigin::Signed(key), leg, Permill::from_percent(50), HASH);
		let record = leg_record::<T>(leg)?;
		assert_eq!(record.state, LegState::Claimed);
		assert!(T::Deadlines::contains(record.indexed_at, agreement_of(leg)));
		Ok(())
	}

	#[benchmark]
	fn concede_claim() -> Result<(), BenchmarkError> {
		let world = world::<T>();
		let leg = claimed::<T>(&world)?;
		EscrowOf::<T>::benchmark_freeze(world.asset);
		let key = world.carriers.first().map(|carrier| carrier.0.clone());
		#[extrinsic_call]
		_(RawOrigin::Signed(key.ok_or("nobody carries")?), leg);
		assert_eq!(leg_record::<T>(leg)?.state, LegState::Settled);
		Ok(())
	}

	#[benchmark]
	fn dispute_claim() -> Result<(), BenchmarkError> {
		let world = world::<T>();
		let leg = claimed::<T>(&world)?;
		let key = world.carriers.first().map(|carrier| carrier.0.clone());
		#[extrinsic_call]
		_(RawOrigin::Signed(key.ok_or("nobody carries")?), leg, HASH);
		assert_eq!(leg_record::<T>(leg)?.state, LegState::Disputed);
		Ok(())
	}

	#[benchmark]
	fn expire_leg() -> Result<(), BenchmarkError> {
		let world = world::<T>();
		let leg = claimed::<T>(&world)?;
		windows_pass::<T>(1);
		EscrowOf::<T>::benchmark_freeze(world.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(world.consignor), leg);
		assert_eq!(leg_record::<T>(leg)?.state, LegState::Settled);
		Ok(())
	}

	#[benchmark]
	fn remove() -> Result<(), BenchmarkError> {
		let world = world::<T>();
		let shipment = agreed::<T>(&world, false)?;
		Pallet::<T>::cancel(signed::<T>(&world.consignor), shipment, H256::zero())?;
		#[extrinsic_call]
		_(RawOrigin::Signed(world.consignor), shipment);
		assert!(!Shipments::<T>::contains_key(shipment));
		assert_eq!(Legs::<T>::iter().count(), 0);
		assert_eq!(ShipmentsOf::<T>::iter().count(), 0);
		Ok(())
	}

	/// The end of a dispute about a refusal, without what escrow does about the dispute itself.
	#[benchmark]
	fn resolve() -> Result<(), BenchmarkError> {
		let world = world::<T>();
		let shipment = disputed::<T>(&world)?;
		EscrowOf::<T>::benchmark_freeze(world.asset);
		#[block]
		{
			Pallet::<T>::do_resolve(agreement_of(shipment), Permill::from_percent(60))?;
		}
		assert_eq!(
			record::<T>(shipment)?.state,
			ShipmentState::Settled(Outcome::PartlyRefused)
		);
		Ok(())
	}

	/// The same of a claim that was none, so that the deposit for it goes to the chain.
	#[benchmark]
	fn resolve_claim() -> Result<(), BenchmarkError> {
		let world = world::<T>();
		let leg = claim_disputed::<T>(&world)?;
		EscrowOf::<T>::benchmark_freeze(world.asset);
		#[block]
		{
			Pallet::<T>::do_resolve(agreement_of(leg), Permill::zero())?;
		}
		assert_eq!(leg_record::<T>(leg)?.state, LegState::Settled);
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::with_keys(), crate::mock::Test);
}

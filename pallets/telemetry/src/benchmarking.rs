//! What the calls cost at worst: of the largest batches over as many sessions as there may be, with readings from the middle of
//! the tree, where both edges are longest; by a machine's key wherever one may call, with full lists.

use crate::*;
use alloc::{vec, vec::Vec};
use bpiiot_primitives::{Actors, AgreementClock, AssetKind, BenchmarkAssets, MachineId};
use bpiiot_seal::{Batch, Hash, Proof, Reading, Run, MAX_READINGS, MAX_RUNS};
use frame_benchmarking::v2::*;
use frame_support::traits::Get;
use frame_system::{Pallet as System, RawOrigin};
use sp_runtime::traits::{Bounded, One, Saturating};

type AccountOf<T> = <T as frame_system::Config>::AccountId;

/// Somebody's machine with room for many anchors.
struct World<T: Config> {
	owner: AccountOf<T>,
	machine: MachineId,
	key: AccountOf<T>,
}

const ROOM: u32 = 2 * MAX_PRUNED;

fn rich<T: Config>(who: &AccountOf<T>) {
	let amount = BalanceOf::<T>::max_value() / 1_000_000u32.into();
	T::BenchmarkHelper::fund(AssetKind::Native, who, amount);
}

fn signed<T: Config>(who: &AccountOf<T>) -> T::RuntimeOrigin {
	RawOrigin::Signed(who.clone()).into()
}

/// So that what is made next has another id.
fn next_block<T: Config>() {
	System::<T>::set_block_number(System::<T>::block_number().saturating_add(One::one()));
}

fn machine_of<T: Config>(owner: AccountOf<T>, seed: u32) -> World<T> {
	rich::<T>(&owner);
	let (machine, key) = T::Actors::benchmark_machine(&owner, seed, AssetKind::Native);
	rich::<T>(&machine.account());
	World { owner, machine, key }
}

fn world<T: Config>() -> Result<World<T>, BenchmarkError> {
	next_block::<T>();
	T::Clock::benchmark_advance(1_000);
	let world = machine_of(account("owner", 0, 0), 0);
	Pallet::<T>::set_room(signed::<T>(&world.owner), world.machine, ROOM)?;
	Ok(world)
}

fn series<T: Config>(machine: MachineId) -> Result<SeriesOf<T>, BenchmarkError> {
	AllSeries::<T>::get(machine).ok_or(BenchmarkError::Stop("no series"))
}

/// The largest batch that may come next.
fn batch<T: Config>(machine: MachineId, root: Hash) -> Result<Batch, BenchmarkError> {
	let series = series::<T>(machine)?;
	let epoch = series.end.map_or(0, |end| end.epoch.saturating_add(1));
	let run = |number: u32| Run {
		epoch: epoch.saturating_add(number),
		session: number,
		first: 0,
		last: u64::from(MAX_READINGS) / MAX_RUNS as u64 - 1,
	};
	let now = T::Clock::unix_now();
	Ok(Batch {
		number: series.number.saturating_add(1),
		previous: series.last,
		root,
		count: MAX_READINGS,
		lost: 0,
		from: now,
		to: now,
		channels: [1; 32],
		jumps: 1,
		runs: (0..MAX_RUNS as u32).map(run).collect(),
	})
}

fn anchored<T: Config>(world: &World<T>, root: Hash) -> Result<u64, BenchmarkError> {
	let batch = batch::<T>(world.machine, root)?;
	let number = batch.number;
	Pallet::<T>::anchor(signed::<T>(&world.key), batch)?;
	Ok(number)
}

/// Anchors a batch, and proves so many readings from the middle of it.
fn proven<T: Config>(world: &World<T>, count: u32) -> Result<Proof, BenchmarkError> {
	let number = series::<T>(world.machine)?.number.saturating_add(1);
	let reading = |sequence: u32| Reading {
		channel: 1,
		session: 1,
		sequence: sequence.into(),
		at: T::Clock::unix_now(),
		value: 1,
	};
	let mut proof = Proof {
		batch: number,
		first: (MAX_READINGS / 2).saturating_sub(count.div_ceil(2)),
		readings: (0..count).map(reading).collect(),
		path: Vec::new(),
	};
	// Whatever stands beside them: as many hashes as it takes.
	let root = (0..=40).find_map(|length| {
		proof.path = vec![[2; 32]; length];
		proof.root(MAX_READINGS).ok()
	});
	anchored(world, root.ok_or(BenchmarkError::Stop("no such path"))?)?;
	Ok(proof)
}

/// Has a party ask for what is proven.
fn ask<T: Config>(who: &AccountOf<T>, machine: MachineId, proof: &Proof) -> Result<ChallengeId, BenchmarkError> {
	next_block::<T>();
	let before: Vec<_> = Challenges::<T>::iter_keys().collect();
	let count = proof.readings.len() as u32;
	let window = T::MinWindow::get();
	Pallet::<T>::challenge(signed::<T>(who), machine, proof.batch, proof.first, count, window)?;
	let made = Challenges::<T>::iter_keys().find(|id| !before.contains(id));
	made.ok_or(BenchmarkError::Stop("no challenge"))
}

/// A list with room for one more challenge.
fn crowded<T: Config>(machine: MachineId, proof: &Proof) -> Result<(), BenchmarkError> {
	for number in 1..T::MaxChallenges::get() {
		let other: AccountOf<T> = account("party", number, 0);
		rich::<T>(&other);
		T::EvidenceUse::benchmark_party(&other, &machine);
		ask::<T>(&other, machine, proof)?;
	}
	Ok(())
}

/// A machine that is a party.
fn asker<T: Config>(machine: MachineId) -> World<T> {
	let asker = machine_of::<T>(account("asker", 0, 0), 1);
	T::EvidenceUse::benchmark_party(&asker.machine.account(), &machine);
	asker
}

#[benchmarks]
mod benches {
	use super::*;

	#[benchmark]
	fn set_room() -> Result<(), BenchmarkError> {
		let World { owner, machine, .. } = world::<T>()?;
		#[extrinsic_call]
		_(RawOrigin::Signed(owner), machine, ROOM + 1);
		assert_eq!(series::<T>(machine)?.room, ROOM + 1);
		Ok(())
	}

	#[benchmark]
	fn anchor() -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		anchored(&world, [3; 32])?;
		let batch = batch::<T>(world.machine, [4; 32])?;
		#[extrinsic_call]
		_(RawOrigin::Signed(world.key), batch);
		assert_eq!(series::<T>(world.machine)?.number, 2);
		Ok(())
	}

	#[benchmark]
	fn prune(n: Linear<1, 64>) -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		for _ in 0..=n {
			anchored(&world, [3; 32])?;
		}
		let proof = proven::<T>(&world, 1)?;
		crowded::<T>(world.machine, &proof)?;
		T::Clock::benchmark_advance(T::Retention::get().saturating_add(1));
		#[extrinsic_call]
		_(RawOrigin::Signed(world.key), world.machine, n, false);
		assert_eq!(series::<T>(world.machine)?.oldest, u64::from(n) + 1);
		Ok(())
	}

	#[benchmark]
	fn challenge() -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		let proof = proven::<T>(&world, MAX_ASKED)?;
		crowded::<T>(world.machine, &proof)?;
		let asker = asker::<T>(world.machine);
		let window = T::MinWindow::get();
		#[extrinsic_call]
		_(
			RawOrigin::Signed(asker.key),
			world.machine,
			proof.batch,
			proof.first,
			MAX_ASKED,
			window,
		);
		assert_eq!(Citations::<T>::get(world.machine).len() as u32, T::MaxChallenges::get());
		Ok(())
	}

	#[benchmark]
	fn produce(n: Linear<1, 16>) -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		let proof = proven::<T>(&world, n)?;
		crowded::<T>(world.machine, &proof)?;
		let asker = asker::<T>(world.machine);
		let id = ask::<T>(&asker.key, world.machine, &proof)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(world.key), id, proof);
		assert_eq!(series::<T>(world.machine)?.tally.record.produced, 1);
		Ok(())
	}

	#[benchmark]
	fn expire() -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		let proof = proven::<T>(&world, 1)?;
		crowded::<T>(world.machine, &proof)?;
		let asker = asker::<T>(world.machine);
		let id = ask::<T>(&asker.key, world.machine, &proof)?;
		T::Clock::benchmark_advance(T::MinWindow::get().saturating_add(1));
		#[extrinsic_call]
		_(RawOrigin::Signed(world.owner), id);
		assert_eq!(series::<T>(world.machine)?.tally.record.withheld, 1);
		Ok(())
	}

	#[benchmark]
	fn admissible(n: Linear<1, 4_096>) -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		let proof = proven::<T>(&world, n)?;
		let found;
		#[block]
		{
			found = Pallet::<T>::proven(&world.machine, &proof);
		}
		assert_eq!(found.map(|of| of.count), Ok(MAX_READINGS));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::empty(), crate::mock::Test);
}

//! What the calls cost at worst: by a machine's key wherever one may call, on items of ranges, which are looked up in two
//! places, with serials as long as they may be.

use crate::{
	gs1::{CompanyPrefix, Gtin, Lot, Serial, SerialKey, SerialNumber, Sscc, Unit},
	*,
};
use alloc::{collections::BTreeSet, vec, vec::Vec};
use bpiiot_primitives::{Actors, AgreementClock, AssetKind, BenchmarkAssets, MachineId};
use frame_benchmarking::v2::*;
use frame_support::{
	pallet_prelude::DispatchResult,
	traits::{EnsureOrigin, Get},
	BoundedVec,
};
use frame_system::{pallet_prelude::BlockNumberFor, Pallet as System, RawOrigin};
use sp_core::H256;
use sp_runtime::traits::{Bounded, Hash, One, Saturating, Zero};

type AccountOf<T> = <T as frame_system::Config>::AccountId;

/// The prefix that all is issued under.
const PREFIX: CompanyPrefix = CompanyPrefix {
	digits: 950_600,
	length: 6,
};
/// Numbers of a range.
const RANGE: u64 = 1_000;
/// Makings that stand in a row to be reached by a recall.
const ROW: u64 = 260;
/// Digits of the serials.
const WIDTH: u8 = 18;

/// A company with a machine.
struct World<T: Config> {
	registrant: AccountOf<T>,
	owner: AccountOf<T>,
	machine: MachineId,
	key: AccountOf<T>,
}

fn rich<T: Config>(who: &AccountOf<T>) {
	let amount = BalanceOf::<T>::max_value() / 1_000_000u32.into();
	T::BenchmarkHelper::fund(AssetKind::Native, who, amount);
}

fn signed<T: Config>(who: &AccountOf<T>) -> T::RuntimeOrigin {
	RawOrigin::Signed(who.clone()).into()
}

/// Another block, so that ids are others.
fn next_block<T: Config>() {
	System::<T>::set_block_number(System::<T>::block_number().saturating_add(One::one()));
}

fn world<T: Config>() -> Result<World<T>, BenchmarkError> {
	next_block::<T>();
	T::Clock::benchmark_advance(T::MaxProduction::get().saturating_mul(2));
	let (registrant, owner) = (account("registrant", 0, 0), account("owner", 0, 0));
	for who in [&registrant, &owner, &T::FeeDestination::get()] {
		rich::<T>(who);
	}
	let (machine, key) = T::Actors::benchmark_machine(&owner, 0, AssetKind::Native);
	rich::<T>(&machine.account());
	let until = u64::MAX;
	for role in [Role::Registrant, Role::Certifier] {
		Accreditations::<T>::insert(role, &registrant, until);
		Accreditations::<T>::insert(role, machine.account::<AccountOf<T>>(), until);
	}
	Pallet::<T>::assign_prefix(signed::<T>(&registrant), PREFIX, owner.clone())?;
	Pallet::<T>::set_room(signed::<T>(&owner), PREFIX, 4_096)?;
	Ok(World {
		registrant,
		owner,
		machine,
		key,
	})
}

/// The check digit of what stands before it.
fn check(body: u64) -> u64 {
	let is_right = |digit: &u64| gs1::has_check_digit(body.saturating_mul(10).saturating_add(*digit));
	let digit = (0..10).find(is_right).unwrap_or_default();
	body.saturating_mul(10).saturating_add(digit)
}

fn gtin(product: u64) -> Gtin {
	Gtin(check(PREFIX.first().saturating_add(product)))
}

fn sscc(number: u64) -> Sscc {
	Sscc(check(PREFIX.first().saturating_mul(10_000).saturating_add(number)))
}

fn serial(number: u64) -> Serial {
	SerialNumber::new(WIDTH, number).serial()
}

fn item(product: u64, number: u64) -> Thing {
	let (gtin, serial) = (gtin(product), serial(number));
	Thing::Item { gtin, serial }
}

fn lot_name() -> Lot {
	Lot::truncate_from(vec![b'L'; 20])
}

fn lot(product: u64) -> Thing {
	let (gtin, lot) = (gtin(product), lot_name());
	Thing::Lot { gtin, lot }
}

/// A lot of somebody's, which may be sent in parts.
pub(crate) fn sent<T: Config>(owner: &AccountOf<T>, nth: u32, quantity: u64) -> Thing {
	let lot = Lot::truncate_from([vec![b'A'.saturating_add(nth as u8)], vec![b'L'; 19]].concat());
	let (gtin, total, making) = (gtin(1), quantity, None);
	let record = LotRecord {
		unit: unit(),
		total,
		making,
	};
	Lots::<T>::insert(gtin, &lot, record);
	let holding = Holding {
		quantity,
		..Holding::default()
	};
	Holdings::<T>::insert((gtin, &lot), owner, holding);
	Thing::Lot { gtin, lot }
}

fn unit() -> Unit {
	Unit::truncate_from(b"KGM".to_vec())
}

/// A range of a product, made by a making of its own, and the machine's.
fn range<T: Config>(world: &World<T>, product: u64) -> Result<(), BenchmarkError> {
	let (gtin, first, last) = (gtin(product), serial(RANGE), serial(RANGE.saturating_mul(2)));
	let output = OutputLine::Range { gtin, first, last };
	make::<T>(world, vec![], vec![output])
}

fn make<T: Config>(world: &World<T>, inputs: Vec<InputLine>, outputs: Vec<OutputLine>) -> Result<(), BenchmarkError> {
	next_block::<T>();
	Pallet::<T>::make(
		signed::<T>(&world.key),
		BoundedVec::truncate_from(inputs),
		BoundedVec::truncate_from(outputs),
		Some(work(world)),
	)
	.map_err(|failed| failed.error)?;
	Ok(())
}

fn work<T: Config>(world: &World<T>) -> Work {
	let until = T::Clock::unix_now();
	Work {
		machine: world.machine,
		from: until.saturating_sub(T::MaxProduction::get()),
		until,
		place: Some(gs1::Gln(9_506_000_134_352)),
		operator: Some(H256::repeat_byte(1)),
		firmware: Some(H256::repeat_byte(2)),
		recipe: Some(H256::repeat_byte(3)),
		calibration: Calibration::Valid(H256::repeat_byte(4)),
		readings: Some(Readings { first: 1, last: 2 }),
	}
}

fn last_making<T: Config>() -> Result<MakingId, BenchmarkError> {
	Makings::<T>::iter_keys().max().ok_or(BenchmarkError::Stop("no making"))
}

fn last_recall<T: Config>() -> Result<RecallId, BenchmarkError> {
	Recalls::<T>::iter_keys().max().ok_or(BenchmarkError::Stop("no recall"))
}

/// So many items of a range, which nobody has touched.
fn items<T: Config>(world: &World<T>, number: u32) -> Result<Vec<Thing>, BenchmarkError> {
	range::<T>(world, 1)?;
	let numbers = (0..u64::from(number)).map(|at| RANGE.saturating_add(at));
	Ok(numbers.map(|number| item(1, number)).collect())
}

fn stored<T: Config>(thing: &Thing) -> Option<ItemOf<T>> {
	match thing {
		Thing::Item { gtin, serial } => Items::<T>::get(gtin, SerialKey::of(serial)),
		_ => None,
	}
}

/// A recall of what was made on the machine, with as many makings left out as may be but one.
fn recalled<T: Config>(world: &World<T>) -> Result<RecallId, BenchmarkError> {
	range::<T>(world, 1)?;
	let (example, now) = (last_making::<T>()?, T::Clock::unix_now());
	let scope = Scope::Machine {
		machine: world.machine,
		from: 0,
		until: now,
		example,
	};
	next_block::<T>();
	Pallet::<T>::recall(signed::<T>(&world.key), scope, H256::repeat_byte(9))?;
	let id = last_recall::<T>()?;
	let exceptions = (1..u64::from(MAX_EXCEPTIONS)).map(MakingId::from).collect();
	Recalls::<T>::mutate(id, |recall| {
		if let Some(recall) = recall {
			recall.exceptions = BoundedVec::truncate_from(exceptions);
		}
	});
	Ok(id)
}

/// A recall that is to take the place of a wider one.
fn narrowed<T: Config>(world: &World<T>) -> Result<RecallId, BenchmarkError> {
	let wide = recalled::<T>(world)?;
	next_block::<T>();
	let now = T::Clock::unix_now();
	let window = Some((1, now));
	Pallet::<T>::narrow(signed::<T>(&world.key), wide, window, BoundedVec::default())?;
	last_recall::<T>()
}

/// A recall of somebody else's that has reached a making of the machine's.
fn affected<T: Config>(world: &World<T>) -> Result<(RecallId, MakingId), BenchmarkError> {
	let id = narrowed::<T>(world)?;
	let making = last_making::<T>()?;
	let somebody: AccountOf<T> = account("somebody", 0, 0);
	rich::<T>(&somebody);
	let mark = Mark {
		verdict: Verdict::Affected,
		next: None,
	};
	Marks::<T>::insert(making, id, mark);
	Recalls::<T>::mutate(id, |recall| {
		if let Some(recall) = recall {
			recall.head = Some(making);
			recall.marked = 1;
		}
	});
	Ok((id, making))
}

fn contested<T: Config>(world: &World<T>) -> Result<(RecallId, MakingId), BenchmarkError> {
	let (id, making) = affected::<T>(world)?;
	Pallet::<T>::contest(signed::<T>(&world.owner), id, making, H256::repeat_byte(8))?;
	Ok((id, making))
}

/// Makings in a row, each of what the one before has made, with as many inputs as there may be; of all that is there, only the
/// first is marked. Each step of spreading reaches one.
fn row<T: Config>(world: &World<T>) -> Result<RecallId, BenchmarkError> {
	let id = recalled::<T>(world)?;
	let gtin = gtin(1);
	let input = |number: u64| Input {
		thing: item(1, number),
		quantity: 0,
		previous: Some(MakingId::from(u64::MAX)),
	};
	let making = |number: u64| MakingId::from(number.saturating_add(1 << 40));
	for number in 0..=ROW {
		let others = (1..u64::from(MAX_INPUTS)).map(|other| input(u64::MAX.saturating_sub(other)));
		let record = MakingOf::<T> {
			maker: world.registrant.clone(),
			inputs: BoundedVec::truncate_from(others.chain([input(number)]).collect()),
			outputs: BoundedVec::truncate_from(vec![item(1, RANGE.saturating_add(number))]),
		};
		Makings::<T>::insert(making(number), record);
		let made = Item {
			owner: world.owner.clone(),
			making: Some(making(number)),
			state: State::Used(making(number.saturating_add(1))),
		};
		let key = SerialKey::Number(SerialNumber::new(WIDTH, RANGE.saturating_add(number)));
		Items::<T>::insert(gtin, key, made);
	}
	let first = making(0);
	let mark = Mark {
		verdict: Verdict::Affected,
		next: None,
	};
	Marks::<T>::insert(first, id, mark);
	Recalls::<T>::mutate(id, |recall| {
		if let Some(recall) = recall {
			recall.head = Some(first);
			recall.marked = 1;
			recall.stage = Stage::Spreading(Front {
				first,
				end: None,
				making: first,
				output: 0,
				at: AtOf::<T>::Start,
			});
		}
	});
	Ok(id)
}

fn governance<T: Config, Origin: EnsureOrigin<T::RuntimeOrigin>>() -> Result<T::RuntimeOrigin, BenchmarkError> {
	Origin::try_successful_origin().map_err(|_| BenchmarkError::Stop("nobody may"))
}

fn marked<T: Config>(id: RecallId) -> Option<u32> {
	Recalls::<T>::get(id).map(|recall| recall.marked)
}

fn outcome<T: Config>(id: RecallId) -> Option<Outcome> {
	Recalls::<T>::get(id).map(|recall| recall.outcome)
}

#[benchmarks]
mod benches {
	use super::*;

	#[benchmark]
	fn accredit() -> Result<(), BenchmarkError> {
		let origin = governance::<T, T::AccreditOrigin>()?;
		let who: AccountOf<T> = account("who", 0, 0);
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, who.clone(), Role::Certifier, u64::MAX);
		assert_eq!(Accreditations::<T>::get(Role::Certifier, who), Some(u64::MAX));
		Ok(())
	}

	#[benchmark]
	fn withdraw_accreditation() -> Result<(), BenchmarkError> {
		let origin = governance::<T, T::AccreditOrigin>()?;
		let World { registrant, .. } = world::<T>()?;
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, registrant.clone(), Role::Certifier);
		assert_eq!(Accreditations::<T>::get(Role::Certifier, registrant), None);
		Ok(())
	}

	#[benchmark]
	fn assign_prefix() -> Result<(), BenchmarkError> {
		let World { key, owner, .. } = world::<T>()?;
		let prefix = CompanyPrefix {
			digits: 123_456_789_012,
			length: 12,
		};
		#[extrinsic_call]
		_(RawOrigin::Signed(key), prefix, owner);
		assert_eq!(Prefixes::<T>::iter().count(), 2);
		Ok(())
	}

	#[benchmark]
	fn set_room() -> Result<(), BenchmarkError> {
		let World { owner, .. } = world::<T>()?;
		#[extrinsic_call]
		_(RawOrigin::Signed(owner), PREFIX, 5_000);
		assert_eq!(
			Prefixes::<T>::iter_values().next().map(|record| record.room),
			Some(5_000)
		);
		Ok(())
	}

	#[benchmark]
	fn revoke_prefix() -> Result<(), BenchmarkError> {
		let World { registrant, .. } = world::<T>()?;
		#[extrinsic_call]
		_(RawOrigin::Signed(registrant), PREFIX);
		assert!(Prefixes::<T>::iter_values().all(|record| record.revoked));
		Ok(())
	}

	#[benchmark]
	fn release_prefix() -> Result<(), BenchmarkError> {
		let World { owner, .. } = world::<T>()?;
		#[extrinsic_call]
		_(RawOrigin::Signed(owner), PREFIX);
		assert_eq!(Prefixes::<T>::iter().count(), 0);
		Ok(())
	}

	#[benchmark]
	fn register_item() -> Result<(), BenchmarkError> {
		let World { key, .. } = world::<T>()?;
		#[extrinsic_call]
		_(RawOrigin::Signed(key), gtin(1), serial(5));
		assert!(stored::<T>(&item(1, 5)).is_some());
		Ok(())
	}

	#[benchmark]
	fn register_range() -> Result<(), BenchmarkError> {
		let World { key, .. } = world::<T>()?;
		#[extrinsic_call]
		_(
			RawOrigin::Signed(key),
			gtin(1),
			serial(0),
			serial(999_999_999_999_999_999),
		);
		assert_eq!(Ranges::<T>::iter().count(), 1);
		Ok(())
	}

	#[benchmark]
	fn register_lot() -> Result<(), BenchmarkError> {
		let World { key, .. } = world::<T>()?;
		#[extrinsic_call]
		_(RawOrigin::Signed(key), gtin(1), lot_name(), unit(), 1_000);
		assert!(Lots::<T>::contains_key(gtin(1), lot_name()));
		Ok(())
	}

	#[benchmark]
	fn withdraw() -> Result<(), BenchmarkError> {
		let World { key, .. } = world::<T>()?;
		let last = serial(RANGE);
		Pallet::<T>::register_range(signed::<T>(&key), gtin(1), serial(0), last.clone())?;
		let thing = Thing::Range { gtin: gtin(1), last };
		#[extrinsic_call]
		_(RawOrigin::Signed(key), thing);
		assert_eq!(Ranges::<T>::iter().count(), 0);
		Ok(())
	}

	/// Each input of a range of its own, which nobody has touched, and which was made.
	#[benchmark]
	fn make(i: Linear<0, 16>, o: Linear<1, 8>) -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		let mut inputs = Vec::new();
		for product in 0..u64::from(i) {
			range::<T>(&world, product)?;
			inputs.push(InputLine {
				thing: item(product, RANGE),
				quantity: 0,
			});
		}
		let output = |product: u64| OutputLine::Range {
			gtin: gtin(100u64.saturating_add(product)),
			first: serial(RANGE),
			last: serial(RANGE.saturating_mul(2)),
		};
		let outputs = (0..u64::from(o)).map(output).collect();
		let (inputs, outputs) = (BoundedVec::truncate_from(inputs), BoundedVec::truncate_from(outputs));
		let work = Some(work(&world));
		next_block::<T>();
		#[extrinsic_call]
		_(RawOrigin::Signed(world.key), inputs, outputs, work);
		let making = Makings::<T>::get(last_making::<T>()?);
		let lines = making.map(|making| (making.inputs.len() as u32, making.outputs.len() as u32));
		assert_eq!(lines, Some((i, o)));
		Ok(())
	}

	#[benchmark]
	fn inherit() -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		let id = recalled::<T>(&world)?;
		let making = last_making::<T>()?;
		#[block]
		{
			Pallet::<T>::inherit(making, &world.owner, BTreeSet::from([id]));
		}
		assert!(Marks::<T>::contains_key(making, id));
		Ok(())
	}

	#[benchmark]
	fn amend() -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		range::<T>(&world, 1)?;
		let (making, work) = (last_making::<T>()?, work(&world));
		#[extrinsic_call]
		_(RawOrigin::Signed(world.key), making, work);
		assert_eq!(Productions::<T>::get(making).map(|record| record.version), Some(1));
		Ok(())
	}

	/// Of a lot, to somebody who has none of it.
	#[benchmark]
	fn transfer() -> Result<(), BenchmarkError> {
		let World { key, machine, .. } = world::<T>()?;
		Pallet::<T>::register_lot(signed::<T>(&key), gtin(1), lot_name(), unit(), 1_000)?;
		let to: AccountOf<T> = account("to", 0, 0);
		#[extrinsic_call]
		_(RawOrigin::Signed(key), lot(1), machine.account(), to.clone(), 400);
		let holding = Holdings::<T>::get((gtin(1), lot_name()), to);
		assert_eq!(holding.map(|holding| holding.quantity), Some(400));
		Ok(())
	}

	#[benchmark]
	fn pack(n: Linear<1, 64>) -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		let things = items::<T>(&world, n)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(world.key), sscc(1), BoundedVec::truncate_from(things));
		assert_eq!(Units::<T>::get(sscc(1)).map(|unit| unit.contents.len() as u32), Some(n));
		Ok(())
	}

	/// The last ones in a full unit, so that it is gone afterwards.
	#[benchmark]
	fn unpack(n: Linear<1, 64>) -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		let things = items::<T>(&world, n)?;
		let all = BoundedVec::truncate_from(things);
		Pallet::<T>::pack(signed::<T>(&world.key), sscc(1), all.clone())?;
		#[extrinsic_call]
		_(RawOrigin::Signed(world.key), sscc(1), all.clone());
		assert!(!Units::<T>::contains_key(sscc(1)));
		assert!(all.iter().filter_map(stored::<T>).all(|item| item.state == State::Free));
		Ok(())
	}

	#[benchmark]
	fn attach_tag() -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		range::<T>(&world, 1)?;
		let key = tag_key()?;
		#[extrinsic_call]
		_(RawOrigin::Signed(world.key), gtin(1), serial(RANGE), key);
		assert!(Tags::<T>::contains_key(gtin(1), SerialKey::of(&serial(RANGE))));
		Ok(())
	}

	/// A copy: what is signed is checked first in any case.
	#[benchmark]
	fn verify_tag() -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		range::<T>(&world, 1)?;
		Pallet::<T>::attach_tag(signed::<T>(&world.key), gtin(1), serial(RANGE), tag_key()?)?;
		let place = SerialKey::of(&serial(RANGE));
		Tags::<T>::mutate(gtin(1), &place, |tag| {
			if let Some(tag) = tag {
				tag.counter = 5;
			}
		});
		let block = System::<T>::block_number();
		let hash = T::Hashing::hash(b"a block");
		frame_system::BlockHash::<T>::insert(block, hash);
		next_block::<T>();
		let genesis = System::<T>::block_hash(BlockNumberFor::<T>::zero());
		let asker: AccountOf<T> = world.machine.account();
		let message = tags::challenge(&genesis, gtin(1), &serial(RANGE), &asker, &block, &hash, 5);
		let signature = tag_signs(&message)?;
		#[extrinsic_call]
		_(
			RawOrigin::Signed(world.key),
			gtin(1),
			serial(RANGE),
			block,
			5,
			signature,
		);
		assert_eq!(Tags::<T>::get(gtin(1), place).map(|tag| tag.copies), Some(1));
		Ok(())
	}

	#[benchmark]
	fn certify() -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		range::<T>(&world, 1)?;
		let (subject, hash) = (Subject::Thing(item(1, RANGE)), H256::repeat_byte(1));
		#[extrinsic_call]
		_(RawOrigin::Signed(world.key), subject, hash, hash, 0, u64::MAX);
		assert_eq!(Certificates::<T>::iter().count(), 1);
		Ok(())
	}

	#[benchmark]
	fn revoke_certificate() -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		let (key, id) = certified::<T>(world, u64::MAX)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(key), id);
		assert!(Certificates::<T>::get(id).is_some_and(|certificate| certificate.revoked.is_some()));
		Ok(())
	}

	#[benchmark]
	fn remove_certificate() -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		let until = T::Clock::unix_now().saturating_add(1);
		let (key, id) = certified::<T>(world, until)?;
		T::Clock::benchmark_advance(1);
		#[extrinsic_call]
		_(RawOrigin::Signed(key), id);
		assert!(!Certificates::<T>::contains_key(id));
		Ok(())
	}

	/// Of an item of a range, which is not used up as a whole any more.
	#[benchmark]
	fn recall() -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		range::<T>(&world, 1)?;
		let scope = Scope::Thing(item(1, RANGE));
		#[extrinsic_call]
		_(RawOrigin::Signed(world.key), scope, H256::repeat_byte(1));
		assert!(Ranges::<T>::iter_values().all(|range| range.recalled_in_part));
		assert_eq!(Recalls::<T>::iter().count(), 1);
		Ok(())
	}

	#[benchmark]
	fn narrow() -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		let wide = recalled::<T>(&world)?;
		next_block::<T>();
		let window = Some((1, T::Clock::unix_now()));
		let exceptions = (0..u64::from(MAX_EXCEPTIONS)).map(MakingId::from).collect();
		#[extrinsic_call]
		_(
			RawOrigin::Signed(world.key),
			wide,
			window,
			BoundedVec::truncate_from(exceptions),
		);
		assert_eq!(outcome::<T>(wide), Some(Outcome::Narrowed(last_recall::<T>()?)));
		Ok(())
	}

	#[benchmark]
	fn lift() -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		let id = narrowed::<T>(&world)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(world.key), id);
		assert_eq!(Clearances::<T>::iter().count(), 2);
		Ok(())
	}

	#[benchmark]
	fn confirm() -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		let (id, making) = affected::<T>(&world)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(world.owner), id, making);
		let verdict = Marks::<T>::get(making, id).map(|mark| mark.verdict);
		assert_eq!(verdict, Some(Verdict::Confirmed));
		Ok(())
	}

	#[benchmark]
	fn contest() -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		let (id, making) = affected::<T>(&world)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(world.owner), id, making, H256::repeat_byte(1));
		assert!(Contests::<T>::contains_key(id, making));
		Ok(())
	}

	/// It was false, and was to take the place of a wider one.
	#[benchmark]
	fn judge() -> Result<(), BenchmarkError> {
		let origin = governance::<T, T::JudgeOrigin>()?;
		let (id, _) = contested::<T>(&world::<T>()?)?;
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, id, false);
		assert_eq!(outcome::<T>(id), Some(Outcome::Refuted));
		Ok(())
	}

	#[benchmark]
	fn settle_contest() -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		let (id, making) = contested::<T>(&world)?;
		Pallet::<T>::do_judge(id, true)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(world.key), id, making);
		assert!(!Contests::<T>::contains_key(id, making));
		Ok(())
	}

	#[benchmark]
	fn spread(n: Linear<1, 256>) -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		let id = row::<T>(&world)?;
		#[block]
		{
			Pallet::<T>::do_spread(id, n)?;
		}
		assert_eq!(marked::<T>(id), Some(n.saturating_add(1)));
		Ok(())
	}

	/// Its bond comes back with it.
	#[benchmark]
	fn close_recall() -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		let (id, making) = contested::<T>(&world)?;
		Pallet::<T>::do_judge(id, true)?;
		Pallet::<T>::do_settle_contest(id, making)?;
		Pallet::<T>::lift(signed::<T>(&world.key), id)?;
		Pallet::<T>::run(id, 10);
		#[extrinsic_call]
		_(RawOrigin::Signed(world.key), id);
		assert!(!Recalls::<T>::contains_key(id));
		Ok(())
	}

	/// One whose turn it is, and that has no more than a step to take.
	#[benchmark]
	fn spread_look() -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		let id = narrowed::<T>(&world)?;
		Pallet::<T>::lift(signed::<T>(&world.key), id)?;
		#[block]
		{
			Pallet::<T>::spread_idly(frame_support::weights::Weight::MAX);
		}
		assert!(LastServed::<T>::exists());
		assert_eq!(Clearances::<T>::iter().count(), 0);
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::empty_of_prefixes(), crate::mock::Test);
}

fn certified<T: Config>(world: World<T>, until: u64) -> Result<(AccountOf<T>, CertificateId), BenchmarkError> {
	range::<T>(&world, 1)?;
	let (subject, hash) = (Subject::Thing(item(1, RANGE)), H256::repeat_byte(1));
	let issued: DispatchResult = Pallet::<T>::certify(signed::<T>(&world.key), subject, hash, hash, 0, until);
	issued?;
	let id = Certificates::<T>::iter_keys().next();
	Ok((world.key, id.ok_or(BenchmarkError::Stop("no certificate"))?))
}

fn tag() -> Result<p256::ecdsa::SigningKey, BenchmarkError> {
	p256::ecdsa::SigningKey::from_slice(&[1; 32]).map_err(|_| BenchmarkError::Stop("no key"))
}

fn tag_key() -> Result<[u8; 33], BenchmarkError> {
	let point = tag()?.verifying_key().to_encoded_point(true);
	point.as_bytes().try_into().map_err(|_| BenchmarkError::Stop("no key"))
}

fn tag_signs(message: &[u8]) -> Result<[u8; 64], BenchmarkError> {
	use p256::ecdsa::{signature::Signer, Signature};
	let signature: Signature = tag()?.sign(message);
	Ok(signature.normalize_s().unwrap_or(signature).to_bytes().into())
}

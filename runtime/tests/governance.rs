//! Who decides in production: the technical collective, slowly; and what it can stop at once.

mod common;

use bpiiot_runtime::{
	configs::{
		accounts::ProxyType,
		governance::{
			pausing::PAUSABLE, CONFIRM_PERIOD, DECISION_PERIOD, GUARDIAN, MAX_MEMBERS, MEMBER, MIN_ENACTMENT_PERIOD,
		},
	},
	genesis_config_presets::PRODUCTION,
	weights::DbWeight,
	AccountId, AllPalletsWithSystem, Balances, BlockNumber, OriginCaller, Referenda, Runtime, RuntimeCall,
	RuntimeEvent, RuntimeOrigin, Scheduler, System, TechnicalCollective, TxPause, BPI, VERSION,
};
use codec::Encode;
use common::{genesis, patched};
use frame_support::{
	assert_noop, assert_ok,
	traits::{
		schedule::DispatchTime, Bounded, GetCallMetadata, Hooks, InstanceFilter, PalletsInfoAccess, RankedMembers,
		StorageInfoTrait,
	},
	weights::Weight,
};
use frame_system::{ExtensionsWeightInfo, RawOrigin, SubstrateExtensionsWeight};
use serde_json::{json, Map};
use sp_core::traits::{ReadRuntimeVersion, ReadRuntimeVersionExt};
use sp_io::TestExternalities;
use sp_runtime::{
	traits::{BlakeTwo256, Dispatchable, Hash},
	DispatchError,
};

/// The first three of a collective, the first of whom is a guardian.
const MEMBERS: [u8; 3] = [1, 2, 3];
/// Somebody who has money and is no member.
const STRANGER: u8 = 9;
/// What everybody has.
const WEALTH: u128 = 1_000 * BPI;

fn account(number: u8) -> AccountId {
	AccountId::new([number; 32])
}

fn by(number: u8) -> RuntimeOrigin {
	RuntimeOrigin::signed(account(number))
}

/// The real network, with a collective of three.
fn production() -> TestExternalities {
	let members: Map<_, _> = MEMBERS
		.iter()
		.map(|number| {
			let rank = if *number == MEMBERS[0] { GUARDIAN } else { MEMBER };
			(account(*number).to_string(), json!(rank))
		})
		.collect();
	let balances: Vec<_> = MEMBERS
		.iter()
		.chain([&STRANGER])
		.map(|number| (account(*number), WEALTH))
		.collect();
	let mut chain = patched(
		PRODUCTION,
		json!({ "founders": { "members": members }, "balances": { "balances": balances } }),
	);
	chain.register_extension(ReadRuntimeVersionExt::new(NextVersion));
	chain.execute_with(|| System::set_block_number(1));
	chain
}

/// Reads of any code that it is the next version of this runtime.
struct NextVersion;

impl ReadRuntimeVersion for NextVersion {
	fn read_runtime_version(&self, _: &[u8], _: &mut dyn sp_core::traits::Externalities) -> Result<Vec<u8>, String> {
		let mut version = VERSION;
		version.spec_version += 1;
		Ok(version.encode())
	}
}

/// So many blocks pass, of which only what is due is done.
fn blocks(count: BlockNumber) {
	for _ in 0..count {
		let number = System::block_number() + 1;
		System::set_block_number(number);
		Scheduler::on_initialize(number);
	}
}

fn root() -> Box<OriginCaller> {
	Box::new(OriginCaller::system(RawOrigin::Root))
}

fn inline(call: impl Into<RuntimeCall>) -> Bounded<RuntimeCall, BlakeTwo256> {
	Bounded::Inline(call.into().encode().try_into().expect("is short"))
}

/// A referendum that root does this, as soon as may be, with its deposit placed.
fn propose(call: impl Into<RuntimeCall>) -> u32 {
	let index = pallet_referenda::ReferendumCount::<Runtime>::get();
	assert_ok!(Referenda::submit(
		by(MEMBERS[1]),
		root(),
		inline(call),
		DispatchTime::After(0)
	));
	assert_ok!(Referenda::place_decision_deposit(by(MEMBERS[1]), index));
	index
}

fn vote(member: u8, referendum: u32, aye: bool) {
	assert_ok!(TechnicalCollective::vote(by(member), referendum, aye));
}

#[test]
fn an_upgrade_is_carried_by_two_thirds_and_comes_into_force_a_day_later() {
	production().execute_with(|| {
		let code = vec![7; 1_000];
		let code_hash = BlakeTwo256::hash(&code);
		let referendum = propose(frame_system::Call::authorize_upgrade { code_hash });
		vote(MEMBERS[0], referendum, true);
		vote(MEMBERS[1], referendum, true);
		// Carried, when they have been for it for the time of confirmation.
		blocks(CONFIRM_PERIOD + 3);
		System::assert_has_event(RuntimeEvent::Referenda(pallet_referenda::Event::Confirmed {
			index: referendum,
			tally: pallet_ranked_collective::Tally::from_parts(2, 2, 0),
		}));
		blocks(MIN_ENACTMENT_PERIOD - 3);
		assert!(System::authorized_upgrade().is_none(), "it comes into force too early");
		blocks(4);
		assert_eq!(
			System::authorized_upgrade().map(|upgrade| *upgrade.code_hash()),
			Some(code_hash)
		);

		// Whoever has the code brings it; other code is refused.
		with_a_relay_chain();
		let apply = |code: Vec<u8>| {
			let call = RuntimeCall::from(frame_system::Call::apply_authorized_upgrade { code });
			call.dispatch(by(STRANGER)).map(drop).map_err(|failed| failed.error)
		};
		assert_eq!(
			apply(vec![8; 1_000]),
			Err(frame_system::Error::<Runtime>::Unauthorized.into())
		);
		assert_ok!(apply(code.clone()));
		assert_eq!(
			cumulus_pallet_parachain_system::PendingValidationCode::<Runtime>::get(),
			code
		);
	});
}

/// A relay chain that takes new code.
fn with_a_relay_chain() {
	use cumulus_pallet_parachain_system::{HostConfiguration, ValidationData};
	use cumulus_primitives_core::{relay_chain::async_backing::AsyncBackingParams, AbridgedHostConfiguration};
	HostConfiguration::<Runtime>::put(AbridgedHostConfiguration {
		max_code_size: 2 * 1024 * 1024,
		max_head_data_size: 32 * 1024,
		max_upward_queue_count: 8,
		max_upward_queue_size: 1024 * 1024,
		max_upward_message_size: 4 * 1024,
		max_upward_message_num_per_candidate: 2,
		hrmp_max_message_num_per_candidate: 2,
		validation_upgrade_cooldown: 2,
		validation_upgrade_delay: 2,
		async_backing_params: AsyncBackingParams {
			allowed_ancestry_len: 2,
			max_candidate_depth: 3,
		},
	});
	ValidationData::<Runtime>::put(cumulus_primitives_core::PersistedValidationData::default());
}

/// The built-in one, which names nobody.
#[test]
fn nobody_is_a_member_whom_the_launch_does_not_name() {
	genesis(PRODUCTION).execute_with(|| {
		assert_eq!(pallet_ranked_collective::Members::<Runtime>::iter_keys().count(), 0);
	});
	production().execute_with(|| {
		let ranks = MEMBERS.map(|number| TechnicalCollective::rank_of(&account(number)));
		assert_eq!(ranks, [Some(GUARDIAN), Some(MEMBER), Some(MEMBER)]);
	});
}

#[test]
fn one_of_three_carries_nothing() {
	production().execute_with(|| {
		let referendum = propose(frame_system::Call::set_heap_pages { pages: 8 });
		vote(MEMBERS[0], referendum, true);
		blocks(DECISION_PERIOD + CONFIRM_PERIOD + MIN_ENACTMENT_PERIOD);
		System::assert_has_event(RuntimeEvent::Referenda(pallet_referenda::Event::Rejected {
			index: referendum,
			tally: pallet_ranked_collective::Tally::from_parts(1, 1, 0),
		}));
	});
}

#[test]
fn who_changes_his_mind_in_time_stops_it() {
	production().execute_with(|| {
		let call = pallet_ranked_collective::Call::add_member {
			who: account(STRANGER).into(),
		};
		let referendum = propose(call);
		vote(MEMBERS[0], referendum, true);
		vote(MEMBERS[1], referendum, true);
		blocks(CONFIRM_PERIOD / 2);
		vote(MEMBERS[0], referendum, false);
		blocks(DECISION_PERIOD + CONFIRM_PERIOD + MIN_ENACTMENT_PERIOD);
		assert_eq!(TechnicalCollective::rank_of(&account(STRANGER)), None);
	});
}

#[test]
fn the_collective_takes_in_and_removes_members() {
	production().execute_with(|| {
		let carried = |call: RuntimeCall| {
			let referendum = propose(call);
			vote(MEMBERS[0], referendum, true);
			vote(MEMBERS[1], referendum, true);
			blocks(CONFIRM_PERIOD + MIN_ENACTMENT_PERIOD + 4);
		};
		let who = || account(STRANGER).into();
		carried(pallet_ranked_collective::Call::add_member { who: who() }.into());
		assert_eq!(TechnicalCollective::rank_of(&account(STRANGER)), Some(MEMBER));
		// Of four it takes three; he helps to get rid of himself.
		let call = pallet_ranked_collective::Call::remove_member {
			who: who(),
			min_rank: MEMBER,
		};
		let referendum = propose(call);
		vote(MEMBERS[0], referendum, true);
		vote(MEMBERS[1], referendum, true);
		blocks(CONFIRM_PERIOD + 3);
		assert!(Referenda::is_referendum_passing(referendum).is_ok_and(|passes| !passes));
		vote(STRANGER, referendum, true);
		blocks(CONFIRM_PERIOD + MIN_ENACTMENT_PERIOD + 4);
		assert_eq!(TechnicalCollective::rank_of(&account(STRANGER)), None);
	});
}

#[test]
fn fails_when_somebody_who_is_no_member_proposes_or_votes() {
	production().execute_with(|| {
		let call = || inline(frame_system::Call::set_heap_pages { pages: 8 });
		assert_noop!(
			Referenda::submit(by(STRANGER), root(), call(), DispatchTime::After(0)),
			DispatchError::BadOrigin
		);
		let referendum = propose(frame_system::Call::set_heap_pages { pages: 8 });
		assert_noop!(
			TechnicalCollective::vote(by(STRANGER), referendum, true),
			pallet_ranked_collective::Error::<Runtime>::NotMember
		);
		// Nor does a member act as root, or propose what an account does.
		assert_noop!(Scheduler::cancel(by(MEMBERS[0]), 1, 0), DispatchError::BadOrigin);
		let as_another = Box::new(OriginCaller::system(RawOrigin::Signed(account(STRANGER))));
		assert_noop!(
			Referenda::submit(by(MEMBERS[0]), as_another, call(), DispatchTime::After(0)),
			pallet_referenda::Error::<Runtime>::NoTrack
		);
	});
}

#[test]
fn no_more_members_than_there_may_be() {
	production().execute_with(|| {
		for number in 100..100 + MAX_MEMBERS as u8 - MEMBERS.len() as u8 {
			assert_ok!(TechnicalCollective::add_member(
				RuntimeOrigin::root(),
				account(number).into()
			));
		}
		assert_noop!(
			TechnicalCollective::add_member(RuntimeOrigin::root(), account(STRANGER).into()),
			pallet_ranked_collective::Error::<Runtime>::TooManyMembers
		);
	});
}

fn name(pallet: &str, call: &str) -> pallet_tx_pause::RuntimeCallNameOf<Runtime> {
	let bounded = |text: &str| text.as_bytes().to_vec().try_into().expect("is short");
	(bounded(pallet), bounded(call))
}

#[test]
fn a_guardian_pauses_a_call_at_once_and_lets_it_go_again() {
	production().execute_with(|| {
		let transfer = || {
			let dest = account(MEMBERS[1]).into();
			let call = RuntimeCall::from(pallet_balances::Call::transfer_keep_alive { dest, value: BPI });
			call.dispatch(by(STRANGER)).map(drop).map_err(|failed| failed.error)
		};
		let named = || name("Balances", "transfer_keep_alive");
		assert_ok!(transfer());
		assert_noop!(TxPause::pause(by(MEMBERS[1]), named()), DispatchError::BadOrigin);
		assert_noop!(TxPause::pause(by(STRANGER), named()), DispatchError::BadOrigin);
		assert_ok!(TxPause::pause(by(MEMBERS[0]), named()));
		assert_noop!(transfer(), frame_system::Error::<Runtime>::CallFiltered);
		// Nor in a batch, nor by a proxy, which carry it.
		let before = Balances::free_balance(account(STRANGER));
		let dest = account(MEMBERS[1]).into();
		let carried = RuntimeCall::from(pallet_balances::Call::transfer_keep_alive { dest, value: BPI });
		let batch = RuntimeCall::from(pallet_utility::Call::batch { calls: vec![carried] });
		assert_ok!(batch.dispatch(by(STRANGER)));
		assert_eq!(Balances::free_balance(account(STRANGER)), before);
		assert_ok!(TxPause::unpause(by(MEMBERS[0]), named()));
		assert_ok!(transfer());
	});
}

/// Whether it is paused is read for every transaction: its weight has room for that, as the SDK counts a read of an entry
/// that large from a map.
#[test]
fn a_transaction_pays_for_the_look_up_whether_its_call_is_paused() {
	let entry = TxPause::storage_info()
		.into_iter()
		.find(|info| info.storage_name == b"PausedCalls")
		.and_then(|info| info.max_size)
		.expect("its entries are bounded");
	let ours = <Runtime as frame_system::Config>::ExtensionsWeightInfo::check_weight();
	let room = ours - SubstrateExtensionsWeight::<Runtime>::check_weight();
	let read = Weight::from_parts(0, 990 + 2_475 + u64::from(entry)) + DbWeight::get().reads(1);
	assert!(room.all_gte(read), "{room:?} has no room for {read:?}");
}

/// Every call that is not on the list: by its name alone, so that a new call cannot be paused until somebody says so.
#[test]
fn fails_when_a_call_is_paused_whose_silence_costs_somebody() {
	production().execute_with(|| {
		let mut found = 0;
		for pallet in AllPalletsWithSystem::infos() {
			if !RuntimeCall::get_module_names().contains(&pallet.name) {
				continue;
			}
			for call in RuntimeCall::get_call_names(pallet.name) {
				let paused = TxPause::pause(RuntimeOrigin::root(), name(pallet.name, call));
				if PAUSABLE.contains(&(pallet.name, call)) {
					found += 1;
					assert_ok!(paused);
				} else {
					let unpausable = pallet_tx_pause::Error::<Runtime>::Unpausable;
					assert_eq!(paused, Err(unpausable.into()), "{}.{call}", pallet.name);
				}
			}
		}
		assert_eq!(found, PAUSABLE.len(), "the list names calls that there are not");
	});
}

#[test]
fn a_proxy_does_what_its_kind_says_and_no_more() {
	use bpiiot_primitives::MachineId;
	use ProxyType::*;
	let machine = MachineId([1; 32]);
	let freeze = RuntimeCall::from(pallet_machines::Call::freeze { machine });
	let cases: [(RuntimeCall, &[ProxyType]); 8] = [
		(freeze.clone(), &[Any, Operate, Guard]),
		(pallet_machines::Call::unfreeze { machine }.into(), &[Any, Operate]),
		(
			pallet_machines::Call::offer_ownership { machine, to: None }.into(),
			&[Any],
		),
		(
			pallet_machines::Call::set_spending_policy { machine, policy: None }.into(),
			&[Any],
		),
		(pallet_machines::Call::decommission { machine }.into(), &[Any]),
		(
			pallet_jobs::Call::expire {
				job: bpiiot_primitives::JobId(1),
			}
			.into(),
			&[Any, Trade],
		),
		(
			pallet_ranked_collective::Call::vote { poll: 0, aye: true }.into(),
			&[Any, Govern],
		),
		(
			pallet_utility::Call::batch { calls: vec![freeze] }.into(),
			&[Any, Operate, Trade, Govern],
		),
	];
	for (call, allowed) in cases {
		for kind in [Any, Operate, Trade, Guard, Govern, CancelProxy] {
			let name = call.get_call_metadata();
			assert_eq!(
				kind.filter(&call),
				allowed.contains(&kind),
				"{kind:?} {}",
				name.function_name
			);
		}
	}
	// Who may do less cannot add one who may do more.
	for (kind, includes) in [(Any, Trade), (Operate, Guard), (Trade, Trade)] {
		assert!(kind.is_superset(&includes));
	}
	for (kind, excludes) in [(Trade, Any), (Guard, Operate), (Govern, Trade)] {
		assert!(!kind.is_superset(&excludes));
	}
}

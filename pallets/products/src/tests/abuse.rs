//! Who gains by lying, by replaying, by filling what is not his? Nobody.

use super::recalls::chain;
use crate::{mock::*, tags::challenge, Call, Certificates, Error, Frontier, InputLine, Role, Scope, Subject};
use frame_support::{
	assert_noop, assert_ok,
	storage::with_transaction,
	traits::{GetCallName, UnfilteredDispatchable},
};
use sp_core::H256;
use sp_runtime::{traits::BadOrigin, DispatchError, TransactionOutcome};

/// Each call, in their order, on a state where each would succeed, but for who calls it.
pub(super) fn calls() -> Vec<Call<Test>> {
	let now = Timestamp::get();
	let chain = chain();
	assert_ok!(register(&SMITH, part(), "A1"));
	assert_ok!(register(&SMITH, part(), "A2"));
	assert_ok!(register(&SMITH, part(), "A3"));
	assert_ok!(pack(&SMITH, sscc(PARTS, 1), &[item(part(), "A2")]));
	assert_ok!(signed(
		&CERTIFIER,
		Call::certify {
			subject: Subject::Product(part()),
			schema: H256::zero(),
			claims: H256::zero(),
			from: now - 2,
			until: now + 1,
		}
	));
	let certificate = Certificates::<Test>::iter_keys().next().expect("just issued");
	let tag = TestTag::new(1);
	let (gtin, serial, key) = (part(), serial("A1"), tag.key());
	assert_ok!(signed(
		&SMITH,
		Call::attach_tag {
			gtin,
			serial: serial.clone(),
			key
		}
	));
	let recall = recalled(&SMITH, Scope::Thing(lot(steel(), "A")));
	spread_all(recall);
	let over = recalled(&SMITH, Scope::Thing(item(part(), "A1")));
	assert_ok!(lift(&SMITH, over));
	spread_all(over);
	let fresh = recalled(&SMITH, Scope::Thing(lot(steel(), "B")));
	let contested = |making| Call::contest {
		recall,
		making,
		evidence: H256::zero(),
	};
	assert_ok!(signed(&BUILDER, contested(chain.engine_ab)));
	blocks_pass(1);
	time_passes(1);
	let (block, counter) = (1u64, 1);
	let hash = System::block_hash(block);
	let message = challenge(&System::block_hash(0), gtin, &serial, &STRANGER, &block, &hash, counter);
	let signature = tag.sign(&message);
	vec![
		Call::accredit {
			who: SHOP,
			role: Role::Certifier,
			until: now + 9,
		},
		Call::withdraw_accreditation {
			who: CERTIFIER,
			role: Role::Certifier,
		},
		Call::assign_prefix {
			prefix: SHOPS,
			holder: SHOP,
		},
		Call::set_room {
			prefix: PARTS,
			room: ROOM + 1,
		},
		Call::revoke_prefix { prefix: PARTS },
		Call::release_prefix { prefix: PARTS },
		Call::register_item {
			gtin,
			serial: text("N1"),
		},
		Call::register_range {
			gtin,
			first: text("7000"),
			last: text("7999"),
		},
		Call::register_lot {
			gtin: steel(),
			lot: text("N1"),
			unit: text("KGM"),
			quantity: 1,
		},
		Call::withdraw {
			thing: item(part(), "A3"),
		},
		Call::make {
			inputs: Default::default(),
			outputs: vec![new_item(gtin, "N1")].try_into().expect("one"),
			work: None,
		},
		Call::amend {
			making: chain.parts_of_a,
			work: work_until(MILL, now),
		},
		Call::transfer {
			thing: item(gtin, "A1"),
			from: SMITH,
			to: SHOP,
			quantity: 0,
		},
		Call::pack {
			sscc: sscc(PARTS, 2),
			things: vec![item(gtin, "A1")].try_into().expect("one"),
		},
		Call::unpack {
			sscc: sscc(PARTS, 1),
			things: vec![item(gtin, "A2")].try_into().expect("one"),
		},
		Call::attach_tag {
			gtin,
			serial: text("A2"),
			key,
		},
		Call::verify_tag {
			gtin,
			serial,
			block,
			counter,
			signature,
		},
		Call::certify {
			subject: Subject::Product(gtin),
			schema: H256::zero(),
			claims: H256::zero(),
			from: now - 2,
			until: now + 9,
		},
		Call::revoke_certificate { certificate },
		Call::remove_certificate { certificate },
		Call::recall {
			scope: Scope::Thing(item(gtin, "A1")),
			reason: H256::zero(),
		},
		Call::narrow {
			recall: fresh,
			window: None,
			exceptions: vec![chain.engine_b].try_into().expect("one"),
		},
		Call::lift { recall },
		Call::confirm {
			recall,
			making: chain.engine_a,
		},
		contested(chain.engine_a),
		Call::judge { recall, upheld: false },
		Call::settle_contest {
			recall,
			making: chain.engine_ab,
		},
		Call::spread {
			recall: fresh,
			steps: 5,
		},
		Call::close_recall { recall: over },
	]
}

#[test]
fn no_call_is_missing_here() {
	build_and_execute(|| {
		let names: Vec<_> = calls().iter().map(|call| call.get_call_name()).collect();
		assert_eq!(names, Call::<Test>::get_call_names());
	});
}

#[test]
fn nothing_is_done_for_nobody() {
	build_and_execute(|| {
		for call in calls() {
			let name = call.get_call_name();
			let is_governed = ["accredit", "withdraw_accreditation", "judge"].contains(&name);
			let done = call.clone().dispatch_bypass_filter(RuntimeOrigin::none());
			assert_eq!(done.expect_err(name).error, BadOrigin.into(), "{name}");
			if !is_governed {
				let done = call.dispatch_bypass_filter(RuntimeOrigin::root());
				assert_eq!(done.expect_err(name).error, BadOrigin.into(), "{name}");
			}
		}
	});
}

/// What a stranger may call costs him something, and takes nothing from anybody.
#[test]
fn a_stranger_does_nothing_to_what_is_anothers() {
	build_and_execute(|| {
		for call in calls() {
			let name = call.get_call_name();
			let anybodys = ["verify_tag", "spread", "close_recall"].contains(&name);
			if anybodys {
				assert_ok!(signed(&STRANGER, call));
				continue;
			}
			let root_hash = sp_io::storage::root(sp_runtime::StateVersion::V1);
			assert!(signed(&STRANGER, call).is_err(), "{name}");
			assert_eq!(root_hash, sp_io::storage::root(sp_runtime::StateVersion::V1), "{name}");
		}
	});
}

#[test]
fn a_frozen_machine_does_nothing() {
	build_and_execute(|| {
		let all = calls();
		Frozen::insert(MILL, ());
		for call in all {
			let name = call.get_call_name();
			let is_others = ["accredit", "withdraw_accreditation", "judge"].contains(&name);
			let by_signature = ["settle_contest", "spread", "close_recall"].contains(&name);
			if !is_others && !by_signature {
				assert_noop!(signed(&key(MILL), call), DispatchError::Exhausted);
			}
		}
	});
}

/// Whoever has no money stores nothing.
#[test]
fn nothing_is_stored_for_the_poor() {
	build_and_execute(|| {
		accredit(&PAUPER, Role::Registrant);
		accredit(&PAUPER, Role::Certifier);
		assert!(assign(&PAUPER, SHOPS, &PAUPER).is_err());
		let now = Timestamp::get();
		let call = Call::certify {
			subject: Subject::Product(part()),
			schema: H256::zero(),
			claims: H256::zero(),
			from: now,
			until: now + 1,
		};
		assert!(signed(&PAUPER, call).is_err());
		// Nor by touching one by one what he was given.
		assert_ok!(register_range(&SMITH, part(), "10", "99"));
		assert_ok!(transfer(&SMITH, range(part(), "99"), &SMITH, &PAUPER, 0));
		assert!(transfer(&PAUPER, item(part(), "12"), &PAUPER, &SHOP, 0).is_err());
		assert_ok!(register_lot(&SMITH, steel(), "A", 10));
		assert_ok!(transfer(&SMITH, lot(steel(), "A"), &SMITH, &PAUPER, 9));
		assert!(transfer(&PAUPER, lot(steel(), "A"), &PAUPER, &SHOP, 1).is_err());
		assert_ok!(transfer(&PAUPER, lot(steel(), "A"), &PAUPER, &SMITH, 9));
		// He recalls nothing either, not even what is his to recall.
		assert_ok!(assign(&REGISTRANT, SHOPS, &PAUPER));
		assert_noop!(register(&PAUPER, gtin(SHOPS, 1), "1"), Error::<Test>::NoRoom);
	});
}

/// A call is done once: whoever sends it again is refused, or has what he pays for.
#[test]
fn what_is_sent_twice_is_done_once() {
	build_and_execute(|| {
		let all = calls();
		let by = |name: &str| match name {
			"assign_prefix" | "revoke_prefix" => REGISTRANT,
			"certify" | "revoke_certificate" | "remove_certificate" => CERTIFIER,
			"confirm" | "contest" => BUILDER,
			"verify_tag" | "settle_contest" | "spread" | "close_recall" => STRANGER,
			_ => SMITH,
		};
		let repeatable = ["set_room", "amend", "spread", "certify"];
		let mut refused_at_once = Vec::new();
		for call in all {
			let name = call.get_call_name();
			if ["accredit", "withdraw_accreditation", "judge"].contains(&name) {
				continue;
			}
			let _ = with_transaction(|| {
				if signed(&by(name), call.clone()).is_err() {
					refused_at_once.push(name);
				} else if !repeatable.contains(&name) {
					assert!(signed(&by(name), call).is_err(), "{name}");
				}
				TransactionOutcome::Rollback(Ok::<(), DispatchError>(()))
			});
		}
		// There is something under it; and nobody has judged yet.
		assert_eq!(refused_at_once, ["release_prefix", "settle_contest"]);
	});
}

/// The largest numbers that calls take.
#[test]
fn no_number_is_too_large() {
	build_and_execute(|| {
		assert_ok!(register_lot(&SMITH, steel(), "A", u64::MAX));
		assert_ok!(register_lot(&SMITH, steel(), "B", u64::MAX));
		let all: Vec<InputLine> = ["A", "B"].map(|name| using(lot(steel(), name), u64::MAX)).into();
		assert_ok!(transfer(&SMITH, lot(steel(), "A"), &SMITH, &SHOP, u64::MAX));
		assert_ok!(transfer(&SHOP, lot(steel(), "A"), &SHOP, &SMITH, u64::MAX));
		made(&SMITH, &all, &[new_lot(part(), "C", "KGM", u64::MAX)], None);
		let max = "9".repeat(18);
		assert_ok!(register_range(&SMITH, part(), &max, &max));
		assert_ok!(register_range(
			&SMITH,
			part(),
			&"0".repeat(18),
			&format!("{}8", "9".repeat(17))
		));
		for gtin in [0, u64::MAX, 10u64.pow(14)] {
			assert!(register(&SMITH, crate::gs1::Gtin(gtin), "1").is_err());
		}
		let example = last_making();
		let scope = Scope::Machine {
			machine: MILL,
			from: 0,
			until: u64::MAX,
			example,
		};
		assert_noop!(recall(&SMITH, scope), Error::<Test>::NotYoursToRecall);
		let example = made(&SMITH, &[], &[new_item(part(), "M")], Some(work(MILL)));
		let scope = Scope::Machine {
			machine: MILL,
			from: 0,
			until: u64::MAX,
			example,
		};
		let id = recalled(&SMITH, scope);
		spread_all(id);
		assert_eq!(super::recalls::marked(id), [example]);
		let forged = Frontier(vec![crate::MakingId([255; 8]); 5_000]);
		assert_eq!(Products::made_of(lot(part(), "C"), Some(forged)).found.len(), 0);
	});
}

//! What becomes of it: the steps are taken, and their outcome compared with what should be.

use super::{machine, person, steps::*};
use crate::{mock::*, tests::signed, Call, FeeAllowance, Machines as Records, SpendingPolicy};
use bpiiot_primitives::{Actors, MachineId, SpendPolicy, SpendPurpose};
use frame_support::{storage::with_storage_layer, traits::fungibles::Inspect};
use sp_runtime::DispatchResult;
use std::collections::{BTreeMap, BTreeSet};

fn signer(number: u8, of: u8) -> AccountId {
	if number != ITS_OWNER {
		return person(number);
	}
	Records::<Test>::get(machine(of)).map_or_else(stranger, |machine| machine.owner)
}

/// Makes a call that only a machine's owner may make; whether it came to anything.
fn by_owner(number: u8, of: u8, call: Call<Test>) -> bool {
	let owner = Records::<Test>::get(machine(of)).map(|machine| machine.owner);
	let who = signer(number, of);
	let done = signed(&who, call.clone()).is_ok();
	assert!(!done || owner == Some(who), "{call:?} by another than the owner");
	done
}

/// Which key acts for which machine, by their seeds, and which do not because they are frozen. Kept from the outcome of
/// the steps and not from the storage.
#[derive(Default)]
pub(super) struct Model {
	live: BTreeMap<u8, u8>,
	frozen: BTreeSet<u8>,
	used: BTreeSet<u8>,
	pub(super) clock: u64,
}

/// What only an owner may do with a machine.
fn owners_call(machine: MachineId, which: usize) -> Call<Test> {
	match which {
		0 => Call::set_fee_allowance {
			machine,
			allowance: once(Balance::MAX),
		},
		1 => Call::set_spending_policy {
			machine,
			policy: Some(policy(SpendPurpose::Purchase, Balance::MAX)),
		},
		2 => Call::unfreeze { machine },
		3 => Call::offer_ownership {
			machine,
			to: Some(person(0)),
		},
		4 => Call::decommission { machine },
		_ => Call::withdraw {
			machine,
			asset: NATIVE,
			amount: ED,
		},
	}
}

impl Model {
	fn key_of(&self, by: u8, of: u8) -> u8 {
		if by != ITS_KEY {
			return by;
		}
		self.live.get(&of).copied().unwrap_or(of)
	}

	fn registered(&mut self, done: bool, seed: u8) -> bool {
		if done {
			self.live.insert(seed, seed);
			self.used.insert(seed);
		}
		done
	}

	fn rotated(&mut self, done: bool, of: u8, new: u8) -> bool {
		if done {
			self.live.insert(of, new);
			self.used.insert(new);
		}
		done
	}

	/// Whether key `seed` may act for machine `of`, or, if there is none, for any.
	fn may_act(&self, seed: u8, of: Option<u8>) -> bool {
		let mut acting = self.live.iter().filter(|(machine, _)| !self.frozen.contains(machine));
		acting.any(|(machine, key)| *key == seed && of.is_none_or(|of| of == *machine))
	}

	/// Takes a step; whether it came to anything.
	pub(super) fn take(&mut self, step: Step) -> bool {
		let by = |who: AccountId, call: Call<Test>| signed(&who, call).is_ok();
		let allowance = |amount, renews| if renews { hourly(amount) } else { once(amount) };
		match step {
			Step::Register {
				person: who,
				of,
				amount,
				renews,
			} => {
				let done = register(&person(who), of, allowance(amount, renews)).is_ok();
				self.registered(done, of)
			}
			Step::RegisterByKey { by, of } => {
				let done = register(&key(self.key_of(by, of)), of, once(1)).is_ok();
				assert!(!done, "no key of a machine, old or new, has the money or the right");
				done
			}
			Step::RegisterPerson { person: who, by } => {
				let done = register(&person(by), 100 + who, once(1)).is_ok();
				self.registered(done, 100 + who)
			}
			Step::Allow {
				person,
				of,
				amount,
				renews,
			} => {
				let (machine, allowance) = (machine(of), allowance(amount, renews));
				by_owner(person, of, Call::set_fee_allowance { machine, allowance })
			}
			Step::Serve { person, of, in_service } => {
				let machine = machine(of);
				by(signer(person, of), Call::set_service { machine, in_service })
			}
			Step::ServeByKey {
				by,
				of,
				in_service,
				tip,
			} => {
				let (machine, seed) = (machine(of), self.key_of(by, of));
				let outcome = Tx::new(&key(seed), Call::set_service { machine, in_service })
					.tip(tip)
					.apply();
				self.acted(outcome, seed, of)
			}
			Step::UnsponsoredByKey { by, of } => {
				let call = Call::deposit {
					machine: machine(of),
					asset: NATIVE,
					amount: 1,
				};
				Tx::new(&key(self.key_of(by, of)), call).apply().is_ok()
			}
			Step::Deposit {
				person,
				of,
				asset,
				amount,
			} => {
				let machine = machine(of);
				by(signer(person, of), Call::deposit { machine, asset, amount })
			}
			Step::Withdraw {
				person,
				of,
				asset,
				amount,
			} => {
				let machine = machine(of);
				by_owner(person, of, Call::withdraw { machine, asset, amount })
			}
			Step::WithdrawAll { person, of, asset } => {
				let machine = machine(of);
				let amount = Fungibles::balance(asset, &machine.account());
				by_owner(person, of, Call::withdraw { machine, asset, amount })
			}
			Step::Decommission { person, of } => {
				let done = by_owner(person, of, Call::decommission { machine: machine(of) });
				if done {
					self.live.remove(&of);
					self.frozen.remove(&of);
				}
				done
			}
			Step::Send {
				person: who,
				of,
				amount,
			} => {
				let send = pallet_balances::Call::transfer_keep_alive {
					dest: machine(of).account(),
					value: amount,
				};
				let origin = RuntimeOrigin::signed(person(who));
				sp_runtime::traits::Dispatchable::dispatch(RuntimeCall::from(send), origin).is_ok()
			}
			Step::Rotate { person, of, new } => {
				let done = by(signer(person, of), rotation(of, new));
				self.rotated(done, of, new)
			}
			Step::RotateByKey { by, of, new, pays } => {
				let (seed, call) = (self.key_of(by, of), rotation(of, new));
				// With a transaction of its own, or as the origin that a proxy makes.
				let outcome = if pays {
					Tx::new(&key(seed), call).apply()
				} else {
					match signed(&key(seed), call) {
						Ok(()) => Ok(Ok(())),
						Err(_) => return false,
					}
				};
				let rotated = outcome == Ok(Ok(()));
				let done = self.acted(outcome, seed, of);
				self.rotated(rotated, of, new);
				done
			}
			Step::Encryption { by, of } => {
				let (machine, seed) = (machine(of), self.key_of(by, of));
				let outcome = signed(
					&key(seed),
					Call::rotate_encryption_key {
						machine,
						key: [seed; 32],
					},
				);
				outcome.is_ok() && self.acted(Ok::<_, ()>(outcome), seed, of)
			}
			Step::Freeze { person, of, frozen } => {
				let machine = machine(of);
				let call = if frozen {
					Call::freeze { machine }
				} else {
					Call::unfreeze { machine }
				};
				let done = by_owner(person, of, call);
				if done && frozen {
					self.frozen.insert(of);
				} else if done {
					self.frozen.remove(&of);
				}
				done
			}
			Step::Offer { person, of, to } => {
				let (machine, to) = (machine(of), to.map(|to| signer(to, of)));
				by_owner(person, of, Call::offer_ownership { machine, to })
			}
			Step::Accept {
				person: who,
				of,
				at_least,
			} => {
				let machine = machine(of);
				let offered_to = || Records::<Test>::get(machine).and_then(|machine| machine.offered_to);
				let who = who.map(person).or_else(offered_to).unwrap_or_else(stranger);
				let done = by(who, Call::accept_ownership { machine, at_least });
				if done {
					self.frozen.remove(&of);
				}
				done
			}
			Step::Policy {
				person,
				of,
				policy: set,
			} => {
				let machine = machine(of);
				let policy = set.map(|(purpose, cap, renews)| SpendingPolicy {
					period: if renews { PERIOD } else { 0 },
					..policy(purpose, cap)
				});
				by_owner(person, of, Call::set_spending_policy { machine, policy })
			}
			Step::Spend {
				by,
				of,
				purpose,
				amount,
			} => {
				let seed = self.key_of(by, of);
				let origin = RuntimeOrigin::signed(key(seed));
				let spent: DispatchResult = with_storage_layer(|| {
					let actor = Machines::ensure_actor(origin)?;
					assert_eq!(actor.machine.is_some(), self.may_act(seed, None));
					Machines::spend(&actor, purpose, &NATIVE, amount)
				});
				spent.is_ok()
			}
			Step::OwnersCallByKey { by, of, which } => {
				let done = signed(&key(self.key_of(by, of)), owners_call(machine(of), which)).is_ok();
				assert!(!done, "a key did what only an owner may");
				done
			}
			Step::Wait { millis } => {
				self.clock += millis;
				false
			}
		}
	}

	/// Checks that what a key's transaction or call came to is what that key may do: included only if it is a machine's
	/// key of now, and a success only for that machine. Whether it was included.
	fn acted(&self, outcome: Result<DispatchResult, impl Sized>, seed: u8, of: u8) -> bool {
		let Ok(outcome) = outcome else { return false };
		assert!(
			self.may_act(seed, None),
			"key {seed} has signed for a machine after its rotation"
		);
		assert!(
			outcome.is_err() || self.may_act(seed, Some(of)),
			"key {seed} has signed for machine {of}"
		);
		true
	}

	/// Each key that ever was a machine's acts for its machine if it is its key of now, and for nobody otherwise.
	pub(super) fn check_actors(&self) {
		for seed in &self.used {
			let actor = Machines::ensure_actor(RuntimeOrigin::signed(key(*seed)));
			let acts_for = self
				.live
				.iter()
				.find(|(of, key)| **key == *seed && !self.frozen.contains(of));
			assert_eq!(
				actor.ok().map(|actor| actor.machine),
				acts_for.map(|(of, _)| Some(machine(*of))),
				"key {seed}"
			);
		}
	}
}

fn register(who: &AccountId, seed: u8, fee_allowance: FeeAllowance<Balance>) -> DispatchResult {
	let call = Call::register {
		key: key(seed),
		proof: proof(who, seed),
		profile: profile(),
		encryption_key: ENCRYPTION_KEY,
		fee_allowance,
	};
	signed(who, call)
}

fn rotation(of: u8, new: u8) -> Call<Test> {
	Call::rotate_key {
		machine: machine(of),
		new_key: key(new),
		proof: rotation_proof(&machine(of), new),
	}
}

//! Does what a script says, and finds scripts by chance.

use crate::{
	draw::{Draw, NUMBERS},
	invariants::{Broken, Watch},
	ledger::{begin_block, end_block, with_ledger},
	parties::{everybody, find, keys, name, THIEF},
	purse::Purse,
	reach::{Reach, DONE},
	script::{self, By, Idle, Step},
	target::{Entitled, Form, Intent, Target},
	targets,
	world::World,
};
use anyhow::ensure;
use bpiiot_runtime::{AccountId, AllPalletsWithSystem, RuntimeCall, RuntimeOrigin};
use frame_support::{traits::PalletsInfoAccess, weights::Weight};
use rand::{rngs::StdRng, seq::IndexedRandom, Rng, SeedableRng};
use sp_runtime::{traits::Dispatchable, DispatchError, ModuleError};
use std::{
	collections::BTreeMap,
	fmt,
	panic::{catch_unwind, AssertUnwindSafe},
};

/// Blocks of one script: short enough to be replayed often, long enough for jobs to end.
pub const BLOCKS: u64 = 250;
/// Calls in a block, on average.
const CALLS: usize = 16;

/// What a script begins with, again and again, so that there are machines with money and offers.
const BEGINNING: [&str; 18] = [
	"machines.register",
	"machines.set_spending_policy",
	"machines.deposit",
	"machines.deposit",
	"machines.deposit",
	"escrow.register_arbiter",
	"jobs.publish_offer",
	"jobs.publish_offer",
	"jobs.publish_offer",
	"procurement.publish_quote",
	"inventory.create_site",
	"inventory.open_item",
	"inventory.open_item",
	"products.accredit",
	"products.assign_prefix",
	"products.set_room",
	"products.register_lot",
	"products.register_range",
];
/// How often.
const ROUNDS: usize = 4;

/// A script that broke something, up to the step at which it was seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
	/// The step, counted from 0.
	pub at: usize,
	/// What does not hold.
	pub broken: Broken,
}

/// Whoever is told of each step.
type Tell<'a> = Option<&'a mut dyn FnMut(String)>;

/// A call that was made.
struct Act {
	/// By whom; `None` for governance.
	who: Option<AccountId>,
	call: RuntimeCall,
	/// Whether he may make it.
	may: bool,
	/// That it was done, or its error.
	outcome: String,
	/// What a machine's key has spent by it does not fit its policy.
	overspent: Option<Broken>,
}

impl fmt::Display for Act {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let who = self.who.as_ref().map_or("root", |who| name(who).unwrap_or("?"));
		write!(f, "{who}: {:?}: {}", self.call, self.outcome)
	}
}

/// The pallets that are attacked, and what can be called.
pub struct Arena {
	targets: Vec<Box<dyn Target>>,
	forms: BTreeMap<String, Form>,
	/// Names of the runtime's pallets by their indices.
	pallets: BTreeMap<u8, String>,
}

impl Default for Arena {
	fn default() -> Self {
		let targets = targets::all();
		let mut forms = BTreeMap::new();
		for target in &targets {
			let named = target.forms().into_iter();
			forms.extend(named.map(|form| (format!("{}.{}", target.name(), form.name), form)));
		}
		let pallets = AllPalletsWithSystem::infos().into_iter();
		Self {
			forms,
			pallets: pallets
				.map(|pallet| (pallet.index as u8, pallet.name.to_lowercase()))
				.collect(),
			targets,
		}
	}
}

impl Arena {
	/// The pallets that are attacked.
	pub fn targets(&self) -> &[Box<dyn Target>] {
		&self.targets
	}

	/// Reads a script.
	///
	/// # Errors
	/// When a line is no step, or names a call or a party that there is not.
	pub fn read(&self, text: &str) -> Result<Vec<Step>, anyhow::Error> {
		let script = script::read(text)?;
		for step in &script {
			let Step::Call { by, form, .. } = step else { continue };
			ensure!(self.forms.contains_key(form), "'{step}': there is no call {form}");
			if let By::Party(name) = by {
				ensure!(find(name).is_some(), "'{step}': nobody is called {name}");
			}
		}
		Ok(script)
	}

	/// Does what a script says on a fresh ledger.
	///
	/// # Errors
	/// When something does not hold.
	pub fn replay(&self, script: &[Step]) -> Result<Reach, Violation> {
		self.replayed(script, None)
	}

	/// The same, and tells of each step what it was and what came of it.
	///
	/// # Errors
	/// When something does not hold.
	pub fn replay_telling(&self, script: &[Step], mut tell: impl FnMut(String)) -> Result<Reach, Violation> {
		self.replayed(script, Some(&mut tell))
	}

	fn replayed(&self, script: &[Step], tell: Tell<'_>) -> Result<Reach, Violation> {
		let mut at = 0;
		let run = AssertUnwindSafe(|| with_ledger(|| self.run(script, &mut at, tell)));
		match catch_unwind(run) {
			Ok(Ok(reach)) => Ok(reach),
			Ok(Err(broken)) => Err(Violation { at, broken }),
			Err(_) => Err(Violation {
				at,
				broken: Broken::new("the runtime does not panic", "it did, as told above"),
			}),
		}
	}

	fn run(&self, script: &[Step], at: &mut usize, mut tell: Tell<'_>) -> Result<Reach, Broken> {
		let mut reach = Reach::default();
		let mut world = World::look();
		let (mut watch, mut calls) = (Watch::begin(&world), 0);
		for (place, step) in script.iter().enumerate() {
			*at = place;
			match step {
				Step::Block(after, idle) => {
					end_block(room(*idle));
					world = World::look();
					watch.look(&world, &self.targets, calls)?;
					begin_block(*after);
					calls = 0;
					reach.blocks += 1;
					if let Some(tell) = &mut tell {
						tell(step.to_string());
					}
				}
				Step::Call { by, form, numbers } => {
					let Some(act) = self.act(by, form, numbers, &world) else {
						continue;
					};
					if let Some(tell) = &mut tell {
						tell(format!("{step}  # {act}"));
					}
					if act.outcome == DONE && !act.may {
						return Err(Broken::new(format!("nobody else does {form}"), act.to_string()));
					}
					if let Some(broken) = act.overspent {
						return Err(broken);
					}
					reach.note(form, &act.outcome);
					calls += 1;
				}
			}
		}
		watch.look(&World::look(), &self.targets, calls)?;
		Ok(reach)
	}

	/// Makes a call and has it done. `None` if there is nothing that it could be about, or nobody who may make it.
	fn act(&self, by: &By, form: &str, numbers: &[u16], world: &World) -> Option<Act> {
		let Intent { call, entitled } = (self.forms.get(form)?.make)(world, &mut Draw::new(numbers))?;
		let who = caller(by, &entitled)?;
		let may = match (&entitled, &who) {
			(Entitled::Root, who) => who.is_none(),
			(Entitled::Anybody(_), who) => who.is_some(),
			(Entitled::AnybodyBut(_, others), Some(who)) => !others.contains(who),
			(Entitled::These(these), Some(who)) => these.contains(who),
			(Entitled::These(_) | Entitled::AnybodyBut(..), None) | (Entitled::Nobody(_), _) => false,
		};
		let purse = who.as_ref().and_then(Purse::of_key);
		let origin = who.clone().map_or_else(RuntimeOrigin::root, RuntimeOrigin::signed);
		let outcome = match call.clone().dispatch(origin) {
			Ok(_) => DONE.to_owned(),
			Err(failed) => self.error(failed.error),
		};
		Some(Act {
			who,
			call,
			may,
			overspent: purse.and_then(|purse| purse.look().err()),
			outcome,
		})
	}

	/// The plainest call of a form as things stand, and who makes it.
	pub fn plain(&self, form: &str) -> Option<(AccountId, RuntimeCall)> {
		let Intent { call, entitled } = (self.forms.get(form)?.make)(&World::look(), &mut Draw::new(&[]))?;
		Some((caller(&By::Entitled(0), &entitled)??, call))
	}

	/// The name of an error, with its pallet's if it is a pallet's.
	fn error(&self, error: DispatchError) -> String {
		match error {
			DispatchError::Module(ModuleError { index, message, .. }) => {
				let pallet = self.pallets.get(&index).map_or("?", String::as_str);
				format!("{pallet}.{}", message.unwrap_or("?"))
			}
			DispatchError::Token(error) => format!("Token::{error:?}"),
			DispatchError::Arithmetic(error) => format!("Arithmetic::{error:?}"),
			other => format!("{other:?}"),
		}
	}

	/// A script of so many blocks, by chance.
	pub fn invent(&self, seed: u64, blocks: u64) -> Vec<Step> {
		let mut chance = StdRng::seed_from_u64(seed);
		let forms: Vec<_> = self.forms.iter().collect();
		let mut script = Vec::new();
		// Something that there is to do for everybody.
		for name in BEGINNING.iter().cycle().take(ROUNDS * BEGINNING.len()) {
			script.push(Step::Call {
				by: By::Entitled(0),
				form: (*name).to_owned(),
				numbers: (0..NUMBERS).map(|_| chance.random()).collect(),
			});
			script.push(Step::Block(6_000, Idle::Full));
		}
		for _ in 0..blocks {
			for _ in 0..chance.random_range(0..=2 * CALLS) {
				let chosen = forms.choose_weighted(&mut chance, |(_, form)| form.weight);
				if let Ok((name, form)) = chosen {
					script.push(invent_call(&mut chance, name, form));
				}
			}
			script.push(invent_block(&mut chance));
		}
		script
	}
}

fn invent_call(chance: &mut StdRng, name: &str, form: &Form) -> Step {
	let parties: Vec<_> = everybody().filter(|name| form.for_thieves || *name != THIEF).collect();
	let by = match chance.random_range(0..100) {
		0..70 => By::Entitled(0),
		70..80 => By::Entitled(chance.random_range(1..4)),
		80..85 if form.for_thieves => By::Party(THIEF.to_owned()),
		85..90 => By::Root,
		90..94 => By::Party(keys().choose(chance).cloned().unwrap_or_default()),
		_ => By::Party(parties.choose(chance).map_or(THIEF, |name| *name).to_owned()),
	};
	Step::Call {
		by,
		form: name.to_owned(),
		numbers: (0..NUMBERS).map(|_| chance.random()).collect(),
	}
}

fn invent_block(chance: &mut StdRng) -> Step {
	let after = match chance.random_range(0..100) {
		0..50 => 6_000,
		50..75 => 60_000,
		75..80 => 59_999,
		80..85 => 60_001,
		85..88 => 1,
		88..90 => 0,
		90..94 => 600_000,
		94..96 => match chance.random_range(0..40) {
			// Long enough for names to be forgotten.
			0 => 2_000 * 86_400_000,
			_ => 86_400_000,
		},
		_ => chance.random_range(0..60_000),
	};
	let idle = match chance.random_range(0..10) {
		0 => Idle::None,
		1 => Idle::Little,
		_ => Idle::Full,
	};
	Step::Block(after, idle)
}

fn room(idle: Idle) -> Weight {
	match idle {
		Idle::Full => Weight::MAX,
		Idle::Little => Weight::from_parts(2_000_000_000, 200_000),
		Idle::None => Weight::zero(),
	}
}

/// Whose signature a call gets; `None` in it for governance.
fn caller(by: &By, entitled: &Entitled) -> Option<Option<AccountId>> {
	match (by, entitled) {
		(By::Entitled(_), Entitled::Root) | (By::Root, _) => Some(None),
		(
			By::Entitled(which),
			Entitled::Anybody(these)
			| Entitled::AnybodyBut(these, _)
			| Entitled::These(these)
			| Entitled::Nobody(these),
		) => {
			let which = usize::from(*which) % these.len().max(1);
			these.get(which).cloned().map(Some)
		}
		(By::Party(name), _) => find(name).map(Some),
	}
}

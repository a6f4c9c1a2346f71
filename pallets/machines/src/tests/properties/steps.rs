//! What may happen.

use crate::mock::*;
use bpiiot_primitives::{AssetKind, SpendPurpose};
use proptest::prelude::*;

/// Stands for the machine's owner, whoever that is, so that most steps come to something.
pub(super) const ITS_OWNER: u8 = 3;
/// Stands for the machine's key of now, for the same reason.
pub(super) const ITS_KEY: u8 = 0;
/// The first keys of machines.
pub(super) const FIRST: std::ops::Range<u8> = 1..6;
/// Keys for rotations.
pub(super) const LATER: std::ops::Range<u8> = 11..16;
/// The keys of people, who have accounts that could sign a proof as well.
pub(super) const PEOPLE: std::ops::Range<u8> = 100..103;

/// What may happen. A `person` is a number of 0 to 2 or [`ITS_OWNER`], a `by` is a key's seed or [`ITS_KEY`], an `of` is
/// the seed of a machine's first key.
#[derive(Clone, Debug)]
pub(super) enum Step {
	Register {
		person: u8,
		of: u8,
		amount: Balance,
		renews: bool,
	},
	RegisterByKey {
		by: u8,
		of: u8,
	},
	RegisterPerson {
		person: u8,
		by: u8,
	},
	Allow {
		person: u8,
		of: u8,
		amount: Balance,
		renews: bool,
	},
	Serve {
		person: u8,
		of: u8,
		in_service: bool,
	},
	ServeByKey {
		by: u8,
		of: u8,
		in_service: bool,
		tip: Balance,
	},
	UnsponsoredByKey {
		by: u8,
		of: u8,
	},
	Deposit {
		person: u8,
		of: u8,
		asset: AssetKind,
		amount: Balance,
	},
	Withdraw {
		person: u8,
		of: u8,
		asset: AssetKind,
		amount: Balance,
	},
	WithdrawAll {
		person: u8,
		of: u8,
		asset: AssetKind,
	},
	Decommission {
		person: u8,
		of: u8,
	},
	Send {
		person: u8,
		of: u8,
		amount: Balance,
	},
	Rotate {
		person: u8,
		of: u8,
		new: u8,
	},
	RotateByKey {
		by: u8,
		of: u8,
		new: u8,
		pays: bool,
	},
	Encryption {
		by: u8,
		of: u8,
	},
	Freeze {
		person: u8,
		of: u8,
		frozen: bool,
	},
	Offer {
		person: u8,
		of: u8,
		to: Option<u8>,
	},
	/// By whom it is offered to, if no person is named.
	Accept {
		person: Option<u8>,
		of: u8,
		at_least: Balance,
	},
	Policy {
		person: u8,
		of: u8,
		policy: Option<(SpendPurpose, Balance, bool)>,
	},
	Spend {
		by: u8,
		of: u8,
		purpose: SpendPurpose,
		amount: Balance,
	},
	OwnersCallByKey {
		by: u8,
		of: u8,
		which: usize,
	},
	Wait {
		millis: u64,
	},
}

/// How many calls only an owner may make, in this test.
pub(super) const OWNERS_CALLS: usize = 6;

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
	let people = || 0..3u8;
	let amount = || prop_oneof![5 => 1..2_000u128, 1 => 0..20_000u128, 1 => Just(Balance::MAX)];
	let owned = || (prop_oneof![3 => Just(ITS_OWNER), 1 => people()], FIRST);
	let anyone = || (people(), FIRST);
	let by = || (prop_oneof![4 => Just(ITS_KEY), 1 => FIRST, 1 => LATER], FIRST);
	let new = || prop_oneof![20 => LATER, 3 => FIRST, 1 => PEOPLE];
	let purpose = || {
		prop_oneof![
			Just(SpendPurpose::Purchase),
			Just(SpendPurpose::Bond),
			Just(SpendPurpose::Dispute)
		]
	};
	let asset = || prop_oneof![Just(NATIVE), Just(DOLLAR)];
	let renews = any::<bool>;
	let money = prop_oneof![
		(anyone(), asset(), amount()).prop_map(|((person, of), asset, amount)| Step::Deposit {
			person,
			of,
			asset,
			amount
		}),
		(owned(), asset(), amount()).prop_map(|((person, of), asset, amount)| Step::Withdraw {
			person,
			of,
			asset,
			amount
		}),
		(owned(), asset()).prop_map(|((person, of), asset)| Step::WithdrawAll { person, of, asset }),
		(anyone(), amount()).prop_map(|((person, of), amount)| Step::Send { person, of, amount }),
		(by(), purpose(), amount()).prop_map(|((by, of), purpose, amount)| Step::Spend {
			by,
			of,
			purpose,
			amount
		}),
	];
	let to = proptest::option::weighted(0.9, prop_oneof![9 => people(), 1 => Just(ITS_OWNER)]);
	let offered_to = proptest::option::weighted(0.2, people());
	let at_least = prop_oneof![3 => Just(0), 1 => amount()];
	let policy = proptest::option::weighted(0.8, (purpose(), amount(), renews()));
	let owners = prop_oneof![
		1 => (owned(), amount(), renews())
			.prop_map(|((person, of), amount, renews)| Step::Allow { person, of, amount, renews }),
		1 => (owned(), any::<bool>()).prop_map(|((person, of), in_service)| Step::Serve { person, of, in_service }),
		1 => (owned(), any::<bool>()).prop_map(|((person, of), frozen)| Step::Freeze { person, of, frozen }),
		1 => (owned(), new()).prop_map(|((person, of), new)| Step::Rotate { person, of, new }),
		2 => (owned(), to).prop_map(|((person, of), to)| Step::Offer { person, of, to }),
		4 => (offered_to, FIRST, at_least)
			.prop_map(|(person, of, at_least)| Step::Accept { person, of, at_least }),
		1 => (owned(), policy).prop_map(|((person, of), policy)| Step::Policy { person, of, policy }),
	];
	let keys = prop_oneof![
		4 => (by(), any::<bool>(), 0..3u128)
			.prop_map(|((by, of), in_service, tip)| Step::ServeByKey { by, of, in_service, tip: tip / 2 }),
		2 => (by(), new(), any::<bool>()).prop_map(|((by, of), new, pays)| Step::RotateByKey { by, of, new, pays }),
		1 => by().prop_map(|(by, of)| Step::UnsponsoredByKey { by, of }),
		1 => by().prop_map(|(by, of)| Step::Encryption { by, of }),
		1 => (by(), 0..OWNERS_CALLS).prop_map(|((by, of), which)| Step::OwnersCallByKey { by, of, which }),
	];
	let step = prop_oneof![
		8 => (anyone(), 0..9_000u128, renews())
			.prop_map(|((person, of), amount, renews)| Step::Register { person, of, amount, renews }),
		2 => by().prop_map(|(by, of)| Step::RegisterByKey { by, of }),
		1 => (people(), people()).prop_map(|(person, by)| Step::RegisterPerson { person, by }),
		1 => owned().prop_map(|(person, of)| Step::Decommission { person, of }),
		2 => prop_oneof![0..PERIOD, Just(PERIOD), 0..5 * PERIOD].prop_map(|millis| Step::Wait { millis }),
		12 => money,
		24 => owners,
		16 => keys,
	];
	proptest::collection::vec(step, 1..120)
}

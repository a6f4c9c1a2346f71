//! Who there is: people with money, keys for machines, and somebody whom nothing belongs to.

use bpiiot_runtime::AccountId;
use sp_core::{crypto::Pair as _, sr25519::Pair};
use std::{collections::BTreeMap, sync::OnceLock};

/// Those who register machines.
pub const OWNERS: [&str; 2] = ["owner-a", "owner-b"];
/// Those who order.
pub const CUSTOMERS: [&str; 3] = ["customer-a", "customer-b", "customer-c"];
/// Those who decide.
pub const ARBITERS: [&str; 2] = ["arbiter-a", "arbiter-b"];
/// Whom nothing belongs to, and who tries everything.
pub const THIEF: &str = "thief";
/// Who has issued the assets, and can freeze them.
pub const ISSUER: &str = "issuer";
/// Keys that machines may get. Those that were replaced go on trying.
pub const KEYS: [&str; 16] = [
	"key-0", "key-1", "key-2", "key-3", "key-4", "key-5", "key-6", "key-7", "key-8", "key-9", "key-10", "key-11",
	"key-12", "key-13", "key-14", "key-15",
];

struct Parties {
	pairs: BTreeMap<&'static str, Pair>,
	names: BTreeMap<AccountId, &'static str>,
}

fn parties() -> &'static Parties {
	static PARTIES: OnceLock<Parties> = OnceLock::new();
	PARTIES.get_or_init(|| {
		let derive = |name| {
			let seed = sp_io::hashing::blake2_256(format!("bpiiot/adversary/{name}").as_bytes());
			(name, Pair::from_seed(&seed))
		};
		let pairs: BTreeMap<_, _> = everybody().map(derive).collect();
		let names = pairs.iter().map(|(name, pair)| (pair.public().into(), *name)).collect();
		Parties { pairs, names }
	})
}

/// The names of all.
pub fn everybody() -> impl Iterator<Item = &'static str> {
	rich().chain(KEYS)
}

/// The names of those who have money.
pub fn rich() -> impl Iterator<Item = &'static str> {
	OWNERS
		.into_iter()
		.chain(CUSTOMERS)
		.chain(ARBITERS)
		.chain([THIEF, ISSUER])
}

/// The account of a name.
///
/// # Panics
/// When nobody has that name.
pub fn account(name: &str) -> AccountId {
	pair(name).public().into()
}

/// The key pair of a name.
///
/// # Panics
/// When nobody has that name.
pub fn pair(name: &str) -> &'static Pair {
	parties()
		.pairs
		.get(name)
		.unwrap_or_else(|| panic!("nobody is called {name}"))
}

/// The name of an account.
pub fn name(account: &AccountId) -> Option<&'static str> {
	parties().names.get(account).copied()
}

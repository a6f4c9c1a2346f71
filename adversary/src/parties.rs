//! Who there is: people with money, keys for machines, and somebody whom nothing belongs to.

use bpiiot_runtime::AccountId;
use sp_core::{crypto::Pair as _, sr25519::Pair};
use sp_io::hashing::blake2_256;
use std::{collections::BTreeMap, sync::OnceLock};

/// Those who register machines.
pub const OWNERS: [&str; 2] = ["owner-a", "owner-b"];
/// Those who order.
pub const CUSTOMERS: [&str; 3] = ["customer-a", "customer-b", "customer-c"];
/// Those who sell goods.
pub const SUPPLIERS: [&str; 3] = ["supplier-a", "supplier-b", "supplier-c"];
/// Those who keep others' stock.
pub const KEEPERS: [&str; 2] = ["keeper-a", "keeper-b"];
/// Those who decide.
pub const ARBITERS: [&str; 2] = ["arbiter-a", "arbiter-b"];
/// Whom nothing belongs to, and who tries everything.
pub const THIEF: &str = "thief";
/// Who has issued the assets, and can freeze them.
pub const ISSUER: &str = "issuer";
/// How many keys there are that machines may get. Those that were replaced go on trying.
const KEYS: usize = 64;

struct Parties {
	keys: Vec<String>,
	pairs: BTreeMap<String, Pair>,
	names: BTreeMap<AccountId, String>,
}

fn parties() -> &'static Parties {
	static PARTIES: OnceLock<Parties> = OnceLock::new();
	PARTIES.get_or_init(|| {
		let keys: Vec<String> = (0..KEYS).map(|number| format!("key-{number}")).collect();
		let derive = |name: String| {
			let seed = blake2_256(format!("bpiiot/adversary/{name}").as_bytes());
			(name, Pair::from_seed(&seed))
		};
		let all = rich().map(str::to_owned).chain(keys.iter().cloned());
		let pairs: BTreeMap<_, _> = all.map(derive).collect();
		let names = pairs.iter().map(|(name, pair)| (pair.public().into(), name.clone()));
		Parties {
			names: names.collect(),
			keys,
			pairs,
		}
	})
}

/// The names of all.
pub fn everybody() -> impl Iterator<Item = &'static str> {
	parties().pairs.keys().map(String::as_str)
}

/// The names of the keys.
pub fn keys() -> &'static [String] {
	&parties().keys
}

/// The names of those who have money.
pub fn rich() -> impl Iterator<Item = &'static str> {
	OWNERS
		.into_iter()
		.chain(CUSTOMERS)
		.chain(SUPPLIERS)
		.chain(KEEPERS)
		.chain(ARBITERS)
		.chain([THIEF, ISSUER])
}

/// The account of a name, if somebody has it.
pub fn find(name: &str) -> Option<AccountId> {
	parties().pairs.get(name).map(|pair| pair.public().into())
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
	parties().names.get(account).map(String::as_str)
}

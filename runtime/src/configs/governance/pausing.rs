//! Single calls that governance, or a guardian in a hurry, can switch off.
//!
//! Only what begins something new, or moves money that waits for nobody, can be paused. Everything else goes on: whoever is
//! kept from an answer could lose by his silence. To stop the clock of all agreements together there is `escrow.pause`.

use super::GUARDIAN;
use crate::{AccountId, Runtime, RuntimeCall, RuntimeEvent};
use frame_support::traits::{ConstU32, Contains, EitherOf, MapSuccess};
use frame_system::EnsureRoot;
use pallet_ranked_collective::EnsureMember;
use pallet_tx_pause::RuntimeCallNameOf;
use sp_runtime::traits::ReplaceWithDefault;

/// The calls that can be paused, by pallet and name.
pub const PAUSABLE: [(&str, &str); 41] = [
	("Balances", "transfer_allow_death"),
	("Balances", "transfer_keep_alive"),
	("Balances", "transfer_all"),
	("Assets", "transfer"),
	("Assets", "transfer_keep_alive"),
	("Assets", "transfer_approved"),
	("Assets", "transfer_all"),
	("Assets", "approve_transfer"),
	("Preimage", "note_preimage"),
	("PolkadotXcm", "execute"),
	("PolkadotXcm", "send"),
	("PolkadotXcm", "teleport_assets"),
	("PolkadotXcm", "limited_teleport_assets"),
	("PolkadotXcm", "reserve_transfer_assets"),
	("PolkadotXcm", "limited_reserve_transfer_assets"),
	("PolkadotXcm", "transfer_assets"),
	("PolkadotXcm", "transfer_assets_using_type_and_then"),
	("CollatorSelection", "register_as_candidate"),
	("CollatorSelection", "take_candidate_slot"),
	("Machines", "register"),
	("Machines", "accept_ownership"),
	("Escrow", "register_arbiter"),
	("Jobs", "publish_offer"),
	("Jobs", "update_offer"),
	("Jobs", "order"),
	("Jobs", "order_batch"),
	("Suppliers", "publish_profile"),
	("Procurement", "publish_quote"),
	("Procurement", "update_quote"),
	("Procurement", "buy"),
	("Procurement", "raise_request"),
	("Inventory", "create_site"),
	("Inventory", "register_asset"),
	("Products", "assign_prefix"),
	("Products", "register_item"),
	("Products", "register_range"),
	("Products", "register_lot"),
	("Products", "make"),
	("Products", "transfer"),
	("Products", "certify"),
	("Shipments", "offer"),
];

/// All other calls, which nobody can pause.
pub struct NeverPaused;

impl Contains<RuntimeCallNameOf<Runtime>> for NeverPaused {
	fn contains((pallet, call): &RuntimeCallNameOf<Runtime>) -> bool {
		let named =
			|(of, name): &(&str, &str)| pallet.as_slice() == of.as_bytes() && call.as_slice() == name.as_bytes();
		!PAUSABLE.iter().any(named)
	}
}

/// Root, or a guardian on his own. What he has paused, he, another one, or root lets go again.
pub type PauseOrigin =
	EitherOf<EnsureRoot<AccountId>, MapSuccess<EnsureMember<Runtime, (), GUARDIAN>, ReplaceWithDefault<()>>>;

impl pallet_tx_pause::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type PauseOrigin = PauseOrigin;
	type UnpauseOrigin = PauseOrigin;
	type WhitelistedCalls = NeverPaused;
	type MaxNameLen = ConstU32<64>;
	type WeightInfo = pallet_tx_pause::weights::SubstrateWeight<Runtime>;
}

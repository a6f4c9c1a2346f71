//! What an owner does not do with his own key alone: several sign together, or somebody acts for him.

use super::money::deposit;
use crate::{Balance, Balances, Runtime, RuntimeCall, RuntimeEvent, System};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	parameter_types,
	traits::{ConstU32, InstanceFilter},
};
use scale_info::TypeInfo;
use sp_runtime::traits::BlakeTwo256;

parameter_types! {
	/// The deposit for a call that waits for more signatures.
	pub const MultisigDepositBase: Balance = deposit(1, 88);
	/// The deposit for each signatory of it.
	pub const MultisigDepositFactor: Balance = deposit(0, 32);
	/// The deposit for an account's list of proxies.
	pub const ProxyDepositBase: Balance = deposit(1, 8);
	/// The deposit for each proxy in it: an account, what it may do, and the delay.
	pub const ProxyDepositFactor: Balance = deposit(0, 37);
	/// The deposit for an account's list of announced calls.
	pub const AnnouncementDepositBase: Balance = deposit(1, 8);
	/// The deposit for each of them: an account, a hash and a block.
	pub const AnnouncementDepositFactor: Balance = deposit(0, 68);
}

impl pallet_multisig::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type Currency = Balances;
	type DepositBase = MultisigDepositBase;
	type DepositFactor = MultisigDepositFactor;
	type MaxSignatories = ConstU32<32>;
	type WeightInfo = pallet_multisig::weights::SubstrateWeight<Runtime>;
	type BlockNumberProvider = System;
}

/// What somebody may do for an account.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	Ord,
	PartialEq,
	PartialOrd,
	TypeInfo,
)]
pub enum ProxyType {
	/// Everything.
	#[default]
	Any,
	/// Keep machines running: their profile, service, keys, and freezing. What a key spends stays within the policy, which he
	/// cannot change; neither can he take money out, or give a machine away.
	Operate,
	/// Publish offers, quotes and profiles, order, keep stock, and everything that has to do with jobs, orders for goods,
	/// products, shipments and their disputes.
	Trade,
	/// Freeze a machine, and nothing else.
	Guard,
	/// Vote in the technical collective.
	Govern,
	/// Refuse calls that other proxies have announced.
	CancelProxy,
}

impl ProxyType {
	/// Several calls of a batch, each of which is looked at too.
	fn batches(call: &RuntimeCall) -> bool {
		use pallet_utility::Call::{batch, batch_all, force_batch};
		matches!(
			call,
			RuntimeCall::Utility(batch { .. } | batch_all { .. } | force_batch { .. })
		)
	}
}

impl InstanceFilter<RuntimeCall> for ProxyType {
	fn filter(&self, call: &RuntimeCall) -> bool {
		use pallet_machines::Call as Machine;
		match self {
			Self::Any => true,
			Self::Operate => {
				let operates = matches!(
					call,
					RuntimeCall::Machines(
						Machine::set_profile { .. }
							| Machine::set_service { .. }
							| Machine::rotate_key { .. }
							| Machine::rotate_encryption_key { .. }
							| Machine::freeze { .. }
							| Machine::unfreeze { .. }
					)
				);
				operates || Self::batches(call)
			}
			Self::Trade => {
				use pallet_escrow::Call as Money;
				let trades = matches!(
					call,
					RuntimeCall::Jobs(_)
						| RuntimeCall::Suppliers(_)
						| RuntimeCall::Procurement(_)
						| RuntimeCall::Inventory(_)
						| RuntimeCall::Products(_)
						| RuntimeCall::Shipments(_)
						| RuntimeCall::Escrow(Money::submit_evidence { .. } | Money::claim_credit { .. })
				);
				trades || Self::batches(call)
			}
			Self::Guard => matches!(call, RuntimeCall::Machines(Machine::freeze { .. })),
			Self::Govern => {
				let governs = matches!(
					call,
					RuntimeCall::TechnicalCollective(pallet_ranked_collective::Call::vote { .. })
						| RuntimeCall::Referenda(
							pallet_referenda::Call::submit { .. }
								| pallet_referenda::Call::place_decision_deposit { .. }
						) | RuntimeCall::Preimage(pallet_preimage::Call::note_preimage { .. })
				);
				governs || Self::batches(call)
			}
			Self::CancelProxy => matches!(call, RuntimeCall::Proxy(pallet_proxy::Call::reject_announcement { .. })),
		}
	}

	fn is_superset(&self, other: &Self) -> bool {
		match (self, other) {
			(Self::Any, _) | (Self::Operate, Self::Guard) => true,
			(this, other) => this == other,
		}
	}
}

impl pallet_proxy::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type Currency = Balances;
	type ProxyType = ProxyType;
	type ProxyDepositBase = ProxyDepositBase;
	type ProxyDepositFactor = ProxyDepositFactor;
	type MaxProxies = ConstU32<16>;
	type WeightInfo = pallet_proxy::weights::SubstrateWeight<Runtime>;
	type MaxPending = ConstU32<16>;
	type CallHasher = BlakeTwo256;
	type AnnouncementDepositBase = AnnouncementDepositBase;
	type AnnouncementDepositFactor = AnnouncementDepositFactor;
	type BlockNumberProvider = System;
}

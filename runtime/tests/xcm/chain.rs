//! A chain, messages into it and messages out of it.

use crate::common::genesis;
use bpiiot_runtime::{
	configs::{
		consensus::MessageQueueServiceWeight,
		xcm::{tokens::Token, trader, InstructionWeight},
	},
	genesis_config_presets::LOCAL_TESTNET,
	AccountId, Assets, Balance, Balances, CollatorSelection, MessageQueue, ParachainSystem, Runtime, RuntimeCall,
	RuntimeEvent, System, RELAY_TOKEN_ASSET_ID,
};
use codec::{Decode, Encode};
use cumulus_primitives_core::{AggregateMessageOrigin, UpwardMessageSender};
use frame_support::{
	traits::{EnqueueMessage, ServiceQueues},
	weights::Weight,
};
use xcm::{latest::prelude::*, VersionedAssets, VersionedXcm};

pub use crate::blocks::account;
pub use xcm::latest::Assets as XcmAssets;

/// One token of the relay chain for development.
pub const ROC: Balance = 1_000_000_000_000;
/// Another chain beside ours.
pub const SIBLING: u32 = 2001;

/// Runs `test` on a chain that knows the relay chain's limits. In the end every token is somewhere: with somebody, or in
/// the trap.
pub fn on_chain(test: impl FnOnce()) {
	genesis(LOCAL_TESTNET).execute_with(|| {
		System::set_block_number(1);
		ParachainSystem::ensure_successful_delivery();
		test();
		assert_eq!(
			issued(),
			held_of(Token::Relay) + trapped(),
			"tokens of the relay chain are lost, or come from nowhere"
		);
	});
}

/// How many tokens of the relay chain there are here.
pub fn issued() -> Balance {
	Assets::total_supply(RELAY_TOKEN_ASSET_ID)
}

/// How many of a token anybody holds.
pub fn held_of(token: Token) -> Balance {
	pallet_assets::Account::<Runtime>::iter_prefix(token.number())
		.map(|(_, account)| account.balance)
		.sum()
}

/// How many tokens of the relay chain are in the trap.
pub fn trapped() -> Balance {
	trapped_of(Token::Relay)
}

/// How many of a token are in the trap.
pub fn trapped_of(token: Token) -> Balance {
	let name = token.name();
	let amount_of = |assets: &VersionedAssets| -> Balance {
		let assets = XcmAssets::try_from(assets.clone()).expect("is of a version that is known");
		let amount = |asset: &Asset| match asset.fun {
			Fungible(amount) if asset.id.0 == name => amount,
			_ => 0,
		};
		assets.inner().iter().map(amount).sum()
	};
	events().into_iter().fold(0, |trapped, event| match event {
		pallet_xcm::Event::AssetsTrapped { assets, .. } => trapped + amount_of(&assets),
		pallet_xcm::Event::AssetsClaimed { assets, .. } => trapped - amount_of(&assets),
		_ => trapped,
	})
}

/// What the pallet of messages has told.
pub fn events() -> Vec<pallet_xcm::Event<Runtime>> {
	let told = System::events().into_iter().map(|record| record.event);
	told.filter_map(|event| match event {
		RuntimeEvent::PolkadotXcm(event) => Some(event),
		_ => None,
	})
	.collect()
}

/// What an account has of the relay chain's token.
pub fn balance(who: &AccountId) -> Balance {
	Assets::balance(RELAY_TOKEN_ASSET_ID, who)
}

/// What an account has of our token.
pub fn native(who: &AccountId) -> Balance {
	Balances::free_balance(who)
}

/// The collators' pot.
pub fn pot() -> AccountId {
	CollatorSelection::account_id()
}

/// So much of the relay chain's token, as this chain names it. It may be nothing, which the SDK's own conversion refuses.
pub fn relay_token(amount: Balance) -> Asset {
	Asset {
		id: AssetId(Location::parent()),
		fun: Fungible(amount),
	}
}

/// So much of our token, as this chain names it.
pub fn our_token(amount: Balance) -> Asset {
	(Location::here(), amount).into()
}

/// An account of this chain.
pub fn place(who: &AccountId) -> Location {
	AccountId32 {
		network: None,
		id: who.clone().into(),
	}
	.into()
}

/// Everything that is left, to an account.
pub fn deposit_to(who: &AccountId) -> Instruction<RuntimeCall> {
	DepositAsset {
		assets: Wild(AllCounted(1)),
		beneficiary: place(who),
	}
}

/// Execution for as much of an asset as it takes.
pub fn buy(fees: Asset) -> Instruction<RuntimeCall> {
	BuyExecution {
		fees,
		weight_limit: Unlimited,
	}
}

/// A message that begins so, buys execution with what came of it and gives the rest to somebody.
pub fn spend_on(first: Instruction<RuntimeCall>, asset: Asset, to: &AccountId) -> Vec<Instruction<RuntimeCall>> {
	vec![first, buy(asset), deposit_to(to)]
}

/// What a transfer by the relay chain's `xcmPallet` brings.
pub fn transfer(amount: Balance, to: &AccountId) -> Vec<Instruction<RuntimeCall>> {
	vec![
		ReserveAssetDeposited(relay_token(amount).into()),
		ClearOrigin,
		buy(relay_token(amount)),
		deposit_to(to),
		SetTopic([7; 32]),
	]
}

/// What so much weight costs in the relay chain's token.
pub fn price(weight: Weight) -> Balance {
	trader::price(weight, Token::Relay).expect("has a price")
}

/// What a message with so many instructions weighs.
pub fn weight_of(instructions: usize) -> Weight {
	InstructionWeight::get().saturating_mul(instructions as u64)
}

/// A message from the relay chain.
pub fn from_relay(message: Vec<Instruction<RuntimeCall>>) -> Result<(), XcmError> {
	from_chain(AggregateMessageOrigin::Parent, message)
}

/// A message from the chain beside ours.
pub fn from_sibling(message: Vec<Instruction<RuntimeCall>>) -> Result<(), XcmError> {
	from_chain(AggregateMessageOrigin::Sibling(SIBLING.into()), message)
}

/// Puts a message of another chain into the queue and works the queue off. What went wrong, if anything did.
pub fn from_chain(from: AggregateMessageOrigin, message: Vec<Instruction<RuntimeCall>>) -> Result<(), XcmError> {
	let told = System::events().len();
	let bytes = VersionedXcm::from(Xcm(message)).encode();
	MessageQueue::enqueue_message(bytes.as_slice().try_into().expect("is short"), from);
	MessageQueue::service_queues(MessageQueueServiceWeight::get());
	let mut error = None;
	for record in System::events().into_iter().skip(told) {
		match record.event {
			RuntimeEvent::PolkadotXcm(pallet_xcm::Event::ProcessXcmError { error: why, .. }) => error = Some(why),
			RuntimeEvent::MessageQueue(pallet_message_queue::Event::ProcessingFailed { .. }) => {
				return Err(XcmError::FailedToDecode)
			}
			RuntimeEvent::MessageQueue(pallet_message_queue::Event::Processed { success, .. }) => {
				return match success {
					true => Ok(()),
					false => Err(error.unwrap_or(XcmError::Barrier)),
				};
			}
			_ => (),
		}
	}
	panic!("the message was not looked at");
}

/// The messages that wait for the relay chain.
pub fn to_relay() -> Vec<Xcm<()>> {
	cumulus_pallet_parachain_system::PendingUpwardMessages::<Runtime>::get()
		.iter()
		.map(|bytes| {
			let message = VersionedXcm::<()>::decode(&mut bytes.as_slice()).expect("is a message");
			message.try_into().expect("is of a version that is known")
		})
		.collect()
}

//! What is stored is bounded: each entry of each pallet's storage has a greatest size, but for those that are listed here, each
//! with what bounds it.

use bpiiot_runtime::AllPalletsWithSystem;
use frame_support::traits::StorageInfoTrait;
use std::collections::BTreeMap;

/// Entries whose size their pallets do not tell, and what bounds it.
const OTHERWISE: [(&str, &[&str], &str); 12] = [
	(
		"System",
		&["ExtrinsicData", "Digest", "Events", "EventTopics"],
		"of this block alone: its length and weight; no proof carries the events of the block before",
	),
	("System", &["LastRuntimeUpgrade"], "the runtime's own name"),
	(
		"ParachainSystem",
		&[
			"BlockWeightMode",
			"PreviousCoreCount",
			"DidSetValidationCode",
			"LastRelayChainBlockNumber",
			"LastDmqMqcHead",
			"LastProcessedDownwardMessage",
			"LastProcessedHrmpMessage",
			"HrmpWatermark",
			"UpwardDeliveryFeeFactor",
			"AnnouncedHrmpMessagesPerCandidate",
			"ReservedXcmpWeightOverride",
			"ReservedDmpWeightOverride",
			"PendingApprovedPeer",
			"PoVMessagesTracker",
			"ProcessedDownwardMessages",
		],
		"a number or a hash",
	),
	(
		"ParachainSystem",
		&["UnincludedSegment", "AggregatedUnincludedSegment"],
		"the blocks that wait for the relay chain, of which the consensus hook allows three, and their channels",
	),
	(
		"ParachainSystem",
		&["PendingValidationCode", "NewValidationCode"],
		"the relay chain's limit of code, and root alone",
	),
	(
		"ParachainSystem",
		&[
			"ValidationData",
			"UpgradeRestrictionSignal",
			"UpgradeGoAhead",
			"RelayStateProof",
			"RelevantMessagingState",
			"HostConfiguration",
			"LastHrmpMqcHeads",
			"CustomValidationHeadData",
		],
		"comes from the relay chain with each block, which bounds it: its proof, its settings, the channels to siblings, each 		 of which cost a deposit there",
	),
	(
		"ParachainSystem",
		&["HrmpOutboundMessages", "UpwardMessages", "PendingUpwardSignals"],
		"of one block, in number and size what the relay chain takes",
	),
	(
		"ParachainSystem",
		&["PendingUpwardMessages"],
		"a price that rises while messages wait",
	),
	(
		"Session",
		&[
			"Validators",
			"CurrentIndex",
			"QueuedChanged",
			"QueuedKeys",
			"DisabledValidators",
			"NextKeys",
			"KeyOwner",
			"ExternallySetKeys",
		],
		"the collators, 120 at most; who sets keys and is none has a deposit on hold for them",
	),
	(
		"PolkadotXcm",
		&[
			"QueryCounter",
			"Queries",
			"SafeXcmVersion",
			"SupportedVersion",
			"VersionNotifiers",
			"VersionNotifyTargets",
			"VersionDiscoveryQueue",
			"CurrentMigration",
			"XcmExecutionSuspended",
			"ShouldRecordXcm",
			"RecordedXcm",
		],
		"what is asked of the chains that users can send to, of which there are two, and of those that have a channel to us",
	),
	(
		"PolkadotXcm",
		&["AssetTraps"],
		"a hash and a number for each message whose assets were left over; its sender has paid his chain for it",
	),
	(
		"PolkadotXcm",
		&["RemoteLockedFungibles", "LockedFungibles", "AuthorizedAliases"],
		"shut: there are none",
	),
];

#[test]
fn every_entry_has_a_greatest_size_or_something_else_that_bounds_it() {
	let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
	let unbounded: Vec<_> = AllPalletsWithSystem::storage_info()
		.into_iter()
		.filter(|entry| entry.max_size.is_none())
		.map(|entry| (text(&entry.pallet_name), text(&entry.storage_name)))
		.collect();
	let mut listed = BTreeMap::new();
	for (pallet, entries, why) in OTHERWISE {
		assert!(!why.is_empty(), "{pallet} {entries:?}");
		listed.extend(
			entries
				.iter()
				.map(|entry| ((pallet.to_owned(), (*entry).to_owned()), why)),
		);
	}
	let unlisted: Vec<_> = unbounded.iter().filter(|entry| !listed.contains_key(*entry)).collect();
	let needless: Vec<_> = listed.keys().filter(|entry| !unbounded.contains(entry)).collect();
	assert!(
		unlisted.is_empty() && needless.is_empty(),
		"not listed: {unlisted:?}; listed in vain: {needless:?}"
	);
}

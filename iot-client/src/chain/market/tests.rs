//! What this client writes and reads by name fits the committed metadata.

use super::{
	call::{Rateable, Visit},
	found::Profile,
	AssetKind, Conditions, CountReason, ItemCode, Keeper, MarketCall, PriceTier, PurchaseId, QuoteId, QuoteTerms,
	RequestId, Rights, SiteProfile, StoreId, Word,
};
use crate::chain::types::JobId;
use subxt::{
	client::OfflineClientAtBlock, config::substrate::SpecVersionForRange, transactions::Payload, utils::AccountId32,
	utils::H256, Metadata, OfflineClient, SubstrateConfig,
};

fn terms() -> QuoteTerms {
	QuoteTerms {
		category: Word::from("cutting-oil"),
		item: Word::from("cutting-oil-22"),
		asset: AssetKind::Asset(1984),
		tiers: vec![PriceTier {
			from_quantity: 1_000,
			unit_price: 3,
		}],
		lead_time: 3_600_000,
		areas: vec![Word::from("DE"), Word::from("NL")],
		conditions: Conditions::default(),
		arbiters: vec![AccountId32([3; 32])],
	}
}

/// One of each kind.
pub(in crate::chain) fn every_call() -> Vec<MarketCall> {
	use MarketCall::*;
	let (who, hash) = (AccountId32([7; 32]), H256([9; 32]));
	let (quote, request, order, site) = (QuoteId(1), RequestId(2), PurchaseId(3), StoreId(4));
	let (item, lot) = (Word::from("cutting-oil-22"), Word::from("A"));
	let (supplier, bidder, owner, quantity, price) = (who, who, who, 16_000, 40);
	let profile = Profile {
		categories: vec![Word::from("cutting-oil")],
		..Profile::default()
	};
	let reorder = super::Reorder {
		point: 1,
		quantity: 2,
		category: Word::from("cutting-oil"),
		asset: AssetKind::Native,
		highest_price: 3,
		longest_lead_time: 4,
		weights: super::Weights::default(),
		buyer: Some([5; 32]),
	};
	let keeper = Keeper {
		account: who,
		rights: Rights::default(),
	};
	vec![
		PublishProfile {
			supplier,
			profile: profile.clone(),
		},
		UpdateProfile { supplier, profile },
		RemoveProfile(supplier),
		Rate {
			agreement: Rateable::Order(order),
			stars: 5,
		},
		Rate {
			agreement: Rateable::Job(JobId(5)),
			stars: 1,
		},
		PublishQuote {
			supplier,
			terms: Box::new(terms()),
			stock: 9,
		},
		UpdateQuote {
			quote,
			terms: Box::new(terms()),
		},
		SetStock {
			quote,
			read: 1,
			stock: 2,
		},
		WithdrawQuote(quote),
		Buy {
			quote,
			version: 1,
			quantity,
			max_price: 4,
			area: Word::from("DE-HB"),
			site: Some(site),
			arbiter: Some(who),
		},
		Deliver {
			order,
			quantity,
			lot: Some(lot.clone()),
			note: hash,
		},
		Confirm {
			order,
			quantity,
			reading: Some(hash),
		},
		Reject {
			order,
			quantity,
			reason: hash,
		},
		Cancel { order, reason: hash },
		Expire(order),
		Concede(order),
		Dispute { order, evidence: hash },
		Remove(order),
		RaiseRequest(Box::default()),
		CancelRequest(request),
		ExpireRequest(request),
		RemoveRequest(request),
		Bid {
			request,
			price,
			lead_time: 1,
		},
		SealBid {
			request,
			commitment: hash,
		},
		RevealBid {
			request,
			price,
			lead_time: 1,
			salt: hash,
		},
		ForfeitBid { request, bidder },
		ReclaimBid { request, bidder },
		Award(request),
		AwardTo { request, bidder },
		CounterOffer { request, bidder, price },
		AcceptCounterOffer { request, bidder, price },
		CreateSite {
			profile: SiteProfile::default(),
			room: 4,
		},
		CloseSite(site),
		SetKeepers {
			site,
			keepers: vec![keeper],
		},
		OpenItem {
			site,
			item: item.clone(),
			code: ItemCode::Own,
			unit: Word::from("LTR"),
		},
		CloseItem {
			site,
			item: item.clone(),
		},
		Receive {
			site,
			item: item.clone(),
			lot: lot.clone(),
			quantity,
			expires: Some(1),
		},
		Consume {
			site,
			item: item.clone(),
			lot: None,
			quantity,
		},
		MoveStock {
			from: site,
			to: site,
			item: item.clone(),
			lot: lot.clone(),
			quantity,
		},
		Count {
			site,
			item: item.clone(),
			lot,
			basis: 1,
			on_hand: 2,
			reason: CountReason::StockTaking,
		},
		SetReorder {
			site,
			item: item.clone(),
			reorder: Some(Box::new(reorder)),
		},
		Reorder { site, item },
		PutAway { owner, order, site },
		DismissArrival { owner, order },
	]
}

struct Encoded<'a>(&'a OfflineClientAtBlock<SubstrateConfig>);

impl Visit for Encoded<'_> {
	type Out = Result<Vec<u8>, String>;

	fn take<P: Payload>(self, payload: P) -> Self::Out {
		self.0
			.transactions()
			.call_data(&payload)
			.map_err(|error| error.to_string())
	}
}

#[test]
fn every_call_fits_the_runtime() {
	let metadata = include_bytes!("../../../metadata/bpiiot.scale");
	let metadata = Metadata::decode_from(&metadata[..]).unwrap();
	let versions = SpecVersionForRange {
		block_range: 0..1,
		spec_version: 1,
		transaction_version: 1,
	};
	let config = SubstrateConfig::builder()
		.set_metadata_for_spec_versions([(1, metadata.into())])
		.set_spec_version_for_block_ranges([versions])
		.build();
	let runtime = OfflineClient::new_with_config(config).at_block(0u64).unwrap();
	for call in every_call() {
		let (name, shown) = (call.name(), call.to_string());
		assert!(shown.starts_with(name), "{shown}");
		let encoded = call.visit(Encoded(&runtime));
		assert!(
			encoded.as_ref().is_ok_and(|bytes| bytes.len() > 2),
			"{name}: {encoded:?}"
		);
	}
}

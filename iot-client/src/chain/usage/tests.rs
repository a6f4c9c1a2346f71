//! What this client writes by name fits the committed metadata, and so does what it reads.

use super::*;
use crate::chain::market::AssetKind;
use subxt::utils::{AccountId32, H256};

/// One of each kind.
pub(in crate::chain) fn every_call() -> Vec<UsageCall> {
	use UsageCall::*;
	let (who, hash) = (AccountId32([7; 32]), H256([9; 32]));
	let (listing, rental, channel) = (ListingId(1), RentalId(2), ChannelId(3));
	let terms = ListingTerms {
		booking: Booking::Approved { window: 1 },
		calendar: Calendar {
			week: vec![WeekWindow { from: 0, until: 1 }],
			closures: vec![Closure { from: 0, until: 1 }],
		},
		rental: RentalTerms {
			cancellation: vec![Notice { before: 1, fee: 2 }],
			..RentalTerms::default()
		},
		allow: vec![who],
		..ListingTerms::default()
	};
	let tally = Tally {
		sequence: 1,
		reading: 2,
		amount: 3,
	};
	let voucher = SignedTally {
		tally,
		signature: [4; 64],
	};
	let metering = Metering {
		unit: *b"LTR",
		tariff: Tariff { price: 3, per: 2 },
		tick: 10,
	};
	let steps = Step::ALL.into_iter().map(|step| Do(step, rental));
	let reasoned = Reasoned::ALL.into_iter().map(|step| Tell(step, rental, hash));
	let others = [
		PublishListing {
			machine: [1; 32],
			terms: Box::new(terms.clone()),
		},
		UpdateListing {
			listing,
			terms: Box::new(terms),
		},
		WithdrawListing(listing),
		Rent {
			listing,
			version: 1,
			start: Some(5),
			periods: 4,
			max_price: 6,
			arbiter: Some(who),
		},
		Extend {
			rental,
			periods: 1,
			max_price: 2,
		},
		SetUser {
			rental,
			user: who,
			from: 1,
			until: 2,
			actions: 1,
		},
		RemoveUser { rental, user: who },
		ConfirmReturn {
			rental,
			at: 1,
			evidence: hash,
		},
		ClaimDamage {
			rental,
			amount: 1,
			evidence: hash,
		},
		OpenChannel {
			payee: who,
			asset: AssetKind::Asset(1984),
			amount: 5,
			terms: ChannelTerms {
				payer_key: [1; 32],
				payee_key: [2; 32],
				metering,
				challenge_window: 3,
				lifetime: 4,
			},
		},
		TopUp { channel, amount: 1 },
		Redeem { channel, voucher },
		RequestClose {
			channel,
			newest: Some(voucher),
		},
		Close { channel, newest: None },
		CloseTogether {
			channel,
			last: tally,
			signatures: [[1; 64], [2; 64]],
		},
		ExpireChannel(channel),
		RemoveChannel(channel),
	];
	steps.chain(reasoned).chain(others).collect()
}

#[test]
fn every_call_fits_the_runtime() {
	let runtime = crate::chain::market::tests::offline_runtime();
	for call in every_call() {
		let (name, shown) = (call.name(), call.to_string());
		assert!(shown.starts_with(name), "{shown}");
		let encoded = call.visit(crate::chain::market::tests::Encoded(&runtime));
		assert!(
			encoded.as_ref().is_ok_and(|bytes| bytes.len() > 2),
			"{name}: {encoded:?}"
		);
	}
}

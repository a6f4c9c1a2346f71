//! What the calls cost at worst: by machines wherever one may call, in an asset, with a bond, with full lists. What ends an
//! order does so in a frozen asset, where nothing can be paid and each payment becomes a credit.

mod setup;

pub(crate) use setup::{disputed_agreement, open_request, rateable_agreement};

use crate::{
	AwardRule, Balance, Bidding, Books, Call, Config, EscrowOf, OrderState, Orders, Outcome, Pallet, Quotes, QuotesBy,
	QuotesOf, RequestState, Requests, RequestsBy, SealedBids, SiteId,
};
use alloc::vec::Vec;
use bpiiot_primitives::{AgreementRef, DeadlineIndex, Escrow, Region, Side};
use frame_benchmarking::v2::*;
use frame_support::traits::Get;
use frame_system::RawOrigin;
use setup::*;
use sp_runtime::Permill;

#[benchmarks]
mod benches {
	use super::*;

	#[benchmark]
	fn publish_quote() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let supplier = parties.supplier.1.clone();
		for _ in 1..T::MaxQuotes::get() {
			quote::<T>(&parties)?;
		}
		#[extrinsic_call]
		_(
			RawOrigin::Signed(parties.supplier.0),
			supplier.clone(),
			terms::<T>(parties.asset, b'c'),
			1_000,
		);
		assert_eq!(QuotesOf::<T>::get(supplier).len() as u32, T::MaxQuotes::get());
		Ok(())
	}

	/// Every shelf is another one.
	#[benchmark]
	fn update_quote() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let quote = quote::<T>(&parties)?;
		let others = terms::<T>(parties.asset, b'd');
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.supplier.0), quote, others.clone());
		assert_eq!(Quotes::<T>::get(quote).map(|quote| quote.version), Some(2));
		assert_eq!(shelves_of::<T>(quote), 9);
		let places = Pallet::<T>::quote_places(quote, &others);
		assert!(places
			.iter()
			.all(|(shelf, rank)| QuotesBy::<T>::contains_key(shelf, rank)));
		Ok(())
	}

	#[benchmark]
	fn set_stock() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let quote = quote::<T>(&parties)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.supplier.0), quote, 1_000, 7);
		assert_eq!(Quotes::<T>::get(quote).map(|quote| quote.stock), Some(7));
		Ok(())
	}

	#[benchmark]
	fn withdraw_quote() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		for _ in 1..T::MaxQuotes::get() {
			quote::<T>(&parties)?;
		}
		let quote = quote::<T>(&parties)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.supplier.0), quote);
		assert!(!Quotes::<T>::contains_key(quote));
		assert_eq!(shelves_of::<T>(quote), 0);
		Ok(())
	}

	#[benchmark]
	fn buy() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let quote = quote::<T>(&parties)?;
		fill_books::<T>(&parties, 1, 1);
		#[extrinsic_call]
		_(
			RawOrigin::Signed(parties.buyer.0),
			quote,
			1,
			10,
			Balance::MAX,
			Region::truncate_from(b"XA-XXX".to_vec()),
			Some(SiteId(1)),
			Some(arbiter::<T>()),
		);
		assert_eq!(Orders::<T>::iter().count(), 1);
		assert_eq!(Quotes::<T>::get(quote).map(|quote| quote.stock), Some(990));
		Ok(())
	}

	#[benchmark]
	fn deliver() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let order = order::<T>(&parties)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.supplier.0), order, 10, lot(), HASH);
		let record = record::<T>(order)?;
		assert_eq!(record.state, OrderState::Delivered);
		assert_eq!(record.indexed_at, record.review_until);
		Ok(())
	}

	/// Late, so that both are paid.
	#[benchmark]
	fn confirm() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let order = delivered_late::<T>(&parties)?;
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.buyer.0), order, 10, Some(HASH));
		assert_eq!(record::<T>(order)?.state, OrderState::Settled(Outcome::Completed));
		Ok(())
	}

	/// The last of an order without an arbiter: it ends by it.
	#[benchmark]
	fn reject() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let quote = quote::<T>(&parties)?;
		let origin = signed::<T>(&parties.buyer.0);
		let area = Region::truncate_from(b"XA-XXX".to_vec());
		Pallet::<T>::buy(origin, quote, 1, 10, Balance::MAX, area, None, None)?;
		let sales = Books::<T>::get(&parties.supplier.1).sales;
		let order = *sales.last().ok_or(BenchmarkError::Stop("nothing was ordered"))?;
		fill_books::<T>(&parties, 0, 0);
		Pallet::<T>::deliver(signed::<T>(&parties.supplier.0), order, 10, lot(), HASH)?;
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.buyer.0), order, 10, HASH);
		assert_eq!(record::<T>(order)?.state, OrderState::Settled(Outcome::Completed));
		Ok(())
	}

	/// By the supplier, who loses his bond, and the request is open again.
	#[benchmark]
	fn cancel() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let (request, order) = awarded::<T>(&parties)?;
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.supplier.0), order, HASH);
		assert_eq!(record::<T>(order)?.state, OrderState::Settled(Outcome::GivenUp));
		assert!(request_record::<T>(request)?.is_open());
		Ok(())
	}

	/// Silence about goods that came late.
	#[benchmark]
	fn expire() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let order = delivered_late::<T>(&parties)?;
		windows_pass::<T>(1);
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.buyer.0), order);
		assert_eq!(record::<T>(order)?.state, OrderState::Settled(Outcome::Completed));
		Ok(())
	}

	#[benchmark]
	fn concede() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let order = rejected::<T>(&parties)?;
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.supplier.0), order);
		assert_eq!(record::<T>(order)?.state, OrderState::Settled(Outcome::Completed));
		Ok(())
	}

	#[benchmark]
	fn dispute() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let order = rejected::<T>(&parties)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.supplier.0), order, HASH);
		assert_eq!(record::<T>(order)?.state, OrderState::Disputed(Outcome::Completed));
		Ok(())
	}

	#[benchmark]
	fn remove() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let order = order::<T>(&parties)?;
		Pallet::<T>::cancel(signed::<T>(&parties.buyer.0), order, HASH)?;
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.buyer.0), order);
		assert!(!Orders::<T>::contains_key(order));
		Ok(())
	}

	#[benchmark]
	fn raise_request() -> Result<(), BenchmarkError> {
		let parties = parties_who_pay_fees::<T>();
		fill_books::<T>(&parties, 1, 1);
		let wanted = wanted::<T>(parties.asset, sealed::<T>(), AwardRule::Best);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.buyer.0), wanted);
		assert_eq!((Requests::<T>::iter().count(), RequestsBy::<T>::iter().count()), (1, 3));
		Ok(())
	}

	#[benchmark]
	fn cancel_request() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let request = with_best_bid::<T>(&parties, AwardRule::Best)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.buyer.0), request);
		assert_eq!(request_record::<T>(request)?.state, RequestState::Cancelled);
		Ok(())
	}

	#[benchmark]
	fn expire_request() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let request = with_best_bid::<T>(&parties, AwardRule::Best)?;
		windows_pass::<T>(5);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.buyer.0), request);
		assert_eq!(request_record::<T>(request)?.state, RequestState::NotAwarded);
		Ok(())
	}

	#[benchmark]
	fn remove_request() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let request = with_best_bid::<T>(&parties, AwardRule::Best)?;
		Pallet::<T>::cancel_request(signed::<T>(&parties.buyer.0), request)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.buyer.0), request);
		assert_eq!((Requests::<T>::iter().count(), RequestsBy::<T>::iter().count()), (0, 0));
		Ok(())
	}

	/// In the middle of a full list, whose worst bid makes room.
	#[benchmark]
	fn bid() -> Result<(), BenchmarkError> {
		let parties = parties_who_pay_fees::<T>();
		let request = request::<T>(&parties, Bidding::Open, AwardRule::Best)?;
		fill_bids::<T>(request, 0);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.supplier.0), request, PRICE, 0);
		let record = request_record::<T>(request)?;
		assert!(record.place_of(&parties.supplier.1).is_some());
		assert_eq!(record.bids.len() as u32, T::MaxBids::get());
		Ok(())
	}

	#[benchmark]
	fn seal_bid() -> Result<(), BenchmarkError> {
		let parties = parties_who_pay_fees::<T>();
		let request = request::<T>(&parties, Bidding::Private, AwardRule::ByHand)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.supplier.0), request, HASH, Some(text()));
		assert!(SealedBids::<T>::contains_key(request, &parties.supplier.1));
		Ok(())
	}

	#[benchmark]
	fn reveal_bid() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let request = with_sealed_bid::<T>(&parties, sealed::<T>())?;
		fill_bids::<T>(request, 0);
		windows_pass::<T>(1);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.supplier.0), request, PRICE, 0, HASH);
		assert!(request_record::<T>(request)?.place_of(&parties.supplier.1).is_some());
		assert!(!SealedBids::<T>::contains_key(request, &parties.supplier.1));
		Ok(())
	}

	#[benchmark]
	fn forfeit_bid() -> Result<(), BenchmarkError> {
		let parties = parties_who_pay_fees::<T>();
		let request = with_sealed_bid::<T>(&parties, sealed::<T>())?;
		fill_bids::<T>(request, 0);
		windows_pass::<T>(2);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.buyer.0), request, parties.supplier.1.clone());
		assert!(!SealedBids::<T>::contains_key(request, &parties.supplier.1));
		Ok(())
	}

	#[benchmark]
	fn reclaim_bid() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let request = with_sealed_bid::<T>(&parties, sealed::<T>())?;
		fill_bids::<T>(request, 0);
		Pallet::<T>::cancel_request(signed::<T>(&parties.buyer.0), request)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.buyer.0), request, parties.supplier.1.clone());
		assert!(!SealedBids::<T>::contains_key(request, &parties.supplier.1));
		Ok(())
	}

	/// Among as many bids as there may be.
	#[benchmark]
	fn award() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let request = with_best_bid::<T>(&parties, AwardRule::Best)?;
		windows_pass::<T>(1);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.supplier.0), request);
		let sales = Books::<T>::get(&parties.supplier.1).sales;
		let order = sales.iter().copied().find(|id| Orders::<T>::contains_key(id));
		assert_eq!(
			request_record::<T>(request)?.state,
			RequestState::Awarded(order.unwrap_or_default())
		);
		Ok(())
	}

	#[benchmark]
	fn award_to() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let request = request::<T>(&parties, Bidding::Open, AwardRule::ByHand)?;
		bid_of::<T>(&parties, request)?;
		fill_bids::<T>(request, 1);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.buyer.0), request, parties.supplier.1.clone());
		assert!(matches!(request_record::<T>(request)?.state, RequestState::Awarded(_)));
		Ok(())
	}

	#[benchmark]
	fn award_private() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let request = with_sealed_bid::<T>(&parties, Bidding::Private)?;
		let bidder = parties.supplier.1.clone();
		#[extrinsic_call]
		_(
			RawOrigin::Signed(parties.buyer.0),
			request,
			bidder.clone(),
			PRICE,
			0,
			HASH,
		);
		assert!(matches!(request_record::<T>(request)?.state, RequestState::Awarded(_)));
		assert!(!SealedBids::<T>::contains_key(request, bidder));
		Ok(())
	}

	#[benchmark]
	fn counter_offer() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let request = request::<T>(&parties, Bidding::Open, AwardRule::Best)?;
		bid_of::<T>(&parties, request)?;
		fill_bids::<T>(request, 1);
		#[extrinsic_call]
		_(
			RawOrigin::Signed(parties.buyer.0),
			request,
			parties.supplier.1.clone(),
			1_000_000,
		);
		let record = request_record::<T>(request)?;
		let by = record
			.bids
			.iter()
			.filter_map(|other| other.counter)
			.map(|counter| counter.by);
		assert_eq!(by.collect::<Vec<_>>(), [Side::Payer]);
		Ok(())
	}

	/// From somewhere in a full list to its first place.
	#[benchmark]
	fn accept_counter_offer() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let request = request::<T>(&parties, Bidding::Open, AwardRule::Best)?;
		bid_of::<T>(&parties, request)?;
		fill_bids::<T>(request, 1);
		let bidder = parties.supplier.1.clone();
		Pallet::<T>::counter_offer(signed::<T>(&parties.buyer.0), request, bidder.clone(), 1_000_000)?;
		#[extrinsic_call]
		_(
			RawOrigin::Signed(parties.supplier.0),
			request,
			bidder.clone(),
			1_000_000,
		);
		assert_eq!(request_record::<T>(request)?.place_of(&bidder), Some(0));
		Ok(())
	}

	/// The end of a dispute, without what escrow does about the dispute itself.
	#[benchmark]
	fn resolve() -> Result<(), BenchmarkError> {
		let order = disputed::<T>()?;
		EscrowOf::<T>::benchmark_freeze(record::<T>(order)?.asset());
		#[block]
		{
			Pallet::<T>::do_resolve(order, Permill::from_percent(60))?;
		}
		let record = record::<T>(order)?;
		assert_eq!(record.state, OrderState::Settled(Outcome::Completed));
		assert!(!T::Deadlines::contains(record.indexed_at, AgreementRef::Order(order)));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::empty(), crate::mock::Test);
}

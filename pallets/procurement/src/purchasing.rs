//! How other pallets buy: by a requisition, on the runtime's terms.

use crate::{
	AwardRule, Balance, Bidding, Config, OrderState, Orders, Pallet, RequestState, Requests, Wanted, WantedOf,
	WeightInfo,
};
use bpiiot_primitives::{Actor, Purchasing, RequestId, Requisition};
use frame_support::{
	pallet_prelude::{DispatchError, Weight},
	traits::Get,
};

impl<T: Config> Purchasing<T::AccountId, Balance> for Pallet<T> {
	/// As `raise_request`.
	fn raise(buyer: &Actor<T::AccountId>, wanted: &Requisition<Balance>) -> Result<RequestId, DispatchError> {
		Self::do_raise(buyer, Self::on_our_terms(wanted))
	}

	fn raise_weight() -> Weight {
		T::WeightInfo::raise_request()
	}

	fn is_open(request: RequestId) -> bool {
		let Some(request) = Requests::<T>::get(request) else {
			return false;
		};
		match request.state {
			RequestState::Open => true,
			RequestState::Awarded(order) => Orders::<T>::get(order)
				.is_some_and(|order| matches!(order.state, OrderState::Awaiting | OrderState::Delivered)),
			RequestState::NoBid | RequestState::NotAwarded | RequestState::Cancelled | RequestState::Assigned(_) => {
				false
			}
		}
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_open() -> RequestId {
		crate::benchmarking::open_request::<T>()
	}
}

impl<T: Config> Pallet<T> {
	fn on_our_terms(wanted: &Requisition<Balance>) -> WantedOf<T> {
		let terms = T::Requisitions::get();
		Wanted {
			category: wanted.category.clone(),
			item: wanted.item.clone(),
			quantity: wanted.quantity,
			area: wanted.area.clone(),
			site: Some(wanted.site),
			asset: wanted.asset,
			max_price: wanted.highest_price,
			max_lead_time: wanted.longest_lead_time,
			weights: wanted.weights,
			bidding: Bidding::Open,
			award: AwardRule::Best,
			bid_window: terms.bid_window,
			award_window: terms.award_window,
			rounds: terms.rounds,
			conditions: terms.conditions,
			arbiter: None,
		}
	}
}

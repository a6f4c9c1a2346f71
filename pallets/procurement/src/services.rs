//! Requests for maintenance: bids on a ticket, whose terms and whose order are kept by whoever takes the award.

use crate::{
	AwardRule, Balance, Bidding, Conditions, Config, Pallet, RequestState, Requests, Wanted, WantedOf, WeightInfo,
};
use bpiiot_primitives::{Actor, RequestId, ServiceOrderId, ServiceRequests, ServiceRequisition};
use frame_support::{
	pallet_prelude::{DispatchError, Weight},
	traits::Get,
};

impl<T: Config> ServiceRequests<T::AccountId, Balance> for Pallet<T> {
	fn raise(
		payer: &Actor<T::AccountId>,
		wanted: &ServiceRequisition<T::AccountId, Balance>,
	) -> Result<RequestId, DispatchError> {
		Self::raise_about(payer, Self::of_service(wanted), Some(wanted.ticket))
	}

	fn raise_weight() -> Weight {
		T::WeightInfo::raise_request()
	}

	fn is_open(request: RequestId) -> bool {
		Requests::<T>::get(request).is_some_and(|request| request.state == RequestState::Open)
	}

	fn reopen(request: RequestId, order: ServiceOrderId) -> bool {
		Self::reopen_service(request, order)
	}

	/// It reads and writes the same as raising one, but for the shelves and the money.
	fn reopen_weight() -> Weight {
		T::WeightInfo::raise_request()
	}
}

impl<T: Config> Pallet<T> {
	/// Open bids, of which the best is awarded. A lead time is a response time.
	fn of_service(wanted: &ServiceRequisition<T::AccountId, Balance>) -> WantedOf<T> {
		Wanted {
			category: wanted.category.clone(),
			item: wanted.fault.clone(),
			quantity: 1,
			area: wanted.area.clone(),
			site: None,
			asset: wanted.asset,
			max_price: wanted.highest_price,
			max_lead_time: wanted.longest_response,
			weights: wanted.weights,
			bidding: Bidding::Open,
			award: AwardRule::Best,
			bid_window: wanted.bid_window,
			award_window: wanted.award_window,
			rounds: T::Requisitions::get().rounds,
			conditions: Conditions::default(),
			arbiter: wanted.arbiter.clone(),
		}
	}
}

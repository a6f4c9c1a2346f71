//! Making an order: the one way by which money goes on hold, for a quote or for an award.

use crate::{
	Balance, Caller, Conditions, Config, Error, EscrowOf, Event, Item, Order, OrderState, Orders, Pallet,
	PurchaseOrderId, SiteId, Source,
};
use bpiiot_primitives::{
	fresh_id, in_planck, AgreementClock, AgreementRef, AssetKind, Counted, DeadlineIndex, Escrow, EscrowTerms, Refused,
};
use frame_support::{pallet_prelude::DispatchResult, traits::Get};
use sp_core::H256;
use sp_runtime::{
	traits::{Convert, One},
	FixedU128,
};

/// What both sides have agreed to.
pub(crate) struct Deal<AccountId> {
	pub(crate) supplier: AccountId,
	pub(crate) source: Source,
	pub(crate) item: Item,
	pub(crate) site: Option<SiteId>,
	pub(crate) quantity: u64,
	pub(crate) asset: AssetKind,
	pub(crate) price: Balance,
	pub(crate) lead_time: u64,
	pub(crate) conditions: Conditions,
	pub(crate) arbiter: Option<AccountId>,
}

impl<T: Config> Pallet<T> {
	/// Makes an order: the price goes on hold at the buyer, the bond at the supplier. Both have agreed to it before, by their
	/// request or their bid or their quote, so it is for their spending policies to say no. Whoever calls this must undo what
	/// was stored when it fails.
	pub(crate) fn place(buyer: &Caller<T>, deal: Deal<T::AccountId>) -> Result<PurchaseOrderId, Refused> {
		// Taken before the first event, which is the next one's guarantee of another id.
		let id = PurchaseOrderId(fresh_id::<T>());
		let agreement = AgreementRef::Order(id);
		let terms = EscrowTerms {
			payee: deal.supplier.clone(),
			asset: deal.asset,
			amount: deal.price,
			// The price as a whole is paid by itself; for smaller parts `confirm` looks.
			smallest_release: deal.price,
			deposit: T::OrderDeposit::get(),
			fee: Self::order_fee(deal.asset, deal.price),
			arbitration: Self::arbitration(&deal.conditions, deal.arbiter.clone()),
		};
		let escrow = EscrowOf::<T>::open(agreement, buyer, terms).map_err(Refused::Payer)?;
		let now = T::Clock::now();
		let deliver_by = now.saturating_add(deal.lead_time);
		let due_until = deliver_by.saturating_add(deal.conditions.late_window);
		let mut order = Order {
			escrow,
			source: deal.source,
			item: deal.item,
			site: deal.site,
			quantity: deal.quantity,
			price: deal.price,
			conditions: deal.conditions,
			state: OrderState::Awaiting,
			deliver_by,
			due_until,
			review_until: 0,
			challenge_until: 0,
			indexed_at: due_until,
			parts: 0,
			delivered: 0,
			punctual: 0,
			accepted: 0,
			rejected: 0,
			contested: 0,
			at_stake: 0,
			late_days: 0,
			lot: None,
			note: H256::zero(),
			reading: H256::zero(),
			reason: H256::zero(),
			verdict: None,
			counted: Counted::default(),
			rated: false,
			ordered_at: now,
		};
		let bond = order.bond();
		if bond > 0 {
			EscrowOf::<T>::post_bond(agreement, &mut order.escrow, &Self::party(&deal.supplier), bond)
				.map_err(|_| Refused::Payee(Error::<T>::NoBond.into()))?;
		}
		Self::add_sale(&deal.supplier, id).map_err(Refused::Payee)?;
		T::Deadlines::insert(due_until, agreement);
		Orders::<T>::insert(id, &order);
		Self::deposit_event(Event::Ordered {
			order: id,
			buyer: buyer.account.clone(),
			supplier: deal.supplier,
			source: order.source,
			item: order.item,
			quantity: order.quantity,
			asset: deal.asset,
			price: order.price,
			deliver_by,
		});
		Ok(id)
	}

	/// What an order costs besides its price, in planck. It grows with the price, so that all of the price counts for the
	/// supplier's name.
	pub(crate) fn order_fee(asset: AssetKind, price: Balance) -> Balance {
		let rate = match asset {
			AssetKind::Native => Some(FixedU128::one()),
			asset => T::Rates::convert(asset),
		};
		let share = rate.map_or(0, |rate| T::OrderFeeShare::get().mul_ceil(in_planck(price, rate)));
		share.max(T::OrderFee::get())
	}

	/// Has the order looked at no later than the deadline of its state. When that has moved away, whoever looks at the old
	/// one finds the new one.
	pub(crate) fn keep_indexed<Escrow>(id: PurchaseOrderId, order: &mut Order<Escrow>) {
		if let Some(deadline) = order.deadline().filter(|deadline| *deadline < order.indexed_at) {
			order.indexed_at = deadline;
			T::Deadlines::insert(deadline, AgreementRef::Order(id));
		}
	}

	pub(crate) fn ensure_payable(asset: AssetKind, part: Balance) -> DispatchResult {
		EscrowOf::<T>::ensure_payable(asset, part)
	}
}

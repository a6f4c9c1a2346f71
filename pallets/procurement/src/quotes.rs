//! Standing quotes: what is for sale, and buying it at once.

use crate::{
	orders::Deal, Balance, Caller, Conditions, Config, Error, EscrowOf, Event, HoldReason, Item, Pallet, Purchase,
	Quote, QuoteId, QuoteOf, QuoteTermsOf, Quotes, QuotesOf, SiteId, Source,
};
use bpiiot_primitives::{fresh_id, is_region, Arbitration, Category, Escrow, Mistake, Region};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	traits::{fungible::MutateHold, tokens::Precision, Get},
};

/// An order from a quote, as the buyer writes it.
pub(crate) struct Line<AccountId> {
	pub(crate) quote: QuoteId,
	pub(crate) version: u32,
	pub(crate) quantity: u64,
	pub(crate) max_price: Balance,
	pub(crate) area: Region,
	pub(crate) site: Option<SiteId>,
	pub(crate) arbiter: Option<AccountId>,
}

/// The supplier's steps.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_publish_quote(
		actor: Caller<T>,
		supplier: T::AccountId,
		terms: QuoteTermsOf<T>,
		stock: u64,
	) -> DispatchResult {
		ensure!(Self::is(&actor, &supplier), Error::<T>::NotTheSupplier);
		Self::check_quote(&terms)?;
		let quote = QuoteId(fresh_id::<T>());
		QuotesOf::<T>::try_mutate(&supplier, |quotes| quotes.try_push(quote)).map_err(|_| Error::<T>::TooManyQuotes)?;
		let deposit = T::QuoteDeposit::get();
		T::Currency::hold(&HoldReason::Quote.into(), &actor.account, deposit)?;
		Self::shelve_quote(quote, None, Some(&terms));
		Quotes::<T>::insert(
			quote,
			Quote {
				supplier: supplier.clone(),
				depositor: actor.account,
				deposit,
				version: 1,
				stock,
				terms,
			},
		);
		Self::deposit_event(Event::QuotePublished { quote, supplier, stock });
		Ok(())
	}

	pub(crate) fn do_update_quote(actor: Caller<T>, id: QuoteId, terms: QuoteTermsOf<T>) -> DispatchResult {
		let mut quote = Self::quote_of(&actor, id)?;
		Self::check_quote(&terms)?;
		Self::shelve_quote(id, Some(&quote.terms), Some(&terms));
		quote.version = quote.version.saturating_add(1);
		quote.terms = terms;
		Quotes::<T>::insert(id, &quote);
		Self::deposit_event(Event::QuoteUpdated {
			quote: id,
			supplier: quote.supplier,
			version: quote.version,
		});
		Ok(())
	}

	pub(crate) fn do_set_stock(actor: Caller<T>, id: QuoteId, read: u64, stock: u64) -> DispatchResult {
		let mut quote = Self::quote_of(&actor, id)?;
		ensure!(quote.stock == read, Error::<T>::StockChanged);
		quote.stock = stock;
		Quotes::<T>::insert(id, &quote);
		Self::deposit_event(Event::StockSet {
			quote: id,
			supplier: quote.supplier,
			stock,
		});
		Ok(())
	}

	pub(crate) fn do_withdraw_quote(actor: Caller<T>, id: QuoteId) -> DispatchResult {
		let quote = Quotes::<T>::get(id).ok_or(Error::<T>::UnknownQuote)?;
		if actor.account != quote.depositor {
			ensure!(Self::is(&actor, &quote.supplier), Error::<T>::NotTheSupplier);
		}
		Self::shelve_quote(id, Some(&quote.terms), None);
		Quotes::<T>::remove(id);
		QuotesOf::<T>::mutate_exists(&quote.supplier, |entry| {
			if let Some(quotes) = entry {
				quotes.retain(|other| *other != id);
				if quotes.is_empty() {
					*entry = None;
				}
			}
		});
		let (reason, exact) = (HoldReason::Quote.into(), Precision::Exact);
		T::Currency::release(&reason, &quote.depositor, quote.deposit, exact)?;
		Self::deposit_event(Event::QuoteWithdrawn {
			quote: id,
			supplier: quote.supplier,
		});
		Ok(())
	}

	fn quote_of(actor: &Caller<T>, id: QuoteId) -> Result<QuoteOf<T>, DispatchError> {
		let quote = Quotes::<T>::get(id).ok_or(Error::<T>::UnknownQuote)?;
		ensure!(Self::is(actor, &quote.supplier), Error::<T>::NotTheSupplier);
		Ok(quote)
	}

	/// Puts what was ordered and called off again up for sale, if the quote still stands.
	pub(crate) fn restock(id: QuoteId, quantity: u64) {
		Quotes::<T>::mutate_extant(id, |quote| quote.stock = quote.stock.saturating_add(quantity));
	}
}

/// The buyer's step.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_buy(actor: &Caller<T>, line: Line<T::AccountId>) -> DispatchResult {
		let mut quote = Quotes::<T>::get(line.quote).ok_or(Error::<T>::UnknownQuote)?;
		let is_read = quote.version == line.version || Mistake::StaleQuote.is_made();
		ensure!(is_read, Error::<T>::QuoteChanged);
		let (terms, quantity) = (&quote.terms, line.quantity);
		let own = Self::share_an_owner(&actor.account, &quote.supplier);
		ensure!(!own, Error::<T>::OwnQuote);
		Self::ensure_in_service(&Self::party(&quote.supplier))?;
		let unit_price = terms.unit_price_of(quantity).ok_or(Error::<T>::QuantityTooSmall)?;
		let price = unit_price
			.checked_mul(quantity.into())
			.ok_or(Error::<T>::PriceOverflow)?;
		ensure!(price <= line.max_price, Error::<T>::MaxPriceTooLow);
		let is_area = is_region(&line.area) && terms.is_delivered_in(&line.area);
		ensure!(is_area, Error::<T>::NotDeliveredThere);
		let offered = line.arbiter.iter().all(|arbiter| terms.arbiters.contains(arbiter));
		ensure!(offered, Error::<T>::ArbiterNotOffered);
		quote.stock = quote.stock.checked_sub(quantity).ok_or(Error::<T>::OutOfStock)?;

		let deal = Deal {
			supplier: quote.supplier.clone(),
			source: Source::Quote(line.quote, line.version),
			item: terms.item.clone(),
			site: line.site,
			quantity,
			asset: terms.asset,
			price,
			lead_time: terms.lead_time,
			conditions: terms.conditions,
			arbiter: line.arbiter,
		};
		let order = Self::place(actor, deal)?;
		Self::add_purchase(&actor.account, Purchase::Order(order))?;
		Quotes::<T>::insert(line.quote, quote);
		Ok(())
	}
}

/// What is well formed.
impl<T: Config> Pallet<T> {
	fn check_quote(terms: &QuoteTermsOf<T>) -> DispatchResult {
		Self::check_goods(&terms.category, &terms.item)?;
		let is_area = |area: &Region| !area.is_empty() && is_region(area);
		ensure!(terms.areas.iter().all(is_area), Error::<T>::BadArea);
		let mut before = 0;
		for tier in &terms.tiers {
			ensure!(tier.unit_price > 0, Error::<T>::ZeroPrice);
			ensure!(before < tier.from_quantity, Error::<T>::TiersOutOfOrder);
			before = tier.from_quantity;
		}
		Self::ensure_windows(&[terms.lead_time])?;
		Self::check_conditions(&terms.conditions, !terms.arbiters.is_empty())?;
		Self::check_arbiters(&terms.arbiters)?;
		// Each tier has a smallest order; what these come to must arrive.
		let orders = terms.tiers.iter().map(|tier| {
			let quantity = Balance::from(tier.from_quantity);
			tier.unit_price.saturating_mul(quantity)
		});
		let smallest = orders.min().ok_or(Error::<T>::TiersOutOfOrder)?;
		EscrowOf::<T>::ensure_may_open(terms.asset, smallest)
	}

	fn check_arbiters(arbiters: &[T::AccountId]) -> DispatchResult {
		let mut each = arbiters.iter().enumerate();
		let once = each.all(|(place, name)| !arbiters.iter().take(place).any(|other| other == name));
		ensure!(once, Error::<T>::BadArbiters);
		Ok(())
	}

	pub(crate) fn check_goods(category: &Category, item: &Item) -> DispatchResult {
		ensure!(!category.is_empty() && !item.is_empty(), Error::<T>::BadItem);
		Ok(())
	}

	pub(crate) fn check_conditions(conditions: &Conditions, with_arbiter: bool) -> DispatchResult {
		let parts = 1..=T::MaxRounds::get();
		ensure!(parts.contains(&conditions.parts), Error::<T>::RoundsOutOfRange);
		ensure!(
			conditions.late_window <= T::MaxWindow::get(),
			Error::<T>::WindowOutOfRange
		);
		// Or the last days would be for nothing, and the bond would wait for them.
		let no_penalty = conditions.late_penalty.is_zero();
		ensure!(
			conditions.late_window > 0 || no_penalty,
			Error::<T>::PenaltyWithoutDelay
		);
		Self::ensure_windows(&[conditions.review_window])?;
		if with_arbiter {
			Self::ensure_windows(&[
				conditions.challenge_window,
				conditions.case_window,
				conditions.ruling_window,
			])?;
		}
		Ok(())
	}

	/// The arbiter of an order, with the time that its conditions give him.
	pub(crate) fn arbitration(
		conditions: &Conditions,
		arbiter: Option<T::AccountId>,
	) -> Option<Arbitration<T::AccountId>> {
		arbiter.map(|arbiter| Arbitration {
			arbiter,
			case_window: conditions.case_window,
			ruling_window: conditions.ruling_window,
		})
	}
}
